//! What the rules have found in the migrations, the gravest first, and what each finding means.

mod rows;

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, FILTER_KEYS, LIST_KEYS, ScreenSpec, action};
use crate::console::layer::{Availability, Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, FixOrder, Work};
use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::view::facts::rule;
use crate::console::view::fix::FixDialog;
use crate::console::view::marks;
use crate::console::view::migration::MigrationScreen;
use crate::console::widget::input::Filter;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{Pen, piece, row, split_bottom, split_top, wrap};
use crate::console::widget::table::{self, Column};
use crate::console::words::count;
use crate::review::finding::{Part, Severity};
use crate::window::board::Board;
use crate::window::review::mend::Standing;
use crate::window::review::{Judged, Judgement, Placed};

use rows::{Row, Wanted, judged, rows};

/// Show findings of the next severity only, or all.
pub const SEVERITY: Action = Action("review.severity");
/// Show the findings of migrations that are applied everywhere, or hide them.
pub const APPLIED: Action = Action("review.applied");

/// Show what the fix of the finding changes, and make it.
pub const FIX: Action = Action("review.fix");

/// The screen's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "review",
    title: "Review",
    about: "What the rules have found in the migrations that are not applied everywhere yet, the gravest first: where, \
            why it matters, and what to do instead. The levels are those of the selected environment's tier; what is \
            wrong in an environment is told of all of them. The files are judged anew whenever they change. A comment \
            in the file, `-- tidegate: allow RULE reason`, allows a finding.",
    keys: &[
        Binding {
            action: action::OPEN,
            keys: &["enter"],
            words: "Open the migration at the finding",
            short: "open",
            when: "",
        },
        Binding {
            action: SEVERITY,
            keys: &["s"],
            words: "Show errors only, warnings only, notes only, all",
            short: "severity",
            when: "",
        },
        Binding {
            action: APPLIED,
            keys: &["a"],
            words: "Show what is found in applied migrations, too",
            short: "applied too",
            when: "",
        },
        Binding {
            action: FIX,
            keys: &["f"],
            words: "Show what the fix of the finding changes, to make it",
            short: "fix",
            when: "where there is one, in a migration that is not applied anywhere",
        },
        Binding { action: action::COPY, keys: &["y"], words: "Copy the finding", short: "copy", when: "" },
    ],
    shared: &[&LIST_KEYS, &FILTER_KEYS],
};

/// How many rows the explanation of the selected finding takes, the rule above it included.
const EXPLANATION: u16 = 9;

/// The findings on the screen.
#[derive(Debug)]
pub struct ReviewScreen {
    environment: usize,
    severity: Option<Severity>,
    applied_too: bool,
    list: ListState,
    filter: Filter,
    /// What is found, and what it was weighed from.
    judged: Vec<Judged>,
    weighed_from: Option<(Arc<Judgement>, Arc<Board>, bool)>,
    shown: Vec<Row>,
    made_for: Option<Wanted>,
}

impl ReviewScreen {
    /// The findings as they count in an environment.
    #[must_use]
    pub fn of(environment: usize) -> Self {
        Self {
            environment,
            severity: None,
            applied_too: false,
            list: ListState::default(),
            filter: Filter::default(),
            judged: Vec::new(),
            weighed_from: None,
            shown: Vec::new(),
            made_for: None,
        }
    }

    fn at(&self, row: &Row) -> Option<(&Judged, &Placed)> {
        let judged = self.judged.get(row.migration)?;
        Some((judged, judged.findings.get(row.finding)?))
    }

    fn selected(&self) -> Option<(&Judged, &Placed)> {
        self.at(self.shown.get(self.list.selected)?)
    }

    /// Weighs the findings anew where the files, the environments or the wanted migrations are others; whether they were.
    fn weigh(&mut self, world: &World) -> bool {
        let Some(judgement) = &world.judgement else { return false };
        let is_current = self.weighed_from.as_ref().is_some_and(|(from, board, applied_too)| {
            Arc::ptr_eq(from, judgement) && Arc::ptr_eq(board, &world.board) && *applied_too == self.applied_too
        });
        let Some(weighed) = world.weighed(self.environment).filter(|_| !is_current) else { return false };
        self.judged = judged(&weighed, &world.board, self.applied_too);
        self.weighed_from = Some((Arc::clone(judgement), Arc::clone(&world.board), self.applied_too));
        true
    }

