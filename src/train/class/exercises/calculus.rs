//! Change and limits: derivatives, integrals, limits, series, matrices, complex numbers.

use super::draw::Draw;
use super::notation::{Notation, Polynomial};
use super::{Exercise, Kind};

pub(super) const KINDS: &[Kind] =
    &[derivative, higher, integral, limit, series, tangent, determinant, complex, rules, logarithm];

fn derivative(draw: &mut Draw, notation: Notation) -> Exercise {
    let (variable, degree) = (draw.variable(), draw.between(2, 5));
    let polynomial = Polynomial::draw(draw, degree, 20);
    let formula = notation.polynomial(&polynomial, variable);
    let (inside, v) = (notation.inline(&formula), notation.inline(&variable.to_string()));
    let name = draw.pick(&['f', 'g', 'h', 'y']);
    let question = match draw.between(0, 5) {
        0 => format!("Differentiate {inside} with respect to {v}."),
        1 => format!("What is the derivative of {inside} wrt {v}?"),
        2 => format!("Find {}.", notation.inline(&format!("d/d{variable} ({formula})"))),
        3 => {
            format!("Compute the first derivative of {}.", notation.inline(&format!("{name}({variable}) = {formula}")))
        }
        4 => format!(
            "Let {}. Find {}.",
            notation.inline(&format!("{name}({variable}) = {formula}")),
            notation.inline(&format!("{name}'({variable})"))
        ),
        _ => format!("Give the slope of the graph of {inside} as a function of {v}."),
    };
    Exercise::new(question, notation.inline(&notation.polynomial(&polynomial.derivative(), variable)))
        .step("Differentiate term by term with the power rule.".to_owned())
}

fn higher(draw: &mut Draw, notation: Notation) -> Exercise {
    let (variable, degree) = (draw.variable(), draw.between(3, 6));
    let polynomial = Polynomial::draw(draw, degree, 9);
    let inside = notation.inline(&notation.polynomial(&polynomial, variable));
    let (name, times) = draw.pick(&[("second", 2), ("third", 3)]);
    let found = (0..times).fold(polynomial, |polynomial, _| polynomial.derivative());
    let question = draw.pick(&[
        "Find the ORDER derivative of FORMULA.",
        "What is the ORDER derivative of FORMULA?",
        "Differentiate FORMULA. Give the ORDER derivative.",
    ]);
    Exercise::new(
        question.replace("ORDER", name).replace("FORMULA", &inside),
        notation.inline(&notation.polynomial(&found, variable)),
    )
}

fn integral(draw: &mut Draw, notation: Notation) -> Exercise {
    let (variable, degree) = (draw.variable(), draw.between(1, 3));
    let whole = Polynomial::draw(draw, degree, 6);
    let (inner, from, to) = (whole.derivative(), draw.between(-3, 1), draw.between(2, 5));
    let formula = notation.polynomial(&inner, variable);
    if draw.one_in(2) {
        let asked = match notation {
            Notation::Tex => format!("\\int_{{{from}}}^{{{to}}} ({formula}) \\, d{variable}"),
            Notation::Raised => format!("∫ ({formula}) d{variable} from {from} to {to}"),
            _ => format!("int_{from}^{to} ({formula}) d{variable}"),
        };
        let question = draw.pick(&["Evaluate the definite integral", "Compute", "Find the value of"]);
        return Exercise::new(format!("{question} {}.", notation.inline(&asked)), whole.at(to) - whole.at(from))
            .step(format!("An antiderivative is {}.", notation.inline(&notation.polynomial(&whole, variable))));
    }
    let mut family = whole;
    family.0[0] = 0;
    let question = draw.pick(&["Find an antiderivative of", "Integrate", "Determine the indefinite integral of"]);
    let answer = format!("{} + C", notation.polynomial(&family, variable));
    Exercise::new(format!("{question} {}.", notation.inline(&formula)), notation.inline(&answer))
}

fn limit(draw: &mut Draw, notation: Notation) -> Exercise {
    let (variable, point, other) = (draw.pick(&['x', 'h', 't', 'n']), draw.signed(9), draw.signed(9));
    let above = Polynomial(vec![-point, 1]).times(&Polynomial(vec![other, 1]));
    let [above, below] =
        [above, Polynomial(vec![-point, 1])].map(|polynomial| notation.polynomial(&polynomial, variable));
    let asked = match notation {
        Notation::Tex => format!("\\lim_{{{variable} \\to {point}}} \\frac{{{above}}}{{{below}}}"),
        Notation::Raised => format!("lim ({above}) / ({below}) as {variable} → {point}"),
        _ => format!("lim_({variable}->{point}) ({above})/({below})"),
    };
    let question =
        draw.pick(&["Find the limit", "Evaluate", "Compute the limit", "Does this limit exist? If so, what is it:"]);
    let cancelled = notation.polynomial(&Polynomial(vec![other, 1]), variable);
    Exercise::new(format!("{question} {}.", notation.inline(&asked)), point + other).step(format!(
        "The numerator has the factor {}; what is left is {}.",
        notation.inline(&below),
        notation.inline(&cancelled)
    ))
}

