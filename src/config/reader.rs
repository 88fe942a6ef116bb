//! Reads typed values out of a TOML document and collects every mistake with its line, instead of stopping at the first.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Problem;
use super::nearest::nearest;
use super::schema::{KEYS, Section};
use crate::migration::text::{printable, shortened};

/// Collects what is wrong with one document.
pub(super) struct Reader<'a> {
    text: &'a str,
    problems: RefCell<Vec<(usize, Problem)>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, problems: RefCell::default() }
    }

    /// The line of a byte, counted from 1.
    pub(super) fn line(&self, at: usize) -> u32 {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        let breaks = before.iter().filter(|byte| **byte == b'\n').count();
        u32::try_from(breaks + 1).unwrap_or(u32::MAX)
    }

    /// Records a mistake at a byte.
    pub(super) fn problem(&self, at: usize, message: impl Into<String>, advice: impl Into<Option<String>>) {
        let problem = Problem { line: Some(self.line(at)), message: message.into(), advice: advice.into() };
        self.problems.borrow_mut().push((at, problem));
    }

    /// Records a mistake of the file as a whole.
    pub(super) fn problem_of_file(&self, message: impl Into<String>, advice: impl Into<Option<String>>) {
        let problem = Problem { line: None, message: message.into(), advice: advice.into() };
        self.problems.borrow_mut().push((usize::MAX, problem));
    }

    /// Every mistake, in the order of the file.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(at, _)| *at);
        problems.into_iter().map(|(_, problem)| problem).collect()
    }
}

/// One section of the document.
pub(super) struct Table<'a> {
    reader: &'a Reader<'a>,
    section: Section,
    table: &'a DeTable<'a>,
    at: usize,
}

