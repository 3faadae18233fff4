//! The least value of a smooth convex function, by limited-memory BFGS (Liu & Nocedal 1989).

use std::collections::VecDeque;

/// Steps that the curvature is estimated from.
const MEMORY: usize = 10;
/// Steps, at most. A few dozen do.
const MOST_STEPS: usize = 300;
/// The gradient has vanished when it is so much shorter than at the start.
const VANISHED: f64 = 1e-4;
/// A step must bring this share of what the slope promises (Armijo).
const SUFFICIENT: f64 = 1e-4;

/// A step: how the place moved, how the gradient did, and 1 over their product.
struct Step {
    place: Vec<f64>,
    gradient: Vec<f64>,
    scale: f64,
}

/// The place at which `function` (value and gradient) is least, beginning at `place`.
pub(super) fn minimise(mut place: Vec<f64>, mut function: impl FnMut(&[f64]) -> (f64, Vec<f64>)) -> Vec<f64> {
    let (mut value, mut gradient) = function(&place);
    let enough = VANISHED * dot(&gradient, &gradient).sqrt();
    let mut steps: VecDeque<Step> = VecDeque::new();
    for _ in 0..MOST_STEPS {
        let length = dot(&gradient, &gradient).sqrt();
        if length <= enough {
            break;
        }
        let direction = direction(&gradient, &steps);
        let slope = dot(&gradient, &direction);
        // Without curvature the first step has no measure: it goes a length of 1.
        let mut size = if steps.is_empty() { 1.0 / length } else { 1.0 };
        let (next, (next_value, next_gradient)) = loop {
            let next: Vec<f64> = place.iter().zip(&direction).map(|(at, move_)| at + size * move_).collect();
            let there = function(&next);
            if there.0 <= value + SUFFICIENT * size * slope {
                break (next, there);
            }
            size /= 2.0;
            if size < 1e-12 {
                return place; // rounding is all that is left
            }
        };
        let moved: Vec<f64> = next.iter().zip(&place).map(|(new, old)| new - old).collect();
        let turned: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(new, old)| new - old).collect();
        let product = dot(&moved, &turned);
        if product > 0.0 {
            steps.push_back(Step { place: moved, gradient: turned, scale: 1.0 / product });
            if steps.len() > MEMORY {
                steps.pop_front();
            }
        }
        (place, value, gradient) = (next, next_value, next_gradient);
    }
    place
}

/// Minus the gradient, times the inverse of the curvature that the last steps met (the two loops of Nocedal 1980).
fn direction(gradient: &[f64], steps: &VecDeque<Step>) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut shares = Vec::with_capacity(steps.len());
    for step in steps.iter().rev() {
        let share = step.scale * dot(&step.place, &direction);
        add(&mut direction, -share, &step.gradient);
        shares.push(share);
    }
    if let Some(last) = steps.back() {
        let curvature = last.scale * dot(&last.gradient, &last.gradient);
        for move_ in &mut direction {
            *move_ /= curvature;
        }
    }
    for (step, share) in steps.iter().zip(shares.into_iter().rev()) {
        let back = step.scale * dot(&step.gradient, &direction);
        add(&mut direction, share - back, &step.place);
    }
    direction
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    for (sum, term) in to.iter_mut().zip(what) {
        *sum += times * term;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bowl with curvatures from 1 to 1,000: steps along the gradient alone would take thousands.
    fn bowl(at: &[f64]) -> (f64, Vec<f64>) {
        let parts = [(1.0, 3.0), (30.0, -2.0), (1_000.0, 0.5)];
        let terms = || at.iter().zip(parts).map(|(x, (curvature, least))| (curvature, x - least));
        let value = terms().map(|(curvature, off)| curvature * off * off / 2.0).sum();
        (value, terms().map(|(curvature, off)| curvature * off).collect())
    }

    #[test]
    fn the_least_value_of_functions_that_are_known() {
        let slope = |at: &[f64]| dot(&bowl(at).1, &bowl(at).1).sqrt();
        let found = minimise(vec![0.0; 3], bowl);
        assert!(slope(&found) <= VANISHED * slope(&[0.0; 3]), "{found:?}");
        assert!(bowl(&found).0 < 1e-3, "{found:?}");
        // ln(1 + e^-x) + x²/2, whose least value has no formula: its gradient there must vanish.
        let slope = |x: f64| -1.0 / (1.0 + x.exp()) + x;
        let found = minimise(vec![5.0], |at| ((-at[0]).exp().ln_1p() + at[0] * at[0] / 2.0, vec![slope(at[0])]));
        assert!(slope(found[0]).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn a_place_that_is_least_already_stays() {
        assert_eq!(minimise(vec![0.0], |at| (at[0] * at[0], vec![2.0 * at[0]])), [0.0]);
    }
}
