//! A schema as SQL, by `pg_dump`, and its restoring in a shadow.

use std::io;
use std::path::Path;
use std::process::Command;

use super::super::child::{Child, FileModes};
use super::super::connection::Connection;
use super::super::error::PgError;
use super::super::programs::{NoClientProgram, find_client};
use super::super::sql;
use super::super::version::ServerVersion;
use crate::config::Target;
use crate::migration::script::{Script, ScriptOptions};
use crate::migration::text::printable;

/// Why a schema could not be dumped.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// No `pg_dump` fits the server.
    #[error("{0}")]
    NoProgram(#[from] NoClientProgram),
    /// It could not be run, or its output not be read.
    #[error("pg_dump could not be run: {0}.")]
    Program(#[from] io::Error),
    /// It failed: mostly for want of privileges, since it locks every table in ACCESS SHARE mode.
    #[error("pg_dump {how}: {said}")]
    Failed {
        /// How it ended.
        how: String,
        /// What it said, printable.
        said: String,
    },
}

/// The definition of a database as SQL; of these schemas alone, where any are named. Waits at most some seconds for a
/// lock on a table.
///
/// # Errors
/// Says what is missing.
pub async fn dump_schema(target: &Target, version: &ServerVersion, schemas: &[&str]) -> Result<String, DumpError> {
    let major = version.major;
    let found = tokio::task::spawn_blocking(move || find_client("pg_dump", major)).await;
    let program = match found {
        Ok(found) => found?,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    };
    let output = tempfile::Builder::new().prefix("tidegate-").suffix(".sql").tempfile()?.into_temp_path();
    let access = target.for_programs()?;
    let mut command = Command::new(&program.path);
    access.apply(&mut command);
    command.args(["--schema-only", "--format=plain", "--lock-wait-timeout=5000", "--file"]).arg(&*output);
    // A schema's name is a pattern to pg_dump: in double quotes it stands for itself.
    command.args(schemas.iter().map(|schema| format!("--schema=\"{}\"", schema.replace('"', "\"\""))));
    command.env("LC_ALL", "C").env_remove("LANGUAGE");
    let mut child = Child::start(&command, FileModes::Private)?;
    let mut said = Vec::new();
    if let Some(mut lines) = child.errors() {
        while let Some(line) = lines.next().await? {
            said.push(printable(&line).into_owned());
        }
    }
    let ended = child.wait().await?;
    if !ended.well() {
        return Err(DumpError::Failed { how: ended.to_string(), said: said.join("; ") });
    }
    Ok(String::from_utf8_lossy(&tokio::fs::read(&*output).await?).into_owned())
}

/// Restores a dump: whole if the server takes it, else statement by statement. Returns what could not be restored, in
/// printable lines.
///
/// # Errors
/// The connection was lost, or the dump is none that could be split.
pub(super) async fn restore(connection: &Connection, dump: &str) -> Result<Vec<String>, PgError> {
    let text = without_commands(dump);
    match sql::rows(connection, &text).await {
        Ok(_) => return Ok(Vec::new()),
        Err(error) if error.is_connection_lost() => return Err(error),
        Err(error) => tracing::debug!(%error, "the dump cannot be restored as a whole"),
    }
    let script = Script::parse(Path::new("dump"), text.as_bytes(), &ScriptOptions::default())
        .map_err(|error| PgError::Protocol(format!("the dump cannot be split: {error}")))?;
    let mut failed = Vec::new();
    for statement in script.statements() {
        match sql::rows(connection, script.text(statement)).await {
            Ok(_) => {}
            Err(error) if error.is_connection_lost() => return Err(error),
            Err(error) => {
                let why = error.server().map_or_else(|| error.to_string(), |error| error.message.clone());
                failed.push(format!("{}: {}", script.summary(statement), printable(&why)));
            }
        }
    }
    Ok(failed)
}

/// A plain dump without psql's commands (`\restrict`), which a schema has only at its ends.
fn without_commands(dump: &str) -> String {
    let keeps = |line: &&str| !line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict ");
    let mut text = String::with_capacity(dump.len());
    for line in dump.split_inclusive('\n').filter(keeps) {
        // Made in every new database, also in the shadow's.
        text.push_str(if line.trim_end() == "CREATE SCHEMA public;" { "\n" } else { line });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_psql_understands_is_taken_out() {
        let dump = "--\n\\restrict abc\nSET x = 1;\nCREATE SCHEMA public;\nSELECT '\\restrict x';\n\\unrestrict abc\n";
        assert_eq!(without_commands(dump), "--\nSET x = 1;\n\nSELECT '\\restrict x';\n");
    }
}
