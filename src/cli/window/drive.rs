//! Takes a window through its steps and tells what happens.

use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::cli::wishes::{Wish, Wishes};
use crate::cli::{CommandError, Exit};
use crate::window::confirmation::Confirmation;
use crate::window::event::{Failure, WindowEvent};
use crate::window::handle::{News, WindowHandle};
use crate::window::state::WindowState;
use crate::window::step::Step;

use super::course::{Course, Turn, Verdict, turn};
use super::teller::{Ending, Teller};

/// After this long without news, what is under way is said again: in a log, silence looks like a hang.
const SILENCE: Duration = Duration::from_secs(10);

/// For how long news of running scripts gather before they are told: waking for each would take time from the scripts.
const GATHER: Duration = Duration::from_millis(5);
/// How many news are taken at once.
const NEWS: usize = 256;

/// Takes a window to its end. `state` is what is known of it already: of one that is resumed, not of a new one.
pub async fn drive(
    (handle, news): (WindowHandle, Receiver<News>),
    state: Option<WindowState>,
    course: &Course,
    teller: &mut dyn Teller,
) -> Result<Exit, CommandError> {
    let drive = Drive { handle, state, course, verdict: None, broken: None, reported: false, stopping: false, teller };
    drive.run(news, Wishes::new().map_err(CommandError::Runtime)?).await
}

struct Drive<'a> {
    handle: WindowHandle,
    state: Option<WindowState>,
    course: &'a Course,
    verdict: Option<Verdict>,
    /// Why the window cannot go on, where no step has told it.
    broken: Option<String>,
    reported: bool,
    stopping: bool,
    teller: &'a mut dyn Teller,
}

impl Drive<'_> {
    async fn run(mut self, mut news: Receiver<News>, mut wishes: Wishes) -> Result<Exit, CommandError> {
        for waiver in &self.course.waivers {
            self.handle.waive(waiver.clone());
        }
        let mut silence = silence();
        let mut heard = Vec::new();
        let closed = 'listen: loop {
            tokio::select! {
                count = news.recv_many(&mut heard, NEWS) => {
                    if count == 0 {
                        break false;
                    }
                    for one in heard.drain(..) {
                        if let Some(end) = self.hear(one) {
                            break 'listen end;
                        }
                    }
                    if self.runs_scripts() {
                        tokio::time::sleep(GATHER).await;
                    }
                }
                wish = wishes.next() => self.wish(wish),
                _ = silence.tick() => {
                    if let Some(state) = &self.state {
                        self.teller.still(state);
                    }
                }
            }
        };
        let verdict = self.verdict.unwrap_or(Verdict::Done);
        self.handle.ended().await;
        self.teller.ending(&Ending { verdict: &verdict, state: self.state.as_ref(), closed, message: None });
        match self.broken {
            Some(why) => Err(CommandError::Broken { why, exit: verdict.exit() }),
            None => Ok(verdict.exit()),
        }
    }

    /// Takes one of the window's news; the last one says whether the window was closed for good.
    fn hear(&mut self, news: News) -> Option<bool> {
        let (end, trouble) = match news {
            News::Event(event) => {
                self.take(&event);
                return None;
            }
            News::Refused(error) => {
                self.handle.leave();
                (None, Some(error.to_string()))
            }
            News::Over { closed, trouble } => (Some(closed), trouble),
        };
        if let Some(why) = trouble {
            self.verdict.get_or_insert(Verdict::of_trouble(why.clone(), self.state.as_ref()));
            self.broken = Some(why);
        }
        end
    }

    /// Whether scripts are running, which say much in a short time.
    fn runs_scripts(&self) -> bool {
        self.state.as_ref().is_some_and(|state| state.running() == Some(Step::Apply))
    }

    fn take(&mut self, event: &WindowEvent) {
        let state = match (&mut self.state, event) {
            (Some(state), event) => {
                state.fold(event);
                state
            }
            (none, WindowEvent::Opened(opened)) => none.insert(WindowState::new((**opened).clone())),
            (None, _) => return,
        };
        self.teller.event(event, state);
        let is_turn = match event {
            WindowEvent::Opened(_) | WindowEvent::Resumed { .. } => true,
            WindowEvent::StepStarted { .. } => {
                self.reported = false;
                false
            }
            WindowEvent::StepFinished { step, outcome, .. } => {
                // A report that cannot be written ends nothing that has not ended already.
                self.reported = *step == Step::Report;
                if self.verdict.is_none() {
                    self.verdict = Verdict::of(outcome, state);
                }
                true
            }
            _ => false,
        };
        if is_turn {
            self.go_on();
        }
    }

    fn go_on(&mut self) {
        let Some(state) = &self.state else { return };
        if self.stopping && self.verdict.is_none() && state.current().is_some_and(|step| step != Step::Report) {
            self.verdict = Some(Verdict::Stopped("stopped, as asked, between two steps".to_owned()));
        }
        match turn(state, self.course, self.verdict.as_ref(), self.reported) {
            Turn::Run(step) => {
                let opened = &state.opened;
                let required = Confirmation::required(step, opened.plan.direction, opened.tier, &opened.environment);
                match required.answer(step, &self.course.answer) {
                    Some(confirmed) => self.handle.run(step, confirmed),
                    // The answer is looked at before a window is opened, so this is one whose tier has changed.
                    None => {
                        let why = format!("The {step} step of this window has not been confirmed. Nothing was done.");
                        self.teller.remark(&why);
                        self.verdict = Some(Verdict::Refused(Box::new(Failure::plain(why))));
                        self.handle.leave();
                    }
                }
            }
            Turn::Skip(step) => self.handle.skip(step, "the operator asked for a window without it"),
            Turn::Close => self.handle.close(),
            Turn::Leave => self.handle.leave(),
        }
    }

    fn wish(&mut self, wish: Wish) {
        let wish = if self.stopping { Wish::CancelNow } else { wish };
        self.stopping = true;
        match wish {
            Wish::StopAfterStatement => self.handle.stop_after_statement(),
            Wish::CancelNow => self.handle.cancel_now(),
        }
        self.teller.heard(wish);
    }
}

fn silence() -> Interval {
    let mut silence = interval_at(Instant::now() + SILENCE, SILENCE);
    silence.set_missed_tick_behavior(MissedTickBehavior::Delay);
    silence
}
