//! What the rules say of the migrations that a window is to apply.

use std::collections::HashSet;

use crate::review::finding::{Finding, Severity};
use crate::window::event::{Check, Verdict};
use crate::window::review::{Git, Request, Reviewed, review_one_by_one};
use crate::window::runner::Runner;
use crate::window::step::Direction;

/// How many findings a check names.
const NAMED: usize = 3;

/// What the rules say; nothing where they have nothing to object to, or where a rollback is to run.
pub fn check(runner: &Runner) -> Option<Check> {
    let plan = &runner.state().opened.plan;
    if plan.direction == Direction::Rollback {
        return None;
    }
    let config = &runner.context.config;
    let catalogue = runner.context.read_catalogue().ok()?;
    let request = Request {
        only: Some(plan.items.iter().map(|item| item.name.to_string()).collect::<HashSet<_>>()),
        tier: Some(runner.environment.tier),
        git: Git::ask(config),
        ..Request::default()
    };
    let block_from = config.review.block_from;
    let least = block_from.unwrap_or(Severity::Error).min(Severity::Error);
    let mut grave = Vec::new();
    review_one_by_one(config, &catalogue, &request, |reviewed| grave.extend(graver(&reviewed, least)));
    if grave.is_empty() {
        return None;
    }
    let mut detail = grave.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(" ");
    if grave.len() > NAMED {
        detail += &format!(" And {} more.", grave.len() - NAMED);
    }
    let advice = "`tidegate review` tells all. Mend the files, or allow a finding there with its reason: \
                  `-- tidegate: allow RULE reason`.";
    let verdict = if block_from.is_some() { Verdict::Failed } else { Verdict::Warning };
    Some(Check { name: "review".to_owned(), verdict, detail, advice: Some(advice.to_owned()) })
}

/// The findings that are at least this grave, in words.
fn graver(reviewed: &Reviewed, least: Severity) -> Vec<String> {
    let name = reviewed.name();
    let words = |finding: &Finding| format!("{name}: {} ({}).", finding.message.trim_end_matches('.'), finding.rule);
    match &reviewed.examined {
        Ok(examined) => examined.findings.iter().filter(|finding| finding.severity >= least).map(words).collect(),
        Err(unread) => vec![format!("{name}: {}", unread.why)],
    }
}
