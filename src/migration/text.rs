//! Makes any text safe to show: what a file, a server or a person says must never steer the terminal it is shown on.

use std::borrow::Cow;
use std::fmt::Write;

/// How many columns a tab is made into.
const TAB: &str = "    ";

/// The text as one line that can be shown on a terminal.
///
/// Control characters, terminal escapes, and characters that change the direction or the order of the text are written out
/// (`\x1b`, `\u{202e}`), line breaks as `\n`, so that nothing is hidden and nothing acts.
pub fn printable(text: &str) -> Cow<'_, str> {
    escape(text, |character| match character {
        '\n' => Some(Cow::Borrowed("\\n")),
        '\r' => Some(Cow::Borrowed("\\r")),
        '\t' => Some(Cow::Borrowed("\\t")),
        other => written_out(other),
    })
}

/// The text as lines that can be shown on a terminal: like [`printable`], but line breaks stay, CRLF becomes LF, and a tab
/// becomes four blanks.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    let text = if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    let keep_lines = |character| match character {
        '\n' => None,
        '\t' => Some(Cow::Borrowed(TAB)),
        other => written_out(other),
    };
    match text {
        Cow::Borrowed(text) => escape(text, keep_lines),
        Cow::Owned(text) => Cow::Owned(escape(&text, keep_lines).into_owned()),
    }
}

/// Whether a character would act on the terminal it is shown on, or deceive whoever reads it there.
pub fn acts_on_terminal(character: char) -> bool {
    written_out(character).is_some()
}

/// How a character that must not reach a terminal is written out; `None` for one that may.
fn written_out(character: char) -> Option<Cow<'static, str>> {
    match character {
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => Some(Cow::Owned(format!("\\x{:02x}", u32::from(character)))),
        // Direction marks, embeddings, overrides and isolates; zero-width characters; line and paragraph separators;
        // invisible operators; interlinear annotations; tags. Each can make a name look like another one.
        '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => Some(Cow::Owned(format!("\\u{{{:x}}}", u32::from(character)))),
        _ => None,
    }
}

fn escape(text: &str, replace: impl Fn(char) -> Option<Cow<'static, str>>) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    for (at, character) in text.char_indices() {
        match (replace(character), &mut out) {
            (None, None) => {}
            (None, Some(out)) => out.push(character),
            (Some(replacement), Some(out)) => out.push_str(&replacement),
            (Some(replacement), None) => {
                let mut begun = String::with_capacity(text.len() + 16);
                begun.push_str(&text[..at]);
                begun.push_str(&replacement);
                out = Some(begun);
            }
        }
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The text shortened to at most `limit` characters, the last of them `…` when something was cut off.
pub fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    if text.chars().nth(limit).is_none() {
        return Cow::Borrowed(text);
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    let _ = write!(short, "…");
    Cow::Owned(short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain text, é, 日本, 📈", "plain text, é, 日本, 📈")]
    #[case("a\nb\r\tc", "a\\nb\\r\\tc")]
    #[case("\u{1b}[31mred\u{1b}[0m", "\\x1b[31mred\\x1b[0m")]
    #[case("\u{1b}]52;c;aGk=\u{7}", "\\x1b]52;c;aGk=\\x07")]
    #[case("\u{9b}2J", "\\x9b2J")]
    #[case("\0\u{7f}", "\\x00\\x7f")]
    #[case("user\u{202e}lqs.", "user\\u{202e}lqs.")]
    #[case("ad\u{200b}min", "ad\\u{200b}min")]
    #[case("", "")]
    fn what_would_act_on_the_terminal_is_written_out(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(printable(text), expected);
    }

    #[rstest]
    #[case("a\r\nb\n", "a\nb\n")]
    #[case("a\rb", "a\\x0db")]
    #[case("\tx\u{1b}c", "    x\\x1bc")]
    fn lines_stay_lines_and_tabs_become_blanks(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(printable_lines(text), expected);
    }

    #[rstest]
    #[case("short", 10, "short")]
    #[case("exactly ten", 11, "exactly ten")]
    #[case("rather too long", 11, "rather too…")]
    #[case("ééééé", 3, "éé…")]
    #[case("", 0, "")]
    fn a_long_text_is_cut_at_a_character(#[case] text: &str, #[case] limit: usize, #[case] expected: &str) {
        assert_eq!(shortened(text, limit), expected);
    }

    proptest! {
        #[test]
        fn no_control_character_ever_comes_out(text in any::<String>()) {
            prop_assert!(!printable(&text).chars().any(char::is_control));
            prop_assert!(!printable_lines(&text).chars().any(|character| character != '\n' && character.is_control()));
        }

        #[test]
        fn text_that_is_printable_stays_as_it_is(text in "[ -~é日📈]{0,40}") {
            prop_assert!(matches!(printable(&text), Cow::Borrowed(same) if same == text));
        }
    }
}
