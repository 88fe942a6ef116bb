//! Approvals, as an environment keeps them: who approved which migration, by the checksums of its files.
//!
//! The server says who approves: a row holds the role that logged in (`session_user`), whatever the client claims. It
//! comes about by way of a function, since nobody but the schema's owner may write the table.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{StoreState, is_readable, probe};
use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::sql::{self, Columns};
use crate::review::approval::Approval;
use crate::review::checklist::Answers;

/// The table of approvals.
pub(in crate::postgres) const TABLE: &str = "approvals";

/// The longest answers that are read, in bytes: more than every question with the longest note.
const LONGEST_ANSWERS: usize = 128 * 1024;

/// An approval on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenApproval {
    /// The migration.
    pub migration: Box<str>,
    /// What was approved.
    pub approval: Approval,
    /// The SHA-256 of the file that applies it, in hex, as it was approved.
    pub up: Box<str>,
    /// The SHA-256 of the file that rolls it back, in hex, as it was approved; none where there was none.
    pub down: Option<Box<str>>,
    /// The role that logged in to approve.
    pub role: Box<str>,
    /// The person, as the approver's own Tidegate named them.
    pub person: Option<Box<str>>,
    /// What they had to say.
    pub note: Option<Box<str>>,
    /// What they answered to the questions of the checklist.
    pub answers: Answers,
    /// When.
    pub given_at: Timestamp,
    /// When and by whom it was withdrawn.
    pub withdrawn: Option<(Timestamp, Box<str>)>,
    /// The role and every role that it is a member of, now.
    pub memberships: Vec<String>,
}

/// What an approver says of a migration.
#[derive(Debug, Clone, Copy)]
pub struct NewApproval<'a> {
    /// The migration.
    pub migration: &'a str,
    /// What is approved.
    pub approval: Approval,
    /// The SHA-256 of the file that applies it, in hex.
    pub up: &'a str,
    /// The SHA-256 of the file that rolls it back, in hex.
    pub down: Option<&'a str>,
    /// The person at the keyboard.
    pub person: &'a str,
    /// What they have to say.
    pub note: Option<&'a str>,
    /// What they answer to the questions of the checklist.
    pub answers: &'a Answers,
}

/// The approvals on record, the oldest first; none where there is no table of them.
///
/// # Errors
/// The server could not be asked.
pub async fn approvals(connection: &Connection) -> Result<Vec<GivenApproval>, PgError> {
    if !is_readable(connection, TABLE).await? {
        return Ok(Vec::new());
    }
    let statement = format!(
        "WITH RECURSIVE member (role, belongs) AS (
             SELECT r.oid, r.oid FROM pg_catalog.pg_roles r
             WHERE r.rolname::text IN (SELECT a.role FROM tidegate.approvals a)
             UNION
             SELECT m.role, u.roleid FROM member m JOIN pg_catalog.pg_auth_members u ON u.member = m.belongs
         )
         SELECT a.migration, a.kind, a.checksum_up, a.checksum_down, a.role, a.person, a.note, {}, {}, a.withdrawn_by,
                (SELECT pg_catalog.json_agg(b.rolname) FROM member m
                 JOIN pg_catalog.pg_roles r ON r.oid = m.role JOIN pg_catalog.pg_roles b ON b.oid = m.belongs
                 WHERE r.rolname::text = a.role),
                CASE WHEN pg_catalog.octet_length(a.answers::text) <= {LONGEST_ANSWERS} THEN a.answers::text END
         FROM tidegate.approvals a ORDER BY a.id",
        sql::moment("a.given_at"),
        sql::moment("a.withdrawn_at"),
    );
    let rows = sql::rows(connection, &statement).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut columns = Columns::of(row);
        let migration = columns.text()?.into();
        // A kind that only a newer Tidegate knows counts for nothing here.
        let Some(approval) = Approval::of_word(columns.text()?) else { continue };
        found.push(GivenApproval {
            migration,
            approval,
            up: columns.text()?.into(),
            down: columns.optional()?.map(Into::into),
            role: columns.text()?.into(),
            person: columns.optional()?.map(Into::into),
            note: columns.optional()?.map(Into::into),
            given_at: columns.moment()?.unwrap_or_default(),
            withdrawn: columns.moment()?.zip(columns.optional()?.map(Into::into)),
            memberships: serde_json::from_str(columns.text()?).unwrap_or_default(),
            // What Tidegate cannot have written is no answer.
            answers: columns.optional()?.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        });
    }
    Ok(found)
}

/// Whether approvals can be recorded here.
///
/// # Errors
/// The server could not be asked.
pub async fn takes_approvals(connection: &Connection) -> Result<bool, PgError> {
    Ok(matches!(probe(connection).await?, StoreState::Present { .. }) && is_readable(connection, TABLE).await?)
}

/// Every role that a role is a member of, and itself; none where there is no such role.
///
/// # Errors
/// The server could not be asked.
pub async fn memberships(connection: &Connection, role: &str) -> Result<Vec<String>, PgError> {
    let statement = format!(
        "WITH RECURSIVE member (belongs) AS (
             SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname::text = {}
             UNION
             SELECT u.roleid FROM member m JOIN pg_catalog.pg_auth_members u ON u.member = m.belongs
         )
         SELECT r.rolname FROM member m JOIN pg_catalog.pg_roles r ON r.oid = m.belongs",
        sql::literal(role)
    );
    let rows = sql::rows(connection, &statement).await?;
    rows.iter().map(|row| Columns::of(row).string()).collect()
}

/// Approves in the name of the role that is logged in. `false` where that role has done so before, with the same answers.
///
/// Needs no grant to write: nothing of the project is changed, and the server lets nobody speak for another.
///
/// # Errors
/// There is no table of approvals, or the server refused.
pub async fn approve(connection: &Connection, new: &NewApproval<'_>) -> Result<bool, PgError> {
    tracing::info!(migration = new.migration, approval = new.approval.word(), "approving");
    let answers = serde_json::to_string(new.answers).unwrap_or_default();
    let statement = format!(
        "SELECT tidegate.approve({}, {}, {}, {}, {}, {}, {})",
        sql::literal(new.migration),
        sql::literal(new.approval.word()),
        sql::literal(new.up),
        sql::optional_literal(new.down),
        sql::literal(new.person),
        sql::optional_literal(new.note),
        sql::literal(&answers),
    );
    let row = sql::row(connection, &statement).await?;
    Ok(Columns::of(&row).optional()?.is_some())
}

/// Withdraws what the role that is logged in has approved; how many approvals that were.
///
/// # Errors
/// There is no table of approvals, or the server refused.
pub async fn withdraw(connection: &Connection, migration: &str, approval: Approval) -> Result<u64, PgError> {
    tracing::info!(migration, approval = approval.word(), "withdrawing an approval");
    let statement =
        format!("SELECT tidegate.withdraw_approval({}, {})", sql::literal(migration), sql::literal(approval.word()));
    let row = sql::row(connection, &statement).await?;
    Ok(Columns::of(&row).number()?.unwrap_or_default())
}
