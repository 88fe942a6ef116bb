//! A comparison in words, the same on every face of Tidegate.

use super::cause::{Departs, Explanation, Finding, Suspect, Suspicion};
use super::course::Which;
use super::side::Seen;
use super::standing::Standing;
use super::{Comparison, Conclusion};
use crate::migration::text::printable;
use crate::schema::diff::{Difference, IgnoreRule, Presence, RuleState, Verdict};
use crate::schema::{Kind, ObjectId, Value};

/// How grave something is that is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// Beside the point.
    Quiet,
    /// Well.
    Good,
    /// Wants a look.
    Warning,
    /// Wants one first.
    Bad,
}

/// How many migrations that could not be replayed are told: the first ones mostly cause the others.
const FAILURES: usize = 5;

/// The schema under which an object is shown; `None` is outside of schemas.
pub fn schema_of(id: &ObjectId) -> Option<&str> {
    if id.kind == Kind::Schema { Some(&id.name) } else { id.schema.as_deref() }
}

/// The name of an object within its schema, printable.
pub fn name_within_schema(id: &ObjectId) -> String {
    let whole = id.to_string();
    let within = id.schema.as_deref().and_then(|schema| {
        let prefix = format!("{}.", crate::schema::name::quoted(schema));
        whole.strip_prefix(&prefix).map(str::to_owned)
    });
    printable(&within.unwrap_or(whole)).into_owned()
}

/// Where an object is, in words.
pub fn presence(comparison: &Comparison, presence: Presence) -> String {
    match presence {
        Presence::OnlyLeft => format!("only in {}", comparison.left),
        Presence::OnlyRight => format!("only in {}", comparison.right),
        Presence::Changed => "differs".to_owned(),
    }
}

/// A value as it reads on a terminal; its lines stay lines.
pub fn shown(value: Option<&Value>) -> String {
    value.map_or_else(
        || "(default)".to_owned(),
        |value| value.to_string().lines().map(|line| printable(line).into_owned()).collect::<Vec<_>>().join("\n"),
    )
}

/// Why a difference is there, or why it does not count.
pub fn reason(
    comparison: &Comparison,
    difference: &Difference,
    explanation: Option<&Explanation>,
    rules: &[IgnoreRule],
) -> (Gravity, String) {
    match (difference.verdict, explanation) {
        (Verdict::Ignored(rule), _) => {
            let reason = rules.get(rule).map_or("", |rule| &rule.reason);
            (Gravity::Quiet, format!("ignored: {}", printable(reason)))
        }
        (Verdict::Information, _) => (Gravity::Quiet, "no drift: no migration decides this".to_owned()),
        (Verdict::Drift, None) => (Gravity::Bad, "unexplained".to_owned()),
        (Verdict::Drift, Some(explanation)) => explained(comparison, explanation),
    }
}

/// Why a difference that counts is there.
fn explained(comparison: &Comparison, explanation: &Explanation) -> (Gravity, String) {
    let cause =
        |cause: &super::cause::Cause| format!("{}, which {} lacks", cause.migration, comparison.side(cause.lacking));
    let causes: Vec<String> = explanation.by.iter().map(cause).collect();
    let causes = causes.join("; ");
    let suspect = |suspect: &Suspect| match suspect.why {
        Suspicion::Edited => {
            let side = comparison.side(suspect.side);
            format!("{side} has {} in another version than its file", suspect.migration)
        }
        Suspicion::NoFile => format!("perhaps made by {}, of which there is no file", suspect.migration),
    };
    let suspects: Vec<String> = explanation.suspects.iter().map(suspect).collect();
    let mut words = match explanation.finding {
        Finding::Explained if causes.is_empty() => {
            return (Gravity::Good, "explained: each side is what its own migrations make there".to_owned());
        }
        Finding::Explained => return (Gravity::Good, format!("explained by {causes}")),
        Finding::Unproven => "unproven: the replay is not complete".to_owned(),
        Finding::Unexplained(departs) => {
            let sides = match departs {
                Departs::Left => format!("{} is not what its migrations make", comparison.left),
                Departs::Right => format!("{} is not what its migrations make", comparison.right),
                Departs::Both => "neither side is what its migrations make".to_owned(),
                Departs::Unknown => "what the migrations make there is not known".to_owned(),
            };
            format!("unexplained: {sides}")
        }
    };
    if !suspects.is_empty() {
        words += &format!("; {}", suspects.join("; "));
    }
    if !causes.is_empty() {
        words += &format!("; also touched by {causes}");
    }
    (if explanation.finding == Finding::Unproven { Gravity::Warning } else { Gravity::Bad }, words)
}

