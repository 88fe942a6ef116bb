//! `tidegate mark ENV`

use clap::Args;
use serde::Serialize;

use super::args::FormatOption;
use super::environments::{context, small_runtime, writable_environment};
use super::output::Tone;
use super::window::confirm;
use super::window::waiver::WaiverArgument;
use super::{CommandError, Exit, Session};
use crate::migration::text::printable;
use crate::window::confirmation::Confirmation;
use crate::window::mark::{Marked, mark};
use crate::window::runner::Waiver;

/// The arguments of `tidegate mark`.
#[derive(Debug, Args)]
pub struct Options {
    /// The environment
    #[arg(value_name = "ENV")]
    pub environment: String,

    /// Confirm: the environment's name, letter by letter
    #[arg(long, value_name = "ENV")]
    pub confirm: Option<String>,

    /// Let a gate pass, with a reason; may be repeated
    #[arg(long, value_name = "GATE=REASON")]
    pub waive: Vec<WaiverArgument>,

    #[command(flatten)]
    format: FormatOption,
}

#[derive(Serialize)]
struct Document<'a> {
    environment: &'a str,
    tier: &'a str,
    before: Option<&'a str>,
    created_schema: bool,
}

/// Writes the environment's name and tier into its database.
pub fn run(options: &Options, session: &mut Session) -> Result<Exit, CommandError> {
    let context = context(session)?;
    let environment = writable_environment(&context.config, &options.environment)?;
    let (name, json) = (environment.name.as_str(), options.format.is_json());
    let required = Confirmation::TypeName(name.to_owned());
    let answered = confirm::take(&required, options.confirm.as_deref(), (name, environment.tier), "", json)?;
    let typed = answered.map_err(CommandError::NotConfirmed)?;
    let waivers: Vec<Waiver> = options.waive.iter().map(|WaiverArgument(waiver)| waiver.clone()).collect();
    let Marked { marker, before, created_store, updated_store } =
        small_runtime()?.block_on(mark(&context, environment, &typed, &waivers))?;
    let output = &mut session.output;
    if json {
        output.json(&Document {
            environment: &marker.name,
            tier: &marker.tier,
            before: before.as_ref().map(|marker| marker.name.as_str()),
            created_schema: created_store,
        })?;
        return Ok(Exit::Done);
    }
    if created_store {
        output.line("Made the schema tidegate.")?;
    }
    if updated_store {
        output.line("Brought the schema tidegate up to date.")?;
    }
    let words = format!("The database now says that it is {} ({}).", marker.name, marker.tier);
    output.line(output.tone(Tone::Good, printable(&words)))?;
    if let Some(before) = before.filter(|before| (&before.name, &before.tier) != (&marker.name, &marker.tier)) {
        let words = format!("Before, it said that it was {} ({}).", before.name, before.tier);
        output.line(output.tone(Tone::Warning, printable(&words)))?;
    }
    Ok(Exit::Done)
}
