//! The differences of a comparison as a tree: schema, kind, object, and the parts of an object under it.
//!
//! Everything here is done once for each change of the comparison, of what is wanted, or of what is folded. A drawing
//! asks for the rows in view only, so that it takes the same time whether ten objects differ or a hundred thousand.

mod build;
mod marks;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::schema::diff::{Difference, Presence};
use crate::schema::{Kind, Name, ObjectId};
use crate::window::drift::Comparison;
use crate::window::drift::standing::Standing;

pub use marks::Marked;

use build::{Place, nodes, places, searched};
use marks::Marks;

/// From so many differences on, kinds are folded at first.
const MANY: usize = 300;

/// Which differences are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// By what they are to an operator.
    pub standings: Standings,
    /// By where the object is.
    pub presence: Option<Presence>,
    /// By kind; parts count as what they are.
    pub kind: Option<Kind>,
    /// By words that must occur.
    pub query: String,
}

/// Which standings are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standings {
    /// What counts as drift.
    #[default]
    Drift,
    /// What does not follow from the files, or is not proved to.
    Open,
    /// What follows from the files.
    Explained,
    /// What is told apart from drift: information, and what is ignored.
    Aside,
    /// Everything.
    All,
}

impl Standings {
    /// The next choice.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Drift => Self::Open,
            Self::Open => Self::Explained,
            Self::Explained => Self::Aside,
            Self::Aside => Self::All,
            Self::All => Self::Drift,
        }
    }

    /// What is shown, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Open => "unexplained",
            Self::Explained => "explained",
            Self::Aside => "information and ignored",
            Self::All => "everything",
        }
    }

    fn takes(self, standing: Standing) -> bool {
        match self {
            Self::Drift => standing.is_drift(),
            Self::Open => matches!(standing, Standing::Unexplained | Standing::Unproven),
            Self::Explained => standing == Standing::Explained,
            Self::Aside => !standing.is_drift(),
            Self::All => true,
        }
    }
}

/// How many differences there are of each standing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally([u32; Standing::ALL.len()]);

impl Tally {
    fn add(&mut self, standing: Standing) {
        self.0[standing as usize] += 1;
    }

    fn add_all(&mut self, other: Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }

    /// The standings that there are, what wants a look first, with their numbers.
    pub fn present(self) -> impl Iterator<Item = (Standing, u32)> {
        Standing::ALL.into_iter().zip(self.0).filter(|(_, number)| *number > 0)
    }
}

/// What a row of the tree is; stays the same when rows come and go around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// The comparison as a whole.
    Everything,
    /// A schema; `None` is what is outside of schemas.
    Schema(Option<Name>),
    /// The objects of a kind in a schema.
    Kind(Option<Name>, Kind),
    /// An object or a part of one.
    Object(ObjectId),
}

/// One node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub key: Key,
    /// How deep it stands.
    pub depth: u8,
    /// The place of its difference in the comparison, where it is one.
    pub difference: Option<u32>,
    /// What is below it, itself included.
    pub tally: Tally,
    /// The place after the last node below it.
    end: u32,
}

/// The tree of a comparison.
#[derive(Debug)]
pub struct Tree {
    comparison: Arc<Comparison>,
    /// Every difference, in the order of the tree.
    places: Vec<Place>,
    /// What a query looks through, in lower case, place by place; made when there is a query for the first time.
    searched: Vec<Box<str>>,
    wanted: Wanted,
    /// The places of what is wanted.
    found: Vec<u32>,
    nodes: Vec<Node>,
    folded: HashSet<Key>,
    /// What was folded among the results of a query, which are all unfolded at first.
    folded_in_query: HashSet<Key>,
    rows: Vec<u32>,
    marks: Marks,
}

impl Tree {
    /// The tree of what differs.
    #[must_use]
    pub fn new(comparison: Arc<Comparison>, wanted: Wanted) -> Self {
        let places = places(&comparison);
        let mut tree = Self {
            comparison,
            places,
            searched: Vec::new(),
            wanted: Wanted::default(),
            found: Vec::new(),
            nodes: Vec::new(),
            folded: HashSet::new(),
            folded_in_query: HashSet::new(),
            rows: Vec::new(),
            marks: Marks::default(),
        };
        tree.wanted = wanted;
        tree.find(None);
        if tree.found.len() >= MANY {
            tree.fold_all();
        }
        tree
    }

    /// The comparison that it shows.
    #[must_use]
    pub fn comparison(&self) -> &Arc<Comparison> {
        &self.comparison
    }

