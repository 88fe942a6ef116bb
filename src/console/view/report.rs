//! A window's report, as it was written.

use std::path::PathBuf;

use ratatui::Frame;

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, SEARCH_KEYS, ScreenSpec, TEXT_KEYS, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, Work};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::marks;
use crate::console::widget::viewer::{TextLine, Viewer};

/// Copies where the report lies.
pub const COPY_PATH: Action = Action("report.copy-path");

/// The report's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "report",
    title: "Report",
    about: "The report of a window: who, what, when, tickets, checks, backup and results, as Markdown. The same is \
            written as JSON beside it.",
    keys: &[
        Binding { action: action::COPY_ALL, keys: &["y"], words: "Copy the report", short: "copy", when: "" },
        Binding { action: COPY_PATH, keys: &["Y"], words: "Copy where the report lies", short: "copy path", when: "" },
    ],
    shared: &[&TEXT_KEYS, &SEARCH_KEYS],
};

/// The report on the screen.
#[derive(Debug)]
pub struct ReportScreen {
    path: PathBuf,
    environment: Option<usize>,
    viewer: Viewer,
}

impl ReportScreen {
    /// The report in a file, of an environment.
    #[must_use]
    pub fn of(path: PathBuf, environment: Option<usize>) -> Self {
        let viewer = Viewer::of(vec![TextLine::plain(Role::Dim, "Reading the report.")]);
        Self { path, environment, viewer }
    }
}

impl Layer for ReportScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "report".to_owned()
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        marks::subject_of(world, self.environment?)
    }

    fn is_typing(&self) -> bool {
        self.viewer.is_typing()
    }

    fn opened(&mut self, _context: &Context<'_>) -> Vec<Command> {
        vec![Command::Work(Work::ReadReport(self.path.clone()))]
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::COPY_ALL => {
                let text = self.viewer.lines().iter().map(|line| line.text() + "\n").collect();
                return vec![Command::Copy { what: "the report", text }];
            }
            COPY_PATH => {
                return vec![Command::Copy { what: "where it lies", text: self.path.display().to_string() }];
            }
            _ => self.viewer.act(wanted, context.area),
        };
        Vec::new()
    }

    fn typed(&mut self, key: Key, context: &Context<'_>) -> Vec<Command> {
        self.viewer.typed(key, context.area);
        Vec::new()
    }

    fn step_back(&mut self) -> bool {
        self.viewer.step_back()
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::Report(lines) => self.viewer.show(lines),
            Answer::Failed(trouble) => return vec![Command::Trouble(trouble)],
            _ => {}
        }
        Vec::new()
    }

    fn settle(&mut self, context: &Context<'_>) {
        self.viewer.settle(context.area);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        self.viewer.draw(canvas, frame, canvas.area);
    }
}
