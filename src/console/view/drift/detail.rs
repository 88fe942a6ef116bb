//! What is known of the selected row of the tree: why it differs, in which attributes, and its SQL on both sides.

use crate::console::definition::{beside, unified};
use crate::console::theme::{Glyphs, Role};
use crate::console::widget::beside::{Beside, Pair};
use crate::console::widget::paint::{Piece, piece, width, wrap};
use crate::console::widget::viewer::{TextLine, Viewer};
use crate::schema::ddl::definition;
use crate::schema::diff::{Change, Difference, IgnoreRule, Presence};
use crate::schema::{Object, ObjectId, Snapshot, Weight};
use crate::window::drift::cause::by_migration;
use crate::window::drift::course::Which;
use crate::window::drift::standing::Standing;
use crate::window::drift::words::{self, Gravity};
use crate::window::drift::{Comparison, Counts};

use super::tree::{Key, Node, Tree};

/// How many columns a value may take to stand on the line of its attribute.
const SHORT: usize = 48;

/// How the selected object is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Showing {
    /// Attribute by attribute.
    #[default]
    Attributes,
    /// The SQL of both sides beside one another.
    Beside,
    /// The SQL of both sides as one text.
    Unified,
}

impl Showing {
    /// Every way, in the order of the tabs.
    pub const ALL: [Self; 3] = [Self::Attributes, Self::Beside, Self::Unified];

    /// The next way.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Attributes => Self::Beside,
            Self::Beside => Self::Unified,
            Self::Unified => Self::Attributes,
        }
    }

    /// What the tab is called.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Attributes => "attributes",
            Self::Beside => "side by side",
            Self::Unified => "unified",
        }
    }
}

/// What is shown of a row.
#[derive(Debug)]
pub struct Detail {
    /// The row that it is of.
    pub key: Key,
    /// The width that its sentences were broken for.
    pub width: u16,
    /// What it is and why, above the tabs.
    pub heading: Vec<TextLine>,
    /// There is SQL to choose.
    pub has_sql: bool,
    /// Its attributes; of a branch, what is below it.
    pub attributes: Viewer,
    /// The SQL of both sides beside one another.
    pub beside: Beside,
    /// The SQL of both sides as one text.
    pub unified: Viewer,
}

/// What is shown of a row, in so many columns.
#[must_use]
pub fn of(tree: &Tree, node: &Node, rules: &[IgnoreRule], glyphs: &'static Glyphs, width: u16) -> Detail {
    let comparison = tree.comparison();
    let difference = node.difference.and_then(|place| comparison.drift.differences.get(place as usize));
    let (heading, attributes, sql) = match (&node.key, difference) {
        (Key::Object(_), Some(difference)) => {
            let place = node.difference.map_or(0, |place| place as usize);
            let heading = heading(comparison, difference, place, rules, width);
            let attributes = broken(attributes(comparison, difference, rules, glyphs), width);
            (heading, attributes, sql(comparison, &difference.id))
        }
        (Key::Object(id), None) => {
            let (left, _) = versions(comparison, id);
            let heading = vec![title(id)];
            let words = "It is on both sides, and parts of it differ.";
            let words = if left.is_some() { words } else { "Parts of it differ." };
            let lines = vec![TextLine::plain(Role::Dim, words), tally(node)];
            (broken(heading, width), broken(lines, width), sql(comparison, id))
        }
        (Key::Everything, _) => (Vec::new(), overview(comparison, rules, width), Vec::new()),
        (key, _) => (vec![TextLine::plain(Role::Strong, branch_words(key))], vec![tally(node)], Vec::new()),
    };
    let mut beside = Beside::of(sql);
    // A few equal lines above the first difference are enough.
    let first = beside.pairs().iter().position(|pair| !pair.is_same()).unwrap_or(0).saturating_sub(3);
    beside.go_to(first);
    let mut unified = Viewer::of(unified(beside.pairs()));
    unified.go_to(first);
    let has_sql = matches!(node.key, Key::Object(_));
    Detail { key: node.key.clone(), width, heading, has_sql, attributes: Viewer::of(attributes), beside, unified }
}

/// Lines that are nowhere cut off: what differs may be at their ends.
fn broken(lines: Vec<TextLine>, room: u16) -> Vec<TextLine> {
    lines.into_iter().flat_map(|line| line.broken(room, 2)).collect()
}

