//! Schema drift: what two sides differ in, and why.
//!
//! A side is an environment, a database by its URL, or the files: what the project's migrations make when they are
//! replayed. Both are read at once; what differs is explained by replaying in a shadow what each has in effect and then,
//! one by one, what it lacks. Nothing here ever writes to an environment.

mod cache;
pub mod cause;
pub mod course;
pub mod export;
pub mod handle;
pub mod lineage;
pub mod matrix;
mod passing;
pub mod progress;
pub mod prove;
pub mod reconcile;
pub mod replayed;
pub mod side;
pub mod standing;
pub mod watch;
pub mod words;
pub mod written;

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::cause::{Departures, Explanation, Finding, Known, Touch, explain, explain_by_going_on};
use self::course::{At, Plan, Which, plan};
use self::progress::{Listener, Progress, Stage, nobody};
use self::replayed::{ReplayError, Replayed, Workshop, is_beyond_files};
use self::side::{ReadError, Seen, Side};
use self::standing::Standing;
use super::context::Context;
use crate::config::ConfigError;
use crate::migration::catalogue::{Catalogue, CatalogueError};
use crate::migration::text::printable;
use crate::postgres::shadow::{ReplayFailure, ShadowServer};
use crate::postgres::snapshot::Scope;
use crate::schema::diff::{DiffOptions, Drift, diff};
use crate::schema::draft::refusals;
use crate::schema::{Attribute, ObjectId, Snapshot, Weight};

/// Two sides, what they differ in, and why.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The left side.
    pub left: Seen,
    /// The right side.
    pub right: Seen,
    /// The left side's schema.
    pub left_schema: Arc<Snapshot>,
    /// The right side's schema.
    pub right_schema: Arc<Snapshot>,
    /// What they differ in.
    pub drift: Drift,
    /// Why, for each difference that counts as drift.
    pub explanations: Vec<Option<Explanation>>,
    /// What the left side lacks and the right one has.
    pub left_lacks: Vec<String>,
    /// What the right side lacks and the left one has.
    pub right_lacks: Vec<String>,
    /// Migrations that could not be replayed.
    pub failures: Vec<ReplayFailure>,
    /// What keeps something from being proved, a sentence each.
    pub doubts: Vec<String>,
    /// What else is to be said, a sentence each.
    pub remarks: Vec<String>,
    /// What no draft can make on the left side as it is on the right one, and why.
    pub refused: Vec<(ObjectId, String)>,
    /// Whether a side is the files, and not all of them could be replayed: what they make is not known then.
    pub files_are_unproven: bool,
    /// When the comparison was made.
    pub at: Timestamp,
}

/// What a comparison comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// Both sides are the same.
    None,
    /// They differ.
    Drift,
    /// No difference was found, and not everything could be read: there may be one.
    Unknown,
}

/// How many differences there are, by what is known of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Those that follow from migrations which one side lacks.
    pub explained: usize,
    /// Those that do not follow from the files.
    pub unexplained: usize,
    /// Those of which nothing is proved.
    pub unproven: usize,
    /// Those that a rule of the configuration ignores.
    pub ignored: usize,
    /// Those that are no drift.
    pub information: usize,
}

impl Comparison {
    /// What it comes to.
    pub fn conclusion(&self) -> Conclusion {
        let counts = self.counts();
        if counts.explained + counts.unexplained + counts.unproven > 0 {
            Conclusion::Drift
        } else if !self.drift.gaps.is_empty() || self.files_are_unproven {
            Conclusion::Unknown
        } else {
            Conclusion::None
        }
    }

    /// How many differences there are.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (difference, explanation) in self.drift.differences.iter().zip(&self.explanations) {
            let place = match Standing::of(difference, explanation.as_ref()) {
                Standing::Unexplained => &mut counts.unexplained,
                Standing::Unproven => &mut counts.unproven,
                Standing::Explained => &mut counts.explained,
                Standing::Information => &mut counts.information,
                Standing::Ignored => &mut counts.ignored,
            };
            *place += 1;
        }
        counts
    }

    /// What the difference of this place is to an operator.
    pub fn standing(&self, place: usize) -> Standing {
        Standing::of(&self.drift.differences[place], self.explanations.get(place).and_then(Option::as_ref))
    }

    /// One of the sides.
    pub fn side(&self, which: Which) -> &Seen {
        match which {
            Which::Left => &self.left,
            Which::Right => &self.right,
        }
    }
}

