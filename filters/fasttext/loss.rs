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
                output.dots(hidden, outputs);
                softmax(outputs);
                for (label, probability) in (0..).zip(outputs.iter()) {
                    best.offer(*probability, label);
                }
            }
            Self::Logistic(table) => {
                for (label, row) in (0..).zip(0..output.n_rows()) {
                    best.offer(table.sigmoid(output.dot(row, hidden)), label);
                }
            }
        }
    }
}

/// Turns outputs into probabilities: a model of languages has hundreds, and a loop for each step can be vectorised. What a
/// damaged model gives instead of numbers becomes no probability.
fn softmax(outputs: &mut [f32]) {
    let most = outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for value in outputs.iter_mut() {
        *value = exp(*value - most);
    }
    let (lanes, rest) = outputs.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for values in lanes {
        for lane in 0..8 {
            sums[lane] += values[lane];
        }
    }
    let sum = sums.iter().chain(rest).sum::<f32>();
    let sum = if most.is_finite() { sum } else { f32::NAN };
    for value in outputs.iter_mut() {
        *value /= sum;
    }
}

/// e to the power of a number that is not above 0, within 1e-7 of it; the least normal number below -87. Cephes' `expf`
/// without its branches (Moshier, <https://www.netlib.org/cephes/>).
#[inline]
fn exp(x: f32) -> f32 {
    /// 1.5 × 2²³: what is added to it is rounded to a whole number, in its lowest bits.
    const ROUNDING: f32 = 12_582_912.0;
    /// ln 2 in two parts, of which the first has few bits.
    const LN_2: [f32; 2] = [0.693_359_4, -0.000_212_194_44];
    let x = x.max(-87.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUNDING;
    let n = rounded - ROUNDING;
    let rest = x - n * LN_2[0] - n * LN_2[1];
    let mut series = 0.000_198_756_91;
    for coefficient in [0.001_398_199_9, 0.008_333_452, 0.041_665_796, 0.166_666_66, 0.5] {
        series = series * rest + coefficient;
    }
    let power = series * rest * rest + rest + 1.0;
    f32::from_bits(power.to_bits().wrapping_add(rounded.to_bits() << 23))
}

#[expect(clippy::cast_possible_truncation, reason = "the reference sums logarithms of 32 bits")]
fn log(probability: f32) -> f32 {
    (f64::from(probability) + FLOOR).ln() as f32
}

/// The `k` best labels that were offered: a heap with the worst at its root.
///
/// Labels tie often where probabilities come from a table, and then the order of the reference is that of its heap.
/// So this is that heap, step by step as libstdc++ has it (`push_heap`, `pop_heap`, `sort_heap`).
#[derive(Debug)]
pub(super) struct Best {
    k: usize,
    /// Logarithms of probabilities, and labels.
    heap: Vec<(f32, u32)>,
    /// A probability below which a label is worse than all of them, whatever the rounding: most labels need no
    /// logarithm.
    least: f32,
}

impl Best {
    pub(super) fn new(k: usize) -> Self {
        Self { k, heap: Vec::new(), least: f32::NEG_INFINITY }
    }

    /// The worst score, when there are `k` already.
    fn worst(&self) -> Option<f32> {
        if self.heap.len() == self.k { self.heap.first().map(|(score, _)| *score) } else { None }
    }

    /// Offers a label by its probability.
    fn offer(&mut self, probability: f32, label: u32) {
        if probability < self.least {
            return;
        }
        let score = log(probability);
        if self.worst().is_none_or(|worst| score >= worst) {
            self.push(score, label);
        }
    }

    /// Takes a label in, and lets the worst go. What is not a number, as damaged models give, is left out.
    fn push(&mut self, score: f32, label: u32) {
        if score.is_nan() || self.k == 0 {
            return;
        }
        self.heap.push((score, label));
        let last = self.heap.len() - 1;
        sift_up(&mut self.heap, last, (score, label));
        if self.heap.len() > self.k {
            take_worst(&mut self.heap);
            self.heap.pop();
        }
        if let Some(worst) = self.worst() {
            self.least = worst.exp() * 0.999 - 2e-5;
        }
    }

    /// Probabilities and labels, best first.
    pub(super) fn into_iter(mut self) -> impl Iterator<Item = (f32, u32)> {
        for length in (2..=self.heap.len()).rev() {
            take_worst(&mut self.heap[..length]);
        }
        self.heap.into_iter().map(|(score, label)| (score.exp().min(1.0), label))
    }
}

/// Puts `entry` into the hole of a heap, or above it, past all that are better.
fn sift_up(heap: &mut [(f32, u32)], mut hole: usize, entry: (f32, u32)) {
    while hole > 0 {
        let parent = (hole - 1) / 2;
        if heap[parent].0 <= entry.0 {
            break;
        }
        heap[hole] = heap[parent];
        hole = parent;
    }
    heap[hole] = entry;
}

/// Moves the root of a heap to its end, and makes a heap of what is before.
fn take_worst(heap: &mut [(f32, u32)]) {
    let Some((last, rest)) = heap.split_last_mut() else { return };
    if rest.is_empty() {
        return;
    }
    let entry = std::mem::replace(last, rest[0]);
    // The hole at the root sinks to a leaf, and the entry rises from there.
    let mut hole = 0;
    while let Some(right) = rest.get(2 * hole + 2) {
        let child = if right.0 > rest[2 * hole + 1].0 { 2 * hole + 1 } else { 2 * hole + 2 };
        rest[hole] = rest[child];
        hole = child;
    }
    if let Some(left) = rest.get(2 * hole + 1) {
        rest[hole] = *left;
        hole = 2 * hole + 1;
    }
    sift_up(rest, hole, entry);
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
            if score < least || best.worst().is_some_and(|worst| score < worst) {
                continue;
            }
            let Some(inner) = node.checked_sub(self.n_labels) else {
                #[expect(clippy::cast_possible_truncation, reason = "there are fewer than 2^31 labels")]
                best.push(score, node as u32);
                continue;
            };
            let right = 1.0 / (1.0 + (-output.dot(inner, hidden)).exp());
            let [left_child, right_child] = self.children[inner].map(|child| child as usize);
            open.push((right_child, score + log(right)));
            open.push((left_child, score + log(1.0 - right)));
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
    fn exponentials_are_those_of_the_library() {
        for step in 0..=43_500_u16 {
            let x = -f32::from(step) / 500.0;
            let (found, expected) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((found / expected - 1.0).abs() < 2e-7, "{x}: {found} {expected}");
        }
        assert!(exp(-1e9) < 1e-37 && exp(f32::NEG_INFINITY) > 0.0);
        let mut outputs = [1.0, f32::NAN, 1.0, f32::NEG_INFINITY];
        softmax(&mut outputs);
        assert!(outputs.iter().zip([0.5, 0.0, 0.5, 0.0]).all(|(found, expected)| (found - expected).abs() < 1e-6));
        for mut outputs in [[f32::NAN, f32::NAN], [f32::INFINITY, 0.0]] {
            softmax(&mut outputs);
            assert!(outputs.iter().all(|probability| probability.is_nan()));
        }
    }

    #[test]
    fn the_best_are_kept_in_order() {
        let offered = [(0.2, 0), (0.5, 1), (f32::NAN, 2), (0.4, 3), (0.1, 4), (2.0, 5)];
        for (k, expected) in
            [(0, vec![]), (1, vec![5]), (2, vec![5, 1]), (4, vec![5, 1, 3, 0]), (9, vec![5, 1, 3, 0, 4])]
        {
            for reversed in [false, true] {
                let mut best = Best::new(k);
                let mut order = offered.to_vec();
                if reversed {
                    order.reverse();
                }
                for (probability, label) in order {
                    best.offer(probability, label);
                }
                let found: Vec<(f32, u32)> = best.into_iter().collect();
                assert_eq!(found.iter().map(|(_, label)| *label).collect::<Vec<_>>(), expected, "{k}");
                assert!(found.iter().all(|(probability, _)| (0.1..=1.0).contains(probability)), "{found:?}");
            }
        }
    }

    #[test]
    fn equals_come_as_from_the_references_heap() {
        for (k, expected) in [(1, vec![6]), (3, vec![6, 1, 5]), (7, vec![3, 1, 4, 6, 5, 2, 0])] {
            let mut best = Best::new(k);
            for label in 0..7 {
                best.offer(0.5, label);
            }
            assert_eq!(best.into_iter().map(|(_, label)| label).collect::<Vec<_>>(), expected, "{k}");
        }
        // Forty labels of five values, 2,000 times: the sum was computed with libstdc++'s heap.
        let (mut state, mut sum) = (1_u32, 0_u64);
        for round in 0..2000 {
            let mut best = Best::new(1 + round % 9);
            for label in 0..40 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                best.offer(f32::from(u8::try_from((state >> 24) % 5).unwrap()) / 8.0, label);
            }
            sum = best.into_iter().fold(sum, |sum, (_, label)| sum.wrapping_mul(31).wrapping_add(label.into()));
        }
        assert_eq!(sum, 1_867_914_217_842_790_715);
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
        for (x, expected) in
            [(-9.0, 0.0), (9.0, 1.0), (0.0, 0.5), (0.03, 0.5), (0.04, 0.507_811_9), (8.0, 0.999_664_66)]
        {
            assert!((table.sigmoid(x) - expected).abs() < 1e-6, "{x}: {}", table.sigmoid(x));
        }
        assert!(table.sigmoid(f32::NAN).is_nan());
    }
}
