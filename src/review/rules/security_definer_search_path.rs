//! A function that runs as its owner without its own search_path.

use crate::review::deed::Deed;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "security-definer-search-path",
    level: Some(Severity::Error),
    what: "a function that runs as its owner without its own search_path",
    why: "Whoever calls it can put objects of their own in the way, and have them run with the owner's rights.",
    how: "Write SET search_path = '' (or pg_catalog first and pg_temp last) behind SECURITY DEFINER, and qualify every name.",
    link: "https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY",
    examples: &[
        Example::bad("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"),
        Example::good(
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';",
        ),
        Example::good("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    for statement in &subject.up.statements {
        let Deed::CreateRoutine(routine) = &statement.deed else { continue };
        if routine.definer && !routine.pinned {
            let message = format!("The function {} runs as its owner with the caller's search_path.", routine.name);
            report.up(statement.range.clone(), message);
        }
    }
}
