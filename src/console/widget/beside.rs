//! Two texts beside one another, scrolled together: equal lines stand in one row.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::console::keymap::Action;
use crate::console::layer::Canvas;
use crate::console::theme::Role;

use super::paint::{Pen, row, scroll_bar};
use super::scroll::Scroll;
use super::viewer::{TextLine, draw_line_at};

/// One row of both texts; a side without a line there has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// The left text's line.
    pub left: Option<TextLine>,
    /// The right text's line.
    pub right: Option<TextLine>,
}

impl Pair {
    /// Whether both sides say the same here.
    #[must_use]
    pub fn is_same(&self) -> bool {
        match (&self.left, &self.right) {
            (Some(left), Some(right)) => left.role.is_none() && right.role.is_none(),
            _ => false,
        }
    }
}

/// Two texts on the screen.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    pairs: Vec<Pair>,
    widest: u16,
    scroll: Scroll,
}

impl Beside {
    /// These rows, from the first on.
    #[must_use]
    pub fn of(pairs: Vec<Pair>) -> Self {
        let width = |line: &TextLine| super::paint::pieces_width(&line.pieces);
        let lines = pairs.iter().flat_map(|pair| [&pair.left, &pair.right]).flatten();
        let widest = lines.map(width).max().unwrap_or(0);
        Self { pairs, widest, scroll: Scroll::default() }
    }

    /// The rows.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// Begins at a row.
    pub fn go_to(&mut self, row: usize) {
        self.scroll.top = row;
    }

    /// Scrolls as the action says; `false` for other actions.
    pub fn act(&mut self, wanted: Action, area: Rect) -> bool {
        if !self.scroll.act(wanted, area.height) {
            return false;
        }
        self.settle(area);
        true
    }

    /// Brings the place back into the texts.
    pub fn settle(&mut self, area: Rect) {
        self.scroll.top = self.scroll.top.min(self.pairs.len().saturating_sub(usize::from(area.height)));
        self.scroll.left = self.scroll.left.min(self.widest.saturating_sub(halves(area).0.width.saturating_sub(2)));
    }

    /// Draws the rows in view.
    pub fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect) {
        let theme = canvas.theme;
        let end = (self.scroll.top + usize::from(area.height)).min(self.pairs.len());
        let line = theme.glyphs().border.vertical_left;
        for (index, pair) in (0_u16..).zip(&self.pairs[self.scroll.top.min(end)..end]) {
            let (left, right) = halves(row(area, index));
            for (at, text, sign) in [(left, &pair.left, "-"), (right, &pair.right, "+")] {
                let Some(text) = text else { continue };
                // A sign, so that it can be told without colours too.
                let sign = if text.role.is_some() { sign } else { " " };
                let words = Rect { x: at.x + 2.min(at.width), width: at.width.saturating_sub(2), ..at };
                if let Some(role) = text.role {
                    frame.buffer_mut().set_style(at, theme.style(role));
                }
                Pen::new(frame.buffer_mut(), theme, at).write(text.role.unwrap_or(Role::Text), sign);
                draw_line_at(theme, frame, words, text, self.scroll.left);
            }
            let middle = Rect { x: left.right(), width: 1, ..row(area, index) };
            Pen::new(frame.buffer_mut(), theme, middle).write(Role::Border, line);
        }
        scroll_bar(frame.buffer_mut(), theme, area, self.scroll.top, self.pairs.len());
    }
}

/// The left and the right half of an area, with a column between them and one for the scroll bar.
fn halves(area: Rect) -> (Rect, Rect) {
    let room = area.width.saturating_sub(2);
    let left = room / 2;
    let half = |x: u16, width: u16| Rect { x, width, ..area };
    (half(area.x, left), half(area.x + left + 1, room - left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::keymap::action;

    #[test]
    fn both_halves_scroll_together_and_no_further_than_the_longer_one() {
        let line = |text: &str| Some(TextLine::plain(Role::Text, text.to_owned()));
        let pairs = (0..30).map(|_| Pair { left: line("short"), right: line(&"long ".repeat(20)) }).collect();
        let mut beside = Beside::of(pairs);
        let area = Rect::new(0, 0, 82, 10);
        beside.act(action::BOTTOM, area);
        assert_eq!(beside.scroll.top, 20);
        for _ in 0..40 {
            beside.act(action::RIGHT, area);
        }
        assert_eq!(beside.scroll.left, 100 - 38);
    }
}
