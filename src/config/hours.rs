//! The hours in which an environment may be written to.
//!
//! A range belongs to the weekday on which it begins: `Fri 22:00-04:00` ends on Saturday morning.

use jiff::civil::{Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The hours in which an environment may be written to: one or several ranges, any of which allows.
#[derive(Debug, Clone, PartialEq)]
pub struct AllowedHours {
    written: String,
    ranges: Vec<Range>,
}

/// What [`AllowedHours::allows`] says about a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursVerdict {
    /// Writes are allowed now.
    Allowed,
    /// Writes are allowed again from this moment.
    Until(Timestamp),
}

#[derive(Debug, Clone, PartialEq)]
struct Range {
    /// By days from Monday.
    weekdays: [bool; 7],
    from: Time,
    /// Midnight here is the end of the day.
    to: Time,
    zone: TimeZone,
}

/// Why a text is no range of hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Not `[WEEKDAYS] HH:MM-HH:MM ZONE`.
    #[error("`{0}` is not written as `22:00-04:00 Europe/Berlin` or `Mon-Thu 22:00-04:00 UTC`")]
    Shape(String),
    /// No time zone.
    #[error("`{0}` names no time zone; add one, such as `UTC` or `Europe/Berlin`")]
    NoZone(String),
    /// Not a time of day.
    #[error("`{0}` is no time of day; write `00:00` to `24:00`")]
    Time(String),
    /// Not a weekday.
    #[error("`{0}` is no weekday; write `Mon`, `Tue`, `Wed`, `Thu`, `Fri`, `Sat` or `Sun`")]
    Weekday(String),
    /// Not a time zone of the IANA database.
    #[error("`{0}` is no time zone; write a name such as `UTC`, `Europe/Berlin` or `America/New_York`")]
    Zone(String),
    /// Begins and ends at the same time.
    #[error("`{0}` is empty; write `00:00-24:00` for the whole day")]
    Empty(String),
}

impl AllowedHours {
    /// Parses ranges such as `22:00-04:00 Europe/Berlin` and `Sat,Sun 00:00-24:00 UTC`.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, HoursError> {
        let texts: Vec<&str> = texts.into_iter().map(str::trim).collect();
        let ranges = texts.iter().map(|text| Range::parse(text)).collect::<Result<Vec<_>, _>>()?;
        if ranges.is_empty() {
            return Err(HoursError::Shape(String::new()));
        }
        Ok(Self { written: texts.join(" or "), ranges })
    }

    /// Whether writes are allowed at this moment, and if not, from when.
    pub fn allows(&self, now: Timestamp) -> HoursVerdict {
        let spans = || self.ranges.iter().flat_map(|range| range.spans_near(now));
        if spans().any(|(from, to)| from <= now && now < to) {
            return HoursVerdict::Allowed;
        }
        // Every range recurs within a week, so only a moment at the end of time has no next one.
        let next = spans().map(|(from, _)| from).filter(|from| *from > now).min();
        HoursVerdict::Until(next.unwrap_or(Timestamp::MAX))
    }

    /// The hours as configured.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

impl Range {
    fn parse(text: &str) -> Result<Self, HoursError> {
        let shape = || HoursError::Shape(shown(text));
        let words: Vec<&str> = text.split_whitespace().collect();
        let (weekdays, hours, zone) = match words[..] {
            [hours, zone] if hours.contains(':') => (None, hours, zone),
            [weekdays, hours, zone] => (Some(weekdays), hours, zone),
            [hours] if hours.contains(':') => return Err(HoursError::NoZone(shown(text))),
            [_, hours] if hours.contains(':') => return Err(HoursError::NoZone(shown(text))),
            _ => return Err(shape()),
        };
        let (from, to) = hours.split_once(['-', '–']).ok_or_else(shape)?;
        let (from, to) = (parse_time(from, false)?, parse_time(to, true)?);
        if from == to && !(from == Time::midnight() && hours.contains("24")) {
            return Err(HoursError::Empty(shown(hours)));
        }
        Ok(Self {
            weekdays: weekdays.map_or(Ok([true; 7]), parse_weekdays)?,
            from,
            to,
            zone: TimeZone::get(zone).map_err(|_| HoursError::Zone(shown(zone)))?,
        })
    }

    /// The spans of this range that begin between a day ago and nine days ahead, which holds the current and the next.
    fn spans_near(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let today = now.to_zoned(self.zone.clone()).date();
        (-1..=9).filter_map(move |offset| {
            let day = today.checked_add(offset.days()).ok()?;
            if !self.weekdays[usize::try_from(day.weekday().to_monday_zero_offset()).ok()?] {
                return None;
            }
            let last_day = if self.to <= self.from { day.tomorrow().ok()? } else { day };
            let moment = |day: jiff::civil::Date, time| {
                day.to_datetime(time).to_zoned(self.zone.clone()).map(|zoned| zoned.timestamp()).ok()
            };
            Some((moment(day, self.from)?, moment(last_day, self.to)?))
        })
    }
}

fn parse_time(text: &str, is_end: bool) -> Result<Time, HoursError> {
    let wrong = || HoursError::Time(shown(text));
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let number = |digits: &str| {
        (digits.len() <= 2 && digits.bytes().all(|digit| digit.is_ascii_digit()))
            .then(|| digits.parse::<i8>().ok())
            .flatten()
            .ok_or_else(wrong)
    };
    match (number(hour)?, number(minute)?) {
        (24, 0) if is_end => Ok(Time::midnight()),
        (hour, minute) if hour < 24 && minute < 60 && text.len() >= 4 => Ok(time(hour, minute, 0, 0)),
        _ => Err(wrong()),
    }
}

