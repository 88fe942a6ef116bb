//! `tidegate new`: a migration and its rollback from the governance templates.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::catalogue::{Catalogue, CatalogueError, FileProblem, Layout};
use super::git;
use super::name::{FileRole, MigrationName, MigrationType, NameError, propose_description};
use super::text::printable;
use super::version::Version;

const UP: &str = include_str!("templates/up.sql");
const DOWN: &str = include_str!("templates/down.sql");

/// What the new migration is to be.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Where the files go, and the history table that they record themselves in.
    pub layout: &'a Layout,
    /// What the migration does.
    pub kind: MigrationType,
    /// What it is about: brought to `[a-z0-9_]+` for the name, kept as it is for the header.
    pub description: &'a str,
    /// Who writes it; found from git when `None`.
    pub author: Option<&'a str>,
    /// What it is done for.
    pub ticket: Option<&'a str>,
    /// The release that it belongs to.
    pub release: Option<&'a str>,
    /// The moment it is made.
    pub now: Timestamp,
    /// A folder with the project's own `up.sql` and `down.sql` templates; the built-in ones where `None` or absent there.
    ///
    /// In a template `{{name}}`, `{{author}}`, `{{ticket}}`, `{{release}}`, `{{release_line}}`, `{{description}}` and
    /// `{{history}}` stand for what their names say; `{{release_line}}` is a whole header line, or nothing.
    pub templates: Option<PathBuf>,
}

/// What a new migration and its rollback are to hold.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// The statements of the migration.
    pub up: &'a str,
    /// The statements of its rollback.
    pub down: &'a str,
    /// Whether the migration may have no transaction of its own, because PostgreSQL refuses one of its statements in it.
    pub up_is_stepwise: bool,
    /// The same of the rollback.
    pub down_is_stepwise: bool,
}

/// The files that were made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scaffolded {
    /// The new migration's name.
    pub name: MigrationName,
    /// The file that applies it.
    pub up: PathBuf,
    /// The file that rolls it back.
    pub down: PathBuf,
}

/// Why no migration was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScaffoldError {
    /// The description has no letter or digit to make a name of.
    #[error(
        "the description \"{description}\" has no letter or digit that a file name could use: say in a few words of a to z \
         what the migration does, such as add_owner_to_campaigns"
    )]
    NoName {
        /// The description, made printable.
        description: String,
    },
    /// A file name made of the description would be longer than file systems take.
    #[error("the description is too long for a file name: say it in at most {LONGEST} letters, such as {shorter}")]
    TooLong {
        /// As much of it as would do.
        shorter: String,
    },
    /// What the description was brought to is no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The folder of migrations could not be read, so it is not known which versions are taken.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A template of the project could not be read.
    #[error("the template {} could not be read: {source}", printable(&path.to_string_lossy()))]
    Template {
        /// The template.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A template of the project has a word in double braces that stands for nothing.
    #[error(
        "the template {} has {mark}, which stands for nothing; there are {}. No file was made",
        printable(&path.to_string_lossy()),
        MARKS.join(", ")
    )]
    Mark {
        /// The template.
        path: PathBuf,
        /// What stands there.
        mark: String,
    },
    /// A file could not be made.
    #[error("{} could not be made: {source}. No file was left behind.", printable(&path.to_string_lossy()))]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// How long the part of a file name may be that a description makes, in bytes: file systems take 255 for all of it.
const LONGEST: usize = 120;

/// Makes the two files. Neither is ever written over an existing one; when one cannot be made, the other is not left behind.
///
/// # Errors
/// Says what stood in the way; nothing was made.
pub fn scaffold(request: &Request<'_>) -> Result<Scaffolded, ScaffoldError> {
    make(request, None)
}

/// The same, with statements in the places that the templates leave for them.
///
/// # Errors
/// Says what stood in the way; nothing was made.
pub fn scaffold_with(request: &Request<'_>, content: &Content<'_>) -> Result<Scaffolded, ScaffoldError> {
    make(request, Some(content))
}

