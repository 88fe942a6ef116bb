//! The section `[review]`.

use std::collections::BTreeMap;

use super::{File, Table};
use crate::config::environment::{Environment, Tier};
use crate::config::nearest::nearest;
use crate::config::policy::BackupRequirement;
use crate::config::reader::shown;
use crate::migration::table::TableName;
use crate::review;
use crate::review::finding::Severity;
use crate::review::settings::{Level, OFF, Pattern, Settings, level_of_word};

impl File<'_> {
    pub(super) fn review(
        &self,
        table: Option<Table<'_>>,
        history: &TableName,
        environments: &[Environment],
    ) -> Settings {
        let default = Settings {
            history: history.clone(),
            without_backup: environments.iter().filter(|one| may_go_without(one)).map(named).collect(),
            ..Settings::default()
        };
        let Some(table) = table else { return default };
        let levels = |key| self.levels(&table, key);
        let tiers = Tier::ALL.map(|tier| (tier.word().to_owned(), levels(tier.word())));
        Settings {
            ticket: table.parsed("ticket", Pattern::new),
            secured_schemas: table.list("secured_schemas").unwrap_or_default(),
            literals: match table.list("literals") {
                Some(written) => written.iter().filter_map(|one| self.pattern(&table, one)).collect(),
                None => default.literals,
            },
            public_roles: table.list("public_roles").unwrap_or(default.public_roles),
            block_from: self.block_from(&table),
            main_branch: table.text("main_branch").unwrap_or(default.main_branch),
            levels: levels("rules"),
            tiers: tiers.into_iter().filter(|(_, levels)| !levels.is_empty()).collect(),
            ..default
        }
    }

    fn block_from(&self, table: &Table<'_>) -> Level {
        let levels = [None, Some(Severity::Note), Some(Severity::Warning), Some(Severity::Error)];
        table.choice("block_from", &levels, |level| level.map_or(OFF, Severity::word)).flatten()
    }

    fn pattern(&self, table: &Table<'_>, written: &str) -> Option<Pattern> {
        match Pattern::new(written) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                table.wrong("literals", format!("`literals`: {error}."), None);
                None
            }
        }
    }

    /// Rules and their levels, as one table says them.
    fn levels(&self, table: &Table<'_>, key: &str) -> BTreeMap<String, Level> {
        let mut levels = BTreeMap::new();
        for (name, at, words) in table.entries(key) {
            if review::rule(&name).is_none() {
                let near = nearest(&name, review::rules().map(|rule| rule.name));
                let advice = near.map_or_else(
                    || "`tidegate review --rules` lists them.".to_owned(),
                    |near| format!("Did you mean `{near}`?"),
                );
                self.reader.problem(at, format!("There is no rule `{}`.", shown(&name)), advice);
                continue;
            }
            let level = words.as_deref().and_then(|words| match words {
                [word] => level_of_word(word),
                _ => None,
            });
            match level {
                Some(level) => drop(levels.insert(name, level)),
                None => {
                    let message = format!("The level of `{name}` must be `off`, `note`, `warning` or `error`.");
                    self.reader.problem(at, message, None);
                }
            }
        }
        levels
    }
}

/// Whether a window on an environment that matters may drop something without a backup.
fn may_go_without(environment: &Environment) -> bool {
    match (environment.tier, environment.policy.backup) {
        (Tier::Production, requirement) => requirement != BackupRequirement::Required,
        (Tier::Staging, requirement) => requirement == BackupRequirement::Off,
        (Tier::Development, _) => false,
    }
}

fn named(environment: &Environment) -> String {
    environment.name.to_string()
}
