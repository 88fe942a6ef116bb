//! From the statements of a file to what becomes of the objects that they speak of.

use super::world::{Id, Phase, Place, Scope, Way, World};
use super::{DebtKind, text};
use crate::migration::table::TableName;
use crate::review::deed::{Aspect, Block, Change, Deed, Drop, Grant, How, Object, TableChange, Thing, Verb};
use crate::review::sql::Sql;

/// A change of something that stays.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) phase: Phase,
    pub(super) id: Id,
    /// What of it; empty where nobody knows more.
    pub(super) what: String,
    /// What it becomes.
    pub(super) to: String,
    /// Whether it is switched on, where there is an opposite.
    pub(super) on: Option<bool>,
    /// Another object that it is about.
    pub(super) about: Option<Id>,
    /// How it fails where it is not put back.
    pub(super) kind: DebtKind,
}

/// Rows that are written.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) phase: Phase,
    pub(super) table: Id,
    /// How; none where the table is emptied.
    pub(super) how: Option<How>,
    /// The columns that are overwritten.
    pub(super) columns: Vec<Id>,
}

/// A right that is given or taken away.
#[derive(Debug)]
pub(super) struct Right<'a> {
    pub(super) phase: Phase,
    pub(super) grant: &'a Grant,
    /// What it is on, each with its name as it is told.
    pub(super) on: Vec<Id>,
}

/// What has become of everything.
#[derive(Debug, Default)]
pub(super) struct Followed<'a> {
    pub(super) world: World<'a>,
    pub(super) marks: Vec<Mark>,
    pub(super) rows: Vec<Rows>,
    pub(super) rights: Vec<Right<'a>>,
    /// Whether the migration does what is not seen.
    pub(super) is_opaque: bool,
    /// Roles whose rights are all taken away.
    pub(super) stripped: Vec<&'a str>,
}

const COLUMN: Thing = Thing::Other("column");
const CONSTRAINT: Thing = Thing::Other("constraint");

impl<'a> Followed<'a> {
    pub(super) fn take(&mut self, sql: &'a Sql, phase: Phase, history: &TableName) {
        self.world.enter(phase);
        for statement in sql.with_inner() {
            let runs_more = matches!(statement.deed, Deed::Do(Block::Opaque) | Deed::Select);
            self.is_opaque |= phase == Phase::Up && runs_more;
            let text = sql.at(&statement.range);
            if matches!(statement.deed, Deed::Session | Deed::Select)
                && let Some(schema) = text::search_path(text)
            {
                self.world.set_path(schema);
            }
            let is_record = matches!(&statement.deed, Deed::Write(write) if write.table.name == history.table);
            if !is_record {
                self.statement(&statement.deed, sql.at(&statement.range));
            }
        }
    }

