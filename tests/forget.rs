//! `trommel forget`: nothing of a forgotten document stays, every record is accounted for, and all or nothing is done.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use run::{contents, count, fail, path, program, sample_crawl, sql, succeed};
use serde_json::{Value, json};

/// Words that look random.
struct Draws(u64);

impl Draws {
    fn words(&mut self, count: usize) -> Vec<String> {
        let mut letter = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'a' + u8::try_from((self.0 >> 33) % 26).unwrap())
        };
        (0..count).map(|_| (0..5).map(|_| letter()).collect()).collect()
    }
}

/// Forty families: a text, one or two that are near it, an exact copy of a near one, and another capture of its URL.
/// The later a document, the better.
fn corpus(folder: &Path) -> PathBuf {
    let (mut draws, mut lines, mut number) = (Draws(3), [String::new(), String::new(), String::new()], 0);
    let mut put = |text: String, url: String| {
        number += 1;
        let minute = number % 60;
        let at = format!("2024-01-{:02}T00:{minute:02}:00Z", 1 + number / 60);
        let line = json!({ "id": format!("d{number:04}"), "text": text, "url": url, "captured_at": at });
        writeln!(lines[number % 3], "{line}").unwrap();
    };
    for family in 0..40 {
        let page = |what: &str| format!("https://site{}.example/{family}/{what}", family % 4);
        let words = draws.words(100);
        let near = |at: usize, draws: &mut Draws| {
            let mut changed = words.clone();
            changed[at] = draws.words(1).remove(0);
            changed
        };
        let copies = [near(3, &mut draws), near(90, &mut draws)];
        put(copies[0].join(" "), page("near"));
        put(copies[0].join("  ").to_uppercase(), page("copy"));
        if family % 2 == 0 {
            put(copies[1].join(" "), page("other"));
        }
        if family % 3 == 0 {
            put(draws.words(70).join(" "), page("best"));
        }
        put(words.join(" "), page("best"));
        put(draws.words(80).join(" "), page("alone"));
    }
    std::fs::create_dir_all(folder).unwrap();
    for (file, lines) in lines.iter().enumerate() {
        std::fs::write(folder.join(format!("part-{file}.jsonl")), lines).unwrap();
    }
    folder.to_owned()
}

fn texts(run: &Path, table: &str) -> BTreeMap<String, String> {
    let rows = sql(run, &format!("select id, text from {table} where text is not null"));
    rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row["text"].as_str().unwrap().to_owned())).collect()
}

fn jaccard(a: &str, b: &str) -> f64 {
    let words = |text: &str| text.to_lowercase().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (words(a), words(b));
    let set = |words: &'_ [String]| words.windows(5).map(|five| five.join(" ")).collect::<BTreeSet<_>>();
    let (a, b) = (set(&a), set(&b));
    let shared = a.intersection(&b).count();
    f64::from(u32::try_from(shared).unwrap()) / f64::from(u32::try_from(a.len() + b.len() - shared).unwrap())
}

/// What holds of every run that was made to forget.
fn check(out: &Path, records: u64) {
    for (table, outcome) in [("documents", "kept"), ("rejected", "rejected"), ("failed", "failed")] {
        let rows = count(out, &format!("select count(*) from {table}"));
        assert_eq!(
            rows,
            count(out, &format!("select count(*) from ledger where fate['outcome'] = '{outcome}'")),
            "{table}"
        );
    }
    assert_eq!(count(out, "select count(*) from ledger"), records);
    let without = "select count(*) from dedup where kept_id in (select id from ledger where fate['stage'] = 'forget') \
                   or id in (select id from ledger where fate['stage'] = 'forget')";
    assert_eq!(count(out, without), 0, "no evidence names what is forgotten");
    let said =
        "select count(*) from ledger where fate['stage'] = 'forget' and (url is not null or n_chars is not null)";
    assert_eq!(count(out, said), 0);
    let said = "select count(*) from rejected where fate['stage'] = 'forget' and (text is not null or url is not null)";
    assert_eq!(count(out, said), 0);
    let summary: Value = serde_json::from_slice(&std::fs::read(out.join("run.json")).unwrap()).unwrap();
    let stages = summary["summary"]["stages"].as_array().unwrap();
    for pair in stages.windows(2) {
        assert_eq!(pair[0]["kept"], pair[1]["documents_in"], "{pair:?}");
    }
    assert_eq!(stages[0]["documents_in"], json!(records));
    assert_eq!(stages.last().unwrap()["kept"], json!(count(out, "select count(*) from documents")));
}

