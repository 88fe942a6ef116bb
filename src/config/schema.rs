//! Every key of the configuration file, in one table: the parser knows a key from a typo by it, and tests hold
//! `config.example.toml` and `docs/configuration.md` to it.

/// One key of the configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The section that it stands in.
    pub section: Section,
    /// Its name.
    pub name: &'static str,
    /// Its type and unit, as the words after "must be".
    pub kind: &'static str,
    /// What holds when it is left out.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// A section of the configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// The file itself.
    File,
    /// `[project]`
    Project,
    /// `[history]`
    History,
    /// `[backup]`
    Backup,
    /// `[drift]`
    Drift,
    /// `[[drift.ignore]]`
    DriftIgnore,
    /// `[drift.shadow]`
    DriftShadow,
    /// `[review]`
    Review,
    /// `[approvals]`
    Approvals,
    /// `[approvals.production]` and the other kinds.
    Approval,
    /// `[interface]`
    Interface,
    /// `[[environment]]`
    Environment,
    /// `[environment.hooks]`
    Hooks,
    /// A hook written as a table.
    Hook,
}

impl Section {
    /// All sections, in the order of the file.
    pub const ALL: [Self; 14] = [
        Self::File,
        Self::Project,
        Self::History,
        Self::Backup,
        Self::Drift,
        Self::DriftIgnore,
        Self::DriftShadow,
        Self::Review,
        Self::Approvals,
        Self::Approval,
        Self::Interface,
        Self::Environment,
        Self::Hooks,
        Self::Hook,
    ];

    /// The section as messages name it.
    pub fn heading(self) -> &'static str {
        match self {
            Self::File => "the file",
            Self::Project => "[project]",
            Self::History => "[history]",
            Self::Backup => "[backup]",
            Self::Drift => "[drift]",
            Self::DriftIgnore => "[[drift.ignore]]",
            Self::DriftShadow => "[drift.shadow]",
            Self::Review => "[review]",
            Self::Approvals => "[approvals]",
            Self::Approval => "an approval",
            Self::Interface => "[interface]",
            Self::Environment => "[[environment]]",
            Self::Hooks => "[environment.hooks]",
            Self::Hook => "a hook",
        }
    }

    /// Its keys, in the order of the documentation.
    pub fn keys(self) -> impl Iterator<Item = &'static Key> {
        KEYS.iter().filter(move |key| key.section == self)
    }

    /// Its key of this name.
    pub fn key(self, name: &str) -> Option<&'static Key> {
        self.keys().find(|key| key.name == name)
    }
}

