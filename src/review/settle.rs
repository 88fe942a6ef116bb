//! What is left of what was found, where some of it is allowed or is not looked for.

use super::allow::{Allowance, NEVER};
use super::examine::Rules;
use super::finding::{Edit, Finding, Fix};
use super::rule;
use super::rule::Report;

/// Weighs what was found in a migration by the rules that are on, takes out what its files allow and puts the rest in
/// order. Returns what is left, and what is allowed with the reason.
pub fn settle(found: Vec<Finding>, allowances: &[Allowance], rules: &Rules) -> (Vec<Finding>, Vec<(Finding, String)>) {
    let (mut findings, mut allowed) = (Vec::with_capacity(found.len()), Vec::new());
    let mut used = vec![false; allowances.len()];
    for mut finding in found {
        let Some(severity) = rules.severity(finding.rule) else { continue };
        finding.severity = severity;
        let covering = allowances.iter().zip(&mut used).find_map(|(one, used)| {
            let reason = one.reason.as_ref().filter(|_| one.covers(&finding))?;
            Some((reason, used))
        });
        match covering {
            Some((reason, used)) => {
                *used = true;
                allowed.push((finding, reason.clone()));
            }
            None => findings.push(finding),
        }
    }
    let faults = allowances.iter().zip(used).filter_map(|(allowance, used)| fault(allowance, used, rules));
    findings.extend(faults);
    findings.sort_by_key(|finding| (finding.part, finding.range.start, finding.range.end, finding.rule));
    (findings, allowed)
}

/// What is wrong with an allowance itself.
fn fault(allowance: &Allowance, used: bool, rules: &Rules) -> Option<Finding> {
    let named = allowance.rules.join(", ");
    let unknown = allowance.rules.iter().find(|name| rule(name).is_none());
    let (name, message) = match unknown {
        Some(unknown) => (UNUSED, format!("There is no rule {unknown}.")),
        None if allowance.rules.is_empty() => (NO_REASON, "The comment names neither rule nor reason.".to_owned()),
        None if allowance.reason.is_none() => {
            (NO_REASON, format!("Nothing says why {named} is allowed here: it is not."))
        }
        None if !used && allowance.rules.iter().all(|name| NEVER.contains(&name.as_str())) => {
            (UNUSED, format!("No comment allows {named}."))
        }
        // A rule that is off here may be on in another tier, and find what the comment is there for.
        None if !used && allowance.rules.iter().all(|name| rules.have_all_of(name)) => {
            (UNUSED, format!("Nothing is found here that {named} would allow."))
        }
        None => return None,
    };
    let mut report = Report::new(name, rules.severity(name)?);
    let found = report.at(allowance.part, allowance.range.clone(), message);
    if name == UNUSED {
        // What is not found now may be found with what another environment says.
        let edit = Edit { range: allowance.line.clone(), text: String::new() };
        found.fix(Fix::of("take the comment out", vec![edit]));
    }
    report.into_findings().pop()
}

/// The rule that finds allowances that allow nothing.
const UNUSED: &str = "allow-unused";
/// The rule that finds allowances that do not say why.
const NO_REASON: &str = "allow-without-reason";
