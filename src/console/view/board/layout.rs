//! Where the board's parts stand in a terminal of any size.

use std::ops::Range;

use ratatui::layout::{Position, Rect};

use crate::console::model::World;
use crate::console::widget::paint::{split_bottom, split_top};
use crate::console::widget::table::body;

/// The least width of a card.
const CARD: u16 = 20;

/// The columns of the table that do not belong to an environment, at the least.
const MIGRATION: u16 = 43;

/// Below this, names need the room more than the environments' columns do.
pub const ROOMY: u16 = 100;

/// The least and the most width of an environment's column, without the gap.
const CELL: (u16, u16) = (10, 19);

/// Below this, one environment at a time is shown.
const ONE_PANE: u16 = 80;

/// Where everything stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The environments in view.
    pub environments: Range<usize>,
    /// A card for each of them.
    pub cards: Vec<Rect>,
    /// A line that says what is wrong with the files.
    pub notice: Option<Rect>,
    /// The table, heading included.
    pub table: Rect,
    /// A line that says which approvals of the selected migration do not count, and why.
    pub void: Option<Rect>,
    /// The line of the filter.
    pub filter: Option<Rect>,
    /// The width of an environment's column.
    pub cell_width: u16,
}

impl Layout {
    /// The rows of the table.
    pub fn rows(&self) -> Rect {
        body(self.table)
    }

    /// The environment whose card is at a position.
    pub fn card_at(&self, at: Position) -> Option<usize> {
        let index = self.cards.iter().position(|card| card.contains(at))?;
        Some(self.environments.start + index)
    }
}

/// Lays the board out so that the selected environment is in view and, if it can be, `first` is the first one.
pub fn lay_out(area: Rect, world: &World, first: usize, selected: usize, has_filter: bool) -> Layout {
    let count = world.environments.len();
    let fitting = if area.width < ONE_PANE {
        1
    } else {
        let by_cards = area.width / CARD;
        let by_table = area.width.saturating_sub(MIGRATION) / (CELL.0 + 2);
        usize::from(by_cards.min(by_table).max(1)).min(count)
    };
    let start = first.max((selected + 1).saturating_sub(fitting)).min(selected).min(count.saturating_sub(fitting));
    let environments = start..(start + fitting).min(count);

    let shows_drift = !world.config.drift.refresh.is_zero();
    let (cards_area, rest) = split_top(area, if count == 0 { 0 } else { card_height(area, shows_drift) });
    let shown = u16::try_from(environments.len()).unwrap_or(1).max(1);
    let cards = (0..shown)
        .map(|index| {
            let left = cards_area.width * index / shown;
            let right = cards_area.width * (index + 1) / shown;
            Rect { x: cards_area.x + left, width: right - left, ..cards_area }
        })
        .take(environments.len())
        .collect();

    let is_troubled =
        world.files_error.is_some() || world.catalogue.as_ref().is_some_and(|catalogue| !catalogue.problems.is_empty());
    let (notice, rest) = split_top(rest, u16::from(is_troubled));
    let (rest, filter) = split_bottom(rest, u16::from(has_filter));
    // Kept free while another row is selected, so that the table does not jump.
    let has_void = world.has_void_approvals(selected);
    let (table, void) = split_bottom(rest, u16::from(has_void));
    let migration = if area.width < ROOMY { MIGRATION + 5 } else { MIGRATION };
    let spare = area.width.saturating_sub(migration) / shown;
    Layout {
        environments,
        cards,
        notice: is_troubled.then_some(notice),
        table,
        void: has_void.then_some(void),
        filter: has_filter.then_some(filter),
        cell_width: spare.saturating_sub(2).clamp(CELL.0, CELL.1),
    }
}

fn card_height(area: Rect, shows_drift: bool) -> u16 {
    match (area.height, area.width) {
        (28.., 100..) if shows_drift => 7,
        (28.., 100..) => 5,
        (18.., _) if shows_drift => 5,
        (18.., _) => 4,
        _ => 3,
    }
}
