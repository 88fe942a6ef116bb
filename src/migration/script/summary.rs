//! What a statement does, in one line.

use std::ops::Range;

use squawk_lexer::TokenKind;

use super::words::{Word, words};
use crate::migration::text::{printable, shortened};

/// The longest summary, in characters.
pub const SUMMARY_CHARACTERS: usize = 72;

/// How many words of a statement a summary can be made of.
const WORDS: usize = 40;

/// The statement at `range` in one printable line: its command and what it is about, "CREATE TABLE scout_dash.metrics".
///
/// Constants are left out: a summary is stored and shown, and a constant may be a secret.
pub(super) fn summary(source: &str, range: Range<usize>) -> String {
    let words: Vec<Word<'_>> = words(source, range).take(WORDS).collect();
    let Some(first) = words.first() else { return String::new() };
    let queries = ["select", "with", "values", "table", "call", "explain", "set", "reset", "show", "notify"];
    let line = if first.is_any(&queries) || !first.is_name() { whole(&words) } else { telling(&words) };
    shortened(&printable(&line), SUMMARY_CHARACTERS).into_owned()
}

/// All words, set as they stand.
fn whole(words: &[Word<'_>]) -> String {
    let mut line = Line::default();
    for word in words {
        line.push(word);
    }
    line.text
}

/// The words up to where the details begin.
fn telling(words: &[Word<'_>]) -> String {
    const DETAILS: [&str; 10] =
        ["as", "set", "values", "using", "with", "where", "is", "default", "execute", "returns"];
    let creates_or_drops = words[0].is_any(&["create", "drop", "alter"]);
    let mut line = Line::default();
    let mut rest = words.iter().enumerate().peekable();
    while let Some((at, word)) = rest.next() {
        if creates_or_drops && word.is("if") {
            while rest.next_if(|(_, next)| next.is_any(&["not", "exists"])).is_some() {}
            continue;
        }
        let adds_label = at > 0 && words[at - 1].is("value");
        let starts_details = at > 0 && word.is_any(&DETAILS) && !words[at - 1].is_any(&["column", "alter"]);
        let constant = matches!(word.kind, TokenKind::Literal { .. }) && !adds_label;
        let altering = words[0].is("alter") && word.is_any(&["set", "default"]);
        if word.kind == TokenKind::OpenParen || constant || (starts_details && !altering) {
            break;
        }
        if word.kind == TokenKind::Comma {
            line.text.push_str(" …");
            break;
        }
        line.push_literally(word);
    }
    line.text
}

/// Words set with blanks where SQL has them.
#[derive(Default)]
struct Line {
    text: String,
    glued: bool,
}

impl Line {
    fn push(&mut self, word: &Word<'_>) {
        match word.kind {
            TokenKind::Literal { .. } if word.is_string() => self.push_text(word.kind, "'…'"),
            _ => self.push_literally(word),
        }
    }

    fn push_literally(&mut self, word: &Word<'_>) {
        self.push_text(word.kind, word.text);
    }

    fn push_text(&mut self, kind: TokenKind, text: &str) {
        let before = matches!(
            kind,
            TokenKind::Dot
                | TokenKind::Comma
                | TokenKind::OpenParen
                | TokenKind::CloseParen
                | TokenKind::CloseBracket
                | TokenKind::OpenBracket
                | TokenKind::Colon
        );
        if !self.text.is_empty() && !self.glued && !before {
            self.text.push(' ');
        }
        self.text.push_str(&shortened(text, SUMMARY_CHARACTERS));
        self.glued = matches!(kind, TokenKind::Dot | TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::Colon);
    }
}
