//! Keeps the catalogue in step with the files while a console is open.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
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

/// What the system says was touched.
#[derive(Debug)]
enum Touched {
    /// These files, and no other.
    Files(HashSet<PathBuf>),
    /// Whatever there is.
    Anything,
}

impl Default for Touched {
    fn default() -> Self {
        Touched::Files(HashSet::new())
    }
}

impl Touched {
    /// Takes in what the system tells.
    fn add(&mut self, event: notify::Result<notify::Event>, layout: &Layout) {
        match (self, event) {
            (Touched::Files(files), Ok(event)) if !event.need_rescan() && !event.paths.is_empty() => {
                files.extend(event.paths.into_iter().filter(|path| !layout.passes_over(path)));
            }
            (touched, _) => *touched = Touched::Anything,
        }
    }
}

async fn watch(context: Arc<Context>, mut now: Option<Arc<Catalogue>>, news: mpsc::Sender<FilesNews>) {
    let (changed, mut changes) = mpsc::channel::<()>(1);
    // Until the watch began, nobody told of anything.
    let touched = Arc::new(Mutex::new(Touched::Anything));
    let watcher = watch_folders(context.layout(), Arc::clone(&touched), changed.clone());
    if let Err(error) = &watcher {
        tracing::warn!(%error, "the system does not tell of file changes; looking every two seconds instead");
    }
    loop {
        let touched = if watcher.is_ok() {
            if changes.recv().await.is_none() {
                return;
            }
            while tokio::time::timeout(QUIET, changes.recv()).await.is_ok() {}
            std::mem::take(&mut *touched.lock().unwrap_or_else(PoisonError::into_inner))
        } else {
            tokio::time::sleep(POLL).await;
            Touched::Anything
        };
        if matches!(&touched, Touched::Files(files) if files.is_empty()) {
            continue;
        }
        let Ok(read) = read_touched(&context, touched).await else { return };
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
    read_touched(context, Touched::Anything).await
}

async fn read_touched(context: &Arc<Context>, touched: Touched) -> Result<FilesNews, JoinError> {
    let context = Arc::clone(context);
    let read = move || match touched {
        Touched::Files(files) => context.read_rewritten(files.iter().map(PathBuf::as_path)),
        Touched::Anything => context.read_catalogue(),
    };
    tokio::task::spawn_blocking(move || read().map_err(Arc::new)).await
}

fn watch_folders(
    layout: Layout,
    touched: Arc<Mutex<Touched>>,
    changed: mpsc::Sender<()>,
) -> notify::Result<notify::RecommendedWatcher> {
    let folders = folders(&layout);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading a file is an event too, and we read what was touched after each change.
        if event.as_ref().is_ok_and(|event| event.kind.is_access()) {
            return;
        }
        touched.lock().unwrap_or_else(PoisonError::into_inner).add(event, &layout);
        // A full channel already says that something changed.
        let _ = changed.try_send(());
    })?;
    for folder in &folders {
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

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, EventKind, Flag};
    use rstest::rstest;

    use super::*;
    use crate::migration::table::TableName;

    fn told(path: &str) -> notify::Result<notify::Event> {
        Ok(notify::Event::new(EventKind::Create(CreateKind::File)).add_path(PathBuf::from(path)))
    }

    #[rstest]
    #[case::a_file(told("/m/20260101000000_create_a.sql"), Some(vec!["/m/20260101000000_create_a.sql"]))]
    #[case::an_editors(told("/m/4913"), Some(vec![]))]
    #[case::the_folder(told("/m"), Some(vec!["/m"]))]
    #[case::nothing_named(Ok(notify::Event::new(EventKind::Any)), None)]
    #[case::too_much_to_tell(told("/m/x.sql").map(|event| event.set_flag(Flag::Rescan)), None)]
    #[case::an_error(Err(notify::Error::generic("gone")), None)]
    fn what_was_touched_is_known_by_name_or_may_be_anything(
        #[case] event: notify::Result<notify::Event>,
        #[case] expected: Option<Vec<&str>>,
    ) {
        let layout = Layout { migrations: "/m".into(), rollbacks: None, history_table: TableName::default() };
        let mut touched = Touched::default();
        touched.add(event, &layout);
        let files = match touched {
            Touched::Files(files) => Some(files),
            Touched::Anything => None,
        };
        assert_eq!(files, expected.map(|paths| paths.into_iter().map(PathBuf::from).collect()));
    }
}
