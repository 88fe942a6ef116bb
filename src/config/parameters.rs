//! libpq's connection parameters as written, before defaults.
//!
//! The table of keywords says for each whether Tidegate carries it out, passes over it because that weakens nothing,
//! or must refuse it because a connection without it would be less than the user asked for.

use std::collections::BTreeMap;

use super::secret::Secret;

/// libpq's connection parameters as written, by libpq's keyword. The password is kept apart so that no printing of
/// this value can show it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    values: BTreeMap<&'static str, String>,
    password: Option<Secret>,
}

/// One of libpq's connection keywords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyword {
    /// The name in URIs, keyword/value texts and service files.
    pub name: &'static str,
    /// The environment variable that libpq reads when nothing else gives the parameter.
    pub variable: Option<&'static str>,
    /// What Tidegate does about it.
    pub treatment: Treatment,
}

/// What Tidegate does about a connection parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Does what libpq does.
    Honoured,
    /// Passes over it; the words say why that is harmless.
    Ignored(&'static str),
    /// Refuses every value but these, because passing over it would weaken the connection.
    OnlyAs(&'static [&'static str]),
}

use Treatment::{Honoured, Ignored, OnlyAs};

const fn keyword(name: &'static str, variable: &'static str, treatment: Treatment) -> Keyword {
    Keyword { name, variable: Some(variable), treatment }
}

const fn unnamed(name: &'static str, treatment: Treatment) -> Keyword {
    Keyword { name, variable: None, treatment }
}

const NO_KERBEROS: &str = "Tidegate does not use Kerberos";

/// Every connection keyword of libpq 18.
pub const KEYWORDS: &[Keyword] = &[
    keyword("host", "PGHOST", Honoured),
    keyword("hostaddr", "PGHOSTADDR", Honoured),
    keyword("port", "PGPORT", Honoured),
    keyword("user", "PGUSER", Honoured),
    keyword("password", "PGPASSWORD", Honoured),
    keyword("passfile", "PGPASSFILE", Honoured),
    keyword("dbname", "PGDATABASE", Honoured),
    keyword("service", "PGSERVICE", Honoured),
    keyword("servicefile", "PGSERVICEFILE", Honoured),
    keyword("sslmode", "PGSSLMODE", Honoured),
    keyword("sslnegotiation", "PGSSLNEGOTIATION", Honoured),
    keyword("sslrootcert", "PGSSLROOTCERT", Honoured),
    keyword("sslcert", "PGSSLCERT", Honoured),
    keyword("sslkey", "PGSSLKEY", Honoured),
    keyword("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION", Honoured),
    keyword("channel_binding", "PGCHANNELBINDING", Honoured),
    keyword("target_session_attrs", "PGTARGETSESSIONATTRS", Honoured),
    keyword("load_balance_hosts", "PGLOADBALANCEHOSTS", Honoured),
    keyword("options", "PGOPTIONS", Honoured),
    keyword("connect_timeout", "PGCONNECT_TIMEOUT", Honoured),
    unnamed("keepalives", Honoured),
    unnamed("keepalives_idle", Honoured),
    unnamed("keepalives_interval", Honoured),
    unnamed("keepalives_count", Honoured),
    unnamed("tcp_user_timeout", Honoured),
    keyword("application_name", "PGAPPNAME", Ignored("Tidegate names its own sessions")),
    unnamed("fallback_application_name", Ignored("Tidegate names its own sessions")),
    keyword("client_encoding", "PGCLIENTENCODING", Ignored("Tidegate always speaks UTF-8")),
    keyword("sslcompression", "PGSSLCOMPRESSION", Ignored("TLS compression is never used")),
    keyword("sslsni", "PGSSLSNI", Ignored("the host name is always sent")),
    keyword("krbsrvname", "PGKRBSRVNAME", Ignored(NO_KERBEROS)),
    keyword("gsslib", "PGGSSLIB", Ignored(NO_KERBEROS)),
    keyword("gssdelegation", "PGGSSDELEGATION", Ignored(NO_KERBEROS)),
    keyword("min_protocol_version", "PGMINPROTOCOLVERSION", OnlyAs(&["3.0"])),
    keyword("max_protocol_version", "PGMAXPROTOCOLVERSION", Ignored("Tidegate speaks protocol 3.0")),
    keyword("gssencmode", "PGGSSENCMODE", OnlyAs(&["disable", "prefer"])),
    keyword("sslcertmode", "PGSSLCERTMODE", OnlyAs(&["disable", "allow"])),
    keyword("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION", OnlyAs(&["TLSv1.3"])),
    keyword("sslcrl", "PGSSLCRL", OnlyAs(&[])),
    keyword("sslcrldir", "PGSSLCRLDIR", OnlyAs(&[])),
    keyword("require_auth", "PGREQUIREAUTH", OnlyAs(&[])),
    keyword("requirepeer", "PGREQUIREPEER", OnlyAs(&[])),
    unnamed("sslpassword", OnlyAs(&[])),
    unnamed("sslkeylogfile", OnlyAs(&[])),
    unnamed("scram_client_key", OnlyAs(&[])),
    unnamed("scram_server_key", OnlyAs(&[])),
    unnamed("oauth_issuer", OnlyAs(&[])),
    unnamed("oauth_client_id", OnlyAs(&[])),
    unnamed("oauth_client_secret", OnlyAs(&[])),
    unnamed("oauth_scope", OnlyAs(&[])),
    unnamed("replication", OnlyAs(&["false", "off", "no", "0"])),
];

/// The keyword of this name, if libpq knows one.
pub fn keyword_named(name: &str) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.name == name)
}

impl Parameters {
    /// Sets a parameter; an empty value means the default, as in libpq.
    pub fn set(&mut self, keyword: &'static Keyword, value: String) {
        if keyword.name == "password" {
            self.password = Some(Secret::new(value)).filter(|secret| !secret.is_empty());
        } else if !value.is_empty() {
            self.values.insert(keyword.name, value);
        }
    }

    /// The value of a parameter other than the password.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The password.
    pub fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }

    /// Takes the password out.
    pub fn forget_password(&mut self) {
        self.password = None;
    }

    /// The parameters that are set, without the password.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// Whether a parameter is set, the password included.
    pub fn has(&self, name: &str) -> bool {
        if name == "password" { self.password.is_some() } else { self.values.contains_key(name) }
    }

    /// Those that libpq reads from environment variables.
    pub fn of_variables(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let mut parameters = Self::default();
        for keyword in KEYWORDS {
            if let Some(value) = keyword.variable.and_then(&lookup) {
                parameters.set(keyword, value);
            }
        }
        parameters
    }
}
