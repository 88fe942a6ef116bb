//! Everything the console knows, and the stack of layers that show it.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use ratatui::layout::{Rect, Size};

use crate::config::Config;
use crate::migration::catalogue::Catalogue;
use crate::migration::git::Commit;
use crate::postgres::history::{HistoryRow, HistoryState};
use crate::review::checklist::Checklist;
use crate::window::approval::Standing;
use crate::window::board::{Board, Past};
use crate::window::drift::side::neighbour_place;
use crate::window::drift::watch::{Against, DriftEvent, Look, Outcome};
use crate::window::drift::{Comparison, Counts};
use crate::window::files::FilesNews;
use crate::window::journal::Unfinished;
use crate::window::look::EnvironmentView;
use crate::window::monitor::{EnvironmentState, MonitorEvent};
use crate::window::review::{Environments, Judgement, Weighed};

use super::keymap::Keymap;
use super::layer::{Context, Layer, Placement};
use super::log::Log;
use super::message::{LayerId, Moment, SideChoice, Sides, Work};
use super::theme::{Glyphs, UNICODE};
use super::trouble::Trouble;
use super::view::chrome;
use super::words::count;

/// How long keys are ignored by a layer that is guarded.
pub const GUARD: Duration = Duration::from_millis(300);

/// How long a toast stays.
const TOAST: Duration = Duration::from_secs(4);

/// How often something that moves is drawn.
const STEP: Duration = Duration::from_millis(120);

/// What is known apart from the screens.
#[derive(Debug)]
pub struct World {
    /// What the configuration file says.
    pub config: Arc<Config>,
    /// Where this machine keeps local time; a value, so that drawing depends on nothing else.
    pub zone: TimeZone,
    /// The marks that this terminal shows.
    pub glyphs: &'static Glyphs,
    /// When it is.
    pub moment: Moment,
    /// The newest lines of the log.
    pub log: Log,
    /// The migrations on disk; `None` until they were read.
    pub catalogue: Option<Arc<Catalogue>>,
    /// Why the files cannot be read now.
    pub files_error: Option<String>,
    /// The commit that the files are at.
    pub commit: Option<Commit>,
    /// What the rules of all tiers have found in the migrations; `None` until they have looked.
    pub judgement: Option<Arc<Judgement>>,
    /// Where each environment is, in the order of the configuration.
    pub environments: Vec<EnvironmentState>,
    /// The row of each environment's history in which something happened last.
    latest: Vec<Option<usize>>,
    /// Every migration in every environment.
    pub board: Arc<Board>,
    /// What is known of the drift of each environment, in the order of the configuration.
    pub drifts: Vec<EnvironmentDrift>,
    /// How the pending migrations of each environment stand with their approvals, where any is demanded.
    standings: Vec<Arc<[Standing]>>,
    /// Their checklists.
    checklists: Vec<Arc<[Checklist]>>,
    /// What the approvals of each environment were counted from: files, history, approvals.
    counted: Vec<Option<[usize; 3]>>,
    /// The windows that were left unfinished on this machine, the latest first; `None` until it was looked for.
    pub unfinished: Option<Vec<Unfinished>>,
}

impl World {
    fn new(config: Arc<Config>) -> Self {
        let environments = vec![EnvironmentState::Connecting; config.environments.len()];
        let latest = vec![None; environments.len()];
        let drifts = vec![EnvironmentDrift::default(); environments.len()];
        let (standings, counted) = (vec![Arc::default(); environments.len()], vec![None; environments.len()]);
        let checklists = vec![Arc::default(); environments.len()];
        Self {
            config,
            zone: TimeZone::UTC,
            glyphs: &UNICODE,
            moment: Moment::START,
            log: Log::default(),
            catalogue: None,
            files_error: None,
            commit: None,
            judgement: None,
            environments,
            latest,
            board: Arc::default(),
            drifts,
            standings,
            checklists,
            counted,
            unfinished: None,
        }
    }

