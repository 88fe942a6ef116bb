//! From the names on the command line to environments, and to what a command needs for speaking with them.

use std::sync::Arc;

use tokio::runtime::Runtime;

use super::{CommandError, Session};
use crate::config::{Config, Environment};
use crate::window::context::Context;

/// The environment of this name.
pub fn environment<'a>(config: &'a Config, name: &str) -> Result<&'a Environment, CommandError> {
    config.environment(name).ok_or_else(|| CommandError::NoEnvironment {
        name: name.to_owned(),
        nearest: config.nearest_environment(name).map(|environment| environment.name.to_string()),
        known: config.environments.iter().map(|environment| environment.name.to_string()).collect(),
    })
}

/// The environment of this name, provided that it may be written.
pub fn writable_environment<'a>(config: &'a Config, name: &str) -> Result<&'a Environment, CommandError> {
    let environment = environment(config, name)?;
    if environment.access.is_read_only() {
        return Err(CommandError::ReadOnly(environment.name.to_string()));
    }
    Ok(environment)
}

/// The environments of these names in the order of the configuration; without names, all of them.
pub fn environments<'a>(config: &'a Config, names: &[String]) -> Result<Vec<&'a Environment>, CommandError> {
    for name in names {
        environment(config, name)?;
    }
    let asked =
        |environment: &&Environment| names.is_empty() || names.iter().any(|name| name == environment.name.as_str());
    Ok(config.environments.iter().filter(asked).collect())
}

/// What a command needs for speaking with environments.
pub fn context(session: &Session) -> Result<Arc<Context>, CommandError> {
    Ok(Arc::new(Context::new(session.config()?, session.surroundings.clone())))
}

/// A runtime for a command that asks and prints; a window has its own.
pub fn small_runtime() -> Result<Runtime, CommandError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CommandError::Runtime)
}

/// A runtime for a command that prints while it works: what it prints may have to wait, the work must not.
pub fn working_runtime() -> Result<Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(CommandError::Runtime)
}
