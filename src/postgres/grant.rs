//! The proof that a write may happen.
//!
//! A window collects *gates* (backup taken, approved, typed confirmation …). Only a list in which every gate is met
//! turns into a [`WriteGrant`], and everything here that writes to an environment asks for one. The grant lives on this
//! floor, beside what it protects, so that no face of Tidegate can reach a server's data without it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::Access;

/// What a gate asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// The configuration lets this environment be written. Added by [`GateList::new`] itself; never waived.
    Writable,
    /// The database carries the marker of the environment that the configuration names.
    Marker,
    /// The server is a primary: a replica (hot standby) takes no writes.
    Primary,
    /// The connection keeps one session: a transaction pooler would break locks and settings.
    Session,
    /// The roles may do what the plan needs.
    Privileges,
    /// The history table is there, has the right shape and agrees with the files.
    History,
    /// The files are those that the plan was drawn up from.
    FilesUnchanged,
    /// This operator holds the environment's advisory lock.
    Lock,
    /// Nothing runs on the server that the plan would wait for, or that would wait for the plan.
    Traffic,
    /// A complete, verified backup was taken in this window.
    Backup,
    /// There is room on the disk for what the plan writes here.
    DiskSpace,
    /// The migrations have the approvals that they need, for the files as they are. Never waived.
    Approved,
    /// The rules find nothing in the plan's files that is as grave as the configuration blocks.
    Reviewed,
    /// Every migration of the plan names its ticket.
    Ticket,
    /// A reason was given.
    Reason,
    /// The clock is within the environment's allowed hours.
    AllowedHours,
    /// The operator confirmed, as strictly as the tier demands. Every list needs it; never waived.
    Confirmed,
}

impl GateKind {
    /// Every gate there is.
    pub const ALL: [GateKind; 17] = [
        GateKind::Writable,
        GateKind::Marker,
        GateKind::Primary,
        GateKind::Session,
        GateKind::Privileges,
        GateKind::History,
        GateKind::FilesUnchanged,
        GateKind::Lock,
        GateKind::Traffic,
        GateKind::Backup,
        GateKind::DiskSpace,
        GateKind::Approved,
        GateKind::Reviewed,
        GateKind::Ticket,
        GateKind::Reason,
        GateKind::AllowedHours,
        GateKind::Confirmed,
    ];

    /// The gate's name in one word, as the command line and JSON have it.
    pub fn word(self) -> &'static str {
        match self {
            GateKind::Writable => "writable",
            GateKind::Marker => "marker",
            GateKind::Primary => "primary",
            GateKind::Session => "session",
            GateKind::Privileges => "privileges",
            GateKind::History => "history",
            GateKind::FilesUnchanged => "files_unchanged",
            GateKind::Lock => "lock",
            GateKind::Traffic => "traffic",
            GateKind::Backup => "backup",
            GateKind::DiskSpace => "disk_space",
            GateKind::Approved => "approved",
            GateKind::Reviewed => "reviewed",
            GateKind::Ticket => "ticket",
            GateKind::Reason => "reason",
            GateKind::AllowedHours => "allowed_hours",
            GateKind::Confirmed => "confirmed",
        }
    }

    /// Whether an operator may pass this gate by giving a reason.
    pub fn waivable(self) -> bool {
        !matches!(
            self,
            GateKind::Writable
                | GateKind::Confirmed
                | GateKind::Approved
                | GateKind::Lock
                | GateKind::Primary
                | GateKind::Session
                | GateKind::History
                | GateKind::FilesUnchanged
                | GateKind::Reason
        )
    }

    /// Whether a window may let it pass. A database that says that it is another environment is marked anew instead.
    pub fn waivable_in_windows(self) -> bool {
        self.waivable() && self != GateKind::Marker
    }

    /// The gate in words, as screens and reports name it.
    pub fn words(self) -> &'static str {
        match self {
            GateKind::Writable => "environment may be written",
            GateKind::Marker => "environment's marker",
            GateKind::Primary => "server is a primary",
            GateKind::Session => "session is our own",
            GateKind::Privileges => "privileges",
            GateKind::History => "history table",
            GateKind::FilesUnchanged => "files unchanged",
            GateKind::Lock => "operator's lock",
            GateKind::Traffic => "nothing in the way",
            GateKind::Backup => "backup",
            GateKind::DiskSpace => "disk space",
            GateKind::Approved => "approvals",
            GateKind::Reviewed => "review",
            GateKind::Ticket => "tickets",
            GateKind::Reason => "reason",
            GateKind::AllowedHours => "allowed hours",
            GateKind::Confirmed => "confirmation",
        }
    }
}

impl fmt::Display for GateKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.words())
    }
}

/// Whether a gate is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum GateState {
    /// It is, and this shows it.
    Met {
        /// What was seen, in a few words ("backup 20260801T0930Z, 1.2 GB, verified").
        proof: String,
    },
    /// It is not.
    Unmet {
        /// Why not, as a sentence.
        why: String,
        /// What the operator can do about it, as a sentence.
        way_on: String,
    },
    /// It is not, and an operator answers for going on.
    Waived {
        /// Who.
        by: String,
        /// For what reason.
        reason: String,
    },
}

/// A condition that a step must meet before it may start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// What it asks about.
    pub kind: GateKind,
    /// How it stands.
    #[serde(flatten)]
    pub state: GateState,
}

impl Gate {
    /// A gate that is met.
    pub fn met(kind: GateKind, proof: impl Into<String>) -> Gate {
        Gate { kind, state: GateState::Met { proof: proof.into() } }
    }

