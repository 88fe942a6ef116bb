//! The history row of a run: read and guarded at the beginning of its transaction, written at the end of it.
//!
//! At the beginning the history table is locked against other writers (`SHARE ROW EXCLUSIVE`; readers go on), so that
//! nobody records the same migration meanwhile, and the row is read. At the end the row is written whatever the script
//! did about it, and it is proved, cheaply, that the transaction is still the same and that nothing else was done to
//! the history: by the transaction's own counters of rows written, and by the file that holds the table, which
//! `TRUNCATE` and `DROP` replace.
//!
//! What every run says is prepared once for the session (`PREPARE`, not the protocol's own prepared statements: an
//! `EXECUTE` can be one of several statements in a message, and means the same whatever `search_path` is).

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio_postgres::SimpleQueryRow;

use crate::migration::checksum::Checksum;
use crate::migration::table::quote_identifier;
use crate::postgres::error::PgError;
use crate::postgres::history::shape::Shape;
use crate::postgres::history::{self, HistoryRow, HistoryTable};
use crate::postgres::sql::{Columns, literal};
use crate::postgres::supabase::Supabase;

use super::{RunFacts, ScriptRun, known};

/// What the history will say of the migration when the run is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// It is applied, for the first time.
    Fresh,
    /// It is applied again: its row, which says that it was rolled back, is used again.
    Again,
    /// It is rolled back: its row stays, and says so.
    Back,
}

/// How the history is kept in one session.
#[derive(Debug)]
pub(super) struct Recorder {
    table: HistoryTable,
    shape: Shape,
    /// The role that scripts run under, if it is not the login itself.
    role: Option<String>,
    /// Whether that role may keep the history; else the login does.
    role_writes: bool,
    /// The login.
    login: String,
    supabase: Option<Supabase>,
    /// Whether texts beyond ASCII can be stored.
    unicode: bool,
    /// Part of the names of what is prepared.
    generation: u32,
}

/// How long the transaction has taken so far.
const SPENT: &str = "pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.now()";

/// Names of prepared statements are never used twice: whether an earlier one is still there need not be known.
static GENERATION: AtomicU32 = AtomicU32::new(1);

/// The beginning of a transaction, as the server saw it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head {
    proof: Proof,
    /// The migration's row at the beginning, all columns of it.
    pub(super) row: Option<Map<String, Value>>,
}

/// The end of a transaction, right before its commit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tail {
    proof: Proof,
    /// The row as it will be.
    pub(super) row: HistoryRow,
}

/// What tells whether two moments lie in the same transaction, and whether the history was written between them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Proof {
    transaction: String,
    writes: i64,
    file: Option<u32>,
}

/// What a script did to the history besides what it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suspicion {
    /// Nothing.
    None,
    /// It left its transaction.
    OtherTransaction,
    /// It wrote rows, or the table's file: which rows has to be found out.
    Writes,
}

impl Recorder {
    pub(super) fn new(
        table: HistoryTable,
        shape: Shape,
        role: Option<String>,
        login: String,
        supabase: Option<Supabase>,
        unicode: bool,
    ) -> Recorder {
        let role_writes = shape.role.as_ref().is_some_and(|rights| rights.missing.is_empty());
        Recorder { table, shape, role, role_writes, login, supabase, unicode, generation: 0 }
    }

    /// The message that prepares what every run says. Names are looked up as whoever keeps the history.
    pub(super) fn prepare(&mut self) -> String {
        self.generation = GENERATION.fetch_add(1, Ordering::Relaxed);
        let generation = self.generation;
        let as_writer = if self.role_writes { "" } else { "SET ROLE NONE; " };
        let back = match &self.role {
            Some(role) if !self.role_writes => format!("; SET ROLE {}", quote_identifier(role)),
            _ => String::new(),
        };
        format!(
            "{as_writer}PREPARE tidegate_head_{generation} (pg_catalog.text) AS {}; \
             PREPARE tidegate_record_{generation} (pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.jsonb, \
             pg_catalog.interval) AS {}; \
             PREPARE tidegate_row_{generation} (pg_catalog.text) AS {}{back}",
            self.head_query("$1"),
            self.fresh("$1", "$2", "$3", "$4", "$5"),
            self.row_query("$1"),
        )
    }