/// Why there is no comparison.
#[derive(Debug, thiserror::Error)]
pub enum DriftError {
    /// Both sides are the files.
    #[error("The files are compared with themselves. Name an environment or a connection URL on one side.")]
    OnlyFiles,
    /// The migrations cannot be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A side cannot be read.
    #[error("{side} could not be read. {source}")]
    Side {
        /// Which one, as it was named.
        side: String,
        /// Why.
        source: Box<ReadError>,
    },
    /// The configuration of the shadow leads nowhere.
    #[error("The server for shadows cannot be used. {0}")]
    Shadow(#[from] ConfigError),
    /// A draft cannot be tried.
    #[error("The draft could not be tried, and nothing was written. {0}")]
    Proof(ReplayError),
    /// The files are a side, and cannot be replayed.
    #[error("It is not known what the files make. {0}")]
    Replay(#[from] ReplayError),
}

/// Compares two sides, and explains what they differ in.
///
/// # Errors
/// One of them could not be read; nothing can be said then.
pub async fn compare(context: &Context, left: &Side, right: &Side) -> Result<Comparison, DriftError> {
    compare_telling(context, left, right, &nobody).await
}

/// The same, for somebody who wants to know how far it is.
///
/// # Errors
/// One of them could not be read; nothing can be said then.
pub async fn compare_telling(
    context: &Context,
    left: &Side,
    right: &Side,
    listener: Listener<'_>,
) -> Result<Comparison, DriftError> {
    if matches!((left, right), (Side::Files, Side::Files)) {
        return Err(DriftError::OnlyFiles);
    }
    let catalogue = catalogue(context).await?;
    let scope = scope(context);
    listener(Stage::Reading);
    let read = async |side: &Side, place: &str| {
        let seen = side::read(context, side, &catalogue, &scope)
            .await
            .map_err(|source| DriftError::Side { side: name(side, place), source: Box::new(source) })?;
        if let Some(found) = seen.database() {
            listener(Stage::Read { side: found.name.clone(), objects: found.snapshot.objects().len() });
        }
        Ok::<_, DriftError>(seen)
    };
    let (left, right) = tokio::try_join!(read(left, "left"), read(right, "right"))?;
    compare_seen(context, &catalogue, left, right, listener).await
}

/// Compares two sides that were read before, with the files as they were then.
///
/// # Errors
/// A side is the files, and they cannot be replayed.
pub async fn compare_seen(
    context: &Context,
    catalogue: &Catalogue,
    left: Seen,
    right: Seen,
    listener: Listener<'_>,
) -> Result<Comparison, DriftError> {
    let scope = scope(context);
    let comparing = Comparing { context, catalogue, scope: &scope, options: options(context), listener };
    comparing.compare(left, right).await
}

/// The project's migrations.
async fn catalogue(context: &Context) -> Result<Catalogue, CatalogueError> {
    let layout = context.layout();
    match tokio::task::spawn_blocking(move || Catalogue::read(&layout)).await {
        Ok(catalogue) => catalogue,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// Where shadows are made.
async fn shadow_server(context: &Context) -> Result<ShadowServer, ConfigError> {
    let Some(source) = &context.config.drift.shadow else { return Ok(ShadowServer::Own) };
    let environment = side::unnamed("shadow", source.clone());
    Ok(ShadowServer::At(Box::new(context.target(&environment).await?)))
}

/// What of a database is compared.
pub fn scope(context: &Context) -> Scope {
    let drift = &context.config.drift;
    let table = context.history_table();
    Scope {
        exclude: drift.exclude.clone(),
        leave_out_relations: vec![(table.schema, table.table)],
        leave_out_schemas: vec![TIDEGATE_SCHEMA.to_owned()],
        cluster_objects: drift.roles,
    }
}

/// Where Tidegate keeps its own tables in an environment.
const TIDEGATE_SCHEMA: &str = "tidegate";

/// How two schemas are compared, as the configuration says.
pub fn options(context: &Context) -> DiffOptions {
    let drift = &context.config.drift;
    let mut options = DiffOptions::on(Timestamp::now().to_zoned(TimeZone::UTC).date());
    options.rules.clone_from(&drift.ignore);
    let indifferent = drift.indifferent;
    for (ignored, weight) in [
        (indifferent.column_order, Weight::Order),
        (indifferent.grants, Weight::Grants),
        (indifferent.comments, Weight::Comment),
    ] {
        if ignored {
            options.ignore_weight(weight);
        }
    }
    for (ignored, attribute) in
        [(indifferent.owners, Attribute::Owner), (indifferent.tablespaces, Attribute::Tablespace)]
    {
        if ignored {
            options.ignored_attributes.insert(attribute);
        }
    }
    options
}

struct Comparing<'a> {
    context: &'a Context,
    catalogue: &'a Catalogue,
    scope: &'a Scope,
    options: DiffOptions,
    listener: Listener<'a>,
}

/// What replaying a plan has shown.
#[derive(Default)]
struct Outcome {
    plan: Plan,
    /// One for each course; `None` where nothing could be replayed.
    replays: Vec<Option<Replayed>>,
    /// Why nothing could be.
    error: Option<ReplayError>,
    /// What each side comes to when it is taken as it is and given what it lacks: tried where not everything can be
    /// replayed from nothing.
    continued: Option<Continued>,
}

/// Both sides as they are, given what they lack.
struct Continued {
    left: Option<Replayed>,
    right: Option<Replayed>,
}

impl Outcome {
    /// What a side should look like, and whether that is proved.
    fn expected(&self, at: Option<At>) -> Option<(&Arc<Snapshot>, bool)> {
        let (At::Base(course) | At::End(course)) = at?;
        let replayed = self.replays.get(course)?.as_ref()?;
        Some(match at? {
            At::Base(_) => (&replayed.base, replayed.base_is_proven()),
            At::End(_) => (&replayed.end, replayed.end_is_proven()),
        })
    }

    /// What is known of a side that departs from its files in this.
    fn known<'a>(&'a self, seen: &'a Seen, departs: Option<&'a (Drift, bool)>, lacks: &'a [String]) -> Known<'a> {
        Known {
            departures: departs.map(|(drift, _)| Departures::of(drift)),
            proven: departs.is_some_and(|(_, proven)| *proven),
            lacks: self.touches(lacks),
            edited: seen.database().map(|found| self.touches(&found.edited)).unwrap_or_default(),
            without_file: seen.database().map(|found| found.without_file.as_slice()).unwrap_or_default(),
        }
    }

    fn replayed(&self) -> impl Iterator<Item = &Replayed> {
        self.replays.iter().flatten()
    }

    /// What these migrations make, wherever it was seen.
    fn touches<'a>(&'a self, names: &'a [String]) -> Vec<(&'a str, &'a Touch)> {
        let seen = || self.replayed().flat_map(|replayed| replayed.steps.iter().chain(&replayed.watched));
        let touch = |name: &'a String| {
            let (_, touch) = seen().find(|(seen, _)| seen == name)?;
            Some((name.as_str(), touch))
        };
        names.iter().filter_map(touch).collect()
    }
}

impl Comparing<'_> {
    async fn compare(&self, left: Seen, right: Seen) -> Result<Comparison, DriftError> {
        let drift = match (left.database(), right.database()) {
            (Some(one), Some(other)) => Some(diff(&one.snapshot, &other.snapshot, &self.options)),
            _ => None,
        };
        let has_drift = drift.as_ref().is_none_or(|drift| drift.drifting().next().is_some());
        // Without drift there is nothing to explain.
        let outcome = if has_drift { self.replay(&left, &right).await? } else { Outcome::default() };
        self.conclude(left, right, drift, outcome)
    }

