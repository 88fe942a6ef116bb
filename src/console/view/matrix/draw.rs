//! How the matrix looks.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::layer::Canvas;
use crate::console::message::SideChoice;
use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::view::drift::detail::{counts, role_of, standing_role};
use crate::console::view::drift::{side_name, standing_mark};
use crate::console::widget::paint::{Pen, Piece, piece, row, scroll_bar, split_bottom, split_top, width, wrap};
use crate::console::words::{ago, took};
use crate::window::drift::standing::Standing;
use crate::window::drift::watch::Outcome;
use crate::window::drift::{Conclusion, Counts, words};

use super::{Cell, MatrixScreen, choice, member, sides_of, size};

/// How wide a cell is at least.
const CELL: u16 = 14;

/// How wide the names of the rows are at most.
const NAME: u16 = 20;

/// The rows below the table: a rule, the pair, what is said of it, and the legend.
const BELOW: u16 = 7;

fn name(world: &World, index: usize) -> String {
    side_name(world, choice(member(index)))
}

/// The width of the names at the left.
fn names_width(world: &World) -> u16 {
    (0..size(world)).map(|index| width(&name(world, index))).max().unwrap_or(0).min(NAME)
}

/// The width of a column, the gap behind it included.
fn column_width(world: &World, column: usize) -> u16 {
    width(&name(world, column)).clamp(CELL, NAME) + 2
}

/// The columns in view with their places, from the first one on.
fn columns(world: &World, first: usize, area: Rect) -> Vec<(usize, Rect)> {
    let mut x = area.x + 2 + names_width(world) + 2;
    let mut shown = Vec::new();
    for column in first..size(world) {
        let width = column_width(world, column);
        if x + width > area.right() {
            break;
        }
        shown.push((column, Rect { x, width: width - 2, ..area }));
        x += width;
    }
    shown
}

/// The first column in view, so that the selected one is.
pub(super) fn first_column(screen: &MatrixScreen, world: &World, area: Rect) -> usize {
    let mut first = screen.first_column.min(screen.column);
    while first < screen.column && !columns(world, first, area).iter().any(|(column, _)| *column == screen.column) {
        first += 1;
    }
    first
}

/// The table, its heading included.
fn table(area: Rect) -> Rect {
    let (_, rest) = split_top(area, 1);
    if area.height < BELOW + 6 { rest } else { split_bottom(rest, BELOW).0 }
}

/// The rows of the table.
pub(super) fn rows(area: Rect) -> Rect {
    split_top(table(area), 1).1
}

/// The column that a click hits.
pub(super) fn column_at(screen: &MatrixScreen, world: &World, area: Rect, at: Position) -> Option<usize> {
    let shown = columns(world, screen.first_column, area);
    shown.into_iter().find(|(_, place)| (place.x..place.right()).contains(&at.x)).map(|(column, _)| column)
}

/// Draws the screen.
pub(super) fn draw(screen: &MatrixScreen, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
    let (world, theme) = (canvas.world, canvas.theme);
    let area = canvas.area;
    Pen::new(frame.buffer_mut(), theme, row(area, 0)).skip(1).pieces(&progress(screen, canvas));
    let (heading, rows) = split_top(table(area), 1);
    let shown = columns(world, screen.first_column, heading);
    let buffer = frame.buffer_mut();
    for (column, place) in &shown {
        let role = if *column == screen.column { Role::Strong } else { Role::Dim };
        Pen::new(buffer, theme, *place).write(role, &name(world, *column));
    }
    if let Some((last, _)) = shown.last().filter(|(last, _)| last + 1 < size(world)) {
        let more = format!("+{}", size(world) - last - 1);
        let more_width = width(&more);
        let place = Rect { x: heading.right().saturating_sub(more_width), width: more_width, ..heading };
        Pen::new(buffer, theme, place).write(Role::Dim, &more);
    }
    for (index, number) in (0_u16..).zip(screen.list.visible(size(world), rows.height)) {
        let at = row(rows, index);
        let is_row = number == screen.list.selected;
        if is_row {
            Pen::new(buffer, theme, at).write(Role::Accent, theme.glyphs().cursor);
        }
        let role = if is_row { Role::Strong } else { Role::Text };
        let place = Rect { x: at.x + 2, width: names_width(world).min(at.width.saturating_sub(2)), ..at };
        Pen::new(buffer, theme, place).write(role, &name(world, number));
        for (column, place) in &shown {
            let place = Rect { y: at.y, height: at.height, ..*place };
            let pieces = cell(screen, canvas, number, *column);
            Pen::new(buffer, theme, place).pieces(&pieces);
            if is_row && *column == screen.column {
                let role = if canvas.focused { Role::Selection } else { Role::SelectionIdle };
                buffer.set_style(place, theme.style(role));
            }
        }
    }
    scroll_bar(buffer, theme, rows, screen.list.offset, size(world));
    if area.height >= BELOW + 6 {
        draw_selected(screen, canvas, frame, split_bottom(area, BELOW).1);
    }
}

