//! The comment at the top of a migration: who wrote it, for which ticket, and what it is for.

use std::ops::Range;

use super::text::printable;

/// How much of a file is searched for its header.
pub const HEADER_BYTES: usize = 8 * 1024;

/// The longest value that is kept, in characters: a header is a note, not a document.
const VALUE_CHARACTERS: usize = 1000;

/// What the comment lines at the top of a migration say. Every value is printable and on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// `-- Migration:` the name that the file gives itself.
    pub migration: Option<String>,
    /// `-- Author:` who wrote it.
    pub author: Option<String>,
    /// `-- Ticket:` what it is done for.
    pub ticket: Option<String>,
    /// `-- Description:` what it changes and why; may go on over several comment lines.
    pub description: Option<String>,
    /// `-- Release:` the release that the migration belongs to.
    pub release: Option<String>,
}

impl Header {
    /// Reads the header from the beginning of a file's text.
    ///
    /// The header is the run of `--` lines, with or without blank lines between, before the first statement. A value that is
    /// empty, or is still the template's `<…>`, counts as absent; when a field is given twice the first one holds.
    pub fn parse(text: &str) -> Self {
        let mut header = Header::default();
        let mut open: Option<HeaderField> = None;
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.trim();
            let Some(comment) = line.strip_prefix("--") else {
                if line.is_empty() {
                    open = None;
                    continue;
                }
                break;
            };
            match field(comment) {
                Some((field, value)) => open = header.set(field, value).then_some(field),
                None if open == Some(HeaderField::Description) && is_continuation(comment) => {
                    header.extend_description(comment)
                }
                None => open = None,
            }
        }
        header
    }

    /// Where a field's value is to be written.
    pub fn place(text: &str, field: HeaderField) -> Place {
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let (mut at, mut line_for_it) = (start, start);
        for line in text[start..].split_inclusive('\n') {
            let (begin, bare) = (at, line.trim_end());
            at += line.len();
            let Some(comment) = bare.trim_start().strip_prefix("--") else {
                if bare.is_empty() {
                    continue;
                }
                break;
            };
            match self::field(comment) {
                Some((found, _)) if found == field => {
                    let colon = bare.find(':').map_or(bare.len(), |colon| colon + 1);
                    return Place::Value(begin + colon..begin + bare.len());
                }
                // The file's own name stands above all else.
                Some((HeaderField::Migration, _)) if line.ends_with('\n') => line_for_it = at,
                _ => {}
            }
        }
        Place::Line(line_for_it)
    }

    /// Reads the header from the first bytes of a file, which may end in the middle of a character.
    pub fn parse_bytes(bytes: &[u8]) -> Self {
        Header::parse(&String::from_utf8_lossy(&bytes[..bytes.len().min(HEADER_BYTES)]))
    }

    fn set(&mut self, field: HeaderField, value: &str) -> bool {
        let place = match field {
            HeaderField::Migration => &mut self.migration,
            HeaderField::Author => &mut self.author,
            HeaderField::Ticket => &mut self.ticket,
            HeaderField::Description => &mut self.description,
            HeaderField::Release => &mut self.release,
        };
        let is_first = place.is_none();
        if is_first && !value.is_empty() && !is_placeholder(value) {
            *place = Some(bounded(value));
        }
        is_first
    }

    fn extend_description(&mut self, comment: &str) {
        let more = comment.trim();
        self.description = match self.description.take() {
            Some(begun) => Some(bounded(&format!("{begun} {more}"))),
            None => Some(bounded(more)),
        };
    }
}

/// A field of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderField {
    /// The name that the file gives itself.
    Migration,
    /// Who wrote it.
    Author,
    /// What it is done for.
    Ticket,
    /// What it changes and why.
    Description,
    /// The release that it belongs to.
    Release,
}

/// Where a field's value is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the place of these bytes, all that stands behind the field's colon.
    Value(Range<usize>),
    /// On a line of its own that begins here.
    Line(usize),
}

