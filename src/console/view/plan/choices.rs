//! Which migrations a window could take in, as an operator would say it.

use crate::console::model::World;
use crate::console::words::count;
use crate::migration::name::MigrationName;
use crate::postgres::history::HistoryRow;
use crate::window::plan::Selection;
use crate::window::step::Direction;

/// A choice, in words and as a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// How the operator would say it.
    pub words: String,
    /// What it selects.
    pub selection: Selection,
}

impl Choice {
    fn new(words: impl Into<String>, selection: Selection) -> Self {
        Self { words: words.into(), selection }
    }
}

/// The choices for an environment, the most likely one first.
pub fn of(
    direction: Direction,
    environment: usize,
    selected: Option<&str>,
    marked: &[String],
    world: &World,
) -> Vec<Choice> {
    let mut choices = match direction {
        Direction::Apply => to_apply(environment, selected, world),
        Direction::Rollback => to_roll_back(environment, selected, world),
    };
    if !marked.is_empty() && !choices.is_empty() {
        let words = format!("the {} that {} marked", marked.len(), if marked.len() == 1 { "is" } else { "are" });
        // Whoever marked some means those.
        choices.insert(0, Choice::new(words, Selection::Only(marked.to_vec())));
    }
    choices
}

fn to_apply(environment: usize, selected: Option<&str>, world: &World) -> Vec<Choice> {
    let board = &world.board;
    let Some(column) = board.columns.get(environment) else { return Vec::new() };
    let status = |name: &str| board.position(name).and_then(|row| column.cells.get(row)?.status);
    let pending = column.counts.pending() as usize;
    let mut choices = Vec::new();
    if pending > 0 {
        choices.push(Choice::new(format!("everything pending: {}", count(pending, "migration")), Selection::All));
    }
    if pending > 1 {
        choices.push(Choice::new("the next one only", Selection::Last(1)));
    }
    let Some(name) = selected else { return choices };
    let short = short(name);
    match status(name) {
        Some(status) if status.is_pending() => {
            choices.push(Choice::new(format!("up to {short}"), Selection::To(version(name))));
            choices.push(Choice::new(format!("only {short}"), Selection::Only(vec![name.to_owned()])));
        }
        Some(crate::window::status::Status::RolledBack) => {
            choices.push(Choice::new(format!("again: {short}"), Selection::Only(vec![name.to_owned()])));
        }
        _ => {}
    }
    let release = world.catalogue.as_ref().and_then(|catalogue| catalogue.find(name)?.header.release.clone());
    if let (Some(release), true) = (release, pending > 0) {
        choices.push(Choice::new(format!("release {release}"), Selection::Release(release)));
    }
    choices
}

fn to_roll_back(environment: usize, selected: Option<&str>, world: &World) -> Vec<Choice> {
    let Some(view) = world.view(environment) else { return Vec::new() };
    let mut in_effect: Vec<&HistoryRow> = view.past.rows.iter().filter(|row| !row.rolled_back).collect();
    in_effect.sort_by(|left, right| (right.applied_at, &right.name).cmp(&(left.applied_at, &left.name)));
    let mut choices = Vec::new();
    if let Some(last) = in_effect.first() {
        choices.push(Choice::new(format!("the last one: {}", short(&last.name)), Selection::Last(1)));
    }
    let Some(name) = selected else { return choices };
    if in_effect.iter().any(|row| *row.name == *name) {
        choices.push(Choice::new(format!("only {}", short(name)), Selection::Only(vec![name.to_owned()])));
        let later = in_effect.iter().filter(|row| *row.name > *name).count();
        if later > 0 {
            let words = format!("everything later than {}: {}", short(name), count(later, "migration"));
            choices.push(Choice::new(words, Selection::To(version(name))));
        }
        let from = later + 1;
        let before = in_effect.iter().map(|row| &*row.name).filter(|other| *other < name).max();
        if let (Some(before), true) = (before, later > 0) {
            let words = format!("{} and everything later: {}", short(name), count(from, "migration"));
            choices.push(Choice::new(words, Selection::To(version(before))));
        }
    }
    choices
}

fn short(name: &str) -> String {
    name.parse::<MigrationName>().map_or_else(|_| name.to_owned(), |name| name.description().to_owned())
}

fn version(name: &str) -> String {
    name.parse::<MigrationName>().map_or_else(|_| name.to_owned(), |name| name.version().to_string())
}
