//! From a migration's files to what the rules find in them.

use std::path::Path;

use super::allow::{Allowance, allowances};
use super::category::Category;
use super::deed::Deed;
use super::finding::{Finding, Part, Severity};
use super::known::Known;
use super::rule::{Check, Report, Rule};
use super::settings::Settings;
use super::settle::settle;
use super::sql::Sql;
use super::subject::Subject;
use super::{rules, squawk};
use crate::migration::header::Header;
use crate::migration::name::MigrationName;
use crate::migration::script::{Record, ScriptOptions, Structure};

/// The rules that are switched on, with how grave their findings are.
#[derive(Debug, Clone)]
pub struct Rules {
    on: Vec<(&'static Rule, Severity)>,
    /// Those that may find more than they were told of.
    half_told: &'static [&'static str],
}

impl Rules {
    /// Those that are switched on in a tier, or wherever no tier is asked about.
    pub fn of(settings: &Settings, tier: Option<&str>) -> Self {
        Rules { on: rules().filter_map(|rule| Some((rule, settings.level(rule, tier)?))).collect(), half_told: &[] }
    }

    /// Those that are switched on anywhere, each as grave as it is at its gravest.
    pub fn anywhere(settings: &Settings) -> Self {
        let tiers = || [None].into_iter().chain(settings.tiers.keys().map(|tier| Some(tier.as_str())));
        let gravest = |rule| tiers().filter_map(|tier| settings.level(rule, tier)).max();
        Rules { on: rules().filter_map(|rule| Some((rule, gravest(rule)?))).collect(), half_told: &[] }
    }

    /// The same, where not everybody was asked from whom some of them have their findings.
    #[must_use]
    pub fn half_told(self, names: &'static [&'static str]) -> Self {
        Rules { half_told: names, ..self }
    }

    /// None at all: for a migration that is only read for what it makes.
    pub const fn none() -> Self {
        Rules { on: Vec::new(), half_told: &[] }
    }

    /// One rule alone, for its examples.
    #[cfg(test)]
    pub(super) fn only(rule: &'static Rule) -> Self {
        Rules { on: vec![(rule, rule.level.unwrap_or(Severity::Note))], half_told: &[] }
    }

    /// How grave the findings of a rule are; none where it is switched off.
    pub fn severity(&self, name: &str) -> Option<Severity> {
        self.of_name(name).map(|(_, severity)| severity)
    }

    /// A rule and how grave its findings are; none where it is switched off.
    pub fn of_name(&self, name: &str) -> Option<(&'static Rule, Severity)> {
        self.on.iter().find(|(rule, _)| rule.name == name).copied()
    }

    /// Whether a rule has found all that there is to be found by it.
    pub(super) fn have_all_of(&self, name: &str) -> bool {
        self.severity(name).is_some() && !self.half_told.contains(&name)
    }
}

/// A migration's files.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    /// Its name.
    pub name: &'a MigrationName,
    /// The file that applies it, and what it holds.
    pub up: (&'a Path, &'a [u8]),
    /// The file that rolls it back, and what it holds.
    pub down: Option<(&'a Path, &'a [u8])>,
}

/// A migration that the rules have looked at.
#[derive(Debug, Clone)]
pub struct Examined {
    /// Its name.
    pub name: MigrationName,
    /// What its file says at its top.
    pub header: Header,
    /// The file that applies it.
    pub up: Sql,
    /// The file that rolls it back.
    pub down: Option<Sql>,
    /// What was found, by file and place.
    pub findings: Vec<Finding>,
    /// What was found and is allowed for a reason.
    pub allowed: Vec<(Finding, String)>,
    /// The comments that allow findings.
    pub allowances: Vec<Allowance>,
}

/// Looks at a migration alone.
pub fn examine(files: Files<'_>, settings: &Settings, rules: &Rules) -> Examined {
    let options = ScriptOptions { history_table: settings.history.clone() };
    let (up, up_tree) = Sql::read(files.up.0, files.up.1, &options);
    let down = files.down.map(|(path, bytes)| Sql::read(path, bytes, &options).0);
    let mut allowances = allowances(Part::Up, &up);
    if let Some(down) = &down {
        allowances.extend(self::allowances(Part::Down, down));
    }
    let header = Header::parse(&up.text);
    let mut examined =
        Examined { name: files.name.clone(), header, up, down, findings: Vec::new(), allowed: Vec::new(), allowances };
    let mut findings = examined.check(settings, rules, None);
    if let Some(tree) = up_tree {
        let structure = examined.up.script.as_ref().ok().map(|script| script.structure());
        let in_transaction = structure == Some(Structure::Wrapped);
        let text = (&*examined.up.text, &examined.up.words);
        let found = squawk::findings(Part::Up, text, &tree, in_transaction, &rules.on);
        let found = found.into_iter().filter(|finding| !examined.is_record(finding));
        findings.extend(found.map(|finding| examined.weighed(finding)));
    }
    // What it is refused for is the cause of what a parser makes of the same text.
    for part in [Part::Up, Part::Down] {
        if findings.iter().any(|finding| finding.part == part && finding.rule == "runnable") {
            findings
                .retain(|finding| finding.part != part || !["syntax", "transaction-nesting"].contains(&finding.rule));
        }
    }
    examined.findings = findings;
    examined
}

