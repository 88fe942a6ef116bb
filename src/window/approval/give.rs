//! Gives and withdraws approvals, in the name of the role that logs in.

use std::collections::BTreeMap;

use super::{Asking, Demand, Standing, Void, objection};
use crate::config::{ConfigError, Environment, Secret, Tier};
use crate::migration::catalogue::{Catalogue, CatalogueError, Migration};
use crate::migration::git;
use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::history;
use crate::postgres::store::approvals::{self, GivenApproval, NewApproval};
use crate::review::approval::Approval;
use crate::review::checklist::{Answers, Checklist, Lack};
use crate::window::context::{Context, Purpose, ReachError};
use crate::window::planning::{self, PlanError};

/// Why nothing was approved or withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum ApproveError {
    /// The environment demands none.
    #[error("{} Nothing was approved.", super::demands_none(.0, *.1))]
    NotDemanded(String, Tier),
    /// The environment could not be connected to.
    #[error(transparent)]
    Reach(#[from] ReachError),
    /// The configuration does not lead to a server.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The folder of migrations cannot be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A migration is not known.
    #[error("Nothing was approved, because {0}")]
    Unknown(Box<PlanError>),
    /// There is no table of approvals.
    #[error(
        "{0} has nowhere to keep approvals: its schema tidegate is missing, or of an older Tidegate. Whoever deploys \
         there makes it with `tidegate mark {0} --confirm {0}`. Nothing was approved."
    )]
    NoStore(String),
    /// Some of what was asked for cannot be given, so none of it was.
    #[error("Nothing was approved. {}", .0.join(" "))]
    Refused(Vec<String>),
    /// The role has approved nothing that could be withdrawn.
    #[error("Nothing was withdrawn. {0} has no approval there that could be withdrawn.")]
    NothingToWithdraw(String),
    /// Questions of the checklist are not answered.
    #[error("Nothing was approved. {}", .0.iter().map(Open::words).collect::<Vec<_>>().join(" "))]
    Unanswered(Vec<Open>),
    /// The server refused.
    #[error("{0}")]
    Server(#[from] PgError),
}

impl ApproveError {
    /// Whether a password typed by the operator would help.
    pub fn wants_password(&self) -> bool {
        matches!(self, Self::Reach(error) if error.wants_password())
    }

    /// Whether the server asks for a password and nothing yields one.
    pub fn lacks_password(&self) -> bool {
        matches!(self, Self::Reach(error) if error.lacks_password())
    }
}

/// What of a migration's checklist is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The migration.
    pub migration: String,
    /// What is not answered as it has to be.
    pub lacks: Vec<Lack>,
}

impl Open {
    /// What is open, in a sentence or two.
    fn words(&self) -> String {
        let open: Vec<&str> = self.lacks.iter().filter(|one| matches!(one, Lack::Unanswered(_))).map(name).collect();
        let bare: Vec<&str> = self.lacks.iter().filter(|one| matches!(one, Lack::WithoutNote(..))).map(name).collect();
        let said = |words: &str, names: &[&str]| format!("{} {words} {}.", self.migration, names.join(", "));
        let parts =
            [said("leaves open", &open), said("lacks a note, which says why it is approved all the same, on", &bare)];
        let parts = parts.into_iter().zip([open.is_empty(), bare.is_empty()]);
        parts.filter(|(_, empty)| !empty).map(|(words, _)| words).collect::<Vec<_>>().join(" ")
    }
}

fn name(lack: &Lack) -> &'static str {
    lack.entry().name
}

/// What somebody wants to approve or to withdraw.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The migrations, by name or by a beginning that only one has.
    pub migrations: Vec<String>,
    /// The kinds of approval; none means all that the role can give.
    pub kinds: Vec<Approval>,
    /// The role that logs in, where it is not the configured one.
    pub user: Option<String>,
    /// What is to be noted.
    pub note: Option<String>,
    /// The password that the operator typed for that role.
    pub password: Option<Secret>,
    /// The answers to the questions of each migration's checklist, by the migration's name.
    pub answers: BTreeMap<String, Answers>,
    /// The files that the operator was shown, by the migration's name: nothing else is approved.
    pub seen: BTreeMap<String, Files>,
}

/// The files of a migration, by their checksums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The SHA-256 of the file that applies it, in hex.
    pub up: String,
    /// The SHA-256 of the file that rolls it back, in hex.
    pub down: Option<String>,
}

impl Files {
    /// The files of a migration as they were listed.
    pub fn of(migration: &Migration) -> Self {
        Self {
            up: migration.up.checksum.to_string(),
            down: migration.down.as_ref().map(|down| down.checksum.to_string()),
        }
    }
}

