//! What the rules have found: on the board, in the review, and under the lines of a migration.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::config::Config;
use crate::console::document::sql;
use crate::console::message::{Answer, Texts, Work};
use crate::console::model::Model;
use crate::review::examine::{Files, Rules, examine};
use crate::review::finding::Severity;
use crate::review::settings::Settings;
use crate::window::monitor::MonitorEvent;
use crate::window::review::mend::{Change, Fixed, Standing};
use crate::window::review::{Judgement, Review, Reviewed};

const UP: &str = "-- Author: adele\n-- Ticket: SCOUT-7\n-- Description: Who owns a campaign.\n\
    CREATE TABLE IF NOT EXISTS owners (id bigint PRIMARY KEY);\nLOCK TABLE campaigns;\n\
    INSERT INTO owners (id) SELECT * FROM members;\n";
const DOWN: &str = "SELECT 1;\n";

/// The console on migrations that were judged: the last two have something to object to.
fn judged(size: Size) -> Model {
    judged_by(Settings::default(), size)
}

/// The same, where something else is settled.
fn judged_by(settings: Settings, size: Size) -> Model {
    let mut model = model(size);
    let rules = Rules::anywhere(&settings);
    let clean = "-- Author: adele\n-- Ticket: SCOUT-7\n-- Description: Nothing.\n";
    let migrations = NAMES.iter().enumerate().map(|(place, name)| {
        let name = name.parse().expect("a migration's name");
        let objectionable = place + 2 >= NAMES.len();
        let (up, down) = if objectionable { (UP, DOWN) } else { (clean, "-- nothing to undo\n") };
        let paths = (Path::new("up.sql"), Path::new("down.sql"));
        let files = Files { name: &name, up: (paths.0, up.as_bytes()), down: Some((paths.1, down.as_bytes())) };
        let examined = examine(files, &settings, &rules);
        Reviewed { up: paths.0.to_owned(), down: Some(paths.1.to_owned()), examined: Ok(examined) }
    });
    let review = Review { migrations: migrations.collect(), problems: Vec::new() };
    model.world.config = Arc::new(Config { review: settings, ..Config::clone(&model.world.config) });
    update(&mut model, Message::Judged(Arc::new(Judgement::of(&review))));
    model
}

fn read(work: &Work) -> Option<Answer> {
    let Work::ReadMigration { .. } = work else { return None };
    Some(Answer::Texts(Box::new(Texts { up: Some(sql(UP.as_bytes())), down: Some(sql(DOWN.as_bytes())) })))
}

fn shown(size: Size, keys: &str) -> Model {
    play_with(judged(size), keys, read).model
}

#[rstest]
#[case::on_the_board("review_board", "")]
#[case::all_findings("review", "v")]
#[case::filtered("review_filtered", "v/lock<enter>")]
#[case::under_the_lines("review_migration", "v/lock<enter><enter><wait:1>")]
fn pictures(#[case] name: &str, #[case] keys: &str) {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        insta::assert_snapshot!(format!("{name}_{label}"), picture(&shown(size, keys), "dark"));
    }
}

#[test]
fn before_the_rules_have_looked_the_screen_says_so() {
    let shown = text(&play_with(model(LARGE), "v", |_| None).model);
    assert!(shown.contains("The migrations are being judged."), "{shown}");
}

#[test]
fn severities_and_applied_migrations_are_shown_as_asked() {
    let none = text(&shown(LARGE, "vsss"));
    assert!(none.contains("only notes") && !none.contains("lock-table"), "{none}");
    assert!(text(&shown(LARGE, "va")).contains("in all migrations"));
}

/// Settings under which production has levels of its own.
fn strict_in_production() -> Settings {
    let levels = [("lock-table", Some(Severity::Error)), ("select-star", None), ("changed-after-apply", None)];
    let levels = levels.map(|(rule, level)| (rule.to_owned(), level)).into();
    Settings { tiers: [("production".to_owned(), levels)].into(), ..Settings::default() }
}

#[test]
fn what_counts_is_what_the_tier_of_the_selected_environment_says() {
    let shown = |keys: &str| text(&play_with(judged_by(strict_in_production(), LARGE), keys, read).model);
    let (staging, production) = (shown("v"), shown("<tab>v"));
    assert!(staging.contains("review   for staging (staging)"), "{staging}");
    assert!(production.contains("review   for production (production)"), "{production}");
    assert!(staging.contains("3 errors   ! 8 warnings") && staging.contains("select-star"), "{staging}");
    assert!(production.contains("4 errors   ! 4 warnings") && !production.contains("select-star"), "{production}");
    let of_last = |shown: &str| shown.lines().find(|line| line.contains("20260808160000")).map(str::to_owned);
    let (staging, production) = (of_last(&shown("G")), of_last(&shown("<tab>G")));
    assert!(staging.is_some_and(|line| line.contains("✗ 1")));
    assert!(production.is_some_and(|line| line.contains("✗ 2")));
    // Under the lines of a migration too, where another environment can be selected.
    let shown = |keys: &str| shown(&format!("v/lock<enter><enter><wait:1>{keys}"));
    assert!(shown("").contains("warning[lock-table]"));
    assert!(shown("e").contains("error[lock-table]"));
}

