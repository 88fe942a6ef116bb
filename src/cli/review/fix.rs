//! `tidegate review --fix` and `--diff`: the fixes that need no look, made or shown.

use std::path::Path;

use super::Page;
use crate::cli::output::{self, Output, Tone};
use crate::cli::{CommandError, Exit, Session};
use crate::migration::text::printable;
use crate::window::review::mend::{Kept, Mending};

/// Makes the changes. A file that cannot be written is one that was left as it is.
pub(super) fn make(mending: Mending) -> Mending {
    let Mending { changes, mut kept, open } = mending;
    let mut made = Vec::new();
    for change in changes {
        match change.write() {
            Ok(()) => made.push(change),
            Err(error) => {
                kept.push(Kept { path: change.path, fixes: change.fixed.len(), why: error.to_string() });
            }
        }
    }
    kept.sort_by(|one, other| one.path.cmp(&other.path));
    Mending { changes: made, kept, open }
}

/// Says what was fixed, and what was not and why.
pub(super) fn print(mending: &Mending, folder: &Path, session: &mut Session) -> Result<(), CommandError> {
    let output = &mut session.output;
    for change in &mending.changes {
        let path = shown(&change.path, folder);
        for one in &change.fixed {
            let line = one.line.map(|line| format!(":{line}")).unwrap_or_default();
            let fixed = output.tone(Tone::Good, "fixed");
            output.line(format!("{fixed}  {path}{line}: {}: {}", one.rule, printable(&one.title)))?;
        }
    }
    print_kept(mending, folder, output)?;
    if !mending.changes.is_empty() || !mending.kept.is_empty() {
        output.line("")?;
    }
    Ok(())
}

fn print_kept(mending: &Mending, folder: &Path, output: &mut Output) -> Result<(), CommandError> {
    for one in &mending.kept {
        let (kept, path, fixes) = (output.tone(Tone::Warning, "kept"), shown(&one.path, folder), fixes(one.fixes));
        output.line(format!("{kept}   {path}: {fixes} not made: {}.", printable(&one.why)))?;
    }
    Ok(())
}

/// Says how many findings are left whose fix somebody has to look at.
pub(super) fn print_open(mending: &Mending, session: &mut Session) -> Result<(), CommandError> {
    if mending.open > 0 {
        let open = fixes(mending.open);
        let words = format!("{open} to be looked at first: `f` in the console's review shows and makes one.");
        let words = session.output.tone(Tone::Quiet, words);
        session.output.line(words)?;
    }
    Ok(())
}

/// Prints the changes as a patch. What is left out goes where it is no part of it.
pub(super) fn print_patch(mending: &Mending, page: Page<'_>, session: &mut Session) -> Result<Exit, CommandError> {
    for change in &mending.changes {
        let patch = change.patch(&page.path(&change.path));
        for line in patch.split_terminator('\n') {
            let tone = match line.as_bytes() {
                [b'+', ..] => Some(Tone::Good),
                [b'-', ..] => Some(Tone::Bad),
                [b'@', ..] => Some(Tone::Heading),
                _ => None,
            };
            let line = harmless(line);
            let line = tone.map_or(line.clone(), |tone| session.output.tone(tone, line));
            session.output.line(line)?;
        }
    }
    let mut errors = Output::stderr(session.global.color);
    print_kept(mending, page.folder, &mut errors)?;
    errors.finish()?;
    Ok(if mending.changes.is_empty() { Exit::Done } else { Exit::Findings })
}

/// A line that no terminal obeys; tabs and the end of the line stay as a patch needs them.
fn harmless(line: &str) -> String {
    let (line, end) = line.strip_suffix('\r').map_or((line, ""), |line| (line, "\r"));
    let parts: Vec<_> = line.split('\t').map(printable).collect();
    parts.join("\t") + end
}

fn fixes(number: usize) -> String {
    if number == 1 { "1 fix".to_owned() } else { format!("{number} fixes") }
}

/// A path as it is shown: from the folder in which the command runs, where it lies below.
fn shown(path: &Path, folder: &Path) -> String {
    output::path(path.strip_prefix(folder).unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_patch_keeps_what_a_patch_needs() {
        assert_eq!(harmless("+\ta\r"), "+\ta\r");
        assert_eq!(harmless("-a\rb\u{1b}[2J"), "-a\\rb\\x1b[2J");
    }
}
