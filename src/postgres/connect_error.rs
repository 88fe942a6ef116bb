//! Why a connection could not be opened: one variant for each cause that an operator can act on.

use std::path::PathBuf;
use std::time::Duration;

use super::error::ServerError;
use super::version::ServerVersion;

/// Why a connection could not be opened, and what to do about it. `server` is `host:port` or the path of a unix
/// socket. What the variants hold is fit for a terminal and no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The name of the host means nothing to the resolver.
    #[error(
        "The host \"{host}\" is not known: {reason}. Check the host's name in the configuration, and that this \
         machine's network or VPN is up."
    )]
    UnknownHost {
        /// The host as configured.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// Nobody listens there.
    #[error(
        "{server} refused the connection: no server listens there. Check the host and the port, and whether \
         PostgreSQL is running."
    )]
    Refused {
        /// Where the connection went.
        server: String,
    },
    /// The way there is blocked or broken, or the socket may not be entered.
    #[error("{server} cannot be reached: {reason}. Check the network, the port and the firewall.")]
    Unreachable {
        /// Where the connection went.
        server: String,
        /// What the operating system said.
        reason: String,
    },
    /// No answer in time.
    #[error(
        "{server} did not answer within {} s while {stage}. Check the network and the firewall, or raise \
         connect_timeout.",
        .after.as_secs_f32()
    )]
    TimedOut {
        /// Where the connection went.
        server: String,
        /// How long it was waited.
        after: Duration,
        /// What it was waited for.
        stage: &'static str,
    },
    /// The server asks for a password and there is none at hand.
    #[error(
        "{server} asks for the password of \"{user}\", and none is configured. Put it into ~/.pgpass, or name an \
         environment variable or a command that yields the connection URL."
    )]
    PasswordNeeded {
        /// Where the connection went.
        server: String,
        /// The role that was to log in.
        user: String,
    },
    /// The password is not that of the role, or there is no such role (the server does not say which).
    #[error(
        "{server} does not accept the password of \"{user}\" (SQLSTATE 28P01). Check the role's name and its password."
    )]
    PasswordWrong {
        /// Where the connection went.
        server: String,
        /// The role that was to log in.
        user: String,
    },
    /// The server's rules (`pg_hba.conf`, a login right, a certificate) keep this client out.
    #[error("{server} does not let this client in. {error}")]
    LoginRefused {
        /// Where the connection went.
        server: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// The server wants to be convinced in a way that Tidegate does not know.
    #[error(
        "{server} asks for a way to log in that Tidegate does not know ({method}). Allow scram-sha-256 or a client \
         certificate for this role in pg_hba.conf."
    )]
    UnknownLogin {
        /// Where the connection went.
        server: String,
        /// What is known of it.
        method: String,
    },
    /// The login is not tied to the encrypted channel, and the configuration demands that.
    #[error(
        "{server} does not tie the login to the encrypted connection, and channel_binding=require demands it. Check \
         that the connection is encrypted and that the role has a SCRAM password, and that nobody sits in between."
    )]
    NoChannelBinding {
        /// Where the connection went.
        server: String,
    },
    /// There is no such database.
    #[error(
        "{server} has no database \"{database}\" (SQLSTATE 3D000). Check the database's name in the configuration."
    )]
    DatabaseMissing {
        /// Where the connection went.
        server: String,
        /// The database as configured.
        database: String,
    },
    /// There is no such role.
    #[error("{server} has no role \"{user}\" (SQLSTATE 28000). Check the user's name in the configuration.")]
    RoleMissing {
        /// Where the connection went.
        server: String,
        /// The role as configured.
        user: String,
    },
    /// Every connection that the server, the database or the role may have is taken.
    #[error("{server} has no connection left to give. {error}")]
    TooManyConnections {
        /// Where the connection went.
        server: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// The server is starting, stopping or recovering.
    #[error("{server} is not ready for connections yet. {error}")]
    StartingUp {
        /// Where the connection went.
        server: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// The encryption could not be agreed upon.
    #[error("{server}: {error}")]
    Tls {
        /// Where the connection went.
        server: String,
        /// What was wrong with it.
        error: TlsError,
    },
    /// The server is not of the kind that `target_session_attrs` asks for.
    #[error(
        "{server} is {found}, and the configuration asks for one that is {wanted} (target_session_attrs). Check the \
         list of hosts."
    )]
    TargetSession {
        /// Where the connection went.
        server: String,
        /// The kind asked for.
        wanted: &'static str,
        /// The kind found.
        found: &'static str,
    },
    /// The server is too old.
    #[error(
        "{server} runs PostgreSQL {version}; Tidegate works with {} and newer. Nothing was changed there.",
        ServerVersion::OLDEST_MAJOR
    )]
    UnsupportedVersion {
        /// Where the connection went.
        server: String,
        /// The version that answered.
        version: ServerVersion,
    },
    /// The server refused for a reason of its own.
    #[error("{server} refused the session. {error}")]
    Server {
        /// Where the connection went.
        server: String,
        /// What the server said.
        error: Box<ServerError>,
    },
    /// What answered does not speak PostgreSQL's protocol, or the connection broke while it was opened.
    #[error("{server} did not answer as a PostgreSQL server does: {reason}. Check the host and the port.")]
    Protocol {
        /// Where the connection went.
        server: String,
        /// What was wrong.
        reason: String,
    },
    /// Each of several hosts failed in its own way.
    #[error("None of the {} hosts can be used.{}", .0.len(), listed(.0))]
    AllHosts(
        /// Why, host by host.
        Vec<ConnectError>,
    ),
}

