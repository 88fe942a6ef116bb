//! The draft of a migration in the console: what it shows, what it asks, and what it writes.

use std::sync::Arc;

use super::*;
use crate::console::message::{Answer, DraftOrder, Work};
use crate::console::model::Model;
use crate::console::testing::drift;
use crate::migration::scaffold::Scaffolded;
use crate::postgres::shadow::ReplayFailure;
use crate::window::drift::DriftError;
use crate::window::drift::handle::DraftNews;
use crate::window::drift::prove::{Proof, Trial};
use crate::window::drift::reconcile::Reconciliation;
use crate::window::drift::watch::{Against, DriftEvent, Look, Outcome};

/// Long enough for the news of a draft to come in.
const SOON: &str = "<wait:1><wait:1><wait:1>";

/// A console that knows how production differs from staging.
fn compared(size: Size) -> Model {
    let mut model = model(size);
    let look = Look::Known(Arc::new(Outcome::of(drift::comparison(Vec::new()))));
    update(&mut model, Message::Drift(DriftEvent { environment: 1, against: Against::Neighbour, look }));
    model
}

fn proof() -> Proof {
    Proof {
        doubts: Vec::new(),
        failure: None,
        remaining: Vec::new(),
        added: Vec::new(),
        rollback_failure: None,
        not_brought_back: Vec::new(),
    }
}

fn drafted(order: &DraftOrder) -> DraftNews {
    let comparison = &order.comparison;
    DraftNews::Drafted(Arc::new(match &order.selection {
        Some(selection) => Reconciliation::of_selection(comparison, selection.clone()),
        None => Reconciliation::keeping(comparison),
    }))
}

/// Somebody whose drafts turn out like this.
fn tried(proof: Proof) -> impl FnMut(&DraftOrder) -> Vec<DraftNews> {
    move |order| vec![drafted(order), DraftNews::Trial(Trial::Applying), DraftNews::Proved(Box::new(proof.clone()))]
}

fn written(work: &Work) -> Option<Answer> {
    let Work::WriteDraft(draft) = work else { return None };
    let name = format!("20260815220000_alter_{}", draft.description.replace(' ', "_"));
    let (up, down) = (format!("/project/{name}.sql").into(), format!("/project/{name}.down.sql").into());
    Some(Answer::Written(Box::new(Scaffolded { name: name.parse().expect("a name"), up, down })))
}

fn shown(size: Size, keys: &str, proof: Proof) -> Model {
    play_drafting(compared(size), &format!("<tab>d{keys}"), tried(proof), written).model
}

fn failing() -> Proof {
    let failure = ReplayFailure {
        migration: "20000101000000_alter_draft".into(),
        file: "draft.sql".into(),
        line: Some(3),
        sqlstate: Some("42704".into()),
        why: "type \"unit\" does not exist".into(),
    };
    Proof { failure: Some(failure), not_brought_back: vec!["index public.metrics.day_idx".into()], ..proof() }
}

#[rstest]
#[case::proved("draft_proved", "d", proof())]
#[case::failing("draft_failing", "d", failing())]
#[case::marked("draft_marked", "j<space>j<enter>d<tab>", proof())]
#[case::destructive("draft_destructive", "/alerts<enter>G<space>j<enter>d<wait:1><wait:1><wait:1>DD", proof())]
#[case::about("draft_about", "d<wait:1><wait:1><wait:1>w<wait:400>keep the index", failing())]
fn pictures(#[case] name: &str, #[case] keys: &str, #[case] proof: Proof) {
    for (size, label) in [(SMALL, "80x24"), (LARGE, "120x40"), (LEAST, "60x15")] {
        insta::assert_snapshot!(format!("{name}_{label}"), picture(&shown(size, keys, proof.clone()), "dark"));
    }
}

#[rstest]
fn themes(#[values("mono", "light")] theme: &str) {
    insta::assert_snapshot!(format!("draft_{theme}"), picture(&shown(LARGE, "d", failing()), theme));
}

#[rstest]
#[case::all_that_is_kept("d", "draft None")]
#[case::marked("/hot_fix<enter>n<space>d", "draft Some([\"public.metrics.metrics_hot_fix_idx\"])")]
#[case::dropped_when_confirmed("/alerts<enter>G<space>j<enter>d", "draft Some([\"public.alerts\"])")]
fn what_is_marked_is_drafted(#[case] keys: &str, #[case] order: &str) {
    let played = play_drafting(compared(LARGE), &format!("<tab>d{keys}"), |_| Vec::new(), |_| None);
    assert!(played.outside.asked.contains(&order.to_owned()), "{:?}", played.outside.asked);
}

/// The statements of the draft, without comments.
fn statements(keys: &str) -> Vec<String> {
    let played = play_drafting(
        compared(LARGE),
        &format!("<tab>d{}{SOON}y", keys.replace('D', &format!("{SOON}D"))),
        tried(proof()),
        |_| None,
    );
    let copied = played.outside.copied.last().expect("something was copied");
    copied.lines().filter(|line| !line.is_empty() && !line.starts_with("--")).map(str::to_owned).collect()
}

