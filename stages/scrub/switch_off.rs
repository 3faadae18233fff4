//! Kinds that are digits alone stay out of code and formulas: on real ones, where any number can look like a telephone.

use std::path::{Path, PathBuf};

use filters::pii::{Context, Detector, Kind, Span};
use filters::{Block, BlockKind};

use crate::extract::Extractor;
use crate::real_pages;

const DIGITS: [Kind; 4] = [Kind::CreditCard, Kind::UsSsn, Kind::NationalId, Kind::Phone];

fn spans(text: &str, blocks: &[Block]) -> Vec<Span> {
    let mut spans = Vec::new();
    let context = Context { language: Some("eng_Latn"), tld: Some("com"), blocks };
    Detector::new(&DIGITS).spans(text, &context, &mut spans);
    spans
}

/// Sources of the crates that this build is made of, in order, where Cargo has them unpacked.
fn sources() -> Option<Vec<PathBuf>> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    let lock: Vec<String> = std::fs::read_to_string(lock).ok()?.lines().map(str::to_owned).collect();
    let value = |line: &str, key: &str| Some(line.strip_prefix(key)?.trim_matches('"').to_owned());
    let crates = lock
        .windows(2)
        .filter_map(|pair| Some(format!("{}-{}", value(&pair[0], "name = ")?, value(&pair[1], "version = ")?)));
    let registries: Vec<PathBuf> =
        std::fs::read_dir(home.join("registry/src")).ok()?.map(|entry| entry.unwrap().path()).collect();
    let mut folders: Vec<PathBuf> =
        crates.flat_map(|name| registries.iter().map(move |registry| registry.join(&name))).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "c") {
                files.push(path);
            }
        }
    }
    files.sort();
    (!files.is_empty()).then_some(files)
}

/// A page that shows the source, as a blog would.
fn page(source: &str) -> String {
    let source = source.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<html><body><article><h1>Reading a source file</h1><p>This is the file that we look at today, as it stands in the \
         repository of the project, with all of its comments.</p><pre><code>{source}</code></pre><p>That is all of it; \
         the next part looks at how the functions are called.</p></article></body></html>"
    )
}

#[test]
fn numbers_of_real_code_are_no_telephones() {
    let Some(files) = sources() else {
        eprintln!("SKIPPED: no sources of crates below CARGO_HOME/registry/src");
        return;
    };
    let (mut pages, mut bare) = (0, 0);
    for path in files {
        let Ok(source) = std::fs::read_to_string(&path) else { continue };
        // Those in which a number looks like a detail, and of a size that a page has.
        let found = if source.len() > 60_000 { 0 } else { spans(&source, &[]).len() };
        if found == 0 {
            continue;
        }
        let page = Extractor::new().extract(&page(&source), None).unwrap();
        let code: usize =
            page.blocks.iter().filter(|block| block.kind == BlockKind::Code).map(|block| block.range().len()).sum();
        assert!(code * 10 > source.trim().len() * 9, "{}: {code} of {} bytes are code", path.display(), source.len());
        let left = spans(&page.text, &page.blocks);
        let shown: Vec<&str> = left.iter().map(|span| &page.text[span.start..span.end]).collect();
        assert!(shown.is_empty(), "{}: {shown:?}", path.display());
        (pages, bare) = (pages + 1, bare + spans(&page.text, &[]).len());
        if pages == 150 {
            break;
        }
    }
    eprintln!("{pages} pages of code: {bare} spans without the switch-off, none with it");
    assert!(pages >= 20, "too few sources with numbers to say something");
}

#[test]
fn numbers_of_real_formulas_are_no_telephones() {
    let Some(folder) = real_pages::folder() else { return };
    let (mut pages, mut formulas) = (0, 0);
    real_pages::for_each(&folder, |_, file, bytes| {
        let marks = ["<math", "MathJax", "katex"];
        if !marks.iter().any(|mark| memchr::memmem::find(bytes, mark.as_bytes()).is_some()) {
            return;
        }
        let html = crate::read::decode(bytes, None, None);
        let Ok(page) = Extractor::new().extract(&html, None) else { return };
        // By the text's own marks, not by its blocks.
        let inside: Vec<_> = displayed(&page.text);
        pages += usize::from(!inside.is_empty());
        formulas += inside.len();
        for span in spans(&page.text, &page.blocks) {
            let is_inside = inside.iter().any(|range| range.start <= span.start && span.end <= range.end);
            assert!(!is_inside, "{file}: {}", &page.text[span.start..span.end]);
        }
    });
    eprintln!("{pages} pages of mathematics, {formulas} displayed formulas: no span inside");
    assert!(pages >= 20 && formulas >= 100, "{pages} pages, {formulas} formulas");
}

/// What stands between `$$` and the next one.
fn displayed(text: &str) -> Vec<std::ops::Range<usize>> {
    let marks: Vec<usize> = text.match_indices("$$").map(|(place, _)| place).collect();
    marks.chunks_exact(2).map(|pair| pair[0]..pair[1]).collect()
}
