//! Conditions that hold for every row, whatever is in it.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::plain;

/// Whether the condition of a clause holds for every row, as far as its words alone tell.
pub(super) fn lets_all_pass(clause: &SyntaxNode) -> bool {
    clause.children().last().is_some_and(|condition| holds(&condition))
}

/// Whether a text means true where PostgreSQL reads a boolean: any beginning of a word will do.
pub(super) fn is_yes(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    matches!(text.as_str(), "1" | "on")
        || !text.is_empty() && ["true", "yes"].iter().any(|word| word.starts_with(&text))
}

fn holds(condition: &SyntaxNode) -> bool {
    let mut parts = condition.children();
    match condition.kind() {
        SyntaxKind::LITERAL => plain(condition) == "true",
        SyntaxKind::PAREN_EXPR => lets_all_pass(condition),
        SyntaxKind::CAST_EXPR => {
            let literal = parts.next().filter(|part| part.kind() == SyntaxKind::LITERAL);
            let is_boolean = parts.last().is_some_and(|part| matches!(plain(&part).as_str(), "boolean" | "bool"));
            is_boolean && literal.is_some_and(|literal| is_yes(plain(&literal).trim_matches('\'')))
        }
        SyntaxKind::BIN_EXPR => {
            let Some((left, right)) = parts.next().zip(parts.last()) else { return false };
            let has = |kind| condition.children_with_tokens().any(|part| part.kind() == kind);
            if has(SyntaxKind::OR_KW) {
                holds(&left) || holds(&right)
            } else if has(SyntaxKind::AND_KW) {
                holds(&left) && holds(&right)
            } else {
                // Nothing is known to be equal to NULL, not even another.
                let are_literals = [&left, &right].iter().all(|part| part.kind() == SyntaxKind::LITERAL);
                has(SyntaxKind::EQ) && are_literals && plain(&left) == plain(&right) && plain(&left) != "null"
            }
        }
        _ => false,
    }
}
