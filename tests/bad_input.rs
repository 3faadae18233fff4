//! Whatever stands in the input: a counted failure or a correct result; never a panic, never a hang.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use run::{count, fail, path, sql, succeed, trommel};

/// A response record.
fn response(url: &str, body: &[u8]) -> Vec<u8> {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
    record(url, &[head, body].concat(), None)
}

/// A record of that block; `length` is what it says its length is.
fn record(url: &str, block: &[u8], length: Option<usize>) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2024-03-01T00:00:00Z\r\nWARC-Target-URI: {url}\r\n\
         Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n",
        length.unwrap_or(block.len())
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A page of prose that every rule of the recipe keeps.
fn good(name: &str) -> Vec<u8> {
    let sentence =
        format!("The keeper of {name} walks down to the harbour and waits for the boats that come with the tide.");
    response(&format!("https://good.example/{name}"), format!("<p>{sentence}</p>").as_bytes())
}

/// Reads, extracts and writes: no rule rejects, so that what is lost was lost by reading.
const RECIPE: &str = "name = \"plain\"\n[[stage]]\nkind = \"read\"\n[[stage]]\nkind = \"url\"\n[[stage]]\nkind = \"extract\"\n\
    [[stage]]\nkind = \"language\"\nconfidence = {}\n[[stage]]\nkind = \"scrub\"\n[[stage]]\nkind = \"filter\"\n\
    [[stage]]\nkind = \"classify\"\n[[stage]]\nkind = \"write\"\n";

/// Runs the plain recipe over files; the folder goes with the guard.
fn run_over(files: &[(&str, Vec<u8>)]) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let crawl = folder.path().join("crawl");
    std::fs::create_dir(&crawl).unwrap();
    for (name, bytes) in files {
        std::fs::write(crawl.join(name), bytes).unwrap();
    }
    let recipe = folder.path().join("plain.toml");
    std::fs::write(&recipe, RECIPE).unwrap();
    let out = folder.path().join("out");
    succeed(&["run", path(&recipe), "--input", path(&crawl), "--out", path(&out)]);
    assert_eq!(count(&out, "select count(*) from ledger where fate['rule'] = 'panic'"), 0);
    (folder, out)
}

fn kept(out: &Path) -> u64 {
    count(out, "select count(*) from documents")
}

/// Kinds of failure in one file, sorted.
fn failures(out: &Path, file: &str) -> Vec<String> {
    let query = format!("select fate['rule'] as rule from failed where source['file'] = '{file}' order by 1");
    sql(out, &query).iter().map(|row| row["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn damaged_files_lose_only_what_is_damaged() {
    let three = |damage: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut members: Vec<Vec<u8>> = ["a", "b", "c"].map(|name| gzip(&good(name))).into();
        damage(&mut members);
        members.concat()
    };
    let plain: Vec<u8> = ["a", "b", "c"].map(good).concat();
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("empty.warc", Vec::new()),
        ("empty.warc.gz", gzip(b"")),
        ("text.warc", b"This is a letter, and no crawl.".to_vec()),
        ("picture.warc.gz", gzip(&[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0])),
        ("whole.warc.gz", three(&|_| {})),
        (
            "corrupt.warc.gz",
            three(&|members| {
                let middle = members[1].len() / 2;
                members[1][middle..middle + 8].fill(0x55);
            }),
        ),
        ("truncated.warc.gz", {
            let mut whole = three(&|_| {});
            whole.truncate(whole.len() - 40);
            whole
        }),
        ("truncated.warc", plain[..plain.len() - 60].to_vec()),
        ("zero.warc", [record("https://zero.example/", b"", None), good("a")].concat()),
        (
            "too_long.warc",
            [record("https://wrong.example/", b"HTTP/1.1 200 OK\r\n\r\nx", Some(9_999)), good("a")].concat(),
        ),
        (
            "too_short.warc",
            [record("https://wrong.example/", b"HTTP/1.1 200 OK\r\n\r\n<p>text", Some(5)), good("a")].concat(),
        ),
    ];
    let (_guard, out) = run_over(&files);
    let kept_of = |file: &str| count(&out, &format!("select count(*) from documents where source['file'] = '{file}'"));
    for (file, expected_kept, expected_failures) in [
        ("empty.warc", 0, vec![]),
        ("empty.warc.gz", 0, vec![]),
        ("text.warc", 0, vec!["not_warc"]),
        ("picture.warc.gz", 0, vec!["not_a_record"]),
        ("whole.warc.gz", 3, vec![]),
        ("corrupt.warc.gz", 2, vec!["corrupt"]),
        ("truncated.warc.gz", 2, vec!["truncated"]),
        ("truncated.warc", 2, vec!["truncated"]),
        ("too_long.warc", 1, vec!["wrong_length"]),
        ("too_short.warc", 1, vec!["wrong_length"]),
    ] {
        assert_eq!(failures(&out, file), expected_failures, "{file}");
        assert_eq!(kept_of(file), expected_kept, "{file}");
    }
    assert_eq!(kept_of("zero.warc"), 1);
    assert!(count(&out, "select sum(bytes_lost) from failed") > 0, "what was lost is counted in bytes");
}

