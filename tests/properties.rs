//! What holds for every run: nothing is lost, the same input gives the same bytes, a killed run goes on.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use run::{contents, count, path, program, sample_crawl, sql, succeed};

/// A crawl of several files, made of the sample's texts: enough tasks to kill a run between them.
fn crawl(folder: &Path, files: usize) -> PathBuf {
    let crawl = folder.join("crawl");
    std::fs::create_dir_all(&crawl).unwrap();
    for entry in std::fs::read_dir(sample_crawl()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), crawl.join(entry.file_name())).unwrap();
    }
    for number in 0..files {
        let mut file = std::fs::File::create(crawl.join(format!("texts-{number}.jsonl"))).unwrap();
        for line in 0..60 {
            // Words by a fixed recurrence: texts that differ, some of them nearly not.
            let mut state = (number * 1_000 + line % 40) as u64 + 1;
            let words: Vec<String> = (0..150)
                .map(|place| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let word = WORDS[usize::try_from(state >> 33).unwrap() % WORDS.len()];
                    match place {
                        // The second copy of a text differs in two words.
                        30 | 90 if line >= 40 => "changed".to_owned(),
                        _ if place % 12 == 11 => format!("{word}. The"),
                        _ => word.to_owned(),
                    }
                })
                .collect();
            let text = format!("{}.\nAll rights are with the harbour and the people of it.", words.join(" "));
            let url = format!("https://texts.example/{number}/{line}");
            let date = format!("2024-03-{:02}T00:00:00Z", 1 + line % 28);
            writeln!(file, "{}", serde_json::json!({ "text": text, "url": url, "captured_at": date })).unwrap();
        }
    }
    crawl
}

const WORDS: [&str; 40] = [
    "the",
    "ferry",
    "and",
    "harbour",
    "to",
    "of",
    "that",
    "with",
    "boats",
    "leave",
    "early",
    "morning",
    "people",
    "wait",
    "market",
    "fish",
    "bread",
    "sell",
    "they",
    "have",
    "houses",
    "stone",
    "walls",
    "wind",
    "from",
    "north",
    "cold",
    "tide",
    "rises",
    "under",
    "bridge",
    "children",
    "school",
    "walk",
    "along",
    "river",
    "old",
    "lighthouse",
    "keeper",
    "sings",
];

fn finished(crawl: &Path, out: &Path, more: &[&str]) -> PathBuf {
    let mut arguments = vec!["run", "sample", "--input", path(crawl), "--out", path(out)];
    arguments.extend(more);
    succeed(&arguments);
    out.to_owned()
}

/// What a run wrote that people read: documents, mixes, and the tables of what did not stay.
fn result(out: &Path) -> Vec<(String, Vec<u8>)> {
    let folders = ["documents", "mixes", "rejected", "failed", "ledger"];
    let files = folders.into_iter().filter(|folder| out.join(folder).exists()).flat_map(|folder| {
        contents(&out.join(folder)).into_iter().map(move |(name, bytes)| (format!("{folder}/{name}"), bytes))
    });
    files.collect()
}

fn assert_same(one: &Path, other: &Path, what: &str) {
    let (one, other) = (result(one), result(other));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other), "{what}");
    for ((name, a), (_, b)) in one.iter().zip(&other) {
        assert!(a == b, "{what}: {name} differs");
    }
}

#[test]
fn threads_memory_and_order_do_not_change_a_byte() {
    let folder = tempfile::tempdir().unwrap();
    let crawl = crawl(folder.path(), 4);
    let one = finished(&crawl, &folder.path().join("one"), &["--threads", "1"]);
    let many = finished(&crawl, &folder.path().join("many"), &["--threads", "4"]);
    assert_same(&one, &many, "threads");
    let small = finished(&crawl, &folder.path().join("small"), &["--memory", "1MiB"]);
    assert_same(&one, &small, "memory");
    let around = crawl.join("..").join("crawl");
    let around = finished(&around, &folder.path().join("around"), &[]);
    assert_same(&one, &around, "an input named by a path with `..`");

    let mut files: Vec<PathBuf> = std::fs::read_dir(&crawl).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.reverse();
    let shuffled = folder.path().join("shuffled");
    let mut arguments = vec!["run", "sample", "--out", path(&shuffled), "--input"];
    arguments.extend(files.iter().map(|file| path(file)));
    succeed(&arguments);
    assert_same(&one, &shuffled, "order of inputs");
}

