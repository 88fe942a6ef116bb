//! The name of a migration, `YYYYMMDDHHMMSS_<type>_<description>`, and the file names made from it.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::printable;
use super::version::{Version, VersionError};

/// What a migration does, as its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MigrationType {
    /// New tables or schemas.
    Create,
    /// A change of existing structures.
    Alter,
    /// Removal of structures.
    Drop,
    /// Reference data.
    Seed,
    /// A correction.
    Fix,
}

impl MigrationType {
    /// All five, in the order in which the governance document lists them.
    pub const ALL: [MigrationType; 5] =
        [MigrationType::Create, MigrationType::Alter, MigrationType::Drop, MigrationType::Seed, MigrationType::Fix];

    /// The word in the file name.
    pub fn word(self) -> &'static str {
        match self {
            MigrationType::Create => "create",
            MigrationType::Alter => "alter",
            MigrationType::Drop => "drop",
            MigrationType::Seed => "seed",
            MigrationType::Fix => "fix",
        }
    }

    /// The type whose word is nearest to `word`, where one is near enough to be meant.
    pub fn nearest(word: &str) -> Option<Self> {
        const ALIASES: [(&str, MigrationType); 12] = [
            ("add", MigrationType::Create),
            ("new", MigrationType::Create),
            ("init", MigrationType::Create),
            ("update", MigrationType::Alter),
            ("change", MigrationType::Alter),
            ("modify", MigrationType::Alter),
            ("rename", MigrationType::Alter),
            ("delete", MigrationType::Drop),
            ("remove", MigrationType::Drop),
            ("insert", MigrationType::Seed),
            ("data", MigrationType::Seed),
            ("hotfix", MigrationType::Fix),
        ];
        let word = word.to_ascii_lowercase();
        if let Some((_, kind)) = ALIASES.iter().find(|(alias, _)| *alias == word) {
            return Some(*kind);
        }
        MigrationType::ALL
            .into_iter()
            .map(|kind| (strsim::jaro_winkler(&word, kind.word()), kind))
            .filter(|(likeness, _)| *likeness > 0.8)
            .max_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, kind)| kind)
    }
}

impl fmt::Display for MigrationType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// The word is none of the five types.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{word}\" is none of the types create, alter, drop, seed and fix{}", did_you_mean(.nearest.map(MigrationType::word)))]
pub struct TypeError {
    /// The word, made printable.
    pub word: String,
    /// The type that was probably meant.
    pub nearest: Option<MigrationType>,
}

impl FromStr for MigrationType {
    type Err = TypeError;

    fn from_str(word: &str) -> Result<Self, TypeError> {
        let found = MigrationType::ALL.into_iter().find(|kind| kind.word() == word);
        found.ok_or_else(|| TypeError { word: printable(word).into_owned(), nearest: MigrationType::nearest(word) })
    }
}

/// The name of a migration, `20260801093000_create_metrics`: what the history table stores as `migration_name`.
///
/// Clones share one text. Names order by version, then by text.
#[derive(Clone)]
pub struct MigrationName {
    text: Arc<str>,
    version: Version,
    kind: MigrationType,
}

impl MigrationName {
    /// Puts a name together. `description` must be made of `[a-z0-9_]`, as [`propose_description`] brings it about.
    pub fn new(version: Version, kind: MigrationType, description: &str) -> Result<Self, NameError> {
        format!("{version}_{kind}_{description}").parse()
    }

    /// The moment at the name's beginning.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What the migration does.
    pub fn kind(&self) -> MigrationType {
        self.kind
    }

    /// What follows the type: `metrics` in `20260801093000_create_metrics`.
    pub fn description(&self) -> &str {
        &self.text[Version::DIGITS + 1 + self.kind.word().len() + 1..]
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `….sql`: the file that applies the migration.
    pub fn up_file_name(&self) -> String {
        format!("{}.sql", self.text)
    }

    /// `….down.sql`: the file that rolls it back.
    pub fn down_file_name(&self) -> String {
        format!("{}.down.sql", self.text)
    }
}

impl PartialEq for MigrationName {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for MigrationName {}

impl Hash for MigrationName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl PartialOrd for MigrationName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for MigrationName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.version.cmp(&other.version).then_with(|| self.text.cmp(&other.text))
    }
}

impl fmt::Display for MigrationName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}

impl fmt::Debug for MigrationName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MigrationName({})", self.text)
    }
}

impl Serialize for MigrationName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for MigrationName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is not the name of a migration, and what it could be called instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}{}", did_you_mean(.proposal.as_deref()))]
pub struct NameError {
    /// What is wrong.
    pub fault: NameFault,
    /// A name of the right form that is near to the given one, where there is one.
    pub proposal: Option<String>,
}

