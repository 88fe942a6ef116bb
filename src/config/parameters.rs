//! libpq's connection parameters as written, before defaults.

use std::collections::BTreeMap;

use super::secret::Secret;

/// libpq's connection parameters as written, by libpq's keyword.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    values: BTreeMap<&'static str, String>,
    password: Option<Secret>,
}
