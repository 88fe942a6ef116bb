//! Statements that pass over what they find: pure.
//!
//! What the one side lacks is there on the other one, which gets the migration as well. Wherever PostgreSQL has a form
//! that does nothing to what is there, or gone, already, a draft is written in that form.

/// What may be made only where it is not there. Of two that begin alike the longer one comes first.
const IF_NOT_EXISTS: [&str; 16] = [
    "CREATE UNIQUE INDEX CONCURRENTLY ",
    "CREATE UNIQUE INDEX ",
    "CREATE INDEX CONCURRENTLY ",
    "CREATE INDEX ",
    "CREATE UNLOGGED TABLE ",
    "CREATE FOREIGN TABLE ",
    "CREATE TABLE ",
    "CREATE UNLOGGED SEQUENCE ",
    "CREATE SEQUENCE ",
    "CREATE MATERIALIZED VIEW ",
    "CREATE SCHEMA ",
    "CREATE EXTENSION ",
    "CREATE STATISTICS ",
    "CREATE SERVER ",
    "CREATE USER MAPPING ",
    "CREATE COLLATION ",
];

/// What may be put in the place of what is there.
const OR_REPLACE: [&str; 5] = ["FUNCTION ", "PROCEDURE ", "AGGREGATE ", "VIEW ", "RULE "];

/// What may be removed only where it is there.
const IF_EXISTS: [&str; 32] = [
    "DROP INDEX CONCURRENTLY ",
    "DROP INDEX ",
    "DROP FOREIGN TABLE ",
    "DROP FOREIGN DATA WRAPPER ",
    "DROP TABLE ",
    "DROP MATERIALIZED VIEW ",
    "DROP VIEW ",
    "DROP SEQUENCE ",
    "DROP TRIGGER ",
    "DROP EVENT TRIGGER ",
    "DROP RULE ",
    "DROP POLICY ",
    "DROP FUNCTION ",
    "DROP PROCEDURE ",
    "DROP AGGREGATE ",
    "DROP OPERATOR CLASS ",
    "DROP OPERATOR FAMILY ",
    "DROP OPERATOR ",
    "DROP TYPE ",
    "DROP DOMAIN ",
    "DROP SCHEMA ",
    "DROP EXTENSION ",
    "DROP STATISTICS ",
    "DROP CAST ",
    "DROP COLLATION ",
    "DROP CONVERSION ",
    "DROP LANGUAGE ",
    "DROP SERVER ",
    "DROP USER MAPPING ",
    "DROP PUBLICATION ",
    "DROP TEXT SEARCH CONFIGURATION ",
    "DROP TEXT SEARCH DICTIONARY ",
];

/// What ALTER says of parts, and what is put behind it.
const OF_PARTS: [(&str, &str); 5] = [
    (" ADD COLUMN ", "IF NOT EXISTS "),
    (" ADD VALUE ", "IF NOT EXISTS "),
    (" DROP COLUMN ", "IF EXISTS "),
    (" DROP CONSTRAINT ", "IF EXISTS "),
    (" DROP ATTRIBUTE ", "IF EXISTS "),
];

/// The statement in the form that passes over what is there, or gone, already; as it is where there is no such form.
pub(super) fn passing_over(sql: &str) -> String {
    let after = |begin: &str, words: &str| sql.strip_prefix(begin).map(|rest| format!("{begin}{words}{rest}"));
    let made = IF_NOT_EXISTS.iter().find_map(|begin| after(begin, "IF NOT EXISTS "));
    let removed = || IF_EXISTS.iter().find_map(|begin| after(begin, "IF EXISTS "));
    let replaced = || {
        let kind = sql.strip_prefix("CREATE ")?;
        OR_REPLACE.iter().any(|word| kind.starts_with(word)).then(|| format!("CREATE OR REPLACE {kind}"))
    };
    let altered = || {
        OF_PARTS.iter().filter(|_| sql.starts_with("ALTER ")).find_map(|(part, words)| {
            let end = outside_of_quotes(sql, part)? + part.len();
            Some(format!("{}{words}{}", &sql[..end], &sql[end..]))
        })
    };
    made.or_else(removed).or_else(replaced).or_else(altered).unwrap_or_else(|| sql.to_owned())
}

