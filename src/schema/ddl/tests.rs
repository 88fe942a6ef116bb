//! SQL as an operator reads it, from objects made by hand.

use rstest::rstest;

use super::*;
use crate::schema::object::Attributes;
use crate::schema::snapshot::Version;
use crate::schema::value::Value;

fn table() -> ObjectId {
    ObjectId::in_schema(Kind::Table, "public", "Orders")
}

fn object(id: ObjectId, said: &[(Attribute, Value)]) -> Object {
    let mut attributes = Attributes::new();
    for (attribute, value) in said {
        attributes.set(*attribute, value.clone());
    }
    Object::new(id, attributes)
}

fn snapshot(objects: Vec<Object>) -> Snapshot {
    Snapshot::new(Version { major: 15, minor: 1 }, "db", objects, Vec::new(), Vec::new())
}

fn column(name: &str, position: i64, said: &[(Attribute, Value)]) -> Object {
    let mut all = vec![(Attribute::Position, Value::Number(position)), (Attribute::DataType, "integer".into())];
    all.retain(|(attribute, _)| said.iter().all(|(other, _)| other != attribute));
    all.extend(said.iter().cloned());
    object(table().part(Kind::Column, name), &all)
}

#[test]
fn a_table_reads_with_its_columns_and_parts() {
    let orders = object(
        table(),
        &[
            (Attribute::Owner, "deployer".into()),
            (Attribute::Options, Value::pairs([("fillfactor", "70")])),
            (Attribute::RowSecurity, true.into()),
            (Attribute::Comment, "it's\nhere".into()),
            (Attribute::Grants, Value::set(["deployer=arwdDxt/deployer", "=r/deployer"])),
        ],
    );
    let sequence = object(
        ObjectId::in_schema(Kind::Sequence, "public", "Orders_id_seq"),
        &[(Attribute::IdentityOf, "public.\"Orders\".id".into()), (Attribute::Start, 10.into())],
    );
    let key = object(
        table().part(Kind::Constraint, "Orders_pkey"),
        &[(Attribute::ConstraintType, "primary key".into()), (Attribute::Definition, "PRIMARY KEY (id)".into())],
    );
    let index = object(
        table().part(Kind::Index, "by_total"),
        &[(Attribute::Keys, Value::list(["total DESC"])), (Attribute::Predicate, "(total > 0)".into())],
    );
    let policy = object(
        table().part(Kind::Policy, "mine"),
        &[(Attribute::Command, "select".into()), (Attribute::Using, "(owner = CURRENT_USER)".into())],
    );
    let objects = vec![
        orders.clone(),
        sequence,
        column("total", 2, &[(Attribute::DataType, "numeric(10,2)".into()), (Attribute::Default, "0".into())]),
        column("id", 1, &[(Attribute::Identity, "always".into()), (Attribute::NotNull, true.into())]),
        key,
        index,
        policy,
    ];
    let expected = "\
CREATE TABLE public.\"Orders\" (
    id integer GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.\"Orders_id_seq\" START WITH 10) NOT NULL,
    total numeric(10,2) DEFAULT 0
)
WITH (fillfactor='70');

ALTER TABLE public.\"Orders\" ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.\"Orders\" OWNER TO deployer;

GRANT SELECT ON TABLE public.\"Orders\" TO PUBLIC;

COMMENT ON TABLE public.\"Orders\" IS 'it''s
here';

ALTER TABLE public.\"Orders\" ADD CONSTRAINT \"Orders_pkey\" PRIMARY KEY (id);

CREATE INDEX by_total ON public.\"Orders\" USING btree (total DESC) WHERE (total > 0);

CREATE POLICY mine ON public.\"Orders\" FOR SELECT TO PUBLIC USING ((owner = CURRENT_USER));
";
    assert_eq!(definition(&orders, &snapshot(objects)), expected);
}

#[test]
fn a_partition_is_made_alone_and_then_attached() {
    let parent = ObjectId::in_schema(Kind::Table, "public", "events");
    let check = object(
        parent.part(Kind::Constraint, "positive"),
        &[(Attribute::ConstraintType, "check".into()), (Attribute::Definition, "CHECK ((id > 0))".into())],
    );
    let partition = object(
        table(),
        &[
            (Attribute::Inherits, Value::list(["public.events"])),
            (Attribute::PartitionBound, "FOR VALUES IN (1)".into()),
        ],
    );
    let objects = vec![object(parent, &[]), check, partition.clone(), column("id", 1, &[])];
    let snapshot = snapshot(objects);
    assert_eq!(
        create(&partition, &snapshot),
        ["CREATE TABLE public.\"Orders\" (\n    id integer,\n    CONSTRAINT positive CHECK ((id > 0))\n)"]
    );
    assert_eq!(
        complete(&partition, &snapshot),
        ["ALTER TABLE public.events ATTACH PARTITION public.\"Orders\" FOR VALUES IN (1)"]
    );
}

