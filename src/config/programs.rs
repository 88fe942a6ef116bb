//! Handing a target to `pg_dump`, `pg_restore` and `psql` without a secret in an argument.
//!
//! Arguments can be read by every user of the machine, a child's environment and a file of mode 0600 only by its
//! owner. So what a program needs goes into `PG…` variables, and only what has no variable into `--dbname`.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempPath;

use super::parameters::KEYWORDS;
use super::passfile;
use super::target::{Host, RootCertificates, Target, Verification};

/// What a PostgreSQL client program needs to reach a target: environment variables and arguments. Secrets are only in
/// the child's environment or in a temporary password file of mode 0600, which is removed when this is dropped: keep
/// it until the program has ended.
pub struct ProgramAccess {
    variables: Vec<(&'static str, OsString)>,
    arguments: Vec<OsString>,
    passfile: Option<TempPath>,
}

impl ProgramAccess {
    /// Adds variables and arguments to a command, and takes away every inherited variable that would lead it elsewhere.
    pub fn apply(&self, command: &mut Command) {
        for inherited in Self::inherited() {
            command.env_remove(inherited);
        }
        command.args(&self.arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
    }

    /// The environment variables for the child. They may hold the password: hand them over, do not show them.
    pub fn variables(&self) -> &[(&'static str, OsString)] {
        &self.variables
    }

    /// The variables that a child must not inherit, because they would add to what the target says.
    pub fn inherited() -> impl Iterator<Item = &'static str> {
        KEYWORDS.iter().filter_map(|keyword| keyword.variable)
    }

    /// The arguments, free of secrets: `--no-password` and `--dbname=…`.
    pub fn arguments(&self) -> &[OsString] {
        &self.arguments
    }

    /// The temporary password file, when the hosts have different passwords.
    pub fn passfile(&self) -> Option<&Path> {
        self.passfile.as_deref()
    }
}

impl std::fmt::Debug for ProgramAccess {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.variables.iter().map(|(name, _)| *name).collect();
        formatter.debug_struct("ProgramAccess").field("variables", &names).field("arguments", &self.arguments).finish()
    }
}

/// Where operating systems keep the certificates that they trust, as one PEM file. `sslrootcert=system` would say the
/// same, but programs before PostgreSQL 16 take it for a file's name.
const SYSTEM_CERTIFICATES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/opt/homebrew/etc/ca-certificates/cert.pem",
];

impl Target {
    /// What `pg_dump`, `pg_restore` and `psql` need to reach this target. Fails when a password file is needed and
    /// cannot be written.
    pub fn for_programs(&self) -> io::Result<ProgramAccess> {
        let join = |value: &dyn Fn(&super::target::HostPort) -> String| {
            self.hosts.iter().map(value).collect::<Vec<_>>().join(",").into()
        };
        let mut variables: Vec<(&'static str, OsString)> = vec![
            ("PGHOST", join(&|host| host_text(&host.host))),
            ("PGPORT", join(&|host| host.port.to_string())),
            ("PGUSER", self.user.clone().into()),
            ("PGDATABASE", self.database.clone().into()),
            ("PGSSLMODE", self.tls.mode.word().into()),
            ("PGCHANNELBINDING", self.channel_binding.word().into()),
            ("PGTARGETSESSIONATTRS", self.target_session_attributes.word().into()),
            ("PGCONNECT_TIMEOUT", self.connect_timeout.as_millis().div_ceil(1000).to_string().into()),
            ("PGGSSENCMODE", "disable".into()),
        ];
        if self.hosts.iter().any(|host| host.address.is_some()) {
            variables
                .push(("PGHOSTADDR", join(&|host| host.address.map_or(String::new(), |address| address.to_string()))));
        }
        variables.extend(self.options.as_ref().map(|options| ("PGOPTIONS", options.into())));
        variables.push(("PGSSLROOTCERT", self.root_certificates()));
        match &self.tls.client {
            Some(client) => {
                variables.push(("PGSSLCERT", client.certificate.clone().into()));
                variables.push(("PGSSLKEY", client.key.clone().into()));
            }
            // libpq would take the certificate from its default place although the target has none.
            None => variables.push(("PGSSLCERT", "/nonexistent".into())),
        }
        if self.tls.only_tls_13 {
            variables.push(("PGSSLMINPROTOCOLVERSION", "TLSv1.3".into()));
        }
        let passfile = match &self.password {
            Some(password) => {
                variables.push(("PGPASSWORD", password.expose().into()));
                None
            }
            None => self.temporary_passfile()?,
        };
        let passfile_path = passfile.as_ref().map_or(PathBuf::from("/nonexistent"), |path| path.to_path_buf());
        variables.push(("PGPASSFILE", passfile_path.into()));
        Ok(ProgramAccess { variables, arguments: vec!["--no-password".into(), self.database_argument()], passfile })
    }

    fn root_certificates(&self) -> OsString {
        match &self.tls.roots {
            RootCertificates::File(path) => path.clone().into(),
            // libpq verifies against any file it finds, even where `sslmode` asks for less.
            RootCertificates::System if self.tls.verification() == Verification::Nothing => "/nonexistent".into(),
            RootCertificates::System => {
                let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
                let usual = SYSTEM_CERTIFICATES.iter().map(PathBuf::from);
                named
                    .into_iter()
                    .chain(usual)
                    .find(|path| path.is_file())
                    .map_or("system".into(), PathBuf::into_os_string)
            }
        }
    }

