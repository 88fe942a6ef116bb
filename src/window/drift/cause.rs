//! Why two sides differ: pure, from what each should look like and what each lacking migration makes.
//!
//! A side *departs* from the files where it is not what replaying its migrations makes. Where neither side departs, what
//! differs follows from the migrations that one of them lacks: the difference is explained, by those that touch it.
//! Where one departs, it is unexplained. Where the replay was not complete, a departure proves nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::course::Which;
use super::replayed::is_beyond_files;
use crate::schema::diff::{Change, Difference, Drift, Presence, Verdict};
use crate::schema::{Attribute, Kind, Name, Object, ObjectId, Snapshot, Weight};

/// Why a difference is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What is known.
    pub finding: Finding,
    /// The migrations that touch what differs and that one side lacks, in order.
    pub by: Vec<Cause>,
    /// Migrations whose files no longer say what was applied, and that touch what differs: likely where to look.
    pub suspects: Vec<Suspect>,
}

/// What is known of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// It follows from migrations that one side lacks.
    Explained,
    /// It does not follow from the files: this side departs from what its migrations make.
    Unexplained(Departs),
    /// The replay was not complete, so that nothing is proved.
    Unproven,
}

impl Finding {
    /// Whether it follows from the files.
    pub fn is_explained(self) -> bool {
        self == Self::Explained
    }
}

/// Which side is not what its migrations make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Departs {
    /// The left one.
    Left,
    /// The right one.
    Right,
    /// Both of them.
    Both,
    /// Not known: there is no replay to hold them against.
    Unknown,
}

/// A migration that one side lacks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cause {
    /// Its name.
    pub migration: String,
    /// Which side lacks it.
    pub lacking: Which,
}

/// A migration that is likely the reason why a side departs from its files.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Suspect {
    /// Its name.
    pub migration: String,
    /// The side that has it.
    pub side: Which,
    /// What makes it one.
    pub why: Suspicion,
}

/// What makes a migration a suspect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspicion {
    /// It touches what differs, and its file was changed after it was applied.
    Edited,
    /// It is called after what differs, and there is no file of it.
    NoFile,
}

/// What one migration makes of a schema: which objects it creates, drops or alters, and in which attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    objects: Vec<(ObjectId, Touched)>,
}

/// What a migration makes of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Touched {
    /// It creates or drops it.
    Presence,
    /// It alters these attributes.
    Attributes(BTreeSet<Attribute>),
}

impl Touch {
    /// What differs between the states before and after a migration.
    pub fn between(before: &Snapshot, after: &Snapshot) -> Self {
        let (mut old, mut new) = (before.objects().iter().peekable(), after.objects().iter().peekable());
        let mut objects = Vec::new();
        loop {
            match (old.peek(), new.peek()) {
                (Some(left), Some(right)) if left.id == right.id => {
                    if left != right {
                        objects.push((left.id.clone(), Touched::Attributes(changed(left, right))));
                    }
                    old.next();
                    new.next();
                }
                (Some(left), right) if right.is_none_or(|right| left.id < right.id) => {
                    objects.push((left.id.clone(), Touched::Presence));
                    old.next();
                }
                (_, Some(right)) => {
                    objects.push((right.id.clone(), Touched::Presence));
                    new.next();
                }
                (_, None) => return Self { objects },
            }
        }
    }

    /// Whether it makes a difference to what is said here: to an object's being there with all its parts, or to these
    /// attributes.
    fn makes(&self, difference: &Difference) -> bool {
        let id = &difference.id;
        if difference.presence != Presence::Changed && id.kind.is_relation() {
            return self.objects.iter().any(|(touched, _)| touched == id || is_part_of(touched, id));
        }
        let Ok(at) = self.objects.binary_search_by(|(touched, _)| touched.cmp(id)) else { return false };
        match &self.objects[at].1 {
            Touched::Presence => true,
            Touched::Attributes(attributes) => {
                difference.presence == Presence::Changed
                    && counting(difference).any(|change| attributes.contains(&change.attribute))
            }
        }
    }
}

