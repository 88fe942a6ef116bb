//! What an operator sees and can do, typed into the real loop.

mod approve;
mod board;
mod confirm;
mod draft;
mod drift;
mod lineage;
mod matrix;
mod new;
mod pictures;
mod review;
mod wake;
mod window;

use ratatui::layout::Size;
use rstest::rstest;

use super::message::Message;
use super::model::Ending;
use super::testing::*;
use super::trouble::Trouble;
use super::update::update;

const SMALL: Size = Size { width: 80, height: 24 };
const LARGE: Size = Size { width: 120, height: 40 };
const LEAST: Size = Size { width: 60, height: 15 };

#[rstest]
#[case("q")]
#[case("<ctrl-c>")]
#[case(":quit<enter>")]
#[case("?qq")]
#[case("<enter><esc>q")]
#[case("h<enter>qqq")]
fn quitting_works_from_anywhere(#[case] keys: &str) {
    assert_eq!(play(model(SMALL), keys).ending, Some(Ending::Quit));
}

#[test]
fn nothing_but_quitting_ends_the_console() {
    assert_eq!(play(model(SMALL), "jjkkGg<tab><tab>/prod<enter>nN<esc><esc><esc>?<esc>@<esc>").ending, None);
}

#[test]
fn the_operating_systems_wish_to_end_is_obeyed() {
    let mut model = model(SMALL);
    update(&mut model, Message::Terminate("SIGTERM"));
    assert_eq!(model.ending, Some(Ending::Terminated("SIGTERM")));
}

#[test]
fn the_palette_finds_an_action_by_a_few_letters_and_does_it() {
    let played = play(model(LARGE), ":hist<enter>");
    assert_eq!(played.model.layers.last().map(|entry| entry.layer.spec().name), Some("history"));
    assert_eq!(played.model.layers.len(), 2, "the palette is gone");
}

#[test]
fn the_help_shows_every_key_of_its_screen() {
    let played = play(model(Size { width: 100, height: 60 }), "?");
    let shown = text(&played.model);
    for entry in played.model.keymap.entries("board") {
        let beginning: String = entry.binding.words.chars().take(40).collect();
        assert!(shown.contains(&beginning), "{beginning}\n{shown}");
        assert!(entry.keys.iter().all(|key| shown.contains(&key.to_string())), "{:?}", entry.keys);
    }
}

#[test]
fn an_error_stays_until_it_is_dismissed_and_hides_nothing() {
    let mut model = model(SMALL);
    let trouble = Trouble::new("Apply failed", "relation \"metrics\" already exists")
        .with("SQLSTATE", "42P07")
        .with("place", "20260801093000_create_metrics.sql:4:1")
        .with("database", "Its transaction was rolled back; the database is as it was.")
        .and_next("Mend the file, then try again.");
    update(&mut model, Message::Trouble(Box::new(trouble)));
    let played = play(model, "<wait:10000>j");
    let shown = text(&played.model);
    assert!(
        shown.contains("42P07") && shown.contains(":4:1") && shown.contains("rolled back; the database"),
        "{shown}"
    );
    assert!(shown.contains("▸"), "the selected row is still in view\n{shown}");
    let played = play(played.model, "<wait:400><esc>");
    assert!(!text(&played.model).contains("42P07"));
}

#[test]
fn a_key_meant_for_something_else_does_not_dismiss_an_error_that_just_appeared() {
    let mut model = model(SMALL);
    update(&mut model, Message::Trouble(Box::new(Trouble::new("Oh", "no"))));
    assert_eq!(play(model, "<esc>").model.troubles.len(), 1);
}

#[test]
fn an_error_can_be_read_in_full_and_copied() {
    let mut model = model(LEAST);
    let long = "All of this sentence has to be read. ".repeat(20);
    update(&mut model, Message::Trouble(Box::new(Trouble::new("Oh", format!("{long}The end.")))));
    assert!(!text(&model).contains("The end."));
    let played = play(model, "!Gy");
    assert!(text(&played.model).contains("The end."));
    assert!(played.outside.copied[0].contains("The end."));
}

#[test]
fn a_passing_word_passes() {
    let mut model = model(SMALL);
    update(&mut model, Message::Notice("Something happened.".into()));
    let played = play(model, "<wait:1000>j");
    assert!(text(&played.model).contains("Something happened."));
    let played = play(played.model, "<wait:4000>j");
    assert!(!text(&played.model).contains("Something happened."));
}

