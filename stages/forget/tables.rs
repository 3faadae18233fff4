//! The tables of a run, rewritten.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow::compute::concat_batches;
use arrow::datatypes::UInt32Type;

use super::Told;
use super::changes::{Becomes, Changes, Gone, levels, lost};
use super::commit::Change;
use super::rows::{Turn, each_batch, fit, has_any, id_column, ids, rewrite, strings, stripped, with, with_fate};
use super::stage::fate;
use crate::dedup::{CutLines, Level};
use crate::error::{Result, StageError};
use crate::fate::Fate;
use crate::mix::Manifest;
use crate::pass::again;
use crate::plan::{Plan, Run};
use crate::schema;
use crate::spec::StageSpec;
use crate::task::{Commit, Layout, Output, Shard, Workbench};

/// How a record ended: outcome, stage, rule.
pub type Ended = (String, String, String);

/// A rewriting of tables.
pub(super) struct Tables<'a> {
    pub(super) run: &'a Run,
    pub(super) plan: &'a Plan,
    pub(super) changes: &'a Changes,
    pub(super) bench: &'a Workbench,
}

/// What the documents of one shard that come back became.
#[derive(Default)]
struct Back {
    documents: Vec<RecordBatch>,
    rejected: Vec<RecordBatch>,
    failed: Vec<RecordBatch>,
    /// Their rows of the ledger.
    ledger: BTreeMap<u128, RecordBatch>,
}

