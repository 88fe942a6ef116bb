//! What the terminal can show, as far as the environment variables tell.

use super::glyphs::{ASCII, Glyphs, UNICODE};

/// How many colours a terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourDepth {
    /// None: `NO_COLOR` is set, or the terminal has none.
    None,
    /// The sixteen that every terminal has, in shades that its owner chose.
    Sixteen,
    /// The 256 of xterm.
    TwoHundredFiftySix,
    /// Any.
    TrueColour,
}

/// What the operator asks for; each `None` leaves the choice to the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// A theme named on the command line. It wins even over `NO_COLOR`, because it was just typed.
    pub theme_now: Option<String>,
    /// A theme named in the configuration.
    pub theme: Option<String>,
    /// Draw with ASCII only.
    pub ascii: Option<bool>,
}

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// How many colours.
    pub depth: ColourDepth,
    /// The background is light.
    pub light: bool,
    /// Characters beyond ASCII are shown.
    pub unicode: bool,
}

impl Capabilities {
    /// Reads the environment through `variable`: `NO_COLOR`, `COLORTERM`, `TERM`, `COLORFGBG`, and the locale.
    #[must_use]
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let depth = if set("NO_COLOR").is_some() || term == "dumb" || term.starts_with("vt1") {
            ColourDepth::None
        } else if set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit")
            || term.ends_with("-direct")
        {
            ColourDepth::TrueColour
        } else if term.contains("256color") || matches!(term.as_str(), "xterm-kitty" | "alacritty" | "foot" | "wezterm")
        {
            ColourDepth::TwoHundredFiftySix
        } else {
            ColourDepth::Sixteen
        };
        // `COLORFGBG` ends with the number of the background: 7 and 9 to 15 are light.
        let light = set("COLORFGBG")
            .and_then(|value| value.rsplit(';').next().and_then(|last| last.parse::<u8>().ok()))
            .is_some_and(|background| background == 7 || (9..=15).contains(&background));
        // The first of the three that is set decides, as in the C library.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_ascii_lowercase();
        let unicode = (locale.contains("utf-8") || locale.contains("utf8")) && term != "linux";
        Self { depth, light, unicode }
    }

    /// The theme to use: what was asked for, or else the one that suits the terminal.
    #[must_use]
    pub fn theme_name<'a>(&self, ask: &'a Ask) -> &'a str {
        match (&ask.theme_now, &ask.theme, self.depth) {
            (Some(name), _, _) => name,
            (None, _, ColourDepth::None) => "mono",
            (None, Some(name), _) => name,
            (None, None, ColourDepth::Sixteen) => "sixteen",
            (None, None, _) if self.light => "light",
            (None, None, _) => "dark",
        }
    }

    /// The glyphs to draw with: what was asked for, or else what suits the locale.
    #[must_use]
    pub fn glyphs(&self, ask: &Ask) -> &'static Glyphs {
        if ask.ascii.unwrap_or(!self.unicode) { &ASCII } else { &UNICODE }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn detect(variables: &[(&str, &str)]) -> Capabilities {
        Capabilities::detect(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[rstest]
    #[case(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], "dark")]
    #[case(&[("TERM", "xterm-256color")], "dark")]
    #[case(&[("TERM", "xterm-256color"), ("COLORFGBG", "0;15")], "light")]
    #[case(&[("TERM", "xterm-256color"), ("COLORFGBG", "15;default;0")], "dark")]
    #[case(&[("TERM", "xterm")], "sixteen")]
    #[case(&[("TERM", "screen")], "sixteen")]
    #[case(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")], "mono")]
    #[case(&[("TERM", "xterm-256color"), ("NO_COLOR", "")], "dark")]
    #[case(&[("TERM", "vt100")], "mono")]
    fn the_theme_suits_the_terminal(#[case] variables: &[(&str, &str)], #[case] theme: &str) {
        assert_eq!(detect(variables).theme_name(&Ask::default()), theme);
    }

    #[test]
    fn no_color_wins_over_the_configuration_and_the_command_line_wins_over_both() {
        let terminal = detect(&[("TERM", "xterm"), ("NO_COLOR", "1")]);
        let mut ask = Ask { theme: Some("light".into()), ..Ask::default() };
        assert_eq!(terminal.theme_name(&ask), "mono");
        ask.theme_now = Some("dark".into());
        assert_eq!(terminal.theme_name(&ask), "dark");
    }

    #[rstest]
    #[case(&[("LANG", "en_GB.UTF-8")], true)]
    #[case(&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")], false)]
    #[case(&[("LANG", "C"), ("LC_CTYPE", "C.utf8")], true)]
    #[case(&[], false)]
    #[case(&[("LANG", "en_GB.UTF-8"), ("TERM", "linux")], false)]
    fn the_glyphs_suit_the_locale(#[case] variables: &[(&str, &str)], #[case] unicode: bool) {
        assert_eq!(detect(variables).unicode, unicode);
        let expected = if unicode { &UNICODE } else { &ASCII };
        assert_eq!(detect(variables).glyphs(&Ask::default()), expected);
    }
}
