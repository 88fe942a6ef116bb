//! Approvals: the board and a migration's screen say what is missing, and one is given under a name of its own.

use std::path::Path;

use super::*;
use crate::config::{ApprovalRules, Secret, Tier};
use crate::console::message::{Answer, Errand, Found, LayerId, LoggedIn, Refused, Work};
use crate::console::model::Model;
use crate::migration::name::MigrationName;
use crate::postgres::store::approvals::GivenApproval;
use crate::review::approval::{Approval, Need};
use crate::review::checklist::{self, Answers, Checklist, ENTRIES};
use crate::review::examine::{Files, Rules, examine};
use crate::review::settings::Settings;
use crate::window::approval::give::{self, Given, Looked, OnRecord, Withdrawable, Withdrawn};
use crate::window::approval::{Asking, Standing, Void, standing};

/// How production's pending migrations stand: all but the first lack approvals.
fn standings() -> Vec<Standing> {
    let needs = [Need {
        approval: Approval::Security,
        why: "Line 12 changes who may do what: GRANT SELECT ON metrics TO PUBLIC.".into(),
    }];
    let catalogue = catalogue();
    let standings = catalogue.migrations[3..].iter().enumerate().map(|(index, migration)| {
        let (up, down) = (migration.up.checksum.to_string(), migration.down.as_ref().map(|it| it.checksum.to_string()));
        let asking = Asking {
            migration: migration.name.as_str(),
            up: &up,
            down: down.as_deref(),
            author: Some("Ada Hall"),
            needs: if index == 1 { &needs } else { &[] },
            login: "deployer",
            role: None,
            checklist: None,
        };
        let sum = if index == 0 { up.as_str() } else { "another" };
        standing(Tier::Production, &ApprovalRules::default(), &asking, &[given(&migration.name, sum)])
    });
    standings.collect()
}

/// What reviewer has approved.
fn given(migration: &MigrationName, up: &str) -> GivenApproval {
    let catalogue = catalogue();
    let down = catalogue.find(migration.as_str()).and_then(|migration| migration.down.as_ref());
    GivenApproval {
        migration: migration.as_str().into(),
        approval: Approval::Production,
        up: up.into(),
        down: down.map(|down| down.checksum.to_string().into()),
        role: "reviewer".into(),
        person: None,
        note: None,
        given_at: before(60),
        withdrawn: None,
        memberships: Vec::new(),
        answers: answers(),
    }
}

/// A console that knows how production's pending migrations stand.
fn waiting(size: Size) -> Model {
    let mut model = model(size);
    let checklists = catalogue().migrations[3..].iter().map(|migration| checklist_of(&migration.name)).collect();
    let answer = Answer::Standings(1, standings().into(), checklists);
    update(&mut model, Message::Answer { to: LayerId(0), answer });
    model
}

/// What the server says to whoever logs in: it knows one password, where it asks for one at all.
fn server(password: Option<&'static str>) -> impl FnMut(&Work) -> Option<Answer> {
    move |work| {
        let Work::LogIn { request, errand, .. } = work else { return None };
        let typed = request.password.as_ref().map(Secret::expose);
        let refused = match (password, typed) {
            (Some(_), None) => Some(Refused::NoPassword),
            (Some(right), Some(typed)) if typed != right => Some(Refused::WrongPassword { typed: true }),
            _ if request.user.as_deref() == Some("carl") => {
                Some(Refused::Because("Nothing was approved. carl cannot approve it: no member of reviewers.".into()))
            }
            _ => None,
        };
        let found = match errand {
            Errand::Approve => Found::ToApprove(looked(&request.migrations[0])),
            Errand::Withdraw => Found::ToWithdraw(withdrawable(&request.migrations[0])),
        };
        let logged_in = refused.map_or(Ok(LoggedIn { request: request.clone(), found }), Err);
        Some(Answer::LoggedIn(Box::new(logged_in)))
    }
}

/// What reviewer can approve of a migration.
fn looked(name: &str) -> Looked {
    let catalogue = catalogue();
    let migration = catalogue.find(name).expect("is in the catalogue");
    let standing = standings().into_iter().find(|standing| standing.migration == name).expect("is pending");
    let (production, others): (Vec<_>, Vec<_>) =
        standing.missing().cloned().partition(|demand| demand.approval == Approval::Production);
    let not_by_this_role =
        others.into_iter().map(|one| (one.approval, Void::NotAMember { roles: vec!["guards".into()] }));
    let given = Given {
        migration: name.to_owned(),
        files: give::Files::of(migration),
        now: production,
        answers: Answers::new(),
        before: Vec::new(),
        not_by_this_role: not_by_this_role.collect(),
        standing,
    };
    Looked { role: "reviewer".to_owned(), migrations: vec![(given, checklist_of(&migration.name))] }
}

