//! Pages with gold main content: folders with `gold.jsonl` (or `gold.jsonl.zst`), one row a page, and `html.tar.zst`
//! with each page's bytes as `html/NAME`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Largest window of the archives, as a power of two.
const WINDOW: u32 = 27;

/// One page.
#[derive(Debug)]
pub(in crate::train) struct Page {
    /// The folder's name, and the page's within it.
    pub(in crate::train) set: String,
    pub(in crate::train) id: String,
    pub(in crate::train) url: Option<String>,
    /// What kind of page it is, where the set says so.
    pub(in crate::train) kind: Option<String>,
    pub(in crate::train) bytes: Vec<u8>,
    pub(in crate::train) gold: Gold,
}

/// What is known of the content.
#[derive(Debug)]
pub(in crate::train) enum Gold {
    /// All of it.
    Text(String),
    /// Pieces that it has, and pieces that it has not.
    Snippets(Vec<String>, Vec<String>),
    /// Nothing that a block could be judged by.
    None,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    html_file: String,
    url: Option<String>,
    page_type: Option<String>,
    gold_kind: String,
    gold_text: Option<String>,
    #[serde(default)]
    must_have: Option<Vec<String>>,
    #[serde(default)]
    must_not_have: Option<Vec<String>>,
    #[serde(default)]
    gold_code_blocks: Option<Vec<String>>,
}

/// The pages of all sets of a folder, by set and in the archives' order.
pub(in crate::train) fn read(folder: &Path) -> Result<Vec<Page>> {
    let mut sets: Vec<_> = std::fs::read_dir(folder)
        .with_context(|| format!("open {} (docs/models.md tells the layout)", folder.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.join("html.tar.zst").is_file())
        .collect();
    sets.sort();
    if sets.is_empty() {
        bail!("{}: no folder here has html.tar.zst and gold.jsonl", folder.display());
    }
    let mut pages = vec![];
    for set in sets {
        read_set(&set, &mut pages).with_context(|| format!("read {}", set.display()))?;
    }
    Ok(pages)
}

fn read_set(folder: &Path, pages: &mut Vec<Page>) -> Result<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let plain = folder.join("gold.jsonl");
    let mut text = String::new();
    if plain.is_file() {
        File::open(plain)?.read_to_string(&mut text)?;
    } else {
        zstd::Decoder::new(File::open(folder.join("gold.jsonl.zst"))?)?.read_to_string(&mut text)?;
    }
    // A text may hold other line separators: rows end at a line feed and nothing else.
    let rows = text.split('\n').filter(|line| !line.is_empty()).map(serde_json::from_str::<Row>);
    let mut rows: BTreeMap<String, Row> =
        rows.map(|row| row.map(|row| (row.html_file.clone(), row))).collect::<Result<_, _>>()?;
    let mut archive = zstd::Decoder::new(File::open(folder.join("html.tar.zst"))?)?;
    archive.window_log_max(WINDOW)?;
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        let Some(row) = path.strip_prefix("html/").and_then(|file| rows.remove(file)) else { continue };
        let mut bytes = vec![];
        entry.read_to_end(&mut bytes)?;
        let gold = match (row.gold_kind.as_str(), row.gold_text) {
            ("full_text" | "markdown", Some(text)) if !text.trim().is_empty() => Gold::Text(text),
            ("snippets", _) => Gold::Snippets(row.must_have.unwrap_or_default(), row.must_not_have.unwrap_or_default()),
            ("code_blocks", _) => Gold::Snippets(row.gold_code_blocks.unwrap_or_default(), vec![]),
            _ => Gold::None,
        };
        pages.push(Page { set: name.clone(), id: row.id, url: row.url, kind: row.page_type, bytes, gold });
    }
    Ok(())
}
