//! The person at the terminal: asked on standard error, so that standard output holds results only.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::os::fd::AsFd;

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

use crate::config::Secret;
use crate::migration::text::printable_lines;

/// What ends, edits and breaks off a line that is typed unseen.
mod byte {
    pub(super) const INTERRUPT: u8 = 0x03;
    pub(super) const END: u8 = 0x04;
    pub(super) const BACKSPACE: [u8; 2] = [0x08, 0x7f];
    pub(super) const LINE_END: [u8; 2] = [b'\r', b'\n'];
    pub(super) const KILL_LINE: u8 = 0x15;
}

/// A terminal with a person at it.
#[derive(Debug)]
pub struct Terminal(());

impl Terminal {
    /// The terminal of this process; none where nobody can be asked.
    pub fn of_process() -> Option<Self> {
        (io::stdin().is_terminal() && io::stderr().is_terminal()).then_some(Terminal(()))
    }

    /// Says something.
    pub fn say(&self, text: &str) -> io::Result<()> {
        writeln!(io::stderr(), "{}", printable_lines(text))
    }

    /// Asks for a line; none where the input ended.
    pub fn line(&self, question: &str) -> io::Result<Option<String>> {
        self.prompt(question)?;
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line)?;
        Ok((read > 0).then(|| line.trim().to_owned()))
    }

    /// Asks for something that is not to be seen while it is typed; none where nothing was.
    pub fn secret(&self, question: &str) -> io::Result<Option<Secret>> {
        let input = io::stdin();
        let typed = {
            // Before the question is seen, so that nothing of the answer is.
            let _unseen = Unseen::begin(input.as_fd())?;
            self.prompt(question)?;
            typed_line(input.lock())
        };
        writeln!(io::stderr())?;
        Ok(typed?.filter(|typed| !typed.is_empty()).map(Secret::new))
    }

    fn prompt(&self, question: &str) -> io::Result<()> {
        let mut terminal = io::stderr();
        write!(terminal, "{}", printable_lines(question))?;
        terminal.flush()
    }
}

/// A terminal that shows nothing of what is typed and leaves every key to us, until this is dropped.
struct Unseen<'a> {
    terminal: std::os::fd::BorrowedFd<'a>,
    before: Termios,
}

impl<'a> Unseen<'a> {
    fn begin(terminal: std::os::fd::BorrowedFd<'a>) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut unseen = before.clone();
        // Without ISIG an interrupt comes as a key: the terminal is put right again before anything ends.
        unseen.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
        unseen.special_codes[SpecialCodeIndex::VMIN] = 1;
        unseen.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(terminal, OptionalActions::Drain, &unseen)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Unseen<'_> {
    fn drop(&mut self) {
        // Where the terminal is gone, there is nothing to put right.
        let _ = tcsetattr(self.terminal, OptionalActions::Drain, &self.before);
    }
}

/// A line from keys that nobody else handles; none where it was broken off.
fn typed_line(mut keys: impl Read) -> io::Result<Option<String>> {
    // Room for the longest password that somebody types: one that grows leaves copies behind.
    let mut typed = Vec::with_capacity(1024);
    let mut key = [0];
    loop {
        if keys.read(&mut key)? == 0 {
            break;
        }
        match key[0] {
            byte::INTERRUPT => return Ok(None),
            byte::END if typed.is_empty() => return Ok(None),
            byte::END => {}
            end if byte::LINE_END.contains(&end) => break,
            byte::KILL_LINE => typed.clear(),
            erase if byte::BACKSPACE.contains(&erase) => {
                // A character may be several bytes: all but the first of them begin with 10.
                while typed.pop().is_some_and(|last| last & 0b1100_0000 == 0b1000_0000) {}
            }
            other => typed.push(other),
        }
    }
    String::from_utf8(typed).map(Some).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no UTF-8"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"secret\n", Some("secret"))]
    #[case(b"secret\rmore", Some("secret"))]
    #[case(b"secret", Some("secret"))]
    #[case(b" a b \n", Some(" a b "))]
    #[case("pä\u{7f}\u{7f}x\n".as_bytes(), Some("x"))]
    #[case(b"\x7fab\x08c\n", Some("ac"))]
    #[case(b"wrong\x15right\n", Some("right"))]
    #[case(b"sec\x03ret\n", None)]
    #[case(b"\x04", None)]
    #[case(b"a\x04b\n", Some("ab"))]
    #[case(b"\n", Some(""))]
    fn keys_make_a_line(#[case] keys: &[u8], #[case] expected: Option<&str>) {
        assert_eq!(typed_line(keys).expect("is text").as_deref(), expected);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(typed_line(&b"\xff\n"[..]).is_err());
    }
}
