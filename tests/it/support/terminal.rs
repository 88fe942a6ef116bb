//! A program in a real pseudo-terminal, seen and typed at as a user would.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Instant;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use super::PATIENCE;

/// A running program and its terminal.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    display: Arc<(Mutex<Display>, Condvar)>,
}

struct Display {
    parser: vt100::Parser,
    output: Vec<u8>,
    /// The program has closed its end.
    is_over: bool,
}

impl Terminal {
    /// Starts a program in a terminal of this size.
    pub fn start(command: &Command, columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal can be opened");
        let child = pair.slave.spawn_command(for_terminal(command)).expect("the program starts");
        // The terminal ends when the last program lets go of it.
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("the terminal can be read");
        let keyboard = pair.master.take_writer().expect("the terminal can be written to");
        let parser = vt100::Parser::new(rows, columns, 0);
        let display = Display { parser, output: Vec::new(), is_over: false };
        let display = Arc::new((Mutex::new(display), Condvar::new()));
        let shown = Arc::clone(&display);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                let read = reader.read(&mut buffer).unwrap_or(0);
                let mut display = locked(&shown.0);
                display.parser.process(&buffer[..read]);
                display.output.extend_from_slice(&buffer[..read]);
                display.is_over = read == 0;
                shown.1.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self { master: pair.master, keyboard, child, display }
    }

    /// Types; keys that are no characters by name, as in `jj<enter>`, `<ctrl-c>`, `<esc>`, `<f1>`.
    pub fn send(&mut self, keys: &str) {
        let bytes = key_bytes(keys);
        self.keyboard.write_all(&bytes).and_then(|()| self.keyboard.flush()).expect("the terminal takes keys");
    }

    /// Pastes a text, as a terminal does that the program has asked to mark pastes.
    pub fn paste(&mut self, text: &str) {
        let bytes = format!("\x1b[200~{text}\x1b[201~").into_bytes();
        self.keyboard.write_all(&bytes).and_then(|()| self.keyboard.flush()).expect("the terminal takes keys");
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        locked(&self.display.0).parser.screen_mut().set_size(rows, columns);
        self.master.resize(size).expect("the terminal changes its size");
    }

    /// What the screen shows, line by line.
    pub fn screen(&self) -> String {
        locked(&self.display.0).parser.screen().contents()
    }

    /// Everything that the program has written to the terminal.
    pub fn output(&self) -> Vec<u8> {
        locked(&self.display.0).output.clone()
    }

    /// Whether the program has taken the screen over (the "alternate screen").
    pub fn is_full_screen(&self) -> bool {
        locked(&self.display.0).parser.screen().alternate_screen()
    }

    /// Whether the cursor can be seen.
    pub fn shows_cursor(&self) -> bool {
        !locked(&self.display.0).parser.screen().hide_cursor()
    }

    /// Waits until the screen shows a text; returns the screen.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("\"{text}\""), |screen| screen.contains(text))
    }

    /// Waits until the screen no longer shows a text; returns the screen.
    pub fn wait_without(&self, text: &str) -> String {
        self.wait_until(&format!("no \"{text}\""), |screen| !screen.contains(text))
    }

    /// Waits until the screen is as wanted; returns it. Fails with what the screen shows instead.
    pub fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut display = locked(&self.display.0);
        loop {
            let screen = display.parser.screen().contents();
            if is_so(&screen) {
                return screen;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!display.is_over, "waited for {what}, but the program ended; the screen:\n{screen}");
            assert!(!left.is_zero(), "waited for {what} in vain; the screen:\n{screen}");
            display = self.display.1.wait_timeout(display, left).expect("nobody panics under this lock").0;
        }
    }

    /// The program's process.
    pub fn process_id(&self) -> u32 {
        self.child.process_id().expect("the program has been started")
    }

    /// Kills the program as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().expect("the program can be killed");
    }

    /// Waits until the program has ended and everything it wrote has arrived.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        let mut display = locked(&self.display.0);
        while !display.is_over {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the program did not end; the screen:\n{}", display.parser.screen().contents());
            display = self.display.1.wait_timeout(display, left).expect("nobody panics under this lock").0;
        }
        drop(display);
        self.child.wait().expect("the program's end can be waited for")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Fails if it has ended, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn locked(display: &Mutex<Display>) -> MutexGuard<'_, Display> {
    display.lock().expect("nobody panics under this lock")
}

fn for_terminal(command: &Command) -> CommandBuilder {
    let mut builder = CommandBuilder::new(command.get_program());
    builder.args(command.get_args());
    builder.env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            builder.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        builder.cwd(folder);
    }
    builder
}

/// What a terminal sends for keys written as in `jj<enter>`.
fn key_bytes(keys: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = keys;
    while let Some(character) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        if let Some((sequence, after)) = named.and_then(|(name, after)| Some((named_key(name)?, after))) {
            bytes.extend(sequence);
            rest = after;
        } else {
            bytes.extend(character.to_string().bytes());
            rest = &rest[character.len_utf8()..];
        }
    }
    bytes
}

fn named_key(name: &str) -> Option<Vec<u8>> {
    if let Some(letter) = name.strip_prefix("ctrl-").filter(|letter| letter.len() == 1) {
        return Some(vec![letter.as_bytes()[0].to_ascii_uppercase() & 0x1f]);
    }
    let sequence = match name {
        "enter" => "\r",
        "esc" => "\x1b",
        "tab" => "\t",
        "backtab" => "\x1b[Z",
        "backspace" => "\x7f",
        "space" => " ",
        "up" => "\x1b[A",
        "down" => "\x1b[B",
        "right" => "\x1b[C",
        "left" => "\x1b[D",
        "home" => "\x1b[H",
        "end" => "\x1b[F",
        "page-up" => "\x1b[5~",
        "page-down" => "\x1b[6~",
        "delete" => "\x1b[3~",
        "f1" => "\x1bOP",
        _ => return None,
    };
    Some(sequence.as_bytes().to_vec())
}
