//! The class model: prose, mathematics or code.
//!
//! Prose is learned from web pages, code from source files ([`sources`]), mathematics from pages of our own making
//! ([`exercises`]); web pages whose blocks tell their class ([`pages`]) join both. Documents labelled by their source
//! are there to test, and nothing was ever fitted to them.

mod cut;
mod exercises;
mod pages;
mod sources;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use filters::classes::tokens;
use serde::Deserialize;

use super::card::About;
use super::data::{Example, FOLDS, fold_of, rows, site};
use super::linear::Settings;
use super::{Fold, Plan, TestSet, Trainer};
use sources::Sources;

/// Chosen by cross-validation.
const SETTINGS: Settings = Settings { min_documents: 80, strength: 100.0, sub_vector: 1 };

/// Pages of mathematics that are made.
const EXERCISES: u64 = 2_000;
/// What examples are.
const KINDS: &[&str] = &[
    "web pages, prose",
    "pieces of web pages",
    "pieces of source files",
    "exercises and proofs",
    "web pages by their blocks",
];
/// Times that web pages of code and mathematics are repeated: they are few.
const REPEATS: usize = 3;
#[derive(Deserialize)]
struct Row {
    text: String,
    label: String,
}

#[derive(Deserialize)]
struct Page {
    id: String,
    text: String,
    url: String,
}

/// An example, what it is an example of, and the fold that holds it out: a hash of what must stay together.
struct Grouped {
    kind: &'static str,
    fold: u64,
    times: usize,
    example: Example,
}

impl Grouped {
    fn new(kind: &'static str, class: &str, group: &str, text: &str) -> Self {
        Self { kind, fold: fold_of(group), times: 1, example: Example::new(class, tokens::shapes(text)) }
    }

    fn repeated(&self) -> impl Iterator<Item = Example> + use<'_> {
        std::iter::repeat_n(&self.example, self.times).cloned()
    }
}

pub(super) fn plan(data: &Path, code: &[PathBuf], seed: u64) -> Result<Plan> {
    ensure!(
        !code.is_empty(),
        "--code DIR is missing: a folder of source files, which the class model learns code from"
    );
    let sources = sources::read(code)?;
    let examples = examples(data, &sources, seed)?;
    let folds = (0..FOLDS)
        .map(|fold| {
            let held_out = || examples.iter().filter(|one| one.fold == fold);
            Fold {
                train: examples.iter().filter(|one| one.fold != fold).flat_map(Grouped::repeated).collect(),
                test: held_out().map(|one| one.example.clone()).collect(),
                kinds: held_out().map(|one| one.kind).collect(),
                ..Fold::default()
            }
        })
        .collect();
    let labelled = rows::<Row>(data, "domains/source_labelled.jsonl.zst")?
        .iter()
        .filter_map(|row| label(row).map(|label| Example::new(label, tokens::shapes(&row.text))))
        .collect();
    let tests =
        vec![TestSet { name: "documents labelled by source, never trained on".into(), examples: labelled, merge: &[] }];
    let about = About { data: format!("{}{DATA}", used(&sources)).into(), ..ABOUT };
    let train = examples.iter().flat_map(Grouped::repeated).collect();
    Ok(Plan { train, tests, folds, trainer: Trainer::Linear(SETTINGS), ranked: None, about })
}

fn examples(data: &Path, sources: &Sources, seed: u64) -> Result<Vec<Grouped>> {
    let mut examples = vec![];
    for page in rows::<Page>(data, "domains/weborganizer.jsonl.zst")? {
        let site = site(&page.url);
        examples.push(Grouped::new(KINDS[0], "general", &site, &page.text));
        examples
            .extend(cut::piece(&page.id, 1, &page.text).map(|piece| Grouped::new(KINDS[1], "general", &site, piece)));
    }
    for piece in &sources.pieces {
        examples.push(Grouped::new(KINDS[2], "code", &piece.package, &piece.text));
    }
    for number in 0..EXERCISES {
        let (part, text) = exercises::page(seed, number);
        // Whole parts are held out: pages of one part are too much alike to tell anything.
        let fold = exercises::parts().position(|name| name == part).unwrap_or(0) as u64 % FOLDS;
        examples.push(Grouped { fold, ..Grouped::new(KINDS[3], "math", part, &text) });
    }
    for page in pages::read(data)? {
        examples.push(Grouped { times: REPEATS, ..Grouped::new(KINDS[4], page.class, &page.site, &page.text) });
    }
    Ok(examples)
}

/// The class of a document by its source; none where the source holds several.
fn label(row: &Row) -> Option<&'static str> {
    match row.label.as_str() {
        "code" => Some("code"),
        "math" => Some("math"),
        "latex_paper" | "qa_technical" => None,
        _ => Some("general"),
    }
}

/// What source code was learned from, for the card: the folders differ from machine to machine.
fn used(sources: &Sources) -> String {
    let files: usize = sources.files.values().sum();
    let mut text = format!(
        "- Code: {} pieces of {files} source files in the folders of `--code`, which hold what is \
        installed on the machine that trained: crates, standard libraries, header files, under their own free \
        licences. By language: ",
        sources.pieces.len()
    );
    for (place, (language, count)) in sources.files.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}{language} {count}", if place > 0 { ", " } else { "" });
    }
    let _ = writeln!(text, ". Paths and contents together have the hash `{:016x}`.", sources.hash);
    text
}

const DATA: &str = "- Mathematics: 2,000 pages that `src/train/class/exercises/` makes from the seed: exercises of \
school and first university years with answers, in several notations and layouts, and theorems with proofs. They are \
written from general knowledge; the plain question-and-answer pages are similar in style to DM Mathematics, which is \
one of the sources in the test.\n\
- Prose: pages of CodeCreator/WebOrganizer's examples, and a piece of each. Licence UNKNOWN; the pages come from \
Common Crawl. A few are not prose: of the 1,009 pages on software and science, a model that had not seen them took 16 \
for code or mathematics.\n\
- Web pages of the extractor's training data whose blocks are mostly code or full of formulas, by our own extraction; \
licences in `stages/extract/model.md`. The sets made of such pages (defuddle, llm_webkit) are left out.";

const ABOUT: About = About {
    summary: "Whether an English text is prose, mathematics or source code. It is one of the facts from which \
              `filters::classes` decides the class; blocks and formulas of the page go before it.",
    data: Cow::Borrowed(""),
    preparation: "Words, marks and shapes of lines, at most 1,000 tokens (`filters::classes::tokens::shapes`): the \
                  shapes carry over to words that were never seen. At most 150 files of a language and 4 of a folder \
                  give up to three pieces each; prose is cut alike, since length must not tell the class. In the cross-validation, pages of one site, files of one package and \
                  exercises of one part of mathematics are held out together.",
    reading: "All figures are of the model alone, without the rules for blocks and TeX; `benches/RECORD.md` has those of \
              the whole decision. The documents labelled by source (p-lambda/dsir `tests/toy_pile_data.jsonl`, a sample \
              of The Pile, data-juicer `demos/process_{code,sci}_data`) were never trained on, and no setting or \
              threshold comes from them. They were looked at while the data was put together, to see what it changes \
              to take in pages on software and science and to cut prose like code. Stack Exchange and LaTeX papers, \
              which may be of several classes, are left out.",
    limits: "- Mathematics in words, far from exercises and proofs.\n\
             - Pages that mix prose with code or formulas: blocks tell these, where a page has them.\n\
             - Languages other than English.\n\
             - Fine thresholds: the probabilities are near 0 or 1.",
    shown: 3,
};
