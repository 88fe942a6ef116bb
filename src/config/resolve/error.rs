//! Why an environment leads nowhere.

use crate::config::command::CaptureError;
use crate::config::service::ServiceError;
use crate::config::target::SslMode;
use crate::config::uri::UriError;

/// Why an environment leads nowhere. Full sentences, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// `url_env` names a variable that is not set.
    #[error("The variable {variable}, which `url_env` names, is not set. Export it, then try again.")]
    UrlVariableUnset {
        /// Its name.
        variable: String,
    },
    /// A URL is malformed.
    #[error("The URL from {origin} cannot be used: {source}.")]
    Url {
        /// Where it comes from.
        origin: String,
        /// What is wrong with it.
        source: UriError,
    },
    /// A command did not print what it should. The command itself is not repeated: it may hold a token.
    #[error("The command of `{key}` {source}. Run it by hand to see why.")]
    Command {
        /// `url_command` or `password_command`.
        key: &'static str,
        /// What went wrong.
        source: CaptureError,
    },
    /// A service is not defined or malformed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// A parameter that would make the connection stricter than Tidegate can.
    #[error(
        "`{keyword}`, set by {origin}, is {}. A connection without it would be less strict than it asks for, so none is \
         made.",
        only(.allowed)
    )]
    Unsupported {
        /// libpq's keyword.
        keyword: &'static str,
        /// Who sets it.
        origin: String,
        /// The values that would be possible.
        allowed: &'static [&'static str],
    },
    /// A value is not one of those that libpq knows.
    #[error("`{keyword}`, set by {origin}, is `{value}`, which is none of {allowed}{near}.")]
    Choice {
        /// libpq's keyword.
        keyword: &'static str,
        /// Who sets it.
        origin: String,
        /// What it is.
        value: String,
        /// What it may be, as a list.
        allowed: String,
        /// ` (did you mean …?)` or nothing.
        near: String,
    },
    /// A value is not the number or address that it should be.
    #[error("`{keyword}`, set by {origin}, is no {expected}.")]
    Value {
        /// libpq's keyword.
        keyword: &'static str,
        /// Who sets it.
        origin: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Lists of hosts, addresses and ports have different lengths.
    #[error("There are {hosts} hosts but {others} values of `{keyword}`, set by {origin}; give one for each host.")]
    Count {
        /// libpq's keyword.
        keyword: &'static str,
        /// Who sets it.
        origin: String,
        /// How many hosts there are.
        hosts: usize,
        /// How many values there are.
        others: usize,
    },
    /// Nothing says who connects, and the operating system has no name for the user.
    #[error("Nothing says which user connects. Add `user` to the environment.")]
    NoUser,
    /// A certificate or key file cannot be used.
    #[error("The file {path} of `{keyword}` cannot be used: {why}")]
    File {
        /// libpq's keyword.
        keyword: &'static str,
        /// The file.
        path: String,
        /// What is wrong and how to mend it, as a sentence's end with its full stop.
        why: String,
    },
    /// `sslrootcert=system` with a mode that would not verify the name.
    #[error(
        "`sslrootcert` is `system`, which anyone can get a certificate from, while `sslmode` is `{0}`. Set `sslmode` to \
         `verify-full`."
    )]
    SystemRootsNeedVerifyFull(SslMode),
}

fn only(allowed: &[&str]) -> String {
    match allowed {
        [] => "not supported by Tidegate".to_owned(),
        allowed => format!("supported by Tidegate only as {}", list(allowed)),
    }
}

pub(super) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
