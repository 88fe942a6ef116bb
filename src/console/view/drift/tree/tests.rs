//! What the tree shows of a comparison.

use std::sync::Arc;

use rstest::rstest;

use super::*;
use crate::console::testing::drift;
use crate::schema::diff::DiffOptions;
use crate::window::drift::cause::{Departs, Explanation, Finding};

fn tree(wanted: Wanted) -> Tree {
    Tree::new(Arc::new(drift::comparison(Vec::new())), wanted)
}

/// The rows as an outline, with what is below each.
fn outline(tree: &Tree) -> Vec<String> {
    (0..tree.len())
        .map(|row| {
            let node = tree.node(row).expect("a row");
            let name = match &node.key {
                Key::Everything => "everything".to_owned(),
                Key::Schema(schema) => schema.as_deref().unwrap_or("outside").to_owned(),
                Key::Kind(_, kind) => kind.plural().to_owned(),
                Key::Object(id) => format!("{} {}", id.kind, id.name),
            };
            let counts: Vec<String> =
                node.tally.present().map(|(standing, number)| format!("{number} {}", standing.word())).collect();
            format!("{}{name}: {}", "  ".repeat(usize::from(node.depth)), counts.join(", "))
        })
        .collect()
}

#[test]
fn differences_stand_by_schema_kind_and_object_with_their_parts() {
    assert_eq!(
        outline(&tree(Wanted { standings: Standings::All, ..Wanted::default() })),
        [
            "everything: 2 unexplained, 1 unproven, 2 explained, 1 information, 1 ignored",
            "  public: 2 unexplained, 1 unproven, 2 explained, 1 ignored",
            "    tables: 1 unexplained, 1 unproven, 2 explained, 1 ignored",
            "      table alerts: 1 explained",
            "      table campaigns: 1 explained, 1 ignored",
            "        column owner_id: 1 explained",
            "        policy own rows: 1 ignored",
            "      table metrics: 1 unexplained, 1 unproven",
            "        column total: 1 unproven",
            "        index metrics_hot_fix_idx: 1 unexplained",
            "    views: 1 unexplained",
            "      view daily_totals: 1 unexplained",
            "  report: 1 information",
            "    materialized views: 1 information",
            "      materialized view ages: 1 information",
        ]
    );
}

fn wanted(standings: Standings, presence: Option<Presence>, kind: Option<Kind>, query: &str) -> Wanted {
    Wanted { standings, presence, kind, query: query.to_owned() }
}

#[rstest]
#[case::drift(wanted(Standings::Drift, None, None, ""), &["alerts", "owner_id", "total", "metrics_hot_fix_idx", "daily_totals"])]
#[case::open(wanted(Standings::Open, None, None, ""), &["total", "metrics_hot_fix_idx", "daily_totals"])]
#[case::explained(wanted(Standings::Explained, None, None, ""), &["alerts", "owner_id"])]
#[case::aside(wanted(Standings::Aside, None, None, ""), &["own rows", "ages"])]
#[case::only_left(wanted(Standings::All, Some(Presence::OnlyLeft), None, ""), &["alerts", "owner_id"])]
#[case::only_right(wanted(Standings::All, Some(Presence::OnlyRight), None, ""), &["metrics_hot_fix_idx"])]
#[case::kind(wanted(Standings::All, None, Some(Kind::Column), ""), &["owner_id", "total"])]
#[case::query(wanted(Standings::All, None, None, "METRICS index"), &["metrics_hot_fix_idx"])]
#[case::migration(wanted(Standings::All, None, None, "create_alerts"), &["alerts"])]
#[case::attribute(wanted(Standings::All, None, None, "data type"), &["total"])]
#[case::nothing(wanted(Standings::All, None, None, "nowhere"), &[])]
fn only_what_is_wanted_is_shown(#[case] wanted: Wanted, #[case] names: &[&str]) {
    let shown = |tree: &Tree| -> Vec<String> {
        (0..tree.len()).filter_map(|row| Some(tree.difference(row)?.id.name.to_string())).collect()
    };
    assert_eq!(shown(&tree(wanted.clone())), names);
    // It is the same whether it was wanted at once or letter by letter.
    let mut typed = tree(Wanted { query: String::new(), ..wanted.clone() });
    for end in 1..=wanted.query.len() {
        typed.want(Wanted { query: wanted.query[..end].to_owned(), ..wanted.clone() });
    }
    assert_eq!(shown(&typed), names);
}

#[test]
fn folding_hides_what_is_below_and_stays_when_rows_come_and_go() {
    let mut tree = tree(Wanted::default());
    let tables = Key::Kind(Some("public".into()), Kind::Table);
    let row = tree.row_of(&tables).expect("a row");
    assert!(tree.fold(row) && !tree.fold(row) && tree.is_folded(row));
    assert!(tree.row_of(&Key::Object(ObjectId::in_schema(Kind::Table, "public", "alerts"))).is_none());
    assert!(tree.row_of(&Key::Kind(Some("public".into()), Kind::View)).is_some());
    tree.want(Wanted { standings: Standings::All, ..Wanted::default() });
    assert!(tree.is_folded(tree.row_of(&tables).expect("a row")));
    tree.want(Wanted { query: "alerts".to_owned(), ..Wanted::default() });
    assert!(!tree.is_folded(tree.row_of(&tables).expect("a row")), "what is looked for is in sight");
    tree.want(Wanted::default());
    assert!(tree.unfold(tree.row_of(&tables).expect("a row")));
    assert!(!tree.fold(0), "the whole is never folded");
}

