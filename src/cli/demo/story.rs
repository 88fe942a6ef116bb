//! What happened in the sample's environments before the demo begins: who applied what, when, and how it went.
//!
//! The moments keep the distances that the migrations' versions have, moved so that the story ends now.

use std::time::Duration;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::sample::SampleMigration;
use crate::window::event::WindowId;

/// How many of the last migrations staging lacks.
pub(super) const PENDING_IN_STAGING: usize = 2;
/// How many of the last migrations production lacks.
pub(super) const PENDING_IN_PRODUCTION: usize = 5;
/// The migration whose file was edited after production had applied it.
pub(super) const EDITED: &str = "20260831101500_alter_campaigns_add_owner";
/// The migration that production rolled back.
const ROLLED_BACK: &str = "20261005093000_create_event_hourly_counts";
/// Why it did, and how soon.
const ROLLBACK_REASON: &str =
    "The nightly load took 41 minutes instead of 19: the trigger doubles every insert of an event.";
const ROLLED_BACK_AFTER: SignedDuration = SignedDuration::from_mins(88);
/// Why staging rolled back the file that was then edited, and how long before.
const CORRECTION_REASON: &str = "The account of a member who owns a campaign could not be closed.";
const NOTICED_BEFORE: SignedDuration = SignedDuration::from_mins(50);
/// How long a window takes to get to its migrations.
const LEAD: SignedDuration = SignedDuration::from_mins(6);
/// The migration that staging has and the project does not: its branch was tried there and never merged.
pub(super) const UNMERGED: &str = "20261026160000_create_experiment_flags";
/// Who looks after production at night.
const PRODUCTION_OPERATOR: &str = "tkvist-scout";
/// Who looks after staging.
const STAGING_OPERATOR: &str = "jlim-scout";
/// Who has looked through what production waits for.
pub(super) const REVIEWER: &str = "ahaddad-scout";

/// One of the two environments of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    Staging,
    Production,
}

impl Site {
    pub(super) const ALL: [Self; 2] = [Self::Staging, Self::Production];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    fn operator(self) -> &'static str {
        match self {
            Self::Staging => STAGING_OPERATOR,
            Self::Production => PRODUCTION_OPERATOR,
        }
    }

    /// How many of the project's migrations it has had, from the first.
    pub(super) fn migrations_applied(self, migrations: usize) -> usize {
        migrations
            - match self {
                Self::Staging => PENDING_IN_STAGING,
                Self::Production => PENDING_IN_PRODUCTION,
            }
    }
}

/// How applying one migration went.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Application {
    pub(super) at: Timestamp,
    pub(super) took: Duration,
    pub(super) window: WindowId,
    pub(super) operator: &'static str,
    pub(super) rollback: Option<Rollback>,
    /// The round before, which was rolled back.
    pub(super) earlier: Option<Box<Application>>,
}

/// How it was rolled back again.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rollback {
    pub(super) at: Timestamp,
    pub(super) window: WindowId,
    pub(super) reason: &'static str,
}

impl Rollback {
    fn in_window(site: Site, opens: Timestamp, number: usize, reason: &'static str) -> Self {
        Self { at: opens + LEAD, window: WindowId::new(site.name(), opens, salt(number)), reason }
    }
}

/// Moves the story so that it ends now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    ahead: SignedDuration,
}

impl Clock {
    /// A clock by which the last migration was written yesterday.
    pub(super) fn new(migrations: &[SampleMigration], now: Timestamp) -> Self {
        let last = migrations.last().map_or(now, |last| last.name.version().timestamp());
        Self { ahead: now.duration_since(last) - SignedDuration::from_hours(26) }
    }

    /// When something that the story dates so has happened.
    pub(super) fn moment(self, told: Timestamp) -> Timestamp {
        told.saturating_add(self.ahead).unwrap_or(told)
    }
}

/// How a site applied these migrations, which are in the order in which it did.
pub(super) fn applications(site: Site, clock: Clock, applied: &[SampleMigration]) -> Vec<Application> {
    let mut applications = Vec::with_capacity(applied.len());
    let mut current: Option<Window> = None;
    for (number, migration) in applied.iter().enumerate() {
        let opens = window_after(site, written(site, migration));
        let mut window = match current.take() {
            Some(window) if window.opens == opens => window,
            _ => {
                Window { id: WindowId::new(site.name(), clock.moment(opens), salt(number)), opens, free: opens + LEAD }
            }
        };
        let took = duration(site, migration);
        let regretted = site == Site::Production && migration.name.as_str() == ROLLED_BACK;
        applications.push(Application {
            at: clock.moment(window.free),
            took,
            window: window.id.clone(),
            operator: site.operator(),
            rollback: regretted.then(|| {
                Rollback::in_window(site, clock.moment(window.free + ROLLED_BACK_AFTER), number, ROLLBACK_REASON)
            }),
            earlier: was_corrected(site, migration).then(|| Box::new(before_correction(clock, migration, number))),
        });
        window.free = window.free + took + 1.second();
        current = Some(window);
    }
    applications
}