/// What a branch is called.
#[must_use]
pub fn branch_words(key: &Key) -> String {
    match key {
        Key::Everything => "Everything".to_owned(),
        Key::Schema(Some(schema)) => format!("schema {schema}"),
        Key::Schema(None) => "outside of schemas".to_owned(),
        Key::Kind(_, kind) => kind.plural().to_owned(),
        Key::Object(id) => words::name_within_schema(id),
    }
}

/// How something is written that is so grave.
#[must_use]
pub fn role_of(gravity: Gravity) -> Role {
    match gravity {
        Gravity::Quiet => Role::Dim,
        Gravity::Good => Role::Good,
        Gravity::Warning => Role::Warn,
        Gravity::Bad => Role::Bad,
    }
}

/// How a standing is written.
#[must_use]
pub fn standing_role(standing: Standing) -> Role {
    match standing {
        Standing::Unexplained => Role::Bad,
        Standing::Unproven => Role::Warn,
        Standing::Explained => Role::Good,
        Standing::Information | Standing::Ignored => Role::Dim,
    }
}

/// How many differences of each standing there are.
fn tally(node: &Node) -> TextLine {
    TextLine::of(numbers(node.tally.present()))
}

/// How many differences of each standing a comparison has.
#[must_use]
pub fn counts(counts: Counts) -> Vec<Piece> {
    let all = [
        (Standing::Unexplained, counts.unexplained),
        (Standing::Unproven, counts.unproven),
        (Standing::Explained, counts.explained),
        (Standing::Information, counts.information),
        (Standing::Ignored, counts.ignored),
    ];
    numbers(all.into_iter().filter(|(_, number)| *number > 0))
}

fn numbers(numbers: impl Iterator<Item = (Standing, impl ToString)>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (standing, number) in numbers {
        pieces.push(piece(Role::Text, if pieces.is_empty() { "" } else { "  " }));
        pieces.push(piece(standing_role(standing), number.to_string()));
        let role = if standing.is_drift() { Role::Text } else { Role::Dim };
        pieces.push(piece(role, format!(" {}", standing.word())));
    }
    pieces
}

fn title(id: &ObjectId) -> TextLine {
    TextLine::of(vec![piece(Role::Dim, format!("{} ", id.kind)), piece(Role::Strong, id.to_string())])
}

/// The sign of where an object is.
#[must_use]
pub fn sign(presence: Presence) -> Piece {
    let role = match presence {
        Presence::OnlyLeft => Role::DiffRemoved,
        Presence::OnlyRight => Role::DiffAdded,
        Presence::Changed => Role::StatusChanged,
    };
    piece(role, presence.sign())
}

fn heading(
    comparison: &Comparison,
    difference: &Difference,
    place: usize,
    rules: &[IgnoreRule],
    room: u16,
) -> Vec<TextLine> {
    let explanation = comparison.explanations.get(place).and_then(Option::as_ref);
    let (gravity, reason) = words::reason(comparison, difference, explanation, rules);
    let presence = format!(" {}", words::presence(comparison, difference.presence));
    let mut lines =
        vec![title(&difference.id), TextLine::of(vec![sign(difference.presence), piece(Role::Text, presence)])];
    lines.extend(wrap(&reason, room).into_iter().map(|line| TextLine::plain(role_of(gravity), line)));
    broken(lines, room)
}

fn versions<'c>(comparison: &'c Comparison, id: &ObjectId) -> (Option<&'c Object>, Option<&'c Object>) {
    (comparison.left_schema.get(id), comparison.right_schema.get(id))
}

fn sql(comparison: &Comparison, id: &ObjectId) -> Vec<Pair> {
    let of = |schema: &Snapshot| schema.get(id).map(|object| definition(object, schema)).unwrap_or_default();
    beside(&of(&comparison.left_schema), &of(&comparison.right_schema))
}