impl Tables<'_> {
    /// Writes aside every table that changes.
    pub(super) fn rewrite(&self, change: &mut Change<'_>, told: &mut Told) -> Result<()> {
        let (mut ends, mut tokens) = (BTreeMap::new(), BTreeMap::new());
        for shard in &self.run.shards {
            self.bench.check()?;
            self.shard(shard, change, told, &mut ends, &mut tokens)?;
        }
        self.superseded(change)?;
        self.mixes(change, told)?;
        told.ends = ends.into_iter().map(|((from, to), count)| (from, to, count)).collect();
        told.tokens = tokens.into_iter().collect();
        Ok(())
    }

    fn shard(
        &self,
        shard: &Shard,
        change: &mut Change<'_>,
        told: &mut Told,
        ends: &mut BTreeMap<(Ended, Ended), u64>,
        tokens: &mut BTreeMap<String, i64>,
    ) -> Result<()> {
        let (layout, stem) = (&self.run.layout, &shard.stem);
        let concerned = |id| self.changes.concerns(shard, id);
        let last = self.plan.passes.len().saturating_sub(1);
        let mut stripped_documents = Vec::new();
        let documents = format!("documents/{stem}.parquet");
        let smaller = |id| self.changes.rule(id).is_some() || self.changes.smaller(id) > 0;
        let mut backs: Vec<Back> = Vec::new();
        for place in 0..self.plan.passes.len() {
            backs.push(self.back(shard, place)?);
        }
        let back_documents: Vec<RecordBatch> = backs.iter().flat_map(|back| back.documents.clone()).collect();
        if !back_documents.is_empty() || has_any(&layout.path(&documents), &[&schema::ID], smaller)? {
            for rows in &back_documents {
                count_tokens(rows, 0..rows.num_rows(), 1, tokens);
            }
            let rejected = schema::schema(&schema::rejected());
            let turn = |batch: &RecordBatch, row: usize| {
                let Some(id) = ids(&batch.slice(row, 1), &schema::ID)?[0] else { return Ok(Turn::Stay) };
                if let Some(rule) = self.changes.rule(id) {
                    count_tokens(batch, row..row + 1, -1, tokens);
                    stripped_documents.push(stripped(&batch.slice(row, 1), &rejected, &fate(rule))?);
                    return Ok(Turn::Go);
                }
                let fewer = self.changes.smaller(id);
                Ok(if fewer == 0 { Turn::Stay } else { Turn::Become(smaller_cluster(&batch.slice(row, 1), fewer)?) })
            };
            rewrite(layout, change, &documents, turn, &back_documents)?;
        }
        for (place, (pass, back)) in self.plan.passes.iter().zip(backs).enumerate() {
            let file = |folder: &str| format!("{folder}/{}-{stem}.parquet", pass.name);
            let mut appended = if place == last { std::mem::take(&mut stripped_documents) } else { Vec::new() };
            if !back.failed.is_empty() || has_any(&layout.path(&file("failed")), &[&schema::ID], concerned)? {
                let rejected = schema::schema(&schema::rejected());
                let turn = |batch: &RecordBatch, row: usize| {
                    let Some(rule) = ids(&batch.slice(row, 1), &schema::ID)?[0].and_then(|id| self.changes.rule(id))
                    else {
                        return Ok(Turn::Stay);
                    };
                    appended.push(stripped(&batch.slice(row, 1), &rejected, &fate(rule))?);
                    Ok(Turn::Go)
                };
                rewrite(layout, change, &file("failed"), turn, &back.failed)?;
            }
            appended.extend(back.rejected);
            if !appended.is_empty() || has_any(&layout.path(&file("rejected")), &[&schema::ID], concerned)? {
                let turn = |batch: &RecordBatch, row: usize| self.ended(shard, &batch.slice(row, 1), None);
                rewrite(layout, change, &file("rejected"), turn, &appended)?;
            }
            if has_any(&layout.path(&file("ledger")), &[&schema::ID], concerned)? {
                let turn = |batch: &RecordBatch, row: usize| {
                    let row = batch.slice(row, 1);
                    let turn = self.ended(shard, &row, Some(&back.ledger))?;
                    if let Turn::Become(new) = &turn {
                        let (from, to) = (ended(&row)?, ended(new)?);
                        told.forgotten += u64::from(to.1 == super::stage::CARD.id);
                        told.kept += u64::from(to.1 == super::stage::CARD.id && from.0 == "kept");
                        let comes_back = back.ledger.values().any(|back| back == new);
                        told.back += u64::from(comes_back);
                        told.back_kept += u64::from(comes_back && to.0 == "kept");
                        *ends.entry((from, to)).or_default() += 1;
                    }
                    Ok(turn)
                };
                rewrite(layout, change, &file("ledger"), turn, &[])?;
            }
        }
        self.evidence(shard, change)
    }

    /// What becomes of a row of `rejected/`, or of the ledger, which has a row for those that come back too.
    fn ended(&self, shard: &Shard, row: &RecordBatch, ledger: Option<&BTreeMap<u128, RecordBatch>>) -> Result<Turn> {
        let Some(id) = ids(row, &schema::ID)?[0] else { return Ok(Turn::Stay) };
        if let Some(rule) = self.changes.rule(id) {
            // Forgotten before, by another list: its row says nothing as it is.
            let before = ended(row)?.1 == super::stage::CARD.id;
            return Ok(if before { Turn::Stay } else { Turn::Become(stripped(row, &row.schema(), &fate(rule))?) });
        }
        Ok(match self.changes.becomes(shard, id) {
            None => Turn::Stay,
            Some(Becomes::Goes(gone)) => Turn::Become(with_fate(row, &gone.fate())?),
            Some(Becomes::WithoutText) => Turn::Become(with_fate(row, &without_text(row)?)?),
            Some(Becomes::Back(_)) => match ledger {
                None => Turn::Go,
                Some(ledger) => Turn::Become(ledger.get(&id).cloned().ok_or_else(|| lost("one that comes back"))?),
            },
        })
    }

    /// The documents of a shard that come back from where a pass had ended them, through the rest of the recipe.
    fn back(&self, shard: &Shard, place: usize) -> Result<Back> {
        let (mut back, pass) = (Back::default(), &self.plan.passes[place]);
        let path = self.run.layout.path(&format!("rejected/{}-{}.parquet", pass.name, shard.stem));
        let comes = |id| matches!(self.changes.becomes(shard, id), Some(Becomes::Back(_)));
        if pass.removals.is_empty() || !has_any(&path, &[&schema::ID], comes)? {
            return Ok(back);
        }
        let document_columns = schema::schema(schema::DOCUMENTS);
        each_batch(&path, |batch| {
            self.bench.check()?;
            let (mut rows, mut sizes) = (Vec::new(), Vec::new());
            for (row, id) in ids(batch, &schema::ID)?.into_iter().enumerate() {
                if let Some(Becomes::Back(size)) = id.and_then(|id| self.changes.becomes(shard, id)) {
                    rows.push(fit(&batch.slice(row, 1), &document_columns)?);
                    sizes.push(size);
                }
            }
            if rows.is_empty() {
                return Ok(());
            }
            let size: ArrayRef = Arc::new(UInt32Array::from(sizes));
            let table = with(&concat_batches(&document_columns, &rows)?, &[(&schema::CLUSTER_SIZE, size)])?;
            let cut = self.plan.steps[..place].last().into_iter().flatten().find_map(|(_, stage)| match stage {
                StageSpec::DedupLine(config) => Some(CutLines::from_evidence(&self.run.layout, config, &table)),
                _ => None,
            });
            let done = again(&self.plan.passes[place..], &self.run.layout, cut.transpose()?, table, self.bench)?;
            for (row, id) in ids(&done.ledger, &schema::ID)?.into_iter().enumerate() {
                back.ledger.extend(id.map(|id| (id, done.ledger.slice(row, 1))));
            }
            back.documents.push(done.documents);
            back.rejected.push(done.rejected);
            back.failed.extend(Some(done.failed).filter(|failed| failed.num_rows() > 0));
            Ok(())
        })?;
        back.documents.retain(|rows| rows.num_rows() > 0);
        back.rejected.retain(|rows| rows.num_rows() > 0);
        Ok(back)
    }

    /// `dedup/`: what went for a forgotten one goes for another one, or has no row any more.
    fn evidence(&self, shard: &Shard, change: &mut Change<'_>) -> Result<()> {
        let table = schema::schema(schema::DEDUP);
        for level in levels(self.plan) {
            let file = format!("dedup/{}-{}.parquet", level.name(), shard.stem);
            let path = self.run.layout.path(&file);
            let wanted = |id| self.changes.concerns(shard, id) || self.changes.smaller(id) > 0;
            let columns = [&schema::ID, &schema::KEPT_ID, &schema::COMPONENT];
            let come: Vec<(u128, Gone)> = self.changes.going(shard).filter(|(_, gone)| gone.level == level).collect();
            if come.is_empty() && !has_any(&path, &columns, wanted)? {
                continue;
            }
            let appended: Vec<RecordBatch> =
                come.iter().map(|(id, gone)| evidence_row(*id, gone)).collect::<Result<_>>()?;
            let turn = |batch: &RecordBatch, row: usize| {
                let row = batch.slice(row, 1);
                let Some(id) = ids(&row, &schema::ID)?[0] else { return Ok(Turn::Stay) };
                if self.changes.rule(id).is_some() {
                    return Ok(Turn::Go);
                }
                let becomes = self.changes.becomes(shard, id);
                if matches!(becomes, Some(Becomes::Goes(_) | Becomes::Back(_))) {
                    return Ok(Turn::Go);
                }
                let kept = ids(&row, &schema::KEPT_ID)?[0];
                let component = ids(&row, &schema::COMPONENT)?[0].filter(|id| self.changes.rule(*id).is_none());
                let mut new = with(&row, &[(&schema::COMPONENT, id_column(component))])?;
                if becomes.is_some() {
                    new = with(&new, &[(&schema::KEPT_ID, id_column(None))])?;
                }
                let fewer = kept.map_or(0, |kept| self.changes.smaller(kept));
                Ok(Turn::Become(if fewer > 0 { smaller_cluster(&new, fewer)? } else { new }))
            };
            let appended = if appended.is_empty() { Vec::new() } else { vec![concat_batches(&table, &appended)?] };
            rewrite(&self.run.layout, change, &file, turn, &appended)?;
        }
        Ok(())
    }

    /// `superseded/`: what should go for a forgotten one stays.
    fn superseded(&self, change: &mut Change<'_>) -> Result<()> {
        let layout = &self.run.layout;
        for path in layout.files("superseded")? {
            let is_target = |id| self.changes.rule(id).is_some();
            if has_any(&path, &[&schema::ID, &schema::KEPT_ID], is_target)? {
                let turn = |batch: &RecordBatch, row: usize| {
                    let row = batch.slice(row, 1);
                    let named = [ids(&row, &schema::ID)?[0], ids(&row, &schema::KEPT_ID)?[0]];
                    Ok(if named.into_iter().flatten().any(is_target) { Turn::Go } else { Turn::Stay })
                };
                rewrite(layout, change, &relative(layout, &path), turn, &[])?;
            }
        }
        Ok(())
    }

    /// The mixes, without what is forgotten; `mix.json` says what is left.
    fn mixes(&self, change: &mut Change<'_>, told: &mut Told) -> Result<()> {
        let layout = &self.run.layout;
        let folder = layout.path("mixes");
        let Ok(entries) = fs::read_dir(&folder) else { return Ok(()) };
        let mut folders: Vec<_> = entries.filter_map(std::result::Result::ok).map(|entry| entry.path()).collect();
        folders.sort();
        for folder in folders {
            let path = folder.join("mix.json");
            let Ok(json) = fs::read(&path) else { continue };
            let mut manifest: Manifest = serde_json::from_slice(&json).map_err(StageError::table(&path))?;
            let mut changed = false;
            for file in &mut manifest.files {
                let path = layout.path(&file.path);
                if !has_any(&path, &[&schema::ID], |id| self.changes.rule(id).is_some())? {
                    continue;
                }
                let turn = |batch: &RecordBatch, row: usize| {
                    let row = batch.slice(row, 1);
                    if ids(&row, &schema::ID)?[0].is_none_or(|id| self.changes.rule(id).is_none()) {
                        return Ok(Turn::Stay);
                    }
                    told.in_mixes += 1;
                    let class = strings(&row, &schema::CLASS).map_or("", |classes| classes.value(0));
                    if let Some(taken) = manifest.classes.iter_mut().find(|taken| taken.share.class == class) {
                        taken.documents = taken.documents.saturating_sub(1);
                        taken.tokens = taken.tokens.saturating_sub(n_tokens(&row, 0));
                    }
                    Ok(Turn::Go)
                };
                rewrite(layout, change, &file.path, turn, &[])?;
                if let Some(written) = change.outputs().last() {
                    *file = written.clone();
                }
                changed = true;
            }
            if changed {
                let json =
                    serde_json::to_vec_pretty(&manifest).map_err(|error| StageError::Internal(error.to_string()))?;
                change.write(&relative(layout, &path), &json)?;
            }
        }
        Ok(())
    }
}

