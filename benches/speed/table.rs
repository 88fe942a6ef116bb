//! The table of figures.

/// What was measured, with what it is held against.
struct Line {
    what: String,
    seen: String,
    beside: String,
    figure: String,
    aim: &'static str,
}

/// The table of figures.
pub struct Table(Vec<Line>);

impl Table {
    /// An empty one.
    pub fn new() -> Table {
        Table(Vec::new())
    }

    /// Adds the ratio of two times, in seconds.
    pub fn ratio(&mut self, what: &str, ours: f64, theirs: f64, aim: &'static str) {
        self.0.push(Line {
            what: what.to_owned(),
            seen: milliseconds(ours),
            beside: milliseconds(theirs),
            figure: format!("{:.2}", ours / theirs),
            aim,
        });
    }

    /// Adds a figure of its own.
    pub fn figure(&mut self, what: &str, figure: String, aim: &'static str) {
        self.0.push(Line { what: what.to_owned(), seen: String::new(), beside: String::new(), figure, aim });
    }

    /// Prints it.
    pub fn print(&self) {
        println!("\n| what | tidegate | beside | figure | aim |\n| --- | ---: | ---: | ---: | --- |");
        for Line { what, seen, beside, figure, aim } in &self.0 {
            println!("| {what} | {seen} | {beside} | {figure} | {aim} |");
        }
    }
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.1} ms", seconds * 1000.0)
}

/// The one in the middle.
pub fn median(mut runs: Vec<f64>) -> f64 {
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}
