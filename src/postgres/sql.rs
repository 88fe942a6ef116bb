//! Asking in SQL text: constants that mean the same whatever a script has set, and answers read from text.
//!
//! Everything the engine says between a script's statements goes as text through the simple query protocol: it can be
//! pipelined, needs no preparation, and one message may hold several statements. A script may have changed
//! `standard_conforming_strings`, `client_encoding` or `search_path` before it; what is built here does not depend on
//! any of them.

use std::fmt::Write as _;

use futures_util::TryStreamExt;
use jiff::Timestamp;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use super::connection::Connection;
use super::error::PgError;

/// A text as a string constant of ASCII characters only. NUL, which PostgreSQL cannot hold, becomes U+FFFD.
pub(super) fn literal(text: &str) -> String {
    let escaped = text.chars().any(|character| character == '\\' || character == '\0' || !character.is_ascii());
    let mut constant = String::with_capacity(text.len() + 8);
    constant.push_str(if escaped { "E'" } else { "'" });
    for character in text.chars() {
        match character {
            '\'' => constant.push_str("''"),
            '\\' => constant.push_str("\\\\"),
            '\0' => constant.push_str("\\uFFFD"),
            ascii if ascii.is_ascii() => constant.push(ascii),
            // Writing to a String cannot fail.
            other if (other as u32) <= 0xFFFF => drop(write!(constant, "\\u{:04X}", other as u32)),
            other => drop(write!(constant, "\\U{:08X}", other as u32)),
        }
    }
    constant.push('\'');
    constant
}

/// The constant, or NULL.
pub(super) fn optional_literal(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), literal)
}

/// All rows that a statement (or several) returns, as text.
pub(super) async fn rows(connection: &Connection, statement: &str) -> Result<Vec<SimpleQueryRow>, PgError> {
    let answers = connection.client().simple_query_raw(statement).await?;
    let mut answers = std::pin::pin!(answers);
    let mut rows = Vec::new();
    while let Some(answer) = answers.try_next().await? {
        if let SimpleQueryMessage::Row(row) = answer {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The one row that a statement must return.
pub(super) async fn row(connection: &Connection, statement: &str) -> Result<SimpleQueryRow, PgError> {
    let mut rows = rows(connection, statement).await?;
    rows.pop().ok_or_else(|| PgError::Protocol("a row was expected, and none came.".to_owned()))
}

/// Runs a text that begins and commits a transaction; when something in it fails, rolls it back and says what failed.
pub(super) async fn transact(connection: &Connection, statements: &str) -> Result<(), PgError> {
    match connection.client().batch_execute(statements).await {
        Ok(()) => Ok(()),
        Err(error) => {
            let error = PgError::from(error);
            if !error.is_connection_lost() {
                connection.client().batch_execute("ROLLBACK").await?;
            }
            Err(error)
        }
    }
}

/// A row's columns, read in order.
pub(super) struct Columns<'r> {
    row: &'r SimpleQueryRow,
    next: usize,
}

impl<'r> Columns<'r> {
    /// From the first column on.
    pub(super) fn of(row: &'r SimpleQueryRow) -> Columns<'r> {
        Columns { row, next: 0 }
    }

    /// The same, further on.
    pub(super) fn skipping(mut self, columns: usize) -> Columns<'r> {
        self.next += columns;
        self
    }

    /// The next column's text; `None` is null.
    pub(super) fn optional(&mut self) -> Result<Option<&'r str>, PgError> {
        let index = self.next;
        self.next += 1;
        self.row.try_get(index).map_err(|error| PgError::Protocol(format!("column {}: {error}.", index + 1)))
    }

    /// The next column's text, with null as the empty text.
    pub(super) fn text(&mut self) -> Result<&'r str, PgError> {
        Ok(self.optional()?.unwrap_or_default())
    }

    /// The next column as an owned text, with null as the empty text.
    pub(super) fn string(&mut self) -> Result<String, PgError> {
        Ok(self.text()?.to_owned())
    }

    /// The next column as a truth value, with null as false.
    pub(super) fn truth(&mut self) -> Result<bool, PgError> {
        Ok(self.optional()? == Some("t"))
    }

    /// The next column as a number; `None` is null.
    pub(super) fn number<T: std::str::FromStr>(&mut self) -> Result<Option<T>, PgError> {
        let index = self.next;
        let Some(text) = self.optional()? else { return Ok(None) };
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(PgError::Protocol(format!("column {}: {text:?} is no such number.", index + 1))),
        }
    }

    /// The next column, seconds since 1970 as `date_part('epoch', …)` gives them, as a moment; `None` is null.
    /// PostgreSQL's `infinity` is the last moment there is, `-infinity` the first.
    pub(super) fn moment(&mut self) -> Result<Option<Timestamp>, PgError> {
        Ok(self.number::<f64>()?.map(moment))
    }
}

fn moment(seconds: f64) -> Timestamp {
    #[allow(clippy::cast_possible_truncation, reason = "the cast saturates, and so do we")]
    let microseconds = (seconds * 1e6).round() as i64;
    Timestamp::from_microsecond(microseconds).unwrap_or(if seconds < 0.0 { Timestamp::MIN } else { Timestamp::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain", "'plain'")]
    #[case("it's", "'it''s'")]
    #[case(r"C:\n'", r"E'C:\\n'''")]
    #[case("José 🌊", r"E'Jos\u00E9 \U0001F30A'")]
    #[case("a\0b", r"E'a\uFFFDb'")]
    #[case("line\nline\u{1b}[31m", "'line\nline\u{1b}[31m'")]
    fn a_constant_is_ascii_and_means_the_same_everywhere(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(literal(text), expected);
    }

    #[rstest]
    #[case(0.0, "1970-01-01T00:00:00Z")]
    #[case(1_754_042_400.123_456, "2025-08-01T10:00:00.123456Z")]
    fn seconds_become_moments_to_the_microsecond(#[case] seconds: f64, #[case] expected: &str) {
        assert_eq!(moment(seconds).to_string(), expected);
    }

    #[test]
    fn infinity_is_the_last_moment() {
        assert_eq!((moment(f64::INFINITY), moment(f64::NEG_INFINITY)), (Timestamp::MAX, Timestamp::MIN));
    }
}