fn relative(layout: &Layout, path: &Path) -> String {
    path.strip_prefix(layout.root()).unwrap_or(path).to_string_lossy().into_owned()
}

/// A row of `dedup/`. Which others it was linked with is not known any more.
fn evidence_row(id: u128, gone: &Gone) -> Result<RecordBatch> {
    let table = schema::schema(schema::DEDUP);
    let columns: [(&schema::Column, ArrayRef); 6] = [
        (&schema::ID, id_column(Some(id))),
        (&schema::LEVEL, Arc::new(StringArray::from(vec![gone.level.name()]))),
        (&schema::KEPT_ID, id_column(Some(gone.kept))),
        (&schema::JACCARD, Arc::new(Float64Array::from(vec![gone.jaccard]))),
        (&schema::THRESHOLD, Arc::new(Float64Array::from(vec![gone.threshold]))),
        (&schema::BAND, Arc::new(UInt32Array::from(vec![gone.band]))),
    ];
    let nulls: Vec<ArrayRef> =
        table.fields().iter().map(|field| arrow::array::new_null_array(field.data_type(), 1)).collect();
    with(&RecordBatch::try_new(table, nulls)?, &columns)
}

fn smaller_cluster(row: &RecordBatch, fewer: u32) -> Result<RecordBatch> {
    let sizes = row.column_by_name(schema::CLUSTER_SIZE.name).and_then(|sizes| sizes.as_primitive_opt::<UInt32Type>());
    let size = sizes.filter(|sizes| sizes.is_valid(0)).map(|sizes| sizes.value(0).saturating_sub(fewer).max(1));
    with(row, &[(&schema::CLUSTER_SIZE, Arc::new(UInt32Array::from(vec![size])))])
}

