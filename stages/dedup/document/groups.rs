//! Bands to groups: documents that share a band.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::Array;
use filters::text::hash;

use super::numbers::Numbers;
use super::{DocumentDedup, Scope, band_bits};
use crate::bucket::{BucketWriter, bucket_bytes, bucket_of, each_of_bucket, read_bucket, record};
use crate::dedup::hashed::HashedMap;
use crate::dedup::keys::read_keys;
use crate::dedup::minhash::scoped;
use crate::error::Result;
use crate::plan::{Part, Phase, Run, Split, Step};
use crate::schema;
use crate::task::{Commit, Workbench};

record! {
    /// A document under one of its band keys.
    pub struct Band {
        /// The key; its low bits say which band it is.
        key: u64,
        /// The document's number.
        document: u32,
    }
}

record! {
    /// Two documents of one group.
    pub struct Link {
        /// The one's number.
        a: u32,
        /// The other one's.
        b: u32,
    }
}

record! {
    /// A document of a group of two and more; the group is named by its band key.
    pub struct Member {
        /// The document's number.
        document: u32,
        /// The band key.
        group: u64,
    }
}

/// Sends each document's band keys to their buckets.
#[derive(Debug)]
pub(super) struct Bands {
    pub(super) step: Step,
    pub(super) config: DocumentDedup,
}

impl Phase for Bands {
    fn name(&self) -> String {
        self.step.phase("bands")
    }

    fn split(&self, run: &Run, bench: &Workbench) -> Result<Split> {
        Ok(Split::AllToBuckets { bits: band_bits(&self.step, &self.config, run, bench)? })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let shard = run.shard(part.number)?;
        let mut alive = self.step.survivors(run, shard)?;
        if run.latest && run.is_earlier(part.number) {
            // What is gone since then still says which documents must be looked at again (see `components`).
            for (alive, before) in alive.iter_mut().zip(self.step.survivors_before(run, shard)?) {
                *alive |= before;
            }
        }
        let numbers = Numbers::new(&self.step, run)?;
        let mut writer = BucketWriter::new(&run.layout, &self.step.file("bands", &part.name), bench.scatter_budget())?;
        for batch in read_keys(&self.step.keys(run, shard), &[&schema::LANGUAGE, &schema::BAND_KEYS])? {
            bench.check()?;
            let batch = batch?;
            let (languages, keys) = (batch.languages()?, batch.band_keys()?);
            for place in 0..batch.len() {
                let row = batch.first_row + place;
                if !alive[row] || keys.is_null(place) {
                    continue;
                }
                let scope = match self.config.scope {
                    Scope::Language => hash(languages.value(place).as_bytes()),
                    Scope::Global => 0,
                };
                let document = numbers.number(part.number, row);
                for key in scoped(keys.value(place), scope) {
                    writer.push(bucket_of(key, part.bits), Band { key, document })?;
                }
            }
            bench.meter.add_documents(batch.len() as u64, 0);
        }
        Ok(Commit { outputs: vec![writer.finish()?], ..Commit::default() })
    }
}

/// Lists the groups of two and more documents: for each document its groups, and links that join a group's documents.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) step: Step,
    pub(super) config: DocumentDedup,
}

impl Phase for Groups {
    fn name(&self) -> String {
        self.step.phase("groups")
    }

    fn split(&self, run: &Run, bench: &Workbench) -> Result<Split> {
        Ok(Split::Buckets { bits: band_bits(&self.step, &self.config, run, bench)? })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let numbers = Numbers::new(&self.step, run)?;
        let (layout, budget) = (&run.layout, bench.scatter_budget());
        let mut links = BucketWriter::new(layout, &self.step.file("links", &part.name), budget)?;
        let mut members = BucketWriter::new(layout, &self.step.file("members", &part.name), budget)?;
        gather(
            &self.step.all_files(run, "bands"),
            part.number,
            2 * bench.bucket_budget(),
            if run.latest { numbers.total() } else { numbers.own() },
            |link| links.push(0, link),
            |member| members.push(numbers.place(member.document).0, member),
        )?;
        Ok(Commit { outputs: vec![links.finish()?, members.finish()?], ..Commit::default() })
    }
}

/// The groups of one bucket of band keys: links that join each one's documents, and their members. Documents from
/// number `own` on are of earlier runs, which have compared them with each other. A bucket that is larger than `budget`
/// bytes, which one group makes that very many are of, is read twice instead of held: a number a group is.
///
/// # Errors
/// [`crate::StageError`] when a file is gone or damaged, or a visitor fails.
pub fn gather(
    files: &[PathBuf],
    bucket: u32,
    budget: u64,
    own: u32,
    mut link: impl FnMut(Link) -> Result<()>,
    mut member: impl FnMut(Member) -> Result<()>,
) -> Result<()> {
    if bucket_bytes::<Band>(files, bucket)? <= budget {
        let bands: Vec<Band> = read_bucket(files, bucket)?;
        for group in bands.chunk_by(|a, b| a.key == b.key).filter(|group| group.len() > 1 && group[0].document < own) {
            for pair in group.windows(2) {
                link(Link { a: pair[0].document, b: pair[1].document })?;
            }
            for band in group {
                member(Member { document: band.document, group: band.key })?;
            }
        }
        return Ok(());
    }
    let mut groups: HashedMap<u64, (u32, u32)> = HashedMap::default();
    each_of_bucket(files, bucket, |band: Band| {
        let (first, size) = groups.entry(band.key).or_insert((band.document, 0));
        *first = band.document.min(*first);
        *size = size.saturating_add(1);
        Ok(())
    })?;
    each_of_bucket(files, bucket, |band: Band| match groups.get(&band.key) {
        Some((first, size)) if *size > 1 && *first < own => {
            if *first != band.document {
                link(Link { a: *first, b: band.document })?;
            }
            member(Member { document: band.document, group: band.key })
        }
        _ => Ok(()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::document::join;
    use crate::task::Layout;

    #[test]
    fn a_bucket_that_does_not_fit_gives_the_same_components() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let mut writer = BucketWriter::new(&layout, "bands", 1 << 12).unwrap();
        for document in (0..900_u32).rev() {
            let key = if document % 3 == 0 { 5 } else { u64::from(document) / 7 + 100 };
            writer.push(0, Band { key, document }).unwrap();
        }
        writer.finish().unwrap();
        let found = |budget: u64, own: u32| {
            let name = format!("links-{budget}-{own}");
            let mut links = BucketWriter::new(&layout, &name, 1 << 12).unwrap();
            let mut members = Vec::new();
            gather(
                &[layout.path("bands")],
                0,
                budget,
                own,
                |link| links.push(0, link),
                |member| {
                    members.push(member);
                    Ok(())
                },
            )
            .unwrap();
            links.finish().unwrap();
            members.sort_unstable();
            let mut joined = Vec::new();
            join(900, &[layout.path(&name)])
                .unwrap()
                .each_joined(|member, root| {
                    joined.push((member, root));
                    Ok(())
                })
                .unwrap();
            (members, joined)
        };
        for own in [900, 450] {
            assert_eq!(found(u64::MAX, own), found(0, own));
        }
        assert!(found(0, 900).0.len() > 800 && found(0, 450).0.len() < 800);
    }
}
