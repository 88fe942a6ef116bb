//! A file as the rules read it: its statements and what each does, its constants and comments.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use squawk_lexer::TokenKind;
use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{Parse, SourceFile, SyntaxKind};

use super::deed::{Block, Deed, OwnTables, Within, deed_of, range, within};
use super::words::Words;
use crate::migration::lexer::Lexer;
use crate::migration::script::{LineIndex, Position, Script, ScriptError, ScriptOptions, Structure};

/// How deep brackets and prefixes may nest before a file is taken for hostile: PostgreSQL itself gives up not far beyond.
const DEEPEST: usize = 500;

/// How many operators and dots may follow one another in one expression: each makes its syntax tree one deeper.
const LONGEST_CHAIN: usize = 5_000;

/// The longest file of which a syntax tree is made, in bytes: the tree takes many times as much memory.
const LARGEST: usize = 4 << 20;

/// How much of a longer file is looked at, for its header and what it allows.
const HEAD: usize = 64 << 10;

/// The stack of a thread that reads files: enough for what is let through.
pub const STACK: usize = 256 << 20;

/// The first place of a file that is no SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub range: Range<usize>,
    /// What the parser has expected.
    pub message: String,
    /// How many more places there are, most of them for the same cause.
    pub more: usize,
}

/// A statement, and what it does.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its bytes, from its first word to its last.
    pub range: Range<usize>,
    /// What it does.
    pub deed: Deed,
    /// Which of the file's transactions it runs in, counted from 0; none for one that runs by itself.
    pub transaction: Option<usize>,
    /// Whether it stands within another.
    pub is_inner: bool,
}

/// A file as the rules read it.
#[derive(Debug, Clone)]
pub struct Sql {
    /// The file's text.
    pub text: Arc<str>,
    /// Its statements. None where it is nested too deeply to be read.
    pub statements: Vec<Statement>,
    /// The same and those within them, where there are any: each behind the one that it is in.
    with_inner: Option<Vec<Statement>>,
    /// Where `*` stands for the columns of a query.
    pub stars: Vec<Range<usize>>,
    /// Its string constants, dollar-quoted ones among them.
    pub strings: Vec<Range<usize>>,
    /// Its comments.
    pub comments: Vec<Range<usize>>,
    /// Which words it has.
    pub words: Words,
    /// What is no SQL.
    pub error: Option<SyntaxError>,
    /// The file as it would be run, or why it would not be.
    pub script: Result<Script, ScriptError>,
    /// Where it nests too deeply to be read.
    pub too_deep: Option<Range<usize>>,
    /// Whether it is too long to be read statement by statement.
    pub too_long: bool,
    lines: LineIndex,
}

impl Sql {
    /// Reads a file; also yields the syntax tree, where there is one.
    pub fn read(file: &Path, bytes: &[u8], options: &ScriptOptions) -> (Sql, Option<Parse<SourceFile>>) {
        // Where they are not UTF-8 it is refused, with the place.
        let script = Script::parse(file, bytes, options);
        let text = &*String::from_utf8_lossy(bytes);
        let too_long = text.len() > LARGEST;
        let Tokens { strings, comments, words, has_star, too_deep } =
            tokens(if too_long { &text[..text.floor_char_boundary(HEAD)] } else { text });
        let mut sql = Sql {
            text: script.as_ref().map_or_else(|_| text.into(), |script| Arc::clone(script.source())),
            statements: Vec::new(),
            with_inner: None,
            stars: Vec::new(),
            strings,
            comments,
            words,
            error: None,
            script,
            too_deep,
            too_long,
            lines: LineIndex::new(text),
        };
        if sql.too_deep.is_some() || too_long {
            return (sql, None);
        }
        let parse = SourceFile::parse(text);
        sql.take(&parse, has_star);
        (sql, Some(parse))
    }

