//! Encryption: libpq's `sslmode`, `sslrootcert` and client certificates, by rustls.

mod common_name;
mod verifier;
mod version_1;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use rustls::client::WantsClientCert;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::{AlertDescription, CertificateError, ClientConfig, ConfigBuilder, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;
use verifier::Verifier;

use super::connect_error::TlsError;
use crate::config::{ClientCertificate, RootCertificates, Tls, Verification};
use crate::migration::text::printable;

/// The protocol's name, which `sslnegotiation=direct` must announce.
const PROTOCOL: &[u8] = b"postgresql";

/// Makes what encrypts connections. Reads certificate files, so it may block.
pub(super) fn connector(tls: &Tls) -> Result<MakeRustlsConnect, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let verification = tls.verification();
    let (roots, pinned) = match (&tls.roots, verification) {
        (_, Verification::Nothing) => (Arc::new(RootCertStore::empty()), Vec::new()),
        (RootCertificates::System, _) => (system_roots()?, Vec::new()),
        (RootCertificates::File(path), _) => roots_in(path)?,
    };
    let versions: &[_] = if tls.only_tls_13 { &[&rustls::version::TLS13] } else { rustls::DEFAULT_VERSIONS };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(|error| TlsError::Handshake(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier { verification, roots, pinned, algorithms }));
    let mut config = match &tls.client {
        Some(certificate) => with_client_certificate(builder, certificate)?,
        None => builder.with_no_client_auth(),
    };
    if tls.direct {
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
    }
    Ok(MakeRustlsConnect::new(config))
}

/// The authorities that the operating system trusts, read once: that takes tens of milliseconds.
fn system_roots() -> Result<Arc<RootCertStore>, TlsError> {
    static ROOTS: OnceLock<Result<Arc<RootCertStore>, TlsError>> = OnceLock::new();
    let read = || {
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            let reason = found.errors.first().map_or_else(|| "it is empty".to_owned(), ToString::to_string);
            return Err(TlsError::NoSystemRoots(reason));
        }
        Ok(Arc::new(roots))
    };
    ROOTS.get_or_init(read).clone()
}

fn roots_in(path: &Path) -> Result<(Arc<RootCertStore>, Vec<CertificateDer<'static>>), TlsError> {
    const WHAT: &str = "sslrootcert";
    let certificates = certificates_in(path, WHAT)?;
    let mut roots = RootCertStore::empty();
    let (_, unfit) = roots.add_parsable_certificates(certificates.iter().cloned());
    if unfit > 0 && roots.is_empty() {
        return Err(unusable(path, WHAT, "its certificates are of a kind that is not understood"));
    }
    Ok((Arc::new(roots), certificates))
}

fn certificates_in(path: &Path, what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|error| unusable(path, what, explained(&error)))?;
    if certificates.is_empty() {
        return Err(unusable(path, what, "it holds no certificate in PEM form"));
    }
    Ok(certificates)
}

fn with_client_certificate(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    client: &ClientCertificate,
) -> Result<ClientConfig, TlsError> {
    let certificates = certificates_in(&client.certificate, "sslcert")?;
    let key = PrivateKeyDer::from_pem_file(&client.key).map_err(|error| {
        let reason = match error {
            pem::Error::NoItemsFound => "it holds no unencrypted private key in PEM form".to_owned(),
            error => explained(&error),
        };
        unusable(&client.key, "sslkey", reason)
    })?;
    builder.with_client_auth_cert(certificates, key).map_err(|error| unusable(&client.key, "sslkey", error.to_string()))
}

fn explained(error: &pem::Error) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => "it holds nothing in PEM form".to_owned(),
        error => format!("it is not in PEM form ({error})"),
    }
}

fn unusable(path: &Path, what: &'static str, reason: impl Into<String>) -> TlsError {
    TlsError::File { what, path: path.to_owned(), reason: reason.into() }
}

/// What an operator can make of an error of the encryption.
pub(super) fn diagnose(error: &rustls::Error, host: &str) -> TlsError {
    match error {
        rustls::Error::InvalidCertificate(error) => diagnose_certificate(error, host),
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::CertificateRequired => {
                TlsError::ClientCertificate("it asks for one and none is configured".to_owned())
            }
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            // What OpenSSL says when the authority has the right name and another key.
            | AlertDescription::DecryptError => TlsError::ClientCertificate(format!("{alert:?}")),
            alert => TlsError::Handshake(format!("the server answered \"{alert:?}\"")),
        },
        error => TlsError::Handshake(error.to_string()),
    }
}

fn diagnose_certificate(error: &CertificateError, host: &str) -> TlsError {
    match error {
        CertificateError::Expired => TlsError::Expired(String::new()),
        CertificateError::ExpiredContext { not_after, .. } => TlsError::Expired(on_day(*not_after)),
        CertificateError::NotValidYet => TlsError::NotYetValid(String::new()),
        CertificateError::NotValidYetContext { not_before, .. } => TlsError::NotYetValid(on_day(*not_before)),
        CertificateError::Revoked => TlsError::Revoked,
        // A bad signature is one by another authority of the same name.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsError::UnknownIssuer,
        CertificateError::NotValidForName => TlsError::WrongName { host: host.to_owned(), presented: String::new() },
        CertificateError::NotValidForNameContext { presented, .. } => {
            let presented = if presented.is_empty() {
                " (it holds no subjectAltName, and its common name is another)".to_owned()
            } else {
                format!(" but for {}", printable(&presented.join(", ")))
            };
            TlsError::WrongName { host: printable(host).into_owned(), presented }
        }
        error => TlsError::BadCertificate(error.to_string()),
    }
}

/// ` (2026-08-01)`, or nothing for a time that is no time.
fn on_day(time: UnixTime) -> String {
    i64::try_from(time.as_secs())
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .map(|moment| format!(" ({})", moment.strftime("%Y-%m-%d")))
        .unwrap_or_default()
}
