//! Certificates of X.509 version 1.
//!
//! `openssl x509 -req` made them for decades, and PostgreSQL's own documentation shows how; libpq accepts them. The
//! usual verifier does not, for they cannot say what they may be used for. So one that an authority named by
//! `sslrootcert` has signed itself is accepted here, and nothing else: no chain, and no authority of the system's.

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError, Error};
use x509_cert::Certificate;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

use super::verifier::verify_time;

/// Whether one of the authorities has signed the certificate, and both are in their time.
pub(super) fn verify(
    certificate: &Certificate,
    authorities: &[CertificateDer<'static>],
    now: UnixTime,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<(), Error> {
    verify_time(certificate, now)?;
    let authority = authorities
        .iter()
        .filter_map(|authority| Certificate::from_der(authority).ok())
        .find(|authority| may_sign(authority) && has_signed(authority, certificate, algorithms).unwrap_or(false))
        .ok_or(CertificateError::UnknownIssuer)?;
    verify_time(&authority, now)
}

fn may_sign(authority: &Certificate) -> bool {
    let certificate = &authority.tbs_certificate;
    let is_authority = match certificate.get::<BasicConstraints>() {
        Ok(Some((_, constraints))) => constraints.ca,
        // Of version 1 itself: that it is an authority says he who configured it.
        Ok(None) => certificate.extensions.is_none(),
        Err(_) => false,
    };
    let signs_certificates = match certificate.get::<KeyUsage>() {
        Ok(Some((_, usage))) => usage.key_cert_sign(),
        Ok(None) => true,
        Err(_) => false,
    };
    is_authority && signs_certificates
}

/// `None` where something cannot be encoded, which means no.
fn has_signed(
    authority: &Certificate,
    certificate: &Certificate,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Option<bool> {
    let signed = &certificate.tbs_certificate;
    if signed.issuer != authority.tbs_certificate.subject || signed.signature != certificate.signature_algorithm {
        return Some(false);
    }
    let key = &authority.tbs_certificate.subject_public_key_info;
    let message = signed.to_der().ok()?;
    let signature = certificate.signature.as_bytes()?;
    let signature_algorithm = content_of(&certificate.signature_algorithm.to_der().ok()?)?;
    let key_algorithm = content_of(&key.algorithm.to_der().ok()?)?;
    let public_key = key.subject_public_key.as_bytes()?;
    Some(
        algorithms
            .all
            .iter()
            .filter(|algorithm| algorithm.signature_alg_id().as_ref() == signature_algorithm)
            .filter(|algorithm| algorithm.public_key_alg_id().as_ref() == key_algorithm)
            .any(|algorithm| algorithm.verify_signature(public_key, &message, signature).is_ok()),
    )
}

/// What a SEQUENCE holds, without its tag and length.
fn content_of(sequence: &[u8]) -> Option<Vec<u8>> {
    let sequence = x509_cert::der::asn1::AnyRef::from_der(sequence).ok()?;
    Some(sequence.value().to_vec())
}
