//! `tidegate approvals ENV`

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::approve::reasons;
use super::args::FormatOption;
use super::environments::{context, environment, small_runtime};
use super::output::{Output, Tone};
use super::words::{count, moment};
use super::{CommandError, Exit, Session};
use crate::config::Environment;
use crate::migration::checksum::short;
use crate::migration::text::printable;
use crate::postgres::store::approvals::GivenApproval;
use crate::review::approval::Approval;
use crate::review::checklist::{Answer, Answers, Checklist, Item, List, Objection, Verdict};
use crate::window::approval::checked::{Checked, Mark, checked};
use crate::window::approval::{Demand, Standing, demands_none};
use crate::window::board::Board;
use crate::window::look::look;

/// The arguments of `tidegate approvals`.
#[derive(Debug, Args)]
pub struct Options {
    /// The environment
    #[arg(value_name = "ENV")]
    pub environment: String,

    #[command(flatten)]
    format: FormatOption,
}

/// Lists what the pending migrations need, what they have, and what does not count.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let environment = environment(&context.config, &options.environment)?;
    let catalogue = context.read_catalogue()?;
    let looked = small_runtime()?.block_on(look(&context, environment));
    let view = looked.map_err(CommandError::looking_at(environment))?;
    let board = Board::build(&catalogue, &[Some(view.past.clone())]);
    let (login, given) = (view.info.user.as_str(), &*view.approvals);
    let columns = board
        .columns
        .iter()
        .flat_map(|column| context.standings(environment, &catalogue, (&board.rows, column), given, login));
    let standings: Vec<Standing> = columns.collect();
    let names: Vec<&str> = standings.iter().map(|standing| standing.migration.as_str()).collect();
    let checklists = context.checklists(environment.tier, &catalogue, &names);
    let standings: Vec<(&Standing, Option<&Checklist>)> = standings
        .iter()
        .map(|standing| (standing, checklists.iter().find(|one| one.migration == standing.migration)))
        .collect();
    let output = &mut session.output;
    if options.format.is_json() {
        output.json(&Document::of(environment, login, &standings))?;
    } else {
        print(environment, &standings, output)?;
    }
    let lacks = standings.iter().any(|(standing, _)| !standing.is_approved());
    Ok(if lacks { Exit::Findings } else { Exit::Done })
}

/// The pending migrations, each with its checklist.
type Standings<'a> = [(&'a Standing, Option<&'a Checklist>)];

fn print(environment: &Environment, standings: &Standings<'_>, output: &mut Output) -> Result<(), CommandError> {
    let name = &environment.name;
    if environment.policy.approvals.is_none() {
        output.line(demands_none(name.as_str(), environment.tier))?;
        return Ok(());
    }
    if standings.is_empty() {
        output.line(format!("Nothing is pending in {name}."))?;
        return Ok(());
    }
    for (standing, checklist) in standings {
        let (tone, word) = match standing.is_approved() {
            true => (Tone::Good, "approved".to_owned()),
            false => (Tone::Bad, format!("lacks {}", standing.missing_words())),
        };
        let heading = output.tone(Tone::Heading, &standing.migration);
        output.line(format!("{heading}  {}", output.tone(tone, word)))?;
        let fields: Vec<(String, String)> = standing
            .demands
            .iter()
            .map(|demand| (demand.approval.to_string(), printable(&words(demand)).into_owned()))
            .collect();
        output.fields(2, &fields)?;
        for (one, why) in &standing.void {
            let words = format!("  does not count: {} ({})", said(one), why.words());
            output.line(output.tone(Tone::Quiet, printable(&words)))?;
        }
        if let Some(checklist) = checklist {
            print_checklist(checklist, standing, output)?;
        }
    }
    let lacking = standings.iter().map(|(standing, _)| standing).filter(|standing| !standing.is_approved());
    let lacking: Vec<&str> = lacking.map(|standing| standing.migration.as_str()).collect();
    if !lacking.is_empty() {
        output.line("")?;
        output.line(format!(
            "{} {} approval. Somebody who neither wrote nor applies it gives it:",
            count(lacking.len(), "migration"),
            if lacking.len() == 1 { "lacks" } else { "lack" }
        ))?;
        output.line(format!("  tidegate approve {name} {} --user ROLE", lacking.join(" ")))?;
    }
    Ok(())
}

/// The checklist of a migration: what is ticked with its proof, what was answered, what is open.
fn print_checklist(checklist: &Checklist, standing: &Standing, output: &mut Output) -> Result<(), CommandError> {
    let entries = checked(checklist, standing);
    let settled = entries.iter().filter(|one| one.mark().is_settled()).count();
    output.line(format!("  checklist: {settled} of {} settled", entries.len()))?;
    let width = entries.iter().map(|one| one.item.entry.name.len()).max().unwrap_or(0);
    for one in &entries {
        let mark = one.mark();
        let tone = match mark {
            Mark::Proved | Mark::Yes => Tone::Good,
            Mark::No | Mark::Against => Tone::Bad,
            Mark::Open => Tone::Warning,
        };
        let (sign, name) = (output.tone(tone, mark.sign()), one.item.entry.name);
        output.line(format!("    {sign} {name:width$}  {}", printable(&one.words().join(" "))))?;
    }
    Ok(())
}

