//! Chance and data: draws, dice, counting, expectation, means and spreads.

use super::draw::Draw;
use super::notation::{Notation, decimal};
use super::{Exercise, Kind};

pub(super) const KINDS: &[Kind] = &[letters, balls, dice, counting, binomial, expectation, mean, median, sets];

/// How many ways there are to choose; small numbers only.
fn choose(n: i64, k: i64) -> i64 {
    (0..k).fold(1, |ways, i| ways * (n - i) / (i + 1))
}

fn factorial(n: i64) -> i64 {
    (1..=n).product()
}

fn letters(draw: &mut Draw, notation: Notation) -> Exercise {
    let (one, two) = draw.pick(&[('a', 'b'), ('q', 'k'), ('z', 'm'), ('e', 'r'), ('u', 'w'), ('s', 't'), ('l', 'p')]);
    let [n, m] = [draw.between(2, 9), draw.between(2, 9)];
    let tiles = format!("{}{}", one.to_string().repeat(usize_of(n)), two.to_string().repeat(usize_of(m)));
    let (k, all) = (draw.between(1, 2), n + m);
    let verb = draw.pick(&["are taken", "are drawn", "are picked"]);
    let question = match draw.between(0, 2) {
        0 => format!(
            "Two letters {verb} without replacement from {tiles}. What is the probability of {k} {one} and {} {two}?",
            2 - k
        ),
        1 => format!(
            "Tiles with the letters {tiles} lie in a bag. Two {verb} at random, and none is put back. Give the probability that exactly {k} show {one}."
        ),
        _ => format!(
            "From {{{one}: {n}, {two}: {m}}} two letters {verb} without replacement. Calculate the prob of drawing {k} {one}."
        ),
    };
    Exercise::new(question, notation.inline(&notation.fraction(choose(n, k) * choose(m, 2 - k), choose(all, 2))))
        .step(format!("There are {} pairs in all.", choose(all, 2)))
}