    fn statement(&mut self, deed: &'a Deed, text: &'a str) {
        match deed {
            Deed::CreateTable(table) => {
                let way = if table.if_not_exists { Way::Unless } else { Way::Make };
                let made = self.world.make(way, Thing::Table, self.world.at("table", &table.name), text);
                let Some(id) = made else { return };
                self.world.entities[id].is_of_no_account |= table.temporary;
                self.world.entities[id].filled = table.parts.is_empty() && table.partition_of.is_none();
                if let Some(parent) = &table.partition_of {
                    let parent = self.world.table(parent);
                    self.world.entities[id].parents.push(parent);
                }
            }
            Deed::CreateView(view) => {
                let thing = if view.materialized { Thing::MaterializedView } else { Thing::View };
                let way = match (view.or_replace, view.if_not_exists) {
                    (true, _) => Way::Replace,
                    (false, true) => Way::Unless,
                    (false, false) => Way::Make,
                };
                if let Some(id) = self.world.make(way, thing, self.world.at("view", &view.name), text) {
                    self.world.entities[id].is_of_no_account |= view.temporary;
                }
            }
            Deed::CreateRoutine(routine) => {
                let way = if routine.or_replace { Way::Replace } else { Way::Make };
                let place = self.world.routine_at(&routine.name, &routine.parameters);
                self.world.make(way, Thing::Routine, place, text);
            }
            Deed::CreateIndex(index) => {
                let table = self.world.table(&index.table);
                let name = index.name.clone().unwrap_or_else(|| {
                    let columns: Vec<&str> = index.columns.iter().map(String::as_str).collect();
                    format!("{}_{}_idx", index.table.name, columns.join("_"))
                });
                let object = Object { schema: index.table.schema.clone(), name };
                let way = if index.if_not_exists { Way::Unless } else { Way::Make };
                if let Some(id) = self.world.make(way, Thing::Index, self.world.at("index", &object), text) {
                    let of_no_account = self.world.entities[table].is_of_no_account;
                    let entity = &mut self.world.entities[id];
                    entity.table = Some(table);
                    entity.columns.clone_from(&index.columns);
                    entity.unnamed = index.name.is_none();
                    entity.is_of_no_account |= of_no_account;
                }
            }
            Deed::CreatePolicy(policy) => {
                let table = self.world.table(&policy.table);
                self.world.make(Way::Make, Thing::Policy, World::of_table(table, "policy", &policy.name), text);
            }
            Deed::Create(made) => {
                let way = if made.or_replace { Way::Replace } else { Way::Make };
                let place = self.place(made.thing, &made.name);
                if let Some(id) = self.world.make(way, made.thing, place, text) {
                    // What others use as well is made where it is not there yet, and rather kept.
                    let is_shared = matches!(made.thing, Thing::Extension | Thing::Schema) && made.if_not_exists;
                    self.world.entities[id].is_of_no_account |= made.temporary || is_shared;
                    self.own(id, made.owned_by.as_ref());
                }
            }
            Deed::Drop(drop) => self.drop(drop),
            Deed::AlterTable(table, changes) => {
                let id = self.world.table(table);
                for change in changes {
                    self.change(id, change, text);
                }
            }
            Deed::AlterViewInvoker(view, on) => {
                let id = self.world.find(Thing::View, self.world.at("view", view));
                self.mark(id, "security_invoker", &on.to_string(), Some(*on), None);
            }
            Deed::AlterRoutine(change) => {
                let id = self.world.find(Thing::Routine, self.world.routine_at(&change.name, &change.parameters));
                self.mark(id, "options", text, None, None);
            }
            Deed::AlterPolicy(policy) => {
                let table = self.world.table(&policy.table);
                let id = self.world.find(Thing::Policy, World::of_table(table, "policy", &policy.name));
                self.mark(id, "conditions", text, None, None);
            }
            Deed::AddEnumValue(kind, value) => {
                let id = self.world.find(Thing::Type, self.world.at("type", kind));
                self.mark(id, &format!("value '{value}'"), value, None, None);
                if let Some(mark) = self.marks.last_mut() {
                    mark.kind = DebtKind::Fixed;
                }
            }
            Deed::Alter(change) => self.other(change, text),
            Deed::Grant(grant) => {
                let on = grant.on.iter().map(|on| self.right_on(&grant.kind, on)).collect();
                self.rights.push(Right { phase: self.world.phase, grant, on });
            }
            Deed::Write(write) => {
                let table = self.world.table(&write.table);
                let column = |name: &String| self.world.find(COLUMN, World::of_table(table, "column", name));
                let (how, columns) = (Some(write.how), write.columns.iter().map(column).collect());
                self.rows.push(Rows { phase: self.world.phase, table, how, columns });
            }
            Deed::Truncate(tables) => {
                for table in tables {
                    let table = self.world.table(table);
                    self.rows.push(Rows { phase: self.world.phase, table, how: None, columns: Vec::new() });
                }
            }
            _ => {}
        }
    }

    fn mark(&mut self, id: Id, what: &str, to: &str, on: Option<bool>, about: Option<Id>) {
        let (what, to) = (what.to_owned(), to.to_owned());
        self.marks.push(Mark { phase: self.world.phase, id, what, to, on, about, kind: DebtKind::Changed });
    }

