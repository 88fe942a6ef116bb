//! Scripts with a transaction: what is committed, what is rolled back, and what the history says.

use tidegate::postgres::run::{DatabaseState, RunErrorKind, RunEvent};

use crate::support::ground::{Ground, down, up};

const NAME: &str = "20260801093000_create_metrics";

const TEMPLATE: &str = "\
-- Author: ana
DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM migrations_history WHERE migration_name = '20260801093000_create_metrics') THEN
    RAISE NOTICE 'Migration already applied, skipping...';
    RETURN;
  END IF;
END $$;
BEGIN;
CREATE TABLE metrics (id integer);
INSERT INTO migrations_history (migration_name, applied_at, applied_by)
VALUES ('20260801093000_create_metrics', NOW(), current_user);
COMMIT;
";

const TEMPLATE_DOWN: &str = "\
BEGIN;
DROP TABLE metrics;
DELETE FROM migrations_history WHERE migration_name = '20260801093000_create_metrics';
COMMIT;
";

#[tokio::test]
async fn a_script_without_a_transaction_is_wrapped_recorded_and_committed() {
    let ground = Ground::new().await;
    let text = "CREATE TABLE metrics (id integer); INSERT INTO metrics VALUES (1), (2);";
    let (ended, events) = ground.start(&[up(NAME, text)]).end().await;
    let outcome = ended.expect("it succeeds").remove(0);
    assert_eq!(outcome.statements, 2);
    assert_eq!(&*outcome.row.name, NAME);
    assert_eq!(ground.history().await, [outcome.row]);
    assert_eq!(ground.database.value("SELECT count(*) FROM metrics"), "2");
    let told: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
    let rows: Vec<u64> = events
        .iter()
        .filter_map(|event| match event {
            RunEvent::StatementFinished { rows, .. } => Some(*rows),
            _ => None,
        })
        .collect();
    assert_eq!(rows, [0, 2], "{told:#?}");
    assert_eq!(events.first(), Some(&RunEvent::TransactionStarted { attempt: 1 }));
    assert_eq!(events[events.len() - 2..], [RunEvent::Recorded, RunEvent::Committed]);
}

#[tokio::test]
async fn the_template_keeps_its_transaction_and_its_row_is_completed() {
    let ground = Ground::new().await;
    let outcome = ground.run(up(NAME, TEMPLATE)).await.expect("it succeeds");
    let row = outcome.row;
    assert_eq!((row.rolled_back, &*row.applied_by), (false, "postgres"));
    assert!(row.checksum.is_some() && row.execution_time.is_some());
    let facts = row.facts.expect("the metadata say who");
    assert_eq!((facts.ticket.as_deref(), facts.operator.as_deref()), (Some("SCOUT-1"), Some("ben")));
    assert_eq!(ground.database.value("SELECT count(*) FROM migrations_history"), "1");
}

#[tokio::test]
async fn rolling_back_keeps_the_row_and_applying_again_keeps_the_rounds() {
    let mut ground = Ground::new().await;
    let first = ground.run(up(NAME, TEMPLATE)).await.expect("applied").row;
    ground.facts.reason = Some("it was \"wrong\", é 🌊".to_owned());
    ground.facts.ticket = Some("SCOUT-2".to_owned());
    let back = ground.run(down(NAME, TEMPLATE_DOWN)).await.expect("rolled back").row;
    assert!(back.rolled_back && back.rollback_at.is_some());
    assert_eq!((back.id, back.applied_at, &back.checksum), (first.id, first.applied_at, &first.checksum));
    let facts = back.facts.expect("facts");
    assert_eq!(facts.reason.as_deref(), Some("it was \"wrong\", é 🌊"));
    assert_eq!(facts.ticket.as_deref(), Some("SCOUT-2"));
    assert!(!ground.has("metrics"));
    let again = ground.run(up(NAME, TEMPLATE)).await.expect("applied again").row;
    assert_eq!((again.id, again.rolled_back, again.rollback_at), (first.id, false, None));
    assert_eq!(again.facts.expect("facts").rounds, 1);
    let round = "SELECT metadata #>> '{tidegate,rounds,0,rollback,reason}' FROM migrations_history";
    assert_eq!(ground.database.value(round), "it was \"wrong\", é 🌊");
    assert!(ground.has("metrics"));
}

#[tokio::test]
async fn a_script_that_fails_half_way_leaves_nothing() {
    let ground = Ground::new().await;
    let text = "CREATE TABLE metrics (id integer);\n\nINSERT INTO nowhere VALUES (1);\nCREATE TABLE more ();";
    let error = ground.fail(up(NAME, text)).await;
    assert_eq!(error.state, DatabaseState::RolledBack);
    assert_eq!(error.server().map(|error| error.sqlstate.as_str()), Some("42P01"));
    let place = error.place.expect("the server says where");
    assert_eq!((place.statement, place.line, place.column), (1, 3, 13));
    assert!(!ground.has("metrics") && ground.history().await.is_empty());
}

#[tokio::test]
async fn what_is_applied_is_not_applied_again() {
    let ground = Ground::new().await;
    ground.run(up(NAME, "CREATE TABLE metrics ()")).await.expect("applied");
    let error = ground.fail(up(NAME, "CREATE TABLE other ()")).await;
    assert!(matches!(error.kind, RunErrorKind::NotDue(_)), "{error}");
    assert_eq!(error.state, DatabaseState::Unchanged);
}