fn usize_of(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn balls(draw: &mut Draw, notation: Notation) -> Exercise {
    let (one, two) = draw.pick(&[("red", "blue"), ("green", "white"), ("black", "yellow"), ("orange", "purple")]);
    let place = draw.pick(&["bag", "box", "urn", "jar", "drawer"]);
    let thing = draw.pick(&["balls", "marbles", "counters", "socks", "beads"]);
    let [n, m] = [draw.between(2, 12), draw.between(2, 12)];
    let all = n + m;
    let start = format!("A {place} holds {n} {one} and {m} {two} {thing}.");
    let (ask, above, below) = match draw.between(0, 2) {
        0 => (format!("One is drawn at random. What is the probability that it is {one}?"), n, all),
        1 => (
            format!("Two are drawn without replacement. What is the probability that both are {one}?"),
            n * (n - 1),
            all * (all - 1),
        ),
        _ => (
            format!("One is drawn, put back, and a second one is drawn. Find P(first {one}, second {two})."),
            n * m,
            all * all,
        ),
    };
    let answer = notation.inline(&notation.fraction(above, below));
    Exercise::new(format!("{start} {ask}"), &answer)
        .step(format!("Favourable outcomes over all outcomes: {above}/{below} = {answer}"))
}

fn dice(draw: &mut Draw, notation: Notation) -> Exercise {
    let sum = draw.between(3, 11);
    let ways = if sum <= 7 { sum - 1 } else { 13 - sum };
    let question = match draw.between(0, 2) {
        0 => format!("Two fair dice are rolled. What is the probability that the sum is {sum}?"),
        1 => format!("You throw two six-sided dice. Find the probability of a total of {sum}."),
        _ => format!("Let X be the sum of two fair dice. What is P(X = {sum})?"),
    };
    Exercise::new(question, notation.inline(&notation.fraction(ways, 36)))
        .step(format!("Of the 36 equally likely outcomes, {ways} have the sum {sum}."))
}

fn counting(draw: &mut Draw, notation: Notation) -> Exercise {
    let [n, k] = [draw.between(4, 11), draw.between(2, 4)];
    let who = draw.pick(&["students", "players", "books", "runners", "songs", "points on a circle"]);
    let formula = match notation {
        Notation::Tex => format!("\\binom{{{n}}}{{{k}}}"),
        _ => format!("C({n}, {k})"),
    };
    match draw.between(0, 2) {
        0 => Exercise::new(
            format!("In how many ways can {k} of {n} {who} be chosen, if the order does not matter?"),
            choose(n, k),
        )
        .step(notation.inline(&format!("{formula} = {}", choose(n, k)))),
        1 => Exercise::new(format!("How many ways are there to put {n} {who} in a row?"), factorial(n))
            .step(notation.inline(&format!("{n}! = {}", factorial(n)))),
        _ => Exercise::new(format!("Compute {}.", notation.inline(&formula)), choose(n, k))
            .step(notation.inline(&format!("{formula} = {n}! / ({k}! {} {}!)", notation.times(), n - k))),
    }
}

fn binomial(draw: &mut Draw, notation: Notation) -> Exercise {
    let n = draw.between(3, 8);
    let k = draw.between(0, n);
    let answer = notation.inline(&notation.fraction(choose(n, k), 1 << n));
    let question = match draw.between(0, 1) {
        0 => format!("A fair coin is tossed {n} times. What is the probability of exactly {k} heads?"),
        _ => format!("Let X ~ Bin({n}, 1/2). Find P(X = {k})."),
    };
    Exercise::new(question, answer).step(format!(
        "There are {} sequences, and {} of them have {k} heads.",
        1 << n,
        choose(n, k)
    ))
}

fn expectation(draw: &mut Draw, notation: Notation) -> Exercise {
    let [win, chance, price] = [draw.between(2, 60), draw.between(2, 12), draw.between(1, 9)];
    let answer = notation.inline(&notation.fraction(win - price * chance, chance));
    let question = match draw.between(0, 1) {
        0 => format!("A ticket costs {price} and wins {win} with probability 1/{chance}. What is the expected gain?"),
        _ => format!(
            "A game pays {win} once in {chance} times on average, and a turn costs {price}. Find the expected value of one turn."
        ),
    };
    let times = notation.times();
    Exercise::new(question, &answer).step(notation.inline(&format!("E(X) = {win} {times} 1/{chance} - {price}")))
}

fn mean(draw: &mut Draw, notation: Notation) -> Exercise {
    let count = draw.between(4, 8);
    let numbers = draw.several(count, 1, 60);
    let (sum, list) = (numbers.iter().sum::<i64>(), numbers.iter().map(i64::to_string).collect::<Vec<_>>());
    let question = match draw.between(0, 2) {
        0 => format!("Find the mean of {}.", list.join(", ")),
        1 => format!("What is the average of the data {}?", list.join(", ")),
        _ => format!("The scores are {}. Calculate the arithmetic mean.", list.join(", ")),
    };
    Exercise::new(question, notation.inline(&notation.fraction(sum, count)))
        .step(format!("The sum is {} = {sum}, and there are {count} values.", list.join(" + ")))
}

fn median(draw: &mut Draw, _: Notation) -> Exercise {
    let count = draw.between(2, 4) * 2 + 1;
    let mut numbers = draw.several(count, 1, 90);
    let list = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    numbers.sort_unstable();
    let (low, high) = (numbers[0], numbers[numbers.len() - 1]);
    match draw.between(0, 1) {
        0 => Exercise::new(format!("Find the median of {list}."), numbers[numbers.len() / 2])
            .step(format!("In order: {}", numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))),
        _ => Exercise::new(format!("What is the range of {list}?"), high - low)
            .step(format!("{high} - {low} = {}", high - low)),
    }
}

fn sets(draw: &mut Draw, _: Notation) -> Exercise {
    let [only_a, both, only_b, none] =
        [draw.between(2, 30), draw.between(1, 20), draw.between(2, 30), draw.between(0, 12)];
    let all = only_a + both + only_b + none;
    let (a, b) = draw.pick(&[("tea", "coffee"), ("chess", "tennis"), ("French", "Spanish"), ("a cat", "a dog")]);
    let question = format!(
        "Of {all} people, {} have chosen {a}, {} {b}, and {none} neither. How many have chosen both? What share is that in percent, to one decimal place?",
        only_a + both,
        only_b + both
    );
    let share = decimal((both * 10_000 / all + 5) / 10, 1);
    Exercise::new(question, format!("{both}, which is {share}%"))
        .step(format!("|A ∪ B| = {all} - {none} = {}, and |A ∩ B| = |A| + |B| - |A ∪ B|", all - none))
}
