//! Marking differences: what a draft is made of.
//!
//! What the draft would drop from the left side is never marked along with other things unasked: a dialog names it, and
//! its first choice leaves it out.

use crate::console::layer::Command;
use crate::console::theme::Role;
use crate::console::view::choose::{Choice, ChooseDialog};
use crate::console::words::count;
use crate::window::drift::words::name_within_schema;

use super::DriftScreen;
use super::keys::MARK;
use super::tree::Tree;

/// How many objects a sentence names.
const NAMED: usize = 3;

/// What is chosen where something would be dropped: to mark it as well.
const WITH_DROPS: &str = "with";
/// To mark the rest.
const WITHOUT_DROPS: &str = "without";

impl DriftScreen {
    /// Marks what is selected and below it; where all of it is marked, takes the marks off.
    pub(super) fn toggle_mark(&mut self) -> Vec<Command> {
        let row = self.list.selected;
        let Some(tree) = &mut self.tree else { return Vec::new() };
        let now = tree.marked(row);
        if now.possible == 0 {
            let words = "Nothing here counts as drift: there is nothing to draft.";
            return vec![Command::Toast(words.to_owned())];
        }
        let (kept, dropped) = tree.unmarked(row);
        if kept.is_empty() && now.marked > 0 {
            tree.unmark(row);
            return Vec::new();
        }
        if dropped.is_empty() {
            tree.mark(&kept);
            return Vec::new();
        }
        let left = tree.comparison().left.to_string();
        let without = match kept.len() {
            0 => Choice::new(WITHOUT_DROPS, "Leave it unmarked"),
            number => Choice::new(WITHOUT_DROPS, format!("Mark the {number} that drop nothing")),
        };
        let with = format!("Mark what drops {}", names(tree, &dropped));
        let choices = vec![without, Choice::new(WITH_DROPS, with).with(Role::Bad, format!("from {left}"))];
        let title = match dropped.len() {
            1 => format!("1 of these would be dropped from {left}"),
            number => format!("{number} of these would be dropped from {left}"),
        };
        vec![Command::Open(Box::new(ChooseDialog::of(title, choices, 0, MARK)))]
    }

    /// Does what was chosen where something would be dropped.
    pub(super) fn mark_chosen(&mut self, choice: &str) -> Vec<Command> {
        let row = self.list.selected;
        if let Some(tree) = &mut self.tree {
            let (kept, dropped) = tree.unmarked(row);
            tree.mark(&kept);
            if choice == WITH_DROPS {
                tree.mark(&dropped);
            }
        }
        Vec::new()
    }

    /// Marks everything that is shown and would not be dropped; where something is marked, takes every mark off.
    pub(super) fn mark_all(&mut self) -> Vec<Command> {
        let Some(tree) = &mut self.tree else { return Vec::new() };
        if tree.unmark_all() {
            return Vec::new();
        }
        let (kept, dropped) = tree.unmarked(0);
        tree.mark(&kept);
        if dropped.is_empty() {
            return Vec::new();
        }
        let left_out = count(dropped.len(), "difference");
        let words = format!("{left_out} would be dropped and stayed unmarked: {}.", names(tree, &dropped));
        vec![Command::Toast(words)]
    }
}

/// The names of differences, the first few of them.
fn names(tree: &Tree, places: &[u32]) -> String {
    let differences = &tree.comparison().drift.differences;
    let named = places.iter().take(NAMED).filter_map(|place| differences.get(*place as usize));
    let mut text = named.map(|one| name_within_schema(&one.id)).collect::<Vec<_>>().join(", ");
    if let Some(more) = places.len().checked_sub(NAMED).filter(|more| *more > 0) {
        text += &format!(" and {more} more");
    }
    text
}