fn listed(errors: &[ConnectError]) -> String {
    errors.iter().map(|error| format!("\n- {error}")).collect()
}

impl ConnectError {
    /// Whether a password, or another one, may be all that is missing.
    #[must_use]
    pub fn wants_password(&self) -> bool {
        match self {
            Self::PasswordNeeded { .. } | Self::PasswordWrong { .. } => true,
            Self::AllHosts(errors) => errors.iter().any(Self::wants_password),
            _ => false,
        }
    }

    /// Whether the server asks for a password and nothing yields one.
    #[must_use]
    pub fn lacks_password(&self) -> bool {
        match self {
            Self::PasswordNeeded { .. } => true,
            Self::AllHosts(errors) => errors.iter().any(Self::lacks_password),
            _ => false,
        }
    }

    /// Whether another host, or another address of the same one, may do better: as in libpq, when the server could not
    /// be reached or is not ready. A server that refuses the login has answered for all.
    pub(super) fn is_of_this_host_only(&self) -> bool {
        matches!(
            self,
            Self::UnknownHost { .. }
                | Self::Refused { .. }
                | Self::Unreachable { .. }
                | Self::TimedOut { .. }
                | Self::TooManyConnections { .. }
                | Self::StartingUp { .. }
                | Self::TargetSession { .. }
                | Self::Protocol { .. }
        )
    }

    /// Whether trying again later may succeed without anybody changing the configuration. A wrong password does not:
    /// trying it again and again may lock the role.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::UnknownHost { .. }
            | Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::TooManyConnections { .. }
            | Self::StartingUp { .. }
            | Self::TargetSession { .. }
            | Self::DatabaseMissing { .. }
            | Self::Server { .. }
            | Self::Protocol { .. } => true,
            Self::PasswordNeeded { .. }
            | Self::PasswordWrong { .. }
            | Self::LoginRefused { .. }
            | Self::UnknownLogin { .. }
            | Self::NoChannelBinding { .. }
            | Self::RoleMissing { .. }
            | Self::Tls { .. }
            | Self::UnsupportedVersion { .. } => false,
            Self::AllHosts(errors) => errors.iter().any(Self::may_pass),
        }
    }
}

/// Why an encrypted connection could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// The server offers no encryption, and `sslmode` demands it.
    #[error(
        "the server does not offer encryption (TLS), and sslmode demands it. Switch ssl on in the server, or choose \
         sslmode=prefer where the network is trusted."
    )]
    NotOffered,
    /// The server's certificate is past its time.
    #[error("the server's certificate has expired{0}. Renew it on the server, and check this machine's clock.")]
    Expired(String),
    /// The server's certificate is not valid yet.
    #[error("the server's certificate is not valid yet{0}. Check this machine's clock.")]
    NotYetValid(String),
    /// Nobody whom this machine trusts has signed the server's certificate.
    #[error(
        "the server's certificate is signed by an authority that is not trusted here. Name the authority's \
         certificate with sslrootcert."
    )]
    UnknownIssuer,
    /// The certificate is for another host.
    #[error(
        "the server's certificate is not for \"{host}\"{presented}. Connect by the name that the certificate holds, or \
         choose sslmode=verify-ca where that is acceptable."
    )]
    WrongName {
        /// The host as configured.
        host: String,
        /// The names in the certificate, as ` but for a, b`; empty if it has none.
        presented: String,
    },
    /// The server's certificate was revoked by the authority.
    #[error("the server's certificate has been revoked. Do not connect before its owner has explained why.")]
    Revoked,
    /// The certificate of the server is unfit in another way.
    #[error("the server's certificate cannot be accepted: {0}.")]
    BadCertificate(String),
    /// The server does not accept this client's certificate.
    #[error("the server does not accept this client's certificate: {0}. Check sslcert and sslkey.")]
    ClientCertificate(String),
    /// A certificate or key file cannot be used.
    #[error("{} cannot be used as {what}: {reason}.", .path.display())]
    File {
        /// What the file is for, such as `sslrootcert`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The machine has no trusted authorities at all.
    #[error(
        "this machine's list of trusted authorities cannot be read: {0}. Install the package ca-certificates, or name \
         the authority's certificate with sslrootcert."
    )]
    NoSystemRoots(String),
    /// The two sides could not agree.
    #[error("the encrypted connection could not be made: {0}.")]
    Handshake(String),
}
