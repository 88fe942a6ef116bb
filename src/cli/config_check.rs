//! `tidegate config check`

use clap::Args;
use serde::Serialize;

use super::args::FormatOption;
use super::output::{self, Tone};
use super::{CommandError, Exit, Session};
use crate::config::{
    AllowedHours, Config, ConfigError, Environment, PasswordOrigin, Problem, Project, Resolution, RootCertificates,
    units,
};
use crate::migration::text::{printable, printable_lines};

/// The arguments of `tidegate config check`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    format: FormatOption,
}

#[derive(Serialize)]
struct Report {
    ok: bool,
    path: Option<String>,
    /// What is wrong with the file as a whole.
    error: Option<String>,
    problems: Vec<ProblemReport>,
    project: Option<ProjectReport>,
    /// What is odd about the project.
    warnings: Vec<String>,
    environments: Vec<EnvironmentReport>,
}

#[derive(Serialize)]
struct ProblemReport {
    line: Option<u32>,
    message: String,
    advice: Option<String>,
}

#[derive(Serialize)]
struct ProjectReport {
    name: String,
    root: String,
    migrations: String,
    rollbacks: Option<String>,
    validations: String,
    history: String,
    backups: String,
}

#[derive(Serialize)]
struct EnvironmentReport {
    name: String,
    tier: &'static str,
    read_only: bool,
    /// Why it leads nowhere.
    error: Option<String>,
    target: Option<TargetReport>,
    role: Option<String>,
    search_path: Vec<String>,
    lock_timeout_ms: u64,
    statement_timeout_ms: u64,
    lock_retries: u32,
    allowed_hours: Option<String>,
    backup: &'static str,
    ticket_required: bool,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct TargetReport {
    display: String,
    hosts: Vec<String>,
    user: String,
    database: String,
    origin: String,
    /// Where the password comes from; none is at hand when absent.
    password_from: Option<String>,
    sslmode: &'static str,
    sslrootcert: String,
    sslcert: Option<String>,
    channel_binding: &'static str,
    target_session_attrs: &'static str,
    connect_timeout_ms: u64,
}

/// Prints what the configuration leads to.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let config = match session.config() {
        Ok(config) => config,
        Err(CommandError::Config(error)) if options.format.is_json() => {
            session.output.json(&Report::of_error(&error))?;
            return Ok(Exit::Usage);
        }
        Err(error) => return Err(error),
    };
    let report = Report::of_config(&config, session);
    if options.format.is_json() {
        session.output.json(&report)?;
    } else {
        print(&report, &config, session)?;
    }
    Ok(if report.ok { Exit::Done } else { Exit::Usage })
}

fn print(report: &Report, config: &Config, session: &mut Session) -> Result<(), CommandError> {
    let output = &mut session.output;
    let mut fields = vec![("configuration", output::path(&config.path))];
    if let Some(project) = &report.project {
        fields.extend([
            ("project", project.name.clone()),
            ("migrations", project.migrations.clone()),
            ("rollbacks", project.rollbacks.clone().unwrap_or_else(|| "beside the migrations".to_owned())),
            ("validations", project.validations.clone()),
            ("history", project.history.clone()),
            ("backups", project.backups.clone()),
        ]);
    }
    for warning in &report.warnings {
        fields.push(("warning", output.tone(Tone::Warning, warning)));
    }
    output.fields(0, &fields)?;
    for (report, environment) in report.environments.iter().zip(&config.environments) {
        output.line("")?;
        let tier = output.tone(Tone::of_tier(environment.tier), format!("[{}]", environment.tier.label()));
        let access = if report.read_only { "  read-only" } else { "" };
        let name = output.tone(Tone::Heading, &report.name);
        output.line(format!("{name}  {tier}{access}"))?;
        let mut fields = Vec::new();
        if let Some(target) = &report.target {
            fields.extend([
                ("target", format!("{}  (from {})", target.display, target.origin)),
                ("password", password(target)),
                ("encryption", encryption(target)),
            ]);
        }
        if let Some(error) = &report.error {
            fields.push(("error", output.tone(Tone::Bad, error)));
        }
        fields.push(("policy", policy(report)));
        for warning in &report.warnings {
            fields.push(("warning", output.tone(Tone::Warning, warning)));
        }
        output.fields(2, &fields)?;
    }
    output.line("")?;
    let wrong = report.environments.iter().filter(|environment| environment.error.is_some()).count();
    let verdict = match wrong {
        0 => output.tone(Tone::Good, "The configuration is valid. No server was asked."),
        1 => output.tone(Tone::Bad, "One environment leads nowhere."),
        several => output.tone(Tone::Bad, format!("{several} environments lead nowhere.")),
    };
    output.line(verdict)?;
    Ok(())
}

fn password(target: &TargetReport) -> String {
    match &target.password_from {
        Some(origin) => format!("from {origin}"),
        None => "asked for when the server wants one".to_owned(),
    }
}

fn encryption(target: &TargetReport) -> String {
    let verifies = target.sslmode.starts_with("verify");
    match &target.sslcert {
        _ if target.sslmode == "disable" => "none".to_owned(),
        Some(certificate) => format!("{}, shows {certificate}", target.sslmode),
        None if verifies => format!("{}, trusts {}", target.sslmode, target.sslrootcert),
        None => target.sslmode.to_owned(),
    }
}

