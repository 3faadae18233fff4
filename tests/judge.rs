//! `judge` foretells a run: for any bounds behind the last global step, the fate of every document.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "support/run.rs"]
mod run;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use filters::{FILTERS, Unit};
use run::{count, path, sample_crawl, sql, succeed};
use serde_json::{Value, json};
use stages::filter::FilterConfig;
use stages::ledger::judge;
use stages::task::Layout;

/// Filter, value and bound of each document that the filters reject, by id.
type Rejected = BTreeMap<String, (String, f64, f64)>;

/// What the ledger of a run says that a recipe's bounds would do, against no bounds at all.
fn foretold(run: &Path, bounds: &Value) -> (u64, Rejected) {
    let config: FilterConfig = serde_json::from_value(bounds.clone()).unwrap();
    let judged = judge(&Layout::new(run), &FilterConfig::default(), &config, usize::MAX).unwrap();
    let rejected = judged.lost.samples.into_iter().map(|(id, document)| {
        let (filter, value, bound) = document.rule;
        (id, (filter.to_owned(), value, bound))
    });
    (judged.after.kept, rejected.collect())
}

/// What a run's filters did.
fn happened(run: &Path) -> (u64, Rejected) {
    let kept = count(run, "select count(*) from ledger where fate['outcome'] = 'kept'");
    let rows = sql(
        run,
        "select encode(id, 'hex') as id, fate['rule'] as rule, arrow_cast(fate['value'], 'Utf8') as value, \
         arrow_cast(fate['bound'], 'Utf8') as bound \
         from ledger where fate['stage'] = 'filter'",
    );
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    // As text: numbers in JSON are read to within their last bit.
    let number = |value: &Value| text(value).parse().unwrap();
    let rejected =
        rows.iter().map(|row| (text(&row["id"]), (text(&row["rule"]), number(&row["value"]), number(&row["bound"]))));
    (kept, rejected.collect())
}

/// A run of the sample's recipe with other bounds.
fn finished(folder: &Path, name: &str, bounds: &Value) -> PathBuf {
    let printed = succeed(&["print-config", "sample"]);
    let mut recipe: toml::Table = toml::from_str(&printed).unwrap();
    let stages = recipe["stage"].as_array_mut().unwrap();
    let filter = stages.iter_mut().find(|stage| stage["kind"].as_str() == Some("filter")).unwrap();
    *filter = toml::Value::try_from(bounds).unwrap();
    filter.as_table_mut().unwrap().insert("kind".into(), "filter".into());
    recipe.remove("mix");
    let file = folder.join(format!("{name}.toml"));
    std::fs::write(&file, toml::to_string(&recipe).unwrap()).unwrap();
    let out = folder.join(name);
    succeed(&["run", path(&file), "--input", path(&sample_crawl()), "--out", path(&out)]);
    out
}

/// The next number of a sequence that looks random (`SplitMix64`).
fn drawn(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    usize::try_from((z ^ (z >> 31)) >> 33).unwrap()
}

/// Bounds at values that documents of the run have, so that ends and equals are met.
fn bounds(run: &Path, state: &mut u64) -> Value {
    let mut bounds = json!({ "tokens.kl": { "max": 1.5 }, "languages": { "eng": {}, "zho_Hans": {} } });
    for _ in 0..6 {
        let card = FILTERS[drawn(state) % FILTERS.len()].card();
        let query = format!(
            "select measures['{0}'] as value from ledger where measures['{0}'] is not null order by 1",
            card.id
        );
        let values = sql(run, &query);
        if values.is_empty() || card.id.starts_with("tokens.") {
            continue;
        }
        // One in five goes or so, so that several filters have something to reject.
        let low = &values[values.len() * (drawn(state) % 20) / 100]["value"];
        let high = &values[(values.len() - 1) * (80 + drawn(state) % 20) / 100]["value"];
        let own = match drawn(state) % 3 {
            0 => json!({ "min": low }),
            1 => json!({ "max": high }),
            _ if card.unit == Unit::Fraction => json!({ "max": high }),
            _ => json!({ "min": low, "max": high }),
        };
        match drawn(state) % 4 {
            0 => bounds["languages"]["eng"][card.id] = own,
            1 => bounds["languages"]["zho_Hans"][card.id] = json!({}),
            _ => bounds[card.id] = own,
        }
    }
    bounds
}

#[test]
fn foretold_fates_are_those_of_another_run() {
    let folder = tempfile::tempdir().unwrap();
    let first = finished(folder.path(), "first", &json!({ "tokens.kl": { "max": 1e9 } }));
    let (kept, none) = foretold(&first, &json!({}));
    assert!(kept > 50 && none.is_empty());
    let mut state = 7;
    let mut filters_that_rejected = std::collections::BTreeSet::new();
    for case in 0..4 {
        let bounds = bounds(&first, &mut state);
        let second = finished(folder.path(), &format!("case-{case}"), &bounds);
        let (foretold, happened) = (foretold(&first, &bounds), happened(&second));
        assert_eq!(foretold, happened, "{bounds}");
        // And from a run that rejected, back to the first one's bounds.
        assert_eq!(self::foretold(&second, &json!({})).0, kept, "{bounds}");
        filters_that_rejected.extend(happened.1.into_values().map(|(filter, ..)| filter));
    }
    assert!(filters_that_rejected.len() >= 5, "the draw has bounds that reject: {filters_that_rejected:?}");
}

#[test]
fn the_answer_is_the_same_at_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let out = finished(folder.path(), "out", &json!({ "length.words": { "min": 50 }, "tokens.kl": { "max": 2 } }));
    let asked = |threads: &str| {
        let mut program = run::program();
        program.env("RAYON_NUM_THREADS", threads).args(["judge", path(&out), "--samples", "3"]);
        program.args(["--set", "length.words.min=80", "--set", "tokens.kl=off"]).output().unwrap().stdout
    };
    let one = asked("1");
    assert!(String::from_utf8_lossy(&one).contains("rejected by length.words"));
    assert_eq!(one, asked("4"));
}
