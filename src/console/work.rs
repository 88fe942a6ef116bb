//! The work that screens ask for, done in tasks of their own: reading files, git and folders.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::migration::catalogue::Catalogue;
use crate::migration::checksum::Checksum;
use crate::migration::git;
use crate::migration::scaffold::{ScaffoldError, Scaffolded};
use crate::postgres::backup;
use crate::review::checklist::Checklist;
use crate::window::approval::Standing;
use crate::window::approval::give::{self, Approved, Request, Withdrawn};
use crate::window::board::Board;
use crate::window::context::Context;
use crate::window::drift::export::{Format, Page};
use crate::window::drift::{Comparison, lineage, written};
use crate::window::look::EnvironmentView;
use crate::window::plan::Intent;
use crate::window::planning::{self, Seen};
use crate::window::review::mend::{Change, frozen};
use crate::window::review::{Git, JudgedFile};
use crate::window::steps::gates;

use super::document::{difference, markdown, sql};
use super::message::{Answer, Difference, Draft, Drawn, Errand, FixOrder, Found, LoggedIn, Refused, Texts, Work};
use super::theme::Role;
use super::trouble::Trouble;
use super::widget::paint::piece;
use super::widget::viewer::TextLine;

/// Does the work. Panics are the caller's to catch.
pub async fn run(context: Arc<Context>, work: Work) -> Answer {
    let work = match work {
        Work::Approve { environment, request } => {
            return Answer::Approved(Box::new(approve(&context, environment, &request).await));
        }
        Work::Withdraw { environment, request } => {
            return Answer::Withdrawn(Box::new(withdraw(&context, environment, &request).await));
        }
        Work::LogIn { environment, request, errand } => {
            return Answer::LoggedIn(Box::new(log_in(&context, environment, request, errand).await));
        }
        work => work,
    };
    let done = tokio::task::spawn_blocking(move || match work {
        Work::ReadMigration { up, down } => Answer::Texts(Box::new(Texts { up: up.map(read), down: down.map(read) })),
        Work::FindApplied { path, checksum } => Answer::Difference(Box::new(find_applied(path, checksum))),
        Work::ListBackups => match backup::list(&context.config.backup.directory) {
            Ok(entries) => Answer::Backups(entries),
            Err(error) => Answer::Failed(Box::new(Trouble::from_error("The backups cannot be listed", &error))),
        },
        Work::DrawUp { environment, catalogue, view, intent } => {
            Answer::Plan(Box::new(draw_up(&context, environment, &catalogue, &view, &intent)))
        }
        Work::Export(comparison, format) => match export(&context, &comparison, format) {
            Ok(path) => Answer::Exported(path),
            Err(error) => Answer::Failed(Box::new(Trouble::from_error("The comparison cannot be written", &error))),
        },
        Work::Trace(catalogue, object) => {
            let (id, explanation) = *object;
            let (tied, unread) = lineage::trace(&catalogue, &id, explanation.as_ref());
            Answer::Traced(tied, unread)
        }
        Work::MakeMigration(wanted) => match wanted.make(&context.config) {
            Ok(made) => Answer::Written(Box::new(made)),
            Err(error) => Answer::Failed(Box::new(Trouble::from_error("No migration was made", &error))),
        },
        Work::ProposeFix(order) => {
            let proposed = propose_fix(&context, &order);
            Answer::Proposed(order, proposed)
        }
        Work::WriteFix(order, change) => Answer::Mended(write_fix(&context, &order, &change)),
        Work::WriteDraft(draft) => match write_draft(&context, &draft) {
            Ok(made) => Answer::Written(Box::new(made)),
            Err(error) => Answer::Failed(Box::new(Trouble::from_error("The draft cannot be written", &error))),
        },
        Work::CountApprovals { environment, catalogue, board, view } => {
            let (standings, checklists) = count_approvals(&context, environment, &catalogue, &board, &view);
            Answer::Standings(environment, standings, checklists)
        }
        // Done above, where waiting for a server is allowed.
        Work::Approve { .. } => Answer::Approved(Box::new(Err("Nothing was approved.".to_owned()))),
        Work::Withdraw { .. } => Answer::Withdrawn(Box::new(Err("Nothing was withdrawn.".to_owned()))),
        Work::LogIn { .. } => Answer::LoggedIn(Box::new(Err(Refused::Because("Nobody logged in.".to_owned())))),
        Work::ReadReport(path) => match std::fs::read_to_string(&path) {
            Ok(text) => Answer::Report(markdown(&text)),
            Err(error) => Answer::Failed(Box::new(
                Trouble::from_error("The report cannot be read", &error).with("file", path.display().to_string()),
            )),
        },
    });
    match done.await {
        Ok(answer) => answer,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Writes a comparison beside the reports of windows.
fn export(context: &Context, comparison: &Comparison, format: Format) -> std::io::Result<PathBuf> {
    let rules = &context.config.drift.ignore;
    let page = Page { comparison, rules, only_unexplained: false, verbose: format == Format::Html };
    let harmless = |side: String| side.replace(|one: char| !one.is_ascii_alphanumeric() && one != '-', "_");
    let (left, right) = (harmless(comparison.left.to_string()), harmless(comparison.right.to_string()));
    let at = comparison.at.strftime("%Y%m%dT%H%M%SZ");
    let path = context.reports().join(format!("drift_{left}_{right}_{at}.{}", format.extension()));
    std::fs::create_dir_all(context.reports())?;
    std::fs::write(&path, page.written(format)?)?;
    Ok(path)
}

/// Works out what a fix changes.
fn propose_fix(context: &Context, order: &FixOrder) -> Result<Box<Change>, String> {
    may_be_fixed(context, order)?;
    let JudgedFile { path, checksum } = &order.file;
    let change = Change::of(path, *checksum, &order.finding, &order.fix).map_err(|error| format!("{error}."))?;
    Ok(Box::new(change))
}

/// Makes a fix.
fn write_fix(context: &Context, order: &FixOrder, change: &Change) -> Result<(), String> {
    may_be_fixed(context, order)?;
    change.write().map_err(|error| format!("{error}."))
}

/// Refuses to change what may have been applied.
fn may_be_fixed(context: &Context, order: &FixOrder) -> Result<(), String> {
    let files: Vec<&Path> = order.files.iter().map(PathBuf::as_path).collect();
    match frozen(&Git::ask_for_fixes(&context.config), &files, &order.standing) {
        Some(why) => Err(format!("{} stays as it is: {why}.", order.migration)),
        None => Ok(()),
    }
}

/// Writes a draft as files of the project.
fn write_draft(context: &Context, draft: &Draft) -> Result<Scaffolded, ScaffoldError> {
    let Draft { comparison, reconciliation, proof, destructive, description } = draft;
    let remarks = written::remarks(comparison, reconciliation, proof.as_ref(), *destructive);
    written::write(context, reconciliation, &remarks, description, *destructive)
}

/// Draws up a plan and foresees its gates.
fn draw_up(
    context: &Context,
    environment: usize,
    catalogue: &Arc<Catalogue>,
    view: &EnvironmentView,
    intent: &Intent,
) -> Result<Drawn, String> {
    let settings = context.config.environments.get(environment).ok_or("The environment is gone.")?;
    let seen = Seen { past: &view.past, history: &view.history, has_store: view.has_store };
    let plan =
        planning::draw_up(settings, &context.layout(), catalogue, seen, intent).map_err(|error| error.to_string())?;
    let judged = gates::foresee_files(context, settings, catalogue, &plan, view);
    let gates = gates::foresee(settings, &plan, view, judged, (&[], context.operator.name.as_str()));
    Ok(Drawn { plan, gates })
}

/// Counts the approvals of what is pending in an environment, and makes the checklists.
fn count_approvals(
    context: &Context,
    environment: usize,
    catalogue: &Arc<Catalogue>,
    board: &Board,
    view: &EnvironmentView,
) -> (Arc<[Standing]>, Arc<[Checklist]>) {
    let settings = context.config.environments.get(environment);
    let (Some(settings), Some(column)) = (settings, board.columns.get(environment)) else { return Default::default() };
    let standings = context.standings(settings, catalogue, (&board.rows, column), &view.approvals, &view.info.user);
    let names: Vec<&str> = standings.iter().map(|standing| standing.migration.as_str()).collect();
    let checklists = context.checklists(settings.tier, catalogue, &names);
    (standings.into(), checklists)
}

/// Approves a migration as the role that the request names.
async fn approve(context: &Context, environment: usize, request: &Request) -> Result<Approved, String> {
    let settings = context.config.environments.get(environment).ok_or("The environment is gone.")?;
    give::approve(context, settings, request).await.map_err(|error| error.to_string())
}

/// Withdraws what the role that the request names has approved.
async fn withdraw(context: &Context, environment: usize, request: &Request) -> Result<Withdrawn, String> {
    let settings = context.config.environments.get(environment).ok_or("The environment is gone.")?;
    give::withdraw(context, settings, request).await.map_err(|error| error.to_string())
}

/// Logs in as the role that the request names, and looks what it can do.
async fn log_in(context: &Context, environment: usize, request: Request, errand: Errand) -> Result<LoggedIn, Refused> {
    let Some(settings) = context.config.environments.get(environment) else {
        return Err(Refused::Because("The environment is gone.".to_owned()));
    };
    let found = match errand {
        Errand::Approve => give::look(context, settings, &request).await.map(Found::ToApprove),
        Errand::Withdraw => give::look_to_withdraw(context, settings, &request).await.map(Found::ToWithdraw),
    };
    match found {
        Ok(found) => Ok(LoggedIn { request, found }),
        Err(error) if error.lacks_password() => Err(Refused::NoPassword),
        Err(error) if error.wants_password() => Err(Refused::WrongPassword { typed: request.password.is_some() }),
        Err(error) => Err(Refused::Because(error.to_string())),
    }
}

/// A file as lines; one that cannot be read says so in its place.
fn read(path: PathBuf) -> Vec<TextLine> {
    match std::fs::read(&path) {
        Ok(bytes) => sql(&bytes),
        Err(error) => {
            let words = format!("{} cannot be read: {error}.", path.display());
            vec![TextLine::of(vec![piece(Role::Bad, words)])]
        }
    }
}

/// Looks through the file's git history for what was applied, and compares it with the file as it is now.
fn find_applied(path: PathBuf, checksum: Checksum) -> Difference {
    let now = match std::fs::read(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => return Difference::NotFound(format!("{} cannot be read: {error}.", path.display())),
    };
    match git::content_with_checksum(&path, checksum) {
        Some(applied) => Difference::Lines(difference(&applied, &now)),
        None => Difference::NotFound(format!(
            "What was applied is not in this file's git history: no version of it has the SHA-256 {} that is on \
             record. It may have been applied from another branch, or before it was committed.",
            checksum.short()
        )),
    }
}