/// Who gave an approval, or why it is needed and who may give it.
fn words(demand: &Demand) -> String {
    let given: Vec<String> = demand.given.iter().map(said).collect();
    if demand.missing() == 0 {
        return given.join("; ");
    }
    let by = match demand.roles.as_slice() {
        [] => String::new(),
        roles => format!(" From a member of {}.", roles.join(" or ")),
    };
    let so_far = if given.is_empty() { String::new() } else { format!(" So far: {}.", given.join("; ")) };
    format!("missing. {}{by}{so_far}", reasons(&demand.why))
}

/// Who said it, when, of which file, and with what note.
fn said(one: &GivenApproval) -> String {
    let person = one.person.as_deref().filter(|person| *person != &*one.role).map(|person| format!(" ({person})"));
    let note = one.note.as_deref().map(|note| format!(": {note}"));
    let (person, note) = (person.unwrap_or_default(), note.unwrap_or_default());
    format!("{} by {}{person}, {}, SHA-256 {}{note}", one.approval, one.role, moment(one.given_at), short(&one.up))
}

#[derive(Serialize)]
struct Document<'a> {
    environment: &'a str,
    tier: &'a str,
    demanded: bool,
    login: &'a str,
    migrations: Vec<MigrationDocument<'a>>,
}

#[derive(Serialize)]
struct MigrationDocument<'a> {
    migration: &'a str,
    approved: bool,
    checklist: Vec<EntryDocument<'a>>,
    needs: Vec<NeedDocument<'a>>,
    void: Vec<GivenDocument<'a>>,
}

#[derive(Serialize)]
struct NeedDocument<'a> {
    approval: Approval,
    why: &'a [String],
    roles: &'a [String],
    count: u32,
    missing: u32,
    given: Vec<GivenDocument<'a>>,
}

#[derive(Serialize)]
struct GivenDocument<'a> {
    approval: Approval,
    role: &'a str,
    person: Option<&'a str>,
    note: Option<&'a str>,
    answers: &'a Answers,
    given_at: Timestamp,
    checksum: &'a str,
    rollback_checksum: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl<'a> Document<'a> {
    fn of(environment: &'a Environment, login: &'a str, standings: &Standings<'a>) -> Self {
        let migration = |(standing, checklist): &(&'a Standing, Option<&'a Checklist>)| MigrationDocument {
            migration: &standing.migration,
            approved: standing.is_approved(),
            checklist: checklist.map(|checklist| entries(checklist, standing)).unwrap_or_default(),
            needs: standing.demands.iter().map(NeedDocument::of).collect(),
            void: standing.void.iter().map(|(one, why)| GivenDocument::of(one, Some(why.words()))).collect(),
        };
        Self {
            environment: environment.name.as_str(),
            tier: environment.tier.word(),
            demanded: environment.policy.approvals.is_some(),
            login,
            migrations: standings.iter().map(migration).collect(),
        }
    }
}

#[derive(Serialize)]
struct EntryDocument<'a> {
    entry: &'static str,
    list: List,
    words: &'static str,
    /// `proved`, `yes`, `no`, `against` or `open`.
    state: &'static str,
    rules: &'a [&'static str],
    allowed: Vec<AllowedDocument<'a>>,
    question: Option<&'static str>,
    why: Option<&'a str>,
    found: &'a [Objection],
    answers: Vec<AnswerDocument<'a>>,
}

#[derive(Serialize)]
struct AllowedDocument<'a> {
    rule: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct AnswerDocument<'a> {
    role: &'a str,
    person: Option<&'a str>,
    given_at: Timestamp,
    #[serde(flatten)]
    answer: &'a Answer,
}

fn entries<'a>(checklist: &'a Checklist, standing: &'a Standing) -> Vec<EntryDocument<'a>> {
    checked(checklist, standing).into_iter().map(EntryDocument::of).collect()
}

impl<'a> EntryDocument<'a> {
    fn of(one: Checked<'a>) -> Self {
        let state = one.mark().word();
        let answer = |(given, answer): &(&'a GivenApproval, &'a Answer)| AnswerDocument {
            role: &given.role,
            person: given.person.as_deref(),
            given_at: given.given_at,
            answer,
        };
        let answers = one.answers.iter().map(answer).collect();
        let Item { entry, verdict } = one.item;
        let blank = Self {
            entry: entry.name,
            list: entry.list,
            words: entry.words,
            state,
            rules: entry.rules,
            allowed: Vec::new(),
            question: None,
            why: None,
            found: &[],
            answers,
        };
        match verdict {
            Verdict::Proved(proof) => {
                let allowed = proof.allowed.iter().map(|(rule, reason)| AllowedDocument { rule, reason });
                Self { allowed: allowed.collect(), ..blank }
            }
            Verdict::Asked(question) => {
                let (words, why, found) = (Some(question.words), Some(question.why.as_str()), &*question.found);
                Self { question: words, why, found, ..blank }
            }
        }
    }
}

impl<'a> NeedDocument<'a> {
    fn of(demand: &'a Demand) -> Self {
        let given = demand.given.iter().map(|one| GivenDocument::of(one, None)).collect();
        let (why, roles) = (&demand.why, &demand.roles);
        Self { approval: demand.approval, why, roles, count: demand.count, missing: demand.missing(), given }
    }
}

impl<'a> GivenDocument<'a> {
    fn of(one: &'a GivenApproval, why: Option<String>) -> Self {
        Self {
            approval: one.approval,
            role: &one.role,
            person: one.person.as_deref(),
            note: one.note.as_deref(),
            answers: &one.answers,
            given_at: one.given_at,
            checksum: &one.up,
            rollback_checksum: one.down.as_deref(),
            why,
        }
    }
}
