//! A review as SARIF 2.1.0, the format of static analysis results that code scanning reads (OASIS, 2020).

use serde_json::{Value, json};

use super::document::{Found, found};
use super::{Page, Sheet};
use crate::cli::CommandError;
use crate::cli::output::Output;
use crate::review::finding::Severity;
use crate::review::rules;
use crate::window::review::{Problem, Reviewed, Tally};

/// Gathers the results, and prints them as one run. Lines and columns count from 1, columns in Unicode code points.
pub(super) struct Sarif<'a> {
    page: Page<'a>,
    results: Vec<Value>,
    output: &'a mut Output,
}

impl<'a> Sarif<'a> {
    pub(super) fn new(page: Page<'a>, output: &'a mut Output) -> Self {
        Sarif { page, results: Vec::new(), output }
    }
}

impl Sheet for Sarif<'_> {
    fn take(&mut self, reviewed: &Reviewed) -> Result<(), CommandError> {
        match &reviewed.examined {
            Ok(examined) => {
                let found = |finding| result(&found(self.page, reviewed, examined, finding));
                self.results.extend(examined.findings.iter().map(found));
            }
            Err(unread) => {
                let file = self.page.path(&reviewed.up);
                self.results.push(plain("runnable", Severity::Error, &unread.why, &file));
            }
        }
        Ok(())
    }

    fn end(&mut self, problems: &[Problem], _: &Tally) -> Result<(), CommandError> {
        for Problem { rule, severity, path, message } in problems {
            self.results.push(plain(rule, *severity, message, &self.page.path(path)));
        }
        Ok(self.output.json(&document(std::mem::take(&mut self.results)))?)
    }
}

fn document(results: Vec<Value>) -> Value {
    let rules: Vec<Value> = rules()
        .map(|rule| {
            json!({
                "id": rule.name,
                "shortDescription": { "text": rule.what },
                "fullDescription": { "text": rule.why },
                "help": { "text": rule.how },
                "helpUri": if rule.link.starts_with("https://") { Some(rule.link) } else { None },
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "tidegate", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    severity.word()
}

fn plain(rule: &str, severity: Severity, message: &str, file: &str) -> Value {
    json!({
        "ruleId": rule,
        "level": level(severity),
        "message": { "text": message },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(file) } } }],
    })
}

fn result(found: &Found) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": uri(&found.file) } });
    if let Some(line) = found.place.line {
        place["region"] = json!({
            "startLine": line,
            "startColumn": found.place.column,
            "endLine": found.place.end_line,
            "endColumn": found.place.end_column,
        });
    }
    let text = match &found.help {
        Some(help) => format!("{} {help}", found.message),
        None => found.message.clone(),
    };
    json!({
        "ruleId": found.rule,
        "level": level(found.severity),
        "message": { "text": text },
        "locations": [{ "physicalLocation": place }],
    })
}

/// A path as a relative reference (RFC 3986): what may not stand in one is percent-encoded.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
