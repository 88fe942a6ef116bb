//! Schema drift: what two sides differ in, as a tree, and why, with the SQL of both.

mod areas;
mod causes;
mod choices;
mod comparing;
mod copies;
pub(super) mod detail;
mod draw;
mod keys;
mod marking;
mod moving;
mod rows;
mod tree;

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Position;

use crate::console::key::Key as Pressed;
use crate::console::keymap::{Action, ScreenSpec, action};
use crate::console::layer::{Availability, Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, SideChoice, Sides};
use crate::console::model::World;
use crate::console::view::marks;
use crate::console::view::matrix::MatrixScreen;
use crate::console::widget::input::Filter;
use crate::console::widget::list::ListState;
use crate::schema::diff::Presence;
use crate::window::drift::Comparison;
use crate::window::drift::course::Which;

use areas::{head_rows, inside};
use choices::choose_format;
use comparing::State;
use detail::{Detail, Showing};
use tree::{Key, Tree, Wanted};

pub use draw::side_name;
pub use keys::*;
pub use rows::standing_mark;

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

    /// A comparison that was made already.
    #[must_use]
    pub fn with(sides: Sides, comparison: Arc<Comparison>) -> Self {
        let mut screen = Self::of(sides);
        screen.show(comparison);
        screen
    }

    /// How a detail is shown: what has no SQL has its text only.
    fn showing_of(&self, detail: &Detail) -> Showing {
        if detail.has_sql { self.showing } else { Showing::Attributes }
    }
}

/// Whether what is not shown may differ as well.
fn is_uncertain(comparison: &Comparison) -> bool {
    !comparison.drift.gaps.is_empty() || !comparison.failures.is_empty() || !comparison.doubts.is_empty()
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
        let needs_tree = [
            action::OPEN,
            action::NEXT,
            SHOWING,
            STANDING,
            STATUS,
            KIND,
            MARK,
            MARK_ALL,
            DRAFT,
            HISTORY,
            FOLD,
            ZOOM,
            EXPORT,
            action::FILTER,
        ];
        if self.tree.is_none() && needs_tree.contains(&wanted) {
            return Availability::No("There is no comparison yet.".to_owned());
        }
        Availability::Yes
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        if self.tree.is_some() { Vec::new() } else { self.begin(context.world) }
    }

    fn leaving(&mut self, _context: &Context<'_>) -> Vec<Command> {
        vec![Command::GiveUp, Command::Close]
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
                    return vec![Command::GiveUp, Command::Toast("Stopped comparing.".to_owned())];
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
            MARK => return self.toggle_mark(),
            MARK_ALL => return self.mark_all(),
            MATRIX => return vec![Command::Open(Box::new(MatrixScreen::default()))],
            HISTORY => return self.history(),
            DRAFT => return self.draft(context.world),
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
        std::mem::take(&mut self.zoomed) || self.tree.as_mut().is_some_and(Tree::unmark_all)
    }

    fn told(&mut self, wanted: Action, text: &str, context: &Context<'_>) -> Vec<Command> {
        self.chosen(wanted, text, context.world)
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
        self.heard(answer)
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
