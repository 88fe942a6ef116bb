//! Where and how to connect, with every default filled in.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::secret::Secret;

/// Where and how to connect: libpq's connection parameters with every default filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The servers to try in order; never empty.
    pub hosts: Vec<HostPort>,
    /// libpq's `user`.
    pub user: String,
    /// libpq's `password`, valid for every host. A password file may hold another for each host: ask
    /// [`Target::password_for`].
    pub password: Option<Secret>,
    /// libpq's `dbname`.
    pub database: String,
    /// Encryption and certificates.
    pub tls: Tls,
    /// libpq's `channel_binding`.
    pub channel_binding: ChannelBinding,
    /// libpq's `target_session_attrs`.
    pub target_session_attributes: TargetSessionAttributes,
    /// libpq's `load_balance_hosts = random`: try the hosts in random order.
    pub shuffle_hosts: bool,
    /// libpq's `options`: command-line options for the server's session.
    pub options: Option<String>,
    /// libpq's `connect_timeout`, for each host; zero waits for ever.
    pub connect_timeout: Duration,
    /// TCP keepalives.
    pub keepalives: Keepalives,
    /// libpq's `tcp_user_timeout`; `None` is the system's default.
    pub tcp_user_timeout: Option<Duration>,
}

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// Name or socket folder; also the name that a certificate must carry.
    pub host: Host,
    /// libpq's `hostaddr`: connect to this address instead of looking the name up.
    pub address: Option<IpAddr>,
    /// TCP port, or the number in the socket's file name.
    pub port: u16,
    /// What the password file holds for this host.
    pub passfile_password: Option<Secret>,
}

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A host name or IP address.
    Tcp(String),
    /// The folder that holds the socket `.s.PGSQL.PORT`.
    Unix(PathBuf),
}

impl Host {
    /// Whether the server runs on this machine: a socket, `localhost` or a loopback address.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) => true,
            Self::Tcp(name) => {
                let name = name.trim_end_matches('.');
                name.eq_ignore_ascii_case("localhost")
                    || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
            }
        }
    }
}

impl HostPort {
    /// Whether the server runs on this machine.
    pub fn is_local(&self) -> bool {
        match self.address {
            Some(address) => address.is_loopback(),
            None => self.host.is_local(),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Unix(folder) => write!(formatter, "{}:{}", folder.display(), self.port),
            Host::Tcp(name) if name.contains(':') => write!(formatter, "[{name}]:{}", self.port),
            Host::Tcp(name) => write!(formatter, "{name}:{}", self.port),
        }
    }
}

/// Encryption and certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// libpq's `sslmode`.
    pub mode: SslMode,
    /// libpq's `sslrootcert`.
    pub roots: RootCertificates,
    /// libpq's `sslcert` and `sslkey`: shown to a server that asks for a client certificate.
    pub client: Option<ClientCertificate>,
    /// libpq's `sslnegotiation = direct`: begin with TLS instead of asking for it (PostgreSQL 17 and newer).
    pub direct: bool,
    /// libpq's `ssl_min_protocol_version = TLSv1.3`; otherwise TLS 1.2 is the oldest.
    pub only_tls_13: bool,
}

impl Tls {
    /// What is verified about the server's certificate. As in libpq, `require` with a root certificate file
    /// verifies the chain as `verify-ca` does.
    pub fn verification(&self) -> Verification {
        match (self.mode, &self.roots) {
            (SslMode::VerifyFull, _) => Verification::ChainAndName,
            (SslMode::VerifyCa, _) | (SslMode::Require, RootCertificates::File(_)) => Verification::Chain,
            _ => Verification::Nothing,
        }
    }
}

/// What is verified about a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Any certificate will do: encryption without proof of identity.
    Nothing,
    /// A trusted authority signed it.
    Chain,
    /// A trusted authority signed it, and it names the host.
    ChainAndName,
}

/// libpq's `sslmode`, ordered from open to strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SslMode {
    /// Never encrypt.
    Disable,
    /// Encrypt only when the server refuses a plain connection.
    Allow,
    /// Encrypt when the server can.
    Prefer,
    /// Always encrypt.
    Require,
    /// Always encrypt, and verify who signed the certificate.
    VerifyCa,
    /// Always encrypt, and verify who signed the certificate and that it names the host.
    VerifyFull,
}

impl SslMode {
    /// All modes, from open to strict.
    pub const ALL: [Self; 6] =
        [Self::Disable, Self::Allow, Self::Prefer, Self::Require, Self::VerifyCa, Self::VerifyFull];

    /// libpq's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl fmt::Display for SslMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// Which authorities may have signed the server's certificate: libpq's `sslrootcert`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootCertificates {
    /// Those that the operating system trusts: `sslrootcert = "system"`, and the default.
    System,
    /// Those in this PEM file.
    File(PathBuf),
}

/// A client certificate and its key, PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// libpq's `sslcert`.
    pub certificate: PathBuf,
    /// libpq's `sslkey`; its permissions have been checked.
    pub key: PathBuf,
}

/// libpq's `channel_binding`: whether SCRAM must prove that no one sits between us and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChannelBinding {
    /// Never.
    Disable,
    /// When the server offers it.
    Prefer,
    /// Refuse to authenticate without it.
    Require,
}

impl ChannelBinding {
    /// All values.
    pub const ALL: [Self; 3] = [Self::Disable, Self::Prefer, Self::Require];

    /// libpq's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
        }
    }
}

/// libpq's `target_session_attrs`: which of several servers is acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TargetSessionAttributes {
    /// Any server.
    Any,
    /// One whose sessions can write.
    ReadWrite,
    /// One whose sessions cannot write.
    ReadOnly,
    /// One that is not a standby.
    Primary,
    /// A standby.
    Standby,
    /// A standby, or else any server.
    PreferStandby,
}

impl TargetSessionAttributes {
    /// All values.
    pub const ALL: [Self; 6] =
        [Self::Any, Self::ReadWrite, Self::ReadOnly, Self::Primary, Self::Standby, Self::PreferStandby];

    /// libpq's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::ReadWrite => "read-write",
            Self::ReadOnly => "read-only",
            Self::Primary => "primary",
            Self::Standby => "standby",
            Self::PreferStandby => "prefer-standby",
        }
    }
}

/// TCP keepalives; `None` is the system's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepalives {
    /// libpq's `keepalives`.
    pub enabled: bool,
    /// libpq's `keepalives_idle`.
    pub idle: Option<Duration>,
    /// libpq's `keepalives_interval`.
    pub interval: Option<Duration>,
    /// libpq's `keepalives_count`.
    pub count: Option<u32>,
}

impl Target {
    /// The target for people: `deployer@db.example:5432/app`. Never holds a secret.
    pub fn display(&self) -> String {
        let hosts: Vec<String> = self.hosts.iter().map(HostPort::to_string).collect();
        let text = format!("{}@{}/{}", self.user, hosts.join(","), self.database);
        crate::migration::text::printable(&text).into_owned()
    }

    /// Whether every server runs on this machine.
    pub fn is_local(&self) -> bool {
        self.hosts.iter().all(HostPort::is_local)
    }

    /// The password for one of the hosts: the given one, else what the password file holds for that host.
    pub fn password_for<'a>(&'a self, host: &'a HostPort) -> Option<&'a Secret> {
        self.password.as_ref().or(host.passfile_password.as_ref())
    }

    /// The same target with a password that an operator typed.
    pub fn with_password(mut self, password: Secret) -> Self {
        self.password = Some(password);
        self
    }
}
