//! What a statement does, as far as a rule asks: told once for all rules from its syntax tree.

mod names;
mod own;
mod read;
mod table;
mod truth;
mod within;

use std::fmt;

pub(super) use names::range;
pub use own::OwnTables;
pub use read::deed_of;

pub use within::{Within, within};

use crate::migration::table::quote_identifier;

/// An object's name, as the server stores it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// Its schema, where the statement says it.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
}

impl Object {
    /// Whether two names can mean one object: a name without a schema means one in `public`, as nothing else is known of
    /// the `search_path`.
    pub fn is(&self, other: &Object) -> bool {
        self.name == other.name && self.schema() == other.schema()
    }

    /// The schema that is meant.
    pub fn schema(&self) -> &str {
        self.schema.as_deref().unwrap_or("public")
    }

    /// What belongs to a table and has its name there: a trigger, a policy, a rule. The table stands as its schema.
    pub fn of_table(table: &Object, name: String) -> Object {
        Object { schema: Some(format!("{}.{}", table.schema(), table.name)), name }
    }

    /// The table that stands as its schema.
    pub fn table(&self) -> Option<Object> {
        let (schema, name) = self.schema.as_deref()?.split_once('.')?;
        Some(Object { schema: Some(schema.to_owned()), name: name.to_owned() })
    }

    /// Is called what a change of the table has it called.
    pub fn follow(&mut self, change: &TableChange) {
        match change {
            TableChange::Rename(to) => self.name.clone_from(to),
            TableChange::SetSchema(to) => self.schema = Some(to.clone()),
            _ => {}
        }
    }

    /// The name with the schema that is meant.
    pub fn key(&self) -> (String, String) {
        (self.schema().to_owned(), self.name.clone())
    }
}

impl fmt::Display for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(formatter, "{}.", quote_identifier(schema))?;
        }
        formatter.write_str(&quote_identifier(&self.name))
    }
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Makes a table.
    CreateTable(Box<Table>),
    /// Changes a table.
    AlterTable(Object, Vec<TableChange>),
    /// Makes an index.
    CreateIndex(Box<Index>),
    /// Makes or replaces a view.
    CreateView(Box<View>),
    /// Sets whether a view asks with the rights of whoever uses it.
    AlterViewInvoker(Object, bool),
    /// Makes or replaces a function or procedure.
    CreateRoutine(Box<Routine>),
    /// Changes what a function or procedure runs with.
    AlterRoutine(Box<RoutineChange>),
    /// Makes a policy.
    CreatePolicy(Box<Policy>),
    /// Changes the conditions of a policy.
    AlterPolicy(Box<Policy>),
    /// Makes an object of another kind.
    Create(Box<Created>),
    /// Adds a value to an enum type.
    AddEnumValue(Object, String),
    /// Changes an object of another kind, or makes or drops one that has no name of its own.
    Alter(Box<Change>),
    /// Drops objects.
    Drop(Drop),
    /// Grants or takes away.
    Grant(Box<Grant>),
    /// Writes rows.
    Write(Write),
    /// Empties tables.
    Truncate(Vec<Object>),
    /// Takes a lock by name.
    Lock(Vec<Object>),
    /// Gathers statistics or cleans up; of these tables, or of all.
    Maintain(Vec<Object>),
    /// Runs a block of code; what it does is told by the statements within it.
    Do(Block),
    /// Reads, which may write through a function.
    Select,
    /// Begins a transaction.
    Begin,
    /// Ends one.
    End,
    /// Comments on an object.
    Comment,
    /// Touches the session only.
    Session,
    /// Something else.
    Other,
}

/// A table that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: Object,
    /// Whether it goes with the session.
    pub temporary: bool,
    /// Whether it is made only where there is none.
    pub if_not_exists: bool,
    /// The table that it is a part of, from which it has its keys and policies.
    pub partition_of: Option<Object>,
    /// Whether it has the columns of another table, and perhaps that one's keys and indexes.
    pub like: bool,
    /// Its columns and keys.
    pub parts: Vec<TableChange>,
}

