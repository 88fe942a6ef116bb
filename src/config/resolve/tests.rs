use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use rstest::rstest;

use super::{PasswordOrigin, Resolution};
use crate::config::target::{ChannelBinding, Host, RootCertificates, SslMode, TargetSessionAttributes, Verification};
use crate::config::{Config, ConfigError, Surroundings};

/// A user `me` with a home folder that holds what a test puts there, and no variables but those of the test.
fn surroundings(home: &Path, variables: &[(&str, &str)]) -> Surroundings {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Surroundings { variables, home: Some(home.to_owned()), user: Some("me".to_owned()), folder: home.to_owned() }
}

fn resolve_in(home: &Path, tier: &str, keys: &str, variables: &[(&str, &str)]) -> Result<Resolution, ConfigError> {
    let text = format!("[[environment]]\nname = \"it\"\ntier = \"{tier}\"\n{keys}\n");
    let config = Config::parse(&text, &home.join("tidegate.toml"))?;
    config.environments[0].resolve(home, &surroundings(home, variables))
}

fn resolve(tier: &str, keys: &str, variables: &[(&str, &str)]) -> Result<Resolution, ConfigError> {
    let home = tempfile::tempdir().expect("a temporary folder");
    resolve_in(home.path(), tier, keys, variables)
}

fn display(keys: &str, variables: &[(&str, &str)]) -> String {
    match resolve("staging", keys, variables) {
        Ok(resolution) => resolution.target.display(),
        Err(error) => error.to_string(),
    }
}

#[rstest]
#[case::url("url = 'postgresql://u@h:1/d'", &[], "u@h:1/d")]
#[case::url_beats_variables("url = 'postgresql://u@h:1/d'", &[("PGHOST", "x"), ("PGPORT", "2"), ("PGUSER", "y"), ("PGDATABASE", "z")], "u@h:1/d")]
#[case::variables_fill_gaps("url = 'postgresql://h'", &[("PGPORT", "2"), ("PGUSER", "y"), ("PGDATABASE", "z")], "y@h:2/z")]
#[case::defaults("url = 'postgresql://h'", &[], "me@h:5432/me")]
#[case::database_is_the_user("url = 'postgresql://u@h'", &[], "u@h:5432/u")]
#[case::pairs("url = 'host=h dbname=d user=u'", &[], "u@h:5432/d")]
#[case::variable("url_env = 'IT_URL'", &[("IT_URL", " postgresql://u@h/d\n")], "u@h:5432/d")]
#[case::command("url_command = 'echo postgresql://u@h/d'", &[], "u@h:5432/d")]
#[case::program("url_command = ['printf', '%s', 'postgresql://u@h/d']", &[], "u@h:5432/d")]
#[case::parts("host = 'h'\nport = 6432\nuser = 'u'\ndatabase = 'd'", &[("PGHOST", "x")], "u@h:6432/d")]
#[case::only_a_database("database = 'd'", &[("PGHOST", "x")], "me@x:5432/d")]
#[case::ipv6("url = 'postgresql://u@[::1]:1/d'", &[], "u@[::1]:1/d")]
#[case::several("url = 'postgresql://u@a:1,b:2/d'", &[], "u@a:1,b:2/d")]
#[case::several_share_a_port("host = 'a,b'\nport = 7\ndatabase = 'd'\nuser = 'u'", &[], "u@a:7,b:7/d")]
#[case::missing_port_in_a_list("url = 'postgresql://u@a:1,b/d'", &[], "u@a:1,b:5432/d")]
#[case::socket("host = '/srv/pg'\ndatabase = 'd'", &[], "me@/srv/pg:5432/d")]
#[case::hostaddr("url = 'postgresql://u@h/d?hostaddr=192.0.2.1'", &[], "u@h:5432/d")]
#[case::hostaddr_alone("url = 'postgresql:///d?hostaddr=192.0.2.1&user=u'", &[], "u@192.0.2.1:5432/d")]
#[case::escapes_are_shown("url = 'postgresql://u%1B[31m@h/d'", &[], "u\\x1b[31m@h:5432/d")]
fn an_environment_leads_where_libpq_would_go(
    #[case] keys: &str,
    #[case] variables: &[(&str, &str)],
    #[case] expected: &str,
) {
    assert_eq!(display(keys, variables), expected);
}

