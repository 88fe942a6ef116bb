//! Applying 1,000 small migrations and rolling 100 back, each in a transaction of its own.

use std::process::Command;
use std::time::{Duration, Instant};

use tidegate::config::{Access, Policy, Tier};
use tidegate::migration::catalogue::{Catalogue, Layout};
use tidegate::migration::checksum::Checksum;
use tidegate::migration::script::{Script, ScriptOptions};
use tidegate::postgres::grant::{Gate, GateKind, GateList};
use tidegate::postgres::history::HistoryTable;
use tidegate::postgres::run::{Control, Direction, RunFacts, ScriptRun, ScriptSession};
use tidegate::postgres::{Connection, SessionOptions};
use tokio::sync::mpsc;

use crate::meter::{Cost, cost, median};
use crate::place::Place;
use crate::table::Table;
use crate::workload::{self, HISTORY};

const MIGRATIONS: usize = 1000;
const ROLLED_BACK: usize = 100;
const ROUNDS: usize = 3;

/// One way to do it: what applying and rolling back cost, and how often the WAL was flushed for applying.
struct Turn {
    apply: Cost,
    flushes: u64,
    rollback: Cost,
}

/// Measures applying and rolling back.
pub fn measure(place: &Place, table: &mut Table) {
    let folder = place.folder("apply");
    let url = place.database("bench_apply");
    workload::write_project(&folder, MIGRATIONS, &[("bench".to_owned(), url)]);
    let (mut ours, mut engine, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(turn(place, || psql_turn(place)));
        ours.push(turn(place, || binary_turn(place)));
        engine.push(turn(place, || engine_turn(place)));
    }
    let wall = |turns: &[Turn], of: fn(&Turn) -> Cost| median(turns.iter().map(|turn| of(turn).wall).collect());
    let [psql, binary, library] = [&theirs, &ours, &engine].map(|turns| wall(turns, |turn| turn.apply));
    table.ratio(format!("apply {MIGRATIONS}: scripts alone"), library, psql, 0.9);
    table.ratio(format!("apply {MIGRATIONS}: whole window, whole process"), binary, psql, 0.9);
    let [psql, binary, library] = [&theirs, &ours, &engine].map(|turns| wall(turns, |turn| turn.rollback));
    table.ratio(format!("roll back {ROLLED_BACK}: scripts alone"), library, psql, 1.0);
    table.ratio(format!("roll back {ROLLED_BACK}: whole window, whole process"), binary, psql, 1.0);
    if place.counts_flushes() {
        let flushes = |turns: &[Turn]| median(turns.iter().map(|turn| turn.flushes).collect());
        let bound = MIGRATIONS as u64 + MIGRATIONS as u64 * 3 / 100;
        table.count(format!("apply {MIGRATIONS}: WAL flushes"), flushes(&ours), Some(flushes(&theirs)), bound);
    }
    let processor = median(ours.iter().map(|turn| turn.apply.processor).collect());
    table.time(format!("apply {MIGRATIONS}: processor time of the client"), processor, Duration::from_millis(100));
}

fn turn(place: &Place, run: impl FnOnce() -> Turn) -> Turn {
    place.database("bench_apply");
    place.run("bench_apply", HISTORY);
    place.settle();
    let turn = run();
    let left = "SELECT count(*) FILTER (WHERE NOT rollback_applied) || ' ' || count(*) FROM public.migrations_history";
    let expected = format!("{} {MIGRATIONS}", MIGRATIONS - ROLLED_BACK);
    assert_eq!(place.value("bench_apply", left), expected, "not everything was done");
    turn
}

/// Runs a part and counts the flushes that it needed.
fn counted(place: &Place, run: impl FnOnce() -> Cost) -> (Cost, u64) {
    if !place.counts_flushes() {
        return (run(), 0);
    }
    let before = place.flushes();
    let cost = run();
    (cost, place.flushes() - before)
}

