//! libpq's connection service file: named sets of connection parameters.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::parameters::{Parameters, keyword_named};
use super::surroundings::Surroundings;
use crate::migration::text::printable;

/// Why a service cannot be used. Full sentences.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// No file defines it.
    #[error(
        "The service `{service}` is defined in none of {searched}. Add a section `[{service}]` to one of them, or name \
         the file with PGSERVICEFILE."
    )]
    Undefined {
        /// The service.
        service: String,
        /// The files, for people.
        searched: String,
    },
    /// A file cannot be read.
    #[error("The service file {path} cannot be read: {why}.")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        why: String,
    },
    /// A line of the service's section is wrong.
    #[error("{path}:{line}: {why}")]
    BadLine {
        /// The file.
        path: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong and what to do.
        why: String,
    },
}

/// Where PostgreSQL's packages keep the system-wide service file, unless `PGSYSCONFDIR` says otherwise.
const SYSTEM_FOLDERS: [&str; 4] =
    ["/etc/postgresql-common", "/etc/sysconfig/pgsql", "/opt/homebrew/etc/postgresql", "/usr/local/etc/postgresql"];

/// Reads a service: from `file` or `PGSERVICEFILE` or `~/.pg_service.conf`, else from `pg_service.conf` in the system's
/// folder. Also returns the file that defines it.
pub fn read(
    service: &str,
    file: Option<&str>,
    surroundings: &Surroundings,
) -> Result<(Parameters, PathBuf), ServiceError> {
    let named = file.or_else(|| surroundings.variable("PGSERVICEFILE")).map(PathBuf::from);
    // libpq, too, takes a file that was named but is absent for a mistake.
    let must_exist = named.clone();
    let mut searched: Vec<PathBuf> = Vec::new();
    searched.extend(named.or_else(|| surroundings.home.as_ref().map(|home| home.join(".pg_service.conf"))));
    match surroundings.variable("PGSYSCONFDIR") {
        Some(folder) => searched.push(Path::new(folder).join("pg_service.conf")),
        None => searched.extend(SYSTEM_FOLDERS.iter().map(|folder| Path::new(folder).join("pg_service.conf"))),
    }
    for file in searched.iter().filter(|file| must_exist.as_ref() == Some(file) || file.exists()) {
        if let Some(found) = read_file(service, file)? {
            return Ok((found, file.clone()));
        }
    }
    searched.retain(|file| file.exists() || !SYSTEM_FOLDERS.iter().any(|folder| file.starts_with(folder)));
    let searched: Vec<String> = searched.iter().map(|file| file.display().to_string()).collect();
    Err(ServiceError::Undefined { service: printable(service).into_owned(), searched: searched.join(", ") })
}

fn read_file(service: &str, path: &Path) -> Result<Option<Parameters>, ServiceError> {
    let unreadable =
        |error: io::Error| ServiceError::Unreadable { path: path.display().to_string(), why: error.to_string() };
    let bytes = fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| unreadable(io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8")))?;
    section(&text, service).map_err(|(line, why)| ServiceError::BadLine { path: path.display().to_string(), line, why })
}

/// The parameters of a service's section, if the text has one. The first of several values for a parameter counts.
fn section(text: &str, service: &str) -> Result<Option<Parameters>, (usize, String)> {
    let mut found: Option<Parameters> = None;
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line.trim())) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(heading) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if heading.strip_prefix(service).is_some_and(|rest| rest.starts_with(']')) {
                found = Some(Parameters::default());
            }
            continue;
        }
        let Some(parameters) = &mut found else { continue };
        if line.starts_with("ldap") {
            return Err((number, "Tidegate does not look services up by LDAP; write the parameters here.".to_owned()));
        }
        let Some((name, value)) = line.split_once('=') else {
            return Err((number, "The line is not written as `parameter=value`.".to_owned()));
        };
        match keyword_named(name) {
            None if name.trim_end() != name => {
                return Err((number, "libpq allows no blanks around `=` in a service file; remove them.".to_owned()));
            }
            None => {
                return Err((number, format!("`{}` is no connection parameter of PostgreSQL.", printable(name))));
            }
            Some(keyword) if keyword.name.starts_with("service") => {
                return Err((
                    number,
                    format!("A service cannot name another with `{name}`; write its parameters here."),
                ));
            }
            Some(keyword) if !parameters.has(keyword.name) => parameters.set(keyword, value.to_owned()),
            Some(_) => {}
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rstest::rstest;

    use super::{Surroundings, read, section};

    const TEXT: &str = "\u{23} services\n[other]\nhost=elsewhere\n\n  [scout]  \nhost=db.example\nport=5433\npassword= with blank\nhost=second\n#user=nobody\n[after]\nnonsense\n";

    #[test]
    fn a_section_ends_at_the_next_heading_and_its_first_value_counts() {
        let found = section(TEXT, "scout").expect("well formed").expect("defined");
        assert_eq!(found.iter().collect::<Vec<_>>(), [("host", "db.example"), ("port", "5433")]);
        assert_eq!(found.password().map(|password| password.expose()), Some(" with blank"));
    }

    #[rstest]
    #[case::undefined("[a]\nhost=x", Ok(false))]
    #[case::prefix("[scouting]\nhost=x", Ok(false))]
    #[case::blanks("[scout]\nhost = x", Err(2))]
    #[case::unknown("[scout]\nhostname=x", Err(2))]
    #[case::nested("[scout]\n\nservice=x", Err(3))]
    #[case::ldap("[scout]\nldap://directory/x", Err(2))]
    #[case::no_equals("[scout]\nhost", Err(2))]
    fn the_service_files_rules_are_libpqs(#[case] text: &str, #[case] expected: Result<bool, usize>) {
        let outcome = section(text, "scout").map(|found| found.is_some()).map_err(|(line, _)| line);
        assert_eq!(outcome, expected);
    }

    #[test]
    fn the_users_file_comes_before_the_systems() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = folder.path().join("home");
        let system = folder.path().join("etc");
        for (place, text) in [
            (home.join(".pg_service.conf"), "[one]\nhost=mine\n"),
            (system.join("pg_service.conf"), "[one]\nhost=system\n[two]\nhost=two\n"),
        ] {
            fs::create_dir_all(place.parent().expect("has a parent")).expect("creates");
            fs::write(place, text).expect("writes");
        }
        let mut surroundings = Surroundings { home: Some(home), ..Surroundings::default() };
        surroundings.variables.insert("PGSYSCONFDIR".into(), system.display().to_string());
        let host = |service: &str, surroundings: &Surroundings| {
            read(service, None, surroundings).map(|(found, _)| found.get("host").map(str::to_owned))
        };
        assert_eq!(host("one", &surroundings), Ok(Some("mine".into())));
        assert_eq!(host("two", &surroundings), Ok(Some("two".into())));
        assert!(host("three", &surroundings).is_err_and(|error| error.to_string().contains(".pg_service.conf")));

        surroundings.variables.insert("PGSERVICEFILE".into(), "/nowhere/services".into());
        assert!(host("two", &surroundings).is_err_and(|error| error.to_string().contains("cannot be read")));
    }
}