#[test]
fn an_address_from_the_shell_does_not_lead_a_configured_host_elsewhere() {
    let resolution =
        resolve("staging", "url = 'postgresql://u@h/d'", &[("PGHOSTADDR", "192.0.2.66")]).expect("resolves");
    assert_eq!(resolution.target.hosts[0].address, None);
}

#[rstest]
#[case::variable_unset("url_env = 'IT_URL'", &[], "The variable IT_URL, which `url_env` names, is not set.")]
#[case::variable_broken("url_env = 'IT_URL'", &[("IT_URL", "mysql://root:hunter2@h")], "The URL from the variable IT_URL cannot be used: it begins with `mysql://`")]
#[case::command_fails("url_command = 'echo no vault >&2; exit 2'", &[], "The command of `url_command` failed (exit status: 2): no vault.")]
#[case::port("url = 'postgresql://h:http/d'", &[], "`port`, set by `url`, is no port number")]
#[case::port_too_large("host = 'h'", &[("PGPORT", "70000")], "`port`, set by the variable PGPORT, is no port number")]
#[case::ports("url = 'postgresql://a,b,c/d'", &[("PGPORT", "1,2")], "There are 3 hosts but 2 values of `port`, set by the variable PGPORT")]
#[case::sslmode("url = 'postgresql://h/d?sslmode=verify_full'", &[], "`sslmode`, set by `url`, is `verify_full`, which is none of")]
#[case::near("url = 'postgresql://h/d?sslmode=verify_full'", &[], "(did you mean `verify-full`?)")]
#[case::timeout("url = 'postgresql://h/d?connect_timeout=soon'", &[], "`connect_timeout`, set by `url`, is no whole number")]
#[case::revocation("url = 'postgresql://h/d?sslcrl=/x'", &[], "`sslcrl`, set by `url`, is not supported by Tidegate.")]
#[case::gssapi("host = 'h'", &[("PGGSSENCMODE", "require")], "supported by Tidegate only as `disable`, `prefer`")]
#[case::roots("url = 'postgresql://h/d?sslrootcert=/nowhere/ca.pem'", &[], "The file /nowhere/ca.pem of `sslrootcert` cannot be used")]
#[case::system_roots("url = 'postgresql://h/d?sslrootcert=system&sslmode=require'", &[], "Set `sslmode` to `verify-full`.")]
#[case::direct("url = 'postgresql://h/d?sslnegotiation=direct'", &[], "`sslnegotiation`, set by `url`, is no possible value")]
#[case::service("service = 'nowhere'", &[], "The service `nowhere` is defined in none of")]
#[case::service_of_the_shell("host = 'h'", &[("PGSERVICE", "nowhere")], "The service `nowhere` is defined in none of")]
fn what_does_not_come_together_is_told(#[case] keys: &str, #[case] variables: &[(&str, &str)], #[case] expected: &str) {
    let message = display(keys, variables);
    assert!(message.contains(expected), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
}

#[rstest]
#[case::production("production", "host = 'h'", &[], SslMode::VerifyFull, false)]
#[case::production_on_this_machine("production", "host = 'localhost'", &[], SslMode::Prefer, false)]
#[case::production_by_loopback("production", "host = '127.0.0.1'", &[], SslMode::Prefer, false)]
#[case::one_of_several_is_remote("production", "host = 'localhost,h'", &[], SslMode::VerifyFull, false)]
#[case::staging("staging", "host = 'h'", &[], SslMode::Prefer, false)]
#[case::configured("production", "host = 'h'\nsslmode = 'require'", &[], SslMode::Require, true)]
#[case::by_variable("production", "host = 'h'", &[("PGSSLMODE", "disable")], SslMode::Disable, true)]
#[case::configured_beats_variable("production", "host = 'h'\nsslmode = 'verify-ca'", &[("PGSSLMODE", "disable")], SslMode::VerifyCa, true)]
#[case::configured_beats_url("staging", "url = 'postgresql://h/d?sslmode=disable'\nsslmode = 'require'", &[], SslMode::Require, false)]
#[case::system_roots("staging", "host = 'h'\nsslrootcert = 'system'", &[], SslMode::VerifyFull, false)]
#[case::socket("production", "host = '/tmp'\nsslmode = 'require'", &[], SslMode::Disable, false)]
fn production_verifies_who_answers(
    #[case] tier: &str,
    #[case] keys: &str,
    #[case] variables: &[(&str, &str)],
    #[case] mode: SslMode,
    #[case] warned: bool,
) {
    let resolution = resolve(tier, &format!("{keys}\n"), variables).expect("resolves");
    assert_eq!(resolution.target.tls.mode, mode);
    assert_eq!(resolution.warnings.iter().any(|warning| warning.contains("does not prove")), warned);
}

#[rstest]
#[case::beside("url = 'postgresql://u:url@h/d'\npassword = 'beside'", Some("beside"), "the configuration")]
#[case::in_the_url("url = 'postgresql://u:url@h/d'", Some("url"), "`url`")]
#[case::variable("host = 'h'\npassword_env = 'IT_PASSWORD'", Some("of variable"), "the variable IT_PASSWORD")]
#[case::command("host = 'h'\npassword_command = 'echo printed'", Some("printed"), "`password_command`")]
#[case::shell("host = 'h'", Some("shell"), "the variable PGPASSWORD")]
#[case::not_the_shells("host = 'h'\npassword_env = 'UNSET'", None, "")]
fn a_configured_password_wins(#[case] keys: &str, #[case] password: Option<&str>, #[case] origin: &str) {
    let variables = [("PGPASSWORD", "shell"), ("IT_PASSWORD", "of variable")];
    let resolution = resolve("staging", keys, &variables).expect("resolves");
    let host = &resolution.target.hosts[0];
    assert_eq!(resolution.target.password_for(host).map(|secret| secret.expose()), password);
    let expected = if origin.is_empty() { PasswordOrigin::None } else { PasswordOrigin::From(origin.into()) };
    assert_eq!(resolution.password, expected);
}

#[test]
fn a_password_file_serves_each_host_with_its_own() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let path = home.path().join(".pgpass");
    fs::write(&path, "a:*:*:*:first\nb:*:*:*:second\n").expect("writes");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("sets the mode");
    let resolution = resolve_in(home.path(), "staging", "host = 'a,b,c'", &[]).expect("resolves");
    let target = &resolution.target;
    let passwords: Vec<_> =
        target.hosts.iter().map(|host| target.password_for(host).map(|secret| secret.expose())).collect();
    assert_eq!(passwords, [Some("first"), Some("second"), None]);
    assert_eq!(resolution.password, PasswordOrigin::From(path.display().to_string()));
    let named = resolve_in(home.path(), "staging", "host = 'a'\npassfile = '~/.pgpass'", &[]).expect("resolves");
    assert_eq!(named.password, PasswordOrigin::From(path.display().to_string()));

    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("sets the mode");
    let resolution = resolve_in(home.path(), "staging", "host = 'a'", &[]).expect("resolves");
    assert_eq!(resolution.password, PasswordOrigin::None);
    assert!(resolution.warnings[0].contains("chmod 0600"), "{:?}", resolution.warnings);
}

