//! One pair before its judge.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tidegate::config::{Config, Surroundings};
use tidegate::postgres::cluster::{Cluster, ClusterError, ClusterOptions, SUPERUSER};
use tidegate::postgres::programs::{Programs, find_client};
use tidegate::postgres::snapshot::{self, Scope};
use tidegate::postgres::{Connection, SessionOptions};
use tidegate::schema::diff::{DiffOptions, Difference, Drift, Presence, diff};
use tidegate::schema::draft::{Draft, DraftStatement, draft};
use tidegate::schema::{Attribute, Kind, Snapshot, Weight};

use super::dump;
use super::pair::Pair;

/// A server where pairs are tried.
pub struct Judge {
    cluster: Cluster,
    psql: PathBuf,
    pg_dump: PathBuf,
}

/// What is tried beside the comparison and the draft of everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tries {
    /// The way back.
    pub down: bool,
    /// No database is compared with its restored dump.
    pub quick: bool,
    /// Each difference is drafted by itself as well.
    pub single: bool,
    /// Nothing else is tried, and of a pair no more differences than these.
    pub sample: Option<usize>,
}

/// What became of a pair. Each text says what is wrong.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Why it could not be tried: the scripts do not run here.
    pub skipped: Option<String>,
    /// Whether `pg_dump` tells the two apart.
    pub differs: bool,
    /// It does, and no difference was shown.
    pub missed: Option<String>,
    /// It does not, and a difference was shown.
    pub wrong: Option<String>,
    /// How many databases were compared with their restored dumps.
    pub restored: usize,
    /// What was shown between a database and its own restored dump.
    pub unlike_restored: Vec<String>,
    /// What is left after the draft.
    pub diverged: Option<String>,
    /// What is left after the draft and its way back; the outer `None`: not tried.
    pub reverted: Option<Option<String>>,
    /// How many differences were drafted each by itself.
    pub singles: usize,
    /// What became otherwise than it should of those that did not end their difference and nothing else.
    pub single_failures: Vec<String>,
    /// The draft.
    pub draft: String,
}

impl Verdict {
    /// What is to be printed of it; nothing of a pair that is as it should be.
    pub fn told(&self, name: &str, with_draft: bool) -> Option<String> {
        let mut text = String::new();
        let mut say = |word: &str, why: &str| {
            let _ = write!(text, "\n{word:<10} {name}: {why}");
        };
        if let Some(why) = &self.skipped {
            say("skipped", why);
        }
        if let Some(why) = &self.missed {
            say("missed", why);
        }
        if let Some(why) = &self.wrong {
            say("false", why);
        }
        for why in &self.unlike_restored {
            say("restored", why);
        }
        if let Some(why) = &self.diverged {
            say("diverged", why);
        }
        if let Some(Some(why)) = &self.reverted {
            say("reverted", why);
        }
        for why in &self.single_failures {
            say("single", why);
        }
        if with_draft && self.skipped.is_none() && !text.is_empty() {
            let _ = write!(text, "\n    draft:\n{}", self.draft);
        }
        (!text.is_empty()).then(|| text.trim_start().to_owned())
    }
}

/// The databases of a pair. Of one length, and of names that no schema has, so that they can be replaced in a dump.
const A: &str = "tidegate_corpus_a";
const B: &str = "tidegate_corpus_b";
const RESTORED: &str = "tidegate_corpus_c";

impl Judge {
    /// Starts a server to try pairs on.
    pub fn new(programs: &Programs) -> Result<Self, ClusterError> {
        let mut options = ClusterOptions::new(programs.clone());
        options.settings.push(("max_prepared_transactions".to_owned(), "5".to_owned()));
        options.settings.push(("wal_level".to_owned(), "logical".to_owned()));
        let cluster = Cluster::start(options)?;
        let client =
            |name: &str| find_client(name, programs.version.major).unwrap_or_else(|error| panic!("{error}")).path;
        Ok(Self { cluster, psql: client("psql"), pg_dump: client("pg_dump") })
    }

