//! The console's drift screens in a real pseudo-terminal, on real servers.

use crate::support::site::{ACCOUNTS, EMAIL};
use crate::support::{Run, Scratch, Server, Terminal, TestDatabase};

/// A project with staging one migration ahead of production, where somebody has added a column by hand.
struct Pair {
    scratch: Scratch,
    staging: TestDatabase,
    production: TestDatabase,
}

impl Pair {
    fn with(lines: &str) -> Self {
        let server = Server::shared();
        let (scratch, staging, production) = (Scratch::new(), server.fresh_database(), server.fresh_database());
        scratch.configure_with(
            lines,
            &[("staging", "staging", staging.url()), ("production", "production", production.url())],
        );
        scratch.migration(ACCOUNTS, "CREATE TABLE accounts (id int PRIMARY KEY);\n", "DROP TABLE accounts;\n");
        let add = "ALTER TABLE accounts ADD COLUMN email text;\n";
        scratch.migration(EMAIL, add, "ALTER TABLE accounts DROP COLUMN email;\n");
        for (environment, to) in [("staging", EMAIL), ("production", ACCOUNTS)] {
            let waived = ["--waive", "ticket=a test", "--waive", "backup=a test"];
            let arguments =
                [["apply", environment, "--confirm", environment].as_slice(), &["--to", to], &waived].concat();
            Run::of(scratch.tidegate().args(arguments)).expect_success();
        }
        let pair = Self { scratch, staging, production };
        pair.production.execute("ALTER TABLE accounts ADD COLUMN hot_fix int");
        pair
    }
}

#[test]
fn what_was_done_by_hand_is_on_the_board_and_in_the_tree() {
    let pair = Pair::with("");
    let mut terminal = Terminal::start(&pair.scratch.tidegate(), 120, 40);
    // Looked for in the background, without a key.
    terminal.wait_for("1 unexplained  1 explained");
    terminal.send("<tab>d");
    terminal.wait_for("column hot_fix");
    terminal.send("n");
    terminal.wait_for("unexplained: production is not what its migrations make");
    terminal.send("vv");
    terminal.wait_for("+ ALTER TABLE");
    // The difference that a migration explains leads to it.
    terminal.send("/email<enter>G<enter>");
    terminal.wait_for(&format!("drift › {EMAIL}"));
}

#[test]
fn a_comparison_is_made_on_demand_and_again_when_something_has_changed() {
    let pair = Pair::with("[drift]\nrefresh = \"0s\"");
    let mut terminal = Terminal::start(&pair.scratch.tidegate(), 80, 24);
    terminal.wait_for("1 pending");
    terminal.send("<tab>d");
    terminal.wait_for("1 unexplained  1 explained");
    pair.production.execute("ALTER TABLE accounts DROP COLUMN hot_fix");
    terminal.send("r");
    terminal.wait_for("✓1");
    terminal.send("[G<enter>");
    terminal.wait_for("- files");
}

#[test]
fn a_draft_is_proved_written_and_opened_in_the_editor_and_never_applied() {
    let pair = Pair::with("");
    let editor = pair.scratch.write(
        "editor.sh",
        "echo \"EDITING $#\"\nread line\necho \"-- $line\" >> \"$1\"\necho \"-- $line\" >> \"$2\"\n",
    );
    let mut command = pair.scratch.tidegate();
    command.env("EDITOR", format!("sh '{}'", editor.display()));
    let mut terminal = Terminal::start(&command, 120, 40);
    terminal.wait_for("1 unexplained  1 explained");
    terminal.send("<tab>d");
    terminal.wait_for("column hot_fix");
    // What only staging has stays, as nobody has said that it may be dropped.
    terminal.send("d");
    terminal.wait_for_all(&[
        "✓ proved",
        "ADD COLUMN IF NOT EXISTS hot_fix",
        "Left out, as staging would lose it: accounts.email",
    ]);
    terminal.send("w");
    terminal.wait_for("What is the migration about?");
    terminal.send_while("k", "in a few words");
    terminal.send("eep the hot fix");
    terminal.wait_for("eep the hot fix");
    terminal.send("<enter>");
    terminal.wait_for("EDITING 2");
    terminal.send("mended by hand<enter>");
    terminal.wait_for_all(&["✓ written", "ADD COLUMN IF NOT EXISTS hot_fix"]);
    let written = |end: &str| {
        let files = std::fs::read_dir(pair.scratch.path().join("migrations")).expect("the folder can be read");
        let paths = files.map(|file| file.expect("a file").path());
        let wanted = |path: &std::path::PathBuf| {
            let name = path.file_name().expect("a name").to_string_lossy();
            name.contains("_the_hot_fix") && name.ends_with(end) && (end == ".down.sql" || !name.ends_with(".down.sql"))
        };
        std::fs::read_to_string(paths.into_iter().find(wanted).expect("it was written")).expect("it can be read")
    };
    let up = written(".sql");
    assert!(
        up.contains("ADD COLUMN IF NOT EXISTS hot_fix integer;") && up.contains("-- Proved on a copy of the schema"),
        "{up}"
    );
    assert!(!up.contains("DROP COLUMN") && up.ends_with("-- mended by hand\n"), "{up}");
    assert!(written(".down.sql").contains("-- mended by hand"));
    let columns = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'hot_fix'";
    assert_eq!(pair.staging.value(columns), "0", "nothing was applied");
    // The terminal is ours again: keys go to the console.
    terminal.send("<esc>");
    terminal.wait_for("column hot_fix");
}

#[test]
fn the_matrix_is_filled_and_leads_to_a_pair_and_to_the_history_of_an_object() {
    let pair = Pair::with("[drift]\nrefresh = \"0s\"");
    let mut terminal = Terminal::start(&pair.scratch.tidegate(), 120, 40);
    terminal.wait_for("1 pending");
    terminal.send("m");
    // Files and staging are the same; production lacks a migration and has a column of its own.
    terminal.wait_for_all(&["3 of 3 pairs compared", "✓ same", "!1 ✓1"]);
    terminal.send("jl");
    terminal.wait_for("staging ▸ production");
    terminal.send("<enter>");
    terminal.wait_for("column hot_fix");
    terminal.send("/email<enter>GH");
    terminal.wait_for_all(&["column public.accounts.email", EMAIL, "explains it", "makes its whole"]);
    terminal.send("<enter>");
    terminal.wait_for(&format!("object › {EMAIL}"));
}
