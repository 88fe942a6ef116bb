//! What a statement is: to its transaction, and by the name that PostgreSQL gives its command.

use std::ops::Range;

use squawk_lexer::TokenKind;

use super::StatementKind;
use super::error::Fault;
use super::words::{Word, outer_words, words};

/// How many words at the most are read to tell a command: enough for
/// `ALTER TABLE IF EXISTS ONLY a.b DETACH PARTITION c.d CONCURRENTLY`.
const TELLING_WORDS: usize = 24;

/// How many words come before the first parenthesis in most commands' names.
const FIRST_WORDS: usize = 8;

/// Tells the statements of one script apart, in their order.
#[derive(Debug, Default)]
pub(super) struct Classifier {
    /// An earlier statement of the script has parted a subscription from its slot.
    subscription_without_slot: bool,
}

impl Classifier {
    /// What the statement at `range` is; a [`Fault`] when no script may hold it.
    pub(super) fn kind(&mut self, source: &str, range: Range<usize>) -> Result<StatementKind, Fault> {
        use StatementKind::{Begin, OutsideTransaction, Savepoint, Set};
        let head: Vec<Word<'_>> = words(source, range.clone())
            .take(FIRST_WORDS)
            .skip_while(|word| word.kind == TokenKind::OpenParen)
            .collect();
        let Some(first) = head.first().filter(|first| first.kind == TokenKind::Ident) else {
            return Ok(StatementKind::Ordinary("SQL"));
        };
        let second_is = |keyword: &str| head.get(1).is_some_and(|word| word.is(keyword));
        let statement = Statement { source, range, head: &head };
        let keyword = first.text.to_ascii_uppercase();
        Ok(match keyword.as_str() {
            "BEGIN" => Begin,
            "START" if second_is("transaction") => Begin,
            "COMMIT" | "END" | "ROLLBACK" | "ABORT" => return statement.transaction_end(&keyword),
            "SAVEPOINT" | "RELEASE" => Savepoint,
            "PREPARE" if second_is("transaction") => return Err(Fault::PrepareTransaction),
            "SET" | "RESET" | "SHOW" => Set,
            "DISCARD" if second_is("all") => return Err(Fault::DiscardAll),
            "COPY" => return statement.copy(),
            "VACUUM" => OutsideTransaction("VACUUM"),
            "CLUSTER" if statement.cluster_names_no_table() => OutsideTransaction("CLUSTER"),
            "REINDEX" => statement.reindex(),
            "CREATE" => statement.create(),
            "ALTER" => self.alter(&statement),
            "DROP" => self.drop(&statement),
            _ => StatementKind::Ordinary(statement.command(&keyword)),
        })
    }

    fn alter(&mut self, statement: &Statement<'_>) -> StatementKind {
        use StatementKind::{Ordinary, OutsideTransaction};
        let words: Vec<Word<'_>> = statement.outer().take(TELLING_WORDS).collect();
        let has = |phrase: &[&str]| {
            words.windows(phrase.len()).any(|window| window.iter().zip(phrase).all(|(word, keyword)| word.is(keyword)))
        };
        let command = object_command(Verb::Alter, &words[1..]);
        match command {
            _ if words.get(1).is_some_and(|word| word.is("system")) => OutsideTransaction("ALTER SYSTEM"),
            "ALTER DATABASE" if has(&["set", "tablespace"]) => OutsideTransaction("ALTER DATABASE SET TABLESPACE"),
            "ALTER TABLE"
                if has(&["detach", "partition"]) && words.last().is_some_and(|word| word.is("concurrently")) =>
            {
                OutsideTransaction("ALTER TABLE DETACH PARTITION CONCURRENTLY")
            }
            "ALTER SUBSCRIPTION" => self.alter_subscription(statement, has),
            _ if has(&["alter", "default", "privileges"]) => Ordinary("ALTER DEFAULT PRIVILEGES"),
            _ if has(&["alter", "large", "object"]) => Ordinary("ALTER LARGE OBJECT"),
            command => Ordinary(command),
        }
    }

