//! From the hidden vector to the probabilities of labels.

use super::LoadError;
use super::matrix::Matrix;

/// What the model was trained with, which says how its output is read.
#[derive(Debug)]
pub(super) enum Loss {
    /// A binary tree over the labels: a label's probability is the product along its path.
    HierarchicalSoftmax(Tree),
    /// All labels share one.
    Softmax,
    /// Each label is a question of its own: negative sampling, one-vs-all.
    Logistic(SigmoidTable),
}

/// Buffers of one prediction.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    outputs: Vec<f32>,
    open: Vec<(usize, f32)>,
}

/// What the reference adds to each probability before it takes the logarithm.
const FLOOR: f64 = 1e-5;

impl Loss {
    pub(super) fn new(code: i32, label_counts: &[i64]) -> Result<Self, LoadError> {
        match code {
            1 => Tree::new(label_counts).map(Self::HierarchicalSoftmax),
            2 | 4 => Ok(Self::Logistic(SigmoidTable::new())),
            3 => Ok(Self::Softmax),
            _ => Err(LoadError::Unsupported("its loss is none of softmax, hs, ns, ova")),
        }
    }

    /// Offers the labels' probabilities to `best`. The output matrix has a row for each label.
    pub(super) fn predict(&self, output: &Matrix, hidden: &[f32], best: &mut Best, scratch: &mut Scratch) {
        match self {
            Self::HierarchicalSoftmax(tree) => tree.search(output, hidden, best, &mut scratch.open),
            Self::Softmax => {
                let outputs = &mut scratch.outputs;
                outputs.clear();
                outputs.extend((0..output.n_rows()).map(|row| output.dot(row, hidden)));
                let most = outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let mut sum = 0.0;
                for value in outputs.iter_mut() {
                    *value = (*value - most).exp();
                    sum += *value;
                }
                for (label, value) in (0..).zip(outputs.iter()) {
                    best.offer(with_floor(value / sum), label);
                }
            }
            Self::Logistic(table) => {
                for (label, row) in (0..).zip(0..output.n_rows()) {
                    best.offer(with_floor(table.sigmoid(output.dot(row, hidden))), label);
                }
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a 32-bit probability is what is asked for")]
fn with_floor(probability: f32) -> f32 {
    (f64::from(probability) + FLOOR) as f32
}

#[expect(clippy::cast_possible_truncation, reason = "the reference sums logarithms of 32 bits")]
fn log(probability: f32) -> f32 {
    (f64::from(probability) + FLOOR).ln() as f32
}

/// The `k` best labels that were offered.
#[derive(Debug)]
pub(super) struct Best {
    k: usize,
    /// Best first; of equals, the label that comes first in the model.
    found: Vec<(f32, u32)>,
}

impl Best {
    pub(super) fn new(k: usize) -> Self {
        Self { k, found: Vec::new() }
    }

    /// Whether there are `k` already, and all better than this score.
    fn is_beyond(&self, score: f32) -> bool {
        self.found.len() == self.k && self.found.last().is_some_and(|(worst, _)| score < *worst)
    }

    /// Takes a label in, if it is among the best. What is not a number, as damaged models give, is not.
    fn offer(&mut self, score: f32, label: u32) {
        if score.is_nan() || self.is_beyond(score) {
            return;
        }
        let place = self.found.partition_point(|(other, before)| *other > score || *other == score && *before < label);
        if place < self.k {
            self.found.truncate(self.k - 1);
            self.found.insert(place, (score, label));
        }
    }

    /// Probabilities and labels, best first.
    pub(super) fn into_iter(self) -> impl Iterator<Item = (f32, u32)> {
        self.found.into_iter().map(|(score, label)| (score.clamp(0.0, 1.0), label))
    }
}

/// The Huffman tree of the labels, by how often they were in the training text.
#[derive(Debug)]
pub(super) struct Tree {
    n_labels: usize,
    /// The children of each inner node, root last. Nodes below `n_labels` are labels, others are inner ones.
    children: Vec<[u32; 2]>,
}

impl Tree {
    /// Labels come most frequent first.
    fn new(counts: &[i64]) -> Result<Self, LoadError> {
        if counts.iter().any(|count| *count < 0) {
            return Err(LoadError::Inconsistent("a label's count is negative"));
        }
        let n_labels = counts.len();
        if n_labels > i32::MAX as usize / 2 {
            return Err(LoadError::Inconsistent("it has more labels than the format can name"));
        }
        let mut counts = counts.to_vec();
        let mut children = Vec::with_capacity(n_labels.saturating_sub(1));
        // Labels are taken from the rarest on, inner nodes in the order of their making: both by rising count.
        let (mut labels_left, mut next_inner) = (n_labels, n_labels);
        for _ in 1..n_labels {
            let mut take = || {
                let take_label = match (labels_left.checked_sub(1), counts.get(next_inner)) {
                    (Some(label), Some(inner)) => counts[label] < *inner,
                    (label, _) => label.is_some(),
                };
                if take_label {
                    labels_left -= 1;
                    labels_left
                } else {
                    next_inner += 1;
                    next_inner - 1
                }
            };
            let pair = [take(), take()];
            counts.push(counts[pair[0]].saturating_add(counts[pair[1]]));
            #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 2^31 nodes, as checked above")]
            children.push(pair.map(|node| node as u32));
        }
        Ok(Self { n_labels, children })
    }

    /// Walks down from the root, left first, and leaves out what cannot become one of the best.
    fn search(&self, output: &Matrix, hidden: &[f32], best: &mut Best, open: &mut Vec<(usize, f32)>) {
        // The reference's lower bound for a probability of 0.
        let least = log(0.0);
        open.clear();
        open.push((self.n_labels + self.children.len() - 1, 0.0));
        while let Some((node, score)) = open.pop() {
            if score < least || best.is_beyond(score) {
                continue;
            }
            let Some(inner) = node.checked_sub(self.n_labels) else {
                #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 2^31 labels")]
                best.offer(score, node as u32);
                continue;
            };
            let right = 1.0 / (1.0 + (-output.dot(inner, hidden)).exp());
            let [left_child, right_child] = self.children[inner].map(|child| child as usize);
            open.push((right_child, score + log(right)));
            open.push((left_child, score + log(1.0 - right)));
        }
        for (score, _) in &mut best.found {
            *score = score.exp();
        }
    }
}

/// The reference reads the logistic function from a table of 512 steps over -8 to 8.
#[derive(Debug)]
pub(super) struct SigmoidTable(Vec<f32>);

impl SigmoidTable {
    const STEPS: u16 = 512;
    const BOUND: f32 = 8.0;

    #[expect(clippy::cast_possible_truncation, reason = "the reference's table is of 32-bit numbers")]
    fn new() -> Self {
        let x = |step: u16| f32::from(step) * 2.0 * Self::BOUND / f32::from(Self::STEPS) - Self::BOUND;
        Self((0..=Self::STEPS).map(|step| (1.0 / (1.0 + f64::from((-x(step)).exp()))) as f32).collect())
    }

    fn sigmoid(&self, x: f32) -> f32 {
        if x < -Self::BOUND {
            0.0
        } else if x > Self::BOUND {
            1.0
        } else {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 512 here")]
            let step = ((x + Self::BOUND) * f32::from(Self::STEPS) / Self::BOUND / 2.0) as usize;
            if x.is_nan() { x } else { self.0[step] }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_in_order() {
        let offered = [(0.2, 0), (0.5, 1), (f32::NAN, 2), (0.5, 3), (0.1, 4), (2.0, 5)];
        for (k, expected) in [
            (1, vec![(1.0, 5)]),
            (3, vec![(1.0, 5), (0.5, 1), (0.5, 3)]),
            (9, vec![(1.0, 5), (0.5, 1), (0.5, 3), (0.2, 0), (0.1, 4)]),
        ] {
            for reversed in [false, true] {
                let mut best = Best::new(k);
                let mut order = offered.to_vec();
                if reversed {
                    order.reverse();
                }
                order.into_iter().for_each(|(score, label)| best.offer(score, label));
                assert_eq!(best.into_iter().collect::<Vec<_>>(), expected, "{k}");
            }
        }
    }

    #[test]
    fn rare_labels_stand_deep_in_the_tree() {
        for (what, counts, expected) in [
            ("one label", vec![5], vec![]),
            ("two", vec![5, 3], vec![[1, 0]]),
            ("a chain", vec![10, 4, 2], vec![[2, 1], [3, 0]]),
            ("balanced", vec![3, 3, 3, 3], vec![[3, 2], [1, 0], [4, 5]]),
            ("counts of nothing", vec![0, 0, 0], vec![[2, 1], [3, 0]]),
            ("counts beyond the sum", vec![i64::MAX, i64::MAX, i64::MAX], vec![[2, 1], [3, 0]]),
            ("not in order", vec![1, 9, 2], vec![[2, 1], [0, 3]]),
        ] {
            assert_eq!(Tree::new(&counts).unwrap().children, expected, "{what}");
        }
        assert!(Tree::new(&[3, -1]).is_err());
    }

    #[test]
    fn the_sigmoid_is_the_references_table() {
        let table = SigmoidTable::new();
        for (x, expected) in [(-9.0, 0.0), (9.0, 1.0), (0.0, 0.5), (0.03, 0.5), (0.04, 0.507_811_9), (8.0, 0.999_664_66)] {
            assert!((table.sigmoid(x) - expected).abs() < 1e-6, "{x}: {}", table.sigmoid(x));
        }
        assert!(table.sigmoid(f32::NAN).is_nan());
    }
}
