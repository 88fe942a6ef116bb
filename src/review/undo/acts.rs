//! What statements make and drop, each object under one name however it is renamed meanwhile.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::review::deed::{Change, Deed, Object, Policy, TableChange, Thing};
use crate::review::sql::Statement;

/// An object, under the last of its names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// Its kind, as a word; kinds that one word of a statement may mean are one.
    pub(super) kind: &'static str,
    /// Its schema, or its table's place.
    pub(super) schema: String,
    /// Its name; empty for a constraint that the server names.
    pub(super) name: String,
}

impl Key {
    /// Its schema and name as one, for what belongs to it.
    pub(super) fn place(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// It is made.
    Make,
    /// It is made, perhaps in the place of another.
    Replace,
    /// It is dropped.
    Drop,
}

/// What happens to one object.
#[derive(Debug)]
pub(super) struct Act<'a> {
    pub(super) way: Way,
    /// Whether it may not have been there when an earlier statement dropped it.
    pub(super) was_unsure: bool,
    pub(super) key: Key,
    /// Its table, where it belongs to one.
    pub(super) table: Option<Key>,
    /// The columns of its table that it goes with.
    pub(super) columns: Vec<String>,
    /// Its kind and name, as it is told.
    thing: Thing,
    name: &'a str,
    of: Of<'a>,
}

/// What an object belongs to, as it is told.
#[derive(Debug, Clone, Copy)]
enum Of<'a> {
    /// Its table.
    Table(&'a Object),
    /// Its schema, where the statement says it.
    Schema(Option<&'a str>),
    /// Its table's place, as one text.
    Place(&'a str),
}

impl Act<'_> {
    /// Whether it is a view, which goes with what it reads.
    pub(super) fn is_view(&self) -> bool {
        matches!(self.thing, Thing::View | Thing::MaterializedView)
    }

    /// What it goes and comes with: its table and its schema.
    pub(super) fn owners(&self) -> impl Iterator<Item = Key> {
        let schema = self.table.as_ref().map_or(&self.key.schema, |table| &table.schema);
        let schema = Key { kind: "schema", schema: "public".to_owned(), name: schema.clone() };
        self.table.clone().into_iter().chain([schema]).filter(|owner| *owner != self.key)
    }

    /// What it is called where it is told.
    pub(super) fn label(&self) -> String {
        let (word, name) = (self.thing.word(), self.name);
        match (self.of, self.key.kind) {
            (Of::Table(table), "constraint") if name.is_empty() => format!("a {word} of {table}"),
            (Of::Table(table), "constraint") => format!("{word} {name} of {table}"),
            (Of::Table(table), "column") => format!("{word} {table}.{name}"),
            (Of::Table(table), "index") => match &table.schema {
                Some(schema) => format!("{word} {schema}.{name}"),
                None => format!("{word} {name}"),
            },
            (Of::Table(table), _) => format!("{word} {name} on {table}"),
            (Of::Schema(Some(schema)), _) => format!("{word} {schema}.{name}"),
            (Of::Schema(None), _) => format!("{word} {name}"),
            (Of::Place(place), _) => format!("{word} {name} on {}", place.strip_prefix("public.").unwrap_or(place)),
        }
    }
}

/// By which names the statements of both files mean one object.
#[derive(Debug, Default)]
pub(super) struct Names {
    links: FxHashMap<Key, Key>,
    temporary: FxHashSet<Key>,
}

const COLUMN: Thing = Thing::Other("column");
const CONSTRAINT: Thing = Thing::Other("constraint");

impl Names {
    pub(super) fn of<'a>(statements: impl Iterator<Item = &'a Statement> + Clone) -> Self {
        let mut names = Names::default();
        for statement in statements.clone() {
            match &statement.deed {
                Deed::AlterTable(table, changes) => {
                    let mut table = table.clone();
                    for change in changes {
                        let before = plain("table", &table);
                        match change {
                            TableChange::Rename(to) => table.name.clone_from(to),
                            TableChange::SetSchema(to) => table.schema = Some(to.clone()),
                            _ => continue,
                        }
                        names.link(before, plain("table", &table));
                    }
                }
                Deed::Alter(change) => {
                    if let Some(to) = &change.renamed {
                        let from = of_change(change);
                        let to = Key { name: bare(to).name, ..from.clone() };
                        names.link(from, to);
                    }
                }
                Deed::CreateTable(table) if table.temporary => {
                    names.temporary.insert(plain("table", &table.name));
                }
                _ => {}
            }
        }
        for statement in statements {
            let Deed::AlterTable(table, changes) = &statement.deed else { continue };
            let place = names.key("table", table).place();
            for change in changes {
                let (kind, from, to) = match change {
                    TableChange::RenameColumn(from, to) => ("column", from, to),
                    TableChange::RenameConstraint(from, to) => ("constraint", from, to),
                    _ => continue,
                };
                let key = |name: &String| Key { kind, schema: place.clone(), name: name.clone() };
                names.link(key(from), key(to));
            }
        }
        names
    }

    fn link(&mut self, one: Key, other: Key) {
        let (one, other) = (self.root(one), self.root(other));
        if one != other {
            self.links.insert(one, other);
        }
    }

    fn root(&self, mut key: Key) -> Key {
        while let Some(next) = self.links.get(&key) {
            key = next.clone();
        }
        key
    }

    /// An object of this kind.
    pub(super) fn key(&self, kind: &str, object: &Object) -> Key {
        self.root(plain(kind, object))
    }

    /// A column under the last of its names.
    pub(super) fn column(&self, table: &Key, column: &str) -> String {
        self.column_key(table, column).name
    }

    pub(super) fn column_key(&self, table: &Key, column: &str) -> Key {
        self.root(Key { kind: "column", schema: table.place(), name: column.to_owned() })
    }

    pub(super) fn of_change(&self, change: &Change) -> Key {
        self.root(of_change(change))
    }

    pub(super) fn of_policy(&self, policy: &Policy) -> Key {
        Key { kind: "policy", schema: self.key("table", &policy.table).place(), name: policy.name.clone() }
    }

    pub(super) fn is_temporary(&self, key: &Key) -> bool {
        self.temporary.contains(key)
    }
}

