//! What can happen to the console, and what it can ask for in turn.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ratatui::layout::{Position, Size};

use crate::config::Secret;
use crate::migration::catalogue::Catalogue;
use crate::migration::checksum::Checksum;
use crate::migration::git::Commit;
use crate::migration::scaffold::Scaffolded;
use crate::postgres::backup::BackupEntry;
use crate::postgres::grant::GateList;
use crate::review::checklist::{Answers, Checklist};
use crate::review::finding::{Finding, Fix};
use crate::schema::ObjectId;
use crate::window::approval::Standing;
use crate::window::approval::give::{Approved, Looked, Request, Withdrawable, Withdrawn};
use crate::window::board::Board;
use crate::window::confirmation::Confirmed;
use crate::window::drift::Comparison;
use crate::window::drift::cause::Explanation;
use crate::window::drift::export::Format;
use crate::window::drift::handle::{ComparisonNews, DraftNews};
use crate::window::drift::lineage::Tied;
use crate::window::drift::matrix::{MatrixNews, Pair};
use crate::window::drift::prove::Proof;
use crate::window::drift::reconcile::Reconciliation;
use crate::window::drift::watch::DriftEvent;
use crate::window::files::FilesNews;
use crate::window::handle::News;
use crate::window::journal::Unfinished;
use crate::window::look::EnvironmentView;
use crate::window::monitor::MonitorEvent;
use crate::window::plan::{Intent, Plan};
use crate::window::review::mend::{self, Change};
use crate::window::review::{JudgedFile, Judgement};
use crate::window::runner::Waiver;
use crate::window::scaffold::Wanted;
use crate::window::step::Step;

use super::key::Key;
use super::log::LogLine;
use super::model::World;
use super::trouble::Trouble;
use super::widget::viewer::TextLine;

/// One reading of the clock. The console itself never looks at one: time comes in as a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// How long the console has been running.
    pub uptime: Duration,
    /// The time of day.
    pub now: Timestamp,
}

impl Moment {
    /// The beginning, before any clock was read.
    pub const START: Self = Self { uptime: Duration::ZERO, now: Timestamp::UNIX_EPOCH };
}

/// What the mouse did, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What it did.
    pub what: MouseAction,
    /// The cell.
    pub at: Position,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAction {
    /// The left button was pressed.
    Click,
    /// The wheel turned away from the user.
    WheelUp,
    /// The wheel turned towards the user.
    WheelDown,
}

/// Tells the layers of one run apart, so that an answer finds who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerId(pub u64);

