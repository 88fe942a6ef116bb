//! What each action must wait for.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::action::{Action, Step};
use super::lookup::{column_id, table_id};
use super::order::Edges;
use super::parts::{is_check, is_type, whole};
use super::plan::Plan;
use super::structure::structure;
use crate::schema::attribute::Attribute;
use crate::schema::ddl;
use crate::schema::kind::Kind;
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

/// Where each action is.
pub(super) type Places<'a> = HashMap<(Step, &'a ObjectId), usize>;

impl<'s> Plan<'s> {
    pub(super) fn edges(&self, actions: &[Action], places: &Places<'_>) -> Edges {
        let mut edges = Edges::new(actions.len());
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
            edges.before(first.as_ref(), second.as_ref());
        };
        let made = [Step::Create, Step::Alter];
        for (snapshot, is_left) in [(self.left, true), (self.right, false)] {
            let mut needs: Vec<(&ObjectId, &ObjectId)> = snapshot.dependencies().collect();
            needs.extend(structure(snapshot));
            for (user, used) in needs {
                if is_left {
                    let gone = at(Step::Drop, used);
                    let circles = &self.left_circles;
                    if circles.holds(user, used) && (circles.has_view(user) || circles.has_default(user)) {
                        before(at(Step::Release, user), gone);
                        continue;
                    }
                    before(at(Step::Drop, user), gone);
                    // A column goes whatever becomes of its table, a sequence changes whoever uses it, and a schema
                    // whatever is in it.
                    let is_free = matches!(used.kind, Kind::Sequence | Kind::Schema | Kind::Language)
                        || user.kind == Kind::Column && Some(&used.name) == user.relation.as_ref();
                    if !is_free {
                        before(at(Step::Drop, user), at(Step::Alter, used));
                    }
                    before(at(Step::Release, user), gone);
                    let needs_still = self.right.needs(user).any(|needed| needed == used);
                    let lets_go = self.released.contains(user) && self.gives_way(used);
                    let is_aside = at(Step::Finish, used).is_some();
                    if !needs_still && !self.comes(used) && !lets_go && !is_aside {
                        before(at(Step::Alter, user), gone);
                    }
                    before(at(Step::Alter, user), at(Step::Finish, used));
                    before(at(Step::Drop, user), at(Step::Finish, used));
                    let composite = whole(user, snapshot).filter(|whole| whole.kind == Kind::CompositeType);
                    let finished = at(Step::Finish, used).or(gone);
                    before(at(Step::Finish, composite.unwrap_or(user)), finished);
                } else {
                    let is_part_of_type =
                        used.kind == Kind::BaseType && snapshot.needs(used).any(|needed| needed == user);
                    if is_part_of_type {
                        before(at(Step::Declare, used), at(Step::Create, user));
                        continue;
                    }
                    let circles = &self.right_circles;
                    if circles.holds(user, used) && circles.has_view(used) {
                        for step in made {
                            before(at(Step::Declare, used), at(step, user));
                        }
                        continue;
                    }
                    if circles.holds(user, used) && circles.has_default(user) {
                        before(at(Step::Create, used), at(Step::Complete, user));
                        continue;
                    }
                    if circles.has_view(user) && !circles.holds(user, used) {
                        before(at(Step::Create, used), at(Step::Declare, user));
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
            before(at(Step::Declare, id), at(Step::Alter, id));
            before(at(Step::Drop, id), at(Step::Declare, id));
            before(at(Step::Create, id), at(Step::Complete, id));
            before(at(Step::Alter, id), at(Step::Complete, id));
            before(at(Step::Create, id), at(Step::Finish, id));
            // Columns are brought over between the new type and the end of the old one.
            if action.step == Step::Finish {
                for column in self.left_names.of_type(id).iter().filter(|one| self.retyped.contains(&one.id)) {
                    before(at(Step::Alter, &column.id), at(Step::Finish, id));
                    before(at(Step::Create, id), at(Step::Alter, &column.id));
                }
            }
        }
        self.conversion_edges(actions, &mut edges);
        self.name_edges(actions, places, &mut edges);
        self.table_edges(actions, places, &mut edges);
        edges
    }

    /// Casts and operator classes come before what may be written with them: PostgreSQL notes the functions and operators
    /// that an expression has come to use by them, and not them.
    fn conversion_edges(&self, actions: &[Action], edges: &mut Edges) {
        let is_conversion = |kind: Kind| matches!(kind, Kind::Cast | Kind::OperatorClass);
        let made = |action: &&Action| action.step == Step::Create && is_conversion(action.id.kind);
        let conversions: Vec<&ObjectId> = actions.iter().filter(made).map(|action| &action.id).collect();
        if conversions.is_empty() {
            return;
        }
        // What they need themselves cannot wait for them.
        let mut needed: HashSet<&ObjectId> = conversions.iter().copied().collect();
        let mut open = conversions;
        while let Some(id) = open.pop() {
            let parts = whole(id, self.right).into_iter();
            for used in self.right.needs(id).chain(parts) {
                if needed.insert(used) {
                    open.push(used);
                }
            }
        }
        let has_expression = |id: &ObjectId| match id.kind {
            Kind::View | Kind::MaterializedView | Kind::Rule | Kind::Policy | Kind::Column | Kind::Index => true,
            Kind::Constraint | Kind::Trigger | Kind::Statistics => true,
            Kind::Function | Kind::Procedure => {
                self.right.get(id).is_some_and(|routine| routine.get(Attribute::ParsedBody).is_some())
            }
            _ => false,
        };
        let waits = |action: &Action| {
            let is_needed = |id: &ObjectId| {
                needed.contains(id) || whole(id, self.right).is_some_and(|whole| needed.contains(whole))
            };
            let makes = matches!(action.step, Step::Declare | Step::Create | Step::Alter | Step::Complete);
            makes && has_expression(&action.id) && !is_needed(&action.id)
        };
        let firsts: Vec<usize> = (0..actions.len()).filter(|place| made(&&actions[*place])).collect();
        let seconds: Vec<usize> = (0..actions.len()).filter(|place| waits(&actions[*place])).collect();
        edges.all_before(&firsts, &seconds);
    }

    /// What takes a name waits for what had it.
    pub(super) fn name_edges(&self, actions: &[Action], at: &Places<'_>, edges: &mut Edges) {
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
            edges.all_before(leaving.get(key).map_or(&[], Vec::as_slice), places);
        }
        // A routine whose calls would be ambiguous goes before the one that they would be taken for comes.
        for action in actions.iter().filter(|action| action.step == Step::Drop && self.gives_way(&action.id)) {
            for new in self.right_names.overloads(&action.id) {
                edges.before(at.get(&(Step::Drop, &action.id)), at.get(&(Step::Create, &new.id)));
            }
        }
        // The sequence of a new identity column may have the name of an old one; a new sequence, that of an identity.
        let identities = |snapshot: &'s Snapshot| {
            let sequences = snapshot.of_kind(Kind::Sequence).iter();
            sequences.filter_map(|one| Some((&one.id, column_id(one.text(Attribute::IdentityOf)?)?)))
        };
        for (sequence, column) in identities(self.right) {
            edges.before(at.get(&(Step::Drop, sequence)), at.get(&(Step::Alter, &column)));
            let made = [Step::Create, Step::Alter].into_iter();
            let columns = made.clone().filter_map(|step| at.get(&(step, &column)));
            let tables = made.filter_map(|step| at.get(&(step, whole(&column, self.right)?)));
            for with in columns.chain(tables) {
                edges.before(Some(with), at.get(&(Step::Create, sequence)));
            }
        }
        for (sequence, column) in identities(self.left) {
            edges.before(at.get(&(Step::Release, &column)), at.get(&(Step::Create, sequence)));
            // Who uses the sequence goes before the identity does.
            for user in self.dependents.get(sequence).into_iter().flatten() {
                edges.before(at.get(&(Step::Drop, *user)), at.get(&(Step::Release, &column)));
            }
        }
    }

