//! The demo: what it promises to show, and that nothing of it is left.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use tempfile::TempDir;
use tidegate::config::{Config, Surroundings};
use tidegate::postgres::programs::find_client;
use tidegate::postgres::store::approvals::GivenApproval;
use tidegate::window::board::Board;
use tidegate::window::context::Context;
use tidegate::window::look::look;
use tidegate::window::status::Status;

use crate::support::{PATIENCE, Run, Scratch, Server, Terminal};

/// A demo that was kept, removed at the end of the test in the way that it was told.
struct Kept {
    said: String,
    is_running: bool,
}

impl Kept {
    fn start(scratch: &Scratch, folder: &Path) -> Self {
        let mut command = scratch.tidegate();
        command.args(["demo", "--keep", "--no-console", "--verbose", "--dir"]).arg(folder);
        Self { said: Run::of(&mut command).expect_success(), is_running: true }
    }

    /// The words after `--config`.
    fn config(&self) -> PathBuf {
        let said = self.said.split("--config ").nth(1).and_then(|rest| rest.lines().next());
        said.expect("a kept demo says how to open it").into()
    }

    fn context(&self) -> Context {
        let config = Config::read(&self.config()).unwrap_or_else(|error| panic!("{error}"));
        Context::new(config, Surroundings::default())
    }

    /// Does what it says about stopping and removing it.
    fn stop(&mut self) {
        self.is_running = false;
        let commands = self.said.split("Stop and remove it with\n\n").nth(1).and_then(|rest| rest.split("\n\n").next());
        for command in commands.expect("a kept demo says how to be rid of it").lines() {
            Run::of(Command::new("sh").arg("-c").arg(command)).expect_success();
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if self.is_running {
            self.stop();
        }
    }
}

/// A folder for demos that the server's account may enter, too.
fn open_folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("its mode can be changed");
    folder
}

/// What is in a folder, by name.
fn entries(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The servers and watchdogs of the demos in a folder, by command line.
fn processes(folder: &Path) -> Vec<String> {
    let output = Command::new("ps").args(["-Ao", "args="]).output().expect("ps runs");
    let demos = folder.join("tidegate-").to_string_lossy().into_owned();
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().filter(|line| line.contains(&demos)).map(str::to_owned).collect()
}

/// Waits until no process and no folder is left of the demos in a folder.
fn wait_until_nothing_is_left(folder: &Path) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = [processes(folder), entries(folder)].concat();
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "left behind: {left:?}");
        std::thread::yield_now();
    }
}

/// Opens the console on a demo in this folder, and waits for the board.
fn open_demo(scratch: &Scratch, folder: &Path) -> Terminal {
    let mut command = scratch.tidegate();
    command.args(["demo", "--dir"]).arg(folder);
    let terminal = Terminal::start(&command, 120, 40);
    terminal.wait_until("both environments", |screen| screen.contains("2 pending") && screen.contains("5 pending"));
    terminal
}

#[test]
fn nothing_is_left_when_the_operator_quits() {
    let (scratch, folder) = (Scratch::new(), open_folder());
    let mut terminal = open_demo(&scratch, folder.path());
    assert!(!processes(folder.path()).is_empty());
    terminal.send("q");
    assert!(terminal.wait_for_end().success());
    wait_until_nothing_is_left(folder.path());
}

#[test]
fn nothing_is_left_when_the_console_is_killed() {
    let (scratch, folder) = (Scratch::new(), open_folder());
    let mut terminal = open_demo(&scratch, folder.path());
    terminal.kill();
    assert!(!terminal.wait_for_end().success());
    wait_until_nothing_is_left(folder.path());
}