fn plain(kind: &str, object: &Object) -> Key {
    Key { kind: class(kind), schema: object.schema().to_owned(), name: object.name.clone() }
}

/// Kinds that one word of a statement may mean.
fn class(kind: &str) -> &'static str {
    const KINDS: [&str; 19] = [
        "table",
        "view",
        "index",
        "sequence",
        "schema",
        "type",
        "function",
        "trigger",
        "policy",
        "extension",
        "role",
        "rule",
        "column",
        "constraint",
        "collation",
        "publication",
        "subscription",
        "server",
        "statistics",
    ];
    match kind {
        // They share their names, and one may be altered by the word for another.
        "foreign table" | "view" | "materialized view" => "table",
        "domain" => "type",
        "procedure" | "routine" | "aggregate" => "function",
        "user" | "group" => "role",
        _ => KINDS.into_iter().find(|one| *one == kind).unwrap_or(""),
    }
}

fn of_change(change: &Change) -> Key {
    let name = change.name.split('(').next().unwrap_or_default();
    let key = plain(&change.kind, &bare(name));
    if !key.kind.is_empty() {
        return key;
    }
    // Other kinds are told apart by their word.
    Key { schema: format!("{} {}", change.kind, key.schema), ..key }
}

/// The object of a name in one form: quoted where it has to be.
fn bare(name: &str) -> Object {
    let unquoted = |part: &str| part.trim_matches('"').replace("\"\"", "\"");
    match name.split_once('.') {
        Some((schema, name)) => Object { schema: Some(unquoted(schema)), name: unquoted(name) },
        None => Object { schema: None, name: unquoted(name) },
    }
}

/// What statements make and drop.
pub(super) fn acts<'a>(deeds: &[&'a Deed], names: &Names) -> Vec<Act<'a>> {
    let mut found = Finder { names, acts: Vec::new() };
    for deed in deeds {
        found.take(deed);
    }
    let mut unsure = FxHashSet::default();
    for act in &mut found.acts {
        act.was_unsure = match act.way {
            Way::Drop if act.was_unsure => !unsure.insert(act.key.clone()),
            Way::Drop => unsure.remove(&act.key),
            Way::Make | Way::Replace => unsure.contains(&act.key),
        };
    }
    found.acts
}

struct Finder<'n, 'a> {
    names: &'n Names,
    acts: Vec<Act<'a>>,
}

