//! An environment's card: how it is, in one to three lines.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::drift;
use crate::console::layer::Canvas;
use crate::console::theme::{Glyphs, Role};
use crate::console::view::chrome::{tier_label, tier_roles};
use crate::console::view::marks;
use crate::console::widget::paint::{Pen, Piece, frame as draw_frame, piece, pieces_width, row, width, wrap};
use crate::console::words::{age, ago, took, until};
use crate::postgres::history::HistoryState;
use crate::postgres::server_info::PoolMode;
use crate::window::board::Column;
use crate::window::monitor::{EnvironmentState, EnvironmentView};
use crate::window::status::Status;

/// Draws the card of an environment.
pub fn draw(canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect, index: usize, selected: bool) {
    let (theme, world) = (canvas.theme, canvas.world);
    let glyphs = theme.glyphs();
    let (Some(settings), Some(state)) = (world.config.environments.get(index), world.environments.get(index)) else {
        return;
    };
    let subject = marks::subject(settings);
    let (label_role, frame_role) = tier_roles(settings.tier);
    let label = [piece(label_role, tier_label(&subject))];
    let name = settings.name.to_string();
    let cursor = if selected { format!("{} ", glyphs.cursor) } else { String::new() };
    let title = [piece(Role::Accent, cursor), piece(Role::Strong, name)];
    let lines_role = if selected && canvas.focused { Role::BorderFocus } else { frame_role };
    // A label that does not fit beside the name gets the first line inside: it is never left out.
    let fits = pieces_width(&title) + pieces_width(&label) + 7 <= area.width;
    let inside = draw_frame(frame.buffer_mut(), theme, area, lines_role, &title, if fits { &label } else { &[] });
    let mut first: Vec<Piece> = Vec::new();
    if !fits {
        first.extend(label);
        first.push(piece(Role::Text, " "));
    }
    let room = inside.width.saturating_sub(2);
    let lines = lines(canvas, index, state, room, inside.height, pieces_width(&first));
    for (number, line) in (0_u16..).zip(lines.iter().take(usize::from(inside.height))) {
        let at = row(inside, number);
        let mut pen = Pen::new(frame.buffer_mut(), theme, Rect { width: at.width.saturating_sub(1), ..at });
        pen.skip(1);
        if number == 0 {
            pen.pieces(&first);
        }
        pen.pieces(line);
    }
}

pub(super) type Line = Vec<Piece>;

fn lines(canvas: &Canvas<'_>, index: usize, state: &EnvironmentState, room: u16, height: u16, taken: u16) -> Vec<Line> {
    let now = canvas.world.moment.now;
    let glyphs = canvas.theme.glyphs();
    let column = canvas.world.board.columns.get(index);
    match state {
        EnvironmentState::Connecting => {
            let frame = canvas.world.moment.uptime.as_millis() / 120;
            let spinner = glyphs.spinner[usize::try_from(frame).unwrap_or(0) % glyphs.spinner.len()];
            vec![vec![piece(Role::Info, spinner), piece(Role::Dim, " connecting")]]
        }
        EnvironmentState::NeedsPassword { .. } => vec![
            vec![piece(Role::Warn, glyphs.warning), piece(Role::Warn, " needs a password")],
            vec![piece(Role::Dim, "select it and press p")],
        ],
        EnvironmentState::Unreachable { why, retry_at, attempt, .. } => {
            let again = match attempt {
                1 => format!("again in {}", until(*retry_at, now)),
                _ => format!("again in {} (try {})", until(*retry_at, now), attempt + 1),
            };
            let short = || {
                vec![
                    piece(Role::Bad, format!("{} unreachable", glyphs.failed)),
                    piece(Role::Dim, format!(", {}", until(*retry_at, now))),
                ]
            };
            match height {
                0 | 1 => return vec![short()],
                // The label has the first line to itself.
                2 if taken > 0 => return vec![Vec::new(), short()],
                3 if room.saturating_sub(taken) < 12 => return vec![Vec::new(), short()],
                _ => {}
            }
            let why = format!("{} unreachable: {why}", glyphs.failed);
            let mut lines: Vec<Line> = Vec::new();
            // The first line may have less room, because of the label.
            let head: String = wrap(&why, room.saturating_sub(taken)).into_iter().next().unwrap_or_default();
            let rest = why.get(head.len()..).unwrap_or_default().trim_start().to_owned();
            lines.push(vec![piece(Role::Bad, head)]);
            if height > 2 {
                lines.push(vec![piece(Role::Bad, rest)]);
            }
            lines.push(vec![piece(Role::Dim, again)]);
            lines
        }
        EnvironmentState::Ready(view) => ready(canvas, index, view, column, room, height),
    }
}

