//! From the syntax tree of a statement to what it does.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names::{
    SIGNATURES, changed_name, child, name, named_in, names_of, object, object_or_name, on_table, owned_by, parameters,
    plain, range, signature,
};
use super::table::{changes, parts};
use super::truth::{is_yes, lets_all_pass};
use super::{
    Block, Change, Created, Deed, Drop, Grant, How, Index, Object, Policy, Routine, RoutineChange, Table, TableChange,
    Thing, Verb, View, Write,
};

/// What a statement does.
pub fn deed_of(statement: &ast::Stmt) -> Deed {
    made(statement).or_else(|| changed(statement)).or_else(|| dropped(statement)).unwrap_or_else(|| other(statement))
}

fn made(statement: &ast::Stmt) -> Option<Deed> {
    use ast::Stmt;
    let create = |thing, node: &SyntaxNode| object_or_name(node).map(|name| created(thing, name, node));
    match statement {
        Stmt::CreateTable(node) => table(node.syntax()),
        Stmt::CreateTableAs(node) => table(node.syntax()),
        Stmt::CreateForeignTable(node) => create(Thing::Other("foreign table"), node.syntax()),
        Stmt::CreateIndex(node) => index(node),
        Stmt::CreateView(node) => view(node.syntax(), false),
        Stmt::CreateMaterializedView(node) => view(node.syntax(), true),
        Stmt::CreateFunction(node) => routine(node.syntax(), false),
        Stmt::CreateProcedure(node) => routine(node.syntax(), true),
        Stmt::CreateAggregate(node) => create(Thing::Routine, node.syntax()),
        Stmt::CreatePolicy(node) => policy(node),
        Stmt::CreateSchema(node) => create(Thing::Schema, node.syntax()),
        Stmt::CreateSequence(node) => create(Thing::Sequence, node.syntax()),
        Stmt::CreateType(node) => create(Thing::Type, node.syntax()),
        Stmt::CreateDomain(node) => create(Thing::Domain, node.syntax()),
        Stmt::CreateTrigger(node) => create_on_table(Thing::Trigger, node.syntax()),
        Stmt::CreateRule(node) => create_on_table(Thing::Other("rule"), node.syntax()),
        Stmt::CreateExtension(node) => create(Thing::Extension, node.syntax()),
        Stmt::CreateRole(node) => create(Thing::Role, node.syntax()),
        Stmt::CreateUser(node) => create(Thing::Role, node.syntax()),
        Stmt::CreateGroup(node) => create(Thing::Role, node.syntax()),
        Stmt::CreateCollation(node) => create(Thing::Other("collation"), node.syntax()),
        Stmt::CreateConversion(node) => create(Thing::Other("conversion"), node.syntax()),
        Stmt::CreateEventTrigger(node) => create(Thing::Other("event trigger"), node.syntax()),
        Stmt::CreateForeignDataWrapper(node) => create(Thing::Other("foreign data wrapper"), node.syntax()),
        Stmt::CreateServer(node) => create(Thing::Other("server"), node.syntax()),
        Stmt::CreatePublication(node) => create(Thing::Other("publication"), node.syntax()),
        Stmt::CreateSubscription(node) => create(Thing::Other("subscription"), node.syntax()),
        Stmt::CreateStatistics(node) => create(Thing::Other("statistics"), node.syntax()),
        Stmt::CreateTextSearchConfiguration(node) => create(Thing::Other("text search configuration"), node.syntax()),
        Stmt::CreateTextSearchDictionary(node) => create(Thing::Other("text search dictionary"), node.syntax()),
        Stmt::CreateCast(_)
        | Stmt::CreateOperator(_)
        | Stmt::CreateOperatorClass(_)
        | Stmt::CreateOperatorFamily(_)
        | Stmt::CreateTransform(_)
        | Stmt::CreateAccessMethod(_)
        | Stmt::CreateLanguage(_)
        | Stmt::CreateUserMapping(_)
        | Stmt::CreateTextSearchParser(_)
        | Stmt::CreateTextSearchTemplate(_)
        | Stmt::ImportForeignSchema(_) => Some(change(Verb::Create, statement.syntax())),
        Stmt::SelectInto(node) => table(node.into_clause()?.syntax()),
        _ => None,
    }
}

