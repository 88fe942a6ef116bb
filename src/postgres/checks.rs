//! What the catalogs say about a database's health: things that migrations leave behind without an error.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::connection::Connection;
use super::error::PgError;

/// Something in the catalogs that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fault {
    /// Its object identifier, by which it is known again later.
    pub oid: u32,
    /// Its name, quoted where SQL needs it: `public.campaigns_name_key`.
    pub name: String,
    /// The table that it belongs to, in the same form.
    pub table: String,
}

/// Everything in a database that is not as it should be, at one moment. Taken before a window applies anything and
/// again afterwards, it tells what the window left behind from what was there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogFaults {
    /// Indexes that PostgreSQL does not use because they were never finished (`pg_index.indisvalid`).
    pub invalid_indexes: Vec<Fault>,
    /// Constraints that older rows may violate (`NOT VALID`, `pg_constraint.convalidated`).
    pub unvalidated_constraints: Vec<Fault>,
    /// Triggers of users that are switched off (`pg_trigger.tgenabled`).
    pub disabled_triggers: Vec<Fault>,
}

/// Faults that are there now, told apart by whether they were there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared<'a> {
    /// They came since.
    pub new: Vec<&'a Fault>,
    /// They were there before.
    pub old: Vec<&'a Fault>,
}

/// Tells the faults that came since an earlier look from those that were there.
pub fn compare<'a>(before: &[Fault], now: &'a [Fault]) -> Compared<'a> {
    let before: HashSet<u32> = before.iter().map(|fault| fault.oid).collect();
    let (old, new) = now.iter().partition(|fault| before.contains(&fault.oid));
    Compared { new, old }
}

/// Reads what is not as it should be, leaving out the system's own schemas, and partitioned indexes, which are invalid
/// on purpose until each partition has its own.
///
/// # Errors
/// What the server says; no privilege is needed.
pub async fn catalog_faults(connection: &Connection) -> Result<CatalogFaults, PgError> {
    let client = connection.client();
    let ask = async |query: &str| -> Result<Vec<Fault>, PgError> {
        let rows = client.query(query, &[]).await?;
        rows.into_iter()
            .map(|row| Ok(Fault { oid: row.try_get(0)?, name: row.try_get(1)?, table: row.try_get(2)? }))
            .collect()
    };
    Ok(CatalogFaults {
        invalid_indexes: ask(
            "select c.oid, format('%I.%I', n.nspname, c.relname), format('%I.%I', tn.nspname, t.relname)
             from pg_catalog.pg_index i
             join pg_catalog.pg_class c on c.oid = i.indexrelid
             join pg_catalog.pg_namespace n on n.oid = c.relnamespace
             join pg_catalog.pg_class t on t.oid = i.indrelid
             join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
             where c.relkind = 'i' and not i.indisvalid and n.nspname !~ '^pg_'
             order by 2",
        )
        .await?,
        unvalidated_constraints: ask("select k.oid, format('%I', k.conname),
                    case when t.oid is null then format('%I.%I', dn.nspname, d.typname)
                         else format('%I.%I', tn.nspname, t.relname) end
             from pg_catalog.pg_constraint k
             join pg_catalog.pg_namespace n on n.oid = k.connamespace
             left join pg_catalog.pg_class t on t.oid = k.conrelid
             left join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
             left join pg_catalog.pg_type d on d.oid = k.contypid
             left join pg_catalog.pg_namespace dn on dn.oid = d.typnamespace
             where not k.convalidated and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
             order by 3, 2")
        .await?,
        disabled_triggers: ask("select g.oid, format('%I', g.tgname), format('%I.%I', n.nspname, t.relname)
             from pg_catalog.pg_trigger g
             join pg_catalog.pg_class t on t.oid = g.tgrelid
             join pg_catalog.pg_namespace n on n.oid = t.relnamespace
             where g.tgenabled = 'D' and not g.tgisinternal and n.nspname !~ '^pg_'
             order by 3, 2")
        .await?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(oid: u32) -> Fault {
        Fault { oid, name: format!("public.index_{oid}"), table: "public.t".to_owned() }
    }

    #[test]
    fn an_object_made_anew_under_an_old_name_is_new() {
        let before = [fault(1), fault(2)];
        let again = Fault { oid: 3, ..fault(1) };
        let now = [again.clone(), fault(2)];
        let compared = compare(&before, &now);
        assert_eq!(compared.new, [&again]);
        assert_eq!(compared.old, [&fault(2)]);
    }
}
