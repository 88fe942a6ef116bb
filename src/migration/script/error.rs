//! Why a file cannot be run as it is: said before anything of it has run.

use std::fmt;
use std::path::PathBuf;

use super::Position;
use crate::migration::text::printable;

/// A file that Tidegate refuses to run, the place that is the reason, and what to do about it. Nothing of the file has run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptError {
    /// The file.
    pub file: PathBuf,
    /// Where in the file.
    pub position: Position,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.to_string_lossy();
        let Position { line, column } = self.position;
        write!(
            formatter,
            "{}:{line}:{column}: {} Nothing of this file has run. {}",
            printable(&file),
            self.fault,
            self.advice()
        )
    }
}

impl std::error::Error for ScriptError {}

impl ScriptError {
    /// What is wrong, in one sentence.
    pub fn what(&self) -> String {
        self.fault.to_string()
    }

    /// What to do about it.
    pub fn advice(&self) -> String {
        self.fault.advice()
    }
}

/// Something that is begun and never ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Construct {
    /// `'…`
    String,
    /// `"…`
    QuotedIdentifier,
    /// `$$…` or `$tag$…`
    DollarQuote,
    /// `/*…`
    Comment,
    /// `(…`
    Parenthesis,
    /// `BEGIN ATOMIC …`
    AtomicBody,
}

impl Construct {
    fn words(self) -> &'static str {
        match self {
            Construct::String => "The string constant that begins here has no closing quote",
            Construct::QuotedIdentifier => "The quoted identifier that begins here has no closing double quote",
            Construct::DollarQuote => "The dollar-quoted text that begins here is never closed",
            Construct::Comment => "The comment that begins here is never closed",
            Construct::Parenthesis => "The parenthesis that opens here is not closed before its statement ends",
            Construct::AtomicBody => "The function body that begins here with BEGIN ATOMIC has no END",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Construct::String => "Close the string, or look for a quote before it that should be doubled.",
            Construct::QuotedIdentifier => "Close it, or look for a double quote before it that should be doubled.",
            Construct::DollarQuote => "Close it with exactly the same tag, such as $$ or $body$.",
            Construct::Comment => "Close it with */; comments nest, so each /* inside needs one of its own.",
            Construct::Parenthesis => "Close the parenthesis.",
            Construct::AtomicBody => {
                "End each statement of the body with a semicolon, the last one too, and the body with END."
            }
        }
    }
}

/// What keeps a file from being run. A command is named as PostgreSQL's documentation names it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The file's bytes are not UTF-8.
    #[error("The file is not UTF-8{}.", if *.utf_16 { "; it looks like UTF-16" } else { "" })]
    NotUtf8 {
        /// It begins with the byte order mark of UTF-16.
        utf_16: bool,
    },
    /// The file holds a NUL, which PostgreSQL cannot take.
    #[error("The file holds a NUL character.")]
    Nul,
    /// A byte order mark in the middle of the file.
    #[error("A byte order mark, which cannot be seen, stands in the middle of the file.")]
    ByteOrderMark,
    /// The file is longer than PostgreSQL's largest query text.
    #[error("The file is longer than 1 GiB.")]
    TooLong,
    /// The file has more statements than Tidegate keeps track of.
    #[error("The file has more than {limit} statements.")]
    TooManyStatements {
        /// The most it may have.
        limit: usize,
    },
    /// A psql meta-command, `\i`.
    #[error("{command} is a command of psql, not SQL.")]
    MetaCommand {
        /// The command with its backslash, printable and of bounded length.
        command: String,
    },
    /// A psql variable, `:name`.
    #[error("{variable} is a variable of psql, not SQL.")]
    Variable {
        /// The variable with its colon, printable and of bounded length.
        variable: String,
    },
    /// `COPY … FROM stdin`, whose data would follow in the file.
    #[error("COPY … FROM stdin takes its data from psql.")]
    CopyFromStdin,
    /// `COPY … TO stdout`, which nobody would read.
    #[error("COPY … TO stdout gives its data to psql.")]
    CopyToStdout,
    /// Something is begun and never ended.
    #[error("{}.", .0.words())]
    Unterminated(Construct),
    /// `BEGIN` inside `BEGIN … COMMIT`.
    #[error("BEGIN stands inside a transaction that is open since line {since}.")]
    NestedBegin {
        /// The line of the first one.
        since: u32,
    },
    /// `BEGIN` without a `COMMIT` after it.
    #[error("BEGIN has no COMMIT after it.")]
    BeginWithoutCommit,
    /// `COMMIT` without an open `BEGIN`.
    #[error("COMMIT has no BEGIN before it.")]
    CommitWithoutBegin,
    /// A second `BEGIN … COMMIT`.
    #[error("The file begins a second transaction; it has committed already on line {committed}.")]
    SecondTransaction {
        /// The line of the first `COMMIT`.
        committed: u32,
    },
    /// `ROLLBACK` of the whole transaction.
    #[error("ROLLBACK would undo the change and leave nothing to record.")]
    RollsBack,
    /// `COMMIT AND CHAIN` or `ROLLBACK AND CHAIN`.
    #[error("AND CHAIN begins a second transaction.")]
    Chain,
    /// `PREPARE TRANSACTION`.
    #[error("PREPARE TRANSACTION would leave the change neither committed nor rolled back.")]
    PrepareTransaction,
    /// `DISCARD ALL`.
    #[error("DISCARD ALL would give up the lock that keeps other operators out, and all settings of the session.")]
    DiscardAll,
    /// `SAVEPOINT` where no transaction is open.
    #[error("A savepoint needs an open transaction, and here is none.")]
    SavepointOutside,
    /// A statement that PostgreSQL refuses in a transaction block, inside `BEGIN … COMMIT`.
    #[error("PostgreSQL refuses {command} inside a transaction block, and one is open since line {since}.")]
    OutsideInTransaction {
        /// The command.
        command: &'static str,
        /// The line of `BEGIN`.
        since: u32,
    },
    /// A statement that PostgreSQL refuses in a transaction block, in a file that also has a `BEGIN … COMMIT`.
    #[error("{command} cannot be part of a transaction, and this file has one of its own.")]
    MixedTransaction {
        /// The command.
        command: &'static str,
    },
    /// A statement before `BEGIN` that could change the database.
    #[error("{command} stands before BEGIN: it would be kept even if the rest of the file fails.")]
    BeforeBegin {
        /// The command.
        command: &'static str,
    },
    /// A statement after `COMMIT`.
    #[error("{command} stands after COMMIT: the migration would be recorded as applied even if it fails.")]
    AfterCommit {
        /// The command.
        command: &'static str,
    },
}

