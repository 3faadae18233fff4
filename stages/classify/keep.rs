//! Down-sampling: of what the web has too much of, a share stays, drawn by the document's id.

use std::collections::BTreeMap;

use filters::classes::{Class, Classified};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::CARD;
use crate::error::{Result, StageError};
use crate::fate::Fate;
use crate::names::nearest;

/// Of the draws of this stage: they do not go with those of mixes, whose salts are the recipe's small seeds.
const SALT: u64 = 0x6b65_6570_2062_7920; // "keep by "

/// Shares of documents that stay, by topic or class.
#[derive(Debug, Default)]
pub(super) struct Keep {
    rates: BTreeMap<String, f64>,
}

impl Keep {
    /// These rates, for a model of these topics.
    ///
    /// # Errors
    /// [`StageError::Recipe`] when there is no topic or class of some name.
    pub(super) fn new(rates: &BTreeMap<String, f64>, topics: &[String]) -> Result<Self> {
        let known = || topics.iter().map(String::as_str).chain(Class::ALL.map(Class::name));
        match rates.keys().find(|name| known().all(|known| known != name.as_str())) {
            None => Ok(Self { rates: rates.clone() }),
            Some(name) => Err(StageError::Recipe(format!(
                "classify.keep: the topic model has no topic `{name}`, and it is no class{}",
                nearest(name, known())
            ))),
        }
    }

    /// Why these rates cannot be meant.
    pub(super) fn problems(rates: &BTreeMap<String, f64>) -> impl Iterator<Item = String> {
        let wrong = rates.iter().filter(|(_, rate)| !(0.0..=1.0).contains(*rate));
        wrong.map(|(name, rate)| format!("classify.keep.{name}: {rate} is no share; write a number from 0 to 1"))
    }

    /// Whether every document stays, so that no id is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.rates.is_empty()
    }

    /// The end of a document that is not drawn: its draw against the lower of the rates of its topic and its class.
    pub(super) fn judge(&self, id: &[u8], found: &Classified) -> Option<Fate> {
        let names = found.topic.as_deref().into_iter().chain([found.class.name()]);
        let rates = names.filter_map(|name| Some((name, *self.rates.get(name)?)));
        let (name, rate) = rates.min_by(|one, two| one.1.total_cmp(&two.1))?;
        let draw = draw(id);
        (draw >= rate).then(|| Fate::broke(CARD.id, "classify.keep", draw, rate).because(name))
    }
}

/// A number of 0 to below 1, always the same for an id: a document that stays at some rate stays at every higher one.
#[expect(clippy::cast_precision_loss, reason = "53 bits are what a double holds")]
fn draw(id: &[u8]) -> f64 {
    (xxh3_64_with_seed(id, SALT) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use filters::classes::Scores;

    use super::*;

    fn keep(rates: &[(&str, f64)]) -> Result<Keep> {
        let rates = rates.iter().map(|(name, rate)| ((*name).to_owned(), *rate)).collect();
        Keep::new(&rates, &["Entertainment".into(), "Art & Design".into()])
    }

    fn found(topic: Option<&str>, class: Class) -> Classified {
        Classified { class, topic: topic.map(Into::into), scores: Scores::default() }
    }

    /// How many of 10,000 documents stay.
    fn kept(rates: &[(&str, f64)], found: &Classified) -> usize {
        let keep = keep(rates).unwrap();
        (0..10_000_u128).filter(|id| keep.judge(&id.to_le_bytes(), found).is_none()).count()
    }

    #[test]
    fn the_rate_is_the_share_that_stays() {
        let films = found(Some("Entertainment"), Class::General);
        for (what, rates, found, share) in [
            ("a topic", &[("Entertainment", 0.3)][..], &films, 0.3),
            ("all of it", &[("Entertainment", 1.0)], &films, 1.0),
            ("none of it", &[("Entertainment", 0.0)], &films, 0.0),
            ("a class", &[("general", 0.5)], &films, 0.5),
            ("the lower of both", &[("general", 0.2), ("Entertainment", 0.6)], &films, 0.2),
            ("another topic", &[("Art & Design", 0.0)], &films, 1.0),
            ("no topic", &[("Entertainment", 0.0)], &found(None, Class::Code), 1.0),
        ] {
            #[expect(clippy::cast_precision_loss, reason = "ten thousand")]
            let stay = kept(rates, found) as f64 / 10_000.0;
            assert!((stay - share).abs() < 0.015, "{what}: {stay}"); // 3 standard deviations of 10,000 draws
        }
    }

    #[test]
    fn a_document_always_draws_the_same() {
        let films = found(Some("Entertainment"), Class::General);
        let (low, high) = (keep(&[("Entertainment", 0.2)]).unwrap(), keep(&[("Entertainment", 0.6)]).unwrap());
        for id in (0..1_000_u128).map(u128::to_le_bytes) {
            assert!(low.judge(&id, &films).is_some() || high.judge(&id, &films).is_none(), "rates nest");
        }
        let gone = (0..100_u128).find_map(|id| low.judge(&id.to_le_bytes(), &films)).unwrap();
        assert_eq!((gone.stage, gone.rule.as_str(), gone.bound), ("classify", "classify.keep", Some(0.2)));
        assert_eq!(gone.evidence.as_deref(), Some("Entertainment"));
        assert!(gone.value.is_some_and(|draw| (0.2..1.0).contains(&draw)));
        // Stored fates rest on these draws: they must not move.
        assert_eq!([[0; 16], [1; 16]].map(|id| format!("{:.5}", draw(&id))), ["0.58086", "0.59622"]);
    }

    #[test]
    fn names_that_are_no_topic_are_refused() {
        let told = |name| keep(&[(name, 0.5)]).unwrap_err().to_string();
        assert!(told("Entertainmnet").contains("did you mean `Entertainment`?"), "{}", told("Entertainmnet"));
        assert!(told("maths").contains("did you mean `math`?"), "{}", told("maths"));
        let rates = BTreeMap::from([("Health".to_owned(), 1.5), ("Games".to_owned(), f64::NAN)]);
        assert_eq!(Keep::problems(&rates).count(), 2);
    }
}
