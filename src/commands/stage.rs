//! `trommel stage`: one per-document stage alone, JSON lines in, JSON lines out.
//!
//! The shapes are stable: scripts and evaluations depend on them. A bad line gives an `error`, and the stream goes on.

use std::io::{BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result};
use base64::Engine;
use filters::fasttext::Scratch;
use filters::url::canonical;
use filters::{Block, BlockKind, Bounds, Document, Verdict, pii};
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use stages::classify::Classify;
use stages::extract::{self, Extract};
use stages::filter::Filters;
use stages::language::Language;
use stages::models::ModelStore;
use stages::read::decode;
use stages::scrub::Scrub;
use stages::spec::StageSpec;

use crate::cli::StageArgs;
use crate::recipe::Recipe;

/// Lines that are worked on together, at most, and their bytes.
const LINES: usize = 512;
const BYTES: usize = 8 << 20;

/// A line longer than this gives an error.
const MOST_LINE: u64 = 64 << 20;

pub(super) fn run(args: &StageArgs) -> Result<()> {
    let recipe = Recipe::load(&args.recipe)?;
    let (session, _) = super::session(&args.resources)?;
    let bench = session.bench();
    let stage = Stage::new(&args.name, &recipe, &bench.models)?;
    let mut input = BufReader::with_capacity(1 << 20, std::io::stdin().lock());
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    loop {
        let lines = read_lines(&mut input).context("read standard input")?;
        if lines.is_empty() {
            return Ok(output.flush()?);
        }
        let answers: Vec<String> = bench.pool.install(|| lines.par_iter().map(|line| stage.answer(line)).collect());
        for answer in answers {
            writeln!(output, "{answer}")?;
        }
        output.flush()?;
        bench.check()?;
    }
}

