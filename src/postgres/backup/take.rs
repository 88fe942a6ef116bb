//! Taking a backup, from the first look at the disk to the manifest.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::super::history::HistoryTable;
use super::check::{self, Checked};
use super::dump::{Dump, Outcome};
use super::event::Reporter;
use super::manifest::restore_commands;
use super::partial::{Partial, Writer};
use super::progress::Progress;
use super::room::{free, is_enough, size_in_words};
use super::survey::{Sizes, Survey, Surveyor, Watcher};
use super::tools::Tools;
use super::words::{dump_failed, out_of_room};
use super::{BackupError, BackupEvent, BackupId, MANIFEST_LAYOUT, Manifest, Verification};
use crate::config::{BackupFormat, BackupSettings, Target, Tier};
use crate::migration::text::printable;

/// What is to be backed up, and for whom.
#[derive(Debug, Clone)]
pub struct BackupRequest<'a> {
    /// The environment's name.
    pub environment: &'a str,
    /// Its tier.
    pub tier: Tier,
    /// Where it is.
    pub target: &'a Target,
    /// Where backups go, and how they are made.
    pub settings: &'a BackupSettings,
    /// Where the environment keeps its history.
    pub history: &'a HistoryTable,
    /// How long `pg_dump` may wait for its locks; zero is as long as it takes.
    pub lock_timeout: Duration,
    /// Who asks for it.
    pub operator: &'a str,
    /// The window that it belongs to.
    pub window: Option<&'a str>,
}

/// A backup that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
}

/// Takes a backup of the whole database and verifies it. When this returns, successful or not, no process of
/// `pg_dump` is left, and nothing that looks like a backup is there unless it is one.
///
/// # Errors
/// Each says what became of what had been written; the database is never changed.
pub async fn take(
    request: &BackupRequest<'_>,
    events: &mpsc::Sender<BackupEvent>,
    cancel: &CancellationToken,
) -> Result<Taken, BackupError> {
    let reporter = Reporter { events, cancel };
    let prepared = tokio::select! {
        biased;
        () = cancel.cancelled() => return Err(BackupError::Cancelled { kept: NOTHING_WRITTEN.to_owned() }),
        prepared = Prepared::new(request, &reporter) => prepared?,
    };
    let id = BackupId::new(prepared.started, request.environment);
    let writer = Writer { operator: request.operator.to_owned(), pid: std::process::id(), started: prepared.started };
    let directory = &request.settings.directory;
    let partial = Partial::create(directory, &id, &writer).map_err(|error| BackupError::Disk {
        what: "Creating a folder for the backup in",
        path: directory.clone(),
        why: error.to_string(),
        kept: NOTHING_WRITTEN.to_owned(),
    })?;
    match prepared.write(request, &partial, &reporter, cancel).await {
        Ok(manifest) => {
            let path = partial.folder().to_owned();
            let folder = partial.finish(&manifest).map_err(|error| BackupError::Disk {
                what: "Finishing the backup in",
                path,
                why: error.to_string(),
                kept: "It is not used as a backup; `tidegate backups` lists what is left of it.".to_owned(),
            })?;
            Ok(Taken { folder, manifest })
        }
        Err(Spoiled::Worthless(error)) => Err(error.into_error(partial.discard())),
        Err(Spoiled::Suspect(why)) => {
            let kept = partial.set_aside(&why);
            Err(BackupError::NotVerified { why, kept })
        }
    }
}

const NOTHING_WRITTEN: &str = "Nothing was written.";

/// Why a dump cannot become a backup.
enum Spoiled {
    /// There is nothing in it to look at.
    Worthless(Failure),
    /// It was written, and did not pass its check.
    Suspect(String),
}

/// An error that lacks the words about what became of the files.
struct Failure(Box<dyn FnOnce(String) -> BackupError + Send>);

impl Failure {
    fn into_error(self, kept: String) -> BackupError {
        (self.0)(kept)
    }
}