    /// A table is joined to its parents when they have their columns, and one that is put aside is so before they lose
    /// some.
    fn parent_edges(
        &self,
        actions: &[Action],
        at: &Places<'_>,
        tables: &BTreeMap<String, Vec<usize>>,
        edges: &mut Edges,
    ) {
        let columns = |table: &str| -> Vec<usize> {
            let places = tables.get(table).into_iter().flatten().copied();
            places.filter(|place| actions[*place].id.kind == Kind::Column).collect()
        };
        let mut joining: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut own: Vec<(usize, String)> = Vec::new();
        for (place, action) in actions.iter().enumerate() {
            if let Some(before) = self.left.get(&action.id).filter(|_| action.step == Step::Release)
                && before.get(Attribute::Inherits).is_some()
            {
                let parts = |table: &str| -> Vec<usize> {
                    let places = tables.get(table).into_iter().flatten().copied();
                    places.filter(|place| actions[*place].step != Step::Release).collect()
                };
                edges.all_before(&[place], &parts(&action.id.to_string()));
                for parent in before.list(Attribute::Inherits) {
                    edges.all_before(&[place], &parts(parent));
                }
            }
            let Some(table) = self.right.get(&action.id).filter(|table| table.id.kind.is_relation()) else { continue };
            if let Some(of_type) = table.text(Attribute::OfType).filter(|_| action.step == Step::Complete) {
                joining.entry(of_type).or_default().push(place);
            }
            let is_partition = table.get(Attribute::PartitionBound).is_some();
            if action.step == Step::Complete || action.step == Step::Create && !is_partition {
                for parent in table.list(Attribute::Inherits) {
                    joining.entry(parent).or_default().push(place);
                }
            }
            if action.step == Step::Complete {
                own.push((place, table.id.to_string()));
            }
        }
        // A column of its own that a child has as well is there before that of its parent's comes down, and goes
        // after it.
        for (place, action) in actions.iter().enumerate().filter(|(_, action)| action.id.kind == Kind::Column) {
            if action.step == Step::Drop && !self.is_dropped_along(&action.id) {
                let parent = self.parent_part(&action.id, self.left);
                edges.before(parent.as_ref().and_then(|parent| at.get(&(Step::Drop, parent))), Some(&place));
            }
            if action.step == Step::Create {
                let parent = self.parent_part(&action.id, self.right);
                let parent = parent.as_ref().and_then(|parent| at.get(&(Step::Create, parent)));
                if self.is_created_along(&action.id) {
                    edges.before(parent, Some(&place));
                } else {
                    edges.before(Some(&place), parent);
                }
            }
            // What comes down to a column from those above it does so before it is told otherwise.
            if action.step == Step::Alter
                && let Some(parent) = self.parent_part(&action.id, self.right)
            {
                edges.before(at.get(&(Step::Alter, &parent)), Some(&place));
            }
            // Those below that go are gone by then: one may be partitioned by it.
            if matches!(action.step, Step::Drop | Step::Alter) {
                let mut above: Vec<&ObjectId> = whole(&action.id, self.left).into_iter().collect();
                while let Some(table) = above.pop() {
                    for below in self.left_names.children(table) {
                        edges.before(at.get(&(Step::Drop, &below.id)), Some(&place));
                        above.push(&below.id);
                    }
                }
            }
        }
        for (parent, children) in joining {
            edges.all_before(&columns(parent), &children);
        }
        for (place, table) in own {
            edges.all_before(&columns(&table), &[place]);
        }
        for id in &self.rebuilt {
            let aside: Vec<usize> = at.get(&(Step::Drop, id)).copied().into_iter().collect();
            for parent in self.left.get(id).map_or(&[][..], |table| table.list(Attribute::Inherits)) {
                edges.all_before(&aside, &columns(parent));
            }
        }
    }

