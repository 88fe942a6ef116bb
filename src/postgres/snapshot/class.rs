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
    ATTRIBUTE_DEFAULT = 2604;
    CONSTRAINT = 2606;
    NAMESPACE = 2615;
    POLICY = 3256;
    RELATION = 1259;
    REWRITE = 2618;
    STATISTICS = 3381;
    TRIGGER = 2620;
    TYPE = 1247;
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
