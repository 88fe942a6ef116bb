//! The schema of a database, read from real servers.

use tidegate::postgres::snapshot::{Scope, read};
use tidegate::schema::{Attribute, Kind, ObjectId, Snapshot};

use super::support::{Server, TestDatabase};

async fn snapshot(database: &TestDatabase) -> Snapshot {
    let connection = database.connect().await;
    read(&connection, &Scope::default()).await.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn tables_and_columns_are_read_with_what_is_said_of_them() {
    let database = Server::shared().fresh_database();
    database.execute(
        "CREATE SCHEMA \"odd \"\"name\";
         CREATE TABLE \"odd \"\"name\".\"T\n1\" (id bigint GENERATED ALWAYS AS IDENTITY, gone int,
             amount numeric(10, 2) DEFAULT 1.5 NOT NULL, tags text[] COLLATE \"C\",
             twice numeric GENERATED ALWAYS AS (amount * 2) STORED) WITH (fillfactor = 70);
         ALTER TABLE \"odd \"\"name\".\"T\n1\" DROP COLUMN gone;
         COMMENT ON COLUMN \"odd \"\"name\".\"T\n1\".tags IS 'it''s';
         GRANT SELECT (amount) ON \"odd \"\"name\".\"T\n1\" TO PUBLIC;",
    );
    let snapshot = snapshot(&database).await;
    let table = ObjectId::in_schema(Kind::Table, "odd \"name", "T\n1");
    let options = snapshot.get(&table).unwrap().pairs(Attribute::Options);
    assert_eq!(options, [("fillfactor".into(), "70".into())]);
    let column = |name: &str| snapshot.get(&table.part(Kind::Column, name)).unwrap();
    assert_eq!(column("amount").text(Attribute::DataType), Some("numeric(10,2)"));
    assert_eq!(column("amount").text(Attribute::Default), Some("1.5"));
    assert_eq!(column("amount").number(Attribute::Position), Some(2));
    assert!(column("amount").flag(Attribute::NotNull));
    assert_eq!(column("amount").list(Attribute::Grants), ["=r/postgres".into()]);
    assert_eq!(column("tags").text(Attribute::DataType), Some("text[]"));
    assert_eq!(column("tags").text(Attribute::Collation), Some("\"C\""));
    assert_eq!(column("tags").text(Attribute::Comment), Some("it's"));
    assert_eq!(column("id").text(Attribute::Identity), Some("always"));
    assert_eq!(column("twice").text(Attribute::Generated), Some("(amount * (2)::numeric)"));
    assert!(snapshot.gaps.is_empty());
}
