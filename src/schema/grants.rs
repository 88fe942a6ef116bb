//! Who may do what: privileges as PostgreSQL writes them down (`aclitem`), and what an owner starts with.

use std::fmt::Write as _;

use super::kind::Kind;
use super::name::Name;
use super::snapshot::Version;

/// What privileges can be granted on, as far as they begin differently (`acldefault`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grantable {
    /// A table, a view, a materialized view, a foreign table.
    Relation,
    /// A column.
    Column,
    /// A sequence.
    Sequence,
    /// The database.
    Database,
    /// A function, a procedure, an aggregate.
    Routine,
    /// A language.
    Language,
    /// A large object.
    LargeObject,
    /// A schema.
    Schema,
    /// A tablespace.
    Tablespace,
    /// A foreign-data wrapper.
    ForeignDataWrapper,
    /// A foreign server.
    Server,
    /// A type or a domain.
    Type,
    /// A configuration parameter.
    Parameter,
}

impl Grantable {
    /// How privileges on an object of this kind begin; `None` where there are none.
    #[must_use]
    pub fn of(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Table | Kind::ForeignTable | Kind::View | Kind::MaterializedView => Self::Relation,
            Kind::Column => Self::Column,
            Kind::Sequence => Self::Sequence,
            Kind::Database => Self::Database,
            Kind::Function | Kind::Procedure | Kind::Aggregate => Self::Routine,
            Kind::Language => Self::Language,
            Kind::LargeObject => Self::LargeObject,
            Kind::Schema => Self::Schema,
            Kind::Tablespace => Self::Tablespace,
            Kind::ForeignDataWrapper => Self::ForeignDataWrapper,
            Kind::Server => Self::Server,
            Kind::Enum | Kind::Domain | Kind::CompositeType | Kind::Range | Kind::BaseType | Kind::ShellType => {
                Self::Type
            }
            Kind::Parameter => Self::Parameter,
            _ => return None,
        })
    }

    /// What the owner may do at first, as the letters of `aclitem`.
    #[must_use]
    pub fn of_owner(self, version: Version) -> &'static str {
        match self {
            Self::Relation if version.major >= 17 => "arwdDxtm",
            Self::Relation => "arwdDxt",
            Self::Column => "",
            Self::Sequence => "rwU",
            Self::Database => "CTc",
            Self::Routine => "X",
            Self::Language | Self::ForeignDataWrapper | Self::Server | Self::Type => "U",
            Self::LargeObject => "rw",
            Self::Schema => "UC",
            Self::Tablespace => "C",
            Self::Parameter => "sA",
        }
    }

    /// What everybody may do at first.
    #[must_use]
    pub fn of_public(self) -> &'static str {
        match self {
            Self::Database => "Tc",
            Self::Routine => "X",
            Self::Language | Self::Type => "U",
            _ => "",
        }
    }
}

/// What an owner starts with, as `aclitem`s (`acldefault`).
#[must_use]
pub fn default(grantable: Grantable, owner: &str, version: Version) -> Vec<Name> {
    let owner_item = role(owner);
    let mut items = Vec::with_capacity(2);
    for (grantee, letters) in [("", grantable.of_public()), (&*owner_item, grantable.of_owner(version))] {
        if !letters.is_empty() {
            items.push(format!("{grantee}={letters}/{owner_item}").into());
        }
    }
    items
}

/// A role as `aclitem` writes it.
pub(super) fn role(name: &str) -> String {
    if name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_') && !name.is_empty() {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// Privileges that one role has given to another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// Who has them; `None` is everybody (`PUBLIC`).
    pub grantee: Option<String>,
    /// Their letters, each with whether it may be passed on.
    pub privileges: Vec<(char, bool)>,
    /// Who gave them.
    pub grantor: String,
}

impl Grant {
    /// Reads an `aclitem`: `reader=r*w/owner`.
    #[must_use]
    pub fn parse(item: &str) -> Option<Self> {
        let (grantee, rest) = read_role(item)?;
        let rest = rest.strip_prefix('=')?;
        let (letters, grantor) = rest.split_once('/')?;
        let (grantor, _) = read_role(grantor)?;
        let mut privileges: Vec<(char, bool)> = Vec::with_capacity(letters.len());
        for letter in letters.chars() {
            match (letter, privileges.last_mut()) {
                ('*', Some(last)) => last.1 = true,
                ('*', None) => return None,
                _ => privileges.push((letter, false)),
            }
        }
        Some(Self { grantee: Some(grantee).filter(|name| !name.is_empty()), privileges, grantor })
    }
}

impl std::fmt::Display for Grant {
    /// As an `aclitem`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.grantee.as_deref().map(role).unwrap_or_default())?;
        formatter.write_char('=')?;
        for (letter, passes_on) in &self.privileges {
            formatter.write_char(*letter)?;
            if *passes_on {
                formatter.write_char('*')?;
            }
        }
        write!(formatter, "/{}", role(&self.grantor))
    }
}

/// A role at the beginning of a text, and what follows it.
fn read_role(text: &str) -> Option<(String, &str)> {
    let Some(inner) = text.strip_prefix('"') else {
        let end = text.find(['=', '/']).unwrap_or(text.len());
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut name = String::new();
    let mut rest = inner;
    loop {
        let end = rest.find('"')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, rest)),
        }
    }
}

/// What SQL calls the privilege of this letter.
#[must_use]
pub fn word(letter: char) -> Option<&'static str> {
    Some(match letter {
        'r' => "SELECT",
        'w' => "UPDATE",
        'a' => "INSERT",
        'd' => "DELETE",
        'D' => "TRUNCATE",
        'x' => "REFERENCES",
        't' => "TRIGGER",
        'm' => "MAINTAIN",
        'X' => "EXECUTE",
        'U' => "USAGE",
        'C' => "CREATE",
        'c' => "CONNECT",
        'T' => "TEMPORARY",
        's' => "SET",
        'A' => "ALTER SYSTEM",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("reader=r*w/owner", Some("reader"), &[('r', true), ('w', false)], "owner")]
    #[case("=U/postgres", None, &[('U', false)], "postgres")]
    #[case("\"a=\"\"b/\"=X/\"o w\"", Some("a=\"b/"), &[('X', false)], "o w")]
    fn an_aclitem_is_read_and_written(
        #[case] item: &str,
        #[case] grantee: Option<&str>,
        #[case] privileges: &[(char, bool)],
        #[case] grantor: &str,
    ) {
        let grant = Grant::parse(item).unwrap();
        assert_eq!(grant.grantee.as_deref(), grantee);
        assert_eq!(grant.privileges, privileges);
        assert_eq!(grant.grantor, grantor);
        assert_eq!(grant.to_string(), item);
    }

    #[test]
    fn an_owner_starts_with_what_the_version_gives() {
        let of = |grantable, major| default(grantable, "o w", Version { major, minor: 0 }).join(" ");
        assert_eq!(of(Grantable::Relation, 15), "\"o w\"=arwdDxt/\"o w\"");
        assert_eq!(of(Grantable::Relation, 17), "\"o w\"=arwdDxtm/\"o w\"");
        assert_eq!(of(Grantable::Routine, 15), "=X/\"o w\" \"o w\"=X/\"o w\"");
        assert_eq!(of(Grantable::Column, 15), "");
    }
}