    fn take(&mut self, parse: &Parse<SourceFile>, has_star: bool) {
        let wrapped = matches!(&self.script, Ok(script) if script.structure() == Structure::Wrapped);
        let mut transactions = 0..;
        let mut open = wrapped.then(|| transactions.next().unwrap_or_default());
        for statement in parse.tree().stmts() {
            if matches!(statement, ast::Stmt::EmptyStmt(_)) {
                continue;
            }
            let mut deed = deed_of(&statement);
            let Within { deeds: inner, is_opaque } = within(&statement);
            if is_opaque && deed == Deed::Do(Block::Read) {
                deed = Deed::Do(Block::Opaque);
            }
            if deed == Deed::Begin && open.is_none() {
                open = transactions.next();
            }
            let transaction = open;
            if deed == Deed::End && !wrapped {
                open = None;
            }
            let range = self.without_semicolon(range(statement.syntax()));
            let statement = Statement { range, deed, transaction, is_inner: false };
            if !inner.is_empty() && self.with_inner.is_none() {
                self.with_inner = Some(self.statements.clone());
            }
            if let Some(all) = &mut self.with_inner {
                all.push(statement.clone());
                all.extend(inner.into_iter().map(|(range, deed)| Statement {
                    range,
                    deed,
                    transaction,
                    is_inner: true,
                }));
            }
            self.statements.push(statement);
        }
        // To walk the whole tree costs as much as some rules do; most files have no star.
        let tree = has_star.then(|| parse.syntax_node());
        let nodes = tree.iter().flat_map(|tree| tree.descendants());
        for node in nodes.filter(|node| node.kind() == SyntaxKind::TARGET) {
            if node.last_token().is_some_and(|token| token.kind() == SyntaxKind::STAR) {
                let at = range(&node);
                // An aggregate of all rows names no columns.
                if !self.text[at.clone()].ends_with(')') {
                    self.stars.push(at);
                }
            }
        }
        // The first is the cause of most that follow.
        let errors = parse.errors();
        self.error = errors.first().map(|error| {
            let start = usize::from(error.range().start()).min(self.text.len());
            let next = self.text[start..].chars().next().map_or(0, char::len_utf8);
            let end = usize::from(error.range().end()).max(start + next).min(self.text.len());
            SyntaxError { range: start..end, message: error.message().to_owned(), more: errors.len() - 1 }
        });
    }

    fn without_semicolon(&self, range: Range<usize>) -> Range<usize> {
        let text = &self.text[range.clone()];
        let kept = text.strip_suffix(';').map_or(text.len(), |rest| rest.trim_end().len());
        range.start..range.start + kept
    }

    /// Where a byte stands.
    pub fn position(&self, byte: usize) -> Position {
        self.lines.position(&self.text, byte)
    }

    /// The text of a place.
    pub fn at(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The byte behind a statement's semicolon, where it has one.
    pub fn behind(&self, statement: &Statement) -> Option<usize> {
        let rest = self.text.get(statement.range.end..)?;
        let blanks = rest.len() - rest.trim_start().len();
        rest[blanks..].starts_with(';').then_some(statement.range.end + blanks + 1)
    }

    /// How the file ends its lines.
    pub fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// A line of its own behind a statement, as far to the right as the statement: where it goes, and its text.
    pub fn line_behind(&self, statement: &Statement, line: &str) -> Option<(usize, String)> {
        // Within a block, what comes behind a statement may ask what that one has done.
        if statement.is_inner {
            return None;
        }
        let at = self.behind(statement)?;
        let before = &self.text[..statement.range.start];
        let first = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
        let indent = if first.trim().is_empty() { first } else { "" };
        Some((at, format!("{}{indent}{line}", self.line_end())))
    }

    /// The whole line of a place that has the line for itself, with the end of the line; else the place.
    pub fn line_of(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.text[..range.start].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[range.end..].find('\n').map_or(self.text.len(), |end| range.end + end + 1);
        let is_alone = [start..range.start, range.end..end].iter().all(|rest| self.at(rest).trim().is_empty());
        if is_alone { start..end } else { range.clone() }
    }

    /// The string constants of a place that say exactly this, in plain quotes.
    pub fn constants(&self, within: &Range<usize>, value: &str) -> Vec<Range<usize>> {
        let said = |range: &&Range<usize>| {
            let inside = within.start <= range.start && range.end <= within.end;
            inside && self.at(range).strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) == Some(value)
        };
        self.strings.iter().filter(said).cloned().collect()
    }

