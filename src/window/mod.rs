//! A deployment window, from the board that shows what there is to do to the report that says what was done.
//!
//! Everything here is written for two faces, the full-screen console and the command line, and knows neither.
//! The parts that decide (statuses, board, plan, gates, offers) take values and return values; the parts that act
//! (the monitor, the runner) run as tasks and speak in [`event::WindowEvent`]s. A window's journal is the sequence of
//! its events, and its state is what folding them yields, so that a console that was killed can be started again and
//! knows what its predecessor knew.

pub mod approval;
pub mod backups;
pub mod board;
pub mod confirmation;
pub mod context;
pub mod drift;
pub mod event;
pub mod files;
pub mod handle;
pub mod hook;
pub mod journal;
pub mod look;
pub mod mark;
pub mod monitor;
pub mod plan;
pub mod planning;
pub mod report;
pub mod review;
pub mod runner;
pub mod scaffold;
pub mod state;
pub mod status;
pub mod step;
pub mod steps;
pub mod translate;
pub mod truth;
pub mod validate;
