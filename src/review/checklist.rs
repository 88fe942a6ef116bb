//! The checklist of a migration: what the governance document wants of its review and of its tests, an entry for each
//! line. What rules can prove is ticked with its proof; what only a person can judge becomes a question.

mod answer;
mod entries;
mod facts;

use serde::Serialize;

use super::examine::{Examined, Rules};
use super::finding::{Finding, Part, Severity};
use super::settings::Settings;

pub use answer::{Answer, Answers, Lack, UnreadableAnswer, lacking};
pub use entries::{ENTRIES, entry};

use facts::Facts;

/// Which of the document's two lists an entry stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// What a review looks at.
    Review,
    /// What is tested.
    Testing,
}

impl List {
    /// Its word on screens and in output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Testing => "testing",
        }
    }
}

/// One line of the governance document's lists.
#[derive(Debug)]
pub struct Entry {
    /// Its name on the command line and on record.
    pub name: &'static str,
    /// The list that it stands in.
    pub list: List,
    /// The line, in the document's words.
    pub words: &'static str,
    /// The rules whose findings speak against it.
    pub rules: &'static [&'static str],
    /// What those rules can prove.
    proof: Reach,
    /// What a person is asked where it is not proved.
    question: &'static str,
}

/// How far the rules of an entry reach.
#[derive(Debug, Clone, Copy)]
enum Reach {
    /// Where they find nothing, the entry is proved. Where the statements of these files could not be read, it is not.
    Proves(&'static [Part]),
    /// So it is where this yields no reason why they may have missed something.
    ProvesUnless(fn(&Facts<'_>) -> Option<String>),
    /// They prove nothing, for this reason: only a person can tell.
    Person(&'static str),
}

impl Entry {
    /// Whether it is asked of every migration, whatever its files hold.
    pub fn is_always_asked(&self) -> bool {
        matches!(self.proof, Reach::Person(_))
    }
}

/// A migration's checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    /// The migration.
    pub migration: String,
    /// Its entries, in the order of [`ENTRIES`].
    pub items: Vec<Item>,
    /// Why the files could not be judged, where they could not.
    pub unread: Option<String>,
}

/// One entry of a migration's checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Which.
    pub entry: &'static Entry,
    /// How it stands.
    pub verdict: Verdict,
}

/// How an entry stands before anybody was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Rules have proved it.
    Proved(Proof),
    /// A person has to answer.
    Asked(Question),
}

/// What proves an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The rules that looked and found nothing.
    pub rules: &'static [&'static str],
    /// What a comment in the file allows of that, and why.
    pub allowed: Vec<(&'static str, String)>,
}

/// What a person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The question.
    pub words: &'static str,
    /// Why no rule proves it.
    pub why: String,
    /// What rules have found against it.
    pub found: Vec<Objection>,
}

/// A finding that stands against an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Objection {
    /// The rule.
    pub rule: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// In which file.
    pub part: Part,
    /// In which line of it; none where it is about the file as a whole.
    pub line: Option<u32>,
    /// What is the matter.
    pub message: String,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Entry {}

impl Question {
    /// Whether its answer counts with a note only: a `no` always does, a `yes` where findings stand against it.
    pub fn needs_note(&self, yes: bool) -> bool {
        !yes || !self.found.is_empty()
    }
}

impl Item {
    /// The question, where there is one.
    pub fn question(&self) -> Option<&Question> {
        match &self.verdict {
            Verdict::Proved(_) => None,
            Verdict::Asked(question) => Some(question),
        }
    }
}

impl Checklist {
    /// The checklist of a migration that the rules have looked at and whose findings are settled.
    pub fn of(examined: &Examined, settings: &Settings, rules: &Rules) -> Self {
        let facts = Facts { examined, settings };
        let items = ENTRIES.iter().map(|entry| Item { entry, verdict: verdict(entry, &facts, rules) });
        Self { migration: examined.name.to_string(), items: items.collect(), unread: None }
    }

    /// The checklist of a migration whose files could not be read, so that nothing is proved.
    pub fn unread(migration: &str, why: &str) -> Self {
        let asked = |entry: &'static Entry| {
            let question = Question { words: entry.question, why: why.to_owned(), found: Vec::new() };
            Item { entry, verdict: Verdict::Asked(question) }
        };
        Self {
            migration: migration.to_owned(),
            items: ENTRIES.iter().map(asked).collect(),
            unread: Some(why.to_owned()),
        }
    }

    /// The entries that a person has to answer.
    pub fn questions(&self) -> impl Iterator<Item = (&'static Entry, &Question)> {
        self.items.iter().filter_map(|item| Some((item.entry, item.question()?)))
    }

    /// How many entries are proved.
    pub fn proved(&self) -> usize {
        self.items.iter().filter(|item| item.question().is_none()).count()
    }

    /// What is not answered as it has to be.
    pub fn lacks(&self, answers: &Answers) -> Vec<Lack> {
        let lack = |(entry, question): (&'static Entry, &Question)| match answers.get(entry.name) {
            None => Some(Lack::Unanswered(entry)),
            Some(answer) if !answer.has_note() && question.needs_note(answer.yes) => {
                Some(Lack::WithoutNote(entry, answer.yes))
            }
            Some(_) => None,
        };
        self.questions().filter_map(lack).collect()
    }

    /// Of these answers, those to questions that this checklist asks.
    pub fn asked_of(&self, answers: &Answers) -> Answers {
        let asked = self.questions().filter_map(|(entry, _)| answers.get_key_value(entry.name));
        asked.map(|(name, answer)| (name.clone(), answer.clone())).collect()
    }
}

fn verdict(entry: &'static Entry, facts: &Facts<'_>, rules: &Rules) -> Verdict {
    let mine = |finding: &Finding| entry.rules.contains(&finding.rule);
    let objection = |finding: &Finding| Objection {
        rule: finding.rule,
        severity: finding.severity,
        part: finding.part,
        line: facts.line(finding),
        message: finding.message.clone(),
    };
    let found: Vec<Objection> = facts.examined.findings.iter().filter(|finding| mine(finding)).map(objection).collect();
    let off: Vec<&str> = entry.rules.iter().copied().filter(|name| rules.severity(name).is_none()).collect();
    let gap = match entry.proof {
        Reach::Person(why) => Some(why.to_owned()),
        _ if !found.is_empty() => Some("Rules object.".to_owned()),
        _ if !off.is_empty() => Some(format!("Switched off here: {}.", off.join(", "))),
        Reach::Proves(parts) => facts.unread(parts),
        Reach::ProvesUnless(gap) => facts.unread(&[Part::Up]).or_else(|| gap(facts)),
    };
    match gap {
        Some(why) => Verdict::Asked(Question { words: entry.question, why, found }),
        None => {
            let allowed = facts.examined.allowed.iter().filter(|(finding, _)| mine(finding));
            let allowed = allowed.map(|(finding, reason)| (finding.rule, reason.clone())).collect();
            Verdict::Proved(Proof { rules: entry.rules, allowed })
        }
    }
}

#[cfg(test)]
mod tests;
