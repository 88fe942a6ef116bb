//! The columns and keys of a table that is made, and the changes of one that is there.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::{child, name, names_of, object, plain, range};
use super::{Aspect, TableChange};

/// What a new table has.
pub(super) fn parts(list: &SyntaxNode) -> Vec<TableChange> {
    let mut parts = Vec::new();
    for part in list.children() {
        if part.kind() == SyntaxKind::COLUMN {
            column(&part, false, &mut parts);
        } else {
            parts.extend(constraint(&part, None));
        }
    }
    parts
}

/// What is changed of a table.
pub(super) fn changes(statement: &ast::AlterTable) -> Vec<TableChange> {
    use ast::AlterTableAction as Action;
    let mut changes = Vec::new();
    for action in statement.actions() {
        let node = action.syntax().clone();
        let column_name = || child(&node, SyntaxKind::COLUMN_NAME_REF).map(|column| name(&column));
        let if_exists = child(&node, SyntaxKind::IF_EXISTS).is_some();
        let cascade = child(&node, SyntaxKind::CASCADE).is_some();
        let change = match action {
            Action::AddColumn(add) => {
                column(add.syntax(), add.if_not_exists().is_some(), &mut changes);
                continue;
            }
            Action::AddConstraint(add) => add.constraint().and_then(|added| constraint(added.syntax(), None)),
            Action::DropColumn(_) => column_name().map(|name| TableChange::DropColumn { name, if_exists, cascade }),
            Action::DropConstraint(_) => {
                let dropped = child(&node, SyntaxKind::CONSTRAINT_NAME_REF);
                let dropped = dropped.and_then(|named| object(&named).or_else(|| Some(plain_object(&named))));
                dropped.map(|named| TableChange::DropConstraint { name: named.name, if_exists, cascade })
            }
            Action::EnableRls(_) => Some(TableChange::EnableRls),
            Action::DisableRls(_) => Some(TableChange::DisableRls),
            Action::TableRenameTo(_) => object(&node).map(|to| TableChange::Rename(to.name)),
            Action::RenameColumn(_) => {
                let to = child(&node, SyntaxKind::COLUMN_NAME).map(|column| name(&column));
                column_name().zip(to).map(|(from, to)| TableChange::RenameColumn(from, to))
            }
            Action::SetSchema(_) => {
                child(&node, SyntaxKind::SCHEMA_REF).map(|schema| TableChange::SetSchema(name(&schema)))
            }
            Action::AlterColumn(alter) => {
                let to = alter.option().map(|option| plain(option.syntax())).unwrap_or_default();
                let aspect = alter.option().map_or(Aspect::Other, aspect);
                column_name().map(|name| TableChange::AlterColumn { name, aspect, to })
            }
            Action::AttachPartition(_) => object(&node).map(TableChange::Attach),
            Action::SetOptions(_) | Action::ResetOptions(_) => {
                changes.extend(parameters(&node));
                continue;
            }
            Action::RenameConstraint(_) => {
                let from = child(&node, SyntaxKind::CONSTRAINT_NAME_REF).and_then(|from| object(&from));
                let to = child(&node, SyntaxKind::CONSTRAINT_NAME).map(|to| name(&to));
                from.zip(to).map(|(from, to)| TableChange::RenameConstraint(from.name, to))
            }
            Action::ValidateConstraint(_) => Some(TableChange::Other),
            Action::DetachPartition(_) => object(&node).map(TableChange::Detach),
            _ => None,
        };
        changes.push(change.unwrap_or_else(|| setting(&node)));
    }
    changes
}

/// Parameters that are set or go back to their defaults, each by itself.
fn parameters(node: &SyntaxNode) -> Vec<TableChange> {
    let on = node.kind() == SyntaxKind::SET_OPTIONS;
    let options = node.descendants().filter(|part| part.kind() == SyntaxKind::ATTRIBUTE_OPTION);
    let set = options.map(|option| {
        let to = plain(&option);
        let name = to.split('=').next().unwrap_or_default().trim_matches('"').to_owned();
        TableChange::Setting { what: format!("parameter {name}"), to: format!("{on} {to}"), on: Some(on) }
    });
    set.collect()
}

/// Another setting: what it is about, by the words of its action.
fn setting(node: &SyntaxNode) -> TableChange {
    use SyntaxKind as Kind;
    let to = plain(node);
    let named = || node.first_child().map(|part| object(&part).map_or_else(|| name(&part), |object| object.name));
    let of = |kind: &str| {
        format!("{kind} {}", named().unwrap_or_else(|| to.rsplit(' ').next().unwrap_or_default().to_owned()))
    };
    let words = format!("{:?}", node.kind());
    let (what, on) = match node.kind() {
        Kind::OWNER_TO => ("owner".to_owned(), None),
        Kind::SET_LOGGED => ("logging".to_owned(), Some(true)),
        Kind::SET_UNLOGGED => ("logging".to_owned(), Some(false)),
        Kind::FORCE_RLS => ("row level security of its owner".to_owned(), Some(true)),
        Kind::NO_FORCE_RLS => ("row level security of its owner".to_owned(), Some(false)),
        Kind::INHERIT_TABLE => (of("inheritance from"), Some(true)),
        Kind::NO_INHERIT_TABLE => (of("inheritance from"), Some(false)),
        Kind::CLUSTER_ON => ("clustering".to_owned(), Some(true)),
        Kind::SET_WITHOUT_CLUSTER => ("clustering".to_owned(), Some(false)),
        Kind::OF_TYPE => ("row type".to_owned(), Some(true)),
        Kind::NOT_OF => ("row type".to_owned(), Some(false)),
        Kind::REPLICA_IDENTITY => ("replica identity".to_owned(), None),
        Kind::SET_TABLESPACE => ("tablespace".to_owned(), None),
        Kind::SET_ACCESS_METHOD => ("access method".to_owned(), None),
        _ if words.ends_with("TRIGGER") => (of("trigger"), Some(!words.starts_with("DISABLE"))),
        _ if words.ends_with("RULE") => (of("rule"), Some(!words.starts_with("DISABLE"))),
        _ => (words.to_ascii_lowercase().replace('_', " "), None),
    };
    TableChange::Setting { what, to, on }
}

