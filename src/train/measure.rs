//! How good a model is, asked through the program's own inference.

use std::collections::BTreeMap;

use filters::fasttext::{Model, Scratch};
use filters::text::ratio;

use super::data::Example;

/// One question to a model.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) gold: String,
    /// The likeliest label.
    pub(super) guess: String,
    pub(super) confidence: f32,
    /// Probability of the label that ranks.
    rank: Option<f32>,
}

impl Answer {
    /// An answer without a label that ranks.
    #[cfg(test)]
    pub(super) fn new(gold: &str, guess: &str, confidence: f32) -> Self {
        Self { gold: gold.into(), guess: guess.into(), confidence, rank: None }
    }

    /// Probability of the label that ranks, if one does, or else of the guess.
    pub(super) fn score(&self) -> f32 {
        self.rank.unwrap_or(self.confidence)
    }
}

/// Asks the model; `ranked` is the label whose probability is kept.
pub(super) fn answers(model: &Model, examples: &[Example], ranked: Option<&str>) -> Vec<Answer> {
    let mut scratch = Scratch::default();
    let labels = model.labels().count();
    let mut answers = Vec::with_capacity(examples.len());
    for Example { label, text } in examples {
        let said = model.predict(text, if ranked.is_some() { labels } else { 1 }, &mut scratch);
        // Hierarchical softmax leaves out labels that are all but impossible.
        let probability_of =
            |name| said.iter().find(|guess| guess.label == name).map_or(0.0, |guess| guess.probability);
        answers.push(Answer {
            gold: label.clone(),
            guess: said.first().map_or_else(String::new, |best| best.label.to_owned()),
            confidence: said.first().map_or(0.0, |best| best.probability),
            rank: ranked.map(probability_of),
        });
    }
    answers
}

/// What a set of answers amounts to.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    pub(super) name: String,
    pub(super) texts: usize,
    pub(super) labels: usize,
    pub(super) accuracy: f64,
    /// Mean F1 over the labels that are right at least once.
    pub(super) macro_f1: f64,
    /// Share of texts that got an answer of probability 0.5 or more, and their accuracy.
    pub(super) confident: (f64, f64),
    /// Area under the ROC curve of the label that ranks.
    pub(super) area: Option<f64>,
    /// Label, texts, precision, recall, F1: worst first.
    pub(super) by_label: Vec<(String, usize, f64, f64, f64)>,
}

impl Figures {
    /// Figures of these answers, in which labels of `merge` count as one.
    pub(super) fn of(name: String, answers: &[Answer], merge: &[&str]) -> Self {
        let one = |label: &str| merge.iter().find(|member| **member == label).map_or(label, |_| merge[0]).to_owned();
        let mut counts: BTreeMap<String, [usize; 3]> = BTreeMap::new(); // gold, guessed, both
        let (mut right, mut sure, mut surely_right) = (0, 0, 0);
        for answer in answers {
            let (gold, guess) = (one(&answer.gold), one(&answer.guess));
            let hit = gold == guess;
            right += usize::from(hit);
            sure += usize::from(answer.confidence >= 0.5);
            surely_right += usize::from(hit && answer.confidence >= 0.5);
            counts.entry(gold).or_default()[0] += 1;
            counts.entry(guess.clone()).or_default()[1] += 1;
            counts.entry(guess).or_default()[2] += usize::from(hit);
        }
        let mut by_label: Vec<_> = counts
            .into_iter()
            .filter(|(_, [gold, ..])| *gold > 0)
            .map(|(label, [gold, guessed, both])| {
                let [precision, recall] = [guessed, gold].map(|whole| ratio(both, whole).unwrap_or(0.0));
                (label, gold, precision, recall, ratio(2 * both, gold + guessed).unwrap_or(0.0))
            })
            .collect();
        by_label.sort_by(|a, b| a.4.total_cmp(&b.4));
        let share = |part, whole| ratio(part, whole).unwrap_or(0.0);
        #[expect(clippy::cast_precision_loss, reason = "there are a few hundred labels")]
        let macro_f1 = by_label.iter().map(|label| label.4).sum::<f64>() / by_label.len().max(1) as f64;
        Self {
            name,
            texts: answers.len(),
            labels: by_label.len(),
            accuracy: share(right, answers.len()),
            macro_f1,
            confident: (share(sure, answers.len()), share(surely_right, sure)),
            area: None,
            by_label,
        }
    }