    /// What [`Proof`] is read from.
    fn proof(&self) -> String {
        let oid = self.shape.oid;
        format!(
            "pg_catalog.txid_current(), pg_catalog.pg_stat_get_xact_tuples_inserted({oid}) \
                 OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_updated({oid}) \
                 OPERATOR(pg_catalog.+) pg_catalog.pg_stat_get_xact_tuples_deleted({oid}), \
             pg_catalog.pg_relation_filenode({oid})"
        )
    }

    fn head_query(&self, name: &str) -> String {
        format!(
            "SELECT {}, (SELECT pg_catalog.to_jsonb(h) FROM {} h WHERE h.migration_name OPERATOR(pg_catalog.=) {name})",
            self.proof(),
            self.table
        )
    }

    fn row_query(&self, name: &str) -> String {
        format!(
            "SELECT {} FROM {} h WHERE h.migration_name OPERATOR(pg_catalog.=) {name}",
            history::columns(),
            self.table
        )
    }

    fn fresh(&self, name: &str, login: &str, checksum: &str, metadata: &str, before: &str) -> String {
        format!(
            "INSERT INTO {} AS h (migration_name, applied_at, applied_by, execution_time, checksum, rollback_applied, \
                 metadata) \
             VALUES ({name}, pg_catalog.now(), {login}, {SPENT} OPERATOR(pg_catalog.+) {before}, {checksum}, false, \
                 {metadata}) \
             ON CONFLICT (migration_name) DO UPDATE SET applied_by = excluded.applied_by, \
                 execution_time = excluded.execution_time, checksum = excluded.checksum, rollback_applied = false, \
                 rollback_at = NULL, metadata = CASE pg_catalog.jsonb_typeof(h.metadata) \
                     WHEN 'object' THEN h.metadata OPERATOR(pg_catalog.||) excluded.metadata \
                     ELSE excluded.metadata END \
             RETURNING {}, {}",
            self.table,
            self.proof(),
            history::columns()
        )
    }

    /// The statements that make whoever keeps the history the current role, whatever the script has made of it.
    fn become_writer(&self) -> String {
        format!("SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE {}; ", self.writer())
    }

    /// Whoever keeps the history, as `SET ROLE` names it.
    fn writer(&self) -> String {
        match &self.role {
            Some(role) if self.role_writes => quote_identifier(role),
            _ => "NONE".to_owned(),
        }
    }

    /// The statement that goes back to the policy's role, where that is another one: what runs at the commit (deferred
    /// triggers) is the script's business.
    fn become_policy(&self) -> String {
        match &self.role {
            Some(role) if !self.role_writes => format!("; SET LOCAL ROLE {}", quote_identifier(role)),
            _ => String::new(),
        }
    }

    /// The statements that begin the record of a migration, to be sent right after `BEGIN`: the first rows of the
    /// answer are [`Head`]'s. `restore` are the script's own settings of a role, made before.
    pub(super) fn begin(&self, entry: Entry, name: &str, restore: &[&str], prepared: bool) -> String {
        let (table, name_constant) = (&self.table, literal(name));
        let mut message = String::new();
        if !restore.is_empty() || (self.role.is_some() && !self.role_writes) {
            message += &self.become_writer();
        }
        message += &format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE; ");
        message += &match prepared {
            true => format!("EXECUTE tidegate_head_{}({name_constant})", self.generation),
            false => self.head_query(&name_constant),
        };
        if entry == Entry::Again {
            // A script that enters its own row must find the place free, and a row that others refer to must stay.
            message += &format!(
                "; UPDATE {table} SET migration_name = {} WHERE migration_name OPERATOR(pg_catalog.=) {name_constant}",
                literal(&aside(name))
            );
        }
        message += &self.become_policy();
        for statement in restore {
            message += "; ";
            message += statement;
        }
        message
    }

