//! Text search: parsers, templates, dictionaries, configurations.

use super::common;
use super::common::reference_or_name as reference;
use super::types::properties;
use super::{Alteration, Family, Pair, drop_plain, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::Name;
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family {
    kinds: &[
        Kind::TextSearchParser,
        Kind::TextSearchTemplate,
        Kind::TextSearchDictionary,
        Kind::TextSearchConfiguration,
    ],
    create,
    complete: nothing,
    alter,
    drop: drop_plain,
};

/// The statements that make one.
fn create(object: &Object, _: &Snapshot) -> Vec<String> {
    let name = reference(&object.id);
    match object.id.kind {
        Kind::TextSearchDictionary => {
            let mut told = vec![format!("TEMPLATE = {}", object.text(Attribute::Template).unwrap_or_default())];
            told.extend(object.pairs(Attribute::Options).iter().map(|(key, value)| format!("{key} = {value}")));
            vec![format!("CREATE {name} ({})", told.join(", "))]
        }
        Kind::TextSearchConfiguration => {
            let parser = object.text(Attribute::Parser).unwrap_or_default();
            let mappings = object.pairs(Attribute::Mappings).iter();
            std::iter::once(format!("CREATE {name} (PARSER = {parser})"))
                .chain(mappings.map(|(token, list)| format!("ALTER {name} ADD MAPPING FOR {token} WITH {list}")))
                .collect()
        }
        _ => vec![format!("CREATE {name} ({})", properties(object))],
    }
}

/// How one is brought from one state to the other.
fn alter(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    let changed = common::own_changes(pair);
    let name = reference(&to.id);
    let mut statements = Vec::new();
    for attribute in &changed {
        let (old, new) = (from.pairs(*attribute), to.pairs(*attribute));
        let is_in = |pairs: &[(Name, Name)], key: &str| pairs.iter().any(|(one, _)| **one == *key);
        let gone = old.iter().filter(|(key, _)| !is_in(new, key));
        let fresh = new.iter().filter(|pair| !old.contains(pair));
        match attribute {
            Attribute::Options => {
                let told: Vec<String> = fresh
                    .map(|(key, value)| format!("{key} = {value}"))
                    .chain(gone.map(|(key, _)| key.to_string()))
                    .collect();
                statements.push(format!("ALTER {name} ({})", told.join(", ")));
            }
            Attribute::Mappings => {
                statements.extend(gone.map(|(token, _)| format!("ALTER {name} DROP MAPPING FOR {token}")));
                statements.extend(fresh.map(|(token, list)| {
                    let verb = if is_in(old, token) { "ALTER" } else { "ADD" };
                    format!("ALTER {name} {verb} MAPPING FOR {token} WITH {list}")
                }));
            }
            _ => return Alteration::remake(format!("PostgreSQL cannot alter it: {attribute}.")),
        }
    }
    Alteration::of(statements)
}
