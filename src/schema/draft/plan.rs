//! From one schema to another: which actions, and what each must wait for.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::order::ordered;
use super::{DraftStatement, Safety};
use crate::schema::attribute::Attribute;
use crate::schema::ddl::{self, Pair, constraint, index};
use crate::schema::kind::Kind;
use crate::schema::name::{Name, literal, quoted};
use crate::schema::object::{Attributes, Object, ObjectId};
use crate::schema::snapshot::Snapshot;

/// What is done with an object. The order is that in which actions run where nothing else decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Step {
    /// A column lets go of its default or its identity.
    Release,
    /// It is removed, or put out of the way by another name.
    Drop,
    /// A type is named, to be defined later.
    Declare,
    /// It is made.
    Create,
    /// It is changed.
    Alter,
    /// It is joined to what it goes with.
    Complete,
    /// What was put out of the way is removed.
    Finish,
}

/// What becomes of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fate {
    Create,
    Drop,
    /// The statements that change it.
    Alter(Vec<String>),
    /// It is dropped and made again, because of itself or of what it needs.
    Remake,
}

struct Plan<'s> {
    left: &'s Snapshot,
    right: &'s Snapshot,
    fates: BTreeMap<ObjectId, Fate>,
    /// Columns whose values are brought to a type of the same name that is made anew.
    retyped: BTreeSet<ObjectId>,
    /// Columns whose default must go before something else can.
    released: BTreeSet<ObjectId>,
    /// Tables that are made anew with their rows, for the order of their columns.
    rebuilt: BTreeSet<ObjectId>,
    dependents: HashMap<&'s ObjectId, Vec<&'s ObjectId>>,
    refused: Vec<(ObjectId, String)>,
}

/// The statements that bring one schema to the other, in order, and what cannot be done.
pub fn statements(left: &Snapshot, right: &Snapshot) -> (Vec<DraftStatement>, Vec<(ObjectId, String)>) {
    let mut dependents: HashMap<&ObjectId, Vec<&ObjectId>> = HashMap::new();
    for (needs, needed) in left.dependencies() {
        dependents.entry(needed).or_default().push(needs);
    }
    let mut plan = Plan {
        left,
        right,
        fates: BTreeMap::new(),
        retyped: BTreeSet::new(),
        released: BTreeSet::new(),
        rebuilt: BTreeSet::new(),
        dependents,
        refused: Vec::new(),
    };
    plan.decide();
    plan.spread();
    if plan.rebuild() {
        plan.spread();
    }
    let statements = plan.written();
    (statements, plan.refused)
}

/// Kinds of types that columns can be brought over to by way of text.
fn is_type(kind: Kind) -> bool {
    matches!(kind, Kind::Enum | Kind::Domain | Kind::CompositeType | Kind::Range | Kind::Collation)
}

/// Whether a column is of this type, or of an array of it, or of this collation.
fn is_of_type(column: &Object, id: &ObjectId) -> bool {
    let name = id.to_string();
    let attribute = if id.kind == Kind::Collation { Attribute::Collation } else { Attribute::DataType };
    let text = column.text(attribute).and_then(|text| text.strip_prefix(&name));
    text.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
}

/// What PostgreSQL refuses to leave in place while a column that it uses gets another type.
fn minds_types(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::View
            | Kind::MaterializedView
            | Kind::Rule
            | Kind::Policy
            | Kind::Trigger
            | Kind::Function
            | Kind::Procedure
            | Kind::PublicationTable
    )
}

/// The relation or domain that an object is a part of, in a snapshot.
fn whole<'s>(id: &ObjectId, snapshot: &'s Snapshot) -> Option<&'s ObjectId> {
    let relation = id.relation.clone()?;
    let kinds: &[Kind] = if id.kind == Kind::DomainConstraint {
        &[Kind::Domain]
    } else {
        &[Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView, Kind::CompositeType]
    };
    let mut whole = ObjectId { kind: Kind::Table, schema: id.schema.clone(), relation: None, name: relation };
    kinds.iter().find_map(|kind| {
        whole.kind = *kind;
        snapshot.get(&whole).map(|found| &found.id)
    })
}

/// The parts of a relation or domain, published tables included.
fn parts<'s>(id: &'s ObjectId, snapshot: &'s Snapshot) -> impl Iterator<Item = &'s Object> {
    const KINDS: [Kind; 8] = [
        Kind::Column,
        Kind::Constraint,
        Kind::DomainConstraint,
        Kind::Index,
        Kind::Trigger,
        Kind::Rule,
        Kind::Policy,
        Kind::PublicationTable,
    ];
    KINDS.into_iter().flat_map(|kind| snapshot.parts(id, kind))
}

fn is_view(kind: Kind) -> bool {
    matches!(kind, Kind::View | Kind::MaterializedView)
}

impl<'s> Plan<'s> {
    /// What becomes of every object by itself.
    fn decide(&mut self) {
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
        self.rename_identities();
        // The attributes of a composite type cannot change places; it holds no rows, and can be made anew.
        for composite in left.of_kind(Kind::CompositeType) {
            if right.get(&composite.id).is_some() && !self.keeps_order(&composite.id) {
                self.fates.insert(composite.id.clone(), Fate::Remake);
            }
        }
        let changed: Vec<ObjectId> = self.fates.keys().filter(|id| self.changes_type(id)).cloned().collect();
        for column in changed {
            // The attributes of a composite type that a table stores keep their types.
            if let Some(composite) = whole(&column, left).filter(|whole| whole.kind == Kind::CompositeType)
                && left
                    .of_kind(Kind::Column)
                    .iter()
                    .any(|one| is_of_type(one, composite) && one.id.relation.as_ref() != Some(&composite.name))
                && right.get(composite).is_some()
            {
                self.fates.insert(composite.clone(), Fate::Remake);
            }
        }
    }

