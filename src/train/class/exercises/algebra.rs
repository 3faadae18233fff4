//! Letters for numbers: equations, systems, polynomials, roots, functions.

use super::draw::Draw;
use super::notation::{Notation, Polynomial};
use super::{Exercise, Kind};

pub(super) const KINDS: &[Kind] =
    &[linear, system, quadratic, factor, expand, collect, evaluate, compose, surd, powers, inequality];

fn linear(draw: &mut Draw, notation: Notation) -> Exercise {
    let (x, variable) = (draw.between(-15, 25), draw.variable());
    let [a, b, c] = [draw.signed(12), draw.signed(40), draw.between(-11, 11)];
    let c = if c == a { c + 1 } else { c };
    let d = (a - c) * x + b;
    let side = |by: i64, plus: i64| notation.polynomial(&Polynomial(vec![plus, by]), variable);
    let equation = notation.inline(&format!("{} = {}", side(a, b), side(c, d)));
    let v = notation.inline(&variable.to_string());
    let question = match draw.between(0, 4) {
        0 => format!("Solve {equation} for {v}."),
        1 => format!("Find {v} if {equation}."),
        2 => format!("Solve the equation {equation}."),
        3 => format!("For which value of {v} is {equation}?"),
        _ => format!("Suppose {equation}. What is {v}?"),
    };
    let answer = if draw.one_in(2) { x.to_string() } else { notation.inline(&format!("{variable} = {x}")) };
    Exercise::new(question, answer)
        .step(format!(
            "Bring the terms with {v} to one side: {}",
            notation.inline(&format!("{} = {}", side(a - c, 0), d - b))
        ))
        .step(format!("Divide both sides by {}: {}", a - c, notation.inline(&format!("{variable} = {x}"))))
}

fn system(draw: &mut Draw, notation: Notation) -> Exercise {
    let [x, y] = [draw.between(-8, 12), draw.between(-8, 12)];
    let [a, b, c] = [draw.signed(7), draw.signed(7), draw.signed(7)];
    let d = draw.signed(6);
    let (p, q) = draw.pick(&[('x', 'y'), ('a', 'b'), ('u', 'v'), ('m', 'n'), ('s', 't'), ('p', 'q')]);
    let d = if a * d == b * c { d + 7 } else { d };
    let side = |of: i64, other: i64| {
        let first = notation.polynomial(&Polynomial(vec![0, of]), p);
        let second = notation.polynomial(&Polynomial(vec![0, other.abs()]), q);
        format!("{first} {} {second}", if other < 0 { '-' } else { '+' })
    };
    let one = notation.inline(&format!("{} = {}", side(a, b), a * x + b * y));
    let two = notation.inline(&format!("{} = {}", side(c, d), c * x + d * y));
    let both = notation.inline(&format!("{p} = {x}, {q} = {y}"));
    match draw.between(0, 3) {
        0 => Exercise::new(format!("Solve {one}, {two} for {p}."), x),
        1 => Exercise::new(format!("Solve the system of equations\n{one}\n{two}"), both),
        2 => Exercise::new(format!("Find {p} and {q} such that {one} and {two}."), both),
        _ => Exercise::new(format!("Suppose that {one} and {two}. Determine {q}."), y),
    }
    .step(format!("Multiply the first equation by {c} and the second by {a}, and subtract."))
    .step(format!(
        "This leaves {}, so {}",
        notation.inline(&format!("{}{q} = {}", c * b - a * d, (c * b - a * d) * y)),
        notation.inline(&format!("{q} = {y}"))
    ))
}

fn quadratic(draw: &mut Draw, notation: Notation) -> Exercise {
    let [p, q, scale] = [draw.between(-12, 12), draw.between(-12, 12), draw.between(1, 3)];
    let variable = draw.variable();
    let left = Polynomial(vec![scale * p * q, -scale * (p + q), scale]);
    let equation = notation.inline(&format!("{} = 0", notation.polynomial(&left, variable)));
    let roots = if p == q { p.to_string() } else { format!("{}, {}", p.min(q), p.max(q)) };
    let question = match draw.between(0, 4) {
        0 => format!("Solve {equation}."),
        1 => format!("What are the roots of {equation}?"),
        2 => format!("Find all solutions of the quadratic equation {equation}."),
        3 => format!("Determine {variable} so that {equation}."),
        _ => format!("Use the quadratic formula to solve {equation}."),
    };
    let inside = format!(
        "{} - 4 {} {}",
        notation.power(&format!("({})", -scale * (p + q)), 2),
        notation.times(),
        scale * scale * p * q
    );
    Exercise::new(question, roots).step(format!(
        "The discriminant is {}.",
        notation.inline(&format!("{inside} = {}", scale * scale * (p - q) * (p - q)))
    ))
}

