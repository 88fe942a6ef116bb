//! The backups in the configured folder, newest first, with what their manifests say.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::console::keymap::{Action, Binding, LIST_KEYS, ScreenSpec, action};
use crate::console::layer::{Canvas, Command, Context, Layer, Subject};
use crate::console::message::{Answer, Work};
use crate::console::model::World;
use crate::console::theme::Role;
use crate::console::view::facts::{self, Fact};
use crate::console::view::marks;
use crate::console::widget::list::ListState;
use crate::console::widget::paint::{piece, split_bottom};
use crate::console::widget::table::{self, Column};
use crate::console::words::{ago, count, moment, took};
use crate::postgres::backup::{BackupEntry, Manifest, size_in_words};

/// Reads the folder again.
pub const REFRESH: Action = Action("backups.refresh");
/// Copies the commands that restore by hand.
pub const COPY_RESTORE: Action = Action("backups.copy-restore");

/// The backups' row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "backups",
    title: "Backups",
    about: "The backups of all environments, newest first. Only what was finished and verified counts as a backup; \
            what was left half-written stands here too, and is called so.",
    keys: &[
        Binding {
            action: action::COPY,
            keys: &["y"],
            words: "Copy the backup's folder",
            short: "copy folder",
            when: "",
        },
        Binding {
            action: COPY_RESTORE,
            keys: &["Y"],
            words: "Copy the commands that restore it by hand",
            short: "copy restore commands",
            when: "for a complete backup",
        },
        Binding { action: REFRESH, keys: &["ctrl-r"], words: "Read the folder again", short: "", when: "" },
    ],
    shared: &[&LIST_KEYS],
};

/// How many rows the facts of the selected backup take, the rule above them included.
const FACTS: u16 = 10;

/// The backups on the screen.
#[derive(Debug)]
pub struct BackupsScreen {
    environment: usize,
    list: ListState,
    entries: Option<Vec<BackupEntry>>,
}

impl BackupsScreen {
    /// The backups, seen from an environment.
    #[must_use]
    pub fn of(environment: usize) -> Self {
        Self { environment, list: ListState::default(), entries: None }
    }

    fn entries(&self) -> &[BackupEntry] {
        self.entries.as_deref().unwrap_or_default()
    }

    fn selected(&self) -> Option<&BackupEntry> {
        self.entries().get(self.list.selected)
    }
}

fn areas(area: Rect) -> (Rect, Option<Rect>) {
    if area.height < FACTS + 5 {
        return (area, None);
    }
    let (table, facts) = split_bottom(area, FACTS);
    (table, Some(facts))
}

