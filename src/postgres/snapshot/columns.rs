//! A row's columns, read in order, from PostgreSQL's binary formats.

use std::borrow::Cow;
use std::error::Error;

use tokio_postgres::types::{FromSql, Type};

use crate::postgres::error::PgError;

/// An object identifier of the catalogs.
pub(super) type Oid = u32;

/// The rows of an answer, one behind the other in one piece of memory: there are tens of thousands, and what the driver
/// keeps of each is several times as much.
#[derive(Default)]
pub(super) struct Rows {
    /// Of each column, how many bytes it has (-1 for null, as on the wire) and the bytes.
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
}

/// One of them.
#[derive(Clone, Copy)]
pub(super) struct Row<'r>(&'r [u8]);

/// The bytes of any value.
struct Bytes<'r>(&'r [u8]);

impl<'r> FromSql<'r> for Bytes<'r> {
    fn from_sql(_: &Type, bytes: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(bytes))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The length that stands for null.
const NULL: i32 = -1;

impl Rows {
    /// Takes in a row.
    pub(super) fn push(&mut self, row: &tokio_postgres::Row) -> Result<(), PgError> {
        for column in 0..row.len() {
            let value: Option<Bytes<'_>> = row.try_get(column)?;
            let length = value.as_ref().map_or(Ok(NULL), |value| i32::try_from(value.0.len()));
            let length = length.map_err(|_| PgError::Protocol("a value is larger than a message.".to_owned()))?;
            self.bytes.extend_from_slice(&length.to_ne_bytes());
            self.bytes.extend_from_slice(value.map_or(&[], |value| value.0));
        }
        self.ends.push(self.bytes.len());
        Ok(())
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

impl<'r> IntoIterator for &'r Rows {
    type Item = Row<'r>;
    type IntoIter = RowsIter<'r>;

    fn into_iter(self) -> RowsIter<'r> {
        RowsIter { rest: &self.bytes, start: 0, ends: self.ends.iter() }
    }
}

/// Each row, in order.
pub(super) struct RowsIter<'r> {
    rest: &'r [u8],
    start: usize,
    ends: std::slice::Iter<'r, usize>,
}

impl<'r> Iterator for RowsIter<'r> {
    type Item = Row<'r>;

    fn next(&mut self) -> Option<Row<'r>> {
        let end = *self.ends.next()?;
        let (row, rest) = self.rest.split_at(end - self.start);
        (self.start, self.rest) = (end, rest);
        Some(Row(row))
    }
}

/// A row's columns, read in order. The catalogs' types are few: `oid`, `name`, `text`, `bool`, `"char"`, integers,
/// and arrays of these; whatever has no binary format (`aclitem[]`) is cast to `text` or `text[]` by the query.
pub(super) struct Columns<'r> {
    rest: &'r [u8],
    next: usize,
}

impl<'r> Columns<'r> {
    /// From the first column on.
    pub(super) fn of(row: Row<'r>) -> Self {
        Self { rest: row.0, next: 0 }
    }

    /// The same, further on.
    pub(super) fn skipping(mut self, columns: usize) -> Self {
        for _ in 0..columns {
            // Who reads on learns that the row has no more.
            let _ = self.bytes();
        }
        self
    }

