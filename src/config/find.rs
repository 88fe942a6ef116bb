//! Finds the configuration file and reads it, whatever lies at its place.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Config;
use super::error::ConfigError;
use super::parse::{LARGEST, parse};
use super::paths::Paths;
use super::surroundings::Surroundings;

/// The names that are looked for in this folder and each one above.
pub(super) const PROJECT_FILES: [&str; 2] = ["tidegate.toml", ".tidegate/config.toml"];

/// Where the configuration lies.
pub(super) fn locate(explicit: Option<&Path>, surroundings: &Surroundings) -> Result<PathBuf, ConfigError> {
    let named = explicit.map(Path::to_owned).or_else(|| surroundings.variable("TIDEGATE_CONFIG").map(PathBuf::from));
    if let Some(path) = named {
        return Ok(surroundings.folder.join(path));
    }
    let in_project = surroundings.folder.ancestors().flat_map(|folder| PROJECT_FILES.map(|name| folder.join(name)));
    if let Some(path) = in_project.into_iter().find(|path| path.exists()) {
        refuse_a_strangers_file(&path)?;
        return Ok(path);
    }
    let of_user = Paths::of_user(surroundings).config.join("config.toml");
    if of_user.exists() {
        return Ok(of_user);
    }
    Err(ConfigError::NotFound { folder: surroundings.folder.clone(), of_user })
}

/// A configuration names commands to run. One that merely lies in a folder above, and that another user put there,
/// must be named to be trusted. For root, as which containers and CI run, every file is another user's.
fn refuse_a_strangers_file(path: &Path) -> Result<(), ConfigError> {
    let user = rustix::process::geteuid();
    let owner = fs::metadata(path).map(|metadata| metadata.uid()).unwrap_or(user.as_raw());
    if user.is_root() || owner == 0 || owner == user.as_raw() {
        return Ok(());
    }
    Err(ConfigError::Unreadable {
        path: path.to_owned(),
        why: "it belongs to another user, and a configuration can run commands; if you trust it, name it with --config"
            .to_owned(),
    })
}

/// Reads and validates a configuration file.
pub(super) fn read(path: &Path) -> Result<Config, ConfigError> {
    let unreadable = |why: String| ConfigError::Unreadable { path: path.to_owned(), why };
    let metadata = fs::metadata(path).map_err(|error| unreadable(plain(&error)))?;
    if metadata.is_dir() {
        return Err(unreadable("it is a folder".to_owned()));
    }
    if !metadata.is_file() {
        return Err(unreadable("it is no plain file".to_owned()));
    }
    if metadata.len() > LARGEST as u64 {
        return Err(unreadable(format!(
            "it has {} bytes, while a configuration has at most {LARGEST}",
            metadata.len()
        )));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(plain(&error)))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..good].iter().filter(|byte| **byte == b'\n').count();
        unreadable(format!("line {line} is not UTF-8"))
    })?;
    parse(text.strip_prefix('\u{feff}').unwrap_or(&text), path, metadata.mode() & 0o077 != 0)
}

/// The system's words without the number at their end.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        _ => error.to_string(),
    }
}
