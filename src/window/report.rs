//! The report of a window: who did what to which database, when, why, and how it went.
//!
//! Made from the window's state alone, so it can be written again from a journal at any time.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use super::event::{
    Approver, BackupTaken, Check, Failure, MigrationOutcome, Opened, Operator, Proved, StepOutcome, Verdict,
};
use super::state::{MigrationState, StepState, WindowState};
use super::step::{Direction, Step};

/// The report of a window, as JSON has it.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// The form of this report; grows only by addition.
    pub format: u32,
    /// How the window began: environment, plan, operator.
    pub window: &'a Opened,
    /// Who ran it, in order.
    pub operators: &'a [Operator],
    /// Whether everything of the plan was done.
    pub complete: bool,
    /// When the last thing happened in it.
    pub last_at: Timestamp,
    /// Every step, in order.
    pub steps: Vec<StepLine<'a>>,
    /// Every migration of the plan, in order.
    pub migrations: Vec<MigrationLine<'a>>,
    /// The backup that was taken.
    pub backup: Option<&'a BackupTaken>,
    /// What was found when another console took the window over.
    pub findings: &'a [String],
}

/// One step in a report.
#[derive(Debug, Serialize)]
pub struct StepLine<'a> {
    /// Which.
    pub step: Step,
    /// How it stands: `done`, `skipped`, `failed`, `stopped`, `running`, `cut_off`, `waiting` or `not_planned`.
    pub state: &'static str,
    /// What it did, why it was passed over, or why it failed.
    pub summary: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How it was confirmed.
    pub confirmed: Option<&'a str>,
    /// The checks it made.
    pub checks: &'a [Check],
    /// Why it failed.
    pub failure: Option<&'a Failure>,
}

/// One migration in a report.
#[derive(Debug, Serialize)]
pub struct MigrationLine<'a> {
    /// Its name.
    pub name: &'a str,
    /// How it stands: `done`, `already_done`, `failed`, `stopped`, `running`, `cut_off` or `waiting`.
    pub state: &'static str,
    /// How long the server took, in milliseconds.
    pub elapsed_ms: Option<f64>,
    /// The SHA-256 of the file that ran.
    pub checksum: &'a str,
    /// The ticket that its header names.
    pub ticket: Option<&'a str>,
    /// The author that its header names.
    pub author: Option<&'a str>,
    /// The approvals that let it pass, with what was answered; none where none was demanded or asked for yet.
    pub approvals: &'a [Approver],
    /// What of its checklist rules have proved, and by which; none where no approval was demanded or asked for yet.
    pub proved: &'a [Proved],
    /// What was true of the database when it failed or was stopped.
    pub aftermath: Option<String>,
    /// What the server said while it ran.
    pub notices: &'a [(String, String)],
}

impl<'a> Report<'a> {
    /// The report of a window as it stands.
    pub fn of(state: &'a WindowState) -> Report<'a> {
        Report {
            format: 1,
            window: &state.opened,
            operators: &state.operators,
            // The report is written in the last step, which is therefore not asked for.
            complete: state.steps.iter().all(|record| record.step == Step::Report || record.state.lets_pass()),
            last_at: state.last_at,
            steps: state
                .steps
                .iter()
                .map(|record| step_line(&record.state, record.step, record.confirmed.as_deref(), &record.checks))
                .collect(),
            migrations: state
                .migrations
                .iter()
                .zip(&state.opened.plan.items)
                .map(|(record, item)| {
                    let (state, elapsed_ms, aftermath) = migration_line(&record.state);
                    MigrationLine {
                        name: &record.name,
                        state,
                        elapsed_ms,
                        checksum: &item.checksum,
                        ticket: item.ticket.as_deref(),
                        author: item.author.as_deref(),
                        approvals: &record.approvals,
                        proved: &record.proved,
                        aftermath,
                        notices: &record.notices,
                    }
                })
                .collect(),
            backup: state.backup.as_ref(),
            findings: &state.findings,
        }
    }

    /// As JSON, for machines.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
    }

    /// As Markdown, for people.
    pub fn to_markdown(&self) -> String {
        let mut page = String::new();
        self.write_head(&mut page);
        self.write_steps(&mut page);
        self.write_migrations(&mut page);
        self.write_approvals(&mut page);
        self.write_remarks(&mut page);
        page
    }

