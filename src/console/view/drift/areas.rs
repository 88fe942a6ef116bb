//! Where the parts of the drift screen stand.

use ratatui::layout::Rect;

use crate::console::widget::paint::{split_bottom, split_top};

use super::detail::Detail;
use super::{DriftScreen, Pane, is_uncertain};

/// Below this width, one pane at a time is shown.
const ONE_PANE: u16 = 80;

/// Where the parts of the screen stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Areas {
    /// The sides, and what the comparison comes to.
    pub(super) head: Rect,
    /// What is not known.
    pub(super) warning: Option<Rect>,
    /// The tree, with its frame.
    pub(super) tree: Option<Rect>,
    /// What is known of the selected row, with its frame.
    pub(super) detail: Option<Rect>,
    pub(super) filter: Option<Rect>,
}

impl Areas {
    pub(super) fn tree_rows(self) -> Rect {
        self.tree.map(inside).unwrap_or_default()
    }

    /// The text of the detail: below the heading and the tabs.
    pub(super) fn text(self, detail: Option<&Detail>) -> Rect {
        let inside = self.detail.map(inside).unwrap_or_default();
        split_top(inside, head_rows(detail)).1
    }
}

/// How many rows the heading and the tabs of a detail take.
pub(super) fn head_rows(detail: Option<&Detail>) -> u16 {
    detail.map_or(0, |detail| {
        let heading = u16::try_from(detail.heading.len()).unwrap_or(u16::MAX);
        // A rule with the tabs stands below.
        if detail.heading.is_empty() { 0 } else { heading.saturating_add(1) }
    })
}

pub(super) fn inside(frame: Rect) -> Rect {
    let width = frame.width.saturating_sub(2);
    Rect {
        x: frame.x + 1.min(frame.width),
        y: frame.y + 1.min(frame.height),
        width,
        height: frame.height.saturating_sub(2),
    }
}

impl DriftScreen {
    pub(super) fn areas(&self, area: Rect) -> Areas {
        let (head, rest) = split_top(area, 2);
        let has_unknowns = self.tree.as_ref().is_some_and(|tree| is_uncertain(tree.comparison()));
        let (warning, rest) = split_top(rest, u16::from(has_unknowns));
        let (rest, filter) = split_bottom(rest, u16::from(self.filter.is_shown()));
        let (tree, detail) = if self.tree.is_none() {
            (None, None)
        } else if area.width < ONE_PANE || self.zoomed {
            match self.pane {
                Pane::Tree => (Some(rest), None),
                Pane::Detail => (None, Some(rest)),
            }
        } else {
            let width = (rest.width * 9 / 20).min(64);
            let detail = Rect { x: rest.x + width, width: rest.width - width, ..rest };
            (Some(Rect { width, ..rest }), Some(detail))
        };
        Areas {
            head,
            warning: has_unknowns.then_some(warning),
            tree,
            detail,
            filter: self.filter.is_shown().then_some(filter),
        }
    }
}