#[test]
fn a_terminal_that_is_too_small_is_told_so_and_recovers() {
    let mut model = model(SMALL);
    update(&mut model, Message::Resize(Size { width: 59, height: 15 }));
    assert!(text(&model).contains("Needed: 60 x 15"));
    update(&mut model, Message::Resize(LEAST));
    assert!(text(&model).contains("production") || text(&model).contains("staging"));
}

#[rstest]
fn every_size_can_be_drawn(#[values("", "?", ":", "<enter>", "h", "b", "w", "u", "@", "/x")] keys: &str) {
    let mut model = play(model(SMALL), keys).model;
    for width in [1, 2, 19, 59, 60, 61, 79, 80, 99, 100, 200] {
        for height in [1, 2, 3, 14, 15, 16, 24, 60] {
            update(&mut model, Message::Resize(Size { width, height }));
            text(&model);
        }
    }
}

#[test]
fn nothing_that_a_server_says_reaches_the_terminal_as_a_command() {
    let mut model = model(LARGE);
    let mut row = applied(NAMES[0], 1);
    row.name = "20260720090000_fix_x\u{1b}]52;c;AAAA\u{7}\u{202e}".into();
    row.applied_by = "\u{1b}[2Jroot\r\n".into();
    let event = crate::window::monitor::MonitorEvent { environment: 0, state: ready(vec![row]) };
    update(&mut model, Message::Environment(event));
    for keys in ["", "h", "<enter>", "g<enter>"] {
        let shown = buffer(&play_again(&mut model, keys), "dark");
        for cell in shown.content() {
            assert!(!cell.symbol().chars().any(|one| one.is_control() || one == '\u{202e}'), "{:?}", cell.symbol());
        }
    }

    fn play_again(model: &mut super::model::Model, keys: &str) -> super::model::Model {
        let mut again = super::testing::model(LARGE);
        std::mem::swap(&mut again.world.environments, &mut model.world.environments);
        std::mem::swap(&mut again.world.board, &mut model.world.board);
        let played = play(again, keys).model;
        model.world.environments.clone_from(&played.world.environments);
        model.world.board = std::sync::Arc::clone(&played.world.board);
        played
    }
}

#[test]
fn idle_means_idle() {
    let mut model = model(SMALL);
    assert!(model.wakes_at().is_some(), "a countdown runs");
    let state = ready(Vec::new());
    update(&mut model, Message::Environment(crate::window::monitor::MonitorEvent { environment: 2, state }));
    assert_eq!(model.wakes_at(), None);
    model.stale = false;
    update(&mut model, Message::Clock(moment(std::time::Duration::from_secs(60))));
    assert!(!model.stale, "time alone draws nothing");
}

#[test]
fn keys_can_be_configured_and_mistakes_are_told() {
    use crate::config::KeyOverride;
    let own = |keys: &[&str], line| KeyOverride { keys: keys.iter().map(|key| (*key).to_owned()).collect(), line };
    let overrides = [
        ("quit".to_owned(), own(&["ctrl-q"], 3)),
        ("board.window".to_owned(), own(&["h"], 4)),
        ("board.histroy".to_owned(), own(&["H"], 5)),
        ("help".to_owned(), own(&["hyper-x"], 6)),
        ("log".to_owned(), own(&[], 7)),
    ];
    let (keymap, warnings) = super::keymap::Keymap::new(&overrides.into_iter().collect());
    let key = |text: &str| text.parse().expect("a key");
    use super::keymap::action;
    assert_eq!(keymap.action("board", key("ctrl-q")), Some(action::QUIT));
    assert_eq!(keymap.action("board", key("q")), None);
    assert_eq!(keymap.action("board", key("h")), Some(super::view::board::HISTORY), "the conflict is refused");
    assert_eq!(keymap.action("board", key("w")), Some(super::view::board::WINDOW));
    assert_eq!(keymap.action("board", key("@")), None, "switched off");
    let told: Vec<&str> = warnings.iter().map(|warning| warning.0.as_str()).collect();
    assert!(told.iter().any(|line| line.contains("Line 4") && line.contains("`h`")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("Line 5") && line.contains("`board.history`")), "{told:?}");
    assert!(told.iter().any(|line| line.contains("Line 6") && line.contains("`hyper-x`")), "{told:?}");
}
