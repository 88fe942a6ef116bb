//! What the rules have found, under the lines that it is about.

use std::collections::HashMap;

use crate::console::theme::Glyphs;
use crate::console::view::review::mark;
use crate::console::widget::paint::piece;
use crate::console::widget::viewer::TextLine;
use crate::review::finding::Part;
use crate::window::review::Placed;

/// The lines of a file with what was found below each, and what is about the file as a whole above all.
pub(super) fn annotated(lines: &[TextLine], findings: &[Placed], part: Part, glyphs: &Glyphs) -> Vec<TextLine> {
    let mine = || findings.iter().filter(|placed| placed.finding.part == part);
    let said = |placed: &Placed| {
        let finding = &placed.finding;
        let (role, glyph) = mark(finding.severity, glyphs);
        let words = format!("{glyph} {}[{}] {}", finding.severity, finding.rule, finding.message);
        (role, words)
    };
    let mut shown: Vec<TextLine> = mine()
        .filter(|placed| placed.at.is_none())
        .map(|placed| {
            let (role, words) = said(placed);
            TextLine::plain(role, words)
        })
        .collect();
    let mut by_line: HashMap<u32, Vec<&Placed>> = HashMap::new();
    for placed in mine() {
        if let Some((start, _)) = placed.at {
            by_line.entry(start.line).or_default().push(placed);
        }
    }
    for line in lines {
        shown.push(line.clone());
        let found = line.number.and_then(|number| by_line.get(&number));
        for placed in found.into_iter().flatten() {
            let Some((start, end)) = placed.at else { continue };
            let (role, words) = said(placed);
            let from = usize::try_from(start.column).unwrap_or(1).saturating_sub(1);
            let to = if end.line == start.line { usize::try_from(end.column).unwrap_or(1) } else { from + 2 };
            // Far to the right nobody would see it.
            let (from, width) = if from > FARTHEST { (0, 1) } else { (from, to.saturating_sub(from + 1).clamp(1, 12)) };
            let marks = format!("{}{} ", " ".repeat(from), "^".repeat(width));
            shown.push(TextLine::of(vec![piece(role, marks), piece(role, words)]));
        }
    }
    shown
}

/// The column from which on a finding's mark would stand too far to the right.
const FARTHEST: usize = 60;
