//! What is done with each object, step by step.

use super::DraftStatement;
use super::along::COMING_DOWN;
use super::lookup::tables_and_above;
use super::parts::{is_type, whole};
use super::plan::{Fate, Plan};
use super::rebuild::{old_id, old_name};
use super::statement::{destroying, plain};
use crate::schema::attribute::Attribute;
use crate::schema::ddl::{self, Pair};
use crate::schema::kind::Kind;
use crate::schema::name::{Name, quoted};
use crate::schema::object::{Attributes, Object, ObjectId};

/// What is done with an object. The order is that in which actions run where nothing else decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Step {
    /// It lets go of others: a column of its default or its identity, a table of its parents.
    Release,
    /// It is removed, or put out of the way by another name.
    Drop,
    /// A type is named, to be defined later.
    Declare,
    /// It is made.
    Create,
    /// It is changed.
    Alter,
    /// It is joined to what it goes with.
    Complete,
    /// What was put out of the way is removed.
    Finish,
}

/// One action with its statements.
pub(super) struct Action {
    pub(super) step: Step,
    pub(super) id: ObjectId,
    pub(super) statements: Vec<DraftStatement>,
}

impl<'s> Plan<'s> {
    pub(super) fn push_actions(&self, id: &ObjectId, actions: &mut Vec<Action>) {
        let mut push = |step: Step, statements: Vec<DraftStatement>| {
            actions.push(Action { step, id: id.clone(), statements });
        };
        let (from, to) = (self.left.get(id), self.right.get(id));
        let fate = &self.fates[id];
        if let (Fate::Drop | Fate::Remake, Some(from)) = (fate, from) {
            let mut statements = Vec::new();
            if !self.is_dropped_along(id) {
                if self.rebuilt.contains(id) {
                    statements = self.put_aside(id);
                    push(Step::Finish, vec![destroying(format!("DROP TABLE {}", old_id(id)), id)]);
                } else if self.has_columns_to_bring(id) {
                    let word = match id.kind {
                        Kind::Collation => "COLLATION",
                        Kind::Table => "TABLE",
                        _ => "TYPE",
                    };
                    statements.push(plain(format!("ALTER {word} {id} RENAME TO {}", quoted(&old_name(id))), &[id]));
                    if id.kind == Kind::Range {
                        let renames = rename_range_family(from, self.left.server.major);
                        statements.extend(renames.into_iter().map(|sql| plain(sql, &[id])));
                    }
                    push(Step::Finish, vec![destroying(format!("DROP {word} {}", old_id(id)), id)]);
                } else {
                    statements = self.removal(from);
                }
            }
            push(Step::Drop, statements);
            // What is in a circle lets go of the others first.
            if self.left_circles.has_view(id) {
                push(Step::Release, vec![plain(self.left_circles.empty_view(id), &[id])]);
            } else if self.left_circles.has_default(id) {
                let table = id.whole().unwrap_or_default();
                let release = format!("ALTER TABLE {table} ALTER COLUMN {} DROP DEFAULT", quoted(&id.name));
                push(Step::Release, vec![plain(release, &[id])]);
            }
        }
        match (fate, to) {
            (Fate::Create | Fate::Remake, Some(to)) => {
                if id.kind == Kind::BaseType {
                    push(Step::Declare, vec![plain(format!("CREATE TYPE {id}"), &[id])]);
                }
                if self.right_circles.has_view(id) {
                    push(Step::Declare, vec![plain(self.right_circles.empty_view(id), &[id])]);
                }
                let is_identity = to.get(Attribute::IdentityOf).is_some();
                // The sequence of an identity comes with its column, but who may use it is said apart.
                let is_along = self.is_created_along(id) && !is_identity;
                let mut statements = if is_along { self.of_its_own(to) } else { self.making(to) };
                if self.rebuilt.contains(id) {
                    statements.extend(self.bring_rows(id));
                }
                push(Step::Create, statements);
                let mut completing = ddl::complete(to, self.right);
                if self.right_circles.has_default(id) {
                    let default = to.text(Attribute::Default).unwrap_or_default();
                    let table = id.whole().unwrap_or_default();
                    completing
                        .push(format!("ALTER TABLE {table} ALTER COLUMN {} SET DEFAULT {default}", quoted(&id.name)));
                }
                if !completing.is_empty() && !to.flag(Attribute::Shell) {
                    push(Step::Complete, completing.into_iter().map(|sql| plain(sql, &[id])).collect());
                }
            }
            (Fate::Alter(statements), Some(to)) => self.push_alteration(id, to, statements, &mut push),
            (Fate::Alter(statements), None) => {
                push(Step::Alter, statements.iter().map(|sql| plain(sql.clone(), &[id])).collect());
            }
            _ => {}
        }
    }

