//! What is written of every kind alike: owners, grants, comments, security labels; and options.

use std::collections::BTreeMap;

use super::Pair;
use crate::schema::attribute::Attribute;
use crate::schema::grants::{self, Grant, Grantable};
use crate::schema::kind::Kind;
use crate::schema::name::{Name, literal, quoted};
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Version;

/// How COMMENT, ALTER and DROP call an object: `TABLE public.orders`, `TRIGGER audit ON public.orders`; `None` where no
/// such statement names it.
#[must_use]
pub fn reference(id: &ObjectId) -> Option<String> {
    let word = match id.kind {
        Kind::Column => return Some(format!("COLUMN {id}")),
        Kind::Constraint | Kind::Trigger | Kind::Rule | Kind::Policy => {
            let word = id.kind.word().to_uppercase();
            return Some(format!("{word} {} ON {}", quoted(&id.name), id.whole()?));
        }
        Kind::DomainConstraint => return Some(format!("CONSTRAINT {} ON DOMAIN {}", quoted(&id.name), id.whole()?)),
        Kind::Index => return Some(format!("INDEX {}", index_name(id))),
        Kind::LargeObject => return Some(format!("LARGE OBJECT {}", id.name)),
        Kind::Cast => return Some(format!("CAST ({})", id.name)),
        Kind::Enum | Kind::CompositeType | Kind::Range | Kind::BaseType | Kind::ShellType => "TYPE",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        Kind::Statistics => "STATISTICS",
        Kind::Transform => return Some(format!("TRANSFORM {}", id.name)),
        Kind::Parameter
        | Kind::ExtensionMember
        | Kind::UserMapping
        | Kind::PublicationTable
        | Kind::PublicationSchema
        | Kind::DefaultPrivileges => return None,
        kind => return Some(format!("{} {id}", kind.word().to_uppercase())),
    };
    Some(format!("{word} {id}"))
}

/// An index by its schema and its own name.
#[must_use]
pub fn index_name(id: &ObjectId) -> String {
    match id.schema.as_deref() {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&id.name)),
        None => quoted(&id.name).into_owned(),
    }
}

/// Owner, grants, comment and security labels of an object that has just been made.
pub(super) fn create(object: &Object, version: Version) -> Vec<String> {
    let nothing = Object::new(object.id.clone(), crate::schema::object::Attributes::new());
    let mut statements = owner(&nothing, object);
    statements.extend(grants_between(&nothing, object, version));
    statements.extend(comment(&nothing, object));
    statements.extend(labels(&nothing, object));
    statements
}

/// The same where it differs.
pub(super) fn alter(pair: Pair<'_>) -> Vec<String> {
    let (from, to) = (pair.from, pair.to);
    let mut statements = owner(from, to);
    statements.extend(grants_between(from, to, pair.to_schema.server));
    statements.extend(comment(from, to));
    statements.extend(labels(from, to));
    statements
}

fn owner(from: &Object, to: &Object) -> Vec<String> {
    if from.get(Attribute::Owner) == to.get(Attribute::Owner) || to.get(Attribute::IdentityOf).is_some() {
        return Vec::new();
    }
    let owner = to.text(Attribute::Owner).map(quoted);
    let statement =
        owner.zip(reference(&to.id)).map(|(owner, reference)| format!("ALTER {reference} OWNER TO {owner}"));
    statement.into_iter().collect()
}

fn comment(from: &Object, to: &Object) -> Vec<String> {
    let mut statements = Vec::new();
    let of_index = format!("INDEX {}", index_name(&to.id));
    let not_null = to
        .id
        .whole()
        .and_then(|table| Some(format!("CONSTRAINT {} ON {table}", quoted(&super::column::constraint_name(to)))));
    for (attribute, reference) in [
        (Attribute::Comment, reference(&to.id)),
        (Attribute::IndexComment, Some(of_index)),
        (Attribute::NotNullComment, not_null),
    ] {
        if from.get(attribute) != to.get(attribute)
            && let Some(reference) = reference
        {
            let text = to.text(attribute).map_or_else(|| "NULL".to_owned(), literal);
            statements.push(format!("COMMENT ON {reference} IS {text}"));
        }
    }
    statements
}

