//! Preflight: everything that could spoil the window, looked at before anything is done.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;

use crate::config::HoursVerdict;
use crate::postgres::activity;
use crate::postgres::backup::{self, size_in_words};
use crate::postgres::checks::{self, CatalogFaults};
use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::grant::{Gate, GateState};
use crate::postgres::history;
use crate::postgres::readiness::{self, Readiness};
use crate::postgres::run::Control;
use crate::postgres::server_info::PoolMode;
use crate::postgres::store;
use crate::window::event::{BackupNeed, Check, Failure, Obstacle, Verdict, WindowEvent};
use crate::window::planning;
use crate::window::runner::{Halt, Runner};
use crate::window::step::Direction;
use crate::window::{board, translate};

use super::{checked, gates, judged};

/// Transactions open for longer than this would make a change of the schema wait.
const LONG: Duration = Duration::from_secs(60);

/// Looks at everything, tells each check as it comes out, and fails where one of them forbids to go on.
pub async fn run(runner: &mut Runner, control: &Control) -> Result<String, Halt> {
    // The lock is taken here and held until the window is closed: from now on no other operator can step in between.
    runner.open_session().await?;
    let Some(session) = runner.session.take() else {
        return Err(Failure::plain("The session with the environment was lost.").into());
    };
    let looked = look(runner, &session.connection).await;
    runner.session = Some(session);
    let (checks, faults) =
        looked.map_err(|error| Failure::plain(error.to_string()).advising("Nothing was done. Try again."))?;
    // Only what was wrong before the first change may be forgiven after the last one.
    if runner.state().done().next().is_none() {
        runner.emit(WindowEvent::Surveyed { faults }).await?;
    }
    for check in &checks {
        if control.is_stopping() {
            return Err(Halt::Stopped("stopped while looking; nothing was done".to_owned()));
        }
        runner.emit(WindowEvent::Checked(check.clone())).await?;
    }
    let failed: Vec<&Check> = checks.iter().filter(|check| check.verdict == Verdict::Failed).collect();
    let warnings = checks.iter().filter(|check| check.verdict == Verdict::Warning).count();
    if failed.is_empty() {
        let passed = checks.len() - warnings;
        return Ok(checked(passed, warnings));
    }
    let words: Vec<String> = failed.iter().map(|check| format!("{}: {}", check.name, check.detail)).collect();
    let advice: Vec<&str> = failed.iter().filter_map(|check| check.advice.as_deref()).collect();
    Err(Failure { refused: true, ..Failure::plain(words.join(" ")) }.advising(advice.join(" ")).into())
}

async fn look(runner: &Runner, connection: &Connection) -> Result<(Vec<Check>, CatalogFaults), PgError> {
    let environment = &runner.environment;
    let info = connection.info();
    let policy = &environment.policy;
    let table = runner.context.history_table();
    let plan = &runner.state().opened.plan;

    let marker = store::marker(connection).await?;
    let history_state = history::probe(connection, &table).await?;
    let readiness = readiness::read(connection, policy.role.as_deref()).await?;
    let faults = checks::catalog_faults(connection).await?;
    let long = activity::long_transactions(connection, LONG).await?;
    let dumps = activity::running_dumps(connection).await?;

    let mut seen = vec![
        passed(
            "connection",
            format!(
                "PostgreSQL {}, database {}, user {}{}",
                info.version,
                info.database,
                info.user,
                if info.encrypted { ", encrypted" } else { "" }
            ),
        ),
        of_gate(&gates::marker_gate(environment.name.as_str(), environment.tier, marker.as_ref())),
        primary(info.in_recovery),
        pooling(info.pooled),
        of_gate(&gates::history_gate(&history_state, plan.creates_history)),
        role(policy.role.as_deref(), &readiness),
        transactions(&translate::of_blockers(long)),
        running_dumps(&translate::of_blockers(dumps)),
        indexes(&faults),
        prepared(&readiness),
        hours(runner),
        plan_check(runner),
    ];
    seen.extend(judged::check(&runner.context, environment, plan));
    seen.extend(gates::reviewed(runner).map(|gate| of_gate(&gate)));
    seen.extend(gates::approved(runner, connection).await?.map(|(gate, _)| of_gate(&gate)));
    if runner.state().opened.backup != BackupNeed::Off {
        seen.push(room(runner, connection, &readiness).await);
    }
    if plan.creates_store {
        let word =
            "the schema `tidegate` will be created, to keep the progress of scripts that run statement by statement";
        let may = readiness.may_create_schemas;
        seen.push(if may {
            warning("Tidegate's schema", word)
        } else {
            failed(
                "Tidegate's schema",
                format!("{word}, but this role may not create schemas"),
                "Grant CREATE on the database to it, or have an owner run `tidegate mark`.",
            )
        });
    }
    seen.push(agreement(runner, connection, &history_state).await?);
    Ok((seen, faults))
}

