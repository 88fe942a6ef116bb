//! Approvals: what a migration needs before it may be applied, which of the approvals on record count, and why others do
//! not. Pure; reading and giving them stands below.

pub mod ask;
mod author;
pub mod checked;
pub mod give;

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::config::{ApprovalRules, Tier};
use crate::postgres::store::approvals::GivenApproval;
use crate::review::approval::{Approval, Need};
use crate::review::checklist::{Answers, Checklist, lacking};

/// A migration as it is to be applied, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The migration.
    pub migration: &'a str,
    /// The SHA-256 of the file that applies it, in hex, as it is now.
    pub up: &'a str,
    /// The SHA-256 of the file that rolls it back, in hex, as it is now.
    pub down: Option<&'a str>,
    /// The author that its header names.
    pub author: Option<&'a str>,
    /// What it needs for what it does.
    pub needs: &'a [Need],
    /// The role that logs in to apply it.
    pub login: &'a str,
    /// The role that scripts run as, where that is another one.
    pub role: Option<&'a str>,
    /// What its files make it ask, as they are judged now; where nobody has judged them, only what is asked of every
    /// migration has to be answered.
    pub checklist: Option<&'a Checklist>,
}

/// Why an approval on record does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Void {
    /// It was withdrawn.
    Withdrawn {
        /// By whom.
        by: String,
    },
    /// The file that applies the migration was changed since.
    FileChanged,
    /// The file that rolls it back was changed since.
    RollbackChanged,
    /// Whoever applies a migration does not approve it.
    Applies,
    /// The author does not approve their own migration.
    Author {
        /// Who that is, in the words of the header.
        author: String,
    },
    /// The file names no author, so nobody can tell whether a second person approves it.
    NoAuthor,
    /// The role may not give this kind of approval.
    NotAMember {
        /// The roles whose members may.
        roles: Vec<String>,
    },
    /// Questions that the migration asks, as it is judged now, were left open: it was not given by Tidegate, or the rules
    /// that prove the entry were switched off since.
    Unanswered {
        /// The entries of the checklist.
        entries: Vec<String>,
    },
    /// The files cannot be judged, so nobody can tell what had to be answered.
    Unjudged {
        /// Why, as a sentence.
        because: String,
    },
    /// The migration does not need this kind of approval.
    NotNeeded,
}

impl Void {
    /// Why, as the words after "does not count: ".
    pub fn words(&self) -> String {
        match self {
            Void::Withdrawn { by } => format!("withdrawn by {by}"),
            Void::FileChanged => "the file was changed since".to_owned(),
            Void::RollbackChanged => "the rollback was changed since".to_owned(),
            Void::Applies => "the role that applies a migration does not approve it".to_owned(),
            Void::Author { author } => format!("{author} wrote it"),
            Void::NoAuthor => "the file names no author, who must be another person".to_owned(),
            Void::NotAMember { roles } => format!("no member of {}", roles.join(", ")),
            Void::Unanswered { entries } => format!("it leaves open what the checklist asks: {}", entries.join(", ")),
            Void::Unjudged { because } => {
                format!("nobody can tell what it had to answer ({})", because.trim_end_matches('.'))
            }
            Void::NotNeeded => "not needed".to_owned(),
        }
    }
}

/// One kind of approval that a migration needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// Which.
    pub approval: Approval,
    /// Why, a sentence each.
    pub why: Vec<String>,
    /// By how many roles it has to be given.
    pub count: u32,
    /// The roles whose members may give it; none lets any role give it.
    pub roles: Vec<String>,
    /// Those that count, one a role.
    pub given: Vec<GivenApproval>,
}

impl Demand {
    /// By how many more roles it has to be given.
    pub fn missing(&self) -> u32 {
        self.count.saturating_sub(u32::try_from(self.given.len()).unwrap_or(u32::MAX))
    }
}

/// How a migration stands with its approvals in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The migration.
    pub migration: String,
    /// What it needs, in the order of [`Approval::ALL`].
    pub demands: Vec<Demand>,
    /// The approvals that do not count, and why.
    pub void: Vec<(GivenApproval, Void)>,
}

impl Standing {
    /// The kinds of approval that it still lacks.
    pub fn missing(&self) -> impl Iterator<Item = &Demand> {
        self.demands.iter().filter(|demand| demand.missing() > 0)
    }

    /// Whether it has all that it needs.
    pub fn is_approved(&self) -> bool {
        self.missing().next().is_none()
    }

    /// The approvals that were given for what it lacks, and why they do not count.
    pub fn in_vain(&self) -> impl Iterator<Item = &(GivenApproval, Void)> {
        self.void.iter().filter(|(one, _)| self.missing().any(|demand| demand.approval == one.approval))
    }

