//! Running programs and measuring them.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a program's run cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// From before its start to after its end.
    pub wall: Duration,
    /// What it and its children took of the processors; the system counts in hundredths of a second.
    pub processor: Duration,
}

/// Runs a program to its end; what it prints is dropped unless it fails.
pub fn cost(command: &mut Command) -> Cost {
    let before = processor_of_children();
    let begun = Instant::now();
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let wall = begun.elapsed();
    assert!(
        output.status.success(),
        "{command:?} {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Cost { wall, processor: processor_of_children().saturating_sub(before) }
}

/// What the children of this process that have ended took of the processors.
fn processor_of_children() -> Duration {
    processor_time(13)
}

/// What this process took of the processors.
pub fn processor_of_this() -> Duration {
    processor_time(11)
}

/// Two counters of this process that follow one another, as Linux counts them.
fn processor_time(before: usize) -> Duration {
    const TICKS_A_SECOND: u64 = 100;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The program's name stands in parentheses and may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = fields.split_whitespace().skip(before).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / TICKS_A_SECOND)
}

/// The middle one of several measurements.
pub fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

/// Lets two programs take turns so many times; returns the middle of each one's times.
pub fn take_turns(
    times: usize,
    mut ours: impl FnMut() -> Duration,
    mut theirs: impl FnMut() -> Duration,
) -> [Duration; 2] {
    let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
    for _ in 0..times {
        our_times.push(ours());
        their_times.push(theirs());
    }
    [median(our_times), median(their_times)]
}
