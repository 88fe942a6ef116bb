//! Pictures of every screen, with their styles.

use super::*;
use crate::console::message::{Answer, Difference, Texts, Work};
use crate::console::model::Model;
use crate::window::step::{Direction, Step};

const SQL: &str = "-- Author: Ada Hall\nBEGIN;\nCREATE TABLE metrics (\n  id bigint PRIMARY KEY,\n  name text NOT NULL DEFAULT 'none'\n);\nCOMMIT;\n";

fn answer(work: &Work) -> Option<Answer> {
    Some(match work {
        Work::ReadMigration { .. } => Answer::Texts(Box::new(Texts {
            up: Some(crate::console::document::sql(SQL.as_bytes())),
            down: Some(crate::console::document::sql(b"DROP TABLE metrics;\n")),
        })),
        Work::FindApplied { .. } => {
            let before = SQL.replace("'none'", "'unknown'");
            Answer::Difference(Box::new(Difference::Lines(crate::console::document::difference(&before, SQL))))
        }
        Work::ListBackups => Answer::Backups(Vec::new()),
        Work::CountApprovals { .. }
        | Work::Approve { .. }
        | Work::Withdraw { .. }
        | Work::LogIn { .. }
        | Work::MakeMigration(_)
        | Work::ProposeFix(_)
        | Work::WriteFix(..) => {
            return None;
        }
        Work::DrawUp { .. } | Work::ReadReport(_) | Work::Export(..) | Work::Trace(..) | Work::WriteDraft(_) => {
            return None;
        }
    })
}

fn shown(size: Size, keys: &str) -> Model {
    play_with(model(size), keys, answer).model
}

#[rstest]
#[case::board("board", "")]
#[case::filter("filter", "/reports")]
#[case::help("help", "?")]
#[case::palette("palette", ":back")]
#[case::migration("migration", "g<enter>")]
#[case::changes("changes", "<tab>gjj<enter>c")]
#[case::history("history", "h")]
#[case::backups("backups", "b")]
#[case::log("log", "@")]
fn screens(#[case] name: &str, #[case] keys: &str) {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        insta::assert_snapshot!(format!("{name}_{label}"), picture(&shown(size, keys), "dark"));
    }
}

#[rstest]
fn themes(#[values("mono", "sixteen", "light", "colour-blind")] theme: &str) {
    insta::assert_snapshot!(format!("board_{theme}"), picture(&shown(SMALL, ""), theme));
    insta::assert_snapshot!(format!("confirm_{theme}"), picture(&confirming(SMALL), theme));
}

#[test]
fn confirm() {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        insta::assert_snapshot!(format!("confirm_{label}"), picture(&confirming(size), "dark"));
    }
}

#[test]
fn windows() {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        let mut model = window(size, 1, Direction::Apply);
        insta::assert_snapshot!(format!("window_{label}"), picture(&model, "dark"));
        finish(&mut model, Step::Preflight);
        insta::assert_snapshot!(format!("window_preflight_{label}"), picture(&model, "dark"));
    }
}

fn confirming(size: Size) -> Model {
    play(before_apply(size, 1, Direction::Apply), "<wait:400><enter><wait:400>prod").model
}