    /// The same, a sentence each.
    pub fn in_vain_words(&self) -> impl Iterator<Item = String> {
        self.in_vain()
            .map(|(one, why)| format!("What {} gave for {} does not count: {}.", one.role, one.approval, why.words()))
    }

    /// What it lacks, in words: `production and security approval`.
    pub fn missing_words(&self) -> String {
        let words: Vec<String> = self
            .missing()
            .map(|demand| match demand.missing() {
                1 => demand.approval.word().to_owned(),
                more => format!("{} ({more} more)", demand.approval),
            })
            .collect();
        match words.split_last() {
            Some((last, [])) => format!("{last} approval"),
            Some((last, before)) => format!("{} and {last} approval", before.join(", ")),
            None => "no approval".to_owned(),
        }
    }
}

/// Why every migration needs the approval for production.
pub fn why_production(tier: Tier) -> String {
    format!("Every migration needs it in an environment of the tier {tier}.")
}

/// That an environment of this tier demands no approvals.
pub fn demands_none(environment: &str, tier: Tier) -> String {
    format!(
        "{environment} demands no approvals: it is read-only, or its tier ({tier}) is not among the `tiers` of \
         [approvals]."
    )
}

/// Counts the approvals of one migration.
pub fn standing(tier: Tier, rules: &ApprovalRules, asking: &Asking<'_>, given: &[GivenApproval]) -> Standing {
    let mut demands: Vec<Demand> = Approval::ALL
        .into_iter()
        .filter_map(|approval| {
            let mut why: Vec<String> =
                asking.needs.iter().filter(|need| need.approval == approval).map(|need| need.why.clone()).collect();
            if approval == Approval::Production {
                why.insert(0, why_production(tier));
            }
            let rule = rules.rule(approval);
            let demand =
                |why| Demand { approval, why, count: rule.count, roles: rule.roles.clone(), given: Vec::new() };
            (!why.is_empty()).then(|| demand(why))
        })
        .collect();
    let mut void = Vec::new();
    for one in given.iter().filter(|one| *one.migration == *asking.migration) {
        let Some(demand) = demands.iter_mut().find(|demand| demand.approval == one.approval) else {
            void.push((one.clone(), Void::NotNeeded));
            continue;
        };
        match judge(asking, &demand.roles, one) {
            Some(why) => void.push((one.clone(), why)),
            None if demand.given.iter().any(|known| known.role == one.role) => {}
            None => demand.given.push(one.clone()),
        }
    }
    Standing { migration: asking.migration.to_owned(), demands, void }
}

/// Why an approval does not count; nothing where it does. `roles` are those whose members may give it.
pub fn judge(asking: &Asking<'_>, roles: &[String], given: &GivenApproval) -> Option<Void> {
    if let Some((_, by)) = &given.withdrawn {
        return Some(Void::Withdrawn { by: by.to_string() });
    }
    if *given.up != *asking.up {
        return Some(Void::FileChanged);
    }
    if given.down.as_deref() != asking.down {
        return Some(Void::RollbackChanged);
    }
    if let Some(void) = open_questions(asking.checklist, &given.answers) {
        return Some(void);
    }
    objection(asking, roles, &given.role, given.person.as_deref().as_slice(), &given.memberships)
}

/// Which of the questions that a migration asks these answers leave open.
fn open_questions(checklist: Option<&Checklist>, answers: &Answers) -> Option<Void> {
    if let Some(because) = checklist.and_then(|checklist| checklist.unread.clone()) {
        return Some(Void::Unjudged { because });
    }
    let open = match checklist {
        Some(checklist) => checklist.lacks(answers).into_iter().map(|lack| lack.entry().name).collect(),
        None => lacking(answers),
    };
    (!open.is_empty()).then(|| Void::Unanswered { entries: open.into_iter().map(str::to_owned).collect() })
}

/// Why this role, with a person behind it that goes by these names, cannot approve; nothing where it can.
pub fn objection(
    asking: &Asking<'_>,
    roles: &[String],
    role: &str,
    person: &[&str],
    memberships: &[String],
) -> Option<Void> {
    let applies = |name: &str| name.eq_ignore_ascii_case(role);
    if applies(asking.login) || asking.role.is_some_and(applies) {
        return Some(Void::Applies);
    }
    let Some(author) = asking.author.filter(|author| !author.trim().is_empty()) else { return Some(Void::NoAuthor) };
    if person.iter().chain([&role]).any(|name| author::is(author, name)) {
        return Some(Void::Author { author: author.to_owned() });
    }
    let belongs = roles.is_empty() || roles.iter().any(|wanted| wanted == role || memberships.contains(wanted));
    (!belongs).then(|| Void::NotAMember { roles: roles.to_vec() })
}
