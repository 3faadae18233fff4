//! Problems in words: units, clocks, speed, work, money, mixtures, ages, shapes.

use super::draw::Draw;
use super::notation::{Notation, decimal};
use super::{Exercise, Kind};

pub(super) const KINDS: &[Kind] =
    &[units, clock, speed, shopping, shares, mixture, ages, rectangle, triangle, work, interest];

const NAMES: &[&str] = &[
    "Ada", "Bilal", "Chen", "Dora", "Emeka", "Farid", "Greta", "Hana", "Ivan", "Jun", "Kofi", "Lena", "Maria", "Noor",
    "Olga", "Pedro", "Ravi", "Sara", "Tom", "Uma",
];

fn units(draw: &mut Draw, _: Notation) -> Exercise {
    // Name of the smaller unit, of the larger one, decimals between them.
    let (small, large, places) = draw.pick(&[
        ("metres", "kilometres", 3),
        ("millimetres", "centimetres", 1),
        ("centimetres", "metres", 2),
        ("grams", "kilograms", 3),
        ("millilitres", "litres", 3),
        ("micrograms", "milligrams", 3),
        ("kilograms", "tonnes", 3),
        ("milliseconds", "seconds", 3),
        ("nanometers", "micrometers", 3),
    ]);
    let number = draw.between(3, 90_000);
    let (smaller, larger) = (decimal(number, 1), decimal(number, 1 + places));
    let (from, one, to, two) =
        if draw.one_in(2) { (smaller, small, larger, large) } else { (larger, large, smaller, small) };
    let question = match draw.between(0, 3) {
        0 => format!("What is {from} {one} in {two}?"),
        1 => format!("How many {two} are there in {from} {one}?"),
        2 => format!("Convert {from} {one} to {two}."),
        _ => format!("Express {from} {one} in {two}."),
    };
    Exercise::new(question, to)
}

fn clock(draw: &mut Draw, _: Notation) -> Exercise {
    let [start, minutes] = [draw.between(60, 660), draw.between(15, 640)];
    let end = start + minutes;
    let write =
        |time: i64| format!("{}:{:02} {}", (time / 60 + 11) % 12 + 1, time % 60, if time < 720 { "AM" } else { "PM" });
    match draw.between(0, 2) {
        0 => Exercise::new(format!("How many minutes are there between {} and {}?", write(start), write(end)), minutes),
        1 => Exercise::new(format!("What time is it {minutes} minutes after {}?", write(start)), write(end)),
        _ => Exercise::new(
            format!("A film begins at {} and lasts {minutes} minutes. When does it end?", write(start)),
            write(end),
        ),
    }
}

fn speed(draw: &mut Draw, notation: Notation) -> Exercise {
    let [pace, hours] = [draw.between(3, 60) * 2, draw.between(2, 9)];
    let (who, unit) =
        draw.pick(&[("train", "km"), ("car", "miles"), ("cyclist", "km"), ("ship", "nautical miles"), ("bus", "km")]);
    let way = pace * hours;
    let times = notation.times();
    match draw.between(0, 2) {
        0 => Exercise::new(
            format!("A {who} travels {way} {unit} in {hours} hours. What is its average speed?"),
            format!("{pace} {unit} per hour"),
        )
        .step(format!("{way} / {hours} = {pace}")),
        1 => Exercise::new(
            format!("How long does a {who} need for {way} {unit} at {pace} {unit} per hour?"),
            format!("{hours} hours"),
        ),
        _ => {
            let other = pace + draw.between(1, 20) * 2;
            Exercise::new(format!("Two towns are {} {unit} apart. A {who} leaves each at the same time, at {pace} and {other} {unit} per hour, toward the other. After how many hours do they meet?", (pace + other) * hours), hours)
                .step(notation.inline(&format!("({pace} + {other}) {times} t = {}", (pace + other) * hours)))
        }
    }
}

fn shopping(draw: &mut Draw, notation: Notation) -> Exercise {
    let (name, thing) =
        (draw.pick(NAMES), draw.pick(&["pencils", "apples", "notebooks", "stickers", "tickets", "cookies", "eggs"]));
    let [count, price, paid] = [draw.between(2, 15), draw.between(2, 30), draw.between(1, 20)];
    let (times, total) = (notation.times(), count * price);
    let question = match draw.between(0, 2) {
        0 => format!(
            "{name} buys {count} {thing} at ${price} each and pays with ${}. How much change does {name} get?",
            total + paid
        ),
        1 => format!(
            "{name} has {} dollars and spends part of it on {count} {thing} for {price} dollars each. How many dollars are left?",
            total + paid
        ),
        _ => format!(
            "Of {} {thing}, {name} puts {price} into each of {count} boxes. How many are left over?",
            total + paid
        ),
    };
    Exercise::new(question, paid)
        .step(format!("The {thing} take {}.", notation.inline(&format!("{count} {times} {price} = {total}"))))
        .step(format!("That leaves {} - {total} = {paid}.", total + paid))
}