/// Whether an object is a part of this relation or domain.
fn is_part_of(part: &ObjectId, whole: &ObjectId) -> bool {
    part.schema == whole.schema && part.relation.as_ref() == Some(&whole.name)
}

/// The changes that count.
fn counting(difference: &Difference) -> impl Iterator<Item = &Change> {
    difference.changes.iter().filter(|change| change.weight != Weight::Information && change.ignored.is_none())
}

/// The attributes in which two states of an object differ.
fn changed(left: &Object, right: &Object) -> BTreeSet<Attribute> {
    let said = left.attributes().iter().chain(right.attributes()).map(|(attribute, _)| *attribute);
    said.filter(|attribute| left.get(*attribute) != right.get(*attribute)).collect()
}

/// How a side compares with what its migrations make.
#[derive(Debug, Default)]
pub struct Departures<'a> {
    objects: HashMap<&'a ObjectId, &'a Difference>,
    /// Relations and domains that are there and should not be, or the other way round, by schema and name.
    wholes: HashSet<(Option<&'a Name>, &'a Name)>,
    /// Relations and domains of which a part departs.
    parts: HashSet<(Option<&'a Name>, &'a Name)>,
}

impl<'a> Departures<'a> {
    /// Takes the difference of what a side is (left) and what its migrations make (right).
    pub fn of(drift: &'a Drift) -> Self {
        let mut departures = Self::default();
        for difference in drift.drifting() {
            let id = &difference.id;
            departures.objects.insert(id, difference);
            if let Some(relation) = &id.relation {
                departures.parts.insert((id.schema.as_ref(), relation));
            } else if difference.presence != Presence::Changed {
                departures.wholes.insert((id.schema.as_ref(), &id.name));
            }
        }
        departures
    }

    /// Whether the side departs in what this difference is about.
    fn concern(&self, difference: &Difference) -> bool {
        let id = &difference.id;
        if id.relation.as_ref().is_some_and(|relation| self.wholes.contains(&(id.schema.as_ref(), relation))) {
            return true;
        }
        // A relation that one side lacks stands for all its parts.
        let is_whole = difference.presence != Presence::Changed && id.relation.is_none();
        if is_whole && self.parts.contains(&(id.schema.as_ref(), &id.name)) {
            return true;
        }
        let Some(departure) = self.objects.get(id) else { return false };
        if departure.presence == Presence::Changed && difference.presence == Presence::Changed {
            let departing: BTreeSet<Attribute> = counting(departure).map(|change| change.attribute).collect();
            counting(difference).any(|change| departing.contains(&change.attribute))
        } else {
            true
        }
    }
}

/// What is known of one side.
#[derive(Debug, Default)]
pub struct Known<'a> {
    /// Where it departs from what its migrations make; `None` where that is not known.
    pub departures: Option<Departures<'a>>,
    /// Whether the replay was complete, so that a departure proves something.
    pub proven: bool,
    /// What each migration makes that this side lacks, in order.
    pub lacks: Vec<(&'a str, &'a Touch)>,
    /// What each migration makes that this side has in another version than its file.
    pub edited: Vec<(&'a str, &'a Touch)>,
    /// What it has in effect and there is no file of.
    pub without_file: &'a [String],
}

/// Explains every difference that counts as drift; what does not count has no explanation.
pub fn explain(drift: &Drift, left: &Known<'_>, right: &Known<'_>) -> Vec<Option<Explanation>> {
    let of = |difference: &Difference| (difference.verdict == Verdict::Drift).then(|| one(difference, left, right));
    drift.differences.iter().map(of).collect()
}

