//! The loop around `update` and `view`: the only place of the console that waits.
//!
//! It is generic over what it draws on, where inputs come from, and who does the work, so that the tests run this very
//! loop with keys from a list, a drawing in memory and a clock of their own.

use std::path::PathBuf;
use std::task::Poll;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use ratatui::Terminal;
use ratatui::backend::Backend;
use tokio::sync::mpsc;

use crate::config::Secret;
use crate::window::drift::matrix::Pair;

use super::message::{DraftOrder, Effect, LayerId, Message, Moment, Order, Sides, Work};
use super::model::{Ending, Model};
use super::pace::Pace;
use super::theme::Theme;
use super::update::{start, update};
use super::view::view;

/// The most messages that are taken in between two draws, so that a flood cannot keep the screen from being drawn.
const BURST: usize = 512;

/// What the console says it ended by when no more inputs can come.
pub const INPUTS_ENDED: &str = "the end of the inputs";

/// The world outside the console.
pub trait Outside<B: Backend> {
    /// Reads the clocks.
    fn moment(&mut self) -> Moment;

    /// Waits until the console has been running for so long.
    fn wait_until(&mut self, uptime: Duration) -> impl Future<Output = ()>;

    /// Begins some work; its answer comes back as a message.
    fn work(&mut self, from: LayerId, work: Work);

    /// Hands an order to the window of a layer; its news come back as messages.
    fn window(&mut self, from: LayerId, order: Order);

    /// Looks which windows were left unfinished; they come back as a message.
    fn look_for_unfinished(&mut self);

    /// Begins to compare two sides for a layer; the news come back as messages. What it asked for before is given up.
    fn compare(&mut self, from: LayerId, sides: Sides);

    /// Begins to draft for a layer, and to try it; the news come back as messages. What it asked for before is given up.
    fn draft(&mut self, from: LayerId, order: DraftOrder);

    /// Begins to compare pairs for a layer, one after another; the news come back as messages. What it asked for before
    /// is given up.
    fn fill_matrix(&mut self, from: LayerId, pairs: Vec<Pair>);

    /// Gives up what a layer asked to be compared or drafted.
    fn give_up(&mut self, from: LayerId);

    /// Gives the terminal to the operator's editor until it ends; says why where that cannot be.
    fn edit(&mut self, files: &[PathBuf]) -> impl Future<Output = Result<(), String>>;

    /// Asks an environment at once how it is.
    fn refresh(&mut self, environment: usize);

    /// Connects to an environment with a password that the operator typed.
    fn supply_password(&mut self, environment: usize, password: Secret);

    /// Hands a text to the clipboard.
    ///
    /// # Errors
    /// Where the terminal does not take it.
    fn copy(&mut self, terminal: &mut Terminal<B>, text: &str) -> Result<(), B::Error>;

    /// Gives the terminal to the shell until the process is woken again; says why where that cannot be.
    fn suspend(&mut self) -> Result<(), String>;

    /// Takes the terminal again after a pause.
    ///
    /// # Errors
    /// Where the terminal does not obey.
    fn resume(&mut self) -> std::io::Result<()>;
}

/// Why the loop broke off.
#[derive(Debug, thiserror::Error)]
pub enum LoopError<E: std::error::Error> {
    /// The terminal does not take what is drawn.
    #[error("The terminal can no longer be drawn on: {0}.")]
    Draw(E),
    /// The terminal cannot be taken again after a pause.
    #[error("The terminal could not be taken again: {0}.")]
    Resume(std::io::Error),
}

