//! Everything said to a server.
//!
//! The only folder that names `tokio_postgres`. What comes out of here are the words of the product (a connection, a
//! server's error, a notice), never the driver's types.

pub mod activity;
pub mod backup;
pub mod child;
pub mod cluster;
pub mod connect_error;
pub mod connection;
pub mod error;
pub mod grant;
pub mod history;
pub mod install;
pub mod lock;
pub mod notice;
pub mod programs;
pub mod run;
pub mod server_info;
pub mod store;
pub mod version;

pub use connect_error::{ConnectError, TlsError};
pub use connection::{Canceller, Connection, SessionOptions};
pub use error::{PgError, ServerError};
pub use notice::{Notice, Notices, Severity};
pub use server_info::{PoolMode, ServerInfo};
pub use version::ServerVersion;
