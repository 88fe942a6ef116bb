//! The drift screen: what an operator sees of a comparison and does with it.

use std::sync::Arc;

use super::*;
use crate::console::message::{SideChoice, Sides};
use crate::console::model::Model;
use crate::console::testing::drift;
use crate::schema::{Gap, Kind};
use crate::window::drift::DriftError;
use crate::window::drift::export::{Format, Page};
use crate::window::drift::handle::ComparisonNews;
use crate::window::drift::progress::Stage;
use crate::window::drift::watch::{Against, DriftEvent, Look, Outcome};

fn compared(_: Sides) -> Vec<ComparisonNews> {
    vec![ComparisonNews::Done(Box::new(drift::comparison(Vec::new())))]
}

fn shown(size: Size, keys: &str) -> Model {
    play_comparing(model(size), &format!("<tab>d{keys}"), compared).model
}

#[test]
fn the_sample_has_drift_of_every_standing() {
    let comparison = drift::comparison(Vec::new());
    let mut standings: Vec<&str> = drift::standings(&comparison).into_iter().map(|(_, standing)| standing).collect();
    standings.sort_unstable();
    standings.dedup();
    assert_eq!(standings, ["explained", "ignored", "information", "unexplained", "unproven"]);
}

#[rstest]
#[case::overview("drift", "")]
#[case::attributes("drift_attributes", "/daily<enter>n")]
#[case::beside("drift_beside", "/daily<enter>nvz<tab>")]
#[case::unified("drift_unified", "/daily<enter>nvv<tab>")]
#[case::filtered("drift_filtered", "eeees")]
#[case::choosing("drift_choosing", "[")]
#[case::marked("drift_marked", "a/metrics_hot<enter>n<space><esc>")]
#[case::dropping("drift_dropping", "j<space>")]
fn pictures(#[case] name: &str, #[case] keys: &str) {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        insta::assert_snapshot!(format!("{name}_{label}"), picture(&shown(size, keys), "dark"));
    }
}

#[rstest]
fn themes(#[values("mono", "sixteen", "light", "colour-blind")] theme: &str) {
    insta::assert_snapshot!(format!("drift_{theme}"), picture(&shown(LARGE, "/daily<enter>nvv"), theme));
}

#[test]
fn the_board_compares_the_selected_environment_with_its_neighbour() {
    let played = play_comparing(model(LARGE), "<tab>d", compared);
    let sides = Sides { left: SideChoice::Environment(0), right: SideChoice::Environment(1) };
    assert!(played.outside.asked.contains(&format!("compare {sides:?}")), "{:?}", played.outside.asked);
    let played = play_comparing(model(LARGE), "d", compared);
    let sides = Sides { left: SideChoice::Files, right: SideChoice::Environment(0) };
    assert!(played.outside.asked.contains(&format!("compare {sides:?}")), "{:?}", played.outside.asked);
}

#[test]
fn sides_are_swapped_and_chosen() {
    let played = play_comparing(model(LARGE), "<tab>dx[G<enter>", compared);
    let asked: Vec<&String> = played.outside.asked.iter().filter(|asked| asked.starts_with("compare")).collect();
    let environment = SideChoice::Environment;
    let sides = [
        Sides { left: environment(0), right: environment(1) },
        Sides { left: environment(1), right: environment(0) },
        Sides { left: SideChoice::Files, right: environment(0) },
    ];
    assert_eq!(asked, sides.map(|sides| format!("compare {sides:?}")).iter().collect::<Vec<_>>());
}

#[test]
fn enter_opens_the_migration_that_explains_a_difference() {
    let played = play_comparing(model(LARGE), "<tab>d/owner_id<enter>n<enter>", compared);
    let top = played.model.layers.last().expect("a screen");
    assert_eq!((top.layer.spec().name, top.layer.title(&played.model.world)), ("migration", NAMES[1].to_owned()));
}

