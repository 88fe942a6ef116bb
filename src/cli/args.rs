//! What the command line may say.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::{
    apply, approvals, approve, backup, backups, completions, config_check, demo, drift, info, init, man, mark, new,
    report, resume, review, rollback, status, validate,
};

/// A full-screen terminal console for PostgreSQL migration windows
///
/// Shows what is pending, applied and rolled back in each environment, and takes an operator step by step through
/// backup, apply, validate and rollback.
#[derive(Debug, Parser)]
#[command(name = "tidegate", version, max_term_width = 100, after_long_help = EXIT_STATUS)]
pub struct Arguments {
    /// The options that every subcommand has.
    #[command(flatten)]
    pub global: Global,
    /// What to do; the console where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const EXIT_STATUS: &str = "\
Exit status:
  0  done
  1  failed
  2  wrong usage or configuration
  3  there are pending migrations, drift or findings
  4  refused by a gate, or stopped
  5  the outcome is unknown";

/// The options that every subcommand has.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Use this configuration file instead of looking for one
    ///
    /// Without it: the variable TIDEGATE_CONFIG, then tidegate.toml or .tidegate/config.toml in this folder or one
    /// above, then config.toml in the user's configuration folder.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Write more to the log; twice for still more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,

    /// When to use colours; auto is on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub color: ColorWhen,

    /// Use this theme in the console
    ///
    /// Wins over `theme` in the configuration.
    #[arg(long, global = true, hide_short_help = true)]
    pub theme: Option<String>,

    /// Draw the console with plain ASCII
    ///
    /// Wins over `ascii` in the configuration; without either, the locale decides.
    #[arg(long, global = true, hide_short_help = true)]
    pub ascii: bool,

    /// Leave the mouse to the terminal
    ///
    /// So that the terminal's own selection works. Wins over `mouse` in the configuration.
    #[arg(long, global = true, hide_short_help = true)]
    pub no_mouse: bool,

    /// Write the log to this file instead of the state folder
    ///
    /// The variable TIDEGATE_LOG_FILE does the same.
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub log_file: Option<PathBuf>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always, NO_COLOR or not.
    Always,
    /// Never.
    Never,
}

/// What a subcommand prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// JSON, described in docs/cli.md.
    Json,
}

/// The option `--format`.
#[derive(Debug, Clone, Default, Args)]
pub struct FormatOption {
    /// What to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

impl FormatOption {
    /// Whether JSON is asked for.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum Command {
    /// Try everything on throwaway databases
    ///
    /// Starts two PostgreSQL servers of its own, staging and production, with a sample project of forty-two migrations,
    /// and opens the console on them. Needs PostgreSQL's server programs; touches no server that runs already. All of it
    /// is gone when the console is, however that ends.
    Demo(demo::Options),

    /// Set a project up
    ///
    /// Writes tidegate.toml, makes the folders that it names, and tells git to ignore what Tidegate keeps here. In a
    /// Supabase project (supabase/config.toml) migrations stay in supabase/migrations, and rollbacks get a folder of
    /// their own, because the Supabase CLI would apply them. What is there already stays as it is.
    Init(init::Options),

    /// Scaffold a migration and its rollback
    ///
    /// Writes YYYYMMDDHHMMSS_TYPE_DESCRIPTION.sql and its .down.sql from the templates into the folders that the
    /// configuration names. Never overwrites a file.
    New(new::Options),

    /// Show what is pending, applied and rolled back in each environment
    ///
    /// Asks all environments at once. Exits with 3 when a migration is pending, out of order, failed, interrupted,
    /// changed or without a file anywhere, or a file in the folders of migrations is not as it should be; with 1 when
    /// an environment could not be read.
    Status(status::Options),

    /// Judge migrations by the rules
    ///
    /// Reads the files, and asks git which of them are new or changed; asks a server only where --environment names one.
    /// Exits with 3 when something is found that is at least as grave as --fail-on says. A comment in the file,
    /// `-- tidegate: allow RULE reason`, allows a finding of the statement that it stands before.
    Review(review::Options),

