//! From OIDs to names: what the catalogs refer to by number is resolved here, not by joins on the server.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::batch::Batch;
use super::columns::{Columns, Oid, Rows};
use crate::postgres::error::PgError;
use crate::schema::name::{qualified, quoted};
use crate::schema::{Name, ObjectId};

/// What everything is called.
#[derive(Default)]
pub(super) struct Names {
    interned: FxHashSet<Name>,
    schemas: FxHashMap<Oid, SchemaName>,
    roles: FxHashMap<Oid, Name>,
    types: FxHashMap<Oid, TypeName>,
    collations: FxHashMap<Oid, (Oid, Name)>,
    access_methods: FxHashMap<Oid, Name>,
    tablespaces: FxHashMap<Oid, Name>,
    relations: FxHashMap<Oid, Relation>,
}

struct SchemaName {
    name: Name,
    /// Whether what is in it belongs to a snapshot: it is no schema of the system or of a session.
    is_listed: bool,
}

/// A type, as far as others refer to it.
pub(super) struct TypeName {
    /// The schema that it is in.
    pub(super) schema: Oid,
    /// Its name in that schema.
    pub(super) name: Name,
    /// Of an array, the type of its elements.
    element: Oid,
    /// Of a domain, the type that it restricts.
    base: Oid,
    /// What `format_type` calls it, of a type of the system.
    formatted: Option<Name>,
    /// How its columns are stored if nothing else is said.
    pub(super) storage: char,
    /// The collation of its columns if nothing else is said.
    pub(super) collation: Oid,
}

/// A relation, as its parts and other relations refer to it.
pub(super) struct Relation {
    /// Its identity.
    pub(super) id: ObjectId,
    /// Whether it is a partition.
    pub(super) is_partition: bool,
    /// Whether it is in the snapshot.
    is_listed: bool,
    /// By `attnum`, without those that were dropped.
    columns: Vec<Column>,
}

/// A column, as keys refer to it.
pub(super) struct Column {
    /// `attnum`.
    pub(super) number: i64,
    /// Its name.
    pub(super) name: Name,
    /// Its type.
    pub(super) type_oid: Oid,
    /// Its collation.
    pub(super) collation: Oid,
}

impl TypeName {
    /// Of an array, the type of its elements.
    pub(super) fn element(&self) -> Option<Oid> {
        (self.element != 0).then_some(self.element)
    }
}

impl Relation {
    pub(super) fn new(id: ObjectId, is_partition: bool) -> Self {
        Self { id, is_partition, is_listed: false, columns: Vec::new() }
    }

    /// Takes in a column; they come by number. Says at which place it stands, from 1.
    pub(super) fn push_column(&mut self, column: Column) -> i64 {
        self.columns.push(column);
        i64::try_from(self.columns.len()).unwrap_or(i64::MAX)
    }

    /// The column of this number.
    pub(super) fn column(&self, number: i64) -> Option<&Column> {
        let at = self.columns.binary_search_by_key(&number, |column| column.number).ok()?;
        Some(&self.columns[at])
    }

    /// The columns of these numbers, as SQL.
    pub(super) fn quoted_columns(&self, numbers: &[i64]) -> Vec<Cow<'_, str>> {
        numbers.iter().filter_map(|number| Some(quoted(&self.column(*number)?.name))).collect()
    }

    /// Its qualified name as SQL.
    pub(super) fn qualified(&self) -> String {
        self.id.to_string()
    }
}

/// What is asked.
pub(super) const QUERIES: [&str; 6] = [
    "SELECT oid, nspname FROM pg_namespace",
    "SELECT oid, rolname FROM pg_roles",
    // The row types of the system's own relations are nobody's concern. Without a length, `bpchar` and `"bit"` are not the
    // `character` and `bit` of SQL, which have one: that modifiers may be there at all has the server tell them apart.
    "SELECT oid, typnamespace, typname, CASE WHEN typlen = -1 THEN typelem ELSE 0 END, typbasetype, typstorage, typcollation,
            CASE WHEN typnamespace = 11 THEN format_type(oid, -1) END
     FROM pg_type WHERE oid >= 16384 OR typrelid = 0",
    "SELECT oid, collnamespace, collname FROM pg_collation",
    "SELECT oid, amname FROM pg_am",
    "SELECT oid, spcname FROM pg_tablespace",
];

impl Names {
    /// Asks for the names that everything may refer to.
    pub(super) async fn ask(batch: &mut Batch<'_>) {
        for query in QUERIES {
            batch.ask(query).await;
        }
    }

    /// Reads the answers.
    pub(super) async fn read(batch: &mut Batch<'_>) -> Result<Self, PgError> {
        let mut names = Self::default();
        names.read_schemas(&batch.next().await?)?;
        names.roles = names.read_plain(&batch.next().await?)?;
        names.read_types(&batch.next().await?)?;
        for row in &batch.next().await? {
            let mut row = Columns::of(row);
            let (oid, schema) = (row.oid()?, row.oid()?);
            let name = names.intern(&row.text()?);
            names.collations.insert(oid, (schema, name));
        }
        names.access_methods = names.read_plain(&batch.next().await?)?;
        names.tablespaces = names.read_plain(&batch.next().await?)?;
        Ok(names)
    }

