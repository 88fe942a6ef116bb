//! The log that the console can show: the newest lines of what the program traces, kept in memory.
//!
//! [`feed`] is one more layer of the tracing subscriber, beside the log file. Its lines reach the console as messages;
//! when the console does not keep up, lines are dropped here (the file has them all).

use std::collections::VecDeque;
use std::fmt::{self, Write as _};

use jiff::Timestamp;
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// How many lines are kept.
pub const KEPT: usize = 2_000;

/// How many lines may wait for the console.
const WAITING: usize = 1_024;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// How grave.
    pub level: Level,
    /// Which part of the program said it.
    pub target: String,
    /// What it said, with its fields.
    pub text: String,
}

/// The receiving end of the log, for [`crate::console::ConsoleOptions`].
#[derive(Debug)]
pub struct LogFeed(pub(super) mpsc::Receiver<LogLine>);

/// A tracing layer and the feed that it fills.
#[must_use]
pub fn feed() -> (LogLayer, LogFeed) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (LogLayer { sender }, LogFeed(receiver))
}

/// Sends every event of the program's own modules to the console.
#[derive(Debug, Clone)]
pub struct LogLayer {
    sender: mpsc::Sender<LogLine>,
}

impl<S: Subscriber> Layer<S> for LogLayer {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut text = Text::default();
        event.record(&mut text);
        let line = LogLine {
            at: Timestamp::now(),
            level: *metadata.level(),
            target: metadata.target().to_owned(),
            text: text.whole(),
        };
        // A full channel means the console is busy; the log file still gets the line.
        let _ = self.sender.try_send(line);
    }
}

/// The message of an event, then its other fields.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn whole(self) -> String {
        self.message + &self.fields
    }
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else {
            let _ = write!(self.fields, "  {}={value}", field.name());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.message, "{value:?}");
        } else {
            let _ = write!(self.fields, "  {}={value:?}", field.name());
        }
    }
}

/// The newest lines.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: VecDeque<LogLine>,
}

impl Log {
    /// Adds a line, and forgets the oldest when there are too many.
    pub fn push(&mut self, line: LogLine) {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// The lines, oldest first.
    #[must_use]
    pub fn lines(&self) -> &VecDeque<LogLine> {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::prelude::*;

    use super::*;

    #[test]
    fn what_the_program_traces_arrives_with_its_fields() {
        let (layer, mut feed) = feed();
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(environment = "staging", attempt = 2, "the server does not answer");
        });
        let line = feed.0.try_recv().expect("a line");
        assert_eq!(line.level, Level::WARN);
        assert_eq!(line.text, "the server does not answer  environment=staging  attempt=2");
    }

    #[test]
    fn the_oldest_lines_are_forgotten() {
        let mut log = Log::default();
        for number in 0..KEPT + 5 {
            let text = number.to_string();
            log.push(LogLine { at: Timestamp::UNIX_EPOCH, level: Level::INFO, target: String::new(), text });
        }
        assert_eq!(log.lines().len(), KEPT);
        assert_eq!(log.lines()[0].text, "5");
    }
}
