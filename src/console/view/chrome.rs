//! What surrounds every screen: the bar at the top, the keys at the bottom, errors that stay and words that pass.

use ratatui::Frame;
use ratatui::layout::{Position, Rect, Size};

use crate::config::Tier;
use crate::console::keymap::{Action, action};
use crate::console::layer::{Availability, Context, Placement, Subject};
use crate::console::model::{Entry, Model};
use crate::console::theme::{Role, Theme};
use crate::console::trouble::Trouble;
use crate::console::widget::paint::{
    Pen, Piece, fill, frame as draw_frame, piece, pieces_width, row, split_bottom, split_top, width, wrap,
};

/// The least terminal that the console draws in.
const LEAST: Size = Size { width: 60, height: 15 };

/// The rows of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// The bar at the top.
    pub bar: Rect,
    /// What the screens fill.
    pub body: Rect,
    /// The newest error that was not dismissed; empty where there is none.
    pub trouble: Rect,
    /// The keys at the bottom.
    pub footer: Rect,
}

/// Divides the terminal. An error takes its rows from the body, so that it hides nothing.
#[must_use]
pub fn areas(model: &Model) -> Areas {
    let (bar, rest) = split_top(Rect::new(0, 0, model.size.width, model.size.height), 1);
    let (rest, footer) = split_bottom(rest, 1);
    let wanted = match model.troubles.last() {
        Some(shown) => u16::try_from(trouble_lines(&shown.trouble, rest.width).len()).unwrap_or(u16::MAX),
        None => return Areas { bar, body: rest, trouble: Rect { height: 0, ..footer }, footer },
    };
    let height = wanted.saturating_add(2).min(rest.height / 2);
    let (body, trouble) = split_bottom(rest, height);
    Areas { bar, body, trouble, footer }
}

/// A box of at most this size in the middle of an area.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// The terminal is too small to draw anything in.
#[must_use]
pub fn is_too_small(size: Size) -> bool {
    size.width < LEAST.width || size.height < LEAST.height
}

/// The label and the frame of a tier.
#[must_use]
pub fn tier_roles(tier: Tier) -> (Role, Role) {
    match tier {
        Tier::Production => (Role::TierProduction, Role::FrameProduction),
        Tier::Staging => (Role::TierStaging, Role::FrameStaging),
        Tier::Development => (Role::TierDevelopment, Role::FrameDevelopment),
    }
}

/// `[PRODUCTION]`, or `[PRODUCTION read-only]`.
#[must_use]
pub fn tier_label(subject: &Subject) -> String {
    let label = subject.tier.label();
    if subject.access.is_read_only() { format!("[{label} read-only]") } else { format!("[{label}]") }
}

/// The label of a tier and the name of the environment, for the frame of a dialog.
#[must_use]
pub fn tier_pieces(subject: &Subject) -> [Piece; 2] {
    let (label, _) = tier_roles(subject.tier);
    [piece(label, tier_label(subject)), piece(label, format!(" {} ", subject.environment))]
}

/// Paints the whole screen as the theme shows plain text.
pub fn background(theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, theme.style(Role::Background));
}

/// Asks for more room.
pub fn draw_too_small(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let lines = [
        "Tidegate needs more room.".to_owned(),
        format!("This terminal: {} x {}.", model.size.width, model.size.height),
        format!("Needed: {} x {}.", LEAST.width, LEAST.height),
    ];
    let top = area.height.saturating_sub(3) / 2;
    for (index, line) in (0_u16..).zip(&lines) {
        let at = row(area, top + index);
        let indent = at.width.saturating_sub(width(line)) / 2;
        let role = if index == 0 { Role::Strong } else { Role::Text };
        Pen::new(frame.buffer_mut(), theme, at).skip(indent).write(role, line);
    }
}

/// The environment that the topmost screen is about.
fn subject(model: &Model) -> Option<Subject> {
    model.layers.iter().rev().find_map(|entry| entry.layer.subject(&model.world))
}

