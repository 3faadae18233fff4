//! Bands to groups: documents that share a band.

use std::sync::Arc;

use arrow::array::Array;
use filters::text::hash;

use super::{DocumentDedup, Scope, band_bits, document_number, shard_and_row};
use crate::bucket::{BucketWriter, bucket_of, read_bucket, record};
use crate::dedup::keys::read_keys;
use crate::dedup::minhash::Signer;
use crate::error::Result;
use crate::plan::{Part, Phase, Run, Split, Step};
use crate::schema;
use crate::task::{Commit, Workbench};

record! {
    /// A document under one of its band keys.
    pub(super) struct Band { key: u64, document: u64, }
}

record! {
    /// Two documents of one group.
    pub(super) struct Link { a: u64, b: u64, }
}

record! {
    /// A document of a group of two and more; the group is named by its band key.
    pub(super) struct Member { row: u32, group: u64, }
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
        Ok(Split::ShardsToBuckets { bits: band_bits(&self.step, &self.config, run, bench)? })
    }

    fn key(&self) -> &str {
        &self.step.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let shard = &run.shards[part.number as usize];
        let alive = self.step.survivors(run, shard)?;
        let signer = Signer::new(self.config.minhash());
        let mut writer = BucketWriter::new(&run.layout, &self.step.file("bands", &part.name), bench.scatter_budget())?;
        for batch in read_keys(&self.step.keys(run, shard), &[&schema::LANGUAGE, &schema::SIGNATURE])? {
            bench.check()?;
            let batch = batch?;
            let (languages, signatures) = (batch.languages()?, batch.signatures()?);
            for place in 0..batch.len() {
                let row = batch.first_row + place;
                if !alive[row] || signatures.is_null(place) {
                    continue;
                }
                let scope = match self.config.scope {
                    Scope::Language => hash(languages.value(place).as_bytes()),
                    Scope::Global => 0,
                };
                let document = document_number(part.number, u32::try_from(row).unwrap_or(u32::MAX));
                for key in signer.band_keys(signatures.value(place), scope) {
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
        let bands: Vec<Band> = read_bucket(&self.step.shard_files(run, "bands"), part.number)?;
        let mut links = BucketWriter::new(&run.layout, &self.step.file("links", &part.name), bench.scatter_budget())?;
        let mut members =
            BucketWriter::new(&run.layout, &self.step.file("members", &part.name), bench.scatter_budget())?;
        for group in bands.chunk_by(|a, b| a.key == b.key).filter(|group| group.len() > 1) {
            for pair in group.windows(2) {
                links.push(0, Link { a: pair[0].document, b: pair[1].document })?;
            }
            for band in group {
                let (shard, row) = shard_and_row(band.document);
                members.push(shard, Member { row, group: band.key })?;
            }
        }
        Ok(Commit { outputs: vec![links.finish()?, members.finish()?], ..Commit::default() })
    }
}
