//! Certificates: an authority, and what it signs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tidegate::postgres::cluster::{ClusterOptions, Shutdown};

use super::Server;

/// An authority that signs certificates.
pub struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, in PEM form.
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("no names are fine names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "Test authority");
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.self_signed(&key).expect("an authority signs itself");
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// Its own certificate, in PEM form.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// Signs a server's certificate for a host.
    pub fn server(&self, host: &str) -> Identity {
        self.sign(server_params(host))
    }

    /// Signs a server's certificate for a host that was good only in the first days of 2020.
    pub fn expired_server(&self, host: &str) -> Identity {
        let mut params = server_params(host);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2020, 1, 8);
        self.sign(params)
    }

    /// Signs a server's certificate that holds the host's name as its common name only.
    pub fn server_by_common_name(&self, host: &str) -> Identity {
        let mut params = server_params(host);
        params.subject_alt_names.clear();
        self.sign(params)
    }

    /// Signs a client's certificate for a role.
    pub fn client(&self, role: &str) -> Identity {
        let mut params = CertificateParams::new([]).expect("no names are fine names");
        params.distinguished_name.push(DnType::CommonName, role);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params)
    }

    fn sign(&self, params: CertificateParams) -> Identity {
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority signs");
        Identity { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// A certificate that a server has signed itself and that says of itself to be an authority's, as `openssl req -x509`
/// makes it.
pub fn self_signed(host: &str) -> Identity {
    let mut params = server_params(host);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key can be made");
    let certificate = params.self_signed(&key).expect("a key signs for itself");
    Identity { certificate: certificate.pem(), key: key.serialize_pem() }
}

/// An authority's certificate and a server's of X.509 version 1 that it has signed, made as PostgreSQL's documentation
/// shows; `None`, said aloud, where there is no `openssl` to make them.
pub fn made_by_openssl(host: &str) -> Option<(String, Identity)> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        command.current_dir(folder.path()).args(arguments.split(' ')).stdin(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let is_made = openssl("req -new -x509 -days 7 -nodes -subj /CN=authority -out root.crt -keyout root.key")
        && openssl(&format!("req -new -nodes -subj /CN={host} -out server.csr -keyout server.key"))
        && openssl("x509 -req -days 7 -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -out server.crt");
    if !is_made {
        eprintln!("NOT TESTED: no openssl on this machine, so certificates of version 1 go untried");
        return None;
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("openssl has written it");
    Some((read("root.crt"), Identity { certificate: read("server.crt"), key: read("server.key") }))
}

fn server_params(host: &str) -> CertificateParams {
    let mut params = CertificateParams::new([host.to_owned()]).expect("the name is a host's");
    params.distinguished_name.push(DnType::CommonName, host);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// Starts a server that encrypts with this identity, admits clients by these lines of `pg_hba.conf`, and trusts this
/// authority for clients' certificates. Its superuser has the password `tide`.
pub fn encrypting_server(identity: &Identity, access: &[&str], clients: Option<&Authority>) -> Server {
    let mut server = Server::own_with(|options: &mut ClusterOptions| {
        options.tcp_access = access.iter().map(|&line| line.to_owned()).collect();
    });
    let data = server.data_directory();
    write_as_server(&data.join("server.crt"), &identity.certificate, &data);
    write_as_server(&data.join("server.key"), &identity.key, &data);
    if let Some(authority) = clients {
        write_as_server(&data.join("root.crt"), &authority.pem(), &data);
        server.execute("ALTER SYSTEM SET ssl_ca_file = 'root.crt'");
    }
    server.execute("ALTER SYSTEM SET ssl = on");
    set_password(&server);
    server.halt(Shutdown::Fast);
    server.resume().unwrap_or_else(|error| panic!("{error}"));
    server
}

/// Gives the superuser the password `tide`.
pub fn set_password(server: &Server) {
    server.execute("SET password_encryption = 'scram-sha-256'; ALTER ROLE postgres PASSWORD 'tide'");
}

/// Writes a file that only the server's user may read.
fn write_as_server(path: &Path, text: &str, data: &Path) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    std::fs::write(path, text).expect("the data directory can be written to");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("a file can be made private");
    let owner = data.metadata().expect("the data directory is there");
    chown(path, Some(owner.uid()), Some(owner.gid())).expect("a file can be given to its reader");
}

/// Files of a test's client: certificates and keys.
pub struct Files(tempfile::TempDir);

impl Files {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    /// Writes a file that only this user may read.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.0.path().join(name);
        std::fs::write(&path, text).expect("a file can be written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a file can be made private");
        path
    }
}
