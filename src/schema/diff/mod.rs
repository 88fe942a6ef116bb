//! What differs between two snapshots, attribute by attribute.
//!
//! Two databases made by the same files never differ, whatever the versions of their servers: what servers write in
//! different ways is told from what is different (`normalise`), and what no migration decides is information.

mod ignore;
mod normalise;
mod order;
mod sql;

use std::collections::{BTreeSet, HashSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::ignore::{IgnoreRule, RuleReport, RuleState};
use super::attribute::{Attribute, Weight};
use super::kind::Kind;
use super::name::Name;
use super::object::{Object, ObjectId};
use super::snapshot::{Gap, Snapshot, Version};
use super::value::Value;

/// How two snapshots are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffOptions {
    /// What is not compared at all.
    pub ignored_attributes: BTreeSet<Attribute>,
    /// Differences that somebody has accepted.
    pub rules: Vec<IgnoreRule>,
    /// The day on which rules expire or not.
    pub today: Date,
}

impl DiffOptions {
    /// Everything is compared, and nothing is accepted.
    #[must_use]
    pub fn on(today: Date) -> Self {
        Self { ignored_attributes: BTreeSet::new(), rules: Vec::new(), today }
    }

    /// Leaves out every attribute of this weight: owners, grants, comments, the order of columns.
    pub fn ignore_weight(&mut self, weight: Weight) {
        self.ignored_attributes.extend(Attribute::ALL.iter().filter(|attribute| attribute.weight() == weight));
    }
}

/// What differs between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// In the order of their identities.
    pub differences: Vec<Difference>,
    /// What could not be read on either side: there, nothing can be said.
    pub gaps: Vec<SideGap>,
    /// What became of each ignore rule, in their order.
    pub rules: Vec<RuleReport>,
}

impl Drift {
    /// Whether the two are the same schema: nothing differs that counts, and nothing is unknown.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.gaps.is_empty() && self.drifting().next().is_none()
    }

    /// The differences that count.
    pub fn drifting(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.verdict == Verdict::Drift)
    }
}

/// A side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The one named first.
    Left,
    /// The one named second.
    Right,
}

impl Side {
    /// The opposite one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }
}

/// What could not be read on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SideGap {
    /// The side.
    pub side: Side,
    /// What, and why.
    pub gap: Gap,
}

/// How an object differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It is on the left side only, with all its parts.
    OnlyLeft,
    /// It is on the right side only, with all its parts.
    OnlyRight,
    /// It is on both sides and not the same.
    Changed,
}

impl Presence {
    /// The sign that marks it in text, as in a diff from left to right.
    pub fn sign(self) -> &'static str {
        match self {
            Presence::OnlyLeft => "-",
            Presence::OnlyRight => "+",
            Presence::Changed => "~",
        }
    }
}

/// What a difference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The schemas drift apart here.
    Drift,
    /// No migration decides this.
    Information,
    /// Somebody has accepted it, by the rule of this place.
    Ignored(usize),
}

/// One object that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The object. A part of a relation that is on one side only is no difference of its own.
    pub id: ObjectId,
    /// Where it is.
    pub presence: Presence,
    /// What differs in it, if it is on both sides.
    pub changes: Vec<Change>,
    /// What it means as a whole.
    pub verdict: Verdict,
}

impl Difference {
    /// How much it weighs: as much as the gravest of its changes that counts.
    #[must_use]
    pub fn weight(&self) -> Weight {
        let counting = self.changes.iter().filter(|change| change.ignored.is_none());
        let default = match self.presence {
            Presence::Changed => Weight::Information,
            Presence::OnlyLeft | Presence::OnlyRight => Weight::Structure,
        };
        counting.map(|change| change.weight).min().unwrap_or(default)
    }
}

/// One attribute that differs; `None` is the default of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The attribute.
    pub attribute: Attribute,
    /// Its value on the left side.
    pub left: Option<Value>,
    /// Its value on the right side.
    pub right: Option<Value>,
    /// How much it weighs here; [`Weight::Information`] where no migration decides it.
    pub weight: Weight,
    /// The place of the rule by which somebody has accepted it.
    pub ignored: Option<usize>,
}

/// Compares two snapshots.
#[must_use]
pub fn diff(left: &Snapshot, right: &Snapshot, options: &DiffOptions) -> Drift {
    let mut comparison = Comparison {
        left,
        right,
        options,
        versions: (left.server, right.server),
        one_sided: one_sided_wholes(left, right),
        ignores: ignore::Ignores::new(&options.rules, options.today),
        differences: Vec::new(),
    };
    comparison.walk();
    comparison.fold_identity_sequences();
    let side_gaps = |side, snapshot: &Snapshot| {
        snapshot.gaps.iter().map(move |gap| SideGap { side, gap: gap.clone() }).collect::<Vec<_>>()
    };
    let gaps = [side_gaps(Side::Left, left), side_gaps(Side::Right, right)].concat();
    Drift { differences: comparison.differences, gaps, rules: comparison.ignores.report() }
}

