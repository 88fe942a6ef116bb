//! Operators and their families and classes, access methods, casts, transforms, languages, collations, conversions,
//! extensions, event triggers.

use super::common;
use super::common::reference_or_name as reference;
use super::types::properties;
use super::{Alteration, Family, Pair, drop_plain, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::{Name, literal, quoted};
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family {
    kinds: &[
        Kind::Operator,
        Kind::OperatorFamily,
        Kind::OperatorClass,
        Kind::AccessMethod,
        Kind::Cast,
        Kind::Transform,
        Kind::Language,
        Kind::Collation,
        Kind::Conversion,
        Kind::Extension,
        Kind::EventTrigger,
    ],
    create,
    complete: nothing,
    alter,
    drop: drop_plain,
};

/// The statements that make one.
fn create(object: &Object, _: &Snapshot) -> Vec<String> {
    let name = reference(&object.id);
    let text = |attribute| object.text(attribute).unwrap_or_default();
    match object.id.kind {
        Kind::Operator => {
            // Arguments are said apart from the name.
            let bare = object.id.name.split_once('(').map_or(&*object.id.name, |(bare, _)| bare);
            let schema = object.id.schema.as_deref().unwrap_or_default();
            vec![format!("CREATE OPERATOR {}.{bare} ({})", quoted(schema), properties(object))]
        }
        Kind::OperatorFamily => {
            let members = object.list(Attribute::Members);
            let mut statements = vec![format!("CREATE {name}")];
            if !members.is_empty() {
                statements.push(format!("ALTER {name} ADD {}", members.join(", ")));
            }
            statements
        }
        Kind::OperatorClass => vec![operator_class(object)],
        Kind::AccessMethod => {
            let word = text(Attribute::MethodType).to_uppercase();
            vec![format!("CREATE {name} TYPE {word} HANDLER {}", text(Attribute::Handler))]
        }
        Kind::Cast => {
            let context = object.text(Attribute::Context).map(|context| format!(" AS {}", context.to_uppercase()));
            vec![format!("CREATE {name} {}{}", text(Attribute::Method), context.unwrap_or_default())]
        }
        Kind::Transform => {
            let told: Vec<String> = [(Attribute::FromSql, "FROM SQL"), (Attribute::ToSql, "TO SQL")]
                .into_iter()
                .filter_map(|(attribute, word)| Some(format!("{word} WITH FUNCTION {}", object.text(attribute)?)))
                .collect();
            vec![format!("CREATE {name} ({})", told.join(", "))]
        }
        Kind::Language => vec![language(object, "CREATE")],
        Kind::Collation => vec![format!("CREATE {name} ({})", properties(object))],
        Kind::Conversion => {
            let value = |key: &str| {
                object.pairs(Attribute::Properties).iter().find(|(one, _)| **one == *key).map_or("", |(_, value)| value)
            };
            let default = if object.flag(Attribute::IsDefault) { "DEFAULT " } else { "" };
            vec![format!("CREATE {default}{name} FOR {} TO {} FROM {}", value("FOR"), value("TO"), value("FROM"))]
        }
        Kind::Extension => {
            // What one server makes where no version is named, another one of another version may not have.
            let version = match object.flag(Attribute::VersionOfServer) {
                true => String::new(),
                false => format!(" VERSION {}", literal(text(Attribute::Version))),
            };
            vec![format!("CREATE {name} SCHEMA {}{version}", quoted(text(Attribute::InSchema)))]
        }
        _ => event_trigger(object),
    }
}

fn operator_class(object: &Object) -> String {
    let (name, method) = object.id.name.rsplit_once(" USING ").unwrap_or((&object.id.name, ""));
    let schema = object.id.schema.as_deref().unwrap_or_default();
    let default = if object.flag(Attribute::IsDefault) { " DEFAULT" } else { "" };
    let mut members: Vec<String> = object.list(Attribute::Members).iter().map(|member| member.to_string()).collect();
    if let Some(stored) = object.text(Attribute::StoredType) {
        members.push(format!("STORAGE {stored}"));
    }
    let data_type = object.text(Attribute::DataType).unwrap_or_default();
    if members.is_empty() {
        members.push(format!("STORAGE {data_type}"));
    }
    format!(
        "CREATE OPERATOR CLASS {}.{name}{default} FOR TYPE {data_type} USING {method} FAMILY {} AS {}",
        quoted(schema),
        object.text(Attribute::Family).unwrap_or_default(),
        members.join(", ")
    )
}

fn language(object: &Object, verb: &str) -> String {
    let trusted = if object.flag(Attribute::Trusted) { "TRUSTED " } else { "" };
    let mut sql = format!("{verb} {trusted}{}", reference(&object.id));
    for (attribute, word) in
        [(Attribute::Handler, "HANDLER"), (Attribute::Inline, "INLINE"), (Attribute::Validator, "VALIDATOR")]
    {
        if let Some(function) = object.text(attribute) {
            sql.push_str(&format!(" {word} {function}"));
        }
    }
    sql
}

fn event_trigger(object: &Object) -> Vec<String> {
    let name = reference(&object.id);
    let tags: Vec<String> = object.list(Attribute::Tags).iter().map(|tag| literal(tag)).collect();
    let when = if tags.is_empty() { String::new() } else { format!(" WHEN TAG IN ({})", tags.join(", ")) };
    let mut statements = vec![format!(
        "CREATE {name} ON {}{when} EXECUTE FUNCTION {}()",
        object.text(Attribute::Event).unwrap_or_default(),
        object.text(Attribute::Function).unwrap_or_default()
    )];
    if object.get(Attribute::Enabled).is_some() {
        statements.push(enabled(object));
    }
    statements
}

fn enabled(object: &Object) -> String {
    let word = match object.text(Attribute::Enabled) {
        None => "ENABLE",
        Some("disabled") => "DISABLE",
        Some("replica") => "ENABLE REPLICA",
        Some(_) => "ENABLE ALWAYS",
    };
    format!("ALTER {} {word}", reference(&object.id))
}

/// How one is brought from one state to the other.
fn alter(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    let changed = common::own_changes(pair);
    let name = reference(&to.id);
    let mut statements = Vec::new();
    for attribute in &changed {
        match (to.id.kind, attribute) {
            (Kind::Operator, Attribute::Properties) => match estimators(from, to) {
                Some(told) => statements.push(format!("ALTER {name} SET ({told})")),
                None => return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")),
            },
            (Kind::OperatorFamily, Attribute::Members) => {
                let (old, new) = (from.list(*attribute), to.list(*attribute));
                let gone: Vec<String> = old.iter().filter(|one| !new.contains(one)).map(|one| slot(one)).collect();
                let fresh: Vec<&str> = new.iter().filter(|one| !old.contains(one)).map(|one| &**one).collect();
                if !gone.is_empty() {
                    statements.push(format!("ALTER {name} DROP {}", gone.join(", ")));
                }
                if !fresh.is_empty() {
                    statements.push(format!("ALTER {name} ADD {}", fresh.join(", ")));
                }
            }
            (Kind::Extension, Attribute::Version) => {
                let version = literal(to.text(*attribute).unwrap_or_default());
                statements.push(format!("ALTER {name} UPDATE TO {version}"));
            }
            (Kind::Extension, Attribute::InSchema) => {
                let schema = quoted(to.text(*attribute).unwrap_or_default()).into_owned();
                statements.push(format!("ALTER {name} SET SCHEMA {schema}"));
            }
            (Kind::Language, _) => {
                let replaced = language(to, "CREATE OR REPLACE");
                if !statements.contains(&replaced) {
                    statements.push(replaced);
                }
            }
            (Kind::EventTrigger, Attribute::Enabled) => statements.push(enabled(to)),
            // The system's business, and nothing that the schema says.
            (Kind::Collation, Attribute::CollationVersion) | (Kind::Extension, Attribute::VersionOfServer) => {}
            _ => return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")),
        }
    }
    Alteration::of(statements)
}

/// The estimators of an operator, if nothing else has changed: all that can be altered.
fn estimators(from: &Object, to: &Object) -> Option<String> {
    let (old, new) = (from.pairs(Attribute::Properties), to.pairs(Attribute::Properties));
    let value = |pairs: &[(Name, Name)], key: &str| {
        pairs.iter().find(|(one, _)| **one == *key).map(|(_, value)| value.to_string())
    };
    let is_estimator = |key: &str| matches!(key, "RESTRICT" | "JOIN");
    let is_kept = |(key, _): &&(Name, Name)| !is_estimator(key);
    if !old.iter().filter(is_kept).eq(new.iter().filter(is_kept)) {
        return None;
    }
    let told: Vec<String> = ["RESTRICT", "JOIN"]
        .into_iter()
        .filter(|key| value(old, key) != value(new, key))
        .map(|key| format!("{key} = {}", value(new, key).unwrap_or_else(|| "NONE".to_owned())))
        .collect();
    Some(told.join(", "))
}

/// A member of an operator family as it is dropped: by its number and its types.
fn slot(member: &str) -> String {
    let mut words = member.splitn(3, ' ');
    let (word, number, rest) =
        (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let types = match word {
        // `FUNCTION 1 (a, b) f(a, b)`: the types are said first.
        "FUNCTION" => rest.find(')').map_or(rest, |end| &rest[..=end]),
        // `OPERATOR 1 <(a,b) FOR ORDER BY …`: they are the operator's.
        _ => rest.find('(').map_or(rest, |start| {
            let types = &rest[start..];
            types.find(" FOR ORDER BY ").map_or(types, |end| &types[..end])
        }),
    };
    format!("{word} {number} {types}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("OPERATOR 1 <(integer,bigint)", "OPERATOR 1 (integer,bigint)")]
    #[case("OPERATOR 15 <->(point,point) FOR ORDER BY pg_catalog.float_ops", "OPERATOR 15 (point,point)")]
    #[case("FUNCTION 1 (integer, bigint) btint48cmp(integer,bigint)", "FUNCTION 1 (integer, bigint)")]
    fn a_member_is_dropped_by_its_slot(#[case] member: &str, #[case] expected: &str) {
        assert_eq!(slot(member), expected);
    }
}
