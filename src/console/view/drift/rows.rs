//! How the rows of the tree look.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::console::layer::Canvas;
use crate::console::theme::{Glyphs, Role};
use crate::console::widget::paint::{Pen, Piece, frame as draw_frame, piece, pieces_width, row, scroll_bar};
use crate::window::drift::standing::Standing;
use crate::window::drift::words::name_within_schema;

use super::areas::inside;
use super::detail::{branch_words, sign, standing_role};
use super::draw::{border, shown};
use super::tree::{Key, Marked, Tally, Tree};
use super::{DriftScreen, Pane};

pub(super) fn draw_tree(screen: &DriftScreen, tree: &Tree, canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect) {
    let theme = canvas.theme;
    let buffer = frame.buffer_mut();
    let place = piece(Role::Dim, format!("{} of {}", (screen.list.selected + 1).min(tree.len()), tree.len()));
    let label = match tree.marks() {
        0 => vec![place],
        marks => vec![piece(Role::Match, format!("{marks} marked")), piece(Role::Dim, ", "), place],
    };
    let lines = border(screen, canvas, Pane::Tree);
    draw_frame(buffer, theme, area, lines, &[piece(Role::Strong, "differences")], &label);
    let rows = inside(area);
    for (index, number) in (0_u16..).zip(screen.list.visible(tree.len(), rows.height)) {
        let at = row(rows, index);
        let selected = number == screen.list.selected;
        draw_row(tree, number, canvas, buffer, Rect { width: at.width.saturating_sub(1), ..at });
        if selected {
            let role = if screen.pane == Pane::Tree && canvas.focused { Role::Selection } else { Role::SelectionIdle };
            Pen::new(buffer, theme, at).write(Role::Accent, theme.glyphs().cursor);
            buffer.set_style(at, theme.style(role));
        }
    }
    scroll_bar(buffer, theme, rows, screen.list.offset, tree.len());
    if tree.is_empty() {
        let words = if screen.filter.is_shown() || !shown(screen).is_empty() {
            "Nothing of what is asked for."
        } else {
            "Nothing differs."
        };
        Pen::new(buffer, theme, row(rows, 2)).skip(2).write(Role::Dim, words);
    }
}

fn draw_row(tree: &Tree, number: usize, canvas: &Canvas<'_>, buffer: &mut Buffer, at: Rect) {
    let (theme, glyphs) = (canvas.theme, canvas.theme.glyphs());
    let Some(node) = tree.node(number) else { return };
    let mark = match (tree.is_branch(number), tree.is_folded(number)) {
        (true, true) => glyphs.folded,
        (true, false) => glyphs.unfolded,
        (false, _) => " ",
    };
    let name = name(tree, number, glyphs);
    let indent = 3 + u16::from(node.depth);
    let room = at.width.saturating_sub(indent + pieces_width(&name) + 1);
    let note = match node.difference {
        Some(place) => standing(tree, place, at.width, glyphs),
        None => tally(node.tally, room, glyphs),
    };
    let note_width = pieces_width(&note);
    let words = Rect { width: at.width.saturating_sub(note_width + 1), ..at };
    let mut pen = Pen::new(buffer, theme, words);
    // The whole comparison has no room for a mark; the frame says how many there are.
    if node.depth > 0 {
        pen.skip(1);
        match mark_of(tree.marked(number)) {
            Some(mark) => pen.write(Role::Match, mark),
            None => pen.skip(1),
        };
        pen.skip(indent - 4);
    } else {
        pen.skip(indent - 2);
    }
    pen.write(Role::Dim, mark).write(Role::Text, " ").pieces(&name);
    let place = Rect { x: at.right().saturating_sub(note_width), width: note_width.min(at.width), ..at };
    Pen::new(buffer, theme, place).pieces(&note);
}

/// Whether what is below a row is marked: all of it, or some.
fn mark_of(marked: Marked) -> Option<&'static str> {
    match marked.marked {
        0 => None,
        number if number == marked.possible => Some("*"),
        _ => Some("."),
    }
}

/// What a row is called.
fn name(tree: &Tree, number: usize, glyphs: &'static Glyphs) -> Vec<Piece> {
    let Some(node) = tree.node(number) else { return Vec::new() };
    match &node.key {
        Key::Object(id) => {
            let mut pieces = Vec::new();
            if let Some(difference) = tree.difference(number) {
                pieces.extend([sign(difference.presence), piece(Role::Text, " ")]);
            }
            let role = match node.difference.map(|place| tree.comparison().standing(place as usize)) {
                Some(Standing::Unexplained | Standing::Unproven) => Role::Strong,
                Some(Standing::Information | Standing::Ignored) => Role::Dim,
                Some(Standing::Explained) | None => Role::Text,
            };
            if id.kind.is_part() {
                pieces.push(piece(Role::Dim, id.kind.word()));
                pieces.push(piece(role, format!(" {}", id.name)));
            } else {
                pieces.push(piece(role, name_within_schema(id)));
            }
            pieces
        }
        Key::Everything => {
            let (left, right) = (&tree.comparison().left, &tree.comparison().right);
            vec![piece(Role::Heading, format!("{left} {} {right}", glyphs.becomes))]
        }
        key => vec![piece(if node.depth == 1 { Role::Heading } else { Role::Text }, branch_words(key))],
    }
}

/// The mark of a standing.
#[must_use]
pub fn standing_mark(standing: Standing, glyphs: &'static Glyphs) -> &'static str {
    match standing {
        Standing::Unexplained => glyphs.warning,
        Standing::Unproven => glyphs.unknown,
        Standing::Explained => glyphs.applied,
        Standing::Information => glyphs.dot,
        Standing::Ignored => glyphs.unverified,
    }
}

/// What a difference is, in as many words as there is room for.
fn standing(tree: &Tree, place: u32, room: u16, glyphs: &'static Glyphs) -> Vec<Piece> {
    let standing = tree.comparison().standing(place as usize);
    let (role, mark) = (standing_role(standing), standing_mark(standing, glyphs));
    if room < 44 {
        return vec![piece(role, mark)];
    }
    let explanation = tree.comparison().explanations.get(place as usize).and_then(Option::as_ref);
    let cause = explanation.filter(|_| standing == Standing::Explained).and_then(|explanation| explanation.by.first());
    // A version says more than that there is one.
    let words = match cause.map(|cause| cause.migration.split('_').next().unwrap_or_default().to_owned()) {
        Some(version) if room >= 52 => version,
        _ => standing.word().to_owned(),
    };
    vec![piece(role, format!("{mark} ")), piece(role, words)]
}

/// How many differences there are of each standing, in words where they fit.
fn tally(tally: Tally, room: u16, glyphs: &'static Glyphs) -> Vec<Piece> {
    let mut long: Vec<Piece> = Vec::new();
    let mut short: Vec<Piece> = Vec::new();
    for (standing, number) in tally.present() {
        let gap = if long.is_empty() { "" } else { "  " };
        let role = standing_role(standing);
        long.push(piece(role, format!("{gap}{number} {}", standing.word())));
        let gap = if short.is_empty() { "" } else { " " };
        short.push(piece(role, format!("{gap}{}{number}", standing_mark(standing, glyphs))));
    }
    if pieces_width(&long) <= room { long } else { short }
}