fn changed(statement: &ast::Stmt) -> Option<Deed> {
    use ast::Stmt;
    match statement {
        Stmt::AlterTable(node) => {
            let name = object(&child(node.syntax(), SyntaxKind::TABLE_RELATION_NAME)?)?;
            let mut changes = changes(node);
            // A view may be altered by this word as well.
            changes.extend(invoker(node.syntax()).map(TableChange::Invoker));
            Some(Deed::AlterTable(name, changes))
        }
        Stmt::AlterView(node) => match invoker(node.syntax()) {
            Some(invoker) => Some(Deed::AlterViewInvoker(object(node.syntax())?, invoker)),
            None => Some(change(Verb::Alter, node.syntax())),
        },
        Stmt::AlterPolicy(node) => altered_policy(node).or_else(|| Some(change(Verb::Alter, node.syntax()))),
        Stmt::AlterFunction(node) => {
            altered_routine(node.syntax()).or_else(|| Some(change(Verb::Alter, node.syntax())))
        }
        Stmt::AlterProcedure(node) => {
            altered_routine(node.syntax()).or_else(|| Some(change(Verb::Alter, node.syntax())))
        }
        Stmt::AlterRoutine(node) => altered_routine(node.syntax()).or_else(|| Some(change(Verb::Alter, node.syntax()))),
        Stmt::AlterType(node) => match node.action() {
            Some(ast::AlterTypeAction::AddValue(value)) => {
                let literal = value.literal()?.string_value()?;
                Some(Deed::AddEnumValue(object(node.syntax())?, literal))
            }
            _ => Some(change(Verb::Alter, node.syntax())),
        },
        Stmt::Grant(node) => grant(node.syntax(), false),
        Stmt::Revoke(node) => grant(node.syntax(), true),
        Stmt::AlterDefaultPrivileges(node) => {
            let given = node.syntax().children().find(|part| part.kind() == SyntaxKind::GRANT_DEFAULT_PRIVILEGES);
            let part = given.clone().unwrap_or_else(|| node.syntax().clone());
            let Some(Deed::Grant(mut grant)) = grant(&part, given.is_none()) else {
                return Some(change(Verb::Alter, node.syntax()));
            };
            grant.by_default = true;
            let schemas = child(node.syntax(), SyntaxKind::IN_SCHEMAS);
            grant.schemas = schemas.iter().flat_map(named_in).map(|schema| schema.name).collect();
            Some(Deed::Grant(grant))
        }
        Stmt::CommentOn(_) | Stmt::SecurityLabel(_) => Some(Deed::Comment),
        _ => None,
    }
}

fn dropped(statement: &ast::Stmt) -> Option<Deed> {
    use ast::Stmt;
    let (thing, node) = match statement {
        Stmt::DropTable(node) => (Thing::Table, node.syntax()),
        Stmt::DropForeignTable(node) => (Thing::Other("foreign table"), node.syntax()),
        Stmt::DropIndex(node) => (Thing::Index, node.syntax()),
        Stmt::DropView(node) => (Thing::View, node.syntax()),
        Stmt::DropMaterializedView(node) => (Thing::MaterializedView, node.syntax()),
        Stmt::DropFunction(node) => (Thing::Routine, node.syntax()),
        Stmt::DropProcedure(node) => (Thing::Routine, node.syntax()),
        Stmt::DropRoutine(node) => (Thing::Routine, node.syntax()),
        Stmt::DropAggregate(node) => (Thing::Routine, node.syntax()),
        Stmt::DropSequence(node) => (Thing::Sequence, node.syntax()),
        Stmt::DropSchema(node) => (Thing::Schema, node.syntax()),
        Stmt::DropType(node) => (Thing::Type, node.syntax()),
        Stmt::DropDomain(node) => (Thing::Domain, node.syntax()),
        Stmt::DropTrigger(node) => (Thing::Trigger, node.syntax()),
        Stmt::DropPolicy(node) => (Thing::Policy, node.syntax()),
        Stmt::DropRule(node) => (Thing::Other("rule"), node.syntax()),
        Stmt::DropExtension(node) => (Thing::Extension, node.syntax()),
        Stmt::DropRole(node) => (Thing::Role, node.syntax()),
        Stmt::DropUser(node) => (Thing::Role, node.syntax()),
        Stmt::DropGroup(node) => (Thing::Role, node.syntax()),
        Stmt::DropCollation(node) => (Thing::Other("collation"), node.syntax()),
        Stmt::DropConversion(node) => (Thing::Other("conversion"), node.syntax()),
        Stmt::DropEventTrigger(node) => (Thing::Other("event trigger"), node.syntax()),
        Stmt::DropForeignDataWrapper(node) => (Thing::Other("foreign data wrapper"), node.syntax()),
        Stmt::DropServer(node) => (Thing::Other("server"), node.syntax()),
        Stmt::DropPublication(node) => (Thing::Other("publication"), node.syntax()),
        Stmt::DropSubscription(node) => (Thing::Other("subscription"), node.syntax()),
        Stmt::DropStatistics(node) => (Thing::Other("statistics"), node.syntax()),
        Stmt::DropTextSearchConfig(node) => (Thing::Other("text search configuration"), node.syntax()),
        Stmt::DropTextSearchDict(node) => (Thing::Other("text search dictionary"), node.syntax()),
        _ => return None,
    };
    let names = match thing {
        Thing::Trigger | Thing::Policy | Thing::Other("rule") => on_table(node).into_iter().collect(),
        _ => named_in(node),
    };
    let has = |kind| child(node, kind).is_some();
    let lists = node.children().filter(|part| thing == Thing::Routine && SIGNATURES.contains(&part.kind()));
    let signatures = lists.flat_map(|list| list.children()).map(|one| signature(&one));
    Some(Deed::Drop(Drop {
        thing,
        names,
        signatures: signatures.collect(),
        if_exists: has(SyntaxKind::IF_EXISTS),
        cascade: has(SyntaxKind::CASCADE),
    }))
}

