//! Indexes, and the constraints that have one: primary keys, unique and exclusion constraints.
//!
//! Their definitions are put together here from what the catalogs hold, which costs the server a fraction of what
//! `pg_get_indexdef` does; only indexes over expressions, and exclusion constraints, are written by the server.

use std::borrow::Cow;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Oid, Rows};
use crate::postgres::snapshot::names::{Column, Names, Relation};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::name::{literal, qualified, quoted};
use crate::schema::{Attribute, Attributes, Kind, Name, Value};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Index, Kind::Constraint],
    queries: |version, _| {
        let nulls = if version.major >= 15 { "i.indnullsnotdistinct" } else { "false" };
        let period = if version.major >= 18 { "conperiod" } else { "false" };
        vec![
            "SELECT oid, opcname, opcnamespace, opcmethod, opcintype, opcdefault FROM pg_opclass".to_owned(),
            format!(
                "SELECT oid, contype, condeferrable, condeferred, conindid, {period},
                        CASE WHEN contype = 'x' THEN pg_get_constraintdef(oid) END
                 FROM pg_constraint WHERE contype IN ('p', 'u', 'x') AND conrelid >= 16384"
            ),
            "SELECT a.attrelid, a.attnum, a.attoptions, a.attstattarget
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             WHERE c.relkind IN ('i', 'I') AND (a.attoptions IS NOT NULL OR a.attstattarget >= 0)"
                .to_owned(),
            "SELECT h.inhrelid, h.inhparent FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
             WHERE c.relkind IN ('i', 'I')"
                .to_owned(),
            format!(
                "SELECT i.indexrelid, i.indrelid, c.relname, i.indisunique, {nulls}, i.indisvalid, i.indisclustered,
                        i.indisreplident, i.indnkeyatts, i.indkey, i.indcollation, i.indclass, i.indoption, c.relam,
                        c.reltablespace, c.reloptions,
                        CASE WHEN i.indexprs IS NOT NULL THEN pg_get_indexdef(i.indexrelid) END,
                        CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END
                 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                 WHERE i.indrelid >= 16384 AND c.relnamespace <> 'pg_toast'::regnamespace"
            ),
        ]
    },
    read,
};

struct OperatorClass<'r> {
    name: Cow<'r, str>,
    schema: Oid,
    method: Oid,
    input: Oid,
    is_default: bool,
}

/// A constraint that an index keeps. The two always have the same name.
struct Key<'r> {
    oid: Oid,
    kind: char,
    is_deferrable: bool,
    is_deferred: bool,
    has_period: bool,
    /// Of an exclusion constraint, what the server writes.
    definition: Option<Cow<'r, str>>,
}

/// What is said of an index's columns.
#[derive(Default)]
struct ColumnSettings<'r> {
    /// The options of their operator classes.
    options: FxHashMap<(Oid, i64), Vec<Cow<'r, str>>>,
    statistics: FxHashMap<Oid, Vec<(Name, Name)>>,
}

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [classes, keys, settings, attached, indexes] = answers.as_slice() else { return Ok(()) };
    let classes = OperatorClasses::read(classes)?;
    let keys = read_keys(keys)?;
    let settings = read_settings(settings)?;
    let mut parents = FxHashMap::with_capacity_and_hasher(attached.len(), FxBuildHasher);
    for row in attached {
        let mut row = Columns::of(row);
        parents.insert(row.oid()?, row.oid()?);
    }
    let parent_names = read_parent_names(reading, &parents, indexes)?;
    for row in indexes {
        let mut row = Columns::of(row);
        let (oid, relation, name) = (row.oid()?, row.oid()?, row.text()?);
        let Some(relation) = reading.names.relation(relation) else { continue };
        let index = Index {
            oid,
            is_unique: row.flag()?,
            nulls_not_distinct: row.flag()?,
            is_valid: row.flag()?,
            is_clustered: row.flag()?,
            identifies_rows: row.flag()?,
            key_count: usize::try_from(row.integer()?).unwrap_or_default(),
            columns: row.integers()?,
            collations: row.oids()?,
            classes: row.oids()?,
            options: row.integers()?,
            method: row.oid()?,
            tablespace: row.oid()?,
            storage_options: row.texts()?,
            definition: row.optional()?,
            predicate: row.optional()?,
        };
        let key = keys.get(&oid);
        let mut attributes = Attributes::new();
        index.say_what_all_have(&reading.names, &mut attributes, &settings);
        attributes.some(Attribute::ParentIndex, parents.get(&oid).and_then(|parent| parent_names.get(parent).cloned()));
        let index_address = Address::of(Class::RELATION, oid);
        let (id, address) = match key {
            Some(key) => {
                index.say_of_constraint(relation, key, &mut attributes);
                attributes.some(Attribute::IndexComment, reading.facts.comment(index_address));
                let id = relation.id.part(Kind::Constraint, &*name);
                (id, Address::of(Class::CONSTRAINT, key.oid))
            }
            None => {
                index.say_of_index(&reading.names, relation, &classes, &settings, &mut attributes);
                (relation.id.part(Kind::Index, &*name), index_address)
            }
        };
        reading.add_part(address, id, attributes);
        reading.stands_for(index_address, address);
    }
    Ok(())
}

