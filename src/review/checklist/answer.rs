//! What a person answers to the questions of a checklist.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{ENTRIES, Entry};

/// The longest note, in characters.
const LONGEST_NOTE: usize = 1000;

/// An answer to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it is as the entry wants it.
    #[serde(rename = "answer", with = "word")]
    pub yes: bool,
    /// What there is to say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Answers by the names of their entries.
pub type Answers = BTreeMap<String, Answer>;

mod word {
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub fn serialize<S: Serializer>(yes: &bool, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if *yes { "yes" } else { "no" })
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => Err(de::Error::unknown_variant(other, &["yes", "no"])),
        }
    }
}

/// A text that is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableAnswer {
    /// It is neither yes nor no.
    #[error("the answer is `yes` or `no`, and a note may follow after a colon")]
    Word,
    /// The note is too long.
    #[error("a note has at most {LONGEST_NOTE} characters")]
    LongNote,
}

impl Answer {
    /// An answer with a note; an empty note is none.
    ///
    /// # Errors
    /// The note is too long.
    pub fn new(yes: bool, note: &str) -> Result<Self, UnreadableAnswer> {
        // No server keeps a zero byte in a text.
        let note = note.replace('\0', "");
        let note = note.trim();
        if note.chars().count() > LONGEST_NOTE {
            return Err(UnreadableAnswer::LongNote);
        }
        Ok(Self { yes, note: (!note.is_empty()).then(|| note.to_owned()) })
    }

    /// Whether a note says more than the word.
    pub fn has_note(&self) -> bool {
        self.note.as_deref().is_some_and(|note| !note.trim().is_empty())
    }

    /// Its word.
    pub fn word(&self) -> &'static str {
        if self.yes { "yes" } else { "no" }
    }
}

/// `yes`, `no`, or either with a note: `no: the table is new`.
impl FromStr for Answer {
    type Err = UnreadableAnswer;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (word, note) = text.split_once(':').unwrap_or((text, ""));
        match word.trim().to_ascii_lowercase().as_str() {
            "yes" | "y" => Self::new(true, note),
            "no" | "n" => Self::new(false, note),
            _ => Err(UnreadableAnswer::Word),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())?;
        self.note.iter().try_for_each(|note| write!(formatter, ": {note}"))
    }
}

/// A question that is not answered as it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Nobody answered it.
    Unanswered(&'static Entry),
    /// The answer counts with a note only, and has none.
    WithoutNote(&'static Entry, bool),
}

impl Lack {
    /// The entry.
    pub fn entry(self) -> &'static Entry {
        match self {
            Self::Unanswered(entry) | Self::WithoutNote(entry, _) => entry,
        }
    }
}

/// The questions that are asked of every migration and that these answers leave open. An approval with such a gap was
/// not given by Tidegate.
pub fn lacking(answers: &Answers) -> Vec<&'static str> {
    let is_open = |entry: &&Entry| answers.get(entry.name).is_none_or(|answer| !answer.yes && !answer.has_note());
    ENTRIES.iter().filter(|entry| entry.is_always_asked()).filter(is_open).map(|entry| entry.name).collect()
}
