//! Logging in: one session on one address, or why not.

use std::error::Error as _;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_postgres::config::{ChannelBinding as DriverBinding, SslMode as DriverMode, SslNegotiation};
use tokio_postgres::{AsyncMessage, Client, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::cancel::{CancelRequest, Canceller};
use super::connect_error::{ConnectError, TlsError};
use super::dial::{Address, Socket};
use super::error::{PgError, ServerError, with_source};
use super::notice::{Notice, Outlet};
use super::version::ServerVersion;
use crate::config::{ChannelBinding, Secret, SslMode, Target};
use crate::migration::text::printable;

/// How long a session whose owner has let it go may take to end by itself.
const FAREWELL: Duration = Duration::from_secs(5);

/// A session that has just been opened.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) canceller: Canceller,
    pub(super) notices: Outlet,
    pub(super) end: watch::Receiver<Option<PgError>>,
    /// Dropped, it tells the session's task to end.
    pub(super) hold: DropGuard,
}

/// How to log in.
pub(super) struct Login<'a> {
    pub(super) target: &'a Target,
    pub(super) password: Option<&'a Secret>,
    pub(super) application_name: &'a str,
    /// Absent where the target never encrypts.
    pub(super) connector: Option<&'a MakeRustlsConnect>,
}

/// What is asked of the server about encryption.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Plain,
    EncryptedIfOffered,
    Encrypted,
}