impl Examined {
    /// One of its files.
    pub fn file(&self, part: Part) -> Option<&Sql> {
        match part {
            Part::Up => Some(&self.up),
            Part::Down => self.down.as_ref(),
        }
    }

    /// Looks at the migration with what those before it have made, and takes in what it makes.
    pub fn follow(&mut self, known: &mut Known, settings: &Settings, rules: &Rules) {
        known.take(self.name.as_str(), self.up.with_inner());
        let found = self.check(settings, rules, Some(known));
        self.findings.extend(found);
    }

    fn check(&self, settings: &Settings, rules: &Rules, known: Option<&Known>) -> Vec<Finding> {
        let subject =
            Subject { name: &self.name, header: &self.header, up: &self.up, down: self.down.as_ref(), settings };
        let mut findings = Vec::new();
        for (rule, severity) in &rules.on {
            let mut report = Report::new(rule.name, *severity);
            match (rule.check, known) {
                (Check::Alone(check), None) => check(&subject, &mut report),
                (Check::Known(check), Some(known)) => check(&subject, known, &mut report),
                _ => continue,
            }
            findings.extend(report.into_findings());
        }
        findings
    }

    /// Whether a finding is about the statement that records the migration, which is the template's and not its author's.
    fn is_record(&self, finding: &Finding) -> bool {
        let Ok(script) = &self.up.script else { return false };
        script.statements().iter().any(|statement| {
            matches!(statement.records, Some(Record::Insert(_) | Record::Update(_)))
                && statement.range.contains(&finding.range.start)
        })
    }

    /// Whether CONCURRENTLY may be written where a rule proposes it: PostgreSQL refuses it in a transaction, and in a file
    /// without one it keeps Tidegate from opening one around the other statements.
    fn weighed(&self, mut finding: Finding) -> Finding {
        if !finding.rule.starts_with("require-concurrent-") {
            return finding;
        }
        let Some(fix) = &mut finding.fix else { return finding };
        let statement = self.up.statements.iter().find(|one| one.range.contains(&finding.range.start));
        let wrapped = matches!(&self.up.script, Ok(script) if script.structure() == Structure::Wrapped);
        let is_alone = self.up.statements.iter().filter(|one| !one.deed.is_frame()).count() == 1;
        let allowed = statement.is_some_and(|one| match &one.deed {
            // It takes one index, and without CASCADE only.
            Deed::Drop(drop) => drop.names.len() == 1 && !drop.cascade,
            _ => true,
        });
        match statement {
            Some(one) if allowed && (one.transaction.is_none() || wrapped) => {
                let plain = matches!(one.deed, Deed::CreateIndex(_) | Deed::Drop(_));
                fix.safe = plain && (one.transaction.is_none() || is_alone);
            }
            _ => finding.fix = None,
        }
        finding
    }

    /// Takes in what was found elsewhere about a file as a whole.
    pub fn add(&mut self, rules: &Rules, name: &str, part: Part, message: String) -> Option<&mut Finding> {
        let (rule, severity) = rules.of_name(name)?;
        let finding = Finding { rule: rule.name, severity, part, range: 0..0, message, help: None, fix: None };
        self.findings.push(finding);
        self.findings.last_mut()
    }

    /// Takes out what the files allow, and puts the rest in order. To be called once, when everything was found.
    pub fn settle(&mut self, rules: &Rules) {
        let found = std::mem::take(&mut self.findings);
        (self.findings, self.allowed) = settle(found, &self.allowances, rules);
    }

    /// The kind of change that each statement of the migration makes, with the byte where the statement begins.
    pub fn categories(&self) -> Vec<(usize, Category)> {
        let records = |at: usize| match &self.up.script {
            Ok(script) => script.statements().iter().any(|one| one.records.is_some() && one.range.start == at),
            Err(_) => false,
        };
        let working = self.up.working().filter(|statement| !records(statement.range.start));
        working.filter_map(|statement| Some((statement.range.start, Category::of(&statement.deed)?))).collect()
    }
}
