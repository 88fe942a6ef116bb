//! What a migration is judged by before it may reach a database.
//!
//! This floor is pure: it takes texts and what is known of the migrations before them, and returns what it finds.

pub mod allow;
pub mod approval;
pub mod category;
pub mod checklist;
pub mod deed;
mod depth;
pub mod examine;
pub mod finding;
pub mod known;
pub mod rule;
mod rules;
pub mod settings;
pub mod settle;
pub mod sql;
mod squawk;
pub mod subject;
mod undo;
pub mod words;

use rule::Rule;

/// Every rule, Tidegate's own first.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::RULES.iter().copied().chain(squawk::RULES)
}

/// The rule of this name.
pub fn rule(name: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.name == name)
}

#[cfg(test)]
mod tests;
