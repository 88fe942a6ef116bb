//! What a preflight asks a server about itself and about the role that would run the scripts.

use super::connection::Connection;
use super::error::PgError;

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// `pg_database_size` of the database, in bytes.
    pub database_bytes: u64,
    /// Whether the session's user may `SET ROLE` to the policy's role; true where the policy has none. None where
    /// there is no such role.
    pub role: Option<bool>,
    /// Whether the role that runs the scripts may create schemas in the database (`CREATE` on it).
    pub may_create_schemas: bool,
    /// Prepared transactions that hold locks in this database (`pg_prepared_xacts`).
    pub prepared_transactions: u64,
}

/// Asks in one round trip. Only reads catalogs (PostgreSQL documentation, "System Catalogs").
///
/// # Errors
/// The server's refusal, or a lost connection.
pub async fn read(connection: &Connection, role: Option<&str>) -> Result<Readiness, PgError> {
    let row = connection
        .client()
        .query_typed(
            "select pg_catalog.pg_database_size(pg_catalog.current_database()),
                    case when $1::text is null then true
                         else (select pg_catalog.pg_has_role(oid, 'MEMBER')
                                 from pg_catalog.pg_roles where rolname = $1) end,
                    coalesce((select pg_catalog.has_database_privilege(r.oid, d.oid, 'CREATE')
                                from pg_catalog.pg_roles r, pg_catalog.pg_database d
                               where r.rolname = coalesce($1, current_user)
                                 and d.datname = pg_catalog.current_database()), false),
                    (select pg_catalog.count(*) from pg_catalog.pg_prepared_xacts
                      where database = pg_catalog.current_database())",
            &[(&role, tokio_postgres::types::Type::TEXT)],
        )
        .await?
        .pop();
    let Some(row) = row else { return Err(PgError::Protocol("the catalogs gave no answer".to_owned())) };
    Ok(Readiness {
        database_bytes: u64::try_from(row.try_get::<_, i64>(0)?).unwrap_or(0),
        role: row.try_get(1)?,
        may_create_schemas: row.try_get(2)?,
        prepared_transactions: u64::try_from(row.try_get::<_, i64>(3)?).unwrap_or(0),
    })
}
