//! A script: a migration's file split into statements, each with its byte range, and the transaction structure of the file.
//!
//! The parser decides where statements begin and end and what kind they are. Whether they are valid is PostgreSQL's word alone.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

mod error;
mod kind;
mod lines;
mod record;
mod split;
mod structure;
mod summary;
mod words;

pub use error::{Construct, Fault, ScriptError};
pub(crate) use lines::LineIndex;
pub use summary::SUMMARY_CHARACTERS;

use super::table::TableName;
use kind::Classifier;
use lines::LineCursor;
use split::{Refusal, Splitter};

/// A place in a file as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

/// What [`Script::parse`] must know beside the file.
#[derive(Debug, Clone, Default)]
pub struct ScriptOptions {
    /// The history table: statements that write it are told apart.
    pub history_table: TableName,
}

/// How the statements of a script and its transactions go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Structure {
    /// The file has its own `BEGIN; … COMMIT;`, exactly one pair, and nothing outside it that could change the database.
    OwnTransaction,
    /// The file has none, and every statement may run in a transaction: Tidegate opens one around all of them.
    Wrapped,
    /// The file holds statements that may not run in a transaction block: each statement runs by itself.
    Stepwise,
}

/// What a statement is to the transaction that it runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatementKind {
    /// `BEGIN` or `START TRANSACTION`.
    Begin,
    /// `COMMIT` or `END`.
    Commit,
    /// `ROLLBACK` or `ABORT` of the whole transaction.
    Rollback,
    /// `SAVEPOINT`, `RELEASE SAVEPOINT` or `ROLLBACK TO SAVEPOINT`.
    Savepoint,
    /// `SET`, `RESET` or `SHOW`: touches the session only.
    Set,
    /// PostgreSQL refuses it inside a transaction block; with the command's name, "CREATE INDEX CONCURRENTLY".
    OutsideTransaction(&'static str),
    /// Anything else, with the command's name, "CREATE TABLE"; "SQL" when it is none that Tidegate knows.
    Ordinary(&'static str),
}

/// That a statement writes the history table, and for which migrations: those whose names it states as constants.
///
/// A name that is only computed when the statement runs is not among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// `INSERT INTO migrations_history`.
    Insert(Vec<String>),
    /// `UPDATE migrations_history`.
    Update(Vec<String>),
    /// `DELETE FROM migrations_history`.
    Delete(Vec<String>),
}

impl Record {
    /// The names of the migrations that the statement records.
    pub fn names(&self) -> &[String] {
        match self {
            Record::Insert(names) | Record::Update(names) | Record::Delete(names) => names,
        }
    }
}

/// One statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its bytes in the script's source: from its first word to its last, without the semicolon.
    pub range: Range<usize>,
    /// Where it begins.
    pub position: Position,
    /// What it is.
    pub kind: StatementKind,
    /// Whether it writes the history table.
    pub records: Option<Record>,
}

/// A migration's file, split into its statements.
#[derive(Debug, Clone)]
pub struct Script {
    file: PathBuf,
    source: Arc<str>,
    statements: Vec<Statement>,
    structure: Structure,
    transaction: Option<Range<usize>>,
    lines: LineIndex,
}

/// The longest file that can be a script: PostgreSQL takes no query text of more than 1 GiB.
const LONGEST_FILE: usize = 1 << 30;

/// The most statements of one script, so that a file of nothing but semicolons and letters cannot take all memory.
const MOST_STATEMENTS: usize = 4_000_000;

impl Script {
    /// Splits a file into its statements and finds out how it is to be run.
    ///
    /// # Errors
    ///
    /// A [`ScriptError`] names the first place that keeps the file from being run, before any of it has been.
    pub fn parse(file: &Path, bytes: &[u8], options: &ScriptOptions) -> Result<Script, ScriptError> {
        let source = readable(bytes).map_err(|(at, fault)| ScriptError {
            file: file.to_owned(),
            position: position_in_bytes(bytes, at),
            fault,
        })?;
        let lines = LineIndex::new(source);
        let refused =
            |(at, fault): Refusal| ScriptError { file: file.to_owned(), position: lines.position(source, at), fault };
        let statements = statements(source, options).map_err(refused)?;
        let (structure, transaction) = structure::structure(&statements)
            .map_err(|(index, fault)| refused((statements[index].range.start, fault)))?;
        Ok(Script { file: file.to_owned(), source: source.into(), statements, structure, transaction, lines })
    }

    /// The file that the script was read from.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The file's text, byte for byte.
    pub fn source(&self) -> &Arc<str> {
        &self.source
    }

    /// The statements, in the order in which they stand.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// How the file is to be run.
    pub fn structure(&self) -> Structure {
        self.structure
    }

    /// For [`Structure::OwnTransaction`], where its transaction is: the index of `BEGIN` up to and without that of `COMMIT`.
    pub fn transaction(&self) -> Option<Range<usize>> {
        self.transaction.clone()
    }

    /// The text of a statement of this script.
    pub fn text(&self, statement: &Statement) -> &str {
        &self.source[statement.range.clone()]
    }

    /// What a statement does, in one printable line of bounded length: "CREATE TABLE scout_dash.metrics".
    pub fn summary(&self, statement: &Statement) -> String {
        summary::summary(&self.source, statement.range.clone())
    }

    /// Where a byte of the source stands. A byte past the end is taken as the end.
    pub fn position(&self, byte: usize) -> Position {
        self.lines.position(&self.source, byte)
    }

    /// Whether the file begins with a byte order mark (it is no part of any statement).
    pub fn has_bom(&self) -> bool {
        self.source.starts_with('\u{feff}')
    }

    /// Whether the file has no statement at all: it is empty, or has only blanks, comments and semicolons.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }
}

/// The bytes as text that PostgreSQL can take.
fn readable(bytes: &[u8]) -> Result<&str, Refusal> {
    if bytes.len() > LONGEST_FILE {
        return Err((0, Fault::TooLong));
    }
    let source = str::from_utf8(bytes).map_err(|error| {
        let utf_16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        (error.valid_up_to(), Fault::NotUtf8 { utf_16 })
    })?;
    match source.find('\0') {
        Some(at) => Err((at, Fault::Nul)),
        None => Ok(source),
    }
}

/// Where the byte `at` stands in a file that may not be text after it.
fn position_in_bytes(bytes: &[u8], at: usize) -> Position {
    let before = String::from_utf8_lossy(&bytes[..at]);
    LineIndex::new(&before).position(&before, before.len())
}

fn statements(source: &str, options: &ScriptOptions) -> Result<Vec<Statement>, Refusal> {
    let mut classifier = Classifier::default();
    let mut places = LineCursor::new(source);
    let mut statements = Vec::new();
    for range in Splitter::new(source) {
        let range = range?;
        if statements.len() == MOST_STATEMENTS {
            return Err((range.start, Fault::TooManyStatements { limit: MOST_STATEMENTS }));
        }
        let kind = classifier.kind(source, range.clone()).map_err(|fault| (range.start, fault))?;
        let records = record::record(source, range.clone(), &options.history_table);
        statements.push(Statement { position: places.advance(range.start), range, kind, records });
    }
    statements.shrink_to_fit();
    Ok(statements)
}

#[cfg(test)]
mod tests;
