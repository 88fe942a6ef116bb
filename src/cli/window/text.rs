//! What happens in a window, as lines for people: the way there on standard error, what came of it on standard output.

use std::time::Duration;

use crate::cli::output::{Output, Tone};
use crate::cli::wishes::Wish;
use crate::cli::words::{count, obstacle, sentence, took};
use crate::migration::text::{printable, printable_lines};
use crate::postgres::backup::size_in_words;
use crate::window::event::{MigrationOutcome, StepOutcome, Verdict as CheckVerdict, WindowEvent};
use crate::window::state::{MigrationState, StepState, WindowState};
use crate::window::step::{Direction, Step};

use super::course::Verdict;
use super::plan::Proposal;
use super::teller::{Ending, Teller};

/// Tells a person.
pub struct TextTeller<'a> {
    output: &'a mut Output,
    progress: Output,
    verbose: bool,
    /// Whether something was said since it was last looked whether it is still.
    said: bool,
}

impl<'a> TextTeller<'a> {
    /// Says what happens to `progress` and what came of it to `output`; when verbose, also what is as it should be.
    pub fn new(output: &'a mut Output, progress: Output, verbose: bool) -> TextTeller<'a> {
        TextTeller { output, progress, verbose, said: false }
    }

    /// One or more lines, made printable.
    fn say(&mut self, tone: Option<Tone>, indent: usize, text: &str) {
        self.said = true;
        for line in printable_lines(text).lines() {
            let line = tone.map_or_else(|| line.to_owned(), |tone| self.progress.tone(tone, line));
            // The exit status still tells when nobody reads any more.
            let _ = self.progress.line(format!("{:indent$}{line}", ""));
        }
        let _ = self.progress.finish();
    }

    fn migration(&mut self, name: &str, outcome: &MigrationOutcome, state: &WindowState) {
        let place = place(name, state);
        match outcome {
            MigrationOutcome::Done { elapsed_us, statements } => {
                let span = took(Duration::from_micros(*elapsed_us));
                let statements = count(*statements as usize, "statement");
                self.say(Some(Tone::Good), 2, &format!("{place}  {}  {span}, {statements}", done(state)));
            }
            MigrationOutcome::AlreadyDone => {
                self.say(Some(Tone::Good), 2, &format!("{place}  {} already", done(state)));
            }
            // The end of the step says it all.
            MigrationOutcome::Failed { .. } => self.say(Some(Tone::Bad), 2, &format!("{place}  failed")),
            MigrationOutcome::Stopped { aftermath } => {
                self.say(Some(Tone::Warning), 2, &format!("{place}  stopped. {}", aftermath.words()));
            }
        }
    }

    fn step(&mut self, step: Step, outcome: &StepOutcome, state: &WindowState) {
        let span = match &state.step(step).state {
            StepState::Ended { started, ended, .. } => Duration::try_from(ended.duration_since(*started)).ok(),
            _ => None,
        };
        match outcome {
            StepOutcome::Done { summary } => {
                let span = span.map(|span| format!(" ({})", took(span))).unwrap_or_default();
                self.say(None, 2, &format!("{summary}{span}"));
            }
            StepOutcome::Skipped { reason } => {
                self.say(Some(Tone::Heading), 0, step.title(state.opened.plan.direction));
                self.say(Some(Tone::Warning), 2, &format!("skipped: {reason}"));
            }
            StepOutcome::Stopped { summary } => self.say(Some(Tone::Warning), 2, summary),
            StepOutcome::Failed { failure } => {
                let word = if failure.refused { "refused" } else { "failed" };
                let checks = &state.step(step).checks;
                let failed = checks.iter().filter(|check| check.verdict == CheckVerdict::Failed).count();
                let words = match (step, failed) {
                    (_, 0) => failure.lines().join("\n"),
                    // Each check has been told already, with what to do about it.
                    (Step::Preflight, _) => format!("{}. Nothing was done.", checks_failed(failed)),
                    (Step::Apply, _) => format!("{}. Nothing was written.", gates_closed(failed)),
                    _ => format!("{}. {}", checks_failed(failed), failure.advice.as_deref().unwrap_or_default()),
                };
                self.say(Some(Tone::Bad), 2, &format!("{word}: {words}"));
            }
        }
    }
}

impl Teller for TextTeller<'_> {
    fn proposal(&mut self, proposal: &Proposal<'_>, dry_run: bool) {
        // What a dry run was asked for is the plan; otherwise the plan is said on the way.
        let output = if dry_run { &mut *self.output } else { &mut self.progress };
        let mut lines = proposal.lines(output);
        if dry_run {
            lines.push(String::new());
            lines.extend(proposal.gate_lines(output));
        }
        for line in lines {
            let _ = output.line(line);
        }
        let _ = output.finish();
    }

