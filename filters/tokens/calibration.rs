//! What score real documents of each length have, and how rare a score is among them.

/// One document's score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its tokens.
    pub tokens: u32,
    /// Its score, such as its divergence from the reference in nats.
    pub value: f64,
}

/// Fewest documents from which a calibration is made.
const LEAST: usize = 20;

/// Fewest documents of like length that make a middle and a spread of their own.
const LEAST_NEAR: usize = 100;

/// Fewest documents of like length that make a tail of their own: at 1.5%, the rate has a standard error of 0.5 points.
const LEAST_TAIL: usize = 600;

/// Lengths are told apart by half octaves.
const PER_OCTAVE: f64 = 2.0;

/// Smallest spread, and smallest step between quantiles: below, rounding would decide.
const LEAST_SPREAD: f64 = 0.01;

/// Spreads from the middle beyond which a document is junk and says nothing of real ones.
const JUNK: f64 = 8.0;

/// Median distances from the curve beyond which a document does not shape it.
const FAR: f64 = 5.0;

/// Quantiles that are stored, and the standard normal distribution's values there.
const QUANTILES: [(f64, f64); 8] = [
    (0.10, -1.2816),
    (0.50, 0.0),
    (0.80, 0.8416),
    (0.90, 1.2816),
    (0.95, 1.6449),
    (0.98, 2.0537),
    (0.99, 2.3263),
    (0.995, 2.5758),
];
/// Places of the median and of the 90% quantile among them.
const MEDIAN: usize = 1;
const NINETY: usize = 3;
const LAST: usize = QUANTILES.len() - 1;

/// Scores by length: a curve, and around it middle, spread and quantiles by length.
///
/// A score becomes the normal distribution's value at its rank among reference documents of its length (a normal
/// score): 2.326 is passed by 1% of them at every length, however skewed their scores are.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Tokens of the shortest and of the longest document that was seen.
    lengths: [u32; 2],
    /// Score = c0 + c1·ln n + c2·(ln n)².
    curve: [f64; 3],
    /// By half octave of length, from that of the shortest document.
    bins: Vec<Bin>,
}

/// Documents of like length: distances from the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bin {
    /// Their median.
    middle: f64,
    /// From the median to the 90% quantile, as a standard deviation.
    spread: f64,
    /// The quantiles of (distance − middle) ÷ spread, rising.
    quantiles: [f64; QUANTILES.len()],
}

impl Calibration {
    /// Fits documents of the reference; `None` of too few.
    #[must_use]
    pub fn fit(points: &[Point]) -> Option<Self> {
        if points.len() < LEAST {
            return None;
        }
        let curve = curve(points);
        let lengths = [points.iter().map(|point| point.tokens).min()?, points.iter().map(|point| point.tokens).max()?];
        let first = bin(lengths[0]);
        let mut distances: Vec<Vec<f64>> = vec![Vec::new(); bin(lengths[1]) - first + 1];
        for point in points {
            distances[bin(point.tokens) - first].push(point.value - at(&curve, point.tokens));
        }
        let scales: Vec<(f64, f64)> =
            (0..distances.len()).map(|bin| middle_and_spread(&near(&distances, bin, LEAST_NEAR))).collect();
        for (values, (middle, spread)) in distances.iter_mut().zip(&scales) {
            for value in values.iter_mut() {
                *value = (*value - middle) / spread;
            }
            values.retain(|value| *value < JUNK);
        }
        let bins = scales
            .iter()
            .enumerate()
            .map(|(bin, &(middle, spread))| Bin {
                middle,
                spread,
                quantiles: quantiles(&near(&distances, bin, LEAST_TAIL)),
            })
            .collect();
        Some(Self { lengths, curve, bins })
    }