fn other(statement: &ast::Stmt) -> Deed {
    use ast::Stmt;
    match statement {
        Stmt::Insert(node) => write(node.syntax(), How::Insert),
        Stmt::Update(node) => write(node.syntax(), How::Update),
        Stmt::Delete(node) => write(node.syntax(), How::Delete),
        Stmt::Merge(node) => write(node.syntax(), How::Merge),
        Stmt::Copy(node) if child(node.syntax(), SyntaxKind::COPY_FROM).is_some() => write(node.syntax(), How::Copy),
        Stmt::Copy(_) => Deed::Select,
        // What it runs is not seen.
        Stmt::Call(_) => Deed::Do(Block::Opaque),
        Stmt::Truncate(node) => Deed::Truncate(named_in(node.syntax())),
        Stmt::Lock(node) => Deed::Lock(named_in(node.syntax())),
        Stmt::Vacuum(node) => Deed::Maintain(named_in(node.syntax())),
        Stmt::Analyze(node) => Deed::Maintain(named_in(node.syntax())),
        Stmt::Do(_) => Deed::Do(Block::Read),
        Stmt::Select(_) | Stmt::CompoundSelect(_) | Stmt::ParenSelect(_) => Deed::Select,
        Stmt::Begin(_) => Deed::Begin,
        Stmt::Commit(_) | Stmt::Rollback(_) => Deed::End,
        Stmt::Set(_)
        | Stmt::Reset(_)
        | Stmt::Show(_)
        | Stmt::SetRole(_)
        | Stmt::ResetRole(_)
        | Stmt::SetConstraints(_)
        | Stmt::SetTransaction(_)
        | Stmt::SetSessionAuth(_)
        | Stmt::ResetSessionAuth(_)
        | Stmt::Discard(_) => Deed::Session,
        _ => match first_word(statement.syntax()) {
            Some(SyntaxKind::ALTER_KW) => change(Verb::Alter, statement.syntax()),
            Some(SyntaxKind::DROP_KW) => change(Verb::Drop, statement.syntax()),
            _ => Deed::Other,
        },
    }
}

fn first_word(node: &SyntaxNode) -> Option<SyntaxKind> {
    let mut tokens = node.children_with_tokens().filter_map(|part| part.into_token());
    tokens.find(|token| !token.kind().is_trivia()).map(|token| token.kind())
}