/// What is changed of a table, or what a new one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableChange {
    /// A column comes.
    AddColumn {
        /// Its name.
        name: String,
        /// Whether it is added only where there is none.
        if_not_exists: bool,
        /// Whether the server reckons what is in it.
        generated: bool,
    },
    /// A column goes.
    DropColumn {
        /// Its name.
        name: String,
        /// Whether it is dropped only where there is one.
        if_exists: bool,
        /// Whether what depends on it goes as well.
        cascade: bool,
    },
    /// A primary key, unique constraint comes: an index on these columns.
    Key {
        /// The constraint's name, where it has one.
        name: Option<String>,
        /// Its columns.
        columns: Vec<String>,
        /// Whether it is the table's primary key.
        primary: bool,
        /// The index that it takes over.
        index: Option<String>,
    },
    /// A foreign key comes.
    ForeignKey {
        /// The constraint's name, where it has one.
        name: Option<String>,
        /// Its columns.
        columns: Vec<String>,
        /// The table that it leads to.
        target: Object,
        /// Where it stands.
        range: std::ops::Range<usize>,
    },
    /// Another constraint comes.
    Constraint {
        /// Its name, where it has one.
        name: Option<String>,
        /// The columns that it speaks of.
        columns: Vec<String>,
        /// How the name ends that the server gives it: `check`.
        ending: &'static str,
    },
    /// A constraint goes.
    DropConstraint {
        /// Its name.
        name: String,
        /// Whether it is dropped only where there is one.
        if_exists: bool,
        /// Whether what depends on it goes as well.
        cascade: bool,
    },
    /// Whether it asks with the rights of whoever uses it is set: it is a view.
    Invoker(bool),
    /// Row level security is switched on.
    EnableRls,
    /// Row level security is switched off.
    DisableRls,
    /// The table is renamed.
    Rename(String),
    /// A column is renamed.
    RenameColumn(String, String),
    /// The table goes to another schema.
    SetSchema(String),
    /// Something of a column changes.
    AlterColumn {
        /// Its name.
        name: String,
        /// What of it.
        aspect: Aspect,
        /// What it becomes, in one form.
        to: String,
    },
    /// A constraint gets another name.
    RenameConstraint(String, String),
    /// A setting of the table changes.
    Setting {
        /// Which, in words: `owner`, `parameter fillfactor`.
        what: String,
        /// What it becomes, in one form.
        to: String,
        /// Whether it is switched on or set, where there is an opposite.
        on: Option<bool>,
    },
    /// A part comes to the table.
    Attach(Object),
    /// A part is taken out of the table.
    Detach(Object),
    /// Something that leaves the table what it was.
    Other,
}

/// What of a column changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// Its type.
    Type,
    /// What it is where nothing is said.
    Default,
    /// Whether it may be null.
    NotNull,
    /// Whether the server counts it.
    Identity,
    /// How much is known of its values.
    Statistics,
    /// How it is stored.
    Storage,
    /// How it is compressed.
    Compression,
    /// How it is reckoned.
    Expression,
    /// Something else.
    Other,
}

/// An index that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its table.
    pub table: Object,
    /// Whether it is unique.
    pub unique: bool,
    /// How it is kept: `btree`.
    pub method: String,
    /// What it is on, each as it is written, in lower case outside of quotes and without needless blanks.
    pub items: Vec<String>,
    /// What it holds beside.
    pub include: Vec<String>,
    /// Which rows it has.
    pub predicate: Option<String>,
    /// Every column that it needs.
    pub columns: Vec<String>,
    /// Whether it is made only where there is none.
    pub if_not_exists: bool,
    /// Whether writers go on meanwhile.
    pub concurrently: bool,
}

/// A view that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: Object,
    /// Whether its rows are kept.
    pub materialized: bool,
    /// Whether it takes the place of another.
    pub or_replace: bool,
    /// Whether it is made only where there is none.
    pub if_not_exists: bool,
    /// Whether it goes with the session.
    pub temporary: bool,
    /// Whether it asks with the rights of whoever uses it.
    pub invoker: bool,
}

