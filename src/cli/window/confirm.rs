//! Confirming on the command line what the console asks for in a dialog.

use std::io;

use crate::cli::terminal::Terminal;
use crate::cli::words::shell_quoted;
use crate::config::Tier;
use crate::migration::text::printable;
use crate::window::confirmation::Confirmation;
use crate::window::step::Step;

/// What was found on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    /// What the confirmation is to be answered with.
    Given(String),
    /// Nothing was said, and `y` on the terminal would do.
    Ask,
    /// Nothing was said.
    Missing,
    /// Another name was given.
    Wrong(String),
}

/// Takes `--confirm` for an answer. A name that is given must be right even where none is needed: whoever gives
/// another one has another environment in mind.
fn answer(required: &Confirmation, given: Option<&str>, environment: &str) -> Answer {
    match (given, required) {
        (Some(name), _) if name != environment => Answer::Wrong(name.to_owned()),
        (Some(name), Confirmation::TypeName(_)) => Answer::Given(name.to_owned()),
        (Some(_), Confirmation::YesNo) => Answer::Given("yes".to_owned()),
        (_, Confirmation::None) => Answer::Given(String::new()),
        (None, Confirmation::YesNo) => Answer::Ask,
        (None, Confirmation::TypeName(_)) => Answer::Missing,
    }
}

/// Takes the confirmation from the command line or, where `y` is enough and a person sits there, from the terminal.
/// Yields what the confirmation is answered with, or else what to say to whoever did not confirm.
pub fn take(
    required: &Confirmation,
    given: Option<&str>,
    (environment, tier): (&str, Tier),
    question: &str,
    json: bool,
) -> io::Result<Result<String, String>> {
    let missing = || {
        format!(
            "This is {environment} [{}]: nothing was done, because it was not confirmed. To go on:\n  {}",
            tier.label(),
            command_with(environment)
        )
    };
    Ok(match answer(required, given, environment) {
        Answer::Given(words) => Ok(words),
        Answer::Wrong(name) => Err(format!(
            "Nothing was done: --confirm says {}, and this is {environment} [{}]. If that is the one you mean:\n  {}",
            printable(&name),
            tier.label(),
            command_with(environment)
        )),
        Answer::Missing => Err(missing()),
        Answer::Ask if json => Err(missing()),
        Answer::Ask => match ask(question)? {
            None => Err(missing()),
            Some(words) if required.answer(Step::Apply, &words).is_some() => Ok(words),
            Some(_) => Err("Nothing was done: the answer was not yes.".to_owned()),
        },
    })
}

/// Asks on the terminal. `None` where nobody can be asked.
fn ask(question: &str) -> io::Result<Option<String>> {
    let Some(terminal) = Terminal::of_process() else { return Ok(None) };
    Ok(Some(terminal.line(&format!("{question} [y/N] "))?.unwrap_or_default()))
}

/// The command that was given, with the confirmation that it lacked.
fn command_with(environment: &str) -> String {
    let given: Vec<String> =
        std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    with_confirmation(&given, environment)
}

fn with_confirmation(given: &[String], environment: &str) -> String {
    let mut words = vec!["tidegate".to_owned()];
    let mut given = given.iter();
    while let Some(argument) = given.next() {
        if argument == "--confirm" {
            given.next();
        } else if !argument.starts_with("--confirm=") && argument != "--dry-run" {
            words.push(shell_quoted(argument));
        }
    }
    words.extend(["--confirm".to_owned(), shell_quoted(environment)]);
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Confirmation::None, None, Answer::Given(String::new()))]
    #[case(Confirmation::None, Some("prod"), Answer::Given(String::new()))]
    #[case(Confirmation::None, Some("other"), Answer::Wrong("other".into()))]
    #[case(Confirmation::YesNo, None, Answer::Ask)]
    #[case(Confirmation::YesNo, Some("prod"), Answer::Given("yes".into()))]
    #[case(Confirmation::YesNo, Some("yes"), Answer::Wrong("yes".into()))]
    #[case(Confirmation::TypeName("prod".into()), None, Answer::Missing)]
    #[case(Confirmation::TypeName("prod".into()), Some("prod"), Answer::Given("prod".into()))]
    #[case(Confirmation::TypeName("prod".into()), Some("Prod"), Answer::Wrong("Prod".into()))]
    fn only_the_right_name_confirms(
        #[case] required: Confirmation,
        #[case] given: Option<&str>,
        #[case] expected: Answer,
    ) {
        assert_eq!(answer(&required, given, "prod"), expected);
    }

    #[rstest]
    #[case(&["apply", "prod"], "tidegate apply prod --confirm prod")]
    #[case(&["apply", "prod", "--confirm", "prd", "--to", "2"], "tidegate apply prod --to 2 --confirm prod")]
    #[case(&["apply", "--confirm=x", "prod", "--dry-run"], "tidegate apply prod --confirm prod")]
    #[case(
        &["rollback", "prod", "--reason", "it's broken"],
        r"tidegate rollback prod --reason 'it'\''s broken' --confirm prod"
    )]
    fn the_command_to_repeat_can_be_pasted(#[case] given: &[&str], #[case] expected: &str) {
        let given: Vec<String> = given.iter().map(|argument| (*argument).to_owned()).collect();
        assert_eq!(with_confirmation(&given, "prod"), expected);
    }
}
