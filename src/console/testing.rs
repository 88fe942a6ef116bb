//! How the console is tested: a world without servers, keys typed into the real loop, and pictures with their styles.

pub mod drift;

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, SystemTime};

use futures_util::Stream;
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::style::Style;
use tokio::sync::mpsc;

use crate::config::{Config, Environment, Secret};
use crate::migration::catalogue::{Catalogue, FileProblem, FileProblemKind, Migration, MigrationFile};
use crate::migration::git::Commit;
use crate::migration::header::Header;
use crate::postgres::history::{Detail, Facts, HistoryRow, HistoryState};
use crate::postgres::server_info::{PoolMode, ServerInfo};
use crate::postgres::version::ServerVersion;
use crate::window::board::Past;
use crate::window::drift::handle::{ComparisonNews, DraftNews};
use crate::window::drift::matrix::{MatrixNews, Pair};
use crate::window::event::{BackupNeed, BackupTaken, Opened, Operator, StepOutcome, WindowEvent, WindowId};
use crate::window::handle::News;
use crate::window::look::EnvironmentView;
use crate::window::monitor::{EnvironmentState, MonitorEvent};
use crate::window::plan::{Plan, PlanItem};
use crate::window::step::{Direction, Step};

use super::app::{self, Outside};
use super::keymap::Keymap;
use super::message::{Answer, DraftOrder, LayerId, Message, Moment, Order, Sides, Work};
use super::model::{Ending, Model};
use super::theme::{Ask, Capabilities, ColourDepth, Theme};
use super::update::update;
use super::view::board::BoardScreen;
use super::view::view;
use super::view::window::WindowScreen;

/// When the tests take place: 2026-08-15 22:00 UTC.
pub const NOW: i64 = 1_786_831_200;

/// The moment so many seconds before the tests take place.
pub fn before(seconds: i64) -> Timestamp {
    Timestamp::from_second(NOW - seconds).expect("a moment")
}

const DAY: i64 = 86_400;

const CONFIG: &str = r#"
[project]
name = "scout-dashboard"
migrations = "supabase/migrations"

[backup]
directory = "/var/backups/scout"

[[environment]]
name = "staging"
tier = "staging"
url = "postgresql://deployer@staging.example/app?sslmode=disable"

[[environment]]
name = "production"
tier = "production"
url = "postgresql://deployer@production.example/app?sslmode=disable"

[[environment]]
name = "analytics"
tier = "production"
read_only = true
url = "postgresql://reader@analytics.example/app?sslmode=disable"
"#;

/// The migrations of the test project, oldest first.
pub const NAMES: [&str; 8] = [
    "20260801093000_create_metrics",
    "20260802100000_alter_campaigns_add_owner",
    "20260803110000_create_campaign_index",
    "20260804120000_drop_legacy_reports",
    "20260805080000_seed_channels",
    "20260806073000_fix_metric_totals",
    "20260807140000_alter_metrics_add_unit",
    "20260808160000_create_alerts",
];

/// The configuration of the test project.
pub fn config() -> Arc<Config> {
    let config = Config::parse(CONFIG, Path::new("/project/tidegate.toml")).expect("a configuration");
    Arc::new(config)
}

/// The files of the test project.
pub fn catalogue() -> Arc<Catalogue> {
    let migration = |name: &&str| {
        let sql = format!("-- Author: Ada Hall\n-- Ticket: SCOUT-4\n-- Description: {name}\nSELECT 1;\n");
        let file = |path: String| MigrationFile::of(PathBuf::from(path), sql.as_bytes(), SystemTime::UNIX_EPOCH);
        Migration {
            name: name.parse().expect("a name"),
            up: file(format!("/project/supabase/migrations/{name}.sql")),
            down: Some(file(format!("/project/supabase/migrations/{name}.down.sql"))),
            header: Header::parse(&sql),
        }
    };
    Arc::new(Catalogue { migrations: NAMES.iter().map(migration).collect(), problems: Vec::new() })
}

