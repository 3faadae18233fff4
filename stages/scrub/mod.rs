//! scrub: personal details become placeholders.
//!
//! What is found are details of fixed form (see `filters::pii`); personal names and street addresses are out of scope.
//! A document with more of them than `max_spans` is a list of people more than a text, and is rejected.

#[cfg(test)]
mod switch_off;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::StringBuilder;
use filters::pii::{Context, Detector, Kind, replace};
use serde::{Deserialize, Serialize};

use crate::batch::{self, Batch, BlocksBuilder};
use crate::error::Result;
use crate::fate::Fate;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

/// `scrub` in a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScrubConfig {
    /// Most details that a document may hold; above, it is rejected. Dolma drops documents from 6 on.
    pub max_spans: Option<u32>,
    /// What stands for each kind of detail, in place of `<email>`, `<phone>`, …
    pub placeholders: BTreeMap<String, String>,
    /// Kinds that are left alone.
    pub off: Vec<String>,
}

impl Default for ScrubConfig {
    fn default() -> Self {
        Self { max_spans: Some(5), placeholders: BTreeMap::new(), off: Vec::new() }
    }
}

impl ScrubConfig {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let unknown = self.placeholders.keys().chain(&self.off).filter(|name| Kind::parse(name).is_none());
        let known = || Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        unknown.map(|name| format!("there is no kind of personal detail `{name}`; there are {}", known())).collect()
    }
}

/// Replaces personal details.
#[derive(Debug)]
pub struct Scrub {
    detector: Detector,
    placeholders: BTreeMap<&'static str, String>,
    max_spans: Option<u32>,
}

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "scrub",
    summary: "Replaces e-mail addresses, phone numbers, public IP addresses, cards, ids and secrets by placeholders.",
    reads: &[&schema::TEXT, &schema::BLOCKS, &schema::LANGUAGE, &schema::HOST],
    adds: &[&schema::N_SCRUBBED],
    memory: "one batch",
};

impl Scrub {
    /// The stage of these settings.
    #[must_use]
    pub fn new(config: &ScrubConfig) -> Self {
        let kinds: Vec<Kind> =
            Kind::ALL.iter().copied().filter(|kind| !config.off.iter().any(|off| off == kind.name())).collect();
        let placeholder = |kind: &Kind| {
            let own = config.placeholders.get(kind.name()).cloned();
            (kind.name(), own.unwrap_or_else(|| format!("<{}>", kind.name())))
        };
        Self {
            placeholders: kinds.iter().map(placeholder).collect(),
            detector: Detector::new(&kinds),
            max_spans: config.max_spans,
        }
    }

    /// Finds the details of one text.
    pub fn spans(&self, text: &str, context: &Context<'_>, spans: &mut Vec<filters::pii::Span>) {
        spans.clear();
        self.detector.spans(text, context, spans);
    }

    /// The text with placeholders in place of these spans; blocks follow.
    #[must_use]
    pub fn replace(&self, text: &str, spans: &[filters::pii::Span], blocks: &mut [filters::Block]) -> String {
        replace(text, spans, |kind| self.placeholders.get(kind.name()).map_or("", String::as_str), blocks)
    }
}

impl DocumentStage for Scrub {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let (texts, languages) = (batch.strings(&schema::TEXT)?, batch.strings(&schema::LANGUAGE)?);
        let hosts = batch.strings(&schema::HOST)?;
        let block_column = batch.blocks()?;
        let (mut new_texts, mut new_blocks) = (StringBuilder::new(), BlocksBuilder::default());
        let (mut counts, mut fates) = (Vec::with_capacity(batch.len()), Vec::new());
        let (mut blocks, mut spans) = (Vec::new(), Vec::new());
        for row in 0..batch.len() {
            let text = texts.value(row);
            block_column.read(row, &mut blocks);
            let context = Context {
                language: Some(languages.value(row)).filter(|language| !language.is_empty()),
                tld: hosts.value(row).rsplit('.').next().filter(|tld| !tld.is_empty()),
                blocks: &blocks,
            };
            self.spans(text, &context, &mut spans);
            let count = u32::try_from(spans.len()).unwrap_or(u32::MAX);
            if let Some(bound) = self.max_spans.filter(|bound| count > *bound && batch.is_alive(row)) {
                fates.push((row, Fate::broke(CARD.id, "scrub.spans", count.into(), bound.into())));
            }
            // Rejected or not, here or before, what is written holds no personal details.
            new_texts.append_value(self.replace(text, &spans, &mut blocks));
            new_blocks.append(&blocks);
            counts.push(batch.is_alive(row).then_some(count));
        }
        batch.set(&schema::TEXT, Arc::new(new_texts.finish()))?;
        batch.set(&schema::BLOCKS, new_blocks.finish())?;
        batch.set(&schema::N_SCRUBBED, batch::numbers(counts))?;
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}