impl<'a> Table<'a> {
    /// Opens a section and records each key that it does not know.
    pub(super) fn open(reader: &'a Reader<'a>, section: Section, table: &'a DeTable<'a>, at: usize) -> Self {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if section.key(name).is_none() {
                let message = format!("`{}` is no key of {}.", shown(name), section.heading());
                reader.problem(key.span().start, message, hint(section, name));
            }
        }
        Self { reader, section, table, at }
    }

    /// Where the section begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Where a key stands, if it is there.
    pub(super) fn key_at(&self, key: &str) -> Option<usize> {
        self.table.keys().find(|written| *written.get_ref() == key).map(|written| written.span().start)
    }

    fn value(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        debug_assert!(self.section.key(key).is_some(), "the schema lacks {key}");
        self.table.iter().find(|(written, _)| *written.get_ref() == key).map(|(_, value)| value)
    }

    /// Records that a key's value is wrong.
    pub(super) fn wrong(&self, key: &str, message: impl Display, advice: Option<String>) {
        self.reader.problem(self.key_at(key).unwrap_or(self.at), message.to_string(), advice);
    }

    fn wrong_type(&self, key: &str, value: &DeValue<'_>) {
        let kind = self.section.key(key).map_or("something else", |key| key.kind);
        self.wrong(key, format!("`{key}` must be {kind}, not {}.", type_name(value)), None);
    }

    /// A text that is not empty and holds no control characters.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let value = self.value(key)?.get_ref();
        let Some(text) = value.as_str() else {
            self.wrong_type(key, value);
            return None;
        };
        self.checked(key, text)
    }

    fn checked(&self, key: &str, text: &str) -> Option<String> {
        if text.trim().is_empty() {
            self.wrong(key, format!("`{key}` is empty."), Some("Leave the key out, or give it a value.".to_owned()));
            return None;
        }
        if text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t')) {
            self.wrong(key, format!("`{key}` holds a control character."), None);
            return None;
        }
        Some(text.to_owned())
    }

    /// A text that `parse` understands; its error ends the sentence "`key`: …".
    pub(super) fn parsed<T, E: Display>(&self, key: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let text = self.text(key)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(key, format!("`{key}`: {error}."), None);
                None
            }
        }
    }

    /// One of a set of words.
    pub(super) fn choice<T: Copy>(&self, key: &str, all: &[T], word: impl Fn(T) -> &'static str) -> Option<T> {
        let text = self.text(key)?;
        let found = all.iter().copied().find(|choice| word(*choice) == text);
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|choice| word(*choice)).collect();
            let list = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let advice = nearest(&text, words.iter().copied()).map(|near| format!("Did you mean `{near}`?"));
            self.wrong(key, format!("`{key}` is `{}`, which is none of {list}.", shown(&text)), advice);
        }
        found
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, key: &str) -> Option<bool> {
        let value = self.value(key)?.get_ref();
        let found = value.as_bool();
        if found.is_none() {
            self.wrong_type(key, value);
        }
        found
    }

    /// A whole number within bounds.
    pub(super) fn integer(&self, key: &str, bounds: RangeInclusive<u32>) -> Option<u32> {
        let value = self.value(key)?.get_ref();
        let Some(integer) = value.as_integer() else {
            self.wrong_type(key, value);
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let found = number.and_then(|number| u32::try_from(number).ok()).filter(|number| bounds.contains(number));
        if found.is_none() {
            let (least, most) = (bounds.start(), bounds.end());
            self.wrong(key, format!("`{key}` is {}, which is not between {least} and {most}.", integer.as_str()), None);
        }
        found
    }

    /// A whole number or a text.
    pub(super) fn number_or_text(&self, key: &str) -> Option<String> {
        match self.value(key)?.get_ref().as_integer() {
            Some(integer) if integer.radix() == 10 => Some(integer.as_str().to_owned()),
            _ => self.text(key),
        }
    }

    /// A day, as TOML's date or as a text.
    pub(super) fn date(&self, key: &str) -> Option<Date> {
        let written = match self.value(key)?.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            other => {
                self.wrong_type(key, other);
                return None;
            }
        };
        let date = written.parse().ok();
        if date.is_none() {
            let kind = self.section.key(key).map_or("a date", |key| key.kind);
            self.wrong(key, format!("`{key}` must be {kind}, not `{}`.", shown(&written)), None);
        }
        date
    }

    /// A text, or a list of texts.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.value(key)?.get_ref().as_array().map_or_else(|| self.text(key).map(|text| vec![text]), |_| self.list(key))
    }

    /// A list of texts.
    pub(super) fn list(&self, key: &str) -> Option<Vec<String>> {
        let value = self.value(key)?.get_ref();
        let Some(items) = value.as_array() else {
            self.wrong_type(key, value);
            return None;
        };
        items
            .iter()
            .map(|item| match item.get_ref().as_str() {
                Some(text) => self.checked(key, text),
                None => {
                    self.wrong_type(key, value);
                    None
                }
            })
            .collect()
    }

    /// Whether the key's value is a list.
    pub(super) fn is_list(&self, key: &str) -> bool {
        self.value(key).is_some_and(|value| value.get_ref().is_array())
    }

    /// Whether the key's value is a table.
    pub(super) fn is_table(&self, key: &str) -> bool {
        self.value(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// A section below this one.
    pub(super) fn table(&self, key: &str, section: Section) -> Option<Table<'a>> {
        let value = self.value(key)?;
        let found = value.get_ref().as_table();
        if found.is_none() {
            self.wrong_type(key, value.get_ref());
        }
        Some(Table::open(self.reader, section, found?, start(value.span(), self.key_at(key))))
    }

    /// The sections of a list of sections.
    pub(super) fn tables(&self, key: &str, section: Section) -> Vec<Table<'a>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            let advice =
                value.get_ref().is_table().then(|| format!("Write `[[{key}]]` with two brackets, once for each."));
            self.wrong(key, format!("`{key}` must be {}.", section_kind(self.section, key)), advice);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_table() {
                Some(table) => tables.push(Table::open(self.reader, section, table, item.span().start)),
                None => self.wrong_type(key, value.get_ref()),
            }
        }
        tables
    }

    /// The entries of a table whose keys are free: name, where it stands, and one text or a list.
    pub(super) fn entries(&self, key: &str) -> Vec<(String, usize, Option<Vec<String>>)> {
        let Some(value) = self.value(key).map(Spanned::get_ref) else { return Vec::new() };
        let Some(table) = value.as_table() else {
            self.wrong_type(key, value);
            return Vec::new();
        };
        let text_of = |item: &Spanned<DeValue<'_>>| item.get_ref().as_str().map(str::to_owned);
        table
            .iter()
            .map(|(name, value)| {
                let texts = match value.get_ref().as_array() {
                    Some(items) => items.iter().map(text_of).collect(),
                    None => text_of(value).map(|text| vec![text]),
                };
                (name.get_ref().to_string(), name.span().start, texts)
            })
            .collect()
    }
}

fn section_kind(section: Section, key: &str) -> &'static str {
    section.key(key).map_or("a section", |key| key.kind)
}

/// A table's span may begin at its first key; where its own key stands is more helpful.
fn start(span: Range<usize>, key: Option<usize>) -> usize {
    key.unwrap_or(span.start)
}

/// Keys of other programs that mean one of ours.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("dbname", "database"),
    ("dsn", "url"),
    ("database_url", "url"),
    ("connection_string", "url"),
    ("username", "user"),
    ("rollback_dir", "rollbacks"),
    ("env", "environment"),
    ("owner", "role"),
    ("password_file", "passfile"),
];

/// The nearest right key of the section, or the section that does have this key.
fn hint(section: Section, name: &str) -> Option<String> {
    let other_name = OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, ours)| *ours);
    if let Some(near) = other_name.filter(|ours| section.key(ours).is_some()) {
        return Some(format!("Did you mean `{near}`?"));
    }
    if let Some(key) = KEYS.iter().find(|key| key.name == name && key.section != Section::Hook) {
        return Some(format!("It belongs under {}.", key.section.heading()));
    }
    nearest(name, section.keys().map(|key| key.name)).map(|near| format!("Did you mean `{near}`?"))
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// A text from the file, safe and short enough to show.
pub(super) fn shown(text: &str) -> String {
    shortened(&printable(text), 60).into_owned()
}