fn read_keys(rows: &Rows) -> Result<FxHashMap<Oid, Key<'_>>, PgError> {
    let mut keys = FxHashMap::with_capacity_and_hasher(rows.len(), FxBuildHasher);
    for row in rows {
        let mut row = Columns::of(row);
        let (oid, kind) = (row.oid()?, row.letter()?);
        let (is_deferrable, is_deferred, index) = (row.flag()?, row.flag()?, row.oid()?);
        let (has_period, definition) = (row.flag()?, row.optional()?);
        keys.insert(index, Key { oid, kind, is_deferrable, is_deferred, has_period, definition });
    }
    Ok(keys)
}

fn read_settings(rows: &Rows) -> Result<ColumnSettings<'_>, PgError> {
    let mut settings = ColumnSettings::default();
    for row in rows {
        let mut row = Columns::of(row);
        let (index, number, mut options) = (row.oid()?, row.integer()?, row.texts()?);
        options.retain(|option| !option.starts_with("pg_attver="));
        if !options.is_empty() {
            settings.options.insert((index, number), options);
        }
        if let Some(target) = row.number()?.filter(|target| *target >= 0) {
            let pair = (number.to_string().into(), target.to_string().into());
            settings.statistics.entry(index).or_default().push(pair);
        }
    }
    Ok(settings)
}

/// What the indexes of partitioned tables are called that others are attached to.
fn read_parent_names(
    reading: &Reading<'_>,
    parents: &FxHashMap<Oid, Oid>,
    indexes: &Rows,
) -> Result<FxHashMap<Oid, Name>, PgError> {
    let mut wanted: Vec<Oid> = parents.values().copied().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut names = FxHashMap::with_capacity_and_hasher(wanted.len(), FxBuildHasher);
    if wanted.is_empty() {
        return Ok(names);
    }
    for row in indexes {
        let mut row = Columns::of(row);
        let (oid, relation) = (row.oid()?, row.oid()?);
        if wanted.binary_search(&oid).is_ok()
            && let Some(relation) = reading.names.any_relation(relation)
        {
            let schema = relation.id.schema.as_deref().unwrap_or_default();
            names.insert(oid, qualified(schema, &row.text()?).into());
        }
    }
    Ok(names)
}

struct Index<'r> {
    oid: Oid,
    is_unique: bool,
    nulls_not_distinct: bool,
    is_valid: bool,
    is_clustered: bool,
    identifies_rows: bool,
    /// How many of the columns are keys; the rest is only carried.
    key_count: usize,
    columns: Vec<i64>,
    collations: Vec<Oid>,
    classes: Vec<Oid>,
    options: Vec<i64>,
    method: Oid,
    tablespace: Oid,
    storage_options: Vec<Cow<'r, str>>,
    /// Of an index over expressions, what the server writes.
    definition: Option<Cow<'r, str>>,
    predicate: Option<Cow<'r, str>>,
}

