//! A pending migration older than one that is applied.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "out-of-order",
    level: Some(Severity::Warning),
    what: "a pending migration older than one that is applied",
    why: "It would run after migrations that were written and tested without it.",
    how: "Give it a newer timestamp while it is applied nowhere.",
    link: "",
    examples: &[],
    check: Check::Outside,
};
