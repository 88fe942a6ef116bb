//! The words that are painted as key words and as types.
//!
//! Not every key word of PostgreSQL is here: a good half of them are not reserved and serve as names of columns far more often
//! (`name`, `value`, `data`, `owner`), and a table full of them would be hard to read if each were painted.

/// Whether a word is one that SQL or PL/pgSQL is built with.
pub(super) fn is_keyword(word: &str) -> bool {
    contains(KEYWORDS, word)
}

/// Whether a word is the name of a built-in type, or a part of one.
pub(super) fn is_type(word: &str) -> bool {
    contains(TYPES, word)
}

/// Whether a word is followed by the name of a table, so that a parenthesis after that makes no function of it.
pub(super) fn names_a_relation(word: &str) -> bool {
    contains(&["EXISTS", "INTO", "ON", "REFERENCES", "TABLE", "VIEW"], word)
}

/// The longest word of the lists below.
const LONGEST: usize = 17;

fn contains(sorted: &[&str], word: &str) -> bool {
    let mut upper = [0; LONGEST];
    let Some(upper) = upper.get_mut(..word.len()) else { return false };
    upper.copy_from_slice(word.as_bytes());
    upper.make_ascii_uppercase();
    sorted.binary_search_by(|entry| entry.as_bytes().cmp(upper)).is_ok()
}

#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "ADD", "AFTER", "ALL", "ALTER", "ALWAYS", "ANALYZE", "AND", "ANY", "ARRAY", "AS", "ASC", "ASYMMETRIC", "ATOMIC",
    "ATTACH", "AUTHORIZATION", "BEFORE", "BEGIN", "BETWEEN", "BOTH", "BY", "CALL", "CALLED", "CASCADE", "CASE", "CAST",
    "CHECK", "CLUSTER", "COLLATE", "COLUMN", "COMMENT", "COMMIT", "CONCURRENTLY", "CONFLICT", "CONSTRAINT", "CONTINUE",
    "COPY", "CREATE", "CROSS", "CURRENT_CATALOG", "CURRENT_DATE", "CURRENT_ROLE", "CURRENT_SCHEMA", "CURRENT_TIME",
    "CURRENT_TIMESTAMP", "CURRENT_USER", "CURSOR", "DATABASE", "DEALLOCATE", "DECLARE", "DEFAULT", "DEFERRABLE",
    "DEFERRED", "DEFINER", "DELETE", "DESC", "DETACH", "DIAGNOSTICS", "DISABLE", "DISTINCT", "DO", "DOMAIN", "DROP",
    "EACH", "ELSE", "ELSEIF", "ELSIF", "ENABLE", "END", "ENUM", "EXCEPT", "EXCEPTION", "EXCLUDE", "EXECUTE", "EXISTS",
    "EXIT", "EXPLAIN", "EXTENSION", "FALSE", "FETCH", "FILTER", "FOLLOWING", "FOR", "FORCE", "FOREACH", "FOREIGN", "FREEZE",
    "FROM", "FULL", "FUNCTION", "GENERATED", "GET", "GRANT", "GROUP", "HAVING", "IDENTITY", "IF", "ILIKE", "IMMEDIATE",
    "IMMUTABLE", "IN", "INCLUDE", "INDEX", "INHERITS", "INITIALLY", "INNER", "INSERT", "INSTEAD", "INTERSECT", "INTO",
    "INVOKER", "IS", "ISNULL", "JOIN", "KEY", "LANGUAGE", "LATERAL", "LEADING", "LEFT", "LIKE", "LIMIT", "LISTEN",
    "LOCALTIME", "LOCALTIMESTAMP", "LOCK", "LOGGED", "LOOP", "MATERIALIZED", "MERGE", "NATURAL", "NO", "NOT", "NOTHING",
    "NOTICE", "NOTIFY", "NOTNULL", "NULL", "NULLS", "OF", "OFFSET", "ON", "ONLY", "OPERATOR", "OR", "ORDER", "OUTER",
    "OVER", "OVERLAPS", "OWNED", "OWNER", "PARALLEL", "PARTITION", "PERFORM", "PLACING", "POLICY", "PRECEDING",
    "PRIMARY", "PROCEDURE", "PUBLICATION", "RAISE", "RECURSIVE", "REFERENCES", "REFERENCING", "REFRESH", "REINDEX",
    "RELEASE", "RENAME", "REPLACE", "REPLICA", "RESET", "RESTRICT", "RETURN", "RETURNING", "RETURNS", "REVOKE", "RIGHT",
    "ROLLBACK", "ROW", "ROWS", "RULE", "SAVEPOINT", "SCHEMA", "SECURITY", "SELECT", "SEQUENCE", "SESSION_USER", "SET",
    "SETOF", "SHOW", "SIMILAR", "SOME", "STABLE", "START", "STATEMENT", "STATISTICS", "STORED", "STRICT", "SUBSCRIPTION",
    "SYMMETRIC", "TABLE", "TABLESAMPLE", "TABLESPACE", "TEMP", "TEMPORARY", "THEN", "TO", "TRAILING", "TRANSACTION",
    "TRIGGER", "TRUE", "TRUNCATE", "TYPE", "UNBOUNDED", "UNION", "UNIQUE", "UNLOGGED", "UPDATE", "USER", "USING",
    "VACUUM", "VALIDATE", "VALUES", "VARIADIC", "VIEW", "VOLATILE", "WHEN", "WHERE", "WHILE", "WINDOW", "WITH", "WITHIN",
];

#[rustfmt::skip]
const TYPES: &[&str] = &[
    "BIGINT", "BIGSERIAL", "BIT", "BOOL", "BOOLEAN", "BOX", "BPCHAR", "BYTEA", "CHAR", "CHARACTER", "CIDR", "CIRCLE",
    "CITEXT", "DATE", "DATEMULTIRANGE", "DATERANGE", "DEC", "DECIMAL", "DOUBLE", "EVENT_TRIGGER", "FLOAT", "FLOAT4",
    "FLOAT8", "GEOGRAPHY", "GEOMETRY", "HSTORE", "INET", "INT", "INT2", "INT4", "INT4RANGE", "INT8", "INT8RANGE",
    "INTEGER", "INTERVAL", "JSON", "JSONB", "JSONPATH", "LINE", "LSEG", "MACADDR", "MACADDR8", "MONEY", "NUMERIC",
    "NUMRANGE", "OID", "PG_LSN", "POINT", "POLYGON", "PRECISION", "REAL", "RECORD", "REGCLASS", "REGPROC", "REGROLE",
    "REGTYPE", "SERIAL", "SMALLINT", "SMALLSERIAL", "TEXT", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "TIMETZ", "TSQUERY",
    "TSRANGE", "TSTZRANGE", "TSVECTOR", "UUID", "VARBIT", "VARCHAR", "VARYING", "VOID", "XML", "ZONE",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_can_be_searched() {
        for list in [KEYWORDS, TYPES] {
            assert!(list.is_sorted_by(|one, next| one < next));
            assert!(list.iter().all(|word| word.len() <= LONGEST));
        }
        assert!(is_keyword("select") && is_keyword("CURRENT_TIMESTAMP") && is_type("TimestampTz"));
        assert!(!is_keyword("") && !is_keyword("name") && !is_type("a_very_long_identifier_indeed"));
    }
}