/// What is known of a side: its server, how many migrations are in effect there, how many it lacks.
pub fn side(comparison: &Comparison, which: Which) -> String {
    let (seen, lacks) = match which {
        Which::Left => (&comparison.left, &comparison.left_lacks),
        Which::Right => (&comparison.right, &comparison.right_lacks),
    };
    let mut words = match seen {
        Seen::Files => "what the migrations make, replayed in a shadow".to_owned(),
        Seen::Database(found) => {
            let standby = if found.standby { ", a standby" } else { "" };
            let in_effect = match &found.in_effect {
                Some(names) => format!("{} in effect", count(names.len(), "migration")),
                None => "migrations unknown".to_owned(),
            };
            format!("PostgreSQL {}{standby}, {in_effect}", found.version)
        }
    };
    if !lacks.is_empty() {
        words += &format!(", lacks {}", count(lacks.len(), "migration"));
    }
    words
}

/// What could not be read of either side, or replayed: as long as there is such a thing, what is not shown may differ.
pub fn unknowns(comparison: &Comparison) -> Vec<(Gravity, String)> {
    let mut unknowns: Vec<(Gravity, String)> = Vec::new();
    for gap in &comparison.drift.gaps {
        let kinds: Vec<&str> = gap.gap.kinds.iter().map(|kind| kind.plural()).collect();
        let kinds = if kinds.len() == Kind::ALL.len() { "everything".to_owned() } else { kinds.join(", ") };
        let what = gap.gap.attribute.map_or(kinds.clone(), |attribute| format!("{attribute} of {kinds}"));
        let words = format!("Not known of {}: {what}. {}", comparison.side(gap.side), gap.gap.reason);
        unknowns.push((Gravity::Bad, words));
    }
    for failure in comparison.failures.iter().take(FAILURES) {
        unknowns.push((Gravity::Warning, failure.to_string()));
    }
    if comparison.failures.len() > FAILURES {
        let all = count(comparison.failures.len(), "migration");
        unknowns.push((Gravity::Warning, format!("{all} could not be replayed in all.")));
    }
    unknowns.extend(comparison.doubts.iter().map(|doubt| (Gravity::Warning, doubt.clone())));
    unknowns.into_iter().map(|(gravity, words)| (gravity, printable(&words).into_owned())).collect()
}

/// What else is to be said beside the differences.
pub fn remarks(comparison: &Comparison, rules: &[IgnoreRule]) -> Vec<(Gravity, String)> {
    let mut remarks: Vec<(Gravity, String)> =
        comparison.remarks.iter().map(|remark| (Gravity::Quiet, remark.clone())).collect();
    for report in &comparison.drift.rules {
        let Some(rule) = rules.get(report.rule) else { continue };
        let named = format!("The rule that ignores {} ({})", rule.pattern, rule.reason);
        match report.state {
            RuleState::Applied(_) => {}
            RuleState::WithoutEffect => remarks.push((Gravity::Warning, format!("{named} fits nothing here."))),
            RuleState::Expired => {
                let until = rule.until.map(|until| format!(" on {until}")).unwrap_or_default();
                remarks.push((Gravity::Warning, format!("{named} expired{until}, and ignores nothing any more.")));
            }
        }
    }
    remarks.extend(not_drafted(&comparison.refused).map(|words| (Gravity::Warning, words)));
    remarks.into_iter().map(|(gravity, words)| (gravity, printable(&words).into_owned())).collect()
}

/// What a draft leaves open, a sentence each.
pub fn not_drafted(refused: &[(ObjectId, String)]) -> impl Iterator<Item = String> {
    refused.iter().map(|(id, why)| format!("Not in a draft, or not wholly: {} {id}. {why}", id.kind))
}

/// What it comes to, in a sentence.
pub fn conclusion(comparison: &Comparison) -> (Gravity, String) {
    let counts = comparison.counts();
    let numbers = [
        (counts.unexplained, Standing::Unexplained),
        (counts.unproven, Standing::Unproven),
        (counts.explained, Standing::Explained),
        (counts.ignored, Standing::Ignored),
    ];
    let parts: Vec<String> = numbers
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, standing)| format!("{number} {}", standing.word()))
        .collect();
    let (left, right) = (&comparison.left, &comparison.right);
    match comparison.conclusion() {
        Conclusion::None if counts.ignored > 0 => {
            let ignored = match counts.ignored {
                1 => "1 difference is".to_owned(),
                number => format!("{number} differences are"),
            };
            (Gravity::Good, format!("No drift between {left} and {right}: {ignored} ignored by the configuration."))
        }
        Conclusion::None => (Gravity::Good, format!("No drift between {left} and {right}.")),
        Conclusion::Unknown => {
            (Gravity::Bad, format!("No difference between {left} and {right} was found, but not everything is known."))
        }
        Conclusion::Drift => {
            let all = counts.explained + counts.unexplained + counts.unproven;
            let gravity = if counts.unexplained + counts.unproven > 0 { Gravity::Bad } else { Gravity::Warning };
            (gravity, format!("{} between {left} and {right}: {}.", count(all, "difference"), parts.join(", ")))
        }
    }
}

/// How many objects a sentence names.
const NAMED: usize = 5;

/// Names as a sentence lists them: the first few, and how many more there are.
pub fn named(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let mut text = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}

/// A count with its word: `1 migration`, `5 migrations`.
pub(super) fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