/// A change of an object of a kind that no rule knows more of.
fn change(verb: Verb, node: &SyntaxNode) -> Deed {
    use SyntaxKind as Kind;
    let words = format!("{:?}", node.kind()).to_ascii_lowercase();
    let (_, kind) = words.split_once('_').unwrap_or(("", &words));
    // The object's name stands first, and its table behind it.
    let skipped = [Kind::IF_EXISTS, Kind::IF_NOT_EXISTS, Kind::OR_REPLACE];
    let mut parts = node.children().filter(|part| !skipped.contains(&part.kind()));
    let called = parts.next();
    let rest: Vec<SyntaxNode> = parts.collect();
    let ends = |part: &&SyntaxNode, end: &str| format!("{:?}", part.kind()).ends_with(end);
    let last =
        |part: &SyntaxNode| object(part).map(|object| object.name).or_else(|| part.first_child().map(|one| name(&one)));
    let renamed = rest.iter().find(|part| ends(part, "RENAME_TO")).and_then(last);
    let moved = rest.iter().find(|part| part.kind() == Kind::SET_SCHEMA).and_then(last);
    let attached = rest.iter().find(|part| part.kind() == Kind::ATTACH_INDEX_PARTITION).and_then(last);
    let owner = rest.iter().any(|part| part.kind() == Kind::OWNER_TO);
    Deed::Alter(Box::new(Change {
        verb,
        kind: kind.replace('_', " "),
        name: called.as_ref().map(changed_name).unwrap_or_default(),
        parameters: called.as_ref().and_then(signature),
        table: on_table(node).and_then(|name| name.table()),
        roles: called
            .iter()
            .filter(|part| part.kind() == Kind::ROLE_REF_LIST)
            .flat_map(named_in)
            .map(|role| role.name)
            .collect(),
        if_exists: child(node, Kind::IF_EXISTS).is_some(),
        cascade: child(node, Kind::CASCADE).is_some(),
        owned_by: owned_by(node),
        renamed,
        moved,
        attached,
        owner,
        to: rest.iter().map(plain).collect::<Vec<_>>().join(" "),
    }))
}

fn created(thing: Thing, name: Object, node: &SyntaxNode) -> Deed {
    let has = |kind| child(node, kind).is_some();
    Deed::Create(Box::new(Created {
        thing,
        name,
        or_replace: has(SyntaxKind::OR_REPLACE),
        if_not_exists: has(SyntaxKind::IF_NOT_EXISTS),
        temporary: has(SyntaxKind::TEMP),
        owned_by: owned_by(node),
    }))
}

fn create_on_table(thing: Thing, node: &SyntaxNode) -> Option<Deed> {
    on_table(node).map(|name| created(thing, name, node))
}

fn table(node: &SyntaxNode) -> Option<Deed> {
    let name = object(&child(node, SyntaxKind::TABLE_NAME)?)?;
    let temporary = child(node, SyntaxKind::TEMP).is_some();
    let list = child(node, SyntaxKind::TABLE_ARG_LIST);
    let parts = list.as_ref().map(parts).unwrap_or_default();
    Some(Deed::CreateTable(Box::new(Table {
        name,
        temporary,
        if_not_exists: child(node, SyntaxKind::IF_NOT_EXISTS).is_some(),
        partition_of: child(node, SyntaxKind::PARTITION_OF).and_then(|parent| object(&parent)),
        like: list.is_some_and(|list| child(&list, SyntaxKind::LIKE_CLAUSE).is_some()),
        parts,
    })))
}

fn index(node: &ast::CreateIndex) -> Option<Deed> {
    let items = |list: ast::PartitionItemList| {
        let items = list.syntax().children().filter(|item| item.kind() == SyntaxKind::PARTITION_ITEM);
        items.map(|item| plain(&item)).collect::<Vec<_>>()
    };
    let include = node.index_include_clause().and_then(|clause| clause.partition_item_list());
    Some(Deed::CreateIndex(Box::new(Index {
        name: node.index().and_then(|index| object(index.syntax())).map(|index| index.name),
        table: object(node.table_relation_name()?.syntax())?,
        unique: node.unique_token().is_some(),
        method: node.using_method().map_or_else(
            || "btree".to_owned(),
            |using| plain(using.syntax()).trim_start_matches("using").trim().to_owned(),
        ),
        items: node.partition_item_list().map(items).unwrap_or_default(),
        include: include.map(items).unwrap_or_default(),
        predicate: node.where_clause().map(|clause| plain(clause.syntax())),
        columns: names_of(node.syntax(), SyntaxKind::NAME_REF),
        if_not_exists: node.if_not_exists().is_some(),
        concurrently: node.concurrently_token().is_some(),
    })))
}

fn view(node: &SyntaxNode, materialized: bool) -> Option<Deed> {
    Some(Deed::CreateView(Box::new(View {
        name: object(&child(node, SyntaxKind::VIEW)?)?,
        materialized,
        or_replace: child(node, SyntaxKind::OR_REPLACE).is_some(),
        if_not_exists: child(node, SyntaxKind::IF_NOT_EXISTS).is_some(),
        temporary: child(node, SyntaxKind::TEMP).is_some(),
        invoker: child(node, SyntaxKind::WITH_PARAMS).and_then(|with| invoker(&with)).unwrap_or(false),
    })))
}