    /// Tables whose columns no statement brings into their order, or into the order in which they are inherited. Not those
    /// that have children or partitions, nor partitions: there it would cost more than it is worth.
    fn rebuild(&mut self) -> bool {
        let (left, right) = (self.left, self.right);
        let has_children = |snapshot: &Snapshot, id: &ObjectId| {
            let name = id.to_string();
            let tables = snapshot.of_kind(Kind::Table).iter().chain(snapshot.of_kind(Kind::ForeignTable));
            tables.into_iter().any(|table| table.list(Attribute::Inherits).iter().any(|parent| **parent == *name))
        };
        let of_partitions = [Attribute::PartitionKey, Attribute::PartitionBound, Attribute::OfType];
        let mut is_any = false;
        for kind in [Kind::Table, Kind::ForeignTable] {
            for (from, to) in left.of_kind(kind).iter().filter_map(|from| Some((from, right.get(&from.id)?))) {
                if self.goes(&from.id)
                    || of_partitions.iter().any(|one| from.get(*one).is_some() || to.get(*one).is_some())
                {
                    continue;
                }
                let (old, new) = (from.list(Attribute::Inherits), to.list(Attribute::Inherits));
                let parents_stay: Vec<&Name> = old.iter().filter(|parent| new.contains(parent)).collect();
                let parents_move = !new.iter().filter(|parent| old.contains(parent)).eq(parents_stay);
                let inherits_otherwise = left.parts(&from.id, Kind::Column).iter().any(|column| {
                    let other = right.get(&column.id);
                    other.is_some_and(|other| other.get(Attribute::Inherited) != column.get(Attribute::Inherited))
                }) && !new.is_empty();
                if (parents_move || inherits_otherwise || !self.keeps_order(&from.id))
                    && !has_children(left, &from.id)
                    && !has_children(right, &from.id)
                {
                    self.fates.insert(from.id.clone(), Fate::Remake);
                    if kind == Kind::Table {
                        self.rebuilt.insert(from.id.clone());
                    }
                    is_any = true;
                }
            }
        }
        is_any
    }

    /// Puts a table out of the way, so that it can be made anew.
    fn put_aside(&self, id: &ObjectId) -> Vec<DraftStatement> {
        let columns = self.left.parts(id, Kind::Column).iter();
        let identities = columns.filter(|column| column.get(Attribute::Identity).is_some());
        identities
            .map(|column| format!("ALTER TABLE {id} ALTER COLUMN {} DROP IDENTITY", quoted(&column.id.name)))
            .chain([format!("ALTER TABLE {id} RENAME TO {}", quoted(&old_name(id)))])
            .map(|sql| plain(sql, &[id]))
            .collect()
    }

