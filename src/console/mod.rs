//! The full-screen console: what is known as a [`model::Model`], what happens as [`message::Message`]s, and a picture of
//! the one after the other.
//!
//! `update` takes a message in and says what to do outside; `view` draws; both are pure. [`app`] is the loop around
//! them, the only place that waits. A screen is one file in `view/` and one line in its list of screens: it brings its
//! state, its keys, what they do and how it is drawn.

pub mod app;
mod definition;
mod document;
mod editor;
pub mod key;
pub mod keymap;
pub mod layer;
pub mod log;
pub mod message;
pub mod model;
mod outside;
mod pace;
mod services;
pub mod terminal;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod theme;
pub mod trouble;
pub mod update;
pub mod view;
pub mod widget;
pub mod words;
mod work;

use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::time::Duration;

use ratatui::Terminal;
use tokio::sync::mpsc;

use crate::window::context::Context;

use app::LoopError;
use keymap::Keymap;
use message::Message;
use model::{Ending, Model};
use theme::{Ask, Capabilities, Theme, ThemeError};
use trouble::Trouble;

pub use log::{LogFeed, LogLayer, feed as log_feed};

/// How many messages may wait for the console before those who send them wait.
const WAITING: usize = 256;

/// How long a server may take to answer to the cancelling of what ran when the console ended.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the command line says about the console.
#[derive(Debug, Default)]
pub struct ConsoleOptions {
    /// The theme of `--theme`.
    pub theme: Option<String>,
    /// `--ascii`: draw with ASCII only.
    pub ascii: bool,
    /// `--no-mouse`: leave the mouse to the terminal.
    pub no_mouse: bool,
    /// What fills the log screen.
    pub log: Option<LogFeed>,
}

/// How a run of the console went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// How it ended.
    pub ending: Ending,
    /// How long it had run when it first drew the board with everything on it.
    pub first_board: Option<Duration>,
}

/// Why the console could not run.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// There is no terminal to draw on.
    #[error(
        "The console needs a terminal, and {stream} is none. Without a terminal, use the commands: \
         `tidegate status` shows the board, `tidegate apply ENVIRONMENT` and `tidegate rollback ENVIRONMENT` run a \
         window, and `tidegate --help` lists them all."
    )]
    NoTerminal {
        /// The stream that is none.
        stream: &'static str,
    },
    /// The terminal cannot move its cursor.
    #[error(
        "The console needs a terminal that can move its cursor, and TERM is `dumb`. Use the commands instead: \
         `tidegate status` shows the board, and `tidegate --help` lists them all."
    )]
    DumbTerminal,
    /// The theme cannot be used.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// The terminal cannot be taken.
    #[error("The terminal cannot be taken for the console: {0}.")]
    Take(std::io::Error),
    /// The terminal cannot be drawn on any more.
    #[error(transparent)]
    Loop(#[from] LoopError<std::io::Error>),
}

/// Runs the console on this terminal until the operator quits or the operating system asks for its end.
///
/// Await it on the thread that the program began on: a panic there gives the terminal back, one elsewhere is shown.
///
/// # Errors
/// Where there is no terminal, or no such theme.
pub async fn run(context: Arc<Context>, options: ConsoleOptions) -> Result<Closing, ConsoleError> {
    let config = Arc::clone(&context.config);
    if let Some(stream) = terminal::missing() {
        return Err(ConsoleError::NoTerminal { stream });
    }
    if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        return Err(ConsoleError::DumbTerminal);
    }
    let ask = Ask {
        theme_now: options.theme,
        theme: config.interface.theme.clone(),
        ascii: if options.ascii { Some(true) } else { config.interface.ascii },
    };
    let capabilities = Capabilities::detect(|name| std::env::var(name).ok());
    let (theme, theme_warnings) =
        Theme::load(capabilities.theme_name(&ask), &context.paths.themes(), &capabilities, &ask)?;
    let (keymap, key_warnings) = Keymap::new(&config.interface.keys);
    let (sender, mut messages) = mpsc::channel(WAITING);

    let guard = terminal::Guard::take(config.interface.mouse && !options.no_mouse).map_err(ConsoleError::Take)?;
    let _hook = PanicHook::install(sender.clone());
    let mut terminal = Terminal::new(terminal::screen()).map_err(ConsoleError::Take)?;
    let size = terminal.size().map_err(ConsoleError::Take)?;
    let mut inputs = terminal::Inputs::listen().map_err(ConsoleError::Take)?;
    let mut model = Model::new(Arc::clone(&config), keymap, size, Box::new(view::board::BoardScreen::default()));
    model.world.glyphs = theme.glyphs();
    model.world.zone = jiff::tz::TimeZone::system();
    let warnings: Vec<String> = theme_warnings
        .into_iter()
        .map(|warning| warning.0)
        .chain(key_warnings.into_iter().map(|warning| warning.0))
        .collect();
    if !warnings.is_empty() {
        let place = config.path.display().to_string();
        let trouble = Trouble::new("Some settings were passed over", warnings.join("\n")).with("file", place);
        model.trouble(trouble);
    }
    if let Some(feed) = options.log {
        services::follow_log(feed, sender.clone());
    }
    services::watch_files(Arc::clone(&context), sender.clone());
    let monitor = services::watch_environments(Arc::clone(&context), sender.clone());
    let drift = services::watch_drift(Arc::clone(&context), sender.clone());
    let mut outside = outside::Real::new(context, monitor, drift, guard, inputs.ear(), sender);
    let ended = app::run(&mut model, &theme, &mut terminal, &mut inputs, &mut messages, &mut outside).await;
    // Nobody reads the messages from here on; closing the channel keeps those who send them from waiting.
    drop(messages);
    terminal::give_back();
    outside.finish(PATIENCE).await;
    Ok(Closing { ending: ended?, first_board: model.first_board })
}

/// While it lives, a panic on this thread gives the terminal back before it speaks, and a panic on any other thread is
/// shown on the screen: giving the terminal back from there would leave this thread drawing over the shell.
struct PanicHook {
    before: Arc<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>,
}

impl PanicHook {
    fn install(messages: mpsc::Sender<Message>) -> Self {
        let before: Arc<dyn Fn(&PanicHookInfo<'_>) + Sync + Send> = std::panic::take_hook().into();
        let speak = Arc::clone(&before);
        let own = std::thread::current().id();
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == own {
                terminal::give_back();
                speak(info);
                return;
            }
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let what = info.payload_as_str().unwrap_or("no message");
            tracing::error!(place, what, "a task panicked");
            let trouble = Trouble::new("Internal error", format!("A task of the console broke off: {what}."))
                .with("place", place)
                .and_next("The screen may lack what that task was to bring. Please report it, with the log file.");
            let _ = messages.try_send(Message::Trouble(Box::new(trouble)));
        }));
        Self { before }
    }
}

impl Drop for PanicHook {
    fn drop(&mut self) {
        // A hook cannot be changed while panicking; the process ends then, and the hook with it.
        if !std::thread::panicking() {
            let before = Arc::clone(&self.before);
            std::panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}
