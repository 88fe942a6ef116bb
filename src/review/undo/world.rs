//! The objects that two files speak of, followed from before the first to behind the second.

use rustc_hash::{FxHashMap, FxHashSet};

use super::text;
use crate::review::deed::{Object, Thing};

/// The place of an object among the others.
pub(super) type Id = usize;

/// Which of the two files is followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Phase {
    #[default]
    Up,
    Down,
}

/// Where a name counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// In a schema.
    Schema(String),
    /// In a table.
    Table(Id),
    /// In the database or the server.
    Whole,
}

/// What an object is called: no two have the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place<'a> {
    /// Kinds that share their names are one.
    pub(super) class: &'a str,
    pub(super) scope: Scope,
    pub(super) name: String,
}

/// How an object came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was there before the first file.
    Before,
    Made(Phase),
}

/// An object.
#[derive(Debug)]
pub(super) struct Entity<'a> {
    pub(super) thing: Thing,
    pub(super) origin: Origin,
    /// Whether it may have been there before it was made.
    pub(super) unsure: bool,
    pub(super) alive: bool,
    /// Whether a statement names it as dropped, and it does not only go with another.
    pub(super) dropped_by_name: Option<Phase>,
    /// Whether another has taken its place under its name.
    pub(super) replaced: [bool; 2],
    /// Whether the server made it along with another, or the session takes it along.
    pub(super) is_of_no_account: bool,
    /// Where it was first, and where it is.
    pub(super) first: Place<'a>,
    pub(super) place: Place<'a>,
    pub(super) table: Option<Id>,
    /// What it goes with, beside its table and schema.
    pub(super) parents: Vec<Id>,
    /// The columns of its table that it goes with.
    pub(super) columns: Vec<String>,
    /// Whether nobody gave it its name.
    pub(super) unnamed: bool,
    /// Whether it has its rows from a query, or needs none.
    pub(super) filled: bool,
    /// The statement that made it.
    made_by: &'a str,
}

impl Entity<'_> {
    /// Whether the first file made it and the second finds it there.
    pub(super) fn is_new(&self) -> bool {
        self.origin == Origin::Made(Phase::Up)
    }
}

#[derive(Debug, Default)]
pub(super) struct World<'a> {
    pub(super) entities: Vec<Entity<'a>>,
    places: FxHashMap<Place<'a>, Id>,
    /// Those of what was dropped in case it was there, or was perhaps another's before.
    unsure: FxHashSet<Place<'a>>,
    pub(super) phase: Phase,
    /// The schema of names without one, where the file sets its `search_path`.
    path: Option<String>,
}

/// How an object is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Make,
    /// Where there is one already, it stays.
    Unless,
    /// Where there is one already, it is replaced.
    Replace,
}

/// Kinds that share their names.
pub(super) fn class(word: &str) -> &str {
    match word {
        "table" | "foreign table" | "view" | "materialized view" | "index" | "sequence" => "relation",
        "domain" => "type",
        "procedure" | "routine" | "aggregate" => "function",
        "user" | "group" => "role",
        other => other,
    }
}

/// Kinds whose names count everywhere.
fn is_whole(class: &str) -> bool {
    const WHOLE: [&str; 14] = [
        "schema",
        "role",
        "extension",
        "event trigger",
        "foreign data wrapper",
        "server",
        "publication",
        "subscription",
        "database",
        "tablespace",
        "language",
        "cast",
        "system",
        "access method",
    ];
    WHOLE.contains(&class)
}

