//! Drawing up a window: what to apply or roll back in an environment, and the plan that comes of it, before anything is
//! opened.

mod choices;
pub(super) mod preview;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, ScreenSpec, action};
use crate::console::layer::{Availability, Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, Drawn, Work};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::window::WindowScreen;
use crate::console::view::{facts, marks};
use crate::console::widget::input::InputLine;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{Pen, row, split_bottom, split_top, wrap};
use crate::console::widget::viewer::Viewer;
use crate::window::plan::{Intent, Selection};
use crate::window::step::Direction;

use choices::Choice;

/// The plan's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "plan",
    title: "Plan",
    about: "What a window will do. Choose on the left which migrations; the plan on the right is drawn up from the files \
            and from the environment's history as they are now. Opening the window writes nothing to the server yet.",
    keys: &[
        Binding {
            action: action::OPEN,
            keys: &["enter"],
            words: "Open the window",
            short: "open the window",
            when: "",
        },
        Binding {
            action: action::DOWN,
            keys: &["down", "tab", "ctrl-n"],
            words: "Next choice",
            short: "choose",
            when: "",
        },
        Binding {
            action: action::UP,
            keys: &["up", "shift-tab", "ctrl-p"],
            words: "Previous choice",
            short: "",
            when: "",
        },
        Binding { action: action::PAGE_DOWN, keys: &["pgdn"], words: "Scroll the plan down", short: "", when: "" },
        Binding { action: action::PAGE_UP, keys: &["pgup"], words: "Scroll the plan up", short: "", when: "" },
        Binding { action: action::BACK, keys: &["esc"], words: "Leave without a window", short: "leave", when: "" },
    ],
    shared: &[],
};

/// What stands in a rollback's plan until its reason is typed.
const NO_REASON_YET: &str = "(no reason yet)";

/// Below this, the plan stands below the choices.
const SIDE_BY_SIDE: u16 = 100;

/// The width of the choices beside the plan.
const SIDE: u16 = 46;

/// The plan on the screen.
#[derive(Debug)]
pub struct PlanScreen {
    environment: usize,
    direction: Direction,
    choices: Vec<Choice>,
    list: ListState,
    reason: InputLine,
    drawn: Option<Result<Drawn, String>>,
    preview: Viewer,
}

impl PlanScreen {
    /// The screen for an environment. `selected` is the migration that the operator points at, `marked` those that were
    /// marked.
    #[must_use]
    pub fn of(
        environment: usize,
        direction: Direction,
        selected: Option<&str>,
        marked: &[String],
        world: &World,
    ) -> Self {
        Self {
            environment,
            direction,
            choices: choices::of(direction, environment, selected, marked, world),
            list: ListState::default(),
            reason: InputLine::default(),
            drawn: None,
            preview: Viewer::default(),
        }
    }

    fn selection(&self) -> Option<&Selection> {
        self.choices.get(self.list.selected).map(|choice| &choice.selection)
    }

    /// Asks for the plan of the choice.
    fn draw_up(&mut self, world: &World) -> Vec<Command> {
        self.drawn = None;
        let (Some(selection), Some(catalogue), Some(view)) =
            (self.selection(), &world.catalogue, world.view(self.environment))
        else {
            return Vec::new();
        };
        let intent = match self.direction {
            Direction::Apply => Intent::Apply(selection.clone()),
            // The preview does not wait for the reason; opening the window does.
            Direction::Rollback => Intent::Rollback { selection: selection.clone(), reason: NO_REASON_YET.to_owned() },
        };
        let work =
            Work::DrawUp { environment: self.environment, catalogue: catalogue.clone(), view: view.clone(), intent };
        vec![Command::Work(work)]
    }

    fn open(&self) -> Vec<Command> {
        let drawn = match &self.drawn {
            Some(Ok(drawn)) => drawn,
            Some(Err(why)) => return vec![Command::Toast(why.clone())],
            None => return vec![Command::Toast("The plan is still being drawn up.".to_owned())],
        };
        let mut plan = drawn.plan.clone();
        if self.direction == Direction::Rollback {
            let reason = self.reason.text().trim();
            if reason.is_empty() {
                return vec![Command::Toast("A rollback is recorded for good: type why it is done.".to_owned())];
            }
            plan.reason = Some(reason.to_owned());
        }
        vec![Command::Replace(Box::new(WindowScreen::opening(self.environment, plan)))]
    }

    fn areas(&self, area: Rect) -> Areas {
        let reason = if self.direction == Direction::Rollback { 4 } else { 0 };
        let wanted = u16::try_from(self.choices.len()).unwrap_or(u16::MAX).saturating_add(2 + reason);
        let (left, plan) = if area.width >= SIDE_BY_SIDE {
            let left = Rect { width: SIDE, ..area };
            (left, Rect { x: area.x + SIDE, width: area.width - SIDE, ..area })
        } else {
            split_top(area, wanted.min(area.height.saturating_sub(6)))
        };
        let (heading, rest) = split_top(left, 1);
        let (choices, below) = split_top(rest, u16::try_from(self.choices.len()).unwrap_or(u16::MAX).min(rest.height));
        let (plan_heading, plan) = split_top(plan, 1);
        Areas { heading, choices, reason: split_top(below, reason).0, plan_heading, plan }
    }
}

