//! What a rule has found, and where.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// To be thought over before it goes on.
    Warning,
    /// Must not reach a database like this.
    Error,
}

impl Severity {
    /// All of them, the least grave first.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// Its word in the configuration, on screens and in output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// Which of a migration's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The file that applies it.
    Up,
    /// The file that rolls it back.
    Down,
}

/// What a rule has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// In which file.
    pub part: Part,
    /// The bytes of that file; an empty range at 0 is the file as a whole.
    pub range: Range<usize>,
    /// What is the matter, in one sentence that names the object.
    pub message: String,
    /// What to do about it, where the rule knows more than it says of itself.
    pub help: Option<String>,
    /// The change that would end it, where there is one.
    pub fix: Option<Fix>,
}

impl Finding {
    /// Whether it is about the file as a whole, and not about a place in it.
    pub fn is_of_whole_file(&self) -> bool {
        self.range == (0..0)
    }
}

/// A change of a file that ends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words.
    pub title: String,
    /// What is replaced by what; the ranges do not overlap.
    pub edits: Vec<Edit>,
}

/// A piece of text in place of some bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go.
    pub range: Range<usize>,
    /// What comes in their place.
    pub text: String,
}

impl Fix {
    /// One piece of text put in at a byte.
    pub fn insert(title: impl Into<String>, at: usize, text: impl Into<String>) -> Self {
        Fix { title: title.into(), edits: vec![Edit { range: at..at, text: text.into() }] }
    }

    /// The text with the change made.
    pub fn applied(&self, text: &str) -> String {
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort_by_key(|edit| edit.range.start);
        let mut fixed = String::with_capacity(text.len());
        let mut at = 0;
        for edit in edits {
            fixed.push_str(text.get(at..edit.range.start).unwrap_or_default());
            fixed.push_str(&edit.text);
            at = edit.range.end;
        }
        fixed.push_str(text.get(at..).unwrap_or_default());
        fixed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_changes_its_places_only() {
        let insert = Fix::insert("add a word", 12, " concurrently");
        assert_eq!(insert.applied("create index on t (a)"), "create index concurrently on t (a)");
        let edits = vec![Edit { range: 4..5, text: "C".to_owned() }, Edit { range: 0..2, text: String::new() }];
        assert_eq!(Fix { title: String::new(), edits }.applied("a b c"), "b C");
    }
}
