//! The board: every environment as a card, and every migration in every environment. The console's home.

mod card;
mod drift;
mod layout;

use std::collections::BTreeSet;
use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, FILTER_KEYS, LIST_KEYS, ScreenSpec, action};
use crate::console::layer::{Availability, Canvas, Command, Context, Layer};
use crate::console::message::{SideChoice, Sides};
use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::view::drift::DriftScreen;
use crate::console::view::history::HistoryScreen;
use crate::console::view::matrix::MatrixScreen;
use crate::console::view::migration::MigrationScreen;
use crate::console::view::plan::PlanScreen;
use crate::console::view::recovery::RecoveryScreen;
use crate::console::view::review::{self, ReviewScreen};
use crate::console::view::{backups, files, marks, new, password};
use crate::console::widget::input::Filter;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{Pen, Piece, piece, row, width};
use crate::console::widget::table::{self, Column};
use crate::console::words::count;
use crate::migration::name::MigrationName;
use crate::review::finding::Severity;
use crate::window::board::{Board, Column as BoardColumn};
use crate::window::drift::side::neighbour_place;
use crate::window::look::HistoryState;
use crate::window::monitor::EnvironmentState;
use crate::window::review::Weighed;
use crate::window::step::Direction;

use layout::Layout;

/// Draws up a window in the selected environment.
pub const WINDOW: Action = Action("board.window");
/// Draws up a rollback in the selected environment.
pub const ROLLBACK: Action = Action("board.rollback");
/// Marks the selected migration.
pub const MARK: Action = Action("board.mark");
/// Lists the windows that were left unfinished.
pub const RECOVERY: Action = Action("board.unfinished");
/// Shows the history of the selected environment.
pub const HISTORY: Action = Action("board.history");
/// Compares the selected environment's schema.
pub const DRIFT: Action = Action("board.drift");
/// Show every environment against all others.
pub const MATRIX: Action = Action("board.matrix");
/// Shows the backups.
pub const BACKUPS: Action = Action("board.backups");
/// Types the password of the selected environment.
pub const PASSWORD: Action = Action("board.password");
/// Asks the selected environment anew.
pub const REFRESH: Action = Action("board.refresh");
/// Shows what the rules have found in the migrations.
pub const REVIEW: Action = Action("board.review");
/// Makes a new migration.
pub const NEW: Action = Action("board.new");
/// Lists the files that are not as they should be.
pub const FILES: Action = Action("board.files");

/// The board's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "board",
    title: "Board",
    about: "Every migration in every environment. The cards at the top say how each environment is; one of them is \
            selected, and what you open is about that one. Files and histories are watched: what others change appears \
            by itself.",
    keys: &[
        Binding { action: action::OPEN, keys: &["enter"], words: "Open the migration", short: "open", when: "" },
        Binding {
            action: DRIFT,
            keys: &["d"],
            words: "Show how the selected environment's schema drifts",
            short: "drift",
            when: "",
        },
        Binding {
            action: MATRIX,
            keys: &["m"],
            words: "Show the drift of every environment against all others",
            short: "",
            when: "",
        },
        Binding {
            action: WINDOW,
            keys: &["w"],
            words: "Apply migrations in the selected environment",
            short: "window",
            when: "where the environment answers and may be written",
        },
        Binding {
            action: ROLLBACK,
            keys: &["u"],
            words: "Roll migrations back in the selected environment",
            short: "rollback",
            when: "where the environment answers and may be written",
        },
        Binding {
            action: RECOVERY,
            keys: &["r"],
            words: "Resume a window that was left unfinished",
            short: "resume",
            when: "where there is one",
        },
        Binding {
            action: MARK,
            keys: &["space"],
            words: "Mark or unmark the migration; a window offers the marked",
            short: "",
            when: "",
        },
        Binding {
            action: HISTORY,
            keys: &["h"],
            words: "Show the history of the selected environment",
            short: "history",
            when: "",
        },
        Binding { action: BACKUPS, keys: &["b"], words: "Show the backups", short: "", when: "" },
        Binding {
            action: PASSWORD,
            keys: &["p"],
            words: "Type the password of the selected environment",
            short: "password",
            when: "where the server wants one",
        },
        Binding {
            action: REVIEW,
            keys: &["v"],
            words: "Show what the rules have found in the migrations",
            short: "review",
            when: "",
        },
        Binding {
            action: NEW,
            keys: &["c"],
            words: "Create a migration and its rollback, and edit it",
            short: "create",
            when: "",
        },
        Binding {
            action: FILES,
            keys: &["f"],
            words: "List the files that are not as they should be",
            short: "files",
            when: "where there are some",
        },
        Binding {
            action: action::NEXT,
            keys: &["tab", "right", "l"],
            words: "Select the next environment",
            short: "environment",
            when: "",
        },
        Binding {
            action: action::PREVIOUS,
            keys: &["shift-tab", "left"],
            words: "Select the environment before",
            short: "",
            when: "",
        },
        Binding {
            action: REFRESH,
            keys: &["ctrl-r"],
            words: "Ask the selected environment at once, or connect again",
            short: "",
            when: "",
        },
        Binding { action: action::COPY, keys: &["y"], words: "Copy the migration's name", short: "", when: "" },
    ],
    shared: &[&LIST_KEYS, &FILTER_KEYS],
};