/// What the options in a node say about `security_invoker`.
fn invoker(node: &SyntaxNode) -> Option<bool> {
    let options = node.descendants().filter(|part| part.kind() == SyntaxKind::ATTRIBUTE_OPTION);
    let mut said = None;
    for option in options {
        let text = plain(&option);
        let (key, value) = text.split_once('=').unwrap_or((&text, "true"));
        if key == "security_invoker" {
            let is_reset = option.ancestors().any(|above| above.kind() == SyntaxKind::RESET_OPTIONS);
            said = Some(!is_reset && is_yes(value.trim_matches(['\'', '"'])));
        }
    }
    said
}

fn routine(node: &SyntaxNode, procedure: bool) -> Option<Deed> {
    let options = child(node, SyntaxKind::FUNC_OPTION_LIST);
    let any = |kind| options.as_ref().is_some_and(|options| child(options, kind).is_some());
    let named =
        node.children().find(|part| matches!(part.kind(), SyntaxKind::FUNCTION_NAME | SyntaxKind::PROCEDURE_NAME))?;
    Some(Deed::CreateRoutine(Box::new(Routine {
        name: object(&named)?,
        parameters: parameters(node),
        or_replace: child(node, SyntaxKind::OR_REPLACE).is_some(),
        definer: any(SyntaxKind::SECURITY_DEFINER_FUNC_OPTION),
        pinned: options.as_ref().and_then(pinned).unwrap_or(false),
        procedure,
    })))
}

fn altered_routine(node: &SyntaxNode) -> Option<Deed> {
    let options = child(node, SyntaxKind::FUNC_OPTION_LIST)?;
    let signature = node.children().next()?;
    let has = |kind| child(&options, kind).is_some();
    let definer = has(SyntaxKind::SECURITY_DEFINER_FUNC_OPTION);
    Some(Deed::AlterRoutine(Box::new(RoutineChange {
        name: object(&signature)?,
        parameters: parameters(&signature),
        definer: (definer || has(SyntaxKind::SECURITY_INVOKER_FUNC_OPTION)).then_some(definer),
        pinned: pinned(&options),
    })))
}

/// What the options of a function say about its own `search_path`.
fn pinned(options: &SyntaxNode) -> Option<bool> {
    let said = |option: SyntaxNode| {
        let last = option.last_token().map(|token| token.kind());
        let is_path = object(&option).is_some_and(|parameter| parameter.name == "search_path");
        match option.kind() {
            SyntaxKind::SET_FUNC_OPTION if is_path => Some(last != Some(SyntaxKind::DEFAULT_KW)),
            SyntaxKind::RESET_FUNC_OPTION if is_path || last == Some(SyntaxKind::ALL_KW) => Some(false),
            _ => None,
        }
    };
    options.children().filter_map(said).last()
}

fn policy(node: &ast::CreatePolicy) -> Option<Deed> {
    let conditions = [
        node.using_expr_clause().map(|clause| clause.syntax().clone()),
        node.with_check_expr_clause().map(|clause| clause.syntax().clone()),
    ];
    let open = conditions.into_iter().flatten().filter(lets_all_pass);
    let restrictive = node.as_policy_type().is_some_and(|kind| plain(kind.syntax()).contains("restrictive"));
    let object = on_table(node.syntax())?;
    Some(Deed::CreatePolicy(Box::new(Policy {
        name: object.name,
        table: self::object(node.on_table()?.syntax())?,
        open: open.map(|clause| range(&clause)).collect(),
        restrictive,
    })))
}

fn altered_policy(node: &ast::AlterPolicy) -> Option<Deed> {
    const CONDITIONS: [SyntaxKind; 2] = [SyntaxKind::USING_EXPR_CLAUSE, SyntaxKind::WITH_CHECK_EXPR_CLAUSE];
    let action = node.action().filter(|action| action.syntax().kind() != SyntaxKind::POLICY_RENAME_TO)?;
    let conditions = action.syntax().children().filter(|part| CONDITIONS.contains(&part.kind()));
    Some(Deed::AlterPolicy(Box::new(Policy {
        name: on_table(node.syntax())?.name,
        table: object(node.on_table()?.syntax())?,
        open: conditions.filter(lets_all_pass).map(|clause| range(&clause)).collect(),
        // Its kind cannot be altered, and the statement does not say it.
        restrictive: false,
    })))
}

