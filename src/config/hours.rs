//! The hours in which an environment may be written to.
//!
//! A range belongs to the weekday on which it begins: `Fri 22:00-04:00` ends on Saturday morning.

use jiff::Timestamp;

/// The hours in which an environment may be written to.
#[derive(Debug, Clone, PartialEq)]
pub struct AllowedHours {
    written: String,
}

/// What [`AllowedHours::allows`] says about a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursVerdict {
    /// Writes are allowed now.
    Allowed,
    /// Writes are allowed again from this moment.
    Until(Timestamp),
}

impl AllowedHours {
    /// Whether writes are allowed at this moment, and if not, from when.
    pub fn allows(&self, now: Timestamp) -> HoursVerdict {
        let _ = now;
        unimplemented!()
    }

    /// The hours as configured.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}