/// The name of a migration that is made at a moment beside those that are there.
///
/// # Errors
/// The description has nothing that a name could be made of.
pub fn name_beside(
    catalogue: &Catalogue,
    kind: MigrationType,
    description: &str,
    now: Timestamp,
) -> Result<MigrationName, ScaffoldError> {
    Ok(MigrationName::new(free_version(catalogue, now), kind, &described(description)?)?)
}

/// The part of a name that a description makes.
fn described(description: &str) -> Result<String, ScaffoldError> {
    let shown = || printable(description).into_owned();
    let proposed = propose_description(description).ok_or_else(|| ScaffoldError::NoName { description: shown() })?;
    if proposed.len() > LONGEST {
        let cut = &proposed[..LONGEST];
        let shorter = cut.rfind('_').map_or(cut, |end| &cut[..end]).to_owned();
        return Err(ScaffoldError::TooLong { shorter });
    }
    Ok(proposed)
}

fn make(request: &Request<'_>, content: Option<&Content<'_>>) -> Result<Scaffolded, ScaffoldError> {
    // Nothing is written for what gets no name.
    described(request.description)?;
    let layout = request.layout;
    let rollbacks = layout.rollback_folder();
    for folder in [layout.migrations.as_path(), rollbacks] {
        fs::create_dir_all(folder).map_err(|source| ScaffoldError::File { path: folder.to_owned(), source })?;
    }
    // Whoever makes one at the same moment must not take the same version. Where a folder cannot be locked, as on some
    // network drives, what follows is done without.
    let folder = File::open(&layout.migrations);
    let _held = folder.as_ref().map(File::lock);
    let name = name_beside(&Catalogue::read(layout)?, request.kind, request.description, request.now)?;
    let mut up_text = fill(&template(request, "up.sql", UP)?, request, &name);
    let mut down_text = fill(&template(request, "down.sql", DOWN)?, request, &name);
    if let Some(content) = content {
        up_text = put_in(&up_text, content.up, content.up_is_stepwise);
        down_text = put_in(&down_text, content.down, content.down_is_stepwise);
    }
    let up = layout.migrations.join(name.up_file_name());
    let down = rollbacks.join(name.down_file_name());
    write_both((&up, &up_text), (&down, &down_text))?;
    Ok(Scaffolded { name, up, down })
}

/// Writes both files, or neither.
fn write_both(up: (&Path, &str), down: (&Path, &str)) -> Result<(), ScaffoldError> {
    write_new(up.0, up.1)?;
    write_new(down.0, down.1).inspect_err(|_| {
        // It was made a moment ago, by us.
        let _ = fs::remove_file(up.0);
    })
}

/// The version of this moment, or the next after the latest one there is, be it that of a rollback without a migration or of
/// a file that cannot be read.
fn free_version(catalogue: &Catalogue, now: Timestamp) -> Version {
    let wanted = Version::at(now);
    let of_problem = |problem: &FileProblem| {
        let role = FileRole::of(problem.path.file_name()?.to_str()?).ok()?;
        Some(role.name().version())
    };
    let of_migrations = catalogue.migrations.last().map(|latest| latest.name.version());
    let latest = catalogue.problems.iter().filter_map(of_problem).chain(of_migrations).max();
    latest.filter(|latest| *latest >= wanted).map_or(wanted, Version::next)
}

fn template(request: &Request<'_>, file: &str, built_in: &str) -> Result<String, ScaffoldError> {
    let Some(folder) = &request.templates else { return Ok(built_in.to_owned()) };
    let path = folder.join(file);
    match fs::read_to_string(&path) {
        Ok(text) => match unknown_mark(&text) {
            Some(mark) => Err(ScaffoldError::Mark { path, mark: mark.to_owned() }),
            None => Ok(text),
        },
        // A folder may have one of the two; that there is none at all is a mistake, and so is a link to nothing.
        Err(error)
            if error.kind() == io::ErrorKind::NotFound && folder.is_dir() && path.symlink_metadata().is_err() =>
        {
            Ok(built_in.to_owned())
        }
        Err(source) => Err(ScaffoldError::Template { path, source }),
    }
}

