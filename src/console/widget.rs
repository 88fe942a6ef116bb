//! The pieces that screens are drawn with.

pub mod beside;
pub mod input;
pub mod list;
pub mod paint;
pub mod scroll;
pub mod secret;
pub mod table;
pub mod viewer;
