use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use std::time::Duration;

use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::migration::checksum::Checksum;

struct Project {
    folder: TempDir,
    layout: Layout,
}

impl Project {
    fn new() -> Self {
        Project::with_rollbacks(None)
    }

    fn with_rollbacks(rollbacks: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let migrations = folder.path().join("migrations");
        fs::create_dir(&migrations).unwrap();
        let rollbacks = rollbacks.map(|name| folder.path().join(name));
        let layout = Layout { migrations, rollbacks, history_table: TableName::default() };
        Project { folder, layout }
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    fn read(&self) -> Catalogue {
        Catalogue::read(&self.layout).unwrap()
    }

    fn problems(&self) -> Vec<String> {
        let root = format!("{}/", self.folder.path().display());
        self.read().problems.iter().map(|problem| problem.to_string().replace(&root, "")).collect()
    }
}

fn names(catalogue: &Catalogue) -> Vec<&str> {
    catalogue.migrations.iter().map(|migration| migration.name.as_str()).collect()
}

#[test]
fn migrations_come_in_order_with_their_rollbacks_and_headers() {
    let project = Project::new();
    project
        .write("migrations/20260802100000_alter_b.sql", "-- Author: berta\nselect 2;")
        .write("migrations/20260801100000_create_a.sql", "-- Author: adele\nselect 1;")
        .write("migrations/20260801100000_create_a.down.sql", "select -1;")
        .write("migrations/.gitkeep", "")
        .write("migrations/.20260801100000_create_a.sql.swp", "")
        .write("migrations/README.md", "notes");
    let catalogue = project.read();
    assert_eq!(names(&catalogue), ["20260801100000_create_a", "20260802100000_alter_b"]);
    assert_eq!(catalogue.problems, []);
    let first = catalogue.find("20260801100000_create_a").unwrap();
    assert_eq!(first.header.author.as_deref(), Some("adele"));
    assert_eq!(first.up.checksum, Checksum::of(b"-- Author: adele\nselect 1;"));
    assert_eq!(first.down.as_ref().unwrap().checksum, Checksum::of(b"select -1;"));
    assert!(catalogue.migrations[1].down.is_none());
    assert_eq!(catalogue.index_of("20260802100000_alter_b"), Some(1));
    assert_eq!(catalogue.find("20260802100000_alter_c"), None);
    assert_eq!(catalogue.find("not a name"), None);
}

#[test]
fn rollbacks_may_lie_in_a_folder_of_their_own() {
    let project = Project::with_rollbacks(Some("rollbacks"));
    project
        .write("migrations/20260801100000_create_a.sql", "select 1;")
        .write("rollbacks/20260801100000_create_a.down.sql", "select -1;");
    let catalogue = project.read();
    assert_eq!(catalogue.problems, []);
    assert!(
        catalogue.migrations[0].down.as_ref().unwrap().path.ends_with("rollbacks/20260801100000_create_a.down.sql")
    );
}

#[test]
fn a_folder_of_rollbacks_that_is_the_folder_of_migrations_is_read_once() {
    let project = Project::with_rollbacks(Some("migrations"));
    project
        .write("migrations/20260801100000_create_a.sql", "select 1;")
        .write("migrations/20260801100000_create_a.down.sql", "select -1;");
    assert_eq!(project.read().problems, []);
    assert_eq!(names(&project.read()), ["20260801100000_create_a"]);
}

#[test]
fn what_is_not_as_it_should_be_is_listed() {
    let project = Project::with_rollbacks(Some("rollbacks"));
    project
        .write("migrations/20260801100000_create_a.sql", "select 1;")
        .write("migrations/20260801100000_seed_a.sql", "select 1;")
        .write("migrations/20260801100000_create_a.down.sql", "select 1;")
        .write("rollbacks/20260801100000_create_a.down.sql", "select 2;")
        .write("rollbacks/20260801100001_create_b.down.sql", "select 2;")
        .write("rollbacks/20260801100000_create_a.sql", "select 2;")
        .write("migrations/create_c.sql", "select 1;")
        .write("migrations/20260801100002_create_d.SQL", "select 1;")
        .write("migrations/20260801100003_\u{1b}[2J.sql", "select 1;");
    fs::create_dir(project.layout.migrations.join("20260801100004_create_e.sql")).unwrap();
    symlink("nowhere", project.layout.migrations.join("20260801100005_create_f.sql")).unwrap();
    symlink("20260801100006_create_g.sql", project.layout.migrations.join("20260801100006_create_g.sql")).unwrap();
    fs::write(project.layout.migrations.join(std::ffi::OsStr::from_bytes(b"\xff.sql")), "").unwrap();
    let problems = project.problems();
    let expected = [
        ("migrations/20260801100000_create_a.down.sql", "rollbacks/20260801100000_create_a.down.sql too"),
        ("migrations/20260801100000_seed_a.sql", "the same version as 20260801100000_create_a"),
        ("migrations/20260801100002_create_d.SQL", "did you mean 20260801100002_create_d.sql?"),
        ("migrations/20260801100003_\\x1b[2J.sql", "none of the types"),
        ("migrations/20260801100004_create_e.sql", "is not a file"),
        ("migrations/20260801100005_create_f.sql", "a link to a file that does not exist"),
        ("migrations/20260801100006_create_g.sql", "could not be read"),
        ("migrations/create_c.sql", "must begin with the moment"),
        ("migrations/\u{fffd}.sql", "not UTF-8"),
        ("rollbacks/20260801100000_create_a.sql", "did you mean 20260801100000_create_a.down.sql?"),
        ("rollbacks/20260801100001_create_b.down.sql", "rolls back a migration that has no file"),
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, (path, what)) in problems.iter().zip(expected) {
        assert!(problem.starts_with(path) && problem.contains(what), "{problem}");
    }
    let catalogue = project.read();
    assert_eq!(names(&catalogue), ["20260801100000_create_a", "20260801100000_seed_a"]);
    assert_eq!(catalogue.migrations[0].down.as_ref().unwrap().checksum, Checksum::of(b"select 2;"));
}

#[test]
fn a_rollback_whose_migration_cannot_be_read_is_no_orphan() {
    let project = Project::new();
    project.write("migrations/20260801100000_create_a.down.sql", "select 1;");
    symlink("nowhere", project.layout.migrations.join("20260801100000_create_a.sql")).unwrap();
    let problems = project.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("a link to a file"));
}