    /// Show what two schemas differ in, and why
    ///
    /// Each side is an environment, a connection URL, or `files`: what the migrations make when they are replayed in a
    /// throwaway database. What follows from migrations that one side lacks is explained by them; what does not was
    /// done by hand, or by a file that was changed later. Only reads. Exits with 3 when there is drift, with 5 when
    /// something could not be read, so that there may be.
    Drift(drift::Options),

    /// Apply migrations
    ///
    /// Runs a window from preflight through backup, apply and validate to the report. Production asks for --confirm
    /// with the environment's name; staging for that or a y on the terminal. Ctrl-C stops after the running statement;
    /// once more cancels the statement itself.
    Apply(apply::Options),

    /// Roll migrations back
    ///
    /// Runs a window with the .down.sql files, the migration that was applied last first. Always asks for --confirm
    /// with the environment's name, since a rollback can destroy data. The history keeps when, who and why.
    Rollback(rollback::Options),

    /// Go on with a window that was left unfinished
    ///
    /// Without a window, lists those that were left unfinished with what is true of them now, read from the server.
    Resume(resume::Options),

    /// Take a backup outside of a window
    ///
    /// Dumps the database with pg_dump into the folder that the configuration names and verifies it. Only reads the
    /// server.
    Backup(backup::Options),

    /// List the backups, or check one again
    Backups(backups::Options),

    /// Make the checks of a window's validate step, without a window
    ///
    /// Tidegate's own checks, then validations/*.sql: a row that one of them returns is a failure. Changes nothing.
    /// Exits with 1 when a check failed.
    Validate(validate::Options),

    /// Print a window's report, or list the windows
    Report(report::Options),

    /// Write an environment's name and tier into its database
    ///
    /// A window refuses a database that says it is another environment than the configuration believes. Makes the
    /// schema tidegate where it is missing.
    Mark(mark::Options),

    /// Approve migrations, so that they may be applied
    ///
    /// Logs in as a role of the approver's own and records, in the environment's database, that it approves the files as
    /// they are now. The author of a migration and the role that applies it cannot. What was asked for is approved as a
    /// whole or not at all.
    Approve(approve::Options),

    /// List which approvals the pending migrations need and have
    ///
    /// Exits with 3 when one is missing.
    Approvals(approvals::Options),

    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),

    /// Say which files and programs are used
    ///
    /// Versions, the configuration, where journals and logs lie, the PostgreSQL programs on this machine, and what is
    /// known about the terminal. Worth adding to a bug report.
    Info(info::Options),

    /// Print the completion script for a shell
    ///
    /// For bash: tidegate completions bash > ~/.local/share/bash-completion/completions/tidegate
    Completions(completions::Options),

    /// Print the manual page
    ///
    /// To read it at once: tidegate man | man -l -
    Man(man::Options),
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum ConfigCommand {
    /// Validate the configuration and show what it leads to
    ///
    /// Works out every environment's server, user and database without connecting, and shows no secrets. Exits with 2
    /// when something is wrong.
    Check(config_check::Options),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_and_option_is_documented() {
        let documentation = include_str!("../../docs/cli.md");
        let mut commands = vec![("tidegate".to_owned(), Arguments::command())];
        while let Some((name, command)) = commands.pop() {
            // The console is described in a document of its own, and a group of commands by its members.
            if name != "tidegate" && !command.has_subcommands() {
                let heading = format!("\n## `{name}`\n");
                let (_, section) = documentation
                    .split_once(&heading)
                    .unwrap_or_else(|| panic!("docs/cli.md has no section `## `{name}``"));
                let section = section.split("\n## ").next().unwrap_or_default();
                for option in command.get_arguments().filter_map(|argument| argument.get_long()) {
                    assert!(
                        section.contains(&format!("`--{option}")),
                        "docs/cli.md does not list --{option} of {name}"
                    );
                }
            }
            let below = command.get_subcommands().map(|below| (format!("{name} {}", below.get_name()), below.clone()));
            commands.extend(below.collect::<Vec<_>>());
        }
    }
}