/// What reviewer can withdraw of a migration.
fn withdrawable(name: &str) -> Withdrawable {
    let catalogue = catalogue();
    let migration = catalogue.find(name).expect("is in the catalogue");
    let note = Some("looks good".into());
    let approvals = vec![GivenApproval { note, ..given(&migration.name, &migration.up.checksum.to_string()) }];
    let mut after = standings().into_iter().find(|standing| standing.migration == name).expect("is pending");
    after.demands.iter_mut().for_each(|demand| demand.given.clear());
    Withdrawable {
        role: "reviewer".to_owned(),
        migrations: vec![OnRecord { migration: name.to_owned(), approvals, after }],
    }
}

/// Types, with a server that asks for no password.
fn ask(size: Size, keys: &str) -> Played {
    play_with(waiting(size), keys, server(None))
}

/// The checklist of a migration that drops a column, with a rollback that does not bring it back.
fn checklist_of(name: &MigrationName) -> Checklist {
    let (settings, rules) = (Settings::default(), Rules::of(&Settings::default(), None));
    let up = "-- Author: adele\n-- Ticket: SCOUT-7\n-- Description: Nobody reads it.\n\
              ALTER TABLE scout_dash.campaigns DROP COLUMN legacy_owner;\n";
    let files =
        Files { name, up: (Path::new("up.sql"), up.as_bytes()), down: Some((Path::new("down.sql"), b"SELECT 1;\n")) };
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
        let asked = ask(size, &format!("{OPEN}a<wait:400>reviewer<enter><wait:400>")).model;
        insta::assert_snapshot!(format!("questions_{label}"), picture(&asked, "dark"));
        let half = format!("{OPEN}a<wait:400>reviewer<enter><wait:400>y<wait:400>it held nothing<enter>y<enter>");
        insta::assert_snapshot!(format!("questions_half_{label}"), picture(&ask(size, &half).model, "dark"));
    }
    let keys = format!("{OPEN}a<wait:400>reviewer<enter><wait:400>n<wait:400>");
    insta::assert_snapshot!("questions_note_80x24", picture(&ask(SMALL, &keys).model, "dark"));
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
    let asking = ask(LARGE, &format!("{OPEN}a<wait:400>reviewer<enter><wait:400>{ANSWERED}<enter>")).model;
    insta::assert_snapshot!("approvals_confirm_120x40", picture(&asking, "dark"));
    insta::assert_snapshot!("approvals_board_mono", picture(&play(waiting(SMALL), "<tab>").model, "mono"));
}

/// The approvals that were asked for.
fn given_now(played: &Played) -> Vec<&String> {
    played.outside.asked.iter().filter(|asked| asked.starts_with("Approve")).collect()
}

#[test]
fn an_approval_is_given_under_a_role_of_its_own_and_the_environments_name() {
    let mut server = server(None);
    let refused = move |work: &Work| match work {
        Work::Approve { .. } => Some(Answer::Approved(Box::new(Err("reviewer wrote it.".to_owned())))),
        work => server(work),
    };
    let keys = format!("{OPEN}a<wait:400>reviewer<enter><wait:400>{ANSWERED}<enter><wait:400>production<enter>");
    let played = play_with(waiting(LARGE), &keys, refused);
    let asked = given_now(&played);
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
#[case::a_role_that_may_not("a<wait:400>carl<enter><wait:400>ANSWERED<enter><wait:400>production<enter>")]
#[case::no_answers("a<wait:400>reviewer<enter><wait:400><enter><wait:400>production<enter>")]
#[case::one_answer_short("a<wait:400>reviewer<enter><wait:400>y<wait:400>ANSWERED<esc><wait:400>production<enter>")]
#[case::an_empty_note("a<wait:400>reviewer<enter><wait:400>y<wait:400><enter><esc><enter><wait:400>production<enter>")]
#[case::enter_alone("a<wait:400>reviewer<enter><wait:400>ANSWERED<enter><wait:400><enter><enter>")]
#[case::where_none_is_demanded("ea<wait:400>reviewer<enter><wait:400>ANSWERED<enter><wait:400>production<enter>")]
fn nothing_less_gives_one(#[case] keys: &str) {
    let played = ask(LARGE, &format!("{OPEN}{}", keys.replace("ANSWERED", ANSWERED)));
    assert_eq!(given_now(&played), Vec::<&String>::new());
}

#[test]
fn logging_in_is_seen_and_a_password_is_not() {
    let as_reviewer = format!("{OPEN}a<wait:400>reviewer<enter><wait:400>");
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        let seen = |keys: &str| play_with(waiting(size), keys, server(Some("high water"))).model;
        insta::assert_snapshot!(format!("login_{label}"), picture(&seen(&format!("{OPEN}a<wait:400>")), "dark"));
        insta::assert_snapshot!(
            format!("login_password_{label}"),
            picture(&seen(&format!("{as_reviewer}high wa")), "dark")
        );
        insta::assert_snapshot!(
            format!("login_wrong_{label}"),
            picture(&seen(&format!("{as_reviewer}low<enter><wait:400>")), "dark")
        );
    }
    let refused = ask(SMALL, &format!("{OPEN}a<wait:400>carl<enter><wait:400>")).model;
    insta::assert_snapshot!("login_refused_80x24", picture(&refused, "dark"));
    insta::assert_snapshot!(
        "login_password_mono",
        picture(&play_with(waiting(SMALL), &as_reviewer, server(Some("high water"))).model, "mono")
    );
}