    /// The database as libpq's `keyword=value` text, so that a name that looks like a URL is a name all the same, with
    /// what has no variable of its own.
    fn database_argument(&self) -> OsString {
        let quoted = |text: &str| format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"));
        let mut text = format!("--dbname=dbname={}", quoted(&self.database));
        let keepalives = &self.keepalives;
        if !keepalives.enabled {
            text += " keepalives=0";
        }
        for (keyword, value) in [
            ("keepalives_idle", keepalives.idle.map(|idle| idle.as_secs())),
            ("keepalives_interval", keepalives.interval.map(|interval| interval.as_secs())),
            ("keepalives_count", keepalives.count.map(u64::from)),
            ("tcp_user_timeout", self.tcp_user_timeout.and_then(|timeout| u64::try_from(timeout.as_millis()).ok())),
        ] {
            if let Some(value) = value {
                text += &format!(" {keyword}={value}");
            }
        }
        text.into()
    }

    /// A password file for hosts that have passwords of their own.
    fn temporary_passfile(&self) -> io::Result<Option<TempPath>> {
        if self.hosts.iter().all(|host| host.passfile_password.is_none()) {
            return Ok(None);
        }
        let mut file =
            tempfile::Builder::new().prefix("tidegate-").permissions(fs::Permissions::from_mode(0o600)).tempfile()?;
        for host in &self.hosts {
            let Some(password) = &host.passfile_password else { continue };
            let mut names = vec![host_text(&host.host)];
            if matches!(host.host, Host::Unix(_)) {
                // The name under which libpq looks its own default folder up.
                names.push("localhost".to_owned());
            }
            for name in names {
                let line = passfile::line(&name, host.port, &self.database, &self.user, password);
                file.write_all(line.as_bytes())?;
            }
        }
        file.flush()?;
        Ok(Some(file.into_temp_path()))
    }
}

fn host_text(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(folder) => folder.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;
    use std::process::Command;

    use super::super::environment::{Access, Environment, Tier};
    use super::super::hooks::Hooks;
    use super::super::policy::Policy;
    use super::super::secret::Secret;
    use super::super::source::ConnectionSource;
    use super::super::surroundings::Surroundings;
    use super::Target;

    fn target(url: &str) -> Target {
        let environment = Environment {
            name: "test".parse().expect("a name"),
            tier: Tier::Development,
            access: Access::ReadWrite,
            connection: ConnectionSource::of_url(url).expect("a URL"),
            policy: Policy::of_tier(Tier::Development),
            hooks: Hooks::default(),
            notes: None,
            compare_with: None,
        };
        let surroundings = Surroundings { user: Some("me".into()), ..Surroundings::default() };
        environment.resolve(&PathBuf::from("/"), &surroundings).expect("resolves").target
    }

    fn variables(target: &Target) -> BTreeMap<&'static str, String> {
        let access = target.for_programs().expect("no file is needed");
        access.variables().iter().map(|(name, value)| (*name, value.to_string_lossy().into_owned())).collect()
    }

    #[test]
    fn a_password_is_in_the_childs_environment_only() {
        let target =
            target("postgresql://deployer:hunter2@a:1,b:2/it's?target_session_attrs=primary&keepalives_idle=30");
        let access = target.for_programs().expect("no file is needed");
        let arguments: Vec<_> = access.arguments().iter().map(|argument| argument.to_string_lossy()).collect();
        assert_eq!(arguments, ["--no-password", r"--dbname=dbname='it\'s' keepalives_idle=30"]);
        let variables = variables(&target);
        assert_eq!(variables["PGPASSWORD"], "hunter2");
        assert_eq!((&*variables["PGHOST"], &*variables["PGPORT"]), ("a,b", "1,2"));
        assert_eq!(variables["PGTARGETSESSIONATTRS"], "primary");
        assert!(!format!("{access:?}").contains("hunter2"));
    }

    #[test]
    fn hosts_with_passwords_of_their_own_get_a_file_that_goes_away() {
        let mut target = target("postgresql://deployer@a:1,b:2/app");
        target.hosts[1].passfile_password = Some(Secret::new("se:cret"));
        let access = target.for_programs().expect("writes");
        let path = access.passfile().expect("a file").to_owned();
        let metadata = std::fs::metadata(&path).expect("exists");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&path).expect("reads"), "b:2:app:deployer:se\\:cret\n");
        assert!(access.variables().iter().any(|(name, value)| *name == "PGPASSFILE" && *value == *path));
        drop(access);
        assert!(!path.exists());
    }

    #[test]
    fn inherited_variables_do_not_lead_a_program_elsewhere() {
        let mut command = Command::new("true");
        command.env("PGSERVICE", "elsewhere").env("PGHOSTADDR", "192.0.2.1");
        target("postgresql://a/app").for_programs().expect("no file is needed").apply(&mut command);
        let removed: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        assert!(removed.iter().any(|name| *name == "PGSERVICE") && removed.iter().any(|name| *name == "PGHOSTADDR"));
    }
}
