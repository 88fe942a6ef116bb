//! A view that loses security_invoker.

use crate::review::finding::Severity;
use crate::review::known::Known;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "view-security-invoker",
    level: Some(Severity::Warning),
    what: "a view that loses security_invoker",
    why: "From now on it asks with its owner's rights: row level security keeps nothing back from those who use it.",
    how: "Write WITH (security_invoker = true) again.",
    link: "https://www.postgresql.org/docs/current/sql-createview.html",
    examples: &[
        Example::bad("CREATE OR REPLACE VIEW v AS SELECT a FROM t;")
            .after("CREATE VIEW v WITH (security_invoker = true) AS SELECT a FROM t;"),
        Example::good("CREATE OR REPLACE VIEW v WITH (security_invoker = true) AS SELECT a FROM t;")
            .after("CREATE VIEW v WITH (security_invoker) AS SELECT a FROM t;"),
        Example::bad("ALTER VIEW v SET (security_invoker = false);")
            .after("CREATE VIEW v WITH (security_invoker = true) AS SELECT a FROM t;"),
        Example::bad("ALTER VIEW v SET (security_invoker = 'NO');"),
        Example::bad("ALTER VIEW v SET (security_invoker = 0);"),
        Example::bad("ALTER VIEW v RESET (security_invoker);"),
        Example::bad("ALTER TABLE v SET (security_invoker = off);"),
        Example::good("CREATE OR REPLACE VIEW v AS SELECT a FROM t;").after("CREATE VIEW v AS SELECT a FROM t;"),
        Example::good("ALTER VIEW v SET (security_invoker);"),
        Example::good("ALTER VIEW v RESET (security_invoker); ALTER VIEW v SET (security_invoker = ON);"),
        Example::good("ALTER VIEW v RESET (security_invoker);").after("CREATE VIEW v AS SELECT a FROM t;"),
        Example::good("ALTER VIEW v SET (security_barrier = false);"),
    ],
    check: Check::Known(check),
};

fn check(_: &Subject<'_>, known: &Known, report: &mut Report) {
    for (range, view) in known.lost_invoker() {
        report.up(range.clone(), format!("The view {view} loses security_invoker."));
    }
}
