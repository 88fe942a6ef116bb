//! The checklist of a migration: what is ticked, what is asked, and that no approval goes without its answers.

use serde_json::{Value, json};

use crate::support::office::{A, ANSWERS, B, Office};
use crate::support::{Run, Terminal};

fn refused(run: Run) -> String {
    assert_eq!(run.code(), Some(4), "{run:?}");
    run.errors + &run.output
}

fn entry<'a>(listed: &'a Value, migration: usize, name: &str) -> &'a Value {
    let entries = listed["migrations"][migration]["checklist"].as_array().expect("a checklist");
    entries.iter().find(|entry| entry["entry"] == name).unwrap_or_else(|| panic!("{name}: {listed}"))
}

#[test]
fn what_rules_prove_is_ticked_and_the_rest_is_asked() {
    let office = Office::open("", "");
    let said = office.run(&["approvals", "production"]).output;
    for expected in [
        "  checklist: 7 of 13 settled",
        "    [x] naming               Nothing found by file-name, type-fits-contents, header-name.",
        "    [ ] tested-locally       Was it applied to a local database, and did it do what it should?",
        "    [!] rollback             Does its rollback bring back what was before? warning[rollback-records]",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    let listed = office.json(&["approvals", "production", "--format", "json"]);
    assert_eq!(listed["migrations"][0]["checklist"].as_array().map(Vec::len), Some(13));
    let ticked = entry(&listed, 0, "existing-data");
    assert_eq!((&ticked["state"], &ticked["question"]), (&json!("proved"), &Value::Null));
    let asked = entry(&listed, 1, "existing-data");
    assert_eq!((&asked["state"], &asked["list"]), (&json!("open"), &json!("review")));
    assert_eq!(asked["why"], "From line 4 on, it does more than make something new.");
    let against = entry(&listed, 0, "rollback");
    assert_eq!((&against["state"], &against["found"][0]["rule"]), (&json!("against"), &json!("rollback-records")));
}

#[test]
fn no_approval_goes_without_its_answers() {
    let office = Office::open("", "");
    let said = refused(office.run(&["approve", "production", A, B, "--user", "reviewer"]));
    for expected in [
        "Nothing was approved, because questions of the checklist are open.",
        "    rollback             Does its rollback bring back what was before?",
        "warning[rollback-records]",
        "    no-breaking-changes  Does the code that runs now go on working with it?",
        "--answer 'ENTRY=no: why it is approved all the same'",
    ] {
        assert!(said.contains(expected), "{expected}\n{said}");
    }
    // A yes against what rules found, and a no, count with a note only.
    let mut bare = [&["approve", "production", A, "--user", "reviewer"], &ANSWERS[..2]].concat();
    bare.extend(["--answer", "rollback=yes"]);
    let said = refused(office.run(&bare));
    assert!(said.contains("The answer yes needs a note that says why it is approved all the same."), "{said}");
    assert!(!said.contains("tested-locally"), "{said}");
    for (arguments, expected) in [
        (["--answer", "tested=yes"], "the checklist has no such entry"),
        (["--answer", "tested-locally=perhaps"], "the answer is `yes` or `no`"),
        (["--yes-to", "everything"], "possible values: naming"),
    ] {
        let run = office.run(&[&["approve", "production", A, "--user", "reviewer"], &arguments[..]].concat());
        assert!(run.code() == Some(2) && run.errors.contains(expected), "{run:?}");
    }
    let twice = ["approve", "production", A, "--yes-to", "tested-locally", "--answer", "tested-locally=no: x"];
    assert_eq!(office.run(&twice).code(), Some(2));
    assert_eq!(office.database.value("SELECT count(*) FROM tidegate.approvals"), "0", "all or nothing");

    // What the server was told by other means than Tidegate leaves the questions open.
    let sums = office.json(&["status", "--format", "json"]);
    let sum = sums["migrations"][0]["checksum"].as_str().unwrap();
    let down = office.json(&["approvals", "production", "--format", "json"]);
    assert_eq!(down["migrations"][0]["approved"], false);
    let by_hand = format!("SELECT tidegate.approve('{A}', 'production', '{sum}', NULL, 'x', NULL, NULL)");
    let mut psql = office.database.psql();
    let url = office.server.url_as("carl", "office");
    Run::of(psql.args(["--dbname", &url, "--command", &by_hand])).expect_success();
    std::fs::remove_file(office.scratch.path().join(format!("migrations/{A}.down.sql"))).unwrap();
    let said = office.run(&["approvals", "production"]).output;
    assert!(said.contains("does not count: production by carl (x)"), "{said}");
    assert!(
        said.contains("it leaves open what the checklist asks: tested-locally, tested-volume, rollback-tested"),
        "{said}"
    );
}

/// Lets carl tell the server by other means than Tidegate that a migration is approved.
fn by_hand(office: &Office, name: &str, answers: &str) {
    let digits = |file: String| {
        let bytes = std::fs::read(office.scratch.path().join(file)).unwrap();
        tidegate::migration::checksum::Checksum::of(&bytes).to_string()
    };
    let (up, down) = (digits(format!("migrations/{name}.sql")), digits(format!("migrations/{name}.down.sql")));
    let call =
        |kind: &str| format!("SELECT tidegate.approve('{name}', '{kind}', '{up}', '{down}', 'x', NULL, {answers});");
    let mut psql = office.database.psql();
    let url = office.server.url_as("carl", "office");
    let both = call("production") + &call("security");
    Run::of(psql.args(["--dbname", &url, "--command", &both])).expect_success();
}

#[test]
fn a_question_that_the_migration_asks_and_an_approval_leaves_open_is_told_wherever_it_is_missed() {
    let office = Office::open("", "");
    office.approve("reviewer", &[A]).expect_success();
    let always = r#"'{"tested-locally": {"answer": "yes"}, "tested-volume": {"answer": "yes"}, "rollback-tested": {"answer": "yes"}}'"#;
    by_hand(&office, B, always);
    let open = "it leaves open what the checklist asks: rollback, existing-data, rls-policies, no-breaking-changes, api-compatible";
    let by_carl = format!("What carl gave for production does not count: {open}.");
    let gate = refused(office.apply());
    assert!(gate.contains(&format!("{B} lacks production and security approval.")), "{gate}");
    assert!(gate.contains(&by_carl), "{gate}");
    let status = office.run(&["status"]).output;
    assert!(status.contains(&format!("no approval for production: {B}: {by_carl}")), "{status}");
    let status = office.json(&["status", "--format", "json"]);
    let void = &status["migrations"][1]["environments"]["production"]["void_approvals"];
    assert_eq!(void[0], json!({"approval": "production", "role": "carl", "why": open}));
    assert_eq!(status["migrations"][0]["environments"]["production"]["void_approvals"], json!([]));
    assert!(office.run(&["approvals", "production"]).output.contains(open));
    assert_eq!(office.applied(), [""; 0]);

    // The same role approves again, with the answers; what it left open before stands beside it and counts for nothing.
    let said = office.approve("carl", &[B]).expect_success().to_owned();
    assert!(said.contains("It has all that it needs for production."), "{said}");
    office.apply().expect_success();
}

#[test]
fn a_question_that_came_up_after_the_approval_closes_the_gate() {
    let office = Office::open("", "");
    office.approve("reviewer", &[A, B]).expect_success();
    assert_eq!(office.run(&["approvals", "production"]).code(), Some(0));
    // What a rule has proved, it proves no longer.
    let path = office.scratch.path().join("tidegate.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}\n[review.production]\nmissing-description = \"off\"\n")).unwrap();
    let gate = refused(office.apply());
    let why = "What reviewer gave for production does not count: it leaves open what the checklist asks: comments.";
    assert!(gate.contains(&format!("{A} lacks production approval. {why}")), "{gate}");
    assert_eq!(office.applied(), [""; 0]);
    office.approve("reviewer", &[A, B, "--yes-to", "comments"]).expect_success();
    office.apply().expect_success();
    assert_eq!(office.applied(), [A, B]);
}

