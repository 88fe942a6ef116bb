//! Constraints of tables, with their indexes where they have one.

use super::{Alteration, Family, Pair, common, index};
use crate::schema::attribute::Attribute;
use crate::schema::kind::Kind;
use crate::schema::name::quoted;
use crate::schema::object::Object;
use crate::schema::snapshot::Snapshot;

pub(super) const FAMILY: Family =
    Family { kinds: &[Kind::Constraint], create, complete: index::attach_index, alter, drop };

/// What makes a constraint. A foreign key or a CHECK that is validated is so at once; to validate it apart, its
/// `NOT VALID` form is [`create_unvalidated`].
fn create(constraint: &Object, snapshot: &Snapshot) -> Vec<String> {
    // The indexes of partitions are objects of their own, which are attached to that of the partitioned table.
    let has_index = !matches!(constraint.text(Attribute::ConstraintType), Some("check" | "foreign key"));
    let only = if has_index && index::is_of_partitioned(constraint, snapshot) { "ONLY " } else { "" };
    let unvalidated = if constraint.flag(Attribute::Unvalidated) { " NOT VALID" } else { "" };
    let mut statements = vec![format!("{}{unvalidated}", add(constraint, only))];
    statements.extend(index::settings(constraint));
    statements
}

/// What makes a foreign key or a CHECK without looking at the rows that are there, and then looks at them under a lock
/// that lets writers pass; `None` for a constraint that has no such form.
#[must_use]
pub fn create_unvalidated(constraint: &Object) -> Option<[String; 2]> {
    let is_of_rows = matches!(constraint.text(Attribute::ConstraintType), Some("check" | "foreign key"));
    if !is_of_rows || constraint.flag(Attribute::Unvalidated) || constraint.flag(Attribute::Unenforced) {
        return None;
    }
    let table = constraint.id.whole()?;
    let validate = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {}", quoted(&constraint.id.name));
    Some([format!("{} NOT VALID", add(constraint, "")), validate])
}

fn add(constraint: &Object, only: &str) -> String {
    let table = constraint.id.whole().unwrap_or_default();
    let definition = constraint.text(Attribute::Definition).unwrap_or_default();
    let mut statement =
        format!("ALTER TABLE {only}{table} ADD CONSTRAINT {} {definition}", quoted(&constraint.id.name));
    if constraint.text(Attribute::ConstraintType) != Some("exclusion") {
        let options = common::with_options(constraint.pairs(Attribute::Options), "");
        if !options.is_empty() {
            statement.push_str(&format!(" WITH ({})", options.join(", ")));
        }
        if let Some(tablespace) = constraint.text(Attribute::Tablespace) {
            statement.push_str(&format!(" USING INDEX TABLESPACE {}", quoted(tablespace)));
        }
    }
    for (attribute, words) in [
        (Attribute::NoInherit, " NO INHERIT"),
        (Attribute::Deferrable, " DEFERRABLE"),
        (Attribute::Deferred, " INITIALLY DEFERRED"),
        (Attribute::Unenforced, " NOT ENFORCED"),
    ] {
        if constraint.flag(attribute) {
            statement.push_str(words);
        }
    }
    statement
}

fn drop(constraint: &Object) -> Vec<String> {
    let table = constraint.id.whole().unwrap_or_default();
    vec![format!("ALTER TABLE {table} DROP CONSTRAINT {}", quoted(&constraint.id.name))]
}

fn alter(pair: Pair<'_>) -> Alteration {
    let to = pair.to;
    let fixed = [
        Attribute::ConstraintType,
        Attribute::Definition,
        Attribute::NoInherit,
        Attribute::Unenforced,
        Attribute::Invalid,
    ];
    if let Some(remade) = pair.remade_by(&fixed) {
        return remade;
    }
    let table = to.id.whole().unwrap_or_default();
    let name = quoted(&to.id.name);
    let mut statements = Vec::new();
    if let Some(attribute) = pair.first_of(&[Attribute::Deferrable, Attribute::Deferred]) {
        if to.text(Attribute::ConstraintType) != Some("foreign key") {
            return Alteration::remake(format!("Of such a constraint it cannot be altered: {attribute}."));
        }
        let words = match (to.flag(Attribute::Deferrable), to.flag(Attribute::Deferred)) {
            (true, true) => "DEFERRABLE INITIALLY DEFERRED",
            (true, false) => "DEFERRABLE INITIALLY IMMEDIATE",
            (false, _) => "NOT DEFERRABLE",
        };
        statements.push(format!("ALTER TABLE {table} ALTER CONSTRAINT {name} {words}"));
    }
    if pair.differs(Attribute::Unvalidated) {
        if to.flag(Attribute::Unvalidated) {
            return Alteration::remake("A constraint that is validated stays so.");
        }
        statements.push(format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"));
    }
    let of_index = index::alter_settings(pair);
    if of_index.remake.is_some() {
        return of_index;
    }
    statements.extend(of_index.statements);
    Alteration::of(statements)
}
