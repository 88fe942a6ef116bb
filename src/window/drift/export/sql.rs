//! The migration that would end a drift, as a draft that nobody has tried yet.

use std::fmt::Write as _;

use super::Page;
use crate::migration::text::{printable, printable_lines};
use crate::window::drift::reconcile::Reconciliation;
use crate::window::drift::words;

/// The draft, with its rollback as comments. What destroys something is left out.
pub(super) fn sql(page: &Page<'_>) -> String {
    let comparison = page.comparison;
    let mut text = String::new();
    let mut say = |words: &str| {
        for line in words.lines() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "-- {}", printable(line));
        }
    };
    say(&words::conclusion(comparison).1);
    say(&format!("A draft that would make {} like {}. It has not been tried.", comparison.left, comparison.right));
    say(&format!(
        "`tidegate drift {} {} --format sql` tries it on a shadow and says what came of it.",
        comparison.left, comparison.right
    ));
    let reconciliation = Reconciliation::of(comparison, page.only_unexplained);
    if reconciliation.is_empty() {
        say("There is nothing to do.");
        return text;
    }
    if reconciliation.destroys() {
        say("What would destroy something is left out.");
    }
    for open in words::not_drafted(&reconciliation.draft.refused) {
        say(&open);
    }
    for (_, unknown) in words::unknowns(comparison) {
        say(&unknown);
    }
    let _ = write!(text, "\n{}\n\n-- Rollback:\n", printable_lines(reconciliation.up(false).trim_end()));
    for line in reconciliation.down(false).lines().filter(|line| !line.is_empty()) {
        let _ = writeln!(text, "-- {}", printable(line));
    }
    text
}