impl Spoiled {
    fn worthless(error: impl FnOnce(String) -> BackupError + Send + 'static) -> Self {
        Self::Worthless(Failure(Box::new(error)))
    }

    fn cancelled() -> Self {
        Self::worthless(|kept| BackupError::Cancelled { kept })
    }

    fn disk(what: &'static str, path: &Path, error: &std::io::Error) -> Self {
        let (path, why) = (path.to_owned(), error.to_string());
        Self::worthless(move |kept| BackupError::Disk { what, path, why, kept })
    }
}

/// Everything that is found out before a byte is written.
struct Prepared {
    started: Timestamp,
    clock: Instant,
    tools: Tools,
    surveyor: Surveyor,
    watcher: Option<Watcher>,
    application_name: String,
    sizes: Sizes,
    survey: Survey,
    free: u64,
}

impl Prepared {
    async fn new(request: &BackupRequest<'_>, reporter: &Reporter<'_>) -> Result<Self, BackupError> {
        let (started, clock) = (Timestamp::now(), Instant::now());
        let settings = request.settings;
        let surveyor = Surveyor::open(request.target).await.map_err(server)?;
        let info = surveyor.connection().info();
        let tools = Tools::find(settings, &info.version).await?;
        let sizes = surveyor.sizes().await.map_err(server)?;
        let free = prepare_directory(&settings.directory)?;
        if !is_enough(free, sizes.dumped, settings.keep_free) {
            return Err(BackupError::NoRoom {
                directory: settings.directory.clone(),
                needed: size_in_words(sizes.dumped),
                free: size_in_words(free),
                keep_free: size_in_words(settings.keep_free),
            });
        }
        // The number of our own server process makes the name unique on that server.
        let application_name = format!("pg_dump tidegate {}", info.backend_pid);
        let watcher = match Watcher::open(request.target, &application_name).await {
            Ok(watcher) => Some(watcher),
            Err(error) => {
                let text = format!("No second session to watch the first with, so waiting will not show: {error}");
                reporter.tell(BackupEvent::Warning { text: printable(&text).into_owned() }).await;
                None
            }
        };
        let survey = surveyor.survey(&sizes, request.history).await.map_err(server)?;
        if let Err(error) = &survey.migrations {
            let text = format!("The history cannot be read, so the manifest will not name the migrations: {error}");
            reporter.tell(BackupEvent::Warning { text: printable(&text).into_owned() }).await;
        }
        Ok(Self { started, clock, tools, surveyor, watcher, application_name, sizes, survey, free })
    }

