//! What a migration is judged by before it may reach a database.
//!
//! This floor is pure: it takes texts and what is known of the migrations before them, and returns what it finds.

pub mod approval;
