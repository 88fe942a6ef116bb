//! The rules of Tidegate's own, each in its file. A new rule is a new file, and a line in each list here.

mod allow_unused;
mod allow_without_reason;
mod analyze_after_write;
mod changed_after_apply;
mod changed_after_merge;
mod drop_without_backup;
mod duplicate_index;
mod empty_rollback;
mod enum_value_used;
mod environment_literal;
mod file_name;
mod foreign_key_index;
mod grant_to_public;
mod header_name;
mod if_exists;
mod lock_table;
mod missing_author;
mod missing_description;
mod missing_rls;
mod missing_rollback;
mod missing_ticket;
mod mixed_ddl_dml;
mod out_of_order;
mod policy_always_true;
mod pre_check;
mod records_own_name;
mod rls_without_policy;
mod rollback_beside;
mod rollback_incomplete;
mod rollback_records;
mod runnable;
mod security_definer_search_path;
mod select_star;
mod squawk_ignore;
mod syntax;
mod too_long;
mod type_fits_contents;
mod unbatched_write;
mod uncommitted;
mod unfinished;
mod view_security_invoker;

use super::rule::Rule;

/// Every rule of Tidegate's own, in the order in which they are listed.
pub static RULES: &[&Rule] = &[
    &syntax::RULE,
    &runnable::RULE,
    &too_long::RULE,
    &file_name::RULE,
    &type_fits_contents::RULE,
    &missing_author::RULE,
    &missing_ticket::RULE,
    &missing_description::RULE,
    &header_name::RULE,
    &records_own_name::RULE,
    &pre_check::RULE,
    &unfinished::RULE,
    &missing_rollback::RULE,
    &empty_rollback::RULE,
    &rollback_incomplete::RULE,
    &rollback_records::RULE,
    &rollback_beside::RULE,
    &mixed_ddl_dml::RULE,
    &if_exists::RULE,
    &select_star::RULE,
    &environment_literal::RULE,
    &foreign_key_index::RULE,
    &missing_rls::RULE,
    &rls_without_policy::RULE,
    &policy_always_true::RULE,
    &security_definer_search_path::RULE,
    &grant_to_public::RULE,
    &view_security_invoker::RULE,
    &enum_value_used::RULE,
    &duplicate_index::RULE,
    &drop_without_backup::RULE,
    &unbatched_write::RULE,
    &analyze_after_write::RULE,
    &lock_table::RULE,
    &changed_after_merge::RULE,
    &changed_after_apply::RULE,
    &uncommitted::RULE,
    &out_of_order::RULE,
    &squawk_ignore::RULE,
    &allow_without_reason::RULE,
    &allow_unused::RULE,
];
