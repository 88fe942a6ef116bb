//! A new table without row level security, in a schema that demands it.

use crate::review::deed::{Block, Deed, Object, TableChange, Thing};
use crate::review::finding::{Fix, Severity};
use crate::review::known::Known;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::sql::Statement;
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
        Example::bad("DO $$ BEGIN IF a THEN CREATE TABLE secured.t (id bigint); END IF; END $$;"),
        Example::good(
            "CREATE TABLE secured.t (id bigint); DO $$ BEGIN EXECUTE 'ALTER TABLE secured.t ENABLE ROW LEVEL SECURITY'; END $$;",
        ),
        Example::good("CREATE TABLE secured.t (id bigint); ALTER TABLE secured.t ENABLE ROW LEVEL SECURITY;"),
        Example::good(
            "CREATE TABLE secured.a (id bigint); DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY ARRAY['a'] LOOP \
             EXECUTE format('ALTER TABLE secured.%I ENABLE ROW LEVEL SECURITY', t); END LOOP; END $$;",
        ),
        Example::good("CREATE TABLE secured.a (id bigint); DROP TABLE secured.a;"),
        Example::good("CREATE TABLE secured.a (id bigint); ALTER TABLE secured.a SET SCHEMA internal;"),
        Example::bad("SELECT a INTO secured.c FROM t;"),
        Example::bad("ALTER TABLE internal.t SET SCHEMA secured;"),
        Example::bad("ALTER TABLE secured.t DISABLE ROW LEVEL SECURITY;"),
        Example::bad(
            "CREATE TABLE secured.t (id bigint); ALTER TABLE secured.t ENABLE ROW LEVEL SECURITY; ALTER TABLE secured.t DISABLE ROW LEVEL SECURITY;",
        ),
        Example::good("CREATE TABLE internal.t (id bigint);"),
        Example::good("SELECT a INTO TEMP c FROM t;"),
        Example::good("ALTER TABLE internal.t DISABLE ROW LEVEL SECURITY;"),
        Example::good("ALTER TABLE secured.t NO FORCE ROW LEVEL SECURITY;"),
        Example::good(
            "ALTER TABLE secured.t DISABLE ROW LEVEL SECURITY; UPDATE secured.t SET a = 1; ALTER TABLE secured.t ENABLE ROW LEVEL SECURITY;",
        ),
        Example::good(
            "ALTER TABLE internal.t SET SCHEMA secured; ALTER TABLE secured.t RENAME TO u; ALTER TABLE secured.u ENABLE ROW LEVEL SECURITY;",
        ),
        Example::good("ALTER TABLE internal.t SET SCHEMA secured;")
            .after("CREATE TABLE internal.t (id bigint); ALTER TABLE internal.t ENABLE ROW LEVEL SECURITY;"),
    ],
    check: Check::Known(check),
};

fn check(subject: &Subject<'_>, known: &Known, report: &mut Report) {
    let secured = &subject.settings.secured_schemas;
    let is_secured = |table: &Object| secured.iter().any(|schema| schema == table.schema());
    // A block that puts its statements together may switch it on for any table.
    let is_opaque = |statement: &Statement| {
        let text = || subject.up.at(&statement.range).to_ascii_lowercase();
        statement.deed == Deed::Do(Block::Opaque) && text().contains("row level security")
    };
    let is_gone = |table: &Object, rest: &[Statement]| rest.iter().any(|one| one.deed.drops(Thing::Table, table));
    for (place, statement) in subject.up.with_inner().iter().enumerate() {
        let rest = &subject.up.with_inner()[place + 1..];
        match &statement.deed {
            // A part of a table is read through the table, unless somebody asks for it by its own name.
            Deed::CreateTable(table) if !table.temporary && is_secured(&table.name) => {
                let (last, said) = later(&[], rest, &table.name);
                let is_kept = is_secured(&last) && !is_gone(&last, rest);
                if is_kept && !said.contains(&true) && !rest.iter().any(is_opaque) {
                    lacks(subject, statement, &table.name, report);
                }
            }
            Deed::AlterTable(table, changes) => {
                let mut table = table.clone();
                for (place, change) in changes.iter().enumerate() {
                    let before = table.clone();
                    table.follow(change);
                    let (last, said) = later(&changes[place + 1..], rest, &table);
                    let moves = matches!(change, TableChange::SetSchema(_)) && !is_secured(&before);
                    let is_kept = || known.table(&last).is_some_and(|known| known.secured);
                    if !is_secured(&table) {
                        continue;
                    }
                    if moves && !said.contains(&true) && !is_kept() {
                        lacks(subject, statement, &table, report);
                    }
                    if *change == TableChange::DisableRls && said.last() != Some(&true) {
                        report.up(statement.range.clone(), format!("The table {table} loses its row level security."));
                    }
                }
            }
            _ => {}
        }
    }
}

fn lacks(subject: &Subject<'_>, statement: &Statement, table: &Object, report: &mut Report) {
    let message = format!("The table {table} has no row level security.");
    let enable = format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;");
    let line = subject.up.line_behind(statement, &enable);
    let found = report.up(statement.range.clone(), message).help(enable);
    // Without a policy nobody but the owner sees a row any more: that is for its author to decide.
    if let Some((at, line)) = line {
        found.fix(Fix::insert("enable row level security", at, line));
    }
}

/// What a table is called in the end, and when its row level security is switched on or off after a place of the file.
fn later(changes: &[TableChange], rest: &[Statement], table: &Object) -> (Object, Vec<bool>) {
    let (mut table, mut said) = (table.clone(), Vec::new());
    let mut take = |table: &mut Object, changes: &[TableChange]| {
        for change in changes {
            match change {
                TableChange::EnableRls => said.push(true),
                TableChange::DisableRls => said.push(false),
                _ => table.follow(change),
            }
        }
    };
    take(&mut table, changes);
    for statement in rest {
        match &statement.deed {
            Deed::AlterTable(altered, changes) if altered.is(&table) => take(&mut table, changes),
            _ => {}
        }
    }
    (table, said)
}
