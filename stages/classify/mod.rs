//! classify: quality, topic and class of each document, by fastText models and the document's blocks; scores of encoders.

mod config;
mod encoders;
mod keep;

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{StringBuilder, StructArray};
use filters::classes::{self, Classified, Models};
use filters::fasttext::{Model, Scratch};
use filters::{Block, Document, Verdict};

pub use self::config::{ClassifyConfig, LanguageQuality};
use self::encoders::Encoders;
use self::keep::Keep;
use crate::batch::{self, Batch};
use crate::error::{Result, StageError};
use crate::fate::Fate;
use crate::filter;
use crate::models::ModelStore;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

/// Classifies documents.
#[derive(Debug)]
pub struct Classify {
    class: Arc<Model>,
    topic: Arc<Model>,
    quality: Arc<Model>,
    keep: Keep,
    encoders: Encoders,
    config: ClassifyConfig,
}

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "classify",
    summary: "Scores quality, names the topic, and decides the class that mixes draw from.",
    reads: &[&schema::ID, &schema::TEXT, &schema::BLOCKS, &schema::LANGUAGE],
    adds: &[&schema::TOPIC, &schema::CLASS, &schema::SCORES, &schema::QUALITY_BUCKET, &schema::ENCODER_SCORES],
    memory: "the models",
};

impl Classify {
    /// The stage of these settings.
    ///
    /// # Errors
    /// [`crate::StageError::Model`] when a model cannot be loaded or lacks its labels, [`crate::StageError::Recipe`] when
    /// `keep` names what is no topic of it.
    pub fn new(config: &ClassifyConfig, models: &ModelStore) -> Result<Self> {
        let topic = models.fasttext(&config.topic)?;
        let topics: Vec<String> = topic.labels().map(classes::topic_name).collect();
        check_labels(models, &config.class, "class", &["math", "code"])?;
        check_labels(models, &config.quality_model, "quality", &["high"])?;
        Ok(Self {
            class: models.fasttext(&config.class)?,
            topic,
            quality: models.fasttext(&config.quality_model)?,
            keep: Keep::new(&config.keep, &topics)?,
            encoders: Encoders::new(&config.encoders, models)?,
            config: config.clone(),
        })
    }

    /// Class, topic and scores of one text.
    #[must_use]
    pub fn classify(
        &self,
        text: &str,
        blocks: &[Block],
        language: Option<&str>,
        url: Option<&str>,
        scratch: &mut Scratch,
    ) -> Classified {
        let models = Models { class: &self.class, topic: &self.topic, quality: &self.quality };
        let document = Document::new(text).with_blocks(blocks).with_language(language);
        classes::classify(models, &self.config.thresholds, &document, url, scratch)
    }
}

impl DocumentStage for Classify {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let texts = batch.strings(&schema::TEXT)?;
        let block_column = batch.has(&schema::BLOCKS).then(|| batch.blocks()).transpose()?;
        let languages = batch.has(&schema::LANGUAGE).then(|| batch.strings(&schema::LANGUAGE)).transpose()?;
        let ids = if self.keep.is_empty() { None } else { Some(batch.ids()?) };
        let urls = batch.has(&schema::URL).then(|| batch.strings(&schema::URL)).transpose()?;
        let (mut topics, mut labels) = (StringBuilder::new(), StringBuilder::new());
        let mut scores = schema::SCORES_NAMED.map(|_| Vec::with_capacity(batch.len()));
        let mut buckets = Vec::with_capacity(batch.len());
        let (mut fates, mut blocks, mut scratch) = (Vec::new(), Vec::new(), Scratch::default());
        for row in 0..batch.len() {
            if !batch.is_alive(row) {
                topics.append_null();
                labels.append_null();
                buckets.push(None);
                for column in &mut scores {
                    column.push(None);
                }
                continue;
            }
            blocks.clear();
            if let Some(column) = &block_column {
                column.read(row, &mut blocks);
            }
            let language = languages.and_then(|languages| filter::language(languages, row));
            let url = text_at(urls, row);
            let found = self.classify(texts.value(row), &blocks, language, url, &mut scratch);
            let quality = found.scores.quality;
            buckets.push(quality.and_then(|quality| self.config.bucket_of(language, quality)));
            let bounds = self.config.quality_of(language);
            if let Verdict::Reject { value, bound } = bounds.judge(quality.map(f64::from)) {
                fates.push((row, Fate::broke(CARD.id, "classify.quality", value, bound)));
            }
            let drawn = ids.and_then(|ids| self.keep.judge(ids.value(row), &found));
            fates.extend(drawn.map(|fate| (row, fate)));
            topics.append_option(found.topic);
            labels.append_value(found.class.name());
            let said = found.scores;
            for (column, score) in scores.iter_mut().zip([said.quality, said.math, said.code, said.topic]) {
                column.push(score);
            }
        }
        let ended: HashSet<usize> = fates.iter().map(|(row, _)| *row).collect();
        let asked = |row: &usize| batch.is_alive(*row) && !ended.contains(row);
        let rows: Vec<usize> = (0..batch.len()).filter(asked).collect();
        let by_encoders = self.encoders.judge(texts, &rows, &mut fates)?;
        let scores = scores.map(batch::floats).to_vec();
        batch.set(&schema::TOPIC, Arc::new(topics.finish()))?;
        batch.set(&schema::CLASS, Arc::new(labels.finish()))?;
        batch.set(&schema::SCORES, Arc::new(StructArray::new(schema::score_fields(), scores, None)))?;
        batch.set(&schema::QUALITY_BUCKET, batch::numbers(buckets))?;
        if let Some(scores) = by_encoders {
            batch.set(&schema::ENCODER_SCORES, scores)?;
        }
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}

