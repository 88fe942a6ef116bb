//! Asks how migrations stand with their approvals: what their files need, against what is on record.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError};

use super::give::Files;
use super::{Asking, Standing, standing};
use crate::config::{Environment, Tier};
use crate::migration::catalogue::{Catalogue, Migration};
use crate::migration::checksum::Checksum;
use crate::postgres::connection::Connection;
use crate::postgres::error::PgError;
use crate::postgres::grant::{Gate, GateKind};
use crate::postgres::store::approvals::{self, GivenApproval};
use crate::review::approval::{Approval, Need, needs};
use crate::review::checklist::{Checklist, Item, Verdict};
use crate::window::board::{Column, Row};
use crate::window::context::Context;
use crate::window::event::{Allowed, ApprovedMigration, Approver, Proved};
use crate::window::plan::{Plan, PlanItem};
use crate::window::step::Direction;

impl Context {
    /// What a migration needs for what its file does. Reads the file, once as long as it stays what it is.
    pub fn needs(&self, migration: &Migration) -> Arc<[Need]> {
        let checksum = migration.up.checksum;
        let known = self.needs.lock().unwrap_or_else(PoisonError::into_inner).get(&checksum).cloned();
        if let Some(known) = known {
            return known;
        }
        let bytes = migration.up.read().ok().filter(|bytes| Checksum::of(bytes) == checksum);
        let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            let why = "The file cannot be read as it was when it was listed, so nobody can tell what it does.";
            return [Need { approval: Approval::Security, why: why.to_owned() }].into();
        };
        // A byte order mark is no part of the SQL, and what the rollback does needs no approval.
        let found: Arc<[Need]> = needs(text.trim_start_matches('\u{feff}')).into();
        self.needs.lock().unwrap_or_else(PoisonError::into_inner).insert(checksum, Arc::clone(&found));
        found
    }

    /// How migrations stand, if `login` were to apply them from the files of the catalogue; none where no approval is
    /// demanded.
    pub fn standings_of<'a>(
        &self,
        environment: &Environment,
        catalogue: &Arc<Catalogue>,
        migrations: impl IntoIterator<Item = &'a Migration>,
        given: &[GivenApproval],
        login: &str,
    ) -> Vec<Standing> {
        let Some(rules) = &environment.policy.approvals else { return Vec::new() };
        let count = |migration: &Migration, checklist: Option<&Checklist>| {
            let files = Files::of(migration);
            let asking = Asking {
                migration: migration.name.as_str(),
                up: &files.up,
                down: files.down.as_deref(),
                author: migration.header.author.as_deref(),
                needs: &self.needs(migration),
                login,
                role: environment.policy.role.as_deref(),
                checklist,
            };
            standing(environment.tier, rules, &asking, given)
        };
        let (migrations, mut standings): (Vec<_>, Vec<_>) =
            migrations.into_iter().map(|migration| (migration, count(migration, None))).unzip();
        // Judging reads every file up to the last one: only where some approval would count is it worth that.
        let would_count = |standing: &Standing| standing.demands.iter().any(|demand| !demand.given.is_empty());
        let names: Vec<&str> =
            standings.iter().filter(|one| would_count(one)).map(|one| one.migration.as_str()).collect();
        let checklists = self.checklists(environment.tier, catalogue, &names);
        let checklists: HashMap<&str, &Checklist> =
            checklists.iter().map(|checklist| (checklist.migration.as_str(), checklist)).collect();
        for (migration, standing) in migrations.iter().zip(&mut standings).filter(|(_, one)| would_count(one)) {
            let name = migration.name.as_str();
            *standing = match checklists.get(name) {
                Some(checklist) => count(migration, Some(checklist)),
                None => count(migration, Some(&Checklist::unread(name, "No rule has looked at it."))),
            };
        }
        standings
    }

    /// How the pending migrations of one column of the board stand; none where no approval is demanded.
    pub fn standings(
        &self,
        environment: &Environment,
        catalogue: &Arc<Catalogue>,
        (rows, column): (&[Row], &Column),
        given: &[GivenApproval],
        login: &str,
    ) -> Vec<Standing> {
        let pending = rows.iter().zip(&column.cells).filter(|(_, cell)| cell.status.is_some_and(|it| it.is_pending()));
        let migrations = pending.filter_map(|(row, _)| catalogue.migrations.get(row.migration?));
        self.standings_of(environment, catalogue, migrations, given, login)
    }

    /// The gate of a plan's approvals; `None` where none is demanded.
    pub fn approved_gate(
        &self,
        environment: &Environment,
        catalogue: &Arc<Catalogue>,
        plan: &Plan,
        by: (&[GivenApproval], &str),
    ) -> Option<Gate> {
        self.approved(environment, catalogue, plan, |_| true, by).map(|(gate, _)| gate)
    }

    /// The gate of a plan's approvals, and what lets the migrations pass that it asked about: those for which `asked`
    /// holds.
    fn approved(
        &self,
        environment: &Environment,
        catalogue: &Arc<Catalogue>,
        plan: &Plan,
        asked: impl Fn(usize) -> bool,
        (given, login): (&[GivenApproval], &str),
    ) -> Option<(Gate, Vec<ApprovedMigration>)> {
        let alone = |gate| Some((gate, Vec::new()));
        if environment.policy.approvals.is_none() {
            return none_demanded(environment, plan).and_then(alone);
        }
        if plan.direction == Direction::Rollback {
            return alone(Gate::met(GateKind::Approved, "a rollback waits for none"));
        }
        let items = plan.items.iter().enumerate().filter(|(index, _)| asked(*index)).map(|(_, item)| item);
        let found: Result<Vec<&Migration>, &str> =
            items.map(|item| unchanged(catalogue, item).ok_or(item.name.as_str())).collect();
        match found {
            Ok(migrations) => {
                let standings = self.standings_of(environment, catalogue, migrations, given, login);
                let names: Vec<&str> = standings.iter().map(|standing| standing.migration.as_str()).collect();
                let gate = gate(environment, &standings, login);
                // They were made for counting, and nobody asks what lets a migration pass that does not.
                let checklists = if standings.iter().all(Standing::is_approved) {
                    self.checklists(environment.tier, catalogue, &names)
                } else {
                    Arc::default()
                };
                let checklist = |name: &str| checklists.iter().find(|checklist| checklist.migration == name);
                let passes = standings.iter().map(|standing| standing.passes(checklist(&standing.migration)));
                Some((gate, passes.collect()))
            }
            Err(name) => alone(Gate::unmet(
                GateKind::Approved,
                format!("The file of {name} is not the one in the plan, so that it cannot be told who approved it."),
                "Close this window and open another one: what runs must be what was approved.",
            )),
        }
    }
}

