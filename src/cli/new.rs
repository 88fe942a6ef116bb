//! `tidegate new TYPE DESCRIPTION`

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;
use serde::Serialize;

use super::args::FormatOption;
use super::output::{self, Tone};
use super::{CommandError, Exit, Session};
use crate::migration::name::MigrationType;
use crate::window::scaffold::Wanted;

/// The arguments of `tidegate new`.
#[derive(Debug, Args)]
pub struct Options {
    /// What the migration does
    #[arg(value_name = "TYPE", value_parser = PossibleValuesParser::new(MigrationType::ALL.map(MigrationType::word)).try_map(|word| word.parse::<MigrationType>()))]
    pub kind: MigrationType,

    /// What it is about, in a few words
    #[arg(required = true)]
    pub description: Vec<String>,

    /// The ticket that it is done for
    #[arg(long)]
    pub ticket: Option<String>,

    /// The release that it belongs to
    #[arg(long)]
    pub release: Option<String>,

    /// Who writes it [default: git's user.name]
    #[arg(long)]
    pub author: Option<String>,

    #[command(flatten)]
    format: FormatOption,
}

#[derive(Serialize)]
struct Made {
    name: String,
    up: String,
    down: String,
}

/// Makes the two files.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let config = session.config()?;
    let wanted = Wanted {
        kind: options.kind,
        description: options.description.join(" "),
        author: options.author.clone(),
        ticket: options.ticket.clone(),
        release: options.release.clone(),
        at: Timestamp::now(),
    };
    let made = wanted.make(&config)?;
    let shown = |path: &std::path::Path| output::path(path.strip_prefix(&session.surroundings.folder).unwrap_or(path));
    let (up, down) = (shown(&made.up), shown(&made.down));
    if options.format.is_json() {
        session.output.json(&Made { name: made.name.to_string(), up, down })?;
    } else {
        let created = session.output.tone(Tone::Good, "created");
        session.output.line(format!("{created}  {up}"))?;
        session.output.line(format!("{created}  {down}"))?;
    }
    Ok(Exit::Done)
}
