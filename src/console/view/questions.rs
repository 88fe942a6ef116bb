//! The dialog that asks the questions of a migration's checklist before it is approved.
//!
//! Each is answered by itself: no key answers several, and Enter never says yes.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::console::keymap::{Action, Binding, LIST_KEYS, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Placement, Subject};
use crate::console::message;
use crate::console::model::World;
use crate::console::theme::{Glyphs, Role};
use crate::console::view::chrome;
use crate::console::view::prompt::Prompt;
use crate::console::view::review::mark;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{
    Pen, Piece, fill, frame as draw_frame, framed, piece, row, scroll_bar, split_bottom, split_top, width, wrap,
};
use crate::review::checklist::{Answer, Answers, Checklist, Entry, Lack, Question};
use crate::window::approval::checked::objection;

/// A yes that wants a note.
const YES_BECAUSE: Action = Action("questions.yes-because");
/// A no that wants a note.
const NO_BECAUSE: Action = Action("questions.no-because");

/// The dialog's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "questions",
    title: "Questions",
    about: "What no rule proves of a migration, asked of whoever approves it. A no, and a yes to what rules object to, \
            want a note that says why it is approved all the same. The answers are kept with the approval.",
    keys: &[
        Binding { action: action::YES, keys: &["y"], words: "Yes", short: "yes", when: "" },
        Binding {
            action: action::NO,
            keys: &["n"],
            words: "No, and why it is approved all the same",
            short: "no",
            when: "",
        },
        Binding {
            action: action::OPEN,
            keys: &["enter"],
            words: "Go on, or to the next open question",
            short: "go on",
            when: "",
        },
        Binding {
            action: action::BACK,
            keys: &["esc"],
            words: "Cancel: nothing is approved",
            short: "cancel",
            when: "",
        },
    ],
    shared: &[&LIST_KEYS],
};

/// How wide it gets, frame included.
const WIDTH: u16 = 80;
/// How many rows the question in full gets, with the rule above it.
const DETAIL: u16 = 9;

/// The dialog on the screen.
#[derive(Debug)]
pub struct QuestionsDialog {
    title: String,
    subject: Subject,
    checklist: Checklist,
    answers: Answers,
    list: ListState,
    note: String,
}

impl QuestionsDialog {
    /// A dialog that hands the answers to the layer below.
    #[must_use]
    pub fn of(title: impl Into<String>, subject: Subject, checklist: Checklist) -> Self {
        let (answers, list) = (Answers::new(), ListState::default());
        Self { title: title.into(), subject, checklist, answers, list, note: String::new() }
    }

    fn questions(&self) -> Vec<(&'static Entry, &Question)> {
        self.checklist.questions().collect()
    }

    fn selected(&self) -> Option<(&'static Entry, &Question)> {
        self.questions().get(self.list.selected).copied()
    }

    /// Takes an answer to the selected question, or asks for the note that it wants.
    fn answer(&mut self, yes: bool) -> Vec<Command> {
        self.note.clear();
        let Some((entry, question)) = self.selected() else { return Vec::new() };
        if !question.needs_note(yes) {
            self.take(Answer { yes, note: None });
            return Vec::new();
        }
        let (title, then) = if yes { ("Yes, because", YES_BECAUSE) } else { ("No, but", NO_BECAUSE) };
        let mut rules: Vec<&str> = question.found.iter().map(|one| one.rule).collect();
        rules.dedup();
        let words = match rules.as_slice() {
            rules @ [_, ..] if yes => format!("Found by {}. Why is it approved all the same?", rules.join(", ")),
            _ => format!("{} Why is it approved all the same?", question.words),
        };
        vec![Command::Open(Box::new(Prompt::of(format!("{title}: {}", entry.name), words, then)))]
    }

    fn take(&mut self, answer: Answer) {
        let Some((entry, _)) = self.selected() else { return };
        self.answers.insert(entry.name.to_owned(), answer);
        self.go_to_open();
    }

    /// Selects the next question that is open, if there is one.
    fn go_to_open(&mut self) -> bool {
        let open: Vec<&'static Entry> = self.checklist.lacks(&self.answers).into_iter().map(Lack::entry).collect();
        let places = self.questions().into_iter().enumerate().filter(|(_, (entry, _))| open.contains(entry));
        let places: Vec<usize> = places.map(|(place, _)| place).collect();
        let next = places.iter().find(|place| **place > self.list.selected).or(places.first());
        next.is_some_and(|place| {
            self.list.selected = *place;
            true
        })
    }

    fn go_on(&mut self) -> Vec<Command> {
        if self.go_to_open() {
            self.note = "Each question wants an answer: y or n.".to_owned();
            return Vec::new();
        }
        vec![Command::Hand(message::Answer::Answered(self.answers.clone()))]
    }

    fn areas(&self, area: Rect) -> (Rect, Rect) {
        let inside = framed(area);
        let rows = u16::try_from(self.questions().len()).unwrap_or(u16::MAX);
        // Where there is little room, the list gets the smaller half: what is asked must be seen.
        split_top(inside, rows.min(inside.height.saturating_sub(DETAIL).max(inside.height / 3)))
    }
}

