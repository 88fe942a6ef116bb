//! The draft of a migration that ends differences: its SQL, what trying it has shown, and its way into files.

mod draw;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::document::sql;
use crate::console::key::Key;
use crate::console::keymap::{Action, Binding, SEARCH_KEYS, ScreenSpec, TEXT_KEYS, action};
use crate::console::layer::{Availability, Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, Draft, DraftOrder, Work};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::trouble::Trouble;
use crate::console::view::choose::{Choice, ChooseDialog};
use crate::console::view::prompt::Prompt;
use crate::console::widget::viewer::{TextLine, Viewer};
use crate::console::words::count;
use crate::migration::scaffold::Scaffolded;
use crate::schema::ObjectId;
use crate::schema::draft::Safety;
use crate::window::drift::handle::DraftNews;
use crate::window::drift::prove::{Proof, Trial};
use crate::window::drift::reconcile::{Reconciliation, drops};
use crate::window::drift::words::{Gravity, name_within_schema, named};
use crate::window::drift::written;

/// Write the draft into files.
pub const WRITE: Action = Action("draft.write");
/// Open the files that were written.
pub const EDIT: Action = Action("draft.edit");
/// Write statements that lose something as statements, or as comments.
pub const DESTRUCTIVE: Action = Action("draft.destructive");
/// Draft and try again.
pub const AGAIN: Action = Action("draft.again");

/// The screen's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "draft",
    title: "Draft",
    about: "The migration that makes the left side what the right one is, in what was marked, and its rollback. It is \
            tried on a shadow of the left side: whether the differences are gone, nothing else has changed, and the \
            rollback leads back. Statements that lose something are comments until you say otherwise. It is never \
            applied from here: it is written into the project, and goes through review and a window.",
    keys: &[
        Binding {
            action: WRITE,
            keys: &["w"],
            words: "Write it and its rollback into the project, and edit them",
            short: "write",
            when: "when it was tried",
        },
        Binding {
            action: action::NEXT,
            keys: &["tab"],
            words: "Next part: migration, rollback, remarks",
            short: "part",
            when: "",
        },
        Binding {
            action: DESTRUCTIVE,
            keys: &["D"],
            words: "Make what loses something statements, or comments again",
            short: "destructive",
            when: "where something is lost",
        },
        Binding { action: AGAIN, keys: &["r", "ctrl-r"], words: "Draft and try it again", short: "again", when: "" },
        Binding {
            action: EDIT,
            keys: &["e"],
            words: "Open the written files in the editor: VISUAL, or else EDITOR",
            short: "edit",
            when: "when they are written",
        },
        Binding {
            action: action::STOP,
            keys: &["ctrl-c"],
            words: "Stop trying it; with nothing being tried, quit",
            short: "",
            when: "",
        },
        Binding {
            action: action::COPY_ALL,
            keys: &["y"],
            words: "Copy the part that is shown",
            short: "copy",
            when: "",
        },
    ],
    shared: &[&TEXT_KEYS, &SEARCH_KEYS],
};

/// To write destructive statements as statements.
const AS_STATEMENTS: &str = "statements";

/// Where a draft is.
#[derive(Debug)]
enum State {
    /// It is made or tried, since this uptime.
    Trying { since: Duration, trial: Option<Trial> },
    /// It was tried.
    Tried(Box<Proof>),
    /// Its trial was given up.
    Stopped,
    /// It cannot be tried.
    Failed(String),
}

/// The parts of a draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Migration,
    Rollback,
    Remarks,
}

impl Part {
    const ALL: [Self; 3] = [Self::Migration, Self::Rollback, Self::Remarks];

    fn word(self) -> &'static str {
        match self {
            Self::Migration => "migration",
            Self::Rollback => "rollback",
            Self::Remarks => "remarks",
        }
    }
}

/// The screen.
#[derive(Debug)]
pub struct DraftScreen {
    order: DraftOrder,
    subject: Option<Subject>,
    state: State,
    draft: Option<Arc<Reconciliation>>,
    destructive: bool,
    part: Part,
    /// The parts' texts, in their order.
    viewers: [Viewer; 3],
    written: Option<Box<Scaffolded>>,
}

impl DraftScreen {
    /// A draft of what is ordered, to be made; `subject` is the environment that it is for.
    #[must_use]
    pub fn of(order: DraftOrder, subject: Option<Subject>) -> Self {
        Self {
            order,
            subject,
            state: State::Stopped,
            draft: None,
            destructive: false,
            part: Part::default(),
            viewers: Default::default(),
            written: None,
        }
    }

    fn begin(&mut self, world: &World) -> Vec<Command> {
        self.state = State::Trying { since: world.moment.uptime, trial: None };
        self.draft = None;
        vec![Command::Draft(self.order.clone())]
    }

