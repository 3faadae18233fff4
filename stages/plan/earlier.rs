//! Earlier runs: documents that new ones are compared with, and that stay.

use serde::{Deserialize, Serialize};

use crate::dedup::Level;
use crate::task::{Layout, Shard};

/// A finished run that kept what went between its passes (`--keep-work`): keys, texts, and what its steps decided.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Earlier {
    layout: Layout,
    pass: String,
    levels: Vec<Level>,
    shards: Vec<Shard>,
}

/// Between the number of the earlier run and a shard's name in it.
const MARK: char = '~';

impl Earlier {
    /// The run in that folder, of which the steps of these levels compared what `pass` left of the shards. It is the
    /// `number`-th of those that are compared with, and its shards are counted from `first` on.
    #[must_use]
    pub fn new(
        layout: Layout,
        pass: String,
        levels: Vec<Level>,
        shards: Vec<Shard>,
        number: usize,
        first: u32,
    ) -> Self {
        let renamed = (first..).zip(shards).map(|(place, shard)| Shard {
            number: place,
            // Two runs may have files of one name.
            stem: format!("{number}{MARK}{}", shard.stem),
            ..shard
        });
        Self { layout, pass, levels, shards: renamed.collect() }
    }

    /// Its shards, numbered behind those of the run.
    #[must_use]
    pub fn shards(&self) -> &[Shard] {
        &self.shards
    }

    /// Where its files are.
    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The pass whose documents it compared.
    pub(super) fn pass(&self) -> &str {
        &self.pass
    }

    /// The steps that took documents out.
    pub(super) fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The shard's name in its own run.
    pub(super) fn stem(shard: &Shard) -> &str {
        shard.stem.split_once(MARK).map_or(shard.stem.as_str(), |(_, stem)| stem)
    }
}