    /// Loads a pair, compares what is shown with what `pg_dump` says, and tries the draft.
    pub fn try_pair(&self, pair: &Pair, tries: Tries) -> Verdict {
        let verdict = self.tried(pair, tries);
        self.clean_up();
        match verdict {
            Ok(verdict) => verdict,
            Err(why) => Verdict { skipped: Some(why), ..Verdict::default() },
        }
    }

    fn tried(&self, pair: &Pair, tries: Tries) -> Result<Verdict, String> {
        let Tries { down, quick, single, sample } = tries;
        let mut verdict = Verdict::default();
        for (database, script) in [(A, &pair.a), (B, &pair.b)] {
            self.create(database)?;
            let script = std::fs::read(script).map_err(|error| error.to_string())?;
            self.load(database, &script)?;
        }
        let (dump_a, dump_b) = (self.dump(A)?, self.dump(B)?);
        let (entries_a, entries_b) = (dump::entries(&dump_a, A), dump::entries(&dump_b, B));
        let told_apart = dump::difference(&entries_a, &entries_b);
        verdict.differs = told_apart.is_some();
        let (a, b) = match (self.snapshot(A), self.snapshot(B)) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(why), _) | (_, Err(why)) => {
                verdict.missed = Some(why.clone());
                verdict.wrong = Some(why.clone());
                verdict.diverged = Some(why);
                return Ok(verdict);
            }
        };
        let drift = diff(&a, &b, &options());
        let is_shown = if told_apart.is_some() { is_drift(&drift) } else { drift.drifting().any(is_dumped) };
        match (told_apart, is_shown) {
            (Some(difference), false) => verdict.missed = Some(format!("pg_dump tells apart{difference}")),
            (None, true) => verdict.wrong = Some(shown(&drift)),
            _ => {}
        }
        for (database, dump, original) in [(A, &dump_a, &a), (B, &dump_b, &b)] {
            if quick || sample.is_some() {
                break;
            }
            self.create(RESTORED)?;
            // A dump that the server itself cannot restore says nothing about us.
            if self.load(RESTORED, dump::for_database(dump, database, RESTORED).as_bytes()).is_ok() {
                verdict.restored += 1;
                let restored = self.snapshot(RESTORED)?;
                let drift = diff(original, &restored, &options());
                if drift.drifting().any(is_dumped) {
                    let side = if database == A { "a" } else { "b" };
                    verdict.unlike_restored.push(format!("{side} {}", shown(&drift)));
                }
            }
            self.drop_database(RESTORED);
        }
        // From all over the pair, whatever its size.
        let of = drift.drifting().count().div_ceil(sample.unwrap_or(usize::MAX)).max(1);
        for difference in drift.drifting().step_by(of).filter(|_| single) {
            self.create_like(RESTORED, A)?;
            if !a.of_kind(Kind::Subscription).is_empty() {
                // They are the cluster's, and no template has them.
                self.drop_database(RESTORED);
                self.create(RESTORED)?;
                self.load(RESTORED, &std::fs::read(&pair.a).map_err(|error| error.to_string())?)?;
            }
            verdict.singles += 1;
            if let Some(why) = self.single(difference, &drift, &a, &b) {
                verdict.single_failures.push(why);
            }
            self.drop_database(RESTORED);
        }
        if verdict.differs && sample.is_none() {
            let draft = draft_of_all(&drift, &a, &b);
            verdict.draft = script_of(&draft.up);
            verdict.diverged = self.left(&draft.up, A, &entries_b, B, &b);
            if down && verdict.diverged.is_none() {
                let left = self.left(&draft.down, A, &entries_a, A, &a);
                if left.is_some() {
                    verdict.draft = script_of(&draft.down);
                }
                verdict.reverted = Some(left);
            }
        }
        Ok(verdict)
    }

    /// What is wrong with the draft of one difference alone: it must end that, and make no new one.
    fn single(&self, difference: &Difference, all: &Drift, a: &Snapshot, b: &Snapshot) -> Option<String> {
        let id = &difference.id;
        let draft = draft(a, b, std::slice::from_ref(id));
        let failed = |why: String| Some(format!("{} {id}: {why}\n{}", id.kind, script_of(&draft.up)));
        if let Err(why) = self.apply(RESTORED, &draft.up) {
            return failed(why);
        }
        let now = match self.snapshot(RESTORED) {
            Ok(now) => now,
            Err(why) => return failed(why),
        };
        let mut left = diff(&now, b, &options());
        left.differences.retain(|one| match all.differences.iter().find(|before| before.id == one.id) {
            Some(before) if before.id != *id => {
                let is_new = |change| !before.changes.iter().any(|old| old.attribute == change);
                before.presence == Presence::Changed && one.changes.iter().any(|change| is_new(change.attribute))
            }
            _ => true,
        });
        is_drift(&left).then(|| failed(format!("still or newly different: {}", shown(&left)))).flatten()
    }

    /// What is left between a database and what it should be after these statements.
    fn left(
        &self,
        statements: &[DraftStatement],
        database: &str,
        wanted: &[String],
        wanted_database: &str,
        wanted_snapshot: &Snapshot,
    ) -> Option<String> {
        if let Err(why) = self.apply(database, statements) {
            return Some(why);
        }
        let entries = match self.dump(database) {
            Ok(dump) => dump::entries(&dump, database),
            Err(why) => return Some(why),
        };
        debug_assert_eq!(database.len(), wanted_database.len());
        if let Some(difference) = dump::difference(&entries, wanted) {
            return Some(format!("pg_dump still tells apart{difference}"));
        }
        match self.snapshot(database) {
            Ok(now) => {
                let left = diff(&now, wanted_snapshot, &options());
                is_drift(&left).then(|| format!("still shown: {}", shown(&left)))
            }
            Err(why) => Some(why),
        }
    }

    fn apply(&self, database: &str, statements: &[DraftStatement]) -> Result<(), String> {
        let script = script_of(statements);
        let output = self.psql(database, script.as_bytes(), true)?;
        if output.is_empty() { Ok(()) } else { Err(format!("the draft fails: {output}")) }
    }

    fn create(&self, database: &str) -> Result<(), String> {
        self.run("postgres", &format!("CREATE DATABASE {database} TEMPLATE template0"))
    }

    fn create_like(&self, database: &str, template: &str) -> Result<(), String> {
        self.run("postgres", &format!("CREATE DATABASE {database} TEMPLATE {template}"))
    }

    fn run(&self, database: &str, statement: &str) -> Result<(), String> {
        let output = self.psql(database, statement.as_bytes(), true)?;
        if output.is_empty() { Ok(()) } else { Err(output) }
    }

    /// Runs a script; roles that are there already, for the other side of the pair has made them, are no failure.
    fn load(&self, database: &str, script: &[u8]) -> Result<(), String> {
        let output = self.psql(database, script, false)?;
        let is_failure = |line: &&str| {
            line.contains("ERROR: ") && !(line.contains(" 42710: ") && line.contains(": role \""))
                || line.contains("FATAL: ")
        };
        match output.lines().find(is_failure) {
            None => Ok(()),
            Some(line) => Err(line.to_owned()),
        }
    }

    /// What `psql` says on its standard error.
    fn psql(&self, database: &str, script: &[u8], stop: bool) -> Result<String, String> {
        let mut command = Command::new(&self.psql);
        command
            .args(["--no-psqlrc", "--quiet", "--set", "VERBOSITY=verbose"])
            .args(["--set", if stop { "ON_ERROR_STOP=1" } else { "ON_ERROR_STOP=0" }])
            .args(["--dbname", &self.cluster.url(database)])
            .env("PGOPTIONS", "-c client_min_messages=error")
            .env_remove("PGDATABASE")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("psql: {error}"))?;
        let mut input = child.stdin.take().ok_or("psql reads nothing")?;
        let script = script.to_owned();
        // From beside, for psql may say more than a pipe holds before it has read everything; one that has given up
        // reads no more, and says why.
        let writer = std::thread::spawn(move || drop(input.write_all(&script)));
        let output = child.wait_with_output().map_err(|error| format!("psql: {error}"))?;
        let _ = writer.join();
        Ok(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }

    fn dump(&self, database: &str) -> Result<String, String> {
        let mut command = Command::new(&self.pg_dump);
        command.args(["--schema-only", "--create", "--dbname", &self.cluster.url(database)]);
        let output = command.output().map_err(|error| format!("pg_dump: {error}"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(format!("pg_dump: {}", String::from_utf8_lossy(&output.stderr).trim()))
        }
    }

    fn snapshot(&self, database: &str) -> Result<Snapshot, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| error.to_string())?.block_on(async {
            let text = format!(
                "[[environment]]\nname = \"corpus\"\ntier = \"development\"\nurl = {:?}\n",
                self.cluster.url(database)
            );
            let config = Config::parse(&text, Path::new("/tidegate.toml")).map_err(|error| error.to_string())?;
            let surroundings = Surroundings { user: Some(SUPERUSER.to_owned()), ..Surroundings::default() };
            let resolution = config.environments[0].resolve(Path::new("/"), &surroundings);
            let target = resolution.map_err(|error| error.to_string())?.target;
            let connection = Connection::open(&target, &SessionOptions::named("corpus")).await;
            let connection = connection.map_err(|error| error.to_string())?;
            snapshot::read(&connection, &Scope::default()).await.map_err(|error| error.to_string())
        })
    }

    /// Drops a database, with the subscriptions that would keep it.
    fn drop_database(&self, database: &str) {
        if self.run("postgres", &format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)")).is_err() {
            let subscriptions = "DO $$ DECLARE one name; BEGIN FOR one IN SELECT subname FROM pg_subscription \
                WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) LOOP \
                EXECUTE format('ALTER SUBSCRIPTION %I DISABLE', one); \
                EXECUTE format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', one); \
                EXECUTE format('DROP SUBSCRIPTION %I', one); END LOOP; END $$";
            let _ = self.psql(database, subscriptions.as_bytes(), false);
            let _ = self.run("postgres", &format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"));
        }
    }

    /// Drops what the pair has left: its databases, and the roles of the cluster.
    fn clean_up(&self) {
        for database in [A, B, RESTORED] {
            self.drop_database(database);
        }
        let roles = "DO $$ DECLARE one name; BEGIN FOR one IN SELECT rolname FROM pg_roles WHERE oid >= 16384 LOOP \
            EXECUTE format('DROP OWNED BY %I CASCADE', one); EXECUTE format('DROP ROLE %I', one); END LOOP; END $$";
        let _ = self.psql("postgres", roles.as_bytes(), false);
    }
}