    /// Whether the files were read and every environment has answered.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.catalogue.is_some() && self.environments.iter().all(|environment| environment.view().is_some())
    }

    /// What is known of an environment, where it can be reached.
    #[must_use]
    pub fn view(&self, environment: usize) -> Option<&Arc<EnvironmentView>> {
        self.environments.get(environment)?.view()
    }

    /// The windows that were left unfinished, as far as they are known.
    #[must_use]
    pub fn unfinished(&self) -> &[Unfinished] {
        self.unfinished.as_deref().unwrap_or_default()
    }

    /// The row of an environment's history in which something happened last.
    #[must_use]
    pub fn latest(&self, environment: usize) -> Option<&HistoryRow> {
        self.view(environment)?.past.rows.get((*self.latest.get(environment)?)?)
    }

    /// What was compared of two sides in the background, where it was kept.
    #[must_use]
    pub fn comparison(&self, sides: Sides) -> Option<&Arc<Comparison>> {
        self.outcome(sides)?.comparison.as_ref()
    }

    /// What comparing two sides in the background came to.
    #[must_use]
    pub fn outcome(&self, sides: Sides) -> Option<&Arc<Outcome>> {
        let SideChoice::Environment(right) = sides.right else { return None };
        let against = match sides.left {
            SideChoice::Files => Against::Files,
            SideChoice::Environment(left) if neighbour_place(&self.config, right) == Some(left) => Against::Neighbour,
            SideChoice::Environment(_) => return None,
        };
        self.drifts.get(right)?.known(against)
    }

    /// What the rules have found as it counts in the tier of an environment, with what all environments say; `None` until
    /// the rules have looked.
    #[must_use]
    pub fn weighed(&self, environment: usize) -> Option<Weighed<'_>> {
        let tier = self.config.environments.get(environment).map(|settings| settings.tier);
        let names = self.config.environments.iter().map(|settings| settings.name.as_str());
        let environments = Environments::of(&self.board, names);
        Some(self.judgement.as_ref()?.weighed(&self.config.review, tier, environments))
    }

    /// Takes in what is known of an environment's drift; says something where drift has appeared.
    pub fn take_drift(&mut self, event: DriftEvent) -> Option<String> {
        let drift = self.drifts.get_mut(event.environment)?;
        let name = &self.config.environments.get(event.environment)?.name;
        let before = drift.known(event.against).map(|outcome| outcome.counts);
        let look = match event.look {
            // What was known stands until something else is.
            Look::Comparing if before.is_some() => return None,
            look => look,
        };
        let now = match &look {
            Look::Known(outcome) => Some((outcome.counts, outcome.left.clone())),
            Look::Comparing | Look::Failed(_) => None,
        };
        match event.against {
            Against::Neighbour => drift.neighbour = Some(look),
            Against::Files => drift.files = Some(look),
        }
        let (before, (now, other)) = (before?, now?);
        let open = |counts: Counts| counts.unexplained + counts.unproven;
        (open(now) > open(before)).then(|| {
            let more = count(open(now) - open(before), "more unexplained difference");
            format!("{name} has drifted from {other}: {more}.")
        })
    }

    /// Takes in what the files are now.
    pub fn take_files(&mut self, news: FilesNews) {
        match news {
            Ok(catalogue) => {
                self.board = Arc::new(Board::build(&catalogue, &self.pasts()));
                // Checklists are of the files as they were when they were made.
                if self.catalogue.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &catalogue)) {
                    self.checklists.fill(Arc::default());
                }
                self.catalogue = Some(catalogue);
                self.files_error = None;
            }
            Err(error) => self.files_error = Some(error.to_string()),
        }
    }

    /// Takes in where an environment is now.
    pub fn take_environment(&mut self, news: MonitorEvent) {
        let Some(state) = self.environments.get_mut(news.environment) else { return };
        // The board is laid out again only when a history is another one: latencies come in all the time.
        let rows = |state: &EnvironmentState| {
            state
                .view()
                .map(|view| (Arc::as_ptr(&view.past.rows).cast::<u8>(), Arc::as_ptr(&view.past.attempts).cast::<u8>()))
        };
        let is_other = rows(state) != rows(&news.state);
        *state = news.state;
        if is_other {
            // Found once here, and not in every drawing: histories are long.
            self.latest[news.environment] = state.view().and_then(|view| latest(&view.past.rows));
            if let Some(catalogue) = &self.catalogue {
                self.board = Arc::new(self.board.refreshed(catalogue, &self.pasts()));
            }
        }
    }

    /// How a migration that is pending in an environment stands with its approvals; `None` where none is demanded.
    #[must_use]
    pub fn standing(&self, environment: usize, migration: &str) -> Option<&Standing> {
        self.standings.get(environment)?.iter().find(|standing| standing.migration == migration)
    }

    /// Whether approvals that were given for what is missing in an environment do not count.
    #[must_use]
    pub fn has_void_approvals(&self, environment: usize) -> bool {
        let standings = self.standings.get(environment);
        standings.is_some_and(|standings| standings.iter().any(|standing| standing.in_vain().next().is_some()))
    }

    /// The checklist of a migration that is pending in an environment; `None` where no approval is demanded, and until the
    /// files are judged as they are now.
    #[must_use]
    pub fn checklist(&self, environment: usize, migration: &str) -> Option<&Checklist> {
        self.checklists.get(environment)?.iter().find(|checklist| checklist.migration == migration)
    }

    /// Takes in how the pending migrations of an environment stand with their approvals, and their checklists.
    pub fn take_standings(&mut self, environment: usize, standings: Arc<[Standing]>, checklists: Arc<[Checklist]>) {
        if let (Some(standing), Some(checklist)) =
            (self.standings.get_mut(environment), self.checklists.get_mut(environment))
        {
            *standing = standings;
            *checklist = checklists;
        }
    }

    /// The work of counting approvals where they may be others now.
    pub fn uncounted(&mut self) -> Vec<Work> {
        let Some(catalogue) = &self.catalogue else { return Vec::new() };
        let mut work = Vec::new();
        for (index, settings) in self.config.environments.iter().enumerate() {
            let Some(view) = self.environments[index].view().filter(|_| settings.policy.approvals.is_some()) else {
                continue;
            };
            let place = |pointer: *const u8| pointer as usize;
            let from = [
                place(Arc::as_ptr(catalogue).cast()),
                place(Arc::as_ptr(&view.past.rows).cast()),
                place(Arc::as_ptr(&view.approvals).cast()),
            ];
            if self.counted[index].replace(from) != Some(from) {
                let (catalogue, board, view) = (Arc::clone(catalogue), Arc::clone(&self.board), Arc::clone(view));
                work.push(Work::CountApprovals { environment: index, catalogue, board, view });
            }
        }
        work
    }

    /// What is known of each environment's past.
    fn pasts(&self) -> Vec<Option<Past>> {
        let known = |state: &EnvironmentState| {
            state.view().filter(|view| is_known(&view.history)).map(|view| view.past.clone())
        };
        self.environments.iter().map(known).collect()
    }
}

