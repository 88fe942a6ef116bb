//! The real console in a real pseudo-terminal, on the largest board: its first frame, its memory, its sleep.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::board;
use crate::meter::median;
use crate::place::Place;
use crate::table::Table;

/// How long something may take to appear before the measurement is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the console is watched while nothing happens.
const IDLE: Duration = Duration::from_secs(5);

/// How often a file is saved.
const SAVES: usize = 9;

/// Measures the console.
pub fn measure(place: &Place, table: &mut Table) {
    let folder = board::project(place);
    let console = Console::start(place, &folder);
    let what = format!("console, {} × {}", board::MIGRATIONS, board::ENVIRONMENTS);
    let first = console.wait_for("tidegate");
    let last = crate::workload::name(board::MIGRATIONS - 1);
    let ready = console.wait_for(&last[..14]);
    table.time(format!("{what}: first frame"), first, Duration::from_millis(100));
    table.time(format!("{what}: all environments on the board"), ready, Duration::from_secs(2));

    // Everything has arrived when nothing more is drawn.
    console.wait_for_quiet();
    let keys = (0..50).map(|number| console.answer_to(if number % 2 == 0 { "k" } else { "j" })).collect();
    table.time(format!("{what}: key to frame"), median(keys), Duration::from_millis(16));

    // The drift of all environments is looked for first, once; idle is what comes after.
    console.wait_for_rest();
    let slept = console.wake_ups_in(IDLE);
    // Eight environments are asked for news in that time; drawing is not among what wakes it.
    table.count(format!("{what}: wake-ups in {} s idle", IDLE.as_secs()), slept, None, 100);
    table.count(format!("{what}: frames in that time"), console.frames_while_idle(), None, 0);
    table.count(format!("{what}: resident megabytes"), console.resident_megabytes(), None, 60);

    // A migration is open beside an editor that saves: until what the rules find in it is under its lines.
    let file = folder.join("migrations").join(&last).with_extension("sql");
    let text = std::fs::read_to_string(&file).expect("the project was written");
    console.answer_to("G");
    console.answer_to("\r");
    let saves = (0..SAVES).map(|number| {
        let comment = format!("-- tidegate: allow no-such-{number} because\n");
        let begun = Instant::now();
        std::fs::write(&file, format!("{text}{comment}")).expect("the file can be written");
        console.wait_for(&format!("no rule no-such-{number}"));
        let found = begun.elapsed();
        console.wait_for_quiet();
        found
    });
    let saves = median(saves.collect());
    std::fs::write(&file, text).expect("the file can be written");
    table.time(format!("{what}: a saved file to its findings"), saves, Duration::from_millis(100));
}

/// A console and its terminal.
struct Console {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    keyboard: Mutex<Box<dyn Write + Send>>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
    screen: Arc<(Mutex<Screen>, Condvar)>,
    begun: Instant,
}

struct Screen {
    parser: vt100::Parser,
    bytes: u64,
}

