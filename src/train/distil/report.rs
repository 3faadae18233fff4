//! What a distilled model is worth, as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::measure::{Answer, Figures};
use super::examples::Parts;
use super::plot::{self, Bin};
use super::search::Found;
use super::{Source, Task};

/// Labels up to which the whole table of confusions is shown; of more, the most frequent ones.
const FEW_LABELS: usize = 12;
/// Confusions that are shown of more labels.
const SHOWN: usize = 20;

/// What there is to tell.
pub(super) struct Told<'a> {
    pub(super) name: &'a str,
    pub(super) task: &'a Task<'a>,
    pub(super) parts: &'a Parts,
    pub(super) found: &'a Found,
    /// Labels of the model.
    pub(super) labels: usize,
    pub(super) figures: &'a Figures,
    pub(super) answers: &'a [Answer],
    pub(super) bins: &'a [Bin],
    /// Of the answers, on one core.
    pub(super) seconds: f64,
}

/// The report.
pub(super) fn markdown(told: &Told<'_>) -> String {
    let Told { name, task, parts, found, figures, .. } = told;
    let source = match &task.source {
        Source::Files(files) => files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", "),
        Source::Run(folder, column) => format!("the column `{column}` of {}", folder.display()),
    };
    let tokens = if task.words_alone { "words" } else { "shapes" };
    let mut text = format!(
        "# {name}\n\n{size} bytes, {labels} labels; fastText: {settings}. Asked in the tokens of \
         `filters::classes::tokens::{tokens}`.\n\nLabels: {source}. {train} texts to train, {dev} to choose the settings, \
         {test} to measure, split by {split}; seed {seed}.\n\n",
        size = found.best.size,
        labels = told.labels,
        settings = found.best.settings,
        train = parts.train.len(),
        dev = parts.dev.len(),
        test = parts.test.len(),
        split = parts.split_by.iter().copied().collect::<Vec<_>>().join(" or "),
        seed = task.seed,
    );
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(
        text,
        "| texts of | texts | accuracy | macro F1 | share at p ≥ 0.5 | accuracy of these | ROC area | calibration error \
         |\n|---|---|---|---|---|---|---|---|"
    );
    let Figures { texts, accuracy, macro_f1, confident: (share, sure), .. } = figures;
    let area = figures.area.map_or_else(String::new, |area| format!("{area:.3}"));
    let error = plot::error(told.bins);
    let _ = writeln!(
        text,
        "| test | {texts} | {accuracy:.3} | {macro_f1:.3} | {share:.3} | {sure:.3} | {area} | {error:.3} |"
    );
    let _ = writeln!(text, "\n{}", speed(told));
    by_label(&mut text, figures);
    confusions(&mut text, told.answers);
    calibration(&mut text, told);
    tries(&mut text, found);
    text
}

fn speed(told: &Told<'_>) -> String {
    let bytes: usize = told.parts.test.iter().map(|example| example.text.len()).sum();
    let texts = told.parts.test.len();
    #[expect(clippy::cast_precision_loss, reason = "a test part is small")]
    let (texts, megabytes) = (texts as f64 / told.seconds.max(1e-9), bytes as f64 / 1e6 / told.seconds.max(1e-9));
    format!("Speed on one core, from tokens: {texts:.0} texts a second, {megabytes:.1} MB a second.")
}

fn by_label(text: &mut String, figures: &Figures) {
    let _ = writeln!(text, "\n| label | texts | precision | recall | F1 |\n|---|---|---|---|---|");
    for (label, texts, precision, recall, f1) in &figures.by_label {
        let _ = writeln!(text, "| {label} | {texts} | {precision:.3} | {recall:.3} | {f1:.3} |");
    }
}

/// What is taken for what: a table of few labels, the most frequent mistakes of many.
fn confusions(text: &mut String, answers: &[Answer]) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for answer in answers {
        *counts.entry((&answer.gold, &answer.guess)).or_default() += 1;
    }
    let mut labels: Vec<&str> = counts.keys().flat_map(|(gold, guess)| [*gold, *guess]).collect();
    labels.sort_unstable();
    labels.dedup();
    if labels.len() <= FEW_LABELS {
        let _ = writeln!(
            text,
            "\n| is, by row; taken for | {} |\n|---|{}",
            labels.join(" | "),
            "---|".repeat(labels.len())
        );
        for gold in &labels {
            let row = labels.iter().map(|guess| counts.get(&(*gold, *guess)).copied().unwrap_or(0).to_string());
            let _ = writeln!(text, "| {gold} | {} |", row.collect::<Vec<_>>().join(" | "));
        }
        return;
    }
    let mut mistakes: Vec<_> = counts.into_iter().filter(|((gold, guess), _)| gold != guess).collect();
    mistakes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let _ = writeln!(text, "\n| is | taken for | texts |\n|---|---|---|");
    for ((gold, guess), count) in mistakes.iter().take(SHOWN) {
        let _ = writeln!(text, "| {gold} | {guess} | {count} |");
    }
}

fn calibration(text: &mut String, told: &Told<'_>) {
    let _ = writeln!(
        text,
        "\n![right answers by probability]({}.svg)\n\n| probability | answers | mean probability | right |\n|---|---|---|---|",
        told.name
    );
    for (place, bin) in (0_u8..).zip(told.bins).filter(|(_, bin)| bin.answers > 0) {
        let (from, to) = (f64::from(place) / 10.0, f64::from(place + 1) / 10.0);
        let _ = writeln!(text, "| {from:.1}–{to:.1} | {} | {:.3} | {:.3} |", bin.answers, bin.sure(), bin.share());
    }
}

/// All models that were tried, the best first.
fn tries(text: &mut String, found: &Found) {
    let mut tries: Vec<_> = found.tries.iter().collect();
    tries.sort_by(|one, two| two.macro_f1.total_cmp(&one.macro_f1).then(one.size.cmp(&two.size)));
    let _ = writeln!(text, "\n| tried | bytes | macro F1 on dev | accuracy |\n|---|---|---|---|");
    for tried in tries {
        let _ =
            writeln!(text, "| {} | {} | {:.4} | {:.4} |", tried.settings, tried.size, tried.macro_f1, tried.accuracy);
    }
}
