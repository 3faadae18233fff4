//! What is committed and made from something else equals what the code makes now.
//!
//! `UPDATE=1 cargo test --test generated` rewrites it.

#[path = "support/sample.rs"]
mod sample;

use std::collections::BTreeSet;
use std::fmt::Write as _;
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
fn the_table_of_measures_is_that_of_the_cards() {
    let mut text =
        "# Measures\n\nEvery filter of the registry, from its card. All measure every document, and the ones that a \
                    recipe names judge, by its own\nbounds; `trommel filters show ID` prints a card whole, with the \
                    definition, departures and examples. Bounds are inclusive.\n\n\
                    | measure | what it is | unit | bounds, published or proposed | made for | source |\n\
                    |---|---|---|---|---|---|\n"
            .to_owned();
    for card in filters::FILTERS.iter().map(|filter| filter.card()) {
        let bounds = match (card.default.min, card.default.max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) => "none".into(),
        };
        let branches: Vec<&str> = card.branches.iter().map(|branch| branch.name()).collect();
        let (source, summary) = (&card.source, card.summary.replace('|', "\\|"));
        writeln!(
            text,
            "| `{}` | {summary} | {} | {bounds} | {} | [{}]({}) |",
            card.id,
            card.unit.name(),
            branches.join(", "),
            source.work,
            source.url
        )
        .expect("memory can be written to");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/filters.md");
    check(&path, text.as_bytes())
        .unwrap_or_else(|problem| panic!("{problem}\nrun: UPDATE=1 cargo test --test generated"));
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