#[rstest]
#[case::not_null(&[], &[(Attribute::NotNull, true.into())], &["SET NOT NULL"])]
#[case::default(&[(Attribute::Default, "1".into())], &[], &["DROP DEFAULT"])]
#[case::new_type(
    &[(Attribute::Default, "1".into())],
    &[(Attribute::DataType, "text".into()), (Attribute::Default, "'1'::text".into())],
    &["DROP DEFAULT", "SET DATA TYPE text USING total::text", "SET DEFAULT '1'::text"]
)]
#[case::storage(&[(Attribute::Storage, "external".into())], &[], &["SET STORAGE EXTENDED"])]
#[case::statistics(&[], &[(Attribute::StatisticsTarget, 7.into())], &["SET STATISTICS 7"])]
#[case::computed_no_more(&[(Attribute::Generated, "(a + 1)".into())], &[], &["DROP EXPRESSION"])]
#[case::identity(
    &[(Attribute::Identity, "always".into())],
    &[(Attribute::Identity, "by default".into())],
    &["SET GENERATED BY DEFAULT"]
)]
fn a_column_is_altered(
    #[case] from: &[(Attribute, Value)],
    #[case] to: &[(Attribute, Value)],
    #[case] expected: &[&str],
) {
    let (from, to) = (column("total", 1, from), column("total", 1, to));
    let schema = snapshot(vec![object(table(), &[])]);
    let altered = alter(Pair { from: &from, to: &to, from_schema: &schema, to_schema: &schema });
    let expected: Vec<String> =
        expected.iter().map(|clause| format!("ALTER TABLE public.\"Orders\" ALTER COLUMN total {clause}")).collect();
    assert_eq!(altered, Alteration { statements: expected, ..Alteration::default() });
}

#[test]
fn what_no_statement_reaches_is_said() {
    let (from, to) = (column("total", 1, &[]), column("total", 2, &[]));
    let schema = snapshot(vec![object(table(), &[])]);
    let altered = alter(Pair { from: &from, to: &to, from_schema: &schema, to_schema: &schema });
    assert_eq!(altered.unreachable, [Attribute::Position]);
    assert!(altered.statements.is_empty() && altered.remake.is_none());
}

#[rstest]
#[case::given(&[], &["o=arwdDxt/o", "x=r/o"], &["GRANT SELECT ON TABLE public.\"Orders\" TO x"])]
#[case::taken(&["o=arwdDxt/o", "x=rw/o"], &["o=arwdDxt/o", "x=r/o"], &["REVOKE UPDATE ON TABLE public.\"Orders\" FROM x"])]
#[case::of_the_owner(&[], &["o=r/o"], &["REVOKE INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON TABLE public.\"Orders\" FROM o"])]
#[case::passed_on(
    &["o=arwdDxt/o", "x=r/o"],
    &["o=arwdDxt/o", "x=r*/o"],
    &["GRANT SELECT ON TABLE public.\"Orders\" TO x WITH GRANT OPTION"]
)]
#[case::by_another(
    &["o=arwdDxt/o"],
    &["o=arwdDxt/o", "=r/x"],
    &["SET ROLE x", "GRANT SELECT ON TABLE public.\"Orders\" TO PUBLIC", "RESET ROLE"]
)]
fn grants_are_brought_from_one_state_to_the_other(
    #[case] from: &[&str],
    #[case] to: &[&str],
    #[case] expected: &[&str],
) {
    let with = |items: &[&str]| {
        let mut said = vec![(Attribute::Owner, "o".into())];
        if !items.is_empty() {
            said.push((Attribute::Grants, Value::set(items.iter().copied())));
        }
        object(table(), &said)
    };
    let (from, to) = (with(from), with(to));
    let schema = snapshot(Vec::new());
    let mut statements = alter(Pair { from: &from, to: &to, from_schema: &schema, to_schema: &schema }).statements;
    let mut expected: Vec<String> = expected.iter().map(|text| (*text).to_owned()).collect();
    // In which order the privileges of one statement stand is no matter.
    for statement in statements.iter_mut().chain(&mut expected) {
        let mut words: Vec<&str> = statement.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        *statement = words.join(" ");
    }
    assert_eq!(statements, expected);
}

#[test]
fn a_view_is_replaced_where_its_columns_stay_and_made_again_where_not() {
    let view =
        |query: &str| object(ObjectId::in_schema(Kind::View, "public", "v"), &[(Attribute::Query, query.into())]);
    let with = |query: &str, columns: &[&str]| {
        let view = view(query);
        let mut objects: Vec<Object> = (1..)
            .zip(columns)
            .map(|(position, name)| {
                let said = [(Attribute::DataType, "integer".into()), (Attribute::Position, Value::Number(position))];
                object(view.id.part(Kind::Column, *name), &said)
            })
            .collect();
        objects.push(view);
        snapshot(objects)
    };
    let (before, more, other) =
        (with("SELECT 1 AS a", &["a"]), with("SELECT 2 AS a, 3 AS b", &["a", "b"]), with("SELECT 1 AS c", &["c"]));
    let altered = |to_schema: &Snapshot| {
        let find = |schema: &Snapshot| schema.of_kind(Kind::View)[0].clone();
        alter(Pair { from: &find(&before), to: &find(to_schema), from_schema: &before, to_schema })
    };
    assert_eq!(altered(&more).statements, ["CREATE OR REPLACE VIEW public.v AS\nSELECT 2 AS a, 3 AS b"]);
    assert!(altered(&other).remake.is_some());
}

#[rstest]
#[case(Attribute::Definition, "CHECK ((a > 2))".into(), true)]
#[case(Attribute::Deferrable, true.into(), true)]
#[case(Attribute::Comment, "why".into(), false)]
fn a_constraint_is_mostly_made_again(#[case] attribute: Attribute, #[case] value: Value, #[case] remade: bool) {
    let check = |attribute, value| {
        let mut said =
            vec![(Attribute::ConstraintType, "check".into()), (Attribute::Definition, "CHECK ((a > 1))".into())];
        said.retain(|(other, _)| *other != attribute);
        said.push((attribute, value));
        object(table().part(Kind::Constraint, "c"), &said)
    };
    let (from, to) = (check(Attribute::Definition, "CHECK ((a > 1))".into()), check(attribute, value));
    let schema = snapshot(Vec::new());
    let altered = alter(Pair { from: &from, to: &to, from_schema: &schema, to_schema: &schema });
    assert_eq!(altered.remake.is_some(), remade);
}
