//! From a command line to an open window: look at the environment, draw up the plan, show it, have it confirmed.

use std::sync::Arc;

use clap::Args;

use crate::cli::args::FormatOption;
use crate::cli::environments::{context, small_runtime, writable_environment};
use crate::cli::output::Output;
use crate::cli::{CommandError, Exit, Session};
use crate::config::{BackupRequirement, Environment};
use crate::postgres::grant::{Gate, GateKind, GateList};
use crate::window::context::Context;
use crate::window::event::BackupNeed;
use crate::window::event::Failure;
use crate::window::handle::WindowHandle;
use crate::window::journal;
use crate::window::look::{EnvironmentView, HistoryState, look};
use crate::window::plan::{Intent, Plan};
use crate::window::planning::{self, PlanError, Seen};
use crate::window::runner::Waiver;
use crate::window::step::{Direction, Step};
use crate::window::steps::gates;

use super::confirm;
use super::course::{Course, Verdict};
use super::drive::drive;
use super::json::JsonTeller;
use super::plan::Proposal;
use super::teller::{Ending, Teller};
use super::text::TextTeller;
use super::waiver::WaiverArgument;

/// The options of every command that opens a window.
#[derive(Debug, Args)]
pub struct WindowOptions {
    /// Confirm: the environment's name, letter by letter
    #[arg(long, value_name = "ENV")]
    pub confirm: Option<String>,

    /// Let a gate pass, with a reason that the report gives; may be repeated
    #[arg(long, value_name = "GATE=REASON")]
    pub waive: Vec<WaiverArgument>,

    /// Pass the backup over, where the environment's policy lets it be passed over
    #[arg(long)]
    pub skip_backup: bool,

    /// Do not run the announce hook
    #[arg(long)]
    pub skip_announce: bool,

    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,

    /// What to print.
    #[command(flatten)]
    pub format: FormatOption,
}

impl WindowOptions {
    /// The gates to let pass.
    pub fn waivers(&self) -> Vec<Waiver> {
        self.waive.iter().map(|WaiverArgument(waiver)| waiver.clone()).collect()
    }

    /// The steps to pass over.
    pub fn skips(&self) -> Vec<Step> {
        let wanted = [(self.skip_announce, Step::Announce), (self.skip_backup, Step::Backup)];
        wanted.into_iter().filter_map(|(skip, step)| skip.then_some(step)).collect()
    }
}

/// Runs a window for this intent against this environment, from preflight to report.
pub fn run(name: &str, intent: &Intent, options: &WindowOptions, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let environment = writable_environment(&context.config, name)?.clone();
    let is_apply = matches!(intent, Intent::Apply(_));
    if options.skip_backup && is_apply && environment.policy.backup == BackupRequirement::Required {
        return Err(CommandError::BackupRequired(environment.name.to_string()));
    }
    let dry_run = options.dry_run;
    let mut teller = teller(&options.format, session);
    small_runtime()?.block_on(async {
        let (view, plan, judged) = match prepare(&context, &environment, intent).await {
            Err(CommandError::Plan(error @ PlanError::Nothing { .. })) => {
                let words = error.to_string();
                teller.ending(&Ending { message: Some(&words), ..Ending::of(&Verdict::Done) });
                return Ok(Exit::Done);
            }
            prepared => prepared?,
        };
        if options.skip_backup && BackupNeed::of(environment.policy.backup, &plan) == BackupNeed::Required {
            let (name, what) = plan.dropping().unwrap_or_default();
            let (environment, name, what) = (environment.name.to_string(), name.to_owned(), what.to_owned());
            return Err(CommandError::BackupForDrop { environment, name, what });
        }
        let waivers = options.waivers();
        let gates = gates::foresee(&environment, &plan, &view, judged, (&waivers, context.operator.name.as_str()));
        let proposal = Proposal { environment: &environment, location: location(&view), plan: &plan, gates: &gates };
        teller.proposal(&proposal, dry_run);
        for unfinished in journal::unfinished(&context.journals()) {
            if unfinished.state.opened.environment == environment.name.as_str() && !unfinished.in_use {
                let id = &unfinished.state.opened.id;
                teller.remark(&format!(
                    "The window {id} was left unfinished here. tidegate resume says what is true of it."
                ));
            }
        }
        if dry_run {
            let verdict = would_be(&gates);
            teller.ending(&Ending::of(&verdict));
            return Ok(verdict.exit());
        }
        match confirmed(&proposal, options.confirm.as_deref(), options.format.is_json())? {
            Ok(answer) => {
                let course = Course { answer, skips: options.skips(), waivers, only_close: false };
                drive(WindowHandle::open(Arc::clone(&context), plan), None, &course, &mut *teller).await
            }
            Err(refusal) => Err(not_confirmed(refusal, &mut *teller)),
        }
    })
}

