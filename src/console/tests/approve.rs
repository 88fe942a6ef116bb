//! Approvals: the board and a migration's screen say what is missing, and one is given under a name of its own.

use std::path::Path;

use super::*;
use crate::config::{ApprovalRules, Tier};
use crate::console::message::{Answer, LayerId, Work};
use crate::console::model::Model;
use crate::migration::name::MigrationName;
use crate::postgres::store::approvals::GivenApproval;
use crate::review::approval::{Approval, Need};
use crate::review::checklist::{self, Answers, Checklist, ENTRIES};
use crate::review::examine::{Files, Rules, examine};
use crate::review::settings::Settings;
use crate::window::approval::{Asking, standing};

/// A console that knows which of production's pending migrations lack approvals: all but the first.
fn waiting(size: Size) -> Model {
    let mut model = model(size);
    let catalogue = catalogue();
    let needs = [Need {
        approval: Approval::Security,
        why: "Line 12 changes who may do what: GRANT SELECT ON metrics TO PUBLIC.".into(),
    }];
    let standings = catalogue.migrations[3..].iter().enumerate().map(|(index, migration)| {
        let (up, down) = (migration.up.checksum.to_string(), migration.down.as_ref().map(|it| it.checksum.to_string()));
        let asking = Asking {
            migration: migration.name.as_str(),
            up: &up,
            down: down.as_deref(),
            author: None,
            needs: if index == 1 { &needs } else { &[] },
            login: "deployer",
            role: None,
            checklist: None,
        };
        let given = GivenApproval {
            migration: migration.name.as_str().into(),
            approval: Approval::Production,
            up: if index == 0 { up.as_str() } else { "another" }.into(),
            down: down.as_deref().map(Into::into),
            role: "reviewer".into(),
            person: None,
            note: None,
            given_at: before(60),
            withdrawn: None,
            memberships: Vec::new(),
            answers: answers(),
        };
        standing(Tier::Production, &ApprovalRules::default(), &asking, &[given])
    });
    let checklists = catalogue.migrations[3..].iter().map(|migration| checklist_of(&migration.name));
    let answer = Answer::Standings(1, standings.collect(), checklists.collect());
    update(&mut model, Message::Answer { to: LayerId(0), answer });
    model
}

/// The checklist of a migration that drops a column, with a rollback that does not bring it back.
fn checklist_of(name: &MigrationName) -> Checklist {
    let (settings, rules) = (Settings::default(), Rules::of(&Settings::default(), None));
    let up = "-- Author: adele\n-- Ticket: SCOUT-7\n-- Description: Nobody reads it.\n\
              ALTER TABLE scout_dash.campaigns DROP COLUMN legacy_owner;\n";
    let files = Files { name, up: (Path::new("up.sql"), up), down: Some((Path::new("down.sql"), "SELECT 1;\n")) };
    let mut examined = examine(files, &settings, &rules);
    examined.settle(&rules);
    Checklist::of(&examined, &settings, &rules)
}

/// Yes to what is asked of every migration, but for one.
fn answers() -> Answers {
    let always = ENTRIES.iter().filter(|entry| entry.is_always_asked());
    let mut answers: Answers =
        always.map(|entry| (entry.name.to_owned(), checklist::Answer { yes: true, note: None })).collect();
    let note = Some("the table is new, and stays small".to_owned());
    answers.insert("tested-volume".to_owned(), checklist::Answer { yes: false, note });
    answers
}

const OPEN: &str = "<tab>gjjjjj<enter>";

/// Every question answered: yes with a note where rules object, yes to the others, and no to one.
const ANSWERED: &str = "y<wait:400>it fits<enter>y<wait:400>it held nothing<enter>yn<wait:400>it is a small table<enter>\
                        yyy<wait:400>nobody reads it<enter>y";

#[test]
fn the_checklist_and_its_questions_are_seen() {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        let listed = play(waiting(size), &format!("{OPEN}<tab><tab>")).model;
        insta::assert_snapshot!(format!("checklist_{label}"), picture(&listed, "dark"));
        let asked = play(waiting(size), &format!("{OPEN}a<wait:400>reviewer<enter><wait:400>")).model;
        insta::assert_snapshot!(format!("questions_{label}"), picture(&asked, "dark"));
        let half = format!("{OPEN}a<wait:400>reviewer<enter><wait:400>y<wait:400>it held nothing<enter>y<enter>");
        insta::assert_snapshot!(format!("questions_half_{label}"), picture(&play(waiting(size), &half).model, "dark"));
    }
    let keys = format!("{OPEN}a<wait:400>reviewer<enter><wait:400>n<wait:400>");
    insta::assert_snapshot!("questions_note_80x24", picture(&play(waiting(SMALL), &keys).model, "dark"));
    let approved = play(waiting(LARGE), "<tab>gjjjj<enter><tab><tab>").model;
    insta::assert_snapshot!("checklist_answered_120x40", picture(&approved, "dark"));
}