    fn remark(&mut self, words: &str) {
        self.say(Some(Tone::Warning), 0, words);
    }

    fn event(&mut self, event: &WindowEvent, state: &WindowState) {
        match event {
            WindowEvent::Opened(opened) => self.say(Some(Tone::Quiet), 0, &format!("window {}", opened.id)),
            WindowEvent::Resumed { findings, .. } => {
                self.say(Some(Tone::Quiet), 0, &format!("window {}", state.opened.id));
                findings.iter().for_each(|finding| self.say(None, 2, finding));
            }
            WindowEvent::StepStarted { step, .. } => {
                let direction = state.opened.plan.direction;
                let promise = step.promise(direction);
                self.say(Some(Tone::Heading), 0, step.title(direction));
                self.say(Some(Tone::Quiet), 2, promise);
            }
            WindowEvent::Checked(check) => {
                let tone = match check.verdict {
                    CheckVerdict::Passed if !self.verbose => return,
                    CheckVerdict::Passed => Tone::Good,
                    CheckVerdict::Warning => Tone::Warning,
                    CheckVerdict::Failed => Tone::Bad,
                };
                self.say(Some(tone), 2, &format!("{}: {}: {}", verdict_word(check.verdict), check.name, check.detail));
                check.advice.iter().for_each(|advice| self.say(None, 4, advice));
            }
            WindowEvent::Output { line } => self.say(Some(Tone::Quiet), 2, &format!("| {line}")),
            WindowEvent::StatementStarted { line, summary, .. } if self.verbose => {
                self.say(Some(Tone::Quiet), 6, &format!("line {line}: {summary}"));
            }
            WindowEvent::Notice { severity, message, detail } => {
                let detail = detail.as_ref().map(|detail| format!(" {detail}")).unwrap_or_default();
                let whose = among_several(state).map(|name| format!("{name}: ")).unwrap_or_default();
                self.say(Some(Tone::Quiet), 6, &format!("{whose}{severity}: {message}{detail}"));
            }
            WindowEvent::Waiting { obstacles } if obstacles.is_empty() => self.say(None, 6, "Waits no longer."),
            WindowEvent::Waiting { obstacles } => {
                obstacles
                    .iter()
                    .for_each(|one| self.say(Some(Tone::Warning), 6, &format!("waits for {}", obstacle(one))));
            }
            WindowEvent::Blocking { waiting } => {
                waiting
                    .iter()
                    .for_each(|one| self.say(Some(Tone::Warning), 6, &format!("waits for this: {}", obstacle(one))));
            }
            WindowEvent::Retrying { attempt, of, after_ms, why } => {
                let pause = took(Duration::from_millis(*after_ms));
                self.say(Some(Tone::Warning), 6, &format!("try {attempt} of {of} in {pause}: {why}"));
            }
            WindowEvent::MigrationFinished { name, outcome, .. } => self.migration(name, outcome, state),
            WindowEvent::StepFinished { step, outcome, .. } => self.step(*step, outcome, state),
            WindowEvent::Approved { .. }
            | WindowEvent::BackupProgress { .. }
            | WindowEvent::BackupTaken(_)
            | WindowEvent::Surveyed { .. }
            | WindowEvent::MigrationStarted { .. }
            | WindowEvent::StatementStarted { .. }
            | WindowEvent::StatementFinished { .. }
            | WindowEvent::ReportWritten { .. }
            | WindowEvent::Closed { .. } => {}
        }
    }

    fn still(&mut self, state: &WindowState) {
        if !std::mem::take(&mut self.said)
            && let Some(line) = under_way(state)
        {
            self.say(Some(Tone::Quiet), 6, &line);
            self.said = false;
        }
    }

