//! A file that differs from what the main branch has.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "changed-after-merge",
    level: Some(Severity::Error),
    what: "a file that differs from what the main branch has",
    why: "What is merged may have been applied already; the file no longer says what was.",
    how: "Put the file back, and write a new migration for the change.",
    link: "https://git-scm.com/docs/git-revert",
    examples: &[],
    check: Check::Outside,
};
