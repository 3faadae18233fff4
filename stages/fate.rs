//! How a record ends: kept, rejected or failed, and why.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, StringBuilder, StructArray};
use arrow::datatypes::{DataType, Field, Fields};
use filters::verdict;

/// The three ways in which a record can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is in `documents/`.
    Kept,
    /// A rule took it out; see `rejected/`.
    Rejected,
    /// It could not be read; see `failed/`.
    Failed,
}

impl Outcome {
    /// The outcome's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }
}

/// The end of one record that did not stay.
#[derive(Clone, Debug, PartialEq)]
pub struct Fate {
    /// Rejected or failed.
    pub outcome: Outcome,
    /// The stage that decided.
    pub stage: &'static str,
    /// The rule or error kind: a filter's id, `media_type`, `truncated`.
    pub rule: String,
    /// The value that was judged.
    pub value: Option<f64>,
    /// The bound that it broke.
    pub bound: Option<f64>,
    /// What else explains it: the kept document's id, the media type, the error message.
    pub evidence: Option<String>,
}

impl Fate {
    /// Rejected because of what it is, without a number: a media type, a block list.
    pub fn rejected(stage: &'static str, rule: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Rejected,
            stage,
            rule: rule.into(),
            value: None,
            bound: None,
            evidence: Some(evidence.into()),
        }
    }

    /// Rejected by a value against a bound.
    pub fn broke(stage: &'static str, rule: impl Into<String>, value: f64, bound: f64) -> Self {
        Self {
            outcome: Outcome::Rejected,
            stage,
            rule: rule.into(),
            value: Some(value),
            bound: Some(bound),
            evidence: None,
        }
    }

    /// Could not be processed.
    pub fn failed(stage: &'static str, kind: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Failed,
            stage,
            rule: kind.into(),
            value: None,
            bound: None,
            evidence: Some(message.into()),
        }
    }

    /// With evidence beside the numbers.
    #[must_use]
    pub fn because(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = Some(evidence.into());
        self
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {} {}", self.outcome.name(), self.stage, self.rule)?;
        if let (Some(value), Some(bound)) = (self.value, self.bound) {
            write!(f, "  {}", verdict::comparison(value, bound))?;
        }
        if let Some(evidence) = &self.evidence {
            write!(f, "  {evidence}")?;
        }
        Ok(())
    }
}

/// The fields of the `fate` column.
#[must_use]
pub fn fields() -> Fields {
    Fields::from(vec![
        Field::new("outcome", DataType::Utf8, false),
        Field::new("stage", DataType::Utf8, true),
        Field::new("rule", DataType::Utf8, true),
        Field::new("value", DataType::Float64, true),
        Field::new("bound", DataType::Float64, true),
        Field::new("evidence", DataType::Utf8, true),
    ])
}

/// The `fate` column of these rows; a row without a fate was kept.
#[must_use]
pub fn column<'a>(fates: impl ExactSizeIterator<Item = Option<&'a Fate>>) -> ArrayRef {
    let (mut outcome, mut stage, mut rule, mut evidence) =
        (StringBuilder::new(), StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
    let (mut value, mut bound) = (Float64Builder::new(), Float64Builder::new());
    for fate in fates {
        outcome.append_value(fate.map_or(Outcome::Kept, |fate| fate.outcome).name());
        stage.append_option(fate.map(|fate| fate.stage));
        rule.append_option(fate.map(|fate| fate.rule.as_str()));
        value.append_option(fate.and_then(|fate| fate.value));
        bound.append_option(fate.and_then(|fate| fate.bound));
        evidence.append_option(fate.and_then(|fate| fate.evidence.as_deref()));
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(outcome.finish()),
        Arc::new(stage.finish()),
        Arc::new(rule.finish()),
        Arc::new(value.finish()),
        Arc::new(bound.finish()),
        Arc::new(evidence.finish()),
    ];
    Arc::new(StructArray::new(fields(), columns, None))
}
