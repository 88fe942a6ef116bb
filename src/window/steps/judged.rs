//! What the rules say of the migrations that a window is to apply.

use std::collections::HashSet;

use crate::config::Environment;
use crate::postgres::grant::{Gate, GateKind};
use crate::review::finding::{Finding, Severity};
use crate::window::context::Context;
use crate::window::event::{Check, Verdict};
use crate::window::plan::Plan;
use crate::window::review::{Git, Request, Reviewed, review_one_by_one};
use crate::window::step::Direction;

/// How many findings are named.
const NAMED: usize = 3;

/// What to do about findings.
const ADVICE: &str = "`tidegate review` tells all. Mend the files, or allow a finding there with its reason: \
                      `-- tidegate: allow RULE reason`.";

/// A warning of what is as grave as an error, where the configuration blocks nothing for it. Nothing where the rules have
/// nothing to object to, or where a rollback is to run.
pub fn check(context: &Context, environment: &Environment, plan: &Plan) -> Option<Check> {
    if plan.direction == Direction::Rollback || context.config.review.block_from.is_some() {
        return None;
    }
    let detail = grave(context, environment, plan, Severity::Error)?;
    let (name, advice) = ("review".to_owned(), Some(ADVICE.to_owned()));
    Some(Check { name, verdict: Verdict::Warning, detail, advice })
}

/// The gate of what the configuration blocks; none where it blocks nothing, or where a rollback is to run.
pub fn gate(context: &Context, environment: &Environment, plan: &Plan) -> Option<Gate> {
    let block_from = context.config.review.block_from.filter(|_| plan.direction == Direction::Apply)?;
    Some(match grave(context, environment, plan, block_from) {
        Some(found) => Gate::unmet(GateKind::Reviewed, found, ADVICE),
        None => Gate::met(GateKind::Reviewed, format!("the rules find nothing as grave as {}", a(block_from))),
    })
}

fn a(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "a note",
        Severity::Warning => "a warning",
        Severity::Error => "an error",
    }
}

/// The findings that are at least this grave, the first of them in words.
fn grave(context: &Context, environment: &Environment, plan: &Plan, least: Severity) -> Option<String> {
    let config = &context.config;
    let catalogue = context.read_catalogue().ok()?;
    let request = Request {
        only: Some(plan.items.iter().map(|item| item.name.to_string()).collect::<HashSet<_>>()),
        tier: Some(environment.tier),
        git: Git::ask(config),
        ..Request::default()
    };
    let mut grave = Vec::new();
    review_one_by_one(config, &catalogue, &request, |reviewed| grave.extend(graver(&reviewed, least)));
    if grave.is_empty() {
        return None;
    }
    let mut detail = grave.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(" ");
    if grave.len() > NAMED {
        detail += &format!(" And {} more.", grave.len() - NAMED);
    }
    Some(detail)
}

/// The findings of a migration that are at least this grave, in words.
fn graver(reviewed: &Reviewed, least: Severity) -> Vec<String> {
    let name = reviewed.name();
    let words = |finding: &Finding| format!("{name}: {} ({}).", finding.message.trim_end_matches('.'), finding.rule);
    match &reviewed.examined {
        Ok(examined) => examined.findings.iter().filter(|finding| finding.severity >= least).map(words).collect(),
        Err(unread) => vec![format!("{name}: {}", unread.why)],
    }
}
