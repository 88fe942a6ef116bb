//! What must hold right before a window writes. Each gate is asked anew, of the session that will write.

use std::sync::Arc;

use super::judged;
use crate::config::{Environment, HoursVerdict, TicketRule};
use crate::migration::catalogue::Catalogue;
use crate::migration::checksum::Checksum;
use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::grant::{Gate, GateKind, GateList, GateState, WriteGrant};
use crate::postgres::history::{self, HistoryState};
use crate::postgres::server_info::PoolMode;
use crate::postgres::store;
use crate::window::approval::ask;
use crate::window::confirmation::{Confirmation, Confirmed};
use crate::window::context::Context;
use crate::window::event::{ApprovedMigration, BackupNeed, Check, Failure, Verdict, WindowEvent};
use crate::window::look::EnvironmentView;
use crate::window::plan::Plan;
use crate::window::runner::{Halt, Runner, Session, Waiver};
use crate::window::state::{StepState, WindowState};
use crate::window::step::{Direction, Step};

/// Asks every gate of this window; yields them, and the approvals behind that of the approvals.
pub async fn collect(
    runner: &Runner,
    session: &Session,
    confirmed: &Confirmed,
) -> Result<(GateList, Vec<ApprovedMigration>), Halt> {
    let state = runner.state();
    let environment = &runner.environment;
    let said = |error: PgError| Failure::plain(error.to_string());
    let connection = &session.connection;
    let table = runner.context.history_table();
    let marker = store::marker(connection).await.map_err(said)?;
    let history = history::probe(connection, &table).await.map_err(said)?;
    let mut gates = vec![
        marker_gate(environment.name.as_str(), environment.tier, marker.as_ref()),
        primary_gate(connection.info().in_recovery),
        session_gate(connection.info().pooled),
        history_gate(&history, state.opened.plan.creates_history),
        Gate::met(GateKind::Lock, "the operator's lock is held by this window's session"),
        files_gate(state),
        backup_gate(state),
        hours_gate(environment),
        ticket_gate(&environment.policy.ticket, &state.opened.plan),
        Gate::met(GateKind::Confirmed, format!("the operator {}", confirmed.words())),
    ];
    gates.extend(reason_gate(&state.opened.plan));
    gates.extend(judged::gate(&runner.context, environment, &state.opened.plan));
    let (approved, passes) = approved(runner, connection).await.map_err(said)?.unzip();
    gates.extend(approved);
    waive(&mut gates, &of_windows(&runner.waivers), &runner.context.operator.name);
    let gates = GateList::new(environment.name.as_str(), environment.access, state.opened.plan.fingerprint(), gates);
    Ok((gates, passes.unwrap_or_default()))
}

/// The gate of the approvals, asked of the environment now, for what of the plan is not done yet, and what lets that
/// pass; none where no approval is demanded.
pub(super) async fn approved(
    runner: &Runner,
    connection: &Connection,
) -> Result<Option<(Gate, Vec<ApprovedMigration>)>, PgError> {
    let state = runner.state();
    let is_open = |index: usize| state.migrations.get(index).is_none_or(|record| !record.state.is_done());
    ask::approved_now(&runner.context, &runner.environment, &state.opened.plan, connection, is_open).await
}

/// The gate of the rules, as it stands with what the operator has waived.
pub(super) fn reviewed(runner: &Runner) -> Option<Gate> {
    let mut gate = [judged::gate(&runner.context, &runner.environment, &runner.state().opened.plan)?];
    waive(&mut gate, &runner.waivers, &runner.context.operator.name);
    let [gate] = gate;
    Some(gate)
}

/// How the gates of a plan would stand, as far as that can be told before its window is opened; `judged` are those that
/// [`foresee_files`] has asked. Reads nothing.
pub fn foresee(
    environment: &Environment,
    plan: &Plan,
    view: &EnvironmentView,
    judged: Vec<Gate>,
    (waivers, by): (&[Waiver], &str),
) -> GateList {
    let name = environment.name.as_str();
    let mut gates = vec![
        marker_gate(name, environment.tier, view.marker.as_ref()),
        primary_gate(view.info.in_recovery),
        session_gate(view.info.pooled),
        history_gate(&view.history, plan.creates_history),
        match &view.holder {
            Some(holder) => super::held_gate(environment, holder),
            None => Gate::met(GateKind::Lock, "free; the window takes it first of all"),
        },
        match BackupNeed::of(environment.policy.backup, plan) {
            BackupNeed::Required => Gate::met(
                GateKind::Backup,
                match plan.dropping() {
                    Some((_, what)) => {
                        format!("required, as the {what} is dropped; the window takes it before it writes")
                    }
                    None => "required; the window takes it before it writes".to_owned(),
                },
            ),
            BackupNeed::Offered => Gate::met(GateKind::Backup, "offered; the window takes it unless it is skipped"),
            BackupNeed::Off => Gate::met(GateKind::Backup, "the configuration asks for none here"),
        },
        hours_gate(environment),
        ticket_gate(&environment.policy.ticket, plan),
    ];
    gates.extend(reason_gate(plan));
    gates.extend(judged);
    if Confirmation::required(Step::Apply, plan.direction, environment.tier, name) == Confirmation::None {
        gates.push(Gate::met(GateKind::Confirmed, "this tier needs none"));
    }
    waive(&mut gates, &of_windows(waivers), by);
    GateList::new(name, environment.access, plan.fingerprint(), gates)
}