    /// Whether a type that is made anew must be there until its columns, or those of types upon it, are brought over.
    pub(super) fn has_columns_to_bring(&self, id: &ObjectId) -> bool {
        let is_put_aside = |user: &&ObjectId| {
            let composite = whole(user, self.left).filter(|whole| whole.kind == Kind::CompositeType);
            let user = composite.unwrap_or(user);
            user != id && self.fates.get(user) == Some(&Fate::Remake) && self.has_columns_to_bring(user)
        };
        (is_type(id.kind) || self.is_replaced(id))
            && (self.left_names.of_type(id).iter().any(|column| self.retyped.contains(&column.id))
                || self.dependents.get(id).is_some_and(|users| users.iter().any(is_put_aside)))
    }

    pub(super) fn push_alteration(
        &self,
        id: &ObjectId,
        to: &Object,
        statements: &[String],
        push: &mut impl FnMut(Step, Vec<DraftStatement>),
    ) {
        let Some(from) = self.left.get(id) else { return };
        let mut statements = statements.to_vec();
        if let Some(inherited) = self.after_parent(from, to) {
            statements = inherited;
        }
        if matches!(id.kind, Kind::Table | Kind::ForeignTable) {
            // It leaves its parents before they or it change, and is joined to them when all have their columns.
            let leaves = |sql: &String| {
                sql.contains(" DETACH PARTITION ") || sql.contains(" NO INHERIT ") || sql.ends_with(" NOT OF")
            };
            let mut leaving: Vec<String>;
            (leaving, statements) = statements.into_iter().partition(leaves);
            leaving.extend(self.left_behind(from, to));
            if !leaving.is_empty() {
                push(Step::Release, leaving.into_iter().map(|sql| self.changing(sql, id)).collect());
            }
            let of_type = format!("ALTER TABLE {id} OF ");
            let joins = |sql: &String| {
                sql.contains(" ATTACH PARTITION ") || sql.contains(" INHERIT ") || sql.starts_with(&of_type)
            };
            let mut joining: Vec<String>;
            (joining, statements) = statements.into_iter().partition(joins);
            if joining.iter().any(|sql| sql.contains(" ATTACH PARTITION ")) {
                joining.splice(0..0, self.checks_of_parents(to));
            }
            if !joining.is_empty() {
                push(Step::Complete, joining.into_iter().map(|sql| self.changing(sql, id)).collect());
            }
        }
        if id.kind == Kind::Sequence {
            // It is nobody's when its owner goes, and its new owner may need it before it is its.
            let owned: Vec<String>;
            (owned, statements) = statements.into_iter().partition(|sql| sql.contains(" OWNED BY "));
            let (freed, owned): (Vec<String>, Vec<String>) =
                owned.into_iter().partition(|sql| sql.ends_with(" OWNED BY NONE"));
            let is_left = from.text(Attribute::OwnedBy).is_some_and(|column| self.column_goes(column));
            if !freed.is_empty() || is_left && !owned.is_empty() {
                push(Step::Release, vec![plain(format!("ALTER SEQUENCE {id} OWNED BY NONE"), &[id])]);
            }
            if !owned.is_empty() {
                push(Step::Complete, owned.into_iter().map(|sql| plain(sql, &[id])).collect());
            }
        }
        if self.right_circles.has_view(id) && from.get(Attribute::Query) != to.get(Attribute::Query) {
            push(Step::Declare, vec![plain(self.right_circles.empty_view(id), &[id])]);
        }
        if id.kind != Kind::Column {
            push(Step::Alter, statements.into_iter().map(|sql| self.changing(sql, id)).collect());
            return;
        }
        let table = id.whole().unwrap_or_default();
        let name = quoted(&id.name);
        // A default that comes down from above can only be dropped then.
        let has_above = self.comes_down(id, Attribute::Default).is_some();
        let is_release = |sql: &String| sql.ends_with(" DROP DEFAULT") && !has_above || sql.ends_with(" DROP IDENTITY");
        let (mut releases, mut rest): (Vec<String>, Vec<String>) = statements.into_iter().partition(is_release);
        let word = match whole(id, self.right).map(|whole| whole.kind) {
            Some(Kind::View) => "VIEW",
            Some(Kind::ForeignTable) => "FOREIGN TABLE",
            Some(Kind::CompositeType) => "TYPE",
            _ => "TABLE",
        };
        let is_released = self.released.contains(id) && from.get(Attribute::Default).is_some();
        if is_released && releases.is_empty() {
            releases.push(format!("ALTER {word} {table} ALTER COLUMN {name} DROP DEFAULT"));
        }
        if self.retyped.contains(id) && !rest.iter().any(|sql| sql.contains(" SET DATA TYPE ")) {
            let collation = to.text(Attribute::Collation).map(|one| format!(" COLLATE {one}")).unwrap_or_default();
            let data_type = to.text(Attribute::DataType).unwrap_or_default();
            rest.insert(0, if word == "TYPE" {
                format!("ALTER TYPE {table} ALTER ATTRIBUTE {name} SET DATA TYPE {data_type}")
            } else {
                format!("ALTER {word} {table} ALTER COLUMN {name} SET DATA TYPE {data_type}{collation} USING {name}::text::{data_type}")
            });
        } else if self.retyped.contains(id) {
            rest = rest
                .into_iter()
                .map(|sql| {
                    let (direct, by_text) = (format!("USING {name}::"), format!("USING {name}::text::"));
                    if sql.contains(&by_text) { sql } else { sql.replace(&direct, &by_text) }
                })
                .collect();
        }
        if is_released
            && let Some(default) = to.text(Attribute::Default)
            && !rest.iter().any(|sql| sql.contains(" SET DEFAULT "))
        {
            rest.push(format!("ALTER {word} {table} ALTER COLUMN {name} SET DEFAULT {default}"));
        }
        if self.right_circles.has_default(id) {
            // What it needs may need the column as it is then.
            let defaults: Vec<String>;
            (defaults, rest) = rest.into_iter().partition(|sql| sql.contains(" SET DEFAULT "));
            push(Step::Complete, defaults.into_iter().map(|sql| plain(sql, &[id])).collect());
        }
        if !releases.is_empty() {
            push(Step::Release, releases.into_iter().map(|sql| plain(sql, &[id])).collect());
        }
        let is_computed = [from, to].iter().all(|column| column.get(Attribute::Generated).is_some());
        if word == "FOREIGN TABLE" || is_computed {
            // Its values are elsewhere, or computed anew: nothing is to be converted.
            rest = rest
                .into_iter()
                .map(|sql| sql.split_once(" USING ").map_or_else(|| sql.clone(), |(sql, _)| sql.to_owned()))
                .collect();
        }
        push(Step::Alter, rest.into_iter().map(|sql| self.changing(sql, id)).collect());
    }

