//! A comparison as JSON, as docs/cli.md describes it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::Page;
use crate::postgres::shadow::ReplayFailure;
use crate::schema::diff::{Change, Difference, IgnoreRule, Presence, RuleReport, RuleState, SideGap, Verdict};
use crate::schema::{Kind, Value, Weight};
use crate::window::drift::cause::{Cause, Departs, Explanation, Finding, Suspect};
use crate::window::drift::course::Which;
use crate::window::drift::side::Seen;
use crate::window::drift::{Comparison, Conclusion, Counts};

#[derive(Serialize)]
pub(super) struct Document<'a> {
    format: u32,
    at: Timestamp,
    left: SideDocument<'a>,
    right: SideDocument<'a>,
    conclusion: &'static str,
    counts: Counts,
    differences: Vec<DifferenceDocument<'a>>,
    gaps: Vec<GapDocument<'a>>,
    failures: &'a [ReplayFailure],
    doubts: &'a [String],
    remarks: &'a [String],
    not_drafted: Vec<RefusalDocument<'a>>,
    rules: Vec<RuleDocument<'a>>,
}

#[derive(Serialize)]
struct SideDocument<'a> {
    name: String,
    side: &'static str,
    tier: Option<&'static str>,
    server: Option<String>,
    standby: bool,
    read_at: Option<Timestamp>,
    in_effect: Option<usize>,
    lacks: &'a [String],
    edited: &'a [String],
    without_file: &'a [String],
}

#[derive(Serialize)]
struct DifferenceDocument<'a> {
    kind: Kind,
    schema: Option<&'a str>,
    relation: Option<&'a str>,
    name: &'a str,
    qualified: String,
    presence: Presence,
    verdict: &'static str,
    weight: Weight,
    changes: Vec<ChangeDocument<'a>>,
    finding: Option<&'static str>,
    departs: Option<Departs>,
    explained_by: &'a [Cause],
    suspects: &'a [Suspect],
    ignored: Option<&'a str>,
}

#[derive(Serialize)]
struct ChangeDocument<'a> {
    attribute: &'static str,
    left: Json,
    right: Json,
    weight: Weight,
    ignored: Option<&'a str>,
}

#[derive(Serialize)]
struct GapDocument<'a> {
    side: Which,
    kinds: &'a [Kind],
    attribute: Option<&'static str>,
    reason: &'a str,
}

#[derive(Serialize)]
struct RefusalDocument<'a> {
    kind: Kind,
    qualified: String,
    why: &'a str,
}

#[derive(Serialize)]
struct RuleDocument<'a> {
    objects: String,
    attributes: Vec<&'static str>,
    reason: &'a str,
    until: Option<Date>,
    state: &'static str,
    differences: usize,
}

pub(super) fn document<'a>(page: &Page<'a>) -> Document<'a> {
    let (comparison, rules) = (page.comparison, page.rules);
    Document {
        format: 1,
        at: comparison.at,
        left: side(comparison, Which::Left),
        right: side(comparison, Which::Right),
        conclusion: match comparison.conclusion() {
            Conclusion::None => "none",
            Conclusion::Drift => "drift",
            Conclusion::Unknown => "unknown",
        },
        counts: comparison.counts(),
        differences: page
            .differences()
            .map(|(difference, explanation)| of_difference(difference, explanation, rules))
            .collect(),
        gaps: comparison.drift.gaps.iter().map(gap).collect(),
        failures: &comparison.failures,
        doubts: &comparison.doubts,
        remarks: &comparison.remarks,
        not_drafted: (comparison.refused.iter())
            .map(|(id, why)| RefusalDocument { kind: id.kind, qualified: id.to_string(), why })
            .collect(),
        rules: comparison.drift.rules.iter().filter_map(|report| rule(report, rules)).collect(),
    }
}

