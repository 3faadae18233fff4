//! Numbers: sums, fractions, decimals, divisibility, bases, order, rounding.

use super::draw::Draw;
use super::notation::{Notation, decimal, gcd};
use super::{Exercise, Kind};

pub(super) const KINDS: &[Kind] =
    &[sum, long_sum, fractions, decimals, divisors, primes, remainder, bases, order, rounding, percent, sequence];

fn sum(draw: &mut Draw, notation: Notation) -> Exercise {
    let [a, b] = [draw.between(-90, 4_000), draw.between(2, 900)];
    let (sign, result) = match draw.between(0, 2) {
        0 => ("+", a + b),
        1 => ("-", a - b),
        _ => (notation.times(), a * b),
    };
    let formula = notation.inline(&format!("{a} {sign} {b}"));
    let name = match sign {
        "+" => ["Add", "Find the sum", "the total of"],
        "-" => ["Subtract", "Find the difference", "the difference of"],
        _ => ["Multiply", "Find the product", "the product of"],
    };
    let question = match draw.between(0, 4) {
        0 => format!("Work out {formula}."),
        1 => format!("{}: {formula}", name[0]),
        2 => format!("{}. {formula} = ?", name[1]),
        3 => format!("What is {} {a} and {b}?", name[2]),
        _ => format!("Calculate {formula}."),
    };
    Exercise::new(question, result).step(format!("{formula} = {result}"))
}

fn long_sum(draw: &mut Draw, notation: Notation) -> Exercise {
    let numbers = draw.several(4, 2, 30);
    let [a, b, c, d] = [numbers[0], numbers[1], numbers[2], numbers[3]];
    let times = notation.times();
    let (formula, first, result) = match draw.between(0, 3) {
        0 => (format!("{a} + {b} {times} {c} - {d}"), format!("{a} + {} - {d}", b * c), a + b * c - d),
        1 => (format!("({a} - {b}) {times} ({c} + {d})"), format!("{} {times} {}", a - b, c + d), (a - b) * (c + d)),
        2 => (format!("{a} - (-{b} + {c}) - (-{d})"), format!("{a} - {} + {d}", c - b), a + b - c + d),
        _ => {
            let over = format!("{} / {a} + {b} - {c}", a * d);
            (over, format!("{d} + {b} - {c}"), d + b - c)
        }
    };
    let formula = notation.inline(&formula);
    let question = match draw.between(0, 3) {
        0 => format!("Evaluate {formula}."),
        1 => format!("What is the value of {formula}?"),
        2 => format!("Simplify: {formula}"),
        _ => format!("Mind the order of operations: {formula}"),
    };
    Exercise::new(question, result).step(format!("{formula} = {} = {result}", notation.inline(&first)))
}

fn fractions(draw: &mut Draw, notation: Notation) -> Exercise {
    let [b, d] = [draw.between(2, 12), draw.between(2, 12)];
    let [a, c] = [draw.signed(b * 2), draw.between(1, d * 2)];
    let (sign, above, below) = match draw.between(0, 3) {
        0 => ("+", a * d + c * b, b * d),
        1 => ("-", a * d - c * b, b * d),
        2 => (notation.times(), a * c, b * d),
        _ => (if notation == Notation::Stars { "/" } else { "÷" }, a * d, b * c),
    };
    let write = |above: i64, below: i64| match notation {
        Notation::Tex => format!("\\frac{{{above}}}{{{below}}}"),
        _ if sign == "/" => format!("({above}/{below})"),
        _ => format!("{above}/{below}"),
    };
    let formula = notation.inline(&format!("{} {sign} {}", write(a, b), write(c, d)));
    let result = notation.inline(&notation.fraction(above, below));
    let question = match draw.between(0, 3) {
        0 => format!("Calculate {formula}. Give the answer in its lowest terms."),
        1 => format!("Work out {formula} as a simple fraction."),
        2 => format!("What is {formula}?"),
        _ => format!("{formula} ="),
    };
    Exercise::new(question, &result)
        .step(format!("The common denominator is {}.", b * d / gcd(b, d)))
        .step(format!("{formula} = {} = {result}", notation.inline(&write(above, below))))
}

