//! What forgetting changes: the documents that go, and what becomes of those that had gone for them.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, TimestampMicrosecondType, UInt32Type};

use super::list::Forgotten;
use super::rows::{each_batch, ids, strings};
use super::stage;
use crate::dedup::DocumentDedup;
use crate::dedup::Level;
use crate::dedup::document::{Again, Copy};
use crate::error::{Result, StageError};
use crate::ledger::{hex, read};
use crate::plan::{Plan, Run};
use crate::schema;
use crate::spec::StageSpec;
use crate::task::{Shard, Workbench};

/// A document's place: its shard, and its id, of which a shard has but one.
pub(super) type Place = (u32, u128);

/// What a document went for, and by which step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gone {
    pub(super) level: Level,
    pub(super) kept: u128,
    pub(super) jaccard: Option<f64>,
    pub(super) threshold: Option<f64>,
    pub(super) band: Option<u32>,
}

/// What becomes of a document that had gone for a forgotten one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Becomes {
    /// It comes back, for itself and so many others.
    Back(u32),
    /// It goes for another one.
    Goes(Gone),
    /// It stays rejected: there is no text that could come back.
    WithoutText,
}

/// All that changes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Forgotten, by which rule.
    targets: BTreeMap<u128, &'static str>,
    orphans: BTreeMap<Place, Becomes>,
    /// Documents that stay and lose so many of those that went for them.
    smaller: BTreeMap<u128, u32>,
}

/// A document that had gone for a forgotten one, before it is decided again.
#[derive(Clone, Debug)]
struct Orphan {
    place: Place,
    /// What it had gone for.
    gone: Gone,
    captured_at: Option<i64>,
    n_chars: u32,
    has_text: bool,
}

/// Other rows of `dedup/` that count.
#[derive(Debug, Default)]
struct Links {
    /// What a document that a forgotten one went for went for itself.
    next: BTreeMap<u128, u128>,
    /// Exact copies that went for a near-duplicate.
    copies: BTreeMap<u128, u32>,
}

impl Changes {
    /// Finds them.
    pub(super) fn find(run: &Run, plan: &Plan, list: &Forgotten, bench: &Workbench) -> Result<Self> {
        let mut changes = Self { targets: targets(run, list)?, ..Self::default() };
        if changes.targets.is_empty() {
            return Ok(changes);
        }
        let (mut orphans, gone) = changes.orphans_of(run, plan)?;
        read_facts(run, plan, &mut orphans, bench)?;
        let links = changes.links_of(run, plan, &orphans, &gone)?;
        changes.decide(run, plan, orphans, &gone, &links, bench)?;
        // What stays had been counted with what is forgotten of its cluster, and so had what went for it in its turn.
        for removed in gone.values().filter(|removed| removed.level != Level::Url) {
            let mut kept = Some(removed.kept);
            while let Some(at) = kept {
                if !changes.targets.contains_key(&at) {
                    *changes.smaller.entry(at).or_default() += 1;
                }
                kept = gone.get(&at).map(|gone| gone.kept).or_else(|| links.next.get(&at).copied());
            }
        }
        Ok(changes)
    }

    /// How the documents that something changes for are linked with others.
    fn links_of(&self, run: &Run, plan: &Plan, orphans: &[Orphan], gone: &BTreeMap<u128, Gone>) -> Result<Links> {
        let near: BTreeSet<u128> =
            orphans.iter().filter(|orphan| orphan.gone.level == Level::Document).map(|orphan| orphan.place.1).collect();
        let keepers: BTreeSet<u128> = gone.values().map(|gone| gone.kept).collect();
        let mut links = Links::default();
        for (level, shard) in levels(plan).flat_map(|level| run.shards.iter().map(move |shard| (level, shard))) {
            let path = run.layout.path(&format!("dedup/{}-{}.parquet", level.name(), shard.stem));
            for batch in read(&path, &[schema::ID.name, schema::KEPT_ID.name])? {
                let batch = batch?;
                for (id, kept) in ids(&batch, &schema::ID)?.into_iter().zip(ids(&batch, &schema::KEPT_ID)?) {
                    let (Some(id), Some(kept)) = (id, kept) else { continue };
                    if keepers.contains(&id) {
                        links.next.insert(id, kept);
                    }
                    if level == Level::Exact && near.contains(&kept) && !self.targets.contains_key(&id) {
                        *links.copies.entry(kept).or_default() += 1;
                    }
                }
            }
        }
        Ok(links)
    }

