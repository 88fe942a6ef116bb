//! A migration whose type is not what it does.

use crate::migration::name::MigrationType;
use crate::review::deed::Deed;
use crate::review::finding::Severity;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "type-fits-contents",
    level: Some(Severity::Warning),
    what: "a migration whose type is not what it does",
    why: "People look for a change by the type in its name.",
    how: "Rename the migration, or move the other statements to one of their own.",
    link: "docs/review.md",
    examples: &[
        Example::bad("CREATE TABLE t (id bigint);").named("20260801093000_drop_reports"),
        Example::bad("INSERT INTO t VALUES (1);").named("20260801093000_create_metrics"),
        Example::bad("DROP TABLE t;").named("20260801093000_seed_metrics"),
        Example::good("CREATE TABLE t (id bigint); ALTER TABLE t ENABLE ROW LEVEL SECURITY;")
            .named("20260801093000_create_metrics"),
        Example::good("DROP TABLE t;").named("20260801093000_drop_reports"),
        Example::good("INSERT INTO t VALUES (1);").named("20260801093000_seed_metrics"),
        Example::good("UPDATE t SET a = 1;").named("20260801093000_fix_metrics"),
    ],
    check: Check::Alone(check),
};

fn check(subject: &Subject<'_>, report: &mut Report) {
    let kind = subject.name.kind();
    let fits: fn(&Deed) -> bool = match kind {
        MigrationType::Create => {
            |deed| matches!(deed, Deed::CreateTable(_) | Deed::CreateView(_) | Deed::CreateRoutine(_)) || makes(deed)
        }
        MigrationType::Drop => |deed| matches!(deed, Deed::Drop(_) | Deed::AlterTable(..) | Deed::Alter(_)),
        MigrationType::Seed => |deed| matches!(deed, Deed::Write(_) | Deed::Do | Deed::Select | Deed::Truncate(_)),
        // What is altered or corrected may take any statement.
        MigrationType::Alter | MigrationType::Fix => return,
    };
    let history = &subject.settings.history;
    let mut working = subject.up.working().filter(|one| match &one.deed {
        Deed::Write(write) => write.table.name != history.table,
        _ => true,
    });
    let Some(first) = working.next() else { return };
    if !fits(&first.deed) && !working.any(|one| fits(&one.deed)) {
        let word = kind.word();
        report.up(first.range.clone(), format!("The migration is called a `{word}`, and no statement of it is one."));
    }
}

fn makes(deed: &Deed) -> bool {
    matches!(deed, Deed::CreateIndex(_) | Deed::CreatePolicy(_) | Deed::Create(..))
}
