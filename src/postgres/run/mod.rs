//! Running a migration's script: its statements, its history row and its commit, with everything that can go wrong.

mod control;
mod error;
mod event;

pub use control::Control;
pub use error::{DatabaseState, Place, RunError, RunErrorKind};
pub use event::RunEvent;