    /// Documents that went for a forgotten one and are not forgotten; and what the forgotten ones had gone for.
    fn orphans_of(&self, run: &Run, plan: &Plan) -> Result<(Vec<Orphan>, BTreeMap<u128, Gone>)> {
        let (mut orphans, mut gone) = (Vec::new(), BTreeMap::new());
        for (level, shard) in levels(plan).flat_map(|level| run.shards.iter().map(move |shard| (level, shard))) {
            let path = run.layout.path(&format!("dedup/{}-{}.parquet", level.name(), shard.stem));
            each_batch(&path, |batch| {
                let (own, kept) = (ids(batch, &schema::ID)?, ids(batch, &schema::KEPT_ID)?);
                let number = |name: &str, row: usize| {
                    let values = batch.column_by_name(name)?.as_primitive_opt::<Float64Type>()?;
                    values.is_valid(row).then(|| values.value(row))
                };
                let bands = batch.column_by_name(schema::BAND.name).and_then(|v| v.as_primitive_opt::<UInt32Type>());
                for row in 0..batch.num_rows() {
                    let (Some(id), Some(kept)) = (own[row], kept[row]) else { continue };
                    let removed = || Gone {
                        level,
                        kept,
                        jaccard: number(schema::JACCARD.name, row),
                        threshold: number(schema::THRESHOLD.name, row),
                        band: bands.filter(|bands| bands.is_valid(row)).map(|bands| bands.value(row)),
                    };
                    if self.targets.contains_key(&id) {
                        gone.insert(id, removed());
                    } else if self.targets.contains_key(&kept) {
                        let place = (shard.number, id);
                        orphans.push(Orphan { place, gone: removed(), captured_at: None, n_chars: 0, has_text: false });
                    }
                }
                Ok(())
            })?;
        }
        orphans.sort_by_key(|orphan| orphan.place);
        Ok((orphans, gone))
    }

    /// Decides again: of one URL and of one text the best comes back, and what was near is compared.
    fn decide(
        &mut self,
        run: &Run,
        plan: &Plan,
        orphans: Vec<Orphan>,
        gone: &BTreeMap<u128, Gone>,
        links: &Links,
        bench: &Workbench,
    ) -> Result<()> {
        // By what they had gone for, level by level, the best first.
        let mut groups: BTreeMap<(u128, &str), Vec<Orphan>> = BTreeMap::new();
        for orphan in orphans {
            if orphan.has_text {
                groups.entry((orphan.gone.kept, orphan.gone.level.name())).or_default().push(orphan);
            } else {
                self.orphans.insert(orphan.place, Becomes::WithoutText);
            }
        }
        // Documents that come back unless one of the same cluster is near enough; the cluster by what it had gone for.
        let mut candidates: BTreeMap<Place, (u128, u32)> = BTreeMap::new();
        for ((lost, _), mut group) in groups {
            group.sort_by_key(|orphan| {
                let (shard, id) = orphan.place;
                (crate::dedup::recency(orphan.captured_at), crate::dedup::shortness(orphan.n_chars), id, shard)
            });
            let level = group[0].gone.level;
            if level == Level::Document {
                let copies = |id: u128| 1 + links.copies.get(&id).copied().unwrap_or(0);
                candidates.extend(group.iter().map(|orphan| (orphan.place, (lost, copies(orphan.place.1)))));
                continue;
            }
            let Some((best, others)) = group.split_first() else { continue };
            for other in others {
                // A URL's captures need not be alike, and a copy of the best has one id with it.
                self.orphans.insert(other.place, Becomes::Goes(Gone { kept: best.place.1, ..other.gone }));
            }
            let copies = if level == Level::Exact { u32::try_from(group.len()).unwrap_or(u32::MAX) } else { 1 };
            // What went as an exact copy of a near-duplicate is as near to what that one went for.
            match gone.get(&lost).filter(|_| level == Level::Exact) {
                Some(next) if next.level == Level::Document && !self.targets.contains_key(&next.kept) => {
                    self.orphans.insert(best.place, Becomes::Goes(*next));
                }
                Some(next) if next.level == Level::Document => {
                    candidates.insert(best.place, (next.kept, copies));
                }
                _ => {
                    candidates.insert(best.place, (lost, copies));
                }
            }
        }
        self.compare(run, plan, &candidates, bench)
    }

