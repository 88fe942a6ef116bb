//! The catalogs by their fixed OIDs, and the addresses of what is in them.

use super::columns::Oid;

/// A system catalog, as `classid` names it in `pg_depend` and `pg_description`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Class(pub(super) Oid);

macro_rules! classes {
    ($($name:ident = $oid:literal;)*) => {
        impl Class { $(pub(super) const $name: Self = Self($oid);)* }
    };
}

classes! {
    ACCESS_METHOD = 2601;
    ATTRIBUTE_DEFAULT = 2604;
    CAST = 2605;
    COLLATION = 3456;
    CONSTRAINT = 2606;
    CONVERSION = 2607;
    DATABASE = 1262;
    DEFAULT_PRIVILEGES = 826;
    EVENT_TRIGGER = 3466;
    EXTENSION = 3079;
    FOREIGN_DATA_WRAPPER = 2328;
    LANGUAGE = 2612;
    LARGE_OBJECT = 2613;
    NAMESPACE = 2615;
    NONE = 0;
    OPERATOR = 2617;
    OPERATOR_CLASS = 2616;
    OPERATOR_FAMILY = 2753;
    PARAMETER = 6243;
    POLICY = 3256;
    PUBLICATION = 6104;
    PUBLICATION_RELATION = 6106;
    PUBLICATION_SCHEMA = 6237;
    RELATION = 1259;
    REWRITE = 2618;
    ROLE = 1260;
    ROUTINE = 1255;
    SERVER = 1417;
    STATISTICS = 3381;
    SUBSCRIPTION = 6100;
    TABLESPACE = 1213;
    TEXT_SEARCH_CONFIGURATION = 3602;
    TEXT_SEARCH_DICTIONARY = 3600;
    TEXT_SEARCH_PARSER = 3601;
    TEXT_SEARCH_TEMPLATE = 3764;
    TRANSFORM = 3576;
    TRIGGER = 2620;
    TYPE = 1247;
    USER_MAPPING = 1418;
}

/// Where something is: its catalog, its OID, and the column of a relation (0: the relation itself).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Address {
    pub(super) class: Class,
    pub(super) object: Oid,
    pub(super) part: i32,
}

impl Address {
    pub(super) fn of(class: Class, object: Oid) -> Self {
        Self { class, object, part: 0 }
    }

    pub(super) fn column(relation: Oid, number: i64) -> Self {
        let part = i32::try_from(number).unwrap_or_default();
        Self { class: Class::RELATION, object: relation, part }
    }
}
