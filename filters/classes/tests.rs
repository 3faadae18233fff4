//! The decision table, row by row, and the embedded models on texts of our own.

use super::*;
use crate::document::{Block, BlockKind};

fn thresholds() -> Thresholds {
    Thresholds::default()
}

fn blocks(kinds: &[(BlockKind, usize)]) -> Vec<Block> {
    let mut start = 0;
    kinds
        .iter()
        .map(|&(kind, length)| {
            let block = Block { kind, start, end: start + u32::try_from(length).unwrap() };
            start = block.end;
            block
        })
        .collect()
}

#[test]
fn the_table_decides() {
    let text = "x".repeat(100);
    let tex = "\\alpha + \\beta".repeat(10);
    let code = [(BlockKind::Code, 50), (BlockKind::Prose, 50)];
    let math = [(BlockKind::Math, 20), (BlockKind::Prose, 80)];
    let formulas = [(BlockKind::Math, 60), (BlockKind::Prose, 40)];
    let prose = [(BlockKind::Prose, 100)];
    let (eng, deu) = (Some("eng_Latn"), Some("deu_Latn"));
    for (what, text, kinds, language, code, math, expected) in [
        ("code blocks", &text, &code[..], eng, 0.0, 0.0, Class::Code),
        ("code blocks, German", &text, &code[..], deu, 0.0, 0.0, Class::Code),
        ("formulas", &text, &math[..], eng, 0.9, 0.0, Class::Math),
        ("formulas in German prose", &text, &math[..], deu, 0.0, 0.9, Class::Multilingual),
        ("formulas without prose", &text, &formulas[..], deu, 0.0, 0.0, Class::Math),
        ("TeX without blocks", &tex, &[][..], eng, 0.9, 0.0, Class::Math),
        ("TeX in a page whose blocks are known", &tex, &prose[..], eng, 0.0, 0.0, Class::General),
        ("the model says code", &text, &prose[..], eng, 0.5, 0.5, Class::Code),
        ("the model says code of a German text", &text, &prose[..], deu, 0.8, 0.0, Class::Multilingual),
        ("and is sure", &text, &[][..], deu, 0.95, 0.0, Class::Code),
        ("the model says math", &text, &prose[..], eng, 0.4, 0.6, Class::Math),
        ("no language known", &text, &[][..], None, 0.0, 0.0, Class::General),
        ("no language recognised", &text, &[][..], Some("und_Zyyy"), 0.0, 0.6, Class::Math),
        ("no language recognised in another script", &text, &[][..], Some("und_Gran"), 0.0, 0.6, Class::Multilingual),
        ("prose", &text, &prose[..], eng, 0.1, 0.1, Class::General),
        ("prose in German", &text, &prose[..], deu, 0.1, 0.1, Class::Multilingual),
    ] {
        let blocks = blocks(kinds);
        let document = Document::new(text).with_blocks(&blocks).with_language(language);
        let scores = Scores { code: Some(code), math: Some(math), ..Scores::default() };
        assert_eq!(decide(&document, &scores, &thresholds()), expected, "{what}");
    }
}

#[test]
fn the_embedded_models_tell_classes_and_topics() {
    let load = |name: &str| Model::load(crate::models::find(name).unwrap().bytes).unwrap();
    let (class, topic, quality) = (load("class"), load("topic"), load("quality"));
    let models = Models { class: &class, topic: &topic, quality: &quality };
    let mut scratch = Scratch::default();
    for (text, expected, subject) in [
        (
            "Soak the beans overnight. In the morning, drain them, cover them with fresh water and let them simmer \
             for an hour with garlic, salt and a little olive oil. Serve the soup with bread and a green salad.",
            Class::General,
            Some("Food & Dining"),
        ),
        (
            "The striker scored twice in the second half, and the home team won the match by three goals to one. The \
             coach praised his players; the league's next game is on Saturday, when the team plays the champions.",
            Class::General,
            Some("Sports & Fitness"),
        ),
        (
            "#include <stdio.h>\n\nstatic int count_lines(FILE *file) {\n    int lines = 0;\n    for (int c; (c = \
             getc(file)) != EOF;) {\n        if (c == '\\n') {\n            lines++;\n        }\n    }\n    return \
             lines;\n}\n\nint main(void) {\n    printf(\"%d\\n\", count_lines(stdin));\n    return 0;\n}\n",
            Class::Code,
            None,
        ),
        (
            "import os\n\ndef sizes(folder):\n    \"\"\"Sizes of the files of a folder.\"\"\"\n    found = {}\n    for \
             name in sorted(os.listdir(folder)):\n        path = os.path.join(folder, name)\n        if \
             os.path.isfile(path):\n            found[name] = os.path.getsize(path)\n    return found\n\nif __name__ \
             == '__main__':\n    print(sizes('.'))\n",
            Class::Code,
            None,
        ),
        (
            "Solve 3*x - 12 = 2*y, 5*y + x = 4 for x.\n4\nLet f(t) = -t**2 + 6*t - 1. What is f(3)?\n8\nSuppose -2*a + \
             7 = 5*a. Calculate 14*a - 3.\n11\nWhat is the derivative of 4*z**3 - 9*z**2 + z - 5 wrt z?\n12*z**2 - \
             18*z + 1\n",
            Class::Math,
            None,
        ),
        (
            "\\section{A bound}\nLet $f \\in L^2(\\Omega)$ and $\\lambda > 0$. Then\n\\[ \\int_\\Omega |f|^2 \\le \
             \\frac{1}{\\lambda} \\|\\nabla f\\|^2, \\]\nwhich follows from \\eqref{one}.\n",
            Class::Math,
            None,
        ),
    ] {
        let document = Document::new(text).with_language(Some("eng_Latn"));
        let found = classify(models, &thresholds(), &document, None, &mut scratch);
        assert_eq!(found.class, expected, "{text}\n{found:?}");
        assert!(subject.is_none() || found.topic.as_deref() == subject, "{text}\n{found:?}");
        let Scores { quality, math, code, topic } = found.scores;
        for score in [quality, math, code, topic] {
            assert!(score.is_some_and(|score| (0.0..=1.0).contains(&score)), "{found:?}");
        }
    }
    let empty = classify(models, &thresholds(), &Document::new(" \n"), None, &mut scratch);
    assert_eq!((empty.class, empty.topic, empty.scores), (Class::General, None, Scores::default()));
}

#[test]
fn thresholds_that_cannot_be_meant() {
    assert!(thresholds().problems().is_empty());
    let odd = Thresholds { code: -1.0, tex: f64::NAN, ..thresholds() };
    assert_eq!(odd.problems().len(), 2);
}
