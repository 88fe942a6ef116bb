//! Two databases with 2,000 tables each: read at once and compared, beside `pg_dump` of both and `diff`, and beside the
//! bare catalog queries.

use std::process::Stdio;
use std::time::{Duration, Instant};

use jiff::civil::date;
use tidegate::postgres::programs::find_client;
use tidegate::postgres::snapshot::{Scope, questions, read};
use tidegate::postgres::{Connection, SessionOptions};
use tidegate::schema::Version;
use tidegate::schema::diff::{DiffOptions, diff};

use crate::meter::{cost, median, processor_of_this};
use crate::place::Place;
use crate::table::Table;

const TABLES: usize = 2000;
const ROUNDS: usize = 5;
const LEFT: &str = "bench_drift_left";
const RIGHT: &str = "bench_drift_right";

/// Measures a comparison.
pub fn measure(place: &Place, table: &mut Table) {
    place.database(LEFT);
    place.run(LEFT, &schema());
    place.run("postgres", &format!("DROP DATABASE IF EXISTS {RIGHT};\nCREATE DATABASE {RIGHT} TEMPLATE {LEFT};\n"));
    place.run(RIGHT, "ALTER TABLE public.table_7 ADD extra int; VACUUM ANALYZE;\n");
    place.run(LEFT, "VACUUM ANALYZE;\n");
    place.settle();
    // As the program looks for drift.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
    let (mut ours, mut ours_of_one, mut processor) = (Vec::new(), Vec::new(), Vec::new());
    let (mut dumps, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        dumps.push(dump(place, LEFT) + dump(place, RIGHT));
        bare.push(bare_queries(place));
        let begun = Instant::now();
        runtime.block_on(snapshot(place, LEFT));
        ours_of_one.push(begun.elapsed());
        let (begun, processor_before) = (Instant::now(), processor_of_this());
        let (left, right) = runtime.block_on(async { tokio::join!(snapshot(place, LEFT), snapshot(place, RIGHT)) });
        let drift = diff(&left, &right, &DiffOptions::on(date(2026, 1, 1)));
        ours.push(begun.elapsed());
        processor.push(processor_of_this().saturating_sub(processor_before));
        assert_eq!(drift.differences.len(), 1, "one column differs");
    }
    let what = format!("drift of {TABLES} tables");
    table.ratio(format!("{what}: both read and compared; pg_dump of both"), median(ours), median(dumps), 0.3);
    table.ratio(format!("{what}: one read; psql asks the same"), median(ours_of_one), median(bare), 1.3);
    table.time(format!("{what}: processor time of the client"), median(processor), Duration::from_millis(150));
}

async fn snapshot(place: &Place, database: &str) -> tidegate::schema::Snapshot {
    let opened = Connection::open(&place.target(database), &SessionOptions::named("bench")).await;
    let connection = opened.unwrap_or_else(|error| panic!("{error}"));
    read(&connection, &Scope::default()).await.unwrap_or_else(|error| panic!("{error}"))
}

fn dump(place: &Place, database: &str) -> Duration {
    let program = find_client("pg_dump", place.major()).unwrap_or_else(|error| panic!("{error}")).path;
    let mut command = std::process::Command::new(program);
    command.args(["--schema-only", "--dbname", &place.url(database)]).stdout(Stdio::null());
    cost(&mut command).wall
}

/// What the same questions take when nobody reads the answers.
fn bare_queries(place: &Place) -> Duration {
    let version = Version { major: place.major(), minor: 0 };
    let mut script = String::from(
        "\\o /dev/null\nBEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSET LOCAL search_path = '';\nSET LOCAL jit = off;\n",
    );
    for question in questions(version, &Scope::default()) {
        script.push_str(&question);
        script.push_str(";\n");
    }
    let path = place.folder("drift").join("bare.sql");
    std::fs::write(&path, script).expect("the folder can be written");
    cost(place.psql(LEFT).arg("--no-align").arg("--file").arg(path)).wall
}

/// Ten columns, three indexes, a key and a comment each; functions, views and policies.
fn schema() -> String {
    let mut sql = String::new();
    for number in 1..=TABLES {
        let before = number.saturating_sub(1).max(1);
        sql.push_str(&format!(
            "CREATE TABLE public.table_{number} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
                 amount numeric(10, 2) DEFAULT 0, created timestamptz DEFAULT now() NOT NULL,
                 state varchar(20) CHECK (state IN ('a', 'b')), other bigint REFERENCES public.table_{before},
                 a int, b int, c text, d jsonb);
             CREATE INDEX ON public.table_{number} (name);
             CREATE INDEX ON public.table_{number} (created DESC, state);
             COMMENT ON TABLE public.table_{number} IS 'table {number}';\n"
        ));
        if number % 2 == 0 {
            sql.push_str(&format!("CREATE POLICY p ON public.table_{number} USING (other > {number});\n"));
        }
        if number % 4 == 0 {
            sql.push_str(&format!(
                "CREATE VIEW public.view_{number} AS SELECT t.id, t.name, u.amount FROM public.table_{number} t
                     JOIN public.table_{before} u ON u.id = t.other WHERE t.a > 5;
                 CREATE FUNCTION public.function_{number}(x int, y text DEFAULT 'z') RETURNS int LANGUAGE plpgsql
                     AS 'BEGIN RETURN x + {number}; END';\n"
            ));
        }
    }
    sql
}
