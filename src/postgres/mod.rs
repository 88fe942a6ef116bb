//! Everything said to a server.
//!
//! The only folder that names `tokio_postgres`. What comes out of here are the words of the product (a connection, a
//! server's error, a notice), never the driver's types.

pub mod activity;
pub mod backup;
mod cancel;
pub mod checks;
pub mod child;
pub mod cluster;
pub mod connect_error;
pub mod connection;
mod dial;
pub mod error;
pub mod furnish;
pub mod grant;
pub mod history;
pub mod install;
pub mod large;
pub mod lock;
mod login;
pub mod notice;
mod pooler;
pub mod programs;
pub mod read_only;
pub mod readiness;
pub mod run;
pub mod server_info;
mod session;
pub mod shadow;
pub mod snapshot;
mod sql;
pub mod store;
mod supabase;
mod tls;
pub mod version;

pub use connect_error::{ConnectError, TlsError};
pub use connection::{Canceller, Connection, SessionOptions};
pub use error::{PgError, ServerError};
pub use notice::{Notice, Notices, Severity};
pub use server_info::{PoolMode, ServerInfo};
pub use version::ServerVersion;