/// What stands in a template in the place of something that a migration gets.
const MARKS: [&str; 7] =
    ["{{name}}", "{{author}}", "{{ticket}}", "{{release_line}}", "{{release}}", "{{description}}", "{{history}}"];

/// The first word in double braces that stands for nothing. An array's constant begins so, too, but has no word there.
fn unknown_mark(template: &str) -> Option<&str> {
    template.match_indices("{{").find_map(|(at, _)| {
        let mark = &template[at..at + template[at..].find("}}")? + 2];
        let word = &mark[2..mark.len() - 2];
        let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        (is_word && !MARKS.contains(&mark)).then_some(mark)
    })
}

fn fill(template: &str, request: &Request<'_>, name: &MigrationName) -> String {
    // A header is lines of comment: what stands in it must not be able to end its line.
    let one_line = |text: &str| printable(text.trim()).into_owned();
    let author = request.author.map(str::to_owned).or_else(|| git::author_name(&request.layout.migrations));
    let release = request.release.map(one_line).unwrap_or_default();
    let release_line = if release.is_empty() { String::new() } else { format!("-- Release: {release}\n") };
    let values = [
        name.to_string(),
        author.as_deref().map(one_line).unwrap_or_default(),
        request.ticket.map(one_line).unwrap_or_default(),
        release_line,
        release,
        one_line(request.description),
        request.layout.history_table.to_string(),
    ];
    // In one pass, so that a description that says `{{name}}` stays as it is.
    let mut text = String::with_capacity(template.len() + 256);
    let mut rest = template;
    while let Some(at) = rest.find("{{") {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        match MARKS.iter().zip(&values).find(|(mark, _)| rest.starts_with(**mark)) {
            Some((mark, value)) => {
                text.push_str(value);
                rest = &rest[mark.len()..];
            }
            None => {
                text.push_str("{{");
                rest = &rest[2..];
            }
        }
    }
    text.push_str(rest);
    // An empty header field is not written with a blank behind it.
    text.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Puts statements where a template leaves room for them: at its `-- TODO`, else before its first `COMMIT`, else at the
/// end.
fn put_in(text: &str, statements: &str, stepwise: bool) -> String {
    let is = |line: &str, word: &str| line.trim_end().eq_ignore_ascii_case(word);
    let lines: Vec<&str> =
        text.lines().filter(|line| !stepwise || !(is(line, "BEGIN;") || is(line, "COMMIT;"))).collect();
    let todo = lines.iter().position(|line| line.starts_with("-- TODO"));
    let at = todo.or_else(|| lines.iter().position(|line| is(line, "COMMIT;"))).unwrap_or(lines.len());
    let (before, after) = (&lines[..at], &lines[at + usize::from(todo.is_some())..]);
    let parts = before.iter().copied().chain(statements.trim_end().lines()).chain(after.iter().copied());
    parts.map(|line| format!("{line}\n")).collect()
}

fn write_new(path: &Path, text: &str) -> Result<(), ScaffoldError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|source| ScaffoldError::File { path: path.to_owned(), source })?;
    file.write_all(text.as_bytes()).map_err(|source| {
        let _ = fs::remove_file(path);
        ScaffoldError::File { path: path.to_owned(), source }
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::migration::header::Header;
    use crate::migration::script::{Record, Script, ScriptOptions, Structure};

    #[test]
    fn statements_go_where_the_template_leaves_room() {
        let template = "-- head\nBEGIN;\n\n-- TODO: here\n\nINSERT;\nCOMMIT;\n";
        assert_eq!(put_in(template, "A;\nB;\n\n", false), "-- head\nBEGIN;\n\nA;\nB;\n\nINSERT;\nCOMMIT;\n");
        assert_eq!(put_in(template, "A;\n", true), "-- head\n\nA;\n\nINSERT;\n");
        assert_eq!(put_in("BEGIN;\nCOMMIT;\n", "A;", false), "BEGIN;\nA;\nCOMMIT;\n");
        assert_eq!(put_in("-- x\n", "A;", false), "-- x\nA;\n");
    }

    struct Place {
        folder: tempfile::TempDir,
        layout: Layout,
    }

    fn place(apart: bool) -> Place {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout {
            migrations: folder.path().join("migrations"),
            rollbacks: apart.then(|| folder.path().join("rollbacks")),
            history_table: Default::default(),
        };
        Place { folder, layout }
    }

    impl Place {
        fn request<'a>(&'a self, description: &'a str) -> Request<'a> {
            Request {
                layout: &self.layout,
                kind: MigrationType::Create,
                description,
                author: Some("ana"),
                ticket: Some("SCOUT-7"),
                release: Some("5.1.0"),
                now: "2026-08-01T09:30:00Z".parse().unwrap(),
                templates: None,
            }
        }
    }

    #[rstest]
    #[case("campaign owners", "campaign_owners")]
    #[case("  Add Über-metrics, v2! ", "add_ueber_metrics_v2")]
    fn a_description_is_brought_to_a_name(#[case] description: &str, #[case] expected: &str) {
        let place = place(false);
        let made = scaffold(&place.request(description)).unwrap();
        assert_eq!(made.name.as_str(), format!("20260801093000_create_{expected}"));
    }

    #[test]
    fn what_has_no_letter_is_refused() {
        let place = place(false);
        let error = scaffold(&place.request("!!! \u{1b}[31m".trim_end_matches("[31m"))).unwrap_err();
        assert!(error.to_string().contains("no letter or digit"), "{error}");
    }

    #[rstest]
    #[case("-- {{name}}\nSELECT '{{1,2},{3,4}}';\n", None)]
    #[case("-- {{ticket}} {{nope}}\n", Some("{{nope}}"))]
    #[case("-- {{Ticket}} {{\n", None)]
    fn a_template_says_nothing_that_stands_for_nothing(#[case] template: &str, #[case] expected: Option<&str>) {
        assert_eq!(unknown_mark(template), expected);
    }

    #[test]
    fn templates_that_are_not_there_are_told() {
        let place = place(false);
        let templates = Some(place.folder.path().join("templates"));
        let error = scaffold(&Request { templates: templates.clone(), ..place.request("x") }).unwrap_err();
        assert!(matches!(error, ScaffoldError::Template { .. }), "{error}");
        fs::create_dir(place.folder.path().join("templates")).unwrap();
        scaffold(&Request { templates, ..place.request("x") }).unwrap();
    }

    #[test]
    fn what_is_too_long_is_refused_with_a_proposal() {
        let place = place(false);
        let error = scaffold(&place.request(&"campaign owners ".repeat(30))).unwrap_err();
        let ScaffoldError::TooLong { shorter } = &error else { panic!("{error}") };
        assert!(shorter.starts_with("campaign_owners_campaign") && shorter.len() <= LONGEST, "{shorter}");
        scaffold(&place.request(shorter)).unwrap();
    }

    #[test]
    fn those_who_make_one_at_once_get_versions_of_their_own() {
        let place = place(false);
        let names: Vec<String> = (0..8).map(|number| format!("number {number}")).collect();
        std::thread::scope(|scope| {
            for name in &names {
                scope.spawn(|| scaffold(&place.request(name)).unwrap());
            }
        });
        let catalogue = Catalogue::read(&place.layout).unwrap();
        assert_eq!((catalogue.migrations.len(), catalogue.problems.len()), (8, 0), "{:?}", catalogue.problems);
    }

    #[rstest]
    #[case(false)]
    #[case(true)]
    fn both_files_can_be_run_as_they_are(#[case] apart: bool) {
        let place = place(apart);
        let made = scaffold(&place.request("campaign owners")).unwrap();
        let catalogue = Catalogue::read(&place.layout).unwrap();
        assert!(catalogue.problems.is_empty(), "{:?}", catalogue.problems);
        let migration = &catalogue.migrations[0];
        assert_eq!(migration.down.as_ref().map(|file| &file.path), Some(&made.down));
        assert_eq!(
            migration.header,
            Header {
                migration: Some(made.name.up_file_name()),
                author: Some("ana".into()),
                ticket: Some("SCOUT-7".into()),
                description: Some("campaign owners".into()),
                release: Some("5.1.0".into()),
            }
        );
        for path in [&made.up, &made.down] {
            let script = Script::parse(path, &fs::read(path).unwrap(), &ScriptOptions::default()).unwrap();
            assert_eq!(script.structure(), Structure::OwnTransaction);
            let recorded: Vec<&str> = script
                .statements()
                .iter()
                .filter_map(|statement| statement.records.as_ref())
                .flat_map(Record::names)
                .map(String::as_str)
                .collect();
            assert_eq!(recorded, [made.name.as_str()]);
        }
    }

    #[test]
    fn a_new_one_is_later_than_every_other() {
        let place = place(false);
        let names: Vec<String> =
            (0..3).map(|_| scaffold(&place.request("same moment")).unwrap().name.to_string()).collect();
        assert_eq!(
            names,
            [
                "20260801093000_create_same_moment",
                "20260801093001_create_same_moment",
                "20260801093002_create_same_moment"
            ]
        );
    }

    #[test]
    fn a_rollback_without_a_migration_counts_too() {
        let place = place(true);
        let rollbacks = place.layout.rollback_folder();
        fs::create_dir_all(rollbacks).unwrap();
        fs::write(rollbacks.join("20260801093059_create_gone.down.sql"), "").unwrap();
        assert_eq!(scaffold(&place.request("x")).unwrap().name.as_str(), "20260801093100_create_x");
    }

    #[test]
    fn a_header_cannot_be_broken_out_of() {
        let place = place(false);
        let made = scaffold(&place.request("x\nDROP TABLE users; {{name}}")).unwrap();
        let text = fs::read_to_string(&made.up).unwrap();
        assert!(text.lines().all(|line| !line.starts_with("DROP")), "{text}");
        assert!(text.contains("{{name}}"), "a description is never taken for a template");
    }

    #[test]
    fn a_project_can_bring_its_own_templates() {
        let place = place(false);
        let templates = place.folder.path().join("templates");
        fs::create_dir(&templates).unwrap();
        fs::write(templates.join("up.sql"), "-- {{name}} for {{history}} {{{1}}}\n").unwrap();
        let made = scaffold(&Request { templates: Some(templates), ..place.request("own") }).unwrap();
        let text = fs::read_to_string(&made.up).unwrap();
        assert_eq!(text, "-- 20260801093000_create_own for public.migrations_history {{{1}}}\n");
        assert!(fs::read_to_string(&made.down).unwrap().starts_with("-- Rollback:"));
    }

    #[test]
    fn a_rollback_that_cannot_be_made_leaves_no_migration_behind() {
        let folder = tempfile::tempdir().unwrap();
        let (up, down) = (folder.path().join("up.sql"), folder.path().join("nowhere/down.sql"));
        let error = write_both((&up, "SELECT 1;\n"), (&down, "SELECT 2;\n")).unwrap_err();
        assert!(matches!(&error, ScaffoldError::File { path, .. } if *path == down), "{error}");
        assert!(!up.exists());
    }

    #[test]
    fn a_file_is_never_written_over() {
        let place = place(false);
        let path = place.folder.path().join("mine.sql");
        write_new(&path, "mine").unwrap();
        assert!(write_new(&path, "other").is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    }
}
