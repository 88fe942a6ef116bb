//! The rules themselves: a list, and one explained.

use serde::Serialize;

use crate::cli::output::{Output, Tone};
use crate::cli::table::{Cell, Table};
use crate::cli::{CommandError, Exit};
use crate::config::Tier;
use crate::review;
use crate::review::settings::{OFF, Settings};

#[derive(Debug, Serialize)]
struct Listed {
    name: &'static str,
    level: &'static str,
    what: &'static str,
    why: &'static str,
    how: &'static str,
    link: &'static str,
}

/// Lists every rule with the level that holds here.
pub(super) fn list(
    settings: &Settings,
    tier: Option<Tier>,
    json: bool,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let level = |rule| settings.level(rule, tier.map(Tier::word)).map_or(OFF, |severity| severity.word());
    let listed = review::rules().map(|rule| Listed {
        name: rule.name,
        level: level(rule),
        what: rule.what,
        why: rule.why,
        how: rule.how,
        link: rule.link,
    });
    let listed: Vec<Listed> = listed.collect();
    if json {
        output.json(&listed)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::headed(["rule", "level", "finds"]);
    for rule in &listed {
        let tone = match rule.level {
            "error" => Tone::Bad,
            "warning" => Tone::Warning,
            _ => Tone::Quiet,
        };
        table.row(vec![Cell::plain(rule.name), Cell::toned(tone, rule.level), Cell::plain(rule.what)]);
    }
    let lines: Vec<String> = table.lines(output).collect();
    for line in lines {
        output.line(line)?;
    }
    Ok(Exit::Done)
}

/// Says all about one rule.
pub(super) fn explain(name: &str, output: &mut Output) -> Result<Exit, CommandError> {
    let rule = review::rule(name).ok_or_else(|| CommandError::NoRule(name.to_owned()))?;
    let level = rule.level.map_or(OFF, |severity| severity.word());
    let fields = [
        ("rule", rule.name),
        ("level", level),
        ("finds", rule.what),
        ("why", rule.why),
        ("instead", rule.how),
        ("more", rule.link),
    ];
    let fields: Vec<_> = fields.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    output.fields(0, &fields)?;
    for (bad, heading) in [(true, "objects to"), (false, "lets pass")] {
        let examples: Vec<_> = rule.examples.iter().filter(|example| example.bad == bad).collect();
        if examples.is_empty() {
            continue;
        }
        output.line("")?;
        output.line(output.tone(Tone::Heading, heading))?;
        for example in examples {
            let files = [("earlier: ", Some(example.before)), ("", Some(example.up)), ("rollback: ", example.down)];
            for (before, text) in files {
                for line in text.filter(|text| !text.is_empty()).into_iter().flat_map(str::lines) {
                    output.line(format!("  {before}{line}"))?;
                }
            }
        }
    }
    Ok(Exit::Done)
}
