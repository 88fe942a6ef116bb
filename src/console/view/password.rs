//! The dialog that asks for the password of an environment. It is kept in memory only, and never shown.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement, Subject};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::{chrome, marks};
use crate::console::widget::paint::{Pen, fill, frame as draw_frame, piece, row, wrap};
use crate::console::widget::secret::SecretLine;
use crate::window::monitor::EnvironmentState;

/// The dialog's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "password",
    title: "Password",
    about: "The password for an environment whose server wants one that nothing yields. It is kept in this program's \
            memory until it ends, and written nowhere.",
    keys: &[
        Binding { action: action::OPEN, keys: &["enter"], words: "Connect with it", short: "connect", when: "" },
        Binding { action: action::BACK, keys: &["esc"], words: "Leave without", short: "leave", when: "" },
    ],
    shared: &[],
};

/// The dialog on the screen.
#[derive(Debug, Default)]
pub struct PasswordDialog {
    environment: usize,
    line: SecretLine,
}

impl PasswordDialog {
    /// The dialog for the environment at this place of the configuration.
    #[must_use]
    pub fn of(environment: usize) -> Self {
        Self { environment, line: SecretLine::default() }
    }
}

impl Layer for PasswordDialog {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "password".to_owned()
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        marks::subject_of(world, self.environment)
    }

    fn placement(&self, _context: &Context<'_>) -> Placement {
        Placement::Dialog { width: 64, height: 9 }
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn act(&mut self, wanted: Action, _context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::OPEN if !self.line.is_empty() => {
                vec![Command::SupplyPassword(self.environment, self.line.take()), Command::Close]
            }
            action::BACK => vec![Command::Close],
            _ => Vec::new(),
        }
    }

    fn typed(&mut self, key: Key, _context: &Context<'_>) -> Vec<Command> {
        self.line.typed(key);
        Vec::new()
    }

    fn pasted(&mut self, text: &str, _context: &Context<'_>) -> Vec<Command> {
        self.line.pasted(text);
        Vec::new()
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let (theme, world) = (canvas.theme, canvas.world);
        fill(frame.buffer_mut(), canvas.area, theme.style(Role::Dialog));
        let Some(subject) = marks::subject_of(world, self.environment) else { return };
        let (label, _) = chrome::tier_roles(subject.tier);
        let title = [piece(Role::DialogFrame, format!("Password for {}", subject.environment))];
        let tier = [piece(label, chrome::tier_label(&subject))];
        let inside = draw_frame(frame.buffer_mut(), theme, canvas.area, Role::DialogFrame, &title, &tier);
        let why = match world.environments.get(self.environment) {
            Some(EnvironmentState::NeedsPassword { why }) => why.as_str(),
            _ => "",
        };
        let lines = wrap(why, inside.width.saturating_sub(4));
        for (index, line) in (1_u16..4).zip(&lines) {
            Pen::new(frame.buffer_mut(), theme, row(inside, index)).skip(2).write(Role::Text, line);
        }
        let at = row(inside, inside.height.saturating_sub(2));
        let at = Rect { x: at.x + 2, width: at.width.saturating_sub(4), ..at };
        self.line.draw(frame, theme, at, canvas.focused);
    }
}
