//! filter: every measure of the registry, judged by the recipe's bounds.
//!
//! All filters measure every document, whatever the first verdict was, so that other bounds can be asked about later
//! without another run; the ones that the recipe names judge. A filter judges the kinds of text that its bounds were
//! made for (its card's `branches`): prose rules do not judge code or mathematics. The first filter in the registry's
//! order whose bound is broken gives the fate.

mod bounds;
mod config;
mod references;
mod token_counts;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, StringArray, StringBuilder, StructArray};
use arrow::datatypes::Float64Type;
use filters::tokens::References;
use filters::words::WordLists;
use filters::{Bounds, Document, FILTERS, Resources, UnsafeModel, Verdict};

use crate::batch::Batch;
use crate::error::{Result, StageError};
use crate::fate::Fate;
use crate::models::ModelStore;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

pub(crate) use bounds::BoundsTable;
pub use config::FilterConfig;
pub use references::{FoldReferences, PATH as REFERENCES_PATH, load_references, named_references};
pub use token_counts::{DocumentTokens, TokenCounts, document_tokens};

/// Measures and judges.
pub struct Filters {
    bounds: BoundsTable,
    resources: Resources,
}

/// What all filters say of one document.
#[derive(Debug)]
pub struct Judgement {
    /// The values, in the registry's order.
    pub measures: Vec<Option<f64>>,
    /// Of the filters that judge: id, bounds, verdict.
    pub verdicts: Vec<(&'static str, Bounds, Verdict)>,
}

impl Judgement {
    /// The first broken bound: filter, value, bound.
    #[must_use]
    pub fn rejection(&self) -> Option<(&'static str, f64, f64)> {
        self.verdicts.iter().find_map(|(id, _, verdict)| match *verdict {
            Verdict::Reject { value, bound } => Some((*id, value, bound)),
            _ => None,
        })
    }
}

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "filter",
    summary: "Measures every document and rejects those outside the recipe's bounds.",
    reads: &[&schema::TEXT, &schema::BLOCKS, &schema::LANGUAGE],
    adds: &[&schema::MEASURES, &schema::BRANCH],
    memory: "one document a thread; the token references, 512 KiB a language and branch",
};

impl Filters {
    /// The stage of these settings, with the references of the run, if it made any; those that the settings name go
    /// before them. Without references, divergence from them is not measured.
    ///
    /// # Errors
    /// [`StageError::Model`] when a word list, the model or the references cannot be read, or the model has no such label.
    pub fn new(config: &FilterConfig, lists: &ModelStore, references: Option<References>) -> Result<Self> {
        let word_lists = word_lists(config, lists)?;
        let unsafe_model = config.unsafe_model.as_ref().map(|named| {
            let model = UnsafeModel::new(lists.fasttext(&named.model)?, &named.label);
            model.map_err(|message| problem(&named.model, message))
        });
        let unsafe_model = unsafe_model.transpose()?;
        let named = config.references.as_ref().map(|name| named_references(name, lists)).transpose()?;
        Ok(Self {
            bounds: BoundsTable::new(config),
            resources: Resources { word_lists, unsafe_model, references: named.or(references).unwrap_or_default() },
        })
    }

    /// What the filters need besides the text.
    #[must_use]
    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// Measures one document, and judges it.
    #[must_use]
    pub fn judge(&self, document: &Document<'_>) -> Judgement {
        let branch = document.branch();
        let measures: Vec<Option<f64>> = FILTERS.iter().map(|filter| filter.measure(document)).collect();
        let verdicts = FILTERS
            .iter()
            .zip(self.bounds.of(document.language()))
            .zip(&measures)
            .filter_map(|((filter, bounds), value)| {
                let bounds = bounds.filter(|_| filter.card().branches.contains(&branch))?;
                Some((filter.card().id, bounds, bounds.judge(*value)))
            })
            .collect();
        Judgement { measures, verdicts }
    }
}

fn borrowed(lists: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    lists.iter().map(|(code, text)| (code.as_str(), text.as_str()))
}

/// The lists of dirty words that the settings change; `None` where they are the program's own.
fn word_lists(config: &FilterConfig, store: &ModelStore) -> Result<Option<WordLists>> {
    if config.dirty_words.is_empty() && config.allowed_words.is_empty() {
        return Ok(None);
    }
    let read = |name: &String| {
        let text = String::from_utf8(store.bytes(name)?)
            .map_err(|_| problem(name, "a word list must be UTF-8, one word or phrase a line".into()))?;
        Ok((config::language_of(name), text))
    };
    let read = |names: &[String]| names.iter().map(read).collect::<Result<Vec<_>>>();
    let (dirty, allowed) = (read(&config.dirty_words)?, read(&config.allowed_words)?);
    let mut lists: Vec<_> = borrowed(&dirty).collect();
    if lists.is_empty() {
        lists.extend(WordLists::EMBEDDED);
    }
    let lists = WordLists::new(lists, borrowed(&allowed));
    for (name, (code, _)) in config.allowed_words.iter().zip(&allowed) {
        if !lists.has(code) {
            let known = lists.languages().collect::<Vec<_>>().join(", ");
            let message = format!("it allows words of `{code}`, and there are lists of dirty words of {known} alone");
            return Err(problem(name, message));
        }
    }
    Ok(Some(lists))
}

fn problem(name: &str, message: String) -> StageError {
    StageError::Model { name: name.to_owned(), message }
}

