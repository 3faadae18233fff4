//! `trommel dedup`: planted truth, the same result however it is run, and input that is not kind.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use run::{contents, count, fail, path, sql, succeed};
use serde_json::{Value, json};

/// Numbers that look random.
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// Words of letters alone: numbers would all be the same.
    fn words(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| (0..4).map(|_| char::from(b'a' + u8::try_from(self.below(26)).unwrap())).collect()).collect()
    }
}

/// The set of word 5-grams of a text of lower-case words, and how alike two are: written again, so as to check.
fn shingles(text: &str) -> BTreeSet<Vec<&str>> {
    let words: Vec<&str> = text.split(' ').collect();
    words.windows(5).map(<[_]>::to_vec).collect()
}

fn jaccard(a: &str, b: &str) -> f64 {
    let (a, b) = (shingles(a), shingles(b));
    let shared = a.intersection(&b).count();
    let all = a.len() + b.len() - shared;
    f64::from(u32::try_from(shared).unwrap()) / f64::from(u32::try_from(all).unwrap())
}

/// Families of a text and copies of it with one to twelve words changed, chains, exact copies, and texts alone.
fn planted() -> Vec<Value> {
    let mut draws = Draws(1);
    let mut texts: Vec<String> = Vec::new();
    for family in 0..150 {
        let words = draws.words(120);
        texts.push(words.join(" "));
        for copy in 0..family % 4 {
            let mut changed = words.clone();
            for _ in 0..=(family + 5 * copy) % 12 {
                let at = usize::try_from(draws.below(120)).unwrap();
                changed[at] = draws.words(1).remove(0);
            }
            texts.push(changed.join(" "));
        }
        if family % 5 == 0 {
            texts.push(words.join("  ").to_uppercase());
        }
    }
    // A chain: each text is the one before without its first five words and with five new ones at the end.
    let long = draws.words(60 + 5 * 60);
    texts.extend((0..60).map(|link| long[5 * link..5 * link + 60].join(" ")));
    texts.extend((0..200).map(|_| draws.words(80).join(" ")));
    let line = |(number, text): (usize, &String)| {
        let captured_at = format!("2024-{:02}-01T00:00:00Z", 1 + number * 7 % 12);
        json!({ "id": format!("d{number:04}"), "text": text, "captured_at": captured_at })
    };
    texts.iter().enumerate().map(line).collect()
}

/// Writes documents to so many files.
fn write(folder: &Path, documents: &[Value], files: usize) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    for (number, part) in documents.chunks(documents.len().div_ceil(files)).enumerate() {
        let lines = part.iter().fold(String::new(), |mut lines, document| {
            writeln!(lines, "{document}").unwrap();
            lines
        });
        std::fs::write(folder.join(format!("part-{number}.jsonl")), lines).unwrap();
    }
    folder.to_owned()
}