    fn proof(&self) -> Option<&Proof> {
        match &self.state {
            State::Tried(proof) => Some(proof),
            State::Trying { .. } | State::Stopped | State::Failed(_) => None,
        }
    }

    /// What is to be said of the draft, but for what it is.
    fn remarks(&self) -> Vec<(Gravity, String)> {
        let Some(draft) = &self.draft else { return Vec::new() };
        let comparison = &self.order.comparison;
        let mut remarks = written::remarks(comparison, draft, self.proof(), self.destructive);
        remarks.remove(0);
        match &self.state {
            State::Trying { .. } => drop(remarks.remove(0)),
            State::Failed(why) => remarks[0].1 += &format!(" {why}"),
            State::Tried(_) | State::Stopped => {}
        }
        let counted = comparison.drift.drifting().filter(|difference| drops(difference));
        let left_out: Vec<String> = counted.map(|difference| name_within_schema(&difference.id)).collect();
        if self.order.selection.is_none() && !left_out.is_empty() {
            let names = named(&left_out);
            let words = format!("Left out, as {} would lose it: {names}. Mark it to draft it.", comparison.left);
            remarks.push((Gravity::Warning, words));
        }
        remarks
    }

    /// Makes the texts of the parts.
    fn tell(&mut self) {
        let Some(draft) = &self.draft else {
            self.viewers = Default::default();
            return;
        };
        let (up, down) = (draft.up(self.destructive), draft.down(self.destructive));
        let remarks = self.remarks().into_iter().flat_map(|(gravity, remark)| {
            let role = super::drift::detail::role_of(gravity);
            remark.lines().map(|line| TextLine::plain(role, line.to_owned())).collect::<Vec<_>>()
        });
        let remarks = remarks.collect();
        let [migration, rollback, rest] = &mut self.viewers;
        migration.show(sql(up.trim_end().as_bytes()));
        rollback.show(sql(down.trim_end().as_bytes()));
        rest.show(remarks);
    }

    /// Takes in a draft. Where all that it loses was marked to be dropped, that was confirmed already.
    fn take(&mut self, draft: Arc<Reconciliation>) {
        let selection: HashSet<&ObjectId> = self.order.selection.iter().flatten().collect();
        let dropped = self.order.comparison.drift.differences.iter().filter(|one| drops(one)).map(|one| &one.id);
        let confirmed: HashSet<&ObjectId> = dropped.filter(|id| selection.contains(id)).collect();
        let mut lost = draft.draft.up.iter().filter(|one| matches!(one.safety, Safety::Destroys(_))).peekable();
        self.destructive = lost.peek().is_some() && lost.all(|one| one.objects.iter().all(|id| confirmed.contains(id)));
        self.draft = Some(draft);
    }

    fn ask_destructive(&mut self) -> Vec<Command> {
        let Some(draft) = &self.draft else { return Vec::new() };
        if self.destructive {
            self.destructive = false;
            self.tell();
            return Vec::new();
        }
        let all = draft.draft.up.iter().chain(&draft.draft.down);
        let lost: Vec<&str> = all
            .filter_map(|one| match &one.safety {
                Safety::Destroys(what) => Some(what.as_str()),
                Safety::Safe | Safety::Locks(_) => None,
            })
            .collect();
        let title = format!("{} would lose something", count(lost.len(), "statement"));
        let note = lost.first().copied().unwrap_or_default().to_owned();
        let choices = vec![
            Choice::new("comments", "Leave them as comments"),
            Choice::new(AS_STATEMENTS, "Write them as statements").with(Role::Bad, note),
        ];
        vec![Command::Open(Box::new(ChooseDialog::of(title, choices, 0, DESTRUCTIVE)))]
    }

    fn ask_description(&self, world: &World) -> Vec<Command> {
        let folder = world.config.project.layout.migrations.display();
        let mut words =
            format!("Written into {folder}, with its rollback, under a name made of these words. Nothing is applied.");
        if !self.proof().is_some_and(Proof::is_proved) {
            words = format!("It is NOT proved. {words}");
        }
        vec![Command::Open(Box::new(Prompt::of("What is the migration about?", words, WRITE)))]
    }

    fn write(&self, description: &str) -> Vec<Command> {
        let Some(draft) = &self.draft else { return Vec::new() };
        vec![Command::Work(Work::WriteDraft(Box::new(Draft {
            comparison: Arc::clone(&self.order.comparison),
            reconciliation: Arc::clone(draft),
            proof: self.proof().cloned(),
            destructive: self.destructive,
            description: description.to_owned(),
        })))]
    }

    fn edit(&self) -> Vec<Command> {
        let files = self.written.as_ref().map(|made| vec![made.up.clone(), made.down.clone()]);
        files.map(Command::Edit).into_iter().collect()
    }

    fn viewer(&mut self) -> &mut Viewer {
        &mut self.viewers[self.part as usize]
    }

