//! Class, topic and quality of a document.
//!
//! The *class* is what a mix draws from. It is decided by the first row that holds:
//!
//! | evidence | language | class |
//! |---|---|---|
//! | code blocks are at least [`Branch::LEAST_CODE`] of the text | any | code |
//! | the class model says code, at least [`Thresholds::code`] | any | code |
//! | formulas are at least [`Branch::LEAST_MATH`] of the text | English or unknown | math |
//! | the class model says math, at least [`Thresholds::math`] | English or unknown | math |
//! | formulas are at least [`Thresholds::formulas`] of the text | any | math |
//! | the language is known and not English | | multilingual |
//! | otherwise | | general |
//!
//! Source code is code whatever the language of its comments. Prose in another language is multilingual even where it
//! is about mathematics: the mix wants its language from it, and prose rules for English do not fit it.

pub mod tokens;

use serde::{Deserialize, Serialize};

use crate::document::{Branch, Document};
use crate::fasttext::{Model, Scratch};

/// What a mix draws from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// English text on anything.
    General,
    /// Mathematics and what reasons in formulas.
    Math,
    /// Source code, and pages that are mostly that.
    Code,
    /// Text in other languages.
    Multilingual,
}

impl Class {
    /// All classes, in the order of reports.
    pub const ALL: [Self; 4] = [Self::General, Self::Math, Self::Code, Self::Multilingual];

    /// The class's name in tables and recipes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Math => "math",
            Self::Code => "code",
            Self::Multilingual => "multilingual",
        }
    }
}

/// What the models say of one document; each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// The quality model's probability of its label `high`.
    pub quality: Option<f32>,
    /// The class model's probability of `math`.
    pub math: Option<f32>,
    /// The class model's probability of `code`.
    pub code: Option<f32>,
    /// The topic model's probability of its best topic.
    pub topic: Option<f32>,
}

/// From where on evidence decides. The defaults are ours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Probability of code from which a text is code.
    pub code: f64,
    /// Probability of math from which an English text is math.
    pub math: f64,
    /// Share of formulas from which a text in another language is math.
    pub formulas: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { code: 0.5, math: 0.5, formulas: 0.5 }
    }
}

impl Thresholds {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        [("code", self.code), ("math", self.math), ("formulas", self.formulas)]
            .into_iter()
            .filter(|(_, value)| !(0.0..=1.0).contains(value))
            .map(|(name, value)| format!("classify.thresholds.{name}: {value} is not between 0 and 1"))
            .collect()
    }
}

/// The loaded models.
#[derive(Clone, Copy, Debug)]
pub struct Models<'m> {
    /// Labels `general`, `math`, `code`.
    pub class: &'m Model,
    /// Labels are topics, with `_` for a space.
    pub topic: &'m Model,
    /// Labels `high` and `low`.
    pub quality: &'m Model,
}

/// What is said of one document.
#[derive(Clone, Debug, PartialEq)]
pub struct Classified {
    /// What a mix draws from.
    pub class: Class,
    /// The best topic; none for a text without words.
    pub topic: Option<String>,
    /// What the models say.
    pub scores: Scores,
}

/// Class, topic and quality of a document. Its language is [`Document::language`].
#[must_use]
pub fn classify(
    models: Models<'_>,
    thresholds: &Thresholds,
    document: &Document<'_>,
    url: Option<&str>,
    scratch: &mut Scratch,
) -> Classified {
    let _ = url;
    let said = models.class.predict(&tokens::shapes(document.text()), 3, scratch);
    let probability = |label: &str| said.iter().find(|guess| guess.label == label).map(|guess| guess.probability);
    let scores = Scores { math: probability("math"), code: probability("code"), ..Scores::default() };
    Classified { class: decide(document, &scores, thresholds), topic: None, scores }
}

/// The decision table of this module.
fn decide(document: &Document<'_>, scores: &Scores, thresholds: &Thresholds) -> Class {
    let at_least = |score: Option<f32>, threshold: f64| score.is_some_and(|score| f64::from(score) >= threshold);
    let branch = document.branch();
    let english = document.language().is_none_or(|label| label.starts_with("eng") || label.starts_with("und"));
    if branch == Branch::Code || at_least(scores.code, thresholds.code) {
        Class::Code
    } else if english && (branch == Branch::Math || at_least(scores.math, thresholds.math)) {
        Class::Math
    } else if document.math_share() >= thresholds.formulas {
        Class::Math
    } else if english {
        Class::General
    } else {
        Class::Multilingual
    }
}
