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

impl Part {
    /// What people call it.
    pub fn word(self) -> &'static str {
        match self {
            Part::Up => "file",
            Part::Down => "rollback",
        }
    }
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
    /// Whether it may be made without anybody looking at it: a migration that succeeds leaves the same in the database
    /// with it as without.
    pub safe: bool,
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
        Self::of(title, vec![Edit { range: at..at, text: text.into() }])
    }

    /// Several edits, to be looked at before they are made.
    pub fn of(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Fix { title: title.into(), edits, safe: false }
    }

    /// The same, to be made without a look.
    #[must_use]
    pub fn safe(self) -> Self {
        Fix { safe: true, ..self }
    }

    /// Several fixes of one text at once: the text with them made, and which of them were. One that gets in the way of
    /// another is left for the next time.
    pub fn together(fixes: &[&Fix], text: &str) -> (String, Vec<bool>) {
        let mut edits: Vec<&Edit> = Vec::new();
        let mut made = Vec::with_capacity(fixes.len());
        for fix in fixes {
            // Two pieces at one place would have to know which of them comes first.
            let is_free = |one: &Edit| {
                edits.iter().all(|other| one.range.end < other.range.start || other.range.end < one.range.start)
            };
            let fits = fix.edits.iter().all(is_free);
            made.push(fits);
            if fits {
                edits.extend(&fix.edits);
            }
        }
        let all = Fix::of(String::new(), edits.into_iter().cloned().collect());
        (all.applied(text), made)
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
        assert_eq!(Fix::of("", edits).applied("a b c"), "b C");
    }

    #[test]
    fn fixes_are_made_together_where_none_gets_in_the_way_of_another() {
        let insert = |at| Fix::insert("", at, "+");
        let cut = Fix::of("", vec![Edit { range: 2..4, text: String::new() }]);
        let together = |fixes: &[&Fix]| Fix::together(fixes, "abcdef");
        assert_eq!(together(&[&insert(5), &insert(1)]), ("a+bcde+f".to_owned(), vec![true, true]));
        assert_eq!(together(&[&insert(1), &insert(1)]), ("a+bcdef".to_owned(), vec![true, false]));
        assert_eq!(together(&[&cut, &insert(3), &insert(4), &insert(5)]).1, [true, false, false, true]);
        assert_eq!(together(&[]), ("abcdef".to_owned(), vec![]));
    }
}
