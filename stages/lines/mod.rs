//! lines: lines that are no text are cut, by the recipe's rules in the recipe's order.
//!
//! The rules are those of C4 and `RefinedWeb`, and the Llama 3 report's for lines of repeated content; see
//! `filters::line_rules`. They were made for prose: code, formulas, and documents that are mostly such are left alone.
//! What went, and by which rule, stands in the column `cuts`, also of rejected documents, whose text stays whole.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, ListArray, StringBuilder, StructArray, UInt64Builder};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field};
use filters::line_rules::{Cleaned, LineRule, clean};
use filters::{Branch, Document, text};
use serde::{Deserialize, Serialize};

use crate::batch::{Batch, BlocksBuilder};
use crate::cut::remove;
use crate::error::Result;
use crate::fate::Fate;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

/// `lines` in a recipe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinesConfig {
    /// The rules, in the order in which they are asked.
    pub rules: Vec<LineRule>,
    /// Largest share of its words that a document may lose; above, it is rejected. Without, only one that loses all its
    /// lines is. `RefinedWeb`: 0.05.
    pub max_loss: Option<f64>,
}

impl LinesConfig {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let loss = self.max_loss.filter(|loss| !(0.0..=1.0).contains(loss));
        let loss = loss.map(|loss| format!("max_loss: {loss} is not a share"));
        self.rules.iter().filter_map(LineRule::problem).chain(loss).collect()
    }
}

/// Cuts lines.
#[derive(Debug)]
pub struct Lines {
    config: LinesConfig,
}

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "lines",
    summary: "Cuts lines that are no text; rejects documents that lose too much.",
    reads: &[&schema::TEXT, &schema::BLOCKS],
    adds: &[&schema::CUTS],
    memory: "one batch",
};

impl Lines {
    /// The stage of these settings.
    #[must_use]
    pub fn new(config: &LinesConfig) -> Self {
        Self { config: config.clone() }
    }

    /// Why a document goes, if so.
    fn fate(&self, original: &str, cleaned: &Cleaned) -> Option<Fate> {
        if let Some((rule, phrase)) = &cleaned.rejected {
            return Some(Fate::rejected(CARD.id, format!("lines.{rule}"), phrase.as_str()));
        }
        if cleaned.cuts.is_empty() {
            return None;
        }
        if cleaned.cuts.iter().map(ExactSizeIterator::len).sum::<usize>() == original.len() {
            return Some(Fate::rejected(CARD.id, "lines.empty", "no line stays"));
        }
        let bound = self.config.max_loss?;
        let loss = text::ratio(cleaned.words_cut, text::count_words(original))?;
        (loss > bound).then(|| Fate::broke(CARD.id, "lines.loss", loss, bound))
    }
}

impl DocumentStage for Lines {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let texts = batch.strings(&schema::TEXT)?;
        let block_column = batch.blocks()?;
        let (mut new_texts, mut new_blocks) = (StringBuilder::new(), BlocksBuilder::default());
        let (mut evidence, mut fates, mut blocks) = (CutsBuilder::default(), Vec::new(), Vec::new());
        for row in 0..batch.len() {
            let original = texts.value(row);
            block_column.read(row, &mut blocks);
            let is_prose =
                batch.is_alive(row) && Document::new(original).with_blocks(&blocks).branch() == Branch::Prose;
            let rules = if is_prose { &self.config.rules[..] } else { &[] };
            let mut cleaned = clean(original, &blocks, rules);
            evidence.append(original, &cleaned);
            if let Some(fate) = self.fate(original, &cleaned) {
                // Its text stays whole in `rejected/`, where someone may want to see what was cut.
                fates.push((row, fate));
                cleaned.cuts.clear();
            }
            new_texts.append_value(remove(original, &cleaned.cuts, &mut blocks));
            new_blocks.append(&blocks);
        }
        batch.set(&schema::TEXT, Arc::new(new_texts.finish()))?;
        batch.set(&schema::BLOCKS, new_blocks.finish())?;
        batch.set(&schema::CUTS, evidence.finish())?;
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}

/// Characters of a line that the evidence shows.
const SAMPLE: usize = 200;

