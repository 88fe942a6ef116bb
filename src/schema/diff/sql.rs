//! Whether two texts of SQL that servers have written mean the same.
//!
//! Compared word by word; what a server of one version writes and one of another version leaves out is passed over on
//! the side that has it.

use std::collections::HashSet;
use std::ops::Range;

use squawk_lexer::TokenKind;

use crate::migration::lexer::{Lexer, is_trivia};
use crate::schema::snapshot::Version;

/// Whether two texts mean the same.
pub(super) fn is_same(left: &str, right: &str, versions: (Version, Version)) -> bool {
    let crosses = |major: u32| (versions.0.major >= major) != (versions.1.major >= major);
    let read = |text| {
        let words = unfolded_arrays(words(text));
        let words = if crosses(14) { with_one_number(calls(&words)) } else { words };
        without_nesting(words)
    };
    let (left, right) = (read(left), read(right));
    let passed = Passed { qualifiers: crosses(16), indent: crosses(16), alias: versions.0 != versions.1 };
    passed.is_same(&left, &right)
}

/// Whether the arguments of two routines mean the same. Servers from 14 on write the mode `IN` of a procedure's.
pub(super) fn are_same_arguments(left: &str, right: &str, versions: (Version, Version)) -> bool {
    let without_mode = |text| {
        let words = words(text);
        let begins: HashSet<usize> =
            top(&words).filter(|at| words[*at] == ",").map(|comma| comma + 1).chain([0]).collect();
        let kept: Vec<&str> = (words.iter().enumerate())
            .filter(|(at, word)| **word != "IN" || !begins.contains(at))
            .map(|(_, word)| *word)
            .collect();
        kept.join(" ")
    };
    is_same(&without_mode(left), &without_mode(right), versions)
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

/// The functions that SQL calls in words of its own (`SUBSTRING(a FROM 1)`, `a AT TIME ZONE b`) as plain calls: that is
/// how servers before 14 write them.
fn calls<'t>(words: &[&'t str]) -> Vec<&'t str> {
    let mut out = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let opens = if words[at] == "(" { at } else { at + 1 };
        let call = (words.get(opens) == Some(&"(")).then(|| closing(words, opens)).flatten().and_then(|end| {
            let name = (opens > at).then(|| words[at]);
            Some((plain_call(name, &words[opens + 1..end])?, end))
        });
        match call {
            Some((call, end)) => {
                out.extend(call);
                at = end + 1;
            }
            None => {
                out.push(words[at]);
                at += 1;
            }
        }
    }
    out
}

/// `EXTRACT` yields a `numeric` from 14 on, so that what it is compared with is cast to that, and a `double precision`
/// before.
fn with_one_number(words: Vec<&str>) -> Vec<&str> {
    if !words.contains(&"EXTRACT") {
        return words;
    }
    let mut out = Vec::with_capacity(words.len());
    for word in words {
        match (out.as_slice(), word) {
            ([.., "::", "double"], "precision") => {
                out.pop();
                out.push("numeric");
            }
            _ => out.push(word),
        }
    }
    out
}

/// `(a AND b) AND c` as `a AND b AND c`, and the same of `OR`: a server writes what `BETWEEN` stands for in parentheses of
/// its own at first, and without them when it has been dumped and restored.
fn without_nesting(words: Vec<&str>) -> Vec<&str> {
    /// A pair of parentheses, with the word that joins what stands in it.
    struct Group<'t> {
        open: usize,
        joined_by: Option<&'t str>,
        inner: Vec<(usize, usize, Option<&'t str>)>,
    }
    let mut dropped: HashSet<usize> = HashSet::new();
    let mut open: Vec<Group<'_>> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match *word {
            "(" => open.push(Group { open: at, joined_by: None, inner: Vec::new() }),
            ")" => {
                let Some(group) = open.pop() else { return words };
                if let Some(joiner) = group.joined_by {
                    let ends = [group.open, at];
                    let is_end = |place: usize| ends.contains(&place) || words[place] == joiner;
                    for (start, end, inner) in group.inner {
                        if inner == Some(joiner) && is_end(start - 1) && is_end(end + 1) {
                            dropped.extend([start, end]);
                        }
                    }
                }
                if let Some(outer) = open.last_mut() {
                    outer.inner.push((group.open, at, group.joined_by));
                }
            }
            "AND" | "OR" => {
                if let Some(group) = open.last_mut() {
                    group.joined_by = Some(word);
                }
            }
            _ => {}
        }
    }
    if dropped.is_empty() {
        return words;
    }
    let kept = words.into_iter().enumerate().filter(|(at, _)| !dropped.contains(at));
    kept.map(|(_, word)| word).collect()
}