#[test]
fn a_pipe_is_not_waited_for() {
    let project = Project::new();
    let pipe = project.layout.migrations.join("20260801100000_create_a.sql");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    assert!(project.problems()[0].contains("is not a file"));
}

#[test]
fn a_missing_folder_of_rollbacks_is_a_problem_and_one_of_migrations_an_error() {
    let project = Project::with_rollbacks(Some("rollbacks"));
    assert_eq!(project.problems(), ["rollbacks: the folder of rollbacks does not exist"]);
    fs::remove_dir(&project.layout.migrations).unwrap();
    let error = Catalogue::read(&project.layout).unwrap_err().to_string();
    assert!(error.contains("migrations could not be read") && error.contains("configuration"), "{error}");
}

#[test]
fn a_refresh_sees_what_came_went_and_changed_and_nothing_else() {
    let project = Project::new();
    let (a, b) = ("migrations/20260801100000_create_a.sql", "migrations/20260801100001_create_b.sql");
    project.write(a, "select 1;").write(b, "select 2;");
    let first = project.read();

    // The same length within the same second: only the bytes can tell.
    project.write(a, "select 3;");
    let changed = first.refresh(&project.layout).unwrap().unwrap();
    assert_eq!(changed.migrations[0].up.checksum, Checksum::of(b"select 3;"));
    assert_eq!(changed.migrations[1], first.migrations[1]);

    project.write("migrations/20260801100000_create_a.down.sql", "select -1;");
    let with_rollback = changed.refresh(&project.layout).unwrap().unwrap();
    assert!(with_rollback.migrations[0].down.is_some());

    fs::remove_file(project.folder.path().join(b)).unwrap();
    let without_b = with_rollback.refresh(&project.layout).unwrap().unwrap();
    assert_eq!(names(&without_b), ["20260801100000_create_a"]);

    project.write("migrations/oops.sql", "");
    let with_problem = without_b.refresh(&project.layout).unwrap().unwrap();
    assert_eq!(with_problem.problems.len(), 1);
}

#[rstest]
#[case::a_migration(&["20260101000000_create_a.sql"])]
#[case::a_rollback(&["20260101000000_create_a.down.sql"])]
#[case::both(&["20260101000000_create_a.sql", "20260101000000_create_a.down.sql"])]
fn files_that_were_written_are_read_without_a_look_at_the_others(#[case] written: &[&str]) {
    let project = Project::new();
    project
        .write("migrations/20260101000000_create_a.sql", "-- Author: ana\nSELECT 1;")
        .write("migrations/20260101000000_create_a.down.sql", "");
    project.write("migrations/20260102000000_create_b.sql", "SELECT 2;");
    let before = project.read();
    let paths: Vec<PathBuf> = written.iter().map(|name| project.layout.migrations.join(name)).collect();
    for name in written {
        project.write(&format!("migrations/{name}"), "-- Author: bo\nSELECT 3;");
    }
    let after = before.rewritten(paths.iter().map(PathBuf::as_path)).expect("known files");
    assert_eq!(after, project.read());
    assert_ne!(after, before);
}

