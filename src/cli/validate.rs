//! `tidegate validate ENV`

use clap::Args;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::args::FormatOption;
use super::environments::{context, environment, working_runtime};
use super::output::{self, Output, Tone};
use super::wishes::Wishes;
use super::words::{count, took};
use super::{CommandError, Exit, Session};
use crate::config::Environment;
use crate::migration::text::{printable, printable_lines};
use crate::window::context::{Context, Purpose};
use crate::window::look::LookError;
use crate::window::translate;
use crate::window::validate::{self, ValidationEvent, ValidationRequest, ValidationResult};
use crate::window::{event::Verdict, plan::Plan, step::Direction};

/// The arguments of `tidegate validate`.
#[derive(Debug, Args)]
pub struct Options {
    /// The environment
    #[arg(value_name = "ENV")]
    pub environment: String,

    #[command(flatten)]
    format: FormatOption,
}

#[derive(Serialize)]
struct Document<'a> {
    environment: &'a str,
    ok: bool,
    checks: Vec<CheckDocument<'a>>,
}

#[derive(Serialize)]
struct CheckDocument<'a> {
    name: &'a str,
    file: Option<String>,
    elapsed_ms: f64,
    #[serde(flatten)]
    verdict: &'a validate::Verdict,
}

impl<'a> CheckDocument<'a> {
    fn of(result: &'a ValidationResult) -> Self {
        CheckDocument {
            name: &result.name,
            file: result.file.as_deref().map(output::path),
            elapsed_ms: result.elapsed.as_secs_f64() * 1000.0,
            verdict: &result.verdict,
        }
    }
}

/// Makes Tidegate's own checks and runs the project's validations.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let environment = environment(&context.config, &options.environment)?;
    let json = options.format.is_json();
    let output = &mut session.output;
    let results = working_runtime()?.block_on(check(&context, environment, (!json).then_some(&mut *output)))?;
    let bad = results.iter().filter(|result| !result.verdict.is_good()).count();
    if json {
        let checks = results.iter().map(CheckDocument::of).collect();
        output.json(&Document { environment: environment.name.as_str(), ok: bad == 0, checks })?;
    } else if bad == 0 {
        output.line(output.tone(Tone::Good, format!("{} is as it must be.", environment.name)))?;
    } else {
        let words = format!("{} of {} failed on {}.", bad, count(results.len(), "check"), environment.name);
        output.line(output.tone(Tone::Bad, words))?;
    }
    Ok(if bad == 0 { Exit::Done } else { Exit::Failed })
}

async fn check(
    context: &Context,
    environment: &Environment,
    mut output: Option<&mut Output>,
) -> Result<Vec<ValidationResult>, CommandError> {
    let connection = context
        .connect(environment, Purpose::Observer)
        .await
        .map_err(|error| CommandError::looking_at(environment)(LookError::Reach(error)))?;
    let history = context.history_table();
    // Outside of a window there is no plan whose end could be looked for.
    let plan = Plan {
        environment: environment.name.to_string(),
        direction: Direction::Apply,
        reason: None,
        items: Vec::new(),
        creates_history: false,
        creates_store: false,
        warnings: Vec::new(),
    };
    let request = ValidationRequest {
        folder: &context.config.project.validations,
        policy: &environment.policy,
        history: &history,
        plan: &plan,
        before: None,
    };
    let cancel = CancellationToken::new();
    let mut wishes = Wishes::new().map_err(CommandError::Runtime)?;
    let (events, mut told) = mpsc::channel(64);
    let mut running = std::pin::pin!(validate::run(&connection, &request, &events, &cancel));
    let mut print = |event| match (&mut output, event) {
        (Some(output), ValidationEvent::Finished(result)) => print(&result, output),
        _ => Ok(()),
    };
    let ended = loop {
        tokio::select! {
            biased;
            Some(event) = told.recv() => print(event)?,
            ended = &mut running => break ended,
            _ = wishes.next() => cancel.cancel(),
        }
    };
    while let Ok(event) = told.try_recv() {
        print(event)?;
    }
    Ok(ended?)
}

fn print(result: &ValidationResult, output: &mut Output) -> Result<(), CommandError> {
    let check = translate::of_validation(result);
    let (tone, word) = match check.verdict {
        Verdict::Passed => (Tone::Good, "passed"),
        Verdict::Warning => (Tone::Warning, "warning"),
        Verdict::Failed => (Tone::Bad, result.verdict.word()),
    };
    let (name, span) = (printable(&check.name).into_owned(), took(result.elapsed));
    output.line(format!("{}  {name}  {}", output.tone(tone, format!("{word:7}")), output.tone(Tone::Quiet, span)))?;
    let details = [Some(check.detail), check.advice].into_iter().flatten().filter(|text| !text.is_empty());
    for detail in details {
        for line in printable_lines(&detail).lines() {
            output.line(format!("         {line}"))?;
        }
    }
    output.finish()?;
    Ok(())
}
