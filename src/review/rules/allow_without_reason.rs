//! A comment that allows a finding without saying why.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "allow-without-reason",
    level: Some(Severity::Warning),
    what: "a comment that allows a finding without saying why",
    why: "Whoever reads it later cannot tell whether it still holds.",
    how: "Write the reason behind the rule: -- tidegate: allow RULE reason",
    link: "",
    examples: &[
        Example::bad("-- tidegate: allow lock-table\nLOCK TABLE t;"),
        Example::bad("-- tidegate: allow\nLOCK TABLE t;"),
        Example::good("-- tidegate: allow lock-table nobody uses it yet\nLOCK TABLE t;"),
    ],
    check: Check::Outside,
};
