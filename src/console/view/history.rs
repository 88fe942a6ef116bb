//! The history of one environment: what was applied and rolled back there, by whom and why, newest first.

use std::sync::Arc;

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, FILTER_KEYS, LIST_KEYS, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Subject};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::facts::{self, Fact};
use crate::console::view::marks;
use crate::console::view::migration::MigrationScreen;
use crate::console::widget::input::Filter;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{piece, split_bottom};
use crate::console::widget::table::{self, Column};
use crate::console::words::{ago, moment, took};
use crate::postgres::history::HistoryRow;
use crate::window::monitor::EnvironmentState;
use crate::window::status::Status;

/// The history's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "history",
    title: "History",
    about: "What was applied and rolled back in this environment, newest first, as its history table tells. A rollback \
            does not erase what it undid: both stand here.",
    keys: &[
        Binding { action: action::OPEN, keys: &["enter"], words: "Open the migration", short: "open", when: "" },
        Binding { action: action::COPY, keys: &["y"], words: "Copy the migration's name", short: "copy", when: "" },
    ],
    shared: &[&LIST_KEYS, &FILTER_KEYS],
};

/// How many rows the facts of the selected entry take, the rule above them included.
const FACTS: u16 = 7;

/// One thing that happened: a migration was applied, or rolled back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Happened {
    row: usize,
    rolled_back: bool,
    at: Timestamp,
}

/// The history on the screen.
#[derive(Debug)]
pub struct HistoryScreen {
    environment: usize,
    list: ListState,
    filter: Filter,
    shown: Vec<Happened>,
    made_from: Option<(Arc<[HistoryRow]>, String)>,
}

impl HistoryScreen {
    /// The history of the environment at this place of the configuration.
    #[must_use]
    pub fn of(environment: usize) -> Self {
        Self { environment, list: ListState::default(), filter: Filter::default(), shown: Vec::new(), made_from: None }
    }

    fn rows<'a>(&self, world: &'a World) -> &'a [HistoryRow] {
        world.view(self.environment).map(|view| &*view.past.rows).unwrap_or_default()
    }

    fn selected<'a>(&self, world: &'a World) -> Option<(Happened, &'a HistoryRow)> {
        let happened = *self.shown.get(self.list.selected)?;
        Some((happened, self.rows(world).get(happened.row)?))
    }

    fn areas(&self, area: Rect) -> (Rect, Option<Rect>, Option<Rect>) {
        let (area, filter) = match self.filter.is_shown() {
            true => {
                let (area, filter) = split_bottom(area, 1);
                (area, Some(filter))
            }
            false => (area, None),
        };
        if area.height < FACTS + 6 {
            return (area, None, filter);
        }
        let (table, facts) = split_bottom(area, FACTS);
        (table, Some(facts), filter)
    }
}