/// Collects the `cuts` column.
#[derive(Default)]
struct CutsBuilder {
    lengths: Vec<usize>,
    rules: StringBuilder,
    hashes: UInt64Builder,
    lines: StringBuilder,
}

impl CutsBuilder {
    fn append(&mut self, text: &str, cleaned: &Cleaned) {
        let mut shown = BTreeSet::new();
        self.lengths.push(cleaned.evidence.len());
        for cut in &cleaned.evidence {
            self.rules.append_value(cut.rule);
            self.hashes.append_value(cut.hash);
            let line = shown.insert(cut.rule).then(|| text[cut.line.clone()].chars().take(SAMPLE).collect::<String>());
            self.lines.append_option(line);
        }
    }

    fn finish(mut self) -> ArrayRef {
        let columns: Vec<ArrayRef> =
            vec![Arc::new(self.rules.finish()), Arc::new(self.hashes.finish()), Arc::new(self.lines.finish())];
        let items = StructArray::new(schema::cut_fields(), columns, None);
        let field = Arc::new(Field::new("item", DataType::Struct(schema::cut_fields()), true));
        Arc::new(ListArray::new(field, OffsetBuffer::from_lengths(self.lengths), Arc::new(items), None))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray, RecordBatch, StringArray};
    use filters::{Block, BlockKind};

    use super::*;

    /// The texts, fates and number of cuts of documents, each one block of the kind.
    fn run(config: serde_json::Value, documents: &[(&str, BlockKind)]) -> Vec<(String, Option<String>, usize)> {
        let texts: Vec<&str> = documents.iter().map(|(text, _)| *text).collect();
        let mut blocks = BlocksBuilder::default();
        for (text, kind) in documents {
            blocks.append(&[Block { kind: *kind, start: 0, end: u32::try_from(text.len()).unwrap() }]);
        }
        let columns: Vec<ArrayRef> = vec![Arc::new(StringArray::from(texts)), blocks.finish()];
        let table = RecordBatch::try_new(schema::schema(&[&schema::TEXT, &schema::BLOCKS]), columns).unwrap();
        let mut batch = Batch::new(table, 0);
        Lines::new(&serde_json::from_value(config).unwrap()).apply(&mut batch).unwrap();
        let cuts = batch.column(&schema::CUTS).unwrap().as_list::<i32>().clone();
        (0..batch.len())
            .map(|row| {
                let fate = batch.fates()[row].as_ref().map(ToString::to_string);
                (batch.strings(&schema::TEXT).unwrap().value(row).to_owned(), fate, cuts.value(row).len())
            })
            .collect()
    }

    #[test]
    fn lines_go_and_documents_that_lose_too_much() {
        let config = serde_json::json!({
            "rules": [
                { "rule": "terminal_punctuation" },
                { "rule": "phrases", "any": ["lorem ipsum"], "reject": true },
            ],
            "max_loss": 0.5,
        });
        let prose = BlockKind::Prose;
        let results = run(
            config,
            &[
                ("Home\nA line of text.", prose),
                ("Home\nShop", prose),
                ("Home and shop and\nA line.", prose),
                ("Lorem ipsum dolor.", prose),
                ("let a = 1", BlockKind::Code),
            ],
        );
        let texts: Vec<&str> = results.iter().map(|(text, ..)| text.as_str()).collect();
        assert_eq!(
            texts,
            ["A line of text.", "Home\nShop", "Home and shop and\nA line.", "Lorem ipsum dolor.", "let a = 1"]
        );
        let fates: Vec<Option<&str>> = results.iter().map(|(_, fate, _)| fate.as_deref()).collect();
        assert_eq!(
            fates,
            [
                None,
                Some("rejected  lines lines.empty  no line stays"),
                Some("rejected  lines lines.loss  0.667 > 0.5"),
                Some("rejected  lines lines.phrases  lorem ipsum"),
                None,
            ]
        );
        let cuts: Vec<usize> = results.iter().map(|(.., cuts)| *cuts).collect();
        assert_eq!(cuts, [1, 2, 1, 1, 0]);
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        let config: LinesConfig =
            serde_json::from_value(serde_json::json!({ "rules": [{ "rule": "capitals", "max": 2 }], "max_loss": 3 }))
                .unwrap();
        assert_eq!(config.problems().len(), 2);
    }
}
