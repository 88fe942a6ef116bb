//! Saying yes: what it takes, and what does not count.

use super::*;
use crate::console::message::Order;
use crate::console::model::Model;
use crate::window::step::{Direction, Step};

const STAGING: usize = 0;
const PRODUCTION: usize = 1;

/// Whether the apply step was started.
fn started(played: &Played) -> bool {
    played.outside.orders.iter().any(|order| matches!(order, Order::Run(Step::Apply, _)))
}

fn asking(environment: usize, direction: Direction) -> Model {
    let played = play(before_apply(LARGE, environment, direction), "<wait:400><esc><enter>");
    assert!(text(&played.model).contains("Cancel"), "{}", text(&played.model));
    played.model
}

#[test]
fn staging_wants_a_y() {
    assert!(started(&play(asking(STAGING, Direction::Apply), "<wait:300>y")));
}

#[rstest]
#[case::enter("<wait:300><enter>")]
#[case::no("<wait:300>n")]
#[case::escape("<wait:300><esc>")]
#[case::enter_again_and_again("<wait:300><enter><enter><enter>")]
#[case::too_soon("y")]
fn nothing_else_starts_a_write_in_staging(#[case] keys: &str) {
    assert!(!started(&play(asking(STAGING, Direction::Apply), keys)));
}

#[test]
fn production_wants_its_name() {
    assert!(started(&play(asking(PRODUCTION, Direction::Apply), "<wait:300>production<enter>")));
}

#[rstest]
#[case::enter("<wait:300><enter>")]
#[case::yes("<wait:300>y<enter>")]
#[case::another_name("<wait:300>staging<enter>")]
#[case::a_part("<wait:300>product<enter>")]
#[case::other_case("<wait:300>Production<enter>")]
#[case::more("<wait:300>productionx<enter>")]
#[case::name_without_enter("<wait:300>production")]
#[case::escape("<wait:300>production<esc>")]
#[case::pasted("<wait:300><paste:production><enter>")]
#[case::pasted_as_keys("<wait:300><burst:production><enter>")]
#[case::most_of_it_pasted("<wait:300>pr<burst:oduction><enter>")]
#[case::too_soon("pro<wait:300>duction<enter>")]
fn nothing_else_starts_a_write_in_production(#[case] keys: &str) {
    assert!(!started(&play(asking(PRODUCTION, Direction::Apply), keys)));
}

#[test]
fn a_rollback_wants_the_name_in_every_tier() {
    assert!(!started(&play(asking(STAGING, Direction::Rollback), "<wait:300>y<enter>")));
    assert!(started(&play(asking(STAGING, Direction::Rollback), "<wait:300>staging<enter>")));
}

#[test]
fn a_refused_paste_says_so_and_the_name_can_still_be_typed() {
    let played = play(asking(PRODUCTION, Direction::Apply), "<wait:300><paste:production>");
    assert!(text(&played.model).contains("Pasting does not count"));
    assert!(started(&play(played.model, "production<enter>")));
}

#[test]
fn the_dialog_says_what_will_happen_and_where() {
    let shown = text(&asking(PRODUCTION, Direction::Apply));
    for words in [
        "[PRODUCTION]",
        "deployer@db.example:5432/app",
        "mira",
        "20260815T220000Z_production",
        "20260804120000_drop_legacy_reports",
        "line 12: DROP TABLE legacy_reports",
        "Type production to go on",
        "[ Cancel ]",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}
