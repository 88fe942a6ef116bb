//! What can be said of an object, and how much a difference of it weighs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a difference weighs, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// What the object is: columns, types, keys, queries.
    Structure,
    /// How it works: options, volatility, enabled or not.
    Behaviour,
    /// Who owns it.
    Ownership,
    /// Who may do what with it.
    Grants,
    /// What is said about it.
    Comment,
    /// Where and how it is stored.
    Placement,
    /// In which place it stands among its like.
    Order,
    /// Told apart from drift: what no migration decides.
    Information,
}

macro_rules! attributes {
    ($($(#[$doc:meta])* $attribute:ident, $word:literal, $weight:ident;)*) => {
        /// One thing that can be said of an object. What is the default of the object's kind is not said.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Attribute { $($(#[$doc])* $attribute,)* }

        impl Attribute {
            /// Every attribute, in the order in which attributes are shown.
            pub const ALL: &[Self] = &[$(Self::$attribute,)*];

            /// What it is called: `row security`.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$attribute => $word,)* }
            }

            /// How much a difference of it weighs.
            #[must_use]
            pub fn weight(self) -> Weight {
                match self { $(Self::$attribute => Weight::$weight,)* }
            }
        }
    };
}

attributes! {
    // Of several kinds.
    /// The data type, as SQL names it, with its modifier.
    DataType, "data type", Structure;
    /// The schema that an extension's objects are in.
    InSchema, "schema", Structure;
    /// The version of an extension.
    Version, "version", Structure;
    /// The whole definition as SQL, of what has no better parts.
    Definition, "definition", Structure;
    /// The query of a view.
    Query, "query", Structure;
    /// The columns or expressions that it is about, in order.
    Keys, "keys", Structure;
    /// The collation, where it is not the type's own.
    Collation, "collation", Structure;
    /// Whether it is switched on: `always`, `replica`, `disabled`.
    Enabled, "enabled", Behaviour;
    /// Its options (`WITH (…)`).
    Options, "options", Behaviour;
    /// The options that a foreign-data wrapper understands.
    ForeignOptions, "foreign options", Behaviour;
    /// The access method.
    AccessMethod, "access method", Structure;
    /// The tablespace, where it is not the database's.
    Tablespace, "tablespace", Placement;
    /// How many rows ANALYZE looks at (`SET STATISTICS`).
    StatisticsTarget, "statistics target", Behaviour;

    // Of relations.
    /// `unlogged`, where it is not permanent.
    Persistence, "persistence", Structure;
    /// The options of its TOAST table.
    ToastOptions, "TOAST options", Behaviour;
    /// Whether row security is on.
    RowSecurity, "row security", Behaviour;
    /// Whether row security holds for the owner too.
    ForcedRowSecurity, "forced row security", Behaviour;
    /// What identifies a row to a replica: `nothing`, `full`, or the index.
    ReplicaIdentity, "replica identity", Behaviour;
    /// How it is partitioned (`PARTITION BY …`).
    PartitionKey, "partition key", Structure;
    /// Which partition it is (`FOR VALUES …`).
    PartitionBound, "partition bound", Structure;
    /// The tables that it inherits from or is a partition of, in order.
    Inherits, "inherits", Structure;
    /// The composite type that it is a table of.
    OfType, "of type", Structure;
    /// The foreign server.
    Server, "server", Structure;
    /// Whether a materialized view holds no data yet.
    Unpopulated, "not populated", Information;

    // Of columns.
    /// Its place among the columns, from 1.
    Position, "position", Order;
    /// Whether it may not be null.
    NotNull, "not null", Structure;
    /// The name of its NOT NULL constraint, where it is not the generated one (18 and later).
    NotNullName, "name of not null constraint", Information;
    /// Whether its NOT NULL constraint is NOT VALID (18 and later).
    NotNullUnvalidated, "not null not valid", Structure;
    /// Whether its NOT NULL constraint is NO INHERIT (18 and later).
    NotNullNoInherit, "not null no inherit", Structure;
    /// What is said about its NOT NULL constraint (18 and later).
    NotNullComment, "comment on not null constraint", Comment;
    /// The default.
    Default, "default", Structure;
    /// The expression that it is generated from.
    Generated, "generated", Structure;
    /// Whether a generated column is not stored (18 and later).
    Virtual, "virtual", Structure;
    /// `always` or `by default`, of an identity column.
    Identity, "identity", Structure;
    /// The storage, where it is not the type's own.
    Storage, "storage", Placement;
    /// The compression method, where one is set.
    Compression, "compression", Placement;
    /// Whether it is not defined here, only inherited.
    Inherited, "inherited only", Structure;

    // Of constraints and indexes.
    /// What a constraint is: `primary key`, `unique`, `foreign key`, `check`, `exclusion`.
    ConstraintType, "type", Structure;
    /// The table that a foreign key refers to.
    References, "references", Structure;
    /// Whether rows that were there before are not checked (`NOT VALID`).
    Unvalidated, "not valid", Structure;
    /// Whether it is not enforced (18 and later).
    Unenforced, "not enforced", Behaviour;
    /// Whether it can be deferred.
    Deferrable, "deferrable", Behaviour;
    /// Whether it is deferred at first.
    Deferred, "initially deferred", Behaviour;
    /// Whether children do not inherit it.
    NoInherit, "no inherit", Structure;
    /// Whether its values are unique.
    Unique, "unique", Structure;
    /// Whether nulls count as equal (`NULLS NOT DISTINCT`).
    NullsNotDistinct, "nulls not distinct", Structure;
    /// The columns that an index only carries (`INCLUDE`).
    Include, "included columns", Structure;
    /// The condition of a partial index, or of a trigger.
    Predicate, "predicate", Structure;
    /// Whether it was never finished and is not used.
    Invalid, "invalid", Structure;
    /// Whether the table is clustered on it.
    Clustered, "clustered", Placement;
    /// Statistics targets of an index's expressions, by their place.
    ExpressionStatistics, "statistics targets", Behaviour;
    /// The index of the partitioned table that it is attached to.
    ParentIndex, "parent index", Structure;
    /// What is said about a constraint's index.
    IndexComment, "comment on index", Comment;

    // Of policies.
    /// The command that it is for.
    Command, "command", Structure;
    /// Whether it restricts what others allow.
    Restrictive, "restrictive", Structure;
    /// The roles that it is for.
    Roles, "roles", Structure;
    /// Which rows may be seen (`USING`).
    Using, "using", Structure;
    /// Which rows may be written (`WITH CHECK`).
    Check, "with check", Structure;

    // Of sequences.
    /// The first value.
    Start, "start", Structure;
    /// The step.
    Increment, "increment", Structure;
    /// The least value.
    Minimum, "minimum", Structure;
    /// The greatest value.
    Maximum, "maximum", Structure;
    /// How many values a session takes at once.
    Cache, "cache", Behaviour;
    /// Whether it begins anew at its end.
    Cycle, "cycle", Structure;
    /// The column that it goes with.
    OwnedBy, "owned by", Structure;
    /// The identity column that it belongs to.
    IdentityOf, "identity of", Structure;

    // Of operators.
    /// Whether it is only named by others and not yet defined.
    Shell, "shell", Information;

    // Of types.
    /// The labels of an enum, in order.
    Labels, "labels", Structure;
    /// What it is defined by, word by word: the functions of a base type or an aggregate, the subtype of a range …
    Properties, "properties", Structure;

    // Of routines.
    /// The arguments, with their modes, names, types and defaults.
    Arguments, "arguments", Structure;
    /// What it returns.
    Result, "returns", Structure;
    /// The language that it is written in.
    Language, "language", Structure;
    /// The body, byte for byte; of a routine in C, the symbol.
    Body, "body", Structure;
    /// The body as the server keeps it parsed (`BEGIN ATOMIC`, `RETURN`; 14 and later).
    ParsedBody, "parsed body", Structure;
    /// The file that a routine in C is loaded from.
    Library, "library", Structure;
    /// Whether it is a window function.
    Window, "window", Structure;
    /// `immutable` or `stable`, where it is not volatile.
    Volatility, "volatility", Behaviour;
    /// Whether it returns null as soon as an argument is null.
    Strict, "strict", Behaviour;
    /// Whether it runs with the rights of its owner.
    SecurityDefiner, "security definer", Behaviour;
    /// Whether it tells nothing of its arguments.
    Leakproof, "leakproof", Behaviour;
    /// `safe` or `restricted`, where it is not unsafe for parallel queries.
    Parallel, "parallel", Behaviour;
    /// How dear a call is to the planner.
    Cost, "cost", Behaviour;
    /// How many rows the planner expects.
    Rows, "rows", Behaviour;
    /// The planner support function.
    Support, "support function", Behaviour;
    /// Settings that hold while it runs, or in sessions with a database or as a role, in order.
    Settings, "settings", Behaviour;
    /// The types that are brought to the language's own form for it.
    Transforms, "transforms", Structure;

    // Of operators, casts, languages and their like.
    /// How a cast is done: with a function, by text, or not at all.
    Method, "method", Structure;
    /// When a cast is done without being asked for: `assignment`, `implicit`.
    Context, "context", Behaviour;
    /// Whether it is the default for its type or encoding.
    IsDefault, "default for its type", Structure;
    /// The operator family that a class belongs to.
    Family, "family", Structure;
    /// The type that an index stores, where it is not the column's.
    StoredType, "stored type", Structure;
    /// The operators and functions of a class or family.
    Members, "members", Structure;
    /// What an access method is for: `table`, `index`.
    MethodType, "method type", Structure;
    /// The handler function.
    Handler, "handler", Structure;
    /// The function that runs anonymous blocks of a language.
    Inline, "inline handler", Structure;
    /// The validator function.
    Validator, "validator", Structure;
    /// Whether everyone may use a language.
    Trusted, "trusted", Behaviour;
    /// The function that brings a value from SQL to a language.
    FromSql, "from SQL", Structure;
    /// The function that brings a value from a language to SQL.
    ToSql, "to SQL", Structure;

    // Of text search.
    /// The template of a dictionary.
    Template, "template", Structure;
    /// The parser of a configuration.
    Parser, "parser", Structure;
    /// Which dictionaries are asked, in order, for each type of token.
    Mappings, "mappings", Structure;

    // Of foreign data, publications, subscriptions and event triggers.
    /// The foreign-data wrapper of a server.
    Wrapper, "foreign-data wrapper", Structure;
    /// The type of a server.
    ServerType, "server type", Structure;
    /// Whether every table is published.
    AllTables, "all tables", Structure;
    /// Which changes are published.
    Operations, "operations", Behaviour;
    /// Whether changes of partitions are published as those of the partitioned table.
    ViaRoot, "via root", Behaviour;
    /// Which generated columns are published (18 and later).
    GeneratedColumns, "generated columns", Behaviour;
    /// The columns that are published.
    Columns, "columns", Structure;
    /// The publications subscribed to.
    Publications, "publications", Structure;
    /// Where a subscription connects to, as a checksum: it may hold a password.
    ConnectionString, "connection", Structure;
    /// What an event trigger waits for.
    Event, "event", Structure;
    /// The function that is called.
    Function, "function", Structure;
    /// The commands that an event trigger waits for.
    Tags, "tags", Structure;

    // Of databases and roles.
    /// How many sessions there may be at once.
    ConnectionLimit, "connection limit", Behaviour;
    /// Until when a role's password holds.
    ValidUntil, "valid until", Behaviour;
    /// The roles that it is a member of, with the options of each membership.
    Memberships, "member of", Grants;
    /// The version of the collation that the system had when it was made.
    CollationVersion, "collation version", Information;
    /// Whether the version of an extension is the one that its server makes where none is named.
    VersionOfServer, "version of the server", Information;

    // Of everything.
    /// The owner.
    Owner, "owner", Ownership;
    /// Who may do what, as `aclitem`s.
    Grants, "grants", Grants;
    /// The grants that a member of an extension came with.
    InitialGrants, "initial grants", Information;
    /// The comment.
    Comment, "comment", Comment;
    /// The security labels, by provider.
    SecurityLabels, "security labels", Ownership;
    /// The extensions that it goes with (`DEPENDS ON EXTENSION`).
    DependsOn, "depends on extension", Behaviour;
}

impl fmt::Display for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}
