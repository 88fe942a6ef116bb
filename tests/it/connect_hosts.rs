//! Several hosts: which one is taken.

use std::process::Command;

use tidegate::postgres::ConnectError;
use tidegate::postgres::programs::find_client;

use crate::connect::{open, refusal};
use crate::support::{Run, Server};

/// A URL that lists servers.
fn url(servers: &[&Server], attributes: &str) -> String {
    let list =
        |part: &dyn Fn(&Server) -> String| servers.iter().map(|server| part(server)).collect::<Vec<_>>().join(",");
    let folders = list(&|server| server.socket_dir().display().to_string());
    let ports = list(&|server| server.port().to_string());
    format!("postgresql://postgres@/postgres?host={folders}&port={ports}&target_session_attrs={attributes}")
}

#[tokio::test]
async fn the_host_of_the_kind_asked_for_is_found() {
    let primary = Server::own();
    let standby = primary.standby();
    let both = [&primary, &standby];
    let swapped = [&standby, &primary];
    for (attributes, is_standby) in
        [("primary", false), ("read-write", false), ("standby", true), ("read-only", true), ("prefer-standby", true)]
    {
        for servers in [both, swapped] {
            let connection = open(&url(&servers, attributes)).await.unwrap();
            assert_eq!(connection.info().in_recovery, is_standby, "{attributes}");
        }
    }
    assert!(!open(&url(&both, "any")).await.unwrap().info().in_recovery);
    assert!(open(&url(&swapped, "any")).await.unwrap().info().in_recovery);
    assert!(!open(&url(&[&primary], "prefer-standby")).await.unwrap().info().in_recovery);

    let primary_info = open(&url(&[&primary], "any")).await.unwrap().info().clone();
    let standby_info = open(&url(&[&standby], "any")).await.unwrap().info().clone();
    assert_eq!(primary_info.system_identifier, standby_info.system_identifier);

    let refused = refusal(&url(&[&standby], "read-write")).await;
    assert!(matches!(&refused, ConnectError::TargetSession { found: "a standby", .. }), "{refused}");
    let refused = refusal(&url(&[&primary], "read-only")).await;
    assert!(matches!(&refused, ConnectError::TargetSession { found: "open for writing", .. }), "{refused}");
}

#[tokio::test]
async fn a_server_whose_sessions_only_read_is_not_open_for_writing() {
    let server = Server::own_with(|options| {
        options.settings.push(("default_transaction_read_only".to_owned(), "on".to_owned()));
    });
    let refused = refusal(&url(&[&server], "read-write")).await;
    assert!(matches!(&refused, ConnectError::TargetSession { found: "read-only", .. }), "{refused}");
    assert!(open(&url(&[&server], "read-only")).await.is_ok());
}

#[tokio::test]
async fn a_host_that_is_down_or_not_ready_is_passed_over() {
    let primary = Server::own();
    let mut down = Server::own();
    down.halt(tidegate::postgres::cluster::Shutdown::Immediate);
    let connection = open(&url(&[&down, &primary], "any")).await.unwrap();
    assert!(connection.info().server_host.starts_with(&*primary.socket_dir().to_string_lossy()));

    let refused = refusal(&url(&[&down, &down], "any")).await;
    assert!(matches!(refused, ConnectError::Refused { .. }), "{refused}");
    let refused = refusal(&url(&[&down, &primary], "standby")).await;
    let ConnectError::AllHosts(reasons) = &refused else { panic!("{refused}") };
    assert!(
        matches!(reasons.as_slice(), [ConnectError::Refused { .. }, ConnectError::TargetSession { .. }]),
        "{refused}"
    );
}

#[tokio::test]
async fn a_server_that_lets_nobody_in_yet_says_so() {
    let primary = Server::own();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("base");
    let program = find_client("pg_basebackup", primary.programs().version.major).unwrap();
    Run::of(
        Command::new(program.path)
            .args(["--dbname", &primary.url(""), "--checkpoint", "fast", "--write-recovery-conf", "--no-sync"])
            .arg("--pgdata")
            .arg(&copy),
    )
    .expect_success();
    let closed = Server::own_with(|options| {
        options.template = Some(copy);
        options.settings.push(("hot_standby".to_owned(), "off".to_owned()));
    });
    let refused = refusal(&url(&[&closed], "any")).await;
    assert!(matches!(refused, ConnectError::StartingUp { .. }), "{refused}");
    assert!(refused.may_pass());
    let connection = open(&url(&[&closed, &primary], "any")).await.unwrap();
    assert!(!connection.info().in_recovery);
}
