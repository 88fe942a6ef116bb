//! What is copied of the selected row.

use crate::console::layer::Command;
use crate::console::widget::viewer::TextLine;

use super::DriftScreen;
use super::detail::Showing;
use super::tree::Key;

impl DriftScreen {
    pub(super) fn copy_name(&self) -> Vec<Command> {
        let node = self.tree.as_ref().and_then(|tree| tree.node(self.list.selected));
        match node.map(|node| &node.key) {
            Some(Key::Object(id)) => vec![Command::Copy { what: "the object's name", text: id.to_string() }],
            Some(Key::Schema(Some(schema))) => {
                vec![Command::Copy { what: "the schema's name", text: schema.to_string() }]
            }
            _ => vec![Command::Toast("Select an object first.".to_owned())],
        }
    }

    pub(super) fn copy_text(&self) -> Vec<Command> {
        let Some(detail) = &self.detail else { return Vec::new() };
        let (what, lines) = match self.showing_of(detail) {
            Showing::Attributes => ("the attributes", detail.attributes.lines()),
            Showing::Beside | Showing::Unified => ("the SQL of both sides", detail.unified.lines()),
        };
        let heading = detail.heading.iter().chain(lines);
        vec![Command::Copy { what, text: heading.map(|line| TextLine::text(line) + "\n").collect() }]
    }
}
