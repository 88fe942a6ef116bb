//! Where one statement ends and the next begins.

use std::ops::Range;

use squawk_lexer::{LiteralKind, TokenKind};

use super::error::{Construct, Fault};
use crate::migration::lexer::{Lexeme, Lexer, is_trivia};
use crate::migration::text::{printable, shortened};

/// What was found at a byte of the file that keeps it from being run.
pub(super) type Refusal = (usize, Fault);

/// The statements of a text, one after the other, as byte ranges from their first word to their last.
///
/// A semicolon ends a statement unless it stands inside a constant, a comment, the parentheses of a `CREATE RULE`, or the
/// `BEGIN ATOMIC … END` of a function's SQL body. Between the ranges lie blanks, comments and semicolons only.
pub(super) struct Splitter<'a> {
    source: &'a str,
    lexer: Lexer<'a>,
    nesting: Vec<Nesting>,
    parentheses: usize,
    outermost_parenthesis: usize,
    head: Head,
    previous: Previous,
    bodies: usize,
    body_start: usize,
    colon_ends: usize,
}

/// A bracket that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nesting {
    Parenthesis,
    /// That of `JSON_OBJECT` and `JSON_OBJECTAGG`, where a colon stands between key and value.
    JsonParenthesis,
    /// That of an array, where a colon makes a slice.
    Bracket,
}

/// What the statement's first words have said so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    Start,
    Create,
    CreateOr,
    CreateOrReplace,
    /// `CREATE FUNCTION` or `CREATE PROCEDURE`: may have a body of statements.
    Routine,
    /// `CREATE RULE`: may have statements in parentheses.
    Rule,
    Other,
}

impl Head {
    fn after(self, word: Option<&str>) -> Self {
        let is = |keyword: &str| word.is_some_and(|word| word.eq_ignore_ascii_case(keyword));
        match self {
            Head::Start if is("create") => Head::Create,
            Head::Create if is("or") => Head::CreateOr,
            Head::CreateOr if is("replace") => Head::CreateOrReplace,
            Head::Create | Head::CreateOrReplace if is("function") || is("procedure") => Head::Routine,
            Head::Create | Head::CreateOrReplace if is("rule") => Head::Rule,
            Head::Routine | Head::Rule => self,
            _ => Head::Other,
        }
    }
}

/// The token before this one, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Previous {
    Semicolon,
    Begin,
    Atomic,
    Json,
    Other,
}

impl<'a> Splitter<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Splitter {
            source,
            lexer: Lexer::new(source, 0..source.len()),
            nesting: Vec::new(),
            parentheses: 0,
            outermost_parenthesis: 0,
            head: Head::Start,
            previous: Previous::Semicolon,
            bodies: 0,
            body_start: 0,
            colon_ends: 0,
        }
    }

    fn begin_statement(&mut self) {
        self.nesting.clear();
        self.parentheses = 0;
        self.head = Head::Start;
        self.previous = Previous::Semicolon;
    }

    /// Takes a token that is neither blank, comment nor the end of a statement into account.
    fn take(&mut self, lexeme: &Lexeme) -> Result<(), Refusal> {
        let text = &self.source[lexeme.range.clone()];
        let at = lexeme.range.start;
        let mut previous = Previous::Other;
        match lexeme.kind {
            // PostgreSQL would take it for a letter, and name in its error a word that looks right.
            TokenKind::Ident | TokenKind::Unknown if text.starts_with(squawk_lexer::BOM) => {
                return Err((at, Fault::ByteOrderMark));
            }
            TokenKind::Ident => {
                previous = self.take_word(text, at);
                self.head = self.head.after(Some(text));
            }
            TokenKind::OpenParen => {
                if self.parentheses == 0 {
                    self.outermost_parenthesis = at;
                }
                self.parentheses += 1;
                let json = self.previous == Previous::Json;
                self.nesting.push(if json { Nesting::JsonParenthesis } else { Nesting::Parenthesis });
            }
            TokenKind::CloseParen => self.close_parenthesis(),
            TokenKind::OpenBracket => self.nesting.push(Nesting::Bracket),
            TokenKind::CloseBracket => {
                self.nesting.pop_if(|open| *open == Nesting::Bracket);
            }
            TokenKind::Colon => self.take_colon(at)?,
            TokenKind::Unknown if text == "\\" => {
                return Err((at, Fault::MetaCommand { command: meta_command(&self.source[at..]) }));
            }
            _ => {}
        }
        if lexeme.kind != TokenKind::Ident {
            self.head = self.head.after(None);
        }
        self.previous = previous;
        Ok(())
    }

    fn take_word(&mut self, word: &str, at: usize) -> Previous {
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        if self.parentheses == 0 && self.head == Head::Routine {
            if is("begin") {
                if self.bodies == 0 {
                    self.body_start = at;
                }
                return Previous::Begin;
            }
            if is("atomic") && self.previous == Previous::Begin {
                self.bodies += 1;
                return Previous::Atomic;
            }
            // Every statement of a body ends with a semicolon, and none begins with END: this tells the body's END from
            // that of a CASE, and from a column called "end".
            let ends_body = matches!(self.previous, Previous::Semicolon | Previous::Atomic);
            if is("end") && ends_body {
                self.bodies = self.bodies.saturating_sub(1);
            }
        }
        if is("json_object") || is("json_objectagg") { Previous::Json } else { Previous::Other }
    }

    fn close_parenthesis(&mut self) {
        if self.parentheses == 0 {
            return;
        }
        self.parentheses -= 1;
        while self.nesting.pop_if(|open| *open == Nesting::Bracket).is_some() {}
        self.nesting.pop();
    }

    /// A colon is a cast (`::`), a named argument (`:=`), a slice or a JSON key's end; else psql would put a variable here.
    fn take_colon(&mut self, at: usize) -> Result<(), Refusal> {
        if at < self.colon_ends {
            return Ok(());
        }
        let after = &self.source[at + 1..];
        if after.starts_with([':', '=']) {
            self.colon_ends = at + 2;
            return Ok(());
        }
        if matches!(self.nesting.last(), Some(Nesting::Bracket | Nesting::JsonParenthesis)) {
            return Ok(());
        }
        match variable(&self.source[at..]) {
            Some(variable) => Err((at, Fault::Variable { variable })),
            None => Ok(()),
        }
    }

    /// Whether a semicolon ends the statement here.
    fn semicolon_ends(&self) -> Result<bool, Refusal> {
        if self.parentheses > 0 {
            // In no other place does SQL have a semicolon inside parentheses.
            if self.head == Head::Rule { Ok(false) } else { Err(self.unclosed_parenthesis()) }
        } else {
            Ok(self.bodies == 0)
        }
    }

    fn unclosed_parenthesis(&self) -> Refusal {
        (self.outermost_parenthesis, Fault::Unterminated(Construct::Parenthesis))
    }

    fn end_of_text(&self) -> Result<(), Refusal> {
        if self.parentheses > 0 {
            Err(self.unclosed_parenthesis())
        } else if self.bodies > 0 {
            Err((self.body_start, Fault::Unterminated(Construct::AtomicBody)))
        } else {
            Ok(())
        }
    }

    fn next_range(&mut self) -> Result<Option<Range<usize>>, Refusal> {
        self.begin_statement();
        let mut range: Option<Range<usize>> = None;
        while let Some(lexeme) = self.lexer.next() {
            if let Some(construct) = unterminated(lexeme.kind) {
                return Err((lexeme.range.start, Fault::Unterminated(construct)));
            }
            if is_trivia(lexeme.kind) {
                continue;
            }
            if lexeme.kind == TokenKind::Semi {
                let Some(found) = &range else { continue };
                if self.semicolon_ends()? {
                    return Ok(Some(found.clone()));
                }
                self.previous = Previous::Semicolon;
            } else {
                self.take(&lexeme)?;
            }
            range = Some(range.map_or(lexeme.range.start, |begun| begun.start)..lexeme.range.end);
        }
        self.end_of_text()?;
        Ok(range)
    }
}