/// Something that happened.
#[derive(Debug)]
pub enum Message {
    /// The clock was read; comes before every burst of other messages.
    Clock(Moment),
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The mouse was used.
    Mouse(Mouse),
    /// The terminal has this size now.
    Resize(Size),
    /// The operating system asks the console to end: SIGTERM, SIGHUP, or the terminal went away.
    Terminate(&'static str),
    /// The operating system asks the console to pause: SIGTSTP.
    Suspend,
    /// The console goes on after a pause: SIGCONT.
    Resumed,
    /// A line for the log.
    Log(LogLine),
    /// Something went wrong outside any screen.
    Trouble(Box<Trouble>),
    /// Something worth a passing word.
    Notice(String),
    /// The migration files were read, at the start or because they changed.
    Files(FilesNews),
    /// The commit that the files are at now.
    Commit(Option<Commit>),
    /// What the rules have found in the migrations.
    Judged(Arc<Judgement>),
    /// News of an environment.
    Environment(MonitorEvent),
    /// News of the drift of an environment.
    Drift(DriftEvent),
    /// The windows that were left unfinished on this machine.
    Unfinished(Vec<Unfinished>),
    /// What a screen asked for.
    Answer {
        /// Who asked.
        to: LayerId,
        /// What came of it.
        answer: Answer,
    },
}

impl Message {
    /// Whether it is news of what somebody does in an editor beside, who waits to see what is made of it.
    pub fn answers_a_hand(&self) -> bool {
        matches!(self, Message::Files(_) | Message::Judged(_))
    }
}

/// What came of [`Work`].
#[derive(Debug)]
pub enum Answer {
    /// A migration's files.
    Texts(Box<Texts>),
    /// What changed in a file since it was applied.
    Difference(Box<Difference>),
    /// The backups, newest first.
    Backups(Vec<BackupEntry>),
    /// A plan, or why there can be none.
    Plan(Box<Result<Drawn, String>>),
    /// A report's lines.
    Report(Vec<TextLine>),
    /// Where the comparison was written.
    Exported(PathBuf),
    /// News of the window that the layer runs.
    Window(Box<News>),
    /// News of the comparison that the layer asked for.
    Comparison(Sides, Box<ComparisonNews>),
    /// News of the draft that the layer asked for.
    Draft(Box<DraftNews>),
    /// The migrations that have to do with an object, the newest first, and those that could not be read.
    Traced(Vec<Tied>, Vec<String>),
    /// News of the matrix that the layer fills.
    Matrix(Box<MatrixNews>),
    /// The files that a new migration or a draft was written into.
    Written(Box<Scaffolded>),
    /// How the pending migrations of an environment stand with their approvals, and their checklists.
    Standings(usize, Arc<[Standing]>, Arc<[Checklist]>),
    /// What a role can approve or withdraw that has logged in, or why it could not.
    LoggedIn(Box<Result<LoggedIn, Refused>>),
    /// What was answered to the questions of a checklist.
    Answered(Answers),
    /// What was approved, or why nothing was.
    Approved(Box<Result<Approved, String>>),
    /// What was withdrawn, or why nothing was.
    Withdrawn(Box<Result<Withdrawn, String>>),
    /// What a fix would change, or why it may not be made.
    Proposed(Box<FixOrder>, Result<Box<Change>, String>),
    /// Whether a fix was made, or why not.
    Mended(Result<(), String>),
    /// It went wrong.
    Failed(Box<Trouble>),
}

/// Something that `update` wants done outside.
#[derive(Debug)]
pub enum Effect {
    /// Hand this text to the clipboard, through the terminal (OSC 52).
    Copy(String),
    /// Give the terminal to the shell and stop until SIGCONT.
    Suspend,
    /// Draw every cell afresh.
    Redraw,
    /// Ask an environment at once how it is, or try again to connect.
    Refresh(usize),
    /// Connect with a password that the operator typed.
    SupplyPassword(usize, Secret),
    /// Do this work and answer the layer.
    Work(LayerId, Work),
    /// Hand this order to the layer's window.
    Window(LayerId, Order),
    /// Look which windows were left unfinished.
    LookForUnfinished,
    /// Compare two sides and tell the layer; a comparison that it asked for before is given up.
    Compare(LayerId, Sides),
    /// Draft, try it in a shadow, and tell the layer; a draft that it asked for before is given up.
    Draft(LayerId, DraftOrder),
    /// Compare these pairs one after another and tell the layer; what it asked for before is given up.
    FillMatrix(LayerId, Vec<Pair>),
    /// Give up what the layer asked to be compared or drafted.
    GiveUp(LayerId),
    /// Give the terminal to the operator's editor with these files until it ends.
    Edit(Vec<PathBuf>),
}

/// A side of a comparison, as the console chooses one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SideChoice {
    /// The environment at this place of the configuration.
    Environment(usize),
    /// What the files make.
    Files,
}

/// Both sides of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sides {
    /// The left one.
    pub left: SideChoice,
    /// The right one.
    pub right: SideChoice,
}

/// What is to be drafted.
#[derive(Debug, Clone)]
pub struct DraftOrder {
    /// The comparison; its left side is to become what the right one is.
    pub comparison: Arc<Comparison>,
    /// In which objects; `None` for all that differ and need not be dropped.
    pub selection: Option<Vec<ObjectId>>,
}

/// A draft that is to be written into files.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it was made from.
    pub comparison: Arc<Comparison>,
    /// Its statements.
    pub reconciliation: Arc<Reconciliation>,
    /// What trying it has shown; `None` where it was not tried.
    pub proof: Option<Proof>,
    /// What its statements that lose something are: statements, or else comments.
    pub destructive: bool,
    /// What it is about.
    pub description: String,
}

