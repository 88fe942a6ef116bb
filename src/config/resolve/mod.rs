//! From what an environment says to where it leads: precedence and defaults as in libpq.
//!
//! Parameters come in layers: the keys written in the configuration, the URL, the service, the `PG…` variables. The
//! first layer that has a parameter decides. Two rules protect a configured server beyond what libpq does: a
//! `PGHOSTADDR` from the shell cannot lead a configured host elsewhere, and a password variable that the configuration
//! names but that is not set is not replaced by `PGPASSWORD`, which is likely meant for another server.

mod error;
#[cfg(test)]
mod tests;
mod tls;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::config::environment::{Environment, Tier};
use crate::config::error::ConfigError;
use crate::config::nearest::nearest;
use crate::config::parameters::{KEYWORDS, Parameters, Treatment, keyword_named};
use crate::config::passfile::{DEFAULT_SOCKET_FOLDERS, PasswordFile};
use crate::config::secret::Secret;
use crate::config::service;
use crate::config::source::{Origin, PasswordSource};
use crate::config::surroundings::Surroundings;
use crate::config::target::{ChannelBinding, Host, HostPort, Keepalives, SslMode, Target, TargetSessionAttributes};

use crate::config::uri;
use crate::migration::text::printable;
pub use error::ResolveError;

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
            .map_err(|source| ConfigError::Connection { environment: self.name.clone(), source: Box::new(source) })
    }
}

impl Environment {
    /// The same for another role than the configured one. Its password is its own: from `PGPASSWORD` or the password
    /// file, never what the configuration has for the configured role.
    pub fn resolve_as(&self, user: &str, root: &Path, surroundings: &Surroundings) -> Result<Resolution, ConfigError> {
        let mut environment = self.clone();
        environment.connection.password = None;
        let layers =
            Layers::gather(&environment, root, surroundings).map(|layers| layers.logging_in_as(user, surroundings));
        layers
            .and_then(|layers| layers.resolution(&environment, root, surroundings))
            .map_err(|source| ConfigError::Connection { environment: self.name.clone(), source: Box::new(source) })
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
                let text = command
                    .capture(root, COMMAND_TIMEOUT)
                    .map_err(|source| ResolveError::Command { key: "url_command", source })?;
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

    /// The same with another role, and without the passwords of the configured one.
    fn logging_in_as(mut self, user: &str, surroundings: &Surroundings) -> Self {
        let configured = self.get("user").map(str::to_owned).or_else(|| surroundings.user.clone());
        let mut parameters = Parameters::default();
        for (name, value) in
            [("user", Some(user.to_owned())), ("dbname", self.get("dbname").map(str::to_owned).or(configured))]
        {
            if let (Some(keyword), Some(value)) = (keyword_named(name), value) {
                parameters.set(keyword, value);
            }
        }
        for layer in self.0.iter_mut().filter(|layer| layer.label.is_some()) {
            layer.parameters.forget_password();
        }
        self.0.insert(0, Layer { label: Some("`--user`".to_owned()), parameters });
        self
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
            let passfile = self.get("passfile").map(|path| surroundings.expand_home(path));
            let file = PasswordFile::read(passfile.as_deref(), surroundings);
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
                let password = command
                    .capture(root, COMMAND_TIMEOUT)
                    .map_err(|source| ResolveError::Command { key: "password_command", source })?;
                Ok((Some(password), Some("`password_command`".to_owned())))
            }
            None => {
                let password = self.0.iter().find_map(|layer| layer.parameters.password()).cloned();
                let origin = password.is_some().then(|| self.origin("password"));
                Ok((password, origin))
            }
        }
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
            allowed: error::list(&words),
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
