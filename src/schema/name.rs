//! Names, and how SQL spells them.

use std::borrow::Cow;
use std::sync::Arc;

/// A name or another text of the catalogs. Shared, for the same ones occur over and over.
pub type Name = Arc<str>;

/// Key words that cannot stand for any name unquoted, of every version from 13 to 18 (`pg_get_keywords()` without
/// category `U`), sorted. One list for all, so that a name reads the same whatever server it came from.
const KEY_WORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

/// An identifier as SQL, quoted where `quote_ident` quotes it.
#[must_use]
pub fn quoted(name: &str) -> Cow<'_, str> {
    let is_plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && KEY_WORDS.binary_search(&name).is_err();
    if is_plain { Cow::Borrowed(name) } else { Cow::Owned(format!("\"{}\"", name.replace('"', "\"\""))) }
}

/// A name in a schema as SQL.
#[must_use]
pub fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", quoted(schema), quoted(name))
}

/// A text as an SQL string constant, as `quote_literal` writes it.
#[must_use]
pub fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') { format!("E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

/// The name that an identifier of SQL stands for: the inverse of [`quoted`].
#[must_use]
pub fn unquoted(identifier: &str) -> Cow<'_, str> {
    match identifier.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if inner.contains('"') => Cow::Owned(inner.replace("\"\"", "\"")),
        Some(inner) => Cow::Borrowed(inner),
        None => Cow::Borrowed(identifier),
    }
}

/// The names of a qualified one, without quotes: `public`, `orders` and `Total` of `public.orders."Total"`.
#[must_use]
pub fn dotted(qualified: &str) -> Vec<Name> {
    let (mut names, mut rest) = (Vec::new(), qualified);
    while let Some(at) = last_dot(rest) {
        names.push(Name::from(unquoted(&rest[at + 1..])));
        rest = &rest[..at];
    }
    names.push(Name::from(unquoted(rest)));
    names.reverse();
    names
}

/// The name of a routine without its arguments: `f` of `f(integer)`.
#[must_use]
pub fn bare_name(routine: &str) -> &str {
    let mut is_quoted = false;
    let end = routine.bytes().position(|byte| {
        is_quoted ^= byte == b'"';
        byte == b'(' && !is_quoted
    });
    &routine[..end.unwrap_or(routine.len())]
}

/// A qualified name without its last part: `public.orders` of `public.orders.total`.
#[must_use]
pub fn without_last(qualified: &str) -> &str {
    last_dot(qualified).map_or(qualified, |at| &qualified[..at])
}

/// Where the last part of a qualified name begins.
fn last_dot(qualified: &str) -> Option<usize> {
    let mut is_quoted = false;
    qualified.bytes().rposition(|byte| {
        is_quoted ^= byte == b'"';
        byte == b'.' && !is_quoted
    })
}

/// What a NOT NULL constraint is called if nobody names it (`ChooseConstraintName`): the longer of the two names gives
/// way where 63 bytes are not enough.
#[must_use]
pub fn not_null_name(relation: &str, column: &str) -> String {
    const ROOM: usize = 63 - "_".len() - "_not_null".len();
    let (mut first, mut second) = (relation.len(), column.len());
    while first + second > ROOM {
        if first > second { first -= 1 } else { second -= 1 }
    }
    let cut = |text: &str, length: usize| text[..text.floor_char_boundary(length)].to_owned();
    format!("{}_{}_not_null", cut(relation, first), cut(column, second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("orders", "orders")]
    #[case("_x1", "_x1")]
    #[case("Orders", "\"Orders\"")]
    #[case("select", "\"select\"")]
    #[case("between", "\"between\"")]
    #[case("merge_action", "\"merge_action\"")]
    #[case("name", "name")]
    #[case("1st", "\"1st\"")]
    #[case("a$b", "\"a$b\"")]
    #[case("", "\"\"")]
    #[case("a\"b\n", "\"a\"\"b\n\"")]
    #[case("é", "\"é\"")]
    fn a_name_is_quoted_where_sql_needs_it(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(quoted(name), expected);
        assert_eq!(unquoted(expected), name);
    }

    #[rstest]
    #[case("public.orders", &["public", "orders"], "public")]
    #[case("a.\"B.c\".\"d\"\"e\"", &["a", "B.c", "d\"e"], "a.\"B.c\"")]
    #[case("alone", &["alone"], "alone")]
    fn a_qualified_name_is_taken_apart(#[case] text: &str, #[case] names: &[&str], #[case] outer: &str) {
        assert_eq!(dotted(text).iter().map(|name| &**name).collect::<Vec<_>>(), names);
        assert_eq!(without_last(text), outer);
    }

    #[test]
    fn the_key_words_are_sorted() {
        assert!(KEY_WORDS.is_sorted());
    }

    #[rstest]
    #[case("it's", "'it''s'")]
    #[case("a\\b", "E'a\\\\b'")]
    fn a_text_is_a_constant(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(literal(text), expected);
    }

    #[test]
    fn a_generated_name_fits() {
        assert_eq!(not_null_name("orders", "total"), "orders_total_not_null");
        let long = not_null_name(&"t".repeat(60), &"c".repeat(10));
        assert_eq!(long.len(), 63);
        assert!(long.ends_with("t_cccccccccc_not_null"));
    }
}