/// Whether a model has one of the labels that it is asked for: without, it would score nothing, and no bound would judge.
fn check_labels(models: &ModelStore, name: &str, kind: &str, asked: &[&str]) -> Result<()> {
    let model = models.fasttext(name)?;
    if model.labels().any(|label| asked.contains(&label)) {
        return Ok(());
    }
    let (asked, told) = (asked.join("` or `"), model.told_labels());
    let message = format!("a {kind} model needs the label `{asked}`; its labels are {told}");
    Err(StageError::Model { name: name.to_owned(), message })
}

/// The row's text in a column that may be missing.
fn text_at(column: Option<&arrow::array::StringArray>, row: usize) -> Option<&str> {
    use arrow::array::Array;
    column.filter(|column| column.is_valid(row)).map(|column| column.value(row))
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray, RecordBatch, StringArray};
    use arrow::datatypes::{Float32Type, Schema};

    use filters::Bounds;

    use super::*;

    fn stage(quality: Bounds) -> Classify {
        let config = ClassifyConfig { quality, ..ClassifyConfig::default() };
        Classify::new(&config, &ModelStore::default()).unwrap()
    }

    /// A batch of these texts, with their languages where given.
    fn batch(texts: &[&str], languages: Option<&[&str]>) -> Batch {
        let mut batch = Batch::new(
            RecordBatch::try_new(
                Arc::new(Schema::new(vec![schema::TEXT.field()])),
                vec![Arc::new(StringArray::from(texts.to_vec()))],
            )
            .unwrap(),
            0,
        );
        if let Some(languages) = languages {
            batch.set(&schema::LANGUAGE, Arc::new(StringArray::from(languages.to_vec()))).unwrap();
        }
        batch
    }

    const PROSE: &str =
        "The museum opens at ten. Visitors leave their coats at the door, and a guide shows the paintings.";
    const CODE: &str = "fn add(a: u32, b: u32) -> u32 {\n    let sum = a + b;\n    return sum;\n}\n";

    #[test]
    fn columns_are_added_whether_or_not_the_language_is_known() {
        for (what, languages, expected) in [
            ("nothing known", None, ["general", "code"]),
            ("read without a language", Some(["", ""]), ["general", "code"]),
            ("English", Some(["eng_Latn", "eng_Latn"]), ["general", "code"]),
            ("German", Some(["deu_Latn", "deu_Latn"]), ["multilingual", "code"]),
        ] {
            let mut batch = batch(&[PROSE, CODE], languages.as_ref().map(<[_; 2]>::as_slice));
            stage(Bounds::NONE).apply(&mut batch).unwrap();
            let classes = batch.strings(&schema::CLASS).unwrap();
            assert_eq!([classes.value(0), classes.value(1)], expected, "{what}");
            assert!(batch.strings(&schema::TOPIC).unwrap().is_valid(0));
            let scores = batch.column(&schema::SCORES).unwrap().as_struct();
            for name in schema::SCORES_NAMED {
                let score = scores.column_by_name(name).unwrap().as_primitive::<Float32Type>();
                assert!(score.is_valid(0) && (0.0..=1.0).contains(&score.value(0)), "{what}: {name}");
            }
        }
    }

    #[test]
    fn the_quality_score_rejects_only_within_bounds() {
        let mut kept = batch(&[PROSE], None);
        stage(Bounds::NONE).apply(&mut kept).unwrap();
        assert!(kept.is_alive(0));
        let mut ended = batch(&[PROSE, CODE], None);
        ended.end(1, Fate::rejected("filter", "length.words", ""));
        stage(Bounds::at_least(1.1)).apply(&mut ended).unwrap();
        let fate = ended.fates()[0].as_ref().unwrap();
        assert_eq!((fate.rule.as_str(), fate.bound), ("classify.quality", Some(1.1)));
        assert!(ended.strings(&schema::CLASS).unwrap().is_null(1), "a row that ended before is left alone");
    }

    #[test]
    fn a_model_without_the_labels_that_it_is_asked_for_is_refused() {
        for (settings, expected) in [
            (
                serde_json::json!({ "quality_model": "embedded:topic", "quality": { "min": 0.3 } }),
                "needs the label `high`",
            ),
            (serde_json::json!({ "class": "embedded:quality" }), "needs the label `math` or `code`"),
        ] {
            let config: ClassifyConfig = serde_json::from_value(settings).unwrap();
            let told = Classify::new(&config, &ModelStore::default()).unwrap_err().to_string();
            assert!(told.contains(expected) && told.contains("embedded:") && told.contains("labels are"), "{told}");
        }
    }

    #[test]
    fn a_topic_that_the_model_has_not_is_refused() {
        let unknown = serde_json::json!({ "keep": { "Sprots & Fitness": 0.5 } });
        let config: ClassifyConfig = serde_json::from_value(unknown).unwrap();
        assert!(config.problems().is_empty(), "the model knows its topics, and not the recipe");
        let told = Classify::new(&config, &ModelStore::default()).unwrap_err().to_string();
        assert!(told.contains("`Sports & Fitness`"), "{told}");
    }
}