    /// A gate that is not met.
    pub fn unmet(kind: GateKind, why: impl Into<String>, way_on: impl Into<String>) -> Gate {
        Gate { kind, state: GateState::Unmet { why: why.into(), way_on: way_on.into() } }
    }

    /// A gate that an operator passes with a reason.
    pub fn waived(kind: GateKind, by: impl Into<String>, reason: impl Into<String>) -> Gate {
        Gate { kind, state: GateState::Waived { by: by.into(), reason: reason.into() } }
    }

    /// Whether the step may pass here. A waiver of a gate that cannot be waived does not count.
    pub fn passes(&self) -> bool {
        match &self.state {
            GateState::Met { .. } => true,
            GateState::Unmet { .. } => false,
            GateState::Waived { .. } => self.kind.waivable(),
        }
    }
}

/// All gates of one plan against one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateList {
    environment: Arc<str>,
    plan: Arc<str>,
    gates: Vec<Gate>,
}

impl GateList {
    /// Collects the gates of the plan with this fingerprint. Whether the environment may be written at all is decided
    /// here from its `access`, whatever the caller says about it, and a missing confirmation is an unmet one.
    pub fn new(
        environment: impl Into<Arc<str>>,
        access: Access,
        plan: impl Into<Arc<str>>,
        gates: Vec<Gate>,
    ) -> GateList {
        let environment = environment.into();
        let mut all = vec![match access {
            Access::ReadWrite => Gate::met(GateKind::Writable, "the configuration lets it be written"),
            Access::ReadOnly => Gate::unmet(
                GateKind::Writable,
                format!("{environment} is read-only in the configuration."),
                "Use an environment that may be written; nothing can waive this.",
            ),
        }];
        all.extend(gates.into_iter().filter(|gate| gate.kind != GateKind::Writable));
        if !all.iter().any(|gate| gate.kind == GateKind::Confirmed) {
            all.push(Gate::unmet(GateKind::Confirmed, "Nobody has confirmed this yet.", "Confirm the plan."));
        }
        GateList { environment, plan: plan.into(), gates: all }
    }

    /// The gates, the environment's own first.
    pub fn gates(&self) -> &[Gate] {
        &self.gates
    }

    /// The gates that stand in the way.
    pub fn unmet(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().filter(|gate| !gate.passes())
    }

    /// Turns into a grant when every gate passes, and comes back unchanged otherwise.
    pub fn grant(self) -> Result<WriteGrant, GateList> {
        if self.gates.iter().all(Gate::passes) {
            Ok(WriteGrant { environment: self.environment, plan: self.plan })
        } else {
            Err(self)
        }
    }
}

/// Leave to write to one environment, for one plan. Only [`GateList::grant`] makes one; it cannot be copied, stored or
/// read back from a file, so that a resumed window has to pass its gates again.
#[derive(Debug)]
#[must_use]
pub struct WriteGrant {
    environment: Arc<str>,
    plan: Arc<str>,
}

impl WriteGrant {
    /// The name of the environment that may be written.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The fingerprint of the plan that may be carried out.
    pub fn plan(&self) -> &str {
        &self.plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmed() -> Gate {
        Gate::met(GateKind::Confirmed, "typed the name")
    }

    #[test]
    fn a_satisfied_list_grants_for_its_environment_and_plan() {
        let grant = GateList::new("staging", Access::ReadWrite, "f1", vec![confirmed()]).grant().unwrap();
        assert_eq!((grant.environment(), grant.plan()), ("staging", "f1"));
    }

    #[test]
    fn a_read_only_environment_never_grants_even_when_a_caller_says_it_is_writable() {
        for lie in [Gate::met(GateKind::Writable, "trust me"), Gate::waived(GateKind::Writable, "mallory", "because")] {
            let refused =
                GateList::new("production", Access::ReadOnly, "f1", vec![lie, confirmed()]).grant().unwrap_err();
            assert_eq!(refused.unmet().map(|gate| gate.kind).collect::<Vec<_>>(), [GateKind::Writable]);
        }
    }

    #[test]
    fn a_gate_has_one_name_on_the_command_line_and_in_json() {
        for kind in GateKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
    }

    #[test]
    fn nothing_is_granted_without_a_confirmation() {
        let refused = GateList::new("staging", Access::ReadWrite, "f1", vec![]).grant().unwrap_err();
        assert_eq!(refused.unmet().map(|gate| gate.kind).collect::<Vec<_>>(), [GateKind::Confirmed]);
    }

    #[test]
    fn a_waiver_counts_only_where_a_gate_may_be_waived() {
        let ticket = Gate::waived(GateKind::Ticket, "ana", "emergency");
        assert!(GateList::new("staging", Access::ReadWrite, "f1", vec![ticket, confirmed()]).grant().is_ok());
        let lock = Gate::waived(GateKind::Lock, "ana", "emergency");
        assert!(GateList::new("staging", Access::ReadWrite, "f1", vec![lock, confirmed()]).grant().is_err());
    }

    #[test]
    fn one_unmet_gate_refuses_and_says_why() {
        let gates = vec![confirmed(), Gate::unmet(GateKind::Backup, "No backup yet.", "Take one.")];
        let refused = GateList::new("staging", Access::ReadWrite, "f1", gates).grant().unwrap_err();
        let gate = refused.unmet().next().unwrap();
        assert_eq!(gate.state, GateState::Unmet { why: "No backup yet.".into(), way_on: "Take one.".into() });
    }
}
