//! A migration on disk: its name, header, checksum, script, and the catalogue of all of them.
//!
//! This is the ground floor: it knows files, text and `git`, but no database and no screen, so that everything above it can trust
//! what it says about a file without a server at hand.

pub mod catalogue;
pub mod checksum;
pub mod git;
pub mod header;
pub mod highlight;
pub(crate) mod lexer;
pub mod name;
pub mod scaffold;
pub mod script;
pub mod table;
pub mod text;
pub mod version;