impl Console {
    fn start(place: &Place, folder: &std::path::Path) -> Self {
        let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal can be opened");
        let command = place.tidegate(folder);
        let mut builder = CommandBuilder::new(command.get_program());
        builder.cwd(folder);
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => builder.env(name, value),
                None => builder.env_remove(name),
            }
        }
        builder.env("TERM", "xterm-256color");
        let begun = Instant::now();
        let child = pair.slave.spawn_command(builder).expect("the console starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("the terminal can be read");
        let keyboard = Mutex::new(pair.master.take_writer().expect("the terminal can be written to"));
        let screen = Screen { parser: vt100::Parser::new(40, 120, 0), bytes: 0 };
        let screen = Arc::new((Mutex::new(screen), Condvar::new()));
        let shown = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut buffer = [0; 1 << 16];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                let mut screen = shown.0.lock().expect("nobody panics under this lock");
                screen.parser.process(&buffer[..read]);
                screen.bytes += read as u64;
                shown.1.notify_all();
            }
        });
        Self { child, keyboard, _master: pair.master, screen, begun }
    }

    /// Waits until the screen shows a text; returns how long after the start that was.
    fn wait_for(&self, text: &str) -> Duration {
        let screen = self.screen.0.lock().expect("nobody panics under this lock");
        let shows_it = |screen: &mut Screen| screen.parser.screen().contents().contains(text);
        let (mut screen, waited) = self
            .screen
            .1
            .wait_timeout_while(screen, PATIENCE, |screen| !shows_it(screen))
            .expect("nobody panics under this lock");
        assert!(!waited.timed_out(), "{text} did not appear:\n{}", screen.parser.screen().contents());
        let _ = &mut screen;
        self.begun.elapsed()
    }

    /// Waits until nothing was drawn for half a second.
    fn wait_for_quiet(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.frames_in(Duration::from_millis(500)) {
            assert!(Instant::now() < deadline, "the console does not come to rest");
        }
    }

    /// Waits until its threads have hardly woken for so long that those that wait for work have ended.
    fn wait_for_rest(&self) {
        const SECOND: Duration = Duration::from_secs(1);
        /// Tokio ends a thread for blocking work that had none for ten seconds.
        const QUIET: u32 = 12;
        const HARDLY: u64 = 100;
        let deadline = Instant::now() + PATIENCE;
        let mut quiet = 0;
        while quiet < QUIET {
            quiet = if self.wake_ups_in(SECOND) < HARDLY { quiet + 1 } else { 0 };
            assert!(Instant::now() < deadline, "the console does not come to rest");
        }
    }

    /// Whether anything is drawn within this time.
    fn frames_in(&self, time: Duration) -> bool {
        let screen = self.screen.0.lock().expect("nobody panics under this lock");
        let before = screen.bytes;
        let waited = self.screen.1.wait_timeout_while(screen, time, |screen| screen.bytes == before);
        !waited.expect("nobody panics under this lock").1.timed_out()
    }

    /// Presses a key; returns how long it took until something was drawn.
    fn answer_to(&self, key: &str) -> Duration {
        let screen = self.screen.0.lock().expect("nobody panics under this lock");
        let before = screen.bytes;
        let begun = Instant::now();
        let mut keyboard = self.keyboard.lock().expect("nobody panics under this lock");
        keyboard.write_all(key.as_bytes()).and_then(|()| keyboard.flush()).expect("the terminal takes keys");
        let waited = self.screen.1.wait_timeout_while(screen, PATIENCE, |screen| screen.bytes == before);
        assert!(!waited.expect("nobody panics under this lock").1.timed_out(), "{key} changes nothing");
        let answered = begun.elapsed();
        self.wait_for_frame_end();
        answered
    }

    /// Lets the rest of a frame arrive.
    fn wait_for_frame_end(&self) {
        while self.frames_in(Duration::from_millis(40)) {}
    }

    /// How often its threads go to sleep within this time. What a thread does that ends meanwhile is not known.
    fn wake_ups_in(&self, time: Duration) -> u64 {
        let before = self.sleeps();
        std::thread::sleep(time);
        let since = |(thread, slept): (_, u64)| slept - before.get(&thread).copied().unwrap_or(0);
        self.sleeps().into_iter().map(since).sum()
    }

    /// How often each of its threads has gone to sleep so far.
    fn sleeps(&self) -> HashMap<OsString, u64> {
        let process = self.child.process_id().expect("the console runs");
        let tasks = std::fs::read_dir(format!("/proc/{process}/task")).expect("the console runs");
        let slept = |task: std::fs::DirEntry| -> Option<(OsString, u64)> {
            let status = std::fs::read_to_string(task.path().join("status")).ok()?;
            let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
            Some((task.file_name(), count.trim().parse().ok()?))
        };
        tasks.flatten().filter_map(slept).collect()
    }

    /// How many bursts are drawn while nothing happens for another while.
    fn frames_while_idle(&self) -> u64 {
        u64::from(self.frames_in(IDLE))
    }

    fn resident_megabytes(&self) -> u64 {
        let process = self.child.process_id().expect("the console runs");
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the console runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux tells");
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kilobytes / 1024
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
