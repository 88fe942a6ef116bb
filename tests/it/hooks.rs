//! Hooks: the project's own commands, run in a window's name.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tidegate::config::{CommandLine, Hook, Tier};
use tidegate::window::hook::{self, HookContext, HookError, HookEvent, HookOutcome, HookStep, HookStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A hook as `[environment.hooks]` would name it.
fn shell(text: &str) -> Hook {
    Hook { command: CommandLine::Shell(text.to_owned()), timeout: Hook::DEFAULT_TIMEOUT }
}

fn program(words: &[&str]) -> Hook {
    let words = words.iter().map(|&word| word.to_owned()).collect();
    Hook { command: CommandLine::Program(words), timeout: Hook::DEFAULT_TIMEOUT }
}

fn context(root: &Path) -> HookContext<'_> {
    HookContext {
        root,
        environment: "production",
        tier: Tier::Production,
        step: HookStep::Announce,
        window: "w-17",
        operator: "ana",
        access: None,
        secret_variables: &[],
    }
}

/// Runs a hook and gathers what it said.
async fn run(hook: &Hook, context: &HookContext<'_>) -> (Result<HookOutcome, HookError>, Vec<(HookStream, String)>) {
    let (events, mut heard) = mpsc::channel(8);
    let listen = async {
        let mut lines = Vec::new();
        while let Some(event) = heard.recv().await {
            if let HookEvent::Line { stream, text } = event {
                lines.push((stream, text));
            }
        }
        lines
    };
    let cancel = CancellationToken::new();
    let act = async move { hook::run(hook, context, &events, &cancel).await };
    tokio::join!(act, listen)
}

fn texts(lines: &[(HookStream, String)]) -> Vec<&str> {
    lines.iter().map(|(_, text)| text.as_str()).collect()
}

#[tokio::test]
async fn a_hook_runs_in_the_project_and_knows_its_window() {
    let root = tempfile::tempdir().unwrap();
    let script = "pwd; echo $TIDEGATE_ENVIRONMENT $TIDEGATE_TIER $TIDEGATE_WINDOW $TIDEGATE_STEP $TIDEGATE_OPERATOR; \
                  read -r line || echo no input; echo 'on error' >&2";
    let (outcome, mut lines) = run(&shell(script), &context(root.path())).await;
    assert_eq!(outcome.unwrap().lines, 4);
    lines.sort_by_key(|(stream, _)| *stream == HookStream::Error);
    let place = root.path().canonicalize().unwrap().display().to_string();
    assert_eq!(texts(&lines), [place.as_str(), "production production w-17 announce ana", "no input", "on error"]);
    assert_eq!(lines[3].0, HookStream::Error);
}

#[tokio::test]
async fn secrets_of_other_environments_are_not_handed_on() {
    let root = tempfile::tempdir().unwrap();
    // Every test process has these; that they vanish is what is observed.
    let secret_variables = ["HOME".to_owned()];
    let context = HookContext { secret_variables: &secret_variables, ..context(root.path()) };
    let (outcome, lines) = run(&shell("echo \"home ${HOME-withheld}\"; env | grep -c '^PG' || true"), &context).await;
    outcome.unwrap();
    assert_eq!(texts(&lines), ["home withheld", "0"]);
}

#[tokio::test]
async fn a_validate_hook_reaches_the_database_without_a_secret_in_an_argument() {
    let root = tempfile::tempdir().unwrap();
    let target = crate::support::resolved("postgresql://ana:s3cret@db.example:5433/app");
    let access = target.for_programs().unwrap();
    let context = HookContext { step: HookStep::Validate, access: Some(&access), ..context(root.path()) };
    let script = "echo $PGHOST $PGPORT $PGUSER $PGDATABASE $PGPASSWORD; tr '\\0' ' ' < /proc/$$/cmdline";
    let (outcome, lines) = run(&shell(script), &context).await;
    outcome.unwrap();
    assert_eq!(lines[0].1, "db.example 5433 ana app s3cret");
    assert!(!lines[1].1.contains("s3cret"), "{}", lines[1].1);
}

#[tokio::test]
async fn what_a_hook_says_cannot_steer_the_terminal() {
    let root = tempfile::tempdir().unwrap();
    let script = r"printf 'red \033[31m\r\n'; printf '\377\376 bytes\n'; printf '10%%\r99%%\r100%%\n'; \
                   head -c 100000 /dev/zero | tr '\0' x; printf '\nlast'";
    let (outcome, lines) = run(&shell(script), &context(root.path())).await;
    outcome.unwrap();
    let texts = texts(&lines);
    assert_eq!(texts[..3], ["red \\x1b[31m", "\u{fffd}\u{fffd} bytes", "100%"]);
    assert!(texts[3].starts_with("xxxx") && texts[3].ends_with('…') && texts[3].chars().count() <= 500);
    assert_eq!(texts[4..], ["last"]);
}