/// Work that a screen wants done.
#[derive(Debug, Clone)]
pub enum Work {
    /// Read a migration's files.
    ReadMigration {
        /// The file that applies it.
        up: Option<PathBuf>,
        /// The file that rolls it back.
        down: Option<PathBuf>,
    },
    /// Find what was applied and compare it with the file as it is now.
    FindApplied {
        /// The file.
        path: PathBuf,
        /// The SHA-256 of what was applied.
        checksum: Checksum,
    },
    /// List the backups in the configured folder.
    ListBackups,
    /// Draw up a plan, and foresee how its gates would stand.
    DrawUp {
        /// The environment's place in the configuration.
        environment: usize,
        /// The files.
        catalogue: Arc<Catalogue>,
        /// What is known of the environment.
        view: Arc<EnvironmentView>,
        /// What the operator wants.
        intent: Intent,
    },
    /// Read the report of a window.
    ReadReport(PathBuf),
    /// Write a comparison into a file.
    Export(Arc<Comparison>, Format),
    /// Find the migrations that have to do with an object, by their SQL and by what a comparison says of it.
    Trace(Arc<Catalogue>, Box<(ObjectId, Option<Explanation>)>),
    /// Write a new migration and its rollback into the project.
    MakeMigration(Wanted),
    /// Work out what a fix changes, where it may be made.
    ProposeFix(Box<FixOrder>),
    /// Make the change that was worked out, where it still may be made.
    WriteFix(Box<FixOrder>, Box<Change>),
    /// Write a draft and its rollback into the project.
    WriteDraft(Box<Draft>),
    /// Count the approvals of the migrations that are pending in an environment, and make their checklists.
    CountApprovals {
        /// The environment's place in the configuration.
        environment: usize,
        /// The files.
        catalogue: Arc<Catalogue>,
        /// Which of them are pending.
        board: Arc<Board>,
        /// What is known of the environment.
        view: Arc<EnvironmentView>,
    },
    /// Log in as a role of the approver's own, and look what it can approve or withdraw.
    LogIn {
        /// The environment's place in the configuration.
        environment: usize,
        /// The migration, and who logs in.
        request: Request,
        /// What for.
        errand: Errand,
    },
    /// Withdraw what a role has approved.
    Withdraw {
        /// The environment's place in the configuration.
        environment: usize,
        /// The migration, and who logs in.
        request: Request,
    },
    /// Approve a migration as a role of the approver's own.
    Approve {
        /// The environment's place in the configuration.
        environment: usize,
        /// The migration, and who logs in.
        request: Request,
    },
}

/// What somebody logs in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// To approve a migration.
    Approve,
    /// To withdraw an approval.
    Withdraw,
}

/// Somebody who has logged in, with what they may do.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// The migration, who logs in, and the password that was typed for that: it is needed once more.
    pub request: Request,
    /// What they may do.
    pub found: Found,
}

/// What a role can do that has logged in.
#[derive(Debug, Clone)]
pub enum Found {
    /// It can approve this.
    ToApprove(Looked),
    /// It can withdraw this.
    ToWithdraw(Withdrawable),
}

/// Why somebody could not log in, or not for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The server asks for a password, and nothing yields one.
    NoPassword,
    /// The server does not take what was typed or, where nothing was, what `PGPASSWORD` or the password file yields.
    WrongPassword {
        /// Whether it was typed.
        typed: bool,
    },
    /// Something else, in words.
    Because(String),
}

/// A fix that is to be made.
#[derive(Debug, Clone)]
pub struct FixOrder {
    /// The migration.
    pub migration: String,
    /// The finding that it ends.
    pub finding: Finding,
    /// The change.
    pub fix: Fix,
    /// The file, as it was judged.
    pub file: JudgedFile,
    /// All of the migration's files.
    pub files: Vec<PathBuf>,
    /// What the environments say of the migration.
    pub standing: mend::Standing,
}

impl FixOrder {
    /// Takes in what the environments say now.
    pub fn look_again(&mut self, world: &World) {
        let names = world.config.environments.iter().map(|settings| settings.name.as_str());
        let configured = world.config.environments.len();
        self.standing = mend::Standing::of(&world.board, names, &self.migration, configured);
    }
}

/// A plan that was drawn up.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The plan.
    pub plan: Plan,
    /// How its gates would stand if its window were opened now.
    pub gates: GateList,
}

/// What a window screen wants of its window.
#[derive(Debug)]
pub enum Order {
    /// Open a window for this plan.
    Open(Box<Plan>),
    /// Take over the window of this journal.
    Resume(PathBuf),
    /// Start a step.
    Run(Step, Confirmed),
    /// Pass a step over, for a reason.
    Skip(Step, String),
    /// Let a gate pass, for a reason.
    Waive(Waiver),
    /// Stop the running step when its statement has ended.
    StopAfterStatement,
    /// Cancel the running statement, and with it the step.
    CancelNow,
    /// Close the window for good.
    Close,
    /// Leave it to be resumed.
    Leave,
}

/// A migration's files, ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Texts {
    /// The file that applies it, where there is one.
    pub up: Option<Vec<TextLine>>,
    /// The file that rolls it back, where there is one.
    pub down: Option<Vec<TextLine>>,
}

/// What changed in a file since it was applied.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// The difference.
    Lines(Vec<TextLine>),
    /// What was applied could not be found, and why.
    NotFound(String),
}