fn decimals(draw: &mut Draw, notation: Notation) -> Exercise {
    let [a, b] = [draw.between(-900, 90_000), draw.between(2, 5_000)];
    let [one, two] = [decimal(a, 2), decimal(b, 2)];
    let (sign, result) = match draw.between(0, 2) {
        0 => ("+", decimal(a + b, 2)),
        1 => ("-", decimal(a - b, 2)),
        _ => (notation.times(), decimal(a * b, 4)),
    };
    let formula = notation.inline(&format!("{one} {sign} {two}"));
    let question = match draw.between(0, 3) {
        0 => format!("Calculate {formula}."),
        1 => format!("Find {formula} without a calculator."),
        2 => format!("{formula} = "),
        _ => format!("What does {formula} equal?"),
    };
    Exercise::new(question, result)
}

fn divisors(draw: &mut Draw, _: Notation) -> Exercise {
    let common = draw.between(2, 40);
    let [a, b] = [common * draw.between(1, 30), common * draw.between(1, 30)];
    let divisor = gcd(a, b);
    let (name, result) = if draw.one_in(2) {
        (draw.pick(&["greatest common divisor", "highest common factor", "greatest common factor"]), divisor)
    } else {
        (draw.pick(&["least common multiple", "lowest common multiple", "smallest common multiple"]), a / divisor * b)
    };
    let question = match draw.between(0, 2) {
        0 => format!("Find the {name} of {a} and {b}."),
        1 => format!("What is the {name} of {a} and {b}?"),
        _ => format!("Determine the {name} of the numbers {a} and {b}."),
    };
    Exercise::new(question, result).step(format!(
        "The numbers are {divisor} times {} and {divisor} times {}.",
        a / divisor,
        b / divisor
    ))
}

fn primes(draw: &mut Draw, notation: Notation) -> Exercise {
    let number = draw.between(12, 4_000);
    let factors = factors(number);
    if draw.one_in(3) {
        let answer = if factors.len() == 1 { "yes, it is prime" } else { "no, it is composite" };
        let question = draw.pick(&["Is NUMBER a prime number?", "Decide whether NUMBER is prime or composite."]);
        return Exercise::new(question.replace("NUMBER", &number.to_string()), answer)
            .step(format!("The smallest prime that divides {number} is {}.", factors[0]));
    }
    let product = factors.iter().map(i64::to_string).collect::<Vec<_>>().join(&format!(" {} ", notation.times()));
    let mut distinct = factors.clone();
    distinct.dedup();
    let list = distinct.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    if draw.one_in(2) {
        Exercise::new(format!("Write {number} as a product of primes."), notation.inline(&product))
    } else {
        Exercise::new(format!("List the prime factors of {number}."), list).step(format!("{number} = {product}"))
    }
}

/// The prime factors of a number, the smallest first.
fn factors(mut number: i64) -> Vec<i64> {
    let mut factors = vec![];
    let mut prime = 2;
    while prime * prime <= number {
        if number % prime == 0 {
            factors.push(prime);
            number /= prime;
        } else {
            prime += 1;
        }
    }
    if number > 1 {
        factors.push(number);
    }
    factors
}

fn remainder(draw: &mut Draw, notation: Notation) -> Exercise {
    let [a, b] = [draw.between(20, 9_000), draw.between(3, 95)];
    let question = match draw.between(0, 3) {
        0 => format!("What remainder is left when {a} is divided by {b}?"),
        1 => format!("Divide {a} by {b} and give the remainder."),
        2 => format!("Find {}.", notation.inline(&format!("{a} mod {b}"))),
        _ => format!("Does {b} divide {a}? If not, what is the remainder?"),
    };
    let times = notation.times();
    Exercise::new(question, a % b).step(notation.inline(&format!("{a} = {} {times} {b} + {}", a / b, a % b)))
}

