//! One migration: its SQL and its rollback, what it says of itself, how it is in each environment, and what changed in
//! the file since it was applied.

mod approve;
mod checklist;
mod findings;

use std::collections::{BTreeMap, BTreeSet};

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, SEARCH_KEYS, ScreenSpec, TEXT_KEYS, action};
use crate::console::layer::{Availability, Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, Difference, Work};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::marks;
use crate::console::widget::paint::{Pen, Piece, piece, row, split_top, wrap};
use crate::console::widget::viewer::{TextLine, Viewer};
use crate::console::words::{ago, took};
use crate::migration::catalogue::Migration;
use crate::migration::checksum::Checksum;
use crate::review;
use crate::review::category::Category;
use crate::window::confirmation::Confirmed;
use crate::window::review::Judged;
use crate::window::status::Status;

/// The next part: SQL, rollback, checklist, changes.
pub const PART: Action = Action("migration.part");
/// The part before.
pub const PART_BACK: Action = Action("migration.part-back");
/// Show what changed since it was applied in the selected environment.
pub const CHANGES: Action = Action("migration.changes");
/// The next environment.
pub const ENVIRONMENT: Action = Action("migration.environment");

/// Approve the migration for the selected environment.
pub const APPROVE: Action = Action("migration.approve");
/// Withdraw what a role has approved of it for the selected environment.
pub const WITHDRAW: Action = Action("migration.withdraw");

/// The migration's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "migration",
    title: "Migration",
    about: "The SQL of a migration and of its rollback, what its header says, and how it is in each environment. Where \
            the file was changed after it was applied, the difference is looked up in git. Where it waits for \
            approvals, its checklist says what is proved and what was answered.",
    keys: &[
        Binding {
            action: PART,
            keys: &["tab"],
            words: "Next part: SQL, rollback, checklist, changes",
            short: "next part",
            when: "",
        },
        Binding { action: PART_BACK, keys: &["shift-tab"], words: "The part before", short: "", when: "" },
        Binding {
            action: ENVIRONMENT,
            keys: &["e"],
            words: "Select the next environment",
            short: "environment",
            when: "",
        },
        Binding {
            action: CHANGES,
            keys: &["c"],
            words: "Show what changed in the file since it was applied",
            short: "changes",
            when: "where the file is not what was applied",
        },
        Binding {
            action: APPROVE,
            keys: &["a"],
            words: "Approve it, as a role of your own",
            short: "approve",
            when: "where it lacks an approval",
        },
        Binding {
            action: WITHDRAW,
            keys: &["x"],
            words: "Withdraw an approval, as the role that gave it",
            short: "withdraw",
            when: "where an approval is on record",
        },
        Binding { action: action::COPY, keys: &["y"], words: "Copy the migration's name", short: "copy", when: "" },
        Binding { action: action::COPY_ALL, keys: &["Y"], words: "Copy the text that is shown", short: "", when: "" },
    ],
    shared: &[&TEXT_KEYS, &SEARCH_KEYS],
};

/// The width of the side pane.
const SIDE: u16 = 38;

/// Below this, the side pane stands above the text.
const SIDE_BY_SIDE: u16 = 100;

/// A part of the migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Up,
    Down,
    Checklist,
    Changes,
}

/// The migration on the screen.
#[derive(Debug)]
pub struct MigrationScreen {
    name: String,
    environment: usize,
    part: Part,
    up: Viewer,
    down: Viewer,
    checklist: Viewer,
    changes: Viewer,
    /// The lines of the files, as they were read, without what was found in them.
    texts: [Vec<TextLine>; 2],
    /// Where to go as soon as the texts are there: in the rollback, and to which line.
    wanted: Option<(bool, u32)>,
    /// What was found when the lines were last put together.
    judged: Option<Judged>,
    /// The file's checksum that the texts were read for.
    read: Option<(Option<Checksum>, Option<Checksum>)>,
    /// What was compared: the file's checksum and the applied one.
    compared: Option<(Checksum, Checksum)>,
    /// What somebody who has logged in is about to do.
    approval: approve::Draft,
}

