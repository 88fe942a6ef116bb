//! A new table without row level security, in a schema that demands it.

use crate::review::deed::{Deed, TableChange};
use crate::review::finding::{Fix, Severity};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "missing-rls",
    level: Some(Severity::Error),
    what: "a new table without row level security, in a schema that demands it",
    why: "Whoever may reach the schema may read and write every row.",
    how: "Write ALTER TABLE … ENABLE ROW LEVEL SECURITY, and a policy.",
    link: "https://www.postgresql.org/docs/current/ddl-rowsecurity.html",
    examples: &[
        Example::bad("CREATE TABLE secured.t (id bigint);"),
        Example::good("CREATE TABLE secured.t (id bigint); ALTER TABLE secured.t ENABLE ROW LEVEL SECURITY;"),
        Example::good("CREATE TABLE internal.t (id bigint);"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let secured = &subject.settings.secured_schemas;
    for statement in &subject.up.statements {
        let Deed::CreateTable(table) = &statement.deed else { continue };
        // A part of a table is read through the table, unless somebody asks for it by its own name.
        if table.temporary || !secured.iter().any(|schema| schema == table.name.schema()) {
            continue;
        }
        let enabled = subject.up.statements.iter().any(|one| {
            matches!(&one.deed, Deed::AlterTable(name, changes)
                if name.is(&table.name) && changes.contains(&TableChange::EnableRls))
        });
        if !enabled {
            let message = format!("The table {} has no row level security.", table.name);
            let enable = format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", table.name);
            let line = subject.up.line_behind(statement, &enable);
            let found = report.up(statement.range.clone(), message).help(enable);
            // Without a policy nobody but the owner sees a row any more: that is for its author to decide.
            if let Some((at, line)) = line {
                found.fix(Fix::insert("enable row level security", at, line));
            }
        }
    }
}
