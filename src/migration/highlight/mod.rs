//! SQL in colours: which bytes are a key word, a string, a comment.
//!
//! This is for the eye and never wrong in a way that matters: it goes by words alone, takes any text, and paints the bodies of
//! functions (the SQL or PL/pgSQL between dollar quotes) like the SQL around them.

mod vocabulary;

use std::ops::Range;

use squawk_lexer::{LiteralKind, TokenKind};

use super::lexer::{Lexeme, Lexer, is_trivia};
use vocabulary::{is_keyword, is_type, names_a_relation};

/// What a piece of SQL is, for the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    /// `SELECT`
    Keyword,
    /// `timestamptz`
    Type,
    /// `'text'`
    String,
    /// `1.5`
    Number,
    /// `-- why`
    Comment,
    /// `campaigns`, `"Campaigns"`
    Identifier,
    /// `$1`
    Parameter,
    /// `||`
    Operator,
    /// `now` in `now()`
    Function,
    /// Punctuation, blanks, and what is none of these.
    Plain,
}

/// The tokens of a text, in order and without gaps.
pub fn highlight(text: &str) -> Vec<(Range<usize>, Token)> {
    let mut painter = Painter::new(text, 0..text.len());
    painter.paint(0..text.len(), 0);
    painter.tokens
}

/// How many bytes lie between two places where the highlighting of a long text can begin.
const STRIDE: usize = 64 * 1024;

/// A text of any length, prepared so that a window of it can be highlighted at once.
///
/// Making one takes a pass over the text (about half a second for 100 MB), and then a window costs only its own length.
#[derive(Debug, Clone, Default)]
pub struct Highlighter {
    /// For each stride of the text, the last token that begins at or before its start.
    beginnings: Vec<usize>,
    /// Tokens longer than a stride: their beginning may be too far from the window to begin there.
    long: Vec<(Range<usize>, Token)>,
}

impl Highlighter {
    /// Prepares a text.
    pub fn new(text: &str) -> Self {
        let mut highlighter = Highlighter::default();
        for lexeme in Lexer::new(text, 0..text.len()) {
            while highlighter.beginnings.len() * STRIDE < lexeme.range.end {
                highlighter.beginnings.push(lexeme.range.start);
            }
            if lexeme.range.len() > STRIDE {
                highlighter.long.push((lexeme.range, plain_token(lexeme.kind)));
            }
        }
        highlighter
    }

    /// The tokens of `text[window]`, in order and without gaps, cut to the window. `text` must be the one prepared.
    pub fn window(&self, text: &str, window: Range<usize>) -> Vec<(Range<usize>, Token)> {
        let window = text.floor_char_boundary(window.start)..text.floor_char_boundary(window.end.min(text.len()));
        let mut painter = Painter::new(text, window.clone());
        let mut at = self.beginnings.get(window.start / STRIDE).copied().unwrap_or(text.len());
        for (long, token) in self.long.iter().filter(|(long, _)| long.start < window.end && long.end > window.start) {
            painter.paint(at..long.start.max(at), 0);
            painter.push(long.clone(), *token);
            at = long.end;
        }
        if at < window.end {
            painter.paint(at..text.len(), 0);
        }
        painter.tokens
    }
}

/// How deep dollar quotes within dollar quotes are painted.
const DEEPEST: usize = 3;

/// Collects the tokens that reach into a window.
struct Painter<'a> {
    text: &'a str,
    window: Range<usize>,
    tokens: Vec<(Range<usize>, Token)>,
}

impl<'a> Painter<'a> {
    fn new(text: &'a str, window: Range<usize>) -> Self {
        Painter { text, window, tokens: Vec::new() }
    }

    fn push(&mut self, range: Range<usize>, token: Token) {
        let range = range.start.max(self.window.start)..range.end.min(self.window.end);
        if range.is_empty() {
            return;
        }
        match self.tokens.last_mut() {
            Some((last, kind)) if token == Token::Plain && *kind == token => last.end = range.end,
            _ => self.tokens.push((range, token)),
        }
    }