    fn bytes(&mut self) -> Result<Option<&'r [u8]>, PgError> {
        self.next += 1;
        let missing = || PgError::Protocol(format!("a catalog query has no column {}.", self.next));
        let (length, rest) = self.rest.split_first_chunk().ok_or_else(missing)?;
        let Ok(length) = usize::try_from(i32::from_ne_bytes(*length)) else {
            self.rest = rest;
            return Ok(None);
        };
        let (value, rest) = rest.split_at_checked(length).ok_or_else(missing)?;
        self.rest = rest;
        Ok(Some(value))
    }

    fn senseless(&self, wanted: &str) -> PgError {
        PgError::Protocol(format!("column {} of a catalog query is no {wanted}.", self.next))
    }

    /// The next column's text; `None` is null. Bytes that are not UTF-8, which a database in SQL_ASCII may hold,
    /// become U+FFFD.
    pub(super) fn optional(&mut self) -> Result<Option<Cow<'r, str>>, PgError> {
        Ok(self.bytes()?.map(String::from_utf8_lossy))
    }

    /// The next column's text, with null as the empty text.
    pub(super) fn text(&mut self) -> Result<Cow<'r, str>, PgError> {
        Ok(self.optional()?.unwrap_or_default())
    }

    /// The next column as a truth value, with null as false.
    pub(super) fn flag(&mut self) -> Result<bool, PgError> {
        Ok(self.bytes()?.is_some_and(|bytes| bytes.first().is_some_and(|byte| *byte != 0)))
    }

    /// The next column, a `"char"`; null and the empty one are NUL.
    pub(super) fn letter(&mut self) -> Result<char, PgError> {
        Ok(self.bytes()?.and_then(|bytes| bytes.first()).map_or('\0', |byte| char::from(*byte)))
    }

    /// The next column, an `oid`, a `regproc` or the like; null is 0, as the catalogs themselves have it.
    pub(super) fn oid(&mut self) -> Result<Oid, PgError> {
        let Some(bytes) = self.bytes()? else { return Ok(0) };
        bytes.try_into().map(Oid::from_be_bytes).map_err(|_| self.senseless("OID"))
    }

    /// The next column, an integer of any width; `None` is null.
    pub(super) fn number(&mut self) -> Result<Option<i64>, PgError> {
        let Some(bytes) = self.bytes()? else { return Ok(None) };
        integer(bytes).map(Some).ok_or_else(|| self.senseless("integer"))
    }

    /// The next column, an integer that is never null.
    pub(super) fn integer(&mut self) -> Result<i64, PgError> {
        Ok(self.number()?.unwrap_or_default())
    }

    /// The next column, an array of texts; `None` is null, nulls inside are empty texts.
    pub(super) fn optional_texts(&mut self) -> Result<Option<Vec<Cow<'r, str>>>, PgError> {
        let Some(bytes) = self.bytes()? else { return Ok(None) };
        let texts = elements(bytes, |bytes| Some(String::from_utf8_lossy(bytes.unwrap_or_default())));
        Ok(Some(texts.ok_or_else(|| self.senseless("array of texts"))?))
    }

    /// The next column, an array of texts, with null as the empty array.
    pub(super) fn texts(&mut self) -> Result<Vec<Cow<'r, str>>, PgError> {
        Ok(self.optional_texts()?.unwrap_or_default())
    }

    /// The next column, an array (or a vector) of integers or OIDs, with null as the empty array.
    pub(super) fn integers(&mut self) -> Result<Vec<i64>, PgError> {
        let Some(bytes) = self.bytes()? else { return Ok(Vec::new()) };
        elements(bytes, |bytes| integer(bytes?)).ok_or_else(|| self.senseless("array"))
    }

    /// The next column, an array or a vector of OIDs, with null as the empty array.
    pub(super) fn oids(&mut self) -> Result<Vec<Oid>, PgError> {
        let Some(bytes) = self.bytes()? else { return Ok(Vec::new()) };
        let oid = |bytes: Option<&[u8]>| bytes?.try_into().ok().map(Oid::from_be_bytes);
        elements(bytes, oid).ok_or_else(|| self.senseless("array of OIDs"))
    }
}

fn integer(bytes: &[u8]) -> Option<i64> {
    Some(match bytes.len() {
        2 => i16::from_be_bytes(bytes.try_into().ok()?).into(),
        4 => i32::from_be_bytes(bytes.try_into().ok()?).into(),
        8 => i64::from_be_bytes(bytes.try_into().ok()?),
        _ => return None,
    })
}

/// The elements of an array of one dimension at most (binary format of `array_send`), as `read` takes their bytes or null.
fn elements<'r, T>(bytes: &'r [u8], read: impl Fn(Option<&'r [u8]>) -> Option<T>) -> Option<Vec<T>> {
    let mut rest = bytes;
    let mut word = || -> Option<i32> {
        let (head, tail) = rest.split_first_chunk::<4>()?;
        rest = tail;
        Some(i32::from_be_bytes(*head))
    };
    let dimensions = word()?;
    let (_has_nulls, _type) = (word()?, word()?);
    if dimensions == 0 {
        return Some(Vec::new());
    }
    let (length, _lower_bound) = (word()?, word()?);
    if dimensions != 1 {
        return None;
    }
    let mut elements = Vec::with_capacity(usize::try_from(length).ok()?.min(rest.len()));
    for _ in 0..length {
        let (head, tail) = rest.split_first_chunk::<4>()?;
        let Ok(size) = usize::try_from(i32::from_be_bytes(*head)) else {
            elements.push(read(None)?);
            rest = tail;
            continue;
        };
        let (element, tail) = tail.split_at_checked(size)?;
        elements.push(read(Some(element))?);
        rest = tail;
    }
    Some(elements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_is_read_from_its_bytes() {
        let mut bytes = Vec::new();
        for word in [1_i32, 1, 25, 3, 1, 2] {
            bytes.extend(word.to_be_bytes());
        }
        bytes.extend(b"ab");
        bytes.extend((-1_i32).to_be_bytes());
        bytes.extend(0_i32.to_be_bytes());
        assert_eq!(elements(&bytes, Some), Some(vec![Some(&b"ab"[..]), None, Some(&b""[..])]));
        assert_eq!(elements(&bytes[..bytes.len() - 1], Some), None);
        assert_eq!(elements(&[0; 12], Some), Some(Vec::new()));
        assert_eq!(elements(&bytes, |_| None::<()>), None);
    }
}
