//! Drift as an engineer sees it, from snapshots made by hand.

use jiff::civil::date;
use rstest::rstest;

use super::*;
use crate::schema::object::Attributes;

const TODAY: Date = date(2026, 3, 1);

fn version(major: u32) -> Version {
    Version { major, minor: 1 }
}

fn table(name: &str) -> ObjectId {
    ObjectId::in_schema(Kind::Table, "public", name)
}

fn object(id: ObjectId, said: &[(Attribute, Value)]) -> Object {
    let mut attributes = Attributes::new();
    for (attribute, value) in said {
        attributes.set(*attribute, value.clone());
    }
    Object::new(id, attributes)
}

fn snapshot(major: u32, objects: Vec<Object>) -> Snapshot {
    Snapshot::new(version(major), "db", objects, Vec::new(), Vec::new())
}

fn columns(table: &ObjectId, names: &[&str]) -> Vec<Object> {
    let column = |(index, name): (usize, &&str)| {
        let position = Value::Number(i64::try_from(index).unwrap() + 1);
        object(table.part(Kind::Column, *name), &[(Attribute::Position, position)])
    };
    names.iter().enumerate().map(column).collect()
}

fn told(drift: &Drift) -> Vec<String> {
    let attributes = |difference: &Difference| {
        difference.changes.iter().map(|change| format!(" {}:{:?}", change.attribute, change.weight)).collect::<String>()
    };
    let line = |one: &Difference| {
        format!("{} {} {:?} {:?}{}", one.id.kind, one.id, one.presence, one.verdict, attributes(one))
    };
    drift.differences.iter().map(line).collect()
}

#[test]
fn equal_snapshots_do_not_drift() {
    let one = snapshot(15, vec![object(table("a"), &[(Attribute::Owner, "me".into())])]);
    assert!(diff(&one, &one.clone(), &DiffOptions::on(TODAY)).is_none());
}

#[test]
fn each_attribute_that_differs_is_told_with_its_weight() {
    let left = snapshot(15, vec![object(table("a"), &[(Attribute::Owner, "me".into())]), object(table("b"), &[])]);
    let changed = &[(Attribute::Owner, "you".into()), (Attribute::Comment, "new".into())];
    let right = snapshot(15, vec![object(table("a"), changed), object(table("c"), &[])]);
    let drift = diff(&left, &right, &DiffOptions::on(TODAY));
    assert_eq!(
        told(&drift),
        [
            "table public.a Changed Drift owner:Ownership comment:Comment",
            "table public.b OnlyLeft Drift",
            "table public.c OnlyRight Drift",
        ]
    );
    let mut options = DiffOptions::on(TODAY);
    options.ignore_weight(Weight::Ownership);
    options.ignore_weight(Weight::Comment);
    assert_eq!(told(&diff(&left, &right, &options)).len(), 2);
}

#[test]
fn parts_and_identity_sequences_go_with_what_is_on_one_side_only() {
    let orders = table("orders");
    let mut objects = columns(&orders, &["id", "total"]);
    objects.push(object(orders.clone(), &[]));
    let sequence = ObjectId::in_schema(Kind::Sequence, "public", "orders_id_seq");
    objects.push(object(sequence, &[(Attribute::IdentityOf, "public.orders.id".into())]));
    let drift = diff(&snapshot(15, objects), &snapshot(15, Vec::new()), &DiffOptions::on(TODAY));
    assert_eq!(told(&drift), ["table public.orders OnlyLeft Drift"]);
}

#[rstest]
#[case::one_more(&["a", "b", "c"], &["a", "x", "b", "c"], &["column public.t.x OnlyRight Drift"])]
#[case::swapped(&["a", "b", "c"], &["b", "a", "c"], &["column public.t.a Changed Drift position:Order"])]
#[case::to_the_end(&["a", "b", "c"], &["b", "c", "a"], &["column public.t.a Changed Drift position:Order"])]
fn only_columns_that_moved_are_told(#[case] left: &[&str], #[case] right: &[&str], #[case] expected: &[&str]) {
    let side = |names: &[&str]| {
        let mut objects = columns(&table("t"), names);
        objects.push(object(table("t"), &[]));
        snapshot(15, objects)
    };
    assert_eq!(told(&diff(&side(left), &side(right), &DiffOptions::on(TODAY))), expected);
}

