//! What two servers write differently though it is the same, and what differs though no migration decides it.

use super::sql;
use crate::schema::attribute::Attribute;
use crate::schema::grants::{self, Grant, Grantable};
use crate::schema::kind::Kind;
use crate::schema::name::Name;
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Version;
use crate::schema::value::Value;

/// Whether two values that are not equal mean the same.
pub(super) fn is_same(
    id: &ObjectId,
    attribute: Attribute,
    left: Option<&Value>,
    right: Option<&Value>,
    versions: (Version, Version),
) -> bool {
    if attribute == Attribute::Grants && are_of_relations(id) {
        return same_grants(left, right, versions);
    }
    match (left, right) {
        (Some(Value::Text(left)), Some(Value::Text(right))) if attribute == Attribute::Arguments => {
            sql::are_same_arguments(left, right, versions)
        }
        (Some(Value::Text(left)), Some(Value::Text(right))) if is_sql(attribute) => sql::is_same(left, right, versions),
        (Some(Value::List(left)), Some(Value::List(right))) if is_sql(attribute) && left.len() == right.len() => {
            left.iter().zip(&**right).all(|(left, right)| left == right || sql::is_same(left, right, versions))
        }
        _ => false,
    }
}

/// Whether an attribute is SQL that a server has written from what it has stored.
fn is_sql(attribute: Attribute) -> bool {
    matches!(
        attribute,
        Attribute::Definition
            | Attribute::Query
            | Attribute::Keys
            | Attribute::Default
            | Attribute::Generated
            | Attribute::Predicate
            | Attribute::Using
            | Attribute::Check
            | Attribute::PartitionBound
            | Attribute::PartitionKey
            | Attribute::ParsedBody
    )
}

/// Whether the grants of an object are those of a relation, or of relations to come.
fn are_of_relations(id: &ObjectId) -> bool {
    Grantable::of(id.kind) == Some(Grantable::Relation)
        || id.kind == Kind::DefaultPrivileges && id.name.ends_with(" ON TABLES")
}

/// Servers before 17 have no privilege MAINTAIN: between such a one and a newer one it says nothing.
fn same_grants(left: Option<&Value>, right: Option<&Value>, versions: (Version, Version)) -> bool {
    let knows = |version: Version| version.major >= 17;
    if knows(versions.0) == knows(versions.1) {
        return false;
    }
    let without = |value: Option<&Value>| {
        let items = value?.as_list()?.iter();
        Some(Value::set(items.filter_map(|item| {
            let Some(mut grant) = Grant::parse(item) else { return Some(item.to_string()) };
            grant.privileges.retain(|(letter, _)| *letter != 'm');
            (!grant.privileges.is_empty()).then(|| grant.to_string())
        })))
    };
    without(left) == without(right)
}

/// Whether an attribute differs only because the versions begin with different defaults, or because no migration
/// decides it.
pub(super) fn is_information(
    left: &Object,
    right: &Object,
    attribute: Attribute,
    versions: (Version, Version),
) -> bool {
    if left.id.kind == Kind::Extension && attribute == Attribute::Version {
        // Each server has made the version that it comes with.
        let is_of_server = [left, right].iter().all(|extension| extension.flag(Attribute::VersionOfServer));
        return versions.0.major != versions.1.major && is_of_server;
    }
    let (old, new) = match (versions.0.major >= 15, versions.1.major >= 15) {
        (false, true) => ((left, versions.0), (right, versions.1)),
        (true, false) => ((right, versions.1), (left, versions.0)),
        _ => return false,
    };
    match (left.id.kind, attribute) {
        (Kind::Schema, Attribute::Owner | Attribute::Grants) if &*left.id.name == "public" => {
            public_as_made(old.0, old.1) && public_as_made(new.0, new.1) || same_public(old.0, new.0)
        }
        // Before 15 there is no unlogged sequence; from 15 on that of an unlogged table is one.
        (Kind::Sequence, Attribute::Persistence) => {
            [Attribute::OwnedBy, Attribute::IdentityOf].iter().any(|owner| new.0.get(*owner).is_some())
        }
        _ => false,
    }
}

/// Whether the schema `public` of a server before 15 grants what that of a server from 15 on does, each as its owner's.
fn same_public(old: &Object, new: &Object) -> bool {
    let owner = old.text(Attribute::Owner).unwrap_or_default();
    let as_new = |role: String| if role == owner { NEW_OWNER.to_owned() } else { role };
    let renamed = old.list(Attribute::Grants).iter().map(|item| -> Name {
        match Grant::parse(item) {
            Some(grant) => {
                let Grant { grantee, privileges, grantor } = grant;
                Grant { grantee: grantee.map(as_new), privileges, grantor: as_new(grantor) }.to_string().into()
            }
            None => item.clone(),
        }
    });
    let granted: Value = Value::set(renamed);
    new.text(Attribute::Owner) == Some(NEW_OWNER) && granted == Value::set(new.list(Attribute::Grants).iter().cloned())
}

/// Who owns the schema `public` from 15 on.
const NEW_OWNER: &str = "pg_database_owner";

/// Whether the schema `public` is still as the version made it: until 14 everybody could create in it, from 15 on it is
/// the database owner's.
fn public_as_made(schema: &Object, version: Version) -> bool {
    let owner = schema.text(Attribute::Owner).unwrap_or_default();
    let everybody = if version.major >= 15 { "U" } else { "UC" };
    let mut as_made = grants::default(Grantable::Schema, owner, version);
    let of_owner = as_made.first().and_then(|item| Grant::parse(item));
    as_made.extend(of_owner.map(|grant| format!("={everybody}/{}", grants::role(&grant.grantor)).into()));
    let is_owner = version.major < 15 || owner == NEW_OWNER;
    is_owner && schema.get(Attribute::Grants) == Some(&Value::set(as_made))
}

/// Whether an object may be on one side only without a migration having decided it: an operator that others name and
/// nobody has defined does not outlive a dump, and a large object is a row, though others may have been let in to it.
pub(super) fn may_be_missing(object: &Object) -> bool {
    object.flag(Attribute::Shell) || object.id.kind == Kind::LargeObject
}
