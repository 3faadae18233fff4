//! What the stage `classify` does to a whole run.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[cfg(feature = "encoder")]
use run::trommel;
use run::{count, fail, path, sample_crawl, sql, succeed};
use stages::classify::ClassifyConfig;
use stages::filter::FilterConfig;
use stages::ledger::{Judges, judge};
use stages::task::Layout;

/// The sample's recipe with these lines in its stage `classify`, in a file.
fn recipe(folder: &Path, name: &str, settings: &str) -> PathBuf {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/sample.toml")).unwrap();
    let stage = "kind = \"classify\"\n";
    assert!(text.contains(stage));
    let file = folder.join(format!("{name}.toml"));
    std::fs::write(&file, text.replace(stage, &format!("{stage}{settings}\n"))).unwrap();
    file
}

/// A run of it over the sample crawl.
fn finished(folder: &Path, name: &str, settings: &str) -> PathBuf {
    let (file, out) = (recipe(folder, name, settings), folder.join(name));
    succeed(&["run", path(&file), "--input", path(&sample_crawl()), "--out", path(&out)]);
    out
}

fn ids(run: &Path, query: &str) -> BTreeSet<String> {
    sql(run, query).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_share_of_a_class_stays_and_each_that_goes_says_its_draw() {
    let folder = tempfile::tempdir().unwrap();
    let whole = finished(folder.path(), "whole", "");
    let half = finished(folder.path(), "half", "keep = { general = 0.5, code = 0 }");
    let less = finished(folder.path(), "less", "keep = { general = 0.2 }");
    let kept = |run: &Path, class: &str| {
        ids(run, &format!("select encode(id, 'hex') as id from documents where class = '{class}'"))
    };
    let gone =
        |run: &Path| ids(run, "select encode(id, 'hex') as id from rejected where fate['rule'] = 'classify.keep'");
    let (all, stay) = (kept(&whole, "general"), kept(&half, "general"));
    assert!(stay.len() * 4 > all.len() && stay.len() * 4 < all.len() * 3, "{} of {}", stay.len(), all.len());
    assert!(kept(&less, "general").is_subset(&stay), "what stays at a rate stays at a higher one");
    assert!(!kept(&whole, "code").is_empty() && kept(&half, "code").is_empty());
    assert_eq!(kept(&half, "multilingual"), kept(&whole, "multilingual"));
    // Nothing is lost: what stays and what its draw took out are what there was.
    let documents = |run: &Path| ids(run, "select encode(id, 'hex') as id from documents");
    assert_eq!(documents(&half).union(&gone(&half)).cloned().collect::<BTreeSet<_>>(), documents(&whole));
    let unexplained = "select count(*) from ledger where fate['rule'] = 'classify.keep' and \
                       (fate['value'] < fate['bound'] or fate['evidence'] <> class or fate['stage'] <> 'classify')";
    assert_eq!(count(&half, unexplained), 0);
    let told = succeed(&["judge", path(&half), "--set", "length.words.min=60"]);
    assert!(told.contains("`classify` behind the filters"), "{told}");
}

#[test]
fn a_topic_that_the_model_has_not_is_told_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = recipe(folder.path(), "wrong", "keep = { Entertainmnet = 0.3 }");
    let out = folder.path().join("out");
    let told = fail(2, &["run", path(&file), "--input", path(&sample_crawl()), "--out", path(&out)]);
    assert!(told.contains("no topic `Entertainmnet`") && told.contains("did you mean `Entertainment`?"), "{told}");
    assert!(!out.join("commits").exists());
    let file = recipe(folder.path(), "high", "keep = { Entertainment = 30 }");
    let told = fail(2, &["print-config", path(&file)]);
    assert!(told.contains("classify.keep.Entertainment: 30 is no share"), "{told}");
}

#[test]
fn texts_read_without_a_language_may_be_english_and_get_no_bounds_of_a_language() {
    let folder = tempfile::tempdir().unwrap();
    let [recipe, texts, out] = ["recipe.toml", "texts.jsonl", "out"].map(|name| folder.path().join(name));
    let stages = ["read", "text", "classify", "write"].map(|kind| format!("[[stage]]\nkind = \"{kind}\"\n"));
    std::fs::write(&recipe, stages.concat()).unwrap();
    let text = "The museum opens at ten. Visitors leave their coats at the door, and a guide shows the paintings.";
    std::fs::write(&texts, serde_json::json!({ "text": text }).to_string()).unwrap();
    succeed(&["run", path(&recipe), "--input", path(&texts), "--out", path(&out)]);
    assert_eq!(count(&out, "select count(*) from documents where language = '' and class = 'general'"), 1);
    let printed = succeed(&["train", "quality-thresholds", "--data", path(&out), "--share", "0.3"]);
    assert!(printed.parse::<toml::Table>().unwrap()["stage"]["languages"].as_table().unwrap().is_empty(), "{printed}");
}

