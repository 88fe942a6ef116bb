//! Which migrations have to do with an object: by its name in their SQL, and by what a comparison has shown.

use super::cause::Explanation;
use crate::migration::catalogue::{Catalogue, Migration};
use crate::migration::highlight::{Token, highlight};
use crate::schema::{Kind, ObjectId};

/// How a migration has to do with an object, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tie {
    /// Replaying it has shown that the difference follows from it.
    Explains,
    /// Its file is not what was applied, or there is none, and it may be why a side departs from its files.
    Suspected,
    /// A statement of it names the object.
    Names,
    /// A statement of it makes or drops what the object is a part of.
    MakesWhole,
}

impl Tie {
    /// What the tie is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Explains => "explains it",
            Self::Suspected => "suspected",
            Self::Names => "names it",
            Self::MakesWhole => "makes its whole",
        }
    }
}

/// A migration that has to do with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tied {
    /// Its name.
    pub migration: String,
    /// How.
    pub tie: Tie,
    /// The lines where its file names the object, counted from one.
    pub lines: Vec<usize>,
}

/// Reads every migration and finds those that have to do with an object, the newest first. A file that cannot be read
/// is told of in the second list.
pub fn trace(catalogue: &Catalogue, id: &ObjectId, explanation: Option<&Explanation>) -> (Vec<Tied>, Vec<String>) {
    let mut tied: Vec<Tied> = Vec::new();
    let mut unread = Vec::new();
    for migration in &catalogue.migrations {
        match read(migration) {
            Ok(text) => {
                if let Some((tie, lines)) = named_in(&text, id) {
                    tied.push(Tied { migration: migration.name.to_string(), tie, lines });
                }
            }
            Err(error) => unread.push(format!("{} cannot be read: {error}.", migration.name)),
        }
    }
    let known = explanation.into_iter().flat_map(|explanation| {
        let causes = explanation.by.iter().map(|cause| (&cause.migration, Tie::Explains));
        causes.chain(explanation.suspects.iter().map(|suspect| (&suspect.migration, Tie::Suspected)))
    });
    for (migration, tie) in known {
        match tied.iter_mut().find(|tied| tied.migration == *migration) {
            Some(tied) => tied.tie = tied.tie.min(tie),
            None => tied.push(Tied { migration: migration.clone(), tie, lines: Vec::new() }),
        }
    }
    tied.sort_by(|one, other| other.migration.cmp(&one.migration));
    (tied, unread)
}

fn read(migration: &Migration) -> std::io::Result<String> {
    std::fs::read(&migration.up.path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// How SQL names an object, and on which lines; `None` where it does not.
pub fn named_in(sql: &str, id: &ObjectId) -> Option<(Tie, Vec<usize>)> {
    let mut hits: Vec<(Tie, usize)> = Vec::new();
    look(sql, id, &mut hits);
    let tie = hits.iter().map(|(tie, _)| *tie).min()?;
    let mut lines: Vec<usize> = hits
        .iter()
        .filter(|(found, _)| *found == tie)
        .map(|(_, at)| sql[..*at].bytes().filter(|byte| *byte == b'\n').count() + 1)
        .collect();
    lines.dedup();
    Some((tie, lines))
}

/// A word of a statement, as PostgreSQL reads it, and where it begins.
type Word = (String, usize);

/// Looks through SQL. The bodies of functions are SQL like that around them.
fn look(sql: &str, id: &ObjectId, hits: &mut Vec<(Tie, usize)>) {
    let mut statement: Vec<Word> = Vec::new();
    for (range, token) in highlight(sql) {
        if matches!(token, Token::Comment | Token::String) {
            continue;
        }
        for (at, word) in words(&sql[range.clone()]) {
            if word == ";" {
                judge(&statement, id, hits);
                statement.clear();
            } else {
                statement.push((word, range.start + at));
            }
        }
    }
    judge(&statement, id, hits);
}

/// The names, dots and semicolons of a piece of SQL: names without quotes in lower case, quoted ones as they are.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        match character {
            '.' | ';' => words.push((at, character.to_string())),
            '"' => {
                let mut name = String::new();
                while let Some((_, inside)) = rest.next() {
                    match inside {
                        '"' if rest.next_if(|(_, next)| *next == '"').is_none() => break,
                        other => name.push(other),
                    }
                }
                words.push((at, name));
            }
            one if one.is_alphanumeric() || one == '_' => {
                let mut name = String::from(one);
                while let Some((_, next)) = rest.next_if(|(_, next)| next.is_alphanumeric() || "_$".contains(*next)) {
                    name.push(next);
                }
                words.push((at, name.to_lowercase()));
            }
            _ => {}
        }
    }
    words
}

