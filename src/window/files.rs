//! Keeps the catalogue in step with the files while a console is open.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::task::JoinError;

use super::context::Context;
use crate::migration::catalogue::{Catalogue, CatalogueError, Layout};

/// How long the files must be quiet before they are read again: editors and git write in bursts.
const QUIET: Duration = Duration::from_millis(25);
/// How often they are looked at where the system cannot tell of changes.
const POLL: Duration = Duration::from_secs(2);

/// The catalogue as it is now, or why it cannot be read.
pub type FilesNews = Result<Arc<Catalogue>, Arc<CatalogueError>>;

/// Watches the migration files. Dropping it ends the watch.
#[derive(Debug)]
pub struct FileWatch {
    task: tokio::task::JoinHandle<()>,
}

impl Drop for FileWatch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl FileWatch {
    /// Starts to watch. Each change of the files is answered by the catalogue as it is after it.
    ///
    /// `now` is the catalogue that the caller has already, if it can be read; the first answer comes with the first
    /// change.
    pub fn start(context: Arc<Context>, now: Option<Arc<Catalogue>>, news: mpsc::Sender<FilesNews>) -> FileWatch {
        FileWatch { task: tokio::spawn(watch(context, now, news)) }
    }
}

async fn watch(context: Arc<Context>, mut now: Option<Arc<Catalogue>>, news: mpsc::Sender<FilesNews>) {
    let (changed, mut changes) = mpsc::channel::<()>(1);
    let watcher = watch_folders(&folders(&context.layout()), changed.clone());
    if let Err(error) = &watcher {
        tracing::warn!(%error, "the system does not tell of file changes; looking every two seconds instead");
    }
    loop {
        if watcher.is_ok() {
            if changes.recv().await.is_none() {
                return;
            }
            while tokio::time::timeout(QUIET, changes.recv()).await.is_ok() {}
        } else {
            tokio::time::sleep(POLL).await;
        }
        let Ok(read) = read(&context).await else { return };
        let answer = match read {
            Ok(catalogue) if now.as_ref().is_some_and(|now| Arc::ptr_eq(now, &catalogue)) => continue,
            Err(_) if now.is_none() => continue,
            answer => answer,
        };
        now = answer.as_ref().ok().map(Arc::clone);
        if news.send(answer).await.is_err() {
            return;
        }
    }
}

/// Reads the catalogue, or what of it has changed.
///
/// # Errors
/// The program ends.
pub async fn read(context: &Arc<Context>) -> Result<FilesNews, JoinError> {
    let context = Arc::clone(context);
    tokio::task::spawn_blocking(move || context.read_catalogue().map_err(Arc::new)).await
}

fn watch_folders(folders: &[PathBuf], changed: mpsc::Sender<()>) -> notify::Result<notify::RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is an event too, and we read them all after each change.
        if !event.is_ok_and(|event| event.kind.is_access()) {
            // A full channel already says that something changed.
            let _ = changed.try_send(());
        }
    })?;
    for folder in folders {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
    }
    Ok(watcher)
}

/// The folders to watch: those of the files or, for one that does not exist, the nearest that does, so that its
/// making is noticed.
fn folders(layout: &Layout) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = [Some(&layout.migrations), layout.rollbacks.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(|folder| folder.ancestors().find(|ancestor| ancestor.is_dir()).map(Path::to_path_buf))
        .collect();
    folders.dedup();
    folders
}
