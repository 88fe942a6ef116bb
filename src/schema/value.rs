//! What an attribute of an object can be.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::name::Name;

/// The value of one attribute. Equal content makes equal values: sets and pairs are sorted when they are made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A whole number; fractional ones are texts, as the server writes them.
    Number(i64),
    /// A name, a word or SQL.
    Text(Name),
    /// Texts whose order counts: labels of an enum, keys of an index.
    List(Arc<[Name]>),
    /// Texts whose order does not count: roles of a policy, grants.
    Set(Arc<[Name]>),
    /// Options by their names.
    Pairs(Arc<[(Name, Name)]>),
}

impl Value {
    /// A list in this order.
    pub fn list(texts: impl IntoIterator<Item = impl Into<Name>>) -> Self {
        Self::List(texts.into_iter().map(Into::into).collect())
    }

    /// A set of these texts.
    pub fn set(texts: impl IntoIterator<Item = impl Into<Name>>) -> Self {
        let mut texts: Vec<Name> = texts.into_iter().map(Into::into).collect();
        texts.sort_unstable();
        texts.dedup();
        Self::Set(texts.into())
    }

    /// Options by their names.
    pub fn pairs(pairs: impl IntoIterator<Item = (impl Into<Name>, impl Into<Name>)>) -> Self {
        let mut pairs: Vec<(Name, Name)> = pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        pairs.sort_unstable();
        Self::Pairs(pairs.into())
    }

    /// Options as the catalogs have them: `{fillfactor=70,…}`. One without `=` has an empty value.
    pub fn options(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        Self::pairs(texts.into_iter().map(|text| {
            let (key, value) = text.as_ref().split_once('=').unwrap_or((text.as_ref(), ""));
            (Name::from(key), Name::from(value))
        }))
    }

    /// Its text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&Name> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Its number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// Whether it is a flag that is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        matches!(self, Self::Flag(true))
    }

    /// Its texts, if it is a list or a set.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Name]> {
        if let Self::List(texts) | Self::Set(texts) = self { Some(texts) } else { None }
    }

    /// Its pairs, if it has some.
    #[must_use]
    pub fn as_pairs(&self) -> Option<&[(Name, Name)]> {
        if let Self::Pairs(pairs) = self { Some(pairs) } else { None }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Name> for Value {
    fn from(text: Name) -> Self {
        Self::Text(text)
    }
}

impl fmt::Display for Value {
    /// As it reads in a list of attributes. Not fit for a terminal: names may hold anything.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => formatter.write_str(if *flag { "yes" } else { "no" }),
            Self::Number(number) => number.fmt(formatter),
            Self::Text(text) => formatter.write_str(text),
            Self::List(texts) | Self::Set(texts) => formatter.write_str(&texts.join(", ")),
            Self::Pairs(pairs) => {
                for (index, (key, value)) in pairs.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(formatter, "{comma}{key}={value}")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_content_makes_equal_values() {
        assert_eq!(Value::set(["b", "a", "b"]), Value::set(["a", "b"]));
        assert_eq!(Value::options(["b=2", "a=1=1"]), Value::pairs([("a", "1=1"), ("b", "2")]));
        assert_ne!(Value::list(["b", "a"]), Value::list(["a", "b"]));
    }
}
