//! How an environment says where its server is, before anything is looked up.

use super::hooks::CommandLine;
use super::parameters::Parameters;

/// How an environment says where its server is.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionSource {
    /// Where most of it comes from.
    pub origin: Origin,
    /// The keys written beside it; they win over the origin.
    pub beside: Parameters,
    /// The name of the variable that holds the password.
    pub password_variable: Option<String>,
    /// The command that prints the password.
    pub password_command: Option<CommandLine>,
}

/// Where the connection parameters come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// `url`: a libpq URI or keyword/value text, already parsed.
    Url(Parameters),
    /// `url_env`: the variable that holds one.
    UrlVariable(String),
    /// `url_command`: the command that prints one.
    UrlCommand(CommandLine),
    /// `service`: a section of `pg_service.conf`.
    Service(String),
    /// `host`, `port`, `user`, `database` …
    Parts,
}