/// How far the matrix is.
fn progress(screen: &MatrixScreen, canvas: &Canvas<'_>) -> Vec<Piece> {
    let (world, glyphs) = (canvas.world, canvas.theme.glyphs());
    let (done, of) = screen.done(world);
    let number = format!("{done} of {of} pairs compared");
    let Some(since) = screen.since else {
        let role = if done == of { Role::Dim } else { Role::Warn };
        return vec![piece(role, number)];
    };
    let waited = world.moment.uptime.saturating_sub(since);
    let frame = usize::try_from(world.moment.uptime.as_millis() / 120).unwrap_or(0);
    let mut pieces =
        vec![piece(Role::Info, glyphs.spinner[frame % glyphs.spinner.len()]), piece(Role::Text, format!(" {number}"))];
    if let Some(place) = screen.reading {
        let name = side_name(world, SideChoice::Environment(place));
        pieces.push(piece(Role::Dim, format!("  reading {name}")));
    }
    if waited.as_secs() > 0 {
        let waited = std::time::Duration::from_secs(waited.as_secs());
        pieces.push(piece(Role::Dim, format!("  {}", took(waited))));
    }
    pieces
}

/// What a cell shows.
fn cell(screen: &MatrixScreen, canvas: &Canvas<'_>, row: usize, column: usize) -> Vec<Piece> {
    let glyphs = canvas.theme.glyphs();
    if MatrixScreen::pair(row, column).is_none() {
        return vec![piece(Role::Faint, glyphs.rule)];
    }
    match screen.cell(row, column) {
        None if screen.since.is_some() => vec![piece(Role::Faint, "waiting")],
        None => vec![piece(Role::Faint, glyphs.unknown)],
        Some(Cell::Comparing) => vec![piece(Role::Info, "comparing")],
        Some(Cell::Failed(_)) => {
            vec![piece(Role::Bad, glyphs.failed), piece(Role::Bad, " not compared")]
        }
        Some(Cell::Known(_, outcome)) => known(outcome, glyphs),
    }
}

/// What a comparison comes to, in a few columns.
fn known(outcome: &Outcome, glyphs: &'static Glyphs) -> Vec<Piece> {
    let counted = outcome.counts;
    match outcome.conclusion {
        Conclusion::None => vec![piece(Role::Good, glyphs.applied), piece(Role::Good, " same")],
        Conclusion::Unknown => vec![piece(Role::Warn, glyphs.unknown), piece(Role::Warn, " unknown")],
        Conclusion::Drift => {
            let all = [
                (Standing::Unexplained, counted.unexplained),
                (Standing::Unproven, counted.unproven),
                (Standing::Explained, counted.explained),
            ];
            let mut pieces: Vec<Piece> = Vec::new();
            for (standing, number) in all.into_iter().filter(|(_, number)| *number > 0) {
                let gap = if pieces.is_empty() { "" } else { " " };
                let words = format!("{gap}{}{number}", standing_mark(standing, glyphs));
                pieces.push(piece(standing_role(standing), words));
            }
            if outcome.has_gaps {
                pieces.push(piece(Role::Bad, format!(" +{}", glyphs.unknown)));
            }
            pieces
        }
    }
}