/// Everything is compared; no rule ignores anything, on whatever day.
fn options() -> DiffOptions {
    DiffOptions::on(jiff::civil::date(2000, 1, 1))
}

/// Whether anything is shown beyond information.
fn is_drift(drift: &Drift) -> bool {
    !drift.is_none()
}

/// Whether it is something that a dump tells at all: it does not tell the version of an extension, nor the handlers of
/// a language that the server itself came with, nor that an extension is missing that every database begins with.
fn is_dumped(difference: &Difference) -> bool {
    let mut counting = difference.changes.iter().filter(|change| change.weight != Weight::Information);
    let is_version = counting.all(|change| change.attribute == Attribute::Version);
    let is_version = is_version && difference.presence == Presence::Changed;
    match difference.id.kind {
        Kind::Extension => !is_version && &*difference.id.name != "plpgsql",
        Kind::Language => false,
        _ => true,
    }
}

/// What is shown, in a few words.
fn shown(drift: &Drift) -> String {
    let mut text = String::new();
    for difference in drift.drifting().take(6) {
        let _ = write!(text, "\n      {:?} {} {}", difference.presence, difference.id.kind, difference.id);
        for change in &difference.changes {
            let _ = write!(text, "\n          {}: {:?} -> {:?}", change.attribute, change.left, change.right);
        }
    }
    text
}

fn draft_of_all(drift: &Drift, a: &Snapshot, b: &Snapshot) -> Draft {
    let selection: Vec<_> = drift.drifting().map(|difference| difference.id.clone()).collect();
    draft(a, b, &selection)
}

fn script_of(statements: &[DraftStatement]) -> String {
    statements.iter().map(|statement| format!("{};\n", statement.sql)).collect()
}
