//! The card of a model: Markdown beside its bytes, with the figures that were measured.

use std::fmt::Write as _;

use super::measure::Figures;
use super::{Plan, Task};

/// What a card says besides figures.
pub(super) struct About {
    /// What the model answers.
    pub(super) summary: &'static str,
    /// Origin, attribution and licence of each data set, as a Markdown list.
    pub(super) data: &'static str,
    /// What was made of the data, and how it was split.
    pub(super) preparation: &'static str,
    /// How the figures are to be read.
    pub(super) reading: &'static str,
    /// What not to use it for, as a Markdown list.
    pub(super) limits: &'static str,
    /// How many labels a table shows, the worst first.
    pub(super) shown: usize,
}

/// The card.
pub(super) fn markdown(task: &Task<'_>, plan: &Plan, figures: &[Figures], size: usize) -> String {
    let About { summary, data, preparation, reading, limits, shown } = plan.about;
    let mut labels: Vec<&str> = plan.train.iter().map(|example| example.label.as_str()).collect();
    labels.sort_unstable();
    labels.dedup();
    let mut text = format!(
        "# {name}\n\n{summary}\n\n{size} bytes, {count} labels, fastText `.ftz`; embedded as `embedded:{name}`.\n\n\
         ## Data\n\n{data}\n\n## Training\n\n```text\ntrommel train {name} --data DIR --out filters/models --seed \
         {seed}\n```\n\n{preparation}\n\n{examples} examples; {settings}. One thread, so that the same data and seed \
         give the same bytes.\n\n## Quality\n\n",
        name = task.model,
        count = labels.len(),
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
    if let Some(set) = figures.first() {
        let _ = writeln!(
            text,
            "\nLowest F1 ({}):\n\n| label | texts | precision | recall | F1 |\n|---|---|---|---|---|",
            set.name
        );
        for (label, texts, precision, recall, f1) in set.by_label.iter().take(shown) {
            let _ = writeln!(text, "| {label} | {texts} | {precision:.2} | {recall:.2} | {f1:.2} |");
        }
    }
    let _ = writeln!(text, "\n## Not good for\n\n{limits}");
    text
}
