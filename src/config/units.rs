//! Durations and sizes as PostgreSQL's settings write them: `5s`, `250ms`, `2min`, `24h`, `512MB`.

use std::time::Duration;

/// Why a text is no duration or size: a sentence's end that says how to write one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// A number without a unit.
    #[error("`{0}` has no unit; write `{0}s`, `{0}ms` or `{0}min`")]
    NoTimeUnit(String),
    /// Not a number with a unit of time.
    #[error("`{0}` is no duration; write a whole number and a unit: `250ms`, `5s`, `2min`, `24h` or `7d`")]
    NotADuration(String),
    /// A number without a unit.
    #[error("`{0}` has no unit; write `{0}MB` or `{0}GB`")]
    NoSizeUnit(String),
    /// Not a number with a unit of size.
    #[error("`{0}` is no size; write a whole number and a unit: `512kB`, `100MB`, `2GB` or `1TB`")]
    NotASize(String),
    /// More than can be counted.
    #[error("`{0}` is too large")]
    TooLarge(String),
}

/// The longest duration, PostgreSQL's limit for its own timeouts: 2,147,483,647 milliseconds.
pub const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

const TIME_UNITS: &[(&str, u64)] = &[("ms", 1), ("s", 1_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

const SIZE_UNITS: &[(&str, u64)] = &[("B", 1), ("kB", 1 << 10), ("MB", 1 << 20), ("GB", 1 << 30), ("TB", 1 << 40)];

/// Parses a duration; a bare `0` needs no unit.
pub fn duration(text: &str) -> Result<Duration, UnitError> {
    let shown = || shown(text);
    let (number, unit) = split(text).ok_or_else(|| UnitError::NotADuration(shown()))?;
    let scale = match unit {
        "" if number.chars().all(|digit| digit == '0') => 1,
        "" => return Err(UnitError::NoTimeUnit(shown())),
        unit => scale(TIME_UNITS, unit).ok_or_else(|| UnitError::NotADuration(shown()))?,
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(scale))
        .map(Duration::from_millis)
        .filter(|duration| *duration <= LONGEST)
        .ok_or_else(|| UnitError::TooLarge(shown()))
}

/// Parses a size into bytes; units are multiples of 1024 as in PostgreSQL, and a bare `0` needs none.
pub fn size(text: &str) -> Result<u64, UnitError> {
    let shown = || shown(text);
    let (number, unit) = split(text).ok_or_else(|| UnitError::NotASize(shown()))?;
    let scale = match unit {
        "" if number.chars().all(|digit| digit == '0') => 1,
        "" => return Err(UnitError::NoSizeUnit(shown())),
        unit => scale(SIZE_UNITS, unit).ok_or_else(|| UnitError::NotASize(shown()))?,
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(scale)).ok_or_else(|| UnitError::TooLarge(shown()))
}

/// Writes a duration in the largest unit that keeps it whole: `5s`, `90s`, `24h`; zero is `0`.
pub fn show_duration(duration: Duration) -> String {
    show(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), TIME_UNITS)
}

/// Writes a size in bytes in the largest unit that keeps it whole: `2GB`; zero is `0`.
pub fn show_size(bytes: u64) -> String {
    show(bytes, SIZE_UNITS)
}

fn show(amount: u64, units: &[(&str, u64)]) -> String {
    units
        .iter()
        .rev()
        .find(|(_, scale)| amount > 0 && amount.is_multiple_of(*scale))
        .map_or_else(|| "0".to_owned(), |(unit, scale)| format!("{}{unit}", amount / scale))
}

fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| (&text[..end], text[end..].trim_start()))
}

fn scale(units: &[(&str, u64)], written: &str) -> Option<u64> {
    units.iter().find(|(unit, _)| *unit == written).map(|(_, scale)| *scale)
}

fn shown(text: &str) -> String {
    crate::migration::text::printable(text).chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::{UnitError, duration, show_duration, show_size, size};

    #[rstest]
    #[case("5s", 5_000)]
    #[case("250ms", 250)]
    #[case("2min", 120_000)]
    #[case("24h", 86_400_000)]
    #[case("7d", 604_800_000)]
    #[case("0", 0)]
    #[case("10 s", 10_000)]
    fn durations_are_read(#[case] text: &str, #[case] milliseconds: u64) {
        assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)));
    }

    #[rstest]
    #[case("5", UnitError::NoTimeUnit("5".into()))]
    #[case("", UnitError::NotADuration("".into()))]
    #[case("soon", UnitError::NotADuration("soon".into()))]
    #[case("-5s", UnitError::NotADuration("-5s".into()))]
    #[case("1.5h", UnitError::NotADuration("1.5h".into()))]
    #[case("5 parsecs", UnitError::NotADuration("5 parsecs".into()))]
    #[case("99999999999999999999s", UnitError::TooLarge("99999999999999999999s".into()))]
    #[case("25d", UnitError::TooLarge("25d".into()))]
    fn other_texts_are_no_durations(#[case] text: &str, #[case] expected: UnitError) {
        assert_eq!(duration(text), Err(expected));
    }

    #[rstest]
    #[case("2GB", Ok(2 << 30))]
    #[case("512kB", Ok(512 << 10))]
    #[case("0", Ok(0))]
    #[case("2", Err(UnitError::NoSizeUnit("2".into())))]
    #[case("2G", Err(UnitError::NotASize("2G".into())))]
    #[case("99999999999TB", Err(UnitError::TooLarge("99999999999TB".into())))]
    fn sizes_are_read(#[case] text: &str, #[case] expected: Result<u64, UnitError>) {
        assert_eq!(size(text), expected);
    }

    #[rstest]
    #[case(Duration::ZERO, "0")]
    #[case(Duration::from_secs(90), "90s")]
    #[case(Duration::from_secs(120), "2min")]
    #[case(Duration::from_millis(1500), "1500ms")]
    fn durations_are_written_as_they_are_read(#[case] value: Duration, #[case] expected: &str) {
        assert_eq!(show_duration(value), expected);
        assert_eq!(duration(expected), Ok(value));
    }

    #[test]
    fn sizes_are_written_as_they_are_read() {
        assert_eq!(show_size(2 << 30), "2GB");
    }
}