impl Layer for BackupsScreen {
    fn spec(&self) -> &'static ScreenSpec {
        &SPEC
    }

    fn title(&self, _world: &World) -> String {
        "backups".to_owned()
    }

    fn subject(&self, world: &World) -> Option<Subject> {
        // The bar tells the tier of what is selected: that is what an operator is about to read commands for.
        let manifest = self.selected().and_then(BackupEntry::manifest);
        match manifest {
            Some(manifest) => world
                .config
                .environments
                .iter()
                .find(|environment| environment.name.as_str() == manifest.environment)
                .map(marks::subject),
            None => marks::subject_of(world, self.environment),
        }
    }

    fn opened(&mut self, _context: &Context<'_>) -> Vec<Command> {
        vec![Command::Work(Work::ListBackups)]
    }

    fn act(&mut self, wanted: Action, context: &Context<'_>) -> Vec<Command> {
        match wanted {
            REFRESH => return vec![Command::Work(Work::ListBackups)],
            action::COPY => {
                let folder = self.selected().map(|entry| entry.folder().display().to_string());
                return folder.map(|text| Command::Copy { what: "the backup's folder", text }).into_iter().collect();
            }
            COPY_RESTORE => {
                return match self.selected().and_then(BackupEntry::manifest) {
                    Some(manifest) => {
                        let text = manifest.restore.join("\n") + "\n";
                        vec![Command::Copy { what: "the commands that restore it", text }]
                    }
                    None => vec![Command::Toast("Only a complete backup can be restored.".to_owned())],
                };
            }
            _ => {
                let height = table::body(areas(context.area).0).height;
                self.list.act(wanted, self.entries().len(), height);
            }
        }
        Vec::new()
    }

    fn clicked(&mut self, at: ratatui::layout::Position, context: &Context<'_>) -> Vec<Command> {
        let rows = table::body(areas(context.area).0);
        if let Some(index) = self.list.hit(rows, at, self.entries().len()) {
            self.list.selected = index;
        }
        Vec::new()
    }

    fn answered(&mut self, answer: Answer, _context: &Context<'_>) -> Vec<Command> {
        match answer {
            Answer::Backups(entries) => self.entries = Some(entries),
            Answer::Failed(trouble) => {
                self.entries = Some(Vec::new());
                return vec![Command::Trouble(trouble)];
            }
            _ => {}
        }
        Vec::new()
    }

    fn settle(&mut self, context: &Context<'_>) {
        self.list.settle(self.entries().len(), table::body(areas(context.area).0).height);
    }

    fn draw(&self, canvas: &Canvas<'_>, frame: &mut Frame<'_>) {
        let (world, theme) = (canvas.world, canvas.theme);
        let (table_area, facts_area) = areas(canvas.area);
        let columns = [
            Column::fixed("taken", 19),
            Column::filling("environment", 12),
            Column::fixed("state", 14),
            Column::fixed("size", 10),
            Column::fixed("took", 9).yielding(2),
            Column::fixed("server", 8).yielding(3),
            Column::fixed("by", 14).yielding(1),
        ];
        let buffer = frame.buffer_mut();
        if self.entries().is_empty() {
            let folder = world.config.backup.directory.display();
            let words = match &self.entries {
                None => "Reading the folder of backups.".to_owned(),
                Some(_) => format!("No backups in {folder} yet. A window's backup step takes one."),
            };
            table::draw_empty(canvas, buffer, table_area, &words);
        }
        let length = self.entries().len();
        table::draw(canvas, buffer, table_area, &columns, &self.list, length, |index, _| {
            let entry = &self.entries()[index];
            let manifest = entry.manifest();
            let taken = entry.at().map(|at| moment(at, &world.zone)).unwrap_or_default();
            let name = manifest.map(|manifest| manifest.environment.clone());
            let glyphs = theme.glyphs();
            let state = match manifest {
                Some(_) => (Role::Good, format!("{} verified", glyphs.applied)),
                None => (Role::Warn, format!("{} no backup", glyphs.failed)),
            };
            let cells = [
                (Role::Text, taken),
                (Role::Strong, name.unwrap_or_else(|| folder_name(entry))),
                state,
                (Role::Text, format!("{:>10}", size_in_words(entry.bytes()))),
                (Role::Dim, manifest.map(|manifest| format!("{:>9}", took(manifest.duration))).unwrap_or_default()),
                (Role::Dim, manifest.map(|manifest| manifest.server_version.clone()).unwrap_or_default()),
                (Role::Dim, manifest.map(|manifest| manifest.operator.clone()).unwrap_or_default()),
            ];
            cells.into_iter().map(|(role, text)| vec![piece(role, text)]).collect()
        });
        if let (Some(area), Some(entry)) = (facts_area, self.selected()) {
            let facts = match entry {
                BackupEntry::Complete { manifest, .. } => facts_of(world, manifest),
                BackupEntry::Incomplete(incomplete) => vec![Fact::new("why", incomplete.explanation())],
            };
            let mut all = vec![Fact::new("folder", entry.folder().display().to_string())];
            all.extend(facts);
            facts::draw(canvas, frame, area, &folder_name(entry), &all);
        }
    }
}

fn folder_name(entry: &BackupEntry) -> String {
    entry.folder().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn facts_of(world: &World, manifest: &Manifest) -> Vec<Fact> {
    let latest = manifest.migrations.last().map(|migration| format!(", the latest {}", migration.name));
    let mut all = vec![
        Fact::new("taken", ago(manifest.snapshot_at, world.moment.now)),
        Fact::new("from", manifest.connection.clone()),
        Fact::new("database", format!("{}, {}", manifest.database, size_in_words(manifest.database_bytes))),
        Fact::new("history", count(manifest.migrations.len(), "migration") + &latest.unwrap_or_default()),
        Fact::new("verified", manifest.verified.how.clone()),
        Fact::new("holds", format!("{} entries, {}", manifest.verified.entries, tables(manifest.verified.tables))),
        Fact::new("files", count(manifest.files.len(), "file") + ", each with its SHA-256"),
        Fact::new("tool", manifest.tool.clone()),
    ];
    if let Some(window) = &manifest.window {
        all.push(Fact::new("window", window.clone()));
    }
    all
}

fn tables(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "table")
}
