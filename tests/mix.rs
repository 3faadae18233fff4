//! Mixes meet their shares by tokens, and say what is short.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use run::{count, fail, path, sql, succeed};
use serde_json::json;

/// Classifies and writes: every generated document stays.
const RECIPE: &str = "name = \"classes\"\nseed = 7\n[[stage]]\nkind = \"read\"\n[[stage]]\nkind = \"url\"\n[[stage]]\n\
    kind = \"extract\"\n[[stage]]\nkind = \"language\"\nconfidence = {}\n[[stage]]\nkind = \"classify\"\n[[stage]]\n\
    kind = \"write\"\n";

const ENGLISH: [&str; 24] = [
    "the", "harbour", "and", "ferry", "people", "wait", "for", "morning", "market", "with", "bread", "old", "houses",
    "stand", "along", "river", "where", "children", "walk", "to", "school", "in", "winter", "wind",
];
const GERMAN: [&str; 24] = [
    "der", "hafen", "und", "die", "fähre", "menschen", "warten", "auf", "den", "morgen", "markt", "mit", "frischem",
    "brot", "alte", "häuser", "stehen", "am", "fluss", "wo", "kinder", "zur", "schule", "gehen",
];

fn words(list: &[&str], count: usize, state: &mut u64) -> String {
    let mut text = String::new();
    for place in 0..count {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let word = list[usize::try_from(*state >> 33).unwrap() % list.len()];
        let end = if place % 14 == 13 { ". " } else { " " };
        text.push_str(word);
        text.push_str(end);
    }
    text
}

/// A page of that class.
fn page(class: &str, state: &mut u64) -> String {
    match class {
        "general" => format!("<p>{}</p>", words(&ENGLISH, 300, state)),
        "multilingual" => format!("<p>{}</p>", words(&GERMAN, 300, state)),
        "code" => {
            let line = |n: usize| format!("    let x{n} = {}(y{n} + {});\n", ENGLISH[n % 24], *state % 97);
            let lines = (0..40).map(line).collect::<Vec<_>>().concat();
            *state = state.wrapping_add(1);
            format!("<p>{}</p><pre><code>fn main() {{\n{lines}}}</code></pre>", words(&ENGLISH, 20, state))
        }
        _ => {
            let formula = |n: usize| format!("\\(x_{{{n}}}^2 + y_{{{n}}} = {}\\), and ", *state % 89);
            let formulas = (0..20).map(formula).collect::<Vec<_>>().concat();
            *state = state.wrapping_add(1);
            format!("<p>We prove that {formulas} which ends the proof. {}</p>", words(&ENGLISH, 40, state))
        }
    }
}

/// A finished run over generated pages: this many of each class.
fn generated(folder: &Path, pages: [(&str, usize); 4]) -> PathBuf {
    let crawl = folder.join("crawl");
    std::fs::create_dir(&crawl).unwrap();
    let mut state = 1;
    for (class, count) in pages {
        let mut lines = String::new();
        for number in 0..count {
            let html = format!("<html><body>{}</body></html>", page(class, &mut state));
            writeln!(lines, "{}", json!({ "html": html, "url": format!("https://{class}.example/{number}") })).unwrap();
        }
        std::fs::write(crawl.join(format!("{class}.jsonl")), lines).unwrap();
    }
    let recipe = folder.join("classes.toml");
    std::fs::write(&recipe, RECIPE).unwrap();
    let out = folder.join("out");
    succeed(&["run", path(&recipe), "--input", path(&crawl), "--out", path(&out)]);
    out
}

const RATIO: &str = "general=0.5,math=0.25,code=0.17,multilingual=0.08";

#[test]
fn shares_are_met_by_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let out = generated(folder.path(), [("general", 3_400), ("math", 1_700), ("code", 900), ("multilingual", 500)]);
    assert!(count(&out, "select sum(n_tokens) from documents") >= 2_000_000);

    succeed(&["mix", path(&out), "--ratio", RATIO, "--name", "llama"]);
    let total = count(&out, "select sum(n_tokens) from mix_llama");
    assert!(total >= 1_000_000, "the largest mix with no class above one epoch: {total}");
    for row in sql(&out, "select class, sum(n_tokens) as tokens from mix_llama group by class") {
        let wanted = match row["class"].as_str().unwrap() {
            "general" => 50.0,
            "math" => 25.0,
            "code" => 17.0,
            _ => 8.0,
        };
        let share = row["tokens"].as_f64().unwrap() * 100.0 / f64::from(u32::try_from(total).unwrap());
        assert!((share - wanted).abs() < 0.1, "{row}: {share:.3}% of {total}");
    }
    assert_eq!(count(&out, "select count(*) from mix_llama"), count(&out, "select count(distinct id) from mix_llama"));
    let counted = sql(&out, "select n_tokens, text from mix_llama limit 3");
    assert!(counted.iter().all(|row| row["n_tokens"].as_u64() > Some(20) && row["text"].as_str().unwrap().len() > 100));

    // The same mix again is the same bytes; another ratio is another mix beside it.
    let before = run::contents(&out.join("mixes/llama"));
    succeed(&["mix", path(&out), "--ratio", RATIO, "--name", "llama", "--threads", "1"]);
    assert!(before == run::contents(&out.join("mixes/llama")), "a mix repeats to the byte");
    succeed(&[
        "mix",
        path(&out),
        "--ratio",
        "general=1,code=1",
        "--name",
        "half",
        "--budget",
        "200000",
        "--shard-tokens",
        "50000",
    ]);
    assert!(run::contents(&out.join("mixes/half")).len() >= 5);
    let half = count(&out, "select sum(n_tokens) from mix_half");
    assert!(half.abs_diff(200_000) < 1_000, "{half}");
}

#[test]
fn a_class_that_is_short_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = generated(folder.path(), [("general", 60), ("math", 10), ("code", 20), ("multilingual", 0)]);
    let said = fail(1, &["mix", path(&out), "--ratio", RATIO]);
    assert!(said.contains("multilingual has no documents"), "{said}");

    let math = count(&out, "select sum(n_tokens) from documents where class = 'math'");
    let said = fail(1, &["mix", path(&out), "--ratio", "general=0.5,math=0.5", "--budget", "20000"]);
    assert!(said.contains(&format!("math is {} tokens short: 10000 wanted, {math} within", 10_000 - math)), "{said}");
    assert!(said.contains("hint:") && !out.join("mixes/default").exists(), "{said}");

    let said = succeed(&["mix", path(&out), "--ratio", "general=0.5,math=0.5", "--budget", "20000", "--fill"]);
    assert!(said.contains("short: math is"), "{said}");
    succeed(&["mix", path(&out), "--ratio", "general=0.5,math=0.5", "--budget", "20000", "--max-epochs", "8"]);
    let copies = count(&out, "select max(epoch) from mix_default where class = 'math'");
    assert!(copies > 1, "repeated {copies} times");
}
