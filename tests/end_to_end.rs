//! The sample crawl through the sample recipe: what becomes of each page.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::fmt::Write as _;

use filters::verdict::comparison;
use run::{count, program, sql, succeed};
use serde_json::Value;

#[test]
fn the_sample_run() {
    let folder = tempfile::tempdir().unwrap();
    let output = program().arg("run").current_dir(&folder).output().unwrap();
    let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
    assert!(told.contains("trommel-sample"), "it says where the result is: {told}");
    let out = folder.path().join("trommel-sample/run");

    // The fate of every record, a line each.
    let rows = sql(
        &out,
        "select url, id, fate, class, language from ledger order by url, fate['outcome'], fate['rule'], source['offset']",
    );
    insta::assert_snapshot!("fates", fates(&rows));

    // Every record ended once, and the three tables hold what the ledger says.
    let records = count(&out, "select count(*) from ledger");
    assert_eq!(records, count(&out, "select count(distinct id) from ledger"));
    let tables = ["documents", "rejected", "failed"].map(|table| count(&out, &format!("select count(*) from {table}")));
    assert_eq!(tables.iter().sum::<u64>(), records);
    assert!(
        said.contains(&format!(
            "{records} records = {} kept + {} rejected + {} failed",
            tables[0], tables[1], tables[2]
        )),
        "{said}"
    );

    // The report counts each document's language once, by what it was judged by.
    let saved: Value = serde_json::from_slice(&std::fs::read(out.join("run.json")).unwrap()).unwrap();
    let counted = saved["summary"]["languages"].as_array().unwrap();
    let total = |of: fn(&Value) -> u64| counted.iter().map(of).sum::<u64>();
    let identified = count(&out, "select count(*) from ledger where language is not null");
    assert!(identified > 50 && total(|count| count["documents"].as_u64().unwrap()) == identified);
    let bases = |count: &Value| count["basis"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(total(bases), identified);
    let verbatim = count(&out, "select count(*) from ledger where language_basis = 'verbatim'");
    assert_eq!(total(|count| count["basis"]["verbatim"].as_u64().unwrap_or(0)), verbatim);
    let unsure = count(&out, "select count(*) from rejected where fate['rule'] = 'language.confidence'");
    assert_eq!(total(|count| count["unsure"].as_u64().unwrap()), unsure);
    assert!(said.contains(
        "\nlanguage         documents       prose    verbatim  no_letters no_language       given    unsure\neng_Latn"
    ));

    // The mix has every class, in the shares that were asked for as nearly as whole documents allow.
    let total = count(&out, "select sum(n_tokens) from mix_default");
    let classes = sql(&out, "select class, sum(n_tokens) as tokens from mix_default group by class order by class");
    assert_eq!(classes.len(), 4, "{classes:?}");
    assert!(total > 1_000);
    assert!(!out.join("work").exists(), "what went between the passes is gone");

    // A second run finds nothing to do; explain answers for a rejected page, by id and by URL.
    let again = program().arg("run").current_dir(&folder).output().unwrap();
    assert!(String::from_utf8_lossy(&again.stderr).contains("nothing to do"));
    let rejected = sql(&out, "select id, url from rejected where fate['stage'] = 'filter' order by url limit 1");
    let explained = succeed(&["explain", run::path(&out), rejected[0]["id"].as_str().unwrap()]);
    assert!(explained.contains("rejected by filter:") && explained.contains("measures:"), "{explained}");
    let by_url = succeed(&["explain", run::path(&out), rejected[0]["url"].as_str().unwrap()]);
    assert_eq!(by_url, explained);

    // Other bounds are asked for without a run.
    let judged = succeed(&["judge", run::path(&out), "--set", "length.words=off"]);
    assert!(judged.contains("gained:") && judged.contains("length.words"), "{judged}");
}

/// A fate table: page, outcome, stage and rule, value against bound or evidence.
fn fates(rows: &[Value]) -> String {
    let mut table = String::new();
    for row in rows {
        let fate = &row["fate"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let why = match (fate["value"].as_f64(), fate["bound"].as_f64()) {
            (Some(value), Some(bound)) => comparison(value, bound),
            _ => String::new(),
        };
        let last = match text(&fate["outcome"]).as_str() {
            "kept" => format!("{} {}", text(&row["class"]), text(&row["language"])),
            _ => text(&fate["evidence"]),
        };
        writeln!(
            table,
            "{:<58} {:<9} {:<34} {why:<16} {last}",
            text(&row["url"]),
            text(&fate["outcome"]),
            text(&fate["rule"])
        )
        .unwrap();
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}
