//! What a card says of its environment's drift: against its neighbour, and against the files.

use super::card::Line;
use crate::console::layer::Canvas;
use crate::console::theme::{Glyphs, Role};
use crate::console::view::drift::detail::{counts, standing_role};
use crate::console::widget::paint::{piece, pieces_width};
use crate::window::drift::side::neighbour_place;
use crate::window::drift::standing::Standing;
use crate::window::drift::watch::{Look, Outcome};
use crate::window::drift::{Conclusion, Counts};

/// The columns of the label.
const LABEL: u16 = 7;

/// One line against the neighbour and one against the files.
pub fn lines(canvas: &Canvas<'_>, environment: usize, room: u16) -> [Line; 2] {
    let drift = canvas.world.drifts.get(environment);
    let neighbour = match neighbour_place(&canvas.world.config, environment) {
        Some(_) => line(canvas, "drift", drift.and_then(|drift| drift.neighbour.as_ref()), room),
        None => Vec::new(),
    };
    let files = line(canvas, "files", drift.and_then(|drift| drift.files.as_ref()), room);
    // What is held against the files alone has its line in the first place.
    if neighbour.is_empty() { [files, neighbour] } else { [neighbour, files] }
}

/// The one of both lines that wants a look first.
pub fn gravest(canvas: &Canvas<'_>, environment: usize, room: u16) -> Line {
    let drift = canvas.world.drifts.get(environment);
    let has_neighbour = neighbour_place(&canvas.world.config, environment).is_some();
    let neighbour = drift.and_then(|drift| drift.neighbour.as_ref());
    let files = drift.and_then(|drift| drift.files.as_ref());
    if has_neighbour && gravity(neighbour) >= gravity(files) {
        line(canvas, "drift", neighbour, room)
    } else {
        line(canvas, "files", files, room)
    }
}

/// How much a look at it is wanted.
fn gravity(look: Option<&Look>) -> u8 {
    match look {
        Some(Look::Failed(_)) => 4,
        Some(Look::Known(outcome)) => match outcome.conclusion {
            Conclusion::Drift if open(outcome.counts) > 0 => 3,
            Conclusion::Unknown => 3,
            Conclusion::Drift => 2,
            Conclusion::None => 0,
        },
        Some(Look::Comparing) | None => 1,
    }
}

fn open(counts: Counts) -> usize {
    counts.unexplained + counts.unproven
}

fn line(canvas: &Canvas<'_>, label: &'static str, look: Option<&Look>, room: u16) -> Line {
    let glyphs = canvas.theme.glyphs();
    let width = usize::from(LABEL);
    let mut line = vec![piece(Role::Dim, format!("{label:<width$}"))];
    match look {
        None => line.push(piece(Role::Faint, "not compared yet")),
        Some(Look::Comparing) => line.push(piece(Role::Info, format!("comparing{}", glyphs.ellipsis))),
        Some(Look::Failed(why)) => line.push(piece(Role::Bad, format!("could not be read: {why}"))),
        Some(Look::Known(outcome)) => line.extend(known(outcome, glyphs, room.saturating_sub(LABEL))),
    }
    line
}

fn known(outcome: &Outcome, glyphs: &'static Glyphs, room: u16) -> Line {
    // What is told apart from drift has no place here.
    let drift = Counts { information: 0, ignored: 0, ..outcome.counts };
    match outcome.conclusion {
        Conclusion::None => return vec![piece(Role::Good, "none")],
        Conclusion::Unknown => {
            return vec![piece(Role::Bad, format!("{} not known: not all could be read", glyphs.warning))];
        }
        Conclusion::Drift => {}
    }
    let mut line = counts(drift);
    if outcome.has_gaps {
        line.push(piece(Role::Bad, format!("  {} not all read", glyphs.warning)));
    }
    if pieces_width(&line) <= room {
        return line;
    }
    let marks = [
        (Standing::Unexplained, drift.unexplained, glyphs.warning),
        (Standing::Unproven, drift.unproven, glyphs.unknown),
        (Standing::Explained, drift.explained, glyphs.applied),
    ];
    let present = marks.into_iter().filter(|(_, number, _)| *number > 0);
    present.map(|(standing, number, mark)| piece(standing_role(standing), format!("{mark}{number} "))).collect()
}