/// How the gates stand that ask the plan's files: what the rules find in them, and who has approved them.
pub fn foresee_files(
    context: &Context,
    environment: &Environment,
    catalogue: &Arc<Catalogue>,
    plan: &Plan,
    view: &EnvironmentView,
) -> Vec<Gate> {
    let approvals = (&*view.approvals, view.info.user.as_str());
    let approved = context.approved_gate(environment, catalogue, plan, approvals);
    judged::gate(context, environment, plan).into_iter().chain(approved).collect()
}

fn of_windows(waivers: &[Waiver]) -> Vec<Waiver> {
    waivers.iter().filter(|waiver| waiver.kind.waivable_in_windows()).cloned().collect()
}

/// Lets the closed gates pass that the operator waives, as far as they may be waived.
pub fn waive(gates: &mut [Gate], waivers: &[Waiver], by: &str) {
    for waiver in waivers.iter().filter(|waiver| waiver.kind.waivable()) {
        for gate in gates.iter_mut().filter(|gate| gate.kind == waiver.kind) {
            if matches!(gate.state, GateState::Unmet { .. }) {
                *gate = Gate::waived(gate.kind, by, &waiver.reason);
            }
        }
    }
}

/// Tells how every gate stands, and yields the grant where all let pass.
pub async fn grant(runner: &mut Runner, gates: GateList) -> Result<WriteGrant, Halt> {
    for gate in gates.gates() {
        runner.emit(WindowEvent::Checked(check_of(gate))).await?;
    }
    gates.grant().map_err(|gates| refusal(&gates).into())
}

/// That closed gates stand in the way: which, why, and what to do about each.
pub fn refusal(gates: &GateList) -> Failure {
    let unmet: Vec<&Gate> = gates.unmet().collect();
    let words = unmet.iter().map(|gate| match &gate.state {
        GateState::Unmet { why, .. } => format!("{}: {why}", gate.kind),
        _ => gate.kind.to_string(),
    });
    let ways = unmet.iter().filter_map(|gate| match &gate.state {
        GateState::Unmet { way_on, .. } => Some(way_on.as_str()),
        _ => None,
    });
    let message = format!("Nothing was written, because a gate is closed. {}", words.collect::<Vec<_>>().join(" "));
    Failure { refused: true, ..Failure::plain(message).advising(ways.collect::<Vec<_>>().join(" ")) }
}

fn check_of(gate: &Gate) -> Check {
    let (verdict, detail, advice) = match &gate.state {
        GateState::Met { proof } => (Verdict::Passed, proof.clone(), None),
        GateState::Unmet { why, way_on } => (Verdict::Failed, why.clone(), Some(way_on.clone())),
        GateState::Waived { by, reason } => (Verdict::Warning, format!("waived by {by}: {reason}"), None),
    };
    Check { name: gate.kind.to_string(), verdict, detail, advice }
}

/// The database bears the name that the configuration believes, or no name at all.
pub fn marker_gate(name: &str, tier: crate::config::Tier, marker: Option<&store::Marker>) -> Gate {
    match marker {
        Some(marker) if marker.name == name && marker.tier == tier.word() => {
            Gate::met(GateKind::Marker, format!("the database says that it is {name} ({tier})"))
        }
        Some(marker) => Gate::unmet(
            GateKind::Marker,
            format!(
                "The database says that it is {} ({}), but the configuration calls it {name} ({tier}).",
                crate::migration::text::printable(&marker.name),
                crate::migration::text::printable(&marker.tier)
            ),
            "Check where the environment's URL leads before anything else; it may be the wrong database.",
        ),
        None => Gate::met(GateKind::Marker, "the database bears no marker; `tidegate mark` gives it one"),
    }
}

/// The server takes writes.
pub fn primary_gate(in_recovery: bool) -> Gate {
    if in_recovery {
        let way_on = "Connect to the primary, for example with target_session_attrs=primary.";
        Gate::unmet(GateKind::Primary, "The server is a standby and cannot be written.", way_on)
    } else {
        Gate::met(GateKind::Primary, "the server is a primary")
    }
}

