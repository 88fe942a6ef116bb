//! Times, durations and numbers as the screens write them: short, and aligned where they stand in columns.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How long something took: `8 ms`, `1.2 s`, `3 min 5 s`.
#[must_use]
pub fn took(duration: Duration) -> String {
    let micros = duration.as_micros();
    let seconds = duration.as_secs();
    match () {
        () if micros < 1_000 => format!("{micros} us"),
        () if micros < 1_000_000 => format!("{} ms", duration.as_millis()),
        () if seconds < 60 => format!("{:.1} s", duration.as_secs_f64()),
        () if seconds < 3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        () => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// How long ago something was, in one unit: `now`, `5 min`, `3 h`, `12 d`, `2 y`.
#[must_use]
pub fn age(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs().max(0);
    match seconds {
        0..60 => "now".to_owned(),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        86_400..63_072_000 => format!("{} d", seconds / 86_400),
        _ => format!("{} y", seconds / 31_536_000),
    }
}

/// The same, as part of a sentence: `just now`, `5 min ago`.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    match age(at, now).as_str() {
        "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    }
}

/// How long until a moment, in whole seconds: `4 s`, `now`.
#[must_use]
pub fn until(at: Timestamp, now: Timestamp) -> String {
    match at.duration_since(now).as_millis() {
        ..=0 => "now".to_owned(),
        left => format!("{} s", (left + 999) / 1_000),
    }
}

/// A moment on this machine's clock: `2026-08-01 21:30:05`.
#[must_use]
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%F %T").to_string()
}

/// A count with its word: `1 migration`, `5 migrations`.
#[must_use]
pub fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Duration::from_micros(420), "420 us")]
    #[case(Duration::from_millis(8), "8 ms")]
    #[case(Duration::from_millis(1_240), "1.2 s")]
    #[case(Duration::from_millis(1_066), "1.1 s")]
    #[case(Duration::from_secs(185), "3 min 5 s")]
    #[case(Duration::from_secs(7_260), "2 h 1 min")]
    fn durations_are_short(#[case] duration: Duration, #[case] words: &str) {
        assert_eq!(took(duration), words);
    }

    #[rstest]
    #[case(-5, "now")]
    #[case(59, "now")]
    #[case(300, "5 min")]
    #[case(10_800, "3 h")]
    #[case(1_036_800, "12 d")]
    #[case(80_000_000, "2 y")]
    fn ages_have_one_unit(#[case] seconds: i64, #[case] words: &str) {
        let now = Timestamp::from_second(1_800_000_000).expect("a moment");
        let at = Timestamp::from_second(1_800_000_000 - seconds).expect("a moment");
        assert_eq!(age(at, now), words);
    }

    #[test]
    fn a_countdown_never_shows_less_than_it_has_left() {
        let now = Timestamp::from_millisecond(1_000).expect("a moment");
        assert_eq!(until(Timestamp::from_millisecond(4_001).expect("a moment"), now), "4 s");
        assert_eq!(until(Timestamp::from_millisecond(999).expect("a moment"), now), "now");
    }
}
