//! Schema drift: what two sides differ in, and why.
//!
//! A side is an environment, a database by its URL, or the files: what the project's migrations make when they are
//! replayed. Both are read at once; what differs is explained by replaying in a shadow what each has in effect and then,
//! one by one, what it lacks. Nothing here ever writes to an environment.

mod cache;
pub mod cause;
pub mod course;
pub mod replayed;
pub mod side;

use std::sync::Arc;

use jiff::Timestamp;

use self::cause::{Departs, Departures, Explanation, Finding, Known, explain};
use self::course::{At, Plan, Which, plan};
use self::replayed::{ReplayError, Replayed, Workshop, is_beyond_files};
use self::side::{Found, ReadError, Seen, Side};
use super::context::Context;
use crate::config::{Access, ConfigError, Environment, Hooks, Policy, Tier};
use crate::migration::catalogue::{Catalogue, CatalogueError};
use crate::postgres::shadow::{ReplayFailure, ShadowServer};
use crate::postgres::snapshot::Scope;
use crate::schema::diff::{DiffOptions, Drift, Verdict, diff};
use crate::schema::{Gap, Snapshot};

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
        } else if self.gaps().next().is_some() || !self.failures_of_files().is_empty() {
            Conclusion::Unknown
        } else {
            Conclusion::None
        }
    }

    /// How many differences there are.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (difference, explanation) in self.drift.differences.iter().zip(&self.explanations) {
            let place = match (&difference.verdict, explanation.as_ref().map(|explanation| explanation.finding)) {
                (Verdict::Ignored(_), _) => &mut counts.ignored,
                (Verdict::Information, _) => &mut counts.information,
                (Verdict::Drift, Some(Finding::Explained)) => &mut counts.explained,
                (Verdict::Drift, Some(Finding::Unproven)) => &mut counts.unproven,
                (Verdict::Drift, _) => &mut counts.unexplained,
            };
            *place += 1;
        }
        counts
    }

    /// What could not be read on either side.
    pub fn gaps(&self) -> impl Iterator<Item = (Which, &Gap)> {
        let left = self.left_schema.gaps.iter().map(|gap| (Which::Left, gap));
        left.chain(self.right_schema.gaps.iter().map(|gap| (Which::Right, gap)))
    }

    /// One of the sides.
    pub fn side(&self, which: Which) -> &Seen {
        match which {
            Which::Left => &self.left,
            Which::Right => &self.right,
        }
    }

    /// Where a side is the files, what of them could not be replayed: its schema is not known then.
    fn failures_of_files(&self) -> &[ReplayFailure] {
        let is_files = |seen: &Seen| matches!(seen, Seen::Files);
        if is_files(&self.left) || is_files(&self.right) { &self.failures } else { &[] }
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
    /// The files are a side, and cannot be replayed.
    #[error("It is not known what the files make. {0}")]
    Replay(#[from] ReplayError),
}

/// Compares two sides, and explains what they differ in.
///
/// # Errors
/// One of them could not be read; nothing can be said then.
pub async fn compare(context: &Context, left: &Side, right: &Side) -> Result<Comparison, DriftError> {
    if matches!((left, right), (Side::Files, Side::Files)) {
        return Err(DriftError::OnlyFiles);
    }
    let layout = context.layout();
    let catalogue = match tokio::task::spawn_blocking(move || Catalogue::read(&layout)).await {
        Ok(catalogue) => catalogue?,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    };
    let scope = scope(context);
    let read = async |side: &Side| {
        side::read(context, side, &catalogue, &scope)
            .await
            .map_err(|source| DriftError::Side { side: name(side), source: Box::new(source) })
    };
    let (left, right) = tokio::try_join!(read(left), read(right))?;
    let options = options(context);
    if let (Some(one), Some(other)) = (left.database(), right.database()) {
        let drift = diff(&one.snapshot, &other.snapshot, &options);
        if !drift.differences.iter().any(|difference| difference.verdict == Verdict::Drift) {
            // There is nothing to explain.
            return Ok(Comparing { context, catalogue: &catalogue, scope: &scope, options: &options }.without_replay(
                left.clone(),
                right.clone(),
                drift,
            ));
        }
    }
    Comparing { context, catalogue: &catalogue, scope: &scope, options: &options }.with_replay(left, right).await
}

struct Comparing<'a> {
    context: &'a Context,
    catalogue: &'a Catalogue,
    scope: &'a Scope,
    options: &'a DiffOptions,
}
