//! A review as lines for people: each finding with its place in the file, and how to go on.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Page, Sheet};
use crate::cli::CommandError;
use crate::cli::output::{Output, Tone};
use crate::cli::words::count;
use crate::migration::text::printable;
use crate::review::examine::Examined;
use crate::review::finding::{Finding, Severity};
use crate::review::rule;
use crate::review::sql::Sql;
use crate::window::review::{Problem, Reviewed, Tally};

/// How many lines of a long statement are shown.
const LINES: usize = 6;

/// The longest line that is shown, in bytes.
const WIDEST: usize = 400;

/// Prints the findings, and how many there are.
pub(super) struct Lines<'a> {
    page: Page<'a>,
    /// Whether what is allowed is shown, too.
    verbose: bool,
    renderer: Renderer,
    output: &'a mut Output,
}

impl<'a> Lines<'a> {
    pub(super) fn new(page: Page<'a>, verbose: bool, output: &'a mut Output) -> Self {
        let renderer = if output.is_colored() { Renderer::styled() } else { Renderer::plain() };
        Lines { page, verbose, renderer, output }
    }
}

impl Sheet for Lines<'_> {
    fn take(&mut self, reviewed: &Reviewed) -> Result<(), CommandError> {
        match &reviewed.examined {
            Ok(examined) => {
                for finding in &examined.findings {
                    self.output.line(shown(self.page, reviewed, examined, finding, &self.renderer))?;
                    self.output.line("")?;
                }
                if self.verbose {
                    print_allowed(self.page, reviewed, examined, self.output)?;
                }
            }
            Err(unread) => {
                let word = self.output.tone(Tone::Bad, "error");
                self.output.line(format!("{word}: {}", printable(&unread.why)))?;
            }
        }
        Ok(())
    }

    fn end(&mut self, problems: &[Problem], tally: &Tally) -> Result<(), CommandError> {
        for Problem { rule, severity, path, message } in problems {
            let word = self.output.tone(tone(*severity), severity.word());
            self.output.line(format!("{word}[{rule}]: {}: {}", self.page.path(path), printable(message)))?;
            self.output.line("")?;
        }
        let [notes, warnings, errors] = tally.counts;
        let reviewed = count(tally.migrations, "migration");
        let mut said = format!("{}, {}, {}", count(errors, "error"), count(warnings, "warning"), count(notes, "note"));
        if tally.allowed > 0 {
            said += &format!("; {} allowed", tally.allowed);
        }
        let tone = tally.gravest().map_or(Tone::Good, tone);
        self.output.line(format!("{reviewed} reviewed: {}", self.output.tone(tone, said)))?;
        Ok(())
    }
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Note => Tone::Quiet,
        Severity::Warning => Tone::Warning,
        Severity::Error => Tone::Bad,
    }
}

fn print_allowed(
    page: Page<'_>,
    reviewed: &Reviewed,
    examined: &Examined,
    output: &mut Output,
) -> Result<(), CommandError> {
    for (finding, reason) in &examined.allowed {
        let sql = examined.file(finding.part);
        let line = sql.map_or(1, |sql| sql.position(finding.range.start).line);
        let path = page.path(reviewed.path(finding.part));
        let words = format!("{path}:{line}: {} is allowed: {}", finding.rule, printable(reason));
        output.line(output.tone(Tone::Quiet, words))?;
    }
    Ok(())
}

fn shown(page: Page<'_>, reviewed: &Reviewed, examined: &Examined, finding: &Finding, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let path = page.path(reviewed.path(finding.part));
    let message = printable(&finding.message).into_owned();
    let help = finding.help.as_deref().map(|help| printable(help).into_owned());
    let rule = rule(finding.rule);
    let how = help.as_deref().or(rule.map(|rule| rule.how)).filter(|how| !how.is_empty());
    let title = level.primary_title(&message).id(finding.rule);
    let place = examined.file(finding.part).filter(|_| !finding.is_of_whole_file()).map(|sql| cut(sql, finding));
    let group = match &place {
        Some(cut) => title.element(
            Snippet::source(cut.text)
                .line_start(cut.line)
                .path(&path)
                .annotation(AnnotationKind::Primary.span(cut.range.clone())),
        ),
        None => title.element(annotate_snippets::Origin::path(&path)),
    };
    let group: Group<'_> = match how {
        Some(how) => group.element(Level::HELP.message(how)),
        None => group,
    };
    renderer.render(&[group])
}

/// The lines of a file that a finding is about.
struct Cut<'a> {
    text: &'a str,
    line: usize,
    range: std::ops::Range<usize>,
}

fn cut<'a>(sql: &'a Sql, finding: &Finding) -> Cut<'a> {
    let text: &str = &sql.text;
    let start = text[..finding.range.start].rfind('\n').map_or(0, |end| end + 1);
    let last = finding.range.end.max(finding.range.start);
    let mut end = text[last..].find('\n').map_or(text.len(), |end| last + end);
    // A long statement is known by its first lines.
    if let Some((at, _)) = text[start..end].match_indices('\n').nth(LINES - 1) {
        end = start + at;
    }
    end = text.floor_char_boundary(end.min(start + LINES * WIDEST).max(finding.range.start));
    let range = finding.range.start - start..finding.range.end.min(end) - start;
    Cut { text: &text[start..end], line: sql.position(start).line as usize, range }
}
