//! What kinds of objects a schema is made of.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $word:literal, $plural:literal;)*) => {
        /// A kind of object, in the order in which kinds are shown.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $($(#[$doc])* $kind,)* }

        impl Kind {
            /// Every kind, in the order in which kinds are shown.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// What one of them is called: `materialized view`.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }

            /// What several of them are called: `materialized views`.
            #[must_use]
            pub fn plural(self) -> &'static str {
                match self { $(Self::$kind => $plural,)* }
            }
        }
    };
}

kinds! {
    /// The database itself; there is one.
    Database, "database", "databases";
    /// A role of the cluster.
    Role, "role", "roles";
    /// A tablespace of the cluster.
    Tablespace, "tablespace", "tablespaces";
    /// The grants on a configuration parameter (15 and later).
    Parameter, "parameter", "parameters";
    /// A schema.
    Schema, "schema", "schemas";
    /// An extension.
    Extension, "extension", "extensions";
    /// The grants on a member of an extension, where they are not those that the extension came with.
    ExtensionMember, "extension member", "extension members";
    /// A procedural language.
    Language, "language", "languages";
    /// An enumerated type.
    Enum, "enum", "enums";
    /// A domain.
    Domain, "domain", "domains";
    /// A constraint of a domain; a part of it.
    DomainConstraint, "domain constraint", "domain constraints";
    /// A composite type that stands alone.
    CompositeType, "composite type", "composite types";
    /// A range type, with its multirange.
    Range, "range", "ranges";
    /// A base type, written in C.
    BaseType, "base type", "base types";
    /// A type that is named and not yet defined.
    ShellType, "shell type", "shell types";
    /// A collation.
    Collation, "collation", "collations";
    /// An encoding conversion.
    Conversion, "conversion", "conversions";
    /// A sequence.
    Sequence, "sequence", "sequences";
    /// A table, partitioned or not.
    Table, "table", "tables";
    /// A foreign table.
    ForeignTable, "foreign table", "foreign tables";
    /// A view.
    View, "view", "views";
    /// A materialized view.
    MaterializedView, "materialized view", "materialized views";
    /// A column of a relation; a part of it.
    Column, "column", "columns";
    /// A constraint of a table, with its index where it has one; a part of it.
    Constraint, "constraint", "constraints";
    /// An index that no constraint owns; a part of its table.
    Index, "index", "indexes";
    /// A trigger; a part of its relation.
    Trigger, "trigger", "triggers";
    /// A rewrite rule; a part of its relation.
    Rule, "rule", "rules";
    /// A row security policy; a part of its table.
    Policy, "policy", "policies";
    /// An extended statistics object.
    Statistics, "statistics object", "statistics objects";
    /// A function, window functions included.
    Function, "function", "functions";
    /// A procedure.
    Procedure, "procedure", "procedures";
    /// An aggregate function.
    Aggregate, "aggregate", "aggregates";
    /// An operator.
    Operator, "operator", "operators";
    /// An operator family.
    OperatorFamily, "operator family", "operator families";
    /// An operator class.
    OperatorClass, "operator class", "operator classes";
    /// An access method.
    AccessMethod, "access method", "access methods";
    /// A cast.
    Cast, "cast", "casts";
    /// A transform between a type and a language.
    Transform, "transform", "transforms";
    /// A text search parser.
    TextSearchParser, "text search parser", "text search parsers";
    /// A text search template.
    TextSearchTemplate, "text search template", "text search templates";
    /// A text search dictionary.
    TextSearchDictionary, "text search dictionary", "text search dictionaries";
    /// A text search configuration.
    TextSearchConfiguration, "text search configuration", "text search configurations";
    /// An event trigger.
    EventTrigger, "event trigger", "event triggers";
    /// A foreign-data wrapper.
    ForeignDataWrapper, "foreign-data wrapper", "foreign-data wrappers";
    /// A foreign server.
    Server, "server", "servers";
    /// A user mapping of a foreign server.
    UserMapping, "user mapping", "user mappings";
    /// A publication.
    Publication, "publication", "publications";
    /// A table in a publication, with its row filter and columns.
    PublicationTable, "published table", "published tables";
    /// A schema in a publication (15 and later).
    PublicationSchema, "published schema", "published schemas";
    /// A subscription, without its password.
    Subscription, "subscription", "subscriptions";
    /// Default privileges of a role, in a schema or everywhere.
    DefaultPrivileges, "default privileges", "default privileges";
    /// A large object: its owner and its grants.
    LargeObject, "large object", "large objects";
}

impl Kind {
    /// Whether it belongs to a relation or a domain and is named only within that.
    #[must_use]
    pub fn is_part(self) -> bool {
        matches!(
            self,
            Self::Column
                | Self::Constraint
                | Self::DomainConstraint
                | Self::Index
                | Self::Trigger
                | Self::Rule
                | Self::Policy
        )
    }

    /// Whether it is a relation that has columns and may have other parts.
    #[must_use]
    pub fn is_relation(self) -> bool {
        matches!(self, Self::Table | Self::ForeignTable | Self::View | Self::MaterializedView | Self::CompositeType)
    }

    /// Whether it belongs to the cluster, not to the database.
    #[must_use]
    pub fn is_of_cluster(self) -> bool {
        matches!(self, Self::Role | Self::Tablespace | Self::Parameter)
    }

    /// Whether the name in its identity is SQL already, quoted where it must be: `f(integer)`, `integer AS text`.
    #[must_use]
    pub fn is_named_in_sql(self) -> bool {
        matches!(
            self,
            Self::ExtensionMember
                | Self::Function
                | Self::Procedure
                | Self::Aggregate
                | Self::Operator
                | Self::OperatorFamily
                | Self::OperatorClass
                | Self::Cast
                | Self::Transform
                | Self::UserMapping
                | Self::DefaultPrivileges
                | Self::LargeObject
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}
