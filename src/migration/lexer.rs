//! The words of SQL with their places, exactly as PostgreSQL's own scanner cuts them.

use std::ops::Range;

use squawk_lexer::{LiteralKind, Token, TokenKind};

/// One token and the bytes that it takes.
#[derive(Debug, Clone)]
pub(crate) struct Lexeme {
    pub(crate) kind: TokenKind,
    pub(crate) range: Range<usize>,
}

/// The tokens of a stretch of text, one after the other: nothing is kept, so that a text of any length needs no more memory.
///
/// Adds to `squawk-lexer` the one rule that reaches over tokens: a string constant goes on when only blanks with a line break,
/// and line comments, stand before the next quote, and the rest of an `E''` string then still has its backslash escapes.
pub(crate) struct Lexer<'a> {
    source: &'a str,
    tokens: Box<dyn Iterator<Item = Token> + 'a>,
    at: usize,
    end: usize,
    continuation: Continuation,
}

/// How near the text is to going on with an `E''` string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Continuation {
    None,
    AfterString,
    AfterLineBreak,
}

impl<'a> Lexer<'a> {
    /// The tokens of `source[range]`, with ranges in `source`. The range must begin where a token begins.
    pub(crate) fn new(source: &'a str, range: Range<usize>) -> Self {
        Lexer {
            source,
            tokens: Box::new(squawk_lexer::tokenize(&source[range.clone()])),
            at: range.start,
            end: range.end,
            continuation: Continuation::None,
        }
    }

    /// The end of the string that goes on with the quote at `start`, and whether it is terminated.
    fn escape_string_end(&self, start: usize) -> (usize, bool) {
        let bytes = &self.source.as_bytes()[..self.end];
        let mut at = start + 1;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 2,
                b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
                b'\'' => return (at + 1, true),
                _ => at += 1,
            }
        }
        (bytes.len(), false)
    }

    fn go_on_with_escape_string(&mut self, start: usize) -> Lexeme {
        let (end, terminated) = self.escape_string_end(start);
        self.tokens = Box::new(squawk_lexer::tokenize(&self.source[end..self.end]));
        self.at = end;
        self.continuation = Continuation::AfterString;
        Lexeme { kind: TokenKind::Literal { kind: LiteralKind::EscStr { terminated } }, range: start..end }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Lexeme;

    fn next(&mut self) -> Option<Lexeme> {
        let token = self.tokens.next()?;
        let range = self.at..self.at + token.len as usize;
        let mut kind = token.kind;
        match kind {
            TokenKind::Literal { kind: LiteralKind::Str { .. } }
                if self.continuation == Continuation::AfterLineBreak =>
            {
                return Some(self.go_on_with_escape_string(range.start));
            }
            TokenKind::Literal { kind: LiteralKind::EscStr { .. } } => self.continuation = Continuation::AfterString,
            TokenKind::Whitespace => {
                let text = &self.source[range.clone()];
                if self.continuation == Continuation::AfterString && text.contains(['\n', '\r']) {
                    self.continuation = Continuation::AfterLineBreak;
                }
                // Only at the very beginning of a file is a byte order mark no part of the SQL.
                if range.start > 0 && text == squawk_lexer::BOM {
                    kind = TokenKind::Unknown;
                    self.continuation = Continuation::None;
                }
            }
            TokenKind::LineComment => {}
            _ => self.continuation = Continuation::None,
        }
        self.at = range.end;
        Some(Lexeme { kind, range })
    }
}

/// Whether a token is blank or a comment.
pub(crate) fn is_trivia(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn cut(source: &str) -> Vec<&str> {
        Lexer::new(source, 0..source.len()).filter(|one| !is_trivia(one.kind)).map(|one| &source[one.range]).collect()
    }

    #[rstest]
    #[case("E'a'\n'b\\'c;' ;", &["E'a'", "'b\\'c;'", ";"])]
    #[case("E'a' -- why\n  'b\\'c' 'd'", &["E'a'", "'b\\'c'", "'d'"])]
    #[case("E'a'\n'b'\n'c\\''", &["E'a'", "'b'", "'c\\''"])]
    #[case("E'a' 'b\\' ;", &["E'a'", "'b\\'", ";"])]
    #[case("'a'\n'b\\' ;", &["'a'", "'b\\'", ";"])]
    #[case("E'a' /* no */\n'b\\' ;", &["E'a'", "'b\\'", ";"])]
    #[case("E'a'\n'b\\", &["E'a'", "'b\\"])]
    #[case("a$$b$$;c", &["a$$b$$", ";", "c"])]
    #[case("$a$ $b$ ; $a$;", &["$a$ $b$ ; $a$", ";"])]
    #[case("/* /* ; */ ; */ x", &["x"])]
    #[case("U&\"a;\" U&'b;'", &["U&\"a;\"", "U&'b;'"])]
    fn tokens_end_where_postgresql_ends_them(#[case] source: &str, #[case] expected: &[&str]) {
        assert_eq!(cut(source), expected);
    }

    proptest! {
        #[test]
        fn the_tokens_of_any_text_are_the_text(source in "[Ee$a'\"\\\\\n;/*(é\u{feff} -]{0,60}") {
            let mut at = 0;
            for lexeme in Lexer::new(&source, 0..source.len()) {
                prop_assert_eq!(lexeme.range.start, at);
                prop_assert!(source.is_char_boundary(lexeme.range.end));
                at = lexeme.range.end;
            }
            prop_assert_eq!(at, source.len());
        }
    }
}
