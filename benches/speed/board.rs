//! The board: 5,000 applied migrations in each of eight environments.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use tidegate::console::keymap::Keymap;
use tidegate::console::message::Message;
use tidegate::console::model::Model;
use tidegate::console::theme::{Ask, Capabilities, ColourDepth, Theme, built_in};
use tidegate::console::update::update;
use tidegate::console::view::board::BoardScreen;
use tidegate::console::view::view;
use tidegate::migration::catalogue::Catalogue;
use tidegate::postgres::history::{self, HistoryState, HistoryTable};
use tidegate::postgres::{Connection, SessionOptions};
use tidegate::window::board::Past;
use tidegate::window::monitor::{EnvironmentState, EnvironmentView, MonitorEvent};

use crate::ground::{Project, psql, server, time};
use crate::table::{Table, median};

const MIGRATIONS: u32 = 5000;
const ENVIRONMENTS: usize = 8;
const RUNS: u32 = 11;
const FRAMES: u32 = 300;

/// Measures reading, drawing and memory.
pub fn measure(table: &mut Table) {
    let cluster = server(false);
    let project = fill(&cluster);
    let catalogue = Arc::new(Catalogue::read(&project.config().project.layout).expect("the files can be read"));
    let theirs = median(
        (0..RUNS)
            .map(|_| time(psql(&cluster, "board_0").args(["-A", "-c", "SELECT * FROM public.migrations_history"])))
            .collect(),
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let connections = runtime.block_on(connect(&project));
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..RUNS {
        drop(last.take());
        let mut shown = Shown::new(&project);
        let started = Instant::now();
        update(&mut shown.model, Message::Files(Ok(Arc::clone(&catalogue))));
        for (environment, state) in runtime.block_on(read(&connections)).into_iter().enumerate() {
            update(&mut shown.model, Message::Environment(MonitorEvent { environment, state }));
        }
        shown.draw();
        times.push(started.elapsed().as_secs_f64());
        last = Some(shown);
    }
    table.ratio("board of 5,000 × 8, connected to drawn / `psql` reading one of the 8", median(times), theirs, "≤ 2");
    if let Some(mut shown) = last {
        table.figure("one frame of that board", format!("{:.2} ms", shown.frame() * 1000.0), "< 2 ms");
    }
    if let Some(resident) = resident() {
        table.figure("resident memory of the benchmark holding it", format!("{resident:.0} MB"), "≤ 60 MB");
    }
}

fn fill(cluster: &tidegate::postgres::cluster::Cluster) -> Project {
    time(psql(cluster, "postgres").args(["-c", "CREATE DATABASE board_0"]));
    let environments: Vec<(String, String)> =
        (0..ENVIRONMENTS).map(|number| (format!("e{number}"), cluster.url(&format!("board_{number}")))).collect();
    let project = Project::new(&environments);
    project.write_migrations(1);
    time(&mut project.tidegate(&["apply", "e0"]));
    let names = project.write_migrations(MIGRATIONS);
    let layout = project.config().project.layout;
    let catalogue = Catalogue::read(&layout).expect("the files can be read");
    let rows: Vec<String> = names
        .iter()
        .skip(1)
        .map(|name| {
            let checksum = catalogue.find(name).map(|migration| migration.up.checksum.to_string()).unwrap_or_default();
            format!("('{name}', now(), 'deployer', '12 ms', '{checksum}', (SELECT metadata FROM public.migrations_history LIMIT 1))")
        })
        .collect();
    let script = project.path().join("rows.sql");
    let insert = "INSERT INTO public.migrations_history \
                  (migration_name, applied_at, applied_by, execution_time, checksum, metadata) VALUES\n";
    fs::write(&script, format!("{insert}{};\nANALYZE;\n", rows.join(",\n"))).expect("a file");
    time(psql(cluster, "board_0").arg("-f").arg(&script));
    for number in 1..ENVIRONMENTS {
        let copy = format!("CREATE DATABASE board_{number} TEMPLATE board_0");
        time(psql(cluster, "postgres").args(["-c", &copy]));
    }
    project
}

async fn connect(project: &Project) -> Vec<Connection> {
    let mut connections = Vec::new();
    for target in project.targets() {
        let options = SessionOptions::named("bench");
        connections.push(Connection::open(&target, &options).await.unwrap_or_else(|error| panic!("{error}")));
    }
    connections
}

async fn read(connections: &[Connection]) -> Vec<EnvironmentState> {
    let table = HistoryTable::default();
    let reading = connections.iter().map(|connection| {
        let table = &table;
        async move {
            let rows = history::read(connection, table).await.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(rows.len(), MIGRATIONS as usize);
            EnvironmentState::Ready(Arc::new(EnvironmentView {
                info: connection.info().clone(),
                history: HistoryState::Present { readable: true, writable: true, missing: Vec::new() },
                past: Past { rows: rows.into(), attempts: Arc::default() },
                has_store: false,
                marker: None,
                holder: None,
                latency: Duration::from_millis(1),
                read_at: Timestamp::now(),
            }))
        }
    });
    futures_util::future::join_all(reading).await
}

/// A console without a terminal.
struct Shown {
    model: Model,
    theme: Theme,
    terminal: Terminal<TestBackend>,
}

impl Shown {
    fn new(project: &Project) -> Shown {
        let config = Arc::new(project.config());
        let (keymap, _) = Keymap::new(&config.interface.keys);
        let size = Size::new(200, 60);
        let capabilities = Capabilities { depth: ColourDepth::TrueColour, light: false, unicode: true };
        let terminal = Terminal::new(TestBackend::new(size.width, size.height)).expect("a terminal in memory");
        Shown {
            model: Model::new(config, keymap, size, Box::new(BoardScreen::default())),
            theme: built_in("dark", &capabilities, &Ask::default()).expect("a theme"),
            terminal,
        }
    }

    fn draw(&mut self) {
        self.terminal.draw(|frame| view(&self.model, &self.theme, frame)).expect("drawing in memory");
    }

    /// How long one frame takes, in seconds.
    fn frame(&mut self) -> f64 {
        median(
            (0..FRAMES)
                .map(|_| {
                    let started = Instant::now();
                    self.draw();
                    started.elapsed().as_secs_f64()
                })
                .collect(),
        )
    }
}

/// The memory of this process that is really in use, in MB (Linux; elsewhere nothing is known).
fn resident() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1000.0)
}
