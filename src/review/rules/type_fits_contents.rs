//! A migration whose type is not what it does.

use crate::migration::name::MigrationType;
use crate::review::deed::{Block, Deed, Drop, Object, Thing, Verb};
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::sql::Statement;
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "type-fits-contents",
    level: Some(Severity::Warning),
    what: "a migration whose type is not what it does",
    why: "People look for a change by the type in its name.",
    how: "Rename the migration, or move the other statements to one of their own.",
    link: "",
    examples: &[
        Example::good("CREATE CAST (a AS b) WITHOUT FUNCTION;").named("20260801093000_create_cast"),
        Example::bad("CREATE TABLE t (id bigint);").named("20260801093000_drop_reports"),
        Example::bad("INSERT INTO t VALUES (1);").named("20260801093000_create_metrics"),
        Example::bad("DROP TABLE t;").named("20260801093000_seed_metrics"),
        Example::bad("DROP TABLE t; CREATE TABLE u (id bigint);").named("20260801093000_drop_reports"),
        Example::bad("DROP VIEW v; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';")
            .named("20260801093000_drop_reports"),
        Example::bad("CREATE TABLE t (id bigint); DROP TABLE u;").named("20260801093000_create_metrics"),
        Example::good("DROP VIEW v; ALTER TABLE t DROP COLUMN a; CREATE VIEW v AS SELECT b FROM t;")
            .named("20260801093000_drop_reports"),
        Example::good("CREATE TEMP TABLE u (id bigint); DROP TABLE t; CREATE OR REPLACE VIEW v AS SELECT 1;")
            .named("20260801093000_drop_reports"),
        Example::good("DROP TABLE t; CREATE TABLE t (id bigint); CREATE INDEX i ON t (id);")
            .named("20260801093000_drop_reports"),
        Example::good("CREATE TABLE old AS SELECT id, a FROM t; ALTER TABLE t DROP COLUMN a;")
            .named("20260801093000_drop_reports"),
        Example::good("DROP TRIGGER IF EXISTS r ON t; CREATE TRIGGER r BEFORE INSERT ON t EXECUTE FUNCTION f();")
            .named("20260801093000_create_metrics"),
        Example::good("CREATE TABLE t (id bigint); CREATE TABLE u (id bigint); DROP TABLE u;")
            .named("20260801093000_create_metrics"),
        Example::good("CREATE TABLE t (id bigint); ALTER TABLE t ENABLE ROW LEVEL SECURITY;")
            .named("20260801093000_create_metrics"),
        Example::good("DROP TABLE t;").named("20260801093000_drop_reports"),
        Example::good("INSERT INTO t VALUES (1);").named("20260801093000_seed_metrics"),
        Example::good("UPDATE t SET a = 1;").named("20260801093000_fix_metrics"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let kind = subject.name.kind();
    let fits: fn(&Deed) -> bool = match kind {
        MigrationType::Create => {
            |deed| matches!(deed, Deed::CreateTable(_) | Deed::CreateView(_) | Deed::CreateRoutine(_)) || makes(deed)
        }
        MigrationType::Drop => |deed| matches!(deed, Deed::Drop(_) | Deed::AlterTable(..) | Deed::Alter(_)),
        MigrationType::Seed => |deed| matches!(deed, Deed::Write(_) | Deed::Do(_) | Deed::Select | Deed::Truncate(_)),
        // What is altered or corrected may take any statement.
        MigrationType::Alter | MigrationType::Fix => return,
    };
    let history = &subject.settings.history;
    let mut working = subject.up.working().filter(|one| match &one.deed {
        Deed::Write(write) => write.table.name != history.table,
        _ => true,
    });
    let Some(first) = working.next() else { return };
    let word = kind.word();
    if !fits(&first.deed) && !working.any(|one| fits(&one.deed)) {
        report.up(first.range.clone(), format!("The migration is called a `{word}`, and no statement of it is one."));
        return;
    }
    match kind {
        MigrationType::Drop => creates_too(subject.up.with_inner(), report),
        MigrationType::Create => drops_too(subject.up.with_inner(), report),
        _ => {}
    }
}

/// A `drop` may put back what it has to take away for a while, and nothing else.
fn creates_too(statements: &[Statement], report: &mut Report) {
    let dropped: Vec<&Object> = drops(statements).flat_map(|(_, drop)| &drop.names).collect();
    let goes = |name: &Object| dropped.iter().any(|gone| gone.is(name));
    for statement in statements {
        let Some((thing, name, table)) = lasting(&statement.deed) else { continue };
        // What is dropped may be kept in a copy, which has its columns from a query.
        let is_copy = matches!(&statement.deed, Deed::CreateTable(table) if table.parts.is_empty() && table.partition_of.is_none());
        if is_copy {
            continue;
        }
        if !name.as_ref().is_some_and(goes) && !table.is_some_and(goes) {
            let name = name.map(|name| format!(" {}", name.name)).unwrap_or_default();
            let message = format!("The migration is a `drop` that creates the {}{name}.", thing.word());
            report.up(statement.range.clone(), message);
        }
    }
}

/// A `create` may drop what it has made, or what it makes anew.
fn drops_too(statements: &[Statement], report: &mut Report) {
    let comes = |gone: &Object| {
        statements.iter().any(|one| match &one.deed {
            Deed::CreateTable(table) => table.name.is(gone),
            Deed::CreateView(view) => view.name.is(gone),
            Deed::CreateRoutine(routine) => routine.name.is(gone),
            deed => lasting(deed).is_some_and(|(_, name, _)| name.is_some_and(|name| name.is(gone))),
        })
    };
    for (statement, drop) in drops(statements) {
        if let Some(gone) = drop.names.iter().find(|gone| !comes(gone)) {
            let message = format!("The migration is a `create` that drops the {} {}.", drop.thing.word(), gone.name);
            report.up(statement.range.clone(), message);
        }
    }
}

fn drops(statements: &[Statement]) -> impl Iterator<Item = (&Statement, &Drop)> {
    statements.iter().filter_map(|one| match &one.deed {
        Deed::Drop(drop) => Some((one, drop)),
        _ => None,
    })
}

/// What a statement makes that is there to stay: its kind, its name, and the table that it belongs to.
fn lasting(deed: &Deed) -> Option<(Thing, Option<Object>, Option<&Object>)> {
    Some(match deed {
        Deed::CreateTable(table) if !table.temporary => (Thing::Table, Some(table.name.clone()), None),
        // What takes the place of another may only stop to ask for what is dropped.
        Deed::CreateView(view) if !view.temporary && !view.or_replace => {
            let thing = if view.materialized { Thing::MaterializedView } else { Thing::View };
            (thing, Some(view.name.clone()), None)
        }
        Deed::CreateRoutine(routine) if !routine.or_replace => (Thing::Routine, Some(routine.name.clone()), None),
        Deed::CreateIndex(index) => {
            let name = index.name.clone().map(|name| Object { schema: index.table.schema.clone(), name });
            (Thing::Index, name, Some(&index.table))
        }
        Deed::CreatePolicy(policy) => {
            let name = Object::of_table(&policy.table, policy.name.clone());
            (Thing::Policy, Some(name), Some(&policy.table))
        }
        Deed::Create(made) => (made.thing, Some(made.name.clone()), None),
        _ => return None,
    })
}

fn makes(deed: &Deed) -> bool {
    match deed {
        Deed::CreateIndex(_) | Deed::CreatePolicy(_) | Deed::Create(..) => true,
        Deed::Alter(change) => change.verb == Verb::Create,
        // It may make anything.
        Deed::Do(block) => *block == Block::Opaque,
        _ => false,
    }
}
