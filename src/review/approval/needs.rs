//! Which approvals a migration needs for what it does.

use std::path::Path;

use super::scan::scan;
use super::tree::{Finding, judge};
use super::{Approval, Need};
use crate::migration::script::{Script, ScriptOptions, Statement};
use crate::migration::text::printable;
use crate::review::depth::is_shallow;

/// A statement longer than this is judged by its words: it is full of data, and a tree of it would be large.
const LONGEST: usize = 64 * 1024;

/// How many reasons for one approval are named one by one.
const REASONS: usize = 20;

/// The approvals that a migration needs for what its file does, with the reasons, in the order of [`Approval::ALL`].
///
/// Only the file that is to be applied is judged. What rolls it back belongs to the migration, but waits for no approval:
/// an emergency must not.
///
/// What Tidegate cannot read needs a person's eye: it comes out as a need for [`Approval::Security`], beside what its
/// words tell. Never panics, whatever the text holds.
pub fn needs(up: &str) -> Vec<Need> {
    let mut found = Found::default();
    match Script::parse(Path::new("migration.sql"), up.as_bytes(), &ScriptOptions::default()) {
        Ok(script) => {
            for statement in script.statements() {
                judge_statement(&script, statement, &mut found);
            }
        }
        Err(error) => {
            let line = error.position.line;
            found.add(Approval::Security, line, "holds what cannot be run, and hides what comes after", "");
            let line_of = |at: usize| u32::try_from(up[..at].matches('\n').count() + 1).unwrap_or(u32::MAX);
            scan(up, &mut |approval, what, at| found.add(approval, line_of(at), what, ""));
        }
    }
    found.needs()
}

fn judge_statement(script: &Script, statement: &Statement, found: &mut Found) {
    // The migration's own record is no data of the business.
    if statement.records.as_ref().is_some_and(|record| !record.names().is_empty()) {
        return;
    }
    let text = script.text(statement);
    let start = statement.range.start;
    let line = |at: usize| script.position(start + at).line;
    let summary = script.summary(statement);
    let by_words = |found: &mut Found| {
        scan(text, &mut |approval, what, at| found.add(approval, line(at), what, &summary));
    };
    if !is_shallow(text) {
        found.add(Approval::Security, statement.position.line, "is nested too deeply to be read", &summary);
        return by_words(found);
    }
    if text.len() > LONGEST {
        return by_words(found);
    }
    let was_read = judge(text, &mut |Finding { approval, what, at, within }| {
        let within = within.and_then(|text| summary_of(&text));
        found.add(approval, line(at), what, within.as_deref().unwrap_or(&summary));
    });
    if !was_read {
        found.add(Approval::Security, statement.position.line, "cannot be read", &summary);
        by_words(found);
    }
}

/// What a statement within another one does, in one line without constants.
fn summary_of(text: &str) -> Option<String> {
    let script = Script::parse(Path::new("body.sql"), text.as_bytes(), &ScriptOptions::default()).ok()?;
    script.statements().first().map(|statement| script.summary(statement))
}

#[derive(Default)]
struct Found(Vec<(Approval, u32, String)>);

impl Found {
    fn add(&mut self, approval: Approval, line: u32, what: &str, summary: &str) {
        let words = if summary.is_empty() { what.to_owned() } else { format!("{what}: {}", printable(summary)) };
        let reason = (approval, line, words);
        if !self.0.contains(&reason) && self.0.iter().filter(|(known, ..)| *known == approval).count() <= REASONS {
            self.0.push(reason);
        }
    }

    fn needs(mut self) -> Vec<Need> {
        self.0.sort_by_key(|(approval, line, _)| (*approval, *line));
        let mut needs: Vec<Need> = Vec::with_capacity(self.0.len());
        for approval in Approval::ALL {
            let reasons = self.0.iter().filter(|(of, ..)| *of == approval);
            needs.extend(
                reasons.take(REASONS).map(|(_, line, words)| Need { approval, why: format!("Line {line} {words}.") }),
            );
        }
        needs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn words(sql: &str) -> Vec<&'static str> {
        let mut words: Vec<&str> = needs(sql).iter().map(|need| need.approval.word()).collect();
        words.dedup();
        words
    }

