//! The window screen: what it offers, how it is stopped and left, what it shows.

use std::path::PathBuf;

use super::*;
use crate::console::message::{Answer, Drawn, LayerId, Order, Work};
use crate::console::model::Model;
use crate::postgres::grant::{Gate, GateKind, GateList};
use crate::window::event::{Aftermath, Check, Failure, Obstacle, StepOutcome, Verdict, WindowEvent};
use crate::window::handle::News;
use crate::window::journal::Unfinished;
use crate::window::state::WindowState;
use crate::window::step::{Direction, Step};

const PRODUCTION: usize = 1;

fn top(model: &Model) -> &'static str {
    model.layers.last().map(|entry| entry.layer.spec().name).unwrap_or_default()
}

fn orders(played: &Played) -> Vec<String> {
    let word = |order: &Order| match order {
        Order::Open(plan) => format!("open {} {}", plan.direction.verb(), plan.items.len()),
        Order::Resume(path) => format!("resume {}", path.display()),
        Order::Run(step, _) => format!("run {step}"),
        Order::Skip(step, reason) => format!("skip {step}: {reason}"),
        Order::Waive(waiver) => format!("waive {}: {}", waiver.kind.word(), waiver.reason),
        other => format!("{other:?}"),
    };
    played.outside.orders.iter().map(word).collect()
}

/// Applying runs, and its first migration with it.
fn applying() -> Model {
    let mut model = before_apply(LARGE, PRODUCTION, Direction::Apply);
    begin(&mut model, Step::Apply);
    let name = NAMES[3].to_owned();
    let started = WindowEvent::MigrationStarted { name, index: 0, at: before(0), statements: 5, backend_pid: None };
    tell(&mut model, started);
    let summary = "DROP TABLE legacy_reports".to_owned();
    tell(&mut model, WindowEvent::StatementStarted { index: 1, line: 12, summary });
    model
}

fn failed(refused: bool) -> Model {
    let mut model = before_apply(LARGE, PRODUCTION, Direction::Apply);
    begin(&mut model, Step::Apply);
    let check = Check {
        name: GateKind::AllowedHours.words().to_owned(),
        verdict: Verdict::Failed,
        detail: "It is 22:00; writes are allowed from 01:00 to 05:00.".into(),
        advice: Some("Wait, or waive the gate.".into()),
    };
    tell(&mut model, WindowEvent::Checked(check));
    let failure = Failure {
        sqlstate: Some("42P01".into()),
        file: Some("20260804120000_drop_legacy_reports.sql".into()),
        line: Some(12),
        column: Some(3),
        statement: Some(2),
        hint: Some("Look at the name.".into()),
        aftermath: Some(Aftermath::RolledBack),
        refused,
        ..Failure::plain("relation \"legacy_reports\" does not exist").advising("Mend the file.")
    };
    let outcome = StepOutcome::Failed { failure: Box::new(failure) };
    tell(&mut model, WindowEvent::StepFinished { step: Step::Apply, outcome, at: before(-1) });
    model
}

#[test]
fn a_plan_becomes_a_window() {
    let answer = |work: &Work| match work {
        Work::DrawUp { intent, .. } => {
            let direction = match intent {
                crate::window::plan::Intent::Apply(_) => Direction::Apply,
                crate::window::plan::Intent::Rollback { .. } => Direction::Rollback,
            };
            let plan = plan("production", direction);
            let gates = vec![Gate::met(GateKind::Marker, "the database says that it is production")];
            let gates = GateList::new("production", crate::config::Access::ReadWrite, plan.fingerprint(), gates);
            Some(Answer::Plan(Box::new(Ok(Drawn { plan, gates }))))
        }
        _ => None,
    };
    let played = play_with(model(LARGE), "<tab>w", answer);
    let shown = text(&played.model);
    assert!(shown.contains("everything pending: 5 migrations") && shown.contains("DROP TABLE"), "{shown}");
    let played = play_with(played.model, "<down><enter>", answer);
    assert_eq!((top(&played.model), orders(&played)), ("window", vec!["open apply 3".to_owned()]));

    let played = play_with(model(LARGE), "<tab>u<enter>", answer);
    assert_eq!((top(&played.model), orders(&played).len()), ("plan", 0), "a rollback needs a reason");
    let played = play_with(played.model, "totals are wrong<enter>", answer);
    assert_eq!((top(&played.model), orders(&played)), ("window", vec!["open roll back 3".to_owned()]));
}