#[test]
fn a_wrong_password_is_typed_again_and_the_right_one_goes_along_unseen() {
    let keys = format!(
        "{OPEN}a<wait:400>reviewer<enter><wait:400><paste:low>\
         <enter><wait:400>high waterr<backspace><enter><wait:400>{ANSWERED}<enter><wait:400>production<enter>"
    );
    let played = play_with(waiting(LARGE), &keys, server(Some("high water")));
    assert_eq!(given_now(&played).len(), 1, "{:?}", played.outside.asked);
    assert!(given_now(&played)[0].contains("password: Some(Secret(…))"), "{:?}", given_now(&played));
    let held = format!("{:?} {:?}", played.outside.asked, played.model);
    assert!(!held.contains("high wa") && !held.contains("\"low\""), "{held}");
}

#[test]
fn another_role_begins_anew_without_the_password_of_the_first() {
    let keys = format!("{OPEN}a<wait:400>reviewer<enter><wait:400>high water<tab>s<wait:400>");
    let played = play_with(waiting(LARGE), &keys, server(Some("high water")));
    let shown = text(&played.model);
    assert!(shown.contains("reviewers") && !shown.contains("password  ") && !shown.contains("***"), "{shown}");
    let keys = format!("{keys}<enter><wait:400>");
    let played = play_with(waiting(LARGE), &keys, server(Some("high water")));
    let asked = played.outside.asked.iter().rfind(|asked| asked.starts_with("LogIn")).expect("was asked");
    assert!(asked.contains("password: None"), "{asked}");
}

#[test]
fn an_approval_is_withdrawn_after_a_yes_and_no_sooner() {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        let asked = ask(size, &format!("{OPEN}x<wait:400><enter><wait:400>")).model;
        insta::assert_snapshot!(format!("withdraw_{label}"), picture(&asked, "dark"));
    }
    insta::assert_snapshot!("withdraw_login_80x24", picture(&ask(SMALL, &format!("{OPEN}x<wait:400>")).model, "dark"));
    let mut server = server(None);
    let withdrawn = move |work: &Work| match work {
        Work::Withdraw { .. } => Some(Answer::Withdrawn(Box::new(Ok(Withdrawn {
            role: "reviewer".to_owned(),
            migrations: vec![(NAMES[4].to_owned(), vec![Approval::Production])],
        })))),
        work => server(work),
    };
    let played = play_with(waiting(LARGE), &format!("{OPEN}x<wait:400><enter><wait:400>y"), withdrawn);
    let asked: Vec<&String> = played.outside.asked.iter().filter(|asked| asked.starts_with("Withdraw ")).collect();
    assert!(asked.len() == 1 && asked[0].contains("environment: 1") && asked[0].contains(NAMES[4]), "{asked:?}");
    assert_eq!(played.outside.asked.last().map(String::as_str), Some("refresh 1"));
    assert!(text(&played.model).contains("Withdrawn by reviewer: production."), "{}", text(&played.model));
}

#[rstest]
#[case::enter_alone("x<wait:400><enter><wait:400><enter><enter>")]
#[case::at_once("x<wait:400><enter>y")]
#[case::no("x<wait:400><enter><wait:400>ny")]
#[case::left("x<wait:400><esc>y")]
#[case::where_none_is_demanded("ex<wait:400><enter><wait:400>y")]
fn nothing_less_withdraws_one(#[case] keys: &str) {
    let played = ask(LARGE, &format!("{OPEN}{keys}"));
    let asked: Vec<&String> = played.outside.asked.iter().filter(|asked| asked.starts_with("Withdraw ")).collect();
    assert_eq!(asked, Vec::<&String>::new());
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