    #[rstest]
    #[case("CREATE TABLE public.a (id int PRIMARY KEY, note text)")]
    #[case(
        "ALTER TABLE a ADD COLUMN b int, ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES auth.users (id) ON DELETE CASCADE"
    )]
    #[case("INSERT INTO a VALUES ('drop table b', 'delete from c'); COMMENT ON TABLE a IS 'truncate it'")]
    #[case(
        "CREATE INDEX CONCURRENTLY a_b ON a (b) WHERE c IS NOT NULL; UPDATE a SET b = 1; ALTER TABLE a DROP CONSTRAINT c"
    )]
    #[case("INSERT INTO a SELECT id FROM auth.users WHERE id = auth.uid()")]
    #[case("DO $$ BEGIN IF EXISTS (SELECT 1 FROM auth.users) THEN RAISE NOTICE 'delete from x'; END IF; END $$")]
    #[case("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.x := now(); RETURN NEW; END $$")]
    #[case("CREATE TRIGGER t AFTER DELETE OR TRUNCATE ON a EXECUTE FUNCTION f()")]
    #[case("DELETE FROM migrations_history WHERE migration_name = '20260101000000_create_a'")]
    #[case("INSERT INTO public.migrations_history (migration_name) VALUES ('20260101000000_create_a')")]
    #[case("CREATE TABLE announcements (secretary text, key text, campaign_id int, token_count int)")]
    #[case("INSERT INTO a SELECT oid FROM pg_catalog.pg_class; CREATE INDEX i ON a (b pg_catalog.text_ops)")]
    #[case("DO $$ BEGIN IF EXISTS (SELECT FROM tidegate.approvals) THEN RAISE NOTICE 'x'; END IF; END $$")]
    #[case("SET row_security = off; COPY a FROM '/a.csv'; SELECT set_config('lock_timeout', '1s', true)")]
    #[case("CREATE TEMP TABLE a AS SELECT 1; UPDATE pg_temp.a SET b = 1")]
    #[case("ALTER VIEW v SET (security_barrier = true)")]
    #[case("BEGIN; SET lock_timeout = '5s'; CREATE VIEW v AS SELECT 1; COMMIT")]
    fn harmless(#[case] sql: &str) {
        assert_eq!(needs(sql), []);
    }

    #[rstest]
    #[case("CREATE POLICY p ON a USING (true)")]
    #[case("ALTER POLICY p ON a RENAME TO q; DROP POLICY q ON a")]
    #[case("ALTER TABLE a ENABLE ROW LEVEL SECURITY")]
    #[case("ALTER TABLE a NO FORCE ROW LEVEL SECURITY")]
    #[case("CREATE ROLE r")]
    #[case("ALTER USER r PASSWORD 'x'")]
    #[case("DROP GROUP r")]
    #[case("GRANT SELECT, DELETE ON a TO r")]
    #[case("REVOKE ALL ON a FROM PUBLIC")]
    #[case("ALTER DEFAULT PRIVILEGES IN SCHEMA a GRANT SELECT ON TABLES TO r")]
    #[case("REASSIGN OWNED BY a TO b")]
    #[case("ALTER TABLE a OWNER TO b")]
    #[case("ALTER VIEW a OWNER TO b")]
    #[case("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")]
    #[case("ALTER FUNCTION f() SECURITY DEFINER")]
    #[case("ALTER FUNCTION f() RESET search_path")]
    #[case("ALTER FUNCTION f() RESET ALL")]
    #[case("ALTER VIEW v SET (security_invoker = false)")]
    #[case("ALTER VIEW v RESET (security_invoker)")]
    #[case("ALTER TABLE v SET (\"security_invoker\" = off)")]
    #[case("ALTER TABLE auth.users ADD COLUMN a int")]
    #[case("ALTER TABLE \"auth\".users ADD COLUMN a int")]
    #[case("UPDATE auth.users SET a = 1")]
    #[case("INSERT INTO AUTH.users (a) VALUES (1)")]
    #[case("CREATE TRIGGER t AFTER INSERT ON auth.users EXECUTE FUNCTION f()")]
    #[case("CREATE INDEX i ON auth.users (a)")]
    #[case("CREATE VIEW v AS SELECT * FROM auth.users")]
    #[case("SET search_path = auth")]
    #[case("DO $$ BEGIN EXECUTE 'GRANT ALL ON a TO b'; END $$")]
    #[case("DO $$ BEGIN EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', 'a', 'b'); END $$")]
    #[case("DO $$ BEGIN EXECUTE 'GRANT ' || x || ' ON a TO b'; END $$")]
    #[case("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ UPDATE auth.users SET a = 1 $$")]
    #[case("CREATE FUNCTION f() RETURNS void LANGUAGE plpython3u AS $$ x = 1 $$")]
    #[case("UPDATE pg_authid SET rolsuper = true")]
    #[case("UPDATE pg_catalog.pg_class SET relrowsecurity = false")]
    #[case("INSERT INTO pg_policy SELECT * FROM a")]
    #[case("INSERT INTO tidegate.approvals (a) VALUES (1)")]
    #[case("UPDATE tidegate.windows SET a = 1")]
    #[case("ALTER TABLE tidegate.approvals DISABLE TRIGGER ALL")]
    #[case("SELECT tidegate.approve('a')")]
    #[case("ALTER SCHEMA tidegate RENAME TO other")]
    #[case("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()")]
    #[case("SET session_replication_role = replica")]
    #[case("SET LOCAL session_replication_role TO 'replica'")]
    #[case("SELECT set_config('session_replication_role', 'replica', false)")]
    #[case("ALTER DATABASE a SET row_security = off")]
    #[case("COPY a FROM PROGRAM 'x'")]
    #[case("COPY (SELECT 1) TO PROGRAM 'x'")]
    #[case("DO $$ BEGIN EXECUTE 'UPDATE pg_authid SET rolsuper = true'; END $$")]
    #[case("SELECT ((1)")]
    #[case("FROBNICATE the database")]
    #[case("CREATE TABLE a (b int); \\copy a from 'b'")]
    #[case("DO $$ BEGIN this is no program END $$")]
    fn security(#[case] sql: &str) {
        assert_eq!(words(sql), ["security"], "{:?}", needs(sql));
    }

    #[rstest]
    #[case("DELETE FROM a WHERE b")]
    #[case("WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone")]
    #[case("TRUNCATE a, b")]
    #[case("DROP TABLE IF EXISTS a CASCADE")]
    #[case("DROP SCHEMA a")]
    #[case("ALTER TABLE a ADD COLUMN b int, DROP COLUMN IF EXISTS c")]
    #[case("DROP MATERIALIZED VIEW a")]
    #[case("ALTER TABLE a DETACH PARTITION b; DROP TABLE b")]
    #[case("MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN DELETE")]
    #[case("DROP TYPE mood CASCADE")]
    #[case("DELETE FROM migrations_history")]
    #[case("DO $$ BEGIN IF true THEN DELETE FROM a; END IF; END $$")]
    #[case("DO $$ DECLARE t text := 'drop table a'; BEGIN EXECUTE t; END $$")]
    #[case("CREATE RULE r AS ON INSERT TO a DO ALSO DELETE FROM b")]
    #[case("CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM a; END")]
    #[case("SELECT cron.schedule('nightly', '0 3 * * *', 'DELETE FROM a WHERE old')")]
    #[case("EXPLAIN ANALYZE DELETE FROM a")]
    fn retention(#[case] sql: &str) {
        assert_eq!(words(sql), ["retention"], "{:?}", needs(sql));
    }

    #[rstest]
    #[case("UPDATE a SET b = pgp_sym_encrypt(b, 'k')")]
    #[case("SELECT extensions.crypt('a', extensions.gen_salt('bf'))")]
    #[case("CREATE EXTENSION IF NOT EXISTS \"pgcrypto\" WITH SCHEMA extensions")]
    #[case("DROP EXTENSION supabase_vault")]
    #[case("CREATE TABLE a (b text, client_secret text)")]
    #[case("ALTER TABLE a ADD COLUMN nonce bytea")]
    #[case("ALTER TABLE a RENAME COLUMN b TO cipher_text; ALTER TABLE a ALTER COLUMN key_id TYPE int")]
    #[case("CREATE TABLE a (b int, password_hash text)")]
    #[case("ALTER TABLE a ADD COLUMN api_key text")]
    #[case("ALTER TABLE a RENAME COLUMN b TO token")]
    #[case("ALTER TABLE a RENAME COLUMN private_key TO b")]
    #[case("SELECT vault.create_secret('a')")]
    #[case("DO $$ BEGIN PERFORM digest('a', 'sha1'); END $$")]
    fn compliance(#[case] sql: &str) {
        assert_eq!(words(sql), ["compliance"], "{:?}", needs(sql));
    }

    #[test]
    fn to_drop_what_a_role_owns_takes_its_rights_as_well() {
        assert_eq!(words("DROP OWNED BY a"), ["security", "retention"]);
        assert_eq!(words("ALTER TABLE a DROP COLUMN passphrase"), ["retention", "compliance"]);
    }

    #[test]
    fn a_reason_names_the_line_and_the_object() {
        let sql = "-- head\nBEGIN;\nDROP TABLE public.legacy;\nDO $$\nBEGIN\n  DELETE FROM old;\nEND $$;\nCOMMIT;\n";
        let needs = needs(sql);
        let whys: Vec<&str> = needs.iter().map(|need| need.why.as_str()).collect();
        assert_eq!(whys, ["Line 3 drops a table: DROP TABLE public.legacy.", "Line 6 deletes rows: DELETE FROM old."]);
    }

    #[test]
    fn what_is_too_deep_or_too_long_is_judged_by_its_words() {
        let deep = format!("DO $$ BEGIN DELETE FROM a WHERE {}1{}; END $$", "(".repeat(50_000), ")".repeat(50_000));
        assert_eq!(words(&deep), ["security", "retention"]);
        let quoted = (0..40).fold("DELETE FROM a".to_owned(), |inner, depth| {
            format!("DO $q{depth}$ BEGIN EXECUTE $i{depth}$ {inner} $i{depth}$; END $q{depth}$")
        });
        assert!(words(&quoted).contains(&"security"));
        let rows = "(1, 'a text'), ".repeat(20_000);
        assert_eq!(words(&format!("INSERT INTO a VALUES {rows} (2, 'b'); TRUNCATE b")), ["retention"]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(sql in "[ -~\n$'éé;(){}]{0,200}") {
            needs(&sql);
        }

        #[test]
        fn no_order_of_words_makes_it_fail(words in proptest::collection::vec(
            proptest::sample::select(vec![
                "do", "$$", "begin", "end", ";", "(", ")", "if", "then", "delete", "from", "auth", ".", "users", "'", "execute",
                "create", "function", "f", "()", "language", "plpgsql", "as", "drop", "table", "case", "when", "select", ",", "%",
                "\"", "E'", "U&'", "loop", "declare", "x", "int", ":=", "with", "/*", "*/", "--", "\n",
            ]), 0..60)
        ) {
            needs(&words.join(" "));
        }
    }
}