/// A row of a history: applied so many days ago from the file as it is.
pub fn applied(name: &str, days: i64) -> HistoryRow {
    let catalogue = catalogue();
    HistoryRow {
        id: days,
        name: name.into(),
        applied_at: before(days * DAY),
        applied_by: "deployer".into(),
        execution_time: Some(Duration::from_millis(40)),
        checksum: catalogue.find(name).map(|migration| migration.up.checksum.to_string().into()),
        rolled_back: false,
        rollback_at: None,
        facts: Some(Box::new(Facts {
            ticket: Some("SCOUT-4".into()),
            author: Some("Ada Hall".into()),
            operator: Some("mira".into()),
            ..Facts::default()
        })),
    }
}

/// An environment that answers, with this history.
pub fn ready(rows: Vec<HistoryRow>) -> EnvironmentState {
    EnvironmentState::Ready(Arc::new(EnvironmentView {
        info: ServerInfo {
            version: ServerVersion::from_number(150_018, "15.18"),
            database: "app".into(),
            user: "deployer".into(),
            is_superuser: false,
            in_recovery: false,
            backend_pid: 4_711,
            server_host: "db.example:5432".into(),
            started_at: None,
            system_identifier: None,
            encrypted: true,
            pooled: PoolMode::Direct,
        },
        history: HistoryState::Present { readable: true, writable: true, missing: Vec::new() },
        detail: Detail::Full,
        past: Past { rows: rows.into(), attempts: Arc::from([]) },
        has_store: false,
        approvals: Arc::default(),
        marker: None,
        holder: None,
        latency: Duration::from_millis(4),
        read_at: before(0),
    }))
}

/// What each environment of the test project is: staging nearly up to date with one migration rolled back, production
/// behind and with one file changed and one missing, analytics out of reach.
pub fn environments() -> Vec<EnvironmentState> {
    let mut staging: Vec<HistoryRow> =
        NAMES[..6].iter().zip(0..).map(|(name, index)| applied(name, 14 - index)).collect();
    staging[3].rolled_back = true;
    staging[3].rollback_at = Some(before(3 * DAY));
    if let Some(facts) = &mut staging[3].facts {
        facts.reason = Some("reports still read by the finance export".into());
    }
    let mut production: Vec<HistoryRow> =
        NAMES[..3].iter().zip(0..).map(|(name, index)| applied(name, 12 - index)).collect();
    production[1].checksum = Some("ab".repeat(32).into());
    let mut missing = applied(NAMES[0], 20);
    missing.name = "20260720090000_fix_by_hand".into();
    production.push(missing);
    let analytics = EnvironmentState::Unreachable {
        why: "connection refused (db.example:5432)".into(),
        since: before(60),
        retry_at: before(-4),
        attempt: 3,
    };
    vec![ready(staging), ready(production), analytics]
}

/// A console on the test project, with everything known.
pub fn model(size: Size) -> Model {
    let mut model = fresh(size);
    update(&mut model, Message::Files(Ok(catalogue())));
    update(&mut model, Message::Commit(Some(Commit { short: "4f2c1ab".into(), dirty: false })));
    for (environment, state) in environments().into_iter().enumerate() {
        update(&mut model, Message::Environment(MonitorEvent { environment, state }));
    }
    model
}

/// A console that knows nothing yet.
pub fn fresh(size: Size) -> Model {
    let config = config();
    let (keymap, warnings) = Keymap::new(&config.interface.keys);
    assert_eq!(warnings, []);
    let mut model = Model::new(config, keymap, size, Box::new(BoardScreen::default()));
    update(&mut model, Message::Clock(moment(Duration::ZERO)));
    model
}

/// The moment when the console has been running for so long.
pub fn moment(uptime: Duration) -> Moment {
    let now = Timestamp::from_second(NOW).and_then(|now| now.checked_add(uptime)).expect("a moment");
    Moment { uptime, now }
}