    /// A CHECK of a child's own is there before that of the same name comes down from above without having looked at the
    /// rows: what is made after it would be one with it, and cannot be validated then. It goes after the one from above,
    /// and is the child's alone by then.
    fn check_edges(&self, actions: &[Action], at: &Places<'_>, edges: &mut Edges) {
        for (place, action) in actions.iter().enumerate().filter(|(_, action)| action.id.kind == Kind::Constraint) {
            let (snapshot, names) = match action.step {
                Step::Create => (self.right, &self.right_names),
                Step::Drop => (self.left, &self.left_names),
                _ => continue,
            };
            let is_meant = |check: &&Object| action.step == Step::Drop || check.flag(Attribute::Unvalidated);
            let check = snapshot.get(&action.id).filter(|check| is_check(check)).filter(is_meant);
            let mut above: Vec<&ObjectId> = check.and_then(|check| whole(&check.id, snapshot)).into_iter().collect();
            while let Some(table) = above.pop() {
                for below in names.children(table) {
                    let own = at.get(&(action.step, &below.id.part(Kind::Constraint, action.id.name.clone()))).copied();
                    if action.step == Step::Create {
                        edges.before(own.as_ref(), Some(&place));
                    } else {
                        edges.before(Some(&place), own.as_ref());
                    }
                    above.push(&below.id);
                }
            }
        }
    }

