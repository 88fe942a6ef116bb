//! The name of a table, always with its schema: nothing that Tidegate asks for may depend on a `search_path`.

use std::fmt;

use serde::Serialize;

/// A table in a schema, both as the server stores them (unquoted).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct TableName {
    /// The schema's name.
    pub schema: String,
    /// The table's name.
    pub table: String,
}

impl TableName {
    /// A table in a schema.
    pub fn new(schema: impl Into<String>, table: impl Into<String>) -> Self {
        TableName { schema: schema.into(), table: table.into() }
    }
}

impl Default for TableName {
    /// `public.migrations_history`, as the governance document has it.
    fn default() -> Self {
        TableName::new("public", "migrations_history")
    }
}

impl fmt::Display for TableName {
    /// As SQL, each part quoted where PostgreSQL's `quote_ident` quotes it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", quote_identifier(&self.schema), quote_identifier(&self.table))
    }
}

/// An identifier as SQL: quoted unless it is plain lower case and no key word.
pub fn quote_identifier(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|character| matches!(character, 'a'..='z' | '0'..='9' | '_'));
    if plain && squawk_syntax::quote::quote_quoted_ident(name) == name {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// A text as an SQL string constant, whatever it holds and however `standard_conforming_strings` is set.
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') { format!("E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("public", "migrations_history", "public.migrations_history")]
    #[case("Ops", "my table", "\"Ops\".\"my table\"")]
    #[case("user", "a\"b", "\"user\".\"a\"\"b\"")]
    #[case("left", "values", "\"left\".\"values\"")]
    #[case("", "1st", "\"\".\"1st\"")]
    fn a_table_is_written_as_quote_ident_writes_it(#[case] schema: &str, #[case] table: &str, #[case] sql: &str) {
        assert_eq!(TableName::new(schema, table).to_string(), sql);
    }

    #[rstest]
    #[case("plain", "'plain'")]
    #[case("it's", "'it''s'")]
    #[case("a\\'b", "E'a\\\\''b'")]
    fn a_text_is_written_as_a_string_constant(#[case] text: &str, #[case] sql: &str) {
        assert_eq!(quote_literal(text), sql);
    }
}
