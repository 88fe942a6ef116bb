//! Takes the terminal and gives it back, whatever happens in between.
//!
//! There is one terminal a process, so what is taken is kept in a static: the guard, the panic hook and a signal may all
//! want to give it back, and only the first one does.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use base64::Engine as _;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event, EventStream,
    KeyEventKind, MouseButton, MouseEventKind,
};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, terminal};
use futures_util::Stream;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Size};
use rustix::process::{Signal as Number, getpgrp, getpid, getsid, kill_current_process_group};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::key::Key;
use super::message::{Message, Mouse, MouseAction};

/// The terminal is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// What the console draws on.
pub type Screen = CrosstermBackend<BufWriter<Stdout>>;

/// A screen on standard output that hands over whole frames.
#[must_use]
pub fn screen() -> Screen {
    CrosstermBackend::new(BufWriter::with_capacity(1 << 16, io::stdout()))
}

/// Which of our streams is no terminal; `None` where both are.
#[must_use]
pub fn missing() -> Option<&'static str> {
    match (io::stdin().is_terminal(), io::stdout().is_terminal()) {
        (true, true) => None,
        (false, _) => Some("standard input"),
        (true, false) => Some("standard output"),
    }
}

/// Holds the terminal: raw, on its second screen, reporting pastes and, if wanted, the mouse. Dropping it gives the
/// terminal back.
#[derive(Debug)]
pub struct Guard {
    mouse: bool,
}

impl Guard {
    /// Takes the terminal.
    ///
    /// # Errors
    /// Where the terminal does not obey.
    pub fn take(mouse: bool) -> io::Result<Self> {
        // Our theme for NO_COLOR has no colours. crossterm's own way with NO_COLOR is a full reset in place of each
        // colour, which would drop bold and reverse as well, and with them the selection.
        crossterm::style::force_color_output(true);
        let guard = Self { mouse };
        guard.enter()?;
        Ok(guard)
    }

    fn enter(&self) -> io::Result<()> {
        TAKEN.store(true, Ordering::SeqCst);
        terminal::enable_raw_mode()?;
        let mut out = io::stdout();
        execute!(out, EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        if self.mouse {
            execute!(out, EnableMouseCapture)?;
        }
        Ok(())
    }

    /// Takes the terminal again after a pause.
    ///
    /// # Errors
    /// Where the terminal does not obey.
    pub fn again(&self) -> io::Result<()> {
        self.enter()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back, once; more calls do nothing.
pub fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        // A terminal that has gone away cannot be told anything any more.
        let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
        let _ = terminal::disable_raw_mode();
        let _ = out.flush();
    }
}

/// Whether a shell is there that could wake us up again: the session's first process has none above it.
#[must_use]
pub fn can_be_suspended() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Gives the terminal to the shell and stops this process, with the others of its job, until SIGCONT.
pub fn suspend() {
    give_back();
    // SIGSTOP rather than SIGTSTP, which we listen to ourselves; the whole job, as the terminal would have done.
    if let Err(error) = kill_current_process_group(Number::STOP) {
        tracing::warn!(%error, pid = getpid().as_raw_nonzero().get(), "could not stop the process");
    }
}

/// The sequence that hands a text to the clipboard through the terminal (OSC 52); works over SSH.
#[must_use]
pub fn clipboard_sequence(text: &str) -> String {
    format!("\u{1b}]52;c;{}\u{7}", base64::engine::general_purpose::STANDARD.encode(text))
}

/// What the terminal and the operating system tell us, as messages.
#[derive(Debug)]
pub struct Inputs {
    told: Ear,
    over: bool,
}

/// What listens to the terminal. It is put down while an editor has the terminal, whose keys it would take otherwise.
#[derive(Debug, Clone)]
pub struct Ear(Arc<Mutex<Listening>>);

#[derive(Debug)]
struct Listening {
    events: Option<EventStream>,
    /// Signals that end the console, whoever has the terminal.
    endings: Vec<(Signal, Told)>,
    /// Signals that come from the terminal's keys, and so may be meant for an editor.
    keys: Vec<(Signal, Told)>,
}

/// What a signal tells.
#[derive(Clone, Copy, Debug)]
enum Told {
    End(&'static str),
    Suspend,
    Resume,
}

fn listen_to(wanted: &[(SignalKind, Told)]) -> io::Result<Vec<(Signal, Told)>> {
    wanted.iter().map(|(kind, told)| Ok((signal(*kind)?, *told))).collect()
}

impl Ear {
    fn listen() -> io::Result<Self> {
        let endings = [(SignalKind::terminate(), Told::End("SIGTERM")), (SignalKind::hangup(), Told::End("SIGHUP"))];
        let listening = Listening { events: None, endings: listen_to(&endings)?, keys: Vec::new() };
        let ear = Self(Arc::new(Mutex::new(listening)));
        ear.open()?;
        Ok(ear)
    }

