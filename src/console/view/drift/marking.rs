//! Marking differences: what a draft is made of.
//!
//! What the draft would drop from the left side is never marked along with other things unasked: a dialog names it, and
//! its first choice leaves it out.

use std::sync::Arc;

use crate::console::layer::Command;
use crate::console::message::{DraftOrder, SideChoice};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::choose::{Choice, ChooseDialog};
use crate::console::view::draft::DraftScreen;
use crate::console::view::marks;
use crate::console::words::count;
use crate::window::drift::reconcile::drops;
use crate::window::drift::words::name_within_schema;

use super::DriftScreen;
use super::keys::MARK;
use super::tree::Tree;

/// How many objects a sentence names.
const NAMED: usize = 3;

/// How long their names may be together.
const ROOM: usize = 30;

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
        let named = names(tree, &dropped);
        let with = match kept.len() {
            0 => format!("Mark it, to drop {named}"),
            number => format!("Mark all {}, to drop {named}", number + dropped.len()),
        };
        let choices = vec![without, Choice::new(WITH_DROPS, with).with(Role::Bad, "drops")];
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

    /// Drafts what is marked; with no mark, everything that need not be dropped.
    pub(super) fn draft(&self, world: &World) -> Vec<Command> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let comparison = Arc::clone(tree.comparison());
        let selection = (tree.marks() > 0).then(|| tree.marked_objects());
        if selection.is_none() && comparison.drift.drifting().all(drops) {
            let words = match comparison.drift.drifting().next() {
                None => "Nothing differs that a migration could end.".to_owned(),
                Some(_) => format!("All that differs would be dropped from {}. Mark it to draft it.", comparison.left),
            };
            return vec![Command::Toast(words)];
        }
        let subject = match self.sides.left {
            SideChoice::Environment(place) => marks::subject_of(world, place),
            SideChoice::Files => None,
        };
        vec![Command::Open(Box::new(DraftScreen::of(DraftOrder { comparison, selection }, subject)))]
    }
}

/// The names of differences: the first few of them, as far as they fit into a dialog.
fn names(tree: &Tree, places: &[u32]) -> String {
    let differences = &tree.comparison().drift.differences;
    let mut text = String::new();
    let mut named = 0;
    for difference in places.iter().take(NAMED).filter_map(|place| differences.get(*place as usize)) {
        let name = name_within_schema(&difference.id);
        if named > 0 && text.len() + name.len() > ROOM {
            break;
        }
        text += if named > 0 { ", " } else { "" };
        text += &name;
        named += 1;
    }
    if places.len() > named {
        text += &format!(" and {} more", places.len() - named);
    }
    text
}
