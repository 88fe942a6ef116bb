//! Colours as theme files write them, and the nearest ones that a terminal can show.

use ratatui::style::Color;

use super::ColourDepth;

/// The colours that every terminal has, by the names theme files use.
const NAMED: &[(&str, Color)] = &[
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// What xterm shows for the first sixteen colours; close enough to choose the nearest by.
const SIXTEEN: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// The steps of the 6×6×6 cube in the 256 colours.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Reads `#rrggbb`, a name such as `bright-red`, or a number of the 256 colours.
pub(super) fn parse(text: &str) -> Option<Color> {
    if let Some(hex) = text.strip_prefix('#') {
        if hex.len() != 6 || !hex.is_ascii() {
            return None;
        }
        let part = |from: usize| u8::from_str_radix(&hex[from..from + 2], 16).ok();
        return Some(Color::Rgb(part(0)?, part(2)?, part(4)?));
    }
    if let Some((_, colour)) = NAMED.iter().find(|(name, _)| *name == text) {
        return Some(*colour);
    }
    text.parse().ok().map(Color::Indexed)
}

/// The nearest colour that a terminal of this depth shows.
pub(super) fn at_depth(colour: Color, depth: ColourDepth) -> Color {
    match (depth, colour) {
        (ColourDepth::None, _) => Color::Reset,
        (ColourDepth::TwoHundredFiftySix, Color::Rgb(red, green, blue)) => {
            Color::Indexed(nearest_256(red, green, blue))
        }
        (ColourDepth::Sixteen, Color::Rgb(red, green, blue)) => nearest_16(red, green, blue),
        (ColourDepth::Sixteen, Color::Indexed(index)) => {
            let (red, green, blue) = of_index(index);
            nearest_16(red, green, blue)
        }
        _ => colour,
    }
}

fn distance(left: (u8, u8, u8), right: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    // The eye sees differences of green best and of blue least.
    3 * square(left.0, right.0) + 6 * square(left.1, right.1) + square(left.2, right.2)
}

fn nearest_256(red: u8, green: u8, blue: u8) -> u8 {
    (16..=255).min_by_key(|index| distance(of_index(*index), (red, green, blue))).unwrap_or(7)
}

fn nearest_16(red: u8, green: u8, blue: u8) -> Color {
    let nearest = (0..16).min_by_key(|index| distance(SIXTEEN[*index], (red, green, blue))).unwrap_or(7);
    NAMED[nearest + 1].1
}

fn of_index(index: u8) -> (u8, u8, u8) {
    match index {
        0..16 => SIXTEEN[usize::from(index)],
        16..232 => {
            let cube = index - 16;
            let step = |value: u8| CUBE[usize::from(value % 6)];
            (step(cube / 36), step(cube / 6), step(cube))
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("#ff8000", Some(Color::Rgb(255, 128, 0)))]
    #[case("bright-red", Some(Color::LightRed))]
    #[case("default", Some(Color::Reset))]
    #[case("208", Some(Color::Indexed(208)))]
    #[case("#ff80", None)]
    #[case("#gg0000", None)]
    #[case("#ééé", None)]
    #[case("256", None)]
    #[case("reddish", None)]
    fn colours_are_read_as_theme_files_write_them(#[case] text: &str, #[case] colour: Option<Color>) {
        assert_eq!(parse(text), colour);
    }

    #[rstest]
    #[case(ColourDepth::TrueColour, Color::Rgb(255, 0, 0))]
    #[case(ColourDepth::TwoHundredFiftySix, Color::Indexed(196))]
    #[case(ColourDepth::Sixteen, Color::LightRed)]
    #[case(ColourDepth::None, Color::Reset)]
    fn a_colour_becomes_the_nearest_that_the_terminal_shows(#[case] depth: ColourDepth, #[case] shown: Color) {
        assert_eq!(at_depth(Color::Rgb(255, 0, 0), depth), shown);
    }
}
