//! What `pg_dump` says of a database, brought to a form in which only the schema counts.

/// A dump (`--schema-only --create`) as the sorted list of its entries. Left out: what names the database or the
/// moment. Sorted: the entries, for `pg_dump` orders some by OID, and the statements of an ACL entry, which stand in
/// the order in which privileges were granted.
pub fn entries(dump: &str, database: &str) -> Vec<String> {
    let mut entries: Vec<String> = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    let mut head = "";
    for line in dump.lines().chain(["-- Name: end"]) {
        if line.starts_with("-- Name: ") {
            close(&mut entries, head, &mut lines, database);
            head = line;
        } else if !line.is_empty()
            && line != "--"
            && line != "-- PostgreSQL database dump complete"
            && !line.starts_with("\\restrict")
            && !line.starts_with("\\unrestrict")
        {
            lines.push(line);
        }
    }
    entries.sort();
    entries
}

fn close(entries: &mut Vec<String>, head: &str, lines: &mut Vec<&str>, database: &str) {
    let is_preamble = head.is_empty();
    let is_dictionary = head.contains("Type: TEXT SEARCH DICTIONARY;");
    if head.contains("Type: ACL;") || head.contains("Type: DEFAULT ACL;") {
        lines.sort_unstable();
    }
    if !is_preamble && !lines.is_empty() {
        let lines: Vec<String> = lines
            .iter()
            .map(|line| if is_dictionary { with_settings_sorted(line) } else { with_options_sorted(line) })
            .collect();
        entries.push(lines.join("\n").replace(database, "the_database"));
    }
    lines.clear();
}

/// A line whose storage options, if it has some, stand in the order of their names: in which they were said says
/// nothing.
fn with_options_sorted(line: &str) -> String {
    let Some((before, rest)) = line.split_once("WITH (") else { return line.to_owned() };
    let Some((options, after)) = rest.split_once(')') else { return line.to_owned() };
    let mut options: Vec<&str> = options.split(", ").collect();
    options.sort_unstable();
    format!("{before}WITH ({}){after}", options.join(", "))
}

/// The same of the line that holds all settings of a text search dictionary: `    a = '1', b = '2' );`.
fn with_settings_sorted(line: &str) -> String {
    let Some(settings) = line.strip_prefix("    ").and_then(|line| line.strip_suffix(" );")) else {
        return line.to_owned();
    };
    let mut settings: Vec<&str> = settings.split(", ").collect();
    settings.sort_unstable();
    format!("    {} );", settings.join(", "))
}

/// The dump (`--schema-only --create`) as a script that restores it into another database that exists.
pub fn for_database(dump: &str, from: &str, to: &str) -> String {
    dump.lines()
        .filter(|line| !line.starts_with("CREATE DATABASE ") && !line.starts_with("\\connect "))
        .map(|line| line.replace(from, to))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Where two dumps differ, in a few lines.
pub fn difference(left: &[String], right: &[String]) -> Option<String> {
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|entry| !those.contains(entry)).take(3).cloned().collect()
    };
    if left == right {
        return None;
    }
    let mut told = String::new();
    for (sign, entries) in [('-', only(left, right)), ('+', only(right, left))] {
        for line in entries.iter().flat_map(|entry| entry.lines().take(12)) {
            told.push_str(&format!("\n      {sign} {line}"));
        }
    }
    Some(told)
}