    /// The normal score of a document among those of its length. Longer ones than any that was seen are taken as of
    /// the greatest length; of shorter ones nothing is known.
    #[must_use]
    pub fn score(&self, point: Point) -> Option<f64> {
        if point.tokens < self.lengths[0] {
            return None;
        }
        let tokens = point.tokens.min(self.lengths[1]);
        let bin = self.bin(tokens)?;
        let distance = (point.value - at(&self.curve, tokens) - bin.middle) / bin.spread;
        let upper = bin.quantiles.iter().position(|quantile| distance < *quantile);
        // Outside of what is stored, the line goes on: of the first step, and of the last 10%.
        let [low, high] = match upper {
            Some(0 | 1) => [0, 1],
            Some(upper) => [upper - 1, upper],
            None => [NINETY, LAST],
        };
        let from = if upper.is_none() { LAST } else { low };
        let slope = (QUANTILES[high].1 - QUANTILES[low].1) / (bin.quantiles[high] - bin.quantiles[low]);
        Some(QUANTILES[from].1 + (distance - bin.quantiles[from]) * slope)
    }

    /// What holds at that length: between the middles of two bins, what lies between them.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the logarithm of a count is small")]
    fn bin(&self, tokens: u32) -> Option<Bin> {
        let place = octaves(tokens) - 0.5 - octaves_floor(self.lengths[0]);
        let low = place.max(0.0) as usize;
        let (last, share) = (self.bins.len().checked_sub(1)?, place.max(0.0).fract());
        let [a, b] = [self.bins[low.min(last)], self.bins[(low + 1).min(last)]];
        let between = |a: f64, b: f64| a + (b - a) * share;
        Some(Bin {
            middle: between(a.middle, b.middle),
            spread: between(a.spread, b.spread),
            quantiles: std::array::from_fn(|at| between(a.quantiles[at], b.quantiles[at])),
        })
    }

    pub(super) fn write(&self, into: &mut Vec<u8>) {
        for number in [self.lengths[0], self.lengths[1], u32::try_from(self.bins.len()).unwrap_or(0)] {
            into.extend(number.to_le_bytes());
        }
        let bins = self.bins.iter().flat_map(|bin| [bin.middle, bin.spread].into_iter().chain(bin.quantiles));
        for value in self.curve.into_iter().chain(bins) {
            into.extend(value.to_le_bytes());
        }
    }

    pub(super) fn read(from: &mut &[u8]) -> Option<Self> {
        let mut numbers = [0; 3];
        for number in &mut numbers {
            let (bytes, rest) = from.split_first_chunk::<4>()?;
            (*number, *from) = (u32::from_le_bytes(*bytes), rest);
        }
        let [shortest, longest, n_bins] = numbers;
        if shortest > longest || n_bins as usize != bin(longest) - bin(shortest) + 1 {
            return None;
        }
        // A damaged value must not become a measure that is no number.
        let mut value = || {
            let (bytes, rest) = from.split_first_chunk::<8>()?;
            *from = rest;
            Some(f64::from_le_bytes(*bytes)).filter(|value| value.is_finite() && value.abs() < 1e9)
        };
        let curve = [value()?, value()?, value()?];
        let bins = (0..n_bins)
            .map(|_| {
                let (middle, spread) = (value()?, value().filter(|spread| *spread >= LEAST_SPREAD)?);
                let mut quantiles = [0.0; QUANTILES.len()];
                for quantile in &mut quantiles {
                    *quantile = value()?;
                }
                // Half a step: they were rounded.
                let rise = quantiles.windows(2).all(|two| two[1] - two[0] >= LEAST_SPREAD / 2.0);
                rise.then_some(Bin { middle, spread, quantiles })
            })
            .collect::<Option<_>>()?;
        Some(Self { lengths: [shortest, longest], curve, bins })
    }
}

fn octaves(tokens: u32) -> f64 {
    f64::from(tokens.max(1)).log2() * PER_OCTAVE
}

fn octaves_floor(tokens: u32) -> f64 {
    octaves(tokens).floor()
}

/// The half octave of a length.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the logarithm of a count is small")]
pub fn bin(tokens: u32) -> usize {
    octaves_floor(tokens) as usize
}

fn at(curve: &[f64; 3], tokens: u32) -> f64 {
    let x = f64::from(tokens.max(1)).ln();
    curve[0] + curve[1] * x + curve[2] * x * x
}

/// The values of the bin and of its neighbours, as many as are wanted, in order.
fn near(binned: &[Vec<f64>], bin: usize, wanted: usize) -> Vec<f64> {
    let mut reach = 0;
    loop {
        let (first, last) = (bin.saturating_sub(reach), (bin + reach).min(binned.len() - 1));
        let n: usize = binned[first..=last].iter().map(Vec::len).sum();
        if n >= wanted || last - first + 1 == binned.len() {
            let mut found = binned[first..=last].concat();
            found.sort_by(f64::total_cmp);
            return found;
        }
        reach += 1;
    }
}

