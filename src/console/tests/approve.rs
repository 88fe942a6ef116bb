//! Approvals: the board and a migration's screen say what is missing, and one is given under a name of its own.

use super::*;
use crate::config::{ApprovalRules, Tier};
use crate::console::message::{Answer, LayerId, Work};
use crate::console::model::Model;
use crate::postgres::store::approvals::GivenApproval;
use crate::review::approval::{Approval, Need};
use crate::review::checklist::{self, Answers, ENTRIES};
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
    let answer = Answer::Standings(1, standings.collect());
    update(&mut model, Message::Answer { to: LayerId(0), answer });
    model
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
    let asking = play(waiting(LARGE), &format!("{OPEN}a<wait:400>reviewer<enter>")).model;
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
    let keys = format!("{OPEN}a<wait:400>reviewer<enter><wait:400>production<enter>");
    let played = play_with(waiting(LARGE), &keys, refused);
    let asked = given(&played);
    assert!(
        asked.len() == 1 && asked[0].contains("Some(\"reviewer\")") && asked[0].contains("environment: 1"),
        "{asked:?}"
    );
    assert!(text(&played.model).contains("reviewer wrote it."), "{}", text(&played.model));
}

#[rstest]
#[case::no_role("a<wait:400><enter><wait:400>production<enter>")]
#[case::another_environment("a<wait:400>reviewer<enter><wait:400>staging<enter>")]
#[case::enter_alone("a<wait:400>reviewer<enter><wait:400><enter><enter>")]
#[case::where_none_is_demanded("ea<wait:400>reviewer<enter><wait:400>production<enter>")]
fn nothing_less_gives_one(#[case] keys: &str) {
    let played = play(waiting(LARGE), &format!("{OPEN}{keys}"));
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