    /// Shows what is wanted.
    pub fn want(&mut self, wanted: Wanted) {
        if wanted == self.wanted {
            return;
        }
        // A longer query finds nothing that the shorter one did not.
        let rest = |wanted: &Wanted| Wanted { query: String::new(), ..wanted.clone() };
        let is_narrower = rest(&wanted) == rest(&self.wanted)
            && wanted.query.to_lowercase().starts_with(&self.wanted.query.to_lowercase());
        if wanted.query != self.wanted.query {
            self.folded_in_query.clear();
        }
        self.wanted = wanted;
        let among = is_narrower.then(|| std::mem::take(&mut self.found));
        self.find(among);
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing of what is wanted is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many differences are shown, folded ones included.
    #[must_use]
    pub fn shown(&self) -> usize {
        self.found.len()
    }

    /// The node of a row.
    #[must_use]
    pub fn node(&self, row: usize) -> Option<&Node> {
        self.nodes.get(*self.rows.get(row)? as usize)
    }

    /// The difference of a row.
    #[must_use]
    pub fn difference(&self, row: usize) -> Option<&Difference> {
        self.comparison.drift.differences.get(self.node(row)?.difference? as usize)
    }

    /// Whether something is below a row.
    #[must_use]
    pub fn is_branch(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(|node| self.nodes[*node as usize].end > node + 1)
    }

    /// Whether what is below a row is hidden.
    #[must_use]
    pub fn is_folded(&self, row: usize) -> bool {
        self.is_branch(row) && self.node(row).is_some_and(|node| self.folds().contains(&node.key))
    }

    /// The row of a key, where it is in sight.
    #[must_use]
    pub fn row_of(&self, key: &Key) -> Option<usize> {
        self.rows.iter().position(|node| self.nodes[*node as usize].key == *key)
    }

    /// Hides what is below a row; `false` where nothing is, or it is hidden already.
    pub fn fold(&mut self, row: usize) -> bool {
        let is_open = self.is_branch(row) && !self.is_folded(row);
        match self.node(row).map(|node| node.key.clone()).filter(|key| is_open && *key != Key::Everything) {
            Some(key) => {
                self.folds_mut().insert(key);
                self.lay_out();
                true
            }
            None => false,
        }
    }

    /// Shows what is below a row; `false` where nothing is hidden.
    pub fn unfold(&mut self, row: usize) -> bool {
        match self.node(row).map(|node| node.key.clone()).filter(|_| self.is_folded(row)) {
            Some(key) => {
                self.folds_mut().remove(&key);
                self.lay_out();
                true
            }
            None => false,
        }
    }

    /// Hides every object.
    pub fn fold_all(&mut self) {
        let kinds = self.nodes.iter().filter(|node| matches!(node.key, Key::Kind(..)));
        let keys: Vec<Key> = kinds.map(|node| node.key.clone()).collect();
        self.folds_mut().extend(keys);
        self.lay_out();
    }

    /// Shows every object.
    pub fn unfold_all(&mut self) {
        self.folds_mut().clear();
        self.lay_out();
    }

    /// The row that a row is below of.
    #[must_use]
    pub fn parent(&self, row: usize) -> Option<usize> {
        let depth = self.node(row)?.depth;
        (0..row).rev().find(|above| self.node(*above).is_some_and(|node| node.depth < depth))
    }

    /// The next or previous difference that wants a look, around the ends, unfolded where it was hidden: a match of the
    /// query, or else what is not explained.
    pub fn step(&mut self, row: usize, forward: bool) -> Option<usize> {
        let wants = |node: &Node| {
            let Some(difference) = node.difference else { return false };
            let standing = self.comparison.standing(difference as usize);
            !self.wanted.query.is_empty() || matches!(standing, Standing::Unexplained | Standing::Unproven)
        };
        let count = self.nodes.len();
        let now = *self.rows.get(row)? as usize;
        let found = (1..=count)
            .map(|distance| if forward { now + distance } else { now + count - distance } % count)
            .find(|place| wants(&self.nodes[*place]))?;
        let above: Vec<Key> =
            self.nodes[..found].iter().filter(|node| node.end as usize > found).map(|node| node.key.clone()).collect();
        let mut was_hidden = false;
        for key in &above {
            was_hidden |= self.folds_mut().remove(key);
        }
        if was_hidden {
            self.lay_out();
        }
        self.rows.iter().position(|node| *node as usize == found)
    }

    /// The kinds that differ, with how many differences of each there are.
    #[must_use]
    pub fn kinds(&self) -> BTreeMap<Kind, usize> {
        let mut kinds = BTreeMap::new();
        for difference in &self.comparison.drift.differences {
            *kinds.entry(difference.id.kind).or_default() += 1;
        }
        kinds
    }

    fn folds(&self) -> &HashSet<Key> {
        if self.wanted.query.is_empty() { &self.folded } else { &self.folded_in_query }
    }

    fn folds_mut(&mut self) -> &mut HashSet<Key> {
        if self.wanted.query.is_empty() { &mut self.folded } else { &mut self.folded_in_query }
    }

    /// Looks for what is wanted, among these places or all, and makes the tree of it.
    fn find(&mut self, among: Option<Vec<u32>>) {
        let words: Vec<String> = self.wanted.query.split_whitespace().map(str::to_lowercase).collect();
        if !words.is_empty() && self.searched.is_empty() {
            self.searched = self.places.iter().map(|place| searched(&self.comparison, *place)).collect();
        }
        let fits = |place: &u32| {
            let index = *place as usize;
            let place = self.places[index];
            let difference = &self.comparison.drift.differences[place.difference as usize];
            self.wanted.standings.takes(place.standing)
                && self.wanted.presence.is_none_or(|presence| presence == difference.presence)
                && self.wanted.kind.is_none_or(|kind| kind == difference.id.kind)
                && words.iter().all(|word| self.searched[index].contains(word.as_str()))
        };
        let found: Vec<u32> = match among {
            Some(places) => places.into_iter().filter(fits).collect(),
            None => (0..).take(self.places.len()).filter(fits).collect(),
        };
        self.nodes = nodes(&self.comparison, found.iter().map(|place| self.places[*place as usize]));
        self.found = found;
        self.count_marks();
        self.lay_out();
    }

    /// Finds the rows in sight.
    fn lay_out(&mut self) {
        let folds = self.folds();
        let mut rows = Vec::new();
        let mut at = 0;
        while let Some(node) = self.nodes.get(at) {
            rows.push(u32::try_from(at).unwrap_or(u32::MAX));
            let is_folded = node.end as usize > at + 1 && folds.contains(&node.key);
            at = if is_folded { node.end as usize } else { at + 1 };
        }
        self.rows = rows;
    }
}

#[cfg(test)]
mod tests;