    /// Brings the rows over from where they were put aside, and what counts on from them.
    fn bring_rows(&self, id: &ObjectId) -> Vec<DraftStatement> {
        let mut columns: Vec<&Object> = self.right.parts(id, Kind::Column).iter().collect();
        columns.retain(|column| column.get(Attribute::Generated).is_none() && self.left.get(&column.id).is_some());
        columns.sort_by_key(|column| column.number(Attribute::Position));
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.id.name).into_owned()).collect();
        let values: Vec<String> = columns
            .iter()
            .zip(&names)
            .map(|(column, name)| {
                let data_type = column.text(Attribute::DataType);
                let before = self.left.get(&column.id).and_then(|before| before.text(Attribute::DataType));
                match data_type {
                    Some(data_type) if before != Some(data_type) => format!("{name}::{data_type}"),
                    _ => name.clone(),
                }
            })
            .collect();
        let mut statements = Vec::new();
        if !names.is_empty() {
            statements.push(format!(
                "INSERT INTO {id} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM ONLY {}",
                names.join(", "),
                values.join(", "),
                old_id(id)
            ));
        }
        for sequence in self.right.of_kind(Kind::Sequence) {
            let of_column = |attribute: Attribute| {
                let column = sequence.text(attribute)?.strip_prefix(&id.to_string())?.strip_prefix('.')?;
                Some(column.to_owned())
            };
            if let Some(column) = of_column(Attribute::IdentityOf) {
                statements.push(format!(
                    "SELECT pg_catalog.setval({}, pg_catalog.max({column})) FROM {id} HAVING pg_catalog.max({column}) IS NOT NULL",
                    literal(&sequence.id.to_string())
                ));
            } else if of_column(Attribute::OwnedBy).is_some() && !self.comes(&sequence.id) {
                statements.extend(ddl::complete(sequence, self.right));
            }
        }
        let safety =
            || Safety::Locks("Every row is copied into a new table, and nobody can use it meanwhile.".to_owned());
        let written =
            |sql| DraftStatement { sql, objects: vec![id.clone()], safety: safety(), outside_transaction: false };
        statements.into_iter().map(written).collect()
    }

    /// Whether the columns that stay, and behind them the new ones, are in the order that they are to have.
    fn keeps_order(&self, relation: &ObjectId) -> bool {
        let names = |snapshot: &'s Snapshot| {
            let mut columns: Vec<&Object> = snapshot.parts(relation, Kind::Column).iter().collect();
            columns.sort_by_key(|column| column.number(Attribute::Position));
            columns.into_iter().map(|column| &column.id.name).collect::<Vec<_>>()
        };
        let (before, after) = (names(self.left), names(self.right));
        let stays = |name: &Name| {
            before.contains(&name) && self.fates.get(&relation.part(Kind::Column, name.clone())) != Some(&Fate::Remake)
        };
        let kept = before.iter().filter(|name| after.contains(name) && stays(name));
        let new = after.iter().filter(|name| !stays(name));
        kept.chain(new).eq(after.iter())
    }

    /// The sequence of a column that stays an identity is the same one, whatever it is called.
    fn rename_identities(&mut self) {
        for from in self.left.of_kind(Kind::Sequence) {
            let Some(column) = from.text(Attribute::IdentityOf) else { continue };
            let same = |to: &&Object| to.text(Attribute::IdentityOf) == Some(column);
            let Some(to) = self.right.of_kind(Kind::Sequence).iter().find(same).filter(|to| to.id != from.id) else {
                continue;
            };
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

    fn goes(&self, id: &ObjectId) -> bool {
        matches!(self.fates.get(id), Some(Fate::Drop | Fate::Remake))
    }

    fn comes(&self, id: &ObjectId) -> bool {
        matches!(self.fates.get(id), Some(Fate::Create | Fate::Remake))
    }

    /// Whether a column that stays gets another type.
    fn changes_type(&self, id: &ObjectId) -> bool {
        let (Some(from), Some(to)) = (self.left.get(id), self.right.get(id)) else { return false };
        id.kind == Kind::Column
            && (self.retyped.contains(id)
                || from.get(Attribute::DataType) != to.get(Attribute::DataType)
                || from.get(Attribute::Collation) != to.get(Attribute::Collation))
            && matches!(self.fates.get(id), Some(Fate::Alter(_)))
    }

    /// Takes in what stands in the way of what is to be dropped or to change its type.
    fn spread(&mut self) {
        let mut work: Vec<ObjectId> = self.fates.keys().cloned().collect();
        let mut seen: HashSet<ObjectId> = HashSet::new();
        while let Some(id) = work.pop() {
            let (goes, changes) = (self.goes(&id), self.changes_type(&id));
            if !(goes || changes) || !seen.insert(id.clone()) {
                continue;
            }
            let is_remade = self.fates.get(&id) == Some(&Fate::Remake);
            // The parts of what is made again are made again.
            if is_remade && !id.kind.is_part() {
                let below: Vec<ObjectId> = parts(&id, self.left).map(|part| part.id.clone()).collect();
                for part in below {
                    let fate = if self.right.get(&part).is_some() { Fate::Remake } else { Fate::Drop };
                    self.fates.insert(part.clone(), fate);
                    seen.remove(&part);
                    work.push(part);
                }
            }
            if goes {
                self.mark_followers(&id, &mut work, &mut seen);
            }
            if changes || (id.kind == Kind::Column && goes) {
                self.mark_generated(&id, &mut work);
            }
            if is_remade && is_type(id.kind) {
                self.mark_columns_of(&id, &mut work, &mut seen);
            }
            for dependent in self.dependents.get(&id).cloned().unwrap_or_default() {
                self.mark_dependent(&id, dependent, changes, is_remade, &mut work, &mut seen);
            }
        }
    }

    /// What goes with something without the server's telling so: partitions and children, owned sequences, the indexes
    /// of partitions, and the index that one of these is joined to.
    fn mark_followers(&mut self, id: &ObjectId, work: &mut Vec<ObjectId>, seen: &mut HashSet<ObjectId>) {
        let (left, right) = (self.left, self.right);
        let name = id.to_string();
        let mut followers: Vec<ObjectId> = Vec::new();
        match id.kind {
            // The sequences of a table that keeps its rows go on.
            Kind::Table if self.rebuilt.contains(id) => {}
            Kind::Column if whole(id, left).is_some_and(|table| self.rebuilt.contains(table)) => {}
            Kind::Table | Kind::Column => {
                let is_owner =
                    |owner: &str| owner == name || owner.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'));
                let owned = left
                    .of_kind(Kind::Sequence)
                    .iter()
                    .filter(|one| one.text(Attribute::OwnedBy).is_some_and(is_owner));
                let stays = |one: &&Object| {
                    // One that is given to somebody else, or to nobody, is so before.
                    right.get(&one.id).is_some_and(|to| to.text(Attribute::OwnedBy) == one.text(Attribute::OwnedBy))
                };
                followers.extend(owned.filter(stays).map(|one| one.id.clone()));
                if id.kind == Kind::Table {
                    let children = left.of_kind(Kind::Table).iter().chain(left.of_kind(Kind::ForeignTable));
                    let is_child = |one: &&Object| one.list(Attribute::Inherits).iter().any(|parent| **parent == *name);
                    let stays = |one: &&Object| {
                        right
                            .get(&one.id)
                            .is_some_and(|to| to.list(Attribute::Inherits).iter().any(|parent| **parent == *name))
                    };
                    followers.extend(children.filter(is_child).filter(stays).map(|one| one.id.clone()));
                }
            }
            Kind::Index | Kind::Constraint => {
                let index = ddl::common::index_name(id);
                let object = left.get(id);
                let parent = object.and_then(|object| object.text(Attribute::ParentIndex));
                for other in left.of_kind(Kind::Index).iter().chain(left.of_kind(Kind::Constraint)) {
                    let is_child = other.text(Attribute::ParentIndex) == Some(&*index);
                    let is_parent = parent.is_some_and(|parent| parent == ddl::common::index_name(&other.id));
                    let table_stays = whole(id, left).is_some_and(|table| !self.goes(table));
                    if is_child || is_parent && table_stays {
                        followers.push(other.id.clone());
                    }
                }
            }
            _ => {}
        }
        if id.kind == Kind::Column
            && let Some(table) = whole(id, left)
        {
            // What stands on a column goes with it.
            let column = quoted(&id.name);
            let stands_on_it = |part: &&Object| {
                let texts = [Attribute::Definition, Attribute::Predicate].map(|one| part.text(one).unwrap_or_default());
                let lists = [Attribute::Keys, Attribute::Include].map(|one| part.list(one));
                texts.iter().any(|text| mentions(text, &column))
                    || lists.iter().any(|list| list.iter().any(|text| mentions(text, &column)))
            };
            for kind in [Kind::Index, Kind::Constraint] {
                followers.extend(left.parts(table, kind).iter().filter(stands_on_it).map(|part| part.id.clone()));
            }
        }
        for follower in followers {
            if !self.goes(&follower) && right.get(&follower).is_some() {
                self.fates.insert(follower.clone(), Fate::Remake);
                seen.remove(&follower);
                work.push(follower);
            }
        }
    }

    fn mark_dependent(
        &mut self,
        id: &ObjectId,
        dependent: &ObjectId,
        changes: bool,
        is_remade: bool,
        work: &mut Vec<ObjectId>,
        seen: &mut HashSet<ObjectId>,
    ) {
        if changes && !minds_types(dependent.kind) {
            return;
        }
        if self.goes(dependent) || self.right.get(dependent).is_none() {
            return;
        }
        // What is changed so that it needs it no more is changed before.
        let needs_still = self.right.needs(dependent).any(|needed| needed == id);
        if !changes && !is_remade && !needs_still && matches!(self.fates.get(dependent), Some(Fate::Alter(_))) {
            if dependent.kind == Kind::Column {
                self.released.insert(dependent.clone());
            }
            return;
        }
        match dependent.kind {
            Kind::Column => {
                let is_generated =
                    self.left.get(dependent).is_some_and(|column| column.get(Attribute::Generated).is_some());
                if is_type(id.kind) {
                    return;
                }
                if is_generated {
                    self.fates.insert(dependent.clone(), Fate::Remake);
                } else {
                    self.released.insert(dependent.clone());
                    self.fates.entry(dependent.clone()).or_insert_with(|| Fate::Alter(Vec::new()));
                }
            }
            kind if kind == Kind::Sequence || matches!(kind, Kind::Table | Kind::CompositeType) => return,
            _ => drop(self.fates.insert(dependent.clone(), Fate::Remake)),
        }
        seen.remove(dependent);
        work.push(dependent.clone());
    }

    /// Columns that are computed from one that goes or changes its type.
    fn mark_generated(&mut self, id: &ObjectId, work: &mut Vec<ObjectId>) {
        let Some(table) = whole(id, self.left) else { return };
        let name = quoted(&id.name).into_owned();
        let computed: Vec<ObjectId> = self
            .left
            .parts(table, Kind::Column)
            .iter()
            .filter(|column| column.text(Attribute::Generated).is_some_and(|text| mentions(text, &name)))
            .map(|column| column.id.clone())
            .collect();
        for column in computed {
            if self.right.get(&column).is_some_and(|column| column.get(Attribute::Generated).is_some()) {
                self.fates.insert(column.clone(), Fate::Remake);
                work.push(column);
            }
        }
    }

    /// Columns of a type that is made anew: they are brought over.
    fn mark_columns_of(&mut self, id: &ObjectId, work: &mut Vec<ObjectId>, seen: &mut HashSet<ObjectId>) {
        let name = id.to_string();
        for column in self.left.of_kind(Kind::Column) {
            let is_of_it = is_of_type(column, id);
            let is_stored = whole(&column.id, self.left).is_some_and(|whole| !is_view(whole.kind));
            if is_of_it && is_stored && self.right.get(&column.id).is_some() && !self.goes(&column.id) {
                self.retyped.insert(column.id.clone());
                if column.get(Attribute::Default).is_some() {
                    self.released.insert(column.id.clone());
                }
                self.fates.entry(column.id.clone()).or_insert_with(|| Fate::Alter(Vec::new()));
                seen.remove(&column.id);
                work.push(column.id.clone());
            }
        }
        // Whatever stands on a table may use its columns of that type.
        for kind in [Kind::Constraint, Kind::Index] {
            for object in self.left.of_kind(kind) {
                let texts =
                    [Attribute::Definition, Attribute::Predicate].map(|one| object.text(one).unwrap_or_default());
                let casts = texts.iter().any(|text| text.contains(&name))
                    || object.list(Attribute::Keys).iter().any(|key| key.contains(&name));
                if casts && !self.goes(&object.id) && self.right.get(&object.id).is_some() {
                    self.fates.insert(object.id.clone(), Fate::Remake);
                    work.push(object.id.clone());
                }
            }
        }
    }

    /// Whether an object comes and goes with its whole, or with what owns it, without a statement of its own.
    fn is_dropped_along(&self, id: &ObjectId) -> bool {
        if let Some(whole) = whole(id, self.left) {
            let is_foreign_key =
                self.left.get(id).and_then(|object| object.text(Attribute::ConstraintType)) == Some("foreign key");
            // One that is only put aside takes the names of its indexes along: they go by themselves.
            let keeps_parts = self.rebuilt.contains(whole) && id.kind != Kind::Column;
            if self.goes(whole) && !is_foreign_key && !keeps_parts {
                return true;
            }
            if id.kind == Kind::Column && is_view(whole.kind) {
                return true;
            }
        }
        let Some(object) = self.left.get(id) else { return false };
        // The functions that read and write a base type go with it.
        if matches!(id.kind, Kind::Function)
            && self.left.needs(id).any(|needed| {
                needed.kind == Kind::BaseType && self.goes(needed) && self.left.needs(needed).any(|other| other == id)
            })
        {
            return true;
        }
        if object.get(Attribute::IdentityOf).is_some() {
            return true;
        }
        if object.text(Attribute::OwnedBy).is_some_and(|column| self.column_goes(column)) {
            return true;
        }
        if matches!(id.kind, Kind::PublicationTable | Kind::PublicationSchema) {
            return self.goes(&ObjectId::global(Kind::Publication, id.name.clone()));
        }
        let comes_down = object.flag(Attribute::Inherited) && matches!(id.kind, Kind::Column | Kind::Trigger)
            || id.kind == Kind::Column && is_partition(id, self.left);
        if comes_down && self.parent_part(id, self.left).is_some_and(|parent| self.goes(&parent)) {
            return true;
        }
        object.text(Attribute::ParentIndex).is_some_and(|parent| self.index_goes(parent))
    }

    fn is_created_along(&self, id: &ObjectId) -> bool {
        if id.kind == Kind::Column
            && let Some(whole) = whole(id, self.right)
            && (self.comes(whole) || is_view(whole.kind))
        {
            return true;
        }
        let Some(object) = self.right.get(id) else { return false };
        let comes_down = id.kind == Kind::Column && (object.flag(Attribute::Inherited) || is_partition(id, self.right));
        if comes_down && self.parent_part(id, self.right).is_some_and(|parent| self.comes(&parent)) {
            return true;
        }
        object.get(Attribute::IdentityOf).is_some()
    }

    /// Whether the column of this qualified name goes, with its table or alone.
    fn column_goes(&self, column: &str) -> bool {
        let of_left = self.fates.iter().filter(|(_, fate)| matches!(fate, Fate::Drop | Fate::Remake));
        of_left.map(|(id, _)| id).any(|id| {
            let name = id.to_string();
            match id.kind {
                Kind::Column => name == column,
                Kind::Table | Kind::ForeignTable => {
                    column.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'))
                }
                _ => false,
            }
        })
    }

    /// Whether the index of this qualified name goes.
    fn index_goes(&self, name: &str) -> bool {
        self.fates
            .keys()
            .filter(|id| self.goes(id))
            .any(|id| matches!(id.kind, Kind::Index | Kind::Constraint) && ddl::common::index_name(id) == name)
    }

    /// The same part of a table that this one inherits from or is a partition of.
    fn parent_part(&self, id: &ObjectId, snapshot: &Snapshot) -> Option<ObjectId> {
        let table = whole(id, snapshot).and_then(|whole| snapshot.get(whole))?;
        table.list(Attribute::Inherits).iter().find_map(|parent| {
            let parent = snapshot.of_kind(Kind::Table).iter().find(|table| table.id.to_string() == **parent)?;
            snapshot.get(&parent.id.part(id.kind, id.name.clone())).map(|part| part.id.clone())
        })
    }
}

/// Whether the table of a part is a partition.
fn is_partition(part: &ObjectId, snapshot: &Snapshot) -> bool {
    let table = whole(part, snapshot).and_then(|whole| snapshot.get(whole));
    table.is_some_and(|table| table.get(Attribute::PartitionBound).is_some())
}

/// Whether a name occurs in an expression as a word of its own.
fn mentions(text: &str, name: &str) -> bool {
    let is_word =
        |character: Option<char>| character.is_some_and(|one| one.is_alphanumeric() || one == '_' || one == '"');
    text.match_indices(name).any(|(at, _)| {
        !is_word(text[..at].chars().next_back())
            && (name.starts_with('"') || !is_word(text[at + name.len()..].chars().next()))
    })
}

/// One action with its statements.
struct Action {
    step: Step,
    id: ObjectId,
    statements: Vec<DraftStatement>,
}

impl<'s> Plan<'s> {
    fn written(&mut self) -> Vec<DraftStatement> {
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
    fn rank<'a>(&self, action: &'a Action) -> (Step, usize, &'a ObjectId) {
        let kind = action.id.kind as usize;
        match action.step {
            Step::Release => (Step::Release, 0, &action.id),
            Step::Drop => (Step::Drop, usize::MAX - kind, &action.id),
            Step::Finish => (Step::Finish, 0, &action.id),
            _ => {
                let is_foreign_key = self
                    .right
                    .get(&action.id)
                    .is_some_and(|object| object.text(Attribute::ConstraintType) == Some("foreign key"));
                (Step::Create, kind * 2 + usize::from(is_foreign_key), &action.id)
            }
        }
    }

    fn push_actions(&self, id: &ObjectId, actions: &mut Vec<Action>) {
        let mut push = |step: Step, statements: Vec<DraftStatement>| {
            actions.push(Action { step, id: id.clone(), statements });
        };
        let (from, to) = (self.left.get(id), self.right.get(id));
        let fate = &self.fates[id];
        if let (Fate::Drop | Fate::Remake, Some(from)) = (fate, from) {
            let mut statements = Vec::new();
            if !self.is_dropped_along(id) {
                if self.rebuilt.contains(id) {
                    statements = self.put_aside(id);
                    push(Step::Finish, vec![destroying(format!("DROP TABLE {}", old_id(id)), id)]);
                } else if *fate == Fate::Remake && self.has_columns_to_bring(id) {
                    let word = if id.kind == Kind::Collation { "COLLATION" } else { "TYPE" };
                    statements.push(plain(format!("ALTER {word} {id} RENAME TO {}", quoted(&old_name(id))), &[id]));
                    if id.kind == Kind::Range {
                        let multirange = ObjectId { name: multirange_name(from).into(), ..id.clone() };
                        let old = quoted(&old_name(&multirange)).into_owned();
                        statements.push(plain(format!("ALTER TYPE {multirange} RENAME TO {old}"), &[id]));
                    }
                    push(Step::Finish, vec![destroying(format!("DROP {word} {}", old_id(id)), id)]);
                } else {
                    statements = self.removal(from);
                }
            }
            push(Step::Drop, statements);
        }
        match (fate, to) {
            (Fate::Create | Fate::Remake, Some(to)) => {
                if id.kind == Kind::BaseType {
                    push(Step::Declare, vec![plain(format!("CREATE TYPE {id}"), &[id])]);
                }
                let mut statements = if self.is_created_along(id) { Vec::new() } else { self.making(to) };
                if self.rebuilt.contains(id) {
                    statements.extend(self.bring_rows(id));
                }
                push(Step::Create, statements);
                let completing = ddl::complete(to, self.right);
                if !completing.is_empty() && !to.flag(Attribute::Shell) {
                    push(Step::Complete, completing.into_iter().map(|sql| plain(sql, &[id])).collect());
                }
            }
            (Fate::Alter(statements), Some(to)) => self.push_alteration(id, to, statements, &mut push),
            (Fate::Alter(statements), None) => {
                push(Step::Alter, statements.iter().map(|sql| plain(sql.clone(), &[id])).collect());
            }
            _ => {}
        }
    }

    fn has_columns_to_bring(&self, id: &ObjectId) -> bool {
        let is_of_it = |column: &ObjectId| self.left.get(column).is_some_and(|column| is_of_type(column, id));
        is_type(id.kind) && self.retyped.iter().any(is_of_it)
    }

    fn push_alteration(
        &self,
        id: &ObjectId,
        to: &Object,
        statements: &[String],
        push: &mut impl FnMut(Step, Vec<DraftStatement>),
    ) {
        let Some(from) = self.left.get(id) else { return };
        let mut statements = statements.to_vec();
        if let Some(inherited) = self.after_parent(from, to) {
            statements = inherited;
        }
        if id.kind != Kind::Column {
            push(Step::Alter, statements.into_iter().map(|sql| self.changing(sql, id)).collect());
            return;
        }
        let table = id.whole().unwrap_or_default();
        let name = quoted(&id.name);
        let is_release = |sql: &String| sql.ends_with(" DROP DEFAULT") || sql.ends_with(" DROP IDENTITY");
        let (mut releases, mut rest): (Vec<String>, Vec<String>) = statements.into_iter().partition(is_release);
        let word = match whole(id, self.right).map(|whole| whole.kind) {
            Some(Kind::View) => "VIEW",
            Some(Kind::ForeignTable) => "FOREIGN TABLE",
            Some(Kind::CompositeType) => "TYPE",
            _ => "TABLE",
        };
        let is_released = self.released.contains(id) && from.get(Attribute::Default).is_some();
        if is_released && releases.is_empty() {
            releases.push(format!("ALTER {word} {table} ALTER COLUMN {name} DROP DEFAULT"));
        }
        if self.retyped.contains(id) && !rest.iter().any(|sql| sql.contains(" SET DATA TYPE ")) {
            let collation = to.text(Attribute::Collation).map(|one| format!(" COLLATE {one}")).unwrap_or_default();
            let data_type = to.text(Attribute::DataType).unwrap_or_default();
            rest.insert(0, if word == "TYPE" {
                format!("ALTER TYPE {table} ALTER ATTRIBUTE {name} SET DATA TYPE {data_type}")
            } else {
                format!("ALTER {word} {table} ALTER COLUMN {name} SET DATA TYPE {data_type}{collation} USING {name}::text::{data_type}")
            });
        } else if self.retyped.contains(id) {
            rest = rest
                .into_iter()
                .map(|sql| sql.replace(&format!("USING {name}::"), &format!("USING {name}::text::")))
                .collect();
        }
        if is_released
            && let Some(default) = to.text(Attribute::Default)
            && !rest.iter().any(|sql| sql.contains(" SET DEFAULT "))
        {
            rest.push(format!("ALTER {word} {table} ALTER COLUMN {name} SET DEFAULT {default}"));
        }
        if !releases.is_empty() {
            push(Step::Release, releases.into_iter().map(|sql| plain(sql, &[id])).collect());
        }
        if word == "FOREIGN TABLE" {
            // Its values are elsewhere: nothing is to be converted.
            rest = rest
                .into_iter()
                .map(|sql| sql.split_once(" USING ").map_or_else(|| sql.clone(), |(sql, _)| sql.to_owned()))
                .collect();
        }
        push(Step::Alter, rest.into_iter().map(|sql| self.changing(sql, id)).collect());
    }

    /// What is left to change in a column when the change of its parent's has come down to it.
    fn after_parent(&self, from: &Object, to: &Object) -> Option<Vec<String>> {
        if to.id.kind != Kind::Column {
            return None;
        }
        let parent = self.parent_part(&to.id, self.right)?;
        if !matches!(self.fates.get(&parent), Some(Fate::Alter(_))) {
            return None;
        }
        let parent = self.right.get(&parent)?;
        self.left.get(&parent.id)?;
        let cascades = [Attribute::DataType, Attribute::Collation, Attribute::Default, Attribute::NotNull];
        let before = self.left.get(&parent.id)?;
        let mut attributes = Attributes::new();
        for attribute in Attribute::ALL {
            let comes_down = cascades.contains(attribute) && before.get(*attribute) != parent.get(*attribute);
            let source = if comes_down { parent } else { from };
            attributes.some(*attribute, source.get(*attribute).cloned());
        }
        let now = Object::new(from.id.clone(), attributes);
        let alteration = ddl::alter(Pair { from: &now, to, from_schema: self.left, to_schema: self.right });
        alteration.remake.is_none().then_some(alteration.statements)
    }

    /// The statements that remove an object.
    fn removal(&self, object: &Object) -> Vec<DraftStatement> {
        let id = &object.id;
        if id.kind == Kind::BaseType {
            // With the functions that read and write it, which cannot be without it.
            return vec![destroying(format!("DROP TYPE {id} CASCADE"), id)];
        }
        let mut statements = ddl::drop(object);
        if id.kind == Kind::Column && whole(id, self.left).is_some_and(|whole| whole.kind == Kind::CompositeType) {
            statements =
                vec![format!("ALTER TYPE {} DROP ATTRIBUTE {}", id.whole().unwrap_or_default(), quoted(&id.name))];
        }
        let destroys = match id.kind {
            Kind::Table | Kind::ForeignTable => Some("the table with its rows"),
            Kind::Column => Some("the column with its values"),
            Kind::Schema => Some("the schema"),
            Kind::Sequence => Some("the sequence with its value"),
            Kind::MaterializedView => Some("the stored rows, until it is filled again"),
            Kind::Extension => Some("the extension with its objects"),
            _ => None,
        };
        statements
            .into_iter()
            .map(|sql| match destroys {
                Some(what) => DraftStatement {
                    sql,
                    objects: vec![id.clone()],
                    safety: Safety::Destroys(what.to_owned()),
                    outside_transaction: false,
                },
                None => plain(sql, &[id]),
            })
            .map(of_this_database)
            .collect()
    }

    /// The statements that make an object, in the forms that let others work on where there are such.
    fn making(&self, object: &Object) -> Vec<DraftStatement> {
        let id = &object.id;
        let mut statements = ddl::create(object, self.right);
        let table = whole(id, self.right);
        let is_on_old_table = table.is_some_and(|table| !self.comes(table));
        let is_partitioned = table
            .and_then(|table| self.right.get(table))
            .is_some_and(|table| table.get(Attribute::PartitionKey).is_some());
        let mut written = Vec::new();
        if id.kind == Kind::Index && is_on_old_table && !is_partitioned {
            statements.remove(0);
            let sql = index::create_index(object, self.right, true);
            written.push(DraftStatement {
                sql,
                objects: vec![id.clone()],
                safety: Safety::Safe,
                outside_transaction: true,
            });
        } else if id.kind == Kind::Constraint
            && is_on_old_table
            && !is_partitioned
            && let Some(apart) = constraint::create_unvalidated(object)
        {
            statements.remove(0);
            written.extend(apart.into_iter().map(|sql| plain(sql, &[id])));
        }
        written.extend(statements.into_iter().map(|sql| self.changing(sql, id)));
        written
    }

    /// A statement that changes something, with how it is felt.
    fn changing(&self, sql: String, id: &ObjectId) -> DraftStatement {
        let safety = if sql.contains(" SET DATA TYPE ") {
            Safety::Locks("The table may be rewritten, and nobody can use it meanwhile.".to_owned())
        } else if sql.contains(" SET NOT NULL") {
            Safety::Locks("The table is read through, and nobody can use it meanwhile.".to_owned())
        } else {
            Safety::Safe
        };
        of_this_database(DraftStatement { sql, objects: vec![id.clone()], safety, outside_transaction: false })
    }

    fn edges(&self, actions: &[Action], places: &HashMap<(Step, &ObjectId), usize>) -> HashSet<(usize, usize)> {
        let mut edges = HashSet::new();
        // What comes and goes with something else is where that is.
        let at = |step: Step, id: &ObjectId| {
            let found = places.get(&(step, id)).copied();
            let with = match step {
                Step::Create if self.comes(id) && self.is_created_along(id) => whole(id, self.right),
                Step::Drop if self.goes(id) && self.is_dropped_along(id) => whole(id, self.left),
                _ => None,
            };
            with.and_then(|whole| places.get(&(step, whole)).copied()).or(found)
        };
        let mut before = |first: Option<usize>, second: Option<usize>| {
            if let (Some(first), Some(second)) = (first, second) {
                edges.insert((first, second));
            }
        };
        let made = [Step::Create, Step::Alter];
        for (snapshot, is_left) in [(self.left, true), (self.right, false)] {
            let mut needs: Vec<(&ObjectId, &ObjectId)> = snapshot.dependencies().collect();
            needs.extend(structure(snapshot));
            for (user, used) in needs {
                if is_left {
                    let gone = at(Step::Drop, used);
                    before(at(Step::Drop, user), gone);
                    before(at(Step::Drop, user), at(Step::Alter, used));
                    before(at(Step::Release, user), gone);
                    let needs_still = self.right.needs(user).any(|needed| needed == used);
                    if !needs_still && !self.comes(used) {
                        before(at(Step::Alter, user), gone);
                    }
                    before(at(Step::Alter, user), at(Step::Finish, used));
                    before(at(Step::Drop, user), at(Step::Finish, used));
                } else {
                    let is_part_of_type =
                        used.kind == Kind::BaseType && snapshot.needs(used).any(|needed| needed == user);
                    if is_part_of_type {
                        before(at(Step::Declare, used), at(Step::Create, user));
                        continue;
                    }
                    for step in made {
                        for used_step in made {
                            before(at(used_step, used), at(step, user));
                        }
                        before(at(step, used), at(Step::Complete, user));
                    }
                }
            }
        }
        for action in actions {
            let id = &action.id;
            before(at(Step::Drop, id), at(Step::Create, id));
            before(at(Step::Release, id), at(Step::Drop, id));
            before(at(Step::Release, id), at(Step::Alter, id));
            before(at(Step::Declare, id), at(Step::Create, id));
            before(at(Step::Drop, id), at(Step::Declare, id));
            before(at(Step::Create, id), at(Step::Complete, id));
            before(at(Step::Create, id), at(Step::Finish, id));
            // Columns are brought over between the new type and the end of the old one.
            if action.step == Step::Finish {
                for column in &self.retyped {
                    before(at(Step::Alter, column), at(Step::Finish, id));
                    before(at(Step::Create, id), at(Step::Alter, column));
                }
            }
        }
        self.name_edges(actions, &mut edges);
        self.table_edges(actions, places, &mut edges);
        edges
    }

    /// What takes a name waits for what had it.
    fn name_edges(&self, actions: &[Action], edges: &mut HashSet<(usize, usize)>) {
        let mut leaving: HashMap<(u8, String), Vec<usize>> = HashMap::new();
        let mut entering: HashMap<(u8, String), Vec<usize>> = HashMap::new();
        for (place, action) in actions.iter().enumerate() {
            let id = &action.id;
            let space = match id.kind {
                Kind::Constraint | Kind::Index => 0,
                Kind::Sequence => 0,
                kind if kind.is_relation() || is_type(kind) || matches!(kind, Kind::BaseType | Kind::ShellType) => 0,
                Kind::Function | Kind::Procedure | Kind::Aggregate => 1,
                _ => continue,
            };
            let key = (space, ddl::common::index_name(id));
            match action.step {
                Step::Drop => leaving.entry(key).or_default().push(place),
                Step::Create => entering.entry(key).or_default().push(place),
                _ => {}
            }
        }
        for (key, places) in &entering {
            for first in leaving.get(key).into_iter().flatten() {
                edges.extend(places.iter().map(|second| (*first, *second)));
            }
        }
        // The sequence of a new identity column may have the name of an old one; a new sequence, that of an identity.
        for sequence in self.right.of_kind(Kind::Sequence) {
            let Some(column) = sequence.text(Attribute::IdentityOf) else { continue };
            for (first, action) in actions.iter().enumerate() {
                if action.step != Step::Drop || action.id != sequence.id {
                    continue;
                }
                for (second, other) in actions.iter().enumerate() {
                    if other.id.kind == Kind::Column && other.step == Step::Alter && other.id.to_string() == column {
                        edges.insert((first, second));
                    }
                }
            }
        }
        for sequence in self.left.of_kind(Kind::Sequence) {
            let Some(column) = sequence.text(Attribute::IdentityOf) else { continue };
            for (second, action) in actions.iter().enumerate() {
                if action.step != Step::Create || action.id != sequence.id {
                    continue;
                }
                for (first, other) in actions.iter().enumerate() {
                    if other.step == Step::Release && other.id.to_string() == column {
                        edges.insert((first, second));
                    }
                }
            }
        }
    }

    /// Within tables: constraints and indexes go before columns do and come after them; sequences are joined to columns
    /// that are there; what foreign keys refer to is there before them.
    fn table_edges(
        &self,
        actions: &[Action],
        places: &HashMap<(Step, &ObjectId), usize>,
        edges: &mut HashSet<(usize, usize)>,
    ) {
        let mut tables: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, action) in actions.iter().enumerate() {
            if let Some(table) = action.id.whole() {
                tables.entry(table).or_default().push(place);
            }
        }
        for places in tables.values() {
            for first in places {
                for second in places {
                    let (one, other) = (&actions[*first], &actions[*second]);
                    let (is_column, other_is_column) = (one.id.kind == Kind::Column, other.id.kind == Kind::Column);
                    if !is_column && other_is_column && one.step == Step::Drop && other.step != Step::Release {
                        edges.insert((*first, *second));
                    }
                    if is_column
                        && !other_is_column
                        && one.step != Step::Drop
                        && matches!(other.step, Step::Create | Step::Alter)
                    {
                        edges.insert((*first, *second));
                    }
                    // A new column comes after those before it.
                    let position =
                        |id: &ObjectId| self.right.get(id).and_then(|column| column.number(Attribute::Position));
                    if is_column
                        && other_is_column
                        && one.step == Step::Create
                        && other.step == Step::Create
                        && position(&one.id) < position(&other.id)
                    {
                        edges.insert((*first, *second));
                    }
                }
            }
        }
        for (place, action) in actions.iter().enumerate() {
            let object = self.right.get(&action.id);
            if action.step == Step::Complete || action.step == Step::Alter {
                let owner = object.and_then(|object| object.text(Attribute::OwnedBy));
                let parent = object.and_then(|object| object.text(Attribute::ParentIndex));
                for (other_place, other) in actions.iter().enumerate() {
                    let makes = matches!(other.step, Step::Create | Step::Alter);
                    let name = || other.id.to_string();
                    let is_owner = owner.is_some_and(|owner| {
                        (other.id.kind == Kind::Column && name() == owner)
                            || (other.id.kind == Kind::Table
                                && owner.strip_prefix(&name()).is_some_and(|rest| rest.starts_with('.')))
                    });
                    let is_parent = parent.is_some_and(|parent| {
                        matches!(other.id.kind, Kind::Index | Kind::Constraint)
                            && ddl::common::index_name(&other.id) == parent
                    });
                    if makes && other_place != place && (is_owner && action.step == Step::Complete || is_parent) {
                        edges.insert((other_place, place));
                    }
                }
            }
            // What a sequence is taken from goes after that.
            let had_owner = self.left.get(&action.id).and_then(|object| object.text(Attribute::OwnedBy));
            if action.step == Step::Alter
                && let Some(owner) = had_owner
            {
                for (other_place, other) in actions.iter().enumerate() {
                    let name = other.id.to_string();
                    let is_owner = name == owner || owner.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'));
                    if other.step == Step::Drop && is_owner && matches!(other.id.kind, Kind::Column | Kind::Table) {
                        edges.insert((place, other_place));
                    }
                }
            }
            let Some(referred) = object.and_then(|object| object.text(Attribute::References)) else { continue };
            if action.step == Step::Create {
                for (other_place, other) in actions.iter().enumerate() {
                    let is_key = matches!(other.id.kind, Kind::Constraint | Kind::Index)
                        && other.id.whole().as_deref() == Some(referred)
                        && self.right.get(&other.id).is_some_and(|key| key.get(Attribute::References).is_none());
                    let is_table = other.id.kind == Kind::Table && other.id.to_string() == referred;
                    let is_column = other.id.kind == Kind::Column && other.id.whole().as_deref() == Some(referred);
                    let is_attached = other.step == Step::Complete && (is_key || is_table);
                    if is_attached
                        || (is_key || is_table || is_column) && matches!(other.step, Step::Create | Step::Alter)
                    {
                        edges.insert((other_place, place));
                    }
                }
            }
        }
        // Partitions are joined before anything is said of their tables' constraints and indexes.
        for (place, action) in actions.iter().enumerate() {
            if action.step != Step::Complete || action.id.kind != Kind::Table {
                continue;
            }
            for (other_place, other) in actions.iter().enumerate() {
                let is_below = other.step == Step::Create
                    && matches!(other.id.kind, Kind::Constraint | Kind::Index | Kind::Trigger);
                if is_below {
                    edges.insert((place, other_place));
                }
            }
        }
        let _ = places;
    }
}

