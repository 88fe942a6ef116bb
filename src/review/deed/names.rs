//! What stands in a syntax tree under which name.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Object;

/// Lists of functions, each with what it takes, where that is said.
pub(super) const SIGNATURES: [SyntaxKind; 3] =
    [SyntaxKind::FUNCTION_SIG_LIST, SyntaxKind::PROCEDURE_SIG_LIST, SyntaxKind::ROUTINE_SIG_LIST];

/// The child of this kind.
pub(super) fn child(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxNode> {
    node.children().find(|part| part.kind() == kind)
}

/// The first qualified name in a node.
pub(super) fn object(node: &SyntaxNode) -> Option<Object> {
    let mut segments = segments(node)?;
    let name = segments.pop()?;
    Some(Object { schema: segments.pop(), name })
}

/// The parts of the first qualified name in a node.
fn segments(node: &SyntaxNode) -> Option<Vec<String>> {
    let is_path = |part: &SyntaxNode| matches!(part.kind(), SyntaxKind::PATH | SyntaxKind::PATH_REF);
    let path = node.descendants().find(is_path)?;
    let segment = |part: SyntaxNode| match part.kind() {
        SyntaxKind::PATH_SEGMENT => ast::PathSegment::cast(part).map(|segment| segment.text()),
        SyntaxKind::PATH_SEGMENT_REF => ast::PathSegmentRef::cast(part).map(|segment| segment.text()),
        _ => None,
    };
    Some(path.descendants().filter_map(segment).collect())
}

/// A name that is not qualified: the text of a node.
pub(super) fn name(node: &SyntaxNode) -> String {
    ast::normalize_name_node(node)
}

/// What is made: a qualified name, or the plain one of the first node that is nothing but a name.
pub(super) fn object_or_name(node: &SyntaxNode) -> Option<Object> {
    const PLAIN: [SyntaxKind; 9] = [
        SyntaxKind::SCHEMA,
        SyntaxKind::NAMED_SCHEMA,
        SyntaxKind::EXTENSION,
        SyntaxKind::ROLE,
        SyntaxKind::EVENT_TRIGGER,
        SyntaxKind::FOREIGN_DATA_WRAPPER,
        SyntaxKind::SERVER,
        SyntaxKind::PUBLICATION,
        SyntaxKind::SUBSCRIPTION,
    ];
    let part = node
        .children()
        .find(|part| PLAIN.contains(&part.kind()) || part.children().any(|inner| inner.kind() == SyntaxKind::PATH))?;
    let part = child(&part, SyntaxKind::SCHEMA).unwrap_or(part);
    if PLAIN.contains(&part.kind()) {
        return Some(Object { schema: None, name: name(&part) });
    }
    object(&part)
}

/// A trigger, policy or rule with its table as its schema.
pub(super) fn on_table(node: &SyntaxNode) -> Option<Object> {
    const NAMES: [SyntaxKind; 6] = [
        SyntaxKind::TRIGGER,
        SyntaxKind::TRIGGER_REF,
        SyntaxKind::POLICY,
        SyntaxKind::POLICY_REF,
        SyntaxKind::RULE,
        SyntaxKind::RULE_REF,
    ];
    const TABLES: [SyntaxKind; 3] = [SyntaxKind::ON_RELATION, SyntaxKind::ON_TABLE, SyntaxKind::RULE_ON];
    let part = node.children().find(|part| NAMES.contains(&part.kind()))?;
    let table = node.children().find(|part| TABLES.contains(&part.kind())).and_then(|part| object(&part))?;
    let name = object(&part).map_or_else(|| name(&part), |object| object.name);
    Some(Object::of_table(&table, name))
}

/// Every name that a list of a statement has.
pub(super) fn named_in(node: &SyntaxNode) -> Vec<Object> {
    let mut names = Vec::new();
    for part in node.children() {
        match part.kind() {
            SyntaxKind::TABLE_LIST
            | SyntaxKind::RELATION_LIST
            | SyntaxKind::TABLE_AND_COLUMNS_LIST
            | SyntaxKind::ROLE_REF_LIST => names.extend(named_in(&part)),
            list if SIGNATURES.contains(&list) => names.extend(named_in(&part)),
            SyntaxKind::IF_EXISTS
            | SyntaxKind::CASCADE
            | SyntaxKind::RESTRICT
            | SyntaxKind::RESTART_IDENTITY
            | SyntaxKind::CONTINUE_IDENTITY => {}
            _ => {
                // A role's name stands one deeper.
                let inner = part.first_child().filter(|_| part.kind() == SyntaxKind::ROLE_REF);
                let plain = || Object { schema: None, name: name(inner.as_ref().unwrap_or(&part)) };
                names.push(object(&part).unwrap_or_else(plain));
            }
        }
    }
    names
}

/// The names of this kind in a node.
pub(super) fn names_of(node: &SyntaxNode, kind: SyntaxKind) -> Vec<String> {
    node.descendants().filter(|part| part.kind() == kind).map(|part| name(&part)).collect()
}

/// What a changed object is called, by the node that its name is in.
pub(super) fn changed_name(node: &SyntaxNode) -> Object {
    let named = |name: String| Object { schema: None, name };
    match node.kind() {
        SyntaxKind::CAST_SIG => {
            let types: Vec<String> = node.children().map(|kind| canonical(&plain(&kind))).collect();
            named(types.join(" as "))
        }
        SyntaxKind::OP | SyntaxKind::OP_SIG | SyntaxKind::OP_SIG_LIST => {
            let operator = node.descendants().find(|part| part.kind() == SyntaxKind::OP).map(|part| plain(&part));
            let operator = operator.unwrap_or_default();
            match operator.rsplit_once('.') {
                Some((schema, operator)) => Object { schema: Some(schema.to_owned()), name: operator.to_owned() },
                None => named(operator),
            }
        }
        _ => object(node).unwrap_or_else(|| {
            let innermost = std::iter::successors(Some(node.clone()), SyntaxNode::first_child).last();
            named(innermost.map(|part| name(&part)).unwrap_or_default())
        }),
    }
}

/// The table and column that a sequence goes with.
pub(super) fn owned_by(node: &SyntaxNode) -> Option<(Object, String)> {
    let mut parts = segments(&child(node, SyntaxKind::OPTION_OWNED_BY)?)?;
    let (column, table) = (parts.pop()?, parts.pop()?);
    Some((Object { schema: parts.pop(), name: table }, column))
}

/// The types of what a function takes, where they are said.
pub(super) fn signature(node: &SyntaxNode) -> Option<Vec<String>> {
    child(node, SyntaxKind::PARAM_LIST).map(|_| parameters(node))
}

/// The types of what a function takes.
pub(super) fn parameters(node: &SyntaxNode) -> Vec<String> {
    let list = child(node, SyntaxKind::PARAM_LIST);
    let each = list.iter().flat_map(|list| list.children()).filter_map(ast::Param::cast);
    let taken = each.filter(|one| !matches!(one.mode(), Some(ast::ParamMode::ParamOut(_))));
    taken.filter_map(|one| one.func_type()).map(|kind| canonical(&plain(kind.syntax()))).collect()
}

/// The one name of a type that has several, without how long its values may be.
fn canonical(written: &str) -> String {
    let mut bare = String::new();
    let mut depth = 0_usize;
    for character in written.chars() {
        match character {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                bare.push(' ');
            }
            '[' => break,
            _ if depth == 0 => bare.push(character),
            _ => {}
        }
    }
    let words: Vec<&str> = bare.split_whitespace().collect();
    let is_array = written.contains('[') || words.contains(&"array");
    let words: Vec<&str> = words.into_iter().take_while(|word| *word != "array").collect();
    let joined = words.join(" ");
    let name = ["pg_catalog.", "public."].iter().find_map(|schema| joined.strip_prefix(schema)).unwrap_or(&joined);
    let name = match name {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "bool" => "boolean",
        "float4" => "real",
        "float8" | "float" => "double precision",
        "decimal" | "dec" => "numeric",
        "varchar" | "char varying" => "character varying",
        "char" | "bpchar" => "character",
        "varbit" => "bit varying",
        "timestamptz" => "timestamp with time zone",
        "timestamp without time zone" => "timestamp",
        "timetz" => "time with time zone",
        "time without time zone" => "time",
        name if name.starts_with("interval ") => "interval",
        name => name,
    };
    format!("{name}{}", if is_array { "[]" } else { "" })
}

