//! Reads the schema of a database: everything the catalogs say that a migration can change.
//!
//! One `REPEATABLE READ READ ONLY` transaction sees one moment. All questions are sent at once and answered one after
//! the other; they are lean, and what refers to something by OID is resolved on this side. Each file in `family/` reads
//! some kinds of objects. Nothing is written and nothing but the catalogs is locked, so that a role that may only read,
//! a standby, and a pooler that lends its servers for a transaction each will do.

mod batch;
mod class;
mod columns;
mod error;
mod facts;
mod family;
mod mark;
mod meanwhile;
mod names;
mod reading;
mod scope;

use self::batch::Batch;
use self::columns::Rows;
pub use self::error::SnapshotError;
use self::facts::Facts;
use self::family::FAMILIES;
pub use self::mark::{Mark, mark};
use self::names::Names;
use self::reading::Reading;
pub use self::scope::Scope;
use super::connection::Connection;
use super::error::{PgError, ServerError};
use crate::schema::{Gap, Snapshot, Version};

/// How often a reading is begun anew when the schema changes under it.
const ATTEMPTS: usize = 4;

/// One moment, and texts that depend on no setting. `SET LOCAL` ends with the transaction, so that the session is
/// afterwards as it was. Who has set no limit to waiting for locks gets one: functions that write definitions lock what
/// they write about, and a migration may hold that.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL search_path = '';
    SET LOCAL DateStyle = 'ISO, YMD';
    SET LOCAL IntervalStyle = 'postgres';
    SET LOCAL TimeZone = 'UTC';
    SET LOCAL extra_float_digits = 3;
    SET LOCAL quote_all_identifiers = off;
    SET LOCAL bytea_output = 'hex';
    SET LOCAL xmlbinary = 'base64';
    SET LOCAL jit = off;
    SELECT pg_catalog.set_config('lock_timeout', '10s', true) WHERE pg_catalog.current_setting('lock_timeout') = '0'";

/// A family that may not be read must not spoil the rest of the transaction.
const BEFORE_FAMILY: &str = "SAVEPOINT family";
const AFTER_FAMILY: &str = "ROLLBACK TO SAVEPOINT family; RELEASE SAVEPOINT family";

const END: &str = "ROLLBACK";

/// Reads the schema of the database that the connection leads to, as it is at one moment.
///
/// What the role may not read is noted in the snapshot's gaps. The session is afterwards as it was before. All is sent at
/// once, the end of the transaction too: if the future is dropped, the server answers what it was asked and then ends
/// the transaction.
///
/// # Errors
/// See [`SnapshotError`].
pub async fn read(connection: &Connection, scope: &Scope) -> Result<Snapshot, SnapshotError> {
    let mut failures: Vec<Option<PgError>> = Vec::new();
    while failures.len() < ATTEMPTS {
        match attempt(connection, scope).await {
            Ok(Some(snapshot)) => return Ok(snapshot),
            Ok(None) => failures.push(None),
            Err(error) if is_change_meanwhile(&error) => failures.push(Some(error)),
            Err(error) => return Err(SnapshotError::from(error)),
        }
    }
    // What is damaged fails in the same way each time.
    let is_lasting = failures.windows(2).all(|pair| pair[0] == pair[1]);
    Err(match failures.pop().flatten() {
        Some(error) if is_lasting => SnapshotError::Postgres(error),
        _ => SnapshotError::Unsettled,
    })
}

/// `None`: it was changed while it was read.
async fn attempt(connection: &Connection, scope: &Scope) -> Result<Option<Snapshot>, PgError> {
    let info = connection.info();
    let version = Version { major: info.version.major, minor: info.version.minor };
    let client = connection.client();
    let queries: Vec<Vec<String>> = FAMILIES.iter().map(|family| (family.queries)(version, scope)).collect();
    let meanwhile = meanwhile::question();

    let mut batch = Batch::on(client);
    batch.run(BEGIN).await;
    Names::ask(&mut batch).await;
    Facts::ask(&mut batch).await;
    for queries in &queries {
        batch.run(BEFORE_FAMILY).await;
        for query in queries {
            batch.ask(query).await;
        }
        batch.run(AFTER_FAMILY).await;
    }
    batch.ask(&meanwhile).await;
    batch.run(END).await;

    batch.next().await?;
    let mut names = Names::read(&mut batch).await?;
    let facts = Facts::read(&mut batch, &mut names).await?;
    let mut reading = Reading::new(version, names, facts, scope);
    for (family, queries) in FAMILIES.iter().zip(&queries) {
        batch.next().await?;
        let mut answers = Vec::with_capacity(queries.len());
        let mut refused = None;
        for _ in queries {
            match batch.next().await {
                Ok(rows) => answers.push(rows),
                // The first one is the cause; those after it only find the transaction aborted.
                Err(error) => drop(refused.get_or_insert(error)),
            }
        }
        batch.next().await?;
        match refused {
            None => {
                reading.reserve(answers.iter().map(Rows::len).sum());
                (family.read)(&mut reading, answers)?;
            }
            Some(PgError::Server(error)) if error.is(ServerError::INSUFFICIENT_PRIVILEGE) => {
                let reason = format!("The role {} may not read it: {error}", info.user);
                reading.gap(Gap { kinds: family.kinds.to_vec(), attribute: None, reason });
            }
            Some(error) => return Err(error),
        }
    }
    let is_changed = match batch.next().await {
        Ok(rows) => meanwhile::is_changed(&rows)?,
        // Who may not read a catalog learns what is unknown above.
        Err(PgError::Server(error)) if error.is(ServerError::INSUFFICIENT_PRIVILEGE) => false,
        Err(error) => return Err(error),
    };
    batch.next().await?;
    Ok((!is_changed).then(|| reading.finish(&info.database)))
}

/// Everything that a server of this version is asked, in order: to measure what that costs by itself.
#[must_use]
pub fn questions(version: Version, scope: &Scope) -> Vec<String> {
    let of_families = FAMILIES.iter().flat_map(|family| (family.queries)(version, scope));
    let of_all = names::QUERIES.iter().chain(&facts::QUERIES).map(|query| (*query).to_owned());
    of_all.chain(of_families).chain([meanwhile::question()]).collect()
}

/// Whether a function of the server, which sees the catalogs as they are now, missed what the transaction still sees:
/// something was dropped meanwhile.
fn is_change_meanwhile(error: &PgError) -> bool {
    const INTERNAL_ERROR: &str = "XX000";
    const UNDEFINED: [&str; 5] = ["42P01", "42703", "42704", "42883", "3F000"];
    error.server().is_some_and(|error| {
        UNDEFINED.iter().any(|sqlstate| error.is(sqlstate))
            || error.is(INTERNAL_ERROR)
                && ["lookup failed", "could not find", "could not open relation"]
                    .iter()
                    .any(|words| error.message.contains(words))
    })
}