/// Draws the bar at the top: where we are, and in which tier.
pub fn draw_bar(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let bar = areas(model).bar;
    let subject = subject(model);
    let glyphs = theme.glyphs();
    let (plain, strong) = match &subject {
        Some(subject) => {
            let (label, _) = tier_roles(subject.tier);
            (label, label)
        }
        None => (Role::Bar, Role::BarStrong),
    };
    let buffer = frame.buffer_mut();
    fill(buffer, bar, theme.style(plain));
    let mut right: Vec<Piece> = Vec::new();
    if let Some(subject) = &subject {
        right.extend(tier_pieces(subject));
    } else if let Some(entry) = model.layers.last() {
        for (wanted, word) in [(action::HELP, "help"), (action::PALETTE, "commands")] {
            if let Some(key) = model.keymap.key(entry.layer.spec().name, wanted) {
                right.push(piece(strong, format!(" {key}")));
                right.push(piece(plain, format!(" {word} ")));
            }
        }
    }
    let right_width = pieces_width(&right);
    let left = Rect { width: bar.width.saturating_sub(right_width + 1), ..bar };
    let mut pen = Pen::new(buffer, theme, left);
    pen.write(strong, " tidegate ");
    let shown: Vec<usize> = screens(model).collect();
    for (place, index) in shown.iter().enumerate() {
        if place > 0 {
            pen.write(plain, &format!(" {}", glyphs.path));
        }
        let role = if place + 1 == shown.len() { strong } else { plain };
        pen.write(role, &format!(" {}", model.layers[*index].layer.title(&model.world)));
    }
    if let Some(entry) = shown.last().map(|index| &model.layers[*index]) {
        pen.write(plain, "   ").write(plain, &entry.layer.detail(&model.world));
    }
    let right_area = Rect { x: bar.right().saturating_sub(right_width), width: right_width.min(bar.width), ..bar };
    Pen::new(buffer, theme, right_area).pieces(&right);
}

/// Whether a layer is a dialog over a screen.
#[must_use]
pub fn is_dialog(model: &Model, entry: &Entry) -> bool {
    let context = Context { world: &model.world, keymap: &model.keymap, area: areas(model).body };
    entry.layer.placement(&context) != Placement::Screen
}

/// The layers that are screens, from the first to the topmost.
fn screens(model: &Model) -> impl Iterator<Item = usize> + '_ {
    (0..model.layers.len()).filter(move |index| !is_dialog(model, &model.layers[*index]))
}

/// Greys out everything behind a dialog.
pub fn shade(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let body = areas(model).body;
    let buffer = frame.buffer_mut();
    for y in body.y..body.bottom() {
        for x in body.x..body.right() {
            let cell = &mut buffer[(x, y)];
            let symbol = cell.symbol().to_owned();
            cell.reset();
            cell.set_symbol(&symbol).set_style(theme.style(Role::Background)).set_style(theme.style(Role::Shade));
        }
    }
}

/// A key that the footer shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hint {
    action: Action,
    key: String,
    word: &'static str,
    x: u16,
    width: u16,
}

/// The keys that fit into the footer, in the order of the table.
fn hints(model: &Model) -> Vec<Hint> {
    let Some(entry) = model.layers.last() else { return Vec::new() };
    let footer = areas(model).footer;
    let typing = entry.layer.is_typing();
    let mut wanted: Vec<Hint> = Vec::new();
    for row in model.keymap.entries(entry.layer.spec().name) {
        let possible = entry.layer.availability(row.binding.action, &model.world) == Availability::Yes;
        let key = row.keys.iter().find(|key| {
            !typing || model.keymap.action_while_typing(entry.layer.spec().name, **key) == Some(row.binding.action)
        });
        if let (false, true, Some(key)) = (row.binding.short.is_empty(), possible, key) {
            let key = key.to_string();
            // The same key leaves a screen and, on the first one, the console.
            let leaves = row.binding.action == action::QUIT && model.layers.len() > 1;
            let word = if leaves { "back" } else { row.binding.short };
            let hint_width = width(&key) + 1 + width(word);
            wanted.push(Hint { action: row.binding.action, key, word, x: 0, width: hint_width });
        }
    }
    // The way out and the way to the rest must be there, however little room there is.
    let is_kept = |hint: &Hint| matches!(hint.action, action::HELP | action::QUIT);
    let total = |hints: &[Hint]| hints.iter().map(|hint| hint.width + 3).sum::<u16>();
    while total(&wanted) > footer.width + 2 {
        match wanted.iter().rposition(|hint| !is_kept(hint)) {
            Some(index) => {
                wanted.remove(index);
            }
            None => break,
        }
    }
    let mut x = footer.x + 1;
    for hint in &mut wanted {
        hint.x = x;
        x += hint.width + 3;
    }
    wanted
}