/// Whether the history is still what the plan was drawn up from.
async fn agreement(runner: &Runner, connection: &Connection, state: &history::HistoryState) -> Result<Check, PgError> {
    let name = "history against plan";
    let plan = &runner.state().opened.plan;
    let table = runner.context.history_table();
    let rows = if state.is_readable() { history::read(connection, &table).await? } else { Vec::new() };
    let in_effect: HashSet<&str> = rows.iter().filter(|row| !row.rolled_back).map(|row| &*row.name).collect();
    let odd: Vec<&str> = plan
        .items
        .iter()
        .zip(&runner.state().migrations)
        .filter(|(_, record)| !record.state.is_done())
        .map(|(item, _)| item.name.as_str())
        .filter(|name| in_effect.contains(name) == (plan.direction == Direction::Apply))
        .collect();
    if !odd.is_empty() {
        let what = match plan.direction {
            Direction::Apply => "in effect here already",
            Direction::Rollback => "not in effect here any more",
        };
        let advice = "Somebody else was here since the plan was drawn up. Close this window and open another one.";
        return Ok(failed(name, format!("{what}: {}", odd.join(", ")), advice));
    }
    let past = board::Past { rows: rows.into(), attempts: Vec::new().into() };
    let catalogue = runner.context.read_catalogue();
    Ok(match catalogue.map(|catalogue| planning::changed_since_applied(&catalogue, &past)) {
        Ok(changed) if changed.is_empty() => passed(name, "the history agrees with the files"),
        Ok(changed) => warning(name, &format!("changed since they were applied here: {}", changed.join(", "))),
        Err(error) => failed(name, error.to_string(), "Mend the folder of migrations."),
    })
}

fn plan_check(runner: &Runner) -> Check {
    let state = runner.state();
    let plan = &state.opened.plan;
    let mut remarks: Vec<String> = plan.warnings.clone();
    remarks.extend(
        plan.items.iter().flat_map(|item| item.warnings.iter().map(move |warning| format!("{}: {warning}", item.name))),
    );
    if remarks.is_empty() {
        passed("plan", format!("{} to {}", super::apply::count(plan.items.len()), plan.direction.verb()))
    } else {
        warning("plan", &remarks.join("; "))
    }
}

fn primary(in_recovery: bool) -> Check {
    if in_recovery {
        let advice = "Connect to the primary, for example with target_session_attrs=primary.";
        failed("primary", "this server is a standby and cannot be written", advice)
    } else {
        passed("primary", "the server can be written")
    }
}

fn pooling(mode: PoolMode) -> Check {
    match mode {
        PoolMode::Transaction => failed(
            "session",
            "a pooler in transaction mode stands between: locks and settings would not hold",
            "Connect to the server itself, or to the pooler's session-mode port.",
        ),
        PoolMode::Session => passed("session", "a pooler that keeps sessions stands between"),
        PoolMode::Direct => passed("session", "our own, straight to the server"),
        PoolMode::Unknown => passed("session", "no sign of a pooler that shares sessions"),
    }
}

fn role(role: Option<&str>, readiness: &Readiness) -> Check {
    match (role, readiness.role) {
        (None, _) => passed("role", "scripts run as the login role"),
        (Some(role), Some(true)) => passed("role", format!("scripts run as {role}")),
        (Some(role), Some(false)) => failed(
            "role",
            format!("the login role may not SET ROLE {role}"),
            "Grant the role to the login role, or take `role` out of the environment's configuration.",
        ),
        (Some(role), None) => failed(
            "role",
            format!("there is no role {role} on this server"),
            "Create it, or correct `role` in the environment's configuration.",
        ),
    }
}