#[test]
fn enter_starts_the_next_step() {
    let played = play(window(LARGE, PRODUCTION, Direction::Apply), "<enter>");
    assert_eq!(orders(&played), ["run preflight"]);
}

#[test]
fn what_came_of_a_step_stays_in_view_until_the_next_one_starts() {
    let mut model = window(LARGE, PRODUCTION, Direction::Apply);
    finish(&mut model, Step::Preflight);
    let shown = text(&model);
    assert!(shown.contains("as promised") && shown.contains("Start: Backup"), "{shown}");
    begin(&mut model, Step::Backup);
    let progress =
        WindowEvent::BackupProgress { doing: "app.metrics".into(), tables_done: 3, tables: 12, bytes: 4_096 };
    tell(&mut model, progress);
    let shown = text(&model);
    assert!(shown.contains("app.metrics") && shown.contains("3 of 12 tables"), "{shown}");
}

#[test]
fn a_step_shows_its_own_output_alone() {
    let mut model = window(LARGE, PRODUCTION, Direction::Apply);
    finish(&mut model, Step::Preflight);
    begin(&mut model, Step::Announce);
    tell(&mut model, WindowEvent::Output { line: "announced to everybody".into() });
    let outcome = StepOutcome::Done { summary: "told".into() };
    tell(&mut model, WindowEvent::StepFinished { step: Step::Announce, outcome, at: before(-1) });
    assert!(text(&model).contains("announced to everybody"));
    begin(&mut model, Step::Validate);
    tell(&mut model, WindowEvent::Output { line: "looked at everything".into() });
    let shown = text(&model);
    assert!(shown.contains("looked at everything") && !shown.contains("announced to everybody"), "{shown}");
}

#[test]
fn warnings_stand_before_what_is_well_when_a_step_has_ended() {
    let mut model = window(LARGE, PRODUCTION, Direction::Apply);
    begin(&mut model, Step::Preflight);
    for (name, verdict) in [("primary", Verdict::Passed), ("long transactions", Verdict::Warning)] {
        let check = Check { name: name.into(), verdict, detail: String::new(), advice: None };
        tell(&mut model, WindowEvent::Checked(check));
    }
    let outcome = StepOutcome::Done { summary: "1 check passed, 1 warning".into() };
    tell(&mut model, WindowEvent::StepFinished { step: Step::Preflight, outcome, at: before(-1) });
    let shown = text(&model);
    assert!(shown.find("long transactions") < shown.find("primary"), "{shown}");
}

#[test]
fn a_finished_window_offers_its_end_first_and_its_report() {
    let mut model = before_apply(LARGE, PRODUCTION, Direction::Apply);
    for step in [Step::Apply, Step::Validate] {
        finish(&mut model, step);
    }
    begin(&mut model, Step::Report);
    tell(&mut model, WindowEvent::ReportWritten { paths: vec!["/state/reports/w.md".into()] });
    let outcome = StepOutcome::Done { summary: "/state/reports/w.md".into() };
    tell(&mut model, WindowEvent::StepFinished { step: Step::Report, outcome, at: before(-1) });
    let shown = text(&model);
    let (close, report) = (shown.find("Close the window: everything is done"), shown.find("Read the report"));
    assert!(close.is_some() && close < report, "{shown}");
}

#[test]
fn a_window_that_is_taken_over_claims_nothing_before_the_server_was_asked() {
    let settings = config().environments[PRODUCTION].clone();
    let mut state = WindowState::new(opened(&settings, plan("production", Direction::Apply)));
    state.fold(&WindowEvent::StepStarted { step: Step::Apply, at: before(60), confirmed: None });
    let unfinished = Unfinished { path: PathBuf::from("/state/windows/w.jsonl"), state, in_use: false };
    let mut model = model(LARGE);
    update(&mut model, Message::Unfinished(vec![unfinished]));
    let mut model = play(model, "<wait:400><enter>").model;
    tell(&mut model, WindowEvent::Output { line: "server process 4711 still runs it".into() });
    let shown = text(&model);
    assert!(shown.contains("Taking the window over") && shown.contains("4711 still runs it"), "{shown}");
    assert!(shown.contains("cut off") && !shown.contains("What now?"), "{shown}");
    assert!(orders(&play(model, "<esc>")).ends_with(&["CancelNow".to_owned(), "Leave".to_owned()]));
}