#[test]
fn what_had_gone_for_a_forgotten_document_is_decided_again() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(&folder.path().join("corpus"));
    let out = folder.path().join("out");
    succeed(&["dedup", path(&corpus), "--out", path(&out), "--levels", "url,exact,document", "--keep-work"]);
    let records = count(&out, "select count(*) from ledger");
    let before = texts(&out, "documents");
    let gone_before: BTreeSet<String> =
        sql(&out, "select id from dedup").iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    // The best of a third of the families, and with it some that stand alone and some that had gone already.
    let ids = |query: &str| -> Vec<String> {
        sql(&out, query).iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut targets: BTreeSet<String> =
        ids("select id from documents where cluster_size > 1 order by id").into_iter().step_by(2).collect();
    targets.extend(ids("select id from dedup order by id").into_iter().step_by(9));
    targets.extend(ids("select id from documents where cluster_size = 1 order by id").into_iter().step_by(7));
    assert!(targets.len() > 30, "{}", targets.len());
    let list = folder.path().join("ids");
    std::fs::write(&list, targets.iter().fold("# by request\n".to_owned(), |all, id| all + id + "\n")).unwrap();

    let told = succeed(&["forget", path(&out), "--id", path(&list)]);
    assert!(told.contains(&format!("forgotten: {} records", targets.len())), "{told}");
    check(&out, records);
    let (kept, rejected) = (texts(&out, "documents"), texts(&out, "rejected"));
    assert!(targets.iter().all(|id| !kept.contains_key(id) && !rejected.contains_key(id)));
    let back: Vec<&String> = kept.keys().filter(|id| !before.contains_key(*id)).collect();
    assert!(back.len() > 10 && back.iter().all(|id| gone_before.contains(*id)), "{} come back", back.len());
    // What is gone is gone for one that stays and is alike.
    let evidence = sql(&out, "select id, kept_id, level, jaccard from dedup");
    let keeper_of: BTreeMap<&str, &str> =
        evidence.iter().map(|row| (row["id"].as_str().unwrap(), row["kept_id"].as_str().unwrap())).collect();
    for row in &evidence {
        let id = row["id"].as_str().unwrap();
        let mut last = keeper_of[id];
        while !kept.contains_key(last) {
            last = keeper_of.get(last).unwrap_or_else(|| panic!("{row}: nothing stays for it"));
        }
        if row["level"] != "dedup.url" {
            let truth = jaccard(&rejected[id], &kept[last]);
            assert!(truth >= 0.8, "{row}: {truth}");
        }
    }
    // As if the corpus had never had them.
    let without = folder.path().join("without");
    std::fs::create_dir(&without).unwrap();
    let named: BTreeSet<String> = {
        let rows = sql(&out, "select id, source['id'] as name from ledger");
        rows.iter()
            .filter(|row| targets.contains(row["id"].as_str().unwrap()))
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect()
    };
    for file in 0..3 {
        let name = format!("part-{file}.jsonl");
        let lines = std::fs::read_to_string(corpus.join(&name)).unwrap();
        let left = lines.lines().filter(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            !named.contains(row["id"].as_str().unwrap())
        });
        std::fs::write(without.join(&name), left.fold(String::new(), |all, line| all + line + "\n")).unwrap();
    }
    let fresh = folder.path().join("fresh");
    succeed(&["dedup", path(&without), "--out", path(&fresh), "--levels", "url,exact,document"]);
    let sizes = |run: &Path| -> Vec<(String, u64)> {
        let rows = sql(run, "select source['id'] as name, cluster_size from documents order by 1");
        rows.iter()
            .map(|row| (row["name"].as_str().unwrap().to_owned(), row["cluster_size"].as_u64().unwrap()))
            .collect()
    };
    assert_eq!(sizes(&out), sizes(&fresh));

    // The same list again changes nothing.
    let after = contents(&out);
    succeed(&["forget", path(&out), "--id", path(&list)]);
    assert!(after == contents(&out), "once more is harmless");
    // Later corpora are not compared with what is forgotten, and still with the rest.
    let against = |name: &str, texts: Vec<&String>| {
        let (input, later) = (folder.path().join(format!("{name}.jsonl")), folder.path().join(name));
        let lines = texts.iter().fold(String::new(), |all, text| all + &json!({ "text": text }).to_string() + "\n");
        std::fs::write(&input, lines).unwrap();
        succeed(&["dedup", path(&input), "--out", path(&later), "--levels", "exact,document", "--against", path(&out)]);
        count(&later, "select count(*) from documents")
    };
    let alone: Vec<&String> = targets
        .iter()
        .filter_map(|id| before.get(id))
        .filter(|text| kept.values().all(|other| jaccard(text, other) < 0.5))
        .collect();
    assert!(alone.len() > 3);
    assert_eq!(against("free", alone.clone()), alone.len() as u64, "they are new there");
    assert_eq!(against("taken", back.iter().map(|id| &kept[*id]).collect()), 0, "what came back is known");
}