fn factor(draw: &mut Draw, notation: Notation) -> Exercise {
    let variable = draw.variable();
    let [a, b] = [Polynomial(vec![draw.signed(9), 1]), Polynomial(vec![draw.signed(9), draw.between(1, 4)])];
    let product = notation.inline(&notation.polynomial(&a.times(&b), variable));
    let parts = format!("({})({})", notation.polynomial(&a, variable), notation.polynomial(&b, variable));
    let parts = if notation == Notation::Stars { parts.replace(")(", ")*(") } else { parts };
    let question = draw.pick(&["Factor", "Factorise", "Write as a product of two factors:", "Factorize completely"]);
    Exercise::new(format!("{question} {product}."), notation.inline(&parts))
}

fn expand(draw: &mut Draw, notation: Notation) -> Exercise {
    let variable = draw.variable();
    let [first, second] = [draw.between(1, 2), draw.between(1, 3)];
    let [a, b] = [Polynomial::draw(draw, first, 7), Polynomial::draw(draw, second, 5)];
    let parts = format!("({})({})", notation.polynomial(&a, variable), notation.polynomial(&b, variable));
    let parts = if notation == Notation::Stars { parts.replace(")(", ")*(") } else { parts };
    let question =
        draw.pick(&["Expand", "Multiply out", "Remove the brackets:", "Expand and simplify", "Write without brackets"]);
    Exercise::new(
        format!("{question} {}.", notation.inline(&parts)),
        notation.inline(&notation.polynomial(&a.times(&b), variable)),
    )
}

fn collect(draw: &mut Draw, notation: Notation) -> Exercise {
    let variable = draw.variable();
    let power = draw.between(1, 3);
    let count = draw.between(3, 6);
    let counts = draw.several(count, -20, 40);
    let mut sum = String::new();
    for count in counts.iter().filter(|count| **count != 0) {
        let mut term = vec![0; usize::try_from(power).unwrap_or(1)];
        term.push(count.abs());
        let sign = match (sum.is_empty(), *count < 0) {
            (true, false) => "",
            (true, true) => "-",
            (false, true) => " - ",
            (false, false) => " + ",
        };
        sum.push_str(sign);
        sum.push_str(&notation.polynomial(&Polynomial(term), variable));
    }
    let mut total = vec![0; usize::try_from(power).unwrap_or(1)];
    total.push(counts.iter().sum());
    let question = draw.pick(&["Collect like terms:", "Simplify", "Combine the terms of", "Collect the terms in"]);
    Exercise::new(
        format!("{question} {}", notation.inline(&sum)),
        notation.inline(&notation.polynomial(&Polynomial(total), variable)),
    )
}

fn evaluate(draw: &mut Draw, notation: Notation) -> Exercise {
    let (variable, degree, point) = (draw.variable(), draw.between(1, 3), draw.between(-6, 9));
    let polynomial = Polynomial::draw(draw, degree, 12);
    let name = draw.pick(&['f', 'g', 'h', 'p', 'q', 'r']);
    let formula = notation.polynomial(&polynomial, variable);
    let definition = notation.inline(&format!("{name}({variable}) = {formula}"));
    let value = notation.inline(&format!("{name}({point})"));
    let question = match draw.between(0, 4) {
        0 => format!("Let {definition}. What is {value}?"),
        1 => format!("Given {definition}, find {value}."),
        2 => format!("If {definition}, evaluate {value}."),
        3 => format!("What is {} at {}?", notation.inline(&formula), notation.inline(&format!("{variable} = {point}"))),
        _ => format!("The function {name} is defined by {definition}. Calculate {value}."),
    };
    Exercise::new(question, polynomial.at(point))
}

