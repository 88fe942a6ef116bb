//! The dialog of Ctrl-C while a step runs: how to stop it, and what each way leaves behind.

use ratatui::Frame;

use crate::console::keymap::{Action, Binding, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::widget::paint::{Pen, fill, frame as draw_frame, piece, row, wrap};

use super::window;

/// Stops after the statement that runs.
pub const AFTER: Action = Action("stop.after-statement");
/// Cancels the statement that runs.
pub const NOW: Action = Action("stop.now");

/// The dialog's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "stop",
    title: "Stop",
    about: "Two ways to stop a running step. Either way the server's answer is awaited, and the window says what is in \
            the database then.",
    keys: &[
        Binding {
            action: AFTER,
            keys: &["s"],
            words: "Stop when the running statement has ended",
            short: "after this statement",
            when: "",
        },
        Binding { action: NOW, keys: &["x"], words: "Cancel the running statement", short: "cancel now", when: "" },
        Binding { action: action::BACK, keys: &["esc"], words: "Go on", short: "go on", when: "" },
    ],
    shared: &[],
};

const WAYS: [(&str, &str); 3] = [
    (
        "s",
        "Stop after this statement. The migration that runs is rolled back, or, where it runs statement by \
         statement, stays as far as it came; earlier ones stay.",
    ),
    (
        "x",
        "Cancel now. The server is asked to break the running statement off, with the same result, only sooner. A \
         backup that runs is removed.",
    ),
    ("esc", "Go on. Nothing is stopped."),
];

/// The dialog on the screen.
#[derive(Debug, Default)]
pub struct StopDialog;

impl Layer for StopDialog {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "stop".to_owned()
    }

    fn placement(&self, _context: &Context<'_>) -> Placement {
        Placement::Dialog { width: 70, height: 14 }
    }

    fn is_guarded(&self) -> bool {
        true
    }

    fn act(&mut self, wanted: Action, _context: &Context<'_>) -> Vec<Command> {
        match wanted {
            AFTER => vec![Command::CloseAndAct(window::STOP_AFTER)],
            NOW => vec![Command::CloseAndAct(window::STOP_NOW)],
            action::BACK => vec![Command::Close],
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        fill(frame.buffer_mut(), canvas.area, theme.style(Role::Dialog));
        let title = [piece(Role::DialogFrame, "Stop the running step?")];
        let inside = draw_frame(frame.buffer_mut(), theme, canvas.area, Role::DialogFrame, &title, &[]);
        let mut at = 1;
        for (key, words) in WAYS {
            for (index, line) in wrap(words, inside.width.saturating_sub(10)).into_iter().enumerate() {
                let mut pen = Pen::new(frame.buffer_mut(), theme, row(inside, at));
                let start = pen.x + 2;
                pen.skip(2).write(Role::Key, if index == 0 { key } else { "" }).to(start + 5).write(Role::Text, &line);
                at += 1;
            }
            at += 1;
        }
    }
}
