//! A window: its steps at the left, the step in view at the right, and below it what can be done now.

mod body;
mod question;
mod steps;

use std::path::PathBuf;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::keymap::{Action, Binding, Keymap, ScreenSpec, action};
use crate::console::layer::{Availability, Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, Order};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::trouble::Trouble;
use crate::console::view::confirm::ConfirmDialog;
use crate::console::view::plan::PlanScreen;
use crate::console::view::prompt::Prompt;
use crate::console::view::report::ReportScreen;
use crate::console::view::stop::StopDialog;
use crate::console::view::{facts, marks};
use crate::console::widget::paint::{Pen, Piece, piece, row, split_bottom, split_top, wrap};
use crate::console::widget::viewer::{self, TextLine};
use crate::postgres::grant::GateKind;
use crate::window::confirmation::{Confirmation, Confirmed};
use crate::window::event::{Failure, StepOutcome, Verdict, WindowEvent};
use crate::window::handle::News;
use crate::window::journal::Unfinished;
use crate::window::plan::Plan;
use crate::window::runner::{Waiver, confirmation_for};
use crate::window::state::{Offer, WindowState};
use crate::window::step::{Direction, Step};

/// Does what is offered first: starts, retries or resumes.
pub const GO: Action = Action("window.go");
/// Passes the current step over.
pub const SKIP: Action = Action("window.skip");
/// Lets a closed gate pass, with a reason.
pub const WAIVE: Action = Action("window.waive");
/// Draws up a rollback of what this window applied.
pub const ROLLBACK: Action = Action("window.rollback");
/// Closes the window for good.
pub const CLOSE: Action = Action("window.close");
/// Shows the report.
pub const REPORT: Action = Action("window.report");
/// Stops after the statement that runs.
pub const STOP_AFTER: Action = Action("window.stop-after-statement");
/// Cancels the statement that runs.
pub const STOP_NOW: Action = Action("window.cancel-now");

/// The window's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "window",
    title: "Window",
    about: "One run of the guided steps against one environment. Each step says what it will do before it does it, and \
            ends in a result that is written down. A window outlives the console: left or cut off, it can be resumed.",
    keys: &[
        Binding {
            action: GO,
            keys: &["enter"],
            words: "Start the next step, try a failed one again, or resume",
            short: "go on",
            when: "",
        },
        Binding {
            action: action::STOP,
            keys: &["ctrl-c"],
            words: "Stop the running step (asks how)",
            short: "stop",
            when: "while a step runs",
        },
        Binding {
            action: SKIP,
            keys: &["s"],
            words: "Pass this step over, with a reason",
            short: "skip",
            when: "where it may be passed over",
        },
        Binding {
            action: WAIVE,
            keys: &["w"],
            words: "Let a closed gate pass, with a reason",
            short: "waive",
            when: "where a gate is closed that may be waived",
        },
        Binding {
            action: ROLLBACK,
            keys: &["u"],
            words: "Roll back what this window has applied",
            short: "roll back",
            when: "where it has applied something",
        },
        Binding { action: REPORT, keys: &["o"], words: "Open the report", short: "report", when: "when it is written" },
        Binding {
            action: CLOSE,
            keys: &["c"],
            words: "Close the window: nothing more will be done in it",
            short: "close",
            when: "while no step runs",
        },
        Binding {
            action: action::BACK,
            keys: &["esc", "q"],
            words: "Leave the window open, to be resumed later",
            short: "leave",
            when: "while no step runs",
        },
        Binding { action: action::NEXT, keys: &["tab", "]"], words: "Show the next step", short: "", when: "" },
        Binding {
            action: action::PREVIOUS,
            keys: &["shift-tab", "["],
            words: "Show the step before",
            short: "",
            when: "",
        },
        Binding { action: action::DOWN, keys: &["j", "down"], words: "Scroll down", short: "", when: "" },
        Binding { action: action::UP, keys: &["k", "up"], words: "Scroll up", short: "", when: "" },
        Binding {
            action: action::PAGE_DOWN,
            keys: &["pgdn", "ctrl-f", "space"],
            words: "Scroll a page down",
            short: "",
            when: "",
        },
        Binding { action: action::PAGE_UP, keys: &["pgup", "ctrl-b"], words: "Scroll a page up", short: "", when: "" },
        Binding { action: action::TOP, keys: &["g", "home"], words: "To the beginning", short: "", when: "" },
        Binding { action: action::BOTTOM, keys: &["G", "end"], words: "To the end", short: "", when: "" },
        Binding {
            action: action::COPY_ALL,
            keys: &["y"],
            words: "Copy what is shown of the step",
            short: "",
            when: "",
        },
        Binding {
            action: STOP_AFTER,
            keys: &[],
            words: "Stop when the running statement has ended",
            short: "",
            when: "while a step runs",
        },
        Binding {
            action: STOP_NOW,
            keys: &[],
            words: "Cancel the running statement",
            short: "",
            when: "while a step runs",
        },
    ],
    shared: &[],
};