impl MigrationScreen {
    /// The screen of the migration with this name, seen from an environment.
    #[must_use]
    pub fn of(name: &str, environment: usize) -> Self {
        let waiting = || Viewer::of(vec![TextLine::plain(Role::Dim, "Reading the file.")]);
        Self {
            name: name.to_owned(),
            environment,
            part: Part::Up,
            up: waiting(),
            down: waiting(),
            checklist: Viewer::default(),
            changes: Viewer::default(),
            texts: [Vec::new(), Vec::new()],
            wanted: None,
            judged: None,
            read: None,
            compared: None,
            approval: approve::Draft::None,
        }
    }

    /// The screen opened at a line of the file that applies, or of the rollback.
    #[must_use]
    pub fn at(mut self, rollback: bool, line: u32) -> Self {
        self.part = if rollback { Part::Down } else { Part::Up };
        self.wanted = Some((rollback, line));
        self
    }

    /// Puts what was found under the lines that it is about.
    fn annotate(&mut self, world: &World) {
        self.judged = self.find_judged(world);
        for (place, part) in [(0, review::finding::Part::Up), (1, review::finding::Part::Down)] {
            if self.texts[place].is_empty() {
                continue;
            }
            let findings = self.judged.as_ref().map(|judged| judged.findings.as_slice()).unwrap_or_default();
            let lines = findings::annotated(&self.texts[place], findings, part, world.glyphs);
            let viewer = if place == 0 { &mut self.up } else { &mut self.down };
            if let Some((_, line)) = self.wanted.take_if(|(rollback, _)| *rollback == (place == 1)) {
                let at = lines.iter().position(|one| one.number == Some(line)).unwrap_or(0);
                viewer.show(lines);
                viewer.go_to(at.saturating_sub(ABOVE));
            } else {
                viewer.show(lines);
            }
        }
    }

    /// What is found in the migration, as it counts in the environment.
    fn find_judged(&self, world: &World) -> Option<Judged> {
        world.weighed(self.environment)?.find(&self.name)
    }

