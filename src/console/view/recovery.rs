//! Windows that were left unfinished: by a console that was killed, or by an operator who wanted to go on later.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::keymap::{Action, Binding, LIST_KEYS, ScreenSpec, action};
use crate::console::layer::{Availability, Canvas, Command, Context, Layer, Subject};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::facts::{self, Fact};
use crate::console::view::marks;
use crate::console::view::window::WindowScreen;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{piece, split_bottom, split_top, wrap};
use crate::console::widget::table::{self, Column};
use crate::console::widget::viewer::{self, TextLine};
use crate::console::words::{ago, count};
use crate::window::journal::Unfinished;
use crate::window::plan::PlanItem;
use crate::window::state::StepState;
use crate::window::step::Direction;
use crate::window::truth::{Standing, StillRunning};

/// The screen's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "recovery",
    title: "Unfinished windows",
    about: "Windows that were not closed. Resuming one asks the server what became of what was running, says what is \
            true, and offers the way on. Nothing is done by itself.",
    keys: &[Binding {
        action: action::OPEN,
        keys: &["enter"],
        words: "Resume the window",
        short: "resume",
        when: "where no other console has it",
    }],
    shared: &[&LIST_KEYS],
};

/// How many rows the facts of the selected window take, the rule above them included.
const FACTS: u16 = 9;

/// The list on the screen.
#[derive(Debug, Default)]
pub struct RecoveryScreen {
    list: ListState,
}

impl RecoveryScreen {
    fn selected<'a>(&self, world: &'a World) -> Option<&'a Unfinished> {
        world.unfinished().get(self.list.selected)
    }

    /// The words at the top: what the list is, and what is urgent about the selected window.
    fn words(&self, world: &World, room: u16) -> Vec<TextLine> {
        let about =
            "These windows were not closed. Resuming one asks the server what is true now, and changes nothing.";
        let mut lines: Vec<TextLine> =
            wrap(about, room).into_iter().map(|line| TextLine::plain(Role::Text, line)).collect();
        let running = self.selected(world).filter(|window| !window.in_use).and_then(|window| {
            let view = world.view(environment_of(world, window)?)?;
            StillRunning::of(&window.state, view.holder.as_ref())
        });
        if let Some(running) = running {
            let words = format!("{}: {}. {}", running.migration, running.words(), running.advice());
            lines.extend(wrap(&words, room).into_iter().map(|line| TextLine::plain(Role::Warn, line)));
        }
        lines
    }

    fn areas(&self, area: Rect, world: &World) -> (Rect, Rect, Rect) {
        let words = u16::try_from(self.words(world, area.width.saturating_sub(4)).len()).unwrap_or(u16::MAX);
        let (words, rest) = split_top(area, words.saturating_add(1).min(area.height / 2));
        let (table, facts) = split_bottom(rest, FACTS.min(rest.height.saturating_sub(4)));
        (words, table, facts)
    }
}

/// The place of a window's environment in the configuration.
fn environment_of(world: &World, window: &Unfinished) -> Option<usize> {
    world.config.environments.iter().position(|one| one.name.as_str() == window.state.opened.environment)
}

