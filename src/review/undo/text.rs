//! What the text of a statement tells that its deed does not.

use crate::migration::lexer::{Lexer, is_trivia};

/// Whether a text has this word.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    text.match_indices(&word).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// A function's name without what it takes.
pub(super) fn bare(name: &str) -> &str {
    name.split('(').next().unwrap_or(name)
}

/// Whether a statement begins with these words.
pub(super) fn begins_with(text: &str, words: &[&str]) -> bool {
    let mut found = text.split_whitespace();
    words.iter().all(|word| found.next().is_some_and(|one| one.eq_ignore_ascii_case(word)))
}

/// The parts of the name behind `OWNED BY`.
pub(super) fn owned_by(text: &str) -> Vec<String> {
    let lexemes = Lexer::new(text, 0..text.len()).filter(|lexeme| !is_trivia(lexeme.kind));
    let mut words = lexemes.map(|lexeme| &text[lexeme.range]).peekable();
    while let Some(word) = words.next() {
        let is = |wanted: &str, word: &str| word.eq_ignore_ascii_case(wanted);
        if !is("owned", word) || !words.next_if(|word| is("by", word)).is_some() {
            continue;
        }
        let mut parts = Vec::new();
        while let Some(part) = words.next() {
            parts.push(unquoted(part));
            if words.next_if_eq(&".").is_none() {
                break;
            }
        }
        return parts;
    }
    Vec::new()
}

/// A name as the server stores it.
pub(super) fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => name.to_lowercase(),
    }
}
