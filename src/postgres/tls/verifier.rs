//! Whether a server's certificate is good enough for the configured `sslmode`.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use x509_cert::certificate::{Certificate, Version};
use x509_cert::der::{Decode, Encode};

use super::{common_name, version_1};
use crate::config::Verification;

/// Checks certificates as libpq does for each `sslmode`.
#[derive(Debug)]
pub(super) struct Verifier {
    pub(super) verification: Verification,
    pub(super) roots: Arc<RootCertStore>,
    /// The certificates of `sslrootcert`: a server may present one of them itself.
    pub(super) pinned: Vec<CertificateDer<'static>>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.verification == Verification::Nothing {
            return Ok(ServerCertVerified::assertion());
        }
        let content = parse(certificate)?;
        let is_pinned = self.pinned.contains(certificate);
        if is_pinned {
            // A self-signed certificate that is trusted by itself: no authority to ask.
            verify_time(&content, now)?;
        }
        if content.tbs_certificate.version == Version::V1 {
            if !is_pinned {
                version_1::verify(&content, &self.pinned, now, &self.algorithms)?;
            }
            if self.verification == Verification::ChainAndName && !common_name::is_for(&content, &host.to_str()) {
                let presented = Vec::new();
                return Err(CertificateError::NotValidForNameContext { expected: host.to_owned(), presented }.into());
            }
        } else {
            let parsed = ParsedCertificate::try_from(certificate)?;
            if !is_pinned {
                let Self { roots, algorithms, .. } = self;
                verify_server_cert_signed_by_trust_anchor(&parsed, roots, intermediates, now, algorithms.all)?;
            }
            if self.verification == Verification::ChainAndName {
                verify_name(&content, &parsed, host)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    /// Whoever presents a certificate must hold its key, even where the certificate itself is not verified: channel
    /// binding rests on this. The usual verifier does not parse certificates of X.509 version 1, so that their key is
    /// taken out here.
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if ParsedCertificate::try_from(certificate).is_ok() {
            return verify_tls13_signature(message, certificate, signature, &self.algorithms);
        }
        let key = parse(certificate)?
            .tbs_certificate
            .subject_public_key_info
            .to_der()
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        verify_tls13_signature_with_raw_key(message, &SubjectPublicKeyInfoDer::from(key), signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn parse(certificate: &CertificateDer<'_>) -> Result<Certificate, Error> {
    Certificate::from_der(certificate).map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))
}

/// By the certificate's alternative names or, as in libpq, if it has none, by its common name.
fn verify_name(certificate: &Certificate, parsed: &ParsedCertificate<'_>, host: &ServerName<'_>) -> Result<(), Error> {
    match verify_server_name(parsed, host) {
        Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }))
            if presented.is_empty() && common_name::is_for(certificate, &host.to_str()) =>
        {
            Ok(())
        }
        result => result,
    }
}

pub(super) fn verify_time(certificate: &Certificate, now: UnixTime) -> Result<(), Error> {
    let validity = certificate.tbs_certificate.validity;
    let moment = |time: x509_cert::time::Time| UnixTime::since_unix_epoch(time.to_unix_duration());
    let (not_before, not_after) = (moment(validity.not_before), moment(validity.not_after));
    if now < not_before {
        return Err(CertificateError::NotValidYetContext { time: now, not_before }.into());
    }
    if now > not_after {
        return Err(CertificateError::ExpiredContext { time: now, not_after }.into());
    }
    Ok(())
}
