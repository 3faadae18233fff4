//! Gradient boosting of symmetric trees, with soft labels and weights (Friedman 2001; Newton steps on the log loss;
//! trees as in `CatBoost`, Prokhorenkova et al. 2018).
//!
//! Values are cut into bins once. One level of a tree asks the same question everywhere, so that its best question is
//! found by summing gradients by leaf and bin, column by column: columns go to threads, and sums do not depend on
//! how many there are.

use filters::text::hash;
use rayon::prelude::*;
use stages::extract::ModelTree;

/// Bins of a column.
const BINS: usize = 64;
/// Rows whose values set the bounds of the bins.
const SAMPLE: usize = 50_000;

/// How trees are grown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) trees: usize,
    /// Questions of one tree: it has 2^depth leaves.
    pub(super) depth: usize,
    /// Part of a Newton step that a tree takes.
    pub(super) rate: f32,
    /// Added to the curvature of each leaf.
    pub(super) damping: f32,
    /// Share of rows that a tree is grown on.
    pub(super) rows: f32,
    /// Share of columns that a tree may ask for.
    pub(super) columns: f32,
    pub(super) seed: u64,
}

/// Trees, and the log-odds before any of them.
#[derive(Clone, Debug)]
pub(super) struct Forest {
    pub(super) bias: f32,
    /// Their columns are indices of the columns given.
    pub(super) trees: Vec<ModelTree>,
}

/// A column in bins.
struct Binned {
    /// Of each row.
    bins: Vec<u8>,
    /// A value above `bounds[b]` lies in a bin above `b`.
    bounds: Vec<f32>,
}

/// Grows a forest on the rows of `columns`, each with a label from 0 to 1 and a weight.
pub(super) fn fit(columns: &[Vec<f32>], labels: &[f32], weights: &[f32], settings: &Settings) -> Forest {
    let binned: Vec<Binned> = columns.par_iter().map(|column| bin(column)).collect();
    let n = labels.len();
    let total: f64 = weights.iter().map(|w| f64::from(*w)).sum();
    let mean = labels.iter().zip(weights).map(|(y, w)| f64::from(y * w)).sum::<f64>() / total.max(f64::MIN_POSITIVE);
    let mean = mean.clamp(1e-3, 1.0 - 1e-3);
    #[expect(clippy::cast_possible_truncation, reason = "a rough start")]
    let bias = (mean / (1.0 - mean)).ln() as f32;
    let mut scores = vec![bias; n];
    let mut trees = Vec::with_capacity(settings.trees);
    for number in 0..settings.trees {
        let rows: Vec<u32> = (0..u32::try_from(n).unwrap_or(u32::MAX))
            .filter(|row| draw(settings.seed, number, u64::from(*row)) < settings.rows)
            .collect();
        let steps: Vec<[f32; 2]> = rows
            .iter()
            .map(|row| {
                let row = *row as usize;
                let p = 1.0 / (1.0 + (-scores[row]).exp());
                [weights[row] * (labels[row] - p), weights[row] * p * (1.0 - p)]
            })
            .collect();
        let allowed: Vec<usize> = (0..columns.len())
            .filter(|column| draw(settings.seed, number, !(*column as u64)) < settings.columns)
            .collect();
        let tree = grow(&binned, &rows, &steps, &allowed, settings);
        scores.par_iter_mut().enumerate().for_each(|(row, score)| {
            *score += tree.leaves[leaf_of(&tree.splits, columns, row)];
        });
        trees.push(tree);
    }
    Forest { bias, trees }
}

fn leaf_of(splits: &[(usize, f32)], columns: &[Vec<f32>], row: usize) -> usize {
    splits.iter().enumerate().map(|(level, (column, bound))| usize::from(columns[*column][row] > *bound) << level).sum()
}

