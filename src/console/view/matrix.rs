//! Every environment, and the files, against all others: where schemas are the same, and where they are not.

mod draw;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Position;

use crate::console::keymap::{Action, Binding, LIST_KEYS, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, SideChoice, Sides};
use crate::console::model::World;
use crate::console::view::drift::DriftScreen;
use crate::console::view::marks;
use crate::console::widget::list::ListState;
use crate::window::drift::matrix::{MatrixNews, Member, Pair, pairs};
use crate::window::drift::watch::Outcome;

/// Compare every pair again.
pub const AGAIN: Action = Action("matrix.again");

/// The screen's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "matrix",
    title: "Matrix",
    about: "Every environment, and what the files make, against all others. What was compared in the background is \
            there at once; the rest is compared one pair after another, and each environment is read once for it. A \
            pair that could not be compared says why below: that is not the same as no drift.",
    keys: &[
        Binding {
            action: action::OPEN,
            keys: &["enter"],
            words: "Open what the pair differs in",
            short: "open",
            when: "",
        },
        Binding {
            action: action::LEFT,
            keys: &["h", "left", "shift-tab"],
            words: "The column to the left",
            short: "",
            when: "",
        },
        Binding {
            action: action::RIGHT,
            keys: &["l", "right", "tab"],
            words: "The column to the right",
            short: "column",
            when: "",
        },
        Binding { action: AGAIN, keys: &["r", "ctrl-r"], words: "Compare every pair again", short: "again", when: "" },
        Binding {
            action: action::STOP,
            keys: &["ctrl-c"],
            words: "Stop comparing; with nothing being compared, quit",
            short: "",
            when: "",
        },
        Binding { action: action::COPY_ALL, keys: &["y"], words: "Copy the matrix as text", short: "copy", when: "" },
    ],
    shared: &[&LIST_KEYS],
};

/// What is known of a pair.
#[derive(Debug, Clone)]
enum Cell {
    /// It is compared now.
    Comparing,
    /// It was compared, with the sides this way round.
    Known(Sides, Arc<Outcome>),
    /// It could not be compared, and why.
    Failed(String),
}

/// The screen.
#[derive(Debug)]
pub struct MatrixScreen {
    /// By their pairs, the smaller member first; what is not there waits for its turn.
    cells: HashMap<Pair, Cell>,
    /// What was taken over from the background.
    taken: HashMap<Pair, Arc<Outcome>>,
    /// Since when pairs are compared; `None` while none is.
    since: Option<Duration>,
    /// The environment that is read now.
    reading: Option<usize>,
    list: ListState,
    column: usize,
    first_column: usize,
}

impl Default for MatrixScreen {
    fn default() -> Self {
        // A cell of the diagonal tells nothing.
        let list = ListState { selected: 1, offset: 0 };
        Self {
            cells: HashMap::new(),
            taken: HashMap::new(),
            since: None,
            reading: None,
            list,
            column: 0,
            first_column: 0,
        }
    }
}

/// The member of a row or column.
fn member(index: usize) -> Member {
    index.checked_sub(1).map_or(Member::Files, Member::Environment)
}

fn choice(member: Member) -> SideChoice {
    match member {
        Member::Files => SideChoice::Files,
        Member::Environment(place) => SideChoice::Environment(place),
    }
}

fn sides_of(pair: Pair) -> Sides {
    Sides { left: choice(pair.0), right: choice(pair.1) }
}

/// How many rows there are: the files and every environment.
fn size(world: &World) -> usize {
    world.config.environments.len() + 1
}

impl MatrixScreen {
    /// The pair of a cell; `None` on the diagonal.
    fn pair(row: usize, column: usize) -> Option<Pair> {
        let (one, other) = (member(row.min(column)), member(row.max(column)));
        (one != other).then_some((one, other))
    }

    fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        self.cells.get(&Self::pair(row, column)?)
    }

    fn selected(&self) -> Option<Pair> {
        Self::pair(self.list.selected, self.column)
    }

    /// How many pairs are known, of how many.
    fn done(&self, world: &World) -> (usize, usize) {
        let done = self.cells.values().filter(|cell| !matches!(cell, Cell::Comparing)).count();
        (done, pairs(world.config.environments.len()).len())
    }

    /// Takes over what was compared in the background.
    fn take_known(&mut self, world: &World) {
        for pair in pairs(world.config.environments.len()) {
            let sides = sides_of(pair);
            let other = Sides { left: sides.right, right: sides.left };
            for sides in [sides, other] {
                let Some(outcome) = world.outcome(sides) else { continue };
                if self.taken.get(&pair).is_none_or(|taken| !Arc::ptr_eq(taken, outcome)) {
                    self.cells.insert(pair, Cell::Known(sides, Arc::clone(outcome)));
                    self.taken.insert(pair, Arc::clone(outcome));
                }
            }
        }
    }

    /// Compares what is not known.
    fn fill(&mut self, world: &World) -> Vec<Command> {
        let mut wanted = pairs(world.config.environments.len());
        wanted.retain(|pair| !self.cells.contains_key(pair));
        if wanted.is_empty() {
            return Vec::new();
        }
        self.since = Some(world.moment.uptime);
        vec![Command::FillMatrix(wanted)]
    }

    fn open(&self) -> Vec<Command> {
        let Some(pair) = self.selected() else {
            return vec![Command::Toast("This is compared with itself. Choose another cell.".to_owned())];
        };
        let screen = match self.cells.get(&pair) {
            Some(Cell::Known(sides, outcome)) => match &outcome.comparison {
                Some(comparison) => DriftScreen::with(*sides, Arc::clone(comparison)),
                None => DriftScreen::of(*sides),
            },
            Some(Cell::Comparing | Cell::Failed(_)) | None => DriftScreen::of(sides_of(pair)),
        };
        vec![Command::Open(Box::new(screen))]
    }

    /// Nothing is compared any more.
    fn end(&mut self) {
        self.since = None;
        self.reading = None;
        self.cells.retain(|_, cell| !matches!(cell, Cell::Comparing));
    }

    fn heard(&mut self, news: MatrixNews) -> Vec<Command> {
        // What was given up may still have had something to say.
        if self.since.is_none() {
            return Vec::new();
        }
        match news {
            MatrixNews::Reading(place) => self.reading = Some(place),
            MatrixNews::Comparing(pair) => {
                self.reading = None;
                self.cells.entry(pair).or_insert(Cell::Comparing);
            }
            MatrixNews::Compared(pair, outcome) => {
                self.cells.insert(pair, Cell::Known(sides_of(pair), outcome));
            }
            MatrixNews::NotCompared(pair, why) => {
                self.cells.insert(pair, Cell::Failed(why));
            }
            MatrixNews::Filled => self.end(),
            MatrixNews::Broken(why) => {
                self.end();
                let trouble = crate::console::trouble::Trouble::new("Not every pair was compared", why);
                return vec![Command::Trouble(Box::new(trouble))];
            }
        }
        Vec::new()
    }
}

impl Layer for MatrixScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "matrix".to_owned()
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        // The side where a mistake is the more dangerous.
        let (one, other) = self.selected()?;
        let of = |member| match member {
            Member::Environment(place) => marks::subject_of(world, place),
            Member::Files => None,
        };
        [of(one), of(other)].into_iter().flatten().max_by_key(|subject| subject.tier)
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.take_known(context.world);
        self.fill(context.world)
    }

    fn leaving(&mut self, _context: &Context<'_>) -> Vec<Command> {
        vec![Command::GiveUp, Command::Close]
    }

    fn noticed(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.take_known(context.world);
        Vec::new()
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        let world = context.world;
        match wanted {
            action::OPEN => return self.open(),
            action::LEFT => self.column = self.column.saturating_sub(1),
            action::RIGHT => self.column += 1,
            AGAIN => {
                self.end();
                self.cells.clear();
                let mut commands = vec![Command::GiveUp];
                commands.extend(self.fill(world));
                return commands;
            }
            action::STOP => {
                if self.since.is_none() {
                    return vec![Command::Quit];
                }
                self.end();
                return vec![Command::GiveUp, Command::Toast("Stopped comparing.".to_owned())];
            }
            action::COPY_ALL => {
                return vec![Command::Copy { what: "the matrix", text: draw::as_text(self, world) }];
            }
            _ => {
                self.list.act(wanted, size(world), draw::rows(context.area).height);
            }
        }
        Vec::new()
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let Some(row) = self.list.hit(draw::rows(context.area), at, size(context.world)) else { return Vec::new() };
        let Some(column) = draw::column_at(self, context.world, context.area, at) else { return Vec::new() };
        if (row, column) == (self.list.selected, self.column) {
            return self.open();
        }
        (self.list.selected, self.column) = (row, column);
        Vec::new()
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::Matrix(news) => self.heard(*news),
            _ => Vec::new(),
        }
    }

    fn settle(&mut self, context: &Context<'_>) {
        let size = size(context.world);
        self.list.settle(size, draw::rows(context.area).height);
        self.column = self.column.min(size - 1);
        self.first_column = draw::first_column(self, context.world, context.area);
    }

    fn is_moving(&self, _world: &World) -> bool {
        self.since.is_some()
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        draw::draw(self, canvas, frame);
    }
}