/// Whether a statement names the object, or makes or drops what it is a part of.
fn judge(statement: &[Word], id: &ObjectId, hits: &mut Vec<(Tie, usize)>) {
    // Routines are told apart by their arguments, which a statement need not write in the same way.
    let name = id.name.split('(').next().unwrap_or(&id.name).trim_matches('"');
    let before = |place: usize| {
        let dot = place.checked_sub(1).is_some_and(|dot| statement[dot].0 == ".");
        dot.then(|| place.checked_sub(2).map(|at| statement[at].0.as_str())).flatten()
    };
    let places = |wanted: &str| -> Vec<usize> {
        statement.iter().enumerate().filter(|(_, (word, _))| word == wanted).map(|(place, _)| place).collect()
    };
    let is_here =
        |place: &usize| before(*place).is_none_or(|schema| id.schema.as_deref().is_none_or(|own| own == schema));
    let Some(relation) = id.relation.as_deref() else {
        hits.extend(places(name).iter().filter(|place| is_here(place)).map(|place| (Tie::Names, statement[*place].1)));
        return;
    };
    let wholes: Vec<usize> = places(relation).into_iter().filter(is_here).collect();
    let is_by_itself = id.kind == Kind::Index;
    let parts = places(name);
    if let Some(part) = parts.iter().find(|part| wholes.iter().any(|whole| whole != *part) || is_by_itself) {
        hits.push((Tie::Names, statement[*part].1));
    } else if let Some(whole) = wholes.iter().find(|whole| makes(statement, **whole)) {
        hits.push((Tie::MakesWhole, statement[*whole].1));
    }
}

