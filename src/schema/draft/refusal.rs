//! What no draft can bring about, and why.

use super::lookup::Lookup;
use super::parts::whole;
use crate::schema::attribute::Attribute;
use crate::schema::ddl::{self, Pair};
use crate::schema::kind::Kind;
use crate::schema::name::Name;
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

/// What stands in a snapshot for a value that is not read.
const SECRET: &str = "<secret ";

/// Which of these objects cannot be brought, or not wholly, from what they are on the one side to what they are on the
/// other one; with a sentence that says why, and what to do.
#[must_use]
pub fn refusals<'i>(
    from: &Snapshot,
    to: &Snapshot,
    selection: impl IntoIterator<Item = &'i ObjectId>,
) -> Vec<(ObjectId, String)> {
    let mut names: Option<[Lookup<'_>; 2]> = None;
    let mut refused = Vec::new();
    for id in selection {
        let Some(wanted) = to.get(id) else {
            if !ddl::is_written(id.kind) {
                refused.push((id.clone(), "No statement removes it.".to_owned()));
            }
            continue;
        };
        let before = from.get(id);
        let why = unwritten(wanted)
            .or_else(|| secret(before, wanted))
            .or_else(|| unreachable(before?, wanted, from, to))
            .or_else(|| takes_columns_along(before?, wanted, from, to))
            .or_else(|| {
                let moved =
                    id.kind == Kind::Column && before?.get(Attribute::Position) != wanted.get(Attribute::Position);
                let table = moved.then(|| whole(id, to)).flatten()?;
                let names = names.get_or_insert_with(|| [from, to].map(Lookup::new));
                stuck(table, from, to, names)
            });
        refused.extend(why.map(|why| (id.clone(), why)));
    }
    refused
}

fn unwritten(wanted: &Object) -> Option<String> {
    (!ddl::is_written(wanted.id.kind)).then(|| "There are no statements for objects of its kind here.".to_owned())
}

/// What is kept as a checksum can be compared and not written down.
fn secret(before: Option<&Object>, wanted: &Object) -> Option<String> {
    let old: &[(Name, Name)] = before.map_or(&[], |object| object.pairs(Attribute::ForeignOptions));
    let new = wanted.pairs(Attribute::ForeignOptions);
    let hidden: Vec<&str> = new
        .iter()
        .filter(|option| option.1.starts_with(SECRET) && !old.contains(option))
        .map(|(name, _)| &**name)
        .collect();
    if !hidden.is_empty() {
        let (options, them) =
            if hidden.len() == 1 { ("option holds a secret", "it") } else { ("options hold secrets", "them") };
        return Some(format!("Its {options}, which is never read: {}. Add {them} by hand.", hidden.join(", ")));
    }
    let connection = wanted.text(Attribute::ConnectionString)?;
    let had = before.and_then(|object| object.text(Attribute::ConnectionString));
    (connection.contains(SECRET) && had != Some(connection))
        .then(|| "Its connection string holds a password, which is never read. Add it by hand.".to_owned())
}

/// A base type that is made again goes with the functions that read and write it, and columns that have it go along.
fn takes_columns_along(before: &Object, wanted: &Object, from: &Snapshot, to: &Snapshot) -> Option<String> {
    // What needs what is a long list: nothing else is looked up in it.
    if wanted.id.kind != Kind::BaseType {
        return None;
    }
    ddl::alter(Pair { from: before, to: wanted, from_schema: from, to_schema: to }).remake?;
    let mut users = from.dependencies().filter(|(_, used)| **used == wanted.id).map(|(user, _)| user);
    let column = users.find(|user| user.kind == Kind::Column)?;
    Some(format!(
        "It has to be made again, and the column {} of {} goes with it and what is in it. Save the rows first, and add the \
         column again by hand.",
        column.name,
        column.whole().unwrap_or_default()
    ))
}

/// What no statement changes.
fn unreachable(before: &Object, wanted: &Object, from: &Snapshot, to: &Snapshot) -> Option<String> {
    let alteration = ddl::alter(Pair { from: before, to: wanted, from_schema: from, to_schema: to });
    let fixed: Vec<&str> = alteration
        .unreachable
        .iter()
        .filter(|one| !matches!(one, Attribute::Position | Attribute::Inherited))
        .map(|one| one.word())
        .collect();
    (alteration.remake.is_none() && !fixed.is_empty())
        .then(|| format!("It is made with it, and no statement changes it afterwards: {}.", fixed.join(", ")))
}

/// Tables are made anew for the order of their columns, but not all of them.
fn stuck(table: &ObjectId, from: &Snapshot, to: &Snapshot, names: &[Lookup<'_>; 2]) -> Option<String> {
    let order = |here: &Snapshot, there: &Snapshot| {
        let mut columns: Vec<&Object> = here.parts(table, Kind::Column).iter().collect();
        columns.sort_by_key(|column| column.number(Attribute::Position));
        columns.retain(|column| there.get(&column.id).is_some());
        columns.into_iter().map(|column| column.id.name.clone()).collect::<Vec<Name>>()
    };
    let is_bound = |snapshot: &Snapshot| {
        snapshot.get(table).is_some_and(|table| {
            [Attribute::PartitionKey, Attribute::PartitionBound, Attribute::OfType]
                .iter()
                .any(|one| table.get(*one).is_some())
        })
    };
    let has_children = || names.iter().any(|names| !names.children(table).is_empty());
    (table.kind == Kind::Table
        && (is_bound(from) || is_bound(to) || has_children())
        && order(from, to) != order(to, from))
    .then(|| {
        "The order of its columns stays: the table has partitions or children or is one, and would have to be made \
             again with all of them."
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::object::Attributes;
    use crate::schema::snapshot::Version;
    use crate::schema::value::Value;

    fn snapshot(kind: Kind, attribute: Attribute, value: Option<Value>) -> Snapshot {
        let mut attributes = Attributes::new();
        attributes.some(attribute, value);
        let objects = vec![Object::new(ObjectId::global(kind, "x"), attributes)];
        Snapshot::new(Version { major: 15, minor: 1 }, "db", objects, Vec::new(), Vec::new())
    }

    #[test]
    fn secrets_are_told_and_what_is_there_already_is_not() {
        let of = |value: &str| {
            let options = Value::pairs([("password", value), ("user", "me")]);
            snapshot(Kind::UserMapping, Attribute::ForeignOptions, Some(options))
        };
        let (old, new) = (of("<secret 1>"), of("<secret 2>"));
        let id = ObjectId::global(Kind::UserMapping, "x");
        let told = refusals(&old, &new, [&id]);
        assert_eq!(told.len(), 1);
        assert!(told[0].1.contains("password") && !told[0].1.contains("secret 2"), "{}", told[0].1);
        assert_eq!(refusals(&new, &new, [&id]), []);
        let none = Snapshot::new(Version { major: 15, minor: 1 }, "db", Vec::new(), Vec::new(), Vec::new());
        assert_eq!(refusals(&none, &new, [&id]).len(), 1);
        assert_eq!(refusals(&new, &none, [&id]), []);
    }

    #[test]
    fn a_subscription_whose_connection_is_not_known_is_told() {
        let of = |text: &str| snapshot(Kind::Subscription, Attribute::ConnectionString, Some(Value::Text(text.into())));
        let id = ObjectId::global(Kind::Subscription, "x");
        assert_eq!(refusals(&of("host=a"), &of("host=b"), [&id]), []);
        assert_eq!(refusals(&of("host=a"), &of("host=a password=<secret 1>"), [&id]).len(), 1);
    }

    #[test]
    fn a_base_type_that_takes_a_column_along_is_told() {
        let id = ObjectId { kind: Kind::BaseType, schema: Some("public".into()), relation: None, name: "b".into() };
        let table = ObjectId { kind: Kind::Table, name: "t".into(), ..id.clone() };
        let column = table.part(Kind::Column, "a");
        let of = |input: &str, is_used: bool| {
            let mut attributes = Attributes::new();
            attributes.set(Attribute::Properties, Value::pairs([("INPUT", input)]));
            let nothing = |id: &ObjectId| Object::new(id.clone(), Attributes::new());
            let objects = vec![Object::new(id.clone(), attributes), nothing(&table), nothing(&column)];
            let needs = if is_used { vec![(2, 0)] } else { Vec::new() };
            Snapshot::new(Version { major: 15, minor: 1 }, "db", objects, needs, Vec::new())
        };
        let told = refusals(&of("int4in", true), &of("int8in", true), [&id]);
        assert!(told.len() == 1 && told[0].1.contains("column a of public.t"), "{told:?}");
        assert_eq!(refusals(&of("int4in", false), &of("int8in", false), [&id]), []);
        assert_eq!(refusals(&of("int4in", true), &of("int4in", true), [&id]), []);
    }
}
