//! `tidegate review [FILE …]`

mod document;
mod fix;
mod github;
mod rules;
mod sarif;
mod text;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use clap::{Args, ValueEnum};
use futures_util::future::join_all;

use super::environments::{context, environments, small_runtime};
use super::output::{Output, Tone};
use super::{CommandError, Exit, Session};
use crate::config::{Config, Environment, Tier};
use crate::migration::catalogue::Catalogue;
use crate::migration::git;
use crate::migration::text::printable;
use crate::review::finding::Severity;
use crate::review::settings::LargeTable;
use crate::window::board::Board;
use crate::window::context::Context;
use crate::window::look::look;
use crate::window::review::mend::mend;
use crate::window::review::{Environments, Git, Problem, Request, Reviewed, Tally, large_tables, review_one_by_one};

/// The arguments of `tidegate review`.
#[derive(Debug, Args)]
pub struct Options {
    /// The migrations, by file, name or version [default: all]
    #[arg(value_name = "FILE")]
    pub migrations: Vec<String>,

    /// Only those whose files are not as they are in this revision of git
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,

    /// Ask this environment what was applied, and use the levels of its tier; may be given again
    #[arg(long = "environment", short = 'e', value_name = "ENV")]
    pub environments: Vec<String>,

    /// Use the levels of this tier
    #[arg(long, value_enum, value_name = "TIER")]
    pub tier: Option<TierChoice>,

    /// Make the fixes that need no look, in migrations that are not applied anywhere
    #[arg(long, conflicts_with_all = ["rules", "explain"])]
    pub fix: bool,

    /// Print what --fix would change, as a patch, and change nothing
    #[arg(long, conflicts_with_all = ["rules", "explain", "format"])]
    pub diff: bool,

    /// From which severity on findings make the exit status 3
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t)]
    pub fail_on: FailOn,

    /// List the rules, with the levels that hold here
    #[arg(long, conflicts_with_all = ["migrations", "since", "explain"])]
    pub rules: bool,

    /// Say what a rule finds, why, and what to do instead
    #[arg(long, value_name = "RULE", conflicts_with_all = ["migrations", "since"])]
    pub explain: Option<String>,

    /// What to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

/// A tier, as an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TierChoice {
    /// A database that its owner may lose.
    Development,
    /// A database that others rely on for tests.
    Staging,
    /// The database that the business runs on.
    Production,
}

/// From which severity on findings make the exit status 3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// From the least on.
    Note,
    /// From warnings on.
    Warning,
    /// Errors only.
    #[default]
    Error,
    /// Never.
    Never,
}

/// What is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for people, with the place in the file.
    #[default]
    Text,
    /// JSON, described in docs/cli.md.
    Json,
    /// SARIF 2.1.0, which code scanning reads.
    Sarif,
    /// Annotations as GitHub's workflows read them.
    Github,
}

/// Reviews, and prints what was found.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    if let Some(name) = &options.explain {
        return rules::explain(name, &mut session.output);
    }
    let context = context(session)?;
    let chosen = match options.environments.as_slice() {
        [] => Vec::new(),
        names => environments(&context.config, names)?,
    };
    let tier = options.tier.map(tier_of).or_else(|| chosen.iter().map(|environment| environment.tier).max());
    if options.rules {
        return rules::list(&context.config.review, tier, options.format == Format::Json, &mut session.output);
    }
    // Git looks at the files while they are read.
    let git = {
        let (context, for_fixes) = (Arc::clone(&context), options.fix || options.diff);
        let look = if for_fixes { Git::ask_for_fixes } else { Git::ask };
        thread::spawn(move || look(&context.config))
    };
    let mut catalogue = context.read_catalogue()?;
    let names = || chosen.iter().map(|environment| environment.name.as_str());
    let asked = match chosen.as_slice() {
        [] => None,
        chosen => Some(ask(&context, &catalogue, chosen)?),
    };
    let mut request = Request {
        only: wanted(options, &context, &catalogue)?,
        with_gone: options.migrations.is_empty(),
        tier,
        git: git.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        environments: asked.as_ref().map(|asked| Environments::of(&asked.board, names())).unwrap_or_default(),
        large_tables: asked.as_ref().map(|asked| asked.large.clone()).unwrap_or_default(),
        ..Request::default()
    };
    let folder = session.surroundings.folder.clone();
    if options.diff {
        let mending = mend(&context.config, &catalogue, &mut request);
        return fix::print_patch(&mending, Page { folder: &folder, repository: Some(&request.git) }, session);
    }
    let mut mending = None;
    if options.fix {
        let made = fix::make(mend(&context.config, &catalogue, &mut request));
        // What was fixed is read again, as whoever comes next would read it.
        catalogue = context.read_catalogue()?;
        request.git = Git::ask(&context.config);
        mending = Some(made);
    }
    if let (Format::Text, Some(mending)) = (options.format, &mending) {
        fix::print(mending, &folder, session)?;
    }
    // Who reads these looks for files from the repository's folder on, wherever the command runs.
    let of_repository = matches!(options.format, Format::Sarif | Format::Github);
    let page = Page { folder: &folder, repository: of_repository.then_some(&request.git) };
    let tally = {
        let (verbose, output) = (session.global.verbose > 0, &mut session.output);
        let mut sheet: Box<dyn Sheet> = match options.format {
            Format::Text => Box::new(text::Lines::new(page, verbose, output)),
            Format::Json => Box::new(document::Json::new(page, mending.as_ref(), output)),
            Format::Sarif => Box::new(sarif::Sarif::new(page, output)),
            Format::Github => Box::new(github::Annotations::new(page, output)),
        };
        print(&context.config, &catalogue, &request, sheet.as_mut())?
    };
    if let (Format::Text, Some(mending)) = (options.format, &mending) {
        fix::print_open(mending, session)?;
    }
    if request.git.lacks_branch {
        let mut errors = Output::stderr(session.global.color);
        let word = errors.tone(Tone::Warning, "warning");
        errors.line(format!(
            "{word}: git knows no branch {} here or at origin, so nobody can tell whether merged files were changed. Fetch \
             it, or name another one: `main_branch` in [review].",
            printable(&request.git.main_branch)
        ))?;
        errors.finish()?;
    }
    Ok(exit(&tally, options.fail_on))
}