#[test]
fn a_service_stands_between_the_configuration_and_the_variables() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let text = "[scout]\nhost=service.example\nport=6000\ndbname=scout\nuser=app\npassword=s\napplication_name=x\n";
    fs::write(home.path().join(".pg_service.conf"), text).expect("writes");
    let variables = [("PGHOST", "variable"), ("PGUSER", "variable"), ("PGAPPNAME", "mine")];
    let resolution =
        resolve_in(home.path(), "staging", "service = 'scout'\nuser = 'deployer'", &variables).expect("resolves");
    assert_eq!(resolution.target.display(), "deployer@service.example:6000/scout");
    assert!(
        matches!(&resolution.password, PasswordOrigin::From(origin) if origin.starts_with("the service scout in "))
    );
    assert_eq!(resolution.warnings.len(), 1);
    assert!(resolution.warnings[0].starts_with("`application_name`, set by the service scout in "));

    let in_url =
        resolve_in(home.path(), "staging", "url = 'postgresql:///other?service=scout'", &[]).expect("resolves");
    assert_eq!(in_url.target.display(), "app@service.example:6000/other");
}

#[test]
fn certificates_come_from_libpqs_places_and_keys_must_be_private() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = home.path().join(".postgresql");
    fs::create_dir(&folder).expect("creates");
    let none = resolve_in(home.path(), "staging", "host = 'h'", &[]).expect("resolves").target.tls;
    assert_eq!((none.roots, none.client), (RootCertificates::System, None));

    for name in ["root.crt", "postgresql.crt", "postgresql.key"] {
        fs::write(folder.join(name), "").expect("writes");
    }
    let key = folder.join("postgresql.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("sets the mode");
    let message = resolve_in(home.path(), "staging", "host = 'h'", &[]).map_err(|error| error.to_string());
    assert!(message.is_err_and(|message| message.contains("others may read it. Run `chmod 06")));

    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("sets the mode");
    let found =
        resolve_in(home.path(), "staging", "host = 'h'\nsslmode = 'require'", &[]).expect("resolves").target.tls;
    assert_eq!(found.roots, RootCertificates::File(folder.join("root.crt")));
    assert_eq!(found.verification(), Verification::Chain);
    assert_eq!(found.client.map(|client| client.key), Some(key));

    let relative = "host = 'h'\nsslrootcert = '.postgresql/root.crt'\nsslcert = '~/.postgresql/postgresql.crt'";
    let named = resolve_in(home.path(), "production", relative, &[]).expect("resolves").target.tls;
    assert_eq!(named.roots, RootCertificates::File(folder.join("root.crt")));
    assert_eq!(named.verification(), Verification::ChainAndName);
    assert_eq!(named.client.map(|client| client.certificate), Some(folder.join("postgresql.crt")));
}

