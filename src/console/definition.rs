//! The SQL of an object on two sides, line beside line, highlighted as SQL and with the words that differ marked.

use std::time::Duration;

use similar::{Algorithm, ChangeTag, DiffTag, TextDiff};

use super::document::sql;
use super::theme::Role;
use super::widget::beside::Pair;
use super::widget::paint::{Piece, piece};
use super::widget::viewer::TextLine;
use crate::migration::text::printable_lines;

/// How long a difference may be looked for before it becomes a rough one: somebody moves through the tree meanwhile.
const PATIENCE: Duration = Duration::from_millis(150);

/// Two texts of SQL, line beside line.
#[must_use]
pub fn beside(left: &str, right: &str) -> Vec<Pair> {
    let (left, right) = (printable_lines(left), printable_lines(right));
    let (left_lines, right_lines) = (lines(&left), lines(&right));
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_lines(&*left, &*right);
    let mut pairs = Vec::new();
    for operation in diff.ops() {
        if operation.tag() == DiffTag::Equal {
            pairs.extend(
                operation.old_range().zip(operation.new_range()).map(|(old, new)| Pair {
                    left: left_lines.get(old).cloned(),
                    right: right_lines.get(new).cloned(),
                }),
            );
            continue;
        }
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for change in diff.iter_inline_changes(operation) {
            let (lines, index, into, role, word_role) = match change.tag() {
                ChangeTag::Delete => {
                    (&left_lines, change.old_index(), &mut removed, Role::DiffRemoved, Role::DiffRemovedWord)
                }
                ChangeTag::Insert => {
                    (&right_lines, change.new_index(), &mut added, Role::DiffAdded, Role::DiffAddedWord)
                }
                ChangeTag::Equal => continue,
            };
            let line = index.and_then(|index| lines.get(index)).cloned().unwrap_or_default();
            let pieces = marked(&line.pieces, change.values(), word_role);
            into.push(TextLine { role: Some(role), pieces, ..line });
        }
        let rows = removed.len().max(added.len());
        let (mut removed, mut added) = (removed.into_iter(), added.into_iter());
        pairs.extend((0..rows).map(|_| Pair { left: removed.next(), right: added.next() }));
    }
    pairs
}

/// The same as one text: where the sides differ, the left one's lines come first.
#[must_use]
pub fn unified(pairs: &[Pair]) -> Vec<TextLine> {
    let signed = |sign: &'static str, line: &TextLine| {
        let mut pieces = vec![piece(line.role.unwrap_or(Role::Text), sign)];
        pieces.extend(line.pieces.iter().cloned());
        TextLine { number: None, pieces, role: line.role }
    };
    let mut unified = Vec::new();
    for run in pairs.chunk_by(|one, other| one.is_same() == other.is_same()) {
        if run.first().is_some_and(Pair::is_same) {
            unified.extend(run.iter().filter_map(|pair| pair.left.as_ref()).map(|line| signed("  ", line)));
            continue;
        }
        unified.extend(run.iter().filter_map(|pair| pair.left.as_ref()).map(|line| signed("- ", line)));
        unified.extend(run.iter().filter_map(|pair| pair.right.as_ref()).map(|line| signed("+ ", line)));
    }
    unified
}

fn lines(text: &str) -> Vec<TextLine> {
    if text.is_empty() { Vec::new() } else { sql(text.as_bytes()) }
}

/// A line's pieces, cut where the difference emphasises words, which get a role of their own.
fn marked(pieces: &[Piece], words: &[(bool, &str)], word_role: Role) -> Vec<Piece> {
    let mut marked: Vec<Piece> = Vec::new();
    let mut words = words.iter().map(|(emphasised, text)| (*emphasised, text.trim_end_matches('\n').len()));
    let (mut emphasised, mut left) = words.next().unwrap_or((false, usize::MAX));
    for one in pieces {
        let mut rest = one.text.as_ref();
        while !rest.is_empty() {
            while left == 0 {
                (emphasised, left) = words.next().unwrap_or((false, usize::MAX));
            }
            // Cuts are between characters on both sides, as both cut the same line.
            let cut = rest.floor_char_boundary(left.min(rest.len())).max(1);
            let cut = rest.ceil_char_boundary(cut);
            let (head, tail) = rest.split_at(cut);
            let role = if emphasised { word_role } else { one.role };
            marked.push(piece(role, head.to_owned()));
            left = left.saturating_sub(cut);
            rest = tail;
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEFT: &str = "CREATE TABLE t (\n    id bigint,\n    name text\n);\n";
    const RIGHT: &str = "CREATE TABLE t (\n    id bigint,\n    name varchar(20),\n    unit text\n);\n";

    fn texts(lines: &[TextLine]) -> Vec<String> {
        lines.iter().map(TextLine::text).collect()
    }

    #[test]
    fn equal_lines_stand_beside_one_another() {
        let pairs = beside(LEFT, RIGHT);
        let text = |line: &Option<TextLine>| line.as_ref().map(TextLine::text).unwrap_or_default();
        let shown: Vec<(String, String)> = pairs.iter().map(|pair| (text(&pair.left), text(&pair.right))).collect();
        let row = |left: &str, right: &str| (left.to_owned(), right.to_owned());
        assert_eq!(
            shown,
            [
                row("CREATE TABLE t (", "CREATE TABLE t ("),
                row("    id bigint,", "    id bigint,"),
                row("    name text", "    name varchar(20),"),
                row("", "    unit text"),
                row(");", ");"),
            ]
        );
    }

    #[test]
    fn words_that_differ_are_marked_and_the_rest_stays_sql() {
        let pairs = beside("    name text NOT NULL DEFAULT 'a'\n", "    name varchar NOT NULL DEFAULT 'a'\n");
        let line = pairs[0].left.as_ref().expect("a line");
        assert_eq!(line.text(), "    name text NOT NULL DEFAULT 'a'");
        let roles: Vec<(Role, &str)> = line.pieces.iter().map(|piece| (piece.role, piece.text.as_ref())).collect();
        assert!(roles.contains(&(Role::DiffRemovedWord, "text")), "{roles:?}");
        assert!(roles.iter().any(|(role, text)| *role == Role::CodeIdentifier && *text == "name"), "{roles:?}");
    }

    #[test]
    fn as_one_text_the_left_lines_come_first() {
        assert_eq!(
            texts(&unified(&beside(LEFT, RIGHT)))[2..6],
            ["-     name text", "+     name varchar(20),", "+     unit text", "  );"]
        );
        assert_eq!(texts(&unified(&beside("", "DROP ROLE x;\n"))), ["+ DROP ROLE x;"]);
        assert!(unified(&beside("", "")).is_empty());
    }

    #[test]
    fn names_that_hold_anything_keep_their_lines() {
        let odd = "COMMENT ON TABLE \"a\u{1b}[2Jb\r\n\u{202e}c\" IS 'Größe 東京\t';\n";
        let pairs = beside(odd, &odd.replace('ß', "s"));
        let shown: String =
            pairs.iter().flat_map(|pair| [&pair.left, &pair.right]).flatten().map(TextLine::text).collect();
        assert!(!shown.chars().any(|one| one.is_control() && one != '\t'), "{shown:?}");
        assert!(shown.contains("東京"), "{shown:?}");
    }
}