    fn migration<'a>(&self, world: &'a World) -> Option<&'a Migration> {
        world.catalogue.as_ref()?.find(&self.name)
    }

    fn status(&self, world: &World, environment: usize) -> Option<Status> {
        let position = world.board.position(&self.name)?;
        world.board.columns.get(environment)?.cells.get(position)?.status
    }

    fn viewer(&mut self) -> &mut Viewer {
        match self.part {
            Part::Up => &mut self.up,
            Part::Down => &mut self.down,
            Part::Checklist => &mut self.checklist,
            Part::Changes => &mut self.changes,
        }
    }

    fn shown(&self) -> &Viewer {
        match self.part {
            Part::Up => &self.up,
            Part::Down => &self.down,
            Part::Checklist => &self.checklist,
            Part::Changes => &self.changes,
        }
    }

    /// The parts that there are.
    fn parts(&self, world: &World) -> Vec<Part> {
        let changed = self.status(world, self.environment) == Some(Status::Changed);
        let mut parts = vec![Part::Up, Part::Down];
        if world.standing(self.environment, &self.name).is_some() || self.part == Part::Checklist {
            parts.push(Part::Checklist);
        }
        if changed || self.compared.is_some() {
            parts.push(Part::Changes);
        }
        parts
    }

    fn step_part(&mut self, world: &World, forward: bool) -> Vec<Command> {
        let parts = self.parts(world);
        let now = parts.iter().position(|part| *part == self.part).unwrap_or(0);
        let step = if forward { 1 } else { parts.len() - 1 };
        self.part = parts[(now + step) % parts.len()];
        if self.part == Part::Changes { self.compare(world) } else { Vec::new() }
    }

    /// Shows the checklist as it is now, and leaves it where it is scrolled to while it stays the same.
    fn show_checklist(&mut self, world: &World, room: u16) {
        let lines = checklist::lines(world, self.environment, &self.name, room).unwrap_or_else(|| {
            let waits = world.standing(self.environment, &self.name).is_some();
            let words = if waits { "The checklist is being made." } else { "It waits for no approval there." };
            vec![TextLine::plain(Role::Dim, words)]
        });
        if self.checklist.lines() != lines {
            self.checklist.show(lines);
        }
    }

    /// Asks for the files where they are not the ones that were read.
    fn read_files(&mut self, world: &World) -> Vec<Command> {
        let migration = self.migration(world);
        let up = migration.map(|migration| &migration.up);
        let down = migration.and_then(|migration| migration.down.as_ref());
        let wanted = (up.map(|file| file.checksum), down.map(|file| file.checksum));
        if self.read == Some(wanted) {
            return Vec::new();
        }
        let work =
            Work::ReadMigration { up: up.map(|file| file.path.clone()), down: down.map(|file| file.path.clone()) };
        self.read = Some(wanted);
        vec![Command::Work(work)]
    }

    /// Asks for the difference between what was applied in the selected environment and the file.
    fn compare(&mut self, world: &World) -> Vec<Command> {
        let applied = world
            .board
            .position(&self.name)
            .and_then(|position| world.board.history(position, self.environment))
            .and_then(|row| row.checksum.as_deref()?.trim().parse::<Checksum>().ok());
        let (Some(file), Some(applied)) = (self.migration(world).map(|migration| &migration.up), applied) else {
            let words = "What was applied has no checksum on record that could be looked for.";
            self.changes.show(vec![TextLine::plain(Role::Dim, words)]);
            return Vec::new();
        };
        if self.compared == Some((file.checksum, applied)) {
            return Vec::new();
        }
        self.compared = Some((file.checksum, applied));
        self.changes.show(vec![TextLine::plain(Role::Dim, "Looking for what was applied in the git history.")]);
        vec![Command::Work(Work::FindApplied { path: file.path.clone(), checksum: applied })]
    }

    /// Which approvals do not count in the selected environment, and why, for where the pane is a few lines.
    fn void_lines(&self, world: &World, width: u16) -> Vec<Vec<Piece>> {
        let Some(standing) = world.standing(self.environment, &self.name) else { return Vec::new() };
        let broken = marks::void_words(standing).flat_map(|words| wrap(&words, width.saturating_sub(8)));
        broken.map(|line| vec![piece(Role::Text, "    "), piece(Role::Dim, line)]).collect()
    }

    fn areas(&self, area: Rect, world: &World) -> Areas {
        if area.width >= SIDE_BY_SIDE {
            let side = Rect { width: SIDE, ..area };
            let rest = Rect { x: area.x + SIDE, width: area.width - SIDE, ..area };
            let (tabs, text) = split_top(rest, 1);
            return Areas { side, tabs, text };
        }
        let wanted = world.environments.len() + self.void_lines(world, area.width).len() + 2;
        let wanted = u16::try_from(wanted).unwrap_or(u16::MAX);
        let (side, rest) = split_top(area, wanted.min(area.height / 3));
        let (tabs, text) = split_top(rest, 1);
        Areas { side, tabs, text }
    }
}

/// Where the parts of the screen stand.
struct Areas {
    side: Rect,
    tabs: Rect,
    text: Rect,
}