impl Index<'_> {
    /// What is said of an index, a constraint's or not.
    fn say_what_all_have(&self, names: &Names, attributes: &mut Attributes, settings: &ColumnSettings<'_>) {
        attributes.options(Attribute::Options, self.storage_options.iter().map(Cow::as_ref));
        attributes.some(Attribute::Tablespace, names.tablespace(self.tablespace));
        attributes.flag(Attribute::Invalid, !self.is_valid);
        attributes.flag(Attribute::Clustered, self.is_clustered);
        attributes.some(Attribute::ReplicaIdentity, self.identifies_rows.then_some("index"));
        let statistics = settings.statistics.get(&self.oid).map(|pairs| Value::pairs(pairs.iter().cloned()));
        attributes.some(Attribute::ExpressionStatistics, statistics);
    }

    fn say_of_constraint(&self, relation: &Relation, key: &Key<'_>, attributes: &mut Attributes) {
        let (word, sql) = match key.kind {
            'p' => ("primary key", "PRIMARY KEY"),
            'u' if self.nulls_not_distinct => ("unique", "UNIQUE NULLS NOT DISTINCT"),
            'u' => ("unique", "UNIQUE"),
            _ => ("exclusion", "EXCLUDE"),
        };
        attributes.set(Attribute::ConstraintType, word);
        attributes.flag(Attribute::Deferrable, key.is_deferrable);
        attributes.flag(Attribute::Deferred, key.is_deferred);
        let definition = match &key.definition {
            // Whether it can be deferred is said apart.
            Some(written) => {
                let written = written.strip_suffix(" INITIALLY DEFERRED").unwrap_or(written);
                written.strip_suffix(" DEFERRABLE").unwrap_or(written).to_owned()
            }
            None => {
                let (keys, carried) = self.columns.split_at(self.key_count.min(self.columns.len()));
                let mut keys = relation.quoted_columns(keys);
                if let Some(last) = keys.last_mut().filter(|_| key.has_period) {
                    *last = format!("{last} WITHOUT OVERLAPS").into();
                }
                let mut definition = format!("{sql} ({})", keys.join(", "));
                if !carried.is_empty() {
                    definition.push_str(&format!(" INCLUDE ({})", relation.quoted_columns(carried).join(", ")));
                }
                definition
            }
        };
        attributes.set(Attribute::Definition, definition);
    }

    fn say_of_index(
        &self,
        names: &Names,
        relation: &Relation,
        classes: &OperatorClasses<'_>,
        settings: &ColumnSettings<'_>,
        attributes: &mut Attributes,
    ) {
        attributes.flag(Attribute::Unique, self.is_unique);
        attributes.flag(Attribute::NullsNotDistinct, self.nulls_not_distinct);
        attributes.unless(Attribute::AccessMethod, &names.access_method(self.method), "btree");
        let (keys, carried) = self.columns.split_at(self.key_count.min(self.columns.len()));
        match &self.definition {
            Some(written) => attributes.set(Attribute::Keys, Value::list(keys_in(written))),
            None => {
                let keys = keys.iter().enumerate().map(|(at, number)| match relation.column(*number) {
                    Some(column) => self.key(names, column, at, classes, settings),
                    None => system_column(*number).to_owned(),
                });
                attributes.set(Attribute::Keys, Value::list(keys));
            }
        }
        if !carried.is_empty() {
            attributes.set(Attribute::Include, Value::list(relation.quoted_columns(carried).iter().map(Cow::as_ref)));
        }
        attributes.some(Attribute::Predicate, self.predicate.as_deref());
    }

    /// A key as `pg_get_indexdef` writes it.
    fn key(
        &self,
        names: &Names,
        column: &Column,
        at: usize,
        classes: &OperatorClasses<'_>,
        settings: &ColumnSettings<'_>,
    ) -> String {
        let mut key = quoted(&column.name).into_owned();
        let collation = self.collations.get(at).copied().unwrap_or_default();
        if collation != 0 && collation != column.collation {
            key.push_str(" COLLATE ");
            key.push_str(&names.collation(collation));
        }
        let number = i64::try_from(at).unwrap_or_default() + 1;
        let options = settings.options.get(&(self.oid, number));
        let class = self.classes.get(at).copied().unwrap_or_default();
        if let Some(class) = classes.unless_default(class, names.base_type(column.type_oid), options.is_some(), names) {
            key.push(' ');
            key.push_str(&class);
        }
        if let Some(options) = options {
            let options = options.iter().filter_map(|option| {
                let (name, value) = option.split_once('=')?;
                Some(format!("{}={}", quoted(name), literal(value)))
            });
            key.push_str(&format!(" ({})", options.collect::<Vec<_>>().join(", ")));
        }
        const DESCENDING: i64 = 1;
        const NULLS_FIRST: i64 = 2;
        let order = self.options.get(at).copied().unwrap_or_default();
        key.push_str(match (order & DESCENDING != 0, order & NULLS_FIRST != 0) {
            (false, false) => "",
            (false, true) => " NULLS FIRST",
            (true, true) => " DESC",
            (true, false) => " DESC NULLS LAST",
        });
        key
    }
}