    fn read_plain(&mut self, rows: &Rows) -> Result<FxHashMap<Oid, Name>, PgError> {
        let mut found = FxHashMap::with_capacity_and_hasher(rows.len(), FxBuildHasher);
        for row in rows {
            let mut row = Columns::of(row);
            found.insert(row.oid()?, self.intern(&row.text()?));
        }
        Ok(found)
    }

    fn read_schemas(&mut self, rows: &Rows) -> Result<(), PgError> {
        for row in rows {
            let mut row = Columns::of(row);
            let oid = row.oid()?;
            let name = self.intern(&row.text()?);
            let is_listed = !name.starts_with("pg_") && &*name != "information_schema";
            self.schemas.insert(oid, SchemaName { name, is_listed });
        }
        Ok(())
    }

    fn read_types(&mut self, rows: &Rows) -> Result<(), PgError> {
        self.types.reserve(rows.len());
        for row in rows {
            let mut row = Columns::of(row);
            let (oid, schema) = (row.oid()?, row.oid()?);
            let name = self.intern(&row.text()?);
            let (element, base, storage, collation) = (row.oid()?, row.oid()?, row.letter()?, row.oid()?);
            let formatted = row.optional()?.map(|text| self.intern(&text));
            self.types.insert(oid, TypeName { schema, name, element, base, formatted, storage, collation });
        }
        Ok(())
    }

    /// The text, shared with all that are the same.
    pub(super) fn intern(&mut self, text: &str) -> Name {
        if let Some(name) = self.interned.get(text) {
            return Arc::clone(name);
        }
        let name: Name = text.into();
        self.interned.insert(Arc::clone(&name));
        name
    }

    /// The schema's name, if what is in it belongs to a snapshot.
    pub(super) fn listed_schema(&self, oid: Oid) -> Option<Name> {
        self.schemas.get(&oid).filter(|schema| schema.is_listed).map(|schema| schema.name.clone())
    }

    /// The schema's name, whatever it is.
    pub(super) fn schema(&self, oid: Oid) -> Name {
        self.schemas.get(&oid).map_or_else(|| unknown(oid), |schema| schema.name.clone())
    }

    /// The role's name; 0 is PUBLIC.
    pub(super) fn role(&self, oid: Oid) -> Name {
        match oid {
            0 => "PUBLIC".into(),
            _ => self.roles.get(&oid).cloned().unwrap_or_else(|| unknown(oid)),
        }
    }

    /// The access method's name.
    pub(super) fn access_method(&self, oid: Oid) -> Name {
        self.access_methods.get(&oid).cloned().unwrap_or_else(|| unknown(oid))
    }

    /// The tablespace's name; `None` is the database's own.
    pub(super) fn tablespace(&self, oid: Oid) -> Option<Name> {
        (oid != 0).then(|| self.tablespaces.get(&oid).cloned().unwrap_or_else(|| unknown(oid)))
    }

    /// The type.
    pub(super) fn type_of(&self, oid: Oid) -> Option<&TypeName> {
        self.types.get(&oid)
    }

    /// The type itself or, of a domain, what it restricts in the end.
    pub(super) fn base_type(&self, oid: Oid) -> Oid {
        match self.types.get(&oid) {
            Some(found) if found.base != 0 => self.base_type(found.base),
            _ => oid,
        }
    }

    /// The type as SQL names it with an empty `search_path` (`format_type`, no modifier being given).
    pub(super) fn formatted_type(&self, oid: Oid) -> Name {
        match self.types.get(&oid) {
            None => unknown(oid),
            Some(TypeName { formatted: Some(formatted), .. }) => formatted.clone(),
            Some(found) if found.element != 0 => format!("{}[]", self.formatted_type(found.element)).into(),
            Some(found) => qualified(&self.schema(found.schema), &found.name).into(),
        }
    }

    /// The collation as SQL names it with an empty `search_path`.
    pub(super) fn collation(&self, oid: Oid) -> Name {
        match self.collations.get(&oid) {
            None => unknown(oid),
            // Those of the system are found without their schema.
            Some((11, name)) => quoted(name).into(),
            Some((schema, name)) => qualified(&self.schema(*schema), name).into(),
        }
    }

    /// The relation, if it is in the snapshot.
    pub(super) fn relation(&self, oid: Oid) -> Option<&Relation> {
        self.relations.get(&oid).filter(|relation| relation.is_listed)
    }

    /// The relation, in the snapshot or not, unless it is one of the system's own.
    pub(super) fn any_relation(&self, oid: Oid) -> Option<&Relation> {
        self.relations.get(&oid)
    }

    /// The relation, in the snapshot or not, to take in its columns; and whether it is in the snapshot.
    pub(super) fn relation_mut(&mut self, oid: Oid) -> Option<(&mut Relation, bool)> {
        self.relations.get_mut(&oid).map(|relation| {
            let is_listed = relation.is_listed;
            (relation, is_listed)
        })
    }

    /// Takes in a relation. Whether it is in the snapshot is not yet known.
    pub(super) fn add_relation(&mut self, oid: Oid, relation: Relation) {
        self.relations.insert(oid, relation);
    }

    /// Notes that a relation is in the snapshot.
    pub(super) fn list_relation(&mut self, oid: Oid) {
        if let Some(relation) = self.relations.get_mut(&oid) {
            relation.is_listed = true;
        }
    }
}

/// What has an OID and no name any more: a role that was dropped though it owns something.
fn unknown(oid: Oid) -> Name {
    oid.to_string().into()
}