/// Where the parenthesis that opens here is closed.
fn closing(words: &[&str], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate().skip(open) {
        match *word {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The plain form of a call, by its name and what stands in its parentheses; `None` where SQL has no words of its own for
/// it.
fn plain_call<'t>(name: Option<&'t str>, inner: &[&'t str]) -> Option<Vec<&'t str>> {
    let call = |name: &'t str, arguments: &[&[&'t str]]| {
        let mut words = vec![name, "("];
        for (number, argument) in arguments.iter().enumerate() {
            if number > 0 {
                words.push(",");
            }
            words.extend(calls(bare(argument)));
        }
        words.push(")");
        Some(words)
    };
    match (name, inner) {
        // Older servers take both for the same.
        (Some("date_part"), [field, "::", "text", ",", value @ ..]) => {
            let field = field.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''))?;
            call("EXTRACT", &[&[field], value])
        }
        (Some("EXTRACT"), _) => call("EXTRACT", &parts(inner, &["FROM"])),
        (Some("SUBSTRING"), _) => call("\"substring\"", &parts(inner, &["FROM", "FOR", "SIMILAR", "ESCAPE"])),
        (Some("OVERLAY"), _) => call("\"overlay\"", &parts(inner, &["PLACING", "FROM", "FOR"])),
        (Some("POSITION"), _) => match parts(inner, &["IN"]).as_slice() {
            [part, whole] => call("\"position\"", &[whole, part]),
            _ => None,
        },
        (Some("TRIM"), [side, rest @ ..]) => {
            let name = match *side {
                "BOTH" => "btrim",
                "LEADING" => "ltrim",
                "TRAILING" => "rtrim",
                _ => return None,
            };
            match parts(rest, &["FROM"]).as_slice() {
                [[], text] | [text] => call(name, &[text]),
                [characters, text] => call(name, &[text, characters]),
                _ => None,
            }
        }
        (Some("NORMALIZE"), _) => match parts(inner, &[","]).as_slice() {
            [text] => call("\"normalize\"", &[text]),
            [text, [form]] => call("\"normalize\"", &[text, &[normal_form(form)?]]),
            _ => None,
        },
        (Some("XMLEXISTS"), _) => call("\"xmlexists\"", &parts(inner, &["PASSING"])),
        (
            Some(
                "\"substring\"" | "\"overlay\"" | "\"position\"" | "\"normalize\"" | "\"xmlexists\"" | "\"overlaps\""
                | "btrim" | "ltrim" | "rtrim" | "is_normalized" | "timezone",
            ),
            _,
        ) => call(name?, &arguments(inner)),
        (None, [text @ .., "IS", "NORMALIZED"]) => call("is_normalized", &[text]),
        (None, [text @ .., "IS", form, "NORMALIZED"]) => call("is_normalized", &[text, &[normal_form(form)?]]),
        (None, ["(", .., ")"]) if inner.contains(&"OVERLAPS") => match parts(inner, &["OVERLAPS"]).as_slice() {
            [["(", one @ .., ")"], ["(", other @ .., ")"]] => {
                call("\"overlaps\"", &[arguments(one), arguments(other)].concat())
            }
            _ => None,
        },
        (None, _) => {
            let zone = top(inner).find(|at| matches!(inner[*at..], ["AT", "TIME", "ZONE", ..]))?;
            call("timezone", &[&inner[zone + 3..], &inner[..zone]])
        }
        _ => None,
    }
}