/// What is known of the drift of one environment; `None` where it was not looked for yet.
#[derive(Debug, Clone, Default)]
pub struct EnvironmentDrift {
    /// Against the environment that it is compared with, if there is one.
    pub neighbour: Option<Look>,
    /// Against the files.
    pub files: Option<Look>,
}

impl EnvironmentDrift {
    fn known(&self, against: Against) -> Option<&Arc<Outcome>> {
        let look = match against {
            Against::Neighbour => self.neighbour.as_ref(),
            Against::Files => self.files.as_ref(),
        };
        match look? {
            Look::Known(outcome) => Some(outcome),
            Look::Comparing | Look::Failed(_) => None,
        }
    }
}

/// The row in which something happened last.
fn latest(rows: &[HistoryRow]) -> Option<usize> {
    let happened = |index: &usize| rows.get(*index).map(|row| row.rollback_at.unwrap_or(row.applied_at));
    (0..rows.len()).max_by_key(happened)
}

/// Whether the rows that were read tell the environment's history: no table is an empty one.
fn is_known(history: &HistoryState) -> bool {
    matches!(history, HistoryState::Absent) || history.is_readable()
}

/// A layer on the stack.
#[derive(Debug)]
pub struct Entry {
    /// Who it is.
    pub id: LayerId,
    /// When it was opened, in uptime.
    pub opened: Duration,
    /// The layer.
    pub layer: Box<dyn Layer>,
}

