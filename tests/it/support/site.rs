//! A project with an environment on a real database, and the binary at work on it.

use serde_json::Value;

use super::{Run, Running, Scratch, Server, TestDatabase};

/// A project, and a database for it.
pub struct Site {
    pub scratch: Scratch,
    pub database: TestDatabase,
}

/// The governance template.
fn template(name: &str, body: &str) -> String {
    format!(
        "-- Migration: {name}.sql\n-- Author: ana\n-- Ticket: SCOUT-1\n-- Description: A test\n\nBEGIN;\n{body}\n\
         INSERT INTO public.migrations_history (migration_name, applied_at, applied_by)\n\
         VALUES ('{name}', now(), current_user);\nCOMMIT;\n"
    )
}

fn template_down(name: &str, body: &str) -> String {
    format!("BEGIN;\n{body}\nDELETE FROM public.migrations_history WHERE migration_name = '{name}';\nCOMMIT;\n")
}

pub const ACCOUNTS: &str = "20260101000000_create_accounts";
pub const EMAIL: &str = "20260102000000_alter_accounts_add_email";
pub const INDEX: &str = "20260103000000_create_accounts_email_index";

impl Site {
    /// An empty project with one environment of this tier, named after it.
    pub fn of_tier(tier: &str) -> Self {
        Self::with(tier, "")
    }

    /// The same with further lines for the environment.
    pub fn with(tier: &str, lines: &str) -> Self {
        Self::on(Server::shared(), tier, lines)
    }

    /// The same on this server.
    pub fn on(server: &Server, tier: &str, lines: &str) -> Self {
        let site = Self { scratch: Scratch::new(), database: server.fresh_database() };
        site.configure(tier, lines);
        site
    }

    /// Three migrations: the template with its own transaction, one without any, and one that cannot have one.
    pub fn with_accounts(tier: &str, lines: &str) -> Self {
        let site = Self::with(tier, lines);
        let scratch = &site.scratch;
        scratch.migration(
            ACCOUNTS,
            &template(ACCOUNTS, "CREATE TABLE accounts (id int PRIMARY KEY);"),
            &template_down(ACCOUNTS, "DROP TABLE accounts;"),
        );
        let header = "-- Author: ben\n-- Ticket: SCOUT-2\n-- Release: 1.1\n";
        scratch.migration(
            EMAIL,
            &format!("{header}ALTER TABLE accounts ADD COLUMN email text;\n"),
            "ALTER TABLE accounts DROP COLUMN email;\n",
        );
        scratch.migration(
            INDEX,
            &format!("{header}CREATE INDEX CONCURRENTLY accounts_email ON accounts (email);\n"),
            "DROP INDEX CONCURRENTLY accounts_email;\n",
        );
        site
    }

    pub fn configure(&self, tier: &str, lines: &str) {
        self.scratch.configure(&[(tier, tier, self.database.url())]);
        let path = self.scratch.path().join("tidegate.toml");
        let text = std::fs::read_to_string(&path).expect("was written");
        std::fs::write(&path, format!("{text}{lines}\n")).expect("is written");
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.scratch.tidegate().args(arguments))
    }

    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::start(self.scratch.tidegate().args(arguments))
    }

    /// Runs a command that succeeds.
    pub fn does(&self, arguments: &[&str]) -> String {
        self.run(arguments).expect_success()
    }

    /// The names in effect, by the history.
    pub fn in_effect(&self) -> Vec<String> {
        let query = "SELECT migration_name FROM migrations_history WHERE NOT rollback_applied ORDER BY 1";
        self.database.rows(query).into_iter().flatten().flatten().collect()
    }

    /// The windows on record, as `report` lists them.
    pub fn windows(&self) -> Vec<Value> {
        let list: Value = serde_json::from_str(&self.does(&["report", "--format", "json"])).expect("is JSON");
        list.as_array().expect("is a list").clone()
    }
}

/// The lines of JSON that a window printed.
pub fn events(output: &str) -> Vec<Value> {
    output.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}
