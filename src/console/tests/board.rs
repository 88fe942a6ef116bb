//! The board.

use std::time::Duration;

use ratatui::layout::Position;

use super::*;
use crate::console::message::{Mouse, MouseAction};
use crate::console::model::Model;
use crate::window::monitor::{EnvironmentState, MonitorEvent};

fn top(model: &Model) -> &'static str {
    model.layers.last().map(|entry| entry.layer.spec().name).unwrap_or_default()
}

#[test]
fn the_first_frame_does_not_wait_for_any_server() {
    let shown = text(&fresh(LARGE));
    assert!(shown.contains("[STAGING]") && shown.contains("[PRODUCTION]") && shown.contains("connecting"), "{shown}");
    assert!(shown.contains("Reading the migration files."), "{shown}");
}

#[test]
fn the_tier_of_every_environment_is_in_words_at_every_width() {
    for width in [80, 100, 120, 200] {
        let shown = text(&model(Size { width, height: 24 }));
        for label in ["[STAGING]", "[PRODUCTION]", "read-only]"] {
            assert!(shown.contains(label), "{label} at {width}\n{shown}");
        }
    }
}

#[test]
fn one_environment_at_a_time_in_a_narrow_terminal() {
    let played = play(model(LEAST), "");
    assert!(text(&played.model).contains("staging") && !text(&played.model).contains("production"));
    let played = play(played.model, "<tab>");
    assert!(text(&played.model).contains("production"));
}

#[test]
fn the_board_begins_where_there_is_something_to_do() {
    let shown = text(&model(LARGE));
    let selected = shown.lines().find(|line| line.starts_with('▸')).expect("a selected row");
    assert!(selected.contains("alter") && selected.contains("metrics_add_unit"), "{selected}");
}

#[test]
fn what_others_change_appears_and_the_selection_stays_on_its_migration() {
    let mut model = play(model(LARGE), "gjj").model;
    let selected = |model: &Model| {
        let shown = text(model);
        shown.lines().find(|line| line.starts_with('▸')).map(str::to_owned).unwrap_or_default()
    };
    let before = selected(&model);
    assert!(before.contains("campaigns_add_owner"), "{before}");
    let mut rows = Vec::new();
    let mut early = applied(NAMES[0], 30);
    early.name = "20260701000000_fix_early".into();
    rows.push(early);
    rows.push(applied(NAMES[1], 0));
    update(&mut model, Message::Environment(MonitorEvent { environment: 1, state: ready(rows) }));
    assert!(text(&model).contains("early"));
    assert!(selected(&model).contains("campaigns_add_owner"), "{}", selected(&model));
}

#[test]
fn a_filter_narrows_and_escape_widens() {
    let played = play(model(LARGE), "/rolled<enter>");
    let shown = text(&played.model);
    assert!(shown.contains("legacy_reports") && !shown.contains("seed"), "{shown}");
    assert!(shown.contains("1 of 9"), "{shown}");
    let played = play(played.model, "<esc>");
    assert!(text(&played.model).contains("channels"));
}

#[test]
fn keys_of_commands_are_letters_while_a_filter_is_typed() {
    let played = play(model(LARGE), "/qhw");
    assert_eq!((played.ending, top(&played.model)), (None, "board"));
}

#[test]
fn n_goes_to_the_next_migration_that_wants_a_look() {
    let played = play(model(LARGE), "<tab>gn");
    let shown = text(&played.model);
    let selected = shown.lines().find(|line| line.starts_with('▸')).expect("a selected row").to_owned();
    assert!(selected.contains("changed"), "{selected}");
}

#[test]
fn a_name_is_copied() {
    let played = play(model(LARGE), "gjy");
    assert_eq!(played.outside.copied, ["20260801093000_create_metrics"]);
    assert!(text(&played.model).contains("Copied the migration's name."));
}

