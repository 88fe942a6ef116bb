//! A rollback that lies beside its migration in a folder that the Supabase CLI reads.

use crate::review::finding::Severity;
use crate::review::rule::{Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "rollback-beside",
    level: Some(Severity::Warning),
    what: "a rollback that lies beside its migration in a folder that the Supabase CLI reads",
    why: "The Supabase CLI would run it forward, as a migration of its own.",
    how: "Set `rollbacks` in the section [project] to another folder, and move the rollbacks there.",
    link: "https://supabase.com/docs/guides/deployment/database-migrations",
    examples: &[],
    check: Check::Outside,
};
