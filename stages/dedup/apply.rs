//! Decisions meet their documents again, in the pass after: copies end, frequent lines are cut.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, StringBuilder};
use arrow::datatypes::UInt64Type;
use filters::text;

use super::Level;
use super::hashed::{HashedMap, HashedSet};
use super::line::{FrequentLine, LineDedup, line_key, windows};
use super::lines::each_line;
use super::settle::Removal;
use crate::batch::{self, Batch, BlocksBuilder};
use crate::bucket::read_buckets;
use crate::cut::remove;
use crate::error::Result;
use crate::fate::Fate;
use crate::ledger;
use crate::plan::{Run, Step, settled};
use crate::schema;
use crate::stage::{DocumentStage, StageCard};
use crate::task::{Layout, Shard};

/// Ends the documents of one shard that global steps removed; notes the cluster sizes of those that stay.
#[derive(Debug)]
pub struct Removals {
    by_row: HashedMap<usize, (&'static str, Removal)>,
    cluster_sizes: HashedMap<usize, u32>,
}

static REMOVALS: StageCard = StageCard {
    id: "apply",
    summary: "Ends the documents that global steps removed.",
    reads: &[],
    adds: &[&schema::CLUSTER_SIZE],
    memory: "the shard's removals, 50 bytes each",
};

impl Removals {
    /// The decisions of these steps about one shard.
    ///
    /// # Errors
    /// [`crate::StageError`] when a decision file is gone.
    pub fn load(run: &Run, shard: &Shard, levels: &[Level]) -> Result<Self> {
        let (mut by_row, mut cluster_sizes) = (HashedMap::default(), HashedMap::default());
        for level in levels {
            for decision in settled(run, *level, shard)? {
                if decision.removes() {
                    by_row.insert(decision.row as usize, (level.name(), decision));
                } else if *level != Level::Url {
                    // Captures of one URL need not be alike. Near-duplicates come last, and count exact copies in.
                    cluster_sizes.insert(decision.row as usize, decision.size);
                }
            }
        }
        Ok(Self { by_row, cluster_sizes })
    }
}

impl DocumentStage for Removals {
    fn card(&self) -> &'static StageCard {
        &REMOVALS
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let first = batch.first_row();
        let earlier = batch.has(&schema::CLUSTER_SIZE).then(|| batch.numbers(&schema::CLUSTER_SIZE)).transpose()?;
        let sizes = (0..batch.len()).map(|place| {
            let before = earlier.filter(|sizes| sizes.is_valid(place)).map_or(1, |sizes| sizes.value(place));
            Some(self.cluster_sizes.get(&(first + place)).copied().unwrap_or(before))
        });
        let sizes = batch::numbers(sizes.collect());
        batch.set(&schema::CLUSTER_SIZE, sizes)?;
        for place in 0..batch.len() {
            let Some((step, removal)) = self.by_row.get(&(first + place)) else { continue };
            let kept = format!("kept {:032x}", removal.kept);
            let fate = match (removal.jaccard(), removal.threshold()) {
                (Some(similarity), Some(threshold)) => Fate::broke(step, *step, similarity, threshold)
                    .because(format!("{kept}, cluster of {}", removal.size)),
                _ => Fate::rejected(step, *step, kept),
            };
            batch.end(place, fate);
        }
        Ok(())
    }
}

/// Cuts the frequent lines of one shard's documents.
#[derive(Debug)]
pub struct CutLines {
    max_loss: f64,
    frequent: HashedSet<u64>,
    windows: Vec<Option<u64>>,
}

static CUT_LINES: StageCard = StageCard {
    id: "dedup.line",
    summary: "Cuts lines that stand in too many documents of a language.",
    reads: &[&schema::TEXT, &schema::BLOCKS, &schema::LANGUAGE],
    adds: &[&schema::N_LINES_REMOVED],
    memory: "the shard's frequent lines, 16 bytes each, and 16 bytes a document",
};

