//! What a rollback owes its migration: what it would have to undo, and does not.

mod acts;

use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};

use acts::{Act, Key, Names, Way, acts};

use super::deed::{Aspect, Block, Deed, Grant, How, Thing, Verb, Write};
use super::sql::Statement;
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
    /// Rows are gone, and nothing in the file brings them back.
    Lost,
    /// What was made stays, as no statement could take it away.
    Fixed,
}

impl DebtKind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::Left, Self::Missing, Self::Changed, Self::Lost, Self::Fixed];
}

impl fmt::Display for DebtKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Left => "leaves what the migration makes:",
            Self::Missing => "does not make again what the migration drops or replaces:",
            Self::Changed => "does not put back what the migration changes:",
            Self::Lost => "cannot bring back",
            Self::Fixed => "leaves what no statement takes away:",
        })
    }
}

/// What the statements of a rollback do not undo of those of its migration.
pub fn debts(up: &[Statement], down: &[Statement], history: &TableName) -> Vec<Debt> {
    let names = Names::of(up.iter().chain(down));
    let ledger = Ledger { up: Facts::of(up, &names), down: Facts::of(down, &names), names: &names, history };
    let mut debts = ledger.objects();
    debts.extend(up.iter().flat_map(|statement| ledger.statement(&statement.deed)));
    // A block that puts its statements together as it runs may undo anything but the loss of rows.
    if down.iter().any(|one| one.deed == Deed::Do(Block::Opaque)) {
        debts.retain(|debt| debt.kind == DebtKind::Lost);
    }
    debts
}

/// What has become of an object in the end of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It was not there, and is.
    Made,
    /// It is there, and perhaps another was before.
    Replaced,
    /// It is there, and another was before.
    Swapped,
    /// It was there, and is not.
    Dropped,
}

/// What a file does, object by object.
struct Facts<'a> {
    acts: Vec<Act<'a>>,
    fates: FxHashMap<Key, Fate>,
    drops: FxHashSet<Key>,
    makes: FxHashSet<Key>,
    deeds: Vec<&'a Deed>,
    cascades: bool,
}

impl<'a> Facts<'a> {
    fn of(statements: &'a [Statement], names: &Names) -> Self {
        let deeds: Vec<&Deed> = statements.iter().map(|statement| &statement.deed).collect();
        let acts = acts(&deeds, names);
        let (mut fates, mut drops, mut makes) = (FxHashMap::default(), FxHashSet::default(), FxHashSet::default());
        for act in &acts {
            let before: Option<Fate> = fates.get(&act.key).copied();
            let after = match (act.way, before) {
                (Way::Make, None) => Some(Fate::Made),
                (Way::Replace, None) => Some(Fate::Replaced),
                (Way::Make | Way::Replace, Some(Fate::Dropped)) if act.was_unsure => Some(Fate::Replaced),
                (Way::Make | Way::Replace, Some(Fate::Dropped)) => Some(Fate::Swapped),
                (Way::Make | Way::Replace, before) => before,
                (Way::Drop, Some(Fate::Made)) => None,
                (Way::Drop, _) => Some(Fate::Dropped),
            };
            match act.way {
                Way::Drop => drops.insert(act.key.clone()),
                Way::Make | Way::Replace => makes.insert(act.key.clone()),
            };
            match after {
                Some(fate) => fates.insert(act.key.clone(), fate),
                None => fates.remove(&act.key),
            };
        }
        let cascades = deeds.iter().any(|deed| matches!(deed, Deed::Drop(drop) if drop.cascade));
        Facts { acts, fates, drops, makes, deeds, cascades }
    }

    fn has_made(&self, key: &Key) -> bool {
        self.fates.get(key) == Some(&Fate::Made)
    }

    fn touches(&self, key: &Key) -> bool {
        self.drops.contains(key) || self.makes.contains(key)
    }

    /// Whether something of this place is dropped or made, whatever kind it is of.
    fn touches_any(&self, key: &Key) -> bool {
        self.drops.iter().chain(&self.makes).any(|other| other.schema == key.schema && other.name == key.name)
    }
}

struct Ledger<'a> {
    up: Facts<'a>,
    down: Facts<'a>,
    names: &'a Names,
    history: &'a TableName,
}

