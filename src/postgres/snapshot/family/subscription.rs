//! Subscriptions, without their passwords.

use std::borrow::Cow;

use super::Family;
use super::foreign::checksum;
use crate::postgres::error::PgError;
use crate::postgres::snapshot::class::{Address, Class};
use crate::postgres::snapshot::columns::{Columns, Rows};
use crate::postgres::snapshot::reading::Reading;
use crate::schema::{Attribute, Attributes, Gap, Kind, ObjectId, Value, Version};

/// Before 14 their catalog is closed to all but superusers.
pub(super) const FAMILY: Family =
    Family { kinds: &[Kind::Subscription], queries: |version, _| vec![query(version)], read };

fn query(version: Version) -> String {
    let option = |since: u32, sql: &'static str| if version.major >= since { sql } else { "NULL" };
    // The connection's column is closed to all but superusers: named in a query of its own, it spoils no other.
    format!(
        "SELECT s.oid, s.subname, s.subowner, s.subenabled, s.subpublications,
                array_remove(ARRAY[
                    'slot_name=' || coalesce(quote_literal(s.subslotname), 'NONE'),
                    CASE WHEN s.subsynccommit <> 'off' THEN 'synchronous_commit=' || quote_literal(s.subsynccommit) END,
                    {}, {}, {}, {}, {}, {}, {}, {}
                ]::text[], NULL),
                CASE WHEN has_column_privilege('pg_subscription', 'subconninfo', 'SELECT') THEN
                    (xpath('//c/text()', query_to_xml(format(
                        'SELECT pg_catalog.encode(pg_catalog.convert_to(subconninfo, ''UTF8''), ''base64'') AS c
                         FROM pg_catalog.pg_subscription WHERE oid = %s', s.oid), true, true, '')))[1]::text END
         FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
        option(14, "CASE WHEN s.subbinary THEN 'binary=true' END"),
        match version.major {
            ..=13 => "NULL",
            14 | 15 => "CASE WHEN s.substream::text IN ('t', 'true') THEN 'streaming=on' END",
            _ =>
                "CASE s.substream WHEN 't' THEN 'streaming=on' WHEN 'p' THEN 'streaming=parallel' ELSE 'streaming=off' END",
        },
        option(15, "CASE WHEN s.subtwophasestate <> 'd' THEN 'two_phase=on' END"),
        option(15, "CASE WHEN s.subdisableonerr THEN 'disable_on_error=true' END"),
        option(16, "CASE WHEN NOT s.subpasswordrequired THEN 'password_required=false' END"),
        option(16, "CASE WHEN s.subrunasowner THEN 'run_as_owner=true' END"),
        option(16, "CASE WHEN s.suborigin <> 'any' THEN 'origin=' || s.suborigin END"),
        option(17, "CASE WHEN s.subfailover THEN 'failover=true' END"),
    )
}

fn read(reading: &mut Reading<'_>, answers: Vec<Rows>) -> Result<(), PgError> {
    let mut is_hidden = false;
    for row in answers.iter().flatten() {
        let mut row = Columns::of(row);
        let (oid, name, owner, is_enabled) = (row.oid()?, row.text()?, row.oid()?, row.flag()?);
        let mut attributes = Attributes::new();
        reading.owner(&mut attributes, owner);
        if !is_enabled {
            attributes.set(Attribute::Enabled, "disabled");
        }
        attributes.set(Attribute::Publications, Value::set(row.texts()?.iter().map(Cow::as_ref)));
        attributes.options(Attribute::Properties, row.texts()?.iter().map(Cow::as_ref));
        match row.optional()?.and_then(|encoded| decoded(&encoded)) {
            Some(connection) => attributes.set(Attribute::ConnectionString, without_password(&connection)),
            None => is_hidden = true,
        }
        reading.add(Address::of(Class::SUBSCRIPTION, oid), ObjectId::global(Kind::Subscription, &*name), attributes);
    }
    if is_hidden {
        let reason = "Where a subscription connects to is shown to superusers only.".to_owned();
        let attribute = Some(Attribute::ConnectionString);
        reading.gap(Gap { kinds: vec![Kind::Subscription], attribute, reason });
    }
    Ok(())
}

fn decoded(encoded: &str) -> Option<String> {
    use base64::Engine as _;
    let joined: String = encoded.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(joined).ok()?;
    String::from_utf8(bytes).ok()
}

/// A connection string whose secrets are checksums; one that is not `keyword=value …` without quotes is a checksum as
/// a whole wherever it may hold a secret.
fn without_password(connection: &str) -> String {
    let may_hold_one = connection.to_ascii_lowercase().contains("pass") || connection.contains('@');
    if !may_hold_one {
        return connection.to_owned();
    }
    if connection.contains(['\'', '\\', '/', '@']) || connection.contains(" =") || connection.contains("= ") {
        return checksum(connection);
    }
    let words = connection.split_whitespace().map(|word| match word.split_once('=') {
        Some((key, value)) if key.to_ascii_lowercase().contains("pass") => format!("{key}={}", checksum(value)),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("host=a dbname=b")]
    #[case("host=a password=hunter2 dbname=b")]
    #[case("host=a password = 'hunter2'")]
    #[case("postgresql://me:hunter2@there/db")]
    #[case("host=a sslpassword=hunter2")]
    fn no_password_is_kept(#[case] connection: &str) {
        let shown = without_password(connection);
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(connection.contains("hunter2"), shown != connection);
    }
}
