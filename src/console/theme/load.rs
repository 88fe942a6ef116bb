//! Reads theme files: a palette of named colours, and a style for each role.
//!
//! A theme that names a role nobody knows, or a colour nobody defined, still loads: the trouble is a warning, because
//! a typing error in a theme must not keep anyone from the console.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ratatui::style::{Color, Modifier, Style};
use toml::{Table, Value};

use super::{Ask, Capabilities, ColourDepth, Role, Theme, colour};

/// The themes that are compiled in, with their files.
const BUILT_IN: &[(&str, &str)] = &[
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("sixteen", include_str!("../../../themes/sixteen.toml")),
    ("colour-blind", include_str!("../../../themes/colour-blind.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
];

/// A theme that cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// No such theme, neither compiled in nor in the user's folder.
    #[error("There is no theme `{name}`{nearest}. Themes at hand: {known}. Your own go into {folder}.", folder = .folder.display())]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// A hint at the name that was probably meant.
        nearest: String,
        /// The names that exist.
        known: String,
        /// Where the user's own themes are looked for.
        folder: PathBuf,
    },
    /// The file cannot be read.
    #[error("The theme {file} cannot be read: {source}.", file = .file.display())]
    Unreadable {
        /// The theme file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("The theme `{name}` is no valid TOML: {message}")]
    NotToml {
        /// The theme.
        name: String,
        /// What the TOML parser says, with the line.
        message: String,
    },
    /// The theme inherits from itself.
    #[error("The theme `{name}` inherits from itself, by way of {chain}.")]
    Circle {
        /// The theme.
        name: String,
        /// The themes on the way.
        chain: String,
    },
}

/// Something in a theme that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeWarning(pub String);

/// The names of the themes at hand: those compiled in, then those in `folder`.
#[must_use]
pub fn names(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut own: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .filter(|name| !all.contains(name))
        .collect();
    own.sort();
    all.append(&mut own);
    all
}

/// A theme that is compiled in, in full colour.
///
/// # Errors
/// [`ThemeError::Unknown`] for any other name.
pub fn built_in(name: &str, terminal: &Capabilities, ask: &Ask) -> Result<Theme, ThemeError> {
    Theme::load(name, Path::new(""), terminal, ask).map(|(theme, _)| theme)
}

impl Theme {
    /// Loads the theme `name` from the user's `folder` or from those compiled in (the user's own wins), for this
    /// terminal. Warnings tell what in the file was passed over.
    ///
    /// # Errors
    /// Where there is no such theme, or its file cannot be read.
    pub fn load(
        name: &str,
        folder: &Path,
        terminal: &Capabilities,
        ask: &Ask,
    ) -> Result<(Self, Vec<ThemeWarning>), ThemeError> {
        let mut sheet = Sheet::default();
        sheet.add(name, folder, &mut Vec::new())?;
        // A theme that was asked for by name in this very call has its colours, whatever NO_COLOR says.
        let depth = match terminal.depth {
            ColourDepth::None if ask.theme_now.is_some() => ColourDepth::Sixteen,
            depth => depth,
        };
        let styles = sheet.resolve(depth);
        let theme = Self { name: name.to_owned(), styles, glyphs: terminal.glyphs(ask) };
        Ok((theme, sheet.warnings))
    }
}

/// What has been read of a theme and of those it inherits from.
#[derive(Default)]
struct Sheet {
    palette: BTreeMap<String, String>,
    styles: BTreeMap<&'static str, Spec>,
    warnings: Vec<ThemeWarning>,
}

/// One style as written.
#[derive(Clone, Default)]
struct Spec {
    theme: String,
    foreground: Option<String>,
    background: Option<String>,
    modifiers: Modifier,
}

impl Sheet {
    fn add(&mut self, name: &str, folder: &Path, chain: &mut Vec<String>) -> Result<(), ThemeError> {
        // A user's `dark` may inherit from `dark`: the second one of a name is the one compiled in.
        let seen = chain.iter().filter(|above| *above == name).count();
        let own = seen == 0;
        if seen > 1 || (seen == 1 && !is_built_in(name)) {
            return Err(ThemeError::Circle { name: name.to_owned(), chain: chain.join(", ") });
        }
        let text = source(name, folder, own)?;
        let table: Table = text.parse().map_err(|error: toml::de::Error| ThemeError::NotToml {
            name: name.to_owned(),
            message: error.to_string(),
        })?;
        chain.push(name.to_owned());
        if let Some(parent) = table.get("inherits").and_then(Value::as_str) {
            self.add(parent, folder, chain)?;
        }
        self.read(name, &table);
        Ok(())
    }

    fn warn(&mut self, theme: &str, text: &str) {
        self.warnings.push(ThemeWarning(format!("Theme `{theme}`: {text}")));
    }

    fn read(&mut self, theme: &str, table: &Table) {
        for (key, value) in table {
            match (key.as_str(), value) {
                ("about" | "inherits", Value::String(_)) => {}
                ("palette", Value::Table(palette)) => self.read_palette(theme, palette),
                ("styles", Value::Table(styles)) => self.read_styles(theme, styles),
                _ => self.warn(
                    theme,
                    &format!(
                        "`{key}` is not known at the top; only `about`, `inherits`, `[palette]` and `[styles]` are."
                    ),
                ),
            }
        }
    }

    fn read_palette(&mut self, theme: &str, palette: &Table) {
        for (name, value) in palette {
            match value.as_str() {
                Some(text) if colour::parse(text).is_some() => {
                    self.palette.insert(name.clone(), text.to_owned());
                }
                _ => self.warn(theme, &format!("the palette's `{name}` is no colour; write \"#rrggbb\" or a name.")),
            }
        }
    }

    fn read_styles(&mut self, theme: &str, styles: &Table) {
        for (name, value) in styles {
            let Some(role) = Role::ALL.iter().find(|role| role.name() == name) else {
                let nearest = nearest(name, Role::ALL.iter().map(|role| role.name()));
                self.warn(theme, &format!("there is no style `{name}`{nearest}."));
                continue;
            };
            let mut spec = Spec { theme: theme.to_owned(), ..Spec::default() };
            match value {
                Value::String(foreground) => spec.foreground = Some(foreground.clone()),
                Value::Table(parts) => self.read_parts(theme, name, parts, &mut spec),
                _ => self.warn(theme, &format!("the style `{name}` is neither a colour nor a table.")),
            }
            self.styles.insert(role.name(), spec);
        }
    }

    fn read_parts(&mut self, theme: &str, style: &str, parts: &Table, spec: &mut Spec) {
        for (key, value) in parts {
            match (key.as_str(), value) {
                ("fg", Value::String(colour)) => spec.foreground = Some(colour.clone()),
                ("bg", Value::String(colour)) => spec.background = Some(colour.clone()),
                ("modifiers", Value::Array(words)) => {
                    for word in words {
                        match word.as_str().and_then(modifier) {
                            Some(modifier) => spec.modifiers |= modifier,
                            None => self.warn(
                                theme,
                                &format!(
                                    "{word} in the style `{style}` is no modifier; there are bold, dim, italic, underlined and reversed."
                                ),
                            ),
                        }
                    }
                }
                _ => self.warn(
                    theme,
                    &format!("`{key}` in the style `{style}` is not known; only `fg`, `bg` and `modifiers` are."),
                ),
            }
        }
    }

    fn resolve(&mut self, depth: ColourDepth) -> [Style; Role::COUNT] {
        let specs = self.styles.clone();
        let mut styles = [Style::new(); Role::COUNT];
        for role in Role::ALL {
            let Some(spec) = specs.get(role.name()) else { continue };
            let mut style = Style::new().add_modifier(spec.modifiers);
            if let Some(colour) = spec.foreground.as_deref().and_then(|text| self.colour(spec, role.name(), text)) {
                style = style.fg(colour::at_depth(colour, depth));
            }
            if let Some(colour) = spec.background.as_deref().and_then(|text| self.colour(spec, role.name(), text)) {
                style = style.bg(colour::at_depth(colour, depth));
            }
            styles[*role as usize] = style;
        }
        styles
    }

    fn colour(&mut self, spec: &Spec, style: &str, text: &str) -> Option<Color> {
        let found = self.palette.get(text).map_or(text, String::as_str);
        let colour = colour::parse(found);
        if colour.is_none() {
            let nearest = nearest(text, self.palette.keys().map(String::as_str));
            self.warn(
                &spec.theme,
                &format!("`{text}` in the style `{style}` is neither in the palette nor a colour{nearest}."),
            );
        }
        colour
    }
}

fn is_built_in(name: &str) -> bool {
    BUILT_IN.iter().any(|(known, _)| *known == name)
}

fn source(name: &str, folder: &Path, own: bool) -> Result<String, ThemeError> {
    let plain = !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.');
    if own && plain && !folder.as_os_str().is_empty() {
        let file = folder.join(format!("{name}.toml"));
        match std::fs::read_to_string(&file) {
            Ok(text) => return Ok(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(ThemeError::Unreadable { file, source }),
        }
    }
    if let Some((_, text)) = BUILT_IN.iter().find(|(known, _)| *known == name) {
        return Ok((*text).to_owned());
    }
    let known = names(folder);
    Err(ThemeError::Unknown {
        name: name.to_owned(),
        nearest: nearest(name, known.iter().map(String::as_str)),
        known: known.join(", "),
        folder: folder.to_owned(),
    })
}

fn modifier(word: &str) -> Option<Modifier> {
    Some(match word {
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underlined" => Modifier::UNDERLINED,
        "reversed" => Modifier::REVERSED,
        _ => return None,
    })
}

/// `; did you mean …?` where some known word is close.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map_or_else(String::new, |(_, candidate)| format!("; did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const FULL: Capabilities = Capabilities { depth: ColourDepth::TrueColour, light: false, unicode: true };

    fn load(name: &str, files: &[(&str, &str)]) -> Result<(Theme, Vec<ThemeWarning>), ThemeError> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a theme file");
        }
        Theme::load(name, folder.path(), &FULL, &Ask::default())
    }

    #[rstest]
    fn a_theme_that_is_compiled_in_has_no_warnings(
        #[values("dark", "light", "sixteen", "colour-blind", "mono")] name: &str,
    ) {
        let (theme, warnings) = load(name, &[]).expect("the theme");
        assert_eq!(warnings, []);
        assert_eq!(theme.name(), name);
    }

    #[rstest]
    fn every_role_is_styled(#[values("dark", "light", "sixteen", "colour-blind")] name: &str) {
        let (theme, _) = load(name, &[]).expect("the theme");
        for role in Role::ALL {
            assert_ne!(theme.style(*role), Style::new(), "{}", role.name());
        }
    }

    #[test]
    fn the_theme_without_colours_has_none() {
        let (theme, _) = load("mono", &[]).expect("the theme");
        for role in Role::ALL {
            let style = theme.style(*role);
            assert_eq!((style.fg, style.bg), (None, None), "{}", role.name());
        }
    }

    #[rstest]
    fn tiers_differ_from_one_another(#[values("dark", "light", "sixteen", "colour-blind", "mono")] name: &str) {
        let (theme, _) = load(name, &[]).expect("the theme");
        let [production, staging, development] =
            [Role::TierProduction, Role::TierStaging, Role::TierDevelopment].map(|role| theme.style(role));
        assert!(production != staging && staging != development && production != development);
    }

    #[test]
    fn a_users_theme_inherits_and_overrides() {
        let own = "inherits = \"dark\"\n[palette]\ntide = \"#ff0000\"\n[styles]\ndim = \"tide\"\n";
        let (theme, warnings) = load("mine", &[("mine.toml", own)]).expect("the theme");
        assert_eq!(warnings, []);
        assert_eq!(theme.style(Role::Dim).fg, Some(Color::Rgb(255, 0, 0)));
        assert_eq!(
            theme.style(Role::GaugeDone).fg,
            Some(Color::Rgb(255, 0, 0)),
            "the palette reaches the parent's styles"
        );
        assert_eq!(theme.style(Role::Text), load("dark", &[]).expect("dark").0.style(Role::Text));
    }

    #[test]
    fn a_users_dark_may_build_on_the_dark_that_is_compiled_in() {
        let own = "inherits = \"dark\"\n[styles]\ndim = \"#010203\"\n";
        let (theme, _) = load("dark", &[("dark.toml", own)]).expect("the theme");
        assert_eq!(theme.style(Role::Dim).fg, Some(Color::Rgb(1, 2, 3)));
    }

    #[test]
    fn what_is_not_known_is_a_warning_that_names_the_nearest() {
        let own = "inherits = \"dark\"\ncolour = 1\n[styles]\ndimm = \"red\"\ngood = \"tidy\"\nbad = { foreground = \"red\", modifiers = [\"loud\"] }\n";
        let (_, warnings) = load("mine", &[("mine.toml", own)]).expect("the theme");
        let text: Vec<&str> = warnings.iter().map(|warning| warning.0.as_str()).collect();
        assert!(text.iter().any(|line| line.contains("`colour`")), "{text:?}");
        assert!(text.iter().any(|line| line.contains("`dimm`") && line.contains("did you mean `dim`?")), "{text:?}");
        assert!(text.iter().any(|line| line.contains("`tidy`") && line.contains("did you mean `tide`?")), "{text:?}");
        assert!(text.iter().any(|line| line.contains("`foreground`")), "{text:?}");
        assert!(text.iter().any(|line| line.contains("\"loud\"")), "{text:?}");
    }

    #[rstest]
    #[case("drak", &[], "did you mean `dark`?")]
    #[case("../dark", &[], "There is no theme")]
    #[case("one", &[("one.toml", "inherits = \"two\""), ("two.toml", "inherits = \"one\"")], "inherits from itself")]
    #[case("broken", &[("broken.toml", "[styles\n")], "no valid TOML")]
    fn what_is_no_theme_is_refused(#[case] name: &str, #[case] files: &[(&str, &str)], #[case] says: &str) {
        let error = load(name, files).map(|_| ()).expect_err("no theme");
        assert!(error.to_string().contains(says), "{error}");
    }

    #[test]
    fn the_page_about_themes_lists_every_theme_and_every_role() {
        let page = include_str!("../../../docs/themes.md");
        for (name, _) in BUILT_IN {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
        for role in Role::ALL {
            let row = format!("| `{}` | {} |", role.name(), role.words());
            assert!(page.contains(&row), "docs/themes.md lacks the row\n{row}");
        }
    }

    #[test]
    fn a_terminal_with_256_colours_gets_the_nearest_ones() {
        let terminal = Capabilities { depth: ColourDepth::TwoHundredFiftySix, ..FULL };
        let (theme, _) = Theme::load("dark", Path::new(""), &terminal, &Ask::default()).expect("the theme");
        assert!(matches!(theme.style(Role::Text).fg, Some(Color::Indexed(_))));
    }
}
