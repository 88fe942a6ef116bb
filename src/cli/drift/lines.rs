//! A comparison as lines for people.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use crate::cli::CommandError;
use crate::cli::output::{Output, Tone};
use crate::cli::table::{Cell, Table};
use crate::cli::words::count;
use crate::migration::text::{printable, shortened};
use crate::schema::diff::{Change, Difference, Verdict};
use crate::schema::{Kind, ObjectId, Weight};
use crate::window::drift::Comparison;
use crate::window::drift::cause::{Explanation, by_migration};
use crate::window::drift::course::Which;
use crate::window::drift::export::{Page, Shown, definitions, rows};
use crate::window::drift::side::Seen;
use crate::window::drift::words::{self, Gravity, shown};

/// How many characters of a value are shown on its line.
const VALUE: usize = 72;

pub(super) fn print(page: Page<'_>, output: &mut Output) -> Result<(), CommandError> {
    let comparison = page.comparison;
    let mut heads = Table::default();
    for which in [Which::Left, Which::Right] {
        heads.row(head(comparison, which));
    }
    lines(&heads, output)?;
    print_differences(page, output)?;
    print_causes(comparison, output)?;
    let mut notes = words::unknowns(comparison);
    notes.extend(words::remarks(comparison, page.rules));
    if !notes.is_empty() {
        output.line("")?;
    }
    for (gravity, note) in notes {
        output.line(output.tone(tone(gravity), note))?;
    }
    output.line("")?;
    let (gravity, words) = words::conclusion(comparison);
    output.line(output.tone(tone(gravity), words))?;
    Ok(())
}

fn lines(table: &Table, output: &mut Output) -> Result<(), CommandError> {
    let lines: Vec<String> = table.lines(output).collect();
    for line in lines {
        output.line(line)?;
    }
    Ok(())
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
fn print_differences(page: Page<'_>, output: &mut Output) -> Result<(), CommandError> {
    let mut groups: BTreeMap<(Option<&str>, Kind), Vec<Shown<'_>>> = BTreeMap::new();
    for (difference, explanation) in page.differences() {
        // What is no drift is shown to who wants to see everything.
        if difference.verdict == Verdict::Drift || page.verbose {
            let schema = words::schema_of(&difference.id);
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
            print_difference(page, difference, explanation, output)?;
        }
    }
    Ok(())
}

fn print_difference(
    page: Page<'_>,
    difference: &Difference,
    explanation: Option<&Explanation>,
    output: &mut Output,
) -> Result<(), CommandError> {
    let comparison = page.comparison;
    let sign = difference.presence.sign();
    let words = words::presence(comparison, difference.presence);
    let name = words::name_within_schema(&difference.id);
    output.line(format!("    {sign} {name}  {}", output.tone(Tone::Quiet, words)))?;
    for change in &difference.changes {
        if change.weight == Weight::Information && !page.verbose {
            continue;
        }
        print_change(comparison, change, page.verbose, output)?;
    }
    let (gravity, words) = words::reason(comparison, difference, explanation, page.rules);
    output.line(format!("        {}", output.tone(tone(gravity), words)))?;
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

/// How something is written that is so grave.
pub(super) fn tone(gravity: Gravity) -> Tone {
    match gravity {
        Gravity::Quiet => Tone::Quiet,
        Gravity::Good => Tone::Good,
        Gravity::Warning => Tone::Warning,
        Gravity::Bad => Tone::Bad,
    }
}
