//! What a statement does, as far as a rule asks: told once for all rules from its syntax tree.

mod read;
mod table;
mod truth;
mod within;

use std::fmt;

pub use read::deed_of;
pub(super) use read::range;
pub use within::{Within, within};

use crate::migration::table::quote_identifier;

/// An object's name, as the server stores it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    Create(Thing, Object),
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
    /// Whether it is a part of another table, from which it has its keys and policies.
    pub partition: bool,
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
    },
    /// A column goes.
    DropColumn {
        /// Its name.
        name: String,
        /// Whether it is dropped only where there is one.
        if_exists: bool,
    },
    /// A primary key, unique constraint comes: an index on these columns.
    Key {
        /// The constraint's name, where it has one.
        name: Option<String>,
        /// Its columns.
        columns: Vec<String>,
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
    Constraint(Option<String>),
    /// A constraint goes.
    DropConstraint {
        /// Its name.
        name: String,
        /// Whether it is dropped only where there is one.
        if_exists: bool,
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
    },
    /// A constraint gets another name.
    RenameConstraint(String, String),
    /// A setting of the table changes: its owner, its parameters, its partitions, what else it has.
    Setting,
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
    /// What it is called, in one form.
    pub name: String,
    /// Its new name, where it has one.
    pub renamed: Option<String>,
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
    /// On what; nothing where it is a role, or all there is in a schema.
    pub on: Vec<Object>,
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
}

impl Deed {
    /// What it drops with the rows that are in it, but for the tables of these names.
    pub fn drops_rows(&self, made: &[&Object]) -> Option<String> {
        let is_old = |name: &&Object| !made.iter().any(|made| made.is(name));
        match self {
            Deed::Drop(drop) if matches!(drop.thing, Thing::Table | Thing::Schema | Thing::MaterializedView) => {
                let names: Vec<String> = drop.names.iter().filter(is_old).map(ToString::to_string).collect();
                (!names.is_empty()).then(|| format!("{} {}", drop.thing.word(), names.join(", ")))
            }
            Deed::AlterTable(table, changes) if is_old(&table) => changes.iter().find_map(|change| match change {
                TableChange::DropColumn { name, .. } => Some(format!("column {name} of {table}")),
                _ => None,
            }),
            _ => None,
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
