//! One session with one server.

use std::future::Future;
use std::time::Duration;

use rand::seq::SliceRandom;
use tokio::sync::watch;
use tokio_postgres::Client;
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::sync::DropGuard;

pub use super::cancel::Canceller;
use super::connect_error::{ConnectError, TlsError};
use super::dial::{Address, in_time};
use super::error::PgError;
use super::login::{Login, Session};
use super::notice::{Notices, Outlet};
use super::pooler;
use super::server_info::{PoolMode, ServerInfo};
pub use super::session::SessionOptions;
use super::session::{Introduction, IntroductionError};
use super::tls;
use crate::config::{SslMode, Target, TargetSessionAttributes};

/// How long a pooler may take to give away the secret of how it pools.
const PROBE_PATIENCE: Duration = Duration::from_secs(3);

/// One session with one server. Dropped, it says goodbye and its task ends within seconds; a statement under way is
/// not cancelled by that (see [`Canceller`]).
pub struct Connection {
    client: Client,
    info: ServerInfo,
    canceller: Canceller,
    notices: Outlet,
    end: watch::Receiver<Option<PgError>>,
    _hold: DropGuard,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Connection").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Connection {
    /// Opens a session: finds the host that the target asks for, agrees on encryption, logs in, and sets the session
    /// up.
    ///
    /// The target's `connect_timeout` holds for each address of each host. Certificate files are read only where
    /// encryption is possible at all.
    ///
    /// # Errors
    /// Says for each cause that an operator can act on what to do; see [`ConnectError`].
    pub async fn open(target: &Target, options: &SessionOptions) -> Result<Self, ConnectError> {
        let mut hosts: Vec<_> = target.hosts.iter().collect();
        if target.shuffle_hosts {
            hosts.shuffle(&mut rand::rng());
        }
        let application_name = options.full_application_name();
        let mut connector = None;
        let mut second_best = None;
        let mut failures: Vec<ConnectError> = Vec::new();
        for host in hosts {
            let addresses = match Address::of(host, target).await {
                Ok(addresses) => addresses,
                Err(error) => {
                    failures.push(error);
                    continue;
                }
            };
            for address in addresses {
                if connector.is_none() && target.tls.mode != SslMode::Disable && !address.is_unix() {
                    connector = Some(read_certificates(target, &address).await?);
                }
                let login = Login {
                    target,
                    password: target.password_for(host),
                    application_name: &application_name,
                    connector: connector.as_ref(),
                };
                match Self::open_at(&login, &address, options).await {
                    Ok(Candidate::Fit(connection)) => return Ok(connection),
                    Ok(Candidate::Unfit { connection, .. })
                        if target.target_session_attributes == TargetSessionAttributes::PreferStandby =>
                    {
                        second_best.get_or_insert(connection);
                    }
                    Ok(Candidate::Unfit { error, .. }) => failures.push(error),
                    Err(error) if error.is_of_this_host_only() => failures.push(error),
                    Err(error) => return Err(error),
                }
            }
        }
        match (second_best, failures.pop()) {
            (Some(connection), _) => Ok(connection),
            (None, Some(only)) if failures.is_empty() => Err(only),
            (None, last) => {
                failures.extend(last);
                // The addresses of one name mostly fail alike.
                failures.dedup();
                Err(if failures.len() == 1 { failures.remove(0) } else { ConnectError::AllHosts(failures) })
            }
        }
    }

    async fn open_at(
        login: &Login<'_>,
        address: &Address,
        options: &SessionOptions,
    ) -> Result<Candidate, ConnectError> {
        let Session { client, canceller, notices, end, hold } = login.open(address).await?;
        let process_id = canceller.request.process_id();
        let asked = in_time(login.target.connect_timeout, Introduction::ask(&client, options, process_id));
        let mut introduction = match asked.await {
            Some(Ok(introduction)) => introduction,
            Some(Err(IntroductionError::Refused(error))) => return Err(login.refused(address, &error)),
            Some(Err(IntroductionError::Senseless(reason))) => return Err(address.broken(reason)),
            None => return Err(login.timed_out(address, "the session was set up")),
        };
        if !introduction.info.version.is_supported() {
            let version = introduction.info.version;
            return Err(ConnectError::UnsupportedVersion { server: address.server.clone(), version });
        }
        introduction.info.server_host.clone_from(&address.server);
        introduction.info.encrypted = canceller.connector.is_some();
        if introduction.info.pooled == PoolMode::Unknown {
            introduction.info.pooled = find_pool_mode(login, address, &client).await;
            if introduction.info.pooled == PoolMode::Session {
                let set = client.simple_query(&options.set_up(None)).await;
                set.map_err(|error| login.refused(address, &error))?;
            }
        }
        let wanted = login.target.target_session_attributes;
        let unlike = introduction.unlike(wanted);
        let connection = Self { client, info: introduction.info, canceller, notices, end, _hold: hold };
        Ok(match unlike {
            None => Candidate::Fit(connection),
            Some(found) => Candidate::Unfit {
                connection,
                error: ConnectError::TargetSession { server: address.server.clone(), wanted: wanted.word(), found },
            },
        })
    }

    /// The driver's handle, for the other files of this folder.
    pub(in crate::postgres) fn client(&self) -> &Client {
        &self.client
    }

    /// What the server said of itself and of this session when it was opened.
    #[must_use]
    pub fn info(&self) -> &ServerInfo {
        &self.info
    }

    /// Listens to the server's notices from now on; whoever listened before hears no more. While nobody listens,
    /// notices are dropped.
    #[must_use]
    pub fn notices(&self) -> Notices {
        self.notices.listen()
    }

    /// What cancels the statement under way on this session.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Resolves when the session has ended, with the reason. Does not borrow the connection.
    pub fn closed(&self) -> impl Future<Output = PgError> + Send + 'static {
        let mut end = self.end.clone();
        async move {
            match end.wait_for(Option::is_some).await {
                Ok(reason) => reason.clone(),
                Err(_) => None,
            }
            .unwrap_or_else(|| PgError::ConnectionLost("its task has ended.".to_owned()))
        }
    }

    /// Whether the session has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.end.borrow().is_some()
    }
}

/// A session on a server that may not be of the kind asked for.
enum Candidate {
    Fit(Connection),
    Unfit { connection: Connection, error: ConnectError },
}

/// Reads what encryption needs, away from the tasks that must not block.
async fn read_certificates(target: &Target, address: &Address) -> Result<MakeRustlsConnect, ConnectError> {
    let settings = target.tls.clone();
    tokio::task::spawn_blocking(move || tls::connector(&settings))
        .await
        .unwrap_or_else(|error| Err(TlsError::Handshake(error.to_string())))
        .map_err(|error| ConnectError::Tls { server: address.server.clone(), error })
}

async fn find_pool_mode(login: &Login<'_>, address: &Address, client: &Client) -> PoolMode {
    let probe = async {
        match login.open(address).await {
            Ok(second) => pooler::probe(client, &second.client).await,
            Err(_) => PoolMode::Unknown,
        }
    };
    tokio::time::timeout(PROBE_PATIENCE, probe).await.unwrap_or(PoolMode::Unknown)
}
