//! Backups: taken from real servers with real `pg_dump`, and never taken for one when they are none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tidegate::config::{BackupFormat, BackupSettings, Target, Tier};
use tidegate::postgres::backup::{
    self, BackupEntry, BackupError, BackupEvent, BackupRequest, IncompleteReason, MigrationRecord, Taken,
};
use tidegate::postgres::history::HistoryTable;
use tidegate::postgres::programs::find_client;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::support::{Run, Server, TestDatabase, resolved};

/// A folder for backups and how they are to be made.
struct Place {
    folder: tempfile::TempDir,
    settings: BackupSettings,
    history: HistoryTable,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = BackupSettings {
            directory: folder.path().join("backups"),
            jobs: 1,
            format: BackupFormat::Directory,
            keep_free: 0,
            dump_program: None,
        };
        Self { folder, settings, history: HistoryTable::default() }
    }

    fn request<'a>(&'a self, target: &'a Target) -> BackupRequest<'a> {
        BackupRequest {
            environment: "staging",
            tier: Tier::Staging,
            target,
            settings: &self.settings,
            history: &self.history,
            lock_timeout: Duration::from_secs(30),
            operator: "ana",
            window: Some("w-17"),
        }
    }

    /// A program in this place, for use instead of a real one.
    fn fake_program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn entries(&self) -> Vec<BackupEntry> {
        backup::list(&self.settings.directory).unwrap()
    }

    /// The files of the backup directory, at any depth.
    fn paths(&self) -> Vec<PathBuf> {
        fn gather(folder: &Path, paths: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    gather(&entry.path(), paths);
                }
                paths.push(entry.path());
            }
        }
        let mut paths = Vec::new();
        gather(&self.settings.directory, &mut paths);
        paths
    }
}

/// Takes a backup; `react` sees every event, and may cancel.
async fn take_watching(
    request: &BackupRequest<'_>,
    mut react: impl FnMut(&BackupEvent, &CancellationToken),
) -> (Result<Taken, BackupError>, Vec<BackupEvent>) {
    let (events, mut heard) = mpsc::channel(4);
    let cancel = CancellationToken::new();
    let listen = async {
        let mut all = Vec::new();
        while let Some(event) = heard.recv().await {
            react(&event, &cancel);
            all.push(event);
        }
        all
    };
    let act = async {
        let outcome = backup::take(request, &events, &cancel).await;
        drop(events);
        outcome
    };
    tokio::join!(act, listen)
}

async fn take(request: &BackupRequest<'_>) -> Result<Taken, BackupError> {
    take_watching(request, |_, _| {}).await.0
}

/// A database with a bit of everything, and names that are hostile to lists, shells and terminals.
fn furnished() -> TestDatabase {
    let database = Server::shared().fresh_database();
    let statements = r#"
        CREATE TABLE campaigns (id integer PRIMARY KEY, name text NOT NULL);
        INSERT INTO campaigns SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 20000) n;
        CREATE TABLE empty ();
        CREATE SCHEMA "we ird; $(x)";
        CREATE TABLE "we ird; $(x)"."ta""b