/// The width of the steps.
const SIDE: u16 = 30;

/// Below this, the steps stand in one line above.
const SIDE_BY_SIDE: u16 = 90;

/// How the screen came about.
#[derive(Debug)]
enum Beginning {
    Open(Box<Plan>),
    Resume(PathBuf),
}

/// The window on the screen.
#[derive(Debug)]
pub struct WindowScreen {
    environment: Option<usize>,
    beginning: Option<Beginning>,
    /// What was said while the window was being taken over.
    told: Vec<String>,
    state: Option<WindowState>,
    /// The step in view, where it is another than the current one.
    looked_at: Option<Step>,
    /// Lines scrolled from the top; `None` follows what runs.
    top: Option<usize>,
    /// The step that the confirmation dialog is about.
    over: Option<bool>,
    /// The operator is leaving, and the screen goes with the window.
    is_leaving: bool,
}

impl WindowScreen {
    /// A screen that opens a window for a plan in the environment at this place of the configuration.
    #[must_use]
    pub fn opening(environment: usize, plan: Plan) -> Self {
        Self::begin(Some(environment), Beginning::Open(Box::new(plan)), None)
    }

    /// A screen that takes over a window that was left unfinished.
    #[must_use]
    pub fn resuming(unfinished: &Unfinished, world: &World) -> Self {
        let name = &unfinished.state.opened.environment;
        let environment = world.config.environments.iter().position(|one| one.name.as_str() == name);
        let mut state = unfinished.state.clone();
        state.cut_off();
        Self::begin(environment, Beginning::Resume(unfinished.path.clone()), Some(state))
    }

    fn begin(environment: Option<usize>, beginning: Beginning, state: Option<WindowState>) -> Self {
        Self {
            environment,
            beginning: Some(beginning),
            told: Vec::new(),
            state,
            looked_at: None,
            top: None,
            over: None,
            is_leaving: false,
        }
    }

    /// The step in view.
    fn step(&self, state: &WindowState) -> Step {
        self.looked_at.or(state.running()).or(state.current()).unwrap_or(Step::Report)
    }

    fn is_running(&self) -> bool {
        self.beginning.is_none() && self.state.as_ref().is_some_and(|state| state.running().is_some())
    }

    fn offers(&self) -> Vec<Offer> {
        match (&self.state, self.over, self.beginning.is_some()) {
            (Some(state), None, false) => state.offers(),
            _ => Vec::new(),
        }
    }

    /// What Enter does.
    fn first_offer(&self) -> Option<Offer> {
        self.offers()
            .into_iter()
            .find(|offer| matches!(offer, Offer::Start(_) | Offer::Retry(_) | Offer::Resume | Offer::Close))
    }

    /// The closed gate that could be waived, if the current step failed for one.
    fn waivable(&self) -> Option<GateKind> {
        let state = self.state.as_ref()?;
        state.failure().filter(|failure| failure.refused)?;
        let checks = &state.step(state.current()?).checks;
        let closed = checks.iter().filter(|check| check.verdict == Verdict::Failed);
        closed
            .filter_map(|check| GateKind::ALL.into_iter().find(|kind| kind.words() == check.name))
            .find(|kind| kind.waivable_in_windows())
    }