impl Layer for HistoryScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "history".to_owned()
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        marks::subject_of(world, self.environment)
    }

    fn is_typing(&self) -> bool {
        self.filter.is_editing()
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::OPEN if self.filter.is_editing() => self.filter.accept(),
            action::OPEN => {
                let name = self.selected(context.world).map(|(_, row)| &*row.name);
                let open = |name: &str| Command::Open(Box::new(MigrationScreen::of(name, self.environment)));
                return name.map(open).into_iter().collect();
            }
            action::COPY => {
                let name = self.selected(context.world).map(|(_, row)| row.name.to_string());
                let copy = |text| Command::Copy { what: "the migration's name", text };
                return name.map(copy).into_iter().collect();
            }
            action::FILTER => self.filter.edit(),
            action::NEXT_MATCH => self.list.selected += 1,
            action::PREVIOUS_MATCH => self.list.selected = self.list.selected.saturating_sub(1),
            _ => {
                let height = table::body(self.areas(context.area).0).height;
                self.list.act(wanted, self.shown.len(), height);
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

    fn step_back(&mut self) -> bool {
        self.filter.leave()
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let rows = table::body(self.areas(context.area).0);
        match self.list.hit(rows, at, self.shown.len()) {
            Some(index) if index == self.list.selected => return self.act(action::OPEN, context),
            Some(index) => self.list.selected = index,
            None => {}
        }
        Vec::new()
    }

    fn settle(&mut self, context: &Context<'_>) {
        let rows = context.world.view(self.environment).map(|view| Arc::clone(&view.past.rows)).unwrap_or_default();
        let is_current = self
            .made_from
            .as_ref()
            .is_some_and(|(made, query)| Arc::ptr_eq(made, &rows) && query == self.filter.query());
        if !is_current {
            self.shown = happenings(&rows, &self.filter);
            self.made_from = Some((rows, self.filter.query().to_owned()));
        }
        self.list.settle(self.shown.len(), table::body(self.areas(context.area).0).height);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let (world, theme) = (canvas.world, canvas.theme);
        let (table_area, facts_area, filter_area) = self.areas(canvas.area);
        let columns = [
            Column::fixed("when", 19),
            Column::fixed("what", 13),
            Column::filling("migration", 20),
            Column::fixed("took", 9).yielding(2),
            Column::fixed("by", 14).yielding(3),
            Column::fixed("ticket", 12).yielding(1),
        ];
        let rows = self.rows(world);
        if self.shown.is_empty() {
            table::draw_empty(canvas, frame.buffer_mut(), table_area, &self.empty_words(world));
        }
        let buffer = frame.buffer_mut();
        table::draw(canvas, buffer, table_area, &columns, &self.list, self.shown.len(), |index, _| {
            let happened = self.shown[index];
            let Some(row) = rows.get(happened.row) else { return Vec::new() };
            let status = if happened.rolled_back { Status::RolledBack } else { Status::Applied };
            let (role, glyph) = marks::mark(status, theme.glyphs());
            let by = row.facts.as_ref().and_then(|facts| facts.operator.as_deref()).unwrap_or(&row.applied_by);
            let ticket = row.facts.as_ref().and_then(|facts| facts.ticket.as_deref()).unwrap_or_default();
            let duration = row.execution_time.filter(|_| !happened.rolled_back).map(took).unwrap_or_default();
            let cells = [
                (Role::Dim, moment(happened.at, &world.zone)),
                (role, format!("{glyph} {}", status.words())),
                (Role::Text, row.name.to_string()),
                (Role::Dim, format!("{duration:>9}")),
                (Role::Text, by.to_owned()),
                (Role::Dim, ticket.to_owned()),
            ];
            cells.into_iter().map(|(role, text)| vec![piece(role, text)]).collect()
        });
        if let (Some(area), Some((happened, row))) = (facts_area, self.selected(world)) {
            facts::draw(canvas, frame, area, row.name.as_ref(), &facts_of(world, happened, row));
        }
        if let Some(area) = filter_area {
            self.filter.draw(frame, theme, area, &format!("{} shown", self.shown.len()));
        }
    }
}

impl HistoryScreen {
    fn empty_words(&self, world: &World) -> String {
        match world.environments.get(self.environment) {
            Some(EnvironmentState::Ready(_)) if self.filter.is_shown() => "Nothing matches. Esc shows all.".to_owned(),
            Some(EnvironmentState::Ready(view)) if !view.history.is_readable() => {
                "There is no history here that could be read. The board says why.".to_owned()
            }
            Some(EnvironmentState::Ready(_)) => "Nothing has been applied here yet.".to_owned(),
            Some(EnvironmentState::Unreachable { why, .. }) => format!("Unreachable: {why}"),
            Some(EnvironmentState::NeedsPassword { why }) => why.clone(),
            Some(EnvironmentState::Connecting) | None => "Connecting.".to_owned(),
        }
    }
}

/// What happened, newest first.
fn happenings(rows: &[HistoryRow], filter: &Filter) -> Vec<Happened> {
    let mut all: Vec<Happened> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let facts = row.facts.as_deref();
        let reason = facts.and_then(|facts| facts.reason.as_deref()).unwrap_or_default();
        let ticket = facts.and_then(|facts| facts.ticket.as_deref()).unwrap_or_default();
        let operator = facts.and_then(|facts| facts.operator.as_deref()).unwrap_or_default();
        let searched = format!("{} {} {operator} {ticket} {reason}", row.name, row.applied_by);
        if filter.matches(&format!("{searched} applied")) {
            all.push(Happened { row: index, rolled_back: false, at: row.applied_at });
        }
        if row.rolled_back && filter.matches(&format!("{searched} rolled back")) {
            all.push(Happened { row: index, rolled_back: true, at: row.rollback_at.unwrap_or(row.applied_at) });
        }
    }
    // Of the same moment, the rollback is the later one, and so is the migration with the later name.
    all.sort_by_key(|happened| std::cmp::Reverse((happened.at, happened.rolled_back, happened.row)));
    all
}

fn facts_of(world: &World, happened: Happened, row: &HistoryRow) -> Vec<Fact> {
    let facts = row.facts.as_deref();
    let now = world.moment.now;
    let text = |value: Option<&Arc<str>>| value.map(|value| value.to_string()).unwrap_or_default();
    let what = if happened.rolled_back { "rolled back" } else { "applied" };
    let mut all = vec![
        Fact::new(what, format!("{}, {}", ago(happened.at, now), moment(happened.at, &world.zone))),
        Fact::new("login", row.applied_by.to_string()),
        Fact::new("operator", text(facts.and_then(|facts| facts.operator.as_ref()))),
        Fact::new("author", text(facts.and_then(|facts| facts.author.as_ref()))),
        Fact::new("ticket", text(facts.and_then(|facts| facts.ticket.as_ref()))),
        Fact::new("window", text(facts.and_then(|facts| facts.window.as_ref()))),
        Fact::new("commit", text(facts.and_then(|facts| facts.commit.as_ref()))),
        Fact::new("backup", text(facts.and_then(|facts| facts.backup.as_ref()))),
        Fact::new("checksum", row.checksum.as_ref().map_or("none on record".to_owned(), |sum| sum.to_string())),
    ];
    if row.rolled_back {
        all.insert(1, Fact::new("reason", text(facts.and_then(|facts| facts.reason.as_ref()))));
    }
    if let Some(rounds) = facts.map(|facts| facts.rounds).filter(|rounds| *rounds > 0) {
        all.push(Fact::new("rounds", format!("applied and rolled back {rounds} times before")));
    }
    all.retain(|fact| !fact.value.is_empty());
    all
}
