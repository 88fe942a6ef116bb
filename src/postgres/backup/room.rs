//! Room on the disk that backups are written to.

use std::io;
use std::path::Path;

/// Bytes that this user may still write below `folder`, which must exist.
pub(super) fn free(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// What is wrong with the room, if anything: a backup of `table_bytes` needs as much as its tables and large objects
/// take on the server, since it holds no index and compressed rows are smaller than the pages they come from; and
/// `keep_free` must be left.
pub(super) fn is_enough(free: u64, table_bytes: u64, keep_free: u64) -> bool {
    free >= table_bytes.saturating_add(keep_free)
}

/// Bytes that lie in `path`, a file or a folder of any depth. What vanishes while it is counted counts as nothing.
pub(super) fn bytes_below(path: &Path) -> u64 {
    let Ok(metadata) = path.symlink_metadata() else {
        return 0;
    };
    if !metadata.is_dir() {
        return metadata.len();
    }
    std::fs::read_dir(path).map_or(0, |entries| entries.flatten().map(|entry| bytes_below(&entry.path())).sum())
}

/// A number of bytes for people: `640 bytes`, `5.0 MB`, `1.2 GB` (powers of 1000, as disks are sold).
pub fn size_in_words(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let mut size = bytes as f64;
    let mut unit = "bytes";
    for next in UNITS {
        if size < 999.95 {
            break;
        }
        size /= 1000.0;
        unit = next;
    }
    format!("{size:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0 bytes")]
    #[case(999, "999 bytes")]
    #[case(1000, "1.0 kB")]
    #[case(999_949, "999.9 kB")]
    #[case(999_950, "1.0 MB")]
    #[case(5_046_749, "5.0 MB")]
    #[case(u64::MAX, "18446.7 PB")]
    fn sizes_read_well(#[case] bytes: u64, #[case] words: &str) {
        assert_eq!(size_in_words(bytes), words);
    }

    #[rstest]
    #[case(100, 60, 40, true)]
    #[case(99, 60, 40, false)]
    #[case(100, u64::MAX, 1, false)]
    fn what_must_stay_free_counts(
        #[case] free: u64,
        #[case] table_bytes: u64,
        #[case] keep_free: u64,
        #[case] enough: bool,
    ) {
        assert_eq!(is_enough(free, table_bytes, keep_free), enough);
    }
}