#[test]
fn what_has_no_cause_gives_the_keys_to_its_details() {
    let played = play_comparing(model(SMALL), "<tab>d/hot_fix<enter>n<enter>v", compared);
    assert_eq!(played.model.layers.last().map(|entry| entry.layer.spec().name), Some("drift"));
    let shown = text(&play_comparing(model(LEAST), "<tab>d/hot_fix<enter>n<enter>", compared).model);
    assert!(shown.contains("unexplained: production is not what its migrations make"), "{shown}");
}

#[test]
fn next_match_goes_to_what_is_not_explained_even_where_it_is_folded() {
    let shown = text(&shown(LARGE, "-n"));
    assert!(shown.contains("metrics_hot_fix_idx"), "{shown}");
}

/// What is marked, as the frame of the tree says.
fn marks(model: &Model) -> Option<String> {
    let shown = text(model);
    let (before, _) = shown.split_once(" marked, ")?;
    before.rsplit(' ').next().map(str::to_owned)
}

#[rstest]
#[case::one("/hot_fix<enter>n<space>", Some("1"))]
#[case::one_and_not("/hot_fix<enter>n<space><space>", None)]
#[case::group_without_what_is_dropped("j<space><enter>", Some("3"))]
#[case::group_with_it("j<space>j<enter>", Some("5"))]
#[case::given_up("j<space><esc>", None)]
#[case::enter_alone_drops_nothing("/owner_id<enter>G<space><enter>", None)]
#[case::dropped_only_when_chosen("/owner_id<enter>G<space>j<enter>", Some("1"))]
#[case::all_that_drops_nothing("a", Some("3"))]
#[case::all_and_none("aa", None)]
#[case::all_that_is_shown("/daily<enter>a<esc>", Some("1"))]
#[case::back_takes_them_off("a<esc>", None)]
#[case::group_unmarked("j<space>j<enter><space>", None)]
#[case::kept_when_compared_again("ar", Some("3"))]
fn differences_are_marked(#[case] keys: &str, #[case] marked: Option<&str>) {
    assert_eq!(marks(&shown(LARGE, keys)).as_deref(), marked);
}

#[test]
fn what_is_no_drift_cannot_be_marked() {
    let shown = text(&shown(LARGE, "eee<space>"));
    assert!(shown.contains("Nothing here counts as drift"), "{shown}");
}

#[test]
fn a_gap_is_loud_and_never_no_drift() {
    let gap = || Gap { kinds: vec![Kind::Policy], attribute: None, reason: "permission denied".into() };
    let nothing_differs = move |_| {
        let empty = |gaps| Arc::new(drift::snapshot(Vec::new(), gaps));
        let options = crate::schema::diff::DiffOptions::on(jiff::civil::date(2026, 8, 15));
        let comparison =
            drift::of(&empty(Vec::new()), &empty(vec![gap()]), &options, |_| unreachable!("no difference"));
        vec![ComparisonNews::Done(Box::new(comparison))]
    };
    for size in [SMALL, LARGE, LEAST] {
        let shown = text(&play_comparing(model(size), "<tab>d", nothing_differs).model);
        assert!(shown.contains("Not everything could be read"), "{shown}");
        assert!(!shown.contains("No drift"), "{shown}");
    }
    let shown = text(&play_comparing(model(LARGE), "<tab>d", nothing_differs).model);
    assert!(shown.contains("Not known of production: policies. permission denied"), "{shown}");
}

#[test]
fn a_comparison_under_way_says_how_far_it_is_and_can_be_stopped() {
    let under_way = |_| {
        vec![
            ComparisonNews::Stage(Stage::Reading),
            ComparisonNews::Stage(Stage::Read { side: "staging".into(), objects: 512 }),
            ComparisonNews::Stage(Stage::Replaying { done: 12, of: 40 }),
        ]
    };
    let played = play_comparing(model(SMALL), "<tab>d<wait:3000>", under_way);
    let shown = text(&played.model);
    assert!(shown.contains("replaying migrations: 12 of 40") && shown.contains("staging: 512 objects"), "{shown}");
    assert!(played.model.wakes_at().is_some(), "it moves");
    let played = play_comparing(played.model, "<ctrl-c>", under_way);
    assert_eq!(played.ending, None);
    assert!(played.outside.asked.contains(&"give up".to_owned()));
    let shown = text(&played.model);
    assert!(shown.contains("Nothing is known of what differs"), "{shown}");
    assert_eq!(play_comparing(model(SMALL), "<tab>d<ctrl-c><ctrl-c>", under_way).ending, Some(Ending::Quit));
}