le 😀 ESC[31m" (id integer);
        INSERT INTO "we ird; $(x)"."ta""b
le 😀 ESC[31m" VALUES (1), (2), (3);
        CREATE TABLE "we ird; $(x)".campaigns (id integer);
        CREATE TABLE parts (at date) PARTITION BY RANGE (at);
        CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        INSERT INTO parts VALUES ('2026-08-01'), ('2026-08-02');
        CREATE UNLOGGED TABLE quick (id integer);
        CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM campaigns;
        SELECT lo_from_bytea(0, 'a large object');
        CREATE TABLE public.migrations_history (
          id SERIAL PRIMARY KEY, migration_name TEXT UNIQUE NOT NULL, applied_at TIMESTAMPTZ NOT NULL,
          applied_by TEXT NOT NULL, execution_time INTERVAL, checksum TEXT,
          rollback_applied BOOLEAN DEFAULT FALSE, rollback_at TIMESTAMPTZ, metadata JSONB);
        INSERT INTO public.migrations_history (migration_name, applied_at, applied_by, checksum, rollback_applied)
        VALUES ('20260801093000_create_metrics', now(), 'ana', 'abc', false),
               ('20260802100000_alter_campaigns', now(), 'ana', NULL, true);
        "#;
    database.execute(&statements.replace("ESC", "\u{1b}"));
    database
}

/// What a database holds: every table with the number of its rows and a fingerprint of them, and large objects.
fn holdings(database: &TestDatabase) -> Vec<Vec<Option<String>>> {
    let tables = database.rows(
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1",
    );
    let mut held = Vec::new();
    for table in tables.into_iter().flatten().flatten() {
        let row = format!(
            "SELECT {}, count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t",
            format_args!("$q${table}$q$")
        );
        held.extend(database.rows(&row));
    }
    held.extend(database.rows("SELECT oid::text, lo_get(oid)::text FROM pg_largeobject_metadata ORDER BY 1"));
    held
}

/// Runs the commands that a manifest gives for restoring by hand, into a database of this name.
fn restore_by_hand(taken: &Taken, database: &TestDatabase) {
    let access = database.target().for_programs().unwrap();
    for line in taken.manifest.restore.iter().filter(|line| !line.starts_with('#') && !line.starts_with("createdb")) {
        let line = line.replace("NEW_DATABASE", database.name());
        let program = find_client("pg_restore", 13).unwrap().path;
        let line = line.replacen("pg_restore", &program.display().to_string(), 1);
        let mut command = Command::new("sh");
        command.args(["-c", &line]).current_dir(&taken.folder);
        command.envs(access.variables().iter().map(|(name, value)| (name, value)));
        Run::of(&mut command).expect_success();
    }
}

#[rstest::rstest]
#[case::directory(BackupFormat::Directory, 1)]
#[case::parallel(BackupFormat::Directory, 3)]
#[case::custom(BackupFormat::Custom, 3)]
#[tokio::test]
async fn what_is_restored_is_what_was_there(#[case] format: BackupFormat, #[case] jobs: u32) {
    let database = furnished();
    let mut place = Place::new();
    place.settings.format = format;
    place.settings.jobs = jobs;
    let target = database.target();
    let (taken, events) = take_watching(&place.request(&target), |_, _| {}).await;
    let taken = taken.unwrap_or_else(|error| panic!("{error}"));
    let manifest = &taken.manifest;

    let restored = Server::shared().fresh_database();
    restore_by_hand(&taken, &restored);
    assert_eq!(holdings(&restored), holdings(&database));

    assert_eq!(manifest.environment, "staging");
    assert_eq!(manifest.tier, "staging");
    assert_eq!(manifest.database, database.name());
    assert_eq!(manifest.encoding, "UTF8");
    assert_eq!((manifest.operator.as_str(), manifest.window.as_deref()), ("ana", Some("w-17")));
    assert!(manifest.lsn.as_ref().is_some_and(|lsn| lsn.contains('/')));
    assert!(manifest.system_identifier.is_some());
    assert_eq!(manifest.jobs, if format == BackupFormat::Custom { 1 } else { jobs });
    assert_eq!(manifest.bytes, manifest.files.iter().map(|file| file.bytes).sum::<u64>());
    assert!(manifest.bytes > 0 && manifest.database_bytes > manifest.bytes);
    assert_eq!(manifest.verified.tables, 7, "{manifest:?}");
    let history: Vec<_> =
        manifest.migrations.iter().map(|it| (it.name.as_str(), it.checksum.as_deref(), it.status)).collect();
    assert_eq!(
        history,
        [
            ("20260801093000_create_metrics", Some("abc"), MigrationRecord::Applied),
            ("20260802100000_alter_campaigns", None, MigrationRecord::RolledBack),
        ]
    );

    let entries = place.entries();
    let [BackupEntry::Complete { folder, manifest: listed, last_check: None }] = entries.as_slice() else {
        panic!("one complete backup was expected: {entries:?}");
    };
    assert_eq!((folder, &**listed), (&taken.folder, manifest));
    for path in place.paths() {
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }

    let BackupEvent::Started { tables: 7, .. } = &events[0] else { panic!("{:?}", events[0]) };
    let last = events.iter().rev().find_map(|event| match event {
        BackupEvent::Progress { read, of, written, tables_done, tables } => {
            Some((*read == *of, *written == manifest.bytes, *tables_done, *tables))
        }
        _ => None,
    });
    assert_eq!(last, Some((true, true, 7, 7)));
    let named = |event: &&BackupEvent| matches!(event, BackupEvent::Table { .. });
    let told = events.iter().filter(named).count();
    match manifest.jobs {
        1 => assert_eq!(told, 7),
        // The processes of a parallel dump share what they say it on, and now and then cut each other's lines apart.
        _ => assert!((1..=7).contains(&told), "{told}"),
    }
    assert_eq!(events.last(), Some(&BackupEvent::Verifying));
    for event in &events {
        let text = format!("{event:?}");
        assert!(!text.contains('\u{1b}') && !text.contains("\\u{1b}"), "{text}");
    }
}

#[tokio::test]
async fn an_empty_database_can_be_backed_up() {
    let database = Server::shared().fresh_database();
    let place = Place::new();
    let taken = take(&place.request(&database.target())).await;
    let taken = taken.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(taken.manifest.verified.tables, 0);
    assert_eq!(taken.manifest.migrations, []);
}

#[tokio::test]
async fn a_database_with_a_hostile_name_can_be_backed_up() {
    let database = Server::shared().database_named("it's \"quoted\" \\ dbname=postgres 😀");
    database.execute("CREATE TABLE t (id integer); INSERT INTO t VALUES (1)");
    let place = Place::new();
    let mut target = Server::shared().fresh_database().target();
    target.database = database.name().to_owned();
    let taken = take(&place.request(&target)).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(taken.manifest.database, database.name());
    assert_eq!(taken.manifest.verified.tables, 1);
}

/// The sessions of a database, except those that ask.
fn sessions(database: &TestDatabase) -> Vec<String> {
    let query = "SELECT application_name FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.rows(query).into_iter().flatten().flatten().collect()
}

fn no_dump_is_left(database: &TestDatabase, place: &Place) {
    let left: Vec<String> = sessions(database).into_iter().filter(|name| name.starts_with("pg_dump")).collect();
    assert_eq!(left, [""; 0]);
    let folder = place.settings.directory.display().to_string();
    let running = fs::read_dir("/proc").unwrap().flatten().any(|process| {
        fs::read(process.path().join("cmdline")).is_ok_and(|words| String::from_utf8_lossy(&words).contains(&folder))
    });
    assert!(!running);
}

#[rstest::rstest]
#[case::one_job(1)]
#[case::several_jobs(2)]
#[tokio::test]
async fn a_cancelled_backup_leaves_nothing(#[case] jobs: u32) {
    let database = furnished();
    // As large as it need be for the dump to be in the middle of it when the first table is told.
    database.execute("CREATE TABLE large AS SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 100000) n");
    let mut place = Place::new();
    place.settings.jobs = jobs;
    let (outcome, _) = take_watching(&place.request(&database.target()), |event, cancel| {
        if matches!(event, BackupEvent::Table { .. }) {
            cancel.cancel();
        }
    })
    .await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, BackupError::Cancelled { .. }), "{error}");
    assert!(error.to_string().contains("was removed"), "{error}");
    assert_eq!(place.entries(), []);
    no_dump_is_left(&database, &place);
}

