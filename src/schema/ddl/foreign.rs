//! Foreign-data wrappers, foreign servers, user mappings.

use super::common;
use super::common::reference_or_name as reference;
use super::common::{alter_foreign_options, foreign_options};
use super::{Alteration, Family, Pair, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::{Name, literal, quoted};
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family {
    kinds: &[Kind::ForeignDataWrapper, Kind::Server, Kind::UserMapping],
    create,
    complete: nothing,
    alter,
    drop,
};

/// The statements that make one.
fn create(object: &Object, _: &Snapshot) -> Vec<String> {
    let mut sql = format!("CREATE {}", reference(&object.id));
    let text = |attribute| object.text(attribute);
    match object.id.kind {
        Kind::Server => {
            if let Some(word) = text(Attribute::ServerType) {
                sql.push_str(&format!(" TYPE {}", literal(word)));
            }
            if let Some(version) = text(Attribute::Version) {
                sql.push_str(&format!(" VERSION {}", literal(version)));
            }
            sql.push_str(&format!(" FOREIGN DATA WRAPPER {}", quoted(text(Attribute::Wrapper).unwrap_or_default())));
        }
        Kind::ForeignDataWrapper => {
            for (attribute, word) in [(Attribute::Handler, "HANDLER"), (Attribute::Validator, "VALIDATOR")] {
                if let Some(function) = text(attribute) {
                    sql.push_str(&format!(" {word} {function}"));
                }
            }
        }
        _ => {}
    }
    sql.push_str(&foreign_options(&known(object.pairs(Attribute::ForeignOptions))));
    vec![sql]
}

/// Options without secrets: those are not known here, and must be filled in by whoever knows them.
fn known(pairs: &[(Name, Name)]) -> Vec<(Name, Name)> {
    pairs.iter().filter(|(_, value)| !value.starts_with("<secret ")).cloned().collect()
}

/// How one is brought from one state to the other.
fn alter(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    let changed = common::own_changes(pair);
    let name = reference(&to.id);
    let mut statements = Vec::new();
    for attribute in &changed {
        match attribute {
            Attribute::ForeignOptions => {
                let (old, new) = (known(from.pairs(*attribute)), known(to.pairs(*attribute)));
                statements.extend(alter_foreign_options(&old, &new).map(|options| format!("ALTER {name} {options}")));
            }
            Attribute::Version => match to.text(*attribute) {
                Some(version) => statements.push(format!("ALTER {name} VERSION {}", literal(version))),
                None => return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")),
            },
            Attribute::Handler | Attribute::Validator => {
                let word = if *attribute == Attribute::Handler { "HANDLER" } else { "VALIDATOR" };
                // Before the options, which the new validator is to look at.
                statements.insert(
                    0,
                    match to.text(*attribute) {
                        Some(function) => format!("ALTER {name} {word} {function}"),
                        None => format!("ALTER {name} NO {word}"),
                    },
                );
            }
            _ => return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")),
        }
    }
    Alteration::of(statements)
}

fn drop(object: &Object) -> Vec<String> {
    vec![format!("DROP {}", reference(&object.id))]
}
