//! A right that is granted to everybody.

use crate::review::deed::Deed;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "grant-to-public",
    level: Some(Severity::Warning),
    what: "a right that is granted to everybody",
    why: "Whoever can connect has it, now and later.",
    how: "Grant it to the roles that need it.",
    link: "https://www.postgresql.org/docs/current/sql-grant.html",
    examples: &[
        Example::bad("GRANT SELECT ON t TO PUBLIC;"),
        Example::bad("GRANT ALL ON t TO anon;"),
        Example::bad("DO $$ BEGIN GRANT ALL ON t TO anon; END $$;"),
        Example::bad("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;"),
        Example::good("GRANT SELECT ON t TO reporting;"),
        Example::good("REVOKE ALL ON t FROM PUBLIC;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    for statement in subject.up.with_inner() {
        let Deed::Grant(grant) = &statement.deed else { continue };
        let open = |role: &&String| *role == "public" || subject.settings.public_roles.contains(role);
        if let Some(role) = grant.roles.iter().find(open).filter(|_| !grant.revoke) {
            report.up(statement.range.clone(), format!("The right is granted to {role}."));
        }
    }
}
