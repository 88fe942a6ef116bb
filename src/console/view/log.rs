//! The log: the newest lines of what the program says about its work, and what the servers said.

use ratatui::Frame;
use tracing::Level;

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, SEARCH_KEYS, ScreenSpec, TEXT_KEYS, action};
use crate::console::layer::{Canvas, Command, Context, Layer};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::widget::paint::{Pen, piece, row};
use crate::console::widget::viewer::{TextLine, Viewer};

/// The log's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "log",
    title: "Log",
    about: "What Tidegate did and what the servers said, newest last. New lines are followed while the last one is in \
            view. The log file has all of it.",
    keys: &[Binding { action: action::COPY_ALL, keys: &["y"], words: "Copy the whole log", short: "copy", when: "" }],
    shared: &[&TEXT_KEYS, &SEARCH_KEYS],
};

/// The log on the screen.
#[derive(Debug, Default)]
pub struct LogScreen {
    viewer: Viewer,
    shown: Option<(usize, jiff::Timestamp)>,
}

impl Layer for LogScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "log".to_owned()
    }

    fn is_typing(&self) -> bool {
        self.viewer.is_typing()
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.settle(context);
        self.viewer.act(action::BOTTOM, context.area);
        Vec::new()
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        if wanted == action::COPY_ALL {
            let text = self.viewer.lines().iter().map(|line| line.text() + "\n").collect();
            return vec![Command::Copy { what: "the log", text }];
        }
        self.viewer.act(wanted, context.area);
        Vec::new()
    }

    fn typed(&mut self, key: Key, context: &Context<'_>) -> Vec<Command> {
        self.viewer.typed(key, context.area);
        Vec::new()
    }

    fn pasted(&mut self, text: &str, context: &Context<'_>) -> Vec<Command> {
        self.viewer.pasted(text, context.area);
        Vec::new()
    }

    fn step_back(&mut self) -> bool {
        self.viewer.step_back()
    }

    fn settle(&mut self, context: &Context<'_>) {
        let lines = context.world.log.lines();
        let newest = lines.back().map(|line| (lines.len(), line.at));
        if newest != self.shown {
            let follows = self.viewer.is_at_end(context.area);
            self.viewer.show(lines.iter().map(text_line).collect());
            self.shown = newest;
            if follows {
                self.viewer.act(action::BOTTOM, context.area);
            }
        }
        self.viewer.settle(context.area);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        if self.viewer.lines().is_empty() {
            let at = row(canvas.area, 1);
            Pen::new(frame.buffer_mut(), canvas.theme, at).skip(2).write(Role::Dim, "Nothing has been logged yet.");
        }
        self.viewer.draw(canvas, frame, canvas.area);
    }
}

fn text_line(line: &crate::console::log::LogLine) -> TextLine {
    let (role, word) = match line.level {
        Level::ERROR => (Role::Bad, "error"),
        Level::WARN => (Role::Warn, "warn "),
        Level::INFO => (Role::Info, "info "),
        _ => (Role::Faint, "debug"),
    };
    let time = line.at.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M:%S").to_string();
    let part = line.target.strip_prefix("tidegate::").unwrap_or(&line.target).replace("::", " ");
    TextLine::of(vec![
        piece(Role::Dim, format!(" {time}  ")),
        piece(role, format!("{word}  ")),
        piece(Role::Dim, format!("{part}  ")),
        piece(Role::Text, line.text.clone()),
    ])
}
