//! CHECK constraints and foreign keys. Those with an index of their own are read with the indexes.

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::names::Relation;
use crate::postgres::snapshot::reading::Reading;
use crate::schema::{Attribute, Attributes, Kind};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Constraint],
    queries: |version, _| {
        let set_columns = if version.major >= 15 { "confdelsetcols" } else { "NULL::int2[]" };
        let since_18 = if version.major >= 18 { "conenforced, conperiod" } else { "true, false" };
        // Those that partitions have from their parents, and those that children only inherit, are no objects of their
        // own.
        vec![format!(
            "SELECT oid, conrelid, conname, contype, condeferrable, condeferred, convalidated, connoinherit,
                    CASE WHEN contype = 'c' THEN pg_get_expr(conbin, conrelid) END,
                    confrelid, conkey, confkey, confmatchtype, confupdtype, confdeltype, {set_columns}, {since_18}
             FROM pg_constraint
             WHERE contype IN ('c', 'f') AND conrelid >= 16384 AND conparentid = 0 AND conislocal"
        )]
    },
    read,
};

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    for row in answers.iter().flatten() {
        let mut row = Columns::of(row);
        let (oid, relation, name) = (row.oid()?, row.oid()?, row.text()?);
        let Some(relation) = reading.names.relation(relation) else { continue };
        let id = relation.id.part(Kind::Constraint, &*name);
        let is_check = row.letter()? == 'c';
        let mut attributes = Attributes::new();
        attributes.flag(Attribute::Deferrable, row.flag()?);
        attributes.flag(Attribute::Deferred, row.flag()?);
        let is_validated = row.flag()?;
        let is_not_inherited = row.flag()?;
        let expression = row.text()?;
        if is_check {
            attributes.set(Attribute::ConstraintType, "check");
            attributes.set(Attribute::Definition, format!("CHECK ({expression})"));
            attributes.flag(Attribute::NoInherit, is_not_inherited);
            row = row.skipping(7);
        } else {
            attributes.set(Attribute::ConstraintType, "foreign key");
        }
        let foreign_key = if is_check { None } else { Some(ForeignKey::read(&mut row)?) };
        let (is_enforced, has_period) = (row.flag()?, row.flag()?);
        if let Some(key) = foreign_key {
            let Some(target) = reading.names.any_relation(key.target) else { continue };
            attributes.set(Attribute::References, target.qualified());
            attributes.set(Attribute::Definition, key.definition(relation, target, has_period));
        }
        attributes.flag(Attribute::Unenforced, !is_enforced);
        // One that is not enforced is never validated.
        attributes.flag(Attribute::Unvalidated, !is_validated && is_enforced);
        reading.add_part(Address::of(Class::CONSTRAINT, oid), id, attributes);
    }
    Ok(())
}

struct ForeignKey {
    target: u32,
    columns: Vec<i64>,
    target_columns: Vec<i64>,
    match_type: char,
    on_update: char,
    on_delete: char,
    set_columns: Vec<i64>,
}

impl ForeignKey {
    fn read(row: &mut Columns<'_>) -> Result<Self, PgError> {
        Ok(Self {
            target: row.oid()?,
            columns: row.integers()?,
            target_columns: row.integers()?,
            match_type: row.letter()?,
            on_update: row.letter()?,
            on_delete: row.letter()?,
            set_columns: row.integers()?,
        })
    }

    /// As `pg_get_constraintdef` writes it, without what can be altered.
    fn definition(&self, relation: &Relation, target: &Relation, has_period: bool) -> String {
        let list = |relation: &Relation, numbers: &[i64]| {
            let mut columns = relation.quoted_columns(numbers);
            if let Some(last) = columns.last_mut().filter(|_| has_period) {
                *last = format!("PERIOD {last}").into();
            }
            columns.join(", ")
        };
        let mut text = format!(
            "FOREIGN KEY ({}) REFERENCES {}({})",
            list(relation, &self.columns),
            target.qualified(),
            list(target, &self.target_columns)
        );
        if self.match_type == 'f' {
            text.push_str(" MATCH FULL");
        }
        for (letter, event) in [(self.on_update, " ON UPDATE "), (self.on_delete, " ON DELETE ")] {
            if let Some(action) = action(letter) {
                text.push_str(event);
                text.push_str(action);
            }
        }
        if !self.set_columns.is_empty() {
            text.push_str(&format!(" ({})", relation.quoted_columns(&self.set_columns).join(", ")));
        }
        text
    }
}

fn action(letter: char) -> Option<&'static str> {
    match letter {
        'r' => Some("RESTRICT"),
        'c' => Some("CASCADE"),
        'n' => Some("SET NULL"),
        'd' => Some("SET DEFAULT"),
        _ => None,
    }
}
