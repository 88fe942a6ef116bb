//! `tidegate status [ENV …]`

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use clap::Args;
use futures_util::future::join_all;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::args::FormatOption;
use super::environments::{context, environments, small_runtime};
use super::output::{self, Output, Tone};
use super::table::{Cell, Table};
use super::words::{count, moment, took};
use super::{CommandError, Exit, Session};
use crate::config::Environment;
use crate::migration::catalogue::{Catalogue, FileProblem};
use crate::migration::text::printable;
use crate::postgres::store::approvals::GivenApproval;
use crate::review::approval::Approval;
use crate::window::approval::{Standing, Void};
use crate::window::board::{self, Board};
use crate::window::look::{EnvironmentView, HistoryState, LookError, look};
use crate::window::status::{Counts, Status};

/// The arguments of `tidegate status`.
#[derive(Debug, Args)]
pub struct Options {
    /// The environments [default: all]
    #[arg(value_name = "ENV")]
    pub environments: Vec<String>,

    /// Leave out the migrations that every environment shown has applied
    #[arg(long)]
    pub open: bool,

    #[command(flatten)]
    format: FormatOption,
}

/// One environment, asked once.
struct Column<'a> {
    environment: &'a Environment,
    /// What it answered, or why nothing is known of its history.
    seen: Result<EnvironmentView, Failing>,
}

/// Prints the board.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let chosen = environments(&context.config, &options.environments)?;
    let layout = context.layout();
    let (catalogue, columns) = small_runtime()?.block_on(async {
        let reading = tokio::task::spawn_blocking(move || Catalogue::read(&layout));
        let columns = join_all(chosen.into_iter().map(async |environment| {
            let seen = look(&context, environment).await.map_err(Failing::Look);
            Column { environment, seen: seen.and_then(usable) }
        }));
        tokio::join!(reading, columns)
    });
    let catalogue = match catalogue {
        Ok(read) => Arc::new(read?),
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    };
    let pasts: Vec<_> = columns.iter().map(|column| column.seen.as_ref().ok().map(|view| view.past.clone())).collect();
    let board = Board::build(&catalogue, &pasts);
    let standings = columns.iter().zip(&board.columns).map(|(column, counted)| {
        let Ok(view) = &column.seen else { return HashMap::new() };
        let (given, login) = (&*view.approvals, view.info.user.as_str());
        let standings = context.standings(column.environment, &catalogue, (&board.rows, counted), given, login);
        standings.into_iter().map(|standing| (standing.migration.clone(), standing)).collect()
    });
    let standings = standings.collect();
    let page = Page { board, catalogue, columns, standings, only_open: options.open };
    if options.format.is_json() {
        let project = &context.config.project;
        session.output.json(&page.document(&project.name, &output::path(&project.layout.migrations)))?;
    } else {
        page.print(&mut session.output)?;
    }
    Ok(page.exit())
}

/// Why nothing is known of an environment's history.
enum Failing {
    Look(LookError),
    Unreadable(Vec<String>),
    WrongShape(String),
}

impl Failing {
    /// One word, as JSON has it.
    fn word(&self) -> &'static str {
        match self {
            Failing::Look(_) => "unreachable",
            Failing::Unreadable(_) | Failing::WrongShape(_) => "history_unusable",
        }
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failing::Look(error) => write!(formatter, "{error}"),
            Failing::Unreadable(missing) => write!(
                formatter,
                "The history table cannot be read by this role: it lacks {}. Have the table's owner grant that.",
                missing.join(", ")
            ),
            Failing::WrongShape(why) => write!(
                formatter,
                "The history table has another shape: {why} Mend the table, or name another one in [history]."
            ),
        }
    }
}

fn usable(view: EnvironmentView) -> Result<EnvironmentView, Failing> {
    match &view.history {
        HistoryState::Present { readable: false, missing, .. } => Err(Failing::Unreadable(missing.clone())),
        HistoryState::WrongShape(why) => Err(Failing::WrongShape(why.clone())),
        HistoryState::Absent | HistoryState::Present { .. } => Ok(view),
    }
}

/// Whether a migration of this status makes the exit status say that there is something to do or to look at.
fn is_finding(status: Status) -> bool {
    status.is_pending() || status.wants_attention()
}

struct Page<'a> {
    board: Board,
    catalogue: Arc<Catalogue>,
    columns: Vec<Column<'a>>,
    /// How the pending migrations of each environment stand with their approvals, where any is demanded.
    standings: Vec<HashMap<String, Standing>>,
    only_open: bool,
}

