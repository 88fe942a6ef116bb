//! A review as screens keep it: all that was found, without the texts. Nothing is settled yet: in which tier it counts,
//! and what the environments say, is asked when it is shown (`weighed`).

use std::path::PathBuf;
use std::sync::Arc;

use crate::migration::checksum::Checksum;
use crate::migration::script::Position;
use crate::review::allow::Allowance;
use crate::review::category::Category;
use crate::review::examine::Examined;
use crate::review::finding::{Finding, Part};
use crate::review::sql::Sql;

use super::{Review, Reviewed};

/// What every rule that is on anywhere has found, without the texts that it was found in.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// The migrations, by name.
    pub(super) migrations: Vec<Arc<Found>>,
}

/// What was found of a migration, with the comments that may allow it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) name: Arc<str>,
    pub(super) files: Arc<[JudgedFile]>,
    pub(super) findings: Vec<Finding>,
    pub(super) allowances: Vec<Allowance>,
    /// What each statement changes, with its line.
    pub(super) categories: Arc<[(u32, Category)]>,
    /// Where findings and comments begin and end, by their bytes.
    places: Vec<(Bytes, Place)>,
    /// Why a file could not be read.
    pub(super) unread: Option<String>,
}

/// Some bytes of a file.
type Bytes = (Part, usize, usize);

/// Where something begins and ends.
pub type Place = (Position, Position);

/// A file as it was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The SHA-256 of what was judged.
    pub checksum: Checksum,
}

/// A finding and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The finding.
    pub finding: Finding,
    /// Where it begins and ends; none where it is about the file as a whole.
    pub at: Option<Place>,
}

impl Judgement {
    /// What a review has found that was not settled.
    pub fn of(review: &Review) -> Self {
        Judgement { migrations: review.migrations.iter().map(|one| Arc::new(Found::of(one))).collect() }
    }
}

impl Found {
    pub(super) fn of(reviewed: &Reviewed) -> Self {
        let name = reviewed.name().as_str().into();
        match &reviewed.examined {
            Ok(examined) => Found {
                name,
                files: files(reviewed, examined),
                findings: examined.findings.clone(),
                allowances: examined.allowances.clone(),
                categories: examined
                    .categories()
                    .into_iter()
                    .map(|(at, category)| (examined.up.position(at).line, category))
                    .collect(),
                places: places(examined),
                unread: None,
            },
            Err(unread) => Found {
                name,
                files: Arc::default(),
                findings: Vec::new(),
                allowances: Vec::new(),
                categories: Arc::default(),
                places: Vec::new(),
                unread: Some(unread.why.clone()),
            },
        }
    }

    /// The finding with its place.
    pub(super) fn placed(&self, finding: Finding) -> Placed {
        let wanted = (finding.part, finding.range.start, finding.range.end);
        let found = self.places.binary_search_by_key(&wanted, |(bytes, _)| *bytes).ok();
        let at = found.filter(|_| !finding.is_of_whole_file()).map(|place| self.places[place].1);
        Placed { finding, at }
    }
}

fn places(examined: &Examined) -> Vec<(Bytes, Place)> {
    let found = examined.findings.iter().map(|one| (one.part, &one.range));
    let comments = examined.allowances.iter().map(|one| (one.part, &one.range));
    let mut bytes: Vec<Bytes> = found.chain(comments).map(|(part, range)| (part, range.start, range.end)).collect();
    bytes.sort_unstable();
    bytes.dedup();
    let placed = |(part, start, end): Bytes| {
        let sql = examined.file(part)?;
        Some(((part, start, end), (sql.position(start), sql.position(end))))
    };
    bytes.into_iter().filter_map(placed).collect()
}

fn files(reviewed: &Reviewed, examined: &Examined) -> Arc<[JudgedFile]> {
    let up = (&reviewed.up, &examined.up);
    let both = [Some(up), reviewed.down.as_ref().zip(examined.down.as_ref())];
    let judged =
        |(path, sql): (&PathBuf, &Sql)| JudgedFile { path: path.clone(), checksum: Checksum::of(sql.text.as_bytes()) };
    both.into_iter().flatten().map(judged).collect()
}
