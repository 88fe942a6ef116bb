//! A comment that hides what squawk finds from every reader.

use crate::review::finding::{Edit, Fix, Severity};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "squawk-ignore",
    level: Some(Severity::Warning),
    what: "a squawk-ignore comment, which hides findings",
    why: "What it hides is neither shown nor counted, and nobody has to say why it may stand.",
    how: "Give a reason instead: -- tidegate: allow RULE reason",
    link: "",
    examples: &[
        Example::bad("-- squawk-ignore ban-drop-column\nALTER TABLE t DROP COLUMN a;"),
        Example::bad("/* squawk-ignore */ ALTER TABLE t DROP COLUMN a;"),
        Example::bad("-- squawk-ignore-file\nALTER TABLE t DROP COLUMN a;"),
        Example::bad("-- squawk-ignore ban-drop-column,ban-drop-view -- nobody reads it\nALTER TABLE t DROP COLUMN a;"),
        Example::good("-- tidegate: allow ban-drop-column nobody reads it\nALTER TABLE t DROP COLUMN a;"),
        Example::good("-- we do without squawk-ignore\nALTER TABLE t DROP COLUMN a;"),
        Example::good(
            "-- tidegate: allow squawk-ignore another tool reads it\n-- squawk-ignore ban-drop-column\n\
             ALTER TABLE t DROP COLUMN a;",
        ),
    ],
    check: Check::Alone(check),
};

/// What the comment begins with.
const MARK: &str = "squawk-ignore";

fn check(subject: &Subject<'_>, report: &mut Report) {
    for range in &subject.up.comments {
        let text = subject.up.at(range);
        let line = text.strip_prefix("--");
        let block = || text.strip_prefix("/*").and_then(|rest| rest.strip_suffix("*/"));
        let Some(rest) = line.or_else(block).and_then(|body| body.trim().strip_prefix(MARK)) else { continue };
        let (rest, whole) = rest.strip_prefix("-file").map_or((rest, false), |rest| (rest, true));
        if !rest.is_empty() && !rest.starts_with(char::is_whitespace) {
            continue;
        }
        let (names, reason) = rest.split_once("--").unwrap_or((rest, ""));
        let rules: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        let hidden = if rules.is_empty() { "everything that squawk finds".to_owned() } else { rules.join(", ") };
        let place = if whole { "in the whole file" } else { "here" };
        let found = report.up(range.clone(), format!("This hides {hidden} {place}."));
        let named = if rules.is_empty() { "RULE".to_owned() } else { rules.join(", ") };
        let reason = reason.trim();
        let known = rules.iter().all(|name| crate::review::rule(name).is_some());
        if whole || rules.is_empty() || reason.is_empty() || line.is_none() || !known {
            found.help(format!("Write `-- tidegate: allow {named} reason` before the statement, and take this out."));
            continue;
        }
        let text = format!("-- tidegate: allow {named} {reason}");
        found.help(format!("Write `{text}`."));
        found.fix(Fix::of("allow it with its reason", vec![Edit { range: range.clone(), text }]).safe());
    }
}
