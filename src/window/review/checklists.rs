//! The checklists of migrations, by the rules of an environment's tier.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use super::{Request, review_each};
use crate::config::Tier;
use crate::migration::catalogue::{Catalogue, Migration};
use crate::migration::checksum::Checksum;
use crate::review::checklist::Checklist;
use crate::review::known::Known;
use crate::window::context::Context;

/// The checklists that were made for a tier, and from which files.
#[derive(Debug, Clone)]
pub struct KnownChecklists {
    tier: Tier,
    catalogue: Arc<Catalogue>,
    made: HashMap<String, Arc<Checklist>>,
}

impl Context {
    /// The checklists of these migrations. Reads their files and those before them, once as long as the catalogue stays
    /// what it is.
    pub fn checklists(&self, tier: Tier, catalogue: &Arc<Catalogue>, names: &[&str]) -> Arc<[Checklist]> {
        if names.is_empty() {
            return Arc::default();
        }
        let is_of_these = |one: &KnownChecklists| one.tier == tier && Arc::ptr_eq(&one.catalogue, catalogue);
        let known = || self.checklists.lock().unwrap_or_else(PoisonError::into_inner);
        let mut made = known().iter().find(|one| is_of_these(one)).map(|one| one.made.clone()).unwrap_or_default();
        let new: Vec<&str> = names.iter().copied().filter(|name| !made.contains_key(*name)).collect();
        if !new.is_empty() {
            // Nothing is locked while files are read: a screen and a gate may ask at once.
            let checklists = make(self, tier, catalogue, &new).into_iter();
            made.extend(checklists.map(|checklist| (checklist.migration.clone(), Arc::new(checklist))));
            let mut all = known();
            all.retain(|one| one.tier != tier);
            all.push(KnownChecklists { tier, catalogue: Arc::clone(catalogue), made: made.clone() });
        }
        names.iter().filter_map(|name| made.get(*name).map(|one| Checklist::clone(one))).collect()
    }
}

fn make(context: &Context, tier: Tier, catalogue: &Catalogue, names: &[&str]) -> Vec<Checklist> {
    let settings = &context.config.review;
    let only = Some(names.iter().map(|name| (*name).to_owned()).collect());
    let request = Request { only, tier: Some(tier), ..Request::default() };
    let rules = request.rules(settings);
    let mut checklists = Vec::with_capacity(names.len());
    let migrations = request.reach(catalogue);
    review_each(&context.config, migrations, (&request, &rules), &mut Known::default(), |mut reviewed| {
        reviewed.settle(&rules);
        let name = reviewed.name().as_str();
        let is_as_listed = catalogue.find(name).is_some_and(is_as_listed);
        checklists.push(match &reviewed.examined {
            Ok(examined) if is_as_listed => Checklist::of(examined, settings, &rules),
            Ok(_) => Checklist::unread(name, "The file is not what it was when it was listed."),
            Err(unread) => Checklist::unread(name, &unread.why),
        });
    });
    checklists
}

/// Whether a migration's files are still what the catalogue says: what is judged must be what is approved.
fn is_as_listed(migration: &Migration) -> bool {
    migration.files().all(|file| file.read().is_ok_and(|bytes| Checksum::of(&bytes) == file.checksum))
}