/// A function or procedure that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    /// Its name.
    pub name: Object,
    /// The types of its parameters, as they are written.
    pub parameters: Vec<String>,
    /// Whether it takes the place of another.
    pub or_replace: bool,
    /// Whether it runs with its owner's rights.
    pub definer: bool,
    /// Whether it sets its own `search_path`.
    pub pinned: bool,
    /// Whether it is a procedure.
    pub procedure: bool,
}

/// A change of what a function or procedure runs with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutineChange {
    /// Its name.
    pub name: Object,
    /// The types of its parameters, as they are written.
    pub parameters: Vec<String>,
    /// Whether it runs with its owner's rights from now on, where the statement says it.
    pub definer: Option<bool>,
    /// Whether it sets its own `search_path` from now on, where the statement says it.
    pub pinned: Option<bool>,
}

/// An object of another kind that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// What it is.
    pub thing: Thing,
    /// Its name; a trigger's and a rule's has its table as the schema.
    pub name: Object,
    /// Whether it takes the place of another.
    pub or_replace: bool,
    /// Whether it is made only where there is none.
    pub if_not_exists: bool,
    /// Whether it goes with the session.
    pub temporary: bool,
    /// Of a sequence, the table and column that it goes with.
    pub owned_by: Option<(Object, String)>,
}

/// A policy that is made, or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its table.
    pub table: Object,
    /// Where a condition stands that lets every row pass.
    pub open: Vec<std::ops::Range<usize>>,
    /// Whether it takes rows away from what other policies allow.
    pub restrictive: bool,
}

/// How a block of code was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// Every statement of it is known.
    Read,
    /// It may do more: it puts statements together as it runs, or could not be read.
    Opaque,
}

/// A change of an object of a kind that no rule knows more of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whether it is made, altered or dropped.
    pub verb: Verb,
    /// What it is: `sequence`, `cast`.
    pub kind: String,
    /// Its name; a cast's and an operator's in one form.
    pub name: Object,
    /// Of a function, the types of its parameters, where they are said.
    pub parameters: Option<Vec<String>>,
    /// Its table, where it belongs to one.
    pub table: Option<Object>,
    /// Whose objects and rights they are, where they are all dropped.
    pub roles: Vec<String>,
    /// Whether it is dropped only where it is there.
    pub if_exists: bool,
    /// Whether what depends on it goes as well.
    pub cascade: bool,
    /// Its new name, where it has one.
    pub renamed: Option<String>,
    /// Its new schema, where it has one.
    pub moved: Option<String>,
    /// What becomes a part of it.
    pub attached: Option<String>,
    /// Of a sequence, the table and column that it goes with from now on.
    pub owned_by: Option<(Object, String)>,
    /// Whether its owner changes.
    pub owner: bool,
    /// The change, in one form.
    pub to: String,
}

/// What a statement begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// `CREATE`
    Create,
    /// `ALTER`
    Alter,
    /// `DROP`
    Drop,
}

/// A kind of object, as far as the rules tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A table.
    Table,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
    /// An index.
    Index,
    /// A sequence.
    Sequence,
    /// A schema.
    Schema,
    /// An enum, composite, range or base type.
    Type,
    /// A domain.
    Domain,
    /// A function, procedure or aggregate.
    Routine,
    /// A trigger on a table.
    Trigger,
    /// A policy on a table.
    Policy,
    /// An extension.
    Extension,
    /// A role.
    Role,
    /// Something else, by the words of its statement.
    Other(&'static str),
}

impl Thing {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Thing::Table => "table",
            Thing::View => "view",
            Thing::MaterializedView => "materialized view",
            Thing::Index => "index",
            Thing::Sequence => "sequence",
            Thing::Schema => "schema",
            Thing::Type => "type",
            Thing::Domain => "domain",
            Thing::Routine => "function",
            Thing::Trigger => "trigger",
            Thing::Policy => "policy",
            Thing::Extension => "extension",
            Thing::Role => "role",
            Thing::Other(word) => word,
        }
    }
}