/// `Mon-Thu`, `Sat,Sun`, `Fri-Mon`; English names, three letters or in full.
fn parse_weekdays(text: &str) -> Result<[bool; 7], HoursError> {
    let mut chosen = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (parse_weekday(first)?, parse_weekday(last)?);
        let mut day = first;
        loop {
            if let Some(slot) =
                usize::try_from(day.to_monday_zero_offset()).ok().and_then(|index| chosen.get_mut(index))
            {
                *slot = true;
            }
            if day == last {
                break;
            }
            day = day.next();
        }
    }
    Ok(chosen)
}

fn parse_weekday(text: &str) -> Result<Weekday, HoursError> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let lower = text.to_ascii_lowercase();
    NAMES
        .iter()
        .position(|name| *name == lower || name[..3] == lower)
        .and_then(|index| i8::try_from(index).ok())
        .and_then(|index| Weekday::from_monday_zero_offset(index).ok())
        .ok_or_else(|| HoursError::Weekday(shown(text)))
}

fn shown(text: &str) -> String {
    crate::migration::text::printable(text).chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rstest::rstest;

    use super::{AllowedHours, HoursError, HoursVerdict};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    // 2026-08-03 is a Monday; Berlin is UTC+2 in summer and UTC+1 in winter.
    #[rstest]
    #[case::inside("22:00-04:00 UTC", "2026-08-03T23:00Z", None)]
    #[case::after_midnight("22:00-04:00 UTC", "2026-08-04T03:59:59Z", None)]
    #[case::end_is_outside("22:00-04:00 UTC", "2026-08-04T04:00Z", Some("2026-08-04T22:00Z"))]
    #[case::start_is_inside("22:00-04:00 UTC", "2026-08-03T22:00Z", None)]
    #[case::before("22:00-04:00 UTC", "2026-08-03T21:59:59Z", Some("2026-08-03T22:00Z"))]
    #[case::in_a_zone("22:00-04:00 Europe/Berlin", "2026-08-03T20:00Z", None)]
    #[case::in_a_zone_in_winter("22:00-04:00 Europe/Berlin", "2026-01-05T20:30Z", Some("2026-01-05T21:00Z"))]
    #[case::daytime("09:00-17:00 UTC", "2026-08-03T18:00Z", Some("2026-08-04T09:00Z"))]
    #[case::weekday_of_its_start("Fri 22:00-04:00 UTC", "2026-08-08T03:00Z", None)]
    #[case::not_the_day_after("Fri 22:00-04:00 UTC", "2026-08-08T23:00Z", Some("2026-08-14T22:00Z"))]
    #[case::weekend("Sat,Sun 00:00-24:00 UTC", "2026-08-09T23:59:59Z", None)]
    #[case::after_the_weekend("Sat,Sun 00:00-24:00 UTC", "2026-08-10T00:00Z", Some("2026-08-15T00:00Z"))]
    #[case::week_wraps("Sat-Mon 10:00-11:00 UTC", "2026-08-03T10:30Z", None)]
    #[case::full_names("monday-FRIDAY 10:00-11:00 UTC", "2026-08-05T10:30Z", None)]
    // 02:30 does not exist in Berlin on 29 March 2026; the range begins an hour later by the clock.
    #[case::spring_gap("02:30-05:00 Europe/Berlin", "2026-03-29T01:00Z", Some("2026-03-29T01:30Z"))]
    fn a_moment_is_inside_or_told_when(#[case] hours: &str, #[case] now: &str, #[case] opens: Option<&str>) {
        let verdict = AllowedHours::parse([hours]).expect("valid hours").allows(at(now));
        assert_eq!(verdict, opens.map_or(HoursVerdict::Allowed, |opens| HoursVerdict::Until(at(opens))));
    }

    #[test]
    fn several_ranges_allow_when_one_does() {
        let hours = AllowedHours::parse(["Mon-Fri 22:00-04:00 UTC", "Sat,Sun 00:00-24:00 UTC"]).expect("valid hours");
        assert_eq!(hours.allows(at("2026-08-08T12:00Z")), HoursVerdict::Allowed);
        assert_eq!(hours.allows(at("2026-08-07T12:00Z")), HoursVerdict::Until(at("2026-08-07T22:00Z")));
        assert_eq!(hours.as_str(), "Mon-Fri 22:00-04:00 UTC or Sat,Sun 00:00-24:00 UTC");
    }

    #[rstest]
    #[case("22:00-04:00", HoursError::NoZone("22:00-04:00".into()))]
    #[case("Mon 22:00-04:00", HoursError::NoZone("Mon 22:00-04:00".into()))]
    #[case("at night", HoursError::Shape("at night".into()))]
    #[case("", HoursError::Shape("".into()))]
    #[case("22:00 UTC", HoursError::Shape("22:00 UTC".into()))]
    #[case("25:00-04:00 UTC", HoursError::Time("25:00".into()))]
    #[case("24:00-04:00 UTC", HoursError::Time("24:00".into()))]
    #[case("22:60-04:00 UTC", HoursError::Time("22:60".into()))]
    #[case("22:0x-04:00 UTC", HoursError::Time("22:0x".into()))]
    #[case("Moo 22:00-04:00 UTC", HoursError::Weekday("Moo".into()))]
    #[case("22:00-04:00 Europe/Bonn", HoursError::Zone("Europe/Bonn".into()))]
    #[case("22:00-22:00 UTC", HoursError::Empty("22:00-22:00".into()))]
    fn other_texts_are_no_hours(#[case] text: &str, #[case] expected: HoursError) {
        assert_eq!(AllowedHours::parse([text]), Err(expected));
    }
}
