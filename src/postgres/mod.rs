//! Everything said to a server.
