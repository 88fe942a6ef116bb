//! Row security policies.

use super::{Alteration, Family, Pair, drop_plain, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family { kinds: &[Kind::Policy], create, complete: nothing, alter, drop: drop_plain };

fn roles(policy: &Object) -> String {
    let roles = policy.list(Attribute::Roles);
    if roles.is_empty() { "PUBLIC".to_owned() } else { roles.join(", ") }
}

fn create(policy: &Object, _: &Snapshot) -> Vec<String> {
    let mut statement =
        format!("CREATE POLICY {} ON {}", quoted(&policy.id.name), policy.id.whole().unwrap_or_default());
    if policy.flag(Attribute::Restrictive) {
        statement.push_str(" AS RESTRICTIVE");
    }
    if let Some(command) = policy.text(Attribute::Command) {
        statement.push_str(&format!(" FOR {}", command.to_uppercase()));
    }
    statement.push_str(&format!(" TO {}", roles(policy)));
    for (attribute, words) in [(Attribute::Using, "USING"), (Attribute::Check, "WITH CHECK")] {
        if let Some(expression) = policy.text(attribute) {
            statement.push_str(&format!(" {words} ({expression})"));
        }
    }
    vec![statement]
}

fn alter(pair: Pair<'_>) -> Alteration {
    let to = pair.to;
    if let Some(remade) = pair.remade_by(&[Attribute::Command, Attribute::Restrictive]) {
        return remade;
    }
    let mut clauses = String::new();
    if pair.differs(Attribute::Roles) {
        clauses.push_str(&format!(" TO {}", roles(to)));
    }
    for (attribute, words) in [(Attribute::Using, "USING"), (Attribute::Check, "WITH CHECK")] {
        match to.text(attribute) {
            _ if !pair.differs(attribute) => {}
            Some(expression) => clauses.push_str(&format!(" {words} ({expression})")),
            None => return Alteration::remake(format!("A policy cannot lose its {words}.")),
        }
    }
    if clauses.is_empty() {
        return Alteration::default();
    }
    Alteration::of(vec![format!(
        "ALTER POLICY {} ON {}{clauses}",
        quoted(&to.id.name),
        to.id.whole().unwrap_or_default()
    )])
}