/// Tells that the confirmation is missing, and makes the error of it.
pub fn not_confirmed(refusal: String, teller: &mut dyn Teller) -> CommandError {
    teller.ending(&Ending::of(&Verdict::Refused(Box::new(Failure::plain(refusal.clone())))));
    CommandError::NotConfirmed(refusal)
}

/// Looks at the environment and the files, and draws up the plan; the gates that ask its files come with it.
async fn prepare(
    context: &Arc<Context>,
    environment: &Environment,
    intent: &Intent,
) -> Result<(EnvironmentView, Plan, Vec<Gate>), CommandError> {
    let reader = Arc::clone(context);
    let reading = tokio::task::spawn_blocking(move || reader.read_catalogue());
    let (catalogue, view) = tokio::join!(reading, look(context, environment));
    let catalogue = match catalogue {
        Ok(read) => read?,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    };
    let view = view.map_err(CommandError::looking_at(environment))?;
    match &view.history {
        HistoryState::WrongShape(_) | HistoryState::Present { readable: false, .. } => {
            let gate = gates::history_gate(&view.history, false);
            let gates = GateList::new(environment.name.as_str(), environment.access, "", vec![gate]);
            return Err(CommandError::Refused(Box::new(gates::refusal(&gates))));
        }
        HistoryState::Absent | HistoryState::Present { .. } => {}
    }
    let seen = Seen { past: &view.past, history: &view.history, has_store: view.has_store };
    let plan = planning::draw_up(environment, &context.layout(), &catalogue, seen, intent)?;
    let judged = gates::foresee_files(context, environment, &catalogue, &plan, &view);
    Ok((view, plan, judged))
}

/// What the window's confirmation is to be answered with, or what to say instead.
fn confirmed(proposal: &Proposal<'_>, given: Option<&str>, json: bool) -> Result<Result<String, String>, CommandError> {
    let environment = proposal.environment;
    let question = match proposal.plan.direction {
        Direction::Apply => format!("Apply this to {}?", environment.name),
        Direction::Rollback => format!("Roll this back on {}?", environment.name),
    };
    Ok(confirm::take(&proposal.confirmation(), given, (environment.name.as_str(), environment.tier), &question, json)?)
}

/// How a window would begin, from the gates that can be told before.
fn would_be(gates: &GateList) -> Verdict {
    let closed = |gate: &&Gate| gate.kind != GateKind::Confirmed;
    if gates.unmet().any(|gate| closed(&gate)) {
        Verdict::Refused(Box::new(gates::refusal(gates)))
    } else {
        Verdict::Done
    }
}

fn location(view: &EnvironmentView) -> String {
    let info = &view.info;
    format!("{} as {} on {}, PostgreSQL {}", info.database, info.user, info.server_host, info.version)
}

/// Whoever tells what happens in this format. A dry run's plan is what was asked for and goes to standard output.
pub fn teller<'a>(format: &FormatOption, session: &'a mut Session) -> Box<dyn Teller + 'a> {
    if format.is_json() {
        Box::new(JsonTeller::new(&mut session.output))
    } else {
        let (color, verbose) = (session.global.color, session.global.verbose > 0);
        Box::new(TextTeller::new(&mut session.output, Output::stderr(color), verbose))
    }
}