fn bases(draw: &mut Draw, _: Notation) -> Exercise {
    let (number, base) = (draw.between(5, 3_000), draw.between(2, 9));
    let mut digits = String::new();
    let mut rest = number;
    while rest > 0 {
        digits.insert_str(0, &(rest % base).to_string());
        rest /= base;
    }
    if draw.one_in(2) {
        let question = draw.pick(&["Write NUMBER in base BASE.", "What is NUMBER (base 10) in base BASE?"]);
        let question = question.replace("NUMBER", &number.to_string()).replace("BASE", &base.to_string());
        Exercise::new(question, digits)
    } else {
        Exercise::new(format!("Convert {digits} from base {base} to base 10."), number)
    }
}

fn order(draw: &mut Draw, notation: Notation) -> Exercise {
    let count = draw.between(3, 6);
    let mut numbers = draw.several(count, -60, 500);
    let list = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    match draw.between(0, 3) {
        0 => {
            let [a, b] = [numbers[0], numbers[1]];
            let sign = match a.cmp(&b) {
                std::cmp::Ordering::Less => "<",
                std::cmp::Ordering::Equal => "=",
                std::cmp::Ordering::Greater => ">",
            };
            Exercise::new(format!("Which sign belongs between {a} and {b}: <, > or =?"), notation.inline(sign))
        }
        1 => {
            let largest = numbers.iter().max().copied().unwrap_or(0);
            Exercise::new(format!("Which is the largest of the numbers {list}?"), largest)
        }
        direction => {
            numbers.sort_unstable();
            let name = if direction == 2 { "increasing" } else { "decreasing" };
            if direction == 3 {
                numbers.reverse();
            }
            let sorted = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
            Exercise::new(format!("Put {list} in {name} order."), sorted)
        }
    }
}

fn rounding(draw: &mut Draw, _: Notation) -> Exercise {
    let (number, places) = (draw.between(1_000, 9_000_000), draw.between(1, 3));
    let places = u32::try_from(places).unwrap_or(1);
    if draw.one_in(2) {
        let unit = 10_i64.pow(places);
        let rounded = (number + unit / 2) / unit * unit;
        let name = ["ten", "hundred", "thousand"][places as usize - 1];
        return Exercise::new(format!("Round {number} to the nearest {name}."), rounded);
    }
    let unit = 10_i64.pow(4 - places);
    let rounded = decimal((number + unit / 2) / unit, places);
    let name = if places == 1 { "decimal place" } else { "decimal places" };
    Exercise::new(format!("What is {} rounded to {places} {name}?", decimal(number, 4)), rounded)
}

fn percent(draw: &mut Draw, notation: Notation) -> Exercise {
    let (share, whole) = (draw.between(1, 19) * 5, draw.between(2, 90) * 20);
    let sign = if notation == Notation::Tex { "\\%" } else { "%" };
    let part = whole * share / 100;
    match draw.between(0, 2) {
        0 => Exercise::new(format!("What is {share}{sign} of {whole}?"), part)
            .step(format!("{whole} / 100 = {}, times {share} is {part}", decimal(whole, 2))),
        1 => Exercise::new(format!("{part} is what percent of {whole}?"), format!("{share}{sign}")),
        _ => Exercise::new(format!("Increase {whole} by {share}{sign}."), whole + part),
    }
}

fn sequence(draw: &mut Draw, notation: Notation) -> Exercise {
    let [first, step, bend] = [draw.between(-40, 60), draw.signed(14), draw.between(0, 1) * draw.between(1, 4)];
    let term = |n: i64| first + step * n + bend * n * n;
    let shown = (0..draw.between(4, 6)).map(|n| term(n).to_string()).collect::<Vec<_>>();
    let (next, list) = (term(i64::try_from(shown.len()).unwrap_or(4)), shown.join(", "));
    if draw.one_in(2) {
        return Exercise::new(format!("What number comes next in the sequence {list}, ...?"), next);
    }
    let n = draw.pick(&['n', 'k', 'j']);
    // With n from 1 on, the term is that of n - 1.
    let rule = super::notation::Polynomial(vec![term(-1), step - 2 * bend, bend]);
    let rule = notation.inline(&notation.polynomial(&rule, n));
    Exercise::new(format!("Give a rule for the {n}'th term of {list}, ..."), rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_apart() {
        assert_eq!(factors(360), [2, 2, 2, 3, 3, 5]);
        assert_eq!(factors(97), [97]);
    }
}
