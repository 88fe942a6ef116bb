//! libpq's password file, `~/.pgpass`: `host:port:database:user:password`, `*` for any, `\` before `:` and `\`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::secret::Secret;
use super::surroundings::Surroundings;
use super::target::{Host, HostPort};

/// A password file's lines, or why they are not used.
#[derive(Debug, Default)]
pub struct PasswordFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Why it is ignored, as a full sentence.
    pub warning: Option<String>,
    lines: Vec<Secret>,
}

/// The socket folders that PostgreSQL is built with; a server there is `localhost` in a password file.
pub const DEFAULT_SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

impl PasswordFile {
    /// Reads the file that `passfile` or `PGPASSFILE` names, else `~/.pgpass`. As in libpq, a file that does not exist
    /// is no file, and one that others may read is ignored with a warning.
    pub fn read(explicit: Option<&Path>, surroundings: &Surroundings) -> Self {
        let path = match (explicit, &surroundings.home) {
            (Some(path), _) => path.to_owned(),
            (None, Some(home)) => home.join(".pgpass"),
            (None, None) => return Self::default(),
        };
        let ignored = |why: String| Self { warning: Some(why), path: path.clone(), lines: Vec::new() };
        let shown = path.display();
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Self::default(),
            Err(error) => return ignored(format!("The password file {shown} is ignored: {error}.")),
        };
        if !metadata.is_file() {
            return ignored(format!("The password file {shown} is ignored: it is no plain file."));
        }
        if metadata.mode() & 0o077 != 0 {
            return ignored(format!(
                "The password file {shown} is ignored: others may read it. Run `chmod 0600 {}`.",
                quoted(&path)
            ));
        }
        match fs::read(&path).map(|bytes| lines(&bytes)) {
            Ok(lines) => Self { path, warning: None, lines },
            Err(error) => ignored(format!("The password file {shown} is ignored: {error}.")),
        }
    }

    /// The password of the first line that fits.
    pub fn find(&self, host: &HostPort, database: &str, user: &str) -> Option<Secret> {
        let host_name = match &host.host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(folder) if DEFAULT_SOCKET_FOLDERS.iter().any(|default| folder == Path::new(default)) => {
                "localhost".to_owned()
            }
            Host::Unix(folder) => folder.display().to_string(),
        };
        let wanted = [host_name.as_str(), &host.port.to_string(), database, user];
        self.lines.iter().find_map(|line| {
            let rest = wanted.iter().try_fold(line.expose(), |rest, value| after_match(rest, value))?;
            Some(Secret::new(field(rest).0)).filter(|password| !password.is_empty())
        })
    }
}

/// Writes one line of a password file.
pub fn line(host: &str, port: u16, database: &str, user: &str, password: &Secret) -> String {
    let escape = |text: &str| text.replace('\\', "\\\\").replace(':', "\\:");
    format!("{}:{port}:{}:{}:{}\n", escape(host), escape(database), escape(user), escape(password.expose()))
}

/// A path as one word for a shell.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|character| character.is_alphanumeric() || "/._-+@".contains(character));
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Lines that are UTF-8 and no comments.
fn lines(bytes: &[u8]) -> Vec<Secret> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| std::str::from_utf8(line).ok())
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(Secret::new)
        .collect()
}

/// What follows the first field when that is `*` or equals `value`.
fn after_match<'a>(line: &'a str, value: &str) -> Option<&'a str> {
    if let Some(rest) = line.strip_prefix("*:") {
        return Some(rest);
    }
    let (written, rest) = field(line);
    (written == value).then_some(rest?)
}

