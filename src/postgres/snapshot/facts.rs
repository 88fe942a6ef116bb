//! What the catalogs say of everything in the same way: comments, security labels, membership in extensions,
//! dependencies. Read once, and attached to whatever they are about.

use rustc_hash::FxHashMap;

use super::batch::Batch;
use super::class::{Address, Class};
use super::columns::{Columns, Oid};
use super::names::Names;
use crate::postgres::error::PgError;
use crate::schema::{Attribute, Attributes, Name, Value};

/// What is said of everything in the same way.
#[derive(Default)]
pub(super) struct Facts {
    comments: FxHashMap<Address, Name>,
    labels: FxHashMap<Address, Vec<(Name, Name)>>,
    /// The extensions that they go with (`DEPENDS ON EXTENSION`).
    leaning: FxHashMap<Address, Vec<Name>>,
    /// With the extension that made it.
    members: FxHashMap<(Class, Oid), Oid>,
    /// The first needs the second.
    pub(super) dependencies: Vec<(Address, Address)>,
}

/// What is asked.
pub(super) const QUERIES: [&str; 5] = [
    // The thousands of comments that the system comes with are about what is in no snapshot, but for a few.
    "SELECT classoid, objoid, objsubid, description FROM pg_description
     WHERE objoid >= 16384 OR classoid IN ('pg_namespace'::regclass, 'pg_extension'::regclass, 'pg_language'::regclass,
                                           'pg_am'::regclass, 'pg_largeobject'::regclass)
     UNION ALL
     SELECT classoid, objoid, 0, description FROM pg_shdescription",
    "SELECT classoid, objoid, objsubid, provider, label FROM pg_seclabel
     UNION ALL
     SELECT classoid, objoid, 0, provider, label FROM pg_shseclabel",
    "SELECT classid, objid, refobjid FROM pg_depend WHERE deptype = 'e'",
    // Not: schemas, what the system came with, and what a part, which is named within its relation, is about.
    "SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid FROM pg_depend
     WHERE deptype IN ('n', 'a', 'x') AND objid >= 16384 AND refobjid >= 16384 AND refclassid <> 'pg_namespace'::regclass
       AND NOT (deptype = 'a' AND objsubid = 0 AND refclassid = 'pg_class'::regclass
                AND classid IN ('pg_class'::regclass, 'pg_constraint'::regclass, 'pg_attrdef'::regclass,
                                'pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_rewrite'::regclass))",
    "SELECT d.classid, d.objid, d.objsubid, e.extname FROM pg_extension e
     JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'x'
     ORDER BY e.extname COLLATE \"C\"",
];

impl Facts {
    /// Asks for them.
    pub(super) async fn ask(batch: &mut Batch<'_>) {
        for query in QUERIES {
            batch.ask(query).await;
        }
    }

    /// Reads the answers.
    pub(super) async fn read(batch: &mut Batch<'_>, names: &mut Names) -> Result<Self, PgError> {
        let mut facts = Self::default();
        for row in &batch.next().await? {
            let mut row = Columns::of(row);
            let address = address(&mut row)?;
            facts.comments.insert(address, row.text()?.into());
        }
        for row in &batch.next().await? {
            let mut row = Columns::of(row);
            let address = address(&mut row)?;
            let label = (names.intern(&row.text()?), names.intern(&row.text()?));
            facts.labels.entry(address).or_default().push(label);
        }
        for row in &batch.next().await? {
            let mut row = Columns::of(row);
            facts.members.insert((Class(row.oid()?), row.oid()?), row.oid()?);
        }
        let rows = batch.next().await?;
        facts.dependencies.reserve_exact(rows.len());
        for row in &rows {
            let mut row = Columns::of(row);
            facts.dependencies.push((address(&mut row)?, address(&mut row)?));
        }
        for row in &batch.next().await? {
            let mut row = Columns::of(row);
            let address = address(&mut row)?;
            facts.leaning.entry(address).or_default().push(names.intern(&row.text()?));
        }
        Ok(facts)
    }

    /// Whether an extension made it: then it is no object of its own.
    pub(super) fn is_member(&self, class: Class, oid: Oid) -> bool {
        self.members.contains_key(&(class, oid))
    }

    /// The extension that made it.
    pub(super) fn extension(&self, address: &Address) -> Option<Address> {
        self.members.get(&(address.class, address.object)).map(|oid| Address::of(Class::EXTENSION, *oid))
    }

    /// The comment on it.
    pub(super) fn comment(&self, address: Address) -> Option<Name> {
        self.comments.get(&address).cloned()
    }

    /// Whether it has a comment or a security label.
    pub(super) fn says_something(&self, address: Address) -> bool {
        self.comments.contains_key(&address) || self.labels.contains_key(&address)
    }

    /// Says what comment and security labels it has, and which extensions it goes with.
    pub(super) fn attach(&self, address: Address, attributes: &mut Attributes) {
        attributes.some(Attribute::Comment, self.comment(address));
        let labels = self.labels.get(&address).map(|labels| Value::pairs(labels.iter().cloned()));
        attributes.some(Attribute::SecurityLabels, labels);
        let extensions = self.leaning.get(&address).map(|names| Value::list(names.iter().cloned()));
        attributes.some(Attribute::DependsOn, extensions);
    }
}

fn address(row: &mut Columns<'_>) -> Result<Address, PgError> {
    let (class, object, part) = (Class(row.oid()?), row.oid()?, row.integer()?);
    Ok(Address { class, object, part: i32::try_from(part).unwrap_or_default() })
}
