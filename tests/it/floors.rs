//! The folders of the sources are floors: each uses only those below it. Held here, because no compiler does.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the ground up. Faces of the same height do not use one another.
const FLOORS: [&[&str]; 7] =
    [&["migration"], &["schema"], &["review"], &["config"], &["postgres"], &["window"], &["cli", "console"]];

/// Crates that only one folder may name, and that folder.
const KEPT: [(&str, &str); 4] =
    [("tokio_postgres", "postgres"), ("rustls", "postgres"), ("ratatui", "console"), ("crossterm", "console")];

#[test]
fn a_folder_uses_only_the_floors_below_it() {
    let mut faults = Vec::new();
    for (height, folders) in FLOORS.iter().enumerate() {
        for folder in *folders {
            let above: Vec<&str> =
                FLOORS[height..].iter().copied().flatten().copied().filter(|other| other != folder).collect();
            for (file, line, text) in code(&source(folder)) {
                for other in &above {
                    if names(&text, &format!("crate::{other}")) {
                        faults.push(format!("{}:{line} uses {other}: {}", file.display(), text.trim()));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_library_is_named_only_in_the_folder_that_owns_it() {
    let mut faults = Vec::new();
    for folder in FLOORS.iter().copied().flatten() {
        for (file, line, text) in code(&source(folder)) {
            for (library, owner) in KEPT {
                if folder != &owner && names(&text, &format!("{library}::")) {
                    faults.push(format!("{}:{line} names {library}: {}", file.display(), text.trim()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn nothing_is_left_to_do_in_the_code() {
    // In two parts, so that this line is not found.
    let marks =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("unimple", "mented!"), concat!("allow(", "dead_code")];
    let mut faults = Vec::new();
    for (file, line, text) in code(&source("")) {
        if marks.iter().any(|mark| text.contains(mark)) && !text.contains('"') {
            faults.push(format!("{}:{line}: {}", file.display(), text.trim()));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn source(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder)
}

/// Whether a line names something as a whole word.
fn names(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let part_of_a_word = |neighbour: Option<char>| neighbour.is_some_and(|one| one.is_alphanumeric() || one == '_');
        !part_of_a_word(before) && (word.ends_with(':') || !part_of_a_word(after))
    })
}

/// Every line of code below a folder that is no comment.
fn code(folder: &Path) -> Vec<(PathBuf, usize, String)> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources can be read") {
        let path = entry.expect("the sources can be read").path();
        if path.is_dir() {
            lines.extend(code(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("sources are UTF-8");
            let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
            lines.extend(numbered.map(|(index, line)| (path.clone(), index + 1, line.to_owned())));
        }
    }
    lines
}
