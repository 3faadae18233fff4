//! Any bytes are a page, or a failure that says why.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../stages/extract/invariants.rs"]
mod invariants;

fuzz_target!(|bytes: &[u8]| {
    let html = stages::read::decode(bytes, None, None);
    if let Ok(page) = stages::extract::Extract::page(&html, Some("https://example.com/forum/1")) {
        let blocks = page.blocks.iter().map(|block| block.start as usize..block.end as usize);
        if let Some(broken) = invariants::broken(html.len(), &page.text, blocks) {
            panic!("{broken}");
        }
    }
});
