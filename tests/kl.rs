//! Token references: made of a corpus, named by a recipe, and what becomes of junk.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::fmt::Write as _;
use std::path::Path;

use run::{count, path, succeed, trommel};

/// Texts of words whose frequencies fall as in a language: word `r` stands about 1/r as often as the first.
fn corpus(documents: u32, seed: u32) -> String {
    let mut state = seed;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24)
    };
    let mut lines = String::new();
    for number in 0..documents {
        let words: Vec<String> =
            (0..60 + number % 200).map(|_| format!("w{}x", 3_000_f64.powf(draw()).floor())).collect();
        writeln!(lines, "{}", serde_json::json!({ "id": number.to_string(), "text": words.join(" ") })).unwrap();
    }
    lines
}

fn recipe(references: &Path) -> String {
    format!(
        "name = \"kl\"\n[[stage]]\nkind = \"read\"\n[[stage]]\nkind = \"text\"\nlanguage = \"eng_Latn\"\n[[stage]]\n\
         kind = \"filter\"\nreferences = \"{}\"\n\"tokens.kl\" = {{ max = 2.326 }}\n\"tokens.outlier_mass\" = \
         {{ max = 2.326 }}\n[[stage]]\nkind = \"write\"\n",
        references.display()
    )
}

#[test]
fn a_recipe_names_references_of_another_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("corpus.jsonl"), corpus(400, 1)).unwrap();
    let train = |out: &Path, threads: &str| {
        let corpus = at("corpus.jsonl");
        let with = ["train", "kl", "--input", path(&corpus), "--language", "eng_Latn", "--out", path(out)];
        succeed(&[&with[..], &["--threads", threads]].concat())
    };
    let told = train(&at("one.kl"), "1");
    train(&at("two.kl"), "4");
    assert!(told.contains("eng_Latn") && told.contains("prose"), "{told}");
    assert_eq!(std::fs::read(at("one.kl")).unwrap(), std::fs::read(at("two.kl")).unwrap());

    // Other texts of the same language, junk, and texts of which there can be no score.
    let mut input = corpus(200, 77);
    let gibberish: Vec<String> = (0..120).map(|n| format!("zq{}", n * 7919)).collect();
    for (id, text, language) in [
        ("gibberish", gibberish.join(" "), "eng_Latn"),
        ("empty", String::new(), "eng_Latn"),
        ("giant", "x".repeat(1 << 20), "eng_Latn"),
        ("giants", "y ".repeat(1 << 20), "eng_Latn"),
        ("short", "three words here".into(), "eng_Latn"),
        ("unreferenced", gibberish.join(" "), "xho_Latn"),
    ] {
        writeln!(
            input,
            "{}",
            serde_json::json!({ "url": format!("https://junk.example/{id}"), "text": text, "language": language })
        )
        .unwrap();
    }
    std::fs::write(at("input.jsonl"), input).unwrap();
    std::fs::write(at("kl.toml"), recipe(&at("one.kl"))).unwrap();
    let (recipe, input, out) = (at("kl.toml"), at("input.jsonl"), at("out"));
    let told = succeed(&["run", path(&recipe), "--input", path(&input), "--out", path(&out)]);
    assert!(told.contains("no token reference") && told.contains("xho_Latn prose (1)"), "{told}");
    let of = |what: &str| count(&out, &format!("select count(*) from ledger where {what}"));
    assert_eq!(of("isnan(measures['tokens.kl']) or isnan(measures['tokens.outlier_mass'])"), 0);
    let rejected = |id: &str| of(&format!("url = 'https://junk.example/{id}' and fate['stage'] = 'filter'"));
    assert_eq!((rejected("gibberish"), rejected("giants"), rejected("unreferenced")), (1, 1, 0));
    assert!(of("fate['stage'] = 'filter'") <= 2 + 12, "of 200 usual texts, some");

    let id = run::sql(&out, "select id from ledger where url = 'https://junk.example/gibberish'")[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let told = succeed(&["explain", path(&out), &id]);
    assert!(told.contains("add most to its divergence") && told.contains("zq7919"), "{told}");
}

#[test]
fn the_runs_own_references_are_those_of_its_corpus() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("corpus.jsonl"), corpus(400, 1)).unwrap();
    let own = recipe(Path::new("x")).replace("references = \"x\"\n", "");
    std::fs::write(at("own.toml"), own).unwrap();
    let (recipe, corpus, out) = (at("own.toml"), at("corpus.jsonl"), at("out"));
    succeed(&["run", path(&recipe), "--input", path(&corpus), "--out", path(&out)]);
    let removed = count(&out, "select count(*) from ledger where fate['stage'] = 'filter'");
    assert!((1..=16).contains(&removed), "about 1% by each measure: {removed} of 400");
    let (a, b) = (at("a.kl"), at("b.kl"));
    succeed(&["train", "kl", "--input", path(&out), "--out", path(&a)]);
    succeed(&["train", "kl", "--input", path(&corpus), "--language", "eng_Latn", "--out", path(&b)]);
    assert_eq!(std::fs::read(a).unwrap(), std::fs::read(b).unwrap());
}

#[test]
fn what_is_no_references_stops_a_run_before_it_begins() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("corpus.jsonl"), corpus(5, 1)).unwrap();
    std::fs::write(at("kl.toml"), recipe(&at("some.kl"))).unwrap();
    let (recipe, corpus, out) = (at("kl.toml"), at("corpus.jsonl"), at("out"));
    for (bytes, expected) in
        [(&b"trmlkl01"[..], "version 01"), (b"trmlkl02xxxx", "damaged"), (b"{}", "no file of token references")]
    {
        std::fs::write(at("some.kl"), bytes).unwrap();
        let output = trommel(&["run", path(&recipe), "--input", path(&corpus), "--out", path(&out)]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expected) && said.contains("some.kl"), "{said}");
        assert!(!out.exists(), "{expected}");
    }
    // Too few words, or texts of no known language: nothing is written.
    let missing = at("none.kl");
    let output = trommel(&["train", "kl", "--input", path(&corpus), "--out", path(&missing)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("--language") && !missing.exists(), "{said}");
}