fn labels(from: &Object, to: &Object) -> Vec<String> {
    let Some(reference) = reference(&to.id) else { return Vec::new() };
    let label = |(provider, text): (&str, Option<&str>)| {
        let text = text.map_or_else(|| "NULL".to_owned(), literal);
        format!("SECURITY LABEL FOR {} ON {reference} IS {text}", quoted(provider))
    };
    changed(from.pairs(Attribute::SecurityLabels), to.pairs(Attribute::SecurityLabels)).map(label).collect()
}

/// The pairs that are not the same, with their new values; `None` for what goes.
pub fn changed<'p>(
    from: &'p [(Name, Name)],
    to: &'p [(Name, Name)],
) -> impl Iterator<Item = (&'p str, Option<&'p str>)> {
    let goes = from.iter().filter(|(key, _)| !to.iter().any(|(other, _)| other == key)).map(|(key, _)| (&**key, None));
    goes.chain(to.iter().filter(|pair| !from.contains(pair)).map(|(key, value)| (&**key, Some(&**value))))
}

/// `SET (a = 1)` and `RESET (b)` that bring options from one state to the other. `prefix` is put before each name.
#[must_use]
pub fn set_options(from: &[(Name, Name)], to: &[(Name, Name)], prefix: &str) -> Vec<String> {
    let mut set = Vec::new();
    let mut reset = Vec::new();
    for (key, value) in changed(from, to) {
        match value {
            Some(value) => set.push(format!("{prefix}{} = {}", quoted(key), literal(value))),
            None => reset.push(format!("{prefix}{}", quoted(key))),
        }
    }
    let clause =
        |word: &str, options: Vec<String>| (!options.is_empty()).then(|| format!("{word} ({})", options.join(", ")));
    [clause("RESET", reset), clause("SET", set)].into_iter().flatten().collect()
}

/// Options as a list for WITH: `a = '1', b = '2'`.
#[must_use]
pub fn with_options(options: &[(Name, Name)], prefix: &str) -> Vec<String> {
    options.iter().map(|(key, value)| format!("{prefix}{}={}", quoted(key), literal(value))).collect()
}

/// `OPTIONS (a '1')` for something that is made with foreign options; nothing without any.
#[must_use]
pub fn foreign_options(options: &[(Name, Name)]) -> String {
    if options.is_empty() {
        return String::new();
    }
    let options = options.iter().map(|(key, value)| format!("{} {}", quoted(key), literal(value)));
    format!(" OPTIONS ({})", options.collect::<Vec<_>>().join(", "))
}

/// `OPTIONS (ADD a '1', SET b '2', DROP c)`; `None` if nothing changes.
#[must_use]
pub fn alter_foreign_options(from: &[(Name, Name)], to: &[(Name, Name)]) -> Option<String> {
    let changes: Vec<String> = changed(from, to)
        .map(|(key, value)| match value {
            None => format!("DROP {}", quoted(key)),
            Some(value) if from.iter().any(|(other, _)| &**other == key) => {
                format!("SET {} {}", quoted(key), literal(value))
            }
            Some(value) => format!("ADD {} {}", quoted(key), literal(value)),
        })
        .collect();
    (!changes.is_empty()).then(|| format!("OPTIONS ({})", changes.join(", ")))
}

/// What a role has been given: letters with whether they may be passed on, by grantee and grantor.
type Given = BTreeMap<(Option<String>, String), BTreeMap<char, bool>>;

