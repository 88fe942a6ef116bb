//! A comparison as lines for people.

use std::collections::BTreeMap;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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
        let cell = |text: &Option<String>| folded(&printable(text.as_deref().unwrap_or_default()), HALF);
        let (mark, left, right) = (if row.is_same() { ' ' } else { '!' }, cell(&row.left), cell(&row.right));
        for index in 0..left.len().max(right.len()) {
            let of = |lines: &[String]| lines.get(index).cloned().unwrap_or_default();
            let (left, right) = (of(&left), of(&right));
            let gap = HALF.saturating_sub(left.width());
            let line = format!("          {mark} {left}{:gap$} | {right}", "");
            let line = line.trim_end();
            output.line(if row.is_same() { output.tone(Tone::Quiet, line) } else { line.to_owned() })?;
        }
    }
    Ok(())
}

/// A line in as many as it takes for none to be wider than `room`, broken at blanks where there are some.
fn folded(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let is_due = |line: &String, more: usize| line.width() + more > room && !line.trim().is_empty();
        let is_short = word.trim_end().width() + 2 <= room;
        if is_short && lines.last().is_some_and(|line| is_due(line, word.trim_end().width())) {
            lines.push("  ".to_owned());
        }
        for character in word.chars() {
            let width = character.width().unwrap_or(0);
            if lines.last().is_some_and(|line| line.width() + width > room) {
                if character == ' ' {
                    continue;
                }
                lines.push("  ".to_owned());
            }
            if let Some(line) = lines.last_mut() {
                line.push(character);
            }
        }
    }
    lines
}

fn print_change(
    comparison: &Comparison,
    change: &Change,
    verbose: bool,
    output: &mut Output,
) -> Result<(), CommandError> {
    let label = change.attribute.word();
    let (left, right) = (shown(change.left.as_ref()), shown(change.right.as_ref()));
    let is_long = left.contains('\n') || right.contains('\n') || left.len() + right.len() > VALUE;
    if !is_long {
        return Ok(output.line(format!("        {label}: {left} -> {right}"))?);
    }
    output.line(format!("        {label}:"))?;
    let (left, right) = if verbose { (left, right) } else { where_they_differ(&left, &right) };
    for (sign, side, value) in [("-", &comparison.left, left), ("+", &comparison.right, right)] {
        let mut rows = value.lines();
        let first = rows.next().unwrap_or_default();
        output.line(format!("          {sign} {}  {first}", output.tone(Tone::Quiet, side.to_string())))?;
        for row in rows {
            let row = format!("            {row}");
            output.line(if verbose { row } else { output.tone(Tone::Quiet, row) })?;
        }
    }
    Ok(())
}

/// How many characters before the first one that differs are shown.
const LEAD: usize = 24;

/// Of two long values the line in which they differ first, from a little before the place; below it, how many more
/// there are.
fn where_they_differ(left: &str, right: &str) -> (String, String) {
    let (left, right): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let at = left.iter().zip(&right).position(|(left, right)| left != right).unwrap_or(left.len().min(right.len()));
    let line = |lines: &[&str]| lines.get(at).copied().unwrap_or_default().to_owned();
    let (left_line, right_line) = (line(&left), line(&right));
    let same = left_line.chars().zip(right_line.chars()).take_while(|(left, right)| left == right).count();
    let is_long = left_line.chars().count().max(right_line.chars().count()) > VALUE;
    let skipped = if is_long { same.saturating_sub(LEAD) } else { 0 };
    let shown = |text: &str, lines: usize| {
        let rest: String = text.chars().skip(skipped).collect();
        let mut shown = if skipped > 0 { format!("…{rest}") } else { rest };
        shown = shortened(&shown, VALUE).into_owned();
        if lines > 1 {
            shown += &format!("\nand {}", count(lines - 1, "further line"));
        }
        shown
    };
    (shown(&left_line, left.len()), shown(&right_line, right.len()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_shown_from_where_they_differ() {
        let left = format!("FOREIGN KEY ({}) REFERENCES t(id) ON DELETE SET NULL", "a, ".repeat(30));
        let right = left.replace(" ON DELETE SET NULL", "");
        let (shown_left, shown_right) = where_they_differ(&left, &right);
        assert_eq!(shown_left, "…a, a, ) REFERENCES t(id) ON DELETE SET NULL");
        assert_eq!(shown_right, "…a, a, ) REFERENCES t(id)");
        let (left, right) = where_they_differ("BEGIN\n  x;\nEND", "BEGIN\n  y;\n  z;\nEND");
        assert_eq!((&*left, &*right), ("  x;\nand 2 further lines", "  y;\nand 3 further lines"));
        assert_eq!(where_they_differ("a", "a\nb").0, "");
    }

    #[test]
    fn a_long_line_is_folded_at_blanks() {
        assert_eq!(folded("one two three", 9), ["one two ", "  three"]);
        assert_eq!(folded("abcdefghijkl", 6), ["abcdef", "  ghij", "  kl"]);
        assert_eq!(folded("", 6), [""]);
    }
}
