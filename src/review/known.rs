//! What the migrations up to one have made, as far as rules ask for it.

use std::collections::HashMap;
use std::ops::Range;

use super::deed::{Deed, Drop, Index, Object, TableChange, Thing, View};
use super::sql::Statement;

/// What the migrations up to one have made. What was there before the first of them, or came by other hands, is not
/// known.
#[derive(Debug, Clone, Default)]
pub struct Known {
    tables: HashMap<(String, String), KnownTable>,
    views: HashMap<(String, String), bool>,
    /// Views that the last migration has left without the `security_invoker` that they had, or may have had.
    lost_invoker: Vec<(Range<usize>, Object)>,
}

/// A table as the migrations have made it.
#[derive(Debug, Clone, Default)]
pub struct KnownTable {
    /// Whether row level security is on.
    pub secured: bool,
    /// Whether it was made like another one.
    pub like: bool,
    /// Its policies, each with whether it takes rows away from what others allow.
    pub policies: Vec<(String, bool)>,
    /// Its indexes, those of its keys among them.
    pub indexes: Vec<KnownIndex>,
}

/// An index as the migrations have made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownIndex {
    /// Its name; a key's is only known where it was given.
    pub name: Option<String>,
    /// What it is on, in order.
    pub items: Vec<String>,
    /// What it holds beside.
    pub include: Vec<String>,
    /// Which rows it has.
    pub predicate: Option<String>,
    /// How it is kept.
    pub method: String,
    /// Whether it is unique.
    pub unique: bool,
    /// The migration that made it.
    pub by: String,
    /// The place of its statement in that migration.
    pub range: Range<usize>,
}

impl KnownTable {
    /// Takes an index in. Most tables have one or two, and there may be very many tables.
    fn add(&mut self, index: KnownIndex) {
        self.indexes.reserve_exact(1);
        self.indexes.push(index);
    }
}

impl Known {
    /// What is known of a table.
    pub fn table(&self, name: &Object) -> Option<&KnownTable> {
        self.tables.get(&name.key())
    }

    /// The views that the last migration has left without the `security_invoker` that they had, or may have had.
    pub fn lost_invoker(&self) -> &[(Range<usize>, Object)] {
        &self.lost_invoker
    }

    /// Takes in what a migration does.
    pub fn take(&mut self, migration: &str, statements: &[Statement]) {
        self.lost_invoker.clear();
        for statement in statements {
            let by = (migration, &statement.range);
            match &statement.deed {
                Deed::CreateTable(table) => {
                    let exists = self.tables.contains_key(&table.name.key());
                    if !(table.if_not_exists && exists) {
                        self.tables.insert(table.name.key(), KnownTable { like: table.like, ..KnownTable::default() });
                        table.parts.iter().for_each(|part| self.change(&table.name, part, by));
                    }
                }
                Deed::AlterTable(name, changes) => {
                    let mut name = name.clone();
                    for change in changes {
                        self.change(&name, change, by);
                        name.follow(change);
                    }
                }
                Deed::CreateIndex(index) => self.create_index(index, by),
                Deed::CreatePolicy(policy) => {
                    self.tables
                        .entry(policy.table.key())
                        .or_default()
                        .policies
                        .push((policy.name.clone(), policy.restrictive));
                }
                Deed::CreateView(view) => self.create_view(view, &statement.range),
                Deed::AlterViewInvoker(view, invoker) => self.alter_view(view, *invoker, &statement.range),
                Deed::Drop(drop) => self.drop(drop),
                _ => {}
            }
        }
    }

    fn change(&mut self, name: &Object, change: &TableChange, (migration, range): (&str, &Range<usize>)) {
        if let TableChange::Invoker(invoker) = change {
            return self.alter_view(name, *invoker, range);
        }
        let table = self.tables.entry(name.key()).or_default();
        match change {
            TableChange::Key { name, columns, .. } => table.add(KnownIndex {
                name: name.clone(),
                items: columns.clone(),
                include: Vec::new(),
                predicate: None,
                method: "btree".to_owned(),
                unique: true,
                by: migration.to_owned(),
                range: range.clone(),
            }),
            TableChange::EnableRls => table.secured = true,
            TableChange::DisableRls => table.secured = false,
            TableChange::DropColumn { name, .. } => table.indexes.retain(|index| !index.items.contains(name)),
            TableChange::DropConstraint { name, .. } => {
                table.indexes.retain(|index| index.name.as_deref() != Some(name.as_str()));
            }
            TableChange::RenameColumn(from, to) => {
                for index in &mut table.indexes {
                    index.items.iter_mut().filter(|item| *item == from).for_each(|item| item.clone_from(to));
                }
            }
            TableChange::Rename(to) => self.move_table(name, &Object { schema: name.schema.clone(), name: to.clone() }),
            TableChange::SetSchema(to) => {
                self.move_table(name, &Object { schema: Some(to.clone()), name: name.name.clone() });
            }
            _ => {}
        }
    }

    fn move_table(&mut self, from: &Object, to: &Object) {
        if let Some(table) = self.tables.remove(&from.key()) {
            self.tables.insert(to.key(), table);
        }
    }

    fn create_index(&mut self, index: &Index, (migration, range): (&str, &Range<usize>)) {
        let table = self.tables.entry(index.table.key()).or_default();
        let exists = table.indexes.iter().any(|one| one.name.is_some() && one.name == index.name);
        if index.if_not_exists && exists {
            return;
        }
        table.add(KnownIndex {
            name: index.name.clone(),
            items: index.items.clone(),
            include: index.include.clone(),
            predicate: index.predicate.clone(),
            method: index.method.clone(),
            unique: index.unique,
            by: migration.to_owned(),
            range: range.clone(),
        });
    }

    fn alter_view(&mut self, view: &Object, invoker: bool, range: &Range<usize>) {
        let before = self.views.insert(view.key(), invoker);
        if invoker {
            self.lost_invoker.retain(|(_, lost)| !lost.is(view));
        } else if before != Some(false) {
            // Whoever takes it away from a view that is not known knows that it is there.
            self.lost_invoker.push((range.clone(), view.clone()));
        }
    }

    fn create_view(&mut self, view: &View, range: &Range<usize>) {
        if view.materialized || view.temporary {
            return;
        }
        let before = self.views.insert(view.name.key(), view.invoker);
        if view.invoker {
            self.lost_invoker.retain(|(_, lost)| !lost.is(&view.name));
        } else if before == Some(true) {
            self.lost_invoker.push((range.clone(), view.name.clone()));
        }
    }

    fn drop(&mut self, drop: &Drop) {
        for name in &drop.names {
            match drop.thing {
                Thing::Table => {
                    self.tables.remove(&name.key());
                }
                // A view that is dropped and made again without the option has lost it as well.
                Thing::View => {}
                Thing::Index => {
                    for ((schema, _), table) in &mut self.tables {
                        if schema == name.schema() {
                            table.indexes.retain(|index| index.name.as_deref() != Some(name.name.as_str()));
                        }
                    }
                }
                Thing::Schema => self.tables.retain(|(schema, _), _| *schema != name.name),
                Thing::Policy => {
                    if let Some(table) = name.table().and_then(|table| self.tables.get_mut(&table.key())) {
                        table.policies.retain(|(policy, _)| *policy != name.name);
                    }
                }
                _ => {}
            }
        }
    }
}