/// What is wrong with a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// It does not begin with fourteen digits that name a moment.
    #[error("the name must begin with the moment it was made, YYYYMMDDHHMMSS in UTC: {0}")]
    Version(#[from] VersionError),
    /// No `_` stands after the version, or none after the type.
    #[error("the name must be YYYYMMDDHHMMSS_<type>_<description>, joined by underscores")]
    Parts,
    /// The word after the version is none of the five types.
    #[error("{0}")]
    Type(#[from] TypeError),
    /// Nothing follows the type.
    #[error("the name ends after its type; a description must follow")]
    NoDescription,
    /// The description has other characters than lower-case letters, digits and underscores.
    #[error("the description may only have lower-case letters a to z, digits and underscores, and this has {found}")]
    Character {
        /// The first such character, made printable and quoted.
        found: String,
    },
    /// The file's name is not UTF-8.
    #[error("the name is not UTF-8")]
    NotUtf8,
    /// The file does not end in `.sql`, in lower-case letters.
    #[error("the file must end in .sql, in lower-case letters")]
    Extension,
    /// A file in the folder of rollbacks that does not end in `.down.sql`.
    #[error("a file in the folder of rollbacks must end in .down.sql")]
    NotARollback,
}

impl From<NameFault> for NameError {
    fn from(fault: NameFault) -> Self {
        NameError { fault, proposal: None }
    }
}

fn did_you_mean(proposal: Option<&str>) -> String {
    proposal.map(|proposal| format!("; did you mean {proposal}?")).unwrap_or_default()
}

impl FromStr for MigrationName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match parts(text) {
            Ok((version, kind)) => Ok(MigrationName { text: text.into(), version, kind }),
            Err(fault) => Err(NameError { fault, proposal: propose(text) }),
        }
    }
}

fn parts(text: &str) -> Result<(Version, MigrationType), NameFault> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let version: Version = text[..digits].parse()?;
    let rest = text[digits..].strip_prefix('_').ok_or(NameFault::Parts)?;
    let (word, description) = rest.split_once('_').unwrap_or((rest, ""));
    let kind: MigrationType = word.parse()?;
    if description.is_empty() {
        return Err(NameFault::NoDescription);
    }
    let fits = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '_');
    match description.chars().find(|character| !fits(*character)) {
        Some(other) => Err(NameFault::Character { found: format!("\"{}\"", printable(&other.to_string())) }),
        None => Ok((version, kind)),
    }
}

/// The nearest text of the right form, when enough of one can be made out: a sound version and a type.
fn propose(text: &str) -> Option<String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let version: Version = text.get(..digits.min(Version::DIGITS))?.parse().ok()?;
    let description = propose_description(text.get(Version::DIGITS..)?)?;
    let (word, rest) = description.split_once('_')?;
    let kind = MigrationType::nearest(word)?;
    let proposal = format!("{version}_{kind}_{rest}");
    parts(&proposal).is_ok().then_some(proposal)
}

/// Brings a description to the form `[a-z0-9_]+`: lower case, accents dropped where they have a plain letter, everything else one
/// underscore. `None` when nothing is left.
pub fn propose_description(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => out.push(character),
            _ => match plain_letters(character) {
                Some(letters) => out.push_str(letters),
                // U+0300 to U+036F only put an accent on the letter before them.
                None if ('\u{300}'..='\u{36f}').contains(&character) => {}
                None if !out.is_empty() && !out.ends_with('_') => out.push('_'),
                None => {}
            },
        }
    }
    out.truncate(out.trim_end_matches('_').len());
    (!out.is_empty()).then_some(out)
}

