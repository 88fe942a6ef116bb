//! Rights that a migration gives or takes away, and its rollback does not.

use super::follow::{Followed, Right};
use super::world::{Id, Origin, Phase};
use super::{Debt, DebtKind};

/// One right: whose, which, and on what.
#[derive(Debug, Clone, PartialEq)]
struct One<'a> {
    role: &'a str,
    /// None for all of them.
    privilege: Option<&'a str>,
    target: Target<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Target<'a> {
    Object(Id),
    /// All there is of a kind in a schema, or will be.
    Schema(Option<&'a str>, bool, &'a str),
    /// Another role.
    Member,
}

impl One<'_> {
    /// Whether the opposite of this takes that back.
    fn undoes(&self, other: &One<'_>) -> bool {
        let is_same = self.role == other.role && self.target == other.target;
        is_same && (self.privilege.is_none() || self.privilege == other.privilege)
    }
}

fn each<'a>(right: &Right<'a>) -> Vec<One<'a>> {
    let grant = right.grant;
    let targets: Vec<Target<'a>> = if !right.on.is_empty() {
        right.on.iter().map(|id| Target::Object(*id)).collect()
    } else if !grant.schemas.is_empty() {
        grant.schemas.iter().map(|schema| Target::Schema(Some(schema), grant.by_default, &grant.kind)).collect()
    } else if grant.by_default {
        vec![Target::Schema(None, true, &grant.kind)]
    } else {
        vec![Target::Member]
    };
    let privileges: Vec<Option<&str>> = match grant.privileges.as_slice() {
        [] => vec![None],
        some => some.iter().map(|one| Some(one.as_str()).filter(|one| *one != "all")).collect(),
    };
    let mut all = Vec::new();
    for role in &grant.roles {
        for target in &targets {
            all.extend(privileges.iter().map(|privilege| One { role, privilege: *privilege, target: *target }));
        }
    }
    all
}

/// What the rollback leaves of them.
pub(super) fn debts(followed: &Followed<'_>) -> Vec<Debt> {
    let rights = |phase| {
        let of_phase = followed.rights.iter().filter(move |right| right.phase == phase);
        of_phase.flat_map(|right| each(right).into_iter().map(move |one| (one, right.grant.revoke))).collect::<Vec<_>>()
    };
    let (up, down) = (rights(Phase::Up), rights(Phase::Down));
    let mut debts: Vec<Debt> = Vec::new();
    for (nth, (one, revoke)) in up.iter().enumerate() {
        let is_taken_back_here = up[nth + 1..].iter().any(|(later, other)| other != revoke && later == one);
        let takes_back = up[..nth].iter().any(|(earlier, other)| other != revoke && earlier == one);
        let is_undone = down.iter().any(|(other, back)| back != revoke && other.undoes(one));
        if is_taken_back_here || takes_back || is_undone || is_settled(followed, one) {
            continue;
        }
        let debt = Debt { kind: DebtKind::Changed, what: told(followed, one) };
        if !debts.contains(&debt) {
            debts.push(debt);
        }
    }
    debts
}

/// Whether the role, or what the right is on, comes or goes with the files.
fn is_settled(followed: &Followed<'_>, one: &One<'_>) -> bool {
    let world = &followed.world;
    let role = world
        .entities
        .iter()
        .any(|entity| entity.place.class == "role" && entity.first.name == one.role && !entity.alive);
    let target = match one.target {
        Target::Object(id) => {
            let entity = &world.entities[id];
            !entity.alive || entity.is_new() || entity.replaced[Phase::Down as usize] || entity.is_of_no_account
        }
        Target::Schema(Some(schema), ..) => world.entities.iter().any(|entity| {
            entity.place.class == "schema"
                && entity.first.name == schema
                && (!entity.alive || entity.origin != Origin::Before)
        }),
        _ => false,
    };
    role || target || followed.stripped.contains(&one.role)
}

fn told(followed: &Followed<'_>, one: &One<'_>) -> String {
    match one.target {
        Target::Object(id) => format!("the rights of {} on {}", one.role, followed.world.name(id)),
        Target::Schema(Some(schema), ..) => format!("the rights of {} in {schema}", one.role),
        Target::Schema(None, ..) => format!("the rights of {} on what will be made", one.role),
        Target::Member => format!("whether {} is in {}", one.role, one.privilege.unwrap_or_default()),
    }
}