/// The board on the screen.
#[derive(Debug, Default)]
pub struct BoardScreen {
    list: ListState,
    filter: Filter,
    /// The selected environment.
    environment: usize,
    /// The first environment in view.
    first_environment: usize,
    /// The rows of the board that the filter leaves, and what they were made from.
    rows: Vec<u32>,
    made_from: Option<(Arc<Board>, String)>,
    /// The marked migrations, by name.
    marked: BTreeSet<Arc<str>>,
    /// The migration to select as soon as it is there: it has just been made.
    awaited: Option<String>,
    /// Unfinished windows were looked for, and offered if there were any.
    has_offered: bool,
    /// The operator has moved, so the selection is left alone when the board fills.
    has_moved: bool,
}

impl BoardScreen {
    fn layout(&self, area: Rect, world: &World) -> Layout {
        layout::lay_out(area, world, self.first_environment, self.environment, self.filter.is_shown())
    }

    /// The board's row that is selected.
    fn selected_row(&self) -> Option<usize> {
        self.rows.get(self.list.selected).map(|row| *row as usize)
    }

    /// Makes the list of rows anew where the board or the filter is another one.
    fn filter_rows(&mut self, world: &World) {
        let is_current = self
            .made_from
            .as_ref()
            .is_some_and(|(board, query)| Arc::ptr_eq(board, &world.board) && query == self.filter.query());
        if is_current {
            return;
        }
        // The selection stays on its migration when rows come and go around it.
        let name = self
            .made_from
            .as_ref()
            .and_then(|(board, _)| Some(Arc::clone(&board.rows.get(self.selected_row()?)?.name)));
        let board = &world.board;
        let fits = |index: &u32| {
            let index = *index as usize;
            self.filter.query().is_empty() || self.filter.matches(&searched(board, index))
        };
        self.rows = (0..u32::try_from(board.rows.len()).unwrap_or(u32::MAX)).filter(fits).collect();
        if let Some(position) = name.and_then(|name| board.position(&name)) {
            self.list.selected = self.rows.partition_point(|row| (*row as usize) < position);
        }
        self.made_from = Some((Arc::clone(board), self.filter.query().to_owned()));
        if !self.has_moved && self.filter.query().is_empty() {
            self.list.selected = start(board, self.environment);
        }
    }

    /// Selects the migration that was just made, once its file was read.
    fn select_awaited(&mut self, board: &Board) {
        let position = self.awaited.as_deref().and_then(|name| board.position(name));
        let Some(row) = position.and_then(|position| u32::try_from(position).ok()) else { return };
        if let Ok(index) = self.rows.binary_search(&row) {
            self.list.selected = index;
            self.has_moved = true;
            self.awaited = None;
        }
    }

    /// Goes to the next or the previous row that wants a look: a match of the filter, or else what is not applied.
    fn step(&mut self, board: &Board, forward: bool) {
        let length = self.rows.len();
        let wanted = |row: u32| !self.filter.query().is_empty() || wants_a_look(board, self.environment, row as usize);
        let found = (1..=length)
            .map(|distance| match forward {
                true => (self.list.selected + distance) % length,
                false => (self.list.selected + length - distance) % length,
            })
            .find(|index| wanted(self.rows[*index]));
        if let Some(index) = found {
            self.list.selected = index;
        }
    }

    fn step_environment(&mut self, world: &World, forward: bool) {
        let count = world.environments.len().max(1);
        self.environment = if forward { self.environment + 1 } else { self.environment + count - 1 } % count;
    }

