//! `tidegate resume [WINDOW]`

use std::collections::HashMap;
use std::sync::Arc;

use clap::Args;
use futures_util::future::join_all;
use jiff::Timestamp;
use serde::Serialize;

use super::args::FormatOption;
use super::environments::{context, small_runtime};
use super::journals;
use super::output::{Output, Tone};
use super::window::confirm;
use super::window::course::Course;
use super::window::drive::drive;
use super::window::open::{not_confirmed, teller};
use super::window::waiver::WaiverArgument;
use super::words::{count, moment};
use super::{CommandError, Exit, Session};
use crate::config::Tier;
use crate::migration::text::{printable, printable_lines};
use crate::window::confirmation::Confirmation;
use crate::window::context::Context;
use crate::window::handle::WindowHandle;
use crate::window::journal::{self, Unfinished};
use crate::window::look::{EnvironmentView, look};
use crate::window::plan::PlanItem;
use crate::window::state::WindowState;
use crate::window::step::{Direction, Step};
use crate::window::truth::{Standing, StillRunning};

/// The arguments of `tidegate resume`.
#[derive(Debug, Args)]
pub struct Options {
    /// The window's id, a beginning that only one has, or an environment's name for the latest one there; without it,
    /// the windows that were left unfinished are listed
    #[arg(value_name = "WINDOW")]
    pub window: Option<String>,

    /// Confirm: the environment's name, letter by letter
    #[arg(long, value_name = "ENV", requires = "window")]
    pub confirm: Option<String>,

    /// Let a gate pass, with a reason that the report gives; may be repeated
    #[arg(long, value_name = "GATE=REASON", requires = "window")]
    pub waive: Vec<WaiverArgument>,

    /// Pass the backup over, where the environment's policy lets it be passed over
    #[arg(long, requires = "window")]
    pub skip_backup: bool,

    /// Pass the validation over after it failed
    #[arg(long, requires = "window")]
    pub skip_validate: bool,

    /// Close the window for good instead of going on; nothing is written to the environment
    #[arg(long, requires = "window", conflicts_with_all = ["confirm", "waive", "skip_backup", "skip_validate"])]
    pub close: bool,

    #[command(flatten)]
    format: FormatOption,
}

/// Lists the windows that were left unfinished, or goes on with one.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let unfinished = journal::unfinished(&context.journals());
    let Some(wanted) = &options.window else {
        return list(&context, &unfinished, options.format.is_json(), session);
    };
    let window = journals::find(unfinished, |window| &window.state, wanted)?;
    if window.in_use {
        return Err(CommandError::InUse(window.state.opened.id.to_string()));
    }
    if options.close {
        return close(&context, window, options, session);
    }
    let opened = &window.state.opened;
    let (name, tier, direction) = (opened.environment.clone(), opened.tier, opened.plan.direction);
    let required = Confirmation::required(Step::Apply, direction, tier, &name);
    let question = format!("Go on with this window on {name}?");
    let json = options.format.is_json();
    let mut teller = teller(&options.format, session);
    teller.remark(&headline(&window.state));
    let answer = match confirm::take(&required, options.confirm.as_deref(), (&name, tier), &question, json)? {
        Ok(answer) => answer,
        Err(refusal) => return Err(not_confirmed(refusal, &mut *teller)),
    };
    let skips = [(options.skip_backup, Step::Backup), (options.skip_validate, Step::Validate)];
    let course = Course {
        answer,
        skips: skips.into_iter().filter_map(|(skip, step)| skip.then_some(step)).collect(),
        waivers: options.waive.iter().map(|WaiverArgument(waiver)| waiver.clone()).collect(),
        only_close: false,
    };
    small_runtime()?.block_on(async {
        let resumed = WindowHandle::resume(Arc::clone(&context), window.path);
        drive(resumed, Some(window.state), &course, &mut *teller).await
    })
}

fn close(
    context: &Arc<Context>,
    window: Unfinished,
    options: &Options,
    session: &mut Session,
) -> Result<Exit, CommandError> {
    let course = Course { answer: String::new(), skips: Vec::new(), waivers: Vec::new(), only_close: true };
    let mut teller = teller(&options.format, session);
    small_runtime()?.block_on(async {
        let resumed = WindowHandle::resume(Arc::clone(context), window.path);
        drive(resumed, Some(window.state), &course, &mut *teller).await
    })
}

