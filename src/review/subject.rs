//! A migration as the rules see it.

use super::settings::Settings;
use super::sql::Sql;
use crate::migration::header::Header;
use crate::migration::name::MigrationName;

/// A migration as the rules see it.
#[derive(Debug)]
pub struct Subject<'a> {
    /// Its name.
    pub name: &'a MigrationName,
    /// What its file says at its top.
    pub header: &'a Header,
    /// The file that applies it.
    pub up: &'a Sql,
    /// The file that rolls it back, where there is one.
    pub down: Option<&'a Sql>,
    /// What the project has settled.
    pub settings: &'a Settings,
}
