//! Rewrite rules of relations.

use super::{Alteration, Family, Pair, drop_plain, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family { kinds: &[Kind::Rule], create, complete: nothing, alter, drop: drop_plain };

fn create(rule: &Object, _: &Snapshot) -> Vec<String> {
    let mut statements: Vec<String> = rule.text(Attribute::Definition).map(str::to_owned).into_iter().collect();
    if rule.get(Attribute::Enabled).is_some() {
        statements.push(switch(rule));
    }
    statements
}

fn switch(rule: &Object) -> String {
    let verb = match rule.text(Attribute::Enabled) {
        Some("disabled") => "DISABLE",
        Some("replica") => "ENABLE REPLICA",
        Some("always") => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    format!("ALTER TABLE {} {verb} RULE {}", rule.id.whole().unwrap_or_default(), quoted(&rule.id.name))
}

fn alter(pair: Pair<'_>) -> Alteration {
    let mut statements = Vec::new();
    if pair.differs(Attribute::Definition) {
        let definition = pair.to.text(Attribute::Definition).unwrap_or_default();
        statements.push(definition.replacen("CREATE RULE", "CREATE OR REPLACE RULE", 1));
    }
    if pair.differs(Attribute::Enabled) {
        statements.push(switch(pair.to));
    }
    Alteration::of(statements)
}
