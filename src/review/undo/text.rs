//! What the text of a statement tells that its deed does not.

use crate::migration::lexer::{Lexer, is_trivia};

/// Whether a text has this word, in any case.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    let (text, word) = (text.as_bytes(), word.as_bytes());
    if word.is_empty() || word.len() > text.len() {
        return false;
    }
    text.windows(word.len()).enumerate().any(|(at, found)| {
        found.eq_ignore_ascii_case(word)
            && !at.checked_sub(1).is_some_and(|before| is_part(&text[before]))
            && !text.get(at + word.len()).is_some_and(is_part)
    })
}

/// A function's name without what it takes.
pub(super) fn bare(name: &str) -> &str {
    name.split('(').next().unwrap_or(name)
}

/// What a statement makes of the `search_path`, where it sets it: its first schema, or none.
pub(super) fn search_path(text: &str) -> Option<Option<String>> {
    if !mentions(text, "search_path") {
        return None;
    }
    let lexemes = Lexer::new(text, 0..text.len()).filter(|lexeme| !is_trivia(lexeme.kind));
    let words: Vec<&str> = lexemes.map(|lexeme| &text[lexeme.range]).collect();
    let is = |word: &str, wanted: &[&str]| wanted.iter().any(|one| word.eq_ignore_ascii_case(one));
    let at = words.iter().position(|word| is(word.trim_matches('\''), &["search_path"]))?;
    let sets = is(words[0], &["set"]) || words.iter().any(|word| is(word, &["set_config"]));
    if !sets {
        return is(words[0], &["reset"]).then_some(None);
    }
    let rest = words[at + 1..].iter().filter(|word| !is(word, &["to", "=", ","]));
    let first = rest.map(|word| word.trim_matches('\'')).find(|word| !word.contains("$user"))?;
    // A text may name several.
    let first = first.split(',').next().unwrap_or_default().trim();
    Some((!first.is_empty() && !is(first, &["default", "public"])).then(|| unquoted(first)))
}

/// A name as the server stores it.
fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => name.to_lowercase(),
    }
}