/// The next lines; an empty one is passed over, one that is too long stands for itself as an error.
fn read_lines(input: &mut BufReader<impl Read>) -> std::io::Result<Vec<Result<Vec<u8>, String>>> {
    let (mut lines, mut bytes) = (Vec::new(), 0);
    while lines.len() < LINES && bytes < BYTES {
        let mut line = Vec::new();
        let read = (&mut *input).take(MOST_LINE + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        bytes += read;
        if line.len() as u64 > MOST_LINE {
            if !line.ends_with(b"\n") {
                input.skip_until(b'\n')?;
            }
            lines.push(Err(format!("a line of more than {MOST_LINE} bytes")));
        } else if !line.trim_ascii().is_empty() {
            lines.push(Ok(line));
        }
        // What has come is answered at once: another program may wait for it.
        if !lines.is_empty() && input.buffer().is_empty() {
            break;
        }
    }
    Ok(lines)
}

/// The stage with its models.
enum Stage {
    Extract,
    Language(Language),
    Scrub(Scrub),
    Filter(Filters),
    /// With what identifies the language of a line that does not say it.
    Classify(Box<Classify>, Language),
}

type Row = Map<String, Value>;

impl Stage {
    /// The stage as the recipe sets it; with its defaults where the recipe has none.
    fn new(name: &str, recipe: &Recipe, models: &ModelStore) -> Result<Self> {
        let spec = match recipe.stages.iter().find(|stage| stage.id() == name) {
            Some(spec) => spec.clone(),
            None => serde_json::from_value(json!({ "kind": name }))?,
        };
        Ok(match &spec {
            StageSpec::Language(config) => Self::Language(Language::new(config, models)?),
            StageSpec::Scrub(config) => Self::Scrub(Scrub::new(config)),
            StageSpec::Filter(config) => Self::Filter(Filters::new(config, models, None)?),
            StageSpec::Classify(config) => {
                let language = recipe.stages.iter().find_map(|stage| match stage {
                    StageSpec::Language(config) => Some(config.clone()),
                    _ => None,
                });
                Self::Classify(
                    Box::new(Classify::new(config, models)?),
                    Language::new(&language.unwrap_or_default(), models)?,
                )
            }
            _ => Self::Extract,
        })
    }

    /// One line's answer: never an error of ours, whatever the line.
    fn answer(&self, line: &Result<Vec<u8>, String>) -> String {
        let parsed = line.as_ref().map_err(Clone::clone).and_then(|line| {
            let value: Value = serde_json::from_slice(line).map_err(|error| format!("not JSON: {error}"))?;
            if let Value::Object(row) = value { Ok(row) } else { Err("not a JSON object".to_owned()) }
        });
        let mut row = match parsed {
            Ok(row) => row,
            Err(error) => return json!({ "error": error }).to_string(),
        };
        let id = row.get("id").cloned();
        let done = catch_unwind(AssertUnwindSafe(|| self.apply(&mut row)))
            .unwrap_or_else(|_| Err("the stage panicked on this line; please report it".into()));
        match (done, id) {
            (Ok(()), _) => Value::Object(row).to_string(),
            (Err(error), Some(id)) => json!({ "id": id, "error": error }).to_string(),
            (Err(error), None) => json!({ "error": error }).to_string(),
        }
    }

    fn apply(&self, row: &mut Row) -> Result<(), String> {
        match self {
            Self::Extract => extract_page(row),
            Self::Language(stage) => {
                // The text stays, so that the next stage has it, and the language under the name that it reads.
                let (text, blocks) = take_text(&mut row.clone())?;
                let found = stage.identify(&text, &blocks);
                let second = stage.identify_second(&text, &blocks, &found);
                row.entry("language").or_insert_with(|| found.label.clone().into());
                row.insert("label".into(), found.label.into());
                row.insert("script".into(), found.script.into());
                row.insert("confidence".into(), number(f64::from(found.confidence)));
                row.insert("basis".into(), found.basis.name().into());
                row.insert("second_language".into(), json!(second.label));
                row.insert("second_language_share".into(), second.share.map_or(Value::Null, number));
                Ok(())
            }
            Self::Scrub(stage) => scrub(stage, row),
            Self::Filter(stage) => filter(stage, row),
            Self::Classify(stage, identifier) => {
                let (text, blocks) = take_text(row)?;
                let (language, url) = (string(row, "language")?, string(row, "url")?);
                let language = language.unwrap_or_else(|| identifier.identify(&text, &blocks).label);
                let mut scratch = Scratch::default();
                let found = stage.classify(&text, &blocks, Some(&language), url.as_deref(), &mut scratch);
                row.insert("class".into(), found.class.name().into());
                row.insert("topic".into(), json!(found.topic));
                let scores = found.scores;
                let score = |value: Option<f32>| value.map_or(Value::Null, |value| number(f64::from(value)));
                let scores = [
                    ("quality", scores.quality),
                    ("math", scores.math),
                    ("code", scores.code),
                    ("topic", scores.topic),
                ];
                row.insert(
                    "scores".into(),
                    scores.map(|(name, value)| (name.to_owned(), score(value))).into_iter().collect(),
                );
                Ok(())
            }
        }
    }
}

fn extract_page(row: &mut Row) -> Result<(), String> {
    let (url, content_type) = (string(row, "url")?, string(row, "content_type")?);
    let page = match (take_string(row, "html")?, take_string(row, "html_base64")?) {
        (Some(html), _) => Extract::page(&html, url.as_deref()),
        (None, Some(coded)) => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(coded.trim());
            let bytes = bytes.map_err(|error| format!("html_base64: {error}"))?;
            let host = url.as_deref().and_then(canonical).map(|url| url.host);
            Extract::page(&decode(&bytes, content_type.as_deref(), host.as_deref()), url.as_deref())
        }
        (None, None) => return Err("the line has neither `html` nor `html_base64`".into()),
    };
    let page = page.map_err(|error| error.to_string())?;
    row.insert("text".into(), page.text.into());
    row.insert("title".into(), json!(page.title));
    row.insert("language_hint".into(), json!(page.language_hint));
    row.insert("blocks".into(), json!(page.blocks));
    Ok(())
}