    async fn replay(&self, left: &Seen, right: &Seen) -> Result<Outcome, DriftError> {
        let files: Vec<String> = self.catalogue.migrations.iter().map(|migration| migration.name.to_string()).collect();
        let same_ground = match (left.database(), right.database()) {
            (Some(one), Some(other)) => one.stands_like(other),
            _ => true,
        };
        let plan = plan(&files, left.in_effect(), right.in_effect(), same_ground);
        let (cache, layout) = (self.context.paths.cache.clone(), self.context.layout());
        let progress = Progress::new(self.listener);
        let server = shadow_server(self.context).await?;
        let workshop = Workshop::new(server, cache, self.catalogue, layout, self.scope, &progress);
        let runs = plan.courses.iter().map(async |course| {
            let ground = match course.ground {
                Which::Left => left,
                Which::Right => right,
            };
            let on = ground.database()?;
            Some(workshop.replay(course, on, &on.edited).await)
        });
        let ended = join_all(runs).await;
        let mut outcome = Outcome { plan, ..Outcome::default() };
        for replay in ended {
            match replay.transpose() {
                Ok(replayed) => outcome.replays.push(replayed),
                Err(error) => {
                    outcome.replays.push(None);
                    outcome.error = Some(error);
                }
            }
        }
        if outcome.replayed().any(|replayed| !replayed.end_is_proven()) {
            outcome.continued = self.go_on(&workshop, left, right, &outcome.plan).await;
        }
        workshop.close().await;
        Ok(outcome)
    }

