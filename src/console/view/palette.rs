//! The palette: every action that is possible, found by a few letters of its words.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::widget::input::InputLine;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{Pen, fill, frame as draw_frame, piece, row, split_top};

/// The palette's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "palette",
    title: "Commands",
    about: "Every action of the screen below with its key. Type a few letters of what you want to do.",
    keys: &[
        Binding { action: action::OPEN, keys: &["enter"], words: "Do it", short: "do it", when: "" },
        Binding { action: action::DOWN, keys: &["down", "tab", "ctrl-n"], words: "Next action", short: "", when: "" },
        Binding {
            action: action::UP,
            keys: &["up", "shift-tab", "ctrl-p"],
            words: "Previous action",
            short: "",
            when: "",
        },
        Binding { action: action::PAGE_DOWN, keys: &["pgdn"], words: "A page down", short: "", when: "" },
        Binding { action: action::PAGE_UP, keys: &["pgup"], words: "A page up", short: "", when: "" },
        Binding { action: action::BACK, keys: &["esc"], words: "Leave the palette", short: "leave", when: "" },
    ],
    shared: &[],
};

/// The columns of the key at the right.
const KEYS: u16 = 10;

/// An action that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    action: Action,
    words: &'static str,
    /// The key to show; the help lists them all.
    key: String,
    matched: Vec<u32>,
}

/// The palette on the screen.
#[derive(Debug)]
pub struct Palette {
    screen: &'static str,
    line: InputLine,
    list: ListState,
    all: Vec<Choice>,
    found: Vec<Choice>,
}

impl Palette {
    /// The palette for the screen of this name.
    #[must_use]
    pub fn of(screen: &'static str) -> Self {
        Self { screen, line: InputLine::default(), list: ListState::default(), all: Vec::new(), found: Vec::new() }
    }

    /// Ranks the choices by how well they match what was typed.
    fn look(&mut self) {
        let pattern = Pattern::parse(self.line.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut ranked: Vec<(u32, Choice)> = Vec::new();
        for choice in &self.all {
            let mut letters = Vec::new();
            let mut matched = Vec::new();
            let haystack = Utf32Str::new(choice.words, &mut letters);
            if let Some(score) = pattern.indices(haystack, &mut matcher, &mut matched) {
                matched.sort_unstable();
                ranked.push((score, Choice { matched, ..choice.clone() }));
            }
        }
        // A stable sort keeps the order of the table among equals.
        ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.found = ranked.into_iter().map(|(_, choice)| choice).collect();
        self.list = ListState::default();
    }

    fn choose(&self) -> Vec<Command> {
        match self.found.get(self.list.selected) {
            Some(choice) => vec![Command::CloseAndAct(choice.action)],
            None => Vec::new(),
        }
    }
}

fn rows(area: Rect) -> Rect {
    let inside = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    split_top(inside, 2).1
}

impl Layer for Palette {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "commands".to_owned()
    }

    fn placement(&self, _context: &Context<'_>) -> Placement {
        Placement::Dialog { width: 76, height: 20 }
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        // What moves a cursor is for the fingers; nobody looks it up to have it done once.
        let is_movement = |wanted: Action| {
            use action::{BOTTOM, DOWN, HALF_DOWN, HALF_UP, LEFT, PAGE_DOWN, PAGE_UP, PALETTE, RIGHT, TOP, UP};
            [UP, DOWN, LEFT, RIGHT, HALF_UP, HALF_DOWN, PAGE_UP, PAGE_DOWN, TOP, BOTTOM, PALETTE].contains(&wanted)
        };
        self.all = context
            .keymap
            .entries(self.screen)
            .iter()
            .filter(|entry| !is_movement(entry.binding.action))
            .map(|entry| Choice {
                action: entry.binding.action,
                words: entry.binding.words,
                key: entry.keys.first().map(Key::to_string).unwrap_or_default(),
                matched: Vec::new(),
            })
            .collect();
        self.look();
        Vec::new()
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::OPEN => return self.choose(),
            action::BACK => return vec![Command::Close],
            _ => self.list.act(wanted, self.found.len(), rows(context.area).height),
        };
        Vec::new()
    }

    fn typed(&mut self, key: Key, _context: &Context<'_>) -> Vec<Command> {
        if self.line.typed(key) {
            self.look();
        }
        Vec::new()
    }

    fn pasted(&mut self, text: &str, _context: &Context<'_>) -> Vec<Command> {
        self.line.pasted(text);
        self.look();
        Vec::new()
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        match self.list.hit(rows(context.area), at, self.found.len()) {
            Some(index) => {
                self.list.selected = index;
                self.choose()
            }
            None => Vec::new(),
        }
    }

    fn settle(&mut self, context: &Context<'_>) {
        self.list.settle(self.found.len(), rows(context.area).height);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        fill(frame.buffer_mut(), canvas.area, theme.style(Role::Dialog));
        let title = [piece(Role::DialogFrame, "Commands")];
        let inside = draw_frame(frame.buffer_mut(), theme, canvas.area, Role::DialogFrame, &title, &[]);
        let mut pen = Pen::new(frame.buffer_mut(), theme, row(inside, 0));
        pen.skip(1).write(Role::Key, ":").skip(1);
        let line = Rect { x: pen.x, width: inside.right().saturating_sub(pen.x + 1), ..row(inside, 0) };
        self.line.draw(frame, theme, line, "what do you want to do?", canvas.focused);
        let rows = rows(canvas.area);
        let buffer = frame.buffer_mut();
        if self.found.is_empty() {
            Pen::new(buffer, theme, row(rows, 0)).skip(3).write(Role::Dim, "No action has these letters.");
        }
        for (index, number) in self.list.visible(self.found.len(), rows.height).enumerate() {
            let choice = &self.found[number];
            let at = row(rows, u16::try_from(index).unwrap_or(u16::MAX));
            let selected = number == self.list.selected;
            let mut pen = Pen::new(buffer, theme, at);
            pen.skip(1).write(Role::Accent, if selected { theme.glyphs().cursor } else { " " }).skip(1);
            let keys_at = at.right().saturating_sub(KEYS);
            for (letter, character) in (0_u32..).zip(choice.words.chars()) {
                let role = if choice.matched.binary_search(&letter).is_ok() { Role::Match } else { Role::Text };
                if pen.x + 2 < keys_at {
                    pen.write(role, character.encode_utf8(&mut [0; 4]));
                }
            }
            pen.to(keys_at).write(Role::Key, &choice.key);
            if selected {
                buffer.set_style(at, theme.style(Role::Selection));
            }
        }
    }
}
