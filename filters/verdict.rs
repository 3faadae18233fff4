//! A measure against its bounds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The range in which a measure keeps a document. Both ends are inclusive; an absent end does not judge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Smallest value that keeps the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Largest value that keeps the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

impl Bounds {
    /// No bound: the measure is recorded and never rejects.
    pub const NONE: Self = Self { min: None, max: None };

    /// Rejects values below `min`.
    #[must_use]
    pub const fn at_least(min: f64) -> Self {
        Self { min: Some(min), max: None }
    }

    /// Rejects values above `max`.
    #[must_use]
    pub const fn at_most(max: f64) -> Self {
        Self { min: None, max: Some(max) }
    }

    /// Rejects values outside `min..=max`.
    #[must_use]
    pub const fn between(min: f64, max: f64) -> Self {
        Self { min: Some(min), max: Some(max) }
    }

    /// What these bounds say of `value`; an absent value is [`Verdict::Unmeasured`] and the document goes on.
    #[must_use]
    pub fn judge(&self, value: Option<f64>) -> Verdict {
        let Some(value) = value else { return Verdict::Unmeasured };
        match (self.min, self.max) {
            (Some(bound), _) if value < bound => Verdict::Reject { value, bound },
            (_, Some(bound)) if value > bound => Verdict::Reject { value, bound },
            _ => Verdict::Keep { value },
        }
    }

    /// Why these bounds cannot be meant, if so.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        match (self.min, self.max) {
            (Some(min), Some(max)) if min > max => Some(format!("min {min} is above max {max}")),
            (Some(bound), _) | (_, Some(bound)) if bound.is_nan() => Some("a bound is not a number".into()),
            _ => None,
        }
    }
}

/// What a recipe says of one measure of one document.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The value lies within the bounds.
    Keep {
        /// The measure.
        value: f64,
    },
    /// The value lies outside; `bound` is the end that it passed.
    Reject {
        /// The measure.
        value: f64,
        /// The bound that it broke.
        bound: f64,
    },
    /// The measure has no value for this document, which goes on.
    Unmeasured,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Keep { value } => write!(f, "keep: {}", number(value)),
            Self::Reject { value, bound } => write!(f, "reject: {}", comparison(value, bound)),
            Self::Unmeasured => write!(f, "unmeasured"),
        }
    }
}

/// A broken bound as people read it: `0.42 > 0.3`.
#[must_use]
pub fn comparison(value: f64, bound: f64) -> String {
    let sign = match value.total_cmp(&bound) {
        std::cmp::Ordering::Less => '<',
        std::cmp::Ordering::Equal => '=',
        std::cmp::Ordering::Greater => '>',
    };
    format!("{} {sign} {}", number(value), number(bound))
}

/// A measure with the digits that matter: up to three decimals, none for whole numbers.
#[must_use]
pub fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        for (bounds, value, expected) in [
            (Bounds::at_most(0.3), Some(0.3), Verdict::Keep { value: 0.3 }),
            (Bounds::at_most(0.3), Some(0.4), Verdict::Reject { value: 0.4, bound: 0.3 }),
            (Bounds::at_least(50.0), Some(50.0), Verdict::Keep { value: 50.0 }),
            (Bounds::at_least(50.0), Some(49.0), Verdict::Reject { value: 49.0, bound: 50.0 }),
            (Bounds::between(3.0, 10.0), Some(11.0), Verdict::Reject { value: 11.0, bound: 10.0 }),
            (Bounds::at_most(0.3), None, Verdict::Unmeasured),
            (Bounds::NONE, Some(9.0), Verdict::Keep { value: 9.0 }),
        ] {
            assert_eq!(bounds.judge(value), expected, "{bounds:?} of {value:?}");
        }
    }

    #[test]
    fn a_verdict_reads_as_a_comparison() {
        assert_eq!(Bounds::at_most(0.30).judge(Some(0.4)).to_string(), "reject: 0.4 > 0.3");
        assert_eq!(Bounds::at_least(50.0).judge(Some(12.0)).to_string(), "reject: 12 < 50");
        assert_eq!(Bounds::NONE.judge(None).to_string(), "unmeasured");
    }

    #[test]
    fn impossible_bounds_are_named() {
        assert_eq!(Bounds::between(10.0, 3.0).problem().as_deref(), Some("min 10 is above max 3"));
        assert_eq!(Bounds::between(3.0, 3.0).problem(), None);
    }
}
