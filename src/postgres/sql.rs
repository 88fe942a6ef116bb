//! Asking in SQL text: constants that mean the same whatever a script has set, and answers read from text.
//!
//! Everything the engine says between a script's statements goes as text through the simple query protocol: it can be
//! pipelined, needs no preparation, and one message may hold several statements. A script may have changed
//! `standard_conforming_strings`, `client_encoding` or `search_path` before it; what is built here does not depend on
//! any of them.

use std::fmt::Write as _;
use std::time::Duration;

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

    /// The next column, selected by way of [`moment`]; `None` is null. PostgreSQL's `infinity` is the last moment there
    /// is, `-infinity` the first.
    pub(super) fn moment(&mut self) -> Result<Option<Timestamp>, PgError> {
        let Some(bytes) = self.bytes::<8>()? else { return Ok(None) };
        let since_2000 = i64::from_be_bytes(bytes);
        let moment = since_2000.checked_add(SECONDS_TO_2000 * 1_000_000).map(Timestamp::from_microsecond);
        let beyond = if since_2000 < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Ok(Some(moment.and_then(Result::ok).unwrap_or(beyond)))
    }

    /// The next column, selected by way of [`span`]; `None` is null, and what is negative. A month counts 30 days, a day
    /// 24 hours, as PostgreSQL has it.
    pub(super) fn span(&mut self) -> Result<Option<Duration>, PgError> {
        let Some(bytes) = self.bytes::<16>()? else { return Ok(None) };
        let [a, b, c, d, e, f, g, h, day @ .., i, j, k, l] = bytes;
        let microseconds = i128::from(i64::from_be_bytes([a, b, c, d, e, f, g, h]));
        let days = i128::from(i32::from_be_bytes(day)) + i128::from(i32::from_be_bytes([i, j, k, l])) * 30;
        let whole = microseconds + days * 86_400_000_000;
        Ok(u64::try_from(whole).ok().map(Duration::from_micros))
    }

    /// The next column's bytes, written out in hexadecimal digits.
    fn bytes<const LENGTH: usize>(&mut self) -> Result<Option<[u8; LENGTH]>, PgError> {
        let index = self.next;
        let Some(text) = self.optional()? else { return Ok(None) };
        let mut bytes = [0; LENGTH];
        let pairs = text.as_bytes().chunks_exact(2);
        let is_whole = text.len() == 2 * LENGTH;
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            let pair = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
            match pair.filter(|_| is_whole) {
                Some(value) => *byte = value,
                None => return Err(PgError::Protocol(format!("column {}: {text:?} is no such value.", index + 1))),
            }
        }
        Ok(Some(bytes))
    }
}

/// From 1970, where our clock begins, to 2000, where PostgreSQL's does.
const SECONDS_TO_2000: i64 = 946_684_800;

/// How to select a `timestamptz` so that [`Columns::moment`] can read it: exactly, and whatever a script has made of
/// `DateStyle`, `TimeZone`, `extra_float_digits` or `bytea_output`.
pub(super) fn moment(expression: &str) -> String {
    format!("pg_catalog.encode(pg_catalog.timestamptz_send({expression}), 'hex')")
}

/// How to select an `interval` so that [`Columns::span`] can read it.
pub(super) fn span(expression: &str) -> String {
    format!("pg_catalog.encode(pg_catalog.interval_send({expression}), 'hex')")
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
}
