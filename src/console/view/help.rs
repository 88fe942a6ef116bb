//! The help: what a screen is for and which keys it knows, made from the key table.

use ratatui::Frame;

use crate::console::key::Key;
use crate::console::keymap::{Action, Keymap, SEARCH_KEYS, ScreenSpec, TEXT_KEYS};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::SCREENS;
use crate::console::widget::paint::{fill, frame as draw_frame, piece, wrap};
use crate::console::widget::viewer::{TextLine, Viewer};

/// The help's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "help",
    title: "Help",
    about: "The keys of the screen below, as they are configured.",
    keys: &[],
    shared: &[&TEXT_KEYS, &SEARCH_KEYS],
};

/// The widest that the help gets, frame included.
const WIDTH: u16 = 84;

/// The columns that the keys take.
const KEYS: usize = 22;

/// The help for a screen.
#[derive(Debug)]
pub struct Help {
    screen: &'static str,
    viewer: Viewer,
}

impl Help {
    /// The help for the screen of this name.
    #[must_use]
    pub fn of(screen: &'static str) -> Self {
        Self { screen, viewer: Viewer::default() }
    }

    fn spec_of_screen(&self) -> &'static ScreenSpec {
        SCREENS.iter().find(|spec| spec.name == self.screen).copied().unwrap_or(&SPEC)
    }
}

fn inside(context: &Context<'_>) -> ratatui::layout::Rect {
    let area = context.area;
    ratatui::layout::Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(3),
        height: area.height.saturating_sub(2),
    }
}

impl Layer for Help {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "help".to_owned()
    }

    fn placement(&self, context: &Context<'_>) -> Placement {
        let lines = u16::try_from(self.viewer.lines().len()).unwrap_or(u16::MAX);
        let height = if lines == 0 { u16::MAX } else { lines.saturating_add(2) };
        Placement::Dialog { width: WIDTH.min(context.area.width), height }
    }

    fn is_typing(&self) -> bool {
        self.viewer.is_typing()
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        let lines = lines(self.spec_of_screen(), context.keymap, inside(context).width);
        self.viewer.show(lines);
        Vec::new()
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        self.viewer.act(wanted, inside(context));
        Vec::new()
    }

    fn typed(&mut self, key: Key, context: &Context<'_>) -> Vec<Command> {
        self.viewer.typed(key, inside(context));
        Vec::new()
    }

    fn step_back(&mut self) -> bool {
        self.viewer.step_back()
    }

    fn settle(&mut self, context: &Context<'_>) {
        self.viewer.settle(inside(context));
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        fill(frame.buffer_mut(), canvas.area, canvas.theme.style(Role::Dialog));
        let title = [piece(Role::DialogFrame, format!("Help: {}", self.spec_of_screen().title))];
        draw_frame(frame.buffer_mut(), canvas.theme, canvas.area, Role::DialogFrame, &title, &[]);
        let context = Context { world: canvas.world, keymap: canvas.keymap, area: canvas.area };
        self.viewer.draw(canvas, frame, inside(&context));
    }
}

/// The help as lines of text.
fn lines(spec: &ScreenSpec, keymap: &Keymap, room: u16) -> Vec<TextLine> {
    let mut lines: Vec<TextLine> =
        wrap(spec.about, room.saturating_sub(1)).into_iter().map(|line| TextLine::plain(Role::Text, line)).collect();
    let mut group = "";
    for entry in keymap.entries(spec.name) {
        if entry.keys.is_empty() {
            continue;
        }
        if entry.group != group {
            group = entry.group;
            lines.push(TextLine::default());
            lines.push(TextLine::plain(Role::Heading, group));
        }
        let keys: Vec<String> = entry.keys.iter().map(Key::to_string).collect();
        let mut words = entry.binding.words.to_owned();
        if !entry.binding.when.is_empty() {
            words.push_str(&format!(" ({})", entry.binding.when));
        }
        let rest = room.saturating_sub(u16::try_from(KEYS).unwrap_or(0) + 3);
        for (index, line) in wrap(&words, rest).into_iter().enumerate() {
            let keys = if index == 0 { keys.join("  ") } else { String::new() };
            lines.push(TextLine::of(vec![piece(Role::Key, format!("  {keys:<KEYS$}")), piece(Role::Text, line)]));
        }
    }
    lines
}
