//! A review as annotations: commands that GitHub's workflows read from standard output.

use super::Page;
use super::document::found;
use crate::cli::CommandError;
use crate::cli::output::Output;
use crate::review::finding::Severity;

/// Prints one line for each finding.
pub(super) fn print(page: &Page<'_>, output: &mut Output) -> Result<(), CommandError> {
    for reviewed in &page.review.migrations {
        match &reviewed.examined {
            Ok(examined) => {
                for finding in &examined.findings {
                    let found = found(page, reviewed, examined, finding);
                    let place = found.place.line.map(|line| {
                        let number = |number: Option<u32>| number.unwrap_or_default();
                        let place = found.place;
                        format!(
                            ",line={line},endLine={},col={},endColumn={}",
                            number(place.end_line),
                            number(place.column),
                            number(place.end_column)
                        )
                    });
                    let message = match &found.help {
                        Some(help) => format!("{} {help}", found.message),
                        None => found.message,
                    };
                    output.line(command(
                        found.severity,
                        &found.file,
                        &place.unwrap_or_default(),
                        found.rule,
                        &message,
                    ))?;
                }
            }
            Err(unread) => {
                output.line(command(Severity::Error, &page.path(&reviewed.up), "", "runnable", &unread.why))?;
            }
        }
    }
    for (problem, severity) in &page.review.problems {
        let message = problem.kind.to_string();
        output.line(command(*severity, &page.path(&problem.path), "", "file-name", &message))?;
    }
    Ok(())
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
