//! A password in memory: usable by the code that connects, invisible to everything that prints.

use std::fmt;

use zeroize::Zeroizing;

/// A secret text. Its content appears in no `Debug`, `Display` or serialised form, and its memory is
/// overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The content, for the one call that hands it to the server or to a child's environment.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the content is empty; libpq takes an empty password for none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_output_does_not_hold_the_content() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }
}
