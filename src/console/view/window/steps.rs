//! The steps of a window, and what the window is, at the left of the screen or in one line above it.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::layer::Canvas;
use crate::console::theme::{Glyphs, Role};
use crate::console::view::facts;
use crate::console::widget::paint::{Pen, Piece, piece, row, split_top, wrap};
use crate::console::words::{ago, took};
use crate::window::event::{BackupNeed, StepOutcome};
use crate::window::state::{StepRecord, StepState, WindowState};
use crate::window::step::Step;

/// The mark of a step, and its style.
pub fn mark(canvas: &Canvas<'_>, state: &StepState) -> (Role, &'static str) {
    let glyphs: &Glyphs = canvas.theme.glyphs();
    match state {
        StepState::Waiting => (Role::StatusPending, glyphs.pending),
        StepState::NotPlanned(_) => (Role::Faint, glyphs.dot),
        StepState::Running { .. } => {
            let step = canvas.world.moment.uptime.as_millis() / 120;
            (Role::Info, glyphs.spinner[usize::try_from(step).unwrap_or(0) % glyphs.spinner.len()])
        }
        StepState::CutOff => (Role::StatusInterrupted, glyphs.interrupted),
        StepState::Ended { outcome, .. } => match outcome {
            StepOutcome::Done { .. } => (Role::Good, glyphs.applied),
            StepOutcome::Skipped { .. } => (Role::Dim, glyphs.dot),
            StepOutcome::Failed { .. } => (Role::Bad, glyphs.failed),
            StepOutcome::Stopped { .. } => (Role::Warn, glyphs.warning),
        },
    }
}

/// How a step stands, in a word or a time.
fn words(canvas: &Canvas<'_>, record: &StepRecord) -> String {
    match &record.state {
        StepState::Waiting => String::new(),
        StepState::NotPlanned(_) => "not planned".to_owned(),
        StepState::Running { since } => took(canvas.world.moment.now.duration_since(*since).unsigned_abs()),
        StepState::CutOff => "cut off".to_owned(),
        StepState::Ended { outcome, started, ended } => match outcome {
            StepOutcome::Done { .. } => took(ended.duration_since(*started).unsigned_abs()),
            StepOutcome::Skipped { .. } => "skipped".to_owned(),
            StepOutcome::Failed { .. } => "failed".to_owned(),
            StepOutcome::Stopped { .. } => "stopped".to_owned(),
        },
    }
}

/// Draws the steps, with `shown` as the one in view.
pub fn draw(canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect, state: &WindowState, shown: Step) {
    if area.height <= 1 {
        return draw_line(canvas, frame, area, state, shown);
    }
    let direction = state.opened.plan.direction;
    let (heading, rows) = split_top(area, 1);
    facts::rule(canvas, frame, heading, "Steps");
    for (index, record) in (0_u16..).zip(&state.steps) {
        let at = row(rows, index);
        let at = Rect { width: at.width.saturating_sub(1), ..at };
        let (role, glyph) = mark(canvas, &record.state);
        let selected = record.step == shown;
        let name = if matches!(record.state, StepState::NotPlanned(_)) { Role::Faint } else { Role::Text };
        let name = if selected { Role::Strong } else { name };
        let start = at.x;
        let mut pen = Pen::new(frame.buffer_mut(), canvas.theme, at);
        pen.write(Role::Accent, if selected { canvas.theme.glyphs().cursor } else { " " });
        pen.skip(1).write(role, glyph).skip(1).write(name, record.step.title(direction));
        pen.to(start + 15).write(Role::Dim, &words(canvas, record));
        if selected {
            frame.buffer_mut().set_style(at, canvas.theme.style(Role::SelectionIdle));
        }
    }
    let below = split_top(rows, u16::try_from(state.steps.len()).unwrap_or(0) + 1).1;
    let room = below.width.saturating_sub(3);
    for (index, line) in (0_u16..).zip(&about(canvas, state, room)) {
        Pen::new(frame.buffer_mut(), canvas.theme, row(below, index)).skip(2).pieces(line);
    }
}

/// The step that a click hits.
pub fn hit(area: Rect, at: Position) -> Option<Step> {
    let rows = split_top(area, 1).1;
    let index = usize::from(at.y.checked_sub(rows.y)?);
    if rows.contains(at) && area.height > 1 { Step::ALL.get(index).copied() } else { None }
}

/// The steps in one line, for narrow terminals.
fn draw_line(canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect, state: &WindowState, shown: Step) {
    let direction = state.opened.plan.direction;
    let mut pen = Pen::new(frame.buffer_mut(), canvas.theme, area);
    for record in state.steps.iter().filter(|record| record.step.is_planned()) {
        let (role, glyph) = mark(canvas, &record.state);
        pen.skip(1).write(role, glyph).skip(1);
        let name = if record.step == shown { Role::Strong } else { Role::Dim };
        pen.write(name, record.step.title(direction)).skip(1);
    }
}

/// What the window is.
fn about(canvas: &Canvas<'_>, state: &WindowState, room: u16) -> Vec<Vec<Piece>> {
    let opened = &state.opened;
    let done = state.done().count();
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    let mut add = |label: &str, value: &str| {
        if value.is_empty() {
            return;
        }
        lines.push(vec![piece(Role::Dim, label.to_owned())]);
        lines.extend(wrap(value, room).into_iter().map(|line| vec![piece(Role::Text, line)]));
    };
    add("to do", &format!("{} {} of {}", opened.plan.direction.done(), done, opened.plan.items.len()));
    add("because", opened.plan.reason.as_deref().unwrap_or_default());
    add("database", &opened.location);
    let operators: Vec<&str> = state.operators.iter().map(|operator| operator.name.as_str()).collect();
    add("operator", &operators.join(", then "));
    add("opened", &ago(opened.at, canvas.world.moment.now));
    add("commit", opened.commit.as_deref().unwrap_or_default());
    let backup = match (&state.backup, opened.backup) {
        (Some(backup), _) => backup.id.as_str(),
        (None, BackupNeed::Required) => "required before it writes",
        (None, BackupNeed::Offered) => "offered",
        (None, BackupNeed::Off) => "not part of this window",
    };
    add("backup", backup);
    lines
}
