//! `tidegate review`: what it finds in a project's files, in git and in an environment.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Run, Scratch, Server};

const NAME: &str = "20260801093000_create_metrics";
const HEADER: &str = "-- Migration: 20260801093000_create_metrics.sql\n-- Author: adele\n-- Ticket: SCOUT-104\n\
    -- Description: Keeps what campaigns measured.\n";

/// A project of one migration whose SQL has nothing to object to.
fn project() -> Scratch {
    let scratch = Scratch::new();
    scratch.configure(&[("staging", "staging", "postgresql:///nothing?host=/nowhere")]);
    let up = format!("{HEADER}CREATE TABLE IF NOT EXISTS metrics (id bigint PRIMARY KEY);\n");
    let down =
        format!("DROP TABLE IF EXISTS metrics;\nDELETE FROM migrations_history WHERE migration_name = '{NAME}';\n");
    scratch.migration(NAME, &up, &down);
    scratch
}

fn reviewed(scratch: &Scratch, arguments: &[&str]) -> (Option<i32>, Value) {
    let run = Run::of(scratch.tidegate().args(["review", "--format", "json"]).args(arguments));
    (run.code(), serde_json::from_str(&run.output).unwrap_or_else(|error| panic!("{error}: {run:?}")))
}

/// The findings as `rule:line`.
fn found(document: &Value) -> Vec<String> {
    let migrations = document["migrations"].as_array().expect("is a list");
    let findings = migrations.iter().flat_map(|one| one["findings"].as_array().expect("is a list"));
    findings.map(|one| format!("{}:{}", one["rule"].as_str().expect("is text"), one["line"])).collect()
}

fn git(scratch: &Scratch, arguments: &[&str]) {
    let done = Command::new("git").args(arguments).current_dir(scratch.path()).stdout(Stdio::null()).status();
    assert!(done.expect("git runs").success(), "{arguments:?}");
}

fn commit(scratch: &Scratch) {
    git(scratch, &["add", "-A"]);
    git(scratch, &["-c", "user.name=Ana", "-c", "user.email=ana@example.test", "commit", "-q", "-m", "change"]);
}

#[test]
fn a_project_without_a_fault_is_clean_without_a_server() {
    let (code, document) = reviewed(&project(), &["--fail-on", "note"]);
    assert_eq!((code, found(&document)), (Some(0), vec![]), "{document}");
    assert_eq!(document["migrations"][0]["categories"], serde_json::json!(["schema"]));
}

/// The script of the documentation's hook.
fn documented_hook() -> &'static str {
    let documentation = include_str!("../../docs/review.md");
    let start = documentation.find("#!/bin/sh\n").expect("there is a script");
    let end = documentation[start..].find("```").expect("it ends");
    &documentation[start..start + end]
}

#[test]
fn the_documented_hook_judges_what_is_about_to_be_committed() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = project();
    git(&scratch, &["init", "-q", "-b", "main"]);
    commit(&scratch);
    let hook = scratch.path().join(".git/hooks/pre-commit");
    scratch.write(".git/hooks/pre-commit", documented_hook());
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("can be set");
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_tidegate")).parent().expect("it lies in a folder");
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").expect("is set"));
    let commits = |what: &[&str]| {
        let mut command = Command::new("git");
        command.env_clear().envs(scratch.variables()).env("PATH", &path).current_dir(scratch.path());
        let author = ["-c", "user.name=Ana", "-c", "user.email=ana@example.test", "commit", "-q", "-m", "change"];
        command.args(author).args(what);
        let run = Run::of(&mut command);
        (run.code() == Some(0), format!("{}{}", run.output, run.errors))
    };
    let (name, down) = ("20260802093000_alter_metrics", "-- nothing to undo\n");
    scratch.migration(name, "SELEC 1;\n", down);
    git(&scratch, &["add", "-A"]);
    // What the folder holds by then does not count.
    scratch.migration(name, "SELECT 1;\n", down);
    let (done, said) = commits(&[]);
    assert!(!done && said.contains("syntax") && said.contains("20260802093000"), "{said}");
    git(&scratch, &["add", "-A"]);
    scratch.migration(name, "SELEC 1;\n", down);
    let (done, said) = commits(&[]);
    assert!(done, "{said}");
    let (_, kept) = (git(&scratch, &["worktree", "prune"]), scratch.path().join(".git/worktrees"));
    assert!(!kept.exists() || fs::read_dir(kept).expect("is a folder").next().is_none());
    assert_eq!(text_of(&scratch, name), "SELEC 1;\n");
}

