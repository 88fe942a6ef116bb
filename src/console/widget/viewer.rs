//! Text of any length, scrolled in both directions and searched.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::console::key::Key;
use crate::console::keymap::{Action, action};
use crate::console::layer::Canvas;
use crate::console::theme::{Role, Theme};
use crate::migration::text::printable;

use super::input::Filter;
use super::paint::{Pen, Piece, row, scroll_bar, split_bottom};
use super::scroll::Scroll;

/// One line of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextLine {
    /// Its number, shown at the left; `None` for lines without one.
    pub number: Option<u32>,
    /// Its pieces.
    pub pieces: Vec<Piece>,
    /// The role of the whole line, whose background goes to the end of the row.
    pub role: Option<Role>,
}

impl TextLine {
    /// A line of these pieces.
    #[must_use]
    pub fn of(pieces: Vec<Piece>) -> Self {
        Self { number: None, pieces, role: None }
    }

    /// A line of one piece.
    #[must_use]
    pub fn plain(role: Role, text: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::of(vec![super::paint::piece(role, text)])
    }

    /// The line in as many as it takes for none to be wider than `room`, broken at blanks where there are some. All but
    /// the first begin with `indent` blanks.
    #[must_use]
    pub fn broken(self, room: u16, indent: usize) -> Vec<Self> {
        let room = usize::from(room).max(2 * indent + 1);
        let mut words: Vec<Vec<(Role, String)>> = vec![Vec::new()];
        for one in &self.pieces {
            for grapheme in printable(&one.text).graphemes(true) {
                if let Some(word) = words.last_mut() {
                    word.push((one.role, grapheme.to_owned()));
                }
                if grapheme == " " {
                    words.push(Vec::new());
                }
            }
        }
        let mut lines = vec![Self { number: self.number, pieces: Vec::new(), role: self.role }];
        let (mut taken, mut start) = (0, 0);
        for word in words {
            let width: usize = word.iter().filter(|(_, text)| text != " ").map(|(_, text)| text.width()).sum();
            let mut is_due = taken + width > room && taken > start && width + indent <= room;
            for (role, text) in word {
                if is_due || taken + text.width() > room && text != " " {
                    let blanks = super::paint::piece(role, " ".repeat(indent));
                    lines.push(Self { number: None, pieces: vec![blanks], role: self.role });
                    (taken, start, is_due) = (indent, indent, false);
                }
                if taken + text.width() > room {
                    continue;
                }
                taken += text.width();
                let Some(line) = lines.last_mut() else { continue };
                match line.pieces.last_mut() {
                    Some(last) if last.role == role => last.text.to_mut().push_str(&text),
                    _ => line.pieces.push(super::paint::piece(role, text)),
                }
            }
        }
        lines
    }

    /// The whole text, without its number.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_ref()).collect()
    }
}

/// A text on the screen.
#[derive(Clone, Debug, Default)]
pub struct Viewer {
    lines: Arc<[TextLine]>,
    widest: u16,
    gutter: u16,
    scroll: Scroll,
    search: Filter,
    found: Vec<usize>,
    current: usize,
}

impl Viewer {
    /// A viewer on these lines.
    #[must_use]
    pub fn of(lines: Vec<TextLine>) -> Self {
        let mut viewer = Self::default();
        viewer.show(lines);
        viewer
    }

    /// Replaces the lines, and keeps the place and the search.
    pub fn show(&mut self, lines: Vec<TextLine>) {
        let width = |line: &TextLine| line.pieces.iter().map(|piece| printable(&piece.text).width()).sum::<usize>();
        self.widest = lines.iter().map(width).max().unwrap_or(0).try_into().unwrap_or(u16::MAX);
        let last_number = lines.iter().filter_map(|line| line.number).max();
        self.gutter = last_number.map_or(0, |number| super::paint::width(&number.to_string()) + 2);
        self.lines = lines.into();
        self.look();
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[TextLine] {
        &self.lines
    }

    /// The search is being typed.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.search.is_editing()
    }

    /// Goes to a line, counted from zero.
    pub fn go_to(&mut self, line: usize) {
        self.scroll.top = line;
    }

    /// Stands on the last line.
    #[must_use]
    pub fn is_at_end(&self, area: Rect) -> bool {
        self.scroll.top + usize::from(self.body(area).height) >= self.lines.len()
    }

    /// Scrolls or searches as the action says; `false` for other actions.
    pub fn act(&mut self, wanted: Action, area: Rect) -> bool {
        match wanted {
            action::OPEN if self.search.is_editing() => self.search.accept(),
            action::FILTER => self.search.edit(),
            action::NEXT_MATCH => self.step(true),
            action::PREVIOUS_MATCH => self.step(false),
            _ if self.scroll.act(wanted, self.body(area).height) => {}
            _ => return false,
        }
        self.settle(area);
        true
    }

