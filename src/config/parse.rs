//! From the text of a configuration file to a [`Config`], with every mistake and its line.

mod review;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::approvals::{ApprovalRule, ApprovalRules};
use super::backup::{BackupFormat, BackupSettings};
use super::command::CommandLine;
use super::drift::{DriftSettings, Indifferent};
use super::environment::{Access, Environment, EnvironmentName, Tier};
use super::error::{ConfigError, Problem};
use super::hooks::{Hook, Hooks};
use super::hours::AllowedHours;
use super::interface::{Interface, KeyOverride};
use super::keys;
use super::nearest::nearest;
use super::parameters::{Parameters, keyword_named};
use super::passfile::quoted;
use super::policy::{BackupRequirement, Policy, TicketPattern, TicketRule};
use super::reader::{Reader, Table, shown};
use super::schema::Section;
use super::source::{ConnectionSource, Origin, PasswordSource};
use super::target::{ChannelBinding, SslMode, TargetSessionAttributes};
use super::units;
use super::uri;
use super::{Config, Project};
use crate::migration::catalogue::Layout;
use crate::migration::table::TableName;
use crate::review::approval::Approval;
use crate::schema::diff::IgnoreRule;
use crate::schema::{Attribute, Pattern};

/// What the migrations themselves are called where an environment could stand.
const FILES: &str = "files";

/// A configuration larger than this is some other file.
pub(super) const LARGEST: usize = 1 << 20;

/// Validates a configuration's text. `readable_by_others` makes every password in it a mistake.
pub(super) fn parse(text: &str, path: &Path, readable_by_others: bool) -> Result<Config, ConfigError> {
    let invalid = |problems| ConfigError::Invalid { path: path.to_owned(), problems };
    if text.len() > LARGEST {
        let message = format!("The file has {} bytes; a configuration has at most {LARGEST}.", text.len());
        return Err(invalid(vec![Problem { line: None, message, advice: None }]));
    }
    let reader = Reader::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            // Only the first of several complaints about one line is the cause.
            let message = format!("This is no TOML: {}.", crate::migration::text::printable(error.message()));
            reader.problem(at, message, None);
        }
        let mut problems = reader.into_problems();
        problems.dedup_by_key(|problem| problem.line);
        return Err(invalid(problems));
    }
    let config = {
        let file = File { reader: &reader, path, root: root_of(path), readable_by_others };
        file.read(&Table::open(&reader, Section::File, document.get_ref(), 0))
    };
    let problems = reader.into_problems();
    if problems.is_empty() { Ok(config) } else { Err(invalid(problems)) }
}

/// The project's folder: the one that holds the file, or the one above when that is `.tidegate`.
pub(super) fn root_of(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap_or(Path::new(""));
    let root = if folder.ends_with(".tidegate") { folder.parent().unwrap_or(folder) } else { folder };
    std::path::absolute(if root.as_os_str().is_empty() { Path::new(".") } else { root })
        .unwrap_or_else(|_| root.to_owned())
}

struct File<'a> {
    reader: &'a Reader<'a>,
    path: &'a Path,
    root: PathBuf,
    readable_by_others: bool,
}

