//! Standard output: plain aligned lines or JSON, with colour on a terminal only.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::args::ColorWhen;
use crate::config::Tier;
use crate::migration::text::{acts_on_terminal, printable, printable_lines};

/// What a word is about, for its colour. The word itself must say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A heading.
    Heading,
    /// What is of lesser interest.
    Quiet,
    /// As it should be.
    Good,
    /// Worth a look.
    Warning,
    /// Wrong.
    Bad,
}

impl Tone {
    /// The tone of a tier.
    pub fn of_tier(tier: Tier) -> Self {
        match tier {
            Tier::Development => Self::Quiet,
            Tier::Staging => Self::Warning,
            Tier::Production => Self::Bad,
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Heading => Style::new().bold(),
            Self::Quiet => Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// Standard output, or what stands for it in a test.
pub struct Output {
    writer: Box<dyn Write>,
    colored: bool,
}

impl Output {
    /// Standard output of this process.
    pub fn stdout(color: ColorWhen) -> Self {
        let stdout = io::stdout();
        let colored = is_colored(color, stdout.is_terminal());
        Self { writer: Box::new(BufWriter::new(stdout)), colored }
    }

    /// Standard error of this process, for what is said on the way.
    pub fn stderr(color: ColorWhen) -> Self {
        let stderr = io::stderr();
        let colored = is_colored(color, stderr.is_terminal());
        Self { writer: Box::new(BufWriter::new(stderr)), colored }
    }

    /// Whether it takes colours.
    pub fn is_colored(&self) -> bool {
        self.colored
    }

    /// The text in its tone.
    pub fn tone(&self, tone: Tone, text: impl AsRef<str>) -> String {
        paint(self.colored, tone, text.as_ref())
    }

    /// One line.
    pub fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(self.writer, "{}", text.as_ref())
    }

    /// Lines of a label and a value, the values below one another. A value of several lines is indented.
    pub fn fields<L: AsRef<str>, V: AsRef<str>>(&mut self, indent: usize, fields: &[(L, V)]) -> io::Result<()> {
        let width = fields.iter().map(|(label, _)| label.as_ref().width()).max().unwrap_or(0);
        for (label, value) in fields {
            let label = label.as_ref();
            let gap = width - label.width() + 2;
            let label = self.tone(Tone::Quiet, label);
            let value = value.as_ref().replace('\n', &format!("\n{:width$}", "", width = indent + width + 2));
            writeln!(self.writer, "{:indent$}{label}{:gap$}{value}", "", "")?;
        }
        Ok(())
    }

    /// One JSON document, indented, with a line end.
    pub fn json<T: Serialize>(&mut self, value: &T) -> io::Result<()> {
        let document = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
        self.line(harmless_json(&document))
    }

    /// One JSON document on a line of its own.
    pub fn json_line<T: Serialize>(&mut self, value: &T) -> io::Result<()> {
        let document = serde_json::to_string(value).map_err(io::Error::from)?;
        self.line(harmless_json(&document))
    }

    /// Writes out what is still held back.
    pub fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Says on standard error what stood in the way, with every cause that adds something.
pub fn report(error: &dyn Error, color: ColorWhen) {
    let stderr = io::stderr();
    let colored = is_colored(color, stderr.is_terminal());
    let mut text = paint(colored, Tone::Bad, "error:") + " " + &printable_lines(&error.to_string());
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        // Many errors already repeat their cause.
        if !said.contains(&words) {
            let _ = write!(text, "\n  because: {}", printable(&words));
            said = words;
        }
        cause = error.source();
    }
    // When standard error is gone, too, only the exit status is left to tell.
    let _ = writeln!(stderr.lock(), "{text}");
}

/// A path, safe to show.
pub fn path(path: &Path) -> String {
    printable(&path.display().to_string()).into_owned()
}

/// JSON in which nothing acts on the terminal that it may be shown on. Its writer has escaped the ASCII control
/// characters already; what else may stand in a string is escaped here.
fn harmless_json(document: &str) -> Cow<'_, str> {
    let acts = |character: char| character >= '\x7f' && acts_on_terminal(character);
    // Most documents are ASCII, and that is seen far quicker.
    if document.bytes().all(|byte| byte < b'\x7f') || !document.contains(acts) {
        return Cow::Borrowed(document);
    }
    let mut harmless = String::with_capacity(document.len() + 16);
    for character in document.chars() {
        if acts(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(harmless, "\\u{unit:04x}");
            }
        } else {
            harmless.push(character);
        }
    }
    Cow::Owned(harmless)
}

fn is_colored(color: ColorWhen, terminal: bool) -> bool {
    match color {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => {
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
            terminal && !refused && !dumb
        }
    }
}

fn paint(colored: bool, tone: Tone, text: &str) -> String {
    if colored {
        let style = tone.style();
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_meaning_and_loses_what_acts_on_a_terminal() {
        let text = "tab\t escape\x1b csi\u{9b} delete\x7f reversed\u{202e} tag\u{e0041} é 日本";
        let document = serde_json::to_string(text).expect("serialises");
        let harmless = harmless_json(&document);
        assert!(!harmless.contains(acts_on_terminal), "{harmless:?}");
        assert!(harmless.contains("é 日本"));
        assert_eq!(serde_json::from_str::<String>(&harmless).expect("is JSON"), text);
    }
}
