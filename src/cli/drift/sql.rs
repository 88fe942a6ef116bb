//! The migration that would end a drift: printed, or written as files of the project.

use super::lines::tone;
use crate::cli::output::{self, Output, Tone};
use crate::cli::{CommandError, Session};
use crate::migration::text::{printable, printable_lines};
use crate::window::context::Context;
use crate::window::drift::prove::Proof;
use crate::window::drift::reconcile::Reconciliation;
use crate::window::drift::words::Gravity;
use crate::window::drift::{Comparison, written};

/// Prints the migration, and its rollback as comments.
pub(super) fn print(
    comparison: &Comparison,
    reconciliation: &Reconciliation,
    proof: &Proof,
    destructive: bool,
    output: &mut Output,
) -> Result<(), CommandError> {
    let remarks = remarks(comparison, reconciliation, proof, destructive);
    for remark in remarks.iter().flat_map(|(_, remark)| remark.lines()) {
        output.line(format!("-- {}", printable(remark)))?;
    }
    output.line("")?;
    let up = reconciliation.up(destructive);
    output.line(printable_lines(up.trim_end()))?;
    output.line("")?;
    output.line("-- Rollback:")?;
    for line in reconciliation.down(destructive).lines().filter(|line| !line.is_empty()) {
        output.line(format!("-- {}", printable(line)))?;
    }
    Ok(())
}

/// Writes the migration and its rollback in the project's convention.
pub(super) fn write(
    context: &Context,
    comparison: &Comparison,
    reconciliation: &Reconciliation,
    proof: &Proof,
    description: &str,
    destructive: bool,
    session: &mut Session,
) -> Result<(), CommandError> {
    let remarks = remarks(comparison, reconciliation, proof, destructive);
    let made = written::write(context, reconciliation, &remarks, description, destructive)?;
    for path in [&made.up, &made.down] {
        let created = session.output.tone(Tone::Good, "created");
        let path = output::path(path.strip_prefix(&session.surroundings.folder).unwrap_or(path));
        session.output.line(format!("{created}  {path}"))?;
    }
    for (gravity, remark) in remarks.iter().skip(1) {
        for line in remark.lines() {
            let line = session.output.tone(tone(*gravity), printable(line));
            session.output.line(line)?;
        }
    }
    Ok(())
}

/// What is to be said of the draft, and how its destructive statements are asked for.
fn remarks(
    comparison: &Comparison,
    reconciliation: &Reconciliation,
    proof: &Proof,
    destructive: bool,
) -> Vec<(Gravity, String)> {
    let mut remarks = written::remarks(comparison, reconciliation, Some(proof), destructive);
    if reconciliation.destroys() && !destructive {
        remarks.push((Gravity::Quiet, "--destructive writes them as statements.".to_owned()));
    }
    remarks
}
