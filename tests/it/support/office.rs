//! A project whose production waits for approvals.

use serde_json::Value;

use super::{Run, Scratch, Server, TestDatabase};

/// Makes a table.
pub const A: &str = "20260101000000_create_a";
/// Grants something.
pub const B: &str = "20260102000000_alter_b";

/// Yes to every question that the two of them ask.
pub const ANSWERS: &[&str] = &[
    "--yes-to",
    "existing-data,indexes,rls-policies,tested-locally,tested-volume,rollback-tested",
    "--answer",
    "no-breaking-changes=yes: nobody reads it yet",
    "--answer=api-compatible=yes",
    "--answer=rollback=yes: it records nothing that could be removed",
];

/// A project whose production demands approvals, with two pending migrations by ana; the second grants something.
pub struct Office {
    pub server: Server,
    pub database: TestDatabase,
    pub scratch: Scratch,
}

impl Office {
    /// The office on a server of its own.
    pub fn open(approvals: &str, environment: &str) -> Self {
        let server = Server::own();
        let url = server.url_as("deployer", "office");
        Self::open_on(server, &url, approvals, environment)
    }

    /// One whose server wants this password of reviewer, and none of anybody else.
    pub fn with_a_password(password: &str) -> Office {
        let server = Server::own_with(|options| {
            options.tcp_access = vec![
                "host all reviewer 127.0.0.1/32 scram-sha-256".to_owned(),
                "host all all 127.0.0.1/32 trust".to_owned(),
            ];
        });
        let url = format!("postgresql://deployer@127.0.0.1:{}/office", server.port());
        let office = Office::open_on(server, &url, "", "");
        office.server.execute(&format!("ALTER ROLE reviewer PASSWORD '{password}'"));
        office
    }

    /// The office on a server, to which the deployer comes by this URL.
    fn open_on(server: Server, url: &str, approvals: &str, environment: &str) -> Self {
        server.execute(
            "CREATE ROLE deployer LOGIN; CREATE ROLE guards; CREATE ROLE ana LOGIN; CREATE ROLE carl LOGIN;
             CREATE ROLE reviewer LOGIN IN ROLE guards",
        );
        let database = server.database_named("office");
        database.execute("GRANT ALL ON DATABASE office TO deployer; GRANT ALL ON SCHEMA public TO deployer");
        let scratch = Scratch::new();
        let header = "-- Author: Ana Lopez <ana@scout.example>\n-- Ticket: SCOUT-1\n-- Description: What it is for.\n";
        scratch.migration(A, &format!("{header}CREATE TABLE a (id int PRIMARY KEY);\n"), "DROP TABLE a;\n");
        scratch.migration(B, &format!("{header}GRANT SELECT ON a TO PUBLIC;\n"), "REVOKE SELECT ON a FROM PUBLIC;\n");
        let path = scratch.configure_with(&format!("[approvals]\n{approvals}\n"), &[("production", "production", url)]);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}backup = \"off\"\n{environment}\n")).unwrap();
        let office = Self { server, database, scratch };
        office.run(&["mark", "production", "--confirm", "production"]).expect_success();
        office
    }

    /// Runs a command as carl, who is no author.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_as("carl tester", arguments)
    }

    /// Runs a command as a person.
    pub fn run_as(&self, person: &str, arguments: &[&str]) -> Run {
        Run::of(self.scratch.tidegate().env("TIDEGATE_OPERATOR", person).args(arguments))
    }

    /// Approves as a role, with yes to every question and a note where rules object.
    pub fn approve(&self, role: &str, arguments: &[&str]) -> Run {
        self.run(&[&["approve", "production", "--user", role], ANSWERS, arguments].concat())
    }

    /// Applies what is pending.
    pub fn apply(&self) -> Run {
        self.run(&["apply", "production", "--confirm", "production"])
    }

    /// The migrations that are applied.
    pub fn applied(&self) -> Vec<String> {
        if self.database.value("SELECT to_regclass('public.migrations_history')").is_empty() {
            return Vec::new();
        }
        let rows = self.database.rows("SELECT migration_name FROM public.migrations_history ORDER BY 1");
        rows.into_iter().flatten().flatten().collect()
    }

    /// What a command prints as JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.run(arguments).output).expect("is JSON")
    }
}
