//! What `run` says before hours of work: that the recipe would drop nearly everything.

use std::time::Duration;

use indicatif::HumanCount;
use stages::plan::Run;
use stages::task::StageCount;

use crate::recipe::Recipe;
use crate::session::Session;

/// Bytes of input from which a trial is worth its time: less is done before one could read the warning.
const LEAST_INPUT: u64 = 1 << 20;

/// Pages from which a share says something.
const LEAST_PAGES: u64 = 50;

/// Share of the pages from which on their loss is told.
const MOST_DROPPED: f64 = 0.9;

/// How long the run may wait for it.
const TIME: Duration = Duration::from_secs(2);

/// Tries the recipe on the first records of some inputs, and warns when it would drop more than nine tenths of the pages.
/// The run is the same with and without it.
pub(super) fn warn(session: &Session, run: &Run, recipe: &Recipe) {
    if run.shards.iter().map(|shard| shard.bytes).sum::<u64>() < LEAST_INPUT {
        return;
    }
    match session.trial(run, &recipe.stages, TIME) {
        Ok(counts) => {
            if let Some(warning) = warning(&counts) {
                eprintln!("{warning}");
            }
        }
        // Whatever it is, the run meets it too and tells it in its own place.
        Err(error) => tracing::debug!(%error, "No trial of the recipe."),
    }
}

/// The warning, if what the stages did asks for one. What is no page does not count: `read` takes that out.
fn warning(counts: &[StageCount]) -> Option<String> {
    let (read, others) = counts.split_first()?;
    let (pages, kept) = (read.kept, counts.last()?.kept);
    let dropped = pages.checked_sub(kept)?;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let share = dropped as f64 / pages.max(1) as f64;
    if pages < LEAST_PAGES || share <= MOST_DROPPED {
        return None;
    }
    let rules = others.iter().flat_map(|stage| {
        let ended = stage.rejected.iter().chain(&stage.failed);
        ended.map(|(rule, count)| (*count, stage.stage.as_str(), rule.as_str()))
    });
    let (count, stage, rule) = rules.max_by_key(|(count, ..)| *count)?;
    Some(format!(
        "warning: of {} pages at the beginning of the inputs this recipe drops {} ({:.0}%) before it compares any; most, \
         {}, go by `{rule}` of the stage `{stage}`\n\
         hint: the run goes on; to look first, stop it, run with --limit 200 into another --out, and ask `trommel explain` \
         there, or `trommel judge` for other bounds",
        HumanCount(pages),
        HumanCount(dropped),
        100.0 * share,
        HumanCount(count),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(name: &str, documents_in: u64, rejected: &[(&str, u64)]) -> StageCount {
        let rejected = rejected.iter().map(|(rule, count)| ((*rule).to_owned(), *count)).collect();
        let mut count = StageCount { documents_in, rejected, ..StageCount::new(name) };
        count.kept = documents_in - count.n_rejected();
        count
    }

    #[test]
    fn nine_tenths_of_the_pages_are_worth_a_warning() {
        let counts = |filtered: u64| {
            vec![
                stage("read", 1_000, &[("read.media_type", 900)]),
                stage("language", 100, &[("language.confidence", 5)]),
                stage("filter", 95, &[("length.words", filtered), ("words.stop", 6)]),
            ]
        };
        assert_eq!(warning(&counts(79)), None, "exactly nine tenths go");
        let told = warning(&counts(80)).unwrap();
        assert!(told.contains("of 100 pages") && told.contains("drops 91 (91%)"), "{told}");
        assert!(told.contains("80, go by `length.words` of the stage `filter`"), "{told}");
        assert_eq!(warning(&[stage("read", 900, &[("read.media_type", 900)])]), None, "no pages");
        assert_eq!(warning(&[stage("read", 40, &[]), stage("filter", 40, &[("words.stop", 40)])]), None, "too few");
        assert_eq!(warning(&[]), None, "nothing was tried");
    }
}
