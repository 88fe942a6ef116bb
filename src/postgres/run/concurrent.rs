//! Indexes that are built without locking out writers, and what is left of them when that fails.
//!
//! `CREATE INDEX CONCURRENTLY` cannot be rolled back: when it is interrupted it leaves an index behind that is not
//! used (`pg_index.indisvalid` is false), slows every write down, and stands in the way of the next attempt.

use squawk_lexer::{TokenKind, tokenize};

use crate::postgres::error::PgError;
use crate::postgres::sql::{self, Columns};

use super::line::{Line, Whose};

/// The longest identifier (`NAMEDATALEN` - 1), in bytes; longer ones are cut off by the server.
const LONGEST_NAME: usize = 63;

/// An index that a statement builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Building {
    /// Its name as the catalog spells it, where the statement gives one.
    name: Option<String>,
    /// Its table, as the statement spells it.
    table: String,
}

/// An index as it stands after an attempt to build it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Built {
    /// Its name, quoted, with its schema.
    pub(super) name: String,
    pub(super) is_valid: bool,
}

impl Building {
    /// What a statement builds, if it is a `CREATE INDEX CONCURRENTLY`.
    pub(super) fn of(statement: &str) -> Option<Building> {
        let mut words = Words::of(statement);
        words.expect("create")?;
        words.accept("unique");
        words.expect("index")?;
        words.expect("concurrently")?;
        if words.accept("if") {
            words.expect("not")?;
            words.expect("exists")?;
        }
        let name = if words.peek_is("on") { None } else { Some(words.name()?) };
        words.expect("on")?;
        words.accept("only");
        Some(Building { name, table: words.path()? })
    }

    /// Looks for the index by its name on its table; `None` when the statement gives it no name, or it is not there.
    pub(super) async fn find(&self, line: &mut Line<'_>) -> Result<Option<Built>, PgError> {
        let Some(name) = &self.name else { return Ok(None) };
        let question = format!(
            "SELECT pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(c.relname)),
                    i.indisvalid
             FROM pg_catalog.pg_index i
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE i.indrelid = pg_catalog.to_regclass({}) AND c.relname = {}",
            sql::literal(&self.table),
            sql::literal(name)
        );
        let answer = line.ask(&question, Whose::Ours).await?;
        let Some(row) = answer.rows.first() else { return Ok(None) };
        let mut columns = Columns::of(row);
        Ok(Some(Built { name: columns.string()?, is_valid: columns.truth()? }))
    }
}

/// The question which indexes of this database are invalid and not being built just now, by oid and name.
pub(super) const INVALID: &str = "SELECT i.indexrelid,
           pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(c.relname))
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT i.indisvalid
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
    ORDER BY 2";

/// The statement's words that are not comments or blanks.
struct Words<'a> {
    words: std::iter::Peekable<std::vec::IntoIter<(TokenKind, &'a str)>>,
}

impl<'a> Words<'a> {
    fn of(statement: &'a str) -> Words<'a> {
        let mut words = Vec::new();
        let mut at = 0;
        for token in tokenize(statement) {
            let end = at + token.len as usize;
            let is_blank =
                matches!(token.kind, TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. });
            if !is_blank {
                words.push((token.kind, &statement[at..end]));
            }
            at = end;
            if words.len() == 24 {
                break;
            }
        }
        Words { words: words.into_iter().peekable() }
    }

    fn peek_is(&mut self, keyword: &str) -> bool {
        self.words.peek().is_some_and(|(kind, text)| *kind == TokenKind::Ident && text.eq_ignore_ascii_case(keyword))
    }

    fn accept(&mut self, keyword: &str) -> bool {
        let is_next = self.peek_is(keyword);
        if is_next {
            self.words.next();
        }
        is_next
    }

    fn expect(&mut self, keyword: &str) -> Option<()> {
        self.accept(keyword).then_some(())
    }

    /// An identifier as the catalog spells it.
    fn name(&mut self) -> Option<String> {
        let (kind, text) = self.words.next()?;
        let mut name = match kind {
            TokenKind::Ident => text.to_ascii_lowercase(),
            TokenKind::QuotedIdent { uescape: false, .. } => {
                text.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\"")
            }
            _ => return None,
        };
        name.truncate(name.floor_char_boundary(LONGEST_NAME));
        Some(name)
    }

    /// A name with its schema, as it is written.
    fn path(&mut self) -> Option<String> {
        let mut path = String::new();
        loop {
            let (kind, text) = self.words.next()?;
            if !matches!(kind, TokenKind::Ident | TokenKind::QuotedIdent { .. }) {
                return None;
            }
            path.push_str(text);
            if self.words.next_if(|(kind, _)| *kind == TokenKind::Dot).is_none() {
                return Some(path);
            }
            path.push('.');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("CREATE INDEX CONCURRENTLY idx_a ON t (a)", Some("idx_a"), "t")]
    #[case(
        "create unique index concurrently if not exists \"Idx \"\"A\" on only public.\"T\" using gin (a)",
        Some("Idx \"A"),
        "public.\"T\""
    )]
    #[case("CREATE /* x */ INDEX -- y\n CONCURRENTLY Idx_A ON a . b (c)", Some("idx_a"), "a.b")]
    #[case("CREATE INDEX CONCURRENTLY ON t (a)", None, "t")]
    fn the_index_of_a_statement_is_read(#[case] statement: &str, #[case] name: Option<&str>, #[case] table: &str) {
        let building = Building { name: name.map(str::to_owned), table: table.to_owned() };
        assert_eq!(Building::of(statement), Some(building));
    }

    #[rstest]
    #[case("CREATE INDEX idx ON t (a)")]
    #[case("DROP INDEX CONCURRENTLY idx")]
    #[case("REINDEX INDEX CONCURRENTLY idx")]
    #[case("VACUUM t")]
    #[case("")]
    fn other_statements_build_none(#[case] statement: &str) {
        assert_eq!(Building::of(statement), None);
    }

    #[test]
    fn a_long_name_is_cut_where_the_server_cuts_it() {
        let statement = format!("CREATE INDEX CONCURRENTLY {}é ON t (a)", "x".repeat(62));
        assert_eq!(Building::of(&statement).unwrap().name.unwrap(), "x".repeat(62));
    }
}
