//! Saying what happens in a window, to whoever reads standard output or standard error.

use crate::cli::wishes::Wish;
use crate::window::event::WindowEvent;
use crate::window::state::WindowState;

use super::course::Verdict;
use super::plan::Proposal;

/// How a window that was run from the command line came to its end.
#[derive(Debug)]
pub struct Ending<'a> {
    /// How it came out.
    pub verdict: &'a Verdict,
    /// The window as it was last seen; none where it was never opened.
    pub state: Option<&'a WindowState>,
    /// Whether it was closed rather than left to be resumed.
    pub closed: bool,
    /// What else there is to say.
    pub message: Option<&'a str>,
}

impl<'a> Ending<'a> {
    /// The end of what never became a window.
    pub fn of(verdict: &'a Verdict) -> Ending<'a> {
        Ending { verdict, state: None, closed: true, message: None }
    }
}

/// Says what happens. Nothing of it fails: a window must not end half-way because nobody reads any more.
pub trait Teller {
    /// What is going to be done; in a dry run, what would be.
    fn proposal(&mut self, proposal: &Proposal<'_>, dry_run: bool);
    /// Something worth knowing before it begins.
    fn remark(&mut self, words: &str);
    /// Something happened; the state has taken it in.
    fn event(&mut self, event: &WindowEvent, state: &WindowState);
    /// Nothing has been heard for a while.
    fn still(&mut self, state: &WindowState);
    /// The operator's wish was heard.
    fn heard(&mut self, wish: Wish);
    /// It is over.
    fn ending(&mut self, ending: &Ending<'_>);
}