    /// The heading, the table, the explanation where there is room, and the filter.
    fn areas(&self, area: Rect) -> (Rect, Rect, Option<Rect>, Option<Rect>) {
        let (area, filter) = match self.filter.is_shown() {
            true => {
                let (area, filter) = split_bottom(area, 1);
                (area, Some(filter))
            }
            false => (area, None),
        };
        let (heading, area) = split_top(area, 1);
        if area.height < EXPLANATION + 6 {
            return (heading, area, None, filter);
        }
        let (table, explanation) = split_bottom(area, EXPLANATION);
        (heading, table, Some(explanation), filter)
    }

    fn open(&self) -> Vec<Command> {
        let Some((judged, placed)) = self.selected() else { return Vec::new() };
        let screen = MigrationScreen::of(&judged.name, self.environment);
        let line = placed.at.map_or(1, |(start, _)| start.line);
        vec![Command::Open(Box::new(screen.at(placed.finding.part == Part::Down, line)))]
    }

    fn fix(&self, world: &World) -> Vec<Command> {
        let order = self.selected().and_then(|(judged, placed)| {
            let finding = placed.finding.clone();
            let mut order = FixOrder {
                migration: judged.name.to_string(),
                fix: finding.fix.clone()?,
                file: judged.file(finding.part)?.clone(),
                files: judged.files.iter().map(|file| file.path.clone()).collect(),
                standing: Standing::default(),
                finding,
            };
            order.look_again(world);
            Some(Box::new(order))
        });
        order.map(|order| Command::Work(Work::ProposeFix(order))).into_iter().collect()
    }

    fn copy(&self) -> Vec<Command> {
        let copied = self.selected().map(|(judged, placed)| {
            let place = placed.at.map(|(start, _)| format!(":{}:{}", start.line, start.column)).unwrap_or_default();
            let finding = &placed.finding;
            format!("{}{place}: {}[{}]: {}", judged.name, finding.severity, finding.rule, finding.message)
        });
        let copy = |text| Command::Copy { what: "the finding", text };
        copied.map(copy).into_iter().collect()
    }
}

impl Layer for ReviewScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "review".to_owned()
    }

    fn detail(&self, world: &World) -> String {
        let settings = world.config.environments.get(self.environment);
        settings.map(|settings| format!("for {} ({})", settings.name, settings.tier)).unwrap_or_default()
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        marks::subject_of(world, self.environment)
    }

    fn is_typing(&self) -> bool {
        self.filter.is_editing()
    }

    fn availability(&self, wanted: Action, _world: &World) -> Availability {
        let has_fix = || self.selected().is_some_and(|(_, placed)| placed.finding.fix.is_some());
        match wanted {
            FIX if !has_fix() => Availability::No("This finding has no fix that could be made for you.".to_owned()),
            _ => Availability::Yes,
        }
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::Proposed(order, Ok(change)) => vec![Command::Open(Box::new(FixDialog::of(order, change)))],
            Answer::Proposed(_, Err(why)) => vec![Command::Toast(why)],
            _ => Vec::new(),
        }
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::OPEN if self.filter.is_editing() => self.filter.accept(),
            action::OPEN => return self.open(),
            FIX => return self.fix(context.world),
            action::COPY => return self.copy(),
            action::FILTER => self.filter.edit(),
            action::NEXT_MATCH => self.list.selected += 1,
            action::PREVIOUS_MATCH => self.list.selected = self.list.selected.saturating_sub(1),
            APPLIED => self.applied_too = !self.applied_too,
            SEVERITY => {
                self.severity = match self.severity {
                    None => Some(Severity::Error),
                    Some(Severity::Error) => Some(Severity::Warning),
                    Some(Severity::Warning) => Some(Severity::Note),
                    Some(Severity::Note) => None,
                }
            }
            _ => {
                let height = table::body(self.areas(context.area).1).height;
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
        let rows = table::body(self.areas(context.area).1);
        match self.list.hit(rows, at, self.shown.len()) {
            Some(index) if index == self.list.selected => return self.open(),
            Some(index) => self.list.selected = index,
            None => {}
        }
        Vec::new()
    }

    fn settle(&mut self, context: &Context<'_>) {
        let wanted = Wanted { severity: self.severity, query: self.filter.query().to_owned() };
        if self.weigh(context.world) || self.made_for.as_ref() != Some(&wanted) {
            self.shown = rows(&self.judged, &self.filter, &wanted);
            self.made_for = Some(wanted);
        }
        self.list.settle(self.shown.len(), table::body(self.areas(context.area).1).height);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let (world, theme) = (canvas.world, canvas.theme);
        let (heading, table_area, explanation, filter_area) = self.areas(canvas.area);
        self.draw_heading(canvas, frame, heading);
        let columns = [
            Column::fixed("severity", 9),
            Column::fixed("line", 5),
            Column::filling("migration", 24),
            Column::fixed("rule", 28).yielding(1),
            Column::filling("finding", 24).yielding(2),
        ];
        if self.shown.is_empty() {
            table::draw_empty(canvas, frame.buffer_mut(), table_area, self.empty_words(world));
        }
        let buffer = frame.buffer_mut();
        table::draw(canvas, buffer, table_area, &columns, &self.list, self.shown.len(), |index, _| {
            let Some((judged, placed)) = self.at(&self.shown[index]) else { return Vec::new() };
            let finding = &placed.finding;
            let (role, glyph) = mark(finding.severity, theme.glyphs());
            let line = placed.at.map_or("file".to_owned(), |(start, _)| start.line.to_string());
            let down = if finding.part == Part::Down { " (rollback)" } else { "" };
            let cells = [
                (role, format!("{glyph} {}", finding.severity)),
                (Role::Dim, line),
                (Role::Text, format!("{}{down}", judged.name)),
                (Role::Accent, finding.rule.to_owned()),
                (Role::Text, finding.message.clone()),
            ];
            cells.into_iter().map(|(role, text)| vec![piece(role, text)]).collect()
        });
        if let (Some(area), Some((_, placed))) = (explanation, self.selected()) {
            draw_explanation(canvas, frame, area, placed);
        }
        if let Some(area) = filter_area {
            self.filter.draw(frame, theme, area, &format!("{} shown", self.shown.len()));
        }
    }
}

