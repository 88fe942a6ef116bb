//! Every environment against all others: what an operator sees of it, and where it leads.

use std::sync::Arc;

use super::*;
use crate::console::message::{Mouse, MouseAction};
use crate::console::model::Model;
use crate::console::testing::drift;
use crate::schema::{Gap, Kind};
use crate::window::drift::matrix::{MatrixNews, Member, Pair};
use crate::window::drift::watch::{Against, DriftEvent, Look, Outcome};

const FILES: Member = Member::Files;
const STAGING: Member = Member::Environment(0);
const PRODUCTION: Member = Member::Environment(1);
const ANALYTICS: Member = Member::Environment(2);

fn differing() -> Arc<Outcome> {
    Arc::new(Outcome::of(drift::comparison(Vec::new())))
}

/// A comparison in which nothing differs, and in which this could not be read.
fn equal(gaps: Vec<Gap>) -> Arc<Outcome> {
    let empty = |gaps| Arc::new(drift::snapshot(Vec::new(), gaps));
    let options = crate::schema::diff::DiffOptions::on(jiff::civil::date(2026, 8, 15));
    let compared = drift::of(&empty(Vec::new()), &empty(gaps), &options, |_| unreachable!("no difference"));
    Arc::new(Outcome::of(compared))
}

fn gap() -> Gap {
    Gap { kinds: vec![Kind::Policy], attribute: None, reason: "permission denied".into() }
}

/// What comes of a pair.
fn judged(pair: Pair) -> MatrixNews {
    match pair {
        (FILES, STAGING) => MatrixNews::Compared(pair, equal(Vec::new())),
        (FILES, PRODUCTION) => MatrixNews::Compared(pair, equal(vec![gap()])),
        (_, ANALYTICS) => MatrixNews::NotCompared(pair, "analytics could not be read. connection refused".into()),
        _ => MatrixNews::Compared(pair, differing()),
    }
}

fn filled(pairs: &[Pair]) -> Vec<MatrixNews> {
    let judged = pairs.iter().flat_map(|pair| [MatrixNews::Comparing(*pair), judged(*pair)]);
    judged.chain([MatrixNews::Filled]).collect()
}

/// Long enough for all news to come in.
fn soon() -> String {
    "<wait:1>".repeat(20)
}

fn shown(size: Size, keys: &str) -> Model {
    play_filling(model(size), &format!("m{}{keys}", soon()), filled).model
}

#[rstest]
#[case::first("matrix", "")]
#[case::drift("matrix_drift", "jl")]
#[case::failed("matrix_failed", "Gl")]
fn pictures(#[case] name: &str, #[case] keys: &str) {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        insta::assert_snapshot!(format!("{name}_{label}"), picture(&shown(size, keys), "dark"));
    }
}

#[test]
fn without_colours_every_cell_still_has_its_word_or_mark() {
    insta::assert_snapshot!("matrix_mono", picture(&shown(SMALL, "jl"), "mono"));
}

#[test]
fn what_was_compared_in_the_background_is_not_compared_again() {
    let mut known = model(LARGE);
    let look = Look::Known(differing());
    update(&mut known, Message::Drift(DriftEvent { environment: 1, against: Against::Neighbour, look }));
    let look = Look::Known(equal(Vec::new()));
    update(&mut known, Message::Drift(DriftEvent { environment: 0, against: Against::Files, look }));
    let played = play_filling(known, "m", |_| Vec::new());
    let rest = [(FILES, PRODUCTION), (FILES, ANALYTICS), (STAGING, ANALYTICS), (PRODUCTION, ANALYTICS)];
    assert!(played.outside.asked.contains(&format!("fill {rest:?}")), "{:?}", played.outside.asked);
    let shown = text(&played.model);
    assert!(shown.contains("2 of 6 pairs compared") && shown.contains("waiting"), "{shown}");
}

#[test]
fn what_is_compared_in_the_background_meanwhile_is_shown() {
    let mut model = play_filling(model(LARGE), "m", |_| Vec::new()).model;
    let look = Look::Known(differing());
    update(&mut model, Message::Drift(DriftEvent { environment: 1, against: Against::Neighbour, look }));
    assert!(text(&model).contains("1 of 6 pairs compared"), "{}", text(&model));
}

#[test]
fn enter_opens_what_a_pair_differs_in() {
    let played = play_filling(model(LARGE), &format!("m{}jl<enter>", soon()), filled);
    let shown = text(&played.model);
    assert!(shown.contains("- staging [STAGING]   + production") && shown.contains("metrics_hot_fix_idx"), "{shown}");
    assert!(!played.outside.asked.iter().any(|asked| asked.starts_with("compare")), "it was compared already");
    let played = play_filling(model(LARGE), "mG<enter>", |_| Vec::new());
    assert!(played.outside.asked.iter().any(|asked| asked.starts_with("compare")), "{:?}", played.outside.asked);
}

#[test]
fn a_cell_of_itself_opens_nothing() {
    let played = play_filling(model(SMALL), "mk<enter>", |_| Vec::new());
    assert!(text(&played.model).contains("compared with itself"), "{}", text(&played.model));
}

#[test]
fn filling_is_told_stopped_and_begun_again() {
    let under_way = |pairs: &[Pair]| vec![MatrixNews::Reading(0), MatrixNews::Comparing(pairs[0])];
    let played = play_filling(model(SMALL), "m<wait:1>", under_way);
    let shown = text(&played.model);
    assert!(shown.contains("0 of 6 pairs compared") && played.model.wakes_at().is_some(), "{shown}");
    let asked = |keys: &str| play_filling(model(SMALL), &format!("m<wait:1><wait:1>{keys}"), under_way).outside.asked;
    assert!(asked("<ctrl-c>").contains(&"give up".to_owned()));
    assert!(asked("<esc>").contains(&"give up".to_owned()), "leaving gives it up");
    assert_eq!(asked("r").iter().filter(|asked| asked.starts_with("fill")).count(), 2);
    assert_eq!(play_filling(model(SMALL), "m<ctrl-c><ctrl-c>", under_way).ending, Some(Ending::Quit));
}

#[test]
fn a_matrix_that_breaks_off_says_so() {
    let broken = |_: &[Pair]| vec![MatrixNews::Broken("the folder cannot be read".into())];
    let shown = text(&play_filling(model(LARGE), "m<wait:1>", broken).model);
    assert!(shown.contains("the folder cannot be read"), "{shown}");
}

#[test]
fn it_is_copied_as_text() {
    let played = play_filling(model(SMALL), &format!("m{}y", soon()), filled);
    let copied = &played.outside.copied[0];
    let line = copied.lines().nth(2).expect("the row of staging");
    assert!(line.starts_with("staging") && line.contains("same") && line.contains("not compared"), "{copied}");
}

#[test]
fn every_cell_can_be_clicked_and_every_size_can_be_drawn() {
    use ratatui::layout::Position;
    let click = |x, y| Message::Mouse(Mouse { what: MouseAction::Click, at: Position::new(x, y) });
    for y in 0..24 {
        for x in [0, 3, 16, 30, 45, 60, 79] {
            let mut model = shown(SMALL, "");
            update(&mut model, click(x, y));
            update(&mut model, click(x, y));
            text(&model);
        }
    }
    let mut model = shown(LARGE, "jll");
    for width in [1, 19, 40, 60, 80, 200] {
        for height in [1, 3, 12, 15, 24, 60] {
            update(&mut model, Message::Resize(Size { width, height }));
            text(&model);
        }
    }
}