/// The first field without its escapes, and what follows its colon.
fn field(line: &str) -> (String, Option<&str>) {
    let mut value = String::new();
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            ':' => return (value, Some(&line[at + 1..])),
            '\\' => value.push(characters.next().map_or('\\', |(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, None)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    use rstest::rstest;

    use super::{Host, HostPort, PasswordFile, Secret, Surroundings, line};

    fn host(name: &str, port: u16) -> HostPort {
        let host = if name.starts_with('/') { Host::Unix(PathBuf::from(name)) } else { Host::Tcp(name.into()) };
        HostPort { host, address: None, port, passfile_password: None }
    }

    fn home_with(text: &str, mode: u32) -> (tempfile::TempDir, Surroundings) {
        let home = tempfile::tempdir().expect("a temporary folder");
        let path = home.path().join(".pgpass");
        fs::write(&path, text).expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("sets the mode");
        let surroundings = Surroundings { home: Some(home.path().to_owned()), ..Surroundings::default() };
        (home, surroundings)
    }

    #[rstest]
    #[case::exact("h:5432:d:u:secret", Some("secret"))]
    #[case::wildcards("*:*:*:*:any", Some("any"))]
    #[case::first_wins("h:*:*:u:one\n*:*:*:*:two", Some("one"))]
    #[case::other_user("h:5432:d:other:secret\n*:*:*:u:mine", Some("mine"))]
    #[case::other_port("h:5433:d:u:secret", None)]
    #[case::escapes(r"h:5432:d:u:se\:cr\\et", Some(r"se:cr\et"))]
    #[case::password_ends_at_a_colon("h:5432:d:u:secret:comment", Some("secret"))]
    #[case::star_within_a_word("h*:5432:d:u:secret", None)]
    #[case::comment("#h:5432:d:u:secret", None)]
    #[case::windows_line("h:5432:d:u:secret\r\n", Some("secret"))]
    #[case::too_few_fields("h:5432:d:u", None)]
    #[case::empty_password("h:5432:d:u:", None)]
    #[case::blank_kept("h:5432:d:u: se cret ", Some(" se cret "))]
    fn the_first_line_that_fits_counts(#[case] text: &str, #[case] expected: Option<&str>) {
        let (_home, surroundings) = home_with(text, 0o600);
        let found = PasswordFile::read(None, &surroundings).find(&host("h", 5432), "d", "u");
        assert_eq!(found.as_ref().map(Secret::expose), expected);
    }

    #[rstest]
    #[case::default_folder("/tmp", "localhost:*:*:*:s", Some("s"))]
    #[case::own_folder("/srv/pg", "/srv/pg:*:*:*:s", Some("s"))]
    #[case::own_folder_is_not_localhost("/srv/pg", "localhost:*:*:*:s", None)]
    fn a_default_socket_is_localhost(#[case] folder: &str, #[case] text: &str, #[case] expected: Option<&str>) {
        let (_home, surroundings) = home_with(text, 0o600);
        let found = PasswordFile::read(None, &surroundings).find(&host(folder, 5432), "d", "u");
        assert_eq!(found.as_ref().map(Secret::expose), expected);
    }

    #[test]
    fn a_file_that_others_may_read_is_ignored_with_the_command_that_mends_it() {
        let (home, surroundings) = home_with("*:*:*:*:secret", 0o640);
        let file = PasswordFile::read(None, &surroundings);
        assert_eq!(file.find(&host("h", 5432), "d", "u"), None);
        let warning = file.warning.expect("warns");
        assert!(warning.contains(&format!("chmod 0600 {}", home.path().join(".pgpass").display())), "{warning}");
        assert!(!warning.contains("secret"));
    }

    #[test]
    fn a_file_that_does_not_exist_is_no_trouble() {
        let surroundings = Surroundings { home: Some("/nowhere".into()), ..Surroundings::default() };
        assert_eq!(PasswordFile::read(None, &surroundings).warning, None);
        assert_eq!(PasswordFile::read(Some(Path::new("/nowhere/pgpass")), &surroundings).warning, None);
    }

    #[test]
    fn a_folder_is_no_password_file() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let file = PasswordFile::read(Some(home.path()), &Surroundings::default());
        assert!(file.warning.is_some_and(|warning| warning.contains("no plain file")));
    }

    #[test]
    fn a_written_line_reads_back() {
        let (password, user) = (Secret::new(r"a:b\c"), r"o:d\d");
        let text = line("h", 1, "d", user, &password);
        let (_home, surroundings) = home_with(&text, 0o600);
        assert_eq!(PasswordFile::read(None, &surroundings).find(&host("h", 1), "d", user), Some(password));
    }
}