    fn go(&mut self) -> Vec<Command> {
        let (Some(state), Some(offer)) = (&self.state, self.first_offer()) else { return Vec::new() };
        if offer == Offer::Close {
            return vec![Command::Window(Order::Close)];
        }
        let Some((step, confirmation)) = confirmation_for(state, offer) else { return Vec::new() };
        if confirmation == Confirmation::None {
            let confirmed = confirmation.answer(step, "");
            return confirmed.map(|confirmed| self.run(confirmed)).unwrap_or_default();
        }
        let question = question::of(state, step, confirmation);
        vec![Command::Open(Box::new(ConfirmDialog::of(question)))]
    }

    fn run(&mut self, confirmed: Confirmed) -> Vec<Command> {
        self.looked_at = None;
        self.top = None;
        vec![Command::Window(Order::Run(confirmed.step(), confirmed))]
    }

    fn look(&mut self, forward: bool) {
        let Some(state) = &self.state else { return };
        let shown: Vec<Step> = Step::ALL.to_vec();
        let now = shown.iter().position(|step| *step == self.step(state)).unwrap_or(0);
        let step = shown[(now + if forward { 1 } else { shown.len() - 1 }) % shown.len()];
        self.looked_at = Some(step);
        self.top = None;
    }

    fn roll_back(&self, world: &World) -> Vec<Command> {
        let (Some(state), Some(environment)) = (&self.state, self.environment) else { return Vec::new() };
        let names: Vec<String> = state.done().map(|record| record.name.clone()).collect();
        let plan = PlanScreen::of(environment, Direction::Rollback, None, &names, world);
        vec![Command::Open(Box::new(plan))]
    }

    fn heard(&mut self, news: News) -> Vec<Command> {
        match news {
            News::Event(event) => self.fold(&event),
            News::Refused(error) => {
                vec![Command::Trouble(Box::new(Trouble::from_error("That cannot be done now", &error)))]
            }
            News::Over { closed, trouble } => self.end(closed, trouble),
        }
    }

    fn fold(&mut self, event: &WindowEvent) -> Vec<Command> {
        match (&mut self.state, event) {
            (state, WindowEvent::Opened(opened)) => *state = Some(WindowState::new((**opened).clone())),
            (Some(state), event) => state.fold(event),
            (None, _) => {}
        }
        if let (Some(_), WindowEvent::Output { line }) = (&self.beginning, event) {
            self.told.push(line.clone());
        }
        if matches!(event, WindowEvent::Opened(_) | WindowEvent::Resumed { .. }) {
            self.beginning = None;
        }
        match event {
            WindowEvent::StepStarted { .. } => {
                self.looked_at = None;
                self.top = None;
                Vec::new()
            }
            // What came of a step stays in view until the next one starts.
            WindowEvent::StepFinished {
                step,
                outcome: StepOutcome::Done { .. } | StepOutcome::Skipped { .. } | StepOutcome::Stopped { .. },
                ..
            } => {
                self.looked_at = Some(*step);
                if *step == Step::Apply { self.refresh() } else { Vec::new() }
            }
            WindowEvent::StepFinished { step, outcome: StepOutcome::Failed { failure }, .. } => {
                // It stays on the screen, perhaps beside another window.
                let title = match self.state.as_ref().map(|state| &state.opened) {
                    Some(opened) => format!("{} failed in {}", step.title(opened.plan.direction), opened.environment),
                    None => format!("{} failed", step.title(Direction::Apply)),
                };
                self.looked_at = Some(*step);
                let mut commands = self.refresh();
                commands.push(Command::Trouble(Box::new(trouble(title, failure))));
                commands
            }
            _ => Vec::new(),
        }
    }

    /// The board is to show at once what was done.
    fn refresh(&self) -> Vec<Command> {
        self.environment.map(Command::Refresh).into_iter().collect()
    }