    fn open(&self, world: &World) -> Vec<Command> {
        match self.selected_row().and_then(|row| world.board.rows.get(row)) {
            Some(row) => vec![Command::Open(Box::new(MigrationScreen::of(&row.name, self.environment)))],
            None => Vec::new(),
        }
    }

    /// Whether a window may be drawn up in the selected environment.
    fn may_write(&self, world: &World) -> Availability {
        let Some(settings) = world.config.environments.get(self.environment) else { return Availability::Hidden };
        let name = &settings.name;
        match world.environments.get(self.environment) {
            _ if settings.access.is_read_only() => {
                Availability::No(format!("{name} is read-only: nothing is ever written there."))
            }
            Some(EnvironmentState::Ready(view)) => match &view.history {
                HistoryState::WrongShape(why) => {
                    Availability::No(format!("{name} has something else in the place of the history table: {why}"))
                }
                history if !history.is_readable() && *history != HistoryState::Absent => {
                    Availability::No(format!("The history of {name} cannot be read, so nothing can be planned there."))
                }
                _ => Availability::Yes,
            },
            _ => Availability::No(format!("{name} does not answer, so nothing can be planned there.")),
        }
    }

    fn draw_up(&self, direction: Direction, world: &World) -> Vec<Command> {
        let selected = self.selected_row().and_then(|row| world.board.rows.get(row)).map(|row| Arc::clone(&row.name));
        let marked: Vec<String> = self.marked.iter().map(ToString::to_string).collect();
        let plan = PlanScreen::of(self.environment, direction, selected.as_deref(), &marked, world);
        vec![Command::Open(Box::new(plan))]
    }

    /// The selected environment, and at its left what it is compared with.
    fn sides(&self, world: &World) -> Sides {
        let neighbour = neighbour_place(&world.config, self.environment);
        let left = neighbour.map_or(SideChoice::Files, SideChoice::Environment);
        Sides { left, right: SideChoice::Environment(self.environment) }
    }

    fn toggle_mark(&mut self, world: &World) {
        let Some(row) = self.selected_row().and_then(|row| world.board.rows.get(row)) else { return };
        if !self.marked.remove(&row.name) {
            self.marked.insert(Arc::clone(&row.name));
        }
        self.has_moved = true;
        self.list.selected += 1;
    }

    fn columns(&self, layout: &Layout, world: &World) -> Vec<Column> {
        let mut columns = vec![Column::fixed("version", 14)];
        if layout.table.width >= 76 {
            columns.push(Column::fixed("type", 6).yielding(2));
        }
        columns.push(Column::filling("migration", 12));
        if shows_review(layout, world) {
            columns.push(Column::fixed("review", REVIEW_CELL));
        }
        for index in layout.environments.clone() {
            let name = world.config.environments.get(index).map(|environment| environment.name.to_string());
            columns.push(Column::fixed(name.unwrap_or_default(), layout.cell_width));
        }
        columns
    }
}

/// Whether a migration is still to be applied in an environment, or is not as it should be there.
fn wants_a_look(board: &Board, environment: usize, row: usize) -> bool {
    let cell = board.columns.get(environment).and_then(|column| column.cells.get(row));
    cell.and_then(|cell| cell.status).is_some_and(|status| status.is_pending() || status.wants_attention())
}

/// The row to begin on: the first that is not applied in this environment, or else the last.
fn start(board: &Board, environment: usize) -> usize {
    let cells = board.columns.get(environment).map(|column| column.cells.as_slice()).unwrap_or_default();
    let first = cells.iter().position(|cell| cell.status.is_some_and(|status| status.is_pending()));
    first.unwrap_or(board.rows.len().saturating_sub(1))
}

/// What a filter looks through: the name, its parts, and the statuses.
fn searched(board: &Board, index: usize) -> String {
    let mut text = board.rows.get(index).map(|row| row.name.to_string()).unwrap_or_default();
    for column in &board.columns {
        if let Some(status) = column.cells.get(index).and_then(|cell| cell.status) {
            text.push(' ');
            text.push_str(status.words());
        }
    }
    text
}