impl Page<'_> {
    fn exit(&self) -> Exit {
        let found = |column: &board::Column| column.counts.present().any(|(status, _)| is_finding(status));
        if self.columns.iter().any(|column| column.seen.is_err()) {
            Exit::Failed
        } else if self.board.columns.iter().any(found) || !self.catalogue.problems.is_empty() {
            Exit::Findings
        } else {
            Exit::Done
        }
    }

    /// The places on the board of the migrations that are shown.
    fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        let applied = |row: usize| {
            let mut cells =
                self.board.columns.iter().filter(|column| column.is_known()).map(|column| column.cells[row]);
            cells.all(|cell| cell.status == Some(Status::Applied))
        };
        (0..self.board.rows.len()).filter(move |row| !self.only_open || !applied(*row))
    }

    fn print(&self, output: &mut Output) -> Result<(), CommandError> {
        let mut heads = Table::default();
        for (column, counted) in self.columns.iter().zip(&self.board.columns) {
            heads.row(head(column, counted.counts));
        }
        print_table(&heads, output)?;
        self.print_board(output)?;
        self.print_attempts(output)?;
        self.print_void_approvals(output)?;
        let problems = &self.catalogue.problems;
        if !problems.is_empty() {
            output.line("")?;
            output.line(
                output
                    .tone(Tone::Warning, format!("{} in the folders of migrations:", count(problems.len(), "problem"))),
            )?;
            for problem in problems {
                output.line(format!("  {problem}"))?;
            }
        }
        Ok(())
    }

    fn print_board(&self, output: &mut Output) -> Result<(), CommandError> {
        if self.board.rows.is_empty() {
            output.line("")?;
            output.line("There are no migrations.")?;
            return Ok(());
        }
        let names = self.columns.iter().flat_map(|column| [column.environment.name.as_str(), "at (UTC)", "took"]);
        let mut table = Table::headed(std::iter::once("migration").chain(names));
        let mut shown = 0;
        for row in self.rows() {
            shown += 1;
            let mut cells = vec![Cell::plain(printable(&self.board.rows[row].name))];
            for column in 0..self.columns.len() {
                cells.extend(self.cell(row, column));
            }
            table.row(cells);
        }
        output.line("")?;
        if shown == 0 {
            output.line("Every migration is applied.")?;
            return Ok(());
        }
        print_table(&table, output)
    }

    /// How a migration stands in an environment; nothing where no approval is demanded.
    fn standing(&self, row: usize, column: usize) -> Option<&Standing> {
        self.standings.get(column)?.get(&*self.board.rows[row].name)
    }

    /// What a migration lacks in an environment; nothing where none is demanded.
    fn missing_approvals(&self, row: usize, column: usize) -> Option<Vec<Approval>> {
        let standing = self.standing(row, column)?;
        Some(standing.missing().map(|demand| demand.approval).collect())
    }

    /// Status, moment, and how long it took.
    fn cell(&self, row: usize, column: usize) -> [Cell; 3] {
        let cell = self.board.columns[column].cells[row];
        let Some(status) = cell.status else {
            let known = self.board.columns[column].is_known();
            return [Cell::toned(Tone::Quiet, if known { "-" } else { "?" }), Cell::default(), Cell::default()];
        };
        let history = self.board.history(row, column);
        let at = history.map(|row| row.rollback_at.filter(|_| row.rolled_back).unwrap_or(row.applied_at));
        let span = history.filter(|row| !row.rolled_back).and_then(|row| row.execution_time);
        let lacks = self.missing_approvals(row, column).is_some_and(|missing| !missing.is_empty());
        let words = match status.words() {
            _ if cell.line_endings_only => "applied (eol)".to_owned(),
            words if lacks => format!("{words}, no approval"),
            words => words.to_owned(),
        };
        [
            Cell::toned(if lacks { Tone::Bad } else { tone(status) }, words),
            Cell::plain(at.map(moment).unwrap_or_default()),
            Cell::toned(Tone::Quiet, span.map(took).unwrap_or_default()),
        ]
    }

    /// What is known of the attempts that failed or were cut off.
    fn print_attempts(&self, output: &mut Output) -> Result<(), CommandError> {
        for (index, column) in self.columns.iter().enumerate() {
            for row in self.rows() {
                let status = self.board.columns[index].cells[row].status;
                if let Some(attempt) = self.board.attempt(row, index)
                    && let Some(status @ (Status::Failed | Status::Interrupted)) = status
                {
                    let words = format!("{status} on {}: {}: {}", column.environment.name, attempt.name, attempt.what);
                    output.line("")?;
                    output.line(output.tone(Tone::Bad, printable(&words)))?;
                }
            }
        }
        Ok(())
    }

    /// Why approvals that were given do not count, where others are missing for that.
    fn print_void_approvals(&self, output: &mut Output) -> Result<(), CommandError> {
        for (index, column) in self.columns.iter().enumerate() {
            for standing in self.rows().filter_map(|row| self.standing(row, index)) {
                for why in standing.in_vain_words() {
                    let words = format!("no approval for {}: {}: {why}", column.environment.name, standing.migration);
                    output.line("")?;
                    output.line(output.tone(Tone::Bad, printable(&words)))?;
                }
            }
        }
        Ok(())
    }

    fn document<'p>(&'p self, project: &'p str, folder: &'p str) -> Document<'p> {
        Document {
            format: 1,
            read_at: Timestamp::now(),
            project,
            folder,
            environments: self
                .columns
                .iter()
                .zip(&self.board.columns)
                .map(|(column, counted)| EnvironmentDocument::of(column, counted.counts))
                .collect(),
            migrations: self.rows().map(|row| self.migration(row)).collect(),
            problems: self.catalogue.problems.iter().map(ProblemDocument::of).collect(),
        }
    }

    fn migration(&self, row: usize) -> MigrationDocument<'_> {
        let name = &*self.board.rows[row].name;
        let migration = self.board.rows[row].migration.and_then(|index| self.catalogue.migrations.get(index));
        let header = migration.map(|migration| &migration.header);
        let cells = self.columns.iter().enumerate().map(|(index, column)| {
            let cell = self.cell_document(row, index);
            (column.environment.name.to_string(), serde_json::to_value(cell).unwrap_or_default())
        });
        MigrationDocument {
            name,
            kind: migration.map(|migration| migration.name.kind().word()),
            has_file: migration.is_some(),
            has_rollback: migration.is_some_and(|migration| migration.down.is_some()),
            checksum: migration.map(|migration| migration.up.checksum.to_string()),
            author: header.and_then(|header| header.author.as_deref()),
            ticket: header.and_then(|header| header.ticket.as_deref()),
            description: header.and_then(|header| header.description.as_deref()),
            release: header.and_then(|header| header.release.as_deref()),
            environments: cells.collect(),
        }
    }

    fn cell_document(&self, row: usize, column: usize) -> Option<CellDocument<'_>> {
        let cell = self.board.columns[column].cells[row];
        let history = self.board.history(row, column);
        let facts = history.and_then(|row| row.facts.as_deref());
        Some(CellDocument {
            status: cell.status?,
            line_endings_only: cell.line_endings_only,
            applied_at: history.map(|row| row.applied_at),
            applied_by: history.map(|row| &*row.applied_by),
            execution_time_ms: history.and_then(|row| row.execution_time).map(|span| span.as_secs_f64() * 1000.0),
            rolled_back_at: history.filter(|row| row.rolled_back).and_then(|row| row.rollback_at),
            reason: history.filter(|row| row.rolled_back).and(facts).and_then(|facts| facts.reason.as_deref()),
            ticket: facts.and_then(|facts| facts.ticket.as_deref()),
            operator: facts.and_then(|facts| facts.operator.as_deref()),
            window: facts.and_then(|facts| facts.window.as_deref()),
            attempt: self.board.attempt(row, column).map(|attempt| &*attempt.what),
            missing_approvals: self.missing_approvals(row, column),
            void_approvals: self
                .standing(row, column)
                .map(|standing| standing.in_vain().map(|(one, why)| VoidDocument::of(one, why)).collect()),
        })
    }
}