fn field(comment: &str) -> Option<(HeaderField, &str)> {
    let (key, value) = comment.split_once(':')?;
    let field = match key.trim().to_ascii_lowercase().as_str() {
        "migration" => HeaderField::Migration,
        "author" => HeaderField::Author,
        "ticket" => HeaderField::Ticket,
        "description" => HeaderField::Description,
        "release" => HeaderField::Release,
        _ => return None,
    };
    Some((field, value.trim()))
}

/// A line of a description that goes on is indented below it; the template's rulers and headings are not.
fn is_continuation(comment: &str) -> bool {
    let text = comment.trim_start();
    comment.len() - text.len() >= 2 && !text.is_empty()
}

fn is_placeholder(value: &str) -> bool {
    value.starts_with('<') && value.ends_with('>')
}

fn bounded(value: &str) -> String {
    printable(&value.chars().take(VALUE_CHARACTERS).collect::<String>()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const FULL: &str = "\u{feff}-- Migration: 20260801093000_create_metrics.sql\r\n\
        -- Author: adele\r\n\
        -- Ticket: SCOUT-104\r\n\
        -- Description: Keeps what campaigns measured,\r\n\
        --              one row a metric: and its moment.\r\n\
        -- Release: 5.1.0\r\n\
        \r\n\
        -- ============================================\r\n\
        BEGIN;\r\n\
        -- Author: not me\r\n";

    #[test]
    fn the_fields_of_the_template_are_read() {
        let header = Header::parse(FULL);
        assert_eq!(header.migration.as_deref(), Some("20260801093000_create_metrics.sql"));
        assert_eq!(header.author.as_deref(), Some("adele"));
        assert_eq!(header.ticket.as_deref(), Some("SCOUT-104"));
        assert_eq!(
            header.description.as_deref(),
            Some("Keeps what campaigns measured, one row a metric: and its moment.")
        );
        assert_eq!(header.release.as_deref(), Some("5.1.0"));
    }

    #[rstest]
    #[case("", None)]
    #[case("select 1;\n-- Author: late", None)]
    #[case("-- Author:", None)]
    #[case("-- Author: <github_username>", None)]
    #[case("--author:adele", Some("adele"))]
    #[case("  --   AUTHOR :   adele  ", Some("adele"))]
    #[case("-- Author: first\n-- Author: second", Some("first"))]
    #[case("-- Author: \u{1b}[31mred", Some("\\x1b[31mred"))]
    #[case("-- See also: http://example.org\n-- Author: adele", Some("adele"))]
    fn a_field_may_be_absent_empty_or_oddly_written(#[case] text: &str, #[case] author: Option<&str>) {
        assert_eq!(Header::parse(text).author.as_deref(), author);
    }

    #[test]
    fn a_heading_after_the_description_is_no_part_of_it() {
        let header = Header::parse("-- Description: Short.\n-- Pre-checks\n--   not this\n");
        assert_eq!(header.description.as_deref(), Some("Short."));
    }

    #[test]
    fn bytes_that_are_not_utf8_do_no_harm() {
        let header = Header::parse_bytes(b"-- Author: ad\xe8le\n-- Ticket: T-1\n");
        assert_eq!(header.author.as_deref(), Some("ad\u{fffd}le"));
        assert_eq!(header.ticket.as_deref(), Some("T-1"));
    }

    #[rstest]
    #[case("-- Author: me\nSELECT 1;", HeaderField::Author, Place::Value(10..13))]
    #[case("\u{feff}-- Author:\r\nSELECT 1;", HeaderField::Author, Place::Value(13..13))]
    #[case("-- Migration: x.sql\n-- Ticket: A-1\n", HeaderField::Author, Place::Line(20))]
    #[case("SELECT 1;\n-- Author: late", HeaderField::Author, Place::Line(0))]
    #[case("\u{feff}SELECT 1;", HeaderField::Author, Place::Line(3))]
    #[case("", HeaderField::Ticket, Place::Line(0))]
    fn a_value_has_its_place(#[case] text: &str, #[case] field: HeaderField, #[case] place: Place) {
        assert_eq!(Header::place(text, field), place);
    }
}
