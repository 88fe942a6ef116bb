//! An object that is made or dropped without IF [NOT] EXISTS.

use squawk_lexer::TokenKind;

use crate::migration::lexer::Lexer;
use crate::review::deed::{Deed, TableChange};
use crate::review::finding::{Edit, Fix, Severity};
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "if-exists",
    level: Some(Severity::Note),
    what: "an object that is made or dropped without IF [NOT] EXISTS",
    why: "Run by hand on a database that has drifted, the file fails where it could go on.",
    how: "Write IF NOT EXISTS or IF EXISTS; know that an object of that name is then taken for the right one.",
    link: "https://www.postgresql.org/docs/current/sql-createtable.html",
    examples: &[
        Example::bad("CREATE TABLE t (id bigint);"),
        Example::bad("DROP TABLE t;"),
        Example::bad("CREATE INDEX i ON t (a);"),
        Example::bad("ALTER TABLE t ADD COLUMN a int;"),
        Example::bad("ALTER TABLE t DROP COLUMN a;"),
        Example::bad("ALTER TABLE t ADD COLUMN IF NOT EXISTS a int, DROP /* old */ COLUMN b, add column c int;"),
        Example::bad("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);"),
        Example::good("CREATE TABLE IF NOT EXISTS t (id bigint);"),
        Example::good("DROP TABLE IF EXISTS t;"),
        Example::good("CREATE INDEX ON t (a);"),
        Example::good("CREATE OR REPLACE VIEW v AS SELECT 1 AS a;"),
        Example::good("SELECT id INTO t_saved FROM t;"),
        Example::bad("DROP FOREIGN DATA WRAPPER w;"),
        Example::bad("CREATE /* a table */ TABLE t (id bigint);"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    for statement in &subject.up.statements {
        let (what, words) = match &statement.deed {
            Deed::CreateTable(table) if !table.if_not_exists => (format!("table {}", table.name), "IF NOT EXISTS"),
            Deed::CreateIndex(index) if !index.if_not_exists => match &index.name {
                Some(name) => (format!("index {name}"), "IF NOT EXISTS"),
                None => continue,
            },
            Deed::CreateView(view) if view.materialized && !view.if_not_exists => {
                (format!("materialized view {}", view.name), "IF NOT EXISTS")
            }
            Deed::Drop(drop) if !drop.if_exists => {
                let names: Vec<String> = drop.names.iter().map(|name| name.name.clone()).collect();
                (format!("{} {}", drop.thing.word(), names.join(", ")), "IF EXISTS")
            }
            Deed::AlterTable(table, changes) => match changes.iter().find_map(bare) {
                Some((column, words)) => (format!("column {column} of {table}"), words),
                None => continue,
            },
            _ => continue,
        };
        let text = subject.up.at(&statement.range);
        // What a query goes into is always made.
        if !["create", "drop", "alter"]
            .iter()
            .any(|verb| text.get(..verb.len()).is_some_and(|word| word.eq_ignore_ascii_case(verb)))
        {
            continue;
        }
        let found = report.up(statement.range.clone(), format!("The {what} without {words}."));
        let start = statement.range.start;
        let fix = match &statement.deed {
            Deed::AlterTable(_, changes) => of_columns(text, start, changes),
            _ => place(text).map(|at| Fix::insert(format!("add {words}"), start + at, format!(" {words}"))),
        };
        if let Some(fix) = fix {
            found.fix(fix.safe());
        }
    }
}

fn bare(change: &TableChange) -> Option<(&str, &'static str)> {
    match change {
        TableChange::AddColumn { name, if_not_exists: false, .. } => Some((name, "IF NOT EXISTS")),
        TableChange::DropColumn { name, if_exists: false, .. } => Some((name, "IF EXISTS")),
        _ => None,
    }
}

/// The words put behind every `ADD COLUMN` and `DROP COLUMN` that has none; none where one is written without `COLUMN`.
fn of_columns(text: &str, start: usize, changes: &[TableChange]) -> Option<Fix> {
    let wanted: Vec<&str> = changes.iter().filter_map(bare).map(|(_, words)| words).collect();
    let (mut edits, mut written) = (Vec::new(), Vec::new());
    let (mut depth, mut verb) = (0_usize, None);
    let mut lexemes = Lexer::new(text, 0..text.len()).filter(|one| !is_blank(one.kind)).peekable();
    while let Some(lexeme) = lexemes.next() {
        let word = &text[lexeme.range.clone()];
        let is = |one: &str| word.eq_ignore_ascii_case(one);
        match lexeme.kind {
            TokenKind::OpenParen => depth += 1,
            TokenKind::CloseParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        let words = verb.take().filter(|_| depth == 0 && is("column"));
        let next = lexemes.peek().map(|next| &text[next.range.clone()]);
        if let Some(words) = words.filter(|_| !next.is_some_and(|next| next.eq_ignore_ascii_case("if"))) {
            let at = start + lexeme.range.end;
            edits.push(Edit { range: at..at, text: format!(" {words}") });
            written.push(words);
        }
        verb = match word {
            _ if is("add") => Some("IF NOT EXISTS"),
            _ if is("drop") => Some("IF EXISTS"),
            _ => None,
        };
    }
    let title = match wanted.as_slice() {
        [words] => format!("add {words}"),
        _ => "add IF [NOT] EXISTS".to_owned(),
    };
    (written == wanted).then(|| Fix::of(title, edits))
}

fn is_blank(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. })
}

/// Where the words go: behind the kind of object. None for a kind that is not sure.
fn place(statement: &str) -> Option<usize> {
    const BEFORE: [&str; 7] = ["unique", "temp", "temporary", "unlogged", "materialized", "global", "local"];
    // Kinds of more than one word, by their first.
    const KINDS: [&[&str]; 9] = [
        &["foreign", "table"],
        &["foreign", "data", "wrapper"],
        &["event", "trigger"],
        &["access", "method"],
        &["user", "mapping"],
        &["text", "search", "configuration"],
        &["text", "search", "dictionary"],
        &["text", "search", "parser"],
        &["text", "search", "template"],
    ];
    let lexemes = Lexer::new(statement, 0..statement.len()).filter(|one| !is_blank(one.kind));
    let words: Vec<_> = lexemes.take(8).map(|one| (one.range.end, &statement[one.range])).collect();
    let is = |at: usize, wanted: &str| words.get(at).is_some_and(|(_, word)| word.eq_ignore_ascii_case(wanted));
    if !is(0, "create") && !is(0, "drop") {
        return None;
    }
    let first = (1..words.len()).find(|at| !BEFORE.iter().any(|before| is(*at, before)))?;
    let is_kind = |kind: &&&[&str]| kind.iter().enumerate().all(|(nth, word)| is(first + nth, word));
    let length = KINDS.iter().find(is_kind).map_or(1, |kind| kind.len());
    let is_cut_off =
        length == 1 && ["foreign", "event", "access", "user", "text", "operator"].iter().any(|one| is(first, one));
    let last = first + length - 1;
    let last = if is(first, "index") && is(first + 1, "concurrently") { first + 1 } else { last };
    words.get(last).filter(|_| !is_cut_off).map(|(end, _)| *end)
}
