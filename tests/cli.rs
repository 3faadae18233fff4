//! Errors and the stable contract of `stage`: what a person or script sees.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::io::Write;
use std::process::Stdio;

use run::{fail, path, program, sample_crawl, succeed};
use serde_json::{Value, json};

fn recipe(folder: &std::path::Path, change: impl Fn(String) -> String) -> String {
    let text = succeed(&["print-config", "sample"]);
    let file = folder.join("recipe.toml");
    std::fs::write(&file, change(text)).unwrap();
    path(&file).to_owned()
}

#[test]
fn mistakes_are_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let crawl = sample_crawl();
    let run = |recipe: &str, input: &str| {
        vec!["run".to_owned(), recipe.into(), "--input".into(), input.into(), "--out".into(), path(&out).into()]
    };
    let told = |arguments: Vec<String>| fail(2, &arguments.iter().map(String::as_str).collect::<Vec<_>>());

    let unknown = recipe(folder.path(), |text| text.replace("max_loss", "max_los"));
    let said = told(run(&unknown, path(&crawl)));
    assert!(said.contains("unknown key `max_los`; did you mean `max_loss`?") && said.contains("line "), "{said}");

    let twisted = recipe(folder.path(), |text| text.replace("{ min = 50.0, max = 100000.0 }", "{ min = 50, max = 5 }"));
    let said = told(run(&twisted, path(&crawl)));
    assert!(said.contains("length.words: min 50 is above max 5"), "{said}");

    let topics = recipe(folder.path(), |text| text.replace("embedded:language", "embedded:topic"));
    let said = told(run(&topics, path(&crawl)));
    assert!(said.contains("no language codes"), "{said}");

    let no_model = recipe(folder.path(), |text| text.replace("embedded:language", "no.such.model"));
    let said = told(run(&no_model, path(&crawl)));
    assert!(said.contains("no.such.model") && said.contains("--models"), "{said}");

    std::fs::write(folder.path().join("mine.bin"), "this is not a model").unwrap();
    let bad_model = recipe(folder.path(), |text| text.replace("embedded:language", "mine"));
    let mut arguments = run(&bad_model, path(&crawl));
    arguments.extend(["--models".into(), path(folder.path()).into()]);
    let said = told(arguments);
    assert!(said.contains("model mine"), "{said}");

    let said = told(run("sample", "nothing/*.warc.gz"));
    assert!(said.contains("nothing/*.warc.gz: no such file"), "{said}");
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let said = told(run("sample", path(&empty)));
    assert!(said.contains("no input files in this folder"), "{said}");
    let said = told(run("no-such-recipe", path(&crawl)));
    assert!(said.contains("built-in recipe"), "{said}");
    let said = fail(2, &["run", "sample", "--input", path(&crawl)]);
    assert!(said.contains("--out"), "{said}");
    assert!(!out.exists(), "nothing is half-written");
}

#[test]
fn an_output_that_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let crawl = sample_crawl();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let said = fail(1, &["run", "sample", "--input", path(&crawl), "--out", path(&file.join("out"))]);
    assert!(said.contains("file"), "{said}");

    let full = folder.path().join("full");
    std::fs::create_dir(&full).unwrap();
    std::fs::write(full.join("thesis.tex"), "precious").unwrap();
    let said = fail(2, &["run", "sample", "--input", path(&crawl), "--out", path(&full)]);
    assert!(said.contains("not empty") && said.contains("hint:"), "{said}");
    assert_eq!(std::fs::read_dir(&full).unwrap().count(), 1);

    let out = folder.path().join("out");
    succeed(&["run", "sample", "--input", path(&crawl), "--out", path(&out)]);
    let other = recipe(folder.path(), |text| text.replace("{ min = 50.0, max = 100000.0 }", "{ min = 20 }"));
    let said = fail(2, &["run", &other, "--input", path(&crawl), "--out", path(&out)]);
    assert!(said.contains("another recipe") && said.contains("hint:"), "{said}");

    let said = fail(2, &["judge", path(&out), "--set", "length.wrods.min=3"]);
    assert!(said.contains("did you mean `length.words`?"), "{said}");
    let said = fail(2, &["explain", path(&out), "https://nowhere.example/"]);
    assert!(said.contains("no record"), "{said}");
    let said = fail(2, &["sql", path(&out), "select nothing from documents"]);
    assert_eq!(said.matches("No field named nothing").count(), 1, "{said}");
    let said = fail(2, &["sql", path(folder.path()), "select 1"]);
    assert!(said.contains("run.json"), "{said}");
}

#[test]
fn what_print_config_prints_is_the_same_recipe() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["sample", "llama3", "gopher", "c4", "refinedweb", "fineweb", "fineweb2", "dclm"] {
        let printed = succeed(&["print-config", name]);
        let file = folder.path().join("again.toml");
        std::fs::write(&file, &printed).unwrap();
        assert_eq!(succeed(&["print-config", path(&file)]), printed);
    }
}

#[test]
fn help_teaches() {
    let help = succeed(&["--help"]);
    for verb in ["run", "mix", "explain", "judge", "sql", "filters", "print-config", "stage", "train"] {
        assert!(help.contains(verb), "{verb}");
        let own = succeed(&[verb, "--help"]);
        assert!(own.contains("Usage:"), "{own}");
    }
    assert!(succeed(&["run", "--help"]).contains("Examples:"));
    assert!(succeed(&["filters", "show", "repetition.duplicate_lines"]).contains("Gopher"));
}

