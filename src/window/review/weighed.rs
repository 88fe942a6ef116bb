//! What was found as it counts in one tier, with what the environments say of the migrations now.
//!
//! This is cheap, and done whenever something is shown: neither another tier nor the news of an environment has a file
//! looked at again.

use std::sync::Arc;

use crate::config::Tier;
use crate::review::category::Category;
use crate::review::examine::Rules;
use crate::review::finding::{Finding, Part, Severity};
use crate::review::settings::Settings;
use crate::review::settle::settle;

use super::judgement::Found;
use super::{Environments, JudgedFile, Judgement, Placed};

/// A judgement as it counts in one tier.
#[derive(Debug)]
pub struct Weighed<'a> {
    judgement: &'a Judgement,
    rules: Rules,
    environments: Environments<'a>,
}

/// What is found of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its name.
    pub name: Arc<str>,
    /// What is found, by file and place.
    pub findings: Vec<Placed>,
    /// The file that applies it, as it was judged, and the one that rolls it back.
    pub files: Arc<[JudgedFile]>,
    /// What each statement changes, with its line.
    pub categories: Arc<[(u32, Category)]>,
}

impl Judgement {
    /// What counts in a tier, or wherever no tier is asked about.
    pub fn weighed<'a>(
        &'a self,
        settings: &Settings,
        tier: Option<Tier>,
        environments: Environments<'a>,
    ) -> Weighed<'a> {
        let rules = environments.heard(Rules::of(settings, tier.map(Tier::word)));
        Weighed { judgement: self, rules, environments }
    }
}

impl<'a> Weighed<'a> {
    /// The names of the migrations, in their order.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.judgement.migrations.iter().map(|found| &*found.name)
    }

    /// What is found of a migration.
    pub fn find(&self, name: &str) -> Option<Judged> {
        let place = self.judgement.migrations.binary_search_by(|found| (*found.name).cmp(name)).ok()?;
        Some(self.judged(&self.judgement.migrations[place]))
    }

    fn judged(&self, found: &Found) -> Judged {
        let findings = match &found.unread {
            Some(why) => vec![unread(why)],
            None => {
                let mut all = found.findings.clone();
                all.extend(self.environments.findings(&found.name, &self.rules));
                settle(all, &found.allowances, &self.rules).0
            }
        };
        let findings = findings.into_iter().map(|finding| found.placed(finding)).collect();
        let (files, categories) = (Arc::clone(&found.files), Arc::clone(&found.categories));
        Judged { name: Arc::clone(&found.name), findings, files, categories }
    }
}

