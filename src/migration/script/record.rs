//! Which statements write the history table, and for which migrations.

use std::ops::Range;

use squawk_lexer::{LiteralKind, TokenKind};
use squawk_syntax::decoded_text::DecodedText;
use squawk_syntax::unescape::{decode_esc_string, decode_plain_string, decode_unicode_esc_string};

use super::Record;
use super::kind::main_verb;
use super::words::{Word, words};
use crate::migration::table::TableName;

/// The column of the history table that holds a migration's name, and its place when no columns are listed.
const NAME_COLUMN: &str = "migration_name";
const NAME_PLACE: usize = 1;

/// How much of a statement is searched for names. A statement that records migrations is short.
const SEARCHED_BYTES: usize = 64 * 1024;

/// Whether the statement at `range` writes `history`.
pub(super) fn record(source: &str, range: Range<usize>, history: &TableName) -> Option<Record> {
    let first = words(source, range.clone()).next()?;
    let verb = if first.is("with") { main_verb(source, range.clone())? } else { first };
    if !verb.is_any(&["insert", "update", "delete"]) {
        return None;
    }
    let end = range.end.min(source.floor_char_boundary(verb.at + SEARCHED_BYTES));
    let rest: Vec<Word<'_>> = {
        let mut words = words(source, verb.at..end).peekable();
        words.next();
        words.next_if(|word| word.is_any(&["into", "from"]));
        words.next_if(|word| word.is("only"));
        let table = target(&mut words)?;
        if !table.is(history) {
            return None;
        }
        words.collect()
    };
    Some(match () {
        () if verb.is("insert") => Record::Insert(inserted_names(&rest)),
        () if verb.is("update") => Record::Update(compared_names(&rest)),
        () => Record::Delete(compared_names(&rest)),
    })
}

/// The table that a statement names.
struct Target {
    schema: Option<String>,
    table: String,
}

impl Target {
    /// A table without a schema may be the history table: which one is meant hangs on the session's `search_path`.
    fn is(&self, history: &TableName) -> bool {
        self.table == history.table && self.schema.as_ref().is_none_or(|schema| *schema == history.schema)
    }
}

fn target<'a>(words: &mut std::iter::Peekable<impl Iterator<Item = Word<'a>>>) -> Option<Target> {
    let mut parts = vec![identifier(words.next()?)?];
    while words.next_if(|word| word.kind == TokenKind::Dot).is_some() {
        parts.push(identifier(words.next()?)?);
    }
    let table = parts.pop()?;
    Some(Target { schema: parts.pop(), table })
}

/// A name as the server stores it: unquoted ones in lower case, quoted ones as they are.
fn identifier(word: Word<'_>) -> Option<String> {
    match word.kind {
        TokenKind::Ident => Some(word.text.to_ascii_lowercase()),
        TokenKind::QuotedIdent { uescape: false, .. } => {
            Some(word.text.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\""))
        }
        TokenKind::QuotedIdent { uescape: true, .. } => {
            let inner = word.text.get(2..)?.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\"");
            let mut out = DecodedText::new(0.into());
            decode_unicode_esc_string(&inner, 0.into(), '\\', &mut out);
            Some(out.into_text())
        }
        _ => None,
    }
}

/// The text that a string constant stands for.
fn constant(word: &Word<'_>) -> Option<String> {
    let TokenKind::Literal { kind } = word.kind else { return None };
    let mut out = DecodedText::new(0.into());
    match kind {
        LiteralKind::Str { .. } => decode_plain_string(unquoted(word.text)?, 0.into(), &mut out),
        LiteralKind::NationalStr { .. } => decode_plain_string(unquoted(word.text.get(1..)?)?, 0.into(), &mut out),
        // An E'' string that goes on after a line break comes as a word of its own, without the E.
        LiteralKind::EscStr { .. } => {
            decode_esc_string(unquoted(word.text.trim_start_matches(['e', 'E']))?, 0.into(), &mut out);
        }
        LiteralKind::UnicodeEscStr { .. } => {
            decode_unicode_esc_string(unquoted(word.text.get(2..)?)?, 0.into(), '\\', &mut out);
        }
        LiteralKind::DollarQuotedString { .. } => {
            return squawk_syntax::quote::strip_dollar_quotes(word.text).map(str::to_owned);
        }
        _ => return None,
    }
    Some(out.into_text())
}

fn unquoted(text: &str) -> Option<&str> {
    squawk_syntax::quote::strip_quotes(text)
}

