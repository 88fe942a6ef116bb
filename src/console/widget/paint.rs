//! Puts text on the screen, cut to the room there is, and with nothing in it that a terminal would obey.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::console::theme::{Role, Theme};
use crate::migration::text::printable;

/// A text with the role it plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub role: Role,
    /// The text; may come from anywhere, drawing makes it printable.
    pub text: Cow<'static, str>,
}

/// A text with the role it plays.
#[must_use]
pub fn piece(role: Role, text: impl Into<Cow<'static, str>>) -> Piece {
    Piece { role, text: text.into() }
}

/// How many columns a text takes once it is printable.
#[must_use]
pub fn width(text: &str) -> u16 {
    u16::try_from(printable(text).width()).unwrap_or(u16::MAX)
}

/// How many columns the pieces take side by side.
#[must_use]
pub fn pieces_width(pieces: &[Piece]) -> u16 {
    pieces.iter().fold(0, |sum, piece| sum.saturating_add(width(&piece.text)))
}

/// The text made printable and cut to `room` columns, with `ellipsis` where something is missing.
#[must_use]
pub fn fit<'a>(text: &'a str, room: u16, ellipsis: &str) -> Cow<'a, str> {
    let text = printable(text);
    let room = usize::from(room);
    if text.width() <= room {
        return text;
    }
    let Some(left) = room.checked_sub(ellipsis.width()) else { return Cow::Borrowed("") };
    let mut cut = String::new();
    let mut taken = 0;
    for grapheme in text.graphemes(true) {
        taken += grapheme.width();
        if taken > left {
            break;
        }
        cut.push_str(grapheme);
    }
    cut.push_str(ellipsis);
    Cow::Owned(cut)
}

/// A place to write from: text flows to the right until the room ends.
pub struct Pen<'a> {
    buffer: &'a mut Buffer,
    theme: &'a Theme,
    /// The column of the next text.
    pub x: u16,
    y: u16,
    start: u16,
    end: u16,
}

impl<'a> Pen<'a> {
    /// A pen at the beginning of the first row of `area`.
    pub fn new(buffer: &'a mut Buffer, theme: &'a Theme, area: Rect) -> Self {
        let area = area.intersection(buffer.area);
        let end = if area.height == 0 { area.x } else { area.right() };
        Self { buffer, theme, x: area.x, y: area.y, start: area.x, end }
    }

    /// How many columns are left.
    #[must_use]
    pub fn room(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    /// Writes a text as the theme shows `role`, over whatever background is there.
    pub fn write(&mut self, role: Role, text: &str) -> &mut Self {
        let style = self.theme.style(role);
        self.write_styled(style, text)
    }

    /// Writes a text in a style.
    pub fn write_styled(&mut self, style: Style, text: &str) -> &mut Self {
        let room = self.room();
        if room > 0 {
            let text = fit(text, room, self.theme.glyphs().ellipsis);
            (self.x, _) = self.buffer.set_stringn(self.x, self.y, text, usize::from(room), style);
        } else if self.x > self.start && !text.trim().is_empty() {
            self.cut();
        }
        self
    }

    /// Marks the last column as the place where something is missing.
    fn cut(&mut self) {
        let last = self.end - 1;
        // A wide character in the last two columns goes as a whole.
        if last > self.start && self.buffer[(last - 1, self.y)].symbol().width() > 1 {
            self.buffer[(last - 1, self.y)].set_symbol(" ");
        }
        self.buffer[(last, self.y)].set_symbol(self.theme.glyphs().ellipsis);
    }

    /// Writes the pieces one after another.
    pub fn pieces(&mut self, pieces: &[Piece]) -> &mut Self {
        for piece in pieces {
            self.write(piece.role, &piece.text);
        }
        self
    }

    /// Leaves `columns` free.
    pub fn skip(&mut self, columns: u16) -> &mut Self {
        self.x = self.x.saturating_add(columns).min(self.end);
        self
    }

    /// Goes to a column counted from the left of the screen, never back.
    pub fn to(&mut self, column: u16) -> &mut Self {
        self.x = self.x.max(column).min(self.end);
        self
    }
}

/// The first row of an area, and the area without it.
#[must_use]
pub fn split_top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let top = Rect { height: rows, ..area };
    let rest = Rect { y: area.y + rows, height: area.height - rows, ..area };
    (top, rest)
}

/// The last rows of an area, and the area without them.
#[must_use]
pub fn split_bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let rest = Rect { height: area.height - rows, ..area };
    let bottom = Rect { y: rest.bottom(), height: rows, ..area };
    (rest, bottom)
}

/// One row of an area; empty below its end.
#[must_use]
pub fn row(area: Rect, index: u16) -> Rect {
    if index < area.height { Rect { y: area.y + index, height: 1, ..area } } else { Rect { height: 0, ..area } }
}

