//! One key press, as the key table and the configuration write it: `enter`, `ctrl-u`, `G`, `shift-tab`.
//!
//! Own code rather than a library because case matters here: `g` and `G` are different keys, and the ready-made
//! parsers fold them into one.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with its modifiers, in one canonical spelling per key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// What was pressed.
    pub code: Code,
    /// Control was held.
    pub control: bool,
    /// Alt (Meta, Option) was held.
    pub alt: bool,
    /// Shift was held; never set for characters, whose case already says it.
    pub shift: bool,
}

/// What was pressed, apart from the modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A character as typed, so `G` and not shift and `g`.
    Character(char),
    /// Enter or Return.
    Enter,
    /// Escape.
    Escape,
    /// Tab.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// The arrow.
    Up,
    /// The arrow.
    Down,
    /// The arrow.
    Left,
    /// The arrow.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// F1 to F24.
    Function(u8),
}

/// The words that stand for keys which are no character.
const NAMES: &[(&str, Code)] = &[
    ("enter", Code::Enter),
    ("esc", Code::Escape),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("del", Code::Delete),
    ("ins", Code::Insert),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("space", Code::Character(' ')),
];

/// Spellings that people also use.
const ALIASES: &[(&str, &str)] = &[
    ("return", "enter"),
    ("escape", "esc"),
    ("delete", "del"),
    ("insert", "ins"),
    ("pageup", "pgup"),
    ("pagedown", "pgdn"),
];

impl Key {
    /// The key without modifiers.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, control: false, alt: false, shift: false }
    }

    /// The key that a terminal event reports; `None` for keys without a name here (media keys, lone modifiers).
    #[must_use]
    pub fn from_event(event: KeyEvent) -> Option<Self> {
        let mut shift = event.modifiers.contains(KeyModifiers::SHIFT);
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        let code = match event.code {
            KeyCode::Char(character) => {
                shift = false;
                // Terminals disagree on the case of control characters; one spelling is enough.
                Code::Character(if control { character.to_ascii_lowercase() } else { character })
            }
            KeyCode::BackTab => {
                shift = true;
                Code::Tab
            }
            KeyCode::Enter => Code::Enter,
            KeyCode::Esc => Code::Escape,
            KeyCode::Tab => Code::Tab,
            KeyCode::Backspace => Code::Backspace,
            KeyCode::Delete => Code::Delete,
            KeyCode::Insert => Code::Insert,
            KeyCode::Up => Code::Up,
            KeyCode::Down => Code::Down,
            KeyCode::Left => Code::Left,
            KeyCode::Right => Code::Right,
            KeyCode::Home => Code::Home,
            KeyCode::End => Code::End,
            KeyCode::PageUp => Code::PageUp,
            KeyCode::PageDown => Code::PageDown,
            KeyCode::F(number) => Code::Function(number),
            _ => return None,
        };
        Some(Self { code, control, alt: event.modifiers.contains(KeyModifiers::ALT), shift })
    }

    /// The character this key types into an input line; `None` for commands such as `ctrl-u`.
    #[must_use]
    pub fn character(self) -> Option<char> {
        match self.code {
            Code::Character(character) if !self.control && !self.alt => Some(character),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.control {
            formatter.write_str("ctrl-")?;
        }
        if self.alt {
            formatter.write_str("alt-")?;
        }
        if self.shift {
            formatter.write_str("shift-")?;
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return formatter.write_str(name);
        }
        match self.code {
            Code::Character(character) => write!(formatter, "{character}"),
            Code::Function(number) => write!(formatter, "f{number}"),
            other => write!(formatter, "{other:?}"),
        }
    }
}

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no key. Write a character (`w`, `G`, `/`), a word ({words}, `f1` to `f24`), and in front of it \
     `ctrl-`, `alt-` or `shift-` where needed.",
    words = NAMES.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ")
)]
pub struct KeyError(String);

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut key = Self::plain(Code::Escape);
        let mut rest = text.trim();
        loop {
            let (held, after) = match rest.split_once('-') {
                Some((modifier, after)) if !after.is_empty() => (modifier.to_ascii_lowercase(), after),
                _ => break,
            };
            match held.as_str() {
                "ctrl" | "control" => key.control = true,
                "alt" | "meta" => key.alt = true,
                "shift" => key.shift = true,
                _ => return Err(KeyError(text.to_owned())),
            }
            rest = after;
        }
        let mut characters = rest.chars();
        key.code = match (characters.next(), characters.next()) {
            (Some(character), None) => Code::Character(character),
            _ => named(&rest.to_ascii_lowercase()).ok_or_else(|| KeyError(text.to_owned()))?,
        };
        if let Code::Character(character) = key.code {
            if key.shift {
                key.code = Code::Character(character.to_ascii_uppercase());
                key.shift = false;
            }
            if key.control {
                key.code = Code::Character(character.to_ascii_lowercase());
            }
        }
        Ok(key)
    }
}

fn named(word: &str) -> Option<Code> {
    let word = ALIASES.iter().find(|(alias, _)| *alias == word).map_or(word, |(_, name)| name);
    if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == word) {
        return Some(*code);
    }
    let number: u8 = word.strip_prefix('f')?.parse().ok()?;
    (1..=24).contains(&number).then_some(Code::Function(number))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("j")]
    #[case("G")]
    #[case("/")]
    #[case("-")]
    #[case("ctrl-u")]
    #[case("ctrl--")]
    #[case("alt-enter")]
    #[case("shift-tab")]
    #[case("space")]
    #[case("pgdn")]
    #[case("f12")]
    fn a_key_is_read_as_it_is_written(#[case] text: &str) {
        let key: Key = text.parse().expect("a key");
        assert_eq!(key.to_string(), text);
    }

    #[rstest]
    #[case("Return", "enter")]
    #[case("shift-g", "G")]
    #[case("Ctrl-U", "ctrl-u")]
    #[case("PageDown", "pgdn")]
    fn other_spellings_mean_the_same_key(#[case] text: &str, #[case] canonical: &str) {
        assert_eq!(text.parse::<Key>().expect("a key").to_string(), canonical);
    }

    #[rstest]
    #[case("")]
    #[case("hyper-x")]
    #[case("f25")]
    #[case("entre")]
    fn what_names_no_key_is_refused_with_the_words_that_do(#[case] text: &str) {
        let error = text.parse::<Key>().expect_err("not a key");
        assert!(error.to_string().contains("`enter`"), "{error}");
    }

    #[test]
    fn a_terminal_reports_shift_tab_as_its_own_key() {
        let event = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(Key::from_event(event).map(|key| key.to_string()).as_deref(), Some("shift-tab"));
    }

    #[test]
    fn shift_is_part_of_the_character() {
        let event = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Key::from_event(event), "G".parse().ok());
    }
}