impl Layer for RecoveryScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "unfinished windows".to_owned()
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        marks::subject_of(world, environment_of(world, self.selected(world)?)?)
    }

    fn is_guarded(&self) -> bool {
        true
    }

    fn availability(&self, wanted: Action, world: &World) -> Availability {
        match (wanted, self.selected(world)) {
            (action::OPEN, None) => Availability::Hidden,
            (action::OPEN, Some(window)) if window.in_use => {
                Availability::No("Another console on this machine is running it.".to_owned())
            }
            (action::OPEN, Some(_)) if self.subject(world).is_none() => {
                Availability::No("The configuration has no such environment any more.".to_owned())
            }
            _ => Availability::Yes,
        }
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        let world = context.world;
        if wanted == action::OPEN {
            let resume = |window| Command::Replace(Box::new(WindowScreen::resuming(window, world)));
            return self.selected(world).map(resume).into_iter().collect();
        }
        let height = table::body(self.areas(context.area, context.world).1).height;
        self.list.act(wanted, world.unfinished().len(), height);
        Vec::new()
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let rows = table::body(self.areas(context.area, context.world).1);
        if let Some(index) = self.list.hit(rows, at, context.world.unfinished().len()) {
            self.list.selected = index;
        }
        Vec::new()
    }

    fn settle(&mut self, context: &Context<'_>) {
        let height = table::body(self.areas(context.area, context.world).1).height;
        self.list.settle(context.world.unfinished().len(), height);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let world = canvas.world;
        let (words_area, table_area, facts_area) = self.areas(canvas.area, world);
        let words_at = Rect { x: words_area.x + 2, width: words_area.width.saturating_sub(4), ..words_area };
        viewer::draw_lines(canvas, frame, words_at, &self.words(world, words_at.width), 0);
        let columns = [
            Column::fixed("opened", 12),
            Column::fixed("environment", 14),
            Column::filling("what", 20),
            Column::fixed("by", 14).yielding(1),
            Column::fixed("state", 20).yielding(2),
        ];
        let length = world.unfinished().len();
        let buffer = frame.buffer_mut();
        if length == 0 {
            table::draw_empty(canvas, buffer, table_area, "Every window was closed.");
        }
        table::draw(canvas, buffer, table_area, &columns, &self.list, length, |index, _| {
            let window = &world.unfinished()[index];
            let opened = &window.state.opened;
            let state = if window.in_use {
                piece(Role::Info, "run by another console")
            } else {
                piece(Role::Warn, "left behind")
            };
            let items = count(opened.plan.items.len(), "migration");
            vec![
                vec![piece(Role::Dim, ago(opened.at, world.moment.now))],
                vec![piece(Role::Strong, opened.environment.clone())],
                vec![piece(Role::Text, format!("{} {items}", opened.plan.direction.verb()))],
                vec![piece(Role::Text, opened.operator.name.clone())],
                vec![state],
            ]
        });
        if let Some(window) = self.selected(world) {
            facts::draw(canvas, frame, facts_area, window.state.opened.id.as_str(), &facts_of(world, window));
        }
    }
}

/// How many of a window's migrations are as it wanted them, by the environment's history as last read.
fn true_now(world: &World, window: &Unfinished) -> String {
    let opened = &window.state.opened;
    let Some(view) = environment_of(world, window).and_then(|environment| world.view(environment)) else {
        return "the server has not been heard yet".to_owned();
    };
    let is_as_wanted = |item: &&PlanItem| match Standing::of(item, &opened.id, &view.past) {
        Standing::InEffect { .. } => opened.plan.direction == Direction::Apply,
        Standing::RolledBack { .. } => opened.plan.direction == Direction::Rollback,
        Standing::Interrupted(_) | Standing::Failed(_) | Standing::NotInEffect => false,
    };
    let done = opened.plan.items.iter().filter(is_as_wanted).count();
    format!("{done} of {} are {}, says the history", opened.plan.items.len(), opened.plan.direction.done())
}

fn facts_of(world: &World, window: &Unfinished) -> Vec<Fact> {
    let state = &window.state;
    let opened = &state.opened;
    let direction = opened.plan.direction;
    let running = state.steps.iter().find(|record| matches!(record.state, StepState::Running { .. }));
    let at = match (running, state.current()) {
        (Some(record), _) => format!("{} was running when the console ended", record.step.title(direction)),
        (None, Some(step)) => format!("{} was next", step.title(direction)),
        (None, None) => "every step was done; only the closing is missing".to_owned(),
    };
    let done = format!("{} of {} were {}", state.done().count(), opened.plan.items.len(), direction.done());
    let mut all = vec![
        Fact::new("journal", at),
        Fact::new("", done),
        Fact::new("true now", true_now(world, window)),
        Fact::new("last event", ago(state.last_at, world.moment.now)),
        Fact::new("database", opened.location.clone()),
        Fact::new("machine", opened.operator.host.clone()),
    ];
    if let Some(reason) = &opened.plan.reason {
        all.push(Fact::new("reason", reason.clone()));
    }
    if let Some(backup) = &state.backup {
        all.push(Fact::new("backup", backup.id.clone()));
    }
    all
}
