//! Moments, spans and lists as the subcommands write them.

use std::time::Duration;

use jiff::Timestamp;

use crate::window::event::Obstacle;

/// A moment, to the minute, in UTC.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%F %H:%M").to_string()
}

/// How long something took: `3 ms`, `1.2 s`, `4 min 5 s`, `2 h 3 min`.
pub fn took(span: Duration) -> String {
    let (ms, seconds) = (span.as_millis(), span.as_secs());
    match seconds {
        0 if ms == 0 => "under 1 ms".to_owned(),
        0 => format!("{ms} ms"),
        1..60 => format!("{:.1} s", span.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A number of things: `1 migration`, `2 migrations`.
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// A sentence, which begins with a capital letter.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Another session, in one line: who it is, and what it does.
pub fn obstacle(session: &Obstacle) -> String {
    let open = session.open_ms.map(|ms| format!(", transaction open for {}", took(Duration::from_millis(ms))));
    let Obstacle { pid, user, application, state, query, .. } = session;
    format!("process {pid} ({user}, {application}, {state}{}): {query}", open.unwrap_or_default())
}

/// An argument as a shell takes it.
pub fn shell_quoted(argument: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./=:@,+".contains(character);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "under 1 ms")]
    #[case(7, "7 ms")]
    #[case(1_240, "1.2 s")]
    #[case(59_900, "59.9 s")]
    #[case(245_000, "4 min 5 s")]
    #[case(7_380_000, "2 h 3 min")]
    fn a_span_reads_as_people_say_it(#[case] ms: u64, #[case] expected: &str) {
        assert_eq!(took(Duration::from_millis(ms)), expected);
    }

    #[rstest]
    #[case("production", "production")]
    #[case("--to=20260801093000", "--to=20260801093000")]
    #[case("it's late", r"'it'\''s late'")]
    #[case("", "''")]
    #[case("$(rm -r x)", "'$(rm -r x)'")]
    fn an_argument_can_be_pasted_into_a_shell(#[case] argument: &str, #[case] expected: &str) {
        assert_eq!(shell_quoted(argument), expected);
    }
}