/// Relations and domains that are on one side only, by schema and name: their parts go with them.
fn one_sided_wholes<'s>(left: &'s Snapshot, right: &'s Snapshot) -> HashSet<(Option<&'s Name>, &'s Name)> {
    let is_whole = |kind: &&Kind| kind.is_relation() || **kind == Kind::Domain;
    let mut found = HashSet::new();
    for kind in Kind::ALL.iter().filter(is_whole) {
        for (here, there) in [(left, right), (right, left)] {
            let missing = here.of_kind(*kind).iter().filter(|object| there.get(&object.id).is_none());
            found.extend(missing.map(|object| (object.id.schema.as_ref(), &object.id.name)));
        }
    }
    found
}

struct Comparison<'s> {
    left: &'s Snapshot,
    right: &'s Snapshot,
    options: &'s DiffOptions,
    versions: (Version, Version),
    one_sided: HashSet<(Option<&'s Name>, &'s Name)>,
    ignores: ignore::Ignores<'s>,
    differences: Vec<Difference>,
}

impl<'s> Comparison<'s> {
    /// Goes through both, which are sorted alike.
    fn walk(&mut self) {
        let (mut left, mut right) = (self.left.objects().iter().peekable(), self.right.objects().iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => break,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(left), Some(right)) => left.id.cmp(&right.id),
            };
            let pair = (left.next_if(|_| order.is_le()), right.next_if(|_| order.is_ge()));
            match pair {
                (Some(left), Some(right)) if left == right => {}
                (Some(left), Some(right)) => self.changed(left, right),
                (Some(object), None) => self.missing(object, Presence::OnlyLeft),
                (None, Some(object)) => self.missing(object, Presence::OnlyRight),
                (None, None) => {}
            }
        }
    }

    /// Whether nothing can be said of it, because one side could not be read.
    fn is_unknown(&self, kind: Kind, attribute: Option<Attribute>) -> bool {
        [self.left, self.right].iter().flat_map(|side| &side.gaps).any(|gap| gap.covers(kind, attribute))
    }

    fn belongs_to_one_sided(&self, id: &ObjectId) -> bool {
        id.relation.as_ref().is_some_and(|relation| self.one_sided.contains(&(id.schema.as_ref(), relation)))
    }

    /// Whether it is a column that a query decides about.
    fn is_column_of_query(&self, id: &ObjectId) -> bool {
        let (Kind::Column, Some(relation)) = (id.kind, &id.relation) else { return false };
        [Kind::View, Kind::MaterializedView].into_iter().any(|kind| {
            let view = ObjectId { kind, schema: id.schema.clone(), relation: None, name: relation.clone() };
            self.left.get(&view).is_some()
        })
    }

    fn missing(&mut self, object: &Object, presence: Presence) {
        let id = &object.id;
        if self.belongs_to_one_sided(id) || self.is_unknown(id.kind, None) {
            return;
        }
        if self.is_column_of_query(id) && object.attributes().iter().all(|(attribute, _)| is_of_query(*attribute)) {
            return;
        }
        let is_information = normalise::may_be_missing(object);
        let verdict = match self.ignores.whole(id) {
            _ if is_information => Verdict::Information,
            Some(rule) => Verdict::Ignored(rule),
            None => Verdict::Drift,
        };
        self.differences.push(Difference { id: id.clone(), presence, changes: Vec::new(), verdict });
    }

    fn changed(&mut self, left: &'s Object, right: &'s Object) {
        let id = &left.id;
        if self.belongs_to_one_sided(id) || self.is_unknown(id.kind, None) {
            return;
        }
        let is_column_of_query = id.kind == Kind::Column && self.is_column_of_query(id);
        let mut changes = Vec::new();
        for (attribute, left_value, right_value) in both(left, right) {
            if left_value == right_value
                || self.options.ignored_attributes.contains(&attribute)
                || self.is_unknown(id.kind, Some(attribute))
                || is_column_of_query && is_of_query(attribute)
                || normalise::is_same(id, attribute, left_value, right_value, self.versions)
                || attribute == Attribute::Members && self.are_same_members(left, right)
            {
                continue;
            }
            let weight = if attribute == Attribute::Position {
                order::weight(self.left, self.right, id)
            } else if normalise::is_information(left, right, attribute, self.versions) {
                Some(Weight::Information)
            } else {
                Some(attribute.weight())
            };
            let Some(weight) = weight else { continue };
            let ignored = self.ignores.attribute(id, attribute);
            let (left, right) = (left_value.cloned(), right_value.cloned());
            changes.push(Change { attribute, left, right, weight, ignored });
        }
        if changes.is_empty() {
            return;
        }
        let counting = changes.iter().filter(|change| change.weight != Weight::Information);
        let verdict = match counting.map(|change| change.ignored).collect::<Option<Vec<usize>>>() {
            None => Verdict::Drift,
            Some(rules) => rules.last().map_or(Verdict::Information, |rule| Verdict::Ignored(*rule)),
        };
        self.differences.push(Difference { id: id.clone(), presence: Presence::Changed, changes, verdict });
    }

    /// Whether the family of two operator classes, or a family, has the same members in all. Servers from 14 on make
    /// members of the family of some that are named with a class.
    fn are_same_members(&self, left: &Object, right: &Object) -> bool {
        (self.versions.0.major >= 14) != (self.versions.1.major >= 14)
            && members_of_family(left, self.left) == members_of_family(right, self.right)
    }

    /// The sequence of an identity column comes and goes with that.
    fn fold_identity_sequences(&mut self) {
        let identity_of = |difference: &Difference| {
            let side = match difference.presence {
                Presence::OnlyLeft => self.left,
                Presence::OnlyRight => self.right,
                Presence::Changed => return None,
            };
            Some(side.get(&difference.id)?.text(Attribute::IdentityOf)?.to_owned())
        };
        let sequences = self.differences.iter().filter(|difference| difference.id.kind == Kind::Sequence);
        let sequences: Vec<(ObjectId, String)> =
            sequences.filter_map(|difference| Some((difference.id.clone(), identity_of(difference)?))).collect();
        if sequences.is_empty() {
            return;
        }
        // A column that is no identity on the other side has none of its sequence either.
        let of_columns: HashSet<String> = (self.differences.iter())
            .filter(|difference| {
                let is_identity = |change: &Change| change.attribute == Attribute::Identity;
                difference.id.kind == Kind::Column
                    && (difference.presence != Presence::Changed || difference.changes.iter().any(is_identity))
            })
            .map(|difference| difference.id.to_string())
            .collect();
        let of_tables: Vec<String> = (self.differences.iter())
            .filter(|difference| difference.id.kind.is_relation() && difference.presence != Presence::Changed)
            .map(|difference| format!("{}.", difference.id))
            .collect();
        let goes: HashSet<ObjectId> = (sequences.into_iter())
            .filter(|(_, column)| {
                of_columns.contains(column) || of_tables.iter().any(|table| column.starts_with(table.as_str()))
            })
            .map(|(id, _)| id)
            .collect();
        self.differences.retain(|difference| !goes.contains(&difference.id));
    }
}