fn grant(node: &SyntaxNode, revoke: bool) -> Option<Deed> {
    use SyntaxKind as Kind;
    let is_list = |part: &SyntaxNode| part.kind() == Kind::ROLE_REF_LIST;
    let list = node.children().filter(is_list).last().or_else(|| node.descendants().filter(is_list).last())?;
    let roles = list.descendants().filter(|part| part.kind() == Kind::ROLE_NAME_REF).map(|role| name(&role)).collect();
    // A right that is no key word is read as a role.
    let commands = node.descendants().filter(|part| part.kind() == Kind::REVOKE_COMMAND);
    let word = |command: SyntaxNode| {
        let role = command.descendants().find(|part| part.kind() == Kind::ROLE_NAME_REF);
        role.map_or_else(|| plain(&command), |role| name(&role))
    };
    let privileges = commands.map(word).map(|one| one.to_ascii_lowercase()).collect();
    let on = child(node, Kind::ON_PRIVILEGE_OBJECTS_CLAUSE).and_then(|clause| clause.first_child());
    let target = on
        .clone()
        .or_else(|| node.descendants().find(|part| format!("{:?}", part.kind()).starts_with("PRIVILEGE_TARGET_")));
    let words = target.map(|part| format!("{:?}", part.kind()).to_ascii_lowercase().replace('_', " "));
    let kind = words.map(|words| words.trim_start_matches("privilege ").to_owned()).unwrap_or_default();
    let named = on.as_ref().map(named_in).unwrap_or_default();
    let is_each = kind.contains(" in schema");
    let schemas = if is_each { named.iter().map(|schema| schema.name.clone()).collect() } else { Vec::new() };
    let on = if is_each { Vec::new() } else { named };
    Some(Deed::Grant(Box::new(Grant { revoke, roles, privileges, kind, on, schemas, by_default: false })))
}

fn write(node: &SyntaxNode, how: How) -> Deed {
    let target = node.children().find(|part| {
        matches!(
            part.kind(),
            SyntaxKind::RELATION_NAME
                | SyntaxKind::RELATION_NAME_REF
                | SyntaxKind::TABLE_RELATION_NAME
                | SyntaxKind::COPY_TABLE
        )
    });
    let Some(table) = target.and_then(|target| object(&target)) else { return Deed::Select };
    let from_query = match how {
        // A row that is only chosen by a condition is one of the file's.
        How::Insert => node.children().any(|part| match part.kind() {
            SyntaxKind::SELECT => child(&part, SyntaxKind::FROM_CLAUSE).is_some_and(|from| reads_relation(&from)),
            SyntaxKind::TABLE => true,
            SyntaxKind::COMPOUND_SELECT | SyntaxKind::PAREN_SELECT => reads_relation(&part),
            _ => false,
        }),
        _ => true,
    };
    let filtered = node.children().any(|part| match part.kind() {
        SyntaxKind::WHERE_CLAUSE => !lets_all_pass(&part),
        kind => kind == SyntaxKind::WHERE_CURRENT_OF,
    });
    // What limits a value that is set does not limit the rows.
    let chooses = |part: &SyntaxNode| how == How::Insert || part.kind() != SyntaxKind::SET_CLAUSE;
    let is_limit = |part: &SyntaxNode| matches!(part.kind(), SyntaxKind::LIMIT_CLAUSE | SyntaxKind::FETCH_CLAUSE);
    let limited =
        from_query && node.children().filter(chooses).any(|part| part.descendants().any(|part| is_limit(&part)));
    let targets = child(node, SyntaxKind::SET_CLAUSE).filter(|_| how == How::Update);
    let targets =
        targets.iter().flat_map(|clause| clause.descendants()).filter(|part| part.kind() == SyntaxKind::COLUMN_TARGET);
    let columns = targets.flat_map(|target| names_of(&target, SyntaxKind::COLUMN_NAME_REF)).collect();
    Deed::Write(Write { how, table, filtered, limited, from_query, columns })
}

fn reads_relation(node: &SyntaxNode) -> bool {
    node.descendants().any(|part| {
        matches!(part.kind(), SyntaxKind::RELATION_FROM_ITEM | SyntaxKind::FUNCTION_FROM_ITEM | SyntaxKind::TABLE)
    })
}
