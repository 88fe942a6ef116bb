//! The board: every migration × every environment, as statuses.

use std::cmp::Ordering;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::migration::catalogue::{Catalogue, Migration};
use crate::migration::checksum::Checksum;
use crate::migration::version::Version;
use crate::postgres::history::HistoryRow;
use crate::postgres::{run, store};

use super::status::{Counts, Status};

/// What is known of an environment's past: its history, and the attempts that left no row there.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// The rows of the history table.
    pub rows: Arc<[HistoryRow]>,
    /// Attempts that failed or were cut off, by migration.
    pub attempts: Arc<[Attempt]>,
}

impl Past {
    /// Every migration that the environment knows of.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| &*row.name).chain(self.attempts.iter().map(|attempt| &*attempt.name))
    }

    /// Whether two pasts are what one look has read.
    fn are_the_same(left: Option<&Past>, right: Option<&Past>) -> bool {
        match (left, right) {
            (None, None) => true,
            (Some(left), Some(right)) => {
                Arc::ptr_eq(&left.rows, &right.rows) && Arc::ptr_eq(&left.attempts, &right.attempts)
            }
            _ => false,
        }
    }
}

/// An attempt that left no row, or an unfinished one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The migration's name.
    pub name: Box<str>,
    /// Whether it was being applied or rolled back.
    pub direction: run::Direction,
    /// Whether part of it is in the database.
    pub interrupted: bool,
    /// What happened, in one line.
    pub what: Box<str>,
}

impl From<store::Attempt> for Attempt {
    fn from(attempt: store::Attempt) -> Attempt {
        let progress = format!("{} of {} statements done", attempt.done, attempt.of);
        Attempt {
            what: match &attempt.error {
                Some(error) => format!("{error} ({progress})").into(),
                None => format!("it did not end ({progress})").into(),
            },
            interrupted: attempt.resumable,
            direction: attempt.direction,
            name: attempt.name,
        }
    }
}

/// One migration in one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Its status; none where the environment's history is not known.
    pub status: Option<Status>,
    /// Whether the file differs from what was applied in its line endings alone.
    pub line_endings_only: bool,
    row: u32,
}

const NO_ROW: u32 = u32::MAX;

/// One migration across the environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The migration's name: of the file, or of the history where there is no file.
    pub name: Arc<str>,
    /// Its place in the catalogue, where there is a file.
    pub migration: Option<usize>,
}

/// One environment on the board.
#[derive(Debug, Clone)]
pub struct Column {
    /// A cell for each row of the board.
    pub cells: Vec<Cell>,
    /// How many migrations have each status.
    pub counts: Counts,
    past: Option<Past>,
}

/// Every migration × every environment.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// The migrations, by name, the oldest first.
    pub rows: Vec<Row>,
    /// The environments, in the order of the configuration.
    pub columns: Vec<Column>,
}

impl Board {
    /// Lays out the board. An environment whose past is not known has cells without a status.
    pub fn build(catalogue: &Catalogue, pasts: &[Option<Past>]) -> Board {
        let rows = all_names(catalogue, pasts);
        let columns = pasts.iter().map(|past| Column::build(catalogue, &rows, past.clone())).collect();
        Board { rows, columns }
    }

    /// The board after some environments were looked at again; the catalogue must be the one it was laid out with. Lays
    /// out only the columns whose past is another one, so that the news of one environment costs one column.
    pub fn refreshed(&self, catalogue: &Catalogue, pasts: &[Option<Past>]) -> Board {
        let is_news = |index: usize| {
            let before = self.columns.get(index).and_then(|column| column.past.as_ref());
            !Past::are_the_same(before, pasts[index].as_ref())
        };
        let news: Vec<usize> = (0..pasts.len()).filter(|index| is_news(*index)).collect();
        if pasts.len() != self.columns.len() || news.iter().any(|index| self.moves_rows(*index, pasts[*index].as_ref()))
        {
            return Board::build(catalogue, pasts);
        }
        let mut board = self.clone();
        for index in news {
            board.columns[index] = Column::build(catalogue, &board.rows, pasts[index].clone());
        }
        board
    }

