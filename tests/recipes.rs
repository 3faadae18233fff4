//! Every recipe that is part of the program, over the sample crawl.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::path::Path;

use run::{count, path, sample_crawl, sql, succeed};

/// Each recipe of `recipes/` by name, with its text.
fn recipes() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut recipes: Vec<_> = files
        .map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&file).unwrap()))
        .collect();
    recipes.sort();
    recipes
}

/// The recipe with the small language model of the program in place of one that is downloaded. Its confidences are
/// others, so the least one is the sample's.
fn without_downloads(recipe: &str) -> String {
    let line = |line: &str| {
        if line.starts_with("model = \"https://") {
            "model = \"embedded:language\"\n".to_owned()
        } else if line.starts_with("confidence = ") {
            "confidence = { min = 0.5 }\n".to_owned()
        } else {
            format!("{line}\n")
        }
    };
    recipe.lines().map(line).collect()
}

#[test]
fn every_recipe_runs_and_accounts_for_every_record() {
    let folder = tempfile::tempdir().unwrap();
    let input = sample_crawl().join("*");
    for (name, text) in recipes() {
        // The recipe as it ships is known by its name and resolves.
        assert!(succeed(&["print-config", &name]).contains(&format!("name = \"{name}\"")), "{name}");
        let (file, out) = (folder.path().join(format!("{name}.toml")), folder.path().join(&name));
        std::fs::write(&file, without_downloads(&text)).unwrap();
        let told = succeed(&["run", path(&file), "--input", path(&input), "--out", path(&out)]);
        let records = count(&out, "select count(*) from ledger");
        let [kept, rejected, failed] =
            ["documents", "rejected", "failed"].map(|table| count(&out, &format!("select count(*) from {table}")));
        assert_eq!(kept + rejected + failed, records, "{name}: {told}");
        assert!(kept > 0 && rejected > 0 && failed > 0, "{name}: {kept} kept, {rejected} rejected, {failed} failed");
        // A line that went has its rule; so has a document that its lines took along.
        if text.contains("kind = \"lines\"") {
            let rules = sql(&out, "select distinct c['rule'] as rule from (select unnest(cuts) as c from documents)");
            assert!(!rules.is_empty() && rules.iter().all(|row| row["rule"].is_string()), "{name}: {rules:?}");
            let nameless = "select count(*) from rejected where fate['stage'] = 'lines' and cardinality(cuts) = 0";
            assert_eq!(count(&out, nameless), 0, "{name}");
        }
    }
}
