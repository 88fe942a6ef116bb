//! Throwaway clusters: they start, serve, and leave nothing behind.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal};
use tidegate::postgres::cluster::{Cluster, ClusterError, ClusterOptions, Shutdown, sweep};
use tidegate::postgres::programs::find_servers;

use crate::support::{PATIENCE, Run, Server, every_installation};

fn options() -> ClusterOptions {
    ClusterOptions::new(find_servers().into_iter().next().unwrap())
}

#[test]
fn two_start_at_once_and_go_without_a_trace() {
    let clusters = Cluster::start_all(vec![options(), options()]).unwrap();
    let mut left = Vec::new();
    for cluster in &clusters {
        assert!(cluster.socket_dir().join(format!(".s.PGSQL.{}", cluster.port())).exists());
        left.push((cluster.directory().to_owned(), cluster.process_id().unwrap()));
    }
    assert_ne!(left[0].0, left[1].0);
    drop(clusters);
    for (folder, process) in left {
        assert!(!folder.exists(), "{}", folder.display());
        assert!(!runs(process));
    }
}

#[test]
fn every_version_on_this_machine_starts() {
    for programs in every_installation() {
        let cluster = Cluster::start(ClusterOptions::new(programs)).unwrap();
        assert!(cluster.process_id().is_some());
        cluster.stop();
    }
}

#[test]
fn settings_hold_and_data_outlives_a_halt() {
    let mut server = Server::own_with(|options| {
        options.durable = true;
        options.settings.push(("application_name".to_owned(), "it's tide".to_owned()));
    });
    let database = server.database_named("durable");
    database.execute("CREATE TABLE kept AS SELECT 7 AS number");
    for shutdown in [Shutdown::Immediate, Shutdown::Fast] {
        server.halt(shutdown);
        assert_eq!(server.process_id(), None);
        server.resume().unwrap();
        assert_eq!(database.value("SELECT number FROM kept"), "7");
    }
    assert_eq!(database.value("SHOW fsync"), "on");
    assert_eq!(database.value("SHOW application_name"), "it's tide");
    assert_eq!(database.value("SHOW listen_addresses"), "");
    assert!(database.url().contains("durable"));
}

#[test]
fn a_server_that_does_not_start_says_why_and_leaves_nothing() {
    let parent = tempfile::tempdir_in("/tmp").unwrap();
    open_to_all(parent.path());
    let options = ClusterOptions {
        parent: Some(parent.path().to_owned()),
        settings: vec![("no_such_setting".to_owned(), "1".to_owned())],
        ..options()
    };
    let error = Cluster::start(options).unwrap_err();
    assert!(matches!(&error, ClusterError::Server { log, .. } if log.contains("no_such_setting")), "{error}");
    assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_too_deep_for_a_socket_serves_nevertheless() {
    let parent = tempfile::tempdir_in("/tmp").unwrap();
    open_to_all(parent.path());
    let deep = parent.path().join("deep".repeat(20));
    let cluster = Cluster::start(ClusterOptions { parent: Some(deep.clone()), ..options() }).unwrap();
    assert!(cluster.directory().starts_with(&deep));
    let sockets = cluster.socket_dir().to_owned();
    assert!(!sockets.starts_with(&deep) && sockets.join(".s.PGSQL.5432").exists());
    drop(cluster);
    assert!(!sockets.exists());
}

#[test]
fn a_kept_cluster_runs_on_until_it_is_stopped() {
    let parent = tempfile::tempdir_in("/tmp").unwrap();
    open_to_all(parent.path());
    let cluster = Cluster::start(ClusterOptions { parent: Some(parent.path().to_owned()), ..options() }).unwrap();
    let (folder, process) = (cluster.directory().to_owned(), cluster.process_id().unwrap());
    let words = cluster.keep().unwrap();
    assert!(folder.exists() && runs(process));
    assert!(sweep().iter().all(|swept| *swept != folder));
    Run::of(Command::new(&words[0]).args(&words[1..])).expect_success();
    wait_until("the server is gone", || !runs(process));
}

/// Not a test by itself: the owner that the tests below kill. It starts a cluster, says where, and waits.
#[test]
fn an_owner() {
    if std::env::var_os(OWNER).is_none() {
        return;
    }
    let cluster = Cluster::start(options()).unwrap();
    println!("\n{FOLDER}{}", cluster.directory().display());
    println!("{SERVER}{}", cluster.process_id().unwrap());
    let _ = std::io::stdin().read_line(&mut String::new());
}

const OWNER: &str = "TIDEGATE_TEST_OWNER";
const FOLDER: &str = "folder: ";
const SERVER: &str = "server: ";

/// A process that owns a cluster.
struct Owner {
    process: Child,
    folder: PathBuf,
    server: u32,
}

impl Owner {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cluster::an_owner", "--nocapture"])
            .env(OWNER, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut value = |label: &str| {
            lines.find_map(|line| line.strip_prefix(label).map(str::to_owned)).expect("the owner says what it owns")
        };
        Self { folder: PathBuf::from(value(FOLDER)), server: value(SERVER).parse().unwrap(), process }
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[test]
fn nothing_is_left_of_an_owner_that_was_killed() {
    let mut owner = Owner::start();
    assert!(owner.folder.exists() && runs(owner.server));
    owner.kill();
    wait_until("the watchdog has stopped the server and removed the folder", || {
        !runs(owner.server) && !owner.folder.exists()
    });
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_watchdog_could_not_remove_is_swept_away() {
    let mut owner = Owner::start();
    kill(watchdog_of(&owner.folder));
    owner.kill();
    assert!(owner.folder.exists() && runs(owner.server));
    // Another test's sweep may be faster.
    sweep();
    wait_until("the sweep has stopped the server and removed the folder", || {
        !runs(owner.server) && !owner.folder.exists()
    });
}

#[cfg(target_os = "linux")]
fn watchdog_of(folder: &Path) -> u32 {
    let is_watchdog = |process: &u32| {
        let words = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let words: Vec<_> = words.split(|byte| *byte == 0).collect();
        words.contains(&"tidegate-watchdog".as_bytes()) && words.contains(&folder.as_os_str().as_encoded_bytes())
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
        .find(is_watchdog)
        .expect("the folder has a watchdog")
}

#[cfg(target_os = "linux")]
fn kill(process: u32) {
    rustix::process::kill_process(id(process), Signal::KILL).unwrap();
    wait_until("the process is gone", || !runs(process));
}

fn runs(process: u32) -> bool {
    // An orphan that nobody waits for stays in the table of processes, but no longer runs.
    let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let is_dead = state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'));
    !is_dead && rustix::process::test_kill_process(id(process)).is_ok()
}

fn id(process: u32) -> Pid {
    Pid::from_raw(i32::try_from(process).unwrap()).unwrap()
}

/// Processes end when they end: this one cannot be told of it.
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::yield_now();
    }
}

/// The server's user must get through.
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}