/// The names in the column `migration_name` of the rows of an `INSERT`, whose words after the table are `words`.
fn inserted_names(words: &[Word<'_>]) -> Vec<String> {
    let mut rest = words;
    if let [alias, name, after @ ..] = rest
        && alias.is("as")
        && name.is_name()
    {
        rest = after;
    }
    let mut place = NAME_PLACE;
    if rest.first().is_some_and(|word| word.kind == TokenKind::OpenParen)
        && !rest.get(1).is_some_and(|word| word.is_any(&["select", "values", "with", "table"]))
    {
        let (columns, after) = group(rest);
        let Some(found) = elements(columns).iter().position(|column| is_name_column(column)) else {
            return Vec::new();
        };
        (place, rest) = (found, after);
    }
    let Some(start) = rest.iter().position(|word| word.is_any(&["values", "select"])) else { return Vec::new() };
    let (keyword, mut rest) = (rest[start], &rest[start + 1..]);
    let mut names = Vec::new();
    if keyword.is("select") {
        let list = &rest[..end_of_select_list(rest)];
        names.extend(elements(list).get(place).and_then(|element| single_constant(element)));
        return names;
    }
    while rest.first().is_some_and(|word| word.kind == TokenKind::OpenParen) {
        let (row, after) = group(rest);
        names.extend(elements(row).get(place).and_then(|element| single_constant(element)));
        rest = match after {
            [comma, after @ ..] if comma.kind == TokenKind::Comma => after,
            _ => break,
        };
    }
    names
}

/// The names that a `WHERE` compares `migration_name` with: `=`, `IN (…)`, `= ANY (ARRAY[…])`, either way round.
fn compared_names(words: &[Word<'_>]) -> Vec<String> {
    let Some(condition) = words.iter().position(|word| word.is("where")) else { return Vec::new() };
    let words = &words[condition + 1..];
    let mut names = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if !is_name_column(&[*word]) {
            continue;
        }
        match &words[at + 1..] {
            [equals, any, rest @ ..] if equals.kind == TokenKind::Eq && any.is_any(&["any", "some"]) => {
                names.extend(group(rest).0.iter().filter_map(constant));
            }
            [equals, rest @ ..] if equals.kind == TokenKind::Eq => {
                names.extend(rest.iter().find(|word| word.is_string() || !word.is_name()).and_then(constant));
            }
            [is_in, rest @ ..] if is_in.is("in") => names.extend(group(rest).0.iter().filter_map(constant)),
            _ => {
                let mut before =
                    words[..at].iter().rev().skip_while(|word| word.is_name() || word.kind == TokenKind::Dot);
                if before.next().is_some_and(|word| word.kind == TokenKind::Eq) {
                    names.extend(before.next().and_then(constant));
                }
            }
        }
    }
    names
}

fn is_name_column(words: &[Word<'_>]) -> bool {
    words.last().is_some_and(|word| identifier(*word).is_some_and(|name| name == NAME_COLUMN))
}

/// The words inside the parentheses that `words` begin with, and the words after them.
fn group<'w, 'a>(words: &'w [Word<'a>]) -> (&'w [Word<'a>], &'w [Word<'a>]) {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        match word.kind {
            TokenKind::OpenParen => depth += 1,
            TokenKind::CloseParen if depth <= 1 => return (&words[1.min(at)..at], &words[at + 1..]),
            TokenKind::CloseParen => depth -= 1,
            _ if depth == 0 => return (&[], words),
            _ => {}
        }
    }
    (&[], &[])
}

/// The parts of a list, parted by the commas that stand in no parentheses or brackets of their own.
fn elements<'w, 'a>(words: &'w [Word<'a>]) -> Vec<&'w [Word<'a>]> {
    let mut depth = 0_usize;
    words
        .split(|word| {
            match word.kind {
                TokenKind::OpenParen | TokenKind::OpenBracket => depth += 1,
                TokenKind::CloseParen | TokenKind::CloseBracket => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && word.kind == TokenKind::Comma
        })
        .collect()
}

fn end_of_select_list(words: &[Word<'_>]) -> usize {
    const AFTER: [&str; 9] = ["from", "where", "group", "having", "union", "order", "limit", "on", "returning"];
    let mut depth = 0_usize;
    let end = words.iter().position(|word| {
        match word.kind {
            TokenKind::OpenParen => depth += 1,
            TokenKind::CloseParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && word.is_any(&AFTER)
    });
    end.unwrap_or(words.len())
}

/// The constant that an element is, where it is no more than one with casts around it: `'x'`, `'x'::text`, `text 'x'`,
/// `CAST('x' AS text)`. An alias may follow.
fn single_constant(element: &[Word<'_>]) -> Option<String> {
    let mut strings = element.iter().filter(|word| word.is_string());
    let only = strings.next()?;
    let computes = element.iter().any(|word| {
        let casts =
            matches!(word.kind, TokenKind::Colon | TokenKind::OpenParen | TokenKind::CloseParen | TokenKind::Dot);
        !(word.is_string() || word.is_name() || casts)
    });
    let calls = element.windows(2).any(|pair| {
        pair[0].is_name() && !pair[0].is_any(&["cast", "varchar", "char"]) && pair[1].kind == TokenKind::OpenParen
    });
    // A second string is either the first one going on, or something that only the server can make sense of.
    (strings.next().is_none() && !computes && !calls).then(|| constant(only)).flatten()
}
