//! Whether two texts of SQL that servers have written mean the same.
//!
//! Compared word by word; what a server of one version writes and one of another version leaves out is passed over on
//! the side that has it.

use std::ops::Range;

use squawk_lexer::TokenKind;

use crate::migration::lexer::{Lexer, is_trivia};
use crate::schema::snapshot::Version;

/// Whether two texts mean the same.
pub(super) fn is_same(left: &str, right: &str, versions: (Version, Version)) -> bool {
    let (left, right) = (unfolded_arrays(words(left)), unfolded_arrays(words(right)));
    let crosses = |major: u32| (versions.0.major >= major) != (versions.1.major >= major);
    let passed = Passed { qualifiers: crosses(16), indent: crosses(16), alias: versions.0 != versions.1 };
    passed.is_same(&left, &right)
}

fn words(text: &str) -> Vec<&str> {
    let lexemes = Lexer::new(text, 0..text.len()).filter(|lexeme| !is_trivia(lexeme.kind));
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut after_colon = false;
    for lexeme in lexemes {
        // `::` is one word.
        let is_colon = lexeme.kind == TokenKind::Colon;
        match ranges.last_mut() {
            Some(last) if is_colon && after_colon && last.end == lexeme.range.start => {
                last.end = lexeme.range.end;
                after_colon = false;
            }
            _ => {
                ranges.push(lexeme.range);
                after_colon = is_colon;
            }
        }
    }
    ranges.into_iter().map(|range| &text[range]).collect()
}

/// `(ARRAY[a, b])::text[]` as `ARRAY[(a)::text, (b)::text]`: a server writes `x IN (…)` the one way at first, and the
/// other way when it has been dumped and restored.
fn unfolded_arrays(words: Vec<&str>) -> Vec<&str> {
    let mut out = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        match folded_array(&words[at..]) {
            Some(array) => {
                out.extend(["ARRAY", "["]);
                for (index, element) in array.elements.iter().enumerate() {
                    if index > 0 {
                        out.push(",");
                    }
                    out.push("(");
                    out.extend(unfolded_arrays(element.to_vec()));
                    out.extend([")", "::"]);
                    out.extend(array.element_type);
                }
                out.push("]");
                at += array.length;
            }
            None => {
                out.push(words[at]);
                at += 1;
            }
        }
    }
    out
}

struct FoldedArray<'w, 't> {
    elements: Vec<&'w [&'t str]>,
    element_type: &'w [&'t str],
    /// How many words it takes.
    length: usize,
}

/// The array at the beginning of these words, if there is one that is cast as a whole.
fn folded_array<'w, 't>(words: &'w [&'t str]) -> Option<FoldedArray<'w, 't>> {
    let ["(", "ARRAY", "[", ..] = words else { return None };
    let mut depth = 0_usize;
    let mut elements = Vec::new();
    let mut start = 3;
    let mut end = None;
    for (at, word) in words.iter().enumerate().skip(3) {
        match *word {
            "(" | "[" => depth += 1,
            "]" if depth == 0 => {
                elements.push(&words[start..at]);
                end = Some(at);
                break;
            }
            ")" | "]" => depth = depth.checked_sub(1)?,
            "," if depth == 0 => {
                elements.push(&words[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    let end = end?;
    let [")", "::", rest @ ..] = &words[end + 1..] else { return None };
    let length = rest.iter().position(|word| *word == "[" || *word == ")" || *word == ",")?;
    let ["[", "]", ..] = &rest[length..] else { return None };
    Some(FoldedArray { elements, element_type: &rest[..length], length: end + 3 + length + 2 })
}

/// What one of the two texts may have and the other one may lack.
struct Passed {
    /// The relation's name before a column, where there is one relation only.
    qualifiers: bool,
    /// `NO INDENT` in XMLSERIALIZE.
    indent: bool,
    /// `AS` before an alias.
    alias: bool,
}

impl Passed {
    fn is_same(&self, left: &[&str], right: &[&str]) -> bool {
        let (mut left, mut right) = (left, right);
        loop {
            match (left.split_first(), right.split_first()) {
                (None, None) => return true,
                (Some((here, left_rest)), Some((there, right_rest))) if here == there && !self.leads(left, right) => {
                    (left, right) = (left_rest, right_rest);
                }
                _ => match (self.pass(left, right), self.pass(right, left)) {
                    (Some(rest), _) => left = rest,
                    (None, Some(rest)) => right = rest,
                    (None, None) => return false,
                },
            }
        }
    }

    /// Whether two equal words are not the same thing: a relation's name on one side, a column of that name on the
    /// other one.
    fn leads(&self, left: &[&str], right: &[&str]) -> bool {
        let is_qualified = |words: &[&str]| matches!(words, [_, ".", ..]);
        self.qualifiers && is_name(left[0]) && is_qualified(left) != is_qualified(right)
    }

    /// What follows the words that one side has and the other one may lack.
    fn pass<'w, 't>(&self, has: &'w [&'t str], lacks: &[&str]) -> Option<&'w [&'t str]> {
        match has {
            [name, ".", rest @ ..] if self.qualifiers && is_name(name) && rest.first() == lacks.first() => Some(rest),
            ["NO", "INDENT", rest @ ..] if self.indent && rest.first() == lacks.first() => Some(rest),
            ["AS", rest @ ..] if self.alias && rest.first() == lacks.first() => Some(rest),
            _ => None,
        }
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_alphabetic() || first == '_' || first == '"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const IN_CHECK: &str = "((x)::text = ANY ((ARRAY['a'::character varying, 'b,c'::character varying])::text[]))";
    const IN_RESTORED: &str =
        "((x)::text = ANY (ARRAY[('a'::character varying)::text, ('b,c'::character varying)::text]))";

    #[rstest]
    #[case::array(IN_CHECK, IN_RESTORED, 15, 15, true)]
    #[case::other_array(IN_CHECK, "((x)::text = ANY (ARRAY[('a'::character varying)::text]))", 15, 15, false)]
    #[case::blanks("SELECT a\n  FROM  t", "SELECT a FROM t", 15, 15, true)]
    #[case::qualifier(" SELECT t.a, t.b FROM t WHERE t.a > 0", " SELECT a, b FROM t WHERE a > 0", 15, 16, true)]
    #[case::same_version("SELECT t.a FROM t", "SELECT a FROM t", 16, 17, false)]
    #[case::other_relation("SELECT t.a FROM t", "SELECT u.a FROM t", 15, 16, false)]
    #[case::column_like_relation("SELECT t.t FROM t", "SELECT t FROM t", 15, 16, true)]
    #[case::other_column("SELECT t.a FROM t", "SELECT b FROM t", 15, 16, false)]
    #[case::alias("UPDATE t AS a SET x = 1", "UPDATE t a SET x = 1", 14, 15, true)]
    #[case::indent("XMLSERIALIZE(CONTENT x AS text NO INDENT)", "XMLSERIALIZE(CONTENT x AS text)", 16, 15, true)]
    #[case::text("'a  b'::text", "'a b'::text", 15, 16, false)]
    #[case::shorter("a AND b", "a", 15, 16, false)]
    fn texts_mean_the_same_or_not(
        #[case] left: &str,
        #[case] right: &str,
        #[case] left_major: u32,
        #[case] right_major: u32,
        #[case] expected: bool,
    ) {
        let version = |major| Version { major, minor: 1 };
        assert_eq!(is_same(left, right, (version(left_major), version(right_major))), expected);
        assert_eq!(is_same(right, left, (version(right_major), version(left_major))), expected);
    }
}
