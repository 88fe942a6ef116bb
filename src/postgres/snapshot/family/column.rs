//! Columns of relations.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Oid, Row, Rows};
use crate::postgres::snapshot::names::Column;
use crate::postgres::snapshot::reading::Reading;
use crate::schema::grants::Grantable;
use crate::schema::name::not_null_name;
use crate::schema::{Attribute, Attributes, Kind};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Column],
    queries: |version, _| {
        let compression = if version.major >= 14 { "a.attcompression" } else { "''::\"char\"" };
        // A default names no column, so that it can be written without a look at its table, which costs the server ten
        // times as much. The rows are put in order here for the same reason.
        let mut queries = vec![format!(
            "SELECT a.attrelid, a.attnum, a.attname, a.atttypid,
                    CASE WHEN a.atttypmod >= 0 THEN format_type(a.atttypid, a.atttypmod) END,
                    a.attnotnull, a.attidentity, a.attgenerated, a.attcollation, a.attstorage, {compression},
                    a.attstattarget, a.attoptions, a.attfdwoptions, a.attacl::text[], a.attislocal, c.relowner, d.oid,
                    CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, 0) ELSE pg_get_expr(d.adbin, d.adrelid) END
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
             WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
               AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')"
        )];
        if version.major >= 18 {
            queries.push(
                "SELECT oid, conrelid, conkey, conname, convalidated, connoinherit FROM pg_constraint
                 WHERE contype = 'n' AND conrelid >= 16384"
                    .to_owned(),
            );
        }
        queries
    },
    read,
};

/// A NOT NULL constraint, which is an object of its own from 18 on.
struct NotNull<'r> {
    oid: Oid,
    name: Cow<'r, str>,
    is_validated: bool,
    is_inherited: bool,
}

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let mut not_nulls = FxHashMap::default();
    for row in answers.iter().skip(1).flatten() {
        let mut row = Columns::of(row);
        let (oid, relation) = (row.oid()?, row.oid()?);
        let Some(number) = row.integers()?.first().copied() else { continue };
        let (name, is_validated, is_inherited) = (row.text()?, row.flag()?, !row.flag()?);
        not_nulls.insert((relation, number), NotNull { oid, name, is_validated, is_inherited });
    }
    for (relation_oid, number, row) in answers.first().map_or_else(|| Ok(Vec::new()), in_order)? {
        let mut row = Columns::of(row).skipping(2);
        let name = row.text()?;
        let name = reading.names.intern(&name);
        let (type_oid, formatted) = (row.oid()?, row.optional()?);
        let (is_not_null, identity_letter, generated, collation) =
            (row.flag()?, row.letter()?, row.letter()?, row.oid()?);
        let Some((relation, is_listed)) = reading.names.relation_mut(relation_oid) else { continue };
        let position = relation.push_column(Column { number, name: name.clone(), type_oid, collation });
        if !is_listed {
            continue;
        }
        let is_partition = relation.is_partition;
        let id = relation.id.part(Kind::Column, name);

        let mut attributes = Attributes::new();
        let data_type = match formatted {
            Some(formatted) => reading.names.intern(&formatted),
            None => reading.names.formatted_type(type_oid),
        };
        attributes.set(Attribute::DataType, data_type);
        attributes.set(Attribute::Position, position);
        attributes.flag(Attribute::NotNull, is_not_null);
        attributes.some(Attribute::Identity, identity(identity_letter));
        attributes.flag(Attribute::Virtual, generated == 'v');
        let storage = row.letter()?;
        let own = reading.names.type_of(type_oid).map(|found| (found.collation, found.storage));
        if collation != 0 && own.is_none_or(|(own, _)| own != collation) {
            attributes.set(Attribute::Collation, reading.names.collation(collation));
        }
        if own.is_none_or(|(_, own)| own != storage) {
            attributes.some(Attribute::Storage, storage_word(storage));
        }
        attributes.some(Attribute::Compression, compression_word(row.letter()?));
        attributes.number(Attribute::StatisticsTarget, row.number()?.unwrap_or(-1), -1);
        // The server's own mark (`pg_attver`) is no option that anybody has set.
        let options = row.texts()?;
        attributes.options(
            Attribute::Options,
            options.iter().map(Cow::as_ref).filter(|option| !option.starts_with("pg_attver=")),
        );
        attributes.options(Attribute::ForeignOptions, row.texts()?.iter().map(Cow::as_ref));
        let (grants, is_local, owner) = (row.optional_texts()?, row.flag()?, row.oid()?);
        reading.grants(&mut attributes, Grantable::Column, owner, grants);
        attributes.flag(Attribute::Inherited, !is_local && !is_partition);
        let (default, text) = (row.oid()?, row.optional()?);
        let expression = if generated == '\0' { Attribute::Default } else { Attribute::Generated };
        attributes.some(expression, text.map(|text| reading.names.intern(&text)));
        let not_null = not_nulls.get(&(relation_oid, number));
        if let Some(constraint) = not_null {
            let expected = not_null_name(id.relation.as_deref().unwrap_or_default(), &id.name);
            attributes.unless(Attribute::NotNullName, &constraint.name, &expected);
            attributes.flag(Attribute::NotNullUnvalidated, !constraint.is_validated);
            attributes.flag(Attribute::NotNullNoInherit, !constraint.is_inherited);
            attributes
                .some(Attribute::NotNullComment, reading.facts.comment(Address::of(Class::CONSTRAINT, constraint.oid)));
        }
        let address = Address::column(relation_oid, number);
        reading.add_part(address, id, attributes);
        if default != 0 {
            reading.stands_for(Address::of(Class::ATTRIBUTE_DEFAULT, default), address);
        }
    }
    Ok(())
}

/// The rows of columns by relation and number.
fn in_order(rows: &Rows) -> Result<Vec<(Oid, i64, Row<'_>)>, PgError> {
    let mut ordered = Vec::with_capacity(rows.len());
    for row in rows {
        let mut columns = Columns::of(row);
        ordered.push((columns.oid()?, columns.integer()?, row));
    }
    ordered.sort_unstable_by_key(|(relation, number, _)| (*relation, *number));
    Ok(ordered)
}

fn identity(letter: char) -> Option<&'static str> {
    match letter {
        'a' => Some("always"),
        'd' => Some("by default"),
        _ => None,
    }
}

fn storage_word(letter: char) -> Option<&'static str> {
    match letter {
        'p' => Some("plain"),
        'e' => Some("external"),
        'm' => Some("main"),
        'x' => Some("extended"),
        _ => None,
    }
}

fn compression_word(letter: char) -> Option<&'static str> {
    match letter {
        'p' => Some("pglz"),
        'l' => Some("lz4"),
        _ => None,
    }
}
