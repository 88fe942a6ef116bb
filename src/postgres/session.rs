//! Setting a session up and asking who answered, in one round trip.

use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use super::server_info::{PoolMode, ServerInfo};
use super::version::ServerVersion;
use crate::config::TargetSessionAttributes;

/// How a session is set up when it is opened. Durations are rounded up to milliseconds; `None` leaves what the
/// server, the database and the role have set.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// What `application_name` tells others about this session: who, and which window. The word `tidegate` is put
    /// before it where it does not begin with that.
    pub application_name: String,
    /// Whether the session may only read (`default_transaction_read_only`).
    pub read_only: bool,
    /// The longest that a statement may run (`statement_timeout`).
    pub statement_timeout: Option<Duration>,
    /// The longest that a statement may wait for a lock (`lock_timeout`).
    pub lock_timeout: Option<Duration>,
    /// The longest that a transaction may do nothing (`idle_in_transaction_session_timeout`).
    pub idle_in_transaction_timeout: Option<Duration>,
}

impl SessionOptions {
    /// Options for a session of this name, with nothing else set.
    #[must_use]
    pub fn named(application_name: impl Into<String>) -> Self {
        Self { application_name: application_name.into(), ..Self::default() }
    }

    pub(super) fn full_application_name(&self) -> String {
        let name = self.application_name.trim();
        if name.starts_with("tidegate") { name.to_owned() } else { format!("tidegate {name}").trim_end().to_owned() }
    }

    /// The statement that sets the session up, if it is served by the process given; settings must not stick to a
    /// process that a pooler lends to others.
    pub(super) fn set_up(&self, process_id: Option<i32>) -> String {
        let milliseconds = |span: Duration| span.as_micros().div_ceil(1000).to_string();
        let mut settings = vec![("DateStyle", "ISO".to_owned()), ("client_encoding", "UTF8".to_owned())];
        if self.read_only {
            settings.push(("default_transaction_read_only", "on".to_owned()));
        }
        for (name, value) in [
            ("statement_timeout", self.statement_timeout),
            ("lock_timeout", self.lock_timeout),
            ("idle_in_transaction_session_timeout", self.idle_in_transaction_timeout),
        ] {
            settings.extend(value.map(|span| (name, milliseconds(span))));
        }
        let mut statement = String::from("SELECT ");
        for (index, (name, value)) in settings.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            // Neither can hold a quote; writing to a String cannot fail.
            let _ = write!(statement, "{comma}pg_catalog.set_config('{name}', '{value}', false)");
        }
        if let Some(process_id) = process_id {
            let _ = write!(statement, " WHERE pg_catalog.pg_backend_pid() = {process_id}");
        }
        statement
    }
}

const WHO_ANSWERS: &str = "SELECT pg_catalog.current_setting('server_version_num'),
    pg_catalog.current_setting('server_version'),
    pg_catalog.current_database(),
    session_user,
    pg_catalog.current_setting('is_superuser'),
    pg_catalog.pg_is_in_recovery(),
    pg_catalog.pg_backend_pid(),
    pg_catalog.floor(pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint,
    pg_catalog.current_setting('default_transaction_read_only')";

/// Apart from the rest, for a role may be denied it.
const SYSTEM_IDENTIFIER: &str = "SELECT system_identifier FROM pg_catalog.pg_control_system()";

/// Who answered, and what `target_session_attrs` asks about it.
pub(super) struct Introduction {
    pub(super) info: ServerInfo,
    /// Whether transactions may only read unless they ask to write.
    reads_by_default: bool,
}

impl Introduction {
    /// Sets the session up and asks who answered. `process_id` is the process that the server, or the pooler before
    /// it, said would serve the session: if another one does, there is a pooler, and nothing has been set up.
    pub(super) async fn ask(
        client: &Client,
        options: &SessionOptions,
        process_id: i32,
    ) -> Result<Self, IntroductionError> {
        let question = format!("{WHO_ANSWERS}; {}", options.set_up(Some(process_id)));
        let (answer, identifier) = tokio::join!(client.simple_query(&question), client.simple_query(SYSTEM_IDENTIFIER));
        let answer = answer.map_err(IntroductionError::Refused)?;
        let row = first_row(&answer).ok_or(IntroductionError::Senseless("it told nothing about itself"))?;
        let mut introduction = Self::of(row).ok_or(IntroductionError::Senseless("it does not say who it is"))?;
        introduction.info.system_identifier =
            identifier.ok().and_then(|answer| first_row(&answer)?.try_get(0).ok().flatten().map(str::to_owned));
        if introduction.info.backend_pid != process_id {
            introduction.info.pooled = PoolMode::Unknown;
        }
        Ok(introduction)
    }

    fn of(row: &SimpleQueryRow) -> Option<Self> {
        let text = |index: usize| row.try_get(index).ok().flatten();
        let info = ServerInfo {
            version: ServerVersion::from_number(text(0)?.parse().ok()?, text(1)?),
            database: text(2)?.to_owned(),
            user: text(3)?.to_owned(),
            is_superuser: text(4)? == "on",
            in_recovery: text(5)? == "t",
            backend_pid: text(6)?.parse().ok()?,
            started_at: text(7)
                .and_then(|microseconds| microseconds.parse().ok())
                .and_then(|microseconds| Timestamp::from_microsecond(microseconds).ok()),
            system_identifier: None,
            server_host: String::new(),
            encrypted: false,
            pooled: PoolMode::Direct,
        };
        Some(Self { info, reads_by_default: text(8)? == "on" })
    }

    /// What the server is, if that is not what is wanted.
    pub(super) fn unlike(&self, wanted: TargetSessionAttributes) -> Option<&'static str> {
        let standby = self.info.in_recovery;
        let writes = !standby && !self.reads_by_default;
        match wanted {
            TargetSessionAttributes::Any => None,
            TargetSessionAttributes::ReadWrite if standby => Some("a standby"),
            TargetSessionAttributes::ReadWrite => (!writes).then_some("read-only"),
            TargetSessionAttributes::ReadOnly => writes.then_some("open for writing"),
            TargetSessionAttributes::Primary => standby.then_some("a standby"),
            TargetSessionAttributes::Standby | TargetSessionAttributes::PreferStandby => {
                (!standby).then_some("a primary")
            }
        }
    }
}

/// Why nobody introduced himself.
pub(super) enum IntroductionError {
    /// The server answered with an error, or not at all.
    Refused(tokio_postgres::Error),
    /// The server answered something else.
    Senseless(&'static str),
}

fn first_row(answer: &[SimpleQueryMessage]) -> Option<&SimpleQueryRow> {
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_session_is_set_up_only_where_it_is_its_own() {
        let options = SessionOptions {
            read_only: true,
            statement_timeout: Some(Duration::from_micros(1500)),
            ..SessionOptions::named("monitor")
        };
        let statement = options.set_up(Some(42));
        assert!(statement.contains("set_config('default_transaction_read_only', 'on', false)"), "{statement}");
        assert!(statement.contains("set_config('statement_timeout', '2', false)"), "{statement}");
        assert!(statement.ends_with(" WHERE pg_catalog.pg_backend_pid() = 42"), "{statement}");
    }

    #[rstest]
    #[case("monitor", "tidegate monitor")]
    #[case("tidegate window dana@ops", "tidegate window dana@ops")]
    #[case("", "tidegate")]
    fn others_see_who_it_is(#[case] given: &str, #[case] seen: &str) {
        assert_eq!(SessionOptions::named(given).full_application_name(), seen);
    }
}
