//! A header that names another migration.

use crate::migration::header::{Header, HeaderField, Place};
use crate::review::finding::{Edit, Fix, Severity};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "header-name",
    level: Some(Severity::Warning),
    what: "a header that names another migration",
    why: "The file was copied, and its header tells of something else.",
    how: "Write the name of this migration.",
    link: "",
    examples: &[
        Example::bad("-- Migration: 20250101000000_create_users.sql\nSELECT 1;"),
        Example::bad("-- Author: ana\n--migration:20250101000000_create_users  \nSELECT 1;"),
        Example::good("-- Migration: 20260801093000_alter_metrics.sql\nSELECT 1;"),
        Example::good("SELECT 1;"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let Some(named) = subject.header.migration.as_deref() else { return };
    let name = named.trim_end_matches(".sql");
    if name != subject.name.as_str() {
        let message = format!("The header names {name}, and the file is {}.", subject.name.as_str());
        let found = report.up(0..0, message);
        if let Place::Value(range) = Header::place(&subject.up.text, HeaderField::Migration) {
            let own = if named.ends_with(".sql") { subject.name.up_file_name() } else { subject.name.to_string() };
            let title = format!("write {own}");
            found.fix(Fix::of(title, vec![Edit { range, text: format!(" {own}") }]).safe());
        }
    }
}
