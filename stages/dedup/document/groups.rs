//! Bands to groups: documents that share a band.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::Array;
use filters::text::hash;

use super::numbers::Numbers;
use super::{DocumentDedup, Scope, band_bits};
use crate::bucket::{BucketWriter, bucket_of, read_bucket, record};
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
            if run.latest { numbers.total() } else { numbers.own() },
            |link| links.push(0, link),
            |member| members.push(numbers.place(member.document).0, member),
        )?;
        Ok(Commit { outputs: vec![links.finish()?, members.finish()?], ..Commit::default() })
    }
}

/// The groups of one bucket of band keys: links that join each one's documents, and their members. Documents from
/// number `own` on are of earlier runs, which have compared them with each other.
///
/// # Errors
/// [`crate::StageError`] when a file is gone or damaged, or a visitor fails.
pub fn gather(
    files: &[PathBuf],
    bucket: u32,
    own: u32,
    mut link: impl FnMut(Link) -> Result<()>,
    mut member: impl FnMut(Member) -> Result<()>,
) -> Result<()> {
    let bands: Vec<Band> = read_bucket(files, bucket)?;
    for group in bands.chunk_by(|a, b| a.key == b.key).filter(|group| group.len() > 1 && group[0].document < own) {
        for pair in group.windows(2) {
            link(Link { a: pair[0].document, b: pair[1].document })?;
        }
        for band in group {
            member(Member { document: band.document, group: band.key })?;
        }
    }
    Ok(())
}