/// Where the parts of the screen stand.
struct Areas {
    heading: Rect,
    choices: Rect,
    reason: Rect,
    plan_heading: Rect,
    plan: Rect,
}

impl Layer for PlanScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        match self.direction {
            Direction::Apply => "new window".to_owned(),
            Direction::Rollback => "rollback".to_owned(),
        }
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        marks::subject_of(world, self.environment)
    }

    fn is_typing(&self) -> bool {
        self.direction == Direction::Rollback
    }

    fn availability(&self, wanted: Action, _world: &World) -> Availability {
        match wanted {
            action::OPEN if self.choices.is_empty() => Availability::No("There is nothing to choose.".to_owned()),
            _ => Availability::Yes,
        }
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.draw_up(context.world)
    }

    fn noticed(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.draw_up(context.world)
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::OPEN => return self.open(),
            action::BACK => return vec![Command::Close],
            action::PAGE_DOWN | action::PAGE_UP => {
                self.preview.act(wanted, self.areas(context.area).plan);
            }
            _ => {
                let before = self.list.selected;
                self.list.act(wanted, self.choices.len(), self.areas(context.area).choices.height);
                if self.list.selected != before {
                    return self.draw_up(context.world);
                }
            }
        }
        Vec::new()
    }

    fn typed(&mut self, key: Key, _context: &Context<'_>) -> Vec<Command> {
        self.reason.typed(key);
        Vec::new()
    }

    fn pasted(&mut self, text: &str, _context: &Context<'_>) -> Vec<Command> {
        if self.is_typing() {
            self.reason.pasted(text);
        }
        Vec::new()
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        match self.list.hit(self.areas(context.area).choices, at, self.choices.len()) {
            Some(index) if index != self.list.selected => {
                self.list.selected = index;
                self.draw_up(context.world)
            }
            _ => Vec::new(),
        }
    }

    fn answered(&mut self, answer: Answer, context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::Plan(drawn) => {
                self.drawn = Some(*drawn);
                let room = self.areas(context.area).plan.width.saturating_sub(3);
                self.preview = Viewer::of(match &self.drawn {
                    Some(Ok(drawn)) => preview::lines(drawn, context.world.glyphs, room),
                    Some(Err(why)) => preview::refusal(why, room),
                    None => Vec::new(),
                });
                Vec::new()
            }
            Answer::Failed(trouble) => vec![Command::Trouble(trouble)],
            _ => Vec::new(),
        }
    }

    fn settle(&mut self, context: &Context<'_>) {
        let areas = self.areas(context.area);
        self.list.settle(self.choices.len(), areas.choices.height);
        self.preview.settle(areas.plan);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        let areas = self.areas(canvas.area);
        let words = match self.direction {
            Direction::Apply => "Apply",
            Direction::Rollback => "Roll back",
        };
        facts::rule(canvas, frame, areas.heading, words);
        if self.choices.is_empty() {
            let words = match self.direction {
                Direction::Apply => "Nothing is pending here: every migration of the project is applied.",
                Direction::Rollback => "Nothing is in effect here that could be rolled back.",
            };
            let (_, below) = split_top(canvas.area, 1);
            for (index, line) in (0_u16..).zip(wrap(words, areas.heading.width.saturating_sub(4))) {
                Pen::new(frame.buffer_mut(), theme, row(below, index)).skip(2).write(Role::Dim, &line);
            }
            return;
        }
        for (index, number) in self.list.visible(self.choices.len(), areas.choices.height).enumerate() {
            let at = row(areas.choices, u16::try_from(index).unwrap_or(u16::MAX));
            let at = Rect { width: at.width.saturating_sub(1), ..at };
            let selected = number == self.list.selected;
            let mut pen = Pen::new(frame.buffer_mut(), theme, at);
            pen.write(Role::Accent, if selected { theme.glyphs().cursor } else { " " }).skip(1);
            pen.write(if selected { Role::Strong } else { Role::Text }, &self.choices[number].words);
            if selected {
                frame.buffer_mut().set_style(at, theme.style(Role::Selection));
            }
        }
        if self.direction == Direction::Rollback {
            let label = row(areas.reason, 1);
            Pen::new(frame.buffer_mut(), theme, label).skip(2).write(Role::Heading, "Why is it rolled back?");
            let line = row(areas.reason, 2);
            let line = Rect { x: line.x + 2, width: line.width.saturating_sub(4), ..line };
            self.reason.draw(frame, theme, line, "recorded in the history, for good", canvas.focused);
        }
        facts::rule(canvas, frame, areas.plan_heading, "The plan");
        if self.drawn.is_some() {
            let (plan, _) = split_bottom(areas.plan, 0);
            self.preview.draw(canvas, frame, plan);
        } else {
            Pen::new(frame.buffer_mut(), theme, row(areas.plan, 1)).skip(2).write(Role::Dim, "Drawing up the plan.");
        }
    }
}
