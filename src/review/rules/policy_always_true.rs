//! A policy that lets every row pass.

use crate::review::deed::Deed;
use crate::review::finding::Severity;
use crate::review::known::Known;
use crate::review::rule::{Check, Example, Report, Rule};
use crate::review::subject::Subject;

/// The rule.
pub static RULE: Rule = Rule {
    name: "policy-always-true",
    level: Some(Severity::Warning),
    what: "a policy that lets every row pass",
    why: "Row level security is on, and keeps nothing back.",
    how: "Write the condition, or grant the right without row level security.",
    link: "https://www.postgresql.org/docs/current/sql-createpolicy.html",
    examples: &[
        Example::bad("CREATE POLICY p ON t FOR SELECT USING (true);"),
        Example::bad("CREATE POLICY p ON t FOR INSERT WITH CHECK ( TRUE );"),
        Example::bad("CREATE POLICY p ON t USING (1=1);"),
        Example::bad("CREATE POLICY p ON t USING ('t'::boolean);"),
        Example::bad("CREATE POLICY p ON t USING (owner = current_user OR (TRUE));"),
        Example::bad("ALTER POLICY p ON t USING (true);"),
        Example::bad("ALTER POLICY p ON t TO public WITH CHECK (CAST('yes' AS bool));"),
        Example::good("CREATE POLICY p ON t USING (owner = current_user);"),
        Example::good("CREATE POLICY p ON t USING (owner = current_user AND true);"),
        Example::good("CREATE POLICY p ON t USING (1 = 2 OR NULL = NULL OR 'f'::boolean);"),
        Example::good("ALTER POLICY p ON t USING (owner = current_user);"),
        Example::good("ALTER POLICY p ON t RENAME TO q;"),
        Example::good("CREATE POLICY p ON t AS RESTRICTIVE USING (true);"),
        Example::good("ALTER POLICY p ON t USING (true);").after("CREATE POLICY p ON t AS RESTRICTIVE USING (a);"),
        Example::bad("DO $$ BEGIN CREATE POLICY p ON t USING (true); END $$;"),
    ],
    check: Check::Known(check),
};

fn check(subject: &Subject<'_>, known: &Known, report: &mut Report) {
    for statement in subject.up.with_inner() {
        let (Deed::CreatePolicy(policy) | Deed::AlterPolicy(policy)) = &statement.deed else { continue };
        // To alter a policy says nothing of its kind, which was settled when it was made.
        let policies = known.table(&policy.table).map_or(&[][..], |table| &table.policies);
        let restricts = policy.restrictive || policies.contains(&(policy.name.clone(), true));
        for range in policy.open.iter().filter(|_| !restricts) {
            report.up(range.clone(), format!("The policy {} on {} lets every row pass.", policy.name, policy.table));
        }
    }
}
