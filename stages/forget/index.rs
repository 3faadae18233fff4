//! What a run kept between its passes, for later runs to be compared with: keys, texts, and what was decided of them.
//!
//! Decisions name documents by row, so rows stay: those of forgotten documents become null, which takes part in nothing.
//! Everything else that went between passes is removed.

use std::collections::BTreeMap;

use arrow::array::{RecordBatch, new_null_array};

use super::changes::{Becomes, Changes, levels};
use super::commit::Change;
use super::rows::{Turn, has_any, ids, rewrite};
use crate::bucket::{BucketWriter, read_buckets};
use crate::dedup::Removal;
use crate::error::{Result, StageError};
use crate::ledger::read;
use crate::plan::{Plan, Run};
use crate::schema;
use crate::task::Workbench;

/// Writes it aside; whether there was any.
pub(super) fn rewrite_index(
    run: &Run,
    plan: &Plan,
    changes: &Changes,
    change: &mut Change<'_>,
    bench: &Workbench,
) -> Result<bool> {
    let layout = &run.layout;
    let mut stays: Vec<String> = vec!["forget".into(), "partial".into()];
    let mut found = false;
    for (pass, steps) in plan.passes.iter().zip(&plan.steps) {
        let keys = |stem: &str| format!("work/{}/keys/{stem}.parquet", pass.name);
        if steps.is_empty() || !run.shards.iter().any(|shard| layout.path(&keys(&shard.stem)).exists()) {
            continue;
        }
        found = true;
        stays.push(pass.name.clone());
        // Where the documents are that something changes for.
        let mut rows: BTreeMap<u128, Vec<(u32, u32)>> = BTreeMap::new();
        let wanted: std::collections::BTreeSet<u128> =
            run.shards.iter().flat_map(|shard| changes.going(shard)).map(|(_, gone)| gone.kept).collect();
        for shard in &run.shards {
            let mut row = 0;
            for batch in read(&layout.path(&keys(&shard.stem)), &[schema::ID.name])? {
                for id in ids(&batch?, &schema::ID)? {
                    if let Some(id) =
                        id.filter(|id| changes.concerns(shard, *id) || wanted.contains(id) || changes.smaller(*id) > 0)
                    {
                        rows.entry(id).or_default().push((shard.number, row));
                    }
                    row += 1;
                }
            }
        }
        let by_place: BTreeMap<(u32, u32), u128> =
            rows.iter().flat_map(|(id, places)| places.iter().map(|place| (*place, *id))).collect();
        for shard in &run.shards {
            bench.check()?;
            let is_target = |id| changes.rule(id).is_some();
            for file in [keys(&shard.stem), format!("work/{}/documents/{}.parquet", pass.name, shard.stem)] {
                if has_any(&layout.path(&file), &[&schema::ID], is_target)? {
                    let turn = |batch: &RecordBatch, row: usize| {
                        let named = ids(&batch.slice(row, 1), &schema::ID)?[0];
                        Ok(if named.is_some_and(is_target) { Turn::Become(nothing(batch)?) } else { Turn::Stay })
                    };
                    rewrite(layout, change, &file, turn, &[])?;
                }
            }
            for level in levels(plan).filter(|level| steps.iter().any(|(step, _)| step.level == *level)) {
                stays.push(level.name().to_owned());
                let file = format!("work/{}/settled/{}", level.name(), shard.stem);
                let mut decisions = Vec::new();
                for decision in read_buckets::<Removal>(&layout.path(&file))? {
                    let Some(id) = by_place.get(&(shard.number, decision.row)).copied() else {
                        decisions.push(decision);
                        continue;
                    };
                    if is_target(id) {
                        continue;
                    }
                    match changes.becomes(shard, id) {
                        // It is told below, at its level.
                        Some(Becomes::Back(_) | Becomes::Goes(_)) if decision.removes() => {}
                        Some(Becomes::WithoutText) if decision.removes() => decisions.push(decision),
                        _ => {
                            let size = decision.size.saturating_sub(changes.smaller(id)).max(1);
                            decisions.push(Removal { size, ..decision });
                        }
                    }
                }
                for (id, gone) in changes.going(shard).filter(|(_, gone)| gone.level == level) {
                    let own = rows.get(&id).into_iter().flatten().find(|(number, _)| *number == shard.number);
                    let kept = rows.get(&gone.kept).and_then(|places| places.first()).copied().unwrap_or((0, 0));
                    decisions.extend(own.map(|(_, row)| Removal {
                        shard: shard.number,
                        row: *row,
                        kept: gone.kept.max(1),
                        kept_shard: kept.0,
                        kept_row: kept.1,
                        similarity: gone.jaccard.map_or(0, f64::to_bits),
                        threshold: gone.threshold.map_or(0, f64::to_bits),
                        size: 1,
                        component: gone.kept,
                        component_size: 1,
                        band: gone.band.unwrap_or(0),
                    }));
                }
                decisions.sort_unstable();
                let mut writer = BucketWriter::new(layout, &Change::aside(&file), 1 << 20)?;
                decisions.into_iter().try_for_each(|decision| writer.push(0, decision))?;
                change.replace(&file, writer.finish()?);
            }
        }
    }
    remove_others(run, plan, &stays, change)?;
    Ok(found)
}

/// A row of nulls.
fn nothing(batch: &RecordBatch) -> Result<RecordBatch> {
    let table = batch.schema();
    let columns = table.fields().iter().map(|field| new_null_array(field.data_type(), 1)).collect();
    Ok(RecordBatch::try_new(table, columns)?)
}

/// Removes what went between the passes and is not read again: it holds keys of what is forgotten.
fn remove_others(run: &Run, plan: &Plan, stays: &[String], change: &mut Change<'_>) -> Result<()> {
    let list = |folder: &str| -> Result<Vec<String>> {
        let path = run.layout.path(folder);
        let Ok(entries) = std::fs::read_dir(&path) else { return Ok(Vec::new()) };
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        names.collect::<std::io::Result<_>>().map_err(StageError::io("list", &path))
    };
    for name in list("work/")? {
        let inner: &[&str] =
            if plan.passes.iter().any(|pass| pass.name == name) { &["keys", "documents"] } else { &["settled"] };
        if !stays.contains(&name) {
            change.remove(format!("work/{name}"));
            continue;
        }
        if name != "forget" && name != "partial" {
            let others = list(&format!("work/{name}"))?.into_iter().filter(|other| !inner.contains(&other.as_str()));
            others.for_each(|other| change.remove(format!("work/{name}/{other}")));
        }
    }
    Ok(())
}
