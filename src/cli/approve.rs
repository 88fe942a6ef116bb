//! `tidegate approve ENV MIGRATION…`

mod questions;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use super::args::FormatOption;
use super::environments::{context, small_runtime, writable_environment};
use super::output::{Output, Tone};
use super::terminal::Terminal;
use super::{CommandError, Exit, Session};
use crate::config::Environment;
use crate::migration::checksum::short;
use crate::migration::text::printable;
use crate::review::approval::Approval;
use crate::review::checklist::{self, Answer, Answers, ENTRIES, Entry, UnreadableAnswer};
use crate::window::approval::give::{self, ApproveError, Approved, Given, Request, Withdrawn};

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

    /// Answer questions of the checklist with yes
    #[arg(long, value_name = "ENTRY,…", value_delimiter = ',', value_parser = entry(), conflicts_with = "withdraw")]
    pub yes_to: Vec<&'static Entry>,

    /// Answer a question of the checklist: ENTRY=yes, ENTRY=no:NOTE; may be repeated
    #[arg(long, value_name = "ENTRY=ANSWER", value_parser = answer_of, conflicts_with = "withdraw")]
    pub answer: Vec<(&'static Entry, Answer)>,

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

fn entry() -> impl TypedValueParser<Value = &'static Entry> {
    PossibleValuesParser::new(ENTRIES.iter().map(|entry| entry.name))
        .try_map(|name| checklist::entry(&name).ok_or("no such entry"))
}

fn answer_of(text: &str) -> Result<(&'static Entry, Answer), String> {
    let (name, answer) = text.split_once('=').ok_or("write ENTRY=yes, or ENTRY=no:NOTE")?;
    let entry = checklist::entry(name.trim()).ok_or_else(|| {
        let names: Vec<&str> = ENTRIES.iter().map(|entry| entry.name).collect();
        format!("the checklist has no such entry; it has {}", names.join(", "))
    })?;
    Ok((entry, answer.parse().map_err(|error: UnreadableAnswer| error.to_string())?))
}

/// What the options answer, to every migration that asks it.
fn answers(options: &Options) -> Result<Answers, CommandError> {
    let yes = options.yes_to.iter().map(|entry| (*entry, Answer { yes: true, note: None }));
    let mut answers = Answers::new();
    for (entry, answer) in yes.chain(options.answer.iter().cloned()) {
        if answers.insert(entry.name.to_owned(), answer).is_some() {
            return Err(CommandError::AnsweredTwice(entry.name));
        }
    }
    Ok(answers)
}

/// Approves migrations, or withdraws approvals.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let environment = writable_environment(&context.config, &options.environment)?;
    let answers = answers(options)?;
    let mut request = Request {
        migrations: options.migrations.clone(),
        kinds: options.kind.clone(),
        user: options.user.clone(),
        note: options.note.clone(),
        ..Request::default()
    };
    let (output, json) = (&mut session.output, options.format.is_json());
    let runtime = small_runtime()?;
    let terminal = Terminal::of_process();
    if options.withdraw {
        let withdrawn = logged_in(terminal.as_ref(), &mut request, |request| {
            runtime.block_on(give::withdraw(&context, environment, request))
        })?;
        if json {
            output.json(&WithdrawnDocument::of(environment, &withdrawn))?
        } else {
            tell(&withdrawn, output)?
        }
        return Ok(Exit::Done);
    }
    // Nobody is asked thirteen questions to learn that the approval is not theirs to give.
    let looked = logged_in(terminal.as_ref(), &mut request, |request| {
        runtime.block_on(give::look(&context, environment, request))
    })?;
    let asker = terminal.as_ref().filter(|_| !json);
    for (given, checklist) in looked.migrations.iter().filter(|(given, _)| !given.now.is_empty()) {
        let mut answers = answers.clone();
        if let Some(terminal) = asker {
            questions::ask(terminal, checklist, &mut answers)?;
        }
        request.answers.insert(given.migration.clone(), answers);
        request.seen.insert(given.migration.clone(), given.files.clone());
    }
    let open = looked.open(&request.answers);
    if !open.is_empty() {
        return Err(CommandError::Unanswered(questions::unanswered(&looked, &open)));
    }
    let approved = runtime.block_on(give::approve(&context, environment, &request))?;
    if json {
        output.json(&ApprovedDocument::of(environment, &approved))?
    } else {
        print(environment, &approved, output)?
    }
    Ok(Exit::Done)
}

/// How often a password may be typed.
const TRIES: usize = 3;

/// Does something as the role that the request names, and asks for its password where the server wants one that nothing
/// yields.
fn logged_in<T>(
    terminal: Option<&Terminal>,
    request: &mut Request,
    mut attempt: impl FnMut(&Request) -> Result<T, ApproveError>,
) -> Result<T, CommandError> {
    let mut tried = 0;
    loop {
        let error = match attempt(request) {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let may_ask = if tried == 0 { error.lacks_password() } else { error.wants_password() && tried < TRIES };
        let Some(terminal) = terminal.filter(|_| may_ask) else { return Err(error.into()) };
        if tried > 0 {
            terminal.say("The server does not take this password.")?;
        }
        let question = match &request.user {
            Some(user) => format!("Password for {user}: "),
            None => "Password: ".to_owned(),
        };
        match terminal.secret(&question)? {
            Some(password) => request.password = Some(password),
            None => return Err(error.into()),
        }
        tried += 1;
    }
}

fn print(environment: &Environment, approved: &Approved, output: &mut Output) -> Result<(), CommandError> {
    let role = printable(&approved.role);
    for given in &approved.migrations {
        output.line(output.tone(Tone::Heading, &given.migration))?;
        let mut fields = vec![("file".to_owned(), format!("SHA-256 {}", short(&given.files.up)))];
        let rollback = given.files.down.as_deref().map_or("none".to_owned(), |down| format!("SHA-256 {}", short(down)));
        fields.push(("rollback".to_owned(), rollback));
        for demand in &given.now {
            fields.push((demand.approval.to_string(), printable(&reasons(&demand.why)).into_owned()));
        }
        for (entry, answer) in &given.answers {
            fields.push((entry.clone(), printable(&answer.to_string()).into_owned()));
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
    answers: &'a Answers,
    given_before: &'a [Approval],
    not_by_this_role: Vec<Approval>,
    missing: Vec<Approval>,
}

impl<'a> ApprovedDocument<'a> {
    fn of(environment: &'a Environment, approved: &'a Approved) -> Self {
        let document = |given: &'a Given| GivenDocument {
            migration: &given.migration,
            checksum: &given.files.up,
            rollback_checksum: given.files.down.as_deref(),
            given: given.now.iter().map(|demand| demand.approval).collect(),
            answers: &given.answers,
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