#[test]
fn a_side_that_cannot_be_read_is_no_missing_drift() {
    let fails = |_| vec![ComparisonNews::Failed(DriftError::OnlyFiles)];
    let shown = text(&play_comparing(model(SMALL), "<tab>d", fails).model);
    assert!(shown.contains("this is not the same as no drift"), "{shown}");
}

#[test]
fn names_and_sql_are_copied() {
    let played = play_comparing(model(LARGE), "<tab>d/hot_fix<enter>nyvvY", compared);
    assert_eq!(played.outside.copied[0], "public.metrics.metrics_hot_fix_idx");
    assert!(played.outside.copied[1].contains("+ CREATE INDEX"), "{}", played.outside.copied[1]);
}

#[test]
fn every_row_can_be_clicked_and_the_wheel_turns_what_is_under_it() {
    use crate::console::message::{Message, Mouse, MouseAction};
    use ratatui::layout::Position;
    let mut model = shown(LARGE, "");
    for y in 0..40 {
        for x in [0, 5, 30, 60, 100, 119] {
            for what in [MouseAction::WheelDown, MouseAction::WheelUp] {
                update(&mut model, Message::Mouse(Mouse { what, at: Position::new(x, y) }));
            }
        }
    }
    // The third row of the tree: the kind below the schema.
    update(&mut model, Message::Mouse(Mouse { what: MouseAction::Click, at: Position::new(5, 6) }));
    update(&mut model, Message::Mouse(Mouse { what: MouseAction::Click, at: Position::new(5, 6) }));
    text(&model);
    // The left side's name opens the choice of another.
    update(&mut model, Message::Mouse(Mouse { what: MouseAction::Click, at: Position::new(4, 1) }));
    assert!(text(&model).contains("Left side"), "{}", text(&model));
}

#[test]
fn a_click_selects_a_row_and_a_second_one_opens_it() {
    use crate::console::message::{Message, Mouse, MouseAction};
    use ratatui::layout::Position;
    let click = |x, y| Message::Mouse(Mouse { what: MouseAction::Click, at: Position::new(x, y) });
    let mut model = shown(LARGE, "");
    let row_of = |model: &Model, name: &str| text(model).lines().position(|line| line.contains(name)).expect("a row");
    let at = u16::try_from(row_of(&model, "column owner_id")).expect("a row of the screen");
    update(&mut model, click(10, at));
    let line = text(&model).lines().nth(usize::from(at)).map(str::to_owned).expect("a row");
    assert!(line.contains("▸") && line.contains("column owner_id"), "{line}");
    assert!(text(&model).contains("column public.campaigns.owner_id"), "its details are shown: {}", text(&model));
    update(&mut model, click(10, at));
    assert_eq!(model.layers.last().map(|entry| entry.layer.spec().name), Some("migration"));
    // The right side's name opens the choice of another.
    let mut model = shown(LARGE, "");
    update(&mut model, click(26, 1));
    assert!(text(&model).contains("Right side"), "{}", text(&model));
}

#[rstest]
fn every_size_can_be_drawn(#[values("", "/total<enter>n<tab>", "vz", "[", "t")] keys: &str) {
    let mut model = shown(LARGE, keys);
    for width in [1, 19, 60, 61, 79, 80, 100, 200] {
        for height in [1, 3, 15, 16, 24, 60] {
            update(&mut model, Message::Resize(Size { width, height }));
            text(&model);
        }
    }
}

/// News of the drift of production against staging, or of staging against the files.
fn news(model: &mut Model, environment: usize, against: Against, look: Look) {
    update(model, Message::Drift(DriftEvent { environment, against, look }));
}

