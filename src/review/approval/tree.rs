//! What a statement does, told by its syntax tree: its own, and those of the bodies and texts of SQL within it.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode, SyntaxToken};

use super::Approval;
use super::scan::scan;
use super::words::{
    AUTH, CATALOGS, INVOKER, OWN, REPLICATION_ROLE, ROW_SECURITY, VAULTS, is_crypto_extension, is_crypto_function,
    is_secret_column,
};
use crate::review::depth::is_shallow;

/// How often a text in quotes may hold a text in quotes.
const QUOTES: usize = 6;

/// Something that a statement does and that somebody has to approve.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) approval: Approval,
    /// What it does, as the words after "Line 12".
    pub(super) what: &'static str,
    /// The byte of the statement where it stands.
    pub(super) at: usize,
    /// The text of the statement that does it, where that is one within.
    pub(super) within: Option<String>,
}

/// Tells everything that a statement of this text does; `false` where the text cannot be parsed.
pub(super) fn judge(statement: &str, tell: &mut dyn FnMut(Finding)) -> bool {
    let Some(root) = parse(statement) else { return false };
    Judge { quotes: QUOTES, place: &|at| at, tell }.tree(&root);
    true
}

fn parse(text: &str) -> Option<SyntaxNode> {
    let parse = SourceFile::parse(text);
    parse.errors().is_empty().then(|| parse.syntax_node())
}

struct Judge<'a> {
    quotes: usize,
    /// Where a byte of this text is in the statement.
    place: &'a dyn Fn(usize) -> usize,
    tell: &'a mut dyn FnMut(Finding),
}