fn one(difference: &Difference, left: &Known<'_>, right: &Known<'_>) -> Explanation {
    let sides = [(Which::Left, left), (Which::Right, right)];
    let mut by: Vec<Cause> = Vec::new();
    let mut suspects: Vec<Suspect> = Vec::new();
    for (which, known) in sides {
        let made = |(name, touch): &&(&str, &Touch)| touch.makes(difference).then(|| (*name).to_owned());
        by.extend(known.lacks.iter().filter_map(|one| made(&one)).map(|migration| Cause { migration, lacking: which }));
        let edited = known.edited.iter().filter_map(|one| made(&one)).map(|migration| (migration, Suspicion::Edited));
        let without_file = known.without_file.iter().filter(|name| is_named_after(name, &difference.id));
        let without_file = without_file.map(|name| (name.clone(), Suspicion::NoFile));
        suspects.extend(edited.chain(without_file).map(|(migration, why)| Suspect { migration, side: which, why }));
    }
    if is_beyond_files(difference.id.kind) {
        return Explanation { finding: Finding::Unexplained(Departs::Unknown), by, suspects };
    }
    let departs = |known: &Known<'_>| known.departures.as_ref().is_some_and(|all| all.concern(difference));
    let (left_departs, right_departs) = (departs(left), departs(right));
    let certain =
        [(left_departs, left), (right_departs, right)].iter().any(|(departs, known)| *departs && known.proven);
    let finding = match (left_departs, right_departs) {
        (false, false) if left.departures.is_some() && right.departures.is_some() => Finding::Explained,
        (false, false) => Finding::Unexplained(Departs::Unknown),
        _ if !certain => Finding::Unproven,
        (left_departs, right_departs) => {
            Finding::Unexplained(match (left_departs && left.proven, right_departs && right.proven) {
                (true, true) => Departs::Both,
                (true, false) => Departs::Left,
                (false, _) => Departs::Right,
            })
        }
    };
    // These a shadow takes over from the environment, so that nothing is proved by their being the same.
    let is_taken_over = difference.id.kind == Kind::DefaultPrivileges
        || difference.id.kind == Kind::Schema && &*difference.id.name == "public";
    let finding = match finding {
        Finding::Explained if by.is_empty() && is_taken_over => Finding::Unexplained(Departs::Unknown),
        other => other,
    };
    // Where somebody departs, whose file was edited is likely the reason; elsewhere it has none.
    if finding.is_explained() {
        suspects.clear();
    }
    Explanation { finding, by, suspects }
}

/// Explains what is still open by going on from the sides as they are: `remaining` is what they differ in when each has
/// been given what it lacks, and `made` what each migration made then.
pub fn explain_by_going_on(
    drift: &Drift,
    explanations: &mut [Option<Explanation>],
    remaining: &Drift,
    made: &[(Which, &str, &Touch)],
) {
    let remaining = Departures::of(remaining);
    for (difference, explanation) in drift.differences.iter().zip(explanations) {
        let Some(explanation) = explanation.as_mut().filter(|explanation| !explanation.finding.is_explained()) else {
            continue;
        };
        let by: Vec<Cause> = made
            .iter()
            .filter(|(_, _, touch)| touch.makes(difference))
            .map(|(lacking, name, _)| Cause { migration: (*name).to_owned(), lacking: *lacking })
            .collect();
        if by.is_empty() || remaining.concern(difference) {
            continue;
        }
        *explanation = Explanation { finding: Finding::Explained, by, suspects: Vec::new() };
    }
}

/// Whether a migration is called after an object, or the relation that it is a part of.
fn is_named_after(migration: &str, id: &ObjectId) -> bool {
    let name = id.relation.as_ref().unwrap_or(&id.name);
    let words = format!("_{migration}_");
    words.contains(&format!("_{name}_"))
}

/// How many differences each migration explains, in the order of the migrations.
pub fn by_migration(explanations: &[Option<Explanation>]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for explanation in explanations.iter().flatten().filter(|explanation| explanation.finding.is_explained()) {
        for cause in &explanation.by {
            *counts.entry(cause.migration.as_str()).or_default() += 1;
        }
    }
    counts
}
