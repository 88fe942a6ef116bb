//! A rollback that leaves something of what the migration makes, or cannot bring back what it drops.

use crate::review::deed::{Deed, Object, TableChange, Thing};
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::sql::Sql;
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "rollback-incomplete",
    level: Some(Severity::Warning),
    what: "a rollback that leaves something of what the migration makes, or cannot bring back what it drops",
    why: "After the rollback the schema is not what it was, and applying again may fail.",
    how: "Drop in the rollback what the migration makes, and make again what it drops.",
    link: "docs/review.md",
    examples: &[
        Example::bad("CREATE TABLE t (id bigint); CREATE TABLE u (id bigint);").with_rollback("DROP TABLE t;"),
        Example::bad("ALTER TABLE t ADD COLUMN a int;").with_rollback("SELECT 1;"),
        Example::bad("DROP TABLE t;").with_rollback("CREATE TABLE t (id bigint);"),
        Example::good("CREATE TABLE t (id bigint); CREATE INDEX i ON t (id);").with_rollback("DROP TABLE t;"),
        Example::good("CREATE SCHEMA s; CREATE TABLE s.t (id bigint);").with_rollback("DROP SCHEMA s CASCADE;"),
        Example::good("ALTER TABLE t ADD COLUMN a int;").with_rollback("ALTER TABLE t DROP COLUMN a;"),
        Example::good("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';")
            .with_rollback("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let Some(down) = subject.down.filter(|down| down.is_read() && !down.statements.is_empty()) else { return };
    // A block of code may undo anything.
    let opaque = down.statements.iter().any(|one| one.deed == Deed::Do);
    let mut left = Vec::new();
    let mut lost = Vec::new();
    for statement in &subject.up.statements {
        for (thing, name, table) in made(&statement.deed) {
            if !opaque && !undone(thing, &name, table.as_ref(), subject.up, down) {
                left.push(format!("{} {}", thing.word(), shown(thing, &name)));
            }
        }
        lost.extend(rows_lost(&statement.deed));
    }
    if !left.is_empty() {
        report.down(0..0, format!("The rollback leaves what the migration makes: {}.", left.join(", ")));
    }
    if !lost.is_empty() {
        let message = format!("The rollback cannot bring back the data of {}.", lost.join(", "));
        report.down(0..0, message).help("Only the backup can. Say so to whoever decides.");
    }
}

/// A trigger's or policy's table, or a column's, where it goes with it.
type Made = (Thing, Object, Option<Object>);

fn made(deed: &Deed) -> Vec<Made> {
    match deed {
        Deed::CreateTable(table) if !table.temporary => vec![(Thing::Table, table.name.clone(), None)],
        Deed::CreateView(view) if !view.or_replace && !view.temporary => {
            let thing = if view.materialized { Thing::MaterializedView } else { Thing::View };
            vec![(thing, view.name.clone(), None)]
        }
        Deed::CreateRoutine(routine) if !routine.or_replace => vec![(Thing::Routine, routine.name.clone(), None)],
        Deed::CreateIndex(index) => {
            let name = index.name.clone().map(|name| Object { schema: index.table.schema.clone(), name });
            name.map(|name| (Thing::Index, name, Some(index.table.clone()))).into_iter().collect()
        }
        Deed::CreatePolicy(policy) => {
            let schema = Some(format!("{}.{}", policy.table.schema(), policy.table.name));
            vec![(Thing::Policy, Object { schema, name: policy.name.clone() }, Some(policy.table.clone()))]
        }
        Deed::Create(thing, name) => {
            let table = matches!(thing, Thing::Trigger | Thing::Other("rule")).then(|| owner(name)).flatten();
            vec![(*thing, name.clone(), table)]
        }
        Deed::AlterTable(table, changes) => {
            let columns = changes.iter().filter_map(|change| match change {
                TableChange::AddColumn { name, .. } => Some(name),
                _ => None,
            });
            let object = |name: &String| Object { schema: None, name: name.clone() };
            columns.map(|name| (Thing::Other("column"), object(name), Some(table.clone()))).collect()
        }
        _ => Vec::new(),
    }
}

fn owner(name: &Object) -> Option<Object> {
    let (schema, table) = name.schema.as_deref()?.split_once('.')?;
    Some(Object { schema: Some(schema.to_owned()), name: table.to_owned() })
}

fn shown(thing: Thing, name: &Object) -> String {
    if matches!(thing, Thing::Trigger | Thing::Policy | Thing::Other("rule")) {
        return format!("{} on {}", name.name, name.schema.as_deref().unwrap_or_default());
    }
    name.to_string()
}

fn undone(thing: Thing, name: &Object, table: Option<&Object>, up: &Sql, down: &Sql) -> bool {
    let drops = |one: Thing, other: &Object| {
        down.statements.iter().any(|statement| {
            matches!(&statement.deed, Deed::Drop(drop)
                if drop.thing == one && drop.names.iter().any(|dropped| dropped.is(other)))
        })
    };
    let gone_with_schema = drops(Thing::Schema, &Object { schema: None, name: name.schema().to_owned() });
    let gone_with_table = table.is_some_and(|table| {
        let schema = Object { schema: None, name: table.schema().to_owned() };
        drops(Thing::Table, table) || drops(Thing::MaterializedView, table) || drops(Thing::Schema, &schema)
    });
    let dropped_again = || {
        up.statements.iter().any(|statement| {
            matches!(&statement.deed, Deed::Drop(drop)
                if drop.thing == thing && drop.names.iter().any(|dropped| dropped.is(name)))
        })
    };
    // A type's array, a domain and a type are dropped by either word.
    let by_another_word = match thing {
        Thing::Domain => drops(Thing::Type, name),
        Thing::Other("column") => table.is_some_and(|table| drops_column(down, table, &name.name)),
        _ => false,
    };
    drops(thing, name) || by_another_word || gone_with_schema || gone_with_table || dropped_again()
}

fn drops_column(down: &Sql, table: &Object, column: &str) -> bool {
    down.statements.iter().any(|statement| {
        let Deed::AlterTable(altered, changes) = &statement.deed else { return false };
        altered.is(table)
            && changes.iter().any(|change| match change {
                TableChange::DropColumn { name, .. } => name == column,
                TableChange::RenameColumn(from, _) => from == column,
                _ => false,
            })
    })
}

fn rows_lost(deed: &Deed) -> Vec<String> {
    match deed {
        Deed::Drop(drop) if matches!(drop.thing, Thing::Table | Thing::Schema) => {
            drop.names.iter().map(ToString::to_string).collect()
        }
        Deed::Truncate(tables) => tables.iter().map(ToString::to_string).collect(),
        Deed::AlterTable(table, changes) => {
            let dropped = changes.iter().filter_map(|change| match change {
                TableChange::DropColumn { name, .. } => Some(format!("{table}.{name}")),
                _ => None,
            });
            dropped.collect()
        }
        _ => Vec::new(),
    }
}