/// Whether a statement fails where what it makes is there already, or what it takes away is gone.
pub(super) fn stumbles(sql: &str) -> bool {
    const OTHERS: [&str; 9] = [
        " ADD CONSTRAINT ",
        " ADD ATTRIBUTE ",
        " ADD TABLE ",
        " ADD TABLES IN SCHEMA ",
        " ADD GENERATED ",
        " RENAME ",
        " ATTACH PARTITION ",
        " DETACH PARTITION ",
        " INHERIT ",
    ];
    let says = |words: &str| outside_of_quotes(sql, words).is_some();
    let makes = sql.starts_with("CREATE ") && !says(" IF NOT EXISTS ") && !says(" OR REPLACE ");
    makes || sql.starts_with("ALTER ") && OTHERS.iter().any(|words| says(words))
}

/// Whether a statement takes something away wherever it is there.
pub(super) fn takes_away(sql: &str) -> bool {
    let removes = |(part, words): &(&str, &str)| {
        *words == "IF EXISTS " && outside_of_quotes(sql, &format!("{part}{words}")).is_some()
    };
    sql.starts_with("DROP ") && outside_of_quotes(sql, " IF EXISTS ").is_some()
        || sql.starts_with("ALTER ") && OF_PARTS.iter().any(removes)
}

/// Where words stand that are not part of a name or a text.
fn outside_of_quotes(sql: &str, words: &str) -> Option<usize> {
    sql.match_indices(words).map(|(at, _)| at).find(|at| {
        let before = &sql[..*at];
        ['"', '\''].iter().all(|quote| before.matches(*quote).count() % 2 == 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "CREATE INDEX CONCURRENTLY i ON public.t USING btree (a)",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON public.t USING btree (a)"
    )]
    #[case("CREATE VIEW public.v AS SELECT 1", "CREATE OR REPLACE VIEW public.v AS SELECT 1")]
    #[case("CREATE OR REPLACE VIEW public.v AS SELECT 1", "CREATE OR REPLACE VIEW public.v AS SELECT 1")]
    #[case("ALTER TABLE public.t ADD COLUMN a integer", "ALTER TABLE public.t ADD COLUMN IF NOT EXISTS a integer")]
    #[case(
        "ALTER TABLE public.\"x ADD COLUMN y\" ADD COLUMN a integer",
        "ALTER TABLE public.\"x ADD COLUMN y\" ADD COLUMN IF NOT EXISTS a integer"
    )]
    #[case("ALTER TABLE public.t DROP CONSTRAINT k", "ALTER TABLE public.t DROP CONSTRAINT IF EXISTS k")]
    #[case("DROP INDEX CONCURRENTLY public.i", "DROP INDEX CONCURRENTLY IF EXISTS public.i")]
    #[case("DROP TRIGGER t ON public.t", "DROP TRIGGER IF EXISTS t ON public.t")]
    fn a_statement_passes_over_what_it_finds(#[case] sql: &str, #[case] expected: &str) {
        assert_eq!(passing_over(sql), expected);
        assert!(!stumbles(expected));
    }

    #[rstest]
    #[case("ALTER TABLE public.t ADD CONSTRAINT k CHECK ((a > 0))")]
    #[case("CREATE TYPE public.e AS ENUM ()")]
    #[case("ALTER TABLE public.t ATTACH PARTITION public.p DEFAULT")]
    fn what_has_no_such_form_stumbles(#[case] sql: &str) {
        assert_eq!(passing_over(sql), sql);
        assert!(stumbles(sql));
    }

    #[rstest]
    #[case("DROP TYPE IF EXISTS public.e", true)]
    #[case("ALTER TABLE public.t DROP CONSTRAINT IF EXISTS k", true)]
    #[case("ALTER TABLE public.t ADD COLUMN IF NOT EXISTS a integer", false)]
    #[case("ALTER TABLE public.\"x DROP COLUMN IF EXISTS y\" ADD CONSTRAINT k CHECK ((a > 0))", false)]
    #[case("DROP TYPE public.e", false)]
    fn what_is_gone_already_is_taken_away_as_well(#[case] sql: &str, #[case] expected: bool) {
        assert_eq!(takes_away(sql), expected);
    }
}
