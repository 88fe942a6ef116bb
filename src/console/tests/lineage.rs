//! The history of an object across the environments, from a difference.

use std::sync::Arc;

use super::*;
use crate::console::message::{Answer, Work};
use crate::console::model::Model;
use crate::console::testing::drift;
use crate::window::drift::lineage::{Tie, Tied};
use crate::window::drift::watch::{Against, DriftEvent, Look, Outcome};

fn compared(size: Size) -> Model {
    let mut model = model(size);
    let look = Look::Known(Arc::new(Outcome::of(drift::comparison(Vec::new()))));
    update(&mut model, Message::Drift(DriftEvent { environment: 1, against: Against::Neighbour, look }));
    model
}

fn traced(work: &Work) -> Option<Answer> {
    let Work::Trace(..) = work else { return None };
    let tied =
        |place: usize, tie, lines: &[usize]| Tied { migration: NAMES[place].to_owned(), tie, lines: lines.to_vec() };
    let all = vec![
        tied(6, Tie::Names, &[4, 9]),
        tied(3, Tie::Names, &[4]),
        tied(1, Tie::Explains, &[4]),
        tied(0, Tie::MakesWhole, &[2]),
    ];
    Some(Answer::Traced(all, Vec::new()))
}

fn shown(size: Size, keys: &str) -> Model {
    play_with(compared(size), &format!("<tab>d/owner_id<enter>GH<wait:1>{keys}"), traced).model
}

#[rstest]
#[case::first("object", "")]
#[case::rolled_back("object_rolled_back", "j")]
fn pictures(#[case] name: &str, #[case] keys: &str) {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        insta::assert_snapshot!(format!("{name}_{label}"), picture(&shown(size, keys), "dark"));
    }
}

#[test]
fn what_the_comparison_says_goes_with_the_question() {
    let played = play_with(compared(LARGE), "<tab>d/owner_id<enter>GH", |_| None);
    let asked = played.outside.asked.iter().find(|asked| asked.starts_with("Trace")).expect("it is asked for");
    assert!(asked.contains("owner_id") && asked.contains("Explained"), "{asked}");
    assert!(text(&played.model).contains("The migrations are read"), "{}", text(&played.model));
}

#[test]
fn enter_opens_the_migration() {
    let played = shown(LARGE, "jj<enter>");
    let top = played.layers.last().expect("a screen");
    assert_eq!((top.layer.spec().name, top.layer.title(&played.world)), ("migration", NAMES[1].to_owned()));
}

#[test]
fn what_no_migration_names_is_said_to_be_so() {
    let nothing = |work: &Work| match work {
        Work::Trace(..) => Some(Answer::Traced(Vec::new(), vec!["x.sql cannot be read: it is gone.".into()])),
        _ => None,
    };
    let shown = text(&play_with(compared(LARGE), "<tab>d/hot_fix<enter>nH<wait:1>", nothing).model);
    assert!(shown.contains("No migration names it") && shown.contains("x.sql cannot be read"), "{shown}");
}

#[test]
fn only_an_object_has_a_history() {
    let shown = text(&play_with(compared(LARGE), "<tab>dgH", traced).model);
    assert!(shown.contains("Select an object first"), "{shown}");
}

#[test]
fn every_size_can_be_drawn() {
    let mut model = shown(LARGE, "j");
    for width in [1, 19, 60, 80, 200] {
        for height in [1, 3, 9, 15, 24, 60] {
            update(&mut model, Message::Resize(Size { width, height }));
            text(&model);
        }
    }
}
