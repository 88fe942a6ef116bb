//! A comparison as one HTML page that needs nothing else.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::beside::{definitions, rows};
use super::{Page, Shown};
use crate::migration::text::printable;
use crate::schema::diff::{Difference, Presence, Verdict};
use crate::window::drift::cause::Explanation;
use crate::window::drift::course::Which;
use crate::window::drift::words::{self, Gravity, conclusion, name_within_schema, shown};

const STYLE: &str = include_str!("page.css");

/// The page.
pub(super) fn page(page: &Page<'_>) -> String {
    let comparison = page.comparison;
    let title = format!("Schema drift: {} and {}", comparison.left, comparison.right);
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{0}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<h1>{0}</h1>\n",
        escaped(&title)
    );
    let (gravity, words) = conclusion(comparison);
    paragraph(&mut html, class(gravity), &words);
    html += "<table class=\"sides\">\n";
    for which in [Which::Left, Which::Right] {
        let sign = match which {
            Which::Left => "-",
            Which::Right => "+",
        };
        let (name, words) = (comparison.side(which).to_string(), words::side(comparison, which));
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(html, "<tr><td>{sign}</td><td>{}</td><td>{}</td></tr>", escaped(&name), escaped(&words));
    }
    html += "</table>\n";

    let mut groups: BTreeMap<Option<&str>, Vec<Shown<'_>>> = BTreeMap::new();
    for (difference, explanation) in page.differences() {
        if difference.verdict != Verdict::Information || page.verbose {
            groups.entry(words::schema_of(&difference.id)).or_default().push((difference, explanation));
        }
    }
    for (schema, differences) in groups {
        let heading = schema.map_or("Outside of schemas".to_owned(), |schema| format!("Schema {schema}"));
        let _ = writeln!(html, "<h2>{}</h2>", escaped(&heading));
        for (difference, explanation) in differences {
            one(&mut html, page, difference, explanation);
        }
    }
    for (gravity, note) in words::unknowns(comparison).into_iter().chain(words::remarks(comparison, page.rules)) {
        paragraph(&mut html, class(gravity), &note);
    }
    let _ = writeln!(html, "<footer>Read at {}.</footer>\n</body>\n</html>", comparison.at);
    html
}

fn one(html: &mut String, page: &Page<'_>, difference: &Difference, explanation: Option<&Explanation>) {
    let comparison = page.comparison;
    let where_ = words::presence(comparison, difference.presence);
    let (gravity, why) = words::reason(comparison, difference, explanation, page.rules);
    let sign = difference.presence.sign();
    let presence = match difference.presence {
        Presence::OnlyLeft => "left",
        Presence::OnlyRight => "right",
        Presence::Changed => "changed",
    };
    let _ = writeln!(
        html,
        "<details class=\"{presence}\"><summary><b>{sign}</b> {} <code>{}</code> <span class=\"quiet\">{}</span> \
         <span class=\"{}\">{}</span></summary>",
        difference.id.kind,
        escaped(&name_within_schema(&difference.id)),
        escaped(&where_),
        class(gravity),
        escaped(&why),
    );
    if !difference.changes.is_empty() {
        html.push_str("<table class=\"changes\">\n");
        for change in &difference.changes {
            let _ = writeln!(
                html,
                "<tr><th>{}</th><td><pre>{}</pre></td><td><pre>{}</pre></td></tr>",
                change.attribute,
                escaped(&shown(change.left.as_ref())),
                escaped(&shown(change.right.as_ref())),
            );
        }
        html.push_str("</table>\n");
    }
    let (left, right) = definitions(comparison, &difference.id);
    let rows = rows(&left, &right);
    if !rows.is_empty() {
        html.push_str("<table class=\"beside\">\n");
        for row in rows {
            let side = |text: &Option<String>| escaped(text.as_deref().unwrap_or_default());
            let same = if row.is_same() { "" } else { " class=\"differs\"" };
            let _ = writeln!(
                html,
                "<tr{same}><td><code>{}</code></td><td><code>{}</code></td></tr>",
                side(&row.left),
                side(&row.right)
            );
        }
        html.push_str("</table>\n");
    }
    html.push_str("</details>\n");
}

fn paragraph(html: &mut String, class: &str, text: &str) {
    let _ = writeln!(html, "<p class=\"{class}\">{}</p>", escaped(text));
}

fn class(gravity: Gravity) -> &'static str {
    match gravity {
        Gravity::Quiet => "quiet",
        Gravity::Good => "good",
        Gravity::Warning => "warning",
        Gravity::Bad => "bad",
    }
}

/// A text that is only text in HTML, whatever it holds.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            escaped.push('\n');
        }
        for character in printable(line).chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                other => escaped.push(other),
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_server_says_is_markup() {
        assert_eq!(escaped("<script>'\"&\x1b[2J\nb"), "&lt;script&gt;&#39;&quot;&amp;\\x1b[2J\nb");
    }
}