#[test]
fn what_is_found_has_its_place_in_every_format() {
    let scratch = project();
    let up = format!("{HEADER}CREATE VIEW v AS\n  SELECT * FROM metrics;\n");
    scratch.migration("20260802093000_create_view", &up, "DROP VIEW v;\n");
    let only = ["20260802093000", "--fail-on", "warning"];
    let (code, document) = reviewed(&scratch, &only);
    assert_eq!(code, Some(3));
    assert!(found(&document).contains(&"select-star:6".to_owned()), "{document}");
    assert!(found(&document).contains(&"header-name:null".to_owned()), "{document}");
    let print = |format: &str| Run::of(scratch.tidegate().args(["review", "--format", format]).args(only)).output;
    let text = print("text");
    assert!(text.contains("warning[select-star]") && text.contains("20260802093000_create_view.sql:6:10"), "{text}");
    let sarif: Value = serde_json::from_str(&print("sarif")).expect("is JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("is a list");
    let star = results.iter().find(|one| one["ruleId"] == "select-star").expect("is found");
    let place = &star["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "migrations/20260802093000_create_view.sql");
    assert_eq!(place["region"]["startLine"], 6);
    let github = print("github");
    assert!(
        github.contains("::warning file=migrations/20260802093000_create_view.sql,line=6,endLine=6,col=10,endColumn=11,title=select-star::"),
        "{github}"
    );
}

#[test]
fn a_new_migration_of_any_type_is_clean_but_for_what_is_to_be_filled_in() {
    for kind in ["create", "alter", "drop", "seed", "fix"] {
        let scratch = project();
        let made = ["new", kind, "reports", "--ticket", "SCOUT-7", "--author", "adele"];
        Run::of(scratch.tidegate().args(made)).expect_success();
        let (_, document) = reviewed(&scratch, &[]);
        let rules: Vec<String> =
            found(&document).iter().map(|one| one.split(':').next().expect("has a rule").to_owned()).collect();
        assert!(!rules.is_empty() && rules.iter().all(|rule| rule == "unfinished"), "{kind}: {document}");
    }
}

#[test]
fn a_rollback_that_the_supabase_cli_would_run_is_found() {
    let scratch = project();
    assert!(!found(&reviewed(&scratch, &[]).1).contains(&"rollback-beside:null".to_owned()));
    scratch.write("config.toml", "project_id = \"scratch\"\n");
    assert!(found(&reviewed(&scratch, &[]).1).contains(&"rollback-beside:null".to_owned()));
}

const OWNERS: &str = "20260802093000_alter_metrics_add_owner";

/// A project whose second migration, in work on a branch of its own, has something to fix; as has the first, on `main`.
fn project_in_work() -> Scratch {
    let scratch = project();
    scratch.migration(
        NAME,
        &format!("{HEADER}CREATE TABLE metrics (id bigint PRIMARY KEY);\n"),
        "DROP TABLE metrics;\n",
    );
    git(&scratch, &["init", "-q", "-b", "main"]);
    commit(&scratch);
    git(&scratch, &["checkout", "-q", "-b", "work"]);
    let up = format!(
        "{HEADER}BEGIN;\n\tALTER TABLE metrics ADD COLUMN owner int;\nINSERT INTO migrations_history (migration_name) \
         VALUES ('{NAME}');\nCOMMIT;\n"
    );
    scratch.migration(OWNERS, &up, "ALTER TABLE metrics DROP COLUMN owner;\n");
    scratch
}

fn text_of(scratch: &Scratch, name: &str) -> String {
    fs::read_to_string(scratch.path().join(format!("migrations/{name}.sql"))).expect("is text")
}

#[test]
fn what_is_in_work_is_fixed_and_what_is_merged_is_left() {
    let scratch = project_in_work();
    let before = [NAME, OWNERS].map(|name| text_of(&scratch, name));
    let run = Run::of(scratch.tidegate().args(["review", "--fix", "--fail-on", "never"]));
    let output = run.expect_success();
    let path = format!("migrations/{OWNERS}");
    for line in [
        format!("fixed  {path}.sql:6: if-exists: add IF NOT EXISTS"),
        format!("fixed  {path}.sql:7: records-own-name: write {OWNERS}"),
        format!("fixed  {path}.sql: header-name: write {OWNERS}.sql"),
        format!("fixed  {path}.down.sql: rollback-records: record the removal"),
        format!("kept   migrations/{NAME}.sql: 1 fix not made: it is on the branch main."),
        format!("kept   migrations/{NAME}.down.sql: 1 fix not made: it is on the branch main."),
    ] {
        assert!(output.contains(&line), "{line}\n{output}");
    }
    assert_eq!(text_of(&scratch, NAME), before[0]);
    let after = before[1].replace(&format!("Migration: {NAME}"), &format!("Migration: {OWNERS}"));
    let after = after
        .replace("COLUMN owner", "COLUMN IF NOT EXISTS owner")
        .replace(&format!("'{NAME}'"), &format!("'{OWNERS}'"));
    assert_eq!(text_of(&scratch, OWNERS), after);
    let removed = format!("DELETE FROM public.migrations_history WHERE migration_name = '{OWNERS}';\n");
    assert!(text_of(&scratch, &format!("{OWNERS}.down")).ends_with(&removed));
    // Nothing is left to be fixed, and what is left is told.
    let (code, document) = reviewed(&scratch, &["--fix", OWNERS]);
    assert_eq!(
        (code, &document["fixed"], &document["not_fixed"]),
        (Some(0), &serde_json::json!([]), &serde_json::json!([]))
    );
    assert!(found(&document).contains(&"prefer-bigint-over-int:6".to_owned()), "{document}");
}

#[test]
fn what_would_be_fixed_is_shown_as_a_patch_that_git_applies() {
    let scratch = project_in_work();
    let before = text_of(&scratch, OWNERS);
    let run = Run::of(scratch.tidegate().args(["review", "--diff"]));
    assert_eq!(run.code(), Some(3), "{run:?}");
    assert!(run.errors.contains("it is on the branch main"), "{run:?}");
    assert_eq!(text_of(&scratch, OWNERS), before, "nothing is written");
    scratch.write("docs/a.md", "");
    let beside = Run::of(scratch.tidegate().current_dir(scratch.path().join("docs")).args(["review", "--diff"]));
    assert_eq!(beside.output, run.output, "git applies it from the repository's folder");
    scratch.write("fix.patch", &run.output);
    git(&scratch, &["apply", "fix.patch"]);
    let patched = text_of(&scratch, OWNERS);
    assert!(patched.contains("\tALTER TABLE metrics ADD COLUMN IF NOT EXISTS owner int;"), "{patched}");
    let nothing = Run::of(scratch.tidegate().args(["review", "--diff"]));
    assert_eq!((nothing.code(), nothing.output.as_str()), (Some(0), ""), "{nothing:?}");
}

#[test]
fn a_missing_author_is_written_where_nobody_else_can_have_worked_and_an_unused_comment_is_left_to_a_look() {
    const NEXT: &str = "20260803093000_alter_metrics_add_unit";
    let scratch = project();
    git(&scratch, &["init", "-q", "-b", "main"]);
    git(&scratch, &["config", "user.name", "Ana Lopez"]);
    commit(&scratch);
    git(&scratch, &["checkout", "-q", "-b", "work"]);
    let unused = "-- tidegate: allow lock-table nobody uses it yet\n";
    let write = |name: &str, column: &str| {
        let up = format!(
            "-- Ticket: SCOUT-104\n-- Description: What it is.\n{unused}ALTER TABLE metrics ADD COLUMN IF NOT EXISTS \
             {column} text;\n"
        );
        let down = format!(
            "ALTER TABLE metrics DROP COLUMN IF EXISTS {column};\nDELETE FROM migrations_history WHERE migration_name \
             = '{name}';\n"
        );
        scratch.migration(name, &up, &down);
    };
    // The first was committed, by whomever; the second is only here.
    write(OWNERS, "owner");
    commit(&scratch);
    write(NEXT, "unit");
    let patch = Run::of(scratch.tidegate().args(["review", "--diff"]));
    assert_eq!(patch.code(), Some(3), "{patch:?}");
    assert_eq!(patch.output.matches("+-- Author: Ana Lopez").count(), 1, "{patch:?}");
    assert!(!patch.output.contains(&format!("-{unused}")) && !patch.output.contains(OWNERS), "{patch:?}");
    let before = text_of(&scratch, OWNERS);
    let run = Run::of(scratch.tidegate().args(["review", "--fix", "--fail-on", "never"]));
    let output = run.expect_success();
    assert!(output.contains(&format!("fixed  migrations/{NEXT}.sql: missing-author: write Ana Lopez")), "{output}");
    assert!(output.contains("note[allow-unused]: Nothing is found here that lock-table would allow."), "{output}");
    assert!(output.contains("3 fixes to be looked at first"), "{output}");
    let after = text_of(&scratch, NEXT);
    assert!(after.contains("-- Author: Ana Lopez\n") && after.contains(unused), "{after}");
    assert_eq!(text_of(&scratch, OWNERS), before);
}

#[test]
fn what_an_environment_has_on_record_is_never_rewritten() {
    let database = Server::shared().fresh_database();
    let scratch = project();
    scratch.configure(&[("here", "staging", database.url())]);
    let up = format!("{HEADER}CREATE TABLE metrics (id bigint PRIMARY KEY);\n");
    scratch.migration(NAME, &up, "DROP TABLE metrics;\n");
    scratch.migration(OWNERS, "DROP TABLE metrics;\n", "-- nothing to undo\n");
    Run::of(scratch.tidegate().args(["apply", "here", "--to", NAME, "--confirm", "here"])).expect_success();
    // Without git and without an environment nothing says what was applied.
    let not_fixed = |arguments: &[&str]| {
        let (_, document) = reviewed(&scratch, arguments);
        let kept = document["not_fixed"].as_array().expect("is a list").clone();
        kept.iter().map(|one| one["why"].as_str().expect("is text").to_owned()).collect::<Vec<_>>()
    };
    let blind = not_fixed(&["--fix"]);
    assert!(blind.len() == 3 && blind.iter().all(|why| why.contains("nothing says")), "{blind:?}");
    let asked = not_fixed(&["--fix", "-e", "here"]);
    assert_eq!(asked, ["it is on record in here", "it is on record in here"]);
    assert_eq!(text_of(&scratch, NAME), up);
    assert!(text_of(&scratch, OWNERS).contains("DROP TABLE IF EXISTS metrics;"));
}

#[test]
fn git_tells_what_is_new_changed_or_merged() {
    let scratch = project();
    git(&scratch, &["init", "-q", "-b", "main"]);
    commit(&scratch);
    git(&scratch, &["checkout", "-q", "-b", "work"]);
    let up = scratch.path().join(format!("migrations/{NAME}.sql"));
    fs::write(&up, fs::read_to_string(&up).expect("is text") + "-- changed\n").expect("writes");
    scratch.migration("20260802093000_alter_metrics", "SELECT 1;\n", "-- nothing to undo\n");
    let (_, document) = reviewed(&scratch, &[]);
    let rules = found(&document);
    assert!(rules.contains(&"changed-after-merge:null".to_owned()), "{document}");
    assert_eq!(rules.iter().filter(|one| one.starts_with("uncommitted")).count(), 3, "{document}");
    // What git is told to ignore is not committed either.
    let ignored = "20260803093000_alter_ignored";
    scratch.write(".gitignore", format!("{ignored}*\n"));
    scratch.migration(ignored, "SELECT 1;\n", "-- nothing to undo\n");
    let (_, document) = reviewed(&scratch, &[]);
    let count = found(&document).iter().filter(|one| one.starts_with("uncommitted")).count();
    assert_eq!(count, 5, "{document}");
    for end in ["sql", "down.sql"] {
        fs::remove_file(scratch.path().join(format!("migrations/{ignored}.{end}"))).expect("removes");
    }
    let names = |arguments: &[&str]| -> Vec<String> {
        let (_, document) = reviewed(&scratch, arguments);
        let migrations = document["migrations"].as_array().expect("is a list").clone();
        migrations.iter().map(|one| one["name"].as_str().expect("is text").to_owned()).collect()
    };
    assert_eq!(names(&["--since", "main"]), [NAME, "20260802093000_alter_metrics"]);
    commit(&scratch);
    assert_eq!(names(&["--since", "HEAD"]), Vec::<String>::new());
    let (up, down) = (format!("migrations/{NAME}.sql"), format!("migrations/{NAME}.down.sql"));
    git(&scratch, &["mv", &up, "migrations/20260801100000_create_metrics.sql"]);
    git(&scratch, &["rm", "-q", &down]);
    commit(&scratch);
    for arguments in [&[][..], &["--since", "main"]] {
        let (code, document) = reviewed(&scratch, arguments);
        let gone: Vec<_> = document["files"].as_array().expect("is a list").iter().map(|one| &one["file"]).collect();
        assert_eq!((code, gone), (Some(3), vec![&json!(down), &json!(up)]), "{document}");
        assert_eq!(document["files"][0]["rule"], "changed-after-merge", "{document}");
    }
    let nothing = Run::of(scratch.tidegate().args(["review", "--since", "nowhere"]));
    assert_eq!(nothing.code(), Some(2));
    assert!(nothing.errors.contains("Git knows no revision nowhere"), "{nothing:?}");
}

#[test]
fn an_environment_tells_what_was_applied_otherwise_or_too_early() {
    let scratch = project();
    let database = Server::shared().fresh_database();
    scratch.configure(&[("here", "development", database.url())]);
    scratch.migration("20260803093000_alter_metrics", "SELECT 1;\n", "-- nothing to undo\n");
    Run::of(scratch.tidegate().args(["apply", "here"])).expect_success();
    let up = scratch.path().join(format!("migrations/{NAME}.sql"));
    fs::write(&up, fs::read_to_string(&up).expect("is text") + "SELECT 1;\n").expect("writes");
    scratch.migration("20260802093000_alter_metrics", "SELECT 1;\n", "-- nothing to undo\n");
    let (code, document) = reviewed(&scratch, &["-e", "here"]);
    let rules = found(&document);
    assert_eq!(code, Some(3), "{document}");
    assert!(rules.contains(&"changed-after-apply:null".to_owned()), "{document}");
    assert!(rules.contains(&"out-of-order:null".to_owned()), "{document}");
}

#[test]
fn levels_and_allowances_decide_what_counts() {
    let scratch = project();
    let file = scratch.migration("20260802093000_alter_metrics", "LOCK TABLE metrics;\n", "-- nothing to undo\n");
    let settings = "[review.rules]\nlock-table = \"error\"\n[review.production]\nlock-table = \"off\"\n";
    scratch.configure_with(settings, &[("staging", "staging", "postgresql:///nothing?host=/nowhere")]);
    let rules = |arguments: &[&str]| found(&reviewed(&scratch, arguments).1);
    assert!(rules(&[]).contains(&"lock-table:1".to_owned()));
    assert!(!rules(&["--tier", "production"]).contains(&"lock-table:1".to_owned()));
    fs::write(file, "-- tidegate: allow lock-table nobody uses it yet\nLOCK TABLE metrics;\n").expect("writes");
    let (_, document) = reviewed(&scratch, &[]);
    assert!(!found(&document).contains(&"lock-table:2".to_owned()), "{document}");
    assert_eq!(document["migrations"][1]["allowed"][0]["reason"], "nobody uses it yet");
    // Where the rule is off nobody can say that the comment is of no use.
    let (_, document) = reviewed(&scratch, &["--tier", "production"]);
    assert!(!found(&document).iter().any(|one| one.starts_with("allow-unused")), "{document}");
}

#[test]
fn a_rule_that_there_is_not_is_a_mistake_of_the_configuration() {
    let scratch = project();
    scratch.configure_with(
        "[review.rules]\nlok-table = \"error\"\nselect-star = \"loud\"\n",
        &[("staging", "staging", "postgresql:///nothing?host=/nowhere")],
    );
    let run = Run::of(scratch.tidegate().arg("review"));
    assert_eq!(run.code(), Some(2));
    assert!(run.errors.contains("There is no rule `lok-table`.") && run.errors.contains("lock-table"), "{run:?}");
    assert!(run.errors.contains("The level of `select-star` must be"), "{run:?}");
}

#[test]
fn bad_files_are_told_and_the_rest_is_reviewed() {
    let scratch = project();
    scratch.write("migrations/nonsense.sql", "SELECT 1;");
    scratch.write("migrations/20260802093000_alter_bytes.sql", b"SELECT 1;\nSELECT '\xff';\n".as_slice());
    scratch.write("migrations/20260803093000_alter_deep.sql", format!("SELECT {}1", "(".repeat(100_000)));
    scratch.write("migrations/20260804093000_alter_star.sql", "SELEC 1;\nCREATE VIEW v AS SELECT * FROM t;\n");
    let (code, document) = reviewed(&scratch, &[]);
    assert_eq!(code, Some(3));
    let rules = found(&document);
    assert_eq!(document["files"][0]["rule"], "file-name", "{document}");
    for rule in ["runnable:2", "syntax:1", "select-star:2"] {
        assert!(rules.contains(&rule.to_owned()), "{rule}: {document}");
    }
}

#[test]
fn one_fault_is_one_finding() {
    for text in [
        "CREATE TABLE t (id bigint;\n",
        "SELECT 'open;\n",
        "\\set x 1\nSELECT 1;\n",
        "BEGIN;\nBEGIN;\nSELECT 1;\nCOMMIT;\n",
    ] {
        let scratch = project();
        scratch.write("migrations/20260804093000_alter_metrics.sql", text);
        let (_, document) = reviewed(&scratch, &["20260804093000_alter_metrics"]);
        let faults = ["runnable", "syntax", "transaction-nesting"];
        let told = found(&document).into_iter().filter(|one| faults.iter().any(|rule| one.starts_with(rule))).count();
        assert_eq!(told, 1, "{text}: {document}");
    }
}

#[test]
fn what_was_merged_cannot_be_changed_by_saying_so_in_the_file() {
    let scratch = project();
    git(&scratch, &["init", "-q", "-b", "main"]);
    commit(&scratch);
    git(&scratch, &["checkout", "-q", "-b", "work"]);
    let up = scratch.path().join(format!("migrations/{NAME}.sql"));
    let text = fs::read_to_string(&up).expect("is text");
    fs::write(&up, format!("-- tidegate: allow changed-after-merge I say so\n{text}")).expect("writes");
    let (code, document) = reviewed(&scratch, &[]);
    let rules = found(&document);
    assert_eq!(code, Some(3), "{document}");
    assert!(rules.contains(&"changed-after-merge:null".to_owned()), "{document}");
    assert!(rules.contains(&"allow-unused:1".to_owned()), "{document}");
    git(&scratch, &["branch", "-q", "-m", "main", "trunk"]);
    let unknown = Run::of(scratch.tidegate().arg("review"));
    assert!(unknown.errors.contains("git knows no branch main here or at origin"), "{unknown:?}");
}

#[test]
fn a_window_warns_of_errors_and_refuses_where_the_configuration_says_so() {
    let scratch = project();
    let database = Server::shared().fresh_database();
    let environment = [("here", "development", database.url())];
    let file = scratch.migration("20260802093000_alter_metrics", "TRUNCATE metrics CASCADE;\n", "-- nothing to undo\n");
    scratch.configure_with("[review]\nblock_from = \"error\"\n", &environment);
    let refused = Run::of(scratch.tidegate().args(["apply", "here"]));
    assert_eq!(refused.code(), Some(4), "{refused:?}");
    assert!(
        refused.errors.contains("ban-truncate-cascade") || refused.output.contains("ban-truncate-cascade"),
        "{refused:?}"
    );
    assert_eq!(database.value("SELECT count(*) FROM pg_class WHERE relname = 'metrics'"), "0");
    let foreseen = Run::of(scratch.tidegate().args(["apply", "here", "--dry-run"]));
    assert_eq!(foreseen.code(), Some(4), "{foreseen:?}");
    assert!(foreseen.output.contains("ban-truncate-cascade"), "{foreseen:?}");
    let waived = Run::of(scratch.tidegate().args(["apply", "here", "--dry-run", "--waive", "reviewed=seen by two"]));
    assert!(waived.output.contains("seen by two"), "{waived:?}");
    fs::write(
        &file,
        "-- tidegate: allow ban-truncate-cascade, empty-rollback nothing refers to it\nTRUNCATE metrics CASCADE;\n",
    )
    .expect("writes");
    let down = scratch.path().join("migrations/20260802093000_alter_metrics.down.sql");
    fs::write(down, "-- tidegate: allow empty-rollback the rows come from elsewhere\nSELECT 1;\n").expect("writes");
    let allowed = Run::of(scratch.tidegate().args(["apply", "here"]));
    assert_eq!(allowed.code(), Some(0), "{allowed:?}");
    scratch.migration("20260803093000_alter_metrics", "TRUNCATE metrics CASCADE;\n", "-- nothing to undo\n");
    scratch.configure(&environment);
    let warned = Run::of(scratch.tidegate().args(["apply", "here"]));
    assert_eq!(warned.code(), Some(0), "{warned:?}");
    assert!(
        warned.errors.contains("ban-truncate-cascade") || warned.output.contains("ban-truncate-cascade"),
        "{warned:?}"
    );
}

#[test]
fn a_table_that_is_large_in_an_environment_is_not_to_be_written_at_once() {
    let scratch = project();
    let database = Server::shared().fresh_database();
    scratch.configure(&[("here", "development", database.url())]);
    database.execute(
        "CREATE TABLE readings (id bigint); INSERT INTO readings SELECT generate_series(1, 120000); ANALYZE readings;
         CREATE TABLE few (id bigint)",
    );
    let up = "UPDATE readings SET id = id + 1 WHERE id > 7;\nUPDATE few SET id = id + 1 WHERE id > 7;\n";
    scratch.migration("20260802093000_fix_readings", up, "-- nothing to undo\n");
    let found = found(&reviewed(&scratch, &["-e", "here"]).1);
    assert!(found.contains(&"unbatched-write:1".to_owned()), "{found:?}");
    assert!(!found.contains(&"unbatched-write:2".to_owned()), "{found:?}");
}
