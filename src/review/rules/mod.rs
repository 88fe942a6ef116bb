//! The rules of Tidegate's own, each in its file. A new rule is a new file and a line here.

macro_rules! rules {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+
        /// Every rule of Tidegate's own, in the order in which they are listed.
        pub static RULES: &[&Rule] = &[$(&$name::RULE),+];
    };
}

use super::rule::Rule;

rules![
    syntax,
    runnable,
    file_name,
    type_fits_contents,
    missing_author,
    missing_ticket,
    missing_description,
    header_name,
    records_own_name,
    pre_check,
    unfinished,
    missing_rollback,
    empty_rollback,
    rollback_incomplete,
    rollback_records,
    rollback_beside,
    mixed_ddl_dml,
    if_exists,
    select_star,
    environment_literal,
    foreign_key_index,
    missing_rls,
    rls_without_policy,
    policy_always_true,
    security_definer_search_path,
    grant_to_public,
    view_security_invoker,
    enum_value_used,
    duplicate_index,
    drop_without_backup,
    unbatched_write,
    analyze_after_write,
    lock_table,
    changed_after_merge,
    changed_after_apply,
    uncommitted,
    out_of_order,
    allow_without_reason,
    allow_unused,
];
