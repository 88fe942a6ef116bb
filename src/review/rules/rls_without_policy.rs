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
        Example::bad("ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t AS RESTRICTIVE USING (a);"),
        Example::good(
            "CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t RENAME TO u; CREATE POLICY p ON u USING (a > 0);",
        ),
        Example::bad("ALTER TABLE t ENABLE ROW LEVEL SECURITY;"),
        Example::good("ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (owner = current_user);"),
        Example::good("ALTER TABLE t ENABLE ROW LEVEL SECURITY;")
            .after("CREATE POLICY p ON t USING (owner = current_user);"),
    ],
    check: Check::Known(check),
};

fn check(subject: &Subject<'_>, known: &Known, report: &mut Report) {
    let statements = subject.up.with_inner();
    for (place, statement) in statements.iter().enumerate() {
        let Deed::AlterTable(table, changes) = &statement.deed else { continue };
        // What follows may give it another name.
        let mut last = table.clone();
        for later in &statements[place..] {
            let Deed::AlterTable(table, changes) = &later.deed else { continue };
            if table.is(&last) {
                changes.iter().for_each(|change| last.follow(change));
            }
        }
        // One that restricts takes rows away from what others allow, and gives none.
        let allows = known.table(&last).is_some_and(|known| known.policies.iter().any(|(_, restricts)| !restricts));
        if changes.contains(&TableChange::EnableRls) && !allows {
            let message = format!("The table {table} has row level security, and no policy lets anybody see a row.");
            report.up(statement.range.clone(), message);
        }
    }
}
