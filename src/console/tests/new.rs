//! The dialog that makes a new migration: what it shows while it is filled in, and what it asks for.

use std::sync::Arc;

use super::*;
use crate::console::message::{Answer, Work};
use crate::console::model::Model;
use crate::migration::catalogue::Catalogue;
use crate::migration::scaffold::Scaffolded;

/// Somebody who makes the files, under the name that was shown.
fn made(work: &Work) -> Option<Answer> {
    let Work::MakeMigration(wanted) = work else { return None };
    let name = wanted.name(&catalogue()).expect("a name");
    let (up, down) = (name.up_file_name().into(), name.down_file_name().into());
    Some(Answer::Written(Box::new(Scaffolded { name, up, down })))
}

fn shown(size: Size, keys: &str) -> Model {
    play_with(model(size), keys, made).model
}

/// What a key is pressed on: everything filled in.
const FILLED: &str = "cd<tab>old reports, v2<tab>SCOUT-9<tab>5.1.0";

#[rstest]
#[case::empty("new", "c")]
#[case::filled("new_filled", FILLED)]
#[case::without_a_name("new_nameless", "c<tab>!?")]
fn pictures(#[case] name: &str, #[case] keys: &str) {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        insta::assert_snapshot!(format!("{name}_{label}"), picture(&shown(size, keys), "dark"));
    }
}

#[rstest]
#[case::the_first_type("c<tab>metrics", "20260815220000_create_metrics.sql")]
#[case::by_its_letter("cs<tab>channels", "20260815220000_seed_channels.down.sql")]
#[case::by_arrows("c<right><right><left><tab>owners", "20260815220000_alter_owners.sql")]
#[case::around("c<left><tab>totals", "20260815220000_fix_totals.sql")]
#[case::in_words("c<tab>Über-metrics, v2!", "20260815220000_create_ueber_metrics_v2.sql")]
#[case::pasted("c<paste:add owners>", "20260815220000_create_add_owners.sql")]
fn the_names_of_the_files_are_shown_while_they_are_made(#[case] keys: &str, #[case] file: &str) {
    let shown = text(&shown(LARGE, keys));
    assert!(shown.contains(file), "{shown}");
}

#[test]
fn a_name_is_never_older_than_what_is_there() {
    let mut model = model(LARGE);
    let mut later = (*catalogue()).clone();
    let last = later.migrations.len() - 1;
    later.migrations[last].name = "20270101000000_create_later".parse().expect("a name");
    update(&mut model, Message::Files(Ok(Arc::new(later))));
    let shown = text(&play_with(model, "c<tab>metrics", made).model);
    assert!(shown.contains("20270101000001_create_metrics.sql"), "{shown}");
}

#[test]
fn what_was_filled_in_is_written_edited_and_selected() {
    let played = play_with(model(LARGE), &format!("/alerts<enter>{FILLED}<enter><wait:1>"), made);
    let asked = &played.outside.asked;
    let written: Vec<&String> = asked.iter().filter(|asked| asked.starts_with("MakeMigration")).collect();
    assert_eq!(written.len(), 1, "{asked:?}");
    for words in ["kind: Drop", "\"old reports, v2\"", "Some(\"SCOUT-9\")", "Some(\"5.1.0\")"] {
        assert!(written[0].contains(words), "{words}: {}", written[0]);
    }
    assert!(asked.contains(&"edit [\"20260815220000_drop_old_reports_v2.sql\"]".to_owned()), "{asked:?}");
    let mut model = played.model;
    assert_eq!(model.layers.len(), 1, "the dialog is gone");
    let mut more: Catalogue = (*catalogue()).clone();
    let mut new = more.migrations[0].clone();
    new.name = "20260815220000_drop_old_reports_v2".parse().expect("a name");
    more.migrations.push(new);
    update(&mut model, Message::Files(Ok(Arc::new(more))));
    let copied = play(model, "y").outside.copied;
    assert_eq!(copied, ["20260815220000_drop_old_reports_v2"]);
}

#[rstest]
#[case::nothing_said("c<enter>", "Say in a few words")]
#[case::nothing_to_name("c<tab>!?<enter>", "has no letter or digit")]
fn without_a_name_nothing_is_written(#[case] keys: &str, #[case] why: &str) {
    let played = play_with(model(LARGE), keys, made);
    assert!(!played.outside.asked.iter().any(|asked| asked.starts_with("MakeMigration")));
    assert_eq!(played.model.layers.len(), 2);
    assert!(text(&played.model).contains(why), "{}", text(&played.model));
}

#[test]
fn it_is_written_once_and_can_be_tried_again_when_it_fails() {
    let writes = |keys: &str, fails: bool| {
        let answer = move |work: &Work| match work {
            Work::MakeMigration(_) if fails => Some(Answer::Failed(Box::new(Trouble::new("No migration", "no room")))),
            _ => None,
        };
        let asked = play_with(model(LARGE), keys, answer).outside.asked;
        asked.iter().filter(|asked| asked.starts_with("MakeMigration")).count()
    };
    assert_eq!(writes("c<tab>x<enter><enter>", false), 1);
    assert_eq!(writes("c<tab>x<enter><wait:1><enter>", true), 2);
}

#[test]
fn escape_makes_nothing_and_the_palette_knows_the_way() {
    let played = play_with(model(LARGE), &format!("{FILLED}<esc>"), made);
    assert_eq!(played.model.layers.len(), 1);
    assert!(!played.outside.asked.iter().any(|asked| asked.starts_with("MakeMigration")));
    let opened = play_with(model(LARGE), ":create a mig<enter>", made).model;
    assert_eq!(opened.layers.last().map(|entry| entry.layer.spec().name), Some("new"));
}

#[test]
fn every_part_can_be_clicked_and_every_size_can_be_drawn() {
    use crate::console::message::{Mouse, MouseAction};
    use ratatui::layout::Position;
    let mut model = shown(LARGE, FILLED);
    for y in 0..40 {
        for x in [22, 40, 60, 80, 97] {
            update(&mut model, Message::Mouse(Mouse { what: MouseAction::Click, at: Position::new(x, y) }));
        }
    }
    for width in [1, 19, 60, 80, 200] {
        for height in [1, 3, 9, 15, 24, 60] {
            update(&mut model, Message::Resize(Size { width, height }));
            text(&model);
        }
    }
}