#[test]
fn a_killed_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let crawl = crawl(folder.path(), 10);
    let whole = finished(&crawl, &folder.path().join("whole"), &["--keep-work"]);

    // Killed when some, and not all, tasks of a pass are done; several times, at different places.
    let out = folder.path().join("killed");
    let arguments = ["run", "sample", "--input", path(&crawl), "--out", path(&out), "--threads", "1", "--keep-work"];
    let mut done_before = Vec::new();
    for (pass, wanted) in [("pass-1", 3), ("pass-2", 5)] {
        let commits = out.join("commits").join(pass);
        let mut child = program().args(arguments).stderr(std::process::Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        while std::fs::read_dir(&commits).map_or(0, Iterator::count) < wanted {
            assert!(child.try_wait().unwrap().is_none(), "the run ended before it could be killed");
            assert!(started.elapsed() < Duration::from_mins(10), "no {wanted} tasks of {pass} in ten minutes");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        done_before.extend(contents(&out.join("commits")).into_keys().map(|name| out.join("commits").join(name)).map(
            |file| {
                let modified = std::fs::metadata(&file).unwrap().modified().unwrap();
                (file, modified)
            },
        ));
    }
    succeed(&arguments);
    assert_same(&whole, &out, "killed and resumed");
    assert!(done_before.len() > 10);
    for (file, modified) in done_before {
        let now = std::fs::metadata(&file).unwrap().modified().unwrap();
        assert_eq!(now, modified, "{} was done again", file.display());
    }
}

#[test]
fn changed_inputs_leave_nothing_of_the_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let crawl = crawl(folder.path(), 3);
    let out = finished(&crawl, &folder.path().join("out"), &[]);
    std::fs::remove_file(crawl.join("texts-1.jsonl")).unwrap();
    let said = run::fail(2, &["run", "sample", "--input", path(&crawl), "--out", path(&out)]);
    assert!(said.contains("--replace"), "a finished run is not replaced unasked: {said}");
    let out = finished(&crawl, &out, &["--replace"]);
    let fresh = finished(&crawl, &folder.path().join("fresh"), &[]);
    assert_same(&fresh, &out, "a run whose inputs changed");
}

#[test]
fn every_record_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let crawl = crawl(folder.path(), 2);
    let out = finished(&crawl, &folder.path().join("out"), &[]);
    let records = count(&out, "select count(*) from ledger");
    assert_eq!(records, count(&out, "select count(distinct id) from ledger"));
    let fates = sql(&out, "select fate['outcome'] as outcome, count(*) as n from ledger group by 1");
    for row in fates {
        let table = match row["outcome"].as_str().unwrap() {
            "kept" => "documents",
            other => other,
        };
        assert_eq!(row["n"].as_u64().unwrap(), count(&out, &format!("select count(*) from {table}")), "{table}");
    }
    // A removed near-duplicate names a document that this step kept, as similar as the threshold asks.
    let removed = sql(
        &out,
        "select fate['value'] as value, fate['bound'] as bound, substr(fate['evidence'], 6, 32) as kept from rejected \
         where fate['stage'] = 'dedup.document'",
    );
    let fates = sql(&out, "select fate['rule'] as rule, count(*) as n from ledger group by 1");
    assert!(removed.len() >= 10, "the crawl has near-duplicates: {fates:?}");
    for row in &removed {
        assert!(row["value"].as_f64() >= row["bound"].as_f64(), "{row}");
        let kept = row["kept"].as_str().unwrap();
        let output = succeed(&["explain", path(&out), kept]);
        assert!(!output.contains("by dedup."), "the keeper was itself removed: {output}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let crawl = crawl(folder.path(), 10);
    let out = folder.path().join("out");
    let arguments = ["run", "sample", "--input", path(&crawl), "--out", path(&out), "--threads", "1"];
    let mut child = program().args(arguments).stderr(std::process::Stdio::piped()).spawn().unwrap();
    while !out.join("commits/pass-1").exists() {
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it could be stopped");
        std::thread::sleep(Duration::from_millis(2));
    }
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("the same command resumes") && said.contains("--threads 1"), "{said}");
    assert!(!said.contains("error:"), "a wish is no error: {said}");
    assert!(succeed(&arguments).contains("records ="));
}
