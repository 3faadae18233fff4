//! What divergence real documents of each length have.

/// One sampled document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Its tokens.
    pub tokens: u32,
    /// Its divergence from the reference, in nats.
    pub divergence: f64,
}

/// Fewest documents from which a calibration is made.
const LEAST: usize = 20;

/// Fewest documents of like length that make a spread of their own.
const LEAST_NEAR: usize = 50;

/// Lengths are told apart by half octaves.
const PER_OCTAVE: f64 = 2.0;

/// Smallest spread: below, rounding would decide.
const LEAST_SPREAD: f64 = 0.02;

/// Divergence by length: a curve, and around it middle and spread by length.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Divergence = c0 + c1·ln n + c2·(ln n)².
    curve: [f64; 3],
    /// By half octave of length: middle and spread of the distance from the curve.
    bins: Vec<(f64, f64)>,
}

impl Calibration {
    /// Fits documents of the reference; `None` of too few. Junk among them does little: middle and spread are the
    /// median and the median absolute deviation.
    #[must_use]
    pub fn fit(points: &[Point]) -> Option<Self> {
        if points.len() < LEAST {
            return None;
        }
        let curve = parabola(points);
        let mut binned: Vec<Vec<f64>> = Vec::new();
        for point in points {
            let bin = bin(point.tokens);
            if binned.len() <= bin {
                binned.resize(bin + 1, Vec::new());
            }
            binned[bin].push(point.divergence - at(&curve, point.tokens));
        }
        let bins = (0..binned.len()).map(|bin| middle_and_spread(near(&binned, bin))).collect();
        Some(Self { curve, bins })
    }

    /// The distance of a document from those of its length, in standard deviations.
    #[must_use]
    pub fn z(&self, point: Point) -> f64 {
        let bin = bin(point.tokens).min(self.bins.len().saturating_sub(1));
        let (middle, spread) = self.bins.get(bin).copied().unwrap_or((0.0, 1.0));
        (point.divergence - at(&self.curve, point.tokens) - middle) / spread
    }

    pub(super) fn write(&self, into: &mut Vec<u8>) {
        let bins = self.bins.iter().flat_map(|(middle, spread)| [*middle, *spread]);
        into.extend(u32::try_from(self.bins.len()).unwrap_or(0).to_le_bytes());
        for value in self.curve.into_iter().chain(bins) {
            into.extend(value.to_le_bytes());
        }
    }

    pub(super) fn read(from: &mut &[u8]) -> Option<Self> {
        let (count, rest) = from.split_first_chunk::<4>()?;
        *from = rest;
        // A damaged value must not become a measure that is no number.
        let mut value = || {
            let (bytes, rest) = from.split_first_chunk::<8>()?;
            *from = rest;
            Some(f64::from_le_bytes(*bytes)).filter(|value| value.is_finite())
        };
        let curve = [value()?, value()?, value()?];
        let bins = (0..u32::from_le_bytes(*count))
            .map(|_| Some((value()?, value().filter(|spread| *spread >= LEAST_SPREAD)?)))
            .collect::<Option<_>>()?;
        Some(Self { curve, bins })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the logarithm of a count is small")]
fn bin(tokens: u32) -> usize {
    (f64::from(tokens.max(1)).log2() * PER_OCTAVE) as usize
}

fn at(curve: &[f64; 3], tokens: u32) -> f64 {
    let x = f64::from(tokens.max(1)).ln();
    curve[0] + curve[1] * x + curve[2] * x * x
}

/// The distances of the bin and of its neighbours, as many as make a spread.
fn near(binned: &[Vec<f64>], bin: usize) -> Vec<f64> {
    let mut reach = 0;
    loop {
        let (first, last) = (bin.saturating_sub(reach), (bin + reach).min(binned.len() - 1));
        let found: Vec<f64> = binned[first..=last].concat();
        if found.len() >= LEAST_NEAR || last - first + 1 == binned.len() {
            return found;
        }
        reach += 1;
    }
}

/// Median, and median absolute deviation as a standard deviation.
fn middle_and_spread(mut values: Vec<f64>) -> (f64, f64) {
    let middle = median(&mut values);
    for value in &mut values {
        *value = (*value - middle).abs();
    }
    // 1.4826: the ratio of the two for a normal distribution.
    (middle, (1.4826 * median(&mut values)).max(LEAST_SPREAD))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
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
            row[3] += power * point.divergence;
        }
    }
    solve(matrix).unwrap_or_else(|| {
        let mut divergences: Vec<f64> = points.iter().map(|point| point.divergence).collect();
        [median(&mut divergences), 0.0, 0.0]
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

    /// Documents along a falling curve, with a deterministic scatter of ±0.1.
    fn documents() -> Vec<Point> {
        (0..400_u32)
            .map(|number| {
                let tokens = 50 + number * 17;
                let scatter = f64::from(number.wrapping_mul(2_654_435_761) >> 16) / 65_536.0 * 0.2 - 0.1;
                Point { tokens, divergence: 8.0 - 0.7 * f64::from(tokens).ln() + scatter }
            })
            .collect()
    }

    #[test]
    fn length_is_taken_out() {
        let calibration = Calibration::fit(&documents()).unwrap();
        for tokens in [60, 300, 1000, 6000] {
            let usual = 8.0 - 0.7 * f64::from(tokens).ln();
            assert!(calibration.z(Point { tokens, divergence: usual }).abs() < 1.0, "{tokens}");
            assert!(calibration.z(Point { tokens, divergence: usual + 0.5 }) > 4.0, "{tokens}");
        }
    }

    #[test]
    fn junk_in_the_sample_does_little() {
        let mut points = documents();
        for point in points.iter_mut().step_by(20) {
            point.divergence += 5.0;
        }
        let calibration = Calibration::fit(&points).unwrap();
        let usual = Point { tokens: 1000, divergence: 8.0 - 0.7 * 1000_f64.ln() };
        assert!(calibration.z(usual).abs() < 2.0, "{}", calibration.z(usual));
        assert!(calibration.z(Point { divergence: usual.divergence + 3.0, ..usual }) > 4.0);
    }

    #[test]
    fn damaged_values_are_refused() {
        let mut bytes = Vec::new();
        Calibration::fit(&documents()).unwrap().write(&mut bytes);
        assert!(Calibration::read(&mut bytes.as_slice()).is_some());
        let last_spread = bytes.len() - 8;
        for (at, value) in [(4, f64::NAN), (12, f64::INFINITY), (last_spread, 0.0), (last_spread, -1.0)] {
            let mut damaged = bytes.clone();
            damaged[at..at + 8].copy_from_slice(&value.to_le_bytes());
            assert_eq!(Calibration::read(&mut damaged.as_slice()), None, "{value} at {at}");
        }
    }

    #[test]
    fn too_few_documents_make_no_calibration() {
        assert_eq!(Calibration::fit(&documents()[..19]), None);
        let same = vec![Point { tokens: 100, divergence: 3.0 }; 30];
        assert!(Calibration::fit(&same).unwrap().z(same[0]).abs() < 1e-9);
    }
}
