//! `tidegate drift LEFT RIGHT`

mod lines;
mod sql;

use clap::{Args, ValueEnum};

use super::environments::{context, small_runtime};
use super::{CommandError, Exit, Session};
use crate::schema::diff::Verdict;
use crate::window::drift::export::Page;
use crate::window::drift::prove::prove;
use crate::window::drift::reconcile::Reconciliation;
use crate::window::drift::side::Side;
use crate::window::drift::{Conclusion, compare, words};

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

fn exit(page: Page<'_>) -> Exit {
    let open = page.differences().any(|(difference, _)| difference.verdict == Verdict::Drift);
    match page.comparison.conclusion() {
        _ if open => Exit::Findings,
        Conclusion::Unknown => Exit::Unknown,
        Conclusion::Drift if !page.comparison.drift.gaps.is_empty() => Exit::Unknown,
        Conclusion::None | Conclusion::Drift => Exit::Done,
    }
}

/// Compares, and prints what differs and why.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    if options.destructive && options.write.is_none() && options.format != Format::Sql {
        return Err(CommandError::NothingDrafted);
    }
    let context = context(session)?;
    let left = Side::parse(&context, &options.left)?;
    let right = match (&options.right, &left) {
        (Some(right), _) => Side::parse(&context, right)?,
        (None, Side::Environment(environment)) => Side::neighbour_of(&context, environment),
        (None, _) => return Err(CommandError::OneSide),
    };
    let runtime = small_runtime()?;
    let comparison = runtime.block_on(compare(&context, &left, &right))?;
    let page = Page {
        comparison: &comparison,
        rules: &context.config.drift.ignore,
        only_unexplained: options.unexplained,
        verbose: session.global.verbose > 0,
    };
    if options.write.is_some() || options.format == Format::Sql {
        let reconciliation = Reconciliation::of(&comparison, options.unexplained);
        if reconciliation.is_empty() {
            let words = format!("-- There is nothing to do: {}", words::conclusion(&comparison).1);
            session.output.line(words)?;
            return Ok(exit(page));
        }
        let proof = runtime.block_on(prove(&context, &comparison, &reconciliation))?;
        let destructive = options.destructive;
        if let Some(description) = &options.write {
            sql::write(&context, &comparison, &reconciliation, &proof, description, destructive, session)?;
            return Ok(if proof.is_proved() { Exit::Done } else { Exit::Findings });
        }
        sql::print(&comparison, &reconciliation, &proof, destructive, &mut session.output)?;
        return Ok(exit(page));
    }
    match options.format {
        Format::Json => session.output.json(&page.document())?,
        Format::Html => session.output.line(page.html())?,
        Format::Text | Format::Sql => lines::print(page, &mut session.output)?,
    }
    Ok(exit(page))
}
