//! The copies that partitions have of their tables' triggers. They come and go with these; only whether they are on is
//! their own, and that too is said anew with each statement on a trigger above them.

use super::DraftStatement;
use super::action::{Action, Step};
use super::edges::Places;
use super::lookup::table_id;
use super::order::Edges;
use super::parts::whole;
use super::plan::{Fate, Plan};
use super::statement::plain;
use crate::schema::attribute::Attribute;
use crate::schema::ddl::{self, Pair};
use crate::schema::kind::Kind;
use crate::schema::object::{Attributes, Object, ObjectId};
use crate::schema::snapshot::Snapshot;

impl<'s> Plan<'s> {
    /// The trigger that a copy is of.
    fn original(&self, copy: &ObjectId, snapshot: &'s Snapshot) -> Option<&'s Object> {
        above(copy, snapshot).filter_map(|id| snapshot.get(&id)).find(|trigger| !trigger.flag(Attribute::Inherited))
    }

    /// Whether a copy goes with its original.
    pub(super) fn goes_with_original(&self, trigger: &Object) -> bool {
        trigger.id.kind == Kind::Trigger
            && trigger.flag(Attribute::Inherited)
            && (self.original(&trigger.id, self.left).is_some_and(|original| self.goes(&original.id))
                || above(&trigger.id, self.left).next() != above(&trigger.id, self.right).next())
    }

    /// Copies whose originals are made anew are made with them; those below a trigger that is switched are switched
    /// after it.
    pub(super) fn switch_copies(&mut self) {
        let mut switched: Vec<(ObjectId, Fate)> = Vec::new();
        for to in self.right.of_kind(Kind::Trigger).iter().filter(|trigger| trigger.flag(Attribute::Inherited)) {
            let Some(from) = self.left.get(&to.id).filter(|_| !self.goes(&to.id)) else { continue };
            if self.original(&to.id, self.right).is_some_and(|original| self.comes(&original.id)) {
                switched.push((to.id.clone(), Fate::Remake));
            } else if above(&to.id, self.right).any(|id| self.fates.contains_key(&id)) {
                let attributes = Attributes::without(from.attributes(), Attribute::Enabled);
                let from = Object::new(to.id.clone(), attributes);
                let pair = Pair { from: &from, to, from_schema: self.left, to_schema: self.right };
                switched.push((to.id.clone(), Fate::Alter(ddl::alter(pair).statements)));
            }
        }
        self.fates.extend(switched);
    }

    /// What makes a copy that was switched on or off again like the trigger above it.
    pub(super) fn like_above(&self, copy: &ObjectId) -> Option<Vec<DraftStatement>> {
        let trigger = above(copy, self.right).find_map(|id| self.right.get(&id))?;
        let mut attributes = Attributes::new();
        attributes.flag(Attribute::Inherited, true);
        let from = Object::new(copy.clone(), attributes.clone());
        let state = trigger.get(Attribute::Enabled).cloned().unwrap_or_else(|| "origin".into());
        attributes.some(Attribute::Enabled, Some(state));
        let to = Object::new(copy.clone(), attributes);
        let pair = Pair { from: &from, to: &to, from_schema: self.left, to_schema: self.right };
        Some(ddl::alter(pair).statements.into_iter().map(|sql| plain(sql, &[copy])).collect())
    }

    /// Triggers are made and switched from above to below.
    pub(super) fn copy_edges(&self, actions: &[Action], at: &Places<'_>, edges: &mut Edges) {
        let steps = [Step::Drop, Step::Create, Step::Alter];
        for (place, action) in actions.iter().enumerate().filter(|(_, action)| action.id.kind == Kind::Trigger) {
            let is_drop = |trigger: &&Object| action.step == Step::Drop && !trigger.flag(Attribute::Inherited);
            if self.left.get(&action.id).filter(is_drop).is_some() {
                // Its name is free before a copy takes it.
                for id in above(&action.id, self.right) {
                    edges.before(Some(&place), at.get(&(Step::Create, &id)));
                }
                continue;
            }
            for id in above(&action.id, self.right) {
                for step in steps {
                    edges.before(at.get(&(step, &id)), Some(&place));
                }
            }
        }
    }
}

/// The same trigger in the tables above, the nearest first, whether there is something to say of it or not.
fn above<'s>(trigger: &ObjectId, snapshot: &'s Snapshot) -> impl Iterator<Item = ObjectId> + use<'s> {
    let parent = |table: &ObjectId| {
        let table = snapshot.get(table).filter(|table| table.get(Attribute::PartitionBound).is_some())?;
        table_id(table.list(Attribute::Inherits).first()?, snapshot)
    };
    let first = whole(trigger, snapshot).and_then(parent);
    let name = trigger.name.clone();
    std::iter::successors(first, move |table| parent(table)).map(move |table| table.part(Kind::Trigger, name.clone()))
}
