//! Applying 1,000 small migrations and rolling 100 back, on a durable server on disk, against one `psql` session that
//! runs the same files and records the same rows.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use tidegate::migration::catalogue::Catalogue;
use tidegate::postgres::cluster::Cluster;

use crate::ground::{Project, ask, children_cpu, psql, server, time};
use crate::table::{Table, median};

const MIGRATIONS: u32 = 1000;
const ROLLBACKS: u32 = 100;
const ROUNDS: u32 = 5;

/// The governance document's history table.
const HISTORY: &str = "CREATE TABLE IF NOT EXISTS public.migrations_history (
  id SERIAL PRIMARY KEY, migration_name TEXT UNIQUE NOT NULL, applied_at TIMESTAMPTZ NOT NULL, applied_by TEXT NOT NULL,
  execution_time INTERVAL, checksum TEXT, rollback_applied BOOLEAN DEFAULT FALSE, rollback_at TIMESTAMPTZ, metadata JSONB)";

/// Measures both.
pub fn measure(table: &mut Table) {
    let cluster = server(true);
    let (mut up, mut down) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    let (mut flushes, mut cpu) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (ours, theirs) = (format!("ours_{round}"), format!("theirs_{round}"));
        for database in [&ours, &theirs] {
            time(psql(&cluster, "postgres").args(["-c", &format!("CREATE DATABASE {database}")]));
            time(psql(&cluster, database).args(["-c", HISTORY]));
        }
        let project = Project::new(&[("dev".to_owned(), cluster.url(&ours))]);
        project.write_migrations(MIGRATIONS);
        let scripts = Scripts::write(&project);
        time(psql(&cluster, "postgres").args(["-c", "CHECKPOINT"]));

        let before = flushed(&cluster);
        let spent = children_cpu();
        up.0.push(time(&mut project.tidegate(&["apply", "dev"])));
        cpu.extend(children_cpu().zip(spent).map(|(now, before)| now - before));
        flushes.extend(flushed(&cluster).zip(before).map(|(now, before)| now - before));
        time(psql(&cluster, "postgres").args(["-c", "CHECKPOINT"]));
        up.1.push(time(psql(&cluster, &theirs).arg("-f").arg(&scripts.up)));

        let last = ROLLBACKS.to_string();
        let rollback = ["rollback", "dev", "--last", &last, "--reason", "measured", "--confirm", "dev"];
        down.0.push(time(&mut project.tidegate(&rollback)));
        down.1.push(time(psql(&cluster, &theirs).arg("-f").arg(&scripts.down)));
        let rows = "SELECT count(*) FROM public.migrations_history WHERE NOT rollback_applied";
        assert_eq!(ask(&cluster, &ours, rows), ask(&cluster, &theirs, rows), "both sides did the same");
    }
    table.ratio("apply 1,000, durable / one `psql` session", median(up.0), median(up.1), "≤ 0.9");
    table.ratio("roll back 100, durable / one `psql` session", median(down.0), median(down.1), "≤ 1");
    if !flushes.is_empty() {
        table.figure("WAL flushes for 1,000 migrations", format!("{:.0}", median(flushes)), "≤ 1,030");
    }
    if !cpu.is_empty() {
        table.figure("client CPU for 1,000 migrations, whole process", format!("{:.2} s", median(cpu)), "< 0.1 s");
    }
}

/// What one `psql` session runs to do the same.
struct Scripts {
    up: PathBuf,
    down: PathBuf,
}

impl Scripts {
    fn write(project: &Project) -> Scripts {
        let catalogue = Catalogue::read(&project.config().project.layout).expect("the files can be read");
        let (mut up, mut down) = (String::new(), String::new());
        for migration in &catalogue.migrations {
            let (name, file) = (migration.name.as_str(), migration.up.path.display());
            let checksum = migration.up.checksum;
            let _ = write!(
                up,
                "BEGIN;\n\\i {file}\nINSERT INTO public.migrations_history (migration_name, applied_at, applied_by, \
                 execution_time, checksum, metadata) VALUES ('{name}', now(), current_user, clock_timestamp() - now(), \
                 '{checksum}', '{{\"operator\": \"bench\", \"ticket\": null}}');\nCOMMIT;\n"
            );
        }
        for migration in catalogue.migrations.iter().rev().take(ROLLBACKS as usize) {
            let name = migration.name.as_str();
            let file = migration.down.as_ref().expect("every migration has one").path.display();
            let _ = write!(
                down,
                "BEGIN;\n\\i {file}\nUPDATE public.migrations_history SET rollback_applied = true, rollback_at = now(), \
                 metadata = metadata || '{{\"reason\": \"measured\"}}' WHERE migration_name = '{name}';\nCOMMIT;\n"
            );
        }
        let scripts = Scripts { up: project.path().join("up.psql"), down: project.path().join("down.psql") };
        fs::write(&scripts.up, up).expect("a file");
        fs::write(&scripts.down, down).expect("a file");
        scripts
    }
}

/// How often the server has flushed its WAL so far (`pg_stat_wal`, 14 to 17; `pg_stat_io` from 18 on).
fn flushed(cluster: &Cluster) -> Option<f64> {
    let query = match cluster.programs().version.major {
        14..=17 => "SELECT wal_sync FROM pg_stat_wal",
        18.. => "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'",
        _ => return None,
    };
    // Backends report at their end, or after a second; a new session sees what has been reported.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    ask(cluster, "postgres", query).parse().ok()
}
