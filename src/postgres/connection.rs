//! One session with one server.

use std::future::Future;

use super::connect_error::ConnectError;
use super::error::PgError;
use super::notice::Notices;
use super::server_info::ServerInfo;
use crate::config::Target;

/// How a session is set up when it is opened.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// What `application_name` tells others about this session, after the word `tidegate`: who, and which window.
    pub application_name: String,
    /// Whether the session may only read (`default_transaction_read_only`).
    pub read_only: bool,
    /// The longest that a statement may run on the server (`statement_timeout`); `None` leaves the server's setting.
    pub statement_timeout: Option<std::time::Duration>,
}

/// One session with one server. Dropped, it says goodbye and its task ends; a statement under way is not cancelled by
/// that (see [`Canceller`]).
#[derive(Debug)]
pub struct Connection {
    client: tokio_postgres::Client,
    info: ServerInfo,
}

impl Connection {
    /// Opens a session: finds the host that the target asks for, agrees on encryption, logs in, and sets the session
    /// up.
    ///
    /// # Errors
    /// Says for each cause that an operator can act on what to do; see [`ConnectError`].
    pub async fn open(target: &Target, options: &SessionOptions) -> Result<Self, ConnectError> {
        let _ = (target, options);
        unimplemented!()
    }

    /// The driver's handle, for the other files of this folder.
    pub(in crate::postgres) fn client(&self) -> &tokio_postgres::Client {
        &self.client
    }

    /// The driver's handle for what needs it alone, such as a transaction.
    pub(in crate::postgres) fn client_mut(&mut self) -> &mut tokio_postgres::Client {
        &mut self.client
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
        unimplemented!()
    }

    /// What cancels the statement under way on this session.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        unimplemented!()
    }

    /// Resolves when the session has ended, with the reason. Does not borrow the connection.
    pub fn closed(&self) -> impl Future<Output = PgError> + Send + 'static {
        async { unimplemented!() }
    }

    /// Whether the session has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

/// What cancels the statement under way on one session.
#[derive(Debug, Clone)]
pub struct Canceller {}

impl Canceller {
    /// Asks the server to cancel the statement under way (a cancel request of the protocol, over a connection of its
    /// own with the same encryption). The server does not say whether there was something to cancel: **await the
    /// statement's own answer**.
    ///
    /// # Errors
    /// The server could not be reached.
    pub async fn cancel(&self) -> Result<(), ConnectError> {
        unimplemented!()
    }
}