    fn alter_subscription(&mut self, statement: &Statement<'_>, has: impl Fn(&[&str]) -> bool) -> StatementKind {
        use StatementKind::{Ordinary, OutsideTransaction};
        if has(&["refresh", "publication"]) {
            return OutsideTransaction("ALTER SUBSCRIPTION REFRESH PUBLICATION");
        }
        let changes_publications =
            has(&["set", "publication"]) || has(&["add", "publication"]) || has(&["drop", "publication"]);
        if changes_publications && statement.option("refresh") != Some(OptionValue::Off) {
            return OutsideTransaction("ALTER SUBSCRIPTION with refresh");
        }
        if statement.option("failover").is_some() || statement.option("two_phase").is_some() {
            return OutsideTransaction("ALTER SUBSCRIPTION SET");
        }
        self.subscription_without_slot |= statement.option("slot_name") == Some(OptionValue::None);
        Ordinary("ALTER SUBSCRIPTION")
    }

    fn drop(&self, statement: &Statement<'_>) -> StatementKind {
        use StatementKind::{Ordinary, OutsideTransaction};
        match object_command(Verb::Drop, &statement.head[1..]) {
            "DROP INDEX" if statement.head.get(2).is_some_and(|word| word.is("concurrently")) => {
                OutsideTransaction("DROP INDEX CONCURRENTLY")
            }
            command @ ("DROP DATABASE" | "DROP TABLESPACE") => OutsideTransaction(command),
            // Without its slot a subscription may be dropped in a transaction.
            command @ "DROP SUBSCRIPTION" if !self.subscription_without_slot => OutsideTransaction(command),
            "DROP" if statement.head.get(1).is_some_and(|word| word.is("owned")) => Ordinary("DROP OWNED"),
            command => Ordinary(command),
        }
    }
}

/// A statement and its first words.
struct Statement<'a> {
    source: &'a str,
    range: Range<usize>,
    head: &'a [Word<'a>],
}

/// What an option in parentheses is set to, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OptionValue {
    Off,
    None,
    Other,
}

