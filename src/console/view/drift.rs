//! Schema drift: what two sides differ in, as a tree, and why, with the SQL of both.

pub(super) mod detail;
mod draw;
mod tree;

use std::sync::Arc;
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::key::Key as Pressed;
use crate::console::keymap::{Action, Binding, FILTER_KEYS, LIST_KEYS, ScreenSpec, action};
use crate::console::layer::{Availability, Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, SideChoice, Sides, Work};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::trouble::Trouble;
use crate::console::view::choose::{Choice, ChooseDialog};
use crate::console::view::marks;
use crate::console::view::migration::MigrationScreen;
use crate::console::widget::input::Filter;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{Piece, piece, split_bottom, split_top};
use crate::console::widget::viewer::TextLine;
use crate::schema::Kind;
use crate::schema::diff::Presence;
use crate::window::drift::course::Which;
use crate::window::drift::export::Format;
use crate::window::drift::handle::ComparisonNews;
use crate::window::drift::progress::Stage;
use crate::window::drift::{Comparison, Conclusion, words};

use detail::{Detail, Showing};
use tree::{Key, Tree, Wanted};

/// Choose the left side.
pub const LEFT_SIDE: Action = Action("drift.left-side");
/// Choose the right side.
pub const RIGHT_SIDE: Action = Action("drift.right-side");
/// Swap both sides.
pub const SWAP: Action = Action("drift.swap");
/// Compare again.
pub const AGAIN: Action = Action("drift.again");
/// Show an object in the next way: attributes, side by side, unified.
pub const SHOWING: Action = Action("drift.view");
/// Show differences of the next standing.
pub const STANDING: Action = Action("drift.standing");
/// Show differences of the next status: only left, only right, changed.
pub const STATUS: Action = Action("drift.status");
/// Show one kind of objects.
pub const KIND: Action = Action("drift.kind");
/// Fold or unfold what is below the selected row.
pub const FOLD: Action = Action("drift.fold");
/// Fold every kind.
pub const FOLD_ALL: Action = Action("drift.fold-all");
/// Unfold everything.
pub const UNFOLD_ALL: Action = Action("drift.unfold-all");
/// Give the whole screen to one pane.
pub const ZOOM: Action = Action("drift.zoom");
/// Write the comparison into a file.
pub const EXPORT: Action = Action("drift.export");
/// One of several migrations was chosen.
const CAUSE: Action = Action("drift.cause");

/// The screen's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "drift",
    title: "Drift",
    about: "What two sides differ in. A side is an environment, or the files: what the migrations make when they are \
            replayed in a shadow. A difference is explained when it follows from migrations that one side lacks; \
            where it does not, the side is named that is not what its migrations make. Nothing is written to an \
            environment from here.",
    keys: &[
        Binding {
            action: action::OPEN,
            keys: &["enter"],
            words: "Open the migration that explains it; fold or unfold",
            short: "open",
            when: "",
        },
        Binding { action: action::NEXT, keys: &["tab"], words: "Go to the other pane", short: "pane", when: "" },
        Binding {
            action: SHOWING,
            keys: &["v"],
            words: "Next view: attributes, side by side, unified",
            short: "view",
            when: "",
        },
        Binding { action: LEFT_SIDE, keys: &["["], words: "Choose the left side", short: "left side", when: "" },
        Binding { action: RIGHT_SIDE, keys: &["]"], words: "Choose the right side", short: "right side", when: "" },
        Binding { action: SWAP, keys: &["x"], words: "Swap both sides", short: "swap", when: "" },
        Binding {
            action: STANDING,
            keys: &["e"],
            words: "Show drift, unexplained, explained, information, all",
            short: "explained",
            when: "",
        },
        Binding {
            action: STATUS,
            keys: &["s"],
            words: "Show all, only left, only right, or changed",
            short: "status",
            when: "",
        },
        Binding { action: KIND, keys: &["t"], words: "Show one kind of objects only", short: "kind", when: "" },
        Binding {
            action: AGAIN,
            keys: &["r", "ctrl-r"],
            words: "Compare again, as the sides are now",
            short: "again",
            when: "",
        },
        Binding {
            action: action::STOP,
            keys: &["ctrl-c"],
            words: "Stop comparing; with nothing being compared, quit",
            short: "",
            when: "",
        },
        Binding {
            action: FOLD,
            keys: &["space"],
            words: "Fold or unfold what is below the selected row",
            short: "",
            when: "",
        },
        Binding { action: FOLD_ALL, keys: &["-"], words: "Fold every kind of objects", short: "", when: "" },
        Binding { action: UNFOLD_ALL, keys: &["+", "="], words: "Unfold everything", short: "", when: "" },
        Binding {
            action: action::LEFT,
            keys: &["h", "left"],
            words: "Fold, or go a level up; in the text, to the left",
            short: "",
            when: "",
        },
        Binding {
            action: action::RIGHT,
            keys: &["l", "right"],
            words: "Unfold, or go a level down; in the text, to the right",
            short: "",
            when: "",
        },
        Binding {
            action: ZOOM,
            keys: &["z"],
            words: "Give the whole screen to one pane, or divide it again",
            short: "",
            when: "",
        },
        Binding {
            action: EXPORT,
            keys: &["w"],
            words: "Write it into a file: text, HTML, JSON, SQL",
            short: "write",
            when: "",
        },
        Binding { action: action::COPY, keys: &["y"], words: "Copy the object's name", short: "copy", when: "" },
        Binding {
            action: action::COPY_ALL,
            keys: &["Y"],
            words: "Copy what is shown of the object: attributes or SQL",
            short: "",
            when: "",
        },
    ],
    shared: &[&LIST_KEYS, &FILTER_KEYS],
};

