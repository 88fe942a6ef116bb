//! SQL in colours: which bytes are a key word, a string, a comment.

use std::ops::Range;

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
    let _ = text;
    unimplemented!()
}