impl File<'_> {
    fn read(&self, file: &Table<'_>) -> Config {
        let history = self.history(file.table("history", Section::History));
        let environments = self.environments(file);
        Config {
            path: self.path.to_owned(),
            root: self.root.clone(),
            project: self.project(file.table("project", Section::Project), history.clone()),
            backup: self.backup(file.table("backup", Section::Backup)),
            drift: self.drift(file.table("drift", Section::Drift)),
            review: self.review(file.table("review", Section::Review), &history, &environments),
            interface: self.interface(file.table("interface", Section::Interface)),
            history,
            environments,
        }
    }

    /// A path of the project, absolute.
    fn path(&self, table: Option<&Table<'_>>, key: &str) -> Option<PathBuf> {
        let text = table?.text(key)?;
        let expanded = text.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
        Some(self.root.join(expanded.unwrap_or_else(|| PathBuf::from(text))))
    }

    fn project(&self, table: Option<Table<'_>>, history_table: TableName) -> Project {
        let table = table.as_ref();
        let folder_name = || self.root.file_name().map_or("project".to_owned(), |name| shown(&name.to_string_lossy()));
        Project {
            name: table.and_then(|table| table.text("name")).map_or_else(folder_name, |name| shown(&name)),
            layout: Layout {
                migrations: self.path(table, "migrations").unwrap_or_else(|| self.root.join("migrations")),
                rollbacks: self.path(table, "rollbacks"),
                history_table,
            },
            validations: self.path(table, "validations").unwrap_or_else(|| self.root.join("validations")),
            templates: self.path(table, "templates"),
        }
    }

    fn history(&self, table: Option<Table<'_>>) -> TableName {
        let default = TableName::default();
        let identifier = |key: &str| table.as_ref().and_then(|table| table.parsed(key, identifier));
        TableName::new(identifier("schema").unwrap_or(default.schema), identifier("table").unwrap_or(default.table))
    }

    fn backup(&self, table: Option<Table<'_>>) -> BackupSettings {
        let table = table.as_ref();
        BackupSettings {
            directory: self.path(table, "directory").unwrap_or_else(|| self.root.join(".tidegate/backups")),
            jobs: table.and_then(|table| table.integer("jobs", 1..=64)).unwrap_or(4),
            format: table
                .and_then(|table| {
                    table.choice("format", &[BackupFormat::Directory, BackupFormat::Custom], BackupFormat::word)
                })
                .unwrap_or(BackupFormat::Directory),
            keep_free: table.and_then(|table| table.parsed("keep_free", units::size)).unwrap_or(1 << 30),
            dump_program: self.path(table, "dump_program"),
        }
    }

    fn drift(&self, table: Option<Table<'_>>) -> DriftSettings {
        let default = DriftSettings::default();
        let Some(table) = table else { return default };
        let ignores = |key: &str| table.boolean(key).unwrap_or(false);
        DriftSettings {
            exclude: self.patterns(&table, "exclude"),
            platform: table.list("platform").unwrap_or(default.platform),
            roles: table.boolean("roles").unwrap_or(default.roles),
            indifferent: Indifferent {
                column_order: ignores("ignore_column_order"),
                owners: ignores("ignore_owners"),
                grants: ignores("ignore_grants"),
                comments: ignores("ignore_comments"),
                tablespaces: ignores("ignore_tablespaces"),
            },
            ignore: table.tables("ignore", Section::DriftIgnore).iter().filter_map(|rule| self.ignore(rule)).collect(),
            refresh: table.parsed("refresh", units::duration).unwrap_or(default.refresh),
            statement_timeout: table.parsed("statement_timeout", units::duration).unwrap_or(default.statement_timeout),
            shadow: table.table("shadow", Section::DriftShadow).map(|shadow| self.shadow(&shadow)),
        }
    }

    fn patterns(&self, table: &Table<'_>, key: &str) -> Vec<Pattern> {
        let texts = table.list(key).unwrap_or_default();
        let parsed = texts.iter().map(|text| text.parse().map_err(|error| table.wrong(key, error, None)));
        parsed.filter_map(Result::ok).collect()
    }

    /// `None` without objects and a reason.
    fn ignore(&self, table: &Table<'_>) -> Option<IgnoreRule> {
        for key in ["objects", "reason"] {
            if table.key_at(key).is_none() {
                let kind = Section::DriftIgnore.key(key).map_or("", |key| key.kind);
                let message = format!("This rule has no `{key}`.");
                self.reader.problem(table.at(), message, Some(format!("Add `{key}`: {kind}.")));
            }
        }
        let words = table.texts("attributes").unwrap_or_default();
        let attributes = words.iter().filter_map(|word| attribute(table, word)).collect();
        let (reason, until) = (table.text("reason"), table.date("until"));
        Some(IgnoreRule { pattern: pattern(table)?, attributes, reason: reason?, until })
    }

    fn shadow(&self, table: &Table<'_>) -> ConnectionSource {
        self.only_one(table, &["url", "url_env", "url_command", "service"]);
        self.only_one(table, &["password_env", "password_command"]);
        if ["url", "url_env", "url_command", "service"].iter().all(|key| table.key_at(key).is_none()) {
            let message = "This section does not say where the server for shadows is.";
            let advice = "Add `url_env`, `url`, `url_command` or `service`; without the section, shadows are made on this \
                          machine.";
            self.reader.problem(table.at(), message, Some(advice.to_owned()));
        }
        let source =
            ConnectionSource { password: self.password_source(table), ..ConnectionSource::of(self.origin(table)) };
        self.refuse_open_password(table, &source);
        source
    }

    /// The tiers in which approvals are demanded, and what is demanded there.
    fn approvals(&self, table: Option<Table<'_>>) -> (Vec<Tier>, ApprovalRules) {
        let default = vec![Tier::Production];
        let Some(table) = table else { return (default, ApprovalRules::default()) };
        let tiers = table.list("tiers").map(|words| words.iter().filter_map(|word| tier(&table, word)).collect());
        let rule = |approval: Approval| Some((approval, table.table(approval.word(), Section::Approval)?));
        let rules = Approval::ALL.into_iter().filter_map(rule);
        let rules = rules.fold(ApprovalRules::default(), |rules, (approval, table)| {
            let roles = table.list("roles");
            if roles.as_ref().is_some_and(Vec::is_empty) {
                let advice = "Name a role, or leave `roles` out to let any role give it.";
                table.wrong("roles", "`roles` names nobody, so that nobody could approve.", Some(advice.to_owned()));
            }
            let count = table.integer("count", 1..=9).unwrap_or(1);
            rules.with(approval, ApprovalRule { roles: roles.unwrap_or_default(), count })
        });
        (tiers.unwrap_or(default), rules)
    }

    fn interface(&self, table: Option<Table<'_>>) -> Interface {
        let default = Interface::default();
        let Some(table) = table else { return default };
        Interface {
            theme: table.text("theme"),
            mouse: table.boolean("mouse").unwrap_or(default.mouse),
            ascii: table.boolean("ascii"),
            clipboard: table.boolean("clipboard").unwrap_or(default.clipboard),
            keys: self.keys(&table),
        }
    }

    fn keys(&self, table: &Table<'_>) -> BTreeMap<String, KeyOverride> {
        let mut overrides = BTreeMap::new();
        for (action, at, texts) in table.entries("keys") {
            let shown_action = shown(&action);
            let Some(texts) = texts else {
                self.reader.problem(at, format!("`{shown_action}` must be a key or a list of keys."), None);
                continue;
            };
            let mut keys = Vec::new();
            for text in &texts {
                match keys::normalise(text) {
                    Ok(key) => keys.push(key),
                    Err(why) => self.reader.problem(
                        at,
                        format!("`{shown_action}`: {why}."),
                        Some("Write keys as `q`, `ctrl-x`, `alt-enter` or `f5`.".to_owned()),
                    ),
                }
            }
            overrides.insert(action, KeyOverride { keys, line: self.reader.line(at) });
        }
        overrides
    }

    fn environments(&self, file: &Table<'_>) -> Vec<Environment> {
        let tables = file.tables("environment", Section::Environment);
        if tables.is_empty() && file.key_at("environment").is_none() {
            self.reader.problem_of_file(
                "No environment is named.",
                Some("Add a section `[[environment]]` with `name`, `tier` and `url_env`.".to_owned()),
            );
        }
        let approvals = self.approvals(file.table("approvals", Section::Approvals));
        let mut seen: Vec<(String, u32)> = Vec::new();
        let mut environments = Vec::new();
        for table in &tables {
            let name = table.parsed("name", str::parse::<EnvironmentName>);
            if let Some(lower) = name.as_ref().map(|name| name.as_str().to_lowercase()) {
                let at = table.key_at("name").unwrap_or(table.at());
                match seen.iter().find(|(earlier, _)| *earlier == lower) {
                    Some((_, line)) => {
                        let message = format!("There is already an environment `{lower}`, on line {line}.");
                        let advice = "Give each environment a name of its own; case makes no difference.";
                        self.reader.problem(at, message, Some(advice.to_owned()));
                    }
                    None => seen.push((lower, self.reader.line(at))),
                }
            }
            environments.extend(self.environment(table, name, &approvals));
        }
        self.check_neighbours(&tables, &environments);
        environments
    }

    /// What an environment is compared with must exist, and be another one.
    fn check_neighbours(&self, tables: &[Table<'_>], environments: &[Environment]) {
        if tables.len() != environments.len() {
            // Some could not be read, and it is not known what they are called.
            return;
        }
        for (table, environment) in tables.iter().zip(environments) {
            let Some(other) = environment.compare_with.as_deref() else { continue };
            let exists = other == FILES || environments.iter().any(|known| known.name.as_str() == other);
            if other == environment.name.as_str() {
                table.wrong("compare_with", "`compare_with` names the environment itself.", None);
            } else if !exists {
                let names = environments.iter().map(|environment| environment.name.as_str()).chain([FILES]);
                let advice = nearest(other, names).map(|near| format!("Did you mean `{near}`?"));
                let message = format!("`compare_with` is `{}`, and there is no such environment.", shown(other));
                table.wrong("compare_with", message, advice);
            }
        }
    }

    /// `None` without a usable name and tier; the rest is validated all the same.
    fn environment(
        &self,
        table: &Table<'_>,
        name: Option<EnvironmentName>,
        (tiers, rules): &(Vec<Tier>, ApprovalRules),
    ) -> Option<Environment> {
        for key in ["name", "tier"] {
            if table.key_at(key).is_none() {
                let kind = Section::Environment.key(key).map_or("", |key| key.kind);
                let advice = Some(format!("Add `{key}`: {kind}."));
                self.reader.problem(table.at(), format!("This environment has no `{key}`."), advice);
            }
        }
        let tier = table.choice("tier", &Tier::ALL, Tier::word);
        let connection = self.connection(table);
        let mut policy = self.policy(table, tier.unwrap_or(Tier::Production));
        // Where nothing is ever applied, nothing waits for an approval.
        let demands = tier.is_some_and(|tier| tiers.contains(&tier)) && table.boolean("read_only") != Some(true);
        policy.approvals = demands.then(|| rules.clone());
        let hooks = table.table("hooks", Section::Hooks).map(|hooks| self.hooks(&hooks)).unwrap_or_default();
        let read_only = table.boolean("read_only").unwrap_or(false);
        let notes = table.text("notes");
        Some(Environment {
            name: name?,
            tier: tier?,
            access: if read_only { Access::ReadOnly } else { Access::ReadWrite },
            connection,
            policy,
            hooks,
            notes,
            compare_with: table.text("compare_with"),
        })
    }

    fn policy(&self, table: &Table<'_>, tier: Tier) -> Policy {
        let default = Policy::of_tier(tier);
        let requirements = [BackupRequirement::Required, BackupRequirement::Offered, BackupRequirement::Off];
        let hours = table.texts("allowed_hours").and_then(|texts| {
            AllowedHours::parse(texts.iter().map(String::as_str))
                .map_err(|error| table.wrong("allowed_hours", format!("`allowed_hours`: {error}."), None))
                .ok()
        });
        Policy {
            role: table.parsed("role", identifier),
            search_path: table.list("search_path").unwrap_or_default(),
            lock_timeout: table.parsed("lock_timeout", units::duration).unwrap_or(default.lock_timeout),
            statement_timeout: table.parsed("statement_timeout", units::duration).unwrap_or(default.statement_timeout),
            lock_retries: table.integer("lock_retries", 0..=100).unwrap_or(default.lock_retries),
            retry_backoff: table.parsed("retry_backoff", units::duration).unwrap_or(default.retry_backoff),
            allowed_hours: hours,
            backup: table.choice("backup", &requirements, BackupRequirement::word).unwrap_or(default.backup),
            ticket: TicketRule {
                required: table.boolean("ticket_required").unwrap_or(default.ticket.required),
                pattern: table.parsed("ticket_pattern", TicketPattern::new),
            },
            approvals: default.approvals,
        }
    }

    fn hooks(&self, table: &Table<'_>) -> Hooks {
        Hooks { announce: self.hook(table, "announce"), validate: self.hook(table, "validate") }
    }

    fn hook(&self, table: &Table<'_>, key: &str) -> Option<Hook> {
        if !table.is_table(key) {
            return Some(Hook { command: command(table, key)?, timeout: Hook::DEFAULT_TIMEOUT });
        }
        let hook = table.table(key, Section::Hook)?;
        if hook.key_at("command").is_none() {
            self.reader.problem(hook.at(), format!("The hook `{key}` has no `command`."), None);
        }
        let timeout = hook.parsed("timeout", units::duration).unwrap_or(Hook::DEFAULT_TIMEOUT);
        Some(Hook { command: command(&hook, "command")?, timeout })
    }

    fn connection(&self, table: &Table<'_>) -> ConnectionSource {
        self.only_one(table, &["url", "url_env", "url_command", "service"]);
        self.only_one(table, &["password", "password_env", "password_command"]);
        let whole = ["url", "url_env", "url_command"].into_iter().find(|key| table.key_at(key).is_some());
        let parts = ["host", "port", "user", "database"];
        if let Some(whole) = whole {
            for part in parts.iter().filter(|part| table.key_at(part).is_some()) {
                let advice = format!("Make it a part of the URL, or leave `{whole}` out.");
                table.wrong(part, format!("`{part}` and `{whole}` both say where the server is."), Some(advice));
            }
        } else if table.key_at("service").is_none() && parts.iter().all(|part| table.key_at(part).is_none()) {
            self.reader.problem(
                table.at(),
                "This environment does not say where its server is.",
                Some("Add `url_env`, `url`, `url_command`, `service`, or `host` and `database`.".to_owned()),
            );
        }
        let source = ConnectionSource {
            origin: self.origin(table),
            beside: self.beside(table),
            password: self.password_source(table),
            connect_timeout: table.parsed("connect_timeout", units::duration),
        };
        self.refuse_open_password(table, &source);
        source
    }

    fn refuse_open_password(&self, table: &Table<'_>, source: &ConnectionSource) {
        if self.readable_by_others && source.holds_a_password() {
            let key = if source.beside.has("password") { "password" } else { "url" };
            table.wrong(
                key,
                "There is a password in this file, and others may read the file.",
                Some(format!(
                    "Run `chmod 0600 {}`, or take the password out and use `password_env` or a password file.",
                    quoted(self.path)
                )),
            );
        }
    }

    fn only_one(&self, table: &Table<'_>, keys: &[&str]) {
        let mut present: Vec<(usize, &str)> = keys.iter().filter_map(|key| Some((table.key_at(key)?, *key))).collect();
        present.sort_unstable();
        for (at, key) in present.iter().skip(1) {
            let first = present[0].1;
            self.reader.problem(
                *at,
                format!("`{first}` and `{key}` exclude each other."),
                Some("Keep one of them.".to_owned()),
            );
        }
    }

    fn origin(&self, table: &Table<'_>) -> Origin {
        // Each is read, so that the mistakes of all are told.
        let url = table.text("url").and_then(|text| match uri::parse(&text) {
            Ok(parameters) => Some(Origin::Url(parameters)),
            Err(error) => {
                let advice = text
                    .starts_with('$')
                    .then(|| "To take the URL from an environment variable, write `url_env = \"NAME\"`.".to_owned());
                table.wrong("url", format!("`url` cannot be used: {error}."), advice);
                None
            }
        });
        let variable = variable_name(table, "url_env").map(Origin::UrlVariable);
        let command = command(table, "url_command").map(Origin::UrlCommand);
        let service = table.text("service").map(Origin::Service);
        url.or(variable).or(command).or(service).unwrap_or(Origin::Parts)
    }

    fn password_source(&self, table: &Table<'_>) -> Option<PasswordSource> {
        let variable = variable_name(table, "password_env").map(PasswordSource::Variable);
        let command = command(table, "password_command").map(PasswordSource::Command);
        variable.or(command)
    }

    /// The keys that bear libpq's names.
    fn beside(&self, table: &Table<'_>) -> Parameters {
        let mut parameters = Parameters::default();
        let mut set = |name: &str, value: Option<String>| {
            if let (Some(keyword), Some(value)) = (keyword_named(name), value) {
                parameters.set(keyword, value);
            }
        };
        for key in ["host", "user", "password", "options"] {
            set(key, table.text(key));
        }
        set("dbname", table.text("database"));
        set("port", table.number_or_text("port").filter(|text| ports_are_valid(table, text)));
        for key in ["passfile", "sslrootcert", "sslcert", "sslkey"] {
            set(key, table.text(key).map(|text| self.connection_file(key, text)));
        }
        let word = |key: &str, word: Option<&str>| (key.to_owned(), word.map(str::to_owned));
        for (key, value) in [
            word("sslmode", table.choice("sslmode", &SslMode::ALL, SslMode::word).map(SslMode::word)),
            word("sslnegotiation", table.choice("sslnegotiation", &["postgres", "direct"], |word| word)),
            word("load_balance_hosts", table.choice("load_balance_hosts", &["disable", "random"], |word| word)),
            word(
                "channel_binding",
                table.choice("channel_binding", &ChannelBinding::ALL, ChannelBinding::word).map(ChannelBinding::word),
            ),
            word(
                "target_session_attrs",
                table
                    .choice("target_session_attrs", &TargetSessionAttributes::ALL, TargetSessionAttributes::word)
                    .map(TargetSessionAttributes::word),
            ),
        ] {
            set(&key, value);
        }
        parameters
    }

    /// A file of the connection: from the project's folder, with `~/` left for the resolution.
    fn connection_file(&self, key: &str, text: String) -> String {
        if text.starts_with("~/") || (key == "sslrootcert" && text == "system") {
            return text;
        }
        self.root.join(&text).to_str().map_or(text, str::to_owned)
    }
}