#[test]
fn quality_is_judged_by_the_bounds_that_a_run_gives() {
    let folder = tempfile::tempdir().unwrap();
    let whole = finished(folder.path(), "whole", "");
    let printed = succeed(&["train", "quality-thresholds", "--data", path(&whole), "--share", "0.3"]);
    let line = printed.lines().find(|line| line.trim_start_matches("# ").starts_with("eng_Latn = ")).unwrap();
    assert!(line.starts_with("# "), "the sample has fewer than 100 pages of a language: {line}");
    let (setting, _) = line.trim_start_matches("# ").rsplit_once(" # of").unwrap();
    let settings = format!("languages = {{ {setting} }}");
    let best = finished(folder.path(), "best", &settings);
    let english = |run: &Path, more: &str| {
        count(
            run,
            &format!(
                "select count(*) from ledger where language = 'eng_Latn' and scores['quality'] is not null {more}"
            ),
        )
    };
    let (all, kept) = (english(&whole, ""), english(&best, "and fate['outcome'] = 'kept'"));
    assert!(all > 20 && kept * 10 >= all * 3 && kept * 10 <= all * 4, "{kept} of {all}");
    assert_eq!(english(&best, "and fate['rule'] = 'classify.quality'"), all - kept);
    // The ledger of the first run foretells the second one: which documents go, and by what.
    let config = |settings: &str| -> ClassifyConfig { toml::from_str(settings).unwrap() };
    let (plain, bounded, filter) = (config(""), config(&settings), FilterConfig::default());
    let judges = |classify| Judges { filter: &filter, classify: Some(classify) };
    let layout = Layout::new(&whole);
    let judged = judge(&layout, judges(&plain), judges(&bounded), usize::MAX).unwrap();
    let foretold: BTreeSet<String> = judged.lost.samples.into_keys().collect();
    let gone = "select encode(id, 'hex') as id from rejected where fate['rule'] = 'classify.quality'";
    assert_eq!(foretold, ids(&best, gone));
    let back = judge(&Layout::new(&best), judges(&bounded), judges(&plain), 0).unwrap();
    assert_eq!((back.gained.documents, back.lost.documents), (all - kept, 0));
    let told = succeed(&["judge", path(&whole), "--set", "eng:classify.quality.min=1"]);
    assert!(told.contains("rejected by classify.quality"), "{told}");
    let told = fail(2, &["judge", path(&whole), "--set", "eng:classify.quality.min=1.1"]);
    assert!(told.contains("1.1 is no score: these are 0 to 1"), "{told}");
    let told = fail(2, &["judge", path(&whole), "--set", "classify.quality.mni=1"]);
    assert!(told.contains("classify.quality.min=N"), "{told}");
    // Tenths of the English documents, whatever their fate; other languages have no buckets.
    let both = "(select language, quality_bucket from documents union all \
                select language, quality_bucket from rejected where scores['quality'] is not null)";
    let buckets = sql(
        &best,
        &format!(
            "select quality_bucket as b, count(*) as n from {both} where language = 'eng_Latn' group by 1 order by 1"
        ),
    );
    let buckets: Vec<(u64, u64)> =
        buckets.iter().map(|row| (row["b"].as_u64().unwrap(), row["n"].as_u64().unwrap())).collect();
    assert_eq!(buckets.iter().map(|(bucket, _)| *bucket).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
    assert!(buckets.iter().all(|(_, n)| n * 20 >= all && n * 5 <= all), "{buckets:?} of {all}");
    assert_eq!(
        count(
            &best,
            &format!("select count(*) from {both} where language <> 'eng_Latn' and quality_bucket is not null")
        ),
        0
    );
}

/// The folder of a tiny random encoder of the tests, as a setting of `classify`.
fn encoder(more: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stages/encoder/golden/bert");
    format!("encoders = {{ tiny = {{ folder = \"{}\"{more} }} }}", path(&folder))
}

#[cfg(not(feature = "encoder"))]
#[test]
fn a_build_without_encoders_says_how_to_get_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = recipe(folder.path(), "encoder", &encoder(""));
    let out = folder.path().join("out");
    let told = fail(2, &["run", path(&file), "--input", path(&sample_crawl()), "--out", path(&out)]);
    assert!(told.contains("--features encoder"), "{told}");
    assert!(!out.join("commits").exists());
}

#[cfg(feature = "encoder")]
#[test]
fn encoders_score_what_is_kept_and_their_bounds_judge() {
    let folder = tempfile::tempdir().unwrap();
    let whole = finished(folder.path(), "whole", &encoder(", label = \"LABEL_1\""));
    let scores = "encoder_scores['tiny']";
    let [all, scored] = ["true", &format!("{scores} between 0 and 1")]
        .map(|what| count(&whole, &format!("select count(*) from documents where {what}")));
    assert!(all > 50 && scored == all, "{scored} of {all}");
    let median = sql(&whole, &format!("select median({scores}) as m from documents"))[0]["m"].as_f64().unwrap();
    let bounded = finished(folder.path(), "bounded", &encoder(&format!(", label = \"LABEL_1\", score.min = {median}")));
    let kept = |run: &Path, more: &str| ids(run, &format!("select encode(id, 'hex') as id from documents {more}"));
    assert_eq!(kept(&bounded, ""), kept(&whole, &format!("where {scores} >= {median}")));
    let gone = "select count(*) from rejected where fate['rule'] = 'classify.tiny' and fate['value'] < fate['bound']";
    assert_eq!(count(&bounded, gone), all - kept(&bounded, "").len() as u64);
    // Its scores teach a small model.
    let (model, median) = (folder.path().join("small.ftz"), median.to_string());
    let source = ["train", "distil", "--scores", path(&whole), "encoder_scores.tiny", "--bins", &median];
    let told = trommel(&[source.as_slice(), &["--tries", "1", "--out", path(&model)]].concat());
    let said = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(told.status.success() || said.contains("there are no texts to"), "the sample has few sites: {said}");
    let file = recipe(folder.path(), "label", &encoder(", label = \"LABEL_9\""));
    let told =
        fail(2, &["run", path(&file), "--input", path(&sample_crawl()), "--out", path(&folder.path().join("out"))]);
    assert!(told.contains("no label `LABEL_9`"), "{told}");
}
