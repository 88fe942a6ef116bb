//! How deeply a text is nested, as far as its words tell: a parser that follows the nesting must not be given any text.

use squawk_lexer::TokenKind;

use crate::migration::lexer::{Lexer, is_trivia};

/// What a text may weigh to be parsed: well below what the parser takes on a small stack.
const HEAVIEST: usize = 800;
/// What a bracket, a `CASE` or a block weighs; an operator weighs one.
const BRACKET: usize = 4;
/// How often a text in quotes may hold a text in quotes.
const QUOTES: usize = 6;

/// Words that may nest what follows, as operators do.
const NESTING: [&str; 24] = [
    "and",
    "or",
    "not",
    "union",
    "intersect",
    "except",
    "join",
    "explain",
    "create",
    "in",
    "is",
    "between",
    "like",
    "ilike",
    "similar",
    "collate",
    "select",
    "with",
    "values",
    "prepare",
    "declare",
    "elsif",
    "when",
    "at",
];

/// Whether a text, and every text in quotes within it, is shallow enough for the parser.
pub(super) fn is_shallow(source: &str) -> bool {
    fits(source, QUOTES)
}

fn fits(source: &str, quotes: usize) -> bool {
    // What is open, each with what was nested since its last comma.
    let mut levels = vec![0_usize];
    let mut weight = 0_usize;
    let mut blocks = 0_usize;
    let mut may_begin_if = true;
    let mut after_end = false;
    for lexeme in Lexer::new(source, 0..source.len()) {
        if is_trivia(lexeme.kind) {
            continue;
        }
        let text = &source[lexeme.range];
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        let mut begins = false;
        let mut adds = 0;
        match lexeme.kind {
            TokenKind::Ident => {
                let opens = is("begin") || is("loop") || is("case") || (is("if") && may_begin_if);
                if is("end") {
                    blocks = blocks.saturating_sub(1);
                } else if opens && !after_end {
                    blocks += 1;
                }
                adds = usize::from(NESTING.iter().any(|word| is(word)));
                begins = is("begin") || is("then") || is("else") || is("loop");
                after_end = is("end");
            }
            TokenKind::OpenParen | TokenKind::OpenBracket => {
                levels.push(0);
                weight += BRACKET;
            }
            TokenKind::CloseParen | TokenKind::CloseBracket if levels.len() > 1 => {
                weight = weight.saturating_sub(levels.pop().unwrap_or_default() + BRACKET);
            }
            TokenKind::Comma | TokenKind::Semi => {
                let level = levels.last_mut().map(std::mem::take).unwrap_or_default();
                weight = weight.saturating_sub(level);
                begins = lexeme.kind == TokenKind::Semi;
            }
            TokenKind::Literal { .. } => {
                let holds_text = text.len() > HEAVIEST / 2 && text.ends_with(['\'', '$']);
                if holds_text && (quotes == 0 || !fits(unquoted(text), quotes - 1)) {
                    return false;
                }
            }
            TokenKind::QuotedIdent { .. } => {}
            _ => adds = 1,
        }
        if lexeme.kind != TokenKind::Ident {
            after_end = false;
        }
        may_begin_if = begins;
        weight += adds;
        if let Some(level) = levels.last_mut() {
            *level += adds;
        }
        if weight + blocks * BRACKET > HEAVIEST {
            return false;
        }
    }
    true
}

/// What stands between the quotes of a constant, as it is written.
pub(super) fn unquoted(constant: &str) -> &str {
    if constant.starts_with('$')
        && let Some(inner) = squawk_syntax::quote::strip_dollar_quotes(constant)
    {
        return inner;
    }
    let start = constant.find('\'').map_or(0, |quote| quote + 1);
    let end = constant.rfind('\'').filter(|end| *end >= start).unwrap_or(constant.len());
    &constant[start..end]
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::parentheses("select ", "(", "1", ")")]
    #[case::conjunctions("select 1 where a", " and a", "", "")]
    #[case::sums("select 1", "+1", "", "")]
    #[case::negations("select ", "not ", "a", "")]
    #[case::signs("select ", "- ", "1", "")]
    #[case::queries("", "select (", "select 1", ")")]
    #[case::unions("select 1", " union select 1", "", "")]
    #[case::cases("select ", "case when a then ", "1", " end")]
    #[case::joins("select 1 from a", " join a on true", "", "")]
    #[case::arrays("select ", "array[", "1", "]")]
    #[case::casts("select a", "::int", "", "")]
    #[case::explanations("", "explain ", "select 1", "")]
    #[case::commas_inside("select ", "f(1, ", "1", ")")]
    fn what_is_nested_without_end_is_too_deep(
        #[case] before: &str,
        #[case] open: &str,
        #[case] middle: &str,
        #[case] close: &str,
    ) {
        let nested = |times| format!("{before}{}{middle}{}", open.repeat(times), close.repeat(times));
        assert!(is_shallow(&nested(20)));
        assert!(!is_shallow(&nested(2_000)));
        let body = |times| format!("do $body$ begin perform ({}); end $body$", nested(times));
        assert!(is_shallow(&body(20)));
        assert!(!is_shallow(&body(2_000)));
    }

    #[test]
    fn blocks_nest_and_what_stands_side_by_side_does_not() {
        let nested = |times: usize| {
            format!("do $$ begin {}null;{} end $$", "if a then ".repeat(times), " end if;".repeat(times))
        };
        assert!(is_shallow(&nested(20)) && !is_shallow(&nested(2_000)));
        let rows = "(1, 'a', now() - interval '1 day'), ".repeat(20_000);
        assert!(is_shallow(&format!("insert into a values {rows} (2, 'b', null)")));
        let tables = "create table if not exists a (b int); if a and b then null; end if; ".repeat(2_000);
        assert!(is_shallow(&format!("do $$ begin {tables} end $$")));
    }
}