fn series(draw: &mut Draw, notation: Notation) -> Exercise {
    let (below, first) = (draw.between(2, 9), draw.between(1, 12));
    let above = draw.between(1, below - 1);
    let ratio = notation.fraction(above, below);
    let total = notation.inline(&notation.fraction(first * below, below - above));
    let asked = match notation {
        Notation::Tex => format!("\\sum_{{n=0}}^{{\\infty}} {first} \\left({ratio}\\right)^n"),
        Notation::Raised => format!("Σ {first}·({ratio})ⁿ for n from 0 to ∞"),
        _ => format!("sum_(n=0)^oo {first}*({ratio})^n"),
    };
    let question = draw.pick(&[
        "Find the sum of the geometric series",
        "Does the series converge, and to what?",
        "Evaluate the infinite sum",
    ]);
    Exercise::new(format!("{question} {}", notation.inline(&asked)), &total).step(format!(
        "The ratio is {}, less than 1, so the series converges; its sum is a/(1 - r).",
        notation.inline(&ratio)
    ))
}

fn tangent(draw: &mut Draw, notation: Notation) -> Exercise {
    let (polynomial, point) = (Polynomial::draw(draw, 2, 6), draw.between(-4, 5));
    let slope = polynomial.derivative().at(point);
    let line = Polynomial(vec![polynomial.at(point) - slope * point, slope]);
    let curve = notation.inline(&format!("y = {}", notation.polynomial(&polynomial, 'x')));
    let at = notation.inline(&format!("x = {point}"));
    let question = draw
        .pick(&["Find the equation of the tangent to CURVE at AT.", "Which line touches the curve CURVE where AT?"]);
    Exercise::new(
        question.replace("CURVE", &curve).replace("AT", &at),
        notation.inline(&format!("y = {}", notation.polynomial(&line, 'x'))),
    )
    .step(format!("The slope there is {slope}, and the point is ({point}, {}).", polynomial.at(point)))
}

fn determinant(draw: &mut Draw, notation: Notation) -> Exercise {
    let n = draw.several(4, -9, 9);
    let matrix = match notation {
        Notation::Tex => format!("\\begin{{pmatrix}} {} & {} \\\\ {} & {} \\end{{pmatrix}}", n[0], n[1], n[2], n[3]),
        _ => format!("[[{}, {}], [{}, {}]]", n[0], n[1], n[2], n[3]),
    };
    let matrix = notation.inline(&matrix);
    if draw.one_in(3) {
        return Exercise::new(format!("What is the trace of the matrix {matrix}?"), n[0] + n[3]);
    }
    let question = draw.pick(&[
        "Find the determinant of the matrix",
        "Compute det A for A =",
        "Is this matrix invertible? Give its determinant:",
    ]);
    Exercise::new(format!("{question} {matrix}"), n[0] * n[3] - n[1] * n[2])
}

fn complex(draw: &mut Draw, notation: Notation) -> Exercise {
    let n = draw.several(4, 1, 9);
    let [a, b, c, d] = [n[0], n[1], n[2], n[3]];
    let (real, imaginary) = (a * c + b * d, b * c - a * d);
    let formula = notation.inline(&format!("({a} + {b}i)({c} - {d}i)"));
    let sign = if imaginary < 0 { '-' } else { '+' };
    let answer = notation.inline(&format!("{real} {sign} {}i", imaginary.abs()));
    let question = draw.pick(&["Multiply the complex numbers", "Write in the form a + bi:", "Find the product"]);
    Exercise::new(format!("{question} {formula}"), answer)
}

fn rules(draw: &mut Draw, notation: Notation) -> Exercise {
    let (variable, a, b) = (draw.pick(&['x', 't', 'z']), draw.between(2, 9), draw.between(2, 9));
    let name = |name: &str| if notation == Notation::Tex { format!("\\{name}") } else { name.to_owned() };
    let (sin, cos, ln) = (name("sin"), name("cos"), name("ln"));
    let angle = format!("({a}{variable})");
    let e = if notation == Notation::Tex { format!("e^{{{a}{variable}}}") } else { format!("e^({a}{variable})") };
    let (formula, result, rule) = match draw.between(0, 4) {
        0 => (format!("{b}{sin}{angle}"), format!("{}{cos}{angle}", a * b), "chain rule"),
        1 => (format!("{b}{cos}{angle}"), format!("-{}{sin}{angle}", a * b), "chain rule"),
        2 => (
            format!("{variable}{sin}({variable})"),
            format!("{sin}({variable}) + {variable}{cos}({variable})"),
            "product rule",
        ),
        3 => (format!("{b}{e}"), format!("{}{e}", a * b), "chain rule"),
        _ => (format!("{b}{ln}({variable})"), format!("{b}/{variable}"), "rule for logarithms"),
    };
    let question =
        draw.pick(&["Differentiate", "Use the RULE to differentiate", "Find the derivative of"]).replace("RULE", rule);
    Exercise::new(format!("{question} {}.", notation.inline(&formula)), notation.inline(&result))
        .step(format!("By the {rule}."))
}

fn logarithm(draw: &mut Draw, notation: Notation) -> Exercise {
    let (base, exponent) = (draw.between(2, 6), draw.between(2, 5));
    let power = base.pow(u32::try_from(exponent).unwrap_or(2));
    let formula = match notation {
        Notation::Tex => format!("\\log_{{{base}}} {power}"),
        Notation::Raised => format!("log base {base} of {power}"),
        _ => format!("log_{base}({power})"),
    };
    let question = draw.pick(&["Evaluate", "Without a calculator, find", "What is"]);
    Exercise::new(format!("{question} {}", notation.inline(&formula)), exponent)
        .step(notation.inline(&format!("{} = {power}", notation.power(&base.to_string(), exponent))))
}