    fn write_head(&self, page: &mut String) {
        let Opened { id, environment, tier, location, plan, at, commit, .. } = self.window;
        let title = match plan.direction {
            Direction::Apply => "Deployment",
            Direction::Rollback => "Rollback",
        };
        line(page, &format!("# {title} on {} ({tier})\n", cell(environment)));
        let mut row = |name: &str, value: &str| line(page, &format!("- **{name}:** {}", cell(value)));
        row("Window", id.as_str());
        row("Result", if self.complete { "complete" } else { "not complete" });
        row("Database", location);
        row("Opened", &moment(*at));
        row("Last event", &moment(self.last_at));
        let operators: Vec<String> =
            self.operators.iter().map(|operator| format!("{} on {}", operator.name, operator.host)).collect();
        row("Operator", &operators.join(", then "));
        if let Some(commit) = commit {
            row("Commit", commit);
        }
        if let Some(reason) = &plan.reason {
            row("Reason", reason);
        }
        if let Some(backup) = self.backup {
            row("Backup", &format!("{}, {} bytes, {}", backup.path, backup.bytes, backup.verified));
        }
    }

    fn write_steps(&self, page: &mut String) {
        line(page, "\n## Steps\n\n| step | result | started (UTC) | took | |\n| --- | --- | --- | --- | --- |");
        for step in &self.steps {
            let took = match (step.started, step.ended) {
                (Some(started), Some(ended)) => seconds(ended.duration_since(started).as_millis()),
                _ => String::new(),
            };
            let mut words = step.summary.clone();
            if let Some(confirmed) = step.confirmed {
                let _ = write!(words, "{}the operator {confirmed}", if words.is_empty() { "" } else { "; " });
            }
            line(
                page,
                &format!(
                    "| {} | {} | {} | {took} | {} |",
                    step.step,
                    step.state.replace('_', " "),
                    step.started.map(moment).unwrap_or_default(),
                    cell(&words)
                ),
            );
        }
        for step in self.steps.iter().filter(|step| !step.checks.is_empty()) {
            line(page, &format!("\n### Checks of {}\n\n| check | result | seen |\n| --- | --- | --- |", step.step));
            for check in step.checks {
                let verdict = match check.verdict {
                    Verdict::Passed => "passed",
                    Verdict::Warning => "warning",
                    Verdict::Failed => "FAILED",
                };
                line(page, &format!("| {} | {verdict} | {} |", cell(&check.name), cell(&check.detail)));
            }
        }
    }

    fn write_migrations(&self, page: &mut String) {
        line(
            page,
            "\n## Migrations\n\n| migration | result | took | ticket | author | SHA-256 of the file that ran |\n| --- | --- | --- | --- | --- | --- |",
        );
        for migration in &self.migrations {
            line(
                page,
                &format!(
                    "| {} | {} | {} | {} | {} | `{}` |",
                    cell(migration.name),
                    migration.state.replace('_', " "),
                    migration.elapsed_ms.map(|ms| format!("{ms:.1} ms")).unwrap_or_default(),
                    cell(migration.ticket.unwrap_or("none")),
                    cell(migration.author.unwrap_or("unknown")),
                    migration.checksum
                ),
            );
        }
    }

    fn write_approvals(&self, page: &mut String) {
        let approved: Vec<&MigrationLine<'_>> =
            self.migrations.iter().filter(|migration| !migration.approvals.is_empty()).collect();
        if approved.is_empty() {
            return;
        }
        line(page, "\n## Approvals");
        for migration in approved {
            line(page, &format!("\n### {}\n", cell(migration.name)));
            let mut acts: Vec<Vec<&Approver>> = Vec::new();
            for one in migration.approvals {
                match acts.iter_mut().find(|act| act.iter().all(|other| is_one_act(one, other))) {
                    Some(act) => act.push(one),
                    None => acts.push(vec![one]),
                }
            }
            for act in acts {
                line(page, &format!("- {}", cell(&approved_by(&act))));
                for (entry, answer) in act.iter().take(1).flat_map(|one| &one.answers) {
                    line(page, &format!("  - {}: {}", cell(entry), cell(&answer.to_string())));
                }
            }
            if !migration.proved.is_empty() {
                line(page, "- proved by rules, which found nothing");
            }
            for one in migration.proved {
                line(page, &format!("  - {}: {}", cell(&one.entry), cell(&proved_by(one))));
            }
        }
    }