impl Layer for BoardScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, world: &World) -> String {
        world.config.project.name.clone()
    }

    fn detail(&self, world: &World) -> String {
        let Some(catalogue) = &world.catalogue else { return String::new() };
        let mut words = count(catalogue.migrations.len(), "migration");
        if let Some(commit) = &world.commit {
            let changes = if commit.dirty { ", with changes" } else { "" };
            words.push_str(&format!(" at {}{changes}", commit.short));
        }
        words
    }

    fn is_typing(&self) -> bool {
        self.filter.is_editing()
    }

    fn availability(&self, wanted: Action, world: &World) -> Availability {
        let state = world.environments.get(self.environment);
        match wanted {
            WINDOW | ROLLBACK => self.may_write(world),
            RECOVERY if world.unfinished().is_empty() => Availability::No("Every window was closed.".to_owned()),
            PASSWORD if matches!(state, Some(EnvironmentState::NeedsPassword { .. })) => Availability::Yes,
            PASSWORD => Availability::No("This environment's server does not ask for a password.".to_owned()),
            FILES if world.catalogue.as_ref().is_some_and(|catalogue| !catalogue.problems.is_empty()) => {
                Availability::Yes
            }
            FILES => Availability::No("Every file is as it should be.".to_owned()),
            _ => Availability::Yes,
        }
    }

    fn opened(&mut self, _context: &Context<'_>) -> Vec<Command> {
        vec![Command::LookForUnfinished]
    }

    fn noticed(&mut self, context: &Context<'_>) -> Vec<Command> {
        // At the start, and only then, the windows that somebody left behind are put before the operator.
        let Some(unfinished) = &context.world.unfinished else { return Vec::new() };
        let is_first = !std::mem::replace(&mut self.has_offered, true);
        if is_first && unfinished.iter().any(|window| !window.in_use) {
            return vec![Command::Open(Box::new(RecoveryScreen::default()))];
        }
        Vec::new()
    }

    fn leaving(&mut self, _context: &Context<'_>) -> Vec<Command> {
        Vec::new()
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        let world = context.world;
        match wanted {
            action::OPEN if self.filter.is_editing() => self.filter.accept(),
            action::OPEN => return self.open(world),
            action::FILTER => self.filter.edit(),
            action::NEXT => self.step_environment(world, true),
            action::PREVIOUS => self.step_environment(world, false),
            action::NEXT_MATCH => self.step(&world.board, true),
            action::PREVIOUS_MATCH => self.step(&world.board, false),
            WINDOW => return self.draw_up(Direction::Apply, world),
            ROLLBACK => return self.draw_up(Direction::Rollback, world),
            RECOVERY => return vec![Command::Open(Box::new(RecoveryScreen::default()))],
            MARK => self.toggle_mark(world),
            HISTORY => return vec![Command::Open(Box::new(HistoryScreen::of(self.environment)))],
            REVIEW => return vec![Command::Open(Box::new(ReviewScreen::of(self.environment)))],
            MATRIX => return vec![Command::Open(Box::new(MatrixScreen::default()))],
            DRIFT => return vec![Command::Open(Box::new(DriftScreen::of(self.sides(world))))],
            BACKUPS => return vec![Command::Open(Box::new(backups::BackupsScreen::of(self.environment)))],
            NEW => return vec![Command::Open(Box::new(new::NewDialog::default()))],
            FILES => return vec![Command::Open(Box::new(files::FilesScreen::default()))],
            PASSWORD => return vec![Command::Open(Box::new(password::PasswordDialog::of(self.environment)))],
            REFRESH => return vec![Command::Refresh(self.environment)],
            action::COPY => {
                let name = self.selected_row().and_then(|row| world.board.rows.get(row));
                let copy = |name: &str| Command::Copy { what: "the migration's name", text: name.to_owned() };
                return name.map(|row| copy(&row.name)).into_iter().collect();
            }
            _ => {
                let height = self.layout(context.area, world).rows().height;
                self.has_moved |= self.list.act(wanted, self.rows.len(), height);
            }
        }
        Vec::new()
    }

    fn typed(&mut self, key: Key, _context: &Context<'_>) -> Vec<Command> {
        self.filter.typed(key);
        Vec::new()
    }

    fn pasted(&mut self, text: &str, _context: &Context<'_>) -> Vec<Command> {
        if self.filter.is_editing() {
            self.filter.pasted(text);
        }
        Vec::new()
    }

    fn told(&mut self, wanted: Action, text: &str, _context: &Context<'_>) -> Vec<Command> {
        if wanted == NEW {
            // A filter could hide it.
            self.filter.leave();
            self.awaited = Some(text.to_owned());
        }
        Vec::new()
    }

    fn step_back(&mut self) -> bool {
        if self.filter.leave() {
            return true;
        }
        let had_marks = !self.marked.is_empty();
        self.marked.clear();
        had_marks
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let layout = self.layout(context.area, context.world);
        if let Some(environment) = layout.card_at(at) {
            self.environment = environment;
        } else if let Some(index) = self.list.hit(layout.rows(), at, self.rows.len()) {
            // The first click selects, the second opens.
            if index == self.list.selected {
                return self.open(context.world);
            }
            self.has_moved = true;
            self.list.selected = index;
        }
        Vec::new()
    }

    fn settle(&mut self, context: &Context<'_>) {
        self.environment = self.environment.min(context.world.environments.len().saturating_sub(1));
        self.filter_rows(context.world);
        self.select_awaited(&context.world.board);
        let layout = self.layout(context.area, context.world);
        self.first_environment = layout.environments.start;
        self.list.settle(self.rows.len(), layout.rows().height);
    }

    fn is_moving(&self, world: &World) -> bool {
        let moves = |state: &EnvironmentState| {
            matches!(state, EnvironmentState::Connecting | EnvironmentState::Unreachable { .. })
        };
        world.environments.iter().any(moves)
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let world = canvas.world;
        let layout = self.layout(canvas.area, world);
        for (place, index) in layout.cards.iter().zip(layout.environments.clone()) {
            card::draw(canvas, frame, *place, index, index == self.environment);
        }
        if let Some(notice) = layout.notice {
            draw_notice(canvas, frame, notice);
        }
        self.draw_table(canvas, frame, &layout);
        if let Some(void) = layout.void {
            self.draw_void(canvas, frame, void);
        }
        if let Some(filter) = layout.filter {
            let found = format!("{} of {}", self.rows.len(), world.board.rows.len());
            self.filter.draw(frame, canvas.theme, filter, &found);
        }
    }
}

