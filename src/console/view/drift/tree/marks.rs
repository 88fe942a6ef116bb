//! Which differences are marked, to be drafted.

use std::collections::HashSet;

use crate::schema::ObjectId;
use crate::schema::diff::Difference;
use crate::window::drift::reconcile::drops;

use super::Tree;

/// How many of the differences below a row can be marked, and how many are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marked {
    /// Those that count as drift.
    pub possible: u32,
    /// Those of them that are marked.
    pub marked: u32,
}

/// The marks of a tree.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// The places of the marked differences in the comparison.
    places: HashSet<u32>,
    /// What stands before each node, so that what is below one is a subtraction; one entry more than there are nodes.
    before: Vec<Marked>,
}

impl Tree {
    /// How much of what is below a row is marked, the row itself included.
    #[must_use]
    pub fn marked(&self, row: usize) -> Marked {
        let Some((start, end)) = self.span(row) else { return Marked::default() };
        let at = |place: usize| self.marks.before.get(place).copied().unwrap_or_default();
        let (start, end) = (at(start), at(end));
        Marked { possible: end.possible - start.possible, marked: end.marked - start.marked }
    }

    /// How many differences are marked, those included that are not shown.
    #[must_use]
    pub fn marks(&self) -> usize {
        self.marks.places.len()
    }

    /// The marked objects, in the order of the comparison.
    #[must_use]
    pub fn marked_objects(&self) -> Vec<ObjectId> {
        let differences = (0..).zip(&self.comparison.drift.differences);
        let marked = differences.filter(|(place, _)| self.marks.places.contains(place));
        marked.map(|(_, difference)| difference.id.clone()).collect()
    }

    /// The places of what is shown below a row, counts as drift and is not marked: first what the draft would make or
    /// change, then what it would drop.
    #[must_use]
    pub fn unmarked(&self, row: usize) -> (Vec<u32>, Vec<u32>) {
        let Some((start, end)) = self.span(row) else { return (Vec::new(), Vec::new()) };
        let places = self.nodes[start..end].iter().filter_map(|node| node.difference);
        let open = places.filter(|place| self.can_be_marked(*place) && !self.marks.places.contains(place));
        open.partition(|place| !self.at(*place).is_some_and(drops))
    }

    /// Marks differences.
    pub fn mark(&mut self, places: &[u32]) {
        self.marks.places.extend(places);
        self.count_marks();
    }

    /// Takes the marks off everything that is shown below a row.
    pub fn unmark(&mut self, row: usize) {
        let Some((start, end)) = self.span(row) else { return };
        for place in self.nodes[start..end].iter().filter_map(|node| node.difference) {
            self.marks.places.remove(&place);
        }
        self.count_marks();
    }

    /// Takes off every mark; `false` where there was none.
    pub fn unmark_all(&mut self) -> bool {
        let had_marks = !self.marks.places.is_empty();
        self.marks.places.clear();
        self.count_marks();
        had_marks
    }

    /// Marks what was marked in another tree, as far as it still differs in the same way.
    pub fn mark_as_in(&mut self, other: &Tree) {
        let marked: HashSet<(&ObjectId, bool)> =
            other.marks.places.iter().filter_map(|place| other.at(*place)).map(|one| (&one.id, drops(one))).collect();
        if marked.is_empty() {
            return;
        }
        let differences = (0..).zip(&self.comparison.drift.differences);
        let still = differences.filter(|(_, difference)| marked.contains(&(&difference.id, drops(difference))));
        let still: Vec<u32> = still.map(|(place, _)| place).filter(|place| self.can_be_marked(*place)).collect();
        self.mark(&still);
    }

    /// Counts again what is marked below each node.
    pub(super) fn count_marks(&mut self) {
        let mut sum = Marked::default();
        let mut before = Vec::with_capacity(self.nodes.len() + 1);
        before.push(sum);
        for node in &self.nodes {
            if let Some(place) = node.difference {
                sum.possible += u32::from(self.can_be_marked(place));
                sum.marked += u32::from(self.marks.places.contains(&place));
            }
            before.push(sum);
        }
        self.marks.before = before;
    }

    fn can_be_marked(&self, place: u32) -> bool {
        self.comparison.standing(place as usize).is_drift()
    }

    pub(super) fn at(&self, place: u32) -> Option<&Difference> {
        self.comparison.drift.differences.get(place as usize)
    }

    /// The nodes of a row and of what is below it.
    fn span(&self, row: usize) -> Option<(usize, usize)> {
        let start = *self.rows.get(row)? as usize;
        Some((start, self.nodes[start].end as usize))
    }
}
