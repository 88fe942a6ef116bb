//! A statement as its words: what blanks and comments stand between.

use std::ops::Range;

use squawk_lexer::TokenKind;

use crate::migration::lexer::{Lexer, is_trivia};

/// One word of a statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) kind: TokenKind,
    pub(super) at: usize,
}

impl Word<'_> {
    /// Whether it is this key word, in any case. A quoted identifier never is.
    pub(super) fn is(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Ident && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is one of these key words.
    pub(super) fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// Whether it may stand for a name: an identifier, quoted or not.
    pub(super) fn is_name(&self) -> bool {
        matches!(self.kind, TokenKind::Ident | TokenKind::QuotedIdent { .. })
    }

    /// Whether it is a string constant, in any way of quoting.
    pub(super) fn is_string(&self) -> bool {
        use squawk_lexer::LiteralKind::{DollarQuotedString, EscStr, NationalStr, Str, UnicodeEscStr};
        matches!(
            self.kind,
            TokenKind::Literal {
                kind: Str { .. }
                    | EscStr { .. }
                    | NationalStr { .. }
                    | UnicodeEscStr { .. }
                    | DollarQuotedString { .. }
            }
        )
    }
}

/// The words of a stretch of text.
pub(super) fn words(source: &str, range: Range<usize>) -> impl Iterator<Item = Word<'_>> {
    Lexer::new(source, range).filter(|lexeme| !is_trivia(lexeme.kind)).map(|lexeme| Word {
        text: &source[lexeme.range.clone()],
        kind: lexeme.kind,
        at: lexeme.range.start,
    })
}

/// The words outside all parentheses; of each `( … )` only the opening parenthesis.
pub(super) fn outer_words(source: &str, range: Range<usize>) -> impl Iterator<Item = Word<'_>> {
    let mut depth = 0_usize;
    words(source, range).filter(move |word| match word.kind {
        TokenKind::OpenParen => {
            depth += 1;
            depth == 1
        }
        TokenKind::CloseParen => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    })
}