impl Layer for QuestionsDialog {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        self.title.clone()
    }

    fn subject(&self, _world: &World) -> Option<Subject> {
        Some(self.subject.clone())
    }

    fn placement(&self, _context: &Context<'_>) -> Placement {
        let rows = u16::try_from(self.questions().len()).unwrap_or(u16::MAX);
        Placement::Dialog { width: WIDTH, height: rows.saturating_add(DETAIL + 2) }
    }

    fn is_guarded(&self) -> bool {
        true
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            action::YES => self.answer(true),
            action::NO => self.answer(false),
            action::OPEN => self.go_on(),
            action::BACK => vec![Command::Close],
            _ => {
                let height = self.areas(context.area).0.height;
                self.list.act(wanted, self.questions().len(), height);
                Vec::new()
            }
        }
    }

    fn told(&mut self, wanted: Action, text: &str, _context: &Context<'_>) -> Vec<Command> {
        match Answer::new(wanted == YES_BECAUSE, text) {
            Ok(answer) => self.take(answer),
            Err(error) => self.note = format!("Not taken: {error}."),
        }
        Vec::new()
    }

    fn clicked(&mut self, at: Position, context: &Context<'_>) -> Vec<Command> {
        let rows = self.areas(context.area).0;
        if let Some(place) = self.list.hit(rows, at, self.questions().len()) {
            self.list.selected = place;
        }
        Vec::new()
    }

    fn settle(&mut self, context: &Context<'_>) {
        let height = self.areas(context.area).0.height;
        self.list.settle(self.questions().len(), height);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let theme = canvas.theme;
        let buffer = frame.buffer_mut();
        fill(buffer, canvas.area, theme.style(Role::Dialog));
        let (_, lines) = chrome::tier_roles(self.subject.tier);
        let questions = self.questions();
        let answered = questions.iter().filter(|(entry, _)| self.answers.contains_key(entry.name)).count();
        let title = [piece(Role::Strong, format!("{} {answered}/{}", self.title, questions.len()))];
        draw_frame(buffer, theme, canvas.area, lines, &title, &chrome::tier_pieces(&self.subject));
        let (list, detail) = self.areas(canvas.area);
        let named = questions.iter().map(|(entry, _)| width(entry.name)).max().unwrap_or(0);
        for (index, number) in (0_u16..).zip(self.list.visible(questions.len(), list.height)) {
            let (entry, question) = questions[number];
            let at = row(list, index);
            let selected = number == self.list.selected;
            if selected {
                Pen::new(buffer, theme, at).write(Role::Accent, theme.glyphs().cursor);
            }
            let (sign, words) = said(self.answers.get(entry.name), question, theme.glyphs());
            let mut pen = Pen::new(buffer, theme, Rect { width: at.width.saturating_sub(1), ..at });
            pen.skip(2)
                .pieces(&[sign])
                .write(Role::Strong, &format!(" {:<room$}  ", entry.name, room = usize::from(named)));
            pen.pieces(&[words]);
            if selected {
                buffer.set_style(at, theme.style(Role::Selection));
            }
        }
        scroll_bar(buffer, theme, list, self.list.offset, questions.len());
        self.draw_detail(canvas, frame, detail);
    }
}

/// The sign before a question, and its answer or the line of the list that it is about.
fn said(answer: Option<&Answer>, question: &Question, glyphs: &Glyphs) -> (Piece, Piece) {
    match answer {
        Some(answer) => {
            let (role, glyph) = if answer.yes { (Role::Good, glyphs.applied) } else { (Role::Bad, glyphs.failed) };
            (piece(role, glyph), piece(role, answer.to_string()))
        }
        None if question.found.is_empty() => (piece(Role::Dim, glyphs.pending), piece(Role::Text, question.words)),
        None => (piece(Role::Warn, glyphs.warning), piece(Role::Text, question.words)),
    }
}

impl QuestionsDialog {
    /// The selected question in full, and what the keys do.
    fn draw_detail(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>, area: Rect) {
        let theme = canvas.theme;
        let (text, bottom) = split_bottom(area, 1);
        let (rule_at, text) = split_top(text, 1);
        let rule = theme.glyphs().rule.repeat(usize::from(rule_at.width));
        Pen::new(frame.buffer_mut(), theme, rule_at).write(Role::Border, &rule);
        if let Some((entry, question)) = self.selected() {
            Pen::new(frame.buffer_mut(), theme, rule_at).skip(2).write(Role::Dim, &format!(" {} ", entry.words));
            let room = text.width.saturating_sub(2);
            let mut lines: Vec<(Role, String)> = Vec::new();
            let mut say = |role, words: &str| lines.extend(wrap(words, room).into_iter().map(|line| (role, line)));
            say(Role::Strong, question.words);
            say(Role::Dim, &question.why);
            for one in &question.found {
                let (role, glyph) = mark(one.severity, theme.glyphs());
                say(role, &format!("{glyph} {}", objection(one)));
            }
            if let Some(answer) = self.answers.get(entry.name) {
                say(if answer.yes { Role::Good } else { Role::Bad }, &format!("Your answer: {answer}"));
            }
            let rows = usize::from(text.height);
            let cut = lines.len() > rows;
            for (index, (role, line)) in (0_u16..).zip(lines.iter().take(rows.saturating_sub(usize::from(cut)))) {
                Pen::new(frame.buffer_mut(), theme, row(text, index)).skip(1).write(*role, line);
            }
            if cut && let Some(last) = text.height.checked_sub(1) {
                let more = lines.len() + 1 - rows;
                let words =
                    format!("{} {more} more lines; the migration's checklist has them", theme.glyphs().ellipsis);
                Pen::new(frame.buffer_mut(), theme, row(text, last)).skip(1).write(Role::Dim, &words);
            }
        }
        let mut pen = Pen::new(frame.buffer_mut(), theme, bottom);
        pen.skip(1);
        if self.note.is_empty() {
            pen.write(Role::Key, "y").write(Role::Text, " yes  ").write(Role::Key, "n").write(Role::Text, " no  ");
            pen.write(Role::Key, "enter").write(Role::Text, " go on  ");
            pen.write(Role::Key, "esc").write(Role::Text, " cancel");
        } else {
            pen.write(Role::Warn, &self.note);
        }
    }
}