#[test]
fn answers_are_kept_shown_and_reported() {
    let office = Office::open("", "");
    let mut arguments = ANSWERS.to_vec();
    arguments[1] = "existing-data,indexes,rls-policies,tested-locally,rollback-tested";
    arguments.extend(["--answer", "tested-volume=no: the table | is <new>"]);
    let given = office.run(&[&["approve", "production", A, B, "--user", "reviewer"], &arguments[..]].concat());
    let said = given.expect_success();
    assert!(said.contains("tested-volume        no: the table | is <new>"), "{said}");
    // Only what was asked of a migration is on record.
    let of = |name: &str, entry: &str| {
        office.database.value(&format!(
            "SELECT coalesce(answers ->> '{entry}', 'none') FROM tidegate.approvals
             WHERE migration = '{name}' AND kind = 'production'"
        ))
    };
    assert_eq!(
        (of(A, "existing-data"), of(B, "existing-data")),
        ("none".to_owned(), r#"{"answer": "yes"}"#.to_owned())
    );
    assert_eq!(of(B, "tested-volume"), r#"{"note": "the table | is <new>", "answer": "no"}"#);

    let listed = office.run(&["approvals", "production"]).expect_success();
    assert!(listed.contains("  checklist: 13 of 13 settled"), "{listed}");
    assert!(listed.contains("    [-] tested-volume        no by reviewer: the table | is <new>"), "{listed}");
    assert!(listed.contains("    [x] tested-locally       yes by reviewer"), "{listed}");
    let json = office.json(&["approvals", "production", "--format", "json"]);
    let answer = &entry(&json, 1, "tested-volume")["answers"];
    assert_eq!(answer.as_array().map(Vec::len), Some(1), "once a role: {answer}");
    assert_eq!((&answer[0]["role"], &answer[0]["answer"]), (&json!("reviewer"), &json!("no")));
    assert_eq!(json["migrations"][0]["needs"][0]["given"][0]["answers"]["rollback"]["answer"], "yes");

    office.apply().expect_success();
    let report = office.json(&["report", "production", "--format", "json"]);
    let approvals = &report["migrations"][1]["approvals"];
    assert_eq!((&approvals[0]["approval"], &approvals[1]["approval"]), (&json!("production"), &json!("security")));
    assert_eq!(approvals[0]["answers"]["tested-volume"], json!({"answer": "no", "note": "the table | is <new>"}));
    let proved = report["migrations"][0]["proved"].as_array().expect("a list");
    let naming = json!({"entry": "naming", "rules": ["file-name", "type-fits-contents", "header-name"]});
    assert_eq!((&proved[0], proved.len()), (&naming, 7), "{proved:?}");
    let page = office.run(&["report", "production"]).expect_success();
    assert!(
        page.contains(
            "- proved by rules, which found nothing\n  - naming: file-name, type-fits-contents, header-name\n"
        ),
        "{page}"
    );
    assert!(page.contains(&format!("## Approvals\n\n### {A}\n\n- production by reviewer (carl tester), ")), "{page}");
    assert!(page.contains("- production, security by reviewer (carl tester), "), "{page}");
    assert!(page.contains(r"  - tested-volume: no: the table \| is \<new\>"), "{page}");
}

#[test]
fn the_terminal_asks_each_question_and_wants_a_note_where_one_is_needed() {
    let office = Office::open("", "");
    let mut command = office.scratch.tidegate();
    command.args(["approve", "production", A, "--user", "reviewer", "--yes-to", "indexes,rls-policies"]);
    command.env("TIDEGATE_OPERATOR", "carl tester");
    let mut terminal = Terminal::start(&command, 100, 50);
    terminal.wait_for("4 questions for you");
    terminal.wait_for("Does its rollback bring back what was before?");
    assert!(terminal.screen().contains("1/4 rollback: Has corresponding rollback script"), "{}", terminal.screen());
    terminal.send("sure<enter>");
    terminal.wait_for("The answer is `yes` or `no`");
    terminal.send("y<enter>");
    terminal.wait_for("Why is it approved all the same?");
    terminal.send("<enter>");
    terminal.wait_for("Without a note it is not approved.");
    terminal.send("yes: it records nothing<enter>");
    terminal.wait_for("2/4 tested-locally");
    terminal.wait_for("Tidegate does not try migrations out");
    terminal.send("yes<enter>");
    terminal.wait_for("3/4 tested-volume");
    terminal.send("no: the table is new<enter>");
    terminal.wait_for("4/4 rollback-tested");
    terminal.send("y<enter>");
    assert_eq!(terminal.wait_for_end().exit_code(), 0, "{}", terminal.screen());
    assert!(terminal.screen().contains("Approved for production by reviewer: production."), "{}", terminal.screen());
    let noted = "SELECT answers -> 'tested-volume' ->> 'note' FROM tidegate.approvals";
    assert_eq!(office.database.value(noted), "the table is new");

    // Whoever ends the input has approved nothing.
    let mut command = office.scratch.tidegate();
    command.args(["approve", "production", A, "--user", "carl"]);
    let mut terminal = Terminal::start(&command, 100, 50);
    terminal.wait_for("Does its rollback bring back what was before?");
    terminal.send("<ctrl-d>");
    assert_eq!(terminal.wait_for_end().exit_code(), 4, "{}", terminal.screen());
    assert_eq!(office.database.value("SELECT count(*) FROM tidegate.approvals"), "1");
}

#[test]
fn a_file_that_changes_while_questions_are_answered_is_not_approved() {
    let office = Office::open("", "");
    let mut command = office.scratch.tidegate();
    command.args([&["approve", "production", A, "--user", "carl"], &ANSWERS[2..]].concat());
    command.args(["--yes-to", "indexes,rls-policies,tested-volume,rollback-tested"]);
    let mut terminal = Terminal::start(&command, 100, 50);
    terminal.wait_for("1/1 tested-locally");
    let file = office.scratch.path().join(format!("migrations/{A}.sql"));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("id int", "id bigint")).unwrap();
    terminal.send("yes<enter>");
    assert_eq!(terminal.wait_for_end().exit_code(), 4, "{}", terminal.screen());
    assert!(terminal.screen().contains("were changed while they were looked at"), "{}", terminal.screen());
    assert_eq!(office.database.value("SELECT count(*) FROM tidegate.approvals"), "0");
}

#[test]
fn a_password_that_nothing_yields_is_typed_unseen() {
    let office = Office::with_a_password("high water");
    let mut arguments = vec!["approve", "production", A, "--user", "reviewer"];
    arguments.extend(ANSWERS);
    // Without a terminal nobody is asked.
    let run = office.run(&arguments);
    assert!(run.code() == Some(1) && run.errors.contains("password"), "{run:?}");

    let mut command = office.scratch.tidegate();
    command.args(&arguments);
    let mut terminal = Terminal::start(&command, 100, 50);
    terminal.wait_for("Password for reviewer:");
    terminal.send("low<enter>");
    terminal.wait_for("The server does not take this password.");
    terminal.wait_until("a second question", |screen| screen.matches("Password for reviewer:").count() == 2);
    terminal.send("high waterr<backspace><enter>");
    assert_eq!(terminal.wait_for_end().exit_code(), 0, "{}", terminal.screen());
    let written = String::from_utf8_lossy(&terminal.output()).into_owned();
    assert!(written.contains("Approved for production by reviewer"), "{written}");
    assert!(!written.contains("high") && !written.contains("low"), "{written}");

    // Breaking off leaves the terminal as it was, and nothing approved.
    let mut command = office.scratch.tidegate();
    command.args(["approve", "production", A, "--user", "reviewer", "--withdraw"]);
    let mut terminal = Terminal::start(&command, 100, 50);
    terminal.wait_for("Password for reviewer:");
    terminal.send("<ctrl-c>");
    assert_eq!(terminal.wait_for_end().exit_code(), 1, "{}", terminal.screen());
    assert_eq!(office.database.value("SELECT count(*) FROM tidegate.approvals WHERE withdrawn_at IS NULL"), "1");
}