/// What stands between the commas of a call.
fn arguments<'w, 't>(inner: &'w [&'t str]) -> Vec<&'w [&'t str]> {
    let mut arguments = Vec::new();
    let mut start = 0;
    for comma in top(inner).filter(|at| inner[*at] == ",") {
        arguments.push(&inner[start..comma]);
        start = comma + 1;
    }
    arguments.push(&inner[start..]);
    arguments
}

/// An argument without the casts and parentheses around it: servers before 14 write out the casts that nobody has asked
/// for.
fn bare<'w, 't>(argument: &'w [&'t str]) -> &'w [&'t str] {
    let is_type = |words: &[&str]| {
        let is_part = |word: &&str| {
            matches!(*word, "(" | ")" | "[" | "]" | "," | ".")
                || word.starts_with(|first: char| first.is_lowercase() || first.is_ascii_digit() || first == '"')
        };
        !words.is_empty() && words.iter().all(is_part)
    };
    match argument {
        ["(", ..] => {
            let Some(end) = closing(argument, 0) else { return argument };
            match &argument[end + 1..] {
                [] => bare(&argument[1..end]),
                ["::", data_type @ ..] if is_type(data_type) => bare(&argument[1..end]),
                _ => argument,
            }
        }
        [_, "::", data_type @ ..] if is_type(data_type) => &argument[..1],
        _ => argument,
    }
}

/// A form of Unicode, as the text that functions take.
fn normal_form(form: &str) -> Option<&'static str> {
    Some(match form {
        "NFC" => "'nfc'",
        "NFD" => "'nfd'",
        "NFKC" => "'nfkc'",
        "NFKD" => "'nfkd'",
        _ => return None,
    })
}

/// The places that are in no parentheses.
fn top<'w>(words: &'w [&str]) -> impl Iterator<Item = usize> + 'w {
    let mut depth = 0_usize;
    words.iter().enumerate().filter_map(move |(at, word)| {
        match *word {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => return (depth == 0).then_some(at),
        }
        None
    })
}

