//! How an environment says where its server is, before anything is looked up.

use std::time::Duration;

use super::command::CommandLine;
use super::parameters::Parameters;

/// How an environment says where its server is.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionSource {
    /// Where most of it comes from.
    pub origin: Origin,
    /// The keys written beside it; they win over the origin.
    pub beside: Parameters,
    /// Where the password comes from, when the configuration says so.
    pub password: Option<PasswordSource>,
    /// How long connecting to one host may take; zero waits for ever.
    pub connect_timeout: Option<Duration>,
}

impl ConnectionSource {
    /// A source that is one connection URI or keyword/value text.
    pub fn of_url(url: &str) -> Result<Self, super::uri::UriError> {
        Ok(Self::of(Origin::Url(super::uri::parse(url)?)))
    }

    /// A source without anything written beside it.
    pub fn of(origin: Origin) -> Self {
        Self { origin, beside: Parameters::default(), password: None, connect_timeout: None }
    }

    /// Whether the configuration file itself holds a password.
    pub fn holds_a_password(&self) -> bool {
        let in_url = matches!(&self.origin, Origin::Url(parameters) if parameters.has("password"));
        in_url || self.beside.has("password")
    }
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

/// Where the configuration says that the password comes from, other than `password` itself.
#[derive(Debug, Clone, PartialEq)]
pub enum PasswordSource {
    /// `password_env`: the variable that holds it.
    Variable(String),
    /// `password_command`: the command that prints it.
    Command(CommandLine),
}