#[test]
fn a_running_migration_shows_its_statement_and_who_is_in_its_way() {
    let mut model = applying();
    let obstacle = Obstacle {
        pid: 991,
        user: "reporter".into(),
        application: "metabase".into(),
        query: "SELECT * FROM legacy_reports".into(),
        state: "idle in transaction".into(),
        open_ms: Some(90_000),
    };
    tell(&mut model, WindowEvent::Waiting { obstacles: vec![obstacle] });
    let shown = text(&model);
    for words in ["statement 2 of 5, line 12", "DROP TABLE legacy_reports", "991 reporter (metabase)", "1 min 30 s"] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}

#[test]
fn ctrl_c_asks_how_to_stop() {
    let played = play(applying(), "<ctrl-c>");
    assert_eq!((top(&played.model), played.ending), ("stop", None));
    assert_eq!(orders(&play(played.model, "<wait:300><esc>")), [""; 0]);
    assert_eq!(orders(&play(applying(), "<ctrl-c><wait:300>s")), ["StopAfterStatement"]);
    assert_eq!(orders(&play(applying(), "<ctrl-c><wait:300>x")), ["CancelNow"]);
    assert_eq!(orders(&play(applying(), "<ctrl-c>x")), [""; 0], "too soon to have been read");
}

#[rstest]
#[case("q")]
#[case("<esc>")]
fn a_running_step_is_not_left_alone(#[case] keys: &str) {
    let played = play(applying(), keys);
    assert_eq!((top(&played.model), played.ending), ("window", None));
    assert_eq!(orders(&played), [""; 0]);
}

#[test]
fn leaving_keeps_the_window_and_goes_back_to_the_board() {
    let played = play(window(LARGE, PRODUCTION, Direction::Apply), "<esc>");
    assert_eq!(orders(&played), ["Leave"]);
    let mut model = played.model;
    let to = model.layers.last().map_or(LayerId(0), |entry| entry.id);
    let over = News::Over { closed: false, trouble: None };
    update(&mut model, Message::Answer { to, answer: Answer::Window(Box::new(over)) });
    assert_eq!(top(&model), "board");
    assert!(text(&model).contains("left open"));
}

#[test]
fn a_failure_says_where_what_and_what_is_true_now() {
    let shown = text(&failed(false));
    for words in ["drop_legacy_reports.sql:12:3", "42P01", "Look at the name.", "rolled back", "Mend the file."] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert!(shown.contains("Try again: Apply"), "{shown}");
}

#[test]
fn a_closed_gate_can_be_waived_with_a_reason() {
    let played = play(failed(true), "<wait:400><esc>w<wait:300>the incident cannot wait<enter>");
    assert_eq!(orders(&played), ["waive allowed_hours: the incident cannot wait"]);
    let played = play(failed(false), "<wait:400><esc>w");
    assert_eq!(top(&played.model), "window", "without a closed gate there is nothing to waive");
}

#[test]
fn a_required_backup_cannot_be_skipped() {
    let mut model = window(LARGE, PRODUCTION, Direction::Apply);
    finish(&mut model, Step::Preflight);
    let played = play(model, "s");
    assert!(text(&played.model).contains("may not be passed over"));
}

#[test]
fn windows_left_behind_are_offered_at_the_start_and_resumed_with_enter() {
    let settings = config().environments[PRODUCTION].clone();
    let state = WindowState::new(opened(&settings, plan("production", Direction::Apply)));
    let unfinished = Unfinished { path: PathBuf::from("/state/windows/w.jsonl"), state, in_use: false };
    let mut model = model(LARGE);
    update(&mut model, Message::Unfinished(vec![unfinished.clone()]));
    assert_eq!(top(&model), "recovery");
    let shown = text(&model);
    assert!(
        shown.contains("[PRODUCTION]") && shown.contains("left behind") && shown.contains("Preflight was next"),
        "{shown}"
    );
    let played = play(model, "<wait:400><enter>");
    assert_eq!((top(&played.model), orders(&played)), ("window", vec!["resume /state/windows/w.jsonl".to_owned()]));

    let mut busy = super::model(LARGE);
    update(&mut busy, Message::Unfinished(vec![Unfinished { in_use: true, ..unfinished }]));
    assert_eq!(top(&busy), "board", "a window that another console runs is not put before anyone");
}
