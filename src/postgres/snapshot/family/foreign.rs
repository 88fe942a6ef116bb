//! Foreign-data wrappers, foreign servers, user mappings. What may be a secret is kept as a checksum only.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use super::Family;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::grants::Grantable;
use crate::schema::{Attribute, Attributes, Gap, Kind, ObjectId};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::ForeignDataWrapper, Kind::Server, Kind::UserMapping],
    queries: |_, _| QUERIES.map(str::to_owned).to_vec(),
    read,
};

const QUERIES: [&str; 3] = [
    "SELECT oid, fdwname, fdwowner, fdwacl::text[], fdwoptions,
            CASE WHEN fdwhandler <> 0 THEN fdwhandler::regproc::text END,
            CASE WHEN fdwvalidator <> 0 THEN fdwvalidator::regproc::text END
     FROM pg_foreign_data_wrapper",
    "SELECT s.oid, s.srvname, s.srvowner, s.srvacl::text[], s.srvoptions, s.srvtype, s.srvversion, w.fdwname
     FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw",
    // The options of others are shown to superusers and to the server's owner; nothing tells hidden ones from none.
    "SELECT umid, 'FOR ' || CASE WHEN umuser = 0 THEN 'PUBLIC' ELSE quote_ident(usename) END || ' SERVER '
                  || quote_ident(srvname),
            umoptions,
            umoptions IS NULL AND current_setting('is_superuser') <> 'on'
     FROM pg_user_mappings",
];

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let [wrappers, servers, mappings] = answers.as_slice() else { return Ok(()) };
    for (kind, rows) in [(Kind::ForeignDataWrapper, wrappers), (Kind::Server, servers)] {
        for row in rows {
            let mut row = Columns::of(row);
            let (oid, name, owner, grants) = (row.oid()?, row.text()?, row.oid()?, row.optional_texts()?);
            let mut attributes = Attributes::new();
            reading.owner(&mut attributes, owner);
            let options = row.texts()?;
            let id = ObjectId::global(kind, &*name);
            if kind == Kind::Server {
                reading.grants(&mut attributes, Grantable::Server, owner, grants);
                attributes.some(Attribute::ServerType, row.optional()?.as_deref());
                attributes.some(Attribute::Version, row.optional()?.as_deref());
                attributes.set(Attribute::Wrapper, &*row.text()?);
            } else {
                reading.grants(&mut attributes, Grantable::ForeignDataWrapper, owner, grants);
                attributes.some(Attribute::Handler, row.optional()?.as_deref());
                attributes.some(Attribute::Validator, row.optional()?.as_deref());
            }
            set_options(&mut attributes, &options);
            let class = if kind == Kind::Server { Class::SERVER } else { Class::FOREIGN_DATA_WRAPPER };
            reading.add(Address::of(class, oid), id, attributes);
        }
    }
    let mut are_hidden = false;
    for row in mappings {
        let mut row = Columns::of(row);
        let (oid, name) = (row.oid()?, row.text()?);
        let mut attributes = Attributes::new();
        set_options(&mut attributes, &row.texts()?);
        are_hidden |= row.flag()?;
        reading.add(Address::of(Class::USER_MAPPING, oid), ObjectId::global(Kind::UserMapping, &*name), attributes);
    }
    if are_hidden {
        let reason = "The options of user mappings are shown to superusers only.".to_owned();
        let attribute = Some(Attribute::ForeignOptions);
        reading.gap(Gap { kinds: vec![Kind::UserMapping], attribute, reason });
    }
    Ok(())
}

fn set_options(attributes: &mut Attributes, options: &[Cow<'_, str>]) {
    let shown: Vec<String> = options.iter().map(|option| without_secret(option)).collect();
    attributes.options(Attribute::ForeignOptions, shown.iter().map(String::as_str));
}

/// Parts of the names of options that hold secrets.
const SECRET: &[&str] = &["pass", "secret", "token", "credential", "key", "pwd"];

/// An option with a checksum in the place of what may be a secret.
fn without_secret(option: &str) -> String {
    match option.split_once('=') {
        Some((name, value))
            if SECRET.iter().any(|part| name.to_ascii_lowercase().contains(part)) && name != "password_required" =>
        {
            format!("{name}={}", checksum(value))
        }
        _ => option.to_owned(),
    }
}

/// What stands for a secret: enough to see that two are the same.
pub(super) fn checksum(secret: &str) -> String {
    let sum = Sha256::digest(secret.as_bytes());
    let hex: String = sum.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("<secret {hex}>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_kept() {
        assert_eq!(without_secret("host=here"), "host=here");
        let hidden = without_secret("password=hunter2");
        assert!(hidden.starts_with("password=<secret ") && !hidden.contains("hunter2"), "{hidden}");
        assert_ne!(hidden, without_secret("password=hunter3"));
    }
}