    /// Where an object is; a trigger's, policy's and rule's has its table as the schema.
    fn place(&mut self, thing: Thing, name: &Object) -> Place<'a> {
        match (thing, name.table()) {
            (Thing::Trigger | Thing::Policy | Thing::Other("rule"), Some(mut table)) => {
                table.schema = table.schema.and_then(|told| self.world.schema_of(told));
                let table = self.world.table(&table);
                World::of_table(table, thing.word(), &name.name)
            }
            _ => self.world.at(thing.word(), name),
        }
    }

    fn drop(&mut self, drop: &'a Drop) {
        for (nth, name) in drop.names.iter().enumerate() {
            let mut place = self.place(drop.thing, name);
            if drop.thing == Thing::Routine {
                place = match drop.signatures.get(nth).and_then(Option::as_ref) {
                    Some(parameters) => self.world.routine_at(name, parameters),
                    None => self.only_routine(name),
                };
            }
            self.world.drop(drop.thing, place, drop.if_exists, drop.cascade);
        }
    }

    /// The function of this name, where the statement does not say what it takes.
    fn only_routine(&self, name: &Object) -> Place<'a> {
        let scope = self.world.at("function", name).scope;
        let is_it =
            |place: &Place| place.class == "function" && place.scope == scope && text::bare(&place.name) == name.name;
        let found = self.world.entities.iter().find(|entity| entity.alive && is_it(&entity.place));
        // One that nobody has spoken of stands for any of its name.
        found.map_or_else(|| self.world.at("function", name), |entity| entity.place.clone())
    }

    /// What a sequence goes with.
    fn own(&mut self, id: Id, owner: Option<&(Object, String)>) {
        let Some((table, column)) = owner else { return };
        let table = self.world.table(table);
        let column = self.world.find(COLUMN, World::of_table(table, "column", column));
        self.world.entities[id].parents.extend([table, column]);
    }

    fn change(&mut self, table: Id, change: &'a TableChange, text: &'a str) {
        let column_at = |name: &String| World::of_table(table, "column", name);
        let constraint_at = |name: &str| World::of_table(table, "constraint", name);
        match change {
            TableChange::AddColumn { name, if_not_exists, generated } => {
                let way = if *if_not_exists { Way::Unless } else { Way::Make };
                if let Some(id) = self.world.make(way, COLUMN, column_at(name), text) {
                    self.world.entities[id].filled = *generated;
                }
            }
            TableChange::DropColumn { name, if_exists, cascade } => {
                self.world.drop(COLUMN, column_at(name), *if_exists, *cascade);
            }
            TableChange::Key { name, columns, primary, index } => {
                let (schema, table_name) = self.named(table);
                if let Some(index) = index {
                    let index = self.world.at("index", &Object { schema: Some(schema), name: index.clone() });
                    if let Some(index) = self.world.is_at(&index) {
                        self.world.absorb(index);
                    }
                }
                let given = if *primary {
                    format!("{table_name}_pkey")
                } else {
                    format!("{table_name}_{}_key", columns.join("_"))
                };
                self.constraint(table, name.as_ref(), given, columns, text);
            }
            TableChange::ForeignKey { name, columns, .. } => {
                let given = format!("{}_{}_fkey", self.named(table).1, columns.join("_"));
                self.constraint(table, name.as_ref(), given, columns, text);
            }
            TableChange::Constraint { name, columns, ending } => {
                let of = if columns.len() == 1 { format!("_{}", columns[0]) } else { String::new() };
                let given = format!("{}{of}_{ending}", self.named(table).1);
                self.constraint(table, name.as_ref(), given, columns, text);
            }
            TableChange::DropConstraint { name, if_exists, cascade } => {
                self.world.drop(CONSTRAINT, constraint_at(name), *if_exists, *cascade);
            }
            TableChange::Rename(to) => self.world.rename(table, Some(to), None),
            TableChange::SetSchema(to) => self.world.rename(table, None, Some(to)),
            TableChange::RenameColumn(from, to) => {
                let id = self.world.find(COLUMN, column_at(from));
                self.world.rename(id, Some(to), None);
            }
            TableChange::RenameConstraint(from, to) => {
                let id = self.world.find(CONSTRAINT, constraint_at(from));
                self.world.rename(id, Some(to), None);
            }
            TableChange::AlterColumn { name, aspect, to } => {
                let id = self.world.find(COLUMN, column_at(name));
                let what = match aspect {
                    Aspect::Type => "type",
                    Aspect::Default => "default",
                    Aspect::NotNull => "nullability",
                    Aspect::Identity => "identity",
                    Aspect::Statistics => "statistics target",
                    Aspect::Storage => "storage",
                    Aspect::Compression => "compression",
                    Aspect::Expression => "expression",
                    Aspect::Other => "options",
                };
                // What is taken away for a while may come back in another form.
                let on = match aspect {
                    Aspect::Default | Aspect::NotNull => Some(!to.starts_with("drop")),
                    _ => None,
                };
                let said = match aspect {
                    Aspect::Type => canonical_type(to),
                    _ => to.clone(),
                };
                self.mark(id, what, &said, on, None);
            }
            TableChange::EnableRls => self.mark(table, "row level security", "on", Some(true), None),
            TableChange::DisableRls => self.mark(table, "row level security", "off", Some(false), None),
            TableChange::Invoker(on) => self.mark(table, "security_invoker", &on.to_string(), Some(*on), None),
            TableChange::Setting { what, to, on } => {
                let about = what.strip_prefix("trigger ").or_else(|| what.strip_prefix("rule ")).and_then(|name| {
                    let class = if what.starts_with("rule") { "rule" } else { "trigger" };
                    self.world.is_at(&World::of_table(table, class, name))
                });
                self.mark(table, what, to, *on, about);
            }
            TableChange::Attach(part) => {
                let part = self.world.table(part);
                let what = format!("partition {}", self.world.name(part));
                self.mark(table, &what, "attached", Some(true), Some(part));
                self.world.entities[part].parents.push(table);
            }
            TableChange::Detach(part) => {
                let part = self.world.table(part);
                let what = format!("partition {}", self.world.name(part));
                self.mark(table, &what, "detached", Some(false), Some(part));
                self.world.entities[part].parents.retain(|parent| *parent != table);
            }
            TableChange::Other => {}
        }
    }

    /// The schema and name of a table as they are now.
    fn named(&self, table: Id) -> (String, String) {
        let place = &self.world.entities[table].place;
        let schema = if let Scope::Schema(schema) = &place.scope { schema.clone() } else { String::new() };
        (schema, place.name.clone())
    }

    fn constraint(&mut self, table: Id, name: Option<&String>, given: String, columns: &[String], text: &'a str) {
        let place = World::of_table(table, "constraint", name.unwrap_or(&given));
        if let Some(id) = self.world.make(Way::Make, CONSTRAINT, place, text) {
            self.world.entities[id].unnamed = name.is_none();
            self.world.entities[id].columns = columns.to_vec();
        }
    }

    /// A change of an object of which no more is known.
    fn other(&mut self, change: &'a Change, text: &'a str) {
        if change.kind == "owned" {
            self.stripped.extend(change.roles.iter().map(String::as_str));
            return;
        }
        let place = self.place_of(change);
        let thing = thing_of(change);
        match change.verb {
            // Which tables come is not said.
            Verb::Create if change.kind.contains("foreign schema") => {}
            Verb::Create => {
                self.world.make(Way::Make, thing, place, text);
            }
            Verb::Drop => self.world.drop(thing, place, change.if_exists, change.cascade),
            Verb::Alter => {
                let id = self.world.find(thing, place);
                if let (Some(schema), Scope::Whole) = (&change.moved, &self.world.entities[id].place.scope) {
                    return self.mark(id, "schema", schema, None, None);
                }
                if change.renamed.is_some() || change.moved.is_some() {
                    return self.world.rename(id, change.renamed.as_deref(), change.moved.as_deref());
                }
                if let Some(part) = &change.attached {
                    let part = self.world.at("index", &Object { schema: None, name: part.clone() });
                    let part = self.world.find(Thing::Index, part);
                    self.world.entities[part].parents.push(id);
                    return;
                }
                self.own(id, change.owned_by.as_ref());
                let what = if change.owner { "owner".to_owned() } else { parameter(change) };
                self.mark(id, &what, &change.to, None, None);
            }
        }
    }

    fn place_of(&mut self, change: &'a Change) -> Place<'a> {
        if let Some(table) = &change.table {
            let table = self.world.table(table);
            return World::of_table(table, &change.kind, &change.name.name);
        }
        match (change.kind.as_str(), &change.parameters) {
            (_, Some(parameters)) => self.world.routine_at(&change.name, parameters),
            ("function" | "procedure" | "routine" | "aggregate", None) => self.only_routine(&change.name),
            // There is one.
            ("system", None) => self.world.at("system", &Object::default()),
            (kind, None) => self.world.at(kind, &change.name),
        }
    }

    /// What a right is on.
    fn right_on(&mut self, kind: &'a str, on: &Object) -> Id {
        match kind {
            "function" | "procedure" | "routine" => {
                let place = self.only_routine(on);
                self.world.find(Thing::Routine, place)
            }
            "schema" => self.world.find(Thing::Schema, self.world.at("schema", on)),
            "type" | "domain" => self.world.find(Thing::Type, self.world.at("type", on)),
            "default" | "table" | "sequence" => self.world.find(Thing::Table, self.world.at("table", on)),
            "foreign server" => self.world.find(Thing::Other("server"), self.world.at("server", on)),
            other => {
                let place = self.world.at(other, on);
                self.world.find(Thing::Other("object"), place)
            }
        }
    }
}

