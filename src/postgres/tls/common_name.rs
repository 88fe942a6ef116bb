//! Whether a certificate without alternative names is for a host: by its common name, as libpq allows.

use x509_cert::Certificate;
use x509_cert::der::asn1::{Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::der::oid::ObjectIdentifier;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// Whether the certificate's common name is that of the host.
pub(super) fn is_for(certificate: &Certificate, host: &str) -> bool {
    let subject = &certificate.tbs_certificate.subject;
    let mut attributes = subject.0.iter().rev().flat_map(|part| part.0.iter());
    attributes.find(|attribute| attribute.oid == COMMON_NAME).is_some_and(|attribute| {
        let value = &attribute.value;
        let name = (value.decode_as::<Utf8StringRef<'_>>().map(|text| text.as_str().to_owned()))
            .or_else(|_| value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned()))
            .or_else(|_| value.decode_as::<Ia5StringRef<'_>>().map(|text| text.as_str().to_owned()))
            .or_else(|_| value.decode_as::<TeletexStringRef<'_>>().map(|text| text.as_str().to_owned()));
        name.is_ok_and(|name| matches(&name, host))
    })
}

/// Whether a name, whose first part may be `*`, is that of a host. The star stands for one part, and not for all.
fn matches(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        None => !name.is_empty() && name.eq_ignore_ascii_case(host),
        Some(rest) => host
            .split_once('.')
            .is_some_and(|(first, domain)| !first.is_empty() && !rest.is_empty() && domain.eq_ignore_ascii_case(rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("db.example", "DB.example", true)]
    #[case("db.example", "other.example", false)]
    #[case("*.example", "db.example", true)]
    #[case("*.example", "a.db.example", false)]
    #[case("*.example", "example", false)]
    #[case("*.", "db.", false)]
    #[case("*", "db", false)]
    #[case("10.0.0.1", "10.0.0.1", true)]
    #[case("", "", false)]
    fn a_name_is_a_hosts(#[case] name: &str, #[case] host: &str, #[case] expected: bool) {
        assert_eq!(matches(name, host), expected);
    }
}
