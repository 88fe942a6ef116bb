//! What happens in a window, as JSON lines on standard output: each an object with `event`, the last one `ended`.

use serde::Serialize;

use crate::cli::output::Output;
use crate::cli::wishes::Wish;
use crate::window::event::{Failure, WindowEvent};
use crate::window::state::WindowState;

use super::course::Verdict;
use super::plan::Proposal;
use super::teller::{Ending, Teller};

/// Tells a program.
pub struct JsonTeller<'a> {
    output: &'a mut Output,
}

impl<'a> JsonTeller<'a> {
    /// Writes to this.
    pub fn new(output: &'a mut Output) -> JsonTeller<'a> {
        JsonTeller { output }
    }

    fn say(&mut self, document: &impl Serialize) {
        // The exit status still tells when nobody reads any more.
        let _ = self.output.json_line(document).and_then(|()| self.output.finish());
    }
}

#[derive(Serialize)]
struct Heard {
    event: &'static str,
    how: &'static str,
}

#[derive(Serialize)]
struct Remark<'a> {
    event: &'static str,
    text: &'a str,
}

/// The last line.
#[derive(Serialize)]
struct Ended<'a> {
    event: &'static str,
    result: &'static str,
    exit: u8,
    window: Option<&'a str>,
    closed: bool,
    done: Vec<&'a str>,
    reports: &'a [String],
    message: Option<&'a str>,
    failure: Option<&'a Failure>,
}

impl Teller for JsonTeller<'_> {
    fn proposal(&mut self, proposal: &Proposal<'_>, _dry_run: bool) {
        self.say(&proposal.document());
    }

    fn remark(&mut self, words: &str) {
        self.say(&Remark { event: "remark", text: words });
    }

    fn event(&mut self, event: &WindowEvent, _state: &WindowState) {
        self.say(event);
    }

    fn still(&mut self, _state: &WindowState) {}

    fn heard(&mut self, wish: Wish) {
        let how = match wish {
            Wish::StopAfterStatement => "after_statement",
            Wish::CancelNow => "now",
        };
        self.say(&Heard { event: "stopping", how });
    }

    fn ending(&mut self, ending: &Ending<'_>) {
        let state = ending.state;
        self.say(&Ended {
            event: "ended",
            result: ending.verdict.word(),
            exit: ending.verdict.exit().code(),
            window: state.map(|state| state.opened.id.as_str()),
            closed: ending.closed,
            done: state.iter().flat_map(|state| state.done()).map(|record| record.name.as_str()).collect(),
            reports: state.map_or(&[], |state| &state.reports),
            message: match ending.verdict {
                Verdict::Stopped(summary) => Some(summary),
                verdict => ending.message.or(verdict.failure().map(|failure| failure.message.as_str())),
            },
            failure: ending.verdict.failure(),
        });
    }
}
