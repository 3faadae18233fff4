//! Web pages whose blocks tell their class: mostly code, or full of formulas.

use std::path::Path;

use anyhow::Result;
use filters::document::{Branch, Document};
use rayon::prelude::*;
use stages::extract::Extractor;

use super::super::data;
use super::super::extraction::gold;

/// Sets made of pages with formulas and code: the finished model is tested on them, and never sees them.
const HELD_OUT: &[&str] = &["defuddle", "llm_webkit_bench", "llm_webkit_code", "llm_webkit_math"];

/// The text of a page, as our extraction gives it.
pub(super) struct Page {
    /// Pages of one site stay together.
    pub(super) site: String,
    pub(super) class: &'static str,
    pub(super) text: String,
}

/// The pages of `extraction/` that the shares of their blocks make code or mathematics; see [`Branch`].
pub(super) fn read(folder: &Path) -> Result<Vec<Page>> {
    let pages: Vec<Option<Page>> = gold::read(&folder.join("extraction"))?
        .into_par_iter()
        .filter(|page| !HELD_OUT.contains(&page.set.as_str()))
        .map_init(Extractor::new, |extractor, page| {
            let html = stages::read::decode(&page.bytes, None, None);
            // A page beyond a budget is nothing to learn from.
            let extracted = extractor.extract(&html, page.url.as_deref()).ok()?;
            let class = match Document::new(&extracted.text).with_blocks(&extracted.blocks).branch() {
                Branch::Prose => return None,
                Branch::Code => "code",
                Branch::Math => "math",
            };
            let site = page.url.as_deref().map_or_else(|| format!("{}/{}", page.set, page.id), data::site);
            Some(Page { site, class, text: extracted.text })
        })
        .collect();
    Ok(pages.into_iter().flatten().collect())
}
