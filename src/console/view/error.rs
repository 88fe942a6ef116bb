//! An error in full, to be read and copied.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, SEARCH_KEYS, ScreenSpec, TEXT_KEYS, action};
use crate::console::layer::{Canvas, Command, Context, Layer};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::trouble::Trouble;
use crate::console::widget::paint::{piece, wrap};
use crate::console::widget::viewer::{TextLine, Viewer};

/// The error's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "error",
    title: "Error",
    about: "The newest error with all that is known of it: the place in the file, the server's SQLSTATE, detail and \
            hint, what is in the database now, and what to do next.",
    keys: &[Binding { action: action::COPY_ALL, keys: &["y"], words: "Copy all of it", short: "copy", when: "" }],
    shared: &[&TEXT_KEYS, &SEARCH_KEYS],
};

/// The columns of a label.
const LABEL: usize = 12;

/// An error on the screen.
#[derive(Debug)]
pub struct ErrorScreen {
    trouble: Trouble,
    viewer: Viewer,
    width: u16,
}

impl ErrorScreen {
    /// The screen of an error.
    #[must_use]
    pub fn of(trouble: Trouble) -> Self {
        Self { trouble, viewer: Viewer::default(), width: 0 }
    }

    fn lines(&self, room: u16) -> Vec<TextLine> {
        let mut lines = vec![TextLine::default(), TextLine::plain(Role::Bad, format!("  {}", self.trouble.title))];
        lines.push(TextLine::default());
        for line in wrap(&self.trouble.message, room.saturating_sub(4)) {
            lines.push(TextLine::plain(Role::Text, format!("  {line}")));
        }
        lines.push(TextLine::default());
        let next = (!self.trouble.next.is_empty()).then_some(("next", self.trouble.next.as_str(), Role::Strong));
        let facts = self.trouble.facts.iter().map(|(label, value)| (*label, value.as_str(), Role::Text));
        for (label, value, role) in facts.chain(next) {
            let rest = room.saturating_sub(u16::try_from(LABEL).unwrap_or(0) + 4);
            for (index, line) in wrap(value, rest).into_iter().enumerate() {
                let label = if index == 0 { label } else { "" };
                lines.push(TextLine::of(vec![piece(Role::Dim, format!("  {label:<LABEL$}")), piece(role, line)]));
            }
        }
        lines
    }
}

impl Layer for ErrorScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "error".to_owned()
    }

    fn is_typing(&self) -> bool {
        self.viewer.is_typing()
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        if wanted == action::COPY_ALL {
            return vec![Command::Copy { what: "the error", text: self.trouble.text() }];
        }
        self.viewer.act(wanted, context.area);
        Vec::new()
    }

    fn typed(&mut self, key: Key, context: &Context<'_>) -> Vec<Command> {
        self.viewer.typed(key, context.area);
        Vec::new()
    }

    fn step_back(&mut self) -> bool {
        self.viewer.step_back()
    }

    fn settle(&mut self, context: &Context<'_>) {
        let area: Rect = context.area;
        if self.width != area.width {
            self.width = area.width;
            self.viewer.show(self.lines(area.width));
        }
        self.viewer.settle(area);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        self.viewer.draw(canvas, frame, canvas.area);
    }
}
