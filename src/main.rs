//! Parses the command line and hands over.

use std::process::ExitCode;

use clap::Parser;
use tidegate::cli;

fn main() -> ExitCode {
    cli::run(cli::args::Arguments::parse()).into()
}