fn stage(name: &str, lines: &[Value]) -> Vec<Value> {
    let input: String = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    stage_of(name, input.as_bytes())
}

fn stage_of(name: &str, input: &[u8]) -> Vec<Value> {
    let mut child = program()
        .args(["stage", name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn stages_answer_line_by_line() {
    let page =
        "<html lang=en><title>Ferry</title><body><p>The ferry leaves at nine every morning, and the deck is cold.</p>";
    let text = "The ferry leaves at nine every morning, and the deck is cold. Bring a coat to the harbour with you.";

    let found = stage("extract", &[json!({ "id": 1, "html": page, "mark": "kept" }), json!({ "id": 2 })]);
    assert_eq!(found[0]["mark"], "kept", "unknown fields pass through");
    assert!(found[0]["text"].as_str().unwrap().contains("The ferry leaves at nine"));
    assert_eq!(found[0]["blocks"][0]["kind"], "prose");
    assert_eq!(found[1]["id"], 2);
    assert!(found[1]["error"].as_str().unwrap().contains("html"));

    // 0xe9 is é in Latin-1: "café" in bytes that are no UTF-8.
    let coded = json!({ "id": "b", "html_base64": "PHA+VGhlIGNhZukgb24gdGhlIGhhcmJvdXIgb3BlbnMgYXQgbmluZSBldmVyeSBtb3JuaW5nLjwvcD4=",
        "content_type": "text/html; charset=iso-8859-1" });
    assert!(stage("extract", &[coded])[0]["text"].as_str().unwrap().contains("café"));

    let found = stage("language", &[json!({ "id": "a", "text": text })]);
    assert_eq!(found[0]["label"], "eng_Latn");
    assert_eq!((&found[0]["script"], &found[0]["basis"]), (&json!("Latn"), &json!("prose")));
    assert!(found[0]["confidence"].as_f64().unwrap() > 0.5);

    let found = stage("scrub", &[json!({ "id": "a", "text": "é: mail a.b@host.net now" })]);
    assert_eq!(found[0]["spans"], json!([{ "start": 9, "end": 21, "kind": "email" }]));
    assert_eq!(found[0]["text"], "é: mail <email> now");
    assert_eq!(found[0]["blocks"][0]["end"], 20);

    let found = stage("filter", &[json!({ "id": "a", "text": text, "language": "eng_Latn" })]);
    assert_eq!(found[0]["keep"], false);
    assert_eq!(found[0]["measures"]["length.words"], 20);
    let words = found[0]["verdicts"].as_array().unwrap().iter().find(|v| v["filter"] == "length.words").unwrap();
    assert_eq!((&words["value"], &words["bound"], &words["keep"]), (&json!(20), &json!(50), &json!(false)));

    let found = stage("classify", &[json!({ "id": "a", "text": text, "language": "eng_Latn" })]);
    assert_eq!(found[0]["class"], "general");
    assert!(found[0]["topic"].is_string() && found[0]["scores"]["quality"].is_number());
}

#[test]
fn a_bad_line_does_not_end_the_stream() {
    let input =
        b"{\"id\": 1, \"text\": \"one\"}\nnot json\n\n[1]\n{\"id\": 4, \"text\": 5}\n{\"id\": 5, \"text\": \"x\", \
        \"blocks\": [{\"kind\": \"code\", \"start\": 0, \"end\": 9}]}\n\xff\n{\"id\": 6, \"text\": \"six\"}";
    let found = stage_of("language", input);
    assert_eq!(found.len(), 7);
    let failed: Vec<bool> = found.iter().map(|line| line.get("error").is_some()).collect();
    assert_eq!(failed, [false, true, true, true, true, true, false]);
    assert_eq!((&found[3]["id"], &found[4]["id"]), (&json!(4), &json!(5)));
}

#[test]
fn a_recipe_that_drops_nearly_everything_is_told_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let page = "The keeper of the lighthouse walks down to the harbour and waits for the boats. ".repeat(200);
    let lines = (0..80).map(|n| json!({ "text": format!("Day {n}. {page}"), "url": format!("https://t.example/{n}") }));
    let texts = folder.path().join("texts.jsonl");
    std::fs::write(&texts, lines.map(|line| line.to_string() + "\n").collect::<String>()).unwrap();
    let run = |name: &str, words: &str| {
        let stages = "name = \"r\"\n[[stage]]\nkind = \"read\"\n[[stage]]\nkind = \"url\"\n[[stage]]\nkind = \"text\"\n\
                      [[stage]]\nkind = \"language\"\nconfidence = {}\n[[stage]]\nkind = \"filter\"\n";
        let file = folder.path().join(name).with_extension("toml");
        let text = format!("{stages}\"length.words\" = {{ min = {words} }}\n[[stage]]\nkind = \"write\"\n");
        std::fs::write(&file, text).unwrap();
        let out = folder.path().join(name);
        let output = run::trommel(&["run", path(&file), "--input", path(&texts), "--out", path(&out)]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "a warning is no failure: {said}");
        assert_eq!(run::count(&out, "select count(*) from ledger"), 80, "what was tried is not counted twice");
        said
    };
    let said = run("all", "1000000");
    assert!(said.contains("warning: of 80 pages") && said.contains("drops 80 (100%)"), "{said}");
    assert!(said.contains("`length.words` of the stage `filter`") && said.contains("hint: "), "{said}");
    let said = run("none", "10");
    assert!(!said.contains("warning"), "{said}");
}
