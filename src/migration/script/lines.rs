//! From a byte of a file to the line and column that people count.

use super::Position;

/// How many bytes lie between two places whose line number is kept.
const BLOCK: usize = 64 * 1024;

/// Line numbers at every [`BLOCK`] of a text: a few kilobytes for the largest file, and at most one block to look through.
#[derive(Debug, Clone)]
pub(crate) struct LineIndex {
    line_breaks_before: Vec<u32>,
}

impl LineIndex {
    pub(crate) fn new(text: &str) -> Self {
        let mut line_breaks = 0;
        let line_breaks_before = text
            .as_bytes()
            .chunks(BLOCK)
            .map(|block| {
                let before = line_breaks;
                line_breaks += count_line_breaks(block);
                before
            })
            .collect();
        LineIndex { line_breaks_before }
    }

    /// Where the byte `at` of the text stands. A byte past the end is taken as the end, one within a character as that character.
    pub(crate) fn position(&self, text: &str, at: usize) -> Position {
        let at = text.floor_char_boundary(at);
        let block = (at / BLOCK).min(self.line_breaks_before.len().saturating_sub(1));
        let before = self.line_breaks_before.get(block).copied().unwrap_or(0);
        let line = before + count_line_breaks(&text.as_bytes()[block * BLOCK..at]) + 1;
        let line_start = text[..at].rfind('\n').map_or(0, |line_break| line_break + 1);
        Position { line, column: characters(&text[line_start..at]).saturating_add(1) }
    }
}

/// The places of ascending bytes, each counted on from the one before: for all statements of a file in one pass.
pub(super) struct LineCursor<'a> {
    text: &'a str,
    at: usize,
    position: Position,
}

impl<'a> LineCursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        LineCursor { text, at: 0, position: Position { line: 1, column: 1 } }
    }

    /// Where the byte `at` stands, which begins a character and is not before the one asked for last.
    pub(super) fn advance(&mut self, at: usize) -> Position {
        let passed = &self.text[self.at..at];
        let (line_breaks, tail) = match passed.rfind('\n') {
            Some(last) => (count_line_breaks(passed.as_bytes()), &passed[last + 1..]),
            None => (0, passed),
        };
        let column = if line_breaks > 0 { 1 } else { self.position.column };
        self.position =
            Position { line: self.position.line + line_breaks, column: column.saturating_add(characters(tail)) };
        self.at = at;
        self.position
    }
}

/// How many columns a text takes. A byte order mark takes none.
fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().filter(|character| *character != '\u{feff}').count()).unwrap_or(u32::MAX)
}

/// Lines count their feeds only: a CR before one is the last character of its line.
fn count_line_breaks(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(*byte == b'\n')).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn position(text: &str, at: usize) -> (u32, u32) {
        let Position { line, column } = LineIndex::new(text).position(text, at);
        (line, column)
    }

    #[rstest]
    #[case("", 0, (1, 1))]
    #[case("abc", 2, (1, 3))]
    #[case("a\nb", 1, (1, 2))]
    #[case("a\nb", 2, (2, 1))]
    #[case("a\r\nb", 3, (2, 1))]
    #[case("é日x", 5, (1, 3))]
    #[case("é日x", 3, (1, 2))]
    #[case("\u{feff}ab", 4, (1, 2))]
    #[case("a\n", 99, (2, 1))]
    fn a_byte_has_a_line_and_a_column_in_characters(
        #[case] text: &str,
        #[case] at: usize,
        #[case] expected: (u32, u32),
    ) {
        assert_eq!(position(text, at), expected);
    }

    #[test]
    fn places_far_into_a_text_are_found_too() {
        let text = "select 1;\n".repeat(50_000);
        assert_eq!(position(&text, 10 * 40_000 + 7), (40_001, 8));
        assert_eq!(position(&text, text.len()), (50_001, 1));
        let one_line = "x".repeat(3 * BLOCK);
        assert_eq!(position(&one_line, 2 * BLOCK), (1, 2 * BLOCK as u32 + 1));
        assert_eq!(position(&one_line, 3 * BLOCK), (1, 3 * BLOCK as u32 + 1));
    }

    proptest! {
        #[test]
        fn every_byte_of_every_text_has_a_place(text in "[a\né\r\u{feff}]{0,40}", at in 0_usize..100) {
            let (line, column) = position(&text, at);
            prop_assert!(line >= 1 && column >= 1);
        }

        #[test]
        fn counting_on_gives_the_same_places(text in "[a\né\r\u{feff}]{0,40}") {
            let mut cursor = LineCursor::new(&text);
            for (at, _) in text.char_indices() {
                let Position { line, column } = cursor.advance(at);
                prop_assert_eq!((line, column), position(&text, at));
            }
        }
    }
}