/// What is printed in one of the formats.
trait Sheet {
    /// Takes the next migration.
    fn take(&mut self, reviewed: &Reviewed) -> Result<(), CommandError>;

    /// Takes what is wrong with files that are no migrations, and ends.
    fn end(&mut self, problems: &[Problem], tally: &Tally) -> Result<(), CommandError>;
}

/// Reviews, and has each migration printed while the next ones are reviewed.
fn print(
    config: &Config,
    catalogue: &Catalogue,
    request: &Request<'_>,
    sheet: &mut dyn Sheet,
) -> Result<Tally, CommandError> {
    let (mut tally, mut printed) = (Tally::default(), Ok(()));
    let problems = review_one_by_one(config, catalogue, request, |reviewed| {
        tally.add(&reviewed);
        if printed.is_ok() {
            printed = sheet.take(&reviewed);
        }
    });
    printed?;
    problems.iter().for_each(|problem| tally.add_finding(problem.severity));
    sheet.end(&problems, &tally)?;
    Ok(tally)
}

/// How paths are shown.
#[derive(Debug, Clone, Copy)]
struct Page<'a> {
    /// The folder in which the command runs.
    folder: &'a Path,
    /// What git says, where paths are to be shown from the repository's folder.
    repository: Option<&'a Git>,
}

impl Page<'_> {
    /// A path as it is shown: from the repository's folder, else from the one in which the command runs, where it lies
    /// below.
    fn path(&self, path: &Path) -> String {
        match self.repository.and_then(|git| git.path_in_repository(path)) {
            Some(path) => super::output::path(&path),
            None => super::output::path(path.strip_prefix(self.folder).unwrap_or(path)),
        }
    }
}

fn exit(tally: &Tally, fail_on: FailOn) -> Exit {
    let least = match fail_on {
        FailOn::Note => Severity::Note,
        FailOn::Warning => Severity::Warning,
        FailOn::Error => Severity::Error,
        FailOn::Never => return Exit::Done,
    };
    if tally.gravest().is_some_and(|gravest| gravest >= least) { Exit::Findings } else { Exit::Done }
}

fn tier_of(choice: TierChoice) -> Tier {
    match choice {
        TierChoice::Development => Tier::Development,
        TierChoice::Staging => Tier::Staging,
        TierChoice::Production => Tier::Production,
    }
}

/// The names of the migrations that are asked for; none where all are.
fn wanted(
    options: &Options,
    context: &Context,
    catalogue: &Catalogue,
) -> Result<Option<HashSet<String>>, CommandError> {
    let mut wanted: Option<HashSet<String>> = None;
    if !options.migrations.is_empty() {
        let named = options.migrations.iter().map(|word| named(word, catalogue));
        wanted = Some(named.collect::<Result<_, _>>()?);
    }
    if let Some(revision) = &options.since {
        let layout = context.layout();
        let below = [layout.migrations.as_path(), layout.rollback_folder()];
        let changed = git::changed_since(&layout.migrations, revision, &below)
            .ok_or_else(|| CommandError::NoRevision(revision.clone()))?;
        let stems = changed.iter().filter_map(|path| Some(stem(path.file_name()?.to_str()?).to_owned()));
        let since: HashSet<String> = stems.filter(|name| catalogue.find(name).is_some()).collect();
        wanted = Some(match wanted {
            Some(named) => named.intersection(&since).cloned().collect(),
            None => since,
        });
    }
    Ok(wanted)
}

/// A file's name without what makes it a migration's or a rollback's.
fn stem(file: &str) -> &str {
    let stem = file.strip_suffix(".sql").unwrap_or(file);
    stem.strip_suffix(".down").unwrap_or(stem)
}

/// The migration that a word of the command line means.
fn named(word: &str, catalogue: &Catalogue) -> Result<String, CommandError> {
    let file = Path::new(word).file_name().and_then(|name| name.to_str()).unwrap_or(word);
    let name = stem(file);
    let by_version =
        || catalogue.migrations.iter().find(|one| one.name.version().to_string() == name).map(|one| &one.name);
    let found = catalogue.find(name).map(|migration| &migration.name).or_else(by_version);
    found.map(ToString::to_string).ok_or_else(|| CommandError::NoMigration(word.to_owned()))
}

/// What some environments say: what was applied there, and which tables are large.
struct Asked {
    board: Board,
    large: Vec<LargeTable>,
}

/// Asks environments, all of them at once.
fn ask(context: &Context, catalogue: &Catalogue, chosen: &[&Environment]) -> Result<Asked, CommandError> {
    let answers = small_runtime()?.block_on(join_all(chosen.iter().map(async |environment| {
        let (view, large) = tokio::join!(look(context, environment), large_tables(context, environment));
        (environment, view.and_then(|view| Ok((view, large?))))
    })));
    let (mut pasts, mut large) = (Vec::new(), Vec::new());
    for (environment, answer) in answers {
        let (view, tables) = answer.map_err(|error| CommandError::Look {
            environment: environment.name.to_string(),
            source: Box::new(error),
        })?;
        pasts.push(Some(view.past));
        large.extend(tables);
    }
    Ok(Asked { board: Board::build(catalogue, &pasts), large })
}
