//! A rule: what it looks for, why, and how it looks.

use std::ops::Range;

use super::finding::{Finding, Fix, Part, Severity};
use super::known::Known;
use super::settings::Level;
use super::subject::Subject;

/// A rule that judges migrations.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in lower case with hyphens.
    pub name: &'static str,
    /// How grave its findings are where nothing else is settled.
    pub level: Level,
    /// What it finds, as half a sentence: "a foreign key without an index".
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do instead; empty where each finding says it.
    pub how: &'static str,
    /// Where to read more; empty where there is no more to say.
    pub link: &'static str,
    /// Files that it must object to, and files that it must let pass.
    pub examples: &'static [Example],
    /// How it looks.
    pub check: Check,
}

/// How a rule looks.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// At one migration alone.
    Alone(fn(&Subject<'_>, &mut Report)),
    /// At one migration with what those before it have made.
    Known(fn(&Subject<'_>, &Known, &mut Report)),
    /// As squawk does.
    Squawk(squawk_linter::Rule),
    /// Elsewhere: its findings come from what git, the folders and the environments say.
    Outside,
}

/// A migration that shows what a rule means.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// Whether the rule objects.
    pub bad: bool,
    /// The migration's name.
    pub name: &'static str,
    /// What earlier migrations have done.
    pub before: &'static str,
    /// The file that applies it.
    pub up: &'static str,
    /// The file that rolls it back.
    pub down: Option<&'static str>,
}

/// The name of examples that are about no name.
const ANY_NAME: &str = "20260801093000_alter_metrics";

impl Example {
    /// A file that the rule objects to.
    pub const fn bad(up: &'static str) -> Self {
        Example { bad: true, name: ANY_NAME, before: "", up, down: None }
    }

    /// A file that the rule lets pass.
    pub const fn good(up: &'static str) -> Self {
        Example { bad: false, ..Self::bad(up) }
    }

    /// The example for a migration of this name.
    pub const fn named(self, name: &'static str) -> Self {
        Example { name, ..self }
    }

    /// The example after other migrations.
    pub const fn after(self, before: &'static str) -> Self {
        Example { before, ..self }
    }

    /// The example with a rollback.
    pub const fn with_rollback(self, down: &'static str) -> Self {
        Example { down: Some(down), ..self }
    }
}

/// Takes what one rule finds in one migration.
#[derive(Debug)]
pub struct Report {
    rule: &'static str,
    severity: Severity,
    found: Vec<Finding>,
}

impl Report {
    /// A report for a rule whose findings are this grave.
    pub fn new(rule: &'static str, severity: Severity) -> Self {
        Report { rule, severity, found: Vec::new() }
    }

    /// What was found.
    pub fn into_findings(self) -> Vec<Finding> {
        self.found
    }

    /// Something is the matter at a place of the file that applies.
    pub fn up(&mut self, range: Range<usize>, message: impl Into<String>) -> &mut Finding {
        self.at(Part::Up, range, message)
    }

    /// Something is the matter at a place of the rollback.
    pub fn down(&mut self, range: Range<usize>, message: impl Into<String>) -> &mut Finding {
        self.at(Part::Down, range, message)
    }

    /// Something is the matter at a place of a file.
    pub fn at(&mut self, part: Part, range: Range<usize>, message: impl Into<String>) -> &mut Finding {
        let place = self.found.len();
        self.found.push(Finding {
            rule: self.rule,
            severity: self.severity,
            part,
            range,
            message: message.into(),
            help: None,
            fix: None,
        });
        &mut self.found[place]
    }
}

impl Finding {
    /// Says what to do about it.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Says which change would end it.
    pub fn fix(&mut self, fix: Fix) -> &mut Self {
        self.fix = Some(fix);
        self
    }
}