    fn end(&mut self, closed: bool, trouble: Option<String>) -> Vec<Command> {
        self.over = Some(closed);
        self.beginning = None;
        let mut commands = self.refresh();
        commands.push(Command::LookForUnfinished);
        match trouble {
            Some(why) => {
                let trouble = Trouble::new("The window ended", why)
                    .and_next("What was done is in its journal. If it is unfinished, the board offers to resume it.");
                commands.push(Command::Trouble(Box::new(trouble)));
                if self.state.is_none() {
                    commands.push(Command::Close);
                }
            }
            None if self.is_leaving => {
                commands.push(Command::Toast("The window was left open. The board offers to resume it.".to_owned()));
                commands.push(Command::Close);
            }
            None if closed => {
                commands.push(Command::Toast("The window is closed.".to_owned()));
                commands.push(Command::Close);
            }
            None => {}
        }
        commands
    }

    fn areas(&self, area: Rect) -> Areas {
        let right = if area.width >= SIDE_BY_SIDE { area.width - SIDE } else { area.width };
        let offers = u16::try_from(self.offer_lines(None, right).len()).unwrap_or(0);
        let offers = if offers == 0 { 0 } else { offers + 1 };
        if area.width >= SIDE_BY_SIDE {
            let steps = Rect { width: SIDE, ..area };
            let right = Rect { x: area.x + SIDE, width: area.width - SIDE, ..area };
            let (heading, rest) = split_top(right, 1);
            let (body, offers) = split_bottom(rest, offers.min(rest.height / 2));
            return Areas { steps, heading, body, offers };
        }
        let (steps, rest) = split_top(area, 1);
        let (heading, rest) = split_top(rest, 1);
        let (body, offers) = split_bottom(rest, offers.min(rest.height / 2));
        Areas { steps, heading, body, offers }
    }

    /// What can be done now, a line each, the most likely thing first.
    fn offer_lines(&self, keymap: Option<&Keymap>, room: u16) -> Vec<Vec<Piece>> {
        let Some(state) = &self.state else { return Vec::new() };
        let direction = state.opened.plan.direction;
        let key = |action: Action| {
            let key = keymap.and_then(|keymap| keymap.key(SPEC.name, action));
            key.map(|key| key.to_string()).unwrap_or_default()
        };
        let mut lines: Vec<Vec<Piece>> = Vec::new();
        let mut add = |action: Action, words: &str| {
            for (index, words) in wrap(words, room.saturating_sub(11)).into_iter().enumerate() {
                let key = if index == 0 { key(action) } else { String::new() };
                lines.push(vec![piece(Role::Key, format!("  {key:<7}")), piece(Role::Text, words)]);
            }
        };
        let first = self.first_offer();
        for offer in self.offers() {
            let is_first = Some(offer) == first;
            let (action, words) = match offer {
                Offer::Start(step) => (GO, format!("Start: {}. {}", step.title(direction), step.promise(direction))),
                Offer::Retry(step) => (GO, format!("Try again: {}", step.title(direction))),
                Offer::Resume => (GO, "Go on with the migrations where it stopped".to_owned()),
                Offer::Skip(step) => (SKIP, format!("Skip {}", step.title(direction))),
                Offer::RollBack => (ROLLBACK, "Roll back what this window has applied".to_owned()),
                Offer::Close if is_first => (GO, "Close the window: everything is done".to_owned()),
                Offer::Close => (CLOSE, "Close the window as it is; nothing more will be done in it".to_owned()),
                Offer::Leave => (action::BACK, "Leave it open, to be resumed later".to_owned()),
            };
            add(action, &words);
        }
        if !state.reports.is_empty() {
            add(REPORT, "Read the report");
        }
        if let Some(kind) = self.waivable() {
            add(WAIVE, &format!("Waive the gate \"{}\", with a reason", kind.words()));
        }
        lines
    }

    fn lines(&self, world: &World, room: u16) -> Vec<TextLine> {
        match &self.state {
            Some(_) if self.beginning.is_some() => body::taking_over(&self.told, world, room),
            Some(state) => body::lines(state, self.step(state), world, room),
            None => vec![TextLine::default(), TextLine::plain(Role::Dim, "  Opening the window.")],
        }
    }
}

