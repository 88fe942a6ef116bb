//! The subcommands: text or JSON instead of a screen.

pub mod demo;
