//! The line to the server while scripts run: messages go out without waiting for the answers to earlier ones, and the
//! answers are taken in order.
//!
//! Whoever waits for an answer here also listens: to the server's notices, to the operator who wants to stop, and to
//! who blocks whom. A cancelled statement is never abandoned, for dropping a future stops nothing on the server: the
//! server is asked to cancel, and its answer is awaited like any other.

use std::error::Error as _;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow, SimpleQueryStream};

use crate::postgres::connection::{Canceller, Connection};
use crate::postgres::error::{PgError, ServerError};
use crate::postgres::notice::{Notice, Notices, Severity};

use super::watch::Watch;
use super::{Control, RunEvent};

/// How long a cancelled statement may take to end before the server is asked once more: a request that arrives between
/// two statements is lost.
const CANCEL_AGAIN: Duration = Duration::from_millis(300);
/// How often a statement of our own is sent again when a request to cancel hit it instead of the script's.
const TIDY_ATTEMPTS: usize = 5;

/// How long the task of a lost connection may take to say why it was lost.
const FAREWELL: Duration = Duration::from_secs(1);

/// A message whose answer has not been taken yet.
pub(super) struct Sent(Pin<Box<SimpleQueryStream>>);

/// What became of one message, which may hold several statements.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The rows, where they were asked for.
    pub(super) rows: Vec<SimpleQueryRow>,
    /// How many rows the last statement returned or wrote.
    pub(super) affected: u64,
    /// How many statements of the message are done.
    pub(super) done: usize,
    /// The first error.
    pub(super) error: Option<PgError>,
    /// Whether the connection ended before the answer did.
    cut_off: bool,
}

impl Answer {
    /// The answer, or its error.
    pub(super) fn accept(self) -> Result<Answer, PgError> {
        match self.error {
            None => Ok(self),
            Some(error) => Err(error),
        }
    }
}

/// Whose message it is that an answer is awaited to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Our own: the rows are kept. Notices that come meanwhile are not about it but about a statement of the script
    /// that was sent behind it.
    Ours,
    /// The script's: rows are counted and dropped one by one, for a `SELECT` may return millions, and notices are
    /// passed on as they come.
    Scripts,
}