fn grow(binned: &[Binned], rows: &[u32], steps: &[[f32; 2]], allowed: &[usize], settings: &Settings) -> ModelTree {
    let mut leaf = vec![0_u8; rows.len()];
    let mut splits = Vec::new();
    for level in 0..settings.depth {
        let n_leaves = 1 << level;
        let best = allowed
            .par_iter()
            .filter_map(|column| {
                let (gain, at) = best_bound(&binned[*column], rows, steps, &leaf, n_leaves, settings.damping)?;
                Some((gain, *column, at))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let Some((_, column, at)) = best else { break };
        for (leaf, row) in leaf.iter_mut().zip(rows) {
            *leaf |= u8::from(usize::from(binned[column].bins[*row as usize]) > at) << level;
        }
        splits.push((column, binned[column].bounds[at]));
    }
    let mut sums = vec![[0.0_f64; 2]; 1 << splits.len()];
    for (leaf, step) in leaf.iter().zip(steps) {
        sums[usize::from(*leaf)][0] += f64::from(step[0]);
        sums[usize::from(*leaf)][1] += f64::from(step[1]);
    }
    #[expect(clippy::cast_possible_truncation, reason = "a model of small numbers")]
    let value = |[slope, curve]: [f64; 2]| {
        let step = f64::from(settings.rate) * slope / (curve + f64::from(settings.damping));
        ((step * 1e5).round() / 1e5) as f32
    };
    ModelTree { splits, leaves: sums.into_iter().map(value).collect() }
}

/// The bound of one column that lowers the loss most, and by how much.
fn best_bound(
    column: &Binned,
    rows: &[u32],
    steps: &[[f32; 2]],
    leaf: &[u8],
    n_leaves: usize,
    damping: f32,
) -> Option<(f32, usize)> {
    let mut sums = vec![[0.0_f32; 2]; n_leaves * BINS];
    for ((row, step), leaf) in rows.iter().zip(steps).zip(leaf) {
        let sum = &mut sums[usize::from(*leaf) * BINS + usize::from(column.bins[*row as usize])];
        sum[0] += step[0];
        sum[1] += step[1];
    }
    let mut gains = vec![0.0_f32; column.bounds.len()];
    let worth = |[slope, curve]: [f32; 2]| slope * slope / (curve + damping);
    for sums in sums.chunks_exact(BINS) {
        let all = sums.iter().fold([0.0; 2], |all: [f32; 2], sum| [all[0] + sum[0], all[1] + sum[1]]);
        let mut below = [0.0; 2];
        for (gain, sum) in gains.iter_mut().zip(sums) {
            below = [below[0] + sum[0], below[1] + sum[1]];
            *gain += worth(below) + worth([all[0] - below[0], all[1] - below[1]]) - worth(all);
        }
    }
    let (at, gain) = gains.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
    (gain > 0.0).then_some((gain, at))
}

/// Cuts a column into bins of about equal numbers of rows.
fn bin(column: &[f32]) -> Binned {
    let stride = column.len().div_ceil(SAMPLE).max(1);
    let mut sample: Vec<f32> = column.iter().copied().step_by(stride).collect();
    sample.sort_unstable_by(f32::total_cmp);
    let mut bounds: Vec<f32> = Vec::new();
    for cut in 1..BINS {
        let at = cut * sample.len() / BINS;
        let (Some(low), Some(high)) = (sample.get(at.saturating_sub(1)), sample.get(at)) else { continue };
        // Between two values, so that rounding cannot move one across.
        let bound = if low < high { low + (high - low) / 2.0 } else { *low };
        if bounds.last().is_none_or(|last| *last < bound) && bound < sample[sample.len() - 1] {
            bounds.push(bound);
        }
    }
    let bins = column.iter().map(|value| u8::try_from(bounds.partition_point(|bound| bound < value)).unwrap_or(0));
    Binned { bins: bins.collect(), bounds }
}

/// A number from 0 to 1 that only its arguments decide.
fn draw(seed: u64, tree: usize, what: u64) -> f32 {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&(tree as u64).to_le_bytes());
    bytes[16..].copy_from_slice(&what.to_le_bytes());
    #[expect(clippy::cast_precision_loss, reason = "24 bits of a hash")]
    let number = (hash(&bytes) >> 40) as f32;
    number / 16_777_216.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_of_two_columns_is_learned() {
        let n = 2_000;
        let value = |column: usize, row: usize| draw(7, column, row as u64);
        let columns: Vec<Vec<f32>> = (0..3).map(|column| (0..n).map(|row| value(column, row)).collect()).collect();
        let labels: Vec<f32> =
            (0..n).map(|row| f32::from(u8::from((columns[0][row] > 0.5) != (columns[2][row] > 0.3)))).collect();
        let settings = Settings { trees: 60, depth: 3, rate: 0.3, damping: 1.0, rows: 0.8, columns: 1.0, seed: 1 };
        let forest = fit(&columns, &labels, &vec![1.0; n], &settings);
        let wrong = (0..n)
            .filter(|row| {
                let leaves = forest.trees.iter().map(|tree| tree.leaves[leaf_of(&tree.splits, &columns, *row)]);
                (forest.bias + leaves.sum::<f32>() > 0.0) != (labels[*row] > 0.5)
            })
            .count();
        assert!(wrong < n / 50, "{wrong} of {n}");
        let again = fit(&columns, &labels, &vec![1.0; n], &settings);
        assert_eq!(format!("{:?}", forest.trees), format!("{:?}", again.trees));
    }
}