/// What stands for the findings of a migration that could not be read; no level makes it less.
fn unread(why: &str) -> Finding {
    let (rule, severity, message) = ("runnable", Severity::Error, why.to_owned());
    Finding { rule, severity, part: Part::Up, range: 0..0, message, help: None, fix: None }
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

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::Timestamp;
    use rstest::rstest;

    use super::*;
    use crate::config::Config;
    use crate::migration::catalogue::Catalogue;
    use crate::postgres::history::HistoryRow;
    use crate::window::board::{Board, Past};
    use crate::window::review::{Git, Request, Reviewer, review};

    const CONFIG: &str = "[project]\nname = \"p\"\nmigrations = \"migrations\"\n\n\
        [review.rules]\nlock-table = \"off\"\n\n\
        [review.production]\nif-exists = \"error\"\nselect-star = \"off\"\nlock-table = \"error\"\n\n\
        [review.staging]\nout-of-order = \"off\"\n\n\
        [[environment]]\nname = \"e\"\ntier = \"staging\"\nurl = \"postgresql:///p\"\n";

    const EARLY: &str = "20260101000001_create_t";
    const LATE: &str = "20260101000003_seed_t";
    const FILES: [(&str, &str); 3] = [
        (EARLY, "CREATE TABLE t (id bigint);\n"),
        (
            "20260101000002_seed_t",
            "-- tidegate: allow out-of-order, lock-table nobody waits for it\n\
             -- tidegate: allow select-star both are ours\nINSERT INTO t (id) SELECT * FROM t;\n\
             -- tidegate: allow if-exists nobody else drops it\nDROP TABLE t;\nSELECT * FROM t;\nLOCK TABLE t;\n",
        ),
        (LATE, "-- tidegate: allow lock-table\n-- tidegate: allow out-of-order it can wait\nLOCK TABLE t;\n"),
    ];

    /// A project, and what an environment says in which the first is another file and the last is applied.
    fn project() -> (tempfile::TempDir, Config, Catalogue, Board) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("migrations")).expect("a folder");
        for (name, text) in FILES {
            fs::write(folder.path().join(format!("migrations/{name}.sql")), text).expect("written");
        }
        let config = Config::parse(CONFIG, &folder.path().join("tidegate.toml")).expect("valid");
        let catalogue = Catalogue::read(&config.project.layout).expect("readable");
        let checksum = catalogue.find(LATE).expect("is there").up.checksum.to_string();
        let row = |name: &str, checksum: String| HistoryRow {
            id: 1,
            name: name.into(),
            applied_at: Timestamp::UNIX_EPOCH,
            applied_by: "ana".into(),
            execution_time: None,
            checksum: Some(checksum.into()),
            rolled_back: false,
            rollback_at: None,
            facts: None,
        };
        let rows = [row(EARLY, "ab".repeat(32)), row(LATE, checksum)];
        let past = Past { rows: rows.into(), ..Past::default() };
        let board = Board::build(&catalogue, &[Some(past)]);
        (folder, config, catalogue, board)
    }

    #[rstest]
    fn what_counts_in_a_tier_is_what_a_review_for_it_finds(
        #[values(None, Some(Tier::Development), Some(Tier::Staging), Some(Tier::Production))] tier: Option<Tier>,
        #[values(false, true)] is_asked: bool,
    ) {
        let (_folder, config, catalogue, board) = project();
        let environments = || if is_asked { Environments::of(&board, ["e"]) } else { Environments::default() };
        let judgement = Reviewer::default().review(&config, &catalogue, Git::default());
        let weighed = judgement.weighed(&config.review, tier, environments());
        let reviewed =
            review(&config, &catalogue, &Request { tier, environments: environments(), ..Request::default() });
        assert_eq!(weighed.names().count(), FILES.len());
        for (name, reviewed) in weighed.names().zip(reviewed.migrations) {
            let examined = reviewed.examined.expect("readable");
            let shown = weighed.find(name).expect("is there").findings;
            let findings: Vec<_> = shown.iter().map(|placed| placed.finding.clone()).collect();
            assert_eq!(findings, examined.findings, "{name}");
            for Placed { finding, at } in shown {
                let start = (!finding.is_of_whole_file()).then(|| examined.up.position(finding.range.start));
                assert_eq!(at.map(|(start, _)| start), start, "{finding:?}");
            }
        }
    }

    #[test]
    fn levels_of_a_tier_and_what_an_environment_says_are_told() {
        let (_folder, config, catalogue, board) = project();
        let judgement = Reviewer::default().review(&config, &catalogue, Git::default());
        let found = |tier, name: &str| -> Vec<String> {
            let weighed = judgement.weighed(&config.review, Some(tier), Environments::of(&board, ["e"]));
            let judged = weighed.find(name).expect("is there");
            judged.findings.iter().map(|one| format!("{} {}", one.finding.severity, one.finding.rule)).collect()
        };
        let has = |found: &[String], rule: &str| found.iter().any(|one| one.ends_with(rule));
        assert!(found(Tier::Production, EARLY).contains(&"error changed-after-apply".to_owned()));
        assert!(found(Tier::Production, LATE).contains(&"error lock-table".to_owned()));
        assert!(!has(&found(Tier::Staging, LATE), " lock-table"));
        let middle = FILES[1].0;
        assert!(has(&found(Tier::Development, middle), " select-star"));
        assert!(!has(&found(Tier::Production, middle), " select-star"));
        // All that its comments allow is found somewhere.
        for tier in Tier::ALL {
            let found = found(tier, middle);
            assert!(!has(&found, " allow-unused") && !has(&found, " out-of-order"), "{tier}: {found:?}");
        }
    }
}
