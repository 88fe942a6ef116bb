//! `tidegate info`

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::args::FormatOption;
use super::output::{self, Tone};
use super::{CommandError, Exit, Session};
use crate::config::{Config, ConfigError, Paths, Surroundings};
use crate::postgres::install::install_command;
use crate::postgres::programs::{find_client, find_servers};
use crate::postgres::version::ServerVersion;

/// The arguments of `tidegate info`.
#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    format: FormatOption,
}

#[derive(Serialize)]
struct Report {
    version: &'static str,
    system: String,
    configuration: Option<String>,
    /// Why there is none.
    configuration_error: Option<String>,
    folders: Folders,
    servers: Vec<Program>,
    clients: Vec<Program>,
    /// How to install server programs, where there are none.
    install: Option<String>,
    terminal: Terminal,
}

#[derive(Serialize)]
struct Folders {
    state: String,
    journals: String,
    logs: String,
    cache: String,
    user: String,
    themes: String,
}

#[derive(Serialize)]
struct Program {
    name: &'static str,
    version: String,
    path: String,
}

#[derive(Serialize)]
struct Terminal {
    is_terminal: bool,
    columns: Option<u16>,
    rows: Option<u16>,
    term: Option<String>,
    colorterm: Option<String>,
    no_color: bool,
    utf8: bool,
}

/// Prints what is used.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let report = Report::gather(session);
    if options.format.is_json() {
        session.output.json(&report)?;
    } else {
        print(&report, session)?;
    }
    Ok(Exit::Done)
}

impl Report {
    fn gather(session: &Session) -> Self {
        let surroundings = &session.surroundings;
        let located = Config::locate(session.global.config.as_deref(), surroundings);
        let paths = match &located {
            Ok(path) => Paths::of_project(surroundings, &Config::root_of(path)),
            Err(_) => Paths::of_user(surroundings),
        };
        let found = located.and_then(|path| Config::read(&path).map(|_| path));
        let shown = |path: PathBuf| output::path(&path);
        let servers: Vec<Program> = find_servers()
            .iter()
            .map(|server| Program {
                name: "postgres",
                version: server.version.short().to_owned(),
                path: output::path(&server.postgres),
            })
            .collect();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            configuration_error: found.as_ref().err().map(ConfigError::to_string),
            configuration: found.ok().map(shown),
            folders: Folders {
                journals: shown(paths.journals()),
                logs: shown(paths.logs()),
                themes: shown(paths.themes()),
                state: shown(paths.state),
                cache: shown(paths.cache),
                user: shown(paths.config),
            },
            install: servers.is_empty().then(install_command).flatten().map(|words| words.join(" ")),
            servers,
            clients: ["pg_dump", "pg_restore", "psql"]
                .into_iter()
                .filter_map(|name| {
                    let found = find_client(name, ServerVersion::OLDEST_MAJOR).ok()?;
                    Some(Program { name, version: found.version.short().to_owned(), path: output::path(&found.path) })
                })
                .collect(),
            terminal: Terminal::of_process(surroundings),
        }
    }
}

impl Terminal {
    fn of_process(surroundings: &Surroundings) -> Self {
        let variable =
            |name: &str| surroundings.variable(name).map(|text| crate::migration::text::printable(text).into_owned());
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok();
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| surroundings.variable(name));
        let utf8 = locale.is_some_and(|locale| locale.to_lowercase().replace('-', "").contains("utf8"));
        Self {
            is_terminal: io::stdout().is_terminal(),
            columns: size.map(|size| size.ws_col),
            rows: size.map(|size| size.ws_row),
            term: variable("TERM"),
            colorterm: variable("COLORTERM"),
            no_color: surroundings.variable("NO_COLOR").is_some(),
            utf8,
        }
    }
}

fn print(report: &Report, session: &mut Session) -> Result<(), CommandError> {
    let output = &mut session.output;
    let heading = output.tone(Tone::Heading, format!("tidegate {}", report.version));
    output.line(format!("{heading}  {}", report.system))?;
    output.line("")?;
    let configuration = match (&report.configuration, &report.configuration_error) {
        (Some(path), _) => path.clone(),
        (None, Some(error)) => output.tone(Tone::Warning, error),
        (None, None) => String::new(),
    };
    let Folders { state, journals, logs, cache, user, themes } = &report.folders;
    output.fields(
        0,
        &[
            ("configuration", &configuration),
            ("state", state),
            ("journals", journals),
            ("logs", logs),
            ("cache", cache),
            ("user's folder", user),
            ("themes", themes),
        ],
    )?;
    output.line("")?;
    let programs: Vec<(&str, String)> = report
        .servers
        .iter()
        .chain(&report.clients)
        .map(|program| (program.name, format!("{:<8} {}", program.version, program.path)))
        .collect();
    output.fields(0, &programs)?;
    if report.servers.is_empty() {
        let how = report.install.as_ref().map(|command| format!(" To install them: {command}")).unwrap_or_default();
        let missing =
            output.tone(Tone::Warning, "No server programs of PostgreSQL were found; `tidegate demo` needs them.");
        output.line(missing + &how)?;
    }
    output.line("")?;
    output.fields(0, &[("terminal", terminal(&report.terminal))])?;
    Ok(())
}

fn terminal(terminal: &Terminal) -> String {
    let mut parts = Vec::new();
    match (terminal.is_terminal, terminal.columns, terminal.rows) {
        (true, Some(columns), Some(rows)) => parts.push(format!("{columns}x{rows}")),
        (true, ..) => parts.push("of unknown size".to_owned()),
        (false, ..) => parts.push("standard output is none".to_owned()),
    }
    parts.extend(terminal.term.iter().map(|term| format!("TERM={term}")));
    parts.extend(terminal.colorterm.iter().map(|colors| format!("COLORTERM={colors}")));
    if terminal.no_color {
        parts.push("NO_COLOR".to_owned());
    }
    parts.push(if terminal.utf8 { "UTF-8" } else { "no UTF-8 locale" }.to_owned());
    parts.join(", ")
}
