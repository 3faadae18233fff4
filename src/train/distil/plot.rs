//! A reliability diagram as SVG: how often a model is right, by how sure it is.

use std::fmt::Write as _;

use filters::text::ratio;

use super::super::measure::Answer;

/// Bins of probability, each a tenth wide.
const BINS: usize = 10;

/// Answers of one bin of probability.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bin {
    pub(super) answers: usize,
    pub(super) right: usize,
    sum: f64,
}

impl Bin {
    /// Mean probability of its answers.
    pub(super) fn sure(&self) -> f64 {
        ratio(1, self.answers).unwrap_or(0.0) * self.sum
    }

    /// Share of its answers that are right.
    pub(super) fn share(&self) -> f64 {
        ratio(self.right, self.answers).unwrap_or(0.0)
    }
}

/// The answers by the probability of the label that was given.
pub(super) fn bins(answers: &[Answer]) -> [Bin; BINS] {
    let mut bins = [Bin::default(); BINS];
    for answer in answers {
        let sure = f64::from(answer.confidence).clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10")]
        let bin = &mut bins[((sure * 10.0) as usize).min(BINS - 1)];
        bin.answers += 1;
        bin.right += usize::from(answer.gold == answer.guess);
        bin.sum += sure;
    }
    bins
}

/// Expected calibration error: the mean distance of what is right from what is promised (Naeini et al. 2015).
pub(super) fn error(bins: &[Bin]) -> f64 {
    let all = bins.iter().map(|bin| bin.answers).sum();
    bins.iter().map(|bin| ratio(bin.answers, all).unwrap_or(0.0) * (bin.share() - bin.sure()).abs()).sum()
}

/// Length of an axis, and what is left around.
const SIDE: f64 = 300.0;
const MARGIN: f64 = 45.0;

/// The diagram: a bar a bin, a dot where its answers are, as large as they are many, and the line where both are equal.
pub(super) fn svg(name: &str, bins: &[Bin]) -> String {
    let whole = SIDE + 2.0 * MARGIN;
    let (x, y) = (|share: f64| MARGIN + share * SIDE, |share: f64| MARGIN + (1.0 - share) * SIDE);
    let most = bins.iter().map(|bin| bin.answers).max().unwrap_or(0);
    let name = name.replace('&', "&amp;").replace('<', "&lt;");
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" font-family=\"sans-serif\" \
         font-size=\"11\">\n<rect width=\"{whole}\" height=\"{whole}\" fill=\"white\"/>\n\
         <text x=\"{0}\" y=\"20\" text-anchor=\"middle\" font-size=\"13\">{name}: right answers by probability</text>\n",
        whole / 2.0
    );
    // Writing to a string cannot fail, here and below.
    for (place, bin) in (0_u8..).zip(bins).filter(|(_, bin)| bin.answers > 0) {
        let left = f64::from(place) / 10.0;
        let _ = writeln!(
            text,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#9ecae1\" stroke=\"white\"/>",
            x(left),
            y(bin.share()),
            SIDE / 10.0,
            bin.share() * SIDE
        );
    }
    for tenth in (0..=10_u8).step_by(2) {
        let share = f64::from(tenth) / 10.0;
        let _ = writeln!(
            text,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{share}</text>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{share}</text>",
            x(share),
            y(0.0) + 15.0,
            x(0.0) - 5.0,
            y(share) + 4.0
        );
    }
    for (from, to, style) in [
        ((0.0, 0.0), (1.0, 0.0), "stroke=\"black\""),
        ((0.0, 0.0), (0.0, 1.0), "stroke=\"black\""),
        ((0.0, 0.0), (1.0, 1.0), "stroke=\"#888\" stroke-dasharray=\"4\""),
    ] {
        let _ = writeln!(
            text,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {style}/>",
            x(from.0),
            y(from.1),
            x(to.0),
            y(to.1)
        );
    }
    for bin in bins.iter().filter(|bin| bin.answers > 0) {
        let radius = 2.0 + 6.0 * ratio(bin.answers, most).unwrap_or(0.0).sqrt();
        let _ = writeln!(
            text,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"#08519c\"><title>{} answers, {:.3} sure, {:.3} \
             right</title></circle>",
            x(bin.sure()),
            y(bin.share()),
            bin.answers,
            bin.sure(),
            bin.share()
        );
    }
    let _ = writeln!(
        text,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">probability of the answer</text>\n\
         <text transform=\"translate(14 {:.1}) rotate(-90)\" text-anchor=\"middle\">share that is right</text>\n</svg>",
        whole / 2.0,
        whole - 12.0,
        whole / 2.0
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(sure: f32, is_right: bool) -> Answer {
        Answer::new("a", if is_right { "a" } else { "b" }, sure)
    }

    #[test]
    fn answers_are_right_as_often_as_they_are_sure_or_not() {
        let honest: Vec<Answer> = (0..100).map(|n| answer(0.75, n % 4 != 0)).collect();
        let vain: Vec<Answer> = (0..100).map(|n| answer(1.0, n % 2 == 0)).collect();
        assert!(error(&bins(&honest)) < 1e-9);
        assert!((error(&bins(&vain)) - 0.5).abs() < 1e-9);
        let both = bins(&[honest, vain].concat());
        assert_eq!((both[7].answers, both[7].right, both[9].answers), (100, 75, 100));
        assert!((error(&both) - 0.25).abs() < 1e-9);
        assert!(error(&bins(&[])).abs() < 1e-9);
    }

    #[test]
    fn the_diagram_has_a_bar_and_a_dot_for_each_bin_with_answers() {
        let drawn = svg("a & b", &bins(&[answer(0.25, true), answer(0.95, false), answer(0.96, true)]));
        assert!(drawn.starts_with("<svg") && drawn.ends_with("</svg>\n") && drawn.contains("a &amp; b"));
        assert_eq!(drawn.matches("<circle").count(), 2);
        // The upper bin: half is right, so that its bar ends halfway up.
        assert!(drawn.contains("x=\"315.0\" y=\"195.0\" width=\"30.0\" height=\"150.0\""), "{drawn}");
    }
}
