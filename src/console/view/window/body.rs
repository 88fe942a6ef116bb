//! What is known of one step, as lines of text.

use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::view::plan::preview;
use crate::console::widget::paint::{piece, wrap};
use crate::console::widget::viewer::TextLine;
use crate::console::words::{count, took};
use crate::postgres::backup::size_in_words;
use crate::window::event::{Aftermath, Check, Failure, MigrationOutcome, Obstacle, StepOutcome, Verdict};
use crate::window::state::{MigrationState, StepRecord, StepState, WindowState};
use crate::window::step::Step;

use std::time::Duration;

/// The width of a progress bar.
const GAUGE: usize = 30;

/// How many lines of output are shown.
const OUTPUT: usize = 200;

/// The lines of a step.
pub fn lines(state: &WindowState, step: Step, world: &World, room: u16) -> Vec<TextLine> {
    let record = state.step(step);
    let direction = state.opened.plan.direction;
    let mut page = Page { lines: Vec::new(), room, glyphs: world.glyphs };
    page.blank();
    if let StepState::NotPlanned(why) = record.state {
        page.text(Role::Dim, why);
        return page.lines;
    }
    // What was found on taking the window over comes before everything else, where the window goes on.
    let goes_on_here = state.current() == Some(step) && matches!(record.state, StepState::Waiting | StepState::CutOff);
    if !state.findings.is_empty() && goes_on_here {
        page.heading("Found when the window was taken over");
        for finding in &state.findings {
            page.text(Role::Text, finding);
        }
        page.blank();
    }
    if matches!(record.state, StepState::Waiting) {
        page.text(Role::Text, step.promise(direction));
        page.blank();
        if step == Step::Apply || step == Step::Preflight {
            page.lines.extend(preview::items(&state.opened.plan, room.saturating_sub(2)));
        }
        return page.lines;
    }
    page.outcome(record);
    match step {
        Step::Backup => page.backup(state),
        Step::Apply => page.migrations(state, world),
        Step::Report => page.reports(state),
        Step::Preflight | Step::Announce | Step::Rehearse | Step::Validate | Step::Watch => {}
    }
    let is_running = matches!(record.state, StepState::Running { .. });
    // What was checked before the step was cut off need not be so any more.
    if record.state != StepState::CutOff {
        page.checks(&record.checks, is_running);
    }
    if is_running || matches!(step, Step::Announce | Step::Backup | Step::Validate) {
        page.output(state, step);
    }
    page.lines
}

/// The lines of a window that is being taken over: what has been said so far.
pub fn taking_over(told: &[String], world: &World, room: u16) -> Vec<TextLine> {
    let mut page = Page { lines: Vec::new(), room, glyphs: world.glyphs };
    page.blank();
    page.text(Role::Strong, "Taking the window over: the server is asked what became of what was running.");
    for line in told {
        page.blank();
        page.text(Role::Warn, line);
    }
    page.lines
}

/// Where the text stands when nobody scrolls: what runs is in view.
pub fn follow(lines: &[TextLine], height: usize) -> usize {
    let running = lines.iter().position(|line| line.role == Some(Role::SelectionIdle));
    running.map_or(0, |line| (line + 3).saturating_sub(height))
}

struct Page {
    lines: Vec<TextLine>,
    room: u16,
    glyphs: &'static Glyphs,
}

impl Page {
    fn blank(&mut self) {
        self.lines.push(TextLine::default());
    }

    fn heading(&mut self, words: &str) {
        self.lines.push(TextLine::plain(Role::Heading, format!("  {words}")));
    }

    fn text(&mut self, role: Role, words: &str) {
        for line in wrap(words, self.room.saturating_sub(4)) {
            self.lines.push(TextLine::plain(role, format!("  {line}")));
        }
    }

