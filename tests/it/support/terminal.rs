//! A program in a real pseudo-terminal, seen and typed at as a user would.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::PATIENCE;

/// How long a key that had no effect is given before it is pressed again.
const AGAIN: Duration = Duration::from_secs(2);

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

    /// Types until the screen shows a text, as a hand does on a dialog that takes no keys in its first moment.
    pub fn send_until(&mut self, keys: &str, text: &str) -> String {
        self.repeat_until(text, |terminal| terminal.send(keys), |screen| screen.contains(text))
    }

    /// Types until the screen no longer shows a text.
    pub fn send_while(&mut self, keys: &str, text: &str) -> String {
        self.repeat_until(&format!("no {text}"), |terminal| terminal.send(keys), |screen| !screen.contains(text))
    }

    /// Pastes until the screen shows a text.
    pub fn paste_until(&mut self, pasted: &str, text: &str) -> String {
        self.repeat_until(text, |terminal| terminal.paste(pasted), |screen| screen.contains(text))
    }

    /// Types a text letter by letter, each when the one before is seen to stand after this label.
    pub fn type_by_hand(&mut self, label: &str, text: &str) {
        for (index, letter) in text.char_indices() {
            let so_far = format!("{label}{}", &text[..index + letter.len_utf8()]);
            self.send_until(&letter.to_string(), &so_far);
        }
    }

    fn repeat_until(&mut self, what: &str, act: impl Fn(&mut Self), is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            act(self);
            if let Ok(screen) = self.look_until(Instant::now() + AGAIN, &is_so) {
                return screen;
            }
            assert!(Instant::now() < deadline, "tried for {what} in vain; the screen:\n{}", self.screen());
        }
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

    /// Waits until the screen shows all of these texts: a frame may arrive in pieces. Returns the screen.
    pub fn wait_for_all(&self, texts: &[&str]) -> String {
        self.wait_until(&format!("{texts:?}"), |screen| texts.iter().all(|text| screen.contains(text)))
    }

    /// Waits until the screen no longer shows a text; returns the screen.
    pub fn wait_without(&self, text: &str) -> String {
        self.wait_until(&format!("no \"{text}\""), |screen| !screen.contains(text))
    }

    /// Waits until the screen is as wanted; returns it. Fails with what the screen shows instead.
    pub fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        self.look_until(Instant::now() + PATIENCE, is_so)
            .unwrap_or_else(|screen| panic!("waited for {what} in vain; the screen:\n{screen}"))
    }

    /// Looks until the screen is as wanted; else what it shows at the deadline, or at the program's end.
    fn look_until(&self, deadline: Instant, is_so: impl Fn(&str) -> bool) -> Result<String, String> {
        let mut display = locked(&self.display.0);
        loop {
            let screen = display.parser.screen().contents();
            if is_so(&screen) {
                return Ok(screen);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if display.is_over {
                return Err(format!("{screen}\n(the program ended)"));
            }
            if left.is_zero() {
                return Err(screen);
            }
            display = self.display.1.wait_timeout(display, left).expect("nobody panics under this lock").0;
        }
    }

    /// The program's process.
    pub fn process_id(&self) -> u32 {
        self.child.process_id().expect("the program has been started")
    }

    /// Kills the program as `kill -9` does.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        let process = i32::try_from(self.process_id()).ok().and_then(Pid::from_raw).expect("is a process");
        kill_process(process, signal).expect("the process is there");
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
