//! A file that differs from what was applied.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "changed-after-apply",
    level: Some(Severity::Error),
    what: "a file that differs from what was applied",
    why: "The file no longer says what was done to the environment.",
    how: "Put the file back, and write a new migration for the change.",
    link: "",
    examples: &[],
    check: Check::Outside,
};
