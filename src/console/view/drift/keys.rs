//! The keys of the drift screen.

use crate::console::keymap::{Action, Binding, FILTER_KEYS, LIST_KEYS, ScreenSpec, action};

/// Choose the left side.
pub const LEFT_SIDE: Action = Action("drift.left-side");
/// Choose the right side.
pub const RIGHT_SIDE: Action = Action("drift.right-side");
/// Swap both sides.
pub const SWAP: Action = Action("drift.swap");
/// Compare again.
pub const AGAIN: Action = Action("drift.again");
/// Show an object in the next way: attributes, side by side, unified.
pub const SHOWING: Action = Action("drift.view");
/// Show differences of the next standing.
pub const STANDING: Action = Action("drift.standing");
/// Show differences of the next status: only left, only right, changed.
pub const STATUS: Action = Action("drift.status");
/// Show one kind of objects.
pub const KIND: Action = Action("drift.kind");
/// Mark or unmark what is selected, to be drafted.
pub const MARK: Action = Action("drift.mark");
/// Mark everything that is shown and loses nothing, or nothing.
pub const MARK_ALL: Action = Action("drift.mark-all");
/// Draft what ends the marked differences.
pub const DRAFT: Action = Action("drift.draft");
/// Show every environment against all others.
pub const MATRIX: Action = Action("drift.matrix");
/// Show which migrations have to do with the selected object.
pub const HISTORY: Action = Action("drift.history");
/// Fold or unfold what is below the selected row.
pub const FOLD: Action = Action("drift.fold");
/// Fold every kind.
pub const FOLD_ALL: Action = Action("drift.fold-all");
/// Unfold everything.
pub const UNFOLD_ALL: Action = Action("drift.unfold-all");
/// Give the whole screen to one pane.
pub const ZOOM: Action = Action("drift.zoom");
/// Write the comparison into a file.
pub const EXPORT: Action = Action("drift.export");
/// One of several migrations was chosen.
pub const CAUSE: Action = Action("drift.cause");

/// The screen's row in the list of screens.
pub static SPEC: ScreenSpec = ScreenSpec {
    name: "drift",
    title: "Drift",
    about: "What two sides differ in. A side is an environment, or the files: what the migrations make when they are \
            replayed in a shadow. A difference is explained when it follows from migrations that one side lacks; \
            where it does not, the side is named that is not what its migrations make. Nothing is written to an \
            environment from here.",
    keys: &[
        Binding {
            action: action::OPEN,
            keys: &["enter"],
            words: "Open the migration that explains it; fold or unfold",
            short: "open",
            when: "",
        },
        Binding { action: action::NEXT, keys: &["tab"], words: "Go to the other pane", short: "pane", when: "" },
        Binding {
            action: SHOWING,
            keys: &["v"],
            words: "Next view: attributes, side by side, unified",
            short: "view",
            when: "",
        },
        Binding {
            action: MARK,
            keys: &["space"],
            words: "Mark or unmark what is selected, to be drafted",
            short: "mark",
            when: "",
        },
        Binding {
            action: MARK_ALL,
            keys: &["a"],
            words: "Mark all that is shown and not to be dropped, or unmark all",
            short: "",
            when: "",
        },
        Binding {
            action: DRAFT,
            keys: &["d"],
            words: "Draft and prove what makes the left side like the right one",
            short: "draft",
            when: "",
        },
        Binding { action: LEFT_SIDE, keys: &["["], words: "Choose the left side", short: "left side", when: "" },
        Binding { action: RIGHT_SIDE, keys: &["]"], words: "Choose the right side", short: "right side", when: "" },
        Binding { action: SWAP, keys: &["x"], words: "Swap both sides", short: "swap", when: "" },
        Binding {
            action: STANDING,
            keys: &["e"],
            words: "Show drift, unexplained, explained, information, all",
            short: "explained",
            when: "",
        },
        Binding {
            action: STATUS,
            keys: &["s"],
            words: "Show all, only left, only right, or changed",
            short: "status",
            when: "",
        },
        Binding { action: KIND, keys: &["t"], words: "Show one kind of objects only", short: "kind", when: "" },
        Binding {
            action: AGAIN,
            keys: &["r", "ctrl-r"],
            words: "Compare again, as the sides are now",
            short: "again",
            when: "",
        },
        Binding {
            action: action::STOP,
            keys: &["ctrl-c"],
            words: "Stop comparing; with nothing being compared, quit",
            short: "",
            when: "",
        },
        Binding {
            action: FOLD,
            keys: &["o"],
            words: "Fold or unfold what is below the selected row",
            short: "",
            when: "",
        },
        Binding { action: FOLD_ALL, keys: &["-"], words: "Fold every kind of objects", short: "", when: "" },
        Binding { action: UNFOLD_ALL, keys: &["+", "="], words: "Unfold everything", short: "", when: "" },
        Binding {
            action: action::LEFT,
            keys: &["h", "left"],
            words: "Fold, or go a level up; in the text, to the left",
            short: "",
            when: "",
        },
        Binding {
            action: action::RIGHT,
            keys: &["l", "right"],
            words: "Unfold, or go a level down; in the text, to the right",
            short: "",
            when: "",
        },
        Binding {
            action: ZOOM,
            keys: &["z"],
            words: "Give the whole screen to one pane, or divide it again",
            short: "",
            when: "",
        },
        Binding {
            action: HISTORY,
            keys: &["H"],
            words: "Show every migration that has to do with the object",
            short: "history",
            when: "",
        },
        Binding {
            action: MATRIX,
            keys: &["m"],
            words: "Show every environment, and the files, against all others",
            short: "matrix",
            when: "",
        },
        Binding {
            action: EXPORT,
            keys: &["w"],
            words: "Write it into a file: text, HTML, JSON, SQL",
            short: "write",
            when: "",
        },
        Binding { action: action::COPY, keys: &["y"], words: "Copy the object's name", short: "copy", when: "" },
        Binding {
            action: action::COPY_ALL,
            keys: &["Y"],
            words: "Copy what is shown of the object: attributes or SQL",
            short: "",
            when: "",
        },
    ],
    shared: &[&LIST_KEYS, &FILTER_KEYS],
};
