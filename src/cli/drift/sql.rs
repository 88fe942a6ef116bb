//! The migration that would end a drift: printed, or written as files of the project.

use jiff::Timestamp;

use crate::cli::output::{self, Output, Tone};
use crate::cli::words::count;
use crate::cli::{CommandError, Session};
use crate::migration::name::MigrationType;
use crate::migration::scaffold::{Content, Request, scaffold_with};
use crate::migration::text::{printable, printable_lines};
use crate::window::context::Context;
use crate::window::drift::Comparison;
use crate::window::drift::prove::Proof;
use crate::window::drift::reconcile::Reconciliation;

/// How many objects a remark names.
const NAMED: usize = 5;

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
    let head: String =
        remarks.iter().flat_map(|(_, remark)| remark.lines()).map(|line| format!("-- {}\n", printable(line))).collect();
    let project = &context.config.project;
    let request = Request {
        layout: &project.layout,
        kind: MigrationType::Alter,
        description,
        author: None,
        ticket: None,
        release: None,
        now: Timestamp::now(),
        templates: project.templates.clone(),
    };
    let (up, down) = (format!("{head}\n{}", reconciliation.up(destructive)), reconciliation.down(destructive));
    let content = Content {
        up: &up,
        down: &down,
        up_is_stepwise: reconciliation.up_is_stepwise(),
        down_is_stepwise: reconciliation.down_is_stepwise(),
    };
    let made = scaffold_with(&request, &content)?;
    tracing::info!(migration = made.name.as_str(), "drafted a migration");
    for path in [&made.up, &made.down] {
        let created = session.output.tone(Tone::Good, "created");
        let path = output::path(path.strip_prefix(&session.surroundings.folder).unwrap_or(path));
        session.output.line(format!("{created}  {path}"))?;
    }
    for (tone, remark) in remarks.iter().skip(1) {
        for line in remark.lines() {
            let line = session.output.tone(*tone, printable(line));
            session.output.line(line)?;
        }
    }
    Ok(())
}

/// What the draft is, what was proved of it, and what it leaves.
fn remarks(
    comparison: &Comparison,
    reconciliation: &Reconciliation,
    proof: &Proof,
    destructive: bool,
) -> Vec<(Tone, String)> {
    let (left, right) = (&comparison.left, &comparison.right);
    let ended = count(reconciliation.selection.len(), "difference");
    let mut remarks = vec![(
        Tone::Quiet,
        format!("Drafted from the schemas of {left} and {right}: makes {left} what {right} is in {ended}."),
    )];
    if proof.is_proved() {
        let way_back = if proof.rollback_is_proved() { ", and the rollback leads back" } else { "" };
        remarks.push((
            Tone::Good,
            format!("Proved on a copy of the schema: the differences are gone, nothing else has changed{way_back}."),
        ));
    } else {
        remarks.push((Tone::Bad, format!("NOT PROVED. {}", why_not(proof).join("\n"))));
    }
    if let Some(failure) = &proof.rollback_failure {
        remarks
            .push((Tone::Bad, format!("The rollback fails on line {}: {}.", failure.line.unwrap_or(1), failure.why)));
    }
    if !proof.not_brought_back.is_empty() {
        remarks.push((Tone::Warning, format!("The rollback does not bring back {}.", named(&proof.not_brought_back))));
    }
    for (id, why) in &reconciliation.draft.refused {
        remarks.push((Tone::Warning, format!("Not drafted: {} {id}: {why}", id.kind)));
    }
    if reconciliation.destroys() && !destructive {
        remarks.push((
            Tone::Warning,
            "Statements that lose something are comments below; --destructive writes them as statements.".to_owned(),
        ));
    }
    remarks
}

fn why_not(proof: &Proof) -> Vec<String> {
    let mut whys = Vec::new();
    if let Some(failure) = &proof.failure {
        let sqlstate = failure.sqlstate.as_ref().map(|sqlstate| format!(" (SQLSTATE {sqlstate})")).unwrap_or_default();
        whys.push(format!("It fails on line {}: {}{sqlstate}.", failure.line.unwrap_or(1), failure.why));
    }
    if !proof.remaining.is_empty() {
        whys.push(format!("These still differ: {}.", named(&proof.remaining)));
    }
    if !proof.added.is_empty() {
        whys.push(format!("It also changes {}.", named(&proof.added)));
    }
    whys.extend(proof.doubts.iter().cloned());
    whys
}

fn named(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let mut text = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}
