//! A line to type in, and the filter that is made of one.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use tui_input::{Input, InputRequest};

use crate::console::key::{Code, Key};
use crate::console::theme::{Role, Theme};
use crate::migration::text::printable;

use super::paint::{Pen, fill};

/// A line of text with a cursor.
#[derive(Clone, Debug, Default)]
pub struct InputLine {
    input: Input,
}

impl InputLine {
    /// What was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Replaces what was typed.
    pub fn set(&mut self, text: &str) {
        self.input = Input::new(text.to_owned());
    }

    /// Types or edits with a key; `false` for keys that do neither.
    pub fn typed(&mut self, key: Key) -> bool {
        let request = match key.code {
            Code::Character(character) if !key.control && !key.alt => InputRequest::InsertChar(character),
            Code::Character('a') if key.control => InputRequest::GoToStart,
            Code::Character('e') if key.control => InputRequest::GoToEnd,
            Code::Character('b') if key.control => InputRequest::GoToPrevChar,
            Code::Character('f') if key.control => InputRequest::GoToNextChar,
            Code::Character('b') if key.alt => InputRequest::GoToPrevWord,
            Code::Character('f') if key.alt => InputRequest::GoToNextWord,
            Code::Character('u') if key.control => InputRequest::DeleteLine,
            Code::Character('w') if key.control => InputRequest::DeletePrevWord,
            Code::Character('k') if key.control => InputRequest::DeleteTillEnd,
            Code::Character('d') if key.control => InputRequest::DeleteNextChar,
            Code::Character('h') if key.control => InputRequest::DeletePrevChar,
            Code::Backspace if key.control || key.alt => InputRequest::DeletePrevWord,
            Code::Backspace => InputRequest::DeletePrevChar,
            Code::Delete => InputRequest::DeleteNextChar,
            Code::Left if key.control => InputRequest::GoToPrevWord,
            Code::Right if key.control => InputRequest::GoToNextWord,
            Code::Left => InputRequest::GoToPrevChar,
            Code::Right => InputRequest::GoToNextChar,
            Code::Home => InputRequest::GoToStart,
            Code::End => InputRequest::GoToEnd,
            _ => return false,
        };
        self.input.handle(request);
        true
    }

    /// Inserts pasted text, on one line and printable.
    pub fn pasted(&mut self, text: &str) {
        let line = text.lines().collect::<Vec<_>>().join(" ");
        for character in printable(line.trim()).chars() {
            self.input.handle(InputRequest::InsertChar(character));
        }
    }

    /// Draws the line; with `focused`, the terminal's cursor stands in it.
    pub fn draw(&self, frame: &mut Frame<'_>, theme: &Theme, area: Rect, hint: &str, focused: bool) {
        if area.width == 0 || area.height == 0 {
            return;
        }
        let area = Rect { height: 1, ..area };
        fill(frame.buffer_mut(), area, theme.style(Role::Input));
        if self.text().is_empty() {
            Pen::new(frame.buffer_mut(), theme, area).write(Role::InputHint, hint);
        }
        let scroll = self.input.visual_scroll(usize::from(area.width.saturating_sub(1)));
        let shown: String = self.text().chars().skip(scroll).collect();
        Pen::new(frame.buffer_mut(), theme, area).write(Role::Input, &shown);
        if focused {
            let column = u16::try_from(self.input.visual_cursor().saturating_sub(scroll)).unwrap_or(0);
            frame.set_cursor_position(Position::new(area.x + column.min(area.width - 1), area.y));
        }
    }
}

/// A filter: typed after `/`, kept with Enter, left with Esc.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    line: InputLine,
    editing: bool,
}

impl Filter {
    /// What to look for; empty where there is no filter.
    #[must_use]
    pub fn query(&self) -> &str {
        self.line.text()
    }

    /// It is being typed.
    #[must_use]
    pub fn is_editing(&self) -> bool {
        self.editing
    }

    /// It takes a row of the screen.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.editing || !self.query().is_empty()
    }

    /// Begins or goes on typing.
    pub fn edit(&mut self) {
        self.editing = true;
    }

    /// Keeps what was typed.
    pub fn accept(&mut self) {
        self.editing = false;
    }

    /// Forgets it; `false` where there was none.
    pub fn leave(&mut self) -> bool {
        let was = self.is_shown();
        *self = Self::default();
        was
    }

    /// Types or edits.
    pub fn typed(&mut self, key: Key) -> bool {
        // Backspace in an empty filter leaves it, as in most programs with a `/`.
        if key.code == Code::Backspace && self.query().is_empty() {
            return self.leave();
        }
        self.line.typed(key)
    }

    /// Inserts pasted text.
    pub fn pasted(&mut self, text: &str) {
        self.line.pasted(text);
    }

    /// Whether a text holds what was typed, whatever the case; every text does without a filter.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        // Each word must occur, in any order: "drop reports" finds "legacy_reports  drop".
        let text = text.to_lowercase();
        self.query().split_whitespace().all(|word| text.contains(&word.to_lowercase()))
    }

    /// Draws it as `/query`, with how many rows matched.
    pub fn draw(&self, frame: &mut Frame<'_>, theme: &Theme, area: Rect, found: &str) {
        let mut pen = Pen::new(frame.buffer_mut(), theme, area);
        pen.write(Role::Key, "/").skip(1);
        let start = pen.x;
        let found_width = super::paint::width(found);
        let room = area.right().saturating_sub(start);
        let line = Rect { x: start, width: room.saturating_sub(found_width + 2), ..area };
        if self.editing {
            self.line.draw(frame, theme, line, "part of a name, type or status", true);
        } else {
            Pen::new(frame.buffer_mut(), theme, line).write(Role::Match, self.query());
        }
        let rest = Rect { x: line.right() + 1, width: room.saturating_sub(line.width + 1), ..area };
        Pen::new(frame.buffer_mut(), theme, rest).write(Role::Dim, found);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn typed(keys: &[&str]) -> InputLine {
        let mut line = InputLine::default();
        for key in keys {
            line.typed(key.parse().expect("a key"));
        }
        line
    }

    #[rstest]
    #[case(&["a", "b", "c"], "abc")]
    #[case(&["a", "b", "backspace"], "a")]
    #[case(&["a", "b", "ctrl-a", "x"], "xab")]
    #[case(&["a", "b", "left", "x"], "axb")]
    #[case(&["a", "b", "ctrl-u"], "")]
    #[case(&["a", "space", "b", "ctrl-w"], "a ")]
    fn keys_edit_the_line(#[case] keys: &[&str], #[case] text: &str) {
        assert_eq!(typed(keys).text(), text);
    }

    #[test]
    fn what_is_pasted_becomes_one_printable_line() {
        let mut line = InputLine::default();
        line.pasted("one\ntwo\u{1b}[2J\n");
        assert!(line.text().starts_with("one two"), "{:?}", line.text());
        assert!(!line.text().chars().any(char::is_control), "{:?}", line.text());
    }

    #[rstest]
    #[case("", true)]
    #[case("REPORT", true)]
    #[case("reports drop", true)]
    #[case("reports create", false)]
    fn a_filter_wants_every_word_in_any_order(#[case] query: &str, #[case] matches: bool) {
        let mut filter = Filter::default();
        filter.pasted(query);
        assert_eq!(filter.matches("20260804120000 drop legacy_reports"), matches);
    }
}