fn scrub(stage: &Scrub, row: &mut Row) -> Result<(), String> {
    let (text, mut blocks) = take_text(row)?;
    let (language, url) = (string(row, "language")?, string(row, "url")?);
    let host = url.as_deref().and_then(canonical).map(|url| url.host);
    let tld = host.as_deref().and_then(|host| host.rsplit('.').next());
    let mut spans = Vec::new();
    stage.spans(&text, &pii::Context { language: language.as_deref(), tld, blocks: &blocks }, &mut spans);
    row.insert("text".into(), stage.replace(&text, &spans, &mut blocks).into());
    let span = |span: &pii::Span| json!({ "start": span.start, "end": span.end, "kind": span.kind.name() });
    row.insert("spans".into(), spans.iter().map(span).collect());
    row.insert("blocks".into(), json!(blocks));
    Ok(())
}

fn filter(stage: &Filters, row: &mut Row) -> Result<(), String> {
    let (text, blocks) = take_text(row)?;
    let language = string(row, "language")?;
    let document = Document::new(&text)
        .with_language(language.as_deref())
        .with_second_share(row.get("second_language_share").and_then(Value::as_f64))
        .with_blocks(&blocks)
        .with_resources(stage.resources());
    let judgement = stage.judge(&document);
    let measures = filters::FILTERS.iter().zip(&judgement.measures);
    let value = |value: Option<f64>| value.map_or(Value::Null, number);
    let measures: Row = measures.map(|(filter, found)| (filter.card().id.to_owned(), value(*found))).collect();
    row.insert("measures".into(), measures.into());
    let verdicts = judgement.verdicts.iter().map(|(id, bounds, verdict)| {
        let (found, bound) = match *verdict {
            Verdict::Keep { value } => (Some(value), nearest_bound(bounds, value)),
            Verdict::Reject { value, bound } => (Some(value), Some(bound)),
            Verdict::Unmeasured => (None, bounds.max.or(bounds.min)),
        };
        let keep = !matches!(verdict, Verdict::Reject { .. });
        json!({ "filter": id, "value": value(found), "bound": value(bound), "keep": keep })
    });
    row.insert("verdicts".into(), verdicts.collect());
    row.insert("keep".into(), judgement.rejection().is_none().into());
    Ok(())
}

/// The end of the bounds that a kept value is nearer to.
fn nearest_bound(bounds: &Bounds, value: f64) -> Option<f64> {
    match (bounds.min, bounds.max) {
        (Some(min), Some(max)) => Some(if value - min < max - value { min } else { max }),
        (min, max) => min.or(max),
    }
}

/// A whole number without a fraction, as people write it.
fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    if value.fract() == 0.0 && value.abs() < 1e15 { Value::from(value as i64) } else { Value::from(value) }
}

/// The text and its blocks; without blocks the whole text is one of prose.
fn take_text(row: &mut Row) -> Result<(String, Vec<Block>), String> {
    let text = take_string(row, "text")?.ok_or("the line has no `text`")?;
    let blocks = match row.remove("blocks") {
        None | Some(Value::Null) => extract::plain_blocks(&text),
        Some(value) => serde_json::from_value(value).map_err(|error| format!("blocks: {error}"))?,
    };
    let mut end = 0;
    for block in &blocks {
        let range = block.range();
        if range.start < end || text.get(range.clone()).is_none() {
            let kind = BlockKind::name(block.kind);
            return Err(format!("blocks: {kind} {range:?} is out of order, or no stretch of the text"));
        }
        end = range.end;
    }
    Ok((text, blocks))
}

fn take_string(row: &mut Row, key: &str) -> Result<Option<String>, String> {
    string(row, key).inspect(|_| drop(row.remove(key)))
}

fn string(row: &Row, key: &str) -> Result<Option<String>, String> {
    match row.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("`{key}` is not a text")),
    }
}
