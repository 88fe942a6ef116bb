//! A comparison as plain lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Page;
use crate::migration::text::printable;
use crate::schema::diff::Verdict;
use crate::window::drift::course::Which;
use crate::window::drift::words;

/// The lines.
pub(super) fn text(page: &Page<'_>) -> String {
    let comparison = page.comparison;
    let mut text = format!("{}\n\n", words::conclusion(comparison).1);
    // Writing to a String cannot fail, here and below.
    for (which, sign) in [(Which::Left, "-"), (Which::Right, "+")] {
        let _ = writeln!(text, "{sign} {}: {}", comparison.side(which), words::side(comparison, which));
    }
    let mut schemas: BTreeMap<Option<&str>, Vec<_>> = BTreeMap::new();
    for (difference, explanation) in page.differences() {
        if difference.verdict == Verdict::Drift || page.verbose {
            schemas.entry(words::schema_of(&difference.id)).or_default().push((difference, explanation));
        }
    }
    for (schema, differences) in schemas {
        let heading = schema.map_or("outside of schemas".to_owned(), |schema| format!("schema {}", printable(schema)));
        let _ = writeln!(text, "\n{heading}");
        for (difference, explanation) in differences {
            let sign = difference.presence.sign();
            let name = words::name_within_schema(&difference.id);
            let presence = words::presence(comparison, difference.presence);
            let _ = writeln!(text, "  {sign} {} {name}  {presence}", difference.id.kind);
            for change in &difference.changes {
                let values = [words::shown(change.left.as_ref()), words::shown(change.right.as_ref())];
                let [left, right] = values.map(|value| value.replace('\n', "\n          "));
                let _ = writeln!(text, "      {}:\n        - {left}\n        + {right}", change.attribute);
            }
            let _ = writeln!(text, "      {}", words::reason(comparison, difference, explanation, page.rules).1);
        }
    }
    let notes = words::unknowns(comparison).into_iter().chain(words::remarks(comparison, page.rules));
    for (number, (_, note)) in notes.enumerate() {
        let gap = if number == 0 { "\n" } else { "" };
        let _ = writeln!(text, "{gap}{note}");
    }
    let _ = writeln!(text, "\nCompared at {}.", comparison.at);
    text
}
