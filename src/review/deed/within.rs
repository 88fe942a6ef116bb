//! What a statement does by statements within it: those of a block of code, and the writes of a WITH clause.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode};

use super::names::{child, range};
use super::read::deed_of;
use super::{Deed, TableChange};
use crate::migration::lexer::{Lexer, is_trivia};
use crate::review::depth::is_shallow;

/// What a statement does by others.
#[derive(Debug, Default)]
pub struct Within {
    /// Each of them with its place in the file.
    pub deeds: Vec<(Range<usize>, Deed)>,
    /// Whether it may do more than that: it puts statements together as it runs, or could not be read.
    pub is_opaque: bool,
}

/// What a statement does by the statements within it.
pub fn within(statement: &ast::Stmt) -> Within {
    let mut found = Within::default();
    match statement {
        ast::Stmt::Do(block) => found.take_block(block),
        _ => {
            // Elsewhere the server lets no statement of it write.
            let clause = child(statement.syntax(), SyntaxKind::WITH_CLAUSE);
            let parts = clause.iter().flat_map(|clause| clause.descendants());
            found
                .deeds
                .extend(parts.filter_map(ast::Stmt::cast).filter_map(|one| Some((range(one.syntax()), does(&one)?))));
        }
    }
    found
}

/// What a statement does, where it is more than to read.
fn does(statement: &ast::Stmt) -> Option<Deed> {
    let deed = deed_of(statement);
    let reads = deed.is_frame() || matches!(deed, Deed::Select | Deed::Other);
    (!reads).then_some(deed)
}

impl Within {
    fn take_block(&mut self, block: &ast::Do) {
        let text = block.body().and_then(|body| body.string_value()).filter(|text| is_shallow(text));
        let read = |block: &ast::Do| block.plpgsql().filter(|body| body.errors().is_empty());
        let body = text.as_ref().and_then(|_| read(block));
        // The parser takes no `INTO` of a query, which tells nothing of what the query does.
        let body = body.or_else(|| {
            let body = block.body()?;
            let (at, written) = (usize::from(body.syntax().text_range().start()), body.syntax().text().to_string());
            let inner = text.as_ref().filter(|text| written.contains(text.as_str()))?;
            let without = written.replacen(inner.as_str(), &without_targets(inner), 1);
            // At the same place, so that what is found has its own.
            let file = format!("{}DO {without}", " ".repeat(at.checked_sub(3)?));
            SourceFile::parse(&file).tree().syntax().descendants().find_map(ast::Do::cast).as_ref().and_then(read)
        });
        let Some(body) = body else {
            self.is_opaque = true;
            return;
        };
        let tree = body.syntax();
        let whole = body.source_range(tree.text_range());
        let whole = usize::from(whole.start())..usize::from(whole.end());
        // Where a body is written with escapes, its own place has to do for what is in it.
        let is_verbatim = whole.len() == body.text().len();
        let place = |at: &Range<usize>| match is_verbatim {
            true => whole.start + at.start..whole.start + at.end,
            false => whole.clone(),
        };
        for node in tree.descendants() {
            match node.kind() {
                SyntaxKind::PLPGSQL_PERFORM_STMT | SyntaxKind::PLPGSQL_CALL_STMT => {
                    self.deeds.push((place(&range(&node)), Deed::Select));
                }
                SyntaxKind::PLPGSQL_DYN_EXECUTE_STMT
                | SyntaxKind::PLPGSQL_FOR_DYN_STMT
                | SyntaxKind::PLPGSQL_OPEN_EXECUTE
                | SyntaxKind::PLPGSQL_RETURN_QUERY_EXECUTE_STMT => self.take_text(&node, &place),
                SyntaxKind::PLPGSQL_EXEC_SQL_STMT | SyntaxKind::PLPGSQL_FOR_QUERY_STMT => {
                    for statement in node.children().filter_map(ast::Stmt::cast) {
                        let deed = deed_of(&statement);
                        let itself =
                            (!matches!(deed, Deed::Select | Deed::Session)).then(|| (range(statement.syntax()), deed));
                        for (at, mut deed) in itself.into_iter().chain(within(&statement).deeds) {
                            relocate(&mut deed, &place);
                            self.deeds.push((place(&at), deed));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// What `EXECUTE` runs, where it is one constant.
    fn take_text(&mut self, node: &SyntaxNode, place: &dyn Fn(&Range<usize>) -> Range<usize>) {
        let is_plain = |expression: &SyntaxNode| {
            let tokens = expression.descendants_with_tokens().filter_map(|part| part.into_token());
            let is_bracket = |kind| matches!(kind, SyntaxKind::L_PAREN | SyntaxKind::R_PAREN);
            tokens.filter(|token| !token.kind().is_trivia() && !is_bracket(token.kind())).count() == 1
        };
        let text = child(node, SyntaxKind::PLPGSQL_EXPR).filter(is_plain);
        let constant = text.and_then(|text| text.descendants().find_map(ast::Literal::cast));
        let text = constant.and_then(|constant| constant.string_value()).filter(|text| is_shallow(text));
        let parse = text.map(|text| SourceFile::parse(&text)).filter(|parse| parse.errors().is_empty());
        let Some(parse) = parse else {
            self.is_opaque = true;
            return;
        };
        let at = place(&range(node));
        for statement in parse.tree().stmts() {
            let Some(mut deed) = does(&statement) else { continue };
            relocate(&mut deed, &|_| at.clone());
            self.deeds.push((at.clone(), deed));
        }
    }
}

/// A body with blanks where a query says into which variables its row goes.
fn without_targets(body: &str) -> String {
    let lexemes: Vec<_> = Lexer::new(body, 0..body.len()).filter(|lexeme| !is_trivia(lexeme.kind)).collect();
    let word = |at: usize| lexemes.get(at).map_or("", |lexeme| &body[lexeme.range.clone()]);
    let is = |at: usize, words: &[&str]| words.iter().any(|one| word(at).eq_ignore_ascii_case(one));
    let (mut bytes, mut first) = (body.as_bytes().to_vec(), 0);
    let mut at = 0;
    while at < lexemes.len() {
        if is(at, &[";", "then", "else", "loop", "begin"]) {
            first = at + 1;
        }
        let queries = is(first, &["select", "with", "insert", "update", "delete", "merge"]);
        if !queries || !is(at, &["into"]) || at == 0 || is(at - 1, &["insert", "merge"]) {
            at += 1;
            continue;
        }
        let start = at;
        at += 1 + usize::from(is(at + 1, &["strict"]));
        loop {
            at += 1;
            while is(at, &["."]) {
                at += 2;
            }
            if !is(at, &[","]) {
                break;
            }
            at += 1;
        }
        let end = lexemes.get(at.min(lexemes.len()) - 1).map_or(body.len(), |lexeme| lexeme.range.end);
        bytes[lexemes[start].range.start..end].fill(b' ');
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// Turns the places that a deed tells of a body into those of the file.
fn relocate(deed: &mut Deed, place: &dyn Fn(&Range<usize>) -> Range<usize>) {
    let keys = match deed {
        Deed::CreatePolicy(policy) | Deed::AlterPolicy(policy) => {
            policy.open.iter_mut().for_each(|open| *open = place(open));
            return;
        }
        Deed::CreateTable(table) => &mut table.parts,
        Deed::AlterTable(_, changes) => changes,
        _ => return,
    };
    for key in keys {
        if let TableChange::ForeignKey { range, .. } = key {
            *range = place(range);
        }
    }
}
