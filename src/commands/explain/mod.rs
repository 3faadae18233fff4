//! `trommel explain`: what became of a document and why; or one HTML file by hand, stage by stage.

mod beside;
mod judged;
mod unusual;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StructArray};
use arrow::datatypes::Float64Type;
use arrow::util::display::array_value_to_string;
use filters::tokens::References;
use filters::{Branch, FILTERS, verdict};
use stages::batch::Batch;
use stages::ledger::{Wanted, find};
use stages::models::ModelStore;
use stages::schema::{self, Column};
use stages::spec::StageSpec;
use stages::task::Layout;

use self::beside::beside;
use self::judged::judged;
use self::unusual::{references, unusual};
use super::saved::Saved;
use super::{Usage, print};
use crate::cli::ExplainArgs;
use crate::recipe::Recipe;
use crate::session::{model_folders, model_store};

/// Documents shown when several are meant.
const MOST: usize = 5;

/// Characters of text shown.
const EXCERPT: usize = 600;

pub(super) fn run(args: &ExplainArgs) -> Result<()> {
    let text = match &args.document {
        _ if !args.place.exists() => {
            return Err(Usage(format!("{}: no such file or folder", args.place.display())).into());
        }
        Some(document) => in_run(&args.place, document, &models(args))?,
        None if args.place.is_file() => by_hand(args)?,
        None => {
            let place = args.place.display();
            return Err(Usage(format!(
                "which document? trommel explain {place} ID, or an HTML file in place of {place}"
            ))
            .into());
        }
    };
    print(&text)
}

/// The captures of a URL, or the documents whose id begins so.
fn in_run(folder: &Path, document: &str, models: &ModelStore) -> Result<String> {
    let (layout, _, recipe) = Saved::finished(folder)?;
    let references = references(&layout, &recipe, models);
    let wanted = Wanted::parse(document);
    let rows = find(&layout, "ledger", &wanted, MOST + 1)?;
    if rows.is_empty() {
        return Err(Usage(format!(
            "no record of {} is `{document}`\nhint: trommel sql {} \"select url, fate['rule'] from ledger limit 20\"",
            folder.display(),
            folder.display()
        ))
        .into());
    }
    let mut text = String::new();
    if rows.len() > 1 && matches!(wanted, Wanted::Id(_)) {
        // A beginning that several ids share: which one is meant?
        for row in rows.iter().take(MOST) {
            let [id, url] =
                [&schema::ID, &schema::URL].map(|column| shown(row, column).ok().flatten().unwrap_or_default());
            let _ = writeln!(text, "{id}  {url}");
        }
        let _ = writeln!(text, "{} ids begin so: give more of one", if rows.len() > MOST { "more" } else { "these" });
        return Ok(text);
    }
    for row in rows.iter().take(MOST) {
        one(&mut text, &layout, &recipe, row, &references)?;
        text.push('\n');
    }
    if rows.len() > MOST {
        let _ = writeln!(text, "… and more: give more of the id");
    }
    Ok(text)
}

