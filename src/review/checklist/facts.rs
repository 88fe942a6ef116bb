//! What the statements of a migration tell of how far its rules see.

use std::collections::BTreeSet;

use crate::review::deed::{Deed, Object, TableChange, Thing};
use crate::review::examine::Examined;
use crate::review::finding::{Finding, Part};
use crate::review::settings::Settings;
use crate::review::sql::{Sql, Statement};

/// A migration as the entries look at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) examined: &'a Examined,
    pub(super) settings: &'a Settings,
}

impl<'a> Facts<'a> {
    /// The line of a finding.
    pub(super) fn line(&self, finding: &Finding) -> Option<u32> {
        let sql = self.examined.file(finding.part).filter(|_| !finding.is_of_whole_file())?;
        Some(sql.position(finding.range.start).line)
    }

    /// That the statements of one of these files could not be read, so that rules have seen nothing in it.
    pub(super) fn unread(&self, parts: &[Part]) -> Option<String> {
        let is_read = |sql: &Sql| sql.is_read() && sql.error.is_none() && sql.script.is_ok();
        let unread = parts.iter().find(|part| self.examined.file(**part).is_some_and(|sql| !is_read(sql)))?;
        Some(format!("No rule could read every statement of the {}.", unread.word()))
    }

    /// The statements that do something, without the migration's own record and a pre-check.
    fn working(&self) -> impl Iterator<Item = &'a Statement> {
        let settings = self.settings;
        self.examined.up.working().filter(move |one| match &one.deed {
            Deed::Write(write) => write.table.name != settings.history.table,
            _ => true,
        })
    }

    fn makes(&self, table: &Object) -> bool {
        self.new_tables().any(|new| new.is(table))
    }

    fn new_tables(&self) -> impl Iterator<Item = &'a Object> {
        self.working().filter_map(|one| match &one.deed {
            Deed::CreateTable(table) if table.partition_of.is_none() => Some(&table.name),
            _ => None,
        })
    }

    /// The line of a statement.
    fn line_of(&self, statement: &Statement) -> u32 {
        self.examined.up.position(statement.range.start).line
    }
}

/// Why it may touch what was there before: the first statement that does more than make something new.
pub(super) fn leaves_old_alone(facts: &Facts<'_>) -> Option<String> {
    // A new foreign key keeps rows of the table that it leads to from being deleted.
    let stays_within = |changes: &[TableChange]| {
        changes.iter().all(|change| match change {
            TableChange::ForeignKey { target, .. } => facts.makes(target),
            _ => true,
        })
    };
    let is_new = |deed: &Deed| match deed {
        Deed::CreateTable(table) => table.partition_of.is_none() && stays_within(&table.parts),
        Deed::AlterTable(table, changes) => facts.makes(table) && stays_within(changes),
        Deed::CreateIndex(index) => facts.makes(&index.table),
        Deed::CreatePolicy(policy) => facts.makes(&policy.table),
        Deed::Write(write) => facts.makes(&write.table),
        Deed::Maintain(tables) => !tables.is_empty() && tables.iter().all(|table| facts.makes(table)),
        Deed::Create(made) => matches!(made.thing, Thing::Schema | Thing::Sequence | Thing::Type | Thing::Domain),
        Deed::Comment => true,
        _ => false,
    };
    let old = facts.working().find(|one| !is_new(&one.deed))?;
    Some(format!("From line {} on, it does more than make something new.", facts.line_of(old)))
}

/// Why there may be a query without its index: the first statement that makes a table or column, or drops an index.
pub(super) fn needs_no_more_indexes(facts: &Facts<'_>) -> Option<String> {
    let adds = |changes: &[TableChange]| changes.iter().any(|change| matches!(change, TableChange::AddColumn { .. }));
    let is_asked = |deed: &Deed| match deed {
        Deed::CreateTable(table) => !table.temporary,
        Deed::AlterTable(_, changes) => adds(changes),
        Deed::CreateView(view) => view.materialized,
        Deed::Drop(drop) => drop.thing == Thing::Index,
        Deed::Do(_) | Deed::Select | Deed::Other => true,
        _ => false,
    };
    let found = facts.working().find(|one| is_asked(&one.deed))?;
    let what = match &found.deed {
        Deed::Drop(_) => "drops an index",
        Deed::AlterTable(..) => "adds a column",
        Deed::Do(_) | Deed::Select | Deed::Other => "runs what no rule looks into",
        _ => "makes a table",
    };
    Some(format!("Line {} {what}; no rule knows the queries.", facts.line_of(found)))
}

/// Why row level security may be missing or wrong: what no rule of it sees.
pub(super) fn keeps_rows_guarded(facts: &Facts<'_>) -> Option<String> {
    let secured = &facts.settings.secured_schemas;
    let open: BTreeSet<String> = facts
        .new_tables()
        .filter(|table| !secured.iter().any(|schema| schema == table.schema()))
        .map(ToString::to_string)
        .collect();
    if !open.is_empty() {
        let names = open.into_iter().collect::<Vec<_>>().join(", ");
        return Some(format!("No schema that demands row level security holds {names}."));
    }
    let is_asked = |deed: &Deed| match deed {
        Deed::CreateTable(table) => table.partition_of.is_some(),
        Deed::AlterTable(_, changes) => changes.iter().any(|one| {
            matches!(
                one,
                TableChange::DisableRls | TableChange::SetSchema(_) | TableChange::Rename(_) | TableChange::Invoker(_)
            )
        }),
        Deed::CreatePolicy(_) | Deed::AlterPolicy(_) | Deed::CreateView(_) => true,
        Deed::CreateRoutine(_) | Deed::AlterRoutine(_) => true,
        Deed::Drop(drop) => matches!(drop.thing, Thing::Policy | Thing::Other(_)),
        Deed::Alter(_) | Deed::AlterViewInvoker(..) | Deed::Grant(_) | Deed::Do(_) | Deed::Select | Deed::Other => true,
        _ => false,
    };
    let found = facts.working().find(|one| is_asked(&one.deed))?;
    Some(format!("Line {} may change who sees which rows.", facts.line_of(found)))
}

/// Why it may take long: work that grows with the rows, or that no rule looks into.
pub(super) fn hides_work(facts: &Facts<'_>) -> Option<String> {
    let grows = |deed: &Deed| match deed {
        // Made from a query: it has no columns of its own.
        Deed::CreateTable(table) => table.parts.is_empty() && table.partition_of.is_none(),
        Deed::CreateView(view) => view.materialized,
        Deed::Write(write) => write.from_query || !facts.makes(&write.table),
        Deed::Truncate(_) | Deed::Maintain(_) | Deed::Lock(_) => true,
        Deed::Do(_) | Deed::Select | Deed::Other => true,
        _ => false,
    };
    let found = facts.working().find(|one| grows(&one.deed))?;
    Some(format!("How long line {} takes, no rule can tell.", facts.line_of(found)))
}
