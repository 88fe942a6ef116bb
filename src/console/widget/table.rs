//! Columns of a table: how wide each is, and which give way when there is little room.

use ratatui::layout::Rect;

use crate::console::layer::Canvas;
use crate::console::theme::Role;
use ratatui::buffer::Buffer;

use super::list::ListState;
use super::paint::{Pen, Piece, fill, row, scroll_bar, split_top};

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What its heading says.
    pub heading: String,
    /// The columns of the terminal that it needs.
    pub least: u16,
    /// How eagerly it takes what is left over; zero for a fixed width.
    pub stretch: u16,
    /// Which columns vanish first when there is too little room: the highest number. Zero never does.
    pub yields: u8,
}

impl Column {
    /// A column of a fixed width.
    #[must_use]
    pub fn fixed(heading: impl Into<String>, width: u16) -> Self {
        Self { heading: heading.into(), least: width, stretch: 0, yields: 0 }
    }

    /// A column that takes what is left over.
    #[must_use]
    pub fn filling(heading: impl Into<String>, least: u16) -> Self {
        Self { heading: heading.into(), least, stretch: 1, yields: 0 }
    }

    /// The same, to vanish when there is too little room.
    #[must_use]
    pub fn yielding(mut self, rank: u8) -> Self {
        self.yields = rank;
        self
    }
}

/// The blanks between two columns.
pub const GAP: u16 = 2;

/// Where each column stands: its first column of the terminal and its width; `None` for one that gave way.
#[must_use]
pub fn lay_out(columns: &[Column], area: Rect) -> Vec<Option<(u16, u16)>> {
    let mut shown: Vec<bool> = vec![true; columns.len()];
    let needed = |shown: &[bool]| {
        let kept = columns.iter().zip(shown).filter(|(_, shown)| **shown);
        kept.fold(0_u16, |sum, (column, _)| sum.saturating_add(column.least + GAP)).saturating_sub(GAP)
    };
    while needed(&shown) > area.width {
        let weakest = (0..columns.len()).filter(|index| shown[*index]).max_by_key(|index| columns[*index].yields);
        match weakest {
            Some(index) if columns[index].yields > 0 => shown[index] = false,
            _ => break,
        }
    }
    let mut spare = area.width.saturating_sub(needed(&shown));
    let mut weight: u16 =
        columns.iter().zip(&shown).filter(|(_, shown)| **shown).map(|(column, _)| column.stretch).sum();
    let mut x = area.x;
    columns
        .iter()
        .zip(shown)
        .map(|(column, shown)| {
            if !shown || x >= area.right() {
                return None;
            }
            let extra = (spare * column.stretch).checked_div(weight).unwrap_or(0);
            spare -= extra;
            weight -= column.stretch;
            let width = (column.least + extra).min(area.right() - x);
            let place = (x, width);
            x = x.saturating_add(width + GAP);
            Some(place)
        })
        .collect()
}

/// The room for the rows of a table in `area`: without its heading.
#[must_use]
pub fn body(area: Rect) -> Rect {
    split_top(area, 1).1
}

/// The room for the columns of a table in `area`: without the cursor's mark at the left and the scroll bar at the right.
#[must_use]
pub fn columns_area(area: Rect) -> Rect {
    Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area }
}

/// Draws a table's heading, the rows in view, the selection and the scroll bar. `cells` gives a row's cells, one for each
/// column, and is asked for the rows in view only; it is told how wide each column is, or that it gave way.
pub fn draw(
    canvas: &Canvas<'_>,
    buffer: &mut Buffer,
    area: Rect,
    columns: &[Column],
    list: &ListState,
    length: usize,
    cells: impl Fn(usize, &[Option<u16>]) -> Vec<Vec<Piece>>,
) {
    let theme = canvas.theme;
    let (heading, rows) = split_top(area, 1);
    let places = lay_out(columns, columns_area(area));
    for (column, place) in columns.iter().zip(&places) {
        if let Some((x, width)) = place {
            Pen::new(buffer, theme, Rect { x: *x, width: *width, ..heading }).write(Role::Heading, &column.heading);
        }
    }
    let widths: Vec<Option<u16>> = places.iter().map(|place| place.map(|(_, width)| width)).collect();
    for (index, number) in list.visible(length, rows.height).enumerate() {
        let at = row(rows, u16::try_from(index).unwrap_or(u16::MAX));
        let selected = number == list.selected;
        if selected {
            Pen::new(buffer, theme, at).write(Role::Accent, theme.glyphs().cursor);
        }
        for (pieces, place) in cells(number, &widths).iter().zip(&places) {
            if let Some((x, width)) = place {
                Pen::new(buffer, theme, Rect { x: *x, width: *width, ..at }).pieces(pieces);
            }
        }
        if selected {
            let role = if canvas.focused { Role::Selection } else { Role::SelectionIdle };
            buffer.set_style(at, theme.style(role));
        }
    }
    scroll_bar(buffer, theme, rows, list.offset, length);
}

/// Draws what a table without rows says instead.
pub fn draw_empty(canvas: &Canvas<'_>, buffer: &mut Buffer, area: Rect, words: &str) {
    let rows = body(area);
    fill(buffer, rows, canvas.theme.style(Role::Background));
    let room = rows.width.saturating_sub(4);
    for (index, line) in super::paint::wrap(words, room).iter().enumerate() {
        let at = row(rows, u16::try_from(index + 1).unwrap_or(u16::MAX));
        Pen::new(buffer, canvas.theme, at).skip(2).write(Role::Dim, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        vec![
            Column::fixed("version", 14),
            Column::fixed("type", 6).yielding(2),
            Column::filling("name", 10),
            Column::fixed("by", 8).yielding(1),
        ]
    }

    fn at(width: u16) -> Vec<Option<(u16, u16)>> {
        lay_out(&columns(), Rect::new(0, 0, width, 1))
    }

    #[test]
    fn what_is_left_over_goes_to_the_column_that_fills() {
        assert_eq!(at(60), [Some((0, 14)), Some((16, 6)), Some((24, 26)), Some((52, 8))]);
    }

    #[test]
    fn columns_give_way_in_their_order() {
        assert_eq!(at(40), [Some((0, 14)), None, Some((16, 14)), Some((32, 8))]);
        assert_eq!(at(30), [Some((0, 14)), None, Some((16, 14)), None]);
    }

    #[test]
    fn the_last_columns_are_cut_when_nothing_can_give_way() {
        assert_eq!(at(20), [Some((0, 14)), None, Some((16, 4)), None]);
    }
}
