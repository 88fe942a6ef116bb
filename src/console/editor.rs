//! The operator's editor, which has the terminal while it runs.

use std::path::PathBuf;

use rustix::process::{Signal, kill_current_process_group};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use super::terminal::can_be_suspended;

/// What the editor is called by: VISUAL, or else EDITOR, as a shell reads it.
#[must_use]
pub fn command<'v>(variable: impl Fn(&str) -> Option<&'v str>) -> Option<&'v str> {
    ["VISUAL", "EDITOR"].into_iter().filter_map(variable).find(|command| !command.trim().is_empty())
}

/// Runs the editor on these files until it ends. Nobody else may read from the terminal meanwhile.
///
/// # Errors
/// It could not be started, or says that it failed.
pub async fn run(editor: &str, files: &[PathBuf]) -> Result<(), String> {
    let not_run = |error: std::io::Error| format!("{editor} cannot be run: {error}.");
    let mut stops = signal(SignalKind::from_raw(Signal::TSTP.as_raw())).map_err(not_run)?;
    let mut command = Command::new("/bin/sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg(editor).args(files);
    let mut child = command.spawn().map_err(not_run)?;
    loop {
        tokio::select! {
            ended = child.wait() => {
                let status = ended.map_err(not_run)?;
                return if status.success() { Ok(()) } else { Err(format!("{editor} ended with {status}.")) };
            }
            _ = stops.recv() => {
                // The shell takes the terminal only when the whole job has stopped, and it wakes the whole job.
                let wanted = if can_be_suspended() { Signal::STOP } else { Signal::CONT };
                if let Err(error) = kill_current_process_group(wanted) {
                    tracing::warn!(%error, "could not pass the editor's stop on");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::visual_first(Some("code --wait"), Some("vi"), Some("code --wait"))]
    #[case::editor(None, Some("vi"), Some("vi"))]
    #[case::blank(Some(" "), Some("vi"), Some("vi"))]
    #[case::none(None, None, None)]
    fn the_editor_is_what_the_variables_say(
        #[case] visual: Option<&str>,
        #[case] editor: Option<&str>,
        #[case] expected: Option<&str>,
    ) {
        let variable = |name: &str| if name == "VISUAL" { visual } else { editor };
        assert_eq!(command(variable), expected);
    }
}
