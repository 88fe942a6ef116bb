//! Every rule objects to its bad examples and lets its good ones pass.

use std::path::Path;

use proptest::prelude::*;

use super::examine::{Examined, Files, Rules, examine};
use super::finding::Part;
use super::known::Known;
use super::rule::{Check, Example, Rule};
use super::settings::Settings;
use super::*;
use crate::migration::name::MigrationName;

fn settings() -> Settings {
    Settings {
        secured_schemas: vec!["secured".to_owned()],
        without_backup: vec!["staging".to_owned()],
        author: Some("ana".to_owned()),
        ..Settings::default()
    }
}

fn looked_at(example: &Example, settings: &Settings, rules: &Rules) -> Examined {
    let name: MigrationName = example.name.parse().expect("a migration's name");
    let before: MigrationName = "20250101000000_create_before".parse().expect("a migration's name");
    let mut known = Known::default();
    let earlier = Files { name: &before, up: (Path::new("before.sql"), example.before.as_bytes()), down: None };
    examine(earlier, settings, rules).follow(&mut known, settings, rules);
    let down = example.down.map(|down| (Path::new("example.down.sql"), down.as_bytes()));
    let files = Files { name: &name, up: (Path::new("example.sql"), example.up.as_bytes()), down };
    let mut examined = examine(files, settings, rules);
    examined.follow(&mut known, settings, rules);
    examined.settle(rules);
    examined
}

fn found(rule: &'static Rule, example: &Example) -> Vec<super::finding::Finding> {
    // What looks at the findings of others needs the others.
    let rules = match rule.check {
        Check::Outside => Rules::of(&settings(), None),
        _ => Rules::only(rule),
    };
    let examined = looked_at(example, &settings(), &rules);
    examined.findings.into_iter().filter(|finding| finding.rule == rule.name).collect()
}

