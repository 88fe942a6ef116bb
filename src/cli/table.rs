//! Rows whose columns stand below one another.

use unicode_width::UnicodeWidthStr;

use super::output::{Output, Tone};

/// One cell: its text, which must be printable, and what it is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    text: String,
    tone: Option<Tone>,
}

impl Cell {
    /// A cell without a colour.
    pub fn plain(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), tone: None }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A cell in a colour.
    pub fn toned(tone: Tone, text: impl Into<String>) -> Cell {
        Cell { text: text.into(), tone: Some(tone) }
    }
}

/// Rows whose columns stand below one another, two blanks apart.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with a line of headings.
    pub fn headed<'a>(headings: impl IntoIterator<Item = &'a str>) -> Table {
        Table { rows: vec![headings.into_iter().map(|heading| Cell::toned(Tone::Quiet, heading)).collect()] }
    }

    /// Adds a row below.
    pub fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// Its lines, none of which ends in a blank.
    pub fn lines<'a>(&'a self, output: &'a Output) -> impl Iterator<Item = String> + 'a {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.width());
            }
        }
        self.rows.iter().map(move |row| {
            let last = row.iter().rposition(|cell| !cell.text.is_empty());
            let mut line = String::new();
            for (index, (cell, width)) in row.iter().zip(&widths).enumerate().take(last.map_or(0, |last| last + 1)) {
                match cell.tone {
                    Some(tone) => line.push_str(&output.tone(tone, &cell.text)),
                    None => line.push_str(&cell.text),
                }
                if Some(index) != last {
                    line.extend(std::iter::repeat_n(' ', width + 2 - cell.text.width()));
                }
            }
            line
        })
    }
}