#[tokio::test]
async fn a_killed_pg_dump_leaves_no_backup() {
    let database = furnished();
    let mut place = Place::new();
    // A pg_dump that is killed in the middle, as the system does when memory runs out.
    let real = find_client("pg_dump", 13).unwrap().path;
    let script = format!(
        "case $1 in --version) exec {real} --version;; esac\n{real} \"$@\" & \n\
         while ! ls {directory}/*.partial/dump/toc.dat {directory}/*.partial/dump/*.gz >/dev/null 2>&1; do :; done\n\
         kill -9 $!; kill -9 $$",
        real = real.display(),
        directory = place.settings.directory.display(),
    );
    place.settings.dump_program = Some(place.fake_program("pg_dump", &script));
    let error = take(&place.request(&database.target())).await.unwrap_err();
    let BackupError::Dump { status, kept, .. } = &error else { panic!("{error:?}") };
    assert_eq!(status, "was killed by signal 9 (SIGKILL)");
    assert_eq!(kept, "What had been written was removed.");
    assert_eq!(place.entries(), []);
    no_dump_is_left(&database, &place);
}

#[tokio::test]
async fn a_full_disk_is_told_and_leaves_nothing() {
    let database = furnished();
    let mut place = Place::new();
    // Files cannot grow beyond 64 blocks of 512 bytes: the system answers as it does when a quota is used up.
    let real = find_client("pg_dump", 13).unwrap().path;
    let script = format!("trap '' XFSZ; ulimit -f 64; exec {} \"$@\"", real.display());
    place.settings.dump_program = Some(place.fake_program("pg_dump", &script));
    let error = take(&place.request(&database.target())).await.unwrap_err();
    assert!(matches!(error, BackupError::RanOutOfRoom { .. }), "{error:?}");
    assert!(error.to_string().contains("File too large"), "{error}");
    assert_eq!(place.entries(), []);
}