/// Whether the site has the file as it was corrected, after it had applied it as it was.
fn was_corrected(site: Site, migration: &SampleMigration) -> bool {
    site == Site::Staging && migration.name.as_str() == EDITED
}

/// How staging applied the file that was corrected later, and rolled it back for that.
fn before_correction(clock: Clock, migration: &SampleMigration, number: usize) -> Application {
    let opens = clock.moment(window_after(Site::Staging, migration.name.version().timestamp()));
    let noticed = clock.moment(edited() - NOTICED_BEFORE);
    Application {
        at: opens + LEAD,
        took: duration(Site::Staging, migration),
        window: WindowId::new(Site::Staging.name(), opens, salt(number)),
        operator: STAGING_OPERATOR,
        rollback: Some(Rollback::in_window(Site::Staging, noticed, number, CORRECTION_REASON)),
        earlier: None,
    }
}

/// A window of the story: when it opens, by the migrations' own dates, and when it is free for the next migration.
struct Window {
    id: WindowId,
    opens: Timestamp,
    free: Timestamp,
}

/// What tells apart the windows of one second; told the same way in every demo.
fn salt(number: usize) -> u16 {
    u16::try_from(number).unwrap_or_default().wrapping_mul(7919)
}

/// When the file that the site applied was written.
fn written(site: Site, migration: &SampleMigration) -> Timestamp {
    if was_corrected(site, migration) { edited() } else { migration.name.version().timestamp() }
}

/// When [`EDITED`] was edited. Staging, where this was noticed, rolled it back and applied it again that evening.
pub(super) fn edited() -> Timestamp {
    jiff::civil::datetime(2026, 9, 24, 14, 5, 0, 0)
        .to_zoned(TimeZone::UTC)
        .map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp())
}

/// When a site opens its next window after something was written: staging in the evening, production on Thursday night.
fn window_after(site: Site, written: Timestamp) -> Timestamp {
    let day = TimeZone::UTC.to_datetime(written).date();
    let (day, hour) = match site {
        Site::Staging => (day, 17),
        Site::Production => {
            let ahead = day.weekday().until(Weekday::Thursday);
            (day.saturating_add(i32::from(ahead).days()), 21)
        }
    };
    TimeZone::UTC.to_timestamp(day.at(hour, 30, 0, 0)).unwrap_or(written)
}

/// How long a migration took there. Building an index on what has grown takes seconds, most else does not.
fn duration(site: Site, migration: &SampleMigration) -> Duration {
    let variation = migration.name.version().as_u64() / 100 % 89;
    let milliseconds = match migration.up {
        text if text.contains("CREATE INDEX CONCURRENTLY") => 740 + 11 * variation,
        text if text.contains("UPDATE scout_dash.") => 180 + 3 * variation,
        _ => 9 + variation / 2,
    };
    Duration::from_millis(match site {
        Site::Staging => milliseconds,
        Site::Production => milliseconds * 12 / 5,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::sample;
    use super::*;

    #[rstest]
    #[case(Site::Staging)]
    #[case(Site::Production)]
    fn migrations_are_applied_in_order_in_the_past_and_after_they_were_written(#[case] site: Site) {
        let migrations = sample::migrations();
        let now: Timestamp = "2031-02-03T04:05:06Z".parse().unwrap();
        let clock = Clock::new(&migrations, now);
        let had = &migrations[..site.migrations_applied(migrations.len())];

        let applications = applications(site, clock, had);

        assert_eq!(applications.len(), had.len());
        for (migration, application) in had.iter().zip(&applications) {
            assert!(application.at > clock.moment(migration.name.version().timestamp()), "{}", migration.name);
            assert!(application.at < now, "{}", migration.name);
        }
        let by_time = |number: usize| (applications[number].at, number);
        let edited = had.iter().position(|migration| migration.name.as_str() == EDITED);
        let others: Vec<usize> = (0..had.len()).filter(|number| Some(*number) != edited).collect();
        assert!(others.is_sorted_by_key(|number| by_time(*number)));
    }

    #[test]
    fn staging_applied_the_edited_file_after_it_was_edited_and_production_before() {
        let migrations = sample::migrations();
        let clock = Clock::new(&migrations, Timestamp::now());
        let edited = migrations.iter().filter(|migration| migration.name.as_str() == EDITED).cloned();
        let edited: Vec<SampleMigration> = edited.collect();
        let at = |site| applications(site, clock, &edited)[0].at;
        assert!(at(Site::Staging) > clock.moment(super::edited()));
        assert!(at(Site::Production) < clock.moment(super::edited()));
    }
}
