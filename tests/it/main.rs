//! What a user could observe: real PostgreSQL servers, the real binary, a real pseudo-terminal.
//!
//! One test binary, so that one template cluster serves the whole run.

#![allow(clippy::unwrap_used, reason = "what a test does not expect fails it")]

mod backup;
mod cli;
mod cli_approvals;
mod cli_checklist;
mod cli_interruptions;
mod cli_records;
mod cli_windows;
mod client_programs;
mod cluster;
mod connect;
mod connect_hosts;
mod connect_pooler;
mod connect_tls;
mod console;
mod console_approvals;
mod console_drift;
mod console_files;
mod console_interruptions;
mod console_terminal;
mod demo;
mod drift_corpus;
mod drift_explain;
mod drift_faults;
mod drift_snapshot;
mod drift_watch;
mod engine_activity;
mod engine_approvals;
mod engine_contention;
mod engine_group;
mod engine_history;
mod engine_hostile;
mod engine_lock;
mod engine_lost;
mod engine_roles;
mod engine_steps;
mod engine_stop;
mod engine_store;
mod engine_transaction;
mod engine_volume;
mod floors;
mod harness;
mod hooks;
mod review;
mod support;
mod validate;
