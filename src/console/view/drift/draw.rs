//! How the drift screen looks.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::layer::Canvas;
use crate::console::message::{SideChoice, Sides};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::widget::paint::{
    Pen, Piece, frame as draw_frame, piece, pieces_width, row, split_top, width, wrap,
};
use crate::console::widget::viewer::draw_lines;
use crate::console::words::{ago, took};
use crate::schema::diff::Presence;
use crate::window::drift::course::Which;
use crate::window::drift::progress::Stage;

use super::areas::{Areas, head_rows, inside};
use super::comparing::State;
use super::detail::{Detail, Showing, sign};
use super::rows::draw_tree;
use super::tree::{Key, Standings, Tree};
use super::{DriftScreen, Pane, is_uncertain};

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
pub(super) fn shown(screen: &DriftScreen) -> Vec<Piece> {
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
            (super::keys::AGAIN, "tries again"),
            (super::keys::LEFT_SIDE, "chooses the left side"),
            (super::keys::RIGHT_SIDE, "the right one"),
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
pub(super) fn border(screen: &DriftScreen, canvas: &Canvas<'_>, pane: Pane) -> Role {
    if screen.pane == pane && canvas.focused { Role::BorderFocus } else { Role::Border }
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
