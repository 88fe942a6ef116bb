//! Which of the words that rules look for a file has: enough to tell what cannot be in it, without its tree.

/// The words that rules look for, in order.
const LOOKED_FOR: [&str; 44] = [
    "abort",
    "add",
    "alter",
    "begin",
    "bigserial",
    "bpchar",
    "char",
    "character",
    "cluster",
    "commit",
    "concurrently",
    "create",
    "database",
    "detach",
    "domain",
    "drop",
    "end",
    "index",
    "int",
    "int2",
    "int4",
    "integer",
    "null",
    "primary",
    "references",
    "reindex",
    "rename",
    "rollback",
    "serial",
    "serial2",
    "serial4",
    "serial8",
    "set",
    "smallint",
    "smallserial",
    "start",
    "table",
    "timestamp",
    "truncate",
    "type",
    "unique",
    "vacuum",
    "value",
    "varchar",
];

/// The first letters of those of each length, a bit each: most words of a file are told from all of them by these.
const FIRST_LETTERS: [u32; LONGEST + 1] = {
    let (mut letters, mut place) = ([0; LONGEST + 1], 0);
    while place < LOOKED_FOR.len() {
        let word = LOOKED_FOR[place].as_bytes();
        letters[word.len()] |= letter(word[0]);
        place += 1;
    }
    letters
};

/// The length of the longest of them.
const LONGEST: usize = 12;

/// The bit of a letter in any case.
const fn letter(byte: u8) -> u32 {
    1 << (byte & 0x1f)
}

/// How long a name may be, in bytes: PostgreSQL cuts off what is longer.
const LONGEST_NAME: usize = 63;

/// The words that a file has, outside of its strings and comments.
#[derive(Debug, Clone, Copy, Default)]
pub struct Words {
    /// Those of [`LOOKED_FOR`], a bit each.
    found: u64,
    /// Whether a name may be cut off.
    has_long: bool,
    /// Whether a name is written with escapes, and may be any.
    has_escaped: bool,
}

/// Some words, one of which must be there.
#[derive(Debug, Clone, Copy)]
pub struct OneOf(u64);

/// One of these words. Made while compiling, which fails for one that is not looked for.
pub const fn one_of(words: &[&str]) -> OneOf {
    let (mut bits, mut at) = (0, 0);
    while at < words.len() {
        let mut place = 0;
        while !is_same(words[at].as_bytes(), LOOKED_FOR[place].as_bytes()) {
            place += 1;
        }
        bits |= 1 << place;
        at += 1;
    }
    OneOf(bits)
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl Words {
    /// Those of a file that may have every word.
    #[cfg(test)]
    pub fn any() -> Self {
        Words { has_long: true, has_escaped: true, ..Words::default() }
    }

    /// Takes in a word that is not quoted.
    pub fn take(&mut self, word: &str) {
        self.has_long |= word.len() > LONGEST_NAME;
        let mut lower = [0; LONGEST];
        let Some((lower, first)) = lower.get_mut(..word.len()).zip(word.as_bytes().first()) else { return };
        if FIRST_LETTERS[word.len()] & letter(*first) == 0 {
            return;
        }
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        if let Ok(place) = LOOKED_FOR.binary_search_by(|one| one.as_bytes().cmp(lower)) {
            self.found |= 1 << place;
        }
    }

    /// Takes in a quoted name, with its quotes.
    pub fn take_quoted(&mut self, name: &str) {
        self.has_long |= name.len() > LONGEST_NAME;
        match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(name) => self.take(name),
            None => self.has_escaped = true,
        }
    }

    /// Whether each of these may be in the file by one of its words.
    pub fn may_have(&self, wanted: &[OneOf]) -> bool {
        self.has_escaped || wanted.iter().all(|one| self.found & one.0 != 0)
    }

    /// Whether a name of the file may be too long.
    pub fn may_have_long_names(&self) -> bool {
        self.has_long
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_words_are_in_order_and_fit() {
        assert!(LOOKED_FOR.is_sorted() && LOOKED_FOR.iter().all(|word| word.len() <= LONGEST));
    }

    #[rstest]
    #[case::in_any_case(&["Drop", "tABLE"], &[], true)]
    #[case::in_quotes(&["drop"], &["\"table\""], true)]
    #[case::as_a_part_only(&["dropped", "table"], &[], false)]
    #[case::one_is_missing(&["drop"], &[], false)]
    #[case::with_escapes(&[], &["U&\"t\\0061ble\""], true)]
    #[case::longer_than_any(&["drop", "concurrently_and_table"], &[], false)]
    fn what_a_file_has_no_words_for_is_not_in_it(
        #[case] plain: &[&str],
        #[case] quoted: &[&str],
        #[case] expected: bool,
    ) {
        let mut words = Words::default();
        plain.iter().for_each(|word| words.take(word));
        quoted.iter().for_each(|name| words.take_quoted(name));
        assert_eq!(words.may_have(const { &[one_of(&["drop"]), one_of(&["table", "index"])] }), expected);
    }

    #[rstest]
    #[case(63, false)]
    #[case(64, true)]
    fn a_name_that_may_be_cut_off_is_told(#[case] length: usize, #[case] expected: bool) {
        let mut words = Words::default();
        words.take(&"x".repeat(length));
        assert_eq!(words.may_have_long_names(), expected);
    }
}
