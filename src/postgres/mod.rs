//! Everything said to a server.

pub mod backup;