    fn compare(
        &mut self,
        run: &Run,
        plan: &Plan,
        candidates: &BTreeMap<Place, (u128, u32)>,
        bench: &Workbench,
    ) -> Result<()> {
        let copies = |place: &Place| candidates.get(place).map_or(1, |(_, copies)| *copies);
        let Some(config) = document_config(plan) else {
            self.orphans.extend(candidates.iter().map(|(place, (_, copies))| (*place, Becomes::Back(*copies))));
            return Ok(());
        };
        let file = super::Change::aside("candidates");
        let mut again = Again::new(&config, &run.layout, &file, bench.scatter_budget())?;
        let clusters: BTreeMap<u128, u32> =
            candidates.values().map(|(cluster, _)| *cluster).collect::<BTreeSet<_>>().into_iter().zip(0..).collect();
        let mut places: Vec<Place> = Vec::new();
        each_rejected(run, plan, |shard, batch| {
            let own = ids(batch, &schema::ID)?;
            for (row, id) in own.into_iter().enumerate() {
                let Some((id, (cluster, copies))) = id.and_then(|id| Some((id, candidates.get(&(shard.number, id))?)))
                else {
                    continue;
                };
                let text = strings(batch, &schema::TEXT).map_or("", |texts| texts.value(row));
                again.push(Copy {
                    cluster: clusters.get(cluster).copied().unwrap_or_default(),
                    number: u32::try_from(places.len()).unwrap_or(u32::MAX),
                    id,
                    captured_at: captured_at(batch, row),
                    n_chars: u32::try_from(text.chars().count()).unwrap_or(u32::MAX),
                    copies: *copies,
                    language: strings(batch, &schema::LANGUAGE).map_or("", |languages| languages.value(row)),
                    text,
                })?;
                places.push((shard.number, id));
            }
            Ok(())
        })?;
        let mut decided = Vec::new();
        again.decide(bench.bucket_budget(), |number, kept| decided.push((number, kept)))?;
        let mut sizes: BTreeMap<Place, u32> = candidates.keys().map(|place| (*place, copies(place))).collect();
        for (number, kept) in &decided {
            let place = places[*number as usize];
            if let Some((kept, jaccard, band)) = *kept {
                let keeper = places[kept as usize];
                if let Some(size) = sizes.get_mut(&keeper) {
                    *size = size.saturating_add(copies(&place));
                }
                let gone = Gone {
                    level: Level::Document,
                    kept: keeper.1,
                    jaccard: Some(jaccard),
                    threshold: Some(config.threshold),
                    band: Some(band),
                };
                self.orphans.insert(place, Becomes::Goes(gone));
            }
        }
        for (number, _) in decided.iter().filter(|(_, kept)| kept.is_none()) {
            let place = places[*number as usize];
            self.orphans.insert(place, Becomes::Back(sizes.get(&place).copied().unwrap_or(1)));
        }
        Ok(())
    }

    /// Whether there is nothing to forget.
    pub(super) fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Ids that are forgotten.
    pub(super) fn targets(&self) -> impl Iterator<Item = u128> {
        self.targets.keys().copied()
    }

    /// By which rule a document is forgotten.
    pub(super) fn rule(&self, id: u128) -> Option<&'static str> {
        self.targets.get(&id).copied()
    }

    /// What becomes of a document that had gone for a forgotten one.
    pub(super) fn becomes(&self, shard: &Shard, id: u128) -> Option<Becomes> {
        self.orphans.get(&(shard.number, id)).copied()
    }

    /// Whether anything becomes of a document.
    pub(super) fn concerns(&self, shard: &Shard, id: u128) -> bool {
        self.targets.contains_key(&id) || self.orphans.contains_key(&(shard.number, id))
    }

    /// How many fewer documents the cluster of one that stays has.
    pub(super) fn smaller(&self, id: u128) -> u32 {
        self.smaller.get(&id).copied().unwrap_or(0)
    }

    /// Documents that now go for another one.
    pub(super) fn moved(&self) -> u64 {
        self.orphans.values().filter(|becomes| matches!(becomes, Becomes::Goes(_))).count() as u64
    }

    /// Documents that cannot come back.
    pub(super) fn without_text(&self) -> u64 {
        self.orphans.values().filter(|becomes| matches!(becomes, Becomes::WithoutText)).count() as u64
    }

    /// The documents of a shard that now go for another one.
    pub(super) fn going(&self, shard: &Shard) -> impl Iterator<Item = (u128, Gone)> {
        let of_shard = self.orphans.range((shard.number, 0)..=(shard.number, u128::MAX));
        of_shard.filter_map(|((_, id), becomes)| match becomes {
            Becomes::Goes(gone) => Some((*id, *gone)),
            _ => None,
        })
    }
}