fn ready(
    canvas: &Canvas<'_>,
    index: usize,
    view: &EnvironmentView,
    column: Option<&Column>,
    room: u16,
    height: u16,
) -> Vec<Line> {
    let glyphs = canvas.theme.glyphs();
    let server = server(view);
    let counts = column.map(|column| counts(column, glyphs, room)).unwrap_or_default();
    let concern = concern(canvas, view);
    let shows_drift = !canvas.world.config.drift.refresh.is_zero();
    match (height, concern) {
        (5.., concern) if shows_drift => {
            let [drift, files] = drift::lines(canvas, index, room);
            vec![server, counts, drift, files, concern.unwrap_or_else(|| latest(canvas, index))]
        }
        (3.., concern) if shows_drift => {
            vec![concern.unwrap_or(server), counts, drift::gravest(canvas, index, room)]
        }
        (3.., concern) => vec![server, counts, concern.unwrap_or_else(|| latest(canvas, index))],
        (2, Some(concern)) => vec![concern, counts],
        (2, None) => vec![server, counts],
        // What is pending matters more than that nothing is on record yet.
        (_, Some(remark)) if matches!(view.history, HistoryState::Absent) => vec![joined(counts, remark)],
        (_, Some(concern)) => vec![concern],
        (_, None) => vec![counts],
    }
}

/// Two lines as one.
fn joined(mut line: Line, other: Line) -> Line {
    line.push(piece(Role::Text, "  "));
    line.extend(other);
    line
}

/// The server: version, latency, user.
fn server(view: &EnvironmentView) -> Line {
    vec![
        piece(Role::Text, view.info.version.short().to_owned()),
        piece(Role::Dim, format!("  {}", took(view.latency))),
        piece(Role::Dim, format!("  {}", view.info.user)),
    ]
}

/// How many migrations have each status: in words where they fit, else by their marks.
fn counts(column: &Column, glyphs: &'static Glyphs, room: u16) -> Line {
    let mut present: Vec<(Status, u32)> = column.counts.present().collect();
    if !present.iter().any(|(status, _)| *status == Status::Pending) {
        let after_applied = present.iter().position(|(status, _)| *status != Status::Applied).unwrap_or(present.len());
        present.insert(after_applied, (Status::Pending, 0));
    }
    let role = |status, number| if number == 0 { Role::Dim } else { marks::mark(status, glyphs).0 };
    let spelled = |in_words: &dyn Fn(Status) -> bool| {
        let mut line: Line = Vec::new();
        for (status, number) in &present {
            let (_, glyph) = marks::mark(*status, glyphs);
            line.push(piece(Role::Text, if line.is_empty() { "" } else { "  " }));
            if in_words(*status) {
                line.push(piece(role(*status, *number), number.to_string()));
                line.push(piece(Role::Dim, format!(" {}", status.words())));
            } else {
                line.push(piece(role(*status, *number), format!("{glyph}{number}")));
            }
        }
        line
    };
    let all = spelled(&|_| true);
    if pieces_width(&all) <= room {
        return all;
    }
    let some = spelled(&|status| matches!(status, Status::Applied | Status::Pending));
    if pieces_width(&some) <= room { some } else { spelled(&|_| false) }
}

/// What an operator must know before anything else about an environment that answers.
fn concern(canvas: &Canvas<'_>, view: &EnvironmentView) -> Option<Line> {
    let glyph = canvas.theme.glyphs().warning;
    let warn = |role: Role, words: String| Some(vec![piece(role, format!("{glyph} {words}"))]);
    match &view.history {
        HistoryState::WrongShape(why) => return warn(Role::Bad, format!("history table: {why}")),
        HistoryState::Present { readable: false, missing, .. } => {
            return warn(Role::Bad, format!("history cannot be read: {}", missing.join(", ")));
        }
        HistoryState::Absent | HistoryState::Present { .. } => {}
    }
    if let Some(holder) = &view.holder {
        let since = holder.since.map(|since| format!(" ({})", age(since, canvas.world.moment.now)));
        let words = format!("held by {}, {}{}", holder.user, holder.application_name, since.unwrap_or_default());
        return warn(Role::Info, words);
    }
    match view.info.pooled {
        PoolMode::Transaction => return warn(Role::Bad, "behind a transaction pooler: read only".to_owned()),
        PoolMode::Direct | PoolMode::Session | PoolMode::Unknown => {}
    }
    if view.info.in_recovery {
        return warn(Role::Warn, "a standby: it can only be read".to_owned());
    }
    matches!(view.history, HistoryState::Absent).then(|| vec![piece(Role::Dim, "no history table yet")])
}

/// What happened last.
fn latest(canvas: &Canvas<'_>, environment: usize) -> Line {
    let Some(last) = canvas.world.latest(environment) else {
        return vec![piece(Role::Dim, "nothing applied yet")];
    };
    let what = if last.rolled_back { "rolled back" } else { "applied" };
    let at = last.rollback_at.unwrap_or(last.applied_at);
    let words = format!("last {what} {}", ago(at, canvas.world.moment.now));
    let by = last.facts.as_ref().and_then(|facts| facts.operator.as_deref()).unwrap_or(&last.applied_by);
    let by = if width(by) == 0 { String::new() } else { format!(" by {by}") };
    vec![piece(Role::Dim, words), piece(Role::Dim, by)]
}