impl Layer for MigrationScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        self.name.clone()
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        marks::subject_of(world, self.environment)
    }

    fn is_typing(&self) -> bool {
        self.shown().is_typing()
    }

    fn availability(&self, wanted: Action, world: &World) -> Availability {
        match wanted {
            CHANGES if !self.parts(world).contains(&Part::Changes) => {
                Availability::No("In the selected environment the file is what was applied.".to_owned())
            }
            APPROVE => approve::availability(world, self.environment, &self.name),
            WITHDRAW => approve::withdrawability(world, self.environment, &self.name),
            _ => Availability::Yes,
        }
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.read_files(context.world)
    }

    fn noticed(&mut self, context: &Context<'_>) -> Vec<Command> {
        if self.judged != self.find_judged(context.world) {
            self.annotate(context.world);
        }
        let mut commands = self.read_files(context.world);
        if self.part == Part::Changes {
            commands.extend(self.compare(context.world));
        }
        commands
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        let world = context.world;
        // Only a dialog goes on with it, and there is none when keys come here.
        self.approval = approve::Draft::None;
        match wanted {
            PART => return self.step_part(world, true),
            PART_BACK => return self.step_part(world, false),
            CHANGES => {
                self.part = Part::Changes;
                return self.compare(world);
            }
            APPROVE => return approve::ask_for_role(world, self.environment, &self.name),
            WITHDRAW => return approve::ask_who_withdraws(world, self.environment, &self.name),
            ENVIRONMENT => {
                self.environment = (self.environment + 1) % world.environments.len().max(1);
                self.annotate(world);
                if self.part == Part::Changes {
                    return self.compare(world);
                }
            }
            action::COPY => return vec![Command::Copy { what: "the migration's name", text: self.name.clone() }],
            action::COPY_ALL => {
                let lines = match self.part {
                    Part::Up => &self.texts[0],
                    Part::Down => &self.texts[1],
                    Part::Checklist => self.checklist.lines(),
                    Part::Changes => self.changes.lines(),
                };
                let text = lines.iter().map(|line| line.text() + "\n").collect();
                return vec![Command::Copy { what: "the text", text }];
            }
            _ => {
                let area = self.areas(context.area, world).text;
                self.viewer().act(wanted, area);
            }
        }
        Vec::new()
    }

    fn typed(&mut self, key: Key, context: &Context<'_>) -> Vec<Command> {
        let area = self.areas(context.area, context.world).text;
        self.viewer().typed(key, area);
        Vec::new()
    }

    fn pasted(&mut self, text: &str, context: &Context<'_>) -> Vec<Command> {
        let area = self.areas(context.area, context.world).text;
        self.viewer().pasted(text, area);
        Vec::new()
    }

    fn step_back(&mut self) -> bool {
        self.viewer().step_back()
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        if self.areas(context.area, context.world).tabs.contains(at) {
            return self.step_part(context.world, true);
        }
        Vec::new()
    }

    fn confirmed(&mut self, _confirmed: Confirmed, _context: &Context<'_>) -> Vec<Command> {
        std::mem::take(&mut self.approval).work(self.environment)
    }

    fn answered(&mut self, answer: Answer, context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::LoggedIn(result) => {
                let Ok(logged_in) = *result else { return Vec::new() };
                let (draft, commands) = approve::Draft::of(logged_in, context.world, self.environment);
                self.approval = draft;
                return commands;
            }
            Answer::Answered(answers) => {
                self.approval.take_answers(answers);
                return approve::ask_to_confirm(context.world, self.environment, &self.approval);
            }
            Answer::Withdrawn(result) => return approve::told_withdrawn(*result, self.environment),
            Answer::Approved(result) => return approve::told(*result, self.environment),
            Answer::Texts(texts) => {
                let missing = |words: &'static str| vec![TextLine::plain(Role::Warn, words)];
                let up = texts.up.unwrap_or_else(|| missing("The project has no file of this name."));
                let down = texts.down.unwrap_or_else(|| {
                    missing("There is no .down.sql for it: it cannot be rolled back until someone writes one.")
                });
                self.texts = [up, down];
                self.annotate(context.world);
            }
            Answer::Difference(difference) => match *difference {
                Difference::Lines(lines) if lines.is_empty() => {
                    self.changes.show(vec![TextLine::plain(Role::Dim, "The texts are the same.")]);
                }
                Difference::Lines(lines) => self.changes.show(lines),
                Difference::NotFound(why) => {
                    let lines = wrap(&why, 72).into_iter().map(|line| TextLine::plain(Role::Warn, line));
                    self.changes.show(lines.collect());
                }
            },
            Answer::Failed(trouble) => return vec![Command::Trouble(trouble)],
            _ => {}
        }
        Vec::new()
    }

    fn settle(&mut self, context: &Context<'_>) {
        let area = self.areas(context.area, context.world).text;
        if self.part == Part::Checklist {
            self.show_checklist(context.world, area.width.saturating_sub(2));
        }
        self.viewer().settle(area);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let areas = self.areas(canvas.area, canvas.world);
        self.draw_side(canvas, frame, areas.side);
        self.draw_tabs(canvas, frame, areas.tabs);
        self.shown().draw(canvas, frame, areas.text);
    }
}

