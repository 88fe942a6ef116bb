//! Parses the command line and hands over.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use mimalloc::MiMalloc;
use tidegate::cli::args::Arguments;
use tidegate::cli::{self, Exit, Opening, Outcome, output};
use tidegate::console::model::Ending;
use tidegate::console::{self, ConsoleOptions, LogFeed};

/// Reviewing and comparing make and drop very many small things on several threads, and a console stays open for days:
/// this allocator is quick at the former, and gives back what is no longer used.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let (log_layer, log_feed) = console::log_feed();
    let exit = match cli::run(Arguments::parse(), Box::new(log_layer)) {
        Outcome::Ended(exit) => exit,
        Outcome::Console(opening) => open_console(*opening, log_feed),
    };
    exit.into()
}

/// Opens the console, and says what is left to say when the terminal has been given back.
fn open_console(opening: Opening, log: LogFeed) -> Exit {
    let Opening { global, context, demo, log: _log } = opening;
    let options =
        ConsoleOptions { theme: global.theme, ascii: global.ascii, no_mouse: global.no_mouse, log: Some(log) };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::report(&error, global.color);
            return Exit::Failed;
        }
    };
    let closing = runtime.block_on(console::run(Arc::new(context), options));
    // What still runs in the background does so for nobody.
    runtime.shutdown_background();
    if let Some(mut demo) = demo {
        if let Some(took) = closing.as_ref().ok().and_then(|closing| closing.first_board) {
            demo.first_board_drawn(took);
        }
        if global.verbose > 0 {
            // Where standard output is gone, nobody is there to read it.
            let _ = write!(io::stdout(), "{}", demo.timings());
        }
    }
    match closing.map(|closing| closing.ending) {
        Ok(Ending::Quit) => Exit::Done,
        Ok(Ending::Terminated(signal)) => {
            // Nor where standard error is gone: the terminal may have been closed.
            let _ = writeln!(io::stderr(), "The console was ended by {signal}.");
            Exit::Refused
        }
        Err(error) => {
            output::report(&error, global.color);
            Exit::Failed
        }
    }
}