#[test]
fn hostile_pages_are_read_or_fail() {
    let deep =
        "<div>".repeat(100_000) + "<p>At the bottom of it all stands a sentence about the harbour and its boats.";
    let line = "The tide comes in and the boats go out to the sea. ".repeat(200_000); // 10 MB without a line end
    let mut invalid =
        b"<p>The keeper of the lighthouse \xff\xfe\xc3 waits for the boats that come with the tide.".to_vec();
    invalid.extend_from_slice(b"</p>");
    let nul = b"<p>The keeper \0 of the lighthouse waits for the boats that come with the tide.\0</p>".to_vec();
    let open = "<p".repeat(500_000);
    let pages = [
        ("deep", deep.into_bytes()),
        ("line", format!("<p>{line}</p>").into_bytes()),
        ("invalid", invalid),
        ("nul", nul),
        ("open", open.into_bytes()),
        ("attributes", format!("<a {}>x</a>", "b=\"c\" ".repeat(300_000)).into_bytes()),
        ("entities", "&amp;&#x110000;&#0;&bogus;&".repeat(100_000).into_bytes()),
        ("nodes", format!("<p>Text.{}", "<br>".repeat(1_000_001)).into_bytes()),
    ];
    let warc: Vec<u8> =
        pages.iter().flat_map(|(name, body)| response(&format!("https://hostile.example/{name}"), body)).collect();
    let (_guard, out) = run_over(&[("pages.warc", warc)]);
    assert_eq!(count(&out, "select count(*) from ledger"), pages.len() as u64);
    let text = |name: &str| {
        let rows = sql(&out, &format!("select text from documents where url = 'https://hostile.example/{name}'"));
        rows.first().and_then(|row| row["text"].as_str()).unwrap_or_default().to_owned()
    };
    assert_eq!(failures(&out, "pages.warc"), ["too_many_nodes"], "a page beyond a budget fails, and says why");
    assert!(text("deep").contains("a sentence about the harbour"), "a deep page is read");
    assert!(text("line").len() > 9_000_000, "a long line is read");
    for name in ["invalid", "nul"] {
        assert!(text(name).contains("waits for the boats") && !text(name).contains('\0'), "{name}: {:?}", text(name));
    }
}

#[test]
fn what_is_too_large_fails_and_the_rest_is_read() {
    // 100 MB records, one in a plain file and one in a gzip member; a bomb; a body that is a bomb of its own.
    let huge = record("https://huge.example/", &vec![b'x'; 100 << 20], None);
    let bomb = gzip(&record("https://bomb.example/", &vec![0; 300 << 20], None));
    let coded = gzip(&vec![b' '; 64 << 20]);
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n";
    let body_bomb = record("https://coded.example/", &[&head[..], &coded].concat(), None);
    let (_guard, out) = run_over(&[
        ("huge.warc", [huge.clone(), good("a")].concat()),
        ("huge.warc.gz", [gzip(&huge), gzip(&good("a"))].concat()),
        ("bomb.warc.gz", [bomb, gzip(&good("a"))].concat()),
        ("body.warc", [body_bomb, good("a")].concat()),
    ]);
    assert_eq!(kept(&out), 4, "the good page behind each is read");
    assert_eq!(failures(&out, "huge.warc"), ["too_large"]);
    assert_eq!(failures(&out, "huge.warc.gz"), ["too_large"]);
    assert_eq!(failures(&out, "bomb.warc.gz").len(), 1);
    assert_eq!(failures(&out, "body.warc"), ["too_large"]);
}

#[test]
fn a_loss_above_the_limit_fails_the_run() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.warc"), [good("a"), b"no record\n".repeat(1_000)].concat()).unwrap();
    std::fs::write(folder.path().join("plain.toml"), RECIPE).unwrap();
    let (recipe, out) = (folder.path().join("plain.toml"), folder.path().join("out"));
    let crawl = folder.path().join("a.warc");
    let output = trommel(&["run", path(&recipe), "--input", path(&crawl), "--out", path(&out), "--max-loss", "0.5"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("--max-loss") && said.contains("failed"), "{said}");

    std::fs::write(&crawl, b"no crawl at all").unwrap();
    let out = folder.path().join("nothing");
    let said = run::fail(1, &["run", path(&recipe), "--input", path(&crawl), "--out", path(&out)]);
    assert!(said.contains("nothing of the input could be read"), "{said}");
}