/// A change of a column's type, however it is written.
fn canonical_type(to: &str) -> String {
    let to = to.strip_prefix("set data ").unwrap_or(to).trim_start_matches("type ");
    to.split(" using ").next().unwrap_or_default().to_owned()
}

/// Which parameter of a role, a database or the server is set or goes back to its default.
fn parameter(change: &Change) -> String {
    let has_many = matches!(change.kind.as_str(), "role" | "user" | "database" | "system");
    let mut words = change.to.split([' ', '=']);
    match words.next() {
        Some("set" | "reset") if has_many => format!("parameter {}", words.next().unwrap_or_default()),
        _ => String::new(),
    }
}

/// What it is called where it is told; the rest are objects.
fn thing_of(change: &Change) -> Thing {
    const KNOWN: [Thing; 15] = [
        Thing::Sequence,
        Thing::View,
        Thing::MaterializedView,
        Thing::Index,
        Thing::Schema,
        Thing::Type,
        Thing::Domain,
        Thing::Routine,
        Thing::Trigger,
        Thing::Policy,
        Thing::Extension,
        Thing::Role,
        Thing::Other("cast"),
        Thing::Other("operator"),
        Thing::Other("rule"),
    ];
    let kind = if change.kind == "procedure" { Thing::Routine.word() } else { &change.kind };
    KNOWN.into_iter().find(|thing| thing.word() == kind).unwrap_or(Thing::Other("object"))
}
