//! Files and differences made into lines of text with roles, away from the screen: the slow part of showing them.

use similar::{ChangeTag, TextDiff};
use std::borrow::Cow;
use std::time::Duration;

use crate::migration::highlight::{Token, highlight};
use crate::migration::text::printable_lines;

use super::theme::Role;
use super::widget::paint::{Piece, piece};
use super::widget::viewer::TextLine;

/// How much of a file is shown, in bytes. Nobody reads further, and the file itself is at hand.
const SHOWN: usize = 2 * 1024 * 1024;

/// How long a difference may be looked for before it becomes a rough one.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many lines stand around a change.
const AROUND: usize = 4;

/// SQL as highlighted, numbered lines. Bytes that are no UTF-8 are shown as such; a long file is cut, with a word.
#[must_use]
pub fn sql(bytes: &[u8]) -> Vec<TextLine> {
    let cut = bytes.len() > SHOWN;
    let text = String::from_utf8_lossy(if cut { &bytes[..SHOWN] } else { bytes });
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut lines = vec![TextLine { number: Some(1), ..TextLine::default() }];
    for (range, token) in highlight(text) {
        let role = role_of(token);
        let shown = printable_lines(&text[range]);
        for (index, part) in shown.split('\n').enumerate() {
            if index > 0 {
                let number = u32::try_from(lines.len() + 1).ok();
                lines.push(TextLine { number, ..TextLine::default() });
            }
            if let (false, Some(line)) = (part.is_empty(), lines.last_mut()) {
                line.pieces.push(piece(role, part.to_owned()));
            }
        }
    }
    // A file that ends with a newline has no line after it.
    if lines.len() > 1 && lines.last().is_some_and(|line| line.pieces.is_empty()) {
        lines.pop();
    }
    if cut {
        let words = format!("The file goes on; {} MB of it are shown.", SHOWN / 1024 / 1024);
        lines.push(TextLine::plain(Role::Warn, words));
    }
    lines
}

fn role_of(token: Token) -> Role {
    match token {
        Token::Keyword => Role::CodeKeyword,
        Token::Type => Role::CodeType,
        Token::String => Role::CodeString,
        Token::Number => Role::CodeNumber,
        Token::Comment => Role::CodeComment,
        Token::Identifier => Role::CodeIdentifier,
        Token::Parameter => Role::CodeParameter,
        Token::Operator => Role::CodeOperator,
        Token::Function => Role::CodeFunction,
        Token::Plain => Role::Text,
    }
}

/// A report's Markdown as lines: headings stand out, and the columns of tables are aligned.
#[must_use]
pub fn markdown(text: &str) -> Vec<TextLine> {
    let text = printable_lines(text);
    let mut lines = Vec::new();
    let mut table: Vec<Vec<String>> = Vec::new();
    for line in text.lines() {
        if let Some(cells) = line.strip_prefix('|') {
            table.push(cells_of(cells));
            continue;
        }
        lines.append(&mut table_lines(&std::mem::take(&mut table)));
        lines.push(match line.strip_prefix('#') {
            Some(heading) => TextLine::plain(Role::Heading, format!(" {}", heading.trim_start_matches(['#', ' ']))),
            None => TextLine::of(emphasised(line)),
        });
    }
    lines.append(&mut table_lines(&table));
    lines
}

/// The cells of a table's row, without the backslashes that keep them from being markup.
fn cells_of(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut characters = row.chars();
    while let Some(character) = characters.next() {
        let taken = match character {
            '|' => {
                cells.push(String::new());
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            '`' => continue,
            other => other,
        };
        if let Some(cell) = cells.last_mut() {
            cell.push(taken);
        }
    }
    // What follows the last bar is no cell.
    cells.pop();
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

fn table_lines(rows: &[Vec<String>]) -> Vec<TextLine> {
    const WIDEST: usize = 48;
    let is_ruler = |row: &[String]| row.iter().all(|cell| !cell.is_empty() && cell.chars().all(|one| one == '-'));
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter(|row| !is_ruler(row)).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).min(WIDEST)
        })
        .collect();
    rows.iter()
        .enumerate()
        .filter(|(_, row)| !is_ruler(row))
        .map(|(index, row)| {
            let role = if index == 0 { Role::Dim } else { Role::Text };
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            TextLine::plain(role, format!(" {}", cells.collect::<Vec<_>>().join("  ").trim_end()))
        })
        .collect()
}