/// Below this width, one pane at a time is shown.
const ONE_PANE: u16 = 80;

/// Where a comparison is.
#[derive(Debug)]
enum State {
    /// Under way, since this uptime.
    Comparing {
        since: Duration,
        stage: Option<Stage>,
        /// What was read so far.
        read: Vec<String>,
    },
    /// Made, and shown.
    Compared,
    /// Given up.
    Stopped,
    /// It cannot be made.
    Failed(String),
}

/// The pane that has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pane {
    Tree,
    Detail,
}

/// The screen.
#[derive(Debug)]
pub struct DriftScreen {
    sides: Sides,
    state: State,
    tree: Option<Tree>,
    /// What is wanted but the query, which the filter has.
    wanted: Wanted,
    filter: Filter,
    list: ListState,
    /// The row that is selected, which it stays when rows come and go.
    selected: Key,
    pane: Pane,
    zoomed: bool,
    showing: Showing,
    detail: Option<Detail>,
}

/// Where the parts of the screen stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Areas {
    /// The sides, and what the comparison comes to.
    head: Rect,
    /// What is not known.
    warning: Option<Rect>,
    /// The tree, with its frame.
    tree: Option<Rect>,
    /// What is known of the selected row, with its frame.
    detail: Option<Rect>,
    filter: Option<Rect>,
}

impl Areas {
    fn tree_rows(self) -> Rect {
        self.tree.map(inside).unwrap_or_default()
    }

    /// The text of the detail: below the heading and the tabs.
    fn text(self, detail: Option<&Detail>) -> Rect {
        let inside = self.detail.map(inside).unwrap_or_default();
        split_top(inside, head_rows(detail)).1
    }
}

/// How many rows the heading and the tabs of a detail take.
fn head_rows(detail: Option<&Detail>) -> u16 {
    detail.map_or(0, |detail| {
        let heading = u16::try_from(detail.heading.len()).unwrap_or(u16::MAX);
        // A rule with the tabs stands below.
        if detail.heading.is_empty() { 0 } else { heading.saturating_add(1) }
    })
}

fn inside(frame: Rect) -> Rect {
    let width = frame.width.saturating_sub(2);
    Rect {
        x: frame.x + 1.min(frame.width),
        y: frame.y + 1.min(frame.height),
        width,
        height: frame.height.saturating_sub(2),
    }
}

impl DriftScreen {
    /// The comparison of two sides.
    #[must_use]
    pub fn of(sides: Sides) -> Self {
        Self {
            sides,
            state: State::Stopped,
            tree: None,
            wanted: Wanted::default(),
            filter: Filter::default(),
            list: ListState::default(),
            selected: Key::Everything,
            pane: Pane::Tree,
            zoomed: false,
            showing: Showing::default(),
            detail: None,
        }
    }

