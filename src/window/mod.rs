//! A deployment window: board, plan, gates, steps, journal, report. Knows no screen.