/// How the record of a row ended.
fn ended(row: &RecordBatch) -> Result<Ended> {
    let fates = row.column_by_name(schema::FATE.name).and_then(|fates| fates.as_struct_opt());
    let fates = fates.ok_or_else(|| lost("a table without fates"))?;
    let field = |place: usize| {
        let values = fates.column(place).as_string::<i32>();
        if values.is_valid(0) { values.value(0).to_owned() } else { String::new() }
    };
    Ok((field(0), field(1), field(2)))
}

/// The fate of what cannot come back: as it was, and why.
fn without_text(row: &RecordBatch) -> Result<Fate> {
    let (_, stage, rule) = ended(row)?;
    let level = [Level::Url, Level::Exact, Level::Document].into_iter().find(|level| level.name() == stage);
    let level = level.ok_or_else(|| lost("a duplicate that no step removed"))?;
    Ok(Fate::rejected(level.name(), rule, "what it went for was forgotten; its own text was not kept"))
}

fn n_tokens(batch: &RecordBatch, row: usize) -> u64 {
    let tokens = batch.column_by_name(schema::N_TOKENS.name).and_then(|tokens| tokens.as_primitive_opt::<UInt32Type>());
    tokens.filter(|tokens| tokens.is_valid(row)).map_or(0, |tokens| tokens.value(row).into())
}

