//! Approving a migration from its screen, and withdrawing an approval: who logs in, the questions of its checklist, what
//! is approved or withdrawn and what that means, and what came of it.

use std::collections::BTreeMap;

use crate::config::{Environment, EnvironmentName};
use crate::console::layer::{Availability, Command};
use crate::console::message::{Errand, Found, LoggedIn, Work};
use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::trouble::Trouble;
use crate::console::view::confirm::{ConfirmDialog, Question, paragraph};
use crate::console::view::login::LoginDialog;
use crate::console::view::marks;
use crate::console::view::questions::QuestionsDialog;
use crate::console::widget::paint::{Piece, piece, wrap};
use crate::console::widget::viewer::TextLine;
use crate::console::words::ago;
use crate::migration::checksum::short;
use crate::review::approval::Approval;
use crate::review::checklist::{Answer, Answers};
use crate::window::approval::give::{Approved, Given, Looked, OnRecord, Request, Withdrawable, Withdrawn};
use crate::window::approval::{Standing, demands_none};
use crate::window::confirmation::Confirmation;
use crate::window::step::Step;

/// How many reasons a migration's screen gives for an approval.
const REASONS: usize = 3;

/// What somebody who has logged in is about to do. Holds the password that they typed for it, so it is forgotten as soon
/// as they are done or do something else.
#[derive(Debug, Default)]
pub(super) enum Draft {
    /// Nothing.
    #[default]
    None,
    /// To approve.
    Approval {
        /// Who logs in, and what they answer.
        request: Request,
        /// The role that the server knows them by.
        role: String,
        /// What they give.
        given: Box<Given>,
    },
    /// To withdraw.
    Withdrawal(Request),
}

/// How a migration stands in an environment, and the environment's name; or why nothing can be approved there.
fn asked<'w>(
    world: &'w World,
    environment: usize,
    migration: &str,
) -> Result<(&'w Standing, &'w EnvironmentName), Availability> {
    let settings = world.config.environments.get(environment).ok_or(Availability::Hidden)?;
    let name = &settings.name;
    if settings.policy.approvals.is_none() {
        return Err(Availability::No(demands_none(name.as_str(), settings.tier)));
    }
    let standing = world.standing(environment, migration);
    standing.map(|standing| (standing, name)).ok_or_else(|| Availability::No(format!("It is not pending in {name}.")))
}

/// Whether there is something to approve in an environment.
pub(super) fn availability(world: &World, environment: usize, migration: &str) -> Availability {
    match asked(world, environment, migration) {
        Err(why) => why,
        Ok((standing, name)) if standing.is_approved() => {
            Availability::No(format!("It has all the approvals that it needs for {name}."))
        }
        Ok(_) if world.checklist(environment, migration).is_none() => {
            Availability::No("Its checklist is being made. Try again in a moment.".to_owned())
        }
        Ok(_) => Availability::Yes,
    }
}

/// Whether there is something to withdraw in an environment.
pub(super) fn withdrawability(world: &World, environment: usize, migration: &str) -> Availability {
    match asked(world, environment, migration) {
        Err(why) => why,
        Ok((standing, name)) if on_record(standing).is_empty() => {
            Availability::No(format!("Nobody has approved it for {name}, or it was withdrawn."))
        }
        Ok(_) => Availability::Yes,
    }
}

/// The approvals that stand, whether they count or not: the kinds by the roles that gave them.
fn on_record(standing: &Standing) -> BTreeMap<&str, Vec<Approval>> {
    let counted = standing.demands.iter().flat_map(|demand| &demand.given);
    let void = standing.void.iter().map(|(one, _)| one);
    let mut roles: BTreeMap<&str, Vec<Approval>> = BTreeMap::new();
    for one in counted.chain(void).filter(|one| one.withdrawn.is_none()) {
        let kinds = roles.entry(&one.role).or_default();
        if !kinds.contains(&one.approval) {
            kinds.push(one.approval);
        }
    }
    roles
}

/// The kinds, as words.
fn listed(kinds: impl IntoIterator<Item = Approval>) -> String {
    kinds.into_iter().map(Approval::word).collect::<Vec<_>>().join(", ")
}

/// Asks as whom the operator logs in: the console's own login is the one that applies.
pub(super) fn ask_for_role(world: &World, environment: usize, migration: &str) -> Vec<Command> {
    let login = world.view(environment).map_or("the console's login", |view| view.info.user.as_str());
    let words = format!(
        "As which database role do you log in? {login} applies migrations here and so cannot approve them, and nor can \
         the author."
    );
    vec![Command::Open(Box::new(LoginDialog::of(environment, migration, Errand::Approve, words)))]
}

/// Asks whose approval is withdrawn: each role withdraws its own.
pub(super) fn ask_who_withdraws(world: &World, environment: usize, migration: &str) -> Vec<Command> {
    let Some(standing) = world.standing(environment, migration) else { return Vec::new() };
    let roles = on_record(standing);
    let given: Vec<String> =
        roles.iter().map(|(role, kinds)| format!("{role} ({})", listed(kinds.iter().copied()))).collect();
    let words = format!(
        "Whose approval is withdrawn? Each role withdraws its own, and logs in for that. It is approved by {}.",
        given.join(", ")
    );
    let mut dialog = LoginDialog::of(environment, migration, Errand::Withdraw, words);
    if let [only] = roles.keys().collect::<Vec<_>>()[..] {
        dialog = dialog.as_role(only);
    }
    vec![Command::Open(Box::new(dialog))]
}

