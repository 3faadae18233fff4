//! The real pages of `../shared/data/extraction`, where they are at hand: for tests.

use std::path::{Path, PathBuf};

/// The pages' folder, in what `TROMMEL_DATA` names, or in `../shared/data` beside the repository. Where there is none, it
/// says so loudly: the test is then skipped.
pub(crate) fn folder() -> Option<PathBuf> {
    let data = std::env::var_os("TROMMEL_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    let folder = data.join("extraction");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no pages at {}; name the data's folder in TROMMEL_DATA", folder.display());
    None
}

/// Calls `each` with set, file name and bytes of each page, in order.
pub(crate) fn for_each(folder: &Path, mut each: impl FnMut(&str, &str, &[u8])) {
    let mut sets: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    sets.sort();
    for set in sets.iter().filter(|set| set.join("html.tar.zst").is_file()) {
        let packed = std::fs::read(set.join("html.tar.zst")).unwrap();
        let mut reader = zstd::stream::read::Decoder::new(packed.as_slice()).unwrap();
        reader.window_log_max(27).unwrap();
        let mut tar = Vec::new();
        std::io::Read::read_to_end(&mut reader, &mut tar).unwrap();
        let name = set.file_name().unwrap().to_string_lossy();
        for (file, bytes) in files(&tar) {
            each(&name, file, bytes);
        }
    }
}

/// Names and bytes of a tar's ordinary files.
fn files(tar: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let header = tar.get(at..at + 512).filter(|header| header[0] != 0)?;
            let until_nul = |field: &'static std::ops::Range<usize>| {
                std::str::from_utf8(header[field.clone()].split(|byte| *byte == 0).next()?).ok()
            };
            let size = usize::from_str_radix(until_nul(&(124..136))?.trim(), 8).ok()?;
            let content = tar.get(at + 512..at + 512 + size)?;
            at += 512 + size.next_multiple_of(512);
            if matches!(header[156], b'0' | 0) {
                let name = until_nul(&(0..100))?;
                return Some((name.rsplit('/').next().unwrap_or(name), content));
            }
        }
    })
}