fn pattern(table: &Table<'_>) -> Option<Pattern> {
    let text = table.text("objects")?;
    text.parse().map_err(|error| table.wrong("objects", error, None)).ok()
}

/// The tier of this word.
fn tier(table: &Table<'_>, word: &str) -> Option<Tier> {
    let found = Tier::ALL.into_iter().find(|tier| tier.word() == word);
    if found.is_none() {
        let advice = nearest(word, Tier::ALL.map(Tier::word)).map(|near| format!("Did you mean `{near}`?"));
        table.wrong("tiers", format!("`{}` is no tier.", shown(word)), advice);
    }
    found
}

/// The attribute of this word.
fn attribute(table: &Table<'_>, word: &str) -> Option<Attribute> {
    let found = Attribute::ALL.iter().copied().find(|attribute| attribute.word() == word);
    if found.is_none() {
        let words = Attribute::ALL.iter().map(|attribute| attribute.word());
        let advice = nearest(word, words).map(|near| format!("Did you mean `{near}`?"));
        table.wrong("attributes", format!("`{}` is no attribute of an object.", shown(word)), advice);
    }
    found
}

fn ports_are_valid(table: &Table<'_>, text: &str) -> bool {
    let valid =
        text.split(',').map(str::trim).all(|port| port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0));
    if !valid {
        table.wrong("port", format!("`port` is `{}`, which is no port number (1 to 65535).", shown(text)), None);
    }
    valid
}

