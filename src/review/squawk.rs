//! The rules that squawk brings, with the levels they have here. Their names are kept.

use squawk_linter::{Linter, Rule as Theirs};
use squawk_syntax::{Parse, SourceFile};

use super::finding::{Edit, Finding, Fix, Part, Severity};
use super::rule::{Check, Rule};
use super::words::Words;

mod needs;
mod table;

pub use table::RULES;

/// What squawk finds in a file that has these words, of the rules that are switched on.
pub fn findings(
    part: Part,
    (text, words): (&str, &Words),
    parse: &Parse<SourceFile>,
    in_transaction: bool,
    rules: &[(&'static Rule, Severity)],
) -> Vec<Finding> {
    let wanted = rules.iter().filter_map(|(rule, _)| match rule.check {
        Check::Squawk(theirs) => Some(theirs).filter(|theirs| needs::may_find(*theirs, words)),
        _ => None,
    });
    let mut linter = Linter::from(wanted);
    linter.settings.assume_in_transaction = in_transaction;
    let found = linter.lint(parse, text).into_iter();
    let known = |theirs: Theirs| {
        rules.iter().find(|(rule, _)| matches!(rule.check, Check::Squawk(one) if one == theirs)).copied()
    };
    found
        .filter_map(|violation| {
            let (rule, severity) = known(violation.code)?;
            Some(Finding {
                rule: rule.name,
                severity,
                part,
                range: violation.text_range.start().into()..violation.text_range.end().into(),
                message: violation.message,
                help: violation.help,
                fix: violation.fix.map(|one| fix(one, rule.name)).filter(|_| !PLACEHOLDERS.contains(&rule.name)),
            })
        })
        .collect()
}

/// The rules whose fix leaves a word to be filled in.
const PLACEHOLDERS: [&str; 1] = ["require-enum-value-ordering"];

/// The rules whose fix leaves the same in the database.
const SAFE: [&str; 2] = ["identifier-too-long", "prefer-robust-stmts"];

fn fix(fix: squawk_linter::Fix, rule: &str) -> Fix {
    let edit = |edit: squawk_linter::Edit| Edit {
        range: edit.text_range.start().into()..edit.text_range.end().into(),
        text: edit.text.unwrap_or_default(),
    };
    let safe = SAFE.contains(&rule);
    Fix { title: fix.title, edits: fix.edits.into_iter().map(edit).collect(), safe }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::migration::script::ScriptOptions;
    use crate::review::rules;
    use crate::review::sql::Sql;

    #[test]
    fn a_rule_that_does_not_look_would_have_found_nothing() {
        let more = [
            "CREATE TABLE t (a \"char\", b \"bpchar\"(3), c national character(3), d nchar varying(4), e varchar(3)[]);",
            "CREATE TABLE t (a \"int4\", b INT, c Serial, d int2[], e smallserial, f serial8, g timestamp, h U&\"int\\0034\");",
            "alter table t alter a set data type text, alter b set not null, add c int not null, add primary key (a);",
            "ALTER TYPE t ADD VALUE 'x'; ALTER TYPE u ALTER ATTRIBUTE a TYPE text; ALTER TYPE u DROP ATTRIBUTE b;",
            "START TRANSACTION; ALTER TABLE t RENAME TO u; ALTER VIEW v RENAME COLUMN a TO b; ABORT; END;",
            "ALTER DOMAIN d DROP NOT NULL; ALTER TABLE t DETACH PARTITION u; REINDEX TABLE t; TRUNCATE t CASCADE;",
        ];
        let examples = rules().flat_map(|rule| rule.examples).map(|example| example.up);
        let all: Vec<_> = rules().map(|rule| (rule, Severity::Warning)).collect();
        let mut found = 0;
        for text in examples.chain(more) {
            let (sql, tree) = Sql::read(Path::new("x.sql"), text.as_bytes(), &ScriptOptions::default());
            let Some(tree) = tree else { continue };
            for in_transaction in [false, true] {
                let given = findings(Part::Up, (text, &sql.words), &tree, in_transaction, &all);
                let every = findings(Part::Up, (text, &Words::any()), &tree, in_transaction, &all);
                assert_eq!(given, every, "{text}");
                found += every.len();
            }
        }
        assert!(found > 300, "{found} findings tell little");
    }

    #[test]
    fn every_rule_of_theirs_is_here_under_its_name() {
        // An alias stands for others.
        let theirs: Vec<Theirs> =
            enum_iterator::all::<Theirs>().filter(|theirs| theirs.expands_to().is_empty()).collect();
        for rule in &theirs {
            let name = rule.to_string();
            assert!(RULES.iter().any(|ours| ours.name == name), "{name} is missing");
        }
        assert_eq!(RULES.len(), theirs.len());
        for rule in RULES {
            assert!(matches!(rule.check, Check::Squawk(theirs) if theirs.to_string() == rule.name), "{}", rule.name);
        }
    }
}
