//! Publications with what they publish; subscriptions.

use super::common;
use super::common::reference_or_name as reference;
use super::{Alteration, Family, Pair, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::{literal, quoted};
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Publication, Kind::PublicationTable, Kind::PublicationSchema, Kind::Subscription],
    create,
    complete: nothing,
    alter,
    drop,
};

/// The statements that make one.
fn create(object: &Object, _: &Snapshot) -> Vec<String> {
    let id = &object.id;
    match id.kind {
        Kind::Publication => {
            let all = if object.flag(Attribute::AllTables) { " FOR ALL TABLES" } else { "" };
            let parameters = parameters(object);
            let with = if parameters.is_empty() { String::new() } else { format!(" WITH ({})", parameters.join(", ")) };
            vec![format!("CREATE {}{all}{with}", reference(id))]
        }
        Kind::PublicationTable => {
            let mut sql =
                format!("ALTER PUBLICATION {} ADD TABLE ONLY {}", quoted(&id.name), id.whole().unwrap_or_default());
            let columns = object.list(Attribute::Columns);
            if !columns.is_empty() {
                sql.push_str(&format!(" ({})", columns.join(", ")));
            }
            if let Some(filter) = object.text(Attribute::Predicate) {
                sql.push_str(&format!(" WHERE ({filter})"));
            }
            vec![sql]
        }
        Kind::PublicationSchema => {
            vec![format!("ALTER PUBLICATION {} ADD TABLES IN SCHEMA {}", quoted(&id.name), schema(object))]
        }
        _ => subscription(object),
    }
}

fn schema(object: &Object) -> String {
    quoted(object.id.schema.as_deref().unwrap_or_default()).into_owned()
}

fn parameters(object: &Object) -> Vec<String> {
    let mut parameters = Vec::new();
    if object.get(Attribute::Operations).is_some() {
        parameters.push(format!("publish = {}", literal(&object.list(Attribute::Operations).join(", "))));
    }
    if object.flag(Attribute::ViaRoot) {
        parameters.push("publish_via_partition_root = true".to_owned());
    }
    if let Some(columns) = object.text(Attribute::GeneratedColumns) {
        parameters.push(format!("publish_generated_columns = {columns}"));
    }
    parameters
}

/// A subscription that does not begin to copy: nothing is created at the other end, and no slot is asked for.
fn subscription(object: &Object) -> Vec<String> {
    let name = reference(&object.id);
    let publications: Vec<String> =
        object.list(Attribute::Publications).iter().map(|name| quoted(name).into_owned()).collect();
    let mut parameters = vec!["connect = false".to_owned()];
    let mut has_slot = false;
    for (key, value) in object.pairs(Attribute::Properties) {
        has_slot |= **key == *"slot_name" && **value != *"NONE";
        parameters.push(format!("{key} = {value}"));
    }
    let connection = literal(&without_secrets(object.text(Attribute::ConnectionString).unwrap_or_default()));
    let mut statements = vec![format!(
        "CREATE {name} CONNECTION {connection} PUBLICATION {} WITH ({})",
        publications.join(", "),
        parameters.join(", ")
    )];
    if has_slot && object.get(Attribute::Enabled).is_none() {
        statements.push(format!("ALTER {name} ENABLE"));
    }
    statements
}

/// A connection string without what is known by its checksum only.
fn without_secrets(connection: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut is_secret = false;
    for word in connection.split(' ') {
        if word.contains("<secret") {
            is_secret = true;
        }
        if !is_secret {
            words.push(word);
        }
        if word.ends_with('>') {
            is_secret = false;
        }
    }
    words.join(" ")
}

/// How one is brought from one state to the other.
fn alter(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    let changed = common::own_changes(pair);
    let name = reference(&to.id);
    let mut statements = Vec::new();
    for attribute in &changed {
        match (to.id.kind, attribute) {
            (Kind::Publication, Attribute::Operations) => {
                let operations = match to.get(Attribute::Operations) {
                    Some(_) => to.list(Attribute::Operations).join(", "),
                    None => "insert, update, delete, truncate".to_owned(),
                };
                statements.push(format!("ALTER {name} SET (publish = {})", literal(&operations)));
            }
            (Kind::Publication, Attribute::ViaRoot) => {
                let value = to.flag(Attribute::ViaRoot);
                statements.push(format!("ALTER {name} SET (publish_via_partition_root = {value})"));
            }
            (Kind::Publication, Attribute::GeneratedColumns) => {
                let value = to.text(Attribute::GeneratedColumns).unwrap_or("none");
                statements.push(format!("ALTER {name} SET (publish_generated_columns = {value})"));
            }
            (Kind::Subscription, Attribute::Publications) => {
                let publications: Vec<String> =
                    to.list(Attribute::Publications).iter().map(|name| quoted(name).into_owned()).collect();
                statements
                    .push(format!("ALTER {name} SET PUBLICATION {} WITH (refresh = false)", publications.join(", ")));
            }
            (Kind::Subscription, Attribute::ConnectionString) => {
                let connection = without_secrets(to.text(*attribute).unwrap_or_default());
                statements.push(format!("ALTER {name} CONNECTION {}", literal(&connection)));
            }
            (Kind::Subscription, Attribute::Enabled) => {
                let word = if to.get(*attribute).is_some() { "DISABLE" } else { "ENABLE" };
                statements.push(format!("ALTER {name} {word}"));
            }
            (Kind::Subscription, Attribute::Properties) => {
                let (old, new) = (from.pairs(*attribute), to.pairs(*attribute));
                for (key, value) in new.iter().filter(|pair| !old.contains(pair)) {
                    if **key == *"two_phase" {
                        return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}."));
                    }
                    statements.push(format!("ALTER {name} SET ({key} = {value})"));
                }
                for (key, _) in old.iter().filter(|(key, _)| new.iter().all(|(other, _)| other != key)) {
                    let value = match &**key {
                        "two_phase" => return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")),
                        "synchronous_commit" => "off",
                        "password_required" => "true",
                        "origin" => "any",
                        _ => "false",
                    };
                    statements.push(format!("ALTER {name} SET ({key} = {value})"));
                }
            }
            _ => return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")),
        }
    }
    Alteration::of(statements)
}

/// The statements that remove one.
fn drop(object: &Object) -> Vec<String> {
    let id = &object.id;
    match id.kind {
        Kind::PublicationTable => {
            vec![format!("ALTER PUBLICATION {} DROP TABLE ONLY {}", quoted(&id.name), id.whole().unwrap_or_default())]
        }
        Kind::PublicationSchema => {
            vec![format!("ALTER PUBLICATION {} DROP TABLES IN SCHEMA {}", quoted(&id.name), schema(object))]
        }
        Kind::Publication => vec![format!("DROP {}", reference(id))],
        // The slot at the other end is nobody's to drop from here.
        _ => {
            let name = reference(id);
            vec![
                format!("ALTER {name} DISABLE"),
                format!("ALTER {name} SET (slot_name = NONE)"),
                format!("DROP {name}"),
            ]
        }
    }
}
