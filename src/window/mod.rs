//! A deployment window: board, plan, gates, steps, journal, report. Knows no screen.

pub mod hook;
pub mod validate;