    /// Whether another past of one environment brings a migration that has no row yet, or may take away one that only it
    /// knew of.
    fn moves_rows(&self, column: usize, past: Option<&Past>) -> bool {
        let names: FxHashSet<&str> = past.into_iter().flat_map(Past::names).collect();
        let goes = |(row, cell): (&Row, &Cell)| {
            row.migration.is_none() && cell.status.is_some() && !names.contains(&*row.name)
        };
        names.iter().any(|name| self.position(name).is_none())
            || self.rows.iter().zip(&self.columns[column].cells).any(goes)
    }

    /// The history row behind a cell.
    pub fn history(&self, row: usize, column: usize) -> Option<&HistoryRow> {
        let column = self.columns.get(column)?;
        let cell = column.cells.get(row)?;
        column.past.as_ref()?.rows.get(cell.row as usize)
    }

    /// The attempt behind a cell that is failed or interrupted.
    pub fn attempt(&self, row: usize, column: usize) -> Option<&Attempt> {
        let name = &self.rows.get(row)?.name;
        self.columns.get(column)?.past.as_ref()?.attempts.iter().find(|attempt| *attempt.name == **name)
    }

    /// The place of a migration on the board.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.rows.binary_search_by(|row| (*row.name).cmp(name)).ok()
    }
}

impl Column {
    /// Whether the environment's history is known.
    pub fn is_known(&self) -> bool {
        self.past.is_some()
    }

    fn build(catalogue: &Catalogue, rows: &[Row], past: Option<Past>) -> Column {
        let mut counts = Counts::default();
        let Some(past) = past else {
            let unknown = Cell { status: None, line_endings_only: false, row: NO_ROW };
            return Column { cells: vec![unknown; rows.len()], counts, past: None };
        };
        let by_name: FxHashMap<&str, u32> = past.rows.iter().zip(0..).map(|(row, index)| (&*row.name, index)).collect();
        let attempts: FxHashMap<&str, &Attempt> =
            past.attempts.iter().map(|attempt| (&*attempt.name, attempt)).collect();
        let latest = latest_in_effect(&past.rows);
        let cells = rows
            .iter()
            .map(|row| {
                let index = by_name.get(&*row.name).copied();
                let on_record = index.and_then(|index| past.rows.get(index as usize));
                let migration = row.migration.and_then(|index| catalogue.migrations.get(index));
                let seen = judge(migration, on_record, attempts.get(&*row.name).copied(), latest);
                if let Some((status, _)) = seen {
                    counts.add(status);
                }
                Cell {
                    status: seen.map(|(status, _)| status),
                    line_endings_only: seen.is_some_and(|(_, only)| only),
                    row: index.unwrap_or(NO_ROW),
                }
            })
            .collect();
        Column { cells, counts, past: Some(past) }
    }
}

/// The status of one migration, and whether it differs in line endings alone. None where the environment has never
/// heard of it and there is no file either: it belongs to another environment.
pub fn judge(
    migration: Option<&Migration>,
    on_record: Option<&HistoryRow>,
    attempt: Option<&Attempt>,
    latest: Option<Version>,
) -> Option<(Status, bool)> {
    let in_effect = on_record.filter(|row| !row.rolled_back);
    match (migration, in_effect) {
        (Some(migration), Some(row)) => Some(compare(migration, row)),
        (None, Some(_)) => Some((Status::MissingFile, false)),
        (_, None) if attempt.is_some() => {
            let interrupted = attempt.is_some_and(|attempt| attempt.interrupted);
            Some((if interrupted { Status::Interrupted } else { Status::Failed }, false))
        }
        (_, None) if on_record.is_some() => Some((Status::RolledBack, false)),
        (Some(migration), None) => {
            let late = latest.is_some_and(|latest| migration.name.version() < latest);
            Some((if late { Status::OutOfOrder } else { Status::Pending }, false))
        }
        (None, None) => None,
    }
}

/// The latest version that an environment has in effect.
pub fn latest_in_effect(rows: &[HistoryRow]) -> Option<Version> {
    rows.iter()
        .filter(|row| !row.rolled_back)
        .filter_map(|row| row.name.get(..14).and_then(|digits| digits.parse().ok()))
        .max()
}

