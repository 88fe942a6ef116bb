//! The demo's two servers: whose programs they run, and how they are started.

use std::path::Path;
use std::process::Command;

use super::DemoError;
use crate::cli::output;
use crate::postgres::cluster::{Cluster, ClusterError, ClusterOptions};
use crate::postgres::install::install_command;
use crate::postgres::programs::{CHOSEN_FOLDER, Programs, find_servers};

/// The server programs of this machine, newest first; installed first if that is wanted and there are none.
pub(super) fn find_programs(install: bool) -> Result<Vec<Programs>, DemoError> {
    let found = find_servers();
    if !found.is_empty() {
        return Ok(found);
    }
    if let Some(folder) = std::env::var_os(CHOSEN_FOLDER) {
        let advice = format!(
            "{CHOSEN_FOLDER} names {}, and they are not there. Correct the variable, or unset it.",
            output::path(Path::new(&folder))
        );
        return Err(DemoError::NoServer { advice });
    }
    let Some(command) = install_command() else {
        let advice = "Install PostgreSQL 13 or newer with its server, or name the folder of its programs in \
                      TIDEGATE_PG_BIN.";
        return Err(DemoError::NoServer { advice: advice.to_owned() });
    };
    let words = command.join(" ");
    if !install {
        let advice = format!(
            "Install them with\n\n    {words}\n\nor let Tidegate do so with `tidegate demo --install`. Where they are \
             in a folder of their own, name it in TIDEGATE_PG_BIN."
        );
        return Err(DemoError::NoServer { advice });
    }
    super::say(&words);
    let failed = |how: String| DemoError::Install { command: words.clone(), how };
    let (program, arguments) = command.split_first().expect("a command has a first word");
    let status = Command::new(program).args(arguments).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(failed(format!("ended with {status}"))),
        Err(error) => return Err(failed(format!("could not be started: {error}"))),
    }
    match find_servers() {
        found if found.is_empty() => Err(failed("ended well, and yet there is no server".to_owned())),
        found => Ok(found),
    }
}

/// Starts staging and production, in this order, with the newest programs that can be run.
pub(super) fn start(programs: &[Programs], parent: Option<&Path>) -> Result<Vec<Cluster>, DemoError> {
    let start_with = |programs: &Programs| {
        let options = ClusterOptions { parent: parent.map(Path::to_owned), ..ClusterOptions::new(programs.clone()) };
        Cluster::start_all(vec![options.clone(), options])
    };
    let mut last = None;
    for programs in programs {
        match start_with(programs) {
            Ok(servers) => return Ok(servers),
            // Installed where only root may look, say: another installation may do.
            Err(error @ ClusterError::OutOfReach { .. }) => last = Some(error),
            Err(error) => return Err(error.into()),
        }
    }
    Err(last.map_or_else(|| DemoError::NoServer { advice: String::new() }, DemoError::Cluster))
}