    /// The statements that end the record of a migration, to be sent right before `COMMIT`: the last row of the answer
    /// is [`Tail`]'s. `before` is the time that was spent on the script before this transaction.
    pub(super) fn end(
        &self,
        entry: Entry,
        run: &ScriptRun<'_>,
        head: Option<&Head>,
        before: Duration,
        prepared: bool,
    ) -> String {
        let mut message = self.become_writer();
        if let Some(supabase) = &self.supabase {
            message += &match entry {
                Entry::Fresh | Entry::Again => supabase.enter(run.name, run.script),
                Entry::Back => supabase.remove(run.name),
            };
            message += "; ";
        }
        let row = head.and_then(|head| head.row.as_ref());
        let before = format!("'{} microseconds'::pg_catalog.interval", before.as_micros());
        message += &match entry {
            Entry::Fresh => {
                let [name, login, checksum, metadata] = self.values(run, Map::new());
                match prepared {
                    true => {
                        let generation = self.generation;
                        format!(
                            "EXECUTE tidegate_record_{generation}({name}, {login}, {checksum}, {metadata}, {before})"
                        )
                    }
                    false => self.fresh(&name, &login, &checksum, &metadata, &before),
                }
            }
            Entry::Again => self.again(run, row, &before),
            Entry::Back => self.back(run, row),
        };
        message + &self.become_policy()
    }

    /// The statements that read a migration's row after the commit, as whoever keeps the history.
    pub(super) fn read(&self, name: &str, prepared: bool) -> String {
        let row = match prepared {
            true => format!("EXECUTE tidegate_row_{}({})", self.generation, literal(name)),
            false => self.row_query(&literal(name)),
        };
        format!("RESET SESSION AUTHORIZATION; SET ROLE {}; {row}", self.writer())
    }

    /// The question which rows there are, besides those of one migration.
    pub(super) fn others(&self, name: &str) -> String {
        let names = format!("{}, {}", literal(name), literal(&aside(name)));
        format!("SELECT {} FROM {} WHERE migration_name NOT IN ({names})", known::COLUMNS, self.table)
    }

    /// The question which rows there are, as whoever keeps the history, outside of a transaction.
    pub(super) fn all_as_writer(&self) -> String {
        format!("BEGIN READ ONLY; {}SELECT {} FROM {}; COMMIT", self.become_writer(), known::COLUMNS, self.table)
    }

    /// The text, with what cannot be stored here (NUL, and beyond ASCII where the encoding is not UTF-8) made visible.
    fn storable(&self, text: &str) -> String {
        let stand_in = if self.unicode { '\u{fffd}' } else { '?' };
        let is_storable = |character: &char| *character != '\0' && (self.unicode || character.is_ascii());
        text.chars().map(|character| if is_storable(&character) { character } else { stand_in }).collect()
    }

    /// Name, login, checksum and metadata of a run that applies, as constants.
    fn values(&self, run: &ScriptRun<'_>, mut metadata: Map<String, Value>) -> [String; 4] {
        let mut said = self.said(run.facts);
        said.insert("statements".to_owned(), json!(run.script.statements().len()));
        // Kept only where it tells more than the checksum, so that the same file with other line endings is known again.
        let normalised = Checksum::of_normalised(run.script.source().as_bytes());
        if normalised != run.checksum {
            said.insert("normalised".to_owned(), json!(normalised.to_string()));
        }
        if let Some(rounds) = metadata.remove("rounds") {
            said.insert("rounds".to_owned(), rounds);
        }
        metadata.insert("tidegate".to_owned(), Value::Object(said));
        [
            literal(run.name.as_str()),
            literal(&self.login),
            literal(&run.checksum.to_string()),
            literal(&Value::Object(metadata).to_string()),
        ]
    }

