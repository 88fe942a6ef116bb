//! What must stand in a file for a rule of squawk to find anything there: most rules need not look at most files.

use squawk_linter::Rule as Theirs;

use crate::review::words::{OneOf, Words, one_of};

/// Whether the rule may find anything in a file that has these words.
pub fn may_find(rule: Theirs, words: &Words) -> bool {
    match rule {
        Theirs::IdentifierTooLong => words.may_have_long_names(),
        _ => words.may_have(needs(rule)),
    }
}

/// The words that the rule cannot do without, one of each group. None for rules that look at every file.
fn needs(rule: Theirs) -> &'static [OneOf] {
    const ADD: OneOf = one_of(&["add"]);
    const ALTER: OneOf = one_of(&["alter"]);
    const CREATE: OneOf = one_of(&["create"]);
    const DOMAIN: OneOf = one_of(&["domain"]);
    const DROP: OneOf = one_of(&["drop"]);
    const INDEX: OneOf = one_of(&["index"]);
    const NULL: OneOf = one_of(&["null"]);
    const TABLE: OneOf = one_of(&["table"]);
    match rule {
        Theirs::AddingFieldWithDefault | Theirs::ConstraintMissingNotValid => &[ALTER, ADD],
        Theirs::AddingForeignKeyConstraint => const { &[ALTER, one_of(&["references"])] },
        Theirs::AddingNotNullableField => const { &[ALTER, one_of(&["set"]), NULL] },
        Theirs::AddingRequiredField => &[ALTER, ADD, NULL],
        Theirs::AddingSerialPrimaryKeyField => const { &[ALTER, one_of(&["primary"])] },
        Theirs::BanAlterDomainWithAddConstraint => &[ALTER, DOMAIN],
        Theirs::BanCharField => const { &[one_of(&["bpchar", "char", "character"])] },
        Theirs::BanConcurrentIndexCreationInTransaction => const { &[CREATE, INDEX, one_of(&["concurrently"])] },
        Theirs::BanCreateDomainWithConstraint => &[CREATE, DOMAIN],
        Theirs::BanDropColumn => &[ALTER, DROP],
        Theirs::BanDropDatabase => const { &[DROP, one_of(&["database"])] },
        Theirs::BanDropNotNull => &[ALTER, DROP, NULL],
        Theirs::BanDropTable => &[DROP, TABLE],
        Theirs::BanTruncateCascade => const { &[one_of(&["truncate"])] },
        Theirs::BanUncommittedTransaction => const { &[one_of(&["begin", "start"])] },
        Theirs::ChangingColumnType => const { &[ALTER, one_of(&["type"])] },
        Theirs::DisallowedUniqueConstraint => const { &[ALTER, one_of(&["unique"])] },
        Theirs::PreferBigintOverInt => const { &[one_of(&["int", "int4", "integer", "serial", "serial4"])] },
        Theirs::PreferBigintOverSmallint => const { &[one_of(&["int2", "serial2", "smallint", "smallserial"])] },
        Theirs::PreferIdentity => {
            const { &[one_of(&["bigserial", "serial", "serial2", "serial4", "serial8", "smallserial"])] }
        }
        Theirs::PreferRepack => const { &[one_of(&["cluster", "vacuum"])] },
        Theirs::PreferRobustStmts => const { &[one_of(&["alter", "create", "drop"])] },
        Theirs::PreferTextField => const { &[one_of(&["char", "character", "varchar"])] },
        Theirs::PreferTimestampTz => const { &[one_of(&["timestamp", "varchar"])] },
        Theirs::RenamingColumn | Theirs::RenamingObject | Theirs::RenamingTable => const { &[one_of(&["rename"])] },
        Theirs::RequireConcurrentIndexCreation => &[CREATE, INDEX],
        Theirs::RequireConcurrentIndexDeletion => &[DROP, INDEX],
        Theirs::RequireConcurrentPartitionDetach => const { &[ALTER, one_of(&["detach"])] },
        Theirs::RequireConcurrentReindex => const { &[one_of(&["reindex"])] },
        Theirs::RequireEnumValueOrdering => const { &[ALTER, ADD, one_of(&["value"])] },
        Theirs::RequireTableSchema => &[TABLE],
        Theirs::TransactionNesting => const { &[one_of(&["abort", "begin", "commit", "end", "rollback", "start"])] },
        _ => &[],
    }
}
