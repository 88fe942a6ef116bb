//! What is chosen in a dialog: a side, a kind of objects, a format.

use std::sync::Arc;

use crate::console::keymap::Action;
use crate::console::layer::Command;
use crate::console::message::{SideChoice, Sides, Work};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::choose::{Choice, ChooseDialog};
use crate::console::view::{chrome, marks};
use crate::schema::Kind;
use crate::window::drift::course::Which;
use crate::window::drift::export::Format;

use super::keys::{CAUSE, EXPORT, KIND, LEFT_SIDE, MARK, RIGHT_SIDE};
use super::{DriftScreen, draw};

impl DriftScreen {
    pub(super) fn choose_side(&self, world: &World, which: Which, then: Action) -> Vec<Command> {
        let (now, other) = match which {
            Which::Left => (self.sides.left, self.sides.right),
            Which::Right => (self.sides.right, self.sides.left),
        };
        let all = (0..world.config.environments.len()).map(SideChoice::Environment).chain([SideChoice::Files]);
        let all: Vec<SideChoice> = all.collect();
        let choices = all.iter().map(|choice| {
            let name = draw::side_name(world, *choice);
            let note = match (choice, choice.tier_of(world)) {
                (choice, _) if *choice == other => (Role::Dim, "the other side: swaps them".to_owned()),
                (_, Some((role, label))) => (role, label),
                _ => (Role::Dim, "what the migrations make".to_owned()),
            };
            Choice::new(name.clone(), name).with(note.0, note.1)
        });
        let selected = all.iter().position(|choice| *choice == now).unwrap_or(0);
        let title = match which {
            Which::Left => "Left side",
            Which::Right => "Right side",
        };
        vec![Command::Open(Box::new(ChooseDialog::of(title, choices.collect(), selected, then)))]
    }

    pub(super) fn choose_kind(&self) -> Vec<Command> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let mut choices = vec![Choice::new("", "every kind")];
        let kinds = tree.kinds();
        choices.extend(
            kinds
                .iter()
                .map(|(kind, number)| Choice::new(kind.word(), kind.plural()).with(Role::Dim, number.to_string())),
        );
        let selected = self.wanted.kind.and_then(|wanted| kinds.keys().position(|kind| *kind == wanted));
        let dialog = ChooseDialog::of("Kind", choices, selected.map_or(0, |place| place + 1), KIND);
        vec![Command::Open(Box::new(dialog))]
    }

    /// Does what was chosen in a dialog of this screen.
    pub(super) fn chosen(&mut self, wanted: Action, text: &str, world: &World) -> Vec<Command> {
        match wanted {
            LEFT_SIDE | RIGHT_SIDE => {
                let Some(choice) = SideChoice::named(world, text) else { return Vec::new() };
                let Sides { left, right } = self.sides;
                let sides = match (wanted, choice) {
                    (LEFT_SIDE, choice) if choice == right => Sides { left: right, right: left },
                    (LEFT_SIDE, choice) => Sides { left: choice, right },
                    (_, choice) if choice == left => Sides { left: right, right: left },
                    (_, choice) => Sides { left, right: choice },
                };
                return self.turn_to(sides, world);
            }
            MARK => return self.mark_chosen(text),
            KIND => {
                let kind = Kind::ALL.iter().copied().find(|kind| kind.word() == text);
                self.want(|wanted| wanted.kind = kind);
            }
            EXPORT => {
                let format = Format::ALL.into_iter().find(|format| format.extension() == text);
                if let (Some(tree), Some(format)) = (&self.tree, format) {
                    return vec![Command::Work(Work::Export(Arc::clone(tree.comparison()), format))];
                }
            }
            CAUSE => {
                let tree = self.tree.as_ref();
                let causes = tree.map(|tree| self.causes(tree, self.list.selected)).unwrap_or_default();
                if let Some((migration, which, _)) = causes.iter().find(|(migration, ..)| migration == text) {
                    return vec![self.jump(migration, *which, world)];
                }
            }
            _ => {}
        }
        Vec::new()
    }
}

pub(super) fn choose_format() -> Vec<Command> {
    let choice = |format: Format| Choice::new(format.extension(), format.words()).with(Role::Dim, format.extension());
    let choices = Format::ALL.map(choice).to_vec();
    vec![Command::Open(Box::new(ChooseDialog::of("Write into a file", choices, 0, EXPORT)))]
}

impl SideChoice {
    /// The role and the label of its tier, if it is an environment.
    pub(super) fn tier_of(self, world: &World) -> Option<(Role, String)> {
        let SideChoice::Environment(place) = self else { return None };
        let subject = marks::subject_of(world, place)?;
        let (role, _) = chrome::tier_roles(subject.tier);
        Some((role, chrome::tier_label(&subject)))
    }

    /// The side of this name.
    fn named(world: &World, name: &str) -> Option<Self> {
        let environments = &world.config.environments;
        match environments.iter().position(|environment| environment.name.as_str() == name) {
            Some(place) => Some(Self::Environment(place)),
            None => (name == draw::FILES).then_some(Self::Files),
        }
    }
}
