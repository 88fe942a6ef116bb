//! `tidegate init`

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::args::FormatOption;
use super::output::{self, Tone};
use super::{CommandError, Exit, Session};
use crate::config::Config;
use crate::config::paths::PROJECT_FOLDER;
use crate::migration::catalogue::Layout;

/// The arguments of `tidegate init`.
#[derive(Debug, Args)]
pub struct Options {
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Make a project of its own below the folder of another one
    #[arg(long)]
    pub nested: bool,

    #[command(flatten)]
    format: FormatOption,
}

/// What the new configuration says. Parsed by a test.
const TEMPLATE: &str = include_str!("init.toml");

/// Folders in which projects keep migrations, the most telling first.
const USUAL_FOLDERS: [&str; 4] = ["migrations", "db/migrations", "database/migrations", "sql/migrations"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    /// Made, or with `--dry-run` to be made.
    Create,
    /// A line was added.
    Extend,
    /// It was there already.
    Keep,
}

#[derive(Debug, Serialize)]
struct Step {
    action: Action,
    path: String,
    note: &'static str,
}

#[derive(Serialize)]
struct Report {
    dry_run: bool,
    supabase: bool,
    steps: Vec<Step>,
}

/// Sets the project in the current folder up.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let root = session.surroundings.folder.clone();
    let above = Config::above(&root).filter(|_| !options.nested && Config::in_folder(&root).is_none());
    if let Some(path) = above {
        return Err(CommandError::ProjectAbove(printable_name(&path.to_string_lossy())));
    }
    let supabase = root.join("supabase/config.toml").is_file();
    let project = Setup { root: &root, write: !options.dry_run };
    let report = Report { dry_run: options.dry_run, supabase, steps: project.carry_out(supabase)? };
    if options.format.is_json() {
        session.output.json(&report)?;
    } else {
        print(&report, session)?;
    }
    Ok(Exit::Done)
}

fn print(report: &Report, session: &mut Session) -> Result<(), CommandError> {
    let output = &mut session.output;
    if report.supabase {
        output.line("This is a Supabase project: rollbacks get a folder that the Supabase CLI does not run.")?;
    }
    let lines: Vec<(&str, String)> = report
        .steps
        .iter()
        .map(|step| {
            let verb = match (step.action, report.dry_run) {
                (Action::Create, false) => "created",
                (Action::Create, true) => "would create",
                (Action::Extend, false) => "extended",
                (Action::Extend, true) => "would extend",
                (Action::Keep, _) => "kept",
            };
            (verb, if step.note.is_empty() { step.path.clone() } else { format!("{}  ({})", step.path, step.note) })
        })
        .collect();
    output.fields(0, &lines)?;
    if !report.dry_run && report.steps.iter().any(|step| step.action == Action::Create && step.path == CONFIG_FILE) {
        output.line("")?;
        let next = output.tone(Tone::Heading, "Next:");
        output.line(format!("{next} name your databases in {CONFIG_FILE}, then run `tidegate config check`."))?;
    }
    Ok(())
}

const CONFIG_FILE: &str = "tidegate.toml";

struct Setup<'a> {
    root: &'a Path,
    /// Whether anything is written at all.
    write: bool,
}