#[test]
fn what_could_not_be_read_is_neither_equal_nor_missing() {
    let gap = Gap { kinds: vec![Kind::Table], attribute: None, reason: "no rights".to_owned() };
    let left = snapshot(15, vec![object(table("a"), &[])]);
    let right = Snapshot::new(version(15), "db", Vec::new(), Vec::new(), vec![gap]);
    let drift = diff(&left, &right, &DiffOptions::on(TODAY));
    assert!(drift.differences.is_empty());
    assert!(!drift.is_none());
    assert_eq!(drift.gaps[0].side, Side::Right);
}

#[rstest]
#[case::both_older(&["=r/o"], &["=rm/o"], 15, 16, false)]
#[case::across(&["=r/o"], &["=rm/o"], 15, 17, true)]
#[case::across_alone(&["o=r/o"], &["o=r/o", "x=m/o"], 15, 18, true)]
#[case::across_other(&["=r/o"], &["=wm/o"], 15, 17, false)]
fn maintain_counts_only_where_both_know_it(
    #[case] left: &[&str],
    #[case] right: &[&str],
    #[case] left_major: u32,
    #[case] right_major: u32,
    #[case] same: bool,
) {
    let side = |major, items: &[&str]| {
        let grants = Value::set(items.iter().copied());
        snapshot(major, vec![object(table("a"), &[(Attribute::Grants, grants)])])
    };
    let drift = diff(&side(left_major, left), &side(right_major, right), &DiffOptions::on(TODAY));
    assert_eq!(drift.is_none(), same);
}

#[test]
fn the_public_schema_as_each_version_makes_it_is_information() {
    let public = |owner: &str, grants: &[&str]| {
        let said = [(Attribute::Owner, owner.into()), (Attribute::Grants, Value::set(grants.iter().copied()))];
        object(ObjectId::global(Kind::Schema, "public"), &said)
    };
    let older = snapshot(14, vec![public("postgres", &["postgres=UC/postgres", "=UC/postgres"])]);
    let owner = "pg_database_owner=UC/pg_database_owner";
    let newer = snapshot(15, vec![public("pg_database_owner", &[owner, "=U/pg_database_owner"])]);
    let drift = diff(&older, &newer, &DiffOptions::on(TODAY));
    assert_eq!(told(&drift), ["schema public Changed Information owner:Information grants:Information"]);
    let opened = snapshot(15, vec![public("pg_database_owner", &[owner, "=UC/pg_database_owner"])]);
    let revoked = snapshot(14, vec![public("postgres", &["postgres=UC/postgres", "=U/postgres"])]);
    assert!(diff(&revoked, &newer, &DiffOptions::on(TODAY)).is_none(), "each owner grants the same");
    assert!(diff(&older, &opened, &DiffOptions::on(TODAY)).is_none(), "each owner grants the same");
    assert!(!diff(&revoked, &opened, &DiffOptions::on(TODAY)).is_none());
    let taken = snapshot(15, vec![public("somebody", &["somebody=UC/somebody", "=U/somebody"])]);
    assert!(!diff(&revoked, &taken, &DiffOptions::on(TODAY)).is_none());
}

#[test]
fn an_unlogged_sequence_is_drift_only_where_both_could_have_one() {
    let side = |major, said: &[(Attribute, Value)]| {
        let mut said = said.to_vec();
        said.push((Attribute::OwnedBy, "public.t.id".into()));
        snapshot(major, vec![object(ObjectId::in_schema(Kind::Sequence, "public", "t_id_seq"), &said)])
    };
    let unlogged = &[(Attribute::Persistence, "unlogged".into())];
    assert!(diff(&side(14, &[]), &side(15, unlogged), &DiffOptions::on(TODAY)).is_none());
    assert!(!diff(&side(15, &[]), &side(18, unlogged), &DiffOptions::on(TODAY)).is_none());
}

