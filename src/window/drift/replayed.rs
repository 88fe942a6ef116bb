//! Replaying a course in a shadow, or finding that it has been replayed before.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::cache::{Cache, Key};
use super::cause::Touch;
use super::course::{Course, Which};
use super::progress::Progress;
use super::side::Found;
use crate::migration::catalogue::{Catalogue, Layout, ReadScriptError};
use crate::migration::checksum::Checksum;
use crate::migration::text::printable;
use crate::postgres::shadow::{
    DumpError, Replay, ReplayFailure, Shadow, ShadowDatabase, ShadowError, ShadowServer, dump_schema,
};
use crate::postgres::snapshot::{self, Scope, SnapshotError};
use crate::postgres::{Connection, PgError, ServerVersion};
use crate::schema::{Kind, Object, Snapshot, Version};

/// What replaying a course has shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Replayed {
    /// The schema after the first part.
    pub base: Arc<Snapshot>,
    /// The schema at the end.
    pub end: Arc<Snapshot>,
    /// What each further migration makes, by its name.
    pub steps: Vec<(String, Touch)>,
    /// What each migration of the first part makes that was asked about.
    pub watched: Vec<(String, Touch)>,
    /// Migrations of the first part that could not be replayed.
    pub base_failures: Vec<ReplayFailure>,
    /// Further migrations that could not be replayed.
    pub step_failures: Vec<ReplayFailure>,
    /// What the shadow lacks, a sentence each.
    pub missing: Vec<String>,
    /// What else is to be said, a sentence each.
    pub remarks: Vec<String>,
}

impl Replayed {
    /// Nothing yet.
    fn on(shadow: &Shadow, missing: Vec<String>) -> Self {
        let version = Version { major: shadow.version().major, minor: shadow.version().minor };
        let nothing = Arc::new(Snapshot::new(version, "", Vec::new(), Vec::new(), Vec::new()));
        Self {
            base: Arc::clone(&nothing),
            end: nothing,
            steps: Vec::new(),
            watched: Vec::new(),
            base_failures: Vec::new(),
            step_failures: Vec::new(),
            missing,
            remarks: shadow.remark().into_iter().collect(),
        }
    }

    /// Whether the first part is what an environment should look like.
    pub fn base_is_proven(&self) -> bool {
        self.base_failures.is_empty() && self.missing.is_empty()
    }

    /// Whether the end is, too.
    pub fn end_is_proven(&self) -> bool {
        self.base_is_proven() && self.step_failures.is_empty()
    }
}