    fn heard(&mut self, wish: Wish) {
        let words = match wish {
            Wish::StopAfterStatement => {
                "Stopping after the running statement. Press Ctrl-C again to cancel the statement itself."
            }
            Wish::CancelNow => "Cancelling the running statement, and waiting for the server to say that it has ended.",
        };
        self.say(Some(Tone::Warning), 0, words);
    }

    fn ending(&mut self, ending: &Ending<'_>) {
        let mut lines = Vec::new();
        lines.extend(ending.message.map(|words| printable(&sentence(words)).into_owned()));
        if let Some(state) = ending.state {
            lines.push(self.output.tone(tone(ending.verdict), summary(ending.verdict, state)));
            lines.extend(state.reports.first().map(|path| format!("report: {}", printable(path))));
        }
        for line in lines {
            let _ = self.output.line(line);
        }
        let _ = self.output.finish();
        if let (Some(state), false) = (ending.state, ending.closed) {
            let (id, environment) = (&state.opened.id, &state.opened.environment);
            self.say(None, 0, "The window stays open.");
            self.say(None, 2, &format!("to go on:     tidegate resume {id} --confirm {environment}"));
            self.say(None, 2, &format!("to close it:  tidegate resume {id} --close"));
        }
    }
}

fn summary(verdict: &Verdict, state: &WindowState) -> String {
    let plan = &state.opened.plan;
    let of = count(plan.items.len(), "migration");
    let (ready, environment) = (state.done().count(), &state.opened.environment);
    let preposition = match plan.direction {
        Direction::Apply => "to",
        Direction::Rollback => "on",
    };
    let so_far = format!("{ready} of {of} {} {preposition} {environment}", plan.direction.done());
    match verdict {
        Verdict::Done => format!("Done: {so_far}."),
        Verdict::Failed(_) => format!("Failed: {so_far}."),
        Verdict::Refused(_) => format!("Refused: {so_far}."),
        Verdict::Stopped(_) => format!("Stopped: {so_far}."),
        Verdict::Unknown(_) => format!("Unknown: {so_far}, and what became of the last one is not known."),
    }
}

fn tone(verdict: &Verdict) -> Tone {
    match verdict {
        Verdict::Done => Tone::Good,
        Verdict::Stopped(_) => Tone::Warning,
        Verdict::Failed(_) | Verdict::Refused(_) | Verdict::Unknown(_) => Tone::Bad,
    }
}

fn checks_failed(number: usize) -> String {
    format!("{} failed", count(number, "check"))
}

fn gates_closed(number: usize) -> String {
    format!("{} {} closed", count(number, "gate"), if number == 1 { "is" } else { "are" })
}

fn done(state: &WindowState) -> &'static str {
    state.opened.plan.direction.done()
}

/// The migration's place in the plan and its name.
fn place(name: &str, state: &WindowState) -> String {
    let of = state.migrations.len();
    let number = state.place_of(name).map_or(0, |place| place + 1);
    let digits = of.to_string().len();
    format!("{number:>digits$}/{of}  {name}")
}

/// What runs at this moment; none where nothing does that could take long.
/// The running migration, where others wait for the disk and are not told to be done yet.
fn among_several(state: &WindowState) -> Option<&str> {
    let running = state.migrations.iter().filter(|one| matches!(one.state, MigrationState::Running { .. }));
    let last = state.live.migration.and_then(|place| state.migrations.get(place))?;
    (running.take(2).count() > 1).then_some(last.name.as_str())
}

fn under_way(state: &WindowState) -> Option<String> {
    if let Some((doing, tables_done, tables, bytes)) = &state.live.backup {
        return Some(format!("{doing}: {tables_done} of {tables} tables, {}", size_in_words(*bytes)));
    }
    let running = state.migrations.iter().find(|record| matches!(record.state, MigrationState::Running { .. }))?;
    let (statements, of) = state.live.statements;
    let place = place(&running.name, state);
    Some(match &state.live.statement {
        Some((index, line, what)) => format!("{place}  statement {} of {of}, line {line}: {what}", index + 1),
        None => format!("{place}  {statements} of {of} statements"),
    })
}

fn verdict_word(verdict: CheckVerdict) -> &'static str {
    match verdict {
        CheckVerdict::Passed => "passed",
        CheckVerdict::Warning => "warning",
        CheckVerdict::Failed => "failed",
    }
}
