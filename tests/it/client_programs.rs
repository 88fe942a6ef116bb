//! What Tidegate hands to PostgreSQL's own programs leads them where Tidegate itself goes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use tidegate::config::{ProgramAccess, Secret, Surroundings, Target};
use tidegate::postgres::programs::find_client;

use crate::support::certificates::{Authority, Files, encrypting_server, set_password};
use crate::support::{Run, Scratch, Server, resolved};

/// What `psql` answers at this target, started with variables that would lead it elsewhere.
fn psql(target: &Target, query: &str) -> Run {
    let access: ProgramAccess = target.for_programs().unwrap();
    let program = find_client("psql", Server::shared().programs().version.major).unwrap();
    let mut command = Command::new(program.path);
    command.env("PGSERVICE", "elsewhere").env("PGHOSTADDR", "192.0.2.1").env("PGPASSWORD", "not this one");
    command.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", query]);
    access.apply(&mut command);
    Run::of(&mut command)
}

#[test]
fn names_of_any_kind_are_names() {
    for name in ["it's = \\ a \"name\" é", "postgresql://elsewhere/db", "host=elsewhere"] {
        let database = Server::shared().database_named(name);
        assert_eq!(psql(&database.target(), "SELECT current_database()").expect_success(), format!("{name}\n"));
    }
}

#[test]
fn session_options_and_keepalives_arrive() {
    let database = Server::shared().fresh_database();
    let target = resolved(&format!("{}&options=-c%20geqo%3Doff&keepalives_idle=30", database.url()));
    assert_eq!(psql(&target, "SHOW geqo").expect_success(), "off\n");
}

#[test]
fn a_password_from_memory_or_from_a_password_file_arrives() {
    let server = Server::own_with(|options| {
        options.tcp_access = vec!["host all all 127.0.0.1/32 scram-sha-256".to_owned()];
    });
    set_password(&server);
    let target = resolved(&format!("postgresql://postgres@127.0.0.1:{}/postgres", server.port()));
    let refused = psql(&target, "SELECT 1");
    assert!(!refused.status.success() && refused.errors.contains("no password supplied"), "{refused:?}");
    let typed = target.clone().with_password(Secret::new("tide"));
    assert_eq!(psql(&typed, "SELECT 1").expect_success(), "1\n");

    let scratch = Scratch::new();
    let passfile = scratch.home().join(".pgpass");
    fs::write(&passfile, "127.0.0.1:*:*:postgres:tide\n").unwrap();
    fs::set_permissions(&passfile, fs::Permissions::from_mode(0o600)).unwrap();
    let config =
        scratch.configure(&[("it", "staging", &format!("postgresql://postgres@127.0.0.1:{}/postgres", server.port()))]);
    let surroundings = Surroundings { home: Some(scratch.home()), ..Surroundings::default() };
    let environments = tidegate::config::Config::read(&config).unwrap().environments;
    let from_file = environments[0].resolve(&scratch.path(), &surroundings).unwrap().target;
    assert_eq!(psql(&from_file, "SELECT 1").expect_success(), "1\n");
}

#[test]
fn programs_verify_the_server_as_tidegate_does() {
    let authority = Authority::new();
    let server =
        encrypting_server(&authority.server("db.example"), &["hostssl all all 127.0.0.1/32 scram-sha-256"], None);
    let files = Files::new();
    let signer = files.write("root.crt", &authority.pem());
    let stranger = files.write("stranger.crt", &Authority::new().pem());
    let answer = |host: &str, parameters: String| {
        let port = server.port();
        let target =
            resolved(&format!("postgresql://postgres:tide@{host}:{port}/postgres?hostaddr=127.0.0.1&{parameters}"));
        psql(&target, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    };
    for (mode, roots, host, expected) in [
        ("prefer", None, "other.example", true),
        ("require", None, "other.example", true),
        ("require", Some(&signer), "other.example", true),
        ("require", Some(&stranger), "db.example", false),
        ("verify-ca", Some(&signer), "other.example", true),
        ("verify-full", Some(&signer), "db.example", true),
        ("verify-full", Some(&signer), "other.example", false),
        ("verify-full", Some(&stranger), "db.example", false),
        ("verify-full", None, "db.example", false),
    ] {
        let roots = roots.map_or(String::new(), |path| format!("&sslrootcert={}", path.display()));
        let run = answer(host, format!("sslmode={mode}{roots}"));
        assert_eq!(run.output == "t\n", expected, "{mode} {roots} {host}: {run:?}");
    }
}