/// One ledger row: fate, evidence, measures against bounds, and the text.
fn one(
    text: &mut String,
    layout: &Layout,
    recipe: &Recipe,
    row: &RecordBatch,
    references: &Result<Option<References>>,
) -> Result<()> {
    // Writing to a string cannot fail, here and below.
    let id = shown(row, &schema::ID)?.unwrap_or_default();
    let _ = writeln!(text, "{}  {id}", shown(row, &schema::URL)?.unwrap_or_else(|| "(no URL)".into()));
    if let Some(source) = row.column_by_name(schema::SOURCE.name).and_then(|column| column.as_struct_opt()) {
        let field = |name: &str| source.column_by_name(name).and_then(|values| array_value_to_string(values, 0).ok());
        let place = [field("file"), field("offset")].map(Option::unwrap_or_default);
        let _ = writeln!(text, "  from {} at byte {}", place[0], place[1]);
    }
    let fate = row.column_by_name(schema::FATE.name).and_then(|column| column.as_struct_opt());
    let fate = fate.context("a ledger without fates")?;
    let field = |name: &str| {
        let values = fate.column_by_name(name)?;
        values.is_valid(0).then(|| array_value_to_string(values, 0).ok()).flatten()
    };
    let _ = write!(text, "  {}", field("outcome").unwrap_or_default());
    if let (Some(stage), Some(rule)) = (field("stage"), field("rule")) {
        let _ = write!(text, " by {stage}: {rule}");
    }
    let number = |name: &str| {
        let values = fate.column_by_name(name)?.as_primitive_opt::<Float64Type>()?;
        values.is_valid(0).then(|| values.value(0))
    };
    if let (Some(value), Some(bound)) = (number("value"), number("bound")) {
        let _ = write!(text, "  {}", verdict::comparison(value, bound));
    }
    text.push('\n');
    if let Some(evidence) = field("evidence") {
        let _ = writeln!(text, "  because: {evidence}");
        if let Some(kept) = evidence.strip_prefix("kept ").and_then(|rest| rest.get(..32)) {
            duplicate(text, layout, recipe, &id, kept)?;
        }
    }
    for column in [&schema::LANGUAGE, &schema::BRANCH, &schema::CLASS, &schema::N_WORDS, &schema::N_TOKENS] {
        if let Some(value) = shown(row, column)? {
            let _ = writeln!(text, "  {}: {value}", column.name);
        }
    }
    if let Some(measures) = row.column_by_name(schema::MEASURES.name).and_then(|column| column.as_struct_opt()) {
        measured(
            text,
            measures,
            shown(row, &schema::BRANCH)?.as_deref(),
            shown(row, &schema::LANGUAGE)?.as_deref(),
            recipe,
        );
    }
    for folder in ["documents", "rejected"] {
        let Some(document) = find(layout, folder, &Wanted::Id(id.clone()), 1)?.into_iter().next() else { continue };
        let of_kept: &[&Column] =
            if folder == "documents" { &[&schema::CLUSTER_SIZE, &schema::N_LINES_REMOVED] } else { &[] };
        for column in
            [&schema::TITLE, &schema::SECOND_LANGUAGE, &schema::TOPIC].into_iter().chain(of_kept.iter().copied())
        {
            if let Some(value) = shown(&document, column)? {
                let _ = writeln!(text, "  {}: {value}", column.name);
            }
        }
        if let Some(body) = shown(&document, &schema::TEXT)? {
            let [branch, language] = [&schema::BRANCH, &schema::LANGUAGE].map(|column| shown(row, column));
            let branch = Branch::ALL
                .iter()
                .find(|known| branch.as_ref().is_ok_and(|branch| branch.as_deref() == Some(known.name())));
            match (references, branch, language?) {
                (Ok(Some(references)), Some(branch), Some(language)) => {
                    text.push_str(&unusual(&body, &language, *branch, references));
                }
                (Err(error), Some(_), _) => {
                    let _ = writeln!(text, "  the words behind its divergence cannot be told: {error:#}");
                }
                _ => {}
            }
            let _ = writeln!(text, "  text:\n{}", excerpt(&body, EXCERPT));
        }
    }
    Ok(())
}

/// What a removed document went for: the evidence, and both texts side by side.
fn duplicate(text: &mut String, layout: &Layout, recipe: &Recipe, id: &str, kept: &str) -> Result<()> {
    let stays = find(layout, "ledger", &Wanted::Id(kept.to_owned()), 1)?;
    if let Some(row) = stays.first() {
        let url = shown(row, &schema::URL)?.unwrap_or_else(|| "(no URL)".into());
        let fate = row.column_by_name(schema::FATE.name).and_then(|column| column.as_struct_opt());
        let stage = fate.and_then(|fate| fate.column_by_name("stage")).map(|stage| cell(Some(stage))).transpose()?;
        let after = stage.flatten().map(|stage| format!("; it was removed later, by {stage}")).unwrap_or_default();
        let _ = writeln!(text, "  the document that stays in its place: {kept}  {url}{after}");
    }
    let evidence = find(layout, "dedup", &Wanted::Id(id.to_owned()), 1)?;
    if let Some(row) = evidence.first() {
        for column in schema::DEDUP.iter().filter(|column| !["id", "level", "kept_id"].contains(&column.name)) {
            if let Some(value) = shown(row, column)? {
                let _ = writeln!(text, "  {}: {value}", column.name);
            }
        }
    }
    let body = |id: &str| -> Result<Option<String>> {
        for folder in ["documents", "rejected"] {
            if let Some(row) = find(layout, folder, &Wanted::Id(id.to_owned()), 1)?.first() {
                return shown(row, &schema::TEXT);
            }
        }
        Ok(None)
    };
    let search = recipe.stages.iter().find_map(|stage| match stage {
        StageSpec::DedupDocument(config) => Some(config.minhash()),
        _ => None,
    });
    if let (Some(removed), Some(kept)) = (body(id)?, body(kept)?) {
        text.push_str(&beside(&removed, &kept, search.unwrap_or_default().shingling()));
    }
    Ok(())
}