impl<'a> Statement<'a> {
    fn outer(&self) -> impl Iterator<Item = Word<'a>> {
        outer_words(self.source, self.range.clone())
    }

    /// `COMMIT`, `END`, `ROLLBACK` or `ABORT`, with what may follow.
    fn transaction_end(&self, keyword: &str) -> Result<StatementKind, Fault> {
        let commits = matches!(keyword, "COMMIT" | "END");
        let mut rest = self.head[1..].iter().skip_while(|word| word.is_any(&["work", "transaction"]));
        match (rest.next(), rest.next()) {
            (Some(prepared), _) if prepared.is("prepared") => {
                Ok(StatementKind::OutsideTransaction(if commits { "COMMIT PREPARED" } else { "ROLLBACK PREPARED" }))
            }
            (Some(to), _) if to.is("to") => Ok(StatementKind::Savepoint),
            (Some(and), Some(chain)) if and.is("and") && chain.is("chain") => Err(Fault::Chain),
            _ if commits => Ok(StatementKind::Commit),
            _ => Ok(StatementKind::Rollback),
        }
    }

    fn copy(&self) -> Result<StatementKind, Fault> {
        let mut words = self.outer().skip(1);
        while let Some(word) = words.next() {
            let to_client = |next: Option<Word<'_>>| next.is_some_and(|next| next.is_any(&["stdin", "stdout"]));
            if word.is("from") {
                return if to_client(words.next()) { Err(Fault::CopyFromStdin) } else { break_off() };
            }
            if word.is("to") {
                return if to_client(words.next()) { Err(Fault::CopyToStdout) } else { break_off() };
            }
        }
        break_off()
    }

    fn cluster_names_no_table(&self) -> bool {
        !self.outer().skip(1).any(|word| word.is_name() && !word.is("verbose"))
    }

    fn reindex(&self) -> StatementKind {
        use StatementKind::{Ordinary, OutsideTransaction};
        let words: Vec<Word<'_>> = self
            .outer()
            .skip(1)
            .take(4)
            .filter(|word| word.kind != TokenKind::OpenParen && !word.is("verbose"))
            .collect();
        let first = words.first();
        let concurrently = words.get(1).is_some_and(|word| word.is("concurrently"))
            || self.option("concurrently").is_some_and(|value| value != OptionValue::Off);
        match first {
            _ if concurrently => OutsideTransaction("REINDEX CONCURRENTLY"),
            Some(word) if word.is("schema") => OutsideTransaction("REINDEX SCHEMA"),
            Some(word) if word.is("database") => OutsideTransaction("REINDEX DATABASE"),
            Some(word) if word.is("system") => OutsideTransaction("REINDEX SYSTEM"),
            Some(word) if word.is("table") => Ordinary("REINDEX TABLE"),
            Some(word) if word.is("index") => Ordinary("REINDEX INDEX"),
            _ => Ordinary("REINDEX"),
        }
    }

    fn create(&self) -> StatementKind {
        use StatementKind::{Ordinary, OutsideTransaction};
        const MODIFIERS: [&str; 13] = [
            "or",
            "replace",
            "temp",
            "temporary",
            "local",
            "global",
            "unlogged",
            "unique",
            "recursive",
            "trusted",
            "procedural",
            "constraint",
            "default",
        ];
        let objects = &self.head[1..];
        let object = objects
            .iter()
            .position(|word| !word.is_any(&MODIFIERS))
            .map_or(&objects[objects.len()..], |first| &objects[first..]);
        match object_command(Verb::Create, object) {
            "CREATE INDEX" if object.get(1).is_some_and(|word| word.is("concurrently")) => {
                OutsideTransaction("CREATE INDEX CONCURRENTLY")
            }
            command @ ("CREATE DATABASE" | "CREATE TABLESPACE") => OutsideTransaction(command),
            "CREATE SUBSCRIPTION" if self.creates_slot() => OutsideTransaction("CREATE SUBSCRIPTION"),
            command => Ordinary(command),
        }
    }

    /// Whether this `CREATE SUBSCRIPTION` makes a replication slot, which no transaction could undo.
    fn creates_slot(&self) -> bool {
        match self.option("create_slot") {
            Some(value) => value != OptionValue::Off,
            None => self.option("connect") != Some(OptionValue::Off),
        }
    }

    /// The value of an option that stands as `name [=] [value]` in parentheses.
    fn option(&self, name: &str) -> Option<OptionValue> {
        let mut depth = 0_usize;
        let mut before = TokenKind::Comma;
        let mut words = words(self.source, self.range.clone()).peekable();
        while let Some(word) = words.next() {
            match word.kind {
                TokenKind::OpenParen => depth += 1,
                TokenKind::CloseParen => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 1 && word.is(name) && matches!(before, TokenKind::OpenParen | TokenKind::Comma) {
                words.next_if(|next| next.kind == TokenKind::Eq);
                let value = words.next().map_or("", |value| value.text.trim_matches('\''));
                return Some(match value.to_ascii_lowercase().as_str() {
                    "false" | "off" | "0" | "no" => OptionValue::Off,
                    "none" => OptionValue::None,
                    _ => OptionValue::Other,
                });
            }
            before = word.kind;
        }
        None
    }

    /// The name of a command that is none of the cases above.
    fn command(&self, keyword: &str) -> &'static str {
        let keyword = if keyword == "WITH" {
            let Some(verb) = main_verb(self.source, self.range.clone()) else { return "WITH" };
            verb.text.to_ascii_uppercase()
        } else {
            keyword.to_owned()
        };
        let second = self.head.get(1);
        let followed_by = |word: &str| second.is_some_and(|second| second.is(word));
        match keyword.as_str() {
            "COMMENT" if followed_by("on") => "COMMENT ON",
            "SECURITY" if followed_by("label") => "SECURITY LABEL",
            "REFRESH" if followed_by("materialized") => "REFRESH MATERIALIZED VIEW",
            "IMPORT" if followed_by("foreign") => "IMPORT FOREIGN SCHEMA",
            "REASSIGN" if followed_by("owned") => "REASSIGN OWNED",
            "LOCK" => "LOCK TABLE",
            "TRUNCATE" => "TRUNCATE TABLE",
            "INSERT" => "INSERT",
            "UPDATE" => "UPDATE",
            "DELETE" => "DELETE",
            "MERGE" => "MERGE",
            "SELECT" => "SELECT",
            "VALUES" => "VALUES",
            "TABLE" => "TABLE",
            "GRANT" => "GRANT",
            "REVOKE" => "REVOKE",
            "ANALYZE" | "ANALYSE" => "ANALYZE",
            "DO" => "DO",
            "CALL" => "CALL",
            "CLUSTER" => "CLUSTER",
            "EXPLAIN" => "EXPLAIN",
            "EXECUTE" => "EXECUTE",
            "PREPARE" => "PREPARE",
            "DEALLOCATE" => "DEALLOCATE",
            "DECLARE" => "DECLARE",
            "FETCH" => "FETCH",
            "MOVE" => "MOVE",
            "CLOSE" => "CLOSE",
            "LISTEN" => "LISTEN",
            "UNLISTEN" => "UNLISTEN",
            "NOTIFY" => "NOTIFY",
            "LOAD" => "LOAD",
            "CHECKPOINT" => "CHECKPOINT",
            "DISCARD" => "DISCARD",
            _ => "SQL",
        }
    }
}