impl BoardScreen {
    fn draw_table(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, layout: &Layout) {
        let world = canvas.world;
        let board = &*world.board;
        let columns = self.columns(layout, world);
        let weighed = shows_review(layout, world).then(|| world.weighed(self.environment)).flatten();
        let has_type = columns.len() == layout.environments.len() + 3 + usize::from(weighed.is_some());
        let buffer = frame.buffer_mut();
        if self.rows.is_empty() {
            table::draw_empty(canvas, buffer, layout.table, &self.empty_words(canvas));
        }
        table::draw(canvas, buffer, layout.table, &columns, &self.list, self.rows.len(), |index, widths| {
            let number = self.rows[index] as usize;
            let Some(row) = board.rows.get(number) else { return Vec::new() };
            let mut cells = self.name_cells(board, layout, number, &row.name);
            if !has_type {
                cells.remove(1);
            }
            if let Some(weighed) = &weighed {
                cells.push(review_cell(weighed, &row.name, canvas.theme.glyphs()));
            }
            let first = cells.len();
            cells.extend(layout.environments.clone().zip(&widths[first..]).map(|(environment, width)| {
                let column = board.columns.get(environment);
                let Some(cell) = column.and_then(|column| column.cells.get(number)) else { return Vec::new() };
                let known = column.is_some_and(BoardColumn::is_known);
                let history = board.history(number, environment);
                let lacks = world.standing(environment, &row.name).is_some_and(|standing| !standing.is_approved());
                marks::cell(*cell, known, history, world, canvas.theme.glyphs(), (width.unwrap_or(0), lacks))
            }));
            cells
        });
        self.draw_headings(canvas, frame, layout, &columns);
    }

    /// Which approvals of the selected migration do not count in the selected environment, and why.
    fn draw_void(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, at: Rect) {
        let world = canvas.world;
        let name = self.selected_row().and_then(|row| world.board.rows.get(row)).map(|row| &*row.name);
        let Some(standing) = name.and_then(|name| world.standing(self.environment, name)) else { return };
        let mut void = marks::void_words(standing);
        let Some(first) = void.next() else { return };
        let more = void.count();
        let more = if more > 0 { format!("  (and {more} more)") } else { String::new() };
        let line = Rect { width: at.width.saturating_sub(width(&more)), ..at };
        let mut pen = Pen::new(frame.buffer_mut(), canvas.theme, line);
        pen.skip(2).write(Role::Bad, canvas.theme.glyphs().failed).write(Role::Bad, " ").write(Role::Bad, &first);
        let after = Rect { x: pen.x, width: width(&more).min(at.right().saturating_sub(pen.x)), ..at };
        Pen::new(frame.buffer_mut(), canvas.theme, after).write(Role::Dim, &more);
    }