/// A passing message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// When it goes, in uptime.
    pub until: Duration,
}

/// A lasting error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The error.
    pub trouble: Trouble,
    /// When it came, in uptime.
    pub since: Duration,
}

/// How the console ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The operator quit.
    Quit,
    /// The operating system asked for it; the words name the signal.
    Terminated(&'static str),
}

/// The whole state of the console.
#[derive(Debug)]
pub struct Model {
    /// What is known.
    pub world: World,
    /// Which key does what.
    pub keymap: Keymap,
    /// The terminal's size.
    pub size: Size,
    /// The layers, the topmost last; the board is the first.
    pub layers: Vec<Entry>,
    /// The passing message.
    pub toast: Option<Toast>,
    /// The lasting errors, the newest last.
    pub troubles: Vec<Shown>,
    /// Set once the console is to end.
    pub ending: Option<Ending>,
    /// Something changed since the last draw.
    pub stale: bool,
    /// How long the console had run when it first drew the board with everything on it.
    pub first_board: Option<Duration>,
    next_id: u64,
}

impl Model {
    /// A console that shows `home`.
    #[must_use]
    pub fn new(config: Arc<Config>, keymap: Keymap, size: Size, home: Box<dyn Layer>) -> Self {
        let world = World::new(config);
        let mut model = Self {
            world,
            keymap,
            size,
            layers: Vec::new(),
            toast: None,
            troubles: Vec::new(),
            ending: None,
            stale: true,
            first_board: None,
            next_id: 0,
        };
        model.push(home);
        model
    }

    /// Puts a layer on top, and says who it is.
    pub fn push(&mut self, layer: Box<dyn Layer>) -> LayerId {
        let id = LayerId(self.next_id);
        self.next_id += 1;
        self.layers.push(Entry { id, opened: self.world.moment.uptime, layer });
        id
    }

    /// Says something in passing.
    pub fn say(&mut self, text: impl Into<String>) {
        self.toast = Some(Toast { text: text.into(), until: self.world.moment.uptime + TOAST });
    }

    /// Shows an error until it is dismissed. One that comes again is shown once.
    pub fn trouble(&mut self, trouble: Trouble) {
        self.troubles.retain(|shown| shown.trouble != trouble);
        self.troubles.push(Shown { trouble, since: self.world.moment.uptime });
    }

    /// The part of the terminal that the layer at `index` fills.
    #[must_use]
    pub fn area(&self, index: usize) -> Rect {
        let body = chrome::areas(self).body;
        let Some(entry) = self.layers.get(index) else { return body };
        let context = Context { world: &self.world, keymap: &self.keymap, area: body };
        match entry.layer.placement(&context) {
            Placement::Screen => body,
            Placement::Dialog { width, height } => chrome::centred(body, width, height),
        }
    }

    /// When the screen changes by itself next, in uptime; `None` where nothing moves.
    #[must_use]
    pub fn wakes_at(&self) -> Option<Duration> {
        let moving = self.layers.iter().any(|entry| entry.layer.is_moving(&self.world));
        let step = moving.then(|| self.world.moment.uptime + STEP);
        let toast = self.toast.as_ref().map(|toast| toast.until);
        step.into_iter().chain(toast).min()
    }

    /// Lets every layer bring itself back into bounds.
    pub fn settle(&mut self) {
        for index in 0..self.layers.len() {
            let area = self.area(index);
            let context = Context { world: &self.world, keymap: &self.keymap, area };
            self.layers[index].layer.settle(&context);
        }
    }
}
