//! A review as SARIF 2.1.0, the format of static analysis results that code scanning reads (OASIS, 2020).

use serde_json::{Value, json};

use super::Page;
use super::document::{Found, found};
use crate::review::finding::Severity;
use crate::review::rules;

/// Lines and columns count from 1, columns in Unicode code points.
pub(super) fn document(page: &Page<'_>) -> Value {
    let mut results = Vec::new();
    for reviewed in &page.review.migrations {
        match &reviewed.examined {
            Ok(examined) => {
                results.extend(examined.findings.iter().map(|one| result(&found(page, reviewed, examined, one))));
            }
            Err(unread) => {
                results.push(plain("runnable", Severity::Error, &unread.why, &page.path(&reviewed.up)));
            }
        }
    }
    for (problem, severity) in &page.review.problems {
        results.push(plain("file-name", *severity, &problem.kind.to_string(), &page.path(&problem.path)));
    }
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
