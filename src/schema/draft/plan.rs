//! From one schema to another: what becomes of every object.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::DraftStatement;
use super::action::{Action, Step};
use super::circles::Circles;
use super::lookup::Lookup;
use super::order::ordered;
use super::parts::{is_foreign_key, is_type, mentions, parts, whole};
use super::statement::plain;
use crate::schema::attribute::Attribute;
use crate::schema::ddl::{self, Pair};
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::ObjectId;
use crate::schema::snapshot::Snapshot;

/// What becomes of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    Create,
    Drop,
    /// The statements that change it.
    Alter(Vec<String>),
    /// It is dropped and made again, because of itself or of what it needs.
    Remake,
}

pub(super) struct Plan<'s> {
    pub(super) left: &'s Snapshot,
    pub(super) right: &'s Snapshot,
    pub(super) left_names: Lookup<'s>,
    pub(super) right_names: Lookup<'s>,
    pub(super) left_circles: Circles<'s>,
    pub(super) right_circles: Circles<'s>,
    pub(super) fates: BTreeMap<ObjectId, Fate>,
    /// Columns whose values are brought to a type of the same name that is made anew.
    pub(super) retyped: BTreeSet<ObjectId>,
    /// Columns whose default must go before something else can.
    pub(super) released: BTreeSet<ObjectId>,
    /// Tables that are made anew with their rows, for the order of their columns.
    pub(super) rebuilt: BTreeSet<ObjectId>,
    pub(super) dependents: HashMap<&'s ObjectId, Vec<&'s ObjectId>>,
}

/// The statements that bring one schema to the other, in order.
pub fn statements(left: &Snapshot, right: &Snapshot) -> Vec<DraftStatement> {
    let mut dependents: HashMap<&ObjectId, Vec<&ObjectId>> = HashMap::new();
    for (needs, needed) in left.dependencies() {
        dependents.entry(needed).or_default().push(needs);
    }
    let mut plan = Plan {
        left,
        right,
        left_names: Lookup::new(left),
        right_names: Lookup::new(right),
        left_circles: Circles::of(left),
        right_circles: Circles::of(right),
        fates: BTreeMap::new(),
        retyped: BTreeSet::new(),
        released: BTreeSet::new(),
        rebuilt: BTreeSet::new(),
        dependents,
    };
    plan.decide();
    plan.spread();
    if plan.rebuild() {
        plan.spread();
    }
    plan.keep_below();
    plan.switch_copies();
    plan.written()
}

impl<'s> Plan<'s> {
    /// What becomes of every object by itself.
    pub(super) fn decide(&mut self) {
        let (left, right) = (self.left, self.right);
        for from in left.objects() {
            match right.get(&from.id) {
                None => drop(self.fates.insert(from.id.clone(), Fate::Drop)),
                Some(to) if to == from => {}
                Some(to) => {
                    let pair = Pair { from, to, from_schema: left, to_schema: right };
                    let alteration = ddl::alter(pair);
                    let fate =
                        if alteration.remake.is_some() { Fate::Remake } else { Fate::Alter(alteration.statements) };
                    self.fates.insert(from.id.clone(), fate);
                }
            }
        }
        for to in right.objects().iter().filter(|to| left.get(&to.id).is_none()) {
            self.fates.insert(to.id.clone(), Fate::Create);
        }
        // What had another kind of relation of the same name is not what this one has.
        for from in left.objects().iter().filter(|from| from.id.kind.is_relation() && right.get(&from.id).is_none()) {
            for part in parts(&from.id, left).filter(|part| right.get(&part.id).is_some()) {
                self.fates.insert(part.id.clone(), Fate::Remake);
            }
        }
        self.rename_identities();
        // The attributes of a composite type cannot change places; it holds no rows, and can be made anew.
        for composite in left.of_kind(Kind::CompositeType) {
            if right.get(&composite.id).is_some() && !self.keeps_order(&composite.id) {
                self.fates.insert(composite.id.clone(), Fate::Remake);
            }
        }
        let changed: Vec<ObjectId> = self.fates.keys().filter(|id| self.changes_type(id)).cloned().collect();
        for column in changed {
            if let Some(table) = self.partitioned_by(&column) {
                self.fates.insert(table.clone(), Fate::Remake);
            }
            if let Some(composite) = self.stored_type_of(&column) {
                self.fates.insert(composite.clone(), Fate::Remake);
            }
        }
    }

    /// Whether a type goes and one of another kind takes its name.
    pub(super) fn is_replaced(&self, id: &ObjectId) -> bool {
        const KINDS: [Kind; 6] =
            [Kind::Enum, Kind::Domain, Kind::CompositeType, Kind::Range, Kind::BaseType, Kind::Table];
        (is_type(id.kind) || id.kind == Kind::Table)
            && self.fates.get(id) == Some(&Fate::Drop)
            && KINDS.iter().any(|kind| self.right.get(&ObjectId { kind: *kind, ..id.clone() }).is_some())
    }