impl Judge<'_> {
    fn tree(&mut self, root: &SyntaxNode) {
        for node in root.descendants() {
            if let Some((approval, what)) = plain(node.kind()) {
                self.found(approval, what, &node);
            }
            self.look_closer(&node);
        }
    }

    fn look_closer(&mut self, node: &SyntaxNode) {
        if writes_catalog(node) {
            self.found(Approval::Security, "writes to a system catalog", node);
        }
        use Approval::{Compliance, Retention, Security};
        use SyntaxKind as Kind;
        match node.kind() {
            Kind::PATH | Kind::PATH_REF => match qualifier(node).as_deref() {
                Some(AUTH) if touches(node) => self.found(Security, "changes an object of the schema auth", node),
                Some(OWN) if touches(node) => self.found(Security, "changes what Tidegate keeps", node),
                Some(schema) if VAULTS.contains(&schema) => {
                    self.found(Compliance, "uses what keeps secrets", node);
                }
                _ => {}
            },
            Kind::CREATE_SCHEMA | Kind::ALTER_SCHEMA | Kind::DROP_SCHEMA if names(node, AUTH) => {
                self.found(Security, "changes the schema auth", node);
            }
            Kind::CREATE_SCHEMA | Kind::ALTER_SCHEMA | Kind::DROP_SCHEMA if names(node, OWN) => {
                self.found(Security, "changes what Tidegate keeps", node);
            }
            // A file of the server is written by the same node, without the word.
            Kind::COPY_PROGRAM if tokens(node).any(|token| token.kind() == Kind::PROGRAM_KW) => {
                self.found(Security, "runs a program on the server", node);
            }
            Kind::DROP_OWNED => self.found(Security, "drops everything that a role owns, and its rights", node),
            Kind::CONFIG_PARAMETER_REF if names(node, REPLICATION_ROLE) => {
                self.found(Security, "switches triggers and foreign keys", node);
            }
            // A dump sets it for its own session, where it shows nothing that would be hidden.
            Kind::CONFIG_PARAMETER_REF
                if names(node, ROW_SECURITY) && !node.ancestors().any(|above| above.kind() == Kind::SET) =>
            {
                self.found(Security, "sets how row-level security is heeded", node);
            }
            Kind::SET | Kind::SET_SCHEMA if names(node, AUTH) => {
                self.found(Security, "turns to the schema auth", node);
            }
            Kind::CREATE_EXTENSION | Kind::ALTER_EXTENSION | Kind::DROP_EXTENSION
                if tokens(node).any(|token| is_crypto_extension(&name(&token))) =>
            {
                self.found(Compliance, "changes an extension that encrypts", node);
            }
            Kind::DROP_TYPE | Kind::DROP_DOMAIN | Kind::DROP_EXTENSION
                if tokens(node).any(|token| token.kind() == Kind::CASCADE_KW) =>
            {
                self.found(Retention, "drops a type with the columns that have it", node);
            }
            Kind::SET_OPTIONS | Kind::RESET_OPTIONS if names(node, INVOKER) => {
                self.found(Security, "changes with whose rights a view asks", node);
            }
            Kind::RESET_FUNC_OPTION
                if names(node, "search_path") || tokens(node).any(|token| token.kind() == Kind::ALL_KW) =>
            {
                self.found(Security, "takes a function its own search_path", node);
            }
            Kind::CALL_EXPR => self.call(node),
            Kind::COLUMN_NAME | Kind::COLUMN_NAME_REF => self.column(node),
            Kind::DO => self.do_body(node),
            Kind::CREATE_FUNCTION | Kind::CREATE_PROCEDURE => self.routine_body(node),
            Kind::LITERAL => self.text(node),
            _ => {}
        }
    }

    fn call(&mut self, node: &SyntaxNode) {
        let Some(callee) = node.first_child() else { return };
        let names: Vec<String> =
            tokens(&callee).filter(|token| token.kind() != SyntaxKind::DOT).map(|token| name(&token)).collect();
        if names.len() > 1 && names[0] == OWN {
            self.found(Approval::Security, "calls a function of Tidegate's", node);
        }
        if names.last().is_some_and(|name| name == "set_config") && self::names(node, REPLICATION_ROLE) {
            self.found(Approval::Security, "switches triggers and foreign keys", node);
        }
        let in_vault = names.len() > 1 && VAULTS.contains(&names[0].as_str());
        if in_vault || names.last().is_some_and(|name| is_crypto_function(name)) {
            self.found(Approval::Compliance, "calls a function that encrypts", node);
        }
    }

    /// A column that is made, changed or dropped.
    fn column(&mut self, node: &SyntaxNode) {
        use SyntaxKind as Kind;
        let changes = node.parent().is_some_and(|parent| {
            matches!(
                parent.kind(),
                Kind::COLUMN | Kind::ADD_COLUMN | Kind::ALTER_COLUMN | Kind::DROP_COLUMN | Kind::RENAME_COLUMN
            )
        });
        if changes && tokens(node).next().is_some_and(|token| is_secret_column(&name(&token))) {
            self.found(Approval::Compliance, "changes a column that holds a secret", node);
        }
    }

    fn do_body(&mut self, node: &SyntaxNode) {
        let Some(block) = ast::Do::cast(node.clone()) else { return };
        let Some(text) = block.body() else { return };
        match block.plpgsql() {
            Some(body) => self.body(node, &text, body.syntax(), body.errors().is_empty()),
            None => self.foreign_body(node, &text),
        }
    }

    fn routine_body(&mut self, node: &SyntaxNode) {
        // One with SQL instead of a text is looked through with its statement.
        let definition = node.descendants().find_map(ast::AsDefinition::cast);
        let Some(text) = definition.and_then(|definition| definition.literal()) else { return };
        let function = ast::CreateFunction::cast(node.clone());
        let procedure = ast::CreateProcedure::cast(node.clone());
        let plpgsql = function.as_ref().and_then(ast::CreateFunction::plpgsql);
        if let Some(body) = plpgsql.or_else(|| procedure.as_ref().and_then(ast::CreateProcedure::plpgsql)) {
            return self.body(node, &text, body.syntax(), body.errors().is_empty());
        }
        let sql = function.as_ref().and_then(ast::CreateFunction::sql_body);
        if let Some(body) = sql.or_else(|| procedure.as_ref().and_then(ast::CreateProcedure::sql_body)) {
            return self.body(node, &text, body.syntax(), body.errors().is_empty());
        }
        if !tokens(node).any(|token| token.text().eq_ignore_ascii_case("internal")) {
            self.foreign_body(node, &text);
        }
    }

    fn body(&mut self, node: &SyntaxNode, text: &ast::Literal, tree: SyntaxNode, valid: bool) {
        let inner = text.string_value().unwrap_or_default();
        if self.quotes == 0 {
            return self.unread(node, &inner, "holds texts of SQL in one another, too deep to be read");
        }
        if !valid {
            return self.unread(node, &inner, "has a body that cannot be read");
        }
        let (outer, written) = (self.place, text.syntax().text().to_string());
        let start = usize::from(text.syntax().text_range().start());
        // Where a text is written with escapes, its beginning has to do.
        let verbatim = written.find(inner.as_str());
        let place = |at: usize| outer(verbatim.map_or(start, |before| start + before + at));
        Judge { quotes: self.quotes - 1, place: &place, tell: &mut *self.tell }.tree(&tree);
    }

    fn foreign_body(&mut self, node: &SyntaxNode, text: &ast::Literal) {
        let inner = text.string_value().unwrap_or_default();
        self.unread(node, &inner, "has a body in a language that is not read");
    }

    /// A person has to look, and the words tell what else it may do.
    fn unread(&mut self, node: &SyntaxNode, text: &str, what: &'static str) {
        self.found(Approval::Security, what, node);
        self.words(node, text);
    }

    fn words(&mut self, node: &SyntaxNode, text: &str) {
        scan(text, &mut |approval, what, _| self.found(approval, what, node));
    }

    /// A constant that is itself SQL: what `EXECUTE` runs, or what a function is given to run later.
    fn text(&mut self, node: &SyntaxNode) {
        use SyntaxKind as Kind;
        let holder = node.ancestors().skip(1).find(|above| {
            matches!(
                above.kind(),
                Kind::AS_DEFINITION
                    | Kind::DO
                    | Kind::PLPGSQL_RAISE_STMT
                    | Kind::PLPGSQL_DYN_EXECUTE_STMT
                    | Kind::PLPGSQL_RETURN_QUERY_EXECUTE_STMT
                    | Kind::PLPGSQL
                    | Kind::CALL_EXPR
            )
        });
        let Some(holder) = holder.map(|holder| holder.kind()) else { return };
        if matches!(holder, Kind::AS_DEFINITION | Kind::DO | Kind::PLPGSQL_RAISE_STMT) {
            return;
        }
        let text = ast::Literal::cast(node.clone()).and_then(|literal| literal.string_value());
        let Some(text) = text.filter(|text| begins_like_sql(text)) else { return };
        let filled = filled(&text);
        let tree = (self.quotes > 0 && is_shallow(&filled)).then(|| parse(&filled)).flatten();
        let Some(tree) = tree else { return self.words(node, &text) };
        let at = (self.place)(usize::from(node.text_range().start()));
        Judge { quotes: self.quotes - 1, place: &|_| at, tell: &mut *self.tell }.tree(&tree);
    }

    fn found(&mut self, approval: Approval, what: &'static str, node: &SyntaxNode) {
        let at = (self.place)(usize::from(node.text_range().start()));
        let is_within = self.quotes < QUOTES;
        let statement = node.ancestors().find(|above| ast::Stmt::can_cast(above.kind()));
        let within = statement.filter(|_| is_within).map(|statement| statement.text().to_string());
        (self.tell)(Finding { approval, what, at, within });
    }
}