/// The operator classes, to tell which of them need not be named.
struct OperatorClasses<'r> {
    by_oid: FxHashMap<Oid, OperatorClass<'r>>,
    /// The types that have a default class of their own, by access method.
    defaults: FxHashMap<(Oid, Oid), Oid>,
}

impl<'r> OperatorClasses<'r> {
    fn read(rows: &'r Rows) -> Result<Self, PgError> {
        let mut by_oid = FxHashMap::with_capacity_and_hasher(rows.len(), FxBuildHasher);
        let mut defaults = FxHashMap::with_capacity_and_hasher(rows.len(), FxBuildHasher);
        for row in rows {
            let mut row = Columns::of(row);
            let (oid, name, schema) = (row.oid()?, row.text()?, row.oid()?);
            let (method, input, is_default) = (row.oid()?, row.oid()?, row.flag()?);
            if is_default {
                defaults.insert((method, input), oid);
            }
            by_oid.insert(oid, OperatorClass { name, schema, method, input, is_default });
        }
        Ok(Self { by_oid, defaults })
    }

    /// The class as SQL, unless it is the one that the key's type gets by itself (`GetDefaultOpClass`).
    fn unless_default(&self, oid: Oid, key_type: Oid, always: bool, names: &Names) -> Option<String> {
        const VARCHAR: Oid = 1043;
        const TEXT: Oid = 25;
        let class = self.by_oid.get(&oid)?;
        let is_expected = match self.defaults.get(&(class.method, key_type)) {
            Some(own) => *own == oid,
            // Types without a class of their own are taken for another one; varchar, for one, for text.
            None => class.is_default && (key_type != VARCHAR || class.input == TEXT),
        };
        if is_expected && !always {
            return None;
        }
        const SYSTEM: Oid = 11;
        Some(match class.schema {
            SYSTEM => quoted(&class.name).into_owned(),
            schema => qualified(&names.schema(schema), &class.name),
        })
    }
}

/// What the negative numbers of columns stand for, as far as they can be indexed.
fn system_column(number: i64) -> &'static str {
    match number {
        -1 => "ctid",
        -6 => "tableoid",
        _ => "?",
    }
}

/// The keys in what `pg_get_indexdef` writes: what stands between the first parentheses after `USING method`.
fn keys_in(definition: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    let mut quote = None;
    for (at, byte) in definition.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => {
                depth += 1;
                if depth == 1 {
                    start = at + 1;
                }
            }
            (None, b',') if depth == 1 => {
                keys.push(definition[start..at].trim());
                start = at + 1;
            }
            (None, b')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    keys.push(definition[start..at].trim());
                    break;
                }
            }
            _ => {}
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("CREATE INDEX i ON public.t USING btree (lower(a), b DESC) INCLUDE (c)", &["lower(a)", "b DESC"])]
    #[case("CREATE INDEX \"(\" ON public.\"t(,\" USING gin (((a || ',)'::text)) gin_ops, \"x,y\")", &["((a || ',)'::text)) gin_ops", "\"x,y\""])]
    fn keys_are_read_from_a_definition(#[case] definition: &str, #[case] expected: &[&str]) {
        assert_eq!(keys_in(definition), expected);
    }
}
