//! A checklist with what its approvers answered: how each entry stands, in a mark and in words.

use super::Standing;
use crate::postgres::store::approvals::GivenApproval;
use crate::review::checklist::{Answer, Checklist, Item, Objection, Verdict};

/// How an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Rules have proved it.
    Proved,
    /// Everybody who was asked said yes.
    Yes,
    /// Somebody said no, and why it is approved all the same.
    No,
    /// It is to be answered, and rules have found something against it.
    Against,
    /// It is to be answered.
    Open,
}

impl Mark {
    /// Whether nothing is to be done about it any more.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Open | Self::Against)
    }

    /// Its word in output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Yes => "yes",
            Self::No => "no",
            Self::Against => "against",
            Self::Open => "open",
        }
    }

    /// Its sign in plain text.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Proved | Self::Yes => "[x]",
            Self::No => "[-]",
            Self::Against => "[!]",
            Self::Open => "[ ]",
        }
    }
}

/// An entry of a checklist, with its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked<'a> {
    /// The entry.
    pub item: &'a Item,
    /// Who answered what, once a role.
    pub answers: Vec<(&'a GivenApproval, &'a Answer)>,
}

/// The entries of a migration's checklist, with what the approvals that count answered.
pub fn checked<'a>(checklist: &'a Checklist, standing: &'a Standing) -> Vec<Checked<'a>> {
    let given: Vec<&GivenApproval> = standing.demands.iter().flat_map(|demand| &demand.given).collect();
    let entry = |item: &'a Item| {
        let mut answers: Vec<(&GivenApproval, &Answer)> = Vec::new();
        for one in given.iter().filter(|_| item.question().is_some()) {
            let Some(answer) = one.answers.get(item.entry.name) else { continue };
            if !answers.iter().any(|(known, said)| known.role == one.role && *said == answer) {
                answers.push((one, answer));
            }
        }
        Checked { item, answers }
    };
    checklist.items.iter().map(entry).collect()
}

impl Checked<'_> {
    /// How it stands.
    pub fn mark(&self) -> Mark {
        match &self.item.verdict {
            Verdict::Proved(_) => Mark::Proved,
            Verdict::Asked(_) if self.answers.iter().any(|(_, answer)| !answer.yes) => Mark::No,
            Verdict::Asked(_) if !self.answers.is_empty() => Mark::Yes,
            Verdict::Asked(question) if !question.found.is_empty() => Mark::Against,
            Verdict::Asked(_) => Mark::Open,
        }
    }

    /// Why it stands so, a sentence or a clause each: the proof, the answers, or the question and what speaks against a
    /// yes.
    pub fn words(&self) -> Vec<String> {
        let mut words = match &self.item.verdict {
            Verdict::Proved(proof) => {
                let mut words = vec![format!("Nothing found by {}.", proof.rules.join(", "))];
                words.extend(
                    proof.allowed.iter().map(|(rule, reason)| format!("Allowed by the file: {rule} ({reason}).")),
                );
                return words;
            }
            Verdict::Asked(question) if self.answers.is_empty() => {
                let why = (question.found.is_empty()).then(|| question.why.clone());
                [Some(question.words.to_owned()), why].into_iter().flatten().collect()
            }
            Verdict::Asked(_) => self.answers.iter().map(|(given, answer)| said(given, answer)).collect::<Vec<_>>(),
        };
        words.extend(self.item.question().into_iter().flat_map(|question| &question.found).map(objection));
        words
    }
}

/// Who answered what.
fn said(given: &GivenApproval, answer: &Answer) -> String {
    let note = answer.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
    format!("{} by {}{note}", answer.word(), given.role)
}

/// What speaks against an entry, and where.
pub fn objection(one: &Objection) -> String {
    let file = one.part.word();
    let place = match one.line {
        Some(line) => format!("line {line} of the {file}"),
        None => format!("the {file}"),
    };
    format!("{}[{}], {place}: {}", one.severity, one.rule, one.message)
}
