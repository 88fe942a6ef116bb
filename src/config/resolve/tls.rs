//! Encryption and certificates, with libpq's default places and its rule for private keys.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{Layers, ResolveError};
use crate::config::environment::Tier;
use crate::config::passfile::quoted;
use crate::config::surroundings::Surroundings;
use crate::config::target::{ClientCertificate, Host, HostPort, RootCertificates, SslMode, Tls};

impl Layers {
    pub(super) fn tls(&self, tier: Tier, hosts: &[HostPort], surroundings: &Surroundings) -> Result<Tls, ResolveError> {
        let file = |text: &str| surroundings.folder.join(surroundings.expand_home(text));
        let in_home = |name: &str| surroundings.home.as_ref().map(|home| home.join(".postgresql").join(name));
        let roots_named = self.get("sslrootcert");
        let explicit_mode = self.choice("sslmode", &SslMode::ALL, SslMode::word)?;
        let only_sockets = hosts.iter().all(|host| matches!(host.host, Host::Unix(_)) && host.address.is_none());
        let mode = match explicit_mode {
            _ if only_sockets => SslMode::Disable,
            Some(mode) => mode,
            None if roots_named == Some("system") => SslMode::VerifyFull,
            None if tier == Tier::Production && !hosts.iter().all(HostPort::is_local) => SslMode::VerifyFull,
            None => SslMode::Prefer,
        };
        let roots = match roots_named {
            Some("system") if mode != SslMode::VerifyFull && mode != SslMode::Disable => {
                return Err(ResolveError::SystemRootsNeedVerifyFull(mode));
            }
            Some("system") => RootCertificates::System,
            Some(path) => RootCertificates::File(file(path)),
            None => in_home("root.crt")
                .filter(|path| path.exists())
                .map_or(RootCertificates::System, RootCertificates::File),
        };
        if let (RootCertificates::File(path), true) = (&roots, mode != SslMode::Disable) {
            readable("sslrootcert", path)?;
        }
        let client = if mode == SslMode::Disable || self.get("sslcertmode") == Some("disable") {
            None
        } else {
            let certificate = match self.get("sslcert") {
                Some(path) => Some(file(path)),
                None => in_home("postgresql.crt").filter(|path| path.exists()),
            };
            let key = self.get("sslkey").map(file).or_else(|| in_home("postgresql.key"));
            match (certificate, key) {
                (Some(certificate), Some(key)) => {
                    readable("sslcert", &certificate)?;
                    private("sslkey", &key)?;
                    Some(ClientCertificate { certificate, key })
                }
                (Some(_), None) => return Err(self.wrong("sslkey", "file; `sslcert` needs one")),
                (None, _) => None,
            }
        };
        let negotiation =
            self.choice("sslnegotiation", &[false, true], |direct| if direct { "direct" } else { "postgres" })?;
        if negotiation == Some(true) && !only_sockets && mode < SslMode::Require {
            return Err(self.wrong("sslnegotiation", "possible value while `sslmode` is weaker than `require`"));
        }
        let oldest =
            self.choice("ssl_min_protocol_version", &["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"], |version| version)?;
        Ok(Tls {
            mode,
            roots,
            client,
            direct: negotiation == Some(true) && !only_sockets,
            only_tls_13: oldest == Some("TLSv1.3"),
        })
    }
}

fn unusable(keyword: &'static str, path: &Path, why: String) -> ResolveError {
    ResolveError::File { keyword, path: path.display().to_string(), why }
}

fn readable(keyword: &'static str, path: &Path) -> Result<(), ResolveError> {
    fs::File::open(path)
        .and_then(|file| file.metadata())
        .map_err(|error| unusable(keyword, path, format!("{error}.")))
        .and_then(|metadata| {
            if metadata.is_file() { Ok(()) } else { Err(unusable(keyword, path, "it is no plain file.".to_owned())) }
        })
}

/// libpq's rule for private keys: no access for others; for the group only when root owns the file.
fn private(keyword: &'static str, path: &Path) -> Result<(), ResolveError> {
    readable(keyword, path)?;
    let metadata = fs::metadata(path).map_err(|error| unusable(keyword, path, format!("{error}.")))?;
    let forbidden = if metadata.uid() == 0 { 0o037 } else { 0o077 };
    if metadata.mode() & forbidden == 0 {
        return Ok(());
    }
    let mode = if metadata.uid() == 0 { "0640" } else { "0600" };
    Err(unusable(keyword, path, format!("others may read it. Run `chmod {mode} {}`.", quoted(path))))
}