    /// What is kept over a crash never refers to what is not.
    fn persistence_edges(&self, actions: &[Action], at: &Places<'_>, edges: &mut Edges) {
        for (place, action) in actions.iter().enumerate().filter(|(_, action)| action.step == Step::Alter) {
            let id = &action.id;
            let persistence = |side: &'s Snapshot| side.get(id).and_then(|table| table.get(Attribute::Persistence));
            if id.kind != Kind::Table || persistence(self.left) == persistence(self.right) {
                continue;
            }
            let keys = self.left.parts(id, Kind::Constraint).iter().filter_map(|key| key.text(Attribute::References));
            let tables = keys.filter_map(|name| self.left.get(&table_id(name, self.left)?));
            for referred in tables.filter_map(|table| at.get(&(Step::Alter, &table.id))) {
                let is_kept = persistence(self.right).is_none();
                let (first, second) = if is_kept { (referred, &place) } else { (&place, referred) };
                edges.before(Some(first), Some(second));
            }
        }
    }

    /// Where the indexes are joined to those of a partitioned table, which are none before.
    fn joined_below(&self, table: &ObjectId, at: &Places<'_>) -> Vec<usize> {
        let kinds = [Kind::Index, Kind::Constraint].into_iter();
        let mut above: Vec<&ObjectId> =
            kinds.flat_map(|kind| self.right.parts(table, kind)).map(|index| &index.id).collect();
        let mut joined = Vec::new();
        while let Some(index) = above.pop() {
            for below in self.right_names.attached(&ddl::common::index_name(index)) {
                let steps = [Step::Alter, Step::Complete];
                joined.extend(steps.iter().filter_map(|step| at.get(&(*step, *below))));
                above.push(below);
            }
        }
        joined
    }