    fn areas(&self, area: Rect) -> Areas {
        let (head, rest) = split_top(area, 2);
        let has_unknowns = self.tree.as_ref().is_some_and(|tree| is_uncertain(tree.comparison()));
        let (warning, rest) = split_top(rest, u16::from(has_unknowns));
        let (rest, filter) = split_bottom(rest, u16::from(self.filter.is_shown()));
        let (tree, detail) = if self.tree.is_none() {
            (None, None)
        } else if area.width < ONE_PANE || self.zoomed {
            match self.pane {
                Pane::Tree => (Some(rest), None),
                Pane::Detail => (None, Some(rest)),
            }
        } else {
            let width = (rest.width * 9 / 20).min(64);
            let detail = Rect { x: rest.x + width, width: rest.width - width, ..rest };
            (Some(Rect { width, ..rest }), Some(detail))
        };
        Areas {
            head,
            warning: has_unknowns.then_some(warning),
            tree,
            detail,
            filter: self.filter.is_shown().then_some(filter),
        }
    }

    fn compare(&mut self, world: &World) -> Vec<Command> {
        if self.sides.left == self.sides.right {
            self.tree = None;
            let words = "Both sides are the same. Choose another one with the keys of the left and the right side.";
            self.state = State::Failed(words.to_owned());
            return vec![Command::StopComparing];
        }
        self.state = State::Comparing { since: world.moment.uptime, stage: None, read: Vec::new() };
        vec![Command::Compare(self.sides)]
    }

    /// Compares other sides.
    fn turn_to(&mut self, sides: Sides, world: &World) -> Vec<Command> {
        if sides == self.sides {
            return Vec::new();
        }
        self.sides = sides;
        self.tree = None;
        self.detail = None;
        self.selected = Key::Everything;
        self.list = ListState::default();
        self.pane = Pane::Tree;
        self.begin(world)
    }

    /// Shows what was compared in the background, or else compares.
    fn begin(&mut self, world: &World) -> Vec<Command> {
        match world.comparison(self.sides) {
            Some(comparison) => {
                self.show(Arc::clone(comparison));
                vec![Command::StopComparing]
            }
            None => self.compare(world),
        }
    }

    fn show(&mut self, comparison: Arc<Comparison>) {
        self.state = State::Compared;
        let wanted = Wanted { query: self.filter.query().to_owned(), ..self.wanted.clone() };
        self.tree = Some(Tree::new(comparison, wanted));
        self.detail = None;
    }

    /// Wants something else of the tree.
    fn want(&mut self, change: impl FnOnce(&mut Wanted)) {
        change(&mut self.wanted);
        let wanted = Wanted { query: self.filter.query().to_owned(), ..self.wanted.clone() };
        if let Some(tree) = &mut self.tree {
            tree.want(wanted);
            self.list.selected = tree.row_of(&self.selected).unwrap_or(0);
        }
    }

    /// Selects a row.
    fn select(&mut self, row: usize) {
        self.list.selected = row;
        if let Some(node) = self.tree.as_ref().and_then(|tree| tree.node(row)) {
            self.selected = node.key.clone();
        }
    }

    fn toggle(&mut self) {
        let row = self.list.selected;
        if let Some(tree) = &mut self.tree
            && !tree.unfold(row)
        {
            tree.fold(row);
        }
    }

    fn go_left(&mut self) {
        let row = self.list.selected;
        let Some(tree) = &mut self.tree else { return };
        if !tree.fold(row)
            && let Some(parent) = tree.parent(row)
        {
            self.select(parent);
        }
    }

    fn go_right(&mut self) {
        let row = self.list.selected;
        let Some(tree) = &mut self.tree else { return };
        if !tree.unfold(row) && tree.is_branch(row) {
            self.select(row + 1);
        }
    }

    fn step(&mut self, forward: bool) {
        let found = self.tree.as_mut().and_then(|tree| tree.step(self.list.selected, forward));
        if let Some(row) = found {
            self.select(row);
        }
    }