#[tokio::test]
async fn too_little_room_is_told_before_anything_is_written() {
    let database = furnished();
    let mut place = Place::new();
    place.settings.keep_free = u64::MAX / 2;
    let error = take(&place.request(&database.target())).await.unwrap_err();
    assert!(matches!(error, BackupError::NoRoom { .. }), "{error:?}");
    assert_eq!(place.paths(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn an_older_pg_dump_is_refused() {
    let database = Server::shared().fresh_database();
    let mut place = Place::new();
    place.settings.dump_program = Some(place.fake_program("pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'"));
    let error = take(&place.request(&database.target())).await.unwrap_err();
    assert!(matches!(error, BackupError::ProgramTooOld { .. }), "{error:?}");
    assert!(error.to_string().contains("is pg_dump 9.6.24: an older pg_dump cannot dump a newer server"), "{error}");
    assert_eq!(place.paths(), Vec::<PathBuf>::new());
}

#[rstest::rstest]
#[case::absent(None, "there is no such program")]
#[case::something_else(Some("echo hello"), "it does not say its version")]
#[case::failing(Some("exit 4"), "it ended with exit status 4")]
#[tokio::test]
async fn a_configured_program_that_is_no_pg_dump_is_told(#[case] script: Option<&str>, #[case] words: &str) {
    let database = Server::shared().fresh_database();
    let mut place = Place::new();
    let path = script.map_or(place.folder.path().join("absent"), |script| place.fake_program("pg_dump", script));
    place.settings.dump_program = Some(path);
    let error = take(&place.request(&database.target())).await.unwrap_err();
    assert!(matches!(error, BackupError::ProgramUnusable { .. }), "{error:?}");
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn two_at_once_get_names_of_their_own() {
    let database = furnished();
    let place = Place::new();
    let target = database.target();
    let request = place.request(&target);
    let (one, other) = tokio::join!(take(&request), take(&request));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_ne!(one.manifest.id, other.manifest.id);
    let complete = place.entries().iter().filter(|entry| entry.manifest().is_some()).count();
    assert_eq!(complete, 2);
}

#[tokio::test]
async fn a_table_that_the_role_may_not_read_is_told_in_pg_dumps_words() {
    let database = furnished();
    let role = format!("reader_of_{}", database.name());
    database.execute(&format!("CREATE ROLE {role} LOGIN; REVOKE ALL ON campaigns FROM PUBLIC"));
    let target = resolved(&database.url().replacen("postgres@", &format!("{role}@"), 1));
    assert_eq!(target.user, role);
    let place = Place::new();
    let error = take(&place.request(&target)).await.unwrap_err();
    database.execute(&format!("DROP ROLE {role}"));
    let BackupError::Dump { said, .. } = &error else { panic!("{error:?}") };
    assert!(said.contains("permission denied for"), "{said}");
    assert!(said.contains(&format!("The role {role} may not read everything")), "{said}");
    assert!(!said.contains("pg_dump: "), "{said}");
    assert_eq!(place.entries(), []);
}

#[tokio::test]
async fn rows_hidden_by_a_policy_are_not_left_out_silently() {
    let database = Server::shared().fresh_database();
    let role = format!("hidden_from_{}", database.name());
    database.execute(&format!(
        "CREATE TABLE campaigns (); ALTER TABLE campaigns ENABLE ROW LEVEL SECURITY; \
         CREATE ROLE {role} LOGIN; GRANT SELECT ON campaigns TO {role}"
    ));
    let target = resolved(&database.url().replacen("postgres@", &format!("{role}@"), 1));
    let place = Place::new();
    let error = take(&place.request(&target)).await.unwrap_err().to_string();
    database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    assert!(error.contains("BYPASSRLS"), "{error}");
}

#[tokio::test]
async fn whoever_stands_in_the_way_of_a_dump_is_named() {
    let database = furnished();
    let (holder, driver) = tokio_postgres::connect(database.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(driver);
    holder.batch_execute("BEGIN; LOCK TABLE campaigns IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let place = Place::new();
    let target = database.target();
    let request = BackupRequest { lock_timeout: Duration::from_secs(3), ..place.request(&target) };
    let (outcome, events) = take_watching(&request, |_, _| {}).await;
    drop(holder);
    let error = outcome.unwrap_err();
    let BackupError::Locked { holders, .. } = &error else { panic!("{error:?}") };
    assert!(holders.contains("LOCK TABLE campaigns"), "{holders}");
    let told = events.iter().any(
        |event| matches!(event, BackupEvent::Waiting { blockers } if blockers.iter().any(|it| it.query.contains("LOCK"))),
    );
    assert!(told, "{events:?}");
    assert_eq!(place.entries(), []);
}

#[tokio::test]
async fn rot_is_found_and_remembered() {
    let database = furnished();
    let place = Place::new();
    let taken = take(&place.request(&database.target())).await.unwrap();
    let (events, _heard) = mpsc::channel(1000);
    let cancel = CancellationToken::new();
    let verify = || backup::verify(&taken.folder, &taken.manifest, &place.settings, &events, &cancel);

    let verified = verify().await.unwrap();
    assert_eq!((verified.entries, verified.tables), (taken.manifest.verified.entries, 7));
    let BackupEntry::Complete { last_check: Some(check), .. } = &place.entries()[0] else { panic!("not kept") };
    assert_eq!(check.problems, [""; 0]);

    let largest = taken.manifest.files.iter().max_by_key(|file| file.bytes).unwrap();
    let path = taken.folder.join(&largest.path);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).unwrap();
    fs::write(taken.folder.join("dump/stowaway"), "x").unwrap();
    let error = verify().await.unwrap_err();
    let BackupError::Damaged { problems, .. } = &error else { panic!("{error:?}") };
    assert_eq!(
        problems,
        &[
            format!("{} has other contents than when it was written", largest.path),
            "dump/stowaway does not belong to it".to_owned(),
        ]
    );
    let BackupEntry::Complete { last_check: Some(check), .. } = &place.entries()[0] else { panic!("not kept") };
    assert_eq!(&check.problems, problems);

    // A file that shrank is seen by the list alone.
    fs::write(&path, &bytes[..middle]).unwrap();
    let entries = place.entries();
    let BackupEntry::Incomplete(incomplete) = &entries[0] else { panic!("{entries:?}") };
    assert!(matches!(incomplete.reason, IncompleteReason::Damaged { .. }));
    assert!(incomplete.explanation().contains("Do not restore it"), "{}", incomplete.explanation());
}

#[tokio::test]
async fn what_is_left_of_a_killed_console_is_listed_as_what_it_is() {
    let database = furnished();
    let place = Place::new();
    let target = database.target();
    let earlier = take(&place.request(&target)).await.unwrap();
    let abandoned = place.settings.directory.join("20300101T000000Z_staging.partial");
    fs::create_dir_all(abandoned.join("dump")).unwrap();
    fs::write(abandoned.join("dump/1.dat.gz"), "half a tab").unwrap();
    fs::create_dir(place.settings.directory.join("20310101T000000Z_staging")).unwrap();
    fs::create_dir(place.settings.directory.join("lost+found")).unwrap();
    fs::write(place.settings.directory.join("notes.txt"), "mine").unwrap();

    let entries = place.entries();
    let incomplete: Vec<_> = entries
        .iter()
        .filter_map(|entry| match entry {
            BackupEntry::Incomplete(incomplete) => Some(incomplete),
            BackupEntry::Complete { .. } => None,
        })
        .collect();
    assert_eq!((entries.len(), incomplete.len()), (3, 2));
    let left = incomplete.iter().find(|it| it.folder == abandoned).unwrap();
    assert!(matches!(left.reason, IncompleteReason::LeftBehind { .. }));
    assert_eq!(left.bytes, 10);
    assert!(left.explanation().contains(&format!("rm -r -- {}", abandoned.display())), "{}", left.explanation());
    assert!(entries.iter().any(|entry| entry.folder() == earlier.folder && entry.manifest().is_some()));
}

#[tokio::test]
async fn one_that_is_being_written_is_listed_as_such() {
    let database = furnished();
    let place = Place::new();
    let mut seen = Vec::new();
    let (outcome, _) = take_watching(&place.request(&database.target()), |event, _| {
        if matches!(event, BackupEvent::Table { .. }) {
            seen = place.entries();
        }
    })
    .await;
    outcome.unwrap();
    let [BackupEntry::Incomplete(incomplete)] = seen.as_slice() else { panic!("{seen:?}") };
    let explanation = incomplete.explanation();
    assert!(explanation.starts_with("It is being written at this moment by ana"), "{explanation}");
    assert!(place.entries()[0].manifest().is_some());
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told() {
    let database = Server::shared().fresh_database();
    let mut place = Place::new();
    let file = place.folder.path().join("file");
    fs::write(&file, "").unwrap();
    place.settings.directory = file.join("backups");
    let error = take(&place.request(&database.target())).await.unwrap_err();
    assert!(matches!(error, BackupError::Disk { .. }), "{error:?}");
    assert!(error.to_string().contains("Name a folder that you may write"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let place = Place::new();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("postgresql://postgres@/app?host={}", folder.path().display());
    let error = take(&place.request(&resolved(&url))).await.unwrap_err();
    assert!(matches!(error, BackupError::Server { .. }), "{error:?}");
    assert!(error.to_string().ends_with("Nothing was written."), "{error}");
}
