//! `tidegate drift LEFT RIGHT`

mod beside;
mod document;
mod html;
mod lines;
mod sql;

use clap::{Args, ValueEnum};

use super::environments::{context, small_runtime};
use super::{CommandError, Exit, Session};
use crate::schema::diff::{Difference, Verdict};
use crate::window::drift::cause::Explanation;
use crate::window::drift::prove::prove;
use crate::window::drift::reconcile::Reconciliation;
use crate::window::drift::side::Side;
use crate::window::drift::{Comparison, Conclusion, compare};

/// The arguments of `tidegate drift`.
#[derive(Debug, Args)]
pub struct Options {
    /// One side: an environment, a connection URL, or `files` for what the migrations make
    #[arg(value_name = "LEFT")]
    pub left: String,

    /// The other side; without it, what the configuration compares the first one with
    #[arg(value_name = "RIGHT")]
    pub right: Option<String>,

    /// Show only what does not follow from the migrations that one side lacks, and let only that count
    #[arg(long)]
    pub unexplained: bool,

    /// With sql or --write: write statements that lose data as statements, not as comments
    #[arg(long)]
    pub destructive: bool,

    /// Write the migration that makes LEFT what RIGHT is, and its rollback, into the project
    #[arg(long, value_name = "DESCRIPTION", conflicts_with = "format")]
    pub write: Option<String>,

    /// What to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

/// What is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// JSON, described in docs/cli.md.
    Json,
    /// The migration that makes LEFT what RIGHT is, tried in a shadow.
    Sql,
    /// One page to send around.
    Html,
}

/// A comparison, and what of it is asked for.
struct Page<'a> {
    comparison: &'a Comparison,
    only_unexplained: bool,
    verbose: bool,
}

/// A difference, with why it is there.
type Shown<'c> = (&'c Difference, Option<&'c Explanation>);

impl Page<'_> {
    /// The differences that are shown.
    fn differences(&self) -> impl Iterator<Item = Shown<'_>> {
        let explanations = self.comparison.explanations.iter().map(Option::as_ref);
        self.comparison.drift.differences.iter().zip(explanations).filter(|(difference, explanation)| {
            let is_open = || explanation.is_some_and(|explanation| !explanation.finding.is_explained());
            if self.only_unexplained { difference.verdict == Verdict::Drift && is_open() } else { true }
        })
    }

    fn exit(&self) -> Exit {
        let open = self.differences().any(|(difference, _)| difference.verdict == Verdict::Drift);
        match self.comparison.conclusion() {
            _ if open => Exit::Findings,
            Conclusion::Unknown => Exit::Unknown,
            Conclusion::Drift if !self.comparison.drift.gaps.is_empty() => Exit::Unknown,
            Conclusion::None | Conclusion::Drift => Exit::Done,
        }
    }
}

/// Compares, and prints what differs and why.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let left = Side::parse(&context, &options.left)?;
    let right = match (&options.right, &left) {
        (Some(right), _) => Side::parse(&context, right)?,
        (None, Side::Environment(environment)) => Side::neighbour_of(&context, environment),
        (None, _) => return Err(CommandError::OneSide),
    };
    let runtime = small_runtime()?;
    let comparison = runtime.block_on(compare(&context, &left, &right))?;
    let page =
        Page { comparison: &comparison, only_unexplained: options.unexplained, verbose: session.global.verbose > 0 };
    let rules = &context.config.drift.ignore;
    if options.write.is_some() || options.format == Format::Sql {
        let reconciliation = Reconciliation::of(&comparison, options.unexplained);
        if reconciliation.is_empty() {
            let words = format!("-- There is nothing to do: {}", lines::conclusion(&page).1);
            session.output.line(words)?;
            return Ok(page.exit());
        }
        let proof = runtime.block_on(prove(&context, &comparison, &reconciliation))?;
        let destructive = options.destructive;
        if let Some(description) = &options.write {
            sql::write(&context, &comparison, &reconciliation, &proof, description, destructive, session)?;
            return Ok(if proof.is_proved() { Exit::Done } else { Exit::Findings });
        }
        sql::print(&comparison, &reconciliation, &proof, destructive, &mut session.output)?;
        return Ok(page.exit());
    }
    match options.format {
        Format::Json => session.output.json(&document::document(&page, rules))?,
        Format::Html => session.output.line(html::page(&page, rules))?,
        Format::Text | Format::Sql => lines::print(&page, rules, &mut session.output)?,
    }
    Ok(page.exit())
}
