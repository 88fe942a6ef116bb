//! A review as screens keep it: what was found, without the texts.

use std::path::PathBuf;
use std::sync::Arc;

use crate::migration::checksum::Checksum;
use crate::migration::script::Position;
use crate::review::category::Category;
use crate::review::examine::Examined;
use crate::review::finding::{Finding, Part, Severity};
use crate::review::sql::Sql;

use super::{Review, Reviewed};

/// A review without the texts that it was made of.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// The migrations, by name.
    pub(super) migrations: Vec<Arc<Judged>>,
}

/// What was found of a migration.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Its name.
    pub name: String,
    /// What was found, by file and place.
    pub findings: Vec<Placed>,
    /// How many findings a comment allows.
    pub allowed: usize,
    /// What it changes.
    pub categories: Vec<Category>,
    /// The file that applies it, as it was judged, and the one that rolls it back.
    pub files: Vec<JudgedFile>,
}

/// A file as it was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The SHA-256 of what was judged.
    pub checksum: Checksum,
}

/// A finding and its place.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The finding.
    pub finding: Finding,
    /// Where it begins and ends; none where it is about the file as a whole.
    pub at: Option<(Position, Position)>,
}

impl Judgement {
    /// What a review has found.
    pub fn of(review: &Review) -> Self {
        Judgement { migrations: review.migrations.iter().map(|one| Arc::new(judged(one))).collect() }
    }

    /// What was found of a migration.
    pub fn find(&self, name: &str) -> Option<&Judged> {
        let place = self.migrations.binary_search_by(|judged| judged.name.as_str().cmp(name)).ok()?;
        Some(&self.migrations[place])
    }

    /// The migrations, by name.
    pub fn migrations(&self) -> &[Arc<Judged>] {
        &self.migrations
    }
}

impl Judged {
    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|placed| placed.finding.severity == severity).count()
    }

    /// One of its files.
    pub fn file(&self, part: Part) -> Option<&JudgedFile> {
        self.files.get(part as usize)
    }

    /// The gravest of its findings.
    pub fn gravest(&self) -> Option<Severity> {
        self.findings.iter().map(|placed| placed.finding.severity).max()
    }
}

fn files(reviewed: &Reviewed, examined: &Examined) -> Vec<JudgedFile> {
    let up = (&reviewed.up, &examined.up);
    let both = [Some(up), reviewed.down.as_ref().zip(examined.down.as_ref())];
    let judged =
        |(path, sql): (&PathBuf, &Sql)| JudgedFile { path: path.clone(), checksum: Checksum::of(sql.text.as_bytes()) };
    both.into_iter().flatten().map(judged).collect()
}

/// What screens keep of a migration that was reviewed.
pub(super) fn judged(reviewed: &Reviewed) -> Judged {
    let name = reviewed.name().to_string();
    match &reviewed.examined {
        Ok(examined) => {
            let place = |finding: &Finding| {
                let sql = examined.file(finding.part)?;
                let range = Some(&finding.range).filter(|_| !finding.is_of_whole_file())?;
                Some((sql.position(range.start), sql.position(range.end)))
            };
            let placed = |finding: &Finding| Placed { finding: finding.clone(), at: place(finding) };
            Judged {
                name,
                findings: examined.findings.iter().map(placed).collect(),
                allowed: examined.allowed.len(),
                categories: examined.categories().into_iter().collect(),
                files: files(reviewed, examined),
            }
        }
        Err(unread) => {
            let finding = Finding {
                rule: "runnable",
                severity: Severity::Error,
                part: Part::Up,
                range: 0..0,
                message: unread.why.clone(),
                help: None,
                fix: None,
            };
            Judged {
                name,
                findings: vec![Placed { finding, at: None }],
                allowed: 0,
                categories: Vec::new(),
                files: Vec::new(),
            }
        }
    }
}