    fn labelled(&mut self, label: &str, role: Role, words: &str) {
        for (index, line) in wrap(words, self.room.saturating_sub(16)).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            self.lines.push(TextLine::of(vec![piece(Role::Dim, format!("  {label:<12}")), piece(role, line)]));
        }
    }

    fn outcome(&mut self, record: &StepRecord) {
        match &record.state {
            StepState::Waiting | StepState::NotPlanned(_) | StepState::Running { .. } => return,
            StepState::CutOff => {
                self.text(Role::StatusInterrupted, "The console that ran this step was gone before it ended.");
            }
            StepState::Ended { outcome, .. } => match outcome {
                StepOutcome::Done { summary } => {
                    let words = format!("{} {summary}", self.glyphs.applied);
                    self.text(Role::Good, &words);
                }
                StepOutcome::Skipped { reason } => self.text(Role::Dim, &format!("Skipped: {reason}")),
                StepOutcome::Stopped { summary } => self.text(Role::Warn, &format!("Stopped: {summary}")),
                StepOutcome::Failed { failure } => self.failure(failure),
            },
        }
        if let Some(confirmed) = &record.confirmed {
            self.text(Role::Dim, &format!("The operator {confirmed}."));
        }
        self.blank();
    }

    fn failure(&mut self, failure: &Failure) {
        let words = format!("{} {}", self.glyphs.failed, failure.message);
        self.text(Role::Bad, &words);
        if let Some(place) = failure.place() {
            self.labelled("place", Role::Text, &place);
        }
        let named = [
            ("SQLSTATE", &failure.sqlstate),
            ("detail", &failure.detail),
            ("hint", &failure.hint),
            ("context", &failure.context),
        ];
        for (label, value) in named {
            if let Some(value) = value {
                self.labelled(label, Role::Text, value);
            }
        }
        if let Some(aftermath) = &failure.aftermath {
            self.labelled("database", Role::Strong, &aftermath.words());
        }
        if let Some(advice) = &failure.advice {
            self.labelled("next", Role::Strong, advice);
        }
    }

    fn checks(&mut self, checks: &[Check], is_running: bool) {
        if checks.is_empty() {
            return;
        }
        let widest = checks.iter().map(|check| check.name.chars().count()).max().unwrap_or(0).min(32);
        // What needs a look comes before what is well.
        let urgency = |check: &&Check| match check.verdict {
            Verdict::Failed => 0,
            Verdict::Warning => 1,
            Verdict::Passed => 2,
        };
        let mut checks: Vec<&Check> = checks.iter().collect();
        if !is_running {
            checks.sort_by_key(urgency);
        }
        for check in checks {
            let (role, glyph) = match check.verdict {
                Verdict::Passed => (Role::Good, self.glyphs.applied),
                Verdict::Warning => (Role::Warn, self.glyphs.warning),
                Verdict::Failed => (Role::Bad, self.glyphs.failed),
            };
            let room = self.room.saturating_sub(u16::try_from(widest).unwrap_or(0) + 9);
            let detail = if role == Role::Good { Role::Dim } else { role };
            let rows = wrap(&check.detail, room);
            let rows = if rows.is_empty() { vec![String::new()] } else { rows };
            for (index, line) in rows.into_iter().enumerate() {
                let (glyph, name) = if index == 0 { (glyph, check.name.as_str()) } else { ("", "") };
                self.lines.push(TextLine::of(vec![
                    piece(role, format!("  {glyph:<2}")),
                    piece(Role::Text, format!("{name:<widest$}  ")),
                    piece(detail, line),
                ]));
            }
            if let Some(advice) = &check.advice {
                for line in wrap(advice, room) {
                    self.lines
                        .push(TextLine::of(vec![piece(Role::Text, " ".repeat(widest + 6)), piece(Role::Strong, line)]));
                }
            }
        }
        self.blank();
    }

    fn gauge(&mut self, done: u64, of: u64, words: &str) {
        let filled = usize::try_from(done.min(of) * GAUGE as u64 / of.max(1)).unwrap_or(0);
        self.lines.push(TextLine::of(vec![
            piece(Role::Text, "  "),
            piece(Role::GaugeDone, self.glyphs.gauge_done.repeat(filled)),
            piece(Role::GaugeRest, self.glyphs.gauge_rest.repeat(GAUGE - filled)),
            piece(Role::Text, format!("  {words}")),
        ]));
    }

    fn backup(&mut self, state: &WindowState) {
        if let Some((doing, done, of, bytes)) = &state.live.backup {
            let words = format!("{done} of {}, {}", count(*of as usize, "table"), size_in_words(*bytes));
            self.gauge(u64::from(*done), u64::from(*of), &words);
            self.text(Role::Dim, doing);
            self.blank();
        }
        if let Some(backup) = &state.backup {
            self.labelled("backup", Role::Strong, &backup.id);
            self.labelled("folder", Role::Text, &backup.path);
            self.labelled("size", Role::Text, &size_in_words(backup.bytes));
            self.labelled("took", Role::Text, &took(Duration::from_millis(backup.elapsed_ms)));
            self.labelled("verified", Role::Text, &backup.verified);
            self.blank();
        }
    }

    fn migrations(&mut self, state: &WindowState, world: &World) {
        let done = state.done().count();
        let of = state.migrations.len();
        self.gauge(done as u64, of as u64, &format!("{done} of {}", count(of, "migration")));
        self.blank();
        for record in &state.migrations {
            let (role, glyph, words) = match &record.state {
                MigrationState::Waiting => (Role::Dim, self.glyphs.pending, String::new()),
                MigrationState::Running { since } => {
                    (Role::Info, self.glyphs.cursor, took(world.moment.now.duration_since(*since).unsigned_abs()))
                }
                MigrationState::CutOff => (Role::StatusInterrupted, self.glyphs.interrupted, "cut off".to_owned()),
                MigrationState::Ended { outcome, .. } => match outcome {
                    MigrationOutcome::Done { elapsed_us, .. } => {
                        (Role::Good, self.glyphs.applied, took(Duration::from_micros(*elapsed_us)))
                    }
                    MigrationOutcome::AlreadyDone => (Role::Good, self.glyphs.applied, "was done already".to_owned()),
                    MigrationOutcome::Failed { .. } => (Role::Bad, self.glyphs.failed, "failed".to_owned()),
                    MigrationOutcome::Stopped { aftermath } => {
                        (Role::Warn, self.glyphs.warning, stopped(aftermath).to_owned())
                    }
                },
            };
            let running = matches!(record.state, MigrationState::Running { .. });
            let name = if running { Role::Strong } else { Role::Text };
            let mut line = TextLine::of(vec![
                piece(role, format!("  {glyph} ")),
                piece(name, record.name.clone()),
                piece(Role::Dim, format!("  {words}")),
            ]);
            line.role = running.then_some(Role::SelectionIdle);
            self.lines.push(line);
            if running {
                self.live(state);
            }
            for (severity, message) in &record.notices {
                let role = if severity == "WARNING" { Role::Warn } else { Role::Dim };
                self.text(role, &format!("    {severity}: {message}"));
            }
        }
        self.blank();
    }

    /// What the running migration does, and who is in its way.
    fn live(&mut self, state: &WindowState) {
        let live = &state.live;
        if let Some((index, line, summary)) = &live.statement {
            let words = format!("    statement {} of {}, line {line}: {summary}", index + 1, live.statements.1);
            self.text(Role::Dim, &words);
        }
        if let Some((attempt, of, why)) = &live.retrying {
            self.text(Role::Warn, &format!("    try {attempt} of {of} comes next: {why}"));
        }
        if !live.waiting.is_empty() {
            self.text(Role::Warn, "    waits for a lock that is held by");
            self.obstacles(&live.waiting);
        }
        if !live.blocking.is_empty() {
            self.text(Role::Warn, "    these wait for us");
            self.obstacles(&live.blocking);
        }
    }

    fn obstacles(&mut self, obstacles: &[Obstacle]) {
        for one in obstacles {
            let open = one.open_ms.map(|ms| format!(", open for {}", took(Duration::from_millis(ms))));
            let who = format!(
                "      {} {} ({}), {}{}",
                one.pid,
                one.user,
                one.application,
                one.state,
                open.unwrap_or_default()
            );
            self.text(Role::Text, &who);
            self.text(Role::Dim, &format!("        {}", one.query));
        }
    }

    fn reports(&mut self, state: &WindowState) {
        for path in &state.reports {
            self.labelled("written", Role::Text, path);
        }
        self.blank();
    }

    fn output(&mut self, state: &WindowState, step: Step) {
        let said: Vec<&str> =
            state.output.iter().filter(|line| line.step == Some(step)).map(|line| line.text.as_str()).collect();
        if said.is_empty() {
            return;
        }
        self.heading("Output");
        for line in &said[said.len().saturating_sub(OUTPUT)..] {
            self.text(Role::Dim, line);
        }
    }
}

/// What a stopped migration left, in a few words.
fn stopped(aftermath: &Aftermath) -> &'static str {
    match aftermath {
        Aftermath::Unchanged => "stopped before it began",
        Aftermath::RolledBack => "stopped, rolled back",
        Aftermath::Committed => "stopped after it was committed",
        Aftermath::PartlyApplied { .. } => "stopped half-way",
        Aftermath::Unknown => "outcome unknown",
    }
}