fn psql_turn(place: &Place) -> Turn {
    let folder = place.folder("apply");
    let script = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file can be written");
        let mut command = place.psql("bench_apply");
        command.arg("--file").arg(path);
        command
    };
    let mut apply = script("apply.psql", workload::psql_apply(&folder, MIGRATIONS));
    let mut rollback = script("rollback.psql", workload::psql_rollback(&folder, MIGRATIONS, ROLLED_BACK));
    let (apply, flushes) = counted(place, || cost(&mut apply));
    Turn { apply, flushes, rollback: cost(&mut rollback) }
}

fn binary_turn(place: &Place) -> Turn {
    let folder = place.folder("apply");
    let command = |words: &[&str]| -> Command {
        let mut command = place.tidegate(&folder);
        command.args(words);
        command
    };
    let mut apply = command(&["apply", "bench", "--confirm", "bench"]);
    let (apply, flushes) = counted(place, || cost(&mut apply));
    let count = ROLLED_BACK.to_string();
    let mut rollback = command(&["rollback", "bench", "--last", &count, "--reason", "bench", "--confirm", "bench"]);
    Turn { apply, flushes, rollback: cost(&mut rollback) }
}

/// The scripts alone, by the library, on one session: no window around them.
fn engine_turn(place: &Place) -> Turn {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime can be built").block_on(async {
        let apply = engine_run(place, Direction::Up).await;
        Turn { apply, flushes: 0, rollback: engine_run(place, Direction::Down).await }
    })
}

async fn engine_run(place: &Place, direction: Direction) -> Cost {
    let folder = place.folder("apply").join("migrations");
    let history = HistoryTable::default();
    let layout = Layout { migrations: folder, rollbacks: None, history_table: history.clone() };
    let options = SessionOptions::named("bench");
    let target = place.target("bench_apply");
    let mut connection = Connection::open(&target, &options).await.unwrap_or_else(|error| panic!("{error}"));

    let begun = Instant::now();
    let catalogue = Catalogue::read(&layout).unwrap_or_else(|error| panic!("{error}"));
    let gates = vec![Gate::met(GateKind::Confirmed, "by the bench")];
    let grant = GateList::new("bench", Access::ReadWrite, "bench", gates).grant();
    let grant = grant.unwrap_or_else(|_| panic!("every gate is met"));
    let policy = Policy::of_tier(Tier::Development);
    let opened = ScriptSession::open(&mut connection, None, &history, &policy).await;
    let mut session = opened.unwrap_or_else(|error| panic!("{error}"));
    let facts = RunFacts { operator: Some("ada".to_owned()), window: Some("bench".to_owned()), ..RunFacts::default() };
    let (events, mut heard) = mpsc::channel(256);
    let listener = tokio::spawn(async move { while heard.recv().await.is_some() {} });
    let control = Control::new();
    let migrations: Vec<_> = match direction {
        Direction::Up => catalogue.migrations.iter().collect(),
        Direction::Down => catalogue.migrations.iter().rev().take(ROLLED_BACK).collect(),
    };
    let last = migrations.len() - 1;
    for (place, migration) in migrations.into_iter().enumerate() {
        let file = match direction {
            Direction::Up => &migration.up,
            Direction::Down => migration.down.as_ref().expect("every migration has a rollback"),
        };
        let bytes = file.read().expect("the project was written");
        let script_options = ScriptOptions { history_table: history.clone() };
        let script = Script::parse(&file.path, &bytes, &script_options).unwrap_or_else(|error| panic!("{error}"));
        let run = ScriptRun {
            environment: "bench",
            name: &migration.name,
            direction,
            script: &script,
            checksum: Checksum::of(&bytes),
            facts: &facts,
        };
        let ran = match place == last {
            true => session.run(&grant, run, &events, &control).await,
            false => session.run_before_next(&grant, run, &events, &control).await,
        };
        ran.unwrap_or_else(|error| panic!("{error}"));
    }
    let wall = begun.elapsed();
    drop((session, events));
    let _ = listener.await;
    Cost { wall, processor: Duration::ZERO }
}
