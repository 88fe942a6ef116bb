//! A function that runs as its owner without its own search_path.

use crate::review::deed::{Deed, Object, Thing};
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::sql::Statement;
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
        Example::good(
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; DROP FUNCTION f();",
        ),
        Example::good(
            "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; \
             CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1'; \
             ALTER FUNCTION f(integer) SET search_path = '';",
        ),
        Example::bad("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';"),
        Example::good(
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';",
        ),
        Example::bad("ALTER FUNCTION f() SECURITY DEFINER;"),
        Example::bad(
            "DO $do$ BEGIN CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; END $do$;",
        ),
        Example::bad("ALTER FUNCTION f() RESET search_path;"),
        Example::bad("ALTER PROCEDURE f() RESET ALL;"),
        Example::bad("ALTER ROUTINE f() SET search_path TO DEFAULT;"),
        Example::bad(
            "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; ALTER FUNCTION f(int) SET search_path = '';",
        ),
        Example::good("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        Example::good(
            "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; ALTER FUNCTION f(integer) SET search_path = '';",
        ),
        Example::good("ALTER FUNCTION f() SECURITY DEFINER SET search_path = '';"),
        Example::good("ALTER FUNCTION f() SET search_path = ''; ALTER FUNCTION f() SECURITY DEFINER;"),
        Example::good("ALTER FUNCTION f() SECURITY INVOKER RESET search_path;"),
        Example::good("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f() RESET ALL;"),
        Example::good("ALTER FUNCTION f() OWNER TO ana;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let statements = subject.up.with_inner();
    for statement in statements {
        let Some(said) = Said::of(statement) else { continue };
        let message = match (&statement.deed, said.definer, said.pinned) {
            (Deed::CreateRoutine(_), Some(true), Some(false)) | (Deed::AlterRoutine(_), Some(true), _) => {
                format!("The function {} runs as its owner with the caller's search_path.", said.name)
            }
            (Deed::AlterRoutine(_), _, Some(false)) => format!("The function {} loses its own search_path.", said.name),
            _ => continue,
        };
        let (definer, pinned) = in_the_end(statements, &said);
        let mut rest = statements.iter().skip_while(|one| one.range != statement.range);
        let is_gone = rest.any(|one| one.deed.drops(Thing::Routine, said.name));
        if !is_gone && definer != Some(false) && pinned != Some(true) {
            report.up(statement.range.clone(), message);
        }
    }
}

/// What a statement says of a function.
struct Said<'a> {
    name: &'a Object,
    parameters: &'a [String],
    definer: Option<bool>,
    pinned: Option<bool>,
}

impl<'a> Said<'a> {
    fn of(statement: &'a Statement) -> Option<Self> {
        match &statement.deed {
            Deed::CreateRoutine(one) => Some(Said {
                name: &one.name,
                parameters: &one.parameters,
                definer: Some(one.definer),
                pinned: Some(one.pinned),
            }),
            Deed::AlterRoutine(one) => {
                Some(Said { name: &one.name, parameters: &one.parameters, definer: one.definer, pinned: one.pinned })
            }
            _ => None,
        }
    }
}

/// Whether a function runs as its owner, and whether it sets its own `search_path`, once the file has run.
fn in_the_end(statements: &[Statement], said: &Said<'_>) -> (Option<bool>, Option<bool>) {
    let of_it = |statement| Said::of(statement).filter(|other| other.name.is(said.name));
    let makes = |statement: &&Statement| matches!(statement.deed, Deed::CreateRoutine(_));
    let made: Vec<&[String]> = statements.iter().filter(makes).filter_map(of_it).map(|one| one.parameters).collect();
    // A type has more than one name, so that parameters only count where there are several functions to tell apart.
    let is_overloaded = made.iter().any(|parameters| *parameters != made[0]);
    statements
        .iter()
        .filter_map(of_it)
        .filter(|other| !is_overloaded || other.parameters == said.parameters)
        .fold((None, None), |before, other| (other.definer.or(before.0), other.pinned.or(before.1)))
}
