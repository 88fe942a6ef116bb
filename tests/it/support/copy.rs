//! Copies of a database's schema, as `pg_dump` and `psql` make them.

use std::io::Write as _;
use std::process::Stdio;

use tidegate::postgres::programs::find_client;

use super::TestDatabase;

/// What `pg_dump --schema-only` writes of a database.
pub fn dump(database: &TestDatabase, major: u32) -> Vec<u8> {
    let program = find_client("pg_dump", major).unwrap_or_else(|error| panic!("{error}"));
    let mut command = std::process::Command::new(program.path);
    let output = command.args(["--schema-only", "--dbname", database.url()]).output().expect("pg_dump runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Runs a dump in another database. What it says about objects that every database begins with is no matter.
pub fn restore(database: &TestDatabase, dump: &[u8]) {
    let mut psql = database.psql();
    psql.args(["--quiet", "--set", "ON_ERROR_STOP=0"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = psql.stderr(Stdio::piped()).spawn().expect("psql runs");
    let mut input = child.stdin.take().expect("psql takes a script");
    std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(dump));
        let output = child.wait_with_output().expect("psql ends");
        let said = String::from_utf8_lossy(&output.stderr);
        let errors: Vec<&str> = said.lines().filter(|line| line.contains("ERROR")).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    });
}