fn compare(migration: &Migration, row: &HistoryRow) -> (Status, bool) {
    let Some(recorded) = row.checksum.as_deref() else { return (Status::Unverified, false) };
    let Ok(recorded) = recorded.trim().parse::<Checksum>() else { return (Status::Changed, false) };
    let normalised = row.facts.as_ref().and_then(|facts| facts.normalised.as_deref()?.parse::<Checksum>().ok());
    if recorded == migration.up.checksum {
        (Status::Applied, false)
    } else if normalised.unwrap_or(recorded) == migration.up.normalised {
        (Status::Applied, true)
    } else {
        (Status::Changed, false)
    }
}

fn all_names(catalogue: &Catalogue, pasts: &[Option<Past>]) -> Vec<Row> {
    let mut rows: Vec<Row> = catalogue
        .migrations
        .iter()
        .enumerate()
        .map(|(index, migration)| Row { name: migration.name.as_str().into(), migration: Some(index) })
        .collect();
    let known: FxHashSet<&str> = catalogue.migrations.iter().map(|migration| migration.name.as_str()).collect();
    let mut without_file: Vec<&str> =
        pasts.iter().flatten().flat_map(Past::names).filter(|name| !known.contains(name)).collect();
    without_file.sort_unstable();
    without_file.dedup();
    rows.extend(without_file.into_iter().map(|name| Row { name: name.into(), migration: None }));
    rows.sort_by(|left, right| match left.name.cmp(&right.name) {
        Ordering::Equal => left.migration.cmp(&right.migration),
        order => order,
    });
    rows
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::SystemTime;

    use jiff::Timestamp;
    use rstest::rstest;

    use super::*;
    use crate::migration::catalogue::MigrationFile;
    use crate::migration::header::Header;
    use crate::postgres::history::Facts;

    const NAME: &str = "20260102000000_create_b";
    const FILE: &[u8] = b"create table b ();\r\n";
    const UNIX_FILE: &[u8] = b"create table b ();\n";

    fn migration(name: &str) -> Migration {
        migration_of(name, FILE)
    }

    fn row(name: &str, content: Option<&[u8]>, rolled_back: bool) -> HistoryRow {
        HistoryRow {
            id: 1,
            name: name.into(),
            applied_at: Timestamp::UNIX_EPOCH,
            applied_by: "ana".into(),
            execution_time: None,
            checksum: content.map(|content| Checksum::of(content).to_string().into()),
            rolled_back,
            rollback_at: None,
            facts: None,
        }
    }

    fn attempt(interrupted: bool) -> Attempt {
        Attempt { name: NAME.into(), direction: run::Direction::Up, interrupted, what: "x".into() }
    }

    #[rstest]
    #[case::no_record(None, None, Some(Status::Pending))]
    #[case::same_file(Some(row(NAME, Some(FILE), false)), None, Some(Status::Applied))]
    #[case::other_line_endings(Some(row(NAME, Some(UNIX_FILE), false)), None, Some(Status::Applied))]
    #[case::other_file(Some(row(NAME, Some(b"x"), false)), None, Some(Status::Changed))]
    #[case::no_checksum(Some(row(NAME, None, false)), None, Some(Status::Unverified))]
    #[case::rolled_back(Some(row(NAME, Some(FILE), true)), None, Some(Status::RolledBack))]
    #[case::failed(None, Some(attempt(false)), Some(Status::Failed))]
    #[case::interrupted(None, Some(attempt(true)), Some(Status::Interrupted))]
    #[case::failed_again_after_a_rollback(
        Some(row(NAME, Some(FILE), true)),
        Some(attempt(false)),
        Some(Status::Failed)
    )]
    #[case::in_effect_wins_over_an_old_attempt(
        Some(row(NAME, Some(FILE), false)),
        Some(attempt(false)),
        Some(Status::Applied)
    )]
    fn a_status_follows_from_file_record_and_attempt(
        #[case] on_record: Option<HistoryRow>,
        #[case] attempt: Option<Attempt>,
        #[case] expected: Option<Status>,
    ) {
        let migration = migration(NAME);
        let seen = judge(Some(&migration), on_record.as_ref(), attempt.as_ref(), None);
        assert_eq!(seen.map(|(status, _)| status), expected);
    }

    fn migration_of(name: &str, content: &[u8]) -> Migration {
        let up = MigrationFile::of(PathBuf::from(format!("{name}.sql")), content, SystemTime::UNIX_EPOCH);
        Migration { name: name.parse().unwrap(), up, down: None, header: Header::default() }
    }

    /// The row of a file as Tidegate records it.
    fn recorded(content: &[u8]) -> HistoryRow {
        let normalised = Checksum::of_normalised(content);
        let normalised = (normalised != Checksum::of(content)).then(|| normalised.to_string().into());
        HistoryRow {
            facts: Some(Box::new(Facts { normalised, ..Facts::default() })),
            ..row(NAME, Some(content), false)
        }
    }

    #[rstest]
    #[case::same(UNIX_FILE, UNIX_FILE, (Status::Applied, false))]
    #[case::unix_became_windows(UNIX_FILE, FILE, (Status::Applied, true))]
    #[case::windows_became_unix(FILE, UNIX_FILE, (Status::Applied, true))]
    #[case::a_byte_order_mark_was_lost(b"\xef\xbb\xbfcreate table b ();\r\n", FILE, (Status::Applied, true))]
    #[case::something_else(FILE, b"create table c ();\n", (Status::Changed, false))]
    fn line_endings_alone_are_told_apart(#[case] applied: &[u8], #[case] now: &[u8], #[case] expected: (Status, bool)) {
        let migration = migration_of(NAME, now);
        assert_eq!(judge(Some(&migration), Some(&recorded(applied)), None, None), Some(expected));
    }

    #[test]
    fn a_row_without_a_file_stands_where_its_name_puts_it() {
        let catalogue = Catalogue { migrations: vec![migration(NAME)], problems: vec![] };
        let rows = vec![row("20260101000000_create_a", Some(FILE), false)];
        let known = Past { rows: rows.into(), attempts: Arc::default() };
        let board = Board::build(&catalogue, &[Some(known), None, Some(Past::default())]);

        let names: Vec<&str> = board.rows.iter().map(|row| &*row.name).collect();
        assert_eq!(names, ["20260101000000_create_a", NAME]);
        let statuses = |column: usize| board.columns[column].cells.iter().map(|cell| cell.status).collect::<Vec<_>>();
        assert_eq!(statuses(0), [Some(Status::MissingFile), Some(Status::Pending)]);
        assert_eq!(statuses(1), [None, None], "an environment that is not known shows nothing");
        assert_eq!(
            statuses(2),
            [None, Some(Status::Pending)],
            "what another environment has alone is not pending here"
        );
        assert_eq!(board.columns[0].counts.of(Status::MissingFile), 1);
        assert_eq!(board.position(NAME), Some(1));
        assert!(board.history(0, 0).is_some() && board.history(1, 0).is_none());
    }

    #[rstest]
    #[case::nothing_new(&[NAME, "20260101000000_create_a"])]
    #[case::a_migration_without_a_file_comes(&[NAME, "20260101000000_create_a", "20260301000000_create_c"])]
    #[case::a_migration_without_a_file_goes(&[NAME])]
    fn a_refreshed_board_is_the_one_that_would_be_built(#[case] now: &[&str]) {
        let catalogue = Catalogue { migrations: vec![migration(NAME)], problems: vec![] };
        let past = |names: &[&str]| {
            let rows: Vec<HistoryRow> = names.iter().map(|name| row(name, Some(FILE), false)).collect();
            Some(Past { rows: rows.into(), attempts: Arc::default() })
        };
        let other = past(&[]);
        let board = Board::build(&catalogue, &[past(&["20260101000000_create_a"]), other.clone()]);
        let pasts = [past(now), other];
        let (refreshed, built) = (board.refreshed(&catalogue, &pasts), Board::build(&catalogue, &pasts));
        assert_eq!(refreshed.rows, built.rows);
        for (left, right) in refreshed.columns.iter().zip(&built.columns) {
            assert_eq!(left.cells, right.cells);
            assert_eq!(left.counts, right.counts);
        }
    }

    #[test]
    fn older_than_what_is_in_effect_is_out_of_order() {
        let catalogue = Catalogue { migrations: vec![migration(NAME)], problems: vec![] };
        for (later_rolled_back, expected) in [(false, Status::OutOfOrder), (true, Status::Pending)] {
            let rows = vec![row("20260301000000_create_c", Some(FILE), later_rolled_back)];
            let board = Board::build(&catalogue, &[Some(Past { rows: rows.into(), attempts: Arc::default() })]);
            assert_eq!(board.columns[0].cells[0].status, Some(expected));
        }
    }
}