    fn heard(&mut self, news: DraftNews) -> Vec<Command> {
        // What was given up may still have had something to say.
        let State::Trying { trial, .. } = &mut self.state else { return Vec::new() };
        match news {
            DraftNews::Drafted(draft) => self.take(draft),
            DraftNews::Trial(now) => *trial = Some(now),
            DraftNews::Proved(proof) => self.state = State::Tried(proof),
            DraftNews::Failed(error) => {
                self.state = State::Failed(Trouble::from_error("Not tried", &error).message);
            }
            DraftNews::Broken(why) => self.state = State::Failed(why),
        }
        self.tell();
        Vec::new()
    }
}

impl Layer for DraftScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "draft".to_owned()
    }

    fn subject(&self, _world: &World) -> Option<Subject> {
        self.subject.clone()
    }

    fn is_typing(&self) -> bool {
        self.viewers[self.part as usize].is_typing()
    }

    fn availability(&self, wanted: Action, _world: &World) -> Availability {
        let draft = self.draft.as_ref();
        match wanted {
            WRITE if matches!(self.state, State::Trying { .. }) => {
                Availability::No("It is still being tried.".to_owned())
            }
            WRITE if self.written.is_some() => Availability::No("It is written already.".to_owned()),
            WRITE if draft.is_none_or(|draft| draft.draft.up.is_empty()) => {
                Availability::No("There is nothing to write.".to_owned())
            }
            DESTRUCTIVE if !draft.is_some_and(|draft| draft.destroys()) => {
                Availability::No("Nothing in it loses anything.".to_owned())
            }
            DESTRUCTIVE if self.written.is_some() => Availability::No("It is written already.".to_owned()),
            EDIT if self.written.is_none() => Availability::Hidden,
            _ => Availability::Yes,
        }
    }

    fn opened(&mut self, context: &Context<'_>) -> Vec<Command> {
        self.begin(context.world)
    }

    fn leaving(&mut self, _context: &Context<'_>) -> Vec<Command> {
        vec![Command::GiveUp, Command::Close]
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            WRITE => return self.ask_description(context.world),
            EDIT => return self.edit(),
            DESTRUCTIVE => return self.ask_destructive(),
            AGAIN => {
                self.written = None;
                return self.begin(context.world);
            }
            action::NEXT => {
                let next = (self.part as usize + 1) % Part::ALL.len();
                self.part = Part::ALL[next];
            }
            action::STOP => {
                if !matches!(self.state, State::Trying { .. }) {
                    return vec![Command::Quit];
                }
                self.state = State::Stopped;
                self.tell();
                return vec![Command::GiveUp, Command::Toast("Stopped trying it.".to_owned())];
            }
            action::COPY_ALL => {
                let text = self.viewer().lines().iter().map(|line| line.text() + "\n").collect();
                return vec![Command::Copy { what: "what is shown", text }];
            }
            _ => {
                let area = self.areas(context.area).text;
                self.viewer().act(wanted, area);
            }
        }
        Vec::new()
    }

    fn told(&mut self, wanted: Action, text: &str, _context: &Context<'_>) -> Vec<Command> {
        match wanted {
            WRITE => return self.write(text),
            DESTRUCTIVE if text == AS_STATEMENTS => {
                self.destructive = true;
                self.tell();
            }
            _ => {}
        }
        Vec::new()
    }

    fn typed(&mut self, key: Key, context: &Context<'_>) -> Vec<Command> {
        let area = self.areas(context.area).text;
        self.viewer().typed(key, area);
        Vec::new()
    }

    fn pasted(&mut self, text: &str, context: &Context<'_>) -> Vec<Command> {
        let area = self.areas(context.area).text;
        self.viewer().pasted(text, area);
        Vec::new()
    }

    fn step_back(&mut self) -> bool {
        self.viewer().step_back()
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let tabs = self.areas(context.area).tabs;
        self.part = draw::part_at(tabs, at).unwrap_or(self.part);
        Vec::new()
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::Draft(news) => self.heard(*news),
            Answer::Written(made) => {
                let words = format!("Wrote {} and its rollback.", made.name);
                self.written = Some(made);
                let mut commands = vec![Command::Toast(words)];
                commands.extend(self.edit());
                commands
            }
            Answer::Failed(trouble) => vec![Command::Trouble(trouble)],
            _ => Vec::new(),
        }
    }

    fn settle(&mut self, context: &Context<'_>) {
        let area = self.areas(context.area).text;
        self.viewer().settle(area);
    }

    fn is_moving(&self, _world: &World) -> bool {
        matches!(self.state, State::Trying { .. })
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        draw::draw(self, canvas, frame);
    }
}

/// Where the parts of the screen stand.
#[derive(Clone, Copy, Debug)]
struct Areas {
    head: Rect,
    /// The first remarks.
    remarks: Rect,
    tabs: Rect,
    text: Rect,
}
