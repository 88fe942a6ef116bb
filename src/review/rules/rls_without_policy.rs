//! Row level security without a policy.

use crate::review::deed::{Deed, TableChange};
use crate::review::finding::Severity;
use crate::review::known::Known;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "rls-without-policy",
    level: Some(Severity::Warning),
    what: "row level security without a policy",
    why: "Nobody but the owner sees a row any more.",
    how: "Make a policy for those who are to see rows.",
    link: "https://www.postgresql.org/docs/current/ddl-rowsecurity.html",
    examples: &[
        Example::bad("ALTER TABLE t ENABLE ROW LEVEL SECURITY;"),
        Example::good("ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (owner = current_user);"),
        Example::good("ALTER TABLE t ENABLE ROW LEVEL SECURITY;")
            .after("CREATE POLICY p ON t USING (owner = current_user);"),
    ],
    check: Check::Known(check),
};

fn check(subject: &Subject<'_>, known: &Known, report: &mut Report) {
    for statement in subject.up.with_inner() {
        let Deed::AlterTable(table, changes) = &statement.deed else { continue };
        let has_policy = known.table(table).is_some_and(|known| !known.policies.is_empty());
        if changes.contains(&TableChange::EnableRls) && !has_policy {
            let message = format!("The table {table} has row level security, and no policy lets anybody see a row.");
            report.up(statement.range.clone(), message);
        }
    }
}
