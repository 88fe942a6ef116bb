//! A session that stands in somebody's way.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use super::TestDatabase;

/// A session that holds what it took until it is dropped.
pub struct Hold(Child);

impl Hold {
    /// Opens a transaction, runs statements in it, and leaves it open.
    pub fn of(database: &TestDatabase, statements: &str) -> Self {
        let mut child = database
            .psql()
            .args(["--quiet", "--no-align", "--tuples-only"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("psql starts");
        let mut input = child.stdin.take().expect("is piped");
        writeln!(input, "BEGIN;\n{statements};\nSELECT 'held';").expect("psql reads");
        child.stdin = Some(input);
        let output = BufReader::new(child.stdout.as_mut().expect("is piped"));
        let held = output.lines().map_while(Result::ok).any(|line| line == "held");
        assert!(held, "{statements}: psql ended before it held anything");
        Self(child)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // At the end of its input psql ends its session.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