impl Ledger<'_> {
    /// What is made stays, or what is dropped does not come back.
    fn objects(&self) -> Vec<Debt> {
        let mut debts = Vec::new();
        let mut told = FxHashSet::default();
        for act in &self.up.acts {
            let Some(fate) = self.up.fates.get(&act.key) else { continue };
            if !told.insert(&act.key) {
                continue;
            }
            let goes = || {
                self.down.drops.contains(&act.key)
                    || act.owners().any(|owner| self.down.drops.contains(&owner))
                    || self.goes_with_another(act)
            };
            let comes =
                || self.down.makes.contains(&act.key) || act.owners().any(|owner| self.down.makes.contains(&owner));
            let (settled, kind) = match fate {
                Fate::Made => (goes(), DebtKind::Left),
                Fate::Replaced => (goes() || comes(), DebtKind::Missing),
                Fate::Swapped | Fate::Dropped => (comes() || self.comes_unnamed(act), DebtKind::Missing),
            };
            if !settled {
                debts.push(Debt { kind, what: act.label() });
            }
        }
        debts
    }

    /// Whether what was made goes with something that the rollback drops.
    fn goes_with_another(&self, act: &Act<'_>) -> bool {
        let loses = |column: &String| act.table.as_ref().is_some_and(|table| self.drops_column(table, Some(column)));
        let any_column = || act.table.as_ref().is_some_and(|table| self.drops_column(table, None));
        match act.key.kind {
            "constraint" => {
                let unnamed =
                    act.key.name.is_empty() && act.table.as_ref().is_some_and(|table| self.drops_constraint(table));
                let with_column = if act.columns.is_empty() { any_column() } else { act.columns.iter().any(loses) };
                unnamed || with_column || self.down.cascades
            }
            "index" => act.columns.iter().any(loses),
            // One that is owned goes with its column.
            "sequence" => {
                let altered = self.up.deeds.iter().any(|deed| {
                    matches!(deed, Deed::Alter(change)
                    if change.kind == "sequence" && self.names.of_change(change) == act.key)
                });
                altered && self.down.drops.iter().any(|key| matches!(key.kind, "table" | "column"))
            }
            "table" => act.is_view() && self.down.cascades,
            "trigger" | "policy" | "rule" | "column" => self.down.cascades,
            _ => false,
        }
    }

    fn drops_column(&self, table: &Key, column: Option<&String>) -> bool {
        let place = table.place();
        self.down.drops.iter().any(|key| {
            key.kind == "column"
                && key.schema == place
                && column.is_none_or(|column| key.name == self.names.column(table, column))
        })
    }

    fn drops_constraint(&self, table: &Key) -> bool {
        let place = table.place();
        self.down.drops.iter().any(|key| key.kind == "constraint" && key.schema == place)
    }

    /// Whether a constraint comes back under the name that the server gives it.
    fn comes_unnamed(&self, act: &Act<'_>) -> bool {
        act.key.kind == "constraint" && self.down.makes.contains(&Key { name: String::new(), ..act.key.clone() })
    }

    /// What a statement changes, beside what it makes and drops.
    fn statement(&self, deed: &Deed) -> Vec<Debt> {
        let debt = |kind, what| vec![Debt { kind, what }];
        match deed {
            Deed::AlterTable(..) => self.table(deed),
            Deed::Drop(drop) if matches!(drop.thing, Thing::Table | Thing::Schema) => {
                let lost = drop.names.iter().filter(|name| {
                    let key = self.names.key(drop.thing.word(), name);
                    self.up.fates.get(&key) == Some(&Fate::Dropped) && !self.brings_rows(&key)
                });
                lost.map(|name| Debt { kind: DebtKind::Lost, what: format!("the data of {name}") }).collect()
            }
            Deed::Write(write) => self.write(write).into_iter().collect(),
            Deed::Truncate(tables) => {
                let keys = tables.iter().map(|table| (self.names.key("table", table), table));
                let lost = keys.filter(|(key, _)| !self.is_new_or_own(key) && !self.brings_rows(key));
                lost.map(|(_, table)| Debt { kind: DebtKind::Lost, what: format!("the data of {table}") }).collect()
            }
            Deed::AddEnumValue(kind, value) => {
                let key = self.names.key("type", kind);
                let replaced = self.down.deeds.iter().any(|deed| {
                    matches!(deed, Deed::Alter(change)
                    if change.kind == "type" && change.renamed.is_some() && self.names.of_change(change) == key)
                });
                let is_settled = self.up.has_made(&key) || self.down.touches(&key) || replaced;
                if is_settled { Vec::new() } else { debt(DebtKind::Fixed, format!("the value '{value}' of {kind}")) }
            }
            Deed::Grant(grant) => self.grant(grant).into_iter().collect(),
            Deed::AlterViewInvoker(view, _) => self.other("view", self.names.key("view", view), view.to_string()),
            Deed::AlterRoutine(change) => {
                self.other("function", self.names.key("function", &change.name), change.name.to_string())
            }
            Deed::AlterPolicy(policy) => {
                let key = self.names.of_policy(policy);
                self.other("policy", key, format!("{} on {}", policy.name, policy.table))
            }
            Deed::Alter(change) => {
                let key = self.names.of_change(change);
                match change.verb {
                    Verb::Alter => self.other(&change.kind, key, change.name.clone()),
                    Verb::Create | Verb::Drop => {
                        let wanted = if change.verb == Verb::Create { Verb::Drop } else { Verb::Create };
                        let is_undone = self.down.deeds.iter().any(|deed| {
                            matches!(deed, Deed::Alter(other)
                            if other.verb == wanted && other.kind == change.kind && other.name == change.name)
                        });
                        let kind = if change.verb == Verb::Create { DebtKind::Left } else { DebtKind::Missing };
                        if is_undone { Vec::new() } else { debt(kind, format!("{} {}", change.kind, change.name)) }
                    }
                }
            }
            _ => Vec::new(),
        }
    }

    /// A change that any other change of the same object may put back.
    fn other(&self, word: &str, key: Key, name: String) -> Vec<Debt> {
        let is_settled = self.up.has_made(&key)
            || self.down.touches_any(&key)
            || self.down.deeds.iter().any(|deed| match deed {
                Deed::Alter(change) => self.names.of_change(change) == key,
                Deed::AlterViewInvoker(view, _) => self.names.key("view", view) == key,
                Deed::AlterRoutine(change) => self.names.key("function", &change.name) == key,
                Deed::AlterPolicy(policy) => self.names.of_policy(policy) == key,
                Deed::AlterTable(table, _) => self.names.key(key.kind, table) == key,
                _ => false,
            });
        if is_settled {
            return Vec::new();
        }
        vec![Debt { kind: DebtKind::Changed, what: format!("{word} {name}").trim_end().to_owned() }]
    }

    fn table(&self, deed: &Deed) -> Vec<Debt> {
        use super::deed::TableChange as Change;
        let Deed::AlterTable(table, changes) = deed else { return Vec::new() };
        let key = self.names.key("table", table);
        if self.up.has_made(&key) || self.down.touches_any(&key) && !self.up.drops.contains(&key) {
            return Vec::new();
        }
        let down = |wanted: &dyn Fn(&Change) -> bool| {
            self.down.deeds.iter().any(|deed| {
                matches!(deed, Deed::AlterTable(other, changes)
                if self.names.key("table", other) == key && changes.iter().any(wanted))
            })
        };
        let same = |one: &String, other: &String| self.names.column(&key, one) == self.names.column(&key, other);
        let column_key = |name: &String| self.names.column_key(&key, name);
        let mut debts = Vec::new();
        for change in changes {
            let mut changed = |undone: bool, what: String| {
                if !undone {
                    debts.push(Debt { kind: DebtKind::Changed, what });
                }
            };
            match change {
                Change::Rename(to) => {
                    let back = down(&|other| matches!(other, Change::Rename(back) if *back == table.name));
                    changed(back, format!("the name of {table}, which is {to} now"));
                }
                Change::SetSchema(to) => {
                    let back = down(&|other| matches!(other, Change::SetSchema(back) if back == table.schema()));
                    changed(back, format!("the schema of {table}, which is {to} now"));
                }
                Change::RenameColumn(from, to) => {
                    let back = down(&|other| matches!(other, Change::RenameColumn(_, back) if back == from));
                    let is_new = self.up.has_made(&column_key(from));
                    changed(back || is_new, format!("the name of {table}.{from}, which is {to} now"));
                }
                Change::RenameConstraint(from, to) => {
                    let back = down(&|other| match other {
                        Change::RenameConstraint(_, back) => back == from,
                        Change::DropConstraint { name, .. } => name == to,
                        _ => false,
                    });
                    changed(back, format!("the name of the constraint {from} of {table}, which is {to} now"));
                }
                Change::AlterColumn { name, aspect } => {
                    let back = down(&|other| match other {
                        Change::AlterColumn { name: other, aspect: back } => same(name, other) && back == aspect,
                        _ => false,
                    });
                    let column = column_key(name);
                    let is_new = self.up.has_made(&column) || self.down.touches(&column);
                    let what = match aspect {
                        Aspect::Type => format!("the type of {table}.{name}"),
                        Aspect::Default => format!("the default of {table}.{name}"),
                        Aspect::NotNull => format!("whether {table}.{name} may be null"),
                        Aspect::Other => format!("a setting of {table}.{name}"),
                    };
                    changed(back || is_new, what);
                }
                Change::EnableRls => {
                    changed(down(&|other| *other == Change::DisableRls), format!("row level security of {table}"));
                }
                Change::DisableRls => {
                    changed(down(&|other| *other == Change::EnableRls), format!("row level security of {table}"));
                }
                Change::Setting | Change::Detach(_) => {
                    // A part that is attached goes with its own table.
                    let drops_table = self.down.drops.iter().any(|key| key.kind == "table");
                    let back = down(&|other| matches!(other, Change::Setting | Change::Detach(_)));
                    changed(back || drops_table, format!("a setting of {table}"));
                }
                Change::DropColumn { name, .. } => {
                    let column = column_key(name);
                    let is_gone = self.up.fates.get(&column) == Some(&Fate::Dropped);
                    if is_gone && !self.writes(&key, &|how| how != How::Delete) {
                        debts.push(Debt { kind: DebtKind::Lost, what: format!("the data of {table}.{name}") });
                    }
                }
                _ => {}
            }
        }
        debts
    }

    fn write(&self, write: &Write) -> Option<Debt> {
        let key = self.names.key("table", &write.table);
        if self.is_new_or_own(&key) {
            return None;
        }
        let table = &write.table;
        let (kind, what) = match write.how {
            How::Delete => {
                let is_back = self.brings_rows(&key);
                return (!is_back).then(|| Debt { kind: DebtKind::Lost, what: format!("the data of {table}") });
            }
            How::Insert | How::Copy | How::Merge => (DebtKind::Left, format!("rows of {table}")),
            How::Update => (DebtKind::Lost, format!("what an UPDATE overwrites in {table}")),
        };
        let new_column = self.up.fates.iter().any(|(column, fate)| {
            column.kind == "column"
                && column.schema == key.place()
                && *fate == Fate::Made
                && self.down.drops.contains(column)
        });
        let is_settled = self.down.touches_any(&key)
            || self.writes(&key, &|_| true)
            || self.truncates(&key)
            || (write.how == How::Update && new_column);
        (!is_settled).then_some(Debt { kind, what })
    }

    /// Whether a table is the migration's own, so that its rows go with it, or keeps the history.
    fn is_new_or_own(&self, key: &Key) -> bool {
        self.up.has_made(key) || key.name == self.history.table || self.names.is_temporary(key)
    }

    /// Whether the rollback writes rows of a table.
    fn writes(&self, key: &Key, fits: &dyn Fn(How) -> bool) -> bool {
        self.down.deeds.iter().any(|deed| {
            matches!(deed, Deed::Write(write) if fits(write.how) && self.names.key("table", &write.table) == *key)
        })
    }

    fn truncates(&self, key: &Key) -> bool {
        self.down.deeds.iter().any(|deed| {
            matches!(deed, Deed::Truncate(tables) if tables.iter().any(|table| self.names.key("table", table) == *key))
        })
    }

    /// Whether the rollback puts rows back into a table: it writes them, makes it from a query, or renames a copy.
    fn brings_rows(&self, key: &Key) -> bool {
        let is_copy = self.down.deeds.iter().any(|deed| match deed {
            Deed::CreateTable(table) => {
                table.parts.is_empty() && !table.partition && self.names.key("table", &table.name) == *key
            }
            Deed::AlterTable(table, changes) => {
                self.names.key("table", table) == *key
                    && changes.iter().any(|change| matches!(change, super::deed::TableChange::Rename(_)))
            }
            _ => false,
        });
        is_copy || self.writes(key, &|how| !matches!(how, How::Delete | How::Update))
    }

    fn grant(&self, grant: &Grant) -> Option<Debt> {
        let keys: Vec<Key> = grant.on.iter().map(|on| self.names.key("", on)).collect();
        let is_of = |facts: &Facts<'_>, key: &Key| facts.touches_any(key);
        if !keys.is_empty() && keys.iter().all(|key| is_of(&self.down, key) || self.is_made_here(key)) {
            return None;
        }
        let is_back = |role: &String| {
            let dropped = self.down.drops.iter().any(|key| key.kind == "role" && key.name == *role);
            dropped
                || self.down.deeds.iter().any(|deed| {
                    matches!(deed, Deed::Grant(other)
                    if other.revoke != grant.revoke
                        && other.by_default == grant.by_default
                        && other.roles.contains(role)
                        && (other.on.is_empty() || keys.is_empty()
                            || other.on.iter().any(|on| keys.contains(&self.names.key("", on)))))
                })
        };
        let role = grant.roles.iter().find(|role| !is_back(role))?;
        let on: Vec<String> = grant.on.iter().map(ToString::to_string).collect();
        let on = if on.is_empty() { String::new() } else { format!(" on {}", on.join(", ")) };
        Some(Debt { kind: DebtKind::Changed, what: format!("the rights of {role}{on}") })
    }

    fn is_made_here(&self, key: &Key) -> bool {
        self.up
            .fates
            .iter()
            .any(|(made, fate)| *fate == Fate::Made && made.schema == key.schema && made.name == key.name)
    }
}
