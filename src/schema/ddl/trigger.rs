//! Triggers of relations.

use super::{Alteration, Family, Pair, drop_plain, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family = Family { kinds: &[Kind::Trigger], create, complete: nothing, alter, drop };

/// A partition's copy of its parent's trigger is made with the parent's, and only switched on or off.
fn is_copy(trigger: &Object) -> bool {
    trigger.flag(Attribute::Inherited)
}

fn create(trigger: &Object, _: &Snapshot) -> Vec<String> {
    let mut statements: Vec<String> = trigger.text(Attribute::Definition).map(str::to_owned).into_iter().collect();
    if trigger.get(Attribute::Enabled).is_some() {
        statements.push(switch(trigger));
    }
    statements
}

fn drop(trigger: &Object) -> Vec<String> {
    if !is_copy(trigger) {
        return drop_plain(trigger);
    }
    let table = trigger.id.whole().unwrap_or_default();
    vec![format!("ALTER TABLE {table} ENABLE TRIGGER {}", quoted(&trigger.id.name))]
}

fn switch(trigger: &Object) -> String {
    let verb = match trigger.text(Attribute::Enabled) {
        Some("disabled") => "DISABLE",
        Some("replica") => "ENABLE REPLICA",
        Some("always") => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    format!("ALTER TABLE {} {verb} TRIGGER {}", trigger.id.whole().unwrap_or_default(), quoted(&trigger.id.name))
}

fn alter(pair: Pair<'_>) -> Alteration {
    if let Some(remade) = pair.remade_by(&[Attribute::Definition, Attribute::Inherited]) {
        return remade;
    }
    Alteration::of(if pair.differs(Attribute::Enabled) { vec![switch(pair.to)] } else { Vec::new() })
}
