//! How the drift screen looks.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::layer::Canvas;
use crate::console::message::{SideChoice, Sides};
use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::widget::paint::{
    Pen, Piece, frame as draw_frame, piece, pieces_width, row, scroll_bar, split_top, width, wrap,
};
use crate::console::widget::viewer::draw_lines;
use crate::console::words::{ago, took};
use crate::schema::diff::Presence;
use crate::window::drift::course::Which;
use crate::window::drift::progress::Stage;
use crate::window::drift::standing::Standing;
use crate::window::drift::words::name_within_schema;

use super::detail::{Detail, Showing, branch_words, sign, standing_role};
use super::tree::{Key, Standings, Tally, Tree};
use super::{Areas, DriftScreen, Pane, State, head_rows, inside, is_uncertain};

/// What the files are called as a side.
pub const FILES: &str = "files";

/// What a side is called.
#[must_use]
pub fn side_name(world: &World, choice: SideChoice) -> String {
    match choice {
        SideChoice::Files => FILES.to_owned(),
        SideChoice::Environment(place) => {
            world.config.environments.get(place).map(|environment| environment.name.to_string()).unwrap_or_default()
        }
    }
}

/// A side as the head shows it: its sign, its name, its tier.
fn side(world: &World, choice: SideChoice, presence: Presence) -> Vec<Piece> {
    let mut pieces = vec![sign(presence), piece(Role::Text, " "), piece(Role::Strong, side_name(world, choice))];
    if let Some((role, label)) = choice.tier_of(world) {
        pieces.push(piece(Role::Text, " "));
        pieces.push(piece(role, label));
    }
    pieces
}

/// Both sides in the head, with the columns where they stand.
fn sides(world: &World, sides: Sides, head: Rect) -> [(Rect, Vec<Piece>); 2] {
    let left = side(world, sides.left, Presence::OnlyLeft);
    let right = side(world, sides.right, Presence::OnlyRight);
    let top = row(head, 0);
    let first = Rect { x: top.x + 1, width: pieces_width(&left).min(top.width), ..top };
    let second = Rect { x: first.right() + 3, width: pieces_width(&right), ..top };
    [(first, left), (second.intersection(top), right)]
}

/// The side in the head that a click hits.
#[must_use]
pub fn side_at(world: &World, both: Sides, head: Rect, at: Position) -> Option<Which> {
    let [(left, _), (right, _)] = sides(world, both, head);
    match () {
        () if left.contains(at) => Some(Which::Left),
        () if right.contains(at) => Some(Which::Right),
        () => None,
    }
}

/// The tab that a click hits.
#[must_use]
pub fn tab_at(inside: Rect, at: Position) -> Option<Showing> {
    let mut x = inside.x + 1;
    for showing in Showing::ALL {
        let end = x + width(showing.word()) + 2;
        if (x..end).contains(&at.x) {
            return Some(showing);
        }
        x = end + 1;
    }
    None
}

/// Draws the screen.
pub fn draw(screen: &DriftScreen, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
    let areas = screen.areas(canvas.area);
    draw_head(screen, canvas, frame, areas.head);
    let Some(tree) = &screen.tree else { return draw_without(screen, canvas, frame) };
    if let Some(area) = areas.warning {
        draw_warning(tree, canvas, frame, area);
    }
    if let Some(area) = areas.tree {
        draw_tree(screen, tree, canvas, frame, area);
    }
    if let (Some(area), Some(detail)) = (areas.detail, &screen.detail) {
        draw_detail(screen, detail, canvas, frame, area, areas);
    }
    if let Some(area) = areas.filter {
        screen.filter.draw(frame, canvas.theme, area, &format!("{} shown", tree.shown()));
    }
}

fn draw_head(screen: &DriftScreen, canvas: &Canvas<'_>, frame: &mut Frame<'_>, head: Rect) {
    let (world, theme) = (canvas.world, canvas.theme);
    let [(left, left_pieces), (right, right_pieces)] = sides(world, screen.sides, head);
    let buffer = frame.buffer_mut();
    Pen::new(buffer, theme, left).pieces(&left_pieces);
    Pen::new(buffer, theme, right).pieces(&right_pieces);
    let state = state(screen, canvas);
    let at = row(head, 0);
    let state_width = pieces_width(&state);
    if right.right() + state_width + 3 <= at.right() {
        let place = Rect { x: at.right() - state_width - 1, width: state_width, ..at };
        Pen::new(buffer, theme, place).pieces(&state);
    }
    let second = row(head, 1);
    let shown = shown(screen);
    let shown_width = pieces_width(&shown);
    let words = Rect { x: second.x + 1, width: second.width.saturating_sub(shown_width + 4), ..second };
    match screen.conclusion() {
        Some(conclusion) => {
            Pen::new(buffer, theme, words).pieces(&conclusion);
        }
        None => {
            Pen::new(buffer, theme, Rect { width: second.width.saturating_sub(2), ..words }).pieces(&state);
        }
    }
    let place = Rect { x: second.right().saturating_sub(shown_width + 1), width: shown_width, ..second };
    if screen.tree.is_some() {
        Pen::new(buffer, theme, place).pieces(&shown);
    }
}

