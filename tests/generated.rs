//! What is committed and made from something else equals what the code makes now.
//!
//! `UPDATE=1 cargo test --test generated` rewrites it.

#[path = "support/sample.rs"]
mod sample;

use std::collections::BTreeSet;
use std::io::{BufReader, Read};
use std::path::Path;

/// Compares a committed file with what it must be, or rewrites it.
fn check(path: &Path, expected: &[u8]) -> Result<(), String> {
    if std::fs::read(path).is_ok_and(|bytes| bytes == expected) {
        return Ok(());
    }
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        return std::fs::write(path, expected).map_err(|error| format!("{}: {error}", path.display()));
    }
    Err(format!("{} is not what it is made from", path.display()))
}

#[test]
fn the_crawl_is_made_of_its_pages() {
    let folder = sample::folder().join("crawl");
    let built = sample::build();
    let problems: Vec<String> =
        built.iter().filter_map(|file| check(&folder.join(&file.name), &file.bytes).err()).collect();
    assert!(problems.is_empty(), "{}\nrun: UPDATE=1 cargo test --test generated", problems.join("\n"));

    let names: BTreeSet<String> = built.into_iter().map(|file| file.name).collect();
    assert_eq!(names_in(&folder), names, "sample_data/crawl holds the files of the manifest");

    let embedded =
        std::fs::read_to_string(sample::folder().join("../src/sample.rs")).expect("the program's source is there");
    for name in names {
        assert!(embedded.contains(&format!("sample_data/crawl/{name}\")")), "src/sample.rs does not embed {name}");
    }
}

#[test]
fn every_page_is_in_the_crawl_and_in_the_readme() {
    let pages = names_in(&sample::folder().join("pages"));
    assert_eq!(pages, sample::pages());
    let readme = std::fs::read_to_string(sample::folder().join("README.md")).expect("the readme is there");
    let missing: Vec<&String> = pages.iter().filter(|page| !readme.contains(&format!("`{page}`"))).collect();
    assert!(missing.is_empty(), "sample_data/README.md does not say what these show: {missing:?}");
}

#[test]
fn an_independent_reader_reads_what_is_whole() {
    for file in sample::build().into_iter().filter(|file| file.damaged == 0 && file.is_gzip) {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(&file.bytes[..]).read_to_end(&mut plain).expect("whole gzip members");
        let records: Result<Vec<_>, _> = warc::WarcReader::new(BufReader::new(&plain[..])).iter_records().collect();
        assert_eq!(records.expect("whole records").len(), file.records, "{}", file.name);
    }
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned()).collect()
}
