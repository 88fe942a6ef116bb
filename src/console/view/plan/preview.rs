//! A plan as text: what would run, what to look at before, and how the gates would stand.

use crate::console::message::Drawn;
use crate::console::theme::{Glyphs, Role};
use crate::console::widget::paint::{Piece, piece, wrap};
use crate::console::widget::viewer::TextLine;
use crate::console::words::count;
use crate::postgres::grant::{Gate, GateKind, GateState};
use crate::window::plan::Plan;
use crate::window::step::Step;

/// Why there is no plan.
pub fn refusal(why: &str, room: u16) -> Vec<TextLine> {
    let mut lines = vec![TextLine::default()];
    lines.extend(indented(Role::Warn, why, room));
    lines
}

/// The whole preview.
pub fn lines(drawn: &Drawn, glyphs: &Glyphs, room: u16) -> Vec<TextLine> {
    let plan = &drawn.plan;
    let mut lines = vec![TextLine::default()];
    lines.extend(items(plan, room));
    for warning in &plan.warnings {
        lines.extend(indented(Role::Warn, &format!("! {warning}"), room));
    }
    lines.push(TextLine::default());
    lines.push(TextLine::plain(Role::Heading, "  Steps"));
    let steps: Vec<&str> = Step::planned().map(|step| step.title(plan.direction)).collect();
    lines.extend(indented(Role::Text, &steps.join(", "), room));
    lines.push(TextLine::default());
    lines.push(TextLine::plain(Role::Heading, "  Gates"));
    for gate in drawn.gates.gates() {
        lines.extend(gate_lines(gate, glyphs, room));
    }
    lines
}

/// The migrations of a plan, each with what to look at before.
pub fn items(plan: &Plan, room: u16) -> Vec<TextLine> {
    let heading = format!("  {} in this order", count(plan.items.len(), "migration"));
    let mut lines = vec![TextLine::plain(Role::Heading, heading)];
    for (number, item) in plan.items.iter().enumerate() {
        let mut head: Vec<Piece> =
            vec![piece(Role::Dim, format!("  {:>3}  ", number + 1)), piece(Role::Strong, item.name.clone())];
        if let Some(ticket) = &item.ticket {
            head.push(piece(Role::Text, format!("  {ticket}")));
        }
        head.push(piece(Role::Dim, format!("  {}", count(item.statements as usize, "statement"))));
        lines.push(TextLine::of(head));
        let mut note = |role: Role, words: &str| {
            for (index, line) in wrap(words, room.saturating_sub(11)).into_iter().enumerate() {
                let mark = if index == 0 { "! " } else { "  " };
                lines.push(TextLine::of(vec![piece(role, format!("       {mark}{line}"))]));
            }
        };
        if item.stepwise {
            note(Role::Info, "runs statement by statement, each by itself: what is done stays done if it stops");
        }
        for danger in &item.dangers {
            note(Role::Bad, danger);
        }
        for warning in &item.warnings {
            note(Role::Warn, warning);
        }
    }
    lines
}

fn gate_lines(gate: &Gate, glyphs: &Glyphs, room: u16) -> Vec<TextLine> {
    let (role, mark, words) = match &gate.state {
        // A plan is drawn up before the reason is typed; opening the window waits for it.
        GateState::Met { .. } if gate.kind == GateKind::Reason => {
            (Role::StatusPending, glyphs.pending, "what you type here stays in the history, for good".to_owned())
        }
        GateState::Met { proof } => (Role::Good, glyphs.applied, proof.clone()),
        // Nobody is asked before the window is about to write.
        GateState::Unmet { .. } if gate.kind == GateKind::Confirmed => {
            (Role::StatusPending, glyphs.pending, "asked right before the window writes".to_owned())
        }
        GateState::Unmet { why, way_on } => (Role::Bad, glyphs.failed, format!("{why} {way_on}")),
        GateState::Waived { by, reason } => (Role::Warn, glyphs.warning, format!("waived by {by}: {reason}")),
    };
    let name = gate.kind.words();
    let mut lines = Vec::new();
    for (index, line) in wrap(&words, room.saturating_sub(32)).into_iter().enumerate() {
        let (mark, name) = if index == 0 { (mark, name) } else { ("", "") };
        lines.push(TextLine::of(vec![
            piece(role, format!("  {mark:<2}")),
            piece(Role::Text, format!("{name:<27}")),
            piece(if matches!(role, Role::Bad | Role::Warn) { role } else { Role::Dim }, line),
        ]));
    }
    lines
}

fn indented(role: Role, words: &str, room: u16) -> Vec<TextLine> {
    wrap(words, room.saturating_sub(4)).into_iter().map(|line| TextLine::plain(role, format!("  {line}"))).collect()
}
