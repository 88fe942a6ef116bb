//! A comparison to look at: staging and production of the test project, with drift of every standing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Surroundings, Tier};
use crate::postgres::shadow::{Ground, ReplaySettings};
use crate::postgres::version::ServerVersion;
use crate::schema::diff::{DiffOptions, IgnoreRule, diff};
use crate::schema::{Attribute, Attributes, Gap, Kind, Object, ObjectId, Snapshot, Value, Version};
use crate::window::drift::cause::{Cause, Departs, Explanation, Finding, Suspect, Suspicion};
use crate::window::drift::course::Which;
use crate::window::drift::side::{Found, Seen};
use crate::window::drift::{Comparison, words};

use super::{NAMES, before, config};

/// An object with these attributes.
pub fn object(id: &ObjectId, attributes: &[(Attribute, Value)]) -> Object {
    let mut said = Attributes::new();
    for (attribute, value) in attributes {
        said.set(*attribute, value.clone());
    }
    Object::new(id.clone(), said)
}

/// A schema of these objects.
pub fn snapshot(objects: Vec<Object>, gaps: Vec<Gap>) -> Snapshot {
    Snapshot::new(Version { major: 15, minor: 18 }, "app", objects, Vec::new(), gaps)
}

fn table(name: &str) -> ObjectId {
    ObjectId::in_schema(Kind::Table, "public", name)
}

fn column(table: &ObjectId, name: &str, kind: &str, position: i64) -> Object {
    let id = table.part(Kind::Column, name);
    object(&id, &[(Attribute::DataType, kind.into()), (Attribute::Position, position.into())])
}

fn relation(id: &ObjectId, owner: &str) -> Object {
    object(id, &[(Attribute::Owner, owner.into())])
}

const QUERY: &str = "SELECT m.day,\n    sum(m.total) AS total\n   FROM public.metrics m\n  GROUP BY m.day";

/// What staging is like (left) and production (right).
fn schemas() -> (Snapshot, Snapshot) {
    let (campaigns, metrics, alerts) = (table("campaigns"), table("metrics"), table("alerts"));
    let daily = ObjectId::in_schema(Kind::View, "public", "daily_totals");
    let ages = ObjectId::in_schema(Kind::MaterializedView, "report", "ages");
    let public = ObjectId::global(Kind::Schema, "public");
    let report = ObjectId::global(Kind::Schema, "report");
    let hot_fix = metrics.part(Kind::Index, "metrics_hot_fix_idx");
    let policy = campaigns.part(Kind::Policy, "own rows");
    let view = |query: &str| object(&daily, &[(Attribute::Query, query.into()), (Attribute::Owner, "app".into())]);
    let both = |schemas: &mut Vec<Object>| {
        schemas.extend([relation(&public, "app"), relation(&report, "app"), relation(&campaigns, "app")]);
        schemas.extend([relation(&metrics, "app"), column(&metrics, "day", "date", 1)]);
        schemas.extend([column(&campaigns, "id", "bigint", 1), column(&campaigns, "name", "text", 2)]);
    };
    let mut left = Vec::new();
    both(&mut left);
    left.extend([
        column(&campaigns, "owner_id", "bigint", 3),
        column(&metrics, "total", "numeric(12,2)", 2),
        relation(&alerts, "app"),
        column(&alerts, "id", "bigint", 1),
        view(QUERY),
        object(&policy, &[(Attribute::Using, "(owner_id = 1)".into())]),
        object(&ages, &[(Attribute::Query, "SELECT 1 AS age".into())]),
    ]);
    let mut right = Vec::new();
    both(&mut right);
    right.extend([
        column(&metrics, "total", "numeric", 2),
        object(&hot_fix, &[(Attribute::Keys, Value::list(["day"])), (Attribute::AccessMethod, "btree".into())]),
        view(&QUERY.replace("sum(m.total)", "sum(m.total) FILTER (WHERE (m.total > 0))")),
        object(&policy, &[(Attribute::Using, "(owner_id = 1)".into()), (Attribute::Comment, "temporary".into())]),
        object(&ages, &[(Attribute::Query, "SELECT 1 AS age".into()), (Attribute::Unpopulated, true.into())]),
    ]);
    (snapshot(left, Vec::new()), snapshot(right, Vec::new()))
}