fn aspect(option: ast::AlterColumnOption) -> Aspect {
    use ast::AlterColumnOption as Option;
    match option {
        Option::SetType(_) => Aspect::Type,
        Option::SetDefault(_) | Option::DropDefault(_) => Aspect::Default,
        Option::SetNotNull(_) | Option::DropNotNull(_) => Aspect::NotNull,
        Option::AddGenerated(_)
        | Option::DropIdentity(_)
        | Option::SetGenerated(_)
        | Option::SetGeneratedOptions(_)
        | Option::SetSequenceOption(_)
        | Option::Restart(_) => Aspect::Identity,
        Option::SetStatistics(_) => Aspect::Statistics,
        Option::SetStorage(_) => Aspect::Storage,
        Option::SetCompression(_) => Aspect::Compression,
        Option::SetExpression(_) | Option::DropExpression(_) => Aspect::Expression,
        _ => Aspect::Other,
    }
}

fn plain_object(node: &SyntaxNode) -> super::Object {
    super::Object { schema: None, name: name(node) }
}

/// A column and the keys that are written with it.
fn column(node: &SyntaxNode, if_not_exists: bool, parts: &mut Vec<TableChange>) {
    let Some(named) = child(node, SyntaxKind::COLUMN_NAME).map(|column| name(&column)) else { return };
    let generated = child(node, SyntaxKind::GENERATED_CONSTRAINT);
    let generated = generated.is_some_and(|one| child(&one, SyntaxKind::GENERATED_STORED).is_some());
    parts.push(TableChange::AddColumn { name: named.clone(), if_not_exists, generated });
    for part in node.children() {
        if let Some(key) = constraint(&part, Some(&named)) {
            parts.push(key);
        }
    }
}

/// A constraint; of one column where it is written with it.
fn constraint(node: &SyntaxNode, column: Option<&str>) -> Option<TableChange> {
    let clause = child(node, SyntaxKind::CONSTRAINT_NAME_CLAUSE);
    let called = clause.and_then(|clause| child(&clause, SyntaxKind::CONSTRAINT_NAME)).map(|called| name(&called));
    let columns = |list: Option<SyntaxNode>| match (column, list) {
        (Some(column), _) => vec![column.to_owned()],
        (None, Some(list)) => {
            let columns = list.descendants().filter(|part| part.kind() == SyntaxKind::COLUMN_NAME_REF);
            columns.map(|column| name(&column)).collect()
        }
        (None, None) => Vec::new(),
    };
    Some(match node.kind() {
        SyntaxKind::PRIMARY_KEY_CONSTRAINT | SyntaxKind::UNIQUE_CONSTRAINT => {
            let list = child(node, SyntaxKind::INDEX_PARAMETERS);
            let list = list.and_then(|list| child(&list, SyntaxKind::CONSTRAINT_COLUMN_REF_LIST));
            let index =
                child(node, SyntaxKind::USING_INDEX_NAME).and_then(|index| object(&index)).map(|index| index.name);
            let primary = node.kind() == SyntaxKind::PRIMARY_KEY_CONSTRAINT;
            TableChange::Key { name: called, columns: columns(list), primary, index }
        }
        SyntaxKind::REFERENCES_CONSTRAINT | SyntaxKind::FOREIGN_KEY_CONSTRAINT => TableChange::ForeignKey {
            name: called,
            columns: columns(child(node, SyntaxKind::FOREIGN_KEY_COLUMN_LIST)),
            target: child(node, SyntaxKind::TABLE_NAME_REF).and_then(|target| object(&target))?,
            range: range(node),
        },
        SyntaxKind::CHECK_CONSTRAINT | SyntaxKind::EXCLUDE_CONSTRAINT if column.is_none() || called.is_some() => {
            let ending = if node.kind() == SyntaxKind::CHECK_CONSTRAINT { "check" } else { "excl" };
            TableChange::Constraint { name: called, columns: names_of(node, SyntaxKind::NAME_REF), ending }
        }
        SyntaxKind::NOT_NULL_CONSTRAINT if column.is_none() => {
            let columns = names_of(node, SyntaxKind::COLUMN_NAME_REF);
            TableChange::Constraint { name: called, columns, ending: "not_null" }
        }
        _ => return None,
    })
}
