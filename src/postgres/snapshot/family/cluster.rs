//! The database itself, and, where they are asked for, the cluster's roles, tablespaces and parameters.

use std::borrow::Cow;

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::postgres::snapshot::scope::Scope;
use crate::schema::grants::Grantable;
use crate::schema::{Attribute, Attributes, Kind, ObjectId, Value, Version};

pub(super) const DATABASE: Family = Family {
    kinds: &[Kind::Database],
    queries: |version, _| {
        let locale = match version.major {
            ..=14 => "NULL::text, NULL::text",
            15 | 16 => "datlocprovider::text, daticulocale",
            _ => "datlocprovider::text, datlocale",
        };
        vec![format!(
            "SELECT d.oid, d.datdba, d.datacl::text[], pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, {locale},
                    d.datconnlimit,
                    ARRAY(SELECT coalesce('IN ROLE ' || quote_ident(r.rolname) || ' ', '') || c.setting
                          FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole,
                               unnest(s.setconfig) WITH ORDINALITY AS c (setting, place)
                          WHERE s.setdatabase = d.oid ORDER BY r.rolname, c.place)
             FROM pg_database d WHERE d.datname = current_database()"
        )]
    },
    read: read_database,
};

fn read_database(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    for row in answers.iter().flatten() {
        let mut row = Columns::of(row);
        let (oid, owner, grants) = (row.oid()?, row.oid()?, row.optional_texts()?);
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        reading.grants(&mut attributes, Grantable::Database, owner, grants);
        let mut properties = Vec::new();
        for key in ["encoding", "collate", "ctype"] {
            properties.push((key, row.text()?.to_string()));
        }
        let (provider, locale) = (row.text()?, row.optional()?);
        if !provider.is_empty() && provider != "c" {
            properties.push(("provider", provider.to_string()));
        }
        properties.extend(locale.map(|locale| ("locale", locale.to_string())));
        attributes.set(Attribute::Properties, Value::pairs(properties));
        attributes.number(Attribute::ConnectionLimit, row.integer()?, -1);
        let settings = row.texts()?;
        if !settings.is_empty() {
            attributes.set(Attribute::Settings, Value::list(settings.iter().map(Cow::as_ref)));
        }
        // Databases that are compared have different names.
        reading.add(Address::of(Class::DATABASE, oid), ObjectId::global(Kind::Database, "CURRENT"), attributes);
    }
    Ok(())
}

pub(super) const CLUSTER: Family = Family {
    kinds: &[Kind::Role, Kind::Tablespace, Kind::Parameter],
    queries: |version, scope| queries(version, scope),
    read: read_cluster,
};

fn queries(version: Version, scope: &Scope) -> Vec<String> {
    if !scope.cluster_objects {
        return Vec::new();
    }
    let options = if version.major >= 16 {
        "CASE WHEN m.inherit_option THEN '' ELSE ' without inherit' END || CASE WHEN m.set_option THEN '' ELSE ' without set' END"
    } else {
        "''"
    };
    let parameters = if version.major >= 15 {
        "SELECT oid, parname, paracl::text[] FROM pg_parameter_acl"
    } else {
        "SELECT NULL::oid, NULL::text, NULL::text[] WHERE false"
    };
    vec![
        format!(
            "SELECT r.oid, r.rolname,
                    array_remove(ARRAY[CASE WHEN r.rolsuper THEN 'superuser' END, CASE WHEN NOT r.rolinherit THEN 'noinherit' END,
                          CASE WHEN r.rolcreaterole THEN 'createrole' END, CASE WHEN r.rolcreatedb THEN 'createdb' END,
                          CASE WHEN r.rolcanlogin THEN 'login' END, CASE WHEN r.rolreplication THEN 'replication' END,
                          CASE WHEN r.rolbypassrls THEN 'bypassrls' END], NULL),
                    r.rolconnlimit, r.rolvaliduntil::text,
                    ARRAY(SELECT c.setting FROM pg_db_role_setting s,
                                 unnest(s.setconfig) WITH ORDINALITY AS c (setting, place)
                          WHERE s.setrole = r.oid AND s.setdatabase = 0 ORDER BY c.place),
                    ARRAY(SELECT quote_ident(g.rolname) || CASE WHEN m.admin_option THEN ' with admin' ELSE '' END || {options}
                          FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid)
             FROM pg_roles r WHERE r.rolname !~ '^pg_'"
        ),
        "SELECT oid, spcname, spcowner, spcacl::text[], spcoptions FROM pg_tablespace WHERE oid >= 16384".to_owned(),
        parameters.to_owned(),
    ]
}

fn read_cluster(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [roles, tablespaces, parameters] = answers.as_slice() else { return Ok(()) };
    for row in roles {
        let mut row = Columns::of(row);
        let (oid, name, flags) = (row.oid()?, row.text()?, row.texts()?);
        let mut attributes = Attributes::new();
        attributes.options(Attribute::Properties, flags.iter().map(Cow::as_ref));
        attributes.number(Attribute::ConnectionLimit, row.integer()?, -1);
        attributes.some(Attribute::ValidUntil, row.optional()?.as_deref());
        let (settings, memberships) = (row.texts()?, row.texts()?);
        if !settings.is_empty() {
            attributes.set(Attribute::Settings, Value::list(settings.iter().map(Cow::as_ref)));
        }
        if !memberships.is_empty() {
            attributes.set(Attribute::Memberships, Value::set(memberships.iter().map(Cow::as_ref)));
        }
        reading.add(Address::of(Class::ROLE, oid), ObjectId::global(Kind::Role, &*name), attributes);
    }
    for row in tablespaces {
        let mut row = Columns::of(row);
        let (oid, name, owner, grants) = (row.oid()?, row.text()?, row.oid()?, row.optional_texts()?);
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        reading.grants(&mut attributes, Grantable::Tablespace, owner, grants);
        attributes.options(Attribute::Options, row.texts()?.iter().map(Cow::as_ref));
        reading.add(Address::of(Class::TABLESPACE, oid), ObjectId::global(Kind::Tablespace, &*name), attributes);
    }
    for row in parameters {
        let mut row = Columns::of(row);
        let (oid, name, grants) = (row.oid()?, row.text()?, row.optional_texts()?);
        let mut attributes = Attributes::new();
        // Parameters belong to the first superuser.
        reading.grants(&mut attributes, Grantable::Parameter, 10, grants);
        reading.add(Address::of(Class::PARAMETER, oid), ObjectId::global(Kind::Parameter, &*name), attributes);
    }
    Ok(())
}
