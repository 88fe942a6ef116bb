//! Texts that many rows have in common, kept once.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashSet;

/// Texts that rows share: the same migrations are in every environment, applied by the same few people.
#[derive(Debug, Default)]
pub struct SharedTexts(Mutex<FxHashSet<Arc<str>>>);

impl SharedTexts {
    /// The text, shared with whoever has it already.
    pub fn shared(&self, text: &str) -> Arc<str> {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = texts.get(text) {
            return Arc::clone(text);
        }
        let text: Arc<str> = text.into();
        texts.insert(Arc::clone(&text));
        text
    }

    /// Lets go of what no row has any more.
    pub fn sweep(&self) {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.retain(|text| Arc::strong_count(text) > 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_have_is_kept_once_and_until_both_are_gone() {
        let texts = SharedTexts::default();
        let (one, other) = (texts.shared("ada"), texts.shared("ada"));
        assert!(Arc::ptr_eq(&one, &other));
        drop(one);
        texts.sweep();
        assert!(Arc::ptr_eq(&texts.shared("ada"), &other));
        drop(other);
        texts.sweep();
        assert!(texts.0.lock().unwrap().is_empty());
    }
}