/// How many lines stand above the one that the screen is opened at.
const ABOVE: usize = 4;

/// How wide the words before a fact are.
const LABEL: u16 = 10;

impl MigrationScreen {
    fn draw_tabs(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, at: Rect) {
        let world = canvas.world;
        let rule = canvas.theme.glyphs().rule;
        let mut pen = Pen::new(frame.buffer_mut(), canvas.theme, at);
        pen.write(Role::Border, rule);
        for part in self.parts(world) {
            let words = match part {
                Part::Up => "SQL".to_owned(),
                Part::Down => "rollback".to_owned(),
                Part::Checklist => "checklist".to_owned(),
                Part::Changes => {
                    let environment = world.config.environments.get(self.environment);
                    let name = environment.map(|environment| environment.name.to_string()).unwrap_or_default();
                    format!("changed since applied in {name}")
                }
            };
            let role = if part == self.part { Role::Accent } else { Role::Dim };
            let (open, close) = if part == self.part { ("[", "]") } else { (" ", " ") };
            pen.write(role, open).write(role, &words).write(role, close).write(Role::Border, rule);
        }
        let rest = rule.repeat(usize::from(pen.room()));
        pen.write(Role::Border, &rest);
    }

    fn draw_side(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect) {
        let room = area.width.saturating_sub(2);
        let tall = area.width == SIDE && canvas.area.width > SIDE;
        let mut lines: Vec<Vec<Piece>> = Vec::new();
        if let Some(migration) = self.migration(canvas.world) {
            let header = &migration.header;
            if tall {
                let facts = [
                    ("type", Some(migration.name.kind().word().to_owned())),
                    ("author", header.author.clone()),
                    ("ticket", header.ticket.clone()),
                    ("release", header.release.clone()),
                    ("SHA-256", Some(migration.up.checksum.short())),
                    ("rollback", Some(if migration.down.is_some() { "there is one" } else { "none" }.to_owned())),
                ];
                for (label, value) in facts {
                    if let Some(value) = value {
                        lines.push(vec![
                            piece(Role::Dim, format!("{label:<width$}", width = usize::from(LABEL))),
                            piece(Role::Text, value),
                        ]);
                    }
                }
                lines.extend(self.category_lines(room));
                if let Some(description) = &header.description {
                    lines.push(Vec::new());
                    lines.extend(wrap(description, room).into_iter().map(|line| vec![piece(Role::Text, line)]));
                }
                lines.push(Vec::new());
            } else {
                let parts = [&header.author, &header.ticket, &header.description];
                let kinds: Vec<&str> = self.categories().into_keys().map(Category::word).collect();
                let kinds = (!kinds.is_empty()).then(|| kinds.join(", "));
                let words: Vec<&str> = kinds.iter().chain(parts.into_iter().flatten()).map(String::as_str).collect();
                lines.push(vec![piece(Role::Dim, words.join("  "))]);
            }
        }
        for index in 0..canvas.world.environments.len() {
            lines.extend(self.environment_lines(canvas, index, tall));
        }
        for (index, line) in (0_u16..).zip(&lines) {
            let at = row(area, index);
            Pen::new(frame.buffer_mut(), canvas.theme, Rect { width: at.width.saturating_sub(1), ..at })
                .skip(1)
                .pieces(line);
        }
    }

    /// What the statements change, by kind, each with the lines where they begin.
    fn category_lines(&self, room: u16) -> Vec<Vec<Piece>> {
        let mut lines = Vec::new();
        for (kind, at) in self.categories() {
            let word = if at.len() == 1 { "line" } else { "lines" };
            let places: Vec<String> = at.iter().map(ToString::to_string).collect();
            for part in wrap(&format!("{kind}, {word} {}", places.join(" ")), room.saturating_sub(LABEL)) {
                let label = if lines.is_empty() { "changes" } else { "" };
                lines.push(vec![
                    piece(Role::Dim, format!("{label:<width$}", width = usize::from(LABEL))),
                    piece(Role::Text, part),
                ]);
            }
        }
        lines
    }

