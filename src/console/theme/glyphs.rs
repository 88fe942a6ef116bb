//! The marks and lines that the screens draw with, in Unicode and in ASCII.
//!
//! Apart from the box-drawing lines, no glyph is of ambiguous width, so that nothing shifts in an East Asian terminal.

use ratatui::symbols::border;

/// One set of marks and lines.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// A migration that is in the files only.
    pub pending: &'static str,
    /// Pending behind a later one that is applied.
    pub out_of_order: &'static str,
    /// Applied.
    pub applied: &'static str,
    /// Applied from a file that was changed since.
    pub changed: &'static str,
    /// Applied, with no checksum on record.
    pub unverified: &'static str,
    /// Applied and rolled back.
    pub rolled_back: &'static str,
    /// On record, with no file.
    pub missing_file: &'static str,
    /// The last attempt failed.
    pub failed: &'static str,
    /// Begun and not finished.
    pub interrupted: &'static str,
    /// Not known, because the environment does not answer.
    pub unknown: &'static str,
    /// Points at the selected row.
    pub cursor: &'static str,
    /// Stands for what was cut off.
    pub ellipsis: &'static str,
    /// Parts words of equal rank.
    pub dot: &'static str,
    /// Parts the places of a path through the screens.
    pub path: &'static str,
    /// A warning.
    pub warning: &'static str,
    /// A horizontal rule.
    pub rule: &'static str,
    /// The finished part of a progress bar.
    pub gauge_done: &'static str,
    /// The rest of a progress bar.
    pub gauge_rest: &'static str,
    /// The track of a scroll bar.
    pub scroll_track: &'static str,
    /// The thumb of a scroll bar.
    pub scroll_thumb: &'static str,
    /// The frames of something that works, in turn.
    pub spinner: &'static [&'static str],
    /// The lines around a pane.
    pub border: border::Set<'static>,
    /// Written between two values, the later one last.
    pub becomes: &'static str,
    /// Before a row below which rows are hidden.
    pub folded: &'static str,
    /// Before a row below which rows are shown.
    pub unfolded: &'static str,
}

/// For terminals that speak UTF-8.
pub static UNICODE: Glyphs = Glyphs {
    pending: "\u{25cc}",
    out_of_order: "\u{21c5}",
    applied: "\u{2713}",
    changed: "\u{2206}",
    unverified: "~",
    rolled_back: "\u{21b6}",
    missing_file: "\u{2205}",
    failed: "\u{2717}",
    interrupted: "\u{21af}",
    unknown: "?",
    cursor: "\u{25b8}",
    ellipsis: "\u{22ef}",
    dot: "\u{2219}",
    path: "\u{203a}",
    warning: "!",
    rule: "\u{2500}",
    gauge_done: "\u{2501}",
    gauge_rest: "\u{2500}",
    scroll_track: "\u{2502}",
    scroll_thumb: "\u{2503}",
    spinner: &[
        "\u{280b}", "\u{2819}", "\u{2839}", "\u{2838}", "\u{283c}", "\u{2834}", "\u{2826}", "\u{2827}", "\u{2807}",
        "\u{280f}",
    ],
    border: border::ROUNDED,
    becomes: "\u{25b8}",
    folded: "\u{25b8}",
    unfolded: "\u{25be}",
};

/// For everything else.
pub static ASCII: Glyphs = Glyphs {
    pending: "o",
    out_of_order: "^",
    applied: "+",
    changed: "*",
    unverified: "~",
    rolled_back: "<",
    missing_file: "0",
    failed: "x",
    interrupted: "%",
    unknown: "?",
    cursor: ">",
    ellipsis: "~",
    dot: "-",
    path: "/",
    warning: "!",
    rule: "-",
    gauge_done: "=",
    gauge_rest: ".",
    scroll_track: ":",
    scroll_thumb: "#",
    spinner: &["|", "/", "-", "\\"],
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
    becomes: ">",
    folded: ">",
    unfolded: "v",
};

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::*;

    fn marks(glyphs: &Glyphs) -> Vec<&'static str> {
        let mut all = vec![
            glyphs.pending,
            glyphs.out_of_order,
            glyphs.applied,
            glyphs.changed,
            glyphs.unverified,
            glyphs.rolled_back,
            glyphs.missing_file,
            glyphs.failed,
            glyphs.interrupted,
            glyphs.unknown,
            glyphs.cursor,
            glyphs.ellipsis,
            glyphs.dot,
            glyphs.path,
            glyphs.warning,
            glyphs.becomes,
            glyphs.folded,
            glyphs.unfolded,
        ];
        all.extend(glyphs.spinner);
        all
    }

    #[test]
    fn every_mark_is_one_column_wide_in_every_locale() {
        for glyph in marks(&UNICODE).into_iter().chain(marks(&ASCII)) {
            assert_eq!((glyph.width(), glyph.width_cjk()), (1, 1), "{glyph:?}");
        }
    }

    #[test]
    fn the_fallback_is_pure_ascii() {
        assert!(marks(&ASCII).into_iter().all(str::is_ascii));
        let border = &ASCII.border;
        assert!([border.top_left, border.vertical_left, border.horizontal_bottom].into_iter().all(str::is_ascii));
    }

    #[test]
    fn each_status_has_a_mark_of_its_own() {
        for glyphs in [&UNICODE, &ASCII] {
            let mut statuses = marks(glyphs)[..10].to_vec();
            statuses.sort_unstable();
            statuses.dedup();
            assert_eq!(statuses.len(), 10);
        }
    }
}
