//! The database itself: its limits and its settings. Its encoding and its locale are for ever.

use super::{Alteration, Family, Pair, nothing, settings};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::Name;

pub(super) const FAMILY: Family =
    Family { kinds: &[Kind::Database], create: |_, _| Vec::new(), complete: nothing, alter, drop: |_| Vec::new() };

fn alter(pair: Pair<'_>) -> Alteration {
    let Pair { from, to, .. } = pair;
    let mut statements = Vec::new();
    if pair.differs(Attribute::ConnectionLimit) {
        let limit = to.number(Attribute::ConnectionLimit).unwrap_or(-1);
        statements.push(format!("ALTER DATABASE {} CONNECTION LIMIT {limit}", to.id.name));
    }
    let (old, new) = (from.list(Attribute::Settings), to.list(Attribute::Settings));
    let name_of = |setting: &Name| setting.split_once('=').map_or(setting.to_string(), |(name, _)| name.to_owned());
    for gone in old.iter().filter(|one| !new.iter().any(|other| name_of(other) == name_of(one))) {
        let (target, setting) = target(gone, &to.id.name);
        let name = setting.split_once('=').map_or(setting, |(name, _)| name);
        statements.push(format!("{target} RESET {name}"));
    }
    for fresh in new.iter().filter(|one| !old.contains(one)) {
        let (target, setting) = target(fresh, &to.id.name);
        statements.push(format!("{target} SET {}", settings::assignment(setting)));
    }
    let unreachable = if pair.differs(Attribute::Properties) { vec![Attribute::Properties] } else { Vec::new() };
    Alteration { statements, unreachable, remake: None }
}

/// Whose setting it is: the database's, or a role's in it (`IN ROLE name setting=value`).
fn target<'t>(setting: &'t str, database: &str) -> (String, &'t str) {
    let of_role = setting.strip_prefix("IN ROLE ").and_then(|rest| {
        let end = match rest.strip_prefix('"') {
            Some(inner) => inner.find("\" ").map(|end| end + 2),
            None => rest.find(' '),
        }?;
        Some((&rest[..end], &rest[end + 1..]))
    });
    match of_role {
        Some((role, setting)) => (format!("ALTER ROLE {role} IN DATABASE {database}"), setting),
        None => (format!("ALTER DATABASE {database}"), setting),
    }
}