    /// Takes both sides as they are and gives each what it lacks; `None` where that cannot be done for one of them.
    async fn go_on(&self, workshop: &Workshop<'_>, left: &Seen, right: &Seen, plan: &Plan) -> Option<Continued> {
        let one = async |seen: &Seen, lacks: &[String]| match seen.database() {
            Some(found) if !lacks.is_empty() => match workshop.continued(found, lacks).await {
                Ok(replayed) if replayed.end_is_proven() => Some(Some(replayed)),
                Ok(replayed) => {
                    tracing::info!(missing = ?replayed.missing, failures = ?replayed.step_failures, "cannot go on");
                    None
                }
                Err(error) => {
                    tracing::info!(%error, "cannot go on from the schema as it is");
                    None
                }
            },
            _ => Some(None),
        };
        let (left, right) = tokio::join!(one(left, &plan.left_lacks), one(right, &plan.right_lacks));
        Some(Continued { left: left?, right: right? })
    }

    fn conclude(
        &self,
        left: Seen,
        right: Seen,
        drift: Option<Drift>,
        outcome: Outcome,
    ) -> Result<Comparison, DriftError> {
        let (at_left, at_right) = (outcome.plan.left, outcome.plan.right);
        // Where the files cannot be replayed from nothing, they are what the other side comes to with what it lacks.
        let gone_on = outcome.continued.as_ref().and_then(|both| both.left.as_ref().or(both.right.as_ref()));
        let schema = |seen: &Seen, at: Option<At>| match (seen, outcome.expected(at)) {
            (Seen::Database(found), _) => Some((Arc::clone(&found.snapshot), true)),
            (Seen::Files, Some((schema, true))) => Some((Arc::clone(schema), true)),
            (Seen::Files, Some((schema, false))) => {
                Some((gone_on.map_or_else(|| Arc::clone(schema), |replayed| Arc::clone(&replayed.end)), false))
            }
            (Seen::Files, None) => None,
        };
        let (Some((left_schema, left_known)), Some((right_schema, right_known))) =
            (schema(&left, at_left), schema(&right, at_right))
        else {
            return Err(outcome.error.map_or(DriftError::OnlyFiles, DriftError::Replay));
        };
        let is_of_files = left.database().is_none() || right.database().is_none();
        let mut drift = drift.unwrap_or_else(|| diff(&left_schema, &right_schema, &self.options));
        if is_of_files {
            drift.differences.retain(|difference| !is_beyond_files(difference.id.kind));
        }

        let departures = |seen: &Seen, at: Option<At>| {
            let (expected, proven) = outcome.expected(at)?;
            // The files do not depart from themselves.
            let is = seen.database().map_or(expected, |found| &found.snapshot);
            Some((diff(is, expected, &self.options), proven))
        };
        let (left_departs, right_departs) = (departures(&left, at_left), departures(&right, at_right));
        let known_left = outcome.known(&left, left_departs.as_ref(), &outcome.plan.left_lacks);
        let known_right = outcome.known(&right, right_departs.as_ref(), &outcome.plan.right_lacks);
        let mut explanations = explain(&drift, &known_left, &known_right);

        let files_are_unproven = !(left_known && right_known);
        if files_are_unproven {
            // What the files make is a guess then, and so is every difference from it.
            for explanation in explanations.iter_mut().flatten() {
                explanation.finding = Finding::Unproven;
            }
        }
        if let Some(continued) = &outcome.continued {
            let end = |replayed: &Option<Replayed>, schema: &Arc<Snapshot>| {
                replayed.as_ref().map_or_else(|| Arc::clone(schema), |replayed| Arc::clone(&replayed.end))
            };
            let (left_end, right_end) = (end(&continued.left, &left_schema), end(&continued.right, &right_schema));
            let remaining = diff(&left_end, &right_end, &self.options);
            let made: Vec<(Which, &str, &Touch)> = [(Which::Left, &continued.left), (Which::Right, &continued.right)]
                .into_iter()
                .flat_map(|(which, replayed)| replayed.iter().map(move |replayed| (which, replayed)))
                .flat_map(|(which, replayed)| {
                    replayed.steps.iter().map(move |(name, touch)| (which, name.as_str(), touch))
                })
                .collect();
            explain_by_going_on(&drift, &mut explanations, &remaining, &made);
        }
        let doubts = doubts(&outcome, [&left, &right]);
        let remarks = remarks(&outcome, [&left, &right]);
        let mut failures: Vec<ReplayFailure> = Vec::new();
        for failure in outcome.replayed().flat_map(|one| one.base_failures.iter().chain(&one.step_failures)) {
            if !failures.contains(failure) {
                failures.push(failure.clone());
            }
        }
        let refused = refusals(&left_schema, &right_schema, drift.drifting().map(|difference| &difference.id));
        let Plan { left_lacks, right_lacks, .. } = outcome.plan;
        Ok(Comparison {
            left,
            right,
            left_schema,
            right_schema,
            drift,
            explanations,
            left_lacks,
            right_lacks,
            failures,
            doubts,
            remarks,
            refused,
            files_are_unproven,
            at: Timestamp::now(),
        })
    }
}