/// The members of a family of operators and of all its classes, by one of them.
fn members_of_family<'s>(one: &Object, snapshot: &'s Snapshot) -> BTreeSet<&'s Name> {
    let family_of = |class: &Object| {
        let (_, method) = class.id.name.rsplit_once(" USING ").unwrap_or_default();
        format!("{} USING {method}", class.text(Attribute::Family).unwrap_or_default())
    };
    let family = if one.id.kind == Kind::OperatorClass { family_of(one) } else { one.id.to_string() };
    let classes = snapshot.of_kind(Kind::OperatorClass).iter().filter(|class| family_of(class) == family);
    let families = snapshot.of_kind(Kind::OperatorFamily).iter().filter(|other| other.id.to_string() == family);
    families.chain(classes).flat_map(|object| object.list(Attribute::Members)).collect()
}

/// Whether the query of a view decides about it, which is told as a difference of that.
fn is_of_query(attribute: Attribute) -> bool {
    matches!(attribute, Attribute::DataType | Attribute::Collation | Attribute::Position)
}

/// The attributes that either of two objects has, with their values in both.
fn both<'o>(
    left: &'o Object,
    right: &'o Object,
) -> impl Iterator<Item = (Attribute, Option<&'o Value>, Option<&'o Value>)> {
    let (mut left, mut right) = (left.attributes().iter().peekable(), right.attributes().iter().peekable());
    std::iter::from_fn(move || {
        let attribute = match (left.peek(), right.peek()) {
            (None, None) => return None,
            (Some((attribute, _)), None) | (None, Some((attribute, _))) => *attribute,
            (Some((left, _)), Some((right, _))) => *left.min(right),
        };
        let left = left.next_if(|(other, _)| *other == attribute).map(|(_, value)| value);
        let right = right.next_if(|(other, _)| *other == attribute).map(|(_, value)| value);
        Some((attribute, left, right))
    })
}

#[cfg(test)]
mod tests;