fn count_tokens(rows: &RecordBatch, which: std::ops::Range<usize>, sign: i64, tokens: &mut BTreeMap<String, i64>) {
    let Some(classes) = strings(rows, &schema::CLASS) else { return };
    for row in which.filter(|row| classes.is_valid(*row)) {
        let count = i64::try_from(n_tokens(rows, row)).unwrap_or(i64::MAX);
        *tokens.entry(classes.value(row).to_owned()).or_default() += sign * count;
    }
}

/// Commits name the files that tasks wrote: those that are replaced, as they are now.
pub(super) fn amend_commits(layout: &Layout, change: &mut Change<'_>) -> Result<()> {
    let new: BTreeMap<String, Output> =
        change.outputs().iter().map(|output| (output.path.clone(), output.clone())).collect();
    let mut open = vec![layout.path("commits")];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        let mut paths: Vec<_> = entries.filter_map(std::result::Result::ok).map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let json = fs::read(&path).map_err(StageError::io("read", &path))?;
            let mut commit: Commit = serde_json::from_slice(&json).map_err(StageError::table(&path))?;
            let mut changed = false;
            for output in &mut commit.outputs {
                if let Some(new) = new.get(&output.path) {
                    *output = new.clone();
                    changed = true;
                }
            }
            if changed {
                let json =
                    serde_json::to_vec_pretty(&commit).map_err(|error| StageError::Internal(error.to_string()))?;
                change.write(&relative(layout, &path), &json)?;
            }
        }
    }
    Ok(())
}