/// What can be seen without the server's telling: parts need their whole, everything its schema, children their
/// parents.
fn structure(snapshot: &Snapshot) -> Vec<(&ObjectId, &ObjectId)> {
    let by_name: HashMap<String, &ObjectId> = snapshot
        .objects()
        .iter()
        .filter(|object| matches!(object.id.kind, Kind::Table | Kind::ForeignTable | Kind::CompositeType))
        .map(|object| (object.id.to_string(), &object.id))
        .collect();
    let mut needs = Vec::new();
    for object in snapshot.objects() {
        let id = &object.id;
        let schema = id.schema.as_ref().or(match id.kind {
            Kind::Extension => object.get(Attribute::InSchema).and_then(|value| value.as_text()),
            _ => None,
        });
        if let Some(schema) = schema.and_then(|name| snapshot.get(&ObjectId::global(Kind::Schema, name.clone()))) {
            needs.push((id, &schema.id));
        }
        if let Some(whole) = whole(id, snapshot) {
            needs.push((id, whole));
        }
        let others = object.list(Attribute::Inherits).iter().map(|name| &**name).chain(object.text(Attribute::OfType));
        needs.extend(others.filter_map(|name| by_name.get(name)).map(|other| (id, *other)));
        if matches!(id.kind, Kind::PublicationTable | Kind::PublicationSchema)
            && let Some(publication) = snapshot.get(&ObjectId::global(Kind::Publication, id.name.clone()))
        {
            needs.push((id, &publication.id));
        }
        for (attribute, kind) in [
            (Attribute::Server, Kind::Server),
            (Attribute::Wrapper, Kind::ForeignDataWrapper),
            (Attribute::AccessMethod, Kind::AccessMethod),
            (Attribute::Language, Kind::Language),
        ] {
            let named = object.text(attribute).and_then(|name| snapshot.get(&ObjectId::global(kind, name)));
            needs.extend(named.map(|other| (id, &other.id)));
        }
    }
    needs
}