    fn write_remarks(&self, page: &mut String) {
        let failures: Vec<&Failure> = self.steps.iter().filter_map(|step| step.failure).collect();
        if !failures.is_empty() {
            line(page, "\n## Failures");
            for failure in failures {
                line(page, "");
                for words in failure.lines() {
                    line(page, &format!("- {}", cell(&words)));
                }
            }
        }
        if !self.findings.is_empty() {
            line(page, "\n## When the window was taken over\n");
            for finding in self.findings {
                line(page, &format!("- {}", cell(finding)));
            }
        }
        let notices = self.migrations.iter().flat_map(|one| one.notices.iter().map(move |notice| (one.name, notice)));
        let mut headed = false;
        for (name, (severity, message)) in notices {
            if !headed {
                line(page, "\n## What the server said\n");
                headed = true;
            }
            line(page, &format!("- {name}: {severity}: {}", cell(message)));
        }
    }
}

/// Whether two approvals were given by one role with the same words.
fn is_one_act(one: &Approver, other: &Approver) -> bool {
    (&one.role, &one.person, &one.note, &one.answers) == (&other.role, &other.person, &other.note, &other.answers)
}

/// Who gave which approvals, when, and with what note.
fn approved_by(acts: &[&Approver]) -> String {
    let Some(first) = acts.first() else { return String::new() };
    let kinds: Vec<&str> = acts.iter().map(|one| one.approval.word()).collect();
    let person = first.person.as_deref().filter(|person| *person != first.role);
    let person = person.map(|person| format!(" ({person})")).unwrap_or_default();
    let note = first.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
    format!("{} by {}{person}, {} UTC{note}", kinds.join(", "), first.role, moment(first.given_at))
}

/// The rules that have proved an entry, and what of it the file allows.
fn proved_by(proved: &Proved) -> String {
    let allowed: Vec<String> =
        proved.allowed.iter().map(|one| format!("{} is allowed by the file ({})", one.rule, one.reason)).collect();
    [proved.rules.join(", ")].into_iter().chain(allowed).collect::<Vec<_>>().join("; ")
}

fn step_line<'a>(state: &'a StepState, step: Step, confirmed: Option<&'a str>, checks: &'a [Check]) -> StepLine<'a> {
    let blank = StepLine {
        step,
        state: "waiting",
        summary: String::new(),
        started: None,
        ended: None,
        confirmed,
        checks,
        failure: None,
    };
    match state {
        StepState::Waiting => blank,
        StepState::NotPlanned(why) => StepLine { state: "not_planned", summary: (*why).to_owned(), ..blank },
        StepState::Running { since } => StepLine { state: "running", started: Some(*since), ..blank },
        StepState::CutOff => StepLine { state: "cut_off", ..blank },
        StepState::Ended { outcome, started, ended } => {
            let ends = StepLine { started: Some(*started), ended: Some(*ended), ..blank };
            match outcome {
                StepOutcome::Done { summary } => StepLine { state: "done", summary: summary.clone(), ..ends },
                StepOutcome::Skipped { reason } => StepLine { state: "skipped", summary: reason.clone(), ..ends },
                StepOutcome::Stopped { summary } => StepLine { state: "stopped", summary: summary.clone(), ..ends },
                StepOutcome::Failed { failure } => {
                    StepLine { state: "failed", summary: failure.message.clone(), failure: Some(failure), ..ends }
                }
            }
        }
    }
}

fn migration_line(state: &MigrationState) -> (&'static str, Option<f64>, Option<String>) {
    match state {
        MigrationState::Waiting => ("waiting", None, None),
        MigrationState::Running { .. } => ("running", None, None),
        MigrationState::CutOff => ("cut_off", None, None),
        MigrationState::Ended { outcome, .. } => match outcome {
            MigrationOutcome::Done { elapsed_us, .. } => {
                #[expect(clippy::cast_precision_loss, reason = "milliseconds for people to read")]
                let ms = *elapsed_us as f64 / 1000.0;
                ("done", Some(ms), None)
            }
            MigrationOutcome::AlreadyDone => ("already_done", None, None),
            MigrationOutcome::Failed { failure } => {
                ("failed", None, failure.aftermath.as_ref().map(super::event::Aftermath::words))
            }
            MigrationOutcome::Stopped { aftermath } => ("stopped", None, Some(aftermath.words())),
        },
    }
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}

/// Text that cannot break out of the line or the table cell it stands in, nor become markup.
fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in crate::migration::text::printable(text).chars() {
        if matches!(character, '|' | '<' | '>' | '[' | ']' | '`' | '*' | '\\') {
            safe.push('\\');
        }
        safe.push(character);
    }
    safe
}

fn moment(at: Timestamp) -> String {
    at.strftime("%F %T").to_string()
}

fn seconds(ms: i128) -> String {
    if ms < 1000 {
        return format!("{ms} ms");
    }
    format!("{}.{} s", ms / 1000, (ms % 1000) / 100)
}
