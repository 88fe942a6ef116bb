//! The session's settings, made afresh for each file.
//!
//! A script may change any setting, role, session user, and leave cursors, temporary tables or notifications behind.
//! None of it may reach the next script: after each file, and once before the first, everything goes back to what the
//! server, the database and the login define, and what the environment's policy asks for is set on top. Prepared
//! statements stay: the engine's own are among them.

use std::time::Duration;

use crate::config::Policy;
use crate::migration::table::quote_identifier;

/// Puts the session back to where it was when it was opened.
const CLEAN: &str = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; CLOSE ALL; UNLISTEN *; \
    DISCARD SEQUENCES; DISCARD TEMP";

/// Gives the session back to whoever runs no scripts on it, the way it was opened.
pub(super) const UNDO: &str = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; CLOSE ALL; UNLISTEN *; \
    DISCARD SEQUENCES; DISCARD TEMP; SET DateStyle = ISO";

/// The message that makes the settings afresh. Its statements are one transaction: all of them hold, or none.
pub(super) fn settings(policy: &Policy) -> String {
    let mut message = format!(
        "{CLEAN}; SET lock_timeout = {}; SET statement_timeout = {}",
        milliseconds(policy.lock_timeout),
        milliseconds(policy.statement_timeout)
    );
    if !policy.search_path.is_empty() {
        let path: Vec<String> = policy.search_path.iter().map(|schema| quote_identifier(schema)).collect();
        message += &format!("; SET search_path = {}", path.join(", "));
    }
    if let Some(role) = &policy.role {
        message += &format!("; SET ROLE {}", quote_identifier(role));
    }
    message
}

/// A span as PostgreSQL's settings take it; one that is not zero never becomes zero, which would mean "for ever".
fn milliseconds(span: Duration) -> u128 {
    span.as_micros().div_ceil(1000).min(i32::MAX as u128)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Tier;

    #[test]
    fn a_policy_becomes_settings() {
        let policy = Policy {
            role: Some("deploy \"x\"".to_owned()),
            search_path: vec!["$user".to_owned(), "public".to_owned()],
            lock_timeout: Duration::from_micros(1),
            statement_timeout: Duration::ZERO,
            ..Policy::of_tier(Tier::Development)
        };
        let expected = "; SET lock_timeout = 1; SET statement_timeout = 0; SET search_path = \"$user\", public; \
                        SET ROLE \"deploy \"\"x\"\"\"";
        assert_eq!(settings(&policy).strip_prefix(CLEAN), Some(expected));
    }
}