fn list(
    context: &Arc<Context>,
    unfinished: &[Unfinished],
    json: bool,
    session: &mut Session,
) -> Result<Exit, CommandError> {
    let mut names: Vec<&str> = unfinished.iter().map(|window| window.state.opened.environment.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let environments = names.into_iter().map(|name| (name, context.environment(name)));
    let truths: HashMap<&str, Result<EnvironmentView, String>> = small_runtime()?.block_on(async {
        let asked = environments.map(async |(name, environment)| {
            let seen = match environment {
                None => Err("the configuration has no such environment any more".to_owned()),
                Some(environment) => look(context, environment).await.map_err(|error| error.to_string()),
            };
            (name, seen)
        });
        join_all(asked).await.into_iter().collect()
    });
    let windows: Vec<WindowDocument<'_>> = unfinished
        .iter()
        .map(|window| WindowDocument::of(window, &truths[window.state.opened.environment.as_str()]))
        .collect();
    if json {
        session.output.json(&windows)?;
    } else {
        print(unfinished, &windows, &mut session.output)?;
    }
    Ok(if windows.is_empty() { Exit::Done } else { Exit::Findings })
}

fn print(unfinished: &[Unfinished], windows: &[WindowDocument<'_>], output: &mut Output) -> Result<(), CommandError> {
    if windows.is_empty() {
        output.line("No window was left unfinished.")?;
        return Ok(());
    }
    for (window, document) in unfinished.iter().zip(windows) {
        let state = &window.state;
        output.line(output.tone(Tone::Heading, printable(&headline(state))))?;
        let operator = state.operators.last().unwrap_or(&state.opened.operator);
        let mut fields = vec![
            (
                "opened",
                format!("{} UTC by {} on {}", moment(state.opened.at), state.opened.operator.name, operator.host),
            ),
            ("last heard of", format!("{} UTC", moment(state.last_at))),
        ];
        if let Some(step) = document.step {
            fields.push(("stands at", step.to_string()));
        }
        match &document.why {
            Some(why) => fields.push(("true now", format!("not known: {why}"))),
            None => {
                let lines: Vec<String> = document
                    .migrations
                    .iter()
                    .map(|one| format!("{}: {}", one.name, one.standing.as_deref().unwrap_or("not known")))
                    .collect();
                fields.push(("true now", lines.join("\n")));
                if let Some(running) = document.running.filter(|_| !window.in_use) {
                    fields.push(("what to do", running.advice()));
                }
            }
        }
        if window.in_use {
            fields.push(("in use", "another process on this machine is running it right now".to_owned()));
        } else {
            let (id, environment) = (&state.opened.id, &state.opened.environment);
            fields.push(("to go on", format!("tidegate resume {id} --confirm {environment}")));
            fields.push(("to close it", format!("tidegate resume {id} --close")));
        }
        let fields: Vec<(&str, String)> =
            fields.into_iter().map(|(label, value)| (label, printable_lines(&value).into_owned())).collect();
        output.fields(2, &fields)?;
        output.line("")?;
    }
    Ok(())
}

/// What a window is to do and where, in one line.
fn headline(state: &WindowState) -> String {
    let opened = &state.opened;
    let (verb, preposition) = match opened.plan.direction {
        Direction::Apply => ("apply", "to"),
        Direction::Rollback => ("roll back", "on"),
    };
    let number = count(opened.plan.items.len(), "migration");
    format!("{}: {verb} {number} {preposition} {} [{}]", opened.id, opened.environment, opened.tier.label())
}

#[derive(Serialize)]
struct WindowDocument<'a> {
    window: &'a str,
    environment: &'a str,
    tier: Tier,
    direction: Direction,
    opened_at: Timestamp,
    last_at: Timestamp,
    operator: &'a str,
    in_use: bool,
    step: Option<Step>,
    /// Why the server could not be asked.
    why: Option<&'a str>,
    /// The server process that still runs what the window was cut off in.
    still_running: Option<ProcessDocument>,
    #[serde(skip)]
    running: Option<StillRunning<'a>>,
    migrations: Vec<MigrationDocument<'a>>,
}

#[derive(Serialize)]
struct ProcessDocument {
    process: i32,
    connected_since: Option<Timestamp>,
}

#[derive(Serialize)]
struct MigrationDocument<'a> {
    name: &'a str,
    standing: Option<String>,
}

impl<'a> WindowDocument<'a> {
    fn of(window: &'a Unfinished, truth: &'a Result<EnvironmentView, String>) -> Self {
        let state = &window.state;
        let opened = &state.opened;
        let running = truth.as_ref().ok().and_then(|view| StillRunning::of(state, view.holder.as_ref()));
        let standing = |item: &PlanItem| {
            let view = truth.as_ref().ok()?;
            let standing = Standing::of(item, &opened.id, &view.past).words();
            let running = running.filter(|running| running.migration == item.name);
            Some(running.map_or(standing.clone(), |running| format!("{standing}, but {}", running.words())))
        };
        let items = opened.plan.items.iter();
        WindowDocument {
            window: opened.id.as_str(),
            environment: &opened.environment,
            tier: opened.tier,
            direction: opened.plan.direction,
            opened_at: opened.at,
            last_at: state.last_at,
            operator: &opened.operator.name,
            in_use: window.in_use,
            step: state.current(),
            why: truth.as_ref().err().map(String::as_str),
            still_running: running
                .map(|running| ProcessDocument { process: running.holder.pid, connected_since: running.holder.since }),
            running,
            migrations: items.map(|item| MigrationDocument { name: &item.name, standing: standing(item) }).collect(),
        }
    }
}
