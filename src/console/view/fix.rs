//! The dialog that shows what a fix changes in a file, and makes it.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::console::document::difference;
use crate::console::keymap::{Action, Binding, ScreenSpec, TEXT_KEYS, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement};
use crate::console::message::{Answer, FixOrder, Work};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::trouble::Trouble;
use crate::console::widget::paint::{Pen, fill, fit, frame as draw_frame, piece, row};
use crate::console::widget::viewer::Viewer;
use crate::window::review::mend::Change;

/// The dialog's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "fix",
    title: "Fix",
    about: "What a fix changes in a file. Nothing is written before you say so, and only while the file is as it is shown \
            and no environment has it on record.",
    keys: &[
        Binding { action: action::OPEN, keys: &["enter"], words: "Write the change", short: "write", when: "" },
        Binding { action: action::BACK, keys: &["esc"], words: "Leave the file as it is", short: "leave it", when: "" },
    ],
    shared: &[&TEXT_KEYS],
};

/// The dialog on the screen.
#[derive(Debug)]
pub struct FixDialog {
    order: Box<FixOrder>,
    change: Box<Change>,
    viewer: Viewer,
    is_writing: bool,
}

impl FixDialog {
    /// The dialog for a change that was worked out for an order.
    #[must_use]
    pub fn of(order: Box<FixOrder>, change: Box<Change>) -> Self {
        let viewer = Viewer::of(difference(&change.before, &change.after));
        Self { order, change, viewer, is_writing: false }
    }

    /// The file's name.
    fn file(&self) -> String {
        self.change.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The part that shows the difference.
    fn text(area: Rect) -> Rect {
        Rect {
            x: area.x + 2.min(area.width),
            y: area.y + 3.min(area.height),
            width: area.width.saturating_sub(4),
            height: area.height.saturating_sub(4),
        }
    }
}

impl Layer for FixDialog {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "fix".to_owned()
    }

    fn placement(&self, _context: &Context<'_>) -> Placement {
        let lines = u16::try_from(self.viewer.lines().len()).unwrap_or(u16::MAX);
        Placement::Dialog { width: 110, height: lines.saturating_add(4).clamp(8, 24) }
    }

    fn is_guarded(&self) -> bool {
        true
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::OPEN if self.is_writing => {}
            action::OPEN => {
                self.is_writing = true;
                // A window may have applied it since it was looked at.
                self.order.look_again(context.world);
                return vec![Command::Work(Work::WriteFix(self.order.clone(), self.change.clone()))];
            }
            action::BACK => return vec![Command::Close],
            _ => {
                self.viewer.act(wanted, Self::text(context.area));
            }
        }
        Vec::new()
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::Mended(Ok(())) => {
                vec![Command::Close, Command::Toast(format!("Fixed {} in {}.", self.order.finding.rule, self.file()))]
            }
            Answer::Mended(Err(why)) => {
                let trouble =
                    Trouble::new("Nothing was fixed", why).with("file", self.change.path.display().to_string());
                vec![Command::Close, Command::Trouble(Box::new(trouble))]
            }
            _ => Vec::new(),
        }
    }

    fn settle(&mut self, context: &Context<'_>) {
        self.viewer.settle(Self::text(context.area));
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        fill(frame.buffer_mut(), canvas.area, theme.style(Role::Dialog));
        let titles = self.change.fixed.iter().map(|one| one.title.as_str()).collect::<Vec<_>>().join(", ");
        let title = [piece(Role::DialogFrame, format!("{}: {titles}", self.order.finding.rule))];
        let inside = draw_frame(frame.buffer_mut(), theme, canvas.area, Role::DialogFrame, &title, &[]);
        let file = self.file();
        let shown = fit(&file, inside.width.saturating_sub(2), theme.glyphs().ellipsis).into_owned();
        Pen::new(frame.buffer_mut(), theme, row(inside, 0)).skip(1).write(Role::Strong, &shown);
        self.viewer.draw(canvas, frame, Self::text(canvas.area));
    }
}
