//! Words, sentences and all measures of texts: JSON lines `{"text": …, "language": …}` in, JSON lines out. What parity with
//! other implementations is checked by (see `filters/parity/record.py`). Lines are cut by C4's rules, or by those of a JSON
//! file that is named.
#![allow(clippy::print_stdout, reason = "its output")]

use std::io::{BufRead, Write};

use filters::line_rules::{LineRule, clean};
use filters::{Document, FILTERS, text};
use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rules = match std::env::args().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => include_str!("../parity/c4_lines.json").to_owned(),
    };
    let rules: Vec<LineRule> = serde_json::from_str(&rules)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let record: Value = serde_json::from_str(&line?)?;
        let source = record["text"].as_str().unwrap_or_default();
        let document = Document::new(source).with_language(record["language"].as_str());
        let measures: Map<String, Value> =
            FILTERS.iter().map(|filter| (filter.card().id.to_owned(), json!(filter.measure(&document)))).collect();
        let cleaned = clean(source, &[], &rules);
        let (mut kept, mut from) = (String::new(), 0);
        for cut in &cleaned.cuts {
            kept.push_str(&source[from..cut.start]);
            from = cut.end;
        }
        kept.push_str(&source[from..]);
        let lines: Vec<&str> = kept.lines().filter(|line| !line.trim().is_empty()).collect();
        let sentences: Vec<usize> = lines.iter().map(|line| text::count_sentences(line)).collect();
        writeln!(
            out,
            "{}",
            json!({
                "hash": format!("{:016x}", text::hash(source.as_bytes())),
                "words": document.words(),
                "measures": measures,
                "lines": {
                    "text": lines.join("\n"),
                    "sentences": sentences,
                    "cut": cleaned.evidence.iter().map(|cut| &source[cut.line.clone()]).collect::<Vec<_>>(),
                    "rejected": cleaned.rejected.map(|(_, phrase)| phrase),
                },
            })
        )?;
    }
    Ok(())
}
