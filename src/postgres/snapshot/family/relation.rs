//! Tables, foreign tables, views, materialized views, composite types: what is said of them as a whole.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Oid, Rows};
use crate::postgres::snapshot::names::Relation;
use crate::postgres::snapshot::reading::Reading;
use crate::schema::grants::Grantable;
use crate::schema::{Attribute, Attributes, Kind, ObjectId, Value};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView, Kind::CompositeType],
    queries: |_, _| {
        let queries = [
            "SELECT inhrelid, inhparent FROM pg_inherits ORDER BY inhrelid, inhseqno",
            "SELECT oid, reloptions FROM pg_class WHERE relkind = 't' AND reloptions IS NOT NULL",
            "SELECT f.ftrelid, s.srvname, f.ftoptions FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver",
            // A composite type that stands alone has its owner and its grants as a type.
            "SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relispartition, c.relowner,
                    CASE WHEN c.relkind = 'c' THEN (SELECT typacl::text[] FROM pg_type WHERE oid = c.reltype)
                         ELSE c.relacl::text[] END,
                    c.relpersistence, c.reloptions, c.reltoastrelid, c.reltablespace, c.relam,
                    c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispopulated, c.reloftype,
                    CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
                    CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
                    CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, c.reltype
             FROM pg_class c
             WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')",
        ];
        queries.map(str::to_owned).to_vec()
    },
    read,
};

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [inherits, toasts, foreign, relations] = answers.as_slice() else { return Ok(()) };
    let mut parents: FxHashMap<Oid, Vec<Oid>> = FxHashMap::default();
    for row in inherits {
        let mut row = Columns::of(row);
        parents.entry(row.oid()?).or_default().push(row.oid()?);
    }
    let mut toast_options = FxHashMap::default();
    for row in toasts {
        let mut row = Columns::of(row);
        toast_options.insert(row.oid()?, row.texts()?);
    }
    let mut servers = FxHashMap::default();
    for row in foreign {
        let mut row = Columns::of(row);
        servers.insert(row.oid()?, (row.text()?, row.texts()?));
    }
    // All of them first: any may be the parent of any.
    for row in relations {
        let mut row = Columns::of(row);
        let (oid, schema, name, letter) = (row.oid()?, row.oid()?, row.text()?, row.letter()?);
        let Some(kind) = kind_of(letter) else { continue };
        let (schema, name) = (reading.names.schema(schema), reading.names.intern(&name));
        let id = ObjectId { kind, schema: Some(schema), relation: None, name };
        let is_partition = row.flag()?;
        reading.names.add_relation(oid, Relation::new(id, is_partition));
    }
    for row in relations {
        let mut row = Columns::of(row);
        let (oid, schema, _, letter, _) = (row.oid()?, row.oid()?, row.text()?, row.letter()?, row.flag()?);
        if reading.names.listed_schema(schema).is_none() {
            continue;
        }
        let Some(id) = reading.names.any_relation(oid).map(|relation| relation.id.clone()) else { continue };
        let mut attributes = Attributes::new();
        let (owner, grants) = (row.oid()?, row.optional_texts()?);
        reading.owner(&mut attributes, owner);
        if let Some(grantable) = Grantable::of(id.kind) {
            reading.grants(&mut attributes, grantable, owner, grants);
        }
        if row.letter()? == 'u' {
            attributes.set(Attribute::Persistence, "unlogged");
        }
        attributes.options(Attribute::Options, row.texts()?.iter().map(Cow::as_ref));
        if let Some(options) = toast_options.get(&row.oid()?) {
            attributes.options(Attribute::ToastOptions, options.iter().map(Cow::as_ref));
        }
        attributes.some(Attribute::Tablespace, reading.names.tablespace(row.oid()?));
        let access_method = row.oid()?;
        if access_method != 0 {
            attributes.unless(Attribute::AccessMethod, &reading.names.access_method(access_method), "heap");
        }
        attributes.flag(Attribute::RowSecurity, row.flag()?);
        attributes.flag(Attribute::ForcedRowSecurity, row.flag()?);
        let identity = row.letter()?;
        if matches!(letter, 'r' | 'p' | 'm') {
            // An index that identifies rows says so itself.
            attributes.some(Attribute::ReplicaIdentity, replica_identity(identity));
        }
        let is_populated = row.flag()?;
        attributes.flag(Attribute::Unpopulated, letter == 'm' && !is_populated);
        let of_type = row.oid()?;
        attributes.some(Attribute::OfType, (of_type != 0).then(|| reading.names.formatted_type(of_type)));
        attributes.unless(Attribute::PartitionBound, &row.text()?, "");
        attributes.unless(Attribute::PartitionKey, &row.text()?, "");
        attributes.unless(Attribute::Query, row.text()?.trim().trim_end_matches(';'), "");
        let row_type = row.oid()?;
        if let Some(parents) = parents.get(&oid) {
            let names = parents.iter().filter_map(|parent| Some(reading.names.any_relation(*parent)?.qualified()));
            attributes.set(Attribute::Inherits, Value::list(names));
        }
        if let Some((server, options)) = servers.get(&oid) {
            attributes.set(Attribute::Server, reading.names.intern(server));
            attributes.options(Attribute::ForeignOptions, options.iter().map(Cow::as_ref));
        }
        let (relation, row_type) = (Address::of(Class::RELATION, oid), Address::of(Class::TYPE, row_type));
        // What is said of a composite type that stands alone is said of it as a type.
        let (address, other) = if letter == 'c' { (row_type, relation) } else { (relation, row_type) };
        if reading.add(address, id, attributes) {
            reading.stands_for(other, address);
            reading.names.list_relation(oid);
        }
    }
    Ok(())
}

/// The kind that `relkind` stands for, of relations that are objects of their own.
fn kind_of(letter: char) -> Option<Kind> {
    Some(match letter {
        'r' | 'p' => Kind::Table,
        'f' => Kind::ForeignTable,
        'v' => Kind::View,
        'm' => Kind::MaterializedView,
        'c' => Kind::CompositeType,
        _ => return None,
    })
}

fn replica_identity(letter: char) -> Option<&'static str> {
    match letter {
        'n' => Some("nothing"),
        'f' => Some("full"),
        _ => None,
    }
}
