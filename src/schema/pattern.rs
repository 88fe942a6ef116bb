//! Patterns that name objects: `public.audit_*`, `view reporting.*`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::object::ObjectId;

/// Names objects by a kind, if it begins with the word of one, and a name, in which `*` stands for any text and `?`
/// for one character. The name is matched with the qualified name without quotes (`public.orders.total`); a pattern
/// that matches a relation matches its parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    kind: Option<Kind>,
    glob: String,
}

/// A pattern without a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "The pattern {0:?} names nothing. Write a name such as \"public.audit_*\", with a kind before it if you like: \"view reporting.*\"."
)]
pub struct PatternError(String);

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let trimmed = text.trim();
        // The longest word first: "publication" begins "publications" no less than "published table" does.
        let kind = Kind::ALL
            .iter()
            .filter_map(|kind| Some((*kind, trimmed.strip_prefix(kind.word())?.strip_prefix(' ')?.trim_start())))
            .max_by_key(|(kind, _)| kind.word().len());
        let (kind, glob) = kind.map_or((None, trimmed), |(kind, rest)| (Some(kind), rest));
        if glob.is_empty() {
            return Err(PatternError(text.to_owned()));
        }
        Ok(Self { kind, glob: glob.to_owned() })
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => write!(formatter, "{kind} {}", self.glob),
            None => formatter.write_str(&self.glob),
        }
    }
}

impl Pattern {
    /// Whether it names this object, or the relation that it is a part of.
    #[must_use]
    pub fn matches(&self, id: &ObjectId) -> bool {
        let whole: Vec<&str> =
            [id.schema.as_deref(), id.relation.as_deref(), Some(&*id.name)].into_iter().flatten().collect();
        let is_kind = self.kind.is_none_or(|kind| kind == id.kind);
        if is_kind && glob(&self.glob, &whole.join(".")) {
            return true;
        }
        let is_kind_of_relation = self.kind.is_none_or(|kind| kind.is_relation() || kind == Kind::Domain);
        id.relation.is_some() && is_kind_of_relation && glob(&self.glob, &whole[..whole.len() - 1].join("."))
    }
}

/// Whether a text matches a pattern with `*` and `?`, without ever going back more than one star.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut star, mut from) = (0, None, 0);
    let mut position = 0;
    while position < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some(at);
                from = position;
                at += 1;
            }
            Some(character) if *character == '?' || *character == text[position] => {
                at += 1;
                position += 1;
            }
            _ => {
                let Some(star) = star else { return false };
                from += 1;
                position = from;
                at = star + 1;
            }
        }
    }
    pattern[at..].iter().all(|character| *character == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("public.audit_*", Kind::Table, "audit_log", true)]
    #[case("public.audit_?", Kind::Table, "audit_log", false)]
    #[case("*.audit_lo?", Kind::Table, "audit_log", true)]
    #[case("table public.*", Kind::Table, "audit_log", true)]
    #[case("view public.*", Kind::Table, "audit_log", false)]
    #[case("materialized view public.*", Kind::MaterializedView, "m", true)]
    #[case("audit_log", Kind::Table, "audit_log", false)]
    fn a_pattern_names_objects(#[case] pattern: &str, #[case] kind: Kind, #[case] name: &str, #[case] expected: bool) {
        let pattern: Pattern = pattern.parse().unwrap();
        assert_eq!(pattern.matches(&ObjectId::in_schema(kind, "public", name)), expected);
    }

    #[rstest]
    #[case("public.orders", true)]
    #[case("table public.orders", true)]
    #[case("public.orders.t*", true)]
    #[case("column public.orders.total", true)]
    #[case("index public.orders.total", false)]
    #[case("public.order", false)]
    fn a_pattern_of_a_relation_names_its_parts(#[case] pattern: &str, #[case] expected: bool) {
        let column = ObjectId::in_schema(Kind::Table, "public", "orders").part(Kind::Column, "total");
        assert_eq!(pattern.parse::<Pattern>().unwrap().matches(&column), expected);
    }

    #[test]
    fn a_pattern_must_name_something() {
        assert!("".parse::<Pattern>().is_err());
        assert_eq!("view  a.*".parse::<Pattern>().unwrap().to_string(), "view a.*");
    }
}
