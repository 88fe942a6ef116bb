//! Marking an environment: its name and tier are written into the database itself, so that a URL that leads to another
//! database than the configuration believes is found out before anything is changed there.

use crate::config::Environment;
use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::grant::{Gate, GateKind, GateList};
use crate::postgres::lock::OperatorLock;
use crate::postgres::store::{self, Marker, StoreState};

use super::confirmation::Confirmation;
use super::context::{Context, Purpose, ReachError};
use super::event::Failure;
use super::runner::Waiver;
use super::step::Step;
use super::steps::{self, gates};

/// What marking an environment changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The marker, as read back.
    pub marker: Marker,
    /// The marker that it replaced.
    pub before: Option<Marker>,
    /// Whether the schema `tidegate` was made for it.
    pub created_store: bool,
    /// Whether one of an older Tidegate was brought up to date.
    pub updated_store: bool,
}

/// Why an environment was not marked.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
    /// It could not be connected to.
    #[error(transparent)]
    Reach(#[from] ReachError),
    /// A gate is closed, or another operator has the environment.
    #[error("{}", .0.lines().join(" "))]
    Refused(Box<Failure>),
    /// The server refused.
    #[error("{0} The database bears the marker that it bore before, if any.")]
    Server(#[from] PgError),
    /// The marker is not there although the server accepted it.
    #[error("The server accepted the marker, but the database does not bear it. Look at the table tidegate.marker.")]
    NotThere,
}

/// Makes the schema `tidegate` where it is missing and writes the environment's name and tier there. The operator
/// confirms by `typed`, the environment's name, in every tier.
pub async fn mark(
    context: &Context,
    environment: &Environment,
    typed: &str,
    waivers: &[Waiver],
) -> Result<Marked, MarkError> {
    let connection = context.connect(environment, Purpose::Window).await?;
    let lock = match OperatorLock::try_acquire(&connection).await? {
        Ok(lock) => lock,
        Err(holder) => return Err(MarkError::Refused(Box::new(steps::held_by(environment, &holder)))),
    };
    let marked = write(context, environment, &connection, typed, waivers).await;
    if let Err(error) = lock.release(&connection).await {
        // The lock ends with the session, which is dropped here.
        tracing::warn!(%error, "the operator's lock could not be released");
    }
    marked
}

async fn write(
    context: &Context,
    environment: &Environment,
    connection: &Connection,
    typed: &str,
    waivers: &[Waiver],
) -> Result<Marked, MarkError> {
    let (name, tier) = (environment.name.as_str(), environment.tier);
    let before = store::marker(connection).await?;
    let mut gates = vec![
        gates::marker_gate(name, tier, before.as_ref()),
        gates::primary_gate(connection.info().in_recovery),
        gates::session_gate(connection.info().pooled),
        gates::hours_gate(environment),
        Gate::met(GateKind::Lock, "the operator's lock is held by this session"),
    ];
    let confirmation = Confirmation::TypeName(name.to_owned());
    gates.extend(
        confirmation
            .answer(Step::Apply, typed)
            .map(|confirmed| Gate::met(GateKind::Confirmed, format!("the operator {}", confirmed.words()))),
    );
    gates::waive(&mut gates, waivers, &context.operator.name);
    let plan = format!("mark {name} as {tier}");
    let grant = GateList::new(name, environment.access, plan, gates)
        .grant()
        .map_err(|gates| MarkError::Refused(Box::new(gates::refusal(&gates))))?;
    let found = store::probe(connection).await?;
    let (created_store, updated_store) = (found == StoreState::Absent, matches!(found, StoreState::Outdated { .. }));
    store::create(connection, &grant, environment.policy.role.as_deref()).await?;
    store::set_marker(connection, &grant, name, tier.word()).await?;
    let marker = store::marker(connection).await?.ok_or(MarkError::NotThere)?;
    Ok(Marked { marker, before, created_store, updated_store })
}
