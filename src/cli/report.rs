//! `tidegate report [WINDOW]`

use std::io::Write;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde::Serialize;

use super::environments::context;
use super::journals;
use super::output::{Output, Tone};
use super::table::{Cell, Table};
use super::words::moment;
use super::{CommandError, Exit, Session};
use crate::migration::text::{printable, printable_lines};
use crate::window::report::Report;
use crate::window::state::WindowState;
use crate::window::step::{Direction, Step};

/// The arguments of `tidegate report`.
#[derive(Debug, Args)]
pub struct Options {
    /// The window's id, a beginning that only one has, or an environment's name for the latest one there; without it,
    /// the windows are listed
    #[arg(value_name = "WINDOW")]
    pub window: Option<String>,

    /// What to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ReportFormat,
}

/// What a report is printed as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Markdown; the list of windows as lines.
    #[default]
    Markdown,
    /// JSON, described in docs/cli.md.
    Json,
}

/// Prints the report of a window from its journal, or lists the windows.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let windows = journals::windows(&context.journals());
    let output = &mut session.output;
    let json = options.format == ReportFormat::Json;
    match &options.window {
        Some(wanted) => {
            let window = journals::find(windows, |window| window, wanted)?;
            let report = Report::of(&window);
            if json {
                output.json(&report)?;
            } else {
                output.write_all(printable_lines(&report.to_markdown()).as_bytes())?;
            }
        }
        None if json => output.json(&windows.iter().map(Line::of).collect::<Vec<_>>())?,
        None => list(&windows, output)?,
    }
    Ok(Exit::Done)
}

fn list(windows: &[WindowState], output: &mut Output) -> Result<(), CommandError> {
    if windows.is_empty() {
        output.line("No window has been run from here yet.")?;
        return Ok(());
    }
    let mut table = Table::headed(["window", "environment", "opened (UTC)", "operator", "what", "result"]);
    for state in windows {
        let line = Line::of(state);
        let what = format!("{} {} of {}", line.direction.verb(), line.done, line.migrations);
        let tone = if line.state == "complete" { Tone::Good } else { Tone::Warning };
        table.row(vec![
            Cell::plain(line.window),
            Cell::plain(printable(line.environment)),
            Cell::plain(moment(line.opened_at)),
            Cell::plain(printable(line.operator)),
            Cell::plain(what),
            Cell::toned(tone, line.state.replace('_', " ")),
        ]);
    }
    let lines: Vec<String> = table.lines(output).collect();
    for line in lines {
        output.line(line)?;
    }
    Ok(())
}

/// One window in the list.
#[derive(Serialize)]
struct Line<'a> {
    window: &'a str,
    environment: &'a str,
    tier: &'static str,
    direction: Direction,
    migrations: usize,
    done: usize,
    opened_at: Timestamp,
    last_at: Timestamp,
    operator: &'a str,
    /// `complete`, `closed` before everything was done, or `open`.
    state: &'static str,
    /// The step whose turn it is or would have been.
    step: Option<Step>,
}

impl<'a> Line<'a> {
    fn of(state: &'a WindowState) -> Self {
        let opened = &state.opened;
        Line {
            window: opened.id.as_str(),
            environment: &opened.environment,
            tier: opened.tier.word(),
            direction: opened.plan.direction,
            migrations: state.migrations.len(),
            done: state.done().count(),
            opened_at: opened.at,
            last_at: state.last_at,
            operator: &opened.operator.name,
            state: match state.closed {
                None => "open",
                Some(true) => "complete",
                Some(false) => "closed",
            },
            step: state.current(),
        }
    }
}
