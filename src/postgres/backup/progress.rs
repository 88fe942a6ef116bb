//! How far a running `pg_dump` has come, as far as its words and the server's tell.
//!
//! Its output is compressed and its input is not, so bytes written say little about what is left. What is left is
//! measured on the server: each table counts by its size there, and a table under way by the share of its rows that
//! have been copied.

use std::collections::HashMap;

/// What a line on `pg_dump --verbose`'s standard error says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said<'a> {
    /// It begins with a table's rows.
    Table(&'a str),
    /// A parallel job has finished a table's rows; the name comes without its schema.
    TableFinished(&'a str),
    /// Something failed, or more about what failed.
    Complaint(&'a str),
    /// Something is odd, and it goes on.
    Warning(&'a str),
    /// What it is doing.
    Doing,
    /// The line goes on with what the one before said.
    Continued(&'a str),
}

impl<'a> Said<'a> {
    /// Reads a line of the program named `program` (the last part of its path), spoken in the C locale.
    pub(super) fn parse(line: &'a str, program: &str) -> Self {
        let Some(said) = line.strip_prefix(program).and_then(|rest| rest.strip_prefix(": ")) else {
            return Self::Continued(line);
        };
        if let Some(name) = said.strip_prefix("dumping contents of table \"") {
            return Self::Table(name.strip_suffix('"').unwrap_or(name));
        }
        if let Some(item) = said.strip_prefix("finished item ") {
            return match item.split_once(" TABLE DATA ") {
                Some((_, name)) => Self::TableFinished(name),
                None => Self::Doing,
            };
        }
        if let Some(text) = said.strip_prefix("warning: ") {
            return Self::Warning(text);
        }
        for mark in ["error: ", "detail: ", "hint: ", "fatal: "] {
            if let Some(text) = said.strip_prefix(mark) {
                return Self::Complaint(text);
            }
        }
        Self::Doing
    }
}

/// A table whose rows are to be dumped.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// Its object identifier.
    pub(super) oid: u32,
    /// `schema.name`, unquoted, as `pg_dump` says it.
    pub(super) label: String,
    /// Its size on the server with TOAST and without indexes, in bytes.
    pub(super) bytes: u64,
    /// How many rows the planner believes it has, if it has ever counted.
    pub(super) rows: Option<f64>,
}

/// How much of a table has been copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Copied {
    /// Rows.
    pub(super) rows: u64,
    /// Bytes of their text.
    pub(super) bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Ahead,
    /// Under way; with the share of its rows that is done, from 0 to 1.
    Active(f64),
    Done,
}

/// How far each table is.
#[derive(Debug)]
pub(super) struct Progress {
    tables: Vec<Table>,
    states: Vec<State>,
    by_label: HashMap<String, usize>,
    by_oid: HashMap<u32, usize>,
    parallel: bool,
}

impl Progress {
    pub(super) fn new(tables: Vec<Table>, jobs: u32) -> Self {
        Self {
            states: vec![State::Ahead; tables.len()],
            by_label: tables
                .iter()
                .enumerate()
                .map(|(index, table)| (first_line(&table.label).to_owned(), index))
                .collect(),
            by_oid: tables.iter().enumerate().map(|(index, table)| (table.oid, index)).collect(),
            tables,
            parallel: jobs > 1,
        }
    }

    /// `pg_dump` began with a table. One job alone has then finished whatever it had begun before.
    pub(super) fn began(&mut self, label: &str) {
        if !self.parallel {
            for state in &mut self.states {
                if matches!(state, State::Active(_)) {
                    *state = State::Done;
                }
            }
        }
        if let Some(&index) = self.by_label.get(label) {
            self.states[index] = State::Active(0.0);
        }
    }

    /// A parallel job finished a table of this name, in whichever schema.
    pub(super) fn finished(&mut self, name: &str) {
        let is_it =
            |table: &Table| first_line(&table.label).strip_suffix(name).is_some_and(|schema| schema.ends_with('.'));
        let found = self
            .tables
            .iter()
            .zip(&self.states)
            .position(|(table, state)| matches!(state, State::Active(_)) && is_it(table));
        if let Some(index) = found {
            self.states[index] = State::Done;
        }
    }

    /// The server says how much of a table has been copied (`pg_stat_progress_copy`). Where nobody ever counted its
    /// rows, the bytes of the copy are held against the table's size: that is rougher, so it never says all.
    pub(super) fn copied(&mut self, oid: u32, copied: Copied) {
        let Some(&index) = self.by_oid.get(&oid) else { return };
        let table = &self.tables[index];
        if let State::Active(share) = &mut self.states[index] {
            #[expect(clippy::cast_precision_loss, reason = "shares of a bar")]
            let now = match table.rows {
                Some(rows) if rows >= 1.0 => copied.rows as f64 / rows,
                _ if table.bytes == 0 => 0.0,
                _ => (copied.bytes as f64 / table.bytes as f64).min(0.95),
            };
            *share = now.clamp(*share, 1.0);
        }
    }

    /// Everything is done.
    pub(super) fn complete(&mut self) {
        self.states.fill(State::Done);
    }

    /// Tables finished.
    pub(super) fn tables_done(&self) -> u64 {
        self.states.iter().filter(|state| **state == State::Done).count() as u64
    }

    /// Tables in all.
    pub(super) fn tables(&self) -> u64 {
        self.tables.len() as u64
    }

    /// Bytes of the tables, on the server, that have been read.
    pub(super) fn read(&self) -> u64 {
        self.tables
            .iter()
            .zip(&self.states)
            .map(|(table, state)| match state {
                State::Ahead => 0,
                State::Done => table.bytes,
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a share between 0 and 1 of a size, for a bar"
                )]
                State::Active(share) => (table.bytes as f64 * share) as u64,
            })
            .sum()
    }

    /// Bytes of all tables, on the server.
    pub(super) fn bytes(&self) -> u64 {
        self.tables.iter().map(|table| table.bytes).sum()
    }
}