impl Fault {
    /// What to do about it.
    pub fn advice(&self) -> String {
        let words = match self {
            Fault::NotUtf8 { utf_16: true } => {
                "Save the file as UTF-8; editors on Windows and PowerShell can be told to."
            }
            Fault::NotUtf8 { utf_16: false } => {
                "Save the file as UTF-8; `iconv -f LATIN1 -t UTF-8` converts one from Latin-1."
            }
            Fault::Nul => "Remove it; if the file is no text, it does not belong here.",
            Fault::ByteOrderMark => "Remove it; it comes from files put together that each began with one.",
            Fault::TooLong => "Load data with COPY from a file on the server, or in several migrations.",
            Fault::TooManyStatements { .. } => {
                "Put many rows into one INSERT, or split the file into several migrations."
            }
            Fault::MetaCommand { command } => return meta_command_advice(command).to_owned(),
            Fault::Variable { .. } => {
                "Write the value itself; to read a setting when the file runs, use current_setting('…'). A colon that is \
                 meant for PostgreSQL needs a blank after it."
            }
            Fault::CopyFromStdin => "Use INSERT … VALUES for few rows, or COPY … FROM a file that lies on the server.",
            Fault::CopyToStdout => "Take it out; a migration has nobody to print to.",
            Fault::Unterminated(construct) => construct.advice(),
            Fault::NestedBegin { .. } => {
                "Take the inner BEGIN out, or use SAVEPOINT. A file may have one BEGIN … COMMIT."
            }
            Fault::BeginWithoutCommit => {
                "Add COMMIT at the end, or take BEGIN out: Tidegate opens a transaction itself."
            }
            Fault::CommitWithoutBegin => "Add BEGIN before the first change, or take COMMIT out.",
            Fault::SecondTransaction { .. } | Fault::Chain => {
                "Keep one BEGIN … COMMIT in a file, so that the change and its record in the history commit together; make \
                 the rest a migration of its own."
            }
            Fault::RollsBack => "Take it out; use ROLLBACK TO SAVEPOINT to undo a part.",
            Fault::PrepareTransaction => "End the transaction with COMMIT.",
            Fault::DiscardAll => "Use RESET for the settings that are meant.",
            Fault::SavepointOutside => "Move it between BEGIN and COMMIT, or take it out.",
            Fault::OutsideInTransaction { .. } => {
                "Take BEGIN and COMMIT out of the file: Tidegate then runs each statement by itself and keeps account of \
                 each. Better still, give this statement a migration of its own."
            }
            Fault::MixedTransaction { .. } => "Give it a migration of its own, without BEGIN and COMMIT.",
            Fault::BeforeBegin { .. } => {
                "Move it between BEGIN and COMMIT. Before BEGIN only SET, SELECT and a DO block that checks may stand."
            }
            Fault::AfterCommit { .. } => {
                "Move it before COMMIT, or make it a migration of its own. After COMMIT only SET and RESET may stand."
            }
        };
        words.to_owned()
    }
}

fn meta_command_advice(command: &str) -> &'static str {
    match command {
        "\\i" | "\\ir" | "\\include" | "\\include_relative" => "Put the included file's SQL here in its place.",
        "\\c" | "\\connect" => "Take it out: the environment says which database a migration runs in.",
        "\\copy" => "Use INSERT … VALUES for few rows, or COPY … FROM a file that lies on the server.",
        "\\restrict" | "\\unrestrict" => "Take the line out: pg_dump writes it for psql only.",
        "\\." => "Take it out with its data; use INSERT … VALUES instead.",
        "\\gexec" => "Put a DO block here that runs each statement with EXECUTE.",
        "\\;" => "Write a plain semicolon.",
        "\\if" | "\\elif" | "\\else" | "\\endif" => "Put the condition into a DO block.",
        "\\echo" | "\\qecho" | "\\warn" => "Use RAISE NOTICE in a DO block, which Tidegate shows.",
        _ => "Take it out or write it as SQL: Tidegate sends files straight to the server.",
    }
}
