//! The files in the migrations' folders that are not as they should be: none of them is passed over in silence.

use ratatui::Frame;

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, SEARCH_KEYS, ScreenSpec, TEXT_KEYS, action};
use crate::console::layer::{Canvas, Command, Context, Layer};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::widget::paint::{piece, wrap};
use crate::console::widget::viewer::{TextLine, Viewer};

/// The list's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "files",
    title: "Files",
    about: "Files whose name is not that of a migration, rollbacks without a migration, versions that occur twice, and \
            what could not be read. They are not applied; mend or move them.",
    keys: &[Binding { action: action::COPY_ALL, keys: &["y"], words: "Copy the list", short: "copy", when: "" }],
    shared: &[&TEXT_KEYS, &SEARCH_KEYS],
};

/// The list on the screen.
#[derive(Debug, Default)]
pub struct FilesScreen {
    viewer: Viewer,
}

impl Layer for FilesScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "files".to_owned()
    }

    fn is_typing(&self) -> bool {
        self.viewer.is_typing()
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.noticed(context)
    }

    fn noticed(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.viewer.show(lines(context));
        Vec::new()
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        if wanted == action::COPY_ALL {
            let text = self.viewer.lines().iter().map(|line| line.text() + "\n").collect();
            return vec![Command::Copy { what: "the list", text }];
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
        self.viewer.settle(context.area);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        self.viewer.draw(canvas, frame, canvas.area);
    }
}

fn lines(context: &Context<'_>) -> Vec<TextLine> {
    let root = &context.world.config.root;
    let problems = context.world.catalogue.as_ref().map(|catalogue| &*catalogue.problems).unwrap_or_default();
    let mut lines = vec![TextLine::default()];
    for problem in problems {
        let path = problem.path.strip_prefix(root).unwrap_or(&problem.path).display().to_string();
        lines.push(TextLine::of(vec![piece(Role::Warn, " ! "), piece(Role::Strong, path)]));
        for line in wrap(&problem.to_string(), context.area.width.saturating_sub(6)) {
            lines.push(TextLine::of(vec![piece(Role::Text, format!("   {line}"))]));
        }
        lines.push(TextLine::default());
    }
    if problems.is_empty() {
        lines.push(TextLine::plain(Role::Good, "  Every file is as it should be."));
    }
    lines
}
