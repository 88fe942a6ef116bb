//! Which key does what: one table, from which the handling, the footer, the help and the palette are all made.
//!
//! A screen declares its own [`Binding`]s in its own file and names the [`KeySet`]s that it shares with others (moving
//! in a list, scrolling text). What works everywhere is in [`EVERYWHERE`]. The configuration may give any action other
//! keys; whatever it gets wrong is a warning, and the keys of the table stay.

use std::collections::BTreeMap;
use std::fmt;

use crate::config::KeyOverride;

use super::key::{Code, Key};
use super::view::SCREENS;

/// Something that a key can do, by the name under which the configuration binds it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Action(pub &'static str);

impl fmt::Debug for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// One row of the key table.
#[derive(Debug, PartialEq, Eq)]
pub struct Binding {
    /// What happens.
    pub action: Action,
    /// The keys that do it, the one to show first.
    pub keys: &'static [&'static str],
    /// What happens, in words: the help and the palette show them.
    pub words: &'static str,
    /// The word for the footer; empty keeps the key out of it.
    pub short: &'static str,
    /// When it is possible, in words for the help; empty means always.
    pub when: &'static str,
}

/// Bindings that several screens share.
#[derive(Debug)]
pub struct KeySet {
    /// What the help calls them.
    pub title: &'static str,
    /// The bindings.
    pub bindings: &'static [Binding],
}

/// What the key table knows of a screen or dialog.
#[derive(Debug)]
pub struct ScreenSpec {
    /// The name, also the first part of its actions' names.
    pub name: &'static str,
    /// What the help and the palette call it.
    pub title: &'static str,
    /// What it is for, in a few sentences for the help.
    pub about: &'static str,
    /// Its own keys.
    pub keys: &'static [Binding],
    /// The keys that it shares with others.
    pub shared: &'static [&'static KeySet],
}

const fn binding(action: Action, keys: &'static [&'static str], words: &'static str, short: &'static str) -> Binding {
    Binding { action, keys, words, short, when: "" }
}

/// The actions that several screens know.
pub mod action {
    use super::Action;

    /// One row or line up.
    pub const UP: Action = Action("up");
    /// One row or line down.
    pub const DOWN: Action = Action("down");
    /// To the left.
    pub const LEFT: Action = Action("left");
    /// To the right.
    pub const RIGHT: Action = Action("right");
    /// Half a page up.
    pub const HALF_UP: Action = Action("half-page-up");
    /// Half a page down.
    pub const HALF_DOWN: Action = Action("half-page-down");
    /// A page up.
    pub const PAGE_UP: Action = Action("page-up");
    /// A page down.
    pub const PAGE_DOWN: Action = Action("page-down");
    /// To the first row or line.
    pub const TOP: Action = Action("top");
    /// To the last row or line.
    pub const BOTTOM: Action = Action("bottom");
    /// To the next pane, part or environment.
    pub const NEXT: Action = Action("next");
    /// To the one before.
    pub const PREVIOUS: Action = Action("previous");
    /// Open what is selected, or press the focused button.
    pub const OPEN: Action = Action("open");
    /// Type a filter.
    pub const FILTER: Action = Action("filter");
    /// The next match.
    pub const NEXT_MATCH: Action = Action("next-match");
    /// The match before.
    pub const PREVIOUS_MATCH: Action = Action("previous-match");
    /// Copy what is selected.
    pub const COPY: Action = Action("copy");
    /// Copy everything that is shown.
    pub const COPY_ALL: Action = Action("copy-all");
    /// One layer back.
    pub const BACK: Action = Action("back");
    /// Back or, on the first screen, quit.
    pub const QUIT: Action = Action("quit");
    /// Open the palette.
    pub const PALETTE: Action = Action("palette");
    /// Open the help.
    pub const HELP: Action = Action("help");
    /// Open the log.
    pub const LOG: Action = Action("log");
    /// Stop what runs; without anything running, quit.
    pub const STOP: Action = Action("stop");
    /// Leave the terminal to the shell until `fg`.
    pub const SUSPEND: Action = Action("suspend");
    /// Draw everything afresh.
    pub const REDRAW: Action = Action("redraw");
    /// Show the newest error in full.
    pub const ERROR: Action = Action("error");
    /// Answer yes.
    pub const YES: Action = Action("yes");
    /// Answer no.
    pub const NO: Action = Action("no");
}

