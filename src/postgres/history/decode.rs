//! From a row of text to a [`HistoryRow`].

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio_postgres::SimpleQueryRow;

use super::{Facts, HistoryRow, SharedTexts};
use crate::postgres::error::PgError;
use crate::postgres::sql::{self, Columns};

/// What to select from the history, as `h`, so that [`decode`] can read it. Nothing in it depends on a setting.
pub(in crate::postgres) fn columns() -> String {
    format!(
        "h.id, h.migration_name, {}, h.applied_by, {}, h.checksum, h.rollback_applied, {}, \
         h.metadata OPERATOR(pg_catalog.->) 'tidegate'",
        sql::moment("h.applied_at"),
        sql::span("h.execution_time"),
        sql::moment("h.rollback_at"),
    )
}

/// How many columns those are.
pub(in crate::postgres) const COLUMN_COUNT: usize = 9;

/// Reads what [`columns`] selects.
pub(in crate::postgres) fn decode(row: &SimpleQueryRow) -> Result<HistoryRow, PgError> {
    decode_after(row, 0)
}

/// Reads what [`columns`] selects, after some other columns.
pub(in crate::postgres) fn decode_after(row: &SimpleQueryRow, others: usize) -> Result<HistoryRow, PgError> {
    sharing(row, others, &SharedTexts::default())
}

/// Reads what [`columns`] selects, after some other columns, and shares its texts with other rows.
pub(super) fn sharing(row: &SimpleQueryRow, others: usize, texts: &SharedTexts) -> Result<HistoryRow, PgError> {
    let mut columns = Columns::of(row).skipping(others);
    Ok(HistoryRow {
        id: columns.number()?.unwrap_or_default(),
        name: texts.shared(columns.text()?),
        applied_at: columns.moment()?.unwrap_or_default(),
        applied_by: texts.shared(columns.text()?),
        execution_time: columns.span()?,
        checksum: columns.optional()?.map(|sum| texts.shared(sum)),
        rolled_back: columns.truth()?,
        rollback_at: columns.moment()?,
        facts: columns.optional()?.and_then(|json| facts(json, texts)),
    })
}

/// What Tidegate wrote into the metadata, about the last thing that happened. Whatever else is there is somebody
/// else's, and no error.
fn facts(json: &str, texts: &SharedTexts) -> Option<Box<Facts>> {
    #[derive(Deserialize)]
    struct Said<'a> {
        #[serde(borrow)]
        ticket: Option<Cow<'a, str>>,
        author: Option<Cow<'a, str>>,
        operator: Option<Cow<'a, str>>,
        window: Option<Cow<'a, str>>,
        reason: Option<Cow<'a, str>>,
        commit: Option<Cow<'a, str>>,
        backup: Option<Cow<'a, str>>,
        normalised: Option<Cow<'a, str>>,
    }
    #[derive(Deserialize)]
    struct Past<'a> {
        #[serde(borrow)]
        rollback: Option<Said<'a>>,
        #[serde(default)]
        rounds: Vec<IgnoredAny>,
    }
    let past: Past<'_> = serde_json::from_str(json).ok()?;
    let said = match past.rollback {
        Some(said) => said,
        None => serde_json::from_str(json).ok()?,
    };
    let kept = |text: Option<Cow<'_, str>>| text.map(|text| texts.shared(&text));
    Some(Box::new(Facts {
        ticket: kept(said.ticket),
        author: kept(said.author),
        operator: kept(said.operator),
        window: kept(said.window),
        reason: kept(said.reason),
        commit: kept(said.commit),
        backup: kept(said.backup),
        normalised: kept(said.normalised),
        rounds: u32::try_from(past.rounds.len()).unwrap_or(u32::MAX),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::applied(r#"{"ticket":"S-1","operator":"ana","statements":3}"#, Some("S-1"), Some("ana"), 0)]
    #[case::rolled_back(
        r#"{"ticket":"S-1","operator":"ana","rollback":{"ticket":"S-2","operator":"bo"},"rounds":[{},{}]}"#,
        Some("S-2"),
        Some("bo"),
        2
    )]
    #[case::with_escapes(r#"{"operator":"Jos\u00e9 \"x\""}"#, None, Some("José \"x\""), 0)]
    fn the_facts_are_those_of_the_last_thing_that_happened(
        #[case] json: &str,
        #[case] ticket: Option<&str>,
        #[case] operator: Option<&str>,
        #[case] rounds: u32,
    ) {
        let facts = facts(json, &SharedTexts::default()).unwrap();
        assert_eq!((facts.ticket.as_deref(), facts.operator.as_deref(), facts.rounds), (ticket, operator, rounds));
    }

    #[rstest]
    #[case("null")]
    #[case("[1]")]
    #[case(r#"{"ticket": 7}"#)]
    fn what_somebody_else_wrote_there_is_no_error(#[case] json: &str) {
        assert_eq!(facts(json, &SharedTexts::default()), None);
    }
}