/// A database as it was found.
fn found(place: usize, schema: &Arc<Snapshot>, in_effect: usize) -> Seen {
    let config = config();
    let environment = &config.environments[place];
    let surroundings = Surroundings::default();
    let resolution = environment.resolve(Path::new("/project"), &surroundings).expect("a target");
    let settings = ReplaySettings {
        login: "deployer".into(),
        role: None,
        search_path: Vec::new(),
        statement_timeout: Duration::ZERO,
        history_table: config.project.layout.history_table.clone(),
    };
    Seen::Database(Box::new(Found {
        name: environment.name.to_string(),
        tier: Some(Tier::Staging),
        snapshot: Arc::clone(schema),
        version: ServerVersion::from_number(150_018, "15.18"),
        standby: false,
        read_at: before(0),
        took: Duration::from_millis(40),
        in_effect: Some(NAMES[..in_effect].iter().map(ToString::to_string).collect()),
        history_remark: None,
        edited: Vec::new(),
        without_file: Vec::new(),
        ground: Ground::default(),
        settings,
        target: resolution.target,
    }))
}

/// Why a difference of the test project is there.
fn explanation(id: &ObjectId) -> Explanation {
    let by = |migration: &str| Explanation {
        finding: Finding::Explained,
        by: vec![Cause { migration: migration.to_owned(), lacking: Which::Right }],
        suspects: Vec::new(),
    };
    let departs = |departs, suspects| Explanation { finding: Finding::Unexplained(departs), by: Vec::new(), suspects };
    match &*id.name {
        "owner_id" => by(NAMES[1]),
        "alerts" => by(NAMES[7]),
        "total" => Explanation { finding: Finding::Unproven, ..by(NAMES[6]) },
        "metrics_hot_fix_idx" => departs(Departs::Right, Vec::new()),
        _ => {
            let migration = NAMES[0].to_owned();
            departs(Departs::Left, vec![Suspect { migration, side: Which::Left, why: Suspicion::Edited }])
        }
    }
}

/// The comparison of staging (left) and production (right). `gaps` are what could not be read of production.
pub fn comparison(gaps: Vec<Gap>) -> Comparison {
    let (left, mut right) = schemas();
    right.gaps = gaps;
    let (left, right) = (Arc::new(left), Arc::new(right));
    let mut options = DiffOptions::on(before(0).to_zoned(jiff::tz::TimeZone::UTC).date());
    options.rules = vec![IgnoreRule {
        pattern: "policy public.*".parse().expect("a pattern"),
        attributes: Vec::new(),
        reason: "production is guarded elsewhere".into(),
        until: None,
    }];
    of(&left, &right, &options, explanation)
}

/// The comparison of two schemas, as staging and production.
pub fn of(
    left: &Arc<Snapshot>,
    right: &Arc<Snapshot>,
    options: &DiffOptions,
    explain: impl Fn(&ObjectId) -> Explanation,
) -> Comparison {
    let drift = diff(left, right, options);
    let explained = |difference: &crate::schema::diff::Difference| {
        (difference.verdict == crate::schema::diff::Verdict::Drift).then(|| explain(&difference.id))
    };
    Comparison {
        left: found(0, left, 8),
        right: found(1, right, 3),
        left_schema: Arc::clone(left),
        right_schema: Arc::clone(right),
        explanations: drift.differences.iter().map(explained).collect(),
        drift,
        left_lacks: Vec::new(),
        right_lacks: NAMES[3..].iter().map(ToString::to_string).collect(),
        failures: Vec::new(),
        doubts: Vec::new(),
        remarks: vec![format!("staging has {} in another version than its file.", NAMES[0])],
        refused: Vec::new(),
        files_are_unproven: false,
        at: before(0),
    }
}

/// Every difference with its standing, for the tests' own sake.
pub fn standings(comparison: &Comparison) -> Vec<(String, &'static str)> {
    let all = comparison.drift.differences.iter().enumerate();
    all.map(|(place, difference)| (words::name_within_schema(&difference.id), comparison.standing(place).word()))
        .collect()
}
