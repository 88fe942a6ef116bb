//! From what an environment says to where it leads: precedence and defaults as in libpq.
//!
//! Parameters come in layers: the keys written in the configuration, the URL, the service, the `PG…` variables. The
//! first layer that has a parameter decides. Two rules protect a configured server beyond what libpq does: a
//! `PGHOSTADDR` from the shell cannot lead a configured host elsewhere, and a password variable that the configuration
//! names but that is not set is not replaced by `PGPASSWORD`, which is likely meant for another server.

use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::command::CaptureError;
use super::environment::{Environment, Tier};
use super::error::ConfigError;
use super::nearest::nearest;
use super::parameters::{KEYWORDS, Parameters, Treatment};
use super::passfile::{DEFAULT_SOCKET_FOLDERS, PasswordFile, quoted};
use super::secret::Secret;
use super::service::{self, ServiceError};
use super::source::{Origin, PasswordSource};
use super::surroundings::Surroundings;
use super::target::{
    ChannelBinding, ClientCertificate, Host, HostPort, Keepalives, RootCertificates, SslMode, Target,
    TargetSessionAttributes, Tls,
};
use super::uri::{self, UriError};
use crate::migration::text::printable;

/// Where an environment leads, and what an operator should know about how that came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// Where and how to connect.
    pub target: Target,
    /// Where the hosts come from, in words: `url`, `the variable PGHOST` …
    pub origin: String,
    /// Where the password comes from.
    pub password: PasswordOrigin,
    /// What was ignored or is weaker than it should be, as full sentences without secrets.
    pub warnings: Vec<String>,
}

/// Where a password comes from, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordOrigin {
    /// None is at hand; the console asks when the server wants one.
    None,
    /// In words: `the configuration`, `the variable PGPASSWORD`, `/home/me/.pgpass` …
    From(String),
}

/// Why an environment leads nowhere. Full sentences, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// `url_env` names a variable that is not set.
    #[error("The variable {variable}, which `url_env` names, is not set. Export it, then try again.")]
    UrlVariableUnset {
        /// Its name.
        variable: String,
    },
    /// A URL is malformed.
    #[error("The URL from {origin} cannot be used: {source}.")]
    Url {
        /// Where it comes from.
        origin: String,
        /// What is wrong with it.
        source: UriError,
    },
    /// A command did not print what it should.
    #[error("`{key}` ({command}) {source}. Run it by hand to see why.")]
    Command {
        /// `url_command` or `password_command`.
        key: &'static str,
        /// The command.
        command: String,
        /// What went wrong.
        source: CaptureError,
    },
    /// A service is not defined or malformed.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// A parameter that would make the connection stricter than Tidegate can.
    #[error(
        "`{keyword}`, set by {origin}, is {}. A connection without it would be less strict than it asks for, so none is \
         made.",
        only(.allowed)
    )]
    Unsupported {
        /// libpq's keyword.
        keyword: &'static str,
        /// Who sets it.
        origin: String,
        /// The values that would be possible.
        allowed: &'static [&'static str],
    },
    /// A value is not one of those that libpq knows.
    #[error("`{keyword}`, set by {origin}, is `{value}`, which is none of {allowed}{near}.")]
    Choice {
        /// libpq's keyword.
        keyword: &'static str,
        /// Who sets it.
        origin: String,
        /// What it is.
        value: String,
        /// What it may be, as a list.
        allowed: String,
        /// ` (did you mean …?)` or nothing.
        near: String,
    },
    /// A value is not the number or address that it should be.
    #[error("`{keyword}`, set by {origin}, is no {expected}.")]
    Value {
        /// libpq's keyword.
        keyword: &'static str,
        /// Who sets it.
        origin: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Lists of hosts, addresses and ports have different lengths.
    #[error("There are {hosts} hosts but {others} values of `{keyword}`, set by {origin}; give one for each host.")]
    Count {
        /// libpq's keyword.
        keyword: &'static str,
        /// Who sets it.
        origin: String,
        /// How many hosts there are.
        hosts: usize,
        /// How many values there are.
        others: usize,
    },
    /// Nothing says who connects, and the operating system has no name for the user.
    #[error("Nothing says which user connects. Add `user` to the environment.")]
    NoUser,
    /// A certificate or key file cannot be used.
    #[error("The file {path} of `{keyword}` cannot be used: {why}")]
    File {
        /// libpq's keyword.
        keyword: &'static str,
        /// The file.
        path: String,
        /// What is wrong and how to mend it, as a sentence's end with its full stop.
        why: String,
    },
    /// `sslrootcert=system` with a mode that would not verify the name.
    #[error(
        "`sslrootcert` is `system`, which anyone can get a certificate from, while `sslmode` is `{0}`. Set `sslmode` to \
         `verify-full`."
    )]
    SystemRootsNeedVerifyFull(SslMode),
}

