//! What a text that cannot be parsed may do, as far as its words tell. Rather once too often than not at all.

use squawk_lexer::TokenKind;

use super::Approval;
use super::words::{
    AUTH, INVOKER, OWN, REPLICATION_ROLE, ROW_SECURITY, VAULTS, is_crypto_extension, is_crypto_function,
    is_secret_column,
};
use crate::migration::lexer::{Lexer, is_trivia};
use crate::review::depth::unquoted;

/// How often a text in quotes may hold a text in quotes.
const QUOTES: usize = 6;

/// Phrases that tell what a statement does.
const PHRASES: [(Approval, &[&str], &str); 35] = [
    (Approval::Retention, &["delete", "from"], "deletes rows"),
    (Approval::Retention, &["truncate"], "empties a table"),
    (Approval::Retention, &["drop", "table"], "drops a table"),
    (Approval::Retention, &["drop", "schema"], "drops a schema"),
    (Approval::Retention, &["drop", "column"], "drops a column"),
    (Approval::Retention, &["drop", "materialized", "view"], "drops a materialized view"),
    (Approval::Retention, &["drop", "owned"], "drops everything that a role owns"),
    (Approval::Retention, &["drop", "database"], "drops a database"),
    (Approval::Security, &["create", "policy"], "changes a policy of row-level security"),
    (Approval::Security, &["alter", "policy"], "changes a policy of row-level security"),
    (Approval::Security, &["drop", "policy"], "changes a policy of row-level security"),
    (Approval::Security, &["row", "level", "security"], "switches row-level security"),
    (Approval::Security, &["create", "role"], "changes a role"),
    (Approval::Security, &["alter", "role"], "changes a role"),
    (Approval::Security, &["drop", "role"], "changes a role"),
    (Approval::Security, &["create", "user"], "changes a role"),
    (Approval::Security, &["alter", "user"], "changes a role"),
    (Approval::Security, &["drop", "user"], "changes a role"),
    (Approval::Security, &["grant"], "changes who may do what"),
    (Approval::Security, &["revoke"], "changes who may do what"),
    (Approval::Security, &["default", "privileges"], "changes who may do what"),
    (Approval::Security, &["reassign", "owned"], "gives objects another owner"),
    (Approval::Security, &["owner", "to"], "gives an object another owner"),
    (Approval::Security, &[INVOKER], "changes with whose rights a view asks"),
    (Approval::Security, &["event", "trigger"], "changes what runs with every change of the schema"),
    (Approval::Security, &["drop", "owned"], "drops everything that a role owns, and its rights"),
    (Approval::Security, &[REPLICATION_ROLE], "switches triggers and foreign keys"),
    (Approval::Security, &["set", ROW_SECURITY], "sets how row-level security is heeded"),
    (Approval::Security, &["from", "program"], "runs a program on the server"),
    (Approval::Security, &["to", "program"], "runs a program on the server"),
    (Approval::Security, &["schema", OWN], "changes what Tidegate keeps"),
    (Approval::Security, &["update", "pg_catalog"], "writes to a system catalog"),
    (Approval::Security, &["insert", "into", "pg_catalog"], "writes to a system catalog"),
    (Approval::Security, &["delete", "from", "pg_catalog"], "writes to a system catalog"),
    (Approval::Security, &["security", "definer"], "makes a function run with its owner's rights"),
];

/// Tells each thing that the words of a text may do, with the byte where it stands.
pub(super) fn scan(source: &str, tell: &mut dyn FnMut(Approval, &'static str, usize)) {
    within(source, 0, QUOTES, tell);
}

/// `at` is where the text stands; what is found in a text in quotes is told of its opening quote.
fn within(source: &str, at: usize, quotes: usize, tell: &mut dyn FnMut(Approval, &'static str, usize)) {
    // The last words, the latest at the end.
    let mut recent: Vec<(String, usize)> = Vec::new();
    for lexeme in Lexer::new(source, 0..source.len()) {
        if is_trivia(lexeme.kind) {
            continue;
        }
        let (start, text) = (at + lexeme.range.start, &source[lexeme.range]);
        match lexeme.kind {
            TokenKind::Ident | TokenKind::QuotedIdent { .. } => {
                let word = text.trim_matches('"').to_ascii_lowercase();
                if let Some(what) = secret(&word) {
                    tell(Approval::Compliance, what, start);
                }
                recent.push((word, start));
                for (approval, phrase, what) in PHRASES {
                    if ends_with(&recent, phrase) {
                        tell(approval, what, recent[recent.len() - phrase.len()].1);
                    }
                }
            }
            TokenKind::Literal { .. } => {
                let inner = unquoted(text);
                if quotes > 0 && inner.len() < text.len() && inner.contains([' ', '\n', '\t']) {
                    within(inner, start, quotes - 1, &mut |approval, what, _| tell(approval, what, start));
                }
                recent.push((String::new(), start));
            }
            TokenKind::OpenParen => {
                if let Some((name, start)) = recent.last()
                    && is_crypto_function(name)
                {
                    tell(Approval::Compliance, "calls a function that encrypts", *start);
                }
                recent.push(("(".to_owned(), start));
            }
            TokenKind::Dot => {
                let schema = recent.last().map(|(word, start)| (word.as_str(), *start));
                match schema {
                    Some((AUTH, start)) => tell(Approval::Security, "names an object of the schema auth", start),
                    Some((OWN, start)) => tell(Approval::Security, "names what Tidegate keeps", start),
                    Some((word, start)) if VAULTS.contains(&word) => {
                        tell(Approval::Compliance, "names an object that keeps secrets", start);
                    }
                    _ => {}
                }
            }
            _ => recent.push((String::new(), start)),
        }
        let surplus = recent.len().saturating_sub(4);
        recent.drain(..surplus);
    }
}

fn secret(word: &str) -> Option<&'static str> {
    if is_crypto_extension(word) {
        Some("names an extension that encrypts")
    } else if is_secret_column(word) {
        Some("names a column that holds a secret")
    } else {
        None
    }
}

fn ends_with(recent: &[(String, usize)], phrase: &[&str]) -> bool {
    recent.len() >= phrase.len()
        && recent[recent.len() - phrase.len()..].iter().zip(phrase).all(|((word, _), wanted)| word == wanted)
}