#[test]
fn stepping_goes_through_what_is_not_explained_and_around() {
    let mut tree = tree(Wanted::default());
    tree.fold_all();
    let mut row = 0;
    let mut seen = Vec::new();
    for _ in 0..4 {
        row = tree.step(row, true).expect("something is not explained");
        seen.push(tree.difference(row).expect("a difference").id.name.to_string());
    }
    assert_eq!(seen, ["total", "metrics_hot_fix_idx", "daily_totals", "total"]);
    let back = tree.step(row, false).expect("something is not explained");
    assert_eq!(tree.difference(back).expect("a difference").id.name.as_ref(), "daily_totals");
}

#[test]
fn a_row_knows_what_it_is_below_of() {
    let tree = tree(Wanted::default());
    let table = ObjectId::in_schema(Kind::Table, "public", "metrics");
    let column = tree.row_of(&Key::Object(table.part(Kind::Column, "total"))).expect("a row");
    assert_eq!(tree.parent(column), tree.row_of(&Key::Object(table)));
    assert_eq!(tree.parent(0), None);
}

#[test]
fn a_hundred_thousand_differences_are_folded_at_first_and_all_there() {
    let tables: Vec<ObjectId> =
        (0..1_000).map(|number| ObjectId::in_schema(Kind::Table, "public", format!("t{number:04}"))).collect();
    let objects = |kind: &str| {
        let columns = tables.iter().flat_map(|table| {
            (0..100).map(move |number| {
                let id = table.part(Kind::Column, format!("c{number}"));
                drift::object(&id, &[(crate::schema::Attribute::DataType, kind.into())])
            })
        });
        let tables = tables.iter().map(|table| drift::object(table, &[]));
        Arc::new(drift::snapshot(tables.chain(columns).collect(), Vec::new()))
    };
    let options = DiffOptions::on(jiff::civil::date(2026, 8, 15));
    let finding = Finding::Unexplained(Departs::Both);
    let comparison = drift::of(&objects("text"), &objects("bigint"), &options, |_| Explanation {
        finding,
        by: Vec::new(),
        suspects: Vec::new(),
    });
    let mut tree = Tree::new(Arc::new(comparison), Wanted::default());
    assert_eq!((tree.len(), tree.shown()), (3, 100_000));
    tree.unfold_all();
    assert_eq!(tree.len(), 3 + 1_000 + 100_000);
    tree.want(Wanted { query: "t0500 c99".to_owned(), ..Wanted::default() });
    assert_eq!(tree.shown(), 1);
}

/// The row that is called so.
fn row_named(tree: &Tree, name: &str) -> usize {
    let is_it = |row: &usize| match tree.node(*row).map(|node| &node.key) {
        Some(Key::Object(id)) => &*id.name == name,
        Some(Key::Kind(_, kind)) => kind.plural() == name,
        Some(Key::Schema(Some(schema))) => &**schema == name,
        Some(Key::Schema(None) | Key::Everything) | None => false,
    };
    (0..tree.len()).find(is_it).expect("a row of this name")
}

#[rstest]
#[case::one("metrics_hot_fix_idx", &["metrics_hot_fix_idx"], &[])]
#[case::parts("metrics", &["total", "metrics_hot_fix_idx"], &[])]
#[case::kind("tables", &["total", "metrics_hot_fix_idx"], &["alerts", "owner_id"])]
#[case::schema("public", &["total", "metrics_hot_fix_idx", "daily_totals"], &["alerts", "owner_id"])]
#[case::dropped("owner_id", &[], &["owner_id"])]
#[case::ignored("own rows", &[], &[])]
#[case::information("report", &[], &[])]
fn what_is_to_be_marked_is_told_apart_from_what_would_be_dropped(
    #[case] name: &str,
    #[case] kept: &[&str],
    #[case] dropped: &[&str],
) {
    let tree = tree(Wanted { standings: Standings::All, ..Wanted::default() });
    let names = |places: Vec<u32>| -> Vec<String> {
        places.iter().map(|place| tree.at(*place).expect("a difference").id.name.to_string()).collect()
    };
    let row = row_named(&tree, name);
    let (keeps, drops) = tree.unmarked(row);
    assert_eq!(
        (names(keeps), names(drops)),
        (kept.iter().map(ToString::to_string).collect(), dropped.iter().map(ToString::to_string).collect())
    );
    assert_eq!(tree.marked(row).possible as usize, kept.len() + dropped.len());
}

#[test]
fn marks_are_counted_at_every_level_and_outlive_a_filter_and_another_comparison() {
    let mut tree = tree(Wanted::default());
    let marked = |tree: &Tree, name: &str| tree.marked(row_named(tree, name)).marked;
    let (kept, _) = tree.unmarked(row_named(&tree, "metrics"));
    tree.mark(&kept);
    assert_eq!(["total", "metrics", "tables", "public", "alerts"].map(|name| marked(&tree, name)), [1, 2, 2, 2, 0]);
    tree.want(Wanted { query: "daily".to_owned(), ..Wanted::default() });
    assert_eq!((marked(&tree, "public"), tree.marks()), (0, 2), "what is not shown stays marked");
    let mut again = self::tree(Wanted::default());
    again.mark_as_in(&tree);
    let names: Vec<String> = again.marked_objects().iter().map(|id| id.name.to_string()).collect();
    assert_eq!(names, ["total", "metrics_hot_fix_idx"]);
    again.unmark(row_named(&again, "total"));
    assert_eq!((again.marks(), again.unmark_all(), again.unmark_all()), (1, true, false));
}
