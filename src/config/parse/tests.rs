use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rstest::rstest;

use super::parse;
use crate::config::hooks::Hook;
use crate::config::schema::{KEYS, Section};
use crate::config::{
    Access, ApprovalRule, ApprovalRules, BackupFormat, BackupRequirement, CommandLine, Config, ConfigError, Origin,
    PasswordSource, Tier,
};
use crate::review::approval::Approval;

const EXAMPLE: &str = include_str!("../../../config.example.toml");

/// The message for a text that is not valid, as an operator reads it.
fn message(text: &str, readable_by_others: bool) -> String {
    match parse(text, Path::new("/srv/scout/tidegate.toml"), readable_by_others) {
        Ok(config) => panic!("this is valid: {config:#?}"),
        Err(error) => error.to_string(),
    }
}

/// An environment that is valid, before the keys under test.
const ENVIRONMENT: &str = "[[environment]]\nname = 'it'\ntier = 'staging'\nurl_env = 'IT_URL'\n";

#[test]
fn the_example_is_valid_and_means_what_it_says() {
    let config =
        Config::parse(EXAMPLE, Path::new("/srv/scout/tidegate.toml")).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(config.root, Path::new("/srv/scout"));
    assert_eq!(config.project.name, "scout-dashboard");
    assert_eq!(config.project.layout.rollbacks.as_deref(), Some(Path::new("/srv/scout/supabase/rollbacks")));
    assert_eq!(config.backup.directory, Path::new("/srv/scout/.tidegate/backups"));
    assert_eq!((config.backup.format, config.backup.keep_free), (BackupFormat::Directory, 1 << 30));
    assert_eq!(config.interface.keys["help"].keys, ["f1", "?"]);

    let production = config.environment("production").expect("is in the example");
    assert_eq!(production.tier, Tier::Production);
    assert!(
        matches!(&production.connection.origin, Origin::UrlCommand(CommandLine::Program(words)) if words[0] == "op")
    );
    assert_eq!(production.hooks.announce.as_ref().map(|hook| hook.timeout), Some(Hook::DEFAULT_TIMEOUT));
    assert_eq!(production.hooks.validate.as_ref().map(|hook| hook.timeout), Some(Duration::from_secs(900)));
    assert!(production.policy.ticket.required && production.policy.backup == BackupRequirement::Required);
    assert_eq!(config.environment("reporting").map(|environment| environment.access), Some(Access::ReadOnly));
    let warehouse = config.environment("warehouse").expect("is in the example");
    assert_eq!(warehouse.connection.password, Some(PasswordSource::Variable("WAREHOUSE_PASSWORD".into())));
    assert_eq!(warehouse.connection.beside.get("port"), Some("5432"));
}

#[test]
fn approvals_say_where_they_are_demanded_and_who_gives_them() {
    let read = |section: &str| {
        let environments = "[[environment]]\nname = 'live'\ntier = 'production'\nurl_env = 'LIVE_URL'\n";
        let text = format!("{section}\n{ENVIRONMENT}{environments}");
        Config::parse(&text, Path::new("/srv/scout/tidegate.toml")).unwrap_or_else(|error| panic!("{error}"))
    };
    let rules = |config: &Config| {
        let of = |index: usize| config.environments[index].policy.approvals.clone();
        (of(0), of(1))
    };
    assert_eq!(rules(&read("")), (None, Some(ApprovalRules::default())));
    assert_eq!(rules(&read("[approvals]\ntiers = []")), (None, None));
    let archive = "[[environment]]\nname = 'archive'\ntier = 'production'\nurl_env = 'A'\nread_only = true";
    assert_eq!(read(archive).environments[0].policy.approvals, None);
    let config = read("[approvals]\ntiers = ['staging']\nsecurity = { roles = ['guards', 'dba'], count = 2 }");
    let (Some(staging), None) = rules(&config) else { panic!("{config:#?}") };
    let security = ApprovalRule { roles: vec!["guards".into(), "dba".into()], count: 2 };
    assert_eq!(staging, ApprovalRules::default().with(Approval::Security, security));
}

#[test]
fn mistakes_about_approvals_name_what_would_be_right() {
    let text = "[approvals]\ntiers = ['prod', 'staging']\ntier = 1\nsecurty = { count = 2 }\n\
                retention = { role = 'x', count = 0 }\ncompliance = { roles = [] }\nproduction = 'reviewers'\n";
    insta::assert_snapshot!("approvals", message(&format!("{text}{ENVIRONMENT}"), false));
}

/// The schema, the example and the documentation must not drift apart.
#[test]
fn the_example_shows_every_key() {
    let lines: BTreeSet<&str> = EXAMPLE
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once(" = "))
        .map(|(key, _)| key.trim())
        .collect();
    for section in Section::ALL {
        for key in section.keys() {
            let heading = format!("[{}]", key.name);
            let shown = lines.contains(key.name)
                || EXAMPLE.contains(&format!("[[{}]]", key.name))
                || EXAMPLE.contains(&heading)
                || EXAMPLE.contains(&format!(".{}]", key.name))
                || (section == Section::Hook && EXAMPLE.contains(&format!("{} = ", key.name)));
            assert!(shown, "config.example.toml does not show `{}` of {}", key.name, section.heading());
        }
    }
}