fn rows(file: &Path) -> Vec<Value> {
    std::fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_goes_has_a_document_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let documents = planted();
    let corpus = write(&folder.path().join("corpus"), &documents, 3);
    let (out, list, pairs) =
        (folder.path().join("out"), folder.path().join("removed.jsonl"), folder.path().join("pairs.jsonl"));
    let said =
        succeed(&["dedup", path(&corpus), "--out", path(&out), "--jsonl", path(&list), "--candidates", path(&pairs)]);
    assert!(said.contains("92.4% at 0.80"), "the S-curve is told: {said}");
    let text_of: BTreeMap<&str, String> = documents
        .iter()
        .map(|d| (d["id"].as_str().unwrap(), d["text"].as_str().unwrap().to_lowercase().replace("  ", " ")))
        .collect();
    let removed = rows(&list);
    let gone: BTreeSet<&str> = removed.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert!(gone.len() > 90, "{} removed", gone.len());
    for row in &removed {
        let kept = row["duplicate_of"].as_str().unwrap();
        assert!(!gone.contains(kept), "{row}: the keeper is gone too");
        let truth = jaccard(&text_of[row["id"].as_str().unwrap()], &text_of[kept]);
        assert!(truth >= 0.8 && (truth - row["jaccard"].as_f64().unwrap()).abs() < 1e-9, "{row}: {truth}");
    }
    // Every pair that shares a band and is alike has lost one of the two.
    let listed = rows(&pairs);
    assert!(listed.len() > 90, "{} pairs", listed.len());
    let mut alike = 0;
    for row in &listed {
        let [a, b] = ["a", "b"].map(|side| row[side].as_str().unwrap());
        if jaccard(&text_of[a], &text_of[b]) >= 0.8 {
            alike += 1;
            assert!(gone.contains(a) || gone.contains(b), "{row}: both stay");
        }
    }
    assert!(alike > 60, "{alike}");

    // The same in the tables; the keeper's cluster holds exactly what went for it, exact copies too.
    assert_eq!(count(&out, "select count(*) from dedup"), removed.len() as u64);
    assert_eq!(count(&out, "select count(*) from dedup where jaccard < 0.8 or jaccard is null"), 0);
    let total = count(&out, "select sum(cluster_size) from documents");
    assert_eq!(total, documents.len() as u64, "every document is counted in one cluster");
    let row = &sql(&out, "select id, kept_id from dedup where level = 'dedup.document' order by jaccard limit 1")[0];
    let told = succeed(&["explain", path(&out), row["id"].as_str().unwrap()]);
    assert!(told.contains("common shingles of 5 words") && told.contains(row["kept_id"].as_str().unwrap()), "{told}");
    assert!(told.contains('[') && told.contains("component_size"), "{told}");
}

#[test]
fn threads_memory_temp_and_order_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let documents = planted();
    let corpus = write(&folder.path().join("corpus"), &documents, 4);
    let temp = folder.path().join("temp");
    let run = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let mut arguments = vec!["dedup", path(&corpus), "--levels", "exact,document,line", "--out", path(&out)];
        arguments.extend(more);
        succeed(&arguments);
        let tables = ["documents", "rejected", "ledger", "dedup", "lines"];
        tables.map(|table| contents(&out.join(table)))
    };
    let one = run("one", &["--threads", "1"]);
    assert!(one.iter().take(4).all(|table| !table.is_empty()));
    assert_eq!(one, run("many", &["--threads", "4"]), "threads");
    // So little memory that components are decided in rounds and lists read from their files.
    assert_eq!(one, run("small", &["--memory", "4KiB"]), "memory");
    assert_eq!(one, run("elsewhere", &["--temp", path(&temp)]), "temp");
    assert!(std::fs::read_dir(&temp).unwrap().next().is_none(), "what spilled is gone");
}