#[test]
fn what_loses_something_is_a_statement_only_when_that_was_said() {
    let drops = |keys: &str| statements(keys).iter().any(|line| line.contains("DROP TABLE"));
    assert!(!drops("d"), "nothing was marked");
    assert!(drops("/alerts<enter>G<space>j<enter>d"), "it was marked to be dropped");
    assert!(!drops("/alerts<enter>G<space>j<enter>dD"), "and taken back");
    let rollback = |keys: &str| statements(keys).iter().any(|line| line.contains("DROP COLUMN"));
    assert!(!rollback("/alerts<enter>G<space>j<enter>d<tab>"));
}

#[rstest]
#[case::enter_alone("dD<enter>", false)]
#[case::chosen("dDj<enter>", true)]
#[case::given_up("dD<esc>", false)]
fn what_loses_something_is_confirmed(#[case] keys: &str, #[case] confirmed: bool) {
    let keys = format!("/alerts<enter>G<space>j<enter>{}", keys.replacen('D', "DD", 1));
    assert_eq!(statements(&keys).iter().any(|line| line.contains("DROP TABLE")), confirmed, "{keys}");
}

#[test]
fn a_draft_is_written_under_the_words_that_were_typed_and_opened_in_the_editor() {
    let played = play_drafting(
        compared(LARGE),
        &format!("<tab>dd{SOON}w<wait:400>keep the index<enter><wait:1>we"),
        tried(proof()),
        written,
    );
    let edit = "edit [\"/project/20260815220000_alter_keep_the_index.sql\", \
                \"/project/20260815220000_alter_keep_the_index.down.sql\"]";
    assert!(played.outside.asked.contains(&edit.to_owned()), "{:?}", played.outside.asked);
    assert!(text(&played.model).contains("✓ written"), "{}", text(&played.model));
    let edits = played.outside.asked.iter().filter(|asked| *asked == edit).count();
    let writes = played.outside.asked.iter().filter(|asked| asked.starts_with("WriteDraft")).count();
    assert_eq!((edits, writes), (2, 1), "it is not written twice, and can be opened again");
}

#[test]
fn nothing_is_written_without_words_or_while_it_is_tried() {
    let asked = |keys: &str| {
        let under_way = |order: &DraftOrder| vec![drafted(order), DraftNews::Trial(Trial::Copying)];
        play_drafting(compared(LARGE), keys, under_way, written).outside.asked
    };
    let is_written = |asked: Vec<String>| asked.iter().any(|asked| asked.starts_with("WriteDraft"));
    assert!(!is_written(asked("<tab>ddw<wait:400>words<enter>")));
    assert!(!is_written(asked("<tab>dd<ctrl-c>w<wait:400><enter><enter>")));
    assert!(
        is_written(asked("<tab>dd<ctrl-c>w<wait:400>words<enter>")),
        "an untried draft can be written, and says so"
    );
}

#[test]
fn a_trial_says_how_far_it_is_and_can_be_stopped() {
    let under_way = |order: &DraftOrder| vec![drafted(order), DraftNews::Trial(Trial::Copying)];
    let played = play_drafting(compared(SMALL), "<tab>dd<wait:3000>", under_way, |_| None);
    assert!(text(&played.model).contains("copying the schema into a shadow"), "{}", text(&played.model));
    assert!(played.model.wakes_at().is_some(), "it moves");
    let is_stopped = |played: &Played| played.outside.asked.contains(&"give up".to_owned());
    let played = play_drafting(compared(SMALL), &format!("<tab>dd{SOON}<ctrl-c>"), under_way, |_| None);
    assert!(played.ending.is_none() && is_stopped(&played), "{:?}", played.outside.asked);
    let shown = text(&played.model);
    assert!(shown.contains("stopped before it was tried") && shown.contains("NOT PROVED"), "{shown}");
    let left = play_drafting(compared(SMALL), &format!("<tab>dd{SOON}<esc>"), under_way, |_| None);
    assert!(is_stopped(&left), "leaving gives it up");
}

#[test]
fn a_draft_that_cannot_be_tried_says_why() {
    let fails = |order: &DraftOrder| vec![drafted(order), DraftNews::Failed(DriftError::OnlyFiles)];
    let shown = text(&play_drafting(compared(LARGE), "<tab>dd", fails, |_| None).model);
    assert!(shown.contains("✗ not tried") && shown.contains("The files are compared with themselves"), "{shown}");
}

#[test]
fn parts_can_be_clicked_and_every_size_can_be_drawn() {
    use crate::console::message::{Mouse, MouseAction};
    use ratatui::layout::Position;
    let mut model = shown(LARGE, "d", proof());
    for y in 0..40 {
        for x in [2, 14, 26, 60] {
            update(&mut model, Message::Mouse(Mouse { what: MouseAction::Click, at: Position::new(x, y) }));
        }
    }
    assert!(text(&model).contains("[remarks]"), "{}", text(&model));
    for width in [1, 19, 60, 80, 200] {
        for height in [1, 3, 15, 24, 60] {
            update(&mut model, Message::Resize(Size { width, height }));
            text(&model);
        }
    }
}