    /// Within tables: constraints and indexes go before columns do and come after them; sequences are joined to columns
    /// that are there; what foreign keys refer to is there before them.
    pub(super) fn table_edges(&self, actions: &[Action], at: &Places<'_>, edges: &mut Edges) {
        let mut tables: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, action) in actions.iter().enumerate() {
            if let Some(table) = action.id.whole() {
                tables.entry(table).or_default().push(place);
            }
        }
        for places in tables.values() {
            let (columns, others): (Vec<usize>, Vec<usize>) =
                places.iter().partition(|place| actions[**place].id.kind == Kind::Column);
            let of_step = |places: &[usize], is_meant: fn(Step) -> bool| -> Vec<usize> {
                places.iter().copied().filter(|place| is_meant(actions[*place].step)).collect()
            };
            edges.all_before(
                &of_step(&others, |step| step == Step::Drop),
                &of_step(&columns, |step| step != Step::Release),
            );
            edges.all_before(
                &of_step(&columns, |step| step != Step::Drop),
                &of_step(&others, |step| matches!(step, Step::Create | Step::Alter)),
            );
            // A new column comes after those before it.
            let position = |place: &usize| self.right.get(&actions[*place].id)?.number(Attribute::Position);
            let mut new = of_step(&columns, |step| step == Step::Create);
            new.sort_by_key(position);
            for pair in new.windows(2) {
                edges.before(Some(&pair[0]), Some(&pair[1]));
            }
        }
        let made = [Step::Create, Step::Alter];
        let mut references: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, action) in actions.iter().enumerate() {
            let object = self.right.get(&action.id);
            if action.step == Step::Complete
                && let Some(column) = object.and_then(|object| column_id(object.text(Attribute::OwnedBy)?))
            {
                let table = whole(&column, self.right);
                for step in made {
                    edges.before(at.get(&(step, &column)), Some(&place));
                    edges.before(table.and_then(|table| at.get(&(step, table))), Some(&place));
                }
            }
            if matches!(action.step, Step::Complete | Step::Alter)
                && let Some(parent) = object.and_then(|object| object.text(Attribute::ParentIndex))
                && let Some(parent) = self.right_names.index(parent)
            {
                for step in made {
                    edges.before(at.get(&(step, parent)), Some(&place));
                }
            }
            // What a sequence is taken from goes after that.
            let had_owner = self.left.get(&action.id).and_then(|object| column_id(object.text(Attribute::OwnedBy)?));
            if matches!(action.step, Step::Release | Step::Alter)
                && let Some(column) = had_owner
            {
                edges.before(Some(&place), at.get(&(Step::Drop, &column)));
                let table = whole(&column, self.left);
                edges.before(Some(&place), table.and_then(|table| at.get(&(Step::Drop, table))));
            }
            if action.step == Step::Create
                && let Some(referred) = object.and_then(|object| object.text(Attribute::References))
            {
                references.entry(referred).or_default().push(place);
            }
        }
        for (referred, keys) in references {
            let of_table = tables.get(referred).into_iter().flatten().copied().filter(|place| {
                let (id, step) = (&actions[*place].id, actions[*place].step);
                let is_key = matches!(id.kind, Kind::Constraint | Kind::Index)
                    && self.right.get(id).is_some_and(|key| key.get(Attribute::References).is_none());
                made.contains(&step) && (is_key || id.kind == Kind::Column) || step == Step::Complete && is_key
            });
            let mut first: Vec<usize> = of_table.collect();
            if let Some(table) = table_id(referred, self.right) {
                first.extend(self.joined_below(&table, at));
                let steps = [Step::Create, Step::Alter, Step::Complete];
                first.extend(steps.iter().filter_map(|step| at.get(&(*step, &table))));
            }
            edges.all_before(&first, &keys);
        }
        self.persistence_edges(actions, at, edges);
        self.check_edges(actions, at, edges);
        self.copy_edges(actions, at, edges);
        self.parent_edges(actions, at, &tables, edges);
        // Partitions are joined before anything is said of their tables' constraints and indexes.
        let joined = |action: &Action| action.step == Step::Complete && action.id.kind == Kind::Table;
        // But for the indexes that the parent has already: the server makes those that it does not find.
        let parent = |id: &ObjectId| {
            self.right.get(id).and_then(|index| self.right_names.index(index.text(Attribute::ParentIndex)?))
        };
        let is_found = |id: &ObjectId| {
            let ancestor = std::iter::successors(parent(id), |index| parent(index)).last();
            ancestor.is_some_and(|ancestor| !self.comes(ancestor))
        };
        let below = |action: &Action| {
            action.step == Step::Create
                && matches!(action.id.kind, Kind::Constraint | Kind::Index | Kind::Trigger)
                && !is_found(&action.id)
        };
        for (place, action) in actions.iter().enumerate() {
            if action.step == Step::Create && is_found(&action.id) {
                let table = whole(&action.id, self.right);
                let joined = table.and_then(|table| at.get(&(Step::Complete, table)));
                edges.before(Some(&place), joined);
                edges.before(joined, at.get(&(Step::Complete, &action.id)));
                // A tree of them is whole before it is joined to another one.
                let above = parent(&action.id).filter(|parent| self.comes(parent));
                let above = above.and_then(|parent| at.get(&(Step::Complete, whole(parent, self.right)?)));
                edges.before(at.get(&(Step::Complete, &action.id)), above);
            }
        }
        let places = |is_meant: &dyn Fn(&Action) -> bool| -> Vec<usize> {
            actions.iter().enumerate().filter(|(_, action)| is_meant(action)).map(|(place, _)| place).collect()
        };
        edges.all_before(&places(&joined), &places(&below));
    }
}
