//! How the draft screen looks.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::layer::Canvas;
use crate::console::theme::{Glyphs, Role};
use crate::console::view::drift::detail::role_of;
use crate::console::widget::paint::{Pen, Piece, piece, pieces_width, row, split_top, width, wrap};
use crate::console::words::{count, took};
use crate::window::drift::prove::Proof;

use super::{Areas, DraftScreen, Part, State};

/// The most rows that remarks take from the SQL.
const REMARKS: u16 = 6;

impl DraftScreen {
    pub(super) fn areas(&self, area: Rect) -> Areas {
        let (head, rest) = split_top(area, 1);
        let lines = u16::try_from(self.remark_lines(area.width.saturating_sub(2)).len()).unwrap_or(u16::MAX);
        let (remarks, rest) = split_top(rest, lines.min(REMARKS).min(area.height / 3));
        let (tabs, text) = split_top(rest, 1);
        let text = Rect { x: text.x + 1.min(text.width), width: text.width.saturating_sub(1), ..text };
        Areas { head, remarks, tabs, text }
    }

    /// The remarks, broken into rows.
    fn remark_lines(&self, room: u16) -> Vec<(Role, String)> {
        let mut lines = Vec::new();
        for (gravity, remark) in self.remarks() {
            let role = role_of(gravity);
            lines.extend(remark.lines().flat_map(|line| wrap(line, room)).map(|line| (role, line)));
        }
        lines
    }
}

/// The tab that a click hits.
pub(super) fn part_at(tabs: Rect, at: Position) -> Option<Part> {
    if !tabs.contains(at) {
        return None;
    }
    let mut x = tabs.x + 1;
    for part in Part::ALL {
        let end = x + width(part.word()) + 2;
        if (x..end).contains(&at.x) {
            return Some(part);
        }
        x = end + 1;
    }
    None
}

/// Draws the screen.
pub(super) fn draw(screen: &DraftScreen, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
    let areas = screen.areas(canvas.area);
    draw_head(screen, canvas, frame, areas.head);
    let room = areas.remarks.width.saturating_sub(2);
    let lines = screen.remark_lines(room);
    let hidden = lines.len() > usize::from(areas.remarks.height);
    for (index, (role, line)) in (0_u16..areas.remarks.height).zip(&lines) {
        let mut pen = Pen::new(frame.buffer_mut(), canvas.theme, row(areas.remarks, index));
        pen.skip(1).write(*role, line);
        if hidden && index + 1 == areas.remarks.height {
            pen.write(Role::Dim, " ").write(Role::Dim, canvas.theme.glyphs().ellipsis);
        }
    }
    draw_tabs(screen, canvas, frame, areas.tabs);
    let viewer = &screen.viewers[screen.part as usize];
    if viewer.lines().iter().all(|line| line.pieces.is_empty()) {
        let words = match (&screen.draft, &screen.state) {
            (None, State::Failed(why)) => why.as_str(),
            (None, State::Trying { .. }) => "The draft is being made.",
            (None, _) => "There is no draft.",
            (Some(_), _) => "There is nothing in this part.",
        };
        for (index, line) in (0_u16..).zip(wrap(words, areas.text.width.saturating_sub(2))) {
            Pen::new(frame.buffer_mut(), canvas.theme, row(areas.text, index)).write(Role::Dim, &line);
        }
        return;
    }
    viewer.draw(canvas, frame, areas.text);
}

fn draw_head(screen: &DraftScreen, canvas: &Canvas<'_>, frame: &mut Frame<'_>, head: Rect) {
    let theme = canvas.theme;
    let comparison = &screen.order.comparison;
    let mut words = vec![piece(Role::Text, "makes "), piece(Role::Strong, comparison.left.to_string())];
    words.extend([piece(Role::Text, " what "), piece(Role::Strong, comparison.right.to_string())]);
    let number = screen.draft.as_ref().map_or(0, |draft| draft.selection.len());
    if number > 0 {
        words.push(piece(Role::Text, format!(" is in {}", count(number, "difference"))));
    } else {
        words.push(piece(Role::Text, " is"));
    }
    let state = state(screen, canvas);
    let state_width = pieces_width(&state).min(head.width);
    let room = Rect { x: head.x + 1, width: head.width.saturating_sub(state_width + 4), ..head };
    Pen::new(frame.buffer_mut(), theme, room).pieces(&words);
    let place = Rect { x: head.right().saturating_sub(state_width + 1), width: state_width, ..head };
    Pen::new(frame.buffer_mut(), theme, place).pieces(&state);
}

/// Where the draft is.
fn state(screen: &DraftScreen, canvas: &Canvas<'_>) -> Vec<Piece> {
    let glyphs: &Glyphs = canvas.theme.glyphs();
    if screen.written.is_some() {
        return vec![piece(Role::Good, format!("{} written", glyphs.applied))];
    }
    match &screen.state {
        State::Trying { since, trial } => {
            let uptime = canvas.world.moment.uptime;
            let frame = usize::try_from(uptime.as_millis() / 120).unwrap_or(0);
            let doing = trial.map_or("drafting", |trial| trial.words());
            let mut pieces = vec![
                piece(Role::Info, glyphs.spinner[frame % glyphs.spinner.len()]),
                piece(Role::Text, format!(" {doing}")),
            ];
            let waited = uptime.saturating_sub(*since).as_secs();
            if waited > 0 {
                pieces.push(piece(Role::Dim, format!("  {}", took(std::time::Duration::from_secs(waited)))));
            }
            pieces
        }
        State::Tried(proof) => vec![proved(proof, glyphs)],
        State::Stopped => vec![piece(Role::Warn, format!("{} stopped before it was tried", glyphs.warning))],
        State::Failed(_) => vec![piece(Role::Bad, format!("{} not tried", glyphs.failed))],
    }
}

fn proved(proof: &Proof, glyphs: &'static Glyphs) -> Piece {
    match (proof.is_proved(), proof.rollback_is_proved()) {
        (true, true) => piece(Role::Good, format!("{} proved", glyphs.applied)),
        (true, false) => piece(Role::Warn, format!("{} proved, its rollback is not", glyphs.warning)),
        (false, _) => piece(Role::Bad, format!("{} not proved", glyphs.failed)),
    }
}

fn draw_tabs(screen: &DraftScreen, canvas: &Canvas<'_>, frame: &mut Frame<'_>, tabs: Rect) {
    let theme = canvas.theme;
    let rule = theme.glyphs().rule;
    let mut pen = Pen::new(frame.buffer_mut(), theme, tabs);
    pen.write(Role::Border, rule);
    for part in Part::ALL {
        let (role, open, close) = if part == screen.part { (Role::Accent, "[", "]") } else { (Role::Dim, " ", " ") };
        pen.write(role, open).write(role, part.word()).write(role, close).write(Role::Border, rule);
    }
    let rest = rule.repeat(usize::from(pen.room()));
    pen.write(Role::Border, &rest);
}