/// Runs the console until it ends; says how it ended.
///
/// # Errors
/// Where the terminal can no longer be drawn on.
pub async fn run<B, I, O>(
    model: &mut Model,
    theme: &Theme,
    terminal: &mut Terminal<B>,
    inputs: &mut I,
    messages: &mut mpsc::Receiver<Message>,
    outside: &mut O,
) -> Result<Ending, LoopError<B::Error>>
where
    B: Backend,
    B::Error: std::error::Error,
    I: Stream<Item = Message> + Unpin,
    O: Outside<B>,
{
    let mut pace = Pace::default();
    // Somebody waits for what a key did, so it is drawn at once.
    let mut asked = true;
    let mut paused = false;
    let mut inputs_open = true;
    update(model, Message::Clock(outside.moment()));
    let mut effects = start(model);
    loop {
        for effect in std::mem::take(&mut effects) {
            match effect {
                Effect::Work(from, work) => outside.work(from, work),
                Effect::Window(from, order) => outside.window(from, order),
                Effect::LookForUnfinished => outside.look_for_unfinished(),
                Effect::Compare(from, sides) => outside.compare(from, sides),
                Effect::Draft(from, order) => outside.draft(from, order),
                Effect::FillMatrix(from, pairs) => outside.fill_matrix(from, pairs),
                Effect::GiveUp(from) => outside.give_up(from),
                Effect::Edit(files) => {
                    let edited = outside.edit(&files).await;
                    outside.resume().map_err(LoopError::Resume)?;
                    wipe(terminal).map_err(LoopError::Draw)?;
                    model.stale = true;
                    if let Err(why) = edited {
                        effects.extend(update(model, Message::Notice(why)));
                    }
                }
                Effect::Copy(text) => outside.copy(terminal, &text).map_err(LoopError::Draw)?,
                Effect::Refresh(environment) => outside.refresh(environment),
                Effect::SupplyPassword(environment, password) => outside.supply_password(environment, password),
                Effect::Redraw if paused => {
                    outside.resume().map_err(LoopError::Resume)?;
                    paused = false;
                    wipe(terminal).map_err(LoopError::Draw)?;
                }
                Effect::Redraw => wipe(terminal).map_err(LoopError::Draw)?,
                Effect::Suspend => match outside.suspend() {
                    Ok(()) => paused = true,
                    Err(why) => effects.extend(update(model, Message::Notice(why))),
                },
            }
        }
        if let Some(ending) = model.ending {
            return Ok(ending);
        }
        let moment = outside.moment();
        let draw_at = (model.stale && !paused).then(|| pace.next(asked));
        if draw_at.is_some_and(|due| due <= moment.uptime) {
            let size = terminal.size().map_err(LoopError::Draw)?;
            if size != model.size {
                effects.extend(update(model, Message::Resize(size)));
            }
            terminal.draw(|frame| view(model, theme, frame)).map_err(LoopError::Draw)?;
            model.stale = false;
            asked = false;
            let drawn_at = outside.moment().uptime;
            pace.drew(drawn_at);
            if model.first_board.is_none() && model.world.is_complete() {
                model.first_board = Some(drawn_at);
            }
            continue;
        }
        if !effects.is_empty() {
            continue;
        }
        let wake_at = draw_at.into_iter().chain(model.wakes_at().filter(|_| !paused)).min();
        let timer = async {
            match wake_at {
                Some(uptime) => outside.wait_until(uptime).await,
                None => std::future::pending().await,
            }
        };
        let (first, is_input) = tokio::select! {
            biased;
            input = inputs.next(), if inputs_open => (input, true),
            message = messages.recv() => (message, false),
            () = timer => (None, false),
        };
        if is_input && first.is_none() {
            inputs_open = false;
            update(model, Message::Terminate(INPUTS_ENDED));
        }
        effects.extend(update(model, Message::Clock(outside.moment())));
        let mut next = first.map(|message| (message, is_input));
        let mut taken = 0;
        while let Some((message, is_input)) = next {
            asked |= is_input || message.answers_a_hand();
            effects.extend(update(model, message));
            taken += 1;
            if taken == BURST || !effects.is_empty() {
                break;
            }
            // Asked with this task's own waker: the terminal's stream keeps the waker of the poll that found nothing, and
            // with another one the next key would wake nobody.
            let waiting = std::future::poll_fn(|context| Poll::Ready(inputs.poll_next_unpin(context))).await;
            next = match waiting {
                Poll::Ready(Some(input)) => Some((input, true)),
                Poll::Ready(None) | Poll::Pending => messages.try_recv().ok().map(|message| (message, false)),
            };
        }
    }
}

/// Makes the next drawing one of every cell. `Terminal::clear` would ask the terminal for its cursor first, and that
/// answer comes in through the very stream that the loop reads keys from.
fn wipe<B: Backend>(terminal: &mut Terminal<B>) -> Result<(), B::Error> {
    terminal.backend_mut().clear()?;
    terminal.swap_buffers();
    Ok(())
}