#[test]
fn every_rule_objects_to_its_bad_examples_and_lets_the_good_ones_pass() {
    let mut faults = Vec::new();
    for rule in rules() {
        for example in rule.examples {
            let found = found(rule, example);
            if found.is_empty() == example.bad {
                faults.push(format!("{}: {:?} {}: {found:?}", rule.name, example.bad, example.up));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// The rules whose findings come from what folders, git and environments say; the tests of the command line show them.
const TOLD_BY_OTHERS: [&str; 6] =
    ["file-name", "rollback-beside", "changed-after-merge", "changed-after-apply", "uncommitted", "out-of-order"];

/// The rules of which no example can be written: a file too long for one (see the test of it below), what squawk finds in
/// comments that `squawk-ignore` is told of first, and what it finds for servers to come.
const WITHOUT_EXAMPLES: [&str; 3] = ["too-long", "unused-ignore", "prefer-repack"];

#[test]
fn what_others_tell_is_shown_on_the_command_line() {
    let tests = include_str!("../../tests/it/review.rs");
    for name in TOLD_BY_OTHERS {
        assert!(rule(name).is_some_and(|rule| matches!(rule.check, Check::Outside)), "{name}");
        assert!(tests.contains(&format!("\"{name}")), "nothing shows {name}");
    }
}

#[test]
fn every_rule_that_looks_at_files_has_bad_and_good_examples() {
    for rule in rules() {
        let inside = !TOLD_BY_OTHERS.contains(&rule.name) && !WITHOUT_EXAMPLES.contains(&rule.name);
        for bad in [true, false] {
            let has = rule.examples.iter().any(|example| example.bad == bad);
            assert!(has || !inside, "{} has no example that is bad: {bad}", rule.name);
        }
    }
}

#[test]
fn a_fix_ends_its_finding() {
    let mut fixed = std::collections::BTreeSet::new();
    for rule in rules() {
        for example in rule.examples {
            let before = found(rule, example);
            for finding in &before {
                let Some(fix) = &finding.fix else { continue };
                let fixed_example = match finding.part {
                    Part::Up => Example { up: fix.applied(example.up).leak(), ..*example },
                    Part::Down => Example { down: example.down.map(|down| &*fix.applied(down).leak()), ..*example },
                };
                let again = found(rule, &fixed_example);
                assert!(again.len() < before.len(), "{}: {fixed_example:?}: {again:?}", rule.name);
                let all = looked_at(&fixed_example, &settings(), &Rules::of(&settings(), None));
                for worse in ["syntax", "runnable", "ban-concurrent-index-creation-in-transaction"] {
                    let is_new = names(&all).contains(&worse)
                        && !names(&looked_at(example, &settings(), &Rules::of(&settings(), None))).contains(&worse);
                    assert!(!is_new, "{}: {worse}: {fixed_example:?}", rule.name);
                }
                fixed.insert(rule.name);
            }
        }
    }
    let expected = [
        "allow-unused",
        "analyze-after-write",
        "foreign-key-index",
        "header-name",
        "if-exists",
        "missing-author",
        "missing-rls",
        "pre-check",
        "records-own-name",
        "require-concurrent-index-creation",
        "rollback-records",
        "squawk-ignore",
    ];
    for rule in expected {
        assert!(fixed.contains(rule), "no example of {rule} is fixed");
    }
}

#[test]
fn names_are_plain_and_unique() {
    let mut names: Vec<&str> = rules().map(|rule| rule.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(names.iter().all(|name| name.chars().all(|one| one.is_ascii_lowercase() || one == '-')));
}

fn all_of(up: &str) -> Examined {
    let example = Example { up: up.to_owned().leak(), ..Example::good("") };
    let settings = settings();
    let work = move || looked_at(&example, &settings, &Rules::of(&settings, None));
    let thread = std::thread::Builder::new().stack_size(super::sql::STACK).spawn(work).expect("a thread");
    thread.join().expect("no rule panics")
}

#[test]
fn a_very_long_file_is_judged_by_its_header_alone() {
    let long =
        format!("-- tidegate: allow missing-ticket it is data\nSELECT '{}';\nLOCK TABLE t;", "x".repeat(5 << 20));
    let examined = all_of(&long);
    let names = names(&examined);
    assert!(names.contains(&"too-long") && names.contains(&"missing-author"), "{names:?}");
    assert!(!names.contains(&"missing-ticket") && !names.contains(&"lock-table"), "{names:?}");
}

fn names(examined: &Examined) -> Vec<&str> {
    examined.findings.iter().map(|finding| finding.rule).collect()
}

#[test]
fn a_comment_with_a_reason_allows_a_finding_of_its_statement_only() {
    let lock = "LOCK TABLE t;\n";
    let one = all_of(&format!("-- tidegate: allow lock-table nobody uses it yet\n{lock}{lock}"));
    assert_eq!(names(&one).iter().filter(|name| **name == "lock-table").count(), 1);
    assert_eq!(one.allowed.len(), 1);
    assert_eq!(one.allowed[0].1, "nobody uses it yet");
    let inside = all_of("LOCK TABLE t -- tidegate: allow lock-table in the middle\n;");
    assert!(!names(&inside).contains(&"lock-table"));
}

#[test]
fn a_comment_before_everything_allows_what_is_found_of_the_whole_file() {
    let examined = all_of("-- tidegate: allow missing-rollback, missing-ticket it is a test\nSELECT 1;");
    assert!(!names(&examined).contains(&"missing-rollback"));
    assert!(!names(&examined).contains(&"missing-ticket"));
    assert!(names(&examined).contains(&"missing-author"));
}

#[test]
fn a_comment_without_a_reason_or_a_match_is_found_itself() {
    assert!(names(&all_of("-- tidegate: allow lock-table\nLOCK TABLE t;")).contains(&"lock-table"));
    assert!(names(&all_of("-- tidegate: allow lock-table\nLOCK TABLE t;")).contains(&"allow-without-reason"));
    let misspelt = all_of("-- tidegate: alow lock-table a reason\nLOCK TABLE t;");
    let found = names(&misspelt);
    assert!(["lock-table", "allow-without-reason"].iter().all(|rule| found.contains(rule)), "{found:?}");
    assert!(!names(&all_of("-- Tidegate: ALLOW lock-table a reason\nLOCK TABLE t;")).contains(&"lock-table"));
    assert!(!names(&all_of("-- tidegate: run at night\nSELECT 1;")).contains(&"allow-without-reason"));
    assert!(names(&all_of("-- tidegate: allow lock-table a reason\nSELECT 1;")).contains(&"allow-unused"));
    assert!(names(&all_of("-- tidegate: allow look-table a reason\nLOCK TABLE t;")).contains(&"allow-unused"));
}

#[test]
fn an_allowance_is_not_unused_where_its_rule_is_off_or_half_told() {
    let is_unused = |up: &'static str, rules: &Rules| {
        names(&looked_at(&Example::good(up), &settings(), rules)).contains(&"allow-unused")
    };
    let allowed = "-- tidegate: allow lock-table nobody uses it yet\nLOCK TABLE t;";
    let mut in_production = settings();
    in_production.tiers.insert("production".to_owned(), [("lock-table".to_owned(), None)].into());
    for tier in [None, Some("production")] {
        assert!(!is_unused(allowed, &Rules::of(&in_production, tier)), "{tier:?}");
    }
    let both = "-- tidegate: allow lock-table, select-star nobody uses it yet\nSELECT 1;";
    assert!(is_unused(both, &Rules::of(&in_production, None)));
    assert!(!is_unused(both, &Rules::of(&in_production, Some("production"))));
    let late = "-- tidegate: allow out-of-order it waits for nothing\nSELECT 1;";
    assert!(is_unused(late, &Rules::of(&settings(), None)));
    assert!(!is_unused(late, &Rules::of(&settings(), None).half_told(&["out-of-order"])));
}

#[test]
fn a_level_of_a_tier_wins_over_that_of_all() {
    let mut settings = settings();
    settings.levels.insert("lock-table".to_owned(), None);
    settings
        .tiers
        .entry("production".to_owned())
        .or_default()
        .insert("lock-table".to_owned(), Some(finding::Severity::Error));
    assert_eq!(Rules::of(&settings, None).severity("lock-table"), None);
    assert_eq!(Rules::of(&settings, Some("staging")).severity("lock-table"), None);
    assert_eq!(Rules::of(&settings, Some("production")).severity("lock-table"), Some(finding::Severity::Error));
}

#[test]
fn deep_nesting_and_long_chains_end_cleanly() {
    let deep = 20_000;
    let cases = [
        format!("SELECT {}1{};", "(".repeat(deep), ")".repeat(deep)),
        format!("SELECT {}1;", "NOT ".repeat(deep)),
        format!("SELECT {}1;", "- ".repeat(deep)),
        format!("{}SELECT 1;", "EXPLAIN ".repeat(deep)),
        format!("SELECT {}1{};", "CASE WHEN ".repeat(deep), " THEN 1 END".repeat(deep)),
        format!("SELECT {}1;", "1 + ".repeat(4_900)),
        format!("SELECT {}1;", "1 + ".repeat(deep)),
        format!("SELECT true {};", "AND a = 1 ".repeat(deep)),
        format!("SELECT 1 {};", "UNION SELECT 1 ".repeat(deep)),
        format!("SELECT 1 FROM t {};", "JOIN u ON true ".repeat(deep)),
        format!("SELECT 1{};", "::int".repeat(deep)),
        format!("SELECT a{};", "[1]".repeat(deep)),
        format!("SELECT a {};", "COLLATE \"C\" ".repeat(deep)),
        format!("SELECT a {};", "IS NULL ".repeat(deep)),
        format!("SELECT a {};", "ISNULL ".repeat(deep)),
        format!("SELECT {};", "a.".repeat(deep)),
        "(".repeat(deep),
        "$$".repeat(deep),
    ];
    for case in cases {
        let examined = all_of(&case);
        assert!(!examined.findings.is_empty());
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_rule_panic(text in "\\PC{0,200}") {
        all_of(&text);
    }

    #[test]
    fn no_run_of_words_makes_a_rule_panic(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "create", "table", "index", "on", "t", "(", ")", ";", ",", "alter", "drop", "column", "add", "policy",
                "using", "true", "view", "as", "select", "*", "from", "grant", "to", "public", "'x'", "type", "value",
                "if", "not", "exists", "\"q\"", ".", "$$", "do", "begin", "commit", "insert", "into", "update", "set",
                "--", "\n", "/*", "*/", "function", "security", "definer", "é", "references", "primary", "key",
            ]),
            0..40,
        )
    ) {
        all_of(&words.join(" "));
    }
}

#[test]
fn the_documentation_lists_every_rule_and_names_no_other() {
    let documentation = include_str!("../../docs/review.md");
    for rule in rules() {
        let level = rule.level.map_or("off", |severity| severity.word());
        let row = format!("| `{}` | {level} | {} |", rule.name, rule.what);
        assert!(documentation.contains(&row), "docs/review.md lacks {row}");
    }
    let (_, asked_for) = documentation.split_once("## What the governance asks for").expect("the table is there");
    for line in asked_for.lines().filter(|line| line.starts_with("| ")) {
        let holds = line.rsplit('|').nth(1).unwrap_or_default();
        for name in holds.split('`').skip(1).step_by(2).filter(|name| name.contains('-')) {
            assert!(rule(name).is_some(), "docs/review.md names {name}, which is no rule");
        }
    }
}

#[test]
fn the_documentation_says_what_holds_each_line_of_the_governance() {
    let documentation = include_str!("../../docs/review.md");
    let (_, asked_for) = documentation.split_once("## What the governance asks for").expect("the table is there");
    let rows: Vec<(&str, &str)> =
        asked_for.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")).collect();
    let counted = |head: &str| rows.iter().filter(|(says, _)| says.starts_with(head)).count();
    for (head, lines) in [
        ("review: ", 8),
        ("testing: ", 5),
        ("deployment: ", 5),
        ("categories: ", 1),
        ("DO: ", 8),
        ("DON'T: ", 7),
        ("performance: ", 3),
        ("compliance: ", 4),
        ("security: ", 3),
    ] {
        assert_eq!(counted(head), lines, "{head}");
    }
    for (says, held) in &rows {
        assert!(!held.trim().is_empty(), "nothing holds {says}");
    }
    // Where a line is left to whoever approves, the checklist has the entry.
    for name in
        rows.iter().flat_map(|(_, held)| held.split("entry *").skip(1)).filter_map(|rest| rest.split('*').next())
    {
        assert!(checklist::entry(name).is_some(), "{name} is no entry of the checklist");
    }
}
