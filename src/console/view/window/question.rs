//! What is said and asked before a step that writes.

use crate::config::Access;
use crate::console::layer::Subject;
use crate::console::theme::Role;
use crate::console::view::confirm::{Question, paragraph};
use crate::console::widget::paint::piece;
use crate::console::widget::viewer::TextLine;
use crate::console::words::count;
use crate::postgres::backup::size_in_words;
use crate::window::confirmation::Confirmation;
use crate::window::event::BackupNeed;
use crate::window::state::WindowState;
use crate::window::step::{Direction, Step};

/// The question before a step of a window.
pub fn of(state: &WindowState, step: Step, confirmation: Confirmation) -> Question {
    let opened = &state.opened;
    let plan = &opened.plan;
    let left: Vec<&str> =
        state.migrations.iter().filter(|record| !record.state.is_done()).map(|record| record.name.as_str()).collect();
    let verb = match plan.direction {
        Direction::Apply => "Apply",
        Direction::Rollback => "Roll back",
    };
    let mut text = vec![
        TextLine::default(),
        labelled("database", opened.location.clone()),
        labelled("operator", opened.operator.name.clone()),
    ];
    match (&state.backup, opened.backup) {
        (Some(backup), _) => {
            text.push(labelled("backup", format!("{}, {}, verified", backup.id, size_in_words(backup.bytes))));
        }
        (None, BackupNeed::Off) => {}
        (None, _) => text.push(warned("backup", "none was taken in this window")),
    }
    if let Some(reason) = &plan.reason {
        text.push(labelled("reason", reason.clone()));
    }
    let items: Vec<_> = plan.items.iter().filter(|item| left.contains(&item.name.as_str())).collect();
    let names: Vec<String> = items.iter().map(|item| item.name.clone()).collect();
    let heading = match plan.direction {
        Direction::Apply => "Will be applied, in this order",
        Direction::Rollback => "Will be rolled back, in this order",
    };
    text.extend(paragraph(heading, Role::Text, &names));
    let dangers: Vec<String> =
        items.iter().flat_map(|item| item.dangers.iter().map(|danger| format!("{}, {danger}", item.name))).collect();
    text.extend(paragraph("Cannot be undone, or rewrites or locks a table", Role::Bad, &dangers));
    let stepwise: Vec<String> = items.iter().filter(|item| item.stepwise).map(|item| item.name.clone()).collect();
    text.extend(paragraph("Runs statement by statement: what is done stays done if it stops", Role::Warn, &stepwise));
    let mut also: Vec<String> = plan.warnings.clone();
    also.extend(items.iter().flat_map(|item| item.warnings.iter().map(|warning| format!("{}: {warning}", item.name))));
    if plan.creates_history {
        also.push("The history table is created first.".to_owned());
    }
    if plan.creates_store {
        also.push("Tidegate's own schema is created first, to record the progress.".to_owned());
    }
    text.extend(paragraph("Know before you say yes", Role::Warn, &also));
    text.push(TextLine::default());
    Question {
        title: format!("{verb} {}", count(left.len(), "migration")),
        verb,
        subject: Subject {
            // The configuration's own name is the one that a window was opened with.
            environment: opened.environment.clone(),
            tier: opened.tier,
            access: Access::ReadWrite,
        },
        step,
        confirmation,
        text,
    }
}

fn labelled(label: &str, value: String) -> TextLine {
    TextLine::of(vec![piece(Role::Dim, format!("{label:<10}")), piece(Role::Text, value)])
}

fn warned(label: &str, value: &'static str) -> TextLine {
    TextLine::of(vec![piece(Role::Dim, format!("{label:<10}")), piece(Role::Warn, value)])
}