/// GRANT and REVOKE from one state to the other. An object that changes hands keeps its grants in the name of the new
/// owner, as the server has it.
fn grants_between(from: &Object, to: &Object, version: Version) -> Vec<String> {
    let Some(grantable) = Grantable::of(to.id.kind) else { return Vec::new() };
    if from.get(Attribute::Grants) == to.get(Attribute::Grants) {
        return Vec::new();
    }
    let new_owner = to.text(Attribute::Owner).unwrap_or_default();
    let old_owner = from.text(Attribute::Owner).unwrap_or(new_owner);
    let given = |object: &Object, owner: &str| -> Given {
        let items: Vec<Name> = match object.get(Attribute::Grants).and_then(|value| value.as_list()) {
            Some(items) => items.to_vec(),
            None => grants::default(grantable, owner, version),
        };
        let mut given = Given::new();
        for grant in items.iter().filter_map(|item| Grant::parse(item)) {
            let passed_on =
                |name: String| if name == old_owner && owner == old_owner { new_owner.to_owned() } else { name };
            let key = (grant.grantee.map(passed_on), passed_on(grant.grantor));
            given.entry(key).or_default().extend(grant.privileges);
        }
        given
    };
    let (before, after) = (given(from, old_owner), given(to, new_owner));
    let mut statements = Vec::new();
    let empty = BTreeMap::new();
    for (key, had) in &before {
        let has = after.get(key).unwrap_or(&empty);
        let goes: Vec<char> = had.keys().copied().filter(|letter| !has.contains_key(letter)).collect();
        let kept_without: Vec<char> = had
            .iter()
            .filter(|(letter, passes)| **passes && has.get(letter) == Some(&false))
            .map(|(l, _)| *l)
            .collect();
        statements.extend(grant_statement(&to.id, grantable, "REVOKE ", "FROM", key, new_owner, &goes, ""));
        statements.extend(grant_statement(
            &to.id,
            grantable,
            "REVOKE GRANT OPTION FOR ",
            "FROM",
            key,
            new_owner,
            &kept_without,
            "",
        ));
    }
    for (key, has) in &after {
        let had = before.get(key).unwrap_or(&empty);
        for (passes, suffix) in [(false, ""), (true, " WITH GRANT OPTION")] {
            let comes: Vec<char> = (has.iter())
                .filter(|(letter, with)| **with == passes && had.get(letter).is_none_or(|before| passes && !before))
                .map(|(letter, _)| *letter)
                .collect();
            statements.extend(grant_statement(&to.id, grantable, "GRANT ", "TO", key, new_owner, &comes, suffix));
        }
    }
    statements
}

#[allow(clippy::too_many_arguments, reason = "the words of one statement")]
fn grant_statement(
    id: &ObjectId,
    grantable: Grantable,
    verb: &str,
    preposition: &str,
    (grantee, grantor): &(Option<String>, String),
    owner: &str,
    letters: &[char],
    suffix: &str,
) -> Option<String> {
    if letters.is_empty() {
        return None;
    }
    let target = grant_target(id, grantable)?;
    let words = letters.iter().filter_map(|letter| grants::word(*letter));
    let column = (grantable == Grantable::Column).then(|| format!(" ({})", quoted(&id.name))).unwrap_or_default();
    let privileges: Vec<String> = words.map(|word| format!("{word}{column}")).collect();
    let grantee = grantee.as_deref().map_or("PUBLIC".into(), quoted);
    // Only the owner's own grants can be made by anybody who acts for the owner.
    let by = if grantor == owner || grantable == Grantable::Column {
        String::new()
    } else {
        format!(" GRANTED BY {}", quoted(grantor))
    };
    Some(format!("{verb}{} ON {target} {preposition} {grantee}{suffix}{by}", privileges.join(", ")))
}

/// How GRANT names an object.
fn grant_target(id: &ObjectId, grantable: Grantable) -> Option<String> {
    Some(match grantable {
        Grantable::Relation => format!("TABLE {id}"),
        Grantable::Column => format!("TABLE {}", id.whole()?),
        Grantable::Server => format!("FOREIGN SERVER {id}"),
        Grantable::ForeignDataWrapper => format!("FOREIGN DATA WRAPPER {id}"),
        Grantable::Type => format!("TYPE {id}"),
        Grantable::LargeObject => format!("LARGE OBJECT {}", id.name),
        Grantable::Routine if id.kind == Kind::Procedure => format!("PROCEDURE {id}"),
        Grantable::Routine => format!("FUNCTION {id}"),
        Grantable::Sequence
        | Grantable::Database
        | Grantable::Language
        | Grantable::Schema
        | Grantable::Tablespace
        | Grantable::Parameter => format!("{} {id}", id.kind.word().to_uppercase()),
    })
}