/// What keeps something from being proved.
fn doubts(outcome: &Outcome, sides: [&Seen; 2]) -> Vec<String> {
    let mut doubts = Vec::new();
    if let Some(error) = &outcome.error {
        doubts.push(format!("Nothing can be explained. {error}"));
    }
    for found in sides.into_iter().filter_map(Seen::database) {
        if let Some(remark) = &found.history_remark {
            doubts.push(format!("What is in effect on {} is not known. {remark}", found.name));
        }
    }
    let continued = outcome.continued.as_ref().filter(|both| both.left.is_some() || both.right.is_some());
    if continued.is_some() {
        doubts.push(
            "Not every migration can be replayed from nothing. So what a side lacks was applied to a copy of its schema: \
             that explains what it lacks, and leaves open what it has beyond the files."
                .to_owned(),
        );
    }
    for missing in outcome.replayed().flat_map(|replayed| &replayed.missing) {
        if !doubts.contains(missing) {
            doubts.push(missing.clone());
        }
    }
    doubts
}

/// What else is to be said.
fn remarks(outcome: &Outcome, sides: [&Seen; 2]) -> Vec<String> {
    let mut remarks: Vec<String> = Vec::new();
    for found in sides.into_iter().filter_map(Seen::database) {
        let name = &found.name;
        remarks.extend(found.edited.iter().map(|migration| {
            format!(
                "{name} has {migration} in another version than its file: the file was changed after it was applied."
            )
        }));
        remarks.extend(found.without_file.iter().map(|migration| {
            format!("{name} has {migration} in effect, of which there is no file: what it made cannot be explained.")
        }));
    }
    for remark in outcome.replayed().flat_map(|replayed| &replayed.remarks) {
        if !remarks.contains(remark) {
            remarks.push(remark.clone());
        }
    }
    remarks.into_iter().map(|remark| printable(&remark).into_owned()).collect()
}

/// A side as it was named.
fn name(side: &Side, place: &str) -> String {
    match side {
        Side::Environment(environment) => environment.name.to_string(),
        Side::Url(_) => format!("The database of the URL on the {place}"),
        Side::Files => "files".to_owned(),
    }
}