    /// The version, the type and the description of a migration; its whole name where it has not these parts.
    fn name_cells(&self, board: &Board, layout: &Layout, number: usize, name: &str) -> Vec<Vec<Piece>> {
        let Ok(name) = name.parse::<MigrationName>() else {
            return vec![Vec::new(), Vec::new(), vec![piece(Role::Warn, name.to_owned())]];
        };
        let waits = layout.environments.clone().any(|environment| wants_a_look(board, environment, number));
        let mark = if self.marked.contains(name.as_str()) { Role::Match } else { Role::Dim };
        let role = if waits { Role::Strong } else { Role::Text };
        vec![
            vec![piece(mark, name.version().to_string())],
            vec![piece(marks::type_role(name.kind()), name.kind().word())],
            vec![piece(role, name.description().to_owned())],
        ]
    }

    /// The names of the environments over their columns, in the colour of their tier.
    fn draw_headings(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, layout: &Layout, columns: &[Column]) {
        let heading = row(layout.table, 0);
        let places = table::lay_out(columns, table::columns_area(layout.table));
        let first = columns.len() - layout.environments.len();
        for (place, environment) in places[first..].iter().zip(layout.environments.clone()) {
            let (Some((x, width)), Some(settings)) = (place, canvas.world.config.environments.get(environment)) else {
                continue;
            };
            let (_, frame_role) = super::chrome::tier_roles(settings.tier);
            let at = Rect { x: *x, width: *width, ..heading };
            let mut style = canvas.theme.style(frame_role);
            if environment == self.environment {
                style = style.add_modifier(ratatui::style::Modifier::BOLD | ratatui::style::Modifier::UNDERLINED);
            }
            Pen::new(frame.buffer_mut(), canvas.theme, at).write_styled(style, settings.name.as_str());
        }
    }

    fn empty_words(&self, canvas: &Canvas<'_>) -> String {
        let world = canvas.world;
        match &world.catalogue {
            None if world.files_error.is_some() => "The migration files cannot be read.".to_owned(),
            None => "Reading the migration files.".to_owned(),
            Some(_) if self.filter.is_shown() => "No migration matches. Esc shows all of them again.".to_owned(),
            Some(_) => {
                let key = canvas.keymap.key(SPEC.name, NEW);
                let key = key.map(|key| format!("{key}, or ")).unwrap_or_default();
                format!(
                    "There are no migrations yet. {key}`tidegate new create metrics` writes the first one, and it \
                     will appear here."
                )
            }
        }
    }
}

/// The width of the column that says what the rules have found.
const REVIEW_CELL: u16 = 6;

/// Whether there is room for what the rules have found, and something to say.
fn shows_review(layout: &Layout, world: &World) -> bool {
    layout.table.width >= layout::ROOMY && world.judgement.is_some()
}

/// What the rules have found in a migration: how many of the gravest.
fn review_cell(weighed: &Weighed<'_>, name: &str, glyphs: &Glyphs) -> Vec<Piece> {
    let Some(judged) = weighed.find(name) else { return Vec::new() };
    match judged.gravest() {
        Some(severity @ (Severity::Error | Severity::Warning)) => {
            let (role, glyph) = review::mark(severity, glyphs);
            vec![piece(role, format!("{glyph} {}", judged.count(severity)))]
        }
        // Notes are for whoever opens the review.
        Some(Severity::Note) | None => vec![piece(Role::Dim, glyphs.applied)],
    }
}

fn draw_notice(canvas: &Canvas<'_>, frame: &mut Frame<'_>, at: Rect) {
    let world = canvas.world;
    let glyph = canvas.theme.glyphs().warning;
    let mut pen = Pen::new(frame.buffer_mut(), canvas.theme, at);
    if let Some(error) = &world.files_error {
        pen.skip(2).write(Role::Bad, glyph).write(Role::Bad, " ").write(Role::Bad, error);
        return;
    }
    let Some(catalogue) = &world.catalogue else { return };
    let words = format!("{} not as it should be", count(catalogue.problems.len(), "file"));
    pen.skip(2).write(Role::Warn, glyph).write(Role::Warn, " ").write(Role::Warn, &words);
    if let Some(key) = canvas.keymap.key(SPEC.name, FILES) {
        pen.write(Role::Dim, ": ").write(Role::Key, &key.to_string()).write(Role::Dim, " lists them");
    }
}
