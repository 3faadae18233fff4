//! The stages of a recipe, as data.

use serde::{Deserialize, Serialize};

use crate::classify::{self, ClassifyConfig};
use crate::dedup::{DocumentDedup, Level, LineDedup};
use crate::error::Result;
use crate::extract::{self, ExtractConfig};
use crate::filter::{self, FilterConfig};
use crate::language::{self, LanguageConfig};
use crate::lines::{self, LinesConfig};
use crate::models::ModelStore;
use crate::read::{self, ReadConfig};
use crate::schema::{self, Column};
use crate::scrub::{self, ScrubConfig};
use crate::stage::{DocumentStage, StageCard};
use crate::text::{self, TextConfig};
use crate::url::{self, UrlConfig};
use crate::write::{self, WriteConfig};

/// One `[[stage]]` of a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum StageSpec {
    /// Records of the input files.
    #[serde(rename = "read")]
    Read(ReadConfig),
    /// Canonical URLs and block lists.
    #[serde(rename = "url")]
    Url(UrlConfig),
    /// HTML to plain text.
    #[serde(rename = "extract")]
    Extract(ExtractConfig),
    /// Texts as they are.
    #[serde(rename = "text")]
    Text(TextConfig),
    /// Which language a text is in.
    #[serde(rename = "language")]
    Language(LanguageConfig),
    /// Personal details to placeholders.
    #[serde(rename = "scrub")]
    Scrub(ScrubConfig),
    /// The latest capture of each URL.
    #[serde(rename = "dedup.url")]
    DedupUrl(NoConfig),
    /// One of each text.
    #[serde(rename = "dedup.exact")]
    DedupExact(NoConfig),
    /// One of each cluster of near-duplicates.
    #[serde(rename = "dedup.document")]
    DedupDocument(DocumentDedup),
    /// Boilerplate lines.
    #[serde(rename = "dedup.line")]
    DedupLine(LineDedup),
    /// Lines that are no text.
    #[serde(rename = "lines")]
    Lines(LinesConfig),
    /// Measures against bounds.
    #[serde(rename = "filter")]
    Filter(FilterConfig),
    /// Quality, topic, class.
    #[serde(rename = "classify")]
    Classify(ClassifyConfig),
    /// The kept documents.
    #[serde(rename = "write")]
    Write(WriteConfig),
}

/// A stage without settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoConfig {}

/// Every kind of stage, in the order of the recipe `llama3`.
pub const KINDS: [&str; 14] = [
    "read",
    "url",
    "extract",
    "text",
    "language",
    "scrub",
    "dedup.url",
    "dedup.exact",
    "dedup.document",
    "dedup.line",
    "lines",
    "filter",
    "classify",
    "write",
];

impl StageSpec {
    /// The stage's name in recipes, fates and reports.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.card().id
    }

    /// What the stage reads, adds and holds.
    #[must_use]
    pub fn card(&self) -> &'static StageCard {
        match self {
            Self::Read(_) => &read::CARD,
            Self::Url(_) => &url::CARD,
            Self::Extract(_) => &extract::CARD,
            Self::Text(_) => &text::CARD,
            Self::Language(_) => &language::CARD,
            Self::Scrub(_) => &scrub::CARD,
            Self::DedupUrl(_) => &DEDUP_URL,
            Self::DedupExact(_) => &DEDUP_EXACT,
            Self::DedupDocument(_) => &DEDUP_DOCUMENT,
            Self::DedupLine(_) => &DEDUP_LINE,
            Self::Lines(_) => &lines::CARD,
            Self::Filter(_) => &filter::CARD,
            Self::Classify(_) => &classify::CARD,
            Self::Write(_) => &write::CARD,
        }
    }

    /// The level of deduplication that it is, if so.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        match self {
            Self::DedupUrl(_) => Some(Level::Url),
            Self::DedupExact(_) => Some(Level::Exact),
            Self::DedupDocument(_) => Some(Level::Document),
            Self::DedupLine(_) => Some(Level::Line),
            _ => None,
        }
    }

    /// Whether it needs all documents at once.
    #[must_use]
    pub fn is_global(&self) -> bool {
        self.level().is_some()
    }

    /// Everything in its settings that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        match self {
            Self::Language(config) => config.problems(),
            Self::Scrub(config) => config.problems(),
            Self::DedupDocument(config) => config.problems(),
            Self::DedupLine(config) => config.problems(),
            Self::Lines(config) => config.problems(),
            Self::Filter(config) => config.problems(),
            Self::Classify(config) => config.problems(),
            _ => Vec::new(),
        }
    }

    /// The models and lists that it loads, by the names in the recipe.
    #[must_use]
    pub fn resources(&self) -> Vec<&str> {
        match self {
            Self::Url(config) => config.resources(),
            Self::Language(config) => config.resources(),
            Self::Filter(config) => config.resources(),
            Self::Classify(config) => config.resources(),
            _ => Vec::new(),
        }
    }

    /// The stage itself; `None` for one that needs all documents at once.
    ///
    /// # Errors
    /// [`crate::StageError::Model`] when a model or list cannot be loaded.
    pub fn build(&self, models: &ModelStore) -> Result<Option<Box<dyn DocumentStage>>> {
        Ok(Some(match self {
            Self::Read(config) => Box::new(read::Read::new(config)),
            Self::Url(config) => Box::new(url::Urls::new(config, models)?),
            Self::Extract(config) => Box::new(extract::Extract::new(config)),
            Self::Text(config) => Box::new(text::Text::new(config)),
            Self::Language(config) => Box::new(language::Language::new(config, models)?),
            Self::Scrub(config) => Box::new(scrub::Scrub::new(config)),
            Self::Lines(config) => Box::new(lines::Lines::new(config)),
            Self::Filter(config) => Box::new(filter::Filters::new(config, models, None)?),
            Self::Classify(config) => Box::new(classify::Classify::new(config, models)?),
            Self::Write(config) => Box::new(write::Write::new(config)),
            Self::DedupUrl(_) | Self::DedupExact(_) | Self::DedupDocument(_) | Self::DedupLine(_) => return Ok(None),
        }))
    }
}

static URL_KEYS: &[&Column] = &[&schema::URL_KEY];
static TEXT_KEYS: &[&Column] = &[&schema::TEXT, &schema::BLOCKS, &schema::LANGUAGE];

static DEDUP_URL: StageCard = StageCard {
    id: "dedup.url",
    summary: "Keeps the latest capture of each canonical URL.",
    reads: URL_KEYS,
    adds: &[],
    memory: "one bucket of keys, within --memory",
};

static DEDUP_EXACT: StageCard = StageCard {
    id: "dedup.exact",
    summary: "Keeps one of each text, compared after normalising.",
    reads: TEXT_KEYS,
    adds: &[],
    memory: "one bucket of keys, within --memory",
};

static DEDUP_DOCUMENT: StageCard = StageCard {
    id: "dedup.document",
    summary: "Removes near-duplicates: MinHash proposes, true Jaccard similarity decides.",
    reads: TEXT_KEYS,
    adds: &[&schema::CLUSTER_SIZE],
    memory: "one bucket within --memory; 12 bytes a candidate while components are found; the largest component",
};

static DEDUP_LINE: StageCard = StageCard {
    id: "dedup.line",
    summary: "Cuts lines that stand in too many documents of a language.",
    reads: TEXT_KEYS,
    adds: &[&schema::N_LINES_REMOVED],
    memory: "one bucket of line hashes, within --memory",
};
