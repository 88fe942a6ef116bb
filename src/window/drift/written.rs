//! A draft that was tried: what is to be said of it, and its files in the project's own convention.

use jiff::Timestamp;

use super::Comparison;
use super::prove::Proof;
use super::reconcile::Reconciliation;
use super::side::Seen;
use super::words::{self, Gravity, count, named};
use crate::migration::name::MigrationType;
use crate::migration::scaffold::{Content, Request, ScaffoldError, Scaffolded, scaffold_with};
use crate::migration::text::printable;
use crate::window::context::Context;

/// What a draft is, what trying it has shown, and what it leaves, in whole sentences. Without a proof it was not tried.
pub fn remarks(
    comparison: &Comparison,
    reconciliation: &Reconciliation,
    proof: Option<&Proof>,
    destructive: bool,
) -> Vec<(Gravity, String)> {
    let (left, right) = (&comparison.left, &comparison.right);
    let ended = count(reconciliation.selection.len(), "difference");
    let mut remarks = vec![(
        Gravity::Quiet,
        format!("Drafted from the schemas of {left} and {right}: makes {left} what {right} is in {ended}."),
    )];
    match proof {
        Some(proof) => remarks.extend(of_proof(proof)),
        None => remarks.push((Gravity::Bad, "NOT PROVED. It was not tried.".to_owned())),
    }
    remarks.extend(words::not_drafted(&reconciliation.draft.refused).map(|open| (Gravity::Warning, open)));
    if reconciliation.destroys() && !destructive {
        let mut words = "Statements that lose something are comments until somebody confirms them.".to_owned();
        // A trial has no rows to lose, and runs all of it.
        if proof.is_some() {
            words += " It was tried with them as statements.";
        }
        remarks.push((Gravity::Warning, words));
    }
    remarks.push(of_right_side(comparison, reconciliation));
    remarks
}

/// What the migration does where it is so already.
fn of_right_side(comparison: &Comparison, reconciliation: &Reconciliation) -> (Gravity, String) {
    let already = match &comparison.right {
        Seen::Files => "The files make this already".to_owned(),
        Seen::Database(found) => format!("In {} this is so already", found.name),
    };
    let stumbling: Vec<String> = reconciliation
        .stumbling()
        .flat_map(|statement| &statement.objects)
        .map(|id| format!("{} {id}", id.kind))
        .collect();
    if stumbling.is_empty() {
        return (Gravity::Quiet, format!("{already}: the migration passes over what it finds there."));
    }
    let words = format!(
        "{already}: there the migration fails, for no form of SQL passes over what is made of {}. Put these into a DO \
         block that looks first.",
        named(&stumbling)
    );
    (Gravity::Warning, words)
}

/// What trying a draft has shown.
fn of_proof(proof: &Proof) -> Vec<(Gravity, String)> {
    let mut remarks = Vec::new();
    if proof.is_proved() {
        let way_back = if proof.rollback_is_proved() { ", and the rollback leads back" } else { "" };
        let words =
            format!("Proved on a copy of the schema: the differences are gone, nothing else has changed{way_back}.");
        remarks.push((Gravity::Good, words));
    } else {
        remarks.push((Gravity::Bad, format!("NOT PROVED. {}", why_not(proof).join("\n"))));
    }
    if let Some(failure) = &proof.rollback_failure {
        let words = format!("The rollback fails on line {}: {}.", failure.line.unwrap_or(1), failure.why);
        remarks.push((Gravity::Bad, words));
    }
    if !proof.not_brought_back.is_empty() {
        let words = format!("The rollback does not bring back {}.", named(&proof.not_brought_back));
        remarks.push((Gravity::Warning, words));
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

/// Writes the migration and its rollback into the project. Neither is ever written over a file, and nothing is applied.
///
/// # Errors
/// Says what stood in the way; nothing was written.
pub fn write(
    context: &Context,
    reconciliation: &Reconciliation,
    remarks: &[(Gravity, String)],
    description: &str,
    destructive: bool,
) -> Result<Scaffolded, ScaffoldError> {
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
    Ok(made)
}
