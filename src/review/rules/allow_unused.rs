//! A comment that allows what is not found.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "allow-unused",
    level: Some(Severity::Note),
    what: "a comment that allows what is not found",
    why: "It hides what may come later.",
    how: "Take it out.",
    link: "docs/review.md",
    examples: &[],
    check: Check::Outside,
};