    /// What a column says otherwise than the one above it that it comes with.
    fn of_its_own(&self, column: &Object) -> Vec<DraftStatement> {
        let table_comes = whole(&column.id, self.right).is_some_and(|table| self.comes(table));
        let parent = self.parent_part(&column.id, self.right).and_then(|parent| self.right.get(&parent));
        let Some(parent) = parent.filter(|_| column.id.kind == Kind::Column && !table_comes) else { return Vec::new() };
        let mut attributes = Attributes::new();
        for attribute in COMING_DOWN.iter().chain(&[Attribute::Compression]) {
            attributes.some(*attribute, parent.get(*attribute).cloned());
        }
        for attribute in [Attribute::Generated, Attribute::Virtual, Attribute::Identity] {
            attributes.some(attribute, column.get(attribute).cloned());
        }
        let now = Object::new(column.id.clone(), attributes);
        let alteration = ddl::alter(Pair { from: &now, to: column, from_schema: self.right, to_schema: self.right });
        alteration.statements.into_iter().map(|sql| self.changing(sql, &column.id)).collect()
    }

    /// The checks that a table must have before it becomes a partition: its parents' own.
    fn checks_of_parents(&self, table: &Object) -> Vec<String> {
        let mut statements = Vec::new();
        for parent in tables_and_above(table.list(Attribute::Inherits), self.right) {
            for check in self.right.parts(&parent.id, Kind::Constraint) {
                // One that comes to the parent later comes down by itself.
                let is_there = self.left.get(&check.id).is_some_and(|before| before.attributes() == check.attributes());
                if is_there && check.text(Attribute::ConstraintType) == Some("check") {
                    let id = table.id.part(Kind::Constraint, check.id.name.clone());
                    let attributes = Attributes::without(check.attributes(), Attribute::Comment);
                    let made = ddl::create(&Object::new(id, attributes), self.right);
                    statements.extend(made.into_iter().take(1));
                }
            }
        }
        statements
    }