/// The documents on the list: those in the ledger that have not been forgotten before, and whatever is named by id, which
/// may be of an earlier run that this one's documents went for.
fn targets(run: &Run, list: &Forgotten) -> Result<BTreeMap<u128, &'static str>> {
    let mut targets = BTreeMap::new();
    let mut known = BTreeSet::new();
    for path in run.layout.files("ledger")? {
        for batch in read(&path, &["id", "url", "fate.stage"])? {
            let batch = batch?;
            let own = ids(&batch, &schema::ID)?;
            let urls = strings(&batch, &schema::URL);
            let fates = batch.column_by_name(schema::FATE.name).and_then(|fates| fates.as_struct_opt());
            let stages = fates.and_then(|fates| fates.column(0).as_string_opt::<i32>());
            for (row, id) in own.into_iter().enumerate() {
                let Some(id) = id else { continue };
                let url = urls.filter(|urls| urls.is_valid(row)).map(|urls| urls.value(row));
                let Some(rule) = list.names(Some(&hex(&id.to_be_bytes())), url) else { continue };
                known.insert(id);
                if stages.is_none_or(|stages| stages.is_null(row) || stages.value(row) != stage::CARD.id) {
                    targets.insert(id, rule);
                }
            }
        }
    }
    if !run.layout.files("dedup")?.is_empty() {
        targets.extend(list.ids().filter(|id| !known.contains(id)).map(|id| (id, "forget.id")));
    }
    Ok(targets)
}

/// Reads what orphans are ranked by.
fn read_facts(run: &Run, plan: &Plan, orphans: &mut [Orphan], bench: &Workbench) -> Result<()> {
    if orphans.is_empty() {
        return Ok(());
    }
    each_rejected(run, plan, |shard, batch| {
        bench.check()?;
        let texts = strings(batch, &schema::TEXT);
        for (row, id) in ids(batch, &schema::ID)?.into_iter().enumerate() {
            let Some(at) = id.and_then(|id| orphans.binary_search_by_key(&(shard.number, id), |o| o.place).ok()) else {
                continue;
            };
            let text = texts.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row));
            orphans[at].has_text = text.is_some();
            orphans[at].n_chars = text.map_or(0, |text| u32::try_from(text.chars().count()).unwrap_or(u32::MAX));
            orphans[at].captured_at = captured_at(batch, row);
        }
        Ok(())
    })
}

fn captured_at(batch: &arrow::array::RecordBatch, row: usize) -> Option<i64> {
    let times = batch.column_by_name(schema::CAPTURED_AT.name)?.as_primitive_opt::<TimestampMicrosecondType>()?;
    times.is_valid(row).then(|| times.value(row))
}

/// The rows of `rejected/`, a few at a time, with their shard.
fn each_rejected(
    run: &Run,
    plan: &Plan,
    mut visit: impl FnMut(&Shard, &arrow::array::RecordBatch) -> Result<()>,
) -> Result<()> {
    for (pass, shard) in plan.passes.iter().flat_map(|pass| run.shards.iter().map(move |shard| (pass, shard))) {
        if !pass.removals.is_empty() {
            let path = run.layout.path(&format!("rejected/{}-{}.parquet", pass.name, shard.stem));
            each_batch(&path, |batch| visit(shard, batch))?;
        }
    }
    Ok(())
}

/// The levels that took out documents, in order.
pub(super) fn levels(plan: &Plan) -> impl Iterator<Item = Level> {
    plan.steps.iter().flatten().map(|(step, _)| step.level).filter(|level| level.removes_documents())
}

fn document_config(plan: &Plan) -> Option<DocumentDedup> {
    plan.steps.iter().flatten().find_map(|(_, stage)| match stage {
        StageSpec::DedupDocument(config) => Some(config.clone()),
        _ => None,
    })
}

impl Gone {
    /// The fate of what it says.
    pub(super) fn fate(&self) -> crate::fate::Fate {
        let (name, kept) = (self.level.name(), format!("kept {:032x}", self.kept));
        match (self.jaccard, self.threshold) {
            (Some(jaccard), Some(threshold)) => crate::fate::Fate::broke(name, name, jaccard, threshold).because(kept),
            _ => crate::fate::Fate::rejected(name, name, kept),
        }
    }
}

/// A broken promise of a run's tables.
pub(super) fn lost(what: &str) -> StageError {
    StageError::Internal(format!("forgetting: {what}"))
}