impl DocumentStage for Filters {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let (texts, languages) = (batch.strings(&schema::TEXT)?, batch.strings(&schema::LANGUAGE)?);
        let block_column = batch.blocks()?;
        let second = &schema::SECOND_LANGUAGE_SHARE;
        let second = batch.has(second).then(|| batch.column(second)).transpose()?;
        let second = second.and_then(|shares| shares.as_primitive_opt::<Float64Type>());
        let mut columns = vec![vec![None; batch.len()]; FILTERS.len()];
        let (mut branches, mut fates, mut blocks) = (StringBuilder::new(), Vec::new(), Vec::new());
        for row in 0..batch.len() {
            if !batch.is_alive(row) {
                branches.append_null();
                continue;
            }
            block_column.read(row, &mut blocks);
            let document = Document::new(texts.value(row))
                .with_language(language(languages, row))
                .with_second_share(second.filter(|shares| shares.is_valid(row)).map(|shares| shares.value(row)))
                .with_blocks(&blocks)
                .with_resources(&self.resources);
            let judgement = self.judge(&document);
            if let Some((filter, value, bound)) = judgement.rejection() {
                fates.push((row, Fate::broke(CARD.id, filter, value, bound)));
            }
            for (column, value) in columns.iter_mut().zip(judgement.measures) {
                column[row] = value;
            }
            branches.append_value(document.branch().name());
        }
        let values: Vec<ArrayRef> =
            columns.into_iter().map(|column| Arc::new(Float64Array::from(column)) as ArrayRef).collect();
        batch.set(&schema::MEASURES, Arc::new(StructArray::new(schema::measure_fields(), values, None)))?;
        batch.set(&schema::BRANCH, Arc::new(branches.finish()))?;
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}

/// The language label of a row; an empty one says nothing.
pub(crate) fn language(languages: &StringArray, row: usize) -> Option<&str> {
    languages.is_valid(row).then(|| languages.value(row)).filter(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use filters::{Block, BlockKind};

    use super::*;

    fn filters(config: serde_json::Value) -> Filters {
        Filters::new(&serde_json::from_value(config).unwrap(), &ModelStore::default(), None).unwrap()
    }

    #[test]
    fn only_named_filters_judge_and_all_measure() {
        let filters = filters(serde_json::json!({ "length.words": { "min": 5 } }));
        let judgement = filters.judge(&Document::new("three words here"));
        assert_eq!(judgement.rejection(), Some(("length.words", 3.0, 5.0)));
        assert_eq!(judgement.verdicts.len(), 1);
        assert!(judgement.measures.iter().filter(|value| value.is_some()).count() > 10);
    }

    #[test]
    fn prose_rules_do_not_judge_code() {
        let filters = filters(serde_json::json!({ "symbols.hash_to_word": { "max": 0.1 } }));
        let text = "#include <a>\n#include <b>";
        let end = u32::try_from(text.len()).unwrap();
        let blocks = [Block { kind: BlockKind::Code, start: 0, end }];
        assert!(filters.judge(&Document::new(text)).rejection().is_some());
        let code = filters.judge(&Document::new(text).with_blocks(&blocks));
        assert!(code.rejection().is_none() && code.measures.iter().any(Option::is_some));
    }

    #[test]
    fn allowed_words_leave_the_lists() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let (dirty, allowed) = (file("en", "worse"), file("en.txt", "porn\n\nporn\nworse things\n"));
        let count = |config: serde_json::Value| {
            let filters = filters(config);
            let document =
                Document::new("porn, porn and blowjob; worse, worse things").with_resources(filters.resources());
            filters::find("words.dirty_count").unwrap().measure(&document)
        };
        assert_eq!(count(serde_json::json!({})), Some(3.0));
        assert_eq!(
            count(serde_json::json!({ "allowed_words": [allowed] })),
            Some(1.0),
            "out of the program's own list"
        );
        assert_eq!(count(serde_json::json!({ "dirty_words": [dirty], "allowed_words": [allowed] })), Some(1.0));
        assert_eq!(count(serde_json::json!({ "dirty_words": [dirty] })), Some(2.0));
        let french = file("fr", "coq");
        for (name, expected) in [(&french, "words of `fr`"), (&"./nothing/en".to_owned(), "no such file")] {
            let config = serde_json::from_value(serde_json::json!({ "allowed_words": [name] })).unwrap();
            let message = Filters::new(&config, &ModelStore::default(), None).err().unwrap().to_string();
            assert!(message.contains(expected) && message.contains(name.as_str()), "{message}");
        }
    }

    #[test]
    fn a_model_of_unsafe_text_measures_and_judges() {
        let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../filters/fasttext/golden/softmax.bin");
        let golden = golden.display().to_string();
        let text = "a boat in the harbour";
        let config = serde_json::json!({
            "unsafe_model": { "model": golden, "label": "sea" }, "model.unsafe": { "max": 0.5 }
        });
        let filters = filters(config);
        let judgement = filters.judge(&Document::new(text).with_resources(filters.resources()));
        let (filter, value, bound) = judgement.rejection().unwrap();
        assert_eq!((filter, bound), ("model.unsafe", 0.5));
        assert!((value - 0.823_421_5).abs() < 1e-4, "{value}");
        let config = serde_json::json!({ "unsafe_model": { "model": golden, "label": "toxic" } });
        let config = serde_json::from_value(config).unwrap();
        let message = Filters::new(&config, &ModelStore::default(), None).err().unwrap().to_string();
        assert!(
            message.contains(&golden) && message.contains("no label `toxic`") && message.contains("sea"),
            "{message}"
        );
    }

    #[test]
    fn a_list_that_is_no_text_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("en");
        std::fs::write(&path, [0xff, 0xfe]).unwrap();
        for key in ["dirty_words", "allowed_words"] {
            let config = serde_json::json!({ key: [path.display().to_string()] });
            let config = serde_json::from_value(config).unwrap();
            assert!(matches!(Filters::new(&config, &ModelStore::default(), None), Err(StageError::Model { .. })));
        }
    }
}
