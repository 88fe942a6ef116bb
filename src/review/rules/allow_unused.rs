//! A comment that allows what is not found.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "allow-unused",
    level: Some(Severity::Note),
    what: "a comment that allows what is not found",
    why: "It hides what may come later.",
    how: "Take it out.",
    link: "",
    examples: &[
        Example::bad("-- tidegate: allow lock-table nobody uses it yet\nSELECT 1;"),
        Example::bad("SELECT 1;\n-- tidegate: allow lock-table nobody uses it yet\nSELECT 2;\nLOCK TABLE t;"),
        Example::bad("-- tidegate: allow look-table nobody uses it yet\r\nLOCK TABLE t;\r\n"),
        Example::bad("LOCK TABLE t; /* tidegate: allow lock-table nobody uses it yet */\nSELECT 1;"),
        Example::good("-- tidegate: allow lock-table nobody uses it yet\nLOCK TABLE t;"),
        Example::good("SELECT 1;"),
    ],
    check: Check::Outside,
};
