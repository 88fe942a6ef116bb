//! Default privileges, and grants on what an extension or the server itself came with.

use std::collections::BTreeSet;

use super::grants::{self, Target};
use super::{Alteration, Family, Pair, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::grants::{Grant, Grantable, default};
use crate::schema::kind::Kind;
use crate::schema::name::{Name, dotted, quoted, without_last};
use crate::schema::object::Object;
use crate::schema::snapshot::{Snapshot, Version};

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::DefaultPrivileges, Kind::ExtensionMember],
    create: |object, _| between(None, Some(object)),
    complete: nothing,
    alter: |pair: Pair<'_>| Alteration::of(between(Some(pair.from), Some(pair.to))),
    drop: |object| between(Some(object), None),
};

fn between(from: Option<&Object>, to: Option<&Object>) -> Vec<String> {
    match to.or(from).map(|object| object.id.kind) {
        Some(Kind::DefaultPrivileges) => default_privileges(from, to),
        _ => of_member(from, to),
    }
}

/// The statements that bring the grants on a member of an extension from one state to the other; `None` is the state
/// that it came in.
fn of_member(from: Option<&Object>, to: Option<&Object>) -> Vec<String> {
    let Some(object) = to.or(from) else { return Vec::new() };
    let parse = |items: &[Name]| -> Vec<Grant> { items.iter().filter_map(|item| Grant::parse(item)).collect() };
    let initial = parse(object.list(Attribute::InitialGrants));
    let state = |object: Option<&Object>| {
        object.map_or_else(|| initial.clone(), |object| parse(object.list(Attribute::Grants)))
    };
    let owner = object.text(Attribute::Owner).unwrap_or_default().to_owned();
    let target = match object.id.name.strip_prefix("COLUMN ") {
        Some(column) => Target {
            object: format!("TABLE {}", without_last(column)),
            column: dotted(column).pop().map(|name| quoted(&name).into_owned()),
            owner,
        },
        None => Target { object: object.id.name.to_string(), column: None, owner },
    };
    grants::statements(&target, &state(from), &state(to))
}

/// The statements that bring default privileges from one state to the other; `None` is how PostgreSQL begins.
fn default_privileges(from: Option<&Object>, to: Option<&Object>) -> Vec<String> {
    // The name is `FOR ROLE … ON TABLES`.
    let Some(object) = to.or(from) else { return Vec::new() };
    let Some((role, objects)) = object.id.name.rsplit_once(" ON ") else { return Vec::new() };
    let owner = object.text(Attribute::Owner).unwrap_or_default().to_owned();
    let state = |given: Option<&Object>| -> Vec<Grant> {
        let items = match given {
            Some(given) => given.list(Attribute::Grants).to_vec(),
            // In a schema they are added to those that hold everywhere; those replace what PostgreSQL begins with.
            None if object.id.schema.is_some() => Vec::new(),
            None => grantable(objects).map_or_else(Vec::new, |grantable| default(grantable, &owner, CURRENT)),
        };
        items.iter().filter_map(|item| Grant::parse(item)).collect()
    };
    let (have, want) = (state(from), state(to));
    let schema = object.id.schema.as_ref().map_or_else(String::new, |schema| format!(" IN SCHEMA {}", quoted(schema)));
    let target = Target { object: objects.to_owned(), column: None, owner };
    grants::statements(&target, &have, &want)
        .into_iter()
        .map(|statement| format!("ALTER DEFAULT PRIVILEGES {role}{schema} {statement}"))
        .collect()
}

/// Default privileges name no privilege that only newer versions have unless somebody granted it.
const CURRENT: Version = Version { major: 16, minor: 0 };

/// What default privileges on these (`TABLES` …) are about.
fn grantable(objects: &str) -> Option<Grantable> {
    Some(match objects {
        "TABLES" => Grantable::Relation,
        "SEQUENCES" => Grantable::Sequence,
        "FUNCTIONS" => Grantable::Routine,
        "TYPES" => Grantable::Type,
        "SCHEMAS" => Grantable::Schema,
        _ => return None,
    })
}

/// Who may have been given, or denied, something by default privileges.
pub(super) fn given_by_default(kind: Kind, snapshot: &Snapshot) -> BTreeSet<Option<String>> {
    let mut uncertain = BTreeSet::new();
    let about = |object: &&Object| {
        let objects = object.id.name.rsplit_once(" ON ").and_then(|(_, objects)| grantable(objects));
        objects.is_some() && objects == Grantable::of(kind)
    };
    for object in snapshot.of_kind(Kind::DefaultPrivileges).iter().filter(about) {
        let items: Vec<Grant> = object.list(Attribute::Grants).iter().filter_map(|item| Grant::parse(item)).collect();
        if object.id.schema.is_none() && matches!(Grantable::of(kind), Some(Grantable::Routine | Grantable::Type)) {
            uncertain.insert(None);
        }
        uncertain.extend(
            items.into_iter().filter(|item| item.grantee.as_ref() != Some(&item.grantor)).map(|item| item.grantee),
        );
    }
    uncertain
}
