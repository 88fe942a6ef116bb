//! The world outside the console, for real: the clock, the clipboard, the shell, and the tasks that do the work.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ratatui::Terminal;
use tokio::sync::mpsc;

use crate::config::Secret;
use crate::migration::text::printable;
use crate::window::context::Context;
use crate::window::drift::handle::{self, NewsOf, Task};
use crate::window::drift::matrix::{self, Pair};
use crate::window::drift::side::Side;
use crate::window::drift::watch::DriftWatch;
use crate::window::handle::WindowHandle;
use crate::window::monitor::Monitor;

use super::app::Outside;
use super::message::{Answer, DraftOrder, LayerId, Message, Moment, Order, SideChoice, Sides, Work};
use super::terminal::{Ear, Guard, Screen, can_be_suspended, clipboard_sequence, give_back, suspend};
use super::trouble::Trouble;
use super::{editor, services, work};

/// The world outside the console.
#[derive(Debug)]
pub struct Real {
    started: Instant,
    guard: Guard,
    clipboard: bool,
    context: Arc<Context>,
    monitor: Monitor,
    drift: Option<DriftWatch>,
    messages: mpsc::Sender<Message>,
    /// The windows that this console runs, by the screens that show them.
    windows: HashMap<LayerId, WindowHandle>,
    /// What is compared or drafted, by the screens that show it: each shows one at a time.
    tasks: HashMap<LayerId, Task>,
    /// What listens to the terminal, to be put down while an editor has it.
    ear: Ear,
}

impl Real {
    /// The world outside, with the terminal that `guard` holds; answers go to `messages`.
    #[must_use]
    pub fn new(
        context: Arc<Context>,
        monitor: Monitor,
        drift: Option<DriftWatch>,
        guard: Guard,
        ear: Ear,
        messages: mpsc::Sender<Message>,
    ) -> Self {
        let clipboard = context.config.interface.clipboard;
        let started = Instant::now();
        let (windows, tasks) = (HashMap::new(), HashMap::new());
        Self { started, guard, clipboard, context, monitor, drift, messages, windows, tasks, ear }
    }
}

impl Real {
    fn side(&self, choice: SideChoice) -> Option<Side> {
        match choice {
            SideChoice::Files => Some(Side::Files),
            SideChoice::Environment(place) => {
                let environment = self.context.config.environments.get(place)?;
                Some(Side::Environment(Box::new(environment.clone())))
            }
        }
    }

    /// Keeps a task for a layer, in place of what it asked for before, and passes its news on.
    fn keep<News: Send + 'static>(
        &mut self,
        from: LayerId,
        (task, mut news): (Task, NewsOf<News>),
        answer: impl Fn(Box<News>) -> Answer + Send + 'static,
    ) {
        self.tasks.insert(from, task);
        let messages = self.messages.clone();
        tokio::spawn(async move {
            while let Some(news) = news.recv().await {
                let message = Message::Answer { to: from, answer: answer(Box::new(news)) };
                if messages.send(message).await.is_err() {
                    break;
                }
            }
        });
    }

    /// Lets go of every window, when the console ends. What runs is cancelled, and the server's answer awaited, so that
    /// the journal tells the truth; a server that does not answer is not waited for longer than `patience`.
    pub async fn finish(&mut self, patience: Duration) {
        for (_, handle) in self.windows.drain() {
            handle.cancel_now();
            handle.leave();
            if tokio::time::timeout(patience, handle.ended()).await.is_err() {
                tracing::warn!("a window was left although its server had not answered");
            }
        }
    }
}

fn obey(handle: &mut WindowHandle, order: Order) {
    match order {
        // Handled by the caller: these make the window.
        Order::Open(_) | Order::Resume(_) => {}
        Order::Run(step, confirmed) => handle.run(step, confirmed),
        Order::Skip(step, reason) => handle.skip(step, reason),
        Order::Waive(waiver) => handle.waive(waiver),
        Order::StopAfterStatement => handle.stop_after_statement(),
        Order::CancelNow => handle.cancel_now(),
        Order::Close => handle.close(),
        Order::Leave => handle.leave(),
    }
}

impl Outside<Screen> for Real {
    fn moment(&mut self) -> Moment {
        Moment { uptime: self.started.elapsed(), now: Timestamp::now() }
    }

    async fn wait_until(&mut self, uptime: Duration) {
        tokio::time::sleep_until((self.started + uptime).into()).await;
    }

