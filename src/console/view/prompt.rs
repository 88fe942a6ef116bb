//! A dialog that asks for a line of text: the reason for a skip or a waiver, what a draft is about.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::widget::input::InputLine;
use crate::console::widget::paint::{Pen, fill, frame as draw_frame, piece, row, wrap};

/// The dialog's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "prompt",
    title: "Words",
    about: "A line of text: a reason that will stand in the window's report, or what a migration is about.",
    keys: &[
        Binding { action: action::OPEN, keys: &["enter"], words: "Take what was typed", short: "go on", when: "" },
        Binding { action: action::BACK, keys: &["esc"], words: "Cancel", short: "cancel", when: "" },
    ],
    shared: &[],
};

/// The dialog on the screen.
#[derive(Debug)]
pub struct Prompt {
    title: String,
    words: String,
    then: Action,
    line: InputLine,
}

impl Prompt {
    /// A dialog that explains itself in `words`, and hands what was typed to the layer below for the action `then`.
    #[must_use]
    pub fn of(title: impl Into<String>, words: impl Into<String>, then: Action) -> Self {
        Self { title: title.into(), words: words.into(), then, line: InputLine::default() }
    }
}

impl Layer for Prompt {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        self.title.clone()
    }

    fn placement(&self, _context: &Context<'_>) -> Placement {
        Placement::Dialog { width: 72, height: 9 }
    }

    fn is_guarded(&self) -> bool {
        true
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn act(&mut self, wanted: Action, _context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::OPEN if !self.line.text().trim().is_empty() => {
                vec![Command::Typed(self.then, self.line.text().trim().to_owned())]
            }
            action::BACK => vec![Command::Close],
            _ => Vec::new(),
        }
    }

    fn typed(&mut self, key: Key, _context: &Context<'_>) -> Vec<Command> {
        self.line.typed(key);
        Vec::new()
    }

    fn pasted(&mut self, text: &str, _context: &Context<'_>) -> Vec<Command> {
        self.line.pasted(text);
        Vec::new()
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        fill(frame.buffer_mut(), canvas.area, theme.style(Role::Dialog));
        let title = [piece(Role::DialogFrame, self.title.clone())];
        let inside = draw_frame(frame.buffer_mut(), theme, canvas.area, Role::DialogFrame, &title, &[]);
        let lines = wrap(&self.words, inside.width.saturating_sub(4));
        for (index, line) in (1_u16..4).zip(&lines) {
            Pen::new(frame.buffer_mut(), theme, row(inside, index)).skip(2).write(Role::Text, line);
        }
        let at = row(inside, inside.height.saturating_sub(2));
        let at = Rect { x: at.x + 2, width: at.width.saturating_sub(4), ..at };
        self.line.draw(frame, theme, at, "in a few words", canvas.focused);
    }
}
