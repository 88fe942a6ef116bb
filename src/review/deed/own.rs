//! What a file itself has made.

use super::{Deed, Object, TableChange};

/// The tables and columns that a file has made up to a statement, by the names that they have by then: no rows of others
/// are in them.
#[derive(Debug, Clone, Default)]
pub struct OwnTables {
    tables: Vec<OwnTable>,
    columns: Vec<(Object, String)>,
}

#[derive(Debug, Clone)]
struct OwnTable {
    name: Object,
    temporary: bool,
    /// Whether it may have been there, as it is made only where there is none.
    unsure: bool,
}

impl OwnTables {
    /// Whether a table is the file's own, or the session's.
    pub fn has(&self, table: &Object) -> bool {
        self.is_temporary(table) || self.tables.iter().any(|own| own.name.is(table))
    }

    /// Whether that is sure.
    pub(super) fn surely_has(&self, table: &Object) -> bool {
        self.is_temporary(table) || self.tables.iter().any(|own| !own.unsure && own.name.is(table))
    }

    /// Whether a table goes with the session.
    pub fn is_temporary(&self, table: &Object) -> bool {
        table.schema.as_deref() == Some("pg_temp") || self.tables.iter().any(|own| own.temporary && own.name.is(table))
    }

    pub(super) fn has_column(&self, table: &Object, column: &str) -> bool {
        self.columns.iter().any(|(own, name)| own.is(table) && name == column)
    }

    /// Takes in what the next statement does.
    pub fn take(&mut self, deed: &Deed) {
        match deed {
            Deed::CreateTable(table) => self.tables.push(OwnTable {
                name: table.name.clone(),
                temporary: table.temporary,
                unsure: table.if_not_exists && !table.temporary,
            }),
            Deed::AlterTable(table, changes) => {
                let mut table = table.clone();
                for change in changes {
                    let before = table.clone();
                    if let TableChange::AddColumn { name, if_not_exists: false, .. } = change {
                        self.columns.push((table.clone(), name.clone()));
                    }
                    table.follow(change);
                    let tables = self.tables.iter_mut().map(|own| &mut own.name);
                    let names = tables.chain(self.columns.iter_mut().map(|(own, _)| own));
                    names.filter(|own| own.is(&before)).for_each(|own| own.clone_from(&table));
                }
            }
            Deed::Drop(drop) => self.tables.retain(|own| !drop.names.iter().any(|name| name.is(&own.name))),
            _ => {}
        }
    }
}