    /// Columns that stay as they are, though a change of those above them would come down to them.
    fn keep_below(&mut self) {
        let columns = self.left.of_kind(Kind::Column).iter().filter(|from| {
            let is_kept = self.right.get(&from.id) == Some(*from) && !self.fates.contains_key(&from.id);
            is_kept
                && Attribute::ALL.iter().any(|attribute| {
                    self.comes_down(&from.id, *attribute)
                        .is_some_and(|above| above.get(*attribute) != from.get(*attribute))
                })
        });
        let kept: Vec<ObjectId> = columns.map(|column| column.id.clone()).collect();
        self.fates.extend(kept.into_iter().map(|id| (id, Fate::Alter(Vec::new()))));
    }

    /// The table that is partitioned by a column, which must keep its type then.
    pub(super) fn partitioned_by(&self, column: &ObjectId) -> Option<&'s ObjectId> {
        let table = whole(column, self.left).and_then(|table| self.left.get(table))?;
        let key = table.text(Attribute::PartitionKey)?;
        (mentions(key, &quoted(&column.name)) && self.right.get(&table.id).is_some()).then_some(&table.id)
    }

    /// The composite type, if it stays, that an attribute is of and that tables store: its attributes keep their types.
    pub(super) fn stored_type_of(&self, attribute: &ObjectId) -> Option<&'s ObjectId> {
        whole(attribute, self.left).filter(|composite| {
            composite.kind == Kind::CompositeType
                && !self.left_names.of_type(composite).is_empty()
                && self.right.get(composite).is_some()
        })
    }

    /// The sequence of a column that stays an identity is the same one, whatever it is called.
    pub(super) fn rename_identities(&mut self) {
        for from in self.left.of_kind(Kind::Sequence) {
            let Some(column) = from.text(Attribute::IdentityOf) else { continue };
            let Some(to) = self.right_names.identity(column).filter(|to| to.id != from.id) else { continue };
            let mut statements = Vec::new();
            if from.id.schema != to.id.schema {
                continue;
            }
            statements.push(format!("ALTER SEQUENCE {} RENAME TO {}", from.id, quoted(&to.id.name)));
            let pair = Pair { from, to, from_schema: self.left, to_schema: self.right };
            statements.extend(ddl::alter(pair).statements);
            self.fates.insert(from.id.clone(), Fate::Alter(statements));
            self.fates.remove(&to.id);
        }
    }

    pub(super) fn goes(&self, id: &ObjectId) -> bool {
        matches!(self.fates.get(id), Some(Fate::Drop | Fate::Remake))
    }

    pub(super) fn comes(&self, id: &ObjectId) -> bool {
        matches!(self.fates.get(id), Some(Fate::Create | Fate::Remake))
    }

    /// Whether a column that stays gets another type.
    pub(super) fn changes_type(&self, id: &ObjectId) -> bool {
        let (Some(from), Some(to)) = (self.left.get(id), self.right.get(id)) else { return false };
        id.kind == Kind::Column
            && (self.retyped.contains(id)
                || from.get(Attribute::DataType) != to.get(Attribute::DataType)
                || from.get(Attribute::Collation) != to.get(Attribute::Collation))
            && matches!(self.fates.get(id), Some(Fate::Alter(_)))
    }

    pub(super) fn written(&mut self) -> Vec<DraftStatement> {
        let mut actions: Vec<Action> = Vec::new();
        for id in self.fates.keys() {
            self.push_actions(id, &mut actions);
        }
        let places: HashMap<(Step, &ObjectId), usize> =
            actions.iter().enumerate().map(|(place, action)| ((action.step, &action.id), place)).collect();
        let edges = self.edges(&actions, &places);
        let ranks: Vec<(Step, usize, &ObjectId)> = actions.iter().map(|action| self.rank(action)).collect();
        let order = ordered(&ranks, &edges);
        let mut statements = Vec::new();
        let has_routines = actions.iter().any(|action| {
            matches!(action.step, Step::Create | Step::Alter)
                && matches!(action.id.kind, Kind::Function | Kind::Procedure)
        });
        if has_routines {
            // A body may speak of what comes later.
            statements.push(plain("SET check_function_bodies = off".to_owned(), &[]));
        }
        let mut written: Vec<Vec<DraftStatement>> = actions.into_iter().map(|action| action.statements).collect();
        for place in order {
            statements.append(&mut written[place]);
        }
        statements
    }

    /// Lowest first: removals from the outside in, then what others stand on.
    pub(super) fn rank<'a>(&self, action: &'a Action) -> (Step, usize, &'a ObjectId) {
        let kind = action.id.kind as usize;
        match action.step {
            Step::Release => (Step::Release, 0, &action.id),
            Step::Drop => (Step::Drop, usize::MAX - kind, &action.id),
            Step::Finish => (Step::Finish, 0, &action.id),
            _ => {
                let is_foreign_key = self.right.get(&action.id).is_some_and(is_foreign_key);
                (Step::Create, kind * 2 + usize::from(is_foreign_key), &action.id)
            }
        }
    }
}
