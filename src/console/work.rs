//! The work that screens ask for, done in tasks of their own: reading files, git and folders.

use std::sync::Arc;

use crate::config::Config;

use super::message::{Answer, Work};

/// Does the work.
pub async fn run(_config: Arc<Config>, work: Work) -> Answer {
    match work {}
}