/// A catalogue with files that are not as they should be.
pub fn troubled_catalogue() -> Arc<Catalogue> {
    let mut catalogue = (*catalogue()).clone();
    let folder = Path::new("/project/supabase/migrations");
    catalogue.problems = vec![
        FileProblem { path: folder.join("20260809100000_drop_x.down.sql"), kind: FileProblemKind::OrphanRollback },
        FileProblem { path: folder.join("notes"), kind: FileProblemKind::NotAFile },
    ];
    Arc::new(catalogue)
}

/// A theme in full colour, with Unicode.
pub fn theme(name: &str) -> Theme {
    let depth = match name {
        "mono" => ColourDepth::None,
        "sixteen" => ColourDepth::Sixteen,
        _ => ColourDepth::TrueColour,
    };
    let terminal = Capabilities { depth, light: false, unicode: true };
    super::theme::built_in(name, &terminal, &Ask::default()).expect("a theme")
}

/// What happens in a test, in order.
#[derive(Debug)]
enum Happening {
    Message(Message),
    Wait(Duration),
    End,
}

/// Keys and other inputs as a test writes them: characters stand for themselves, `<enter>` for keys, `<paste:text>` for
/// pasted text, `<burst:text>` for characters that arrive all at once, `<wait:400>` for milliseconds that pass.
fn script(text: &str) -> VecDeque<Happening> {
    let mut script = VecDeque::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (word, after) = match rest.strip_prefix('<').and_then(|inner| inner.split_once('>')) {
            Some((word, after)) if !word.is_empty() => (word.to_owned(), after),
            _ => (first.to_string(), &rest[first.len_utf8()..]),
        };
        rest = after;
        let word = if word == " " { "space".to_owned() } else { word };
        match word.split_once(':') {
            Some(("paste", text)) => script.push_back(Happening::Message(Message::Paste(text.to_owned()))),
            Some(("burst", text)) => {
                for character in text.chars() {
                    let key = character.to_string().parse().expect("a key");
                    script.push_back(Happening::Message(Message::Key(key)));
                }
            }
            Some(("wait", millis)) => {
                script.push_back(Happening::Wait(Duration::from_millis(millis.parse().expect("milliseconds"))));
            }
            _ => {
                script.push_back(Happening::Message(Message::Key(word.parse().expect("a key"))));
                // A hand needs some time for each key.
                script.push_back(Happening::Wait(Duration::from_millis(80)));
            }
        }
    }
    script.push_back(Happening::End);
    script
}

/// The inputs of a test, shared with its clock.
#[derive(Debug)]
struct Hands {
    script: VecDeque<Happening>,
    clock: Arc<std::sync::Mutex<Duration>>,
}

impl Stream for Hands {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut TaskContext<'_>) -> Poll<Option<Message>> {
        match self.script.pop_front() {
            Some(Happening::Message(message)) => Poll::Ready(Some(message)),
            Some(Happening::Wait(time)) => {
                *self.clock.lock().expect("the clock") += time;
                // Whatever else is waiting gets its turn before the next input.
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Happening::End) | None => Poll::Ready(None),
        }
    }
}

/// Somebody who answers the work that is asked for.
type Answerer = dyn FnMut(&Work) -> Option<Answer>;

/// Somebody who compares two sides.
type Comparer = dyn FnMut(Sides) -> Vec<ComparisonNews>;

/// Somebody who drafts and tries.
type Drafter = dyn FnMut(&DraftOrder) -> Vec<DraftNews>;

/// Somebody who fills a matrix.
type Filler = dyn FnMut(&[Pair]) -> Vec<MatrixNews>;

/// The world outside in a test: a clock that the script moves, and answers given in advance.
pub struct Pretend {
    clock: Arc<std::sync::Mutex<Duration>>,
    answers: mpsc::Sender<Message>,
    answer: Box<Answerer>,
    compare: Box<Comparer>,
    draft: Box<Drafter>,
    fill: Box<Filler>,
    /// What was copied.
    pub copied: Vec<String>,
    /// What was asked for.
    pub asked: Vec<String>,
    /// What windows were told to do.
    pub orders: Vec<Order>,
}

impl Outside<TestBackend> for Pretend {
    fn moment(&mut self) -> Moment {
        moment(*self.clock.lock().expect("the clock"))
    }

