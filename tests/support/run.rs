//! The program, from outside.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The program, built with the tests.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trommel"));
    command.env_remove("TROMMEL_MODELS").env_remove("RUST_LOG");
    command
}

/// Runs it with these arguments.
pub(crate) fn trommel(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("the program starts")
}

/// Runs it, and fails the test with what it said if it fails.
pub(crate) fn succeed(arguments: &[&str]) -> String {
    let output = trommel(arguments);
    assert!(output.status.success(), "trommel {arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs it, expects this exit code, and gives what it said.
pub(crate) fn fail(code: i32, arguments: &[&str]) -> String {
    let output = trommel(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "trommel {arguments:?}\n{said}");
    said
}

/// The answer to a query over a run, a row a line of JSON.
pub(crate) fn sql(run: &Path, query: &str) -> Vec<Value> {
    let text = succeed(&["sql", path(run), query, "--json"]);
    text.lines().map(|line| serde_json::from_str(line).expect("JSON lines")).collect()
}

/// One number that a query over a run gives.
pub(crate) fn count(run: &Path, query: &str) -> u64 {
    let rows = sql(run, query);
    let row = rows.first().and_then(Value::as_object).expect("one row");
    row.values().next().and_then(Value::as_u64).expect("one number")
}

/// A path as an argument.
pub(crate) fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The sample crawl's files.
pub(crate) fn sample_crawl() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/crawl")
}

/// Every file below a folder of a run with its bytes, by relative name.
pub(crate) fn contents(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let entry = entry.expect("an entry").path();
            if entry.is_dir() {
                open.push(entry);
            } else {
                let name = entry.strip_prefix(folder).expect("below the folder").display().to_string();
                found.insert(name, std::fs::read(&entry).expect("a readable file"));
            }
        }
    }
    found
}
