//! Documents that went for one that is gone, decided again: by the same rule, among themselves.

use filters::text::hash;

use super::elect::elect;
use super::verify::Candidate;
use super::{DocumentDedup, Scope};
use crate::bucket::{ListWriter, Lists};
use crate::dedup::minhash::{Scratch, Signer, scoped};
use crate::dedup::rank::{recency, shortness};
use crate::error::Result;
use crate::task::Layout;

/// A document that lost what it went for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copy<'a> {
    /// Documents of one cluster are compared with each other.
    pub(crate) cluster: u32,
    /// Its number, for the caller.
    pub(crate) number: u32,
    /// Its id.
    pub(crate) id: u128,
    /// Microseconds since 1970.
    pub(crate) captured_at: Option<i64>,
    /// Characters.
    pub(crate) n_chars: u32,
    /// Exact copies that go for it, itself included.
    pub(crate) copies: u32,
    /// Its language, which may be its scope.
    pub(crate) language: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
}

/// Collects them, in a file.
pub(crate) struct Again {
    config: DocumentDedup,
    signer: Signer,
    scratch: Scratch,
    writer: ListWriter<Candidate>,
    layout: Layout,
    file: String,
}

impl Again {
    /// Collects in the file `relative` to the run, holding `budget` bytes.
    pub(crate) fn new(config: &DocumentDedup, layout: &Layout, file: &str, budget: usize) -> Result<Self> {
        Ok(Self {
            config: config.clone(),
            signer: Signer::new(config.minhash()),
            scratch: Scratch::default(),
            writer: ListWriter::new(layout, file, budget)?,
            layout: layout.clone(),
            file: file.to_owned(),
        })
    }

    /// Takes in a document.
    pub(crate) fn push(&mut self, copy: Copy<'_>) -> Result<()> {
        let scope = match self.config.scope {
            Scope::Language => hash(copy.language.as_bytes()),
            Scope::Global => 0,
        };
        let (mut keys, mut shingles) = (Vec::with_capacity(self.signer.width()), Vec::new());
        self.signer.band_keys(copy.text, &mut self.scratch, &mut keys);
        let mut list: Vec<u64> = scoped(&keys, scope).collect();
        list.sort_unstable();
        let n_groups = u32::try_from(list.len()).unwrap_or(u32::MAX);
        self.config.minhash().shingling().set(copy.text, &mut shingles);
        list.extend(shingles);
        let candidate = Candidate {
            component: copy.cluster,
            age: 1,
            recency: recency(copy.captured_at),
            shortness: shortness(copy.n_chars),
            id: copy.id,
            document: copy.number,
            copies: copy.copies,
            n_groups,
        };
        self.writer.push(0, candidate, &list)
    }

    /// Calls `visit` with the number of each document, and what it goes for: a number, their similarity and the first
    /// band that they share; `None` of one that stays. The shingles of those that stay are held, in rounds of `budget`
    /// bytes.
    pub(crate) fn decide(self, budget: u64, mut visit: impl FnMut(u32, Option<(u32, f64, u32)>)) -> Result<()> {
        self.writer.finish()?;
        let mut candidates = Lists::<Candidate>::open(&[self.layout.path(&self.file)], 0, budget)?;
        let all = candidates.records().to_vec();
        let mut start = 0;
        for members in all.chunk_by(|a, b| a.component == b.component) {
            let decisions =
                elect(members, self.config.threshold, budget, |member, list| candidates.get(start + member, list))?;
            for (member, decision) in members.iter().zip(decisions) {
                let found = decision.and_then(|decision| decision.removed_for);
                let kept = found.map(|found| (members[found.member].document, found.similarity, found.band));
                visit(member.document, kept);
            }
            start += members.len();
        }
        Ok(())
    }
}