impl Setup<'_> {
    fn carry_out(&self, supabase: bool) -> Result<Vec<Step>, CommandError> {
        let mut steps = Vec::new();
        let existing = Config::in_folder(self.root);
        let (layout, validations) = match &existing {
            Some(path) => {
                steps.push(self.step(Action::Keep, path, "the configuration is there already"));
                let config = Config::read(path)?;
                (config.project.layout, config.project.validations)
            }
            None => {
                let text = self.configuration(supabase);
                let path = self.root.join(CONFIG_FILE);
                let config = Config::parse(&text, &path)?;
                self.create_file(&path, &text)?;
                steps.push(self.step(Action::Create, &path, ""));
                (config.project.layout, config.project.validations)
            }
        };
        let Layout { migrations, rollbacks, .. } = layout;
        for folder in [Some(migrations), rollbacks, Some(validations)].into_iter().flatten() {
            steps.push(self.folder(&folder, 0o777, "")?);
        }
        steps.push(self.folder(&self.root.join(PROJECT_FOLDER), 0o700, "journals, logs and backups")?);
        steps.extend(self.ignore(existing.as_deref())?);
        Ok(steps)
    }

    fn configuration(&self, supabase: bool) -> String {
        let name = self.root.file_name().map_or_else(|| "project".into(), |name| name.to_string_lossy());
        let (migrations, rollbacks) = if supabase {
            ("supabase/migrations", "rollbacks = \"supabase/rollbacks\"")
        } else {
            let found = USUAL_FOLDERS.into_iter().find(|folder| self.root.join(folder).is_dir());
            (found.unwrap_or(USUAL_FOLDERS[0]), "# rollbacks = \"rollbacks\"   # beside the migrations when left out")
        };
        TEMPLATE
            .replace("\"@name@\"", &toml::Value::String(printable_name(&name)).to_string())
            .replace("@migrations@", migrations)
            .replace("# @rollbacks@", rollbacks)
    }

    fn create_file(&self, path: &Path, text: &str) -> Result<(), CommandError> {
        if !self.write {
            return Ok(());
        }
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(CommandError::write(path.to_owned()))
    }

    fn folder(&self, path: &Path, mode: u32, note: &'static str) -> Result<Step, CommandError> {
        if path.is_dir() {
            return Ok(self.step(Action::Keep, path, note));
        }
        if self.write {
            DirBuilder::new().recursive(true).mode(mode).create(path).map_err(CommandError::write(path.to_owned()))?;
        }
        Ok(self.step(Action::Create, path, note))
    }

    /// Tells git to ignore Tidegate's folder, where there is a git.
    fn ignore(&self, config: Option<&Path>) -> Result<Option<Step>, CommandError> {
        let path = self.root.join(".gitignore");
        let in_git = self.root.ancestors().any(|folder| folder.join(".git").exists());
        let existing = match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(CommandError::write(path)(error)),
        };
        if existing.is_none() && !in_git {
            return Ok(None);
        }
        // A configuration inside the folder belongs into git, so then only what lies beside it is ignored.
        let wanted: &[&str] =
            if config.is_some_and(|path| path.parent().is_some_and(|parent| parent.ends_with(PROJECT_FOLDER))) {
                &["/.tidegate/state/", "/.tidegate/cache/", "/.tidegate/backups/"]
            } else {
                &["/.tidegate/"]
            };
        let content = existing.as_deref().unwrap_or_default();
        let plain = |line: &[u8]| String::from_utf8_lossy(line).trim().trim_matches('/').to_owned();
        let present: Vec<String> = content.split(|byte| *byte == b'\n').map(plain).collect();
        let missing: Vec<&str> = wanted
            .iter()
            .copied()
            .filter(|line| !present.iter().any(|known| known == line.trim_matches('/')))
            .collect();
        if missing.is_empty() {
            return Ok(Some(self.step(Action::Keep, &path, "ignores it already")));
        }
        let line_end = if content.ends_with(b"\r\n") { "\r\n" } else { "\n" };
        let mut addition = String::new();
        if !content.is_empty() && !content.ends_with(b"\n") {
            addition.push_str(line_end);
        }
        for line in &missing {
            addition.push_str(line);
            addition.push_str(line_end);
        }
        if self.write {
            OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)
                .and_then(|mut file| file.write_all(addition.as_bytes()))
                .map_err(CommandError::write(path.clone()))?;
        }
        let action = if existing.is_some() { Action::Extend } else { Action::Create };
        Ok(Some(self.step(action, &path, "ignores .tidegate")))
    }

    fn step(&self, action: Action, path: &Path, note: &'static str) -> Step {
        Step { action, path: output::path(&PathBuf::from(path.strip_prefix(self.root).unwrap_or(path))), note }
    }
}

/// A folder may be called anything; a project's name is shown on screens.
fn printable_name(name: &str) -> String {
    crate::migration::text::printable(name).into_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Config, Tier};
    use crate::review::finding::Severity;

    /// The template, with what is commented out as it would be without the comment.
    fn with_all() -> String {
        let is_toml = |line: &str| {
            let key = line.split(" = ").next().unwrap_or_default();
            line.starts_with('[') || (line.contains(" = ") && !key.contains(' '))
        };
        let bare = |line: &str| match line.strip_prefix("# ") {
            Some(rest) if is_toml(rest) => rest.to_owned(),
            _ => line.to_owned(),
        };
        TEMPLATE.lines().map(bare).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_the_template_holds_ready_is_valid_and_says_what_holds_without_it() {
        let parsed = |text: &str| Config::parse(text, Path::new("/project/tidegate.toml")).unwrap();
        let (plain, full) = (parsed(TEMPLATE), parsed(&with_all()));
        assert_eq!(full.review.block_from, Some(Severity::Error));
        assert_eq!(full.review.secured_schemas, ["public"]);
        assert!(full.review.ticket.is_some() && full.review.levels.contains_key("if-exists"));
        assert_eq!(full.review.main_branch, plain.review.main_branch);
        for config in [&plain, &full] {
            for environment in &config.environments {
                let demanded = environment.policy.approvals.is_some();
                assert_eq!(demanded, environment.tier == Tier::Production, "{}", environment.name);
            }
        }
    }
}
