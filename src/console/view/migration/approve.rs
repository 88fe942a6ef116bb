//! Approving a migration from its screen: who logs in, the questions of its checklist, what is approved and why it is
//! needed, and what came of it.

use std::collections::BTreeMap;

use super::{ANSWERED, APPROVE};
use crate::console::layer::{Availability, Command};
use crate::console::message::Work;
use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::trouble::Trouble;
use crate::console::view::confirm::{ConfirmDialog, Question, paragraph};
use crate::console::view::marks;
use crate::console::view::prompt::Prompt;
use crate::console::view::questions::QuestionsDialog;
use crate::console::widget::paint::{Piece, piece, wrap};
use crate::console::widget::viewer::TextLine;
use crate::review::checklist::{Answer, Answers};
use crate::window::approval::demands_none;
use crate::window::approval::give::{Approved, Files, Request};
use crate::window::confirmation::Confirmation;
use crate::window::step::Step;

/// How many digits of a checksum are shown.
const SUM: usize = 12;

/// How many reasons a migration's screen gives for an approval.
const REASONS: usize = 3;

/// An approval that is about to be given.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// The role that logs in.
    role: String,
    /// The files as they were when the questions were asked.
    seen: Option<Files>,
    /// What was answered.
    pub(super) answers: Answers,
}

impl Draft {
    /// The approval of the files as they are now, by a role.
    pub(super) fn of(world: &World, migration: &str, role: &str) -> Self {
        let seen = world.catalogue.as_ref().and_then(|catalogue| catalogue.find(migration)).map(Files::of);
        Self { role: role.to_owned(), seen, answers: Answers::new() }
    }
}

/// Whether there is something to approve in an environment.
pub(super) fn availability(world: &World, environment: usize, migration: &str) -> Availability {
    let Some(settings) = world.config.environments.get(environment) else { return Availability::Hidden };
    let name = &settings.name;
    if settings.policy.approvals.is_none() {
        return Availability::No(demands_none(name.as_str(), settings.tier));
    }
    match world.standing(environment, migration) {
        None => Availability::No(format!("It is not pending in {name}.")),
        Some(standing) if standing.is_approved() => {
            Availability::No(format!("It has all the approvals that it needs for {name}."))
        }
        Some(_) if world.checklist(environment, migration).is_none() => {
            Availability::No("Its checklist is being made. Try again in a moment.".to_owned())
        }
        Some(_) => Availability::Yes,
    }
}

/// Asks as whom the operator logs in: the console's own login is the one that applies.
pub(super) fn ask_for_role(world: &World, environment: usize) -> Vec<Command> {
    let login = world.view(environment).map_or("the console's login", |view| view.info.user.as_str());
    let words = format!(
        "As which database role do you log in? {login} applies migrations here and so cannot approve them, and nor can \
         the author. The password comes from PGPASSWORD or the password file."
    );
    vec![Command::Open(Box::new(Prompt::of("Approve as", words, APPROVE)))]
}

/// Asks the questions of the migration's checklist.
pub(super) fn ask_questions(world: &World, environment: usize, migration: &str) -> Vec<Command> {
    let (Some(settings), Some(checklist)) =
        (world.config.environments.get(environment), world.checklist(environment, migration))
    else {
        return vec![Command::Toast("The files were changed. Look at them again.".to_owned())];
    };
    let dialog = QuestionsDialog::of("Questions", marks::subject(settings), checklist.clone(), ANSWERED);
    vec![Command::Open(Box::new(dialog))]
}