#[test]
fn what_is_missing_is_seen() {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        insta::assert_snapshot!(
            format!("approvals_board_{label}"),
            picture(&play(waiting(size), "<tab>").model, "dark")
        );
        insta::assert_snapshot!(
            format!("approvals_migration_{label}"),
            picture(&play(waiting(size), OPEN).model, "dark")
        );
    }
    let asking = play(waiting(LARGE), &format!("{OPEN}a<wait:400>reviewer<enter><wait:400>{ANSWERED}<enter>")).model;
    insta::assert_snapshot!("approvals_confirm_120x40", picture(&asking, "dark"));
    insta::assert_snapshot!("approvals_board_mono", picture(&play(waiting(SMALL), "<tab>").model, "mono"));
}

/// The approvals that were asked for.
fn given(played: &Played) -> Vec<&String> {
    played.outside.asked.iter().filter(|asked| asked.starts_with("Approve")).collect()
}

#[test]
fn an_approval_is_given_under_a_role_of_its_own_and_the_environments_name() {
    let refused = |work: &Work| match work {
        Work::Approve { .. } => Some(Answer::Approved(Box::new(Err("reviewer wrote it.".to_owned())))),
        _ => None,
    };
    let keys = format!("{OPEN}a<wait:400>reviewer<enter><wait:400>{ANSWERED}<enter><wait:400>production<enter>");
    let played = play_with(waiting(LARGE), &keys, refused);
    let asked = given(&played);
    assert!(
        asked.len() == 1 && asked[0].contains("Some(\"reviewer\")") && asked[0].contains("environment: 1"),
        "{asked:?}"
    );
    for expected in [
        r#""rollback": Answer { yes: true, note: Some("it held nothing") }"#,
        r#""tested-locally": Answer { yes: false, note: Some("it is a small table") }"#,
        r#""api-compatible": Answer { yes: true, note: None }"#,
        "seen: {\"2026",
    ] {
        assert!(asked[0].contains(expected), "{expected}: {}", asked[0]);
    }
    assert!(text(&played.model).contains("reviewer wrote it."), "{}", text(&played.model));
}

#[rstest]
#[case::no_role("a<wait:400><enter><wait:400>ANSWERED<enter><wait:400>production<enter>")]
#[case::another_environment("a<wait:400>reviewer<enter><wait:400>ANSWERED<enter><wait:400>staging<enter>")]
#[case::no_answers("a<wait:400>reviewer<enter><wait:400><enter><wait:400>production<enter>")]
#[case::one_answer_short("a<wait:400>reviewer<enter><wait:400>y<wait:400>ANSWERED<esc><wait:400>production<enter>")]
#[case::an_empty_note("a<wait:400>reviewer<enter><wait:400>y<wait:400><enter><esc><enter><wait:400>production<enter>")]
#[case::enter_alone("a<wait:400>reviewer<enter><wait:400>ANSWERED<enter><wait:400><enter><enter>")]
#[case::where_none_is_demanded("ea<wait:400>reviewer<enter><wait:400>ANSWERED<enter><wait:400>production<enter>")]
fn nothing_less_gives_one(#[case] keys: &str) {
    let played = play(waiting(LARGE), &format!("{OPEN}{}", keys.replace("ANSWERED", ANSWERED)));
    assert_eq!(given(&played), Vec::<&String>::new());
}

#[test]
fn approvals_are_counted_where_they_are_demanded_and_anew_when_something_changed() {
    let mut model = model(LARGE);
    let counted = |effects: Vec<crate::console::message::Effect>| {
        effects.iter().filter(|effect| format!("{effect:?}").contains("CountApprovals")).count()
    };
    // The files are other ones now: production is counted again, staging never, analytics when it answers.
    assert_eq!(counted(update(&mut model, Message::Files(Ok(catalogue())))), 1);
    let again = model.world.catalogue.clone().expect("was read");
    assert_eq!(counted(update(&mut model, Message::Files(Ok(again)))), 0);
}
