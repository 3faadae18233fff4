//! How many tokens of each class.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{MixConfig, OnShortage};

/// One class of a mix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The class.
    pub class: String,
    /// Its share of the mix as asked for, 0 to 1.
    pub wanted: f64,
    /// Tokens that the run has of it.
    pub available: u64,
    /// Tokens to take.
    pub target: u64,
}

impl Share {
    /// Times the class is gone through.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
    pub fn epochs(&self) -> f64 {
        if self.available == 0 { 0.0 } else { self.target as f64 / self.available as f64 }
    }
}

/// Classes that cannot fill their share.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct Shortage {
    /// Class, tokens wanted, tokens that there are within `max_epochs`.
    pub classes: Vec<(String, u64, u64)>,
    /// Whether the whole mix is empty.
    pub nothing: bool,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nothing {
            return write!(f, "the run has no documents of the classes of this mix");
        }
        let each = self.classes.iter().map(|(class, wanted, possible)| match wanted {
            0 => format!("{class} has no documents"),
            _ => {
                format!("{class} is {} tokens short: {wanted} wanted, {possible} within max_epochs", wanted - possible)
            }
        });
        write!(f, "{}", each.collect::<Vec<_>>().join("; "))
    }
}

/// Tokens of each class, by largest remainder, and what is short.
///
/// # Errors
/// [`Shortage`] when a class cannot fill its share and the mix is not told to take what there is.
pub fn targets(
    config: &MixConfig,
    available: &BTreeMap<String, u64>,
) -> Result<(Vec<Share>, Option<Shortage>), Shortage> {
    let sum: f64 = config.ratio.values().sum();
    let mut shares: Vec<Share> = config
        .ratio
        .iter()
        .filter(|(_, share)| **share > 0.0)
        .map(|(class, share)| Share {
            class: class.clone(),
            wanted: share / sum,
            available: available.get(class).copied().unwrap_or(0),
            target: 0,
        })
        .collect();
    let possible = |share: &Share| scaled(share.available, config.max_epochs);
    // Without a budget: the largest total in which no class passes its epochs. A class of which there is nothing would
    // make that nothing, and is short instead.
    let total = config.budget.unwrap_or_else(|| {
        let totals = shares.iter().filter(|share| share.available > 0);
        totals.map(|share| scaled(possible(share), 1.0 / share.wanted)).min().unwrap_or(0)
    });
    apportion(&mut shares, total);
    if total == 0 {
        return Err(Shortage { classes: Vec::new(), nothing: true });
    }
    let mut short = Vec::new();
    for share in &mut shares {
        let most = possible(share);
        if share.target > most {
            let wanted = if share.available == 0 && config.budget.is_none() { 0 } else { share.target };
            short.push((share.class.clone(), wanted, most));
            share.target = most;
        }
    }
    let shortage = (!short.is_empty()).then_some(Shortage { classes: short, nothing: false });
    match (shortage, config.on_shortage) {
        (Some(shortage), OnShortage::Error) => Err(shortage),
        (shortage, _) => Ok((shares, shortage)),
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "token counts are far below 2^52, and factors are positive"
)]
fn scaled(tokens: u64, factor: f64) -> u64 {
    (tokens as f64 * factor) as u64
}

/// Whole tokens that add up to the total (largest remainder, Hamilton).
#[expect(clippy::cast_precision_loss, reason = "token counts are far below 2^52")]
fn apportion(shares: &mut [Share], total: u64) {
    let mut remainders = Vec::with_capacity(shares.len());
    for (place, share) in shares.iter_mut().enumerate() {
        share.target = scaled(total, share.wanted);
        remainders.push((total as f64 * share.wanted - share.target as f64, place));
    }
    let missing = total - shares.iter().map(|share| share.target).sum::<u64>();
    remainders.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, place) in remainders.into_iter().take(usize::try_from(missing).unwrap_or(usize::MAX)) {
        shares[place].target += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn available(tokens: [u64; 4]) -> BTreeMap<String, u64> {
        ["general", "math", "code", "multilingual"].map(str::to_owned).into_iter().zip(tokens).collect()
    }

    fn taken(config: &MixConfig, tokens: [u64; 4]) -> BTreeMap<String, u64> {
        let (shares, _) = targets(config, &available(tokens)).unwrap();
        shares.into_iter().map(|share| (share.class, share.target)).collect()
    }

    #[test]
    fn the_default_budget_uses_up_the_scarcest_class() {
        let taken = taken(&MixConfig::default(), [10_000, 1_000, 10_000, 10_000]);
        assert_eq!(taken["math"], 1_000);
        assert_eq!(taken["general"], 2_000);
        assert_eq!(taken.values().sum::<u64>(), 4_000);
    }

    #[test]
    fn a_budget_is_met_to_the_token() {
        let config = MixConfig { budget: Some(1_003), ..MixConfig::default() };
        assert_eq!(taken(&config, [5_000; 4]).values().sum::<u64>(), 1_003);
    }

    #[test]
    fn a_short_class_is_named_with_what_it_lacks() {
        let config = MixConfig { budget: Some(10_000), ..MixConfig::default() };
        let shortage = targets(&config, &available([9_000, 1_000, 9_000, 9_000])).unwrap_err();
        assert_eq!(shortage.to_string(), "math is 1500 tokens short: 2500 wanted, 1000 within max_epochs");
        let config = MixConfig { max_epochs: 4.0, ..config };
        assert_eq!(taken(&config, [9_000, 1_000, 9_000, 9_000])["math"], 2_500, "with repeats it is not short");
    }

    #[test]
    fn an_empty_class_does_not_empty_the_mix() {
        let config = MixConfig { on_shortage: OnShortage::Fill, ..MixConfig::default() };
        let (shares, shortage) = targets(&config, &available([1_000, 0, 1_000, 1_000])).unwrap();
        assert_eq!(shortage.unwrap().to_string(), "math has no documents");
        let general = shares.iter().find(|share| share.class == "general").unwrap();
        assert_eq!(general.target, 1_000);
        assert!(targets(&config, &available([0; 4])).unwrap_err().nothing);
    }
}
