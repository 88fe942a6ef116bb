//! The dialog that makes a new migration: its type, what it is about, and the names that its files get.

use std::sync::Arc;

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::key::{Code, Key};
use crate::console::keymap::{Action, Binding, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement};
use crate::console::message::{Answer, Work};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::board;
use crate::console::widget::input::InputLine;
use crate::console::widget::paint::{Pen, fill, frame as draw_frame, framed, piece, row, wrap};
use crate::migration::catalogue::Catalogue;
use crate::migration::name::{MigrationName, MigrationType};
use crate::migration::scaffold::ScaffoldError;
use crate::window::scaffold::Wanted;

use super::marks;

/// The dialog's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "new",
    title: "New migration",
    about: "Makes a migration and its rollback from the project's templates, as `tidegate new` does, and opens the \
            migration in your editor: VISUAL, or else EDITOR. The type is chosen with the arrow keys or by its first \
            letter. The names of both files are shown while you type. No file is ever written over, and nothing is \
            applied.",
    keys: &[
        Binding {
            action: action::OPEN,
            keys: &["enter"],
            words: "Write both files and edit the migration",
            short: "write",
            when: "",
        },
        Binding {
            action: action::NEXT,
            keys: &["tab", "down"],
            words: "Next field: type, description, ticket, release",
            short: "field",
            when: "",
        },
        Binding {
            action: action::PREVIOUS,
            keys: &["shift-tab", "up"],
            words: "The field before",
            short: "",
            when: "",
        },
        Binding { action: action::BACK, keys: &["esc"], words: "Cancel", short: "cancel", when: "" },
    ],
    shared: &[],
};

/// What is filled in, in the order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Field {
    #[default]
    Type,
    Description,
    Ticket,
    Release,
}

impl Field {
    const ALL: [Self; 4] = [Self::Type, Self::Description, Self::Ticket, Self::Release];

    /// The fields that are typed.
    const LINES: [Self; 3] = [Self::Description, Self::Ticket, Self::Release];

    fn word(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Description => "description",
            Self::Ticket => "ticket",
            Self::Release => "release",
        }
    }

    fn hint(self) -> &'static str {
        match self {
            Self::Type => "",
            Self::Description => "what it is about, in a few words",
            Self::Ticket => "what it is done for",
            Self::Release => "optional",
        }
    }
}

/// How many columns the labels take.
const LABELS: u16 = 15;

/// The row of the first field.
const FIRST: u16 = 1;

/// The dialog on the screen.
#[derive(Debug)]
pub struct NewDialog {
    kind: MigrationType,
    /// What was typed, in the order of [`Field::LINES`].
    lines: [InputLine; 3],
    field: Field,
    /// When it was opened: what is shown as the name is what is written.
    at: Timestamp,
    is_writing: bool,
    named: Option<Named>,
}

/// The name as it was worked out, and from what.
#[derive(Debug)]
struct Named {
    from: (Wanted, Option<Arc<Catalogue>>),
    name: Result<MigrationName, String>,
}

impl Default for NewDialog {
    fn default() -> Self {
        Self {
            kind: MigrationType::Create,
            lines: Default::default(),
            field: Field::default(),
            at: Timestamp::UNIX_EPOCH,
            is_writing: false,
            named: None,
        }
    }
}

impl NewDialog {
    fn text(&self, field: Field) -> &str {
        let place = Field::LINES.iter().position(|one| *one == field);
        place.map(|place| self.lines[place].text().trim()).unwrap_or_default()
    }

    fn line(&mut self) -> Option<&mut InputLine> {
        let place = Field::LINES.iter().position(|one| *one == self.field)?;
        Some(&mut self.lines[place])
    }

    fn wanted(&self) -> Wanted {
        let given = |field| Some(self.text(field)).filter(|text| !text.is_empty()).map(str::to_owned);
        Wanted {
            kind: self.kind,
            description: self.text(Field::Description).to_owned(),
            author: None,
            ticket: given(Field::Ticket),
            release: given(Field::Release),
            at: self.at,
        }
    }

    /// Works the name out anew where something that it is made of is another thing now.
    fn find_name(&mut self, world: &World) {
        let wanted = self.wanted();
        let is_current = self.named.as_ref().is_some_and(|named| {
            let (before, files) = &named.from;
            let same_files = match (files, &world.catalogue) {
                (Some(one), Some(other)) => Arc::ptr_eq(one, other),
                (None, None) => true,
                _ => false,
            };
            *before == wanted && same_files
        });
        if is_current {
            return;
        }
        let nothing = Catalogue::default();
        let name = wanted.name(world.catalogue.as_deref().unwrap_or(&nothing));
        let name = name.map_err(|error: ScaffoldError| error.to_string());
        self.named = Some(Named { from: (wanted, world.catalogue.clone()), name });
    }

    fn step(&mut self, forward: bool) {
        let count = Field::ALL.len();
        let place = self.field as usize + if forward { 1 } else { count - 1 };
        self.field = Field::ALL[place % count];
    }

    fn step_type(&mut self, forward: bool) {
        let count = MigrationType::ALL.len();
        let place = MigrationType::ALL.iter().position(|kind| *kind == self.kind).unwrap_or_default();
        self.kind = MigrationType::ALL[(place + if forward { 1 } else { count - 1 }) % count];
    }

    fn write(&mut self) -> Vec<Command> {
        if self.is_writing {
            return Vec::new();
        }
        if let Some(Named { name: Err(why), .. }) = &self.named {
            let why = if self.text(Field::Description).is_empty() {
                "Say in a few words what it is about: its name is made of them.".to_owned()
            } else {
                format!("It has no name yet: {why}.")
            };
            self.field = Field::Description;
            return vec![Command::Toast(why)];
        }
        self.is_writing = true;
        vec![Command::Work(Work::MakeMigration(self.wanted()))]
    }