/// What a role can approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The role that logged in.
    pub role: String,
    /// What it can give to each migration, and the questions to be answered first.
    pub migrations: Vec<(Given, Checklist)>,
}

impl Looked {
    /// What is still to be answered before all of it can be given. Where a role has given all before, nothing is.
    pub fn open(&self, answers: &BTreeMap<String, Answers>) -> Vec<Open> {
        let none = Answers::new();
        let migrations = self.migrations.iter().filter(|(given, _)| !given.now.is_empty());
        let open = migrations.map(|(given, checklist)| Open {
            migration: given.migration.clone(),
            lacks: checklist.lacks(answers.get(&given.migration).unwrap_or(&none)),
        });
        open.filter(|one| !one.lacks.is_empty()).collect()
    }
}

/// What came of one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The migration.
    pub migration: String,
    /// The files.
    pub files: Files,
    /// What was given now, with the reasons why it is needed.
    pub now: Vec<Demand>,
    /// What was answered for that.
    pub answers: Answers,
    /// What this role had given before.
    pub before: Vec<Approval>,
    /// What this role cannot give, and why.
    pub not_by_this_role: Vec<(Approval, Void)>,
    /// How it stands after this.
    pub standing: Standing,
}

/// Who approved what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// The role that logged in.
    pub role: String,
    /// What came of each migration.
    pub migrations: Vec<Given>,
}

/// Who withdrew what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// The role that logged in.
    pub role: String,
    /// The migrations, and the approvals that were withdrawn from each.
    pub migrations: Vec<(String, Vec<Approval>)>,
}

/// What a role can withdraw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawable {
    /// The role that logged in.
    pub role: String,
    /// What it has on record.
    pub migrations: Vec<OnRecord>,
}

/// What a role has on record for one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnRecord {
    /// The migration.
    pub migration: String,
    /// Its approvals, the oldest first.
    pub approvals: Vec<GivenApproval>,
    /// How the migration stands without them.
    pub after: Standing,
}

/// A session as the approver, and what there is to approve.
struct Desk<'a> {
    context: &'a Context,
    environment: &'a Environment,
    connection: Connection,
    catalogue: std::sync::Arc<Catalogue>,
    /// The role that logs in to apply.
    applier: String,
    /// The names of the person at the keyboard: the operator's, and the one under which they commit.
    person: Vec<String>,
}

impl<'a> Desk<'a> {
    async fn open(context: &'a Context, environment: &'a Environment, request: &Request) -> Result<Self, ApproveError> {
        if environment.policy.approvals.is_none() {
            return Err(ApproveError::NotDemanded(environment.name.to_string(), environment.tier));
        }
        let catalogue = context.read_catalogue()?;
        let applier = context.target(environment).await?.user;
        let password = request.password.as_ref();
        let connection = match request.user.as_deref().filter(|user| *user != applier) {
            Some(user) => context.connect_as(environment, user, password, Purpose::Approve).await?,
            None => {
                if let Some(password) = password {
                    context.keep_password(&environment.name, password.clone());
                }
                context.connect(environment, Purpose::Approve).await?
            }
        };
        if !approvals::takes_approvals(&connection).await? {
            return Err(ApproveError::NoStore(environment.name.to_string()));
        }
        let folder = context.layout().migrations;
        let committer = tokio::task::spawn_blocking(move || git::author_name(&folder)).await.unwrap_or_default();
        let person = [context.operator.name.clone()].into_iter().chain(committer).collect();
        Ok(Desk { context, environment, connection, catalogue, applier, person })
    }

    fn role(&self) -> &str {
        &self.connection.info().user
    }

    fn migrations(&self, names: &[String]) -> Result<Vec<&Migration>, ApproveError> {
        let found = names.iter().map(|name| planning::find(&self.catalogue, name));
        found.collect::<Result<_, _>>().map_err(|error| ApproveError::Unknown(Box::new(error)))
    }

    /// The migrations in effect, as far as this role may know.
    async fn in_effect(&self) -> Result<Vec<String>, ApproveError> {
        let table = self.context.history_table();
        if !history::probe(&self.connection, &table).await?.is_readable() {
            return Ok(Vec::new());
        }
        let rows = history::read(&self.connection, &table).await?;
        Ok(rows.iter().filter(|row| !row.rolled_back).map(|row| row.name.to_string()).collect())
    }

    fn standings(&self, migrations: &[&Migration], given: &[GivenApproval]) -> Vec<Standing> {
        let migrations = migrations.iter().copied();
        self.context.standings_of(self.environment, &self.catalogue, migrations, given, &self.applier)
    }

