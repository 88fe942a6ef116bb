//! Approvals as a database keeps them: whose word counts is the server's to say.

use tidegate::postgres::store::approvals::{self, GivenApproval, NewApproval};
use tidegate::postgres::store::{self, StoreState};
use tidegate::postgres::{Connection, SessionOptions};
use tidegate::review::approval::Approval;
use tidegate::review::checklist::{Answer, Answers};

use crate::support::ground::grant;
use crate::support::{Server, TestDatabase, resolved};

const NAME: &str = "20260101000000_create_a";

fn sum(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// A server with a deployer who may make schemas, a reviewer in a group within a group, and the deployer's store.
async fn set_up() -> (Server, TestDatabase) {
    let server = Server::own();
    server.execute(
        "CREATE ROLE deployer LOGIN; CREATE ROLE reviewer LOGIN; CREATE ROLE seniors; CREATE ROLE reviewers;
         GRANT reviewers TO seniors; GRANT seniors TO reviewer; GRANT reviewer TO deployer",
    );
    let database = server.fresh_database();
    database.execute(&format!("GRANT CREATE ON DATABASE {} TO deployer", database.name()));
    let deployer = session(&server, &database, "deployer").await;
    store::create(&deployer, &grant(), None).await.unwrap();
    (server, database)
}

async fn session(server: &Server, database: &TestDatabase, user: &str) -> Connection {
    let target = resolved(&server.url_as(user, database.name()));
    Connection::open(&target, &SessionOptions::named(user)).await.unwrap()
}

fn answers() -> Answers {
    let no = Answer::new(false, "it's \"new\" \\ empty, \u{e9}\0").unwrap();
    Answers::from([("tested-volume".to_owned(), no), ("tested-locally".to_owned(), "yes".parse().unwrap())])
}

async fn approve(connection: &Connection, approval: Approval) -> bool {
    let (up, down) = (sum('a'), sum('b'));
    let new = NewApproval {
        migration: NAME,
        approval,
        up: &up,
        down: Some(&down),
        person: "Bea",
        note: Some("looks \\ good, it's fine"),
        answers: &answers(),
    };
    approvals::approve(connection, &new).await.unwrap()
}

#[tokio::test]
async fn an_approval_is_kept_in_the_name_of_whoever_logged_in() {
    let (server, database) = set_up().await;
    let reviewer = session(&server, &database, "reviewer").await;
    assert!(approve(&reviewer, Approval::Production).await);
    assert!(!approve(&reviewer, Approval::Production).await, "once is enough");
    let found = approvals::approvals(&session(&server, &database, "deployer").await).await.unwrap();
    let [GivenApproval { migration, approval, up, down, role, person, note, answers, withdrawn, memberships, .. }] =
        &found[..]
    else {
        panic!("{found:?}")
    };
    assert_eq!(
        (&**migration, *approval, &**role, person.as_deref()),
        (NAME, Approval::Production, "reviewer", Some("Bea"))
    );
    assert_eq!((up.to_string(), down.as_deref().map(str::to_owned)), (sum('a'), Some(sum('b'))));
    assert_eq!((note.as_deref(), withdrawn), (Some("looks \\ good, it's fine"), &None));
    assert_eq!(answers, &self::answers());
    assert_eq!(database.value("SELECT answers ->> 'tested-locally' FROM tidegate.approvals"), r#"{"answer": "yes"}"#);
    let mut memberships = memberships.clone();
    memberships.sort();
    assert_eq!(memberships, ["reviewer", "reviewers", "seniors"]);
    assert_eq!(approvals::memberships(&reviewer, "nobody").await.unwrap(), Vec::<String>::new());

    assert_eq!(approvals::withdraw(&reviewer, NAME, Approval::Production).await.unwrap(), 1);
    assert_eq!(approvals::withdraw(&reviewer, NAME, Approval::Production).await.unwrap(), 0);
    let found = approvals::approvals(&reviewer).await.unwrap();
    assert_eq!(found[0].withdrawn.as_ref().map(|(_, by)| &**by), Some("reviewer"));
    assert!(approve(&reviewer, Approval::Production).await, "again after a withdrawal");
    assert_eq!(approvals::approvals(&reviewer).await.unwrap().len(), 2);
}

#[tokio::test]
async fn nobody_approves_in_the_name_of_another() {
    let (server, database) = set_up().await;
    let row = |role: &str| {
        format!(
            "INSERT INTO tidegate.approvals (migration, kind, checksum_up, role) VALUES ('{NAME}', 'production', '{}', '{role}')",
            sum('a')
        )
    };
    let refused = async |user: &str, statement: &str| {
        let url = server.url_as(user, database.name());
        let (client, driver) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        let carrier = tokio::spawn(driver);
        let error = client.batch_execute(statement).await.expect_err(statement);
        drop(client);
        let _ = carrier.await;
        error.as_db_error().unwrap_or_else(|| panic!("{error}")).message().to_owned()
    };
    // A stranger may not write the table at all, the owner only in their own name.
    assert!(refused("reviewer", &row("reviewer")).await.contains("permission denied"));
    assert!(refused("deployer", &row("reviewer")).await.contains("in the name of another"));
    assert!(
        refused("deployer", &format!("SET ROLE reviewer; {}", row("reviewer"))).await.contains("permission denied")
    );
    // As a member of the reviewer, the deployer can act as that role; the login stays what it is.
    let function = format!(
        "SET ROLE reviewer; SELECT tidegate.approve('{NAME}', 'security', '{}', NULL, 'x', NULL, NULL)",
        sum('a')
    );
    let psql = server.url_as("deployer", database.name());
    let (client, driver) = tokio_postgres::connect(&psql, tokio_postgres::NoTls).await.unwrap();
    let carrier = tokio::spawn(driver);
    client.batch_execute(&function).await.unwrap();
    drop(client);
    let _ = carrier.await;
    assert_eq!(database.value("SELECT role FROM tidegate.approvals WHERE kind = 'security'"), "deployer");

    let reviewer = session(&server, &database, "reviewer").await;
    assert!(approve(&reviewer, Approval::Production).await);
    let changed = format!("UPDATE tidegate.approvals SET checksum_up = '{}'", sum('c'));
    assert!(refused("deployer", &changed).await.contains("never changed"));
    assert!(refused("deployer", "DELETE FROM tidegate.approvals").await.contains("kept for good"));
    let answered = "UPDATE tidegate.approvals SET answers = '{}'";
    assert!(refused("deployer", answered).await.contains("never changed"));
    assert!(refused("reviewer", "DELETE FROM tidegate.approvals").await.contains("permission denied"));
    // Even what the owner withdraws bears the owner's name.
    database.execute(
        "UPDATE tidegate.approvals SET withdrawn_at = now(), withdrawn_by = 'reviewer' WHERE kind = 'production'",
    );
    assert_eq!(database.value("SELECT withdrawn_by FROM tidegate.approvals WHERE kind = 'production'"), "postgres");
}

#[tokio::test]
async fn an_older_store_goes_on_working_and_is_brought_up_to_date() {
    let database = Server::shared().fresh_database();
    let connection = database.connect().await;
    database.execute(include_str!("../../src/postgres/store/1.sql"));
    database.execute("INSERT INTO tidegate.version (version) VALUES (1)");
    store::set_marker(&connection, &grant(), "staging", "staging").await.unwrap();
    let state = store::probe(&connection).await.unwrap();
    assert_eq!(state, StoreState::Outdated { version: 1 });
    assert!(state.has_tables());
    assert!(!approvals::takes_approvals(&connection).await.unwrap());
    assert_eq!(approvals::approvals(&connection).await.unwrap(), []);

    store::create(&connection, &grant(), None).await.unwrap();
    assert_eq!(store::probe(&connection).await.unwrap(), StoreState::Present { version: 2 });
    assert!(approvals::takes_approvals(&connection).await.unwrap());
    assert_eq!(store::marker(&connection).await.unwrap().unwrap().name, "staging");
    assert!(approve(&connection, Approval::Retention).await);
}

#[tokio::test]
async fn answers_that_tidegate_cannot_have_written_are_none() {
    let (server, database) = set_up().await;
    let reviewer = session(&server, &database, "reviewer").await;
    for (number, answers) in ["[1]", r#"{"tested-locally": "yes"}"#, r#"{"tested-locally": {"answer": "perhaps"}}"#]
        .into_iter()
        .chain([format!(r#"{{"tested-locally": {{"answer": "yes", "note": "{}"}}}}"#, "x".repeat(200_000)).as_str()])
        .enumerate()
    {
        let by_hand = format!(
            "INSERT INTO tidegate.approvals (migration, kind, checksum_up, answers)
             VALUES ('2026010100000{number}_create_a', 'production', '{}', '{answers}')",
            sum('a')
        );
        database.execute(&by_hand);
    }
    let found = approvals::approvals(&reviewer).await.unwrap();
    assert!(found.len() == 4 && found.iter().all(|one| one.answers.is_empty()), "{found:?}");
}
