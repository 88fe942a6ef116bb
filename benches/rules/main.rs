//! Whether the rules end cleanly on any SQL: `cargo bench --bench rules -- [FOLDER…]`.
//!
//! Every `.sql` file below the folders is judged as a migration with itself as its rollback, whole and cut off at some
//! places, as files are while they are written; with no folder given, the project's own are. Printed is what was found,
//! and which file took longest. A panic is printed with its file, and makes the command fail.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tidegate::migration::name::MigrationName;
use tidegate::review::approval::needs;
use tidegate::review::examine::{Files, Rules, examine};
use tidegate::review::finding::Severity;
use tidegate::review::known::Known;
use tidegate::review::settings::Settings;
use tidegate::review::sql::STACK;

/// Into how many pieces a file is cut.
const CUTS: usize = 8;

/// Longer files are judged whole only.
const LONGEST_CUT: usize = 256 * 1024;

fn main() -> ExitCode {
    let mut folders: Vec<PathBuf> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").map(PathBuf::from).collect();
    if folders.is_empty() {
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        folders.extend(["demo", "tests"].map(|folder| project.join(folder)));
    }
    let mut files = Vec::new();
    for folder in &folders {
        if let Err(error) = find(folder, &mut files) {
            eprintln!("{} cannot be read: {error}.", folder.display());
            return ExitCode::from(2);
        }
    }
    files.sort();
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            let work = || {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let judged = judge(file);
                    tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner).add(file, judged);
                }
            };
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread can be started");
        }
    });
    let tally = tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    tally.print(files.len());
    if tally.panics == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            find(&entry.path(), files)?;
        } else if kind.is_file() && entry.path().extension().is_some_and(|extension| extension == "sql") {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// What came of one file.
#[derive(Default)]
struct Judged {
    bytes: usize,
    runs: usize,
    panics: usize,
    statements: usize,
    findings: BTreeMap<&'static str, (Severity, usize)>,
    took: Duration,
}

fn judge(file: &Path) -> Judged {
    let Ok(bytes) = std::fs::read(file) else { return Judged::default() };
    let mut judged = Judged { bytes: bytes.len(), ..Judged::default() };
    let started = Instant::now();
    let whole = examined(&bytes);
    judged.took = started.elapsed();
    judged.runs += 1;
    match whole {
        Ok((statements, findings)) => {
            judged.statements = statements;
            for (rule, severity) in findings {
                judged.findings.entry(rule).or_insert((severity, 0)).1 += 1;
            }
        }
        Err(()) => judged.panics += 1,
    }
    if bytes.len() <= LONGEST_CUT {
        for part in 1..CUTS {
            judged.runs += 1;
            judged.panics += usize::from(examined(&bytes[..bytes.len() * part / CUTS]).is_err());
        }
    }
    judged
}

/// The rules that find something, each as often as it does.
type Found = Vec<(&'static str, Severity)>;

/// How many statements a file has, and what the rules find in it; an error where they panic.
fn examined(bytes: &[u8]) -> Result<(usize, Found), ()> {
    let judge = || {
        let name: MigrationName = "20260101000000_alter_everything".parse().expect("is a name");
        let settings = Settings { secured_schemas: vec!["public".to_owned()], ..Settings::default() };
        let rules = Rules::of(&settings, None);
        let files = Files { name: &name, up: (Path::new("up.sql"), bytes), down: Some((Path::new("down.sql"), bytes)) };
        let mut examined = examine(files, &settings, &rules);
        examined.follow(&mut Known::default(), &settings, &rules);
        examined.settle(&rules);
        needs(&String::from_utf8_lossy(bytes));
        let findings = examined.findings.iter().map(|finding| (finding.rule, finding.severity)).collect();
        (examined.up.statements.len(), findings)
    };
    catch_unwind(AssertUnwindSafe(judge)).map_err(|_| ())
}

#[derive(Default)]
struct Tally {
    bytes: usize,
    runs: usize,
    panics: usize,
    statements: usize,
    unread: usize,
    findings: BTreeMap<&'static str, (Severity, usize)>,
    slowest: Option<(Duration, PathBuf)>,
}

impl Tally {
    fn add(&mut self, file: &Path, judged: Judged) {
        self.bytes += judged.bytes;
        self.runs += judged.runs;
        self.statements += judged.statements;
        self.unread += usize::from(judged.findings.contains_key("syntax") || judged.findings.contains_key("runnable"));
        if judged.panics > 0 {
            println!("panic: {}", file.display());
            self.panics += judged.panics;
        }
        for (rule, (severity, count)) in judged.findings {
            self.findings.entry(rule).or_insert((severity, 0)).1 += count;
        }
        if self.slowest.as_ref().is_none_or(|(took, _)| judged.took > *took) {
            self.slowest = Some((judged.took, file.to_owned()));
        }
    }

    fn print(&self, files: usize) {
        println!(
            "{files} files, {} kB, {} statements; {} files hold what cannot be read or run",
            self.bytes / 1024,
            self.statements,
            self.unread
        );
        for (rule, (severity, count)) in &self.findings {
            println!("  {:<8} {count:>7}  {rule}", severity.word());
        }
        if let Some((took, file)) = &self.slowest {
            println!("slowest: {} ms, {}", took.as_millis(), file.display());
        }
        println!("judged {} times, {} panics", self.runs, self.panics);
    }
}