/// What the multirange of a range is called (14 and later).
fn multirange_name(range: &Object) -> String {
    let said = range.pairs(Attribute::Properties).iter().find(|(key, _)| **key == *"MULTIRANGE_TYPE_NAME");
    match said {
        Some((_, name)) => crate::schema::name::unquoted(name.rsplit('.').next().unwrap_or(name)).into_owned(),
        None if range.id.name.contains("range") => range.id.name.replacen("range", "multirange", 1),
        None => format!("{}_multirange", range.id.name),
    }
}

/// The name that a type has until its columns are brought over.
fn old_name(id: &ObjectId) -> String {
    format!("{}_before", id.name)
}

fn old_id(id: &ObjectId) -> ObjectId {
    ObjectId { name: old_name(id).into(), ..id.clone() }
}

/// The database that the draft runs in has no name that statements could say: they are put together there.
fn of_this_database(mut statement: DraftStatement) -> DraftStatement {
    if statement.objects.iter().any(|id| id.kind == Kind::Database) {
        let template = statement.sql.replace('%', "%%").replace("DATABASE CURRENT", "DATABASE %I");
        let template = literal(&template);
        statement.sql = format!(
            "DO $draft$ BEGIN EXECUTE pg_catalog.format({template}, pg_catalog.current_database()); END $draft$"
        );
    }
    statement
}

fn plain(sql: String, ids: &[&ObjectId]) -> DraftStatement {
    let objects = ids.iter().map(|id| (*id).clone()).collect();
    DraftStatement { sql, objects, safety: Safety::Safe, outside_transaction: false }
}

fn destroying(sql: String, id: &ObjectId) -> DraftStatement {
    let safety = Safety::Destroys("the old definition".to_owned());
    DraftStatement { sql, objects: vec![id.clone()], safety, outside_transaction: false }
}
