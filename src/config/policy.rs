//! Under which conditions migrations run in an environment.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::approvals::ApprovalRules;
use super::environment::Tier;
use super::hours::AllowedHours;
use crate::review::settings::fault;

/// Under which conditions migrations run in an environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The role that owns what migrations create, taken with `SET ROLE`; `None` keeps the login role.
    pub role: Option<String>,
    /// The schemas of `search_path`, unquoted; empty keeps the login role's own.
    pub search_path: Vec<String>,
    /// PostgreSQL's `lock_timeout`; zero waits for ever.
    pub lock_timeout: Duration,
    /// PostgreSQL's `statement_timeout`; zero sets no limit.
    pub statement_timeout: Duration,
    /// How often a script is tried again after a lock timeout rolled it back.
    pub lock_retries: u32,
    /// The wait before the first such retry; it doubles with each further one.
    pub retry_backoff: Duration,
    /// When writes are allowed; `None` is always.
    pub allowed_hours: Option<AllowedHours>,
    /// Whether a window needs a backup before it applies anything.
    pub backup: BackupRequirement,
    /// What a migration's `Ticket:` header must hold.
    pub ticket: TicketRule,
    /// The approvals without which nothing is applied; `None` where none is demanded.
    pub approvals: Option<ApprovalRules>,
}

impl Policy {
    /// The policy of an environment whose configuration says nothing but its tier.
    pub fn of_tier(tier: Tier) -> Self {
        let production = tier == Tier::Production;
        Self {
            role: None,
            search_path: Vec::new(),
            lock_timeout: Duration::from_secs(5),
            statement_timeout: Duration::ZERO,
            lock_retries: 5,
            retry_backoff: Duration::from_secs(2),
            allowed_hours: None,
            backup: BackupRequirement::of_tier(tier),
            ticket: TicketRule { required: production, pattern: None },
            approvals: production.then(ApprovalRules::default),
        }
    }
}

/// Whether a window needs a backup before it applies anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackupRequirement {
    /// Apply stays closed until a verified backup exists.
    Required,
    /// The step is offered and may be skipped.
    Offered,
    /// The step does not appear.
    Off,
}

impl BackupRequirement {
    /// The default of a tier: required in production, offered in staging, off in development.
    pub fn of_tier(tier: Tier) -> Self {
        match tier {
            Tier::Production => Self::Required,
            Tier::Staging => Self::Offered,
            Tier::Development => Self::Off,
        }
    }

    /// The word as configured.
    pub fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Offered => "offered",
            Self::Off => "off",
        }
    }
}

/// What the `Ticket:` header of a migration must hold before it may be applied.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketRule {
    /// Whether a migration without a ticket is refused.
    pub required: bool,
    /// What a ticket that is present must look like.
    pub pattern: Option<TicketPattern>,
}

impl TicketRule {
    /// Says what is wrong with a ticket, or nothing when it satisfies the rule.
    pub fn objection(&self, ticket: Option<&str>) -> Option<String> {
        match (ticket.map(str::trim).filter(|ticket| !ticket.is_empty()), &self.pattern) {
            (None, _) if self.required => Some("the header names no ticket".to_owned()),
            (Some(ticket), Some(pattern)) if !pattern.matches(ticket) => Some(format!(
                "the ticket `{}` does not match {}",
                crate::migration::text::printable(ticket),
                pattern.as_str()
            )),
            _ => None,
        }
    }
}

/// A regular expression that a whole ticket must match.
#[derive(Debug, Clone)]
pub struct TicketPattern {
    written: String,
    whole: regex::Regex,
}

impl TicketPattern {
    /// Compiles a pattern. The error says what is wrong with it.
    pub fn new(written: &str) -> Result<Self, String> {
        let whole = regex::Regex::new(&format!("^(?:{written})$")).map_err(|error| fault(&error))?;
        Ok(Self { written: written.to_owned(), whole })
    }

    /// The pattern as configured.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether the whole ticket matches.
    pub fn matches(&self, ticket: &str) -> bool {
        self.whole.is_match(ticket)
    }
}

impl PartialEq for TicketPattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{TicketPattern, TicketRule};

    #[rstest]
    #[case::none_needed(false, None, None, None)]
    #[case::missing(true, None, None, Some("the header names no ticket"))]
    #[case::blank(true, None, Some("  "), Some("the header names no ticket"))]
    #[case::fits(true, Some("SCOUT-[0-9]+"), Some("SCOUT-12"), None)]
    #[case::only_part_fits(
        true,
        Some("SCOUT-[0-9]+"),
        Some("SCOUT-12x"),
        Some("the ticket `SCOUT-12x` does not match SCOUT-[0-9]+")
    )]
    fn a_ticket_is_judged_as_a_whole(
        #[case] required: bool,
        #[case] pattern: Option<&str>,
        #[case] ticket: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        let pattern = pattern.map(|written| TicketPattern::new(written).expect("valid"));
        assert_eq!(TicketRule { required, pattern }.objection(ticket).as_deref(), expected);
    }
}