    /// The kinds of change that the statements make, with their lines.
    fn categories(&self) -> BTreeMap<Category, BTreeSet<u32>> {
        let mut kinds: BTreeMap<Category, BTreeSet<u32>> = BTreeMap::new();
        for (line, kind) in self.judged.iter().flat_map(|judged| judged.categories.iter()) {
            kinds.entry(*kind).or_default().insert(*line);
        }
        kinds
    }

    /// How the migration is in an environment: one line, or a few where there is room.
    fn environment_lines(&self, canvas: &Canvas<'_>, index: usize, tall: bool) -> Vec<Vec<Piece>> {
        let world = canvas.world;
        let glyphs = canvas.theme.glyphs();
        let Some(settings) = world.config.environments.get(index) else { return Vec::new() };
        let (_, tier) = super::chrome::tier_roles(settings.tier);
        let selected = index == self.environment;
        let position = world.board.position(&self.name);
        let row = position.and_then(|position| world.board.history(position, index));
        let known = world.board.columns.get(index).is_some_and(crate::window::board::Column::is_known);
        let status = self.status(world, index);
        let mut head = vec![
            piece(Role::Accent, if selected { glyphs.cursor } else { " " }),
            piece(tier, format!(" {:<14} ", settings.name)),
        ];
        match status {
            Some(status) => {
                let (role, glyph) = marks::mark(status, glyphs);
                head.push(piece(role, format!("{glyph} {}", status.words())));
            }
            None if known => head.push(piece(Role::Dim, "not known there")),
            None => head.push(piece(Role::Faint, "? no answer")),
        }
        let mut more: Vec<Piece> = Vec::new();
        if let Some(row) = row {
            let at = row.rollback_at.filter(|_| row.rolled_back).unwrap_or(row.applied_at);
            more.push(piece(Role::Dim, format!("  {} by {}", ago(at, world.moment.now), row.applied_by)));
            if let Some(duration) = row.execution_time.filter(|_| !row.rolled_back) {
                more.push(piece(Role::Dim, format!(", {}", took(duration))));
            }
        }
        if !tall {
            if world.standing(index, &self.name).is_some_and(|standing| !standing.is_approved()) {
                head.push(piece(Role::Bad, format!("  {} approval", glyphs.failed)));
            }
            head.extend(more);
            let mut lines = vec![head];
            if selected {
                lines.extend(self.void_lines(world, canvas.area.width));
            }
            return lines;
        }
        let mut lines = vec![head];
        let indent = || piece(Role::Text, "  ");
        if !more.is_empty() {
            lines.push(more);
        }
        let facts = row.and_then(|row| row.facts.as_deref());
        if let Some(reason) =
            facts.and_then(|facts| facts.reason.as_deref()).filter(|_| row.is_some_and(|row| row.rolled_back))
        {
            let reason = wrap(&format!("because: {reason}"), SIDE - 6);
            lines.extend(reason.into_iter().map(|line| vec![indent(), piece(Role::Text, line)]));
        }
        if let Some(attempt) = position.and_then(|position| world.board.attempt(position, index)) {
            let what = wrap(&attempt.what, SIDE - 6);
            lines.extend(what.into_iter().map(|line| vec![indent(), piece(Role::Bad, line)]));
        }
        lines.extend(approve::lines(world, index, &self.name, glyphs, SIDE - 6, selected));
        let cell = position.and_then(|position| world.board.columns.get(index)?.cells.get(position));
        if cell.is_some_and(|cell| cell.line_endings_only) {
            let words = wrap("The file differs from what was applied in its line endings alone.", SIDE - 6);
            lines.extend(words.into_iter().map(|line| vec![indent(), piece(Role::Info, line)]));
        }
        if let Some(status) = status.filter(|status| selected && *status != Status::Applied) {
            let meaning = wrap(status.meaning(), SIDE - 6);
            lines.extend(meaning.into_iter().map(|line| vec![indent(), piece(Role::Dim, line)]));
        }
        lines
    }
}