/// A line with its bold parts told apart.
fn emphasised(line: &str) -> Vec<Piece> {
    let mut pieces = vec![piece(Role::Text, " ")];
    for (index, part) in line.split("**").enumerate() {
        let role = if index % 2 == 1 { Role::Dim } else { Role::Text };
        let text = part.replace('\\', "");
        if !text.is_empty() {
            pieces.push(piece(role, text));
        }
    }
    pieces
}

/// What changed from `before` to `after`, as a unified difference with the changed words marked.
#[must_use]
pub fn difference(before: &str, after: &str) -> Vec<TextLine> {
    let before = printable_lines(before);
    let after = printable_lines(after);
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(&before, &after);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(AROUND) {
        if let (Some(first), Some(last)) = (group.first(), group.last()) {
            let old = first.old_range().start + 1..last.old_range().end;
            let new = first.new_range().start + 1..last.new_range().end;
            let words = format!("lines {}-{}, now {}-{}", old.start, old.end, new.start, new.end);
            lines.push(TextLine::plain(Role::DiffHeading, words));
        }
        for operation in &group {
            for change in diff.iter_inline_changes(operation) {
                let (sign, line_role, word_role) = match change.tag() {
                    ChangeTag::Equal => ("  ", None, Role::Text),
                    ChangeTag::Delete => ("- ", Some(Role::DiffRemoved), Role::DiffRemovedWord),
                    ChangeTag::Insert => ("+ ", Some(Role::DiffAdded), Role::DiffAddedWord),
                };
                let plain = line_role.unwrap_or(Role::Text);
                let mut pieces = vec![piece(plain, sign)];
                pieces.extend(change.values().iter().filter_map(|(emphasised, text)| {
                    let text = text.trim_end_matches('\n');
                    let role = if *emphasised { word_role } else { plain };
                    (!text.is_empty()).then(|| Piece { role, text: Cow::Owned(text.to_owned()) })
                }));
                let number = change.new_index().or(change.old_index()).and_then(|index| u32::try_from(index + 1).ok());
                lines.push(TextLine { number, pieces, role: line_role });
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[TextLine]) -> Vec<String> {
        lines.iter().map(TextLine::text).collect()
    }

    #[test]
    fn sql_becomes_numbered_lines() {
        let lines = sql(b"\xef\xbb\xbfselect 1;\r\n-- why\n");
        assert_eq!(texts(&lines), ["select 1;", "-- why"]);
        assert_eq!(lines[1].number, Some(2));
        assert!(lines[1].pieces.iter().any(|piece| piece.role == Role::CodeComment));
    }

    #[test]
    fn what_is_no_text_is_shown_as_such_and_harmless() {
        let lines = sql(b"select '\xff\x1b[2J';");
        let text = lines[0].text();
        assert!(text.contains('\u{fffd}') && !text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn an_empty_file_is_one_empty_line() {
        assert_eq!(texts(&sql(b"")), [""]);
    }

    #[test]
    fn a_long_file_is_cut_with_a_word() {
        let long = "select 1;\n".repeat(SHOWN / 10 + 100);
        let lines = sql(long.as_bytes());
        assert!(lines.last().is_some_and(|line| line.text().contains("goes on")));
    }

    #[test]
    fn a_difference_marks_the_words_that_changed() {
        let lines = difference("a\nname text not null\nb\n", "a\nname varchar not null\nb\n");
        assert_eq!(
            texts(&lines),
            ["lines 1-3, now 1-3", "  a", "- name text not null", "+ name varchar not null", "  b"]
        );
        let removed = lines[2].pieces.iter().find(|piece| piece.role == Role::DiffRemovedWord);
        assert_eq!(removed.map(|piece| piece.text.as_ref()), Some("text"));
    }

    #[test]
    fn a_reports_tables_are_aligned_and_its_escapes_are_undone() {
        let page = "# Title\n\n- **Result:** complete\n| a | long |\n| --- | --- |\n| one \\| two | x\\* |\n";
        assert_eq!(
            texts(&markdown(page)),
            [" Title", " ", " - Result: complete", " a          long", " one | two  x*"]
        );
    }

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(difference("a\n", "a\n"), []);
    }
}
