//! The dialog before anything is written: what will happen, where, and what it takes to say yes.
//!
//! Cancel has the focus. Enter alone never says yes: staging asks for `y`, production for the environment's name, typed
//! by hand. What is pasted does not count, whether the terminal tells of the paste or it comes as a burst of keys. Keys
//! of the first moments are not heard at all (see [`Layer::is_guarded`]).

use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement, Subject};
use crate::console::model::World;
use crate::console::theme::{Role, Theme};
use crate::console::view::chrome;
use crate::console::widget::input::InputLine;
use crate::console::widget::paint::{
    Pen, Piece, fill, frame as draw_frame, framed, piece, row, split_bottom, split_top, width,
};
use crate::console::widget::viewer::{TextLine, Viewer};
use crate::window::confirmation::Confirmation;
use crate::window::step::Step;

/// The dialog's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "confirm",
    title: "Confirm",
    about: "What is about to be written, and where. Staging asks for y; production, and every rollback, asks for the \
            environment's name, typed by hand. Enter alone never confirms, and keys of the first 0.3 seconds are not \
            heard.",
    keys: &[
        Binding { action: action::YES, keys: &["y"], words: "Yes, do it", short: "yes", when: "where y is enough" },
        Binding { action: action::NO, keys: &["n"], words: "No", short: "", when: "where y is enough" },
        Binding {
            action: action::OPEN,
            keys: &["enter"],
            words: "Press the button in focus: Cancel, until the name is typed",
            short: "",
            when: "",
        },
        Binding { action: action::BACK, keys: &["esc"], words: "Cancel", short: "cancel", when: "" },
        Binding { action: action::UP, keys: &["up"], words: "Scroll up", short: "", when: "" },
        Binding { action: action::DOWN, keys: &["down"], words: "Scroll down", short: "", when: "" },
        Binding { action: action::PAGE_UP, keys: &["pgup"], words: "Scroll a page up", short: "", when: "" },
        Binding { action: action::PAGE_DOWN, keys: &["pgdn"], words: "Scroll a page down", short: "", when: "" },
    ],
    shared: &[],
};

/// The widest that the dialog gets, frame included.
const WIDTH: u16 = 88;

/// The rows below the text: a blank one, the question, the line to type in or a note, and the buttons.
const BOTTOM: u16 = 4;

/// The columns of the dialog that are not text: its frame, a blank, and the scroll bar.
const MARGINS: u16 = 4;

/// How far the second line of a broken one stands to the right.
const INDENT: usize = 4;

/// What is to be confirmed.
#[derive(Debug, Clone)]
pub struct Question {
    /// What will happen, as a title: "Apply 5 migrations".
    pub title: String,
    /// The word on the button that does it: "Apply".
    pub verb: &'static str,
    /// Where it will happen.
    pub subject: Subject,
    /// The step that will start.
    pub step: Step,
    /// What it takes.
    pub confirmation: Confirmation,
    /// Server, database, user; the list; what will be locked; what cannot be undone.
    pub text: Vec<TextLine>,
}

/// The dialog on the screen.
#[derive(Debug)]
pub struct ConfirmDialog {
    question: Question,
    viewer: Viewer,
    line: InputLine,
    burst: (Duration, usize),
    note: &'static str,
}

impl ConfirmDialog {
    /// The dialog for a question.
    #[must_use]
    pub fn of(question: Question) -> Self {
        let viewer = Viewer::of(question.text.clone());
        Self { question, viewer, line: InputLine::default(), burst: (Duration::ZERO, 0), note: "" }
    }

    /// The name that is to be typed, where one is.
    fn name(&self) -> Option<&str> {
        match &self.question.confirmation {
            Confirmation::TypeName(name) => Some(name),
            Confirmation::None | Confirmation::YesNo => None,
        }
    }

    fn is_typed(&self) -> bool {
        self.name().is_some_and(|name| name == self.line.text())
    }