fn print_table(table: &Table, output: &mut Output) -> Result<(), CommandError> {
    let lines: Vec<String> = table.lines(output).collect();
    for line in lines {
        output.line(line)?;
    }
    Ok(())
}

fn head(column: &Column<'_>, counts: Counts) -> Vec<Cell> {
    let Environment { name, tier, access, .. } = column.environment;
    let read_only = if access.is_read_only() { " read-only" } else { "" };
    let mut cells = vec![
        Cell::toned(Tone::Heading, name.as_str()),
        Cell::toned(Tone::of_tier(*tier), format!("[{}{read_only}]", tier.label())),
    ];
    match &column.seen {
        Err(why) => {
            let words = format!("{}: {why}", why.word().replace('_', " "));
            cells.push(Cell::toned(Tone::Bad, printable(&words)));
        }
        Ok(view) => {
            cells.push(Cell::plain(format!("PostgreSQL {}", view.info.version)));
            cells.push(Cell::plain(counted(counts)));
            let mut remarks = Vec::new();
            if view.history == HistoryState::Absent {
                remarks.push("no history table yet".to_owned());
            }
            if view.info.in_recovery {
                remarks.push("a standby".to_owned());
            }
            if let Some(holder) = &view.holder {
                remarks.push(format!("a window is open: {}, from {}", holder.application_name, holder.client));
            }
            if let Some(marker) = view.marker.as_ref().filter(|marker| marker.name != name.as_str()) {
                remarks.push(format!("the database says that it is {}", marker.name));
            }
            cells.push(Cell::toned(Tone::Warning, printable(&remarks.join("; "))));
        }
    }
    cells
}