/// Objects that are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drop {
    /// What they are.
    pub thing: Thing,
    /// Their names; a trigger's and a policy's has its table as the schema.
    pub names: Vec<Object>,
    /// Of functions, the types of each one's parameters, where they are said.
    pub signatures: Vec<Option<Vec<String>>>,
    /// Whether they are dropped only where there are any.
    pub if_exists: bool,
    /// Whether what depends on them goes as well.
    pub cascade: bool,
}

/// Something granted or taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Whether it is taken away.
    pub revoke: bool,
    /// To whom.
    pub roles: Vec<String>,
    /// Which rights, or roles; none where it is all of them.
    pub privileges: Vec<String>,
    /// Of which kind that is which they are rights on: `table`; empty where it is a role.
    pub kind: String,
    /// On what; nothing where it is a role, or all there is in schemas.
    pub on: Vec<Object>,
    /// In which schemas, where it is all there is or will be.
    pub schemas: Vec<String>,
    /// Whether whatever is made later has it as well.
    pub by_default: bool,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// `INSERT`
    Insert,
    /// `UPDATE`
    Update,
    /// `DELETE`
    Delete,
    /// `MERGE`
    Merge,
    /// `COPY … FROM`
    Copy,
}

/// Rows that are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// How.
    pub how: How,
    /// To which table.
    pub table: Object,
    /// Whether a condition chooses the rows, and not simply all of them.
    pub filtered: bool,
    /// Whether a limit keeps the number of rows small.
    pub limited: bool,
    /// Whether the rows come from a query and not from the file.
    pub from_query: bool,
    /// The columns that are overwritten, of an UPDATE.
    pub columns: Vec<String>,
}

impl Deed {
    /// What it drops with the rows that are in it, but for what the file itself has made.
    pub fn drops_rows(&self, own: &OwnTables) -> Option<String> {
        match self {
            Deed::Drop(drop) if matches!(drop.thing, Thing::Table | Thing::Schema | Thing::MaterializedView) => {
                let old = drop.names.iter().filter(|name| !own.surely_has(name)).map(ToString::to_string);
                let names: Vec<String> = old.collect();
                (!names.is_empty()).then(|| format!("{} {}", drop.thing.word(), names.join(", ")))
            }
            Deed::AlterTable(table, changes) if !own.surely_has(table) => {
                changes.iter().find_map(|change| match change {
                    TableChange::DropColumn { name, .. } if !own.has_column(table, name) => {
                        Some(format!("column {name} of {table}"))
                    }
                    _ => None,
                })
            }
            _ => None,
        }
    }

    /// Whether it only begins or ends a transaction, or sets something for others.
    pub fn is_frame(&self) -> bool {
        matches!(self, Deed::Begin | Deed::End | Deed::Session)
    }

    /// Whether it drops this object by its name.
    pub fn drops(&self, thing: Thing, name: &Object) -> bool {
        matches!(self, Deed::Drop(drop) if drop.thing == thing && drop.names.iter().any(|dropped| dropped.is(name)))
    }

    /// The tables that it makes, changes or drops, or on which it makes something.
    pub fn tables(&self) -> Vec<&Object> {
        match self {
            Deed::CreateTable(table) => vec![&table.name],
            Deed::AlterTable(table, _) => vec![table],
            Deed::CreateIndex(index) => vec![&index.table],
            Deed::CreatePolicy(policy) | Deed::AlterPolicy(policy) => vec![&policy.table],
            Deed::Drop(drop) if drop.thing == Thing::Table => drop.names.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it changes the schema.
    pub fn is_ddl(&self) -> bool {
        match self {
            Deed::CreateTable(table) => !table.temporary,
            Deed::AlterTable(..)
            | Deed::CreateIndex(_)
            | Deed::CreateView(_)
            | Deed::AlterViewInvoker(..)
            | Deed::CreateRoutine(_)
            | Deed::AlterRoutine(_)
            | Deed::CreatePolicy(_)
            | Deed::AlterPolicy(_)
            | Deed::Create(..)
            | Deed::AddEnumValue(..)
            | Deed::Alter(_)
            | Deed::Drop(_)
            | Deed::Grant(_)
            | Deed::Comment => true,
            _ => false,
        }
    }
}