#[test]
fn nothing_can_be_written_where_it_must_not_be() {
    let played = play(model(LARGE), "<tab><tab>w");
    assert_eq!(top(&played.model), "board");
    assert!(text(&played.model).contains("analytics is read-only"), "{}", text(&played.model));
    let mut unreachable = model(LARGE);
    let state = EnvironmentState::Connecting;
    update(&mut unreachable, Message::Environment(MonitorEvent { environment: 0, state }));
    let played = play(unreachable, "w");
    assert_eq!(top(&played.model), "board");
    assert!(text(&played.model).contains("staging does not answer"), "{}", text(&played.model));
}

#[test]
fn a_countdown_counts() {
    let mut model = model(LARGE);
    assert!(text(&model).contains("in 4 s"));
    update(&mut model, Message::Clock(moment(Duration::from_secs(3))));
    assert!(text(&model).contains("in 1 s"));
}

#[test]
fn files_that_are_not_as_they_should_be_are_counted_and_listed() {
    let mut model = model(LARGE);
    update(&mut model, Message::Files(Ok(troubled_catalogue())));
    assert!(text(&model).contains("2 files not as it should be") || text(&model).contains("2 files not as they"));
    let played = play(model, "f");
    assert_eq!(top(&played.model), "files");
    assert!(text(&played.model).contains("20260809100000_drop_x.down.sql"));
}

#[test]
fn a_password_is_asked_for_and_never_shown() {
    let mut model = model(LARGE);
    let state = EnvironmentState::NeedsPassword { why: "password authentication failed for \"deployer\"".into() };
    update(&mut model, Message::Environment(MonitorEvent { environment: 0, state }));
    let played = play(model, "ps3cret");
    let shown = text(&played.model);
    assert!(shown.contains("******") && !shown.contains("s3cret"), "{shown}");
    assert!(!format!("{:?}", played.model.layers).contains("s3cret"));
    let played = play(played.model, "<enter>");
    assert_eq!(played.outside.asked, ["password 0 s3cret"]);
    assert_eq!(top(&played.model), "board");
}

#[test]
fn the_mouse_selects_opens_and_scrolls() {
    let mut model = model(LARGE);
    let row = |model: &Model, name: &str| {
        let shown = text(model);
        let line = shown.lines().position(|line| line.contains(name)).expect("the row");
        Position::new(30, u16::try_from(line).expect("a row"))
    };
    let click = |model: &mut Model, at| {
        update(model, Message::Mouse(Mouse { what: MouseAction::Click, at }));
    };
    let at = row(&model, "campaign_index");
    click(&mut model, at);
    assert!(text(&model).lines().any(|line| line.starts_with('▸') && line.contains("campaign_index")));
    click(&mut model, at);
    assert_eq!(top(&model), "migration");
    let footer = row(&model, "q back");
    let column = text(&model).lines().last().and_then(|line| line.find("q back")).expect("the key") as u16;
    click(&mut model, Position::new(column, footer.y));
    assert_eq!(top(&model), "board");
    update(&mut model, Message::Mouse(Mouse { what: MouseAction::WheelUp, at }));
    assert!(!text(&model).lines().any(|line| line.starts_with('▸') && line.contains("campaign_index")));
}

#[test]
fn every_action_can_be_read_whole_in_the_palette() {
    for screen in crate::console::view::SCREENS {
        let shared = screen.shared.iter().flat_map(|set| set.bindings);
        for binding in screen.keys.iter().chain(shared).chain(crate::console::keymap::EVERYWHERE.bindings) {
            assert!(binding.words.chars().count() <= 60, "{}: {}", screen.name, binding.words);
        }
    }
}

#[test]
fn marked_migrations_are_what_a_window_offers_first() {
    let played = play(model(LARGE), "<tab>Gk<space><space>w");
    let shown = text(&played.model);
    assert_eq!(top(&played.model), "plan");
    assert!(shown.contains("the 2 that are marked"), "{shown}");
}
