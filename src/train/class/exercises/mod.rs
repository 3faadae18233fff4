//! Pages of mathematics of our own making: exercises with answers, lessons, proofs. The seed decides all of them.
//!
//! School mathematics in plain text is rare among labelled pages. Wording, signs ([`Notation`]) and the layout of the
//! page vary, since the model must learn the kind of text and not one author's habits. Answers are computed.

#![expect(clippy::many_single_char_names, reason = "numbers have the letters that formulas give them")]

mod algebra;
mod arithmetic;
mod calculus;
mod chance;
mod draw;
mod notation;
mod proofs;
mod words;

use std::fmt::{Display, Write as _};

use draw::Draw;
use notation::Notation;

/// Makes one exercise.
type Kind = fn(&mut Draw, Notation) -> Exercise;

/// Exercises of one part of mathematics, with sentences that introduce them.
struct Part {
    name: &'static str,
    kinds: &'static [Kind],
    lessons: &'static [&'static str],
}

const PARTS: &[Part] = &[
    Part {
        name: "arithmetic",
        kinds: arithmetic::KINDS,
        lessons: &[
            "Multiplication and division go before addition and subtraction. Brackets go first.",
            "To add fractions, write both with the same denominator, add the numerators and reduce.",
            "A prime number has exactly two divisors, 1 and itself. Every whole number above 1 is a product of primes in one way.",
        ],
    },
    Part {
        name: "algebra",
        kinds: algebra::KINDS,
        lessons: &[
            "An equation stays true when the same is done on both sides. The aim is to leave the unknown alone on one side.",
            "Two linear equations in two unknowns have one solution unless the lines are parallel.",
            "If a product is zero, one of the factors is zero: that is why factoring helps to solve equations.",
        ],
    },
    Part {
        name: "calculus",
        kinds: calculus::KINDS,
        lessons: &[
            "The derivative of x^n is n*x^(n-1). Sums are differentiated term by term, and constant factors stay.",
            "By the fundamental theorem of calculus, the integral is the difference of an antiderivative at both ends.",
            "A geometric series with ratio r converges when |r| < 1.",
        ],
    },
    Part {
        name: "probability and statistics",
        kinds: chance::KINDS,
        lessons: &[
            "When all outcomes are equally likely, the probability of an event is the number of favourable outcomes divided by the number of all outcomes.",
            "The number of ways to choose k of n things is n! / (k! (n - k)!).",
            "The mean is the sum of the values divided by their number; the median is the one in the middle.",
        ],
    },
    Part {
        name: "word problems",
        kinds: words::KINDS,
        lessons: &[
            "Read the problem twice. Say what is asked, choose a letter for it, and write an equation.",
            "Distance is speed times time. Check that the units agree before you calculate.",
            "Ratios compare parts; add the parts to find what one of them is worth.",
        ],
    },
];

/// The names of the parts that pages are made of; each page keeps to one or mixes all.
pub(super) fn parts() -> impl Iterator<Item = &'static str> {
    PARTS.iter().map(|part| part.name).chain(["mixed", "proofs"])
}

/// A question, how it is answered, and the answer.
struct Exercise {
    question: String,
    steps: Vec<String>,
    answer: String,
}

impl Exercise {
    fn new(question: String, answer: impl Display) -> Self {
        Self { question, steps: vec![], answer: answer.to_string() }
    }

    /// With one more step on the way to the answer.
    fn step(mut self, step: String) -> Self {
        self.steps.push(step);
        self
    }
}

/// One page: the name of its part, and its text.
pub(super) fn page(seed: u64, number: u64) -> (&'static str, String) {
    let mut draw = Draw::new(seed, number);
    let choices: Vec<&'static str> = parts().collect();
    let name = draw.pick(&choices);
    if name == "proofs" {
        return (name, proofs::text(&mut draw));
    }
    let part = PARTS.iter().find(|part| part.name == name);
    let notation = Notation::draw(&mut draw);
    // Half of the pages drill one kind of exercise, as question banks do.
    let drilled = draw.one_in(2).then(|| kind(&mut draw, part));
    let exercises: Vec<Exercise> = (0..draw.between(2, 14))
        .map(|_| {
            let kind = drilled.unwrap_or_else(|| kind(&mut draw, part));
            kind(&mut draw, notation)
        })
        .collect();
    let layout = draw.pick(LAYOUTS);
    let title = part.map_or("mathematics", |part| part.name);
    let lesson = draw.pick(part.unwrap_or(&PARTS[0]).lessons);
    (name, layout(&mut draw, &exercises, title, lesson))
}

fn kind(draw: &mut Draw, part: Option<&Part>) -> Kind {
    let part = part.unwrap_or_else(|| &PARTS[usize::try_from(draw.between(0, 4)).unwrap_or(0)]);
    draw.pick(part.kinds)
}

/// Writes exercises on a page, under a title and after a lesson where the layout has such.
type Layout = fn(&mut Draw, &[Exercise], &str, &str) -> String;

const LAYOUTS: &[Layout] = &[bare, bare, sheet, quiz, worked, lesson, forum];

