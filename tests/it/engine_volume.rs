//! Much of everything: long scripts, many statements, many rows, many notices, many migrations.

use std::fmt::Write as _;

use tidegate::postgres::run::{DatabaseState, RunEvent};

use crate::support::ground::{Ground, Piece, up};

const NAME: &str = "20260801093000_seed_much";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_of_a_hundred_megabytes_runs() {
    let ground = Ground::new().await;
    let filler = "x".repeat(10_000);
    let mut text = String::with_capacity(105_000_000);
    text.push_str("CREATE TABLE t (id integer);\n");
    let mut statements = 0;
    while text.len() < 100_000_000 {
        statements += 1;
        // Constants are thrown away by the server: the script is long, its effect is small.
        let _ = writeln!(text, "INSERT INTO t SELECT {statements} WHERE '{filler}' = 'y';");
    }
    text.push_str("INSERT INTO t VALUES (1);\n");
    let (ended, _) = ground.start(&[up(NAME, &text)]).end().await;
    let outcome = ended.unwrap().remove(0);
    assert_eq!(outcome.statements, statements + 2);
    assert_eq!(ground.database.value("SELECT count(*) FROM t"), "1");
}

#[tokio::test]
async fn one_statement_may_be_long_and_an_error_at_its_end_is_found() {
    let ground = Ground::new().await;
    let text = format!("SELECT 1;\nSELECT '{}',\n  nowhere;", "é".repeat(3_000_000));
    let error = ground.fail(up(NAME, &text)).await;
    assert_eq!(error.state, DatabaseState::RolledBack);
    let place = error.place.unwrap();
    assert_eq!((place.statement, place.line, place.column), (1, 3, 3));
}

#[tokio::test]
async fn an_error_among_many_statements_is_the_first_and_the_rest_is_not_told() {
    let ground = Ground::new().await;
    let mut text = String::from("CREATE TABLE t (id integer PRIMARY KEY);\n");
    for id in 0..5000 {
        let _ = writeln!(text, "INSERT INTO t VALUES ({});", if id == 3000 { 2999 } else { id });
    }
    let (ended, events) = ground.start(&[up(NAME, &text)]).end().await;
    let error = ended.unwrap_err();
    assert_eq!(error.server().unwrap().sqlstate, "23505");
    assert_eq!(error.place.unwrap().line, 3002);
    let last = events.iter().rev().find_map(|event| match event {
        RunEvent::StatementStarted { index, .. } => Some(*index),
        _ => None,
    });
    assert_eq!(last, Some(3001));
}

#[tokio::test]
async fn a_million_rows_are_counted_and_dropped() {
    let ground = Ground::new().await;
    let (ended, events) = ground.start(&[up(NAME, "SELECT * FROM generate_series(1, 1000000)")]).end().await;
    ended.unwrap();
    assert!(events.iter().any(|event| matches!(event, RunEvent::StatementFinished { rows: 1_000_000, .. })));
}

#[tokio::test]
async fn notices_come_in_order_and_too_many_are_counted() {
    let ground = Ground::new().await;
    let text = "DO $$ BEGIN FOR i IN 1..3 LOOP RAISE NOTICE E'line %\\u001b[31m', i; END LOOP; END $$";
    let (ended, events) = ground.start(&[up(NAME, text)]).end().await;
    ended.unwrap();
    let said: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            RunEvent::Notice { notice } => Some(notice.message.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(said, ["line 1\u{1b}[31m", "line 2\u{1b}[31m", "line 3\u{1b}[31m"]);
    let started = events.iter().position(|event| matches!(event, RunEvent::StatementStarted { .. })).unwrap();
    let finished = events.iter().position(|event| matches!(event, RunEvent::StatementFinished { .. })).unwrap();
    assert_eq!(finished - started, 4, "the notices come while their statement runs");
}

#[tokio::test]
async fn a_flood_of_notices_neither_stops_the_script_nor_fills_the_memory() {
    let ground = Ground::new().await;
    let text = "DO $$ BEGIN FOR i IN 1..200000 LOOP RAISE NOTICE 'drop'; END LOOP; END $$";
    let (ended, events) = ground.start(&[up(NAME, text)]).end().await;
    ended.unwrap();
    let heard = events.iter().filter(|event| matches!(event, RunEvent::Notice { .. })).count();
    assert!((1..=200_001).contains(&heard), "{heard}");
}

#[tokio::test]
async fn many_migrations_run_one_after_the_other_on_one_session() {
    let ground = Ground::new().await;
    let pieces: Vec<Piece> = (0..100)
        .map(|number| {
            let name = format!("2026080109{:02}{:02}_create_t{number}", number / 60, number % 60);
            up(&name, &format!("CREATE TABLE t{number} (id integer)"))
        })
        .collect();
    let outcomes = ground.run_all(&pieces).await.unwrap();
    assert_eq!(outcomes.len(), 100);
    let history = ground.history().await;
    assert!(history.iter().zip(&outcomes).all(|(row, outcome)| *row == outcome.row));
}
