//! When to draw: at once after a key, seldom while things only happen by themselves, never more than 30 times a second.

use std::collections::VecDeque;
use std::time::Duration;

/// The most draws in any second.
const MOST: usize = 30;

/// The least time between two draws that nobody's hand asked for. Half of [`MOST`], so that a key always finds room.
const UNASKED: Duration = Duration::from_millis(66);

const SECOND: Duration = Duration::from_secs(1);

/// Remembers the draws of the last second. Times are uptimes.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    drawn: VecDeque<Duration>,
}

impl Pace {
    /// Takes down that something was drawn.
    pub fn drew(&mut self, now: Duration) {
        if self.drawn.len() == MOST {
            self.drawn.pop_front();
        }
        self.drawn.push_back(now);
    }

    /// The earliest time of the next draw; `asked` where a key or the mouse wants to see its effect.
    #[must_use]
    pub fn next(&self, asked: bool) -> Duration {
        let budget = match self.drawn.front() {
            Some(oldest) if self.drawn.len() == MOST => *oldest + SECOND,
            _ => Duration::ZERO,
        };
        let unasked = match self.drawn.back() {
            Some(newest) if !asked => *newest + UNASKED,
            _ => Duration::ZERO,
        };
        budget.max(unasked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many draws a second of changes yields, when one comes every `gap`.
    fn draws(gap: Duration, asked: bool) -> usize {
        let mut pace = Pace::default();
        let mut count = 0;
        let mut now = Duration::from_secs(5);
        let end = now + SECOND;
        while now < end {
            if pace.next(asked) <= now {
                pace.drew(now);
                count += 1;
            }
            now += gap;
        }
        count
    }

    #[test]
    fn a_flood_of_changes_is_drawn_seldom() {
        assert!(draws(Duration::from_micros(100), false) <= 16);
    }

    #[test]
    fn a_flood_of_keys_is_drawn_at_most_thirty_times_a_second() {
        assert_eq!(draws(Duration::from_micros(100), true), 30);
    }

    #[test]
    fn a_key_is_drawn_at_once_even_right_after_a_change() {
        let mut pace = Pace::default();
        pace.drew(Duration::from_millis(1_000));
        assert!(pace.next(true) <= Duration::from_millis(1_000));
        assert_eq!(pace.next(false), Duration::from_millis(1_066));
    }
}