fn compose(draw: &mut Draw, notation: Notation) -> Exercise {
    let variable = draw.variable();
    let (f, g) = draw.pick(&[('f', 'g'), ('g', 'h'), ('p', 'q'), ('u', 'v'), ('h', 'k')]);
    let [inner, outer] = [Polynomial::draw(draw, 1, 6), Polynomial::draw(draw, 2, 5)];
    // Outer(inner) by Horner's rule.
    let composed = outer
        .0
        .iter()
        .rev()
        .fold(Polynomial(vec![0]), |sum, coefficient| sum.times(&inner).plus(&Polynomial(vec![*coefficient])));
    let write = |polynomial: &Polynomial| notation.polynomial(polynomial, variable);
    let one = notation.inline(&format!("{f}({variable}) = {}", write(&outer)));
    let two = notation.inline(&format!("{g}({variable}) = {}", write(&inner)));
    let asked = notation.inline(&format!("{f}({g}({variable}))"));
    let question = match draw.between(0, 2) {
        0 => format!("Let {one} and {two}. Give {asked}."),
        1 => format!("Suppose {one}. Let {two}. What is {asked}?"),
        _ => format!("Find the composition {asked} of {one} and {two}."),
    };
    Exercise::new(question, notation.inline(&write(&composed)))
}

fn surd(draw: &mut Draw, notation: Notation) -> Exercise {
    let (free, a, b) = (draw.pick(&[2, 3, 5, 6, 7, 10, 11, 13]), draw.between(2, 9), draw.between(2, 9));
    let root = |number: i64| notation.root(&number.to_string());
    let times = if notation == Notation::Stars { "*" } else { "" };
    let question = format!("{} + {}", root(a * a * free), root(b * b * free));
    let answer = format!("{}{times}{}", a + b, root(free));
    let verb = draw.pick(&["Simplify", "Write with a single root:", "Add and simplify"]);
    Exercise::new(format!("{verb} {}.", notation.inline(&question)), notation.inline(&answer))
        .step(notation.inline(&format!("{} = {a}{times}{}", root(a * a * free), root(free))))
}

fn powers(draw: &mut Draw, notation: Notation) -> Exercise {
    let (variable, a, b) = (draw.variable().to_string(), draw.between(2, 9), draw.between(2, 9));
    let power = |exponent: i64| notation.power(&variable, exponent);
    let over = if notation == Notation::Tex {
        format!("\\frac{{{}}}{{{}}}", power(a + b), power(b))
    } else {
        format!("{} / {}", power(a + b), power(b))
    };
    let (formula, exponent) = match draw.between(0, 2) {
        0 => (format!("{} {} {}", power(a), notation.times(), power(b)), a + b),
        1 => (over, a),
        _ => (notation.power(&format!("({})", power(a)), b), a * b),
    };
    let verb = draw.pick(&["Simplify", "Write as a single power of", "Simplify the expression"]);
    let question = if verb.ends_with("of") {
        format!("{verb} {}: {}", notation.inline(&variable), notation.inline(&formula))
    } else {
        format!("{verb} {}.", notation.inline(&formula))
    };
    Exercise::new(question, notation.inline(&power(exponent)))
}

fn inequality(draw: &mut Draw, notation: Notation) -> Exercise {
    let (variable, a, bound, b) = (draw.variable(), draw.between(2, 9), draw.between(-9, 15), draw.signed(20));
    let (sign, tex) = draw.pick(&[("<", "<"), (">", ">"), ("<=", "\\le"), (">=", "\\ge")]);
    let sign = if notation == Notation::Tex { tex } else { sign };
    let left = notation.polynomial(&Polynomial(vec![b, a]), variable);
    let inequality = notation.inline(&format!("{left} {sign} {}", a * bound + b));
    let question = draw.pick(&["Solve the inequality", "Find all real numbers that satisfy", "Solve"]);
    Exercise::new(format!("{question} {inequality}."), notation.inline(&format!("{variable} {sign} {bound}")))
        .step(format!("Subtract {b} from both sides, then divide by {a}, which is positive: the sign stays."))
}