fn plain_letters(character: char) -> Option<&'static str> {
    Some(match character {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ō' | 'ő' => "o",
        'ö' | 'ø' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'ş' | 'š' => "s",
        'ß' => "ss",
        'ť' | 'ţ' => "t",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

/// What a file's name says that the file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRole {
    /// `….sql`: applies the migration.
    Up(MigrationName),
    /// `….down.sql`: rolls it back.
    Down(MigrationName),
}

impl FileRole {
    /// Reads a file's name, `20260801093000_create_metrics.down.sql`.
    pub fn of(file_name: &str) -> Result<Self, NameError> {
        let Some(stem) = file_name.strip_suffix(".sql") else {
            let lower = file_name.to_ascii_lowercase();
            let is_meant = lower.ends_with(".sql") && FileRole::of(&lower).is_ok();
            return Err(NameError { fault: NameFault::Extension, proposal: is_meant.then_some(lower) });
        };
        let (stem, suffix, role): (_, _, fn(MigrationName) -> FileRole) = match stem.strip_suffix(".down") {
            Some(stem) => (stem, ".down.sql", FileRole::Down),
            None => (stem, ".sql", FileRole::Up),
        };
        stem.parse().map(role).map_err(|error: NameError| NameError {
            proposal: error.proposal.map(|name| name + suffix),
            fault: error.fault,
        })
    }

    /// The migration that the file belongs to.
    pub fn name(&self) -> &MigrationName {
        match self {
            FileRole::Up(name) | FileRole::Down(name) => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[test]
    fn a_name_has_a_version_a_type_and_a_description() {
        let name: MigrationName = "20260802100000_alter_campaigns_add_owner".parse().unwrap();
        assert_eq!(name.version().to_string(), "20260802100000");
        assert_eq!(name.kind(), MigrationType::Alter);
        assert_eq!(name.description(), "campaigns_add_owner");
        assert_eq!(name.up_file_name(), "20260802100000_alter_campaigns_add_owner.sql");
        assert_eq!(name.down_file_name(), "20260802100000_alter_campaigns_add_owner.down.sql");
    }

    #[test]
    fn names_order_by_version_and_then_by_text() {
        let name = |text: &str| text.parse::<MigrationName>().unwrap();
        let mut names = [
            name("20260802100000_seed_a"),
            name("20260801100000_seed_b"),
            name("20260801100000_alter_z"),
            name("20260801100000_seed_a"),
        ];
        names.sort();
        let texts: Vec<_> = names.iter().map(MigrationName::as_str).collect();
        assert_eq!(
            texts,
            ["20260801100000_alter_z", "20260801100000_seed_a", "20260801100000_seed_b", "20260802100000_seed_a"]
        );
    }

    #[rstest]
    #[case("create_metrics", "must begin with the moment", None)]
    #[case("2026080109300_create_metrics", "this has 13", None)]
    #[case("202608010930001_create_metrics", "this has 15", None)]
    #[case("20261301093000_create_metrics", "month", None)]
    #[case("20260801093000", "joined by underscores", None)]
    #[case("20260801093000-create-metrics", "joined by underscores", Some("20260801093000_create_metrics"))]
    #[case("20260801093000_metrics", "none of the types", None)]
    #[case("20260801093000_add_metrics", "none of the types", Some("20260801093000_create_metrics"))]
    #[case("20260801093000_crate_metrics", "did you mean create", Some("20260801093000_create_metrics"))]
    #[case("20260801093000_Create_Metrics", "none of the types", Some("20260801093000_create_metrics"))]
    #[case("20260801093000_create", "a description must follow", None)]
    #[case("20260801093000_create_", "a description must follow", None)]
    #[case("20260801093000_create_Café table", "this has \"C\"", Some("20260801093000_create_cafe_table"))]
    #[case("20260801093000_create_a\u{1b}[31m", "this has \"\\x1b\"", Some("20260801093000_create_a_31m"))]
    #[case("20260801093000_create_📈", "\"📈\"", None)]
    fn a_wrong_name_is_told_apart_and_a_right_one_proposed(
        #[case] text: &str,
        #[case] message: &str,
        #[case] proposal: Option<&str>,
    ) {
        let error = text.parse::<MigrationName>().unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(error.proposal.as_deref(), proposal);
    }

    #[rstest]
    #[case("20260801093000_create_metrics.sql", false)]
    #[case("20260801093000_create_metrics.down.sql", true)]
    fn a_file_name_says_which_way_the_file_goes(#[case] file_name: &str, #[case] down: bool) {
        let role = FileRole::of(file_name).unwrap();
        assert_eq!(role.name().as_str(), "20260801093000_create_metrics");
        assert_eq!(matches!(role, FileRole::Down(_)), down);
    }

    #[rstest]
    #[case("20260801093000_create_metrics.SQL", Some("20260801093000_create_metrics.sql"))]
    #[case("20260801093000_create_metrics.up.sql", Some("20260801093000_create_metrics_up.sql"))]
    #[case("20260801093000_create-metrics.down.sql", Some("20260801093000_create_metrics.down.sql"))]
    #[case("readme.txt", None)]
    #[case(".sql", None)]
    #[case(".down.sql", None)]
    fn a_wrong_file_name_gets_a_whole_file_name_proposed(#[case] file_name: &str, #[case] proposal: Option<&str>) {
        assert_eq!(FileRole::of(file_name).unwrap_err().proposal.as_deref(), proposal);
    }

    #[rstest]
    #[case("Add owner to campaigns", Some("add_owner_to_campaigns"))]
    #[case("  --Überprüfung (v2)!! ", Some("ueberpruefung_v2"))]
    #[case("cafe\u{301}", Some("cafe"))]
    #[case("already_fine_2", Some("already_fine_2"))]
    #[case("日本", None)]
    #[case("___", None)]
    fn a_description_is_brought_to_letters_digits_and_underscores(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(propose_description(text).as_deref(), expected);
    }

    proptest! {
        #[test]
        fn any_text_is_either_a_name_that_reads_back_or_an_error_that_can_be_shown(text in ".{0,60}") {
            match text.parse::<MigrationName>() {
                Ok(name) => prop_assert_eq!(name.to_string(), text),
                Err(error) => {
                    prop_assert!(!error.to_string().chars().any(char::is_control));
                    if let Some(proposal) = error.proposal {
                        prop_assert!(proposal.parse::<MigrationName>().is_ok());
                    }
                }
            }
        }
    }
}
