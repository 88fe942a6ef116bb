//! What a user could observe: real PostgreSQL servers, the real binary, a real pseudo-terminal.
//!
//! One test binary, so that one template cluster serves the whole run.

#![allow(clippy::unwrap_used, reason = "what a test does not expect fails it")]

mod backup;
mod cli;
mod cli_interruptions;
mod cli_windows;
mod client_programs;
mod cluster;
mod connect;
mod connect_hosts;
mod connect_pooler;
mod connect_tls;
mod demo;
mod engine_transaction;
mod floors;
mod harness;
mod hooks;
mod support;
mod validate;