#[test]
fn what_environments_say_is_told_and_follows_them() {
    let mut model = shown(LARGE, "v/applied<enter>");
    let before = text(&model);
    assert!(before.contains("changed-after-apply") && !before.contains("out-of-order"), "{before}");
    assert!(before.contains("The file is not what was applied in production."), "{before}");
    assert!(!before.contains("shows examples"), "a rule without examples promises none: {before}");
    // Production has it as the file is, and one more that comes after others.
    let rows = NAMES[..3].iter().chain(&NAMES[6..7]).zip(0..).map(|(name, index)| applied(name, 12 - index));
    let news = MonitorEvent { environment: 1, state: ready(rows.collect()) };
    update(&mut model, Message::Environment(news));
    let after = text(&model);
    assert!(!after.contains("changed-after-apply") && after.contains("out-of-order"), "{after}");
    assert!(after.contains("In production, a later migration is applied already."), "{after}");
}

#[test]
fn a_finding_opens_its_migration_at_its_line_and_is_copied_with_its_place() {
    let opened = shown(LARGE, "v/lock<enter><enter><wait:1>");
    let top = opened.layers.last().expect("a screen");
    assert_eq!(top.layer.title(&opened.world), NAMES[NAMES.len() - 1]);
    assert!(text(&opened).contains("warning[lock-table]"), "{}", text(&opened));
    let copied = play_with(judged(LARGE), "v/lock<enter>y", read).outside.copied;
    assert!(copied[0].contains(":5:1: warning[lock-table]"), "{copied:?}");
}

#[test]
fn what_is_copied_of_a_migration_is_its_text_alone() {
    let copied = play_with(judged(LARGE), "v/lock<enter><enter><wait:1>Y", read).outside.copied;
    assert_eq!(copied, [UP]);
}

/// Somebody who works out and makes fixes, of files that nobody has applied.
fn mended(work: &Work) -> Option<Answer> {
    match work {
        Work::ProposeFix(order) => {
            let (before, after) = (UP.to_owned(), order.fix.applied(UP));
            let fixed = Fixed { rule: order.finding.rule, title: order.fix.title.clone(), line: None };
            let change = Change { path: order.file.path.clone(), before, after, fixed: vec![fixed] };
            Some(Answer::Proposed(order.clone(), Ok(Box::new(change))))
        }
        Work::WriteFix(..) => Some(Answer::Mended(Ok(()))),
        _ => None,
    }
}

/// How often something was asked for.
fn asked(played: &Played, what: &str) -> usize {
    played.outside.asked.iter().filter(|asked| asked.starts_with(what)).count()
}

/// Long enough for the fix to be worked out, and for the dialog to take keys.
const PROPOSED: &str = "v/analyze<enter>f<wait:1><wait:400>";

#[test]
fn pictures_of_a_fix() {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        let model = play_with(judged(size), PROPOSED, mended).model;
        insta::assert_snapshot!(format!("review_fix_{label}"), picture(&model, "dark"));
    }
}

#[test]
fn a_fix_is_shown_and_then_made_once() {
    let shown = play_with(judged(LARGE), PROPOSED, mended);
    assert!(text(&shown.model).contains("+ ANALYZE owners;"), "{}", text(&shown.model));
    assert_eq!((asked(&shown, "ProposeFix"), asked(&shown, "WriteFix")), (1, 0));
    let made = play_with(judged(LARGE), &format!("{PROPOSED}<enter><wait:1>"), mended);
    assert_eq!(asked(&made, "WriteFix"), 1);
    assert_eq!(made.model.layers.len(), 2, "the dialog is gone");
    assert!(text(&made.model).contains("Fixed analyze-after-write in up.sql."), "{}", text(&made.model));
    let left = play_with(judged(LARGE), &format!("{PROPOSED}<esc>"), mended);
    assert_eq!((asked(&left, "WriteFix"), left.model.layers.len()), (0, 2));
}

#[test]
fn what_cannot_be_fixed_says_why() {
    let shown = play_with(judged(LARGE), "v/lock<enter>f", mended);
    assert_eq!(asked(&shown, "ProposeFix"), 0);
    assert!(text(&shown.model).contains("has no fix"), "{}", text(&shown.model));
    let refuse = |work: &Work| match work {
        Work::ProposeFix(order) => Some(Answer::Proposed(order.clone(), Err("It stays as it is.".to_owned()))),
        _ => None,
    };
    let shown = play_with(judged(LARGE), PROPOSED, refuse);
    assert!(shown.model.layers.len() == 2 && text(&shown.model).contains("It stays as it is."));
    let fails = |work: &Work| match work {
        Work::WriteFix(..) => Some(Answer::Mended(Err("no room".to_owned()))),
        other => mended(other),
    };
    let shown = text(&play_with(judged(LARGE), &format!("{PROPOSED}<enter><wait:1>"), fails).model);
    assert!(shown.contains("Nothing was fixed") && shown.contains("no room"), "{shown}");
}

#[test]
fn an_environment_that_has_it_on_record_is_told_of() {
    // The first is applied in both environments that answer, the last in none.
    let standing = |name: &str| {
        let world = &judged(LARGE).world;
        let names = world.config.environments.iter().map(|settings| settings.name.as_str());
        Standing::of(&world.board, names, name, world.config.environments.len())
    };
    assert_eq!(standing(NAMES[0]).recorded, ["staging", "production"]);
    assert_eq!(standing(NAMES[7]), Standing { recorded: Vec::new(), all_asked: false });
}

#[test]
fn every_size_can_be_drawn() {
    let mut model = play_with(judged(LARGE), PROPOSED, mended).model;
    for width in [1, 19, 60, 80, 200] {
        for height in [1, 3, 9, 15, 24, 60] {
            update(&mut model, Message::Resize(Size { width, height }));
            text(&model);
        }
    }
    let mut model = shown(LARGE, "v");
    for width in [1, 19, 60, 80, 200] {
        for height in [1, 3, 9, 15, 24, 60] {
            update(&mut model, Message::Resize(Size { width, height }));
            text(&model);
        }
    }
}