    fn paint(&mut self, range: Range<usize>, depth: usize) {
        let text = self.text;
        let mut before = Before::default();
        for lexeme in Lexer::new(text, range) {
            if lexeme.range.start >= self.window.end {
                return;
            }
            let body = dollar_body(text, &lexeme).filter(|body| depth < DEEPEST && text[body.clone()].contains(';'));
            match body {
                Some(body) => {
                    self.push(lexeme.range.start..body.start, Token::String);
                    self.paint(body.clone(), depth + 1);
                    self.push(body.end..lexeme.range.end, Token::String);
                }
                None => {
                    let token = before.token(text, &lexeme);
                    self.push(lexeme.range.clone(), token);
                }
            }
            before.take(text, &lexeme);
        }
    }
}

/// What stands before a word, as far as it tells what the word is.
#[derive(Debug, Default)]
struct Before {
    dot: bool,
    cast: bool,
    colon: bool,
    relation: bool,
}

impl Before {
    fn token(&self, text: &str, lexeme: &Lexeme) -> Token {
        if lexeme.kind != TokenKind::Ident {
            return plain_token(lexeme.kind);
        }
        let word = &text[lexeme.range.clone()];
        let called = text[lexeme.range.end..].starts_with('(') && !self.relation;
        match () {
            () if self.cast => Token::Type,
            () if self.dot => {
                if called {
                    Token::Function
                } else {
                    Token::Identifier
                }
            }
            () if is_type(word) => Token::Type,
            () if is_keyword(word) => Token::Keyword,
            () if called => Token::Function,
            () => Token::Identifier,
        }
    }

    fn take(&mut self, text: &str, lexeme: &Lexeme) {
        if is_trivia(lexeme.kind) {
            return;
        }
        let word = &text[lexeme.range.clone()];
        let colon = lexeme.kind == TokenKind::Colon;
        *self = Before {
            dot: lexeme.kind == TokenKind::Dot,
            cast: colon && self.colon,
            colon,
            // A table's schema is followed by the table itself.
            relation: (lexeme.kind == TokenKind::Ident && names_a_relation(word))
                || (self.relation
                    && matches!(lexeme.kind, TokenKind::Dot | TokenKind::Ident | TokenKind::QuotedIdent { .. })),
        };
    }
}

/// The inside of a dollar-quoted text.
fn dollar_body(text: &str, lexeme: &Lexeme) -> Option<Range<usize>> {
    let TokenKind::Literal { kind: LiteralKind::DollarQuotedString { terminated } } = lexeme.kind else { return None };
    let quoted = &text[lexeme.range.clone()];
    let tag = 1 + quoted.get(1..)?.find('$')? + 1;
    let end = if terminated { quoted.len().checked_sub(tag)? } else { quoted.len() };
    (tag <= end).then(|| lexeme.range.start + tag..lexeme.range.start + end)
}

/// What a token is without regard to what stands around it.
fn plain_token(kind: TokenKind) -> Token {
    match kind {
        TokenKind::LineComment | TokenKind::BlockComment { .. } => Token::Comment,
        TokenKind::Literal { kind: LiteralKind::Int { .. } | LiteralKind::Numeric { .. } } => Token::Number,
        TokenKind::Literal { .. } => Token::String,
        TokenKind::Ident | TokenKind::QuotedIdent { .. } => Token::Identifier,
        TokenKind::PositionalParam { .. } => Token::Parameter,
        TokenKind::Eq
        | TokenKind::Lt
        | TokenKind::Gt
        | TokenKind::Bang
        | TokenKind::And
        | TokenKind::Or
        | TokenKind::Plus
        | TokenKind::Minus
        | TokenKind::Star
        | TokenKind::Slash
        | TokenKind::Caret
        | TokenKind::Percent
        | TokenKind::At
        | TokenKind::Pound
        | TokenKind::Tilde
        | TokenKind::Question
        | TokenKind::Colon => Token::Operator,
        _ => Token::Plain,
    }
}

#[cfg(test)]
mod tests;
