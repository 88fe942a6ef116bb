//! The log: a file under the state folder, never the terminal.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use super::error::CommandError;
use super::{Session, output};
use crate::config::{Config, Paths};

/// How many days of logs are kept.
const DAYS_KEPT: usize = 14;

/// How many lines may wait to be written: room for each is taken at the start.
const LINES_WAITING: usize = 4096;

/// What shows the log beside its file.
pub type LogLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Keeps the log open; what is still on its way is written when this is dropped.
pub struct Log {
    _worker: Option<WorkerGuard>,
}

/// Begins to log into `--log-file` or `TIDEGATE_LOG_FILE`, else into a file a day under the state folder. `TIDEGATE_LOG` chooses what is
/// logged (`tidegate=debug,tokio_postgres=info`), else `-v` does.
///
/// Only a file that was asked for by name is missed when it cannot be written: a home folder that is read-only should
/// not keep anyone from a rollback.
pub fn start(session: &mut Session) -> Result<Log, CommandError> {
    let of_variable = || session.surroundings.variable("TIDEGATE_LOG_FILE").map(PathBuf::from);
    let writer = match session.global.log_file.clone().or_else(of_variable) {
        Some(path) => Some(named_file(&path)?),
        None => {
            let root = Config::locate(session.global.config.as_deref(), &session.surroundings)
                .map(|path| Config::root_of(&path));
            let paths = match root {
                Ok(root) => Paths::of_project(&session.surroundings, &root),
                Err(_) => Paths::of_user(&session.surroundings),
            };
            daily_file(&paths.logs())
        }
    };
    let filter = match session.surroundings.variable("TIDEGATE_LOG") {
        Some(chosen) => EnvFilter::builder().parse_lossy(chosen),
        None => EnvFilter::new(match session.global.verbose {
            0 => "warn,tidegate=info",
            1 => "info,tidegate=debug",
            _ => "debug,tidegate=trace",
        }),
    };
    let (writer, worker) = writer.unzip();
    let file = writer.map(|writer| tracing_subscriber::fmt::layer().with_ansi(false).with_writer(writer));
    let subscriber = Registry::default().with(session.log_layer.take()).with(file).with(filter);
    // A second subscriber can only come from a test that has its own.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(Log { _worker: worker })
}

fn named_file(path: &Path) -> Result<(NonBlocking, WorkerGuard), CommandError> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| CommandError::Write { path: output::path(path), source })?;
    Ok(queued(file))
}

fn daily_file(folder: &Path) -> Option<(NonBlocking, WorkerGuard)> {
    fs::create_dir_all(folder).ok()?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("tidegate")
        .filename_suffix("log")
        .max_log_files(DAYS_KEPT)
        .build(folder)
        .ok()?;
    Some(queued(file))
}

/// Writes lines on a thread of its own.
fn queued(file: impl Write + Send + 'static) -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default().buffered_lines_limit(LINES_WAITING).finish(file)
}