    /// Who, for whom and why.
    fn said(&self, facts: &RunFacts) -> Map<String, Value> {
        let mut said = Map::new();
        let mut say = |key: &str, value: Option<&str>| {
            if let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) {
                said.insert(key.to_owned(), json!(self.storable(value)));
            }
        };
        say("version", Some(env!("CARGO_PKG_VERSION")));
        say("operator", facts.operator.as_deref());
        say("host", facts.host.as_deref());
        say("role", self.role.as_deref());
        say("window", facts.window.as_deref());
        say("ticket", facts.ticket.as_deref());
        say("author", facts.author.as_deref());
        say("reason", facts.reason.as_deref());
        say("release", facts.release.as_deref());
        say("commit", facts.commit.as_deref());
        say("backup", facts.backup.as_deref());
        said
    }

    /// Uses the row that was put aside again. What the script entered itself counts: its moment and its metadata.
    fn again(&self, run: &ScriptRun<'_>, row: Option<&Map<String, Value>>, before: &str) -> String {
        let table = &self.table;
        let mut rounds = Map::new();
        rounds.insert("rounds".to_owned(), rounds_of(row));
        let [name, login, checksum, metadata] = self.values(run, rounds);
        let aside = literal(&aside(run.name.as_str()));
        let own = |column: &str| {
            format!("(SELECT o.{column} FROM {table} o WHERE o.migration_name OPERATOR(pg_catalog.=) {name})")
        };
        format!(
            "UPDATE {table} SET applied_at = coalesce({}, pg_catalog.now()), applied_by = {login}, \
                 execution_time = {SPENT} OPERATOR(pg_catalog.+) {before}, \
                 checksum = {checksum}, rollback_applied = false, rollback_at = NULL, \
                 metadata = CASE pg_catalog.jsonb_typeof({own_metadata}) WHEN 'object' \
                     THEN {own_metadata} OPERATOR(pg_catalog.||) {metadata}::pg_catalog.jsonb ELSE {metadata}::pg_catalog.jsonb END \
             WHERE migration_name OPERATOR(pg_catalog.=) {aside}; \
             DELETE FROM {table} WHERE migration_name OPERATOR(pg_catalog.=) {name}; \
             UPDATE {table} AS h SET migration_name = {name} WHERE migration_name OPERATOR(pg_catalog.=) {aside} \
             RETURNING {}, {}",
            own("applied_at"),
            self.proof(),
            history::columns(),
            own_metadata = own("metadata"),
        )
    }

    /// Puts the row back, every column as it was, whether or not the script deleted it, and says that it was rolled
    /// back.
    fn back(&self, run: &ScriptRun<'_>, row: Option<&Map<String, Value>>) -> String {
        let mut row = row.cloned().unwrap_or_default();
        let mut said = self.said(run.facts);
        said.insert("by".to_owned(), json!(self.storable(&self.login)));
        said.insert("checksum".to_owned(), json!(run.checksum.to_string()));
        said.insert("statements".to_owned(), json!(run.script.statements().len()));
        let mut metadata = object_of(row.remove("metadata"));
        match metadata.get_mut("tidegate") {
            Some(Value::Object(tidegate)) => {
                tidegate.insert("rollback".to_owned(), Value::Object(said));
            }
            _ => {
                metadata.insert("tidegate".to_owned(), json!({ "rollback": said }));
            }
        }
        row.insert("metadata".to_owned(), Value::Object(metadata));
        let columns: Vec<String> = self.shape.insertable.iter().map(|column| quote_identifier(column)).collect();
        let columns = columns.join(", ");
        format!(
            "INSERT INTO {table} AS h ({columns}) OVERRIDING SYSTEM VALUE \
             SELECT {columns} FROM pg_catalog.jsonb_populate_record(NULL::{table}, {}::pg_catalog.jsonb OPERATOR(pg_catalog.||) \
                 pg_catalog.jsonb_build_object('rollback_applied', true, 'rollback_at', pg_catalog.now())) \
             ON CONFLICT (migration_name) DO UPDATE SET rollback_applied = true, \
                 rollback_at = excluded.rollback_at, metadata = excluded.metadata \
             RETURNING {}, {}",
            literal(&Value::Object(row).to_string()),
            self.proof(),
            history::columns(),
            table = self.table,
        )
    }
}

/// The name under which a row waits while its migration is applied again: no file can have it.
fn aside(name: &str) -> String {
    format!("{name} (rolled back, being applied again)")
}