    /// Types into the search.
    pub fn typed(&mut self, key: Key, area: Rect) {
        if self.search.typed(key) {
            self.look();
            self.jump();
        }
        self.settle(area);
    }

    /// Pastes into the search, where one is being typed.
    pub fn pasted(&mut self, text: &str, area: Rect) {
        if self.search.is_editing() {
            self.search.pasted(text);
            self.look();
            self.jump();
            self.settle(area);
        }
    }

    /// Leaves the search; `false` where there was none.
    pub fn step_back(&mut self) -> bool {
        self.found.clear();
        self.search.leave()
    }

    /// Brings the place back into the text.
    pub fn settle(&mut self, area: Rect) {
        let body = self.body(area);
        self.scroll.top = self.scroll.top.min(self.lines.len().saturating_sub(usize::from(body.height)));
        let room = body.width.saturating_sub(self.gutter + 1);
        self.scroll.left = self.scroll.left.min(self.widest.saturating_sub(room));
    }

    fn body(&self, area: Rect) -> Rect {
        if self.search.is_shown() { split_bottom(area, 1).0 } else { area }
    }

    fn look(&mut self) {
        let query = self.search.query().to_lowercase();
        self.found = if query.is_empty() {
            Vec::new()
        } else {
            let hit = |line: &TextLine| line.text().to_lowercase().contains(&query);
            self.lines.iter().enumerate().filter(|(_, line)| hit(line)).map(|(index, _)| index).collect()
        };
        self.current =
            self.found.partition_point(|line| *line < self.scroll.top).min(self.found.len().saturating_sub(1));
    }

    fn jump(&mut self) {
        if let Some(line) = self.found.get(self.current) {
            // A few lines of what comes before make the place easier to know.
            self.scroll.top = line.saturating_sub(3);
        }
    }

    fn step(&mut self, forward: bool) {
        let count = self.found.len();
        if count > 0 {
            self.current = if forward { (self.current + 1) % count } else { (self.current + count - 1) % count };
            self.jump();
        }
    }

    /// Draws the part in view.
    pub fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect) {
        let theme = canvas.theme;
        let body = self.body(area);
        let query = self.search.query().to_lowercase();
        let end = (self.scroll.top + usize::from(body.height)).min(self.lines.len());
        for (index, number) in (self.scroll.top.min(end)..end).enumerate() {
            let at = row(body, u16::try_from(index).unwrap_or(u16::MAX));
            let line = &self.lines[number];
            self.draw_line(theme, frame, Rect { width: at.width.saturating_sub(1), ..at }, line);
            if !query.is_empty() && self.found.binary_search(&number).is_ok() {
                self.mark(theme, frame, at, line, &query, self.found.get(self.current) == Some(&number));
            }
        }
        scroll_bar(frame.buffer_mut(), theme, body, self.scroll.top, self.lines.len());
        if self.search.is_shown() {
            let found = match (self.search.query().is_empty(), self.found.len()) {
                (true, _) => String::new(),
                (false, 0) => "not found".to_owned(),
                (false, count) => format!("{} of {count}", self.current + 1),
            };
            self.search.draw(frame, theme, split_bottom(area, 1).1, &found);
        }
    }

    fn draw_line(&self, theme: &Theme, frame: &mut Frame<'_>, at: Rect, line: &TextLine) {
        if at.height == 0 {
            return;
        }
        if let Some(role) = line.role {
            frame.buffer_mut().set_style(at, theme.style(role));
        }
        if self.gutter > 0 {
            let number = line.number.map(|number| number.to_string()).unwrap_or_default();
            let width = usize::from(self.gutter - 2);
            Pen::new(frame.buffer_mut(), theme, at).write(Role::LineNumber, &format!("{number:>width$}"));
        }
        let room = Rect { x: at.x + self.gutter.min(at.width), width: at.width.saturating_sub(self.gutter), ..at };
        draw_line_at(theme, frame, room, line, self.scroll.left);
    }

    /// Shows the letters that the search found in a line.
    fn mark(&self, theme: &Theme, frame: &mut Frame<'_>, at: Rect, line: &TextLine, query: &str, current: bool) {
        let text = line.text().to_lowercase();
        for (start, found) in text.match_indices(query) {
            let from = printable(&text[..start]).width();
            let width = printable(found).width();
            let column = usize::from(self.gutter) + from;
            let Some(column) = column.checked_sub(usize::from(self.scroll.left)) else { continue };
            let x = at.x.saturating_add(u16::try_from(column).unwrap_or(u16::MAX));
            let room = Rect { x, width: u16::try_from(width).unwrap_or(u16::MAX), ..at };
            let mut style = theme.style(Role::Match);
            if current {
                style = style.patch(theme.style(Role::Selection));
            }
            frame.buffer_mut().set_style(room.intersection(at), style);
        }
    }
}