    /// Opens what explains the selected difference, or folds.
    fn open(&mut self, world: &World) -> Vec<Command> {
        let row = self.list.selected;
        let Some(tree) = &self.tree else { return Vec::new() };
        let causes = self.causes(tree, row);
        match causes.as_slice() {
            [] if tree.is_branch(row) => self.toggle(),
            [] => self.pane = Pane::Detail,
            [(migration, which, _)] => return vec![self.jump(migration, *which, world)],
            _ => {
                let choices = causes
                    .iter()
                    .map(|(migration, which, why)| {
                        let side = tree.comparison().side(*which);
                        Choice::new(migration.clone(), migration.clone()).with(Role::Dim, format!("{why} {side}"))
                    })
                    .collect();
                let dialog = ChooseDialog::of("Which migration", choices, 0, CAUSE);
                return vec![Command::Open(Box::new(dialog))];
            }
        }
        Vec::new()
    }

    /// The migrations that have to do with the difference of a row.
    fn causes(&self, tree: &Tree, row: usize) -> Vec<(String, Which, &'static str)> {
        let place = tree.node(row).and_then(|node| node.difference);
        let explanation = place.and_then(|place| tree.comparison().explanations.get(place as usize)?.as_ref());
        let Some(explanation) = explanation else { return Vec::new() };
        let by = explanation.by.iter().map(|cause| (cause.migration.clone(), cause.lacking, "lacked by"));
        let suspects = explanation.suspects.iter().map(|one| (one.migration.clone(), one.side, "applied in"));
        by.chain(suspects).collect()
    }

    fn jump(&self, migration: &str, which: Which, world: &World) -> Command {
        let side = |which| match which {
            Which::Left => self.sides.left,
            Which::Right => self.sides.right,
        };
        let environment = match (side(which), side(which.other())) {
            (SideChoice::Environment(place), _) | (SideChoice::Files, SideChoice::Environment(place)) => place,
            (SideChoice::Files, SideChoice::Files) => 0,
        };
        if world.board.position(migration).is_none() {
            return Command::Toast(format!("{migration} is not on the board."));
        }
        Command::Open(Box::new(MigrationScreen::of(migration, environment)))
    }

    fn choose_side(&self, world: &World, which: Which, then: Action) -> Vec<Command> {
        let (now, other) = match which {
            Which::Left => (self.sides.left, self.sides.right),
            Which::Right => (self.sides.right, self.sides.left),
        };
        let all = (0..world.config.environments.len()).map(SideChoice::Environment).chain([SideChoice::Files]);
        let all: Vec<SideChoice> = all.collect();
        let choices = all.iter().map(|choice| {
            let name = draw::side_name(world, *choice);
            let note = match (choice, choice.tier_of(world)) {
                (choice, _) if *choice == other => (Role::Dim, "the other side: swaps them".to_owned()),
                (_, Some((role, label))) => (role, label),
                _ => (Role::Dim, "what the migrations make".to_owned()),
            };
            Choice::new(name.clone(), name).with(note.0, note.1)
        });
        let selected = all.iter().position(|choice| *choice == now).unwrap_or(0);
        let title = match which {
            Which::Left => "Left side",
            Which::Right => "Right side",
        };
        vec![Command::Open(Box::new(ChooseDialog::of(title, choices.collect(), selected, then)))]
    }

    fn choose_kind(&self) -> Vec<Command> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let mut choices = vec![Choice::new("", "every kind")];
        let kinds = tree.kinds();
        choices.extend(
            kinds
                .iter()
                .map(|(kind, number)| Choice::new(kind.word(), kind.plural()).with(Role::Dim, number.to_string())),
        );
        let selected = self.wanted.kind.and_then(|wanted| kinds.keys().position(|kind| *kind == wanted));
        let dialog = ChooseDialog::of("Kind", choices, selected.map_or(0, |place| place + 1), KIND);
        vec![Command::Open(Box::new(dialog))]
    }

    fn copy_name(&self) -> Vec<Command> {
        let node = self.tree.as_ref().and_then(|tree| tree.node(self.list.selected));
        match node.map(|node| &node.key) {
            Some(Key::Object(id)) => vec![Command::Copy { what: "the object's name", text: id.to_string() }],
            Some(Key::Schema(Some(schema))) => {
                vec![Command::Copy { what: "the schema's name", text: schema.to_string() }]
            }
            _ => vec![Command::Toast("Select an object first.".to_owned())],
        }
    }

    fn copy_text(&self) -> Vec<Command> {
        let Some(detail) = &self.detail else { return Vec::new() };
        let (what, lines) = match self.showing_of(detail) {
            Showing::Attributes => ("the attributes", detail.attributes.lines()),
            Showing::Beside | Showing::Unified => ("the SQL of both sides", detail.unified.lines()),
        };
        let heading = detail.heading.iter().chain(lines);
        vec![Command::Copy { what, text: heading.map(|line| TextLine::text(line) + "\n").collect() }]
    }

    /// How a detail is shown: what has no SQL has its text only.
    fn showing_of(&self, detail: &Detail) -> Showing {
        if detail.has_sql { self.showing } else { Showing::Attributes }
    }

    fn scroll(&mut self, wanted: Action, area: Rect) {
        let Some(detail) = &mut self.detail else { return };
        let showing = if detail.has_sql { self.showing } else { Showing::Attributes };
        let _ = match showing {
            Showing::Attributes => detail.attributes.act(wanted, area),
            Showing::Beside => detail.beside.act(wanted, area),
            Showing::Unified => detail.unified.act(wanted, area),
        };
    }

    fn move_in(&mut self, pane: Pane, wanted: Action, context: &Context<'_>) {
        let areas = self.areas(context.area);
        match pane {
            Pane::Tree => {
                let length = self.tree.as_ref().map_or(0, Tree::len);
                if self.list.act(wanted, length, areas.tree_rows().height) {
                    self.select(self.list.selected);
                }
            }
            Pane::Detail => self.scroll(wanted, areas.text(self.detail.as_ref())),
        }
    }
}

