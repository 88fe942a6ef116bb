//! Differences that somebody has accepted, why, and until when.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::schema::attribute::Attribute;
use crate::schema::object::ObjectId;
use crate::schema::pattern::Pattern;

/// A difference that somebody has accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoreRule {
    /// Which objects it is about.
    pub pattern: Pattern,
    /// Which attributes it is about; all, and whether the object is there at all, if none is named.
    pub attributes: Vec<Attribute>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds; `None` is for ever.
    pub until: Option<Date>,
}

/// What became of an ignore rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleReport {
    /// Its place among the rules.
    pub rule: usize,
    /// What became of it.
    pub state: RuleState,
}

/// What became of an ignore rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    /// It covers this many differences.
    Applied(usize),
    /// Nothing differs that it is about: it may go.
    WithoutEffect,
    /// Its last day is over: what it covered counts again.
    Expired,
}

/// The rules while two snapshots are compared.
pub(super) struct Ignores<'r> {
    rules: &'r [IgnoreRule],
    states: Vec<RuleState>,
}

impl<'r> Ignores<'r> {
    pub(super) fn new(rules: &'r [IgnoreRule], today: Date) -> Self {
        let state = |rule: &IgnoreRule| match rule.until {
            Some(until) if until < today => RuleState::Expired,
            _ => RuleState::WithoutEffect,
        };
        Self { rules, states: rules.iter().map(state).collect() }
    }

    /// The rule that accepts that an object is on one side only.
    pub(super) fn whole(&mut self, id: &ObjectId) -> Option<usize> {
        self.find(|rule| rule.attributes.is_empty() && rule.pattern.matches(id))
    }

    /// The rule that accepts that an attribute of an object differs.
    pub(super) fn attribute(&mut self, id: &ObjectId, attribute: Attribute) -> Option<usize> {
        let is_about = |rule: &IgnoreRule| rule.attributes.is_empty() || rule.attributes.contains(&attribute);
        self.find(|rule| is_about(rule) && rule.pattern.matches(id))
    }

    fn find(&mut self, accepts: impl Fn(&IgnoreRule) -> bool) -> Option<usize> {
        let holds = |(state, rule): (&RuleState, &IgnoreRule)| *state != RuleState::Expired && accepts(rule);
        let found = self.states.iter().zip(self.rules).position(holds)?;
        self.states[found] = match self.states[found] {
            RuleState::Applied(times) => RuleState::Applied(times + 1),
            _ => RuleState::Applied(1),
        };
        Some(found)
    }

    /// What became of each.
    pub(super) fn report(self) -> Vec<RuleReport> {
        self.states.into_iter().enumerate().map(|(rule, state)| RuleReport { rule, state }).collect()
    }
}