/// Draws the lines from `top` on, without numbers and without scrolling to the side.
pub fn draw_lines(canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect, lines: &[TextLine], top: usize) {
    let end = (top + usize::from(area.height)).min(lines.len());
    for (index, line) in lines[top.min(end)..end].iter().enumerate() {
        let at = row(area, u16::try_from(index).unwrap_or(u16::MAX));
        let at = Rect { width: at.width.saturating_sub(1), ..at };
        draw_line_at(canvas.theme, frame, at, line, 0);
    }
    scroll_bar(frame.buffer_mut(), canvas.theme, area, top, lines.len());
}

/// Draws a line's pieces, without their first columns.
pub(super) fn draw_line_at(theme: &Theme, frame: &mut Frame<'_>, at: Rect, line: &TextLine, left: u16) {
    let buffer = frame.buffer_mut();
    let background = line.role.map(|role| theme.style(role));
    if let Some(style) = background {
        buffer.set_style(at, style);
    }
    let mut skip = usize::from(left);
    let mut pen = Pen::new(buffer, theme, at);
    for piece in &line.pieces {
        let text = printable(&piece.text);
        let width = text.width();
        if skip >= width && width > 0 {
            skip -= width;
            continue;
        }
        let shown = without_columns(&text, skip);
        skip = 0;
        let is_full = pen.room() == 0;
        let style = theme.style(piece.role);
        pen.write_styled(background.map_or(style, |background| background.patch(style)), shown);
        if is_full && !shown.trim().is_empty() {
            break;
        }
    }
}

/// A text without its first columns.
fn without_columns(text: &str, columns: usize) -> &str {
    let mut skipped = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        if skipped >= columns {
            return &text[start..];
        }
        skipped += grapheme.width();
    }
    if skipped >= columns && columns == 0 { text } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect::new(0, 0, 40, 10);

    #[test]
    fn a_long_line_is_broken_and_keeps_its_roles() {
        let line = || {
            TextLine::of(vec![
                super::super::paint::piece(Role::DiffAdded, "+ one two "),
                super::super::paint::piece(Role::Text, "three verylongword"),
            ])
        };
        let texts =
            |room| line().broken(room, 2).iter().map(|line| line.text().trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(texts(40), ["+ one two three verylongword"]);
        assert_eq!(texts(15), ["+ one two three", "  verylongword"]);
        assert_eq!(texts(9), ["+ one two", "  three v", "  erylong", "  word"]);
        assert_eq!(line().broken(15, 2)[0].pieces.len(), 2);
        assert_eq!(TextLine::default().broken(9, 2), [TextLine::default()]);
    }

    fn viewer() -> Viewer {
        let line = |number: u32| TextLine {
            number: Some(number),
            pieces: vec![super::super::paint::piece(Role::Text, format!("line {number} of the text"))],
            role: None,
        };
        Viewer::of((1..=100).map(line).collect())
    }

    #[test]
    fn scrolling_stops_at_both_ends() {
        let mut viewer = viewer();
        viewer.act(action::UP, AREA);
        assert_eq!(viewer.scroll.top, 0);
        viewer.act(action::BOTTOM, AREA);
        assert_eq!(viewer.scroll.top, 90);
        assert!(viewer.is_at_end(AREA));
        viewer.act(action::RIGHT, AREA);
        assert_eq!(viewer.scroll.left, 0, "the text fits");
    }

    #[test]
    fn a_search_goes_to_its_matches_and_around() {
        let mut viewer = viewer();
        viewer.act(action::FILTER, AREA);
        for key in ["9", "9"] {
            viewer.typed(key.parse().expect("a key"), AREA);
        }
        assert_eq!(viewer.found, [98]);
        viewer.act(action::OPEN, AREA);
        assert!(!viewer.is_typing());
        viewer.act(action::NEXT_MATCH, AREA);
        assert_eq!(viewer.current, 0);
        assert!(viewer.step_back());
        assert!(!viewer.step_back());
    }

    #[test]
    fn columns_are_skipped_by_their_width() {
        assert_eq!(without_columns("abc", 1), "bc");
        assert_eq!(without_columns("東京", 2), "京");
        assert_eq!(without_columns("abc", 0), "abc");
        assert_eq!(without_columns("abc", 5), "");
    }
}
