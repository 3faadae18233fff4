//! Which language and script a text is in.
//!
//! A fastText model judges running text: code and math blocks, `$…$` formulas and URLs are left out, and of a long
//! text about 1,000 bytes from the start and 1,000 from the middle are enough. A text that is nothing but code is
//! judged as it is.
//!
//! A label is an ISO 639-3 language and an ISO 15924 script, `eng_Latn`, whichever labels the model has: those of
//! lid.176 (`en`), of NLLB, `OpenLID` and `GlotLID` (`eng_Latn`), or ISO 639-3 alone (`eng`). The script is counted from
//! the letters, and not the model's. Chinese is `Hans` or `Hant`, Korean `Hang`, Japanese `Jpan`.

mod codes;
mod judged;
mod script;
mod second;
mod share;

use std::cell::RefCell;

use crate::Block;
use crate::fasttext::{Model, Scratch};
use script::Letters;
pub use second::{Second, identify_second};
pub(crate) use share::SecondShare;

/// A text's language, and how sure the model is.
#[derive(Clone, Debug, PartialEq)]
pub struct Identified {
    /// ISO 639-3 language and ISO 15924 script, such as `srp_Cyrl`; `und_Zyyy` where there are no letters.
    pub label: String,
    /// The script alone, that most letters are of.
    pub script: String,
    /// The model's probability of the language, 0 to 1; 0 where it says that there is none.
    pub confidence: f32,
    /// The model's probability of the next language; 0 where there is none.
    pub runner_up: f32,
    /// What it was judged by.
    pub basis: Basis,
}

impl Identified {
    /// The language alone, such as `srp`; `None` where none was found.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        self.label.split('_').next().filter(|language| *language != "und")
    }
}

/// What a language was judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Running text.
    Prose,
    /// Code, formulas and URLs, for want of anything else.
    Verbatim,
    /// Nothing: there are no letters, and the language is `und_Zyyy`.
    NoLetters,
    /// Letters that the model has no language for: it is `und` in their script.
    NoLanguage,
    /// The word of the input, or of the recipe: no model was asked.
    Given,
}

impl Basis {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Prose, Self::Verbatim, Self::NoLetters, Self::NoLanguage, Self::Given];

    /// The name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prose => "prose",
            Self::Verbatim => "verbatim",
            Self::NoLetters => "no_letters",
            Self::NoLanguage => "no_language",
            Self::Given => "given",
        }
    }
}