fn policy(report: &EnvironmentReport) -> String {
    let milliseconds = |value| match value {
        0 => "none".to_owned(),
        value => units::show_duration(std::time::Duration::from_millis(value)),
    };
    let mut parts = vec![
        format!("lock timeout {}, {} retries", milliseconds(report.lock_timeout_ms), report.lock_retries),
        format!("statement timeout {}", milliseconds(report.statement_timeout_ms)),
        format!("backup {}", report.backup),
        format!("ticket {}", if report.ticket_required { "required" } else { "optional" }),
    ];
    parts.extend(report.allowed_hours.iter().map(|hours| format!("writes {hours}")));
    parts.extend(report.role.iter().map(|role| format!("role {role}")));
    if !report.search_path.is_empty() {
        parts.push(format!("search path {}", report.search_path.join(", ")));
    }
    parts.join("\n")
}

impl Report {
    fn of_error(error: &ConfigError) -> Self {
        let (path, problems) = match error {
            ConfigError::Invalid { path, problems } => (Some(path), problems.iter().map(ProblemReport::of).collect()),
            ConfigError::Unreadable { path, .. } => (Some(path), Vec::new()),
            ConfigError::NotFound { .. } | ConfigError::Connection { .. } => (None, Vec::new()),
        };
        Self {
            ok: false,
            path: path.map(|path| output::path(path)),
            error: Some(printable_lines(&error.to_string()).into_owned()),
            problems,
            project: None,
            warnings: Vec::new(),
            environments: Vec::new(),
        }
    }

    fn of_config(config: &Config, session: &Session) -> Self {
        let environments: Vec<_> = config
            .environments
            .iter()
            .map(|environment| {
                EnvironmentReport::of(environment, environment.resolve(&config.root, &session.surroundings))
            })
            .collect();
        let layout = &config.project.layout;
        Self {
            ok: environments.iter().all(|environment| environment.error.is_none()),
            path: Some(output::path(&config.path)),
            error: None,
            problems: Vec::new(),
            project: Some(ProjectReport {
                name: config.project.name.clone(),
                root: output::path(&config.root),
                migrations: output::path(&layout.migrations),
                rollbacks: layout.rollbacks.as_deref().map(output::path),
                validations: output::path(&config.project.validations),
                history: printable(&config.history.to_string()).into_owned(),
                backups: output::path(&config.backup.directory),
            }),
            warnings: missing_folders(config),
            environments,
        }
    }
}

/// The folders that are not there; a project without validations is none the worse for it.
fn missing_folders(config: &Config) -> Vec<String> {
    let Project { layout, templates, .. } = &config.project;
    [Some(&layout.migrations), layout.rollbacks.as_ref(), templates.as_ref()]
        .into_iter()
        .flatten()
        .filter(|folder| !folder.is_dir())
        .map(|folder| format!("There is no folder {}.", output::path(folder)))
        .collect()
}

impl ProblemReport {
    fn of(problem: &Problem) -> Self {
        Self { line: problem.line, message: problem.message.clone(), advice: problem.advice.clone() }
    }
}

impl EnvironmentReport {
    fn of(environment: &Environment, resolution: Result<Resolution, ConfigError>) -> Self {
        let policy = &environment.policy;
        let milliseconds = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let (target, warnings, error) = match resolution {
            Ok(resolution) => (Some(TargetReport::of(&resolution)), resolution.warnings, None),
            Err(ConfigError::Connection { source, .. }) => (None, Vec::new(), Some(source.to_string())),
            Err(other) => (None, Vec::new(), Some(other.to_string())),
        };
        Self {
            name: environment.name.to_string(),
            tier: environment.tier.word(),
            read_only: environment.access.is_read_only(),
            error: error.map(|error| printable(&error).into_owned()),
            target,
            role: policy.role.as_deref().map(|role| printable(role).into_owned()),
            search_path: policy.search_path.iter().map(|schema| printable(schema).into_owned()).collect(),
            lock_timeout_ms: milliseconds(policy.lock_timeout),
            statement_timeout_ms: milliseconds(policy.statement_timeout),
            lock_retries: policy.lock_retries,
            allowed_hours: policy.allowed_hours.as_ref().map(AllowedHours::as_str).map(str::to_owned),
            backup: policy.backup.word(),
            ticket_required: policy.ticket.required,
            warnings: warnings.iter().map(|warning| printable(warning).into_owned()).collect(),
        }
    }
}

impl TargetReport {
    fn of(resolution: &Resolution) -> Self {
        let target = &resolution.target;
        let safe = |text: &str| printable(text).into_owned();
        Self {
            display: target.display(),
            hosts: target.hosts.iter().map(|host| safe(&host.to_string())).collect(),
            user: safe(&target.user),
            database: safe(&target.database),
            origin: safe(&resolution.origin),
            password_from: match &resolution.password {
                PasswordOrigin::None => None,
                PasswordOrigin::From(origin) => Some(safe(origin)),
            },
            sslmode: target.tls.mode.word(),
            sslrootcert: match &target.tls.roots {
                RootCertificates::System => "system".to_owned(),
                RootCertificates::File(path) => output::path(path),
            },
            sslcert: target.tls.client.as_ref().map(|client| output::path(&client.certificate)),
            channel_binding: target.channel_binding.word(),
            target_session_attrs: target.target_session_attributes.word(),
            connect_timeout_ms: u64::try_from(target.connect_timeout.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
