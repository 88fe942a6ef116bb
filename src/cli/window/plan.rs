//! A plan before anything is done: in lines, and as JSON.

use serde::Serialize;

use crate::cli::output::{Output, Tone};
use crate::cli::words::count;
use crate::config::Environment;
use crate::migration::text::{printable, printable_lines};
use crate::postgres::grant::{Gate, GateKind, GateList, GateState};
use crate::window::confirmation::Confirmation;
use crate::window::plan::{Plan, PlanItem};
use crate::window::step::{Direction, Step};

/// What a window would do, and how its gates stand.
#[derive(Debug)]
pub struct Proposal<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// Where it is: server, database and user.
    pub location: String,
    /// What is to be done.
    pub plan: &'a Plan,
    /// How the gates stand before the window is opened.
    pub gates: &'a GateList,
}

impl Proposal<'_> {
    /// What the operator must do before the window writes.
    pub fn confirmation(&self) -> Confirmation {
        let Environment { name, tier, .. } = self.environment;
        Confirmation::required(Step::Apply, self.plan.direction, *tier, name.as_str())
    }

    /// What is to be done and where, in one line.
    pub fn headline(&self, output: &Output) -> String {
        let Environment { name, tier, .. } = self.environment;
        let (verb, preposition) = match self.plan.direction {
            Direction::Apply => ("Apply", "to"),
            Direction::Rollback => ("Roll back", "on"),
        };
        let number = count(self.plan.items.len(), "migration");
        let tier = output.tone(Tone::of_tier(*tier), format!("[{}]", tier.label()));
        format!("{verb} {number} {preposition} {name} {tier}  {}", printable(&self.location))
    }

    /// The migrations in their order, with what is worth a look before saying yes.
    pub fn lines(&self, output: &Output) -> Vec<String> {
        let mut lines = vec![self.headline(output)];
        if let Some(reason) = &self.plan.reason {
            lines.push(format!("reason: {}", printable(reason)));
        }
        let width = self.plan.items.iter().map(|item| item.name.len()).max().unwrap_or(0);
        let digits = self.plan.items.len().to_string().len();
        for (number, item) in (1..).zip(&self.plan.items) {
            lines.push(format!("  {number:>digits$}  {:width$}  {}", item.name, printable(&details(item))));
            let below = " ".repeat(digits + 4);
            for danger in &item.dangers {
                lines.push(format!("{below}{}", output.tone(Tone::Bad, printable(&format!("danger: {danger}")))));
            }
            for warning in &item.warnings {
                lines.push(format!("{below}{}", output.tone(Tone::Warning, printable(&format!("warning: {warning}")))));
            }
        }
        for made in self.made() {
            lines.push(output.tone(Tone::Warning, made));
        }
        for warning in &self.plan.warnings {
            lines.push(output.tone(Tone::Warning, printable(&format!("warning: {warning}"))));
        }
        lines
    }

    /// The gates, as far as they can be told before the window is opened.
    pub fn gate_lines(&self, output: &Output) -> Vec<String> {
        let mut lines = vec![output.tone(Tone::Heading, "Gates")];
        let gates = || self.gates.gates().iter();
        let width = gates().map(|gate| gate.kind.words().len()).max().unwrap_or(0);
        for gate in gates() {
            let (tone, state, words) = match (gate.kind, gate.passes()) {
                (GateKind::Confirmed, false) => (Tone::Warning, "asked", self.way_to_confirm()),
                _ => said(gate),
            };
            let state = output.tone(tone, format!("{state:6}"));
            let words = printable_lines(&words).replace('\n', &format!("\n{:1$}", "", width + 12));
            lines.push(format!("  {state}  {:width$}  {words}", gate.kind.words()));
        }
        lines
    }

    fn way_to_confirm(&self) -> String {
        let name = &self.environment.name;
        match self.confirmation() {
            Confirmation::YesNo => format!("--confirm {name}, or y on the terminal"),
            Confirmation::None | Confirmation::TypeName(_) => format!("--confirm {name}"),
        }
    }

    fn made(&self) -> Vec<String> {
        let mut made = Vec::new();
        if self.plan.creates_history {
            made.push("The history table is missing here and will be made first.".to_owned());
        }
        if self.plan.creates_store {
            made.push(
                "The schema tidegate is missing here and will be made first: a script needs it to record its progress."
                    .to_owned(),
            );
        }
        made
    }

    /// The same for machines.
    pub fn document(&self) -> Planned<'_> {
        Planned {
            event: "planned",
            environment: self.environment.name.as_str(),
            tier: self.environment.tier.word(),
            location: &self.location,
            fingerprint: self.plan.fingerprint(),
            plan: self.plan,
            gates: self.gates.gates(),
            confirmation: match self.confirmation() {
                Confirmation::None => "none",
                Confirmation::YesNo => "yes_or_name",
                Confirmation::TypeName(_) => "name",
            },
        }
    }
}

/// A proposal as JSON has it.
#[derive(Debug, Serialize)]
pub struct Planned<'a> {
    event: &'static str,
    environment: &'a str,
    tier: &'static str,
    location: &'a str,
    fingerprint: String,
    plan: &'a Plan,
    gates: &'a [Gate],
    confirmation: &'static str,
}

fn details(item: &PlanItem) -> String {
    let statements = count(item.statements as usize, "statement");
    let mut words = vec![if item.stepwise { format!("{statements}, one by one") } else { statements }];
    words.extend(item.ticket.clone());
    words.extend(item.author.clone());
    words.extend(item.release.as_ref().map(|release| format!("release {release}")));
    words.join(", ")
}

fn said(gate: &Gate) -> (Tone, &'static str, String) {
    match &gate.state {
        GateState::Met { proof } => (Tone::Good, "met", proof.clone()),
        GateState::Unmet { why, way_on } => (Tone::Bad, "closed", format!("{why}\n{way_on}")),
        GateState::Waived { by, reason } => (Tone::Warning, "waived", format!("by {by}: {reason}")),
    }
}
