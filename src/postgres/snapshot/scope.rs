//! What of a database a snapshot is to show.

use crate::schema::{Kind, ObjectId, Pattern};

/// What of a database a snapshot is to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// What is left out, with the parts of relations that match.
    pub exclude: Vec<Pattern>,
    /// Relations that are left out: schema and name of the history table.
    pub leave_out_relations: Vec<(String, String)>,
    /// Schemas that are left out with all that is in them: that of Tidegate's own tables.
    pub leave_out_schemas: Vec<String>,
    /// Whether roles, memberships and settings of the cluster are read too.
    pub cluster_objects: bool,
}

impl Scope {
    /// Whether an object that is no part of another one is left out.
    pub(super) fn leaves_out(&self, id: &ObjectId) -> bool {
        let schema = if id.kind == Kind::Schema { Some(&*id.name) } else { id.schema.as_deref() };
        self.leave_out_schemas.iter().any(|name| Some(name.as_str()) == schema)
            || self
                .leave_out_relations
                .iter()
                .any(|(schema, name)| id.schema.as_deref() == Some(schema) && *id.name == **name)
            || self.exclude.iter().any(|pattern| pattern.matches(id))
    }

    /// Whether a part of a relation is left out, though the relation is not.
    pub(super) fn leaves_out_part(&self, id: &ObjectId) -> bool {
        self.exclude.iter().any(|pattern| pattern.matches(id))
    }
}