/// The migration behind an item of a plan, where its file is still the one of the plan.
fn unchanged<'a>(catalogue: &'a Catalogue, item: &PlanItem) -> Option<&'a Migration> {
    catalogue.find(&item.name).filter(|migration| migration.up.checksum.to_string() == item.checksum)
}

impl Standing {
    /// What lets the migration pass, for the record of a window: the approvals that count, and what of its checklist is
    /// proved.
    pub fn passes(&self, checklist: Option<&Checklist>) -> ApprovedMigration {
        let approver = |given: &GivenApproval| Approver {
            approval: given.approval,
            role: given.role.to_string(),
            person: given.person.as_deref().map(str::to_owned),
            note: given.note.as_deref().map(str::to_owned),
            given_at: given.given_at,
            answers: given.answers.clone(),
        };
        let approvals = self.demands.iter().flat_map(|demand| &demand.given).map(approver).collect();
        let items = checklist.into_iter().flat_map(|checklist| &checklist.items);
        ApprovedMigration { name: self.migration.clone(), approvals, proved: items.filter_map(proved).collect() }
    }
}

/// An entry that rules have proved, for the record of a window.
fn proved(item: &Item) -> Option<Proved> {
    let Verdict::Proved(proof) = &item.verdict else { return None };
    let allowed = |(rule, reason): &(&str, String)| Allowed { rule: (*rule).to_owned(), reason: reason.clone() };
    Some(Proved {
        entry: item.entry.name.to_owned(),
        rules: proof.rules.iter().map(|rule| (*rule).to_owned()).collect(),
        allowed: proof.allowed.iter().map(allowed).collect(),
    })
}