impl<'a> Finder<'_, 'a> {
    fn take(&mut self, deed: &'a Deed) {
        let way = |or_replace| if or_replace { Way::Replace } else { Way::Make };
        match deed {
            Deed::CreateTable(table) if !table.temporary => self.object(Way::Make, Thing::Table, &table.name),
            Deed::CreateView(view) if !view.temporary => {
                let thing = if view.materialized { Thing::MaterializedView } else { Thing::View };
                self.object(way(view.or_replace), thing, &view.name);
            }
            Deed::CreateRoutine(routine) => self.object(way(routine.or_replace), Thing::Routine, &routine.name),
            Deed::CreateIndex(index) => {
                let Some(name) = &index.name else { return };
                let table = self.names.key("table", &index.table);
                let key = Key { kind: "index", schema: index.table.schema().to_owned(), name: name.clone() };
                let key = self.names.root(key);
                self.push(Way::Make, Thing::Index, key, (name, Of::Table(&index.table)), Some(table));
                if let Some(act) = self.acts.last_mut() {
                    let first = |item: &String| item.split(' ').next().unwrap_or_default().trim_matches('"').to_owned();
                    act.columns = index.items.iter().map(first).collect();
                }
            }
            Deed::CreatePolicy(policy) => {
                let table = self.names.key("table", &policy.table);
                let key = self.names.of_policy(policy);
                self.push(Way::Make, Thing::Policy, key, (&policy.name, Of::Table(&policy.table)), Some(table));
            }
            Deed::Create(thing, name) => self.of_kind(Way::Make, *thing, name),
            Deed::Drop(drop) => {
                for name in &drop.names {
                    self.of_kind(Way::Drop, drop.thing, name);
                    if let Some(act) = self.acts.last_mut() {
                        act.was_unsure = drop.if_exists;
                    }
                }
            }
            Deed::AlterTable(table, changes) => changes.iter().for_each(|change| self.change(table, change)),
            _ => {}
        }
    }

    fn of_kind(&mut self, way: Way, thing: Thing, name: &'a Object) {
        let table = name.schema.as_deref().and_then(|place| place.split_once('.'));
        match (thing, table) {
            (Thing::Trigger | Thing::Policy | Thing::Other("rule"), Some((schema, table))) => {
                let table = Object { schema: Some(schema.to_owned()), name: table.to_owned() };
                let owner = self.names.key("table", &table);
                let key = Key { kind: class(thing.word()), schema: owner.place(), name: name.name.clone() };
                let of = Of::Place(name.schema.as_deref().unwrap_or_default());
                self.push(way, thing, key, (&name.name, of), Some(owner));
            }
            _ => self.object(way, thing, name),
        }
    }

    fn object(&mut self, way: Way, thing: Thing, name: &'a Object) {
        let mut key = self.names.key(thing.word(), name);
        if key.kind.is_empty() {
            key.schema = format!("{} {}", thing.word(), key.schema);
        }
        self.push(way, thing, key, (&name.name, Of::Schema(name.schema.as_deref())), None);
    }

    fn change(&mut self, table: &'a Object, change: &'a TableChange) {
        let owner = self.names.key("table", table);
        let (way, thing, name, columns, unsure) = match change {
            TableChange::AddColumn { name, .. } => (Way::Make, COLUMN, Some(name), &[][..], false),
            TableChange::DropColumn { name, if_exists } => (Way::Drop, COLUMN, Some(name), &[][..], *if_exists),
            TableChange::Key { name, columns } | TableChange::ForeignKey { name, columns, .. } => {
                (Way::Make, CONSTRAINT, name.as_ref(), &columns[..], false)
            }
            TableChange::Constraint(name) => (Way::Make, CONSTRAINT, name.as_ref(), &[][..], false),
            TableChange::DropConstraint { name, if_exists } => (Way::Drop, CONSTRAINT, Some(name), &[][..], *if_exists),
            _ => return,
        };
        let name = name.map_or("", String::as_str);
        let key = Key { kind: class(thing.word()), schema: owner.place(), name: name.to_owned() };
        let key = self.names.root(key);
        self.push(way, thing, key, (name, Of::Table(table)), Some(owner));
        if let Some(act) = self.acts.last_mut() {
            act.columns = columns.to_vec();
            act.was_unsure = unsure;
        }
    }

    fn push(&mut self, way: Way, thing: Thing, key: Key, (name, of): (&'a str, Of<'a>), table: Option<Key>) {
        self.acts.push(Act { way, was_unsure: false, key, table, columns: Vec::new(), thing, name, of });
    }
}