/// The keys that work on every screen, unless it has another use for one.
pub static EVERYWHERE: KeySet = KeySet {
    title: "Everywhere",
    bindings: &[
        binding(action::HELP, &["?", "f1"], "Show the keys of this screen", "help"),
        binding(action::PALETTE, &[":", "ctrl-p"], "Find an action by its name", "commands"),
        binding(action::BACK, &["esc"], "Go one layer back, or dismiss the error that is shown", ""),
        binding(action::QUIT, &["q"], "Go back; on the board, quit", "quit"),
        binding(action::LOG, &["@"], "Show the log", ""),
        binding(action::ERROR, &["!"], "Show the newest error in full", ""),
        binding(action::STOP, &["ctrl-c"], "Stop what runs (asks first); with nothing running, quit", ""),
        binding(action::REDRAW, &["ctrl-l"], "Draw the screen afresh", ""),
        binding(action::SUSPEND, &["ctrl-z"], "Leave the terminal to the shell; `fg` comes back", ""),
    ],
};

/// Moving through rows.
pub static LIST_KEYS: KeySet = KeySet {
    title: "Moving in the list",
    bindings: &[
        binding(action::DOWN, &["j", "down"], "Next row", ""),
        binding(action::UP, &["k", "up"], "Previous row", ""),
        binding(action::TOP, &["g", "home"], "First row", ""),
        binding(action::BOTTOM, &["G", "end"], "Last row", ""),
        binding(action::HALF_DOWN, &["ctrl-d"], "Half a page down", ""),
        binding(action::HALF_UP, &["ctrl-u"], "Half a page up", ""),
        binding(action::PAGE_DOWN, &["pgdn", "ctrl-f"], "A page down", ""),
        binding(action::PAGE_UP, &["pgup", "ctrl-b"], "A page up", ""),
    ],
};

/// Filtering rows, and walking through matches.
pub static FILTER_KEYS: KeySet = KeySet {
    title: "Filter",
    bindings: &[
        binding(action::FILTER, &["/"], "Filter; an empty filter shows everything", "filter"),
        binding(action::NEXT_MATCH, &["n"], "Next match", ""),
        binding(action::PREVIOUS_MATCH, &["N"], "Previous match", ""),
    ],
};

/// Scrolling text.
pub static TEXT_KEYS: KeySet = KeySet {
    title: "Moving in the text",
    bindings: &[
        binding(action::DOWN, &["j", "down"], "One line down", ""),
        binding(action::UP, &["k", "up"], "One line up", ""),
        binding(action::LEFT, &["h", "left"], "Scroll to the left", ""),
        binding(action::RIGHT, &["l", "right"], "Scroll to the right", ""),
        binding(action::TOP, &["g", "home"], "First line", ""),
        binding(action::BOTTOM, &["G", "end"], "Last line", ""),
        binding(action::HALF_DOWN, &["ctrl-d"], "Half a page down", ""),
        binding(action::HALF_UP, &["ctrl-u"], "Half a page up", ""),
        binding(action::PAGE_DOWN, &["pgdn", "ctrl-f", "space"], "A page down", ""),
        binding(action::PAGE_UP, &["pgup", "ctrl-b"], "A page up", ""),
    ],
};

/// Searching in text.
pub static SEARCH_KEYS: KeySet = KeySet {
    title: "Search",
    bindings: &[
        binding(action::FILTER, &["/"], "Search in the text", "search"),
        binding(action::NEXT_MATCH, &["n"], "Next match", ""),
        binding(action::PREVIOUS_MATCH, &["N"], "Previous match", ""),
    ],
};

/// The key table as configured.
#[derive(Debug)]
pub struct Keymap {
    screens: BTreeMap<&'static str, Vec<Entry>>,
}

/// An action on a screen, with the keys it has there.
#[derive(Debug)]
pub struct Entry {
    /// The row of the table.
    pub binding: &'static Binding,
    /// The group that the help shows it under.
    pub group: &'static str,
    /// The keys as configured, the one to show first; empty where the user switched them off.
    pub keys: Vec<Key>,
}

/// Something in the configured keys that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyWarning(pub String);