#[test]
fn the_rest_is_read_as_libpq_reads_it() {
    let url = "url = 'postgresql://h/d?channel_binding=require&target_session_attrs=prefer-standby&load_balance_hosts=random\
               &options=-c%20geqo%3Doff&connect_timeout=3&keepalives=0&keepalives_count=2&tcp_user_timeout=1500'";
    let target = resolve("staging", url, &[]).expect("resolves").target;
    assert_eq!(target.channel_binding, ChannelBinding::Require);
    assert_eq!(target.target_session_attributes, TargetSessionAttributes::PreferStandby);
    assert!(target.shuffle_hosts && !target.keepalives.enabled);
    assert_eq!(target.options.as_deref(), Some("-c geqo=off"));
    assert_eq!(target.connect_timeout, Duration::from_secs(3));
    assert_eq!(target.keepalives.count, Some(2));
    assert_eq!(target.tcp_user_timeout, Some(Duration::from_millis(1500)));

    let configured = resolve("staging", &format!("{url}\nconnect_timeout = '250ms'"), &[]).expect("resolves").target;
    assert_eq!(configured.connect_timeout, Duration::from_millis(250));
    let default = resolve("staging", "host = 'h'", &[]).expect("resolves").target;
    assert_eq!(default.connect_timeout, Duration::from_secs(10));
}

#[test]
fn without_a_host_a_local_socket_is_meant() {
    let target = resolve("production", "database = 'd'", &[]).expect("resolves").target;
    assert!(matches!(&target.hosts[0].host, Host::Unix(_)));
}

#[rstest]
#[case::the_url_and_its_password("url = 'postgresql://u:secret@h:1/d'", &[], "bea@h:1/d", None)]
#[case::the_database_stays_that_of_the_configured_role("url = 'postgresql://u@h:1'", &[], "bea@h:1/u", None)]
#[case::a_password_variable_of_the_other("url = 'postgresql://u@h:1/d'\npassword_env = 'P'", &[("P", "theirs")], "bea@h:1/d", None)]
#[case::a_password_of_ones_own("url = 'postgresql://u@h:1/d'\npassword_env = 'P'", &[("P", "theirs"), ("PGPASSWORD", "mine")], "bea@h:1/d", Some("mine"))]
fn another_role_logs_in_with_its_own_password(
    #[case] keys: &str,
    #[case] variables: &[(&str, &str)],
    #[case] expected: &str,
    #[case] password: Option<&str>,
) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let text = format!("[[environment]]\nname = \"it\"\ntier = \"staging\"\n{keys}\n");
    let path = home.path().join("tidegate.toml");
    fs::write(&path, &text).expect("is written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("is mine");
    let config = Config::read(&path).expect("is valid");
    let surroundings = surroundings(home.path(), variables);
    let target = config.environments[0].resolve_as("bea", home.path(), &surroundings).expect("leads somewhere").target;
    assert_eq!((target.display().as_str(), target.password.as_ref().map(|it| it.expose())), (expected, password));
}