    async fn write(
        self,
        request: &BackupRequest<'_>,
        partial: &Partial,
        reporter: &Reporter<'_>,
        cancel: &CancellationToken,
    ) -> Result<Manifest, Spoiled> {
        let settings = request.settings;
        let jobs = match settings.format {
            BackupFormat::Directory => settings.jobs.max(1),
            BackupFormat::Custom => 1,
        };
        let archive = match settings.format {
            BackupFormat::Directory => "dump",
            BackupFormat::Custom => "dump.pgdump",
        };
        let mut progress = Progress::new(self.survey.tables.clone(), jobs);
        reporter
            .tell(BackupEvent::Started {
                id: partial.id().clone(),
                folder: partial.final_folder(),
                tool: self.tools.label(),
                format: settings.format,
                jobs,
                tables: progress.tables(),
                table_bytes: progress.bytes(),
                free: self.free,
            })
            .await;

        let path = partial.folder().join(archive);
        let access = pinned(request.target, &self.surveyor.connection().info().server_host).for_programs();
        let access = access
            .map_err(|error| Spoiled::disk("Writing a password file for pg_dump in", &std::env::temp_dir(), &error))?;
        let mut command = Command::new(&self.tools.dump.path);
        access.apply(&mut command);
        command
            .env("PGAPPNAME", &self.application_name)
            .arg("--verbose")
            .arg(format!("--format={}", settings.format.word()))
            .arg(format!("--snapshot={}", self.survey.snapshot))
            .arg("--file")
            .arg(&path);
        if jobs > 1 {
            command.arg(format!("--jobs={jobs}"));
        }
        if !request.lock_timeout.is_zero() {
            command.arg(format!("--lock-wait-timeout={}", request.lock_timeout.as_millis()));
        }
        let dump =
            Dump { command, archive: path.clone(), keep_free: settings.keep_free, watcher: self.watcher.as_ref() };
        let outcome = dump.run(&mut progress, reporter, cancel).await;
        match outcome.map_err(|error| Spoiled::disk("Running pg_dump to write", &path, &error))? {
            Outcome::Written => {}
            Outcome::Cancelled => return Err(Spoiled::cancelled()),
            Outcome::NoRoom { free } => {
                let error = out_of_room(&settings.directory, free, settings.keep_free);
                return Err(Spoiled::worthless(error));
            }
            Outcome::Failed { ended, said, blockers } => {
                let error = dump_failed(ended, said, &blockers, request);
                return Err(Spoiled::worthless(error));
            }
        }
        drop(access);

        let Checked { contents, files, how } =
            check::written(partial.folder(), archive, settings.format, &self.tools.restore, reporter)
                .await
                .map_err(|error| if cancel.is_cancelled() { Spoiled::cancelled() } else { Spoiled::Suspect(error) })?;
        let missing: Vec<&str> = self
            .survey
            .tables
            .iter()
            .filter(|table| !contents.tables.contains_key(&table.oid))
            .map(|table| table.label.as_str())
            .collect();
        if !missing.is_empty() {
            return Err(Spoiled::Suspect(format!(
                "the archive does not hold the rows of {} that the server has: {}",
                if missing.len() == 1 { "a table" } else { "tables" },
                printable(&missing.join(", "))
            )));
        }
        let info = self.surveyor.connection().info();
        Ok(Manifest {
            layout: MANIFEST_LAYOUT,
            id: partial.id().clone(),
            environment: request.environment.to_owned(),
            tier: request.tier.word().to_owned(),
            connection: request.target.display(),
            database: info.database.clone(),
            database_bytes: self.sizes.database,
            restore: restore_commands(&self.survey.encoding, archive, settings.format, jobs),
            encoding: self.survey.encoding,
            server_version: info.version.display.clone(),
            system_identifier: info.system_identifier.clone(),
            lsn: self.survey.lsn,
            snapshot_at: self.survey.at,
            started: self.started,
            duration: self.clock.elapsed(),
            tool: self.tools.label(),
            tool_major: self.tools.dump.version.major,
            tidegate: env!("CARGO_PKG_VERSION").to_owned(),
            format: settings.format,
            jobs,
            archive: archive.to_owned(),
            bytes: files.iter().map(|file| file.bytes).sum(),
            files,
            migrations: self.survey.migrations.unwrap_or_default(),
            window: request.window.map(str::to_owned),
            operator: request.operator.to_owned(),
            verified: Verification {
                at: Timestamp::now(),
                how,
                entries: contents.entries,
                tables: contents.tables.len() as u64,
            },
        })
    }
}

/// The target with the one host that answered us, so that `pg_dump` goes to the server that holds the snapshot.
fn pinned(target: &Target, server_host: &str) -> Target {
    let mut target = target.clone();
    if let Some(host) = target.hosts.iter().find(|host| host.to_string() == server_host).cloned() {
        target.hosts = vec![host];
    }
    target
}

/// Makes the backup directory, for the operator alone, and says how many bytes are free there.
fn prepare_directory(directory: &Path) -> Result<u64, BackupError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).and_then(|()| free(directory)).map_err(
        |error| BackupError::Disk {
            what: "Preparing the backup directory",
            path: directory.to_owned(),
            why: error.to_string(),
            kept: "Nothing was written. Name a folder that you may write as `directory` under `[backup]`.".to_owned(),
        },
    )
}

fn server(error: impl std::fmt::Display) -> BackupError {
    BackupError::Server { why: error.to_string().trim_end_matches('.').to_owned() }
}