    /// The row of a field, and the part of it that is typed in.
    fn place(inside: Rect, field: Field) -> (Rect, Rect) {
        let at = row(inside, FIRST + field as u16);
        let labels = LABELS.min(at.width);
        (at, Rect { x: at.x + labels, width: at.width.saturating_sub(labels + 2), ..at })
    }
}

impl Layer for NewDialog {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "new migration".to_owned()
    }

    fn placement(&self, _context: &Context<'_>) -> Placement {
        Placement::Dialog { width: 76, height: 12 }
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.at = context.world.moment.now;
        Vec::new()
    }

    fn act(&mut self, wanted: Action, _context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::OPEN => return self.write(),
            action::BACK => return vec![Command::Close],
            action::NEXT => self.step(true),
            action::PREVIOUS => self.step(false),
            _ => {}
        }
        Vec::new()
    }

    fn typed(&mut self, key: Key, _context: &Context<'_>) -> Vec<Command> {
        if let Some(line) = self.line() {
            line.typed(key);
            return Vec::new();
        }
        match (key.character(), key.code) {
            (Some(' '), _) | (None, Code::Right) => self.step_type(true),
            (None, Code::Left) => self.step_type(false),
            (Some(letter), _) => {
                let found = MigrationType::ALL.into_iter().find(|kind| kind.word().starts_with(letter));
                self.kind = found.unwrap_or(self.kind);
            }
            (None, _) => {}
        }
        Vec::new()
    }

    fn pasted(&mut self, text: &str, _context: &Context<'_>) -> Vec<Command> {
        if self.field == Field::Type {
            self.field = Field::Description;
        }
        if let Some(line) = self.line() {
            line.pasted(text);
        }
        Vec::new()
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let inside = framed(context.area);
        let hit = Field::ALL.into_iter().find(|field| Self::place(inside, *field).0.contains(at));
        let Some(field) = hit else { return Vec::new() };
        self.field = field;
        if field == Field::Type {
            let mut x = Self::place(inside, field).1.x;
            for kind in MigrationType::ALL {
                let end = x + type_width(kind);
                if (x..end).contains(&at.x) {
                    self.kind = kind;
                }
                x = end;
            }
        }
        Vec::new()
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        self.is_writing = false;
        match answer {
            Answer::Written(made) => vec![
                Command::Toast(format!("Wrote {} and its rollback.", made.name)),
                Command::Edit(vec![made.up]),
                Command::Typed(board::NEW, made.name.to_string()),
            ],
            Answer::Failed(trouble) => vec![Command::Trouble(trouble)],
            _ => Vec::new(),
        }
    }

    fn settle(&mut self, context: &Context<'_>) {
        self.find_name(context.world);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        fill(frame.buffer_mut(), canvas.area, theme.style(Role::Dialog));
        let title = [piece(Role::DialogFrame, "New migration")];
        let inside = draw_frame(frame.buffer_mut(), theme, canvas.area, Role::DialogFrame, &title, &[]);
        for field in Field::ALL {
            let (label, place) = Self::place(inside, field);
            let is_here = field == self.field;
            let role = if is_here { Role::Accent } else { Role::Dim };
            let cursor = if is_here { theme.glyphs().cursor } else { " " };
            Pen::new(frame.buffer_mut(), theme, label).write(role, cursor).skip(1).write(role, field.word());
            match Field::LINES.iter().position(|one| *one == field) {
                Some(line) => {
                    self.lines[line].draw(frame, theme, place, field.hint(), canvas.focused && is_here);
                }
                None => self.draw_types(canvas, frame, place),
            }
        }
        self.draw_name(canvas, frame, inside);
    }
}

/// How many columns a type takes, with what sets it apart from the next.
fn type_width(kind: MigrationType) -> u16 {
    u16::try_from(kind.word().len()).unwrap_or_default() + 4
}

impl NewDialog {
    fn draw_types(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, place: Rect) {
        let mut pen = Pen::new(frame.buffer_mut(), canvas.theme, place);
        for kind in MigrationType::ALL {
            let start = pen.x;
            if kind == self.kind {
                pen.write(Role::Strong, "[").write(marks::type_role(kind), kind.word()).write(Role::Strong, "]");
            } else {
                pen.skip(1).write(Role::Dim, kind.word());
            }
            pen.to(start + type_width(kind));
        }
    }

    /// The names of the files, or why there is none.
    fn draw_name(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, inside: Rect) {
        let theme = canvas.theme;
        let first = FIRST + Field::Release as u16 + 2;
        let mut line = |index: u16, role: Role, text: &str| {
            Pen::new(frame.buffer_mut(), theme, row(inside, first + index)).skip(2).write(role, text);
        };
        match self.named.as_ref().map(|named| &named.name) {
            Some(Ok(name)) => {
                line(0, Role::Strong, &name.up_file_name());
                let layout = &canvas.world.config.project.layout;
                let rollbacks = layout.rollbacks.as_ref().and_then(|folder| folder.file_name());
                let apart = rollbacks.map(|name| format!("   in {}", name.to_string_lossy())).unwrap_or_default();
                line(1, Role::Text, &format!("{}{apart}", name.down_file_name()));
                line(2, Role::Dim, &format!("in {}", layout.migrations.display()));
            }
            Some(Err(_)) | None if self.text(Field::Description).is_empty() => {
                line(0, Role::Dim, "The names of the files are made of the type and the description.");
            }
            Some(Err(why)) => {
                let lines = wrap(&format!("{why}."), inside.width.saturating_sub(4));
                (0..3).zip(&lines).for_each(|(index, text)| line(index, Role::Bad, text));
            }
            None => {}
        }
    }
}