#[rstest]
#[case::new("20260103000000_create_c.sql")]
#[case::gone("20260102000000_create_b.sql")]
#[case::elsewhere("../20260101000000_create_a.sql")]
#[case::no_migration("notes.sql")]
fn files_that_came_or_went_need_a_look_at_the_folders(#[case] path: &str) {
    let project = Project::new();
    project.write("migrations/20260101000000_create_a.sql", "").write("migrations/20260102000000_create_b.sql", "");
    let before = project.read();
    fs::remove_file(project.layout.migrations.join("20260102000000_create_b.sql")).unwrap();
    assert_eq!(before.rewritten([project.layout.migrations.join(path).as_path()]), None);
}

#[rstest]
#[case::a_migration("20260101000000_create_a.sql", false)]
#[case::no_migration("notes.SQL", false)]
#[case::an_editors("4913", true)]
#[case::hidden(".20260101000000_create_a.sql.swp", true)]
#[case::hidden_sql(".20260101000000_create_a.sql", true)]
#[case::the_folder("", false)]
#[case::elsewhere("sub/4913", false)]
fn what_is_no_migrations_file_is_passed_over(#[case] path: &str, #[case] expected: bool) {
    let project = Project::new();
    let path = if path.is_empty() { project.layout.migrations.clone() } else { project.layout.migrations.join(path) };
    assert_eq!(project.layout.passes_over(&path), expected);
}

#[test]
fn a_refresh_without_a_change_gives_nothing() {
    let project = Project::new();
    project.write("migrations/20260801100000_create_a.sql", "select 1;").write("migrations/oops.sql", "");
    assert_eq!(project.read().refresh(&project.layout).unwrap(), None);
}

#[test]
fn files_that_lay_still_are_known_again_without_reading_them() {
    let project = Project::with_rollbacks(Some("rollbacks"));
    let (a, b) = ("migrations/20260801100000_create_a.sql", "rollbacks/20260801100000_create_a.down.sql");
    project.write(a, "select 1;").write(b, "select -1;");
    let in_an_hour = SystemTime::now() + Duration::from_secs(3600);
    let settled = Catalogue::default().look_again(&project.layout, in_an_hour).unwrap().catalogue;
    assert!(settled.is_as_it_was(&project.layout));
    assert_eq!(settled.refresh(&project.layout).unwrap(), None);

    project.write(b, "select -10;");
    let changed = settled.refresh(&project.layout).unwrap().unwrap();
    assert_eq!(changed.migrations[0].down.as_ref().unwrap().checksum, Checksum::of(b"select -10;"));

    let settled = changed.look_again(&project.layout, in_an_hour).unwrap().catalogue;
    project.write("migrations/20260801100001_create_c.sql", "");
    assert_eq!(settled.refresh(&project.layout).unwrap().unwrap().migrations.len(), 2);

    fs::remove_file(project.folder.path().join("migrations/20260801100001_create_c.sql")).unwrap();
    fs::remove_file(project.folder.path().join(b)).unwrap();
    assert_eq!(settled.refresh(&project.layout).unwrap().unwrap().migrations[0].down, None);
}

#[test]
fn a_file_larger_than_the_buffer_is_read_to_its_end() {
    let project = Project::new();
    let content = "-- Author: adele\n".to_owned() + &"select 1;\r\n".repeat(100_000);
    project.write("migrations/20260801100000_create_a.sql", &content);
    let catalogue = project.read();
    let up = &catalogue.migrations[0].up;
    assert_eq!(up.bytes, content.len() as u64);
    assert_eq!(up.checksum, Checksum::of(content.as_bytes()));
    assert_eq!(up.normalised, Checksum::of(content.replace("\r\n", "\n").as_bytes()));
}

#[test]
fn many_files_come_in_order_too() {
    let project = Project::new();
    for number in 0..500 {
        project.write(
            &format!("migrations/2026080110{:02}{:02}_create_t{number}.sql", number / 60, number % 60),
            number.to_string(),
        );
    }
    let catalogue = project.read();
    assert_eq!(catalogue.migrations.len(), 500);
    assert!(catalogue.migrations.is_sorted_by_key(|migration| migration.name.clone()));
    for (number, migration) in catalogue.migrations.iter().enumerate() {
        assert_eq!(migration.up.checksum, Checksum::of(number.to_string().as_bytes()));
    }
}