/// What a node of this kind does wherever it stands.
fn plain(kind: SyntaxKind) -> Option<(Approval, &'static str)> {
    use Approval::{Retention, Security};
    use SyntaxKind as Kind;
    Some(match kind {
        Kind::CREATE_POLICY | Kind::ALTER_POLICY | Kind::DROP_POLICY => {
            (Security, "changes a policy of row-level security")
        }
        Kind::ENABLE_RLS | Kind::DISABLE_RLS | Kind::FORCE_RLS | Kind::NO_FORCE_RLS => {
            (Security, "switches row-level security")
        }
        Kind::CREATE_ROLE
        | Kind::ALTER_ROLE
        | Kind::DROP_ROLE
        | Kind::CREATE_USER
        | Kind::ALTER_USER
        | Kind::DROP_USER
        | Kind::CREATE_GROUP
        | Kind::ALTER_GROUP
        | Kind::DROP_GROUP => (Security, "changes a role"),
        Kind::CREATE_USER_MAPPING | Kind::ALTER_USER_MAPPING => (Security, "changes how a role logs in elsewhere"),
        Kind::SET_ROLE | Kind::SET_SESSION_AUTH => (Security, "acts as another role"),
        Kind::GRANT | Kind::REVOKE | Kind::ALTER_DEFAULT_PRIVILEGES => (Security, "changes who may do what"),
        Kind::REASSIGN | Kind::OWNER_TO => (Security, "gives an object another owner"),
        Kind::SECURITY_DEFINER_FUNC_OPTION => (Security, "makes a function run with its owner's rights"),
        Kind::CREATE_EVENT_TRIGGER | Kind::ALTER_EVENT_TRIGGER | Kind::DROP_EVENT_TRIGGER => {
            (Security, "changes what runs with every change of the schema")
        }
        Kind::DELETE | Kind::MERGE_DELETE => (Retention, "deletes rows"),
        Kind::TRUNCATE => (Retention, "empties a table"),
        Kind::DROP_TABLE => (Retention, "drops a table"),
        Kind::DROP_SCHEMA => (Retention, "drops a schema"),
        Kind::DROP_DATABASE => (Retention, "drops a database"),
        Kind::DROP_MATERIALIZED_VIEW => (Retention, "drops a materialized view"),
        Kind::DROP_OWNED => (Retention, "drops everything that a role owns"),
        Kind::DROP_COLUMN => (Retention, "drops a column"),
        _ => return None,
    })
}