    /// Hears nothing from the terminal any more.
    pub fn close(&self) {
        self.held().events = None;
    }

    /// Listens to the terminal, and forgets what its keys have signalled until now.
    ///
    /// # Errors
    /// Where a signal cannot be listened to.
    pub fn open(&self) -> io::Result<()> {
        let keys = listen_to(&[
            (SignalKind::interrupt(), Told::End("SIGINT")),
            (SignalKind::quit(), Told::End("SIGQUIT")),
            (SignalKind::from_raw(Number::TSTP.as_raw()), Told::Suspend),
            (SignalKind::from_raw(Number::CONT.as_raw()), Told::Resume),
        ])?;
        let mut listening = self.held();
        listening.keys = keys;
        listening.events = Some(EventStream::new());
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Listening> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inputs {
    /// Starts listening.
    ///
    /// # Errors
    /// Where a signal cannot be listened to.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { told: Ear::listen()?, over: false })
    }

    /// What listens to the terminal, for whoever lends the terminal to somebody else.
    #[must_use]
    pub fn ear(&self) -> Ear {
        self.told.clone()
    }
}

impl Stream for Inputs {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Message>> {
        let this = &mut *self;
        let mut listening = this.told.held();
        let Listening { events, endings, keys } = &mut *listening;
        for (signal, told) in endings.iter_mut().chain(keys) {
            if let Poll::Ready(Some(())) = signal.poll_recv(context) {
                return Poll::Ready(Some(match *told {
                    Told::End(name) => Message::Terminate(name),
                    Told::Suspend => Message::Suspend,
                    Told::Resume => Message::Resumed,
                }));
            }
        }
        let Some(events) = events.as_mut().filter(|_| !this.over) else { return Poll::Pending };
        loop {
            match Pin::new(&mut *events).poll_next(context) {
                Poll::Ready(Some(Ok(event))) => {
                    if let Some(message) = translate(event) {
                        return Poll::Ready(Some(message));
                    }
                }
                Poll::Ready(Some(Err(_)) | None) => {
                    this.over = true;
                    return Poll::Ready(Some(Message::Terminate("the end of the terminal")));
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

/// What an event of the terminal means to us; `None` for those that mean nothing.
fn translate(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => Key::from_event(key).map(Message::Key),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(width, height) => Some(Message::Resize(Size { width, height })),
        Event::Mouse(mouse) => {
            let what = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => MouseAction::Click,
                MouseEventKind::ScrollUp => MouseAction::WheelUp,
                MouseEventKind::ScrollDown => MouseAction::WheelDown,
                _ => return None,
            };
            Some(Message::Mouse(Mouse { what, at: Position::new(mouse.column, mouse.row) }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_to_the_clipboard_as_osc_52() {
        assert_eq!(clipboard_sequence("tide"), "\u{1b}]52;c;dGlkZQ==\u{7}");
    }

    #[test]
    fn moving_the_mouse_or_losing_the_focus_wakes_nobody() {
        assert!(translate(Event::FocusLost).is_none());
        let moved = crossterm::event::MouseEvent {
            kind: MouseEventKind::Moved,
            column: 1,
            row: 1,
            modifiers: crossterm::event::KeyModifiers::NONE,
        };
        assert!(translate(Event::Mouse(moved)).is_none());
    }
}
