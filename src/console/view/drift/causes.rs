//! From a difference to the migrations that have to do with it.

use crate::console::layer::Command;
use crate::console::message::SideChoice;
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::choose::{Choice, ChooseDialog};
use crate::console::view::lineage::LineageScreen;
use crate::console::view::migration::MigrationScreen;
use crate::window::drift::course::Which;

use super::keys::CAUSE;
use super::tree::{Key, Tree};
use super::{DriftScreen, Pane};

impl DriftScreen {
    /// Opens what explains the selected difference, or folds.
    pub(super) fn open(&mut self, world: &World) -> Vec<Command> {
        let row = self.list.selected;
        let Some(tree) = &self.tree else { return Vec::new() };
        let causes = self.causes(tree, row);
        match causes.as_slice() {
            [] if tree.is_branch(row) => self.toggle(),
            [] => self.pane = Pane::Detail,
            [(migration, which, _)] => return vec![self.jump(migration, *which, world)],
            _ => {
                let choices = causes
                    .iter()
                    .map(|(migration, which, why)| {
                        let side = tree.comparison().side(*which);
                        Choice::new(migration.clone(), migration.clone()).with(Role::Dim, format!("{why} {side}"))
                    })
                    .collect();
                let dialog = ChooseDialog::of("Which migration", choices, 0, CAUSE);
                return vec![Command::Open(Box::new(dialog))];
            }
        }
        Vec::new()
    }

    /// The history of the selected object across the environments.
    pub(super) fn history(&self) -> Vec<Command> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let node = tree.node(self.list.selected);
        let Some((Key::Object(id), place)) = node.map(|node| (&node.key, node.difference)) else {
            return vec![Command::Toast("Select an object first.".to_owned())];
        };
        let explanations = &tree.comparison().explanations;
        let explanation = place.and_then(|place| explanations.get(place as usize)?.clone());
        let environment = match (self.sides.right, self.sides.left) {
            (SideChoice::Environment(place), _) | (SideChoice::Files, SideChoice::Environment(place)) => place,
            (SideChoice::Files, SideChoice::Files) => 0,
        };
        vec![Command::Open(Box::new(LineageScreen::of(id.clone(), explanation, environment)))]
    }

    /// The migrations that have to do with the difference of a row.
    pub(super) fn causes(&self, tree: &Tree, row: usize) -> Vec<(String, Which, &'static str)> {
        let place = tree.node(row).and_then(|node| node.difference);
        let explanation = place.and_then(|place| tree.comparison().explanations.get(place as usize)?.as_ref());
        let Some(explanation) = explanation else { return Vec::new() };
        let by = explanation.by.iter().map(|cause| (cause.migration.clone(), cause.lacking, "lacked by"));
        let suspects = explanation.suspects.iter().map(|one| (one.migration.clone(), one.side, "applied in"));
        by.chain(suspects).collect()
    }

    pub(super) fn jump(&self, migration: &str, which: Which, world: &World) -> Command {
        let side = |which| match which {
            Which::Left => self.sides.left,
            Which::Right => self.sides.right,
        };
        let environment = match (side(which), side(which.other())) {
            (SideChoice::Environment(place), _) | (SideChoice::Files, SideChoice::Environment(place)) => place,
            (SideChoice::Files, SideChoice::Files) => 0,
        };
        if world.board.position(migration).is_none() {
            return Command::Toast(format!("{migration} is not on the board."));
        }
        Command::Open(Box::new(MigrationScreen::of(migration, environment)))
    }
}