    fn answer(&self, typed: &str) -> Vec<Command> {
        match self.question.confirmation.answer(self.question.step, typed) {
            Some(confirmed) => vec![Command::Confirmed(confirmed)],
            None => Vec::new(),
        }
    }

    /// What it says, broken to the width of a dialog that is so wide.
    fn lines(&self, width: u16) -> Vec<TextLine> {
        let room = width.saturating_sub(MARGINS);
        self.question.text.iter().flat_map(|line| line.clone().broken(room, INDENT)).collect()
    }

    fn refuse(&mut self) {
        self.line.set("");
        self.note = "Pasting does not count: type the name by hand.";
    }

    fn enter(&mut self) -> Vec<Command> {
        match self.name() {
            Some(_) if self.is_typed() => self.answer(self.line.text()),
            Some(_) if !self.line.text().is_empty() => {
                self.note = "That is another name. Esc cancels.";
                Vec::new()
            }
            _ => vec![Command::Close],
        }
    }
}

/// Where the parts of the dialog stand.
fn areas(area: Rect) -> (Rect, Rect) {
    split_bottom(framed(area), BOTTOM)
}

/// Where the buttons stand: Cancel, then the other one.
fn buttons(bottom: Rect, verb: &str) -> (Rect, Rect) {
    let at = row(bottom, BOTTOM - 1);
    let (no, yes) = (10, width(verb) + 4);
    let x = at.right().saturating_sub(no + yes + 4);
    (Rect { x, width: no, ..at }, Rect { x: x + no + 2, width: yes, ..at })
}

impl Layer for ConfirmDialog {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        self.question.title.clone()
    }

    fn subject(&self, _world: &World) -> Option<Subject> {
        Some(self.question.subject.clone())
    }

    fn placement(&self, context: &Context<'_>) -> Placement {
        let lines = self.lines(WIDTH.min(context.area.width)).len();
        let lines = u16::try_from(lines).unwrap_or(u16::MAX);
        Placement::Dialog { width: WIDTH, height: lines.saturating_add(BOTTOM + 2) }
    }

    fn is_guarded(&self) -> bool {
        true
    }

    fn is_typing(&self) -> bool {
        self.name().is_some()
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::YES if self.name().is_none() => self.answer("y"),
            action::NO | action::BACK => vec![Command::Close],
            action::OPEN => self.enter(),
            _ => {
                let mut text = areas(context.area).0;
                text.width = text.width.saturating_sub(1);
                self.viewer.act(wanted, text);
                Vec::new()
            }
        }
    }

    fn typed(&mut self, key: Key, context: &Context<'_>) -> Vec<Command> {
        if key.character().is_some() {
            let now = context.world.moment.uptime;
            self.burst = if self.burst.0 == now { (now, self.burst.1 + 1) } else { (now, 1) };
            // A slow line may hand over several keys at once, but hardly three quarters of a name.
            let most = self.name().map(|name| (name.chars().count() * 3).div_ceil(4).max(2));
            if most.is_some_and(|most| self.burst.1 >= most) {
                self.refuse();
                return Vec::new();
            }
        }
        self.note = "";
        self.line.typed(key);
        Vec::new()
    }

    fn pasted(&mut self, _text: &str, _context: &Context<'_>) -> Vec<Command> {
        if self.name().is_some() {
            self.refuse();
        }
        Vec::new()
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let (no, yes) = buttons(areas(context.area).1, self.question.verb);
        match () {
            () if no.contains(at) => vec![Command::Close],
            () if yes.contains(at) && self.name().is_none() => self.answer("y"),
            () if yes.contains(at) && self.is_typed() => self.answer(self.line.text()),
            () => Vec::new(),
        }
    }

    fn settle(&mut self, context: &Context<'_>) {
        let lines = self.lines(context.area.width);
        if self.viewer.lines() != lines {
            self.viewer.show(lines);
        }
        self.viewer.settle(areas(context.area).0);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        let question = &self.question;
        fill(frame.buffer_mut(), canvas.area, theme.style(Role::Dialog));
        let (_, tier_frame) = chrome::tier_roles(question.subject.tier);
        let danger = self.name().is_some();
        let lines = if danger { Role::DialogDanger } else { tier_frame };
        let title = [piece(if danger { Role::DialogDanger } else { Role::Strong }, question.title.clone())];
        let tier = chrome::tier_pieces(&question.subject);
        draw_frame(frame.buffer_mut(), theme, canvas.area, lines, &title, &tier);
        let (text, bottom) = areas(canvas.area);
        let text = Rect { x: text.x + 1, width: text.width.saturating_sub(1), ..text };
        self.viewer.draw(canvas, frame, text);
        self.draw_bottom(canvas, frame, bottom);
    }
}

