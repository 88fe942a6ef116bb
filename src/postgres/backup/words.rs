//! What is said when `pg_dump` did not write its archive.

use std::path::Path;

use super::super::activity::Blocker;
use super::super::child::Ended;
use super::room::size_in_words;
use super::{BackupError, BackupRequest};

/// A disk that has less room than must stay free.
pub(super) fn out_of_room(
    directory: &Path,
    free: u64,
    keep_free: u64,
) -> impl FnOnce(String) -> BackupError + Send + 'static {
    let directory = directory.to_owned();
    let why =
        format!("{} are left, and the configuration keeps {} free", size_in_words(free), size_in_words(keep_free));
    move |kept| BackupError::RanOutOfRoom { directory, why, kept }
}

/// What the system says when a file cannot grow.
const FULL: [&str; 3] = ["No space left on device", "Disk quota exceeded", "File too large"];

/// What PostgreSQL says when a lock was not to be had in time.
const NO_LOCK: [&str; 3] = [
    "could not obtain lock on relation",
    "canceling statement due to statement timeout",
    "canceling statement due to lock timeout",
];

/// A `pg_dump` that failed by itself, or was killed.
pub(super) fn dump_failed(
    ended: Ended,
    said: Vec<String>,
    blockers: &[Blocker],
    request: &BackupRequest<'_>,
) -> impl FnOnce(String) -> BackupError + Send + 'static {
    let text = said.join("\n");
    let says_any = |phrases: &[&str]| phrases.iter().any(|phrase| text.contains(phrase));
    let is_full = says_any(&FULL);
    let found_locked = !is_full && (says_any(&NO_LOCK) || !blockers.is_empty() && text.contains("LOCK TABLE"));
    let directory = request.settings.directory.clone();
    let waited = format!("{} ms", request.lock_timeout.as_millis());
    let holders = holders(blockers);
    let advice = advice(&text, &request.target.user);
    move |kept| {
        if is_full {
            return BackupError::RanOutOfRoom { directory, why: text, kept };
        }
        if found_locked {
            return BackupError::Locked { waited, holders, kept };
        }
        let said = if text.is_empty() {
            "It said nothing.".to_owned()
        } else {
            format!("It said: {text}{}", if text.ends_with('.') { "" } else { "." })
        };
        BackupError::Dump { status: ended.to_string(), said: format!("{said}{advice}"), kept }
    }
}

fn holders(blockers: &[Blocker]) -> String {
    if blockers.is_empty() {
        return "Who held it was not seen.".to_owned();
    }
    let named: Vec<String> = blockers
        .iter()
        .map(|blocker| {
            let application = match blocker.application.as_str() {
                "" => String::new(),
                application => format!(", {application}"),
            };
            format!("process {} ({}{application}): {}", blocker.pid, blocker.user, blocker.query)
        })
        .collect();
    format!("In its way: {}.", named.join("; "))
}

fn advice(text: &str, user: &str) -> String {
    if text.contains("permission denied") {
        format!(
            " The role {user} may not read everything in the database; a backup needs that. From PostgreSQL 14 on, \
             `GRANT pg_read_all_data TO` that role is enough."
        )
    } else if text.contains("row-level security") || text.contains("row security") {
        format!(
            " A row-level security policy hides rows from the role {user}, and a backup without them would not be \
             one. Take it as the tables' owner or as a role with BYPASSRLS."
        )
    } else {
        String::new()
    }
}