fn choose_format() -> Vec<Command> {
    let choice = |format: Format| Choice::new(format.extension(), format.words()).with(Role::Dim, format.extension());
    let choices = Format::ALL.map(choice).to_vec();
    vec![Command::Open(Box::new(ChooseDialog::of("Write into a file", choices, 0, EXPORT)))]
}

/// Whether what is not shown may differ as well.
fn is_uncertain(comparison: &Comparison) -> bool {
    !comparison.drift.gaps.is_empty() || !comparison.failures.is_empty() || !comparison.doubts.is_empty()
}

impl SideChoice {
    /// The role and the label of its tier, if it is an environment.
    fn tier_of(self, world: &World) -> Option<(Role, String)> {
        let SideChoice::Environment(place) = self else { return None };
        let subject = marks::subject_of(world, place)?;
        let (role, _) = super::chrome::tier_roles(subject.tier);
        Some((role, super::chrome::tier_label(&subject)))
    }

    /// The side of this name.
    fn named(world: &World, name: &str) -> Option<Self> {
        let environments = &world.config.environments;
        match environments.iter().position(|environment| environment.name.as_str() == name) {
            Some(place) => Some(Self::Environment(place)),
            None => (name == draw::FILES).then_some(Self::Files),
        }
    }
}

impl Layer for DriftScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "drift".to_owned()
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        // The side where a mistake is the more dangerous.
        let of = |choice: SideChoice| match choice {
            SideChoice::Environment(place) => marks::subject_of(world, place),
            SideChoice::Files => None,
        };
        let sides = [of(self.sides.left), of(self.sides.right)];
        sides.into_iter().flatten().max_by_key(|subject| subject.tier)
    }

    fn is_typing(&self) -> bool {
        self.filter.is_editing()
    }

    fn availability(&self, wanted: Action, _world: &World) -> Availability {
        let needs_tree =
            [action::OPEN, action::NEXT, SHOWING, STANDING, STATUS, KIND, FOLD, ZOOM, EXPORT, action::FILTER];
        if self.tree.is_none() && needs_tree.contains(&wanted) {
            return Availability::No("There is no comparison yet.".to_owned());
        }
        Availability::Yes
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.begin(context.world)
    }

    fn leaving(&mut self, _context: &Context<'_>) -> Vec<Command> {
        vec![Command::StopComparing, Command::Close]
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        let world = context.world;
        match wanted {
            action::OPEN if self.filter.is_editing() => self.filter.accept(),
            action::OPEN => return self.open(world),
            action::NEXT => {
                self.pane = match self.pane {
                    Pane::Tree => Pane::Detail,
                    Pane::Detail => Pane::Tree,
                };
            }
            action::FILTER => {
                self.pane = Pane::Tree;
                self.filter.edit();
            }
            action::NEXT_MATCH => self.step(true),
            action::PREVIOUS_MATCH => self.step(false),
            action::LEFT if self.pane == Pane::Tree => self.go_left(),
            action::RIGHT if self.pane == Pane::Tree => self.go_right(),
            action::COPY => return self.copy_name(),
            action::COPY_ALL => return self.copy_text(),
            action::STOP => match self.state {
                State::Comparing { .. } => {
                    self.state = if self.tree.is_some() { State::Compared } else { State::Stopped };
                    return vec![Command::StopComparing, Command::Toast("Stopped comparing.".to_owned())];
                }
                _ => return vec![Command::Quit],
            },
            LEFT_SIDE => return self.choose_side(world, Which::Left, LEFT_SIDE),
            RIGHT_SIDE => return self.choose_side(world, Which::Right, RIGHT_SIDE),
            SWAP => {
                let Sides { left, right } = self.sides;
                return self.turn_to(Sides { left: right, right: left }, world);
            }
            AGAIN => return self.compare(world),
            SHOWING => self.showing = self.showing.next(),
            STANDING => self.want(|wanted| wanted.standings = wanted.standings.next()),
            STATUS => self.want(|wanted| {
                wanted.presence = match wanted.presence {
                    None => Some(Presence::OnlyLeft),
                    Some(Presence::OnlyLeft) => Some(Presence::OnlyRight),
                    Some(Presence::OnlyRight) => Some(Presence::Changed),
                    Some(Presence::Changed) => None,
                };
            }),
            KIND => return self.choose_kind(),
            EXPORT => return choose_format(),
            FOLD => self.toggle(),
            FOLD_ALL | UNFOLD_ALL => {
                if let Some(tree) = &mut self.tree {
                    if wanted == FOLD_ALL {
                        tree.fold_all()
                    } else {
                        tree.unfold_all()
                    }
                    self.list.selected = tree.row_of(&self.selected).unwrap_or(0);
                    self.select(self.list.selected);
                }
            }
            ZOOM => self.zoomed = !self.zoomed,
            _ => self.move_in(self.pane, wanted, context),
        }
        Vec::new()
    }

    fn told(&mut self, wanted: Action, text: &str, context: &Context<'_>) -> Vec<Command> {
        let world = context.world;
        match wanted {
            LEFT_SIDE | RIGHT_SIDE => {
                let Some(choice) = SideChoice::named(world, text) else { return Vec::new() };
                let Sides { left, right } = self.sides;
                let sides = match (wanted, choice) {
                    (LEFT_SIDE, choice) if choice == right => Sides { left: right, right: left },
                    (LEFT_SIDE, choice) => Sides { left: choice, right },
                    (_, choice) if choice == left => Sides { left: right, right: left },
                    (_, choice) => Sides { left, right: choice },
                };
                return self.turn_to(sides, world);
            }
            KIND => {
                let kind = Kind::ALL.iter().copied().find(|kind| kind.word() == text);
                self.want(|wanted| wanted.kind = kind);
            }
            EXPORT => {
                let format = Format::ALL.into_iter().find(|format| format.extension() == text);
                if let (Some(tree), Some(format)) = (&self.tree, format) {
                    return vec![Command::Work(Work::Export(Arc::clone(tree.comparison()), format))];
                }
            }
            CAUSE => {
                let tree = self.tree.as_ref();
                let causes = tree.map(|tree| self.causes(tree, self.list.selected)).unwrap_or_default();
                if let Some((migration, which, _)) = causes.iter().find(|(migration, ..)| migration == text) {
                    return vec![self.jump(migration, *which, world)];
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn typed(&mut self, key: Pressed, _context: &Context<'_>) -> Vec<Command> {
        self.filter.typed(key);
        self.want(|_| {});
        Vec::new()
    }

    fn pasted(&mut self, text: &str, _context: &Context<'_>) -> Vec<Command> {
        if self.filter.is_editing() {
            self.filter.pasted(text);
            self.want(|_| {});
        }
        Vec::new()
    }

    fn step_back(&mut self) -> bool {
        if self.filter.leave() {
            self.want(|_| {});
            return true;
        }
        if self.pane == Pane::Detail {
            self.pane = Pane::Tree;
            return true;
        }
        std::mem::take(&mut self.zoomed)
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let areas = self.areas(context.area);
        if let Some(which) = draw::side_at(context.world, self.sides, areas.head, at) {
            let then = if which == Which::Left { LEFT_SIDE } else { RIGHT_SIDE };
            return self.choose_side(context.world, which, then);
        }
        if areas.tree.is_some_and(|tree| tree.contains(at)) {
            self.pane = Pane::Tree;
            let length = self.tree.as_ref().map_or(0, Tree::len);
            match self.list.hit(areas.tree_rows(), at, length) {
                Some(row) if row == self.list.selected => return self.open(context.world),
                Some(row) => self.select(row),
                None => {}
            }
        } else if let Some(pane) = areas.detail.filter(|detail| detail.contains(at)) {
            self.pane = Pane::Detail;
            let tabs = inside(pane).y + head_rows(self.detail.as_ref()).saturating_sub(1);
            if at.y == tabs && self.detail.as_ref().is_some_and(|detail| detail.has_sql) {
                self.showing = draw::tab_at(inside(pane), at).unwrap_or(self.showing);
            }
        }
        Vec::new()
    }

    fn wheeled(&mut self, step: Action, at: Position, context: &Context<'_>) -> Vec<Command> {
        let is_over_detail = self.areas(context.area).detail.is_some_and(|detail| detail.contains(at));
        self.move_in(if is_over_detail { Pane::Detail } else { Pane::Tree }, step, context);
        Vec::new()
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        let (sides, news) = match answer {
            Answer::Comparison(sides, news) => (sides, news),
            Answer::Exported(path) => {
                return vec![Command::Copy {
                    what: "the path of the file that was written",
                    text: path.display().to_string(),
                }];
            }
            Answer::Failed(trouble) => return vec![Command::Trouble(trouble)],
            _ => return Vec::new(),
        };
        // What was given up may still have had something to say.
        let State::Comparing { stage, read, .. } = &mut self.state else { return Vec::new() };
        if sides != self.sides {
            return Vec::new();
        }
        match *news {
            ComparisonNews::Stage(now) => {
                if let Stage::Read { side, objects } = &now {
                    read.push(format!("{side}: {objects} objects"));
                }
                *stage = Some(now);
            }
            ComparisonNews::Done(comparison) => self.show(Arc::from(comparison)),
            ComparisonNews::Failed(error) => {
                let message = Trouble::from_error("Not compared", &error).message;
                return self.fail(message);
            }
            ComparisonNews::Broken(why) => return self.fail(why),
        }
        Vec::new()
    }

    fn settle(&mut self, context: &Context<'_>) {
        let Some(tree) = &self.tree else { return };
        let length = tree.len();
        let height = self.areas(context.area).tree_rows().height;
        self.list.settle(length, height);
        self.select(self.list.selected);
        let areas = self.areas(context.area);
        let width = areas.detail.map_or(0, |detail| inside(detail).width.saturating_sub(1));
        let is_current =
            self.detail.as_ref().is_some_and(|detail| detail.key == self.selected && detail.width == width);
        if let (false, Some(tree)) = (is_current, &self.tree)
            && let Some(node) = tree.node(self.list.selected)
        {
            let rules = &context.world.config.drift.ignore;
            self.detail = Some(detail::of(tree, node, rules, context.world.glyphs, width));
        }
        let text = areas.text(self.detail.as_ref());
        if let Some(detail) = &mut self.detail {
            detail.attributes.settle(text);
            detail.beside.settle(text);
            detail.unified.settle(text);
        }
    }

    fn is_moving(&self, _world: &World) -> bool {
        matches!(self.state, State::Comparing { .. })
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        draw::draw(self, canvas, frame);
    }
}

impl DriftScreen {
    fn fail(&mut self, message: String) -> Vec<Command> {
        // What was shown before stays, and the error stands beside it.
        if self.tree.is_some() {
            self.state = State::Compared;
            return vec![Command::Trouble(Box::new(Trouble::new("Not compared again", message)))];
        }
        self.state = State::Failed(message);
        Vec::new()
    }

    /// What the comparison comes to, where there is one: the numbers, or else a sentence.
    fn conclusion(&self) -> Option<Vec<Piece>> {
        let comparison = self.tree.as_ref()?.comparison();
        if comparison.conclusion() == Conclusion::Drift {
            return Some(detail::counts(comparison.counts()));
        }
        let (gravity, words) = words::conclusion(comparison);
        Some(vec![piece(detail::role_of(gravity), words)])
    }
}