fn transactions(open: &[Obstacle]) -> Check {
    if open.is_empty() {
        return passed("long transactions", "none is older than a minute");
    }
    warning("long transactions", &format!("a change of the schema may have to wait for {}", listed(open)))
}

fn running_dumps(dumps: &[Obstacle]) -> Check {
    if dumps.is_empty() {
        return passed("running dumps", "none");
    }
    warning("running dumps", &format!("they hold locks that a change of the schema waits for: {}", listed(dumps)))
}

fn indexes(faults: &CatalogFaults) -> Check {
    if faults.invalid_indexes.is_empty() {
        return passed("invalid indexes", "none");
    }
    let names: Vec<&str> = faults.invalid_indexes.iter().take(10).map(|fault| fault.name.as_str()).collect();
    let list = names.join(", ");
    Check {
        advice: Some("They cost writes and serve no query: drop or REINDEX them.".to_owned()),
        ..warning("invalid indexes", &list)
    }
}

fn prepared(readiness: &Readiness) -> Check {
    match readiness.prepared_transactions {
        0 => passed("prepared transactions", "none"),
        count => warning("prepared transactions", &format!("{count} hold their locks until somebody ends them")),
    }
}

fn hours(runner: &Runner) -> Check {
    match runner.environment.policy.allowed_hours.as_ref() {
        None => passed("allowed hours", "any"),
        Some(hours) => match hours.allows(Timestamp::now()) {
            HoursVerdict::Allowed => passed("allowed hours", format!("now, within {}", hours.as_str())),
            HoursVerdict::Until(next) => Check {
                advice: Some(
                    "Applying will be refused until then, unless the gate is waived with a reason.".to_owned(),
                ),
                ..warning("allowed hours", &format!("not now; from {} UTC", next.strftime("%F %H:%M")))
            },
        },
    }
}

async fn room(runner: &Runner, connection: &Connection, readiness: &Readiness) -> Check {
    let settings = &runner.context.config.backup;
    let required = runner.state().opened.backup == BackupNeed::Required;
    let ready = match backup::readiness(settings, connection.info()).await {
        Ok(ready) => ready,
        Err(error) if required => {
            return failed("backup", error.to_string(), "No backup can be taken, and this environment requires one.");
        }
        Err(error) => return warning("backup", &error.to_string()),
    };
    let seen = format!(
        "{}; {} free in {}, the database has {}",
        ready.tool,
        size_in_words(ready.free),
        ready.folder.display(),
        size_in_words(readiness.database_bytes)
    );
    if ready.free < readiness.database_bytes.saturating_add(settings.keep_free) {
        return warning("backup", &format!("{seen}: room may be short"));
    }
    passed("backup", seen)
}

fn listed(sessions: &[Obstacle]) -> String {
    let words: Vec<String> = sessions
        .iter()
        .take(5)
        .map(|one| {
            let open = one.open_ms.map_or_else(String::new, |ms| format!(", open for {} s", ms / 1000));
            format!("process {} ({}, {}{open})", one.pid, one.user, one.application)
        })
        .collect();
    let more = sessions.len().saturating_sub(5);
    if more == 0 { words.join("; ") } else { format!("{}; and {more} more", words.join("; ")) }
}

fn of_gate(gate: &Gate) -> Check {
    match &gate.state {
        GateState::Met { proof } => passed(gate.kind.words(), proof.clone()),
        GateState::Unmet { why, way_on } => failed(gate.kind.words(), why.clone(), way_on),
        GateState::Waived { by, reason } => warning(gate.kind.words(), &format!("waived by {by}: {reason}")),
    }
}

fn passed(name: &str, detail: impl Into<String>) -> Check {
    Check { name: name.to_owned(), verdict: Verdict::Passed, detail: detail.into(), advice: None }
}

fn warning(name: &str, detail: &str) -> Check {
    Check { name: name.to_owned(), verdict: Verdict::Warning, detail: detail.to_owned(), advice: None }
}

fn failed(name: &str, detail: impl Into<String>, advice: &str) -> Check {
    Check { name: name.to_owned(), verdict: Verdict::Failed, detail: detail.into(), advice: Some(advice.to_owned()) }
}
