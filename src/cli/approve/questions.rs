//! Asking the questions of a checklist on the terminal, or saying which are open.

use std::fmt::Write as _;
use std::io;

use crate::cli::terminal::Terminal;
use crate::cli::words::count;
use crate::review::checklist::{Answer, Answers, Checklist, Entry, Lack, Question};
use crate::window::approval::checked::objection;
use crate::window::approval::give::{Looked, Open};

/// Asks what these answers leave open, and takes it in. Whoever ends the input leaves the rest open.
pub(super) fn ask(terminal: &Terminal, checklist: &Checklist, answers: &mut Answers) -> io::Result<()> {
    let open: Vec<&'static Entry> = checklist.lacks(answers).into_iter().map(Lack::entry).collect();
    if open.is_empty() {
        return Ok(());
    }
    let all = checklist.items.len();
    terminal.say(&format!(
        "{}: {} of {all} entries of the checklist are ticked. {} for you; answer yes or no, and a note may follow after \
         a colon.",
        checklist.migration,
        checklist.proved(),
        count(open.len(), "question"),
    ))?;
    let asked = checklist.questions().filter(|(entry, _)| open.contains(entry));
    for (number, (entry, question)) in (1..).zip(asked) {
        terminal.say(&format!("\n{number}/{} {}: {}", open.len(), entry.name, entry.words))?;
        terminal.say(&format!("  {}", question.why))?;
        for one in &question.found {
            terminal.say(&format!("  {}", objection(one)))?;
        }
        let Some(answer) = answer(terminal, question)? else { return Ok(()) };
        answers.insert(entry.name.to_owned(), answer);
    }
    Ok(())
}

/// Asks one question until it is answered; none where the input ended.
fn answer(terminal: &Terminal, question: &Question) -> io::Result<Option<Answer>> {
    loop {
        let Some(line) = terminal.line(&format!("  {} ", question.words))? else { return Ok(None) };
        let answer: Answer = match line.parse() {
            Ok(answer) => answer,
            Err(error) => {
                terminal.say(&format!("  {}.", crate::cli::words::sentence(&format!("{error}"))))?;
                continue;
            }
        };
        if answer.note.is_some() || !question.needs_note(answer.yes) {
            return Ok(Some(answer));
        }
        let Some(note) = terminal.line("  Why is it approved all the same? ")? else { return Ok(None) };
        match Answer::new(answer.yes, &note) {
            Ok(answer) if answer.note.is_some() => return Ok(Some(answer)),
            Ok(_) => terminal.say("  Without a note it is not approved.")?,
            Err(error) => terminal.say(&format!("  {error}."))?,
        }
    }
}

/// Which questions are open, and how they are answered.
pub(super) fn unanswered(looked: &Looked, open: &[Open]) -> String {
    let mut text = "Nothing was approved, because questions of the checklist are open.".to_owned();
    let questions = |migration: &str| {
        let found = looked.migrations.iter().find(|(given, _)| given.migration == migration);
        found.into_iter().flat_map(|(_, checklist)| checklist.questions())
    };
    let width = open.iter().flat_map(|one| &one.lacks).map(|lack| lack.entry().name.len()).max().unwrap_or(0);
    for Open { migration, lacks } in open {
        let _ = write!(text, "\n  {migration}");
        for lack in lacks {
            let entry = lack.entry();
            let Some((_, question)) = questions(migration).find(|(one, _)| *one == entry) else { continue };
            let _ = write!(text, "\n    {:width$}  {}", entry.name, question.words);
            if let Lack::WithoutNote(_, yes) = lack {
                let word = if *yes { "yes" } else { "no" };
                let _ = write!(text, " The answer {word} needs a note that says why it is approved all the same.");
            }
            for one in &question.found {
                let _ = write!(text, "\n    {:width$}    {}", "", objection(one));
            }
        }
    }
    text + "\nAnswer each with --answer ENTRY=yes or --answer 'ENTRY=no: why it is approved all the same', or several with \
            --yes-to ENTRY,…; on a terminal they are asked."
}