    async fn wait_until(&mut self, _uptime: Duration) {
        std::future::pending().await
    }

    fn work(&mut self, from: LayerId, work: Work) {
        self.asked.push(format!("{work:?}"));
        if let Some(answer) = (self.answer)(&work) {
            self.answers.try_send(Message::Answer { to: from, answer }).expect("room for an answer");
        }
    }

    fn window(&mut self, _from: LayerId, order: Order) {
        self.orders.push(order);
    }

    fn look_for_unfinished(&mut self) {
        self.asked.push("unfinished windows".to_owned());
    }

    fn compare(&mut self, from: LayerId, sides: Sides) {
        self.asked.push(format!("compare {sides:?}"));
        for news in (self.compare)(sides) {
            let answer = Answer::Comparison(sides, Box::new(news));
            self.answers.try_send(Message::Answer { to: from, answer }).expect("room for an answer");
        }
    }

    fn draft(&mut self, from: LayerId, order: DraftOrder) {
        let selection = order.selection.as_ref().map(|ids| ids.iter().map(ToString::to_string).collect::<Vec<_>>());
        self.asked.push(format!("draft {selection:?}"));
        for news in (self.draft)(&order) {
            let answer = Answer::Draft(Box::new(news));
            self.answers.try_send(Message::Answer { to: from, answer }).expect("room for an answer");
        }
    }

    fn fill_matrix(&mut self, from: LayerId, pairs: Vec<Pair>) {
        self.asked.push(format!("fill {pairs:?}"));
        for news in (self.fill)(&pairs) {
            let answer = Answer::Matrix(Box::new(news));
            self.answers.try_send(Message::Answer { to: from, answer }).expect("room for an answer");
        }
    }

    fn give_up(&mut self, _from: LayerId) {
        self.asked.push("give up".to_owned());
    }

    async fn edit(&mut self, files: &[PathBuf]) -> Result<(), String> {
        self.asked.push(format!("edit {files:?}"));
        Ok(())
    }

    fn refresh(&mut self, environment: usize) {
        self.asked.push(format!("refresh {environment}"));
    }

    fn supply_password(&mut self, environment: usize, password: Secret) {
        self.asked.push(format!("password {environment} {}", password.expose()));
    }

    fn copy(&mut self, _terminal: &mut Terminal<TestBackend>, text: &str) -> Result<(), std::convert::Infallible> {
        self.copied.push(text.to_owned());
        Ok(())
    }

    fn suspend(&mut self) -> Result<(), String> {
        Err("not in a test".to_owned())
    }