/// Whether a path stands for what its statement changes, not for what it reads. A view shows what it reads, so that it
/// counts as well.
fn touches(path: &SyntaxNode) -> bool {
    use SyntaxKind as Kind;
    let mut reads = false;
    for above in path.ancestors().skip(1) {
        match above.kind() {
            Kind::PATH_TYPE
            | Kind::REFERENCES_CONSTRAINT
            | Kind::FOREIGN_KEY_CONSTRAINT
            | Kind::CALL_EXPR
            | Kind::FIELD_EXPR => return false,
            Kind::FROM_CLAUSE | Kind::USING_CLAUSE | Kind::USING_ON_CLAUSE | Kind::SELECT | Kind::COMPOUND_SELECT => {
                reads = true;
            }
            Kind::CREATE_VIEW | Kind::CREATE_MATERIALIZED_VIEW | Kind::CREATE_TABLE_AS => return true,
            kind if ast::Stmt::can_cast(kind) => return !reads,
            _ => {}
        }
    }
    false
}

/// Whether a statement writes rows of a system catalog, or changes one.
fn writes_catalog(statement: &SyntaxNode) -> bool {
    use SyntaxKind as Kind;
    let writes = match statement.kind() {
        Kind::INSERT | Kind::UPDATE | Kind::DELETE | Kind::MERGE | Kind::TRUNCATE | Kind::ALTER_TABLE => true,
        Kind::COPY => statement.children().any(|part| part.kind() == Kind::COPY_FROM),
        _ => false,
    };
    let is_target = |part: &SyntaxNode| {
        matches!(
            part.kind(),
            Kind::RELATION_NAME
                | Kind::RELATION_NAME_REF
                | Kind::TABLE_RELATION_NAME
                | Kind::TABLE_LIST
                | Kind::COPY_TABLE
        )
    };
    let is_catalog = |path: SyntaxNode| match qualifier(&path) {
        Some(schema) => CATALOGS.contains(&schema.as_str()),
        // Without a schema such a name is looked up among the catalogs first. The schema itself is a path within a path.
        None => {
            let is_schema = path.parent().is_some_and(|above| above.kind() == Kind::PATH_REF);
            !is_schema && tokens(&path).next().is_some_and(|token| name(&token).starts_with("pg_"))
        }
    };
    let mut paths = statement
        .children()
        .filter(|part| writes && is_target(part))
        .flat_map(|part| part.descendants().filter(|inner| inner.kind() == Kind::PATH_REF).collect::<Vec<_>>());
    paths.any(is_catalog)
}

/// The schema that a path of two or more parts begins with.
fn qualifier(path: &SyntaxNode) -> Option<String> {
    let first = path.first_child()?;
    let is_path = matches!(first.kind(), SyntaxKind::PATH | SyntaxKind::PATH_REF);
    is_path.then(|| tokens(&first).next().map(|token| name(&token))).flatten()
}

/// Whether this name stands in a node, as a word or as a constant.
fn names(node: &SyntaxNode, wanted: &str) -> bool {
    tokens(node).any(|token| name(&token).trim_matches('\'') == wanted)
}

fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    node.descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT))
}

/// A name as the server stores it.
fn name(token: &SyntaxToken) -> String {
    match token.text().strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => token.text().to_ascii_lowercase(),
    }
}

fn begins_like_sql(text: &str) -> bool {
    const VERBS: [&str; 14] = [
        "delete", "truncate", "drop", "alter", "create", "grant", "revoke", "reassign", "with", "merge", "insert",
        "update", "do", "select",
    ];
    let text = text.trim_start();
    let end = text.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(text.len());
    VERBS.iter().any(|verb| text[..end].eq_ignore_ascii_case(verb))
}

/// A text for `format` with a name wherever it has a place for one.
fn filled(text: &str) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('%') {
        filled.push_str(&rest[..place]);
        let after =
            rest[place + 1..].trim_start_matches(|character: char| character.is_ascii_digit() || character == '$');
        rest = match after.chars().next() {
            Some('I' | 's' | 'L') => {
                filled.push_str("something");
                &after[1..]
            }
            _ => {
                filled.push('%');
                &rest[place + 1..]
            }
        };
    }
    filled + rest
}