/// Where the parts of the screen stand.
struct Areas {
    steps: Rect,
    heading: Rect,
    body: Rect,
    offers: Rect,
}

/// A step's failure as an error that stays.
fn trouble(title: String, failure: &Failure) -> Trouble {
    let place = match (failure.place(), failure.statement) {
        (Some(place), Some(statement)) => format!("{place}, statement {statement}"),
        (place, _) => place.unwrap_or_default(),
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    Trouble::new(title, failure.message.clone())
        .with("place", place)
        .with("SQLSTATE", text(&failure.sqlstate))
        .with("detail", text(&failure.detail))
        .with("hint", text(&failure.hint))
        .with("context", text(&failure.context))
        .with("database", failure.aftermath.as_ref().map(crate::window::event::Aftermath::words).unwrap_or_default())
        .and_next(text(&failure.advice))
}

impl Layer for WindowScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        match self.state.as_ref().map(|state| state.opened.plan.direction) {
            Some(Direction::Rollback) => "rollback window".to_owned(),
            _ => "window".to_owned(),
        }
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        marks::subject_of(world, self.environment?)
    }

    fn availability(&self, wanted: Action, _world: &World) -> Availability {
        let no = |words: &str| Availability::No(words.to_owned());
        let running = self.is_running();
        let offers = self.offers();
        match wanted {
            GO if running => no("A step is running."),
            GO if self.first_offer().is_none() => Availability::Hidden,
            action::STOP | STOP_AFTER | STOP_NOW if !running => no("Nothing is running."),
            SKIP if !offers.iter().any(|offer| matches!(offer, Offer::Skip(_))) => {
                no("This step may not be passed over.")
            }
            WAIVE if self.waivable().is_none() => no("No closed gate stands in the way that could be waived."),
            ROLLBACK if !offers.contains(&Offer::RollBack) => no("This window has applied nothing that is in effect."),
            action::BACK if running => no("A step is running. Ctrl-C stops it; it cannot be left alone."),
            CLOSE if running => no("A step is running. Stop it first."),
            CLOSE if !offers.contains(&Offer::Close) => Availability::Hidden,
            REPORT if self.state.as_ref().is_none_or(|state| state.reports.is_empty()) => {
                no("The report is not written yet.")
            }
            _ => Availability::Yes,
        }
    }

    fn opened(&mut self, _context: &Context<'_>) -> Vec<Command> {
        match &mut self.beginning {
            Some(Beginning::Open(plan)) => vec![Command::Window(Order::Open(plan.clone()))],
            Some(Beginning::Resume(journal)) => vec![Command::Window(Order::Resume(journal.clone()))],
            None => Vec::new(),
        }
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            GO => return self.go(),
            action::STOP => return vec![Command::Open(Box::new(StopDialog))],
            STOP_AFTER => return vec![Command::Window(Order::StopAfterStatement)],
            STOP_NOW => return vec![Command::Window(Order::CancelNow)],
            SKIP => {
                let words = "The report will say that the step was passed over, and why.";
                return vec![Command::Open(Box::new(Prompt::of("Why is this step passed over?", words, SKIP)))];
            }
            WAIVE => {
                let gate = self.waivable().map(GateKind::words).unwrap_or_default();
                let words = format!("The gate \"{gate}\" is closed. Whoever waives it answers for it in the report.");
                return vec![Command::Open(Box::new(Prompt::of("Why may it pass?", words, WAIVE)))];
            }
            ROLLBACK => return self.roll_back(context.world),
            CLOSE => return vec![Command::Window(Order::Close)],
            REPORT => {
                let reports = self.state.as_ref().map(|state| state.reports.clone()).unwrap_or_default();
                let markdown = reports.iter().find(|path| path.ends_with(".md")).or(reports.first());
                let open = |path: &String| Command::Open(Box::new(ReportScreen::of(path.into(), self.environment)));
                return markdown.map(open).into_iter().collect();
            }
            action::BACK => return self.leaving(context),
            action::NEXT => self.look(true),
            action::PREVIOUS => self.look(false),
            action::COPY_ALL => {
                let lines = self.lines(context.world, 120);
                let text = lines.iter().map(|line| line.text() + "\n").collect();
                return vec![Command::Copy { what: "what is shown of the step", text }];
            }
            _ => {
                let body = self.areas(context.area).body;
                let length = self.lines(context.world, body.width).len();
                let height = usize::from(body.height.max(1));
                let last = length.saturating_sub(height);
                let now = self.top.unwrap_or(0).min(last);
                self.top = Some(match wanted {
                    action::DOWN => (now + 1).min(last),
                    action::UP => now.saturating_sub(1),
                    action::PAGE_DOWN => (now + height).min(last),
                    action::PAGE_UP => now.saturating_sub(height),
                    action::TOP => 0,
                    action::BOTTOM => last,
                    _ => now,
                });
            }
        }
        Vec::new()
    }

    fn leaving(&mut self, _context: &Context<'_>) -> Vec<Command> {
        match (self.over, self.is_running()) {
            (Some(_), _) => vec![Command::Close],
            // What the server still runs need not be waited for.
            (None, _) if self.beginning.is_some() => {
                self.is_leaving = true;
                vec![Command::Window(Order::CancelNow), Command::Window(Order::Leave)]
            }
            // What asks for this has been told why it cannot be.
            (None, true) => Vec::new(),
            (None, false) => {
                self.is_leaving = true;
                vec![Command::Window(Order::Leave)]
            }
        }
    }

    fn confirmed(&mut self, confirmed: Confirmed, _context: &Context<'_>) -> Vec<Command> {
        self.run(confirmed)
    }

    fn told(&mut self, action: Action, text: &str, _context: &Context<'_>) -> Vec<Command> {
        match (action, self.state.as_ref().and_then(WindowState::current), self.waivable()) {
            (SKIP, Some(step), _) => vec![Command::Window(Order::Skip(step, text.to_owned()))],
            (WAIVE, _, Some(kind)) => {
                let mut commands = vec![Command::Window(Order::Waive(Waiver { kind, reason: text.to_owned() }))];
                commands.push(Command::Toast(format!("Waived: {}. Enter tries again.", kind.words())));
                commands
            }
            _ => Vec::new(),
        }
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::Window(news) => self.heard(*news),
            Answer::Failed(trouble) => vec![Command::Trouble(trouble)],
            _ => Vec::new(),
        }
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let areas = self.areas(context.area);
        if let Some(step) = steps::hit(areas.steps, at) {
            self.looked_at = Some(step);
            self.top = None;
        }
        Vec::new()
    }

    fn is_moving(&self, _world: &World) -> bool {
        self.beginning.is_some() || self.is_running()
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        let areas = self.areas(canvas.area);
        let Some(state) = &self.state else {
            let at = row(areas.body, 1);
            Pen::new(frame.buffer_mut(), theme, at).skip(2).write(Role::Dim, "Opening the window.");
            return;
        };
        let step = self.step(state);
        steps::draw(canvas, frame, areas.steps, state, step);
        let direction = state.opened.plan.direction;
        facts::rule(canvas, frame, areas.heading, step.title(direction));
        let lines = self.lines(canvas.world, areas.body.width);
        let height = usize::from(areas.body.height.max(1));
        let last = lines.len().saturating_sub(height);
        let top = self.top.unwrap_or_else(|| body::follow(&lines, height)).min(last);
        viewer::draw_lines(canvas, frame, areas.body, &lines, top);
        self.draw_offers(canvas, frame, areas.offers);
    }
}

impl WindowScreen {
    fn draw_offers(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect) {
        if area.height == 0 {
            return;
        }
        let (heading, rows) = split_top(area, 1);
        facts::rule(canvas, frame, heading, "What now?");
        for (index, line) in (0_u16..).zip(&self.offer_lines(Some(canvas.keymap), area.width)) {
            Pen::new(frame.buffer_mut(), canvas.theme, row(rows, index)).pieces(line);
        }
    }
}
