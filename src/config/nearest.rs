//! The nearest right word to a misspelt one, for "did you mean".

/// The candidate that is most like `word`, if any is close enough to be what was meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let written = plain(word);
    candidates
        .into_iter()
        .map(|candidate| (likeness(&written, &plain(candidate)), candidate))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

/// Letters mixed up, or a word that begins alike: `prod` is `production`.
fn likeness(written: &str, candidate: &str) -> f64 {
    let by_beginning = Some(strsim::jaro_winkler(written, candidate)).filter(|likeness| *likeness >= 0.85);
    strsim::normalized_damerau_levenshtein(written, candidate).max(by_beginning.unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::nearest;

    #[rstest]
    #[case("lock_timout", Some("lock_timeout"))]
    #[case("lockTimeout", Some("lock_timeout"))]
    #[case("statement-timeout", Some("statement_timeout"))]
    #[case("prod", Some("production"))]
    #[case("stage", Some("staging"))]
    #[case("colour", None)]
    #[case("", None)]
    fn a_typo_finds_its_word(#[case] word: &str, #[case] expected: Option<&str>) {
        assert_eq!(nearest(word, ["lock_timeout", "statement_timeout", "tier", "production", "staging"]), expected);
    }
}
