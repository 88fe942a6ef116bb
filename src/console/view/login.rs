//! The dialog in which somebody logs in as a role of their own, to approve a migration or to withdraw an approval. The
//! server is asked at once, so that nobody answers questions to learn that the approval is not theirs to give.
//!
//! A password is asked for only where the server wants one. It is kept in memory until the approval is given or broken
//! off, shown as stars, and written nowhere.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement, Subject};
use crate::console::message::{Answer, Errand, Refused, Work};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::{chrome, marks};
use crate::console::widget::input::InputLine;
use crate::console::widget::paint::{Pen, Piece, fill, frame as draw_frame, piece, row, wrap};
use crate::console::widget::secret::SecretLine;
use crate::window::approval::give::Request;

/// To the other line.
const OTHER: Action = Action("login.other-line");

/// The dialog's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "login",
    title: "Log in to approve",
    about: "As which database role an approval is given or withdrawn. Where the server wants a password that neither \
            PGPASSWORD nor the password file yields, it is asked for, kept in this program's memory until the approval \
            is given or broken off, and written nowhere.",
    keys: &[
        Binding { action: action::OPEN, keys: &["enter"], words: "Log in", short: "log in", when: "" },
        Binding {
            action: OTHER,
            keys: &["tab", "shift-tab"],
            words: "To the other line: the role, or its password",
            short: "",
            when: "where a password is asked for",
        },
        Binding { action: action::BACK, keys: &["esc"], words: "Cancel: nothing happens", short: "cancel", when: "" },
    ],
    shared: &[],
};

/// How wide it gets, frame included.
const WIDTH: u16 = 76;
/// The columns before and after the text.
const MARGIN: u16 = 2;
/// The rows beside the words: the frame, blank rows, both lines.
const ROWS: u16 = 7;
/// The room for the labels of the lines.
const LABEL: u16 = 10;

/// The line that is typed into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Role,
    Password,
}

/// What came of it so far.
#[derive(Debug)]
enum State {
    /// Nothing was tried yet, or something was typed since.
    Open,
    /// The server is being asked.
    Trying,
    /// The server did not let it pass.
    Refused(Refused),
}

/// The dialog on the screen.
#[derive(Debug)]
pub struct LoginDialog {
    environment: usize,
    migration: String,
    errand: Errand,
    words: String,
    role: InputLine,
    password: SecretLine,
    /// The server has asked for a password.
    wants_password: bool,
    field: Field,
    state: State,
}

impl LoginDialog {
    /// A dialog for an errand at a migration in an environment, which explains itself in `words`.
    #[must_use]
    pub fn of(environment: usize, migration: &str, errand: Errand, words: String) -> Self {
        Self {
            environment,
            migration: migration.to_owned(),
            errand,
            words,
            role: InputLine::default(),
            password: SecretLine::default(),
            wants_password: false,
            field: Field::Role,
            state: State::Open,
        }
    }

    /// The dialog with a role to begin with.
    #[must_use]
    pub fn as_role(mut self, role: &str) -> Self {
        self.role.set(role);
        self
    }

    fn role(&self) -> &str {
        self.role.text().trim()
    }

    fn is_trying(&self) -> bool {
        matches!(self.state, State::Trying)
    }

    fn log_in(&mut self) -> Vec<Command> {
        if self.role().is_empty() || self.is_trying() {
            return Vec::new();
        }
        if self.field == Field::Password && self.password.is_empty() {
            return Vec::new();
        }
        let request = Request {
            migrations: vec![self.migration.clone()],
            user: Some(self.role().to_owned()),
            password: (!self.password.is_empty()).then(|| self.password.take()),
            ..Request::default()
        };
        self.state = State::Trying;
        vec![Command::Work(Work::LogIn { environment: self.environment, request, errand: self.errand })]
    }

    /// Forgets what was said of another role.
    fn role_changed(&mut self) {
        self.state = State::Open;
        self.wants_password = false;
        self.password.clear();
    }

    /// What came of it, below the lines.
    fn outcome(&self) -> Option<(Role, String)> {
        let role = self.role();
        let (style, words) = match &self.state {
            State::Open => return None,
            State::Trying => (Role::Dim, format!("Logging in as {role}.")),
            State::Refused(Refused::NoPassword) => (
                Role::Warn,
                format!(
                    "The server asks for the password of {role}, and neither PGPASSWORD nor the password file has one. \
                     Type it: it is used to log in, and written nowhere."
                ),
            ),
            State::Refused(Refused::WrongPassword { typed: false }) => (
                Role::Warn,
                format!(
                    "The server does not accept what PGPASSWORD or the password file has as the password of {role}. \
                     Type it: it is used to log in, and written nowhere."
                ),
            ),
            State::Refused(Refused::WrongPassword { typed: true }) => (
                Role::Bad,
                format!(
                    "The server does not accept this password for {role}. It is wrong, or there is no such role: the \
                     server does not say which. Nothing happened; type it again."
                ),
            ),
            State::Refused(Refused::Because(words)) => (Role::Bad, words.clone()),
        };
        Some((style, words))
    }

