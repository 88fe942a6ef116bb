//! A review as JSON.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Page, Sheet};
use crate::cli::CommandError;
use crate::cli::output::Output;
use crate::migration::script::Position;
use crate::review::category::Category;
use crate::review::examine::Examined;
use crate::review::finding::{Finding, Part, Severity};
use crate::review::rule;
use crate::window::review::mend::{Change, Fixed, Kept, Mending};
use crate::window::review::{Problem, Reviewed, Tally};

/// The whole document.
#[derive(Debug, Serialize)]
struct Document {
    migrations: Vec<Migration>,
    files: Vec<File>,
    counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<Vec<FixedText>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_fixed: Option<Vec<KeptText>>,
}

/// A finding that a fix has ended.
#[derive(Debug, Serialize)]
struct FixedText {
    rule: &'static str,
    file: String,
    line: Option<u32>,
    title: String,
}

/// A file that has fixes and was left as it is.
#[derive(Debug, Serialize)]
struct KeptText {
    file: String,
    fixes: usize,
    why: String,
}

#[derive(Debug, Serialize)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Debug, Default, Serialize)]
struct Migration {
    name: String,
    categories: BTreeSet<Category>,
    statements: Vec<Statement>,
    findings: Vec<Found>,
    allowed: Vec<Allowed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unread: Option<String>,
}

/// What a statement changes.
#[derive(Debug, Serialize)]
struct Statement {
    line: u32,
    category: Category,
}

/// A file that is no migration.
#[derive(Debug, Serialize)]
struct File {
    rule: &'static str,
    severity: Severity,
    file: String,
    message: String,
}

/// A finding and its place, as lists of them have it.
#[derive(Debug, Serialize)]
pub(super) struct Found {
    pub(super) rule: &'static str,
    pub(super) severity: Severity,
    part: Part,
    pub(super) file: String,
    #[serde(flatten)]
    pub(super) place: Place,
    pub(super) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fix: Option<FixText>,
    link: &'static str,
}

/// Where a finding begins and ends; without lines it is about the file as a whole.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct Place {
    pub(super) line: Option<u32>,
    pub(super) column: Option<u32>,
    pub(super) end_line: Option<u32>,
    pub(super) end_column: Option<u32>,
}

/// A change that ends a finding.
#[derive(Debug, Serialize)]
pub(super) struct FixText {
    pub(super) title: String,
    /// Whether `--fix` makes it.
    pub(super) safe: bool,
    pub(super) edits: Vec<EditText>,
}

/// One piece of it.
#[derive(Debug, Serialize)]
pub(super) struct EditText {
    #[serde(flatten)]
    pub(super) place: Place,
    pub(super) text: String,
}

#[derive(Debug, Serialize)]
struct Allowed {
    rule: &'static str,
    line: Option<u32>,
    message: String,
    reason: String,
}

/// Gathers the document, and prints it.
pub(super) struct Json<'a> {
    page: Page<'a>,
    /// What was fixed, where fixes were asked for.
    mending: Option<&'a Mending>,
    migrations: Vec<Migration>,
    output: &'a mut Output,
}

impl<'a> Json<'a> {
    pub(super) fn new(page: Page<'a>, mending: Option<&'a Mending>, output: &'a mut Output) -> Self {
        Json { page, mending, migrations: Vec::new(), output }
    }
}

impl Sheet for Json<'_> {
    fn take(&mut self, reviewed: &Reviewed) -> Result<(), CommandError> {
        let mut migration = Migration { name: reviewed.name().to_string(), ..Migration::default() };
        match &reviewed.examined {
            Ok(examined) => {
                for (at, category) in examined.categories() {
                    migration.categories.insert(category);
                    migration.statements.push(Statement { line: examined.up.position(at).line, category });
                }
                let found = |one| found(self.page, reviewed, examined, one);
                migration.findings.extend(examined.findings.iter().map(found));
                let allowed = |(one, reason): &(Finding, String)| allowed(examined, one, reason);
                migration.allowed.extend(examined.allowed.iter().map(allowed));
            }
            Err(unread) => migration.unread = Some(unread.why.clone()),
        }
        self.migrations.push(migration);
        Ok(())
    }

    fn end(&mut self, problems: &[Problem], tally: &Tally) -> Result<(), CommandError> {
        let [notes, warnings, errors] = tally.counts;
        let files = problems.iter().map(|problem| File {
            rule: problem.rule,
            severity: problem.severity,
            file: self.page.path(&problem.path),
            message: problem.message.clone(),
        });
        let document = Document {
            files: files.collect(),
            counts: Counts { errors, warnings, notes },
            fixed: self.mending.map(|mending| fixed(self.page, mending)),
            not_fixed: self.mending.map(|mending| not_fixed(self.page, mending)),
            migrations: std::mem::take(&mut self.migrations),
        };
        Ok(self.output.json(&document)?)
    }
}

fn fixed(page: Page<'_>, mending: &Mending) -> Vec<FixedText> {
    let of_file = |change: &Change| {
        let file = page.path(&change.path);
        let text = move |one: &Fixed| FixedText {
            rule: one.rule,
            file: file.clone(),
            line: one.line,
            title: one.title.clone(),
        };
        change.fixed.iter().map(text).collect::<Vec<_>>()
    };
    mending.changes.iter().flat_map(of_file).collect()
}

fn not_fixed(page: Page<'_>, mending: &Mending) -> Vec<KeptText> {
    let text = |one: &Kept| KeptText { file: page.path(&one.path), fixes: one.fixes, why: one.why.clone() };
    mending.kept.iter().map(text).collect()
}

pub(super) fn found(page: Page<'_>, reviewed: &Reviewed, examined: &Examined, finding: &Finding) -> Found {
    let at = |range: &std::ops::Range<usize>| place(examined, finding.part, range);
    Found {
        rule: finding.rule,
        severity: finding.severity,
        part: finding.part,
        file: page.path(reviewed.path(finding.part)),
        place: if finding.is_of_whole_file() { Place::default() } else { at(&finding.range) },
        message: finding.message.clone(),
        help: finding.help.clone(),
        fix: finding.fix.as_ref().map(|fix| FixText {
            title: fix.title.clone(),
            safe: fix.safe,
            edits: fix.edits.iter().map(|edit| EditText { place: at(&edit.range), text: edit.text.clone() }).collect(),
        }),
        link: rule(finding.rule).map_or("", |rule| rule.link),
    }
}

fn place(examined: &Examined, part: Part, range: &std::ops::Range<usize>) -> Place {
    let Some(sql) = examined.file(part) else { return Place::default() };
    let (Position { line, column }, end) = (sql.position(range.start), sql.position(range.end));
    Place { line: Some(line), column: Some(column), end_line: Some(end.line), end_column: Some(end.column) }
}

fn allowed(examined: &Examined, finding: &Finding, reason: &str) -> Allowed {
    Allowed {
        rule: finding.rule,
        line: place(examined, finding.part, &finding.range).line,
        message: finding.message.clone(),
        reason: reason.to_owned(),
    }
}
