//! What the console looks like: one TOML file a theme, compiled in or in the user's theme folder.
//!
//! The screens never name a colour. They ask for a [`Role`] — what a piece of text *is* — and the theme answers with a
//! style. Everything a colour says is also said by a word or a glyph, so that a theme without colours loses nothing.

mod capability;
mod colour;
mod glyphs;
mod load;
mod role;

pub use capability::{Ask, Capabilities, ColourDepth};
pub use glyphs::{Glyphs, UNICODE};
pub use load::{ThemeError, ThemeWarning, built_in, names};
pub use role::Role;

use ratatui::style::Style;

/// A style for every role.
#[derive(Clone, Debug)]
pub struct Theme {
    name: String,
    styles: [Style; Role::COUNT],
    glyphs: &'static Glyphs,
}

impl Theme {
    /// The name under which the theme is chosen.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How text that plays `role` looks.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The marks and lines to draw with.
    #[must_use]
    pub fn glyphs(&self) -> &'static Glyphs {
        self.glyphs
    }
}
