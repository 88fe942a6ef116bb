//! Encrypted connections: each `sslmode` means what libpq means by it.

use tidegate::postgres::{ConnectError, TlsError};

use crate::connect::{open, refusal};
use crate::support::Server;
use crate::support::certificates::{Authority, Files, encrypting_server, made_by_openssl, self_signed};

const HOST: &str = "db.example";
const BY_PASSWORD: &str = "hostssl all all 127.0.0.1/32 scram-sha-256";

/// The URL of a server that goes by the name `db.example`.
fn url(server: &Server, parameters: &str) -> String {
    format!("postgresql://postgres:tide@{HOST}:{}/postgres?hostaddr=127.0.0.1&{parameters}", server.port())
}

async fn tls_error(url: &str) -> TlsError {
    match refusal(url).await {
        ConnectError::Tls { error, .. } => error,
        error => panic!("{url}: {error}"),
    }
}

#[tokio::test]
async fn each_mode_accepts_a_good_certificate_and_binds_the_login_to_it() {
    let authority = Authority::new();
    let server = encrypting_server(&authority.server(HOST), &[BY_PASSWORD], None);
    let files = Files::new();
    let roots = files.write("root.crt", &authority.pem());
    for mode in ["allow", "prefer", "require", "verify-ca", "verify-full"] {
        let parameters = format!("sslmode={mode}&sslrootcert={}&channel_binding=require", roots.display());
        let connection = open(&url(&server, &parameters)).await.unwrap_or_else(|error| panic!("{mode}: {error}"));
        assert!(connection.info().encrypted, "{mode}");
        connection.canceller().cancel().await.unwrap();
    }
    let refused = refusal(&url(&server, "sslmode=disable")).await;
    assert!(matches!(refused, ConnectError::LoginRefused { .. }), "{refused}");
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_where_it_is_verified() {
    let server = encrypting_server(&Authority::new().server(HOST), &[BY_PASSWORD], None);
    let files = Files::new();
    let others = files.write("root.crt", &Authority::new().pem());
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = tls_error(&url(&server, &format!("sslmode={mode}&sslrootcert={}", others.display()))).await;
        assert_eq!(error, TlsError::UnknownIssuer, "{mode}");
    }
    let error = tls_error(&url(&server, "sslmode=verify-full&sslrootcert=system")).await;
    assert_eq!(error, TlsError::UnknownIssuer);
    assert!(open(&url(&server, "sslmode=require")).await.unwrap().info().encrypted);
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_only_where_the_name_counts() {
    let authority = Authority::new();
    let server = encrypting_server(&authority.server("other.example"), &[BY_PASSWORD], None);
    let files = Files::new();
    let roots = files.write("root.crt", &authority.pem());
    let error = tls_error(&url(&server, &format!("sslmode=verify-full&sslrootcert={}", roots.display()))).await;
    let TlsError::WrongName { host, presented } = error else { panic!("{error}") };
    assert_eq!(host, HOST);
    assert!(presented.contains("other.example"), "{presented}");
    let verified = open(&url(&server, &format!("sslmode=verify-ca&sslrootcert={}", roots.display()))).await;
    assert!(verified.unwrap().info().encrypted);
}

#[tokio::test]
async fn a_certificate_without_alternative_names_goes_by_its_common_name() {
    let authority = Authority::new();
    let files = Files::new();
    let roots = files.write("root.crt", &authority.pem());
    let parameters = format!("sslmode=verify-full&sslrootcert={}", roots.display());

    let server = encrypting_server(&authority.server_by_common_name(HOST), &[BY_PASSWORD], None);
    assert!(open(&url(&server, &parameters)).await.unwrap().info().encrypted);

    let server = encrypting_server(&authority.server_by_common_name("other.example"), &[BY_PASSWORD], None);
    let error = tls_error(&url(&server, &parameters)).await;
    assert!(matches!(error, TlsError::WrongName { .. }), "{error}");
}

#[tokio::test]
async fn a_certificate_made_as_the_documentation_shows_is_verified_too() {
    let Some((authority, identity)) = made_by_openssl(HOST) else { return };
    let files = Files::new();
    let roots = files.write("root.crt", &authority);
    let itself = files.write("server.crt", &identity.certificate);
    let namesake = made_by_openssl(HOST).map(|(authority, _)| files.write("namesake.crt", &authority)).unwrap();
    let server = encrypting_server(&identity, &[BY_PASSWORD], None);
    for trusted in [&roots, &itself] {
        let parameters = format!("sslmode=verify-full&sslrootcert={}&channel_binding=require", trusted.display());
        let connection = open(&url(&server, &parameters)).await.unwrap_or_else(|error| panic!("{error}"));
        assert!(connection.info().encrypted);
    }
    let error = tls_error(&url(&server, &format!("sslmode=verify-ca&sslrootcert={}", namesake.display()))).await;
    assert_eq!(error, TlsError::UnknownIssuer);
    let error = tls_error(&url(&server, "sslmode=verify-full&sslrootcert=system")).await;
    assert_eq!(error, TlsError::UnknownIssuer);
    let elsewhere = url(&server, &format!("sslmode=verify-full&sslrootcert={}", roots.display()));
    let error = tls_error(&elsewhere.replace(HOST, "other.example")).await;
    assert!(matches!(error, TlsError::WrongName { .. }), "{error}");
}

#[tokio::test]
async fn an_expired_certificate_says_since_when() {
    let authority = Authority::new();
    let server = encrypting_server(&authority.expired_server(HOST), &[BY_PASSWORD], None);
    let files = Files::new();
    let roots = files.write("root.crt", &authority.pem());
    for mode in ["verify-ca", "verify-full"] {
        let error = tls_error(&url(&server, &format!("sslmode={mode}&sslrootcert={}", roots.display()))).await;
        assert_eq!(error, TlsError::Expired(" (2020-01-08)".to_owned()), "{mode}");
    }
    assert!(open(&url(&server, "sslmode=require")).await.is_ok());
}

#[tokio::test]
async fn a_self_signed_certificate_may_be_trusted_by_itself() {
    let identity = self_signed(HOST);
    let server = encrypting_server(&identity, &[BY_PASSWORD], None);
    let files = Files::new();
    let itself = files.write("root.crt", &identity.certificate);
    let connection = open(&url(&server, &format!("sslmode=verify-full&sslrootcert={}", itself.display()))).await;
    assert!(connection.unwrap().info().encrypted);
    let another = files.write("other.crt", &self_signed(HOST).certificate);
    let refused = tls_error(&url(&server, &format!("sslmode=verify-ca&sslrootcert={}", another.display()))).await;
    assert!(matches!(refused, TlsError::UnknownIssuer | TlsError::BadCertificate(_)), "{refused}");
}

#[tokio::test]
async fn a_server_without_encryption_is_used_only_where_that_is_allowed() {
    let server = Server::own_with(|options| {
        options.tcp_access = vec!["host all all 127.0.0.1/32 trust".to_owned()];
    });
    for mode in ["disable", "allow", "prefer"] {
        let connection = open(&url(&server, &format!("sslmode={mode}"))).await.unwrap();
        assert!(!connection.info().encrypted, "{mode}");
    }
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = tls_error(&url(&server, &format!("sslmode={mode}"))).await;
        assert_eq!(error, TlsError::NotOffered, "{mode}");
    }
}

