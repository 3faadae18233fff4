//! The card of a model: Markdown beside its bytes, with the figures that were measured.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::measure::Figures;
use super::{Plan, Task};

/// What a card says besides figures.
pub(super) struct About {
    /// What the model answers.
    pub(super) summary: &'static str,
    /// Origin, attribution and licence of each data set, as a Markdown list.
    pub(super) data: Cow<'static, str>,
    /// What was made of the data, and how it was split.
    pub(super) preparation: &'static str,
    /// How the figures are to be read.
    pub(super) reading: &'static str,
    /// What not to use it for, as a Markdown list.
    pub(super) limits: &'static str,
    /// How many labels a table shows, the worst first; or [`EVERY`].
    pub(super) shown: usize,
}

/// Every label, by name, with its F1 in each test set that it is in.
pub(super) const EVERY: usize = usize::MAX;

/// A label of a lower F1 is named before the table of every label.
const LOW: f64 = 0.5;

/// The card.
pub(super) fn markdown(task: &Task<'_>, plan: &Plan, figures: &[Figures], size: usize) -> String {
    let About { summary, data, preparation, reading, limits, shown } = &plan.about;
    let mut labels: Vec<&str> = plan.train.iter().map(|example| example.label.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    let mut text = format!(
        "# {name}\n\n{summary}\n\n{size} bytes, {count} labels, fastText `.ftz`; embedded as `embedded:{name}`.\n\n\
         ## Data\n\n{data}\n\n## Training\n\n```text\ntrommel train {name} --data DIR{code} --out filters/models --seed \
         {seed}\n```\n\n{preparation}\n\n{examples} examples; {settings}. One thread, so that the same data and seed \
         give the same bytes.\n\n## Quality\n\n",
        name = task.model,
        count = labels.len(),
        code = if task.code.is_empty() { "" } else { " --code DIR …" },
        seed = task.seed,
        examples = plan.train.len(),
        settings = plan.trainer,
    );
    let _ = writeln!(
        text,
        "| texts of | texts | labels | accuracy | macro F1 | share at p ≥ 0.5 | accuracy of these | ROC area |\n\
         |---|---|---|---|---|---|---|---|"
    );
    for set in figures {
        let area = set.area.map_or_else(String::new, |area| format!("{area:.3}"));
        let Figures { name, texts, labels, accuracy, macro_f1, confident: (share, sure), .. } = set;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {name} | {texts} | {labels} | {accuracy:.3} | {macro_f1:.3} | {share:.3} | {sure:.3} | {area} |"
        );
    }
    let _ = writeln!(text, "\n{reading}");
    if *shown == EVERY {
        // Figures of folds come before those of the test sets.
        let sets = figures.iter().skip(figures.len() - plan.tests.len()).zip(&plan.tests);
        let apart = sets.filter(|(set, test)| test.merge.is_empty() && set.labels > 1);
        let second = figures.iter().take(usize::from(plan.folds.len() == 1));
        every_label(&mut text, &labels, &apart.map(|(set, _)| set).chain(second).collect::<Vec<_>>());
    } else if let Some(set) = figures.first() {
        let _ = writeln!(
            text,
            "\nLowest F1 ({}):\n\n| label | texts | precision | recall | F1 |\n|---|---|---|---|---|",
            set.name
        );
        for (label, texts, precision, recall, f1) in set.by_label.iter().take(*shown) {
            let _ = writeln!(text, "| {label} | {texts} | {precision:.2} | {recall:.2} | {f1:.2} |");
        }
    }
    let _ = writeln!(text, "\n## Not good for\n\n{limits}");
    text
}

/// A row for each label; before it the labels of low F1, and those of which there is no figure.
fn every_label(text: &mut String, labels: &[&str], sets: &[&Figures]) {
    let by_label: Vec<BTreeMap<&str, (usize, f64)>> = sets
        .iter()
        .map(|set| set.by_label.iter().map(|(label, texts, .., f1)| (label.as_str(), (*texts, *f1))).collect())
        .collect();
    for (set, figures) in sets.iter().zip(&by_label) {
        let mut low: Vec<_> = labels.iter().filter_map(|label| Some((figures.get(label)?.1, *label))).collect();
        low.retain(|(f1, _)| *f1 < LOW);
        low.sort_by(|a, b| a.0.total_cmp(&b.0));
        let low: Vec<String> = low.iter().map(|(f1, label)| format!("{label} {f1:.2}")).collect();
        let low = if low.is_empty() { "none".to_owned() } else { low.join(", ") };
        let _ = writeln!(text, "\nF1 under {LOW} ({}): {low}.", set.name);
    }
    let unseen = |label: &&&str| by_label.iter().all(|figures| !figures.contains_key(*label));
    let unseen: Vec<&str> = labels.iter().filter(unseen).copied().collect();
    if !unseen.is_empty() {
        let _ =
            writeln!(text, "\nNever measured, since too few texts are known to hold one out: {}.", unseen.join(", "));
    }
    let _ = write!(text, "\nF1 of every label (texts of it in the set):\n\n| label |");
    for set in sets {
        let _ = write!(text, " {} |", set.name);
    }
    let _ = writeln!(text, "\n|---{}|", "|---".repeat(sets.len()));
    for label in labels {
        let _ = write!(text, "| {label} |");
        for figures in &by_label {
            let _ = match figures.get(label) {
                Some((texts, f1)) => write!(text, " {f1:.2} ({texts}) |"),
                None => write!(text, " |"),
            };
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_has_its_row_and_low_ones_are_named() {
        let by_label = vec![("b".to_owned(), 3, 0.3, 0.6, 0.4), ("a".to_owned(), 2, 0.8, 0.8, 0.8)];
        let set = Figures {
            name: "news".into(),
            texts: 5,
            labels: 2,
            accuracy: 0.6,
            macro_f1: 0.6,
            confident: (1.0, 0.6),
            area: None,
            by_label,
        };
        let mut text = String::new();
        every_label(&mut text, &["a", "b", "c"], &[&set]);
        let (before, table) = text.split_once("| label |").unwrap();
        assert!(before.contains("F1 under 0.5 (news): b 0.40.") && before.contains("hold one out: c."), "{before}");
        assert_eq!(table, " news |\n|---|---|\n| a | 0.80 (2) |\n| b | 0.40 (3) |\n| c | |\n");
    }
}
