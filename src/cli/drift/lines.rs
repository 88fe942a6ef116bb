//! A comparison as lines for people.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use super::beside::{definitions, rows};
use super::{Page, Shown};
use crate::cli::CommandError;
use crate::cli::output::{Output, Tone};
use crate::cli::table::{Cell, Table};
use crate::cli::words::count;
use crate::migration::text::{printable, shortened};
use crate::schema::diff::{Change, Difference, IgnoreRule, Presence, RuleState, Verdict};
use crate::schema::{Kind, ObjectId, Value, Weight};
use crate::window::drift::cause::{Departs, Explanation, Finding, Suspect, Suspicion, by_migration};
use crate::window::drift::course::Which;
use crate::window::drift::side::Seen;
use crate::window::drift::{Comparison, Conclusion};

/// How many characters of a value are shown on its line.
const VALUE: usize = 72;

/// How many migrations that could not be replayed are shown: the first ones mostly cause the others.
const FAILURES: usize = 5;

pub(super) fn print(page: &Page<'_>, rules: &[IgnoreRule], output: &mut Output) -> Result<(), CommandError> {
    let comparison = page.comparison;
    let mut heads = Table::default();
    for which in [Which::Left, Which::Right] {
        heads.row(head(comparison, which));
    }
    lines(&heads, output)?;
    print_differences(page, rules, output)?;
    print_causes(comparison, output)?;
    let notes = notes(comparison, rules);
    if !notes.is_empty() {
        output.line("")?;
    }
    for (tone, note) in notes {
        output.line(output.tone(tone, printable(&note)))?;
    }
    output.line("")?;
    let (tone, words) = conclusion(page);
    output.line(output.tone(tone, words))?;
    Ok(())
}

fn lines(table: &Table, output: &mut Output) -> Result<(), CommandError> {
    let lines: Vec<String> = table.lines(output).collect();
    for line in lines {
        output.line(line)?;
    }
    Ok(())
}

/// Which side is which, and what is known of it, as texts.
pub(super) fn side(comparison: &Comparison, which: Which) -> Vec<String> {
    head(comparison, which).iter().map(|cell| cell.text().to_owned()).collect()
}

/// Which side is which, and what is known of it.
fn head(comparison: &Comparison, which: Which) -> Vec<Cell> {
    let (side, lacks) = match which {
        Which::Left => (&comparison.left, &comparison.left_lacks),
        Which::Right => (&comparison.right, &comparison.right_lacks),
    };
    let sign = match which {
        Which::Left => "-",
        Which::Right => "+",
    };
    let mut cells = vec![Cell::toned(Tone::Quiet, sign), Cell::toned(Tone::Heading, side.to_string())];
    let lacking = if lacks.is_empty() { String::new() } else { format!("lacks {}", count(lacks.len(), "migration")) };
    match side {
        Seen::Files => {
            cells.push(Cell::default());
            cells.push(Cell::plain("replayed in a shadow"));
            cells.push(Cell::default());
        }
        Seen::Database(found) => {
            cells.push(
                found
                    .tier
                    .map_or_else(Cell::default, |tier| Cell::toned(Tone::of_tier(tier), format!("[{}]", tier.label()))),
            );
            let standby = if found.standby { ", a standby" } else { "" };
            cells.push(Cell::plain(format!("PostgreSQL {}{standby}", found.version)));
            cells.push(Cell::plain(match &found.in_effect {
                Some(names) => format!("{} in effect", count(names.len(), "migration")),
                None => "migrations unknown".to_owned(),
            }));
        }
    }
    cells.push(Cell::plain(lacking));
    cells
}

/// Where differences are grouped: by schema, then by kind.
fn print_differences(page: &Page<'_>, rules: &[IgnoreRule], output: &mut Output) -> Result<(), CommandError> {
    let mut groups: BTreeMap<(Option<&str>, Kind), Vec<Shown<'_>>> = BTreeMap::new();
    for (difference, explanation) in page.differences() {
        // What is no drift is shown to who wants to see everything.
        if difference.verdict == Verdict::Drift || page.verbose {
            let schema = schema_of(&difference.id);
            groups.entry((schema, difference.id.kind)).or_default().push((difference, explanation));
        }
    }
    let mut last = None;
    for ((schema, kind), differences) in groups {
        if last != Some(schema) {
            let heading =
                schema.map_or("outside of schemas".to_owned(), |schema| format!("schema {}", printable(schema)));
            output.line("")?;
            output.line(output.tone(Tone::Heading, heading))?;
            last = Some(schema);
        }
        output.line(output.tone(Tone::Quiet, format!("  {}", kind.plural())))?;
        for (difference, explanation) in differences {
            print_difference(page, difference, explanation, rules, output)?;
        }
    }
    Ok(())
}

/// The schema under which an object is shown; `None` is outside of schemas.
pub(super) fn schema_of(id: &ObjectId) -> Option<&str> {
    if id.kind == Kind::Schema { Some(&id.name) } else { id.schema.as_deref() }
}