    fn resume(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What came of typing.
pub struct Played {
    /// The console afterwards.
    pub model: Model,
    /// How it ended by itself; `None` where the keys ran out first.
    pub ending: Option<Ending>,
    /// The world outside afterwards.
    pub outside: Pretend,
}

/// Types into the real loop.
pub fn play(model: Model, keys: &str) -> Played {
    play_with(model, keys, |_| None)
}

/// Types into the real loop, with somebody who answers the work that is asked for.
pub fn play_with(model: Model, keys: &str, answer: impl FnMut(&Work) -> Option<Answer> + 'static) -> Played {
    play_among(model, keys, |outside| outside.answer = Box::new(answer))
}

/// Types into the real loop, with somebody who compares what is to be compared.
pub fn play_comparing(model: Model, keys: &str, compare: impl FnMut(Sides) -> Vec<ComparisonNews> + 'static) -> Played {
    play_among(model, keys, |outside| outside.compare = Box::new(compare))
}

/// Types into the real loop, with somebody who drafts, and somebody who does other work.
pub fn play_drafting(
    model: Model,
    keys: &str,
    draft: impl FnMut(&DraftOrder) -> Vec<DraftNews> + 'static,
    answer: impl FnMut(&Work) -> Option<Answer> + 'static,
) -> Played {
    play_among(model, keys, |outside| (outside.draft, outside.answer) = (Box::new(draft), Box::new(answer)))
}

/// Types into the real loop, with somebody who fills a matrix.
pub fn play_filling(model: Model, keys: &str, fill: impl FnMut(&[Pair]) -> Vec<MatrixNews> + 'static) -> Played {
    play_among(model, keys, |outside| outside.fill = Box::new(fill))
}

fn play_among(mut model: Model, keys: &str, prepare: impl FnOnce(&mut Pretend)) -> Played {
    let (mut terminal, mut outside, mut messages) = ground(&model);
    prepare(&mut outside);
    let mut hands = Hands { script: script(keys), clock: Arc::clone(&outside.clock) };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let theme = theme("dark");
    let running = app::run(&mut model, &theme, &mut terminal, &mut hands, &mut messages, &mut outside);
    let ending = runtime.block_on(running).expect("the loop runs to its end");
    let ending = (ending != Ending::Terminated(app::INPUTS_ENDED)).then_some(ending);
    model.ending = None;
    Played { model, ending, outside }
}

/// What a loop stands on: a drawing in memory, a world outside that answers nothing, and the messages.
pub fn ground(model: &Model) -> (Terminal<TestBackend>, Pretend, mpsc::Receiver<Message>) {
    let clock = Arc::new(std::sync::Mutex::new(model.world.moment.uptime));
    let (answers, messages) = mpsc::channel(64);
    let answer = Box::new(|_: &Work| None);
    let compare = Box::new(|_: Sides| Vec::new());
    let draft = Box::new(|_: &DraftOrder| Vec::new());
    let fill = Box::new(|_: &[Pair]| Vec::new());
    let outside = Pretend {
        clock,
        answers,
        answer,
        compare,
        draft,
        fill,
        copied: Vec::new(),
        asked: Vec::new(),
        orders: Vec::new(),
    };
    let backend = TestBackend::new(model.size.width, model.size.height);
    (Terminal::new(backend).expect("a terminal"), outside, messages)
}

/// The text that the console shows.
pub fn text(model: &Model) -> String {
    lines(&buffer(model, "dark")).join("\n")
}

/// The picture that the console draws, with its styles, for a snapshot.
pub fn picture(model: &Model, theme: &str) -> String {
    let buffer = buffer(model, theme);
    let mut picture = lines(&buffer).join("\n");
    picture.push_str("\n\n");
    picture.push_str(&styles(&buffer));
    picture
}

/// What the console draws.
pub fn buffer(model: &Model, name: &str) -> Buffer {
    let backend = TestBackend::new(model.size.width, model.size.height);
    let mut terminal = Terminal::new(backend).expect("a terminal");
    let theme = theme(name);
    terminal.draw(|frame| view(model, &theme, frame)).expect("a drawing");
    terminal.backend().buffer().clone()
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width);
    buffer
        .content
        .chunks(width)
        .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned())
        .collect()
}

/// A letter for each style in the place of each cell, and what the letters mean. The most frequent style is a dot.
fn styles(buffer: &Buffer) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let of = |cell: &ratatui::buffer::Cell| Style::new().fg(cell.fg).bg(cell.bg).add_modifier(cell.modifier);
    let mut known: Vec<(Style, usize)> = Vec::new();
    for cell in &buffer.content {
        let style = of(cell);
        match known.iter_mut().find(|(seen, _)| *seen == style) {
            Some((_, count)) => *count += 1,
            None => known.push((style, 1)),
        }
    }
    let common = known.iter().max_by_key(|(_, count)| *count).map(|(style, _)| *style).unwrap_or_default();
    known.retain(|(style, _)| *style != common);
    let letter = |style: Style| match known.iter().position(|(seen, _)| *seen == style) {
        Some(index) => char::from(LETTERS[index % LETTERS.len()]),
        None => '.',
    };
    let mut text = String::new();
    for row in buffer.content.chunks(usize::from(buffer.area.width)) {
        let line: String = row.iter().map(|cell| letter(of(cell))).collect();
        let _ = writeln!(text, "{}", line.trim_end_matches('.'));
    }
    let _ = writeln!(text, "\n. {}", words(common));
    for (style, _) in &known {
        let _ = writeln!(text, "{} {}", letter(*style), words(*style));
    }
    text
}