impl Keymap {
    /// The table with the user's keys; the warnings tell which of them were passed over, and why.
    #[must_use]
    pub fn new(overrides: &BTreeMap<String, KeyOverride>) -> (Self, Vec<KeyWarning>) {
        let mut warnings = Vec::new();
        let mut own: BTreeMap<&str, (Vec<Key>, u32)> = BTreeMap::new();
        for (name, wanted) in overrides {
            if !actions().any(|known| known == name) {
                let nearest = actions().min_by_key(|known| strsim::osa_distance(known, name)).unwrap_or_default();
                warnings.push(KeyWarning(format!(
                    "Line {}: there is no action `{name}`; the nearest is `{nearest}`.",
                    wanted.line
                )));
                continue;
            }
            let mut keys = Vec::new();
            for text in &wanted.keys {
                match text.parse::<Key>() {
                    Ok(key) => keys.push(key),
                    Err(error) => warnings.push(KeyWarning(format!("Line {}: {error}", wanted.line))),
                }
            }
            if keys.is_empty() && !wanted.keys.is_empty() {
                continue;
            }
            own.insert(name, (keys, wanted.line));
        }
        let mut keymap = Self::with(&own);
        // A key that would do two things on one screen does neither user nor table a service: drop the user's.
        while let Some((screen, key, action)) = keymap.first_conflict(&own) {
            let line = own.remove(action.0).map_or(0, |(_, line)| line);
            warnings.push(KeyWarning(format!(
                "Line {line}: `{key}` for `{}` already does something else on the screen {screen}; the usual key stays.",
                action.0
            )));
            keymap = Self::with(&own);
        }
        (keymap, warnings)
    }

    fn with(own: &BTreeMap<&str, (Vec<Key>, u32)>) -> Self {
        let mut screens = BTreeMap::new();
        for spec in SCREENS {
            let mut entries: Vec<Entry> = Vec::new();
            let groups = std::iter::once((spec.title, spec.keys))
                .chain(spec.shared.iter().map(|set| (set.title, set.bindings)))
                .chain(std::iter::once((EVERYWHERE.title, EVERYWHERE.bindings)));
            for (group, bindings) in groups {
                for binding in bindings {
                    // The nearer group wins: a screen may use a key of a wider group for something of its own.
                    if entries.iter().any(|entry| entry.binding.action == binding.action) {
                        continue;
                    }
                    let keys = match own.get(binding.action.0) {
                        Some((keys, _)) => keys.clone(),
                        None => binding.keys.iter().filter_map(|text| text.parse().ok()).collect(),
                    };
                    entries.push(Entry { binding, group, keys });
                }
            }
            screens.insert(spec.name, entries);
        }
        Self { screens }
    }

    fn first_conflict(&self, own: &BTreeMap<&str, (Vec<Key>, u32)>) -> Option<(&'static str, Key, Action)> {
        for (screen, entries) in &self.screens {
            for (index, entry) in entries.iter().enumerate() {
                for key in &entry.keys {
                    let other = entries[index + 1..].iter().find(|other| other.keys.contains(key));
                    let culprit = match other {
                        Some(_) if own.contains_key(entry.binding.action.0) => entry.binding.action,
                        Some(other) if own.contains_key(other.binding.action.0) => other.binding.action,
                        _ => continue,
                    };
                    return Some((screen, *key, culprit));
                }
            }
        }
        None
    }

    /// The actions of a screen with their keys, in the order of the table.
    #[must_use]
    pub fn entries(&self, screen: &str) -> &[Entry] {
        self.screens.get(screen).map_or(&[], Vec::as_slice)
    }

    /// What `key` does on a screen.
    #[must_use]
    pub fn action(&self, screen: &str, key: Key) -> Option<Action> {
        self.entries(screen).iter().find(|entry| entry.keys.contains(&key)).map(|entry| entry.binding.action)
    }

    /// What `key` does while text is typed: keys that type or edit are no commands then.
    #[must_use]
    pub fn action_while_typing(&self, screen: &str, key: Key) -> Option<Action> {
        let edits = match key.code {
            Code::Character(character) => (!key.control && !key.alt) || "abdefhkuwy".contains(character),
            Code::Backspace | Code::Delete | Code::Left | Code::Right | Code::Home | Code::End => true,
            _ => false,
        };
        if edits { None } else { self.action(screen, key) }
    }

    /// The key to show for an action of a screen; `None` where it has none.
    #[must_use]
    pub fn key(&self, screen: &str, action: Action) -> Option<Key> {
        let entry = self.entries(screen).iter().find(|entry| entry.binding.action == action)?;
        entry.keys.first().copied()
    }
}

/// The name of every action.
fn actions() -> impl Iterator<Item = &'static str> {
    let sets = SCREENS.iter().flat_map(|spec| spec.shared.iter().map(|set| set.bindings));
    EVERYWHERE
        .bindings
        .iter()
        .chain(SCREENS.iter().flat_map(|spec| spec.keys))
        .chain(sets.flatten())
        .map(|binding| binding.action.0)
}

