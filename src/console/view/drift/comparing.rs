//! From both sides to their comparison.

use std::sync::Arc;
use std::time::Duration;

use crate::console::layer::Command;
use crate::console::message::{Answer, Sides};
use crate::console::model::World;
use crate::console::trouble::Trouble;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{Piece, piece};
use crate::window::drift::handle::ComparisonNews;
use crate::window::drift::progress::Stage;
use crate::window::drift::{Comparison, Conclusion, words};

use super::tree::{Key, Tree, Wanted};
use super::{DriftScreen, Pane, detail};

/// Where a comparison is.
#[derive(Debug)]
pub(super) enum State {
    /// Under way, since this uptime.
    Comparing {
        since: Duration,
        stage: Option<Stage>,
        /// What was read so far.
        read: Vec<String>,
    },
    /// Made, and shown.
    Compared,
    /// Given up.
    Stopped,
    /// It cannot be made.
    Failed(String),
}

impl DriftScreen {
    pub(super) fn compare(&mut self, world: &World) -> Vec<Command> {
        if self.sides.left == self.sides.right {
            self.tree = None;
            let words = "Both sides are the same. Choose another one with the keys of the left and the right side.";
            self.state = State::Failed(words.to_owned());
            return vec![Command::GiveUp];
        }
        self.state = State::Comparing { since: world.moment.uptime, stage: None, read: Vec::new() };
        vec![Command::Compare(self.sides)]
    }

    /// Compares other sides.
    pub(super) fn turn_to(&mut self, sides: Sides, world: &World) -> Vec<Command> {
        if sides == self.sides {
            return Vec::new();
        }
        self.sides = sides;
        self.tree = None;
        self.detail = None;
        self.selected = Key::Everything;
        self.list = ListState::default();
        self.pane = Pane::Tree;
        self.begin(world)
    }

    /// Shows what was compared in the background, or else compares.
    pub(super) fn begin(&mut self, world: &World) -> Vec<Command> {
        match world.comparison(self.sides) {
            Some(comparison) => {
                self.show(Arc::clone(comparison));
                vec![Command::GiveUp]
            }
            None => self.compare(world),
        }
    }

    pub(super) fn show(&mut self, comparison: Arc<Comparison>) {
        self.state = State::Compared;
        let wanted = Wanted { query: self.filter.query().to_owned(), ..self.wanted.clone() };
        let mut tree = Tree::new(comparison, wanted);
        if let Some(before) = &self.tree {
            tree.mark_as_in(before);
        }
        self.tree = Some(tree);
        self.detail = None;
    }

    pub(super) fn fail(&mut self, message: String) -> Vec<Command> {
        // What was shown before stays, and the error stands beside it.
        if self.tree.is_some() {
            self.state = State::Compared;
            return vec![Command::Trouble(Box::new(Trouble::new("Not compared again", message)))];
        }
        self.state = State::Failed(message);
        Vec::new()
    }

    /// What the comparison comes to, where there is one: the numbers, or else a sentence.
    pub(super) fn conclusion(&self) -> Option<Vec<Piece>> {
        let comparison = self.tree.as_ref()?.comparison();
        if comparison.conclusion() == Conclusion::Drift {
            return Some(detail::counts(comparison.counts()));
        }
        let (gravity, words) = words::conclusion(comparison);
        Some(vec![piece(detail::role_of(gravity), words)])
    }

    /// Takes in what became of what was asked for.
    pub(super) fn heard(&mut self, answer: Answer) -> Vec<Command> {
        let (sides, news) = match answer {
            Answer::Comparison(sides, news) => (sides, news),
            Answer::Exported(path) => {
                return vec![Command::Copy {
                    what: "the path of the file that was written",
                    text: path.display().to_string(),
                }];
            }
            Answer::Failed(trouble) => return vec![Command::Trouble(trouble)],
            _ => return Vec::new(),
        };
        // What was given up may still have had something to say.
        let State::Comparing { stage, read, .. } = &mut self.state else { return Vec::new() };
        if sides != self.sides {
            return Vec::new();
        }
        match *news {
            ComparisonNews::Stage(now) => {
                if let Stage::Read { side, objects } = &now {
                    read.push(format!("{side}: {objects} objects"));
                }
                *stage = Some(now);
            }
            ComparisonNews::Done(comparison) => self.show(Arc::from(comparison)),
            ComparisonNews::Failed(error) => {
                let message = Trouble::from_error("Not compared", &error).message;
                return self.fail(message);
            }
            ComparisonNews::Broken(why) => return self.fail(why),
        }
        Vec::new()
    }
}
