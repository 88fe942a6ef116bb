//! The checklist of a migration, as a text: what is ticked with its proof, what was answered, what is open.

use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::widget::paint::piece;
use crate::console::widget::viewer::TextLine;
use crate::review::checklist::List;
use crate::window::approval::checked::{Checked, Mark, checked};

/// The lines for a migration in an environment; `None` where it waits for no approval there.
pub(super) fn lines(world: &World, environment: usize, migration: &str, room: u16) -> Option<Vec<TextLine>> {
    let (checklist, standing) = (world.checklist(environment, migration)?, world.standing(environment, migration)?);
    let entries = checked(checklist, standing);
    let settled = entries.iter().filter(|one| one.mark().is_settled()).count();
    let mut lines = vec![TextLine::plain(Role::Text, format!("{settled} of {} settled", entries.len()))];
    for list in [List::Review, List::Testing] {
        let heading = match list {
            List::Review => "Review",
            List::Testing => "Testing",
        };
        lines.extend([TextLine::default(), TextLine::plain(Role::Heading, heading)]);
        for one in entries.iter().filter(|one| one.item.entry.list == list) {
            lines.extend(of_entry(one, world.glyphs, room));
        }
    }
    Some(lines)
}

fn of_entry(one: &Checked<'_>, glyphs: &Glyphs, room: u16) -> Vec<TextLine> {
    let (role, glyph) = match one.mark() {
        Mark::Proved | Mark::Yes => (Role::Good, glyphs.applied),
        Mark::No => (Role::Bad, glyphs.failed),
        Mark::Against => (Role::Warn, glyphs.warning),
        Mark::Open => (Role::Dim, glyphs.pending),
    };
    let head = vec![
        piece(role, format!("{glyph} ")),
        piece(Role::Strong, format!("{:<20} ", one.item.entry.name)),
        piece(Role::Text, one.item.entry.words),
    ];
    let mut lines = vec![TextLine::of(head)];
    for words in one.words() {
        let role = if one.mark() == Mark::Proved { Role::Dim } else { Role::Text };
        lines.extend(TextLine::plain(role, format!("    {words}")).broken(room, 4));
    }
    lines
}
