//! Whether a schema may have changed since it was read: a question that costs the server next to nothing.

use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::sql::{self, Columns};

/// What a server says of how often its catalogs were written to. The same mark means the same schema; another one means
/// that it may be another schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark(String);

/// The catalogs in which schemas are kept, in any version; one that a server has not counts for nothing.
const CATALOGS: &str = "pg_aggregate pg_am pg_amop pg_amproc pg_attrdef pg_attribute pg_auth_members pg_authid pg_cast \
    pg_class pg_collation pg_constraint pg_conversion pg_database pg_db_role_setting pg_default_acl pg_depend \
    pg_description pg_enum pg_event_trigger pg_extension pg_foreign_data_wrapper pg_foreign_server pg_foreign_table \
    pg_index pg_inherits pg_init_privs pg_language pg_largeobject_metadata pg_namespace pg_opclass pg_operator \
    pg_opfamily pg_parameter_acl pg_partitioned_table pg_policy pg_proc pg_publication pg_publication_namespace \
    pg_publication_rel pg_range pg_rewrite pg_seclabel pg_sequence pg_shdescription pg_shseclabel pg_statistic_ext \
    pg_subscription pg_tablespace pg_transform pg_trigger pg_ts_config pg_ts_config_map pg_ts_dict pg_ts_parser \
    pg_ts_template pg_type pg_user_mapping";

/// Asks for the mark; `None` where the server does not count (`track_counts` is off).
///
/// The server may report a change some seconds late, and then it is found the next time. It is never lost: a mark is
/// asked for before the schema is read. A standby counts nothing itself; there the mark is how far it has replayed.
///
/// # Errors
/// With what the server says.
pub async fn mark(connection: &Connection) -> Result<Option<Mark>, PgError> {
    let statement = if connection.info().in_recovery {
        "SELECT pg_catalog.pg_last_wal_replay_lsn()::pg_catalog.text".to_owned()
    } else {
        format!(
            "SELECT CASE pg_catalog.current_setting('track_counts') WHEN 'on' THEN pg_catalog.concat_ws(' ',
                 pg_catalog.pg_postmaster_start_time(),
                 (SELECT stats_reset FROM pg_catalog.pg_stat_database
                   WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()),
                 (SELECT pg_catalog.sum(pg_catalog.pg_stat_get_tuples_inserted(c.oid)
                                      + pg_catalog.pg_stat_get_tuples_updated(c.oid)
                                      + pg_catalog.pg_stat_get_tuples_deleted(c.oid))
                    FROM (SELECT pg_catalog.to_regclass('pg_catalog.' || name)::pg_catalog.oid AS oid
                            FROM pg_catalog.regexp_split_to_table({}, '\\s+') AS name) AS c)) END",
            sql::literal(CATALOGS)
        )
    };
    let row = sql::row(connection, &statement).await?;
    Ok(Columns::of(&row).optional()?.map(|mark| Mark(mark.to_owned())))
}