/// What stands between these words, each of which comes once at most, in this order.
fn parts<'w, 't>(words: &'w [&'t str], between: &[&str]) -> Vec<&'w [&'t str]> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let mut between = between.iter().peekable();
    for at in top(words) {
        if between.clone().any(|one| *one == words[at]) {
            while between.next_if(|one| **one != words[at]).is_some() {}
            between.next();
            parts.push(&words[start..at]);
            start = at + 1;
        }
    }
    parts.push(&words[start..]);
    parts
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
    #[case::extract("date_part('year'::text, (a + b))", "EXTRACT(year FROM (a + b))", 13, 14, true)]
    #[case::other_field("date_part('year'::text, a)", "EXTRACT(month FROM a)", 13, 17, false)]
    #[case::extract_of_one("date_part('year'::text, a)", "EXTRACT(year FROM a)", 14, 15, false)]
    #[case::substring("\"substring\"(a, 1, 2)", "SUBSTRING(a FROM 1 FOR 2)", 13, 15, true)]
    #[case::substring_for("\"substring\"((a)::text, 'x'::text)", "SUBSTRING((a)::text FROM 'x'::text)", 13, 15, true)]
    #[case::overlay("\"overlay\"(a, b, 2)", "OVERLAY(a PLACING b FROM 2)", 13, 15, true)]
    #[case::position("\"position\"(a, 'b'::text)", "POSITION(('b'::text) IN (a))", 13, 15, true)]
    #[case::trim("btrim(a, 'x'::text)", "TRIM(BOTH 'x'::text FROM a)", 13, 15, true)]
    #[case::trim_blanks("ltrim(btrim(a))", "TRIM(LEADING FROM TRIM(BOTH FROM a))", 13, 15, true)]
    #[case::other_trim("ltrim(a)", "TRIM(BOTH FROM a)", 13, 15, false)]
    #[case::substring_similar("\"substring\"(a, b, c)", "SUBSTRING(a SIMILAR b ESCAPE c)", 13, 15, true)]
    #[case::overlaps("\"overlaps\"(a, (b + c), d, e)", "((a, (b + c)) OVERLAPS (d, e))", 13, 14, true)]
    #[case::other_overlaps("\"overlaps\"(a, b, d, d)", "((a, b) OVERLAPS (c, d))", 13, 14, false)]
    #[case::normalize("\"normalize\"(a, 'nfc'::text)", "NORMALIZE(a, NFC)", 13, 18, true)]
    #[case::is_normalized("is_normalized('x'::text)", "('x'::text IS NORMALIZED)", 13, 15, true)]
    #[case::is_normalized_as("is_normalized(a, 'nfkd'::text)", "(a IS NFKD NORMALIZED)", 13, 15, true)]
    #[case::xml("\"xmlexists\"('//a'::text, x)", "XMLEXISTS(('//a'::text) PASSING (x))", 13, 15, true)]
    #[case::extracted_number(
        "(date_part('year'::text, a) > (2000)::double precision)",
        "(EXTRACT(year FROM a) > (2000)::numeric)",
        13,
        14,
        true
    )]
    #[case::cast("\"substring\"((a.b)::text, 2)", "SUBSTRING(a.b FROM 2)", 13, 14, true)]
    #[case::cast_of_more("btrim(((a || b))::text, 'x'::text)", "TRIM(BOTH 'x'::text FROM (a || b))", 13, 14, true)]
    #[case::same_call("timezone('UTC'::text, a)", "timezone('UTC'::text, b)", 13, 14, false)]
    #[case::number("((a)::double precision > 1)", "((a)::numeric > 1)", 13, 14, false)]
    #[case::nested_and("(((a >= 1) AND (a <= 2)) AND (b = 3))", "((a >= 1) AND (a <= 2) AND (b = 3))", 15, 15, true)]
    #[case::nested_at_the_end("((a) AND ((b) AND (c)))", "((a) AND (b) AND (c))", 15, 15, true)]
    #[case::nested_twice("((((a) OR (b)) OR (c)) OR (d))", "((a) OR (b) OR (c) OR (d))", 15, 15, true)]
    #[case::nested_in_another("(((a) OR (b)) AND (c))", "((a) OR (b) AND (c))", 15, 15, false)]
    #[case::negated("((NOT ((a) AND (b))) AND (c))", "((NOT (a) AND (b)) AND (c))", 15, 15, false)]
    #[case::other_nested("(((a) AND (b)) AND (c))", "((a) AND (b) AND (d))", 15, 15, false)]
    #[case::frame("sum(a) OVER (ROWS BETWEEN (1) PRECEDING AND (2) FOLLOWING)", "sum(a) OVER w", 15, 15, false)]
    #[case::zone("timezone('UTC'::text, (a + b))", "((a + b) AT TIME ZONE 'UTC'::text)", 13, 15, true)]
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

    #[rstest]
    #[case::mode("IN a integer, INOUT b text", "a integer, INOUT b text", 14, 13, true)]
    #[case::default("IN a text DEFAULT (b = ANY (c)), IN d text", "a text DEFAULT (b = ANY (c)), d text", 18, 13, true)]
    #[case::sql(
        "a boolean DEFAULT (((1 > 0) AND (2 > 1)) AND (3 > 2))",
        "a boolean DEFAULT ((1 > 0) AND (2 > 1) AND (3 > 2))",
        15,
        15,
        true
    )]
    #[case::other_mode("INOUT a integer", "a integer", 14, 13, false)]
    #[case::other("IN a integer", "b integer", 14, 13, false)]
    fn arguments_mean_the_same_or_not(
        #[case] left: &str,
        #[case] right: &str,
        #[case] left_major: u32,
        #[case] right_major: u32,
        #[case] expected: bool,
    ) {
        let version = |major| Version { major, minor: 1 };
        assert_eq!(are_same_arguments(left, right, (version(left_major), version(right_major))), expected);
    }
}
