use std::collections::BTreeSet;
use std::path::Path;

use rstest::rstest;

use super::*;
use crate::review::examine::{Files, examine};
use crate::review::known::Known;
use crate::review::{rule, settings};

const HEAD: &str = "-- Author: ana\n-- Ticket: S-1\n-- Description: What it is about.\n";
const PRE_CHECK: &str = "DO $$ BEGIN IF EXISTS (SELECT 1 FROM migrations_history WHERE migration_name = \
     '20260801093000_alter_metrics') THEN RAISE NOTICE 'skipping'; RETURN; END IF; END $$;\n";
const RECORD: &str = "INSERT INTO migrations_history (migration_name) VALUES ('20260801093000_alter_metrics');\n";

fn settings() -> Settings {
    Settings { secured_schemas: vec!["app".to_owned()], ..Settings::default() }
}

fn checklist_of(up: &str, down: Option<&str>, settings: &Settings) -> Checklist {
    let rules = Rules::of(settings, None);
    let name = "20260801093000_alter_metrics".parse().expect("a migration's name");
    let files = Files {
        name: &name,
        up: (Path::new("up.sql"), up.as_bytes()),
        down: down.map(|it| (Path::new("down.sql"), it.as_bytes())),
    };
    let mut examined = examine(files, settings, &rules);
    examined.follow(&mut Known::default(), settings, &rules);
    examined.settle(&rules);
    Checklist::of(&examined, settings, &rules)
}

fn checklist(sql: &str) -> Checklist {
    let down = "DROP TABLE IF EXISTS app.a; DELETE FROM migrations_history WHERE migration_name = '20260801093000_alter_metrics';";
    checklist_of(&format!("{HEAD}{PRE_CHECK}{sql};\n{RECORD}"), Some(down), &settings())
}

fn asked(checklist: &Checklist) -> Vec<&'static str> {
    checklist.questions().map(|(entry, _)| entry.name).collect()
}

const TRIED: [&str; 3] = ["tested-locally", "tested-volume", "rollback-tested"];

#[test]
fn every_entry_has_a_name_of_its_own_and_rules_that_exist_and_are_on() {
    let names: BTreeSet<&str> = ENTRIES.iter().map(|entry| entry.name).collect();
    assert_eq!(names.len(), ENTRIES.len());
    for entry in &ENTRIES {
        for name in entry.rules {
            let rule = rule(name).unwrap_or_else(|| panic!("{name} of {} is no rule", entry.name));
            assert!(rule.level.is_some(), "{name} of {} is off", entry.name);
        }
        assert!(entry.rules.is_empty() || !entry.is_always_asked());
        assert!(entry.question.ends_with('?'));
    }
    let of = |list| ENTRIES.iter().filter(|entry| entry.list == list).count();
    assert_eq!((of(List::Review), of(List::Testing)), (8, 5));
}

#[rstest]
#[case::a_guarded_table(
    "CREATE TABLE app.a (id int PRIMARY KEY, b_id int); ALTER TABLE app.a ENABLE ROW LEVEL SECURITY",
    &["indexes", "rls-policies"]
)]
#[case::an_index("CREATE INDEX CONCURRENTLY ON app.b (c)", &["existing-data", "no-breaking-changes", "api-compatible"])]
#[case::a_comment("COMMENT ON TABLE app.b IS 'x'", &[])]
#[case::a_type("CREATE TYPE app.mood AS ENUM ('a')", &[])]
#[case::a_column(
    "ALTER TABLE app.b ADD COLUMN c int",
    &["existing-data", "indexes", "no-breaking-changes", "api-compatible"]
)]
#[case::a_key_to_what_was_there(
    "CREATE TABLE app.a (id int PRIMARY KEY REFERENCES app.b); ALTER TABLE app.a ENABLE ROW LEVEL SECURITY; \
     CREATE POLICY p ON app.a USING (id = 1)",
    &["existing-data", "indexes", "rls-policies", "no-breaking-changes", "api-compatible"]
)]
#[case::rows(
    "UPDATE app.b SET c = 1 WHERE d",
    &["existing-data", "performance", "no-breaking-changes", "api-compatible"]
)]
#[case::a_block_that_says_what_it_does(
    "DO $$ BEGIN EXECUTE 'DROP TABLE app.b'; END $$",
    &["existing-data", "no-breaking-changes", "api-compatible"]
)]
#[case::a_block_that_makes_a_view(
    "DO $$ BEGIN CREATE VIEW app.v AS SELECT 1; END $$",
    &["existing-data", "rls-policies", "no-breaking-changes", "api-compatible"]
)]
#[case::a_block(
    "DO $$ BEGIN EXECUTE format('DROP TABLE %I.b', 'app'); END $$",
    &["existing-data", "indexes", "rls-policies", "performance", "no-breaking-changes", "api-compatible"]
)]
#[case::a_table_from_a_query("CREATE TABLE app.a AS SELECT 1", &["indexes", "rls-policies", "performance"])]
#[case::a_grant("GRANT SELECT ON app.b TO c", &["existing-data", "rls-policies", "no-breaking-changes", "api-compatible"])]
fn what_no_rule_proves_is_asked(#[case] sql: &str, #[case] expected: &[&str]) {
    let checklist = checklist(sql);
    // The rollback is the same for all, and so does not bring back everything.
    let others = asked(&checklist).into_iter().filter(|name| !TRIED.contains(name) && *name != "rollback");
    let found: Vec<&str> = others.collect();
    assert_eq!(found, expected, "{checklist:#?}");
    assert!(TRIED.iter().all(|name| asked(&checklist).contains(name)));
}

