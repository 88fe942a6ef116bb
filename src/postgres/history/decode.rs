//! From a row of text to a [`HistoryRow`].

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio_postgres::SimpleQueryRow;

use super::{Detail, Facts, HistoryRow, SharedTexts};
use crate::postgres::error::PgError;
use crate::postgres::sql::{self, Columns};

/// What to select from the history, as `h`, so that [`decode`] can read it. Nothing in it depends on a setting.
pub(in crate::postgres) fn columns() -> String {
    columns_of(Detail::Full)
}

/// What to select from the history, as `h`, for so much detail.
pub(super) fn columns_of(detail: Detail) -> String {
    let said = "h.metadata OPERATOR(pg_catalog.->) 'tidegate'";
    let (execution_time, said) = match detail {
        Detail::Full => (sql::span("h.execution_time"), said.to_owned()),
        Detail::Standing => {
            let normalised = "h.metadata OPERATOR(pg_catalog.#>>) '{tidegate,normalised}'";
            ("NULL".to_owned(), format!("CASE WHEN {normalised} IS NOT NULL THEN {said} END"))
        }
    };
    format!(
        "h.id, h.migration_name, {}, h.applied_by, {execution_time}, h.checksum, h.rollback_applied, {}, {said}",
        sql::moment("h.applied_at"),
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
    /// Borrowed where it has no escapes, which serde does not do for a `Cow` within an `Option`.
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    #[derive(Deserialize)]
    struct Said<'a> {
        #[serde(borrow)]
        ticket: Option<Text<'a>>,
        author: Option<Text<'a>>,
        operator: Option<Text<'a>>,
        window: Option<Text<'a>>,
        reason: Option<Text<'a>>,
        commit: Option<Text<'a>>,
        backup: Option<Text<'a>>,
        normalised: Option<Text<'a>>,
        rollback: Option<Box<Said<'a>>>,
        #[serde(default)]
        rounds: Vec<IgnoredAny>,
    }
    let mut said: Said<'_> = serde_json::from_str(json).ok()?;
    let rounds = u32::try_from(said.rounds.len()).unwrap_or(u32::MAX);
    if let Some(rollback) = said.rollback.take() {
        said = *rollback;
    }
    let kept = |text: Option<Text<'_>>| text.map(|text| texts.shared(&text.0));
    Some(Box::new(Facts {
        ticket: kept(said.ticket),
        author: kept(said.author),
        operator: kept(said.operator),
        window: kept(said.window),
        reason: kept(said.reason),
        commit: kept(said.commit),
        backup: kept(said.backup),
        normalised: kept(said.normalised),
        rounds,
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
