//! Findings that a file allows, with a reason: `-- tidegate: allow drop-column nobody reads it since 5.0`.

use std::ops::Range;

use super::finding::{Finding, Part};
use super::sql::Sql;

/// A comment that allows what rules find in the statement that it stands in or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// In which file.
    pub part: Part,
    /// The rules' names, as they are written.
    pub rules: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// Where the comment stands.
    pub range: Range<usize>,
    /// What goes when the comment is taken out: its line, where it has that for itself.
    pub line: Range<usize>,
    /// The bytes that it reaches over.
    scope: Range<usize>,
    /// Whether it stands before the first statement, and is about the file as a whole too.
    whole: bool,
}

/// What no comment allows: whoever changes a file that is merged or applied could write it into that change, and what
/// cannot be run is not run for a reason.
pub const NEVER: [&str; 4] = ["changed-after-merge", "changed-after-apply", "runnable", "syntax"];

/// What such a comment begins with.
const MARK: &str = "tidegate:";

/// What follows.
const ALLOW: &str = "allow";

/// The allowances of a file.
pub fn allowances(part: Part, sql: &Sql) -> Vec<Allowance> {
    sql.comments.iter().filter_map(|range| allowance(part, sql, range)).collect()
}

fn allowance(part: Part, sql: &Sql, range: &Range<usize>) -> Option<Allowance> {
    let text = sql.at(range).trim_start_matches("--").trim_start_matches("/*").trim_end_matches("*/").trim();
    let (mark, text) = text.split_at_checked(MARK.len())?;
    let mut words = text.split_whitespace();
    let verb = words.next().unwrap_or_default().to_ascii_lowercase();
    // What is nearly the word was meant as it, and must not be passed over in silence.
    if !mark.eq_ignore_ascii_case(MARK) || strsim::damerau_levenshtein(&verb, ALLOW) > 2 {
        return None;
    }
    let mut words = if verb == ALLOW { words } else { "".split_whitespace() };
    let mut rules = Vec::new();
    for word in words.by_ref() {
        rules.push(word.trim_end_matches([',', ':']).to_owned());
        if !word.ends_with(',') {
            break;
        }
    }
    let reason = words.collect::<Vec<_>>().join(" ");
    let after = sql.statements.iter().find(|statement| statement.range.end > range.start);
    let whole = sql.statements.first().is_none_or(|first| range.start < first.range.start);
    let scope = range.start.min(after.map_or(range.start, |one| one.range.start))
        ..after.map_or(sql.text.len(), |one| one.range.end);
    let reason = (!reason.is_empty()).then_some(reason);
    Some(Allowance { part, rules, reason, range: range.clone(), line: sql.line_of(range), scope, whole })
}

impl Allowance {
    /// Whether it is about this finding.
    pub fn covers(&self, finding: &Finding) -> bool {
        let here = if finding.is_of_whole_file() { self.whole } else { self.scope.contains(&finding.range.start) };
        let may = !NEVER.contains(&finding.rule);
        may && self.part == finding.part && here && self.rules.iter().any(|rule| rule == finding.rule)
    }
}
