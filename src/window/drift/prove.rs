//! Whether a draft does what it should: applied to a shadow of the side that it is for, the drift that was selected is
//! gone, nothing else has changed, and its rollback leads back.

use std::collections::BTreeSet;
use std::path::Path;

use super::progress::{Progress, nobody};
use super::reconcile::Reconciliation;
use super::replayed::{ReplayError, Workshop, is_beyond_files};
use super::side::Seen;
use super::{Comparison, DriftError, catalogue, options, scope, shadow_server};
use crate::migration::name::MigrationName;
use crate::migration::script::{Script, ScriptOptions};
use crate::postgres::shadow::{Replay, ReplayFailure, dump_schema};
use crate::postgres::{Connection, snapshot};
use crate::schema::diff::{DiffOptions, diff};
use crate::schema::{Attribute, ObjectId, Snapshot};
use crate::window::context::Context;

/// What trying a draft has shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Proof {
    /// Why it could not be tried, or not wholly: what the shadow lacks, a sentence each.
    pub doubts: Vec<String>,
    /// The statement that failed, of the migration.
    pub failure: Option<ReplayFailure>,
    /// Differences that were to be ended and were not.
    pub remaining: Vec<String>,
    /// What differs now and did not before.
    pub added: Vec<String>,
    /// The statement that failed, of the rollback.
    pub rollback_failure: Option<ReplayFailure>,
    /// What the rollback does not bring back.
    pub not_brought_back: Vec<String>,
}

impl Proof {
    /// Whether the migration does what it should, and nothing else.
    pub fn is_proved(&self) -> bool {
        self.doubts.is_empty() && self.failure.is_none() && self.remaining.is_empty() && self.added.is_empty()
    }

    /// Whether its rollback leads back.
    pub fn rollback_is_proved(&self) -> bool {
        self.rollback_failure.is_none() && self.not_brought_back.is_empty()
    }
}

/// What a trial is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// The shadow is started, and the schema copied into it.
    Copying,
    /// The migration is applied there.
    Applying,
    /// What it has made is compared.
    Comparing,
    /// Its rollback is applied.
    RollingBack,
}

impl Trial {
    /// What is being done, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Copying => "copying the schema into a shadow",
            Self::Applying => "applying the draft there",
            Self::Comparing => "comparing what it has made",
            Self::RollingBack => "rolling it back there",
        }
    }
}

/// The name under which a draft is tried.
const NAME: &str = "20000101000000_alter_draft";

/// Tries a draft on a shadow of the left side.
///
/// # Errors
/// There is no shadow of it.
pub async fn prove(
    context: &Context,
    comparison: &Comparison,
    reconciliation: &Reconciliation,
) -> Result<Proof, DriftError> {
    prove_telling(context, comparison, reconciliation, &|_| {}).await
}

/// The same, for somebody who wants to know how far it is.
///
/// # Errors
/// There is no shadow of it.
pub async fn prove_telling(
    context: &Context,
    comparison: &Comparison,
    reconciliation: &Reconciliation,
    tell: &(dyn Fn(Trial) + Sync),
) -> Result<Proof, DriftError> {
    let catalogue = catalogue(context).await?;
    let scope = scope(context);
    let server = shadow_server(context).await?;
    let progress = Progress::new(&nobody);
    let workshop = Workshop::new(server, context.paths.cache.clone(), &catalogue, context.layout(), &scope, &progress);
    let tried = try_on(context, comparison, reconciliation, &workshop, tell).await;
    workshop.close().await;
    tried.map_err(DriftError::Proof)
}

