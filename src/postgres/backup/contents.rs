//! What an archive holds, as `pg_restore --list` says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The entries of an archive's table of contents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// Entries in all, those included that `pg_restore` does not list (the encoding, the database itself).
    pub(super) entries: u64,
    /// Tables whose rows the archive holds: object identifier of the table → number of the entry.
    pub(super) tables: BTreeMap<u32, u32>,
}

impl Contents {
    /// Takes in one line: `3367; 0 16385 TABLE DATA public a owner`. Names are neither quoted nor unique, so tables
    /// are known by their object identifier.
    pub(super) fn add(&mut self, line: &str) {
        if let Some(count) = line.strip_prefix(';').and_then(|line| line.trim().strip_prefix("TOC Entries: ")) {
            self.entries = count.parse().unwrap_or_default();
            return;
        }
        let Some((number, rest)) = line.split_once("; ") else { return };
        let Ok(number) = number.parse() else { return };
        let mut words = rest.splitn(3, ' ');
        let oid = words.nth(1).and_then(|oid| oid.parse().ok());
        if let (Some(oid), Some(rest)) = (oid, words.next())
            && rest.starts_with("TABLE DATA ")
        {
            self.tables.insert(oid, number);
        }
    }

    /// Numbers of the entries that have no file in `folder`, an archive in directory format.
    pub(super) fn without_file(&self, folder: &Path) -> std::io::Result<Vec<u32>> {
        let mut present = BTreeSet::new();
        for entry in std::fs::read_dir(folder)? {
            let name = entry?.file_name();
            // `3367.dat`, `3367.dat.gz`, `3367.dat.lz4` or `3367.dat.zst`
            if let Some((number, _)) = name.to_string_lossy().split_once(".dat")
                && let Ok(number) = number.parse::<u32>()
            {
                present.insert(number);
            }
        }
        Ok(self.tables.values().copied().filter(|number| !present.contains(number)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: &str = r#";
; Archive created at 2026-11-22 22:18:55 UTC
;     dbname: t
;     TOC Entries: 22
;
; Selected TOC Entries:
;
6; 2615 16392 SCHEMA - we ird postgres
215; 1259 16385 TABLE public a postgres
3373; 2613 16411 BLOB - 16411 postgres
3367; 0 16385 TABLE DATA public a postgres
3368; 0 16393 TABLE DATA we ird ta"b le new postgres
3371; 0 16405 MATERIALIZED VIEW DATA public m postgres
"#;

    #[test]
    fn tables_are_known_by_their_object_identifier() {
        let mut contents = Contents::default();
        LISTING.lines().for_each(|line| contents.add(line));
        assert_eq!(contents.entries, 22);
        assert_eq!(contents.tables, BTreeMap::from([(16385, 3367), (16393, 3368)]));
    }

    #[test]
    fn an_entry_without_its_file_is_missed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("3367.dat.gz"), "").unwrap();
        std::fs::write(folder.path().join("toc.dat"), "").unwrap();
        let mut contents = Contents::default();
        LISTING.lines().for_each(|line| contents.add(line));
        assert_eq!(contents.without_file(folder.path()).unwrap(), [3368]);
    }
}
