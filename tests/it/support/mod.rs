//! What the topics need to set the scene: a server, a project, the binary, a terminal.

mod binary;
pub mod certificates;
pub mod copy;
pub mod ground;
mod hold;
pub mod office;
mod running;
mod scratch;
mod server;
pub mod site;
mod terminal;

pub use binary::Run;
pub use hold::Hold;
pub use running::Running;
pub use scratch::Scratch;
pub use server::{Server, TestDatabase, every_installation, resolved, waiting_for_the_disk};
pub use terminal::Terminal;

use std::time::Duration;

/// How long a test waits for what must appear before it gives up: for a machine that does ten things at once.
pub const PATIENCE: Duration = Duration::from_secs(60);