/// Locks and settings hold on the session.
pub fn session_gate(pooled: PoolMode) -> Gate {
    match pooled {
        PoolMode::Transaction => Gate::unmet(
            GateKind::Session,
            "The connection goes through a pooler that gives each transaction another server session, so locks and settings would not hold.",
            "Connect to the server itself, or to the pooler's session-mode port.",
        ),
        PoolMode::Session => Gate::met(GateKind::Session, "a pooler that keeps the session"),
        PoolMode::Direct => Gate::met(GateKind::Session, "the session is our own"),
        PoolMode::Unknown => Gate::met(GateKind::Session, "no sign of a pooler that shares sessions"),
    }
}

/// The history table can take the rows.
pub fn history_gate(history: &HistoryState, creates: bool) -> Gate {
    let kind = GateKind::History;
    match history {
        HistoryState::Absent if creates => Gate::met(kind, "the table will be created, as the plan says"),
        HistoryState::Absent => Gate::unmet(
            kind,
            "The history table is missing, and the plan does not create it.",
            "Open the window again: the plan was drawn up when the table was there.",
        ),
        HistoryState::WrongShape(why) => Gate::unmet(
            kind,
            format!("The history table has another shape: {why}"),
            "Mend the table, or name another one in the configuration's [history].",
        ),
        HistoryState::Present { readable: true, writable: true, .. } => Gate::met(kind, "can be read and written"),
        HistoryState::Present { missing, .. } => Gate::unmet(
            kind,
            format!("The history table cannot be used by this role: it lacks {}.", missing.join(", ")),
            "Have the table's owner grant that to the role.",
        ),
    }
}

fn files_gate(state: &WindowState) -> Gate {
    let changed: Vec<&str> = state
        .opened
        .plan
        .items
        .iter()
        .zip(&state.migrations)
        .filter(|(_, record)| !record.state.is_done())
        .filter(|(item, _)| {
            std::fs::read(&item.file).map(|bytes| Checksum::of(&bytes).to_string()).ok().as_deref()
                != Some(item.checksum.as_str())
        })
        .map(|(item, _)| item.file.as_str())
        .collect();
    if changed.is_empty() {
        Gate::met(GateKind::FilesUnchanged, "the files are what was confirmed")
    } else {
        Gate::unmet(
            GateKind::FilesUnchanged,
            format!("Changed or gone since the plan was drawn up: {}.", changed.join(", ")),
            "Close this window and open another one: what runs must be what was confirmed.",
        )
    }
}

fn backup_gate(state: &WindowState) -> Gate {
    let record = &state.step(Step::Backup).state;
    match (&state.backup, state.opened.backup) {
        (Some(backup), _) => Gate::met(GateKind::Backup, format!("{}, {}", backup.id, backup.verified)),
        (None, BackupNeed::Required) => {
            Gate::unmet(GateKind::Backup, "This window has taken no backup.", "Run the backup step.")
        }
        (None, _) if matches!(record, StepState::NotPlanned(_)) => {
            Gate::met(GateKind::Backup, "the configuration asks for none here")
        }
        (None, _) => Gate::met(GateKind::Backup, "none, the operator passed it over"),
    }
}

/// The clock allows writes.
pub fn hours_gate(environment: &Environment) -> Gate {
    match environment.policy.allowed_hours.as_ref().map(|hours| hours.allows(jiff::Timestamp::now())) {
        None => Gate::met(GateKind::AllowedHours, "at any hour"),
        Some(HoursVerdict::Allowed) => Gate::met(GateKind::AllowedHours, "within the allowed hours"),
        Some(HoursVerdict::Until(next)) => Gate::unmet(
            GateKind::AllowedHours,
            format!(
                "It is outside the environment's allowed hours, which begin again at {} UTC.",
                next.strftime("%F %H:%M")
            ),
            "Wait for them, or waive this gate with a reason.",
        ),
    }
}

fn reason_gate(plan: &Plan) -> Option<Gate> {
    (plan.direction == Direction::Rollback).then(|| match &plan.reason {
        Some(reason) => Gate::met(GateKind::Reason, reason.clone()),
        None => Gate::unmet(GateKind::Reason, "The rollback has no reason.", "Say why it is done."),
    })
}

fn ticket_gate(rule: &TicketRule, plan: &Plan) -> Gate {
    let objections: Vec<String> = plan
        .items
        .iter()
        .filter_map(|item| rule.objection(item.ticket.as_deref()).map(|why| format!("{}: {why}.", item.name)))
        .collect();
    if objections.is_empty() {
        return Gate::met(GateKind::Ticket, "every migration that needs a ticket names one");
    }
    Gate::unmet(
        GateKind::Ticket,
        objections.join(" "),
        "Name the ticket in the file's header, or waive this gate with a reason.",
    )
}
