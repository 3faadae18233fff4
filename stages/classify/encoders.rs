//! The scores of encoder models, as a column, and what they take out.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float32Builder, MapBuilder, MapFieldNames, StringArray, StringBuilder};
use filters::{Bounds, Verdict};

use super::CARD;
use crate::encoder::{Encoder, EncoderConfig};
use crate::error::{Result, StageError};
use crate::fate::Fate;
use crate::models::ModelStore;

/// The encoders of a recipe, in the order of their names.
#[derive(Debug)]
pub(super) struct Encoders {
    all: Vec<Named>,
}

#[derive(Debug)]
struct Named {
    name: String,
    encoder: Arc<Encoder>,
    /// The place of the label whose probability is the score.
    label: usize,
    bounds: Bounds,
}

impl Encoders {
    /// These encoders, loaded.
    ///
    /// # Errors
    /// [`StageError::Model`] when one cannot be loaded, or has no such label.
    pub(super) fn new(configs: &BTreeMap<String, EncoderConfig>, models: &ModelStore) -> Result<Self> {
        let load = |(name, config): (&String, &EncoderConfig)| {
            let encoder = models.encoder(&config.folder, config.max_tokens)?;
            let label = encoder.label(config.label.as_deref());
            let label = label.map_err(|message| StageError::Model { name: config.folder.clone(), message })?;
            Ok(Named { name: name.clone(), encoder, label, bounds: config.score })
        };
        Ok(Self { all: configs.iter().map(load).collect::<Result<_>>()? })
    }

    /// The column of scores, in which these rows of the texts have some, and the ends of those that a bound takes out;
    /// no column without encoders.
    ///
    /// # Errors
    /// [`StageError::Model`] when a model fails.
    pub(super) fn judge(
        &self,
        texts: &StringArray,
        rows: &[usize],
        fates: &mut Vec<(usize, Fate)>,
    ) -> Result<Option<ArrayRef>> {
        if self.all.is_empty() {
            return Ok(None);
        }
        let asked: Vec<&str> = rows.iter().map(|row| texts.value(*row)).collect();
        let mut scores = Vec::with_capacity(self.all.len());
        for Named { name, encoder, label, bounds } in &self.all {
            let found = encoder.scores(&asked, *label);
            let found = found.map_err(|message| StageError::Model { name: name.clone(), message })?;
            for (row, score) in rows.iter().zip(&found) {
                if let Verdict::Reject { value, bound } = bounds.judge(Some((*score).into())) {
                    fates.push((*row, Fate::broke(CARD.id, format!("classify.{name}"), value, bound)));
                }
            }
            scores.push(found);
        }
        let names = MapFieldNames { entry: "entries".into(), key: "keys".into(), value: "values".into() };
        let mut column = MapBuilder::new(Some(names), StringBuilder::new(), Float32Builder::new());
        let mut next = rows.iter().enumerate().peekable();
        for row in 0..texts.len() {
            let place = next.next_if(|(_, asked)| **asked == row);
            if let Some((place, _)) = place {
                for (Named { name, .. }, scores) in self.all.iter().zip(&scores) {
                    column.keys().append_value(name);
                    column.values().append_value(scores[place]);
                }
            }
            column.append(place.is_some())?;
        }
        Ok(Some(Arc::new(column.finish())))
    }
}
