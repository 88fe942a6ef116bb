//! How the configuration writes a key of the keyboard: `q`, `G`, `ctrl-x`, `alt-enter`, `f5`.

use super::nearest::nearest;

/// The keys that have a name.
const NAMED: &[&str] = &[
    "enter",
    "esc",
    "tab",
    "backtab",
    "space",
    "backspace",
    "delete",
    "insert",
    "home",
    "end",
    "pageup",
    "pagedown",
    "up",
    "down",
    "left",
    "right",
    "f1",
    "f2",
    "f3",
    "f4",
    "f5",
    "f6",
    "f7",
    "f8",
    "f9",
    "f10",
    "f11",
    "f12",
    "minus",
];

const MODIFIERS: &[&str] = &["ctrl", "alt", "shift"];

/// Checks a key and brings it to one notation: modifiers in the order `ctrl-alt-shift-`, names in lower case. The error
/// ends a sentence.
pub(super) fn normalise(written: &str) -> Result<String, String> {
    let mut parts: Vec<&str> = written.trim().split(['-', '+']).collect();
    // `-` and `+` themselves are keys as well.
    let key = match parts.pop() {
        Some("") if written.ends_with('-') && parts.last().is_none_or(|part| part.is_empty()) => {
            parts.pop();
            "minus"
        }
        Some(key) => key,
        None => "",
    };
    let mut chosen = [false; 3];
    for modifier in &parts {
        match MODIFIERS.iter().position(|known| known.eq_ignore_ascii_case(modifier)) {
            Some(index) => chosen[index] = true,
            None => {
                let shown = super::reader::shown(modifier);
                return Err(format!("`{shown}` is no modifier; those are `ctrl`, `alt` and `shift`"));
            }
        }
    }
    let mut characters = key.chars();
    let key = match (characters.next(), characters.next()) {
        (Some(single), None) if !single.is_control() && !single.is_whitespace() => single.to_string(),
        _ => {
            let lower = key.to_lowercase();
            NAMED.iter().find(|named| **named == lower).map(|named| (*named).to_owned()).ok_or_else(|| {
                let near = nearest(&lower, NAMED.iter().copied()).map(|near| format!("; the nearest is `{near}`"));
                format!("`{}` is no key{}", super::reader::shown(written), near.unwrap_or_default())
            })?
        }
    };
    let prefix: String = MODIFIERS
        .iter()
        .zip(chosen)
        .filter(|(_, chosen)| *chosen)
        .map(|(modifier, _)| format!("{modifier}-"))
        .collect();
    Ok(prefix + &key)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::normalise;

    #[rstest]
    #[case("q", Ok("q"))]
    #[case("G", Ok("G"))]
    #[case("?", Ok("?"))]
    #[case("Ctrl-X", Ok("ctrl-X"))]
    #[case("shift+ctrl+F5", Ok("ctrl-shift-f5"))]
    #[case("alt-Enter", Ok("alt-enter"))]
    #[case("-", Ok("minus"))]
    #[case("ctrl--", Ok("ctrl-minus"))]
    #[case("ö", Ok("ö"))]
    #[case("", Err("`` is no key"))]
    #[case("entr", Err("`entr` is no key; the nearest is `enter`"))]
    #[case("cmd-q", Err("`cmd` is no modifier; those are `ctrl`, `alt` and `shift`"))]
    #[case("ctrl-\u{1b}", Err("`ctrl-\\x1b` is no key"))]
    fn keys_have_one_notation(#[case] written: &str, #[case] expected: Result<&str, &str>) {
        assert_eq!(normalise(written), expected.map(str::to_owned).map_err(str::to_owned));
    }
}
