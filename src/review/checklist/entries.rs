//! The entries: every line of the governance document's review checklist and testing checklist.

use super::facts::{hides_work, keeps_rows_guarded, leaves_old_alone, needs_no_more_indexes};
use super::{Entry, List, Reach};
use crate::review::finding::Part;

/// Why what was tried out elsewhere is asked.
const NOT_TRIED: &str = "Tidegate does not try migrations out: only who did can tell.";

/// Every entry, in the document's order.
pub static ENTRIES: [Entry; 13] = [
    Entry {
        name: "naming",
        list: List::Review,
        words: "Migration follows naming convention",
        rules: &["file-name", "type-fits-contents", "header-name"],
        proof: Reach::Proves(&[Part::Up]),
        question: "Is it named as the convention wants it?",
    },
    Entry {
        name: "comments",
        list: List::Review,
        words: "Includes descriptive comments",
        rules: &["missing-description"],
        proof: Reach::Proves(&[]),
        question: "Do its comments say what it does?",
    },
    Entry {
        name: "rollback",
        list: List::Review,
        words: "Has corresponding rollback script",
        rules: &["missing-rollback", "empty-rollback", "rollback-incomplete", "rollback-records"],
        proof: Reach::Proves(&[Part::Up, Part::Down]),
        question: "Does its rollback bring back what was before?",
    },
    Entry {
        name: "transactions",
        list: List::Review,
        words: "Uses transactions appropriately",
        rules: &[
            "runnable",
            "transaction-nesting",
            "ban-uncommitted-transaction",
            "ban-concurrent-index-creation-in-transaction",
            "mixed-ddl-dml",
        ],
        proof: Reach::Proves(&[Part::Up]),
        question: "Are its transactions as they should be?",
    },
    Entry {
        name: "existing-data",
        list: List::Review,
        words: "Handles existing data correctly",
        rules: &["adding-required-field", "adding-not-nullable-field", "constraint-missing-not-valid"],
        proof: Reach::ProvesUnless(leaves_old_alone),
        question: "Does it do right by the rows that are there already?",
    },
    Entry {
        name: "indexes",
        list: List::Review,
        words: "Includes necessary indexes",
        rules: &["foreign-key-index", "duplicate-index"],
        proof: Reach::ProvesUnless(needs_no_more_indexes),
        question: "Is there every index that the queries on it need?",
    },
    Entry {
        name: "rls-policies",
        list: List::Review,
        words: "Updates RLS policies if needed",
        rules: &["missing-rls", "rls-without-policy", "policy-always-true"],
        proof: Reach::ProvesUnless(keeps_rows_guarded),
        question: "Is row level security as it should be, with the policies that it needs?",
    },
    Entry {
        name: "performance",
        list: List::Review,
        words: "Performance impact assessed",
        rules: &[
            "require-concurrent-index-creation",
            "require-concurrent-index-deletion",
            "constraint-missing-not-valid",
            "adding-foreign-key-constraint",
            "adding-field-with-default",
            "adding-not-nullable-field",
            "changing-column-type",
            "disallowed-unique-constraint",
            "unbatched-write",
            "lock-table",
        ],
        proof: Reach::ProvesUnless(hides_work),
        question: "Is it known how long it takes and what it locks, with the rows that are there?",
    },
    Entry {
        name: "tested-locally",
        list: List::Testing,
        words: "Tested on local database",
        rules: &[],
        proof: Reach::Person(NOT_TRIED),
        question: "Was it applied to a local database, and did it do what it should?",
    },
    Entry {
        name: "tested-volume",
        list: List::Testing,
        words: "Tested with production-like data volume",
        rules: &[],
        proof: Reach::Person(NOT_TRIED),
        question: "Was it applied to about as much data as production has?",
    },
    Entry {
        name: "rollback-tested",
        list: List::Testing,
        words: "Rollback tested and verified",
        rules: &[],
        proof: Reach::Person(NOT_TRIED),
        question: "Was it rolled back somewhere, and was everything as before?",
    },
    Entry {
        name: "no-breaking-changes",
        list: List::Testing,
        words: "No breaking changes for existing code",
        rules: &["ban-drop-column", "ban-drop-table", "renaming-column", "renaming-table", "renaming-object"],
        proof: Reach::ProvesUnless(leaves_old_alone),
        question: "Does the code that runs now go on working with it?",
    },
    Entry {
        name: "api-compatible",
        list: List::Testing,
        words: "API compatibility maintained",
        rules: &["ban-drop-view", "ban-drop-function", "ban-drop-type", "view-security-invoker"],
        proof: Reach::ProvesUnless(leaves_old_alone),
        question: "Do the APIs on this database go on answering as they do now?",
    },
];

/// The entry of this name.
pub fn entry(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.name == name)
}