/// Buffers of one thread.
#[derive(Default)]
struct Buffers {
    sample: String,
    scratch: Scratch,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// The language of a text, by a model of languages. The blocks say what is code; without, all is taken for prose.
#[must_use]
pub fn identify(model: &Model, text: &str, blocks: &[Block]) -> Identified {
    BUFFERS.with_borrow_mut(|Buffers { sample, scratch }| {
        judged::sample_prose(text, blocks, sample);
        let (mut letters, mut basis) = (Letters::of(sample), Basis::Prose);
        if letters.is_empty() {
            judged::sample_all(text, sample);
            (letters, basis) = (Letters::of(sample), Basis::Verbatim);
        }
        if letters.is_empty() {
            return undetermined("Zyyy", Basis::NoLetters);
        }
        let predictions = model.predict(sample, 2, scratch);
        let Some(prediction) = predictions.first() else {
            return undetermined(letters.script("und", None), Basis::NoLanguage);
        };
        let runner_up = predictions.get(1).map_or(0.0, |next| next.probability);
        let hint = codes::script(prediction.label);
        match codes::language(prediction.label, || codes::are_two_letters(model.labels())) {
            Some(language) => {
                let script = letters.script(&language, hint);
                let label = format!("{language}_{script}");
                Identified { label, script: script.to_owned(), confidence: prediction.probability, runner_up, basis }
            }
            None => undetermined(letters.script("und", hint), Basis::NoLanguage),
        }
    })
}

fn undetermined(script: &str, basis: Basis) -> Identified {
    Identified { label: format!("und_{script}"), script: script.to_owned(), confidence: 0.0, runner_up: 0.0, basis }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BlockKind;
    use crate::fasttext::tests::{golden, lid_176};

    #[test]
    fn languages_have_labels_with_script() {
        let Some(bytes) = lid_176() else { return };
        let model = Model::load(&bytes).unwrap();
        for (text, label) in [
            ("The ferry leaves at nine, so bring a coat; the deck is cold.", "eng_Latn"),
            ("Am Sonntag backen wir Brot mit den Kindern.", "deu_Latn"),
            ("Јутрос је падала киша и река је порасла.", "srp_Cyrl"),
            ("Jutros je padala kiša pa smo ostali kod kuće.", "srp_Latn"),
            ("明天早上我们去市场买新鲜的蔬菜。", "zho_Hans"),
            ("明天早上我們去市場買新鮮的蔬菜。", "zho_Hant"),
            ("聽日朝早我哋去街市買餸。", "yue_Hant"),
            ("明日の朝は市場へ魚を買いに行きます。", "jpn_Jpan"),
            ("내일 아침에 시장에 가서 생선을 살 거예요.", "kor_Hang"),
            ("غدا صباحا سنذهب إلى السوق لشراء السمك.", "ara_Arab"),
            ("Me vil ikkje gløyme kva de har gjort for bygda.", "nno_Latn"),
            ("Zrób kopię pliku:\nhttps://example.com/index.html\nhttps://example.com/about.html", "pol_Latn"),
            ("12 345 — 67 %", "und_Zyyy"),
            ("", "und_Zyyy"),
        ] {
            let found = identify(&model, text, &[]);
            assert_eq!(found.label, label, "{text}: {found:?}");
            assert!(found.label.ends_with(&found.script));
            assert_eq!(found.confidence > 0.3, label != "und_Zyyy", "{text}: {found:?}");
        }
    }

    #[test]
    fn code_is_judged_only_where_there_is_nothing_else() {
        let model = Model::load(crate::models::find("language").unwrap().bytes).unwrap();
        let (russian, english) =
            ("В воскресенье мы с детьми печём хлеб.", "The ferry leaves at nine, so bring a coat.");
        let text = format!("{russian}\n{}", english.repeat(4));
        let (text, numbers) = (text.as_str(), format!("1 2 3 {russian}"));
        let at = u32::try_from(russian.len() + 1).unwrap();
        let block = |kind, start| Block { kind, start, end: 999 };
        for (what, text, blocks, expected, basis) in [
            ("no blocks", text, vec![], "eng_Latn", Basis::Prose),
            ("code is left out", text, vec![block(BlockKind::Code, at)], "rus_Cyrl", Basis::Prose),
            ("a list is not", text, vec![block(BlockKind::List, at)], "eng_Latn", Basis::Prose),
            ("nothing but code", text, vec![block(BlockKind::Code, 0)], "eng_Latn", Basis::Verbatim),
            ("numbers and code", &numbers, vec![block(BlockKind::Code, 6)], "rus_Cyrl", Basis::Verbatim),
            (
                "nothing but numbers and formulas",
                "1 2 3 + 4",
                vec![block(BlockKind::Math, 6)],
                "und_Zyyy",
                Basis::NoLetters,
            ),
        ] {
            let found = identify(&model, text, &blocks);
            assert_eq!((found.label.as_str(), found.basis), (expected, basis), "{what}");
        }
    }

    #[test]
    fn labels_that_are_no_languages_are_undetermined() {
        let model = Model::load(&golden("softmax.bin")).unwrap(); // its labels are `wood`, `küche` and the like
        let found = identify(&model, "tree moss deer path", &[]);
        assert_eq!((found.label.as_str(), found.confidence, found.basis), ("und_Latn", 0.0, Basis::NoLanguage));
    }
}
