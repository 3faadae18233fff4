//! Which blocks of a page are content, from its gold text or from snippets of it.

use imara_diff::{Algorithm, Diff, InternedInput};

/// What is known of one block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Label {
    /// Share of the block's words that are content.
    pub(super) share: f32,
    /// How much it counts; 0 where nothing is known.
    pub(super) weight: f32,
}

/// Weight of a block that a snippet decides: a page has a handful.
const SNIPPET: f32 = 0.12;
/// A block counts by its share of the gold's words, at most so much.
const MOST: f32 = 0.5;
/// Gold texts with fewer words count as if they had so many.
const LEAST_GOLD: usize = 80;

/// Labels from the whole gold text: the words of both are aligned.
pub(super) fn by_text(blocks: &[String], gold: &str) -> Vec<Label> {
    let mut owners = Vec::new();
    let mut input = InternedInput::default();
    input.update_before(blocks.iter().enumerate().flat_map(|(block, text)| {
        let words = words(text);
        owners.extend(std::iter::repeat_n(block, words.len()));
        words
    }));
    let gold = words(gold);
    let n_gold = gold.len().max(LEAST_GOLD);
    input.update_after(gold.into_iter());
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let mut counts = vec![(0_usize, 0_usize); blocks.len()];
    for (at, owner) in (0..).zip(&owners) {
        counts[*owner].0 += usize::from(!diff.is_removed(at));
        counts[*owner].1 += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of words")]
    let label = |(right, all): (usize, usize)| Label {
        share: right as f32 / all.max(1) as f32,
        weight: ((all as f32 + 0.5) / n_gold as f32).min(MOST),
    };
    let mut labels: Vec<Label> = counts.into_iter().map(label).collect();
    share_with_copies(blocks, &mut labels);
    labels
}

/// Gives the copies of a long text the label of the one that was aligned.
fn share_with_copies(blocks: &[String], labels: &mut [Label]) {
    let mut best = std::collections::BTreeMap::new();
    for (text, label) in blocks.iter().zip(&*labels) {
        let share = best.entry(text.trim()).or_insert(0.0_f32);
        *share = share.max(label.share);
    }
    for (text, label) in blocks.iter().zip(labels) {
        if text.trim().len() >= 20 {
            label.share = best[text.trim()];
        }
    }
}

/// Labels from snippets that the content must have, and must not have.
pub(super) fn by_snippets(blocks: &[String], must_have: &[String], must_not_have: &[String]) -> Vec<Label> {
    let mut all = String::new();
    let mut spans = Vec::new();
    for text in blocks {
        let start = all.len();
        all.push_str(&one_spaced(text));
        spans.push(start..all.len());
        all.push(' ');
    }
    let mut labels = vec![Label::default(); blocks.len()];
    for (snippets, share) in [(must_not_have, 0.0), (must_have, 1.0)] {
        for snippet in snippets.iter().map(|snippet| one_spaced(snippet)).filter(|snippet| !snippet.is_empty()) {
            let places: Vec<usize> = all.match_indices(&snippet).map(|(at, _)| at).collect();
            // Of a wanted snippet that stands in several places, it is not known which is the content.
            if share > 0.0 && places.len() > 1 {
                continue;
            }
            for at in places {
                for (label, span) in labels.iter_mut().zip(&spans) {
                    if at < span.end && at + snippet.len() > span.start {
                        *label = Label { share, weight: SNIPPET };
                    }
                }
            }
        }
    }
    labels
}

fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words as the benchmarks count them: runs of letters, digits and `_`, in lower case; one character each in scripts
/// without spaces.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = vec![];
    let mut word = String::new();
    for character in text.chars() {
        let is_unspaced = filters::text::is_unspaced(character);
        if !word.is_empty() && (is_unspaced || !(character.is_alphanumeric() || character == '_')) {
            words.push(std::mem::take(&mut word));
        }
        if is_unspaced {
            words.push(character.to_string());
        } else if character.is_alphanumeric() || character == '_' {
            word.extend(character.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn blocks_of_the_gold_are_found() {
        let page = blocks(&["Home News", "A long day at the sea", "Share this", "It rained all day. Home we went"]);
        let labels = by_text(&page, "A long day\nat the sea. It rained all day.");
        let shares: Vec<f32> = labels.iter().map(|label| (label.share * 10.0).round() / 10.0).collect();
        assert_eq!(shares, [0.0, 1.0, 0.0, 0.6]);
    }

    #[test]
    fn snippets_decide_the_blocks_they_touch() {
        let page = blocks(&["Menu a", "The  first line", "of text", "Menu b", "again", "again"]);
        let labels = by_snippets(&page, &blocks(&["first line of", "again"]), &blocks(&["Menu"]));
        let known: Vec<_> = labels.iter().map(|label| (label.share, label.weight > 0.0)).collect();
        let (no, yes, unknown) = ((0.0, true), (1.0, true), (0.0, false));
        assert_eq!(known, [no, yes, yes, no, unknown, unknown]);
    }
}
