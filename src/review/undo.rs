//! What a rollback owes its migration: what it would have to undo, and does not.
//!
//! Both files are followed statement by statement, the migration's first, with every object that they speak of: it may be
//! made, renamed, moved, replaced and dropped, and another may then have its name. What the migration has made must be
//! gone in the end, what it has dropped be there again, and what it has changed be changed again, and otherwise.

mod follow;
mod rights;
mod text;
mod world;

use std::fmt;

use rustc_hash::FxHashMap;

use follow::{Followed, Mark, Rows};
use world::{Entity, Id, Origin, Phase, Scope};

use super::deed::{Block, Deed, How, Thing};
use super::sql::Sql;
use crate::migration::table::TableName;

/// Something that a migration does and its rollback does not undo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debt {
    /// How it fails.
    pub kind: DebtKind,
    /// What it is about.
    pub what: String,
}

/// How a rollback fails to undo something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DebtKind {
    /// What was made stays.
    Left,
    /// What was dropped or replaced does not come back.
    Missing,
    /// What was changed stays changed.
    Changed,
    /// What was there before is dropped.
    Excess,
    /// Rows are gone, and nothing in the file brings them back.
    Lost,
    /// What was made stays, as no statement could take it away.
    Fixed,
}

impl DebtKind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 6] = [Self::Left, Self::Missing, Self::Changed, Self::Excess, Self::Lost, Self::Fixed];
}

impl fmt::Display for DebtKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Left => "leaves what the migration makes:",
            Self::Missing => "does not make again what the migration drops or replaces:",
            Self::Changed => "does not put back what the migration changes:",
            Self::Excess => "drops what the migration has not made:",
            Self::Lost => "cannot bring back",
            Self::Fixed => "leaves what no statement takes away:",
        })
    }
}

/// What the statements of a rollback do not undo of those of its migration.
pub fn debts(up: &Sql, down: &Sql, history: &TableName) -> Vec<Debt> {
    let mut followed = Followed::default();
    followed.take(up, Phase::Up, history);
    let fates: Vec<Fate> = followed.world.entities.iter().map(Fate::of).collect();
    followed.take(down, Phase::Down, history);
    let ledger = Ledger { followed: &followed, fates };
    let mut debts = ledger.objects();
    debts.extend(ledger.marks());
    debts.extend(rights::debts(&followed));
    debts.extend(ledger.rows());
    // A block that puts its statements together as it runs may undo anything but the loss of rows.
    if down.with_inner().iter().any(|one| one.deed == Deed::Do(Block::Opaque)) {
        debts.retain(|debt| debt.kind == DebtKind::Lost);
    }
    debts
}

/// What the migration has made of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It was not there before, and is.
    Made,
    /// It was there, and is not.
    Dropped,
    /// It went with another.
    Gone,
    /// It is as it was, but for its name and its settings.
    Kept,
}

impl Fate {
    fn of(entity: &Entity<'_>) -> Self {
        match (entity.is_new(), entity.alive) {
            (true, true) => Self::Made,
            (false, true) => Self::Kept,
            (false, false) if entity.dropped_by_name.is_some() => Self::Dropped,
            _ => Self::Gone,
        }
    }
}

struct Ledger<'f, 'a> {
    followed: &'f Followed<'a>,
    /// Of the objects that the migration knows.
    fates: Vec<Fate>,
}