    /// What a table that leaves a parent keeps of that one's constraints as its own: its checks, and a partition its
    /// foreign keys too.
    fn left_behind(&self, from: &Object, to: &Object) -> Vec<String> {
        let stays = to.list(Attribute::Inherits);
        let leaves = from.list(Attribute::Inherits).iter().filter(|parent| !stays.contains(parent));
        let mut names: Vec<&Name> = Vec::new();
        for parent in tables_and_above(leaves, self.left) {
            for constraint in self.left.parts(&parent.id, Kind::Constraint) {
                let comes_down = match constraint.text(Attribute::ConstraintType) {
                    Some("check") => constraint.get(Attribute::NoInherit).is_none(),
                    Some("foreign key") => true,
                    _ => false,
                };
                let name = &constraint.id.name;
                let is_own = self.left.get(&from.id.part(Kind::Constraint, name.clone())).is_some();
                if comes_down && !is_own && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let dropped = |name: &Name| format!("ALTER TABLE {} DROP CONSTRAINT {}", from.id, quoted(name));
        names.into_iter().map(dropped).collect()
    }

    /// What is left to change in a column when the changes of those above it have come down to it.
    pub(super) fn after_parent(&self, from: &Object, to: &Object) -> Option<Vec<String>> {
        if to.id.kind != Kind::Column || self.parent_part(&to.id, self.right).is_none() {
            return None;
        }
        let mut attributes = Attributes::new();
        for attribute in Attribute::ALL {
            let source = self.comes_down(&to.id, *attribute).unwrap_or(from);
            attributes.some(*attribute, source.get(*attribute).cloned());
        }
        let now = Object::new(from.id.clone(), attributes);
        let alteration = ddl::alter(Pair { from: &now, to, from_schema: self.left, to_schema: self.right });
        alteration.remake.is_none().then_some(alteration.statements)
    }
}

/// What puts the multirange and the constructors of a range out of the way, after the range itself.
fn rename_range_family(range: &Object, major: u32) -> Vec<String> {
    let id = &range.id;
    let old = old_id(id);
    let subtype = range.pairs(Attribute::Properties).iter().find(|(key, _)| **key == *"SUBTYPE");
    let subtype = subtype.map(|(_, name)| &**name).unwrap_or_default();
    let mut constructors = vec![(id, format!("{subtype}, {subtype}")), (id, format!("{subtype}, {subtype}, text"))];
    let multirange = ObjectId { name: multirange_name(range).into(), ..id.clone() };
    let mut statements = Vec::new();
    if major >= 14 {
        statements.push(format!("ALTER TYPE {multirange} RENAME TO {}", quoted(&old_name(&multirange))));
        constructors.push((&multirange, String::new()));
        constructors.push((&multirange, old.to_string()));
        constructors.push((&multirange, format!("VARIADIC {old}[]")));
    }
    let renamed = constructors
        .iter()
        .map(|(name, arguments)| format!("ALTER FUNCTION {name}({arguments}) RENAME TO {}", quoted(&old_name(name))));
    statements.extend(renamed);
    statements
}

/// What the multirange of a range is called (14 and later).
pub(super) fn multirange_name(range: &Object) -> String {
    let said = range.pairs(Attribute::Properties).iter().find(|(key, _)| **key == *"MULTIRANGE_TYPE_NAME");
    match said {
        Some((_, name)) => crate::schema::name::unquoted(name.rsplit('.').next().unwrap_or(name)).into_owned(),
        None if range.id.name.contains("range") => range.id.name.replacen("range", "multirange", 1),
        None => format!("{}_multirange", range.id.name),
    }
}

/// The multirange of a range (14 and later), as the types of columns name it.
pub(super) fn multirange_type(range: &Object) -> String {
    let said = range.pairs(Attribute::Properties).iter().find(|(key, _)| **key == *"MULTIRANGE_TYPE_NAME");
    match said {
        Some((_, name)) => name.to_string(),
        None => ObjectId { name: multirange_name(range).into(), ..range.id.clone() }.to_string(),
    }
}