/// The quantile of sorted values that a further value passes with probability 1 − `share`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of documents in a sample"
)]
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = (share * (sorted.len() + 1) as f64 - 1.0).clamp(0.0, last as f64);
    let (low, part) = (place as usize, place.fract());
    sorted[low] + (sorted[(low + 1).min(last)] - sorted[low]) * part
}

fn middle_and_spread(sorted: &[f64]) -> (f64, f64) {
    let middle = quantile(sorted, 0.5);
    (middle, ((quantile(sorted, 0.9) - middle) / QUANTILES[NINETY].1).max(LEAST_SPREAD))
}

/// The stored quantiles. What so few documents cannot show is an exponential tail through the median and the 90%
/// quantile.
#[expect(clippy::cast_precision_loss, reason = "counts of documents in a sample")]
fn quantiles(sorted: &[f64]) -> [f64; QUANTILES.len()] {
    let mut found = QUANTILES.map(|(share, _)| quantile(sorted, share));
    let ninety = found[NINETY];
    let decay = (ninety - found[MEDIAN]) / 5_f64.ln();
    for (value, (share, _)) in found.iter_mut().zip(QUANTILES) {
        if (sorted.len() + 1) as f64 * (1.0 - share) < 1.0 {
            *value = value.max(ninety + decay * (0.1 / (1.0 - share)).ln());
        }
    }
    for at in 1..found.len() {
        found[at] = found[at].max(found[at - 1] + LEAST_SPREAD);
    }
    found
}
/// The curve of the points: fitted to all, and then to those that are not far from that, since one odd document at an
/// end of the lengths would bend it.
fn curve(points: &[Point]) -> [f64; 3] {
    let first = parabola(points);
    let distance = |point: &Point| (point.value - at(&first, point.tokens)).abs();
    let mut distances: Vec<f64> = points.iter().map(distance).collect();
    distances.sort_by(f64::total_cmp);
    let most = FAR * quantile(&distances, 0.5) + LEAST_SPREAD;
    parabola(&points.iter().filter(|point| distance(point) <= most).copied().collect::<Vec<_>>())
}

/// Least squares of a parabola in ln n; a flat line where lengths do not differ enough.
fn parabola(points: &[Point]) -> [f64; 3] {
    let mut matrix = [[0.0; 4]; 3];
    for point in points {
        let x = f64::from(point.tokens.max(1)).ln();
        let powers = [1.0, x, x * x];
        for (row, power) in matrix.iter_mut().zip(powers) {
            for (cell, other) in row.iter_mut().zip(powers) {
                *cell += power * other;
            }
            row[3] += power * point.value;
        }
    }
    solve(matrix).unwrap_or_else(|| {
        let mut values: Vec<f64> = points.iter().map(|point| point.value).collect();
        values.sort_by(f64::total_cmp);
        [quantile(&values, 0.5), 0.0, 0.0]
    })
}