/// Where the comparison is.
fn state(screen: &DriftScreen, canvas: &Canvas<'_>) -> Vec<Piece> {
    let glyphs = canvas.theme.glyphs();
    match &screen.state {
        State::Comparing { since, stage, .. } => {
            let uptime = canvas.world.moment.uptime;
            let frame = usize::try_from(uptime.as_millis() / 120).unwrap_or(0);
            let spinner = glyphs.spinner[frame % glyphs.spinner.len()];
            let doing = match stage {
                Some(Stage::Replaying { done, of }) => format!(" replaying migrations: {done} of {of}"),
                _ => " reading the schemas".to_owned(),
            };
            let mut pieces = vec![piece(Role::Info, spinner), piece(Role::Text, doing)];
            let waited = uptime.saturating_sub(*since);
            if waited.as_secs() > 0 {
                pieces.push(piece(Role::Dim, format!("  {}", took(std::time::Duration::from_secs(waited.as_secs())))));
            }
            pieces
        }
        State::Compared => screen.tree.as_ref().map_or_else(Vec::new, |tree| {
            vec![piece(Role::Dim, format!("compared {}", ago(tree.comparison().at, canvas.world.moment.now)))]
        }),
        State::Stopped => vec![piece(Role::Warn, "stopped before it was compared")],
        State::Failed(_) => vec![piece(Role::Bad, format!("{} not compared", glyphs.failed))],
    }
}

/// What is shown of the differences, where that is not simply what counts as drift.
fn shown(screen: &DriftScreen) -> Vec<Piece> {
    let mut words: Vec<String> = Vec::new();
    if screen.wanted.standings != Standings::default() {
        words.push(screen.wanted.standings.words().to_owned());
    }
    match screen.wanted.presence {
        None => {}
        Some(Presence::OnlyLeft) => words.push("only left".to_owned()),
        Some(Presence::OnlyRight) => words.push("only right".to_owned()),
        Some(Presence::Changed) => words.push("changed".to_owned()),
    }
    words.extend(screen.wanted.kind.map(|kind| kind.plural().to_owned()));
    if words.is_empty() {
        return Vec::new();
    }
    vec![piece(Role::Dim, "showing "), piece(Role::Match, words.join(", "))]
}

/// Draws what stands in the place of the tree while there is none.
fn draw_without(screen: &DriftScreen, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
    let (_, body) = split_top(canvas.area, 3);
    let mut lines: Vec<(Role, String)> = Vec::new();
    let room = body.width.saturating_sub(4);
    match &screen.state {
        State::Comparing { read, .. } => {
            let words = "Both schemas are read at one moment each, in a transaction that only reads. What differs is \
                         explained by replaying the migrations in a throwaway database; what was replayed before is \
                         not replayed again.";
            lines.extend(wrap(words, room).into_iter().map(|line| (Role::Dim, line)));
            lines.push((Role::Text, String::new()));
            lines.extend(read.iter().map(|side| (Role::Text, side.clone())));
        }
        State::Failed(why) => {
            lines.extend(wrap(why, room).into_iter().map(|line| (Role::Bad, line)));
            lines.push((Role::Text, String::new()));
            let words = "Nothing is known of what differs: this is not the same as no drift.";
            lines.extend(wrap(words, room).into_iter().map(|line| (Role::Strong, line)));
        }
        State::Stopped | State::Compared => {
            lines.push((Role::Text, "Nothing is known of what differs.".to_owned()));
        }
    }
    if !matches!(screen.state, State::Comparing { .. }) {
        let mut again = Vec::new();
        for (action, words) in [
            (super::AGAIN, "tries again"),
            (super::LEFT_SIDE, "chooses the left side"),
            (super::RIGHT_SIDE, "the right one"),
        ] {
            if let Some(key) = canvas.keymap.key(super::SPEC.name, action) {
                again.push(format!("{key} {words}"));
            }
        }
        lines.push((Role::Text, String::new()));
        lines.push((Role::Dim, again.join(", ") + "."));
    }
    for (index, (role, line)) in (0_u16..).zip(&lines) {
        Pen::new(frame.buffer_mut(), canvas.theme, row(body, index)).skip(2).write(*role, line);
    }
}

