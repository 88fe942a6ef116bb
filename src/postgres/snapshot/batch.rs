//! Many questions in one go: all are sent before the first answer is read, so that a slow way to the server is waited
//! for once.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;

use futures_util::TryStreamExt as _;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, RowStream};

use super::columns::Rows;
use crate::postgres::error::PgError;

type Pending<'c> = Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send + 'c>>;

enum Answer {
    Rows(Pin<Box<RowStream>>),
    Done,
}

/// Questions under way, answered in the order in which they were sent.
pub(super) struct Batch<'c> {
    client: &'c Client,
    pending: VecDeque<Pending<'c>>,
}

impl<'c> Batch<'c> {
    pub(super) fn on(client: &'c Client) -> Self {
        Self { client, pending: VecDeque::new() }
    }

    /// Sends a statement that returns nothing.
    pub(super) async fn run(&mut self, statement: &'c str) {
        let client = self.client;
        self.send(Box::pin(async move { client.batch_execute(statement).await.map(|()| Answer::Done) })).await;
    }

    /// Sends a query.
    pub(super) async fn ask(&mut self, query: &'c str) {
        let client = self.client;
        let question = async move {
            let none: [(&(dyn ToSql + Sync), Type); 0] = [];
            Ok(Answer::Rows(Box::pin(client.query_typed_raw(query, none).await?)))
        };
        self.send(Box::pin(question)).await;
    }

    /// The driver sends a request when its future is polled for the first time. No answer can have come by then.
    async fn send(&mut self, mut question: Pending<'c>) {
        let answered = futures_util::poll!(question.as_mut());
        self.pending.push_back(match answered {
            std::task::Poll::Pending => question,
            std::task::Poll::Ready(answer) => Box::pin(std::future::ready(answer)),
        });
    }

    /// The rows that answer the next question.
    pub(super) async fn next(&mut self) -> Result<Rows, PgError> {
        let Some(pending) = self.pending.pop_front() else {
            return Err(PgError::Protocol("an answer was read that nobody had asked for.".to_owned()));
        };
        match pending.await? {
            Answer::Rows(mut answers) => {
                let mut rows = Rows::default();
                while let Some(row) = answers.try_next().await? {
                    rows.push(&row)?;
                }
                Ok(rows)
            }
            Answer::Done => Ok(Rows::default()),
        }
    }
}