impl<'a> Ledger<'_, 'a> {
    fn entity(&self, id: Id) -> &Entity<'a> {
        &self.followed.world.entities[id]
    }

    fn fate(&self, id: Id) -> Fate {
        self.fates.get(id).copied().unwrap_or(Fate::Kept)
    }

    /// Whether there is another in the end where an object was at first.
    fn comes_back(&self, id: Id) -> bool {
        let world = &self.followed.world;
        let gone = self.entity(id);
        if gone.place.class == "function" && !gone.first.name.contains('(') {
            return world.entities.iter().any(|one| {
                one.alive && one.place.class == "function" && text::bare(&one.place.name) == gone.first.name
            });
        }
        let Some(there) = world.is_at(&gone.first) else { return self.comes_unnamed(id) };
        let there = &world.entities[there];
        !there.is_new() || there.replaced[Phase::Down as usize] || there.place != there.first
    }

    /// Whether a constraint comes back for which the server has a name of its own.
    fn comes_unnamed(&self, id: Id) -> bool {
        let gone = self.entity(id);
        self.followed.world.entities.iter().any(|one| {
            one.unnamed
                && one.origin == Origin::Made(Phase::Down)
                && one.place.class == gone.place.class
                && one.table == gone.table
                && ending(&one.place.name) == ending(&gone.place.name)
        })
    }

    /// Whether an object that nobody has named is dropped by the name that the server gave it.
    fn goes_by_another_name(&self, id: Id) -> bool {
        let made = self.entity(id);
        made.unnamed
            && self.followed.world.entities.iter().any(|one| {
                one.dropped_by_name == Some(Phase::Down)
                    && one.origin == Origin::Before
                    && one.place.class == made.place.class
                    && one.place.scope == made.place.scope
                    && ending(&one.place.name) == ending(&made.place.name)
            })
    }

    fn objects(&self) -> Vec<Debt> {
        let mut debts = Vec::new();
        for (id, fate) in self.fates.iter().enumerate() {
            let entity = self.entity(id);
            if entity.is_of_no_account {
                continue;
            }
            let [replaced_up, replaced_down] = entity.replaced;
            let kind = match fate {
                Fate::Made if !entity.alive || self.goes_by_another_name(id) || self.is_part_of_what_is_left(id) => {
                    continue;
                }
                Fate::Made if entity.unsure && replaced_down => continue,
                Fate::Made if entity.unsure => DebtKind::Missing,
                Fate::Made => DebtKind::Left,
                Fate::Dropped => {
                    // A part of what the migration itself has made is no loss.
                    let goes_with_table = entity.table.is_some_and(|table| self.fate(table) != Fate::Kept);
                    // It was dropped in case it was there, and is there.
                    let remade = entity.unsure && self.is_remade(id);
                    if goes_with_table || remade || self.comes_back(id) {
                        continue;
                    }
                    DebtKind::Missing
                }
                Fate::Kept if replaced_up && !replaced_down && entity.alive => DebtKind::Missing,
                // Another, made anew, has its name.
                Fate::Kept if entity.alive && self.is_made_anew(id) => continue,
                Fate::Kept if entity.alive && entity.place != entity.first => {
                    debts.push(Debt { kind: DebtKind::Changed, what: self.renamed(id) });
                    continue;
                }
                Fate::Kept if self.is_excess(id) => DebtKind::Excess,
                _ => continue,
            };
            debts.push(Debt { kind, what: self.followed.world.label(id) });
        }
        debts.extend(self.excess());
        debts
    }

    /// Tables that the rollback drops, and of which the migration does not even speak.
    fn excess(&self) -> impl Iterator<Item = Debt> {
        let unspoken = self.fates.len()..self.followed.world.entities.len();
        let dropped = unspoken.filter(|id| self.is_excess(*id) && !self.entity(*id).unsure && !self.followed.is_opaque);
        dropped.map(|id| Debt { kind: DebtKind::Excess, what: self.followed.world.label(id) })
    }

    /// Whether it belongs to something that is left, too, and need not be told beside it.
    fn is_part_of_what_is_left(&self, id: Id) -> bool {
        let entity = self.entity(id);
        let is_left =
            |id: Id| self.fate(id) == Fate::Made && self.entity(id).alive && !self.entity(id).is_of_no_account;
        let column = |name: &String| {
            let place = entity.table.map(|table| world::World::of_table(table, "column", name));
            place.and_then(|place| self.followed.world.is_at(&place)).is_some_and(is_left)
        };
        entity.table.is_some_and(is_left) || (entity.unnamed && entity.columns.iter().any(column))
    }

    /// Whether the rollback has made another where an object was at first.
    fn is_made_anew(&self, id: Id) -> bool {
        let world = &self.followed.world;
        let there = world.is_at(&self.entity(id).first);
        there.is_some_and(|there| world.entities[there].origin == Origin::Made(Phase::Down))
    }

    fn is_remade(&self, id: Id) -> bool {
        let first = &self.entity(id).first;
        self.fates.iter().enumerate().any(|(other, fate)| *fate == Fate::Made && self.entity(other).first == *first)
    }

    fn is_excess(&self, id: Id) -> bool {
        let entity = self.entity(id);
        entity.thing == Thing::Table
            && entity.origin == Origin::Before
            && entity.dropped_by_name == Some(Phase::Down)
            && self.followed.world.is_at(&entity.first).is_none()
    }

    fn renamed(&self, id: Id) -> String {
        let entity = self.entity(id);
        let what = if entity.place.name == entity.first.name { "schema" } else { "name" };
        let now = match &entity.place.scope {
            Scope::Schema(schema) if entity.place.name == entity.first.name => schema,
            _ => &entity.place.name,
        };
        format!("the {what} of the {}, which is {now} now", self.followed.world.label(id))
    }

    /// What was changed of what was there and is there.
    fn marks(&self) -> Vec<Debt> {
        let mut debts = Vec::new();
        type Marks<'m> = [Vec<&'m Mark>; 2];
        let mut marks: FxHashMap<(Id, &str), Marks<'_>> = FxHashMap::default();
        for mark in &self.followed.marks {
            marks.entry((mark.id, &mark.what)).or_default()[mark.phase as usize].push(mark);
        }
        for mark in self.followed.marks.iter().filter(|mark| mark.phase == Phase::Up) {
            // Those of one thing are told of once.
            let Some([up, down]) = marks.remove(&(mark.id, mark.what.as_str())) else { continue };
            let entity = self.entity(mark.id);
            let table_is_kept =
                entity.table.is_none_or(|table| self.fate(table) == Fate::Kept && self.entity(table).alive);
            let is_kept = self.fate(mark.id) == Fate::Kept && entity.alive && !entity.replaced[Phase::Down as usize];
            if self.is_made_anew(mark.id) || !is_kept || !table_is_kept || entity.is_of_no_account {
                continue;
            }
            let is_undone_here = up.len() > 1
                && up
                    .first()
                    .zip(up.last())
                    .is_some_and(|(first, last)| first.on.is_some() && last.on.is_some() && first.on != last.on);
            let last = up.last().map(|mark| mark.to.as_str());
            let is_put_back = down.last().is_some_and(|mark| Some(mark.to.as_str()) != last || mark.to.is_empty());
            // What it is about goes itself, or comes back.
            let is_settled = mark.about.is_some_and(|about| match self.fate(about) {
                Fate::Made => !self.entity(about).alive,
                Fate::Dropped | Fate::Gone => self.comes_back(about),
                Fate::Kept => false,
            });
            if is_undone_here || is_put_back || is_settled {
                continue;
            }
            let mentions = |id: Id| text::mentions(&mark.to, text::bare(&self.entity(id).first.name));
            let mut gone =
                self.fates.iter().enumerate().filter(|(id, fate)| **fate == Fate::Made && !self.entity(*id).alive);
            if !gone.any(|(id, _)| mentions(id)) {
                debts.push(Debt { kind: mark.kind, what: self.told(mark) });
            }
        }
        debts
    }

    fn told(&self, mark: &Mark) -> String {
        let (world, entity) = (&self.followed.world, self.entity(mark.id));
        let name = world.name(mark.id);
        match mark.what.as_str() {
            "" => world.label(mark.id),
            what if mark.kind == DebtKind::Fixed => format!("the {what} of {name}"),
            "nullability" => format!("whether {name} may be null"),
            what if entity.place.class == "relation" || entity.place.class == "column" => {
                format!("the {what} of {name}")
            }
            what => format!("the {what} of the {}", world.label(mark.id)),
        }
    }

    /// Rows that come stay, or that go do not come back.
    fn rows(&self) -> Vec<Debt> {
        let mut debts = Vec::new();
        let world = &self.followed.world;
        let down = |id: Id, fits: &dyn Fn(&Rows) -> bool| {
            self.followed.rows.iter().any(|rows| rows.phase == Phase::Down && rows.table == id && fits(rows))
        };
        let brings = |rows: &Rows| matches!(rows.how, Some(How::Insert | How::Copy | How::Merge));
        for rows in self.followed.rows.iter().filter(|rows| rows.phase == Phase::Up) {
            let entity = self.entity(rows.table);
            if self.fate(rows.table) != Fate::Kept || entity.is_of_no_account || !entity.alive {
                continue;
            }
            let name = world.name(rows.table);
            let (settled, kind, what) = match rows.how {
                Some(How::Insert | How::Copy | How::Merge) => (
                    down(rows.table, &|rows| !brings(rows) || rows.how == Some(How::Merge)),
                    DebtKind::Left,
                    format!("rows of {name}"),
                ),
                Some(How::Update) => {
                    let column = |id: &Id| self.fate(*id) == Fate::Made && !self.entity(*id).alive;
                    let goes = !rows.columns.is_empty() && rows.columns.iter().all(column);
                    (
                        goes || down(rows.table, &|_| true),
                        DebtKind::Lost,
                        format!("what an UPDATE overwrites in {name}"),
                    )
                }
                Some(How::Delete) | None => (down(rows.table, &brings), DebtKind::Lost, format!("the data of {name}")),
            };
            if !settled {
                debts.push(Debt { kind, what });
            }
        }
        for (id, fate) in self.fates.iter().enumerate() {
            let entity = self.entity(id);
            if *fate != Fate::Dropped || entity.is_of_no_account {
                continue;
            }
            let is_column = entity.place.class == "column";
            let holds_rows = match entity.table.filter(|_| is_column) {
                Some(table) => self.fate(table) == Fate::Kept,
                None => matches!(entity.thing, Thing::Table | Thing::Schema),
            };
            let is_back = |there: Id| {
                let one = &world.entities[there];
                // A copy that was put aside has its old name again.
                if one.is_new() || one.place != one.first {
                    return one.place != one.first;
                }
                let is_written = match entity.table.filter(|_| is_column) {
                    Some(table) => down(table, &|rows| match rows.how {
                        Some(How::Update) => rows.columns.contains(&there),
                        how => how.is_some_and(|how| how != How::Delete),
                    }),
                    None => down(there, &brings),
                };
                one.filled || one.origin == Origin::Before || is_written
            };
            if holds_rows && !world.is_at(&entity.first).is_some_and(is_back) {
                debts.push(Debt { kind: DebtKind::Lost, what: format!("the data of {}", world.name(id)) });
            }
        }
        debts
    }
}

/// How a name ends that the server gave: `key`, `fkey`, `check`, without a number.
fn ending(name: &str) -> &str {
    name.rsplit('_').next().unwrap_or_default().trim_end_matches(|one: char| one.is_ascii_digit())
}

#[cfg(test)]
mod tests;