fn words(style: Style) -> String {
    let colour = |colour: Option<ratatui::style::Color>| colour.unwrap_or_default().to_string();
    let mut words = format!("{} on {}", colour(style.fg), colour(style.bg));
    if !style.add_modifier.is_empty() {
        let _ = write!(words, " {:?}", style.add_modifier);
    }
    words
}

/// A plan for an environment that applies what is pending in production.
pub fn plan(environment: &str, direction: Direction) -> Plan {
    let item = |name: &str| PlanItem {
        name: name.to_owned(),
        file: format!("/project/supabase/migrations/{name}.sql"),
        checksum: "ab".repeat(32),
        recorded_checksum: "ab".repeat(32),
        statements: 5,
        stepwise: name.ends_with("index"),
        ticket: Some("SCOUT-4".into()),
        author: Some("Ada Hall".into()),
        description: None,
        release: None,
        dangers: if name.contains("drop") { vec!["line 12: DROP TABLE legacy_reports".into()] } else { Vec::new() },
        drops: Vec::new(),
        warnings: Vec::new(),
    };
    Plan {
        environment: environment.to_owned(),
        direction,
        reason: (direction == Direction::Rollback).then(|| "totals are wrong".into()),
        items: NAMES[3..6].iter().map(|name| item(name)).collect(),
        creates_history: false,
        creates_store: false,
        warnings: Vec::new(),
    }
}

/// A console with an open window in an environment, at its first step.
pub fn window(size: Size, environment: usize, direction: Direction) -> Model {
    let mut model = model(size);
    let settings = model.world.config.environments[environment].clone();
    let plan = plan(settings.name.as_str(), direction);
    model.push(Box::new(WindowScreen::opening(environment, plan.clone())));
    tell(&mut model, WindowEvent::Opened(Box::new(opened(&settings, plan))));
    model
}

/// How a window for a plan begins.
pub fn opened(settings: &Environment, plan: Plan) -> Opened {
    Opened {
        id: WindowId::new(settings.name.as_str(), before(0), 7),
        environment: settings.name.to_string(),
        tier: settings.tier,
        location: "deployer@db.example:5432/app".into(),
        plan,
        operator: Operator { name: "mira".into(), host: "bridge".into(), process: 4_242 },
        at: before(0),
        commit: Some("4f2c1ab".into()),
        backup: BackupNeed::Required,
        has_announce_hook: false,
    }
}

/// Tells the window on top what happened.
pub fn tell(model: &mut Model, event: WindowEvent) {
    let to = model.layers.last().expect("a layer").id;
    let answer = Answer::Window(Box::new(News::Event(event)));
    update(model, Message::Answer { to, answer });
}

/// Begins a step of the window on top.
pub fn begin(model: &mut Model, step: Step) {
    tell(model, WindowEvent::StepStarted { step, at: before(0), confirmed: None });
}

/// Ends a step of the window on top well.
pub fn finish(model: &mut Model, step: Step) {
    begin(model, step);
    let outcome = StepOutcome::Done { summary: "as promised".into() };
    tell(model, WindowEvent::StepFinished { step, outcome, at: before(-2) });
}

/// A window that stands before its apply step.
pub fn before_apply(size: Size, environment: usize, direction: Direction) -> Model {
    let mut model = window(size, environment, direction);
    finish(&mut model, Step::Preflight);
    begin(&mut model, Step::Backup);
    tell(
        &mut model,
        WindowEvent::BackupTaken(BackupTaken {
            id: "20260815T220000Z_production".into(),
            path: "/var/backups/scout/20260815T220000Z_production".into(),
            bytes: 8_300_000,
            elapsed_ms: 4_500,
            verified: "SHA-256 of 27 files, 259 entries read back".into(),
        }),
    );
    let outcome = StepOutcome::Done { summary: "taken and verified".into() };
    tell(&mut model, WindowEvent::StepFinished { step: Step::Backup, outcome, at: before(-5) });
    model
}