#[test]
fn a_later_corpus_against_an_earlier_one() {
    let folder = tempfile::tempdir().unwrap();
    let documents = planted();
    // Every third document comes later, so that families fall apart. Files have the same names in both corpora.
    let (later, earlier): (Vec<_>, Vec<_>) =
        documents.iter().cloned().enumerate().partition(|(place, _)| place % 3 == 2);
    let part = |name: &str, part: Vec<(usize, Value)>| {
        write(&folder.path().join(name), &part.into_iter().map(|(_, document)| document).collect::<Vec<_>>(), 2)
    };
    let (old, new) = (part("old", earlier), part("new", later));
    let [first, second, alone, bare] = ["first", "second", "alone", "bare"].map(|name| folder.path().join(name));
    let list = folder.path().join("removed.jsonl");
    succeed(&["dedup", path(&old), "--out", path(&first), "--keep-work"]);
    let before = contents(&first);
    succeed(&["dedup", path(&new), "--out", path(&second), "--against", path(&first), "--jsonl", path(&list)]);
    assert!(before == contents(&first), "the earlier run is as it was");
    let text_of: BTreeMap<&str, String> = documents
        .iter()
        .map(|d| (d["id"].as_str().unwrap(), d["text"].as_str().unwrap().to_lowercase().replace("  ", " ")))
        .collect();
    let kept = |run: &Path| -> BTreeSet<String> {
        let rows = sql(run, "select source['id'] as id from documents");
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let (of_old, of_new) = (kept(&first), kept(&second));
    let removed = rows(&list);
    let mut for_old = 0;
    for row in &removed {
        let keeper = row["duplicate_of"].as_str().unwrap();
        assert!(of_old.contains(keeper) || of_new.contains(keeper), "{row}");
        for_old += usize::from(of_old.contains(keeper));
        assert!(jaccard(&text_of[row["id"].as_str().unwrap()], &text_of[keeper]) >= 0.8, "{row}");
    }
    assert!(for_old > 20, "{for_old} of {}", removed.len());
    assert_eq!(of_new.len() + removed.len(), documents.len() / 3);
    succeed(&["dedup", path(&new), "--out", path(&alone)]);
    assert!(of_new.is_subset(&kept(&alone)) && of_new.len() < kept(&alone).len());

    let said = fail(2, &["dedup", path(&new), "--out", path(&bare), "--against", path(&alone)]);
    assert!(said.contains("kept no keys") && said.contains("--keep-work"), "{said}");
    let said = fail(2, &["dedup", path(&new), "--out", path(&bare), "--against", path(&first), "--bands", "20"]);
    assert!(said.contains("its keys have other parameters") && said.contains("there: 14 bands"), "{said}");
    let said = fail(2, &["dedup", path(&new), "--out", path(&bare), "--against", path(&first), "--hash", "datatrove"]);
    assert!(said.contains("its keys have other parameters") && said.contains("datatrove's hashes"), "{said}");
    let run_json = first.join("run.json");
    let changed = std::fs::read_to_string(&run_json).unwrap().replace("\"output_version\": ", "\"output_version\": 9");
    std::fs::write(&run_json, changed).unwrap();
    let said = fail(2, &["dedup", path(&new), "--out", path(&bare), "--against", path(&first)]);
    assert!(said.contains("it was made by another version") && said.contains(path(&first)), "{said}");
}

#[test]
fn the_latest_against_an_earlier_corpus_is_one_run_over_both() {
    let folder = tempfile::tempdir().unwrap();
    let documents = planted();
    // One folder holds all files; its first three are the earlier corpus, and later by date as often as not.
    let whole = write(&folder.path().join("whole"), &documents, 4);
    let part = |name: &str, files: std::ops::Range<usize>| {
        let to = folder.path().join(name);
        std::fs::create_dir_all(&to).unwrap();
        for number in files {
            let file = format!("part-{number}.jsonl");
            std::fs::copy(whole.join(&file), to.join(&file)).unwrap();
        }
        to
    };
    // Texts of the earlier files, changed a little and dated otherwise, make the last file meet them.
    let last: String = documents.iter().step_by(3).enumerate().fold(String::new(), |mut lines, (number, document)| {
        let text = format!("{} and more", document["text"].as_str().unwrap());
        let date = format!("2024-{:02}-15T00:00:00Z", 1 + number * 5 % 12);
        writeln!(lines, "{}", json!({ "id": format!("n{number:04}"), "text": text, "captured_at": date })).unwrap();
        lines
    });
    std::fs::write(whole.join("part-3.jsonl"), last).unwrap();
    let (old, new) = (part("old", 0..3), part("new", 3..4));
    let [first, second, full] = ["first", "second", "full"].map(|name| folder.path().join(name));
    succeed(&["dedup", path(&old), "--out", path(&first), "--keep-work"]);
    succeed(&["dedup", path(&new), "--out", path(&second), "--against", path(&first), "--latest"]);
    succeed(&["dedup", path(&whole), "--out", path(&full)]);
    let ids = |run: &Path, query: &str| -> BTreeSet<String> {
        sql(run, query).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = "select id from";
    let goes = ids(&second, &format!("{all} superseded where kept_id is not null"));
    let returns = ids(&second, &format!("{all} superseded where kept_id is null"));
    assert!(goes.len() > 10, "{} go", goes.len());
    let mut kept = ids(&first, &format!("{all} documents"));
    kept.retain(|id| !goes.contains(id));
    kept.extend(returns);
    kept.extend(ids(&second, &format!("{all} documents")));
    assert_eq!(kept, ids(&full, &format!("{all} documents")), "{} superseded", goes.len());
}

#[test]
fn a_group_of_thousands_that_are_not_alike_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut draws = Draws(5);
    let frame = draws.words(140).join(" ");
    // Two thirds of each text are a frame: they meet in many bands of one row, and are alike at about 0.5.
    let document =
        |number: usize| json!({ "id": number.to_string(), "text": format!("{frame} {}", draws.words(60).join(" ")) });
    let documents: Vec<Value> = (0..3_000).map(document).collect();
    let corpus = write(&folder.path().join("corpus"), &documents, 2);
    let out = folder.path().join("out");
    succeed(&["dedup", path(&corpus), "--out", path(&out), "--rows", "1", "--bands", "20"]);
    assert_eq!(count(&out, "select count(*) from documents"), 3_000);
}

#[test]
fn unkind_input() {
    let folder = tempfile::tempdir().unwrap();
    let big = "harbour lights ".repeat(400_000);
    let mut documents = vec![
        json!({ "id": "empty", "text": "" }),
        json!({ "id": "punctuation", "text": "... !" }),
        json!({ "id": "word", "text": "word" }),
        json!({ "id": "same word", "text": "Word!" }),
        json!({ "id": "other word", "text": "sword" }),
        json!({ "id": "big", "text": big }),
        json!({ "id": "big too", "text": format!("{big} end") }),
        json!({ "id": "page", "html": "<p>a page" }),
        json!({ "nothing": 1 }),
    ];
    documents.extend((0..2_000).map(|number| json!({ "id": number, "text": "one line, a thousand times over again" })));
    let corpus = write(&folder.path().join("corpus"), &documents, 2);
    let (out, list) = (folder.path().join("out"), folder.path().join("list"));
    succeed(&["dedup", path(&corpus), "--out", path(&out), "--jsonl", path(&list)]);
    let by = |rule: &str| count(&out, &format!("select count(*) from ledger where fate['rule'] = '{rule}'"));
    assert_eq!(
        count(&out, "select count(*) from documents"),
        6,
        "empty, a word, another, two big ones of few shingles, the line"
    );
    assert_eq!((by("text.page"), by("bad_line")), (1, 1));
    assert_eq!(rows(&list).len(), 1 + 1 + 1_999);
    let said = succeed(&["dedup", path(&corpus), "--out", path(&out)]);
    assert!(said.contains("dedup.exact: 2,001 removed"), "a finished corpus is told again: {said}");

    for (arguments, expected) in [
        (vec!["--threshold", "1.5"], "threshold: 1.5"),
        (vec!["--bands", "0"], "at least 1"),
        (vec!["--bands", "2000"], "more than 1024"),
        (vec!["--levels", "exact,lines"], "there is no level `lines`"),
        (vec!["--jsonl", path(&list)], "--jsonl and --candidates are written while it is made"),
    ] {
        let place = if arguments[0] == "--jsonl" { out.clone() } else { folder.path().join("other") };
        let mut all = vec!["dedup", path(&corpus), "--out", path(&place)];
        all.extend(arguments);
        let said = fail(2, &all);
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn frequent_lines_go_with_their_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let mut draws = Draws(9);
    // Twice in each of five documents: ten times, in five documents.
    let mut document = |number: usize| {
        let own = draws.words(80).join(" ");
        json!({ "id": number, "text": format!("Share this, 12 comments!\n{own}\nshare this 34 comments\nend {own}") })
    };
    let documents: Vec<Value> = (0..5).map(&mut document).collect();
    let corpus = write(&folder.path().join("corpus"), &documents, 2);
    let out = folder.path().join("out");
    succeed(&["dedup", path(&corpus), "--out", path(&out), "--levels", "line"]);
    assert_eq!(count(&out, "select sum(n_lines_removed) from documents"), 10);
    let lines = sql(&out, "select * from lines");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert_eq!((&lines[0]["count"], &lines[0]["line"]), (&json!(10), &json!("Share this, 12 comments!")));
    assert_eq!(count(&out, "select count(*) from documents where text like '%comments%'"), 0);

    // Ten times, in five documents: the documents are not more than six.
    for (counted, max, cut) in
        [("documents", 6, 0), ("documents", 4, 10), ("occurrences", 6, 10), ("occurrences", 10, 0)]
    {
        let recipe = folder.path().join("recipe.toml");
        let stage = |kind: &str, rest: &str| format!("[[stage]]\nkind = \"{kind}\"\n{rest}\n");
        let line = stage("dedup.line", &format!("count = \"{counted}\"\nmax = {max}"));
        let stages = [stage("read", ""), stage("text", ""), line, stage("write", "")].concat();
        std::fs::write(&recipe, stages).unwrap();
        let out = folder.path().join(format!("{counted}-{max}"));
        succeed(&["run", path(&recipe), "--input", path(&corpus), "--out", path(&out)]);
        let removed = count(&out, "select sum(n_lines_removed) from documents");
        assert_eq!(removed, cut, "{counted} above {max}");
        assert_eq!(count(&out, "select count(*) from lines"), u64::from(cut > 0));
    }
}

#[test]
fn the_selftest_passes() {
    let told = succeed(&["selftest", "dedup", "--docs", "6000"]);
    assert!(told.contains("at 0.8 and more: 0\npassed"), "{told}");
}

#[test]
#[cfg(unix)]
fn a_disk_that_fills_is_told_and_the_run_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = write(&folder.path().join("corpus"), &planted(), 3);
    let [whole, short] = ["whole", "short"].map(|name| folder.path().join(name));
    succeed(&["dedup", path(&corpus), "--out", path(&whole)]);
    // No file may grow beyond 16 KiB, as if the disk had no more: what is larger is refused by the system.
    let limited = |blocks: u32| {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        let mut command = std::process::Command::new("sh");
        command.args([
            "-c",
            &script,
            "sh",
            env!("CARGO_BIN_EXE_trommel"),
            "dedup",
            path(&corpus),
            "--out",
            path(&short),
        ]);
        command.output().unwrap()
    };
    let output = limited(32);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.to_lowercase().contains("file too large") && said.contains(path(&short)), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    for table in ["documents", "dedup"] {
        let files = std::fs::read_dir(short.join(table)).map_or(0, Iterator::count);
        assert_eq!(files, 0, "{table}: nothing half written has a name");
    }
    let said = fail(2, &["sql", path(&short), "select 1"]);
    assert!(said.contains("is not finished"), "{said}");
    succeed(&["dedup", path(&corpus), "--out", path(&short)]);
    for table in ["documents", "rejected", "ledger", "dedup"] {
        assert!(contents(&whole.join(table)) == contents(&short.join(table)), "{table}");
    }
}

#[test]
fn killed_and_resumed_it_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = write(&folder.path().join("corpus"), &planted(), 4);
    let [whole, killed] = ["whole", "killed"].map(|name| folder.path().join(name));
    succeed(&["dedup", path(&corpus), "--out", path(&whole), "--levels", "exact,document,line"]);
    let arguments =
        ["dedup", path(&corpus), "--out", path(&killed), "--levels", "exact,document,line", "--threads", "1"];
    // Killed again and again, each time a little later, with another number of buckets when it goes on.
    for turn in 1..8_u64 {
        let mut child = run::program()
            .args(arguments)
            .args(["--memory", if turn % 2 == 0 { "64KiB" } else { "1GiB" }])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20 * turn));
        let _ = child.kill();
        child.wait().unwrap();
    }
    succeed(&arguments);
    for table in ["documents", "rejected", "ledger", "dedup", "lines"] {
        assert!(contents(&whole.join(table)) == contents(&killed.join(table)), "{table}");
    }
}
