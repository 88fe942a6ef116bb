//! Tidegate: a full-screen terminal console for PostgreSQL migration windows.
//!
//! The folders are floors: each uses only those listed before it here.

#![forbid(unsafe_code)]

pub mod cli;
pub mod config;
pub mod console;
pub mod migration;
pub mod postgres;
pub mod review;
pub mod schema;
pub mod window;