const fn key(
    section: Section,
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Key {
    Key { section, name, kind, default, meaning }
}

use Section::{
    Approval, Approvals, Backup, Drift, DriftIgnore, DriftShadow, Environment, File, History, Hook, Hooks, Interface,
    Project, Review,
};

const TEXT: &str = "a text";
const BOOLEAN: &str = "`true` or `false`";
const PATH: &str = "a path";
const DURATION: &str = "a duration such as \"5s\", \"250ms\", \"2min\" or \"24h\"";
const COMMAND: &str = "a shell command, or a list of a program and its arguments";
const APPROVAL: &str = "a section with `roles` and `count`";
const VARIABLE: &str = "the name of an environment variable";

/// Every key, section by section.
pub const KEYS: &[Key] = &[
    key(File, "project", "a section", "", "The project's name and folders."),
    key(File, "history", "a section", "", "Where each environment keeps its history."),
    key(File, "backup", "a section", "", "Where backups go and how they are made."),
    key(File, "drift", "a section", "", "How schema drift is looked for."),
    key(File, "review", "a section", "", "By which rules migrations are judged."),
    key(File, "approvals", "a section", "", "Which approvals a migration needs, and who may give them."),
    key(File, "interface", "a section", "", "How the console looks and which keys it obeys."),
    key(
        File,
        "environment",
        "one section `[[environment]]` for each environment",
        "",
        "The environments; at least one.",
    ),
    key(Project, "name", TEXT, "the folder's name", "What screens and reports call the project."),
    key(
        Project,
        "migrations",
        PATH,
        "`migrations`",
        "The folder of the migrations, `YYYYMMDDHHMMSS_type_description.sql`.",
    ),
    key(Project, "rollbacks", PATH, "beside the migrations", "The folder of the rollbacks, `….down.sql`."),
    key(
        Project,
        "validations",
        PATH,
        "`validations`",
        "The folder of the validation queries, `*.sql`; a row that one returns is a failure.",
    ),
    key(
        Project,
        "templates",
        PATH,
        "built in",
        "The folder of the project's own `up.sql` and `down.sql` for `tidegate new`.",
    ),
    key(History, "schema", TEXT, "`public`", "The schema of the history table, unquoted."),
    key(History, "table", TEXT, "`migrations_history`", "The history table, unquoted."),
    key(Backup, "directory", PATH, "`.tidegate/backups`", "The folder that receives one folder a backup."),
    key(Backup, "jobs", "a whole number from 1 to 64", "`4`", "How many tables are dumped or restored at once."),
    key(
        Backup,
        "format",
        "`directory` or `custom`",
        "`directory`",
        "The archive format of `pg_dump`; `custom` is one file, written by one job.",
    ),
    key(
        Backup,
        "keep_free",
        "a size such as \"512MB\" or \"2GB\", in units of 1024",
        "`1GB`",
        "The room that must stay free on the disk after a backup.",
    ),
    key(Backup, "dump_program", PATH, "found by version", "The `pg_dump` to use."),
    key(
        Drift,
        "exclude",
        "a list of patterns such as \"audit.*\"",
        "none",
        "What is no part of any snapshot: names with `*` and `?`, a kind before them if you like (`view reporting.*`); what names a table names its parts.",
    ),
    key(
        Drift,
        "platform",
        "a list of schemas",
        "those of Supabase",
        "Schemas that the platform provides, not the files: a shadow takes them over from the environment, as far as it has them.",
    ),
    key(
        Drift,
        "roles",
        BOOLEAN,
        "`false`",
        "Whether roles, memberships and their settings are compared, too: what lies outside of the database.",
    ),
    key(Drift, "ignore_column_order", BOOLEAN, "`false`", "Whether another order of columns counts as no drift."),
    key(Drift, "ignore_owners", BOOLEAN, "`false`", "Whether another owner counts as no drift."),
    key(Drift, "ignore_grants", BOOLEAN, "`false`", "Whether other privileges count as no drift."),
    key(Drift, "ignore_comments", BOOLEAN, "`false`", "Whether another comment counts as no drift."),
    key(Drift, "ignore_tablespaces", BOOLEAN, "`false`", "Whether another tablespace counts as no drift."),
    key(Drift, "refresh", DURATION, "`5min`", "How often the console looks for drift; `0` only on demand."),
    key(
        Drift,
        "statement_timeout",
        DURATION,
        "`1min`",
        "How long a statement may run in a shadow, and a question about the schema on a server; `0` sets no limit.",
    ),
    key(
        Drift,
        "ignore",
        "one section `[[drift.ignore]]` for each rule",
        "none",
        "Differences that count as no drift, for a reason and for a time.",
    ),
    key(Drift, "shadow", "a section", "", "The server on which shadows are made."),
    key(
        DriftIgnore,
        "objects",
        "a pattern such as \"audit.*\"",
        "required",
        "Which objects: a name with `*` and `?`, a kind before it if you like (`index public.orders_2019*`); what names a table names its parts.",
    ),
    key(
        DriftIgnore,
        "attributes",
        "an attribute such as \"owner\", or a list of them",
        "all",
        "Which attributes. With any, an object that one side lacks is still drift.",
    ),
    key(DriftIgnore, "reason", TEXT, "required", "Why; shown wherever the rule is."),
    key(
        DriftIgnore,
        "until",
        "a date such as 2027-01-31",
        "for ever",
        "The last day on which the rule holds. An expired rule is reported, and ignores nothing.",
    ),
    key(
        DriftShadow,
        "url",
        "a PostgreSQL URL or `keyword=value` pairs",
        "none",
        "Where the server is. Whoever logs in must be a superuser there, or may create databases and roles; it must hold nothing of value.",
    ),
    key(DriftShadow, "url_env", VARIABLE, "none", "The variable that holds the URL."),
    key(DriftShadow, "url_command", COMMAND, "none", "A command that prints the URL within 30 seconds."),
    key(DriftShadow, "service", TEXT, "none", "A service of `pg_service.conf`."),
    key(DriftShadow, "password_env", VARIABLE, "none", "The variable that holds the password."),
    key(DriftShadow, "password_command", COMMAND, "none", "A command that prints the password within 30 seconds."),
    key(
        Review,
        "ticket",
        "a regular expression",
        "any text",
        "What the ticket in a header must look like as a whole, such as `SCOUT-[0-9]+`.",
    ),
    key(
        Review,
        "secured_schemas",
        "a list of schemas",
        "none",
        "The schemas in which every new table must have row level security.",
    ),
    key(
        Review,
        "literals",
        "a list of regular expressions",
        "URLs, mail addresses, host names, IPv4 addresses",
        "What must not stand in a constant, as it belongs to one environment.",
    ),
    key(
        Review,
        "public_roles",
        "a list of roles",
        "`[\"anon\"]`",
        "Roles that everybody has, to which a grant is reported as one to PUBLIC is.",
    ),
    key(
        Review,
        "block_from",
        "`off`, `note`, `warning` or `error`",
        "`off`",
        "From which severity on findings keep a window from applying; with `off`, preflight warns of errors.",
    ),
    key(Review, "main_branch", TEXT, "`main`", "The branch whose migrations must not change any more."),
    key(
        Review,
        "rules",
        "a table of rules and levels",
        "each rule's own",
        "How grave each rule's findings are: `off`, `note`, `warning` or `error`.",
    ),
    key(Review, "development", "a table of rules and levels", "`rules`", "The levels for environments of this tier."),
    key(Review, "staging", "a table of rules and levels", "`rules`", "The levels for environments of this tier."),
    key(Review, "production", "a table of rules and levels", "`rules`", "The levels for environments of this tier."),
    key(
        Approvals,
        "tiers",
        "a list of `development`, `staging` and `production`",
        "`[\"production\"]`",
        "The tiers in which a migration needs approvals; `[]` switches them off.",
    ),
    key(Approvals, "production", APPROVAL, "any role, once", "The approval that every migration needs."),
    key(
        Approvals,
        "security",
        APPROVAL,
        "any role, once",
        "The approval of what changes who may see or do what: the schema `auth`, policies, roles, grants, owners.",
    ),
    key(Approvals, "retention", APPROVAL, "any role, once", "The approval of what deletes data."),
    key(Approvals, "compliance", APPROVAL, "any role, once", "The approval of what changes how data is encrypted."),
    key(
        Approval,
        "roles",
        "a list of database roles",
        "any but the author's and those that apply",
        "The roles whose members may give it.",
    ),
    key(Approval, "count", "a whole number from 1 to 9", "`1`", "By how many roles it has to be given."),
    key(Interface, "theme", TEXT, "chosen by the terminal", "The theme of the console; `--theme` wins."),
    key(Interface, "mouse", BOOLEAN, "`true`", "Whether the console listens to the mouse; `--no-mouse` wins."),
    key(Interface, "ascii", BOOLEAN, "by the locale", "Whether the console draws with plain ASCII; `--ascii` wins."),
    key(Interface, "clipboard", BOOLEAN, "`true`", "Whether `y` copies through the terminal (OSC 52)."),
    key(
        Interface,
        "keys",
        "a table of actions, each with a key or a list of keys",
        "built in",
        "Other keys for actions: `quit = \"ctrl-q\"`, `help = [\"f1\", \"?\"]`; an empty list switches an action's keys off.",
    ),
    key(
        Environment,
        "name",
        "letters, digits, `-`, `_` and `.`, at most 40",
        "required",
        "What operators call the environment, and type to confirm a write.",
    ),
    key(
        Environment,
        "tier",
        "`development`, `staging` or `production`",
        "required",
        "How dangerous a mistake is there; confirmations and defaults follow it.",
    ),
    key(Environment, "notes", TEXT, "none", "Words for the operators, shown beside the environment."),
    key(
        Environment,
        "url",
        "a PostgreSQL URL or `keyword=value` pairs",
        "none",
        "Where the server is. Better without a password; with one, no other user may read the file.",
    ),
    key(Environment, "url_env", VARIABLE, "none", "The variable that holds the URL."),
    key(Environment, "url_command", COMMAND, "none", "A command that prints the URL within 30 seconds."),
    key(Environment, "service", TEXT, "none", "A service of `pg_service.conf`."),
    key(
        Environment,
        "host",
        TEXT,
        "`PGHOST`, else the local socket",
        "A host name, an address, or a folder of sockets; several with commas.",
    ),
    key(Environment, "port", "a port number, or a text with one for each host", "`PGPORT`, else `5432`", "The port."),
    key(Environment, "user", TEXT, "`PGUSER`, else the operating system's user", "Who logs in."),
    key(Environment, "database", TEXT, "`PGDATABASE`, else the user's name", "The database."),
    key(Environment, "password", TEXT, "asked for", "The password; then no other user may read the file."),
    key(Environment, "password_env", VARIABLE, "none", "The variable that holds the password."),
    key(Environment, "password_command", COMMAND, "none", "A command that prints the password within 30 seconds."),
    key(Environment, "passfile", PATH, "`PGPASSFILE`, else `~/.pgpass`", "The password file."),
    key(
        Environment,
        "sslmode",
        "`disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`",
        "`PGSSLMODE`, else `verify-full` for a production server that is not local, else `prefer`",
        "Whether the connection is encrypted and the server's certificate is verified.",
    ),
    key(
        Environment,
        "sslrootcert",
        "a path, or `system`",
        "`PGSSLROOTCERT`, else `~/.postgresql/root.crt`, else the system's",
        "The authorities that may have signed the server's certificate.",
    ),
    key(Environment, "sslcert", PATH, "`PGSSLCERT`, else `~/.postgresql/postgresql.crt`", "The client certificate."),
    key(
        Environment,
        "sslkey",
        PATH,
        "`PGSSLKEY`, else `~/.postgresql/postgresql.key`",
        "The key of the client certificate, readable by its owner only.",
    ),
    key(
        Environment,
        "sslnegotiation",
        "`postgres` or `direct`",
        "`PGSSLNEGOTIATION`, else `postgres`",
        "How encryption begins; `direct` needs PostgreSQL 17.",
    ),
    key(
        Environment,
        "channel_binding",
        "`disable`, `prefer` or `require`",
        "`PGCHANNELBINDING`, else `prefer`",
        "Whether the login proves that nobody sits in between.",
    ),
    key(
        Environment,
        "target_session_attrs",
        "`any`, `read-write`, `read-only`, `primary`, `standby` or `prefer-standby`",
        "`PGTARGETSESSIONATTRS`, else `any`",
        "Which of several hosts will do.",
    ),
    key(
        Environment,
        "load_balance_hosts",
        "`disable` or `random`",
        "`PGLOADBALANCEHOSTS`, else `disable`",
        "Whether several hosts are tried in random order.",
    ),
    key(Environment, "options", TEXT, "`PGOPTIONS`", "Command-line options for the session, such as `-c geqo=off`."),
    key(
        Environment,
        "connect_timeout",
        DURATION,
        "`PGCONNECT_TIMEOUT`, else `10s`",
        "How long connecting to one host may take; `0` waits for ever.",
    ),
    key(Environment, "read_only", BOOLEAN, "`false`", "Whether Tidegate may never write there."),
    key(Environment, "role", TEXT, "the login role", "The role that owns what migrations create (`SET ROLE`)."),
    key(
        Environment,
        "search_path",
        "a list of schemas",
        "the login role's",
        "The schemas that unqualified names are looked up in, unquoted.",
    ),
    key(Environment, "lock_timeout", DURATION, "`5s`", "How long a statement may wait for a lock; `0` waits for ever."),
    key(
        Environment,
        "lock_retries",
        "a whole number from 0 to 100",
        "`5`",
        "How often a script is tried again after a lock timeout rolled it back.",
    ),
    key(Environment, "retry_backoff", DURATION, "`2s`", "The wait before the first retry; it doubles each time."),
    key(Environment, "statement_timeout", DURATION, "`0`", "How long a statement may run; `0` sets no limit."),
    key(
        Environment,
        "allowed_hours",
        "hours with a time zone such as \"22:00-04:00 Europe/Berlin\" or \"Mon-Thu 22:00-04:00 UTC\", or a list of them",
        "always",
        "When writes are allowed. A range belongs to the weekday on which it begins.",
    ),
    key(
        Environment,
        "backup",
        "`required`, `offered` or `off`",
        "`required` in production, `offered` in staging, `off` in development",
        "Whether a window needs a backup before it applies anything. Where it is `offered`, a window that drops a table, column, schema or materialised view needs it, too. Before a rollback, `required` counts as `offered`: undoing the last migration must not wait for the dump of a large database.",
    ),
    key(
        Environment,
        "ticket_required",
        BOOLEAN,
        "`true` in production, else `false`",
        "Whether a migration without a ticket is refused.",
    ),
    key(
        Environment,
        "ticket_pattern",
        "a regular expression",
        "none",
        "What a whole ticket must look like, such as `SCOUT-[0-9]+`.",
    ),
    key(
        Environment,
        "compare_with",
        "an environment's name, or `files`",
        "the last environment of the nearest tier below, else `files`",
        "What its schema is compared with unless an operator says otherwise.",
    ),
    key(Environment, "hooks", "a section", "", "The project's own commands for this environment."),
    key(
        Hooks,
        "announce",
        "a shell command, a list of a program and its arguments, or a table",
        "none",
        "Runs in the announce step.",
    ),
    key(
        Hooks,
        "validate",
        "a shell command, a list of a program and its arguments, or a table",
        "none",
        "Runs at the end of the validate step; when it fails, the step fails.",
    ),
    key(Hook, "command", COMMAND, "required", "What to run, in the project's folder."),
    key(Hook, "timeout", DURATION, "`10min`", "After this it is ended and counts as failed."),
];