impl Login<'_> {
    /// Opens a session at an address, encrypted as the target's `sslmode` says: with `allow` and `prefer`, in the
    /// other manner if the server does not let it in in the first.
    pub(super) async fn open(&self, address: &Address) -> Result<Session, ConnectError> {
        let (first, second) = match self.target.tls.mode {
            _ if address.is_unix() => (Wish::Plain, None),
            SslMode::Disable => (Wish::Plain, None),
            SslMode::Allow => (Wish::Plain, Some(Wish::Encrypted)),
            SslMode::Prefer => (Wish::EncryptedIfOffered, Some(Wish::Plain)),
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => (Wish::Encrypted, None),
        };
        match (self.try_open(address, first).await, second) {
            (Err(error), Some(second))
                if matches!(error, ConnectError::LoginRefused { .. } | ConnectError::Tls { .. }) =>
            {
                // If that does not help either, the first refusal is the one to mend.
                self.try_open(address, second).await.map_err(|_| error)
            }
            (result, _) => result,
        }
    }

    async fn try_open(&self, address: &Address, wish: Wish) -> Result<Session, ConnectError> {
        let deadline = self.deadline();
        let mut socket = until(deadline, self.timed_out(address, "the connection was made"), address.reach()).await?;
        until(deadline, self.timed_out(address, "the session was opened"), async {
            let connector = self.connector.filter(|_| wish != Wish::Plain);
            let Some(connector) = connector else {
                let config = self.config(DriverMode::Disable);
                let (client, driver) =
                    config.connect_raw(socket, NoTls).await.map_err(|error| self.refused(address, &error))?;
                return self.attend(address, client, driver, None).await;
            };
            let direct = self.target.tls.direct;
            if !direct && !address.offers_encryption(&mut socket).await? {
                if wish == Wish::EncryptedIfOffered {
                    let config = self.config(DriverMode::Disable);
                    let (client, driver) =
                        config.connect_raw(socket, NoTls).await.map_err(|error| self.refused(address, &error))?;
                    return self.attend(address, client, driver, None).await;
                }
                let server = address.server.clone();
                return Err(ConnectError::Tls { server, error: TlsError::NotOffered });
            }
            // The server has been asked already: for the driver, encryption begins at once.
            let mut config = self.config(DriverMode::Require);
            config.ssl_negotiation(SslNegotiation::Direct);
            let (client, driver) = config
                .connect_raw(socket, address.encryption(connector))
                .await
                .map_err(|error| self.refused(address, &error))?;
            self.attend(address, client, driver, Some(connector.clone())).await
        })
        .await
    }

    fn deadline(&self) -> Option<Instant> {
        let patience = self.target.connect_timeout;
        (!patience.is_zero()).then(|| Instant::now() + patience)
    }

    pub(super) fn timed_out(&self, address: &Address, stage: &'static str) -> ConnectError {
        ConnectError::TimedOut { server: address.server.clone(), after: self.target.connect_timeout, stage }
    }

    fn config(&self, mode: DriverMode) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config
            .user(&self.target.user)
            .dbname(&self.target.database)
            .application_name(self.application_name)
            .ssl_mode(mode)
            .channel_binding(match self.target.channel_binding {
                ChannelBinding::Disable => DriverBinding::Disable,
                ChannelBinding::Prefer => DriverBinding::Prefer,
                ChannelBinding::Require => DriverBinding::Require,
            });
        if let Some(options) = &self.target.options {
            config.options(options);
        }
        if let Some(password) = self.password {
            config.password(password.expose());
        }
        config
    }

    /// Starts the task that carries the session, and checks what the server said at the start.
    async fn attend<T>(
        &self,
        address: &Address,
        client: Client,
        mut driver: tokio_postgres::Connection<Socket, T>,
        connector: Option<MakeRustlsConnect>,
    ) -> Result<Session, ConnectError>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if let Some(version) = driver.parameter("server_version").and_then(|text| text.parse::<ServerVersion>().ok())
            && !version.is_supported()
        {
            return Err(ConnectError::UnsupportedVersion { server: address.server.clone(), version });
        }
        let request =
            CancelRequest::of(&client.cancel_token()).await.map_err(|error| address.broken(&error.to_string()))?;
        let notices = Outlet::default();
        let outlet = notices.clone();
        let (ended, end) = watch::channel(None);
        let hold = CancellationToken::new();
        let let_go = hold.clone();
        tokio::spawn(async move {
            let carried = async {
                let mut last_words = None;
                loop {
                    match std::future::poll_fn(|context| driver.poll_message(context)).await {
                        Some(Ok(AsyncMessage::Notice(message))) => {
                            let notice = Notice::from(&message);
                            // A server that stops at once says so with a warning.
                            if notice.sqlstate.starts_with("57P") {
                                last_words = Some(ServerError::from(&message));
                            }
                            outlet.put(notice);
                        }
                        Some(Ok(_)) => {}
                        Some(Err(error)) => break lost(&error, last_words),
                        None => break PgError::ConnectionLost("it was closed from here.".to_owned()),
                    }
                }
            };
            let abandoned = async {
                let_go.cancelled().await;
                tokio::time::sleep(FAREWELL).await;
            };
            let reason = tokio::select! {
                reason = carried => reason,
                () = abandoned => PgError::ConnectionLost("it was closed from here.".to_owned()),
            };
            outlet.close();
            ended.send_replace(Some(reason));
        });
        Ok(Session {
            client,
            canceller: Canceller { address: address.clone(), connector, direct: self.target.tls.direct, request },
            notices,
            end,
            hold: hold.drop_guard(),
        })
    }

    /// Makes of what the driver says something that an operator can act on.
    pub(super) fn refused(&self, address: &Address, error: &tokio_postgres::Error) -> ConnectError {
        let server = address.server.clone();
        let user = printable(&self.target.user).into_owned();
        if let Some(message) = error.as_db_error() {
            let error = Box::new(ServerError::from(message));
            return match message.code().code() {
                "28P01" => ConnectError::PasswordWrong { server, user },
                // Which function of the server refused is the same in every language.
                "28000" if message.routine() == Some("InitializeSessionUserId") && is_missing(message.message()) => {
                    ConnectError::RoleMissing { server, user }
                }
                "28000" | "42501" => ConnectError::LoginRefused { server, error },
                "3D000" => {
                    ConnectError::DatabaseMissing { server, database: printable(&self.target.database).into_owned() }
                }
                "53300" => ConnectError::TooManyConnections { server, error },
                "57P03" => ConnectError::StartingUp { server, error },
                _ => ConnectError::Server { server, error },
            };
        }
        // The driver keeps the kind of an error to itself, but for its text.
        let of_encryption = error.to_string() == "error performing TLS handshake";
        let Some(source) = error.source() else {
            return address.broken(if error.is_closed() {
                "it closed the connection"
            } else {
                "its answer makes no sense"
            });
        };
        if let Some(error) = source.downcast_ref::<std::io::Error>() {
            return if of_encryption || error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
                address.tls_error(error)
            } else {
                address.broken(&error.to_string())
            };
        }
        match source.to_string().as_str() {
            "password missing" => ConnectError::PasswordNeeded { server, user },
            "server did not use channel binding" => ConnectError::NoChannelBinding { server },
            method @ ("unsupported authentication method" | "unsupported SASL mechanism") => {
                ConnectError::UnknownLogin { server, method: method.to_owned() }
            }
            _ => address.broken(&with_source(error)),
        }
    }
}

async fn until<T>(
    deadline: Option<Instant>,
    too_late: ConnectError,
    work: impl Future<Output = Result<T, ConnectError>>,
) -> Result<T, ConnectError> {
    match deadline {
        None => work.await,
        Some(deadline) => tokio::time::timeout_at(deadline, work).await.unwrap_or(Err(too_late)),
    }
}

/// Whether the server says that the role does not exist, rather than that it may not log in.
fn is_missing(message: &str) -> bool {
    !message.contains("not permitted to log in")
}

fn lost(error: &tokio_postgres::Error, last_words: Option<ServerError>) -> PgError {
    match error.as_db_error().map(ServerError::from).or(last_words) {
        Some(error) => PgError::ConnectionLost(error.to_string()),
        None if error.is_closed() => PgError::ConnectionLost("the server closed it.".to_owned()),
        None => PgError::ConnectionLost(format!("{}.", with_source(error))),
    }
}