    fn work(&mut self, from: LayerId, work: Work) {
        let messages = self.messages.clone();
        let context = Arc::clone(&self.context);
        tokio::spawn(async move {
            // A task of its own, so that a panic in it becomes an answer and the asker does not wait for ever.
            let answer = tokio::spawn(work::run(context, work)).await.unwrap_or_else(|error| {
                let trouble = Trouble::new("Internal error", format!("A task of the console broke off: {error}."))
                    .and_next("Nothing was written by it. The log (@) has the place; please report it.");
                Answer::Failed(Box::new(trouble))
            });
            // The console may have ended meanwhile; then nobody needs the answer.
            let _ = messages.send(Message::Answer { to: from, answer }).await;
        });
    }

    fn window(&mut self, from: LayerId, order: Order) {
        let context = Arc::clone(&self.context);
        let opened = match order {
            Order::Open(plan) => WindowHandle::open(context, *plan),
            Order::Resume(journal) => WindowHandle::resume(context, journal),
            order => {
                if let Some(handle) = self.windows.get_mut(&from) {
                    obey(handle, order);
                }
                return;
            }
        };
        let (handle, mut news) = opened;
        self.windows.insert(from, handle);
        let messages = self.messages.clone();
        let hold = self.drift.as_ref().map(DriftWatch::hold);
        tokio::spawn(async move {
            let _until_over = hold;
            while let Some(news) = news.recv().await {
                let message = Message::Answer { to: from, answer: Answer::Window(Box::new(news)) };
                if messages.send(message).await.is_err() {
                    break;
                }
            }
        });
    }

    fn look_for_unfinished(&mut self) {
        services::look_for_unfinished(Arc::clone(&self.context), self.messages.clone());
    }

    fn compare(&mut self, from: LayerId, sides: Sides) {
        let (Some(left), Some(right)) = (self.side(sides.left), self.side(sides.right)) else { return };
        let comparison = handle::compare(Arc::clone(&self.context), left, right);
        self.keep(from, comparison, move |news| Answer::Comparison(sides, news));
    }

    fn draft(&mut self, from: LayerId, order: DraftOrder) {
        let draft = handle::draft(Arc::clone(&self.context), order.comparison, order.selection);
        self.keep(from, draft, Answer::Draft);
    }

    fn fill_matrix(&mut self, from: LayerId, pairs: Vec<Pair>) {
        self.keep(from, matrix::fill(Arc::clone(&self.context), pairs), Answer::Matrix);
    }

    fn give_up(&mut self, from: LayerId) {
        self.tasks.remove(&from);
    }

    async fn edit(&mut self, files: &[PathBuf]) -> Result<(), String> {
        let command = editor::command(|name| self.context.surroundings.variable(name));
        let Some(command) = command else {
            let shown = |path: &PathBuf| {
                let folder = &self.context.surroundings.folder;
                printable(&path.strip_prefix(folder).unwrap_or(path).display().to_string()).into_owned()
            };
            let paths: Vec<String> = files.iter().map(shown).collect();
            return Err(format!("Neither VISUAL nor EDITOR names an editor to open {} in.", paths.join(" and ")));
        };
        self.ear.close();
        give_back();
        let edited = editor::run(command, files).await;
        self.ear.open().map_err(|error| format!("The terminal cannot be listened to any more: {error}."))?;
        edited
    }

    fn refresh(&mut self, environment: usize) {
        self.monitor.refresh(environment);
        if let Some(drift) = &self.drift {
            drift.nudge();
        }
    }

    fn supply_password(&mut self, environment: usize, password: Secret) {
        if let Some(settings) = self.context.config.environments.get(environment) {
            self.monitor.supply_password(&settings.name, password);
        }
    }

    fn copy(&mut self, terminal: &mut Terminal<Screen>, text: &str) -> io::Result<()> {
        if self.clipboard {
            let backend = terminal.backend_mut();
            io::Write::write_all(backend, clipboard_sequence(text).as_bytes())?;
            io::Write::flush(backend)?;
        }
        Ok(())
    }

    fn suspend(&mut self) -> Result<(), String> {
        if !can_be_suspended() {
            return Err("There is no shell to come back from: this terminal was opened for Tidegate alone.".to_owned());
        }
        suspend();
        Ok(())
    }

    fn resume(&mut self) -> io::Result<()> {
        self.guard.again()
    }
}