    /// With the area under the ROC curve: `positive` is the label that should rank high.
    pub(super) fn ranked(mut self, answers: &[Answer], positive: Option<&str>) -> Self {
        self.area = positive.and_then(|positive| area(answers, positive));
        self
    }
}

/// The chance that a positive text ranks above another one; ties count a half (the statistic of Mann and Whitney).
fn area(answers: &[Answer], positive: &str) -> Option<f64> {
    let mut ranking: Vec<(f32, bool)> =
        answers.iter().map(|answer| (answer.score(), answer.gold == positive)).collect();
    ranking.sort_by(|one, two| one.0.total_cmp(&two.0));
    // In halves, so that the sum is exact.
    let (mut below, mut above, mut half_wins) = (0, 0, 0);
    for equal in ranking.chunk_by(|one, two| one.0.total_cmp(&two.0).is_eq()) {
        let good = equal.iter().filter(|(_, is_positive)| *is_positive).count();
        let bad = equal.len() - good;
        half_wins += good * (2 * below + bad);
        below += bad;
        above += good;
    }
    ratio(half_wins, 2 * above * below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(gold: &str, guess: &str, rank: f32) -> Answer {
        Answer { gold: gold.into(), guess: guess.into(), confidence: rank, rank: Some(rank) }
    }

    #[test]
    fn figures_of_answers() {
        let answers = [answer("a", "a", 0.9), answer("a", "b", 0.4), answer("b", "b", 0.6), answer("b", "c", 0.3)];
        let figures = Figures::of("set".into(), &answers, &[]);
        assert_eq!((figures.texts, figures.labels, figures.accuracy), (4, 2, 0.5));
        assert_eq!(figures.confident, (0.5, 1.0));
        assert!((figures.macro_f1 - f64::midpoint(2.0 / 3.0, 0.5)).abs() < 1e-9);
        let merged = Figures::of("set".into(), &answers, &["a", "b"]);
        assert_eq!((merged.labels, merged.accuracy), (1, 0.75));
    }

    #[test]
    fn the_area_counts_pairs() {
        let answers = [answer("a", "", 0.9), answer("a", "", 0.4), answer("b", "", 0.4), answer("b", "", 0.1)];
        assert_eq!(area(&answers, "a"), Some(0.875));
        assert_eq!(area(&answers[..2], "a"), None);
    }

    #[test]
    fn the_area_of_many_is_that_of_their_pairs() {
        let texts: Vec<Answer> = (0_u16..300)
            .map(|n| answer(if n % 3 == 0 { "a" } else { "b" }, "", f32::from(n * 7_u16 % 41) / 41.0))
            .collect();
        let (good, bad): (Vec<_>, Vec<_>) = texts.iter().partition(|answer| answer.gold == "a");
        let pairs = good.iter().flat_map(|one| bad.iter().map(|two| one.score().total_cmp(&two.score())));
        let wins: f64 = pairs.map(|order| f64::midpoint(1.0, f64::from(order as i8))).sum();
        assert!((area(&texts, "a").unwrap() - wins / 20_000.0).abs() < 1e-12);
    }

    #[test]
    fn a_label_that_an_answer_leaves_out_ranks_last() {
        let model = Model::load(include_bytes!("../../filters/fasttext/golden/softmax.bin")).unwrap();
        let examples = [Example::new("sea", "a boat in the harbour".into())];
        let score = |ranked| answers(&model, &examples, ranked)[0].score();
        assert!(score(Some("sea")) > 0.5 && score(None) > 0.5);
        assert!(score(Some("nothing of the model")).abs() < f32::EPSILON);
    }
}
