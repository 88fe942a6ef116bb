//! Errors that stay on the screen until someone dismisses them.

use std::error::Error;
use std::fmt::Write as _;

/// An error with everything an operator needs: what, where, what is true now, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trouble {
    /// What failed, in a few words.
    pub title: String,
    /// What happened, in full sentences.
    pub message: String,
    /// Labelled facts: place in the file, SQLSTATE, detail, hint, the state of the database.
    pub facts: Vec<(&'static str, String)>,
    /// What to do next; empty where the message says it already.
    pub next: String,
}

impl Trouble {
    /// A trouble with a title and a message.
    #[must_use]
    pub fn new(title: impl Into<String>, message: impl Into<String>) -> Self {
        Self { title: title.into(), message: message.into(), ..Self::default() }
    }

    /// A trouble from an error and everything that caused it.
    #[must_use]
    pub fn from_error(title: impl Into<String>, error: &(dyn Error + 'static)) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let text = inner.to_string();
            if !message.contains(&text) {
                let _ = write!(message, " {text}");
            }
            cause = inner.source();
        }
        Self::new(title, message)
    }

    /// The same with one more fact; an empty one is left out.
    #[must_use]
    pub fn with(mut self, label: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.facts.push((label, value));
        }
        self
    }

    /// The same with what to do next.
    #[must_use]
    pub fn and_next(mut self, next: impl Into<String>) -> Self {
        self.next = next.into();
        self
    }

    /// Everything as plain text, to be copied.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}\n", self.title, self.message);
        for (label, value) in &self.facts {
            let _ = writeln!(text, "{label}: {value}");
        }
        if !self.next.is_empty() {
            let _ = writeln!(text, "Next: {}", self.next);
        }
        text
    }
}