#[tokio::test]
async fn prefer_falls_back_where_only_plain_connections_are_let_in() {
    let server =
        encrypting_server(&Authority::new().server(HOST), &["hostnossl all all 127.0.0.1/32 scram-sha-256"], None);
    assert!(!open(&url(&server, "sslmode=prefer")).await.unwrap().info().encrypted);
    let refused = refusal(&url(&server, "sslmode=require")).await;
    assert!(matches!(refused, ConnectError::LoginRefused { .. }), "{refused}");
}

#[tokio::test]
async fn a_client_may_show_a_certificate_instead_of_a_password() {
    let authority = Authority::new();
    let server = encrypting_server(&authority.server(HOST), &["hostssl all all 127.0.0.1/32 cert"], Some(&authority));
    let files = Files::new();
    let shown = |name: &str, authority: &Authority, role: &str| {
        let identity = authority.client(role);
        let certificate = files.write(&format!("{name}.crt"), &identity.certificate);
        let key = files.write(&format!("{name}.key"), &identity.key);
        format!("sslmode=require&sslcert={}&sslkey={}", certificate.display(), key.display())
    };

    let connection = open(&url(&server, &shown("good", &authority, "postgres"))).await.unwrap();
    assert!(connection.info().encrypted);

    let refused = refusal(&url(&server, "sslmode=require")).await;
    assert!(matches!(refused, ConnectError::LoginRefused { .. }), "{refused}");
    let refused = refusal(&url(&server, &shown("role", &authority, "somebody"))).await;
    assert!(matches!(refused, ConnectError::LoginRefused { .. }), "{refused}");
    let refused = tls_error(&url(&server, &shown("forged", &Authority::new(), "postgres"))).await;
    assert!(matches!(refused, TlsError::ClientCertificate(_)), "{refused}");
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named() {
    let server = encrypting_server(&Authority::new().server(HOST), &[BY_PASSWORD], None);
    let files = Files::new();
    let broken = files.write("broken.crt", "this is no certificate");
    let error = tls_error(&url(&server, &format!("sslmode=verify-ca&sslrootcert={}", broken.display()))).await;
    assert!(matches!(&error, TlsError::File { what: "sslrootcert", path, .. } if *path == broken), "{error}");
}
