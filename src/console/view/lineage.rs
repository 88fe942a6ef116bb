//! The history of an object: every migration that has to do with it, and what became of it in each environment.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::keymap::{Action, Binding, LIST_KEYS, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, Work};
use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::view::facts::rule;
use crate::console::view::marks;
use crate::console::view::migration::MigrationScreen;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{Pen, Piece, piece, pieces_width, row, split_bottom, split_top, width, wrap};
use crate::console::widget::table::{self, Column};
use crate::console::words::{age, ago, moment};
use crate::postgres::history::HistoryRow;
use crate::schema::ObjectId;
use crate::window::drift::cause::Explanation;
use crate::window::drift::lineage::{Tie, Tied};
use crate::window::status::Status;

/// The screen's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "object",
    title: "Object",
    about: "Every migration that has to do with an object, the newest first: those that replaying has shown to explain \
            the difference, those that may be why a side departs from its files, those whose SQL names the object, and \
            those that make or drop the table that it is a part of. For each environment, when it was applied and by \
            whom. SQL that is put together while it runs is not seen.",
    keys: &[
        Binding { action: action::OPEN, keys: &["enter"], words: "Open the migration", short: "open", when: "" },
        Binding { action: action::COPY, keys: &["y"], words: "Copy the migration's name", short: "copy", when: "" },
    ],
    shared: &[&LIST_KEYS],
};

/// From this width on, an environment's column has room for who applied a migration.
const WIDE: u16 = 110;

/// What is known of the migrations.
#[derive(Debug)]
enum State {
    /// They cannot be asked about before the project's files are read.
    Waiting,
    /// They are read.
    Reading,
    /// These have to do with the object.
    Found(Vec<Tied>),
}

/// The screen.
#[derive(Debug)]
pub struct LineageScreen {
    id: ObjectId,
    explanation: Option<Explanation>,
    /// The environment whose migration is opened.
    environment: usize,
    state: State,
    unread: Vec<String>,
    list: ListState,
}

impl LineageScreen {
    /// The history of an object, with what a comparison says of it.
    #[must_use]
    pub fn of(id: ObjectId, explanation: Option<Explanation>, environment: usize) -> Self {
        let list = ListState::default();
        Self { id, explanation, environment, state: State::Waiting, unread: Vec::new(), list }
    }

    /// Asks once, as soon as the project's files are read.
    fn ask(&mut self, world: &World) -> Vec<Command> {
        let (State::Waiting, Some(catalogue)) = (&self.state, &world.catalogue) else { return Vec::new() };
        let object = Box::new((self.id.clone(), self.explanation.clone()));
        self.state = State::Reading;
        vec![Command::Work(Work::Trace(Arc::clone(catalogue), object))]
    }

    fn tied(&self) -> &[Tied] {
        match &self.state {
            State::Waiting | State::Reading => &[],
            State::Found(tied) => tied,
        }
    }

    fn selected(&self) -> Option<&Tied> {
        self.tied().get(self.list.selected)
    }

    /// The heading, the table, and the facts of the selected migration where there is room.
    fn areas(&self, world: &World, area: Rect) -> (Rect, Rect, Option<Rect>) {
        let (heading, rest) = split_top(area, 1);
        let facts = u16::try_from(world.config.environments.len()).unwrap_or(u16::MAX).saturating_add(2).min(8);
        if rest.height < facts + 5 {
            return (heading, rest, None);
        }
        let (table, facts) = split_bottom(rest, facts);
        (heading, table, Some(facts))
    }
}

impl Layer for LineageScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "object".to_owned()
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        marks::subject_of(world, self.environment)
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.ask(context.world)
    }

    fn noticed(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.ask(context.world)
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        let name = self.selected().map(|tied| tied.migration.clone());
        match wanted {
            action::OPEN => {
                let Some(name) = name else { return Vec::new() };
                if context.world.board.position(&name).is_none() {
                    return vec![Command::Toast(format!("{name} is not on the board."))];
                }
                vec![Command::Open(Box::new(MigrationScreen::of(&name, self.environment)))]
            }
            action::COPY => {
                let copy = |text| Command::Copy { what: "the migration's name", text };
                name.map(copy).into_iter().collect()
            }
            _ => {
                let rows = table::body(self.areas(context.world, context.area).1);
                self.list.act(wanted, self.tied().len(), rows.height);
                Vec::new()
            }
        }
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let rows = table::body(self.areas(context.world, context.area).1);
        match self.list.hit(rows, at, self.tied().len()) {
            Some(index) if index == self.list.selected => return self.act(action::OPEN, context),
            Some(index) => self.list.selected = index,
            None => {}
        }
        Vec::new()
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::Traced(tied, unread) => {
                self.state = State::Found(tied);
                self.unread = unread;
                Vec::new()
            }
            Answer::Failed(trouble) => vec![Command::Trouble(trouble)],
            _ => Vec::new(),
        }
    }

    fn settle(&mut self, context: &Context<'_>) {
        let rows = table::body(self.areas(context.world, context.area).1);
        self.list.settle(self.tied().len(), rows.height);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let world = canvas.world;
        let (heading, table_area, facts) = self.areas(world, canvas.area);
        let buffer = frame.buffer_mut();
        let mut pen = Pen::new(buffer, canvas.theme, heading);
        pen.skip(1).write(Role::Dim, self.id.kind.word()).write(Role::Text, " ");
        pen.write(Role::Strong, &self.id.to_string());
        if let Some(first) = self.unread.first() {
            pen.write(Role::Bad, "  ").write(Role::Bad, canvas.theme.glyphs().warning).write(Role::Bad, " ");
            pen.write(Role::Bad, first);
        }
        let names = world.config.environments.iter().map(|environment| environment.name.to_string());
        let mut columns = vec![Column::filling("migration", 30), Column::fixed("touches", 15)];
        // The last environments give way first; the facts below have all of them.
        let all = u16::try_from(world.config.environments.len()).unwrap_or(u16::MAX);
        let room = match table_area.width {
            ..WIDE => 13,
            width if all.saturating_mul(24).saturating_add(52) <= width => 22,
            _ => 18,
        };
        columns.extend((1..).zip(names).map(|(rank, name)| Column::fixed(name, room).yielding(rank)));
        let tied = self.tied();
        if tied.is_empty() {
            let words = match self.state {
                State::Waiting | State::Reading => "The migrations are read.",
                State::Found(_) => {
                    "No migration names it, and none was seen to make it: it may have been made by hand, or by SQL \
                     that is put together while it runs."
                }
            };
            table::draw_empty(canvas, buffer, table_area, words);
        }
        table::draw(canvas, buffer, table_area, &columns, &self.list, tied.len(), |index, _| {
            let tied = &tied[index];
            let mut cells = vec![
                vec![piece(Role::Text, tied.migration.clone())],
                vec![piece(tie_role(tied.tie), tied.tie.words())],
            ];
            let environments = 0..world.config.environments.len();
            cells.extend(environments.map(|place| cell(world, &tied.migration, place, canvas.theme.glyphs(), room)));
            cells
        });
        if let (Some(area), Some(tied)) = (facts, self.selected()) {
            draw_facts(canvas, frame, area, tied);
        }
    }
}