/// A metadata value as an object; what is none is kept inside one.
fn object_of(metadata: Option<Value>) -> Map<String, Value> {
    match metadata {
        Some(Value::Object(metadata)) => metadata,
        None | Some(Value::Null) => Map::new(),
        Some(other) => Map::from_iter([("before".to_owned(), other)]),
    }
}

/// The earlier rounds of a migration that was applied and rolled back, the last one included.
fn rounds_of(row: Option<&Map<String, Value>>) -> Value {
    let Some(row) = row else { return json!([]) };
    let mut round = Map::new();
    for column in ["applied_at", "applied_by", "execution_time", "checksum", "rollback_at"] {
        if let Some(value) = row.get(column).filter(|value| !value.is_null()) {
            round.insert(column.to_owned(), value.clone());
        }
    }
    let mut metadata = object_of(row.get("metadata").cloned());
    let mut rounds = Vec::new();
    if let Some(Value::Object(mut tidegate)) = metadata.remove("tidegate") {
        if let Some(Value::Array(earlier)) = tidegate.remove("rounds") {
            rounds = earlier;
        }
        round.append(&mut tidegate);
    }
    if !metadata.is_empty() {
        round.insert("metadata".to_owned(), Value::Object(metadata));
    }
    rounds.push(Value::Object(round));
    Value::Array(rounds)
}

impl Head {
    /// Reads the first row of the answer to [`Recorder::begin`].
    pub(super) fn read(rows: &[SimpleQueryRow]) -> Result<Head, PgError> {
        let row = rows.first().ok_or_else(|| PgError::Protocol("the history gave no answer.".to_owned()))?;
        let mut columns = Columns::of(row);
        let proof = Proof::read(&mut columns)?;
        let row = match columns.optional()? {
            None => None,
            Some(json) => match serde_json::from_str(json) {
                Ok(row) => Some(row),
                Err(error) => return Err(PgError::Protocol(format!("the history's row is no JSON: {error}."))),
            },
        };
        Ok(Head { proof, row })
    }

    /// Whether the row, if there is one, says that the migration was rolled back.
    pub(super) fn is_rolled_back(&self) -> bool {
        let said = self.row.as_ref().and_then(|row| row.get("rollback_applied"));
        said.and_then(Value::as_bool).unwrap_or(false)
    }

    /// What happened to the history between the beginning and the end, when the script itself may have written
    /// `expected` rows. Our own statements at both ends are counted out.
    pub(super) fn suspicion(&self, entry: Entry, tail: &Tail, expected: usize) -> Suspicion {
        if self.proof.transaction != tail.proof.transaction {
            return Suspicion::OtherTransaction;
        }
        // Putting aside, marking, and renaming back; a script's row that is deleted comes on top of its insertion.
        let ours = match entry {
            Entry::Fresh | Entry::Back => 1,
            Entry::Again => 3,
        };
        let allowed = i64::try_from(expected).unwrap_or(i64::MAX) * if entry == Entry::Again { 2 } else { 1 };
        let written = tail.proof.writes - self.proof.writes - ours;
        if self.proof.file != tail.proof.file || !(0..=allowed).contains(&written) {
            return Suspicion::Writes;
        }
        Suspicion::None
    }
}

impl Tail {
    /// Reads the last row of the answer to [`Recorder::end`]; `None` when there is none, because something (a trigger,
    /// a rule) kept the row from being written.
    pub(super) fn read(rows: &[SimpleQueryRow]) -> Result<Option<Tail>, PgError> {
        let Some(row) = rows.last() else { return Ok(None) };
        let proof = Proof::read(&mut Columns::of(row))?;
        Ok(Some(Tail { proof, row: history::decode_after(row, PROOF_COLUMNS)? }))
    }
}

/// How many columns [`Recorder::proof`] has.
const PROOF_COLUMNS: usize = 3;

impl Proof {
    fn read(columns: &mut Columns<'_>) -> Result<Proof, PgError> {
        Ok(Proof {
            transaction: columns.string()?,
            writes: columns.number()?.unwrap_or_default(),
            file: columns.number()?,
        })
    }
}
