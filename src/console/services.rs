//! What runs beside the console as long as it does: the watch over the files and over the environments. Each tells its
//! news as messages.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use crate::migration::catalogue::Catalogue;
use crate::migration::git;
use crate::window::context::Context;
use crate::window::drift::watch::DriftWatch;
use crate::window::files::{self, FileWatch};
use crate::window::journal;
use crate::window::monitor::{Monitor, MonitorEvent};
use crate::window::review::{Git, Judgement, Reviewer};

use super::log::LogFeed;
use super::message::Message;

/// How many news may wait for the console.
const WAITING: usize = 64;

/// Watches the environments. Dropping what it gives back ends their sessions.
#[must_use]
pub fn watch_environments(context: Arc<Context>, messages: mpsc::Sender<Message>) -> Monitor {
    let (sender, mut news) = mpsc::channel::<MonitorEvent>(WAITING);
    tokio::spawn(async move {
        while let Some(event) = news.recv().await {
            if messages.send(Message::Environment(event)).await.is_err() {
                break;
            }
        }
    });
    Monitor::start(context, sender)
}

/// Looks for drift as often as the configuration says. Dropping what it gives back ends that.
#[must_use]
pub fn watch_drift(context: Arc<Context>, messages: mpsc::Sender<Message>) -> Option<DriftWatch> {
    let (sender, mut news) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(event) = news.recv().await {
            if messages.send(Message::Drift(event)).await.is_err() {
                break;
            }
        }
    });
    DriftWatch::start(context, sender)
}

/// Reads the files, and again whenever they change.
pub fn watch_files(context: Arc<Context>, messages: mpsc::Sender<Message>) {
    tokio::spawn(async move {
        let Ok(first) = files::read(&context).await else { return };
        let (sender, mut news) = mpsc::channel(WAITING);
        let _watch = FileWatch::start(Arc::clone(&context), first.clone().ok(), sender);
        let mut next = Some(first);
        let reviewer = Arc::new(Mutex::new(Reviewer::default()));
        while let Some(files) = next {
            let catalogue = files.as_ref().ok().map(Arc::clone);
            if messages.send(Message::Files(files)).await.is_err() {
                return;
            }
            if let Some(judgement) = judge(&context, &reviewer, catalogue).await
                && messages.send(Message::Judged(judgement)).await.is_err()
            {
                return;
            }
            let folder = context.layout().migrations;
            let commit = tokio::task::spawn_blocking(move || git::commit_of(&folder)).await.unwrap_or_default();
            if messages.send(Message::Commit(commit)).await.is_err() {
                return;
            }
            next = news.recv().await;
        }
    });
}

/// What the rules find in the files, and git says of them.
async fn judge(
    context: &Arc<Context>,
    reviewer: &Arc<Mutex<Reviewer>>,
    catalogue: Option<Arc<Catalogue>>,
) -> Option<Arc<Judgement>> {
    let (context, reviewer, catalogue) = (Arc::clone(context), Arc::clone(reviewer), catalogue?);
    let judged = tokio::task::spawn_blocking(move || {
        let git = Git::ask(&context.config);
        // One review at a time; where one panicked, the next begins anew.
        let mut reviewer = reviewer.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::new(reviewer.review(&context.config, &catalogue, git))
    });
    match judged.await {
        Ok(judgement) => Some(judgement),
        Err(error) => {
            tracing::error!(%error, "the migrations could not be judged");
            None
        }
    }
}

/// Passes the log's lines on.
pub fn follow_log(LogFeed(mut lines): LogFeed, messages: mpsc::Sender<Message>) {
    tokio::spawn(async move {
        while let Some(line) = lines.recv().await {
            if messages.send(Message::Log(line)).await.is_err() {
                break;
            }
        }
    });
}

/// Looks which windows were left unfinished on this machine.
pub fn look_for_unfinished(context: Arc<Context>, messages: mpsc::Sender<Message>) {
    tokio::spawn(async move {
        let folder = context.journals();
        let found = tokio::task::spawn_blocking(move || journal::unfinished(&folder)).await.unwrap_or_default();
        // The console may have ended meanwhile; then nobody asks any more.
        let _ = messages.send(Message::Unfinished(found)).await;
    });
}