impl ReviewScreen {
    fn draw_heading(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, at: Rect) {
        let mut pen = Pen::new(frame.buffer_mut(), canvas.theme, at);
        pen.skip(1);
        let of = |severity| self.shown.iter().filter(|row| row.severity == severity).count();
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            let (role, glyph) = mark(severity, canvas.theme.glyphs());
            let number = of(severity);
            let role = if number == 0 { Role::Dim } else { role };
            pen.write(role, glyph).write(role, &format!(" {}   ", count(number, severity.word())));
        }
        let which = if self.applied_too { "in all migrations" } else { "in migrations not applied everywhere" };
        pen.write(Role::Dim, which);
        if let Some(severity) = self.severity {
            pen.write(Role::Accent, &format!("   only {severity}s"));
        }
    }

    fn empty_words(&self, world: &World) -> &'static str {
        match &world.judgement {
            None => "The migrations are being judged.",
            Some(_) if self.filter.is_shown() || self.severity.is_some() => "Nothing matches.",
            Some(_) if !self.applied_too => "Nothing is found in the migrations that are not applied everywhere.",
            Some(_) => "Nothing is found.",
        }
    }
}

/// How a severity looks.
#[must_use]
pub fn mark(severity: Severity, glyphs: &Glyphs) -> (Role, &'static str) {
    match severity {
        Severity::Error => (Role::Bad, glyphs.failed),
        Severity::Warning => (Role::Warn, glyphs.warning),
        Severity::Note => (Role::Info, glyphs.dot),
    }
}

/// What a finding means, below a rule.
fn draw_explanation(canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect, placed: &Placed) {
    let (heading, rows) = split_top(area, 1);
    let finding = &placed.finding;
    rule(canvas, frame, heading, finding.rule);
    let Some(known) = crate::review::rule(finding.rule) else { return };
    let how = finding.help.as_deref().unwrap_or(known.how);
    let fix = finding.fix.as_ref().map(|fix| fix.title.as_str()).unwrap_or_default();
    let examples = match known.examples {
        [] => String::new(),
        _ => format!("`tidegate review --explain {}` shows examples.", known.name),
    };
    let facts = [
        ("found", Role::Strong, finding.message.as_str()),
        ("why", Role::Text, known.why),
        ("instead", Role::Text, how),
        ("fix", Role::Good, fix),
        ("more", Role::Dim, if known.link.is_empty() { &examples } else { known.link }),
    ];
    let mut line = 0;
    for (label, role, text) in facts.into_iter().filter(|(_, _, text)| !text.is_empty()) {
        for (index, part) in wrap(text, rows.width.saturating_sub(14)).into_iter().enumerate() {
            if line >= rows.height {
                return;
            }
            let mut pen = Pen::new(frame.buffer_mut(), canvas.theme, row(rows, line));
            let start = pen.x + 2;
            pen.skip(2).write(Role::Dim, if index == 0 { label } else { "" }).to(start + 10).write(role, &part);
            line += 1;
        }
    }
}
