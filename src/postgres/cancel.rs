//! Cancelling a statement from outside its session.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio_postgres::CancelToken;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connect_error::ConnectError;
use super::dial::{Address, in_time};

/// How long the server may take to close the connection over which it was asked to cancel.
const PATIENCE: Duration = Duration::from_secs(10);

/// What cancels the statement under way on one session.
#[derive(Clone)]
pub struct Canceller {
    pub(super) address: Address,
    /// Absent where the session is not encrypted.
    pub(super) connector: Option<MakeRustlsConnect>,
    pub(super) direct: bool,
    pub(super) request: CancelRequest,
}

impl std::fmt::Debug for Canceller {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Canceller").field("server", &self.address.server).finish_non_exhaustive()
    }
}

impl Canceller {
    /// Asks the server to cancel the statement under way (`CancelRequest`), over a connection of its own with the same
    /// encryption, and returns when the server has taken notice. The server does not say whether there was something
    /// to cancel: **await the statement's own answer**.
    ///
    /// # Errors
    /// The server could not be reached. The statement runs on.
    pub async fn cancel(&self) -> Result<(), ConnectError> {
        in_time(PATIENCE, self.send()).await.unwrap_or_else(|| {
            Err(ConnectError::TimedOut {
                server: self.address.server.clone(),
                after: PATIENCE,
                stage: "a request to cancel was sent",
            })
        })
    }

    async fn send(&self) -> Result<(), ConnectError> {
        let mut socket = self.address.reach().await?;
        match &self.connector {
            None => self.hand_over(socket).await,
            Some(connector) => {
                if !self.direct && !self.address.offers_encryption(&mut socket).await? {
                    return Err(self.address.broken("it no longer offers encryption"));
                }
                self.hand_over(self.address.encrypt(socket, connector).await?).await
            }
        }
    }

    /// Sends the request and waits until the server closes the connection, which it does when it has passed the
    /// request on: otherwise it might hit the session's next statement.
    async fn hand_over(&self, mut socket: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), ConnectError> {
        let broken = |error: io::Error| self.address.broken(&error.to_string());
        socket.write_all(&self.request.0).await.map_err(broken)?;
        socket.flush().await.map_err(broken)?;
        // However it closes it.
        let _ = socket.read(&mut [0]).await;
        Ok(())
    }
}

/// The protocol's message that cancels the statement of one session: who has it can.
#[derive(Clone)]
pub(super) struct CancelRequest([u8; 16]);

impl CancelRequest {
    /// Takes it out of the driver, which only ever writes it into a connection.
    pub(super) async fn of(token: &CancelToken) -> io::Result<Self> {
        let (driver_end, mut our_end) = tokio::io::duplex(64);
        token.cancel_query_raw(driver_end, Bare).await.map_err(io::Error::other)?;
        let mut request = [0; 16];
        our_end.read_exact(&mut request).await?;
        Ok(Self(request))
    }

    /// The process that the server, or the pooler before it, says serves the session.
    pub(super) fn process_id(&self) -> i32 {
        let [_, _, _, _, _, _, _, _, a, b, c, d, ..] = self.0;
        i32::from_be_bytes([a, b, c, d])
    }
}

/// Encryption that does nothing, for a connection that leads nowhere.
struct Bare;

impl TlsConnect<DuplexStream> for Bare {
    type Stream = BareStream;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<BareStream>>;

    fn connect(self, stream: DuplexStream) -> Self::Future {
        std::future::ready(Ok(BareStream(stream)))
    }
}

struct BareStream(DuplexStream);

impl TlsStream for BareStream {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for BareStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for BareStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
