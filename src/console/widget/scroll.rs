//! Where a text that is larger than its area is looked at.

use crate::console::keymap::{Action, action};

/// How many cells a step to the side goes.
const SIDE_STEP: u16 = 8;

/// The first row and the first cell in view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scroll {
    /// The first row.
    pub top: usize,
    /// The first cell of each row.
    pub left: u16,
}

impl Scroll {
    /// Moves as the action says, in an area of this height, maybe beyond the end of the text; `false` for other actions.
    pub fn act(&mut self, wanted: Action, height: u16) -> bool {
        let height = usize::from(height.max(1));
        match wanted {
            action::DOWN => self.top += 1,
            action::UP => self.top = self.top.saturating_sub(1),
            action::HALF_DOWN => self.top += height / 2,
            action::HALF_UP => self.top = self.top.saturating_sub(height / 2),
            action::PAGE_DOWN => self.top += height,
            action::PAGE_UP => self.top = self.top.saturating_sub(height),
            action::TOP => self.top = 0,
            action::BOTTOM => self.top = usize::MAX / 2,
            action::LEFT => self.left = self.left.saturating_sub(SIDE_STEP),
            action::RIGHT => self.left = self.left.saturating_add(SIDE_STEP),
            _ => return false,
        }
        true
    }
}