impl Iterator for Splitter<'_> {
    type Item = Result<Range<usize>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_range().transpose()
    }
}

fn unterminated(kind: TokenKind) -> Option<Construct> {
    match kind {
        TokenKind::BlockComment { terminated: false } => Some(Construct::Comment),
        TokenKind::QuotedIdent { terminated: false, .. } => Some(Construct::QuotedIdentifier),
        TokenKind::Literal { kind: LiteralKind::DollarQuotedString { terminated: false } } => {
            Some(Construct::DollarQuote)
        }
        TokenKind::Literal {
            kind:
                LiteralKind::Str { terminated: false }
                | LiteralKind::NationalStr { terminated: false }
                | LiteralKind::ByteStr { terminated: false }
                | LiteralKind::BitStr { terminated: false }
                | LiteralKind::UnicodeEscStr { terminated: false }
                | LiteralKind::EscStr { terminated: false },
        } => Some(Construct::String),
        _ => None,
    }
}

/// The longest piece of the file that a refusal quotes, in characters.
const QUOTED: usize = 40;

/// The meta-command at the beginning of `text`, which begins with a backslash.
fn meta_command(text: &str) -> String {
    let name = &text[1..];
    let letters =
        name.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(name.len());
    let end = match letters {
        0 => name.chars().next().filter(|first| !first.is_whitespace()).map_or(0, char::len_utf8),
        _ => letters,
    };
    shortened(&printable(&text[..1 + end]), QUOTED).into_owned()
}

/// The psql variable at the beginning of `text`, which begins with a colon: `:name`, `:'name'`, `:"name"` or `:{?name}`.
fn variable(text: &str) -> Option<String> {
    let after = &text[1..];
    let in_name = |character: char| character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii();
    let name_length = |text: &str| text.find(|character| !in_name(character)).unwrap_or(text.len());
    let length = match after.chars().next()? {
        quote @ ('\'' | '"') => {
            let name = name_length(&after[1..]);
            (name > 0 && after[1 + name..].starts_with(quote)).then_some(name + 2)?
        }
        '{' => {
            let name = name_length(after.strip_prefix("{?")?);
            (name > 0 && after[2 + name..].starts_with('}')).then_some(name + 3)?
        }
        first if in_name(first) => name_length(after),
        _ => return None,
    };
    Some(shortened(&printable(&text[..1 + length]), QUOTED).into_owned())
}

#[cfg(test)]
mod tests;
