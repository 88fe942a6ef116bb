//! Scripts that follow one another and share a wait for the disk.

use rstest::rstest;
use tidegate::postgres::cluster::Shutdown;
use tidegate::postgres::run::{Control, RunEvent};
use tidegate::postgres::{Connection, SessionOptions};
use tokio::sync::mpsc;

use crate::support::ground::{Ground, Piece, up};
use crate::support::{Server, waiting_for_the_disk};

fn small(number: usize) -> Piece {
    up(&format!("2026080109300{number}_create_small"), &format!("CREATE TABLE small_{number} ()"))
}

fn deaf() -> mpsc::Sender<RunEvent> {
    mpsc::channel(1).0
}

/// Which of the tables are there; the history must say the same.
async fn kept(ground: &Ground) -> Vec<usize> {
    let recorded = ground.history().await.len();
    let kept: Vec<_> = (0..10).filter(|number| ground.has(&format!("small_{number}"))).collect();
    assert_eq!(kept.len(), recorded, "a table and its row come and go together");
    kept
}

#[tokio::test]
async fn what_was_waited_for_survives_a_crash_and_what_was_not_is_lost_from_the_end() {
    let mut server = Server::own_with(|options| options.settings.push(waiting_for_the_disk()));
    let ground = Ground::on(&server).await;
    let mut connection = ground.database.connect().await;
    let mut session = ground.session(&mut connection).await.unwrap();
    for number in 0..3 {
        assert!(!ground.run_before_next_on(&mut session, &small(number), &deaf()).await.on_disk);
    }
    session.wait_for_disk(&deaf(), &Control::new()).await.unwrap();
    for number in 3..6 {
        assert!(!ground.run_before_next_on(&mut session, &small(number), &deaf()).await.on_disk);
    }
    server.halt(Shutdown::Immediate);
    let lost = session.wait_for_disk(&deaf(), &Control::new()).await;
    assert!(lost.is_err(), "nobody can say so");
    drop(session);
    server.resume().unwrap();
    let kept = kept(&ground).await;
    assert!(kept.len() >= 3, "{kept:?}");
    assert_eq!(kept, (0..kept.len()).collect::<Vec<_>>(), "a beginning of what was run");
}

#[tokio::test]
async fn the_last_one_takes_those_before_it_to_the_disk() {
    let mut server = Server::own_with(|options| options.settings.push(waiting_for_the_disk()));
    let ground = Ground::on(&server).await;
    let mut connection = ground.database.connect().await;
    let mut session = ground.session(&mut connection).await.unwrap();
    for number in 0..3 {
        ground.run_before_next_on(&mut session, &small(number), &deaf()).await;
    }
    let last = ground.run_on(&mut session, &small(3), &deaf(), &Control::new()).await.unwrap();
    assert!(last.on_disk);
    server.halt(Shutdown::Immediate);
    drop(session);
    server.resume().unwrap();
    assert_eq!(kept(&ground).await, [0, 1, 2, 3]);
}

#[rstest]
#[case::decides_by_itself("SET LOCAL synchronous_commit = off; CREATE TABLE t ()", true)]
#[case::cannot_have_a_transaction("CREATE INDEX CONCURRENTLY i ON ground (id)", true)]
#[case::has_its_own_transaction("BEGIN; CREATE TABLE t (); COMMIT;", false)]
#[case::has_none("CREATE TABLE t ()", false)]
#[tokio::test]
async fn only_a_plain_transaction_is_left_to_the_group(#[case] text: &str, #[case] on_disk: bool) {
    let ground = Ground::new().await.with_store().await;
    ground.database.execute("CREATE TABLE ground (id integer)");
    let mut connection = ground.database.connect().await;
    let mut session = ground.session(&mut connection).await.unwrap();
    assert!(!ground.run_before_next_on(&mut session, &small(0), &deaf()).await.on_disk);
    let ran = ground.run_before_next_on(&mut session, &up("20260801093001_create_it", text), &deaf()).await;
    assert_eq!(ran.on_disk, on_disk);
}

#[tokio::test]
async fn the_setting_does_not_reach_the_next_script() {
    let server = Server::own_with(|options| options.settings.push(waiting_for_the_disk()));
    let ground = Ground::on(&server).await;
    let mut connection = ground.database.connect().await;
    let mut session = ground.session(&mut connection).await.unwrap();
    ground.run_before_next_on(&mut session, &small(0), &deaf()).await;
    let asks = up(
        "20260801093001_create_found",
        "CREATE TABLE found AS SELECT current_setting('synchronous_' || 'commit') AS it",
    );
    assert!(!ground.run_before_next_on(&mut session, &asks, &deaf()).await.on_disk);
    assert_eq!(ground.database.value("SELECT it FROM found"), "on");
}

#[tokio::test]
async fn a_login_that_may_not_end_a_group_waits_for_each() {
    let server = Server::own();
    let ground = Ground::on(&server).await;
    ground.database.execute(
        "REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text) FROM PUBLIC;
         CREATE ROLE deployer LOGIN; GRANT ALL ON SCHEMA public TO deployer;
         GRANT ALL ON ALL TABLES IN SCHEMA public TO deployer; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO deployer",
    );
    let mut target = ground.target.clone();
    "deployer".clone_into(&mut target.user);
    let mut connection = Connection::open(&target, &SessionOptions::named("test")).await.unwrap();
    let mut session = ground.session(&mut connection).await.unwrap();
    assert!(ground.run_before_next_on(&mut session, &small(0), &deaf()).await.on_disk);
}