async fn try_on(
    context: &Context,
    comparison: &Comparison,
    reconciliation: &Reconciliation,
    workshop: &Workshop<'_>,
    tell: &(dyn Fn(Trial) + Sync),
) -> Result<Proof, ReplayError> {
    tell(Trial::Copying);
    let scope = scope(context);
    let options = options(context);
    let mut doubts = Vec::new();
    // The files stand on the ground of what they are compared with.
    let Some(on) = comparison.left.database().or(comparison.right.database()) else {
        return Err(ReplayError::NoGround);
    };
    let shadow = workshop.shadow(&on.version).await?;
    let database = match &comparison.left {
        Seen::Database(found) => {
            let dump = dump_schema(&found.target, &found.version, &[]).await?;
            found.ground.restore(&shadow, &dump, &mut doubts).await?
        }
        Seen::Files => workshop.files(on, &mut doubts).await?,
    };
    let connection = shadow.connect(&database).await?;
    let mut replay = Replay::begin(&connection, &on.settings).await?;
    let before = snapshot::read(&connection, &scope).await?;

    let mut proof = Proof {
        doubts,
        failure: None,
        remaining: Vec::new(),
        added: Vec::new(),
        rollback_failure: None,
        not_brought_back: Vec::new(),
    };
    tell(Trial::Applying);
    proof.failure = run(&mut replay, &reconciliation.up(true)).await;
    if proof.failure.is_some() {
        return still_there(&connection, proof).await;
    }
    tell(Trial::Comparing);
    let after = snapshot::read(&connection, &scope).await?;
    let target = &comparison.right_schema;
    let selected: BTreeSet<&ObjectId> = reconciliation.selection.iter().collect();
    let was = differing(&before, target, &options);
    let is = differing(&after, target, &options);
    for (id, attribute) in &is {
        let named = describe(id, *attribute);
        if selected.contains(id) {
            proof.remaining.push(named);
        } else if !was.contains(&(id.clone(), *attribute)) {
            proof.added.push(named);
        }
    }
    tell(Trial::RollingBack);
    proof.rollback_failure = run(&mut replay, &reconciliation.down(true)).await;
    if proof.rollback_failure.is_some() {
        return still_there(&connection, proof).await;
    }
    let back = snapshot::read(&connection, &scope).await?;
    let lost = differing(&back, &before, &options);
    proof.not_brought_back = lost.iter().map(|(id, attribute)| describe(id, *attribute)).collect();
    Ok(proof)
}

/// What was found, unless it failed for the shadow's sake: a shadow that is gone says nothing about a draft.
async fn still_there(connection: &Connection, proof: Proof) -> Result<Proof, ReplayError> {
    if connection.is_closed() { Err(ReplayError::Server(connection.closed().await)) } else { Ok(proof) }
}

/// Runs statements as a migration would run.
async fn run(replay: &mut Replay<'_>, text: &str) -> Option<ReplayFailure> {
    let name: MigrationName = NAME.parse().expect("is a name");
    match Script::parse(Path::new("draft.sql"), text.as_bytes(), &ScriptOptions::default()) {
        Ok(script) => replay.run(&name, &script).await.err().map(|failure| *failure),
        Err(error) => Some(ReplayFailure {
            migration: name.to_string(),
            file: "draft.sql".to_owned(),
            line: Some(error.position.line),
            sqlstate: None,
            why: error.to_string(),
        }),
    }
}

/// What two schemas differ in, object by object and attribute by attribute.
fn differing(one: &Snapshot, other: &Snapshot, options: &DiffOptions) -> BTreeSet<(ObjectId, Option<Attribute>)> {
    let drift = diff(one, other, options);
    let counts = drift.drifting().filter(|difference| !is_beyond_files(difference.id.kind));
    counts
        .flat_map(|difference| {
            let whole = difference.changes.is_empty().then_some(None);
            let changes = difference.changes.iter().map(|change| Some(change.attribute));
            whole.into_iter().chain(changes).map(|attribute| (difference.id.clone(), attribute))
        })
        .collect()
}

fn describe(id: &ObjectId, attribute: Option<Attribute>) -> String {
    let text = match attribute {
        Some(attribute) => format!("{attribute} of {} {id}", id.kind),
        None => format!("{} {id}", id.kind),
    };
    crate::migration::text::printable(&text).into_owned()
}
