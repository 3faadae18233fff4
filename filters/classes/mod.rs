//! Class, topic and quality of a document.
//!
//! The *class* is what a mix draws from. It is decided by the first row that holds:
//!
//! | evidence | language | class |
//! |---|---|---|
//! | code blocks are at least [`Branch::LEAST_CODE`] of the text | any | code |
//! | formulas are at least [`Branch::LEAST_MATH`] of the text | English | math |
//! | no blocks are known, and TeX commands are at least [`Thresholds::tex`] per byte | English | math |
//! | formulas are at least [`Thresholds::formulas`] of the text | any | math |
//! | the class model says code, at least [`Thresholds::code`] | English | code |
//! | the class model says code, at least [`Thresholds::foreign_code`] | other | code |
//! | | other | multilingual |
//! | the class model says math, at least [`Thresholds::math`] | English | math |
//! | | English | general |
//!
//! *English* includes texts of which no language is known or recognised, such as lists of numbers, unless they are in
//! another script than Latin.
//!
//! Source code is code whatever the language of its comments. Prose in another language is multilingual even where it
//! is about mathematics: the mix wants its language from it. Formulas that leave little prose are mathematics in any
//! language. Code goes before the multilingual class, since source files are often taken for some other language.

pub mod formulas;
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

/// From where on evidence decides. The defaults are ours; a threshold above 1 turns its row of the table off.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// Probability of code from which an English text is code.
    pub code: f64,
    /// Probability of code from which a text in another language is code. Higher, since the model knows English only.
    pub foreign_code: f64,
    /// Probability of math from which an English text is math.
    pub math: f64,
    /// Share of formulas from which a text in any language is math.
    pub formulas: f64,
    /// TeX commands per byte from which an English text without blocks is math; see [`formulas::tex`]. No page of
    /// WebOrganizer's examples has as many.
    pub tex: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { code: 0.5, foreign_code: 0.9, math: 0.5, formulas: 0.5, tex: 0.015 }
    }
}

impl Thresholds {
    /// Everything that cannot be meant.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let Self { code, foreign_code, math, formulas, tex } = *self;
        [("code", code), ("foreign_code", foreign_code), ("math", math), ("formulas", formulas), ("tex", tex)]
            .into_iter()
            .filter(|(_, value)| value.is_nan() || *value < 0.0)
            .map(|(name, value)| format!("classify.thresholds.{name}: {value} is not a number from 0 on"))
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
    let shapes = tokens::shapes(document.text());
    if shapes.is_empty() {
        let class = decide(document, &Scores::default(), thresholds);
        return Classified { class, topic: None, scores: Scores::default() };
    }
    let [math, code] = probabilities(models.class, &shapes, ["math", "code"], scratch);
    let [quality] = probabilities(models.quality, &shapes, ["high"], scratch);
    let words = tokens::words(document.text(), url);
    let topic = if words.is_empty() { None } else { models.topic.predict(&words, 1, scratch).pop() };
    let scores = Scores { quality, math, code, topic: topic.as_ref().map(|topic| topic.probability) };
    Classified {
        class: decide(document, &scores, thresholds),
        topic: topic.map(|topic| topic_name(topic.label)),
        scores,
    }
}

/// The topic of a label of the model: fastText's labels hold no spaces.
#[must_use]
pub fn topic_name(label: &str) -> String {
    label.replace('_', " ")
}

/// The probabilities of some labels; none where the model does not have the label.
fn probabilities<const N: usize>(
    model: &Model,
    tokens: &str,
    labels: [&str; N],
    scratch: &mut Scratch,
) -> [Option<f32>; N] {
    let said = model.predict(tokens, model.labels().count(), scratch);
    labels.map(|label| said.iter().find(|guess| guess.label == label).map(|guess| guess.probability))
}

/// The decision table of this module.
fn decide(document: &Document<'_>, scores: &Scores, thresholds: &Thresholds) -> Class {
    let at_least = |score: Option<f32>, threshold: f64| score.is_some_and(|score| f64::from(score) >= threshold);
    let english = document.language().is_none_or(may_be_english);
    let branch = document.branch();
    let tex = document.blocks().is_empty() && formulas::tex(document.text()) >= thresholds.tex;
    if branch == Branch::Code {
        Class::Code
    } else if (english && (branch == Branch::Math || tex)) || document.math_share() >= thresholds.formulas {
        Class::Math
    } else if at_least(scores.code, if english { thresholds.code } else { thresholds.foreign_code }) {
        Class::Code
    } else if !english {
        Class::Multilingual
    } else if at_least(scores.math, thresholds.math) {
        Class::Math
    } else {
        Class::General
    }
}

/// Whether a language label, such as `eng_Latn`, leaves English possible.
fn may_be_english(label: &str) -> bool {
    let (language, script) = label.split_once('_').unwrap_or((label, "Zyyy"));
    language == "eng" || (language == "und" && matches!(script, "Latn" | "Zyyy"))
}

#[cfg(test)]
mod tests;
