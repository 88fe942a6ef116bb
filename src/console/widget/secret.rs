//! A line to type a password into: it shows how much was typed, and nothing of it.

use std::fmt;

use ratatui::Frame;
use ratatui::layout::Rect;
use zeroize::Zeroizing;

use crate::config::Secret;
use crate::console::key::{Code, Key};
use crate::console::theme::{Role, Theme};

use super::paint::{Pen, fill};

/// A password that is being typed.
#[derive(Default)]
pub struct SecretLine {
    typed: Zeroizing<String>,
}

/// A password is never printed, not even for debugging.
impl fmt::Debug for SecretLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretLine(…)")
    }
}

impl SecretLine {
    /// Nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.typed.is_empty()
    }

    /// Hands over what was typed, and forgets it.
    pub fn take(&mut self) -> Secret {
        Secret::new(std::mem::take(&mut *self.typed))
    }

    /// Forgets what was typed.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Types or takes back.
    pub fn typed(&mut self, key: Key) {
        match (key.character(), key.code) {
            (Some(character), _) => self.typed.push(character),
            (None, Code::Backspace) => {
                self.typed.pop();
            }
            (None, Code::Character('u' | 'w')) => self.clear(),
            _ => {}
        }
    }

    /// Takes in what was pasted: password managers do. Only what ends the line is no part of the password.
    pub fn pasted(&mut self, text: &str) {
        self.typed.push_str(text.trim_end_matches(['\r', '\n']));
    }

    /// Draws a star for each character; with `focused`, the terminal's cursor stands behind them.
    pub fn draw(&self, frame: &mut Frame<'_>, theme: &Theme, area: Rect, focused: bool) {
        fill(frame.buffer_mut(), area, theme.style(Role::Input));
        let stars = "*".repeat(self.typed.chars().count());
        let mut pen = Pen::new(frame.buffer_mut(), theme, area);
        pen.write(Role::Input, &stars);
        let cursor = pen.x.min(area.right().saturating_sub(1));
        if focused {
            frame.set_cursor_position((cursor, area.y));
        }
    }
}