#[test]
fn a_kill_leaves_all_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(&folder.path().join("corpus"));
    let (out, list) = (folder.path().join("out"), folder.path().join("domains"));
    std::fs::write(&list, "site1.example\nsite2.example\n").unwrap();
    let make = || {
        succeed(&["dedup", path(&corpus), "--out", path(&out), "--levels", "url,exact,document", "--keep-work"]);
    };
    make();
    let old = contents(&out);
    succeed(&["forget", path(&out), "--domain", path(&list)]);
    assert_eq!(count(&out, "select count(*) from documents where domain in ('site1.example', 'site2.example')"), 0);
    let new = contents(&out);
    assert!(old != new);
    let (mut undone, mut done) = (0, 0);
    for turn in 0..14 {
        std::fs::remove_dir_all(&out).unwrap();
        for (name, bytes) in &old {
            let target = out.join(name);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, bytes).unwrap();
        }
        let mut child = program()
            .args(["forget", path(&out), "--domain", path(&list)])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(30 * turn));
        let _ = child.kill();
        child.wait().unwrap();
        // Whoever opens it next finds the one or the other.
        let left = count(&out, "select count(*) from documents where domain in ('site1.example', 'site2.example')");
        let found = contents(&out);
        if left == 0 {
            assert!(found == new, "turn {turn}");
            done += 1;
        } else {
            let differ: Vec<_> =
                found.keys().chain(old.keys()).filter(|name| found.get(*name) != old.get(*name)).collect();
            assert!(found == old, "turn {turn}: {differ:?}");
            undone += 1;
        }
    }
    assert!(undone > 0, "{undone} undone, {done} done");
    succeed(&["forget", path(&out), "--domain", path(&list)]);
    assert!(contents(&out) == new);
}

#[test]
fn a_whole_run_forgets_a_page_and_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let crawl = sample_crawl();
    let arguments = ["run", "sample", "--input", path(&crawl), "--out", path(&out)];
    succeed(&arguments);
    let records = count(&out, "select count(*) from ledger");
    let row = &sql(
        &out,
        "select url, domain from documents where id in (select kept_id from dedup where level = 'dedup.document') limit 1",
    )[0];
    let (urls, domains) = (folder.path().join("urls"), folder.path().join("domains"));
    std::fs::write(&urls, row["url"].as_str().unwrap()).unwrap();
    let told = succeed(&["forget", path(&out), "--url", path(&urls)]);
    assert!(told.contains("come back"), "{told}");
    check(&out, records);
    assert!(count(&out, "select count(*) from ledger where fate['rule'] = 'forget.url'") > 0);
    let stale = "select count(*) from mix_default where id not in (select id from documents)";
    assert_eq!(count(&out, stale), 0);
    let manifest: Value = serde_json::from_slice(&std::fs::read(out.join("mixes/default/mix.json")).unwrap()).unwrap();
    let in_manifest: u64 =
        manifest["classes"].as_array().unwrap().iter().map(|class| class["documents"].as_u64().unwrap()).sum();
    assert_eq!(in_manifest, count(&out, "select count(*) from mix_default"));

    // Done again over other inputs, it leaves the page out too.
    std::fs::write(&domains, format!("{}\n", row["domain"].as_str().unwrap())).unwrap();
    succeed(&["run", "sample", "--input", path(&crawl), "--out", path(&out), "--replace", "--limit", "1000"]);
    assert!(count(&out, "select count(*) from ledger where fate['stage'] = 'forget'") > 0);
    let url = row["url"].as_str().unwrap().replace('\'', "''");
    for table in ["documents", "rejected", "ledger"] {
        assert_eq!(count(&out, &format!("select count(*) from {table} where url = '{url}'")), 0, "{table}");
    }
    let said = fail(2, &["forget", path(&out), "--id", path(&urls)]);
    assert!(said.contains("line 1:") && said.contains("is no id of a document"), "{said}");
    let said = fail(2, &["forget", path(&out)]);
    assert!(said.contains("--url"), "{said}");
}

#[test]
fn without_their_texts_duplicates_stay_away_and_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus(&folder.path().join("corpus"));
    let (recipe, out, list) = (folder.path().join("r.toml"), folder.path().join("out"), folder.path().join("ids"));
    let stages =
        ["kind = \"read\"", "kind = \"text\"", "kind = \"dedup.exact\"", "kind = \"write\"\nrejected = \"ledger\""];
    std::fs::write(&recipe, stages.map(|stage| format!("[[stage]]\n{stage}\n")).concat()).unwrap();
    succeed(&["run", path(&recipe), "--input", path(&corpus), "--out", path(&out)]);
    let records = count(&out, "select count(*) from ledger");
    let kept = &sql(&out, "select kept_id from dedup limit 1")[0]["kept_id"];
    std::fs::write(&list, kept.as_str().unwrap()).unwrap();
    let told = succeed(&["forget", path(&out), "--id", path(&list)]);
    assert!(told.contains("1 documents that had gone for them cannot come back"), "{told}");
    assert_eq!(count(&out, "select count(*) from ledger"), records);
    assert_eq!(count(&out, "select count(*) from dedup where kept_id is null"), 1);
    assert_eq!(count(&out, "select count(*) from ledger where fate['evidence'] like '%was forgotten%'"), 1);
}