impl Draft {
    /// What somebody who has logged in does next, and the dialog that asks for it.
    pub(super) fn of(logged_in: LoggedIn, world: &World, environment: usize) -> (Self, Vec<Command>) {
        let nothing = |words: &str| (Self::None, vec![Command::Toast(words.to_owned())]);
        let Some(settings) = world.config.environments.get(environment) else {
            return nothing("The environment is gone.");
        };
        let LoggedIn { mut request, found } = logged_in;
        match found {
            Found::ToApprove(Looked { role, migrations }) => {
                let Some((given, checklist)) = migrations.into_iter().next() else {
                    return nothing("Nothing to approve.");
                };
                if given.now.is_empty() {
                    return nothing(&format!("{role} has approved it before: {}.", listed(given.before)));
                }
                // What is asked is about these files, and nothing else is approved.
                request.seen = BTreeMap::from([(given.migration.clone(), given.files.clone())]);
                let dialog = QuestionsDialog::of("Questions", marks::subject(settings), checklist);
                let draft = Self::Approval { request, role, given: Box::new(given) };
                (draft, vec![Command::Open(Box::new(dialog))])
            }
            Found::ToWithdraw(Withdrawable { role, migrations }) => {
                let Some(on_record) = migrations.first() else { return nothing("Nothing to withdraw.") };
                let commands = ask_to_withdraw(world, settings, &role, on_record);
                (Self::Withdrawal(request), commands)
            }
        }
    }

    /// Takes in what was answered.
    pub(super) fn take_answers(&mut self, all: Answers) {
        if let Self::Approval { request, given, .. } = self {
            request.answers = BTreeMap::from([(given.migration.clone(), all)]);
        }
    }

    /// The work of doing it.
    pub(super) fn work(self, environment: usize) -> Vec<Command> {
        let work = match self {
            Self::None => return Vec::new(),
            Self::Approval { request, .. } => Work::Approve { environment, request },
            Self::Withdrawal(request) => Work::Withdraw { environment, request },
        };
        vec![Command::Work(work)]
    }
}

/// Shows what is approved, and asks for the environment's name.
pub(super) fn ask_to_confirm(world: &World, environment: usize, draft: &Draft) -> Vec<Command> {
    let (Some(settings), Draft::Approval { request, role, given }) =
        (world.config.environments.get(environment), draft)
    else {
        return Vec::new();
    };
    let mut text = vec![TextLine::plain(Role::Text, format!("{role} approves {}.", given.migration))];
    let down = given.files.down.as_deref().map_or("none", short);
    let sums = [format!("file      {}", short(&given.files.up)), format!("rollback  {down}")];
    text.extend(paragraph("As the files are now (SHA-256)", Role::Text, &sums));
    let reasons = |why: &[String]| why.iter().take(REASONS).cloned().collect::<Vec<_>>().join(" ");
    let gives: Vec<String> =
        given.now.iter().map(|demand| format!("{}: {}", demand.approval, reasons(&demand.why))).collect();
    text.extend(paragraph("What it gives", Role::Text, &gives));
    let not: Vec<String> =
        given.not_by_this_role.iter().map(|(approval, why)| format!("{approval}: {}", why.words())).collect();
    text.extend(paragraph("Left to another role", Role::Warn, &not));
    let answers = request.answers.get(&given.migration).into_iter().flatten();
    let (yes, no): (Vec<_>, Vec<_>) = answers.partition(|(_, answer)| answer.yes);
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

/// Shows what is withdrawn and what that means for a window, and asks for a yes: nothing of the project is written, and
/// whoever has second thoughts must not be slowed.
fn ask_to_withdraw(world: &World, settings: &Environment, role: &str, on_record: &OnRecord) -> Vec<Command> {
    let OnRecord { migration, approvals, after } = on_record;
    let name = &settings.name;
    let first = format!("{role} withdraws from {name} its approval of {migration}.");
    let mut text = vec![TextLine::plain(Role::Text, first)];
    let given: Vec<String> = approvals
        .iter()
        .map(|one| {
            let note = one.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
            format!("{}, given {}{note}", one.approval, ago(one.given_at, world.moment.now))
        })
        .collect();
    text.extend(paragraph("What is withdrawn", Role::Text, &given));
    let (style, window) = if after.is_approved() {
        let words = "It keeps all the approvals that it needs, from other roles: a window can apply it all the same.";
        (Role::Text, words.to_owned())
    } else {
        let words = format!(
            "It then lacks {}: no window applies it to {name} until it is approved again. One that is open is stopped \
             before its first script; one that is writing already goes on.",
            after.missing_words()
        );
        (Role::Warn, words)
    };
    text.extend(paragraph("What that means for a window", style, &[window]));
    let kept = "The approval stays on record as withdrawn, with your role and the time.".to_owned();
    text.extend(paragraph("What stays", Role::Text, &[kept]));
    let question = Question {
        title: "Withdraw an approval".to_owned(),
        verb: "Withdraw",
        subject: marks::subject(settings),
        step: Step::Apply,
        confirmation: Confirmation::YesNo,
        text,
    };
    vec![Command::Open(Box::new(ConfirmDialog::of(question)))]
}

/// Says what came of withdrawing.
pub(super) fn told_withdrawn(result: Result<Withdrawn, String>, environment: usize) -> Vec<Command> {
    match result {
        Ok(Withdrawn { role, migrations }) => {
            let kinds = listed(migrations.into_iter().flat_map(|(_, kinds)| kinds));
            vec![Command::Toast(format!("Withdrawn by {role}: {kinds}.")), Command::Refresh(environment)]
        }
        Err(why) => vec![Command::Trouble(Box::new(Trouble::new("Nothing was withdrawn", why)))],
    }
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
    for words in marks::void_words(standing) {
        say(Role::Dim, &words);
    }
    lines
}