/// The key table in Markdown: what `docs/keys.md` holds.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Keys\n\n\
         This page is made from the table that handles the keys. `?` shows the same for the screen you are on, and `:` \
         finds any action by its name.\n\n\
         Other keys go into the configuration, by the name of the action; an empty list switches an action's keys off:\n\n\
         ```toml\n[interface.keys]\n\"board.window\" = [\"w\", \"f5\"]\nquit = \"ctrl-q\"\n```\n",
    );
    let mut section = |title: &str, about: &str, bindings: &[Binding]| {
        if bindings.is_empty() && about.is_empty() {
            return;
        }
        text.push_str(&format!("\n## {title}\n\n"));
        if !about.is_empty() {
            text.push_str(&format!("{about}\n\n"));
        }
        if bindings.is_empty() {
            return;
        }
        text.push_str("| keys | what happens | action |\n| --- | --- | --- |\n");
        for binding in bindings {
            let keys: Vec<String> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
            let when = if binding.when.is_empty() { String::new() } else { format!(" ({})", binding.when) };
            text.push_str(&format!("| {} | {}{when} | `{}` |\n", keys.join(" "), binding.words, binding.action.0));
        }
    };
    section(EVERYWHERE.title, "", EVERYWHERE.bindings);
    for set in [&LIST_KEYS, &FILTER_KEYS, &TEXT_KEYS, &SEARCH_KEYS] {
        section(set.title, "", set.bindings);
    }
    for spec in SCREENS {
        section(spec.title, spec.about, spec.keys);
    }
    text
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn table() -> Keymap {
        Keymap::new(&BTreeMap::new()).0
    }

    #[test]
    fn every_key_of_the_table_is_a_key() {
        for spec in SCREENS {
            let shared = spec.shared.iter().flat_map(|set| set.bindings);
            for binding in spec.keys.iter().chain(shared).chain(EVERYWHERE.bindings) {
                for key in binding.keys {
                    assert_eq!(key.parse::<Key>().map(|key| key.to_string()).as_deref(), Ok(*key), "{}", spec.name);
                }
            }
        }
    }

    #[test]
    fn no_key_does_two_things_on_a_screen() {
        for spec in SCREENS {
            let own = spec.keys.iter().chain(spec.shared.iter().flat_map(|set| set.bindings));
            let mut keys: Vec<&str> = own.flat_map(|binding| binding.keys).copied().collect();
            let count = keys.len();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), count, "{}", spec.name);
        }
    }

    #[test]
    fn no_action_is_listed_twice_on_a_screen_and_screens_have_names_of_their_own() {
        for spec in SCREENS {
            let own = spec.keys.iter().chain(spec.shared.iter().flat_map(|set| set.bindings));
            let mut actions: Vec<Action> = own.map(|binding| binding.action).collect();
            let count = actions.len();
            actions.sort_unstable();
            actions.dedup();
            assert_eq!(actions.len(), count, "{}", spec.name);
        }
        let mut names: Vec<&str> = SCREENS.iter().map(|spec| spec.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SCREENS.len());
    }

    #[test]
    fn every_action_says_what_it_does() {
        for spec in SCREENS {
            assert!(!spec.about.is_empty() && !spec.title.is_empty(), "{}", spec.name);
            for entry in table().entries(spec.name) {
                assert!(!entry.binding.words.is_empty(), "{:?}", entry.binding.action);
            }
        }
    }

    #[rstest]
    #[case("q", None)]
    #[case("ctrl-u", None)]
    #[case("backspace", None)]
    #[case("enter", Some(action::OPEN))]
    #[case("down", Some(action::DOWN))]
    #[case("esc", Some(action::BACK))]
    #[case("ctrl-c", Some(action::STOP))]
    fn while_text_is_typed_only_keys_that_type_nothing_are_commands(#[case] key: &str, #[case] does: Option<Action>) {
        assert_eq!(table().action_while_typing("board", key.parse().expect("a key")), does);
    }

    #[test]
    fn the_page_about_keys_is_the_key_table() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/keys.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(page, markdown()).expect("the page can be written");
        }
        let written = std::fs::read_to_string(page).unwrap_or_default();
        assert_eq!(written, markdown(), "run the tests with UPDATE_DOCS=1 to write docs/keys.md again");
    }
}
