//! A file in the folder of migrations that is not named as one.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "file-name",
    level: Some(Severity::Error),
    what: "a file in the folder of migrations that is not named as one",
    why: "It is not seen as a migration, and is never applied.",
    how: "Name it YYYYMMDDHHMMSS_<type>_<description>.sql, with the type create, alter, drop, seed or fix.",
    link: "",
    examples: &[],
    check: Check::Outside,
};