fn tie_role(tie: Tie) -> Role {
    match tie {
        Tie::Explains => Role::Good,
        Tie::Suspected => Role::Bad,
        Tie::Names => Role::Text,
        Tie::MakesWhole => Role::Dim,
    }
}

/// A migration's status in an environment, and its row in the history there.
fn standing<'w>(world: &'w World, migration: &str, place: usize) -> (Option<Status>, bool, Option<&'w HistoryRow>) {
    let Some(column) = world.board.columns.get(place) else { return (None, false, None) };
    let Some(at) = world.board.position(migration) else { return (None, column.is_known(), None) };
    let status = column.cells.get(at).and_then(|cell| cell.status);
    (status, column.is_known(), world.board.history(at, place))
}

/// Who applied it: the operator, or else the login.
fn by(row: &HistoryRow) -> &str {
    row.facts.as_ref().and_then(|facts| facts.operator.as_deref()).unwrap_or(&row.applied_by)
}

/// A migration in an environment, in a few columns: its mark, and since when and by whom or else its status.
fn cell(world: &World, migration: &str, place: usize, glyphs: &'static Glyphs, room: u16) -> Vec<Piece> {
    let (status, known, row) = standing(world, migration, place);
    let Some(status) = status else {
        return vec![piece(Role::Faint, if known { "" } else { glyphs.unknown })];
    };
    let (role, glyph) = marks::mark(status, glyphs);
    let mut pieces = vec![piece(role, format!("{glyph} "))];
    match row.filter(|_| status == Status::Applied) {
        Some(row) => {
            pieces.push(piece(Role::Dim, format!("{:<6} ", age(row.applied_at, world.moment.now))));
            // A name that is cut says nothing; the facts below have it.
            if pieces_width(&pieces) + width(by(row)) <= room {
                pieces.push(piece(Role::Text, by(row).to_owned()));
            }
        }
        None => pieces.push(piece(role, status.words())),
    }
    pieces
}

/// What became of the selected migration in every environment.
fn draw_facts(canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect, tied: &Tied) {
    let (world, theme) = (canvas.world, canvas.theme);
    let (heading, rows) = split_top(area, 1);
    rule(canvas, frame, heading, &tied.migration);
    let lines: Vec<String> = tied.lines.iter().map(ToString::to_string).collect();
    let words = match lines.as_slice() {
        [] => tied.tie.words().to_owned(),
        [line] => format!("{}, line {line}", tied.tie.words()),
        lines => format!("{}, lines {}", tied.tie.words(), lines.join(", ")),
    };
    let words = wrap(&words, area.width.saturating_sub(4)).into_iter().next().unwrap_or_default();
    Pen::new(frame.buffer_mut(), theme, row(rows, 0)).skip(2).write(tie_role(tied.tie), &words);
    let names = world.config.environments.iter().map(|environment| environment.name.to_string());
    let widest = names.clone().map(|name| name.len()).max().unwrap_or(0).min(24);
    for (index, (place, name)) in (1_u16..rows.height).zip(names.enumerate()) {
        let (status, known, history) = standing(world, &tied.migration, place);
        let mut pen = Pen::new(frame.buffer_mut(), theme, row(rows, index));
        pen.skip(2).write(Role::Dim, &format!("{name:<widest$}  "));
        let Some(status) = status else {
            pen.write(Role::Faint, if known { "not there" } else { "not known" });
            continue;
        };
        let (role, glyph) = marks::mark(status, theme.glyphs());
        pen.write(role, glyph).write(role, " ").write(role, status.words());
        if let Some(row) = history {
            let at = row.rollback_at.filter(|_| row.rolled_back).unwrap_or(row.applied_at);
            let when = format!("  {}, {}", ago(at, world.moment.now), moment(at, &world.zone));
            let by_whom = if row.rolled_back { "  applied by " } else { "  by " };
            pen.write(Role::Dim, &when).write(Role::Text, by_whom).write(Role::Text, by(row));
        }
    }
}