/// The gate over how migrations stand.
pub fn gate(environment: &Environment, standings: &[Standing], login: &str) -> Gate {
    let lacking: Vec<&Standing> = standings.iter().filter(|standing| !standing.is_approved()).collect();
    if lacking.is_empty() {
        return Gate::met(
            GateKind::Approved,
            format!("every migration has those that it needs, from {}", givers(standings)),
        );
    }
    let why: Vec<String> = lacking.iter().map(|standing| lacks(standing)).collect();
    let names: Vec<&str> = lacking.iter().map(|standing| standing.migration.as_str()).collect();
    let (name, names) = (environment.name.as_str(), names.join(" "));
    let way_on = format!(
        "Somebody who logs in as another role than {login}, and is not the author, gives it: in the console on the \
         migration's screen, or by `tidegate approve {name} {names} --user ROLE`. `tidegate approvals {name}` shows what \
         counts, and what does not."
    );
    Gate::unmet(GateKind::Approved, why.join(" "), way_on)
}

/// Who gave the approvals that count.
fn givers(standings: &[Standing]) -> String {
    let demands = standings.iter().flat_map(|standing| &standing.demands);
    let roles: BTreeSet<&str> = demands.flat_map(|demand| &demand.given).map(|given| &*given.role).collect();
    roles.into_iter().collect::<Vec<_>>().join(", ")
}

/// What a migration lacks and why it needs it, in one sentence or two.
fn lacks(standing: &Standing) -> String {
    let reasons = standing.missing().filter(|demand| demand.approval != Approval::Production).filter_map(|demand| {
        let (first, rest) = demand.why.split_first()?;
        let more = if rest.is_empty() { String::new() } else { format!(" And {} more like this.", rest.len()) };
        Some(format!(" {first}{more}"))
    });
    let void = standing.in_vain_words().map(|words| format!(" {words}"));
    let more: String = reasons.chain(void).collect();
    format!("{} lacks {}.{more}", standing.migration, standing.missing_words())
}

/// That production goes without approvals is the configuration's doing, and is told on the record.
fn none_demanded(environment: &Environment, plan: &Plan) -> Option<Gate> {
    let is_told = environment.tier == Tier::Production && plan.direction == Direction::Apply;
    is_told.then(|| Gate::met(GateKind::Approved, "none: the configuration demands none here"))
}

/// The gate of a plan's approvals, asked of the server now, and what lets the migrations pass that it asked about.
pub async fn approved_now(
    context: &Context,
    environment: &Environment,
    plan: &Plan,
    connection: &Connection,
    asked: impl Fn(usize) -> bool,
) -> Result<Option<(Gate, Vec<ApprovedMigration>)>, PgError> {
    if environment.policy.approvals.is_none() {
        return Ok(none_demanded(environment, plan).map(|gate| (gate, Vec::new())));
    }
    let given = approvals::approvals(connection).await?;
    Ok(match context.read_catalogue() {
        Ok(catalogue) => {
            let login = &connection.info().user;
            context.approved(environment, &catalogue, plan, asked, (&given, login))
        }
        Err(error) => {
            let gate = Gate::unmet(GateKind::Approved, error.to_string(), "Mend the folder of migrations.");
            Some((gate, Vec::new()))
        }
    })
}
