//! Words, sentences and all measures of texts: JSON lines `{"text": …, "language": …}` in, JSON lines out. What parity with
//! other implementations is checked by (see `filters/parity/record.py`).
#![allow(clippy::print_stdout, reason = "its output")]

use std::io::{BufRead, Write};

use filters::line_rules::{LineRule, clean};
use filters::{Document, FILTERS, text};
use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let c4: Vec<LineRule> = serde_json::from_str(include_str!("../parity/c4_lines.json"))?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let record: Value = serde_json::from_str(&line?)?;
        let source = record["text"].as_str().unwrap_or_default();
        let document = Document::new(source).with_language(record["language"].as_str());
        let measures: Map<String, Value> =
            FILTERS.iter().map(|filter| (filter.card().id.to_owned(), json!(filter.measure(&document)))).collect();
        let cleaned = clean(source, &[], &c4);
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
                "c4": {
                    "text": lines.join("\n"),
                    "sentences": sentences,
                    "rejected": cleaned.rejected.map(|(_, phrase)| phrase),
                },
            })
        )?;
    }
    Ok(())
}
