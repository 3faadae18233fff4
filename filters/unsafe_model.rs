//! How probable a fastText model finds it that a text is adult, toxic or unsafe otherwise.

use std::cell::RefCell;
use std::sync::Arc;

use crate::card::{Card, Filter, Source, Unit};
use crate::fasttext::{Model, Scratch};
use crate::{Bounds, Branch, Document};

/// A model and the label that stands for what is not wanted.
#[derive(Clone, Debug)]
pub struct UnsafeModel {
    model: Arc<Model>,
    label: String,
    n_labels: usize,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl UnsafeModel {
    /// The model, asked for this label (with or without `__label__`).
    ///
    /// # Errors
    /// A message with the labels that the model has, when that label is not among them.
    pub fn new(model: Arc<Model>, label: &str) -> Result<Self, String> {
        let label = label.strip_prefix("__label__").unwrap_or(label).to_owned();
        if model.labels().any(|known| known == label) {
            let n_labels = model.labels().count();
            return Ok(Self { model, label, n_labels });
        }
        Err(format!("the model has no label `{label}`; its labels are {}", model.told_labels()))
    }

    /// The probability of the label; `None` for a text in which the model finds nothing that it knows.
    fn probability(&self, text: &str) -> Option<f64> {
        let predicted = SCRATCH.with_borrow_mut(|scratch| self.model.predict(text, self.n_labels, scratch));
        let of_label = predicted.iter().find(|prediction| prediction.label == self.label);
        // Hierarchical softmax leaves out labels that are all but impossible.
        (!predicted.is_empty()).then(|| of_label.map_or(0.0, |prediction| prediction.probability.into()))
    }
}

/// `model.unsafe`
pub(crate) struct Unsafe;

impl Filter for Unsafe {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let model = document.resources().unsafe_model.as_ref()?;
        if document.words().is_empty() { None } else { model.probability(document.text()) }
    }
}

static CARD: Card = Card {
    id: "model.unsafe",
    version: 1,
    summary: "How probable a fastText model finds it that the text is unsafe.",
    definition: "The probability of the label that the recipe names, by the model that it names (`unsafe_model`), given \
                 the text as it is, line feeds as spaces. Not measured: without a model, texts without words. No model \
                 is part of the program.",
    unit: Unit::Fraction,
    default: Bounds::NONE,
    branches: Branch::PROSE,
    source: Source {
        work: "Soldaini et al. 2024 (Dolma)",
        place: "Toxic content: fastText classifiers trained on Jigsaw's comments. Dolma judges sentences, above 0.4; here \
                the document is judged, and the bound is the recipe's",
        url: "https://arxiv.org/abs/2402.00159",
    },
    kept: &[],
    rejected: &[],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Resources;

    fn model(label: &str) -> Result<UnsafeModel, String> {
        let model = Model::load(include_bytes!("fasttext/golden/softmax.bin")).unwrap();
        UnsafeModel::new(Arc::new(model), label)
    }

    #[test]
    fn the_labels_probability_is_the_measure() {
        let resources = Resources { unsafe_model: Some(model("__label__sea").unwrap()), ..Resources::default() };
        let measure = |text| Unsafe.measure(&Document::new(text).with_resources(&resources));
        for (text, expected) in [
            ("a boat in the harbour", Some(0.823_421_5)),
            ("the owl and the fox", Some(0.058_031_8)),
            ("a boat\nin the harbour", Some(0.823_421_5)),
            ("", None),
            (" \n", None),
        ] {
            let value = measure(text);
            assert!(
                value.zip(expected).map_or(value == expected, |(value, expected)| (value - expected).abs() < 1e-4),
                "{text:?}: {value:?}"
            );
        }
        assert_eq!(Unsafe.measure(&Document::new("a boat")), None, "without a model");
    }

    #[test]
    fn a_label_that_the_model_has_not_is_refused() {
        let message = model("toxic").unwrap_err();
        assert!(
            message.contains("no label `toxic`") && message.contains("sea") && message.contains("wood"),
            "{message}"
        );
    }
}