/// What a frame around an area leaves of it.
#[must_use]
pub fn framed(area: Rect) -> Rect {
    Rect {
        x: area.x + 1.min(area.width),
        y: area.y + 1.min(area.height),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Draws a frame with a title at the left and a label at the right; gives the inside.
pub fn frame(buffer: &mut Buffer, theme: &Theme, area: Rect, lines: Role, title: &[Piece], label: &[Piece]) -> Rect {
    let area = area.intersection(buffer.area);
    if area.width < 2 || area.height < 2 {
        return Rect { width: 0, height: 0, ..area };
    }
    let set = &theme.glyphs().border;
    let style = theme.style(lines);
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x + 1..right {
        buffer[(x, area.y)].set_symbol(set.horizontal_top).set_style(style);
        buffer[(x, bottom)].set_symbol(set.horizontal_bottom).set_style(style);
    }
    for y in area.y + 1..bottom {
        buffer[(area.x, y)].set_symbol(set.vertical_left).set_style(style);
        buffer[(right, y)].set_symbol(set.vertical_right).set_style(style);
    }
    let corners = [
        (area.x, area.y, set.top_left),
        (right, area.y, set.top_right),
        (area.x, bottom, set.bottom_left),
        (right, bottom, set.bottom_right),
    ];
    for (x, y, symbol) in corners {
        buffer[(x, y)].set_symbol(symbol).set_style(style);
    }
    let top = Rect { x: area.x + 1, width: area.width - 2, height: 1, ..area };
    let label_width = pieces_width(label);
    let labelled = label_width > 0 && label_width + 4 <= top.width;
    let title_room = if labelled { top.width - label_width - 3 } else { top.width };
    if !title.is_empty() && title_room > 2 {
        let mut pen = Pen::new(buffer, theme, Rect { width: title_room, ..top });
        pen.write(lines, " ").pieces(title);
        if pen.room() > 0 {
            pen.write(lines, " ");
        }
    }
    if labelled {
        let at = Rect { x: top.right() - label_width - 2, width: label_width + 2, ..top };
        Pen::new(buffer, theme, at).write(lines, " ").pieces(label).write(lines, " ");
    }
    Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
}

/// Fills an area with blanks in a style.
pub fn fill(buffer: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buffer.area);
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            buffer[(x, y)].reset();
            buffer[(x, y)].set_style(style);
        }
    }
}

/// Draws a scroll bar in the last column of `area` where `length` rows do not fit into its height.
pub fn scroll_bar(buffer: &mut Buffer, theme: &Theme, area: Rect, offset: usize, length: usize) {
    let height = usize::from(area.height);
    if length <= height || area.width == 0 || height == 0 {
        return;
    }
    let thumb = (height * height / length).clamp(1, height);
    let travel = height - thumb;
    let start = (offset * travel).div_ceil(length - height).min(travel);
    for index in 0..height {
        let inside = (start..start + thumb).contains(&index);
        let (role, glyph) = if inside {
            (Role::ScrollThumb, theme.glyphs().scroll_thumb)
        } else {
            (Role::Scroll, theme.glyphs().scroll_track)
        };
        let y = area.y + u16::try_from(index).unwrap_or(0);
        buffer[(area.right() - 1, y)].set_symbol(glyph).set_style(theme.style(role));
    }
}

/// Breaks a text into rows of at most `room` columns, at blanks where there are some.
#[must_use]
pub fn wrap(text: &str, room: u16) -> Vec<String> {
    let room = usize::from(room.max(1));
    let mut rows = Vec::new();
    for line in text.lines() {
        let line = printable(line);
        let mut row = String::new();
        for word in line.split_inclusive(' ') {
            let fits_alone = word.trim_end().width() <= room;
            if fits_alone && row.width() + word.trim_end().width() > room && !row.is_empty() {
                rows.push(row.trim_end().to_owned());
                row.clear();
            }
            if fits_alone {
                row.push_str(word);
                continue;
            }
            for grapheme in word.graphemes(true) {
                if row.width() + grapheme.width() > room {
                    rows.push(std::mem::take(&mut row));
                }
                row.push_str(grapheme);
            }
        }
        rows.push(row.trim_end().to_owned());
    }
    rows
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("metrics", 10, "metrics")]
    #[case("metrics", 7, "metrics")]
    #[case("metrics", 6, "metri~")]
    #[case("metrics", 1, "~")]
    #[case("metrics", 0, "")]
    #[case("東京東京", 5, "東京~")]
    #[case("東京東京", 4, "東~")]
    fn text_is_cut_to_its_room_with_a_mark(#[case] text: &str, #[case] room: u16, #[case] shown: &str) {
        assert_eq!(fit(text, room, "~"), shown);
    }

    #[test]
    fn nothing_reaches_the_screen_that_a_terminal_would_obey() {
        let shown = fit("a\u{1b}[2Jb\u{202e}c\nd", 80, "~");
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        assert!(!shown.contains('\u{202e}'), "{shown:?}");
    }

    #[rstest]
    #[case("one two three", 7, &["one two", "three"])]
    #[case("one two three", 6, &["one", "two", "three"])]
    #[case("abcdefgh", 3, &["abc", "def", "gh"])]
    #[case("a bcdefgh", 4, &["a bc", "defg", "h"])]
    #[case("one\n\ntwo", 9, &["one", "", "two"])]
    #[case("", 9, &[])]
    fn long_sentences_are_broken_at_blanks(#[case] text: &str, #[case] room: u16, #[case] rows: &[&str]) {
        assert_eq!(wrap(text, room), rows);
    }
}
