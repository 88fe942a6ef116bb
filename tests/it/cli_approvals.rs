//! Approvals on the command line: who may give them, what counts, and that nothing is applied without them.

use serde_json::Value;

use crate::support::Run;
use crate::support::office::{A, B, Office};

fn refused(run: Run) -> String {
    assert_eq!(run.code(), Some(4), "{run:?}");
    run.errors + &run.output
}

#[test]
fn nothing_reaches_production_without_the_approvals_that_it_needs() {
    let office = Office::open("", "");
    let said = refused(office.apply());
    assert!(said.contains(&format!("{A} lacks production approval.")), "{said}");
    assert!(said.contains(&format!("{B} lacks production and security approval.")), "{said}");
    assert!(said.contains("Line 4 changes who may do what: GRANT SELECT ON a TO PUBLIC."), "{said}");
    assert!(said.contains(&format!("tidegate approve production {A} {B} --user ROLE")), "{said}");
    assert_eq!(office.applied(), [""; 0]);
    let waived = office.run(&["apply", "production", "--confirm", "production", "--waive", "approved=in a hurry"]);
    assert!(matches!(waived.code(), Some(2 | 4)), "{waived:?}");
    assert_eq!(office.run(&["apply", "production", "--dry-run"]).code(), Some(4));

    let given = office.approve("reviewer", &[A, B, "--note", "looks good"]);
    let said = given.expect_success();
    assert!(said.contains("Approved for production by reviewer: production, security."), "{said}");
    assert_eq!(office.run(&["approvals", "production"]).code(), Some(0));
    office.apply().expect_success();
    assert_eq!(office.applied(), [A, B]);
    let report = office.run(&["report", "production", "--format", "json"]);
    assert!(report.output.contains("every migration has those that it needs, from reviewer"), "{report:?}");
    // Nothing waits for an approval on the way back.
    let back = ["rollback", "production", "--reason", "it broke", "--confirm", "production"];
    office.run(&back).expect_success();
}

#[test]
fn whoever_applies_wrote_or_does_not_belong_cannot_approve() {
    let office = Office::open("security = { roles = ['guards'] }", "");
    let by_applier = refused(office.run(&["approve", "production", A]));
    assert!(by_applier.contains("deployer applies migrations in production and so cannot approve"), "{by_applier}");
    let by_author = refused(office.run_as("ANA", &["approve", "production", A, "--user", "reviewer"]));
    assert!(by_author.contains("nobody approves their own migration"), "{by_author}");
    office.scratch.write(".git/config", "[core]\nrepositoryformatversion = 0\n[user]\nname = Ana Lopez\n");
    office.scratch.write(".git/HEAD", "ref: refs/heads/main\n");
    for folder in [".git/objects", ".git/refs"] {
        std::fs::create_dir_all(office.scratch.path().join(folder)).unwrap();
    }
    let by_committer = refused(office.run(&["approve", "production", A, "--user", "reviewer"]));
    assert!(by_committer.contains("this is carl tester, Ana Lopez as reviewer"), "{by_committer}");
    std::fs::remove_dir_all(office.scratch.path().join(".git")).unwrap();
    let by_role = refused(office.run(&["approve", "production", A, "--user", "ana"]));
    assert!(by_role.contains("nobody approves their own migration"), "{by_role}");
    let no_guard = refused(office.run(&["approve", "production", B, "--kind", "security", "--user", "carl"]));
    assert!(no_guard.contains("carl cannot give") && no_guard.contains("a member of guards"), "{no_guard}");
    let not_needed = refused(office.run(&["approve", "production", A, "--kind", "retention", "--user", "carl"]));
    assert!(not_needed.contains("needs no retention approval"), "{not_needed}");
    assert_eq!(office.run(&["approve", "production", "2026010", "--user", "carl"]).code(), Some(2));
    assert_eq!(office.database.value("SELECT count(*) FROM tidegate.approvals"), "0", "all or nothing");

    // What carl can give he gives, and it is said what he cannot.
    let partly = office.approve("carl", &[B, "--format", "json"]).expect_success();
    let partly: Value = serde_json::from_str(&partly).unwrap();
    assert_eq!(partly["migrations"][0]["given"], serde_json::json!(["production"]));
    assert_eq!(partly["migrations"][0]["missing"], serde_json::json!(["security"]));
    let said = refused(office.apply());
    assert!(said.contains(&format!("{B} lacks security approval.")), "{said}");
    let status = office.json(&["status", "--format", "json"]);
    assert_eq!(
        status["migrations"][1]["environments"]["production"]["missing_approvals"],
        serde_json::json!(["security"])
    );

    // A word put into the table by hand, in the deployer's own name, is on record and counts for nothing.
    let sum = status["migrations"][1]["checksum"].as_str().unwrap().to_owned();
    let row =
        format!("INSERT INTO tidegate.approvals (migration, kind, checksum_up) VALUES ('{B}', 'security', '{sum}')");
    let mut psql = office.database.psql();
    let url = office.server.url_as("deployer", "office");
    Run::of(psql.args(["--dbname", &url, "--command", &row])).expect_success();
    let listed = office.json(&["approvals", "production", "--format", "json"]);
    let void = &listed["migrations"][1]["void"][0];
    assert_eq!((void["role"].as_str(), listed["migrations"][1]["approved"].as_bool()), (Some("deployer"), Some(false)));
    assert_eq!(office.run(&["approvals", "production"]).code(), Some(3));
}

