//! How the console looks and which keys it obeys, as far as the user configures it.

use std::collections::BTreeMap;

/// How the console looks and which keys it obeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// The name of a theme; `None` chooses by the terminal.
    pub theme: Option<String>,
    /// Whether the console listens to the mouse.
    pub mouse: bool,
    /// Whether glyphs are plain ASCII; `None` decides by the locale.
    pub ascii: Option<bool>,
    /// Whether `y` copies to the clipboard through the terminal (OSC 52).
    pub clipboard: bool,
    /// Keys by the name of the action that they replace the default keys of.
    pub keys: BTreeMap<String, KeyOverride>,
}

/// The keys that a user wants for one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOverride {
    /// The keys, each in the notation `ctrl-x`, `alt-enter`, `f5`, `g`; empty switches the action's keys off.
    pub keys: Vec<String>,
    /// The line of the configuration file, counted from 1.
    pub line: u32,
}

impl Default for Interface {
    fn default() -> Self {
        Self { theme: None, mouse: true, ascii: None, clipboard: true, keys: BTreeMap::new() }
    }
}
