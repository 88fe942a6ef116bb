//! Finding a window among the journals by what somebody types.

use std::path::Path;

use super::CommandError;
use crate::window::journal;
use crate::window::state::WindowState;

/// Every window in this folder, the latest first. Files that are no journals are passed over.
pub fn windows(folder: &Path) -> Vec<WindowState> {
    let mut windows: Vec<WindowState> =
        journal::journals(folder).into_iter().filter_map(|path| journal::read(&path).ok()).collect();
    // The files' names tell seconds only.
    windows.sort_by_key(|window| std::cmp::Reverse(window.opened.at));
    windows
}

/// The window that is meant: its id, a beginning that only one has, or an environment's name for the latest one there.
pub fn find<T>(windows: Vec<T>, state: impl Fn(&T) -> &WindowState, wanted: &str) -> Result<T, CommandError> {
    let ids: Vec<&str> = windows.iter().map(|window| state(window).opened.id.as_str()).collect();
    let mut fitting: Vec<usize> = Vec::new();
    for (index, window) in windows.iter().enumerate() {
        let id = ids[index];
        if id == wanted || state(window).opened.environment == wanted {
            fitting = vec![index];
            break;
        }
        if !wanted.is_empty() && id.starts_with(wanted) {
            fitting.push(index);
        }
    }
    match fitting.as_slice() {
        [index] => {
            let index = *index;
            windows.into_iter().nth(index).ok_or_else(|| CommandError::NoWindow(wanted.to_owned()))
        }
        [] => Err(CommandError::NoWindow(wanted.to_owned())),
        several => Err(CommandError::SeveralWindows {
            wanted: wanted.to_owned(),
            ids: several.iter().map(|index| ids[*index].to_owned()).collect(),
        }),
    }
}
