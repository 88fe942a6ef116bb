//! What a project has settled about its reviews.

use std::collections::BTreeMap;

use super::deed::Object;
use super::finding::Severity;
use super::rule::Rule;
use crate::migration::table::TableName;

/// How grave a rule's findings are; `None` switches the rule off.
pub type Level = Option<Severity>;

/// The word that switches a rule off.
pub const OFF: &str = "off";

/// What a project has settled about its reviews.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The history table that migrations record themselves in.
    pub history: TableName,
    /// What a whole ticket must look like; any text does where there is none.
    pub ticket: Option<Pattern>,
    /// The schemas in which every new table must have row level security.
    pub secured_schemas: Vec<String>,
    /// What must not stand in a migration, as it differs from one environment to the next.
    pub literals: Vec<Pattern>,
    /// Roles to which nothing may be granted without a second look, beside PUBLIC.
    pub public_roles: Vec<String>,
    /// Environments whose windows may run without a backup.
    pub without_backup: Vec<String>,
    /// Tables that are known to be large.
    pub large_tables: Vec<LargeTable>,
    /// Who works on the files; proposed where a header names no author.
    pub author: Option<String>,
    /// From which severity on findings keep a window from applying; none never do.
    pub block_from: Level,
    /// The branch whose files are as they will stay.
    pub main_branch: String,
    /// The levels that hold in every tier.
    pub levels: BTreeMap<String, Level>,
    /// The levels that hold in one tier, by its word.
    pub tiers: BTreeMap<String, BTreeMap<String, Level>>,
}

impl Default for Settings {
    fn default() -> Self {
        let literals = DEFAULT_LITERALS.iter().filter_map(|written| Pattern::new(written).ok()).collect();
        Settings {
            history: TableName::default(),
            ticket: None,
            secured_schemas: Vec::new(),
            literals,
            public_roles: vec!["anon".to_owned()],
            without_backup: Vec::new(),
            large_tables: Vec::new(),
            author: None,
            block_from: None,
            main_branch: "main".to_owned(),
            levels: BTreeMap::new(),
            tiers: BTreeMap::new(),
        }
    }
}

/// A table of which an environment says that it is large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LargeTable {
    /// Its name.
    pub table: Object,
    /// How many rows it has there, as the server estimates them.
    pub rows: u64,
    /// The environment.
    pub environment: String,
}

/// What differs from one environment to the next: URLs, addresses of hosts and people, project references.
pub const DEFAULT_LITERALS: [&str; 4] = [
    r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/']+",
    r"[a-zA-Z0-9._%+-]*@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*\.[a-zA-Z]{2,}",
    r"\blocalhost\b|[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*\.(local|internal|lan|intranet|supabase\.co|amazonaws\.com|azure\.com|googleapis\.com)\b(\.[a-zA-Z0-9-]+)*",
    r"\b(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}\b",
];

impl Settings {
    /// How grave this rule's findings are in a tier, or wherever no tier is asked about.
    pub fn level(&self, rule: &Rule, tier: Option<&str>) -> Level {
        let of_tier = tier.and_then(|tier| self.tiers.get(tier)).and_then(|levels| levels.get(rule.name));
        *of_tier.or_else(|| self.levels.get(rule.name)).unwrap_or(&rule.level)
    }
}

/// The level of this word: a severity's, or `off`.
pub fn level_of_word(word: &str) -> Option<Level> {
    if word == OFF {
        return Some(None);
    }
    Severity::ALL.into_iter().find(|severity| severity.word() == word).map(Some)
}

/// What is wrong with a regular expression, in one line: the library draws a picture first.
pub fn fault(error: &regex::Error) -> String {
    let said = error.to_string();
    let last = said.lines().next_back().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// A regular expression as it was written.
#[derive(Debug, Clone)]
pub struct Pattern {
    written: String,
    compiled: regex::Regex,
}

impl Pattern {
    /// Compiles a pattern. The error says what is wrong with it.
    ///
    /// # Errors
    ///
    /// It is no regular expression.
    pub fn new(written: &str) -> Result<Self, String> {
        let compiled = regex::Regex::new(written).map_err(|error| fault(&error))?;
        Ok(Self { written: written.to_owned(), compiled })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether the whole text matches.
    pub fn matches_whole(&self, text: &str) -> bool {
        self.compiled.find(text).is_some_and(|found| found.range() == (0..text.len()))
    }

    /// Where a text has it for the first time from a byte on.
    pub fn find_at(&self, text: &str, from: usize) -> Option<std::ops::Range<usize>> {
        self.compiled.find_at(text, from).map(|found| found.range())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}