/// Says loudly that not everything is known.
fn draw_warning(tree: &Tree, canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect) {
    let comparison = tree.comparison();
    if !is_uncertain(comparison) {
        return;
    }
    let glyph = canvas.theme.glyphs().warning;
    let (role, words) = if comparison.drift.gaps.is_empty() {
        (Role::Warn, "Not everything is proved: the first row says why.")
    } else {
        (Role::Bad, "Not everything could be read: what is not shown may differ too. The first row says what.")
    };
    let mut pen = Pen::new(frame.buffer_mut(), canvas.theme, area);
    pen.skip(1).write(role, glyph).write(role, " ").write(role, words);
}

/// The lines of a pane's frame.
fn border(screen: &DriftScreen, canvas: &Canvas<'_>, pane: Pane) -> Role {
    if screen.pane == pane && canvas.focused { Role::BorderFocus } else { Role::Border }
}

fn draw_tree(screen: &DriftScreen, tree: &Tree, canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect) {
    let theme = canvas.theme;
    let buffer = frame.buffer_mut();
    let label = [piece(Role::Dim, format!("{} of {}", (screen.list.selected + 1).min(tree.len()), tree.len()))];
    let lines = border(screen, canvas, Pane::Tree);
    draw_frame(buffer, theme, area, lines, &[piece(Role::Strong, "differences")], &label);
    let rows = inside(area);
    for (index, number) in (0_u16..).zip(screen.list.visible(tree.len(), rows.height)) {
        let at = row(rows, index);
        let selected = number == screen.list.selected;
        draw_row(tree, number, canvas, buffer, Rect { width: at.width.saturating_sub(1), ..at });
        if selected {
            let role = if screen.pane == Pane::Tree && canvas.focused { Role::Selection } else { Role::SelectionIdle };
            Pen::new(buffer, theme, at).write(Role::Accent, theme.glyphs().cursor);
            buffer.set_style(at, theme.style(role));
        }
    }
    scroll_bar(buffer, theme, rows, screen.list.offset, tree.len());
    if tree.is_empty() {
        let words = if screen.filter.is_shown() || !shown(screen).is_empty() {
            "Nothing of what is asked for."
        } else {
            "Nothing differs."
        };
        Pen::new(buffer, theme, row(rows, 2)).skip(2).write(Role::Dim, words);
    }
}

fn draw_row(tree: &Tree, number: usize, canvas: &Canvas<'_>, buffer: &mut ratatui::buffer::Buffer, at: Rect) {
    let (theme, glyphs) = (canvas.theme, canvas.theme.glyphs());
    let Some(node) = tree.node(number) else { return };
    let mark = match (tree.is_branch(number), tree.is_folded(number)) {
        (true, true) => glyphs.folded,
        (true, false) => glyphs.unfolded,
        (false, _) => " ",
    };
    let name = name(tree, number, glyphs);
    let indent = 3 + u16::from(node.depth);
    let room = at.width.saturating_sub(indent + pieces_width(&name) + 1);
    let note = match node.difference {
        Some(place) => standing(tree, place, at.width, glyphs),
        None => tally(node.tally, room, glyphs),
    };
    let note_width = pieces_width(&note);
    let words = Rect { width: at.width.saturating_sub(note_width + 1), ..at };
    let mut pen = Pen::new(buffer, theme, words);
    pen.skip(indent - 2).write(Role::Dim, mark).write(Role::Text, " ").pieces(&name);
    let place = Rect { x: at.right().saturating_sub(note_width), width: note_width.min(at.width), ..at };
    Pen::new(buffer, theme, place).pieces(&note);
}

/// What a row is called.
fn name(tree: &Tree, number: usize, glyphs: &'static Glyphs) -> Vec<Piece> {
    let Some(node) = tree.node(number) else { return Vec::new() };
    match &node.key {
        Key::Object(id) => {
            let mut pieces = Vec::new();
            if let Some(difference) = tree.difference(number) {
                pieces.extend([sign(difference.presence), piece(Role::Text, " ")]);
            }
            let role = match node.difference.map(|place| tree.comparison().standing(place as usize)) {
                Some(Standing::Unexplained | Standing::Unproven) => Role::Strong,
                Some(Standing::Information | Standing::Ignored) => Role::Dim,
                Some(Standing::Explained) | None => Role::Text,
            };
            if id.kind.is_part() {
                pieces.push(piece(Role::Dim, id.kind.word()));
                pieces.push(piece(role, format!(" {}", id.name)));
            } else {
                pieces.push(piece(role, name_within_schema(id)));
            }
            pieces
        }
        Key::Everything => {
            let (left, right) = (&tree.comparison().left, &tree.comparison().right);
            vec![piece(Role::Heading, format!("{left} {} {right}", glyphs.becomes))]
        }
        key => vec![piece(if node.depth == 1 { Role::Heading } else { Role::Text }, branch_words(key))],
    }
}

