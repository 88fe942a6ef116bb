//! The statements of actions, with how a database in use feels them.

use super::lookup::tables_and_above;
use super::parts::whole;
use super::plan::Plan;
use super::{DraftStatement, Safety};
use crate::schema::attribute::Attribute;
use crate::schema::ddl::{self, constraint, index};
use crate::schema::kind::Kind;
use crate::schema::name::{literal, quoted};
use crate::schema::object::{Object, ObjectId};

impl<'s> Plan<'s> {
    /// Whether a foreign key refers to a table that this one is a partition of.
    fn is_referred_to(&self, partition: &Object) -> bool {
        let mut above = tables_and_above(partition.list(Attribute::Inherits), self.left);
        above.any(|table| self.left_names.is_referred_to(&table.id))
    }

    /// The statements that remove an object.
    pub(super) fn removal(&self, object: &Object) -> Vec<DraftStatement> {
        let id = &object.id;
        if id.kind == Kind::BaseType {
            // With the functions that read and write it, which cannot be without it.
            return vec![destroying(format!("DROP TYPE {id} CASCADE"), id)];
        }
        if id.kind == Kind::Trigger
            && object.flag(Attribute::Inherited)
            && let Some(switched) = self.like_above(id)
        {
            return switched;
        }
        let mut statements = ddl::drop(object);
        // What refers to the whole table needs each of its partitions, until it is taken out.
        if id.kind == Kind::Table
            && self.is_referred_to(object)
            && let Some(detached) = ddl::table::detach(object)
        {
            statements.insert(0, detached);
        }
        if id.kind == Kind::Column && whole(id, self.left).is_some_and(|whole| whole.kind == Kind::CompositeType) {
            statements =
                vec![format!("ALTER TYPE {} DROP ATTRIBUTE {}", id.whole().unwrap_or_default(), quoted(&id.name))];
            if self.has_typed_tables(id) {
                statements.iter_mut().for_each(|sql| sql.push_str(" CASCADE"));
            }
        }
        if id.kind == Kind::Index && self.has_key_below(id) {
            // A key of a partition that is joined to an index goes with that only if it is told to.
            statements.iter_mut().for_each(|sql| sql.push_str(" CASCADE"));
        }
        let destroys = match id.kind {
            Kind::Table | Kind::ForeignTable => Some("the table with its rows"),
            Kind::Column => Some("the column with its values"),
            Kind::Schema => Some("the schema"),
            Kind::Sequence => Some("the sequence with its value"),
            Kind::MaterializedView => Some("the stored rows, until it is filled again"),
            Kind::Extension => Some("the extension with its objects"),
            _ => None,
        };
        statements
            .into_iter()
            .map(|sql| match destroys {
                Some(what) => DraftStatement {
                    sql,
                    objects: vec![id.clone()],
                    safety: Safety::Destroys(what.to_owned()),
                    outside_transaction: false,
                },
                None => plain(sql, &[id]),
            })
            .map(of_this_database)
            .collect()
    }

    /// Whether a constraint is joined to an index, or to one that is joined to it.
    fn has_key_below(&self, index: &ObjectId) -> bool {
        let joined = self.left_names.attached(&ddl::common::index_name(index));
        joined.iter().any(|below| below.kind == Kind::Constraint || self.has_key_below(below))
    }

    /// Whether there are tables of the composite type that an attribute is of.
    fn has_typed_tables(&self, attribute: &ObjectId) -> bool {
        whole(attribute, self.left).is_some_and(|composite| self.left_names.has_tables_of(composite))
    }

    /// The statements that make an object, in the forms that let others work on where there are such.
    pub(super) fn making(&self, object: &Object) -> Vec<DraftStatement> {
        let id = &object.id;
        let loosened = self.right_circles.without_defaults(id);
        let mut statements = ddl::create(object, loosened.as_ref().unwrap_or(self.right));
        if self.right_circles.has_view(id)
            && let Some(first) = statements.first_mut()
        {
            *first = first.replacen("CREATE VIEW ", "CREATE OR REPLACE VIEW ", 1);
        }
        let table = whole(id, self.right);
        let is_on_old_table = table.is_some_and(|table| !self.comes(table));
        let is_partitioned = table
            .and_then(|table| self.right.get(table))
            .is_some_and(|table| table.get(Attribute::PartitionKey).is_some());
        let mut written = Vec::new();
        if id.kind == Kind::Index && is_on_old_table && !is_partitioned {
            statements.remove(0);
            let sql = index::create_index(object, self.right, true);
            written.push(DraftStatement {
                sql,
                objects: vec![id.clone()],
                safety: Safety::Safe,
                outside_transaction: true,
            });
        } else if id.kind == Kind::Constraint
            && is_on_old_table
            && !is_partitioned
            && let Some(apart) = constraint::create_unvalidated(object)
        {
            statements.remove(0);
            written.extend(apart.into_iter().map(|sql| plain(sql, &[id])));
        }
        written.extend(statements.into_iter().map(|sql| self.changing(sql, id)));
        written
    }

    /// A statement that changes something, with how it is felt.
    pub(super) fn changing(&self, sql: String, id: &ObjectId) -> DraftStatement {
        // The tables of a type change with it.
        let cascade = if sql.starts_with("ALTER TYPE ") && sql.contains(" ATTRIBUTE ") && self.has_typed_tables(id) {
            " CASCADE"
        } else {
            ""
        };
        let sql = format!("{sql}{cascade}");
        let safety = if sql.contains(" SET DATA TYPE ") {
            Safety::Locks("The table may be rewritten, and nobody can use it meanwhile.".to_owned())
        } else if sql.contains(" SET NOT NULL") {
            Safety::Locks("The table is read through, and nobody can use it meanwhile.".to_owned())
        } else {
            Safety::Safe
        };
        of_this_database(DraftStatement { sql, objects: vec![id.clone()], safety, outside_transaction: false })
    }
}

/// The database that the draft runs in has no name that statements could say: they are put together there.
pub(super) fn of_this_database(mut statement: DraftStatement) -> DraftStatement {
    if statement.objects.iter().any(|id| id.kind == Kind::Database) {
        let template = statement.sql.replace('%', "%%").replace("DATABASE CURRENT", "DATABASE %I");
        let template = literal(&template);
        statement.sql = format!(
            "DO $draft$ BEGIN EXECUTE pg_catalog.format({template}, pg_catalog.current_database()); END $draft$"
        );
    }
    statement
}

pub(super) fn plain(sql: String, ids: &[&ObjectId]) -> DraftStatement {
    let objects = ids.iter().map(|id| (*id).clone()).collect();
    DraftStatement { sql, objects, safety: Safety::Safe, outside_transaction: false }
}

pub(super) fn destroying(sql: String, id: &ObjectId) -> DraftStatement {
    let safety = Safety::Destroys("the old definition".to_owned());
    DraftStatement { sql, objects: vec![id.clone()], safety, outside_transaction: false }
}