fn counted(counts: Counts) -> String {
    let words: Vec<String> = counts.present().map(|(status, number)| format!("{number} {status}")).collect();
    if words.is_empty() { "no migrations".to_owned() } else { words.join(", ") }
}

fn tone(status: Status) -> Tone {
    match status {
        Status::Applied => Tone::Good,
        Status::Pending | Status::RolledBack | Status::Unverified => Tone::Quiet,
        Status::OutOfOrder | Status::MissingFile | Status::Changed => Tone::Warning,
        Status::Failed | Status::Interrupted => Tone::Bad,
    }
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    read_at: Timestamp,
    project: &'a str,
    folder: &'a str,
    environments: Vec<EnvironmentDocument<'a>>,
    migrations: Vec<MigrationDocument<'a>>,
    problems: Vec<ProblemDocument>,
}

#[derive(Serialize)]
struct EnvironmentDocument<'a> {
    name: &'a str,
    tier: &'static str,
    read_only: bool,
    state: &'static str,
    why: Option<String>,
    server: Option<ServerDocument<'a>>,
    history: Option<&'static str>,
    marker: Option<MarkerDocument<'a>>,
    window: Option<HolderDocument<'a>>,
    pending: Option<u32>,
    counts: Map<String, Value>,
}

#[derive(Serialize)]
struct ServerDocument<'a> {
    version: &'a str,
    host: &'a str,
    database: &'a str,
    user: &'a str,
    standby: bool,
}

#[derive(Serialize)]
struct MarkerDocument<'a> {
    name: &'a str,
    tier: &'a str,
}

#[derive(Serialize)]
struct HolderDocument<'a> {
    application: &'a str,
    user: &'a str,
    client: &'a str,
    pid: i32,
    connected_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct MigrationDocument<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: Option<&'static str>,
    has_file: bool,
    has_rollback: bool,
    checksum: Option<String>,
    author: Option<&'a str>,
    ticket: Option<&'a str>,
    description: Option<&'a str>,
    release: Option<&'a str>,
    environments: Map<String, Value>,
}

#[derive(Serialize)]
struct CellDocument<'a> {
    status: Status,
    line_endings_only: bool,
    applied_at: Option<Timestamp>,
    applied_by: Option<&'a str>,
    execution_time_ms: Option<f64>,
    rolled_back_at: Option<Timestamp>,
    reason: Option<&'a str>,
    ticket: Option<&'a str>,
    operator: Option<&'a str>,
    window: Option<&'a str>,
    attempt: Option<&'a str>,
    missing_approvals: Option<Vec<Approval>>,
    void_approvals: Option<Vec<VoidDocument<'a>>>,
}

/// An approval that was given for what a migration lacks, and does not count.
#[derive(Serialize)]
struct VoidDocument<'a> {
    approval: Approval,
    role: &'a str,
    why: String,
}

impl<'a> VoidDocument<'a> {
    fn of(one: &'a GivenApproval, why: &Void) -> Self {
        Self { approval: one.approval, role: &one.role, why: why.words() }
    }
}

#[derive(Serialize)]
struct ProblemDocument {
    path: String,
    what: String,
}

impl<'a> EnvironmentDocument<'a> {
    fn of(column: &'a Column<'_>, counts: Counts) -> Self {
        let environment = column.environment;
        let view = column.seen.as_ref().ok();
        let each = Status::ALL.into_iter().map(|status| (status.word().to_owned(), counts.of(status).into()));
        EnvironmentDocument {
            name: environment.name.as_str(),
            tier: environment.tier.word(),
            read_only: environment.access.is_read_only(),
            state: column.seen.as_ref().err().map_or("ready", Failing::word),
            why: column.seen.as_ref().err().map(Failing::to_string),
            server: view.map(|view| ServerDocument {
                version: &view.info.version.display,
                host: &view.info.server_host,
                database: &view.info.database,
                user: &view.info.user,
                standby: view.info.in_recovery,
            }),
            history: view.map(|view| if view.history == HistoryState::Absent { "absent" } else { "present" }),
            marker: view
                .and_then(|view| view.marker.as_ref())
                .map(|marker| MarkerDocument { name: &marker.name, tier: &marker.tier }),
            window: view.and_then(|view| view.holder.as_ref()).map(|holder| HolderDocument {
                application: &holder.application_name,
                user: &holder.user,
                client: &holder.client,
                pid: holder.pid,
                connected_at: holder.since,
            }),
            pending: view.map(|_| counts.pending()),
            counts: if view.is_some() { each.collect() } else { Map::new() },
        }
    }
}

impl ProblemDocument {
    fn of(problem: &FileProblem) -> Self {
        ProblemDocument { path: output::path(&problem.path), what: problem.kind.to_string() }
    }
}