/// A name may hold line ends, and `pg_dump`'s words then arrive in pieces; the first one is enough to know the table.
fn first_line(name: &str) -> &str {
    name.split(['\n', '\r']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("pg_dump: dumping contents of table \"public.a\"", Said::Table("public.a"))]
    #[case("pg_dump: dumping contents of table \"we ird.ta\"b", Said::Table("we ird.ta\"b"))]
    #[case("new\"", Said::Continued("new\""))]
    #[case("pg_dump: finished item 3367 TABLE DATA a", Said::TableFinished("a"))]
    #[case("pg_dump: finished item 3374 BLOBS BLOBS", Said::Doing)]
    #[case("pg_dump: reading schemas", Said::Doing)]
    #[case("pg_dump: warning: there are circular keys", Said::Warning("there are circular keys"))]
    #[case("pg_dump: error: query failed", Said::Complaint("query failed"))]
    #[case("pg_dump: detail: Query was: LOCK", Said::Complaint("Query was: LOCK"))]
    fn a_line_is_understood(#[case] line: &str, #[case] said: Said<'_>) {
        assert_eq!(Said::parse(line, "pg_dump"), said);
    }

    fn tables() -> Vec<Table> {
        let table = |oid, label: &str, bytes, rows| Table { oid, label: label.to_owned(), bytes, rows };
        vec![
            table(1, "public.small", 100, Some(10.0)),
            table(2, "app.small", 300, None),
            table(3, "public.large\nname", 600, Some(1000.0)),
        ]
    }

    fn rows(rows: u64) -> Copied {
        Copied { rows, bytes: 150 }
    }

    #[test]
    fn one_job_finishes_a_table_when_it_begins_the_next() {
        let mut progress = Progress::new(tables(), 1);
        assert_eq!((progress.read(), progress.bytes()), (0, 1000));
        progress.began("public.large");
        progress.copied(3, rows(500));
        assert_eq!((progress.tables_done(), progress.read()), (0, 300));
        progress.copied(3, rows(5000));
        assert_eq!(progress.read(), 600);
        progress.began("app.small");
        progress.copied(2, rows(5));
        assert_eq!((progress.tables_done(), progress.read()), (1, 600 + 150));
        progress.copied(2, Copied { rows: 9, bytes: 100_000 });
        assert_eq!(progress.read(), 600 + 285);
        progress.began("no such table");
        assert_eq!(progress.tables_done(), 2);
        progress.complete();
        assert_eq!((progress.tables_done(), progress.read()), (3, 1000));
    }

    #[test]
    fn several_jobs_say_what_they_finish() {
        let mut progress = Progress::new(tables(), 2);
        progress.began("app.small");
        progress.began("public.large");
        assert_eq!(progress.tables_done(), 0);
        progress.finished("small");
        assert_eq!((progress.tables_done(), progress.read()), (1, 300));
        progress.finished("small");
        assert_eq!(progress.tables_done(), 1);
        progress.finished("large");
        assert_eq!(progress.tables_done(), 2);
    }
}
