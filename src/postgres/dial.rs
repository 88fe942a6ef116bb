//! The way to a server: address, socket, encryption.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::either::Either;

use super::connect_error::{ConnectError, TlsError};
use super::tls;
use crate::config::{Host, HostPort, Keepalives, Target};
use crate::migration::text::printable;

/// A connection to a server, not encrypted.
pub(super) type Socket = Either<TcpStream, UnixStream>;
/// A connection to a server, encrypted.
pub(super) type EncryptedSocket = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;
/// What encrypts one connection.
pub(super) type Encryption = <MakeRustlsConnect as MakeTlsConnect<Socket>>::TlsConnect;

/// Where one server is, looked up.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// For messages: `host:port`, or the path of a socket, fit for a terminal.
    pub(super) server: String,
    /// The name that a certificate must bear.
    host_name: String,
    place: Place,
    keepalives: Keepalives,
    user_timeout: Option<Duration>,
}

#[derive(Debug, Clone)]
enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl Address {
    /// Looks a host up; it may have several addresses.
    pub(super) async fn of(host: &HostPort, target: &Target) -> Result<Vec<Self>, ConnectError> {
        let (places, host_name) = match &host.host {
            Host::Unix(folder) => {
                let socket = folder.join(format!(".s.PGSQL.{}", host.port));
                (vec![Place::Unix(socket)], String::new())
            }
            Host::Tcp(name) => {
                let places = match host.address {
                    Some(address) => vec![Place::Tcp(SocketAddr::new(address, host.port))],
                    None => look_up(name, host.port, target.connect_timeout).await?,
                };
                (places, name.clone())
            }
        };
        let address = |place| Self {
            server: match &place {
                Place::Unix(socket) => printable(&socket.to_string_lossy()).into_owned(),
                Place::Tcp(_) => printable(&host.to_string()).into_owned(),
            },
            host_name: host_name.clone(),
            place,
            keepalives: target.keepalives,
            user_timeout: target.tcp_user_timeout,
        };
        Ok(places.into_iter().map(address).collect())
    }

    /// Whether the server is reached by a unix socket: encryption has no place there.
    pub(super) fn is_unix(&self) -> bool {
        matches!(self.place, Place::Unix(_))
    }

    /// Opens the socket.
    pub(super) async fn reach(&self) -> Result<Socket, ConnectError> {
        let opened = match &self.place {
            Place::Unix(path) => UnixStream::connect(path).await.map(Either::Right),
            Place::Tcp(address) => TcpStream::connect(address).await.map(Either::Left),
        };
        let socket = opened.map_err(|error| self.unreachable(&error))?;
        if let Either::Left(socket) = &socket {
            self.tune(socket).map_err(|error| self.unreachable(&error))?;
        }
        Ok(socket)
    }

    fn tune(&self, socket: &TcpStream) -> io::Result<()> {
        use rustix::net::sockopt;
        socket.set_nodelay(true)?;
        let Keepalives { enabled, idle, interval, count } = self.keepalives;
        sockopt::set_socket_keepalive(socket, enabled)?;
        if enabled {
            if let Some(idle) = idle {
                sockopt::set_tcp_keepidle(socket, idle)?;
            }
            if let Some(interval) = interval {
                sockopt::set_tcp_keepintvl(socket, interval)?;
            }
            if let Some(count) = count {
                sockopt::set_tcp_keepcnt(socket, count)?;
            }
        }
        #[cfg(target_os = "linux")]
        if let Some(timeout) = self.user_timeout {
            sockopt::set_tcp_user_timeout(socket, u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX))?;
        }
        Ok(())
    }

    fn unreachable(&self, error: &io::Error) -> ConnectError {
        let server = self.server.clone();
        match error.kind() {
            // A socket that is not there is one that nobody listens on.
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => ConnectError::Refused { server },
            _ => ConnectError::Unreachable { server, reason: error.to_string() },
        }
    }

    /// Asks the server whether it will encrypt (`SSLRequest`).
    pub(super) async fn offers_encryption(&self, socket: &mut Socket) -> Result<bool, ConnectError> {
        // Its length, and the number that stands where a protocol version would.
        const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
        let broken = |error: io::Error| self.broken(&error.to_string());
        socket.write_all(&SSL_REQUEST).await.map_err(broken)?;
        // Not one byte more may be read here: what follows must come encrypted.
        match socket.read_u8().await.map_err(broken)? {
            b'S' => Ok(true),
            b'N' => Ok(false),
            // A server that cannot even start a process for the session answers with an error of its own.
            b'E' => Err(self.broken("it answered with an error before the session began")),
            _ => Err(self.broken("its answer to a request for encryption makes no sense")),
        }
    }

    /// What encrypts a connection to this address.
    pub(super) fn encryption(&self, connector: &MakeRustlsConnect) -> Encryption {
        let name = match &self.place {
            // Only where certificates are not verified can a name that no certificate may bear get this far.
            Place::Tcp(address) if rustls::pki_types::ServerName::try_from(self.host_name.as_str()).is_err() => {
                address.ip().to_string()
            }
            _ => self.host_name.clone(),
        };
        let Ok(encryption) = MakeTlsConnect::<Socket>::make_tls_connect(&mut connector.clone(), &name);
        encryption
    }

    /// Agrees with the server on encryption, which it has been found to offer.
    pub(super) async fn encrypt(
        &self,
        socket: Socket,
        connector: &MakeRustlsConnect,
    ) -> Result<EncryptedSocket, ConnectError> {
        self.encryption(connector).connect(socket).await.map_err(|error| self.tls_error(&error))
    }

    /// Makes of an error of an encrypted connection what an operator can act on.
    pub(super) fn tls_error(&self, error: &io::Error) -> ConnectError {
        let known = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
        let error = match known {
            Some(error) => tls::diagnose(error, &self.host_name),
            None => TlsError::Handshake(error.to_string()),
        };
        ConnectError::Tls { server: self.server.clone(), error }
    }

    /// The connection broke, or what answers is no PostgreSQL.
    pub(super) fn broken(&self, reason: &str) -> ConnectError {
        ConnectError::Protocol { server: self.server.clone(), reason: reason.to_owned() }
    }
}

async fn look_up(name: &str, port: u16, patience: Duration) -> Result<Vec<Place>, ConnectError> {
    let unknown =
        |reason: &str| ConnectError::UnknownHost { host: printable(name).into_owned(), reason: reason.to_owned() };
    let found = in_time(patience, tokio::net::lookup_host((name, port)))
        .await
        .ok_or_else(|| unknown("the resolver did not answer in time"))?
        .map_err(|error| unknown(&error.to_string()))?;
    let places: Vec<Place> = found.map(Place::Tcp).collect();
    if places.is_empty() {
        return Err(unknown("it has no address"));
    }
    Ok(places)
}

/// Waits for something no longer than this; zero waits for ever, as libpq's `connect_timeout` has it.
pub(super) async fn in_time<F: Future>(patience: Duration, future: F) -> Option<F::Output> {
    if patience.is_zero() { Some(future.await) } else { tokio::time::timeout(patience, future).await.ok() }
}