impl<'a> World<'a> {
    pub(super) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.path = None;
    }

    /// From here on names without a schema are in this one.
    pub(super) fn set_path(&mut self, schema: Option<String>) {
        self.path = schema;
    }

    /// Where an object of this kind is by this name.
    pub(super) fn at(&self, word: &'a str, object: &Object) -> Place<'a> {
        let class = class(word);
        let schema = object.schema.as_deref().or(self.path.as_deref()).unwrap_or("public");
        let scope = if is_whole(class) { Scope::Whole } else { Scope::Schema(schema.to_owned()) };
        Place { class, scope, name: object.name.clone() }
    }

    /// Where a function is that takes these types.
    pub(super) fn routine_at(&self, name: &Object, parameters: &[String]) -> Place<'a> {
        let name = Object { schema: name.schema.clone(), name: format!("{}({})", name.name, parameters.join(", ")) };
        self.at("function", &name)
    }

    /// The schema of a table's name that was told with `public` for none.
    pub(super) fn schema_of(&self, told: String) -> Option<String> {
        (told != "public" || self.path.is_none()).then_some(told)
    }

    /// Where something of a table is.
    pub(super) fn of_table(table: Id, class: &'a str, name: &str) -> Place<'a> {
        Place { class, scope: Scope::Table(table), name: name.to_owned() }
    }

    pub(super) fn is_at(&self, place: &Place<'_>) -> Option<Id> {
        self.places.get(place).copied()
    }

    /// The object of this place; where none is known, one that was there before.
    pub(super) fn find(&mut self, thing: Thing, place: Place<'a>) -> Id {
        match self.is_at(&place) {
            Some(id) => id,
            None => {
                let id = self.add(thing, place, Origin::Before, "");
                self.derive(id);
                id
            }
        }
    }

    pub(super) fn table(&mut self, object: &Object) -> Id {
        let place = self.at("table", object);
        self.find(Thing::Table, place)
    }

    /// The sequence of a serial column, the index of a key: what the server made with a table that is new.
    fn derive(&mut self, id: Id) {
        let Place { class, scope, name } = &self.entities[id].place;
        if !matches!(*class, "relation" | "constraint") {
            return;
        }
        let is_of = |(of, owner): (Id, &Entity<'a>)| {
            let table = match owner.place.class {
                "relation" if owner.thing == Thing::Table => owner,
                "column" => &self.entities[owner.table?],
                _ => return None,
            };
            let of_table = if owner.place.class == "column" { owner.table } else { Some(of) };
            let is_near = match scope {
                Scope::Table(table) => of_table == Some(*table),
                scope => table.place.scope == *scope,
            };
            let fits = owner.is_new() && owner.alive && is_near && of != id;
            let column = if owner.place.class == "column" { format!("_{}", owner.place.name) } else { String::new() };
            let rest = name.strip_prefix(&table.place.name)?.strip_prefix(&column)?;
            (fits && rest.starts_with('_')).then_some(of)
        };
        if let Some(owner) = self.entities.iter().enumerate().find_map(is_of) {
            let entity = &mut self.entities[id];
            entity.origin = Origin::Made(Phase::Up);
            entity.is_of_no_account = true;
            entity.parents.push(owner);
        }
    }

    fn add(&mut self, thing: Thing, place: Place<'a>, origin: Origin, made_by: &'a str) -> Id {
        let id = self.entities.len();
        let table = if let Scope::Table(table) = place.scope { Some(table) } else { None };
        let is_temporary = matches!(&place.scope, Scope::Schema(schema) if schema == "pg_temp");
        let of_no_account = is_temporary || table.is_some_and(|table| self.entities[table].is_of_no_account);
        self.entities.push(Entity {
            thing,
            origin,
            unsure: false,
            alive: true,
            dropped_by_name: None,
            replaced: [false; 2],
            is_of_no_account: of_no_account,
            first: place.clone(),
            place: place.clone(),
            table,
            parents: Vec::new(),
            columns: Vec::new(),
            unnamed: false,
            filled: false,
            made_by,
        });
        self.places.insert(place, id);
        id
    }

    /// Makes an object; yields it where it is a new one.
    pub(super) fn make(&mut self, way: Way, thing: Thing, place: Place<'a>, made_by: &'a str) -> Option<Id> {
        if let Some(there) = self.is_at(&place) {
            if way == Way::Replace {
                self.entities[there].replaced[self.phase as usize] = true;
            }
            return None;
        }
        // One that was dropped in case it was there tells no more than one that is replaced.
        let unsure = way == Way::Replace || self.unsure.contains(&place);
        let id = self.add(thing, place, Origin::Made(self.phase), made_by);
        self.entities[id].unsure = unsure;
        Some(id)
    }

    /// Drops an object that a statement names.
    pub(super) fn drop(&mut self, thing: Thing, place: Place<'a>, if_exists: bool, cascade: bool) {
        let id = match self.is_at(&place) {
            Some(id) => id,
            // A rollback may look for what is not there.
            None if self.phase == Phase::Down && if_exists && thing == Thing::Table => return,
            None => self.find(thing, place),
        };
        let is_view = |thing| matches!(thing, Thing::View | Thing::MaterializedView);
        let there = self.entities[id].thing;
        if class(there.word()) == "relation"
            && (is_view(there) != is_view(thing) || (there == Thing::Index) != (thing == Thing::Index))
            && self.entities[id].origin != Origin::Before
        {
            return;
        }
        if self.entities[id].origin == Origin::Before {
            self.entities[id].thing = thing;
        }
        self.entities[id].unsure |= if_exists;
        self.entities[id].dropped_by_name = Some(self.phase);
        self.end(id, cascade);
    }

    /// Ends an object, and what goes with it.
    fn end(&mut self, id: Id, cascade: bool) {
        let mut ending = vec![id];
        while let Some(id) = ending.pop() {
            if !self.entities[id].alive {
                continue;
            }
            self.entities[id].alive = false;
            let gone = &self.entities[id];
            self.places.remove(&gone.place);
            if gone.unsure {
                self.unsure.insert(gone.place.clone());
            }
            let schema = (gone.place.class == "schema").then(|| Scope::Schema(gone.place.name.clone()));
            let is_column = gone.place.class == "column";
            let goes = |(other, entity): (Id, &Entity<'a>)| {
                let goes = entity.alive
                    && other != id
                    && (entity.table == Some(id)
                        || entity.parents.contains(&id)
                        || schema.as_ref().is_some_and(|schema| entity.place.scope == *schema)
                        || is_column && entity.table == gone.table && entity.columns.contains(&gone.place.name)
                        || (cascade || entity.thing == Thing::Other("statistics"))
                            && text::mentions(entity.made_by, text::bare(&gone.place.name)));
                goes.then_some(other)
            };
            ending.extend(self.entities.iter().enumerate().filter_map(goes));
        }
    }

    /// Ends an object that becomes a part of another.
    pub(super) fn absorb(&mut self, id: Id) {
        self.entities[id].is_of_no_account = true;
        self.end(id, false);
    }

    /// Gives an object another name or schema.
    pub(super) fn rename(&mut self, id: Id, name: Option<&str>, schema: Option<&str>) {
        let mut place = self.entities[id].place.clone();
        self.places.remove(&place);
        if let Some(name) = name {
            if self.entities[id].place.class == "column" {
                let (table, before) = (self.entities[id].table, place.name.clone());
                let of_table = self.entities.iter_mut().filter(|other| other.table == table);
                for column in of_table.flat_map(|other| &mut other.columns).filter(|column| **column == before) {
                    name.clone_into(column);
                }
            }
            // A function keeps what it takes.
            let taken = place.name.find('(').filter(|_| place.class == "function");
            place.name = format!("{name}{}", taken.map_or("", |at| &place.name[at..]));
        }
        if let Some(schema) = schema {
            place.scope = Scope::Schema(schema.to_owned());
            for other in 0..self.entities.len() {
                let moves = self.entities[other].table == Some(id)
                    && matches!(self.entities[other].place.scope, Scope::Schema(_));
                if moves && self.entities[other].alive {
                    self.rename(other, None, Some(schema));
                }
            }
        }
        self.entities[id].place = place.clone();
        self.places.insert(place, id);
    }

    /// What an object is called where it is told.
    pub(super) fn label(&self, id: Id) -> String {
        let entity = &self.entities[id];
        let (word, place) = (entity.thing.word(), &entity.first);
        let name = &place.name;
        match &place.scope {
            Scope::Table(_) if entity.unnamed => format!("a {word} of {}", self.owner(entity)),
            Scope::Table(_) if place.class == "column" => format!("{word} {}.{name}", self.owner(entity)),
            Scope::Table(_) if place.class == "constraint" => format!("{word} {name} of {}", self.owner(entity)),
            Scope::Table(_) => format!("{word} {name} on {}", self.owner(entity)),
            Scope::Schema(_) if entity.unnamed => format!("an {word} on {}", self.owner(entity)),
            Scope::Schema(_) | Scope::Whole => format!("{word} {}", shown(place)),
        }
    }

    fn owner(&self, entity: &Entity<'a>) -> String {
        entity.table.map_or_else(String::new, |table| shown(&self.entities[table].first))
    }

    /// An object's first name, with its schema or table.
    pub(super) fn name(&self, id: Id) -> String {
        let entity = &self.entities[id];
        match entity.place.scope {
            Scope::Table(_) => format!("{}.{}", self.owner(entity), entity.first.name),
            _ => shown(&entity.first),
        }
    }
}

/// A name, with its schema where it is not `public`.
pub(super) fn shown(place: &Place<'_>) -> String {
    match &place.scope {
        Scope::Schema(schema) if schema != "public" => format!("{schema}.{}", place.name),
        _ => place.name.clone(),
    }
}