/// Gaussian elimination with pivots; `None` where the rows depend on each other.
fn solve(mut rows: [[f64; 4]; 3]) -> Option<[f64; 3]> {
    for column in 0..3 {
        let pivot = (column..3).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))?;
        rows.swap(column, pivot);
        let head = rows[column];
        if head[column].abs() < 1e-6 {
            return None;
        }
        for row in &mut rows[column + 1..] {
            let factor = row[column] / head[column];
            row.iter_mut().zip(head).for_each(|(cell, above)| *cell -= factor * above);
        }
    }
    let mut solution = [0.0; 3];
    for row in (0..3).rev() {
        let known: f64 = (row + 1..3).map(|column| rows[row][column] * solution[column]).sum();
        solution[row] = (rows[row][3] - known) / rows[row][row];
    }
    Some(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Documents along a falling curve, with a skewed scatter (exponential, of mean 0.1): `seed` draws others.
    fn documents(n: u32, seed: u32) -> Vec<Point> {
        (0..n)
            .map(|number| {
                let tokens = 50 + number % 1_000 * 7;
                let drawn = (number + seed).wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(0x85eb_ca6b) >> 8;
                let scatter = -(f64::from(drawn) + 1.0).ln() + f64::from(1 << 24).ln();
                Point { tokens, value: 8.0 - 0.7 * f64::from(tokens).ln() + 0.1 * scatter }
            })
            .collect()
    }

    fn usual(tokens: u32) -> f64 {
        8.0 - 0.7 * f64::from(tokens).ln()
    }

    #[test]
    fn a_bound_is_a_rate_at_every_length() {
        let calibration = Calibration::fit(&documents(20_000, 0)).unwrap();
        let others = documents(40_000, 1_000_003);
        for lengths in [50..500, 500..2_000, 2_000..8_000] {
            let here: Vec<_> = others.iter().filter(|point| lengths.contains(&point.tokens)).collect();
            for (bound, rate) in [(1.2816, 0.1), (2.3263, 0.01)] {
                let count = |passed: &dyn Fn(f64) -> bool| {
                    let scores = here.iter().map(|point| calibration.score(**point).unwrap());
                    f64::from(u32::try_from(scores.filter(|score| passed(*score)).count()).unwrap())
                };
                let share = count(&|score| score > bound) / count(&|_| true);
                assert!((share - rate).abs() < 0.25 * rate + 0.002, "{lengths:?} {bound}: {share}");
            }
        }
    }

    #[test]
    fn length_is_taken_out() {
        let calibration = Calibration::fit(&documents(2_000, 0)).unwrap();
        for tokens in [60, 300, 1_000, 6_000] {
            let score = |more: f64| calibration.score(Point { tokens, value: usual(tokens) + more }).unwrap();
            assert!(score(0.07).abs() < 1.0, "{tokens}: {}", score(0.07));
            assert!(score(1.0) > 3.0 && score(2.0) > score(1.0) && score(-5.0).is_finite(), "{tokens}");
        }
        let longer = calibration.score(Point { tokens: u32::MAX, value: 2.0 });
        assert!(longer.is_some_and(f64::is_finite));
        assert_eq!(calibration.score(Point { tokens: 49, value: 9.0 }), None, "nothing is known of so short ones");
    }

    #[test]
    fn junk_in_the_sample_does_little() {
        let mut points = documents(2_000, 0);
        for point in points.iter_mut().step_by(50) {
            point.value += 5.0;
        }
        let calibration = Calibration::fit(&points).unwrap();
        let score = |more: f64| calibration.score(Point { tokens: 1_000, value: usual(1_000) + more }).unwrap();
        assert!(score(0.07).abs() < 1.0 && score(3.0) > 4.0, "{} {}", score(0.07), score(3.0));
    }

    #[test]
    fn damaged_values_are_refused() {
        let mut bytes = Vec::new();
        let calibration = Calibration::fit(&documents(400, 0)).unwrap();
        calibration.write(&mut bytes);
        assert_eq!(Calibration::read(&mut bytes.as_slice()), Some(calibration));
        let (first_spread, last_quantile) = (12 + 24 + 8, bytes.len() - 8);
        for (at, value) in [
            (12, f64::NAN),
            (20, f64::INFINITY),
            (first_spread, 0.0),
            (first_spread, -1.0),
            (last_quantile, -1.0),
            (last_quantile, 1e300),
        ] {
            let mut damaged = bytes.clone();
            damaged[at..at + 8].copy_from_slice(&value.to_le_bytes());
            assert_eq!(Calibration::read(&mut damaged.as_slice()), None, "{value} at {at}");
        }
        for at in [0, 4, 8] {
            let mut damaged = bytes.clone();
            damaged[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
            assert_eq!(Calibration::read(&mut damaged.as_slice()), None, "number at {at}");
        }
    }

    #[test]
    fn few_documents_make_a_calibration_of_their_own() {
        assert_eq!(Calibration::fit(&documents(19, 0)), None);
        let same = vec![Point { tokens: 100, value: 3.0 }; 30];
        let calibration = Calibration::fit(&same).unwrap();
        assert!(calibration.score(same[0]).unwrap().abs() < 1.5);
        assert!(calibration.score(Point { tokens: 100, value: 9.0 }).unwrap() > 5.0);
    }
}
