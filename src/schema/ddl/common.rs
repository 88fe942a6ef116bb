//! What is written of every kind alike: owners, grants, comments, security labels; and options.

use super::Pair;
use super::grants::{self as ddl_grants, Target};
use super::routines::procedure_name;
use crate::schema::attribute::Attribute;
use crate::schema::grants::{self, Grant, Grantable};
use crate::schema::kind::Kind;
use crate::schema::name::{Name, literal, quoted};
use crate::schema::object::{Object, ObjectId};
use crate::schema::snapshot::Snapshot;

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
        Kind::Procedure => return Some(format!("PROCEDURE {}", procedure_name(id))),
        Kind::LargeObject => return Some(format!("LARGE OBJECT {}", id.name)),
        Kind::Cast => return Some(format!("CAST ({})", id.name)),
        Kind::Enum | Kind::CompositeType | Kind::Range | Kind::BaseType | Kind::ShellType => "TYPE",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        // There is no statement that names the database without its name; that is put in when the draft is run.
        Kind::Database => return Some(format!("DATABASE {}", id.name)),
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

/// The same, for kinds that some statement always names.
pub(super) fn reference_or_name(id: &ObjectId) -> String {
    reference(id).unwrap_or_else(|| format!("{} {}", id.kind.word().to_uppercase(), id.name))
}

/// The attributes that differ and that no statement of this file changes.
pub(super) fn own_changes(pair: Pair<'_>) -> Vec<Attribute> {
    const SHARED: [Attribute; 5] =
        [Attribute::Owner, Attribute::Grants, Attribute::Comment, Attribute::SecurityLabels, Attribute::DependsOn];
    Attribute::ALL.iter().copied().filter(|one| !SHARED.contains(one) && pair.differs(*one)).collect()
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
pub(super) fn create(object: &Object, snapshot: &Snapshot) -> Vec<String> {
    let nothing = Object::new(object.id.clone(), crate::schema::object::Attributes::new());
    let mut statements = owner(&nothing, object);
    statements.extend(grants_of_new(object, snapshot));
    statements.extend(comment(&nothing, object));
    statements.extend(labels(&nothing, object));
    statements.extend(extensions(&nothing, object));
    statements
}

/// The same where it differs.
pub(super) fn alter(pair: Pair<'_>) -> Vec<String> {
    let (from, to) = (pair.from, pair.to);
    let mut statements = owner(from, to);
    statements.extend(grants_between(pair));
    statements.extend(comment(from, to));
    statements.extend(labels(from, to));
    statements.extend(extensions(from, to));
    statements
}

fn owner(from: &Object, to: &Object) -> Vec<String> {
    // A sequence that a column owns changes hands with its table.
    let is_owned =
        !matches!(to.id.kind, Kind::Role | Kind::Parameter | Kind::Extension) && from.get(Attribute::OwnedBy).is_none();
    if !is_owned || from.get(Attribute::Owner) == to.get(Attribute::Owner) || to.get(Attribute::IdentityOf).is_some() {
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
    let not_null =
        (to.id.whole()).map(|table| format!("CONSTRAINT {} ON {table}", quoted(&super::column::constraint_name(to))));
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

/// The extensions that it goes with, and those that it does not go with any more.
fn extensions(from: &Object, to: &Object) -> Vec<String> {
    let Some(reference) = reference(&to.id) else { return Vec::new() };
    let (before, after) = (from.list(Attribute::DependsOn), to.list(Attribute::DependsOn));
    let lost = before.iter().filter(|name| !after.contains(name)).map(|name| (" NO", name));
    let new = after.iter().filter(|name| !before.contains(name)).map(|name| ("", name));
    lost.chain(new).map(|(no, name)| format!("ALTER {reference}{no} DEPENDS ON EXTENSION {}", quoted(name))).collect()
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

/// GRANT and REVOKE from one state to the other. An object that changes hands keeps its grants in the name of the new
/// owner, as the server has it.
fn grants_between(pair: Pair<'_>) -> Vec<String> {
    let Pair { from, to, .. } = pair;
    if !pair.differs(Attribute::Grants) && !pair.differs(Attribute::Owner) {
        return Vec::new();
    }
    let (old, new) = (owner_of(from, pair.from_schema), owner_of(to, pair.to_schema));
    let Some(target) = target(&to.id, &new) else { return Vec::new() };
    let have = ddl_grants::with_owner(&grants_of(from, &old, pair.from_schema), &old, &new);
    ddl_grants::statements(&target, &have, &grants_of(to, &new, pair.to_schema))
}

/// The grants of an object that has just been made. What default privileges may have given depends on who makes it:
/// that is taken first.
fn grants_of_new(object: &Object, snapshot: &Snapshot) -> Vec<String> {
    let owner = owner_of(object, snapshot);
    let Some(target) = target(&object.id, &owner) else { return Vec::new() };
    let have = default_grants(&object.id, &owner, snapshot);
    let want = grants_of(object, &owner, snapshot);
    let uncertain = super::privileges::given_by_default(object.id.kind, snapshot);
    ddl_grants::statements_with(&target, &have, &want, &uncertain)
}

/// Whose an object is; of a part, whose the whole is.
fn owner_of(object: &Object, snapshot: &Snapshot) -> String {
    let relation = super::relation_of(&object.id, snapshot);
    let said = object.text(Attribute::Owner).or_else(|| relation?.text(Attribute::Owner));
    said.unwrap_or_default().to_owned()
}

fn grants_of(object: &Object, owner: &str, snapshot: &Snapshot) -> Vec<Grant> {
    match object.get(Attribute::Grants).and_then(|value| value.as_list()) {
        Some(items) => items.iter().filter_map(|item| Grant::parse(item)).collect(),
        None => default_grants(&object.id, owner, snapshot),
    }
}

fn default_grants(id: &ObjectId, owner: &str, snapshot: &Snapshot) -> Vec<Grant> {
    let items = Grantable::of(id.kind).map(|grantable| grants::default(grantable, owner, snapshot.server));
    items.unwrap_or_default().iter().filter_map(|item| Grant::parse(item)).collect()
}

fn target(id: &ObjectId, owner: &str) -> Option<Target> {
    // A type that is only named is nothing yet that could be used: GRANT and REVOKE refuse it.
    let grantable = Grantable::of(id.kind).filter(|_| id.kind != Kind::ShellType)?;
    let column = (grantable == Grantable::Column).then(|| quoted(&id.name).into_owned());
    Some(Target { object: grant_target(id, grantable)?, column, owner: owner.to_owned() })
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
        Grantable::Routine if id.kind == Kind::Procedure => format!("PROCEDURE {}", procedure_name(id)),
        // Without the asterisk of an aggregate that takes nothing.
        Grantable::Routine => format!("FUNCTION {}", id.to_string().replace("(*)", "()")),
        Grantable::Sequence
        | Grantable::Database
        | Grantable::Language
        | Grantable::Schema
        | Grantable::Tablespace
        | Grantable::Parameter => format!("{} {id}", id.kind.word().to_uppercase()),
    })
}
