//! A review as annotations: commands that GitHub's workflows read from standard output.

use super::document::{Found, found};
use super::{Page, Sheet};
use crate::cli::CommandError;
use crate::cli::output::Output;
use crate::review::finding::Severity;
use crate::window::review::{Problem, Reviewed, Tally};

/// Prints one line for each finding.
pub(super) struct Annotations<'a> {
    page: Page<'a>,
    output: &'a mut Output,
}

impl<'a> Annotations<'a> {
    pub(super) fn new(page: Page<'a>, output: &'a mut Output) -> Self {
        Annotations { page, output }
    }
}

impl Sheet for Annotations<'_> {
    fn take(&mut self, reviewed: &Reviewed) -> Result<(), CommandError> {
        match &reviewed.examined {
            Ok(examined) => {
                for finding in &examined.findings {
                    self.output.line(annotation(found(self.page, reviewed, examined, finding)))?;
                }
            }
            Err(unread) => {
                let file = self.page.path(&reviewed.up);
                self.output.line(command(Severity::Error, &file, "", "runnable", &unread.why))?;
            }
        }
        Ok(())
    }

    fn end(&mut self, problems: &[Problem], _: &Tally) -> Result<(), CommandError> {
        for Problem { rule, severity, path, message } in problems {
            self.output.line(command(*severity, &self.page.path(path), "", rule, message))?;
        }
        Ok(())
    }
}

fn annotation(found: Found) -> String {
    let place = found.place.line.map(|line| {
        let number = |number: Option<u32>| number.unwrap_or_default();
        let place = found.place;
        let [end_line, column, end_column] = [place.end_line, place.column, place.end_column].map(number);
        format!(",line={line},endLine={end_line},col={column},endColumn={end_column}")
    });
    let message = match &found.help {
        Some(help) => format!("{} {help}", found.message),
        None => found.message,
    };
    command(found.severity, &found.file, &place.unwrap_or_default(), found.rule, &message)
}

fn command(severity: Severity, file: &str, place: &str, rule: &str, message: &str) -> String {
    let word = match severity {
        Severity::Note => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    format!("::{word} file={}{place},title={rule}::{}", property(file), data(message))
}

/// What ends a command or a line is written by its number.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In a property, what parts properties as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