    /// Whether its statements are known.
    pub fn is_read(&self) -> bool {
        self.too_deep.is_none() && !self.too_long
    }

    /// Its statements, and those within a block of code or a WITH clause, each behind the one that it is in.
    pub fn with_inner(&self) -> &[Statement] {
        self.with_inner.as_ref().unwrap_or(&self.statements)
    }

    /// Statements that drop something with the rows that are in it, and what; what the file itself has made is no loss.
    pub fn drops_rows(&self) -> impl Iterator<Item = (&Statement, String)> {
        let mut own = OwnTables::default();
        self.with_inner().iter().filter_map(move |one| {
            let dropped = one.deed.drops_rows(&own);
            own.take(&one.deed);
            Some((one, dropped?))
        })
    }

    /// The statements that do something to the database. What a block of code does is told by those within it, unless
    /// there may be more.
    pub fn working(&self) -> impl Iterator<Item = &Statement> {
        self.with_inner().iter().filter(|one| !one.deed.is_frame() && one.deed != Deed::Do(Block::Read))
    }
}

struct Tokens {
    strings: Vec<Range<usize>>,
    comments: Vec<Range<usize>>,
    words: Words,
    has_star: bool,
    too_deep: Option<Range<usize>>,
}

fn tokens(text: &str) -> Tokens {
    let mut found =
        Tokens { strings: Vec::new(), comments: Vec::new(), words: Words::default(), has_star: false, too_deep: None };
    let (mut depth, mut prefixes, mut chain) = (0_usize, 0_usize, 0_usize);
    for lexeme in Lexer::new(text, 0..text.len()) {
        match lexeme.kind {
            TokenKind::Whitespace => continue,
            TokenKind::LineComment | TokenKind::BlockComment { .. } => {
                found.comments.push(lexeme.range);
                continue;
            }
            TokenKind::Literal { .. } => {
                prefixes = 0;
                if text[lexeme.range.clone()].contains(['\'', '$']) {
                    found.strings.push(lexeme.range.clone());
                }
            }
            TokenKind::OpenParen | TokenKind::OpenBracket => {
                depth += 1;
                (prefixes, chain) = (0, 0);
            }
            TokenKind::CloseParen | TokenKind::CloseBracket => {
                depth = depth.saturating_sub(1);
                prefixes = 0;
            }
            TokenKind::Ident => {
                let word = &text[lexeme.range.clone()];
                found.words.take(word);
                let is = |words: &[&str]| words.iter().any(|one| word.eq_ignore_ascii_case(one));
                if is(&["case"]) {
                    depth += 1;
                } else if is(&["end"]) {
                    depth = depth.saturating_sub(1);
                }
                prefixes =
                    if is(&["not", "explain", "analyze", "verbose", "prepare", "as"]) { prefixes + 1 } else { 0 };
            }
            TokenKind::Semi => (depth, prefixes, chain) = (0, 0, 0),
            TokenKind::Comma => (prefixes, chain) = (0, 0),
            TokenKind::Dot => (prefixes, chain) = (0, chain + 1),
            TokenKind::QuotedIdent { .. } => {
                found.words.take_quoted(&text[lexeme.range.clone()]);
                prefixes = 0;
            }
            other => {
                found.has_star |= other == TokenKind::Star;
                (prefixes, chain) = (prefixes + 1, chain + 1);
            }
        }
        if (depth.max(prefixes) > DEEPEST || chain > LONGEST_CHAIN) && found.too_deep.is_none() {
            found.too_deep = Some(lexeme.range);
        }
    }
    found
}