#[rstest]
#[case::no_rollback("SELECT 1;", None, "rollback", "missing-rollback")]
#[case::no_description("SELECT 1;", Some("SELECT 1;"), "comments", "missing-description")]
#[case::mixed("BEGIN; CREATE TABLE t (a int); UPDATE u SET a = 1; COMMIT;", None, "transactions", "mixed-ddl-dml")]
#[case::required("ALTER TABLE t ADD COLUMN a int NOT NULL;", None, "existing-data", "adding-required-field")]
#[case::a_key("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id);", None, "indexes", "foreign-key-index")]
#[case::open("CREATE TABLE app.t (a int);", None, "rls-policies", "missing-rls")]
#[case::at_once("UPDATE t SET a = 1;", None, "performance", "unbatched-write")]
#[case::gone("ALTER TABLE t DROP COLUMN a;", None, "no-breaking-changes", "ban-drop-column")]
#[case::no_view("DROP VIEW v;", None, "api-compatible", "ban-drop-view")]
fn a_finding_stands_against_its_entry_and_wants_a_note(
    #[case] up: &str,
    #[case] down: Option<&str>,
    #[case] name: &str,
    #[case] rule: &str,
) {
    let checklist = checklist_of(up, down, &settings());
    let (entry, question) =
        checklist.questions().find(|(entry, _)| entry.name == name).unwrap_or_else(|| panic!("{name} is ticked"));
    assert!(question.found.iter().any(|one| one.rule == rule && one.line != Some(0)), "{question:?}");
    assert!(question.needs_note(true) && question.needs_note(false));
    let answers = |note: &str| Answers::from([(name.to_owned(), Answer::new(true, note).expect("is short"))]);
    assert!(checklist.lacks(&answers(" ")).contains(&Lack::WithoutNote(entry, true)));
    assert!(checklist.lacks(&answers("it is empty")).iter().all(|lack| lack.entry() != entry));
}

#[test]
fn what_the_file_allows_is_part_of_the_proof() {
    let up = "-- tidegate: allow unbatched-write it has ten rows\nUPDATE t SET a = 1;";
    let with = checklist_of(up, None, &settings());
    let performance = with.questions().find(|(entry, _)| entry.name == "performance").expect("is asked");
    assert!(performance.1.found.is_empty(), "{performance:?}");
    let up = "-- tidegate: allow foreign-key-index nobody deletes there\nALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id);";
    let with = checklist_of(up, None, &settings());
    let indexes = with.items.iter().find(|item| item.entry.name == "indexes").expect("is there");
    let Verdict::Proved(proof) = &indexes.verdict else { panic!("{indexes:?}") };
    assert_eq!(proof.allowed, [("foreign-key-index", "nobody deletes there".to_owned())]);
}

