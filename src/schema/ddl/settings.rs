//! Settings (`SET name TO value`) from the way the catalogs keep them (`name=value`).

use crate::schema::name::{literal, quoted};

/// Settings whose value is a list of identifiers, kept as SQL: each is a constant of its own.
const LISTS: &[&str] = &[
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// `name TO value` of a setting that the catalogs keep as `name=value`.
#[must_use]
pub fn assignment(setting: &str) -> String {
    let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
    // A setting of an extension has a dot in its name, and no quotes.
    let spelled = name.split('.').map(|part| quoted(part).into_owned()).collect::<Vec<_>>().join(".");
    let value = if LISTS.contains(&name.to_ascii_lowercase().as_str()) { list(value) } else { literal(value) };
    format!("{spelled} TO {value}")
}

/// `a, "B c"` as constants: `'a', 'B c'`.
fn list(value: &str) -> String {
    let mut elements = Vec::new();
    let mut rest = value.trim();
    while !rest.is_empty() {
        let (element, after) = match rest.strip_prefix('"') {
            Some(inner) => quoted_element(inner),
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (rest[..end].trim().to_owned(), &rest[end..])
            }
        };
        elements.push(literal(&element));
        rest = after.trim_start().strip_prefix(',').unwrap_or("").trim_start();
    }
    if elements.is_empty() { "''".to_owned() } else { elements.join(", ") }
}

fn quoted_element(inner: &str) -> (String, &str) {
    let mut element = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        if character != '"' {
            element.push(character);
        } else if inner[at + 1..].starts_with('"') {
            element.push('"');
            characters.next();
        } else {
            return (element, &inner[at + 1..]);
        }
    }
    (element, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("work_mem=1MB", "work_mem TO '1MB'")]
    #[case("search_path=public, \"Strange \"\"one\", \"\"", "search_path TO 'public', 'Strange \"one', ''")]
    #[case("search_path=", "search_path TO ''")]
    #[case("my.setting=it's", "my.setting TO 'it''s'")]
    fn a_setting_is_written_as_sql(#[case] kept: &str, #[case] sql: &str) {
        assert_eq!(assignment(kept), sql);
    }
}