/// Attribute by attribute: of an object on both sides what differs, of one on one side what it is like there.
fn attributes(
    comparison: &Comparison,
    difference: &Difference,
    rules: &[IgnoreRule],
    glyphs: &'static Glyphs,
) -> Vec<TextLine> {
    let mut lines = Vec::new();
    for change in &difference.changes {
        lines.extend(change_lines(change, rules, glyphs));
    }
    if difference.presence != Presence::Changed {
        let (left, right) = versions(comparison, &difference.id);
        for (attribute, value) in left.or(right).into_iter().flat_map(Object::attributes) {
            let shown = words::shown(Some(value));
            let mut rows = shown.lines();
            let label = piece(Role::Dim, format!("{:<18} ", attribute.word()));
            lines.push(TextLine::of(vec![label, piece(Role::Text, rows.next().unwrap_or_default().to_owned())]));
            lines.extend(rows.map(|row| TextLine::plain(Role::Text, format!("  {row}"))));
        }
    }
    lines
}

fn change_lines(change: &Change, rules: &[IgnoreRule], glyphs: &'static Glyphs) -> Vec<TextLine> {
    let label = change.attribute.word();
    let (left, right) = (words::shown(change.left.as_ref()), words::shown(change.right.as_ref()));
    let aside = match change.ignored.and_then(|rule| rules.get(rule)) {
        Some(rule) => format!("  ignored: {}", rule.reason),
        None if change.weight == Weight::Information => "  no drift".to_owned(),
        None => String::new(),
    };
    let is_long = left.contains('\n') || right.contains('\n') || left.len() + right.len() > SHORT;
    if !is_long {
        return vec![TextLine::of(vec![
            piece(Role::Dim, format!("{label:<18} ")),
            piece(Role::DiffRemoved, left),
            piece(Role::Dim, format!(" {} ", glyphs.becomes)),
            piece(Role::DiffAdded, right),
            piece(Role::Dim, aside),
        ])];
    }
    let mut lines = vec![TextLine::of(vec![piece(Role::Dim, label), piece(Role::Dim, aside)])];
    lines.extend(unified(&beside(&(left + "\n"), &(right + "\n"))));
    lines
}

/// The comparison as a whole: both sides, what it comes to, what is not known, what else is to be said.
fn overview(comparison: &Comparison, rules: &[IgnoreRule], room: u16) -> Vec<TextLine> {
    let mut lines: Vec<TextLine> = Vec::new();
    let (gravity, conclusion) = words::conclusion(comparison);
    let say = |role: Role, words: &str, lines: &mut Vec<TextLine>| {
        lines.extend(wrap(words, room).into_iter().map(|line| TextLine::plain(role, line)));
    };
    say(role_of(gravity), &conclusion, &mut lines);
    lines.push(TextLine::default());
    for (which, sign) in [(Which::Left, Presence::OnlyLeft), (Which::Right, Presence::OnlyRight)] {
        let name = comparison.side(which).to_string();
        lines.push(TextLine::of(vec![self::sign(sign), piece(Role::Strong, format!(" {name}"))]));
        let words = words::side(comparison, which);
        lines.extend(
            wrap(&words, room.saturating_sub(2))
                .into_iter()
                .map(|line| TextLine::plain(Role::Dim, format!("  {line}"))),
        );
    }
    for (heading, said) in [("Not known", words::unknowns(comparison)), ("Remarks", words::remarks(comparison, rules))]
    {
        if !said.is_empty() {
            lines.push(TextLine::default());
            lines.push(TextLine::plain(Role::Heading, heading));
        }
        for (gravity, words) in said {
            say(role_of(gravity), &words, &mut lines);
        }
    }
    let explains = by_migration(&comparison.explanations);
    for (which, lacks) in [(Which::Left, &comparison.left_lacks), (Which::Right, &comparison.right_lacks)] {
        if lacks.is_empty() {
            continue;
        }
        lines.push(TextLine::default());
        lines.push(TextLine::plain(Role::Heading, format!("{} lacks", comparison.side(which))));
        for migration in lacks {
            let number = explains.get(migration.as_str()).copied().unwrap_or(0);
            let words = match number {
                0 => "explains nothing".to_owned(),
                1 => "explains 1 difference".to_owned(),
                number => format!("explains {number} differences"),
            };
            let name = piece(Role::Text, migration.clone());
            if width(migration) + width(&words) + 2 <= room {
                lines.push(TextLine::of(vec![name, piece(Role::Dim, format!("  {words}"))]));
            } else {
                lines.push(TextLine::of(vec![name]));
                lines.push(TextLine::plain(Role::Dim, format!("  {words}")));
            }
        }
    }
    lines
}
