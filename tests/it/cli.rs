//! The command line: what the binary prints, writes and exits with.
//!
//! The goldens are written anew by `TRYCMD=overwrite INSTA_UPDATE=always cargo test --test it cli`: those of commands
//! in `tests/cli`, those of generated files in `tests/it/snapshots`.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use clap::CommandFactory;
use rstest::rstest;
use tidegate::config::Config;

use crate::support::{Run, Scratch};

#[test]
fn the_goldens_hold() {
    let scratch = Scratch::new();
    let cases = trycmd::TestCases::new();
    for (name, value) in scratch.variables() {
        cases.env(name, value.to_string_lossy());
    }
    for (name, value) in [("NO_COLOR", "1"), ("COLUMNS", "100"), ("TIDEGATE_CONFIG", "")] {
        cases.env(name, value);
    }
    cases.insert_var("[VERSION]", env!("CARGO_PKG_VERSION")).expect("is a variable's name");
    cases.case("tests/cli/*.trycmd");
}

/// What a command in the project's folder prints, provided that it succeeds.
fn prints(scratch: &Scratch, arguments: &[&str]) -> String {
    Run::of(scratch.tidegate().args(arguments)).expect_success()
}

/// A folder that `init` has not seen, with a git repository in it.
fn new_project() -> Scratch {
    let scratch = Scratch::new();
    fs::remove_dir(scratch.path().join("migrations")).expect("is empty");
    fs::create_dir(scratch.path().join(".git")).expect("creates");
    scratch
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("is a folder");
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn init_sets_a_project_up_and_says_what_comes_next() {
    let scratch = new_project();
    insta::assert_snapshot!("init", prints(&scratch, &["init"]));
    assert_eq!(
        entries(&scratch.path()),
        [".git", ".gitignore", ".tidegate", "migrations", "tidegate.toml", "validations"]
    );
    assert_eq!(fs::read_to_string(scratch.path().join(".gitignore")).expect("is text"), "/.tidegate/\n");
    let mode = fs::metadata(scratch.path().join(".tidegate")).expect("exists").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let config = scratch.config();
    let names: Vec<&str> = config.environments.iter().map(|environment| environment.name.as_str()).collect();
    assert_eq!((config.project.name.as_str(), names), ("project", vec!["staging", "production"]));
}

#[test]
fn init_twice_changes_nothing() {
    let scratch = new_project();
    prints(&scratch, &["init"]);
    scratch.write(
        "tidegate.toml",
        fs::read_to_string(scratch.path().join("tidegate.toml")).expect("is text") + "# mine\n",
    );
    insta::assert_snapshot!("init_again", prints(&scratch, &["init"]));
    let text = fs::read_to_string(scratch.path().join("tidegate.toml")).expect("is text");
    assert!(text.ends_with("# mine\n"));
    assert_eq!(fs::read_to_string(scratch.path().join(".gitignore")).expect("is text"), "/.tidegate/\n");
}

#[test]
fn init_makes_no_second_project_below_one_unless_it_is_told_to() {
    let scratch = new_project();
    prints(&scratch, &["init"]);
    let below = scratch.path().join("services/mail");
    std::fs::create_dir_all(&below).expect("makes a folder");
    let run = Run::of(scratch.tidegate().arg("init").current_dir(&below));
    assert_eq!(run.code(), Some(2), "{}", run.output);
    assert!(run.errors.contains("tidegate.toml already. Nothing was done."), "{}", run.errors);
    assert!(std::fs::read_dir(&below).expect("is a folder").next().is_none());
    Run::of(scratch.tidegate().args(["init", "--nested"]).current_dir(&below)).expect_success();
    assert!(below.join("tidegate.toml").exists());
}

#[test]
fn init_in_a_supabase_project_keeps_rollbacks_from_the_supabase_cli() {
    let scratch = new_project();
    scratch.write("supabase/config.toml", "project_id = \"scout\"\n");
    insta::assert_snapshot!("init_supabase", prints(&scratch, &["init"]));
    let layout = scratch.config().project.layout;
    assert_eq!(layout.migrations, scratch.path().join("supabase/migrations"));
    assert_eq!(layout.rollbacks, Some(scratch.path().join("supabase/rollbacks")));
}

#[test]
fn init_finds_the_folder_that_migrations_are_in() {
    let scratch = new_project();
    scratch.write("db/migrations/20260801093000_create_metrics.sql", "SELECT 1;");
    prints(&scratch, &["init"]);
    assert_eq!(scratch.config().project.layout.migrations, scratch.path().join("db/migrations"));
}

#[test]
fn a_dry_run_of_init_writes_nothing() {
    let scratch = new_project();
    insta::assert_snapshot!("init_dry_run", prints(&scratch, &["init", "--dry-run"]));
    assert_eq!(entries(&scratch.path()), [".git"]);
    let report = prints(&scratch, &["init", "--dry-run", "--format", "json"]);
    insta::assert_snapshot!("init_json", report);
    assert_eq!(entries(&scratch.path()), [".git"]);
}

#[rstest]
#[case::no_line_end("target", "target\n/.tidegate/\n")]
#[case::windows("target\r\n", "target\r\n/.tidegate/\r\n")]
#[case::ignored_already("# ours\n.tidegate\n", "# ours\n.tidegate\n")]
fn init_adds_to_what_git_ignores(#[case] before: &str, #[case] after: &str) {
    let scratch = new_project();
    scratch.write(".gitignore", before);
    prints(&scratch, &["init"]);
    assert_eq!(fs::read_to_string(scratch.path().join(".gitignore")).expect("is text"), after);
}

#[test]
fn a_configuration_in_the_hidden_folder_is_not_ignored_by_git() {
    let scratch = new_project();
    let config = scratch.write(".tidegate/config.toml", "[[environment]]\nname = 'it'\ntier = 'staging'\nhost = 'h'\n");
    prints(&scratch, &["init"]);
    let ignored = fs::read_to_string(scratch.path().join(".gitignore")).expect("is text");
    assert_eq!(ignored, "/.tidegate/state/\n/.tidegate/cache/\n/.tidegate/backups/\n");
    assert_eq!(Config::in_folder(&scratch.path()), Some(config));
}

#[test]
fn init_outside_of_git_leaves_git_alone() {
    let scratch = new_project();
    fs::remove_dir(scratch.path().join(".git")).expect("is empty");
    prints(&scratch, &["init"]);
    assert!(!scratch.path().join(".gitignore").exists());
}

#[test]
fn init_says_which_folder_cannot_be_made() {
    let scratch = new_project();
    scratch.write("migrations", "a file");
    let run = Run::of(scratch.tidegate().arg("init"));
    assert_eq!(run.code(), Some(1));
    assert!(run.errors.contains("migrations could not be written"), "{}", run.errors);
}

#[test]
fn the_configuration_is_found_from_below_and_by_name() {
    let scratch = Scratch::new();
    let path = scratch.configure(&[("staging", "staging", "postgresql://u@h/d")]);
    let deep = scratch.path().join("a/b");
    fs::create_dir_all(&deep).expect("creates");
    let found = format!("configuration  {}\n", path.display());

    let from_below = Run::of(scratch.tidegate().current_dir(&deep).args(["config", "check"]));
    assert!(from_below.expect_success().starts_with(&found));
    let elsewhere = |variable: &str| {
        let mut command = scratch.tidegate();
        command.current_dir(scratch.home()).args(["config", "check"]).env("TIDEGATE_CONFIG", variable);
        Run::of(&mut command)
    };
    assert!(elsewhere("../project/tidegate.toml").expect_success().contains("[STAGING]"));
    let nowhere = elsewhere("");
    assert_eq!(nowhere.code(), Some(2));
    assert!(nowhere.errors.contains("Run `tidegate init` to set this project up"), "{}", nowhere.errors);
}

#[test]
fn a_password_in_a_file_that_others_may_read_is_refused() {
    let scratch = Scratch::new();
    let path = scratch.configure(&[("staging", "staging", "postgresql://u:hunter2@h/d")]);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("sets the mode");
    let run = Run::of(scratch.tidegate().args(["config", "check"]));
    assert_eq!(run.code(), Some(2));
    assert!(run.errors.contains(&format!("Run `chmod 0600 {}`", path.display())), "{}", run.errors);

    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("sets the mode");
    let output = prints(&scratch, &["config", "check"]);
    assert!(output.contains("from `url`") && !output.contains("hunter2"), "{output}");
}

#[test]
fn a_log_can_be_asked_for_and_never_reaches_the_terminal() {
    let scratch = Scratch::new();
    scratch.configure(&[("staging", "staging", "postgresql://u@h/d")]);
    let log = scratch.path().join("new.log");
    let run = Run::of(scratch.tidegate().args(["-vv", "new", "create", "metrics", "--log-file"]).arg(&log));
    assert_eq!(run.errors, "");
    run.expect_success();
    assert!(fs::read_to_string(&log).expect("is text").contains("made a migration"));

    let run = Run::of(scratch.tidegate().args(["new", "create", "other", "--log-file", "/nowhere/new.log"]));
    assert_eq!(run.code(), Some(1));
    assert!(run.errors.contains("/nowhere/new.log could not be written"), "{}", run.errors);
}

#[test]
fn new_makes_a_migration_and_its_rollback_where_the_configuration_says() {
    let scratch = Scratch::new();
    scratch.write(
        "tidegate.toml",
        "[project]\nmigrations = 'sql/up'\nrollbacks = 'sql/down'\n[[environment]]\nname = 'it'\ntier = 'staging'\nhost = 'h'\n",
    );
    let output =
        prints(&scratch, &["new", "alter", "Campaigns:", "add owner", "--ticket", "SCOUT-12", "--author", "maria"]);
    let made: Vec<&str> = output.lines().filter_map(|line| line.strip_prefix("created  ")).collect();
    let [up, down] = made[..] else { panic!("{output}") };
    assert!(up.starts_with("sql/up/") && up.ends_with("_alter_campaigns_add_owner.sql"), "{up}");
    assert!(down.starts_with("sql/down/") && down.ends_with("_alter_campaigns_add_owner.down.sql"), "{down}");
    let text = fs::read_to_string(scratch.path().join(up)).expect("is text");
    assert!(text.contains("SCOUT-12") && text.contains("maria"), "{text}");

    let report = prints(&scratch, &["new", "seed", "regions", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report).expect("is JSON");
    assert!(report["name"].as_str().is_some_and(|name| name.ends_with("_seed_regions")));
    assert!(scratch.path().join(report["down"].as_str().expect("is text")).is_file());
}

#[test]
fn info_names_what_is_used() {
    let scratch = Scratch::new();
    let path = scratch.configure(&[("staging", "staging", "postgresql://u@h/d")]);
    let text = prints(&scratch, &["info"]);
    assert!(text.contains(&path.display().to_string()) && text.contains("pg_dump"), "{text}");
    let report: serde_json::Value =
        serde_json::from_str(&prints(&scratch, &["info", "--format", "json"])).expect("is JSON");
    assert_eq!(report["folders"]["state"], scratch.state().display().to_string());
    assert_eq!(report["terminal"]["is_terminal"], false);

    scratch.write("tidegate.toml", "nonsense");
    assert!(prints(&scratch, &["info"]).contains("has a mistake"));
}

#[rstest]
#[case::by_default(&[], None, false)]
#[case::asked_for(&["--color", "always"], None, true)]
#[case::asked_for_in_spite_of_no_color(&["--color", "always"], Some("1"), true)]
#[case::refused(&["--color", "never"], None, false)]
fn colours_are_for_terminals(#[case] arguments: &[&str], #[case] no_color: Option<&str>, #[case] colored: bool) {
    let scratch = Scratch::new();
    scratch.configure(&[("staging", "staging", "postgresql://u@h/d")]);
    let mut command = scratch.tidegate();
    command.args(["config", "check"]).args(arguments).envs(no_color.map(|value| ("NO_COLOR", value)));
    assert_eq!(Run::of(&mut command).expect_success().contains('\u{1b}'), colored);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let scratch = Scratch::new();
    let mut child = scratch
        .tidegate()
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let mut errors = String::new();
    child.stderr.take().expect("is piped").read_to_string(&mut errors).expect("is text");
    assert!(child.wait().expect("ends").success());
    assert_eq!(errors, "");
}

/// The words that lead to a command and to each one below it.
fn commands(words: Vec<String>, command: &clap::Command) -> Vec<Vec<String>> {
    let below = command.get_subcommands().flat_map(|below| {
        let words = words.iter().cloned().chain([below.get_name().to_owned()]).collect();
        commands(words, below)
    });
    std::iter::once(words.clone()).chain(below).collect()
}

#[test]
fn every_command_has_a_help_text() {
    let scratch = Scratch::new();
    let mut texts = prints(&scratch, &["-h"]);
    for words in commands(Vec::new(), &tidegate::cli::args::Arguments::command()) {
        let help = Run::of(scratch.tidegate().args(&words).arg("--help")).expect_success();
        texts += &format!("\n$ tidegate {} --help\n{help}", words.join(" ")).replace("tidegate  ", "tidegate ");
    }
    insta::assert_snapshot!("help", texts);
}

#[rstest]
#[case("bash")]
#[case("elvish")]
#[case("fish")]
#[case("powershell")]
#[case("zsh")]
fn completions_know_every_option(#[case] shell: &str) {
    insta::assert_snapshot!(format!("completions_{shell}"), prints(&Scratch::new(), &["completions", shell]));
}

#[test]
fn the_manual_page_lists_every_command() {
    let page = prints(&Scratch::new(), &["man"]);
    insta::assert_snapshot!("man", page.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn every_command_has_a_manual_page() {
    let scratch = Scratch::new();
    prints(&scratch, &["man", "--dir", "man"]);
    let pages = entries(&scratch.path().join("man"));
    for page in ["tidegate.1", "tidegate-init.1", "tidegate-new.1", "tidegate-config-check.1"] {
        assert!(pages.iter().any(|name| name == page), "{pages:?}");
    }
}