fn side(comparison: &Comparison, which: Which) -> SideDocument<'_> {
    let (seen, lacks) = match which {
        Which::Left => (&comparison.left, &comparison.left_lacks),
        Which::Right => (&comparison.right, &comparison.right_lacks),
    };
    let found = seen.database();
    SideDocument {
        name: found.map_or("files".to_owned(), |found| found.name.clone()),
        side: match seen {
            Seen::Files => "files",
            Seen::Database(found) if found.tier.is_some() => "environment",
            Seen::Database(_) => "url",
        },
        tier: found.and_then(|found| found.tier).map(|tier| tier.word()),
        server: found.map(|found| found.version.to_string()),
        standby: found.is_some_and(|found| found.standby),
        read_at: found.map(|found| found.read_at),
        in_effect: found.and_then(|found| found.in_effect.as_ref()).map(Vec::len),
        lacks,
        edited: found.map(|found| found.edited.as_slice()).unwrap_or_default(),
        without_file: found.map(|found| found.without_file.as_slice()).unwrap_or_default(),
    }
}

fn of_difference<'a>(
    difference: &'a Difference,
    explanation: Option<&'a Explanation>,
    rules: &'a [IgnoreRule],
) -> DifferenceDocument<'a> {
    let id = &difference.id;
    let (finding, departs) = match explanation.map(|explanation| explanation.finding) {
        None => (None, None),
        Some(Finding::Explained) => (Some("explained"), None),
        Some(Finding::Unproven) => (Some("unproven"), None),
        Some(Finding::Unexplained(departs)) => (Some("unexplained"), Some(departs)),
    };
    DifferenceDocument {
        kind: id.kind,
        schema: id.schema.as_deref(),
        relation: id.relation.as_deref(),
        name: &id.name,
        qualified: id.to_string(),
        presence: difference.presence,
        verdict: match difference.verdict {
            Verdict::Drift => "drift",
            Verdict::Ignored(_) => "ignored",
            Verdict::Information => "information",
        },
        weight: difference.weight(),
        changes: difference.changes.iter().map(|change| of_change(change, rules)).collect(),
        finding,
        departs,
        explained_by: explanation.map(|explanation| explanation.by.as_slice()).unwrap_or_default(),
        suspects: explanation.map(|explanation| explanation.suspects.as_slice()).unwrap_or_default(),
        ignored: match difference.verdict {
            Verdict::Ignored(rule) => rules.get(rule).map(|rule| rule.reason.as_str()),
            _ => None,
        },
    }
}

fn of_change<'a>(change: &Change, rules: &'a [IgnoreRule]) -> ChangeDocument<'a> {
    ChangeDocument {
        attribute: change.attribute.word(),
        left: change.left.as_ref().map_or(Json::Null, value),
        right: change.right.as_ref().map_or(Json::Null, value),
        weight: change.weight,
        ignored: change.ignored.and_then(|rule| rules.get(rule)).map(|rule| rule.reason.as_str()),
    }
}

fn value(value: &Value) -> Json {
    match value {
        Value::Flag(flag) => json!(flag),
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::List(texts) | Value::Set(texts) => json!(texts),
        Value::Pairs(pairs) => Json::Object(pairs.iter().map(|(key, value)| (key.to_string(), json!(value))).collect()),
    }
}

fn gap(gap: &SideGap) -> GapDocument<'_> {
    GapDocument {
        side: gap.side,
        kinds: &gap.gap.kinds,
        attribute: gap.gap.attribute.map(|attribute| attribute.word()),
        reason: &gap.gap.reason,
    }
}

fn rule<'a>(report: &RuleReport, rules: &'a [IgnoreRule]) -> Option<RuleDocument<'a>> {
    let rule = rules.get(report.rule)?;
    let (state, differences) = match report.state {
        RuleState::Applied(differences) => ("applied", differences),
        RuleState::WithoutEffect => ("without_effect", 0),
        RuleState::Expired => ("expired", 0),
    };
    Some(RuleDocument {
        objects: rule.pattern.to_string(),
        attributes: rule.attributes.iter().map(|attribute| attribute.word()).collect(),
        reason: &rule.reason,
        until: rule.until,
        state,
        differences,
    })
}
