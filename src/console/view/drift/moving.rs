//! Moving through the tree and through what is known of its selected row.

use ratatui::layout::Rect;

use crate::console::keymap::Action;
use crate::console::layer::Context;

use super::detail::Showing;
use super::tree::{Tree, Wanted};
use super::{DriftScreen, Pane};

impl DriftScreen {
    /// Wants something else of the tree.
    pub(super) fn want(&mut self, change: impl FnOnce(&mut Wanted)) {
        change(&mut self.wanted);
        let wanted = Wanted { query: self.filter.query().to_owned(), ..self.wanted.clone() };
        if let Some(tree) = &mut self.tree {
            tree.want(wanted);
            self.list.selected = tree.row_of(&self.selected).unwrap_or(0);
        }
    }

    /// Selects a row.
    pub(super) fn select(&mut self, row: usize) {
        self.list.selected = row;
        if let Some(node) = self.tree.as_ref().and_then(|tree| tree.node(row)) {
            self.selected = node.key.clone();
        }
    }

    pub(super) fn toggle(&mut self) {
        let row = self.list.selected;
        if let Some(tree) = &mut self.tree
            && !tree.unfold(row)
        {
            tree.fold(row);
        }
    }

    pub(super) fn go_left(&mut self) {
        let row = self.list.selected;
        let Some(tree) = &mut self.tree else { return };
        if !tree.fold(row)
            && let Some(parent) = tree.parent(row)
        {
            self.select(parent);
        }
    }

    pub(super) fn go_right(&mut self) {
        let row = self.list.selected;
        let Some(tree) = &mut self.tree else { return };
        if !tree.unfold(row) && tree.is_branch(row) {
            self.select(row + 1);
        }
    }

    pub(super) fn step(&mut self, forward: bool) {
        let found = self.tree.as_mut().and_then(|tree| tree.step(self.list.selected, forward));
        if let Some(row) = found {
            self.select(row);
        }
    }

    pub(super) fn scroll(&mut self, wanted: Action, area: Rect) {
        let Some(detail) = &mut self.detail else { return };
        let showing = if detail.has_sql { self.showing } else { Showing::Attributes };
        let _ = match showing {
            Showing::Attributes => detail.attributes.act(wanted, area),
            Showing::Beside => detail.beside.act(wanted, area),
            Showing::Unified => detail.unified.act(wanted, area),
        };
    }

    pub(super) fn move_in(&mut self, pane: Pane, wanted: Action, context: &Context<'_>) {
        let areas = self.areas(context.area);
        match pane {
            Pane::Tree => {
                let length = self.tree.as_ref().map_or(0, Tree::len);
                if self.list.act(wanted, length, areas.tree_rows().height) {
                    self.select(self.list.selected);
                }
            }
            Pane::Detail => self.scroll(wanted, areas.text(self.detail.as_ref())),
        }
    }
}