/// Question and answer on lines of their own.
fn bare(_: &mut Draw, exercises: &[Exercise], _: &str, _: &str) -> String {
    exercises
        .iter()
        .map(|Exercise { question, answer, .. }| format!("{question}\n{answer}\n"))
        .collect::<Vec<_>>()
        .concat()
}

/// Numbered questions, answers at the end.
fn sheet(draw: &mut Draw, exercises: &[Exercise], title: &str, _: &str) -> String {
    let mut text = format!(
        "{} {}: {title}\n\n",
        draw.pick(&["Worksheet", "Problem set", "Homework", "Test"]),
        draw.between(1, 30)
    );
    let (open, close) = draw.pick(&[("", "."), ("(", ")"), ("", ")"), ("Problem ", ":")]);
    for (number, exercise) in (1..).zip(exercises) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{open}{number}{close} {}", exercise.question);
    }
    if draw.one_in(2) {
        text.push_str(draw.pick(&["\nAnswers\n", "\nSolutions:\n", "\nAnswer key\n"]));
        for (number, exercise) in (1..).zip(exercises) {
            let _ = writeln!(text, "{open}{number}{close} {}", exercise.answer);
        }
    }
    text
}

/// Questions with choices.
fn quiz(draw: &mut Draw, exercises: &[Exercise], _: &str, _: &str) -> String {
    let (ask, reply) =
        draw.pick(&[("Q: ", "A: "), ("Question: ", "Answer: "), ("", "Ans. "), ("Q. ", "Correct answer: ")]);
    exercises
        .iter()
        .map(|Exercise { question, answer, .. }| format!("{ask}{question}\n{reply}{answer}\n\n"))
        .collect::<Vec<_>>()
        .concat()
}

/// Examples with their solutions, step by step.
fn worked(draw: &mut Draw, exercises: &[Exercise], _: &str, _: &str) -> String {
    let (example, solution) =
        draw.pick(&[("Example", "Solution."), ("Exercise", "Solution:"), ("Problem", "We compute:")]);
    let mut text = String::new();
    for (number, Exercise { question, steps, answer }) in (1..).zip(exercises) {
        let _ = writeln!(
            text,
            "{example} {number}. {question}\n{solution} {}\nThe answer is {answer}.\n",
            steps.join("\n")
        );
    }
    text
}

/// A lesson in words, an example, and exercises.
fn lesson(draw: &mut Draw, exercises: &[Exercise], title: &str, lesson: &str) -> String {
    let (first, rest) = exercises.split_first().map_or((None, exercises), |(first, rest)| (Some(first), rest));
    let mut text =
        format!("{} {title}\n\n{lesson}\n\n", draw.pick(&["Introduction to", "Lesson:", "How to do", "Practice"]));
    if let Some(Exercise { question, steps, answer }) = first {
        let _ = writeln!(text, "For example: {question} {} So the answer is {answer}.\n", steps.join(" Then: "));
    }
    text.push_str(draw.pick(&["Now try these yourself:\n", "Exercises\n", "Practice problems\n"]));
    for (number, exercise) in (1..).zip(rest) {
        let _ = writeln!(text, "{number}. {}", exercise.question);
    }
    text
}

/// Somebody asks, somebody explains.
fn forum(draw: &mut Draw, exercises: &[Exercise], title: &str, _: &str) -> String {
    let mut text = String::new();
    for Exercise { question, steps, answer } in exercises.iter().take(4) {
        let ask = draw.pick(&[
            "Hi, I am stuck on this one from my homework.",
            "Can someone explain how to do this?",
            "I don't understand this problem:",
            "Help with",
        ]);
        let reply = draw.pick(&["Here is how I would do it.", "Hint: write it out.", "You were close!", "Try this:"]);
        let _ = writeln!(text, "{ask} ({title}) {question}\n\n{reply} {} I get {answer}.\n", steps.join(" "));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn pages_repeat_and_differ() {
        assert_eq!(page(1, 5), page(1, 5));
        let texts: BTreeSet<String> = (0..300).map(|number| page(1, number).1).collect();
        assert_eq!(texts.len(), 300);
        assert!(texts.iter().all(|text| text.len() > 40 && !text.contains('@')), "a letter was left open");
        let seen: BTreeSet<&str> = (0..300).map(|number| page(2, number).0).collect();
        assert_eq!(seen, parts().collect());
    }

    #[test]
    fn answers_are_right() {
        for (kind, question, answer) in [
            (arithmetic::KINDS[2], "What is -17/10 + 12/9?", "-11/30"),
            (algebra::KINDS[2], "Use the quadratic formula to solve 3*z**2 - 24*z - 60 = 0.", "-2, 10"),
            (calculus::KINDS[2], "Find the value of int_-3^2 (-15*b**2 - 6*b + 2) db.", "-150"),
            (
                chance::KINDS[0],
                "Tiles with the letters qqqqqqqkk lie in a bag. Two are picked at random, and none is put back. Give \
                 the probability that exactly 1 show q.",
                "7/18",
            ),
            (
                words::KINDS[9],
                "Greta can sort the letters in 10 hours and Kofi in 9 hours. How long do they take together?",
                "90/19 hours",
            ),
        ] {
            let made = kind(&mut Draw::new(4, 4), Notation::Stars);
            assert_eq!((made.question.as_str(), made.answer.as_str()), (question, answer));
        }
    }
}