impl CutLines {
    /// The lines to cut in one shard.
    ///
    /// # Errors
    /// [`crate::StageError`] when a decision file is gone.
    pub fn load(run: &Run, shard: &Shard, step: &Step, config: &LineDedup) -> Result<Self> {
        let lines: Vec<FrequentLine> = read_buckets(&run.layout.path(&step.file("settled", &shard.stem)))?;
        Ok(Self {
            max_loss: config.max_loss,
            frequent: lines.iter().map(|line| line.key).collect(),
            windows: windows(step, run, shard, config.window)?,
        })
    }

    /// The lines to cut in documents that come back into a finished run, by its table `lines/`. Which window a document
    /// would have been counted in is not known any more: a line goes that was frequent in any.
    ///
    /// # Errors
    /// [`crate::StageError`] when a file of the table is damaged.
    pub(crate) fn from_evidence(layout: &Layout, config: &LineDedup, table: &RecordBatch) -> Result<Self> {
        let batch = Batch::new(table.clone(), 0);
        let (texts, languages) = (batch.strings(&schema::TEXT)?, batch.strings(&schema::LANGUAGE)?);
        let block_column = batch.blocks()?;
        let (mut wanted, mut blocks) = (HashedSet::default(), Vec::new());
        for row in 0..batch.len() {
            block_column.read(row, &mut blocks);
            each_line(texts.value(row), &blocks, |_, line| {
                wanted.insert(line_key(line, languages.value(row), 0));
            });
        }
        let mut frequent = HashedSet::default();
        for path in layout.files("lines")? {
            for lines in ledger::read(&path, &[schema::LINE_HASH.name, schema::LANGUAGE.name])? {
                let lines = Batch::new(lines?, 0);
                let hashes = lines.column(&schema::LINE_HASH)?.as_primitive::<UInt64Type>();
                let languages = lines.strings(&schema::LANGUAGE)?;
                let keys = (0..lines.len()).map(|row| line_key(hashes.value(row), languages.value(row), 0));
                frequent.extend(keys.filter(|key| wanted.contains(key)));
            }
        }
        Ok(Self { max_loss: config.max_loss, frequent, windows: vec![Some(0); batch.len()] })
    }
}

impl DocumentStage for CutLines {
    fn card(&self) -> &'static StageCard {
        &CUT_LINES
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let (texts, languages) = (batch.strings(&schema::TEXT)?, batch.strings(&schema::LANGUAGE)?);
        let block_column = batch.blocks()?;
        let (mut new_texts, mut new_blocks) = (StringBuilder::new(), BlocksBuilder::default());
        let (mut removed, mut fates) = (Vec::with_capacity(batch.len()), Vec::new());
        let (mut blocks, mut cuts) = (Vec::new(), Vec::new());
        for row in 0..batch.len() {
            let original = texts.value(row);
            block_column.read(row, &mut blocks);
            cuts.clear();
            if let (true, Some(window)) =
                (batch.is_alive(row), self.windows.get(batch.first_row() + row).copied().flatten())
            {
                each_line(original, &blocks, |range, line| {
                    if self.frequent.contains(&line_key(line, languages.value(row), window)) {
                        cuts.push(range);
                    }
                });
            }
            let cut: usize = cuts.iter().map(ExactSizeIterator::len).sum();
            let loss = text::ratio(cut, original.len()).unwrap_or(0.0);
            if loss > self.max_loss {
                // Its text stays whole in `rejected/`, where someone may want to see what was cut.
                fates.push((row, Fate::broke(CUT_LINES.id, "dedup.line.loss", loss, self.max_loss)));
                cuts.clear();
            }
            new_texts.append_value(remove(original, &cuts, &mut blocks));
            new_blocks.append(&blocks);
            removed.push(Some(u32::try_from(cuts.len()).unwrap_or(u32::MAX)));
        }
        batch.set(&schema::TEXT, Arc::new(new_texts.finish()))?;
        batch.set(&schema::BLOCKS, new_blocks.finish())?;
        batch.set(&schema::N_LINES_REMOVED, batch::numbers(removed))?;
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}