fn shares(draw: &mut Draw, _: Notation) -> Exercise {
    let [a, b, part] = [draw.between(1, 9), draw.between(2, 9), draw.between(2, 40)];
    let (one, two) = (draw.pick(&NAMES[..10]), draw.pick(&NAMES[10..]));
    let whole = (a + b) * part;
    Exercise::new(
        format!("{one} and {two} share {whole} in the ratio {a}:{b}. How much does each get?"),
        format!("{one} {}, {two} {}", a * part, b * part),
    )
    .step(format!("One part is {whole} / ({a} + {b}) = {part}."))
}

fn mixture(draw: &mut Draw, notation: Notation) -> Exercise {
    let [weak, strong] = [draw.between(1, 4) * 10, draw.between(5, 9) * 10];
    let [one, two] = [draw.between(1, 9), draw.between(1, 9)];
    let what = draw.pick(&["salt", "acid", "alcohol", "sugar"]);
    let share = notation.fraction(weak * one + strong * two, one + two);
    Exercise::new(
        format!("{one} litres of a {weak}% {what} solution are mixed with {two} litres of a {strong}% solution. What is the concentration of the mixture?"),
        format!("{} percent", notation.inline(&share)),
    )
    .step(format!("The {what} in both is {} hundredths of a litre, in {} litres.", weak * one + strong * two, one + two))
}

fn ages(draw: &mut Draw, notation: Notation) -> Exercise {
    let [younger, times, years] = [draw.between(3, 14), draw.between(2, 5), draw.between(2, 12)];
    let (one, two) = (draw.pick(&NAMES[..10]), draw.pick(&NAMES[10..]));
    let older = younger * times;
    let sum = younger + older + 2 * years;
    Exercise::new(format!("{two} is {times} times as old as {one}. In {years} years the sum of their ages will be {sum}. How old is {one} now?"), younger)
        .step(format!("Let x be the age of {one}: {}", notation.inline(&format!("(x + {years}) + ({times}x + {years}) = {sum}"))))
        .step(notation.inline(&format!("{}x = {}", times + 1, older + younger)))
}

fn rectangle(draw: &mut Draw, notation: Notation) -> Exercise {
    let [a, b] = [draw.between(2, 40), draw.between(2, 40)];
    let (unit, times) = (draw.pick(&["cm", "m", "inches", "feet"]), notation.times());
    match draw.between(0, 2) {
        0 => Exercise::new(
            format!("A rectangle is {a} {unit} long and {b} {unit} wide. Find its area and perimeter."),
            format!("area {}, perimeter {}", a * b, 2 * (a + b)),
        )
        .step(notation.inline(&format!("A = {a} {times} {b} = {}", a * b))),
        1 => Exercise::new(
            format!(
                "The area of a rectangle is {} square {unit}, and one side is {a} {unit}. How long is the other side?",
                a * b
            ),
            format!("{b} {unit}"),
        ),
        _ => Exercise::new(
            format!("A cube has edges of {a} {unit}. What is its volume? And its surface?"),
            format!("{}, {}", a * a * a, 6 * a * a),
        ),
    }
}

fn triangle(draw: &mut Draw, notation: Notation) -> Exercise {
    let size = draw.between(1, 5);
    let [a, b, c] =
        draw.pick(&[[3, 4, 5], [5, 12, 13], [8, 15, 17], [7, 24, 25], [20, 21, 29]]).map(|side| side * size);
    let square = |side: i64| notation.power(&side.to_string(), 2);
    if draw.one_in(3) {
        let [one, two] = [draw.between(20, 80), draw.between(20, 80)];
        return Exercise::new(
            format!("Two angles of a triangle are {one}° and {two}°. Find the third angle."),
            format!("{}°", 180 - one - two),
        );
    }
    Exercise::new(format!("A right triangle has legs of length {a} and {b}. How long is the hypotenuse?"), c).step(
        format!(
            "By the Pythagorean theorem, {}",
            notation.inline(&format!("{} + {} = {}", square(a), square(b), square(c)))
        ),
    )
}

fn work(draw: &mut Draw, notation: Notation) -> Exercise {
    let [a, b] = [draw.between(2, 12), draw.between(2, 12)];
    let (one, two) = (draw.pick(&NAMES[..10]), draw.pick(&NAMES[10..]));
    let job = draw.pick(&["paint a fence", "mow the lawn", "fill the tank", "sort the letters"]);
    Exercise::new(
        format!("{one} can {job} in {a} hours and {two} in {b} hours. How long do they take together?"),
        notation.inline(&format!("{} hours", notation.fraction(a * b, a + b))),
    )
    .step(notation.inline(&format!("1/{a} + 1/{b} = {}", notation.fraction(a + b, a * b))))
}

fn interest(draw: &mut Draw, notation: Notation) -> Exercise {
    let [capital, rate, years] = [draw.between(1, 90) * 100, draw.between(1, 12), draw.between(2, 9)];
    let gain = capital * rate * years;
    let times = notation.times();
    Exercise::new(
        format!("${capital} is invested at {rate}% simple interest. How much interest is earned in {years} years?"),
        format!("${}", decimal(gain, 2)),
    )
    .step(format!("I = Prt = {capital} {times} {} {times} {years}", decimal(rate, 2)))
}
