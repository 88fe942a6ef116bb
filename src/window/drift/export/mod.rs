//! A comparison to be sent around: as text, as JSON, as one HTML page, or as the migration that would end the drift.

mod beside;
mod document;
mod html;
mod sql;
mod text;

pub use self::beside::{definitions, rows};

use serde::Serialize;

use super::Comparison;
use super::cause::Explanation;
use crate::schema::diff::{Difference, IgnoreRule, Verdict};

/// A form in which a comparison is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines for people.
    Text,
    /// JSON, described in docs/cli.md.
    Json,
    /// One page that needs nothing else.
    Html,
    /// A draft of the migration that would end the drift, and of its rollback.
    Sql,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Text, Self::Html, Self::Json, Self::Sql];

    /// The ending of a file of it, which is also its name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Json => "json",
            Self::Html => "html",
            Self::Sql => "sql",
        }
    }

    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "JSON",
            Self::Html => "one HTML page",
            Self::Sql => "SQL that would end the drift, as a draft",
        }
    }
}

/// A comparison, and what of it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The comparison.
    pub comparison: &'a Comparison,
    /// The rules of the configuration that ignore something.
    pub rules: &'a [IgnoreRule],
    /// Only what does not follow from the files.
    pub only_unexplained: bool,
    /// With what is no drift, and with every line of every value.
    pub verbose: bool,
}

/// A difference, with why it is there.
pub type Shown<'a> = (&'a Difference, Option<&'a Explanation>);

impl<'a> Page<'a> {
    /// The differences that are shown.
    pub fn differences(self) -> impl Iterator<Item = Shown<'a>> {
        let explanations = self.comparison.explanations.iter().map(Option::as_ref);
        self.comparison.drift.differences.iter().zip(explanations).filter(move |(difference, explanation)| {
            let is_open = || explanation.is_some_and(|explanation| !explanation.finding.is_explained());
            if self.only_unexplained { difference.verdict == Verdict::Drift && is_open() } else { true }
        })
    }

    /// What JSON is made of.
    pub fn document(self) -> impl Serialize + use<'a> {
        document::document(&self)
    }

    /// It as one HTML page.
    pub fn html(self) -> String {
        html::page(&self)
    }

    /// It in this form.
    ///
    /// # Errors
    /// None that is known: everything in it can be written as JSON.
    pub fn written(self, format: Format) -> Result<String, serde_json::Error> {
        Ok(match format {
            Format::Text => text::text(&self),
            Format::Json => serde_json::to_string_pretty(&self.document())? + "\n",
            Format::Html => self.html(),
            Format::Sql => sql::sql(&self),
        })
    }
}
