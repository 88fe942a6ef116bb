//! Labelled facts under a rule: what is known of the selected row of a list.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::console::layer::Canvas;
use crate::console::theme::Role;
use crate::console::widget::paint::{Pen, row, split_top};

/// A fact with its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// What it says.
    pub value: String,
}

impl Fact {
    /// A fact with its label.
    #[must_use]
    pub fn new(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, value: value.into() }
    }
}

/// The columns of a label.
const LABEL: u16 = 12;

/// The least width at which facts stand in two columns.
const TWO_COLUMNS: u16 = 90;

/// Draws a rule with a title, and the facts below it; in two columns where one would be too long and there is room.
pub fn draw(canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect, title: &str, facts: &[Fact]) {
    let theme = canvas.theme;
    let (heading, rows) = split_top(area, 1);
    rule(canvas, frame, heading, title);
    let height = usize::from(rows.height.max(1));
    let columns = if area.width >= TWO_COLUMNS && facts.len() > height { 2 } else { 1 };
    let width = rows.width / columns;
    for (index, fact) in facts.iter().take(height * usize::from(columns)).enumerate() {
        let column = u16::try_from(index / height).unwrap_or(0);
        let at = row(rows, u16::try_from(index % height).unwrap_or(0));
        let at = Rect { x: rows.x + column * width, width: width.saturating_sub(2), ..at };
        let mut pen = Pen::new(frame.buffer_mut(), theme, at);
        let start = pen.x + 2;
        pen.skip(2).write(Role::Dim, fact.label).to(start + LABEL).write(Role::Text, &fact.value);
    }
}

/// Draws a rule with a title in it.
pub fn rule(canvas: &Canvas<'_>, frame: &mut Frame<'_>, at: Rect, title: &str) {
    let theme = canvas.theme;
    let rule = theme.glyphs().rule;
    let mut pen = Pen::new(frame.buffer_mut(), theme, at);
    pen.write(Role::Border, rule).write(Role::Border, rule);
    if !title.is_empty() {
        pen.write(Role::Border, " ").write(Role::Strong, title).write(Role::Border, " ");
    }
    let rest = rule.repeat(usize::from(pen.room()));
    pen.write(Role::Border, &rest);
}