/// Why nothing could be replayed at all.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no shadow.
    #[error(transparent)]
    Shadow(#[from] ShadowError),
    /// There is no database whose roles and platform a shadow could take over.
    #[error("There is no database whose roles and platform a shadow could take over.")]
    NoGround,
    /// The schema to go on from could not be copied.
    #[error("The schema could not be copied into a shadow. {0}")]
    Dump(#[from] DumpError),
    /// The shadow's schema could not be read.
    #[error("The shadow was lost while something was tried in it. {0}")]
    Snapshot(#[from] SnapshotError),
    /// The shadow did not answer as it should.
    #[error("The shadow was lost while something was tried in it. {0}")]
    Server(#[from] PgError),
}

/// Where courses are replayed: shadows are started when they are needed, one for each major version.
#[derive(Debug)]
pub struct Workshop<'a> {
    server: ShadowServer,
    cache_folder: PathBuf,
    cache: Cache,
    catalogue: &'a Catalogue,
    layout: Layout,
    scope: &'a Scope,
    progress: &'a Progress<'a>,
    shadows: Mutex<BTreeMap<u32, Arc<Shadow>>>,
}

impl<'a> Workshop<'a> {
    /// A workshop without any shadow yet.
    pub(super) fn new(
        server: ShadowServer,
        cache_folder: PathBuf,
        catalogue: &'a Catalogue,
        layout: Layout,
        scope: &'a Scope,
        progress: &'a Progress<'a>,
    ) -> Self {
        let cache = Cache::below(&cache_folder);
        Self { server, cache_folder, cache, catalogue, layout, scope, progress, shadows: Mutex::default() }
    }

    /// Replays a course on the ground of a database. `watched` names migrations of its first part of which it is to be
    /// told what they make.
    ///
    /// # Errors
    /// Nothing could be replayed at all. A migration that cannot be is told in the result.
    pub async fn replay(&self, course: &Course, on: &Found, watched: &[String]) -> Result<Replayed, ReplayError> {
        let key = self.key(course, on, watched);
        let migrations = course.base.len() + course.steps.len();
        self.progress.plan(migrations);
        if let Some(replayed) = self.cache.get(&key) {
            self.progress.advance(migrations);
            return Ok(replayed);
        }
        let replayed = self.replay_afresh(course, on, watched).await?;
        // What is missing here may be there the next time.
        if replayed.missing.is_empty() {
            self.cache.put(&key, &replayed);
        }
        Ok(replayed)
    }

    /// Takes a database as it is and applies these migrations to a copy of its schema, one by one: for when it cannot be
    /// replayed from nothing how the database came about.
    ///
    /// # Errors
    /// Nothing could be applied at all.
    pub async fn continued(&self, on: &Found, steps: &[String]) -> Result<Replayed, ReplayError> {
        let course = Course { ground: Which::Left, base: Vec::new(), steps: steps.to_vec() };
        let key = Key::of(&(self.key(&course, on, &[]), on.snapshot.digest().to_string()));
        self.progress.plan(steps.len());
        if let Some(replayed) = self.cache.get(&key) {
            self.progress.advance(steps.len());
            return Ok(replayed);
        }
        let shadow = self.shadow(&on.version).await?;
        let mut missing = Vec::new();
        let dump = dump_schema(&on.target, &on.version, &[]).await?;
        let database = on.ground.restore(&shadow, &dump, &mut missing).await?;
        let connection = shadow.connect(&database).await?;
        let replay = Replay::begin(&connection, &on.settings).await?;
        let in_effect: Vec<&str> = on.in_effect.iter().flatten().map(String::as_str).collect();
        replay.note(&in_effect).await?;
        let replayed = self.steps(&connection, replay, &course, Replayed::on(&shadow, missing)).await?;
        if replayed.missing.is_empty() {
            self.cache.put(&key, &replayed);
        }
        Ok(replayed)
    }

    /// A database in which every migration has been replayed. What keeps it from being complete is added to `doubts`.
    ///
    /// # Errors
    /// Nothing could be replayed at all.
    pub async fn files(&self, on: &Found, doubts: &mut Vec<String>) -> Result<ShadowDatabase, ReplayError> {
        let shadow = self.shadow(&on.version).await?;
        let platform = platform(on, doubts).await;
        let database = on.ground.lay(&shadow, platform.as_deref(), doubts).await?;
        let connection = shadow.connect(&database).await?;
        let mut replay = Replay::begin(&connection, &on.settings).await?;
        for migration in &self.catalogue.migrations {
            let failure = self.run(&mut replay, migration.name.as_str()).await;
            doubts.extend(failure.map(|failure| failure.to_string()));
        }
        Ok(database)
    }

    /// Everything that a replay depends on.
    fn key(&self, course: &Course, on: &Found, watched: &[String]) -> Key {
        let checksums = |names: &[String]| -> Vec<(String, Checksum)> {
            let migrations = names.iter().filter_map(|name| self.catalogue.find(name));
            migrations.map(|migration| (migration.name.to_string(), migration.up.checksum)).collect()
        };
        let server = match &self.server {
            ShadowServer::Own => String::new(),
            ShadowServer::At(target) => format!("{:?} {}", target.hosts, target.database),
        };
        Key::of(&(
            (&on.version, &on.ground, platform_objects(on), &on.settings.role, &on.settings.search_path),
            (checksums(&course.base), checksums(&course.steps), watched),
            (format!("{:?}", self.scope), self.layout.history_table.to_string(), server),
        ))
    }

    async fn replay_afresh(&self, course: &Course, on: &Found, watched: &[String]) -> Result<Replayed, ReplayError> {
        let shadow = self.shadow(&on.version).await?;
        let mut missing = Vec::new();
        let platform = platform(on, &mut missing).await;
        let database = on.ground.lay(&shadow, platform.as_deref(), &mut missing).await?;
        let connection = shadow.connect(&database).await?;
        let mut replay = Replay::begin(&connection, &on.settings).await?;
        let look = async || Ok::<_, SnapshotError>(Arc::new(snapshot::read(&connection, self.scope).await?));

        let (mut base_failures, mut told) = (Vec::new(), Vec::new());
        for name in &course.base {
            let before = if watched.contains(name) { Some(look().await?) } else { None };
            base_failures.extend(self.run(&mut replay, name).await);
            self.progress.advance(1);
            if let Some(before) = before {
                told.push((name.clone(), Touch::between(&before, &*look().await?)));
            }
        }
        let begun = Replayed { watched: told, base_failures, ..Replayed::on(&shadow, missing) };
        self.steps(&connection, replay, course, begun).await
    }

    /// Replays the second part of a course.
    async fn steps(
        &self,
        connection: &Connection,
        mut replay: Replay<'_>,
        course: &Course,
        mut replayed: Replayed,
    ) -> Result<Replayed, ReplayError> {
        replayed.base = Arc::new(snapshot::read(connection, self.scope).await?);
        replayed.end = Arc::clone(&replayed.base);
        for name in &course.steps {
            replayed.step_failures.extend(self.run(&mut replay, name).await);
            self.progress.advance(1);
            let after = Arc::new(snapshot::read(connection, self.scope).await?);
            replayed.steps.push((name.clone(), Touch::between(&replayed.end, &after)));
            replayed.end = after;
        }
        replayed.remarks.extend(replay.into_remarks());
        Ok(replayed)
    }

    /// Replays one migration; the failure, if it could not be.
    async fn run(&self, replay: &mut Replay<'_>, name: &str) -> Option<ReplayFailure> {
        let migration = self.catalogue.find(name)?;
        let (file, layout) = (migration.up.clone(), self.layout.clone());
        let script = match tokio::task::spawn_blocking(move || file.read_script(&layout)).await {
            Ok(script) => script,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        };
        match script {
            Ok(script) => replay.run(&migration.name, &script).await.err().map(|failure| *failure),
            Err(error) => Some(unreadable(name, &migration.up.path, &error)),
        }
    }

    /// The shadow for databases of this version.
    pub async fn shadow(&self, version: &ServerVersion) -> Result<Arc<Shadow>, ShadowError> {
        let mut shadows = self.shadows.lock().await;
        if let Some(shadow) = shadows.get(&version.major) {
            return Ok(Arc::clone(shadow));
        }
        let shadow = Arc::new(Shadow::start(&self.server, version, &self.cache_folder).await?);
        shadows.insert(version.major, Arc::clone(&shadow));
        Ok(shadow)
    }

    /// Stops every shadow.
    pub async fn close(self) {
        for shadow in self.shadows.into_inner().into_values() {
            if let Some(shadow) = Arc::into_inner(shadow) {
                shadow.close().await;
            }
        }
    }
}

/// What a database has of its platform's schemas, as a checksum.
fn platform_objects(on: &Found) -> String {
    let of_platform =
        |schema: Option<&str>| schema.is_some_and(|schema| on.ground.platform.iter().any(|one| one == schema));
    let objects: Vec<&Object> =
        on.snapshot.objects().iter().filter(|object| of_platform(object.id.schema.as_deref())).collect();
    format!("{:?}", Key::of(&objects))
}

/// The dump of the platform's schemas; `None` where there are none, or they cannot be dumped.
async fn platform(on: &Found, missing: &mut Vec<String>) -> Option<String> {
    let schemas: Vec<&str> = on.ground.platform.iter().map(String::as_str).collect();
    if schemas.is_empty() {
        return None;
    }
    match dump_schema(&on.target, &on.version, &schemas).await {
        Ok(dump) => Some(dump),
        Err(error) => {
            let (schemas, name) = (schemas.join(", "), &on.name);
            missing.push(format!(
                "The platform's schemas of {name} ({}) could not be copied: {error}",
                printable(&schemas)
            ));
            None
        }
    }
}

/// Whether objects of this kind lie outside of what a replay can show.
pub fn is_beyond_files(kind: Kind) -> bool {
    kind == Kind::Database || kind.is_of_cluster()
}

fn unreadable(name: &str, path: &std::path::Path, error: &ReadScriptError) -> ReplayFailure {
    let line = match error {
        ReadScriptError::Script(error) => Some(error.position.line),
        ReadScriptError::Io { .. } => None,
    };
    ReplayFailure {
        migration: name.to_owned(),
        file: printable(&path.display().to_string()).into_owned(),
        line,
        sqlstate: None,
        why: printable(error.to_string().trim_end_matches('.')).into_owned(),
    }
}