#[test]
fn an_approval_is_of_the_files_as_they_were() {
    let office = Office::open("", "");
    let approve = || office.approve("reviewer", &[A, B]).expect_success();
    approve();
    office.scratch.write(
        format!("migrations/{A}.sql"),
        "-- Ticket: SCOUT-1\n-- Description: Wider.\nCREATE TABLE a (id bigint PRIMARY KEY);\n",
    );
    let said = refused(office.apply());
    assert!(said.contains("What reviewer gave for production does not count: the file was changed since."), "{said}");
    let nobodys = refused(office.approve("reviewer", &[A]));
    assert!(nobodys.contains("names no author, so nobody can tell whether you are a second person"), "{nobodys}");
    office.scratch.write(
        format!("migrations/{A}.sql"),
        "-- Author: @ana\n-- Ticket: SCOUT-1\n-- Description: Wider.\nCREATE TABLE a (id bigint PRIMARY KEY);\n",
    );
    approve();
    office.scratch.write(format!("migrations/{B}.down.sql"), "SELECT 1;\n");
    let said = refused(office.apply());
    assert!(said.contains("the rollback was changed since") && !said.contains(&format!("{A} lacks")), "{said}");
    approve();
    let withdrawn = office.run(&["approve", "production", B, "--user", "reviewer", "--withdraw"]).expect_success();
    assert!(withdrawn.contains("reviewer has withdrawn production, security"), "{withdrawn}");
    let again = refused(office.run(&["approve", "production", B, "--user", "reviewer", "--withdraw"]));
    assert!(again.contains("no approval there that could be withdrawn"), "{again}");
    let said = refused(office.apply());
    assert!(said.contains("withdrawn by reviewer"), "{said}");
    assert_eq!(office.applied(), [""; 0]);
}

#[test]
fn an_approval_withdrawn_after_preflight_stops_the_window_before_it_writes() {
    let program = env!("CARGO_BIN_EXE_tidegate");
    let withdraw =
        format!("[environment.hooks]\nannounce = \"{program} approve production {A} --user reviewer --withdraw\"");
    let office = Office::open("", &withdraw);
    office.approve("reviewer", &[A, B]).expect_success();
    let said = refused(office.apply());
    assert!(said.contains("1 gate is closed. Nothing was written."), "{said}");
    assert!(said.contains(&format!("{A} lacks production approval.")), "{said}");
    assert_eq!(office.applied(), [""; 0]);
}

#[test]
fn where_nothing_can_be_kept_it_is_said_how_that_is_mended() {
    let office = Office::open("", "");
    office.database.execute("DROP SCHEMA tidegate CASCADE");
    let said = refused(office.run(&["approve", "production", A, "--user", "reviewer"]));
    assert!(said.contains("tidegate mark production --confirm production"), "{said}");
    office.run(&["mark", "production", "--confirm", "production"]).expect_success();
    office.approve("reviewer", &[A]).expect_success();

    // A store of an older Tidegate: what there was goes on, and marking brings it up to date.
    let older = "DROP FUNCTION tidegate.approve, tidegate.withdraw_approval; DROP TABLE tidegate.approvals;
                 DROP FUNCTION tidegate.guard_approvals; DELETE FROM tidegate.version WHERE version = 2";
    office.database.execute(older);
    assert_eq!(office.run(&["status"]).code(), Some(3));
    assert_eq!(office.json(&["status", "--format", "json"])["environments"][0]["marker"]["name"], "production");
    refused(office.run(&["approve", "production", A, "--user", "reviewer"]));
    let said = office.run(&["mark", "production", "--confirm", "production"]).expect_success();
    assert!(said.contains("Brought the schema tidegate up to date."), "{said}");
    office.approve("reviewer", &[A]).expect_success();
}

#[test]
fn two_roles_are_two_and_no_tier_demands_none() {
    let office = Office::open("production = { count = 2 }", "");
    office.approve("reviewer", &[A]).expect_success();
    let said = refused(office.run(&["apply", "production", "--confirm", "production", "--only", A]));
    assert!(said.contains(&format!("{A} lacks production approval.")), "{said}");
    office.approve("carl", &[A]).expect_success();
    office.run(&["apply", "production", "--confirm", "production", "--only", A]).expect_success();

    let office = Office::open("tiers = ['staging']", "");
    assert!(office.run(&["approvals", "production"]).expect_success().contains("demands no approvals"));
    let said = refused(office.run(&["approve", "production", A, "--user", "reviewer"]));
    assert!(said.contains("demands no approvals"), "{said}");
    office.apply().expect_success();
}