#[tokio::test]
async fn the_demo_shows_what_it_promises_and_stays_when_it_is_to() {
    let (scratch, folder) = (Scratch::new(), open_folder());
    let mut kept = Kept::start(&scratch, folder.path());
    let context = kept.context();
    let catalogue = context.read_catalogue().unwrap();
    assert_eq!(catalogue.problems, []);
    assert!(catalogue.migrations.iter().all(|migration| migration.down.is_some()));

    let mut views = Vec::new();
    for environment in &context.config.environments {
        views.push(look(&context, environment).await.unwrap_or_else(|error| panic!("{error}")));
    }
    let pasts: Vec<_> = views.iter().map(|view| Some(view.past.clone())).collect();
    let board = Board::build(&catalogue, &pasts);
    let counts = |column: usize| -> BTreeMap<&str, u32> {
        board.columns[column].counts.present().map(|(status, count)| (status.words(), count)).collect()
    };
    assert_eq!(counts(0), BTreeMap::from([("applied", 40), ("pending", 2), ("missing file", 1)]));
    assert_eq!(counts(1), BTreeMap::from([("applied", 35), ("pending", 5), ("changed", 1), ("rolled back", 1)]));

    let in_production = |wanted: Status| {
        let row = board.columns[1].cells.iter().position(|cell| cell.status == Some(wanted)).unwrap();
        board.history(row, 1).unwrap().clone()
    };
    let rolled_back = in_production(Status::RolledBack);
    let facts = rolled_back.facts.expect("Tidegate recorded the rollback");
    assert!(facts.reason.is_some_and(|reason| reason.contains("nightly load")), "{:?}", facts.ticket);
    assert!(rolled_back.rollback_at.is_some_and(|at| at > rolled_back.applied_at));
    let changed = in_production(Status::Changed);
    assert_eq!(&*changed.name, "20260831101500_alter_campaigns_add_owner");

    let corrected = board.history(board.position(&changed.name).unwrap(), 0).unwrap();
    assert_eq!(corrected.facts.as_ref().map(|facts| facts.rounds), Some(1));

    let production = &context.config.environments[1];
    let standings = |given: &[GivenApproval]| {
        let column = &board.columns[1];
        context.standings(production, &catalogue, (&board.rows, column), given, &views[1].info.user)
    };
    let lacking: Vec<_> = standings(&views[1].approvals).into_iter().filter(|one| !one.is_approved()).collect();
    assert_eq!(lacking.len(), 1, "{lacking:#?}");
    assert_eq!(lacking[0].migration, "20261118141500_drop_reports");
    assert_eq!(lacking[0].missing_words(), "production approval");
    let by_hand = ["approve", "production", "20261118141500_drop_reports", "--user", "reviewer"];
    let mut command = scratch.tidegate();
    let open = Run::of(command.args(by_hand).arg("--config").arg(kept.config()));
    assert!(open.code() == Some(4) && open.errors.contains("tested-locally"), "{open:?}");
    let yes = "existing-data,indexes,rls-policies,performance,tested-locally,rollback-tested,no-breaking-changes,\
               api-compatible";
    command.args(["--yes-to", yes, "--answer", "tested-volume=no: the table has ninety rows"]);
    let said = Run::of(&mut command).expect_success();
    assert!(said.contains("It has all that it needs for production."), "{said}");

    for (view, environment) in views.iter().zip(&context.config.environments) {
        let marker = view.marker.as_ref().expect("each database says which environment it is");
        assert_eq!((&*marker.name, &*marker.tier), (environment.name.as_str(), environment.tier.word()));
        assert!(!view.info.is_superuser);
        let moments = view.past.rows.iter().map(|row| row.applied_at);
        let (first, last) = (moments.clone().min().unwrap(), moments.max().unwrap());
        assert!(last < view.read_at && last.duration_since(first).as_hours() > 24 * 7);
    }

    kept.stop();
    wait_until_nothing_is_left(folder.path());
}

/// The schema as `pg_dump` writes it, and the rows that migrations move about.
fn picture(server: &Server, url: &str) -> String {
    let program = find_client("pg_dump", server.programs().version.major).unwrap_or_else(|error| panic!("{error}"));
    let mut command = Command::new(program.path);
    command.args(["--schema-only", "--schema=scout_*", "--dbname", url]);
    let dump = Run::of(&mut command).expect_success();
    // A word that is another one each time.
    dump.lines().filter(|line| !line.contains("restrict ")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_rollback_of_the_sample_restores_the_schema_and_lets_its_migration_be_applied_again() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
    let server = Server::own();
    server.execute("CREATE ROLE deployer LOGIN");
    let database = server.database_named("scout");
    server.execute("ALTER DATABASE scout OWNER TO deployer");
    let run = |before: &str, file: &Path| {
        let mut psql = database.psql();
        Run::of(psql.args(["--quiet", "--command", before, "--file"]).arg(file)).expect_success();
    };
    let as_owner = |file: &Path| run("SET SESSION AUTHORIZATION deployer", file);
    run("SELECT", &demo.join("servers/platform.sql"));

    let mut files: Vec<PathBuf> =
        std::fs::read_dir(demo.join("supabase/migrations")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let down = |up: &Path| {
        let name = up.file_stem().unwrap().to_string_lossy().into_owned();
        demo.join("supabase/rollbacks").join(format!("{name}.down.sql"))
    };
    let picture = || picture(&server, database.url());
    let mut pictures = Vec::new();
    for up in &files {
        // The first migrations make the schemas: there is nothing to draw before.
        pictures.push((!pictures.is_empty()).then(&picture));
        as_owner(up);
        if up.ends_with("20260721140000_create_reports.sql") {
            run("SET scout.scale = '0.01'", &demo.join("servers/rows.sql"));
        }
    }
    for (up, before) in files.iter().zip(&pictures).rev() {
        as_owner(&down(up));
        let after = before.is_some().then(&picture);
        assert!(after == *before, "{}: the schema differs", down(up).display());
    }
    for up in &files {
        as_owner(up);
    }
}