/// Draws the keys at the bottom.
pub fn draw_footer(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let footer = areas(model).footer;
    for hint in hints(model) {
        let at = Rect { x: hint.x, width: footer.right().saturating_sub(hint.x), ..footer };
        let mut pen = Pen::new(frame.buffer_mut(), theme, at);
        pen.write(Role::Key, &hint.key).write(Role::Footer, " ").write(Role::Footer, hint.word);
    }
}

/// The action of the key in the footer that a click hits.
#[must_use]
pub fn key_at(model: &Model, at: Position) -> Option<Action> {
    if !areas(model).footer.contains(at) {
        return None;
    }
    hints(model).into_iter().find(|hint| (hint.x..hint.x + hint.width).contains(&at.x)).map(|hint| hint.action)
}

/// An error as rows of a panel of this width.
fn trouble_lines(trouble: &Trouble, panel: u16) -> Vec<Vec<Piece>> {
    const LABEL: u16 = 11;
    let room = panel.saturating_sub(4);
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for line in wrap(&trouble.message, room) {
        lines.push(vec![piece(Role::Text, line)]);
    }
    let next = (!trouble.next.is_empty()).then_some((Role::Strong, "next", trouble.next.as_str()));
    let facts = trouble.facts.iter().map(|(label, value)| (Role::Text, *label, value.as_str()));
    for (role, label, text) in facts.chain(next) {
        for (index, line) in wrap(text, room.saturating_sub(LABEL)).into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let width = usize::from(LABEL);
            lines.push(vec![piece(Role::Dim, format!("{label:<width$}")), piece(role, line)]);
        }
    }
    lines
}

/// Draws the newest error that was not dismissed.
pub fn draw_trouble(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let Some(shown) = model.troubles.last() else { return };
    let area = areas(model).trouble;
    let lines = trouble_lines(&shown.trouble, area.width);
    let room = usize::from(area.height.saturating_sub(2));
    let mut words = Vec::new();
    if model.troubles.len() > 1 {
        words.push(piece(Role::Dim, format!("{} errors  ", model.troubles.len())));
    }
    let keys = model.layers.last().map(|entry| entry.layer.spec().name).unwrap_or_default();
    if let Some(key) = model.keymap.key(keys, action::ERROR).filter(|_| lines.len() > room) {
        words.push(piece(Role::Key, key.to_string()));
        words.push(piece(Role::Dim, " all of it  "));
    }
    words.push(piece(Role::Key, "esc"));
    words.push(piece(Role::Dim, " dismiss"));
    let title = [piece(Role::Trouble, format!("{} {}", theme.glyphs().failed, shown.trouble.title))];
    fill(frame.buffer_mut(), area, theme.style(Role::Dialog));
    let inside = draw_frame(frame.buffer_mut(), theme, area, Role::Trouble, &title, &words);
    for (index, line) in (0_u16..).zip(lines.iter().take(room)) {
        Pen::new(frame.buffer_mut(), theme, row(inside, index)).skip(1).pieces(line);
    }
}

/// Draws the passing message at the right of the row above the keys.
pub fn draw_toast(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let Some(toast) = &model.toast else { return };
    let body = areas(model).body;
    let room = body.width.saturating_sub(6);
    let lines = wrap(&toast.text, room.min(72));
    let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    let height = u16::try_from(lines.len()).unwrap_or(1);
    let area = Rect {
        x: body.right().saturating_sub(widest + 3),
        y: body.bottom().saturating_sub(height),
        width: (widest + 2).min(body.width),
        height: height.min(body.height),
    };
    fill(frame.buffer_mut(), area, theme.style(Role::Toast));
    for (index, line) in (0_u16..).zip(&lines) {
        Pen::new(frame.buffer_mut(), theme, row(area, index)).write(Role::Toast, " ").write(Role::Toast, line);
    }
}