fn only(allowed: &[&str]) -> String {
    match allowed {
        [] => "not supported by Tidegate".to_owned(),
        allowed => format!("supported by Tidegate only as {}", list(allowed)),
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// How long a command may take to print a URL or a password.
pub const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);

/// How long connecting to one host may take when nothing says so.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

const DEFAULT_PORT: u16 = 5432;

impl Environment {
    /// Works out where this environment leads, from the configuration, environment variables, service and password
    /// files, with libpq's precedence: what the configuration says wins, then the service, then `PG…` variables,
    /// then defaults. Runs `url_command` and `password_command` in `root` and waits for them, so call it where
    /// blocking is allowed.
    pub fn resolve(&self, root: &Path, surroundings: &Surroundings) -> Result<Resolution, ConfigError> {
        let layers = Layers::gather(self, root, surroundings);
        layers
            .and_then(|layers| layers.resolution(self, root, surroundings))
            .map_err(|source| ConfigError::Connection { environment: self.name.clone(), source })
    }
}

/// Parameters from one place.
struct Layer {
    /// The place, in words; `None` for `PG…` variables, each of which has its own name.
    label: Option<String>,
    parameters: Parameters,
}

/// The layers, the strongest first.
struct Layers(Vec<Layer>);

impl Layers {
    fn gather(environment: &Environment, root: &Path, surroundings: &Surroundings) -> Result<Self, ResolveError> {
        let source = &environment.connection;
        let mut layers = vec![Layer { label: Some("the configuration".into()), parameters: source.beside.clone() }];
        let parse = |origin: &str, text: &str| {
            uri::parse(text).map_err(|source| ResolveError::Url { origin: origin.to_owned(), source })
        };
        let mut service_name = None;
        match &source.origin {
            Origin::Url(parameters) => {
                layers.push(Layer { label: Some("`url`".into()), parameters: parameters.clone() });
            }
            Origin::UrlVariable(variable) => {
                let text = surroundings
                    .variable(variable)
                    .ok_or_else(|| ResolveError::UrlVariableUnset { variable: variable.clone() })?;
                let label = format!("the variable {variable}");
                layers.push(Layer { parameters: parse(&label, text)?, label: Some(label) });
            }
            Origin::UrlCommand(command) => {
                let text = command.capture(root, COMMAND_TIMEOUT).map_err(|source| ResolveError::Command {
                    key: "url_command",
                    command: command.display(),
                    source,
                })?;
                let label = "`url_command`".to_owned();
                layers.push(Layer { parameters: parse(&label, text.expose())?, label: Some(label) });
            }
            Origin::Service(name) => service_name = Some(name.clone()),
            Origin::Parts => {}
        }
        let variables = Layer {
            label: None,
            parameters: Parameters::of_variables(|name| surroundings.variable(name).map(str::to_owned)),
        };
        layers.push(variables);
        let mut layers = Self(layers);
        if let Some(name) = service_name.or_else(|| layers.get("service").map(str::to_owned)) {
            let (parameters, file) = service::read(&name, layers.get("servicefile"), surroundings)?;
            let label = format!("the service {} in {}", printable(&name), file.display());
            layers.0.insert(layers.0.len() - 1, Layer { label: Some(label), parameters });
        }
        layers.refuse_what_cannot_be_kept()?;
        Ok(layers)
    }

    /// The layer that decides a parameter, by its rank, and the value.
    fn find(&self, keyword: &str) -> Option<(usize, &str)> {
        self.0.iter().enumerate().find_map(|(rank, layer)| Some((rank, layer.parameters.get(keyword)?)))
    }

    fn get(&self, keyword: &str) -> Option<&str> {
        self.find(keyword).map(|(_, value)| value)
    }

    /// Who sets a parameter, in words.
    fn origin(&self, keyword: &str) -> String {
        let variable = || KEYWORDS.iter().find(|known| known.name == keyword).and_then(|known| known.variable);
        match self.0.iter().find(|layer| layer.parameters.has(keyword)) {
            Some(Layer { label: Some(label), .. }) => label.clone(),
            Some(Layer { label: None, .. }) => format!("the variable {}", variable().unwrap_or(keyword)),
            None => "default".to_owned(),
        }
    }

    fn refuse_what_cannot_be_kept(&self) -> Result<(), ResolveError> {
        for keyword in KEYWORDS {
            let (Treatment::OnlyAs(allowed), Some(value)) = (keyword.treatment, self.get(keyword.name)) else {
                continue;
            };
            if !allowed.contains(&value) {
                let origin = self.origin(keyword.name);
                return Err(ResolveError::Unsupported { keyword: keyword.name, origin, allowed });
            }
        }
        Ok(())
    }

    /// What the configuration, a URL or a service sets in vain. Variables of the shell are not worth a warning.
    fn ignored(&self) -> Vec<String> {
        KEYWORDS
            .iter()
            .filter_map(|keyword| match keyword.treatment {
                Treatment::Ignored(why) if self.find(keyword.name).is_some_and(|(rank, _)| rank + 1 < self.0.len()) => {
                    Some(format!("`{}`, set by {}, is ignored: {why}.", keyword.name, self.origin(keyword.name)))
                }
                _ => None,
            })
            .collect()
    }

    fn resolution(
        self,
        environment: &Environment,
        root: &Path,
        surroundings: &Surroundings,
    ) -> Result<Resolution, ResolveError> {
        let mut warnings = self.ignored();
        let user = match (self.get("user"), &surroundings.user) {
            (Some(user), _) => user.to_owned(),
            (None, Some(user)) => user.clone(),
            (None, None) => return Err(ResolveError::NoUser),
        };
        let database = self.get("dbname").unwrap_or(&user).to_owned();
        let mut hosts = self.hosts()?;
        let (password, password_origin) = self.password(environment, root, surroundings, &mut warnings)?;
        let mut origin = password_origin;
        if origin.is_none() && environment.connection.password.is_none() {
            let file = PasswordFile::read(self.get("passfile"), surroundings);
            for host in &mut hosts {
                host.passfile_password = file.find(host, &database, &user);
            }
            if hosts.iter().any(|host| host.passfile_password.is_some()) {
                origin = Some(file.path.display().to_string());
            }
            warnings.extend(file.warning);
        }
        let tls = self.tls(environment.tier, &hosts, surroundings)?;
        if environment.tier == Tier::Production
            && !hosts.iter().all(HostPort::is_local)
            && tls.mode < SslMode::VerifyFull
        {
            warnings.push(format!(
                "`sslmode`, set by {}, is `{}`, which does not prove that the server is the one it claims to be; \
                 `verify-full` does.",
                self.origin("sslmode"),
                tls.mode
            ));
        }
        let connect_timeout = match environment.connection.connect_timeout {
            Some(configured) => configured,
            None => self
                .number("connect_timeout")?
                .map_or(DEFAULT_CONNECT_TIMEOUT, |seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or(0))),
        };
        let target = Target {
            password,
            tls,
            channel_binding: self
                .choice("channel_binding", &ChannelBinding::ALL, ChannelBinding::word)?
                .unwrap_or(ChannelBinding::Prefer),
            target_session_attributes: self
                .choice("target_session_attrs", &TargetSessionAttributes::ALL, TargetSessionAttributes::word)?
                .unwrap_or(TargetSessionAttributes::Any),
            shuffle_hosts: self
                .choice("load_balance_hosts", &[false, true], |random| if random { "random" } else { "disable" })?
                .unwrap_or(false),
            options: self.get("options").map(str::to_owned),
            connect_timeout,
            keepalives: Keepalives {
                enabled: self.number("keepalives")? != Some(0),
                idle: self.seconds("keepalives_idle")?,
                interval: self.seconds("keepalives_interval")?,
                count: self
                    .number("keepalives_count")?
                    .and_then(|count| u32::try_from(count).ok())
                    .filter(|count| *count > 0),
            },
            tcp_user_timeout: self
                .number("tcp_user_timeout")?
                .and_then(|milliseconds| u64::try_from(milliseconds).ok())
                .filter(|milliseconds| *milliseconds > 0)
                .map(Duration::from_millis),
            hosts,
            user,
            database,
        };
        Ok(Resolution {
            origin: self.origin(if self.get("host").is_some() { "host" } else { "hostaddr" }),
            password: origin.map_or(PasswordOrigin::None, PasswordOrigin::From),
            target,
            warnings,
        })
    }

    fn hosts(&self) -> Result<Vec<HostPort>, ResolveError> {
        let split = |text: &str| text.split(',').map(str::trim).map(str::to_owned).collect::<Vec<_>>();
        let host = self.find("host");
        let address = self.find("hostaddr").filter(|(rank, _)| host.is_none_or(|(host_rank, _)| *rank <= host_rank));
        let hosts = host.map(|(_, text)| split(text));
        let addresses = address.map(|(_, text)| split(text));
        let ports = self.get("port").map(split).unwrap_or_default();
        let count = hosts.as_ref().or(addresses.as_ref()).map_or(1, Vec::len);
        let miscounted =
            |keyword, others| ResolveError::Count { keyword, origin: self.origin(keyword), hosts: count, others };
        if let Some(addresses) = addresses.as_ref().filter(|addresses| addresses.len() != count) {
            return Err(miscounted("hostaddr", addresses.len()));
        }
        if ports.len() > 1 && ports.len() != count {
            return Err(miscounted("port", ports.len()));
        }
        (0..count)
            .map(|index| {
                let port = match ports.get(if ports.len() == 1 { 0 } else { index }).map(String::as_str) {
                    None | Some("") => DEFAULT_PORT,
                    Some(text) => text
                        .parse()
                        .ok()
                        .filter(|port| *port > 0)
                        .ok_or_else(|| self.wrong("port", "port number (1 to 65535)"))?,
                };
                let element = |list: &Option<Vec<String>>| {
                    list.as_ref().and_then(|list| list.get(index)).filter(|text| !text.is_empty()).cloned()
                };
                let address = element(&addresses)
                    .map(|text| text.parse::<IpAddr>().map_err(|_| self.wrong("hostaddr", "IP address")))
                    .transpose()?;
                let host = match (element(&hosts), address) {
                    (Some(name), _) if name.starts_with(['/', '@']) => Host::Unix(PathBuf::from(name)),
                    (Some(name), _) => Host::Tcp(name),
                    (None, Some(address)) => Host::Tcp(address.to_string()),
                    (None, None) => Host::Unix(default_socket_folder(port)),
                };
                Ok(HostPort { host, address, port, passfile_password: None })
            })
            .collect()
    }

    /// The password and where it comes from, except for password files.
    fn password(
        &self,
        environment: &Environment,
        root: &Path,
        surroundings: &Surroundings,
        warnings: &mut Vec<String>,
    ) -> Result<(Option<Secret>, Option<String>), ResolveError> {
        match &environment.connection.password {
            Some(PasswordSource::Variable(name)) => match surroundings.variable(name) {
                Some(password) => Ok((Some(Secret::new(password)), Some(format!("the variable {name}")))),
                None => {
                    warnings.push(format!("The variable {name}, which `password_env` names, is not set."));
                    Ok((None, None))
                }
            },
            Some(PasswordSource::Command(command)) => {
                let password = command.capture(root, COMMAND_TIMEOUT).map_err(|source| ResolveError::Command {
                    key: "password_command",
                    command: command.display(),
                    source,
                })?;
                Ok((Some(password), Some("`password_command`".to_owned())))
            }
            None => {
                let password = self.0.iter().find_map(|layer| layer.parameters.password()).cloned();
                let origin = password.is_some().then(|| self.origin("password"));
                Ok((password, origin))
            }
        }
    }

    fn tls(&self, tier: Tier, hosts: &[HostPort], surroundings: &Surroundings) -> Result<Tls, ResolveError> {
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

    /// The value of a parameter that has a fixed set of them.
    fn choice<T: Copy>(
        &self,
        keyword: &'static str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, ResolveError> {
        let Some(value) = self.get(keyword) else { return Ok(None) };
        if let Some(choice) = all.iter().find(|choice| word(**choice) == value) {
            return Ok(Some(*choice));
        }
        let words: Vec<&str> = all.iter().map(|choice| word(*choice)).collect();
        Err(ResolveError::Choice {
            keyword,
            origin: self.origin(keyword),
            value: printable(value).into_owned(),
            near: nearest(value, words.iter().copied())
                .map_or(String::new(), |near| format!(" (did you mean `{near}`?)")),
            allowed: list(&words),
        })
    }

    fn number(&self, keyword: &'static str) -> Result<Option<i64>, ResolveError> {
        self.get(keyword)
            .map(|text| text.trim().parse::<i32>().map(i64::from).map_err(|_| self.wrong(keyword, "whole number")))
            .transpose()
    }

    /// A number of seconds, where zero and less stand for the system's default.
    fn seconds(&self, keyword: &'static str) -> Result<Option<Duration>, ResolveError> {
        let seconds = self.number(keyword)?.and_then(|seconds| u64::try_from(seconds).ok());
        Ok(seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs))
    }

    fn wrong(&self, keyword: &'static str, expected: &'static str) -> ResolveError {
        ResolveError::Value { keyword, origin: self.origin(keyword), expected }
    }
}

/// libpq has one folder built in; ours is the first of the usual ones where a server listens, else where one would.
fn default_socket_folder(port: u16) -> PathBuf {
    let folders = DEFAULT_SOCKET_FOLDERS.map(Path::new);
    let listening = folders.iter().find(|folder| folder.join(format!(".s.PGSQL.{port}")).exists());
    listening.or_else(|| folders.iter().find(|folder| folder.is_dir())).unwrap_or(&folders[0]).to_path_buf()
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
