//! Projects and databases of any size, made by rule: the same for every run.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use jiff::ToSpan;
use jiff::civil::date;

/// The history table, as the governance of the migrations defines it.
pub const HISTORY: &str = "CREATE TABLE public.migrations_history (
    id SERIAL PRIMARY KEY, migration_name TEXT UNIQUE NOT NULL, applied_at TIMESTAMPTZ NOT NULL,
    applied_by TEXT NOT NULL, execution_time INTERVAL, checksum TEXT,
    rollback_applied BOOLEAN DEFAULT FALSE, rollback_at TIMESTAMPTZ, metadata JSONB);";

/// The name of the `number`th migration: one an hour from 2020 on.
pub fn name(number: usize) -> String {
    let hours = i64::try_from(number).expect("a small number");
    let moment = date(2020, 1, 1).at(0, 0, 0, 0).checked_add(hours.hours()).expect("a moment within the calendar");
    format!("{}_create_item_{number:05}", moment.strftime("%Y%m%d%H%M%S"))
}

/// What the `number`th migration does.
pub fn change(number: usize) -> String {
    format!(
        "CREATE TABLE item_{number:05} (id bigint PRIMARY KEY, name text NOT NULL, created_at timestamptz);\n\
         COMMENT ON TABLE item_{number:05} IS 'Made by the migration of that number';\n"
    )
}

/// What its rollback does.
pub fn undo(number: usize) -> String {
    format!("DROP TABLE item_{number:05};\n")
}

fn header(number: usize) -> String {
    format!("-- Author: ada\n-- Ticket: BENCH-{number}\n-- Description: Item {number}\n\n")
}

/// Writes a project with so many migrations and these environments (name, URL).
pub fn write_project(folder: &Path, migrations: usize, environments: &[(String, String)]) {
    std::fs::create_dir_all(folder.join("migrations")).expect("a folder can be made");
    for number in 0..migrations {
        let path = folder.join("migrations").join(name(number));
        let text = header(number) + &change(number);
        std::fs::write(path.with_extension("sql"), text).expect("a file can be written");
        let text = header(number) + &undo(number);
        std::fs::write(path.with_extension("down.sql"), text).expect("a file can be written");
    }
    let mut config = String::from("[project]\nname = \"bench\"\nmigrations = \"migrations\"\n");
    for (name, url) in environments {
        let _ = write!(config, "\n[[environment]]\nname = \"{name}\"\ntier = \"development\"\nurl = \"{url}\"\n");
    }
    std::fs::write(folder.join("tidegate.toml"), config).expect("a file can be written");
}

/// Puts a project under version control as a team's project is, where there is git: everything is committed.
pub fn commit(folder: &Path) {
    let git = |words: &[&str]| {
        let identity = ["-c", "user.name=ada", "-c", "user.email=ada@bench.example", "-c", "commit.gpgsign=false"];
        let status = Command::new("git").current_dir(folder).args(identity).args(words).status();
        status.is_ok_and(|status| status.success())
    };
    let commands: [&[&str]; 3] =
        [&["init", "--quiet", "--initial-branch=main"], &["add", "."], &["commit", "--quiet", "--message=A project"]];
    if !commands.into_iter().all(git) {
        eprintln!("the project could not be put under version control; git has nothing to say of it");
    }
}

/// The metadata that Tidegate records with the `number`th migration, so that others may record the same.
fn metadata(number: usize) -> String {
    format!(
        "{{\"tidegate\": {{\"ticket\": \"BENCH-{number}\", \"author\": \"ada\", \"operator\": \"ada\", \
         \"window\": \"20200101T000000Z-bench-0000\", \"host\": \"bench\"}}}}"
    )
}

/// A script for one `psql` session that runs each migration's file and records it in the same transaction.
pub fn psql_apply(folder: &Path, migrations: usize) -> String {
    let mut script = String::from("\\set ON_ERROR_STOP on\n");
    for number in 0..migrations {
        let name = name(number);
        let file = folder.join("migrations").join(&name).with_extension("sql");
        let checksum = "0".repeat(64);
        let _ = write!(
            script,
            "BEGIN;\n\\i {}\nINSERT INTO public.migrations_history \
             (migration_name, applied_at, applied_by, execution_time, checksum, metadata) VALUES \
             ('{name}', now(), current_user, clock_timestamp() - now(), '{checksum}', '{}');\nCOMMIT;\n",
            file.display(),
            metadata(number)
        );
    }
    script
}

/// A script for one `psql` session that rolls the last so many back and records it in the same transaction.
pub fn psql_rollback(folder: &Path, migrations: usize, count: usize) -> String {
    let mut script = String::from("\\set ON_ERROR_STOP on\n");
    for number in (migrations - count..migrations).rev() {
        let name = name(number);
        let file = folder.join("migrations").join(&name).with_extension("down.sql");
        let _ = write!(
            script,
            "BEGIN;\n\\i {}\nUPDATE public.migrations_history SET rollback_applied = true, rollback_at = now(), \
             metadata = '{}' WHERE migration_name = '{name}';\nCOMMIT;\n",
            file.display(),
            metadata(number)
        );
    }
    script
}

/// Statements that make a history with so many migrations applied from the project's files.
pub fn applied_history(folder: &Path, migrations: usize) -> String {
    let mut text = format!("{HISTORY}\nCOPY public.migrations_history (migration_name, applied_at, applied_by, ");
    text.push_str("execution_time, checksum, metadata) FROM stdin;\n");
    for number in 0..migrations {
        let name = name(number);
        let file = folder.join("migrations").join(&name).with_extension("sql");
        let bytes = std::fs::read(file).expect("the project was written");
        let checksum = tidegate::migration::checksum::Checksum::of(&bytes);
        let _ = writeln!(
            text,
            "{name}\t2026-01-01 00:00:{:02}+00\tdeployer\t00:00:00.0{}\t{checksum}\t{}",
            number % 60,
            10 + number % 90,
            metadata(number)
        );
    }
    text.push_str("\\.\nANALYZE public.migrations_history;\n");
    text
}