/// What is known of the selected pair, and the legend.
fn draw_selected(screen: &MatrixScreen, canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect) {
    let (world, theme, glyphs) = (canvas.world, canvas.theme, canvas.theme.glyphs());
    let rule = glyphs.rule.repeat(usize::from(area.width));
    Pen::new(frame.buffer_mut(), theme, row(area, 0)).write(Role::Border, &rule);
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    let room = area.width.saturating_sub(2);
    let say = |role: Role, words: &str, lines: &mut Vec<Vec<Piece>>| {
        lines.extend(wrap(words, room).into_iter().map(|line| vec![piece(role, line)]));
    };
    if let Some(pair) = screen.selected() {
        let sides = match screen.cells.get(&pair) {
            Some(Cell::Known(sides, _)) => *sides,
            Some(Cell::Comparing | Cell::Failed(_)) | None => sides_of(pair),
        };
        let (left, right) = (side_name(world, sides.left), side_name(world, sides.right));
        let mut title = vec![piece(Role::Strong, left), piece(Role::Dim, format!(" {} ", glyphs.becomes))];
        title.push(piece(Role::Strong, right));
        let kept = match screen.cells.get(&pair) {
            Some(Cell::Known(_, outcome)) => outcome.comparison.as_ref(),
            Some(Cell::Comparing | Cell::Failed(_)) | None => None,
        };
        if let Some(comparison) = kept {
            title.push(piece(Role::Dim, format!("  compared {}", ago(comparison.at, world.moment.now))));
        }
        lines.push(title);
        match screen.cells.get(&pair) {
            Some(Cell::Known(_, outcome)) => {
                match outcome.conclusion {
                    Conclusion::Drift => lines.push(counts(drift(outcome.counts))),
                    Conclusion::None => say(Role::Good, "No drift: both are the same.", &mut lines),
                    Conclusion::Unknown => {
                        let words = "Not everything could be read: there may be differences. Enter says what.";
                        say(Role::Warn, words, &mut lines);
                    }
                }
                if outcome.has_gaps && outcome.conclusion == Conclusion::Drift {
                    say(Role::Bad, "Not everything could be read: there may be more.", &mut lines);
                }
                for (gravity, words) in kept.into_iter().flat_map(|comparison| words::unknowns(comparison)) {
                    say(role_of(gravity), &words, &mut lines);
                }
            }
            Some(Cell::Failed(why)) => say(Role::Bad, &format!("Not compared: {why}"), &mut lines),
            Some(Cell::Comparing) => say(Role::Dim, "It is compared now.", &mut lines),
            None => say(Role::Dim, "It was not compared yet.", &mut lines),
        }
    }
    let text = Rect { height: area.height.saturating_sub(2), y: area.y + 1.min(area.height), ..area };
    for (index, line) in (0..text.height).zip(&lines) {
        Pen::new(frame.buffer_mut(), theme, row(text, index)).skip(1).pieces(line);
    }
    let legend: Vec<Piece> = [Standing::Unexplained, Standing::Unproven, Standing::Explained]
        .into_iter()
        .flat_map(|standing| {
            let mark = piece(standing_role(standing), standing_mark(standing, glyphs));
            [mark, piece(Role::Dim, format!(" {}   ", standing.word()))]
        })
        .collect();
    let last = row(area, area.height.saturating_sub(1));
    Pen::new(frame.buffer_mut(), theme, last).skip(1).pieces(&legend);
}

/// What is told apart from drift has no place here.
fn drift(counts: Counts) -> Counts {
    Counts { information: 0, ignored: 0, ..counts }
}

/// The matrix as text, a row a line.
pub(super) fn as_text(screen: &MatrixScreen, world: &World) -> String {
    let words = |row: usize, column: usize| match screen.cell(row, column) {
        None if row == column => "-".to_owned(),
        None | Some(Cell::Comparing) => "?".to_owned(),
        Some(Cell::Failed(_)) => "not compared".to_owned(),
        Some(Cell::Known(_, outcome)) => match outcome.conclusion {
            Conclusion::None => "same".to_owned(),
            Conclusion::Unknown => "unknown".to_owned(),
            Conclusion::Drift => counts(drift(outcome.counts)).iter().map(|piece| piece.text.as_ref()).collect(),
        },
    };
    let size = size(world);
    let mut table: Vec<Vec<String>> =
        vec![std::iter::once(String::new()).chain((0..size).map(|column| name(world, column))).collect()];
    for row in 0..size {
        table.push(std::iter::once(name(world, row)).chain((0..size).map(|column| words(row, column))).collect());
    }
    let widest =
        |column: usize| table.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0);
    let widths: Vec<u16> = (0..=size).map(widest).collect();
    let mut text = String::new();
    for row in &table {
        let cells = row.iter().zip(&widths).map(|(cell, widest)| {
            let gap = usize::from(widest.saturating_sub(width(cell)));
            format!("{cell}{}", " ".repeat(gap))
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}
