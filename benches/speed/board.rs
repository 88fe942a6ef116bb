//! The largest board: 5,000 migrations in 8 environments, read, laid out and drawn.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use tidegate::config::Config;
use tidegate::console::key::Key;
use tidegate::console::keymap::Keymap;
use tidegate::console::message::Message;
use tidegate::console::model::Model;
use tidegate::console::theme::{Ask, Capabilities, Theme};
use tidegate::console::update::update;
use tidegate::console::view::board::BoardScreen;
use tidegate::console::view::view;
use tidegate::migration::catalogue::Catalogue;
use tidegate::postgres::history::{Detail, HistoryTable, SharedTexts};
use tidegate::postgres::{Connection, SessionOptions};
use tidegate::window::look::EnvironmentView;
use tidegate::window::monitor::{EnvironmentState, MonitorEvent};

use crate::meter::median;
use crate::place::Place;
use crate::table::Table;
use crate::workload;

/// Migrations of the largest board.
pub const MIGRATIONS: usize = 5000;
/// Environments of the largest board.
pub const ENVIRONMENTS: usize = 8;
const SIZE: Size = Size::new(120, 40);
const ROUNDS: usize = 7;

/// The project of the largest board, its databases filled; returns its folder.
pub fn project(place: &Place) -> std::path::PathBuf {
    let folder = place.folder("board");
    if folder.join("tidegate.toml").exists() {
        return folder;
    }
    let environments: Vec<(String, String)> = (0..ENVIRONMENTS)
        .map(|number| (format!("environment-{number}"), place.database(&format!("bench_board_{number}"))))
        .collect();
    workload::write_project(&folder, MIGRATIONS, &environments);
    workload::commit(&folder);
    let history = workload::applied_history(&folder, MIGRATIONS);
    for number in 0..ENVIRONMENTS {
        place.run(&format!("bench_board_{number}"), &history);
    }
    folder
}

/// Measures from connected to drawn, a frame, and from a key to the frame.
pub fn measure(place: &Place, table: &mut Table) {
    let folder = project(place);
    let path = folder.join("tidegate.toml");
    let text = std::fs::read_to_string(&path).expect("the project was written");
    let config = Arc::new(Config::parse(&text, &path).unwrap_or_else(|error| panic!("{error}")));
    let catalogue = Arc::new(Catalogue::read(&config.project.layout).unwrap_or_else(|error| panic!("{error}")));
    let theme = theme();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime can be built");
    let (mut ours, mut theirs, mut drawn) = (Vec::new(), Vec::new(), None);
    for _ in 0..ROUNDS {
        theirs.push(psql_reads(place));
        let connections = runtime.block_on(join_all((0..ENVIRONMENTS).map(async |number| {
            let target = place.target(&format!("bench_board_{number}"));
            let opened = Connection::open(&target, &SessionOptions::named("bench")).await;
            opened.unwrap_or_else(|error| panic!("{error}"))
        })));
        let mut model = model(&config);
        model.world.take_files(Ok(Arc::clone(&catalogue)));
        let mut terminal = terminal();
        let begun = Instant::now();
        let views = runtime.block_on(async {
            let texts = Arc::new(SharedTexts::default());
            let reading = connections.into_iter().map(|connection| {
                let texts = Arc::clone(&texts);
                tokio::spawn(async move {
                    let view =
                        EnvironmentView::read(&connection, &HistoryTable::default(), Detail::Standing, &texts).await;
                    view.unwrap_or_else(|error| panic!("{error}"))
                })
            });
            join_all(reading).await
        });
        for (environment, view) in views.into_iter().enumerate() {
            let state = EnvironmentState::Ready(Arc::new(view.expect("reading does not panic")));
            model.world.take_environment(MonitorEvent { environment, state });
        }
        draw(&mut terminal, &model, &theme);
        ours.push(begun.elapsed());
        drawn = Some((model, terminal));
    }
    let what = format!("board of {MIGRATIONS} × {ENVIRONMENTS}");
    table.ratio(format!("{what}, from connected to drawn; psql reads one"), median(ours), median(theirs), 2.0);

    let (mut model, mut terminal) = drawn.expect("there was a round");
    let frames = (0..200).map(|_| draw(&mut terminal, &model, &theme)).collect();
    table.time(format!("{what}, one frame"), median(frames), Duration::from_millis(2));
    let down: Key = "j".parse().expect("a key");
    let keys = (0..200)
        .map(|_| {
            let begun = Instant::now();
            update(&mut model, Message::Key(down));
            draw(&mut terminal, &model, &theme);
            begun.elapsed()
        })
        .collect();
    table.time(format!("{what}, a key taken in and its frame"), median(keys), Duration::from_millis(16));
}

/// How long a connected `psql` takes to read the rows of one environment.
fn psql_reads(place: &Place) -> Duration {
    let output = place
        .psql("bench_board_0")
        .args(["--command", "\\timing on", "--command", "\\o /dev/null"])
        .args(["--command", "SELECT * FROM public.migrations_history ORDER BY migration_name"])
        .output()
        .expect("psql starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let milliseconds =
        said.lines().find_map(|line| line.strip_prefix("Time: ")?.split(' ').next()?.parse::<f64>().ok());
    Duration::from_secs_f64(milliseconds.unwrap_or_else(|| panic!("psql tells the time: {said}")) / 1000.0)
}

fn theme() -> Theme {
    let capabilities = Capabilities::detect(|name| (name == "COLORTERM").then(|| "truecolor".to_owned()));
    let loaded = Theme::load("dark", Path::new(""), &capabilities, &Ask::default());
    loaded.unwrap_or_else(|error| panic!("{error}")).0
}

fn model(config: &Arc<Config>) -> Model {
    let (keymap, _) = Keymap::new(&config.interface.keys);
    Model::new(Arc::clone(config), keymap, SIZE, Box::new(BoardScreen::default()))
}

fn terminal() -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(SIZE.width, SIZE.height)).expect("memory can be drawn on")
}

fn draw(terminal: &mut Terminal<TestBackend>, model: &Model, theme: &Theme) -> Duration {
    let begun = Instant::now();
    terminal.draw(|frame| view(model, theme, frame)).expect("memory can be drawn on");
    begun.elapsed()
}
