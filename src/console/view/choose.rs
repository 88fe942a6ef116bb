//! A dialog that asks to choose one of a few things: a side, a kind, a format.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::keymap::{Action, Binding, LIST_KEYS, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{
    Pen, Piece, fill, frame as draw_frame, framed, piece, pieces_width, row, scroll_bar, width,
};

/// The dialog's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "choose",
    title: "Choose",
    about: "One of a few things to choose. Nothing is changed anywhere by choosing.",
    keys: &[
        Binding { action: action::OPEN, keys: &["enter"], words: "Take what is selected", short: "take", when: "" },
        Binding { action: action::BACK, keys: &["esc"], words: "Cancel", short: "cancel", when: "" },
    ],
    shared: &[&LIST_KEYS],
};

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the layer below is told.
    pub value: String,
    /// What it is called.
    pub words: String,
    /// What is to be known of it, at the right.
    pub note: Piece,
}

impl Choice {
    /// A choice without a note.
    #[must_use]
    pub fn new(value: impl Into<String>, words: impl Into<String>) -> Self {
        Self { value: value.into(), words: words.into(), note: piece(Role::Dim, "") }
    }

    /// The same with a note.
    #[must_use]
    pub fn with(mut self, role: Role, note: impl Into<String>) -> Self {
        self.note = piece(role, note.into());
        self
    }
}

/// The dialog on the screen.
#[derive(Debug)]
pub struct ChooseDialog {
    title: String,
    choices: Vec<Choice>,
    then: Action,
    list: ListState,
}

impl ChooseDialog {
    /// A dialog that hands the chosen value to the layer below for the action `then`. `selected` is chosen at first.
    #[must_use]
    pub fn of(title: impl Into<String>, choices: Vec<Choice>, selected: usize, then: Action) -> Self {
        let list = ListState { selected, offset: 0 };
        Self { title: title.into(), choices, then, list }
    }

    fn take(&self) -> Vec<Command> {
        let chosen = self.choices.get(self.list.selected);
        chosen.map_or_else(|| vec![Command::Close], |choice| vec![Command::Typed(self.then, choice.value.clone())])
    }
}

impl Layer for ChooseDialog {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        self.title.clone()
    }

    fn placement(&self, _context: &Context<'_>) -> Placement {
        let choice = |choice: &Choice| width(&choice.words) + width(&choice.note.text) + 8;
        let widest = self.choices.iter().map(choice).max().unwrap_or(0).max(width(&self.title) + 6);
        let height = u16::try_from(self.choices.len()).unwrap_or(u16::MAX).saturating_add(2);
        Placement::Dialog { width: widest.clamp(36, 76), height: height.max(3) }
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::OPEN => self.take(),
            action::BACK => vec![Command::Close],
            _ => {
                self.list.act(wanted, self.choices.len(), framed(context.area).height);
                Vec::new()
            }
        }
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        match self.list.hit(framed(context.area), at, self.choices.len()) {
            Some(index) => {
                self.list.selected = index;
                self.take()
            }
            None => Vec::new(),
        }
    }

    fn settle(&mut self, context: &Context<'_>) {
        self.list.settle(self.choices.len(), framed(context.area).height);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        let buffer = frame.buffer_mut();
        fill(buffer, canvas.area, theme.style(Role::Dialog));
        let title = [piece(Role::DialogFrame, self.title.clone())];
        let inside = draw_frame(buffer, theme, canvas.area, Role::DialogFrame, &title, &[]);
        for (index, number) in (0_u16..).zip(self.list.visible(self.choices.len(), inside.height)) {
            let choice = &self.choices[number];
            let at = row(inside, index);
            let selected = number == self.list.selected;
            if selected {
                Pen::new(buffer, theme, at).write(Role::Accent, theme.glyphs().cursor);
            }
            let room = at.width.saturating_sub(2);
            let note = pieces_width(std::slice::from_ref(&choice.note)).min(room);
            let words = Rect { x: at.x + 2, width: room.saturating_sub(note + 1), ..at };
            Pen::new(buffer, theme, words).write(Role::Text, &choice.words);
            let right = Rect { x: at.right().saturating_sub(note + 1), width: note, ..at };
            Pen::new(buffer, theme, right).write(choice.note.role, &choice.note.text);
            if selected {
                buffer.set_style(at, theme.style(Role::Selection));
            }
        }
        scroll_bar(buffer, theme, inside, self.list.offset, self.choices.len());
    }
}