/// Where an object is, as a sign and in words.
pub(super) fn presence(comparison: &Comparison, difference: &Difference) -> (&'static str, String) {
    match difference.presence {
        Presence::OnlyLeft => ("-", format!("only in {}", comparison.left)),
        Presence::OnlyRight => ("+", format!("only in {}", comparison.right)),
        Presence::Changed => ("~", "differs".to_owned()),
    }
}

/// Why a difference is there, or why it does not count.
pub(super) fn reason(
    comparison: &Comparison,
    difference: &Difference,
    explanation: Option<&Explanation>,
    rules: &[IgnoreRule],
) -> (Tone, String) {
    match (difference.verdict, explanation) {
        (Verdict::Ignored(rule), _) => {
            let reason = rules.get(rule).map_or("", |rule| &rule.reason);
            (Tone::Quiet, format!("ignored: {}", printable(reason)))
        }
        (Verdict::Information, _) => (Tone::Quiet, "no drift: no migration decides this".to_owned()),
        (Verdict::Drift, None) => (Tone::Bad, "unexplained".to_owned()),
        (Verdict::Drift, Some(explanation)) => explained(comparison, explanation),
    }
}

fn print_difference(
    page: &Page<'_>,
    difference: &Difference,
    explanation: Option<&Explanation>,
    rules: &[IgnoreRule],
    output: &mut Output,
) -> Result<(), CommandError> {
    let comparison = page.comparison;
    let (sign, words) = presence(comparison, difference);
    let name = name(&difference.id);
    output.line(format!("    {sign} {name}  {}", output.tone(Tone::Quiet, words)))?;
    for change in &difference.changes {
        if change.weight == Weight::Information && !page.verbose {
            continue;
        }
        print_change(comparison, change, page.verbose, output)?;
    }
    let (tone, words) = reason(comparison, difference, explanation, rules);
    output.line(format!("        {}", output.tone(tone, words)))?;
    if page.verbose { print_beside(comparison, &difference.id, output) } else { Ok(()) }
}

/// How wide each of two definitions is that stand beside one another.
const HALF: usize = 64;

/// Both definitions beside one another.
fn print_beside(comparison: &Comparison, id: &ObjectId, output: &mut Output) -> Result<(), CommandError> {
    let (left, right) = definitions(comparison, id);
    for row in rows(&left, &right) {
        let cell = |text: &Option<String>| cut(&printable(text.as_deref().unwrap_or_default()), HALF);
        let (mark, left, right) = (if row.is_same() { ' ' } else { '!' }, cell(&row.left), cell(&row.right));
        let gap = HALF.saturating_sub(left.width());
        let line = format!("          {mark} {left}{:gap$} | {right}", "");
        let line = line.trim_end();
        output.line(if row.is_same() { output.tone(Tone::Quiet, line) } else { line.to_owned() })?;
    }
    Ok(())
}

fn print_change(
    comparison: &Comparison,
    change: &Change,
    verbose: bool,
    output: &mut Output,
) -> Result<(), CommandError> {
    let limit = if verbose { usize::MAX } else { VALUE };
    let label = change.attribute.word();
    let (left, right) = (shown(change.left.as_ref()), shown(change.right.as_ref()));
    let is_long = left.contains('\n') || right.contains('\n') || left.len() + right.len() > VALUE;
    if !is_long {
        return Ok(output.line(format!("        {label}: {left} -> {right}"))?);
    }
    output.line(format!("        {label}:"))?;
    for (sign, side, value) in [("-", &comparison.left, left), ("+", &comparison.right, right)] {
        let mut rows = value.lines();
        let first = rows.next().unwrap_or_default();
        let more = rows.clone().count();
        output.line(format!(
            "          {sign} {}  {}",
            output.tone(Tone::Quiet, side.to_string()),
            cut(first, limit)
        ))?;
        if verbose {
            for row in rows {
                output.line(format!("            {row}"))?;
            }
        } else if more > 0 {
            output.line(output.tone(Tone::Quiet, format!("            and {}", count(more, "further line"))))?;
        }
    }
    Ok(())
}

fn cut(text: &str, limit: usize) -> String {
    if limit == usize::MAX { text.to_owned() } else { shortened(text, limit).into_owned() }
}

/// A value as it reads on a terminal; its lines stay lines.
pub(super) fn shown(value: Option<&Value>) -> String {
    value.map_or_else(
        || "(default)".to_owned(),
        |value| value.to_string().lines().map(|line| printable(line).into_owned()).collect::<Vec<_>>().join("\n"),
    )
}

/// The name of an object within its schema.
pub(super) fn name(id: &ObjectId) -> String {
    let whole = id.to_string();
    let within = id.schema.as_deref().and_then(|schema| {
        let prefix = format!("{}.", crate::schema::name::quoted(schema));
        whole.strip_prefix(&prefix).map(str::to_owned)
    });
    printable(&within.unwrap_or(whole)).into_owned()
}