#[test]
fn tables_of_text_skip_extraction() {
    let lines = [
        "{\"text\": \"The keeper of the lighthouse waits for the boats.\", \"id\": 7, \"url\": \"https://t.example/1\"}",
        "{\"txet\": \"no text\"}",
        "{broken",
        "{\"html\": \"<p>The keeper of the lighthouse waits for the boats that come with the tide.</p>\"}",
    ];
    let jsonl = lines.join("\n").into_bytes();
    let (_guard, out) = run_over(&[
        ("a.jsonl", jsonl.clone()),
        ("b ~%41#é.jsonl.gz", gzip(&jsonl)),
        ("c.parquet", b"PAR1 not".to_vec()),
    ]);
    assert_eq!(kept(&out), 4);
    assert_eq!(failures(&out, "a.jsonl"), ["bad_line", "bad_line"]);
    assert_eq!(failures(&out, "c.parquet"), ["bad_parquet"]);
    let rows = sql(&out, "select source['id'] as id from documents where url = 'https://t.example/1'");
    assert_eq!(rows.first().map(|row| &row["id"]), Some(&serde_json::json!("7")), "the given id is kept");
}

#[test]
fn texts_that_are_hardly_texts_are_measured_or_not() {
    let controls: String = (1..32_u8).chain([127]).map(char::from).collect();
    let texts = [
        ("nothing", String::new()),
        ("no letters", "12 34 -- !! ...\n#\n- -".into()),
        ("control characters", controls.repeat(10)),
        ("replacement characters", "\u{fffd}\u{fffd} \u{fffd}".repeat(50)),
        ("escaped surrogates", r"\ud83d\ude00 \udc00".repeat(20)),
        ("one giant line", "x".repeat(1 << 20)),
        ("one word", "word ".repeat(2 << 20)), // 10 MB
        ("listed", "Blorp and blorp, said the blorp: a grumble of words. ".repeat(10)),
    ];
    let folder = tempfile::tempdir().unwrap();
    let crawl = folder.path().join("texts.jsonl");
    let lines = texts.iter().map(|(name, text)| {
        serde_json::json!({ "text": text, "url": format!("https://bad.example/{name}") }).to_string() + "\n"
    });
    std::fs::write(&crawl, lines.collect::<String>()).unwrap();
    // A list with a byte order mark, Windows' line ends, blank lines, and words that come twice.
    let lists = folder.path().join("lists");
    std::fs::create_dir(&lists).unwrap();
    std::fs::write(lists.join("en"), "\u{feff}blorp\r\n\r\n  \nBLORP\nblorp\n\n").unwrap();
    let allowed = lists.join("en.txt");
    std::fs::write(&allowed, "\u{feff}Said the Blorp\r\n\r\nsaid the blorp\n\n").unwrap();
    let list = format!(
        "kind = \"filter\"\ndirty_words = [\"{}\"]\nallowed_words = [\"{}\"]",
        path(&lists.join("en")),
        path(&allowed)
    );
    let recipe = folder.path().join("lists.toml");
    let text = RECIPE.replace("kind = \"filter\"", &list).replace("kind = \"extract\"", "kind = \"text\"");
    std::fs::write(&recipe, &text).unwrap();
    let out = folder.path().join("out");
    succeed(&["run", path(&recipe), "--input", path(&crawl), "--out", path(&out)]);

    let rows = sql(&out, "select url, language, fate, measures from ledger");
    assert_eq!(rows.len(), texts.len());
    for (name, _) in &texts {
        let row = rows.iter().find(|row| row["url"] == format!("https://bad.example/{name}")).unwrap();
        assert_ne!(row["fate"]["outcome"], "failed", "{row}");
    }
    // JSON has no NaN and would show null: the table itself is asked.
    let ids = filters::FILTERS.iter().map(|filter| filter.card().id);
    let is_bad = ids.map(|id| format!("isnan(measures['{id}'])")).collect::<Vec<_>>().join(" or ");
    assert_eq!(count(&out, &format!("select count(*) from ledger where {is_bad}")), 0, "a measure is not a number");
    let measure = |name: &str, id: &str| {
        let query = format!("select measures['{id}'] as value from ledger where url = 'https://bad.example/{name}'");
        sql(&out, &query)[0]["value"].as_f64()
    };
    assert_eq!(measure("one word", "length.words"), Some(f64::from(2 << 20)));
    assert_eq!(measure("one giant line", "length.words"), Some(1.0));
    assert_eq!(measure("no letters", "repetition.duplicate_lines"), Some(0.0));
    // Three in each of ten sentences, of which one is allowed; and one word, not two or three.
    assert_eq!(measure("listed", "words.dirty_distinct"), Some(1.0));
    assert_eq!(measure("listed", "words.dirty_count"), Some(20.0));

    // What is allowed of a language without a list, and a file that is not there.
    for (name, expected) in [("fr", "there are lists of dirty words of eng alone"), ("de", "no such file")] {
        std::fs::write(lists.join("fr"), "coq\n").unwrap();
        let text = text.replace(path(&allowed), path(&lists.join(name)));
        std::fs::write(&recipe, text).unwrap();
        let told = fail(2, &["run", path(&recipe), "--input", path(&crawl), "--out", path(&folder.path().join(name))]);
        assert!(told.contains(expected) && told.contains(path(&lists.join(name))), "{told}");
    }
}
