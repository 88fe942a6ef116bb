//! The version of a migration: the moment it was made, which is also its place in the order.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The fourteen digits `YYYYMMDDHHMMSS` that a migration's name begins with: a real moment of the calendar, in UTC.
///
/// A `Version` is only ever made from digits that name such a moment, so whoever holds one need not check again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

/// Why a text is not a [`Version`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// The text is not exactly fourteen ASCII digits.
    #[error("a version is fourteen digits, YYYYMMDDHHMMSS, and this has {found}")]
    NotFourteenDigits {
        /// How many digits the text begins with.
        found: usize,
    },
    /// The digits name no moment: a thirteenth month, a 31st of February, a 25th hour.
    #[error("{digits} is not a moment of the calendar: {what}")]
    NotAMoment {
        /// The fourteen digits.
        digits: String,
        /// Which part is out of range.
        what: &'static str,
    },
}

impl Version {
    /// How many digits a version has.
    pub const DIGITS: usize = 14;

    /// The version of the second that holds `moment`, in UTC.
    pub fn at(moment: Timestamp) -> Self {
        let civil = TimeZone::UTC.to_datetime(moment);
        let fields = [
            (civil.year().max(0) as u64, 10_000),
            (civil.month() as u64, 100),
            (civil.day() as u64, 100),
            (civil.hour() as u64, 100),
            (civil.minute() as u64, 100),
            (civil.second() as u64, 100),
        ];
        Version(fields.iter().fold(0, |digits, (value, width)| digits * width + value))
    }

    /// The moment that this version names.
    pub fn timestamp(self) -> Timestamp {
        self.civil()
            .and_then(|civil| TimeZone::UTC.to_timestamp(civil).ok())
            .expect("a version is only made from a real moment")
    }

    /// The version one second later: the nearest that is free after this one.
    pub fn next(self) -> Self {
        let second = jiff::Span::new().seconds(1);
        Version::at(self.timestamp().checked_add(second).unwrap_or(Timestamp::MAX))
    }

    /// The digits as one number, `20260801093000`.
    pub fn as_u64(self) -> u64 {
        self.0
    }

    fn civil(self) -> Option<DateTime> {
        let part = |divisor: u64, width: u64| (self.0 / divisor % width) as i8;
        let year = (self.0 / 10_000_000_000) as i16;
        DateTime::new(
            year,
            part(100_000_000, 100),
            part(1_000_000, 100),
            part(10_000, 100),
            part(100, 100),
            part(1, 100),
            0,
        )
        .ok()
    }

    fn what_is_wrong(self) -> &'static str {
        let part = |divisor: u64| self.0 / divisor % 100;
        match () {
            () if !(1..=12).contains(&part(100_000_000)) => "the month is not 01 to 12",
            () if part(10_000) > 23 => "the hour is not 00 to 23",
            () if part(100) > 59 => "the minute is not 00 to 59",
            () if part(1) > 59 => "the second is not 00 to 59",
            () => "the month has no such day",
        }
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let found = text.bytes().take_while(u8::is_ascii_digit).count();
        if found != Version::DIGITS || text.len() != Version::DIGITS {
            return Err(VersionError::NotFourteenDigits { found });
        }
        let digits = text.bytes().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        let version = Version(digits);
        match version.civil() {
            Some(civil) if TimeZone::UTC.to_timestamp(civil).is_ok() => Ok(version),
            _ => Err(VersionError::NotAMoment { digits: text.to_owned(), what: version.what_is_wrong() }),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:014}", self.0)
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("20260801093000")]
    #[case("20240229235959")]
    #[case("00010101000000")]
    fn a_real_moment_is_a_version_and_reads_back(#[case] digits: &str) {
        let version: Version = digits.parse().unwrap();
        assert_eq!(version.to_string(), digits);
        assert_eq!(Version::at(version.timestamp()), version);
        assert_eq!(serde_json::to_string(&version).unwrap(), format!("\"{digits}\""));
        assert_eq!(serde_json::from_str::<Version>(&format!("\"{digits}\"")).unwrap(), version);
    }

    #[rstest]
    #[case("2026080109300", "13")]
    #[case("202608010930000", "15")]
    #[case("", "0")]
    #[case("2026-08-01", "4")]
    #[case("٢٠٢٦٠٨٠١٠٩٣٠٠٠", "0")]
    fn anything_but_fourteen_digits_is_refused(#[case] text: &str, #[case] found: &str) {
        let message = text.parse::<Version>().unwrap_err().to_string();
        assert!(message.ends_with(&format!("this has {found}")), "{message}");
    }

    #[rstest]
    #[case("20261301093000", "month")]
    #[case("20260001093000", "month")]
    #[case("20260230093000", "no such day")]
    #[case("20250229093000", "no such day")]
    #[case("20260801243000", "hour")]
    #[case("20260801096000", "minute")]
    #[case("20260801093060", "second")]
    fn digits_that_name_no_moment_are_refused_with_the_part_that_is_wrong(#[case] digits: &str, #[case] what: &str) {
        let message = digits.parse::<Version>().unwrap_err().to_string();
        assert!(message.contains(what), "{message}");
    }

    #[test]
    fn the_next_version_carries_over() {
        let last_of_year: Version = "20261231235959".parse().unwrap();
        assert_eq!(last_of_year.next().to_string(), "20270101000000");
        assert!(last_of_year < last_of_year.next());
    }
}
