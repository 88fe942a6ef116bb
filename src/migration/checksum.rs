//! The checksum that ties what was applied to what lies in the file.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// SHA-256 of a file's bytes; shown and stored as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Checksum([u8; 32]);

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a checksum is the SHA-256 of a file as 64 hexadecimal digits")]
pub struct ChecksumError;

impl Checksum {
    /// The checksum of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Checksum(Sha256::digest(bytes).into())
    }

    /// The checksum of these bytes with a byte order mark dropped and every CRLF read as LF.
    ///
    /// Two files that differ only in these have the same normalised checksum; they run the same on the server.
    pub fn of_normalised(bytes: &[u8]) -> Self {
        let mut both = BothChecksums::new();
        both.update(bytes);
        both.finish().1
    }

    /// The first digits of it: enough for people to compare.
    pub fn short(&self) -> String {
        short(&self.to_string()).to_owned()
    }

    /// The 32 bytes of the digest.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The first twelve digits of a checksum as it is written; all of what is shorter.
pub fn short(checksum: &str) -> &str {
    checksum.get(..12).unwrap_or(checksum)
}

impl fmt::Display for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        formatter.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Checksum({self})")
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The value of each hexadecimal digit. A board compares many thousands of checksums, and digits cannot be foretold: a
/// table takes a fifth of the time of asking what each of them is.
const VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let digit = DIGITS[value as usize];
        values[digit as usize] = value;
        values[digit.to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    values
};
const NO_DIGIT: u8 = 0x80;

impl FromStr for Checksum {
    type Err = ChecksumError;

    fn from_str(text: &str) -> Result<Self, ChecksumError> {
        if text.len() != 64 {
            return Err(ChecksumError);
        }
        let mut digest = [0; 32];
        let mut seen = 0;
        for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
            seen |= high | low;
            *byte = high << 4 | (low & 0xf);
        }
        if seen & NO_DIGIT == 0 { Ok(Checksum(digest)) } else { Err(ChecksumError) }
    }
}

impl Serialize for Checksum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Checksum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Both checksums of a file in one pass over its bytes.
///
/// Nearly every file has neither a byte order mark nor a CRLF, and then both checksums are one: the second hash is only begun,
/// from a copy of the first, where the two first differ.
pub(super) struct BothChecksums {
    exact: Sha256,
    normalised: Option<Sha256>,
    /// The first bytes of the file, until there are enough to tell a byte order mark.
    start: Option<Vec<u8>>,
    /// The bytes so far end in a CR that the normalised hash has not been given yet.
    pending_return: bool,
}

impl BothChecksums {
    pub(super) fn new() -> Self {
        BothChecksums { exact: Sha256::new(), normalised: None, start: Some(Vec::new()), pending_return: false }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        let Some(mut start) = self.start.take() else {
            return self.update_text(bytes);
        };
        start.extend_from_slice(bytes);
        if start.len() < BYTE_ORDER_MARK.len() {
            self.start = Some(start);
        } else {
            self.update_start(&start);
        }
    }

    /// The exact and the normalised checksum.
    pub(super) fn finish(mut self) -> (Checksum, Checksum) {
        if let Some(start) = self.start.take() {
            self.update_start(&start);
        }
        if self.pending_return
            && let Some(normalised) = &mut self.normalised
        {
            normalised.update(b"\r");
        }
        let exact = Checksum(self.exact.finalize().into());
        let normalised = self.normalised.map_or(exact, |hash| Checksum(hash.finalize().into()));
        (exact, normalised)
    }

    fn update_start(&mut self, start: &[u8]) {
        match start.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => {
                self.exact.update(BYTE_ORDER_MARK);
                self.normalised = Some(Sha256::new());
                self.update_text(rest);
            }
            None => self.update_text(start),
        }
    }

    fn update_text(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        if self.pending_return && !rest.is_empty() {
            self.pending_return = false;
            if rest[0] != b'\n'
                && let Some(normalised) = &mut self.normalised
            {
                normalised.update(b"\r");
            }
        }
        while let Some(at) = rest.iter().position(|byte| *byte == b'\r') {
            let (before, after) = rest.split_at(at);
            self.update_same(before);
            // From here on the two may differ: the exact hash takes the CR, the normalised one waits for what follows.
            let normalised = self.normalised.get_or_insert_with(|| self.exact.clone());
            self.exact.update(b"\r");
            rest = &after[1..];
            match rest.first() {
                Some(b'\n') => {}
                Some(_) => normalised.update(b"\r"),
                None => self.pending_return = true,
            }
        }
        self.update_same(rest);
    }

    fn update_same(&mut self, bytes: &[u8]) {
        self.exact.update(bytes);
        if let Some(normalised) = &mut self.normalised {
            normalised.update(bytes);
        }
    }
}