#[tokio::test]
async fn a_flood_is_muted_and_read_to_its_end() {
    let root = tempfile::tempdir().unwrap();
    let (outcome, lines) = run(&shell("seq 1 30000"), &context(root.path())).await;
    assert_eq!(outcome.unwrap().lines, 30_000);
    assert_eq!(lines.len(), 10_000);
}

#[tokio::test]
async fn a_failure_tells_its_exit_status_and_last_words() {
    let root = tempfile::tempdir().unwrap();
    let (outcome, _) = run(&shell("echo one; echo 'no such channel' >&2; exit 3"), &context(root.path())).await;
    let error = outcome.unwrap_err().to_string();
    assert!(error.starts_with("The announce hook ended with exit status 3. Its last words:\n"), "{error}");
    assert!(error.contains("no such channel"), "{error}");

    let (outcome, _) = run(&shell("kill -SEGV $$"), &context(root.path())).await;
    let error = outcome.unwrap_err().to_string();
    assert_eq!(error, "The announce hook was killed by signal 11 (SIGSEGV). It said nothing.");

    let (outcome, _) = run(&shell("no-such-command-here"), &context(root.path())).await;
    let error = outcome.unwrap_err().to_string();
    assert!(error.contains("exit status 127: a command that it calls"), "{error}");
    assert!(error.contains("no-such-command-here"), "{error}");
}

#[tokio::test]
async fn a_missing_program_is_told_with_how_to_mend_it() {
    let root = tempfile::tempdir().unwrap();
    let (outcome, _) = run(&program(&["no-such-program-here"]), &context(root.path())).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, HookError::Missing { .. }));
    assert!(error.to_string().contains("write `./no-such-program-here`"), "{error}");

    let (outcome, _) = run(&program(&["./scripts/announce.sh"]), &context(root.path())).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, HookError::Missing { .. }));
    assert!(error.to_string().contains(&root.path().join("./scripts/announce.sh").display().to_string()), "{error}");

    std::fs::create_dir(root.path().join("scripts")).unwrap();
    let script = root.path().join("scripts/announce.sh");
    std::fs::write(&script, "#!/bin/sh\necho \"$1\"\n").unwrap();
    let (outcome, _) = run(&program(&["./scripts/announce.sh"]), &context(root.path())).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, HookError::NotExecutable { .. }));
    assert!(error.to_string().contains("chmod +x ./scripts/announce.sh"), "{error}");

    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (outcome, lines) = run(&program(&["./scripts/announce.sh", "two words; $HOME"]), &context(root.path())).await;
    outcome.unwrap();
    assert_eq!(texts(&lines), ["two words; $HOME"]);

    let (outcome, _) = run(&program(&["./scripts"]), &context(root.path())).await;
    assert!(matches!(outcome.unwrap_err(), HookError::NotExecutable { .. }));
}

/// The processes, in which a hook's children can be told by an odd argument.
fn is_running(argument: &str) -> bool {
    std::fs::read_dir("/proc").unwrap().flatten().any(|process| {
        std::fs::read(process.path().join("cmdline"))
            .is_ok_and(|words| words.split(|byte| *byte == 0).any(|word| word == argument.as_bytes()))
    })
}

#[tokio::test]
async fn a_hook_that_runs_too_long_is_ended_with_its_children() {
    let root = tempfile::tempdir().unwrap();
    let slow = Hook { timeout: Duration::from_millis(300), ..shell("echo working; sleep 60017 & wait") };
    let (outcome, _) = run(&slow, &context(root.path())).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, HookError::TimedOut { .. }), "{error}");
    assert!(error.to_string().contains("longer than 300 ms") && error.to_string().contains("working"), "{error}");
    assert!(!is_running("60017"));
}

#[tokio::test]
async fn a_cancelled_hook_leaves_no_process() {
    let root = tempfile::tempdir().unwrap();
    let (events, mut heard) = mpsc::channel(8);
    let cancel = CancellationToken::new();
    let hook = shell("trap '' TERM; echo working; sleep 60018");
    let listen = async {
        while let Some(event) = heard.recv().await {
            if matches!(event, HookEvent::Line { .. }) {
                assert!(is_running("60018") || is_running("sh"));
                cancel.cancel();
            }
        }
    };
    let context = context(root.path());
    let act = async {
        let outcome = hook::run(&hook, &context, &events, &cancel).await;
        drop(events);
        outcome
    };
    let (outcome, ()) = tokio::join!(act, listen);
    assert!(matches!(outcome.unwrap_err(), HookError::Cancelled { .. }));
    assert!(!is_running("60018"));
}

#[tokio::test]
async fn what_a_hook_leaves_running_does_not_hold_the_window() {
    let root = tempfile::tempdir().unwrap();
    let (outcome, lines) = run(&shell("sleep 60019 & echo done"), &context(root.path())).await;
    outcome.unwrap();
    assert_eq!(texts(&lines), ["done"]);
    assert!(!is_running("60019"));
}
