//! `tidegate approve ENV MIGRATION…`

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use super::args::FormatOption;
use super::environments::{context, small_runtime, writable_environment};
use super::output::{Output, Tone};
use super::{CommandError, Exit, Session};
use crate::config::Environment;
use crate::migration::text::printable;
use crate::review::approval::Approval;
use crate::window::approval::give::{self, Approved, Given, Request, Withdrawn};

/// The arguments of `tidegate approve`.
#[derive(Debug, Args)]
pub struct Options {
    /// The environment
    #[arg(value_name = "ENV")]
    pub environment: String,

    /// The migrations: names, versions, or the beginning of either
    #[arg(value_name = "MIGRATION", required = true)]
    pub migrations: Vec<String>,

    /// Give only this kind of approval; may be repeated [default: all that are needed and that the role may give]
    #[arg(long, value_name = "KIND", value_parser = kind())]
    pub kind: Vec<Approval>,

    /// Note this beside the approval
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,

    /// Log in as this role instead of the configured one
    #[arg(long, value_name = "ROLE")]
    pub user: Option<String>,

    /// Withdraw what this role has approved
    #[arg(long, conflicts_with = "note")]
    pub withdraw: bool,

    #[command(flatten)]
    format: FormatOption,
}

fn kind() -> impl TypedValueParser<Value = Approval> {
    PossibleValuesParser::new(Approval::ALL.map(Approval::word))
        .try_map(|word| Approval::of_word(&word).ok_or("no such kind"))
}

/// Approves migrations, or withdraws approvals.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let environment = writable_environment(&context.config, &options.environment)?;
    let request = Request {
        migrations: options.migrations.clone(),
        kinds: options.kind.clone(),
        user: options.user.clone(),
        note: options.note.clone(),
    };
    let (output, json) = (&mut session.output, options.format.is_json());
    let runtime = small_runtime()?;
    if options.withdraw {
        let withdrawn = runtime.block_on(give::withdraw(&context, environment, &request))?;
        if json {
            output.json(&WithdrawnDocument::of(environment, &withdrawn))?
        } else {
            tell(&withdrawn, output)?
        }
        return Ok(Exit::Done);
    }
    let approved = runtime.block_on(give::approve(&context, environment, &request))?;
    if json {
        output.json(&ApprovedDocument::of(environment, &approved))?
    } else {
        print(environment, &approved, output)?
    }
    Ok(Exit::Done)
}

fn print(environment: &Environment, approved: &Approved, output: &mut Output) -> Result<(), CommandError> {
    let role = printable(&approved.role);
    for given in &approved.migrations {
        output.line(output.tone(Tone::Heading, &given.migration))?;
        let mut fields = vec![("file".to_owned(), format!("SHA-256 {}", short(&given.up)))];
        let rollback = given.down.as_deref().map_or("none".to_owned(), |down| format!("SHA-256 {}", short(down)));
        fields.push(("rollback".to_owned(), rollback));
        for demand in &given.now {
            fields.push((demand.approval.to_string(), printable(&reasons(&demand.why)).into_owned()));
        }
        output.fields(2, &fields)?;
        for (approval, why) in &given.not_by_this_role {
            let words = format!("  not by {role}: {approval} ({})", why.words());
            output.line(output.tone(Tone::Quiet, printable(&words)))?;
        }
        print_end(environment, &role, given, output)?;
    }
    Ok(())
}

fn print_end(environment: &Environment, role: &str, given: &Given, output: &mut Output) -> Result<(), CommandError> {
    let words: Vec<&str> = given.now.iter().map(|demand| demand.approval.word()).collect();
    let line = match words.as_slice() {
        [] => format!("  {role} has approved it before."),
        words => format!("  Approved for {} by {role}: {}.", environment.name, words.join(", ")),
    };
    output.line(output.tone(Tone::Good, line))?;
    if given.standing.is_approved() {
        output.line(format!("  It has all that it needs for {}.", environment.name))?;
    } else {
        let words = format!("  It still lacks {}.", given.standing.missing_words());
        output.line(output.tone(Tone::Warning, words))?;
    }
    Ok(())
}

fn tell(withdrawn: &Withdrawn, output: &mut Output) -> Result<(), CommandError> {
    for (migration, approvals) in &withdrawn.migrations {
        let words: Vec<&str> = approvals.iter().map(|approval| approval.word()).collect();
        let words = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
        output.line(printable(&format!("{migration}: {} has withdrawn {words}.", withdrawn.role)))?;
    }
    Ok(())
}

/// The first twelve digits of a checksum.
pub(super) fn short(checksum: &str) -> &str {
    checksum.get(..12).unwrap_or(checksum)
}

/// The first reasons, a line each, and how many more there are.
pub(super) fn reasons(why: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut lines: Vec<String> = why.iter().take(SHOWN).cloned().collect();
    if why.len() > SHOWN {
        lines.push(format!("And {} more.", why.len() - SHOWN));
    }
    lines.iter().map(|line| printable(line).into_owned()).collect::<Vec<_>>().join(" ")
}

#[derive(Serialize)]
struct ApprovedDocument<'a> {
    environment: &'a str,
    role: &'a str,
    migrations: Vec<GivenDocument<'a>>,
}

#[derive(Serialize)]
struct GivenDocument<'a> {
    migration: &'a str,
    checksum: &'a str,
    rollback_checksum: Option<&'a str>,
    given: Vec<Approval>,
    given_before: &'a [Approval],
    not_by_this_role: Vec<Approval>,
    missing: Vec<Approval>,
}

impl<'a> ApprovedDocument<'a> {
    fn of(environment: &'a Environment, approved: &'a Approved) -> Self {
        let document = |given: &'a Given| GivenDocument {
            migration: &given.migration,
            checksum: &given.up,
            rollback_checksum: given.down.as_deref(),
            given: given.now.iter().map(|demand| demand.approval).collect(),
            given_before: &given.before,
            not_by_this_role: given.not_by_this_role.iter().map(|(approval, _)| *approval).collect(),
            missing: given.standing.missing().map(|demand| demand.approval).collect(),
        };
        Self {
            environment: environment.name.as_str(),
            role: &approved.role,
            migrations: approved.migrations.iter().map(document).collect(),
        }
    }
}

#[derive(Serialize)]
struct WithdrawnDocument<'a> {
    environment: &'a str,
    role: &'a str,
    migrations: Vec<WithdrawnFrom<'a>>,
}

#[derive(Serialize)]
struct WithdrawnFrom<'a> {
    migration: &'a str,
    withdrawn: &'a [Approval],
}

impl<'a> WithdrawnDocument<'a> {
    fn of(environment: &'a Environment, withdrawn: &'a Withdrawn) -> Self {
        let document = |(migration, withdrawn): &'a (String, Vec<Approval>)| WithdrawnFrom { migration, withdrawn };
        Self {
            environment: environment.name.as_str(),
            role: &withdrawn.role,
            migrations: withdrawn.migrations.iter().map(document).collect(),
        }
    }
}