/// What one pass over a file finds: both checksums, its length, and its first bytes.
pub(super) struct FileDigest {
    pub(super) exact: Checksum,
    pub(super) normalised: Checksum,
    pub(super) bytes: u64,
}

/// Reads `source` to its end in pieces of the size of `buffer`, so that a file of any length needs no more memory than that.
/// `first` is given the first piece. The end is where `length` says when it is reached in one piece, as with most files, which
/// saves asking for more; where nothing more comes otherwise.
pub(super) fn digest(
    source: &mut impl Read,
    length: u64,
    buffer: &mut [u8],
    first: impl FnOnce(&[u8]),
) -> io::Result<FileDigest> {
    let mut both = BothChecksums::new();
    let mut bytes = 0;
    let mut first = Some(first);
    loop {
        let filled = fill(source, buffer, length)?;
        if let Some(first) = first.take() {
            first(&buffer[..filled]);
        }
        both.update(&buffer[..filled]);
        bytes += filled as u64;
        if filled < buffer.len() {
            let (exact, normalised) = both.finish();
            return Ok(FileDigest { exact, normalised, bytes });
        }
    }
}

/// Reads until `buffer` is full, a source of this `length` is whole in it, or the source has ended.
fn fill(source: &mut impl Read, buffer: &mut [u8], length: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => {
                filled += count;
                if filled as u64 == length && filled < buffer.len() {
                    break;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[test]
    fn a_checksum_is_the_sha_256_in_hexadecimal() {
        let checksum = Checksum::of(b"abc");
        assert_eq!(checksum.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(checksum.short(), "ba7816bf8f01");
        assert_eq!(checksum.to_string().parse(), Ok(checksum));
        assert_eq!(checksum.to_string().to_uppercase().parse(), Ok(checksum));
    }

    #[rstest]
    #[case("")]
    #[case("ba7816bf")]
    #[case("xa7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    #[case("+a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    #[case("ééééééééééééééééééééééééééééééééé")]
    fn other_text_is_no_checksum(#[case] text: &str) {
        assert_eq!(text.parse::<Checksum>(), Err(ChecksumError));
    }

    #[rstest]
    #[case(b"a\nb\n", b"a\r\nb\r\n")]
    #[case(b"a\nb", b"\xef\xbb\xbfa\nb")]
    #[case(b"a\nb\n", b"\xef\xbb\xbfa\r\nb\n")]
    #[case(b"", b"\xef\xbb\xbf")]
    fn line_endings_and_a_byte_order_mark_do_not_count_when_normalised(#[case] one: &[u8], #[case] other: &[u8]) {
        assert_ne!(Checksum::of(one), Checksum::of(other));
        assert_eq!(Checksum::of_normalised(one), Checksum::of_normalised(other));
        assert_eq!(Checksum::of_normalised(one), Checksum::of(one));
    }

    #[rstest]
    #[case(b"a\rb", b"ab")]
    #[case(b"a\r", b"a")]
    #[case(b"a\n\n", b"a\r\n")]
    #[case(b"a\xef\xbb\xbf", b"a")]
    fn everything_else_counts(#[case] one: &[u8], #[case] other: &[u8]) {
        assert_ne!(Checksum::of_normalised(one), Checksum::of_normalised(other));
    }

    fn normalise(bytes: &[u8]) -> Vec<u8> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let mut out = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            if !(*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n')) {
                out.push(*byte);
            }
        }
        out
    }

    proptest! {
        #[test]
        fn reading_in_pieces_gives_the_same_checksums(
            bytes in prop::collection::vec(prop::sample::select(b"\xef\xbb\xbf\r\nab".to_vec()), 0..40),
            piece in 1_usize..9,
        ) {
            let mut buffer = vec![0; piece];
            let found = digest(&mut bytes.as_slice(), bytes.len() as u64, &mut buffer, |_| {}).unwrap();
            prop_assert_eq!(found.exact, Checksum::of(&bytes));
            prop_assert_eq!(found.normalised, Checksum::of(&normalise(&bytes)));
            prop_assert_eq!(found.bytes, bytes.len() as u64);
        }
    }
}
