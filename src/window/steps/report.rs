//! Report: the window's story, as Markdown and JSON beside its journal.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::window::event::{Failure, WindowEvent};
use crate::window::report::Report;
use crate::window::runner::{Halt, Runner};

/// Writes the report.
pub async fn run(runner: &mut Runner) -> Result<String, Halt> {
    let (folder, id) = (runner.context.reports(), runner.state().opened.id.to_string());
    let report = Report::of(runner.state());
    let written = write(&folder, &id, &[("md", report.to_markdown()), ("json", report.to_json())]);
    let paths = written.map_err(|(path, error)| {
        Failure::plain(format!("The report {} cannot be written: {error}.", path.display()))
            .advising("Nothing is lost: the journal has it all. Mend the folder and write the report again.")
    })?;
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let summary = paths.first().cloned().unwrap_or_default();
    runner.emit(WindowEvent::ReportWritten { paths }).await?;
    Ok(summary)
}

fn write(folder: &Path, id: &str, parts: &[(&str, String)]) -> Result<Vec<PathBuf>, (PathBuf, std::io::Error)> {
    fs::create_dir_all(folder).map_err(|error| (folder.to_owned(), error))?;
    let mut paths = Vec::new();
    for (extension, text) in parts {
        let path = folder.join(format!("{id}.{extension}"));
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| (path.clone(), error))?;
        paths.push(path);
    }
    Ok(paths)
}