/// A `COPY` that the server can do by itself.
fn break_off() -> Result<StatementKind, Fault> {
    Ok(StatementKind::Ordinary("COPY"))
}

/// The word that says what a statement does which begins with `WITH`: the one after its list of queries.
pub(super) fn main_verb(source: &str, range: Range<usize>) -> Option<Word<'_>> {
    const VERBS: [&str; 7] = ["select", "insert", "update", "delete", "merge", "values", "table"];
    // A query of the list may be named like a verb: WITH update AS (…), delete AS (…).
    let mut is_a_name = true;
    outer_words(source, range).skip(1).find(|word| {
        if is_a_name {
            is_a_name = word.is("recursive");
            return false;
        }
        is_a_name = word.kind == TokenKind::Comma;
        word.is_any(&VERBS)
    })
}

#[derive(Debug, Clone, Copy)]
enum Verb {
    Create,
    Alter,
    Drop,
}

/// A kind of object and the names of the commands that create, alter and drop it.
type Object = (&'static str, [&'static str; 3]);

macro_rules! objects {
    ($($words:literal)*) => {
        &[$(($words, [concat!("CREATE ", $words), concat!("ALTER ", $words), concat!("DROP ", $words)])),*]
    };
}

const OBJECTS: &[Object] = objects![
    "ACCESS METHOD" "AGGREGATE" "CAST" "COLLATION" "CONVERSION" "DATABASE" "DOMAIN" "EVENT TRIGGER" "EXTENSION"
    "FOREIGN DATA WRAPPER" "FOREIGN TABLE" "FUNCTION" "GROUP" "INDEX" "LANGUAGE" "MATERIALIZED VIEW" "OPERATOR CLASS"
    "OPERATOR FAMILY" "OPERATOR" "POLICY" "PROCEDURE" "PUBLICATION" "ROLE" "ROUTINE" "RULE" "SCHEMA" "SEQUENCE" "SERVER"
    "STATISTICS" "SUBSCRIPTION" "TABLE" "TABLESPACE" "TEXT SEARCH CONFIGURATION" "TEXT SEARCH DICTIONARY"
    "TEXT SEARCH PARSER" "TEXT SEARCH TEMPLATE" "TRANSFORM" "TRIGGER" "TYPE" "USER MAPPING" "USER" "VIEW"
];

/// The command that does `verb` to the kind of object that `words` begin with; the bare verb when it is none that is known.
fn object_command(verb: Verb, words: &[Word<'_>]) -> &'static str {
    let begins_with = |phrase: &str| {
        let mut rest = words.iter();
        phrase.split(' ').all(|keyword| rest.next().is_some_and(|word| word.is(keyword)))
    };
    match (OBJECTS.iter().find(|(phrase, _)| begins_with(phrase)), verb) {
        (Some((_, [create, _, _])), Verb::Create) => create,
        (Some((_, [_, alter, _])), Verb::Alter) => alter,
        (Some((_, [_, _, drop])), Verb::Drop) => drop,
        (None, Verb::Create) => "CREATE",
        (None, Verb::Alter) => "ALTER",
        (None, Verb::Drop) => "DROP",
    }
}