#[test]
fn members_of_an_operator_family_may_be_those_of_its_class_across_14() {
    let side = |major, of_class: &[&str], of_family: &[&str]| {
        let members = |members: &[&str]| (Attribute::Members, Value::set(members.iter().copied()));
        let name = "ops USING btree";
        let family = (Attribute::Family, "public.ops".into());
        snapshot(
            major,
            vec![
                object(ObjectId::in_schema(Kind::OperatorFamily, "public", name), &[members(of_family)]),
                object(ObjectId::in_schema(Kind::OperatorClass, "public", name), &[members(of_class), family]),
            ],
        )
    };
    let older = side(13, &["FUNCTION 1", "FUNCTION 2"], &[]);
    assert!(diff(&older, &side(14, &["FUNCTION 1"], &["FUNCTION 2"]), &DiffOptions::on(TODAY)).is_none());
    assert!(!diff(&older, &side(14, &["FUNCTION 1"], &["FUNCTION 3"]), &DiffOptions::on(TODAY)).is_none());
    assert!(!diff(&side(14, &["a", "b"], &[]), &side(15, &["a"], &["b"]), &DiffOptions::on(TODAY)).is_none());
}

#[test]
fn a_rule_accepts_until_its_last_day_and_is_reported() {
    let left = snapshot(15, vec![object(table("a"), &[(Attribute::Owner, "me".into())]), object(table("b"), &[])]);
    let changed = [(Attribute::Owner, "you".into()), (Attribute::Comment, "new".into())];
    let right = snapshot(15, vec![object(table("a"), &changed)]);
    let rule = |pattern: &str, attributes: &[Attribute], until: Option<Date>| IgnoreRule {
        pattern: pattern.parse().unwrap(),
        attributes: attributes.to_vec(),
        reason: "known".to_owned(),
        until,
    };
    let mut options = DiffOptions::on(TODAY);
    options.rules = vec![
        rule("public.b", &[], Some(date(2026, 2, 28))),
        rule("public.a", &[Attribute::Owner], Some(TODAY)),
        rule("public.*", &[Attribute::Comment], None),
        rule("view *", &[], None),
    ];
    let drift = diff(&left, &right, &options);
    assert_eq!(
        told(&drift),
        ["table public.a Changed Ignored(2) owner:Ownership comment:Comment", "table public.b OnlyLeft Drift",]
    );
    let states: Vec<RuleState> = drift.rules.iter().map(|report| report.state).collect();
    assert_eq!(states, [RuleState::Expired, RuleState::Applied(1), RuleState::Applied(1), RuleState::WithoutEffect]);
}

#[rstest]
#[case::each_its_own(15, 17, true, "extension e Changed Information version:Information")]
#[case::one_kept_behind(15, 17, false, "extension e Changed Drift version:Structure version of the server:Information")]
#[case::of_one_version(15, 15, true, "extension e Changed Drift version:Structure")]
fn the_version_that_each_server_makes_is_information(
    #[case] left: u32,
    #[case] right: u32,
    #[case] is_of_server: bool,
    #[case] expected: &str,
) {
    let side = |major, version: &str, is_of_server: bool| {
        let mut said = vec![(Attribute::Version, version.into())];
        said.extend(is_of_server.then_some((Attribute::VersionOfServer, Value::Flag(true))));
        snapshot(major, vec![object(ObjectId::global(Kind::Extension, "e"), &said)])
    };
    let drift = diff(&side(left, "1.0", is_of_server), &side(right, "1.1", true), &DiffOptions::on(TODAY));
    assert_eq!(told(&drift), [expected]);
}

#[test]
fn the_order_of_what_comes_from_above_is_information_and_that_of_its_own_is_not() {
    let side = |names: &[&str]| {
        let (parent, child) = (table("p"), table("c"));
        let mut objects = columns(&parent, &["a", "b"]);
        objects.extend(columns(&child, names));
        objects.push(object(parent, &[]));
        objects.push(object(child, &[(Attribute::Inherits, Value::list(["public.p"]))]));
        snapshot(15, objects)
    };
    let drift = diff(&side(&["b", "a", "c", "d"]), &side(&["a", "b", "c", "d"]), &DiffOptions::on(TODAY));
    assert_eq!(told(&drift), ["column public.c.b Changed Information position:Information"]);
    assert!(!diff(&side(&["a", "b", "c", "d"]), &side(&["a", "b", "d", "c"]), &DiffOptions::on(TODAY)).is_none());
}

#[test]
fn a_large_object_more_is_information() {
    let row = object(ObjectId::global(Kind::LargeObject, "4711"), &[(Attribute::Owner, "me".into())]);
    assert!(diff(&snapshot(15, vec![row]), &snapshot(15, Vec::new()), &DiffOptions::on(TODAY)).is_none());
}