fn known(comparison: crate::window::drift::Comparison) -> Look {
    Look::Known(Arc::new(Outcome::of(comparison)))
}

/// A comparison in which nothing differs.
fn none() -> crate::window::drift::Comparison {
    let empty = || Arc::new(drift::snapshot(Vec::new(), Vec::new()));
    let options = crate::schema::diff::DiffOptions::on(jiff::civil::date(2026, 8, 15));
    drift::of(&empty(), &empty(), &options, |_| unreachable!("no difference"))
}

#[test]
fn the_board_says_how_each_environment_drifts() {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        let mut model = model(size);
        news(&mut model, 0, Against::Files, known(none()));
        news(&mut model, 1, Against::Neighbour, known(drift::comparison(Vec::new())));
        news(&mut model, 1, Against::Files, Look::Comparing);
        news(&mut model, 2, Against::Neighbour, Look::Failed("staging: connection refused".into()));
        insta::assert_snapshot!(format!("board_drift_{label}"), picture(&model, "dark"));
    }
    let mut model = model(LARGE);
    news(&mut model, 1, Against::Neighbour, Look::Failed("permission denied".into()));
    assert!(text(&model).contains("could not be read: perm"), "{}", text(&model));
}

#[test]
fn drift_that_appears_is_told_once() {
    let mut model = model(LARGE);
    news(&mut model, 1, Against::Neighbour, known(drift::comparison(Vec::new())));
    assert_eq!(model.toast, None, "what was there at first is on the card");
    news(&mut model, 1, Against::Neighbour, known(none()));
    assert_eq!(model.toast, None);
    news(&mut model, 1, Against::Neighbour, Look::Comparing);
    assert!(text(&model).contains("none"), "what was known stands while it is compared again");
    news(&mut model, 1, Against::Neighbour, known(drift::comparison(Vec::new())));
    let toast = model.toast.as_ref().map(|toast| toast.text.as_str());
    assert_eq!(toast, Some("production has drifted from staging: 3 more unexplained differences."));
}

#[test]
fn what_was_compared_in_the_background_is_shown_at_once() {
    let mut model = model(LARGE);
    news(&mut model, 1, Against::Neighbour, known(drift::comparison(Vec::new())));
    let played = play_comparing(model, "<tab>d", |_| Vec::new());
    assert!(text(&played.model).contains("metrics_hot_fix_idx"), "{}", text(&played.model));
    assert!(!played.outside.asked.iter().any(|asked| asked.starts_with("compare")), "{:?}", played.outside.asked);
    let played = play_comparing(played.model, "r", compared);
    assert!(played.outside.asked.iter().any(|asked| asked.starts_with("compare")), "again means again");
}

#[test]
fn a_comparison_is_written_in_the_form_that_was_chosen() {
    let mut model = model(LARGE);
    news(&mut model, 1, Against::Neighbour, known(drift::comparison(Vec::new())));
    let played = play_with(model, "<tab>dwj<enter>", |work| match work {
        crate::console::message::Work::Export(_, Format::Html) => {
            Some(crate::console::message::Answer::Exported("/reports/drift.html".into()))
        }
        _ => None,
    });
    assert_eq!(played.outside.copied, ["/reports/drift.html"]);
}

#[rstest]
#[case(Format::Text, "+ index metrics.metrics_hot_fix_idx  only in production")]
#[case(Format::Html, "<code>metrics.metrics_hot_fix_idx</code>")]
#[case(Format::Json, "\"qualified\": \"public.metrics.metrics_hot_fix_idx\"")]
#[case(Format::Sql, "It has not been tried.")]
fn every_form_tells_of_what_was_done_by_hand(#[case] format: Format, #[case] line: &str) {
    let comparison = drift::comparison(Vec::new());
    let page = Page { comparison: &comparison, rules: &[], only_unexplained: false, verbose: false };
    let written = page.written(format).expect("is written");
    assert!(written.contains(line), "{written}");
}