#[test]
fn a_rule_that_is_off_proves_nothing() {
    let mut settings = settings();
    settings.levels.insert("missing-description".to_owned(), settings::level_of_word("off").expect("a level"));
    let checklist = checklist_of("SELECT 1;", Some("SELECT 1;"), &settings);
    let (_, question) = checklist.questions().find(|(entry, _)| entry.name == "comments").expect("is asked");
    assert_eq!((question.why.as_str(), question.found.len()), ("Switched off here: missing-description.", 0));
}

#[rstest]
#[case::no_sql("CREATE TABLE FROM WHERE;", Some("SELECT 1;"), &["naming", "transactions", "indexes"])]
#[case::no_rollback_sql("COMMENT ON TABLE a IS 'x';", Some("DROP FROM WHERE;"), &["rollback"])]
fn what_cannot_be_read_proves_nothing(#[case] up: &str, #[case] down: Option<&str>, #[case] expected: &[&str]) {
    let checklist = checklist_of(&format!("{HEAD}{up}"), down, &settings());
    let asked = asked(&checklist);
    assert!(expected.iter().all(|name| asked.contains(name)), "{asked:?}");
    assert!(!asked.contains(&"comments"));
}

#[test]
fn a_file_that_could_not_be_opened_ticks_nothing() {
    let checklist = Checklist::unread("20260801093000_alter_metrics", "It is gone.");
    assert_eq!((checklist.proved(), checklist.questions().count()), (0, ENTRIES.len()));
}

#[rstest]
#[case("yes", Ok((true, None)))]
#[case("Y", Ok((true, None)))]
#[case("no: the table is new", Ok((false, Some("the table is new"))))]
#[case("yes:at 3:00 on staging", Ok((true, Some("at 3:00 on staging"))))]
#[case("no:  ", Ok((false, None)))]
#[case("maybe", Err(UnreadableAnswer::Word))]
#[case("", Err(UnreadableAnswer::Word))]
fn an_answer_is_read(#[case] text: &str, #[case] expected: Result<(bool, Option<&str>), UnreadableAnswer>) {
    let expected = expected.map(|(yes, note)| Answer { yes, note: note.map(str::to_owned) });
    assert_eq!(text.parse::<Answer>(), expected);
}

#[test]
fn an_answer_is_kept_as_json_that_people_can_read() {
    let answers = Answers::from([("tested-volume".to_owned(), Answer { yes: false, note: Some("new".to_owned()) })]);
    let json = serde_json::to_string(&answers).expect("serialises");
    assert_eq!(json, r#"{"tested-volume":{"answer":"no","note":"new"}}"#);
    assert_eq!(serde_json::from_str::<Answers>(&json).expect("reads"), answers);
    assert!(serde_json::from_str::<Answers>(r#"{"a":{"answer":"maybe"}}"#).is_err());
}

#[test]
fn only_questions_that_were_asked_are_kept_and_a_gap_is_seen() {
    let checklist = checklist("COMMENT ON TABLE app.b IS 'x'");
    let yes = |name: &str| (name.to_owned(), Answer { yes: true, note: None });
    let mut answers = Answers::from([yes("naming"), yes("tested-locally"), yes("tested-volume")]);
    assert_eq!(lacking(&answers), ["rollback-tested"]);
    let lacks: Vec<&str> = checklist.lacks(&answers).into_iter().map(|lack| lack.entry().name).collect();
    assert_eq!(lacks, ["rollback-tested"]);
    assert_eq!(checklist.asked_of(&answers).len(), 2);
    answers.insert("rollback-tested".to_owned(), Answer { yes: false, note: None });
    assert_eq!(lacking(&answers), ["rollback-tested"], "a no without a note");
    answers.insert("rollback-tested".to_owned(), Answer { yes: false, note: Some("nothing to bring back".to_owned()) });
    assert!(lacking(&answers).is_empty() && checklist.lacks(&answers).is_empty());
}

#[test]
fn the_documentation_lists_every_entry_with_its_rules() {
    let page = include_str!("../../../docs/approvals.md");
    for entry in &ENTRIES {
        let rules = entry.rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
        let rules = if rules.is_empty() { String::new() } else { format!("{rules} ") };
        let row = format!("| `{}` | {} | {rules}|", entry.name, entry.words);
        assert!(page.contains(&row), "docs/approvals.md lacks: {row}");
    }
}
