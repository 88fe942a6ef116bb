//! What a database looks like: the model of a schema, the difference of two, and their SQL.
//!
//! Pure: no server, no clock, no files. `postgres/snapshot/` reads a [`snapshot::Snapshot`]; what differs between two
//! is a drift.

pub mod attribute;
pub mod ddl;
pub mod diff;
pub mod draft;
pub mod grants;
pub mod kind;
pub mod name;
pub mod object;
pub mod pattern;
pub mod snapshot;
pub mod value;

pub use attribute::{Attribute, Weight};
pub use kind::Kind;
pub use name::Name;
pub use object::{Attributes, Object, ObjectId};
pub use pattern::Pattern;
pub use snapshot::{Digest, Gap, Snapshot, Version};
pub use value::Value;
