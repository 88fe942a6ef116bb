//! A window on a thread of its own: commands go in, events come out, and a face of Tidegate never waits for a server.
//!
//! The thread has a runtime of its own, on which the window's sessions live too: what a script's statement takes from
//! its sending to its answer is not spent on waking threads, and a face that draws or prints slows nothing down.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::postgres::run::Control;

use super::confirmation::Confirmed;
use super::context::Context;
use super::event::WindowEvent;
use super::plan::Plan;
use super::runner::{Runner, Waiver, WindowError};
use super::step::Step;

/// How many events may wait to be drawn before the window waits for its face.
const EVENTS: usize = 1024;

/// What an operator wants of an open window.
#[derive(Debug)]
enum Command {
    Run(Step, Confirmed, Control),
    Skip(Step, String),
    Waive(Waiver),
    Close,
    Leave,
}

/// What a window tells its face.
#[derive(Debug)]
pub enum News {
    /// Something happened in it.
    Event(WindowEvent),
    /// What was wanted could not be done; the window is as it was.
    Refused(WindowError),
    /// The window is over for this process: closed, or left to be resumed. Nothing follows.
    Over {
        /// Whether it was closed rather than left.
        closed: bool,
        /// Why it ended by itself, where it did.
        trouble: Option<String>,
    },
}

/// An open window, run by a thread. Dropping it leaves the window to be resumed.
#[derive(Debug)]
pub struct WindowHandle {
    commands: mpsc::UnboundedSender<Command>,
    control: Control,
    /// Fails when the thread has ended.
    running: oneshot::Receiver<()>,
}

impl WindowHandle {
    /// Opens a window for a plan. Its news begin with its opening, or with why it could not be opened.
    pub fn open(context: Arc<Context>, plan: Plan) -> (WindowHandle, mpsc::Receiver<News>) {
        WindowHandle::start(move |sink, _| Runner::open(context, plan, sink))
    }

    /// Takes over the window of this journal. [`WindowHandle::cancel_now`] ends the waiting for what the server still
    /// runs.
    pub fn resume(context: Arc<Context>, journal: PathBuf) -> (WindowHandle, mpsc::Receiver<News>) {
        WindowHandle::start(move |sink, control| async move { Runner::resume(context, &journal, sink, &control).await })
    }

    /// Starts a step.
    pub fn run(&mut self, step: Step, confirmed: Confirmed) {
        self.control = Control::new();
        self.say(Command::Run(step, confirmed, self.control.clone()));
    }

    /// Passes a step over.
    pub fn skip(&self, step: Step, reason: impl Into<String>) {
        self.say(Command::Skip(step, reason.into()));
    }

    /// Lets a gate pass for a reason.
    pub fn waive(&self, waiver: Waiver) {
        self.say(Command::Waive(waiver));
    }

    /// Stops the running step when its statement has ended.
    pub fn stop_after_statement(&self) {
        self.control.stop_after_statement.cancel();
    }

    /// Cancels the running statement, and with it the step.
    pub fn cancel_now(&self) {
        self.control.stop_after_statement.cancel();
        self.control.cancel_now.cancel();
    }

    /// Closes the window for good, after the running step.
    pub fn close(&self) {
        self.say(Command::Close);
    }

    /// Leaves the window to be resumed, after the running step.
    pub fn leave(&self) {
        self.say(Command::Leave);
    }

    /// Waits until the window has let go of its environment.
    pub async fn ended(self) {
        drop(self.commands);
        let _ = self.running.await;
    }

    fn say(&self, command: Command) {
        // A window that is over has said so in its news.
        let _ = self.commands.send(command);
    }

    fn start<Opening, Opened>(opening: Opening) -> (WindowHandle, mpsc::Receiver<News>)
    where
        Opening: FnOnce(mpsc::Sender<WindowEvent>, Control) -> Opened + Send + 'static,
        Opened: Future<Output = Result<Runner, WindowError>> + Send,
    {
        let (commands, wanted) = mpsc::unbounded_channel();
        let (news, heard) = mpsc::channel(EVENTS);
        let control = Control::new();
        let own = control.clone();
        let (alive, running) = oneshot::channel();
        let no_thread = news.clone();
        let thread = std::thread::Builder::new().name("window".to_owned()).spawn(move || {
            let _alive = alive;
            let runtime = match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return refuse(&news, &error),
            };
            runtime.block_on(async {
                let (sink, events) = mpsc::channel(EVENTS);
                // A panic must end as news like any other trouble, not as a screen that waits for ever.
                let refusals = news.clone();
                let work = tokio::spawn(async move { work(opening(sink, own), wanted, refusals).await });
                forward(events, &news, work).await;
            });
        });
        if let Err(error) = thread {
            refuse(&no_thread, &error);
        }
        (WindowHandle { commands, control, running }, heard)
    }
}

/// Says that there is no thread for the window.
fn refuse(news: &mpsc::Sender<News>, error: &std::io::Error) {
    let trouble = format!("No thread could be started for the window ({error}). Nothing was done; try again.");
    // The channel is empty, so there is room.
    let _ = news.try_send(News::Over { closed: false, trouble: Some(trouble) });
}

/// How a window's work came to its end.
enum Ending {
    Closed,
    Left,
    Broken(WindowError),
}

async fn work(
    opening: impl Future<Output = Result<Runner, WindowError>>,
    mut wanted: mpsc::UnboundedReceiver<Command>,
    refusals: mpsc::Sender<News>,
) -> Ending {
    let mut runner = match opening.await {
        Ok(runner) => runner,
        Err(error) => return Ending::Broken(error),
    };
    while let Some(command) = wanted.recv().await {
        let done = match command {
            Command::Run(step, confirmed, control) => runner.run_step(step, confirmed, &control).await,
            Command::Skip(step, reason) => runner.skip(step, &reason).await,
            Command::Waive(waiver) => {
                runner.waive(waiver);
                Ok(())
            }
            Command::Close => return runner.close().await.map_or_else(Ending::Broken, |_| Ending::Closed),
            Command::Leave => break,
        };
        match done {
            Ok(()) => {}
            Err(error @ (WindowError::NotNow { .. } | WindowError::NotConfirmed { .. })) => {
                let _ = refusals.send(News::Refused(error)).await;
            }
            Err(error) => {
                runner.leave().await;
                return Ending::Broken(error);
            }
        }
    }
    runner.leave().await;
    Ending::Left
}

async fn forward(mut events: mpsc::Receiver<WindowEvent>, news: &mpsc::Sender<News>, work: JoinHandle<Ending>) {
    // When nobody listens any more the events are still taken, so that a running migration is not held up.
    while let Some(event) = events.recv().await {
        let _ = news.send(News::Event(event)).await;
    }
    let over = match work.await {
        Ok(Ending::Closed) => News::Over { closed: true, trouble: None },
        Ok(Ending::Left) => News::Over { closed: false, trouble: None },
        Ok(Ending::Broken(error)) => News::Over { closed: false, trouble: Some(error.to_string()) },
        Err(panic) => News::Over {
            closed: false,
            trouble: Some(format!(
                "The window's task ended unexpectedly ({panic}). Resume the window to see what is true."
            )),
        },
    };
    let _ = news.send(over).await;
}