/// Shows what is approved, and asks for the environment's name.
pub(super) fn ask_to_confirm(world: &World, environment: usize, migration: &str, draft: &Draft) -> Vec<Command> {
    let (Some(settings), Some(standing)) =
        (world.config.environments.get(environment), world.standing(environment, migration))
    else {
        return Vec::new();
    };
    let mut text = vec![TextLine::plain(Role::Text, format!("{} approves {migration}.", draft.role))];
    if let Some(files) = &draft.seen {
        let short = |sum: &str| sum.get(..SUM).unwrap_or(sum).to_owned();
        let down = files.down.as_deref().map_or("none".to_owned(), short);
        let sums = [format!("file      {}", short(&files.up)), format!("rollback  {down}")];
        text.extend(paragraph("As the files are now (SHA-256)", Role::Text, &sums));
    }
    let needs: Vec<String> = standing
        .missing()
        .map(|demand| {
            format!("{}: {}", demand.approval, demand.why.iter().take(REASONS).cloned().collect::<Vec<_>>().join(" "))
        })
        .collect();
    text.extend(paragraph("What it lacks; what this role may not give stays open", Role::Warn, &needs));
    let (yes, no): (Vec<_>, Vec<_>) = draft.answers.iter().partition(|(_, answer)| answer.yes);
    let said = |answers: Vec<(&String, &Answer)>| {
        let words = answers.into_iter().map(|(entry, answer)| match &answer.note {
            Some(note) => format!("{entry} ({note})"),
            None => entry.clone(),
        });
        words.collect::<Vec<_>>().join(", ")
    };
    for (heading, role, answers) in [("Answered with no", Role::Bad, no), ("Answered with yes", Role::Text, yes)] {
        let lines = if answers.is_empty() { Vec::new() } else { vec![said(answers)] };
        text.extend(paragraph(heading, role, &lines));
    }
    let question = Question {
        title: "Approve a migration".to_owned(),
        verb: "Approve",
        subject: marks::subject(settings),
        step: Step::Apply,
        confirmation: Confirmation::TypeName(settings.name.to_string()),
        text,
    };
    vec![Command::Open(Box::new(ConfirmDialog::of(question)))]
}

/// The work of approving.
pub(super) fn work(environment: usize, migration: &str, draft: &Draft) -> Command {
    let request = Request {
        migrations: vec![migration.to_owned()],
        user: Some(draft.role.clone()),
        answers: BTreeMap::from([(migration.to_owned(), draft.answers.clone())]),
        seen: draft.seen.iter().map(|files| (migration.to_owned(), files.clone())).collect(),
        ..Request::default()
    };
    Command::Work(Work::Approve { environment, request })
}

/// Says what came of it.
pub(super) fn told(result: Result<Approved, String>, environment: usize) -> Vec<Command> {
    match result {
        Ok(approved) => {
            let lacking = approved.migrations.iter().find(|given| !given.standing.is_approved());
            let words = match lacking {
                Some(given) => {
                    format!("Approved by {}. It still lacks {}.", approved.role, given.standing.missing_words())
                }
                None => format!("Approved by {}: it has all that it needs.", approved.role),
            };
            vec![Command::Toast(words), Command::Refresh(environment)]
        }
        Err(why) => vec![Command::Trouble(Box::new(Trouble::new("Nothing was approved", why)))],
    }
}

/// What a migration has and lacks in an environment, for the pane beside its text.
pub(super) fn lines(
    world: &World,
    environment: usize,
    migration: &str,
    glyphs: &'static Glyphs,
    room: u16,
    with_reasons: bool,
) -> Vec<Vec<Piece>> {
    let Some(standing) = world.standing(environment, migration) else { return Vec::new() };
    let indent = || piece(Role::Text, "  ");
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    let mut say = |role: Role, words: &str| {
        lines.extend(wrap(words, room).into_iter().map(|line| vec![indent(), piece(role, line)]));
    };
    if standing.is_approved() {
        let mut who: Vec<&str> =
            standing.demands.iter().flat_map(|demand| &demand.given).map(|given| &*given.role).collect();
        who.sort_unstable();
        who.dedup();
        say(Role::Good, &format!("{} approved by {}", glyphs.applied, who.join(", ")));
        return lines;
    }
    say(Role::Bad, &format!("{} lacks {}", glyphs.failed, standing.missing_words()));
    if with_reasons {
        for demand in standing.missing() {
            for why in demand.why.iter().take(REASONS) {
                say(Role::Dim, why);
            }
        }
    }
    for (given, why) in &standing.void {
        say(Role::Dim, &format!("{} by {} does not count: {}", given.approval, given.role, why.words()));
    }
    lines
}