    /// What this role can give to a migration, or why it is refused.
    fn consider(
        &self,
        migration: &Migration,
        kinds: &[Approval],
        memberships: &[String],
        standing: Standing,
    ) -> Result<Given, String> {
        let name = migration.name.as_str();
        let files = Files::of(migration);
        let asking = Asking {
            migration: name,
            up: &files.up,
            down: files.down.as_deref(),
            author: migration.header.author.as_deref(),
            needs: &[],
            login: &self.applier,
            role: self.environment.policy.role.as_deref(),
            checklist: None,
        };
        if let Some(kind) = kinds.iter().find(|kind| !standing.demands.iter().any(|demand| demand.approval == **kind)) {
            return Err(format!("{name} needs no {kind} approval."));
        }
        let (mut now, mut before, mut not_by_this_role) = (Vec::new(), Vec::new(), Vec::new());
        let person: Vec<&str> = self.person.iter().map(String::as_str).collect();
        let wanted = |demand: &&Demand| kinds.is_empty() || kinds.contains(&demand.approval);
        for demand in standing.demands.iter().filter(wanted) {
            match objection(&asking, &demand.roles, self.role(), &person, memberships) {
                Some(why) => not_by_this_role.push((demand.approval, why)),
                None if demand.given.iter().any(|one| *one.role == *self.role()) => before.push(demand.approval),
                None => now.push(demand.clone()),
            }
        }
        let nothing = now.is_empty() && before.is_empty();
        if let Some((_, why)) = not_by_this_role.first().filter(|_| nothing || !kinds.is_empty()) {
            let who = self.role();
            return Err(match why {
                Void::Applies => format!(
                    "{who} applies migrations in {} and so cannot approve {name}. Log in as another role \
                     (`--user ROLE` on the command line).",
                    self.environment.name
                ),
                Void::Author { author } => format!(
                    "{name} was written by {author}, and nobody approves their own migration: this is {} as {who}.",
                    self.person.join(", ")
                ),
                Void::NoAuthor => format!(
                    "{name} names no author, so nobody can tell whether you are a second person. Write who wrote it \
                     behind `-- Author:` at the top of its file."
                ),
                Void::NotAMember { .. } => {
                    let kinds: Vec<String> = not_by_this_role
                        .iter()
                        .map(|(kind, why)| format!("{kind}, which takes a member of {}", member_words(why)))
                        .collect();
                    format!("{who} cannot give {name} the approval for {}.", kinds.join("; "))
                }
                other => format!("{who} cannot approve {name}: {}.", other.words()),
            });
        }
        let answers = Answers::new();
        Ok(Given { migration: name.to_owned(), files, now, answers, before, not_by_this_role, standing })
    }

    /// What this role can give, all of it or nothing, and the checklists of the migrations.
    async fn look(&self, request: &Request) -> Result<Looked, ApproveError> {
        let migrations = self.migrations(&request.migrations)?;
        let on_record = approvals::approvals(&self.connection).await?;
        let memberships = approvals::memberships(&self.connection, self.role()).await?;
        let in_effect = self.in_effect().await?;
        let names: Vec<&str> = migrations.iter().map(|migration| migration.name.as_str()).collect();
        let checklists = self.context.checklists(self.environment.tier, &self.catalogue, &names);
        let standings = self.standings(&migrations, &on_record);
        let (mut allowed, mut refused) = (Vec::new(), Vec::new());
        for (migration, standing) in migrations.into_iter().zip(standings) {
            let name = migration.name.as_str();
            if in_effect.iter().any(|applied| applied == name) {
                refused.push(format!("{name} is applied in {} already.", self.environment.name));
                continue;
            }
            if request.seen.get(name).is_some_and(|seen| *seen != Files::of(migration)) {
                refused
                    .push(format!("The files of {name} were changed while they were looked at. Look at them again."));
                continue;
            }
            let checklist = checklists.iter().find(|one| one.migration == name);
            let Some(checklist) = checklist.filter(|one| one.unread.is_none()) else {
                let why = checklist.and_then(|one| one.unread.as_deref()).unwrap_or("It cannot be judged.");
                refused.push(format!("{name} cannot be approved. {why}"));
                continue;
            };
            match self.consider(migration, &request.kinds, &memberships, standing) {
                Ok(given) => allowed.push((given, checklist.clone())),
                Err(why) => refused.push(why),
            }
        }
        if !refused.is_empty() {
            return Err(ApproveError::Refused(refused));
        }
        Ok(Looked { role: self.role().to_owned(), migrations: allowed })
    }
}

fn member_words(why: &Void) -> String {
    match why {
        Void::NotAMember { roles } => roles.join(" or "),
        other => other.words(),
    }
}

