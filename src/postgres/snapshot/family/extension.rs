//! Extensions, and the grants on what they and the server itself came with.

use rustc_hash::FxHashSet;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Oid, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::grants::Grant;
use crate::schema::{Attribute, Attributes, Kind, Name, ObjectId, Value};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Extension, Kind::ExtensionMember],
    queries: |_, _| {
        let mut members: Vec<String> = MEMBERS.iter().map(Member::query).collect();
        members.push(COLUMNS.to_owned());
        let members = members.join(" UNION ALL ");
        vec![EXTENSIONS.to_owned(), members]
    },
    read,
};

const EXTENSIONS: &str =
    "SELECT e.oid, e.extname, e.extversion, e.extnamespace, a.default_version IS NOT DISTINCT FROM e.extversion
     FROM pg_extension e LEFT JOIN pg_available_extensions() a ON a.name = e.extname";

/// A catalog of things that an extension or the server may come with and that privileges are granted on.
struct Member {
    catalog: &'static str,
    /// The prefix of its owner's and its grants' columns.
    prefix: &'static str,
    /// Its letter to `acldefault`.
    letter: &'static str,
    /// How `GRANT` names it.
    name: &'static str,
    /// Where the schemas come from, and which rows count.
    more: &'static str,
}

const MEMBERS: &[Member] = &[
    Member {
        catalog: "pg_proc",
        prefix: "pro",
        letter: "'f'",
        name: "CASE o.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END || quote_ident(n.nspname) || '.'
               || quote_ident(o.proname) || '(' || oidvectortypes(o.proargtypes) || ')'",
        more: "JOIN pg_namespace n ON n.oid = o.pronamespace WHERE n.nspname <> 'information_schema'",
    },
    Member {
        catalog: "pg_class",
        prefix: "rel",
        letter: "CASE o.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\"",
        name: "CASE o.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || quote_ident(n.nspname) || '.'
               || quote_ident(o.relname)",
        more: "JOIN pg_namespace n ON n.oid = o.relnamespace
               WHERE o.relkind IN ('r', 'v', 'm', 'S', 'f', 'p') AND n.nspname <> 'information_schema'",
    },
    Member {
        catalog: "pg_namespace",
        prefix: "nsp",
        letter: "'n'",
        name: "'SCHEMA ' || quote_ident(o.nspname)",
        more: "WHERE o.nspname NOT IN ('public', 'information_schema')",
    },
    Member {
        catalog: "pg_type",
        prefix: "typ",
        letter: "'T'",
        name: "'TYPE ' || quote_ident(n.nspname) || '.' || quote_ident(o.typname)",
        more: "JOIN pg_namespace n ON n.oid = o.typnamespace WHERE o.typtype <> 'c' AND n.nspname <> 'information_schema'",
    },
    Member {
        catalog: "pg_language",
        prefix: "lan",
        letter: "'l'",
        name: "'LANGUAGE ' || quote_ident(o.lanname)",
        more: "WHERE true",
    },
    Member {
        catalog: "pg_foreign_data_wrapper",
        prefix: "fdw",
        letter: "'F'",
        name: "'FOREIGN DATA WRAPPER ' || quote_ident(o.fdwname)",
        more: "WHERE true",
    },
];

/// The same of the columns of relations. Of most columns nobody has ever said anything, and only the others are looked at.
const COLUMNS: &str = "
    SELECT 'COLUMN ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || '.' || quote_ident(a.attname),
           c.relowner, coalesce(a.attacl, acldefault('c', c.relowner))::text[],
           coalesce(i.initprivs, acldefault('c', c.relowner))::text[]
    FROM (SELECT attrelid, attnum FROM pg_attribute WHERE attacl IS NOT NULL
          UNION
          SELECT objoid, objsubid FROM pg_init_privs WHERE classoid = 'pg_class'::regclass AND objsubid > 0) said
         JOIN pg_attribute a ON a.attrelid = said.attrelid AND a.attnum = said.attnum AND NOT a.attisdropped
         JOIN pg_class c ON c.oid = a.attrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname <> 'information_schema'
         LEFT JOIN pg_init_privs i
                ON i.objoid = a.attrelid AND i.classoid = 'pg_class'::regclass AND i.objsubid = a.attnum
    WHERE a.attacl IS DISTINCT FROM i.initprivs
      AND (c.oid < 16384 OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                                    AND d.objid = c.oid AND d.deptype = 'e'))";

impl Member {
    fn query(&self) -> String {
        let Self { catalog, prefix, letter, name, more } = self;
        let (join, condition) = more.split_once("WHERE ").unwrap_or((more, "true"));
        // The information schema gets its grants after `initdb` has noted which ones there are; a dump leaves it out too.
        // What nobody has ever granted anything on has the same grants as in the beginning, whatever these were.
        format!(
            "SELECT {name}, o.{prefix}owner, coalesce(o.{prefix}acl, acldefault({letter}, o.{prefix}owner))::text[],
                    coalesce(i.initprivs, acldefault({letter}, o.{prefix}owner))::text[]
             FROM {catalog} o {join}
                  LEFT JOIN pg_init_privs i
                         ON i.objoid = o.oid AND i.classoid = '{catalog}'::regclass AND i.objsubid = 0
             WHERE {condition} AND (o.{prefix}acl IS NOT NULL OR i.objoid IS NOT NULL)
               AND o.{prefix}acl IS DISTINCT FROM i.initprivs
               AND (o.oid < 16384 OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass
                                             AND d.objid = o.oid AND d.deptype = 'e'))"
        )
    }
}

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [extensions, members] = answers.as_slice() else { return Ok(()) };
    for row in extensions {
        let mut row = Columns::of(row);
        let (oid, name) = (row.oid()?, row.text()?);
        let mut attributes = Attributes::new();
        attributes.set(Attribute::Version, &*row.text()?);
        let schema: Oid = row.oid()?;
        attributes.set(Attribute::InSchema, reading.names.schema(schema));
        attributes.flag(Attribute::VersionOfServer, row.flag()?);
        reading.add(Address::of(Class::EXTENSION, oid), ObjectId::global(Kind::Extension, &*name), attributes);
    }
    let mut seen = FxHashSet::default();
    for (place, row) in members.into_iter().enumerate() {
        let mut row = Columns::of(row);
        let (name, owner) = (row.text()?, row.oid()?);
        let (now, initially) = (grants(&row.texts()?), grants(&row.texts()?));
        if now == initially || !seen.insert(name.to_string()) {
            continue;
        }
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        attributes.set(Attribute::Grants, now);
        attributes.set(Attribute::InitialGrants, initially);
        // It is nobody's dependency, so that any address of its own will do.
        let address = Address::of(Class::NONE, u32::try_from(place).unwrap_or(u32::MAX));
        reading.add(address, ObjectId::global(Kind::ExtensionMember, &*name), attributes);
    }
    Ok(())
}

fn grants(items: &[std::borrow::Cow<'_, str>]) -> Value {
    Value::set(
        items
            .iter()
            .map(|item| Name::from(Grant::parse(item).map_or_else(|| item.to_string(), |grant| grant.to_string()))),
    )
}
