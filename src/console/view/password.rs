//! The dialog that asks for the password of an environment. It is kept in memory only, and never shown.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::config::Secret;
use crate::console::key::{Code, Key};
use crate::console::keymap::{Action, Binding, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement, Subject};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::{chrome, marks};
use crate::console::widget::paint::{Pen, fill, frame as draw_frame, piece, row, wrap};
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
#[derive(Default)]
pub struct PasswordDialog {
    environment: usize,
    typed: String,
}

/// A password is never printed, not even for debugging.
impl std::fmt::Debug for PasswordDialog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PasswordDialog").field("environment", &self.environment).finish_non_exhaustive()
    }
}

impl PasswordDialog {
    /// The dialog for the environment at this place of the configuration.
    #[must_use]
    pub fn of(environment: usize) -> Self {
        Self { environment, typed: String::new() }
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
            action::OPEN if !self.typed.is_empty() => {
                let password = Secret::new(std::mem::take(&mut self.typed));
                vec![Command::SupplyPassword(self.environment, password), Command::Close]
            }
            action::BACK => vec![Command::Close],
            _ => Vec::new(),
        }
    }

    fn typed(&mut self, key: Key, _context: &Context<'_>) -> Vec<Command> {
        match (key.character(), key.code) {
            (Some(character), _) => self.typed.push(character),
            (None, Code::Backspace) => {
                self.typed.pop();
            }
            (None, Code::Character('u' | 'w')) => self.typed.clear(),
            _ => {}
        }
        Vec::new()
    }

    fn pasted(&mut self, text: &str, _context: &Context<'_>) -> Vec<Command> {
        // Password managers paste; only what ends the line is not part of the password.
        self.typed.push_str(text.trim_end_matches(['\r', '\n']));
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
        fill(frame.buffer_mut(), at, theme.style(Role::Input));
        let stars = "*".repeat(self.typed.chars().count());
        let mut pen = Pen::new(frame.buffer_mut(), theme, at);
        pen.write(Role::Input, &stars);
        let cursor = pen.x.min(at.right().saturating_sub(1));
        if canvas.focused {
            frame.set_cursor_position((cursor, at.y));
        }
    }
}