impl ConfirmDialog {
    fn draw_bottom(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, bottom: Rect) {
        let theme = canvas.theme;
        let (rule_at, _) = split_top(bottom, 1);
        let rule = theme.glyphs().rule.repeat(usize::from(rule_at.width));
        Pen::new(frame.buffer_mut(), theme, rule_at).write(Role::Border, &rule);
        if !self.viewer.is_at_end(areas(canvas.area).0) {
            Pen::new(frame.buffer_mut(), theme, rule_at).skip(2).write(Role::Warn, " more below: down ");
        }
        let mut asks: Vec<Piece> = Vec::new();
        match &self.question.confirmation {
            Confirmation::TypeName(name) => {
                asks.push(piece(Role::Text, "Type "));
                asks.push(piece(Role::Strong, name.clone()));
                asks.push(piece(Role::Text, " to go on: "));
            }
            Confirmation::YesNo | Confirmation::None => {
                asks.push(piece(Role::Text, "Press "));
                asks.push(piece(Role::Key, "y"));
                asks.push(piece(Role::Text, " to go on, "));
                asks.push(piece(Role::Key, "n"));
                asks.push(piece(Role::Text, " or "));
                asks.push(piece(Role::Key, "esc"));
                asks.push(piece(Role::Text, " to cancel."));
            }
        }
        let at = row(bottom, 1);
        let mut pen = Pen::new(frame.buffer_mut(), theme, at);
        pen.skip(1).pieces(&asks);
        if let Some(name) = self.name() {
            let room = at.right().saturating_sub(pen.x + 2);
            let line = Rect { x: pen.x, width: (width(name) + 12).min(room), ..at };
            self.line.draw(frame, theme, line, "", canvas.focused);
        }
        Pen::new(frame.buffer_mut(), theme, row(bottom, 2)).skip(1).write(Role::Warn, self.note);
        let (no, yes) = buttons(bottom, self.question.verb);
        let is_ready = self.is_typed();
        button(frame, theme, no, "Cancel", !is_ready);
        button(frame, theme, yes, self.question.verb, is_ready);
    }
}

fn button(frame: &mut Frame<'_>, theme: &Theme, at: Rect, word: &str, focused: bool) {
    let role = if focused { Role::ButtonFocus } else { Role::Button };
    fill(frame.buffer_mut(), at, theme.style(role));
    // The brackets say which one has the focus where there are no colours.
    let words = if focused { format!("[ {word} ]") } else { format!("  {word}  ") };
    Pen::new(frame.buffer_mut(), theme, at).write(role, &words);
}

/// A paragraph for a question's text: a heading, and lines below it, which the dialog breaks to its width.
#[must_use]
pub fn paragraph(heading: &'static str, role: Role, lines: &[String]) -> Vec<TextLine> {
    if lines.is_empty() {
        return Vec::new();
    }
    let head = [TextLine::default(), TextLine::plain(Role::Heading, heading)];
    head.into_iter().chain(lines.iter().map(|line| TextLine::plain(role, format!("  {line}")))).collect()
}