/// Looks what the role that logs in can approve, and what is to be answered before.
///
/// # Errors
/// Something of it cannot be given by this role, there is nowhere to keep approvals, or the server could not be asked.
pub async fn look(context: &Context, environment: &Environment, request: &Request) -> Result<Looked, ApproveError> {
    Desk::open(context, environment, request).await?.look(request).await
}

/// Approves migrations in the name of the role that logs in: all that was asked for, or nothing.
///
/// # Errors
/// Something of it cannot be given by this role, a question is not answered, there is nowhere to keep approvals, or the
/// server refused.
pub async fn approve(
    context: &Context,
    environment: &Environment,
    request: &Request,
) -> Result<Approved, ApproveError> {
    let desk = Desk::open(context, environment, request).await?;
    let looked = desk.look(request).await?;
    let open = looked.open(&request.answers);
    if !open.is_empty() {
        return Err(ApproveError::Unanswered(open));
    }
    let mut migrations = Vec::with_capacity(looked.migrations.len());
    for (mut given, checklist) in looked.migrations {
        given.answers = request.answers.get(&given.migration).map(|it| checklist.asked_of(it)).unwrap_or_default();
        for demand in &given.now {
            let new = NewApproval {
                migration: &given.migration,
                approval: demand.approval,
                up: &given.files.up,
                down: given.files.down.as_deref(),
                person: &context.operator.name,
                note: request.note.as_deref(),
                answers: &given.answers,
            };
            approvals::approve(&desk.connection, &new).await?;
        }
        migrations.push(given);
    }
    // What is so now is read back, not assumed.
    let on_record = approvals::approvals(&desk.connection).await?;
    let names: Vec<String> = migrations.iter().map(|given| given.migration.clone()).collect();
    let standings = desk.standings(&desk.migrations(&names)?, &on_record);
    for (given, standing) in migrations.iter_mut().zip(standings) {
        given.standing = standing;
    }
    Ok(Approved { role: desk.role().to_owned(), migrations })
}

/// Looks what the role that logs in has approved and can withdraw.
///
/// # Errors
/// It has approved nothing of that, or the server could not be asked.
pub async fn look_to_withdraw(
    context: &Context,
    environment: &Environment,
    request: &Request,
) -> Result<Withdrawable, ApproveError> {
    let desk = Desk::open(context, environment, request).await?;
    let asked = desk.migrations(&request.migrations)?;
    let on_record = approvals::approvals(&desk.connection).await?;
    let is_wanted = |one: &GivenApproval| request.kinds.is_empty() || request.kinds.contains(&one.approval);
    let is_own = |one: &GivenApproval| *one.role == *desk.role() && one.withdrawn.is_none() && is_wanted(one);
    let (own, others): (Vec<_>, Vec<_>) = on_record.into_iter().partition(is_own);
    let after = desk.standings(&asked, &others);
    let migrations = asked.into_iter().zip(after).map(|(migration, after)| {
        let name = migration.name.as_str();
        let is_of_it = |one: &&GivenApproval| *one.migration == *name;
        OnRecord { migration: name.to_owned(), approvals: own.iter().filter(is_of_it).cloned().collect(), after }
    });
    let migrations: Vec<OnRecord> = migrations.filter(|one| !one.approvals.is_empty()).collect();
    match migrations.as_slice() {
        [] => Err(ApproveError::NothingToWithdraw(desk.role().to_owned())),
        _ => Ok(Withdrawable { role: desk.role().to_owned(), migrations }),
    }
}

/// Withdraws what the role that logs in has approved.
///
/// # Errors
/// It has approved nothing of that, or the server refused.
pub async fn withdraw(
    context: &Context,
    environment: &Environment,
    request: &Request,
) -> Result<Withdrawn, ApproveError> {
    let desk = Desk::open(context, environment, request).await?;
    let kinds = if request.kinds.is_empty() { Approval::ALL.to_vec() } else { request.kinds.clone() };
    let mut migrations = Vec::new();
    for migration in desk.migrations(&request.migrations)? {
        let mut withdrawn = Vec::new();
        for kind in &kinds {
            if approvals::withdraw(&desk.connection, migration.name.as_str(), *kind).await? > 0 {
                withdrawn.push(*kind);
            }
        }
        migrations.push((migration.name.to_string(), withdrawn));
    }
    if migrations.iter().all(|(_, withdrawn)| withdrawn.is_empty()) {
        return Err(ApproveError::NothingToWithdraw(desk.role().to_owned()));
    }
    Ok(Withdrawn { role: desk.role().to_owned(), migrations })
}
