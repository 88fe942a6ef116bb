//! The table of results.

use std::fmt;
use std::time::Duration;

/// One result, with what it is held against.
struct Row {
    what: String,
    ours: String,
    theirs: String,
    ratio: String,
    bound: String,
    holds: bool,
}

/// The results so far.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// A time of ours beside that of another program: the ratio may be at most `bound`.
    pub fn ratio(&mut self, what: impl Into<String>, ours: Duration, theirs: Duration, bound: f64) {
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        self.rows.push(Row {
            what: what.into(),
            ours: time(ours),
            theirs: time(theirs),
            ratio: format!("{ratio:.2}"),
            bound: format!("≤ {bound:.2}"),
            holds: ratio <= bound,
        });
    }

    /// A time of ours that may be at most `bound`.
    pub fn time(&mut self, what: impl Into<String>, ours: Duration, bound: Duration) {
        self.rows.push(Row {
            what: what.into(),
            ours: time(ours),
            theirs: String::new(),
            ratio: String::new(),
            bound: format!("≤ {}", time(bound)),
            holds: ours <= bound,
        });
    }

    /// A number of ours that may be at most `bound`, beside that of another program where there is one.
    pub fn count(&mut self, what: impl Into<String>, ours: u64, theirs: Option<u64>, bound: u64) {
        self.rows.push(Row {
            what: what.into(),
            ours: ours.to_string(),
            theirs: theirs.map_or(String::new(), |theirs| theirs.to_string()),
            ratio: String::new(),
            bound: format!("≤ {bound}"),
            holds: ours <= bound,
        });
    }

    /// Whether every result is within its bound.
    pub fn all_hold(&self) -> bool {
        self.rows.iter().all(|row| row.holds)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.what.chars().count()).max().unwrap_or_default();
        writeln!(
            formatter,
            "{:width$}  {:>10}  {:>10}  {:>6}  {:>10}",
            "measured", "tidegate", "psql", "ratio", "wanted"
        )?;
        for Row { what, ours, theirs, ratio, bound, holds } in &self.rows {
            let verdict = if *holds { "" } else { "  missed" };
            writeln!(formatter, "{what:width$}  {ours:>10}  {theirs:>10}  {ratio:>6}  {bound:>10}{verdict}")?;
        }
        Ok(())
    }
}

fn time(duration: Duration) -> String {
    match duration.as_micros() {
        micros if micros < 10_000 => format!("{micros} µs"),
        micros if micros < 10_000_000 => format!("{} ms", micros / 1000),
        micros => format!("{} s", micros / 1_000_000),
    }
}
