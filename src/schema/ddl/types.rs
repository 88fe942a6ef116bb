//! Enums, domains, ranges, base and shell types.

use super::common;
use super::common::reference_or_name as reference;
use super::{Alteration, Family, Pair, drop_plain, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::{Name, literal, quoted};
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::Enum, Kind::Domain, Kind::DomainConstraint, Kind::Range, Kind::BaseType, Kind::ShellType],
    create,
    complete: nothing,
    alter,
    drop,
};

/// The statements that make a type.
fn create(object: &Object, _: &Snapshot) -> Vec<String> {
    let id = &object.id;
    vec![match id.kind {
        Kind::Enum => {
            let labels: Vec<String> = object.list(Attribute::Labels).iter().map(|label| literal(label)).collect();
            format!("CREATE TYPE {id} AS ENUM ({})", labels.join(", "))
        }
        Kind::Range => format!("CREATE TYPE {id} AS RANGE ({})", properties(object)),
        Kind::ShellType => format!("CREATE TYPE {id}"),
        Kind::BaseType => format!("CREATE TYPE {id} ({})", properties(object)),
        Kind::DomainConstraint => return add_constraint(object).into_iter().collect(),
        _ => domain(object),
    }]
}

fn domain(object: &Object) -> String {
    let mut sql = format!("CREATE DOMAIN {} AS {}", object.id, object.text(Attribute::DataType).unwrap_or_default());
    if let Some(collation) = object.text(Attribute::Collation) {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(default) = object.text(Attribute::Default) {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    if object.flag(Attribute::NotNull) {
        sql.push_str(" NOT NULL");
    }
    sql
}

/// `KEY = value, …`, as `CREATE TYPE` and its like take it.
pub fn properties(object: &Object) -> String {
    let told: Vec<String> = object
        .pairs(Attribute::Properties)
        .iter()
        .map(|(key, value)| if value.is_empty() { key.to_string() } else { format!("{key} = {value}") })
        .collect();
    told.join(", ")
}

fn add_constraint(object: &Object) -> Option<String> {
    let domain = object.id.whole()?;
    let definition = object.text(Attribute::Definition)?;
    // The server's own definition says NOT VALID.
    Some(format!("ALTER DOMAIN {domain} ADD CONSTRAINT {} {definition}", quoted(&object.id.name)))
}

fn drop(object: &Object) -> Vec<String> {
    if object.id.kind != Kind::DomainConstraint {
        return drop_plain(object);
    }
    let domain = object.id.whole().unwrap_or_default();
    vec![format!("ALTER DOMAIN {domain} DROP CONSTRAINT {}", quoted(&object.id.name))]
}

/// How a type is brought from one state to the other.
fn alter(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    let changed = common::own_changes(pair);
    let id = &to.id;
    let mut statements = Vec::new();
    for attribute in &changed {
        match (id.kind, attribute) {
            (Kind::Enum, Attribute::Labels) => {
                match added_labels(from.list(Attribute::Labels), to.list(Attribute::Labels)) {
                    Some(added) => {
                        statements.extend(added.into_iter().map(|place| format!("ALTER TYPE {id} ADD VALUE {place}")))
                    }
                    None => return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")),
                }
            }
            (Kind::Domain, Attribute::Default) => statements.push(match to.text(Attribute::Default) {
                Some(default) => format!("ALTER DOMAIN {id} SET DEFAULT {default}"),
                None => format!("ALTER DOMAIN {id} DROP DEFAULT"),
            }),
            (Kind::Domain, Attribute::NotNull) => {
                let word = if to.flag(Attribute::NotNull) { "SET" } else { "DROP" };
                statements.push(format!("ALTER DOMAIN {id} {word} NOT NULL"));
            }
            (Kind::DomainConstraint, Attribute::Definition | Attribute::Unvalidated) => {
                let is_validated = |object: &Object| {
                    object.text(Attribute::Definition).unwrap_or_default().trim_end_matches(" NOT VALID").to_owned()
                };
                if from.flag(Attribute::Unvalidated)
                    && !to.flag(Attribute::Unvalidated)
                    && is_validated(from) == is_validated(to)
                {
                    let domain = id.whole().unwrap_or_default();
                    let statement = format!("ALTER DOMAIN {domain} VALIDATE CONSTRAINT {}", quoted(&id.name));
                    if !statements.contains(&statement) {
                        statements.push(statement);
                    }
                } else {
                    return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}."));
                }
            }
            (Kind::BaseType, Attribute::Properties) => match altered_properties(from, to) {
                Some(settings) => statements.push(format!("ALTER {} SET ({settings})", reference(id))),
                None => return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")),
            },
            _ => return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")),
        }
    }
    Alteration::of(statements)
}

/// What `ALTER TYPE … SET` can change (13 and later).
const ALTERABLE: &[&str] = &["RECEIVE", "SEND", "TYPMOD_IN", "TYPMOD_OUT", "ANALYZE", "SUBSCRIPT", "STORAGE"];

fn altered_properties(from: &Object, to: &Object) -> Option<String> {
    let (old, new) = (from.pairs(Attribute::Properties), to.pairs(Attribute::Properties));
    let mut settings = Vec::new();
    for (key, value) in new.iter().filter(|pair| !old.contains(pair)) {
        // A type that was stored plainly never becomes one that is toasted, nor the other way about.
        let is_plain =
            |pairs: &[(Name, Name)]| pairs.iter().any(|(key, value)| **key == *"STORAGE" && **value == *"plain");
        if !ALTERABLE.contains(&&**key) || (**key == *"STORAGE" && (is_plain(old) || is_plain(new))) {
            return None;
        }
        settings.push(format!("{key} = {value}"));
    }
    for (key, _) in old.iter().filter(|(key, _)| !new.iter().any(|(one, _)| one == key)) {
        if !ALTERABLE.contains(&&**key) || **key == *"STORAGE" {
            return None;
        }
        settings.push(format!("{key} = NONE"));
    }
    (!settings.is_empty()).then(|| settings.join(", "))
}

/// The labels that are new, each with its place, if the old ones are all there in their order.
fn added_labels(old: &[Name], new: &[Name]) -> Option<Vec<String>> {
    let mut kept = old.iter().peekable();
    let mut added = Vec::new();
    let mut before: Option<&Name> = None;
    for label in new {
        if kept.next_if_eq(&label).is_none() {
            let place = match (before, kept.peek()) {
                (_, None) => String::new(),
                (Some(before), Some(_)) => format!(" AFTER {}", literal(before)),
                (None, Some(next)) => format!(" BEFORE {}", literal(next)),
            };
            added.push(format!("{}{place}", literal(label)));
        }
        before = Some(label);
    }
    kept.next().is_none().then_some(added)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("a c", "0 a b c d", Some("'0' BEFORE 'a'; 'b' AFTER 'a'; 'd'"))]
    #[case("", "x", Some("'x'"))]
    #[case("a b", "b a", None)]
    #[case("a b", "a", None)]
    fn labels_are_added_in_their_places(#[case] old: &str, #[case] new: &str, #[case] added: Option<&str>) {
        let names = |texts: &str| texts.split_whitespace().map(Name::from).collect::<Vec<_>>();
        let found = added_labels(&names(old), &names(new)).map(|places| places.join("; "));
        assert_eq!(found.as_deref(), added);
    }
}