#[test]
fn the_documentation_lists_every_key() {
    let documentation = include_str!("../../../docs/configuration.md");
    for section in Section::ALL.into_iter().filter(|section| *section != Section::File) {
        let rows: String = section
            .keys()
            .filter(|key| key.kind != "a section")
            .map(|key| format!("| `{}` | {} | {} | {} |\n", key.name, key.kind, key.default, key.meaning))
            .collect();
        let table = format!("| key | type | default | meaning |\n| --- | --- | --- | --- |\n{rows}");
        assert!(
            documentation.contains(&table),
            "docs/configuration.md should hold for {}:\n\n{table}",
            section.heading()
        );
    }
}

#[test]
fn no_key_stands_twice_in_a_section() {
    let keys: BTreeSet<_> = KEYS.iter().map(|key| (key.section.heading(), key.name)).collect();
    assert_eq!(keys.len(), KEYS.len());
}

#[test]
fn the_configuration_in_the_projects_folder_belongs_to_the_folder_above() {
    let config = Config::parse(ENVIRONMENT, Path::new("/srv/scout/.tidegate/config.toml")).expect("is valid");
    assert_eq!(config.root, Path::new("/srv/scout"));
    assert_eq!(config.project.name, "scout");
    assert_eq!(config.project.layout.migrations, Path::new("/srv/scout/migrations"));
}

#[rstest]
#[case::empty("", "empty")]
#[case::no_environments("[project]\nname = 'scout'", "no_environments")]
#[case::broken("[project\nname = 'scout'\n[history]\nschema = 'x", "broken")]
#[case::same_key_twice("[project]\nname = 'a'\nname = 'b'", "same_key_twice")]
#[case::single_brackets("[environment]\nname = 'it'\ntier = 'staging'\nurl_env = 'X'", "single_brackets")]
#[case::nothing_said("[[environment]]", "nothing_said")]
#[case::controls("\"\\u001b[31m\" = 1\n[project]\nname = \"a\\u0007b\"\n[[environment]]\nname = 'it'", "controls")]
fn a_file_with_mistakes(#[case] text: &str, #[case] name: &str) {
    insta::assert_snapshot!(name, message(text, false));
}

#[test]
fn every_mistake_is_told_at_once() {
    let text = r#"
[project]
nmae = "scout"
migrations = 5
lock_timeout = "5s"

[histroy]
schema = "public"

[backup]
jobs = 0
format = "plain"
keep_free = "2"

[interface]
mouse = "yes"
[interface.keys]
quit = "cntrl-q"
help = [1]

[[environment]]
name = "production"
tier = "prod"
url = "postgresql://deployer:hunter2@db:http x/app"
url_env = "$PRODUCTION_DATABASE_URL"
lock_timout = "5s"
statement_timeout = 5
retry_backoff = "5"
lock_retries = 1000
allowed_hours = "22:00-04:00"
ticket_pattern = "SCOUT-["
search_path = "app, public"
read_only = "true"

[[environment]]
name = "Production"
tier = "production"
url = "mysql://root:hunter2@db/app"
host = "db"
sslmode = "verify_full"
password = "a"
password_env = "B"
port = 123456
role = "a_role_whose_name_is_longer_than_the_sixty_three_bytes_of_postgresql"
[environment.hooks]
annouce = "x"
announce = []
validate = { timeout = "1 fortnight" }

[[environment]]
name = "my prod"
tier = "production"

[[environment]]
name = "c"
tier = "staging"
url = "$DATABASE_URL"
"#;
    let message = message(text, false);
    assert!(!message.contains("hunter2"));
    insta::assert_snapshot!(message);
}

#[rstest]
#[case::in_a_url("url = 'postgresql://u:hunter2@h/d'")]
#[case::of_its_own("host = 'h'\npassword = 'hunter2'")]
fn a_password_that_others_may_read_is_a_mistake(#[case] keys: &str) {
    let text = format!("[[environment]]\nname = 'it'\ntier = 'staging'\n{keys}\n");
    assert!(parse(&text, Path::new("/srv/it's/tidegate.toml"), false).is_ok());
    let error = parse(&text, Path::new("/srv/it's/tidegate.toml"), true).map_err(|error| error.to_string());
    let message = error.expect_err("others may read it");
    assert!(message.contains(r"chmod 0600 '/srv/it'\''s/tidegate.toml'"), "{message}");
    assert!(!message.contains("hunter2"));
}

#[test]
fn a_file_without_a_password_may_be_read_by_all() {
    assert!(parse(ENVIRONMENT, Path::new("/srv/tidegate.toml"), true).is_ok());
}

#[test]
fn a_file_of_ten_megabytes_is_no_configuration() {
    let text = "#".repeat(10 << 20);
    let error = parse(&text, Path::new("/srv/tidegate.toml"), false);
    assert!(
        matches!(error, Err(ConfigError::Invalid { problems, .. }) if problems[0].message.contains("at most 1048576"))
    );
}

#[test]
fn secrets_are_in_no_debug_output() {
    let text = "[[environment]]\nname = 'it'\ntier = 'staging'\nurl = 'postgresql://u:hunter2@h/d'\n";
    let config = Config::parse(text, Path::new("/srv/tidegate.toml")).expect("is valid");
    assert!(!format!("{config:?}").contains("hunter2"));
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = Config::parse(&text, Path::new("/srv/tidegate.toml"));
    }

    #[test]
    fn no_value_panics(key in proptest::sample::select(KEYS.iter().map(|key| key.name).collect::<Vec<_>>()), value in "[\"'\\[\\]{}a-z0-9:,=.\\- ]{0,24}") {
        let _ = Config::parse(&format!("{ENVIRONMENT}{key} = {value}\n"), Path::new("/srv/tidegate.toml"));
    }
}