/// Every measure beside the bounds that judged it.
fn measured(text: &mut String, measures: &StructArray, branch: Option<&str>, language: Option<&str>, recipe: &Recipe) {
    if !measures.is_valid(0) || measures.columns().iter().all(|values| values.is_null(0)) {
        return;
    }
    let config = recipe.stages.iter().find_map(|stage| match stage {
        StageSpec::Filter(config) => Some(config),
        _ => None,
    });
    let branch = Branch::ALL.iter().find(|known| Some(known.name()) == branch);
    let _ = writeln!(text, "  measures:");
    for card in FILTERS.iter().map(|filter| filter.card()) {
        let values = measures.column_by_name(card.id).and_then(|column| column.as_primitive_opt::<Float64Type>());
        let value = values.filter(|values| values.is_valid(0)).map(|values| values.value(0));
        let judges = branch.is_some_and(|branch| card.branches.contains(branch));
        let verdict = match config.and_then(|config| config.bounds_of(card.id, language)) {
            Some(bounds) if judges => bounds.judge(value).to_string(),
            Some(_) => "does not judge this kind of text".into(),
            None => "measured only".into(),
        };
        let value = value.map_or_else(|| "-".into(), verdict::number);
        let _ = writeln!(text, "    {:<36} {value:>10}  {verdict}", card.id);
    }
}

fn models(args: &ExplainArgs) -> ModelStore {
    model_store(model_folders(args.resources.models.clone()))
}

/// A page given by hand, through the recipe's per-document stages.
fn by_hand(args: &ExplainArgs) -> Result<String> {
    let recipe = Recipe::load(&args.recipe)?;
    let models = models(args);
    let body = std::fs::read(&args.place).with_context(|| format!("read {}", args.place.display()))?;
    let mut batch = Batch::new(stages::read::single_page(&args.place.display().to_string(), &body)?, 0);
    let mut text = format!("{}, by the recipe {}\n", args.place.display(), recipe.name);
    for spec in &recipe.stages {
        let card = spec.card();
        if spec.is_global() {
            let _ = writeln!(text, "{}: compares documents; there is only one here", card.id);
            continue;
        }
        let Some(stage) = spec.build(&models)? else { continue };
        // The page as it comes to extraction, which takes its HTML away.
        let is_page = card.id == "extract" && batch.has(&schema::HTML);
        let blocks = if is_page { judged(batch.strings(&schema::HTML)?.value(0)) } else { String::new() };
        stage.apply(&mut batch)?;
        let _ = writeln!(text, "{}: {}", card.id, card.summary);
        text.push_str(&blocks);
        for column in card.adds.iter().filter(|column| !["id", "source", "html", "blocks"].contains(&column.name)) {
            let Some(values) = batch.table().column_by_name(column.name) else { continue };
            match column.name {
                "measures" => {
                    let [branch, language] =
                        [&schema::BRANCH, &schema::LANGUAGE].map(|column| shown(batch.table(), column));
                    measured(&mut text, values.as_struct(), branch?.as_deref(), language?.as_deref(), &recipe);
                }
                "text" => {
                    let characters = values.as_string::<i32>().value(0).chars().count();
                    let _ = writeln!(text, "  text: {characters} characters, below");
                }
                _ => {
                    if let Some(value) = cell(Some(values))? {
                        let _ = writeln!(text, "  {}: {value}", column.name);
                    }
                }
            }
        }
        if let Some(fate) = &batch.fates()[0] {
            let _ = writeln!(text, "→ {fate}");
            break;
        }
    }
    if batch.is_alive(0) {
        text.push_str("→ kept\n");
    }
    with_blocks(&mut text, &batch)?;
    Ok(text)
}

/// The extracted text, each block under its kind.
fn with_blocks(text: &mut String, batch: &Batch) -> Result<()> {
    if !batch.has(&schema::TEXT) || !batch.has(&schema::BLOCKS) {
        return Ok(());
    }
    let (body, mut blocks) = (batch.strings(&schema::TEXT)?.value(0), Vec::new());
    batch.blocks()?.read(0, &mut blocks);
    for block in blocks {
        let _ = writeln!(text, "\n[{}]\n{}", block.kind.name(), body.get(block.range()).unwrap_or_default());
    }
    Ok(())
}

/// A value of the first row, as people read it; `None` of a null.
fn shown(row: &RecordBatch, column: &Column) -> Result<Option<String>> {
    cell(row.column_by_name(column.name))
}

fn cell(values: Option<&ArrayRef>) -> Result<Option<String>> {
    let Some(values) = values.filter(|values| values.is_valid(0)).map(Arc::clone) else { return Ok(None) };
    Ok(Some(array_value_to_string(&values, 0)?))
}

/// The beginning of a text, indented.
fn excerpt(text: &str, most: usize) -> String {
    let end = text.char_indices().nth(most).map_or(text.len(), |(place, _)| place);
    let more = if end < text.len() { " …" } else { "" };
    format!("    {}{more}", text[..end].trim().replace('\n', "\n    "))
}