/// Whether a statement creates or drops what is named at this place.
fn makes(statement: &[Word], place: usize) -> bool {
    const BESIDE: [&str; 11] = [
        "or",
        "replace",
        "temp",
        "temporary",
        "unlogged",
        "global",
        "local",
        "recursive",
        "foreign",
        "materialized",
        "if",
    ];
    const KINDS: [&str; 4] = ["table", "view", "type", "domain"];
    let mut words = statement[..place].iter().map(|(word, _)| word.as_str()).filter(|word| !BESIDE.contains(word));
    words.next().is_some_and(|verb| verb == "create" || verb == "drop")
        && words.next().is_some_and(|kind| KINDS.contains(&kind))
        // Nothing but the schema, or other objects that are dropped along, stands between.
        && words.all(|word| !["as", "references", "select", "from", "on", "like", "of"].contains(&word))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn table() -> ObjectId {
        ObjectId::in_schema(Kind::Table, "public", "metrics")
    }

    #[rstest]
    #[case::created("CREATE TABLE metrics (id int);", Some((Tie::Names, vec![1])))]
    #[case::qualified("SELECT 1;\nALTER TABLE public.metrics ADD COLUMN a int;", Some((Tie::Names, vec![2])))]
    #[case::upper("DROP TABLE METRICS;", Some((Tie::Names, vec![1])))]
    #[case::quoted("DROP TABLE \"metrics\";", Some((Tie::Names, vec![1])))]
    #[case::quoted_otherwise("DROP TABLE \"Metrics\";", None)]
    #[case::elsewhere("DROP TABLE archive.metrics;", None)]
    #[case::longer("DROP TABLE metrics_old;", None)]
    #[case::comment("-- metrics\nSELECT 1;", None)]
    #[case::string("SELECT 'metrics';", None)]
    #[case::body("DO $$\nBEGIN\n  EXECUTE x;\n  DELETE FROM metrics;\nEND $$;", Some((Tie::Names, vec![4])))]
    #[case::twice("ALTER TABLE metrics ADD a int;\nALTER TABLE metrics ADD b int;", Some((Tie::Names, vec![1, 2])))]
    fn a_relation_is_named_in_sql(#[case] sql: &str, #[case] found: Option<(Tie, Vec<usize>)>) {
        assert_eq!(named_in(sql, &table()), found);
    }

    #[rstest]
    #[case::added("ALTER TABLE metrics\n  ADD COLUMN total numeric;", Some((Tie::Names, vec![2])))]
    #[case::inside("CREATE TABLE metrics (total numeric);", Some((Tie::Names, vec![1])))]
    #[case::another_table("ALTER TABLE campaigns ADD COLUMN total numeric;", None)]
    #[case::another_statement("ALTER TABLE metrics ADD a int; ALTER TABLE x ADD total int;", None)]
    #[case::whole("DROP TABLE IF EXISTS public.metrics;", Some((Tie::MakesWhole, vec![1])))]
    #[case::whole_created("CREATE TABLE IF NOT EXISTS metrics (day date);", Some((Tie::MakesWhole, vec![1])))]
    #[case::only_referenced("CREATE TABLE x (m int REFERENCES metrics);", None)]
    #[case::only_read("CREATE VIEW v AS SELECT day FROM metrics;", None)]
    #[case::comment_on("COMMENT ON COLUMN public.metrics.total IS 'sum';", Some((Tie::Names, vec![1])))]
    fn a_part_is_named_together_with_its_whole(#[case] sql: &str, #[case] found: Option<(Tie, Vec<usize>)>) {
        assert_eq!(named_in(sql, &table().part(Kind::Column, "total")), found);
    }

    #[rstest]
    #[case::made("CREATE INDEX metrics_day_idx ON metrics (day);", true)]
    #[case::dropped("DROP INDEX CONCURRENTLY metrics_day_idx;", true)]
    #[case::another("CREATE INDEX other ON metrics (day);", false)]
    fn an_index_has_a_name_of_its_own(#[case] sql: &str, #[case] is_named: bool) {
        assert_eq!(named_in(sql, &table().part(Kind::Index, "metrics_day_idx")).is_some(), is_named);
    }

    #[test]
    fn a_routine_is_named_whatever_its_arguments_are() {
        let routine = ObjectId::in_schema(Kind::Function, "public", "total(integer, text)");
        assert!(
            named_in("CREATE OR REPLACE FUNCTION total(a int, b text) RETURNS int AS 'x' LANGUAGE c;", &routine)
                .is_some()
        );
        assert!(named_in("SELECT totals(1);", &routine).is_none());
    }

    #[test]
    fn quotes_without_an_end_and_odd_letters_are_no_danger() {
        for sql in ["\"metrics", "$$ metrics", "$a$metrics$a", "'metrics", "metr\u{e4}cs \u{202e}metrics", "$"] {
            let _ = named_in(sql, &table());
        }
    }

    #[test]
    fn migrations_are_traced_newest_first_with_what_a_comparison_says() {
        use crate::migration::catalogue::Layout;
        use crate::window::drift::cause::{Cause, Finding, Suspect, Suspicion};
        use crate::window::drift::course::Which;

        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, sql: &str| std::fs::write(folder.path().join(format!("{name}.sql")), sql).unwrap();
        write("20260101000000_create_metrics", "CREATE TABLE metrics (day date);");
        write("20260102000000_alter_metrics", "ALTER TABLE metrics ADD COLUMN total int;");
        write("20260103000000_create_campaigns", "CREATE TABLE campaigns (total int);");
        write("20260104000000_fix_metrics", "ALTER TABLE metrics ALTER total TYPE bigint;");
        let layout = Layout {
            migrations: folder.path().to_owned(),
            rollbacks: None,
            history_table: crate::migration::table::TableName::default(),
        };
        let catalogue = Catalogue::read(&layout).unwrap();
        let explanation = Explanation {
            finding: Finding::Explained,
            by: vec![Cause { migration: "20260104000000_fix_metrics".into(), lacking: Which::Left }],
            suspects: vec![Suspect {
                migration: "20251231000000_fix_by_hand".into(),
                side: Which::Right,
                why: Suspicion::NoFile,
            }],
        };
        let id = table().part(Kind::Column, "total");
        let (tied, unread) = trace(&catalogue, &id, Some(&explanation));
        let found: Vec<(&str, Tie)> = tied.iter().map(|tied| (&tied.migration[..8], tied.tie)).collect();
        let expected = [
            ("20260104", Tie::Explains),
            ("20260102", Tie::Names),
            ("20260101", Tie::MakesWhole),
            ("20251231", Tie::Suspected),
        ];
        assert_eq!((found.as_slice(), unread.len()), (expected.as_slice(), 0));

        std::fs::remove_file(folder.path().join("20260102000000_alter_metrics.sql")).unwrap();
        let (tied, unread) = trace(&catalogue, &id, None);
        assert_eq!((tied.len(), unread.len()), (2, 1), "what cannot be read is told");
    }
}
