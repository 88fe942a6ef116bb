//! The console's drift screens in a real pseudo-terminal, on real servers.

use crate::support::site::{ACCOUNTS, EMAIL};
use crate::support::{Run, Scratch, Server, Terminal, TestDatabase};

/// A project with staging one migration ahead of production, where somebody has added a column by hand.
struct Pair {
    scratch: Scratch,
    _staging: TestDatabase,
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
        let pair = Self { scratch, _staging: staging, production };
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