/// SQL in one form: one blank between words, lower case outside of quotes, no comments.
pub(super) fn plain(node: &SyntaxNode) -> String {
    let mut text = String::new();
    let mut apart = false;
    for token in node.descendants_with_tokens().filter_map(|part| part.into_token()) {
        if token.kind().is_trivia() {
            apart = true;
            continue;
        }
        let word = token.text();
        let is_word = |character: Option<char>| character.is_some_and(|one| one.is_alphanumeric() || one == '_');
        if apart && is_word(text.chars().next_back()) && is_word(word.chars().next()) {
            text.push(' ');
        }
        apart = false;
        let quoted = word.starts_with(['\'', '"', '$']);
        if quoted { text.push_str(word) } else { text.push_str(&word.to_ascii_lowercase()) }
    }
    text
}

/// The bytes of a node, without what is blank before and after it.
pub(crate) fn range(node: &SyntaxNode) -> std::ops::Range<usize> {
    let mut tokens = node.descendants_with_tokens().filter_map(|part| part.into_token());
    let first = tokens.find(|token| !token.kind().is_trivia());
    let start = first.map_or(node.text_range().start(), |token| token.text_range().start());
    let mut end = node.last_token();
    while let Some(token) = end.as_ref().filter(|token| token.kind().is_trivia()) {
        end = token.prev_token();
    }
    let end = end.map_or(node.text_range().end(), |token| token.text_range().end()).max(start);
    start.into()..end.into()
}