/// The mark of a standing.
fn standing_mark(standing: Standing, glyphs: &'static Glyphs) -> &'static str {
    match standing {
        Standing::Unexplained => glyphs.warning,
        Standing::Unproven => glyphs.unknown,
        Standing::Explained => glyphs.applied,
        Standing::Information => glyphs.dot,
        Standing::Ignored => glyphs.unverified,
    }
}

/// What a difference is, in as many words as there is room for.
fn standing(tree: &Tree, place: u32, room: u16, glyphs: &'static Glyphs) -> Vec<Piece> {
    let standing = tree.comparison().standing(place as usize);
    let (role, mark) = (standing_role(standing), standing_mark(standing, glyphs));
    if room < 44 {
        return vec![piece(role, mark)];
    }
    let explanation = tree.comparison().explanations.get(place as usize).and_then(Option::as_ref);
    let cause = explanation.filter(|_| standing == Standing::Explained).and_then(|explanation| explanation.by.first());
    // A version says more than that there is one.
    let words = match cause.map(|cause| cause.migration.split('_').next().unwrap_or_default().to_owned()) {
        Some(version) if room >= 52 => version,
        _ => standing.word().to_owned(),
    };
    vec![piece(role, format!("{mark} ")), piece(role, words)]
}

/// How many differences there are of each standing, in words where they fit.
fn tally(tally: Tally, room: u16, glyphs: &'static Glyphs) -> Vec<Piece> {
    let mut long: Vec<Piece> = Vec::new();
    let mut short: Vec<Piece> = Vec::new();
    for (standing, number) in tally.present() {
        let gap = if long.is_empty() { "" } else { "  " };
        let role = standing_role(standing);
        long.push(piece(role, format!("{gap}{number} {}", standing.word())));
        let gap = if short.is_empty() { "" } else { " " };
        short.push(piece(role, format!("{gap}{}{number}", standing_mark(standing, glyphs))));
    }
    if pieces_width(&long) <= room { long } else { short }
}

fn draw_detail(
    screen: &DriftScreen,
    detail: &Detail,
    canvas: &Canvas<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
    areas: Areas,
) {
    let theme = canvas.theme;
    let lines = border(screen, canvas, Pane::Detail);
    let title = match &detail.key {
        Key::Object(id) => id.kind.word(),
        Key::Everything => "overview",
        _ => "differences",
    };
    draw_frame(frame.buffer_mut(), theme, area, lines, &[piece(Role::Strong, title)], &[]);
    let inside = inside(area);
    let (heading, text) = split_top(inside, head_rows(Some(detail)));
    draw_lines(canvas, frame, Rect { height: heading.height.saturating_sub(1), ..heading }, &detail.heading, 0);
    let showing = screen.showing_of(detail);
    if !detail.heading.is_empty() {
        let tabs = row(heading, heading.height.saturating_sub(1));
        let rule = theme.glyphs().rule;
        let mut pen = Pen::new(frame.buffer_mut(), theme, tabs);
        pen.write(Role::Border, rule);
        for tab in Showing::ALL.into_iter().filter(|_| detail.has_sql) {
            let (role, open, close) = if tab == showing { (Role::Accent, "[", "]") } else { (Role::Dim, " ", " ") };
            pen.write(role, open).write(role, tab.word()).write(role, close).write(Role::Border, rule);
        }
        let rest = rule.repeat(usize::from(pen.room()));
        pen.write(Role::Border, &rest);
    }
    debug_assert_eq!(text, areas.text(Some(detail)));
    let has_nothing = match showing {
        Showing::Attributes => detail.attributes.lines().is_empty(),
        Showing::Beside | Showing::Unified => detail.beside.pairs().is_empty(),
    };
    if has_nothing {
        let words = match showing {
            Showing::Attributes => "Nothing more is to be said of it.",
            _ => "Objects of this kind are not written as SQL. Their attributes say what differs.",
        };
        for (index, line) in (0_u16..).zip(wrap(words, text.width.saturating_sub(2))) {
            Pen::new(frame.buffer_mut(), theme, row(text, index)).write(Role::Dim, &line);
        }
        return;
    }
    match showing {
        Showing::Attributes => detail.attributes.draw(canvas, frame, text),
        Showing::Beside => detail.beside.draw(canvas, frame, text),
        Showing::Unified => detail.unified.draw(canvas, frame, text),
    }
}