    /// What it says above the lines and below them, broken to its width.
    fn texts(&self, width: u16) -> (Vec<String>, Vec<(Role, String)>) {
        let room = width.saturating_sub(2 + 2 * MARGIN);
        let outcome = self.outcome().into_iter();
        let below = outcome.flat_map(|(role, words)| wrap(&words, room).into_iter().map(move |line| (role, line)));
        (wrap(&self.words, room), below.collect())
    }
}

impl Layer for LoginDialog {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        match self.errand {
            Errand::Approve => "Approve as".to_owned(),
            Errand::Withdraw => "Withdraw as".to_owned(),
        }
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        marks::subject_of(world, self.environment)
    }

    fn placement(&self, _context: &Context<'_>) -> Placement {
        let (above, below) = self.texts(WIDTH);
        let lines = u16::try_from(above.len() + below.len().max(1)).unwrap_or(u16::MAX);
        Placement::Dialog { width: WIDTH, height: lines.saturating_add(ROWS) }
    }

    fn is_guarded(&self) -> bool {
        true
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn act(&mut self, wanted: Action, _context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::OPEN => self.log_in(),
            action::BACK => vec![Command::Close],
            OTHER if self.wants_password && !self.is_trying() => {
                self.field = if self.field == Field::Role { Field::Password } else { Field::Role };
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn typed(&mut self, key: Key, _context: &Context<'_>) -> Vec<Command> {
        match self.field {
            _ if self.is_trying() => {}
            Field::Password => self.password.typed(key),
            Field::Role => {
                let before = self.role().to_owned();
                self.role.typed(key);
                if self.role() != before {
                    self.role_changed();
                }
            }
        }
        Vec::new()
    }

    fn pasted(&mut self, text: &str, _context: &Context<'_>) -> Vec<Command> {
        match self.field {
            _ if self.is_trying() => {}
            Field::Password => self.password.pasted(text),
            Field::Role => {
                self.role.pasted(text);
                self.role_changed();
            }
        }
        Vec::new()
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::LoggedIn(result) => match *result {
                Ok(logged_in) => return vec![Command::Hand(Answer::LoggedIn(Box::new(Ok(logged_in))))],
                Err(refused) => {
                    let asks = !matches!(refused, Refused::Because(_));
                    self.wants_password |= asks;
                    self.field = if asks { Field::Password } else { Field::Role };
                    self.state = State::Refused(refused);
                }
            },
            Answer::Failed(trouble) => return vec![Command::Trouble(trouble), Command::Close],
            _ => {}
        }
        Vec::new()
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        fill(frame.buffer_mut(), canvas.area, theme.style(Role::Dialog));
        let title = [piece(Role::DialogFrame, self.title(canvas.world))];
        let subject = marks::subject_of(canvas.world, self.environment);
        let tier: Vec<Piece> = subject.iter().flat_map(chrome::tier_pieces).collect();
        let inside = draw_frame(frame.buffer_mut(), theme, canvas.area, Role::DialogFrame, &title, &tier);
        let (mut above, below) = self.texts(canvas.area.width);
        // Where there is little room, what the server said must be seen.
        let needed = u16::try_from(above.len() + below.len()).unwrap_or(u16::MAX).saturating_add(ROWS - 2);
        if needed > inside.height && !below.is_empty() {
            above.clear();
        }
        let text = Rect { x: inside.x + MARGIN, width: inside.width.saturating_sub(2 * MARGIN), ..inside };
        let mut next: u16 = 1;
        for line in &above {
            Pen::new(frame.buffer_mut(), theme, row(text, next)).write(Role::Text, line);
            next += 1;
        }
        next += 1;
        let focused = canvas.focused && !self.is_trying();
        Pen::new(frame.buffer_mut(), theme, row(text, next)).write(Role::Text, "role");
        let line = Rect { x: text.x + LABEL, width: text.width.saturating_sub(LABEL), ..row(text, next) };
        let hint = "your own database role";
        self.role.draw(frame, theme, line, hint, focused && self.field == Field::Role);
        next += 1;
        if self.wants_password {
            Pen::new(frame.buffer_mut(), theme, row(text, next)).write(Role::Text, "password");
            let line = Rect { x: text.x + LABEL, width: text.width.saturating_sub(LABEL), ..row(text, next) };
            self.password.draw(frame, theme, line, focused && self.field == Field::Password);
        }
        next += 2;
        for (role, line) in &below {
            Pen::new(frame.buffer_mut(), theme, row(text, next)).write(*role, line);
            next += 1;
        }
    }
}
