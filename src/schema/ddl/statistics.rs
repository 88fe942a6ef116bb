//! Extended statistics objects.

use super::{Alteration, Family, Pair, drop_plain, nothing};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family =
    Family { kinds: &[Kind::Statistics], create, complete: nothing, alter, drop: drop_plain };

fn create(statistics: &Object, _: &Snapshot) -> Vec<String> {
    let mut statements: Vec<String> = statistics.text(Attribute::Definition).map(str::to_owned).into_iter().collect();
    if statistics.get(Attribute::StatisticsTarget).is_some() {
        statements.push(target(statistics));
    }
    statements
}

fn target(statistics: &Object) -> String {
    let target = statistics.number(Attribute::StatisticsTarget).unwrap_or(-1);
    format!("ALTER STATISTICS {} SET STATISTICS {target}", statistics.id)
}

fn alter(pair: Pair<'_>) -> Alteration {
    if let Some(remade) = pair.remade_by(&[Attribute::Definition]) {
        return remade;
    }
    Alteration::of(if pair.differs(Attribute::StatisticsTarget) { vec![target(pair.to)] } else { Vec::new() })
}
