//! The sample crawl, which is part of the program: a fresh clone has something to clean.
//!
//! Small pages written for the purpose, one for each thing that can happen to a page; `sample_data/README.md` says
//! what each shows. `tests/generated.rs` builds the files from them.

use std::path::Path;

use anyhow::{Context, Result};

/// The files of the crawl.
const FILES: [(&str, &[u8]); 5] = [
    ("crawl-1.warc.gz", include_bytes!("../sample_data/crawl/crawl-1.warc.gz")),
    ("crawl-2.warc.gz", include_bytes!("../sample_data/crawl/crawl-2.warc.gz")),
    ("crawl-3.warc.zst", include_bytes!("../sample_data/crawl/crawl-3.warc.zst")),
    ("crawl-4.warc.wet.gz", include_bytes!("../sample_data/crawl/crawl-4.warc.wet.gz")),
    ("texts.jsonl", include_bytes!("../sample_data/crawl/texts.jsonl")),
];

/// Writes the crawl into a folder. Files that are there already stay untouched, time stamps included, so that a second
/// run over them is recognised as the same run.
///
/// # Errors
/// When the folder or a file cannot be written.
pub(crate) fn write(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    for (name, bytes) in FILES {
        let path = folder.join(name);
        if !std::fs::read(&path).is_ok_and(|there| there == bytes) {
            std::fs::write(&path, bytes).with_context(|| format!("write {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_time_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let changed = || {
            let times = FILES.iter().map(|(name, _)| folder.path().join(name).metadata().unwrap().modified().unwrap());
            times.collect::<Vec<_>>()
        };
        write(folder.path()).unwrap();
        let first = changed();
        write(folder.path()).unwrap();
        assert_eq!(changed(), first);

        // A file that differs is written again.
        std::fs::write(folder.path().join(FILES[0].0), "half a file").unwrap();
        write(folder.path()).unwrap();
        assert_eq!(std::fs::read(folder.path().join(FILES[0].0)).unwrap(), FILES[0].1);
    }
}
