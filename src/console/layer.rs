//! The stack of screens and dialogs.
//!
//! Each layer keeps its own state and knows its own keys; the topmost one gets what the operator does. A layer reads the
//! [`World`] and answers with [`Command`]s; it does nothing by itself.

use std::fmt;
use std::path::PathBuf;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::config::{Access, Secret, Tier};

use crate::window::confirmation::Confirmed;
use crate::window::drift::matrix::Pair;

use super::key::Key;
use super::keymap::{Action, Keymap, ScreenSpec};
use super::message::{Answer, DraftOrder, Order, Sides, Work};
use super::model::World;
use super::theme::Theme;
use super::trouble::Trouble;

/// What a layer may look at while it handles something.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Everything that is known.
    pub world: &'a World,
    /// Which key does what.
    pub keymap: &'a Keymap,
    /// The part of the terminal that the layer fills.
    pub area: Rect,
}

/// What a layer may look at while it is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Canvas<'a> {
    /// Everything that is known.
    pub world: &'a World,
    /// Which key does what.
    pub keymap: &'a Keymap,
    /// How it looks.
    pub theme: &'a Theme,
    /// The part of the terminal that the layer fills.
    pub area: Rect,
    /// The layer is the topmost one.
    pub focused: bool,
}

/// How a layer fills the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// All of it, between the bar at the top and the keys at the bottom.
    Screen,
    /// A box of at most this size in the middle, over the screen below.
    Dialog {
        /// Columns, frame included.
        width: u16,
        /// Rows, frame included.
        height: u16,
    },
}

/// The environment that a screen is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The environment's name.
    pub environment: String,
    /// How dangerous a mistake is there.
    pub tier: Tier,
    /// Whether Tidegate may write there.
    pub access: Access,
}

/// Whether an action is possible now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It is.
    Yes,
    /// It is not, and the operator is told why when pressing its key.
    No(String),
    /// It means nothing here; its key is as good as not bound.
    Hidden,
}

/// What a layer wants to come of what it was told.
#[derive(Debug)]
pub enum Command {
    /// Put a layer on top.
    Open(Box<dyn Layer>),
    /// Take this layer away.
    Close,
    /// Take this layer away and hand this answer to the one below.
    Hand(Answer),
    /// Take this layer away and act on the one below.
    CloseAndAct(Action),
    /// Say something in passing.
    Toast(String),
    /// Show an error until it is dismissed.
    Trouble(Box<Trouble>),
    /// Copy a text; the words say what it is.
    Copy {
        /// What is copied, for the toast: "the version".
        what: &'static str,
        /// The text.
        text: String,
    },
    /// Do this and answer me.
    Work(Work),
    /// Hand this order to my window.
    Window(Order),
    /// Look which windows were left unfinished.
    LookForUnfinished,
    /// Compare these sides and tell me; what I asked for before is given up.
    Compare(Sides),
    /// Draft this, try it and tell me; what I asked for before is given up.
    Draft(DraftOrder),
    /// Compare these pairs one after another and tell me; what I asked for before is given up.
    FillMatrix(Vec<Pair>),
    /// Give up what I asked to be compared or drafted.
    GiveUp,
    /// Open these files in the operator's editor.
    Edit(Vec<PathBuf>),
    /// Take this layer away and tell the one below what was typed, for an action.
    Typed(Action, String),
    /// Take this layer away and put another one in its place.
    Replace(Box<dyn Layer>),
    /// Ask an environment at once how it is, or try again to connect.
    Refresh(usize),
    /// Connect with a password that the operator typed.
    SupplyPassword(usize, Secret),
    /// The operator said yes: take this dialog away and tell the layer below.
    Confirmed(Confirmed),
    /// End the console.
    Quit,
}

/// A screen or a dialog.
pub trait Layer: fmt::Debug {
    /// Its row in the list of screens.
    fn spec(&self) -> &'static ScreenSpec;

    /// What the bar at the top calls it, after the screens below it.
    fn title(&self, world: &World) -> String;

    /// What the bar at the top says beside its name while it is the topmost screen.
    fn detail(&self, _world: &World) -> String {
        String::new()
    }

    /// How it fills the screen.
    fn placement(&self, _context: &Context<'_>) -> Placement {
        Placement::Screen
    }

    /// The environment it is about; its tier colours the bar.
    fn subject(&self, _world: &World) -> Option<Subject> {
        None
    }

    /// Keys are ignored for the first moments, so that a key meant for what was there before does no harm here.
    fn is_guarded(&self) -> bool {
        false
    }

    /// Characters are typed into the layer instead of being looked up in the key table.
    fn is_typing(&self) -> bool {
        false
    }

    /// Whether an action of the key table is possible now.
    fn availability(&self, _action: Action, _world: &World) -> Availability {
        Availability::Yes
    }

    /// It was just put on the stack.
    fn opened(&mut self, _context: &Context<'_>) -> Vec<Command> {
        Vec::new()
    }

    /// An action of the key table.
    fn act(&mut self, action: Action, context: &Context<'_>) -> Vec<Command>;

    /// A key that types or edits, while [`Layer::is_typing`].
    fn typed(&mut self, _key: Key, _context: &Context<'_>) -> Vec<Command> {
        Vec::new()
    }

    /// Something nearer than the layer itself is to be undone first (a filter); says whether there was something.
    fn step_back(&mut self) -> bool {
        false
    }

    /// Text was pasted.
    fn pasted(&mut self, _text: &str, _context: &Context<'_>) -> Vec<Command> {
        Vec::new()
    }

    /// A click inside the layer's area.
    fn clicked(&mut self, _at: Position, _context: &Context<'_>) -> Vec<Command> {
        Vec::new()
    }

    /// The wheel was turned over the layer's area: `step` is one row up or down.
    fn wheeled(&mut self, step: Action, _at: Position, context: &Context<'_>) -> Vec<Command> {
        self.act(step, context)
    }

    /// What became of work it asked for.
    fn answered(&mut self, _answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        Vec::new()
    }

    /// The operator confirmed, in the dialog that this layer opened.
    fn confirmed(&mut self, _confirmed: Confirmed, _context: &Context<'_>) -> Vec<Command> {
        Vec::new()
    }

    /// The operator typed a text for an action, in the dialog that this layer opened.
    fn told(&mut self, _action: Action, _text: &str, _context: &Context<'_>) -> Vec<Command> {
        Vec::new()
    }

    /// The operator wants to leave the screen, with nothing nearer to undo.
    fn leaving(&mut self, _context: &Context<'_>) -> Vec<Command> {
        vec![Command::Close]
    }

    /// The files or an environment changed; work that depends on them may be asked for anew.
    fn noticed(&mut self, _context: &Context<'_>) -> Vec<Command> {
        Vec::new()
    }

    /// The world or the size may have changed: bring selection and scrolling back into their bounds.
    fn settle(&mut self, _context: &Context<'_>) {}

    /// Something in it moves and wants to be drawn again soon.
    fn is_moving(&self, _world: &World) -> bool {
        false
    }

    /// Draws it into `canvas.area`.
    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>);
}
