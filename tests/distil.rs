//! From the scores of a run to a small model that has learnt them.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::path::{Path, PathBuf};

use run::{count, fail, path, sql, succeed};
use serde_json::json;

const RECIPE: &str = "name = \"scored\"\n[[stage]]\nkind = \"read\"\n[[stage]]\nkind = \"text\"\n[[stage]]\n\
    kind = \"classify\"\n[[stage]]\nkind = \"write\"\n";

/// A finished run over texts of two kinds on 100 sites.
fn scored(folder: &Path) -> PathBuf {
    let sentences = [
        [
            "The harbour was built by monks.",
            "Its walls have stood for six hundred years.",
            "Ships came from the north.",
        ],
        ["Buy now!", "Best price: $9.99", "Free shipping | 50% off | Add to cart"],
    ];
    let line = |n: usize| {
        let text: Vec<&str> = (0..6).map(|place| sentences[n % 2][(n / 2 + place * (n % 5 + 1)) % 3]).collect();
        let url = format!("https://site{}.org/{n}", n % 100);
        json!({ "text": format!("{}\nPage {n}", text.join("\n")), "url": url, "language": "eng_Latn" }).to_string()
    };
    let (input, recipe, out) = (folder.join("texts.jsonl"), folder.join("scored.toml"), folder.join("run"));
    std::fs::write(&input, (0..600).map(line).collect::<Vec<_>>().join("\n")).unwrap();
    std::fs::write(&recipe, RECIPE).unwrap();
    succeed(&["run", path(&recipe), "--input", path(&input), "--out", path(&out)]);
    out
}

#[test]
fn a_model_learns_the_scores_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let run = scored(folder.path());
    let median = sql(&run, "select median(scores['quality']) as m from documents")[0]["m"].as_f64().unwrap();
    let high = count(&run, &format!("select count(*) from documents where scores['quality'] >= {median}"));
    assert!((200..=400).contains(&high), "both labels have texts");
    let model = folder.path().join("models/own.ftz");
    let distil = |column: &str, model: &Path| {
        let median = median.to_string();
        let scores = ["train", "distil", "--scores", path(&run), column, "--bins", &median];
        let limits = ["--max-size", "64KiB", "--tries", "3", "--out", path(model)];
        [scores.as_slice(), &limits].concat().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let arguments = distil("scores.quality", &model);
    let told = succeed(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(told.contains("| high |") && told.contains("the column `scores.quality`"), "{told}");
    assert!(std::fs::metadata(&model).unwrap().len() <= 65_536);
    assert!(std::fs::read_to_string(model.with_extension("svg")).unwrap().contains("<circle"));
    // The recipe that names it runs, and the model's scores are those of what it learnt from.
    let recipe = folder.path().join("own.toml");
    let named = format!("kind = \"classify\"\nquality_model = \"{}\"", path(&model));
    std::fs::write(&recipe, RECIPE.replace("kind = \"classify\"", &named)).unwrap();
    let again = folder.path().join("again");
    succeed(&["run", path(&recipe), "--input", path(&folder.path().join("texts.jsonl")), "--out", path(&again)]);
    let agree = |sign: &str| {
        let ids = format!("select encode(id, 'hex') as id from documents where scores['quality'] {sign}");
        sql(&run, &ids.replace("0.5", &median.to_string())).len().abs_diff(sql(&again, &ids).len())
    };
    assert!(agree(">= 0.5") < 60, "{}", agree(">= 0.5"));
    for (column, expected) in [("scores.qualtiy", "no column `scores.qualtiy`"), ("title", "holds no numbers")] {
        let arguments = distil(column, &model);
        let told = fail(2, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(told.contains(expected), "{told}");
    }
    let told = fail(2, &["train", "distil", "--data", "nowhere", "--out", path(&model)]);
    assert!(told.contains("--scores RUN COLUMN"), "{told}");
}
