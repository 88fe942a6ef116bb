//! A file that is not committed.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "uncommitted",
    level: Some(Severity::Note),
    what: "a file that is not committed",
    why: "Nobody else has it, and nobody has seen it.",
    how: "Commit it before it is applied anywhere but on your own database.",
    link: "https://git-scm.com/docs/git-status",
    examples: &[],
    check: Check::Outside,
};