fn command(table: &Table<'_>, key: &str) -> Option<CommandLine> {
    if !table.is_list(key) {
        return table.text(key).map(CommandLine::Shell);
    }
    let words = table.list(key)?;
    if words.is_empty() {
        table.wrong(key, format!("`{key}` is an empty list."), Some("Name a program, then its arguments.".to_owned()));
        return None;
    }
    Some(CommandLine::Program(words))
}

/// The name of an environment variable. Someone may have put the secret itself there, so it is not repeated.
fn variable_name(table: &Table<'_>, key: &str) -> Option<String> {
    let name = table.text(key)?;
    let plain = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if plain && !name.starts_with(|first: char| first.is_ascii_digit()) {
        return Some(name);
    }
    table.wrong(
        key,
        format!("`{key}` is not the name of an environment variable."),
        Some("Write the variable's name, without `$`, and not its value.".to_owned()),
    );
    None
}

/// PostgreSQL cuts longer names off, and then they are different ones.
fn identifier(text: &str) -> Result<String, String> {
    const LONGEST: usize = 63;
    if text.len() > LONGEST {
        Err(format!("`{}` has {} bytes, while PostgreSQL's names have at most {LONGEST}", shown(text), text.len()))
    } else {
        Ok(text.to_owned())
    }
}
