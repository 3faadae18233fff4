//! The words behind a divergence: what a document has that its language has not.

use std::fmt::Write as _;

use anyhow::Result;
use filters::tokens::References;
use filters::{Branch, Document};
use stages::filter::{REFERENCES_PATH, load_references, named_references};
use stages::models::ModelStore;
use stages::spec::StageSpec;
use stages::task::Layout;

use crate::recipe::Recipe;

/// Words shown.
const MOST: usize = 10;

/// The references that judged a run: the file that its recipe names, or its own; none where nothing was compared.
pub(super) fn references(layout: &Layout, recipe: &Recipe, models: &ModelStore) -> Result<Option<References>> {
    let named = recipe.stages.iter().find_map(|stage| match stage {
        StageSpec::Filter(config) => config.references.as_ref(),
        _ => None,
    });
    Ok(match named {
        Some(name) => Some(named_references(name, models)?),
        None if layout.path(REFERENCES_PATH).is_file() => Some(load_references(layout)?),
        None => None,
    })
}

/// The words that add most to a document's divergence, with their counts.
pub(super) fn unusual(text: &str, language: &str, branch: Branch, references: &References) -> String {
    let Some(reference) = references.get(language, branch) else {
        return format!("  no token reference for {language} {}: divergence is not measured\n", branch.name());
    };
    let document = Document::new(text).with_language(Some(language));
    let words = reference.contributions(document.words(), references.are_counted(), MOST);
    if words.is_empty() {
        return String::new();
    }
    let rest = if references.are_counted() { ", without this document" } else { "" };
    let mut told = format!(
        "  words that add most to its divergence (p ln(p/q), nats; counts here and in the {} tokens of the \
         reference{rest}):\n",
        reference.tokens()
    );
    for word in words {
        // A word may be a megabyte of base64. Writing to a string cannot fail.
        let short: String = word.word.chars().take(40).collect();
        let _ = writeln!(told, "    {short:<40} {:>8.4} {:>8} {:>12}", word.nats, word.count, word.in_reference);
    }
    told
}
