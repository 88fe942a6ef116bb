//! A selection in a list of rows, of which a part is in view.

use ratatui::layout::{Position, Rect};

use crate::console::keymap::{Action, action};

/// Which row is selected, and which is the first in view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListState {
    /// The selected row.
    pub selected: usize,
    /// The first row in view.
    pub offset: usize,
}

/// How many rows stay in view above and below the selection where the list goes on.
const MARGIN: usize = 2;

impl ListState {
    /// Moves as the action says; `false` for an action that moves nothing here.
    pub fn act(&mut self, wanted: Action, length: usize, height: u16) -> bool {
        let height = usize::from(height.max(1));
        let last = length.saturating_sub(1);
        let down = |by: usize| (self.selected + by).min(last);
        let up = |by: usize| self.selected.saturating_sub(by);
        self.selected = match wanted {
            action::DOWN => down(1),
            action::UP => up(1),
            action::HALF_DOWN => down((height / 2).max(1)),
            action::HALF_UP => up((height / 2).max(1)),
            action::PAGE_DOWN => down(height),
            action::PAGE_UP => up(height),
            action::TOP => 0,
            action::BOTTOM => last,
            _ => return false,
        };
        true
    }

    /// Brings the selection into the list and into view.
    pub fn settle(&mut self, length: usize, height: u16) {
        let height = usize::from(height.max(1));
        self.selected = self.selected.min(length.saturating_sub(1));
        let margin = MARGIN.min(height.saturating_sub(1) / 2);
        let first = (self.selected + margin + 1).saturating_sub(height);
        let latest = self.selected.saturating_sub(margin);
        self.offset = self.offset.max(first).min(latest).min(length.saturating_sub(height));
    }

    /// The rows in view.
    #[must_use]
    pub fn visible(&self, length: usize, height: u16) -> std::ops::Range<usize> {
        self.offset.min(length)..(self.offset + usize::from(height)).min(length)
    }

    /// The row that a click hits.
    #[must_use]
    pub fn hit(&self, area: Rect, at: Position, length: usize) -> Option<usize> {
        let row = self.offset + usize::from(at.y.checked_sub(area.y)?);
        (area.contains(at) && row < length).then_some(row)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(action::DOWN, 51)]
    #[case(action::UP, 49)]
    #[case(action::HALF_DOWN, 55)]
    #[case(action::PAGE_UP, 40)]
    #[case(action::TOP, 0)]
    #[case(action::BOTTOM, 99)]
    fn keys_move_the_selection(#[case] wanted: Action, #[case] selected: usize) {
        let mut list = ListState { selected: 50, offset: 45 };
        assert!(list.act(wanted, 100, 10));
        assert_eq!(list.selected, selected);
    }

    #[test]
    fn the_selection_stays_in_view_with_rows_around_it() {
        let mut list = ListState::default();
        for _ in 0..9 {
            list.act(action::DOWN, 100, 10);
            list.settle(100, 10);
        }
        assert_eq!(list, ListState { selected: 9, offset: 2 });
        assert_eq!(list.visible(100, 10), 2..12);
    }

    #[rstest]
    #[case(0, 10)]
    #[case(1, 1)]
    #[case(3, 0)]
    fn a_list_that_shrinks_keeps_a_valid_selection(#[case] length: usize, #[case] height: u16) {
        let mut list = ListState { selected: 50, offset: 45 };
        list.settle(length, height);
        assert_eq!(list.selected, length.saturating_sub(1));
        assert!(list.offset <= list.selected);
    }

    #[test]
    fn a_click_hits_the_row_under_it() {
        let list = ListState { selected: 0, offset: 5 };
        let area = Rect::new(0, 3, 20, 4);
        assert_eq!(list.hit(area, Position::new(2, 4), 100), Some(6));
        assert_eq!(list.hit(area, Position::new(2, 4), 6), None);
        assert_eq!(list.hit(area, Position::new(2, 2), 100), None);
    }
}