/// Why a difference is there, in words.
pub(super) fn explained(comparison: &Comparison, explanation: &Explanation) -> (Tone, String) {
    let causes: Vec<String> = explanation
        .by
        .iter()
        .map(|cause| format!("{}, which {} lacks", cause.migration, comparison.side(cause.lacking)))
        .collect();
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
            return (Tone::Good, "explained: each side is what its own migrations make there".to_owned());
        }
        Finding::Explained => return (Tone::Good, format!("explained by {causes}")),
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
    (if explanation.finding == Finding::Unproven { Tone::Warning } else { Tone::Bad }, words)
}

/// The migrations that explain something, with how much.
fn print_causes(comparison: &Comparison, output: &mut Output) -> Result<(), CommandError> {
    let counts = by_migration(&comparison.explanations);
    for which in [Which::Left, Which::Right] {
        let lacks = match which {
            Which::Left => &comparison.left_lacks,
            Which::Right => &comparison.right_lacks,
        };
        if lacks.is_empty() {
            continue;
        }
        output.line("")?;
        output.line(output.tone(Tone::Heading, format!("{} lacks", comparison.side(which))))?;
        let mut table = Table::default();
        for migration in lacks {
            let explains = counts.get(migration.as_str()).copied().unwrap_or(0);
            let words = match explains {
                0 => "explains nothing".to_owned(),
                number => format!("explains {}", count(number, "difference")),
            };
            table.row(vec![Cell::plain(format!("  {}", printable(migration))), Cell::toned(Tone::Quiet, words)]);
        }
        lines(&table, output)?;
    }
    Ok(())
}

/// What is to be said beside the differences.
pub(super) fn notes(comparison: &Comparison, rules: &[IgnoreRule]) -> Vec<(Tone, String)> {
    let mut notes: Vec<(Tone, String)> = Vec::new();
    for failure in comparison.failures.iter().take(FAILURES) {
        notes.push((Tone::Warning, failure.to_string()));
    }
    if comparison.failures.len() > FAILURES {
        let all = count(comparison.failures.len(), "migration");
        notes.push((Tone::Warning, format!("{all} could not be replayed in all.")));
    }
    for gap in &comparison.drift.gaps {
        let kinds: Vec<&str> = gap.gap.kinds.iter().map(|kind| kind.plural()).collect();
        let kinds = if kinds.len() == Kind::ALL.len() { "everything".to_owned() } else { kinds.join(", ") };
        let what = gap.gap.attribute.map_or(kinds.clone(), |attribute| format!("{attribute} of {kinds}"));
        notes.push((Tone::Warning, format!("Not known of {}: {what}. {}", comparison.side(gap.side), gap.gap.reason)));
    }
    notes.extend(comparison.doubts.iter().map(|doubt| (Tone::Warning, doubt.clone())));
    notes.extend(comparison.remarks.iter().map(|remark| (Tone::Quiet, remark.clone())));
    for report in &comparison.drift.rules {
        let Some(rule) = rules.get(report.rule) else { continue };
        let named = format!("The rule that ignores {} ({})", rule.pattern, rule.reason);
        match report.state {
            RuleState::Applied(_) => {}
            RuleState::WithoutEffect => notes.push((Tone::Warning, format!("{named} fits nothing here."))),
            RuleState::Expired => {
                let until = rule.until.map(|until| format!(" on {until}")).unwrap_or_default();
                notes.push((Tone::Warning, format!("{named} expired{until}, and ignores nothing any more.")));
            }
        }
    }
    notes
}

/// What it comes to, in a sentence.
pub(super) fn conclusion(page: &Page<'_>) -> (Tone, String) {
    let comparison = page.comparison;
    let counts = comparison.counts();
    let numbers = [
        (counts.explained, "explained"),
        (counts.unexplained, "unexplained"),
        (counts.unproven, "unproven"),
        (counts.ignored, "ignored"),
    ];
    let parts: Vec<String> =
        numbers.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    let (left, right) = (&comparison.left, &comparison.right);
    match comparison.conclusion() {
        Conclusion::None if counts.ignored > 0 => {
            (Tone::Good, format!("No drift between {left} and {right}: {}.", count_ignored(counts.ignored)))
        }
        Conclusion::None => (Tone::Good, format!("No drift between {left} and {right}.")),
        Conclusion::Unknown => (
            Tone::Bad,
            format!("No difference between {left} and {right} was found, but not everything is known: see above."),
        ),
        Conclusion::Drift => {
            let all = counts.explained + counts.unexplained + counts.unproven;
            let tone = if counts.unexplained + counts.unproven > 0 { Tone::Bad } else { Tone::Warning };
            (tone, format!("{} between {left} and {right}: {}.", count(all, "difference"), parts.join(", ")))
        }
    }
}

fn count_ignored(number: usize) -> String {
    format!(
        "{} ignored by the configuration",
        if number == 1 { "1 difference is".to_owned() } else { format!("{number} differences are") }
    )
}