/// The line to the server during one run.
pub(super) struct Line<'a> {
    connection: &'a Connection,
    canceller: Canceller,
    notices: Notices,
    events: &'a mpsc::Sender<RunEvent>,
    control: &'a Control,
    pub(super) watch: Watch<'a>,
    cancelling: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        events: &'a mpsc::Sender<RunEvent>,
        control: &'a Control,
        watch: Watch<'a>,
    ) -> Line<'a> {
        let (canceller, notices) = (connection.canceller(), connection.notices());
        Line { connection, canceller, notices, events, control, watch, cancelling: false }
    }

    /// Whether the operator wants this run to end.
    pub(super) fn is_stopping(&self) -> bool {
        self.control.is_stopping()
    }

    /// Whether the operator wants the running statement to be cancelled.
    pub(super) fn is_cancelling(&self) -> bool {
        self.control.cancel_now.is_cancelled()
    }

    /// From now on, statements that are under way are cancelled: what they do is no longer wanted.
    pub(super) fn cancel_what_is_under_way(&mut self) {
        self.cancelling = true;
    }

    /// Waits, unless the operator wants to stop first.
    pub(super) async fn pause(&self, span: Duration) {
        tokio::select! {
            () = tokio::time::sleep(span) => {}
            () = self.control.stop_after_statement.cancelled() => {}
            () = self.control.cancel_now.cancelled() => {}
        }
    }

    /// Tells whoever listens. A listener that went away is no reason to stop.
    pub(super) async fn tell(&self, event: RunEvent) {
        let _ = self.events.send(event).await;
    }

    /// Sends a message.
    pub(super) async fn send(&self, message: &str) -> Result<Sent, PgError> {
        Ok(Sent(Box::pin(self.connection.client().simple_query_raw(message).await?)))
    }

    /// Takes the answer to the oldest message that has none yet.
    pub(super) async fn answer(&mut self, sent: Sent, whose: Whose) -> Answer {
        let answer = {
            let mut taking = std::pin::pin!(take(sent, whose));
            let mut watching = std::pin::pin!(self.watch.look_on(self.events));
            let mut request: Option<Pin<Box<dyn Future<Output = ()> + Send + '_>>> = None;
            let mut ask_at = Instant::now();
            loop {
                tokio::select! {
                    biased;
                    answer = &mut taking => {
                        // A request that is on its way would hit the next statement.
                        if let Some(request) = request {
                            request.await;
                        }
                        break answer;
                    }
                    Some(notice) = self.notices.next(), if whose == Whose::Scripts => {
                        let _ = self.events.send(RunEvent::Notice { notice }).await;
                    }
                    () = self.control.cancel_now.cancelled(), if !self.cancelling => self.cancelling = true,
                    () = passing(&mut request), if request.is_some() => {
                        request = None;
                        ask_at = Instant::now() + CANCEL_AGAIN;
                    }
                    () = tokio::time::sleep_until(ask_at), if self.cancelling && request.is_none() => {
                        request = Some(Box::pin(ask_to_cancel(&self.canceller)));
                    }
                    () = &mut watching => {}
                }
            }
        };
        if whose == Whose::Scripts {
            self.pass_notices_on().await;
        }
        self.watch.end(self.events).await;
        self.explained(answer).await
    }

    /// Passes on what the server has said so far.
    pub(super) async fn pass_notices_on(&mut self) {
        while let Some(notice) = self.notices.try_next() {
            self.tell(RunEvent::Notice { notice }).await;
        }
    }

    /// Sends a message and takes its answer.
    pub(super) async fn ask(&mut self, message: &str, whose: Whose) -> Result<Answer, PgError> {
        let sent = self.send(message).await?;
        self.answer(sent, whose).await.accept()
    }

    /// Sends a message that tidies up, and takes its answer. It is not to be cancelled, and sent again if a request
    /// that was meant for the script's statement hit it.
    pub(super) async fn tidy(&mut self, message: &str) -> Result<Answer, PgError> {
        let mut attempt = 1;
        loop {
            let sent = self.send(message).await?;
            let answer = take(sent, Whose::Ours).await;
            match self.explained(answer).await.accept() {
                Err(PgError::Cancelled(_)) if attempt < TIDY_ATTEMPTS => attempt += 1,
                other => return other,
            }
        }
    }

    /// Takes the answer to a message that was sent ahead and tidies up.
    pub(super) async fn settle(&mut self, sent: Sent) -> Result<Answer, PgError> {
        let answer = take(sent, Whose::Scripts).await;
        self.explained(answer).await.accept()
    }

    /// Ends the conversation: says how much of what the server said did not fit.
    pub(super) async fn close(&mut self) {
        self.pass_notices_on().await;
        let skipped = self.notices.take_skipped();
        if skipped > 0 {
            let message = format!("{skipped} further notices came too fast to be kept.");
            let notice =
                Notice { severity: Severity::Warning, message, detail: None, hint: None, sqlstate: "00000".to_owned() };
            self.tell(RunEvent::Notice { notice }).await;
        }
    }

    /// An answer that was cut off does not say why; the connection's task may know.
    async fn explained(&self, mut answer: Answer) -> Answer {
        let is_known = matches!(answer.error, Some(PgError::ConnectionLost(_)));
        if answer.cut_off && !is_known {
            let reason = tokio::time::timeout(FAREWELL, self.connection.closed()).await;
            let unknown = || PgError::ConnectionLost("the server closed it.".to_owned());
            answer.error = Some(reason.unwrap_or_else(|_| unknown()));
        }
        answer
    }
}

async fn passing(request: &mut Option<Pin<Box<dyn Future<Output = ()> + Send + '_>>>) {
    if let Some(request) = request {
        request.await;
    }
}

async fn ask_to_cancel(canceller: &Canceller) {
    if let Err(error) = canceller.cancel().await {
        tracing::warn!(%error, "the server could not be asked to cancel a statement");
    }
}

/// Takes an answer to its end, also after an error: the server says when it is ready for the next message.
async fn take(mut sent: Sent, whose: Whose) -> Answer {
    let mut answer = Answer::default();
    while let Some(message) = sent.0.next().await {
        match message {
            Ok(SimpleQueryMessage::CommandComplete(affected)) => {
                answer.done += 1;
                answer.affected = affected;
            }
            Ok(SimpleQueryMessage::Row(row)) if whose == Whose::Ours => answer.rows.push(row),
            Ok(_) => {}
            // The driver knows no answer to a simple query that holds COPY data; it can be read past.
            Err(error) if error.as_db_error().is_none() && !error.is_closed() && error.source().is_none() => {}
            Err(error) if error.is_closed() => {
                answer.cut_off = true;
                break;
            }
            Err(error) => {
                let is_last = error.as_db_error().is_none_or(|error| ServerError::from(error).ends_session());
                answer.error.get_or_insert(PgError::from(error));
                if is_last {
                    break;
                }
            }
        }
    }
    answer
}
