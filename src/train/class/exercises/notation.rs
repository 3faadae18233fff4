//! How exercises write numbers and formulas.

use super::draw::Draw;

/// One way of writing formulas; a page keeps to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// `3*x**2`, as programs and question banks write.
    Stars,
    /// `3x^2`, as people type.
    Caret,
    /// `3x²`, as pages show.
    Raised,
    /// `$3x^{2}$`.
    Tex,
}

impl Notation {
    /// One of them.
    pub(super) fn draw(draw: &mut Draw) -> Self {
        draw.pick(&[Self::Stars, Self::Stars, Self::Caret, Self::Raised, Self::Tex])
    }

    /// A formula within a sentence.
    pub(super) fn inline(self, formula: &str) -> String {
        if self == Self::Tex { format!("${formula}$") } else { formula.to_owned() }
    }

    /// The sign between factors.
    pub(super) fn times(self) -> &'static str {
        match self {
            Self::Stars | Self::Caret => "*",
            Self::Raised => "×",
            Self::Tex => "\\cdot",
        }
    }

    /// A power of something that needs no brackets.
    pub(super) fn power(self, base: &str, exponent: i64) -> String {
        match self {
            _ if exponent == 1 => base.to_owned(),
            Self::Stars => format!("{base}**{exponent}"),
            Self::Caret => format!("{base}^{exponent}"),
            Self::Raised => format!("{base}{}", raised(exponent)),
            Self::Tex => format!("{base}^{{{exponent}}}"),
        }
    }

    /// A square root.
    pub(super) fn root(self, of: &str) -> String {
        match self {
            Self::Stars | Self::Caret => format!("sqrt({of})"),
            Self::Raised => format!("√{of}"),
            Self::Tex => format!("\\sqrt{{{of}}}"),
        }
    }

    /// A fraction, in lowest terms.
    pub(super) fn fraction(self, above: i64, below: i64) -> String {
        let divisor = gcd(above, below).max(1) * below.signum();
        let (above, below) = (above / divisor, below / divisor);
        match self {
            _ if below == 1 => above.to_string(),
            Self::Tex => format!("{}\\frac{{{}}}{{{below}}}", if above < 0 { "-" } else { "" }, above.abs()),
            _ => format!("{above}/{below}"),
        }
    }

    /// A sum such as `3*x**2 - x + 4`.
    pub(super) fn polynomial(self, polynomial: &Polynomial, variable: char) -> String {
        let mut text = String::new();
        for (exponent, coefficient) in polynomial.terms() {
            let sign = match (text.is_empty(), coefficient < 0) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            text.push_str(sign);
            text.push_str(&self.term(coefficient.abs(), variable, exponent));
        }
        if text.is_empty() { "0".to_owned() } else { text }
    }

    fn term(self, coefficient: i64, variable: char, exponent: i64) -> String {
        let power = self.power(&variable.to_string(), exponent);
        match (exponent, coefficient) {
            (0, _) => coefficient.to_string(),
            (_, 1) => power,
            _ if self == Self::Stars => format!("{coefficient}*{power}"),
            _ => format!("{coefficient}{power}"),
        }
    }
}

/// Digits above the line.
fn raised(number: i64) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |digit: char| digit.to_digit(10).and_then(|digit| DIGITS.get(digit as usize)).copied();
    number.to_string().chars().map(|character| digit(character).unwrap_or('⁻')).collect()
}

/// The greatest common divisor.
pub(super) fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// A number with that many decimals, given in units of the last of them.
pub(super) fn decimal(units: i64, places: u32) -> String {
    let scale = 10_i64.pow(places);
    let (whole, rest) = (units.abs() / scale, units.abs() % scale);
    let sign = if units < 0 { "-" } else { "" };
    let width = places as usize;
    let text = if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0width$}") };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Whole coefficients, the constant first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Polynomial(pub(super) Vec<i64>);

impl Polynomial {
    /// Of that degree.
    pub(super) fn draw(draw: &mut Draw, degree: i64, most: i64) -> Self {
        let mut coefficients = draw.several(degree, -most, most);
        coefficients.push(draw.signed(most));
        Self(coefficients)
    }

    /// Exponents and coefficients that are not 0, the highest first.
    fn terms(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        (0..)
            .zip(self.0.iter().copied())
            .filter(|(_, coefficient)| *coefficient != 0)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
    }

    /// Its value at a point.
    pub(super) fn at(&self, point: i64) -> i64 {
        self.0.iter().rev().fold(0, |value, coefficient| value * point + coefficient)
    }

    /// Its derivative.
    pub(super) fn derivative(&self) -> Self {
        Self((0..).zip(&self.0).skip(1).map(|(exponent, coefficient): (i64, _)| exponent * coefficient).collect())
    }

    /// The sum of two.
    pub(super) fn plus(&self, other: &Self) -> Self {
        let at = |of: &Self, place: usize| of.0.get(place).copied().unwrap_or(0);
        Self((0..self.0.len().max(other.0.len())).map(|place| at(self, place) + at(other, place)).collect())
    }

    /// The product of two.
    pub(super) fn times(&self, other: &Self) -> Self {
        let mut product = vec![0; self.0.len() + other.0.len() - 1];
        for (i, a) in self.0.iter().enumerate() {
            for (j, b) in other.0.iter().enumerate() {
                product[i + j] += a * b;
            }
        }
        Self(product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_in_each_notation() {
        let polynomial = Polynomial(vec![-4, 0, -1, 3]);
        for (notation, expected) in [
            (Notation::Stars, "3*y**3 - y**2 - 4"),
            (Notation::Caret, "3y^3 - y^2 - 4"),
            (Notation::Raised, "3y³ - y² - 4"),
            (Notation::Tex, "3y^{3} - y^{2} - 4"),
        ] {
            assert_eq!(notation.polynomial(&polynomial, 'y'), expected);
        }
        assert_eq!(Notation::Tex.fraction(6, -8), "-\\frac{3}{4}");
        assert_eq!(Notation::Stars.fraction(6, 3), "2");
        assert_eq!(raised(-12), "⁻¹²");
        assert_eq!([decimal(-1250, 3), decimal(7, 0), decimal(300, 0)], ["-1.25", "7", "300"]);
    }

    #[test]
    fn polynomials_are_computed() {
        let (a, b) = (Polynomial(vec![1, 2]), Polynomial(vec![-3, 0, 1])); // 2x + 1, x² - 3
        assert_eq!(a.times(&b), Polynomial(vec![-3, -6, 1, 2]));
        assert_eq!(a.plus(&b), Polynomial(vec![-2, 2, 1]));
        assert_eq!((b.at(4), b.derivative()), (13, Polynomial(vec![0, 2])));
    }
}
